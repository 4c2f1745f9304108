"""An argument of a wrong type at the front door of verification is the caller's mistake, told as such."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import vnsign
from tests.materials import Office, leader_signed, make_office
from tests.unit.vnsign.test_front_door_arguments import WRONG, NaiveClock

NOW = datetime(2026, 11, 28, tzinfo=UTC)
Call = tuple[Callable[..., Any], dict[str, Any]]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


def calls(office: Office, folder: Path) -> dict[str, Call]:
    """Return good calls of every verb that verifies, by name: each argument is then spoilt in turn."""
    pdf = leader_signed(office)
    file = folder / "a.pdf"
    file.write_bytes(pdf)
    (folder / "evidence").mkdir(exist_ok=True)
    by: dict[str, Any] = {"trust": office.trust, "policy": "default", "evidence": folder / "evidence"}
    how = {**by, "at": NOW, "clock": office.clock}
    verifier = vnsign.Verifier(trust=office.trust)
    report = vnsign.inspect_pdf(pdf, trust=office.trust)
    return {
        "inspect_pdf": (vnsign.inspect_pdf, {"pdf": pdf, "file": "a", "online": False, "revocation": None, **how}),
        "verify_pdf": (_rejecting, {"pdf": pdf, "file": "a", "online": False, "revocation": None, **how}),
        "inspect_file": (vnsign.inspect_file, {"path": file, **how}),
        "Verifier": (vnsign.Verifier, {**by, "clock": office.clock}),
        "Verifier.inspect_pdf": (verifier.inspect_pdf, {"pdf": pdf, "at": NOW, "file": "a"}),
        "Verifier.inspect_file": (verifier.inspect_file, {"path": file, "at": NOW}),
        "inspect_statement": (vnsign.inspect_statement, {"cms": b"", "statement": b"", "revocation": None, **how}),
        "load_policy": (vnsign.load_policy, {"policy": "eu"}),
        "extract_revision": (vnsign.extract_revision, {"pdf": pdf, "revision": 1}),
        "differing_pages": (vnsign.differing_pages, {"pdf": pdf, "since": 1}),
        "render_reports": (
            lambda **given: list(vnsign.render_reports(**given)),
            {"reports": [report], "form": "html", "lang": "vi", "at": NOW},
        ),
        "TrustStore.from_folder": (vnsign.TrustStore.from_folder, {"folder": folder / "evidence"}),
    }


def _rejecting(**given: Any) -> None:  # noqa: ANN401 — arguments of any type are the point
    with pytest.raises(vnsign.SignatureRejected):
        vnsign.verify_pdf(**given)


VERBS = (
    *("inspect_pdf", "verify_pdf", "inspect_file", "Verifier", "Verifier.inspect_pdf", "Verifier.inspect_file"),
    *("inspect_statement", "load_policy", "extract_revision", "differing_pages", "render_reports"),
    "TrustStore.from_folder",
)


@pytest.mark.parametrize("verb", VERBS)
def test_a_wrong_argument_is_our_error(
    office: Office, verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every argument of every verb, spoilt in every way: a result or our own error, never one from inside."""
    monkeypatch.chdir(tmp_path)
    function, good = calls(office, tmp_path)[verb]
    function(**good)
    refused = 0
    for name in good:
        for kind, wrong in WRONG.items():
            try:
                function(**(good | {name: wrong}))
            except vnsign.VnsignError as exc:
                refused += exc.code is vnsign.ErrorCode.BAD_ARGUMENT
            except Exception as exc:  # noqa: BLE001
                pytest.fail(f"{verb}({name}={kind}): {type(exc).__name__}: {exc}")
            except pytest.fail.Exception:
                continue  # not rejected: the argument was a good one
    assert refused >= 4 * len(good)


def test_a_clock_without_a_zone_is_our_error(office: Office) -> None:
    """Every verb that asks what time it is."""
    pdf = leader_signed(office)
    how: dict[str, Any] = {"trust": office.trust, "clock": NaiveClock()}
    for call in (
        lambda: vnsign.inspect_pdf(pdf, **how),
        lambda: vnsign.inspect_statement(b"", b"", **how),
        lambda: vnsign.Verifier(**how).inspect_pdf(pdf),
    ):
        with pytest.raises(vnsign.UsageError) as told:
            call()
        assert told.value.code is vnsign.ErrorCode.BAD_ARGUMENT


def test_a_path_is_not_taken_for_the_bytes_of_a_file(office: Office) -> None:
    """The commonest mistake; "not a PDF" would be an answer to another question."""
    for call in (vnsign.Verifier(trust=office.trust).inspect_pdf, partial(vnsign.inspect_pdf, trust=office.trust)):
        for path in ("letter.pdf", Path("letter.pdf")):
            with pytest.raises(vnsign.UsageError) as told:
                call(path)  # type: ignore[arg-type]  # that is the mistake
            assert told.value.code is vnsign.ErrorCode.BAD_ARGUMENT
