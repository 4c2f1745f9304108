"""What the registry does with documents: use cases over ports, driven by the state table.

What it does not do: no I/O of its own; store, blobs, clock, randomness and verifier come in through the ports.
"""

from __future__ import annotations

from docflow.office.accesses import (
    count_accesses,
    list_accesses,
    record_access,
    record_accesses,
)
from docflow.office.correcting import correct_clock
from docflow.office.desk import (
    Desk,
    Post,
    register_agency,
)
from docflow.office.dossiers.verbs import (
    DossierAsk,
    act_on_dossier,
    find_dossier,
    open_dossier,
    rate_on_time,
    read_dossier_clocks,
)
from docflow.office.exchanging.dispatching import (
    Dispatched,
    ask_take_back,
    dispatch,
)
from docflow.office.exchanging.file_checks import (
    check_received_files,
)
from docflow.office.exchanging.files import (
    ReceivedFile,
    list_received_files,
    read_received_file,
)
from docflow.office.exchanging.handing import correct_outbox
from docflow.office.exchanging.knowing import (
    know,
)
from docflow.office.exchanging.receiving import (
    Reception,
    collect,
)
from docflow.office.files.contents import (
    DestructionWarning,
    FileDuty,
    check_minutes,
    gather_file,
    list_contents,
    list_past_retention,
    list_to_hand_over,
    warn_of_destruction,
)
from docflow.office.files.lists import (
    approve_file_list,
)
from docflow.office.files.metadata import describe_lines
from docflow.office.files.verbs import (
    FileAsk,
    act_on_file,
    find_file,
    plan_file,
)
from docflow.office.groups.reading import (
    check_searching,
    list_readable,
)
from docflow.office.groups.verbs import (
    GroupAsk,
    act_on_group,
    confirm_group_act,
    find_group,
    make_group,
)
from docflow.office.incoming.reminders import (
    IncomingStanding,
    list_standings,
)
from docflow.office.incoming.verbs import (
    IncomingAsk,
    act_on_incoming,
    receive_by_hand,
)
from docflow.office.keeping import erase_content, refuse_erased
from docflow.office.outgoing.copies import (
    make_copy,
    record_copy_seal,
    void_copy,
)
from docflow.office.outgoing.following import (
    add_addressees,
    hand_over,
    recall_document,
)
from docflow.office.outgoing.reminders import (
    OutgoingStanding,
    list_unsent,
)
from docflow.office.outgoing.steps import (
    approve_document,
    attach_file,
    cancel_draft,
    comment_draft,
    detach_file,
    draft_document,
    issue_document,
    issue_documents,
    record_attachment_seal,
    record_leader_signature,
    record_seal,
    return_draft,
    revise_draft,
    void_number,
)
from docflow.office.outgoing.taking import (
    Issued,
    Receipt,
    Sealed,
)
from docflow.office.outgoing.untold import list_not_told
from docflow.office.prints import (
    Printable,
    PrintAsk,
    name_system,
    prepare_print,
    record_print,
)
from docflow.office.registers.book import (
    LINES_A_VOLUME,
    Column,
    Holding,
    RegisterBook,
    RegisterKind,
    RegisterLine,
    divide_book,
)
from docflow.office.registers.csv_form import (
    write_book_csv,
    write_csv,
)
from docflow.office.registers.lines import (
    copy_line,
    handling_line,
    incoming_line,
    incoming_number_line,
    outgoing_line,
)
from docflow.office.registers.reserving import (
    Reserved,
    correct_opening,
    open_register,
    reserve_numbers,
    void_reserved_number,
)
from docflow.office.reports.csv_form import (
    write_report_csv,
)
from docflow.office.reports.facts import (
    REPORT_COLUMNS,
    ActFact,
    ReportFacts,
    ReportRow,
    gather_facts,
    is_account,
)
from docflow.office.reports.figures import (
    Report,
    ReportBy,
    ReportFigures,
    ReportLine,
    build_report,
)
from docflow.office.reports.periods import (
    ReportPeriod,
    parse_report_period,
)
from docflow.office.reports.table import (
    REPORT_TITLE,
    tabulate_report,
)
from docflow.office.rights import (
    confirm_role,
    grant_role,
    list_roles,
    withdraw_role,
)
from docflow.office.vouching import (
    build_log_statement,
    vouch_for_log,
)

__all__ = [
    "LINES_A_VOLUME",
    "REPORT_COLUMNS",
    "REPORT_TITLE",
    "ActFact",
    "Column",
    "Desk",
    "DestructionWarning",
    "Dispatched",
    "DossierAsk",
    "FileAsk",
    "FileDuty",
    "GroupAsk",
    "Holding",
    "IncomingAsk",
    "IncomingStanding",
    "Issued",
    "OutgoingStanding",
    "Post",
    "PrintAsk",
    "Printable",
    "Receipt",
    "ReceivedFile",
    "Reception",
    "RegisterBook",
    "RegisterKind",
    "RegisterLine",
    "Report",
    "ReportBy",
    "ReportFacts",
    "ReportFigures",
    "ReportLine",
    "ReportPeriod",
    "ReportRow",
    "Reserved",
    "Sealed",
    "act_on_dossier",
    "act_on_file",
    "act_on_group",
    "act_on_incoming",
    "add_addressees",
    "approve_document",
    "approve_file_list",
    "ask_take_back",
    "attach_file",
    "build_log_statement",
    "build_report",
    "cancel_draft",
    "check_minutes",
    "check_received_files",
    "check_searching",
    "collect",
    "comment_draft",
    "confirm_group_act",
    "confirm_role",
    "copy_line",
    "correct_clock",
    "correct_opening",
    "correct_outbox",
    "count_accesses",
    "describe_lines",
    "detach_file",
    "dispatch",
    "divide_book",
    "draft_document",
    "erase_content",
    "find_dossier",
    "find_file",
    "find_group",
    "gather_facts",
    "gather_file",
    "grant_role",
    "hand_over",
    "handling_line",
    "incoming_line",
    "incoming_number_line",
    "is_account",
    "issue_document",
    "issue_documents",
    "know",
    "list_accesses",
    "list_contents",
    "list_not_told",
    "list_past_retention",
    "list_readable",
    "list_received_files",
    "list_roles",
    "list_standings",
    "list_to_hand_over",
    "list_unsent",
    "make_copy",
    "make_group",
    "name_system",
    "open_dossier",
    "open_register",
    "outgoing_line",
    "parse_report_period",
    "plan_file",
    "prepare_print",
    "rate_on_time",
    "read_dossier_clocks",
    "read_received_file",
    "recall_document",
    "receive_by_hand",
    "record_access",
    "record_accesses",
    "record_attachment_seal",
    "record_copy_seal",
    "record_leader_signature",
    "record_print",
    "record_seal",
    "refuse_erased",
    "register_agency",
    "reserve_numbers",
    "return_draft",
    "revise_draft",
    "tabulate_report",
    "void_copy",
    "void_number",
    "void_reserved_number",
    "vouch_for_log",
    "warn_of_destruction",
    "withdraw_role",
    "write_book_csv",
    "write_csv",
    "write_report_csv",
]
