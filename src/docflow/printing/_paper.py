"""Paper that a book is printed on."""

from __future__ import annotations

from enum import StrEnum


class Paper(StrEnum):
    """Paper of the pages, landscape; the cover has the same."""

    A3 = "a3"
    A4 = "a4"
