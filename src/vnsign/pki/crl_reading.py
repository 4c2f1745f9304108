"""One revocation list, read: of which certificates and reasons it speaks, and what it says of one.

Invariants:
    - A list with a critical extension whose meaning is not known here, in the list or in any of its entries, cannot
      be read (RFC 5280 §5.2, §5.3).
    - A certificate is told apart by issuer and serial number: in an indirect list an entry belongs to the issuer named
      last (RFC 5280 §5.3.3).

What it does not do: believe it. Signature and signer are judged in :mod:`vnsign.pki.crl_processing`.

Source: RFC 5280 §5.2, §5.3, §6.3.3 (b), (c), (d).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import CRLEntryExtensionOID, ExtensionOID

from vnsign.pki.anchors import is_authority
from vnsign.pki.evidence import ALL_REASONS
from vnsign.pki.name_matching import full_names, is_same_name, share_a_name

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)

_LIST_EXTENSIONS = frozenset(
    {
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.CRL_NUMBER,
        ExtensionOID.DELTA_CRL_INDICATOR,
        ExtensionOID.FRESHEST_CRL,
        ExtensionOID.ISSUER_ALTERNATIVE_NAME,
        ExtensionOID.ISSUING_DISTRIBUTION_POINT,
    }
)
_ENTRY_EXTENSIONS = frozenset({CRLEntryExtensionOID.CRL_REASON, CRLEntryExtensionOID.INVALIDITY_DATE})
_INDIRECT_ENTRY_EXTENSIONS = _ENTRY_EXTENSIONS | {CRLEntryExtensionOID.CERTIFICATE_ISSUER}
_ENCODED_TRUE = b"\x01\x01\xff"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadList:
    """A list and the extensions that say what it is.

    Attributes:
        issuer: Whose name it has.
        number: cRLNumber, if there is one.
        base_number: The complete list it adds to; None in a complete list.
        key_id: DER of its authorityKeyIdentifier's parts, comparable; None if it has none.
        point: issuingDistributionPoint; None: it speaks of everything its issuer certified, for all reasons.
    """

    crl: x509.CertificateRevocationList
    issuer: x509.Name
    number: int | None
    base_number: int | None
    key_id: x509.AuthorityKeyIdentifier | None
    point: x509.IssuingDistributionPoint | None

    @property
    def is_indirect(self) -> bool:
        """Whether it may speak of certificates of other issuers."""
        return self.point is not None and self.point.indirect_crl

    def adds_to(self, complete: ReadList) -> bool:
        """Tell whether this list is a delta that brings ``complete`` up to date.

        Source: RFC 5280 §5.2.4, §6.3.3 (c).
        """
        if self.base_number is None or self.number is None or complete.number is None:
            return False
        return (
            self.base_number <= complete.number < self.number
            and is_same_name(self.issuer, complete.issuer)
            and self.point == complete.point
            and self.key_id == complete.key_id
        )


def read_list(crl: x509.CertificateRevocationList) -> ReadList | None:
    """Read a list; None if it must not be used.

    Does not check: its signature.

    Source: RFC 5280 §5.2 ("the application MUST NOT use that CRL").
    """
    try:
        if any(extension.critical and extension.oid not in _LIST_EXTENSIONS for extension in crl.extensions):
            return None
        number, base = _get(crl, x509.CRLNumber), _get(crl, x509.DeltaCRLIndicator)
        read = ReadList(
            crl=crl,
            issuer=crl.issuer,
            number=None if number is None else number.crl_number,
            base_number=None if base is None else base.crl_number,
            key_id=_get(crl, x509.AuthorityKeyIdentifier),
            point=_get(crl, x509.IssuingDistributionPoint),
        )
        return read if _can_read_entries(read) else None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _get(crl: x509.CertificateRevocationList, kind: type[_Extension]) -> _Extension | None:
    try:
        return crl.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _can_read_entries(read: ReadList) -> bool:
    """Look for critical extensions of entries; a million entries without one are not looked at one by one."""
    of_the_list = sum(extension.critical for extension in read.crl.extensions)
    if read.crl.tbs_certlist_bytes.count(_ENCODED_TRUE) <= of_the_list:
        return True
    known = _INDIRECT_ENTRY_EXTENSIONS if read.is_indirect else _ENTRY_EXTENSIONS
    return all(extension.oid in known for entry in read.crl for extension in entry.extensions if extension.critical)


def find_entry(read: ReadList, certificate: x509.Certificate) -> x509.RevokedCertificate | None:
    """Return the entry of a certificate, or None. Source: RFC 5280 §5.3.3, §6.3.3 (i), (j)."""
    # the library's own search knows no negative numbers, which RFC 5280 §4.1.2.2 asks to handle gracefully
    if not read.is_indirect and certificate.serial_number > 0:
        return read.crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    owner = read.issuer
    for entry in read.crl:
        for name in _certificate_issuer(entry):
            owner = name
        if entry.serial_number == certificate.serial_number and is_same_name(owner, certificate.issuer):
            return entry
    return None


def _certificate_issuer(entry: x509.RevokedCertificate) -> Iterator[x509.Name]:
    try:
        names = entry.extensions.get_extension_for_class(x509.CertificateIssuer).value
    except x509.ExtensionNotFound:
        return
    yield from (name.value for name in names if isinstance(name, x509.DirectoryName))


def reason_of(entry: x509.RevokedCertificate) -> str:
    """Return the reason in an entry; empty if none is given or it cannot be read."""
    try:
        value: str = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except (x509.ExtensionNotFound, ValueError):
        return ""
    return value


def covered_reasons(read: ReadList, certificate: x509.Certificate) -> frozenset[x509.ReasonFlags]:
    """Return the reasons for which a list speaks of a certificate; empty if it does not speak of it.

    Source: RFC 5280 §6.3.3 (b) (scope), (d) (reasons).
    """
    point = read.point
    if point is not None:
        is_ca = is_authority(certificate)
        if (
            (point.only_contains_user_certs and is_ca)
            or (point.only_contains_ca_certs and not is_ca)
            or point.only_contains_attribute_certs
        ):
            return frozenset()
    reasons = (point.only_some_reasons if point is not None else None) or ALL_REASONS
    covered: frozenset[x509.ReasonFlags] = frozenset()
    for names, issuers, asked in _points_of(certificate):
        if _is_list_for(read, certificate, names=names, issuers=issuers):
            covered |= reasons & asked
    return covered


def _is_list_for(
    read: ReadList,
    certificate: x509.Certificate,
    *,
    names: tuple[x509.GeneralName, ...],
    issuers: tuple[x509.GeneralName, ...],
) -> bool:
    issuer = x509.DirectoryName(read.issuer)
    if issuers:
        if not (read.is_indirect and share_a_name(issuers, [issuer])):
            return False
    elif not is_same_name(read.issuer, certificate.issuer):
        return False
    point = read.point
    if point is None or (point.full_name is None and point.relative_name is None):
        return True
    own = full_names(point.full_name, point.relative_name, under=read.issuer)
    return share_a_name(own, names or issuers)


_Point = tuple[tuple[x509.GeneralName, ...], tuple[x509.GeneralName, ...], frozenset[x509.ReasonFlags]]


def _points_of(certificate: x509.Certificate) -> Iterator[_Point]:
    """The distribution points: names, cRLIssuer, reasons; last the one that every certificate is taken to have."""
    try:
        points = tuple(certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value)
    except x509.ExtensionNotFound:
        points = ()
    for point in points:
        issuers = tuple(point.crl_issuer or ())
        under = next((n.value for n in issuers if isinstance(n, x509.DirectoryName)), certificate.issuer)
        names = full_names(point.full_name, point.relative_name, under=under)
        yield names, issuers, point.reasons or ALL_REASONS
    # RFC 5280 §6.3.3, last paragraph: a list of the issuer that no distribution point names
    yield (x509.DirectoryName(certificate.issuer),), (), ALL_REASONS
