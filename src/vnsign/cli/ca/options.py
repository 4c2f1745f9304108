"""Options that every command about an authority shares, and how they open it.

Invariants:
    - A passphrase or PIN is never an argument: other users of the machine can read those. It comes from a file, from
      the environment, or from a prompt that shows nothing.
    - The authority is opened after all other arguments were understood.
"""

from __future__ import annotations

import functools
import getpass
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click
from click.core import ParameterSource

from vnsign.adapters.clock import SystemClock
from vnsign.adapters.key_lists import load_compromised_keys
from vnsign.authority import Authority
from vnsign.authority.batches.applications import parse_serial
from vnsign.authority.database.postgres import has_password
from vnsign.authority.founding.ceremony import combine_parts
from vnsign.authority.keys.keystore import KeyVault
from vnsign.authority.records import Act
from vnsign.cli.ca.words import LABELS, Label
from vnsign.cli.secret_reading import read_secret, read_secret_file
from vnsign.cli.usage_words import misuse
from vnsign.errors import ErrorCode, InputError, UsageError, VnsignError
from vnsign.pki.weak_keys import NO_LIST
from vnsign.verification.messages import Language

PASSPHRASE_VARIABLE = "VNSIGN_CA_PASSPHRASE"  # noqa: S105 — its name, not a secret
PIN_VARIABLE = "VNSIGN_CA_PIN"

_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Which authority, opened by whom, and why.

    Attributes:
        location: Folder, or URL of a database.
        lang: Language of what people read.
        judges_keys: Whether the command takes keys in or certifies them.
    """

    location: str
    by: str | None
    why: str
    lang: Language
    passphrase_file: Path | None
    part_files: tuple[Path, ...] = ()
    custodians: int = 0
    pkcs11_module: Path | None
    pkcs11_token: str | None
    pin_file: Path | None
    judges_keys: bool = False
    compromised_keys: Path | None = None
    clock: SystemClock = field(default_factory=SystemClock)

    def act(self, *, why: str = "") -> Act:
        """Return who acts: ``--by``, else the login name; and ``--why``."""
        return Act(by=self.by or _login_name(), why=self.why or why)

    def open(self) -> Authority:
        """Open the authority with its passphrase and, if a token was named, with the token's PIN.

        A command that judges keys says on the error output if no list of compromised keys was given.
        """
        compromised = load_compromised_keys(self.compromised_keys) if self.compromised_keys is not None else NO_LIST
        if self.judges_keys and self.compromised_keys is None:
            click.echo(LABELS[Label.NO_KEY_LIST][self.lang], err=True)
        return Authority.open(
            self.location,
            passphrase=self.passphrase(),
            clock=self.clock,
            keys=self.token_keys(),
            compromised=compromised,
        )

    def passphrase(self, *, confirm: bool = False) -> bytes:
        """Return the authority's passphrase; asked for twice if it is new.

        Where a token holds the keys there need be none: it is taken if given, and not asked for.
        """
        if self.part_files or self.custodians:
            return combine_parts(self.parts([f"{number}" for number in range(1, self.custodians + 1)]))
        if self.pkcs11_module is not None and self.passphrase_file is None and PASSPHRASE_VARIABLE not in os.environ:
            return b""
        return read_secret(
            self.passphrase_file,
            variable=PASSPHRASE_VARIABLE,
            prompt="Mật khẩu của cơ quan cấp chứng thư số / Passphrase of the authority",
            confirm=confirm,
        )

    def parts(self, custodians: Sequence[str], *, confirm: bool = False) -> tuple[str, ...]:
        """Return the custodians' parts of the passphrase: from ``--part-file``, else typed unseen by each.

        Raises:
            UsageError: ``BAD_ARGUMENT``: one is empty.
            InputError: ``NOT_READABLE``: a file, or what is in it is no text.
        """
        if self.part_files:
            return tuple(_text(read_secret_file(file), file) for file in self.part_files)
        return tuple(
            str(
                click.prompt(
                    f"Phần của người giữ / Part of custodian {who}",
                    hide_input=True,
                    confirmation_prompt=confirm,
                    err=True,
                )
            )
            for who in custodians
        )

    def token_keys(self) -> KeyVault | None:
        """Return the keys of the PKCS#11 token that was named, or None."""
        if self.pkcs11_module is None:
            return None
        from vnsign.adapters.pkcs11 import TokenKeys  # noqa: PLC0415 — an optional dependency

        pin = read_secret(self.pin_file, variable=PIN_VARIABLE, prompt=f"Mã PIN / PIN of the token {self.pkcs11_token}")
        return TokenKeys(
            str(self.pkcs11_module), token_label=self.pkcs11_token or "", pin=_text(pin, self.pin_file or PIN_VARIABLE)
        )


def _text(secret: bytes, file: Path | str) -> str:
    try:
        return secret.decode()
    except UnicodeDecodeError:
        raise InputError(ErrorCode.NOT_READABLE, "is no text in UTF-8", file=str(file)) from None


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # KeyError: Python before 3.13, a user without a name
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, "it is not known who acts: this login has no name", way_out="give --by NAME"
        ) from None


