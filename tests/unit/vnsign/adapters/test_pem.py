"""PEM and DER: openssl's old and new forms are read; whatever else comes is our error."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.vnsign.authority.making import PASSPHRASE, certify, openssl, pem
from vnsign.adapters.pem import read_pem, wants_passphrase
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import KeyAlgorithm, is_key_of
from vnsign.pki.pem import parse_certificates, parse_private_key
from vnsign.policy.profiles import CertificateProfile

#: OpenSSL's ways to write a key: name → command after ``openssl`` (its input is PKCS #8 PEM).
OPENSSL_FORMS: dict[str, tuple[str, ...]] = {
    "PKCS #8, AES-256": ("pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", "pass:a"),
    "PKCS #8, 3DES": ("pkcs8", "-topk8", "-v2", "des3", "-passout", "pass:a"),
    "PKCS #8, PBES1": ("pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES", "-passout", "pass:a"),
    "traditional, AES": ("pkey", "-traditional", "-aes128", "-passout", "pass:a"),
    "traditional": ("pkey", "-traditional"),
    "PKCS #8": ("pkey",),
}


@pytest.fixture(scope="module")
def credential() -> Credential:
    """One credential for the whole module."""
    return certify(CertificateProfile.OFFICIAL)


def key_pem(credential: Credential, passphrase: bytes = b"") -> bytes:
    """Return the key as PKCS #8."""
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return credential.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def refusal(*files: Path, passphrase: bytes | None = None) -> VnsignError:
    """Return the error of one reading."""
    with pytest.raises(VnsignError) as caught:
        read_pem(*files, passphrase=passphrase)
    return caught.value


@pytest.mark.parametrize("form", OPENSSL_FORMS)
@pytest.mark.parametrize("algorithm", [KeyAlgorithm.P256, KeyAlgorithm.RSA_2048])
def test_keys_that_openssl_wrote_are_read(form: str, algorithm: KeyAlgorithm, tmp_path: Path) -> None:
    """A foreign writer; whether a passphrase is wanted shows before it is asked for."""
    made = certify(CertificateProfile.OFFICIAL, algorithm=algorithm)
    written = openssl(*OPENSSL_FORMS[form], stdin=key_pem(made))
    assert written.returncode == 0, written.stderr.decode()
    (tmp_path / "key.pem").write_bytes(written.stdout)
    (tmp_path / "cert.pem").write_bytes(pem(made.certificate))
    is_encrypted = "-passout" in OPENSSL_FORMS[form]
    assert wants_passphrase(tmp_path / "key.pem") is is_encrypted
    again = read_pem(tmp_path / "key.pem", tmp_path / "cert.pem", passphrase=b"a" if is_encrypted else None)
    assert is_key_of(again.key, made.certificate)
    if is_encrypted:
        assert refusal(tmp_path / "key.pem", tmp_path / "cert.pem").code is ErrorCode.WRONG_PASSPHRASE
        wrong = refusal(tmp_path / "key.pem", tmp_path / "cert.pem", passphrase=b"wrong")
        assert (wrong.code, wrong.file) == (ErrorCode.WRONG_PASSPHRASE, "key.pem")


def test_one_file_may_hold_everything_in_any_order(credential: Credential, tmp_path: Path) -> None:
    """Strangers are left out, the chain is put in order; curve parameters before a key are passed over."""
    stranger = certify(CertificateProfile.SERVICE).certificate
    parameters = openssl("ecparam", "-name", "prime256v1").stdout
    both = pem(*reversed(credential.chain), stranger) + parameters + key_pem(credential) + pem(credential.certificate)
    (tmp_path / "all.pem").write_bytes(both)
    again = read_pem(tmp_path / "all.pem")
    assert (again.certificate, again.chain) == (credential.certificate, credential.chain)


def test_chain_files_and_der_are_read(credential: Credential, tmp_path: Path) -> None:
    """Key, certificate and chain in files of their own."""
    (tmp_path / "key.der").write_bytes(credential.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "cert.der").write_bytes(credential.certificate.public_bytes(Encoding.DER))
    (tmp_path / "chain.pem").write_bytes(pem(*credential.chain))
    again = read_pem(tmp_path / "key.der", tmp_path / "cert.der", chain=[tmp_path / "chain.pem"])
    assert (again.certificate, again.chain) == (credential.certificate, credential.chain)


def test_of_two_certificates_of_one_key_the_later_counts(credential: Credential, tmp_path: Path) -> None:
    """A renewed certificate stands beside the old one."""
    later = certify(
        CertificateProfile.OFFICIAL, key=credential.key, not_after=credential.certificate.not_valid_after_utc
    )
    earlier = certify(
        CertificateProfile.OFFICIAL,
        key=credential.key,
        not_after=credential.certificate.not_valid_after_utc.replace(year=2027),
    )
    for order in ((earlier, later), (later, earlier)):
        (tmp_path / "all.pem").write_bytes(key_pem(credential) + pem(*(each.certificate for each in order)))
        assert read_pem(tmp_path / "all.pem").certificate == later.certificate


def test_a_certificate_of_another_key_is_refused(credential: Credential, tmp_path: Path) -> None:
    """Such a signature is worthless and would be found out too late."""
    (tmp_path / "key.pem").write_bytes(key_pem(credential))
    (tmp_path / "cert.pem").write_bytes(pem(certify(CertificateProfile.OFFICIAL).certificate))
    error = refusal(tmp_path / "key.pem", tmp_path / "cert.pem")
    assert (error.code, error.file) == (ErrorCode.KEY_UNUSABLE, "cert.pem")


def test_what_is_no_key_or_certificate_is_told_apart(credential: Credential, tmp_path: Path) -> None:
    """No file, no key, no certificate, a foreign kind of key."""
    assert refusal(tmp_path / "none.pem").code is ErrorCode.NOT_READABLE
    (tmp_path / "a.pem").write_bytes(pem(credential.certificate))
    assert refusal(tmp_path / "a.pem").code is ErrorCode.MALFORMED_CERTIFICATE
    (tmp_path / "a.pem").write_bytes(key_pem(credential))
    assert refusal(tmp_path / "a.pem").code is ErrorCode.MALFORMED_CERTIFICATE
    for foreign in (ed25519.Ed25519PrivateKey.generate(),):
        (tmp_path / "a.pem").write_bytes(foreign.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        assert refusal(tmp_path / "a.pem").code is ErrorCode.KEY_UNUSABLE


@given(
    st.binary(max_size=300), st.sampled_from(["PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "CERTIFICATE", "EC PRIVATE KEY"])
)
def test_any_bytes_give_a_key_or_our_error(data: bytes, label: str) -> None:
    """As they are, and as the content of a PEM block."""
    block = f"-----BEGIN {label}-----\n{base64.b64encode(data).decode()}\n-----END {label}-----\n".encode()
    for given_bytes in (data, block, block[:-20], data + block):
        for read in (lambda b: parse_private_key(b, PASSPHRASE), parse_certificates):
            try:
                read(given_bytes)
            except VnsignError:
                continue


def test_flipped_bytes_of_an_encrypted_key_are_our_error(credential: Credential) -> None:
    """Nothing but VnsignError leaves."""
    whole = key_pem(credential, b"a")
    for position in range(0, len(whole), 7):
        broken = whole[:position] + bytes([whole[position] ^ 0x15]) + whole[position + 1 :]
        try:
            parse_private_key(broken, b"a")
        except VnsignError:
            continue
