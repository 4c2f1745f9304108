"""The table of known authorities: keys as they are looked up, names that tell them apart."""

from __future__ import annotations

import re

from vnsign.policy.known_anchors import KNOWN_AUTHORITIES, Scheme, describe_anchor

ROOT_G2 = "F04BA4B459A7C9A1B971AD9B1CB833E695A80C79AEA63B174B66A70EDFE2FDB8"


def test_an_authority_is_known_by_its_fingerprint() -> None:
    """Either case of the hexadecimal digits; anything else is nobody."""
    known = describe_anchor(ROOT_G2)

    assert known is not None
    assert (known.scheme, known.generation, known.is_root) == (Scheme.OFFICIAL_USE, "G2", True)
    assert describe_anchor(ROOT_G2.lower()) is known
    assert describe_anchor(ROOT_G2[:-1] + "9") is None
    assert describe_anchor("RootCA chuyên dùng Chính phủ G2") is None


def test_every_row_can_be_looked_up_and_told_apart() -> None:
    """64 lower-case hexadecimal digits; one name for one certificate."""
    assert all(re.fullmatch("[0-9a-f]{64}", sha256) for sha256 in KNOWN_AUTHORITIES)
    assert len({(a.scheme, a.generation, a.name) for a in KNOWN_AUTHORITIES.values()}) == len(KNOWN_AUTHORITIES)
