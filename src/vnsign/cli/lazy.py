"""A group whose commands are imported when they are called, so that help is quick."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """A group of commands, each named by module and attribute, such as ``vnsign.cli.sign:sign``, and what it does."""

    def __init__(
        self,
        name: str | None = None,
        *,
        commands_at: Mapping[str, tuple[str, str]],
        **attrs: Any,  # noqa: ANN401 — click's own
    ) -> None:
        super().__init__(name, **attrs)
        self._commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 — click's signature
        """Return the names of all commands."""
        return sorted(self._commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 — click's signature
        """Return a command, imported now."""
        if cmd_name not in self._commands_at:
            return None
        module, _, name = self._commands_at[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each command and what the table says of it; none is imported."""
        names = self.list_commands(ctx)
        width = formatter.width - 6 - max(map(len, names))
        said = {name: click.Command(name, help=self._commands_at[name][1]) for name in names}
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(width)) for name, command in said.items()])
