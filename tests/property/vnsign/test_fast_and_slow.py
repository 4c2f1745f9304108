"""The fast verdict is never more lenient than the slow one.

Fast: one verifier for all files, which remembers; messages of the usual form read by compiled code; files of the
plainest kind read in one pass; pyHanko asked only about what is not plain. Slow: nothing remembered, every message,
every file and every path the long way, pyHanko asked always.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

import vnsign
from tests.materials import Office, leader_signed, make_office, numbered, plain_pdf, sealed
from tests.mutation_kit import mutate
from tests.support import SHARED_DATA
from vnsign.pdf.comparing.second_opinion import Asking
from vnsign.pdf.reading import opened
from vnsign.pki import cms_reading, path, timestamp_reading
from vnsign.report import DocumentReport, Indication, Modifications, SignatureReport, Verdict
from vnsign.verification import Circumstances, inspect_by

_SEED = int(os.environ.get("VNSIGN_SOAK_SEED", "20261128"))
_IN_CI, _IN_SOAK = 2_000, int(os.environ.get("VNSIGN_SOAK_CASES", "100000"))
_MAX_BYTES = 120_000
_INDICATIONS = (Indication.TOTAL_PASSED, Indication.INDETERMINATE, Indication.TOTAL_FAILED)
_MODIFICATIONS = (Modifications.NONE, Modifications.PERMITTED, Modifications.SUSPICIOUS, Modifications.FORBIDDEN)
_VERDICTS = (Verdict.TOTAL_PASSED, Verdict.INDETERMINATE, Verdict.TOTAL_FAILED)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An authority with its people."""
    return make_office(tmp_path_factory.mktemp("office") / "ca")


@pytest.fixture(scope="module")
def trust(office: Office) -> vnsign.TrustStore:
    """Root and lists: B-B files can pass too."""
    lists = tuple(crl for c in office.authority.certificates() for crl in office.crls.crls_for(c))
    issued = office.crls.crls_for(office.leader.certificate)
    return vnsign.TrustStore(anchors=office.trust.anchors, crls=(*lists, *issued))


@pytest.fixture(scope="module")
def our_own(office: Office) -> list[bytes]:
    """Every stage of the recipe, and plain signatures."""
    signed = leader_signed(office)
    filled = numbered(signed)
    done = sealed(office, filled)
    archived = vnsign.extend_pdf(done, level="B-LTA", tsa=office.tsa, revocation=office.crls, clock=office.clock)
    plain = vnsign.sign_pdf(plain_pdf(), office.leader, check_status=False, clock=office.clock)
    twice = vnsign.sign_pdf(plain, office.deputy, check_status=False, clock=office.clock)
    return [signed, filled, done, archived, plain, twice]


def _corpora() -> list[bytes]:
    files = sorted((SHARED_DATA / "pdf").rglob("*.pdf")) if SHARED_DATA.exists() else []
    return [file.read_bytes() for file in files]


class _Two:
    """Both ways to a verdict, at the same moment."""

    def __init__(self, trust: vnsign.TrustStore, patch: pytest.MonkeyPatch) -> None:
        self.trust = trust
        self.patch = patch
        self.at = datetime.now(UTC)
        self.verifier = vnsign.Verifier(trust=trust)

    def fast(self, pdf: bytes) -> DocumentReport:
        return self.verifier.inspect_pdf(pdf, at=self.at)

    def slow(self, pdf: bytes) -> DocumentReport:
        with self.patch.context() as patch:
            patch.setattr(cms_reading, "read_usual_cms", lambda *_args, **_more: None)
            patch.setattr(timestamp_reading, "_usual_token", lambda *_args: None)
            patch.setattr(opened, "read_plain", lambda _data: None)
            patch.setattr(path, "sibling_question", lambda *_args, **_more: None)
            return inspect_by(pdf, Circumstances(trust=self.trust, at=self.at, asking=Asking.ALWAYS))

    def compare(self, pdf: bytes, name: object) -> DocumentReport:
        """Fail if the fast report is better than the slow one in anything."""
        fast, slow = self.fast(pdf), self.slow(pdf)
        assert not list(_lenient(fast, slow)), (name, list(_lenient(fast, slow)))
        return fast


