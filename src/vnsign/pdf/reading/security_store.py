"""The document security store: certificates and revocation evidence for long-term validation.

Source: ISO 32000-2 §12.8.4.3; ETSI EN 319 142-1 §5.4.2.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import pikepdf

from vnsign.errors import InputError
from vnsign.pdf.dates import parse_pdf_date
from vnsign.pdf.opening import ObjectId, read_bounded
from vnsign.pdf.reading.opened import OpenedPdf
from vnsign.pdf.reading.plain.reader import has_plain_store
from vnsign.pdf.reading.plain.syntax import NotPlain

#: More signatures than any document has: an entry each.
_MAX_RELATED = 1000
_Read = dict[ObjectId, bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedInformation:
    """One entry of /VRI: what belongs to one signature. Source: ETSI EN 319 142-1 §5.4.2.

    Attributes:
        key: SHA-1 of the signature's /Contents, upper-case hex.
        recorded_at: /TU, aware; None if absent or unreadable.
        timestamp: /TS, a timestamp token; None if absent.
    """

    key: str
    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    recorded_at: datetime | None = None
    timestamp: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityStore:
    """Contents of the DSS, DER as found. Source: ETSI EN 319 142-1 §5.4.2.

    Attributes:
        related: Entries of /VRI.
    """

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    related: tuple[RelatedInformation, ...] = ()


def read_store(pdf: pikepdf.Pdf) -> SecurityStore:
    """Return the contents of the document security store; what cannot be read is left out."""
    store = pdf.Root.get("/DSS")
    if not isinstance(store, pikepdf.Dictionary):
        return SecurityStore()
    read: _Read = {}
    return SecurityStore(
        certificates=_streams(store.get("/Certs"), read),
        crls=_streams(store.get("/CRLs"), read),
        ocsps=_streams(store.get("/OCSPs"), read),
        related=_related(store.get("/VRI"), read),
    )


def _related(entries: object, read: _Read) -> tuple[RelatedInformation, ...]:
    if not isinstance(entries, pikepdf.Dictionary):
        return ()
    found: list[RelatedInformation] = []
    for key in list(entries.keys())[:_MAX_RELATED]:
        entry = entries.get(key)
        if not isinstance(entry, pikepdf.Dictionary):
            continue
        recorded = entry.get("/TU")
        found.append(
            RelatedInformation(
                key=key.removeprefix("/").upper(),
                certificates=_streams(entry.get("/Cert"), read),
                crls=_streams(entry.get("/CRL"), read),
                ocsps=_streams(entry.get("/OCSP"), read),
                recorded_at=parse_pdf_date(str(recorded)) if isinstance(recorded, pikepdf.String) else None,
                timestamp=next(iter(_streams(pikepdf.Array([entry.get("/TS")]), read)), None)
                if isinstance(entry.get("/TS"), pikepdf.Stream)
                else None,
            )
        )
    return tuple(found)


def has_security_store(file: OpenedPdf, end: int) -> bool:
    """Tell whether the revision that ends at ``end`` has a document security store; False if it cannot be read."""
    if (plain := file.plain) is not None:
        with suppress(NotPlain):
            return has_plain_store(plain, end)
    try:
        return isinstance(file.until(end).Root.get("/DSS"), pikepdf.Dictionary)
    except (InputError, pikepdf.PdfError, ValueError, AttributeError):
        return False


def _streams(array: object, read: _Read) -> tuple[bytes, ...]:
    """The streams of an array; each is inflated once, however often it is referred to."""
    found: list[bytes] = []
    for item in array if isinstance(array, pikepdf.Array) else ():
        if isinstance(item, pikepdf.Stream):
            number = item.objgen
            if number not in read:
                try:
                    read[number] = read_bounded(item)
                except (pikepdf.PdfError, ValueError):
                    read[number] = None
            data = read[number]
            if data is not None:
                found.append(data)
    return tuple(found)
