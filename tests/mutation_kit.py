"""Signed PDFs damaged and changed at random, by a seed: flipped bits, cut ends, spliced increments, changed objects."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from io import BytesIO

import pikepdf

from tests.forgery import append_increment, body_of

_END = b"%%EOF"
Mutation = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def flip(dice: random.Random, pdf: bytes, _others: Sequence[bytes]) -> bytes:
    """Flip up to three bits, half the time in what was appended last."""
    changed = bytearray(pdf)
    for _ in range(dice.choice((1, 1, 2, 3))):
        first = max(0, len(pdf) - 4_000) if dice.random() < 0.5 else 0
        changed[dice.randrange(first, len(pdf))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def cut(dice: random.Random, pdf: bytes, _others: Sequence[bytes]) -> bytes:
    """Cut the end off, half the time behind some revision."""
    ends = _ends(pdf)
    return pdf[: dice.choice(ends) if ends and dice.random() < 0.5 else dice.randrange(len(pdf))]


def splice(dice: random.Random, pdf: bytes, others: Sequence[bytes]) -> bytes:
    """Append a revision of another file, or of this one once more."""
    other = dice.choice((pdf, *others))
    starts = [0, *_ends(other)]
    begin = dice.choice(starts[:-1] or [0])
    return (
        pdf[: dice.choice(_ends(pdf) or [len(pdf)])]
        + other[begin : dice.choice([s for s in starts if s > begin] or [len(other)])]
    )


def change_objects(dice: random.Random, pdf: bytes, _others: Sequence[bytes]) -> bytes:
    """Write up to three objects again, each as it was, with an entry changed or removed, or with another's body."""
    with pikepdf.open(BytesIO(pdf)) as document:
        numbers = [
            item.objgen[0]
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary | pikepdf.Stream) and item.objgen[1] == 0
        ]
        keys = {n: [k[1:] for k in document.get_object(n, 0).keys()] for n in numbers}  # noqa: SIM118 — a PDF dictionary
    objects: dict[int, bytes] = {}
    for _ in range(dice.choice((1, 1, 2, 3))):
        number = dice.choice(numbers)
        source = number if dice.random() < 0.8 else dice.choice(numbers)
        entries: dict[str, bytes | None] = {}
        if keys[source] and dice.random() < 0.8:
            value = dice.choice((None, b"null", b"(x)", b"/Sig", b"0", b"[]", b"%d 0 R" % dice.choice(numbers)))
            entries[dice.choice(keys[source])] = value
        objects[number] = body_of(pdf, source, **entries)
    return append_increment(pdf, objects)


#: Each with its weight.
MUTATIONS: tuple[tuple[Mutation, int], ...] = ((flip, 5), (cut, 1), (splice, 1), (change_objects, 2))


def mutate(dice: random.Random, pdf: bytes, others: Sequence[bytes]) -> bytes:
    """Return ``pdf`` with one mutation, sometimes two; the original if a mutation cannot be made of this file."""
    for _ in range(dice.choice((1, 1, 1, 2))):
        mutation = dice.choices([m for m, _ in MUTATIONS], [weight for _, weight in MUTATIONS])[0]
        try:
            pdf = mutation(dice, pdf, others)
        except (
            pikepdf.PdfError,
            pikepdf.PasswordError,
            ValueError,
            KeyError,
            TypeError,
            IndexError,
            AttributeError,
            RuntimeError,
        ):
            continue
    return pdf


def _ends(pdf: bytes) -> list[int]:
    found: list[int] = []
    at = pdf.find(_END)
    while at >= 0:
        found.append(min(len(pdf), at + len(_END) + 1))
        at = pdf.find(_END, at + 1)
    return found
