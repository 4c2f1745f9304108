"""Everything a file brings along and a verifier holds: certificates, revocation evidence, trust, policy, time.

Invariants:
    - What a file brings is never trusted for being there: certificates only help to build paths, evidence counts
      only when its signature verifies.
    - Only anchors of the policy's scheme may vouch.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pdf.comparing.second_opinion import Asking
from vnsign.pdf.reading.security_store import SecurityStore
from vnsign.pki.anchors import TrustAnchors, fingerprint
from vnsign.pki.cms_reading import SignedCms
from vnsign.pki.memory import PkiMemory, Same
from vnsign.pki.path import PathFinder, PathPolicy
from vnsign.pki.status import RevocationEvidence
from vnsign.policy.plausible_times import FIRST_YEAR, LAST_YEAR, is_plausible
from vnsign.policy.validation import DEFAULT_POLICY, ValidationPolicy
from vnsign.report import EvidenceOrigin
from vnsign.verification.evidence_pool import EvidencePool, KnownEvidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a verifier brings to a validation.

    Attributes:
        trust: Anchors, intermediates and lists as the verifier installed them.
        at: Validation time, aware; kept in UTC.
        policy: What is asked of a signature.
        side: Evidence that the verifier keeps beside the documents.
        fetched: Evidence that was fetched for this validation; None says that nothing was allowed to be.
        memory: What was found out about certificates and evidence before.
        asking: When a second reader is asked about changes; always is slow and meant for tests.

    Raises:
        UsageError: ``BAD_ARGUMENT``: ``at`` has no time zone, or nothing could be judged then.
    """

    trust: TrustAnchors
    at: datetime
    policy: ValidationPolicy = DEFAULT_POLICY
    side: RevocationEvidence = field(default_factory=RevocationEvidence)
    fetched: RevocationEvidence | None = None
    memory: PkiMemory = field(default_factory=PkiMemory, repr=False, compare=False)
    asking: Asking = Asking.WHERE_NEEDED

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT, "the validation time has no time zone", way_out="give an aware time"
            )
        if not is_plausible(self.at):
            raise UsageError(
                ErrorCode.BAD_ARGUMENT, f"the validation time lies outside the years {FIRST_YEAR} to {LAST_YEAR}"
            )
        object.__setattr__(self, "at", self.at.astimezone(UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a signature is judged with.

    Attributes:
        trust: What of the verifier's trust may vouch under the policy.
        installed: The verifier's trust as he installed it.
        at: Validation time, aware UTC.
        certificates: DER of every certificate in the file.
        known: Lists and answers of the file and of the verifier.
        policy: What is asked of a signature.
        conflict: Why the policy cannot be applied to this trust; empty if it can.
        memory: What was found out before.
        finder: Finds paths among these certificates, each once.
        setting: All that a judgement hangs on of what the verifier and the file bring, but the moment; None if the file
            brings evidence of its own.
    """

    trust: TrustAnchors
    installed: TrustAnchors
    at: datetime
    certificates: tuple[bytes, ...]
    known: KnownEvidence
    policy: ValidationPolicy
    conflict: str = ""
    memory: PkiMemory = field(default_factory=PkiMemory, repr=False, compare=False)
    finder: PathFinder = field(repr=False, compare=False)
    setting: Hashable | None = field(default=None, repr=False, compare=False)

    def is_vouched_for_elsewhere(self, certificate: x509.Certificate, *, at: datetime) -> bool:
        """Tell whether an anchor that the policy does not take would vouch for a certificate."""
        if self.trust is self.installed:
            return False
        others = PathFinder.among(self.certificates, trust=self.installed, memory=self.memory)
        return others.find(certificate.public_bytes(Encoding.DER), at=at).problem is None

    @property
    def path_policy(self) -> PathPolicy:
        """What is asked of certificate policies in the signer's path."""
        wanted = self.policy.certificate_policies
        return PathPolicy(acceptable=wanted, requires_policy=True) if wanted else PathPolicy()


def gather_material(store: SecurityStore, signed: Iterable[SignedCms], *, circumstances: Circumstances) -> Material:
    """Collect certificates and evidence from the DSS and from every CMS and token of a file."""
    memory, pool = circumstances.memory, EvidencePool()
    certificates = tuple(dict.fromkeys(_collect(store, signed, pool=pool, memory=memory)))
    if not pool.is_empty():
        return _gather(certificates, pool, circumstances).material(circumstances, setting=None)
    verifier = (circumstances.trust, circumstances.policy, circumstances.side, circumstances.fetched)
    setting = (certificates, *map(Same, verifier))
    gathered: _Gathered = memory.gathered.remember(setting, lambda: _gather(certificates, pool, circumstances))
    return gathered.material(circumstances, setting=setting)


def _collect(
    store: SecurityStore, signed: Iterable[SignedCms], *, pool: EvidencePool, memory: PkiMemory
) -> Iterator[bytes]:
    """Yield what certificates a file brings, and put its evidence into ``pool``."""
    yield from store.certificates
    pool.add(EvidenceOrigin.SECURITY_STORE, crls=store.crls, ocsps=store.ocsps)
    for related in store.related:
        yield from related.certificates
        pool.add(EvidenceOrigin.VALIDATION_RELATED_INFORMATION, crls=related.crls, ocsps=related.ocsps)
    pending = [(cms, EvidenceOrigin.CMS) for cms in signed]
    while pending:
        cms, origin = pending.pop()
        yield from cms.certificates
        pool.add(origin, crls=cms.crls, ocsps=cms.ocsps)
        for token in (*cms.timestamp_tokens, *cms.content_timestamps):
            try:
                pending.append((memory.read_token(token).cms, EvidenceOrigin.TIMESTAMP))
            except InputError:
                # reported where the token is judged
                continue


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gathered:
    """What does not hang on the moment; see :class:`Material`."""

    trust: TrustAnchors
    conflict: str
    certificates: tuple[bytes, ...]
    known: KnownEvidence
    finder: PathFinder

    def material(self, circumstances: Circumstances, *, setting: Hashable | None) -> Material:
        return Material(
            trust=self.trust,
            installed=circumstances.trust,
            at=circumstances.at,
            certificates=self.certificates,
            known=self.known,
            policy=circumstances.policy,
            conflict=self.conflict,
            memory=circumstances.memory,
            finder=self.finder,
            setting=setting,
        )


def _gather(certificates: tuple[bytes, ...], pool: EvidencePool, circumstances: Circumstances) -> _Gathered:
    memory = circumstances.memory
    pool.give(RevocationEvidence(crls=circumstances.trust.crls), EvidenceOrigin.SIDE_STORE)
    pool.give(circumstances.side, EvidenceOrigin.SIDE_STORE)
    pool.give(circumstances.fetched or RevocationEvidence(), EvidenceOrigin.FETCHED)
    trust, conflict = _applied(circumstances.trust, circumstances.policy)
    return _Gathered(
        trust=trust,
        conflict=conflict,
        certificates=certificates,
        known=pool.read(memory),
        finder=PathFinder.among(certificates, trust=trust, memory=memory),
    )


def _applied(trust: TrustAnchors, policy: ValidationPolicy) -> tuple[TrustAnchors, str]:
    """Return what of the trust may vouch under a policy, and why it is nothing if the two contradict each other."""
    conflict = ""
    if policy.scheme is not None:
        if trust.scheme not in {None, policy.scheme}:
            conflict = f"the trust given is of the scheme {trust.scheme}, the policy is for {policy.scheme}"
        trust = trust.for_scheme(policy.scheme)
    if policy.anchors:
        named = {rule.sha256 for rule in policy.anchors}
        trust = replace(trust, anchors=tuple(anchor for anchor in trust.anchors if fingerprint(anchor) in named))
    return trust, conflict
