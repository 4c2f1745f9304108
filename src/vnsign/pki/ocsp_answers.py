"""OCSP answers of a responder that an authority delegated.

Invariants:
    - :meth:`OcspResponder.respond` never raises for any query: who cannot answer says so in an unsigned error.
    - The responder is named by its key and its certificate is in every answer: issued by the authority in question,
      for OCSP signing, with ``id-pkix-ocsp-nocheck``.
    - A certificate that the authority did not issue is ``unknown``, never ``good``.

What it does not do: no clock, no look-ups (arguments), no memory of earlier answers; it does not check that its own
certificate is unrevoked. The extended meaning of ``revoked`` (RFC 6960 §4.4.8) is not used.

Source: RFC 6960 §2.2–2.6, §4.2; RFC 9654 §2.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from vnsign.errors import ErrorCode, UsageError
from vnsign.pki import ocsp_structures as st
from vnsign.pki.algorithm_identifiers import algorithm_identifier, opaque, signature_algorithm
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import PublicKey, check_public_key, sign_bytes, signature_hash
from vnsign.pki.ocsp_requests import AskedCertificate, OcspError, OcspQuery

SHA1_OID = "1.3.14.3.2.26"
SHA256_OID = "2.16.840.1.101.3.4.2.1"
#: SHA-1 names the issuer here and protects nothing; clients still write it (RFC 6960 §4.3 has them able to).
_ISSUER_HASHES: Mapping[str, hashes.HashAlgorithm] = {
    SHA1_OID: hashes.SHA1(),  # noqa: S303  (see above)
    SHA256_OID: hashes.SHA256(),
    "2.16.840.1.101.3.4.2.2": hashes.SHA384(),
    "2.16.840.1.101.3.4.2.3": hashes.SHA512(),
}
_SUCCESSFUL = 0
#: CRLReason as ENUMERATED; ``unspecified`` is not written (RFC 5280 §5.3.1). Source: RFC 5280 §5.3.1.
_REASONS: Mapping[x509.ReasonFlags, int] = {
    x509.ReasonFlags.key_compromise: 1,
    x509.ReasonFlags.ca_compromise: 2,
    x509.ReasonFlags.affiliation_changed: 3,
    x509.ReasonFlags.superseded: 4,
    x509.ReasonFlags.cessation_of_operation: 5,
    x509.ReasonFlags.certificate_hold: 6,
    x509.ReasonFlags.privilege_withdrawn: 9,
    x509.ReasonFlags.aa_compromise: 10,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusStatement:
    """What is known of a certificate on record.

    Attributes:
        revoked_at: Aware; None if it is good.
        reason: Why it was revoked; ``unspecified`` writes no reason.
    """

    revoked_at: datetime | None = None
    reason: x509.ReasonFlags = x509.ReasonFlags.unspecified


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTerms:
    """How a responder answers.

    Attributes:
        lifetime: thisUpdate to nextUpdate, ended early by the end of the responder's certificate.
        archive_cutoff: Status is told this long after a certificate's end; None says nothing (RFC 6960 §4.4.4).
        max_nonce_bytes: A longer nonce is not given back (RFC 9654 §2.1: over 32 bytes MAY be ignored).
    """

    lifetime: timedelta = timedelta(days=1)
    archive_cutoff: timedelta | None = None
    max_nonce_bytes: int = 32


def build_error(error: OcspError) -> bytes:
    """Return an unsigned OCSPResponse that only says why there is no answer. Source: RFC 6960 §2.3, §4.2.1."""
    return asn1.encode_der(st.OcspResponse(response_status=_enumerated(error), response_bytes=None))


class OcspResponder:
    """Answers for one issuer with one delegated credential. Immutable after construction, safe for threads."""

    def __init__(self, credential: Credential, *, issuer: x509.Certificate, terms: AnswerTerms = AnswerTerms()) -> None:
        """Prepare the constant parts.

        Raises:
            UsageError: ``CERTIFICATE_NOT_USABLE``: not issued by ``issuer``, not for OCSP signing, or without nocheck.
        Source: RFC 6960 §4.2.2.2.
        """
        _check_delegation(credential.certificate, issuer)
        self._credential = credential
        self._terms = terms
        public_key = check_public_key(credential.key.public_key())
        self._hash = signature_hash(public_key)
        self._signature_algorithm = signature_algorithm(public_key)
        key_hash = asn1.encode_der(_key_hash(public_key, hashes.SHA1()))  # noqa: S303  (KeyHash is SHA-1 by definition)
        self._responder_id = opaque(bytes((0xA2, len(key_hash))) + key_hash)
        self._certs = [opaque(credential.certificate.public_bytes(serialization.Encoding.DER))]
        issuer_key = check_public_key(issuer.public_key())
        self._issuer_hashes = {
            oid: (_digest(issuer.subject.public_bytes(), algorithm), _key_hash(issuer_key, algorithm))
            for oid, algorithm in _ISSUER_HASHES.items()
        }

    @property
    def certificate(self) -> x509.Certificate:
        """The responder's own certificate."""
        return self._credential.certificate

    @property
    def terms(self) -> AnswerTerms:
        """How it answers."""
        return self._terms

    def is_asked(self, asked: AskedCertificate) -> bool:
        """Tell whether a question is about a certificate of this responder's issuer."""
        return self._issuer_hashes.get(asked.hash_oid) == asked.issuer_hashes

    def serials(self, query: OcspQuery) -> tuple[int, ...]:
        """Return the serial numbers whose status :meth:`respond` needs."""
        return tuple({asked.serial: None for asked in query.certificates if self.is_asked(asked)})

    def query_for(self, serial: int, *, hash_oid: str = SHA1_OID) -> OcspQuery:
        """Return the question after one certificate of this issuer as clients write it: NULL parameters, no nonce.

        Args:
            serial: Of the certificate.
            hash_oid: SHA-1 by default, which most clients write.
        """
        name_hash, key_hash = self._issuer_hashes[hash_oid]
        cert_id = st.CertId(
            hash_algorithm=algorithm_identifier(hash_oid, with_null=True),
            issuer_name_hash=name_hash,
            issuer_key_hash=key_hash,
            serial_number=serial,
        )
        asked = AskedCertificate(
            cert_id=asn1.encode_der(cert_id), hash_oid=hash_oid, issuer_hashes=(name_hash, key_hash), serial=serial
        )
        return OcspQuery(certificates=(asked,), nonce=None)

    def echoes(self, query: OcspQuery) -> bool:
        """Tell whether the answer to a query carries the query's nonce, so that it answers this query alone."""
        return query.nonce is not None and len(query.nonce) <= self._terms.max_nonce_bytes

    def respond(self, query: OcspQuery | OcspError, statuses: Mapping[int, StatusStatement], *, at: datetime) -> bytes:
        """Answer with an OCSPResponse, DER.

        Args:
            query: What :func:`~vnsign.pki.ocsp_requests.parse_query` returned.
            statuses: What is known, by serial number; who is not in it was never issued.
            at: Aware; thisUpdate and producedAt, in UTC and whole seconds, rounded down.
        Source: RFC 6960 §2.2, §2.3, §4.2.
        """
        if isinstance(query, OcspError):
            return build_error(query)
        if not any(self.is_asked(asked) for asked in query.certificates):
            # RFC 6960 §2.3: "not capable of responding authoritatively".
            return build_error(OcspError.UNAUTHORIZED)
        certificate = self._credential.certificate
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            return build_error(OcspError.INTERNAL_ERROR)
        return self._sign(self._response_data(query, statuses, at=at.astimezone(UTC).replace(microsecond=0)))

    def next_update(self, at: datetime) -> datetime:
        """Return until when an answer made ``at`` counts."""
        return min(at + self._terms.lifetime, self._credential.certificate.not_valid_after_utc)

    def _response_data(self, query: OcspQuery, statuses: Mapping[int, StatusStatement], *, at: datetime) -> bytes:
        now, end = asn1.GeneralizedTime(at), asn1.GeneralizedTime(self.next_update(at))
        extensions = self._single_extensions(at)
        responses = [
            st.SingleResponse(
                cert_id=opaque(asked.cert_id),
                cert_status=_cert_status(statuses.get(asked.serial) if self.is_asked(asked) else None),
                this_update=now,
                next_update=end,
                single_extensions=extensions,
            )
            for asked in query.certificates
        ]
        nonce = None
        if query.nonce is not None and self.echoes(query):
            value = asn1.encode_der(query.nonce)
            nonce = [st.Extension(extn_id=st.ID_PKIX_OCSP_NONCE, critical=False, extn_value=value)]
        return asn1.encode_der(
            st.ResponseData(
                responder_id=self._responder_id, produced_at=now, responses=responses, response_extensions=nonce
            )
        )

    def _single_extensions(self, at: datetime) -> list[st.Extension] | None:
        cutoff = self._terms.archive_cutoff
        if cutoff is None:
            return None
        value = asn1.encode_der(asn1.GeneralizedTime(at - cutoff))
        return [st.Extension(extn_id=st.ID_PKIX_OCSP_ARCHIVE_CUTOFF, critical=False, extn_value=value)]

    def _sign(self, response_data: bytes) -> bytes:
        basic = st.BasicOcspResponse(
            tbs_response_data=opaque(response_data),
            signature_algorithm=self._signature_algorithm,
            signature=asn1.BitString(sign_bytes(self._credential.key, response_data, self._hash), 0),
            certs=self._certs,
        )
        answer = st.ResponseBytes(response_type=st.ID_PKIX_OCSP_BASIC, response=asn1.encode_der(basic))
        return asn1.encode_der(st.OcspResponse(response_status=_enumerated(_SUCCESSFUL), response_bytes=answer))


