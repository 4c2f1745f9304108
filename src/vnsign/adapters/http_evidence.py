"""Evidence of revocation over HTTP: status answers (OCSP), revocation lists, certificates of issuers.

Invariants:
    - An answer is believed only if it is the issuer's or its delegate's, about this certificate, in force, and with
      the nonce of the request if it has one.
    - A complete list that names a list of its changes counts only together with that (RFC 5280 §5.2.6).
    - If one method does not tell the status, the other is asked; if neither does, the error says what each said.

What it does not do: check a list's signature for :meth:`HttpRevocationSource.crls_for`, or check trust. The addresses
stand in certificates: whoever fetches for certificates of strangers lets strangers choose the address; do so from a
network where that is harmless. LDAP addresses are not read.

Source: RFC 5280 §4.2.1.13, §4.2.2.1; RFC 6960 §3.2, Appendix A.1; RFC 9654 §2.1.
"""

from __future__ import annotations

import functools
import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from vnsign.adapters.clock import SystemClock
from vnsign.adapters.evidence_cache import CachedEvidence, EvidenceCache
from vnsign.adapters.http_lists import ListShelf, delta_addresses, list_addresses, no_address
from vnsign.adapters.http_transport import HttpTransport, Query, is_http, shown
from vnsign.errors import ErrorCode, InputError, ServiceUnavailable, VnsignError
from vnsign.pki.evidence import RevocationEvidence
from vnsign.pki.evidence_faults import evidence_faults
from vnsign.pki.ocsp_asking import OcspQuestion, build_request, parse_answer
from vnsign.pki.status import CertificateStatus, certificate_status
from vnsign.ports import Clock

REVOCATION_TIMEOUT_S = 30.0
#: A list of a large public authority takes tens of megabytes.
MAX_CRL_BYTES = 64 * 1024 * 1024
MAX_ANSWER_BYTES = 256 * 1024
MAX_ISSUER_BYTES = 256 * 1024
#: RFC 9654 §2.1: clients SHOULD use 32 bytes.
_NONCE_BYTES = 32
_Fetch = Callable[[x509.Certificate, x509.Certificate], RevocationEvidence]


class StatusMethod(StrEnum):
    """How the status of a certificate is asked for first. Both are as good by NĐ 68/2024/NĐ-CP Điều 31."""

    #: A short answer about one certificate, made for this question.
    OCSP = "ocsp"
    #: The list of everything revoked; one list serves many certificates.
    CRL = "crl"


