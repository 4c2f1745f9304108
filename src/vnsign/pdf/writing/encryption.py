"""Strings and streams of an increment to an encrypted PDF, encrypted as the file's own are.

What it does not do: find the key (the reader does, from the password), or encrypt for certificates.

Source: ISO 32000-2 §7.6.3 (algorithms 1 and 1.A), Table 25.
"""

from __future__ import annotations

import hashlib
import hmac

import pikepdf
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from pikepdf import Array, Dictionary, String

from vnsign.errors import ErrorCode, InputError

_AES_BLOCK_BYTES = 16
_MAX_OBJECT_KEY_BYTES = 16
_MAX_DEPTH = 200
#: ISO 32000-2 Table 20: before V 4 everything is RC4, and the reader names no method.
_FIRST_WITH_CRYPT_FILTERS = 4
_Method = pikepdf.models.EncryptionMethod


class ObjectCipher:
    """Encrypts what is new in one file."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._info = pdf.encryption
        has_filters = self._info.V >= _FIRST_WITH_CRYPT_FILTERS
        self._string_method = self._info.string_method if has_filters else _Method.rc4
        self._stream_method = self._info.stream_method if has_filters else _Method.rc4
        known = {_Method.none, _Method.rc4, _Method.aes, _Method.aesv3}
        if self._string_method not in known or self._stream_method not in known:
            raise InputError(
                ErrorCode.ENCRYPTED_PDF, "the PDF is encrypted in an unknown way", way_out="decrypt it first"
            )

    def encrypted(self, value: pikepdf.Object, number: tuple[int, int], *, depth: int = 0) -> pikepdf.Object:
        """Return a copy of a direct object with every string in it encrypted as part of object ``number``."""
        if depth > _MAX_DEPTH:
            raise InputError(ErrorCode.MALFORMED_PDF, "an object of the PDF is nested too deeply")
        if isinstance(value, String):
            return String(self._apply(self._string_method, bytes(value), number))
        if isinstance(value, Dictionary):
            return Dictionary(
                {key: self._inner(value[key], number, depth) for key in value.keys()}  # noqa: SIM118 — PDF dictionary
            )
        if isinstance(value, Array):
            return Array([self._inner(item, number, depth) for item in value])
        return value

    def stream_data(self, data: bytes, number: tuple[int, int]) -> bytes:
        """Return a stream's bytes encrypted as part of object ``number``."""
        return self._apply(self._stream_method, data, number)

    def _inner(self, value: object, number: tuple[int, int], depth: int) -> object:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            return self.encrypted(value, number, depth=depth + 1)
        return value

    def _apply(self, method: _Method, data: bytes, number: tuple[int, int]) -> bytes:
        if method is _Method.none:
            return data
        if method is _Method.rc4:
            return Cipher(ARC4(self._object_key(number, b"")), mode=None).encryptor().update(data)
        key = self._info.encryption_key if method is _Method.aesv3 else self._object_key(number, b"sAlT")
        # derived, not thrown: whoever lacks the key cannot foresee it, and the same increment has the same bytes
        seed = b"%d %d " % number + data
        vector = hmac.digest(self._info.encryption_key, seed, "sha256")[:_AES_BLOCK_BYTES]
        padder = PKCS7(8 * _AES_BLOCK_BYTES).padder()
        padded = padder.update(data) + padder.finalize()
        encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
        return vector + encryptor.update(padded) + encryptor.finalize()

    def _object_key(self, number: tuple[int, int], salt: bytes) -> bytes:
        """Return the key of one object. Source: ISO 32000-2 §7.6.3.2, algorithm 1 (MD5 is the format's, not ours)."""
        key = self._info.encryption_key
        seed = key + number[0].to_bytes(3, "little") + number[1].to_bytes(2, "little") + salt
        digest = hashlib.md5(seed, usedforsecurity=False).digest()
        return digest[: min(len(key) + 5, _MAX_OBJECT_KEY_BYTES)]
