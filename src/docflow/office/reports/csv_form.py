"""A report as CSV.

Source: RFC 4180.
"""

from __future__ import annotations

from docflow.office.registers.csv_form import write_csv
from docflow.office.reports.figures import Report
from docflow.office.reports.table import tabulate_report


def write_report_csv(report: Report) -> str:
    """Return a report as CSV: the table, then period, size of the log and digest."""
    foot = (
        ("Kỳ báo cáo", report.period.text),
        ("Số mục nhật ký", str(report.log_size)),
        ("Mã kiểm tra", report.digest),
    )
    return write_csv((*tabulate_report(report), *foot))
