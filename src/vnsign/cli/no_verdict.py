"""Errors of commands whose exit code is a verdict: an error must not look like one.

A script that reads 1 as "a signature failed" would otherwise call a document forged because a disk is full.

Source: design of this project §3.1 (exit codes).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

from vnsign.errors import VnsignError

#: EX_USAGE of sysexits.h.
EXIT_USAGE = 64


class _NoVerdict(click.ClickException):
    """The command could not do its work: wrong usage, an output that cannot be written, a lock that cannot be read."""

    exit_code = EXIT_USAGE


@contextmanager
def exiting_without_verdict() -> Iterator[None]:
    """Turn what stops a verification into one line of error and an exit code that is no verdict's.

    Raises:
        click.ClickException: For every error of vnsign, and for an output that is closed or full.
        click.Abort: Interrupted.
    """
    try:
        yield
    except VnsignError as exc:
        raise _NoVerdict(str(exc)) from exc
    except OSError as exc:
        # Commands turn what they meet into our errors; what is left is the output itself.
        forget_output()
        raise _NoVerdict(f"standard output: {exc.strerror or exc}") from exc
    except KeyboardInterrupt as exc:
        raise click.Abort from exc


def forget_output() -> None:
    """Give up standard output: what is still buffered would fail once more when the interpreter ends."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
