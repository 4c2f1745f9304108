"""Attachments: which bytes stand in a message for a file, and which file stands behind the bytes.

The vendor's builder writes PDF, DOC, DOCX and ZIP as they are and wraps all else in a ZIP of one entry. What arrives
follows no rule: types are false, and a PDF may be wrapped. So the bytes decide, then the extension, then the type.

Invariants:
    - ``decode_file(*encode_file(name, data), …) == data`` for every name and data.
    - A ZIP is opened at most once: what lies in it is a file, never opened again. No name in it is used.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import struct
import zipfile
import zlib

from docflow.edxml.limits import MAX_ATTACHMENT_BYTES
from docflow.edxml.refusals import malformed
from docflow.edxml.tree import WHITESPACE
from docflow.errors import InputError

ZIP_TYPE = "application/zip"
"""Declared for what is wrapped; also in every manifest, whatever the file."""

_RAW_TYPES = {
    "pdf": "application/pdf",
    "doc": "application/doc",
    "docx": "application/docx",
    "zip": ZIP_TYPE,
}
_ZIP_FORMATS = frozenset(
    {
        *("docx", "docm", "dotx", "xlsx", "xlsm", "xltx", "pptx", "pptm", "potx", "ppsx", "vsdx"),
        *("odt", "ods", "odp", "odg", "epub", "jar", "kmz", "asice", "asics", "apk"),
    }
)
_ZIP_MAGIC = b"PK\x03\x04"
_MAX_HEADERS = 10_000
_ENCRYPTED = 0x1
_PLAIN_EXTENSION = re.compile(r"[a-z0-9]{1,10}")
_UNSAFE_ENTRY = re.compile(r"(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:|[\x00-\x1f]")
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


def encode_file(name: str, data: bytes) -> tuple[str, str]:
    """Return the declared type and the base64 text of a file."""
    raw_type = _RAW_TYPES.get(_extension(name))
    if raw_type is not None and _reads_back(name, data, raw_type):
        return raw_type, base64.b64encode(data).decode("ascii")
    return ZIP_TYPE, base64.b64encode(_wrap(name, data)).decode("ascii")


def decode_file(content_type: str, text: str, *, name: str) -> bytes:
    """Return the file behind the text of ``ContentTransferEncoded``.

    Raises:
        InputError: ``MALFORMED_INPUT``; bad base64, a damaged or ambiguous ZIP, or beyond ``MAX_ATTACHMENT_BYTES``.
    """
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except ValueError as exc:
        raise _refuse(name, f"base64: {exc}", vi="không giải mã được (base64 sai)") from exc
    return _open(content_type, data, name=name)


def _open(content_type: str, data: bytes, *, name: str) -> bytes:
    extension = _extension(name)
    if len(data) > MAX_ATTACHMENT_BYTES:
        raise _too_large(name)
    if extension == "zip":
        return data
    if data.startswith(_ZIP_MAGIC):
        return _open_zip(data, name=name, extension=extension)
    if content_type.lower() == ZIP_TYPE:
        raise _refuse(name, "declared as ZIP and is none", vi="khai báo là tệp nén nhưng không phải")
    return data


def _open_zip(data: bytes, *, name: str, extension: str) -> bytes:
    own_format = extension in _ZIP_FORMATS
    if data.count(b"PK\x01\x02") > _MAX_HEADERS:
        if own_format:
            return data
        raise _refuse(name, "a ZIP of too many entries", vi="là tệp nén có quá nhiều mục")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if own_format and not (len(entries) == 1 and _extension(entries[0].filename) == extension):
                return data
            return _read_entry(archive, entries, name=name)
    except _ZIP_ERRORS as exc:
        if own_format:
            return data
        raise _refuse(name, f"damaged ZIP: {exc}", vi="là tệp nén bị hỏng") from exc


def _read_entry(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], *, name: str) -> bytes:
    if len(entries) != 1:
        raise _refuse(name, f"a ZIP of {len(entries)} entries", vi="là tệp nén không có đúng một mục")
    entry = entries[0]
    if _UNSAFE_ENTRY.search(entry.filename) or entry.is_dir():
        raise _refuse(name, "a ZIP entry with an unsafe name", vi="là tệp nén chứa đường dẫn nguy hiểm")
    if entry.flag_bits & _ENCRYPTED or entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise _refuse(name, "an encrypted or exotic ZIP", vi="là tệp nén có mật khẩu hoặc kiểu nén lạ")
    if entry.file_size > MAX_ATTACHMENT_BYTES:
        raise _too_large(name)
    with archive.open(entry) as stream:
        # one byte more than promised: an entry may hold more than it says
        data = stream.read(entry.file_size + 1)
    if len(data) != entry.file_size:
        raise _refuse(name, "a ZIP entry with a false size", vi="là tệp nén bị hỏng")
    return data


def _wrap(name: str, data: bytes) -> bytes:
    extension = _extension(name)
    if not _PLAIN_EXTENSION.fullmatch(extension):
        extension = "unk"
    # the vendor's builder takes a random name; this one makes building twice give the same bytes
    entry = zipfile.ZipInfo(f"{hashlib.sha256(data).hexdigest()[:32]}.{extension}")
    entry.compress_type = zipfile.ZIP_DEFLATED
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, data)
    return buffer.getvalue()


def _reads_back(name: str, data: bytes, content_type: str) -> bool:
    try:
        return _open(content_type, data, name=name) == data
    except InputError:
        return False


def _extension(name: str) -> str:
    name = name.strip(WHITESPACE)
    return name.rpartition(".")[2].lower() if "." in name else ""


def _too_large(name: str) -> InputError:
    return _refuse(name, f"more than {MAX_ATTACHMENT_BYTES} bytes", vi="vượt quá dung lượng cho phép")


def _refuse(name: str, why: str, *, vi: str) -> InputError:
    shown = name[:80]
    return malformed(f"attachment {shown!r}: {why}", vi=f"Tệp đính kèm “{shown}” {vi}.")
