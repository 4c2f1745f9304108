"""Lists that tell a part: by reason, by change, for other issuers; and lists that others than the issuer sign."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.credentials import Credential
from vnsign.pki.crl import CrlContent, CrlScope, RevokedEntry, build_crl
from vnsign.pki.path import PathFinder
from vnsign.pki.status import CertificateStatus, StatusResult, certificate_status, path_statuses, read_evidence

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
SERIAL = 77
GOOD, REVOKED, UNKNOWN = CertificateStatus.GOOD, CertificateStatus.REVOKED, CertificateStatus.UNKNOWN
HOLD, RELEASE = x509.ReasonFlags.certificate_hold, x509.ReasonFlags.remove_from_crl
STOLEN, MOVED = x509.ReasonFlags.key_compromise, x509.ReasonFlags.affiliation_changed
URL = "http://crl.example/1.crl"
Extension = tuple[x509.ExtensionType, bool]
UNKNOWN_EXTENSION = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")


@cache
def key(owner: str) -> ec.EllipticCurvePrivateKey:
    """Return the key of somebody."""
    assert owner
    return ec.generate_private_key(ec.SECP256R1())


def name(common_name: str) -> x509.Name:
    """Return a name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def usage(*, issues: bool) -> Extension:
    """Return the usage of who signs lists, and perhaps certificates."""
    bits = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(key_cert_sign=issues, crl_sign=True, **bits), True


def certificate(
    subject: str,
    *,
    issuer: str,
    serial: int,
    by: str = "",
    key_of: str = "",
    extensions: Iterable[Extension] = (),
) -> x509.Certificate:
    """Return a certificate; ``by`` and ``key_of`` name the keys when they are not those of the names."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key(key_of or subject).public_key())
        .serial_number(serial)
        .not_valid_before(AT - 365 * DAY)
        .not_valid_after(AT + 365 * DAY)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(key(by or issuer), hashes.SHA256())


AUTHORITY = (x509.BasicConstraints(ca=True, path_length=None), True)


def point(
    url: str = "", *, reasons: Iterable[x509.ReasonFlags] = (), indirect: bool = False, relative: str = ""
) -> x509.IssuingDistributionPoint:
    """Return an issuing distribution point."""
    relative_name = x509.RelativeDistinguishedName(list(name(relative))) if relative else None
    return x509.IssuingDistributionPoint(
        full_name=[x509.UniformResourceIdentifier(url)] if url else None,
        relative_name=relative_name,
        only_contains_user_certs=False,
        only_contains_ca_certs=False,
        only_some_reasons=frozenset(reasons) or None,
        indirect_crl=indirect,
        only_contains_attribute_certs=False,
    )


Entry = tuple[int, x509.ReasonFlags | None, tuple[Extension, ...]]


def crl(
    *entries: Entry,
    issuer: str = "ca",
    by: str = "",
    number: int | None = None,
    base: int | None = None,
    where: x509.IssuingDistributionPoint | None = None,
    start: datetime = AT - DAY,
    revoked_at: datetime = AT - 2 * DAY,
) -> bytes:
    """Return a list, complete or (with ``base``) of changes."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(name(issuer))
    builder = builder.last_update(start).next_update(AT + DAY)
    extensions: list[Extension] = []
    extensions += [(x509.CRLNumber(number), False)] if number is not None else []
    extensions += [(x509.DeltaCRLIndicator(base), True)] if base is not None else []
    extensions += [(where, True)] if where is not None else []
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    for serial, reason, more in entries:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(revoked_at)
        for extension, critical in ([(x509.CRLReason(reason), False)] if reason else []) + list(more):
            entry = entry.add_extension(extension, critical=critical)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(key(by or issuer), hashes.SHA256()).public_bytes(Encoding.DER)


CA = certificate("ca", issuer="root", serial=2, extensions=[AUTHORITY, usage(issues=True)])
SIGNER = certificate("signer", issuer="ca", serial=SERIAL)


