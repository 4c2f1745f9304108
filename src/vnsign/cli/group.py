"""The group of commands and what becomes of errors.

Exit codes: those of the command; 64 for wrong usage (BAD_ARGUMENT); 1 for any other error of vnsign, but 64 where the
exit code is a verdict (:mod:`vnsign.cli.no_verdict`); 130 when interrupted.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence

import click

from vnsign.cli.lazy import LazyGroup
from vnsign.cli.no_verdict import EXIT_USAGE, forget_output
from vnsign.errors import ErrorCode, VnsignError

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130

_COMMANDS: Mapping[str, tuple[str, str]] = {
    "archive": ("vnsign.cli.archive:archive", "Watch over a folder of signed documents for years."),
    "ca": ("vnsign.cli.ca:ca", "Run an agency's own authority for official-use certificates."),
    "extend": (
        "vnsign.cli.extend:extend",
        "Add time and evidence to signed PDF files, so that they can be verified for years.",
    ),
    "fill": ("vnsign.cli.fill:fill", "Fill prepared text fields; each once, and not after the seal that closes them."),
    "prepare": (
        "vnsign.cli.prepare:prepare",
        "Write fields for number, date, signatures and seal into a PDF that nobody has signed yet.",
    ),
    "preview": (
        "vnsign.cli.preview:preview",
        "Show where a signature would go, as a PNG of the page; nothing is signed.",
    ),
    "revision": (
        "vnsign.cli.revision:revision",
        "List the states a document has had, or write one of them to a file: what somebody signed.",
    ),
    "seal": (
        "vnsign.cli.seal:seal",
        "Sign as the agency: a document that its leader has validly signed, its attachment, or a copy.",
    ),
    "serve": ("vnsign.cli.serve:serve", "Serve revocation lists, OCSP, certificates and timestamps of an authority."),
    "sign": ("vnsign.cli.sign:sign", "Sign PDF files; each output is written whole, or not at all."),
    "trust": (
        "vnsign.cli.trust:trust",
        "Keep the certificates you trust: one folder a scheme, each pinned by its SHA-256.",
    ),
    "verify": (
        "vnsign.cli.verify:verify",
        "Say what the signatures in PDF files are worth; offline unless --online is given.",
    ),
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
    except click.Abort as exc:
        if isinstance(exc.__cause__, KeyboardInterrupt):  # else the command said why it stops
            click.echo("Aborted. — Đã dừng.", err=True)
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
