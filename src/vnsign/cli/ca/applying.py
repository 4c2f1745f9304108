"""``vnsign ca request``, ``renew``, ``change``: what an agency asks for comes on record, and waits for approval.

Source: Nghị định 68/2024/NĐ-CP Điều 10–22, Mẫu 01–06.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from vnsign.adapters.files import read_bytes
from vnsign.authority.batches.applications import FIELDS, REQUESTABLE, application_from_fields
from vnsign.authority.records import RequestRecord
from vnsign.cli.ca.options import (
    Access,
    Serial,
    SerialCommand,
    acting_options,
    compromised_keys_option,
    definitions,
    json_option,
)
from vnsign.cli.ca.shapes import print_json, request_json, request_text
from vnsign.cli.ca.words import CASES, KINDS
from vnsign.cli.usage_words import misuse
from vnsign.errors import ErrorCode, InputError
from vnsign.policy.lifecycle import RequestKind, RevocationCase
from vnsign.verification.messages import Language

#: The authority's own limit is smaller; this one only keeps a wrong file out of memory.
_MAX_FILE_BYTES = 1024 * 1024
_MAX_UNITS = 2
#: What click gives an option: its text, all its texts, or nothing.
_Given = str | tuple[str, ...] | None

_AGENCY = (
    click.option("--agency", metavar="NAME", help="The agency in direct charge, which makes the request."),
    click.option("--document", metavar="TEXT", help="Number and symbol of its letter."),
)
_SUBJECT = (
    click.option("--cn", metavar="NAME", help="Common name: the person, the agency, the device or service."),
    click.option("--o", metavar="NAME", help="Organization."),
    click.option("--ou", metavar="NAME", multiple=True, help="Organizational unit; twice: the outer one first."),
    click.option("--l", metavar="NAME", help="Locality: province or city."),
    click.option("--email", metavar="ADDRESS", help="Official e-mail address."),
)
_KEY = (
    click.option("--csr", metavar="FILE", help="Request for a certificate (PKCS#10, PEM or DER)."),
    click.option("--not-after", metavar="DATE", help="Earlier end of validity [default: as long as the rules allow]."),
)


def cases_help() -> str:
    """Return the law's cases of revocation, for help."""
    cases = {case.value: words[Language.VI] for case, words in CASES.items()}
    return definitions("Cases of revocation (Nghị định 68/2024/NĐ-CP Điều 17)", cases)


