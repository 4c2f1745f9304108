"""Whom a command trusts, by its options."""

from __future__ import annotations

from pathlib import Path

import click

from vnsign.adapters.trust_folder import read_trust_folder
from vnsign.errors import InputError
from vnsign.pki.anchors import TrustAnchors


def read_trust(folder: Path | None) -> TrustAnchors:
    """Return the anchors in a folder; without one nobody is trusted.

    Raises:
        click.UsageError: Something in the folder cannot be read: trust must not shrink silently.
    """
    if folder is None:
        return TrustAnchors()
    try:
        return read_trust_folder(folder)
    except InputError as exc:
        raise click.UsageError(str(exc)) from exc
