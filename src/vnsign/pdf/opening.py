"""Bytes → an open PDF, or our error.

What it does not do: try passwords other than the empty one.
"""

from __future__ import annotations

import base64
import binascii
import logging
import re
import zlib
from contextlib import suppress
from functools import cache, lru_cache
from io import BytesIO
from typing import BinaryIO

import pikepdf

from vnsign.errors import ErrorCode, InputError

#: Number and generation of an object.
ObjectId = tuple[int, int]
#: Larger files are not held in memory.
MAX_PDF_BYTES = 512 * 1024 * 1024
#: More than any certificate, list, look or subset font; the largest public CRLs have some 30 MB.
MAX_STREAM_BYTES = 64 * 1024 * 1024
#: A font cut to what a field may hold has some 30 kB; a whole one is unpacked each time.
_MAX_KEPT_BYTES, _MAX_KEPT_INFLATED_BYTES = 128 * 1024, 1024 * 1024
_HEADER_WINDOW_BYTES = 1024
#: What the PDF library may build of one stream: an object stream of this size holds millions of objects.
_MAX_DECODED_BYTES = 256 * 1024 * 1024
_MAX_FILTERS = 4
#: A file that needs more repairs than this is no document.
_MAX_WARNINGS = 20_000
_WHITE_SPACE = b"\x00\t\n\f\r "
_STREAM_NAME = re.compile(r"^stream <[^>]*>:? ?")
#: What a reader remarks and every reader overlooks in the same way.
_OWN_ENTRY_MISSING = (
    "xref entry for the xref stream itself is missing - a common error handled correctly by qpdf and most other "
    "applications"
)
HARMLESS_WARNINGS = frozenset({"extraneous whitespace seen before xref", _OWN_ENTRY_MISSING})


@cache
def silence_reader() -> None:
    """Prepare the reader, once for the process: its remarks are asked for, not printed; its bombs are limited."""
    logging.getLogger("pikepdf").addHandler(logging.NullHandler())
    pikepdf.settings.set_qpdf_limits(
        doc_max_warnings=_MAX_WARNINGS,
        max_stream_filters=_MAX_FILTERS,
        flate_max_memory=_MAX_DECODED_BYTES,
        run_length_max_memory=_MAX_DECODED_BYTES,
        png_max_memory=_MAX_DECODED_BYTES,
        tiff_max_memory=_MAX_DECODED_BYTES,
        dct_max_memory=_MAX_DECODED_BYTES,
    )


def open_pdf(data: bytes) -> pikepdf.Pdf:
    """Open a PDF for reading.

    Raises:
        InputError: ``NOT_A_PDF``, ``ENCRYPTED_PDF`` (a password is needed), ``MALFORMED_PDF``.
    """
    if len(data) > MAX_PDF_BYTES:
        raise InputError(ErrorCode.MALFORMED_PDF, f"the file is larger than {MAX_PDF_BYTES:,} bytes")
    return open_stream(BytesIO(data), beginning=data[:_HEADER_WINDOW_BYTES])


def open_stream(stream: BinaryIO, *, beginning: bytes) -> pikepdf.Pdf:
    """Open a PDF for reading from where it lies; nothing but what is looked at is read into memory.

    Args:
        stream: Seekable; it must stay as it is while the PDF is open.
        beginning: Its first kibibyte.

    Raises:
        InputError: ``NOT_A_PDF``, ``ENCRYPTED_PDF`` (a password is needed), ``MALFORMED_PDF``.
    """
    if b"%PDF-" not in beginning[:_HEADER_WINDOW_BYTES]:
        raise InputError(ErrorCode.NOT_A_PDF, "the file is not a PDF", way_out="check that the right file was given")
    silence_reader()
    try:
        # pages as they stand: what they inherit is looked up where it is needed, never written into them
        return pikepdf.open(stream, suppress_warnings=True, inherit_page_attributes=False)
    except pikepdf.PasswordError as exc:
        raise InputError(ErrorCode.ENCRYPTED_PDF, "the PDF needs a password", way_out="decrypt it first") from exc
    except Exception as exc:  # boundary: the PDF library reports damage in several unrelated classes
        raise InputError(ErrorCode.MALFORMED_PDF, "the PDF is damaged and cannot be read") from exc


