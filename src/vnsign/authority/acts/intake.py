"""What an agency asks for, examined before it comes on record: fields, texts, times, and the request for a certificate.

Invariants:
    - Every missing and every superfluous field is named at once; so is every fault of the request for a certificate.
    - Nothing here takes the database's lock: a key that is slow to examine delays nobody else.

What it does not do: it cannot know whether the certificate concerned is in force and the key free when the
application comes on record; that is looked at under the lock (see ``requests``).

Source: Nghị định 68/2024/NĐ-CP Điều 10–22 and its Mẫu 01–06; RFC 2986.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from vnsign.authority.database.journal import clean_line
from vnsign.authority.records import Application, CertificateRecord
from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pki.certificates import utc_seconds
from vnsign.pki.keys import PublicKey, check_public_key
from vnsign.pki.names import Subject
from vnsign.pki.requests import RequestFault, RequestProblem, check_request, parse_request
from vnsign.pki.weak_keys import MEANINGS, CompromisedKeys, find_weaknesses
from vnsign.policy.lifecycle import FIELD_RULES, REVOCATIONS, Form, RequestKind, RevocationCase, form_of
from vnsign.policy.profiles import CertificateProfile

_FIELDS = ("profile", "subject", "csr", "serial", "not_after", "case", "invalidity_date")
_EPOCH = datetime.fromtimestamp(0, UTC)
#: As long as a name in a certificate may be long, and room for an agency's full title.
MAX_AGENCY_CHARACTERS = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """An application that is whole, with what is wrong with its key so far.

    Attributes:
        application: Texts in NFC, times in whole seconds UTC, the request for a certificate in DER.
        key: To be certified; None if no certificate is asked for.
        faults: What speaks against certifying it.
    """

    application: Application
    form: Form
    profile: CertificateProfile
    key: PublicKey | None
    faults: tuple[RequestFault, ...]

    @property
    def spki_sha256(self) -> bytes | None:
        """Hash of the key's SubjectPublicKeyInfo."""
        return None if self.key is None else spki_hash(self.key)


def complete(application: Application, *, now: datetime) -> Application:
    """Return the application with clean texts and times, if it says what its kind needs and nothing else.

    Raises:
        UsageError: ``BAD_ARGUMENT``, naming every field.
    """
    rule = FIELD_RULES[application.kind]
    given = {name for name in _FIELDS if getattr(application, name) is not None}
    faults = [f"{name} is missing" for name in sorted(rule.needed - given)]
    faults += [f"{name} does not belong there" for name in sorted(given - rule.needed - rule.possible)]
    agency = clean_line(application.agency)
    if not agency:
        faults.insert(0, "agency is missing: the agency in direct charge makes every request")
    if len(agency) > MAX_AGENCY_CHARACTERS:
        faults.append(f"agency has {len(agency)} characters; {MAX_AGENCY_CHARACTERS} are the most")
    if faults:
        raise _bad_argument(f"the request ({application.kind}) is not complete: {'; '.join(faults)}")
    not_after = None if application.not_after is None else whole_seconds(application.not_after)
    if not_after is not None and not_after <= now:
        raise _bad_argument(f"the end of validity {not_after.isoformat()} is past")
    since = None if application.invalidity_date is None else whole_seconds(application.invalidity_date)
    if since is not None and since > now:
        raise _bad_argument(f"the invalidity date {since.isoformat()} is in the future")
    return replace(
        application,
        agency=agency,
        document=clean_line(application.document),
        not_after=not_after,
        invalidity_date=since,
    )


def examine(
    application: Application, predecessor: CertificateRecord | None, *, compromised: CompromisedKeys
) -> Examined:
    """Examine a complete application.

    Args:
        application: As :func:`complete` returned it.
        predecessor: The certificate concerned, if one is named.
        compromised: Lists of keys that strangers hold.

    Raises:
        UsageError: ``BAD_ARGUMENT``: subscribers of this kind ask for no such thing.
        InputError: ``MALFORMED_REQUEST``, ``REQUEST_REFUSED``: there is no usable key in the request.
    """
    profile = _profile_of(application, predecessor)
    form = form_of(application.kind, profile)
    if form is None:
        raise _bad_argument(f"nobody asks for a certificate of the profile {profile}: the authority makes its own")
    if application.case is not None:
        check_case(application.case, profile, invalidity_date=application.invalidity_date)
    if application.kind is RequestKind.CHANGE:
        _check_change(application, _needed(predecessor))
    if application.kind in {RequestKind.REVOKE, RequestKind.RESTORE_DEVICE}:
        return Examined(application=application, form=form, profile=profile, key=None, faults=())
    if application.csr is None:
        key, faults = _same_key(predecessor, compromised)
        return Examined(application=application, form=form, profile=profile, key=key, faults=faults)
    request = parse_request(application.csr)
    subject = application.subject or subject_of(_needed(predecessor).certificate)
    return Examined(
        application=replace(application, csr=request.der),
        form=form,
        profile=profile,
        key=request.public_key,
        faults=check_request(request, subject=subject, profile=profile, compromised=compromised),
    )


