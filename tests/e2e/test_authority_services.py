"""A running authority before foreign clients: openssl and pyHanko fetch, ask, stamp and believe.

certomancer makes certificates, lists, answers and timestamps but asks nobody for any (its ``seance`` asks its own
responder in its own process), so it is no client here. What it can be is in ``conformance/test_certomancer.py``: a
foreign authority that we judge, and a responder and TSA that works with certificates of ours.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from urllib.request import urlopen

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import RevokedError
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.materials import PASSPHRASE, plain_pdf
from tests.support import require_tool
from vnsign import (
    Act,
    Authority,
    CertificateProfile,
    KeyAlgorithm,
    Subject,
    SystemClock,
    create_app,
    listen,
    serve,
)
from vnsign.pki.credentials import Credential

ACT = Act(by="e2e", why="thử")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running authority, three subscribers, and what openssl needs in files."""

    authority: Authority
    folder: Path
    good: Credential
    revoked: Credential
    seal: Credential

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.authority.base_url


@pytest.fixture(scope="module", params=[KeyAlgorithm.P256, KeyAlgorithm.RSA_3072], ids=str)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same for two kinds of key."""
    folder = tmp_path_factory.mktemp("site")
    listener = listen()
    authority = Authority.create(
        folder / "ca",
        name="Thử",
        organization="UBND tỉnh An Bình",
        base_url=listener.base_url,
        passphrase=PASSPHRASE,
        clock=SystemClock(),
        key_algorithm=request.param,
    )
    subject = Subject(common_name="Nguyễn Văn Ủy", organization="UBND tỉnh An Bình", email="uy@anbinh.gov.vn")
    good, revoked = (authority.enroll(CertificateProfile.OFFICIAL, subject) for _ in range(2))
    seal = authority.enroll(CertificateProfile.AGENCY_SEAL, Subject(common_name="UBND", organization="UBND"))
    with serve(create_app(authority), listener=listener):
        before = authority.crl("issuing")
        authority.revoke(revoked.certificate.serial_number, reason=x509.ReasonFlags.key_compromise, act=ACT)
        root, issuing = authority.certificates()
        files = {
            "root.pem": pem(root),
            "issuing.pem": pem(issuing),
            "good.pem": pem(good.certificate),
            "revoked.pem": pem(revoked.certificate),
            "before.pem": pem(x509.load_der_x509_crl(before)),
        }
        for name, data in files.items():
            (folder / name).write_bytes(data)
        yield Site(authority=authority, folder=folder, good=good, revoked=revoked, seal=seal)


def pem(item: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    """Return PEM."""
    return item.public_bytes(Encoding.PEM)


def fetch(site: Site, path: str) -> bytes:
    """Fetch a file from the running service."""
    with urlopen(f"{site.url}{path}", timeout=10) as answer:  # noqa: S310 — loopback
        return bytes(answer.read())


def openssl(site: Site, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run openssl among the site's files."""
    command = [require_tool("openssl"), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, cwd=site.folder)


def fetch_lists(site: Site) -> None:
    """Fetch all lists, into one file with and one without deltas."""
    crls = {name: x509.load_der_x509_crl(fetch(site, f"/crl/{name}.crl")) for name in ("root", "issuing")}
    deltas = [x509.load_der_x509_crl(fetch(site, f"/crl/{name}-delta.crl")) for name in ("root", "issuing")]
    (site.folder / "lists.pem").write_bytes(b"".join(map(pem, crls.values())))
    before = (site.folder / "before.pem").read_bytes()
    (site.folder / "old-and-deltas.pem").write_bytes(before + pem(crls["root"]) + b"".join(map(pem, deltas)))
    (site.folder / "old.pem").write_bytes(before + pem(crls["root"]))


def verify(site: Site, leaf: str, lists: str, *options: str) -> tuple[bool, str]:
    """Have openssl verify a path with every certificate's status checked."""
    result = openssl(
        site, "verify", "-x509_strict", "-crl_check_all", "-CAfile", "root.pem", "-untrusted", "issuing.pem",
        "-CRLfile", lists, *options, leaf,
    )  # fmt: skip
    return result.returncode == 0, (result.stdout + result.stderr).decode()


