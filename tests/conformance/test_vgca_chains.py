"""The Government's real certificates: they are read, their chains build, and no name makes anything official-use.

The certificates are test data beside the repository; without them the tests that need them are skipped.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from tests.support import require_data
from vnsign.adapters.trust_folder import read_trust_folder
from vnsign.pki.anchors import TrustAnchors, fingerprint
from vnsign.pki.path import PathFinder, PathProblem, PathResult
from vnsign.pki.status import CertificateStatus, path_statuses, read_evidence
from vnsign.policy.known_anchors import KNOWN_AUTHORITIES, Scheme, describe_anchor

G1, G2, PUBLIC = "certs-vgca-g1", "certs-vgca-g2", "certs-national-public"
ENDS = "end-entity-and-tsa"


@cache
def read(path: str) -> tuple[x509.Certificate, ...]:
    """Return the certificates of a file, DER or PEM, in its order."""
    data = require_data(f"vgca/{path}").read_bytes()
    if b"-----BEGIN CERTIFICATE-----" in data:
        return tuple(x509.load_pem_x509_certificates(data))
    return (x509.load_der_x509_certificate(data),)


@cache
def trust(*folders: str) -> TrustAnchors:
    """Return the trust that folders of authorities give."""
    each = [read_trust_folder(require_data(f"vgca/{folder}")) for folder in folders]
    return TrustAnchors(
        anchors=tuple(a for one in each for a in one.anchors),
        intermediates=tuple(i for one in each for i in one.intermediates),
    )


def find(certificate: x509.Certificate, *, within: TrustAnchors, at: datetime) -> PathResult:
    """Find a path."""
    return PathFinder(trust=within).find(certificate.public_bytes(Encoding.DER), at=at)


def utc(year: int, month: int = 1, day: int = 1) -> datetime:
    """Return a day."""
    return datetime(year, month, day, tzinfo=UTC)


#: File, number of the certificate in it, a moment in its validity, names of the authorities above it.
CHAINS = [
    (f"{G1}/CP_BIN.cer", 0, utc(2020), ["G1 Root CA chuyên dùng Chính phủ"]),
    (f"{G1}/DCS_BIN.cer", 0, utc(2020), ["G1 Root CA chuyên dùng Chính phủ"]),
    (f"{G1}/BCA_BIN.cer", 0, utc(2020), ["G1 Root CA chuyên dùng Chính phủ"]),
    (f"{G1}/BTC_BIN.cer", 0, utc(2020), ["G1 Root CA chuyên dùng Chính phủ"]),
    (f"{G1}/BNG_BIN.cer", 0, utc(2020), ["G1 Root CA chuyên dùng Chính phủ"]),
    (f"{G1}/VGCALicenseKeyGenerator.cer", 0, utc(2026), ["G1 Chính phủ", "G1 Root CA chuyên dùng Chính phủ"]),
    (f"{G2}/cpcag2.crt", 0, utc(2026), ["G2 Root CA chuyên dùng Chính phủ"]),
    (f"{G2}/dcscag2.crt", 0, utc(2026), ["G2 Root CA chuyên dùng Chính phủ"]),
    (
        f"{ENDS}/cong-ttdt-chinhphu-2014-2019.der",
        0,
        utc(2018, 8, 8),
        ["G1 Chính phủ", "G1 Root CA chuyên dùng Chính phủ"],
    ),
    (
        f"{ENDS}/cong-ttdt-chinhphu-2019-2024.der",
        0,
        utc(2020, 3, 19),
        ["G1 Chính phủ", "G1 Root CA chuyên dùng Chính phủ"],
    ),
    (f"{ENDS}/tsa-2013-2018-chain.pem", 0, utc(2018, 8, 8), ["G1 Root CA chuyên dùng Chính phủ"]),
    (f"{ENDS}/tsa-02-2019-2024-chain.pem", 1, utc(2020, 3, 19), ["G1 Root CA chuyên dùng Chính phủ"]),
]
CHAIN_IDS = [Path(file).stem for file, *_ in CHAINS]


@pytest.mark.parametrize(("file", "number", "at", "above"), CHAINS, ids=CHAIN_IDS)
def test_every_official_use_chain_builds(file: str, number: int, at: datetime, above: list[str]) -> None:
    """Both generations in one trust folder; every authority above is the one known by its fingerprint."""
    path = find(read(file)[number], within=trust(G1, G2), at=at)
    known = [describe_anchor(fingerprint(c)) for c in path.certificates[1:]]

    assert path.problem is None
    assert [f"{k.generation} {k.name}" for k in known if k] == above
    assert all(k is not None and k.scheme is Scheme.OFFICIAL_USE for k in known)
    assert known[-1] is not None
    assert known[-1].is_root


@pytest.mark.parametrize(("file", "number", "at", "above"), CHAINS, ids=CHAIN_IDS)
def test_without_lists_no_status_is_known(file: str, number: int, at: datetime, above: list[str]) -> None:
    """No list and no answer is at hand: could not check, for every certificate of every chain."""
    finder = PathFinder(trust=trust(G1, G2))
    path = finder.find(read(file)[number].public_bytes(Encoding.DER), at=at).certificates
    found = path_statuses(path, evidence=read_evidence(crls=(), ocsps=()), at=at, finder=finder)

    assert [result.status for _, result in found] == [CertificateStatus.UNKNOWN] * len(above)


@pytest.mark.parametrize(("file", "number", "at", "above"), CHAINS, ids=CHAIN_IDS)
def test_no_official_use_chain_builds_under_the_public_roots(
    file: str, number: int, at: datetime, above: list[str]
) -> None:
    """The national roots are anchors of another scheme."""
    assert above
    assert find(read(file)[number], within=trust(PUBLIC), at=at).problem is PathProblem.NO_PATH


def public_files() -> list[str]:
    """Return the names of the public authorities' files."""
    return [
        *("vnrca256.crt", "vnpt-ca-sha2.crt", "MIC_BIN.cer", "BKAVCA_BIN.cer", "CA2_BIN.cer", "FPTCA_BIN.cer"),
        *("NEWTELCA_BIN.cer", "SMARTSIGN_BIN.cer", "SafeCA_BIN.cer", "VIETTELCA_BIN.cer", "VNPTCA_BIN.cer"),
    ]


