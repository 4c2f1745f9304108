"""Appends a document timestamp (/DocTimeStamp) with a gap for the token.

Its field is invisible and stands on the first page. A certification that forbids every change allows it all the same.

What it does not do: ask for the token.

Source: ISO 32000-2 §12.8.5 (document timestamps), §12.8.2.2 (allowed with every DocMDP level); ETSI EN 319 142-1
§5.4.3.
"""

from __future__ import annotations

from itertools import count

from pikepdf import Dictionary, Name

from vnsign.pdf.reading.fields import read_form
from vnsign.pdf.source import PdfSource
from vnsign.pdf.writing.signature_fields import add_signature_field, mark_signed
from vnsign.pdf.writing.updating import Gap, open_for_update, require_field_permission, translated


def open_timestamp_gap(source: PdfSource, *, hash_name: str, room_bytes: int) -> Gap:
    """Write the increment with a gap of ``room_bytes`` for the token.

    Raises:
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF, SIGNING_FORBIDDEN by its permission bits.
    """
    with open_for_update(source) as update, translated("writing the document timestamp"):
        require_field_permission(update.pdf)  # a document timestamp is a new field
        taken = set(read_form(update.pdf).fields)
        name = next(name for i in count(1) if (name := f"DocumentTimestamp{i}") not in taken)
        field = add_signature_field(update, name, None)
        stamp = update.add(
            Dictionary(Type=Name.DocTimeStamp, Filter=Name("/Adobe.PPKLite"), SubFilter=Name("/ETSI.RFC3161"))
        )
        field.V = stamp
        mark_signed(update)
        return update.finish_with_gap(stamp, room_bytes=room_bytes, hash_name=hash_name)
