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

from collections.abc import Iterable, Iterator
from datetime import datetime

from lxml import etree

from vnsign.rendering.etsi_elements import (
    DS,
    NAMES,
    OURS,
    SUB_INDICATION,
    VR,
    add,
    add_certificate,
    add_path,
    add_steps,
    object_id,
    time_text,
    vr,
)
from vnsign.rendering.items import Item, Setting
from vnsign.rendering.words import MEANINGS
from vnsign.report import (
    CertificateReport,
    Finding,
    Indication,
    SignatureReport,
    SubIndication,
    TimeSource,
    TimestampReport,
    Verdict,
)
from vnsign.verification.messages import Language, sentence

#: Source: TS 119 102-2 §4.3.4.2.
_INDICATIONS = {
    Indication.TOTAL_PASSED: "urn:etsi:019102:mainindication:total-passed",
    Indication.INDETERMINATE: "urn:etsi:019102:mainindication:indeterminate",
    Indication.TOTAL_FAILED: "urn:etsi:019102:mainindication:total-failed",
}
_WITHOUT_SIGNATURE = {
    Verdict.NO_SIGNATURE: f"{OURS}mainindication:no-signature",
    Verdict.UNREADABLE: f"{OURS}mainindication:unreadable",
}
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
        for signature in item.report.signatures:
            found = (signature.signer_sha256, *(certificate.sha256 for certificate in signature.chain))
            certificates.update((sha256, None) for sha256 in found if sha256)
    if certificates:
        objects = etree.Element(vr("SignatureValidationObjects"), nsmap=NAMES)
        for sha256 in certificates:
            add_certificate(objects, sha256)
        yield _inner(objects)
    yield "</vr:ValidationReport>\n"


def _inner(element: etree._Element) -> str:
    """Write an element that stands in one where the prefixes are declared."""
    text: str = etree.tostring(element, encoding="unicode", pretty_print=True)
    return text.replace(f' xmlns:vr="{VR}"', "", 1).replace(f' xmlns:ds="{DS}"', "", 1)


def _reports(item: Item, setting: Setting) -> Iterator[etree._Element]:
    report = item.report
    about = [("file", report.file), ("document-verdict", report.verdict.value)]
    about += [("unmet-requirement", wanted) for wanted in item.unmet]
    for number, signature in enumerate(report.signatures):
        document = _timestamp_data(report.timestamps, setting.language) if number == 0 else []
        yield _signature(signature, [*about, *document], timestamps=report.timestamps, setting=setting)
    if not report.signatures:
        element = etree.Element(vr("SignatureValidationReport"), nsmap=NAMES)
        _times(element, setting.at)
        status = add(element, "SignatureValidationStatus")
        add(status, "MainIndication", _WITHOUT_SIGNATURE.get(report.verdict, _INDICATIONS[Indication.INDETERMINATE]))
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
    element = etree.Element(vr("SignatureValidationReport"), nsmap=NAMES)
    add_steps(element, report.steps)
    _times(element, setting.at, best=report.signing_time, source=report.time_source)
    _attributes(element, report, timestamps)
    if report.signer_sha256:
        information = add(element, "SignerInformation")
        add(information, "SignerCertificate", VOReference=object_id(report.signer_sha256))
        add(information, "Signer", report.signer)
    process = add(element, "SignatureValidationProcess")
    has_time = report.time_source in _BY_TIMESTAMP
    add(process, "SignatureValidationProcessID", _WITH_TIME if has_time else _BASIC)
    if setting.policy:
        add(process, "SignatureValidationServicePolicy", f"{OURS}policy:{setting.policy}")
    status = add(element, "SignatureValidationStatus")
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
    _additional(status, data, report.chain)
    return element


def _times(
    parent: etree._Element, at: datetime, *, best: datetime | None = None, source: TimeSource | None = None
) -> None:
    """Best signature time: what is proven or claimed, else the time of validation (EN 319 102-1 §5.5.4 step 1)."""
    info = add(parent, "ValidationTimeInfo")
    add(info, "ValidationTime", time_text(at))
    proof = add(info, "BestSignatureTime")
    proven = best if best is not None and source in _BY_TIMESTAMP else None
    add(proof, "POETime", time_text(proven or at))
    add(proof, "TypeOfProof", "urn:etsi:019102:poetype:validation")


def _attributes(parent: etree._Element, report: SignatureReport, timestamps: Iterable[TimestampReport]) -> None:
    attributes = etree.Element(vr("SignatureAttributes"))
    if report.time_source is TimeSource.CLAIMED and report.signing_time is not None:
        add(add(attributes, "SigningTime", Signed="true"), "Time", time_text(report.signing_time))
    for stamp in sorted(timestamps, key=lambda stamp: stamp.kind == "document"):
        if stamp.time is not None and (stamp.kind == "document" or stamp.field == report.field):
            name = "DocTimeStamp" if stamp.kind == "document" else "SignatureTimeStamp"
            add(add(attributes, name, Signed="false"), "TimeStampValue", time_text(stamp.time))
    if len(attributes):
        parent.append(attributes)


def _indicate(status: etree._Element, indication: Indication, subindication: SubIndication | None) -> None:
    add(status, "MainIndication", _INDICATIONS[indication])
    if subindication is not None:
        add(status, "SubIndication", f"{SUB_INDICATION}{subindication.value}")


def _additional(
    status: etree._Element, data: Iterable[tuple[str, str]], chain: Iterable[CertificateReport] = ()
) -> None:
    associated = add(status, "AssociatedValidationReportData")
    add_path(associated, chain)
    additional = add(associated, "AdditionalValidationReportData")
    for kind, value in data:
        entry = add(additional, "ReportData")
        add(entry, "Type", f"{OURS}{kind}")
        add(entry, "Value", value)


def _finding_data(findings: Iterable[Finding], language: Language) -> list[tuple[str, str]]:
    return [(f"finding:{f.severity.value}:{f.code.value}", f"{sentence(f, language)} ({f.clause})") for f in findings]


def _timestamp_data(timestamps: Iterable[TimestampReport], language: Language) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []
    for stamp in timestamps:
        reason = f" {stamp.subindication.value}" if stamp.subindication is not None else ""
        time = time_text(stamp.time) if stamp.time is not None else "-"
        told.append(
            (f"{stamp.kind}-timestamp", f"{stamp.field}: {stamp.indication.value}{reason}, {time}, {stamp.authority}")
        )
        told += _finding_data(stamp.findings, language)
    return told