def _lenient(fast: DocumentReport, slow: DocumentReport) -> Iterator[str]:
    if len(fast.signatures) != len(slow.signatures) or len(fast.timestamps) != len(slow.timestamps):
        yield f"{len(fast.signatures)} signatures, {len(slow.signatures)}"
        return
    yield from _worse(fast.verdict, slow.verdict, _VERDICTS)
    for quick, thorough in zip(fast.signatures, slow.signatures, strict=True):
        yield from _lenient_signature(quick, thorough)
    for stamp, other in zip(fast.timestamps, slow.timestamps, strict=True):
        yield from _worse(stamp.indication, other.indication, _INDICATIONS)


def _worse(fast: object, slow: object, order: Sequence[object]) -> Iterator[str]:
    """What is not in the order has no better or worse: then both must say the same."""
    known = fast in order and slow in order
    if order.index(fast) < order.index(slow) if known else fast != slow:
        yield f"{fast} for {slow}"


def _lenient_signature(fast: SignatureReport, slow: SignatureReport) -> Iterator[str]:
    yield from _worse(fast.indication, slow.indication, _INDICATIONS)
    yield from _worse(fast.modifications, slow.modifications, _MODIFICATIONS)
    if (fast.intact and not slow.intact) or (fast.valid and not slow.valid):
        yield f"{fast.field}: intact {fast.intact}, valid {fast.valid}"


def _run(two: _Two, files: Sequence[bytes], *, cases: int, seed: int) -> dict[str, int]:
    dice = random.Random(seed)
    counts: dict[str, int] = {}
    for case in range(cases):
        mutant = mutate(dice, dice.choice(files), files)
        report = two.compare(mutant, (seed, case))
        counts[report.verdict.value] = counts.get(report.verdict.value, 0) + 1
    return counts


def test_our_own_flow_passes_both_ways(
    our_own: list[bytes], trust: vnsign.TrustStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oracle is worth something: good files are good for both, whole reports alike."""
    two = _Two(trust, monkeypatch)
    for pdf in our_own[:5]:
        fast = two.compare(pdf, "ours")
        assert fast.verdict is Verdict.TOTAL_PASSED
        assert fast == two.slow(pdf)


@pytest.mark.slow
def test_no_file_of_the_corpora_is_judged_more_leniently_by_the_fast_way(
    trust: vnsign.TrustStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file at hand."""
    two = _Two(trust, monkeypatch)
    for number, pdf in enumerate(_corpora()):
        two.compare(pdf, number)


@pytest.mark.slow
@pytest.mark.timeout(900)  # a minute of the processor, which may have other work
def test_no_mutated_file_is_judged_more_leniently_by_the_fast_way(
    our_own: list[bytes], trust: vnsign.TrustStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two thousand mutants of our own flow and of the corpora."""
    files = [*our_own, *our_own, *(pdf for pdf in _corpora() if len(pdf) < _MAX_BYTES)]
    _run(_Two(trust, monkeypatch), files, cases=_IN_CI, seed=_SEED)


@pytest.mark.soak
def test_a_hundred_thousand_mutants(
    our_own: list[bytes], trust: vnsign.TrustStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As above; VNSIGN_SOAK_CASES and VNSIGN_SOAK_SEED say how many and which. What came out is printed."""
    files = [*our_own, *our_own, *(pdf for pdf in _corpora() if len(pdf) < _MAX_BYTES)]
    counts = _run(_Two(trust, monkeypatch), files, cases=_IN_SOAK, seed=_SEED + 1)
    print(f"{_IN_SOAK} mutants, seed {_SEED + 1}: {counts}")  # noqa: T201 — for docs/reliability.md
