"""Lists of compromised keys on disk."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support import require_tool
from tests.unit.vnsign.pki.request_making import p256, rsa2048
from tests.unit.vnsign.pki.test_weak_keys import blocklist
from vnsign.adapters.key_lists import load_compromised_keys
from vnsign.errors import ErrorCode, InputError


def test_a_blocklist_finds_its_keys(tmp_path: Path) -> None:
    """By the name that badkeys gives it."""
    path = tmp_path / "blocklist.dat"
    path.write_bytes(blocklist(1, 2, rsa2048().public_key().public_numbers().n))
    compromised = load_compromised_keys(path)
    assert rsa2048().public_key() in compromised
    assert p256().public_key() not in compromised


def test_a_text_of_fingerprints_finds_its_keys(tmp_path: Path) -> None:
    """As openssl writes the key and anybody hashes it."""
    openssl = require_tool("openssl")
    pem = p256().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    command = [openssl, "pkey", "-pubin", "-outform", "DER"]
    der = subprocess.run(command, input=pem, capture_output=True, check=True).stdout
    path = tmp_path / "keys.txt"
    path.write_text(f"# stolen in 2026\n{hashlib.sha256(der).hexdigest()}  key.der\n", encoding="ascii")
    compromised = load_compromised_keys(path)
    assert p256().public_key() in compromised
    assert rsa2048().public_key() not in compromised


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("blocklist.dat", None),
        ("blocklist.dat", b""),
        ("blocklist.dat", bytes(31)),
        ("keys.txt", None),
        ("keys.txt", b"no fingerprint\n"),
        ("zero\0byte.dat", None),
        ("zero\0byte.txt", None),
    ],
)
def test_a_list_that_cannot_be_read_whole_is_refused(name: str, content: bytes | None, tmp_path: Path) -> None:
    """An authority that thinks it has a list must have it."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_compromised_keys(tmp_path / name)
    assert caught.value.code is ErrorCode.NOT_READABLE
