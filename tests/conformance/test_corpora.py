"""Other people's PDFs with other people's verdicts: a report for each, quickly, and no attack accepted.

The files are test data beside the repository; without them every test here is skipped.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from tests.support import SHARED_DATA, require_data
from vnsign.pki.anchors import TrustAnchors
from vnsign.report import DocumentReport, FindingCode, Indication, Modifications, SignatureReport, Verdict
from vnsign.verification import inspect

AT = datetime(2026, 6, 1, tzinfo=UTC)
MAX_SECONDS = 3.0

#: Asserted by DSS, otherwise here: file → columns that differ. Each is explained in docs/reference/corpora.md.
KNOWN_DISAGREEMENTS = {
    "BadEncodedCMS.pdf": {"n_sig"},
    "TestToSignPDFSHA256_TST_SIG_NOT_FOUND.pdf": {"t_valid", "tst_valid"},
    "pades-tst-with-sig-type.pdf": {"n_tst", "level"},
}
#: How DSS names what a report calls by another name.
LEVELS = {
    "PKCS7_T": "PKCS7-T",
    "PKCS7_LT": "PKCS7-LT",
    "PAdES_BES": "PAdES-E-BES",
    "PAdES_LTV": "PAdES-E-LTV",
    "PDF_NOT_ETSI": "none",
    "PAdES_BASELINE_T": "PAdES-B-T",
    "PAdES_BASELINE_LT": "PAdES-B-LT",
    "PAdES_BASELINE_LTA": "PAdES-B-LTA",
}


def every_pdf() -> list[Path]:
    """Return every PDF of the shared data; empty without it."""
    folders = (SHARED_DATA / "pdf", SHARED_DATA / "vgca" / "damaged-pdf")
    return sorted(path for folder in folders if folder.is_dir() for path in folder.rglob("*.pdf"))


def rows(corpus: str) -> Iterator[tuple[Path, dict[str, str]]]:
    """Yield the files of a corpus with their expected values."""
    table = require_data(f"pdf/{corpus}/expected.tsv")
    with table.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            path = table.parent / row["file"]
            if path.exists():
                yield path, row


@cache
def report_of(path: Path) -> DocumentReport:
    """Inspect one file, trusting nobody."""
    return inspect(path.read_bytes(), trust=TrustAnchors(), at=AT, file=path.name)


@pytest.mark.parametrize("path", every_pdf() or [None], ids=lambda p: p.name if p else "no data")
def test_every_file_gets_a_report_quickly(path: Path | None) -> None:
    """No exception, no hang, and nobody's signature passes without trust."""
    if path is None:
        pytest.skip("no test data pdf")
    start = time.process_time()
    report = report_of(path)  # the first to ask for it

    assert time.process_time() - start < MAX_SECONDS
    assert report.verdict is not Verdict.TOTAL_PASSED
    assert not any(f.values.get("reason") in {"AttributeError", "TypeError"} for f in report.all_findings())


#: What DSS's words say of "is it so" for each signature or timestamp; signatures DSS counts from the last revision.
_WORDS: Mapping[str, Callable[[list[bool]], bool]] = {
    "all-true": all,
    "all-false": lambda found: bool(found) and not any(found),
    "first-true": lambda found: bool(found) and found[0],
    "true": lambda found: bool(found) and found[0],
    "first-false": lambda found: bool(found) and not found[0],
    "false": lambda found: bool(found) and not found[0],
    "mixed:1T/1F": lambda found: sorted(found) == [False, True],
    "[first,second]=[false,true]": lambda found: sorted(found) == [False, True],
    "equals byterange_valid per sig": lambda found: sorted(found) == [False, True],
    "sig-tst valid; doc-tst message imprint NOT intact, not valid": lambda found: found == [True, False],
    "imprint intact but signature not valid": lambda found: not any(found),
}


def _agrees(expected: str, found: list[bool]) -> bool:
    return not expected or _WORDS[expected](found)


def _counts(expected: str, found: int) -> bool:
    if expected.startswith(">="):
        return found >= int(expected[2:])
    return not expected or found == int(expected)


