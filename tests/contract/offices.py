"""Where an office can be kept: one folder, or a database server; the same tests run on both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from docflow import Agency, LogReport, Office, OfficeTerms, verify_log
from docflow.ports import Rights
from tests.office_kit import SeededRandomness, SetClock, make_agency
from tests.support import postgres_database

Kind = Literal["sqlite", "postgresql"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Place:
    """A database that any number of agencies may share, each with its folder."""

    kind: Kind
    database: str
    folder: Path

    def home(self, code: str) -> Path:
        """Return the folder of an agency's files and log key."""
        return self.folder / f"home-{code}"

    def open(
        self,
        code: str = "H99",
        *,
        clock: SetClock | None = None,
        agency: Agency | None = None,
        terms: OfficeTerms | None = None,
        rights: Rights | None = None,
    ) -> Office:
        """Open an agency's office."""
        return Office.open(
            self.database,
            agency=agency or make_agency(code),
            home=self.home(code),
            clock=clock or SetClock(),
            randomness=SeededRandomness(f"{self.kind}-{code}-{self.folder.name}".encode()),
            terms=terms or OfficeTerms(),
            rights=rights,
        )

    def verify(self, code: str = "H99") -> LogReport:
        """Verify an agency's log from outside."""
        return verify_log(self.database, home=self.home(code))


@contextmanager
def make_place(kind: Kind, folder: Path) -> Iterator[Place]:
    """Yield an empty place of a kind."""
    if kind == "sqlite":
        yield Place(kind, str(folder / "database"), folder)
        return
    with postgres_database() as address:
        yield Place(kind, address, folder)
