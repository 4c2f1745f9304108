"""The group of commands and what becomes of errors.

Exit codes: those of the command; 64 for wrong usage; 1 for any other error of vnsign; 130 when interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

import click

from vnsign.errors import UsageError, VnsignError

#: EX_USAGE of sysexits.h.
EXIT_USAGE = 64
EXIT_FAILED = 1
EXIT_INTERRUPTED = 130

_COMMANDS: Mapping[str, str] = {"sign": "vnsign.cli.sign", "verify": "vnsign.cli.verify"}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 — click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 — click's signature
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(_COMMANDS[cmd_name]), cmd_name)
        return command


@click.group(cls=_LazyGroup, epilog="Example: vnsign verify signed --recursive --trust trust")
@click.version_option(package_name="vnsign-docflow")
def cli() -> None:
    """Sign and verify PDF documents as Vietnam's e-government does."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    try:
        code = cli.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except click.UsageError as exc:
        exc.show()
        sys.exit(EXIT_USAGE)
    except click.ClickException as exc:
        exc.show()
        sys.exit(EXIT_FAILED)
    except click.Abort:
        sys.exit(EXIT_INTERRUPTED)
    except UsageError as exc:
        click.echo(f"Error: {exc}", err=True)
        sys.exit(EXIT_USAGE)
    except VnsignError as exc:
        click.echo(f"Error: {exc}", err=True)
        sys.exit(EXIT_FAILED)
    sys.exit(code if isinstance(code, int) else 0)