def status(*crls: bytes, at: datetime = AT, of: x509.Certificate = SIGNER) -> StatusResult:
    """Return the signer's status by the issuer's own lists."""
    return certificate_status(of, issuer=CA, evidence=read_evidence(crls=crls, ocsps=()), at=at)


def on(reason: x509.ReasonFlags | None, *more: Extension) -> Entry:
    """Return the signer's entry."""
    return SERIAL, reason, more


# ---------------------------------------------------------------- lists of changes

CLEAR, HELD = crl(number=5), crl(on(HOLD), number=5)
LATER = AT - timedelta(hours=1)


@pytest.mark.parametrize(
    ("complete", "change", "expected"),
    [
        (CLEAR, crl(number=6, base=5, start=LATER), GOOD),
        (CLEAR, crl(on(STOLEN), number=6, base=5, start=LATER), REVOKED),
        (HELD, crl(number=6, base=5, start=LATER), REVOKED),
        (HELD, crl(on(RELEASE), number=6, base=5, start=LATER), GOOD),
        (HELD, crl(on(RELEASE), number=6, base=5, start=AT - DAY), GOOD),
        (HELD, crl(on(RELEASE), number=7, base=6, start=LATER), REVOKED),
        (HELD, crl(on(RELEASE), number=6, base=5, start=LATER, where=point(URL)), REVOKED),
        (HELD, crl(on(RELEASE), number=6, base=5, start=LATER, where=point(reasons=[HOLD])), REVOKED),
        (HELD, crl(on(RELEASE), number=5, base=4, start=LATER), REVOKED),
        (HELD, crl(on(RELEASE), number=6, base=5, start=LATER, by="stranger"), REVOKED),
        (crl(on(STOLEN), number=5), crl(on(RELEASE), number=6, base=5, start=LATER), REVOKED),
    ],
    ids=[
        "nothing new",
        "revoked since",
        "still held",
        "released",
        "released in the same moment",
        "of a later complete list",
        "of another distribution point",
        "of another scope",
        "no newer than the complete list",
        "forged",
        "a theft is not released",
    ],
)
def test_a_list_of_changes_brings_its_complete_list_up_to_date(
    complete: bytes, change: bytes, expected: CertificateStatus
) -> None:
    """RFC 5280 §5.2.4: same issuer, same scope, the complete list no older than the base and older than the change."""
    assert status(complete, change).status is expected
    assert status(change, complete).status is expected


def test_a_list_of_changes_alone_proves_nothing_good() -> None:
    """RFC 5280 §5.2.4: it is only a part; a revocation in it is a revocation all the same."""
    assert status(crl(number=6, base=5)).status is UNKNOWN
    assert status(crl(on(RELEASE), number=6, base=5)).status is UNKNOWN
    assert status(crl(on(STOLEN), number=6, base=5)).status is REVOKED


def test_an_old_complete_list_counts_when_its_changes_are_fresh() -> None:
    """Run out by itself, in force together with the list of changes."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(name("ca")).last_update(AT - 9 * DAY)
    old = builder.next_update(AT - 8 * DAY).add_extension(x509.CRLNumber(5), critical=False)
    complete = old.sign(key("ca"), hashes.SHA256()).public_bytes(Encoding.DER)

    assert status(complete).status is UNKNOWN
    assert status(complete, crl(number=6, base=5)).status is GOOD


def test_a_hold_ends_with_a_later_list_and_counted_until_then() -> None:
    """Held yesterday, not on today's list: good today, not yesterday; a theft is for ever."""
    held, today = crl(on(HOLD), start=AT - DAY), crl(start=LATER)

    assert status(held, today).status is GOOD
    assert status(held, today, at=AT - timedelta(hours=2)).status is REVOKED
    assert status(crl(on(STOLEN), start=AT - DAY), today).status is REVOKED


# ---------------------------------------------------------------- reasons and distribution points

