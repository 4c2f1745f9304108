"""The usual form of a CMS SignedData, read by compiled code: what signers and authorities of today write.

Invariants:
    - What is returned equals what :func:`vnsign.pki.cms_reading.read_any_cms` reads from the same bytes, field by
      field; whatever is not of the usual form (BER, several signers, PSS, revocation lists inside, a signer named by
      key identifier …) is None, and read there.
    - What was decoded is encoded again and compared: so every part, the signed attributes first of all, is the bytes
      that lie in the file.

What it does not do: verify or judge anything.

Source: RFC 5652 §5; RFC 5035 §3; X.690 §10, §11 (DER).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

from cryptography import x509
from cryptography.hazmat import asn1

from vnsign.pki import tsp_structures as st
from vnsign.pki.cms_signed import SignedCms, SigningCertificateReference

#: asn1crypto's names, as everywhere in this project.
DIGEST_NAMES = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_SIGNATURES = {
    "1.2.840.113549.1.1.5": ("rsassa_pkcs1v15", "sha1"),
    "1.2.840.113549.1.1.11": ("rsassa_pkcs1v15", "sha256"),
    "1.2.840.113549.1.1.12": ("rsassa_pkcs1v15", "sha384"),
    "1.2.840.113549.1.1.13": ("rsassa_pkcs1v15", "sha512"),
    "1.2.840.10045.4.3.2": ("ecdsa", "sha256"),
    "1.2.840.10045.4.3.3": ("ecdsa", "sha384"),
    "1.2.840.10045.4.3.4": ("ecdsa", "sha512"),
}
#: rsaEncryption names no digest: the SignerInfo's own (RFC 5754 §3.2).
_BARE_RSA = "1.2.840.113549.1.1.1"
_CONTENT_TYPES = {"1.2.840.113549.1.7.1": "data", "1.2.840.113549.1.9.16.1.4": "tst_info"}
_SIGNING_TIME = x509.ObjectIdentifier("1.2.840.113549.1.9.5")
_TIMESTAMP = x509.ObjectIdentifier("1.2.840.113549.1.9.16.2.14")
#: Attributes that are read the other way: evidence, content timestamps, signature policies, evidence records.
_UNUSUAL = frozenset(
    map(
        x509.ObjectIdentifier,
        (
            "1.2.840.113583.1.1.8",
            "1.2.840.113549.1.9.16.2.20",
            "1.2.840.113549.1.9.16.2.15",
            "1.2.840.113549.1.9.16.2.49",
            "1.2.840.113549.1.9.16.2.50",
        ),
    )
)
_SEQUENCE, _SET, _UTC_TIME = 0x30, b"\x31", b"\x17\x0d"
_LONG_FORM = 0x80
#: UTCTime has two digits for the year: RFC 5280 §4.1.2.5.1.
_PIVOT = 50
_Attributes = Mapping[x509.ObjectIdentifier, list[asn1.TLV]]


# An implicit tag hides whether a SET OF or a SEQUENCE OF stands there; a list keeps the order in which it was written,
# which in certificates and in attributes is often not that of DER.


@asn1.sequence
class _SignerInfo:
    version: int
    sid: asn1.TLV
    digest_algorithm: asn1.TLV
    signed_attrs: Annotated[list[st.Attribute] | None, asn1.Implicit(0)]
    signature_algorithm: asn1.TLV
    signature: bytes
    unsigned_attrs: Annotated[list[st.Attribute] | None, asn1.Implicit(1)]


@asn1.sequence
class _SignedData:
    version: int
    digest_algorithms: asn1.SetOf[asn1.TLV]
    encap_content_info: st.EncapsulatedContentInfo
    certificates: Annotated[list[asn1.TLV] | None, asn1.Implicit(0)]
    signer_infos: asn1.SetOf[_SignerInfo]


@asn1.sequence
class _ContentInfo:
    content_type: x509.ObjectIdentifier
    content: Annotated[_SignedData, asn1.Explicit(0)]


@asn1.sequence
class _SignedAttributes:
    attributes: Annotated[list[st.Attribute], asn1.Implicit(0)]


@asn1.sequence
class _IssuerAndSerialNumber:
    issuer: asn1.TLV
    serial_number: int


@asn1.sequence
class _TbsCertificate:
    version: Annotated[int, asn1.Explicit(0), asn1.Default(value=0)]
    serial_number: int
    algorithm: asn1.TLV
    issuer: asn1.TLV
    validity: asn1.TLV
    subject: asn1.TLV
    public_key: asn1.TLV
    issuer_unique_id: Annotated[asn1.BitString | None, asn1.Implicit(1)]
    subject_unique_id: Annotated[asn1.BitString | None, asn1.Implicit(2)]
    extensions: Annotated[list[asn1.TLV] | None, asn1.Explicit(3)]


@asn1.sequence
class _Certificate:
    tbs: _TbsCertificate
    algorithm: asn1.TLV
    signature: asn1.BitString


class _NotUsual(Exception):
    """The bytes are not of the usual form."""


def read_usual_cms(data: bytes, *, extra_certificates: Sequence[bytes] = ()) -> SignedCms | None:
    """Read a SignedData of the usual form; None if it is of any other.

    Args:
        data: A ContentInfo; bytes after it are ignored.
        extra_certificates: Further certificates (DER) among which the signer's may be.
    """
    message = first_element(data)
    try:
        return None if message is None else _read(message, extra_certificates)
    except (_NotUsual, ValueError, TypeError, LookupError, OverflowError):
        return None


def first_element(data: bytes) -> bytes | None:
    """Cut off what follows (the zero padding of /Contents); None for a length that is not definite. X.690 §8.1.3."""
    if len(data) < 2 or data[0] != _SEQUENCE or data[1] == _LONG_FORM:  # noqa: PLR2004 — tag and length
        return None
    start = content_start(data)
    return data[: start + (int.from_bytes(data[2:start], "big") if start > 2 else data[1])]  # noqa: PLR2004 — tag and length


def content_start(element: bytes) -> int:
    """Return where an element's contents begin. Source: X.690 §8.1.3."""
    return 2 if element[1] < _LONG_FORM else 2 + element[1] - _LONG_FORM


