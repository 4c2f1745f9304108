"""A report as an official reads it: headings and cells, for text, CSV, workbook and paper alike.

Source: docs/reference/figures.md.
"""

from __future__ import annotations

from docflow.office.reports.figures import Report, ReportBy, ReportFigures

REPORT_TITLE = "Báo cáo số liệu văn bản"
NO_FIGURE = "không có số liệu"
_TOTAL = "Toàn cơ quan"
_NO_UNIT = "(chưa ghi đơn vị)"


def tabulate_report(report: Report) -> tuple[tuple[str, ...], ...]:
    """Return a report as rows: names in the first column, then the total, then each line of the breakdown."""
    named = [(_TOTAL, report.total), *((_head(line.name, report.by), line.figures) for line in report.lines)]
    columns = [tuple(_cells(figures).values()) for _, figures in named]
    labels = tuple(_cells(report.total))
    heading = ("Chỉ tiêu", *(name for name, _ in named))
    return (heading, *((label, *(column[row] for column in columns)) for row, label in enumerate(labels)))


def _cells(figures: ReportFigures) -> dict[str, str]:
    handled = figures.handled
    return {
        "Văn bản đến đã đăng ký": _number(figures.documents_in),
        "– trong đó nhận qua liên thông": _number(figures.interconnected_in),
        "Văn bản đi đã phát hành": _number(figures.documents_out),
        "– trong đó gửi qua liên thông": _number(figures.interconnected_out),
        "– trong đó hoàn toàn điện tử": _number(figures.electronic_out),
        "Tỷ lệ văn bản đi hoàn toàn điện tử": _share(figures.electronic_per_mille),
        "Giải quyết trước hạn": _number(handled.early),
        "Giải quyết đúng hạn": _number(handled.on_time),
        "Giải quyết quá hạn": _number(handled.late),
        "Đang giải quyết, trong hạn": _number(handled.running),
        "Đang giải quyết, quá hạn": _number(handled.overdue),
        "Tạm dừng": _number(handled.paused),
        "Không có thời hạn": _number(handled.no_deadline),
        "Tỷ lệ giải quyết trước và đúng hạn": _share(handled.per_mille),
        "Chứng thư số đã dùng để ký": _number(figures.certificates),
        "– trong đó của cá nhân": _number(figures.certificates_of_people),
        "Tài khoản được giao vai trò": _number(figures.accounts),
        "Tài khoản hoạt động": _number(figures.active_accounts),
    }


def _head(name: str, by: ReportBy) -> str:
    return name or (_NO_UNIT if by is ReportBy.UNIT else name)


def _number(count: int | None) -> str:
    return NO_FIGURE if count is None else f"{count:,}".replace(",", ".")


def _share(per_mille: int | None) -> str:
    return NO_FIGURE if per_mille is None else f"{per_mille // 10},{per_mille % 10} %"
