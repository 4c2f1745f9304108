"""A folder of certificates and lists becomes trust, and nothing in it is passed over in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

import vnsign
from tests.materials import Office, make_office
from vnsign.adapters.trust_folder import read_trust_folder
from vnsign.errors import ErrorCode, VnsignError


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


def test_each_kind_finds_its_place(office: Office, tmp_path: Path) -> None:
    """Self-signed: anchor. CA: intermediate. List: list. A signer's certificate and other files: neither."""
    root, issuing = office.authority.certificates()
    (tmp_path / "a.pem").write_bytes(issuing.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM))
    (tmp_path / "again.der").write_bytes(root.public_bytes(Encoding.DER))
    (tmp_path / "leader.CRT").write_bytes(office.leader.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "root.crl").write_bytes(office.authority.crl("root"))
    pem = x509.load_der_x509_crl(office.authority.crl("issuing")).public_bytes(Encoding.PEM)
    (tmp_path / "issuing.crl").write_bytes(pem)
    (tmp_path / "README.txt").write_text("not read", encoding="utf-8")
    (tmp_path / "below").mkdir()

    trust = read_trust_folder(tmp_path)

    assert trust.anchors == (root,)
    assert trust.intermediates == (issuing,)
    assert len(trust.crls) == 2
    assert trust.is_anchor(root)
    assert not trust.is_anchor(issuing)


def test_an_empty_folder_trusts_nobody(tmp_path: Path) -> None:
    """No error: the verdicts say that nothing could be decided."""
    assert read_trust_folder(tmp_path).anchors == ()


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A typing error must not look like an empty folder."""
    with pytest.raises(vnsign.UsageError) as refused:
        read_trust_folder(tmp_path / "absent")

    assert refused.value.code is ErrorCode.BAD_ARGUMENT


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("x.pem", ErrorCode.MALFORMED_CERTIFICATE),
        ("x.der", ErrorCode.MALFORMED_CERTIFICATE),
        ("x.crl", ErrorCode.MALFORMED_CRL),
    ],
)
def test_a_file_that_is_not_what_it_says_is_named(name: str, code: ErrorCode, tmp_path: Path) -> None:
    """Trust must not shrink silently."""
    (tmp_path / name).write_bytes(b"Kinh gui")

    with pytest.raises(VnsignError) as refused:
        read_trust_folder(tmp_path)

    assert refused.value.code is code
    assert name in str(refused.value)


def test_a_certificate_that_only_claims_to_be_self_signed_is_no_anchor(office: Office, tmp_path: Path) -> None:
    """Equal names are not enough: the signature must be its own."""
    root, _ = office.authority.certificates()
    forged = bytearray(root.public_bytes(Encoding.DER))
    forged[-1] ^= 1
    (tmp_path / "forged.der").write_bytes(forged)

    assert read_trust_folder(tmp_path).anchors == ()
