"""``vnsign ca approve``, ``refuse``, ``withdraw``, ``issue``: what becomes of a request.

Several requests may be named; each is one act of its own: one that fails does not stop the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from vnsign.authority import Authority
from vnsign.authority.records import CertificateRecord
from vnsign.cli.ca.applying import print_requests
from vnsign.cli.ca.options import Access, acting_options, compromised_keys_option, json_option
from vnsign.cli.ca.output import FORMATS, file_name, make_folder, write_certificate
from vnsign.cli.ca.shapes import certificate_json, certificate_text, print_json
from vnsign.cli.ca.words import LABELS, Label
from vnsign.cli.usage_words import misuse
from vnsign.errors import VnsignError

_EXIT_FAILED = 1
_R = TypeVar("_R")
_ids = click.argument("ids", nargs=-1, required=True, metavar="REQUEST…", type=click.IntRange(min=1))


@click.command(epilog="Example: vnsign ca approve --ca authority 17 18 --by 'Lê Văn Cường'")
@_ids
@json_option
@acting_options
def approve(access: Access, *, ids: Sequence[int], as_json: bool) -> int:
    """Approve requests (duyệt). By default not by the one who submitted them."""
    act, authority = access.act(), access.open()
    done, code = _each(ids, lambda number: authority.approve(number, act=act))
    print_requests(done, access.lang, as_json=as_json)
    return code


@click.command(epilog="Example: vnsign ca refuse --ca authority 17 --why 'không có quyết định bổ nhiệm kèm theo'")
@_ids
@json_option
@acting_options
def refuse(access: Access, *, ids: Sequence[int], as_json: bool) -> int:
    """Refuse requests (từ chối); --why says the reason."""
    _require_reason(access)
    act, authority = access.act(), access.open()
    done, code = _each(ids, lambda number: authority.refuse(number, act=act))
    print_requests(done, access.lang, as_json=as_json)
    return code


@click.command(epilog="Example: vnsign ca withdraw --ca authority 17 --why 'gửi nhầm người'")
@_ids
@json_option
@acting_options
def withdraw(access: Access, *, ids: Sequence[int], as_json: bool) -> int:
    """Withdraw requests (rút đề nghị); --why says the reason."""
    _require_reason(access)
    act, authority = access.act(), access.open()
    done, code = _each(ids, lambda number: authority.withdraw(number, act=act))
    print_requests(done, access.lang, as_json=as_json)
    return code


@click.command(epilog="Example: vnsign ca restore --ca authority 17 --why 'đã mở khóa thiết bị'")
@_ids
@json_option
@acting_options
def restore(access: Access, *, ids: Sequence[int], as_json: bool) -> int:
    """Record that the devices of approved requests were unlocked (khôi phục thiết bị).

    The unlocking itself is done with the device's own software.
    """
    act, authority = access.act(), access.open()
    done, code = _each(ids, lambda number: authority.restore(number, act=act))
    print_requests(done, access.lang, as_json=as_json)
    return code


@click.command(epilog="Example: vnsign ca issue --ca authority 17 18 --out issued --format pem --format chain")
@_ids
@click.option(
    "--out",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for the certificates, named by their serial numbers; made if absent [default: only on record].",
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(FORMATS),
    multiple=True,
    default=("pem",),
    show_default=True,
    help="What to write; may be repeated. chain: the certificate and those above it.",
)
@compromised_keys_option
@json_option
@acting_options
def issue(access: Access, *, ids: Sequence[int], folder: Path | None, formats: Sequence[str], as_json: bool) -> int:
    """Issue the certificates that approved requests ask for."""
    act = access.act()
    if folder is not None:
        make_folder(folder)
    authority = access.open()
    done, code = _each(ids, lambda number: authority.issue(number, act=act))
    # On record before any file is written: a file that could not be written is exported later.
    now = access.clock.now()
    written = [path for record in done for path in _write(authority, record, folder=folder, formats=formats)]
    if as_json:
        print_json([certificate_json(record, now) for record in done])
        return code
    for record in done:
        click.echo(certificate_text(record, now, lang=access.lang))
    for path in written:
        click.echo(f"{LABELS[Label.WRITTEN][access.lang]}: {path}")
    return code


def _write(
    authority: Authority, record: CertificateRecord, *, folder: Path | None, formats: Sequence[str]
) -> list[Path]:
    if folder is None:
        return []
    above = tuple(reversed(authority.certificates()))
    paths = [(kind, folder / file_name(record.certificate, kind)) for kind in formats]
    for kind, path in paths:
        write_certificate(path, record.certificate, kind, above=above)
    return [path for _, path in paths]


def _require_reason(access: Access) -> None:
    if not access.why.strip():
        raise misuse("--why must say the reason: the agency will ask", vi="--why phải nêu lý do: cơ quan sẽ hỏi")


def _each(ids: Sequence[int], act: Callable[[int], _R]) -> tuple[list[_R], int]:
    done: list[_R] = []
    code = 0
    for number in dict.fromkeys(ids):
        try:
            done.append(act(number))
        except VnsignError as exc:
            click.echo(f"Error: {number}: {exc}", err=True)
            code = _EXIT_FAILED
    return done, code
