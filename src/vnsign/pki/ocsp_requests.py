"""OCSP requests: any bytes in, the questions or the reason to refuse them out.

Invariants:
    - :func:`parse_query` never raises: what is no request gets the error that the standard names for it.
    - A query asks about one certificate at least and ``MAX_CERTIFICATES`` at most.

What it does not do: it ignores a request's signature and the requestor's name (answers are public, so it does not
matter who asks), and it looks up nothing.

Source: RFC 6960 §4.1, §4.2.1, §4.4; RFC 9654 §2.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from cryptography import x509
from cryptography.hazmat import asn1

from vnsign.pki import ocsp_structures as st
from vnsign.pki.tsp_structures import AlgorithmIdentifier

#: No client was seen to ask about more than a chain at once; each question costs a look into the database.
MAX_CERTIFICATES = 32
#: RFC 9654 §2.1: a longer nonce MUST be answered by malformedRequest.
MAX_NONCE_BYTES = 128


class OcspError(IntEnum):
    """OCSPResponseStatus of an answer without answers. Source: RFC 6960 §4.2.1."""

    MALFORMED_REQUEST = 1
    INTERNAL_ERROR = 2
    TRY_LATER = 3
    UNAUTHORIZED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCertificate:
    """One question.

    Attributes:
        cert_id: CertID as it came, DER; answered byte for byte.
        hash_oid: Algorithm of the two hashes, dotted.
        issuer_hashes: Hash of the issuer's name, hash of its key.
        serial: Any integer: zero, negative and huge ones are nobody's, but they are no error.
    """

    cert_id: bytes
    hash_oid: str
    issuer_hashes: tuple[bytes, bytes]
    serial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OcspQuery:
    """What a client asks.

    Attributes:
        nonce: 1 to 128 bytes to be given back, or None.
    """

    certificates: tuple[AskedCertificate, ...]
    nonce: bytes | None


class _MalformedError(ValueError):
    pass


def parse_query(request: bytes) -> OcspQuery | OcspError:
    """Return the questions in any bytes, or ``MALFORMED_REQUEST``.

    Source: RFC 6960 §2.1, §4.1.1; RFC 9654 §2.1.
    """
    try:
        body = asn1.decode_der(st.OcspRequest, request).tbs_request
        _check_extent(body)
        certificates = tuple(_asked(item) for item in body.request_list)
        return OcspQuery(certificates=certificates, nonce=_nonce(body.request_extensions or ()))
    except ValueError:
        return OcspError.MALFORMED_REQUEST


def _check_extent(body: st.TbsRequest) -> None:
    if body.version != 0:
        raise _MalformedError("no version but v1 is known")
    if not 0 < len(body.request_list) <= MAX_CERTIFICATES:
        raise _MalformedError("nothing or too much is asked")


def _asked(item: st.Request) -> AskedCertificate:
    for extension in item.single_request_extensions or ():
        _refuse_critical(extension)
    cert_id = asn1.encode_der(item.req_cert)
    parsed = asn1.decode_der(st.CertId, cert_id)
    algorithm = asn1.decode_der(AlgorithmIdentifier, asn1.encode_der(parsed.hash_algorithm)).algorithm
    return AskedCertificate(
        cert_id=cert_id,
        hash_oid=algorithm.dotted_string,
        issuer_hashes=(parsed.issuer_name_hash, parsed.issuer_key_hash),
        serial=parsed.serial_number,
    )


def _nonce(extensions: Sequence[st.Extension]) -> bytes | None:
    found: dict[x509.ObjectIdentifier, bytes] = {}
    for extension in extensions:
        if extension.extn_id in found:
            raise _MalformedError("an extension stands there twice")
        found[extension.extn_id] = extension.extn_value
        if extension.extn_id != st.ID_PKIX_OCSP_NONCE:
            _refuse_critical(extension)
    value = found.get(st.ID_PKIX_OCSP_NONCE)
    if value is None:
        return None
    nonce = asn1.decode_der(bytes, value)
    if not 0 < len(nonce) <= MAX_NONCE_BYTES:
        raise _MalformedError("a nonce has 1 to 128 bytes")
    return nonce


def _refuse_critical(extension: st.Extension) -> None:
    # RFC 6960 §4.4: unrecognized extensions are ignored unless critical. This responder acts on none but the nonce.
    if extension.critical:
        raise _MalformedError(f"critical extension {extension.extn_id.dotted_string} is not understood")
