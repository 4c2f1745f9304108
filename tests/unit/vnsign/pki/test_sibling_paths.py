"""A path that is taken from a sibling's is the one that the general procedure would find."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.memory import PkiMemory
from vnsign.pki.path import PathFinder, PathPolicy, PathResult

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
Extension = tuple[x509.ExtensionType, bool]
AUTHORITY: Extension = (x509.BasicConstraints(ca=True, path_length=None), True)
POLICY = "1.2.3.4"


@cache
def key(owner: str) -> ec.EllipticCurvePrivateKey:
    """Return the key of somebody."""
    assert owner
    return ec.generate_private_key(ec.SECP256R1())


def name(
    text: str, part: x509.ObjectIdentifier = NameOID.COMMON_NAME, kind: _ASN1Type = _ASN1Type.UTF8String
) -> x509.Name:
    """Return a name."""
    return x509.Name([x509.NameAttribute(part, text, _type=kind)])


@dataclass(frozen=True, kw_only=True)
class Made:
    """How a certificate is made; ``by`` and ``key_of`` name keys that are not those of the names."""

    subject: str
    serial: int
    issuer: str = "ca"
    by: str = ""
    key_of: str = ""
    part: x509.ObjectIdentifier = NameOID.COMMON_NAME
    kind: _ASN1Type = _ASN1Type.UTF8String
    start: datetime = AT - DAY
    end: datetime = AT + DAY
    extensions: tuple[Extension, ...] = ()

    def certificate(self) -> x509.Certificate:
        """Make it."""
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(self.subject, self.part, self.kind))
            .issuer_name(name(self.issuer))
            .public_key(key(self.key_of or self.subject).public_key())
            .serial_number(self.serial)
            .not_valid_before(self.start)
            .not_valid_after(self.end)
        )
        for extension, critical in self.extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(key(self.by or self.issuer), hashes.SHA256())


def der(one: x509.Certificate) -> bytes:
    """Return the DER."""
    return one.public_bytes(Encoding.DER)


def policies(oid: str) -> Extension:
    """Return the extension that names a certificate policy."""
    return x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(oid), None)]), False


def alternative(*names: str) -> Extension:
    """Return alternative names."""
    return x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), False


BASE = (policies(POLICY), alternative("an.gov.vn"))
LONG = 400 * DAY
ROOT = Made(
    subject="root", issuer="root", serial=1, extensions=(AUTHORITY,), start=AT - LONG, end=AT + LONG
).certificate()
CA = Made(
    subject="ca", issuer="root", serial=2, extensions=(AUTHORITY, policies(POLICY)), start=AT - LONG, end=AT + LONG
).certificate()
NARROW = Made(
    subject="ca",
    issuer="root",
    serial=2,
    start=AT - LONG,
    end=AT + LONG,
    extensions=(
        AUTHORITY,
        (x509.NameConstraints(permitted_subtrees=[x509.DNSName("an.gov.vn")], excluded_subtrees=None), True),
    ),
).certificate()
TRUST = TrustAnchors(anchors=(ROOT,))
FIRST = Made(subject="an", serial=3, extensions=BASE)
#: What comes after the first; most are refused by the general procedure.
NEXT = {
    "sibling": Made(subject="binh", serial=4, extensions=(BASE[0], alternative("binh.gov.vn"))),
    "forged": Made(subject="binh", serial=4, extensions=BASE, by="stranger"),
    "expired": Made(subject="binh", serial=4, extensions=BASE, end=AT - timedelta(hours=1)),
    "not yet valid": Made(subject="binh", serial=4, extensions=BASE, start=AT + timedelta(hours=1)),
    "another policy": Made(subject="binh", serial=4, extensions=(policies("1.2.3.5"), BASE[1])),
    "an unknown critical extension": Made(
        subject="binh",
        serial=4,
        extensions=(*BASE, (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.9"), b"\x05\x00"), True)),
    ),
    "the anchor's name and key": Made(subject="ROOT", serial=4, key_of="root", extensions=BASE),
    "an authority": Made(subject="binh", serial=4, extensions=(AUTHORITY, *BASE)),
    "a telephone number in letters": Made(
        subject="binh", serial=4, extensions=BASE, part=x509.ObjectIdentifier("2.5.4.20")
    ),
    "digits for a name": Made(subject="123", serial=4, extensions=BASE, kind=_ASN1Type.NumericString),
    "no sibling": Made(subject="binh", serial=4, issuer="root", extensions=BASE),
}
MOMENTS = [timedelta(), timedelta(hours=-2), timedelta(hours=2), timedelta(days=2), timedelta(days=-2)]


def finder(memory: PkiMemory, *known: x509.Certificate, ca: x509.Certificate = CA) -> PathFinder:
    """Return a finder that knows the authority."""
    return PathFinder.among((der(ca), *map(der, known)), trust=TRUST, memory=memory)


@pytest.mark.parametrize("which", NEXT)
@pytest.mark.parametrize("ca", [CA, NARROW], ids=["any name", "names constrained"])
@pytest.mark.parametrize(
    "asked",
    [PathPolicy(), PathPolicy(acceptable=frozenset({POLICY}), requires_policy=True)],
    ids=["any policy", "one policy"],
)
def test_a_sibling_gets_what_it_would_get_alone(which: str, ca: x509.Certificate, asked: PathPolicy) -> None:
    """Whoever came before it, at any moment, under the same demands; whether its file brings it or not."""
    first, certificate = FIRST.certificate(), NEXT[which].certificate()
    for known in ((), (certificate,)):
        _compare(first, certificate, known, ca=ca, asked=asked)


def _compare(
    first: x509.Certificate,
    certificate: x509.Certificate,
    known: tuple[x509.Certificate, ...],
    *,
    ca: x509.Certificate,
    asked: PathPolicy,
) -> None:
    memory = PkiMemory()
    for before in MOMENTS:
        finder(memory, first, ca=ca).find(der(first), at=AT + before, policy=asked)
    for moment in MOMENTS:
        at = AT + moment
        found = finder(memory, *known, ca=ca).find(der(certificate), at=at, policy=asked)
        expected = finder(PkiMemory(), *known, ca=ca).find(der(certificate), at=at, policy=asked)
        assert (found.problem, found.certificates) == (expected.problem, expected.certificates), moment


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return whose paths were searched by the general procedure."""
    seen: list[bytes] = []
    search = PathFinder._search

    def watched(self: PathFinder, certificate: bytes, *rest: object, **more: object) -> PathResult:
        seen.append(certificate)
        return search(self, certificate, *rest, **more)  # type: ignore[arg-type] # as it was called

    monkeypatch.setattr(PathFinder, "_search", watched)
    return seen


