"""Any bytes given as a certificate, a list or a PKCS#12 file give a result or our error, nothing else."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from tests.property.vnsign.test_tsp_any_bytes import mutated
from tests.unit.vnsign.authority.making import infrastructure
from tests.unit.vnsign.pki.test_crl import make_crl
from vnsign.errors import VnsignError
from vnsign.pki.certificates import load_certificate
from vnsign.pki.crl import load_crl
from vnsign.pki.pkcs12 import parse_pkcs12, serialize_pkcs12


@cache
def genuine(kind: str) -> bytes:
    """The bytes that are changed."""
    match kind:
        case "certificate":
            return infrastructure().tsa.certificate.public_bytes(Encoding.DER)
        case "list":
            return make_crl(infrastructure().issuing).public_bytes(Encoding.DER)
        case _:
            return serialize_pkcs12(infrastructure().tsa, b"a")


READERS: dict[str, Callable[[bytes], object]] = {
    "certificate": load_certificate,
    "list": load_crl,
    "PKCS#12": lambda data: parse_pkcs12(data, b"a"),
}


@pytest.mark.parametrize("kind", READERS)
@given(data=st.data())
def test_any_bytes_are_read_or_are_our_error(kind: str, data: st.DataObject) -> None:
    """The genuine bytes changed in one to three places, and bytes without any order."""
    given_bytes = data.draw(mutated(genuine(kind)) | st.binary(max_size=100))
    with warnings.catch_warnings():
        # The library warns of serial numbers that are not positive; old certificates have them.
        warnings.simplefilter("ignore")
        try:
            READERS[kind](given_bytes)
        except VnsignError:
            return


@pytest.mark.parametrize("kind", READERS)
def test_the_genuine_bytes_are_read(kind: str) -> None:
    """What is changed above is right before."""
    assert READERS[kind](genuine(kind)) is not None
