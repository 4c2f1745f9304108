"""What we send: complete, in the layout old receivers need, the same bytes each time, in the right direction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from docflow.edxml import (
    MAX_ATTACHMENT_BYTES,
    MAX_TEXT,
    Attachment,
    Business,
    BusinessType,
    DocumentIdParts,
    DocumentType,
    NewDocument,
    Organization,
    Signer,
    StatusCode,
    TraceHeader,
    answer_document,
    build_document_id,
    build_message,
    find_gaps,
    parse_document_id,
    parse_message,
    take_back_document,
)
from docflow.errors import ErrorCode, UsageError

FILE = Attachment(name="a.pdf", data=b"%PDF-1.7\n", content_id="1")
MESSAGE = NewDocument(
    from_=Organization(organ_id="H99.01"),
    to=(Organization(organ_id="H99.02"),),
    document_id="H99.01,2026/03/05,12/CV-CQG",
    code_number="12",
    code_notation="CV-CQG",
    promulgation_date=date(2026, 3, 5),
    document_type=DocumentType(type=2, type_name="Công văn"),
    subject="V/v kiểm thử",
    trace_headers=(TraceHeader(organ_id="H99.01"),),
    attachments=(FILE,),
)
AT = datetime(2026, 3, 5, 18, 30, 15, tzinfo=UTC)
RECEIVER = Organization(organ_id="H99.02")


def test_what_old_receivers_need_is_always_there() -> None:
    """TypeDetail, BussinessDocType, Paper, a hop, Direction and SteeringType are written even when they say nothing."""
    text = build_message(MESSAGE).decode()
    for element in (
        "<edXML:TypeDetail>0<",
        "<edXML:BussinessDocType>0<",
        "<edXML:Paper>0<",
        "<edXML:TraceHeader>",
        "<edXML:Direction>false<",
        "<edXML:SteeringType>0<",
    ):
        assert element in text
    assert "Signature" not in text


def test_building_twice_gives_the_same_bytes() -> None:
    """A message resent is the same message, wrapped files too: its digest is its identity."""
    message = replace(MESSAGE, attachments=(FILE, Attachment(name="b.txt", data=b"x" * 1000, content_id="2")))
    assert build_message(message) == build_message(replace(message))


def test_times_are_written_in_vietnam() -> None:
    """Messages carry no zone; by practice they mean that of Vietnam."""
    status = answer_document(MESSAGE, StatusCode.ARRIVED, receiver=RECEIVER, at=AT)
    data = build_message(status)
    assert b"2026/03/06 01:30:15" in data
    assert parse_message(data) == status


REFUSED: list[tuple[Callable[[NewDocument], NewDocument], str]] = [
    (lambda m: replace(m, subject=""), "Subject"),
    (lambda m: replace(m, to=()), "To"),
    (lambda m: replace(m, promulgation_date=None), "PromulgationDate"),
    (lambda m: replace(m, from_=Organization(organ_id="")), "From/OrganId"),
    (lambda m: replace(m, document_type=DocumentType(type=None, type_name="x")), "Type"),
    (lambda m: replace(m, trace_headers=()), "TraceHeader"),
    (lambda m: replace(m, to=(*m.to, *m.to)), "twice"),
    (lambda m: replace(m, attachments=(FILE, FILE)), "twice"),
    (lambda m: replace(m, attachments=(replace(FILE, content_id=""),)), "ContentId"),
    (lambda m: replace(m, attachments=(replace(FILE, content_id="cid:1"),)), "ContentId"),
    (lambda m: replace(m, attachments=(replace(FILE, data=bytes(MAX_ATTACHMENT_BYTES + 1)),)), "large"),
    (lambda m: replace(m, subject="a\x00b"), "character"),
    (lambda m: replace(m, subject="a\ud800b"), "character"),
    (lambda m: replace(m, subject="a\ufffeb"), "character"),
    (lambda m: replace(m, signer=Signer(full_name="x" * (MAX_TEXT + 1))), "character"),
    (lambda m: replace(m, trace_list_id="\x01"), "character"),
    (lambda m: replace(m, steering_type=10**9), "range"),
    (lambda m: replace(m, trace_headers=(TraceHeader(timestamp=datetime(2026, 3, 5)),)), "time zone"),  # noqa: DTZ001 - naive on purpose
    (lambda m: replace(m, trace_headers=(TraceHeader(timestamp=datetime.max.replace(tzinfo=UTC)),)), "range"),
    (lambda m: replace(m, business=Business(type=BusinessType.UPDATE)), "Bussiness/DocumentId"),
    (lambda m: replace(m, business=Business(type=BusinessType.REPLACEMENT)), "ReplacementInfoList"),
]


@pytest.mark.parametrize(
    ("change", "word"), REFUSED, ids=[f"{word}-{index}" for index, (_, word) in enumerate(REFUSED)]
)
def test_a_message_nobody_could_read_is_not_built(change: Callable[[NewDocument], NewDocument], word: str) -> None:
    """What is incomplete, ambiguous, too large or not expressible is refused before it is sent."""
    with pytest.raises(UsageError, match=word) as caught:
        build_message(change(MESSAGE))
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert not caught.value.vi.isascii()


def test_text_cannot_leave_its_element() -> None:
    """Markup in a field is text, in attributes too."""
    hostile = "</edXML:Subject><edXML:DocumentId>x</edXML:DocumentId>]]>&amp;\"'\r\n\t."
    message = replace(MESSAGE, subject=hostile, trace_list_id=hostile)
    assert parse_message(build_message(message)) == message


def test_a_receiver_answers_the_sender() -> None:
    """All statuses but 13 go from the receiver to the agency that sent the document."""
    status = answer_document(MESSAGE, StatusCode.REFUSED, receiver=RECEIVER, at=AT, description="Sai nơi nhận")
    assert (status.from_.organ_id, status.response_for.organ_id) == ("H99.02", "H99.01")
    assert (status.response_for.code, status.response_for.document_id) == ("12/CV-CQG", MESSAGE.document_id)
    assert status.response_for.promulgation_date == date(2026, 3, 5)
    assert find_gaps(status) == ()


def test_a_take_back_goes_the_other_way() -> None:
    """With 13 ``ResponseFor/OrganId`` is the receiver; the identifier stays the sender's."""
    status = take_back_document(MESSAGE, receiver="H99.02", at=AT, description="Gửi nhầm")
    assert status.status is StatusCode.TAKE_BACK
    assert (status.from_.organ_id, status.response_for.organ_id) == ("H99.01", "H99.02")
    assert status.response_for.document_id == MESSAGE.document_id
    with pytest.raises(UsageError, match="13"):
        answer_document(MESSAGE, StatusCode.TAKE_BACK, receiver=RECEIVER, at=AT)


