"""People, posts and powers: who may sign for whom on a given day, and with which words before his post.

Invariants:
    - A power holds on its days only, both ends included; days are those of Asia/Ho_Chi_Minh.
    - A power given by delegation (TUQ.) is written, has an end, and is not passed on.

What it does not do: it decides nothing about signatures; whose certificate signed is the verifier's to say.

Source: Nghị định 30/2020/NĐ-CP Điều 13; Phụ lục I Phần I mục II.7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from docflow.errors import ErrorCode, UsageError
from docflow.model.annotations import checked_fields
from docflow.model.types import DocumentType


class Competence(StrEnum):
    """In which capacity somebody signs (thẩm quyền ký); the value is printed before the post."""

    TM = "TM."
    """Thay mặt: for the collective leadership."""
    Q = "Q."
    """Quyền: acting head."""
    KT = "KT."
    """Ký thay: a deputy for the head."""
    TL = "TL."
    """Thừa lệnh: the head of a unit, by order of the head."""
    TUQ = "TUQ."
    """Thừa ủy quyền: by written delegation."""


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days on which something holds, both included; None: open at that end."""

    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"a term that ends on {self.until} cannot begin on {self.since}",
                vi="Ngày kết thúc không được trước ngày bắt đầu.",
            )

    def holds_on(self, day: date) -> bool:
        """Return whether a day is one of them."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


ALWAYS = Period()
"""Without beginning and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A post (chức vụ) in an agency or one of its units.

    Attributes:
        title: As printed, e.g. ``CHỦ TỊCH``.
        unit: Abbreviation of the unit, or empty for the leadership of the agency.
        deputy_of: Title of the head of the same unit, for a deputy; empty for a head.
    """

    title: str
    unit: str = ""
    deputy_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """Who holds which post, when; ``is_acting`` for an acting head (quyền)."""

    person: str
    post: Position
    term: Period = ALWAYS
    is_acting: bool = False


@checked_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """A power to sign that the head gave to a person: by order (TL.) or by written delegation (TUQ.).

    Attributes:
        person: Who may sign.
        head: Title of the head for whom.
        document: Number and symbol of the written delegation, or of the work rules that give the order.
        types: The types of documents it is limited to; empty: no type is named (TL. only).

    Raises:
        UsageError: ``BAD_ARGUMENT``; not TL. or TUQ., or a TUQ. that is not written, or not limited in time and
            content.
    Source: Nghị định 30/2020/NĐ-CP Điều 13 khoản 3, 4.
    """

    person: str
    head: str
    competence: Competence
    document: str
    term: Period
    types: frozenset[DocumentType] = frozenset()

    def __post_init__(self) -> None:
        if self.competence not in {Competence.TL, Competence.TUQ} or not self.document.strip():
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                "a power is given by order (TL.) or delegation (TUQ.), and names the document that gives it",
                vi="Ủy quyền ký phải là thừa lệnh (TL.) hoặc thừa ủy quyền (TUQ.) và ghi rõ văn bản giao.",
            )
        if self.competence is Competence.TUQ and (self.term.until is None or not self.types):
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                "a delegation is limited in time and in content",
                vi="Thừa ủy quyền phải giới hạn thời gian và nội dung ủy quyền.",
                way_out="give it a last day and the types of documents",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The people of an agency who sign.

    Attributes:
        is_collective: The agency works as a collective (UBND, …): its head signs with TM.
    """

    appointments: tuple[Appointment, ...]
    delegations: tuple[Delegation, ...] = ()
    is_collective: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """A power found: the words before the post, the post named after them, and what gives it."""

    competence: Competence | None
    post: str
    basis: str = ""


def find_powers(staff: Staff, person: str, *, day: date, kind: DocumentType) -> tuple[Power, ...]:
    """Return every power a person has to sign a document of a type on a day, his own first.

    Source: Nghị định 30/2020/NĐ-CP Điều 13; Phụ lục I Phần I mục II.7.
    """
    return tuple(dict.fromkeys((*_own_powers(staff, person, day=day), *_given(staff, person, day=day, kind=kind))))


def require_power(
    staff: Staff,
    person: str,
    *,
    competence: Competence | None,
    day: date,
    kind: DocumentType,
) -> Power:
    """Return the power by which a person signs in a capacity.

    Raises:
        UsageError: ``NOT_AUTHORISED``; he has no such power on that day.
    Source: Nghị định 30/2020/NĐ-CP Điều 13.
    """
    for power in find_powers(staff, person, day=day, kind=kind):
        if power.competence is competence:
            return power
    capacity = competence.value if competence else "in his own post"
    raise UsageError(
        ErrorCode.NOT_AUTHORISED,
        f"{person} may not sign {capacity} on {day}",
        vi=f"{person} không có thẩm quyền ký{f' {competence.value}' if competence else ''} vào ngày {day:%d/%m/%Y}.",
        way_out="record the appointment or the delegation, or have it signed by whoever is authorised",
    )


def _own_powers(staff: Staff, person: str, *, day: date) -> Iterator[Power]:
    for item in staff.appointments:
        if item.person != person or not item.term.holds_on(day):
            continue
        if item.is_acting:
            yield Power(competence=Competence.Q, post=item.post.title)
        elif item.post.deputy_of and not item.post.unit:
            yield Power(competence=Competence.KT, post=item.post.deputy_of)
        elif not item.post.unit:
            yield Power(competence=Competence.TM if staff.is_collective else None, post=item.post.title)


def _given(staff: Staff, person: str, *, day: date, kind: DocumentType) -> Iterator[Power]:
    for item in staff.delegations:
        if not item.term.holds_on(day) or (item.types and kind not in item.types):
            continue
        if item.person == person:
            yield Power(competence=item.competence, post=item.head, basis=item.document)
        elif item.competence is Competence.TL and _is_deputy(staff, person, head_of=item.person, day=day):
            # Only an order may be passed on, and only to the deputy, who signs KT. for his own head.
            yield Power(competence=Competence.KT, post=item.head, basis=item.document)


def _is_deputy(staff: Staff, person: str, *, head_of: str, day: date) -> bool:
    """Return whether a person is the deputy of the unit that another heads."""
    posts = {
        item.person: item.post
        for item in staff.appointments
        if item.term.holds_on(day) and item.person in {person, head_of} and item.post.unit
    }
    own, head = posts.get(person), posts.get(head_of)
    return own is not None and head is not None and own.unit == head.unit and own.deputy_of == head.title
