"""A detached CMS signature over a statement (a receipt, the voucher for a log key), judged by the same steps.

What it does not do: decide whether the signer may say what the statement says.

Source: RFC 5652 §5; ETSI EN 319 102-1 §5.3.
"""

from __future__ import annotations

from dataclasses import replace

from vnsign.pdf.reading.security_store import SecurityStore
from vnsign.pdf.reading.structure import FoundSignature, SignatureKind
from vnsign.report import Modifications, SignatureReport
from vnsign.verification.material import Circumstances, gather_material
from vnsign.verification.signature_input import read_signature
from vnsign.verification.signatures import LaterChanges, Surroundings, judge_signature


def inspect_statement(cms: bytes, statement: bytes | None, *, circumstances: Circumstances) -> SignatureReport:
    """Judge a detached signature; a report for any bytes.

    Args:
        cms: Detached ContentInfo, DER or BER.
        statement: The bytes that were signed; None if they could not be had (SIGNED_DATA_NOT_FOUND).
        circumstances: Trust, validation time, policy, evidence. A proven signature time beats the validation time.
    """
    # Laid out as the two pieces of a byte range, the first one empty: the steps are the same.
    found = FoundSignature(
        field="",
        object_id=(0, 0),
        kind=SignatureKind.SIGNATURE,
        sub_filter="/ETSI.CAdES.detached",
        problem=None,
        byte_range=(0, 0, 0, len(statement or b"")),
        contents=cms,
        certificates=(),
        claimed_time=None,
        permissions=None,
        is_certification=False,
        locks=(),
    )
    source = replace(
        read_signature(statement or b"", found, messages=circumstances.memory.messages),
        is_data_missing=statement is None,
    )
    material = gather_material(
        SecurityStore(), [source.cms] if source.cms is not None else [], circumstances=circumstances
    )
    around = Surroundings(
        later=(),
        judge_later=lambda _: LaterChanges(modifications=Modifications.NONE, findings=()),
        covers=True,
    )
    return judge_signature(source, material=material, around=around).report
