"""RFC 3161, the authority's side: any bytes in, a TimeStampResp out.

Invariants:
    - :meth:`TokenIssuer.respond` never raises for any request: what cannot be granted is rejected with a failInfo.
    - Constant parts of a token are built once per issuer; a token costs one signature and a few encodings.
    - Imprints are SHA-256, SHA-384 or SHA-512 only.
    - ``ordering`` is claimed only by an issuer told that every time it is given is later than the one before.

What it does not do: no clock and no serial numbers of its own (arguments; uniqueness, and rising time where tokens are
ordered, is the caller's promise); no network; it does not check that its certificate is unrevoked.

Source: RFC 3161 §2.2–2.4; RFC 5816 §2.2.1; RFC 5652 §5.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import IntEnum

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, serialization

from vnsign.errors import ErrorCode, UsageError
from vnsign.pki import tsp_structures as st
from vnsign.pki.algorithm_identifiers import digest_algorithm, opaque, signature_algorithm
from vnsign.pki.certificates import parse_oid
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import check_public_key, sign_bytes, signature_hash

#: An OID under 2.25 (Rec. ITU-T X.667: free for anyone): "time from the computer's clock, accuracy as stated".
DEFAULT_POLICY = "2.25.329800735698586629295641978511506172918"

_GRANTED, _REJECTION = 0, 2  # RFC 3161 §2.4.2 PKIStatus
_IMPRINT_OIDS = {
    x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1"): hashes.SHA256.digest_size,
    x509.ObjectIdentifier("2.16.840.1.101.3.4.2.2"): hashes.SHA384.digest_size,
    x509.ObjectIdentifier("2.16.840.1.101.3.4.2.3"): hashes.SHA512.digest_size,
}


class FailInfo(IntEnum):
    """PKIFailureInfo, the bit's number. Source: RFC 3161 §2.4.2."""

    BAD_ALG = 0
    BAD_REQUEST = 2
    BAD_DATA_FORMAT = 5
    TIME_NOT_AVAILABLE = 14
    UNACCEPTED_POLICY = 15
    UNACCEPTED_EXTENSION = 16
    ADD_INFO_NOT_AVAILABLE = 17
    SYSTEM_FAILURE = 25


class _RejectionError(Exception):
    def __init__(self, fail_info: FailInfo, text: str) -> None:
        self.fail_info = fail_info
        self.text = text
        super().__init__(text)


