"""Two invented agencies and the twenty documents each of them issues in the demo.

Invariants:
    - Ids, texts and signers are the same on every day, so that a demo continued later finds its documents.

What it does not do: no clock, no files; the agencies, the people and the province do not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from docflow.demo.authority import AgencyPeople
from docflow.demo.texts import AN_BINH, DEPARTMENT, Text
from docflow.demo.texts_department import DEPARTMENT_TEXTS
from docflow.demo.texts_province import PROVINCE_TEXTS
from docflow.model import (
    LAW_TIME_ZONE,
    Addressee,
    Agency,
    AgencyCode,
    DocumentType,
    Draft,
    build_number_and_symbol,
    number_document,
    parse_agency_code,
)
from docflow.printing import OfficialDocument, ParagraphKind

# Nghị định 30/2020/NĐ-CP Phụ lục I Phần I mục II.9: "Kính gửi" stands where a superior or another agency must act.
_LETTERS = frozenset({DocumentType.CONG_VAN, DocumentType.TO_TRINH})
_CODES = {AN_BINH: "H99", DEPARTMENT: "H99.12"}
_START_OF_WORK = time(8, 0, tzinfo=LAW_TIME_ZONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDocument:
    """One document of the demo: what is printed, what docflow is told about it, and who drafted it."""

    id: str
    document: OfficialDocument
    draft: Draft
    drafter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAgency:
    """One agency of the demo with its people and its documents."""

    agency: Agency
    people: AgencyPeople
    documents: tuple[DemoDocument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Office:
    """What all documents of one agency share."""

    agency: Agency
    managing_agency: str | None
    positions: tuple[str, ...]
    position: str
    people: AgencyPeople
    drafters: tuple[str, ...]


def demo_agencies(today: date) -> tuple[DemoAgency, DemoAgency]:
    """Return the province and its department, with twenty documents each.

    Args:
        today: Day in Asia/Ho_Chi_Minh; only the creation date of the PDFs depends on it.
    """
    drafted_at = datetime.combine(today, _START_OF_WORK)
    return (
        _agency(_province(), PROVINCE_TEXTS, drafted_at=drafted_at),
        _agency(_department(), DEPARTMENT_TEXTS, drafted_at=drafted_at),
    )


def _province() -> _Office:
    code, name = parse_agency_code(_CODES[AN_BINH]), AN_BINH.upper()
    return _Office(
        agency=Agency(code=code, name=name, abbreviation="UBND", place="An Bình"),
        managing_agency=None,
        positions=("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),
        position="Chủ tịch",
        people=_people(code, name, leader="Nguyễn Văn Ủy", unit="Thường trực Ủy ban nhân dân"),
        drafters=("Lê Văn Soạn", "Phạm Thị Thảo", "Hoàng Văn Bút"),
    )


def _department() -> _Office:
    code, name = parse_agency_code(_CODES[DEPARTMENT]), DEPARTMENT.upper()
    return _Office(
        agency=Agency(code=code, name=name, abbreviation="SKHCN", place="An Bình"),
        managing_agency=AN_BINH.upper(),
        positions=("GIÁM ĐỐC",),
        position="Giám đốc",
        people=_people(code, name, leader="Trần Thị Ổn", unit="Ban Giám đốc"),
        drafters=("Vũ Văn Nghiên", "Đặng Thị Cứu"),
    )


def _people(code: AgencyCode, name: str, *, leader: str, unit: str) -> AgencyPeople:
    return AgencyPeople(code=str(code), agency=name, locality="An Bình", leader=leader, unit=unit)


def _agency(office: _Office, texts: tuple[Text, ...], *, drafted_at: datetime) -> DemoAgency:
    documents = tuple(
        DemoDocument(
            id=_document_id(office.agency.code, text.type, place_in_table),
            document=_official_document(office, text, drafted_at=drafted_at),
            draft=_draft(office, text),
            drafter=office.drafters[place_in_table % len(office.drafters)],
        )
        for place_in_table, text in enumerate(texts, start=1)
    )
    return DemoAgency(agency=office.agency, people=office.people, documents=documents)


def _document_id(code: AgencyCode, document_type: DocumentType, place_in_table: int) -> str:
    initials = "".join(word[0] for word in document_type.value.split("_"))
    return f"{code}-{initials}-{place_in_table:02d}"


def _official_document(office: _Office, text: Text, *, drafted_at: datetime) -> OfficialDocument:
    return OfficialDocument(
        agency=_in_its_column(office.agency.name),
        managing_agency=_in_its_column(office.managing_agency) if office.managing_agency else None,
        symbol=_symbol(office.agency, text),
        place=office.agency.place,
        type_name=None if text.type is DocumentType.CONG_VAN else text.type.vi.upper(),
        subject=text.subject,
        addressees=text.to if text.type in _LETTERS else (),
        body=text.paragraphs,
        positions=_positions(office, text),
        signer_name=office.people.leader,
        recipients=_recipients(text),
        drafted_at=drafted_at,
    )


def _positions(office: _Office, text: Text) -> tuple[str, ...]:
    # NĐ 30/2020 Điều 13: TM. is for what the collective decides; the head decides in his own name without it.
    issuer = next((p.text for p in text.paragraphs if p.kind is ParagraphKind.CENTRED), "")
    return office.positions[-1:] if issuer.startswith(office.position.upper()) else office.positions


def _in_its_column(name: str) -> str:
    # A line ends where a reader pauses: before the province, not inside "nhân dân".
    return name.replace(" TỈNH ", "\nTỈNH ")


def _draft(office: _Office, text: Text) -> Draft:
    return Draft(
        type=text.type,
        subject=text.subject,
        signer_name=office.people.leader,
        signer_position=office.position,
        addressees=tuple(
            Addressee(name=name, code=parse_agency_code(_CODES[name]) if name in _CODES else None)
            for name in (*text.to, *text.copies)
        ),
        unit=text.unit,
    )


def _symbol(agency: Agency, text: Text) -> str:
    value = number_document(text.type, 1, agency=agency, unit=text.unit)
    return build_number_and_symbol(value).partition("/")[2]


def _recipients(text: Text) -> tuple[str, ...]:
    if text.type in _LETTERS:
        first: tuple[str, ...] = ("Như trên",)
    elif text.type is DocumentType.QUYET_DINH:
        first = (f"Như Điều {text.article_count}", *text.to)
    else:
        first = text.to
    return (*first, *text.copies, f"Lưu: VT, {text.unit}")


__all__ = ["DemoAgency", "DemoDocument", "demo_agencies"]
