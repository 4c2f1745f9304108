"""NIST PKITS: every path and every revocation list of the suite, judged by what verification itself calls.

The certificates are test data beside the repository; without them every test here is skipped, or fails with
``VNSIGN_REQUIRE_DATA=true``. As the suite asks, the status of every certificate in a path must be known: a path whose
lists prove nothing is not valid.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from tests.support import SHARED_DATA, require_data
from vnsign.pdf.reading.security_store import SecurityStore
from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.certificates import load_certificate
from vnsign.pki.memory import PkiMemory
from vnsign.pki.path import PathPolicy
from vnsign.pki.status import RevocationEvidence, read_evidence
from vnsign.policy.validation import StatusDemand
from vnsign.report import CertificateRole, FindingCode, Severity
from vnsign.verification.material import Circumstances, gather_material
from vnsign.verification.paths import Subject, judge_path
from vnsign.verification.strength import Existence
from vnsign.verification.verdicts import Verdicts

# 4.4.14, 4.4.15: negative serial numbers, which the library reads with a warning
pytestmark = pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")

AT = datetime(2022, 5, 1, tzinfo=UTC)
CASES = 246
ROOT = "TrustAnchorRootCertificate.crt"
ROOT_LIST = "TrustAnchorRootCRL.crl"

#: Strict: a case that starts to agree fails the test.
KNOWN_DEVIATIONS = {
    "40105": "DSA keys without parameters of their own cannot be read; refused (undecided), where PKITS accepts them",
}

Case = dict[str, Any]

#: What refuses a case, by the kind of error that certvalidator's tests expect.
REFUSALS = {
    "RevokedError": {FindingCode.CERTIFICATE_REVOKED, FindingCode.CERTIFICATE_ON_HOLD},
    "InsufficientRevinfoError": {FindingCode.REVOCATION_NOT_CHECKED},
    "StaleRevinfoError": {FindingCode.REVOCATION_NOT_CHECKED},
    "PathValidationError": {
        FindingCode.PATH_INVALID,
        FindingCode.NO_PATH_TO_ANCHOR,
        FindingCode.CERTIFICATE_EXPIRED,
        FindingCode.CERTIFICATE_NOT_YET_VALID,
    },
}


@cache
def cases() -> tuple[Case, ...]:
    """Return every case of the suite; nothing without the data."""
    table = SHARED_DATA / "pkits" / "pkits.json"
    return tuple(json.loads(table.read_text(encoding="utf-8"))) if table.exists() else ()


@cache
def certificate(name: str) -> bytes:
    """Return a certificate of the suite, DER."""
    return require_data(f"pkits/certs/{name}").read_bytes()


@cache
def lists(names: frozenset[str]) -> RevocationEvidence:
    """Return lists of the suite, read."""
    return read_evidence(crls=[require_data(f"pkits/crls/{name}").read_bytes() for name in sorted(names)], ocsps=())


def everything(folder: str) -> list[str]:
    """Return the names of all files in a folder of the suite."""
    return sorted(path.name for path in require_data(f"pkits/{folder}").iterdir())


def policy(case: Case) -> PathPolicy:
    """Return the inputs that the case asks for."""
    inputs = case.get("params", {})
    acceptable = inputs.get("user_initial_policy_set")
    return PathPolicy(
        acceptable=None if acceptable is None else frozenset(acceptable),
        requires_policy=inputs.get("initial_explicit_policy", False),
        inhibits_mapping=inputs.get("initial_policy_mapping_inhibit", False),
        inhibits_any_policy=inputs.get("initial_any_policy_inhibit", False),
    )


@cache
def trust() -> TrustAnchors:
    """Return the anchor of the suite."""
    return TrustAnchors(anchors=(load_certificate(certificate(ROOT)),))


def judge(
    case: Case, *, known: tuple[bytes, ...], evidence: RevocationEvidence, memory: PkiMemory | None = None
) -> tuple[set[FindingCode], int]:
    """Return what speaks against a case, and the length of its path."""
    circumstances = Circumstances(trust=trust(), at=AT, side=evidence, memory=memory or PkiMemory())
    material = gather_material(SecurityStore(certificates=known), (), circumstances=circumstances)
    verdicts = Verdicts()
    subject = Subject(
        certificate=certificate(case["cert"]),
        role=CertificateRole.SIGNER,
        demand=StatusDemand.WHOLE_PATH,
        existence=Existence(at=AT),
        path_policy=policy(case),
    )
    path = judge_path(verdicts, subject, material=material).path
    against = {f.code for f in verdicts.findings if f.severity in {Severity.ERROR, Severity.UNDECIDED}}
    return against, len(path.certificates)


def differs(case: Case, against: set[FindingCode], length: int) -> bool:
    """Tell whether the outcome is another than the suite's."""
    if "error" not in case:
        return bool(against) or length != case["path_len"]
    return not against & REFUSALS[case["error"]["class"]]


@pytest.mark.slow
@pytest.mark.parametrize("case", cases() or [None], ids=lambda c: f"{c['id']}-{c['name']}" if c else "no data")
def test_every_case_of_the_suite_comes_out_as_stated(case: Case | None) -> None:
    """PKITS §4.1–4.16: valid paths are found whole, the others refused for the stated kind of reason."""
    require_data("pkits/pkits.json")
    assert case is not None
    known = tuple(certificate(name) for name in case.get("other_certs", ()))
    against, length = judge(case, known=known, evidence=lists(frozenset({ROOT_LIST, *case.get("crls", ())})))

    assert differs(case, against, length) is (case["id"] in KNOWN_DEVIATIONS)


def test_the_suite_is_whole() -> None:
    """As many cases as the published table has, in all sixteen sections."""
    require_data("pkits/pkits.json")
    sections = Counter(int(case["id"][1:3]) for case in cases())

    assert sum(sections.values()) == CASES
    assert set(sections) == set(range(1, 17))


@pytest.mark.slow
def test_who_remembers_every_case_judges_each_as_if_it_were_the_first() -> None:
    """One memory for the whole suite, there and back: what was found of one certificate is never another's."""
    require_data("pkits/pkits.json")
    memory, differing = PkiMemory(), set()
    for case in (*cases(), *reversed(cases())):
        known = tuple(certificate(name) for name in case.get("other_certs", ()))
        evidence = lists(frozenset({ROOT_LIST, *case.get("crls", ())}))
        if differs(case, *judge(case, known=known, evidence=evidence, memory=memory)):
            differing.add(case["id"])

    assert differing == set(KNOWN_DEVIATIONS)


@pytest.mark.soak
def test_what_else_is_at_hand_changes_nothing() -> None:
    """All 405 certificates and 173 lists of the suite at once: the same outcome, whatever could be confused."""
    require_data("pkits/pkits.json")
    known = tuple(certificate(name) for name in everything("certs"))
    evidence = lists(frozenset(everything("crls")))

    differing = {case["id"] for case in cases() if differs(case, *judge(case, known=known, evidence=evidence))}

    assert differing == set(KNOWN_DEVIATIONS)