_GOOD = opaque(b"\x80\x00")
_UNKNOWN = opaque(b"\x82\x00")


def _cert_status(known: StatusStatement | None) -> asn1.TLV:
    if known is None:
        return _UNKNOWN
    if known.revoked_at is None:
        return _GOOD
    number = _REASONS.get(known.reason)
    info = st.RevokedInfo(
        revocation_time=asn1.GeneralizedTime(known.revoked_at.astimezone(UTC).replace(microsecond=0)),
        revocation_reason=None if number is None else [_enumerated(number)],
    )
    # revoked [1] IMPLICIT: the tag of the SEQUENCE gives way to it.
    return opaque(b"\xa1" + asn1.encode_der(info)[1:])


def _check_delegation(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    extensions = certificate.extensions
    try:
        certificate.verify_directly_issued_by(issuer)
        extensions.get_extension_for_class(x509.OCSPNoCheck)
        purposes = list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except Exception as exc:  # boundary: the library has many ways to say that a certificate is another's
        raise _not_usable(certificate) from exc
    if purposes != [x509.OID_OCSP_SIGNING]:
        raise _not_usable(certificate)


def _not_usable(certificate: x509.Certificate) -> UsageError:
    return UsageError(
        ErrorCode.CERTIFICATE_NOT_USABLE,
        f"{certificate.subject.rfc4514_string()} is not delegated to answer OCSP for this issuer",
        way_out="issue a certificate with the OCSP responder profile",
    )


def _key_hash(key: PublicKey, algorithm: hashes.HashAlgorithm) -> bytes:
    # Of the subjectPublicKey bits, without tag, length and unused bits (RFC 6960 §4.1.1, §4.2.1).
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _digest(
            key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint), algorithm
        )
    return _digest(key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1), algorithm)


def _digest(data: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(data)
    return digest.finalize()


def _enumerated(number: int) -> asn1.TLV:
    return opaque(bytes((0x0A, 1, number)))
