"""The XML of ETSI TS 119 102-2, read by classes that others made from the schema."""

from __future__ import annotations

import pytest
from lxml import etree
from pyhanko.generated.etsi.ts_11910202 import SignatureValidationReportType, ValidationReport
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.serializers import XmlSerializer

from tests.report_kit import EVERY_VERDICT, FAILED, PASSED, SETTING, UNDECIDED, UNSIGNED, hostile_documents, items
from vnsign.rendering.etsi_elements import DS, VR
from vnsign.rendering.formats import Format, render
from vnsign.report import DocumentReport

STRICT = ParserConfig(fail_on_unknown_properties=True, fail_on_unknown_attributes=True, fail_on_converter_warnings=True)


def written(*reports: DocumentReport) -> bytes:
    """Return the report as it is written to a file."""
    return "".join(render(items(reports, unmet=("level=B-LTA",)), Format.ETSI, SETTING)).encode()


def read(*reports: DocumentReport) -> tuple[SignatureValidationReportType, ...]:
    """Return the reports of signatures, read strictly."""
    return XmlParser(config=STRICT).from_bytes(written(*reports), ValidationReport).signature_validation_report


def shape(element: etree._Element) -> object:
    """Return an element as nested tuples, without the space between elements."""
    attributes = sorted(element.attrib.items())
    return (element.tag, attributes, (element.text or "").strip(), tuple(map(shape, element)))


def test_the_order_of_the_elements_is_the_schemas() -> None:
    """pyHanko's classes, made from the schema, read every element and write it again in the same place."""
    ours = written(*EVERY_VERDICT, *hostile_documents())
    report = XmlParser(config=STRICT).from_bytes(ours, ValidationReport)
    theirs = XmlSerializer().render(report, ns_map={"vr": VR, "ds": DS}).encode()

    assert shape(etree.fromstring(ours)) == shape(etree.fromstring(theirs))


@pytest.mark.parametrize(
    ("report", "main", "sub"),
    [
        (PASSED, "total-passed", ()),
        (UNDECIDED, "indeterminate", ("urn:etsi:019102:subindication:TRY_LATER",)),
        (FAILED, "total-failed", ("urn:etsi:019102:subindication:HASH_FAILURE",)),
    ],
)
def test_indications_are_the_urns_of_the_standard(report: DocumentReport, main: str, sub: tuple[str, ...]) -> None:
    """TS 119 102-2 §4.3.4: main indication and sub-indication."""
    (found,) = read(report)
    status = found.signature_validation_status

    assert status is not None
    assert status.main_indication == f"urn:etsi:019102:mainindication:{main}"
    assert status.sub_indication == sub


def test_a_signer_leads_to_his_certificate() -> None:
    """Each reference is the id of a validation object, and there is one a certificate."""
    root = etree.fromstring(written(PASSED, FAILED))
    names = {"vr": VR}

    identifiers = root.xpath("//vr:ValidationObject/@id", namespaces=names)
    assert len(identifiers) == len(set(identifiers)) == 2
    assert set(root.xpath("//@VOReference")) == set(identifiers)


def test_each_step_is_a_constraint_with_its_outcome() -> None:
    """TS 119 102-2 §4.3.5: applied, with the indication of the building block."""
    (found,) = read(PASSED)
    evaluation = found.validation_constraints_evaluation_report

    assert evaluation is not None
    (constraint,) = evaluation.validation_constraint
    assert constraint.validation_constraint_identifier == "urn:vnsign:validation-report:step:cryptographic_verification"
    assert constraint.validation_status is not None
    assert constraint.validation_status.main_indication == "urn:etsi:019102:mainindication:passed"


def test_a_file_without_a_signature_is_not_passed_over() -> None:
    """It has a report of its own, with an indication that is none of the standard's."""
    (found,) = read(UNSIGNED)

    assert found.signature_validation_status is not None
    assert (
        found.signature_validation_status.main_indication == "urn:vnsign:validation-report:mainindication:no-signature"
    )