ALL_OTHERS = frozenset(x509.ReasonFlags) - {STOLEN, x509.ReasonFlags.unspecified, RELEASE}


def test_good_needs_every_reason() -> None:
    """RFC 5280 §6.3.3: lists for some reasons are good evidence together, and revoke alone."""
    stolen, others = crl(where=point(reasons=[STOLEN])), crl(where=point(reasons=ALL_OTHERS))

    assert status(stolen).status is UNKNOWN
    assert status(others).status is UNKNOWN
    assert status(stolen, others).status is GOOD
    assert status(crl(on(STOLEN), where=point(reasons=[STOLEN])), others).status is REVOKED
    assert status(crl(on(STOLEN), where=point(reasons=[STOLEN]), revoked_at=AT + DAY)).status is UNKNOWN


def test_a_distribution_point_speaks_for_its_reasons_only() -> None:
    """RFC 5280 §6.3.3 (d): the certificate's point and the list's must both allow a reason."""
    named = x509.DistributionPoint([x509.UniformResourceIdentifier(URL)], None, frozenset({STOLEN}), None)
    of = certificate("signer", issuer="ca", serial=SERIAL, extensions=[(x509.CRLDistributionPoints([named]), False)])

    assert status(crl(where=point(URL)), of=of).status is UNKNOWN
    assert status(crl(where=point(URL)), crl(where=point(reasons=ALL_OTHERS)), of=of).status is GOOD


def test_a_relative_name_is_completed_with_the_issuer_s() -> None:
    """RFC 5280 §5.2.5: nameRelativeToCRLIssuer equals the full name it stands for."""
    full = x509.DirectoryName(x509.Name([*name("ca").rdns, *name("lists").rdns]))
    points = x509.CRLDistributionPoints([x509.DistributionPoint([full], None, None, None)])
    of = certificate("signer", issuer="ca", serial=SERIAL, extensions=[(points, False)])

    assert status(crl(where=point(relative="lists")), of=of).status is GOOD
    assert status(crl(where=point(relative="other")), of=of).status is UNKNOWN


def test_names_are_compared_as_the_standard_asks() -> None:
    """RFC 5280 §7.1: case and spaces do not distinguish issuers, anything else does."""
    assert status(crl(issuer="  CA ", by="ca")).status is GOOD
    assert status(crl(issuer="c a", by="ca")).status is UNKNOWN


@pytest.mark.parametrize("serial", [SERIAL, SERIAL + 1], ids=["its own entry", "somebody else's"])
def test_an_entry_nobody_understands_spoils_the_whole_list(serial: int) -> None:
    """RFC 5280 §5.3: a critical entry extension that is not known; the list tells nothing of any certificate."""
    assert status(crl((serial, STOLEN, ((UNKNOWN_EXTENSION, True),)))).status is UNKNOWN
    assert status(crl((SERIAL + 1, STOLEN, ((UNKNOWN_EXTENSION, False),)))).status is GOOD


# ---------------------------------------------------------------- lists others sign

ROOT = certificate("root", issuer="root", serial=1, extensions=[AUTHORITY, usage(issues=True)])
ROOT_LIST = crl(issuer="root")
LISTED_AT = x509.CRLDistributionPoints(
    [x509.DistributionPoint([x509.UniformResourceIdentifier(URL)], None, None, None)]
)
LISTER = certificate("ca", issuer="ca", serial=8, key_of="lister", extensions=[usage(issues=False), (LISTED_AT, False)])
#: Of the lister's distribution point, so it says nothing of the signer.
OF_LISTER = crl(where=point(URL))
INDIRECT = point(indirect=True)


def sent_to(lister: str) -> Extension:
    """Return the distribution point of a certificate whose revocation another issuer lists."""
    there = x509.DistributionPoint(None, None, None, [x509.DirectoryName(name(lister))])
    return x509.CRLDistributionPoints([there]), False