def test_a_series_is_searched_once(searched: list[bytes]) -> None:
    """Nine of one form cost one search."""
    made = [Made(subject=f"an {n}", serial=100 + n, key_of="an", extensions=BASE) for n in range(9)]
    memory, series = PkiMemory(), _all(made)
    for certificate in series:
        found = finder(memory, certificate).find(der(certificate), at=AT)
        assert found.certificates == (certificate, CA, ROOT)

    assert searched == [der(series[0])]


def _again(how: dict[str, object]) -> dict[str, object]:
    return {"policy": PathPolicy(), "at": AT, "trust": TRUST} | how


OTHER_ROOT = Made(
    subject="other", issuer="other", serial=1, extensions=(AUTHORITY,), start=AT - LONG, end=AT + LONG
).certificate()


@pytest.mark.parametrize(
    "how",
    [
        {"policy": PathPolicy(requires_policy=True)},
        {"at": AT - timedelta(days=3)},
        {"trust": TrustAnchors(anchors=(ROOT, OTHER_ROOT))},
    ],
    ids=["policy", "moment", "anchors"],
)
def test_another_question_is_not_answered_by_a_sibling(how: dict[str, object], searched: list[bytes]) -> None:
    """What a sibling's path hangs on stands in the key, or in the span of time."""
    memory, one = PkiMemory(), FIRST.certificate()
    other = Made(subject="binh", serial=4, extensions=BASE, start=AT - 9 * DAY).certificate()
    finder(memory, one).find(der(one), at=AT)
    asked = _again(how)
    trust, at, policy = asked["trust"], asked["at"], asked["policy"]
    assert isinstance(trust, TrustAnchors)
    assert isinstance(at, datetime)
    assert isinstance(policy, PathPolicy)
    PathFinder.among((der(CA),), trust=trust, memory=memory).find(der(other), at=at, policy=policy)

    assert searched == [der(one), der(other)]


def test_what_was_refused_helps_nobody(searched: list[bytes]) -> None:
    """Only a valid path is kept."""
    memory = PkiMemory()
    forged, real = NEXT["forged"].certificate(), NEXT["sibling"].certificate()
    for certificate in (forged, real):
        finder(memory, certificate).find(der(certificate), at=AT)

    assert searched == [der(forged), der(real)]


def test_an_authority_of_the_same_number_is_not_its_issuer() -> None:
    """Of two certificates with one issuer and number only one can be meant: the general procedure takes neither."""
    rolled = Made(
        subject="ca", issuer="ca", serial=50, key_of="new", start=AT - LONG, end=AT + LONG, extensions=(AUTHORITY,)
    ).certificate()
    memory = PkiMemory()
    for serial in (3, 50):
        certificate = Made(subject=f"an {serial}", serial=serial, by="new", extensions=BASE[1:]).certificate()
        known = (der(CA), der(rolled))
        found = PathFinder.among(known, trust=TRUST, memory=memory).find(der(certificate), at=AT)
        expected = PathFinder(trust=TRUST, known=known).find(der(certificate), at=AT)
        assert (found.problem, found.certificates) == (expected.problem, expected.certificates)
        assert (found.problem is None) is (serial == 3)


def _all(things: Iterable[Made]) -> list[x509.Certificate]:
    return [each.certificate() for each in things]


def test_a_memory_that_met_all_answers_as_one_that_met_none() -> None:
    """In any order, twice."""
    memory, everybody = PkiMemory(), _all([FIRST, *NEXT.values()])
    for certificate in [*everybody, *reversed(everybody)]:
        found = finder(memory, certificate).find(der(certificate), at=AT)
        expected = finder(PkiMemory(), certificate).find(der(certificate), at=AT)
        assert (found.problem, found.certificates) == (expected.problem, expected.certificates)
