"""Reports written for people and machines, from Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.metadata import version

from vnsign.adapters.clock import SystemClock
from vnsign.errors import ErrorCode, UsageError
from vnsign.rendering.formats import Format, render
from vnsign.rendering.items import Setting, as_items
from vnsign.report import DocumentReport
from vnsign.verification.messages import Language
from vnsign.wiring.arguments import checked


@checked
def render_reports(
    reports: Iterable[DocumentReport], form: str = Format.TEXT, *, lang: str = Language.VI, at: datetime | None = None
) -> Iterator[str]:
    """Yield a report in pieces; join them, or write them as they come.

    Does not gather: documents are taken as they are written.

    Args:
        reports: What :func:`vnsign.inspect_pdf` gave.
        form: ``text``, ``json``, ``jsonl``, ``junit``, ``sarif``, ``html`` or ``etsi``.
        lang: ``vi`` or ``en``, for what is written for people.
        at: Validation time for the head of the report, aware; None is now.

    Raises:
        UsageError: BAD_ARGUMENT.
    """
    try:
        chosen, language = Format(form), Language(lang)
    except ValueError as exc:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            str(exc),
            way_out=f"take {', '.join(Format)}; {', '.join(Language)}",
        ) from exc
    setting = Setting(at=at or SystemClock().now(), language=language, version=version("vnsign-docflow"))
    return render(as_items(reports), chosen, setting)