def _options(*options: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return add


@click.command(
    epilog="Example: vnsign ca request --ca authority --profile official --cn 'Nguyễn Văn An' --o 'UBND tỉnh An Bình' "
    "--email an.nv@anbinh.gov.vn --agency 'Văn phòng UBND tỉnh' --document 12/VP-CNTT --csr an.csr"
    + definitions("Kinds", {kind.value: words[Language.VI] for kind, words in KINDS.items()})
    + cases_help()
    + definitions("Fields of the JSON file, all texts", FIELDS)
)
@click.option(
    "--from", "file", metavar="JSON", type=click.Path(path_type=Path), help="Read the fields from a JSON object."
)
@click.option(
    "--kind", type=click.Choice([kind.value.replace("_", "-") for kind in RequestKind]), help="[default: new]"
)
@click.option("--profile", type=click.Choice(REQUESTABLE), help="Kind of subscriber; for a new certificate.")
@_options(*_AGENCY, *_SUBJECT, *_KEY)
@click.option("--serial", metavar="SERIAL", help="Certificate concerned; for all but a new one.")
@click.option("--case", type=click.Choice([case.value for case in RevocationCase]), help="For a revocation; see below.")
@click.option("--invalidity-date", metavar="DATE", help="Since when the key may have been in other hands.")
@compromised_keys_option
@json_option
@acting_options
def request(access: Access, /, *, file: Path | None, as_json: bool, **options: _Given) -> None:
    """Record what an agency asks for; `approve` and `issue` come after.

    The checks of the request for a certificate (possession of the key, strength, known weak keys, keys of others,
    names) are made now, and each reason for a refusal is named.
    """
    fields = {**(_read_json(file) if file is not None else {}), **_fields(options)}
    _submit(access, fields, base=_csr_folder(file, options), as_json=as_json)


@click.command(
    cls=SerialCommand,
    epilog="Example: vnsign ca renew --ca authority 3fa2c1 --agency 'Văn phòng UBND tỉnh' --csr new.csr. "
    "Then: approve, issue.",
)
@click.argument("serial", type=Serial())
@_options(*_AGENCY, *_KEY)
@compromised_keys_option
@json_option
@acting_options
def renew(access: Access, /, *, serial: int, as_json: bool, **options: _Given) -> None:
    """Ask for a renewal (gia hạn) of a certificate; without --csr its key stays.

    At most three years (Nghị định 68/2024/NĐ-CP Điều 9).
    """
    fields = {"kind": RequestKind.RENEW.value, "serial": f"{serial:x}", **_fields(options)}
    _submit(access, fields, base=Path(), as_json=as_json)


@click.command(
    cls=SerialCommand,
    epilog="Example: vnsign ca change --ca authority 3fa2c1 --agency 'Sở Nội vụ' --cn 'Nguyễn Văn An' --o 'Sở Nội vụ'. "
    "Then: approve, issue.",
)
@click.argument("serial", type=Serial())
@_options(*_AGENCY, *_SUBJECT, *_KEY)
@compromised_keys_option
@json_option
@acting_options
def change(access: Access, /, *, serial: int, as_json: bool, **options: _Given) -> None:
    """Ask for a change of information (thay đổi nội dung thông tin); without --csr the key stays."""
    fields = {"kind": RequestKind.CHANGE.value, "serial": f"{serial:x}", **_fields(options)}
    _submit(access, fields, base=Path(), as_json=as_json)


def _submit(access: Access, fields: Mapping[str, str], *, base: Path, as_json: bool) -> None:
    # All that can be found out without the authority is found out before it is opened.
    csr = read_bytes(base / fields["csr"], _MAX_FILE_BYTES) if fields.get("csr") else None
    application = application_from_fields(fields, csr=csr)
    act = access.act()
    try:
        record = access.open().request(application, act=act)
    except InputError as exc:
        exc.file = exc.file or fields.get("csr")
        raise
    print_requests([record], access.lang, as_json=as_json)


def print_requests(records: Sequence[RequestRecord], lang: Language, *, as_json: bool) -> None:
    """Print requests as a list of JSON objects or, one after the other, as text."""
    if as_json:
        print_json([request_json(record) for record in records])
    elif records:
        click.echo("\n\n".join(request_text(record, lang=lang) for record in records))


def _fields(options: Mapping[str, _Given]) -> dict[str, str]:
    given = {name: str(value) for name, value in options.items() if value is not None and name != "ou"}
    units = options.get("ou") or ()
    if len(units) > _MAX_UNITS:
        raise misuse("--ou stands at most twice", vi="--ou chỉ được dùng tối đa hai lần")
    return given | {f"ou{number}": unit for number, unit in enumerate(units, 1)}


def _csr_folder(file: Path | None, options: Mapping[str, _Given]) -> Path:
    # A path inside the JSON file is meant from there; one on the command line from here.
    return file.parent if file is not None and options.get("csr") is None else Path()


def _read_json(file: Path) -> dict[str, str]:
    try:
        value = json.loads(read_bytes(file, _MAX_FILE_BYTES).decode("utf-8-sig"))
    except (ValueError, RecursionError) as exc:
        raise InputError(ErrorCode.MALFORMED_BATCH, "is no JSON in UTF-8", file=str(file)) from exc
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise InputError(
            ErrorCode.MALFORMED_BATCH,
            "is no JSON object whose values are texts",
            file=str(file),
            way_out=f"fields: {', '.join(FIELDS)}",
        )
    return value
