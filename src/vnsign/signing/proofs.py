"""The proof that certificates were good at a time: their issuers, and lists or answers that tell their status.

Invariants:
    - What is returned was judged: each certificate whose issuer is at hand is shown good at its time by authentic
      evidence, or there is an error that says which certificate, and what is wrong with which evidence.
    - Evidence that is at hand already (in the file) is enough where no better can be had; new evidence is asked for
      where the certificate has not expired.

What it does not do: trust anybody: a chain ends where no issuer is at hand. The last certificate of such a chain has
evidence beside it that bears its issuer's name; whoever trusts that issuer can judge it. Lists signed with another key
than the issuer's are not understood here.

Source: NĐ 68/2024/NĐ-CP Điều 31, Điều 32; RFC 5280 §6.3; RFC 6960 §3.2; ETSI EN 319 142-1 §6.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from vnsign.errors import ErrorCode, InputError, ServiceUnavailable, UsageError, VnsignError
from vnsign.pki.evidence import RevocationEvidence
from vnsign.pki.evidence_faults import evidence_faults
from vnsign.pki.name_matching import is_same_name
from vnsign.pki.signed_objects import is_certificate_by
from vnsign.pki.status import CertificateStatus, StatusResult, certificate_status
from vnsign.ports import EvidenceSource, RevocationSource

#: No path that was ever seen is longer.
_MAX_CHAIN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Somebody whose certificate must be shown good.

    Attributes:
        at: The moment that matters, aware UTC.
        unrevoked_at: A later moment at which it must not be known to be revoked, aware UTC; None asks for none.
    """

    certificate: x509.Certificate
    at: datetime
    unrevoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListsOnly:
    """A source of lists, used as a source of evidence: no answers, no issuers, asked anew each time."""

    source: RevocationSource

    def crls_for(self, certificate: x509.Certificate) -> Sequence[x509.CertificateRevocationList]:
        """Return the lists that ``certificate`` names."""
        return self.source.crls_for(certificate)

    def evidence_for(self, certificate: x509.Certificate, *, issuer: x509.Certificate) -> RevocationEvidence:
        """Return the lists that ``certificate`` names."""
        del issuer
        return RevocationEvidence(crls=tuple(self.source.crls_for(certificate)))

    def issuers_for(self, certificate: x509.Certificate) -> Sequence[x509.Certificate]:
        """Return nothing."""
        del certificate
        return ()

    def renewed(self) -> ListsOnly:
        """Return itself."""
        return self


def evidence_source(source: RevocationSource) -> EvidenceSource:
    """Return a source of evidence, which ``source`` may be already."""
    return source if isinstance(source, EvidenceSource) else ListsOnly(source)


@dataclass(slots=True, kw_only=True)
class ProofGatherer:
    """Gathers proofs for several certificates that share their issuers. For one document, then forgotten.

    Attributes:
        source: Asked for evidence, each certificate once.
        now: The present moment, aware UTC.
        pool: Certificates at hand; grows by those fetched.
        at_hand: Evidence that the file holds already.
        certificates: Every certificate in the chains, in order; grows.
    """

    source: EvidenceSource
    now: datetime
    pool: list[x509.Certificate]
    at_hand: RevocationEvidence = field(default_factory=RevocationEvidence)
    certificates: dict[x509.Certificate, None] = field(default_factory=dict)
    _asked: dict[x509.Certificate, RevocationEvidence | VnsignError] = field(default_factory=dict)

    def gathered(self) -> RevocationEvidence:
        """Return all the evidence that was asked for, without repeats."""
        found = [evidence for evidence in self._asked.values() if isinstance(evidence, RevocationEvidence)]
        return RevocationEvidence(
            crls=tuple(crl for evidence in found for crl in evidence.crls),
            ocsps=tuple(answer for evidence in found for answer in evidence.ocsps),
        )

    def prove(self, subject: Subject) -> None:
        """Gather what shows that ``subject`` and all authorities above it were good at its moment.

        Raises:
            UsageError: ``CERTIFICATE_REVOKED``.
            InputError: ``CERTIFICATE_STATUS_UNKNOWN``, ``CERTIFICATE_NOT_USABLE`` if it names no service at all, or
                what the source raises.
            ServiceUnavailable: From the source.
        """
        chain = chain_of(subject.certificate, self.pool, self.source)
        self.certificates.update(dict.fromkeys(chain))
        for index, certificate in enumerate(chain):
            if certificate.issuer == certificate.subject:
                continue
            if index + 1 < len(chain):
                self._prove_one(certificate, chain[index + 1], subject)
            else:
                self._gather_without_issuer(certificate, at=subject.at)

    def _prove_one(self, certificate: x509.Certificate, issuer: x509.Certificate, subject: Subject) -> None:
        at = subject.at
        is_shown = _status(certificate, issuer, self.at_hand, at=at).status is CertificateStatus.GOOD
        if is_shown and certificate.not_valid_after_utc < self.now:
            return
        asked = self._ask(certificate, issuer)
        if isinstance(asked, VnsignError):
            if is_shown:
                return
            raise _about(certificate, asked) from asked
        both = RevocationEvidence(crls=(*self.at_hand.crls, *asked.crls), ocsps=(*self.at_hand.ocsps, *asked.ocsps))
        result = _status(certificate, issuer, both, at=at)
        require_good(certificate, result, issuer=issuer, evidence=asked, at=at)
        if (
            subject.unrevoked_at is not None
            and result.revoked_at is not None
            and result.revoked_at <= subject.unrevoked_at
        ):
            raise _revoked(certificate, result)

    def _gather_without_issuer(self, certificate: x509.Certificate, *, at: datetime) -> None:
        if certificate not in self._asked:
            crls = tuple(self.source.crls_for(certificate))
            self._asked[certificate] = RevocationEvidence(crls=crls)
        found = self._asked[certificate]
        crls = (*self.at_hand.crls, *(found.crls if isinstance(found, RevocationEvidence) else ()))
        if not any(is_same_name(crl.issuer, certificate.issuer) and _is_current(crl, at) for crl in crls):
            raise InputError(
                ErrorCode.CERTIFICATE_STATUS_UNKNOWN,
                f"the issuer of {_name(certificate)} is not at hand, and no list of its tells the status",
                way_out="give the certificates of the authorities too",
            )

    def _ask(self, certificate: x509.Certificate, issuer: x509.Certificate) -> RevocationEvidence | VnsignError:
        if certificate not in self._asked:
            try:
                self._asked[certificate] = self.source.evidence_for(certificate, issuer=issuer)
            except (ServiceUnavailable, InputError) as exc:
                self._asked[certificate] = exc
        return self._asked[certificate]


