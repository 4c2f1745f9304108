"""Every level against a running authority: what is asked in which order, and what foreign judges say of it."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import async_validate_pdf_signature, policy_decl
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule
from pyhanko_certvalidator.registry import SimpleCertificateStore, SimpleTrustManager

import vnsign
from tests.evidence_kit import DAY, Site, running_site
from tests.materials import LEADER as LEADER_FIELD
from tests.materials import SEAL, HandClock, numbered, picture, plain_pdf, prepared_pdf
from tests.support import require_tool
from vnsign import ErrorCode, Level, Verdict
from vnsign.adapters.http_timestamps import HttpTimestampSource
from vnsign.adapters.http_transport import HttpTransport
from vnsign.pdf.reading.structure import SignatureKind, read_structure


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One running authority for the module: nobody is revoked in it, no lie is told."""
    with running_site(tmp_path_factory.mktemp("site") / "ca") as running:
        yield running


def levels(report: vnsign.DocumentReport) -> list[Level]:
    """Return the level of each signature."""
    return [signature.level for signature in report.signatures]


def foreign_verdict(pdf: bytes, site: Site) -> object:
    """Return what pyHanko says of the first signature, offline, every status required (EN 319 102-1 §5.6)."""
    root = asn1_x509.Certificate.load(site.trust.anchors[0].public_bytes(Encoding.DER))
    required = RevocationCheckingPolicy(
        RevocationCheckingRule.CRL_OR_OCSP_REQUIRED, RevocationCheckingRule.CRL_OR_OCSP_REQUIRED
    )
    spec = policy_decl.PdfSignatureValidationSpec(
        policy_decl.SignatureValidationSpec(
            cert_validation_policy=CertValidationPolicySpec(
                trust_manager=SimpleTrustManager.build([root]), revinfo_policy=CertRevTrustPolicy(required)
            ),
            revinfo_gathering_policy=policy_decl.RevocationInfoGatheringSpec(
                online_fetching_rule=policy_decl.RevinfoOnlineFetchingRule.LOCAL_ONLY,
                certificate_fetching_rule=policy_decl.CertificateFetchingRule.NEVER_FETCH,
            ),
            key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
        )
    )
    (signature, *_) = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
    return asyncio.run(ades_lta_validation(signature, spec)).ades_subindic


def is_believed_by_pyhanko(pdf: bytes, site: Site) -> bool:
    """Return whether pyHanko believes the first signature by what lies in the file, every status required."""
    root = asn1_x509.Certificate.load(site.trust.anchors[0].public_bytes(Encoding.DER))
    reader = PdfFileReader(BytesIO(pdf))
    (signature, *_) = reader.embedded_regular_signatures
    context = DocumentSecurityStore.read_dss(reader).as_validation_context(
        {"trust_roots": [root], "allow_fetching": False, "revocation_mode": "require"}
    )
    status = asyncio.run(async_validate_pdf_signature(signature, context, context))
    return bool(status.bottom_line)


def accepted_by_poppler_and_qpdf(pdf: bytes, folder: Path) -> bool:
    """Return whether pdfsig calls every signature valid and qpdf finds nothing."""
    file = folder / "judged.pdf"
    file.write_bytes(pdf)
    checked = subprocess.run([require_tool("qpdf"), "--check", str(file)], capture_output=True, check=False)
    seen = subprocess.run(
        [require_tool("pdfsig"), "-nocert", str(file)], capture_output=True, check=False, cwd=folder
    ).stdout.decode()
    signatures = seen.count("ETSI.CAdES.detached")
    return checked.returncode == 0 and signatures > 0 and seen.count("Signature is Valid") == signatures


# ---------------------------------------------------------------- each level


