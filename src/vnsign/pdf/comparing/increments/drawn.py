"""What the pages of a plain file draw from. As :mod:`vnsign.pdf.comparing.drawn_from`, from the bytes.

What it does not do: say what is drawn.

Source: as that.
"""

from __future__ import annotations

from collections.abc import Iterator

from vnsign.pdf.comparing.drawn_from import ANNOTATION_ROOTS, PAGE_ROOTS
from vnsign.pdf.comparing.increments.form import number_of
from vnsign.pdf.comparing.increments.history import History
from vnsign.pdf.reading.plain.reader import PlainReader
from vnsign.pdf.reading.plain.syntax import NotPlain, Reference, Value


def drawn_from(history: History) -> frozenset[int]:
    """Return the numbers of all that the file as it is now draws from.

    Raises:
        NotPlain: Something of it is not spelled in the plainest way.
    """
    state = history.state()
    seen: set[int] = set()
    for number in _numbers(state):
        if number not in seen:
            seen |= history.reach(number, state=state, known=seen)
    return frozenset(seen)


def _numbers(state: PlainReader) -> Iterator[int]:
    catalog = state.dictionary(state.root)
    for node in _nodes(state):
        for key in PAGE_ROOTS:
            yield from _references_in(node.get(key))
        listed = state.follow(node.get("/Annots"))
        for each in listed if isinstance(listed, list) else ():
            annotation = state.follow(each)
            if isinstance(annotation, dict):
                for key in ANNOTATION_ROOTS:
                    yield from _references_in(annotation.get(key))
    form = state.follow(catalog.get("/AcroForm"))
    if form is not None and not isinstance(form, dict):
        raise NotPlain
    yield from _references_in((form or {}).get("/DR"))
    yield from _references_in(catalog.get("/OCProperties"))


def _nodes(state: PlainReader) -> Iterator[dict[str, Value]]:
    """Pages, and each node above them once; the tree is in order."""
    above: set[int] = set()
    for number in state.pages:
        node = state.dictionary(number)
        yield node
        while "/Parent" in node and (parent := number_of(node["/Parent"])) not in above:
            above.add(parent)
            node = state.dictionary(parent)
            yield node


def _references_in(value: Value | None) -> Iterator[int]:
    if isinstance(value, Reference):
        yield value.number
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _references_in(each)
