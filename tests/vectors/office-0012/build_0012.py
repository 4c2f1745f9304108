"""Builds this folder; run it with the code of commit cab0892, whose stores have schema 0012.

git worktree add --detach ../old cab0892
cd ../old && PYTHONPATH=src:. python .../tests/vectors/office-0012/build_0012.py .../tests/vectors/office-0012
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path

from tests.exchange_kit import RECEIVER, open_two, seal_document
from tests.office_kit import make_draft


def main(target: Path) -> None:
    """Let an office attach files to what is being written, and to what it issued; keep database, files and key."""
    with tempfile.TemporaryDirectory() as folder:
        two = open_two(Path(folder))
        office = two.receiver
        office.draft(make_draft("về việc đang soạn"), actor="A", document_id="soan")
        for number in range(2):
            office.attach("soan", b"%%PDF annex %d" % number, name=f"Phụ lục {number}", actor="A")
        seal_document(office, "di", to=("H99.1",), attached=(b"%PDF annex", "Phụ lục"))
        office.attachment_sealed("di", b"%PDF annex seal", position=0, actor="Văn thư")
        two.close()
        keep(Path(folder) / RECEIVER, target)


def keep(office: Path, target: Path) -> None:
    """Write the database in one piece (SQL cannot bring back its index to search by), and what stands beside it."""
    whole = office / "whole.sqlite"
    with closing(sqlite3.connect(office / "docflow.sqlite")) as database:
        database.execute("VACUUM INTO ?", (str(whole),))
    with zipfile.ZipFile(target / "office.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(whole, "docflow.sqlite")
        whole.unlink()
        for path in sorted(office.rglob("*")):
            if path.is_file() and not path.name.startswith("docflow."):
                archive.write(path, path.relative_to(office).as_posix())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
