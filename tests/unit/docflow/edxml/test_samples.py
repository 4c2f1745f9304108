"""What the vendor's builder wrote, read field by field and written again."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date, datetime

import pytest

from docflow.edxml import (
    Attachment,
    Business,
    BusinessType,
    DocumentInfo,
    DocumentType,
    NewDocument,
    Organization,
    OtherInfo,
    ReceiverChange,
    ReplacementInfo,
    ResponseFor,
    Signer,
    Staff,
    Status,
    StatusCode,
    TraceHeader,
    build_message,
    find_gaps,
    parse_message,
)
from docflow.model import LAW_TIME_ZONE
from tests.support import require_data

SENDER = Organization(
    organ_id="G99.01",
    organization_in_charge="Cơ quan chủ quản A",
    organ_name="Cơ quan gửi A",
    organ_address="Số 1, phố Thử, Hà Nội",
    email="a@example.invalid",
    telephone="02400000001",
    fax="02400000002",
    website="https://a.example.invalid",
)
RECEIVERS = tuple(
    Organization(
        organ_id=f"H99.0{n}",
        organization_in_charge="Cơ quan chủ quản B",
        organ_name=f"Cơ quan nhận B{n}",
        organ_address=f"Số {n}, phố Thử",
        email=f"b{n}@example.invalid",
        telephone=f"0240000001{n}",
        fax=f"0240000002{n}",
        website=f"https://b{n}.example.invalid",
    )
    for n in (1, 2)
)
STAFF = Staff(
    department="Văn thư",
    department_id="DP1",
    staff="Trần Thị Thử",
    staff_id="ST1",
    email="vt@example.invalid",
    mobile="0900000000",
)
REVOKED = "G99.01,2024/03/01,100/CV-CQA"


def _inner_zip() -> bytes:
    attachment = _sample("edoc_new").attachments[5]
    with zipfile.ZipFile(io.BytesIO(attachment.data)) as archive:
        assert archive.read("inner.txt") == b"hello"
    return attachment.data


def _files() -> tuple[Attachment, ...]:
    contents = {
        "a.pdf": b"%PDF-1.4\n%test\n",
        "b.docx": b"docx bytes",
        "c.xlsx": b"xlsx bytes",
        "d.xls": b"xls bytes",
        "e.txt": "text tiếng Việt\n".encode(),
        "f.zip": _inner_zip(),
        "g.doc": b"doc bytes",
        "h.PDF": b"%PDF-1.4 upper\n",
        "i": b"noext",
    }
    files = [
        Attachment(name=name, data=data, content_id=str(number), description=f"Mô tả {name}")
        for number, (name, data) in enumerate(contents.items(), start=201)
    ]
    files[0] = replace(files[0], field_name="FLD", mime_type="x/y")
    return tuple(files)


def _document(business: Business) -> NewDocument:
    return NewDocument(
        from_=SENDER,
        to=RECEIVERS,
        document_id="G99.01,2024/03/05,123/CV-CQA",
        code_number="123",
        code_notation="CV-CQA",
        place="Hà Nội",
        promulgation_date=date(2024, 3, 5),
        document_type=DocumentType(type=1, type_detail=2, type_name="Công văn"),
        subject="V/v kiểm thử <gói tin> & edXML",
        content="Nội dung trích yếu",
        signer=Signer(competence="KT. BỘ TRƯỞNG", position="THỨ TRƯỞNG", full_name="Nguyễn Văn Thử"),
        due_date=date(2024, 3, 20),
        to_places=("Như trên", "Lưu: VT"),
        other_info=OtherInfo(
            priority=1,
            sphere_of_promulgation="Liên thông văn bản quốc gia",
            typer_notation="NVT",
            promulgation_amount=2,
            page_amount=3,
            appendixes=("Phụ lục I", "Phụ lục II"),
            reply_fors="rf",
            direction=True,
            reference_codes="ref1",
        ),
        response_for=(
            ResponseFor(
                organ_id="H99.01",
                code="45/CV-CQB",
                promulgation_date=date(2024, 2, 1),
                document_id="H99.01,2024/02/01,45/CV-CQB",
            ),
        ),
        steering_type=1,
        trace_headers=(TraceHeader(organ_id="G99.01", timestamp=datetime(2024, 3, 5, 8, 30, tzinfo=LAW_TIME_ZONE)),),
        business=business,
    )


def _sample(name: str) -> NewDocument:
    message = parse_message(require_data(f"edxml/generated-by-vnpt-jar/{name}.edxml").read_bytes())
    assert isinstance(message, NewDocument)
    return message


def test_every_field_of_a_new_document_is_read() -> None:
    """A new document of the vendor's builder gives exactly what was put in; its signature block is kept as unknown."""
    message = _sample("edoc_new")
    expected = replace(_document(Business(reason="Văn bản điện tử mới", staff=STAFF)), attachments=_files())
    assert replace(message, not_understood=()) == expected
    assert all("/Signature/" in leftover.path for leftover in message.not_understood)
    assert tuple(leftover.text for leftover in message.not_understood) >= ("BBBB", "CCCC")
    assert find_gaps(message) == ()
    assert [file.content_type for file in message.attachments[:3]] == [
        "application/pdf",
        "application/docx",
        "application/zip",
    ]


