"""Increments judged by what each wrote are judged as the general comparison judges them, or not at all."""

from __future__ import annotations

import os
import random
from contextlib import suppress

import pytest

from tests.increments_kit import disagreement, grown_store, mutant, put_together, take_apart
from tests.materials import Office, archived, make_office, sealed
from tests.support import SHARED_DATA
from vnsign.errors import InputError
from vnsign.pdf.comparing.increments.plain_changes import changes_of_increments
from vnsign.pdf.comparing.opinions import SecondOpinion
from vnsign.pdf.reading.opened import OpenedPdf
from vnsign.pdf.reading.signature_dictionaries import FoundSignature, SignatureKind
from vnsign.pdf.reading.structure import structure_of
from vnsign.verification import modifications
from vnsign.verification.modifications import judge_changes
from vnsign.verification.signatures import LaterChanges

_SEED = int(os.environ.get("VNSIGN_SOAK_SEED", "20261129"))
_IN_SOAK = int(os.environ.get("VNSIGN_SOAK_CASES", "100000"))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An authority with its people."""
    return make_office(tmp_path_factory.mktemp("office") / "ca")


@pytest.fixture(scope="module")
def our_own(office: Office) -> list[bytes]:
    """The whole recipe, with evidence, with a document timestamp, with more evidence."""
    whole = archived(office)
    return [sealed(office), whole, put_together(grown_store(take_apart(whole)))[0]]


def _signed_until(end: int) -> FoundSignature:
    """A signature that covers everything before ``end``; nothing else of it counts here."""
    return FoundSignature(
        field="ChuKyNguoiKy",
        object_id=(26, 0),
        kind=SignatureKind.SIGNATURE,
        sub_filter="",
        problem=None,
        byte_range=(0, 1, 2, end - 2),
        contents=b"",
        certificates=(),
        claimed_time=None,
        permissions=2,
        is_certification=True,
        locks=(),
    )


def _generally(file: OpenedPdf, found: FoundSignature, patch: pytest.MonkeyPatch) -> LaterChanges | None:
    """What the general comparison says; None if it wants a second opinion."""
    asked: list[FoundSignature] = []

    def ask(_file: OpenedPdf, signature: FoundSignature) -> SecondOpinion:
        asked.append(signature)
        raise AssertionError

    with patch.context() as inner:
        inner.setattr(modifications, "changes_of_increments", lambda _file, _end: None)
        inner.setattr(modifications, "ask_second_opinion", ask)
        try:
            return judge_changes(file, found)
        except AssertionError:
            return None


def _compare(pdf: bytes, ends: list[int], patch: pytest.MonkeyPatch, name: object) -> int:
    taken = 0
    with OpenedPdf(pdf) as file:
        for end in ends[1:-1]:
            if changes_of_increments(file, end) is None:
                continue
            taken += 1
            found = _signed_until(end)
            assert judge_changes(file, found) == _generally(file, found, patch), (name, end)
    return taken


def _run(files: list[bytes], cases: int, seed: int, patch: pytest.MonkeyPatch) -> int:
    dice, taken = random.Random(seed), 0
    for case in range(cases):
        pdf, ends = mutant(dice, dice.choice(files))
        taken += _compare(pdf, ends, patch, (seed, case))
    return taken


def test_our_own_increments_are_judged_by_what_they_wrote(
    our_own: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise nothing below would mean anything: each revision of each file, put together anew too."""
    for pdf in our_own:
        again, ends = put_together(take_apart(pdf))
        assert _compare(again, ends, monkeypatch, "ours") == len(ends) - 2


def test_mutants_by_grammar_are_judged_alike_or_not_at_all(
    our_own: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every offset is right in them: what is odd is what objects, trailers and tables say."""
    assert _run(our_own, 150, 1, monkeypatch) > 50


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_thousands_of_mutants_by_grammar(our_own: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """As above."""
    assert _run(our_own, 4_000, 2, monkeypatch) > 1_000


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_increments_of_the_corpora_are_judged_alike_or_not_at_all() -> None:
    """Every signature of every file at hand."""
    files = sorted((SHARED_DATA / "pdf").rglob("*.pdf")) if SHARED_DATA.exists() else []
    for path in files:
        with OpenedPdf(path.read_bytes()) as file, suppress(InputError):
            if file.plain is None:
                continue
            ends = {s.covered_end for s in structure_of(file).signatures if s.problem is None}
            for end in ends:
                changes = None if file.is_blank_after(end) else changes_of_increments(file, end)
                assert changes is None or not disagreement(file, end, changes), (path, end)


@pytest.mark.soak
def test_a_hundred_thousand_mutants_by_grammar(our_own: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """As above; VNSIGN_SOAK_CASES and VNSIGN_SOAK_SEED say how many and which."""
    taken = _run(our_own, _IN_SOAK, _SEED, monkeypatch)
    print(f"{_IN_SOAK} mutants, seed {_SEED}: {taken} judged by what was written")  # noqa: T201 — for docs/reliability.md
