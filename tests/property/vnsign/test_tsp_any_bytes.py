"""Any bytes to either side of RFC 3161 give an answer or our error, nothing else."""

from __future__ import annotations

import hashlib
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.vnsign.authority.making import NOW, infrastructure
from tests.unit.vnsign.pki.test_tsp import status_of
from vnsign.errors import VnsignError
from vnsign.pki.tsa import TokenIssuer
from vnsign.pki.tsp import TimestampRequest, build_request, parse_reply, parse_token

REQUEST = TimestampRequest(imprint=hashlib.sha384(b"x").digest(), hash_name="sha384", nonce=12345)


@cache
def issuer() -> TokenIssuer:
    """Our authority, prepared once."""
    return TokenIssuer(infrastructure().tsa)


@cache
def reply() -> bytes:
    """Its genuine answer to REQUEST."""
    return issuer().respond(build_request(REQUEST), time=NOW, serial=1)


def mutated(data: bytes) -> st.SearchStrategy[bytes]:
    """One to three bytes changed, cut out or put in."""
    edit = st.tuples(st.integers(0, len(data) - 1), st.integers(0, 2), st.binary(min_size=1, max_size=3))

    def apply(edits: list[tuple[int, int, bytes]]) -> bytes:
        out = bytearray(data)
        for position, kind, new in edits:
            at = min(position, len(out))
            out[at : at + (len(new), 0, 2)[kind]] = new if kind < 2 else b""
        return bytes(out)

    return st.lists(edit, min_size=1, max_size=3).map(apply)


@given(st.binary(max_size=200) | mutated(build_request(REQUEST)))
def test_any_bytes_to_the_authority_give_a_well_formed_answer(data: bytes) -> None:
    """RFC 3161 §2.4.2: granted with a token, or rejected with a failInfo."""
    status, fail_info, has_token = status_of(issuer().respond(data, time=NOW, serial=1))
    assert (status, len(fail_info), has_token) in {("granted", 0, True), ("rejection", 1, False)}


@given(st.data())
def test_a_changed_answer_is_our_error_or_the_same_token(data: st.DataObject) -> None:
    """A flip outside what is signed may pass; what is returned is then still the token that was signed."""
    genuine = parse_reply(reply(), REQUEST)
    try:
        token = parse_reply(data.draw(mutated(reply())), REQUEST)
    except VnsignError:
        return
    assert (token.gen_time, token.imprint, token.serial_number, token.certificate) == (
        genuine.gen_time,
        genuine.imprint,
        genuine.serial_number,
        genuine.certificate,
    )


@given(st.binary(max_size=300))
def test_any_bytes_as_a_token_are_our_error(data: bytes) -> None:
    """Nothing but VnsignError leaves."""
    try:
        parse_token(data)
    except VnsignError:
        return
    raise AssertionError(data)
