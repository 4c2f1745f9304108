"""pkilint finds nothing at warning level or above in what an authority issues and publishes.

The linter lives in an environment of its own (``make linters``). ``lint_etsi_cert`` applies to officials (natural
person, EN 319 412-2) and agency seals (legal person, EN 319 412-3) under the NCP types, which make no claim of
qualification; its other types are for web servers and for qualified certificates, which official-use ones are not.
What it finds is what Vietnamese official-use names are not: see ``ETSI_DEVIATIONS``.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tests.support import REPOSITORY, in_ci
from tests.unit.vnsign.authority.desk import CHIEF, Desk, csr_of
from tests.unit.vnsign.authority.making import NOW, StoppedClock
from tests.unit.vnsign.pki.ocsp_making import ask, leaf
from vnsign.authority import Authority, AuthoritySettings, CertificateRecord, Issuer, OwnRole
from vnsign.pki.certificates import CertificateContent, Publication, build_certificate, build_root_certificate
from vnsign.pki.credentials import Credential
from vnsign.pki.crl import CrlContent, CrlScope, RevokedEntry, build_crl
from vnsign.pki.keys import KeyAlgorithm, generate_private_key
from vnsign.pki.names import Subject
from vnsign.pki.ocsp_answers import AnswerTerms, OcspResponder, StatusStatement
from vnsign.policy.lifecycle import RequestKind, RevocationCase
from vnsign.policy.profiles import PROFILES, CertificateProfile

#: One after the other: what the linter found is kept for the module.
pytestmark = [pytest.mark.slow]

BASE_URL = "http://ca.anbinh.gov.vn"
ALGORITHMS = (KeyAlgorithm.P256, KeyAlgorithm.P384, KeyAlgorithm.RSA_3072)
POLICIES = ("2.16.704.1.1.1.1.1",)
CPS = "https://ca.anbinh.gov.vn/cps"
#: An authority with everything set, and one as it is founded when nobody says anything.
SETTINGS = {
    "set": AuthoritySettings(policies=POLICIES, cps_url=CPS, allow_hold=True, archive_cutoff=timedelta(days=9)),
    "default": AuthoritySettings(),
}
#: Certificates of an authority's own, three of them renewed; of subscribers, three kinds with four each.
OWN, SUBSCRIBERS = 8, 12

_NO_IDENTIFIER = {
    "etsi:ERROR etsi.en_319_412_3.leg-4.2.1-2.organization_identifier_attribute_absent": (
        "no real official-use certificate of an agency carries an organizationIdentifier"
    ),
}
_ONE_NAME = {
    "etsi:ERROR etsi.en_319_412_2.nat-4.2.4-1.required_attribute_missing": (
        "officials are named by commonName alone: a Vietnamese name is not cut into givenName and surname, and no "
        "serialNumber (citizen number) was seen in any official-use certificate"
    ),
}
_NO_POLICY = {
    "etsi:ERROR etsi.en_319_412_2.certificate_policies_extension_absent": (
        "the policy OID of official-use certificates is not known to us and none is invented: it is a setting, empty "
        "at first"
    ),
}
#: What the ETSI profiles ask for and official-use certificates do not have, each for a reason, by kind of file: the
#: settings of the authority, and the kind of subscriber.
ETSI_DEVIATIONS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("set", ".natural"): _ONE_NAME,
    ("set", ".legal"): _NO_IDENTIFIER,
    ("default", ".natural"): _ONE_NAME | _NO_POLICY,
    ("default", ".legal"): _NO_IDENTIFIER | _NO_POLICY,
}

_SUBJECTS: Mapping[CertificateProfile, Subject] = {
    CertificateProfile.OFFICIAL: Subject(
        common_name="Nguyễn Thị Phương Thảo",
        organization="ỦY BAN NHÂN DÂN TỈNH AN BÌNH",
        units=("Sở Khoa học và Công nghệ", "Văn phòng"),
        locality="An Bình",
        email="thaontp@anbinh.gov.vn",
    ),
    CertificateProfile.AGENCY_SEAL: Subject(
        common_name="Sở Khoa học và Công nghệ",
        organization="ỦY BAN NHÂN DÂN TỈNH AN BÌNH",
        locality="An Bình",
        email="skhcn@anbinh.gov.vn",
    ),
}


class Hierarchy:
    """One authority's certificates with one kind of key."""

    def __init__(self, algorithm: KeyAlgorithm) -> None:
        self._algorithm = algorithm
        key = generate_private_key(algorithm)
        root = build_root_certificate(self._content(CertificateProfile.ROOT, key), key)
        self.root = Credential(key=key, certificate=root)
        self.issuing = self.certify(CertificateProfile.ISSUING_CA, issuer=self.root, where="root")

    def certify(
        self, profile: CertificateProfile, *, issuer: Credential | None = None, where: str = "issuing"
    ) -> Credential:
        """Issue a certificate as an authority of the Government would."""
        issuer = issuer or self.issuing
        key = generate_private_key(self._algorithm)
        publication = Publication(
            crl_url=f"{BASE_URL}/crl/{where}.crl",
            issuer_url=f"{BASE_URL}/crt/{where}.crt",
            ocsp_url=f"{BASE_URL}/ocsp",
            delta_url=f"{BASE_URL}/crl/{where}-delta.crl",
        )
        certificate = build_certificate(self._content(profile, key), issuer, publication)
        return Credential(key=key, certificate=certificate, chain=(issuer.certificate, *issuer.chain))

    @staticmethod
    def _content(profile: CertificateProfile, key: object) -> CertificateContent:
        subject = _SUBJECTS.get(profile) or Subject(
            common_name=f"Cơ quan thử nghiệm {profile}", organization="ỦY BAN NHÂN DÂN TỈNH AN BÌNH"
        )
        return CertificateContent(
            profile=profile,
            subject=subject.to_name(),
            public_key=key.public_key(),  # type: ignore[attr-defined]
            serial=x509.random_serial_number(),
            not_before=NOW,
            email=subject.email,
            policies=() if PROFILES[profile].is_ca and profile is CertificateProfile.ROOT else POLICIES,
            cps_url=CPS,
        )


