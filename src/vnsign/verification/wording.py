"""Texts in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Language(StrEnum):
    """Languages of what is written for people."""

    VI = "vi"
    EN = "en"


Words = Mapping[Language, str]


def words(vi: str, en: str) -> Words:
    """Return a text in both languages."""
    return {Language.VI: vi, Language.EN: en}
