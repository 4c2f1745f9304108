"""What signatures need to be proven later: who signed and stamped, and when.

What it does not do: verify the signatures (see verification).

Source: ETSI EN 319 142-1 §5.4; RFC 3161 §2.4.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.reading.structure import FoundSignature, PdfStructure, SignatureKind
from vnsign.pki.certificates import load_certificate
from vnsign.pki.cms_reading import parse_signed_data
from vnsign.pki.timestamp_reading import TimestampToken, parse_timestamp
from vnsign.signing.proofs import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A time-stamp token: its authority's certificate and its time, aware UTC."""

    authority: x509.Certificate
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRevision:
    """A signature or a document timestamp.

    Attributes:
        signer: Who signed; None for a document timestamp.
        stamps: Its own tokens; for a document timestamp itself.
        certificates: Everything it embeds.
    """

    signer: x509.Certificate | None
    stamps: tuple[Stamp, ...]
    certificates: tuple[x509.Certificate, ...]

    def subjects(self, proven: datetime | None, *, now: datetime) -> Iterable[Subject]:
        """Yield who must be shown good, and when.

        Args:
            proven: Time of a later document timestamp, if there is one: used for a signature without a token.
            now: Used where no time is proven.
        """
        if self.signer is not None:
            own = min((stamp.time for stamp in self.stamps), default=None)
            yield Subject(certificate=self.signer, at=own or proven or now)
        for stamp in self.stamps:
            yield Subject(certificate=stamp.authority, at=stamp.time)


def read_signature(contents: bytes) -> SignedRevision:
    """Read the CMS of a signature.

    Raises:
        InputError: MALFORMED_CMS, MALFORMED_TIMESTAMP, MALFORMED_CERTIFICATE.
    """
    cms = parse_signed_data(contents)
    if cms.signer_certificate is None:
        raise InputError(ErrorCode.MALFORMED_CMS, "the signature does not hold its signer's certificate")
    tokens = [parse_timestamp(token, extra_certificates=cms.certificates) for token in cms.timestamp_tokens]
    embedded = dict.fromkeys((*cms.certificates, *(der for token in tokens for der in token.cms.certificates)))
    return SignedRevision(
        signer=load_certificate(cms.signer_certificate),
        stamps=tuple(_stamp(token) for token in tokens),
        certificates=tuple(load_certificate(der) for der in embedded),
    )


def read_document_timestamp(contents: bytes) -> SignedRevision:
    """Read the token of a document timestamp.

    Raises:
        InputError: MALFORMED_TIMESTAMP, MALFORMED_CERTIFICATE.
    """
    token = parse_timestamp(contents)
    certificates = tuple(load_certificate(der) for der in dict.fromkeys(token.cms.certificates))
    return SignedRevision(signer=None, stamps=(_stamp(token),), certificates=certificates)


def read_revisions(structure: PdfStructure) -> Sequence[tuple[FoundSignature, SignedRevision]]:
    """Read every signature and document timestamp of a file, in the order they were made.

    Raises:
        InputError: MALFORMED_PDF if there is none; MALFORMED_CMS, MALFORMED_TIMESTAMP, MALFORMED_CERTIFICATE.
    """
    if not structure.signatures:
        raise InputError(ErrorCode.MALFORMED_PDF, "there is no signature to extend", way_out="sign the document first")
    return [(found, _read(found)) for found in structure.signatures]


def _read(found: FoundSignature) -> SignedRevision:
    if found.kind is SignatureKind.DOCUMENT_TIMESTAMP:
        return read_document_timestamp(found.contents)
    return read_signature(found.contents)


def _stamp(token: TimestampToken) -> Stamp:
    if token.cms.signer_certificate is None:
        raise InputError(ErrorCode.MALFORMED_TIMESTAMP, "the token does not hold its authority's certificate")
    return Stamp(authority=load_certificate(token.cms.signer_certificate), time=token.time)
