"""What a stranger may send: refused for its reason, within limits, or read for what it means."""

from __future__ import annotations

import base64
import io
import time
import zipfile
from dataclasses import replace
from datetime import date

import pytest

from docflow.edxml import (
    MAX_ATTACHMENT_BYTES,
    MAX_DEPTH,
    MAX_LEFTOVERS,
    MAX_MESSAGE_BYTES,
    MAX_TEXT,
    Attachment,
    Business,
    DocumentType,
    Leftover,
    NewDocument,
    Organization,
    Status,
    TraceHeader,
    build_message,
    find_gaps,
    parse_message,
)
from docflow.errors import ErrorCode, InputError

PDF = b"%PDF-1.7\n%%EOF\n"
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
    attachments=(Attachment(name="a.pdf", data=PDF, content_id="1"),),
)
GOOD = build_message(MESSAGE)
PAYLOAD = base64.b64encode(PDF)


def _read(data: bytes) -> NewDocument:
    message = parse_message(data)
    assert isinstance(message, NewDocument)
    return message


def _refused(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        parse_message(data)
    assert caught.value.code is ErrorCode.MALFORMED_INPUT
    assert caught.value.vi.endswith(".")
    assert not caught.value.vi.isascii()
    return caught.value.message


def _swap(old: str, new: str) -> bytes:
    assert old.encode() in GOOD
    return GOOD.replace(old.encode(), new.encode(), 1)


def _with_file(data: bytes, *, name: str = "a.txt", declared: str = "application/zip") -> bytes:
    message = GOOD.replace(PAYLOAD, base64.b64encode(data)).replace(b"a.pdf", name.encode())
    return message.replace(b"application/pdf", declared.encode())


def _zip(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return buffer.getvalue()


# ---------------------------------------------------------------- XML


def test_billion_laughs_are_refused_at_the_doctype() -> None:
    """No entity is ever expanded: a DTD is refused when it begins."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = GOOD.replace(b"<edXML ", f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><edXML '.encode(), 1)
    bomb = bomb.replace("V/v kiểm thử".encode(), b"&l11;")
    assert "document type" in _refused(bomb)


def test_an_external_entity_is_refused() -> None:
    """Nothing outside the bytes is read."""
    data = GOOD.replace(b"<edXML ", b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><edXML ', 1)
    assert "document type" in _refused(data)
    assert "document type" in _refused(GOOD.replace(b"<edXML ", b'<!DOCTYPE x SYSTEM "http://x.invalid/x"><edXML ', 1))


def test_an_undeclared_entity_is_refused() -> None:
    """Only the five entities of XML itself stand for anything."""
    assert "not well-formed" in _refused(_swap("V/v kiểm thử", "&nbsp;"))


@pytest.mark.parametrize("data", [b"", b" ", b"%PDF-1.7", b"<edXML/>", b"<a/>", b"\x00" * 50, PAYLOAD, GOOD[:-30]])
def test_what_is_no_message_is_refused(data: bytes) -> None:
    """Empty, other formats, foreign XML and cut off messages are refused."""
    _refused(data)


def test_junk_before_the_declaration_is_refused_and_white_space_is_not() -> None:
    """White space before the XML declaration is harmless, anything else is damage."""
    _refused(b"xx" + GOOD)
    assert _read(b"\r\n " + GOOD) == MESSAGE


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("line", [b"\r\n", b"\n", b"", b"\r\n\r\n\t"])
def test_marks_and_line_ends_change_nothing(mark: bytes, line: bytes) -> None:
    """A byte order mark and the kind of line end carry no meaning."""
    assert _read(mark + GOOD.replace(b"\r\n", line)) == MESSAGE


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read(encoding: str) -> None:
    """UTF-16 is XML's other encoding; declared or not, it is read."""
    text = GOOD.decode().replace("UTF-8", "UTF-16")
    mark = "" if encoding == "utf-16" else "\ufeff"
    assert _read((mark + text).encode(encoding)) == MESSAGE


@pytest.mark.parametrize("encoding", ["windows-1258", "iso-8859-1", "utf-7", "base64", "no-such", "utf-32"])
def test_other_encodings_are_refused(encoding: str) -> None:
    """Any other declared encoding is refused: two programs might read two texts."""
    _refused(GOOD.replace(b"UTF-8", encoding.encode(), 1))


def test_bytes_that_are_no_utf_8_are_refused() -> None:
    """A damaged letter is not guessed."""
    _refused(GOOD.replace("ể".encode(), b"\xe1\xbb", 1))


def test_other_namespaces_and_roots_are_refused() -> None:
    """Only edXML of QCVN 102:2016; the format of 2014 is named."""
    namespace = b"http://www.mic.gov.vn/TBT/QCVN_102_2016"
    _refused(GOOD.replace(namespace, b"http://example.invalid/x"))
    _refused(GOOD.replace(b' xmlns="' + namespace + b'"', b"", 1))
    assert "2014" in _refused(GOOD.replace(namespace, b"http://www.inetcloud.vn/ns/edxml"))
    _refused(b'<edXMLEnvelope xmlns="' + namespace + b'"/>')


def test_an_element_of_another_namespace_is_no_element_of_ours() -> None:
    """A foreign ``Subject`` is kept as unknown and does not count."""
    data = _swap("<edXML:Subject>", '<edXML:Subject xmlns:edXML="urn:x">')
    message = _read(data)
    assert message.subject == ""
    assert message.not_understood == (
        Leftover(path="edXMLEnvelope/edXMLHeader/MessageHeader/{urn:x}Subject", text="V/v kiểm thử"),
    )
    assert find_gaps(message) == ("Subject",)


def test_prefixes_do_not_matter_even_undeclared_ones() -> None:
    """Other prefixes, none, and prefixes nobody declared are read by local name."""
    assert _read(GOOD.replace(b"edXML:", b"")) == MESSAGE
    assert _read(GOOD.replace(b"edXML:", b"q:")) == MESSAGE
    assert _read(GOOD.replace(b"<edXML:Reference>", b'<edXML:Reference xlink:href="cid:1">')) == MESSAGE


@pytest.mark.slow
def test_depth_count_and_length_are_limited() -> None:
    """Deep, broad and long messages are refused before they cost much."""
    deep = "<d>" * MAX_DEPTH + "</d>" * MAX_DEPTH
    assert "too deep" in _refused(_swap("<edXML:Subject>", f"{deep}<edXML:Subject>"))
    assert "too many" in _refused(_swap("<edXML:Subject>", "<x/>" * 200_000 + "<edXML:Subject>"))
    assert "unknown" in _refused(_swap("<edXML:Subject>", "<x>1</x>" * (MAX_LEFTOVERS + 1) + "<edXML:Subject>"))
    assert "characters" in _refused(_swap("V/v kiểm thử", "x" * (MAX_TEXT + 1)))
    assert "characters" in _refused(_swap("<edXML:Subject>", f'<edXML:Subject a="{"x" * (MAX_TEXT + 1)}">'))
    assert "bytes" in _refused(GOOD + b" " * MAX_MESSAGE_BYTES)


def test_a_file_outside_its_place_may_not_be_long() -> None:
    """Only the payload of an attachment may be long, not an element of that name elsewhere."""
    payload = f"<ContentTransferEncoded>{'A' * (MAX_TEXT + 4)}</ContentTransferEncoded>"
    assert "characters" in _refused(_swap("<edXML:Subject>", f"{payload}<edXML:Subject>"))


@pytest.mark.parametrize(
    "markup",
    [
        b"<!--" + b"x" * 90_000_000 + b"-->",
        b"<?x " + b"x" * 90_000_000 + b"?>",
        b"<x a='" + b"x" * 90_000_000 + b"'/>",
        b"<x " + b"".join(b"a%d='' " % number for number in range(1_000_000)) + b"/>",
        b"<" + b"x" * 90_000_000,
    ],
    ids=["comment", "instruction", "attribute", "attributes", "name"],
)
def test_huge_markup_is_refused_at_once(markup: bytes) -> None:
    """A parser reads an unfinished tag again with every chunk: minutes of work for one message, unless stopped."""
    started = time.monotonic()
    assert "too long" in _refused(GOOD.replace(b"<AttachmentEncoded>", markup + b"<AttachmentEncoded>"))
    assert time.monotonic() - started < 3


def test_many_attributes_are_refused_and_a_long_comment_is_not() -> None:
    """Comments say nothing, however long within reason."""
    attributes = b"".join(b"a%d='' " % number for number in range(65))
    assert "attributes" in _refused(
        GOOD.replace(b"<AttachmentEncoded>", b"<x " + attributes + b"/><AttachmentEncoded>")
    )
    comment = b"<!--" + b"x" * 500_000 + b"-->"
    assert _read(GOOD.replace(b"<AttachmentEncoded>", comment + b"<AttachmentEncoded>")) == MESSAGE


# ---------------------------------------------------------------- structure


@pytest.mark.parametrize("name", ["From", "MessageHeader", "edXMLEnvelope", "edXMLHeader", "DocumentId"])
def test_what_cannot_be_answered_is_refused(name: str) -> None:
    """Without sender or identifier there is nobody to answer, nothing to answer about."""
    _refused(GOOD.replace(f"edXML:{name}>".encode(), b"edXML:Other>").replace(f"edXML:{name} ".encode(), b"edXML:O "))


def test_what_can_be_answered_is_read_with_its_gaps() -> None:
    """Other missing parts are noted, so that the sender can be told."""
    data = GOOD
    for name in ("To", "Code", "PromulgationInfo", "DocumentType", "Subject", "TraceHeaderList", "OtherInfo"):
        data = data.replace(f"edXML:{name}>".encode(), b"edXML:Other>")
    assert find_gaps(_read(data)) == (
        "To",
        "Code/CodeNumber",
        "Code/CodeNotation",
        "PromulgationInfo/PromulgationDate",
        "DocumentType",
        "Subject",
    )


@pytest.mark.parametrize("name", ["Subject", "DocumentId", "CodeNumber", "PromulgationDate"])
def test_two_values_for_one_element_are_refused(name: str) -> None:
    """One program would act on the first and another on the last; the same value twice is harmless."""
    closing = f"</edXML:{name}>".encode()
    assert "twice" in _refused(GOOD.replace(closing, closing + f"<edXML:{name}>9</edXML:{name}>".encode(), 1))
    start = GOOD.index(f"<edXML:{name}>".encode())
    whole = GOOD[start : GOOD.index(closing) + len(closing)]
    assert _read(GOOD.replace(whole, whole * 2, 1)) == MESSAGE


@pytest.mark.parametrize("name", ["MessageHeader", "edXMLHeader", "From"])
def test_two_structures_are_refused(name: str) -> None:
    """A second header or sender is refused, even an empty one."""
    assert "twice" in _refused(GOOD.replace(f"</edXML:{name}>".encode(), f"</edXML:{name}><{name}/>".encode(), 1))


def test_a_status_code_in_a_document_is_refused() -> None:
    """A message is a status or a document, not both."""
    assert "status" in _refused(_swap("<edXML:Subject>", "<edXML:StatusCode>03</edXML:StatusCode><edXML:Subject>"))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-05", 5),
        ("5/3/2026", 5),
        ("2026/03/05 10:11:12", 5),
        ("2026/02/30", None),
        ("hôm qua", None),
        ("0000/00/00", None),
    ],
)
def test_dates_are_read_as_people_write_them_or_noted(text: str, day: int | None) -> None:
    """An unreadable date is a gap with its text kept, never a wrong day."""
    message = _read(_swap("2026/03/05</edXML:PromulgationDate>", f"{text}</edXML:PromulgationDate>"))
    assert (message.promulgation_date and message.promulgation_date.day) == day
    assert [leftover.text for leftover in message.not_understood] == ([] if day else [text])


