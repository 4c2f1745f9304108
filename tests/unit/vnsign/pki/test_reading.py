"""CMS, tokens and paths of the Government's real signatures, and what must not be concluded from them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.support import require_data
from vnsign.adapters.trust_folder import read_trust_folder
from vnsign.errors import ErrorCode, InputError
from vnsign.pki.anchors import TrustAnchors, fingerprint
from vnsign.pki.cms_reading import parse_signed_data
from vnsign.pki.path import PathProblem, find_path
from vnsign.pki.signature_values import is_signature_valid, load_certificate
from vnsign.pki.status import CertificateStatus, RevocationEvidence, certificate_status
from vnsign.pki.timestamp_reading import is_imprint_of, is_token_signature_valid, parse_timestamp

SIGNED_2018 = datetime(2018, 8, 8, 7, 57, 17, tzinfo=UTC)
ROOT_G1 = "f7bc89054cec7f12730d7b8cd3eb7955b163835087e5eb873edfb584763b3f90"


def data(name: str) -> bytes:
    """Return one file of the Government's material."""
    return require_data(f"vgca/{name}").read_bytes()


def leaf(years: str) -> bytes:
    """Return the portal's certificate of these years, DER."""
    return data(f"end-entity-and-tsa/cong-ttdt-chinhphu-{years}.der")


@pytest.fixture(scope="module")
def generation_1() -> TrustAnchors:
    """Root G1 and the CAs under it."""
    return read_trust_folder(require_data("vgca/certs-vgca-g1"))


@pytest.mark.parametrize(("document", "years"), [("qd28-2018", "2014-2019"), ("nd30-2020", "2019-2024")])
def test_ber_with_indefinite_lengths_is_read_and_verifies(document: str, years: str) -> None:
    """BER, padding, one unsigned attribute that is no DER: the signed attributes verify as they stand."""
    signed = parse_signed_data(data(f"cms/{document}-contents.ber"))

    assert signed.signed_attributes is not None
    assert signed.digest_algorithm == "sha1"
    assert signed.references == ()
    assert signed.signer_certificate == leaf(years)
    assert is_signature_valid(signed, leaf(years), signed.signed_attributes)
    assert signed.signature == data(f"cms/{document}-signaturevalue.bin")


def test_the_signer_is_found_by_certificate_not_by_key() -> None:
    """The renewed certificate has the same key, so the value verifies with it too: issuer and serial decide."""
    signed = parse_signed_data(data("cms/qd28-2018-contents.ber"), extra_certificates=(leaf("2019-2024"),))

    assert is_signature_valid(signed, leaf("2019-2024"), signed.signed_attributes or b"")
    assert signed.signer_certificate == leaf("2014-2019")


def test_one_flipped_byte_of_the_signed_attributes_is_found() -> None:
    """The value verifies over the attributes and nothing else."""
    signed = parse_signed_data(data("cms/qd28-2018-contents.ber"))
    flipped = bytearray(signed.signed_attributes or b"")
    flipped[-1] ^= 1

    assert not is_signature_valid(signed, leaf("2014-2019"), bytes(flipped))


@pytest.mark.parametrize(
    ("document", "time"),
    [("qd28-2018", SIGNED_2018), ("nd30-2020", datetime(2020, 3, 19, 7, 48, 45, tzinfo=UTC))],
)
def test_a_real_token_is_over_its_signature_value(document: str, time: datetime) -> None:
    """The time, the imprint, the authority's signature."""
    token = parse_timestamp(data(f"cms/{document}-timestamptoken.der"))

    assert token.time == time
    assert is_imprint_of(token, data(f"cms/{document}-signaturevalue.bin"))
    assert is_token_signature_valid(token)


def test_a_token_of_another_signature_is_not() -> None:
    """Swapped tokens are found out by their imprint."""
    token = parse_timestamp(data("cms/nd30-2020-timestamptoken.der"))

    assert not is_imprint_of(token, data("cms/qd28-2018-signaturevalue.bin"))


