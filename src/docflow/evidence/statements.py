"""The statement that a receipt signs.

Invariants:
    - Equal receipts give equal bytes; :func:`parse_receipt` takes only what :func:`build_receipt` gives.

What it does not do: it verifies neither the signature nor the checkpoint.

Source: docs/spec/receipts.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from docflow.audit import Json, encode_canonical, format_time, parse_canonical
from docflow.errors import DocflowError, ErrorCode, InputError
from docflow.model import ReceiptKind, parse_agency_code

FORMAT_VERSION = 1
"""The version of receipts written here."""

MAX_RECEIPT_BYTES = 64 * 1024
"""Longer receipts are refused before they are read."""

_TYPE = "docflow-receipt"
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MEMBERS = frozenset(
    {"v", "type", "kind", "agency", "recipient", "document_id", "message", "time", "detail", "leaf", "checkpoint"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptStatement:
    """What an agency says of a message it got.

    Attributes:
        agency: Who says so.
        recipient: To whom.
        document_id: edXML ``DocumentId``.
        message: SHA-256 (hex) of the message that is answered.
        time: When, aware; kept to the millisecond.
        detail: Reason or arrival number.
        leaf: Leaf hash (hex) of the event in the agency's log.
        checkpoint: The agency's newest signed checkpoint before that event; empty in a new log.
    """

    kind: ReceiptKind
    agency: str
    recipient: str
    document_id: str
    message: str
    time: datetime
    leaf: str
    checkpoint: str
    detail: str = ""


def build_receipt(receipt: ReceiptStatement) -> bytes:
    """Return the bytes to be signed.

    Raises:
        UsageError, InputError: A time without zone, or text without canonical form.
    Source: docs/spec/receipts.md §2.
    """
    return encode_canonical(
        {
            "v": FORMAT_VERSION,
            "type": _TYPE,
            "kind": receipt.kind.value,
            "agency": receipt.agency,
            "recipient": receipt.recipient,
            "document_id": receipt.document_id,
            "message": receipt.message,
            "time": format_time(receipt.time),
            "detail": receipt.detail,
            "leaf": receipt.leaf,
            "checkpoint": receipt.checkpoint,
        }
    )


def parse_receipt(data: bytes) -> ReceiptStatement:
    """Parse a receipt.

    Raises:
        InputError: ``MALFORMED_INPUT``; not canonical, another version, a missing, surplus or wrong member.
    Source: docs/spec/receipts.md §2.
    """
    if len(data) > MAX_RECEIPT_BYTES:
        raise _malformed("too long")
    value = parse_canonical(data)
    if not isinstance(value, dict) or set(value) != _MEMBERS or (value["v"], value["type"]) != (FORMAT_VERSION, _TYPE):
        raise _malformed("not a receipt of version 1")
    text = {name: _text(item) for name, item in value.items() if name != "v"}
    if not (_HASH.fullmatch(text["message"]) and _HASH.fullmatch(text["leaf"])):
        raise _malformed("a hash is not 64 hex digits")
    try:
        receipt = ReceiptStatement(
            kind=ReceiptKind(text["kind"]),
            agency=parse_agency_code(text["agency"]).text,
            recipient=parse_agency_code(text["recipient"]).text,
            document_id=text["document_id"],
            message=text["message"],
            time=datetime.fromisoformat(text["time"]),
            detail=text["detail"],
            leaf=text["leaf"],
            checkpoint=text["checkpoint"],
        )
        is_canonical = build_receipt(receipt) == data
    except (DocflowError, ValueError, OverflowError) as exc:
        raise _malformed(str(exc)[:200]) from exc
    if not is_canonical:
        raise _malformed("not in canonical form")
    return receipt


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise _malformed("a member is not text")
    return value


def _malformed(reason: str) -> InputError:
    return InputError(ErrorCode.MALFORMED_INPUT, f"not a receipt: {reason}", vi="Biên nhận điện tử không đúng dạng.")