def test_a_business_type_that_is_no_number_is_refused() -> None:
    """A revocation whose type is unreadable must not be filed as a new letter; an unknown number is kept."""
    assert "BussinessDocType" in _refused(_swap("DocType>0<", "DocType>x<"))
    assert _read(_swap("DocType>0<", "DocType>7<")).business == Business(type=7)


@pytest.mark.parametrize(("text", "known"), [("3", True), ("03", True), ("14", False), ("x", False), ("", False)])
def test_only_known_status_codes_are_read(text: str, known: bool) -> None:  # noqa: FBT001 - a column of a table
    """A status nobody defined says nothing that one could act on."""
    data = _swap("<edXML:Subject>", f"<edXML:StatusCode>{text}</edXML:StatusCode><edXML:Subject>")
    data = data[: data.index(b"    <edXML:edXMLBody>")] + b"</edXML:edXMLEnvelope></edXML>"
    data = data.replace(b"<edXML:DocumentId>", b"<edXML:ResponseFor><edXML:DocumentId>")
    data = data.replace(b"</edXML:DocumentId>", b"</edXML:DocumentId></edXML:ResponseFor>")
    if not known:
        _refused(data)
        return
    message = parse_message(data)
    assert isinstance(message, Status)
    assert message.status.value == "03"


