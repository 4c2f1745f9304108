"""Judges what the revisions after a signature did, by what that signature permits.

A table row per kind of change, a column per permission of the signature (DocMDP /P of its certification or of its
field's lock). Then three checks beside it, which can only make the verdict worse: appended bytes that readers
understand in different ways, and a file that had to be repaired, perhaps show something else to others; and pyHanko's
difference analysis is a second opinion. Increments of the kinds that every e-office appends, in a file that can be read
in one way only, are judged by what each of them wrote; the checks would find nothing there.

Source: ISO 32000-2 §12.8.2.2 (DocMDP, Table 257), §12.8.2.4 (FieldMDP); design of this project §3.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

from vnsign.pdf.comparing.appended import oddity_of_appended, rewritten_objects
from vnsign.pdf.comparing.change_kinds import Change, ChangeKind
from vnsign.pdf.comparing.changes import compare_pair
from vnsign.pdf.comparing.increments.plain_changes import changes_of_increments
from vnsign.pdf.comparing.object_streams import oddity_of_object_streams
from vnsign.pdf.comparing.opinions import NO_OPINION, Opinion
from vnsign.pdf.comparing.page_tree import oddity_of_page_tree
from vnsign.pdf.comparing.plain import is_plain
from vnsign.pdf.comparing.revisions import RevisionPair, Side
from vnsign.pdf.comparing.second_opinion import Asking, ask_second_opinion
from vnsign.pdf.comparing.spelling import oddity_of_spelling
from vnsign.pdf.opening import HARMLESS_WARNINGS
from vnsign.pdf.reading.opened import OpenedPdf
from vnsign.pdf.reading.structure import FoundSignature
from vnsign.report import ChangeReport, Finding, FindingCode, Modifications, Severity
from vnsign.verification.signatures import LaterChanges


class _Weight(IntEnum):
    """How much a change weighs, worst last."""

    NOTHING = 0
    PERMITTED = 1
    SUSPICIOUS = 2
    FORBIDDEN = 3


_N, _P, _S, _F = _Weight.NOTHING, _Weight.PERMITTED, _Weight.SUSPICIOUS, _Weight.FORBIDDEN

# Columns: no DocMDP; P=1 (no changes); P=2 (fill in, sign); P=3 (also annotate).
_TABLE: Mapping[ChangeKind, tuple[_Weight, _Weight, _Weight, _Weight]] = {
    ChangeKind.SECURITY_STORE: (_N, _N, _N, _N),
    ChangeKind.DOCUMENT_TIMESTAMP: (_N, _N, _N, _N),
    ChangeKind.METADATA: (_N, _N, _N, _N),
    ChangeKind.STRUCTURE_EXTENDED: (_N, _N, _N, _N),
    ChangeKind.FIELD_FILLED: (_P, _F, _P, _P),
    ChangeKind.FIELD_REFILLED: (_S, _F, _S, _S),
    ChangeKind.LOOK_CHANGED: (_S, _F, _S, _S),
    ChangeKind.LOOK_DIFFERS_FROM_VALUE: (_S, _F, _S, _S),
    ChangeKind.FIELD_SIGNED: (_P, _F, _P, _P),
    ChangeKind.SIGNATURE_FIELD_ADDED: (_P, _F, _S, _S),
    ChangeKind.FIELD_ADDED: (_S, _F, _F, _F),
    ChangeKind.FIELD_REMOVED: (_F, _F, _F, _F),
    ChangeKind.FIELD_CHANGED: (_S, _F, _S, _S),
    ChangeKind.SIGNATURE_CHANGED: (_F, _F, _F, _F),
    ChangeKind.FORM_CHANGED: (_S, _F, _S, _S),
    # a remark beside the text; one that covers something, or does more than remark, is "odd"
    ChangeKind.ANNOTATION_ADDED: (_P, _F, _F, _P),
    ChangeKind.ANNOTATION_CHANGED: (_S, _F, _F, _P),
    ChangeKind.ANNOTATION_REMOVED: (_S, _F, _F, _P),
    ChangeKind.PAGE_CHANGED: (_F, _F, _F, _F),
    ChangeKind.PAGES_ADDED_OR_REMOVED: (_F, _F, _F, _F),
    ChangeKind.CATALOG_CHANGED: (_S, _F, _S, _S),
    ChangeKind.ENCRYPTION_CHANGED: (_S, _F, _S, _S),
}
_CODES: Mapping[ChangeKind, FindingCode] = {
    ChangeKind.FIELD_FILLED: FindingCode.FIELDS_FILLED,
    ChangeKind.FIELD_REFILLED: FindingCode.FIELD_CHANGED,
    ChangeKind.LOOK_CHANGED: FindingCode.APPEARANCE_CHANGED_VALUE_KEPT,
    ChangeKind.LOOK_DIFFERS_FROM_VALUE: FindingCode.APPEARANCE_DIFFERS_FROM_VALUE,
    ChangeKind.FIELD_SIGNED: FindingCode.SIGNATURES_ADDED,
    ChangeKind.SIGNATURE_FIELD_ADDED: FindingCode.FIELD_ADDED,
    ChangeKind.FIELD_ADDED: FindingCode.FIELD_ADDED,
    ChangeKind.FIELD_REMOVED: FindingCode.FIELD_CHANGED,
    ChangeKind.FIELD_CHANGED: FindingCode.FIELD_CHANGED,
    ChangeKind.SIGNATURE_CHANGED: FindingCode.FIELD_CHANGED,
    ChangeKind.FORM_CHANGED: FindingCode.FIELD_CHANGED,
    ChangeKind.ANNOTATION_ADDED: FindingCode.ANNOTATION_CHANGED,
    ChangeKind.ANNOTATION_CHANGED: FindingCode.ANNOTATION_CHANGED,
    ChangeKind.ANNOTATION_REMOVED: FindingCode.ANNOTATION_CHANGED,
    ChangeKind.PAGE_CHANGED: FindingCode.CONTENT_CHANGED,
    ChangeKind.PAGES_ADDED_OR_REMOVED: FindingCode.CONTENT_CHANGED,
    ChangeKind.CATALOG_CHANGED: FindingCode.CONTENT_CHANGED,
    ChangeKind.ENCRYPTION_CHANGED: FindingCode.CONTENT_CHANGED,
}
# Page and page tree entries that decide what is drawn where; a change of any other is odd but not the content's.
_DRAWN_PAGE_KEYS = frozenset(
    {
        *("/Contents", "/Resources", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate"),
        *("/UserUnit", "/Group", "/Parent", "/Type", "/Count"),
    }
)
_LOCKABLE = frozenset(
    {
        ChangeKind.FIELD_FILLED,
        ChangeKind.FIELD_REFILLED,
        ChangeKind.FIELD_CHANGED,
        ChangeKind.FIELD_SIGNED,
        ChangeKind.LOOK_CHANGED,
        ChangeKind.LOOK_DIFFERS_FROM_VALUE,
    }
)
_SEVERITY = {
    _Weight.NOTHING: Severity.INFO,
    _Weight.PERMITTED: Severity.INFO,
    _Weight.SUSPICIOUS: Severity.UNDECIDED,
    _Weight.FORBIDDEN: Severity.ERROR,
}
_MODIFICATIONS = {
    _Weight.NOTHING: Modifications.NONE,
    _Weight.PERMITTED: Modifications.PERMITTED,
    _Weight.SUSPICIOUS: Modifications.SUSPICIOUS,
    _Weight.FORBIDDEN: Modifications.FORBIDDEN,
}
_CLAUSE_DOCMDP = "ISO 32000-2 §12.8.2.2"
_CLAUSE_FIELDMDP = "ISO 32000-2 §12.8.2.4"


def judge_changes(file: OpenedPdf, found: FoundSignature, *, opinion: Asking = Asking.WHERE_NEEDED) -> LaterChanges:
    """Return what followed a signature and how much it weighs.

    Does not check: whether later signatures are valid (each is judged on its own).

    Args:
        file: The whole file.
        found: A signature whose byte range is in order.
        opinion: Whether to ask pyHanko too; not worth it for a signature that has failed already.
    """
    end = found.covered_end
    try:
        if file.is_blank_after(end):
            return LaterChanges(modifications=Modifications.NONE, findings=())
        if opinion is not Asking.ALWAYS and (plain := changes_of_increments(file, end)) is not None:
            return _weigh(plain, found)
        compared = _compare(file, end, opinion=opinion)
    except Exception as exc:  # noqa: BLE001 — boundary: a hostile object tree; not compared is undecided, never "none"
        return _not_judged(found, reason=type(exc).__name__)
    return _judge_compared(file, found, compared)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """What the general comparison found.

    Attributes:
        odd: Why readers may disagree about the appended bytes, empty if they cannot.
        is_repaired: Whether a reader had to repair more than in the signed revision.
        needs_opinion: Whether a second reader is worth asking.
    """

    changes: tuple[Change, ...]
    odd: str
    is_repaired: bool
    needs_opinion: bool


def _compare(file: OpenedPdf, end: int, *, opinion: Asking) -> _Compared:
    old = file.until(end)
    pair = RevisionPair(_side(file, end), _side(file, len(file.data)))
    changes = compare_pair(pair)
    repaired = _repaired_since(file, end)
    odd = (
        oddity_of_appended(file.buffer(), end, old=old)
        or oddity_of_object_streams(pair)
        or oddity_of_spelling(file.buffer(), end, pair)
        or oddity_of_page_tree(file.buffer(), pair)
    )
    needs_opinion = opinion is Asking.ALWAYS or (
        opinion is Asking.WHERE_NEEDED
        and not odd
        and not is_plain(pair, changes, rewritten=rewritten_objects(file.buffer(), end))
    )
    return _Compared(changes=changes, odd=odd, is_repaired=bool(repaired), needs_opinion=needs_opinion)


def _judge_compared(file: OpenedPdf, found: FoundSignature, compared: _Compared) -> LaterChanges:
    result = _weigh(compared.changes, found)
    if compared.odd:
        return _worsened(result, found, reason=compared.odd)
    if result.modifications in _MAY_BE_WORSE:
        if compared.is_repaired:
            return _worsened(result, found, reason="the file had to be repaired to be read")
        # pyHanko takes every remark for suspicious
        is_remarked = any(change.kind in _ANNOTATIONS for change in compared.changes)
        said = ask_second_opinion(file, found) if compared.needs_opinion and not is_remarked else NO_OPINION
        if said.verdict is Opinion.REFUSED:
            return _worsened(result, found, reason=said.reason)
    return result


_ANNOTATIONS = frozenset({ChangeKind.ANNOTATION_ADDED, ChangeKind.ANNOTATION_CHANGED, ChangeKind.ANNOTATION_REMOVED})


def _side(file: OpenedPdf, end: int) -> Side:
    """What was read of a revision serves every signature of the file."""
    return file.remember(("side", end), lambda: Side(file.until(end), size=end))


def _repaired_since(file: OpenedPdf, end: int) -> frozenset[str]:
    """What a reader has to repair that it did not have to in the signed revision."""
    repaired = file.warnings() - file.warnings(end) - HARMLESS_WARNINGS
    if repaired:
        # the whole file was read to its last object, the signed revision only where it was compared
        list(file.until(end).objects)
        repaired -= file.warnings(end)
    return repaired


_MAY_BE_WORSE = frozenset({Modifications.NONE, Modifications.PERMITTED})


def _weigh(changes: Iterable[Change], found: FoundSignature) -> LaterChanges:
    worst = _Weight.NOTHING
    findings: list[Finding] = []
    listed: list[ChangeReport] = []
    for change in changes:
        weight = _weight(change, found)
        worst = max(worst, weight)
        listed.append(_listed(change, weight))
        if weight is not _Weight.NOTHING:
            findings.append(_finding(change, weight, found=found))
    return LaterChanges(modifications=_MODIFICATIONS[worst], findings=tuple(findings), changes=tuple(listed))


def _listed(change: Change, weight: _Weight) -> ChangeReport:
    return ChangeReport(
        kind=change.kind.value,
        modifications=_MODIFICATIONS[weight],
        object_id="{} {}".format(*change.object_id) if change.object_id is not None else "",
        page=change.page,
        field=change.field,
        where=change.where,
        values=change.values,
    )


def _is_locked(change: Change, found: FoundSignature) -> bool:
    if change.kind not in _LOCKABLE or change.field == found.field:
        return False
    return any(lock.closes(change.field) for lock in found.locks)


def _weight(change: Change, found: FoundSignature) -> _Weight:
    weight = _TABLE[change.kind][found.permissions or 0]
    if _is_locked(change, found):
        return _Weight.FORBIDDEN
    if change.kind is ChangeKind.PAGE_CHANGED and change.values.get("key") not in _DRAWN_PAGE_KEYS:
        return _Weight.SUSPICIOUS
    if "odd" in change.values:
        return max(weight, _Weight.SUSPICIOUS)
    invisible = change.values.get("visible") == "no"
    if change.kind is ChangeKind.SIGNATURE_FIELD_ADDED and invisible and weight is _Weight.SUSPICIOUS:
        return _Weight.PERMITTED
    return weight


def _finding(change: Change, weight: _Weight, *, found: FoundSignature) -> Finding:
    code = _CODES[change.kind]
    locked = _is_locked(change, found)
    if locked:
        code = FindingCode.FIELD_CHANGED_AFTER_LOCK
    elif code is FindingCode.FIELD_ADDED and weight is _Weight.PERMITTED:
        code = FindingCode.SIGNATURES_ADDED
    values = {"change": change.kind.value, **change.values}
    if found.permissions is not None:
        values["permissions"] = str(found.permissions)
    clause = _CLAUSE_FIELDMDP if locked else _CLAUSE_DOCMDP
    severity = _SEVERITY[weight]
    if code is FindingCode.ANNOTATION_CHANGED and weight is _Weight.PERMITTED:
        # allowed, but a person should know that not all he sees was signed
        severity = Severity.WARNING
    return Finding(code=code, severity=severity, clause=clause, where=change.where, values=values)


def _not_judged(found: FoundSignature, *, reason: str) -> LaterChanges:
    finding = Finding(
        code=FindingCode.CHANGES_NOT_JUDGED,
        severity=Severity.UNDECIDED,
        clause=_CLAUSE_DOCMDP,
        where=found.field,
        values={"reason": reason},
    )
    return LaterChanges(modifications=Modifications.UNKNOWN, findings=(finding,))


def _worsened(result: LaterChanges, found: FoundSignature, *, reason: str) -> LaterChanges:
    doubt = _not_judged(found, reason=reason)
    worst = result.modifications if result.modifications is Modifications.FORBIDDEN else Modifications.SUSPICIOUS
    return replace(result, modifications=worst, findings=(*result.findings, *doubt.findings))
