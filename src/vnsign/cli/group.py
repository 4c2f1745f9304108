"""The group of commands and what becomes of errors.

Exit codes: those of the command; 64 for wrong usage (BAD_ARGUMENT); 1 for any other error of vnsign, but 64 where the
exit code is a verdict (:mod:`vnsign.cli.no_verdict`); 130 when interrupted.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

import click

from vnsign.cli.lazy import LazyGroup
from vnsign.cli.no_verdict import EXIT_USAGE, forget_output
from vnsign.errors import ErrorCode, VnsignError

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130

_COMMANDS = {
    "archive": "vnsign.cli.archive:archive",
    "ca": "vnsign.cli.ca:ca",
    "extend": "vnsign.cli.extend:extend",
    "fill": "vnsign.cli.fill:fill",
    "prepare": "vnsign.cli.prepare:prepare",
    "preview": "vnsign.cli.preview:preview",
    "revision": "vnsign.cli.revision:revision",
    "seal": "vnsign.cli.seal:seal",
    "serve": "vnsign.cli.serve:serve",
    "sign": "vnsign.cli.sign:sign",
    "trust": "vnsign.cli.trust:trust",
    "verify": "vnsign.cli.verify:verify",
}


@click.group(cls=LazyGroup, commands_at=_COMMANDS, epilog="Example: vnsign verify signed --recursive --trust trust")
@click.version_option(package_name="vnsign-docflow")
def cli() -> None:
    """Sign and verify PDF documents as Vietnam's e-government does, and run an authority for certificates."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    escape_unprintable()
    given = list(arguments) if arguments is not None else sys.argv[1:]
    try:
        code = cli.main(args=given, standalone_mode=False)
        if sys.stdout is not None:  # closed by the caller
            sys.stdout.flush()
    except click.ClickException as exc:
        _show(exc, given)
        sys.exit(EXIT_USAGE if isinstance(exc, click.UsageError) else exc.exit_code)
    except click.Abort:
        sys.exit(EXIT_INTERRUPTED)
    except VnsignError as exc:
        _show(exc, given)
        sys.exit(EXIT_USAGE if exc.code is ErrorCode.BAD_ARGUMENT else EXIT_FAILED)
    except OSError as exc:
        # Commands turn what they meet into our errors; what is left is the output itself.
        forget_output()
        _show(click.ClickException(exc.strerror or str(exc)), given)
        sys.exit(EXIT_FAILED)
    sys.exit(code if isinstance(code, int) else 0)


def _show(exc: click.ClickException | VnsignError, arguments: Sequence[str]) -> None:
    from vnsign.cli.usage_words import language_of, show_error  # noqa: PLC0415 — help must not wait for the words

    show_error(exc, language_of(cli, arguments))


def escape_unprintable() -> None:
    """Have characters that the output's encoding does not know escaped instead of refused."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")