def chain_of(
    certificate: x509.Certificate, pool: list[x509.Certificate], source: EvidenceSource
) -> tuple[x509.Certificate, ...]:
    """Return a certificate and those above it, as far as they are at hand or to be had; end entity first.

    Args:
        certificate: The end entity.
        pool: Certificates at hand; what the source gives is added.
        source: Asked for issuers that are not at hand.
    """
    chain = [certificate]
    while chain[-1].issuer != chain[-1].subject and len(chain) < _MAX_CHAIN:
        issuer = _issuer_among(pool, chain[-1])
        if issuer is None:
            pool.extend(source.issuers_for(chain[-1]))
            issuer = _issuer_among(pool, chain[-1])
        if issuer is None or issuer in chain:
            break
        chain.append(issuer)
    return tuple(chain)


def require_good(
    certificate: x509.Certificate,
    result: StatusResult,
    *,
    issuer: x509.Certificate,
    evidence: RevocationEvidence,
    at: datetime,
) -> None:
    """Return if the status is good.

    Raises:
        UsageError: ``CERTIFICATE_REVOKED``.
        InputError: ``CERTIFICATE_STATUS_UNKNOWN``, saying what is wrong with the evidence; ``CERTIFICATE_NOT_USABLE``
            if the certificate names no service that could give any.
    """
    if result.status is CertificateStatus.GOOD:
        return
    if result.status is CertificateStatus.REVOKED:
        raise _revoked(certificate, result)
    if not evidence.crls and not evidence.ocsps:
        raise InputError(
            ErrorCode.CERTIFICATE_NOT_USABLE,
            f"the certificate of {_name(certificate)} names no CRL and no OCSP service, so nobody can prove its status",
            way_out="use a certificate that names one, or sign at B-T",
        )
    faults = evidence_faults(certificate, issuer=issuer, evidence=evidence, at=at)
    raise InputError(
        ErrorCode.CERTIFICATE_STATUS_UNKNOWN,
        f"the status of {_name(certificate)} is not known: {'; '.join(faults) or 'the evidence does not tell it'}",
        way_out="try again when the authority has published a new list",
    )


def _status(
    certificate: x509.Certificate, issuer: x509.Certificate, evidence: RevocationEvidence, *, at: datetime
) -> StatusResult:
    return certificate_status(certificate, issuer=issuer, evidence=evidence, at=at)


def _issuer_among(pool: Iterable[x509.Certificate], certificate: x509.Certificate) -> x509.Certificate | None:
    for candidate in pool:
        try:
            named = is_same_name(candidate.subject, certificate.issuer)
        except ValueError:
            continue
        if named and is_certificate_by(certificate, candidate):
            return candidate
    return None


def _is_current(crl: x509.CertificateRevocationList, at: datetime) -> bool:
    return crl.last_update_utc >= at or crl.next_update_utc is None or at <= crl.next_update_utc


def _revoked(certificate: x509.Certificate, result: StatusResult) -> UsageError:
    since = f" on {result.revoked_at:%Y-%m-%d %H:%M:%S}Z" if result.revoked_at is not None else ""
    reason = f" ({result.reason})" if result.reason else ""
    return UsageError(
        ErrorCode.CERTIFICATE_REVOKED,
        f"the certificate of {_name(certificate)} was revoked{since}{reason}",
        way_out="sign with a certificate that is in force",
    )


def _about(certificate: x509.Certificate, failure: VnsignError) -> VnsignError:
    message = f"the status of {_name(certificate)} cannot be had: {failure.message}"
    return type(failure)(failure.code, message, way_out=failure.way_out)


def _name(certificate: x509.Certificate) -> str:
    try:
        return repr(certificate.subject.rfc4514_string())
    except ValueError:
        return f"the certificate numbered {certificate.serial_number}"