def check_case(case: RevocationCase, profile: CertificateProfile, *, invalidity_date: datetime | None) -> None:
    """Refuse a case of revocation that this kind of subscriber does not have, or a date that the case does not.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    Source: Nghị định 68/2024/NĐ-CP Điều 17.
    """
    rule = REVOCATIONS[case]
    if profile not in rule.profiles:
        possible = ", ".join(sorted(each for each, row in REVOCATIONS.items() if profile in row.profiles))
        way_out = f"use {possible}" if possible else "revoke it for a reason of RFC 5280 instead of a case"
        raise _bad_argument(f"{case} does not happen to the profile {profile}", way_out=way_out)
    if invalidity_date is not None and not rule.invalidity_date:
        raise _bad_argument(f"an invalidity date does not belong to {case}: the key was in nobody else's hands")


def subject_of(certificate: x509.Certificate) -> Subject:
    """Return whom a certificate of this authority names.

    Raises:
        InputError: ``MALFORMED_CERTIFICATE``: this authority did not write it.
    """
    name = certificate.subject

    def values(oid: x509.ObjectIdentifier) -> tuple[str, ...]:
        return tuple(str(attribute.value) for attribute in name.get_attributes_for_oid(oid))

    try:
        return Subject(
            common_name=values(NameOID.COMMON_NAME)[0],
            organization=values(NameOID.ORGANIZATION_NAME)[0],
            units=values(NameOID.ORGANIZATIONAL_UNIT_NAME),
            locality=next(iter(values(NameOID.LOCALITY_NAME)), None),
            email=next(iter(_addresses(certificate)), None),
            country=values(NameOID.COUNTRY_NAME)[0],
        )
    except (LookupError, ValueError, UsageError) as exc:
        raise InputError(
            ErrorCode.MALFORMED_CERTIFICATE, f"{name.rfc4514_string()} was not written by this authority"
        ) from exc


def whole_seconds(moment: datetime) -> datetime:
    """Return a moment as the record keeps it: UTC, whole seconds, not before 1970.

    Raises:
        UsageError: ``BAD_ARGUMENT``: no time zone, or no such time.
    """
    try:
        seconds = utc_seconds(moment)
    except OverflowError:
        seconds = _EPOCH - timedelta(seconds=1)
    if seconds < _EPOCH:
        raise _bad_argument(f"{moment.isoformat()} cannot be: times from 1970 to 9999 are kept")
    return seconds


def spki_hash(key: PublicKey) -> bytes:
    """Return the SHA-256 of a key's SubjectPublicKeyInfo."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


def _addresses(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(names.get_values_for_type(x509.RFC822Name))


def _check_change(application: Application, predecessor: CertificateRecord) -> None:
    wanted, present = application.subject, subject_of(predecessor.certificate)
    if wanted is not None and (wanted.to_name(), wanted.email) == (present.to_name(), present.email):
        raise _bad_argument("the change changes nothing: the certificate says all that already")


def _profile_of(application: Application, predecessor: CertificateRecord | None) -> CertificateProfile:
    return application.profile or _needed(predecessor).profile


def _same_key(
    predecessor: CertificateRecord | None, compromised: CompromisedKeys
) -> tuple[PublicKey, tuple[RequestFault, ...]]:
    # Weaknesses are found, and keys published, after a key was first certified.
    key = check_public_key(_needed(predecessor).certificate.public_key())
    weaknesses = find_weaknesses(key, compromised=compromised)
    return key, tuple(RequestFault(problem=RequestProblem.WEAK_KEY, detail=MEANINGS[each]) for each in weaknesses)


def _needed(predecessor: CertificateRecord | None) -> CertificateRecord:
    if predecessor is None:
        raise _bad_argument("no such certificate is on record")
    return predecessor


def _bad_argument(message: str, *, way_out: str | None = None) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, message, way_out=way_out)
