"""Certificate revocation lists: built and read.

Invariants:
    - A list speaks of all certificates of one issuer (complete), or of what changed since a complete list (delta).
    - ``certificateHold`` and ``removeFromCRL`` are not written unless the content allows them: official-use
      certificates know no suspension.
    - ``removeFromCRL`` stands in delta lists only.

What it does not do: no partitions by reason, no indirect lists; it keeps no numbers (arguments) and verifies no
signature.

Source: RFC 5280 §5; Nghị định 68/2024/NĐ-CP Điều 6 (services of the provider) and Điều 17 (revocation).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509

from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pki.certificates import utc_seconds
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import check_public_key, signature_hash

_SUSPENSION = frozenset({x509.ReasonFlags.certificate_hold, x509.ReasonFlags.remove_from_crl})


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokedEntry:
    """One revoked certificate.

    Attributes:
        revoked_at: Aware; written in UTC, whole seconds.
        reason: Why; ``unspecified`` writes no reason (RFC 5280 §5.3.1).
        invalidity_date: Since when the key may have been in other hands, aware (RFC 5280 §5.3.2).
    """

    serial: int
    revoked_at: datetime
    reason: x509.ReasonFlags = x509.ReasonFlags.unspecified
    invalidity_date: datetime | None = None


class CrlScope(StrEnum):
    """Whose revocation a list tells of."""

    #: everything its issuer certified
    ALL = "all"
    #: onlyContainsUserCerts
    USERS = "users"
    #: onlyContainsCACerts
    AUTHORITIES = "authorities"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrlContent:
    """What a list shall say.

    Attributes:
        number: cRLNumber, higher than that of every earlier list of the issuer (the caller's promise).
        this_update: Aware; written in UTC, whole seconds.
        next_update: Aware; by then another list is out.
        base_number: Makes it a delta list: the number of the complete list it adds to.
        url: Where the complete list is published, as certificates name it (issuingDistributionPoint); None writes no
            such extension, then ``scope`` must be ``ALL``.
        delta_url: Where the delta list is published (freshestCRL); in complete lists only.
        allows_hold: ``certificateHold`` and, in a delta list, ``removeFromCRL`` may stand in it.
    """

    number: int
    this_update: datetime
    next_update: datetime
    entries: tuple[RevokedEntry, ...] = ()
    base_number: int | None = None
    url: str | None = None
    scope: CrlScope = CrlScope.ALL
    delta_url: str | None = None
    allows_hold: bool = False


def check_reason(reason: x509.ReasonFlags) -> None:
    """Refuse reasons that mean suspension.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """
    if reason in _SUSPENSION:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{reason.value} suspends a certificate, which official-use certificates do not know",
            way_out="revoke it for good with another reason, and issue a new one if need be",
        )


def build_crl(content: CrlContent, issuer: Credential) -> x509.CertificateRevocationList:
    """Build and sign a list, complete or delta.

    Raises:
        UsageError: ``BAD_ARGUMENT``: a reason that may not stand in this list, times or numbers in the wrong order, or
            extensions that contradict each other.
    Source: RFC 5280 §5.1–5.3.
    """
    _check_content(content)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(utc_seconds(content.this_update))
        .next_update(utc_seconds(content.next_update))
    )
    for extension, critical in _list_extensions(content, issuer.certificate):
        builder = builder.add_extension(extension, critical=critical)
    for revoked in _revoked_certificates(content):
        builder = builder.add_revoked_certificate(revoked)
    return builder.sign(issuer.key, signature_hash(check_public_key(issuer.key.public_key())))


def _check_content(content: CrlContent) -> None:
    if not content.this_update < content.next_update:
        raise _bad_list("nextUpdate must be later than thisUpdate")
    if content.base_number is not None and not 0 < content.base_number < content.number:
        raise _bad_list(f"a delta list numbered {content.number} cannot add to number {content.base_number}")
    if content.base_number is not None and content.delta_url is not None:
        raise _bad_list("freshestCRL stands in complete lists only (RFC 5280 §5.2.6)")
    if content.url is None and content.scope is not CrlScope.ALL:
        raise _bad_list("a list of some certificates names its distribution point (RFC 5280 §5.2.5)")


def _list_extensions(content: CrlContent, issuer: x509.Certificate) -> Iterable[tuple[x509.ExtensionType, bool]]:
    yield x509.CRLNumber(content.number), False
    key_id = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    yield x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id), False
    if content.url is not None:
        # The delta's is the complete list's: they must match (RFC 5280 §6.3.3 (c)(2)).
        yield (
            x509.IssuingDistributionPoint(
                full_name=[x509.UniformResourceIdentifier(content.url)],
                relative_name=None,
                only_contains_user_certs=content.scope is CrlScope.USERS,
                only_contains_ca_certs=content.scope is CrlScope.AUTHORITIES,
                only_some_reasons=None,
                indirect_crl=False,
                only_contains_attribute_certs=False,
            ),
            True,
        )
    if content.base_number is not None:
        yield x509.DeltaCRLIndicator(content.base_number), True
    elif content.delta_url is not None:
        where = [x509.UniformResourceIdentifier(content.delta_url)]
        yield x509.FreshestCRL([x509.DistributionPoint(where, None, None, None)]), False


def load_crl(data: bytes, *, file: str | None = None) -> x509.CertificateRevocationList:
    """Read one list, DER or PEM.

    Does not check: signature, issuer or dates.

    Raises:
        InputError: ``MALFORMED_CRL``.
    """
    try:
        if b"-----BEGIN" in data[:1024]:
            return x509.load_pem_x509_crl(data)
        return x509.load_der_x509_crl(data)
    except (ValueError, TypeError, x509.InvalidVersion) as exc:
        raise InputError(ErrorCode.MALFORMED_CRL, f"not a revocation list: {exc}", file=file) from exc


def _revoked_certificates(content: CrlContent) -> Iterable[x509.RevokedCertificate]:
    for entry in content.entries:
        if not content.allows_hold:
            check_reason(entry.reason)
        elif entry.reason is x509.ReasonFlags.remove_from_crl and content.base_number is None:
            raise _bad_list("removeFromCRL stands in delta lists only (RFC 5280 §5.3.1)")
        builder = x509.RevokedCertificateBuilder(entry.serial, utc_seconds(entry.revoked_at))
        if entry.reason is not x509.ReasonFlags.unspecified:
            builder = builder.add_extension(x509.CRLReason(entry.reason), critical=False)
        if entry.invalidity_date is not None:
            invalid_since = utc_seconds(entry.invalidity_date)
            builder = builder.add_extension(x509.InvalidityDate(invalid_since), critical=False)
        yield builder.build()


def _bad_list(message: str) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, f"no such revocation list: {message}")
