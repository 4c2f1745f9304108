"""A command made from a verb of an office: its signature says what to ask, its result is printed as JSON.

Invariants:
    - What a verb asks for, its command asks for; nothing is left out but what a command line cannot give.

What it does not do: it knows no verb.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, BinaryIO, get_args, get_origin, get_type_hints

import click
import msgspec

from docflow.audit import format_time
from docflow.cli.days import DAY
from docflow.cli.output import OUT, give_out, refuse_to_garble
from docflow.cli.places import place_of
from docflow.errors import ErrorCode, UsageError
from docflow.wiring import Office, OfficeSettings, Post, parse_agency_code, read_post, read_settings, reopen_office
from docflow.wiring.typed_json import read_json

MAX_JSON_BYTES = 1_000_000
"""A draft, an entry, a plan: what somebody types."""

_NOT_TYPED = frozenset({"self", "check", "fonts", "transport"})
"""What a command line cannot give."""
_HELP = {
    "actor": "Who does it.",
    "reason": "Why.",
    "idempotency_key": "The same key and request again: the same answer, done once.",
    "to": "To whom.",
}

POST_NAME, SETTINGS_NAME = "post.json", "office.json"
"""The settings of an office's exchange, and of the office itself, in its folder."""

_OUT = click.Option(["--out", "out"], **OUT)
_POST = click.Option(
    ["--post", "post"],
    type=click.Path(path_type=Path, dir_okay=False),
    help="Settings of the exchange with others [default: post.json in DIR, if it is there].",
)
_SETTINGS = click.Option(
    ["--settings", "settings"],
    type=click.Path(path_type=Path, dir_okay=False),
    help="Whom to trust, who may sign, codes, hours, terms [default: office.json in DIR, if it is there].",
)

Read = Callable[[Any], object]
"""From what click read to what the verb takes."""


def print_json(value: object) -> None:
    """Print what a verb returned, times in Vietnam; nothing for a verb that returns nothing.

    Source: Quyết định 28/2018/QĐ-TTg Điều 14 khoản 4.
    """
    if value is None:
        return
    plain = msgspec.to_builtins(value, str_keys=True, enc_hook=str, builtin_types=(datetime,))
    click.echo(json.dumps(plain, ensure_ascii=False, indent=2, default=format_time))


