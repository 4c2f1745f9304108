"""Reports of a timestamp, a signature, a document, and of the document's revisions and changes.

Invariants:
    - A report is data: nothing here judges.
    - A report has no truth value: ``if report:`` raises, because "could not check" is neither yes nor no.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from vnsign.report.certificates import CertificateReport
from vnsign.report.findings import Finding
from vnsign.report.indications import (
    Coverage,
    Indication,
    Level,
    LevelReason,
    Modifications,
    SubIndication,
    TimeSource,
    Verdict,
)
from vnsign.report.later import ToldLater
from vnsign.report.steps import StepReport


def _no_truth_value(name: str) -> NoReturn:
    message = f"{name} has no truth value: compare .verdict or .indication"
    raise TypeError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeReport:
    """One change made after a signature.

    Attributes:
        kind: Stable name of the kind of change, e.g. ``field_filled``.
        modifications: How much it weighs for this signature.
        object_id: ``14 0`` (object and generation), empty if it is not one object's.
        page: Number of the page from 1, None if it is not one page's.
        field: Fully qualified name of the field, empty if none.
        where: Place in words.
        values: What was seen, as short strings.
    """

    kind: str
    modifications: Modifications
    object_id: str = ""
    page: int | None = None
    field: str = ""
    where: str = ""
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionReport:
    """One revision of the document: the file up to ``end``.

    Attributes:
        number: From 1, the oldest.
        start: First byte that it added.
        end: First byte after it.
        added: What it brought, as stable words: ``content`` (the first), ``signature``, ``document_timestamp``,
            ``security_store``, ``update`` (something else).
        signatures: Fields of the signatures and document timestamps that cover exactly this revision.
    """

    number: int
    start: int
    end: int
    added: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampReport(ToldLater):
    """One RFC 3161 token: on a signature, on the document, or on the content before signing.

    Attributes:
        kind: ``signature``, ``document`` or ``content``.
        field: Field of the signature it stamps, or of the document timestamp.
        time: genTime, aware UTC, None if the token is not readable.
        chain: The authority's certificates, its own first, the anchor last; empty if no path was found.
        imprint_algorithm: Digest of the imprint, e.g. ``sha256``.
        policy_oid: The authority's policy, dotted.
        accuracy_s: Seconds the authority vouches for; None if it says nothing.
    """

    kind: str
    field: str
    indication: Indication
    subindication: SubIndication | None
    time: datetime | None
    authority: str
    findings: tuple[Finding, ...] = ()
    steps: tuple[StepReport, ...] = ()
    chain: tuple[CertificateReport, ...] = ()
    coverage: Coverage | None = None
    modifications: Modifications | None = None
    changes: tuple[ChangeReport, ...] = ()
    authority_sha256: str = ""
    serial: str = ""
    policy_oid: str = ""
    imprint_algorithm: str = ""
    accuracy_s: float | None = None
    revision: int | None = None

    def __bool__(self) -> NoReturn:
        _no_truth_value("TimestampReport")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureReport(ToldLater):
    """One signature.

    Attributes:
        intact: The digest over the byte range equals the signed digest.
        valid: The signature value verifies with the signer's key.
        covers_whole_document: Nothing at all follows what was signed.
        modifications: What the revisions after it did.
        signing_time: Best signature time, aware UTC; None if there is none.
        signer: Subject as RFC 4514 text, empty if the certificate is missing.
        signer_sha256: SHA-256 of the signer's certificate, lower-case hex; empty if it is missing.
        next_level: The level above, None for the highest and for a signature that is none.
        level_reason: Why the level is not ``next_level``.
        level_values: What the reason speaks of, e.g. the certificate without evidence.
        claimed_time: What the signer says, aware UTC: the signing-time attribute, else /M.
        judged_at: Moment the certificates were judged at, aware UTC; None if they were not.
        judged_at_source: Where that moment comes from.
        steps: Every step, in order.
        chain: The signer's certificates, his own first, the anchor last; only his own if no path was found.
        changes: What later revisions did, each change by itself.
        sub_filter: /SubFilter without the slash.
        digest_algorithm: e.g. ``sha256``.
        signature_algorithm: e.g. ``rsassa_pkcs1v15``.
        revision: Number of the revision that it covers wholly, None if there is none.
        certifies: It is a certification signature (DocMDP).
        permissions: DocMDP /P in force by it (1 to 3), None if there is none.
    """

    field: str
    indication: Indication
    subindication: SubIndication | None
    intact: bool
    valid: bool
    covers_whole_document: bool
    modifications: Modifications
    level: Level
    signing_time: datetime | None
    time_source: TimeSource | None
    signer: str
    findings: tuple[Finding, ...] = ()
    signer_sha256: str = ""
    coverage: Coverage = Coverage.ODD
    next_level: Level | None = None
    level_reason: LevelReason | None = None
    level_values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    claimed_time: datetime | None = None
    judged_at: datetime | None = None
    judged_at_source: TimeSource | None = None
    steps: tuple[StepReport, ...] = ()
    chain: tuple[CertificateReport, ...] = ()
    changes: tuple[ChangeReport, ...] = ()
    sub_filter: str = ""
    digest_algorithm: str = ""
    signature_algorithm: str = ""
    revision: int | None = None
    certifies: bool = False
    permissions: int | None = None

    def __bool__(self) -> NoReturn:
        _no_truth_value("SignatureReport")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReport:
    """Everything found in one file. Signatures stand in the order they were made.

    Attributes:
        policy: Name of the validation policy used.
        validation_time: The time asked about, aware UTC; None if the file could not be read at all.
        online: Whether evidence was allowed to be fetched.
        revisions: The document's revisions, oldest first.
    """

    file: str
    verdict: Verdict
    signatures: tuple[SignatureReport, ...] = ()
    timestamps: tuple[TimestampReport, ...] = ()
    findings: tuple[Finding, ...] = ()
    policy: str = ""
    validation_time: datetime | None = None
    online: bool = False
    revisions: tuple[RevisionReport, ...] = ()

    def __bool__(self) -> NoReturn:
        _no_truth_value("DocumentReport")

    def all_findings(self) -> Iterator[Finding]:
        """Yield the findings of the file, then of each signature, then of each timestamp."""
        yield from self.findings
        for signature in self.signatures:
            yield from signature.findings
        for timestamp in self.timestamps:
            yield from timestamp.findings
