"""A verifier that judged a signer before says of his next signature what one that did not would say."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

import vnsign
from tests.materials import HandClock, Office, make_office, plain_pdf
from vnsign.pdf.reading.security_store import SecurityStore
from vnsign.pdf.reading.structure import read_structure
from vnsign.pki.cms_reading import SignedCms, parse_signed_data
from vnsign.pki.evidence import RevocationEvidence
from vnsign.pki.memory import PkiMemory
from vnsign.policy.algorithms import AlgorithmRule, AlgorithmTable, KeyRule
from vnsign.policy.validation import DEFAULT_POLICY, ValidationPolicy
from vnsign.report import Level, Verdict
from vnsign.verification import Circumstances, inspect_by, signatures
from vnsign.verification.kept_judgements import question_of
from vnsign.verification.material import gather_material

AT = datetime.now(UTC)
ENDS = AT + timedelta(hours=3)
OWN = {"message_digest", "signature", "signed_attributes"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An authority with its people."""
    return make_office(tmp_path_factory.mktemp("office") / "ca", clock=HandClock(AT))


@pytest.fixture(scope="module")
def trust(office: Office) -> vnsign.TrustStore:
    """Root and lists."""
    lists = tuple(crl for c in office.authority.certificates() for crl in office.crls.crls_for(c))
    issued = office.crls.crls_for(office.leader.certificate)
    return vnsign.TrustStore(anchors=office.trust.anchors, crls=(*lists, *issued))


@pytest.fixture(scope="module")
def signed(office: Office) -> list[bytes]:
    """Two of the leader, one of the deputy, one with a timestamp, one that was signed twice."""
    one, other = plain_pdf(), plain_pdf(pages=2)
    leader, deputy, clock = office.leader, office.deputy, office.clock
    first = vnsign.sign_pdf(one, leader, check_status=False, clock=clock)
    return [
        first,
        vnsign.sign_pdf(other, leader, check_status=False, clock=clock),
        vnsign.sign_pdf(one, deputy, check_status=False, clock=clock),
        vnsign.sign_pdf(other, leader, level="B-T", tsa=office.tsa, check_status=False, clock=clock),
        vnsign.sign_pdf(first, deputy, check_status=False, clock=clock),
    ]


def _algorithms(*, warns: bool) -> AlgorithmTable:
    return AlgorithmTable(
        digests={"sha256": AlgorithmRule(ends=ENDS, warns=warns)},
        keys=(KeyRule(kind="ec", min_bits=256, ends=ENDS + timedelta(hours=1), warns=warns),),
    )


POLICIES = (
    DEFAULT_POLICY,
    ValidationPolicy(name="ends", algorithms=_algorithms(warns=False)),
    ValidationPolicy(name="weak", algorithms=_algorithms(warns=True)),
    ValidationPolicy(name="timestamped", accepts_claimed_time=False),
    ValidationPolicy(name="high", required_level=Level.PADES_B_LT),
)
_STEP = timedelta(microseconds=1)
MOMENTS = (
    AT,
    ENDS - _STEP,
    ENDS,
    ENDS + timedelta(hours=1),
    ENDS + timedelta(hours=1) - _STEP,
    AT + timedelta(hours=1),
)


def _settings(trust: vnsign.TrustStore) -> Iterator[Circumstances]:
    base = Circumstances(trust=trust, at=AT)
    without = vnsign.TrustStore(anchors=trust.anchors)
    others = (trust, without, vnsign.TrustStore(crls=trust.crls))
    for policy, at, which in product(POLICIES, MOMENTS, others):
        yield replace(base, trust=which, at=at, policy=policy)
    side = RevocationEvidence(crls=trust.crls)
    yield replace(base, trust=without, side=side)
    yield replace(base, trust=without, fetched=side)
    yield replace(base, trust=without, fetched=RevocationEvidence())


def test_one_memory_for_every_question_says_what_a_new_one_for_each_says(
    trust: vnsign.TrustStore, signed: list[bytes]
) -> None:
    """Whole reports, under any policy, trust, evidence and moment near one at which an algorithm ends."""
    memory, verdicts = PkiMemory(), set()
    cases = list(product(_settings(trust), range(len(signed))))
    random.Random(3).shuffle(cases)
    for circumstances, number in cases[:120]:
        report = inspect_by(signed[number], replace(circumstances, memory=memory))
        alone = inspect_by(signed[number], replace(circumstances, memory=PkiMemory()))
        assert report == alone, (circumstances, number)
        verdicts.add(report.verdict)

    assert verdicts == {Verdict.TOTAL_PASSED, Verdict.INDETERMINATE}


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_what_was_judged_at_one_moment_is_told_rightly_at_another(
    trust: vnsign.TrustStore, signed: list[bytes], policy: ValidationPolicy
) -> None:
    """Every pair of moments near those at which an algorithm ends."""
    base = Circumstances(trust=trust, at=AT, policy=policy)
    expected = {at: inspect_by(signed[1], replace(base, at=at, memory=PkiMemory())) for at in MOMENTS}
    for first, second in product(MOMENTS, MOMENTS):
        memory = PkiMemory()
        inspect_by(signed[0], replace(base, at=first, memory=memory))
        report = inspect_by(signed[1], replace(base, at=second, memory=memory))
        assert report == expected[second], (first, second)


