"""Texts as they are compared: two that a reader cannot tell apart count as one.

Invariants:
    - What shows nothing (Default_Ignorable_Code_Point of Unicode, and the blank of Braille) makes no difference.

What it does not do: it knows no look-alikes within one script, and none between whole words of different scripts. That
a name is somebody's own is for whoever authenticates people; nothing here does.

Source: RFC 5280 §7.1; RFC 4518 §2.2, §2.3, §2.6.1; Unicode UAX #44 (Default_Ignorable_Code_Point), UTS #39 §5.1.
"""

from __future__ import annotations

import re
import unicodedata

#: Default_Ignorable_Code_Point (DerivedCoreProperties.txt) where the category alone does not say so, and U+2800, which
#: is a sign without ink.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
#: Scripts whose letters pass for one another.
_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE", "LISU", "GOTHIC"})


def prepare_text(text: str) -> str:
    """Return ``text`` as two names are compared: NFKC, case folded, spaces made one, invisible characters dropped.

    Does not check: that the text may stand in a name.

    Source: RFC 5280 §7.1; RFC 4518 §2.2, §2.3, §2.6.1.
    """
    # Dropped before and after: an invisible character keeps others from being composed.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", _visible(text)).casefold())
    return " ".join(unicodedata.normalize("NFKC", _visible(folded)).split())


def mixed_scripts(text: str) -> tuple[str, ...]:
    """Return the scripts of a text whose letters pass for one another, sorted, if there are several; else nothing.

    Source: Unicode UTS #39 §5.1 (mixed-script detection), for the scripts that look like Latin.
    """
    letters = {c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c).startswith("L")}
    found = {unicodedata.name(letter, "").partition(" ")[0] for letter in letters} & _ALIKE
    return tuple(sorted(found)) if len(found) > 1 else ()


def _visible(text: str) -> str:
    kept = (c for c in _INVISIBLE.sub("", text) if c.isspace() or not unicodedata.category(c).startswith("C"))
    return "".join(kept)
