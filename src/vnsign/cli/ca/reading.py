"""``vnsign ca list``, ``requests``, ``show``, ``journal``: what is on record. Nothing is changed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

import click

from vnsign.authority.batches.applications import parse_serial
from vnsign.authority.database.journal_check import JournalReport
from vnsign.authority.records import CertificateRecord, RequestRecord
from vnsign.cli.ca.applying import print_requests
from vnsign.cli.ca.options import Access, SerialCommand, json_option, reading_options
from vnsign.cli.ca.shapes import (
    certificate_json,
    certificate_text,
    common_name,
    entry_json,
    hex_serial,
    local,
    one_line,
    print_json,
    request_json,
    request_text,
    spreadsheet_text,
    status_of,
    status_text,
    table,
)
from vnsign.cli.ca.words import ACTS, KINDS, LABELS, PROBLEMS, PROFILES, STATES, Label
from vnsign.cli.usage_words import misuse
from vnsign.errors import ErrorCode, UsageError
from vnsign.policy.lifecycle import RequestState
from vnsign.policy.profiles import CertificateProfile
from vnsign.verification.messages import Language

_EXIT_FAILED = 1
#: Longer than any certificate lasts.
_MAX_DAYS = 36_500
_CSV_COLUMNS = ("serial", "common_name", "subject", "profile", "issuer", "not_before", "not_after", "status", "request")
_EXPECTED = re.compile(r"(\d{1,18}):([0-9a-fA-F]{64})")


@click.command(
    "list", epilog="Example: vnsign ca list --ca authority --profile official --expiring-within 60 --format csv"
)
@click.option("--profile", type=click.Choice([each.value for each in CertificateProfile]), help="This kind only.")
@click.option("--revoked", is_flag=True, help="Revoked and held ones only.")
@click.option("--good", is_flag=True, help="Good ones only: in their validity, not revoked, not held.")
@click.option(
    "--expiring-within",
    type=click.IntRange(0, _MAX_DAYS),
    metavar="DAYS",
    help="Good ones that end within so many days.",
)
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True, help="Format."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@reading_options
def list_certificates(
    access: Access,
    *,
    profile: str | None,
    revoked: bool,
    good: bool,
    expiring_within: int | None,
    form: str,
    as_json: bool,
) -> None:
    """List certificates, the authority's own included, in order of issue."""
    now = access.clock.now()
    found = [
        record
        for record in access.open().issued()
        if (profile is None or record.profile == profile)
        and (not revoked or record.revocation is not None)
        and (not good or status_of(record, now) == "good")
        and (expiring_within is None or _expires(record, now, expiring_within))
    ]
    if as_json or form == "json":
        print_json([certificate_json(record, now) for record in found])
    elif form == "csv":
        click.echo(_csv(found, now), nl=False)
    else:
        click.echo(_certificates_table(found, now, access.lang))


@click.command("requests", epilog="Example: vnsign ca requests --ca authority --state submitted")
@click.option("--state", type=click.Choice([each.value for each in RequestState]), help="Those in this state only.")
@json_option
@reading_options
def list_requests(access: Access, *, state: str | None, as_json: bool) -> None:
    """List requests, the oldest first."""
    found = access.open().requests(state=RequestState(state) if state else None)
    if as_json:
        print_json([request_json(record) for record in found])
    else:
        click.echo(_requests_table(found, access.lang))


@click.command(
    cls=SerialCommand,
    epilog="Example: vnsign ca show --ca authority 3fa2c1. A request: vnsign ca show --ca authority -r 17",
)
@click.argument("serial", required=False, metavar="SERIAL")
@click.option("--request", "-r", "number", type=click.IntRange(min=1), help="Show this request.")
@json_option
@reading_options
def show(access: Access, *, serial: str | None, number: int | None, as_json: bool) -> None:
    """Show all about a certificate, or about a request, with its history."""
    if (serial is None) == (number is None):
        raise misuse("name a SERIAL or a --request", vi="nêu SERIAL (số hiệu) hoặc --request")
    wanted = parse_serial(serial) if serial is not None else None
    authority = access.open()
    if wanted is None:
        found = authority.find_request(number or 0)
        if found is None:
            raise UsageError(ErrorCode.BAD_ARGUMENT, f"there is no request {number}", way_out="see vnsign ca requests")
        print_requests([found], access.lang, as_json=as_json)
        return
    record, now = authority.find(wanted), access.clock.now()
    if record is None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, f"no certificate has the serial number {wanted:x}", way_out="see vnsign ca list"
        )
    asked = authority.find_request(record.request_id) if record.request_id is not None else None
    if as_json:
        print_json(certificate_json(record, now) | {"request": request_json(asked) if asked else None})
        return
    click.echo(certificate_text(record, now, lang=access.lang))
    if asked is not None:
        click.echo("\n" + request_text(asked, lang=access.lang))


