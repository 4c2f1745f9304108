"""Verdicts: the pure verification joined with the clock and, only when asked, with CRLs over the network."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from vnsign.adapters.clock import SystemClock
from vnsign.errors import ErrorCode, SignatureRejected, UsageError
from vnsign.pdf.reading.structure import read_structure
from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.cms_certificates import certificates_in
from vnsign.pki.crl import unique_crls
from vnsign.ports import Clock, RevocationSource
from vnsign.report import DocumentReport, SignatureReport, Verdict
from vnsign.verification import inspect
from vnsign.verification.statements import inspect_statement as _inspect_statement


def inspect_pdf(
    pdf: bytes,
    *,
    trust: TrustAnchors,
    at: datetime | None = None,
    file: str = "",
    revocation: RevocationSource | None = None,
    clock: Clock | None = None,
) -> DocumentReport:
    """Say what the signatures of ``pdf`` are worth: a report for any bytes.

    Does not check: that a signer had authority to sign.

    Args:
        pdf: Any bytes.
        trust: Anchors of one scheme; an empty store gives INDETERMINATE.
        at: Time to judge at, aware; None is now. A proven signing time inside the file is still preferred.
        file: Name to put into the report.
        revocation: Asked for the CRLs that the file's certificates name; None stays offline: no packet leaves.
        clock: Tells "now".

    Raises:
        UsageError: BAD_ARGUMENT if ``at`` is not aware.
        ServiceUnavailable: ``revocation`` was given and could not be reached.

    Source: ETSI EN 319 102-1 §5; NĐ 68/2024/NĐ-CP Điều 31.
    """
    moment = at or (clock or SystemClock()).now()
    if moment.tzinfo is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "the validation time must be aware (have a time zone)")
    known = trust if revocation is None else _with_fresh_crls(pdf, trust, revocation)
    return inspect(pdf, trust=known, at=moment, file=file)


def verify_pdf(
    pdf: bytes,
    *,
    trust: TrustAnchors,
    at: datetime | None = None,
    file: str = "",
    revocation: RevocationSource | None = None,
    clock: Clock | None = None,
) -> DocumentReport:
    """Return the report only if every signature passed. See :func:`inspect_pdf`.

    Raises:
        SignatureRejected: Any other verdict, also "could not be decided" and "there is no signature"; it carries
            the report.
        UsageError: BAD_ARGUMENT.
    """
    report = inspect_pdf(pdf, trust=trust, at=at, file=file, revocation=revocation, clock=clock)
    if report.verdict is not Verdict.TOTAL_PASSED:
        raise SignatureRejected(report)
    return report


def inspect_statement(
    cms: bytes,
    statement: bytes,
    *,
    trust: TrustAnchors,
    at: datetime | None = None,
    revocation: RevocationSource | None = None,
    clock: Clock | None = None,
) -> SignatureReport:
    """Say what a detached signature over ``statement`` is worth. Arguments as for :func:`inspect_pdf`.

    Raises:
        UsageError: BAD_ARGUMENT.
        ServiceUnavailable: ``revocation`` was given and could not be reached.
    """
    moment = at or (clock or SystemClock()).now()
    known = trust if revocation is None else _with_crls_of((cms,), trust, revocation)
    return _inspect_statement(cms, statement, trust=known, at=moment)


def _with_fresh_crls(pdf: bytes, trust: TrustAnchors, source: RevocationSource) -> TrustAnchors:
    return _with_crls_of((found.contents for found in read_structure(pdf).signatures), trust, source)


def _with_crls_of(contents: Iterable[bytes], trust: TrustAnchors, source: RevocationSource) -> TrustAnchors:
    embedded = {certificate for cms in contents for certificate in certificates_in(cms)}
    subjects = [c for c in (*embedded, *trust.intermediates) if c.issuer != c.subject]
    crls = [crl for certificate in subjects for crl in source.crls_for(certificate)]
    return TrustAnchors(
        anchors=trust.anchors, intermediates=trust.intermediates, crls=unique_crls((*trust.crls, *crls))
    )
