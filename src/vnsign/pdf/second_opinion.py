"""pyHanko's difference analysis as a second opinion on what our own comparison let pass.

Two readers with different parsers must agree before a change after signing counts as harmless.

What it does not do: make a verdict better. An opinion that could not be had (pyHanko cannot read every real file, and
takes minutes for some) is no opinion; our own comparison stands alone then.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

import pikepdf
from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, ModificationLevel, SuspiciousModification
from pyhanko.sign.fields import MDPPerm

from vnsign.pdf.structure import FoundSignature


class Opinion(StrEnum):
    """What the second reader thinks."""

    AGREED = "agreed"
    REFUSED = "refused"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """The opinion and, when refused, why."""

    verdict: Opinion
    reason: str = ""


_AGREED = SecondOpinion(verdict=Opinion.AGREED)
NO_OPINION = SecondOpinion(verdict=Opinion.NONE)
_FILLING = ModificationLevel.FORM_FILLING
#: pyHanko reads a stream's table of n objects anew for each of them: n² entries, about 3 µs each, for each revision.
MAX_TABLE_READS = 300_000
#: Each signature has every later revision compared: the square of this, about 10 ms each.
MAX_REVISIONS = 20
_COMPRESSED = 2
_LOGGER = "pyhanko"


def is_opinion_affordable(pdf: pikepdf.Pdf, data: bytes) -> bool:
    """Tell whether pyHanko can read this file, for all its signatures, in a second or two."""
    if data.count(b"startxref") > MAX_REVISIONS:
        return False
    sizes = Counter(e.obj_stream_number for e in pdf.get_xref_table().values() if e.type == _COMPRESSED)
    return sum(size * size for size in sizes.values()) <= MAX_TABLE_READS


def ask_second_opinion(data: bytes, found: FoundSignature) -> SecondOpinion:
    """Return pyHanko's opinion on the revisions after a signature.

    Field locks are not put to it: it takes a DSS after a lock on all fields for a change of fields (a false alarm seen
    with version 0.38); our own comparison judges locks.

    Args:
        data: The whole file.
        found: A signature whose byte range is in order.
    """
    if found.object_id == (0, 0) or found.permissions == MDPPerm.ANNOTATE.value:
        # it finds no revision for a dictionary without a number, and was not made for annotations
        return NO_OPINION
    _silence()
    try:
        level = _worst_level(data, found)
    except SuspiciousModification as exc:
        return SecondOpinion(verdict=Opinion.REFUSED, reason=" ".join(str(exc).split())[:200])
    except Exception:  # noqa: BLE001 — boundary: the analysis lets any exception out on odd files; then it has no opinion
        return NO_OPINION
    allowed = ModificationLevel.LTA_UPDATES if found.permissions == MDPPerm.NO_CHANGES.value else _FILLING
    if level > allowed:
        return SecondOpinion(verdict=Opinion.REFUSED, reason=f"level {level.name}")
    return _AGREED


def _silence() -> None:
    """What pyHanko logs about odd files is in the report; without a handler Python would print it to the terminal."""
    logger = logging.getLogger(_LOGGER)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def _worst_level(data: bytes, found: FoundSignature) -> ModificationLevel:
    reader = PdfFileReader(BytesIO(data), strict=False)
    number, generation = found.object_id
    signed = reader.xrefs.get_last_change(Reference(number, generation, pdf=reader))
    base = reader.get_historical_resolver(signed)
    permission = MDPPerm(found.permissions) if found.permissions is not None else None
    worst = ModificationLevel.NONE
    for revision in range(signed + 1, reader.xrefs.total_revisions):
        result = DEFAULT_DIFF_POLICY.apply(old=base, new=reader.get_historical_resolver(revision), doc_mdp=permission)
        worst = max(worst, result.modification_level)
    return worst
