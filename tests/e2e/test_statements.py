"""A signed statement, such as the one that vouches for a log key, is judged like any signature."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import vnsign
from tests.materials import Office, make_office
from tests.support import require_tool

STATEMENT = "docflow log statement v1\nH99\nỦy ban nhân dân\n".encode()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


def test_a_statement_verifies_with_the_status_of_its_signer(office: Office) -> None:
    """Trusted anchor, fresh CRL, bytes as signed: TOTAL_PASSED."""
    cms = vnsign.sign_statement(STATEMENT, office.deputy, tsa=office.tsa)

    report = vnsign.inspect_statement(cms, STATEMENT, trust=office.trust, revocation=office.crls)

    assert report.indication is vnsign.Indication.TOTAL_PASSED
    assert report.time_source is vnsign.TimeSource.SIGNATURE_TIMESTAMP
    assert "UBND" in report.signer


def test_other_words_fail(office: Office) -> None:
    """One changed byte of the statement: TOTAL_FAILED, HASH_FAILURE."""
    cms = vnsign.sign_statement(STATEMENT, office.deputy)

    report = vnsign.inspect_statement(cms, STATEMENT + b"!", trust=office.trust)

    assert (report.indication, report.subindication) == (
        vnsign.Indication.TOTAL_FAILED,
        vnsign.SubIndication.HASH_FAILURE,
    )


def test_without_evidence_nothing_is_decided(office: Office) -> None:
    """Could not check is its own result."""
    cms = vnsign.sign_statement(STATEMENT, office.deputy)

    report = vnsign.inspect_statement(cms, STATEMENT, trust=office.trust)

    assert report.indication is vnsign.Indication.INDETERMINATE


@pytest.mark.parametrize("cms", [b"", b"0", b"\x30\x80", b"not cms"])
def test_any_bytes_give_a_report(cms: bytes, office: Office) -> None:
    """Never an exception, never a pass."""
    report = vnsign.inspect_statement(cms, STATEMENT, trust=office.trust)

    assert report.indication is vnsign.Indication.TOTAL_FAILED


def test_openssl_verifies_our_statement(office: Office, tmp_path: Path) -> None:
    """An independent judge of the CMS, with the signing-certificate attribute checked (-cades)."""
    (tmp_path / "s.der").write_bytes(vnsign.sign_statement(STATEMENT, office.deputy))
    (tmp_path / "s.txt").write_bytes(STATEMENT)
    (tmp_path / "root.pem").write_bytes(vnsign.certificate_pem(office.trust.anchors[0]))

    said = subprocess.run(
        [
            *(require_tool("openssl"), "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "s.der"),
            *("-content", "s.txt", "-CAfile", "root.pem", "-purpose", "any", "-out", "out"),
        ],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )

    assert said.returncode == 0, said.stderr
