"""Text that may stand in XML 1.0."""

from __future__ import annotations

import re

#: All that is no Char. Source: W3C XML 1.0 §2.2.
_NO_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Replace what XML cannot carry (control characters, lone surrogates) by U+FFFD."""
    return _NO_CHARACTER.sub("�", text)
