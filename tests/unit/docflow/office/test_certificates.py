"""Which certificates signed is kept beside the verdict, and counted from the log alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from docflow import (
    CopyDirection,
    Document,
    Office,
    Report,
    ReportBy,
    SignatureCheck,
    SignatureVerdict,
    verify_log,
    verify_report,
)
from docflow.ports import CertificateHolder, SeenCertificate, SignedThing, SignerCertificate
from tests.office_kit import SetClock, make_copy_request, open_office, seal_off

PERSON, AGENCY = CertificateHolder.PERSON, CertificateHolder.AGENCY


def seen(name: str, holder: CertificateHolder) -> SeenCertificate:
    """Return a certificate that a verifier saw."""
    return SeenCertificate(sha256=name * 64, issuer="CN=CA", serial="0" + name, holder=holder)


@dataclass(slots=True)
class Telling:
    """A verifier that passes everything, and says that these signed; docflow's own part is what is tested here."""

    leader: Sequence[SeenCertificate] = (seen("a", PERSON),)
    seal: Sequence[SeenCertificate] = (seen("a", PERSON), seen("c", AGENCY))
    verdict: SignatureVerdict = field(default=SignatureVerdict.PASSED)

    def check_leader_signature(self, pdf: bytes, *, document: Document, at: datetime) -> SignatureCheck:
        """Pass."""
        del pdf, document, at
        return SignatureCheck(verdict=self.verdict, certificates=tuple(self.leader))

    def check_seal(self, pdf: bytes, *, document: Document, at: datetime) -> SignatureCheck:
        """Pass."""
        del pdf, document, at
        return SignatureCheck(verdict=self.verdict, certificates=tuple(self.seal))

    def check_agency_signature(self, pdf: bytes, *, name: str, at: datetime) -> SignatureCheck:
        """Pass."""
        del pdf, name, at
        return SignatureCheck(verdict=self.verdict, certificates=(seen("d", AGENCY),))


def figures(report: Report) -> tuple[int | None, int | None]:
    """Return certificates in all, and those of people."""
    return report.total.certificates, report.total.certificates_of_people


@pytest.fixture
def verifier() -> Telling:
    """The verifier of the office."""
    return Telling()


@pytest.fixture
def clock() -> SetClock:
    """The office's clock."""
    return SetClock()


def kept(office: Office) -> list[tuple[SignedThing, str, str, CertificateHolder]]:
    """Return what the office keeps."""
    found = office._store.list_records(SignerCertificate)
    return [(item.thing, item.subject, item.sha256[0], item.holder) for item in found]


def test_each_certificate_stands_once_for_a_document_and_is_counted_once(
    tmp_path: Path, verifier: Telling, clock: SetClock
) -> None:
    """Leader and agency of two documents, another leader for the second, the agency's again on a copy of no unit."""
    with open_office(tmp_path / "office", clock=clock, verifier=verifier) as office:
        seal_off(office, "d1")
        first = office.report("2026")
        assert figures(first) == (2, 1)
        assert kept(office) == [
            (SignedThing.DOCUMENT, "d1", "a", PERSON),
            (SignedThing.DOCUMENT, "d1", "c", AGENCY),
        ]
        verifier.leader = (seen("b", PERSON),)
        verifier.seal = (seen("b", PERSON), seen("c", AGENCY))
        clock.time = datetime(2026, 2, 2, 3, tzinfo=UTC)
        seal_off(office, "d2")
        request = make_copy_request(direction=CopyDirection.PAPER_TO_ELECTRONIC, source=None)
        scan = b"%PDF-1.7 scan"
        office.make_copy(request, actor="V", copy_id="c1", pdf=scan)
        office.copy_sealed("c1", scan + b" sealed", actor="V")
        report = office.report("2026", by=ReportBy.MONTH)
        assert figures(report) == (4, 2)
        assert {line.name: line.figures.certificates for line in report.lines} == {"2026-01": 2, "2026-02": 3}
        assert figures(office.report("2025")) == (0, 0)
        by_unit = office.report("2026", by=ReportBy.UNIT)
        assert {line.name: line.figures.certificates for line in by_unit.lines} == {"": 1, "VP": 3}
        assert {line.name: line.figures.certificates_of_people for line in by_unit.lines} == {"": 0, "VP": 2}
        office.verify_report(by_unit)
        # The log alone gives the same, also as it was before.
        office.verify_report(report)
        assert office.report("2026", as_of=first.log_size, at=first.at).digest == first.digest
    assert verify_log(tmp_path / "office").is_intact
    assert verify_report(tmp_path / "office", report).digest == report.digest


def test_what_no_verifier_told_is_no_figure(tmp_path: Path) -> None:
    """An office without a verifier does not say that nobody signed."""
    with open_office(tmp_path / "office") as office:
        seal_off(office, "d1")
        assert figures(office.report("2026")) == (None, None)
        assert kept(office) == []