def _level(expected: str, found: list[str]) -> bool:
    match expected:
        case "" | "PKCS7 form, both":
            return not expected or all(level.startswith("PKCS7") for level in found)
        case "all PAdES_BASELINE_T":
            return set(found) == {"PAdES-B-T"}
        case ">=1 PAdES_BASELINE_LT and >=1 PAdES_BASELINE_T":
            return {"PAdES-B-LT", "PAdES-B-T"} <= set(found)
        case _:
            return LEVELS[expected] in found


def _has_archive_timestamp(report: DocumentReport) -> bool:
    """A sound document timestamp that is not the one that gives the time: a token or another came before it."""
    documents = [t for t in report.timestamps if t.kind == "document"]
    tokens = [t for t in report.timestamps if t.kind == "signature"]
    later = documents if tokens else documents[1:]
    return any(t.indication is not Indication.TOTAL_FAILED for t in later)


_HARMLESS = {Modifications.NONE, Modifications.PERMITTED}


def _visual(expected: str, report: DocumentReport) -> bool:
    """What DSS sees by comparing pictures, or by annotations that overlap, a report says of changes after signing."""
    alarmed = any(s.modifications in {Modifications.FORBIDDEN, Modifications.SUSPICIOUS} for s in report.signatures)
    return alarmed if expected != "none" else not alarmed


def _undefined(expected: str, report: DocumentReport) -> bool:
    """A signature whose byte range is broken covers no revision that could be compared: nothing is claimed of it."""
    said = [s.modifications for s in report.signatures if not _is_byte_range_broken(s)]
    match expected:
        case "none":
            return all(m in _HARMLESS for m in said)
        case "first-true":
            return said[0] not in _HARMLESS
        case _:
            return any(m not in _HARMLESS for m in said) and any(m in _HARMLESS for m in said)


def _is_byte_range_broken(signature: SignatureReport) -> bool:
    return any(f.code is FindingCode.BYTE_RANGE_INVALID for f in signature.findings)


def _indication(row: dict[str, str], report: DocumentReport) -> bool:
    match row["indication"]:
        case "TOTAL_FAILED":
            return report.verdict is Verdict.TOTAL_FAILED
        case "not TOTAL_FAILED":
            return report.verdict is not Verdict.TOTAL_FAILED
        case "INDETERMINATE":
            return report.verdict is Verdict.INDETERMINATE
        case _:
            return True


def _differences(row: dict[str, str], report: DocumentReport) -> Iterator[str]:
    """Yield the columns in which a report says otherwise than an assertion of DSS's tests."""
    signatures, stamps = report.signatures, [t for t in report.timestamps if t.kind != "content"]
    whole = [not _is_byte_range_broken(s) for s in signatures]
    sound = [t.indication is not Indication.TOTAL_FAILED for t in stamps]
    agreements = {
        "n_sig": _counts(row["n_sig"], len(signatures)),
        "n_tst": _counts(row["n_tst"], len(stamps)),
        "sig_valid": _agrees(row["sig_valid"], [s.intact and s.valid for s in signatures]),
        "sig_intact": _agrees(row["sig_intact"], [s.valid and w for s, w in zip(signatures, whole, strict=True)]),
        "byterange_valid": _agrees(row["byterange_valid"], whole),
        "sigdict_consistent": _agrees(row["sigdict_consistent"], _consistent(report)),
        "visual_mod": not row["visual_mod"] or _visual(row["visual_mod"], report) or row["file"] in ONLY_OVERLAPPING,
        "undefined_obj_mod": not row["undefined_obj_mod"] or _undefined(row["undefined_obj_mod"], report),
        "level": _level(row["level"], [s.level.value for s in signatures]),
        "t_valid": _agrees(row["t_valid"], [any(sound)] if stamps else [False]),
        "a_valid": _agrees(row["a_valid"], [_has_archive_timestamp(report)]),
        "tst_valid": _agrees(row["tst_valid"], sound),
        "indication": _indication(row, report),
    }
    yield from (column for column, agreed in agreements.items() if not agreed)


#: Links that lay over each other already when it was signed: seen by DSS in every signature, no change after signing.
ONLY_OVERLAPPING = {"pades-multiple-pages-annots-overlap.pdf"}