def _lists(hierarchy: Hierarchy) -> dict[str, bytes]:
    entries = (
        RevokedEntry(serial=7, revoked_at=NOW),
        RevokedEntry(
            serial=8,
            revoked_at=NOW,
            reason=x509.ReasonFlags.key_compromise,
            invalidity_date=NOW - timedelta(days=3, microseconds=5),
        ),
        RevokedEntry(serial=9, revoked_at=NOW, reason=x509.ReasonFlags.certificate_hold),
        RevokedEntry(serial=x509.random_serial_number(), revoked_at=NOW, reason=x509.ReasonFlags.superseded),
    )
    made = {}
    for where, issuer, scope in (
        ("root", hierarchy.root, CrlScope.AUTHORITIES),
        ("issuing", hierarchy.issuing, CrlScope.USERS),
    ):
        for what, revoked in (("empty", ()), ("full", entries)):
            complete = CrlContent(
                number=6,
                this_update=NOW,
                next_update=NOW + timedelta(days=7),
                entries=revoked,
                url=f"{BASE_URL}/crl/{where}.crl",
                scope=scope,
                delta_url=f"{BASE_URL}/crl/{where}-delta.crl",
                allows_hold=True,
            )
            delta = CrlContent(
                number=7,
                this_update=NOW,
                next_update=NOW + timedelta(days=1),
                entries=revoked,
                base_number=6,
                url=f"{BASE_URL}/crl/{where}.crl",
                scope=scope,
                allows_hold=True,
            )
            for kind, content in (("complete", complete), ("delta", delta)):
                made[f"{where}-{what}-{kind}.crl"] = build_crl(content, issuer).public_bytes(Encoding.DER)
    return made


def _answers(hierarchy: Hierarchy) -> dict[str, bytes]:
    credential = hierarchy.certify(CertificateProfile.OCSP_RESPONDER)
    terms = AnswerTerms(archive_cutoff=timedelta(days=3650))
    responder = OcspResponder(credential, issuer=hierarchy.issuing.certificate, terms=terms)
    statuses = {
        7: StatusStatement(),
        8: StatusStatement(revoked_at=NOW, reason=x509.ReasonFlags.key_compromise),
        9: StatusStatement(revoked_at=NOW),
    }
    return {
        f"ocsp-{serial}.ors": responder.respond(responder.query_for(serial), statuses, at=NOW)
        for serial in (7, 8, 9, 10)
    }