@pytest.mark.parametrize("file", public_files())
def test_a_public_authority_is_never_official_use(file: str) -> None:
    """Good under its own root, if that is configured; nobody under the Government's."""
    (certificate,) = read(f"{PUBLIC}/{file}")
    at = certificate.not_valid_before_utc + timedelta(days=30)
    known = describe_anchor(fingerprint(certificate))

    assert known is not None
    assert known.scheme is Scheme.PUBLIC
    assert find(certificate, within=trust(PUBLIC), at=at).problem is None
    assert find(certificate, within=trust(G1, G2), at=at).problem is PathProblem.NO_PATH


def test_every_authority_in_the_folders_is_known_by_fingerprint() -> None:
    """The table and the folders name the same certificates, roots as roots."""
    found = {f: trust(f) for f in (G1, G2, PUBLIC)}
    known = {fingerprint(c) for one in found.values() for c in (*one.anchors, *one.intermediates)}
    roots = {fingerprint(c) for one in found.values() for c in one.anchors}

    assert known == set(KNOWN_AUTHORITIES)
    assert roots == {sha256 for sha256, authority in KNOWN_AUTHORITIES.items() if authority.is_root}


def test_a_certificate_under_a_ca_without_pathlen_room_is_refused() -> None:
    """The licence signer is CA:FALSE, so nothing is under it; a copy of the state CA under itself is no CA either."""
    (signer,) = read(f"{G1}/VGCALicenseKeyGenerator.cer")
    forged = _forged(signer.subject, issuer=signer.subject, key=_key(), ca=False)

    for certificate in (forged, _forged(forged.subject, issuer=signer.subject, key=_key(), ca=True)):
        result = find(certificate, within=trust(G1, G2), at=utc(2026))
        assert result.problem is not None


# ---------------------------------------------------------------- forgeries


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _forged(
    subject: x509.Name, *, issuer: x509.Name, key: rsa.RSAPrivateKey, ca: bool, like: x509.Certificate | None = None
) -> x509.Certificate:
    """Sign a certificate with a key of our own; with ``like``, its serial number and key identifiers are copied."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(like.serial_number if like else 1000)
        .not_valid_before(utc(2018))
        .not_valid_after(utc(2048))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    for extension in like.extensions if like else ():
        if isinstance(extension.value, x509.SubjectKeyIdentifier | x509.AuthorityKeyIdentifier):
            builder = builder.add_extension(extension.value, critical=False)
    return builder.sign(key, hashes.SHA256())


@pytest.mark.parametrize(
    ("folder", "root", "sub"),
    [(G1, "VGCA_ROOTCA_BIN.cer", "CP_BIN.cer"), (G2, "rootcag2.crt", "cpcag2.crt")],
    ids=["G1", "G2"],
)
def test_the_government_s_names_on_another_key_are_nobody(folder: str, root: str, sub: str) -> None:
    """Root, authority and signer with exact names, serial numbers and key identifiers: not under the real anchors."""
    (real_root,), (real_sub,) = read(f"{folder}/{root}"), read(f"{folder}/{sub}")
    (portal,) = read(f"{ENDS}/cong-ttdt-chinhphu-2019-2024.der")
    fake_root = _forged(real_root.subject, issuer=real_root.subject, key=_key(), ca=True, like=real_root)
    fake_sub = _forged(real_sub.subject, issuer=real_root.subject, key=_key(), ca=True, like=real_sub)
    signer = _forged(portal.subject, issuer=real_sub.subject, key=_key(), ca=False)
    brought = tuple(c.public_bytes(Encoding.DER) for c in (fake_root, fake_sub, real_root, real_sub))
    der = signer.public_bytes(Encoding.DER)

    for within in (trust(folder), TrustAnchors(anchors=trust(folder).anchors), trust(G1, G2), trust(PUBLIC)):
        result = PathFinder(trust=within, known=brought).find(der, at=utc(2026))
        assert result.problem in {PathProblem.INVALID, PathProblem.NO_PATH}
        assert result.certificates == ()
    assert not trust(folder).is_anchor(fake_root)
    assert describe_anchor(fingerprint(fake_root)) is None
    # the forgery is a good one: whoever were to trust its root would accept it
    assert PathFinder(trust=TrustAnchors(anchors=(fake_root,)), known=brought).find(der, at=utc(2026)).problem is None


def test_a_forged_authority_in_the_file_does_not_hide_the_real_one() -> None:
    """Same issuer, same serial number, brought first: the real path is found all the same."""
    (real_sub,), (portal,) = read(f"{G1}/CP_BIN.cer"), read(f"{ENDS}/cong-ttdt-chinhphu-2019-2024.der")
    fake_sub = _forged(real_sub.subject, issuer=real_sub.issuer, key=_key(), ca=True, like=real_sub)
    known = tuple(c.public_bytes(Encoding.DER) for c in (fake_sub, real_sub))
    finder = PathFinder(trust=TrustAnchors(anchors=trust(G1).anchors), known=known)

    assert finder.find(portal.public_bytes(Encoding.DER), at=utc(2020, 3, 19)).certificates[1] == real_sub
