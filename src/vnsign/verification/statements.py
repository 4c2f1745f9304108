"""A detached CMS signature over a statement (a receipt, the voucher for a log key), judged by the same steps.

What it does not do: decide whether the signer may say what the statement says.

Source: RFC 5652 §5; ETSI EN 319 102-1 §5.3.
"""

from __future__ import annotations

from datetime import UTC, datetime

from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.reading.security_store import SecurityStore
from vnsign.pdf.reading.structure import FoundSignature, SignatureKind
from vnsign.pki.anchors import TrustAnchors
from vnsign.report import Modifications, SignatureReport
from vnsign.verification.material import gather_material
from vnsign.verification.signature_input import read_signature
from vnsign.verification.signatures import LaterChanges, judge_signature


def inspect_statement(cms: bytes, statement: bytes, *, trust: TrustAnchors, at: datetime) -> SignatureReport:
    """Judge a detached signature; a report for any bytes.

    Args:
        cms: Detached ContentInfo, DER or BER.
        statement: The bytes that were signed.
        trust: Anchors, intermediates and lists of the verifier.
        at: Validation time, aware. A proven signature time beats it.

    Raises:
        UsageError: BAD_ARGUMENT if ``at`` is not aware.
    """
    if at.tzinfo is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "the validation time has no time zone", way_out="give an aware time")
    # Laid out as the two pieces of a byte range, the first one empty: the steps are the same.
    found = FoundSignature(
        field="",
        object_id=(0, 0),
        kind=SignatureKind.SIGNATURE,
        sub_filter="/ETSI.CAdES.detached",
        problem=None,
        byte_range=(0, 0, 0, len(statement)),
        contents=cms,
        certificates=(),
        claimed_time=None,
        permissions=None,
        is_certification=False,
        locks=(),
    )
    source = read_signature(statement, found)
    material = gather_material(
        SecurityStore(),
        [source.cms] if source.cms is not None else [],
        trust=trust,
        at=at.astimezone(UTC),
    )
    judged = judge_signature(
        source,
        material=material,
        later=(),
        judge_later=lambda _: LaterChanges(modifications=Modifications.NONE, findings=()),
        covers=True,
    )
    return judged.report