def make_command(path: str, name: str, *, verb: Callable[..., object]) -> click.Command:
    """Return the command of a verb; ``path`` is what stands before its name."""
    parameters: list[click.Parameter] = [
        click.Argument(["directory"], metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
    ]
    readers: dict[str, Read] = {}
    examples: list[str] = []
    hints = get_type_hints(verb)
    for parameter in inspect.signature(verb).parameters.values():
        if parameter.name not in _NOT_TYPED:
            made, readers[parameter.name] = _parameter(parameter, hints[parameter.name])
            parameters.append(made)
            examples += _example(made, hints[parameter.name])

    is_file = hints.get("return") is bytes
    is_sent = "transport" in hints
    is_act = is_sent or "actor" in hints
    parameters += [_OUT] * is_file + [_POST] * is_act + [_SETTINGS]
    examples += ["--out", "x.pdf"] * is_file

    def run(
        directory: Path,
        *,
        out: Path | None = None,
        post: Path | None = None,
        settings: Path | None = None,
        **given: object,
    ) -> None:
        read = {key: _read(readers[key], value) for key, value in given.items() if value is not None and value != ()}
        if is_file:
            refuse_to_garble(out)
        path = post or directory / POST_NAME
        opened, drop = read_post(path) if post or is_sent or (is_act and path.exists()) else (None, None)
        with _reopen(directory, settings, post=opened, is_act=is_act) as office:
            told = {**read, "transport": drop} if is_sent else read
            result = getattr(office, verb.__name__)(**told)
        if is_file:
            give_out(result, out)
        else:
            print_json(result)

    what = (inspect.getdoc(verb) or "").partition("\n")[0].partition("; see :")[0].rstrip(".").replace("``", "")
    example = " ".join(["Example:", path, name, "office", *examples])
    return click.Command(name, params=parameters, callback=run, help=f"{what}.", epilog=example)


def _reopen(directory: Path, settings: Path | None, *, post: Post | None, is_act: bool) -> Office:
    path = settings or directory / SETTINGS_NAME
    said = read_settings(path, is_verifying=is_act) if settings or path.exists() else OfficeSettings()
    return reopen_office(
        place_of(directory),
        home=directory,
        post=post,
        verifier=said.verifier,
        staff=said.staff,
        codes=said.codes,
        calendar=said.calendar,
        terms=said.terms,
    )


def _parameter(parameter: inspect.Parameter, hint: object) -> tuple[click.Parameter, Read]:
    kind, read, options = _kind(hint)
    is_required = parameter.default is inspect.Parameter.empty
    if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
        nargs = -1 if options.pop("multiple", False) else 1
        return click.Argument([parameter.name], type=kind, required=is_required, nargs=nargs), read
    flag = f"--{parameter.name.replace('_', '-')}"
    text = _HELP.get(parameter.name) or options.pop("help", None)
    options.pop("help", None)
    return click.Option([flag, parameter.name], type=kind, required=is_required, help=text, **options), read


def _kind(hint: Any) -> tuple[click.ParamType[Any], Read, dict[str, Any]]:  # noqa: ANN401 - any annotation
    """Return how a type is typed on a command line, how it is read from that, and the options that click needs."""
    named = [part for part in get_args(hint) if part is not NoneType]
    if NoneType in get_args(hint):
        return _kind(named[0])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return click.Choice([item.value for item in hint]), hint, {}
    if get_origin(hint) in {tuple, Sequence}:
        if named[0] is str:
            return click.STRING, tuple, {"multiple": True, "help": "May be given several times."}
        if get_origin(named[0]) is tuple:
            pair = click.Tuple([click.STRING, DAY])
            return pair, _days, {"multiple": True, "help": "NAME DAY; may be given several times."}
    return _PLAIN.get(hint) or (click.File("rb"), lambda file: _decode(file, hint), {"help": "A file with JSON, or -."})


_PLAIN: Mapping[object, tuple[click.ParamType[Any], Read, dict[str, Any]]] = {
    str: (click.STRING, str, {}),
    int: (click.INT, int, {}),
    bool: (click.BOOL, bool, {"is_flag": True, "default": None}),
    date: (DAY, lambda moment: moment.date(), {"help": "A day, 2026-11-28."}),
    bytes: (click.File("rb"), lambda file: file.read(), {"help": "A file."}),
}


_FILES: Mapping[str, str] = {"cms": "x.p7s"}
"""Examples of files that are no JSON and no PDF, by parameter."""


def _days(pairs: Sequence[tuple[str, Any]]) -> tuple[tuple[str, date], ...]:
    return tuple((name, moment.date()) for name, moment in pairs)


def _read(read: Read, value: object) -> object:
    try:
        return read(value)
    except OSError as exc:
        raise _bad(f"a file cannot be read: {exc.strerror}", vi="Không đọc được tệp đưa vào.") from exc


def _decode(file: BinaryIO, hint: Any) -> object:  # noqa: ANN401 - any record of the model
    data = file.read(MAX_JSON_BYTES + 1)
    if len(data) > MAX_JSON_BYTES:
        raise _bad(f"{file.name}: longer than {MAX_JSON_BYTES} bytes", vi=f"Tệp {file.name} quá dài.")
    return read_json(data, hint, what=file.name, vi=f"Tệp {file.name}", spell=_spell_codes)


def _spell_codes(value: Any, *, is_listed: bool = False) -> Any:  # noqa: ANN401 - any JSON
    """Let an agency be named by its code: that of an addressee, and that of an issuer."""
    if isinstance(value, list):
        return [_spell_codes(item, is_listed=True) for item in value]
    if not isinstance(value, dict):
        return value
    named = {"issuer_code", "code"} if is_listed else {"issuer_code"}
    return {
        key: msgspec.to_builtins(parse_agency_code(item))
        if key in named and isinstance(item, str)
        else _spell_codes(item)
        for key, item in value.items()
    }


def _bad(reason: str, *, vi: str) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, reason, vi=vi)


def _example(parameter: click.Parameter, hint: object) -> list[str]:
    if not parameter.required:
        return []
    word = parameter.name.upper()
    if isinstance(parameter.type, click.File):
        word = _FILES.get(parameter.name, "x.pdf") if hint is bytes else "x.json"
    return [word] if isinstance(parameter, click.Argument) else [parameter.opts[0], word]
