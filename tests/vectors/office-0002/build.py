"""Builds this folder; run it with the code of commit 5bf11f1, the last one whose stores have schema 0002.

git worktree add --detach ../old 5bf11f1
cd ../old && PYTHONPATH=src:. python .../tests/vectors/office-0002/build.py .../tests/vectors/office-0002
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path

from tests.exchange_kit import RECEIVER, open_two, seal_document


def main(target: Path) -> None:
    """Let an office get documents in every state of that time, and send one; keep database, files and key."""
    with tempfile.TemporaryDirectory() as folder:
        two = open_two(Path(folder))
        names = ("den", "tra-lai", "giao", "xong", "lay-lai")
        for name in names:
            seal_document(two.sender, name)
        two.exchange()
        by_subject = {item.subject.removeprefix("về việc "): item.id for item in two.receiver.incoming()}
        office = two.receiver
        for name in names[2:]:
            office.accept(by_subject[name], actor="Văn thư")
        office.refuse(by_subject["tra-lai"], actor="Văn thư", reason="sai thẩm quyền")
        for name in ("giao", "xong"):
            office.assign(by_subject[name], actor="Chủ tịch", to="Phòng Nội vụ")
        office.progress(by_subject["xong"], actor="Chuyên viên", note="đang tham mưu")
        office.complete(by_subject["xong"], actor="Chuyên viên", note="đã xử lý")
        two.sender.take_back("lay-lai", actor="Văn thư", reason="gửi nhầm")
        two.exchange()
        office.agree_take_back(by_subject["lay-lai"], actor="Văn thư")
        seal_document(office, "di", to=("H99.1",))
        two.exchange()
        two.close()
        keep(Path(folder) / RECEIVER, target)


def keep(office: Path, target: Path) -> None:
    """Write the database as SQL, and what stands beside it, into one archive."""
    with zipfile.ZipFile(target / "office.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        with closing(sqlite3.connect(office / "docflow.sqlite")) as database:
            archive.writestr("docflow.sql", "\n".join(database.iterdump()) + "\n")
        for path in sorted(office.rglob("*")):
            if path.is_file() and not path.name.startswith("docflow."):
                archive.write(path, path.relative_to(office).as_posix())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
