"""Properties of verification that hold for every bit and every byte string."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from cryptography import x509
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import vnsign
from tests.materials import Office, leader_signed, make_office, numbered, plain_pdf, sealed
from tests.support import more_in_ci
from vnsign.pdf.reading.structure import read_structure
from vnsign.pki.anchors import TrustAnchors
from vnsign.report import DocumentReport, Verdict
from vnsign.verification import inspect

AT = datetime(2026, 6, 1, tzinfo=UTC)
FLIPS = 12_000


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def document(office: Office) -> bytes:
    """A sealed document."""
    return sealed(office, numbered(leader_signed(office)))


@settings(max_examples=more_in_ci(15, 60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_flipped_bit_inside_a_byte_range_never_passes(office: Office, document: bytes, data: st.DataObject) -> None:
    """Every bit that a signature covers counts."""
    first, second = read_structure(document).signatures
    covered = [
        *range(second.byte_range[1]),
        *range(second.byte_range[2], second.covered_end),
    ]
    assert first.covered_end < second.byte_range[1]
    position = data.draw(st.sampled_from(covered), label="byte")
    bit = data.draw(st.integers(0, 7), label="bit")
    flipped = bytearray(document)
    flipped[position] ^= 1 << bit

    report = vnsign.inspect_pdf(bytes(flipped), trust=office.trust)

    assert report.verdict is not Verdict.TOTAL_PASSED


@settings(max_examples=more_in_ci(15, 60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_gives_a_report(office: Office, document: bytes, data: st.DataObject) -> None:
    """Cut, doubled or overwritten anywhere: a report, never an exception."""
    start = data.draw(st.integers(0, len(document)), label="start")
    length = data.draw(st.integers(0, 4000), label="length")
    filler = data.draw(st.binary(max_size=60), label="filler")

    report = inspect(document[:start] + filler + document[start + length :], trust=office.trust, at=AT)

    assert isinstance(report, DocumentReport)


@settings(max_examples=more_in_ci(15, 60), deadline=None)
@given(st.binary(max_size=2000))
@example(b"")
@example(b"%PDF-")
@example(b"%PDF-1.7\n1 0 obj<</Type/Sig/ByteRange[0 1 2 3]/Contents<30>>>endobj\ntrailer<</Root 1 0 R>>")
def test_any_bytes_give_a_report(data: bytes) -> None:
    """Nothing is raised for any bytes, and nothing unreadable passes."""
    report = inspect(b"%PDF-1.4\n" + data, trust=TrustAnchors(), at=AT)

    assert report.verdict is not Verdict.TOTAL_PASSED


@settings(max_examples=more_in_ci(15, 60), deadline=None)
@given(st.binary(max_size=400))
def test_any_cms_in_a_signature_gives_a_report(cms: bytes) -> None:
    """The CMS is hostile input of its own."""
    contents = cms.hex().encode()
    head = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[3 0 R]>>>>endobj\n"
    head += b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n3 0 obj<</FT/Sig/T(x)/V 4 0 R>>endobj\n"
    head += b"4 0 obj<</Type/Sig/SubFilter/ETSI.CAdES.detached/Contents "
    tail = b"/ByteRange[0 %d %d %d]>>endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n"
    end = len(head) + len(contents) + 2
    body = tail % (len(head), end, len(tail))
    report = inspect(head + b"<" + contents + b">" + body, trust=TrustAnchors(), at=AT)

    assert report.verdict in {Verdict.TOTAL_FAILED, Verdict.INDETERMINATE, Verdict.UNREADABLE}
    assert report.verdict is Verdict.UNREADABLE or len(report.signatures) == 1


def good_files(office: Office) -> dict[str, bytes]:
    """Return files that pass, one of each kind that the office makes."""
    flow = sealed(office, numbered(leader_signed(office)))

    def signed(level: str) -> bytes:
        return vnsign.sign_pdf(
            plain_pdf(),
            office.leader,
            level=level,
            tsa=office.tsa if level != "B-B" else None,
            revocation=office.crls,
            check_status=False,
        )

    return {"B-B": signed("B-B"), "B-T": signed("B-T"), "B-LT": signed("B-LT"), "B-LTA": signed("B-LTA"), "flow": flow}


@pytest.mark.soak
def test_ten_thousand_flipped_bits_never_pass(office: Office) -> None:
    """Bits drawn from all that some signature covers, over every kind of good file; the seed is fixed and recorded."""
    lists = tuple(x509.load_der_x509_crl(office.authority.crl(which)) for which in ("root", "issuing"))
    trust = TrustAnchors(anchors=office.trust.anchors, intermediates=office.authority.certificates()[1:], crls=lists)
    now = office.clock.now()
    dice = random.Random(20261128)
    passed: list[tuple[str, int, int]] = []
    for name, document in good_files(office).items():
        assert inspect(document, trust=trust, at=now).verdict is Verdict.TOTAL_PASSED, name
        signatures = [s for s in read_structure(document).signatures if s.problem is None]
        covered = sorted(
            {p for s in signatures for p in (*range(s.byte_range[1]), *range(s.byte_range[2], s.covered_end))}
        )
        for _ in range(FLIPS // 5):
            position, bit = dice.choice(covered), dice.randrange(8)
            flipped = bytearray(document)
            flipped[position] ^= 1 << bit
            if inspect(bytes(flipped), trust=trust, at=now).verdict is Verdict.TOTAL_PASSED:
                passed.append((name, position, bit))

    assert passed == []