# ---------------------------------------------------------------- attachments


@pytest.mark.parametrize("text", [b"====", b"A", b"AAA", b"@@@@", "ệ".encode(), b"QUJD=QUJD", b"QUJDRA"])
def test_bad_base64_is_refused(text: bytes) -> None:
    """A payload that is not base64 to the last character is damage."""
    assert "base64" in _refused(GOOD.replace(PAYLOAD, text))


def test_wrapped_base64_is_read() -> None:
    """Line ends and spaces inside base64 are harmless."""
    assert _read(GOOD.replace(PAYLOAD, b"\r\n  ".join(PAYLOAD[n : n + 4] for n in range(0, 20, 4)))) == MESSAGE


def test_a_zip_that_claims_200_mb_is_refused() -> None:
    """The size a ZIP claims is checked before anything is unpacked."""
    data = bytearray(_zip(("x.txt", b"small")))
    claim = (200 * 1024 * 1024).to_bytes(4, "little")
    data[22:26] = claim
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = claim
    assert "more than" in _refused(_with_file(bytes(data)))


def test_a_zip_bomb_is_refused() -> None:
    """Sixty megabytes behind sixty kilobytes are refused, and so is a bomb that lies about its size."""
    bomb = _zip(("x.txt", b"\0" * (MAX_ATTACHMENT_BYTES + 1)))
    assert "more than" in _refused(_with_file(bomb))
    liar = bytearray(bomb)
    central = liar.index(b"PK\x01\x02")
    liar[22:26] = liar[central + 24 : central + 28] = (10).to_bytes(4, "little")
    assert "ZIP" in _refused(_with_file(bytes(liar)))


