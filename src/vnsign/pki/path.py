"""A certificate → a path to an anchor, valid at a given time.

Invariants:
    - A path ends at an anchor of the :class:`~vnsign.pki.anchors.TrustAnchors` given, never at a root that merely
      arrived inside a file.
    - Nothing is fetched: the certificates at hand are the only ones; those that no authority under an anchor signed
      are left aside before paths are tried.
    - Whatever bytes are given, the answer is a :class:`PathResult`.

What it does not do: judge revocation (:mod:`vnsign.pki.status`), algorithms (:mod:`vnsign.policy.algorithms`) or
what the end entity may sign.

Source: RFC 5280 §6.1; ETSI EN 319 102-1 §5.2.6.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from threading import Lock
from typing import Any, TypeVar

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
)
from pyhanko_certvalidator.policy_decl import AcceptAllAlgorithms, PKIXValidationParams

from vnsign.pki.anchors import TrustAnchors, is_authority
from vnsign.pki.bounded import Bounded
from vnsign.pki.memory import Lasting, PkiMemory
from vnsign.pki.name_matching import issuer_key, name_key, subject_key
from vnsign.pki.sibling_paths import find_sibling_path, keep_for_siblings, sibling_question
from vnsign.pki.signature_values import load_certificate

_Result = TypeVar("_Result")


class PathProblem(StrEnum):
    """Why there is no valid path."""

    NO_PATH = "no_path"
    INVALID = "invalid"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"


_PROBLEMS: tuple[tuple[type[Exception], PathProblem], ...] = (
    (PathBuildingError, PathProblem.NO_PATH),
    (InvalidCertificateError, PathProblem.NO_PATH),
    (ExpiredError, PathProblem.EXPIRED),
    (NotYetValidError, PathProblem.NOT_YET_VALID),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathResult:
    """A path, or why there is none.

    Attributes:
        certificates: End entity first, anchor last; empty unless a valid path was found.
        problem: None exactly when a valid path was found.
        detail: What the path validation said, for a log; not stable.
    """

    certificates: tuple[x509.Certificate, ...] = ()
    problem: PathProblem | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPolicy:
    """What is asked of the certificate policies in a path; by default nothing.

    Attributes:
        acceptable: Policies the user accepts, dotted, in the anchor's domain; None accepts any
            (user-initial-policy-set).
        requires_policy: A path without an acceptable policy is not valid (initial-explicit-policy).
        inhibits_mapping: No certificate may say that one policy equals another (initial-policy-mapping-inhibit).
        inhibits_any_policy: ``anyPolicy`` in a certificate counts for nothing (initial-any-policy-inhibit).

    Source: RFC 5280 §6.1.1 (c), (e), (f), (g).
    """

    acceptable: frozenset[str] | None = None
    requires_policy: bool = False
    inhibits_mapping: bool = False
    inhibits_any_policy: bool = False

    def _parameters(self) -> PKIXValidationParams:
        return PKIXValidationParams(
            user_initial_policy_set=frozenset({"any_policy"}) if self.acceptable is None else self.acceptable,
            initial_explicit_policy=self.requires_policy,
            initial_policy_mapping_inhibit=self.inhibits_mapping,
            initial_any_policy_inhibit=self.inhibits_any_policy,
        )


#: Validity is judged with a second's tolerance by the engine below; so near to a boundary nothing is kept.
_MARGIN = timedelta(seconds=2)
_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_MAX_SPANS = 16
#: asn1crypto reads a certificate bit by bit as it is asked, which two threads must not do with the same one.
_ONE_AT_A_TIME = Lock()
#: Authorities' certificates that stay read, of some ten kilobytes each.
_MAX_KEPT = 512


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PathFinder:
    """Finds paths among the same certificates.

    What it finds is kept in its memory; without one given, it has its own and lives for one verification.

    Attributes:
        trust: Anchors and intermediates of the verifier.
        known: Further certificates (DER), e.g. those in the signed file; unreadable ones are ignored.
        memory: Of a verifier.
    """

    trust: TrustAnchors
    known: tuple[bytes, ...] = ()
    memory: PkiMemory = field(default_factory=PkiMemory)
    _connected: list[x509.Certificate] = field(default_factory=list, repr=False)
    _named: dict[str, tuple[x509.Certificate, ...]] = field(default_factory=dict, repr=False)
    _pools: Bounded[bytes, tuple[x509.Certificate, ...]] = field(default_factory=Bounded, repr=False)

    @classmethod
    def among(cls, known: tuple[bytes, ...], *, trust: TrustAnchors, memory: PkiMemory) -> PathFinder:
        """Return the finder for these certificates that ``memory`` keeps, or a new one."""
        finder: PathFinder = memory.finders.remember(
            (known, trust.anchors, trust.intermediates), lambda: cls(trust=trust, known=known, memory=memory)
        )
        return finder

    def find(self, certificate: bytes, *, at: datetime, policy: PathPolicy = PathPolicy()) -> PathResult:
        """Find a path from a certificate to an anchor that is valid at ``at``.

        Does not check: revocation; algorithm strength; key usage of the end entity.

        Args:
            certificate: End entity, DER.
            at: Moment of validity, aware UTC.
            policy: What is asked of certificate policies.

        Source: RFC 5280 §6.1.
        """
        if not self.trust.anchors:
            return PathResult(problem=PathProblem.NO_PATH, detail="no trust anchor is configured")
        pool = self._pools.remember(certificate, lambda: tuple(self._above(certificate)))
        question = (certificate, policy, pool, self.trust.anchors)
        spans = self.memory.paths.get(question, ())
        for span in spans:
            if span.since <= at <= span.until:
                kept: PathResult = span.value
                return kept
        steady = _steady_span([load_certificate(certificate), *pool, *self.trust.anchors], at)
        if steady is None:
            return self._answer(certificate, pool, at=at, policy=policy)
        result = self._answer_or_siblings(certificate, pool, at=at, policy=policy, steady=steady)
        span = Lasting(since=steady[0], until=steady[1], value=result)
        self.memory.paths.put(question, (*spans[-_MAX_SPANS:], span))
        return result

    def _answer_or_siblings(
        self,
        certificate: bytes,
        pool: tuple[x509.Certificate, ...],
        *,
        at: datetime,
        policy: PathPolicy,
        steady: tuple[datetime, datetime],
    ) -> PathResult:
        """Find a path, by a sibling's if there is one; ``at`` is near no moment at which a certificate changes."""
        parsed, asked = load_certificate(certificate), (policy, pool, self.trust.anchors)
        question = sibling_question(parsed, above=(*pool, *self.trust.anchors), asked=asked)
        if parsed is None or question is None:
            return self._answer(certificate, pool, at=at, policy=policy)
        if parsed.not_valid_before_utc <= at <= parsed.not_valid_after_utc:
            siblings = find_sibling_path(self.memory, question, parsed, at=at)
            if siblings is not None:
                return PathResult(certificates=siblings)
        result = self._answer(certificate, pool, at=at, policy=policy)
        keep_for_siblings(self.memory, question, result.certificates, span=steady)
        return result

    def steady_span(self, certificate: bytes, at: datetime) -> tuple[datetime, datetime] | None:
        """Return the span around ``at`` in which no certificate near this one begins or ends to be valid.

        None if one does at about that moment.
        """
        pool = self._pools.remember(certificate, lambda: tuple(self._above(certificate)))
        return _steady_span([load_certificate(certificate), *pool, *self.trust.anchors], at)

    def _above(self, certificate: bytes) -> list[x509.Certificate]:
        """Certificates at hand that may stand above this one: its issuers by name, theirs, and so on."""
        parsed = load_certificate(certificate)
        if parsed is None:
            return self._connect()
        found: dict[x509.Certificate, None] = {}
        pending = [parsed]
        while pending:
            for issuer in self._subjects().get(_key_or_nothing(pending.pop(), issuer_key), ()):
                if issuer not in found and not self.trust.is_anchor(issuer):
                    found[issuer] = None
                    pending.append(issuer)
        return list(found)

    def certificates_of(self, name: x509.Name) -> tuple[x509.Certificate, ...]:
        """Return every certificate at hand with this subject that hangs together with an anchor.

        Does not check: validity, constraints, rights: a path may still be missing.

        Raises:
            ValueError: The name cannot be encoded.
        """
        return self._subjects().get(name_key(name), ())

    def _subjects(self) -> Mapping[str, tuple[x509.Certificate, ...]]:
        if not self._named:
            self._named.update(_by_name([*self.trust.anchors, *self._connect()], subject_key))
        return self._named

    def _connect(self) -> list[x509.Certificate]:
        """What of the certificates at hand an anchor signed, or an authority under it.

        Whatever else a file brings cannot be part of a path; left in, certificates that name each other as issuers
        make the number of paths to try grow without bound.
        """
        if not self._connected:
            read = (load_certificate(der) for der in dict.fromkeys(self.known))
            pool = dict.fromkeys([*self.trust.intermediates, *(c for c in read if c is not None)])
            issued = _by_name(list(pool), issuer_key)
            parents, connected = list(self.trust.anchors), dict[x509.Certificate, None]()
            for parent in parents:  # grows while it is walked
                for child in issued.get(_key_or_nothing(parent, subject_key), ()):
                    if child not in connected and self.memory.is_certificate_by(child, parent):
                        connected[child] = None
                        parents.extend([child] if is_authority(child) else [])
            self._connected.extend(connected)  # at once: another thread may look
        return self._connected

    def _answer(
        self, certificate: bytes, pool: Sequence[x509.Certificate], *, at: datetime, policy: PathPolicy
    ) -> PathResult:
        try:
            with _ONE_AT_A_TIME:
                return self._search(certificate, pool, at=at, policy=policy)
        except Exception as exc:  # noqa: BLE001 — boundary: certificates are hostile input, the libraries leak anything
            problem = next((problem for kind, problem in _PROBLEMS if isinstance(exc, kind)), PathProblem.INVALID)
            return PathResult(problem=problem, detail=f"{type(exc).__name__}: {exc}")

    def _search(
        self, certificate: bytes, pool: Sequence[x509.Certificate], *, at: datetime, policy: PathPolicy
    ) -> PathResult:
        context = ValidationContext(
            trust_roots=[_read_once(anchor) for anchor in self.trust.anchors],
            other_certs=[_read_once(each) for each in pool],
            moment=at,
            allow_fetching=False,
            revocation_mode="soft-fail",
            # strength is judged by this project's own table, with dates
            algorithm_usage_policy=AcceptAllAlgorithms(),
        )
        validator = CertificateValidator(
            _asn1(certificate),
            validation_context=context,
            pkix_params=policy._parameters(),  # noqa: SLF001 — the two belong together
        )
        path = _drive(validator.async_validate_path())
        found = [certificate.dump() for certificate in path]  # anchor first
        # the objects at hand: what is kept of a certificate is kept under the object
        at_hand = {each.public_bytes(Encoding.DER): each for each in (*pool, *self.trust.anchors)}
        loaded = [at_hand.get(der) or load_certificate(der) for der in reversed(found)]
        certificates = tuple(c for c in loaded if c is not None)
        if len(certificates) != len(found):
            return PathResult(problem=PathProblem.INVALID, detail="a certificate of the path cannot be read strictly")
        return PathResult(certificates=certificates)


