"""Whom and what a command goes by when it verifies: trust, policy, evidence, network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from vnsign.adapters.trust_folder import read_trust_folder
from vnsign.adapters.trust_store import TrustScheme, scheme_folder
from vnsign.cli.usage_words import misuse
from vnsign.errors import InputError, UsageError
from vnsign.pki.anchors import TrustAnchors
from vnsign.policy.validation import DEFAULT_POLICY, POLICIES, ValidationPolicy
from vnsign.wiring.inspecting import Inspection
from vnsign.wiring.verifying import load_policy

_Command = TypeVar("_Command", bound=Callable[..., Any])
_OPTIONS = (
    click.option(
        "--trust",
        "trust_folder",
        metavar="DIR",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Folder with the root certificates you trust, CA certificates and CRLs, or a store of vnsign trust, whose "
        "folder for the policy is taken. Without it nothing is trusted.",
    ),
    click.option(
        "--policy",
        default=DEFAULT_POLICY.name,
        show_default=True,
        metavar="P",
        help=f"What is asked of a signature: {', '.join(POLICIES)}, or a file with a policy of your own.",
    ),
    click.option(
        "--evidence",
        metavar="DIR",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Folder with revocation lists (.crl) and status answers (.ocsp) kept beside the documents.",
    ),
    click.option(
        "--online/--offline",
        default=False,
        help="Fetch the revocation evidence that is missing, or send no packet at all (the default).",
    ),
)


def trust_options(command: _Command) -> _Command:
    """Add the options to a command; it takes them as ``trust_folder``, ``policy``, ``evidence``, ``online``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def inspection(
    *, at: datetime, trust_folder: Path | None, policy: str, evidence: Path | None, online: bool
) -> Inspection:
    """Return how files are judged.

    Raises:
        click.UsageError: Something named cannot be read: trust and demands must not shrink silently.
    """
    try:
        demands = load_policy(policy)
        return Inspection(
            trust=_trust(trust_folder, demands), at=at, policy=demands, evidence=evidence, online=online
        ).checked()
    except (InputError, UsageError) as exc:
        raise click.UsageError(str(exc)) from exc


def _trust(folder: Path | None, policy: ValidationPolicy) -> TrustAnchors:
    if folder is None:
        return TrustAnchors()
    store = [scheme.value for scheme in TrustScheme if (folder / scheme.value).is_dir()]
    if policy.scheme is not None:
        name = scheme_folder(policy.scheme).value
        return read_trust_folder(folder / name if name in store else folder)
    trust = read_trust_folder(folder)
    if store and not trust.anchors:
        raise misuse(
            f"{folder} is a store with a folder for each scheme: give --trust {folder / store[0]}, or a --policy",
            vi=f"{folder} là kho có thư mục riêng cho từng loại: dùng --trust {folder / store[0]}, hoặc --policy",
        )
    return trust
