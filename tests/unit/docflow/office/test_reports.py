"""Reports: periods as people write them, figures counted from facts, no figure where nothing is known."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import openpyxl
import pytest

from docflow import DocflowError, ErrorCode, ReportBy, ReportForm, write_report
from docflow.model import Punctuality
from docflow.office import (
    ActFact,
    Report,
    ReportFacts,
    build_report,
    parse_report_period,
    tabulate_report,
)
from docflow.office.reports.facts import IncomingFact, OutgoingFact
from docflow.printing._report import _read_figure

AT = datetime(2026, 12, 31, 5, 0, tzinfo=UTC)


def came(
    on: date, unit: str = "Phòng Tổng hợp", *, punctuality: Punctuality | None = Punctuality.EARLY
) -> IncomingFact:
    """Return an incoming document that came over the exchange."""
    return IncomingFact(on=on, unit=unit, is_interconnected=True, punctuality=punctuality)


def left(on: date, unit: str = "VP", *, is_electronic: bool = True) -> OutgoingFact:
    """Return an outgoing document."""
    return OutgoingFact(on=on, unit=unit, is_interconnected=False, is_electronic=is_electronic)


def count(
    *facts: IncomingFact | OutgoingFact | ActFact,
    period: str = "2026",
    by: ReportBy = ReportBy.TOTAL,
    accounts: int | None = None,
) -> Report:
    """Count facts."""
    gathered = ReportFacts(
        incoming=tuple(fact for fact in facts if isinstance(fact, IncomingFact)),
        outgoing=tuple(fact for fact in facts if isinstance(fact, OutgoingFact)),
        acts=tuple(fact for fact in facts if isinstance(fact, ActFact)),
        accounts=accounts,
        certificates=None,
    )
    return build_report(
        gathered, agency="UBND xã An Bình", period=parse_report_period(period), by=by, log_size=7, at=AT
    )


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-11-28", date(2026, 11, 28), date(2026, 11, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("9999", date(9999, 1, 1), date(9999, 12, 31)),
        ("2025-12-15..2026-01-14", date(2025, 12, 15), date(2026, 1, 14)),
        ("2026-Q2..2026-09", date(2026, 4, 1), date(2026, 9, 30)),
    ],
)
def test_a_period_is_written_as_people_write_it(text: str, first: date, last: date) -> None:
    """A day, a month, a quarter, a year, from and to; both ends belong to it."""
    period = parse_report_period(text)

    assert (period.first, period.last, period.text) == (first, last, text)
    assert period.has(first)
    assert period.has(last)


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-02-30", "2026-Q5", "0000", "2026..2025", "..", "2026..", "２０２６", "2026-1", "now"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    """One error with a Vietnamese sentence, whatever is written."""
    with pytest.raises(DocflowError) as caught:
        parse_report_period(text)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert caught.value.vi


def test_only_what_lies_in_the_period_is_counted() -> None:
    """Registered, or issued, on a day of it."""
    report = count(
        *(came(date(2026, 9, 30)), came(date(2026, 10, 1)), came(date(2026, 12, 31)), came(date(2027, 1, 1))),
        *(left(date(2026, 9, 30)), left(date(2026, 10, 1), is_electronic=False), left(date(2026, 11, 2))),
        *(ActFact(on=date(2026, 9, 30), actor="A"), ActFact(on=date(2026, 10, 1), actor="B")),
        period="2026-Q4",
    )

    assert (report.total.documents_in, report.total.documents_out, report.total.active_accounts) == (2, 2, 1)
    assert (report.total.interconnected_in, report.total.interconnected_out) == (2, 0)
    assert report.total.electronic_per_mille == 500
    assert report.lines == ()


def test_what_is_not_known_is_no_figure() -> None:
    """Never 0: nobody counted certificates, nobody was given a role, nothing was issued or done."""
    report = count()

    assert report.total.certificates is None
    assert report.total.accounts is None
    assert report.total.electronic_per_mille is None
    assert report.total.handled.per_mille is None
    cells = {row[0]: row[1] for row in tabulate_report(report)}
    assert cells["Chứng thư số đã dùng để ký"] == "không có số liệu"
    assert cells["Tỷ lệ giải quyết trước và đúng hạn"] == "không có số liệu"
    assert cells["Văn bản đi đã phát hành"] == "0"


def test_figures_are_broken_down_by_unit_and_by_parts_of_the_period() -> None:
    """The lines sum up to the total; nobody knows whose account belongs to which unit."""
    facts = (
        came(date(2026, 10, 5), "Phòng A"),
        came(date(2026, 11, 5), "Phòng B", punctuality=Punctuality.LATE),
        came(date(2026, 11, 6), "", punctuality=Punctuality.OVERDUE),
        left(date(2026, 11, 6), "Phòng B"),
        ActFact(on=date(2026, 12, 1), actor="C"),
    )

    units = {line.name: line.figures for line in count(*facts, by=ReportBy.UNIT, accounts=3).lines}
    months = {line.name: line.figures for line in count(*facts, by=ReportBy.MONTH, accounts=3).lines}

    assert list(units) == ["", "Phòng A", "Phòng B"]
    assert (units["Phòng B"].documents_in, units["Phòng B"].documents_out, units["Phòng B"].handled.late) == (1, 1, 1)
    assert {figures.active_accounts for figures in units.values()} == {None}
    assert [(name, figures.documents_in) for name, figures in months.items()] == [
        ("2026-10", 1),
        ("2026-11", 2),
        ("2026-12", 0),
    ]
    assert months["2026-12"].active_accounts == 1
    assert [line.name for line in count(*facts, by=ReportBy.QUARTER).lines] == ["2026-Q4"]
    assert [line.name for line in count(*facts, by=ReportBy.YEAR).lines] == ["2026"]
    assert next(line.name for line in count(*facts, by=ReportBy.DAY).lines) == "2026-10-05"


def test_what_was_returned_spoils_no_rate() -> None:
    """A document that is not this agency's to handle was registered, and has no deadline here."""
    report = count(came(date(2026, 1, 5), punctuality=None), came(date(2026, 1, 5), punctuality=Punctuality.ON_TIME))

    assert report.total.documents_in == 2
    assert report.total.handled.per_mille == 1000