def warnings_of(pdf: pikepdf.Pdf) -> frozenset[str]:
    """Return what the reader had to repair so far, without the stream's own name."""
    return frozenset(without_stream_name(str(warning)) for warning in pdf.get_warnings())


def without_stream_name(remark: str) -> str:
    """Return what the reader said, without what it calls a stream that has no name."""
    return _STREAM_NAME.sub("", remark)


def read_bounded(stream: pikepdf.Object, *, max_bytes: int = MAX_STREAM_BYTES) -> bytes:
    """Return a stream's decoded data, unless it is a bomb.

    A deflated megabyte can hold a gigabyte; the PDF library would build it before anybody could look at its size.

    Raises:
        ValueError: The data is larger than ``max_bytes``, or encoded in another way than these plain filters.
    """
    data = stream.read_raw_bytes()
    filters = stream.get("/Filter")
    names = list(filters) if isinstance(filters, pikepdf.Array) else [filters] if filters is not None else []
    for name in names:
        if "/DecodeParms" in stream or str(name) not in _DECODERS:
            raise ValueError("only plain /FlateDecode, /ASCII85Decode and /ASCIIHexDecode are read here")
        data = _DECODERS[str(name)](data, max_bytes)
        if len(data) > max_bytes:
            raise ValueError(f"the stream holds more than {max_bytes:,} bytes")
    if len(data) > max_bytes:
        raise ValueError(f"the stream holds more than {max_bytes:,} bytes")
    return data


def read_kept(stream: pikepdf.Object) -> bytes:
    """As :func:`read_bounded`, for what comes again in one document after the other: a font is unpacked once.

    Raises:
        ValueError: As :func:`read_bounded`.
    """
    raw = stream.read_raw_bytes()
    is_plain = stream.get("/Filter") == pikepdf.Name.FlateDecode and "/DecodeParms" not in stream
    if is_plain and len(raw) <= _MAX_KEPT_BYTES:
        with suppress(ValueError):  # too large to be kept, or damaged
            return inflate_kept(raw)
    return read_bounded(stream)


@lru_cache(maxsize=64)
def inflate_kept(data: bytes) -> bytes:
    """Return inflated what comes again in one document after the other.

    Raises:
        ValueError: It is damaged, or too large to be kept.
    """
    return _inflate(data, _MAX_KEPT_INFLATED_BYTES)


def _inflate(data: bytes, max_bytes: int) -> bytes:
    inflater = zlib.decompressobj()
    try:
        inflated = inflater.decompress(data, max_bytes)
    except zlib.error as exc:
        raise ValueError("the stream is damaged") from exc
    if inflater.unconsumed_tail:
        raise ValueError(f"the stream holds more than {max_bytes:,} bytes")
    return inflated


def _decode_ascii85(data: bytes, max_bytes: int) -> bytes:
    """Each byte gives four at most. Source: ISO 32000-2 §7.4.3."""
    text = data.translate(None, _WHITE_SPACE).removeprefix(b"<~").partition(b"~")[0]
    if len(text) > max_bytes:
        raise ValueError(f"the stream holds more than {max_bytes:,} bytes")
    return base64.a85decode(text)


def _decode_ascii_hex(data: bytes, max_bytes: int) -> bytes:
    """Source: ISO 32000-2 §7.4.2."""
    digits = data.translate(None, _WHITE_SPACE).partition(b">")[0]
    if len(digits) > 2 * max_bytes:
        raise ValueError(f"the stream holds more than {max_bytes:,} bytes")
    return binascii.unhexlify(digits + b"0" * (len(digits) % 2))


_DECODERS = {
    "/FlateDecode": _inflate,
    "/ASCII85Decode": _decode_ascii85,
    "/ASCIIHexDecode": _decode_ascii_hex,
}
