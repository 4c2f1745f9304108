"""What was found out about certificates, lists and answers, kept from one file to the next.

An archive has a million files and a few thousand signers: their paths, the signatures on their certificates, and what
the same list says of them, need not be computed a million times.

Invariants:
    - A path is kept under the anchors and intermediates it was found with; another trust finds nothing of it.
    - Only what follows from bytes alone is kept: whether a key made a signature, what an authentic list says. What also
      depends on a moment (a path) is kept with the span of time in which it stays the same.
    - It is bounded: the oldest entry goes when a new one needs its room. What is kept of lists and answers keeps them,
      so when those have no room left, all of it goes.

What it does not do: read a clock, or remember a verdict.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Generic, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from vnsign.pki.bounded import Bounded
from vnsign.pki.certificate_forms import form_of
from vnsign.pki.cms_forms import CmsForms
from vnsign.pki.crl_reading import ReadList, covered_reasons, read_list
from vnsign.pki.signed_objects import is_answer_by, is_certificate_by, is_list_by
from vnsign.pki.timestamp_reading import TimestampToken, parse_timestamp

_Value = TypeVar("_Value")
_Piece = TypeVar("_Piece", x509.CertificateRevocationList, ocsp.OCSPResponse)
#: A file has a few tokens, each looked at two or three times.
_MAX_TOKENS, _MAX_TOKEN_BYTES = 64, 4 * 1024 * 1024
#: Each keeps the certificates that a file brought.
_MAX_JUDGED = 2_048
#: An authority has a handful of profiles.
_MAX_SERIES = 512
_MISSING: Any = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting(Generic[_Value]):
    """Something that stays the same from one moment to another, both included, aware UTC."""

    since: datetime
    until: datetime
    value: _Value


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PkiMemory:
    """One verifier's memory.

    Attributes:
        paths: What :class:`vnsign.pki.path.PathFinder` found.
        finders: One for each trust and each set of certificates that a file brought.
        siblings: What stands above certificates of one form, for :mod:`vnsign.pki.sibling_paths`.
        said: What an authentic list or answer says of a certificate under an issuer.
        judged: Paths that were judged and had nothing against them, for :mod:`vnsign.verification.kept_paths`.
        judgements: What is said alike of all signatures of a signer, for :mod:`vnsign.verification.kept_judgements`.
        gathered: What a verifier and a file without evidence bring, for :mod:`vnsign.verification.material`.
        messages: Forms of CMS messages that were read.
    """

    paths: Bounded[Hashable, tuple[Lasting[Any], ...]] = field(default_factory=Bounded, repr=False)
    finders: Bounded[Hashable, Any] = field(default_factory=lambda: Bounded(max_entries=256), repr=False)
    siblings: Bounded[Hashable, tuple[Lasting[Any], ...]] = field(
        default_factory=lambda: Bounded(max_entries=_MAX_SERIES), repr=False
    )
    said: Bounded[Hashable, Any] = field(default_factory=Bounded, repr=False)
    judged: Bounded[Hashable, tuple[Lasting[Any], ...]] = field(
        default_factory=lambda: Bounded(max_entries=_MAX_JUDGED), repr=False
    )
    judgements: Bounded[Hashable, tuple[Lasting[Any], ...]] = field(
        default_factory=lambda: Bounded(max_entries=_MAX_JUDGED), repr=False
    )
    gathered: Bounded[Hashable, Any] = field(default_factory=lambda: Bounded(max_entries=_MAX_JUDGED), repr=False)
    messages: CmsForms = field(default_factory=CmsForms, repr=False)
    _signatures: Bounded[Hashable, bool] = field(default_factory=Bounded, repr=False)
    _read: Bounded[Hashable, ReadList | None] = field(default_factory=Bounded, repr=False)
    _reasons: Bounded[Hashable, frozenset[x509.ReasonFlags]] = field(default_factory=Bounded, repr=False)
    _digests: Bounded[Hashable, str] = field(default_factory=Bounded, repr=False)
    _lists: Bounded[bytes, x509.CertificateRevocationList] = field(default_factory=Bounded, repr=False)
    _answers: Bounded[bytes, ocsp.OCSPResponse] = field(default_factory=Bounded, repr=False)
    _tokens: Bounded[bytes, TimestampToken] = field(
        default_factory=lambda: Bounded(max_entries=_MAX_TOKENS, max_weight=_MAX_TOKEN_BYTES), repr=False
    )

    def is_certificate_by(self, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
        """See :func:`vnsign.pki.signed_objects.is_certificate_by`."""
        # not by the objects: every answer brings its responder's certificate as a new one
        return self._signatures.remember((certificate, issuer), lambda: is_certificate_by(certificate, issuer))

    def is_list_by(self, crl: x509.CertificateRevocationList, signer: x509.Certificate) -> bool:
        """See :func:`vnsign.pki.signed_objects.is_list_by`."""
        return self._signatures.remember((Same(crl), Same(signer)), lambda: is_list_by(crl, signer))

    def is_answer_by(self, answer: ocsp.OCSPResponse, responder: x509.Certificate) -> bool:
        """See :func:`vnsign.pki.signed_objects.is_answer_by`."""
        return self._signatures.remember((Same(answer), Same(responder)), lambda: is_answer_by(answer, responder))

    def extensions_of(self, crl: x509.CertificateRevocationList) -> ReadList | None:
        """Return what a list is; see :func:`vnsign.pki.crl_reading.read_list`."""
        return self._read.remember(Same(crl), lambda: read_list(crl))

    def reasons_of(self, read: ReadList, certificate: x509.Certificate) -> frozenset[x509.ReasonFlags]:
        """Return the reasons for which a list speaks of a certificate, asked once for a form of certificates.

        See :func:`vnsign.pki.crl_reading.covered_reasons`, which looks at nothing but the form.

        Raises:
            ValueError: As that.
        """
        form = form_of(certificate)
        if form is None:
            return covered_reasons(read, certificate)
        return self._reasons.remember((Same(read.crl), form), lambda: covered_reasons(read, certificate))

    def read_list(self, der: bytes) -> x509.CertificateRevocationList:
        """Return the list in these bytes, the same object for the same bytes.

        Raises:
            ValueError: It cannot be read (as :func:`cryptography.x509.load_der_x509_crl`).
        """
        found = self._lists.get(der, _MISSING)
        return self._keep(self._lists, der, x509.load_der_x509_crl(der)) if found is _MISSING else found

    def read_answer(self, der: bytes) -> ocsp.OCSPResponse:
        """Return the answer in these bytes, the same object for the same bytes.

        Raises:
            ValueError: It cannot be read (as :func:`cryptography.x509.ocsp.load_der_ocsp_response`).
        """
        found = self._answers.get(der, _MISSING)
        return self._keep(self._answers, der, ocsp.load_der_ocsp_response(der)) if found is _MISSING else found

    def forget(self) -> None:
        """Begin anew, but for forms of messages, which keep nothing of a file."""
        for kept in (getattr(self, attribute.name) for attribute in fields(self)):
            if isinstance(kept, Bounded):
                kept.clear()

    def _keep(self, kept: Bounded[bytes, _Piece], der: bytes, piece: _Piece) -> _Piece:
        if not kept.has_room_for(len(der)):
            self.forget()
        # to write it down again for its digest costs ten times as much
        self._digests.put(Same(piece), hashlib.sha256(der).hexdigest(), weight=len(der))
        return kept.put(der, piece, weight=len(der))

    def read_token(self, der: bytes, *, extra_certificates: tuple[bytes, ...] = ()) -> TimestampToken:
        """Return the token in these bytes; see :func:`vnsign.pki.timestamp_reading.parse_timestamp`.

        Its authority's certificate is looked for among the token's own first: others matter only if it lacks it.

        Raises:
            InputError: ``MALFORMED_TIMESTAMP``.
        """
        token = self._tokens.remember(der, lambda: parse_timestamp(der, read=self.messages.read), weight=len(der))
        if token.cms.signer_certificate is None and extra_certificates:
            return parse_timestamp(der, extra_certificates=extra_certificates)
        return token

    def sha256_of(self, piece: x509.CertificateRevocationList | ocsp.OCSPResponse) -> str:
        """Return the SHA-256 of a list's or an answer's DER, lower-case hex."""
        return self._digests.remember(Same(piece), lambda: hashlib.sha256(piece.public_bytes(Encoding.DER)).hexdigest())


class Same:
    """A key that is this very object: lists and answers have no hash, a certificate's is slow.

    It keeps the object, so that no other takes its number.
    """

    __slots__ = ("_object",)

    def __init__(self, one: object) -> None:
        self._object = one

    def __hash__(self) -> int:
        return id(self._object)

    def __eq__(self, other: object) -> bool:
        return type(other) is Same and self._object is other._object
