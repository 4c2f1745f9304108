"""Signed notes and checkpoints in the C2SP formats, with Ed25519 keys.

Invariants:
    - Parsing is total and strict; ``str(parse_note(text)) == text`` for every text it takes.
    - A text is believed only after :func:`verify_note`; the parsed value alone says nothing.

What it does not do: it does not read other signature types than Ed25519 (0x01); signatures of unknown keys, such as
witnesses' cosignatures, are kept as they stand and ignored, as the format demands.

Source: c2sp.org/signed-note, c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from docflow.audit.merkle import HASH_BYTES
from docflow.errors import ErrorCode, InputError, UsageError

MAX_NOTE_BYTES = 100_000
"""c2sp.org/signed-note wants a limit; 16 post-quantum signatures of 5 kB fit."""

MAX_TREE_SIZE = 2**63 - 1
"""A size beyond it fits no database."""

_ED25519 = 0x01
_DASH = "\u2014 "

SignNote = Callable[[bytes], bytes]
"""Signs note text with the log key: returns the 64-byte Ed25519 signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A log's public key with its name (``vkey``)."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        if not _is_key_name(self.name) or len(self.public_key) != HASH_BYTES:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                "a verifier key has a name without spaces or '+', and 32 bytes",
                vi="Khóa kiểm tra nhật ký không hợp lệ.",
            )

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand before each signature."""
        return _key_id(self.name, self.public_key)

    def __str__(self) -> str:
        key = base64.b64encode(bytes([_ED25519]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"


@lru_cache(maxsize=64)
def _key_id(name: str, public_key: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([_ED25519]) + public_key).digest()[:4]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNote:
    """A text, ending in a newline, and its signature lines; not yet believed."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of a log's tree: origin, number of leaves, root hash."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_vkey(text: str) -> VerifierKey:
    """Parse an encoded verifier key: name, key id and key joined by ``+``.

    Raises:
        InputError: ``MALFORMED_INPUT``; not this form, another key type, or an id that does not belong to the key.
    Source: c2sp.org/signed-note.
    """
    name, _, rest = text.partition("+")
    _, _, encoded = rest.partition("+")
    data = _decode_base64(encoded)
    if not _is_key_name(name) or data is None or len(data) != HASH_BYTES + 1 or data[0] != _ED25519:
        raise _malformed("verifier key")
    key = VerifierKey(name=name, public_key=data[1:])
    if str(key) != text:
        raise _malformed("verifier key")
    return key


def parse_note(text: str) -> SignedNote:
    """Parse a signed note; nothing in it is believed yet.

    Raises:
        InputError: ``MALFORMED_INPUT``.
    Source: c2sp.org/signed-note.
    """
    # The text and the signatures are parted by the LAST empty line; the text may hold empty lines itself.
    body, separator, tail = text.rpartition("\n\n")
    lines = tail.split("\n")
    if not separator or lines.pop() != "" or not lines or _has_forbidden_characters(text):
        raise _malformed("signed note")
    signatures = tuple(_parse_signature(line) for line in lines)
    return SignedNote(text=body + "\n", signatures=signatures)


def verify_note(note: SignedNote, key: VerifierKey) -> str:
    """Return the text of a note that this key signed.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; no signature of this key, or one that does not verify.
    Source: c2sp.org/signed-note (a bad signature of a known key rejects the whole note).
    """
    mine = [line for line in note.signatures if (line.name, line.key_id) == (key.name, key.key_id)]
    public_key = Ed25519PublicKey.from_public_bytes(key.public_key)
    try:
        for line in mine:
            public_key.verify(line.signature, note.text.encode())
    except InvalidSignature as exc:
        raise _not_signed(key) from exc
    if not mine:
        raise _not_signed(key)
    return note.text


def parse_checkpoint_text(text: str) -> Checkpoint:
    """Parse the text of a checkpoint without extension lines.

    Does not check: any signature; see :func:`verify_checkpoint`.

    Raises:
        InputError: ``MALFORMED_INPUT``; not three lines, a size with leading zeroes, extension lines.
    Source: c2sp.org/tlog-checkpoint (extension lines are not recommended; docflow writes none and reads none).
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:  # noqa: PLR2004 - origin, size, root and the closing newline
        raise _malformed("checkpoint")
    size, root = _parse_size(lines[1]), _decode_base64(lines[2])
    if size is None or root is None or len(root) != HASH_BYTES:
        raise _malformed("checkpoint")
    return Checkpoint(origin=lines[0], size=size, root=root)


def verify_checkpoint(text: str, key: VerifierKey) -> Checkpoint:
    """Return the checkpoint in a signed note if this log signed it.

    Does not check: that it fits other checkpoints of the log; see :func:`docflow.audit.verify_consistency`.

    Raises:
        InputError: ``MALFORMED_INPUT``, or ``EVIDENCE_BROKEN`` if not signed by this key or of another log's origin.
    Source: c2sp.org/tlog-checkpoint.
    """
    checkpoint = parse_checkpoint_text(verify_note(parse_note(text), key))
    if checkpoint.origin != key.name:
        raise _not_signed(key)
    return checkpoint


def sign_checkpoint(size: int, root: bytes, *, key: VerifierKey, sign: SignNote) -> str:
    """Return a signed checkpoint.

    Source: c2sp.org/tlog-checkpoint, c2sp.org/signed-note.
    """
    text = str(Checkpoint(origin=key.name, size=size, root=root))
    signature = NoteSignature(name=key.name, key_id=key.key_id, signature=sign(text.encode()))
    return str(SignedNote(text=text, signatures=(signature,)))


def _parse_signature(line: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    data = _decode_base64(encoded)
    if not line.startswith(_DASH) or not _is_key_name(name) or data is None or len(data) <= 4:  # noqa: PLR2004 - the key id
        raise _malformed("signature line")
    return NoteSignature(name=name, key_id=data[:4], signature=data[4:])


def _is_key_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(char.isspace() for char in name) and name.isprintable()


def _has_forbidden_characters(text: str) -> bool:
    if len(text) > MAX_NOTE_BYTES or any(char < " " and char != "\n" for char in text):
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _parse_size(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MAX_TREE_SIZE)):
        return None
    size = int(text)
    return size if str(size) == text and size <= MAX_TREE_SIZE else None


def _decode_base64(text: str) -> bytes | None:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    # Stray bits in the last character would give one value two texts.
    return data if base64.b64encode(data).decode() == text else None


def _malformed(what: str) -> InputError:
    return InputError(ErrorCode.MALFORMED_INPUT, f"malformed {what}", vi="Điểm kiểm tra nhật ký không đúng dạng.")


def _not_signed(key: VerifierKey) -> InputError:
    return InputError(
        ErrorCode.EVIDENCE_BROKEN,
        f"not signed by the log {key.name} (key id {key.key_id.hex()})",
        vi="Chữ ký của nhật ký trên điểm kiểm tra không hợp lệ.",
        way_out="compare the log's public key (log.vkey) with the one the agency published",
    )