def build_rejection(fail_info: FailInfo, text: str) -> bytes:
    """Return a TimeStampResp with status rejection. Source: RFC 3161 §2.4.2."""
    # A named bit list in DER has no trailing zero bits (X.690 §11.2.2).
    octets = bytearray(fail_info // 8 + 1)
    octets[-1] = 0x80 >> fail_info % 8
    status = st.PkiStatusInfo(
        status=_REJECTION, status_string=[text], fail_info=asn1.BitString(bytes(octets), 7 - fail_info % 8)
    )
    return asn1.encode_der(st.RejectedResp(status=status))


class TokenIssuer:
    """Stamps with one credential under one policy. Immutable after construction, safe for threads."""

    def __init__(
        self, credential: Credential, *, policy: str = DEFAULT_POLICY, accuracy_s: int = 1, ordering: bool = False
    ) -> None:
        """Prepare the constant parts.

        Args:
            credential: Certificate with the critical purpose timeStamping.
            policy: TSA policy OID, dotted.
            accuracy_s: Stated accuracy in seconds; genTime is written in whole seconds, so at least 1.
            ordering: Tokens say that their times alone order them; genTime is then written in microseconds.

        Raises:
            UsageError: ``CERTIFICATE_NOT_USABLE``: the certificate is not for timestamping only.
            UsageError: ``BAD_ARGUMENT``: policy or accuracy.
        Source: RFC 3161 §2.4.2 (accuracy, ordering).
        """
        _check_purpose(credential.certificate)
        if accuracy_s < 1:
            raise UsageError(ErrorCode.BAD_ARGUMENT, f"{accuracy_s} s is no accuracy of times in whole seconds")
        self._credential = credential
        self._ordering = ordering
        self._policy = parse_oid(policy)
        self._accuracy = st.Accuracy(seconds=accuracy_s, millis=None, micros=None)
        public_key = check_public_key(credential.key.public_key())
        self._hash = signature_hash(public_key)
        self._digest_algorithm = digest_algorithm(self._hash)
        self._signature_algorithm = signature_algorithm(public_key)
        self._sid = _issuer_and_serial(credential.certificate)
        self._constant_attributes = _constant_attributes(credential.certificate)
        # The root is the verifier's own; what lies between helps whoever has no copy (law.md §24: trap 16).
        path = [c for c in (credential.certificate, *credential.chain) if c.issuer != c.subject]
        self._certificates = asn1.SetOf([opaque(c.public_bytes(serialization.Encoding.DER)) for c in path])

    def respond(self, request: bytes, *, time: datetime, serial: int) -> bytes:
        """Answer any bytes with a TimeStampResp, DER.

        Args:
            request: What a client sent.
            time: genTime, aware; written in UTC, whole seconds, rounded down. With ``ordering`` to the microsecond,
                and later than every time given before.
            serial: Positive, at most 20 octets, never used before by this authority.
        Source: RFC 3161 §2.4.
        """
        try:
            query = self._parse(request)
            self._check_own_validity(time)
            token = self._build_token(query, time=time, serial=serial)
        except _RejectionError as rejection:
            return build_rejection(rejection.fail_info, rejection.text)
        status = st.PkiStatusInfo(status=_GRANTED, status_string=None, fail_info=None)
        return asn1.encode_der(st.GrantedResp(status=status, time_stamp_token=opaque(token)))

    def _parse(self, request: bytes) -> st.TimeStampReq:
        try:
            query = asn1.decode_der(st.TimeStampReq, request)
            imprint_algorithm = asn1.encode_der(query.message_imprint.hash_algorithm)
            algorithm = asn1.decode_der(st.AlgorithmIdentifier, imprint_algorithm).algorithm
        except ValueError as exc:
            raise _RejectionError(FailInfo.BAD_DATA_FORMAT, "not a TimeStampReq in DER") from exc
        if query.version != 1:
            raise _RejectionError(FailInfo.BAD_REQUEST, f"version {query.version} is not known, 1 is")
        size = _IMPRINT_OIDS.get(algorithm)
        if size is None:
            raise _RejectionError(FailInfo.BAD_ALG, "imprints are SHA-256, SHA-384 or SHA-512")
        if len(query.message_imprint.hashed_message) != size:
            raise _RejectionError(FailInfo.BAD_DATA_FORMAT, f"the imprint must have {size} bytes")
        if query.req_policy not in (None, self._policy):
            raise _RejectionError(FailInfo.UNACCEPTED_POLICY, f"the only policy is {self._policy.dotted_string}")
        if query.extensions is not None:
            raise _RejectionError(FailInfo.UNACCEPTED_EXTENSION, "no extension is known")
        return query

    def _check_own_validity(self, time: datetime) -> None:
        certificate = self._credential.certificate
        if not certificate.not_valid_before_utc <= time <= certificate.not_valid_after_utc:
            raise _RejectionError(FailInfo.SYSTEM_FAILURE, "the authority's certificate is not valid at this time")

    def _build_token(self, query: st.TimeStampReq, *, time: datetime, serial: int) -> bytes:
        info = asn1.encode_der(
            st.TstInfo(
                version=1,
                policy=self._policy,
                message_imprint=query.message_imprint,
                serial_number=serial,
                gen_time=asn1.GeneralizedTime(self._gen_time(time)),
                accuracy=self._accuracy,
                ordering=self._ordering,
                nonce=query.nonce,
                tsa=None,
                extensions=None,
            )
        )
        signed_data = st.SignedData(
            version=3,
            digest_algorithms=asn1.SetOf([self._digest_algorithm]),
            encap_content_info=st.EncapsulatedContentInfo(content_type=st.ID_CT_TST_INFO, content=info),
            certificates=self._certificates if query.cert_req else None,
            crls=None,
            signer_infos=asn1.SetOf([self._signer_info(info)]),
        )
        return asn1.encode_der(st.ContentInfo(content_type=st.ID_SIGNED_DATA, content=signed_data))

    def _gen_time(self, time: datetime) -> datetime:
        time = time.astimezone(UTC)
        return time if self._ordering else time.replace(microsecond=0)

    def _signer_info(self, info: bytes) -> st.SignerInfo:
        digest = hashes.Hash(self._hash)
        digest.update(info)
        message_digest = _attribute(st.ID_MESSAGE_DIGEST, asn1.encode_der(digest.finalize()))
        attributes = asn1.SetOf([*self._constant_attributes, message_digest])
        return st.SignerInfo(
            version=1,
            sid=self._sid,
            digest_algorithm=self._digest_algorithm,
            signed_attrs=attributes,
            signature_algorithm=self._signature_algorithm,
            # RFC 5652 §5.4: the signature is over the SET OF, not over its IMPLICIT [0] form.
            signature=sign_bytes(self._credential.key, asn1.encode_der(attributes), self._hash),
            unsigned_attrs=None,
        )


def _check_purpose(certificate: x509.Certificate) -> None:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        extension = None
    # RFC 3161 §2.3: one purpose, and critical.
    if extension is None or not extension.critical or list(extension.value) != [x509.OID_TIME_STAMPING]:
        raise UsageError(
            ErrorCode.CERTIFICATE_NOT_USABLE,
            f"{certificate.subject.rfc4514_string()} is not for timestamping only",
            way_out="issue a certificate with the TSA profile",
        )


def _constant_attributes(certificate: x509.Certificate) -> tuple[st.Attribute, ...]:
    # RFC 5816 §2.2.1; SHA-256 is the default and DER omits it; issuerSerial would repeat what sid says.
    reference = st.EssCertIdV2(
        hash_algorithm=None, cert_hash=certificate.fingerprint(hashes.SHA256()), issuer_serial=None
    )
    return (
        _attribute(st.ID_CONTENT_TYPE, asn1.encode_der(st.ID_CT_TST_INFO)),
        _attribute(
            st.ID_SIGNING_CERTIFICATE_V2, asn1.encode_der(st.SigningCertificateV2(certs=[reference], policies=None))
        ),
    )


def _issuer_and_serial(certificate: x509.Certificate) -> asn1.TLV:
    issuer = opaque(certificate.issuer.public_bytes())
    return opaque(asn1.encode_der(st.IssuerSerial(issuer=issuer, serial_number=certificate.serial_number)))


def _attribute(oid: x509.ObjectIdentifier, value: bytes) -> st.Attribute:
    return st.Attribute(type=oid, values=asn1.SetOf([opaque(value)]))