def path_status(
    *crls: bytes,
    known: Iterable[x509.Certificate] = (),
    of: x509.Certificate = SIGNER,
    at: datetime = AT,
    anchors: tuple[x509.Certificate, ...] = (ROOT,),
) -> CertificateStatus:
    """Return the end entity's status, with others' certificates at hand."""
    finder = PathFinder(
        trust=TrustAnchors(anchors=anchors), known=tuple(c.public_bytes(Encoding.DER) for c in (CA, *known))
    )
    evidence = read_evidence(crls=crls, ocsps=())
    path = finder.find(of.public_bytes(Encoding.DER), at=at).certificates
    found = dict(path_statuses(path, evidence=evidence, at=at, finder=finder))
    return found[of].status


def test_the_issuer_may_sign_its_lists_with_another_key() -> None:
    """RFC 5280 §6.3.3 (f), (g): certified by the issuer itself, its own status known from the issuer's first key."""
    lists = crl(by="lister")

    assert path_status(OF_LISTER, ROOT_LIST, known=[LISTER]) is UNKNOWN
    assert path_status(lists, known=[LISTER]) is UNKNOWN
    assert path_status(lists, OF_LISTER, ROOT_LIST, known=[LISTER]) is GOOD
    assert path_status(crl(on(STOLEN), by="lister"), OF_LISTER, ROOT_LIST, known=[LISTER]) is REVOKED


def test_a_revoked_list_issuer_proves_nothing() -> None:
    """Its certificate is on the issuer's list."""
    stolen = crl((8, STOLEN, ()), where=point(URL))

    assert path_status(stolen, crl(by="lister"), ROOT_LIST, known=[LISTER]) is UNKNOWN
    assert path_status(stolen, crl(on(STOLEN), by="lister"), ROOT_LIST, known=[LISTER]) is UNKNOWN


def test_nobody_answers_for_itself() -> None:
    """The list issuer's own list says that the list issuer is not revoked: worth nothing."""
    assert path_status(crl(by="lister"), ROOT_LIST, known=[LISTER]) is UNKNOWN


def test_a_namesake_elsewhere_under_the_anchor_lists_nothing() -> None:
    """Another authority under the same root certified a "ca": the same name, another issuer."""
    other = certificate("other", issuer="root", serial=3, extensions=[AUTHORITY, usage(issues=True)])
    namesake = certificate("ca", issuer="other", serial=9, key_of="namesake", extensions=[usage(issues=False)])
    lists = [crl(by="namesake"), crl(issuer="other"), ROOT_LIST]

    assert path_status(*lists, known=[other, namesake]) is UNKNOWN


def test_a_key_that_may_not_sign_lists_does_not() -> None:
    """RFC 5280 §6.3.3 (f): keyUsage without cRLSign."""
    usages = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    lister = certificate("ca", issuer="ca", serial=8, key_of="lister", extensions=[(usages, True), (LISTED_AT, False)])

    assert path_status(crl(by="lister"), OF_LISTER, ROOT_LIST, known=[lister]) is UNKNOWN


def of_issuer(issuer: str) -> Extension:
    """Return the entry extension that names the issuer of the certificate listed."""
    return x509.CertificateIssuer([x509.DirectoryName(name(issuer))]), True


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], GOOD),
        ([(SERIAL, STOLEN, (of_issuer("ca"),))], REVOKED),
        ([(SERIAL, STOLEN, ())], GOOD),
        ([(1, None, (of_issuer("ca"),)), (SERIAL, STOLEN, ())], REVOKED),
        ([(1, None, (of_issuer("ca"),)), (SERIAL, STOLEN, (of_issuer("other"),))], GOOD),
    ],
    ids=["empty", "named", "the lister's own", "named by the entry before", "another issuer's"],
)
def test_an_entry_of_an_indirect_list_belongs_to_the_issuer_named_last(
    entries: list[Entry], expected: CertificateStatus
) -> None:
    """RFC 5280 §5.3.3: the same serial number of another issuer is another certificate."""
    lister = certificate("office", issuer="root", serial=4, extensions=[usage(issues=False)])
    of = certificate("signer", issuer="ca", serial=SERIAL, extensions=[sent_to("office")])
    indirect = crl(*entries, issuer="office", where=INDIRECT)

    assert path_status(indirect, ROOT_LIST, known=[lister], of=of) is expected


