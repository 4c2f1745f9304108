"""Verdicts on many files: one after the other or in processes, in the order in which they are named.

What it does not do: gather. Reports are given as they are made; a million files need no more memory than one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from vnsign.adapters.evidence_folder import read_evidence_folder
from vnsign.adapters.files import FileSource, open_bytes
from vnsign.batch.in_order import work_in_order
from vnsign.errors import InputError
from vnsign.pdf.reading.opened import PdfBytes
from vnsign.pki.anchors import TrustAnchors
from vnsign.policy.known_anchors import Scheme
from vnsign.policy.validation import DEFAULT_POLICY, ValidationPolicy
from vnsign.report import DocumentReport, Finding, FindingCode, Severity, Verdict
from vnsign.wiring.verifying import Verifier, inspect_pdf

Judge = Callable[[PdfBytes, str], DocumentReport]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """How files are judged; picklable.

    Attributes:
        trust: Anchors of one scheme.
        at: Validation time, aware.
        policy: What is asked of a signature.
        evidence: Folder with lists and answers kept beside the documents.
        online: Missing revocation evidence is fetched; otherwise no packet leaves.
    """

    trust: TrustAnchors
    at: datetime
    policy: ValidationPolicy = DEFAULT_POLICY
    evidence: Path | None = None
    online: bool = False
    token: str = field(default_factory=lambda: secrets.token_hex(8))

    def __reduce__(self) -> tuple[Callable[..., Inspection], tuple[object, ...]]:
        """Certificates and lists travel as DER."""
        trust = self.trust
        ders = tuple(
            tuple(thing.public_bytes(Encoding.DER) for thing in things)
            for things in (trust.anchors, trust.intermediates, trust.crls)
        )
        rest = {
            "at": self.at,
            "policy": self.policy,
            "evidence": self.evidence,
            "online": self.online,
            "token": self.token,
        }
        return _restored, (ders, trust.scheme, rest)

    def checked(self) -> Inspection:
        """Return this, having read the evidence once.

        Raises:
            UsageError, InputError: It cannot be read.
        """
        if self.evidence is not None:
            read_evidence_folder(self.evidence)
        return self

    def open(self) -> Callable[[Path], DocumentReport]:
        """Return the function that judges one file."""
        return partial(_inspect_file, self.judge())

    def judge(self) -> Judge:
        """Return the function that judges content; its second argument is the name for the report.

        What it finds out about certificates and evidence serves the next file too.
        """
        evidence = read_evidence_folder(self.evidence) if self.evidence is not None else None
        if not self.online:
            verifier = Verifier(trust=self.trust, policy=self.policy, evidence=evidence)
            # set afterwards: the front door takes no text with bytes that are none, and a file's name may hold them
            return lambda data, name: replace(verifier.inspect_pdf(data, at=self.at), file=name)

        def judge(data: PdfBytes, name: str) -> DocumentReport:
            report = inspect_pdf(
                data[:], trust=self.trust, at=self.at, policy=self.policy, evidence=evidence, online=self.online
            )
            return replace(report, file=name)

        return judge

    def died(self, thing: Path, /) -> DocumentReport:
        """Return the report of a file during which a process died."""
        return unreadable(thing, "the process that read it died")


def _restored(
    ders: tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]], scheme: Scheme | None, rest: dict[str, Any]
) -> Inspection:
    anchors, intermediates, crls = ders
    trust = TrustAnchors(
        anchors=tuple(x509.load_der_x509_certificate(der) for der in anchors),
        intermediates=tuple(x509.load_der_x509_certificate(der) for der in intermediates),
        crls=tuple(x509.load_der_x509_crl(der) for der in crls),
        scheme=scheme,
    )
    return Inspection(trust=trust, **rest)


def _inspect_file(judge: Judge, file: Path) -> DocumentReport:
    """Return the report of one file: for any bytes, and for what is no file at all."""
    try:
        FileSource.at(file)
        with open_bytes(file) as data:
            return judge(data, str(file))
    except InputError as exc:
        return unreadable(file, exc.message)


def inspect_files(files: Iterable[Path], how: Inspection, *, workers: int = 1) -> Iterator[DocumentReport]:
    """Yield a report a file, in order.

    Args:
        files: Taken as there is room.
        how: How they are judged.
        workers: Processes.
    """
    return work_in_order(how, files, workers=workers, preload=__name__)


def unreadable(file: Path, reason: str) -> DocumentReport:
    """Return the report of a file that cannot be read."""
    finding = Finding(
        code=FindingCode.FILE_NOT_READABLE,
        severity=Severity.ERROR,
        clause="EN 319 102-1 §5.2.2",
        values={"reason": reason},
    )
    return DocumentReport(file=str(file), verdict=Verdict.UNREADABLE, findings=(finding,))
