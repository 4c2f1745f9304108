"""What is frozen: every verb that would change it is refused; the verbs are those of the table of all verbs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from docflow import AccessTarget, DocflowError, ErrorCode, GroupItem, GroupPlan, Office
from docflow.store.engines.database import choose_driver
from tests.killing_child import digest
from tests.killing_kit import (
    DOSSIER_VERBS,
    GROUP_VERBS,
    INCOMING_VERBS,
    OUTGOING_VERBS,
    POSTAL_VERBS,
    PRINTING_VERBS,
    VERBS,
    Bench,
    fill,
)

_COPY = "a copy is another thing than its original, which stays as it is"
_NUMBER = "a line of a register, of no document yet"
#: What changes nothing that a group can hold, and why.
HARMLESS: Mapping[str, str] = {
    "draft": "makes a new one",
    "receive_by_hand": "the same",
    "plan_file": "the same",
    "reserve_numbers": _NUMBER,
    "void_reserved": _NUMBER,
    "open_register": _NUMBER,
    "correct_opening": _NUMBER,
    "make_copy": _COPY,
    "copy_sealed": _COPY,
    "void_copy": _COPY,
    **dict.fromkeys(DOSSIER_VERBS, "dossiers are in no group"),
    "approve_file_list": "the list of a year, whatever is in it",
    "grant": "rights of people",
    "withdraw": "the same",
    "confirm_role": "the same",
    "vouch": "the log's key",
    "record_access": "somebody looked: nothing changed",
    "record_accesses": "the same",
    **dict.fromkeys(PRINTING_VERBS, "the same"),
    "correct_clock": "the machine's clock",
}
FILED = {"add_to_file", "remove_from_file", "confirm_destruction"}
"""What takes a document into a file, lets it go, or destroys it with one."""
DOCUMENT_VERBS = {*OUTGOING_VERBS, *INCOMING_VERBS, "take_back"} - set(HARMLESS) | FILED
FILE_VERBS = set(VERBS) - set(HARMLESS) - set(GROUP_VERBS) - set(POSTAL_VERBS) - DOCUMENT_VERBS | FILED


@dataclass(frozen=True, slots=True)
class Frozen:
    """An office in which all documents, or all files, are frozen; and what it held."""

    bench: Bench
    office: Office

    def codes(self, verb: str, office: Office | None = None) -> set[ErrorCode]:
        """Let somebody try a verb who may do everything; return how it was refused."""
        try:
            done = VERBS[verb](office or self.office, self.bench)
        except DocflowError as error:
            assert "đóng băng" in error.vi  # noqa: PT017 - what is raised is what is asked for
            return {error.code}
        return {one.code for one in done if isinstance(one, DocflowError)} if isinstance(done, tuple) else set()


def freeze(folder: Path, *targets: AccessTarget) -> Iterator[Frozen]:
    """Yield an office with something for every verb, everything of a kind in it frozen."""
    bench = Bench(str(folder / "database"), folder)
    fill(bench)
    with bench.open() as office:
        there = {
            AccessTarget.OUTGOING: [document.id for document in office.documents()],
            AccessTarget.INCOMING: [document.id for document in office.incoming()],
            AccessTarget.FILE: [file.code for file in office.files()],
        }
        office.make_group(GroupPlan(id="all", name="Tất cả"), actor="X")
        items = [GroupItem(target=target, subject=name) for target in targets for name in there[target]]
        office.add_to_group("all", items, actor="X")
        office.freeze_group("all", actor="X", reason="thanh tra")
        yield Frozen(bench, office)
        assert office.verify_log().is_intact


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frozen]:
    """All documents are frozen, no file is."""
    yield from freeze(tmp_path_factory.mktemp("documents"), AccessTarget.OUTGOING, AccessTarget.INCOMING)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frozen]:
    """All files are frozen, no document is."""
    yield from freeze(tmp_path_factory.mktemp("files"), AccessTarget.FILE)


@pytest.mark.parametrize("verb", sorted(DOCUMENT_VERBS))
def test_no_verb_changes_a_frozen_document(documents: Frozen, verb: str) -> None:
    """Nothing is written, and the refusal names the group; also of a batch, of a file that holds it, of its own end.

    NĐ 30/2020 PL VI Phần I mục IV.1g: "Khóa hoặc đóng băng các tập hợp (văn bản, hồ sơ, nhóm tài liệu)"
    """
    before = digest(documents.office)
    assert documents.codes(verb) == {ErrorCode.FROZEN}
    assert digest(documents.office) == before


@pytest.mark.parametrize("verb", sorted(FILE_VERBS))
def test_no_verb_changes_a_frozen_file(files: Frozen, verb: str) -> None:
    """Opened, filled, closed, handed over, destroyed: none of it."""
    before = digest(files.office)
    assert files.codes(verb) == {ErrorCode.FROZEN}
    assert digest(files.office) == before


def test_what_changes_nothing_frozen_goes_on(tmp_path: Path) -> None:
    """New documents, copies, dossiers, numbers, rights and accesses; each known verb is told apart."""
    assert set(HARMLESS) | DOCUMENT_VERBS | FILE_VERBS | set(GROUP_VERBS) | set(POSTAL_VERBS) == set(VERBS)
    for frozen in freeze(tmp_path, AccessTarget.OUTGOING, AccessTarget.INCOMING, AccessTarget.FILE):
        engine = sa.create_engine(f"sqlite:///{frozen.bench.database}/docflow.sqlite", module=choose_driver())
        for verb in HARMLESS:
            with frozen.office.lock(), engine.connect() as connection:  # each by itself: all have the same key
                inside = frozen.office.within(connection)
                before = inside.checkpoint()
                assert frozen.codes(verb, inside) == set(), verb
                assert inside.checkpoint() != before, verb
                connection.rollback()
        engine.dispose()
