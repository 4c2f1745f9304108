"""The files that verification is measured with: many signers, one authority, what a verifier needs to trust them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

import vnsign
from benchmarks.sign import DATE, LEADER, NUMBER, SEAL, Bench, image, one_page, prepared_page
from vnsign.pki.keys import KeyAlgorithm

#: Every leader of a province's departments, say; and as many seals as agencies share their work.
SIGNERS, AGENCIES = 50, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Files of one kind, and who is trusted for them."""

    name: str
    files: tuple[Path, ...]
    trust: Path


def write_trust(bench: Bench) -> Path:
    """Write a trust folder: the root, the authority under it, their lists, complete and of changes."""
    folder = bench.folder / "trust"
    folder.mkdir()
    root, issuing = bench.authority.certificates()
    for name, certificate in (("root", root), ("issuing", issuing)):
        (folder / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        (folder / f"{name}.crl").write_bytes(bench.authority.crl(name))
        (folder / f"{name}-delta.crl").write_bytes(bench.authority.crl(name, delta=True))
    return folder


def single_signatures(bench: Bench, trust: Path, *, count: int) -> Archive:
    """One page, one signature at B-B, P-256."""
    kind, signer = vnsign.CertificateProfile.OFFICIAL, vnsign.Signer
    signers = [signer.from_credential(bench.credential(kind, KeyAlgorithm.P256)) for _ in range(min(SIGNERS, count))]
    page = one_page()
    folder = bench.folder / "single"
    folder.mkdir()
    files = []
    for number in range(count):
        path = folder / f"{number:05}.pdf"
        path.write_bytes(vnsign.sign_pdf(page, signers[number % len(signers)], check_status=False))
        files.append(path)
    return Archive(name="one signature, B-B", files=tuple(files), trust=trust)


def whole_flows(bench: Bench, trust: Path, *, count: int) -> Archive:
    """Leader, number and date, seal, evidence (B-LT); every other file with a document timestamp (B-LTA)."""
    person, agency = vnsign.CertificateProfile.OFFICIAL, vnsign.CertificateProfile.AGENCY_SEAL
    leaders = [
        vnsign.Signer.from_credential(bench.credential(person, KeyAlgorithm.P256)) for _ in range(min(SIGNERS, count))
    ]
    seals = [
        vnsign.Signer.from_credential(bench.credential(agency, KeyAlgorithm.P256)) for _ in range(min(AGENCIES, count))
    ]
    page, blue, red = prepared_page(), image((0, 0, 200)), image((200, 0, 0))
    folder = bench.folder / "flow"
    folder.mkdir()
    files = []
    for number in range(count):
        leader, seal = leaders[number % len(leaders)], seals[number % len(seals)]
        signed = vnsign.sign_pdf(
            page, leader, field=LEADER, level="B-T", tsa=bench.tsa, image=blue, certify=True, check_status=False
        )
        filled = vnsign.fill_pdf(signed, {NUMBER: f"{number}/QĐ-UBND", DATE: "Thử, ngày 05 tháng 01 năm 2026"})
        level = "B-LTA" if number % 2 else "B-LT"
        path = folder / f"{number:05}.pdf"
        path.write_bytes(vnsign.sign_pdf(filled, seal, field=SEAL, level=level, tsa=bench.tsa, image=red))
        files.append(path)
    return Archive(name="leader, number, seal, evidence", files=tuple(files), trust=trust)


def anchors_of(trust: Path) -> tuple[list[x509.Certificate], list[x509.Certificate], list[bytes]]:
    """Return root, other certificates, lists (DER) of a trust folder, for the peers."""
    root, issuing = (
        x509.load_pem_x509_certificate((trust / f"{name}.pem").read_bytes()) for name in ("root", "issuing")
    )
    return [root], [issuing], [path.read_bytes() for path in sorted(trust.glob("*.crl"))]
