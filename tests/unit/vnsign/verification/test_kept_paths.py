"""A verifier that judged a signer's path before says of it, at any other moment, what one that did not would say."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

import vnsign
from tests.materials import Office, make_office, plain_pdf
from vnsign.policy.validation import DEFAULT_POLICY
from vnsign.report import Verdict
from vnsign.verification import paths


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An authority with its people."""
    return make_office(tmp_path_factory.mktemp("office") / "ca")


@pytest.fixture(scope="module")
def trust(office: Office) -> vnsign.TrustStore:
    """Root and lists."""
    lists = tuple(crl for c in office.authority.certificates() for crl in office.crls.crls_for(c))
    return vnsign.TrustStore(
        anchors=office.trust.anchors, crls=(*lists, *office.crls.crls_for(office.leader.certificate))
    )


@pytest.fixture(scope="module")
def signed(office: Office) -> list[bytes]:
    """Two signatures of the leader, one of the deputy."""
    pdfs = [(plain_pdf(), office.leader), (plain_pdf(pages=2), office.leader), (plain_pdf(), office.deputy)]
    return [vnsign.sign_pdf(pdf, signer, check_status=False, clock=office.clock) for pdf, signer in pdfs]


def _moments(office: Office, trust: vnsign.TrustStore) -> list[datetime]:
    """Each moment at which something changes, a second and an hour to both sides of it, and some between."""
    certificates = [office.leader.certificate, office.deputy.certificate, *office.authority.certificates()]
    changes = [m for c in certificates for m in (c.not_valid_before_utc, c.not_valid_after_utc)]
    changes += [m for crl in trust.crls for m in (crl.last_update_utc, crl.next_update_utc) if m is not None]
    near = [timedelta(), timedelta(seconds=1), timedelta(seconds=3), timedelta(hours=1)]
    dice = random.Random(5)
    moments = [change + sign * step for change in changes for step in near for sign in (-1, 1)]
    moments += [datetime.now(UTC) + timedelta(minutes=dice.randrange(-600, 600)) for _ in range(10)]
    dice.shuffle(moments)
    return moments


@pytest.mark.parametrize("age", [None, timedelta(hours=2)])
def test_what_was_judged_before_is_told_as_if_it_were_judged_anew(
    office: Office, trust: vnsign.TrustStore, signed: list[bytes], age: timedelta | None
) -> None:
    """Whole reports are equal, at every moment near one at which something changes, also under a stricter policy."""
    policy = DEFAULT_POLICY if age is None else vnsign.ValidationPolicy(name="fresh", max_evidence_age=age)
    verifier = vnsign.Verifier(trust=trust, policy=policy)
    verdicts = set()
    for number, at in enumerate(_moments(office, trust)):
        pdf = signed[number % len(signed)]
        report = verifier.inspect_pdf(pdf, at=at)
        assert report == vnsign.inspect_pdf(pdf, trust=trust, at=at, policy=policy), at
        verdicts.add(report.verdict)
    assert Verdict.INDETERMINATE in verdicts


def test_a_signer_met_before_is_not_judged_anew(
    trust: vnsign.TrustStore, signed: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor under a moment a minute later; under other lists he is."""
    verifier, at = vnsign.Verifier(trust=trust), datetime.now(UTC)
    first = verifier.inspect_pdf(signed[0], at=at)
    assert first.verdict is Verdict.TOTAL_PASSED
    monkeypatch.setattr(paths, "keep", lambda *_args, **_more: pytest.fail("judged anew"))
    later = verifier.inspect_pdf(signed[1], at=at + timedelta(minutes=1))
    assert later.signatures[0].chain[0].judged_at == at + timedelta(minutes=1)
    without = vnsign.Verifier(trust=vnsign.TrustStore(anchors=trust.anchors))
    assert without.inspect_pdf(signed[0], at=at).verdict is Verdict.INDETERMINATE
