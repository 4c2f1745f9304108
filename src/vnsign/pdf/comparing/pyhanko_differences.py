"""pyHanko's difference analysis, asked. Imported only when it is (see vnsign.pdf.comparing.second_opinion)."""

from __future__ import annotations

import logging
import re
from io import BytesIO

from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, ModificationLevel, SuspiciousModification
from pyhanko.sign.fields import MDPPerm

from vnsign.pdf.comparing.opinions import NO_OPINION, Opinion, SecondOpinion
from vnsign.pdf.reading.structure import FoundSignature

_LOGGER = "pyhanko"
_KEYS_DIFFER = re.compile(r"Dict keys differ: \{(.*)\} vs\. \{(.*)\}")
#: Objections that are false alarms on honest files, each about something that our own comparison decides with certainty
#: (it walks everything that the trailer leads to, by value). They count as no opinion, not as agreement.
_OVERRULED = tuple(
    re.compile(pattern)
    for pattern in (
        # objects that nothing leads to any more, or that lead nowhere new: what draws nothing
        r"The refs .* were freed in the revision provided",
        r"There are unexplained xrefs in revision",
        # the same content under another number
        r"Values for dict key \S+ differ: ?IndirectObject\(\d+, \d+\) changed to IndirectObject\(\d+, \d+\)",
        # PDFBox, signing in a field unseen, takes the field's place away
        r"Values for dict key /Rect differ: ?\[[^\]]*\] changed to \[0(?:\.0)?, 0(?:\.0)?, 0(?:\.0)?, 0(?:\.0)?\]",
        r"Values for dict key /T?I differ",
        # a security store that carries /Type, /TS, /TU or keys of its own; ISO 32000-2 Tables 261, 262 allow it
        r"VRI key .* is not formatted correctly",
        r"Unexpected keys in (DSS|VRI)",
        r"VRI entries should be dictionaries",
        # metadata draw nothing, whatever they look like
        r"(/Metadata|Metadata does not look like XMP|XML entities found in XMP)",
    )
)


def differ(data: bytes, found: FoundSignature) -> SecondOpinion:
    """Return what pyHanko says of the revisions after a signature; see :func:`ask_second_opinion`."""
    _silence()
    try:
        level = _worst_level(data, found)
    except SuspiciousModification as exc:
        reason = " ".join(str(exc).split())
        if any(pattern.match(reason) for pattern in _OVERRULED) or _is_about_a_choice(reason):
            return NO_OPINION
        return SecondOpinion(verdict=Opinion.REFUSED, reason=reason[:200])
    except Exception:  # noqa: BLE001 — boundary: the analysis lets any exception out on odd files; then it has no opinion
        return NO_OPINION
    allowed = (
        ModificationLevel.LTA_UPDATES
        if found.permissions == MDPPerm.NO_CHANGES.value
        else ModificationLevel.FORM_FILLING
    )
    if level > allowed:
        return SecondOpinion(verdict=Opinion.REFUSED, reason=f"level {level.name}")
    return SecondOpinion(verdict=Opinion.AGREED)


def _is_about_a_choice(reason: str) -> bool:
    """Which options of a choice are its value, and where its list begins, follow from the value."""
    sets = _KEYS_DIFFER.match(reason)
    return sets is not None and set(sets[1].split(", ")) ^ set(sets[2].split(", ")) <= {"'/I'", "'/TI'"}


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
