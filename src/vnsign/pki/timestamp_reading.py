"""Bytes of an RFC 3161 token → one frozen result.

Invariants:
    - Any bytes give a :class:`TimestampToken` or :class:`~vnsign.errors.InputError`.

What it does not do: judge the authority's certificate (a path and its status do), or the time.

Source: RFC 3161 §2.4.2; RFC 5816 (ESSCertIDv2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from asn1crypto import tsp
from cryptography.hazmat import asn1

from vnsign.errors import ErrorCode, InputError
from vnsign.pki import tsp_structures as st
from vnsign.pki.cms_der import DIGEST_NAMES
from vnsign.pki.cms_reading import SignedCms, parse_signed_data
from vnsign.pki.signature_values import compute_digest, is_signature_valid
from vnsign.policy.plausible_times import is_plausible

_TST_INFO = "tst_info"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampToken:
    """One token.

    Attributes:
        time: genTime, aware UTC.
        imprint_algorithm: Digest of the imprint, asn1crypto's name.
        accuracy: How far ``time`` may be off; None if the authority does not say.
        cms: The SignedData around it.
    """

    time: datetime
    imprint_algorithm: str
    imprint: bytes
    serial: int
    policy: str
    cms: SignedCms
    accuracy: timedelta | None = None


class ReadsCms(Protocol):
    """Reads a CMS, as :func:`vnsign.pki.cms_reading.parse_signed_data` does."""

    def __call__(self, data: bytes, *, extra_certificates: Sequence[bytes] = ()) -> SignedCms:
        """Read."""


def parse_timestamp(
    data: bytes, *, extra_certificates: tuple[bytes, ...] = (), read: ReadsCms = parse_signed_data
) -> TimestampToken:
    """Read a TimeStampToken (a ContentInfo); ``read`` reads the message it is.

    Raises:
        InputError: ``MALFORMED_TIMESTAMP``.
    """
    try:
        cms = read(data, extra_certificates=extra_certificates)
    except InputError as exc:
        raise InputError(ErrorCode.MALFORMED_TIMESTAMP, f"the timestamp cannot be read: {exc.message}") from exc
    if cms.content_type != _TST_INFO or cms.content is None:
        raise InputError(ErrorCode.MALFORMED_TIMESTAMP, "the token holds no TSTInfo")
    return _usual_token(cms, cms.content) or _any_token(cms, cms.content)


def _usual_token(cms: SignedCms, content: bytes) -> TimestampToken | None:
    """Read a TSTInfo in DER by compiled code; None if it is not of the usual form."""
    try:
        info = asn1.decode_der(st.TstInfo, content)
        if asn1.encode_der(info) != content:
            return None
        imprint = asn1.decode_der(st.AlgorithmIdentifier, asn1.encode_der(info.message_imprint.hash_algorithm))
        if not is_plausible(info.gen_time.as_datetime()):
            return None
        return TimestampToken(
            time=info.gen_time.as_datetime().astimezone(UTC),
            imprint_algorithm=DIGEST_NAMES[imprint.algorithm.dotted_string],
            imprint=info.message_imprint.hashed_message,
            serial=info.serial_number,
            policy=info.policy.dotted_string,
            cms=cms,
            accuracy=_stated(info.accuracy),
        )
    except (ValueError, TypeError, LookupError, OverflowError):
        return None


def _any_token(cms: SignedCms, content: bytes) -> TimestampToken:
    try:
        info = tsp.TSTInfo.load(content)
        time = info["gen_time"].native
        token = TimestampToken(
            time=time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC),
            imprint_algorithm=str(info["message_imprint"]["hash_algorithm"]["algorithm"].native),
            imprint=info["message_imprint"]["hashed_message"].native,
            serial=int(info["serial_number"].native),
            policy=str(info["policy"].native),
            cms=cms,
            accuracy=_accuracy(info["accuracy"].native),
        )
    except Exception as exc:  # boundary: the ASN.1 library lets any exception out on hostile bytes
        raise InputError(ErrorCode.MALFORMED_TIMESTAMP, f"the TSTInfo cannot be read: {type(exc).__name__}") from exc
    if not is_plausible(token.time):
        raise InputError(ErrorCode.MALFORMED_TIMESTAMP, "the TSTInfo cannot be read: its time cannot be meant")
    return token


def _stated(accuracy: st.Accuracy | None) -> timedelta | None:
    if accuracy is None:
        return None
    return timedelta(
        seconds=accuracy.seconds or 0, milliseconds=accuracy.millis or 0, microseconds=accuracy.micros or 0
    )


def _accuracy(read: Mapping[str, int | None] | None) -> timedelta | None:
    if read is None:
        return None
    return timedelta(seconds=read["seconds"] or 0, milliseconds=read["millis"] or 0, microseconds=read["micros"] or 0)


def is_imprint_of(token: TimestampToken, *parts: bytes) -> bool:
    """Tell whether the token's imprint is the digest of the concatenated parts."""
    try:
        return compute_digest(token.imprint_algorithm, *parts) == token.imprint
    except InputError:
        return False


def is_token_signature_valid(token: TimestampToken) -> bool:
    """Tell whether the token's digest and signature value verify with the certificate it names.

    Does not check: whether that certificate belongs to a time-stamping authority, or is trusted.
    """
    cms = token.cms
    if cms.signer_certificate is None or cms.signed_attributes is None or cms.content is None:
        return False
    if cms.attribute_content_type != _TST_INFO:
        return False
    try:
        if compute_digest(cms.digest_algorithm, cms.content) != cms.message_digest:
            return False
    except InputError:
        return False
    return is_signature_valid(cms, cms.signer_certificate, cms.signed_attributes)