def _read(data: bytes, extra_certificates: Sequence[bytes]) -> SignedCms:
    outer = asn1.decode_der(_ContentInfo, data)
    signed_data = outer.content
    if outer.content_type != st.ID_SIGNED_DATA or asn1.encode_der(outer) != data:
        raise _NotUsual
    (signer,) = signed_data.signer_infos.as_list()
    signed, unsigned = _by_type(signer.signed_attrs), _by_type(signer.unsigned_attrs)
    if not _UNUSUAL.isdisjoint(signed) or not _UNUSUAL.isdisjoint(unsigned):
        raise _NotUsual
    content = signed_data.encap_content_info.content
    if content is not None and signed_data.encap_content_info.content_type == st.ID_CT_TST_INFO:
        asn1.decode_der(st.TstInfo, content)
    tokens = tuple(asn1.encode_der(token) for token in unsigned.get(_TIMESTAMP, ()))
    if any(token[0] != _SEQUENCE for token in tokens):
        raise _NotUsual
    certificates = tuple(_certificates(signed_data))
    own_digest = _digest_name(asn1.decode_der(st.AlgorithmIdentifier, asn1.encode_der(signer.digest_algorithm)))
    scheme, digest = _signature_algorithm(asn1.encode_der(signer.signature_algorithm), own_digest=own_digest)
    content_type, message_digest = _only(signed, st.ID_CONTENT_TYPE), _only(signed, st.ID_MESSAGE_DIGEST)
    return SignedCms(
        signer_infos=1,
        digest_algorithm=own_digest,
        signature_scheme=scheme,
        signature_digest=digest,
        pss_salt_bytes=0,
        pss_mgf_digest="",
        signature=signer.signature,
        signed_attributes=None if signer.signed_attrs is None else _as_signed(signer.signed_attrs),
        message_digest=None if message_digest is None else asn1.decode_der(bytes, message_digest),
        content_type=_CONTENT_TYPES[signed_data.encap_content_info.content_type.dotted_string],
        attribute_content_type=None if content_type is None else _content_type(content_type),
        content=content,
        claimed_time=_signing_time(_only(signed, _SIGNING_TIME)),
        references=tuple(_references(signed)),
        repeats_reference=_repeats_reference(signer),
        signer_certificate=_find_signer(signer.sid, (*certificates, *extra_certificates)),
        certificates=certificates,
        crls=(),
        ocsps=(),
        timestamp_tokens=tokens,
    )


