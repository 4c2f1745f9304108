"""Certificates and lists of a version nobody knows: left out or our error, never a foreign exception."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.unit.vnsign.authority.making import NOW, infrastructure
from vnsign.adapters.trust_folder import read_trust_folder
from vnsign.errors import ErrorCode, InputError
from vnsign.pki.crl import CrlContent, build_crl
from vnsign.pki.evidence import read_evidence
from vnsign.pki.signature_values import load_certificate


def _certificate() -> bytes:
    der = bytearray(infrastructure().root.certificate.public_bytes(Encoding.DER))
    der[der.index(b"\xa0\x03\x02\x01\x02") + 4] = 9
    return bytes(der)


def _list() -> bytes:
    content = CrlContent(number=1, this_update=NOW, next_update=NOW.replace(year=NOW.year + 1))
    der = bytearray(build_crl(content, infrastructure().root).public_bytes(Encoding.DER))
    der[der.index(b"\x02\x01\x01") + 2] = 0
    return bytes(der)


def test_a_list_of_an_unknown_version_is_no_evidence() -> None:
    """RFC 5280 §5.1.2.1: version 2 or absent."""
    assert read_evidence(crls=[_list()], ocsps=[]).crls == ()


def test_a_certificate_of_an_unknown_version_cannot_be_read() -> None:
    """RFC 5280 §4.1.2.1."""
    assert load_certificate(_certificate()) is None


@pytest.mark.parametrize("name", ["root.crt", "list.crl"])
def test_a_trust_folder_names_the_file_of_an_unknown_version(tmp_path: Path, name: str) -> None:
    """The error says which file."""
    (tmp_path / name).write_bytes(_certificate() if name.endswith("crt") else _list())
    with pytest.raises(InputError) as caught:
        read_trust_folder(tmp_path)
    assert caught.value.code in {ErrorCode.MALFORMED_CERTIFICATE, ErrorCode.MALFORMED_CRL}
    assert name in str(caught.value.file)
