"""Tokens for tests: real ones of SoftHSM, in a folder of this test process."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.support import in_ci, require_tool
from vnsign.adapters.pkcs11 import TokenKeys

PIN = "số-pin-8375"
#: The label of two tokens.
TWICE = "Trùng"
#: SoftHSM sees no token that was made by others after it was loaded, so all are made first.
_TOKENS = 48
_MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token and the folder that holds it."""

    label: str
    folder: Path


@cache
def module() -> str:
    """Return SoftHSM's module, with tokens of this process only; skip if it is not installed, fail in CI."""
    require_tool("softhsm2-util")
    found = next((path for path in _MODULES if Path(path).exists()), None)
    if found is None:
        if in_ci():
            pytest.fail("libsofthsm2.so is not where .ci/run puts it")
        pytest.skip("libsofthsm2.so is not installed")
    folder = tempfile.mkdtemp(prefix="tokens-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    tokens = Path(folder) / "tokens"
    tokens.mkdir()
    settings = Path(folder) / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)  # read when the module is loaded, once a process
    for _ in range(2):
        _init_token(TWICE)
    _pool()
    return found


@cache
def _pool() -> list[MadeToken]:
    """Return the tokens that are left."""
    return [MadeToken(label, _init_token(label)) for label in (f"Thẻ {number}" for number in range(_TOKENS))]


def _init_token(label: str) -> Path:
    tokens = Path(os.environ["SOFTHSM2_CONF"]).parent / "tokens"
    before = set(tokens.iterdir())
    command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "so-" + PIN]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return (set(tokens.iterdir()) - before).pop()


def new_token() -> MadeToken:
    """Return a token nobody used yet, with the PIN :data:`PIN`."""
    module()
    return _pool().pop()


def keys_on(label: str, *, pin: str = PIN) -> TokenKeys:
    """Return the keys of a token."""
    return TokenKeys(module(), token_label=label, pin=pin)
