"""What a verifier remembers of lists is an answer to the very question, not to one like it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from vnsign.pki import ocsp_reading
from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.bounded import Bounded
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


def certificate(serial: int, *, url: str = "", ca: bool = False, key_of: str = "") -> x509.Certificate:
    """Return a certificate that sends to a list; ``key_of`` names the key of an authority's namesake."""
    subject = "ca" if ca else f"signer {serial}"
    builder = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name("ca")).serial_number(serial)
    builder = builder.public_key(key(key_of or subject).public_key())
    builder = builder.not_valid_before(AT - 9 * DAY).not_valid_after(AT + 9 * DAY)
    builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    if url:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    return builder.sign(key(key_of or "ca"), hashes.SHA256())


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


def test_lists_that_are_let_go_are_kept_by_nobody() -> None:
    """An archive brings other lists with each file; what was found out about one must not hold its bytes for ever."""
    lists = [crl(serial, 11) for serial in range(40, 100)]
    room = 10 * len(lists[0])
    memory, small = PkiMemory(_lists=Bounded(max_weight=room)), SIGNERS[0]

    found = []
    for der in lists:
        found.append(status(memory, small, (der,)).status)
        memory.sha256_of(memory.read_list(der))

    assert set(found) == {CertificateStatus.REVOKED}
    holders = (memory.said, memory._signatures, memory._read, memory._reasons, memory._digests, memory._lists)
    assert {len(holder) <= 21 for holder in holders} == {True}, [len(holder) for holder in holders]


# ---------------------------------------------------------------- answers

NAMESAKE = certificate(9, ca=True, key_of="namesake")
HASHES = (hashes.SHA1(), hashes.SHA256())  # noqa: S303 — names an issuer, protects nothing


def responder(
    number: int, *, issuer: str = "ca", may_answer: bool = True, is_checked: bool = False
) -> x509.Certificate:
    """Return the certificate of a delegate of whoever has the key ``issuer``."""
    builder = x509.CertificateBuilder().subject_name(name(f"responder {number}")).issuer_name(name("ca"))
    builder = builder.serial_number(number).public_key(key(f"responder {number}").public_key())
    builder = builder.not_valid_before(AT - DAY).not_valid_after(AT + 9999 * DAY)  # answers bear today's date
    if may_answer:
        builder = builder.add_extension(x509.ExtendedKeyUsage([x509.OID_OCSP_SIGNING]), critical=False)
    if not is_checked:
        builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
    return builder.sign(key(issuer), hashes.SHA256())


RESPONDERS = [
    responder(50),
    responder(51, issuer="namesake"),
    responder(52, may_answer=False),
    responder(53, is_checked=True),
]


def answer(
    signer: x509.Certificate, by: x509.Certificate, *, about: x509.Certificate, how: hashes.HashAlgorithm, by_key: bool
) -> bytes:
    """Return an answer."""
    good, encoding = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPResponderEncoding
    builder = ocsp.OCSPResponseBuilder().add_response(signer, about, how, good, AT - DAY, AT + DAY, None, None)
    builder = builder.responder_id(encoding.HASH if by_key else encoding.NAME, by).certificates([by])
    return builder.sign(key(f"responder {by.serial_number}"), hashes.SHA256()).public_bytes(Encoding.DER)


ANSWERS = [
    answer(signer, by, about=about, how=how, by_key=by_key)
    for signer in SIGNERS[:2]
    for by in RESPONDERS
    for about in (CA, NAMESAKE)
    for how in HASHES
    for by_key in (True, False)
]
QUESTIONS = [(der, signer, issuer) for der in ANSWERS for signer in SIGNERS[:2] for issuer in (CA, NAMESAKE)]
_KEPT = ("_issuer_hashes", "_key_hash", "_is_delegate", "_is_never_checked", "_known")


def answered(memory: PkiMemory, der: bytes, signer: x509.Certificate, issuer: x509.Certificate) -> StatusResult:
    """Return a signer's status by one answer."""
    finder = PathFinder(trust=TrustAnchors(anchors=(issuer,)), memory=memory)
    evidence = read_evidence(crls=(), ocsps=(der,), load_answer=memory.read_answer)
    ((_, result),) = path_statuses((signer, issuer), evidence=evidence, at=AT, finder=finder)
    return result


def test_what_is_kept_of_responders_and_issuers_is_each_ones_own() -> None:
    """Delegates of another authority of the same name, or without the right to answer; answers after another issuer."""
    expected = []
    for question in QUESTIONS:
        for name_of_kept in _KEPT:
            getattr(ocsp_reading, name_of_kept).cache_clear()
        expected.append(answered(PkiMemory(), *question))
    memory = PkiMemory()
    for order in (range(len(QUESTIONS)), reversed(range(len(QUESTIONS)))):
        for number in order:
            assert answered(memory, *QUESTIONS[number]) == expected[number]

    good = [question for question, result in zip(QUESTIONS, expected, strict=True) if result.evidence]
    assert {issuer.serial_number for _, _, issuer in good} == {CA.serial_number, NAMESAKE.serial_number}
    # of each authority's own delegates, two and one, after two signers by two hashes, named by key and by name
    assert len(good) == (2 + 1) * 2 * 2 * 2


def test_what_evidence_says_is_told_with_the_digest_of_its_bytes() -> None:
    """Whether the piece was read by the memory or given to it."""
    memory = PkiMemory()
    for der, read in ((LISTS[1][0], memory.read_list), (ANSWERS[0], memory.read_answer)):
        assert memory.sha256_of(read(der)) == hashlib.sha256(der).hexdigest()
        assert read(der).public_bytes(Encoding.DER) == der
    given = x509.load_der_x509_crl(LISTS[0][0])
    assert memory.sha256_of(given) == hashlib.sha256(LISTS[0][0]).hexdigest()