def _desk(folder: Path, settings: AuthoritySettings) -> Desk:
    clock = StoppedClock()
    authority = Authority.create(
        folder,
        name="Cơ quan chứng thực tỉnh An Bình",
        organization="ỦY BAN NHÂN DÂN TỈNH AN BÌNH",
        base_url=BASE_URL,
        passphrase=b"unused",
        clock=clock,
        settings=settings,
    )
    return Desk(authority, clock)


def _subscribers(desk: Desk) -> dict[str, CertificateRecord]:
    """Certificates as agencies get them: asked for, approved, issued; renewed with old and new keys; changed."""
    made: dict[str, CertificateRecord] = {}
    for profile, kind in (
        (CertificateProfile.OFFICIAL, ".natural"),
        (CertificateProfile.AGENCY_SEAL, ".legal"),
        (CertificateProfile.SERVICE, ""),
    ):
        subject = _SUBJECTS.get(profile, Subject(common_name="Cổng dịch vụ công", organization="UBND tỉnh An Bình"))
        new = desk.issued(desk.new(profile=profile, subject=subject))
        renewed = desk.issued(desk.about(new, RequestKind.RENEW))
        again = desk.issued(desk.about(renewed, RequestKind.RENEW, csr=csr_of(generate_private_key(KeyAlgorithm.P384))))
        moved = replace(subject, organization="ỦY BAN NHÂN DÂN TỈNH BÌNH AN")
        changed = desk.issued(desk.about(again, RequestKind.CHANGE, subject=moved))
        each = {"new": new, "renewed": renewed, "rekeyed": again, "changed": changed}
        made |= {f"{profile}-{name}{kind}.crt": record for name, record in each.items()}
    return made


def _published(folder: Path, settings: AuthoritySettings) -> dict[str, bytes]:
    """One authority at work: whom it certified, its own certificates, and what it answers after all that happens."""
    desk = _desk(folder, settings)
    authority, clock = desk.authority, desk.clock
    root, issuing = authority.certificates()
    made = {f"{which}-empty.crl": authority.crl(which) for which in Issuer}
    records = _subscribers(desk)
    good, revoked, held = desk.issued(), desk.issued(), desk.issued()
    since = NOW - timedelta(hours=3)
    lost = {revoked: RevocationCase.KEY_EXPOSED, records["agency_seal-new.legal.crt"]: RevocationCase.DEVICE_LOST}
    for record, case in lost.items():
        authority.revoke(record.certificate.serial_number, case=case, invalidity_date=since, act=CHIEF)
    if settings.allow_hold:
        authority.hold(held.certificate.serial_number, act=CHIEF)
    for role in (OwnRole.TSA, OwnRole.OCSP, OwnRole.OCSP_ROOT):
        authority.renew_own(role, act=CHIEF)
    made |= {f"{which}-delta.crl": authority.crl(which, delta=True) for which in Issuer}
    clock.advance(days=1)
    made |= {f"{which}-full.crl": authority.crl(which) for which in Issuer}
    asked = {"good": good, "revoked": revoked, "held": held}
    certificates = {name: record.certificate for name, record in asked.items()} | {"unknown": leaf()}
    for name, certificate in certificates.items():
        made[f"{name}.ors"] = authority.answer_ocsp("issuing", ask(certificate, issuer=issuing, nonce=b"n" * 32))
    made["authority.ors"] = authority.answer_ocsp("root", ask(issuing, issuer=root))
    if settings.allow_hold:
        authority.release(held.certificate.serial_number, act=CHIEF)
    clock.advance(hours=1)
    made["later.crl"] = authority.crl("issuing", delta=True)
    own = {f"own-{r.certificate.serial_number:x}.crt": r for r in authority.issued() if r.request_id is None}
    assert len(own) == OWN
    return made | {name: record.certificate.public_bytes(Encoding.DER) for name, record in (records | own).items()}


