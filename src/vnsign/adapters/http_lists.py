"""Revocation lists over HTTP, kept in memory and, if wanted, on disk.

Invariants:
    - A list is used without asking only while it is younger than ``max_age`` and before its nextUpdate.
    - An older one is asked for anew; the service may answer that the copy at hand is still its list.

What it does not do: check a list's signature, issuer or scope.

Source: RFC 5280 §4.2.1.13; RFC 9110 §13.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from cryptography import x509

from vnsign.adapters.evidence_cache import CachedEvidence, EvidenceCache
from vnsign.adapters.http_transport import HttpTransport, Query, is_http, shown
from vnsign.errors import ErrorCode, InputError, ServiceUnavailable
from vnsign.pki.crl import load_crl
from vnsign.ports import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    evidence: CachedEvidence
    crl: x509.CertificateRevocationList


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ListShelf:
    """Lists by address. Safe for threads."""

    http: HttpTransport
    clock: Clock
    max_age: timedelta
    max_bytes: int
    cache: EvidenceCache | None
    _kept: dict[str, _Kept] = field(default_factory=dict)

    def get(self, url: str, *, must_ask: bool) -> x509.CertificateRevocationList:
        """Return the list at an address.

        Args:
            url: Where it is.
            must_ask: Ask the service now, however young the copy at hand is.

        Raises:
            ServiceUnavailable: It cannot be had.
            InputError: ``MALFORMED_CRL``.
        """
        kept = self._kept.get(url) or self._from_disk(url)
        if kept is not None and not must_ask and self._is_young(kept):
            return kept.crl
        query = Query(url=url, max_bytes=self.max_bytes)
        if kept is not None:
            query = replace(query, etag=kept.evidence.etag, last_modified=kept.evidence.last_modified)
        now = self.clock.now()
        reply = self.http.fetch_if_changed(query)
        if reply.body is None and kept is not None:
            self._kept[url] = replace(kept, evidence=replace(kept.evidence, fetched_at=now))
            return kept.crl
        body = reply.body or b""
        evidence = CachedEvidence(body=body, fetched_at=now, etag=reply.etag, last_modified=reply.last_modified)
        fresh = _Kept(evidence=evidence, crl=load_crl(body, file=shown(url)))
        self._kept[url] = fresh
        if self.cache is not None:
            self.cache.put(_key(url), evidence)
        return fresh.crl

    def _from_disk(self, url: str) -> _Kept | None:
        found = self.cache.get(_key(url)) if self.cache is not None else None
        if found is None:
            return None
        try:
            kept = _Kept(evidence=found, crl=load_crl(found.body))
        except InputError:
            return None
        self._kept[url] = kept
        return kept

    def _is_young(self, kept: _Kept) -> bool:
        now, until = self.clock.now(), kept.crl.next_update_utc
        age = now - kept.evidence.fetched_at
        return timedelta() <= age < self.max_age and (until is not None and now < until)


def _key(url: str) -> str:
    return f"crl {url}"


def list_addresses(certificate: x509.Certificate) -> list[list[str]]:
    """Return the HTTP addresses in each distribution point of a certificate; empty if it has none.

    Raises:
        InputError: ``MALFORMED_CERTIFICATE``.
    """
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as exc:
        raise InputError(ErrorCode.MALFORMED_CERTIFICATE, f"its extensions cannot be read: {exc}") from exc
    return _addresses(points)


def delta_addresses(crl: x509.CertificateRevocationList) -> list[list[str]]:
    """Return the HTTP addresses of the lists of changes to a complete list; empty if it names none.

    Raises:
        InputError: ``MALFORMED_CRL``.
    Source: RFC 5280 §5.2.6 (freshestCRL).
    """
    try:
        return _addresses(crl.extensions.get_extension_for_class(x509.FreshestCRL).value)
    except x509.ExtensionNotFound:
        return []
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as exc:
        raise InputError(ErrorCode.MALFORMED_CRL, f"its extensions cannot be read: {exc}") from exc


def _addresses(points: Iterable[x509.DistributionPoint]) -> list[list[str]]:
    return [
        [
            name.value
            for name in point.full_name or []
            if isinstance(name, x509.UniformResourceIdentifier) and is_http(name.value)
        ]
        for point in points
    ]


def no_address() -> ServiceUnavailable:
    """Return the error of a list that is named by no address that can be fetched."""
    return ServiceUnavailable(
        ErrorCode.SERVICE_UNREACHABLE, "a revocation list is named, but not by an http or https address"
    )
