"""Every verb that writes asks whether its actor may: the verbs are read off the class, so that none is forgotten."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from docflow import DocflowError, ErrorCode, Office, OfficeRole
from docflow.errors import InputError
from tests.killing_child import digest
from tests.killing_kit import VERBS, Bench, fill
from tests.office_kit import clock_of, open_office, sign_statement

STRANGER = "Người lạ"
PUBLIC = {name: member for name, member in inspect.getmembers(Office, callable) if not name.startswith("_")}
ACTING = {name for name, verb in PUBLIC.items() if "actor" in inspect.signature(verb).parameters}

#: What writes and names nobody: why there is nobody to ask.
NOBODY_ACTS: Mapping[str, str] = {
    "open": "founds the office, or opens it: whoever may is the business of the machine that holds the folder and key",
    "within": "opens nothing and writes nothing by itself; its verbs ask",
    "lock": "holds a lock",
    "close": "releases the store",
    "dispatch": "a machine's errand: sends what a verb with an actor released, and decides nothing",
    "collect": "a machine's errand: takes in what others sent; what is done with it asks",
    "sweep_blobs": "removes files that no row names: nothing of the record",
    "index_contents": "an index, made from the record at any time",
    "rebuild_search": "the same",
}
#: What only reads and asks nobody: the front end asks may_read before it shows something (docs/adr/0080, 0086).
READS = {
    *("blob", "document", "documents", "outbox", "versions", "remarks", "attachments", "links"),
    *(
        "copies",
        "roles",
        "register_name",
        "entries",
        "register",
        "unsent",
        "not_told",
        "inbox",
        "knowledge",
        "receipts",
        "parcels",
    ),
    *("incoming_document", "incoming", "incoming_tasks", "incoming_acts", "incoming_standings", "incoming_due"),
    *("incoming_file_checks", "incoming_signatures", "received_certificates"),
    *("incoming_files", "incoming_file", "search", "report", "verify_report", "on_time_rate"),
    *("access_history", "access_counts"),
    *("may_read", "list_readable", "group", "groups", "groups_of", "group_items", "group_readers", "group_acts"),
    *("dossier", "dossiers", "dossier_steps", "dossier_acts", "dossier_clocks"),
    *("file", "files", "file_acts", "file_contents", "file_list_approvals", "files_past_retention"),
    *("files_to_hand_over", "destruction_warning", "export_file_pdf", "export_file_xml", "export_file_list"),
    *("hand_over_minutes", "checkpoint", "inclusion_proof", "verify_log", "log_statement"),
}


class ActingAs:
    """An office whose verbs are carried out as somebody, whoever the call names."""

    def __init__(self, office: Office, actor: str) -> None:
        self._office = office
        self._actor = actor

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever an office has
        member = getattr(self._office, name)
        if name not in ACTING:
            return member
        return lambda *args, **kwargs: member(*args, **{**kwargs, "actor": self._actor})


@dataclass(frozen=True, slots=True)
class Asked:
    """An office with something for every verb to work on, where what is recorded says who may; and what it held."""

    bench: Bench
    office: Office
    held: tuple[str, set[str]]

    def refusals(self, verb: str, *, actor: str) -> set[ErrorCode]:
        """Let somebody try a verb, and return how it was refused; nothing is left of it."""
        somebody = typing.cast("Office", ActingAs(self.office, actor))
        codes = _codes(lambda: VERBS[verb](somebody, self.bench))
        assert _left(self.bench, self.office) == self.held
        return codes


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """One for all: who is refused leaves it as it was."""
    folder = tmp_path_factory.mktemp("asked")
    bench = Bench(str(folder / "database"), folder)
    fill(bench)
    with bench.open(rights=None) as office:
        assert any(holding.is_held for holding in office.roles())
        yield Asked(bench, office, _left(bench, office))


@pytest.fixture
def asked(made: Asked) -> Iterator[Asked]:
    """The same, its clock set right again afterwards."""
    clock = clock_of(made.office)
    before = clock.time
    yield made
    clock.time = before


def _left(bench: Bench, office: Office) -> tuple[str, set[str]]:
    """Return every row and the name of every file."""
    return digest(office), {path.name for path in bench.home.rglob("*") if path.is_file()}


def _codes(call: Callable[[], object]) -> set[ErrorCode]:
    """Return how a call was refused; what is asked of many things at once is answered for each."""
    try:
        done = call()
    except DocflowError as error:
        assert error.vi  # noqa: PT017 - what is raised is what is asked for
        return {error.code}
    return {one.code for one in done if isinstance(one, DocflowError)} if isinstance(done, tuple) else set()


def test_every_public_verb_is_known() -> None:
    """A new verb names an actor and is tried below, or stands in a table with its reason."""
    assert {verb.split()[0] for verb in VERBS} - {"dispatch", "collect"} == ACTING
    assert set(PUBLIC) == ACTING | set(NOBODY_ACTS) | READS


@pytest.mark.parametrize("verb", [name for name in VERBS if name.split()[0] in ACTING])
def test_who_holds_no_role_writes_nothing_by_any_verb(asked: Asked, verb: str) -> None:
    """With roles in force, a verb that somebody else could carry out just so is FORBIDDEN; no row, no file is left.

    NĐ 30/2020 PL VI Phần I mục I.3: "Bảo đảm phân quyền cho các cá nhân truy cập vào Hệ thống."
    """
    assert asked.refusals(verb, actor=STRANGER) == {ErrorCode.FORBIDDEN}


@pytest.mark.parametrize("verb", [name for name in VERBS if name.split()[0] in ACTING])
def test_nobody_acts_under_the_name_of_the_program(asked: Asked, verb: str) -> None:
    """What docflow does by itself stands in the log as done by ``docflow``, and nobody asks whether it may."""
    assert asked.refusals(verb, actor="docflow") == {ErrorCode.BAD_ARGUMENT}


def test_who_keeps_the_registers_and_who_vouches(tmp_path: Path) -> None:
    """Văn thư reserves, voids and opens; a quản trị vouches for the log; the other roles do neither."""
    with open_office(tmp_path / "office") as office:
        people = {role: role.vi for role in OfficeRole}
        for role in (OfficeRole.QUAN_TRI, *people):
            office.grant(people[role], role, actor=people[OfficeRole.QUAN_TRI])
        cms = sign_statement(office.log_statement())
        verbs: list[tuple[OfficeRole, Callable[[str], object]]] = [
            (OfficeRole.VAN_THU, lambda who: office.open_register("van_ban_di", last_number=4, actor=who, reason="sổ")),
            (
                OfficeRole.VAN_THU,
                lambda who: office.correct_opening("van_ban_di", last_number=4, actor=who, reason="gõ nhầm"),
            ),
            (OfficeRole.VAN_THU, lambda who: office.reserve_numbers("van_ban_di", actor=who, reason="họp")),
            (
                OfficeRole.VAN_THU,
                lambda who: office.void_reserved("van_ban_di", 2026, number=5, actor=who, reason="thừa"),
            ),
            (OfficeRole.QUAN_TRI, lambda who: office.vouch(cms, actor=who)),
        ]
        for allowed, verb in verbs:
            for role in set(OfficeRole) - {allowed}:
                assert _codes(lambda v=verb, r=role: v(people[r])) == {ErrorCode.FORBIDDEN}  # type: ignore[misc]
            verb(people[allowed])
        assert office.verify_log().is_intact


@pytest.mark.parametrize("kind", ["nothing", "a letter", "other words", "not detached", "cut", "longer", "endless"])
def test_only_a_signature_over_the_statement_vouches_for_the_log(tmp_path: Path, kind: str) -> None:
    """docs/spec/audit-log.md §7: a detached CMS over this text. Whose it is, is not judged; other bytes are refused."""
    with open_office(tmp_path / "office") as office:
        statement = office.log_statement()
        signed = sign_statement(statement)
        cms = {
            "nothing": b"",
            "a letter": b"x",
            "other words": sign_statement(statement + b"\n"),
            "not detached": sign_statement(statement, is_detached=False),
            "cut": signed[:-1],
            "longer": signed + b"x",
            "endless": b"0" * (1024**2 + 1),
        }[kind]
        before = digest(office), {path.name for path in tmp_path.rglob("*") if path.is_file()}
        with pytest.raises(InputError) as caught:
            office.vouch(cms, actor="V")
        assert caught.value.code is ErrorCode.MALFORMED_INPUT
        assert "chữ ký số" in caught.value.vi
        assert (digest(office), {path.name for path in tmp_path.rglob("*") if path.is_file()}) == before
        office.vouch(signed, actor="V")