@pytest.mark.parametrize("prefer", ["ocsp", "crl"])
@pytest.mark.parametrize(
    ("level", "expected"), [("B-LT", Level.PADES_B_LT), ("B-LTA", Level.PADES_B_LTA)], ids=["B-LT", "B-LTA"]
)
def test_a_level_with_evidence_is_proven_offline(
    level: str, expected: Level, prefer: str, site: Site, tmp_path: Path
) -> None:
    """Ours, pyHanko (every status required), pdfsig and qpdf, without a network."""
    signed = site.sign(plain_pdf(), level, revocation=site.source(prefer=prefer))

    report = site.report(signed)
    assert (report.verdict, levels(report)) == (Verdict.TOTAL_PASSED, [expected])
    assert not list(report.all_findings())
    assert is_believed_by_pyhanko(signed, site)
    if expected is Level.PADES_B_LTA:
        assert foreign_verdict(signed, site) is AdESPassed.OK
    assert accepted_by_poppler_and_qpdf(signed, tmp_path)
    with pikepdf.open(BytesIO(signed)) as pdf:
        assert set(pdf.Root.DSS.keys()) == {"/Type", "/Certs", "/OCSPs" if prefer == "ocsp" else "/CRLs"}


def test_a_signature_climbs_from_b_b_to_b_lta(site: Site, tmp_path: Path) -> None:
    """Each step appends; a B-B signature gets its time from a document timestamp, its own bytes stay."""
    pdf = site.sign(plain_pdf(), "B-B")
    for level, expected in (("B-T", Level.PADES_B_T), ("B-LT", Level.PADES_B_LT), ("B-LTA", Level.PADES_B_LTA)):
        raised = vnsign.extend_pdf(pdf, level=level, tsa=site.tsa, revocation=site.source())
        assert raised.startswith(pdf)
        assert levels(site.report(raised)) == [expected]
        pdf = raised
    assert site.report(pdf).verdict is Verdict.TOTAL_PASSED
    # not by its AdES rules, which want a token inside the signature ("No signature timestamp present")
    assert is_believed_by_pyhanko(pdf, site)
    assert accepted_by_poppler_and_qpdf(pdf, tmp_path)


def test_what_has_the_level_already_is_left_alone(site: Site) -> None:
    """No second archive timestamp by repeating a command."""
    archived = site.sign(plain_pdf(), "B-LTA")

    assert vnsign.extend_pdf(archived, level="B-LTA", tsa=site.tsa, revocation=site.source()) is archived
    assert vnsign.extend_pdf(archived, level="B-T", revocation=site.source()) is archived


@pytest.mark.slow
def test_several_signatures_climb_together(site: Site) -> None:
    """One document timestamp and one store serve all of them."""
    twice = vnsign.sign_pdf(site.sign(plain_pdf(), "B-B"), site.deputy, level="B-T", tsa=site.tsa)

    raised = vnsign.extend_pdf(twice, level="B-LTA", tsa=site.tsa, revocation=site.source())

    assert levels(site.report(raised)) == [Level.PADES_B_LTA, Level.PADES_B_LTA]
    assert site.report(raised).verdict is Verdict.TOTAL_PASSED


def test_a_seal_at_b_lta_keeps_the_leader_and_its_own_lock(site: Site) -> None:
    """The seal locks the document (P=1); evidence and document timestamps may still follow (ISO 32000-2 §12.8.2.2)."""
    by_leader = site.sign(prepared_pdf(), "B-T", field=LEADER_FIELD, certify=True, image=picture())
    sealed = vnsign.seal_pdf(
        numbered(by_leader),
        site.seal,
        field=SEAL,
        trust=site.trust,
        level="B-LTA",
        tsa=site.tsa,
        image=picture((200, 0, 0)),
        revocation=site.source(),
    )

    report = site.report(sealed)
    assert (report.verdict, levels(report)) == (Verdict.TOTAL_PASSED, [Level.PADES_B_LTA] * 2)
    assert foreign_verdict(sealed, site) is AdESPassed.OK


def certified_against_all_change(site: Site) -> bytes:
    """Certify with P=1, which vnsign does not do, by pyHanko with the leader's key."""
    credential = site.authority.enroll(
        vnsign.CertificateProfile.OFFICIAL, vnsign.Subject(common_name="Người chứng nhận", organization="UBND")
    )
    signer = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(credential.certificate.public_bytes(Encoding.DER)),
        signing_key=asn1_keys.PrivateKeyInfo.load(
            credential.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        ),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
    metadata = signers.PdfSignatureMetadata(
        field_name="Certified",
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        subfilter=fields.SigSeedSubFilter.PADES,
        signer_key_usage={"non_repudiation"},
    )
    out = asyncio.run(signers.async_sign_pdf(IncrementalPdfFileWriter(BytesIO(plain_pdf())), metadata, signer=signer))
    return bytes(out.getvalue())


