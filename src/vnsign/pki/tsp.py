"""RFC 3161, the requester's side: a request, the check of the answer, the reading of a token.

Invariants:
    - :func:`parse_reply` returns a token only if it answers *this* request and its signature verifies.
    - A token that others wrote in BER is re-encoded to DER first, and has to verify like any other.

What it does not do: no network, no clock, no nonce of its own (argument); it does not check that the authority is
trusted, in its validity or unrevoked. That is verification's work.

Source: RFC 3161 §2.2–2.4; RFC 5816 (ESSCertIDv2); RFC 5652 §5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

from asn1crypto import algos as asn1_algos
from asn1crypto import cms as asn1_cms
from asn1crypto import core as asn1_core
from asn1crypto import tsp as asn1_tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from vnsign.errors import ErrorCode, InputError, ServiceUnavailable, UsageError
from vnsign.pki import tsp_structures as st
from vnsign.pki.certificates import parse_oid
from vnsign.pki.keys import SignatureKind, SignatureScheme, verify_signature

#: Re-encoding takes 85 ms for each signer named in a few hundred bytes; a token has one, and a chain of certificates.
_MAX_BER_BYTES = 16_384
_GRANTED = frozenset({0, 1})  # granted, grantedWithMods: RFC 3161 §2.4.2
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303  (old tokens in archives; algorithm policy is verification's)
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_OIDS = {
    "sha256": x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1"),
    "sha384": x509.ObjectIdentifier("2.16.840.1.101.3.4.2.2"),
    "sha512": x509.ObjectIdentifier("2.16.840.1.101.3.4.2.3"),
}
_KINDS = {
    "ecdsa": SignatureKind.ECDSA,
    "rsassa_pkcs1v15": SignatureKind.RSA_PKCS1V15,
    "rsassa_pss": SignatureKind.RSA_PSS,
}
#: Whatever the libraries raise over a token or certificate that is not well-formed or does not verify.
_TOKEN_FAULTS = (
    ValueError,
    TypeError,
    LookupError,
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.ExtensionNotFound,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    x509.InvalidVersion,
)
_KEPT, _MAX_KEPT_BYTES = 256, 8_192
_T = TypeVar("_T")
_P = ParamSpec("_P")


def _kept(read: Callable[Concatenate[bytes, _P], _T]) -> Callable[Concatenate[bytes, _P], _T]:
    """Read the same bytes once: an authority sends the same certificates and algorithms with each of its tokens.

    Of no more and no larger ones than honest authorities have: whoever sends others costs no memory.
    """
    remembered: Callable[Concatenate[bytes, _P], _T] = lru_cache(maxsize=_KEPT)(read)  # type: ignore[assignment]  # its arguments are no longer told apart

    @wraps(read)
    def reading(data: bytes, /, *rest: _P.args, **named: _P.kwargs) -> _T:
        return (remembered if len(data) <= _MAX_KEPT_BYTES else read)(data, *rest, **named)

    return reading


class _LenientRejection(asn1_core.Sequence):  # type: ignore[misc]
    # asn1crypto's own TimeStampResp insists on a token.
    _fields = [("status", asn1_tsp.PKIStatusInfo)]  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampRequest:
    """What was asked.

    Attributes:
        imprint: Hash of the bytes to be stamped.
        hash_name: ``sha256``, ``sha384`` or ``sha512``.
        nonce: Fresh random number, 64 bits or more.
        policy: Wanted TSA policy OID, dotted; None leaves the choice to the authority.
    """

    imprint: bytes
    hash_name: str
    nonce: int
    policy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampToken:
    """A token whose signature verifies.

    Attributes:
        der: TimeStampToken (CMS ContentInfo).
        gen_time: Aware UTC.
        certificate: The authority's certificate; trust is not checked here.
        certificates: Every certificate in the token that can be read.
    """

    der: bytes
    gen_time: datetime
    serial_number: int
    policy: str
    imprint: bytes
    hash_name: str
    nonce: int | None
    certificate: x509.Certificate
    certificates: tuple[x509.Certificate, ...]


def build_request(request: TimestampRequest) -> bytes:
    """Return a TimeStampReq, DER, asking for the authority's certificate in the token.

    Raises:
        UsageError: ``BAD_ARGUMENT``: a hash that may not be used, or an imprint of another length.
    Source: RFC 3161 §2.4.1.
    """
    oid = _OIDS.get(request.hash_name)
    if oid is None or len(request.imprint) != _HASHES[request.hash_name].digest_size:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{len(request.imprint)} bytes are no {request.hash_name} imprint",
            way_out="use " + ", ".join(_OIDS),
        )
    algorithm = asn1.encode_der(st.AlgorithmIdentifier(algorithm=oid, parameters=asn1.Null()))
    return asn1.encode_der(
        st.TimeStampReq(
            version=1,
            message_imprint=st.MessageImprint(
                hash_algorithm=asn1.decode_der(asn1.TLV, algorithm), hashed_message=request.imprint
            ),
            req_policy=parse_oid(request.policy) if request.policy else None,
            nonce=request.nonce,
            cert_req=True,
            extensions=None,
        )
    )


def parse_reply(reply: bytes, request: TimestampRequest) -> TimestampToken:
    """Return the token of a TimeStampResp that answers ``request``.

    Does not check: trust in the authority, its validity and status at genTime, and that genTime is plausible.

    Raises:
        ServiceUnavailable: ``SERVICE_REFUSED``: the authority says no; its reason is in the message.
        InputError: ``MALFORMED_TIMESTAMP``: not a TimeStampResp, or it answers another request.
    Source: RFC 3161 §2.2, §2.4.2.
    """
    token = parse_token(_granted_token(reply))
    expected: dict[str, object] = {"imprint": request.imprint, "hash_name": request.hash_name, "nonce": request.nonce}
    if request.policy is not None:
        expected["policy"] = request.policy
    wrong = [name for name, value in expected.items() if getattr(token, name) != value]
    if wrong:
        raise _malformed(f"the token answers another request (differs in {', '.join(wrong)})")
    return token


def parse_token(token: bytes) -> TimestampToken:
    """Read a TimeStampToken and check its signature and its certificate's purpose.

    Does not check: path, dates, revocation; what the imprint is of.

    Raises:
        InputError: ``MALFORMED_TIMESTAMP``.
    Source: RFC 3161 §2.3, §2.4.2; RFC 5652 §5.4; RFC 5816 §2.2.1.
    """
    try:
        return _parse_token(token)
    except _TOKEN_FAULTS as exc:
        reason = str(exc) or type(exc).__name__
        raise _malformed(f"the token cannot be used: {reason}") from exc


def _parse_token(token: bytes) -> TimestampToken:
    content_info, der = _decode(st.ContentInfo, token, asn1_cms.ContentInfo)
    signed_data = content_info.content
    payload = signed_data.encap_content_info.content
    signers = signed_data.signer_infos.as_list()
    if signed_data.encap_content_info.content_type != st.ID_CT_TST_INFO or payload is None or len(signers) != 1:
        raise ValueError("not a TSTInfo signed by one authority")
    info = asn1.decode_der(st.TstInfo, payload)
    certificates = _certificates(signed_data)
    certificate = _signer_certificate(signers[0], certificates)
    _check_signature(signers[0], payload, certificate)
    return TimestampToken(
        der=der,
        gen_time=info.gen_time.as_datetime().astimezone(UTC),
        serial_number=info.serial_number,
        policy=info.policy.dotted_string,
        imprint=info.message_imprint.hashed_message,
        hash_name=_hash_name(info.message_imprint.hash_algorithm),
        nonce=info.nonce,
        certificate=certificate,
        certificates=certificates,
    )


def _granted_token(reply: bytes) -> bytes:
    try:
        granted, _ = _decode(st.GrantedResp, reply, asn1_tsp.TimeStampResp)
    except ValueError:
        granted = None
    if granted is not None and granted.status.status in _GRANTED:
        return asn1.encode_der(granted.time_stamp_token)
    try:
        status = granted.status if granted else _decode(st.RejectedResp, reply, _LenientRejection)[0].status
    except ValueError as exc:
        raise _malformed("the answer is not a TimeStampResp") from exc
    if status.status in _GRANTED:
        raise _malformed("the answer says granted but holds no token")
    text = "; ".join(status.status_string or ["no reason given"])
    raise ServiceUnavailable(
        ErrorCode.SERVICE_REFUSED,
        f"the time-stamping authority refused: status {status.status}, failInfo {_fail_bits(status)}: {text}",
    )


def _fail_bits(status: st.PkiStatusInfo) -> list[int]:
    if status.fail_info is None:
        return []
    data = status.fail_info.as_bytes()
    return [8 * i + bit for i, octet in enumerate(data) for bit in range(8) if octet & (0x80 >> bit)]


def _decode(cls: type[_T], data: bytes, lenient: type[asn1_core.Sequence]) -> tuple[_T, bytes]:
    try:
        return asn1.decode_der(cls, data), data
    except ValueError:
        der = _reencode(data, lenient)
        return asn1.decode_der(cls, der), der


def _reencode(data: bytes, lenient: type[asn1_core.Sequence]) -> bytes:
    if len(data) > _MAX_BER_BYTES:
        raise ValueError("too long to be re-encoded")
    try:
        return bytes(lenient.load(data, strict=True).dump(force=True))
    except Exception as exc:
        message = "neither DER nor BER"
        raise ValueError(message) from exc


def _certificates(signed_data: st.SignedData) -> tuple[x509.Certificate, ...]:
    found = []
    for item in signed_data.certificates.as_list() if signed_data.certificates else []:
        try:
            found.append(_certificate(asn1.encode_der(item)))
        except (
            ValueError,
            x509.InvalidVersion,
        ):  # an attribute certificate, or one this library does not read: not the signer's
            continue
    return tuple(found)


@_kept
def _certificate(der: bytes) -> x509.Certificate:
    """An authority sends the same few with each of its tokens."""
    return x509.load_der_x509_certificate(der)


def _signer_certificate(signer: st.SignerInfo, certificates: tuple[x509.Certificate, ...]) -> x509.Certificate:
    certificate = next((c for c in certificates if _is_named_by(signer, c)), None)
    if certificate is None:
        raise ValueError("the authority's certificate is not in the token, or the signed reference names another")
    purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if ExtendedKeyUsageOID.TIME_STAMPING not in purposes:
        raise ValueError("the certificate is not for timestamping")
    return certificate


def _is_named_by(signer: st.SignerInfo, certificate: x509.Certificate) -> bool:
    # The signed reference alone decides: sid is not signed, and two certificates may share it (RFC 5035 §1.1).
    v2 = _signed_value(signer, st.ID_SIGNING_CERTIFICATE_V2)
    if v2 is not None:
        reference = asn1.decode_der(st.SigningCertificateV2, v2).certs[0]
        named = reference.hash_algorithm
        algorithm = _HASHES[_name_of(named.algorithm)] if named is not None else _HASHES["sha256"]
        return certificate.fingerprint(algorithm) == reference.cert_hash
    v1 = _signed_value(signer, st.ID_SIGNING_CERTIFICATE)
    if v1 is None:
        raise ValueError("no signing-certificate attribute")
    return certificate.fingerprint(_HASHES["sha1"]) == asn1.decode_der(st.SigningCertificate, v1).certs[0].cert_hash


def _check_signature(signer: st.SignerInfo, payload: bytes, certificate: x509.Certificate) -> None:
    digest_name = _hash_name(signer.digest_algorithm)
    digest = hashes.Hash(_HASHES[digest_name])
    digest.update(payload)
    if _signed_value(signer, st.ID_MESSAGE_DIGEST) != asn1.encode_der(digest.finalize()):
        raise ValueError("the message digest does not match")
    if _signed_value(signer, st.ID_CONTENT_TYPE) != asn1.encode_der(st.ID_CT_TST_INFO):
        raise ValueError("the signed content type is not TSTInfo")
    # RFC 5652 §5.4: what is signed is the SET OF, not its IMPLICIT [0] form.
    signed = asn1.encode_der(signer.signed_attrs)
    scheme = _scheme(asn1.encode_der(signer.signature_algorithm), digest_name)
    verify_signature(certificate.public_key(), signer.signature, signed, scheme=scheme)


def _signed_value(signer: st.SignerInfo, oid: x509.ObjectIdentifier) -> bytes | None:
    attributes = signer.signed_attrs.as_list() if signer.signed_attrs else []
    values = [value for attribute in attributes if attribute.type == oid for value in attribute.values.as_list()]
    if len(values) > 1:
        raise ValueError(f"attribute {oid.dotted_string} has more than one value")
    return asn1.encode_der(values[0]) if values else None


@_kept
def _scheme(signature_algorithm: bytes, digest_name: str) -> SignatureScheme:
    algorithm = asn1_algos.SignedDigestAlgorithm.load(signature_algorithm)
    kind = _KINDS[algorithm.signature_algo]
    if kind is SignatureKind.RSA_PSS:
        salt = int(algorithm["parameters"]["salt_length"].native)
        return SignatureScheme(kind=kind, hash_algorithm=_HASHES[algorithm.hash_algo], salt_length=salt)
    # Plain rsaEncryption names no hash: RFC 3370 §3.2, the digest algorithm's counts.
    plain = algorithm["algorithm"].native == "rsassa_pkcs1v15"
    return SignatureScheme(kind=kind, hash_algorithm=_HASHES[digest_name if plain else algorithm.hash_algo])


def _hash_name(identifier: asn1.TLV) -> str:
    return _named(asn1.encode_der(identifier))


@_kept
def _named(identifier: bytes) -> str:
    return _name_of(asn1.decode_der(st.AlgorithmIdentifier, identifier).algorithm)


def _name_of(oid: x509.ObjectIdentifier) -> str:
    name = str(asn1_algos.DigestAlgorithmId(oid.dotted_string).native)
    if name not in _HASHES:
        raise ValueError(f"hash algorithm {name} is not known here")
    return name


def _malformed(message: str) -> InputError:
    return InputError(ErrorCode.MALFORMED_TIMESTAMP, message)
