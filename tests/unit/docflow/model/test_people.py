"""Who may sign for whom, when."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from docflow import Appointment, Competence, Delegation, DocumentType, Period, Position, Staff
from docflow.errors import DocflowError, ErrorCode
from docflow.model import require_power
from docflow.model.people import find_powers

HEAD = Position(title="CHỦ TỊCH")
DEPUTY = Position(title="PHÓ CHỦ TỊCH", deputy_of="CHỦ TỊCH")
OFFICE_HEAD = Position(title="CHÁNH VĂN PHÒNG", unit="VP")
OFFICE_DEPUTY = Position(title="PHÓ CHÁNH VĂN PHÒNG", unit="VP", deputy_of="CHÁNH VĂN PHÒNG")
YEAR = Period(since=date(2026, 1, 1), until=date(2026, 12, 31))
DAY = date(2026, 6, 15)

ORDER = Delegation(person="Dũng", head="CHỦ TỊCH", competence=Competence.TL, document="01/QĐ-UBND", term=Period())
WRITTEN = Delegation(
    person="Em",
    head="CHỦ TỊCH",
    competence=Competence.TUQ,
    document="09/GUQ-UBND",
    term=Period(since=date(2026, 6, 1), until=date(2026, 6, 30)),
    types=frozenset({DocumentType.HOP_DONG}),
)
STAFF = Staff(
    appointments=(
        Appointment(person="An", post=HEAD, term=YEAR),
        Appointment(person="Bình", post=DEPUTY, term=YEAR),
        Appointment(person="Cường", post=HEAD, term=Period(since=date(2027, 1, 1)), is_acting=True),
        Appointment(person="Dũng", post=OFFICE_HEAD, term=YEAR),
        Appointment(person="Giang", post=OFFICE_DEPUTY, term=YEAR),
    ),
    delegations=(ORDER, WRITTEN),
)


def powers(person: str, day: date = DAY, *, kind: DocumentType = DocumentType.QUYET_DINH) -> list[str | None]:
    """Return the words before the post under which somebody may sign."""
    return [p.competence.value if p.competence else None for p in find_powers(STAFF, person, day=day, kind=kind)]


def test_a_deputy_signs_for_the_head() -> None:
    """NĐ 30/2020 Điều 13: KT. before the post of the head; the head in his own name, TM. for a collective.

    NĐ 30/2020 Điều 13.1: "có thể giao cấp phó ký thay các văn bản thuộc lĩnh vực được phân công phụ trách và một số
        văn bản thuộc thẩm quyền của người đứng đầu"
    NĐ 30/2020 Điều 13.2: "Người đứng đầu cơ quan, tổ chức thay mặt tập thể lãnh đạo ký các văn bản của cơ quan, tổ
        chức."
    """
    assert (powers("An"), powers("Bình")) == ([None], ["KT."])
    collective = Staff(appointments=STAFF.appointments, is_collective=True)
    (power,) = find_powers(collective, "An", day=DAY, kind=DocumentType.QUYET_DINH)
    assert (power.competence, power.post) == (Competence.TM, "CHỦ TỊCH")


def test_an_acting_head_signs_with_his_own_words() -> None:
    """NĐ 30/2020 PL I Phần I mục II.7: Q. before the post of the head, from the day he acts."""
    assert (powers("Cường"), powers("Cường", date(2027, 1, 1))) == ([], ["Q."])


def test_an_order_may_be_passed_to_the_deputy_and_no_further() -> None:
    """NĐ 30/2020 Điều 13: TL. by order; the delegate may pass it to a deputy, who signs KT.

    NĐ 30/2020 Điều 13.4: "Người được ký thừa lệnh được giao lại cho cấp phó ký thay."
    """
    assert (powers("Dũng"), powers("Giang"), powers("Ai đó")) == (["TL."], ["KT."], [])


def test_an_order_is_passed_to_the_deputy_of_that_unit_only() -> None:
    """Two units have heads of one title: the deputy in the other one is nobody's deputy here.

    NĐ 30/2020 Điều 13.4: "Người được ký thừa lệnh được giao lại cho cấp phó ký thay."
    """
    head, deputy = Position(title="TRƯỞNG PHÒNG", unit="TC"), Position(title="PHÓ", unit="TC", deputy_of="TRƯỞNG PHÒNG")
    staff = Staff(
        appointments=(
            Appointment(person="An", post=head, term=YEAR),
            Appointment(person="Bình", post=deputy, term=YEAR),
            Appointment(person="Cường", post=dataclasses.replace(head, unit="NV"), term=YEAR),
            Appointment(person="Dũng", post=dataclasses.replace(deputy, unit="NV"), term=YEAR),
        ),
        delegations=(dataclasses.replace(ORDER, person="An"),),
    )
    found = {name: find_powers(staff, name, day=DAY, kind=DocumentType.QUYET_DINH) for name in ("Bình", "Dũng")}
    assert {name: [power.competence for power in held] for name, held in found.items()} == {
        "Bình": [Competence.KT],
        "Dũng": [],
    }


def test_a_delegation_is_limited_in_time_and_content_and_not_passed_on() -> None:
    """NĐ 30/2020 Điều 13: TUQ. in writing, limited in time and content, no sub-delegation.

    NĐ 30/2020 Điều 13.3: "Việc giao ký thừa ủy quyền phải được thực hiện bằng văn bản, giới hạn thời gian và nội dung
        được ủy quyền. Người được ký thừa ủy quyền không được ủy quyền lại cho người khác ký."
    """
    contract = DocumentType.HOP_DONG
    assert powers("Em", kind=contract) == ["TUQ."]
    assert powers("Em") == powers("Em", date(2026, 7, 1), kind=contract) == powers("Giang", date(2027, 6, 1)) == []
    wrong: list[dict[str, object]] = [
        {"term": Period()},
        {"types": frozenset()},
        {"document": " "},
        {"competence": Competence.KT},
    ]
    for broken in wrong:
        given = {"person": "E", "head": "H", "competence": Competence.TUQ, "document": "1", "term": WRITTEN.term}
        with pytest.raises(DocflowError) as caught:
            Delegation(**{**given, "types": WRITTEN.types, **broken})  # type: ignore[arg-type]
        assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_a_written_delegation_to_the_head_of_a_unit_is_not_passed_to_his_deputy() -> None:
    """NĐ 30/2020 Điều 13: TUQ. is not sub-delegated; only an order (TL.) is."""
    given = dataclasses.replace(WRITTEN, person="Dũng", types=frozenset({DocumentType.QUYET_DINH}))
    staff = Staff(appointments=STAFF.appointments, delegations=(given,))
    assert [p.competence for p in find_powers(staff, "Dũng", day=DAY, kind=DocumentType.QUYET_DINH)] == [Competence.TUQ]
    assert find_powers(staff, "Giang", day=DAY, kind=DocumentType.QUYET_DINH) == ()


def test_whoever_has_no_power_that_day_is_refused() -> None:
    """A power holds on its days, both ends included."""
    kind = DocumentType.QUYET_DINH
    for day in (date(2026, 1, 1), date(2026, 12, 31)):
        assert require_power(STAFF, "Bình", competence=Competence.KT, day=day, kind=kind).post == "CHỦ TỊCH"
    for day, competence in ((date(2027, 1, 1), Competence.KT), (DAY, None), (DAY, Competence.TM)):
        with pytest.raises(DocflowError) as caught:
            require_power(STAFF, "Bình", competence=competence, day=day, kind=kind)
        assert caught.value.code is ErrorCode.NOT_AUTHORISED


def test_a_term_does_not_end_before_it_begins() -> None:
    """A period turned round is a mistake of whoever typed it."""
    with pytest.raises(DocflowError):
        Period(since=DAY, until=date(2026, 6, 14))
