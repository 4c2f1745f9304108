"""Paths among hostile, twisted and broken certificates; what is asked of policies; what is remembered."""

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
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.path import PathFinder, PathPolicy, PathProblem, PathResult, find_path

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY, OTHER = "1.2.3.4", "1.2.3.5"
Extension = tuple[x509.ExtensionType, bool]
AUTHORITY: Extension = (x509.BasicConstraints(ca=True, path_length=None), True)


@cache
def key(owner: str) -> ec.EllipticCurvePrivateKey:
    """Return the key of somebody."""
    assert owner
    return ec.generate_private_key(ec.SECP256R1())


def name(common_name: str) -> x509.Name:
    """Return a name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def certificate(
    subject: str, *, issuer: str, serial: int, by: str = "", extensions: Iterable[Extension] = (AUTHORITY,)
) -> x509.Certificate:
    """Return a certificate; ``by`` names the key that signs when it is not the issuer's."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key(subject).public_key())
        .serial_number(serial)
        .not_valid_before(AT - DAY)
        .not_valid_after(AT + DAY)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(key(by or issuer), hashes.SHA256())


def der(one: x509.Certificate) -> bytes:
    """Return the DER."""
    return one.public_bytes(Encoding.DER)


def with_policy(*oids: str) -> Extension:
    """Return the extension that names certificate policies."""
    return x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in oids]), False


ROOT = certificate("root", issuer="root", serial=1)
CA = certificate("ca", issuer="root", serial=2, extensions=[AUTHORITY, with_policy(POLICY)])
LEAF = certificate("leaf", issuer="ca", serial=3, extensions=[with_policy(POLICY)])
TRUST = TrustAnchors(anchors=(ROOT,))


# ---------------------------------------------------------------- hostile certificates


def test_certificates_that_name_each_other_cost_nothing() -> None:
    """Sixty that are each other's issuers, and no way to an anchor: no path, at once, not after 60! attempts."""
    loop = [certificate("ab"[i % 2], issuer="ba"[i % 2], serial=100 + i) for i in range(60)]
    leaf = certificate("leaf", issuer="a", serial=5, extensions=())

    assert find_path(der(leaf), trust=TRUST, known=[der(c) for c in loop], at=AT).problem is PathProblem.NO_PATH


def test_a_forged_authority_does_not_hide_the_real_one() -> None:
    """Same issuer, name and serial number, signed by nobody: left aside, not taken for the authority."""
    forged = certificate("ca", issuer="root", serial=2, by="stranger")
    for known in ([der(forged), der(CA)], [der(CA), der(forged)]):
        assert find_path(der(LEAF), trust=TRUST, known=known, at=AT).certificates == (LEAF, CA, ROOT)


def test_only_an_authority_brings_certificates_into_a_path() -> None:
    """What an end entity signed is nobody's certificate: it is not even looked at when list issuers are sought."""
    below = certificate("below", issuer="leaf", serial=6)
    finder = PathFinder(trust=TRUST, known=(der(CA), der(LEAF), der(below)))

    assert finder.find(der(below), at=AT).problem is not None
    assert finder.certificates_of(name("leaf")) == (LEAF,)
    assert finder.certificates_of(name("below")) == ()


def test_certificates_of_a_name_hang_together_with_an_anchor() -> None:
    """Anchors, and what they signed; a name in other letters is the same name."""
    stranger = certificate("ca", issuer="stranger", serial=9)
    finder = PathFinder(trust=TRUST, known=(der(stranger), der(CA), b"junk"))

    assert finder.certificates_of(name(" CA")) == (CA,)
    assert finder.certificates_of(name("root")) == (ROOT,)
    assert finder.certificates_of(name("stranger")) == ()


# ---------------------------------------------------------------- policies


@pytest.mark.parametrize(
    ("policy", "is_valid"),
    [
        (PathPolicy(), True),
        (PathPolicy(acceptable=frozenset({POLICY}), requires_policy=True), True),
        (PathPolicy(acceptable=frozenset({OTHER}), requires_policy=True), False),
        (PathPolicy(acceptable=frozenset({OTHER})), True),
    ],
)
def test_a_policy_is_asked_for_when_required(policy: PathPolicy, is_valid: bool) -> None:  # noqa: FBT001
    """RFC 5280 §6.1.1 (c), (e): by default any path will do."""
    result = PathFinder(trust=TRUST, known=(der(CA),)).find(der(LEAF), at=AT, policy=policy)

    assert (result.problem is None) is is_valid


