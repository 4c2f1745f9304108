"""PKCS#12: ours read by openssl, openssl's old and new ones read by us."""

from __future__ import annotations

from pathlib import Path

import pytest
from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from tests.unit.vnsign.authority.making import PASSPHRASE, certify, infrastructure, openssl, pem
from vnsign.adapters.pkcs12 import read_pkcs12, write_pkcs12
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import KeyAlgorithm, is_key_of
from vnsign.policy.profiles import CertificateProfile

OPENSSL_FORMS: dict[str, list[str]] = {
    "new": [],
    "legacy": ["-legacy"],
    "3DES": ["-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
    "RC2": ["-legacy", "-keypbe", "PBE-SHA1-RC2-40", "-certpbe", "PBE-SHA1-RC2-40"],
}


@pytest.fixture(scope="module")
def credential() -> Credential:
    """One credential for the whole module."""
    return certify(CertificateProfile.OFFICIAL)


def refusal(path: Path, passphrase: bytes = PASSPHRASE) -> ErrorCode:
    """Return the code of the error of one reading; it names the file."""
    with pytest.raises(VnsignError) as caught:
        read_pkcs12(path, passphrase)
    assert caught.value.file == path.name
    return caught.value.code


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.P256, KeyAlgorithm.P384, KeyAlgorithm.RSA_2048])
def test_what_is_written_is_read_back(algorithm: KeyAlgorithm, tmp_path: Path) -> None:
    """Key, certificate and the whole chain, issuer first; readable by the owner only."""
    credential = certify(CertificateProfile.OFFICIAL, algorithm=algorithm)
    write_pkcs12(tmp_path / "a.p12", credential, PASSPHRASE)
    again = read_pkcs12(tmp_path / "a.p12", PASSPHRASE)
    assert (again.certificate, again.chain) == (credential.certificate, credential.chain)
    assert is_key_of(again.key, credential.certificate)
    assert (tmp_path / "a.p12").stat().st_mode & 0o777 == 0o600


def test_openssl_reads_what_we_write_and_finds_aes_256(credential: Credential, tmp_path: Path) -> None:
    """A foreign judge: PBES2 with AES-256 for key and certificates."""
    write_pkcs12(tmp_path / "a.p12", credential, PASSPHRASE)
    (tmp_path / "pass").write_bytes(PASSPHRASE)
    result = openssl("pkcs12", "-in", tmp_path / "a.p12", "-passin", f"file:{tmp_path / 'pass'}", "-info", "-nodes")
    assert result.returncode == 0, result.stderr.decode()
    assert result.stderr.count(b"PBES2, PBKDF2, AES-256-CBC") == 2
    assert result.stdout.count(b"BEGIN CERTIFICATE") == 3


@pytest.mark.parametrize("form", OPENSSL_FORMS)
def test_files_of_other_tools_are_read(form: str, credential: Credential, tmp_path: Path) -> None:
    """AES of today, RC2 and 3DES of yesterday; certificates that do not belong to the chain are left out."""
    key = credential.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    stranger = certify(CertificateProfile.SERVICE).certificate
    (tmp_path / "in.pem").write_bytes(key + pem(credential.certificate, stranger, *reversed(credential.chain)))
    paths: list[str | Path] = ["-in", tmp_path / "in.pem", "-out", tmp_path / "a.p12"]
    result = openssl("pkcs12", "-export", *paths, "-passout", "pass:a", *OPENSSL_FORMS[form])
    if result.returncode != 0:
        pytest.skip(f"this openssl writes no such file: {result.stderr.decode()[:100]}")
    again = read_pkcs12(tmp_path / "a.p12", b"a")
    assert (again.certificate, again.chain) == (credential.certificate, credential.chain)


def test_a_wrong_passphrase_is_told_from_a_broken_file(credential: Credential, tmp_path: Path) -> None:
    """The way out differs: type again, or export again."""
    write_pkcs12(tmp_path / "a.p12", credential, PASSPHRASE)
    assert refusal(tmp_path / "a.p12", b"other") is ErrorCode.WRONG_PASSPHRASE
    assert refusal(tmp_path / "a.p12", b"") is ErrorCode.WRONG_PASSPHRASE
    whole = (tmp_path / "a.p12").read_bytes()
    for length in (0, 1, 10, len(whole) // 2, len(whole) - 1):
        (tmp_path / "a.p12").write_bytes(whole[:length])
        assert refusal(tmp_path / "a.p12") is ErrorCode.MALFORMED_CERTIFICATE


def test_every_flipped_byte_is_our_error_or_harmless(credential: Credential, tmp_path: Path) -> None:
    """The container's HMAC covers its content; nothing but VnsignError leaves."""
    write_pkcs12(tmp_path / "a.p12", credential, b"a")
    whole = (tmp_path / "a.p12").read_bytes()
    for position in range(0, len(whole), 41):
        (tmp_path / "a.p12").write_bytes(whole[:position] + bytes([whole[position] ^ 0x41]) + whole[position + 1 :])
        try:
            assert read_pkcs12(tmp_path / "a.p12", b"a").certificate == credential.certificate
        except VnsignError:
            continue


def test_a_file_without_a_key_or_with_a_foreign_kind_of_key_is_refused(tmp_path: Path) -> None:
    """Certificates alone sign nothing; Ed25519 is not in the official-use algorithms."""
    root = infrastructure().root.certificate
    encryption = PrivateFormat.PKCS12.encryption_builder().build(b"a")
    (tmp_path / "a.p12").write_bytes(pkcs12.serialize_key_and_certificates(None, None, None, [root], encryption))
    assert refusal(tmp_path / "a.p12", b"a") is ErrorCode.MALFORMED_CERTIFICATE
    key = ed25519.Ed25519PrivateKey.generate()
    (tmp_path / "a.p12").write_bytes(pkcs12.serialize_key_and_certificates(None, key, None, None, encryption))
    assert refusal(tmp_path / "a.p12", b"a") in {ErrorCode.KEY_UNUSABLE, ErrorCode.MALFORMED_CERTIFICATE}


def test_a_key_is_not_written_without_a_passphrase(credential: Credential, tmp_path: Path) -> None:
    """And no file appears."""
    with pytest.raises(VnsignError) as caught:
        write_pkcs12(tmp_path / "a.p12", credential, b"")
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert not list(tmp_path.iterdir())


def test_the_structure_is_standard(credential: Credential, tmp_path: Path) -> None:
    """RFC 7292 §4, read by a foreign parser."""
    write_pkcs12(tmp_path / "a.p12", credential, b"a")
    parsed = asn1_pkcs12.Pfx.load((tmp_path / "a.p12").read_bytes(), strict=True)
    assert parsed["version"].native == "v3"
    assert parsed["mac_data"]["mac"]["digest_algorithm"]["algorithm"].native == "sha256"
