"""A province's offices on a PostgreSQL server, worked in by `docflow` as somebody types it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from docflow import ErrorCode
from docflow.cli import main
from tests.support import POSTGRES, postgres_database

DRAFT = {
    "type": "quyet_dinh",
    "subject": "Ban hành Quy chế tiếp công dân",
    "signer_name": "Nguyễn Văn An",
    "signer_position": "Chủ tịch",
    "addressees": [{"name": "Sở Nội vụ", "code": "H99.12"}],
    "unit": "VP",
}
#: Each way to look at an office or to work in it, after `docflow`; {} is its folder.
COMMANDS = (
    "audit verify {}",
    "audit verify {} --format json",
    "audit checkpoint {}",
    "audit prove {} d",
    "register export {} --year 2026",
    "report {} --period 2000..2100",
    "search {} quy che",
    "access history {} --reader A",
    "access counts {} --reader A",
    "received {} i",
    "office outgoing list {}",
    "office outgoing show {} d",
    "office outgoing cancel {} d --actor A --reason thôi",
    "office index rebuild {}",
    "office role grant {} A quan_tri --actor A",
)


@dataclass(frozen=True, slots=True)
class Province:
    """A database, and the folder beside which offices and what people wrote lie."""

    database: str
    folder: Path

    @property
    def name(self) -> str:
        """The database's name on its server."""
        return self.database.rpartition("/")[2]

    def run(self, *words: object) -> Result:
        """Run `docflow`."""
        return CliRunner().invoke(main, list(map(str, words)))

    def done(self, *words: object) -> str:
        """Run what must succeed; return what it printed."""
        result = self.run(*words)
        assert result.exit_code == 0, (words, result.output)
        return result.output

    def refused(self, code: int, reason: ErrorCode, *words: object) -> str:
        """Run what must be refused with a reason, in one line, Vietnamese too; return what it printed."""
        result = self.run(*words)
        assert (result.exit_code, result.output.count("\n")) == (code, 1), (words, result.output)
        assert f"[{reason.value}] — " in result.output, (words, result.output)
        return result.output

    def founding(self, code: str = "H99", *, database: str | None = "") -> list[object]:
        """Return the command that founds an agency's office; in the database, unless another or None is said."""
        address = self.database if database == "" else database
        particulars = ("--code", code, "--name", f"Cơ quan {code}", "--abbreviation", "UBND", "--place", "An Bình")
        where = () if address is None else ("--database", address)
        return ["office", "found", self.folder / code, *particulars, *where]

    def sign_off(self, code: str = "H99", document: str = "d") -> None:
        """Have a document drafted, approved and signed."""
        home, actor = self.folder / code, ("--actor", "A")
        self.done("office", "outgoing", "draft", home, self.folder / "d.json", "--document-id", document, *actor)
        self.done("office", "outgoing", "approve", home, document, *actor)
        self.done("office", "outgoing", "leader-signed", home, document, self.folder / "leader.pdf", *actor)


@contextmanager
def make_province(folder: Path) -> Iterator[Province]:
    """Make an empty database and what people wrote."""
    write_papers(folder)
    with postgres_database() as address:
        yield Province(address.replace("postgresql+psycopg://", "postgresql://"), folder)


def write_papers(folder: Path) -> None:
    """Write a draft, and the document as it is signed and sealed."""
    (folder / "d.json").write_text(json.dumps(DRAFT), encoding="utf-8")
    (folder / "leader.pdf").write_bytes(b"%PDF signed")
    (folder / "sealed.pdf").write_bytes(b"%PDF signed and sealed")


@contextmanager
def moved(database: str) -> Iterator[str]:
    """Move a database to another name for a while; yield its address there."""
    here, there = database.rpartition("/")[2], f"vnsign_test_{secrets.token_hex(8)}"
    on_server(f"ALTER DATABASE {here} RENAME TO {there}")
    try:
        yield f"{database.rpartition('/')[0]}/{there}"
    finally:
        on_server(f"ALTER DATABASE {there} RENAME TO {here}")


@contextmanager
def copied(database: str) -> Iterator[str]:
    """Copy a database, as a backup is restored; yield the address of the copy."""
    name = f"vnsign_test_{secrets.token_hex(8)}"
    on_server(f"CREATE DATABASE {name} TEMPLATE {database.rpartition('/')[2]}")
    try:
        yield f"{database.rpartition('/')[0]}/{name}"
    finally:
        on_server(f"DROP DATABASE {name} WITH (FORCE)")


def on_server(statement: str, *, address: str = POSTGRES) -> None:
    """Do something with a whole database, or in one."""
    import psycopg  # noqa: PLC0415 — an extra that a user's machine may lack

    with psycopg.connect(address, autocommit=True) as server:
        server.execute(statement.encode())


def files_of(folder: Path) -> dict[str, bytes]:
    """Return what lies in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
