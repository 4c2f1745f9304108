"""The recipe of leader, number and seal, judged by pyHanko, poppler and qpdf."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

import vnsign
from tests.materials import (
    LEADER,
    SEAL,
    HandClock,
    Office,
    leader_signed,
    make_office,
    numbered,
    plain_pdf,
    prepared_pdf,
    sealed,
)
from tests.support import require_tool


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def document(office: Office) -> bytes:
    """One sealed document for the module."""
    return sealed(office)


def pyhanko_says(pdf: bytes, office: Office) -> Iterator[PdfSignatureStatus]:
    """Yield pyHanko's own status of each signature."""
    root = asn1_x509.Certificate.load(office.trust.anchors[0].public_bytes(Encoding.DER))
    for signature in PdfFileReader(BytesIO(pdf)).embedded_signatures:
        context = ValidationContext(trust_roots=[root])
        yield asyncio.run(async_validate_pdf_signature(signature, signer_validation_context=context))


def test_pyhanko_accepts_both_signatures(office: Office, document: bytes) -> None:
    """Leader: FORM_FILLING allowed by his P=2; seal: nothing but evidence after it."""
    leader, seal = pyhanko_says(document, office)

    assert leader.bottom_line
    assert leader.docmdp_ok
    assert leader.modification_level is ModificationLevel.FORM_FILLING
    assert seal.bottom_line
    assert seal.docmdp_ok
    assert seal.modification_level in {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES}


def test_poppler_and_qpdf_accept_the_document(document: bytes, tmp_path: Path) -> None:
    """Two independent readers: signatures valid, syntax clean."""
    path = tmp_path / "sealed.pdf"
    path.write_bytes(document)

    said = subprocess.run([require_tool("pdfsig"), "-nocert", path], capture_output=True, text=True, check=False).stdout
    checked = subprocess.run([require_tool("qpdf"), "--check", path], capture_output=True, text=True, check=False)

    assert said.count("Signature is Valid") == 2
    assert checked.returncode == 0, checked.stdout


def test_vnsign_passes_both_at_b_lt(office: Office, document: bytes) -> None:
    """The verdict, the words of the report, and the level found, offline."""
    report = vnsign.verify_pdf(document, trust=office.trust)

    leader, seal = report.signatures
    assert (leader.field, seal.field) == (LEADER, SEAL)
    assert leader.modifications is vnsign.Modifications.PERMITTED
    assert seal.modifications is vnsign.Modifications.NONE
    assert {leader.level, seal.level} == {vnsign.Level.PADES_B_LT}
    assert leader.time_source is vnsign.TimeSource.SIGNATURE_TIMESTAMP


def test_the_seal_refuses_an_unsigned_document(office: Office) -> None:
    """The agency's key signs only what the authorised person validly signed (NĐ 30/2020 Điều 32.2)."""
    with pytest.raises(vnsign.UsageError) as refused:
        sealed(office, prepared_pdf())

    assert refused.value.code is vnsign.ErrorCode.SEAL_REFUSED


def test_the_seal_refuses_a_document_whose_leader_is_not_trusted(office: Office, tmp_path: Path) -> None:
    """A signature under another authority does not count."""
    stranger = make_office(tmp_path / "other")

    with pytest.raises(vnsign.UsageError) as refused:
        vnsign.seal_pdf(
            numbered(leader_signed(stranger)),
            office.seal,
            field=SEAL,
            trust=office.trust,
            tsa=office.tsa,
            revocation=stranger.crls,
        )

    assert refused.value.code is vnsign.ErrorCode.SEAL_REFUSED


def test_the_seal_refuses_a_document_changed_after_the_leader(office: Office) -> None:
    """One byte of the leader's revision flipped: no seal."""
    damaged = bytearray(numbered(leader_signed(office)))
    damaged[damaged.index(b"stream") + 20] ^= 1

    with pytest.raises(vnsign.VnsignError) as refused:
        sealed(office, bytes(damaged))

    assert refused.value.code in {vnsign.ErrorCode.SEAL_REFUSED, vnsign.ErrorCode.MALFORMED_PDF}


def test_everything_works_inside_a_running_event_loop(office: Office) -> None:
    """The core is synchronous and never starts a loop in the caller's thread."""

    async def main() -> vnsign.DocumentReport:
        return vnsign.verify_pdf(sealed(office), trust=office.trust)

    assert asyncio.run(main()).verdict is vnsign.Verdict.TOTAL_PASSED


@pytest.mark.parametrize(
    ("hours_after_signing", "verdict"), [(1, vnsign.Verdict.TOTAL_PASSED), (-1, vnsign.Verdict.TOTAL_FAILED)]
)
def test_revocation_counts_from_its_time(hours_after_signing: int, verdict: vnsign.Verdict, tmp_path: Path) -> None:
    """Judged at signing time (NĐ 68/2024 Điều 31): revoked later it stands, revoked before it fails."""
    begin = datetime(2026, 3, 2, 8, tzinfo=UTC)
    clock = HandClock(begin)
    office = make_office(tmp_path / "authority", clock=clock)
    clock.moment = begin + timedelta(hours=2)
    signed = numbered(leader_signed(office))
    clock.moment = begin + timedelta(hours=4)
    at = begin + timedelta(hours=2 + hours_after_signing)
    office.authority.revoke(office.leader.certificate.serial_number, at=at, act=vnsign.Act(by="Văn thư", why="báo mất"))

    report = vnsign.inspect_pdf(signed, trust=office.trust, revocation=office.crls, clock=clock)

    assert report.verdict is verdict


def test_an_approval_signature_is_added_beside_an_earlier_one(office: Office) -> None:
    """Signing twice keeps the first signature whole."""
    once = vnsign.sign_pdf(plain_pdf(), office.leader, level="B-LT", tsa=office.tsa, revocation=office.crls)
    twice = vnsign.sign_pdf(once, office.deputy, level="B-LT", tsa=office.tsa, revocation=office.crls)

    report = vnsign.verify_pdf(twice, trust=office.trust)

    assert twice.startswith(once)
    assert [s.field for s in report.signatures] == ["Signature1", "Signature2"]


def test_a_signature_is_worth_nothing_before_it_was_made(office: Office, document: bytes) -> None:
    """Asked about a day before it was made, its time-stamp is from the future and proves nothing."""
    made = vnsign.inspect_pdf(document, trust=office.trust).signatures[0].signing_time
    assert made is not None

    report = vnsign.inspect_pdf(document, trust=office.trust, at=made - timedelta(days=1))

    assert report.verdict is vnsign.Verdict.TOTAL_FAILED
    codes = {finding.code for finding in report.all_findings()}
    assert {vnsign.FindingCode.TIMESTAMP_INVALID, vnsign.FindingCode.CERTIFICATE_NOT_YET_VALID} <= codes


def test_a_clock_a_little_behind_still_accepts(office: Office, document: bytes) -> None:
    """Clocks of authority and verifier differ by seconds, not days."""
    made = vnsign.inspect_pdf(document, trust=office.trust).signatures[0].signing_time
    assert made is not None

    report = vnsign.inspect_pdf(document, trust=office.trust, at=made - timedelta(seconds=2))

    assert report.verdict is vnsign.Verdict.TOTAL_PASSED
