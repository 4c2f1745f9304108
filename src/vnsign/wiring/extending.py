"""Raising the level of signatures that stand in a file."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509

from vnsign.adapters.http import HttpRevocationSource
from vnsign.ports import RevocationSource
from vnsign.signing.extend import extend_to_lt


def extend_pdf(
    pdf: bytes, *, revocation: RevocationSource | None = None, known: Sequence[x509.Certificate] = ()
) -> bytes:
    """Raise every B-T signature in ``pdf`` to B-LT. See :mod:`vnsign.signing.extend`."""
    return extend_to_lt(pdf, revocation=revocation or HttpRevocationSource(), known=known)
