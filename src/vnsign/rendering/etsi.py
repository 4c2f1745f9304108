"""Reports as the XML of ETSI TS 119 102-2: one SignatureValidationReport a signature, in the order of the schema.

- A file without a signature, or one that cannot be read, has no indication in the standard; it gets a report whose
  main indication is a URN of ours, so that no file is passed over.
- File, field, level, changes and findings stand as AdditionalValidationReportData, typed by URNs of ours.
- A signer's certificate is a validation object known by its SHA-256; its bytes are in the signed file.

What it does not do: sign the report (the element Signature, optional), or name the service that made it
(SignatureValidator, optional: it would need a certificate).

Source: ETSI TS 119 102-2 V1.2.1 §4.2 (report), §4.3 (signature validation report), §4.4 (validation objects).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from lxml import etree

from vnsign.rendering.items import Item, Setting
from vnsign.rendering.words import MEANINGS
from vnsign.rendering.xml_text import xml_text
from vnsign.report import Finding, Indication, SignatureReport, SubIndication, TimeSource, TimestampReport, Verdict
from vnsign.verification.messages import Language, sentence

VR = "http://uri.etsi.org/19102/v1.2.1#"
DS = "http://www.w3.org/2000/09/xmldsig#"
_NAMES = {"vr": VR, "ds": DS}
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_OURS = "urn:vnsign:validation-report:"
#: Source: TS 119 102-2 §4.3.4.2.
_INDICATIONS = {
    Indication.TOTAL_PASSED: "urn:etsi:019102:mainindication:total-passed",
    Indication.INDETERMINATE: "urn:etsi:019102:mainindication:indeterminate",
    Indication.TOTAL_FAILED: "urn:etsi:019102:mainindication:total-failed",
}
_WITHOUT_SIGNATURE = {
    Verdict.NO_SIGNATURE: f"{_OURS}mainindication:no-signature",
    Verdict.UNREADABLE: f"{_OURS}mainindication:unreadable",
}
_SUB_INDICATION = "urn:etsi:019102:subindication:"
_BASIC = "urn:etsi:019102:validationprocess:Basic"
_WITH_TIME = "urn:etsi:019102:validationprocess:LTVM"
_BY_TIMESTAMP = frozenset({TimeSource.SIGNATURE_TIMESTAMP, TimeSource.DOCUMENT_TIMESTAMP})


def render_etsi(items: Iterable[Item], setting: Setting) -> Iterator[str]:
    """Yield one report for all files, a signature at a time; certificates last, each once."""
    certificates: dict[str, None] = {}
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<vr:ValidationReport xmlns:vr="{VR}" xmlns:ds="{DS}">\n'
    for item in items:
        for element in _reports(item, setting):
            yield _inner(element)
        certificates.update((s.signer_sha256, None) for s in item.report.signatures if s.signer_sha256)
    if certificates:
        objects = etree.Element(_vr("SignatureValidationObjects"), nsmap=_NAMES)
        for sha256 in certificates:
            _certificate(objects, sha256)
        yield _inner(objects)
    yield "</vr:ValidationReport>\n"


def _inner(element: etree._Element) -> str:
    """Write an element that stands in one where the prefixes are declared."""
    text: str = etree.tostring(element, encoding="unicode", pretty_print=True)
    return text.replace(f' xmlns:vr="{VR}"', "", 1).replace(f' xmlns:ds="{DS}"', "", 1)


def _vr(name: str) -> str:
    return f"{{{VR}}}{name}"


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, _vr(name), **attributes)
    if text is not None:
        element.text = xml_text(text)
    return element


def _reports(item: Item, setting: Setting) -> Iterator[etree._Element]:
    report = item.report
    about = [("file", report.file), ("document-verdict", report.verdict.value)]
    about += [("unmet-requirement", wanted) for wanted in item.unmet]
    for number, signature in enumerate(report.signatures):
        document = _timestamp_data(report.timestamps, setting.language) if number == 0 else []
        yield _signature(signature, [*about, *document], timestamps=report.timestamps, setting=setting)
    if not report.signatures:
        element = etree.Element(_vr("SignatureValidationReport"), nsmap=_NAMES)
        _times(element, setting.at)
        status = _add(element, "SignatureValidationStatus")
        _add(status, "MainIndication", _WITHOUT_SIGNATURE.get(report.verdict, _INDICATIONS[Indication.INDETERMINATE]))
        data = [*about, ("meaning", MEANINGS[report.verdict][setting.language])]
        _additional(status, [*data, *_finding_data(report.findings, setting.language)])
        yield element


def _signature(
    report: SignatureReport,
    about: list[tuple[str, str]],
    *,
    timestamps: Iterable[TimestampReport],
    setting: Setting,
) -> etree._Element:
    element = etree.Element(_vr("SignatureValidationReport"), nsmap=_NAMES)
    _times(element, setting.at, best=report.signing_time, source=report.time_source)
    _attributes(element, report, timestamps)
    if report.signer_sha256:
        information = _add(element, "SignerInformation")
        _add(information, "SignerCertificate", VOReference=f"C-{report.signer_sha256}")
        _add(information, "Signer", report.signer)
    process = _add(element, "SignatureValidationProcess")
    has_time = report.time_source in _BY_TIMESTAMP
    _add(process, "SignatureValidationProcessID", _WITH_TIME if has_time else _BASIC)
    if setting.policy:
        _add(process, "SignatureValidationServicePolicy", f"{_OURS}policy:{setting.policy}")
    status = _add(element, "SignatureValidationStatus")
    _indicate(status, report.indication, report.subindication)
    data = [
        *about,
        ("field", report.field),
        ("intact", str(report.intact).lower()),
        ("valid", str(report.valid).lower()),
        ("covers-whole-document", str(report.covers_whole_document).lower()),
        ("modifications", report.modifications.value),
        ("coverage", report.coverage.value),
        ("level", report.level.value),
        *_finding_data(report.findings, setting.language),
    ]
    _additional(status, data)
    return element


def _times(
    parent: etree._Element, at: datetime, *, best: datetime | None = None, source: TimeSource | None = None
) -> None:
    """Best signature time: what is proven or claimed, else the time of validation (EN 319 102-1 §5.5.4 step 1)."""
    info = _add(parent, "ValidationTimeInfo")
    _add(info, "ValidationTime", _time(at))
    proof = _add(info, "BestSignatureTime")
    proven = best if best is not None and source in _BY_TIMESTAMP else None
    _add(proof, "POETime", _time(proven or at))
    _add(proof, "TypeOfProof", "urn:etsi:019102:poetype:validation")


def _attributes(parent: etree._Element, report: SignatureReport, timestamps: Iterable[TimestampReport]) -> None:
    attributes = etree.Element(_vr("SignatureAttributes"))
    if report.time_source is TimeSource.CLAIMED and report.signing_time is not None:
        _add(_add(attributes, "SigningTime", Signed="true"), "Time", _time(report.signing_time))
    for stamp in sorted(timestamps, key=lambda stamp: stamp.kind == "document"):
        if stamp.time is not None and (stamp.kind == "document" or stamp.field == report.field):
            name = "DocTimeStamp" if stamp.kind == "document" else "SignatureTimeStamp"
            _add(_add(attributes, name, Signed="false"), "TimeStampValue", _time(stamp.time))
    if len(attributes):
        parent.append(attributes)


def _indicate(status: etree._Element, indication: Indication, subindication: SubIndication | None) -> None:
    _add(status, "MainIndication", _INDICATIONS[indication])
    if subindication is not None:
        _add(status, "SubIndication", f"{_SUB_INDICATION}{subindication.value}")


def _additional(status: etree._Element, data: Iterable[tuple[str, str]]) -> None:
    additional = _add(_add(status, "AssociatedValidationReportData"), "AdditionalValidationReportData")
    for kind, value in data:
        entry = _add(additional, "ReportData")
        _add(entry, "Type", f"{_OURS}{kind}")
        _add(entry, "Value", value)


def _finding_data(findings: Iterable[Finding], language: Language) -> list[tuple[str, str]]:
    return [(f"finding:{f.severity.value}:{f.code.value}", f"{sentence(f, language)} ({f.clause})") for f in findings]


def _timestamp_data(timestamps: Iterable[TimestampReport], language: Language) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []
    for stamp in timestamps:
        reason = f" {stamp.subindication.value}" if stamp.subindication is not None else ""
        time = _time(stamp.time) if stamp.time is not None else "-"
        told.append(
            (f"{stamp.kind}-timestamp", f"{stamp.field}: {stamp.indication.value}{reason}, {time}, {stamp.authority}")
        )
        told += _finding_data(stamp.findings, language)
    return told


def _certificate(parent: etree._Element, sha256: str) -> None:
    entry = _add(parent, "ValidationObject", id=f"C-{sha256}")
    _add(entry, "ObjectType", "urn:etsi:019102:validationObject:certificate")
    digest = _add(_add(entry, "ValidationObjectRepresentation"), "DigestAlgAndValue")
    etree.SubElement(digest, f"{{{DS}}}DigestMethod", Algorithm=_SHA256)
    value = etree.SubElement(digest, f"{{{DS}}}DigestValue")
    value.text = b64encode(bytes.fromhex(sha256)).decode()


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
