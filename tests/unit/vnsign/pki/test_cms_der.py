"""Two readers of CMS and of tokens: the short way reads what the long way reads, or nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.materials import Office, make_office, sealed
from tests.support import SHARED_DATA
from vnsign.errors import InputError, VnsignError
from vnsign.pdf.reading.structure import read_structure
from vnsign.pki.cms_der import read_usual_cms
from vnsign.pki.cms_reading import read_any_cms
from vnsign.pki.timestamp_reading import _any_token, _usual_token

_CASES = 3_000


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An authority with its people."""
    return make_office(tmp_path_factory.mktemp("office") / "ca")


def _messages(pdf: bytes) -> list[bytes]:
    found: list[bytes] = []
    try:
        for signature in read_structure(pdf).signatures:
            found.append(signature.contents.rstrip(b"\0"))
            found.extend(read_any_cms(signature.contents).timestamp_tokens)
    except VnsignError:
        pass
    return found


def _corpus() -> list[bytes]:
    files = (SHARED_DATA / "pdf").rglob("*.pdf") if SHARED_DATA.exists() else ()
    messages = [message for file in sorted(files) for message in _messages(file.read_bytes())]
    folder: Path = SHARED_DATA / "vgca" / "cms"
    return messages + [f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()]


def _long_way(data: bytes) -> object:
    try:
        return read_any_cms(data)
    except InputError as exc:
        return exc


def test_our_own_signatures_and_tokens_are_read_the_short_way(office: Office) -> None:
    """Leader, seal and their tokens; equal to the long way, padding or not."""
    messages = _messages(sealed(office))
    assert len(messages) == 4
    for message in messages:
        short = read_usual_cms(message + bytes(100))
        assert short is not None
        assert short == read_any_cms(message + bytes(100))
        if short.content is not None:
            token = _usual_token(short, short.content)
            assert token is not None
            assert token == _any_token(short, short.content)


@pytest.mark.slow
def test_whatever_the_short_way_reads_the_long_way_reads_alike(office: Office) -> None:
    """Every message of the corpora and of our own, and thousands with bits flipped: equal, or left to the long way."""
    messages = [*_messages(sealed(office)), *_corpus()]
    for message in messages:
        short = read_usual_cms(message)
        assert short is None or short == _long_way(message)
    dice = random.Random(20261128)
    usual = [message for message in messages if len(message) < 9_000 and read_usual_cms(message) is not None]
    read = 0
    for _ in range(_CASES):
        flipped = bytearray(dice.choice(usual))
        for _ in range(dice.choice((1, 1, 2, 3))):
            flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
        short = read_usual_cms(bytes(flipped))
        read += short is not None
        assert short is None or short == _long_way(bytes(flipped))
    assert read > _CASES // 4


@pytest.mark.parametrize(
    "data",
    [b"", b"0", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x30\x00", b"\x31\x03\x02\x01\x00", bytes(64)],
    ids=["nothing", "a tag", "indefinite", "too long", "empty", "a set", "zeros"],
)
def test_bytes_of_another_form_are_left_to_the_long_way(data: bytes) -> None:
    """No exception, no guess."""
    assert read_usual_cms(data) is None
