"""The command ``vnsign``, also ``python -m vnsign``: Ctrl-C ends it with one line, also while Python still imports.

What it does not do: what an act that was begun leaves behind when it is interrupted is the act's own affair.
"""

import sys

EXIT_INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from vnsign.cli import main as run  # noqa: PLC0415 - from here on Ctrl-C is no traceback

        run()
    except KeyboardInterrupt:
        if sys.stderr is not None:
            sys.stderr.write("Aborted. — Đã dừng.\n")
        sys.exit(EXIT_INTERRUPTED)


if __name__ == "__main__":
    main()
