"""Revocation evidence from everywhere, each piece with where it lay.

Invariants:
    - Where a piece lay says nothing of its worth: each is believed only if its signature verifies.
    - A piece that lies in several places is read once and known by all of them.

Source: ETSI EN 319 142-1 §5.4.2 (DSS, VRI); ISO 32000-2 §12.8.3.3.2 (adbe-revocationInfoArchival).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from vnsign.pki.cms_reading import SignedCms
from vnsign.pki.evidence import Statement
from vnsign.pki.memory import PkiMemory
from vnsign.pki.status import RevocationEvidence, read_evidence
from vnsign.report import EvidenceKind, EvidenceOrigin, EvidenceReport

_Piece = x509.CertificateRevocationList | ocsp.OCSPResponse


@dataclass(slots=True)
class EvidencePool:
    """Lists and answers of a file and of its verifier."""

    _crls: dict[bytes, list[EvidenceOrigin]] = field(default_factory=dict)
    _ocsps: dict[bytes, list[EvidenceOrigin]] = field(default_factory=dict)
    _given: list[tuple[RevocationEvidence, EvidenceOrigin]] = field(default_factory=list)

    def add(self, origin: EvidenceOrigin, *, crls: Iterable[bytes] = (), ocsps: Iterable[bytes] = ()) -> None:
        """Add DER pieces of a file."""
        for kept, items in ((self._crls, crls), (self._ocsps, ocsps)):
            for der in items:
                places = kept.setdefault(der, [])
                if origin not in places:
                    places.append(origin)

    def is_empty(self) -> bool:
        """Tell whether no file brought anything."""
        return not self._crls and not self._ocsps

    def give(self, evidence: RevocationEvidence, origin: EvidenceOrigin) -> None:
        """Add what the verifier holds, read already."""
        self._given.append((evidence, origin))

    def read(self, memory: PkiMemory) -> KnownEvidence:
        """Read everything; what cannot be read is left out, what was read before is not read again."""
        embedded: list[RevocationEvidence] = []
        origins: dict[int, tuple[EvidenceOrigin, ...]] = {}
        for der, places in self._crls.items():
            embedded.append(
                _remember(read_evidence(crls=(der,), ocsps=(), load_list=memory.read_list), places, origins)
            )
        for der, places in self._ocsps.items():
            embedded.append(
                _remember(read_evidence(crls=(), ocsps=(der,), load_answer=memory.read_answer), places, origins)
            )
        given = [_remember(evidence, (origin,), origins) for evidence, origin in self._given]
        return KnownEvidence(
            all=_joined([*given, *embedded]), embedded=_joined(embedded), _origins=origins, _memory=memory
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEvidence:
    """Evidence that was read.

    Attributes:
        all: Of the file and of the verifier.
        embedded: Of the file alone, which decides the level found.
    """

    all: RevocationEvidence
    embedded: RevocationEvidence
    _origins: dict[int, tuple[EvidenceOrigin, ...]] = field(repr=False, compare=False)
    _memory: PkiMemory = field(repr=False, compare=False)

    def origins_of(self, piece: object) -> tuple[EvidenceOrigin, ...]:
        """Return where a piece of :attr:`all` lay."""
        return self._origins.get(id(piece), ())

    def for_signature(self, cms: SignedCms) -> RevocationEvidence:
        """Return what of the file speaks for one signature: all but what lies in another signature's CMS alone."""
        own = {*cms.crls, *cms.ocsps}

        def is_for_it(piece: _Piece) -> bool:
            return self.origins_of(piece) != (EvidenceOrigin.CMS,) or piece.public_bytes(Encoding.DER) in own

        return RevocationEvidence(
            crls=tuple(crl for crl in self.embedded.crls if is_for_it(crl)),
            ocsps=tuple(answer for answer in self.embedded.ocsps if is_for_it(answer)),
        )

    def report(self, decisive: Iterable[Statement], others: Iterable[Statement]) -> tuple[EvidenceReport, ...]:
        """Describe what a status stands on, then what else was said."""
        reports: dict[int, EvidenceReport] = {}
        for statements, is_decisive in ((decisive, True), (others, False)):
            for said in statements:
                if said.evidence is not None and id(said.evidence) not in reports:
                    reports[id(said.evidence)] = EvidenceReport(
                        kind=EvidenceKind(said.source),
                        origins=self.origins_of(said.evidence),
                        this_update=said.made_at,
                        next_update=said.until,
                        sha256=self._memory.sha256_of(said.evidence) if is_decisive else "",
                        is_decisive=is_decisive,
                    )
        return tuple(reports.values())


def _remember(
    evidence: RevocationEvidence, places: Sequence[EvidenceOrigin], origins: dict[int, tuple[EvidenceOrigin, ...]]
) -> RevocationEvidence:
    for piece in (*evidence.crls, *evidence.ocsps):
        origins[id(piece)] = tuple(dict.fromkeys((*origins.get(id(piece), ()), *places)))
    return evidence


def _joined(parts: Sequence[RevocationEvidence]) -> RevocationEvidence:
    return RevocationEvidence(
        crls=tuple(crl for part in parts for crl in part.crls),
        ocsps=tuple(answer for part in parts for answer in part.ocsps),
    )
