"""OCSP for tests: responders made by hand, right and wrong ones, and requests as foreign programs write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from asn1crypto import core as asn1_core
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tests.unit.vnsign.authority.making import NOW, certify, infrastructure
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import KeyAlgorithm, generate_private_key, signature_hash
from vnsign.policy.profiles import CertificateProfile

SHA1 = hashes.SHA1()  # noqa: S303  (names issuers in requests)


def delegate(
    issuer: Credential | None = None,
    *,
    algorithm: KeyAlgorithm = KeyAlgorithm.P256,
    purposes: Sequence[x509.ObjectIdentifier] = (x509.OID_OCSP_SIGNING,),
    nocheck: bool = True,
    not_after: datetime = NOW + timedelta(days=30),
) -> Credential:
    """Make a responder's key and certificate, by default as RFC 6960 §4.2.2.2 wants it."""
    issuer = issuer or infrastructure().issuing
    key = generate_private_key(algorithm)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Máy chủ OCSP")]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(minutes=5))
        .not_valid_after(not_after)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    )
    if nocheck:
        builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
    certificate = builder.sign(issuer.key, signature_hash(issuer.certificate.public_key()))  # type: ignore[arg-type]
    return Credential(key=key, certificate=certificate, chain=(issuer.certificate, *issuer.chain))


def leaf() -> x509.Certificate:
    """Certify somebody."""
    return certify(CertificateProfile.OFFICIAL).certificate


def ask(
    *certificates: x509.Certificate,
    issuer: x509.Certificate | None = None,
    algorithm: hashes.HashAlgorithm = SHA1,
    nonce: bytes | None = None,
) -> bytes:
    """Write a request; one certificate with the library's builder, several with a foreign one."""
    issuer = issuer or infrastructure().issuing.certificate
    singles = [
        ocsp.OCSPRequestBuilder().add_certificate(c, issuer, algorithm).build().public_bytes(Encoding.DER)
        for c in certificates
    ]
    parsed = [asn1_ocsp.OCSPRequest.load(single) for single in singles]
    # The library takes the issuer's name from the certificate; we ask whom we are told to ask about.
    name_hash = hashes.Hash(algorithm)
    name_hash.update(issuer.subject.public_bytes())
    digest = name_hash.finalize()
    for item in parsed:
        item["tbs_request"]["request_list"][0]["req_cert"]["issuer_name_hash"] = digest
    request = parsed[0].copy()
    request["tbs_request"]["request_list"] = [item["tbs_request"]["request_list"][0] for item in parsed]
    return with_extensions(request.dump(), nonce_extension(nonce)) if nonce is not None else bytes(request.dump())


def nonce_extension(nonce: bytes, *, raw: bool = False) -> dict[str, object]:
    """Return a nonce as asn1crypto takes it; ``raw`` without the OCTET STRING inside."""
    value = nonce if raw else asn1_core.OctetString(nonce).dump()
    return extension("1.3.6.1.5.5.7.48.1.2", value)


def extension(oid: str, value: bytes = b"\x05\x00", *, critical: bool = False) -> dict[str, object]:
    """Return any extension."""
    return {"extn_id": oid, "critical": critical, "extn_value": value}


class _Extension(asn1_core.Sequence):  # type: ignore[misc]
    # asn1crypto's own knows the content of a nonce and would not write a wrong one.
    _fields = [  # noqa: RUF012
        ("extn_id", asn1_core.ObjectIdentifier),
        ("critical", asn1_core.Boolean, {"default": False}),
        ("extn_value", asn1_core.OctetString),
    ]


class _Extensions(asn1_core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Extension


class _TbsRequest(asn1_core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("version", asn1_ocsp.Version, {"explicit": 0, "default": "v1"}),
        ("requestor_name", asn1_x509.GeneralName, {"explicit": 1, "optional": True}),
        ("request_list", asn1_ocsp.Requests),
        ("request_extensions", _Extensions, {"explicit": 2, "optional": True}),
    ]


class _Request(asn1_core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("tbs_request", _TbsRequest),
        ("optional_signature", asn1_ocsp.Signature, {"explicit": 0, "optional": True}),
    ]


def with_extensions(request: bytes, *extensions: dict[str, object]) -> bytes:
    """Return the request with these request extensions."""
    parsed = _Request.load(request)
    parsed["tbs_request"]["request_extensions"] = _Extensions([_Extension(item) for item in extensions])
    return bytes(parsed.dump())