def test_a_document_certified_against_all_change_is_still_archived(site: Site) -> None:
    """ISO 32000-2 §12.8.2.2: DocMDP P=1 allows the DSS and document timestamps."""
    certified = certified_against_all_change(site)

    archived = vnsign.extend_pdf(
        certified, level="B-LTA", tsa=site.tsa, revocation=site.source(), known=site.authority.certificates()
    )

    report = site.report(archived)
    assert levels(report) == [Level.PADES_B_LTA]
    assert report.signatures[0].modifications in {vnsign.Modifications.NONE, vnsign.Modifications.PERMITTED}
    assert report.verdict is Verdict.TOTAL_PASSED


# ---------------------------------------------------------------- the order of things


@pytest.mark.parametrize("prefer", ["ocsp", "crl"])
def test_evidence_is_asked_for_after_the_token_it_serves(prefer: str, site: Site) -> None:
    """Seen by the server: check of the signer, token, its evidence, archive token, its evidence."""
    source = site.source(prefer=prefer)
    site.kinds()
    site.sign(plain_pdf(), "B-LTA", revocation=source)

    order = site.kinds()
    first, second = (i for i, kind in enumerate(order) if kind == "tsa")
    # OCSP: signer, issuing authority and then the TSA; CRL: two lists and their changes for all of them
    answers = [2, 3, 2] if prefer == "ocsp" else [4, 4, 4]
    assert [order[:first], order[first + 1 : second], order[second + 1 :]] == [[prefer] * many for many in answers]


def test_a_list_that_has_not_changed_is_not_sent_again(site: Site) -> None:
    """Asked for after each token all the same: the server says that it is still the newest (RFC 9110 §13.1)."""
    source = site.source(prefer="crl")
    site.kinds()
    for _ in range(3):
        site.sign(plain_pdf(), "B-LT", revocation=source)

    asked = [each for each in site.asked if each.kind == "crl"]
    assert [each.status for each in asked] == [200] * 4 + [304] * 12


def test_the_check_before_signing_is_paid_once_by_a_batch(site: Site) -> None:
    """One verdict counts for ten minutes."""
    source = site.source()
    site.kinds()
    for _ in range(5):
        site.sign(plain_pdf(), "B-B", revocation=source)
    assert site.kinds() == ["ocsp", "ocsp"]

    later = HandClock(datetime.now(UTC) + timedelta(minutes=11))
    site.sign(plain_pdf(), "B-B", revocation=source, clock=later)
    assert site.kinds() == ["ocsp", "ocsp"]


def test_the_known_patience_is_long_enough_for_the_slowest_authority_seen(site: Site) -> None:
    """The Government's TSA took 131 seconds: the default waits 180, for a connection not so long."""
    transport = HttpTimestampSource(site.tsa)._http
    timeout = transport._client("http").timeout
    assert timeout.read is not None
    assert timeout.connect is not None
    assert (timeout.read >= 180, timeout.connect <= 10) == (True, True)
    assert isinstance(transport, HttpTransport)


# ---------------------------------------------------------------- keeping an archive alive


@dataclass(frozen=True, slots=True)
class Archive:
    """A site with a clock set by hand and a document at B-LTA in it."""

    site: Site
    clock: HandClock
    document: bytes

    def refresh(self, document: bytes | None = None, **options: object) -> bytes:
        """Renew the archive timestamp now."""
        wanted: dict[str, object] = {"tsa": self.site.tsa, "revocation": self.site.source(clock=self.clock)} | options
        return vnsign.refresh_pdf(document or self.document, clock=self.clock, **wanted)  # type: ignore[arg-type]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An authority of one's own, today."""
    clock = HandClock(datetime.now(UTC).replace(microsecond=0))
    with running_site(tmp_path / "ca", clock=clock) as site:
        clock.moment += timedelta(hours=1)
        document = site.sign(plain_pdf(), "B-LTA", revocation=site.source(clock=clock), clock=clock)
        yield Archive(site, clock, document)