def test_a_refusal_needs_its_reason() -> None:
    """Who refuses answers for it, and says why."""
    with pytest.raises(UsageError, match="reason"):
        answer_document(MESSAGE, StatusCode.REFUSED, receiver=RECEIVER, at=AT, description=" ")
    agreed = answer_document(MESSAGE, StatusCode.ARRIVED, receiver=RECEIVER, at=AT)
    with pytest.raises(UsageError, match="Description"):
        build_message(replace(agreed, status=StatusCode.REFUSED))


def test_an_identifier_is_written_and_read_back() -> None:
    """Number and notation part at the first slash only.

    NĐ 30/2020 PL VI Phần I mục III.1c: "Cho phép tạo mã định danh văn bản đi."
    """
    text = build_document_id(organ_id="H99.01", promulgation_date=date(2026, 3, 5), code="35/2020/QĐ-UBND")
    assert text == "H99.01,2026/03/05,35/2020/QĐ-UBND"
    assert parse_document_id(text) == DocumentIdParts(
        organ_id="H99.01", promulgation_date=date(2026, 3, 5), code_number="35", code_notation="2020/QĐ-UBND"
    )


@pytest.mark.parametrize("text", ["", "x", "H99.01,2014/02/30,1/CV", "3f2c2a1e-7b1e-4d0f-9d58-0c6e0f1a2b3c", "a,b,c/d"])
def test_another_identifier_is_opaque(text: str) -> None:
    """UUIDs, impossible dates and anything else identify a document without telling anything."""
    assert parse_document_id(text) is None