@pytest.mark.parametrize("junk", [b"", b"\x30\x80", b"\x30\x03\x02\x01\x01", b"\xff" * 40])
def test_what_is_no_cms_or_token_is_our_error(junk: bytes) -> None:
    """Any bytes: a result or InputError."""
    with pytest.raises(InputError) as cms:
        parse_signed_data(junk)
    with pytest.raises(InputError) as token:
        parse_timestamp(junk)

    assert cms.value.code is ErrorCode.MALFORMED_CMS
    assert token.value.code is ErrorCode.MALFORMED_TIMESTAMP


# ---------------------------------------------------------------- paths


def test_a_path_to_the_pinned_root_is_found(generation_1: TrustAnchors) -> None:
    """Leaf, state CA, Root G1; SHA-1 in the certificates does not stop the path."""
    path = find_path(leaf("2014-2019"), trust=generation_1, known=(), at=SIGNED_2018)

    assert path.problem is None
    assert len(path.certificates) == 3
    assert fingerprint(path.certificates[-1]) == ROOT_G1


@pytest.mark.parametrize(
    ("at", "problem"),
    [
        (datetime(2020, 1, 1, tzinfo=UTC), PathProblem.EXPIRED),
        (datetime(2013, 1, 1, tzinfo=UTC), PathProblem.NOT_YET_VALID),
    ],
)
def test_a_path_is_valid_in_its_time_only(at: datetime, problem: PathProblem, generation_1: TrustAnchors) -> None:
    """In force on 2018-08-08, not in 2020 nor in 2013."""
    assert find_path(leaf("2014-2019"), trust=generation_1, known=(), at=at).problem is problem


@pytest.mark.parametrize("folder", ["certs-vgca-g2", "certs-national-public"])
def test_another_scheme_s_roots_lead_nowhere(folder: str) -> None:
    """Root G2 and the public roots are not the anchor of a certificate under Root G1."""
    trust = read_trust_folder(require_data(f"vgca/{folder}"))

    assert find_path(leaf("2014-2019"), trust=trust, known=(), at=SIGNED_2018).problem is PathProblem.NO_PATH


def test_a_root_that_comes_with_the_file_is_no_anchor(generation_1: TrustAnchors) -> None:
    """Known is not trusted."""
    known = [c.public_bytes(Encoding.DER) for c in (*generation_1.anchors, *generation_1.intermediates)]

    for trust in (TrustAnchors(), read_trust_folder(require_data("vgca/certs-vgca-g2"))):
        assert find_path(leaf("2014-2019"), trust=trust, known=known, at=SIGNED_2018).problem is PathProblem.NO_PATH


def test_a_path_lacks_nothing_when_the_file_brings_the_intermediate(generation_1: TrustAnchors) -> None:
    """The state CA may come from the file: it helps, and is not trusted for it."""
    root_only = TrustAnchors(anchors=generation_1.anchors)
    known = [c.public_bytes(Encoding.DER) for c in generation_1.intermediates]

    assert find_path(leaf("2014-2019"), trust=root_only, known=(), at=SIGNED_2018).problem is PathProblem.NO_PATH
    assert find_path(leaf("2014-2019"), trust=root_only, known=known, at=SIGNED_2018).problem is None


def test_no_evidence_is_no_good_status(generation_1: TrustAnchors) -> None:
    """No list, no answer: unknown."""
    path = find_path(leaf("2014-2019"), trust=generation_1, known=(), at=SIGNED_2018)
    subject, issuer, _ = path.certificates

    result = certificate_status(subject, issuer=issuer, evidence=RevocationEvidence(), at=SIGNED_2018)

    assert result.status is CertificateStatus.UNKNOWN


def test_a_leaf_does_not_issue(generation_1: TrustAnchors) -> None:
    """The licence signer of the Government's CA is CA:FALSE: nothing is under it."""
    signer = load_certificate(data("certs-vgca-g1/VGCALicenseKeyGenerator.cer"))

    assert isinstance(signer, x509.Certificate)
    assert signer not in generation_1.intermediates
    assert signer not in generation_1.anchors