def test_the_digest_tells_what_was_asked_and_what_was_counted() -> None:
    """The same facts give it again; any other figure, query or size of the log another one."""
    facts = (came(date(2026, 1, 5)), left(date(2026, 1, 5)))

    assert count(*facts).digest == count(*reversed(facts)).digest
    others = (
        count(facts[0]),
        count(*facts, by=ReportBy.UNIT),
        count(*facts, period="2026-01"),
        count(*facts, accounts=1),
    )
    assert len({report.digest for report in (count(*facts), *others)}) == 5


def test_the_workbook_of_a_report_holds_numbers() -> None:
    """They can be added up and drawn; a share is one too, shown with its tenth; what is not known stays words."""
    facts = [came(date(2026, 1, 5), "Phòng Quản lý đô thị và hạ tầng kỹ thuật") for _ in range(1234)]
    written = write_report(count(*facts, by=ReportBy.UNIT), ReportForm.XLSX)
    sheet = openpyxl.load_workbook(io.BytesIO(written)).active
    rows = {row[0].value: row[1:] for row in sheet.iter_rows() if row[0].value}

    first = rows["Văn bản đến đã đăng ký"]
    assert [(cell.value, cell.number_format) for cell in first] == [(1234, "#,##0")] * 2
    assert rows["Chứng thư số đã dùng để ký"][0].value == "không có số liệu"
    assert [cell.value for cell in rows["Tỷ lệ văn bản đi hoàn toàn điện tử"]] == ["không có số liệu"] * 2
    heading = next(row[0].row for row in sheet.iter_rows() if row[0].value == "Chỉ tiêu")
    assert sheet.row_dimensions[heading].height == 45


@pytest.mark.parametrize(("units", "is_one_page_wide"), [(3, True), (14, False)])
def test_the_workbook_of_a_report_is_printed_in_letters_that_can_be_read(*, units: int, is_one_page_wide: bool) -> None:
    """Many units go on on further pages, under the same headings and beside the same labels; text stays text."""
    facts = [came(date(2026, 1, 5), f"=Phòng số {number}") for number in range(units)]
    sheet = openpyxl.load_workbook(io.BytesIO(write_report(count(*facts, by=ReportBy.UNIT), ReportForm.XLSX))).active

    heading = next(row[0].row for row in sheet.iter_rows() if row[0].value == "Chỉ tiêu")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.print_title_rows == f"${heading}:${heading}"
    assert bool(sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage) is is_one_page_wide
    assert (sheet.print_title_cols == "$A:$A") is not is_one_page_wide
    for row in sheet.iter_rows(max_row=heading):
        for cell in row:
            if cell.value is not None:
                assert (cell.data_type, cell.number_format, cell.font.name) == ("s", "@", "Times New Roman")


@pytest.mark.parametrize(
    ("text", "read"),
    [("0", ("count", 0)), ("1.234.567", ("count", 1234567)), ("33,3 %", ("share", 0.333)), ("100,0 %", ("share", 1.0))],
)
def test_a_figure_is_read_back_as_it_was_computed(text: str, read: tuple[str, float]) -> None:
    """No rounding on the way: thousandths stay thousandths."""
    assert _read_figure(text) == read


@pytest.mark.parametrize("form", ReportForm)
def test_every_form_says_the_figures_and_is_the_same_again(form: ReportForm) -> None:
    """Text, JSON, CSV, workbook and PDF; many units take several tables."""
    facts = [came(date(2026, 1, 5), f"Phòng số {number}") for number in range(11)]
    report = count(*facts, by=ReportBy.UNIT)

    written = write_report(report, form)

    assert written == write_report(report, form)
    assert written.startswith(b"\xef\xbb\xbf") is (form is ReportForm.CSV)
    if form in {ReportForm.TEXT, ReportForm.CSV, ReportForm.JSON}:
        assert report.digest.encode() in written
        assert "Phòng số 10".encode() in written
    else:
        assert written[:4] in {b"%PDF", b"PK\x03\x04"}