@click.command(epilog="Example: vnsign ca journal --ca authority --verify --expect 412:9f86d08…")
@click.option("--verify", is_flag=True, help="Recompute the chain and compare every row it speaks of.")
@click.option(
    "--expect", metavar="SEQ:HASH", help="With --verify: this entry, noted elsewhere before, must be in the journal."
)
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="The last N entries only.")
@json_option
@reading_options
def journal(access: Access, *, verify: bool, expect: str | None, last: int | None, as_json: bool) -> int:
    """Show the journal: every act, who and why; or verify it.

    A journal proves that nothing was changed between two entries you know. So note its head elsewhere (it is printed),
    and give it later as --expect. Exit code of --verify: 0 whole, 1 findings.
    """
    expected = _read_expected(expect)
    if expected is not None and not verify:
        raise misuse("--expect goes with --verify", vi="--expect đi với --verify")
    authority = access.open()
    if verify:
        return _verify(authority.verify_journal(expect=expected), access.lang, as_json=as_json)
    entries = tuple(authority.journal())[-last if last else 0 :]
    if as_json:
        print_json([entry_json(entry) for entry in entries])
        return 0
    for entry in entries:
        why = f" ({entry.why})" if entry.why else ""
        act = ACTS[entry.act][access.lang]
        click.echo(one_line(f"{entry.seq}  {local(entry.at)}  {act}  {entry.by}{why}  {entry.details}"))
    return 0


def _expires(record: CertificateRecord, now: datetime, days: int) -> bool:
    return status_of(record, now) == "good" and record.certificate.not_valid_after_utc <= now + timedelta(days=days)


def _certificates_table(records: Iterable[CertificateRecord], now: datetime, lang: Language) -> str:
    rows = [
        (
            hex_serial(record.certificate.serial_number) or "",
            f"{local(record.certificate.not_valid_after_utc)[:10]}",
            PROFILES[record.profile][lang],
            status_text(record, now, lang=lang),
            common_name(record.certificate.subject),
        )
        for record in records
    ]
    return table(rows) if rows else LABELS[Label.NOTHING][lang]


def _requests_table(records: Iterable[RequestRecord], lang: Language) -> str:
    rows = [
        (
            str(record.id),
            local(record.steps[0].at),
            STATES[record.state][lang],
            KINDS[record.application.kind][lang],
            record.application.agency,
            record.application.subject.common_name
            if record.application.subject
            else hex_serial(record.application.serial) or "",
        )
        for record in records
    ]
    return table(rows) if rows else LABELS[Label.NOTHING][lang]


def _csv(records: Iterable[CertificateRecord], now: datetime) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_CSV_COLUMNS)
    for record in records:
        facts = certificate_json(record, now)
        writer.writerow([spreadsheet_text(facts[column]) for column in _CSV_COLUMNS])
    return out.getvalue()


def _read_expected(text: str | None) -> tuple[int, bytes] | None:
    if text is None:
        return None
    match = _EXPECTED.fullmatch(text.strip())
    if match is None:
        raise misuse(
            f"{text!r} is no entry: write SEQ:HASH as `vnsign ca journal --verify` prints it",
            vi=f"{text!r} không phải một mục: ghi SEQ:HASH như `vnsign ca journal --verify` in ra",
        )
    return int(match[1]), bytes.fromhex(match[2])


def _verify(report: JournalReport, lang: Language, *, as_json: bool) -> int:
    head = f"{report.entries}:{report.head.hex()}"
    if as_json:
        findings = [{"problem": finding.problem.value, "where": finding.where} for finding in report.findings]
        print_json({"entries": report.entries, "head": head, "findings": findings})
    else:
        for finding in report.findings:
            click.echo(f"{PROBLEMS[finding.problem][lang]}: {finding.where}", err=True)
        if not report.findings:
            click.echo(LABELS[Label.JOURNAL_WHOLE][lang])
        click.echo(f"{LABELS[Label.HEAD][lang]}: {head}")
    return _EXIT_FAILED if report.findings else 0
