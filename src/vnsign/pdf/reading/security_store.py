"""The document security store: certificates and revocation evidence for long-term validation.

Source: ISO 32000-2 §12.8.4.3; ETSI EN 319 142-1 §5.4.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import pikepdf

from vnsign.errors import InputError
from vnsign.pdf.opening import open_pdf, read_bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityStore:
    """Contents of the DSS, DER as found. Source: ETSI EN 319 142-1 §5.4.2."""

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()


def read_store(pdf: pikepdf.Pdf) -> SecurityStore:
    """Return the contents of the document security store; what cannot be read is left out."""
    store = pdf.Root.get("/DSS")
    if not isinstance(store, pikepdf.Dictionary):
        return SecurityStore()
    return SecurityStore(
        certificates=_streams(store.get("/Certs")),
        crls=_streams(store.get("/CRLs")),
        ocsps=_streams(store.get("/OCSPs")),
    )


def has_security_store(data: bytes) -> bool:
    """Tell whether a revision (the file up to its end) has a document security store; False if it cannot be read."""
    try:
        with open_pdf(data) as pdf:
            return isinstance(pdf.Root.get("/DSS"), pikepdf.Dictionary)
    except (InputError, pikepdf.PdfError, ValueError, AttributeError):
        return False


def _streams(array: object) -> tuple[bytes, ...]:
    found: list[bytes] = []
    for item in array if isinstance(array, pikepdf.Array) else ():
        if isinstance(item, pikepdf.Stream):
            try:
                found.append(read_bounded(item))
            except (pikepdf.PdfError, ValueError):
                continue
    return tuple(found)
