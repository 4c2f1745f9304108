"""Increments: bytes appended after the last revision, never a byte before it touched.

pyHanko's incremental writer stands behind this module; nothing else in the package imports it for writing.

What it does not do: judge whether an increment breaks an earlier signature (see vnsign.wiring.sign_pdf, which
looks again after writing).

Source: ISO 32000-2 §7.5.6 (incremental updates), §12.8.3.3 (CAdES signatures), Table 22 (permission bits).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.crypt import StandardSecurityHandler
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError, PdfReadError
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation.dss import DocumentSecurityStore

from vnsign.errors import ErrorCode, InputError, UsageError, VnsignError
from vnsign.pdf.geometry import PageGeometry

#: Table 22: bit 4 modify, bit 6 annotate and fill in, bit 9 fill in. One of them must be granted to sign.
_SIGNING_PERMISSIONS = 1 << 3 | 1 << 5 | 1 << 8
_HEADER_WINDOW_BYTES = 1024
_FOREIGN_ERRORS = (
    PdfError,
    SigningError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    AssertionError,
    NotImplementedError,
    OSError,
    RecursionError,
    struct.error,
    ArithmeticError,
)
"""What pyHanko lets out on odd files (reference/signing §3); each becomes MALFORMED_PDF."""


class IncrementWriter(IncrementalPdfFileWriter):
    """pyHanko's writer without its habit of rewriting title, producer and times.

    An increment holds what was asked for and nothing else: metadata that change after a signature are a change of the
    document, and a library that reads the clock and names itself is none of the signer's business.
    """

    def _update_meta(self) -> None:
        """Leave the information dictionary and the XMP stream as they are."""


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Turn whatever the PDF library lets out into our error; ours pass through.

    Raises:
        InputError: MALFORMED_PDF.
    """
    try:
        yield
    except VnsignError:
        raise
    except _FOREIGN_ERRORS as exc:
        detail = str(exc) or type(exc).__name__
        raise InputError(
            ErrorCode.MALFORMED_PDF, f"{action} failed: {detail}", way_out="export the PDF again with another program"
        ) from exc


def open_for_update(pdf: bytes, *, password: bytes = b"") -> IncrementWriter:
    """Open a PDF to append to it.

    Raises:
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF, or SIGNING_FORBIDDEN by its permission bits.
    """
    if b"%PDF-" not in pdf[:_HEADER_WINDOW_BYTES]:
        raise InputError(ErrorCode.NOT_A_PDF, "not a PDF: it does not begin with %PDF-")
    with translated("reading the PDF"):
        writer = IncrementWriter(BytesIO(pdf), strict=False)
        if writer.prev.encrypted:
            _unlock(writer, password)
        _ = writer.root["/Pages"]
    return writer


def _unlock(writer: IncrementWriter, password: bytes) -> None:
    handler = writer.prev.security_handler
    if not isinstance(handler, StandardSecurityHandler):
        raise InputError(ErrorCode.ENCRYPTED_PDF, "the PDF is encrypted for certificates", way_out="decrypt it first")
    try:
        result = writer.encrypt(password)
    except PdfReadError as exc:
        raise InputError(ErrorCode.ENCRYPTED_PDF, "the PDF needs a password", way_out="decrypt it first") from exc
    if not handler.is_authenticated():
        raise InputError(ErrorCode.ENCRYPTED_PDF, "the PDF needs a password", way_out="decrypt it first")
    if result.permission_flags is None:  # opened as owner: everything is allowed
        return
    if not result.permission_flags.value & _SIGNING_PERMISSIONS:
        raise InputError(
            ErrorCode.SIGNING_FORBIDDEN,
            "the PDF's permissions forbid signing",
            way_out="ask its author for an open copy",
        )


def entry(dictionary: Any, key: str, default: Any = None) -> Any:
    """Return a dictionary entry with its reference resolved (pyHanko's own ``get`` does not resolve)."""
    return dictionary[key] if key in dictionary else default


def items(dictionary: Any, key: str) -> list[Any]:
    """Return the elements of an array entry, each with its reference resolved; empty if there is none."""
    return [element.get_object() for element in entry(dictionary, key, ())]


def write(writer: IncrementWriter) -> bytes:
    """Return the file with the increment appended."""
    out = BytesIO()
    with translated("writing the increment"):
        writer.write(out)
    return out.getvalue()


