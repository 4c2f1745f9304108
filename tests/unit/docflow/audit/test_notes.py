"""Signed notes, checkpoints and verifier keys in the C2SP formats."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from docflow.audit import (
    EMPTY_ROOT,
    VerifierKey,
    parse_checkpoint_text,
    parse_note,
    parse_vkey,
    sign_checkpoint,
    verify_checkpoint,
    verify_note,
)
from docflow.errors import DocflowError, ErrorCode

# The example of golang.org/x/mod/sumdb/note, whose format c2sp.org/signed-note is.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = VerifierKey(name="docflow/H99", public_key=PRIVATE.public_key().public_bytes_raw())


def signed(size: int = 3, root: bytes = EMPTY_ROOT) -> str:
    """Return a checkpoint that really is signed."""
    return sign_checkpoint(size, root, key=KEY, sign=PRIVATE.sign)


def test_a_note_of_another_implementation_verifies() -> None:
    """c2sp.org/signed-note: key id, encoding and signed text are those of the Go implementation."""
    key = parse_vkey(GO_VKEY)
    assert str(key) == GO_VKEY
    assert verify_note(parse_note(GO_NOTE), key) == GO_NOTE.partition("\n\n")[0] + "\n"


def test_a_checkpoint_is_read_back_as_it_was_signed() -> None:
    """c2sp.org/tlog-checkpoint: origin, size, root."""
    checkpoint = verify_checkpoint(signed(20_852_163), KEY)
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == ("docflow/H99", 20_852_163, EMPTY_ROOT)


def test_signatures_of_unknown_keys_are_ignored() -> None:
    """c2sp.org/signed-note: witnesses may add lines of any type; they change nothing for who does not know them."""
    text = signed() + "— witness.example " + base64.b64encode(b"idididid" + bytes(2420)).decode() + "\n"
    assert verify_checkpoint(text, KEY).size == 3


def test_a_bad_signature_of_the_known_key_rejects_the_note() -> None:
    """c2sp.org/signed-note: also when a good one of the same key stands beside it."""
    good = signed()
    bad_line = "— docflow/H99 " + base64.b64encode(KEY.key_id + bytes(64)).decode() + "\n"
    for text in (good + bad_line, good.partition("\n\n")[0] + "\n\n" + bad_line):
        with pytest.raises(DocflowError) as caught:
            verify_checkpoint(text, KEY)
        assert caught.value.code is ErrorCode.EVIDENCE_BROKEN


def test_a_note_without_a_signature_of_the_known_key_is_not_believed() -> None:
    """c2sp.org/signed-note: the same name with another key, or only witnesses, is no signature of the log."""
    other = VerifierKey(name=KEY.name, public_key=bytes(32))
    for key in (other, parse_vkey(GO_VKEY)):
        with pytest.raises(DocflowError) as caught:
            verify_note(parse_note(signed()), key)
        assert caught.value.code is ErrorCode.EVIDENCE_BROKEN


def test_a_checkpoint_of_another_origin_is_not_this_logs() -> None:
    """One key must not speak for two logs."""
    text = "another/log\n3\n" + base64.b64encode(EMPTY_ROOT).decode() + "\n"
    line = base64.b64encode(KEY.key_id + PRIVATE.sign(text.encode())).decode()
    with pytest.raises(DocflowError) as caught:
        verify_checkpoint(f"{text}\n— docflow/H99 {line}\n", KEY)
    assert caught.value.code is ErrorCode.EVIDENCE_BROKEN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n1\n",
        "o\n01\nAAAA\n",
        "o\n-1\n" + "A" * 43 + "=\n",
        "o\n1\n" + "A" * 42 + "B=\n",
        "o\n1\n" + "A" * 43 + "=\nextension\n",
        "\n1\n" + "A" * 43 + "=\n",
        "o\n9223372036854775808\n" + "A" * 43 + "=\n",
        "o\n١\n" + "A" * 43 + "=\n",
        "o\n" + "9" * 5000 + "\n" + "A" * 43 + "=\n",
    ],
)
def test_a_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    """c2sp.org/tlog-checkpoint: no leading zeroes, canonical base64, 32 bytes; extension lines are not used here."""
    with pytest.raises(DocflowError) as caught:
        parse_checkpoint_text(text)
    assert caught.value.code is ErrorCode.MALFORMED_INPUT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no signature\n",
        "text\n\n",
        "text\n\nname AAAAAAAA\n",
        "text\n\n— name AAAAAAAA",
        "text\n\n— name AAA\n",
        "text\n\n— AAAAAAAA\n",
        "text\n\n— na+me AAAAAAAA\n",
        "text\n\n— name AAAA\n",
        "te\txt\n\n— name AAAAAAAA\n",
        "te\ud800xt\n\n— name AAAAAAAA\n",
        "x" * 200_000 + "\n\n— name AAAAAAAA\n",
    ],
)
def test_a_text_that_is_no_note_is_refused(text: str) -> None:
    """c2sp.org/signed-note: text, empty line, signature lines; no control characters; a limit."""
    with pytest.raises(DocflowError) as caught:
        parse_note(text)
    assert caught.value.code is ErrorCode.MALFORMED_INPUT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        GO_VKEY.replace("c74f20a3", "c74f20a4"),
        GO_VKEY.replace("c74f20a3", "C74F20A3"),
        GO_VKEY.replace("PeterNeumann", "Peter Neumann"),
        GO_VKEY.replace("+AR", "+BR"),
        GO_VKEY[:-4],
        GO_VKEY + "\n",
    ],
)
def test_a_verifier_key_that_does_not_hold_together_is_refused(text: str) -> None:
    """The id is computed from name and key: a typing mistake is seen."""
    with pytest.raises(DocflowError) as caught:
        parse_vkey(text)
    assert caught.value.code is ErrorCode.MALFORMED_INPUT