def test_openssl_verifies_paths_with_the_lists(site: Site) -> None:
    """Openssl verify -crl_check_all: good passes, revoked does not."""
    fetch_lists(site)
    passed, text = verify(site, "good.pem", "lists.pem")
    assert passed, text
    passed, text = verify(site, "revoked.pem", "lists.pem")
    assert not passed
    assert "certificate revoked" in text


def test_openssl_brings_an_old_list_up_to_date_by_the_delta(site: Site) -> None:
    """Openssl verify -use_deltas: the revocation that the old list does not know."""
    fetch_lists(site)
    passed, text = verify(site, "revoked.pem", "old.pem")
    assert passed, text
    passed, text = verify(site, "revoked.pem", "old-and-deltas.pem", "-extended_crl", "-use_deltas")
    assert not passed
    assert "certificate revoked" in text
    passed, text = verify(site, "good.pem", "old-and-deltas.pem", "-extended_crl", "-use_deltas")
    assert passed, text


def test_openssl_finds_the_lists_by_itself(site: Site) -> None:
    """Openssl verify -crl_download: by the addresses in the certificates."""
    for leaf, expected in (("good.pem", True), ("revoked.pem", False)):
        result = openssl(
            site, "verify", "-crl_check", "-crl_download", "-CAfile", "root.pem", "-untrusted", "issuing.pem", leaf
        )
        assert (result.returncode == 0) is expected, result.stderr.decode()


@pytest.mark.parametrize("name", ["root", "issuing", "root-delta", "issuing-delta"])
def test_openssl_verifies_each_list(name: str, site: Site) -> None:
    """Openssl crl: signature by its issuer."""
    issuer = f"{name.removesuffix('-delta')}.pem"
    result = openssl(site, "crl", "-inform", "DER", "-CAfile", issuer, "-noout", stdin=fetch(site, f"/crl/{name}.crl"))
    assert (result.returncode, result.stderr.strip()) == (0, b"verify OK")


def test_openssl_reads_the_issuers_where_certificates_point(site: Site) -> None:
    """AuthorityInfoAccess, caIssuers: DER."""
    for name in ("root", "issuing"):
        result = openssl(site, "x509", "-inform", "DER", stdin=fetch(site, f"/crt/{name}.crt"))
        assert result.stdout.strip() == (site.folder / f"{name}.pem").read_bytes().strip()