class HttpRevocationSource:
    """Asks the services that certificates name; implements :class:`vnsign.ports.EvidenceSource`. Safe for threads."""

    def __init__(
        self,
        *,
        prefer: StatusMethod | str = StatusMethod.OCSP,
        timeout_s: float = REVOCATION_TIMEOUT_S,
        max_age_s: float = 600.0,
        max_bytes: int = MAX_CRL_BYTES,
        cache: EvidenceCache | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Prepare; nothing is fetched yet.

        Args:
            prefer: What is asked first where a certificate names both.
            timeout_s: Longest wait for one answer, seconds.
            max_age_s: How long what came is used without asking again, seconds; never beyond its nextUpdate. 0 asks
                each time.
            max_bytes: Largest list.
            cache: Keeps what came between runs; None keeps it in memory only.
            clock: Tells what is too old; None means the computer's clock.
        """
        self._options = {
            "prefer": StatusMethod(prefer),
            "timeout_s": timeout_s,
            "max_age_s": max_age_s,
            "max_bytes": max_bytes,
            "cache": cache,
            "clock": clock,
        }
        self._prefer = StatusMethod(prefer)
        self._http = HttpTransport(timeout_s)
        self._clock = clock or SystemClock()
        self._cache = cache
        self._max_age = timedelta(seconds=max_age_s)
        self._lists = ListShelf(
            http=self._http, clock=self._clock, max_age=self._max_age, max_bytes=max_bytes, cache=cache
        )
        #: What a renewed source has asked for since it was made; None in others.
        self._asked: dict[str, x509.CertificateRevocationList] | None = None

    def __reduce__(self) -> tuple[Callable[[], HttpRevocationSource], tuple[()]]:
        """Go to another process as it was made: its connections and lists stay here."""
        return functools.partial(HttpRevocationSource, **self._options), ()  # type: ignore[arg-type]  # of several types

    def renewed(self) -> Self:
        """Return a source that has asked for nothing yet: what it gives, it asks for after this call.

        Connections are shared, and a list that has not changed is not sent again.
        """
        renewed = object.__new__(type(self))  # not copy.copy, which is for other processes: see __reduce__
        renewed.__dict__.update(self.__dict__, _asked={})
        return renewed

    def crls_for(self, certificate: x509.Certificate) -> Sequence[x509.CertificateRevocationList]:
        """Return one list for each distribution point of ``certificate``; empty if it has none.

        Does not check: signature, issuer, dates and scope of the lists. Does not read LDAP addresses.

        Raises:
            ServiceUnavailable: A list is named but could not be fetched.
            InputError: ``MALFORMED_CRL``, or ``MALFORMED_CERTIFICATE``: the extension cannot be read.
        Source: RFC 5280 §4.2.1.13: several names in one point are places of the same list.
        """
        return [self._first_of(urls) for urls in list_addresses(certificate)]

    def evidence_for(self, certificate: x509.Certificate, *, issuer: x509.Certificate) -> RevocationEvidence:
        """Return what proves the status of ``certificate``, by the preferred method or the other one.

        Does not check: lists signed with another key than the issuer's tell nothing here; trust in the issuer.

        Raises:
            ServiceUnavailable, InputError: The services it names do not tell; the message says what each said, the
                code is the first one's.
        Source: NĐ 68/2024/NĐ-CP Điều 31 (CRL or OCSP); RFC 6960 §2.2 (unknown: another source may be tried).
        """
        methods: dict[StatusMethod, _Fetch] = {StatusMethod.OCSP: self._answers, StatusMethod.CRL: self._lists_of}
        failures: list[VnsignError] = []
        found = RevocationEvidence()
        for method in sorted(methods, key=lambda each: each is not self._prefer):
            try:
                more = methods[method](certificate, issuer)
            except (ServiceUnavailable, InputError) as exc:
                failures.append(exc)
                continue
            found = RevocationEvidence(crls=(*found.crls, *more.crls), ocsps=(*found.ocsps, *more.ocsps))
            if self._tells(certificate, issuer, more):
                return more
        if not failures:
            return found
        faults = evidence_faults(certificate, issuer=issuer, evidence=found, at=self._clock.now())
        message = "; ".join([*(failure.message for failure in failures), *faults])
        raise type(failures[0])(failures[0].code, message, way_out=failures[0].way_out) from failures[0]

    def issuers_for(self, certificate: x509.Certificate) -> Sequence[x509.Certificate]:
        """Return the certificates at the address where ``certificate`` says its issuer's stands; empty if none does.

        Does not check: that they are the issuer's. An address that does not answer gives nothing.

        Source: RFC 5280 §4.2.2.1 (caIssuers: DER, or a CMS with certificates only).
        """
        for url in _access_addresses(certificate, AuthorityInformationAccessOID.CA_ISSUERS):
            try:
                return _read_certificates(self._http.fetch(Query(url=url, max_bytes=MAX_ISSUER_BYTES)))
            except (ServiceUnavailable, ValueError, TypeError, x509.InvalidVersion):
                continue
        return ()

    def _tells(self, certificate: x509.Certificate, issuer: x509.Certificate, found: RevocationEvidence) -> bool:
        result = certificate_status(certificate, issuer=issuer, evidence=found, at=self._clock.now())
        return result.status is not CertificateStatus.UNKNOWN or bool(found.ocsps)

    def _lists_of(self, certificate: x509.Certificate, _issuer: x509.Certificate) -> RevocationEvidence:
        complete = self.crls_for(certificate)
        # who is told of a newer list and does not have it, does not know
        deltas = [self._first_of(urls) for crl in complete for urls in delta_addresses(crl)]
        return RevocationEvidence(crls=(*complete, *deltas))

    def _first_of(self, urls: Sequence[str]) -> x509.CertificateRevocationList:
        failure: VnsignError = no_address()
        for url in urls:
            try:
                return self._list_at(url)
            except (ServiceUnavailable, InputError) as exc:
                failure = exc
        raise failure

    def _list_at(self, url: str) -> x509.CertificateRevocationList:
        if self._asked is None:
            return self._lists.get(url, must_ask=False)
        if url not in self._asked:
            self._asked[url] = self._lists.get(url, must_ask=True)
        return self._asked[url]

    def _answers(self, certificate: x509.Certificate, issuer: x509.Certificate) -> RevocationEvidence:
        failure: VnsignError | None = None
        for url in _access_addresses(certificate, AuthorityInformationAccessOID.OCSP):
            question = OcspQuestion(certificate=certificate, issuer=issuer, nonce=secrets.token_bytes(_NONCE_BYTES))
            try:
                answer = self._kept_answer(url, question) or self._ask(url, question)
            except (ServiceUnavailable, InputError) as exc:
                failure = exc
            else:
                return RevocationEvidence(ocsps=(answer,))
        if failure is not None:
            raise failure
        return RevocationEvidence()

    def _ask(self, url: str, question: OcspQuestion) -> ocsp.OCSPResponse:
        query = Query(
            url=url,
            max_bytes=MAX_ANSWER_BYTES,
            body=build_request(question),
            media_type="application/ocsp-request",
            accept="application/ocsp-response",
        )
        now = self._clock.now()
        body = self._http.fetch(query)
        try:
            answer = parse_answer(body, question, at=now)
        except (ServiceUnavailable, InputError) as exc:
            raise type(exc)(exc.code, f"{shown(url)}: {exc.message}", way_out=exc.way_out) from exc
        if self._cache is not None and self._asked is None:
            self._cache.put(_answer_key(url, question), CachedEvidence(body=body, fetched_at=now))
        return answer

    def _kept_answer(self, url: str, question: OcspQuestion) -> ocsp.OCSPResponse | None:
        if self._cache is None or self._asked is not None:
            return None
        now = self._clock.now()
        kept = self._cache.get(_answer_key(url, question))
        if kept is None or not timedelta() <= now - kept.fetched_at < self._max_age:
            return None
        try:
            return parse_answer(kept.body, question.without_nonce(), at=now)
        except (InputError, ServiceUnavailable):
            return None


def _answer_key(url: str, question: OcspQuestion) -> str:
    named = question.issuer.public_bytes(Encoding.DER) + question.certificate.public_bytes(Encoding.DER)
    return f"ocsp {hashlib.sha256(named).hexdigest()} {url}"


def _access_addresses(certificate: x509.Certificate, method: x509.ObjectIdentifier) -> list[str]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return []
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as exc:
        raise InputError(ErrorCode.MALFORMED_CERTIFICATE, f"its extensions cannot be read: {exc}") from exc
    return [
        each.access_location.value
        for each in access
        if each.access_method == method
        and isinstance(each.access_location, x509.UniformResourceIdentifier)
        and is_http(each.access_location.value)
    ]


def _read_certificates(data: bytes) -> Sequence[x509.Certificate]:
    if data.lstrip()[:10] == b"-----BEGIN":
        return x509.load_pem_x509_certificates(data)
    try:
        return [x509.load_der_x509_certificate(data)]
    except ValueError:
        return pkcs7.load_der_pkcs7_certificates(data)
