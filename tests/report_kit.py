"""Reports to render: ordinary ones, and ones with every text that a hostile file can carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone

from vnsign.rendering.items import Item, Setting
from vnsign.report import (
    CertificateReport,
    CertificateRole,
    CertificateState,
    ChangeReport,
    Check,
    Coverage,
    DocumentReport,
    EvidenceKind,
    EvidenceOrigin,
    EvidenceReport,
    Finding,
    FindingCode,
    Indication,
    Level,
    LevelReason,
    Modifications,
    Outcome,
    RevisionReport,
    Severity,
    SignatureReport,
    Step,
    StepReport,
    SubIndication,
    TimeSource,
    TimestampReport,
    Verdict,
)
from vnsign.verification.messages import Language

AT = datetime(2026, 11, 28, 10, tzinfo=UTC)
SETTING = Setting(at=AT, language=Language.VI, version="1.2.3", policy="vn-official")
#: What a file's name, a subject or a field can hold: markup, ends of CDATA, characters no XML may carry, right-to-left
#: marks, a byte that is no UTF-8, a lone surrogate, other planes, and no end.
HOSTILE = (
    "<script>alert('x')</script>\"><img src=x onerror=alert(1)>&amp;<!--",
    ']]></failure><testcase name="forged"/><![CDATA[',
    "nul\0 bell\a escape\x1b[2J line\nline\r tab\t \ufffe\uffff",
    "abc\u202egpj.fdp\u2066\u200f",
    "no-utf8-\udcff-\ud800",
    "\U0001f4a9\U0010ffff",
    "{reason} {0} %s ${x} {{",
    "dài " * 5000,
)


def finding(code: FindingCode, severity: Severity, *, where: str = "", **values: str) -> Finding:
    """Return a finding."""
    return Finding(code=code, severity=severity, clause="EN 319 102-1 §5.2.7", where=where, values=values)


def certificate(subject: str = "CN=Nguyễn Văn Ủy") -> CertificateReport:
    """Return a certificate with an answer that says it is good."""
    evidence = EvidenceReport(
        kind=EvidenceKind.OCSP,
        origins=(EvidenceOrigin.SECURITY_STORE,),
        this_update=AT,
        next_update=AT + timedelta(days=1),
        sha256="ab" * 32,
        is_decisive=True,
    )
    return CertificateReport(
        role=CertificateRole.SIGNER,
        subject=subject,
        issuer="CN=CA",
        serial="0a",
        sha256="cd" * 32,
        not_before=AT,
        not_after=AT + timedelta(days=365),
        state=CertificateState.GOOD,
        judged_at=AT,
        evidence=(evidence,),
    )


def signature(
    indication: Indication = Indication.TOTAL_PASSED,
    *findings: Finding,
    text: str = "ChuKy",
    subindication: SubIndication | None = None,
) -> SignatureReport:
    """Return a signature whose field, signer and path say ``text``."""
    return SignatureReport(
        field=text,
        indication=indication,
        subindication=subindication,
        intact=True,
        valid=True,
        covers_whole_document=False,
        modifications=Modifications.PERMITTED,
        level=Level.PADES_B_T,
        signing_time=AT,
        time_source=TimeSource.SIGNATURE_TIMESTAMP,
        signer=f"CN={text}",
        findings=findings,
        signer_sha256="ef" * 32,
        coverage=Coverage.ENTIRE_REVISION,
        next_level=Level.PADES_B_LT,
        level_reason=LevelReason.NO_EVIDENCE_FOR_SIGNER,
        claimed_time=AT.astimezone(timezone(timedelta(hours=7))),
        steps=(
            StepReport(
                step=Step.CRYPTOGRAPHY,
                outcome=Outcome.PASSED,
                checks=(Check(name="message_digest", outcome=Outcome.PASSED, values={"seen": text}),),
                findings=findings,
            ),
        ),
        chain=(certificate(text),),
        changes=(ChangeReport(kind="field_filled", modifications=Modifications.PERMITTED, page=1, field=text),),
        revision=1,
    )


def timestamp(
    text: str = "DauThoiGian", kind: str = "document", indication: Indication = Indication.TOTAL_PASSED
) -> TimestampReport:
    """Return a timestamp whose field and authority say ``text``."""
    return TimestampReport(
        kind=kind, field=text, indication=indication, subindication=None, time=AT, authority=f"CN={text}"
    )


def document(
    verdict: Verdict,
    *signatures: SignatureReport,
    file: str = "a/b.pdf",
    findings: Iterable[Finding] = (),
    timestamps: Iterable[TimestampReport] = (),
) -> DocumentReport:
    """Return a document."""
    return DocumentReport(
        file=file,
        verdict=verdict,
        signatures=signatures,
        timestamps=tuple(timestamps),
        findings=tuple(findings),
        policy="vn-official",
        validation_time=AT,
        revisions=(RevisionReport(number=1, start=0, end=10, added=("content",), signatures=("ChuKy",)),),
    )


PASSED = document(
    Verdict.TOTAL_PASSED, signature(), timestamps=(timestamp(kind="signature", text="ChuKy"), timestamp())
)
UNDECIDED = document(
    Verdict.INDETERMINATE,
    signature(
        Indication.INDETERMINATE,
        finding(FindingCode.REVOCATION_NOT_CHECKED, Severity.UNDECIDED, where="CN=CA"),
        subindication=SubIndication.TRY_LATER,
    ),
    file="undecided.pdf",
)
FAILED = document(
    Verdict.TOTAL_FAILED,
    signature(
        Indication.TOTAL_FAILED,
        finding(FindingCode.TIME_ONLY_CLAIMED, Severity.WARNING),
        finding(FindingCode.FIELDS_FILLED, Severity.INFO, where="field so", after="15"),
        finding(FindingCode.DIGEST_MISMATCH, Severity.ERROR),
        subindication=SubIndication.HASH_FAILURE,
    ),
    file="failed.pdf",
)
UNSIGNED = document(Verdict.NO_SIGNATURE, file="unsigned.pdf")
UNREADABLE = document(
    Verdict.UNREADABLE,
    file="unreadable.pdf",
    findings=(finding(FindingCode.FILE_NOT_READABLE, Severity.ERROR, reason="No such file or directory"),),
)
EVERY_VERDICT = (PASSED, UNDECIDED, FAILED, UNSIGNED, UNREADABLE)


def hostile_documents() -> Iterator[DocumentReport]:
    """Yield a document for each hostile text, which stands wherever a file can put text."""
    for text in HOSTILE:
        findings = (
            finding(FindingCode.FIELD_CHANGED, Severity.ERROR, where=f"field {text}", before=text, after=text),
            finding(FindingCode.SIGNATURE_BROKEN, Severity.UNDECIDED, reason=text),
        )
        yield document(
            Verdict.TOTAL_FAILED,
            signature(Indication.TOTAL_FAILED, *findings, text=text),
            file=text,
            timestamps=(timestamp(text), timestamp(text, kind="signature")),
        )
        yield document(Verdict.UNREADABLE, file=text, findings=findings)


def items(reports: Iterable[DocumentReport], *, unmet: tuple[str, ...] = ()) -> Iterator[Item]:
    """Return reports as items."""
    return (Item(report=report, unmet=unmet, met=("level=B-B",)) for report in reports)
