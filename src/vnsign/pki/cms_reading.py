"""Bytes of a CMS SignedData → one frozen result.

Invariants:
    - Any bytes give a :class:`SignedCms` or :class:`~vnsign.errors.InputError`; nothing else leaves this module.
    - BER is read as it stands: signed attributes are hashed in the bytes that lie in the file, never re-encoded
      (the Government's 2018–2020 signatures are BER with indefinite lengths).
    - The signer's certificate is chosen by issuer and serial number (or key identifier), never by key: a renewed
      certificate has the same key.

What it does not do: verify anything (:mod:`vnsign.pki.signature_values`), decide whether an algorithm is good enough,
whether a certificate is trusted, or what was signed.

Source: RFC 5652 §5; RFC 5035 §5.4; RFC 3161; RFC 8419 (EdDSA); RFC 4055 (PSS); BSI TR-03111 (plain ECDSA).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from asn1crypto import cms, core, tsp  # noqa: F401 — tsp teaches cms the attributes of RFC 5035 when it is imported
from asn1crypto import x509 as asn1_x509

from vnsign.errors import ErrorCode, InputError
from vnsign.pki.cms_der import read_usual_cms
from vnsign.pki.cms_signed import SignedCms, SigningCertificateReference
from vnsign.policy.plausible_times import is_plausible

__all__ = ["SignedCms", "SigningCertificateReference", "parse_signed_data", "read_any_cms", "read_usual_cms"]

_SIGNED_DATA = "signed_data"
_OID_SIGNATURE_TIMESTAMP = "1.2.840.113549.1.9.16.2.14"
_OID_CONTENT_TIMESTAMP = "1.2.840.113549.1.9.16.2.20"
_OID_SIGNATURE_POLICY = "1.2.840.113549.1.9.16.2.15"
#: RFC 4998 §5: internal and external. An archive timestamp of CAdES is no evidence record.
_EVIDENCE_RECORD_OIDS = frozenset({"1.2.840.113549.1.9.16.2.49", "1.2.840.113549.1.9.16.2.50"})
_OID_ADOBE_REVOCATION = "1.2.840.113583.1.1.8"
_PLAIN_ECDSA_PREFIX = "0.4.0.127.0.7.1.1.4.1."
# Signature algorithms that name their digest and that asn1crypto does not know.
_SIGNATURE_OIDS = {
    "2.16.840.1.101.3.4.3.13": ("rsassa_pkcs1v15", "sha3_224"),
    "2.16.840.1.101.3.4.3.14": ("rsassa_pkcs1v15", "sha3_256"),
    "2.16.840.1.101.3.4.3.15": ("rsassa_pkcs1v15", "sha3_384"),
    "2.16.840.1.101.3.4.3.16": ("rsassa_pkcs1v15", "sha3_512"),
    "2.16.840.1.101.3.4.3.9": ("ecdsa", "sha3_224"),
    "2.16.840.1.101.3.4.3.10": ("ecdsa", "sha3_256"),
    "2.16.840.1.101.3.4.3.11": ("ecdsa", "sha3_384"),
    "2.16.840.1.101.3.4.3.12": ("ecdsa", "sha3_512"),
    _PLAIN_ECDSA_PREFIX + "1": ("plain_ecdsa", "sha1"),
    _PLAIN_ECDSA_PREFIX + "2": ("plain_ecdsa", "sha224"),
    _PLAIN_ECDSA_PREFIX + "3": ("plain_ecdsa", "sha256"),
    _PLAIN_ECDSA_PREFIX + "4": ("plain_ecdsa", "sha384"),
    _PLAIN_ECDSA_PREFIX + "5": ("plain_ecdsa", "sha512"),
}


class _AnyList(core.SequenceOf):  # type: ignore[misc] # asn1crypto ships no types
    _child_spec = core.Any


class _RevocationInfoArchival(core.Sequence):  # type: ignore[misc] # asn1crypto ships no types
    """Source: ISO 32000-2 §12.8.3.3.2."""

    _fields: ClassVar = [
        ("crl", _AnyList, {"explicit": 0, "default": []}),
        ("ocsp", _AnyList, {"explicit": 1, "default": []}),
        ("other", _AnyList, {"explicit": 2, "default": []}),
    ]


def parse_signed_data(data: bytes, *, extra_certificates: Sequence[bytes] = ()) -> SignedCms:
    """Read a ContentInfo with a SignedData; bytes after it (the zero padding of /Contents) are ignored.

    Args:
        data: BER or DER.
        extra_certificates: Further certificates (DER) among which the signer's may be.

    Raises:
        InputError: ``MALFORMED_CMS``.
    Source: RFC 5652 §5.1, §5.3.
    """
    usual = read_usual_cms(data, extra_certificates=extra_certificates)
    return usual if usual is not None else read_any_cms(data, extra_certificates=extra_certificates)


def read_any_cms(data: bytes, *, extra_certificates: Sequence[bytes] = ()) -> SignedCms:
    """As :func:`parse_signed_data`, without the short way for what is of the usual form."""
    try:
        return _parse(data, extra_certificates)
    except InputError:
        raise
    except Exception as exc:  # boundary: the ASN.1 library lets any exception out on hostile bytes
        raise InputError(ErrorCode.MALFORMED_CMS, f"the CMS cannot be read: {type(exc).__name__}") from exc


def _parse(data: bytes, extra_certificates: Sequence[bytes]) -> SignedCms:
    content_info = cms.ContentInfo.load(data)
    if content_info["content_type"].native != _SIGNED_DATA:
        raise InputError(ErrorCode.MALFORMED_CMS, f"the CMS is {content_info['content_type'].native}, not SignedData")
    signed_data = content_info["content"]
    infos = signed_data["signer_infos"]
    if len(infos) == 0:
        raise InputError(ErrorCode.MALFORMED_CMS, "the CMS has no SignerInfo")
    info = infos[0]
    certificates = tuple(
        _as_written(choice.chosen) for choice in (signed_data["certificates"] or ()) if choice.name == "certificate"
    )
    attributes = _Attributes(info)
    scheme, digest, salt, mgf = _signature_algorithm(info)
    encapsulated = signed_data["encap_content_info"]
    content = encapsulated["content"]
    return SignedCms(
        signer_infos=len(infos),
        digest_algorithm=_digest_name(info["digest_algorithm"]),
        signature_scheme=scheme,
        signature_digest=digest,
        pss_salt_bytes=salt,
        pss_mgf_digest=mgf,
        signature=info["signature"].native,
        signed_attributes=attributes.as_signed(),
        message_digest=attributes.first("message_digest"),
        content_type=encapsulated["content_type"].native,
        attribute_content_type=attributes.first("content_type"),
        content=None if isinstance(content, core.Void) or content is None else _octets(content),
        claimed_time=_aware(attributes.first("signing_time")),
        references=attributes.references(),
        repeats_reference=attributes.repeats_reference(),
        signer_certificate=_find_signer(info["sid"], (*certificates, *extra_certificates)),
        certificates=certificates,
        crls=(*_crls(signed_data), *attributes.adobe("crl")),
        ocsps=attributes.adobe("ocsp"),
        timestamp_tokens=attributes.timestamps(),
        content_timestamps=attributes.content_timestamps(),
        evidence_records=attributes.evidence_records(),
        signature_policy=attributes.signature_policy(),
    )


class _Attributes:
    """Signed and unsigned attributes of one SignerInfo; values are decoded only when asked for.

    One attribute that is not DER must not spoil the others (seen in the Government's signatures).
    """

    def __init__(self, info: Any) -> None:  # noqa: ANN401 — asn1crypto ships no types
        signed = info["signed_attrs"]
        unsigned = info["unsigned_attrs"]
        self._signed = None if isinstance(signed, core.Void) or signed is None else signed
        self._unsigned = () if isinstance(unsigned, core.Void) or unsigned is None else unsigned

    def as_signed(self) -> bytes | None:
        """RFC 5652 §5.4: the attributes are signed with the tag SET OF, not with their implicit [0]."""
        if self._signed is None:
            return None
        contents: bytes = self._signed.contents
        length = len(contents)
        if length < 0x80:  # noqa: PLR2004 — short form, X.690 §8.1.3.4
            return bytes((0x31, length)) + contents
        octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
        return bytes((0x31, 0x80 | len(octets))) + octets + contents

    def values(self, name: str) -> list[Any]:
        found: list[Any] = []
        for attribute in self._signed or ():
            if attribute["type"].native == name:
                found.extend(attribute["values"])
        return found

    def first(self, name: str) -> Any:  # noqa: ANN401 — the value's type is the attribute's
        values = self.values(name)
        # RFC 5652 §11: each of these has exactly one value; two would let two readers see two digests.
        if len(values) > 1:
            raise InputError(ErrorCode.MALFORMED_CMS, f"the attribute {name} has {len(values)} values")
        return values[0].native if values else None

    def references(self) -> tuple[SigningCertificateReference, ...]:
        found = [
            SigningCertificateReference(
                digest_algorithm=_digest_name(value["certs"][0]["hash_algorithm"]),
                digest=value["certs"][0]["cert_hash"].native,
            )
            for value in self.values("signing_certificate_v2")
        ]
        found += [
            SigningCertificateReference(digest_algorithm="sha1", digest=value["certs"][0]["cert_hash"].native)
            for value in self.values("signing_certificate")
        ]
        return tuple(found)

    def repeats_reference(self) -> bool:
        names = [attribute["type"].native for attribute in self._signed or ()]
        return any(names.count(name) > 1 for name in ("signing_certificate_v2", "signing_certificate"))

    def adobe(self, kind: str) -> tuple[bytes, ...]:
        """By number, not name: whether the name is known depends on which libraries were imported before."""
        try:
            return tuple(
                _as_written(item)
                for attribute in self._signed or ()
                if attribute["type"].dotted == _OID_ADOBE_REVOCATION
                for value in attribute["values"]
                for item in _RevocationInfoArchival.load(_as_written(value))[kind]
            )
        except (ValueError, TypeError, KeyError):
            # evidence that cannot be read is evidence that is not there
            return ()

    def timestamps(self) -> tuple[bytes, ...]:
        found: list[bytes] = []
        for attribute in self._unsigned:
            if attribute["type"].dotted == _OID_SIGNATURE_TIMESTAMP:
                found.extend(_as_written(value) for value in attribute["values"])
        return tuple(found)

    def content_timestamps(self) -> tuple[bytes, ...]:
        return tuple(_as_written(value) for value in self._signed_values(_OID_CONTENT_TIMESTAMP))

    def evidence_records(self) -> int:
        return sum(attribute["type"].dotted in _EVIDENCE_RECORD_OIDS for attribute in self._unsigned)

    def signature_policy(self) -> str:
        for value in self._signed_values(_OID_SIGNATURE_POLICY):
            try:
                return str(core.ObjectIdentifier.load(core.Sequence.load(value.dump()).contents).native)
            except (ValueError, TypeError):
                return "unreadable"
        return ""

    def _signed_values(self, dotted: str) -> list[Any]:
        return [
            value
            for attribute in self._signed or ()
            if attribute["type"].dotted == dotted
            for value in attribute["values"]
        ]


def _as_written(value: Any) -> bytes:  # noqa: ANN401 — asn1crypto ships no types
    """Return an element's bytes. Its own ``dump`` takes a length that ends in 0x80 for an indefinite one."""
    header: bytes = value._header  # noqa: SLF001 — no other way to see how the length was written
    if len(header) > 2:  # noqa: PLR2004 — tag and one byte, which may be the indefinite length
        return bytes(header + value.contents + value._trailer)  # noqa: SLF001
    return bytes(value.dump())


def _octets(content: Any) -> bytes:  # noqa: ANN401 — asn1crypto ships no types
    value = content.native if isinstance(content, core.OctetString) else content.contents
    if isinstance(content, core.ParsableOctetString):
        value = bytes(content)
    return value if isinstance(value, bytes) else bytes(content.contents)


def _aware(value: object) -> datetime | None:
    if not isinstance(value, datetime) or not is_plausible(value):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _digest_name(algorithm: Any) -> str:  # noqa: ANN401 — asn1crypto ships no types
    name = algorithm["algorithm"].native
    # id-shake256 without a length means 512 bits in CMS (RFC 8419 §3.1)
    return "shake256" if name in {"shake256", "shake256_len"} else str(name)


def _signature_algorithm(info: Any) -> tuple[str, str, int, str]:  # noqa: ANN401 — asn1crypto ships no types
    algorithm = info["signature_algorithm"]
    own_digest = _digest_name(info["digest_algorithm"])
    dotted = algorithm["algorithm"].dotted
    if dotted in _SIGNATURE_OIDS:
        scheme, digest = _SIGNATURE_OIDS[dotted]
        return scheme, digest, 0, ""
    try:
        scheme = algorithm.signature_algo
    except ValueError:
        return dotted, own_digest, 0, ""
    if scheme == "rsassa_pss":
        parameters = algorithm["parameters"]
        return (
            scheme,
            parameters["hash_algorithm"]["algorithm"].native,
            int(parameters["salt_length"].native),
            parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native,
        )
    if scheme in {"ed25519", "ed448"}:
        return scheme, own_digest, 0, ""
    try:
        return scheme, algorithm.hash_algo, 0, ""
    except ValueError:
        # rsaEncryption and the like name no digest: RFC 5754 §3.2 takes the SignerInfo's
        return scheme, own_digest, 0, ""


def _find_signer(sid: Any, certificates: Sequence[bytes]) -> bytes | None:  # noqa: ANN401 — asn1crypto ships no types
    for der in certificates:
        try:
            certificate = asn1_x509.Certificate.load(der)
            if sid.name == "issuer_and_serial_number":
                same = (
                    certificate.serial_number == sid.chosen["serial_number"].native
                    and certificate.issuer.hashable == sid.chosen["issuer"].hashable
                )
            else:
                same = certificate.key_identifier == sid.chosen.native
        except (ValueError, TypeError, KeyError):
            continue
        if same:
            return der
    return None


def _crls(signed_data: Any) -> tuple[bytes, ...]:  # noqa: ANN401 — asn1crypto ships no types
    choices = signed_data["crls"]
    if choices is None or isinstance(choices, core.Void):
        return ()
    return tuple(_as_written(choice.chosen) for choice in choices if choice.name != "other")
