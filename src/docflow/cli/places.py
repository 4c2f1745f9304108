"""Where the records of an office are that a command names by its folder.

What it does not do: it opens nothing; that the office is in the database, whoever opens it sees.

Source: docs/adr/0084.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from docflow.cli.usage_words import misuse
from docflow.errors import ErrorCode, UsageError
from docflow.wiring import find_address, is_kept_in, is_same_database, is_server_address, show_address

DATABASE_VARIABLE = "DOCFLOW_DATABASE"
"""Another address than the one in the office's folder; this one may hold a password."""

_ADDRESS = re.compile(r"postgres(ql)?(\+\w+)?:/")
"""An address, also after a path was made of it."""


def place_of(directory: Path, *, is_to_read: bool = False) -> Path | str:
    """Return the place to open: the folder, which says where its records are, or the address in the environment.

    Args:
        is_to_read: The office will only be looked at, so that a copy of its database will do. Opened for work, a copy
            would give the same numbers once more, and remove files that it knows to be destroyed and nothing else of.

    Raises:
        click.UsageError: What stands there is no address, or an address stands where a folder must.
        UsageError: ``BAD_ARGUMENT``; another database than the folder names, and not to read.
    """
    if _ADDRESS.match(str(directory)):
        raise misuse(
            "DIR is the office's folder, which remembers its database; docflow office found DIR --database names it",
            vi="DIR là thư mục của văn phòng, thư mục nhớ địa chỉ cơ sở dữ liệu; nêu địa chỉ bằng"
            " docflow office found DIR --database.",
        )
    address = os.environ.get(DATABASE_VARIABLE, "").strip()
    if not address or is_kept_in(directory):
        return directory
    if not is_server_address(address):
        raise misuse(
            f"{DATABASE_VARIABLE} is postgresql://user@server/database",
            vi=f"{DATABASE_VARIABLE} phải có dạng postgresql://người-dùng@máy-chủ/cơ-sở-dữ-liệu.",
        )
    named = None if is_to_read else find_address(directory)
    if named is not None and not is_same_database(named, address):
        raise _elsewhere(directory, named, show_address(address))
    return address


def _elsewhere(directory: Path, named: str, address: str) -> UsageError:
    return UsageError(
        ErrorCode.BAD_ARGUMENT,
        f"{directory}: its records are in {named}; what {DATABASE_VARIABLE} names, {address}, is for audit, register,"
        " report and search only",
        vi=f"Dữ liệu của {directory} ở {named}; cơ sở dữ liệu {address} nêu trong {DATABASE_VARIABLE} chỉ dùng để kiểm"
        f" tra, in sổ, báo cáo, tra cứu. Hãy bỏ {DATABASE_VARIABLE}; nếu cơ sở dữ liệu đã chuyển, hãy chạy docflow"
        f" office found {directory} --database …",
        way_out=f"unset {DATABASE_VARIABLE}; if the database was moved there, docflow office found {directory}"
        " --database says so",
    )


def name_database(directory: Path) -> str | None:
    """Return the address of the database that :func:`place_of` leads to, without password; None: it is in the folder.

    Raises:
        DocflowError: It is no address, or cannot be read.
    """
    place = place_of(directory, is_to_read=True)
    return show_address(place) if isinstance(place, str) else find_address(place)
