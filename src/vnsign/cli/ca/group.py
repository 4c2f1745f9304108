"""The commands about an authority, by the day they are needed: found it, take requests, issue, revoke, publish."""

from __future__ import annotations

import click

from vnsign.cli.lazy import LazyGroup

_HERE = "vnsign.cli.ca"
_COMMANDS = {
    "approve": f"{_HERE}.requests:approve",
    "batch": f"{_HERE}.batch:batch",
    "ceremony": f"{_HERE}.ceremony:ceremony",
    "change": f"{_HERE}.applying:change",
    "crl": f"{_HERE}.publishing:crl",
    "export": f"{_HERE}.publishing:export",
    "hold": f"{_HERE}.status:hold",
    "init": f"{_HERE}.founding:init",
    "issue": f"{_HERE}.requests:issue",
    "journal": f"{_HERE}.reading:journal",
    "list": f"{_HERE}.reading:list_certificates",
    "refuse": f"{_HERE}.requests:refuse",
    "release": f"{_HERE}.status:release",
    "renew": f"{_HERE}.applying:renew",
    "renew-own": f"{_HERE}.founding:renew_own",
    "request": f"{_HERE}.applying:request",
    "requests": f"{_HERE}.reading:list_requests",
    "restore": f"{_HERE}.requests:restore",
    "revoke": f"{_HERE}.status:revoke",
    "settings": f"{_HERE}.founding:settings",
    "show": f"{_HERE}.reading:show",
    "withdraw": f"{_HERE}.requests:withdraw",
}


@click.group(
    cls=LazyGroup,
    commands_at=_COMMANDS,
    epilog="Example: vnsign ca list --ca authority --expiring-within 60. Every command takes --ca (or VNSIGN_CA), and "
    "the passphrase from --passphrase-file, VNSIGN_CA_PASSPHRASE or a prompt, never from an argument. Exit code: 0 "
    "done, 1 refused or failed, 64 wrong usage.",
)
def ca() -> None:
    """Run an agency's own authority for official-use certificates.

    request → approve → issue; renew, change, revoke; lists, journal. Every act is one entry of a hash-chained journal.
    """
