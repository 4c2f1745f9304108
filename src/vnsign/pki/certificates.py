"""Certificates: built from a profile, read from bytes.

Invariants:
    - What a certificate says is decided by its row in :data:`vnsign.policy.profiles.PROFILES`.
    - A certificate never outlives, and never precedes, its issuer's.

What it does not do: no I/O, no clock, no choice of serial number (arguments); it keeps no record. The promise that
every certificate is on record is the authority's.

Source: RFC 5280 §4; Nghị định 68/2024/NĐ-CP Điều 7 (content), Điều 9 (validity).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import PrivateKey, PublicKey, check_public_key, signature_hash
from vnsign.policy.profiles import PROFILES, CertificateProfile, KeyUsageBit, ProfileRules

_ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Where an issuer publishes, as written into the certificates it issues.

    Attributes:
        crl_url: Its certificate revocation list (cRLDistributionPoints).
        issuer_url: Its own certificate, DER (authorityInfoAccess, caIssuers).
        ocsp_url: Its OCSP responder, if it has one.
        delta_url: Its list of changes since the last complete one (freshestCRL), if it makes such lists.
    """

    crl_url: str
    issuer_url: str
    ocsp_url: str | None = None
    delta_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateContent:
    """What shall be certified.

    Attributes:
        serial: Positive, at most 20 octets (RFC 5280 §4.1.2.2); uniqueness is the caller's promise.
        not_before: Aware; written in UTC, whole seconds.
        not_after: Aware; None means as long as the profile and the issuer allow.
        email: Official address for subjectAltName; in the name too where the profile says so.
        policies: Certificate policy OIDs, dotted.
        cps_url: Where the certification practice statement stands; written beside each policy.
        is_renewal: The shorter validity of a renewal applies.
    """

    profile: CertificateProfile
    subject: x509.Name
    public_key: PublicKey
    serial: int
    not_before: datetime
    not_after: datetime | None = None
    email: str | None = None
    policies: tuple[str, ...] = ()
    cps_url: str | None = None
    is_renewal: bool = False


def build_root_certificate(content: CertificateContent, key: PrivateKey) -> x509.Certificate:
    """Build a self-signed root certificate.

    Raises:
        UsageError: ``ISSUE_REFUSED``: not the root profile, a validity longer than the profile allows, or a name that
            does not fit.
    """
    if content.profile is not CertificateProfile.ROOT:
        raise _refused(f"a {content.profile} certificate needs an issuer")
    builder = _builder(content, issuer_name=content.subject, not_after=_not_after(content, issuer=None))
    return builder.sign(key, signature_hash(check_public_key(key.public_key())))


def build_certificate(content: CertificateContent, issuer: Credential, publication: Publication) -> x509.Certificate:
    """Build a certificate signed by ``issuer``.

    Does not check: that the subject asked for it, that the key is the subject's, or that the serial is new.

    Raises:
        UsageError: ``ISSUE_REFUSED``: the issuer may not issue this, or the validity or the name does not fit.
        UsageError: ``KEY_UNUSABLE``: the public key is too weak.
    Source: RFC 5280 §4.1–4.2.
    """
    _check_issuer(content, issuer.certificate)
    not_after = _not_after(content, issuer=issuer.certificate)
    builder = _builder(content, issuer_name=issuer.certificate.subject, not_after=not_after)
    issuer_key_id = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key_id), critical=False
    )
    for extension in _publication_extensions(publication, no_check=PROFILES[content.profile].no_check):
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(issuer.key, signature_hash(check_public_key(issuer.key.public_key())))


def utc_seconds(moment: datetime) -> datetime:
    """Return ``moment`` in UTC without fractions, as certificates and lists write time (RFC 5280 §4.1.2.5).

    Raises:
        UsageError: ``BAD_ARGUMENT``: no time zone.
    """
    if moment.tzinfo is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC).replace(microsecond=0)


def parse_oid(dotted: str) -> x509.ObjectIdentifier:
    """Return the object identifier written ``1.2.3``.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """
    try:
        return x509.ObjectIdentifier(dotted)
    except ValueError as exc:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"{dotted!r} is not an object identifier") from exc


def load_certificate(data: bytes, *, file: str | None = None) -> x509.Certificate:
    """Read one certificate, DER or PEM.

    Does not check: signature, validity, or anything else the certificate claims.

    Raises:
        InputError: ``MALFORMED_CERTIFICATE``.
    """
    try:
        if b"-----BEGIN" in data[:1024]:
            return x509.load_pem_x509_certificate(data)
        return x509.load_der_x509_certificate(data)
    except (ValueError, TypeError, x509.InvalidVersion) as exc:
        raise InputError(ErrorCode.MALFORMED_CERTIFICATE, f"not a certificate: {exc}", file=file) from exc


