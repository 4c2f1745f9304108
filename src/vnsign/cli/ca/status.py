"""``vnsign ca revoke``, ``hold``, ``release``: what becomes of a certificate after its issue.

Source: Nghị định 68/2024/NĐ-CP Điều 17; RFC 5280 §5.3.1.
"""

from __future__ import annotations

from typing import Any

import click
from cryptography import x509

from vnsign.authority import Authority
from vnsign.authority.batches.applications import parse_moment
from vnsign.authority.records import CertificateRecord
from vnsign.cli.ca.applying import cases_help
from vnsign.cli.ca.options import Access, Serial, SerialCommand, acting_options, json_option
from vnsign.cli.ca.shapes import certificate_json, certificate_text, common_name, print_json
from vnsign.cli.ca.words import LABELS, Label
from vnsign.cli.usage_words import misuse
from vnsign.errors import ErrorCode, UsageError
from vnsign.policy.lifecycle import RequestKind, RevocationCase
from vnsign.verification.messages import Language

#: Reasons of RFC 5280 that end a certificate for good.
_REASONS = {
    reason.value: reason
    for reason in x509.ReasonFlags
    if reason not in {x509.ReasonFlags.certificate_hold, x509.ReasonFlags.remove_from_crl}
}


@click.command(
    cls=SerialCommand,
    epilog="Example: vnsign ca revoke --ca authority 3fa2c1 --case device_lost --invalidity-date 2026-03-01 "
    "--why 'biên bản số 3/BB-VP'" + cases_help(),
)
@click.argument("serial", type=Serial(), required=False)
@click.option("--case", type=click.Choice([case.value for case in RevocationCase]), help="The law's case; see below.")
@click.option("--reason", type=click.Choice(sorted(_REASONS)), help="A reason of RFC 5280 instead of a case.")
@click.option("--request", "request_id", type=click.IntRange(min=1), help="Carry out this approved request.")
@click.option("--at", metavar="TIME", help="Since when, not in the future [default: now].")
@click.option("--invalidity-date", metavar="DATE", help="Since when the key may have been in other hands.")
@click.option("--yes", is_flag=True, help="Do not ask whether you are sure.")
@json_option
@acting_options
def revoke(
    access: Access,
    *,
    serial: int | None,
    case: str | None,
    reason: str | None,
    request_id: int | None,
    at: str | None,
    invalidity_date: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Revoke a certificate (thu hồi), at once and for good.

    An approved request (`request --kind revoke`) is carried out with --request. An exposed key and a lost device cannot
    wait, and police bodies are no agency in charge: SERIAL with --case key_exposed, device_lost or authorities_request
    needs no request, but --why. So do all reasons for certificates that were enrolled without a request.
    """
    if (serial is None) == (request_id is None):
        raise misuse("name a SERIAL or a --request", vi="nêu SERIAL (số hiệu) hoặc --request")
    if serial is not None and (case is None) == (reason is None):
        raise misuse("say why: --case, or a --reason of RFC 5280", vi="nêu lý do: --case, hoặc --reason theo RFC 5280")
    if serial is not None and not access.why.strip():
        raise misuse(
            "--why must say who reported it, and by which letter: there is no request that does",
            vi="--why phải ghi ai báo, bằng văn bản nào: không có đề nghị nào ghi điều đó",
        )
    if request_id is not None and (case or reason or invalidity_date):
        raise misuse("--request says the case itself", vi="--request đã nêu trường hợp thu hồi")
    options: dict[str, Any] = {
        "case": RevocationCase(case) if case else None,
        "reason": _REASONS[reason] if reason else None,
        "at": parse_moment(at) if at else None,
        "invalidity_date": parse_moment(invalidity_date) if invalidity_date else None,
    }
    act, authority = access.act(), access.open()
    if request_id is not None:
        serial, options = _of_request(authority, request_id, options)
    assert serial is not None  # noqa: S101 — one of the two was named
    record = _certificate(authority, serial)
    if not yes:
        _ask(record, serial, access.lang)
    _print(authority.revoke(serial, **options, request_id=request_id, act=act), access, as_json=as_json)


@click.command(cls=SerialCommand, epilog="Example: vnsign ca hold --ca authority 3fa2c1 --why 'đang xác minh'")
@click.argument("serial", type=Serial())
@json_option
@acting_options
def hold(access: Access, *, serial: int, as_json: bool) -> None:
    """Put a certificate on hold; only if the authority's settings allow it.

    The law of official-use certificates knows no suspension: off by default (setting allow_hold).
    """
    act = access.act()
    _print(access.open().hold(serial, act=act), access, as_json=as_json)


@click.command(
    cls=SerialCommand, epilog="Example: vnsign ca release --ca authority 3fa2c1 --why 'đã tìm thấy thiết bị'"
)
@click.argument("serial", type=Serial())
@json_option
@acting_options
def release(access: Access, *, serial: int, as_json: bool) -> None:
    """Release a certificate from its hold."""
    act = access.act()
    _print(access.open().release(serial, act=act), access, as_json=as_json)


def _of_request(authority: Authority, number: int, options: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    record = authority.find_request(number)
    if record is None or record.application.kind is not RequestKind.REVOKE or record.application.serial is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"request {number} does not ask for a revocation")
    application = record.application
    return record.application.serial, options | {
        "case": application.case,
        "invalidity_date": application.invalidity_date,
    }


def _certificate(authority: Authority, serial: int) -> CertificateRecord:
    record = authority.find(serial)
    if record is None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, f"no certificate has the serial number {serial:x}", way_out="see vnsign ca list"
        )
    return record


def _ask(record: CertificateRecord, serial: int, lang: Language) -> None:
    question = LABELS[Label.SURE_REVOKE][lang]
    click.confirm(
        question.format(serial=f"{serial:x}", subject=common_name(record.certificate.subject)), abort=True, err=True
    )


def _print(record: CertificateRecord, access: Access, *, as_json: bool) -> None:
    now = access.clock.now()
    if as_json:
        print_json(certificate_json(record, now))
    else:
        click.echo(certificate_text(record, now, lang=access.lang))
