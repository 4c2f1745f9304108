"""Messages of a form that was read before: the same signer's, with another digest, signature value and timestamp.

Of two messages of one signer all but a hundred bytes are the same. What was read of one is kept with the bytes around
those that change; a message with the very same bytes around them says the same but for these.

Invariants:
    - What changes is the contents of elements that have no parts (the digest, the signature value, what is
      encapsulated), or a timestamp token that is taken as it stands. Every tag and every length is among the bytes that
      must be the same, so the structure is.
    - What is returned equals what :func:`vnsign.pki.cms_reading.parse_signed_data` reads from the same bytes.
    - It is bounded: the oldest form goes when a new one needs its room.

What it does not do: verify anything.

Source: RFC 5652 §5.3; X.690 §8.1 (tag, length, contents).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

from cryptography.hazmat import asn1

from vnsign.pki import cms_der, cms_reading
from vnsign.pki import tsp_structures as st
from vnsign.pki.bounded import Bounded
from vnsign.pki.cms_reading import SignedCms, parse_signed_data

_MAX_FORMS, _MAX_BYTES = 2_048, 16 * 1024 * 1024
_MAX_LAYOUTS = 8
#: Shorter values might stand somewhere else too.
_MIN_VALUE_BYTES = 16
_SET, _IMPLICIT = b"\x31", b"\xa0"
_TST_INFO = "tst_info"
_Span = tuple[int, int]


class _Layout(NamedTuple):
    """Where the parts that change lie in a message of one length; those that are missing have no span."""

    digest: _Span
    signature: _Span
    content: _Span | None
    token: _Span | None
    attributes: _Span

    def around(self, message: bytes) -> tuple[bytes, ...]:
        """Return the pieces between the parts that change."""
        spans = sorted(span for span in (self.digest, self.signature, self.content, self.token) if span is not None)
        return tuple(message[end:start] for (_, end), (start, _) in pairwise([(0, 0), *spans, (len(message), 0)]))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CmsForms:
    """Forms that were met."""

    _forms: Bounded[tuple[_Layout, tuple[bytes, ...]], SignedCms | None] = field(
        default_factory=lambda: Bounded(max_entries=_MAX_FORMS, max_weight=_MAX_BYTES), repr=False
    )
    _layouts: Bounded[int, tuple[_Layout, ...]] = field(default_factory=Bounded, repr=False)

    def read(self, data: bytes, *, extra_certificates: Sequence[bytes] = ()) -> SignedCms:
        """As :func:`vnsign.pki.cms_reading.parse_signed_data`.

        Raises:
            InputError: ``MALFORMED_CMS``.
        """
        message = None if extra_certificates else cms_der.first_element(data)
        if message is None:
            return parse_signed_data(data, extra_certificates=extra_certificates)
        for layout in self._layouts.get(len(message), ()):
            kept = self._forms.get((layout, layout.around(message)), None)
            if kept is not None:
                found = _filled(kept, layout, message)
                if found is not None:
                    return found
        usual = cms_reading.read_usual_cms(message)
        if usual is None:
            return parse_signed_data(data)
        self._learn(message, usual)
        return usual

    def _learn(self, message: bytes, read: SignedCms) -> None:
        layout = _layout_of(message, read)
        if layout is not None:
            known = self._layouts.get(len(message), ())
            if layout not in known:
                self._layouts.put(len(message), (*known[-_MAX_LAYOUTS + 1 :], layout))
            self._forms.put((layout, layout.around(message)), read, weight=2 * len(message))


def _layout_of(message: bytes, read: SignedCms) -> _Layout | None:
    """Return where what changes lies; None if that is not certain."""
    if read.signed_attributes is None or read.message_digest is None or len(read.timestamp_tokens) > 1:
        return None
    attributes = _only_place(message, _IMPLICIT + read.signed_attributes[1:])
    digest = _only_place(message, read.message_digest)
    signature = _only_place(message, read.signature)
    content = None if read.content is None else _only_place(message, read.content)
    token = _only_place(message, read.timestamp_tokens[0]) if read.timestamp_tokens else None
    if attributes is None or digest is None or signature is None or not attributes[0] < digest[0] < attributes[1]:
        return None
    if (content is None) != (read.content is None) or (token is None) != (not read.timestamp_tokens):
        return None
    if token is not None:
        # its own tag and length stay
        token = (token[0] + cms_der.content_start(read.timestamp_tokens[0]), token[1])
    return _Layout(digest, signature, content, token, attributes)


def _only_place(message: bytes, value: bytes) -> _Span | None:
    if len(value) < _MIN_VALUE_BYTES or message.count(value) != 1:
        return None
    start = message.find(value)
    return start, start + len(value)


def _filled(kept: SignedCms, layout: _Layout, message: bytes) -> SignedCms | None:
    """Return what a message of a known form says; None if what it encapsulates has to be looked at."""
    content = kept.content
    if layout.content is not None:
        content = message[slice(*layout.content)]
        if kept.content_type == _TST_INFO and not _is_tst_info(content):
            return None
    tokens = kept.timestamp_tokens
    if layout.token is not None:
        start, end = layout.token
        tokens = (message[start - cms_der.content_start(tokens[0]) : end],)
    start, end = layout.attributes
    return replace(
        kept,
        message_digest=message[slice(*layout.digest)],
        signature=message[slice(*layout.signature)],
        signed_attributes=_SET + message[start + 1 : end],
        content=content,
        timestamp_tokens=tokens,
    )


def _is_tst_info(content: bytes) -> bool:
    try:
        asn1.decode_der(st.TstInfo, content)
    except ValueError:
        return False
    return True