_LOCATION = (
    click.option(
        "--ca",
        "location",
        envvar="VNSIGN_CA",
        required=True,
        metavar="DIR|URL",
        help="The authority: its folder, or postgresql+psycopg://… Else VNSIGN_CA.",
    ),
    click.option(
        "--passphrase-file",
        envvar="VNSIGN_CA_PASSPHRASE_FILE",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help=f"File whose first line is the authority's passphrase; else {PASSPHRASE_VARIABLE}, else it is asked for.",
    ),
    click.option(
        "--part-file",
        "part_files",
        metavar="FILE",
        multiple=True,
        type=click.Path(path_type=Path),
        help="Founded in a ceremony: file whose first line is one custodian's part of the passphrase; repeated.",
    ),
    click.option(
        "--custodians",
        type=click.IntRange(min=0),
        default=0,
        help="Founded in a ceremony: ask so many custodians for their parts.",
    ),
)
_ACTING = (
    click.option(
        "--by",
        envvar="VNSIGN_BY",
        metavar="NAME",
        help="Who acts, for the journal; else VNSIGN_BY, else the login name.",
    ),
    click.option("--why", default="", metavar="TEXT", help="Why, for the journal."),
)
_TOKEN = (
    click.option(
        "--pkcs11-module",
        envvar="VNSIGN_PKCS11_MODULE",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="The authority's keys are on a token: its PKCS#11 module.",
    ),
    click.option("--pkcs11-token", envvar="VNSIGN_PKCS11_TOKEN", metavar="LABEL", help="Label of the token."),
    click.option(
        "--pin-file",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help=f"File whose first line is the token's PIN; else {PIN_VARIABLE}, else it is asked for.",
    ),
)
_LANGUAGE = click.option(
    "--lang",
    type=click.Choice([language.value for language in Language]),
    default=Language.VI.value,
    show_default=True,
    help="Language of what people read.",
)

#: For commands that take requests in or answer them.
compromised_keys_option = click.option(
    "--compromised-keys",
    envvar="VNSIGN_COMPROMISED_KEYS",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Refuse the keys listed: badkeys' blocklist.dat, or SHA-256 of public keys, one a line.",
)
#: For commands that print results.
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def definitions(title: str, meanings: Mapping[str, str]) -> str:
    """Return words and what they mean as a paragraph of help that is not filled."""
    width = max(map(len, meanings))
    lines = "\n".join(f"  {word.ljust(width)}  {meaning}" for word, meaning in meanings.items())
    return f"\n\n\b\n{title}:\n{lines}"


def reading_options(function: Callable[Concatenate[Access, _P], _R]) -> Callable[..., _R]:
    """Give a command the options that lead to an authority; its first argument becomes an :class:`Access`."""
    return _with_access(function, (*_LOCATION, *_TOKEN, _LANGUAGE))


def acting_options(function: Callable[Concatenate[Access, _P], _R]) -> Callable[..., _R]:
    """Give a command the options that lead to an authority, and who acts and why."""
    return _with_access(function, (*_LOCATION, *_ACTING, *_TOKEN, _LANGUAGE))


def _with_access(function: Callable[Concatenate[Access, _P], _R], options: tuple[Any, ...]) -> Callable[..., _R]:
    @functools.wraps(function)
    def run(**given: Any) -> _R:  # noqa: ANN401 — what click parsed
        access = Access(
            location=given.pop("location"),
            by=given.pop("by", None),
            why=given.pop("why", ""),
            lang=Language(given.pop("lang")),
            passphrase_file=given.pop("passphrase_file"),
            part_files=given.pop("part_files"),
            custodians=given.pop("custodians"),
            pkcs11_module=given.pop("pkcs11_module"),
            pkcs11_token=given.pop("pkcs11_token"),
            pin_file=given.pop("pin_file"),
            judges_keys="compromised_keys" in given,
            compromised_keys=given.pop("compromised_keys", None),
        )
        if not access.location.strip():
            raise misuse(
                "--ca names no place: give a folder or an address", vi="--ca để trống: cho thư mục hoặc địa chỉ"
            )
        _refuse_secret_in_arguments(access.location)
        if (access.pkcs11_module is None) != (access.pkcs11_token is None):
            raise misuse(
                "--pkcs11-module and --pkcs11-token belong together",
                vi="--pkcs11-module và --pkcs11-token đi cùng nhau",
            )
        return function(access, **given)  # type: ignore[call-arg]  # what click parsed

    for option in reversed(options):
        run = option(run)
    return run


def _refuse_secret_in_arguments(location: str) -> None:
    source = click.get_current_context().get_parameter_source("location")
    if source is ParameterSource.COMMANDLINE and has_password(location):
        raise misuse(
            "others can read the password in --ca: put the URL into VNSIGN_CA, or the password into ~/.pgpass",
            vi="người khác đọc được mật khẩu trong --ca: ghi địa chỉ vào VNSIGN_CA, hoặc mật khẩu vào ~/.pgpass",
        )


class SerialCommand(click.Command):
    """A command with a serial number as its argument: ``-5`` is a wrong one, not an unknown option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments.

        Raises:
            UsageError: ``BAD_ARGUMENT``: a number below zero.
        """
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as exc:
            if re.fullmatch(r"-[0-9]", exc.option_name):
                raise UsageError(
                    ErrorCode.BAD_ARGUMENT,
                    f"a serial number is not negative: {exc.option_name}",
                    way_out="copy it as vnsign ca list shows it",
                ) from None
            raise


class Serial(click.ParamType[int]):
    """A certificate's serial number, hexadecimal."""

    name = "SERIAL"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        if isinstance(value, int):
            return value
        try:
            return parse_serial(str(value))
        except VnsignError as exc:
            self.fail(f"{exc.message} ({exc.way_out})", param, ctx)
