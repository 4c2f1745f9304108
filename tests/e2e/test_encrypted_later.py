"""Who appends an /Encrypt to a signed document makes nobody read it: that is no way to make a signature vanish.

Source: ISO 32000-2 §7.6.2 (the trailer says whether a file is encrypted), §12.8.1.
"""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest

import vnsign
from tests.forgery import append_increment, next_number
from tests.materials import Office, leader_signed, make_office, plain_pdf, prepared_pdf

_STANDARD = b"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O (%s) /U (%s) >>" % (b"a" * 32, b"b" * 32)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


def encrypted_later(pdf: bytes, *, dictionary: bytes, is_direct: bool) -> bytes:
    """Append a revision whose trailer says that the file is encrypted."""
    new = next_number(pdf)
    made = append_increment(pdf, {new: dictionary})
    entry = b"/Encrypt %s " % (dictionary if is_direct else b"%d 0 R" % new)
    at = made.rindex(b"/ID")
    return made[:at] + entry + made[at:]


@pytest.mark.parametrize("is_direct", [False, True])
@pytest.mark.parametrize("dictionary", [_STANDARD, b"<< /Filter /Khac /V 1 >>", b"<< /Filter /Adobe.PubSec /V 4 >>"])
def test_a_signature_does_not_vanish_behind_a_password(dictionary: bytes, is_direct: bool, office: Office) -> None:  # noqa: FBT001 — a row
    """The signature is found, intact, and what came after it is not known."""
    pdf = encrypted_later(leader_signed(office), dictionary=dictionary, is_direct=is_direct)
    report = vnsign.inspect_pdf(pdf, trust=office.trust)
    (signature,) = report.signatures

    assert report.verdict is vnsign.Verdict.INDETERMINATE
    assert (signature.intact, signature.valid) == (True, True)
    assert signature.modifications is vnsign.Modifications.UNKNOWN
    assert vnsign.FindingCode.CHANGES_NOT_JUDGED in {finding.code for finding in signature.findings}


@pytest.mark.parametrize("pdf", [plain_pdf(), prepared_pdf()])
def test_a_document_that_was_never_signed_only_needs_its_password(pdf: bytes) -> None:
    """Nothing is made up: neither appended later, nor from the beginning."""
    for made in (encrypted_later(pdf, dictionary=_STANDARD, is_direct=False), _encrypted(pdf)):
        report = vnsign.inspect_pdf(made, trust=vnsign.TrustStore(anchors=()))

        assert (report.verdict, report.signatures) == (vnsign.Verdict.UNREADABLE, ())
        assert [finding.code for finding in report.findings] == [vnsign.FindingCode.PDF_ENCRYPTED]


def _encrypted(pdf: bytes) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(out := BytesIO(), encryption=pikepdf.Encryption(owner="chu", user="nguoi doc"))
        return out.getvalue()