@pytest.mark.slow
def test_an_archive_outlives_its_authorities_by_renewal(archive: Archive, tmp_path: Path) -> None:
    """Renewed after four years by a TSA with a new key, judged after six: the first TSA ended after five."""
    site, clock = archive.site, archive.clock
    until = vnsign.archive_until(archive.document)
    assert until is not None
    clock.moment += 4 * 365 * DAY
    for role in ("ocsp", "ocsp-root"):
        site.authority.renew_own(role, act=vnsign.Act(by="Văn thư", why="biên bản số 3/BB-VP"))
    site.authority.renew_own("tsa", act=vnsign.Act(by="Văn thư", why="biên bản số 3/BB-VP"))

    renewed = archive.refresh()

    assert renewed.startswith(archive.document)
    again = vnsign.archive_until(renewed)
    assert again is not None
    assert again > until
    clock.moment += 2 * 365 * DAY
    old, new = (vnsign.inspect_pdf(pdf, trust=site.trust, clock=clock) for pdf in (archive.document, renewed))
    assert (old.verdict, new.verdict) == (Verdict.INDETERMINATE, Verdict.TOTAL_PASSED)
    assert accepted_by_poppler_and_qpdf(renewed, tmp_path)


def test_a_lapsed_archive_is_not_renewed(archive: Archive) -> None:
    """A timestamp over one that nobody believes any more proves nothing."""
    archive.clock.moment += 5 * 365 * DAY + 3 * DAY
    archive.site.kinds()

    with pytest.raises(vnsign.InputError) as refused:
        archive.refresh()

    assert refused.value.code is ErrorCode.ARCHIVE_LAPSED
    assert archive.site.kinds() == []


def test_an_archive_whose_authority_was_revoked_is_not_renewed(archive: Archive) -> None:
    """What was revoked since is no ground to build on."""
    site, clock = archive.site, archive.clock
    tsa = site.authority.tsa.certificate.serial_number
    clock.moment += DAY
    site.authority.renew_own("tsa", act=vnsign.Act(by="Văn thư", why="biên bản số 3/BB-VP"))
    site.authority.revoke(tsa, act=vnsign.Act(by="Văn thư", why="biên bản số 3/BB-VP"))
    clock.moment += DAY

    with pytest.raises(vnsign.UsageError) as refused:
        archive.refresh()

    assert refused.value.code is ErrorCode.CERTIFICATE_REVOKED


def test_a_broken_document_is_not_renewed(archive: Archive) -> None:
    """A new timestamp would not mend it, and would look as if it did."""
    damaged = bytearray(archive.document)
    damaged[damaged.index(b"stream") + 20] ^= 1

    with pytest.raises(vnsign.SignatureRejected):
        archive.refresh(bytes(damaged))


def test_only_an_archive_is_renewed(archive: Archive) -> None:
    """Without a document timestamp there is nothing to renew."""
    plain = archive.site.sign(
        plain_pdf(), "B-T", revocation=archive.site.source(clock=archive.clock), clock=archive.clock
    )
    assert vnsign.archive_until(plain) is None
    for pdf, code in ((plain, ErrorCode.MALFORMED_PDF), (plain_pdf(), ErrorCode.MALFORMED_PDF)):
        with pytest.raises(vnsign.InputError) as refused:
            archive.refresh(pdf)
        assert refused.value.code is code


def test_a_signature_that_is_not_pades_has_no_pades_level(site: Site) -> None:
    """Said before any service is asked."""
    signed = site.sign(plain_pdf(), "B-T")
    other = signed.replace(b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached")
    assert read_structure(other).signatures[0].kind is SignatureKind.SIGNATURE
    site.kinds()

    with pytest.raises(vnsign.InputError) as refused:
        vnsign.extend_pdf(other, level="B-LTA", tsa=site.tsa, revocation=site.source())

    assert refused.value.code is ErrorCode.LEVEL_NOT_REACHED
    assert site.kinds() == []