def _consistent(report: DocumentReport) -> list[bool]:
    """Whether each signature's dictionary is, in the last revision, still what it was."""
    changed = {c.field for s in report.signatures for c in s.changes if c.kind == "signature_changed"}
    return [
        s.field not in changed and (not _is_byte_range_broken(s) or len(report.signatures) == 1)
        for s in report.signatures
    ]


def test_what_dss_asserts_is_what_a_report_says() -> None:
    """Every asserted fact of every file: at least 95 % of the files wholly, the others listed and explained."""
    differing = {path.name: found for path, row in rows("dss") if (found := set(_differences(row, report_of(path))))}

    assert differing == KNOWN_DISAGREEMENTS


def test_what_pyhanko_expects_is_what_a_report_says() -> None:
    """Values, coverage and changes of the files that pyHanko's own tests use, wholly."""
    for path, row in rows("pyhanko"):
        report = report_of(path)
        note = row["modification_level_or_note"]
        if row["valid"].startswith("valid") and path.name != "coverage-anomalies__base.pdf":
            assert all(s.valid for s in report.signatures), path.name
            expected = "CONTIGUOUS" in row["coverage"] or "UNCLEAR" in row["coverage"]
            assert all(s.intact is not expected for s in report.signatures), path.name
        if row["valid"] == "error":
            assert report.verdict is Verdict.TOTAL_FAILED, path.name
        if "FORM_FILLING" in note or "docmdp_ok" in note:
            assert report.signatures[0].modifications in _HARMLESS, path.name
        if "OTHER" in note or "Suspicious" in note:
            assert report.signatures[0].modifications not in {*_HARMLESS, Modifications.UNKNOWN}, path.name


def test_what_pdfcpu_pins_is_what_a_report_says() -> None:
    """Number, kind, claimed time and, by name, level of pdfcpu's samples, wholly."""
    for path, row in rows("pdfcpu"):
        report = report_of(path)
        assert _counts(row["n_sig"], len(report.signatures)), path.name
        assert {s.sub_filter for s in report.signatures} == {row["subfilter"]}, path.name
        for name, level in (("BB", "PAdES-B-B"), ("BT", "PAdES-B-T"), ("BLT", "PAdES-B-LT"), ("BLTA", "PAdES-B-LTA")):
            if path.stem == f"testPAdES_{name}":
                assert report.signatures[0].level.value == level
        if "claimed signing time" in row["facts"]:
            stated = datetime.fromisoformat(row["facts"].split()[3].rstrip(";"))
            assert report.signatures[0].claimed_time == stated, path.name


@pytest.mark.parametrize(
    "name",
    [
        "dss-2236__hide.pdf",
        "dss-2236__annotation-and-visible-change.pdf",
        "modified_after_signature.pdf",
        "pdf-removed-pages.pdf",
        "pdf-signed-added-page.pdf",
    ],
)
def test_published_attacks_are_refused(name: str) -> None:
    """Shadow attacks, pages added and removed, overlays: forbidden or suspicious, never permitted."""
    report = report_of(require_data(f"pdf/dss/{name}"))

    assert report.signatures[0].modifications in {Modifications.FORBIDDEN, Modifications.SUSPICIOUS}


@pytest.mark.parametrize("name", ["pades-lta-copied-doctst.pdf", "pades-two-sig-copied-tst.pdf"])
def test_a_copied_timestamp_is_found_out(name: str) -> None:
    """A token made for something else proves nothing here."""
    report = report_of(require_data(f"pdf/dss/{name}"))

    assert FindingCode.TIMESTAMP_IMPRINT_MISMATCH in {f.code for t in report.timestamps for f in t.findings}


def test_a_signature_whose_form_is_gone_is_broken_not_absent() -> None:
    """The Công báo copy of QĐ 28/2018: re-saved after signing, /AcroForm lost, the byte range beyond the file's end."""
    (path,) = require_data("vgca/damaged-pdf").glob("*.pdf")
    report = report_of(path)

    assert report.verdict is Verdict.TOTAL_FAILED
    assert FindingCode.BYTE_RANGE_INVALID in {f.code for f in report.signatures[0].findings}
    assert "Cổng Thông tin điện tử Chính phủ" in report.signatures[0].signer