def _builder(content: CertificateContent, *, issuer_name: x509.Name, not_after: datetime) -> x509.CertificateBuilder:
    rules = PROFILES[content.profile]
    public_key = check_public_key(content.public_key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_subject_name(content))
        .issuer_name(issuer_name)
        .public_key(public_key)
        .serial_number(content.serial)
        .not_valid_before(utc_seconds(content.not_before))
        .not_valid_after(not_after)
        .add_extension(x509.BasicConstraints(ca=rules.is_ca, path_length=rules.path_length), critical=True)
        .add_extension(_key_usage(rules.key_usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )
    for extension, critical in _optional_extensions(content, rules):
        builder = builder.add_extension(extension, critical=critical)
    return builder


def _optional_extensions(content: CertificateContent, rules: ProfileRules) -> Iterable[tuple[x509.ExtensionType, bool]]:
    if rules.extended_key_usage:
        yield x509.ExtendedKeyUsage(rules.extended_key_usage), True
    if content.email is not None:
        yield x509.SubjectAlternativeName([x509.RFC822Name(content.email)]), False
    if content.policies:
        oids = [parse_oid(policy) for policy in content.policies]
        # RFC 5280 §4.2.1.4: a pointer to the practice statement is one of the two qualifiers there are.
        qualifiers = None if content.cps_url is None else [content.cps_url]
        yield x509.CertificatePolicies([x509.PolicyInformation(oid, qualifiers) for oid in oids]), False
    if rules.no_check:
        yield x509.OCSPNoCheck(), False


def _subject_name(content: CertificateContent) -> x509.Name:
    rules = PROFILES[content.profile]
    present = {attribute.oid for attribute in content.subject}
    if missing := rules.required_in_name - present:
        raise _refused(f"the name of a {content.profile} has no {_dotted(missing)}")
    if foreign := present - rules.required_in_name - rules.optional_in_name:
        raise _refused(f"the name of a {content.profile} may not hold {_dotted(foreign)}")
    if content.email is None or not rules.email_in_name:
        return content.subject
    # RFC 5280 §4.1.2.6: beside subjectAltName an address in the name is deprecated but permitted; readers of
    # official-use certificates look for it there.
    email = x509.NameAttribute(NameOID.EMAIL_ADDRESS, content.email)
    return x509.Name([*content.subject, email])


def _dotted(oids: Iterable[x509.ObjectIdentifier]) -> str:
    return ", ".join(sorted(oid.dotted_string for oid in oids))


@lru_cache(maxsize=64)  # the same in every certificate of one issuer
def _publication_extensions(publication: Publication, *, no_check: bool) -> tuple[x509.ExtensionType, ...]:
    points: list[x509.ExtensionType] = []
    access = [(AuthorityInformationAccessOID.CA_ISSUERS, publication.issuer_url)]
    if not no_check:
        points.append(x509.CRLDistributionPoints([_point(publication.crl_url)]))
        if publication.delta_url is not None:
            points.append(x509.FreshestCRL([_point(publication.delta_url)]))
        if publication.ocsp_url is not None:
            access.append((AuthorityInformationAccessOID.OCSP, publication.ocsp_url))
    return (
        *points,
        x509.AuthorityInformationAccess(
            [x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for method, url in access]
        ),
    )


def _point(url: str) -> x509.DistributionPoint:
    return x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)


@cache
def _key_usage(bits: frozenset[KeyUsageBit]) -> x509.KeyUsage:
    return x509.KeyUsage(**{bit.value: bit in bits for bit in KeyUsageBit})


def _check_issuer(content: CertificateContent, issuer: x509.Certificate) -> None:
    constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
    if not constraints.ca:
        raise _refused(f"{issuer.subject.rfc4514_string()} is not a certification authority")
    if PROFILES[content.profile].is_ca and constraints.path_length == 0:
        raise _refused(f"{issuer.subject.rfc4514_string()} may not certify further authorities")
    if content.profile is CertificateProfile.ROOT:
        raise _refused("a root certificate is self-signed")
    if not issuer.not_valid_before_utc <= utc_seconds(content.not_before) < issuer.not_valid_after_utc:
        raise _refused(f"{content.not_before.isoformat()} is outside the validity of the issuer's certificate")


def _not_after(content: CertificateContent, *, issuer: x509.Certificate | None) -> datetime:
    start = utc_seconds(content.not_before)
    years = _max_years(content)
    # RFC 5280 §4.1.2.5: both ends belong to the validity, so n years end one second before the n-th anniversary.
    latest = _add_years(start, years) - _ONE_SECOND
    if content.not_after is not None:
        wanted = utc_seconds(content.not_after)
        if not start <= wanted <= latest:
            raise _refused(f"validity until {wanted.isoformat()} is not between {start} and {latest}")
        latest = wanted
    return latest if issuer is None else min(latest, issuer.not_valid_after_utc)


def _max_years(content: CertificateContent) -> int:
    rules = PROFILES[content.profile]
    if not content.is_renewal:
        return rules.max_years
    if rules.max_renewal_years is None:
        raise _refused(f"a {content.profile} certificate is not renewed")
    return rules.max_renewal_years


def _add_years(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # 29 February in a year that has none
        return moment.replace(year=moment.year + years, day=28)


def _refused(message: str) -> UsageError:
    return UsageError(ErrorCode.ISSUE_REFUSED, message)
