"""A signature obeys what its field requires, or it is not made.

What it does not do: fill in what a field proposes without requiring it, or ask the time-stamping authority that it
names: whom to ask is the signer's choice.

Source: ISO 32000-2 §12.7.5.5, Tables 237, 238.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.reading.seed_values import CertificateSeed, SeedValues

_OUR_FILTER, _OUR_SUB_FILTER = "/Adobe.PPKLite", "/ETSI.CAdES.detached"
_UNDERSTOOD_VERSION = 3.0
_APPROVAL, _OUR_CERTIFICATION = 0, 2
#: Bits of a key usage in the order of RFC 5280 §4.2.1.3; the last two mean something with key agreement only.
_KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)
_NAMES = {
    "cn": "2.5.4.3",
    "sn": "2.5.4.4",
    "serialnumber": "2.5.4.5",
    "c": "2.5.4.6",
    "l": "2.5.4.7",
    "st": "2.5.4.8",
    "o": "2.5.4.10",
    "ou": "2.5.4.11",
    "title": "2.5.4.12",
    "gn": "2.5.4.42",
    "dc": "0.9.2342.19200300.100.1.25",
    "uid": "0.9.2342.19200300.100.1.1",
    "e": "1.2.840.113549.1.9.1",
    "email": "1.2.840.113549.1.9.1",
    "emailaddress": "1.2.840.113549.1.9.1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intention:
    """What is about to be made.

    Attributes:
        certificate: Of the signer.
        chain: Certificates above it.
        hash_name: ``sha256`` …
        certify: It certifies the document.
        reason: /Reason, or None.
        timestamp: It gets a time-stamp token.
    """

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    hash_name: str
    certify: bool
    reason: str | None
    timestamp: bool


def require_obedience(field: str, seed: SeedValues, intention: Intention) -> None:
    """Refuse a signature that would not be what its field requires.

    Raises:
        UsageError: BAD_ARGUMENT naming every entry that is not obeyed and what it asks for.
    """
    broken = [*_broken(seed, intention)]
    if seed.certificate is not None:
        broken += _broken_by_certificate(seed.certificate, intention)
    if broken:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"the field {field!r} requires of its signature: {'; '.join(broken)}",
            way_out="sign as the field requires, sign another field, or ask the document's author for a plain one",
        )


def _broken(seed: SeedValues, intention: Intention) -> Iterator[str]:
    if seed.filter not in {None, _OUR_FILTER}:
        yield f"the handler {seed.filter} (/Filter), and this is {_OUR_FILTER}"
    if seed.sub_filters is not None and _OUR_SUB_FILTER not in seed.sub_filters:
        yield f"one of {', '.join(seed.sub_filters) or 'no encodings'} (/SubFilter), and this is {_OUR_SUB_FILTER}"
    if seed.version is not None and seed.version > _UNDERSTOOD_VERSION:
        yield f"a signer who understands version {seed.version:g} of such requirements (/V)"
    methods = None if seed.digest_methods is None else [method.lstrip("/") for method in seed.digest_methods]
    if methods is not None and intention.hash_name.upper() not in (method.upper() for method in methods):
        yield f"one of the hashes {', '.join(methods)} (/DigestMethod), and this is {intention.hash_name.upper()}"
    if seed.reasons is not None and not seed.reasons and intention.reason:
        yield "no reason (/Reasons)"
    if seed.reasons and intention.reason not in seed.reasons:
        yield f"one of the reasons {', '.join(map(repr, seed.reasons))} (/Reasons)"
    if seed.timestamp and not intention.timestamp:
        yield "a time-stamp token (/TimeStamp): level B-T or higher"
    ours = _OUR_CERTIFICATION if intention.certify else _APPROVAL
    if seed.signature_type not in {None, ours}:
        wanted = f"a certification with P={seed.signature_type}" if seed.signature_type else "an approval"
        yield f"{wanted} (/MDP), and this is {'a certification with P=2' if intention.certify else 'an approval'}"
    yield from (f"{key}, which vnsign does not write" for key in seed.not_obeyed)


def _broken_by_certificate(seed: CertificateSeed, intention: Intention) -> Iterator[str]:
    signer = intention.certificate
    if seed.subjects is not None and _der(signer) not in seed.subjects:
        yield "one of the certificates that it lists (/Cert /Subject)"
    if seed.issuers is not None and not _stands_below(seed.issuers, (signer, *intention.chain)):
        yield "a certificate of an authority that it lists (/Cert /Issuer)"
    if seed.policies is not None and not set(seed.policies) <= _policies_of(signer):
        yield f"a certificate under the policy {', '.join(seed.policies)} (/Cert /OID)"
    if seed.subject_names is not None and not any(_has_names(signer, dict(names)) for names in seed.subject_names):
        shown = " or ".join(", ".join(f"{k}={v}" for k, v in names.items()) for names in seed.subject_names)
        yield f"a certificate of {shown or 'nobody'} (/Cert /SubjectDN)"
    if seed.key_usages is not None and not any(_has_usage(signer, usage) for usage in seed.key_usages):
        yield f"a certificate with the key usage {' or '.join(seed.key_usages)} (/Cert /KeyUsage)"
    if seed.signature_policy is not None:
        yield f"the signature policy {seed.signature_policy} (/Cert /SignaturePolicyOID), which vnsign does not write"


def _stands_below(issuers: tuple[bytes, ...], path: tuple[x509.Certificate, ...]) -> bool:
    above = {_der(certificate) for certificate in path[1:]}
    return any(issuer in above or any(_issued(issuer, below) for below in path) for issuer in issuers)


def _issued(issuer: bytes, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(x509.load_der_x509_certificate(issuer))
    except Exception:  # noqa: BLE001 — whatever is wrong with what the field lists: it is not the issuer
        return False
    return True


def _policies_of(certificate: x509.Certificate) -> set[str]:
    named = _extension(certificate, x509.CertificatePolicies)
    return {policy.policy_identifier.dotted_string for policy in named} if named is not None else set()


def _has_names(certificate: x509.Certificate, wanted: dict[str, str]) -> bool:
    has = {(attribute.oid.dotted_string, _plain(str(attribute.value))) for attribute in certificate.subject}
    return all((_NAMES.get(key.lower(), key), _plain(value)) in has for key, value in wanted.items())


def _has_usage(certificate: x509.Certificate, wanted: str) -> bool:
    usage = _extension(certificate, x509.KeyUsage)
    if usage is None:  # every use is allowed, and none named
        return set(wanted.upper()) <= {"X"}
    names = _KEY_USAGES if usage.key_agreement else _KEY_USAGES[:-2]
    granted = "".join("1" if name in names and getattr(usage, name) else "0" for name in _KEY_USAGES)
    return all(asked not in "01" or asked == has for asked, has in zip(wanted, granted, strict=False))


def _extension(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return None


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