def _artefacts(algorithm: KeyAlgorithm) -> dict[str, bytes]:
    hierarchy = Hierarchy(algorithm)
    certificates = {
        "root.crt": hierarchy.root,
        "issuing.crt": hierarchy.issuing,
        "official.natural.crt": hierarchy.certify(CertificateProfile.OFFICIAL),
        "seal.legal.crt": hierarchy.certify(CertificateProfile.AGENCY_SEAL),
        "service.crt": hierarchy.certify(CertificateProfile.SERVICE),
        "tsa.crt": hierarchy.certify(CertificateProfile.TSA),
        "ocsp.crt": hierarchy.certify(CertificateProfile.OCSP_RESPONDER),
    }
    ders = {name: item.certificate.public_bytes(Encoding.DER) for name, item in certificates.items()}
    made = ders | _lists(hierarchy) | _answers(hierarchy)
    return {f"{algorithm}-{name}": data for name, data in made.items()}


def _lint(folder: Path) -> Mapping[str, list[str]]:
    python = REPOSITORY / ".venv-linters" / "bin" / "python"
    if not python.exists():
        missing = "the linters are not installed: make linters"
        if in_ci():
            pytest.fail(missing)
        pytest.skip(missing)
    script = Path(__file__).with_name("lint_all.py")
    result = subprocess.run([python, script, folder], capture_output=True, check=False, text=True)
    assert result.returncode == 0, result.stderr
    found: dict[str, list[str]] = json.loads(result.stdout)
    return found


@cache
def _findings(folder: Path) -> Mapping[str, list[str]]:
    for algorithm in ALGORITHMS:
        for name, data in _artefacts(algorithm).items():
            (folder / name).write_bytes(data)
    for how, settings in SETTINGS.items():
        with TemporaryDirectory() as database:
            for name, data in _published(Path(database), settings).items():
                (folder / f"{how}-running-{name}").write_bytes(data)
    return _lint(folder)


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """What pkilint says of one of everything, by file."""
    return _findings(tmp_path_factory.mktemp("lint"))


def test_nothing_an_authority_makes_is_worth_a_warning(findings: Mapping[str, list[str]]) -> None:
    """RFC 5280 and RFC 6960 as pkilint reads them: every profile with three kinds of key; an authority at work."""
    assert len(findings) == len(ALGORITHMS) * (7 + 8 + 4) + len(SETTINGS) * (OWN + SUBSCRIBERS + 7 + 5)
    plain = {name: [item for item in found if not item.startswith("etsi:")] for name, found in findings.items()}
    assert {name: found for name, found in plain.items() if found} == {}


def test_the_etsi_profiles_differ_in_what_is_listed_and_in_nothing_else(findings: Mapping[str, list[str]]) -> None:
    """EN 319 412-2 and -3; each deviation has its reason, and one that is gone must leave the list."""
    judged = 0
    for name, items in findings.items():
        kind = Path(Path(name).stem).suffix
        if kind:
            how = "default" if name.startswith("default-") else "set"
            found = {item for item in items if item.startswith("etsi:")}
            assert (name, found) == (name, set(ETSI_DEVIATIONS[how, kind]))
            judged += 1
    assert judged == len(ALGORITHMS) * 2 + len(SETTINGS) * SUBSCRIBERS * 2 // 3


def test_the_linter_sees_what_is_wrong(tmp_path: Path) -> None:
    """A judge that finds nothing in anything would prove nothing: a list, a certificate and an answer that are bad."""
    issuing = Hierarchy(KeyAlgorithm.P256).issuing
    name = issuing.certificate.subject
    crl = (
        x509.CertificateRevocationListBuilder().issuer_name(name).last_update(NOW).next_update(NOW + timedelta(days=7))
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(issuing.key.public_key())
        .serial_number(7)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=7))
    )
    answer = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=leaf(),
            issuer=issuing.certificate,
            algorithm=hashes.SHA1(),  # noqa: S303  (names the issuer)
            cert_status=ocsp.OCSPCertStatus.GOOD,
            this_update=NOW,
            next_update=NOW - timedelta(days=1),
            revocation_time=None,
            revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, issuing.certificate)
    )
    signed = {"bad.crl": crl, "bad.crt": certificate, "bad.ors": answer}
    for file, builder in signed.items():
        bad = builder.sign(issuing.key, hashes.SHA256())  # type: ignore[attr-defined]
        (tmp_path / file).write_bytes(bad.public_bytes(Encoding.DER))
    found = _lint(tmp_path)
    assert "ERROR pkix.crl_number_missing" in found["bad.crl"]
    assert "ERROR pkix.authority_key_identifier_extension_absent" in found["bad.crt"]
    assert "ERROR pkix.ocsp_negative_validity_period" in found["bad.ors"]
