"""Everything a file brings along and a verifier holds: certificates, revocation evidence, trust, time.

Invariants:
    - What a file brings is never trusted for being there: certificates only help to build paths, evidence counts
      only when its signature verifies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from vnsign.errors import InputError
from vnsign.pdf.reading.security_store import SecurityStore
from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.cms_reading import SignedCms
from vnsign.pki.path import PathFinder, PathPolicy
from vnsign.pki.status import RevocationEvidence, read_evidence
from vnsign.pki.timestamp_reading import parse_timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a signature is judged with.

    Attributes:
        at: Validation time, aware UTC.
        certificates: DER of every certificate in the file.
        evidence: Lists and answers of the file and of the verifier.
        embedded: Evidence of the file alone, which decides the level found.
        policy: What is asked of certificate policies; by default nothing.
        finder: Finds paths among these certificates, each once.
    """

    trust: TrustAnchors
    at: datetime
    certificates: tuple[bytes, ...]
    evidence: RevocationEvidence
    embedded: RevocationEvidence
    policy: PathPolicy = field(default_factory=PathPolicy)
    finder: PathFinder = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "finder", PathFinder(trust=self.trust, known=self.certificates))


def gather_material(
    store: SecurityStore, signed: Iterable[SignedCms], *, trust: TrustAnchors, at: datetime
) -> Material:
    """Collect certificates and evidence from the DSS and from every CMS and token of a file."""
    certificates = list(store.certificates)
    crls = list(store.crls)
    ocsps = list(store.ocsps)
    pending = list(signed)
    while pending:
        cms = pending.pop()
        certificates.extend(cms.certificates)
        crls.extend(cms.crls)
        ocsps.extend(cms.ocsps)
        for token in cms.timestamp_tokens:
            try:
                pending.append(parse_timestamp(token).cms)
            except InputError:
                # reported where the token is judged
                continue
    embedded = read_evidence(crls=crls, ocsps=ocsps)
    return Material(
        trust=trust,
        at=at,
        certificates=tuple(dict.fromkeys(certificates)),
        evidence=RevocationEvidence(crls=(*trust.crls, *embedded.crls), ocsps=embedded.ocsps),
        embedded=embedded,
    )