def find_path(certificate: bytes, *, trust: TrustAnchors, known: Sequence[bytes], at: datetime) -> PathResult:
    """Find a path from a certificate to an anchor that is valid at ``at``; any certificate policy is welcome.

    For one certificate. Whoever asks about several makes a :class:`PathFinder`.

    Does not check: revocation; algorithm strength; key usage of the end entity.

    Args:
        certificate: End entity, DER.
        trust: Anchors and intermediates of the verifier.
        known: Further certificates (DER), e.g. those in the signed file; unreadable ones are ignored.
        at: Moment of validity, aware UTC.

    Source: RFC 5280 §6.1.
    """
    return PathFinder(trust=trust, known=tuple(known)).find(certificate, at=at)


def _steady_span(certificates: Sequence[x509.Certificate | None], at: datetime) -> tuple[datetime, datetime] | None:
    """The span around ``at`` in which no certificate begins or ends to be valid; None if a boundary is too near."""
    boundaries = [
        moment for c in certificates if c is not None for moment in (c.not_valid_before_utc, c.not_valid_after_utc)
    ]
    since = max((b + _MARGIN for b in boundaries if b <= at), default=_EARLIEST)
    until = min((b - _MARGIN for b in boundaries if b > at), default=_LATEST)
    return (since, until) if None not in certificates and since <= at <= until else None


