"""Where the records of an office are that a command names by its folder.

What it does not do: it opens nothing; that the office is in the database, whoever opens it sees.

Source: docs/adr/0084.
"""

from __future__ import annotations

import os
from pathlib import Path

from docflow.cli.usage_words import misuse
from docflow.wiring import find_address, is_kept_in, is_server_address, show_address

DATABASE_VARIABLE = "DOCFLOW_DATABASE"
"""Another address than the one in the office's folder; this one may hold a password."""


def place_of(directory: Path) -> Path | str:
    """Return the place to open: the folder, which says where its records are, or the address in the environment.

    Raises:
        click.UsageError: What stands there is no address.
    """
    address = os.environ.get(DATABASE_VARIABLE, "").strip()
    if not address or is_kept_in(directory):
        return directory
    if not is_server_address(address):
        raise misuse(
            f"{DATABASE_VARIABLE} is postgresql://user@server/database",
            vi=f"{DATABASE_VARIABLE} phải có dạng postgresql://người-dùng@máy-chủ/cơ-sở-dữ-liệu.",
        )
    return address


def name_database(directory: Path) -> str | None:
    """Return the address of the database that :func:`place_of` leads to, without password; None: it is in the folder.

    Raises:
        DocflowError: It is no address, or cannot be read.
    """
    place = place_of(directory)
    return show_address(place) if isinstance(place, str) else find_address(place)