def test_a_flipped_byte_in_a_known_signers_file_is_seen(trust: vnsign.TrustStore, signed: list[bytes]) -> None:
    """In what was signed: never passed; there and in the signature: told as by one who knows nobody."""
    verifier, dice = vnsign.Verifier(trust=trust), random.Random(4)
    pdf = signed[1]
    assert verifier.inspect_pdf(signed[0], at=AT).verdict is Verdict.TOTAL_PASSED
    assert verifier.inspect_pdf(pdf, at=AT).verdict is Verdict.TOTAL_PASSED
    found = read_structure(pdf).signatures[0]
    _, gap, after, _ = found.byte_range
    used = gap + 1 + 2 * len(found.contents.rstrip(b"\0"))
    for number in range(90):
        at = dice.choice([dice.randrange(gap), dice.randrange(gap, used), dice.randrange(after, len(pdf))])
        mutant = pdf[:at] + bytes((pdf[at] ^ dice.choice((1, 2, 16)),)) + pdf[at + 1 :]
        report = verifier.inspect_pdf(mutant, at=AT)
        assert report == vnsign.inspect_pdf(mutant, trust=trust, at=AT), (number, at)
        if not gap <= at < after:  # not all of the message is signed: authorities' certificates, say
            assert report.verdict is not Verdict.TOTAL_PASSED, (number, at)


def test_a_known_signer_is_not_judged_anew(
    trust: vnsign.TrustStore, signed: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor at a moment a minute later."""
    verifier = vnsign.Verifier(trust=trust)
    verifier.inspect_pdf(signed[0], at=AT)
    monkeypatch.setattr(signatures, "judge_signer", lambda *_args, **_more: pytest.fail("judged anew"))
    later = verifier.inspect_pdf(signed[1], at=AT + timedelta(minutes=1))

    assert later.verdict is Verdict.TOTAL_PASSED
    assert later.signatures[0].chain[0].judged_at == AT + timedelta(minutes=1)


def _other(cms: SignedCms, name: str) -> SignedCms:
    value: object = getattr(cms, name)
    match value:
        case bool() | int():
            changed: object = not value
        case str():
            changed = value + "x"
        case bytes():
            changed = value + b"x"
        case tuple():
            changed = (*value, b"x")
        case _:
            changed = b"x"
    return replace(cms, **{name: changed})  # type: ignore[arg-type]  # of several types


@pytest.mark.parametrize("name", [each.name for each in fields(SignedCms)])
def test_a_message_that_differs_in_anything_but_its_values_is_another(
    name: str, trust: vnsign.TrustStore, signed: list[bytes]
) -> None:
    """Every field but three stands in the key."""
    cms = parse_signed_data(read_structure(signed[0]).signatures[0].contents)
    circumstances = Circumstances(trust=trust, at=AT)
    material = gather_material(SecurityStore(), [cms], circumstances=circumstances)
    one, other = (question_of(each, "/ETSI.CAdES.detached", material=material) for each in (cms, _other(cms, name)))

    assert one is not None
    assert (one == other) is (name in OWN)


def test_what_the_file_and_the_verifier_bring_stands_in_the_key(trust: vnsign.TrustStore, signed: list[bytes]) -> None:
    """The type of the signature, certificates, trust, policy; a file with evidence of its own has no key."""
    cms = parse_signed_data(read_structure(signed[0]).signatures[0].contents)
    base = Circumstances(trust=trust, at=AT)
    store = SecurityStore(certificates=(b"junk",))
    settings = [base, replace(base, policy=POLICIES[1]), replace(base, trust=replace(trust))]
    settings += [replace(base, side=RevocationEvidence()), replace(base, fetched=RevocationEvidence())]
    materials = [gather_material(SecurityStore(), [cms], circumstances=each) for each in settings]
    materials.append(gather_material(store, [cms], circumstances=base))
    questions = [question_of(cms, "/ETSI.CAdES.detached", material=material) for material in materials]
    questions.append(question_of(cms, "/adbe.pkcs7.detached", material=materials[0]))

    assert None not in questions
    assert len(set(questions)) == len(questions)
    with_list = gather_material(SecurityStore(crls=(b"junk",)), [cms], circumstances=base)
    assert question_of(cms, "/ETSI.CAdES.detached", material=with_list) is None
