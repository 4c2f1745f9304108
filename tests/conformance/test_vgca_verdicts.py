"""The Government's real signatures and tokens (Công báo, 2018, 2020): what their README says must be concluded."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms as asn1_cms

import vnsign
from tests.support import require_data
from vnsign.adapters.trust_folder import read_trust_folder
from vnsign.pki.anchors import TrustAnchors
from vnsign.report import (
    CertificateState,
    FindingCode,
    Indication,
    Severity,
    SignatureReport,
    SubIndication,
    TimeSource,
)

NOW = datetime(2026, 11, 28, tzinfo=UTC)
DOCUMENTS = {
    "qd28-2018": (datetime(2018, 8, 8, 7, 57, 17, tzinfo=UTC), "2e229f"),
    "nd30-2020": (datetime(2020, 3, 19, 7, 48, 45, tzinfo=UTC), "3006aa"),
}


def blob(name: str) -> bytes:
    """Return one file of the Government's material."""
    return require_data(f"vgca/{name}").read_bytes()


@pytest.fixture
def generation_1() -> TrustAnchors:
    """Root G1 and the authorities under it."""
    return read_trust_folder(require_data("vgca/certs-vgca-g1"))


def verdict(document: str, trust: TrustAnchors, *, cms: bytes | None = None) -> SignatureReport:
    """Judge a signature whose document is not at hand."""
    contents = cms if cms is not None else blob(f"cms/{document}-contents.ber")
    return vnsign.inspect_statement(contents, None, trust=trust, at=NOW, policy="vn-official")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_real_signature_is_judged_at_its_timestamp(document: str, generation_1: TrustAnchors) -> None:
    """Value good, chain of its time found, SHA-1 a warning; integrity and status could not be checked: never valid."""
    time, serial = DOCUMENTS[document]
    report = verdict(document, generation_1)
    codes = {f.code: f.severity for f in report.findings}

    assert report.indication is Indication.INDETERMINATE
    assert (report.valid, report.intact) == (True, False)
    assert (report.signing_time, report.time_source) == (time, TimeSource.SIGNATURE_TIMESTAMP)
    assert (report.judged_at, report.chain[0].serial) == (time, serial)
    assert [c.state for c in report.chain] == [
        CertificateState.UNKNOWN,
        CertificateState.UNKNOWN,
        CertificateState.TRUSTED,
    ]
    assert report.chain[-1].known_as == "Root CA chuyên dùng Chính phủ G1 (cong_vu)"
    assert codes[FindingCode.ALGORITHM_WEAK] is Severity.WARNING
    assert {FindingCode.SIGNED_DATA_MISSING, FindingCode.REVOCATION_NOT_CHECKED} <= codes.keys()
    assert not {FindingCode.CERTIFICATE_EXPIRED, FindingCode.KEY_USAGE_UNSUITABLE} & codes.keys()


def test_without_its_ca_the_path_is_incomplete(generation_1: TrustAnchors) -> None:
    """Only the leaf is embedded: the CA certificates must be installed too."""
    alone = TrustAnchors(anchors=generation_1.anchors)

    assert FindingCode.NO_PATH_TO_ANCHOR in {f.code for f in verdict("nd30-2020", alone).findings}


@pytest.mark.parametrize("folder", ["certs-vgca-g2", "certs-national-public"])
def test_another_generation_or_scheme_vouches_for_nothing(folder: str) -> None:
    """Root G2 is not Root G1, and the national root is of another scheme."""
    report = verdict("nd30-2020", read_trust_folder(require_data(f"vgca/{folder}")))

    assert report.indication is Indication.INDETERMINATE
    assert CertificateState.TRUSTED not in {c.state for c in report.chain}


def test_swapped_tokens_are_found_out(generation_1: TrustAnchors) -> None:
    """The imprint is of the other signature: "dấu thời gian không hợp lệ", and the time is only claimed."""
    info = asn1_cms.ContentInfo.load(blob("cms/nd30-2020-contents.ber"))
    own, other = blob("cms/nd30-2020-timestamptoken.der"), blob("cms/qd28-2018-timestamptoken.der")
    token = asn1_cms.ContentInfo.load(other)
    attribute = {"type": "signature_time_stamp_token", "values": [token]}
    info["content"]["signer_infos"][0]["unsigned_attrs"] = asn1_cms.CMSAttributes([attribute])
    report = verdict("nd30-2020", generation_1, cms=info.dump(force=True))

    assert own != other
    assert report.time_source is TimeSource.CLAIMED
    assert FindingCode.TIMESTAMP_INVALID in {f.code for f in report.findings}


def test_one_changed_byte_of_the_signed_attributes_fails(generation_1: TrustAnchors) -> None:
    """SIG_CRYPTO_FAILURE."""
    contents = bytearray(blob("cms/nd30-2020-contents.ber"))
    digest = bytes.fromhex("ac7bc879f894ff0ecdec9a4a04f6d00bec2752ee")
    contents[contents.index(digest)] ^= 1
    report = verdict("nd30-2020", generation_1, cms=bytes(contents))

    assert (report.indication, report.subindication) == (Indication.TOTAL_FAILED, SubIndication.SIG_CRYPTO_FAILURE)


def test_the_licence_generator_and_the_tsa_sign_no_documents(generation_1: TrustAnchors, tmp_path: Path) -> None:
    """A TSA certificate in the trust folder is no anchor and no signer: it is left aside."""
    for name in ("certs-vgca-g1/VGCA_ROOTCA_BIN.cer", "end-entity-and-tsa/tsa-02-2019-2024-chain.pem"):
        (tmp_path / Path(name).name).write_bytes(blob(name))
    trust = read_trust_folder(tmp_path)

    assert [a.subject for a in trust.anchors] == [a.subject for a in generation_1.anchors]
    assert trust.intermediates == ()


def test_the_damaged_official_copy_has_a_broken_signature(generation_1: TrustAnchors) -> None:
    """Có chữ ký nhưng hỏng: signer and claimed time are shown, nothing is confirmed, nothing is absent."""
    (path,) = require_data("vgca/damaged-pdf").glob("*.pdf")
    report = vnsign.inspect_pdf(path.read_bytes(), trust=generation_1, at=NOW, policy="vn-official")
    (signature,) = report.signatures

    assert report.verdict is vnsign.Verdict.TOTAL_FAILED
    assert (signature.field, signature.subindication) == ("Signature3", SubIndication.FORMAT_FAILURE)
    assert signature.coverage is vnsign.Coverage.ODD
    assert signature.claimed_time == datetime(2018, 8, 8, 7, 57, 14, tzinfo=UTC)
    assert not signature.intact
