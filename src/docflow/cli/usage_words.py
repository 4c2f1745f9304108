"""Wrong usage in English and Vietnamese, on one line, as every other error of docflow.

Invariants:
    - Names of options, commands and values stay as they are typed.

What it does not do: a detail of click that has no words here is told in English alone; help is English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import click


class _Misuse(click.UsageError):
    def __init__(self, message: str, *, vi: str) -> None:
        self.vi = vi
        super().__init__(message)


def misuse(message: str, *, vi: str) -> click.UsageError:
    """Return wrong usage that only we can know of, in both languages, to be raised."""
    return _Misuse(message, vi=vi)


def show_usage_error(exc: click.ClickException) -> None:
    """Print wrong usage to standard error, and where help is."""
    if isinstance(exc, click.exceptions.NoArgsIsHelpError):
        exc.show()
        return
    context = exc.ctx if isinstance(exc, click.UsageError) else None
    if context is not None:
        where = f"Try / Xem hướng dẫn: {context.command_path} --help"
        click.echo(f"{context.get_usage().replace('Usage:', 'Usage / Cách dùng:', 1)}\n{where}\n", err=True)
    told = _vietnamese(exc)
    click.echo(f"Error / Lỗi: {exc.format_message()}{f' — {told}' if told else ''}", err=True)


def _vietnamese(exc: click.ClickException) -> str:
    """Return the Vietnamese sentence, or nothing."""
    match exc:
        case object(vi=str(sentence)):
            told = sentence
        case click.MissingParameter():
            what = "tham số" if isinstance(exc.param, click.Argument) else "tùy chọn"
            told = f"Thiếu {what} {_hint(exc)}."
        case click.BadParameter():
            detail = _detail(exc.message)
            told = f"Giá trị của {_hint(exc)} không hợp lệ{f': {detail}' if detail else '.'}"
        case click.NoSuchOption():
            told = f"Không có tùy chọn {exc.option_name}."
        case click.exceptions.NoSuchCommand():
            told = f"Không có lệnh {exc.command_name}."
        case _:
            detail = _detail(exc.format_message())
            told = f"{detail[:1].upper()}{detail[1:]}"
    return told


def _hint(exc: click.BadParameter) -> str:
    return exc.param.get_error_hint(exc.ctx) if exc.param is not None else ""


#: click's own details, and what they are in Vietnamese; a group stands where its number does.
_DETAILS: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(english, re.DOTALL), vietnamese)
    for english, vietnamese in (
        (r"(.*) is not one of (.*)\.", "{0} không phải một trong {1}."),
        (r"(.*) is not a valid integer(?: range)?\.", "{0} không phải số nguyên."),
        (r"(.*) is not in the range (.*)\.", "{0} không nằm trong khoảng {1}."),
        (r"(.*) does not match the formats? (.*)\.", "{0} không phải ngày theo dạng {1}."),
        (r"(.*): No such file or directory", "{0}: không có tệp này."),
        (r"(.*): Is a directory", "{0}: là thư mục, cần tệp."),
        (r"(.*): Permission denied", "{0}: không có quyền đọc hoặc ghi."),
        (r"Directory (.*) is a file\.", "{0} là tệp, cần thư mục."),
        (r"File (.*) is a directory\.", "{0} là thư mục, cần tệp."),
        (r"Option (.*) requires (?:an argument|\d+ arguments)\.", "tùy chọn {0} thiếu giá trị."),
        (r"Option (.*) does not take a value\.", "tùy chọn {0} không nhận giá trị."),
        (r"Got unexpected extra arguments? (.*)", "thừa tham số {0}."),
        (r"Missing command\.", "thiếu tên lệnh."),
    )
)


def _detail(message: str) -> str:
    for english, vietnamese in _DETAILS:
        found = english.fullmatch(message)
        if found is not None:
            return vietnamese.format(*found.groups())
    return ""
