"""An e-office issues a document and writes its own table in one transaction.

Run it: python examples/own_transaction.py [folder]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pysqlite3
import sqlalchemy as sa

from docflow import Addressee, Agency, DocumentType, Draft, Office, parse_agency_code

AGENCY = Agency(code=parse_agency_code("H99"), name="UBND tỉnh An Bình", abbreviation="UBND", place="An Bình")
DRAFT = Draft(
    type=DocumentType.QUYET_DINH,
    subject="về việc ban hành Quy chế làm việc",
    signer_name="Nguyễn Văn An",
    signer_position="Chủ tịch",
    addressees=(Addressee(name="Sở Khoa học và Công nghệ", code=parse_agency_code("H99.12")),),
)
TASKS = sa.Table("task", sa.MetaData(), sa.Column("document", sa.Text()), sa.Column("state", sa.Text()))


def prepare(office: Office, name: str) -> None:
    """Bring a document to the state in which it may get its number."""
    office.draft(DRAFT, actor="Trần Thị Bình", document_id=name)
    office.approve(name, actor="Lê Văn Cường")
    office.leader_signed(name, b"%PDF as the leader signed it", actor="Nguyễn Văn An")


def main(folder: Path) -> None:
    """Issue one document with the task, and undo another with it."""
    # The e-office's own engine; with PostgreSQL: Office.open("postgresql://…", home=…) and its own create_engine.
    engine = sa.create_engine(f"sqlite:///{folder / 'docflow.sqlite'}", module=pysqlite3)
    with Office.open(folder, agency=AGENCY) as office:
        prepare(office, "d1")
        prepare(office, "d2")
        TASKS.metadata.create_all(engine)

        with office.lock(), engine.begin() as connection:  # the lock first: it outlives the commit
            issued = office.within(connection).issue("d1", actor="Văn thư")
            connection.execute(TASKS.insert().values(document="d1", state=f"đã cấp số {issued.symbol}"))

        with office.lock(), engine.connect() as connection:
            print(f"issued and undone: {office.within(connection).issue('d2', actor='Văn thư').symbol}")
            connection.rollback()

        with engine.connect() as connection:
            for row in connection.execute(sa.select(TASKS)):
                print(f"{row.document}: {row.state}")
        print(f"d2 has no number: {office.document('d2').number}")
        print(f"the log is intact: {office.verify_log().is_intact}")
    engine.dispose()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(made))