def test_any_policy_counts_unless_inhibited() -> None:
    """RFC 5280 §6.1.1 (g)."""
    any_policy = certificate("ca", issuer="root", serial=2, extensions=[AUTHORITY, with_policy("2.5.29.32.0")])
    finder = PathFinder(trust=TRUST, known=(der(any_policy),))
    wanted = PathPolicy(acceptable=frozenset({POLICY}), requires_policy=True)
    inhibited = PathPolicy(acceptable=frozenset({POLICY}), requires_policy=True, inhibits_any_policy=True)

    assert finder.find(der(LEAF), at=AT, policy=wanted).problem is None
    assert finder.find(der(LEAF), at=AT, policy=inhibited).problem is PathProblem.INVALID


def test_a_mapped_policy_counts_unless_inhibited() -> None:
    """RFC 5280 §6.1.1 (f)."""
    # policyMappings { 1.2.3.5 → 1.2.3.4 }; the library has no type for it
    mapping = x509.UnrecognizedExtension(
        x509.ObjectIdentifier("2.5.29.33"), bytes.fromhex("300c300a06032a030506032a0304")
    )
    ca = certificate("ca", issuer="root", serial=2, extensions=[AUTHORITY, with_policy(OTHER), (mapping, False)])
    finder = PathFinder(trust=TRUST, known=(der(ca),))
    wanted = PathPolicy(acceptable=frozenset({OTHER}), requires_policy=True)
    inhibited = PathPolicy(acceptable=frozenset({OTHER}), requires_policy=True, inhibits_mapping=True)

    assert finder.find(der(LEAF), at=AT, policy=wanted).problem is None
    assert finder.find(der(LEAF), at=AT, policy=inhibited).problem is PathProblem.INVALID


# ---------------------------------------------------------------- memory


def test_an_answer_is_remembered_for_its_question_only() -> None:
    """Another time, another policy, another finder: another answer."""
    finder = PathFinder(trust=TRUST, known=(der(CA),))
    first = finder.find(der(LEAF), at=AT)
    strict = PathPolicy(acceptable=frozenset({OTHER}), requires_policy=True)

    assert finder.find(der(LEAF), at=AT) is first
    assert finder.find(der(LEAF), at=AT + 3 * DAY).problem is PathProblem.EXPIRED
    assert finder.find(der(LEAF), at=AT, policy=strict).problem is PathProblem.INVALID
    assert PathFinder(trust=TRUST).find(der(LEAF), at=AT).problem is PathProblem.NO_PATH
    assert PathFinder(trust=TrustAnchors(), known=(der(CA),)).find(der(LEAF), at=AT).problem is PathProblem.NO_PATH


# ---------------------------------------------------------------- broken certificates


def mutated(data: st.DataObject, original: bytes) -> bytes:
    """Change up to three bytes, and perhaps cut the end off."""
    broken = bytearray(original)
    for _ in range(data.draw(st.integers(1, 3))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    return bytes(broken[: data.draw(st.sampled_from([len(broken), len(broken), len(broken) // 2]))])


def check_mutated(data: st.DataObject) -> None:
    """Break the end entity's certificate, then the authority's: each time a path or a problem, no exception."""
    leaf, authority = mutated(data, der(LEAF)), mutated(data, der(CA))
    for end, known in ((leaf, der(CA)), (der(LEAF), authority)):
        result = find_path(end, trust=TRUST, known=(known,), at=AT)
        assert isinstance(result, PathResult)
        assert (result.problem is None) == bool(result.certificates)
        # what was signed is what was signed; the signature's own encoding is not covered by it
        found = [c.tbs_certificate_bytes for c in result.certificates]
        assert found in ([], [c.tbs_certificate_bytes for c in (LEAF, CA, ROOT)])


MUTATIONS = settings(suppress_health_check=list(HealthCheck), database=None)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")
@settings(MUTATIONS, max_examples=500)
@given(st.data())
def test_mutated_certificates_give_an_answer(data: st.DataObject) -> None:
    """A thousand broken certificates: never an exception, never a path with changed content in it."""
    check_mutated(data)


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")
@settings(MUTATIONS, max_examples=5000)
@given(st.data())
def test_ten_thousand_mutated_certificates_give_an_answer(data: st.DataObject) -> None:
    """The same, ten thousand times."""
    check_mutated(data)