def test_a_nested_zip_is_unpacked_once() -> None:
    """What lies in the wrapping is the file; it is never opened again."""
    inner = _zip(("y.txt", b"\0" * (MAX_ATTACHMENT_BYTES + 1)))
    assert _read(_with_file(_zip(("x.txt", inner)))).attachments[0].data == inner
    assert _read(_with_file(inner, name="a.zip")).attachments[0].data == inner


@pytest.mark.parametrize("name", ["../x.txt", "/etc/x.txt", "a/../../x.txt", "C:\\x.txt", "..\\x.txt", "x/"])
def test_zip_slip_is_refused(name: str) -> None:
    """A name that leaves the folder is an attack, although no name of a ZIP is ever used."""
    assert "ZIP" in _refused(_with_file(_zip((name, b"" if name.endswith("/") else b"x"))))


def test_an_ambiguous_zip_is_refused() -> None:
    """None or two files in a wrapping: which one is meant, nobody can say."""
    assert "2 entries" in _refused(_with_file(_zip(("x.txt", b"x"), ("y.txt", b"y"))))
    assert "ZIP" in _refused(_with_file(_zip()))
    assert "2 entries" in _refused(_with_file(_zip(("x.pdf", PDF), ("y.pdf", PDF)), name="a.pdf"))


