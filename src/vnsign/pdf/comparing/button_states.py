"""Whether a check box or radio button shows the state that its value names.

A button's widget holds a look for each state; /AS names the one that is drawn, /V is what programs read. A forger lets
them differ.

Source: ISO 32000-2 §12.5.5 (appearance states), §12.7.5.2.3, §12.7.5.2.4 (check boxes, radio buttons).
"""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf

from vnsign.pdf.comparing.change_kinds import Change, ChangeKind
from vnsign.pdf.comparing.field_looks import LiesOver, is_mark
from vnsign.pdf.comparing.field_values import shortened
from vnsign.pdf.comparing.revisions import RevisionPair
from vnsign.pdf.comparing.text_rules import LookProblem
from vnsign.pdf.reading.fields import Field

_OFF = "/Off"
#: Boxes to tick are some 10 points wide, those for large print some 30.
MAX_MARK_POINTS = 72.0


def states_kept(old: Field, new: Field) -> Iterator[Change]:
    """Name each widget that shows another state although the value is the same."""
    for before, after in zip(old.widgets, new.widgets, strict=False):
        was, now = _shown(before, old.value), _shown(after, new.value)
        if was != now:
            where, values = f"field {old.name} /AS", {"value": shortened(new.value), "before": was, "shown": now}
            yield Change(kind=ChangeKind.LOOK_CHANGED, field=old.name, where=where, values=values)


def states_of_value(new: Field) -> Iterator[Change]:
    """Name each widget that shows another state than the new value names."""
    for widget in new.widgets:
        shown = _shown(widget, new.value)
        if shown != _expected(widget, new.value):
            where = f"field {new.name} /AS"
            values = {"value": shortened(new.value), "problem": LookProblem.OTHER_TEXT.value, "shown": shown}
            yield Change(kind=ChangeKind.LOOK_DIFFERS_FROM_VALUE, field=new.name, where=where, values=values)


def only_draws_marks(pair: RevisionPair, before: pikepdf.Object, after: pikepdf.Object, *, lies_over: LiesOver) -> bool:
    """Tell whether a widget's looks are what they were, or a mark drawn anew as iText does for a state that is set."""
    old, new = before.get("/AP"), after.get("/AP")
    if not (isinstance(old, pikepdf.Dictionary) and isinstance(new, pikepdf.Dictionary)):
        return False
    had, has = old.get("/N"), new.get("/N")
    if not (isinstance(had, pikepdf.Dictionary) and isinstance(has, pikepdf.Dictionary)):
        return False
    if pair.different_keys(old, new, ignored=frozenset({"/N"})) or set(had.keys()) != set(has.keys()):
        return False
    drawn = pair.different_keys(had, has)
    return _OFF not in drawn and all(
        is_mark(before=before, after=after, look=has[state], lies_over=lies_over) for state in drawn
    )


def _shown(widget: pikepdf.Object, value: object) -> str:
    """Return the state that viewers draw; a widget that names none is drawn by the value."""
    state = widget.get("/AS")
    return str(state) if isinstance(state, pikepdf.Name) else _expected(widget, value)


def _expected(widget: pikepdf.Object, value: object) -> str:
    looks = widget.get("/AP")
    normal = looks.get("/N") if isinstance(looks, pikepdf.Dictionary) else None
    named = str(value) if isinstance(value, pikepdf.Name) else _OFF
    has_state = not isinstance(normal, pikepdf.Dictionary) or named in normal
    return named if has_state else _OFF
