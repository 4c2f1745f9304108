"""What the author of a signature field requires of whoever signs it (/SV).

Only what is required is read: an entry whose flag is not set is a proposal that a signer may leave aside.

What it does not do: compare it with anything (see :mod:`vnsign.signing.seed_values`).

Source: ISO 32000-2 §12.7.5.5, Table 237 (seed values), Table 238 (seed values of the certificate).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pikepdf import Array, Dictionary, Name, Object, String

from vnsign.errors import ErrorCode, InputError

#: Bits of /Ff by entry, counted from 0.
_FLAGS = {
    "/Filter": 0,
    "/SubFilter": 1,
    "/V": 2,
    "/Reasons": 3,
    "/LegalAttestation": 4,
    "/AddRevInfo": 5,
    "/DigestMethod": 6,
    "/LockDocument": 7,
    "/AppearanceFilter": 8,
}
#: /URL (bit 6) says where to get a certificate: nothing that a signature could obey.
_CERTIFICATE_FLAGS = {"/Subject": 0, "/Issuer": 1, "/OID": 2, "/SubjectDN": 3, "/KeyUsage": 5}
#: What these ask for when they have these values is what happens anyway.
_HARMLESS = {"/AddRevInfo": (False,), "/LockDocument": (Name("/false"), Name("/auto"))}
_NOT_OBEYED = ("/LegalAttestation", "/AddRevInfo", "/LockDocument", "/AppearanceFilter")


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSeed:
    """What is required of the signer's certificate; None: nothing.

    Attributes:
        subjects: It is one of these (DER).
        issuers: One of these stands above it (DER).
        policies: It names all of these policies (object identifiers).
        subject_names: Its subject has all attributes of one of these, by short name or object identifier.
        key_usages: Its key usage matches one of these: ``1``, ``0`` or ``X`` (either) for each bit of RFC 5280.
        signature_policy: A signature policy that the signature is to name.
    """

    subjects: tuple[bytes, ...] | None
    issuers: tuple[bytes, ...] | None
    policies: tuple[str, ...] | None
    subject_names: tuple[Mapping[str, str], ...] | None
    key_usages: tuple[str, ...] | None
    signature_policy: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedValues:
    """What is required; None: nothing.

    Attributes:
        filter: The signature handler.
        sub_filters: Encodings, one of which is to be used.
        version: What a reader of these values has to understand.
        reasons: One of these is /Reason; if there are none, there is to be no reason.
        digest_methods: Hashes, one of which is to be used.
        signature_type: P of the certification, or 0 for an approval.
        timestamp: A time-stamp token is to be in the signature.
        not_obeyed: Required entries that no signature of ours can obey.
        certificate: Of the signer.
    """

    filter: str | None
    sub_filters: tuple[str, ...] | None
    version: float | None
    reasons: tuple[str, ...] | None
    digest_methods: tuple[str, ...] | None
    signature_type: int | None
    timestamp: bool
    not_obeyed: tuple[str, ...]
    certificate: CertificateSeed | None


def read_seed_values(field: Object) -> SeedValues | None:
    """Return what the field requires, None if it has no seed values.

    Raises:
        InputError: MALFORMED_PDF: they cannot be understood, so nobody can tell whether they are obeyed.
    """
    given = field.get("/SV")
    if given is None:
        return None
    seed = _dictionary(given, "/SV")
    required = _required(seed, _FLAGS)
    sub_filters, methods = required.get("/SubFilter"), required.get("/DigestMethod")
    wanted_type = seed.get("/MDP")
    timestamp, certificate = seed.get("/TimeStamp"), seed.get("/Cert")
    return SeedValues(
        filter=str(required["/Filter"]) if "/Filter" in required else None,
        sub_filters=_words(sub_filters, "/SubFilter") if sub_filters is not None else None,
        version=float(required["/V"]) if "/V" in required else None,
        reasons=_reasons(seed),
        digest_methods=_words(methods, "/DigestMethod") if methods is not None else None,
        signature_type=_signature_type(wanted_type) if wanted_type is not None else None,
        timestamp=timestamp is not None and bool(_number(_dictionary(timestamp, "/TimeStamp"), "/Ff") & 1),
        not_obeyed=tuple(key for key in _NOT_OBEYED if key in required and required[key] not in _HARMLESS.get(key, ())),
        certificate=_certificate(certificate) if certificate is not None else None,
    )


def _certificate(given: Object) -> CertificateSeed:
    seed = _dictionary(given, "/Cert")
    required = _required(seed, _CERTIFICATE_FLAGS)
    names, policy = required.get("/SubjectDN"), seed.get("/SignaturePolicyOID")
    usages = required.get("/KeyUsage")
    return CertificateSeed(
        subjects=_octets(required.get("/Subject"), "/Subject"),
        issuers=_octets(required.get("/Issuer"), "/Issuer"),
        policies=_decoded(required.get("/OID"), "/OID"),
        subject_names=tuple(
            {key[1:]: str(value) for key, value in _dictionary(name, "/SubjectDN").items()}
            for name in _array(names, "/SubjectDN")
        )
        if names is not None
        else None,
        key_usages=_words(usages, "/KeyUsage") if usages is not None else None,
        signature_policy=str(policy) if policy is not None else None,
    )


def _required(seed: Object, flags: Mapping[str, int]) -> dict[str, Object]:
    """Return the entries whose flag is set."""
    bits = _number(seed, "/Ff")
    return {key: seed[key] for key, bit in flags.items() if bits >> bit & 1 and key in seed}


def _reasons(seed: Object) -> tuple[str, ...] | None:
    """No reasons although the flag is set: none may be given. So does the one reason ``.``."""
    if not _number(seed, "/Ff") >> _FLAGS["/Reasons"] & 1:
        return None
    reasons = _words(seed.get("/Reasons", Array([])), "/Reasons")
    return () if reasons == (".",) else reasons


def _signature_type(given: Object) -> int | None:
    wanted = _dictionary(given, "/MDP")
    return _number(wanted, "/P") if "/P" in wanted else None


def _octets(given: Object | None, key: str) -> tuple[bytes, ...] | None:
    if given is None:
        return None
    octets = _array(given, key)
    if not all(isinstance(each, String) for each in octets):
        raise _malformed(key)
    return tuple(bytes(each) for each in octets)


def _decoded(given: Object | None, key: str) -> tuple[str, ...] | None:
    octets = _octets(given, key)
    return tuple(each.decode("latin-1") for each in octets) if octets is not None else None


def _words(given: Object, key: str) -> tuple[str, ...]:
    words = _array(given, key)
    if not all(isinstance(word, (Name, String)) for word in words):
        raise _malformed(key)
    return tuple(str(word) for word in words)


def _array(given: Object, key: str) -> Sequence[Object]:
    if not isinstance(given, Array):
        raise _malformed(key)
    return tuple(given)


def _dictionary(given: Object, key: str) -> Object:
    if not isinstance(given, Dictionary):
        raise _malformed(key)
    return given


def _number(owner: Object, key: str) -> int:
    number = owner.get(key, 0)
    if not isinstance(number, int) or isinstance(number, bool):
        raise _malformed(key)
    return int(number)


def _malformed(key: str) -> InputError:
    return InputError(
        ErrorCode.MALFORMED_PDF,
        f"what the signature field requires of its signer cannot be understood ({key} in its seed values)",
        way_out="ask the document's author for a copy with a plain field",
    )
