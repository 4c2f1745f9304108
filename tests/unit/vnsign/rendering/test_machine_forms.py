"""JSON, JUnit and SARIF: valid for their schemas whatever a file says, and honest about what could not be checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import jsonschema
import pytest
from lxml import etree

import vnsign
from tests.report_kit import (
    EVERY_VERDICT,
    FAILED,
    HOSTILE,
    PASSED,
    SETTING,
    UNDECIDED,
    UNREADABLE,
    UNSIGNED,
    document,
    hostile_documents,
    items,
    signature,
)
from tests.support import REPOSITORY
from vnsign.rendering.formats import Format, render
from vnsign.rendering.items import Item
from vnsign.rendering.sarif import file_uri
from vnsign.rendering.schema import build_schema
from vnsign.report import DocumentReport, FindingCode, Severity, Verdict

VECTORS = REPOSITORY / "tests" / "vectors"
EVERYTHING = (*EVERY_VERDICT, *hostile_documents())


def written(
    form: Format, reports: Iterable[DocumentReport] = EVERYTHING, *, unmet: tuple[str, ...] = ("level=B-LTA",)
) -> bytes:
    """Return a report as it is written to a file."""
    return "".join(render(items(reports, unmet=unmet), form, SETTING)).encode("utf-8")


# ---------------------------------------------------------------- JSON


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with no key allowed that it does not name."""
    text = json.dumps(schema)
    closed_schema: dict[str, Any] = json.loads(text)
    for definition in closed_schema["$defs"].values():
        if "properties" in definition:
            definition["additionalProperties"] = False
    return closed_schema


