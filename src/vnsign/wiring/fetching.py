"""What a verification lacks, fetched: lists and answers for certificates without a known status, missing issuers.

Invariants:
    - Only what the offline verdict could not check is asked for; a service that does not answer changes nothing.
    - What is fetched is believed no more than what lies in a file.

What it does not do: anything unless its caller allows traffic.

Source: ETSI EN 319 102-1 §5.2.4 (gathering validation data), §5.2.5; NĐ 68/2024/NĐ-CP Điều 31.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cryptography import x509

from vnsign.errors import InputError, ServiceUnavailable, VnsignError
from vnsign.pdf.reading.security_store import SecurityStore
from vnsign.pki.anchors import TrustAnchors, fingerprint
from vnsign.pki.cms_reading import parse_signed_data
from vnsign.pki.evidence import RevocationEvidence
from vnsign.pki.name_matching import is_same_name
from vnsign.pki.signature_values import load_certificate
from vnsign.pki.signed_objects import is_certificate_by
from vnsign.pki.timestamp_reading import parse_timestamp
from vnsign.ports import EvidenceSource, RevocationSource
from vnsign.report import CertificateReport, CertificateState

#: No real path is longer.
_MAX_ISSUERS = 8


@dataclass(slots=True, kw_only=True)
class Fetched:
    """What came, and what did not.

    Attributes:
        issuers: Certificates of authorities that the file lacks.
        failures: One for each certificate about which no service told anything.
    """

    crls: list[x509.CertificateRevocationList] = field(default_factory=list)
    answers: list[x509.ocsp.OCSPResponse] = field(default_factory=list)
    issuers: list[x509.Certificate] = field(default_factory=list)
    failures: list[VnsignError] = field(default_factory=list)

    @property
    def evidence(self) -> RevocationEvidence:
        """The lists and answers."""
        return RevocationEvidence(crls=tuple(self.crls), ocsps=tuple(self.answers))


def fetch_missing(
    chains: Iterable[Sequence[CertificateReport]],
    known: Iterable[x509.Certificate],
    *,
    trust: TrustAnchors,
    source: RevocationSource,
) -> Fetched:
    """Ask for what the chains of an offline report lack.

    Args:
        chains: Of every signature and timestamp, end entity first.
        known: The file's certificates.
        trust: The verifier's.
        source: Asked; one that only knows lists gives no answers and no issuers.
    """
    fetched = Fetched()
    pool = {fingerprint(c): c for c in (*known, *trust.intermediates, *trust.anchors)}
    asked: set[str] = set()
    for chain in chains:
        path = [pool[report.sha256] for report in chain if report.sha256 in pool]
        if len(chain) == 1 and path and chain[0].state is CertificateState.UNKNOWN:
            path = _completed(path[0], pool, fetched, source=source)
        for certificate, issuer in itertools.pairwise(path):
            sha256 = fingerprint(certificate)
            state = next((report.state for report in chain if report.sha256 == sha256), CertificateState.UNKNOWN)
            if state is CertificateState.UNKNOWN and sha256 not in asked:
                asked.add(sha256)
                _ask(certificate, issuer, fetched, source=source)
    return fetched


def _completed(
    certificate: x509.Certificate,
    pool: dict[str, x509.Certificate],
    fetched: Fetched,
    *,
    source: RevocationSource,
) -> list[x509.Certificate]:
    """The way up from a certificate for which no path was found, by what is at hand and by what it names."""
    path = [certificate]
    while len(path) < _MAX_ISSUERS and not is_same_name(path[-1].issuer, path[-1].subject):
        issuer = _issuer_among(path[-1], pool.values())
        if issuer is None and isinstance(source, EvidenceSource):
            issuer = _issuer_among(path[-1], _issuers_of(path[-1], source))
            if issuer is not None:
                fetched.issuers.append(issuer)
                pool[fingerprint(issuer)] = issuer
        if issuer is None or issuer in path:
            break
        path.append(issuer)
    return path


def _issuers_of(certificate: x509.Certificate, source: EvidenceSource) -> Sequence[x509.Certificate]:
    try:
        return source.issuers_for(certificate)
    except (ServiceUnavailable, InputError):
        return ()


def _issuer_among(certificate: x509.Certificate, pool: Iterable[x509.Certificate]) -> x509.Certificate | None:
    for candidate in pool:
        try:
            if is_same_name(candidate.subject, certificate.issuer) and is_certificate_by(certificate, candidate):
                return candidate
        except ValueError:
            continue
    return None


def _ask(
    certificate: x509.Certificate, issuer: x509.Certificate, fetched: Fetched, *, source: RevocationSource
) -> None:
    try:
        if isinstance(source, EvidenceSource):
            found = source.evidence_for(certificate, issuer=issuer)
        else:
            found = RevocationEvidence(crls=tuple(source.crls_for(certificate)))
    except (ServiceUnavailable, InputError) as exc:
        fetched.failures.append(exc)
        return
    fetched.crls.extend(crl for crl in found.crls if crl not in fetched.crls)
    fetched.answers.extend(found.ocsps)


def certificates_of(contents: Iterable[bytes], store: SecurityStore | None = None) -> list[x509.Certificate]:
    """Return every certificate of a file's signatures and DSS that can be read; a broken signature has none."""
    ders = [] if store is None else list(store.certificates)
    for cms in contents:
        try:
            signed = parse_signed_data(cms)
            tokens = [parse_timestamp(token).cms for token in (*signed.timestamp_tokens, *signed.content_timestamps)]
        except InputError:
            continue
        ders.extend(der for each in (signed, *tokens) for der in each.certificates)
    read = (load_certificate(der) for der in dict.fromkeys(ders))
    return [certificate for certificate in read if certificate is not None]
