"""The verbs of an office as commands: one table, one pattern.

Each command is made from the verb of :class:`docflow.Office` that the table names: what it must be told becomes
arguments and options, what it returns is printed as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from docflow.cli.office.commands import make_command, print_json
from docflow.cli.places import place_of
from docflow.wiring import Agency, Office, SeriesRule, find_address, found_office, parse_agency_code

VERBS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "outgoing": (
        "Documents that the agency issues.",
        {
            "draft": "draft",
            "revise": "revise",
            "comment": "comment",
            "attach": "attach",
            "detach": "detach",
            "return": "return_draft",
            "approve": "approve",
            "leader-signed": "leader_signed",
            "issue": "issue",
            "issue-many": "issue_many",
            "sealed": "sealed",
            "attachment-sealed": "attachment_sealed",
            "void": "void",
            "cancel": "cancel",
            "hand-over": "hand_over",
            "add-addressees": "add_addressees",
            "recall": "recall",
            "show": "document",
            "list": "documents",
            "versions": "versions",
            "remarks": "remarks",
            "attachments": "attachments",
            "outbox": "outbox",
            "links": "links",
            "unsent": "unsent",
            "not-told": "not_told",
            "content": "blob",
            "print": "print_outgoing",
        },
    ),
    "incoming": (
        "Documents that come in.",
        {
            "receive": "receive_by_hand",
            "check": "check",
            "check-files": "check_files",
            "register": "accept",
            "refuse": "refuse",
            "submit": "submit",
            "instruct": "instruct",
            "assign": "assign",
            "reassign": "reassign",
            "progress": "progress",
            "pause": "pause",
            "resume": "resume",
            "extend": "extend",
            "answer": "answer",
            "complete": "complete",
            "forward": "forward",
            "agree-take-back": "agree_take_back",
            "decline-take-back": "decline_take_back",
            "show": "incoming_document",
            "list": "incoming",
            "tasks": "incoming_tasks",
            "acts": "incoming_acts",
            "due": "incoming_due",
            "standings": "incoming_standings",
            "files": "incoming_files",
            "file-checks": "incoming_file_checks",
            "signatures": "incoming_signatures",
            "content": "incoming_file",
            "print": "print_incoming",
        },
    ),
    "dossier": (
        "Work that goes through several steps (hồ sơ công việc).",
        {
            "open": "open_dossier",
            "start": "start_dossier",
            "pass-on": "pass_on",
            "send-back": "send_back",
            "pause": "pause_dossier",
            "resume": "resume_dossier",
            "extend": "extend_dossier",
            "finish": "finish_dossier",
            "cancel": "cancel_dossier",
            "show": "dossier",
            "list": "dossiers",
            "acts": "dossier_acts",
            "clocks": "dossier_clocks",
            "steps": "dossier_steps",
            "rate": "on_time_rate",
        },
    ),
    "file": (
        "Files (hồ sơ) from the year's list to the archive.",
        {
            "plan": "plan_file",
            "approve-list": "approve_file_list",
            "approvals": "file_list_approvals",
            "open": "open_file",
            "add": "add_to_file",
            "remove": "remove_from_file",
            "close": "close_file",
            "reopen": "reopen_file",
            "announce": "announce_hand_over",
            "hand-over": "hand_over_file",
            "propose-destruction": "propose_destruction",
            "withdraw-destruction": "withdraw_destruction",
            "confirm-destruction": "confirm_destruction",
            "show": "file",
            "list": "files",
            "contents": "file_contents",
            "acts": "file_acts",
            "to-hand-over": "files_to_hand_over",
            "past-retention": "files_past_retention",
            "warning": "destruction_warning",
            "export-pdf": "export_file_pdf",
            "export-xml": "export_file_xml",
            "export-list": "export_file_list",
            "minutes": "hand_over_minutes",
            "print": "print_file",
        },
    ),
    "access": (
        "Who looked at what, as the front end reports it; docflow access shows it.",
        {"record": "record_access", "record-many": "record_accesses"},
    ),
    "group": (
        "Groups of documents and files (nhóm tài liệu): who reads them, and what is frozen.",
        {
            "make": "make_group",
            "add": "add_to_group",
            "remove": "remove_from_group",
            "admit": "admit_readers",
            "exclude": "exclude_readers",
            "freeze": "freeze_group",
            "unfreeze": "unfreeze_group",
            "confirm": "confirm_group_act",
            "may-read": "may_read",
            "readable": "list_readable",
            "show": "group",
            "list": "groups",
            "of": "groups_of",
            "items": "group_items",
            "readers": "group_readers",
            "acts": "group_acts",
        },
    ),
    "copy": (
        "Copies (sao y, sao lục, trích sao).",
        {"make": "make_copy", "sealed": "copy_sealed", "void": "void_copy", "list": "copies"},
    ),
    "exchange": (
        "Documents to and from other agencies, and what receipts prove of them.",
        {
            "dispatch": "dispatch",
            "collect": "collect",
            "take-back": "take_back",
            "inbox": "inbox",
            "certificates": "received_certificates",
            "knowledge": "knowledge",
            "receipts": "receipts",
            "parcels": "parcels",
        },
    ),
    "index": (
        "The index that searching uses.",
        {"contents": "index_contents", "rebuild": "rebuild_search"},
    ),
    "log": (
        "The key of the audit log, and the agency's word for it.",
        {"statement": "log_statement", "vouch": "vouch"},
    ),
    "role": (
        "Who may do what.",
        {"grant": "grant", "withdraw": "withdraw", "confirm": "confirm_role", "list": "roles"},
    ),
    "number": (
        "Reserved and void numbers, registers that go on from a book, a clock that ran ahead.",
        {
            "reserve": "reserve_numbers",
            "void": "void_reserved",
            "open-register": "open_register",
            "correct-opening": "correct_opening",
            "list": "entries",
            "correct-clock": "correct_clock",
        },
    ),
}
"""Groups, what they are about, and the verb of :class:`docflow.Office` behind each command."""


@click.group(epilog="Example: docflow office incoming register office den-1 --actor 'Văn thư'")
def office() -> None:
    """Work in an office; its folder says where its records are.

    What a verb returns is printed as JSON. Signatures are judged if office.json names a trust folder, else they are
    recorded as not checked.

    Exit code: 0 done, 1 refused, 4 not readable, 64 wrong usage.
    """


@office.command(
    epilog="Example: docflow office found office --code H99 --name 'UBND tỉnh' --abbreviation UBND --place An"
)
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--code", required=True, help="Agency code (mã định danh).")
@click.option("--name", required=True, help="Name of the agency.")
@click.option("--abbreviation", required=True, help="As it stands in symbols, e.g. UBND.")
@click.option("--place", required=True, help="Before the date, e.g. An Bình.")
@click.option(
    "--series",
    type=click.Choice([rule.value for rule in SeriesRule]),
    default=SeriesRule.ONE_FOR_ALL.value,
    show_default=True,
    help="One number series a year for all administrative documents, or one per type.",
)
@click.option(
    "--database",
    metavar="ADDRESS",
    help="Keep the records in this database, postgresql://user@server/database; several agencies may share it. Of an"
    " office that is founded: where it was moved to [default: DOCFLOW_DATABASE, or what DIR remembers].",
)
def found(
    directory: Path, *, code: str, name: str, abbreviation: str, place: str, series: str, database: str | None
) -> None:
    """Found an office in DIR; again with the same particulars: nothing.

    DIR keeps files, log key and settings, and remembers the database. No password is taken from the command line: libpq
    finds it in ~/.pgpass, PGPASSFILE, PGPASSWORD or a service.
    """
    agency = Agency(
        code=parse_agency_code(code), name=name, abbreviation=abbreviation, place=place, series=SeriesRule(series)
    )
    if database is None:
        founded = Office.open(place_of(directory), agency=agency, home=directory)
    else:
        founded = found_office(directory, agency=agency, database=database)
    with founded:
        told = {"agency": founded.agency.code.text, "vkey": founded.vkey, "database": find_address(directory)}
        print_json(told)


def _make_groups() -> None:
    for name, (what, verbs) in VERBS.items():
        first = next(iter(verbs))
        group = click.Group(name, help=what, epilog=f"Example: docflow office {name} {first} --help")
        for command, verb in verbs.items():
            group.add_command(make_command(f"docflow office {name}", command, verb=getattr(Office, verb)))
        office.add_command(group)


_make_groups()
