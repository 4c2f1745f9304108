"""The ``vnsign`` command: arguments → one call → exit code.

Commands are imported when they are called, so that ``vnsign --help`` is quick.
"""

from vnsign.cli.group import main

__all__ = ["main"]
