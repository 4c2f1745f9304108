"""The agency's signature: what its key may sign, proven before it signs."""

from __future__ import annotations

from enum import StrEnum

from vnsign.adapters.clock import SystemClock
from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.anchors import TrustAnchors
from vnsign.ports import Clock, RevocationSource
from vnsign.report import Verdict
from vnsign.signing.levels import TargetLevel, target_level
from vnsign.signing.signer import PreparedSigner
from vnsign.wiring.checking import shared_revocation_source
from vnsign.wiring.extending import extend_pdf
from vnsign.wiring.signing import sign_pdf
from vnsign.wiring.timestamps import Tsa
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
    tsa: Tsa,
    image: bytes | None = None,
    revocation: RevocationSource | None = None,
    check_status: bool = True,
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
        tsa: See :func:`sign_pdf`.
        image: The seal.
        revocation: Where evidence of status comes from: of the person, of the agency, and for B-LT.
        check_status: See :func:`sign_pdf`; the person's signature is judged in any case.
        clock: See :func:`sign_pdf`.

    Raises:
        UsageError: SEAL_REFUSED naming why, and what :func:`sign_pdf` raises.
        InputError, ServiceUnavailable: As :func:`sign_pdf`.

    Source: NĐ 30/2020/NĐ-CP Điều 32.2; TT 01/2019/TT-BNV Điều 14.3.
    """
    if purpose is not SealPurpose.ISSUED_DOCUMENT:  # a caller without types passes a string
        raise UsageError(ErrorCode.SEAL_REFUSED, f"the agency's key does not sign for the purpose {purpose!r}")
    source = revocation or shared_revocation_source()
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
    first = TargetLevel.B_T if target.has_evidence else target
    sealed = sign_pdf(
        pdf,
        signer,
        field=field,
        level=first,
        tsa=tsa,
        image=image,
        revocation=source,
        check_status=check_status,
        clock=clock,
    )
    if not target.has_evidence:
        return sealed
    known = (*signer.chain, *trust.intermediates, *trust.anchors)
    return extend_pdf(sealed, level=target, tsa=tsa, revocation=source, known=known, clock=clock)
