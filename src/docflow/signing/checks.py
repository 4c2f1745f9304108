"""Verdicts and receipts by vnsign, behind docflow's ports.

Invariants:
    - "Could not check" is never "passed": an unreachable service or missing evidence gives UNDECIDED.

What it does not do: decide who may sign for an agency.

Source: ETSI EN 319 102-1; docs/spec/receipts.md.
"""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import vnsign
from docflow.errors import ErrorCode, InputError
from docflow.model import Document, SignatureVerdict
from docflow.ports import CertificateHolder, FileCheck, SeenCertificate, SignatureCheck
from docflow.signing.received import check_files
from docflow.signing.recipe import AGENCY_TEXT_FIELD, LEADER_FIELD, SEAL_FIELD

MAX_STATEMENT_CMS_BYTES = 1024**2
"""Of a signature over a statement, with its certificates and time stamp: more is something else."""

_HOLDERS = {
    LEADER_FIELD: CertificateHolder.PERSON,
    SEAL_FIELD: CertificateHolder.AGENCY,
    AGENCY_TEXT_FIELD: CertificateHolder.AGENCY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureChecker:
    """Implements :class:`docflow.ports.Verifier` and :class:`docflow.ports.IncomingVerifier` by vnsign.

    Attributes:
        trust: Anchors of the scheme the agency accepts.
        online: Fetch the CRLs that certificates name; a file at B-LT brings its own evidence and needs no network.
    """

    trust: vnsign.TrustStore
    online: bool = True

    def check_leader_signature(self, pdf: bytes, *, document: Document, at: datetime) -> SignatureCheck:
        """Judge the authorised person's signature on a document that has no number yet."""
        return self._check(pdf, fields=(LEADER_FIELD,), name=document.id, at=at)

    def check_seal(self, pdf: bytes, *, document: Document, at: datetime) -> SignatureCheck:
        """Judge both signatures on a sealed document."""
        return self._check(pdf, fields=(LEADER_FIELD, SEAL_FIELD), name=document.id, at=at)

    def check_agency_signature(self, pdf: bytes, *, name: str, at: datetime) -> SignatureCheck:
        """Judge the agency's signature on an attachment in a file of its own, or on a copy."""
        return self._check(pdf, fields=(AGENCY_TEXT_FIELD,), name=name, at=at)

    def check_files(self, files: Sequence[tuple[str, bytes]], *, at: datetime) -> tuple[FileCheck, ...]:
        """Judge every signature in each file that another agency sent; see :func:`docflow.signing.check_files`."""
        return check_files(files, trust=self.trust, online=self.online, at=at)

    def _check(self, pdf: bytes, *, fields: tuple[str, ...], name: str, at: datetime) -> SignatureCheck:
        revocation = vnsign.HttpRevocationSource() if self.online else None
        try:
            report = vnsign.inspect_pdf(pdf, trust=self.trust, at=at, file=name, revocation=revocation)
        except vnsign.ServiceUnavailable as exc:
            return SignatureCheck(verdict=SignatureVerdict.UNDECIDED, findings=(str(exc),))
        except vnsign.VnsignError as exc:
            return SignatureCheck(verdict=SignatureVerdict.FAILED, findings=(str(exc),))
        missing = [f"no signature in the field {f}" for f in fields if f not in {s.field for s in report.signatures}]
        findings = (*missing, *sorted({f.code.value for f in report.all_findings()}))
        if report.verdict is vnsign.Verdict.TOTAL_PASSED and not missing:
            return SignatureCheck(verdict=SignatureVerdict.PASSED, certificates=tuple(_seen(report)))
        if report.verdict is vnsign.Verdict.INDETERMINATE:
            return SignatureCheck(verdict=SignatureVerdict.UNDECIDED, findings=findings)
        return SignatureCheck(verdict=SignatureVerdict.FAILED, findings=findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptSigner:
    """Implements :class:`docflow.ports.StatementSigner` by the agency's service certificate.

    Attributes:
        signer: The service key; never the seal key.
        tsa: URL of a time-stamping service, or None: a receipt states its time itself.
    """

    signer: vnsign.Signer
    tsa: str | None = None

    def sign(self, statement: bytes) -> bytes:
        """Return a detached CMS over a statement.

        Raises:
            vnsign.VnsignError: As :func:`vnsign.sign_statement`.
        """
        return vnsign.sign_statement(statement, self.signer, tsa=self.tsa)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerChecker:
    """Implements :class:`docflow.ports.PeerVerifier`: a chain to the anchors is not enough, it must be his certificate.

    Attributes:
        trust: Anchors of the scheme the agency accepts.
        directory: Agency code → SHA-256 (hex) of its service certificates.
        revocation: Where lists are fetched; None: only what the trust store holds.
    """

    trust: vnsign.TrustStore
    directory: Mapping[str, frozenset[str]]
    revocation: vnsign.HttpRevocationSource | None = None

    def check(self, statement: bytes, signature: bytes, *, agency: str, at: datetime) -> SignatureCheck:
        """Judge whether an agency's service key signed a statement."""
        try:
            report = vnsign.inspect_statement(signature, statement, trust=self.trust, at=at, revocation=self.revocation)
        except vnsign.ServiceUnavailable as exc:
            return SignatureCheck(verdict=SignatureVerdict.UNDECIDED, findings=(str(exc),))
        except vnsign.VnsignError as exc:
            return SignatureCheck(verdict=SignatureVerdict.FAILED, findings=(str(exc),))
        if report.signer_sha256 not in self.directory.get(agency, frozenset()):
            return SignatureCheck(
                verdict=SignatureVerdict.FAILED, findings=(f"not signed with a service certificate of {agency}",)
            )
        if report.indication is vnsign.Indication.TOTAL_PASSED:
            return SignatureCheck(verdict=SignatureVerdict.PASSED)
        is_open = report.indication is vnsign.Indication.INDETERMINATE
        return SignatureCheck(
            verdict=SignatureVerdict.UNDECIDED if is_open else SignatureVerdict.FAILED,
            findings=tuple(sorted({f.code.value for f in report.findings})),
        )


def check_statement(cms: bytes, statement: bytes) -> None:
    """Check that bytes are a detached CMS signature over a statement, one that verifies with the certificate in it.

    Does not check: whose certificate that is, who issued it, whether it was in force.

    Raises:
        InputError: ``MALFORMED_INPUT``; no detached signature, or one over something else.
    Source: docs/spec/audit-log.md §7.
    """
    if not 0 < len(cms) <= MAX_STATEMENT_CMS_BYTES:
        raise _no_signature(f"{len(cms)} bytes")
    try:
        report = vnsign.inspect_statement(cms, statement, trust=vnsign.TrustStore(anchors=()))
    except vnsign.VnsignError as exc:
        raise _no_signature(str(exc)) from exc
    codes = {finding.code for finding in report.findings}
    if not (report.intact and report.valid) or vnsign.FindingCode.CONTENTS_NOT_PADDED in codes:
        raise _no_signature(", ".join(sorted(code.value for code in codes)))
    if statement in cms:
        raise _no_signature("the statement stands in it")


def _no_signature(why: str) -> InputError:
    return InputError(
        ErrorCode.MALFORMED_INPUT,
        f"no detached CMS signature over the statement: {why}",
        vi="Đây không phải là chữ ký số (CMS, tách rời) trên đúng nội dung xác nhận khóa nhật ký.",
        way_out="sign exactly the bytes of log_statement() with the agency's service certificate",
    )


def _seen(report: vnsign.DocumentReport) -> Iterator[SeenCertificate]:
    """Yield the certificates of signatures that passed: a path begins with its signer's."""
    for signature in report.signatures:
        certificate = signature.chain[0]
        yield SeenCertificate(
            sha256=certificate.sha256,
            issuer=certificate.issuer,
            serial=certificate.serial,
            holder=_HOLDERS.get(signature.field, CertificateHolder.UNKNOWN),
        )


def certificate_sha256(signer: vnsign.Signer) -> str:
    """Return the SHA-256, in hex, by which a directory names a service certificate."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(vnsign.certificate_pem(signer.certificate).decode())).hexdigest()
