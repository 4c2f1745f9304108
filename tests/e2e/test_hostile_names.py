"""A signed file whose names are an attack on whoever reads the report: certificate, field, reason, file."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree
from lxml.html import document_fromstring
from pyhanko.generated.etsi.ts_11910202 import ValidationReport
from xsdata.formats.dataclass.parsers import XmlParser

import vnsign
from tests.materials import plain_pdf
from tests.support import REPOSITORY
from vnsign.cli.group import cli

NAME = "]]><script>alert(1)</script>\u202e\x0b\x00\"'&"
FIELD = "<b>]]>\u202efield"


def hostile_signer() -> tuple[vnsign.Signer, x509.Certificate]:
    """Return somebody who issues his own certificates, with names as no authority would write them."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    attributes = [
        x509.NameAttribute(NameOID.COMMON_NAME, NAME, _validate=False),
        *(
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"{number} " + "x" * 5000, _validate=False)
            for number in range(20)
        ),
    ]
    name = x509.Name(attributes)
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_cert_sign=True, crl_sign=True, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return vnsign.Signer.from_credential(vnsign.Credential(key=key, certificate=certificate)), certificate


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the file, and the certificate trusted: its path is built and shown."""
    folder = tmp_path_factory.mktemp("hostile")
    signer, certificate = hostile_signer()
    box = vnsign.Box(page=0, x=10, y=10, width=100, height=50)
    fields = (vnsign.SignatureFieldSpec(name=FIELD, label="x", box=box),)
    prepared = vnsign.prepare_pdf(plain_pdf(), text_fields=(), signature_fields=fields)
    signed = vnsign.sign_pdf(prepared, signer, field=FIELD, reason=NAME, check_status=False)
    (folder / "<img src=x onerror=alert(1)>\n]]>.pdf").write_bytes(signed)
    (folder / "trust").mkdir()
    (folder / "trust/root.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    return folder


def report(work: Path, form: str) -> str:
    """Return the report in one form."""
    (file,) = work.glob("*.pdf")
    result = CliRunner().invoke(cli, ["verify", str(file), "--trust", str(work / "trust"), "--format", form])
    assert result.exit_code in {0, 1, 2}, result.output
    return result.stdout


def test_the_names_reach_the_json_as_they_are(work: Path) -> None:
    """Data is not cleaned: a program compares it. It is valid by the schema."""
    said = json.loads(report(work, "json"))
    schema = json.loads((REPOSITORY / "docs/reference/verify.schema.json").read_text(encoding="utf-8"))

    jsonschema.validate(said, schema)
    (signature,) = said["documents"][0]["signatures"]
    assert signature["field"] == FIELD
    assert "\u202e" in signature["signer"]
    assert len(signature["signer"]) > 100_000


@pytest.mark.parametrize("form", ["text", "html"])
def test_the_names_do_nothing_to_a_reader(form: str, work: Path) -> None:
    """No direction turned, no control obeyed, a name of 100,000 characters cut."""
    said = report(work, form)

    assert not {"\u202e", "\x0b", "\0"} & set(said)
    assert max(map(len, said.splitlines())) < 20_000
    if form == "html":
        elements = {element.tag for element in document_fromstring(said).iter() if isinstance(element.tag, str)}
        assert not {"script", "img", "b"} & elements


def test_the_names_stay_text_in_xml(work: Path) -> None:
    """Well formed, and read by others."""
    (suite,) = etree.fromstring(report(work, "junit").encode())
    etsi = XmlParser().from_bytes(report(work, "etsi").encode(), ValidationReport)

    assert len(suite.findall("testcase")) == 1
    assert len(etsi.signature_validation_report) == 1


def test_the_names_stay_text_in_sarif(work: Path) -> None:
    """The path is a URI without a character that a URI cannot carry."""
    log = json.loads(report(work, "sarif"))
    uris = {
        place["physicalLocation"]["artifactLocation"]["uri"]
        for result in log["runs"][0]["results"]
        for place in result["locations"]
    }

    assert len(uris) == 1
    assert not set('<>\n "') & set(uris.pop())
