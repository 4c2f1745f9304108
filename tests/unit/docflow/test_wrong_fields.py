"""What callers make for a verb is refused with our own error when a field is of a wrong type: read off the classes."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from typing import Any

import pytest

import docflow
from docflow import ErrorCode
from docflow.errors import DocflowError
from tests.office_kit import make_agency, make_copy_request, make_draft
from tests.work_kit import make_entry, make_plan

#: One of each class that checks what it is made of.
MADE: tuple[Any, ...] = (
    make_agency(),
    make_copy_request(),
    make_draft(),
    make_draft().addressees[0],
    make_entry(),
    make_plan(),
    make_plan().steps[0],
    docflow.Access(person="A", kind=docflow.AccessKind.XEM, target=docflow.AccessTarget.OUTGOING, subject="d1"),
    docflow.AccessQuery(),
    docflow.Delegation(
        person="A",
        head="B",
        competence=docflow.Competence.TUQ,
        document="01/GUQ",
        term=docflow.Period(since=date(2026, 1, 1), until=date(2026, 2, 1)),
        types=frozenset({docflow.DocumentType.CONG_VAN}),
    ),
    docflow.FilePlan(year=2026, notation="01", title="T", retention_years=1, creator="B"),
    docflow.GroupItem(target=docflow.AccessTarget.FILE, subject="H99.2026.01"),
    docflow.GroupPlan(id="g", name="Nhóm"),
    docflow.NumberWish(number=2),
    docflow.OfficeTerms(),
    docflow.Period(since=date(2026, 1, 1)),
    docflow.Permission(granted_by="A", reason="B"),
    docflow.PrintMark(printed_by="A", at=datetime(2026, 1, 1, tzinfo=UTC), system="S", subject="D"),
    docflow.SearchQuery(text="abc"),
    docflow.Series(),
    docflow.UrgentHours(),
    docflow.WorkingHours(),
)
CHECKING = {
    value
    for value in map(vars(docflow).get, docflow.__all__)
    if dataclasses.is_dataclass(value) and hasattr(value, "__post_init__")
}
WRONG: tuple[object, ...] = (
    *(None, "2", "\ud800", b"x", -1, 10**30, 1.5, float("nan"), True, object(), [], (object(),), {}),
    *(date(2026, 1, 1), datetime(2026, 1, 1)),  # noqa: DTZ001 — that is what is tried
)


def test_every_class_that_checks_is_tried() -> None:
    """A new one gets a line above."""
    assert {value for value in CHECKING if value.__module__.startswith("docflow.model.")} == set(map(type, MADE))


@pytest.mark.parametrize("made", MADE, ids=lambda made: type(made).__name__)
def test_a_field_of_a_wrong_type_is_our_error_or_none(made: Any) -> None:  # noqa: ANN401 - one of many
    """BAD_ARGUMENT in Vietnamese, never a TypeError from inside; what is let pass is looked at by the verb."""
    for field in dataclasses.fields(made):
        for wrong in WRONG:
            try:
                dataclasses.replace(made, **{field.name: wrong})
            except DocflowError as error:
                assert error.vi, field.name  # noqa: PT017 - what is raised is what is asked for


def test_the_field_is_named() -> None:
    """Whoever made the call learns which one."""
    with pytest.raises(DocflowError, match="NumberWish: number is of the type str") as caught:
        docflow.NumberWish(number="2")  # type: ignore[arg-type]
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert caught.value.vi.startswith("Giá trị number của NumberWish có kiểu str")
    with pytest.raises(TypeError, match="granted_by"):
        docflow.Permission(reason="thiếu")  # type: ignore[call-arg]


@pytest.mark.parametrize("number", [0, -1, 10**11, 10**30])
def test_no_wish_is_for_a_number_that_no_register_holds(number: int) -> None:
    """Phụ lục VI: CodeNumber has 11 characters; the error speaks of numbers, not of JSON."""
    for name in ("number", "sub_of"):
        with pytest.raises(DocflowError) as caught:
            docflow.NumberWish(**{name: number})  # type: ignore[arg-type]
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
        assert "từ 01 đến 99999999999" in caught.value.vi
