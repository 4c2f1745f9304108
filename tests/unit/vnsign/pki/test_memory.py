"""What a verifier remembers of lists is an answer to the very question, not to one like it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.crl_reading import ReadList, covered_reasons
from vnsign.pki.memory import PkiMemory
from vnsign.pki.path import PathFinder
from vnsign.pki.status import CertificateStatus, StatusResult, path_statuses, read_evidence

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
ONE, TWO = "http://crl.example/1.crl", "http://crl.example/2.crl"
STOLEN = x509.ReasonFlags.key_compromise


@cache
def key(owner: str) -> ec.EllipticCurvePrivateKey:
    """Return the key of somebody."""
    assert owner
    return ec.generate_private_key(ec.SECP256R1())


def name(common_name: str) -> x509.Name:
    """Return a name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def certificate(serial: int, *, url: str = "", ca: bool = False, issuer: str = "ca") -> x509.Certificate:
    """Return a certificate that sends to a list."""
    subject = "ca" if ca else f"signer {serial}"
    builder = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).serial_number(serial)
    builder = builder.public_key(key(subject).public_key())
    builder = builder.not_valid_before(AT - 9 * DAY).not_valid_after(AT + 9 * DAY)
    builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    if url:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    return builder.sign(key(issuer), hashes.SHA256())


def crl(*serials: int, url: str = "", by: str = "ca", users_only: bool = False, critical: bool = False) -> bytes:
    """Return a list, of one distribution point if there is a ``url``."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(name("ca")).last_update(AT - DAY)
    builder = builder.next_update(AT + DAY)
    if url or users_only:
        point = x509.IssuingDistributionPoint(
            full_name=[x509.UniformResourceIdentifier(url)] if url else None,
            relative_name=None,
            only_contains_user_certs=users_only,
            only_contains_ca_certs=False,
            only_some_reasons=None,
            indirect_crl=False,
            only_contains_attribute_certs=False,
        )
        builder = builder.add_extension(point, critical=True)
    if critical:
        unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
        builder = builder.add_extension(unknown, critical=True)
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(AT - 2 * DAY)
        builder = builder.add_revoked_certificate(entry.add_extension(x509.CRLReason(STOLEN), critical=False).build())
    return builder.sign(key(by), hashes.SHA256()).public_bytes(Encoding.DER)


CA = certificate(1, ca=True)
TRUST = TrustAnchors(anchors=(CA,))
LISTS = [
    (crl(),),
    (crl(11, 23),),
    (crl(url=ONE),),
    (crl(11, url=ONE),),
    (crl(url=ONE), crl(21, url=TWO)),
    (crl(url=ONE, by="stranger"), crl(11, by="stranger")),
    (crl(users_only=True),),
    (crl(critical=True),),
]
SIGNERS = [
    *(certificate(serial, url=ONE) for serial in (11, 12, 13)),
    *(certificate(serial, url=TWO) for serial in (21, 22, 23)),
    certificate(31),
]


def status(memory: PkiMemory, signer: x509.Certificate, lists: tuple[bytes, ...]) -> StatusResult:
    """Return a signer's status by what a memory holds."""
    finder = PathFinder(trust=TRUST, memory=memory)
    evidence = read_evidence(crls=lists, ocsps=(), load_list=memory.read_list)
    ((_, result),) = path_statuses((signer, CA), evidence=evidence, at=AT, finder=finder)
    return result


def test_one_memory_for_all_says_what_a_new_one_for_each_says() -> None:
    """Signers of several forms, lists of several kinds, each twice."""
    memory, seen = PkiMemory(), set()
    for lists in (*LISTS, *reversed(LISTS)):
        for signer in SIGNERS:
            found, expected = status(memory, signer, lists), status(PkiMemory(), signer, lists)
            assert (found.status, found.revoked_at, found.reason) == (
                expected.status,
                expected.revoked_at,
                expected.reason,
            )
            seen.add(found.status)

    assert seen == set(CertificateStatus)


def test_a_changed_byte_in_a_list_is_another_list() -> None:
    """The list that was believed does not vouch for one that is nearly the same."""
    memory, good = PkiMemory(), crl()
    assert status(memory, SIGNERS[0], (good,)).status is CertificateStatus.GOOD
    for at in (len(good) - 1, good.index(b"260301") + 5):
        changed = good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :]
        assert status(memory, SIGNERS[0], (changed,)).status is not CertificateStatus.GOOD


def test_a_list_is_matched_with_a_form_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not with each certificate of a series."""
    asked: list[int] = []

    def watched(read: ReadList, signer: x509.Certificate) -> frozenset[x509.ReasonFlags]:
        asked.append(signer.serial_number)
        return covered_reasons(read, signer)

    monkeypatch.setattr("vnsign.pki.memory.covered_reasons", watched)
    memory = PkiMemory()
    for signer in SIGNERS:
        status(memory, signer, (crl(),))
    lists = LISTS[0]
    for signer in SIGNERS:
        status(memory, signer, lists)

    assert asked[-3:] == [11, 21, 31]