def _as_signed(attributes: list[st.Attribute]) -> bytes:
    """RFC 5652 §5.4: the attributes are signed with the tag SET OF, not with their implicit [0]."""
    outer = asn1.encode_der(_SignedAttributes(attributes=attributes))
    return _SET + outer[content_start(outer) + 1 :]


def _by_type(attributes: list[st.Attribute] | None) -> _Attributes:
    """Gather the values of each type, in the order in which they stand."""
    found: dict[x509.ObjectIdentifier, list[asn1.TLV]] = {}
    for attribute in attributes or ():
        found.setdefault(attribute.type, []).extend(attribute.values.as_list())
    return found


def _only(attributes: _Attributes, kind: x509.ObjectIdentifier) -> bytes | None:
    values = attributes.get(kind)
    if values is None:
        return None
    (value,) = values
    return asn1.encode_der(value)


def _certificates(signed_data: _SignedData) -> Iterator[bytes]:
    for item in signed_data.certificates or ():
        der = asn1.encode_der(item)
        if der[0] != _SEQUENCE:
            raise _NotUsual
        yield der


def _digest_name(algorithm: st.AlgorithmIdentifier) -> str:
    return DIGEST_NAMES[algorithm.algorithm.dotted_string]


def _signature_algorithm(der: bytes, *, own_digest: str) -> tuple[str, str]:
    oid = asn1.decode_der(st.AlgorithmIdentifier, der).algorithm.dotted_string
    return ("rsassa_pkcs1v15", own_digest) if oid == _BARE_RSA else _SIGNATURES[oid]


def _content_type(der: bytes) -> str:
    return _CONTENT_TYPES[asn1.decode_der(x509.ObjectIdentifier, der).dotted_string]


def _signing_time(der: bytes | None) -> datetime | None:
    if der is None:
        return None
    if not der.startswith(_UTC_TIME) or not der[2:-1].isdigit() or der[-1:] != b"Z":
        raise _NotUsual
    year, month, day, hour, minute, second = (int(der[i : i + 2]) for i in range(2, 14, 2))
    century = 1900 if year >= _PIVOT else 2000
    return datetime(century + year, month, day, hour, minute, second, tzinfo=UTC)


def _references(signed: _Attributes) -> Iterator[SigningCertificateReference]:
    for value in signed.get(st.ID_SIGNING_CERTIFICATE_V2, ()):
        newer = asn1.decode_der(st.SigningCertificateV2, asn1.encode_der(value)).certs[0]
        name = "sha256" if newer.hash_algorithm is None else _digest_name(newer.hash_algorithm)
        yield SigningCertificateReference(digest_algorithm=name, digest=newer.cert_hash)
    for value in signed.get(st.ID_SIGNING_CERTIFICATE, ()):
        older = asn1.decode_der(st.SigningCertificate, asn1.encode_der(value)).certs[0]
        yield SigningCertificateReference(digest_algorithm="sha1", digest=older.cert_hash)


def _repeats_reference(signer: _SignerInfo) -> bool:
    types = [attribute.type for attribute in signer.signed_attrs or ()]
    return any(types.count(kind) > 1 for kind in (st.ID_SIGNING_CERTIFICATE_V2, st.ID_SIGNING_CERTIFICATE))


def _find_signer(sid: asn1.TLV, certificates: Sequence[bytes]) -> bytes | None:
    """The first certificate with the issuer and number named, byte for byte; names are prepared elsewhere."""
    wanted = asn1.decode_der(_IssuerAndSerialNumber, asn1.encode_der(sid))
    issuer = asn1.encode_der(wanted.issuer)
    for der in certificates:
        certificate = asn1.decode_der(_Certificate, der).tbs
        if certificate.serial_number != wanted.serial_number:
            continue
        if asn1.encode_der(certificate.issuer) != issuer:
            raise _NotUsual
        return der
    return None
