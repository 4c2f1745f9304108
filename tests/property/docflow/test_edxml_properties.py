"""Properties of messages: what is built reads back as it was; any bytes give a message or our error."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
from docflow.edxml.files import decode_file, encode_file
from docflow.errors import InputError

_CHARACTERS = st.characters(
    exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff", include_characters="\t\n\r"
)
TEXT = st.text(_CHARACTERS, max_size=12).map(lambda text: text.strip(" \t\r\n"))
WORD = TEXT.filter(bool)
WORDS = st.lists(WORD, max_size=3).map(tuple)
NUMBER = st.integers(-(10**9) + 1, 10**9 - 1)
CODE = st.integers(0, 9)
DAY = st.dates()
MOMENT = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.timezones()).map(  # noqa: DTZ001 - the bounds are naive by contract
    lambda moment: moment.replace(microsecond=0).astimezone(UTC)
)
OPTIONAL_DAY = st.none() | DAY
OPTIONAL_NUMBER = st.none() | NUMBER
ORGANIZATION = st.builds(
    Organization,
    organ_id=WORD,
    organization_in_charge=TEXT,
    organ_name=TEXT,
    organ_address=TEXT,
    email=TEXT,
    telephone=TEXT,
    fax=TEXT,
    website=TEXT,
)
STAFF = st.none() | st.builds(
    Staff, department=WORD, department_id=TEXT, staff=TEXT, staff_id=TEXT, email=TEXT, mobile=TEXT
)
RESPONSE = st.builds(ResponseFor, organ_id=WORD, code=WORD, promulgation_date=OPTIONAL_DAY, document_id=WORD)
INFO = st.none() | st.builds(
    DocumentInfo,
    document_info=CODE,
    document_receiver=OPTIONAL_NUMBER,
    receivers=st.lists(st.builds(ReceiverChange, organ_id=WORD, receiver_type=OPTIONAL_NUMBER), max_size=2).map(tuple),
)
BUSINESS = st.builds(
    Business,
    type=st.sampled_from(BusinessType) | st.integers(4, 99),
    reason=TEXT,
    document_id=WORD,
    paper=CODE,
    staff=STAFF,
    document_info=INFO,
    replacements=st.lists(st.builds(ReplacementInfo, document_id=WORD, organ_ids=WORDS), min_size=1, max_size=2).map(
        tuple
    ),
)
NAME = st.one_of(
    TEXT,
    st.sampled_from(["a.pdf", "b.DOCX", "c.xlsx", "d.zip", "e", "f.txt", "../g.doc", "h.odt", "i.", ".pdf"]),
)
DATA = st.binary(max_size=40) | st.binary(max_size=20).map(lambda data: b"PK\x03\x04" + data)
FILES = st.lists(
    st.builds(
        Attachment,
        name=NAME,
        data=DATA,
        content_id=WORD.filter(lambda word: not word.lower().startswith("cid:")),
        description=TEXT,
        field_name=TEXT,
        mime_type=TEXT,
    ),
    max_size=3,
    unique_by=lambda file: file.content_id,
).map(tuple)
DOCUMENT = st.builds(
    NewDocument,
    from_=ORGANIZATION,
    to=st.lists(ORGANIZATION, min_size=1, max_size=3, unique_by=lambda to: to.organ_id).map(tuple),
    document_id=WORD,
    code_number=WORD,
    code_notation=WORD,
    promulgation_date=DAY,
    document_type=st.builds(DocumentType, type=NUMBER, type_name=TEXT, type_detail=NUMBER),
    subject=WORD,
    place=TEXT,
    content=TEXT,
    signer=st.builds(Signer, competence=TEXT, position=TEXT, full_name=TEXT),
    due_date=OPTIONAL_DAY,
    to_places=WORDS,
    other_info=st.builds(
        OtherInfo,
        priority=NUMBER,
        sphere_of_promulgation=TEXT,
        typer_notation=TEXT,
        promulgation_amount=OPTIONAL_NUMBER,
        page_amount=OPTIONAL_NUMBER,
        appendixes=WORDS,
        reply_fors=TEXT,
        direction=st.booleans(),
        reference_codes=TEXT,
    ),
    response_for=st.lists(RESPONSE, max_size=2).map(tuple),
    steering_type=NUMBER,
    trace_headers=st.lists(
        st.builds(TraceHeader, organ_id=TEXT, timestamp=st.none() | MOMENT), min_size=1, max_size=3
    ).map(tuple),
    trace_list_id=TEXT,
    trace_list_version=TEXT,
    business=BUSINESS,
    attachments=FILES,
)
STATUS = st.builds(
    Status,
    from_=ORGANIZATION,
    response_for=RESPONSE,
    status=st.sampled_from(StatusCode),
    description=WORD,
    timestamp=st.none() | MOMENT,
    staff=STAFF,
)
MESSAGE = DOCUMENT | STATUS
_RELAXED = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


@_RELAXED
@given(MESSAGE)
def test_what_is_built_reads_back(message: NewDocument | Status) -> None:
    """``parse_message(build_message(m)) == m``, complete, nothing left over."""
    data = build_message(message)
    back = parse_message(data)
    assert back == message
    assert find_gaps(back) == ()
    assert build_message(back) == data


@_RELAXED
@given(MESSAGE)
def test_the_layout_means_nothing(message: NewDocument | Status) -> None:
    """Without prefixes, as UTF-16, and with other line ends between elements it is the same message."""
    text = build_message(message).decode()
    assert parse_message(text.replace("UTF-8", "UTF-16", 1).encode("utf-16")) == message
    assert parse_message(text.replace("\r\n", "\n").encode()) == message
    assert parse_message(text.replace("<edXML:", "<").replace("</edXML:", "</").encode()) == message


@_RELAXED
@given(NAME, st.binary(max_size=200) | DATA)
def test_a_file_comes_back_whatever_its_name_and_bytes(name: str, data: bytes) -> None:
    """Raw or wrapped, the file behind the text is the file."""
    content_type, text = encode_file(name, data)
    assert decode_file(content_type, text, name=name) == data


@given(st.binary(max_size=400))
def test_any_bytes_give_a_message_or_our_error(data: bytes) -> None:
    """Whatever arrives: a message or an InputError."""
    with contextlib.suppress(InputError):
        parse_message(data)


_GOOD = build_message(
    NewDocument(
        from_=Organization(organ_id="H99.01"),
        to=(Organization(organ_id="H99.02"),),
        document_id="H99.01,2026/03/05,12/CV-CQG",
        code_number="12",
        code_notation="CV-CQG",
        promulgation_date=datetime(2026, 3, 5, tzinfo=UTC).date(),
        document_type=DocumentType(type=2, type_name="Công văn"),
        subject="V/v kiểm thử",
        trace_headers=(TraceHeader(organ_id="H99.01", timestamp=datetime(2026, 3, 5, tzinfo=UTC)),),
        attachments=(
            Attachment(name="a.pdf", data=b"%PDF-1.7\n", content_id="1"),
            Attachment(name="b.txt", data=b"text", content_id="2"),
        ),
    )
)


@given(st.integers(0, len(_GOOD) - 1), st.integers(0, 40), st.binary(max_size=20))
def test_any_damage_gives_a_message_or_our_error(start: int, length: int, patch: bytes) -> None:
    """A good message, cut, patched or lengthened anywhere: a message or an InputError, never another exception."""
    with contextlib.suppress(InputError):
        message = parse_message(_GOOD[:start] + patch + _GOOD[start + length :])
        assert isinstance(message, NewDocument | Status)
        find_gaps(message)


@given(st.data())
def test_any_element_may_be_missing_or_doubled(data: st.DataObject) -> None:
    """A line taken out, doubled or moved: a message or an InputError."""
    lines = _GOOD.split(b"\r\n")
    index = data.draw(st.integers(0, len(lines) - 1))
    target = data.draw(st.integers(0, len(lines)))
    line = lines[index]
    kept = lines[:index] + lines[index + 1 :] if data.draw(st.booleans()) else list(lines)
    changed = kept[:target] + [line] * data.draw(st.integers(0, 2)) + kept[target:]
    with contextlib.suppress(InputError):
        parse_message(b"\r\n".join(changed))
