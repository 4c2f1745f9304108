"""Wrong usage in the words of the person at the screen, and which language that is.

Invariants:
    - The language is found in the arguments themselves, for what is wrong may be the arguments.
    - Names of options, commands and values stay as they are typed.

What it does not do: a detail of click that has no words here stays English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import click

from vnsign.cli.error_words import error_sentence
from vnsign.errors import VnsignError
from vnsign.verification.messages import Language

_OPTION = "--lang"
_ERROR = {Language.VI: "Lỗi", Language.EN: "Error"}


class _Misuse(click.UsageError):
    def __init__(self, message: str, *, vi: str) -> None:
        self.vi = vi
        super().__init__(message)


def misuse(message: str, *, vi: str) -> click.UsageError:
    """Return wrong usage that only we can know of, in both languages, to be raised."""
    return _Misuse(message, vi=vi)


def language_of(root: click.Command, arguments: Sequence[str]) -> Language:
    """Return the language that errors are told in: that of --lang, else the command's default, else English.

    Does not check: the arguments; a language that does not exist is taken for the default.
    """
    command = root
    context = click.Context(root)
    asked = ""
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == _OPTION:
            asked = "".join(arguments[place + 1 : place + 2])
        elif argument.startswith(f"{_OPTION}="):
            asked = argument.partition("=")[2]
        elif isinstance(command, click.Group) and not argument.startswith("-"):
            below = command.get_command(context, argument)
            if below is not None:
                command, context = below, click.Context(below, parent=context)
    option = next((param for param in command.params if _OPTION in param.opts), None)
    if option is None:
        return Language.EN
    return Language(asked if asked in set(Language) else str(option.default))


def show_error(exc: click.ClickException | VnsignError, lang: Language) -> None:
    """Print an error to standard error, and where help is if it is wrong usage."""
    if isinstance(exc, VnsignError):
        click.echo(f"{_ERROR[lang]}: {error_sentence(exc, lang)}", err=True)
        return
    if lang is Language.EN or isinstance(exc, click.exceptions.NoArgsIsHelpError):
        exc.show()
        return
    context = exc.ctx if isinstance(exc, click.UsageError) else None
    if context is not None:
        usage = context.get_usage().replace("Usage:", "Cách dùng:", 1)
        click.echo(f"{usage}\nXem hướng dẫn: {context.command_path} --help\n", err=True)
    click.echo(f"{_ERROR[lang]}: {_vietnamese(exc)}", err=True)


def _vietnamese(exc: click.ClickException) -> str:
    match exc:
        case _ if isinstance(exc.__cause__, VnsignError):
            told = error_sentence(exc.__cause__, Language.VI)
        case _Misuse():
            told = exc.vi
        case click.MissingParameter():
            what = "tham số" if isinstance(exc.param, click.Argument) else "tùy chọn"
            choices = exc.param.type.choices if exc.param and isinstance(exc.param.type, click.Choice) else ()
            listed = f" Chọn một trong: {', '.join(map(str, choices))}." if choices else ""
            told = f"thiếu {what} {_hint(exc)}.{listed}"
        case click.BadParameter():
            told = f"giá trị của {_hint(exc)} không hợp lệ: {_detail(exc.message)}"
        case click.NoSuchOption():
            told = f"không có tùy chọn {exc.option_name}.{_meant(exc.possibilities)}"
        case click.exceptions.NoSuchCommand():
            told = f"không có lệnh {exc.command_name}.{_meant(exc.possibilities)}"
        case _:
            told = _detail(exc.format_message())
    return told


def _hint(exc: click.BadParameter) -> str:
    if isinstance(exc.param_hint, str):
        return exc.param_hint
    if exc.param_hint is not None:
        return " / ".join(exc.param_hint)
    return exc.param.get_error_hint(exc.ctx) if exc.param is not None else ""


def _meant(names: Sequence[str] | None) -> str:
    return f" Có phải là {', '.join(sorted(names))}?" if names else ""


#: click's own details, and what they are in Vietnamese; a group stands where its number does.
_DETAILS: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(english, re.DOTALL), vietnamese)
    for english, vietnamese in (
        (r"(.*) is not one of (.*)\.", "{0} không phải một trong {1}."),
        (r"(.*) is not a valid integer(?: range)?\.", "{0} không phải số nguyên."),
        (r"(.*) is not a valid float(?: range)?\.", "{0} không phải một số."),
        (r"(.*) is not in the range (.*)\.", "{0} không nằm trong khoảng {1}."),
        (r"(?:Path|File|Directory) (.*) does not exist\.", "{0} không tồn tại."),
        (r"Directory (.*) is a file\.", "{0} là tệp, cần thư mục."),
        (r"File (.*) is a directory\.", "{0} là thư mục, cần tệp."),
        (r"(?:Path|File|Directory) (.*) is not readable\.", "không đọc được {0}."),
        (r"Option (.*) requires an argument\.", "tùy chọn {0} cần một giá trị."),
        (r"Option (.*) does not take a value\.", "tùy chọn {0} không nhận giá trị."),
        (r"Got unexpected extra arguments? (.*)", "thừa tham số {0}"),
        (r"Missing command\.", "thiếu tên lệnh."),
    )
)


def _detail(message: str) -> str:
    for english, vietnamese in _DETAILS:
        found = english.fullmatch(message)
        if found is not None:
            return vietnamese.format(*found.groups())
    return message


def lang_option(help_text: str = "Language of the text.") -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return --lang for a command that says nothing but its errors in the language asked for."""
    return click.option(
        _OPTION,
        type=click.Choice([language.value for language in Language]),
        default=Language.VI.value,
        show_default=True,
        expose_value=False,
        help=help_text,
    )
