"""Write the pages of docs/reference that are drawn from the code: `make docs`.

`tests/test_docs.py` compares each page with what this file would write.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click

import docflow.cli
from docflow.model import describe_state_tables
from docflow.model.dossier_states import draw_dossier_states
from docflow.model.file_states import draw_file_states
from docflow.model.incoming_table import draw_incoming_states
from docflow.model.outgoing_states import draw_states
from docflow.store import describe_tables
from vnsign.cli.group import cli as vnsign_cli
from vnsign.policy.policy_file import policy_schema
from vnsign.rendering.schema import draw_schema

DOCS = Path(__file__).parent
HELP_WIDTH = 100

_CLI_INTRODUCTION = """\
# Command lines

Generated from the commands' own help; do not edit by hand. Both programs end wrong usage with exit code 64 and print
errors as one line: what is concerned, the reason, the way out.
"""


def walk_commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Context]]:
    """Yield the full name and a context of a command and of all its subcommands, in order of their names."""
    yield from _walk(click.Context(command, info_name=name, terminal_width=HELP_WIDTH, max_content_width=HELP_WIDTH))


def _walk(context: click.Context) -> Iterator[tuple[str, click.Context]]:
    yield context.command_path, context
    group = context.command
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if command is not None and not command.hidden:
                yield from _walk(
                    click.Context(
                        command,
                        info_name=name,
                        parent=context,
                        terminal_width=HELP_WIDTH,
                        max_content_width=HELP_WIDTH,
                    )
                )


def command_lines() -> dict[str, click.Command]:
    """Return the programs this project installs."""
    return {"vnsign": vnsign_cli, "docflow": docflow.cli.main}


def build_cli_reference() -> str:
    """Return docs/reference/cli.md: the help of every command."""
    parts = [_CLI_INTRODUCTION]
    for program, command in command_lines().items():
        for path, context in walk_commands(program, command):
            level = "##" if " " not in path else "###"
            parts.append(f"{level} {path}\n\n```text\n{context.command.get_help(context).rstrip()}\n```\n")
    return "\n".join(parts)


def build_states_json() -> str:
    """Return docs/reference/states.json: the state tables as front ends take them."""
    return json.dumps(describe_state_tables(), ensure_ascii=False, indent=1) + "\n"


def draw_policy_schema() -> str:
    """Return the JSON Schema of validation policies."""
    return json.dumps(policy_schema(), ensure_ascii=False, indent=2) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "reference/cli.md": build_cli_reference,
    "reference/dossier-states.md": draw_dossier_states,
    "reference/file-states.md": draw_file_states,
    "reference/incoming-states.md": draw_incoming_states,
    "reference/states.json": build_states_json,
    "reference/states.md": draw_states,
    "reference/tables.md": describe_tables,
    "reference/validation-policy.schema.json": draw_policy_schema,
    "reference/verify.schema.json": draw_schema,
}


if __name__ == "__main__":
    for page, build in PAGES.items():
        (DOCS / page).write_text(build(), encoding="utf-8")
        click.echo(f"wrote docs/{page}")
