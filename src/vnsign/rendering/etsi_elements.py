"""Elements of the XML of ETSI TS 119 102-2, and what stands in them: times, certificates, paths, steps.

Source: ETSI TS 119 102-2 V1.2.1 §4.3.4 (indications), §4.3.5 (constraints), §4.3.12 (associated data), §4.4 (objects).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime

from lxml import etree

from vnsign.rendering.xml_text import xml_text
from vnsign.report import CertificateReport, CertificateRole, Outcome, StepReport

VR = "http://uri.etsi.org/19102/v1.2.1#"
DS = "http://www.w3.org/2000/09/xmldsig#"
NAMES = {"vr": VR, "ds": DS}
OURS = "urn:vnsign:validation-report:"
SUB_INDICATION = "urn:etsi:019102:subindication:"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_APPLIED = "urn:etsi:019102:constraintStatus:applied"
_DISABLED = "urn:etsi:019102:constraintStatus:disabled"
_BLOCK_INDICATIONS = {
    Outcome.PASSED: "urn:etsi:019102:mainindication:passed",
    Outcome.FAILED: "urn:etsi:019102:mainindication:failed",
    Outcome.INDETERMINATE: "urn:etsi:019102:mainindication:indeterminate",
}


def vr(name: str) -> str:
    """Return the qualified name of an element of the report."""
    return f"{{{VR}}}{name}"


def add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    """Add an element of the report at the end of ``parent``."""
    element = etree.SubElement(parent, vr(name), **attributes)
    if text is not None:
        element.text = xml_text(text)
    return element


def time_text(moment: datetime) -> str:
    """Return a time as XML writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def add_steps(parent: etree._Element, steps: Iterable[StepReport]) -> None:
    """Add the outcome of each step as that of a constraint; a step that was not taken is disabled."""
    told = list(steps)
    if not told:
        return
    evaluation = add(parent, "ValidationConstraintsEvaluationReport")
    for step in told:
        constraint = add(evaluation, "ValidationConstraint")
        add(constraint, "ValidationConstraintIdentifier", f"{OURS}step:{step.step.value}")
        taken = step.outcome is not Outcome.NOT_RUN
        add(add(constraint, "ConstraintStatus"), "Status", _APPLIED if taken else _DISABLED)
        if taken:
            status = add(constraint, "ValidationStatus")
            add(status, "MainIndication", _BLOCK_INDICATIONS[step.outcome])
            if step.subindication is not None:
                add(status, "SubIndication", f"{SUB_INDICATION}{step.subindication.value}")


def add_path(parent: etree._Element, chain: Iterable[CertificateReport]) -> None:
    """Add the signer's path, and when a certificate of it was revoked."""
    certificates = list(chain)
    if not certificates:
        return
    path = add(parent, "CertificateChain")
    for number, certificate in enumerate(certificates):
        is_anchor = certificate.role is CertificateRole.ANCHOR
        name = "TrustAnchor" if is_anchor and number else "IntermediateCertificate"
        add(path, name if number else "SigningCertificate", VOReference=object_id(certificate.sha256))
    revoked = next((c for c in certificates if c.revoked_at is not None), None)
    if revoked is not None and revoked.revoked_at is not None:
        information = add(parent, "RevocationStatusInformation")
        add(information, "ValidationObjectId", VOReference=object_id(revoked.sha256))
        add(information, "RevocationTime", time_text(revoked.revoked_at))


def object_id(sha256: str) -> str:
    """Return the id of a certificate's validation object."""
    return f"C-{sha256}"


def add_certificate(parent: etree._Element, sha256: str) -> None:
    """Add the validation object of a certificate, known by its digest."""
    entry = add(parent, "ValidationObject", id=object_id(sha256))
    add(entry, "ObjectType", "urn:etsi:019102:validationObject:certificate")
    digest = add(add(entry, "ValidationObjectRepresentation"), "DigestAlgAndValue")
    etree.SubElement(digest, f"{{{DS}}}DigestMethod", Algorithm=_SHA256)
    value = etree.SubElement(digest, f"{{{DS}}}DigestValue")
    value.text = b64encode(bytes.fromhex(sha256)).decode()
