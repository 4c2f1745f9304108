"""What was written is read back before it leaves: no signer finds out from somebody else that it does not verify."""

from __future__ import annotations

from datetime import datetime

from vnsign.errors import ErrorCode, InputError
from vnsign.pki.anchors import TrustAnchors
from vnsign.report import DocumentReport, Indication, Modifications, SignatureReport
from vnsign.verification import inspect

_NOBODY = TrustAnchors(anchors=())


def look_at_new_signature(before: bytes, after: bytes, now: datetime) -> None:
    """Read back what was signed: the new signature verifies, and no earlier one is worth less than before.

    Raises:
        InputError: MALFORMED_PDF, SIGNING_FORBIDDEN.
    """
    report = inspect(after, trust=_NOBODY, at=now)
    if not any(s.covers_whole_document and s.intact and s.valid for s in report.signatures):
        raise InputError(
            ErrorCode.MALFORMED_PDF,
            "the signed file could not be read back",
            way_out="export the PDF again with another program",
        )
    _require_unharmed(before, report, now)


def look_at_filled_fields(before: bytes, after: bytes, now: datetime) -> None:
    """Read back what was filled: no signature is worth less than before.

    Raises:
        InputError: SIGNING_FORBIDDEN.
    """
    _require_unharmed(before, inspect(after, trust=_NOBODY, at=now), now)


def _require_unharmed(before: bytes, report: DocumentReport, now: datetime) -> None:
    harmed = [s.field for s in report.signatures if _is_harmed(s)]
    if not harmed:
        return
    already = {s.field for s in inspect(before, trust=_NOBODY, at=now).signatures if _is_harmed(s)}
    broken = [field for field in harmed if field not in already]
    if broken:
        raise InputError(
            ErrorCode.SIGNING_FORBIDDEN,
            f"this would break the earlier signature in {', '.join(broken)}",
            way_out="use the prepared fields in their order, or a copy from before that signature",
        )


def _is_harmed(signature: SignatureReport) -> bool:
    return (
        not signature.intact
        or signature.indication is Indication.TOTAL_FAILED
        or signature.modifications in {Modifications.FORBIDDEN, Modifications.SUSPICIOUS}
    )
