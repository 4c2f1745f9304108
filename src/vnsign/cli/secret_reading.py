"""Passphrases and PINs for commands.

Invariants:
    - A secret is never an argument: other users of the machine can read those. It comes from a file, from the
      environment, or from a prompt that shows nothing.
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from vnsign.adapters.files import read_bytes
from vnsign.errors import ErrorCode, UsageError

#: A passphrase is a line; whatever is larger is another file.
MAX_SECRET_BYTES = 4096


def read_secret(
    file: Path | None, *, variable: str, prompt: str, confirm: bool = False, may_be_empty: bool = False
) -> bytes:
    """Return a passphrase: first line of ``file``, else the environment variable, else what is typed unseen.

    Args:
        file: Small file, or None.
        variable: Name of the environment variable.
        prompt: What is asked for, in both languages.
        confirm: Ask twice.
        may_be_empty: Some PKCS#12 files have an empty passphrase.

    Raises:
        InputError: ``NOT_READABLE``.
        UsageError: ``BAD_ARGUMENT``: it is empty.
    """
    if file is not None:
        return read_secret_file(file, may_be_empty=may_be_empty)
    if variable in os.environ:
        secret = os.environ[variable].encode(errors="surrogateescape")
    else:
        default = "" if may_be_empty else None
        again = "Nhập lại / Repeat for confirmation" if confirm else False
        typed = click.prompt(
            prompt, default=default, show_default=False, hide_input=True, confirmation_prompt=again, err=True
        )
        secret = str(typed).encode(errors="surrogateescape")  # a terminal in another encoding
    if not secret and not may_be_empty:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"{prompt}: it is empty", way_out=f"give one, also by {variable}")
    return secret


def read_secret_file(file: Path, *, may_be_empty: bool = False) -> bytes:
    """Return the first line of a small file.

    Raises:
        InputError: ``NOT_READABLE``.
        UsageError: ``BAD_ARGUMENT``: the line is empty.
    """
    secret = read_bytes(file, MAX_SECRET_BYTES).partition(b"\n")[0].rstrip(b"\r")
    if not secret and not may_be_empty:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, "the first line is empty", file=str(file), way_out="write the passphrase there"
        )
    return secret