def _by_name(
    certificates: Sequence[x509.Certificate], key_of: Callable[[x509.Certificate], str]
) -> dict[str, tuple[x509.Certificate, ...]]:
    named: dict[str, list[x509.Certificate]] = {}
    for certificate in certificates:
        try:
            named.setdefault(key_of(certificate), []).append(certificate)
        except ValueError:
            continue
    return {key: tuple(found) for key, found in named.items()}


def _key_or_nothing(certificate: x509.Certificate, key_of: Callable[[x509.Certificate], str]) -> str:
    try:
        return key_of(certificate)
    except ValueError:
        return ""


def _asn1(der: bytes) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(der)


def _read_once(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """An authority's certificate, read once: the same few stand above every signer."""
    return _kept_asn1(certificate) or _asn1(certificate.public_bytes(Encoding.DER))


@lru_cache(maxsize=_MAX_KEPT)
def _kept_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate | None:
    """None for one with unique identifiers: once looked at, the library writes it down in another way."""
    read = _asn1(certificate.public_bytes(Encoding.DER))
    try:
        tbs = read["tbs_certificate"]
        return read if tbs["issuer_unique_id"].native is None and tbs["subject_unique_id"].native is None else None
    except ValueError:
        return None


def _drive(coroutine: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine that never waits, without an event loop (there may be one running in this thread).

    With fetching off, path validation is pure computation behind an ``async`` signature.
    """
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: _Result = done.value
        return result
    coroutine.close()
    raise RuntimeError("path validation tried to wait although fetching is off")