def test_a_damaged_zip_is_refused() -> None:
    """Cut off, changed inside, or no ZIP at all."""
    data = _zip(("x.txt", b"text " * 100))
    assert "ZIP" in _refused(_with_file(data[:-30]))
    assert "ZIP" in _refused(_with_file(data[:40] + b"\xff\xff" + data[42:]))
    assert "ZIP" in _refused(_with_file(b"plain text"))
    encrypted = bytearray(data)
    encrypted[6] |= 1
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in _refused(_with_file(bytes(encrypted)))


def test_a_pdf_wrapped_under_a_false_type_is_unwrapped() -> None:
    """The bytes decide: declared as PDF and a ZIP in fact."""
    wrapped = _with_file(_zip(("x.pdf", PDF)), name="a.pdf", declared="application/pdf")
    assert _read(wrapped).attachments[0].data == PDF


def test_an_office_file_stays_whole() -> None:
    """A DOCX is itself a ZIP: it is unwrapped only if a DOCX is the one thing inside."""
    docx = _zip(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>"))
    assert _read(_with_file(docx, name="a.docx")).attachments[0].data == docx
    assert _read(_with_file(_zip(("u.docx", docx)), name="a.docx")).attachments[0].data == docx


def test_two_files_of_one_identifier_are_refused() -> None:
    """One identifier names one file."""
    start, end = GOOD.index(b"    <Attachment>"), GOOD.index(b"  </AttachmentEncoded>")
    assert "ContentId" in _refused(GOOD[:end] + GOOD[start:end] + GOOD[end:])


def test_a_file_that_the_manifest_lists_in_vain_is_a_gap() -> None:
    """A file without payload, in the wrong place or absent is reported by name.

    QĐ 28/2018 Điều 9.1: "Trước khi tiếp nhận, Bên nhận phải kiểm tra tính đầy đủ, toàn vẹn, tính xác thực của văn bản
        điện tử"
    """
    moved = GOOD.replace(b"</edXML:edXMLEnvelope>", b"").replace(b"</edXML>", b"</edXML:edXMLEnvelope></edXML>")
    renamed = GOOD.replace(b"ContentTransferEncoded", b"AttachmentData")
    start, end = GOOD.index(b"  <AttachmentEncoded>"), GOOD.index(b"</edXML>")
    for data in (moved, renamed, GOOD[:start] + GOOD[end:]):
        message = _read(data)
        assert message.attachments == ()
        assert find_gaps(message) == ("AttachmentEncoded/a.pdf",)


@pytest.mark.parametrize("identifier", ["1", "cid:1", "cid:cid:1", "CID:1"])
def test_identifiers_match_whatever_stands_before_them(identifier: str) -> None:
    """``cid:`` may be absent, doubled or in capitals."""
    assert _read(GOOD.replace(b"cid:1<", f"{identifier}<".encode())) == MESSAGE


def test_a_name_that_looks_like_a_path_is_only_a_name() -> None:
    """Names are for people: kept as they are, used for nothing."""
    name = "../../35/2020/QĐ-UBND.pdf"
    message = replace(MESSAGE, attachments=(replace(MESSAGE.attachments[0], name=name),))
    assert _read(build_message(message)) == message
