"""The agency's signature: what its key may sign, proven before it signs."""

from __future__ import annotations

from enum import StrEnum

from vnsign.adapters.clock import SystemClock
from vnsign.adapters.http import HttpRevocationSource
from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.anchors import TrustAnchors
from vnsign.ports import Clock, RevocationSource, TimestampSource
from vnsign.report import Verdict
from vnsign.signing.levels import TargetLevel, target_level
from vnsign.signing.signer import PreparedSigner
from vnsign.wiring.extending import extend_pdf
from vnsign.wiring.signing import sign_pdf
from vnsign.wiring.verifying import inspect_pdf


class SealPurpose(StrEnum):
    """Why the agency's key may sign. Source: NĐ 30/2020/NĐ-CP Điều 32.2."""

    #: A document validly signed by the authorised person, proved from the bytes.
    ISSUED_DOCUMENT = "issued_document"


def seal_pdf(
    pdf: bytes,
    signer: PreparedSigner,
    *,
    field: str,
    trust: TrustAnchors,
    purpose: SealPurpose = SealPurpose.ISSUED_DOCUMENT,
    level: TargetLevel | str = TargetLevel.B_LT,
    tsa: str | TimestampSource,
    image: bytes | None = None,
    revocation: RevocationSource | None = None,
    clock: Clock | None = None,
) -> bytes:
    """Put the agency's seal on a document that the authorised person has validly signed.

    Does not check: that this person may sign for the agency (docflow proves that from its records).

    Args:
        pdf: Signed by the authorised person, number and date filled in.
        signer: The agency.
        field: The prepared, empty seal field.
        trust: Anchors that the person's certificate must lead to.
        purpose: What the bytes must prove.
        level: See :func:`sign_pdf`.
        tsa: URL of an RFC 3161 service, or a source of your own.
        image: The seal.
        revocation: Where CRLs come from, both for judging the person's signature and for B-LT.
        clock: See :func:`sign_pdf`.

    Raises:
        UsageError: SEAL_REFUSED naming why, and what :func:`sign_pdf` raises.
        InputError, ServiceUnavailable: As :func:`sign_pdf`.

    Source: NĐ 30/2020/NĐ-CP Điều 32.2; TT 01/2019/TT-BNV Điều 14.3.
    """
    if purpose is not SealPurpose.ISSUED_DOCUMENT:  # a caller without types passes a string
        raise UsageError(ErrorCode.SEAL_REFUSED, f"the agency's key does not sign for the purpose {purpose!r}")
    source = revocation or HttpRevocationSource()
    now = (clock or SystemClock()).now()
    report = inspect_pdf(pdf, trust=trust, at=now, revocation=source)
    if report.verdict is not Verdict.TOTAL_PASSED:
        found = ", ".join(sorted({f.code.value for f in report.all_findings()})) or report.verdict.value
        raise UsageError(
            ErrorCode.SEAL_REFUSED,
            f"the agency's key signs only a document validly signed by the authorised person; found {found}",
            way_out="let the authorised person sign, and check the trust folder",
        )
    target = target_level(level)
    first = TargetLevel.B_T if target is TargetLevel.B_LT else target
    sealed = sign_pdf(pdf, signer, field=field, level=first, tsa=tsa, image=image, clock=clock)
    if target is not TargetLevel.B_LT:
        return sealed
    return extend_pdf(sealed, revocation=source, known=(*signer.chain, *trust.intermediates))
