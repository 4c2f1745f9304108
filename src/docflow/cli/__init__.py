"""``docflow``: arguments in, one call, an exit code out.

Exit codes: 0 done, 1 evidence is broken, the work failed or what it gives out cannot be written, 4 a store cannot be
read, 64 wrong usage, 130 stopped by Ctrl-C.

What it does not do: no rule lives here; every command is one call of the front door.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import click

from docflow.cli.output import forget_output, not_written, prepare_output
from docflow.cli.usage_words import show_usage_error
from docflow.errors import DocflowError, ErrorCode, StoreUnavailable

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130
EXIT_UNREADABLE = 4
EXIT_USAGE = 64
"""sysexits.h: EX_USAGE."""

_COMMANDS: Mapping[str, tuple[str, str]] = {
    "access": (
        "docflow.cli.access:access",
        "Show the history of accesses, and count them; docflow office access records them.",
    ),
    "audit": ("docflow.cli.audit:audit", "Verify and prove what an office has done."),
    "demo": (
        "docflow.demo.command:demo",
        (
            "Two agencies issue documents and send them to each other: signed, numbered, sealed, received, answered,"
            " proven."
        ),
    ),
    "office": ("docflow.cli.office:office", "Work in an office; its folder says where its records are."),
    "received": (
        "docflow.cli.received:received",
        "Show the files that came with a document, and what the last look at their signatures found.",
    ),
    "register": ("docflow.cli.register:register", "Read an office's registers."),
    "report": (
        "docflow.cli.report:report",
        "Count documents in and out, interconnected, electronic, on time, and accounts, in a period.",
    ),
    "search": ("docflow.cli.search:search", "Find documents of an office, newest first."),
    "states": (
        "docflow.cli.states:states",
        "Print what each state of a document allows: event, guard, effects, evidence, who may, and the clause.",
    ),
}


class _Program(click.Group):
    """A group that loads a command when it is asked for, and turns every error into one line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all commands."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        """Return a command, imported now: help and wrong usage need not wait for what other commands import."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each command and what the table says of it; none is imported."""
        names = self.list_commands(ctx)
        width = formatter.width - 6 - max(map(len, names))
        said = {name: click.Command(name, help=_COMMANDS[name][1]) for name in names}
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(width)) for name, command in said.items()])

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        """Run a command, and see that what it printed is out: a full disk is told of, and so is a pipe nobody reads."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except OSError as exc:
            # Commands turn what they meet into our errors; what is left is the output itself.
            raise _not_written(exc) from exc

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,  # noqa: ANN401 - the same
    ) -> Any:  # noqa: ANN401 - the same
        """Run the program; wrong usage ends with 64, an error of docflow with one line and 1 or 4."""
        if not standalone_mode:
            return super().main(args, prog_name or "docflow", complete_var, standalone_mode=False, **extra)
        prepare_output()
        try:
            code = super().main(args, prog_name or "docflow", complete_var, standalone_mode=False, **extra)
        except click.ClickException as exc:
            show_usage_error(exc)
            sys.exit(EXIT_USAGE if isinstance(exc, click.UsageError) else EXIT_FAILED)
        except click.Abort as exc:
            click.echo("Aborted. — Đã dừng.", err=True)
            sys.exit(EXIT_INTERRUPTED if isinstance(exc.__cause__, KeyboardInterrupt) else EXIT_FAILED)
        except DocflowError as exc:
            _fail(exc)
        except OSError as exc:  # help was printed, and is not out
            show_usage_error(_not_written(exc))
            sys.exit(EXIT_FAILED)
        sys.exit(code if isinstance(code, int) else 0)


def _not_written(exc: OSError) -> click.ClickException:
    forget_output()
    return not_written(exc, exc.filename if isinstance(exc.filename, str) else None)


def _fail(exc: DocflowError) -> NoReturn:
    """Print one line: what is concerned, the reason, the way out, in English and Vietnamese; exit."""
    click.echo(f"{exc} — {exc.vi} {exc.code.way_out_vi}", err=True)
    if isinstance(exc, StoreUnavailable):
        sys.exit(EXIT_UNREADABLE)
    sys.exit(EXIT_USAGE if exc.code is ErrorCode.BAD_ARGUMENT else EXIT_FAILED)


@click.group(cls=_Program, epilog="Example: docflow audit verify demo-out/agencies/H99")
@click.version_option(package_name="vnsign-docflow")
def main() -> None:
    """Register, number and prove official documents."""


__all__ = ["main"]