def test_an_indirect_list_counts_only_for_certificates_that_name_its_issuer() -> None:
    """RFC 5280 §6.3.3 (b)(1): named in the certificate, and indirect by its own word."""
    lister = certificate("office", issuer="root", serial=4, extensions=[usage(issues=False)])
    of = certificate("signer", issuer="ca", serial=SERIAL, extensions=[sent_to("office")])

    assert path_status(crl(issuer="office", where=INDIRECT), ROOT_LIST, known=[lister]) is UNKNOWN
    assert path_status(crl(issuer="office"), ROOT_LIST, known=[lister], of=of) is UNKNOWN


def test_a_list_issuer_under_another_anchor_lists_nothing() -> None:
    """RFC 5280 §6.3.3 (f): its path must end at the anchor of the certificate's own path."""
    other_root = certificate("root 2", issuer="root 2", serial=1, extensions=[AUTHORITY, usage(issues=True)])
    lister = certificate("office", issuer="root 2", serial=4, extensions=[usage(issues=False)])
    of = certificate("signer", issuer="ca", serial=SERIAL, extensions=[sent_to("office")])
    lists = [crl(issuer="office", where=INDIRECT), ROOT_LIST, crl(issuer="root 2")]

    assert path_status(*lists, known=[lister], of=of, anchors=(ROOT, other_root)) is UNKNOWN


def test_an_indirect_list_of_the_issuer_itself_counts() -> None:
    """RFC 5280 §5.2.5: it may speak of others too."""
    assert status(crl(where=INDIRECT)).status is GOOD
    assert status(crl(on(STOLEN), where=INDIRECT)).status is REVOKED


# ---------------------------------------------------------------- lists as this project's authority makes them


@pytest.mark.parametrize("scope", [CrlScope.USERS, CrlScope.AUTHORITIES])
def test_lists_of_our_own_authority_are_understood(scope: CrlScope) -> None:
    """Critical distribution point, freshestCRL, changes with reason and invalidity date."""
    key_id = x509.SubjectKeyIdentifier.from_public_key(key("ca").public_key())
    ca = certificate("ca", issuer="root", serial=2, extensions=[AUTHORITY, usage(issues=True), (key_id, False)])
    kind = [AUTHORITY] if scope is CrlScope.AUTHORITIES else []
    of = certificate("signer", issuer="ca", serial=SERIAL, extensions=[(LISTED_AT, False), *kind])
    issuer = Credential(certificate=ca, key=key("ca"))

    def made(*entries: RevokedEntry, base: int | None, start: datetime) -> bytes:
        content = CrlContent(
            number=6 if base else 5,
            this_update=start,
            next_update=AT + DAY,
            entries=entries,
            base_number=base,
            url=URL,
            scope=scope,
            delta_url=None if base else "http://crl.example/1-delta.crl",
        )
        return build_crl(content, issuer).public_bytes(Encoding.DER)

    complete, unchanged = made(base=None, start=AT - DAY), made(base=5, start=LATER)
    revoked = RevokedEntry(serial=SERIAL, revoked_at=LATER, reason=STOLEN, invalidity_date=AT - 9 * DAY)
    changed = made(revoked, base=5, start=LATER)

    assert status(complete, of=of).status is GOOD
    assert status(complete, unchanged, of=of).status is GOOD
    said = status(complete, changed, of=of)
    assert (said.status, said.revoked_at, said.reason, said.evidence) == (REVOKED, LATER, STOLEN.value, "crl")
    assert [statement.revoked_at for statement in said.decisive] == [LATER]
