"""A message of a form that was met before is read as one that was not."""

from __future__ import annotations

import random
import re
from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat import asn1

import vnsign
from tests.materials import Office, leader_signed, make_office, plain_pdf, sealed
from vnsign.errors import InputError
from vnsign.pdf.reading.structure import read_structure
from vnsign.pki import cms_der, cms_forms, cms_reading
from vnsign.pki.cms_forms import CmsForms
from vnsign.pki.cms_reading import parse_signed_data, read_any_cms

_OID = re.compile(rb"\x06(?:\x03...|\x05.{5}|\x08.{8}|\x09.{9}|\x0b.{11})", re.DOTALL)
_OTHER_OIDS = (
    *("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.5", "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.12"),
    *("2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3", "2.16.840.1.101.3.4.2.8", "1.2.840.113549.1.7.2"),
    *("1.2.840.113549.1.9.5", "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.15", "1.2.840.113583.1.1.8"),
    *("1.2.840.113549.1.9.16.2.20", "1.2.840.113549.1.9.16.2.49", "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3"),
)


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Signatures of one leader and one seal with their tokens, several of each: forms repeat."""
    office: Office = make_office(tmp_path_factory.mktemp("office") / "ca")
    pdfs = [leader_signed(office) for _ in range(3)] + [sealed(office)]
    pdfs += [
        vnsign.sign_pdf(plain_pdf(pages=n), office.leader, check_status=False, clock=office.clock) for n in range(1, 9)
    ]
    found = [s.contents for pdf in pdfs for s in read_structure(pdf).signatures]
    return found + [token for message in found for token in read_any_cms(message).timestamp_tokens]


def test_messages_of_known_forms_are_read_alike(messages: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Field by field, and most of them without being read anew."""
    forms = CmsForms()
    for message in messages:
        assert forms.read(message) == read_any_cms(message)
    monkeypatch.setattr(cms_reading, "read_usual_cms", lambda _data: pytest.fail("read anew"))
    for message in messages:
        assert forms.read(message + bytes(50)) == read_any_cms(message)


def test_a_changed_message_is_read_as_it_stands(messages: list[bytes]) -> None:
    """One byte changed anywhere: the result is that of reading it anew, or the same error."""
    forms = CmsForms()
    for message in messages:
        forms.read(message)
    dice = random.Random(6)
    for _ in range(1_500):
        changed = bytearray(dice.choice(messages).rstrip(b"\0"))
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
        assert _read(forms, bytes(changed)) == _anew(bytes(changed))


@pytest.mark.parametrize("tag", [0x03, 0x06, 0x31, 0xA0])
def test_a_token_that_is_no_sequence_is_no_usual_message(messages: list[bytes], tag: int) -> None:
    """Neither way reads it; a message of its form met before does not change that."""
    message = next(m for m in messages if read_any_cms(m).timestamp_tokens)
    changed = bytearray(message)
    changed[message.find(read_any_cms(message).timestamp_tokens[0])] = tag
    forms = CmsForms()
    forms.read(message)
    assert _read(forms, bytes(changed)) == _anew(bytes(changed)) == _long(bytes(changed))


@pytest.mark.slow
def test_a_message_with_another_algorithm_or_type_is_read_as_it_stands(messages: list[bytes]) -> None:
    """Every object identifier in it, replaced by every other of the same length that such messages have."""
    message = next(m for m in messages if read_any_cms(m).timestamp_tokens).rstrip(b"\0")
    forms = CmsForms()
    forms.read(message)
    found = list(_OID.finditer(message))
    known = {match.group() for match in found} | {asn1.encode_der(x509.ObjectIdentifier(oid)) for oid in _OTHER_OIDS}
    cases = [(m.start(), oid) for m in found for oid in known if len(oid) == len(m.group()) and oid != m.group()]
    assert len(cases) > 100
    for at, oid in cases:
        changed = message[:at] + oid + message[at + len(oid) :]
        assert _read(forms, changed) == _long(changed), (at, oid.hex())


def test_a_form_is_not_taken_for_one_that_has_the_digest_twice(messages: list[bytes]) -> None:
    """Where the digest stands is not certain then: such a message is read anew each time."""
    message = messages[0]
    digest = read_any_cms(message).message_digest
    assert digest is not None
    element = cms_der.first_element(message)
    assert element is not None
    assert cms_forms._layout_of(element, read_any_cms(message)) is not None
    assert cms_forms._layout_of(element + digest, read_any_cms(message)) is None


def _read(forms: CmsForms, message: bytes) -> object:
    with suppress(InputError):
        return forms.read(message)
    return None


def _anew(message: bytes) -> object:
    with suppress(InputError):
        return parse_signed_data(message)
    return None


def _long(message: bytes) -> object:
    with suppress(InputError):
        return read_any_cms(message)
    return None