def ask_ocsp(site: Site, *arguments: str, path: str = "/ocsp", issuer: str = "issuing.pem") -> str:
    """Have openssl ask over HTTP and verify; return what it says of each certificate."""
    result = openssl(
        site, "ocsp", "-url", f"{site.url}{path}", "-issuer", issuer, *arguments,
        "-CAfile", "root.pem", "-verify_other", "issuing.pem", "-text",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr.decode()
    assert b"Response verify OK" in result.stderr
    return result.stdout.decode() + result.stderr.decode()


@pytest.mark.parametrize("nonce", ["-nonce", "-no_nonce"])
@pytest.mark.parametrize("digest", ["-sha1", "-sha256", "-sha384"])
def test_openssl_asks_about_several_certificates(nonce: str, digest: str, site: Site) -> None:
    """Good, revoked with reason, and never issued (a serial number of nobody), in one request."""
    said = ask_ocsp(site, nonce, digest, "-cert", "good.pem", "-cert", "revoked.pem", "-serial", "0x1234567890")
    assert "good.pem: good" in said
    assert "revoked.pem: revoked" in said
    assert "Reason: keyCompromise" in said
    assert "0x1234567890: unknown" in said
    assert "WARNING" not in said


def test_openssl_asks_about_the_issuing_authority(site: Site) -> None:
    """The root's responder."""
    assert "issuing.pem: good" in ask_ocsp(site, "-cert", "issuing.pem", path="/ocsp/root", issuer="root.pem")


def test_openssl_hears_that_a_responder_speaks_for_nobody_else(site: Site) -> None:
    """RFC 6960 §2.3: unauthorized."""
    result = openssl(site, "ocsp", "-url", f"{site.url}/ocsp/root", "-issuer", "issuing.pem", "-cert", "good.pem")
    assert b"unauthorized" in result.stdout + result.stderr


@pytest.mark.parametrize("digest", ["-sha256", "-sha384", "-sha512"])
def test_openssl_has_something_stamped(digest: str, site: Site) -> None:
    """Openssl ts -query, HTTP, openssl ts -verify."""
    (site.folder / "data").write_bytes(b"x")
    openssl(site, "ts", "-query", "-data", "data", digest, "-cert", "-out", "query")
    connection = HTTPConnection("127.0.0.1", int(site.url.rpartition(":")[2]), timeout=10)
    query = (site.folder / "query").read_bytes()
    connection.request("POST", "/tsa", body=query, headers={"content-type": "application/timestamp-query"})
    (site.folder / "reply").write_bytes(connection.getresponse().read())
    connection.close()
    for with_what in (("-queryfile", "query"), ("-data", "data")):
        result = openssl(site, "ts", "-verify", "-in", "reply", *with_what, "-CAfile", "root.pem", "-x509_strict")
        assert result.returncode == 0, result.stderr.decode()


def foreign(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """Return a certificate as pyHanko knows it."""
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


@asynccontextmanager
async def hard_fail(site: Site) -> AsyncIterator[ValidationContext]:
    """Trust the root, fetch everything else, and require everyone's status."""
    root, issuing = site.authority.certificates()
    backend = AIOHttpFetcherBackend()
    try:
        yield ValidationContext(
            trust_roots=[foreign(root)],
            other_certs=[foreign(issuing)],
            allow_fetching=True,
            revocation_mode="require",
            fetcher_backend=backend,
        )
    finally:
        await backend.close()  # type: ignore[no-untyped-call]


def test_pyhanko_validates_a_path_with_what_it_fetches(site: Site) -> None:
    """Certvalidator, hard fail: over HTTP, by the addresses in the certificates."""

    async def validate(certificate: x509.Certificate) -> None:
        async with hard_fail(site) as context:
            validator = CertificateValidator(foreign(certificate), validation_context=context)
            await validator.async_validate_usage({"non_repudiation"})  # type: ignore[no-untyped-call]
            assert context.ocsps

    asyncio.run(validate(site.good.certificate))
    with pytest.raises(RevokedError):
        asyncio.run(validate(site.revoked.certificate))


def test_pyhanko_signs_at_b_lt_with_the_services_and_believes_it(site: Site) -> None:
    """Timestamp over HTTP, evidence over HTTP, and later nothing over HTTP."""

    async def sign() -> bytes:
        key = site.seal.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(foreign(each) for each in site.seal.chain)
        signer = signers.SimpleSigner(
            signing_cert=foreign(site.seal.certificate),
            signing_key=asn1_keys.PrivateKeyInfo.load(key),
            cert_registry=store,
        )
        async with hard_fail(site) as context:
            metadata = signers.PdfSignatureMetadata(
                field_name="Seal",
                subfilter=SigSeedSubFilter.PADES,
                embed_validation_info=True,
                validation_context=context,
                signer_key_usage={"non_repudiation"},
            )
            signed = await signers.async_sign_pdf(
                IncrementalPdfFileWriter(BytesIO(plain_pdf())),
                metadata,
                signer=signer,
                timestamper=HTTPTimeStamper(site.authority.tsa_url),
            )
        return bytes(signed.getvalue())

    async def judge(pdf: bytes) -> bool:
        reader = PdfFileReader(BytesIO(pdf))
        evidence = DocumentSecurityStore.read_dss(reader)
        assert evidence.ocsps
        offline = evidence.as_validation_context(
            {
                "trust_roots": [foreign(site.authority.certificates()[0])],
                "allow_fetching": False,
                "revocation_mode": "require",
            }
        )
        status = await async_validate_pdf_signature(reader.embedded_signatures[0], offline, offline)
        assert status.timestamp_validity is not None
        return bool(status.bottom_line) and status.timestamp_validity.trusted

    assert asyncio.run(judge(asyncio.run(sign())))
