"""Requests for certificates (PKCS#10): read from any bytes, and checked against what the agency applied for.

Invariants:
    - :func:`parse_request` returns a request with a key that may be certified, or raises our error, for any bytes.
    - All faults of a request are named at once, each by its :class:`RequestProblem`.
    - The profile decides what a certificate says. What a request asks for is compared, never copied: names and e-mail
      addresses must agree with the application; power over other certificates is refused; all else is left out.

What it does not do: it keeps no record, so it cannot know that a key is already certified (the authority does, and
adds ``KEY_IN_USE``). A challengePassword is not looked at.

Source: RFC 2986; RFC 2985 §5.4; RFC 5280 §7.1 (names), §7.5 (addresses).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from vnsign.errors import ErrorCode, InputError
from vnsign.pki.keys import PublicKey
from vnsign.pki.names import Subject
from vnsign.pki.request_keys import UnusableKey, check_attributes, read_public_key
from vnsign.pki.text_preparation import prepare_text
from vnsign.pki.weak_keys import MEANINGS, NO_LIST, CompromisedKeys, find_weaknesses
from vnsign.policy.profiles import PROFILES, CertificateProfile

#: A request with the largest key, a full name and every usual attribute has 6 KiB.
MAX_REQUEST_BYTES = 65_536
_MIN_HASH_BYTES = 32
_SHOWN_CHARACTERS = 80
_PEM = re.compile(
    rb"-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----.*-----END (?:NEW )?CERTIFICATE REQUEST-----\s*", re.DOTALL
)
_PEM_BEGINS = b"-----BEGIN"
#: Purposes that give power over other certificates or over time; only a profile gives them.
_POWERS = {
    ExtendedKeyUsageOID.OCSP_SIGNING: "answer for the status of certificates",
    ExtendedKeyUsageOID.TIME_STAMPING: "give time-stamps",
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: "serve any purpose",
}
#: Whatever the libraries raise over a request that is not well-formed.
_REQUEST_FAULTS = (
    ValueError,
    TypeError,
    LookupError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


class RequestProblem(StrEnum):
    """Why a request for a certificate is refused. The value is stable."""

    #: the signature in the request was not made with the key in it
    NO_POSSESSION = "no_possession"
    #: kind, size or form of the key
    KEY_UNUSABLE = "key_unusable"
    #: the private half can be computed or is published
    WEAK_KEY = "weak_key"
    #: the key is certified for somebody else, or asked for by somebody else
    KEY_IN_USE = "key_in_use"
    SUBJECT_MISMATCH = "subject_mismatch"
    EMAIL_MISMATCH = "email_mismatch"
    #: the request asks for power over other certificates
    EXTENSION_REFUSED = "extension_refused"
    WEAK_SIGNATURE_HASH = "weak_signature_hash"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFault:
    """One reason, with what was found, in English."""

    problem: RequestProblem
    detail: str


class RequestRefused(InputError):
    """A request that is well-formed and may not be answered; carries every reason.

    Attributes:
        faults: At least one.
    """

    def __init__(self, faults: Sequence[RequestFault], *, file: str | None = None) -> None:
        self.faults = tuple(faults)
        reasons = "; ".join(f"{fault.detail} [{fault.problem}]" for fault in self.faults)
        super().__init__(ErrorCode.REQUEST_REFUSED, f"the request for a certificate is refused: {reasons}", file=file)

    @property
    def problems(self) -> tuple[RequestProblem, ...]:
        """The reasons, for comparison."""
        return tuple(fault.problem for fault in self.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRequest:
    """A request as it was read. Nothing in it is proven but that its key may be certified.

    Attributes:
        der: The request, DER, also if it came as PEM.
        subject: May be empty.
        emails: Addresses in subjectAltName and in the name.
        extensions: What it asks to be written into the certificate.
    """

    der: bytes
    public_key: PublicKey
    subject: x509.Name
    emails: tuple[str, ...]
    extensions: x509.Extensions = field(compare=False)


def parse_request(data: bytes, *, file: str | None = None) -> CertificateRequest:
    """Read one PKCS#10 request, DER or PEM; explanatory text before the PEM block is skipped (RFC 7468 §2).

    Does not check: anything the request claims; see :func:`check_request`.

    Args:
        data: At most ``MAX_REQUEST_BYTES``; more is refused unread.

    Raises:
        InputError: ``MALFORMED_REQUEST``.
        RequestRefused: ``KEY_UNUSABLE``: the kind, size or form of its key.
    Source: RFC 2986 §4; RFC 7468 §7.
    """
    if len(data) > MAX_REQUEST_BYTES:
        raise _malformed(f"{len(data)} bytes; at most {MAX_REQUEST_BYTES} are read", file=file)
    with _foreign_faults(file):
        csr = _load(data)
        check_attributes(csr)
        subject, extensions = csr.subject, csr.extensions
        emails = tuple(_emails(subject, extensions))
        public_key = read_public_key(csr)
    return CertificateRequest(
        der=csr.public_bytes(Encoding.DER),
        public_key=public_key,
        subject=subject,
        emails=emails,
        extensions=extensions,
    )


def parse_key(der: bytes) -> PublicKey:
    """Read the key of a request that :func:`parse_request` has read before; it costs a fifth.

    Raises:
        InputError: ``MALFORMED_REQUEST``, ``REQUEST_REFUSED``: no such request.
    """
    with _foreign_faults():
        return read_public_key(x509.load_der_x509_csr(der))


def check_request(
    request: CertificateRequest,
    *,
    subject: Subject,
    profile: CertificateProfile,
    compromised: CompromisedKeys = NO_LIST,
) -> tuple[RequestFault, ...]:
    """Return everything that speaks against certifying ``subject`` with the key of ``request``; empty if nothing does.

    Does not check: that the key is not certified already, and that the application is approved.

    Args:
        subject: Whom the agency applied for; it, not the request, is written into the certificate.
        profile: What the certificate will be for.
        compromised: Lists of keys that strangers hold.

    Source: RFC 2986 §4.2; RFC 5280 §7.1, §7.5; Thông tư 15/2025/TT-BKHCN Phụ lục I (SHA-256 or better).
    """
    weaknesses = find_weaknesses(request.public_key, compromised=compromised)
    return (
        *_signature_faults(x509.load_der_x509_csr(request.der)),
        *(RequestFault(problem=RequestProblem.WEAK_KEY, detail=MEANINGS[weakness]) for weakness in weaknesses),
        *_subject_faults(request.subject, subject.to_name()),
        *_email_faults(request.emails, subject.email),
        *_extension_faults(request.extensions, profile),
    )


@contextmanager
def _foreign_faults(file: str | None = None) -> Iterator[None]:
    try:
        yield
    except UnusableKey as exc:
        raise RequestRefused([RequestFault(problem=RequestProblem.KEY_UNUSABLE, detail=str(exc))], file=file) from exc
    except _REQUEST_FAULTS as exc:
        raise _malformed(str(exc), file=file) from exc


def _load(data: bytes) -> x509.CertificateSigningRequest:
    if data[:1] == b"\x30":
        return x509.load_der_x509_csr(data)
    begin = data.find(_PEM_BEGINS)
    if begin < 0 or data.count(_PEM_BEGINS) > 1 or not _PEM.fullmatch(data, begin):
        raise ValueError("neither one request in DER nor one PEM block with nothing after it")
    return x509.load_pem_x509_csr(data[begin:])


def _emails(subject: x509.Name, extensions: x509.Extensions) -> Iterator[str]:
    for extension in extensions:
        if isinstance(extension.value, x509.SubjectAlternativeName):
            yield from extension.value.get_values_for_type(x509.RFC822Name)
    for attribute in subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS):
        yield str(attribute.value)


def _signature_faults(csr: x509.CertificateSigningRequest) -> Iterator[RequestFault]:
    try:
        used = csr.signature_hash_algorithm
        if used is not None and used.digest_size < _MIN_HASH_BYTES:
            # Whether it verifies does not matter: it would prove nothing.
            yield RequestFault(
                problem=RequestProblem.WEAK_SIGNATURE_HASH,
                detail=f"the request is signed with {used.name}; use SHA-256 or better",
            )
            return
        proven = csr.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
        proven = False
    if not proven:
        yield RequestFault(
            problem=RequestProblem.NO_POSSESSION,
            detail="the signature of the request was not made with the key in it: possession of the key is not proven",
        )


def _subject_faults(asked: x509.Name, wanted: x509.Name) -> Iterator[RequestFault]:
    # Which types a name has, and how often, is compared; the order of types is the profile's to choose.
    if not list(asked) or asked == wanted:
        return
    asked_values, wanted_values = _by_type(asked), _by_type(wanted)
    differences = [
        f"{oid} is {_shown(asked_values.get(oid))} in the request, {_shown(wanted_values.get(oid))} in the application"
        for oid in dict.fromkeys([*wanted_values, *asked_values])
        if _prepared(asked_values.get(oid, ())) != _prepared(wanted_values.get(oid, ()))
    ]
    if differences:
        yield RequestFault(problem=RequestProblem.SUBJECT_MISMATCH, detail="; ".join(differences))


def _by_type(name: x509.Name) -> dict[str, tuple[str | bytes, ...]]:
    found: dict[str, tuple[str | bytes, ...]] = {}
    for attribute in name:
        if attribute.oid != NameOID.EMAIL_ADDRESS:  # compared as an address
            label = attribute.rfc4514_attribute_name
            found[label] = (*found.get(label, ()), attribute.value)
    return found


def _prepared(values: Iterable[str | bytes]) -> list[str | bytes]:
    return [prepare_text(value) if isinstance(value, str) else value for value in values]


def _shown(values: tuple[str | bytes, ...] | None) -> str:
    # repr() escapes what a terminal would obey and what turns the direction of reading.
    text = "absent" if not values else ", ".join(repr(value) for value in values)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"


def _email_faults(asked: Iterable[str], wanted: str | None) -> Iterator[RequestFault]:
    allowed = None if wanted is None else _address(wanted)
    others = tuple(address for address in asked if _address(address) != allowed)
    if others:
        known = "none" if wanted is None else repr(wanted)
        yield RequestFault(
            problem=RequestProblem.EMAIL_MISMATCH,
            detail=f"the request names the address {_shown(others)}, the application {known}",
        )


def _address(address: str) -> tuple[str, str]:
    # RFC 5280 §7.5: the host without regard to case, the rest exactly.
    local, _, host = address.rpartition("@")
    return local, host.lower()


def _extension_faults(extensions: x509.Extensions, profile: CertificateProfile) -> Iterator[RequestFault]:
    rules = PROFILES[profile]
    for extension in extensions:
        match extension.value:
            case x509.BasicConstraints(ca=True) if not rules.is_ca:
                powers = ["be a certification authority"]
            case x509.KeyUsage() as usage if not rules.is_ca:
                powers = ["sign certificates"] * usage.key_cert_sign + ["sign revocation lists"] * usage.crl_sign
            case x509.ExtendedKeyUsage() as purposes:
                powers = [_POWERS[p] for p in purposes if p in _POWERS and p not in rules.extended_key_usage]
            case _:
                powers = []
        for power in powers:
            yield RequestFault(
                problem=RequestProblem.EXTENSION_REFUSED,
                detail=f"the request asks for the power to {power}, which this certificate will not have",
            )


def _malformed(reason: str, *, file: str | None) -> InputError:
    return InputError(ErrorCode.MALFORMED_REQUEST, f"not a request for a certificate: {reason}", file=file)
