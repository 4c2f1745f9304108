"""Appends certificates and revocation evidence to the document security store.

Invariants:
    - What stands in the store is neither changed nor written twice; if nothing is new, nothing is written.
    - No VRI dictionary: it says nothing that the certificates and the evidence do not say themselves.

What it does not do: decide what is needed, or judge it.

Source: ISO 32000-2 §12.8.4.3; ETSI EN 319 142-1 §5.4.2 (DSS; VRI is not needed).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from pikepdf import Array, Dictionary, Name, Object

from vnsign.pdf.reading.security_store import SecurityStore, read_store
from vnsign.pdf.source import PdfSource
from vnsign.pdf.writing.updating import PdfUpdate, open_for_update, translated


def add_security_store(source: PdfSource, more: SecurityStore) -> PdfSource:
    """Return the PDF with what is new in ``more`` appended; the same source if nothing is.

    Raises:
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF, SIGNING_FORBIDDEN by its permission bits.
    """
    with open_for_update(source) as update, translated("writing the DSS"):
        known = read_store(update.pdf)
        new = {
            "/Certs": _new(more.certificates, known.certificates),
            "/CRLs": _new(more.crls, known.crls),
            "/OCSPs": _new(more.ocsps, known.ocsps),
        }
        if not any(new.values()):
            return source
        store = _store(update)
        for key, items in new.items():
            _append(update, store, key, items=[_stream(update, item) for item in items])
        return update.finish()


def _new(items: Iterable[bytes], known: Iterable[bytes]) -> list[bytes]:
    there = set(known)
    return [item for item in dict.fromkeys(items) if item not in there]


def _store(update: PdfUpdate) -> Object:
    store = update.root.get("/DSS")
    if not isinstance(store, Dictionary):
        store = update.add(Dictionary(Type=Name.DSS))
        update.root.DSS = store
        update.touch(update.root)
    return store


def _append(update: PdfUpdate, store: Object, key: str, *, items: list[Object]) -> None:
    if not items:
        return
    array = store.get(key)
    if isinstance(array, Array):
        array.extend(items)
    else:
        store[key] = array = Array(items)
    owner = array if array.is_indirect else store
    update.touch(owner if owner.is_indirect else update.root)


def _stream(update: PdfUpdate, data: bytes) -> Object:
    return update.stream(zlib.compress(data), Dictionary(Filter=Name.FlateDecode))
