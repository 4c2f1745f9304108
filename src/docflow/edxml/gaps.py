"""What a message lacks: the check of completeness before a document is accepted, and before one is sent.

What it does not do: lengths. Those of the standard could not be read in the original, and refusing a letter for a
guess would be worse than a long field.

Source: Nghị định 30/2020/NĐ-CP Điều 21.2a; QĐ 28/2018/QĐ-TTg Điều 9.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from docflow.edxml.messages import BusinessType, NewDocument, Status, StatusCode


def find_gaps(message: NewDocument | Status) -> tuple[str, ...]:
    """Return the paths of required elements that are absent or unreadable, ``AttachmentEncoded/<name>`` for a file.

    Empty means complete, not genuine. A receiver answers an incomplete document with 02 and these as the reason.

    Source: Nghị định 30/2020/NĐ-CP Điều 21.2.
    """
    found = _document_gaps(message) if isinstance(message, NewDocument) else _status_gaps(message)
    return tuple(found)


def _document_gaps(message: NewDocument) -> Iterator[str]:
    kind = message.document_type
    required = {
        "From/OrganId": message.from_.organ_id,
        "To": message.to,
        "To/OrganId": all(to.organ_id for to in message.to),
        "DocumentId": message.document_id,
        "Code/CodeNumber": message.code_number,
        "Code/CodeNotation": message.code_notation,
        "PromulgationInfo/PromulgationDate": message.promulgation_date,
        "DocumentType": kind.type is not None or kind.type_name,
        "Subject": message.subject,
    }
    yield from (path for path, value in required.items() if not value)
    business = message.business
    if business.type == BusinessType.UPDATE and not business.document_id:
        yield "Bussiness/DocumentId"
    if business.type == BusinessType.REPLACEMENT and not business.replacements:
        yield "Bussiness/ReplacementInfoList"
    yield from (f"AttachmentEncoded/{name}" for name in message.missing_attachments)


def _status_gaps(message: Status) -> Iterator[str]:
    response = message.response_for
    required = {
        "From/OrganId": message.from_.organ_id,
        "ResponseFor/OrganId": response.organ_id,
        "ResponseFor/Code": response.code,
        "ResponseFor/DocumentId": response.document_id,
        "Description": message.description or message.status is not StatusCode.REFUSED,
    }
    yield from (path for path, value in required.items() if not value)