def page_geometry(writer: IncrementWriter, page: int) -> PageGeometry:
    """Return what a person sees of a page (crop box, rotation; both may be inherited).

    Raises:
        UsageError: BAD_ARGUMENT if there is no such page.
    """
    with translated("reading the page"):
        total = int(writer.root["/Pages"]["/Count"])
        if not 0 <= page < total:
            raise UsageError(ErrorCode.BAD_ARGUMENT, f"page {page + 1} does not exist ({total} pages)")
        current: Any = writer.find_page_for_modification(page)[0].get_object()
        crop, media, rotation = None, None, 0
        seen_rotation = False
        for _ in range(64):  # a page tree deeper than this is a loop
            crop = crop if crop is not None else entry(current, "/CropBox")
            media = media if media is not None else entry(current, "/MediaBox")
            if not seen_rotation and "/Rotate" in current:
                rotation, seen_rotation = int(current["/Rotate"]) % 360, True
            if "/Parent" not in current:
                break
            current = current["/Parent"]
        box = crop if crop is not None else media
        if box is None:
            raise InputError(ErrorCode.MALFORMED_PDF, f"page {page + 1} has no size (/MediaBox)")
        x1, y1, x2, y2 = (float(v) for v in box)
    return PageGeometry(visible=(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)), rotation=rotation)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFieldState:
    """A signature field as it stands in the file.

    Attributes:
        name: Fully qualified name.
        filled: It holds a signature.
        field_lock: What signing it locks (/Lock), or None.
        lock_permission: /P of the lock, or None.
    """

    name: str
    filled: bool
    field_lock: FieldMDPSpec | None
    lock_permission: MDPPerm | None


def signature_fields(writer: IncrementWriter) -> tuple[SignatureFieldState, ...]:
    """Return every signature field reachable from the form, in form order."""
    with translated("reading the signature fields"):
        return tuple(_state(name, value, ref) for name, value, ref in enumerate_sig_fields(writer))


def _state(name: str | None, value: object, reference: Any) -> SignatureFieldState:
    lock = entry(reference.get_object(), "/Lock")
    return SignatureFieldState(
        name=name or "",
        filled=value is not None and not isinstance(value, generic.NullObject),
        field_lock=FieldMDPSpec.from_pdf_object(lock) if lock is not None else None,
        lock_permission=MDPPerm(int(lock["/P"])) if lock is not None and "/P" in lock else None,
    )


def docmdp_permission(writer: IncrementWriter) -> int | None:
    """Return P of the certification signature, or None if the document is not certified."""
    with translated("reading the certification"):
        permissions = entry(writer.root, "/Perms", {})
        if "/DocMDP" not in permissions:
            return None
        for reference in items(permissions["/DocMDP"], "/Reference"):
            if entry(reference, "/TransformMethod") == "/DocMDP":
                return int(entry(entry(reference, "/TransformParams", {}), "/P", 2))
        return 2


def form_xobject(
    writer: IncrementWriter,
    content: bytes,
    *,
    width: float,
    height: float,
    resources: Mapping[str, Mapping[str, Any]],
) -> generic.IndirectObject:
    """Add a form XObject and return its reference."""
    dictionary = {
        pdf_name("/Type"): pdf_name("/XObject"),
        pdf_name("/Subtype"): pdf_name("/Form"),
        pdf_name("/BBox"): generic.ArrayObject(
            [generic.NumberObject(0), generic.NumberObject(0), _real(width), _real(height)]
        ),
        pdf_name("/Resources"): generic.DictionaryObject(
            {
                pdf_name(kind): generic.DictionaryObject({pdf_name(n): o for n, o in entries.items()})
                for kind, entries in resources.items()
            }
        ),
    }
    return writer.add_object(generic.StreamObject(dictionary, stream_data=content))


def _real(value: float) -> generic.FloatObject:
    return generic.FloatObject(f"{value:.2f}")


def signature_contents(pdf: bytes) -> tuple[bytes, ...]:
    """Return /Contents of every signature and document timestamp the form names, in the order they were made.

    Raises:
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF.
    """
    writer = open_for_update(pdf)
    with translated("reading the signatures"):
        return tuple(bytes(s.pkcs7_content) for s in writer.prev.embedded_signatures)


def add_security_store(
    pdf: bytes, *, certificates: Sequence[x509.Certificate], crls: Sequence[x509.CertificateRevocationList]
) -> bytes:
    """Append a document security store (or extend the one there) with certificates and CRLs; no VRI.

    Source: ETSI EN 319 142-1 §5.4.2 (DSS; VRI is not needed).
    """
    writer = open_for_update(pdf)
    with translated("writing the DSS"):
        DocumentSecurityStore.supply_dss_in_writer(
            writer,
            None,
            certs=[asn1_x509.Certificate.load(c.public_bytes(Encoding.DER)) for c in certificates],
            crls=[asn1_crl.CertificateList.load(c.public_bytes(Encoding.DER)) for c in crls],
        )
    return write(writer)