def test_the_json_is_what_the_published_schema_says() -> None:
    """Every verdict and every hostile text; no key beyond the schema, no key of it missing."""
    published = json.loads((REPOSITORY / "docs/reference/verify.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(published)

    jsonschema.validate(json.loads(written(Format.JSON)), closed(published))
    assert published == build_schema()


def test_a_line_of_jsonl_is_a_document_of_the_schema() -> None:
    """One line a file, each valid by itself."""
    schema = closed(build_schema())
    line_schema = jsonschema.Draft202012Validator({"$defs": schema["$defs"], "$ref": "#/$defs/DocumentReport"})
    lines = written(Format.JSONL).decode().removesuffix("\n").split("\n")

    assert len(lines) == len(EVERYTHING)
    for line in lines:
        line_schema.validate(json.loads(line))


def test_the_field_names_of_the_issue_are_there() -> None:
    """Issue 6 names them; scripts are written against them."""
    (told,) = json.loads(written(Format.JSON, (PASSED,)))["documents"]

    assert {"file", "verdict", "signatures", "timestamps", "revisions", "findings"} <= told.keys()
    assert {
        *("field", "indication", "subindication", "intact", "valid", "covers_whole_document", "coverage"),
        *("modifications", "level", "signing_time", "time_source", "signer", "findings"),
    } <= told["signatures"][0].keys()
    assert told["signatures"][0]["claimed_time"] == "2026-11-28T10:00:00Z"


def test_a_name_that_is_no_utf8_comes_back_as_it_was() -> None:
    """JSON's own escapes carry lone surrogates; Python's os.fsencode turns them into the bytes of the name."""
    (name,) = (text for text in HOSTILE if "\udcff" in text)
    found = json.loads(written(Format.JSON))["documents"]

    assert name in {told["file"] for told in found}


def test_the_summary_counts_verdicts_and_unmet_requirements() -> None:
    """As many as there are."""
    summary = json.loads(written(Format.JSON, EVERY_VERDICT))["summary"]

    assert (summary["files"], summary["TOTAL_PASSED"], summary["UNREADABLE"]) == (5, 1, 1)
    assert summary["unmet_requirements"] == 5
    assert summary["policy"] == "vn-official"


# ---------------------------------------------------------------- JUnit


def junit(reports: Iterable[DocumentReport] = EVERYTHING, *, unmet: tuple[str, ...] = ()) -> etree._Element:
    """Return the JUnit document, valid by the schema."""
    root = etree.fromstring(written(Format.JUNIT, reports, unmet=unmet))
    schema = etree.XMLSchema(etree.parse(VECTORS / "junit" / "junit.xsd"))
    assert schema.validate(root), schema.error_log
    return root


def test_the_junit_is_valid_whatever_a_file_says() -> None:
    """By the schema of Ant's task, the strictest that is common; nothing of a file becomes an element."""
    root = junit(unmet=HOSTILE[:2])

    assert len(root) == len(EVERYTHING)
    assert not root.xpath("//testcase[@name='forged']")


@pytest.mark.parametrize(
    ("report", "outcome"),
    [(PASSED, None), (UNDECIDED, "error"), (FAILED, "failure"), (UNSIGNED, "failure"), (UNREADABLE, "error")],
)
def test_what_could_not_be_checked_is_no_pass_in_junit(report: DocumentReport, outcome: str | None) -> None:
    """Undecided is an error, never passed and never skipped."""
    (suite,) = junit((report,))
    outcomes = {child.tag for case in suite.iter("testcase") for child in case}

    assert outcomes == ({outcome} if outcome else set())
    assert int(suite.get("failures")) + int(suite.get("errors")) == (1 if outcome else 0)


def test_a_requirement_is_a_case_of_its_own() -> None:
    """Met ones pass, unmet ones fail."""
    (suite,) = junit((PASSED,), unmet=("level=B-LTA",))
    cases = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}

    assert cases["require level=B-B"] == []
    assert cases["require level=B-LTA"] == ["failure"]


# ---------------------------------------------------------------- SARIF


def sarif(reports: Iterable[DocumentReport] = EVERYTHING, *, unmet: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the one run of a SARIF log, valid by the schema."""
    log = json.loads(written(Format.SARIF, reports, unmet=unmet))
    schema = json.loads((VECTORS / "sarif" / "sarif.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(log, schema, format_checker=jsonschema.FormatChecker())
    (run,) = log["runs"]
    return dict(run)


def test_the_sarif_is_valid_whatever_a_file_says() -> None:
    """Every rule named by its index; a kind other than fail has level none."""
    run = sarif(unmet=HOSTILE[:2])
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]

    assert len(rules) == len(set(rules)) == len(FindingCode) + 2
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert (result["kind"] == "fail") is (result["level"] != "none")


def test_every_file_leaves_a_trace_in_the_sarif() -> None:
    """Passed documents too: the log shows what was checked. Undecided ones are warnings, failed ones errors."""
    results = sarif(EVERY_VERDICT)["results"]
    worst = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]: (result["kind"], result["level"])
        for result in sorted(results, key=lambda result: ("none", "note", "warning", "error").index(result["level"]))
    }

    assert worst == {
        "a/b.pdf": ("pass", "none"),
        "undecided.pdf": ("fail", "warning"),
        "failed.pdf": ("fail", "error"),
        "unsigned.pdf": ("fail", "error"),
        "unreadable.pdf": ("fail", "error"),
    }


def test_an_undecided_document_without_a_finding_is_seen_in_the_sarif() -> None:
    """As after a document timestamp that failed: a warning, never "none", which tools hide."""
    (result,) = sarif([document(Verdict.INDETERMINATE, signature())])["results"]

    assert (result["ruleId"], result["kind"], result["level"]) == ("verdict", "fail", "warning")


def test_a_path_becomes_a_uri() -> None:
    """Bytes that a URI cannot carry are escaped; an absolute path gets its scheme."""
    assert file_uri("a b/Số 1#?.pdf") == "a%20b/S%E1%BB%91%201%23%3F.pdf"
    assert file_uri("/x/\udcff:y") == "file:///x/%FF%3Ay"


# ---------------------------------------------------------------- all of them


@pytest.mark.parametrize("form", sorted(set(Format) - {Format.HTML}))
def test_documents_are_not_gathered(form: Format) -> None:
    """What is known of one document is written before the next one is looked at: memory stays flat."""
    taken = 0

    def coming() -> Iterator[Item]:
        nonlocal taken
        for report in (PASSED, FAILED, UNDECIDED):
            taken += 1
            yield Item(report=report)

    said = ""
    for piece in render(coming(), form, SETTING):
        said += piece
        if "a/b.pdf" in said:
            break
    assert taken == 1


@pytest.mark.slow
def test_ten_thousand_signatures_are_rendered() -> None:
    """A file may hold them; no form takes more than a moment, or more than text in proportion."""
    (one,) = FAILED.signatures
    many = type(FAILED)(file="many.pdf", verdict=FAILED.verdict, signatures=(one,) * 10_000)
    for form in Format:
        assert sum(map(len, render(items([many]), form, SETTING))) < 60_000_000


def test_every_severity_is_shown_somewhere() -> None:
    """The samples of this file hold each of them, so the forms above were tried with each."""
    assert {f.severity for report in EVERYTHING for f in report.all_findings()} == set(Severity)


@pytest.mark.parametrize("form", Format)
def test_python_gets_every_form_too(form: Format) -> None:
    """By name, from the front door."""
    assert "a/b.pdf" in "".join(vnsign.render_reports([PASSED], form.value, lang="en"))


def test_a_form_that_is_none_is_told() -> None:
    """With the names there are."""
    with pytest.raises(vnsign.UsageError, match="junit"):
        vnsign.render_reports([PASSED], "pdf")
