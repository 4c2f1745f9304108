"""What was written is read back before it leaves: no signer finds out from somebody else that it does not verify."""

from __future__ import annotations

from datetime import datetime

from vnsign.errors import ErrorCode, InputError
from vnsign.pki.anchors import TrustAnchors
from vnsign.report import Indication, Modifications, SignatureReport
from vnsign.verification import inspect


def look_again(before: bytes, after: bytes, now: datetime) -> None:
    """Read back what was written: the new signature verifies, and no earlier one is worth less than before."""
    nobody = TrustAnchors(anchors=())
    report = inspect(after, trust=nobody, at=now)
    if not any(s.covers_whole_document and s.intact and s.valid for s in report.signatures):
        raise InputError(
            ErrorCode.MALFORMED_PDF,
            "the signed file could not be read back",
            way_out="export the PDF again with another program",
        )
    harmed = [s.field for s in report.signatures if _is_harmed(s)]
    if not harmed:
        return
    already = {s.field for s in inspect(before, trust=nobody, at=now).signatures if _is_harmed(s)}
    broken = [field for field in harmed if field not in already]
    if broken:
        raise InputError(
            ErrorCode.SIGNING_FORBIDDEN,
            f"signing would break the earlier signature in {', '.join(broken)}",
            way_out="sign one of the prepared fields, or a copy from before that signature",
        )


def _is_harmed(signature: SignatureReport) -> bool:
    return (
        not signature.intact
        or signature.indication is Indication.TOTAL_FAILED
        or signature.modifications in {Modifications.FORBIDDEN, Modifications.SUSPICIOUS}
    )
