"""The options that tell which key signs: one key, its secret never an argument."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

import vnsign
from tests.csc_kit import OTP, PIN, TOKEN, SmallService, serving
from tests.unit.vnsign.authority.making import PASSPHRASE, certify, pem
from vnsign.cli.key_options import KeyOptions, key_options, signer_from_options
from vnsign.errors import VnsignError
from vnsign.policy.profiles import CertificateProfile
from vnsign.signing.signer import sign_statement


@click.command()
@key_options
def try_key(keys: KeyOptions) -> None:
    """Sign once."""
    signer = signer_from_options(keys)
    sign_statement(signer, b"x")
    click.echo(f"signed {signer.template.hash_name} {signer.template.pss}")


def run(*arguments: str | Path, stdin: str = "", **environment: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(try_key, list(map(str, arguments)), input=stdin, env=environment)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the same credential as PKCS#12 and as an encrypted PEM key."""
    made = certify(CertificateProfile.OFFICIAL)
    folder = tmp_path_factory.mktemp("keys")
    vnsign.write_pkcs12(folder / "a.p12", made, PASSPHRASE)
    key = made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE))
    (folder / "key.pem").write_bytes(key)
    (folder / "cert.pem").write_bytes(pem(made.certificate, *made.chain))
    (folder / "pass").write_bytes(PASSPHRASE + b"\n")
    return folder


def test_the_passphrase_comes_from_a_file_the_environment_or_a_prompt(folder: Path) -> None:
    """In this order; the prompt shows nothing of it."""
    by_file = run("--p12", folder / "a.p12", "--passphrase-file", folder / "pass")
    assert by_file.output == "signed sha256 False\n"
    assert run("--p12", folder / "a.p12", VNSIGN_PASSPHRASE=PASSPHRASE.decode()).exit_code == 0
    asked = run("--p12", folder / "a.p12", stdin=PASSPHRASE.decode() + "\n")
    assert asked.exit_code == 0
    assert "Passphrase of a.p12" in asked.output
    assert PASSPHRASE.decode() not in asked.output


def test_pem_files_and_the_hash_are_chosen(folder: Path) -> None:
    """An encrypted key asks; --hash is used."""
    files = ("--key", folder / "key.pem", "--cert", folder / "cert.pem", "--hash", "sha512")
    assert run(*files, "--passphrase-file", folder / "pass").output == "signed sha512 False\n"
    wrong = run(*files, stdin="wrong\n")
    assert isinstance(wrong.exception, VnsignError)


def test_a_key_at_a_service_signs(folder: Path, tmp_path: Path) -> None:
    """Token and PIN from files and the environment, the one-time password from a prompt."""
    with serving(SmallService(certify(CertificateProfile.OFFICIAL), pin=True, otp="online")) as service:
        (tmp_path / "token").write_text(TOKEN + "\n")
        arguments = ("--csc-url", service.url, "--csc-secret-file", tmp_path / "token", "--csc-otp")
        result = run(*arguments, stdin=OTP + "\n", VNSIGN_PIN=PIN)
        assert "signed sha256" in result.output
        assert "Câu hỏi 7" in result.output
        assert not any(secret in result.output for secret in (TOKEN, PIN, OTP))
    assert folder.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give one key"),
        (("--p12", "a", "--key", "b"), "exclude each other"),
        (("--p12", "a", "--cert", "b"), "--cert belongs to --key"),
        (("--p12", "a", "--pin-file", "b"), "--pin-file belongs to"),
        (("--key", "a", "--key-label", "b"), "--key-label belongs to --pkcs11-module"),
        (("--key", "a", "--csc-otp"), "--csc-otp belongs to --csc-url"),
        (("--pkcs11-module", "a"), "needs --pkcs11-token"),
        (("--p12", "a", "--hash", "sha1"), "sha1"),
        (("--p12", "a", "--passphrase", "b"), "No such option"),
        (("--pkcs11-module", "a", "--pkcs11-token", "t", "--pin", "b"), "No such option"),
    ],
)
def test_wrong_usage_is_told_before_a_secret_is_asked_for(arguments: tuple[str, ...], words: str) -> None:
    """Exit code 2 of click is 64 of vnsign."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.output.replace("\n", " ")