def test_every_field_of_a_revocation_is_read() -> None:
    """A revocation names the document revoked and may have no files."""
    business = Business(type=BusinessType.REVOCATION, reason="Thu hồi văn bản", document_id=REVOKED, staff=STAFF)
    assert _sample("edoc_revocation") == _document(business)


def test_every_field_of_an_update_is_read() -> None:
    """An update says which receivers were removed and added."""
    changes = (ReceiverChange(organ_id="H99.03", receiver_type=0), ReceiverChange(organ_id="H99.04", receiver_type=1))
    business = Business(
        type=BusinessType.UPDATE,
        reason="Cập nhật văn bản",
        document_id=REVOKED,
        staff=STAFF,
        document_info=DocumentInfo(document_info=1, document_receiver=1, receivers=changes),
    )
    expected = replace(_document(business), attachments=_files(), trace_list_id="thl1", trace_list_version="1.0")
    assert _sample("edoc_update") == expected


def test_every_field_of_a_replacement_is_read() -> None:
    """A replacement names each document replaced, and for whom."""
    replacements = (
        ReplacementInfo(document_id=REVOKED, organ_ids=("H99.01", "H99.02")),
        ReplacementInfo(document_id="G99.01,2024/03/02,101/CV-CQA", organ_ids=("H99.05",)),
    )
    business = Business(
        type=BusinessType.REPLACEMENT, reason="Thay thế văn bản", staff=STAFF, replacements=replacements
    )
    assert _sample("edoc_replacement") == replace(_document(business), attachments=_files())


STATUSES = {
    "01": "Đã đến",
    "02": "Từ chối tiếp nhận",
    "03": "Đã tiếp nhận",
    "04": "Phân công",
    "05": "Đang xử lý",
    "06": "Hoàn thành",
    "13": "Lấy lại",
    "15": "Đồng ý",
    "16": "Từ chối",
}


@pytest.mark.parametrize("code", STATUSES)
def test_a_status_is_read_and_written_byte_for_byte(code: str) -> None:
    """Every field of each status is read, and ours is the vendor's to the byte; 13 goes the other way."""
    data = require_data(f"edxml/generated-by-vnpt-jar/status_{code}.edxml").read_bytes()
    taken_back = code == "13"
    expected = Status(
        from_=SENDER if taken_back else RECEIVERS[0],
        response_for=ResponseFor(
            organ_id="H99.01" if taken_back else "G99.01",
            code="123/CV-CQA",
            promulgation_date=date(2024, 3, 5),
            document_id="G99.01,2024/03/05,123/CV-CQA",
        ),
        status=StatusCode(code),
        description=STATUSES[code],
        timestamp=datetime(2024, 3, 5, 9, 0, tzinfo=LAW_TIME_ZONE),
        staff=STAFF,
    )
    assert parse_message(data) == expected
    assert build_message(expected) == data


def test_a_document_is_written_byte_for_byte() -> None:
    """Without wrapped files and signature block our document is the vendor's to the byte.

    NĐ 30/2020 PL VI Phần I mục II.2: "Có khả năng tích hợp, liên thông, chia sẻ thông tin, dữ liệu với các hệ thống
        khác."
    """
    data = require_data("edxml/generated-by-vnpt-jar/edoc_revocation.edxml").read_bytes()
    assert build_message(parse_message(data)) == data


@pytest.mark.parametrize("name", ["edoc_new", "edoc_update", "edoc_replacement"])
def test_a_document_with_files_differs_in_the_wrapped_ones_only(name: str) -> None:
    """Only the signature block and the names and times inside wrapped ZIPs differ from the vendor's output."""
    data = require_data(f"edxml/generated-by-vnpt-jar/{name}.edxml").read_bytes().split(b"\r\n")
    ours = build_message(_sample(name)).split(b"\r\n")
    start, end = (data.index(b"      <Signature>"), data.index(b"      </Signature>")) if name == "edoc_new" else (1, 0)
    theirs = data[:start] + data[end + 1 :]
    assert len(ours) == len(theirs)
    different = [line for line, other in zip(theirs, ours, strict=True) if line != other]
    assert len(different) == 4
    assert all(b">UEsD" in line for line in different)


def test_the_dotnet_style_means_the_same() -> None:
    """Another order, other attributes, no ``cid:``: the same kind of message."""
    message = parse_message(require_data("edxml/synthetic/dotnet-style-new.edxml").read_bytes())
    assert isinstance(message, NewDocument)
    assert (message.from_.organ_id, [to.organ_id for to in message.to]) == ("H99.01", ["H99.02"])
    assert (message.document_id, message.code) == ("H99.01,2024/03/05,12/CV-CQG", "12/CV-CQG")
    assert (message.document_type.type, message.steering_type, message.promulgation_date) == (18, 0, date(2024, 3, 5))
    assert [(file.name, file.data) for file in message.attachments] == [("a.pdf", b"%PDF-1.4\n%test\n")]
    assert find_gaps(message) == ()
    assert message.not_understood == ()
    assert parse_message(build_message(message)) == message
