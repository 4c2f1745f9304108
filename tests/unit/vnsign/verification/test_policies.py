"""What a policy asks for decides, and anchors of one scheme never vouch for another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

import vnsign
from tests.judging_kit import BEGIN, DAY, HOUR, HandMade, OwnRoot, World, judge, make_world, only, stamp_of
from tests.support import require_data
from vnsign.adapters.trust_folder import read_trust_folder
from vnsign.pki.anchors import fingerprint
from vnsign.policy.known_anchors import Scheme
from vnsign.policy.validation import DEFAULT_POLICY, POLICIES, AnchorRule, StatusDemand
from vnsign.report import CertificateState, FindingCode, Indication, Level, LevelReason, SubIndication

ROOT = OwnRoot(end=BEGIN + 3000 * DAY)
KEY = ec.generate_private_key(ec.SECP256R1())
SIGNED = HandMade(key=KEY, certificate=ROOT.issue(KEY, end=BEGIN + 300 * DAY), claimed=BEGIN).pdf()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """An authority with a time-stamping service."""
    return make_world(tmp_path_factory.mktemp("authority"))


def asked(**demands: object) -> vnsign.ValidationPolicy:
    """Return a policy that asks for more than the default."""
    return replace(DEFAULT_POLICY, name="thử", **demands)  # type: ignore[arg-type]  # of several types


@pytest.mark.parametrize(
    ("policy", "sub", "code"),
    [
        (
            asked(required_level=Level.PADES_B_T),
            SubIndication.SIG_CONSTRAINTS_FAILURE,
            FindingCode.LEVEL_BELOW_POLICY,
        ),
        (asked(accepts_claimed_time=False), SubIndication.SIG_CONSTRAINTS_FAILURE, FindingCode.TIME_NOT_PROVEN),
        (
            asked(sub_filters=frozenset({"/adbe.pkcs7.detached"})),
            SubIndication.SIG_CONSTRAINTS_FAILURE,
            FindingCode.SUBFILTER_NOT_ACCEPTED,
        ),
        (asked(requires_key_usage=True), SubIndication.CHAIN_CONSTRAINTS_FAILURE, FindingCode.KEY_USAGE_UNSUITABLE),
        (
            asked(required_purposes=frozenset({"1.3.6.1.5.5.7.3.4"})),
            SubIndication.CHAIN_CONSTRAINTS_FAILURE,
            FindingCode.KEY_USAGE_UNSUITABLE,
        ),
        (
            asked(certificate_policies=frozenset({"2.16.704.1.1.1.1.1"})),
            SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
            FindingCode.PATH_INVALID,
        ),
        (asked(max_evidence_age=timedelta(hours=1)), SubIndication.TRY_LATER, FindingCode.REVOCATION_NOT_CHECKED),
        (
            asked(anchors=(AnchorRule(sha256=fingerprint(ROOT.certificate()), until=BEGIN),)),
            SubIndication.NO_CERTIFICATE_CHAIN_FOUND_NO_POE,
            FindingCode.ANCHOR_NO_LONGER_TRUSTED,
        ),
        (
            asked(anchors=(AnchorRule(sha256="0" * 64),)),
            SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
            FindingCode.ANCHOR_OF_ANOTHER_SCHEME,
        ),
    ],
)
def test_what_a_policy_asks_for_decides(policy: vnsign.ValidationPolicy, sub: SubIndication, code: FindingCode) -> None:
    """Each demand leaves open a signature that passes without it; the report names the policy."""
    assert judge(SIGNED, ROOT.trust()).verdict is vnsign.Verdict.TOTAL_PASSED
    report = judge(SIGNED, ROOT.trust(), policy=policy)

    assert (only(report).indication, only(report).subindication) == (Indication.INDETERMINATE, sub)
    assert code in {f.code for f in only(report).findings}
    assert report.policy == "thử"


def test_a_timestamp_long_after_the_claimed_time_may_be_refused(world: World) -> None:
    """EN 319 102-1 §5.5.4 step 5."""
    made = HandMade(key=KEY, certificate=ROOT.issue(KEY), claimed=BEGIN, stamp=stamp_of(world)).pdf()
    trust = vnsign.TrustStore(
        anchors=(ROOT.certificate(), *world.trust().anchors),
        intermediates=world.trust().intermediates,
        crls=(ROOT.crl(), *world.crls()),
    )
    for delay, passes in ((HOUR, False), (3 * HOUR, True)):
        report = judge(made, trust, at=BEGIN + 3 * HOUR, policy=asked(max_timestamp_delay=delay))
        assert (report.verdict is vnsign.Verdict.TOTAL_PASSED) is passes


def test_a_policy_may_ask_for_no_status() -> None:
    """Then the report says so; a revocation that is known still counts."""
    trust = ROOT.trust(ROOT.crl(made=BEGIN - 10 * DAY, until=BEGIN - 9 * DAY))
    policy = asked(signer_status=StatusDemand.NOBODY)
    open_ = only(judge(SIGNED, trust, policy=policy))
    revoked = ROOT.trust(ROOT.crl(revoked=[(2, BEGIN - HOUR)]))

    assert open_.indication is Indication.TOTAL_PASSED
    assert open_.chain[0].state is CertificateState.NOT_REQUIRED
    assert only(judge(SIGNED, revoked, policy=policy)).subindication is SubIndication.REVOKED


# ---------------------------------------------------------------- schemes


def test_trust_declared_for_one_scheme_serves_no_other() -> None:
    """POLICY_PROCESSING_ERROR, and no path: nothing passes by mistake."""
    trust = replace(ROOT.trust(), scheme=Scheme.PUBLIC)
    signature = only(judge(SIGNED, trust, policy=POLICIES["vn-official"]))

    assert (signature.indication, signature.subindication) == (
        Indication.INDETERMINATE,
        SubIndication.POLICY_PROCESSING_ERROR,
    )
    assert FindingCode.ANCHOR_OF_ANOTHER_SCHEME in {f.code for f in signature.findings}
    assert only(judge(SIGNED, trust, policy=POLICIES["vn-public"])).indication is Indication.TOTAL_PASSED


@pytest.mark.parametrize(
    ("policy", "state"),
    [("vn-official", "trusted"), ("default", "trusted"), ("vn-public", "unknown"), ("eu", "unknown")],
)
def test_a_known_authority_vouches_in_its_own_scheme_only(policy: str, state: str, tmp_path: Path) -> None:
    """The Government's root is never an anchor of the public scheme, though the user put it into that folder."""
    for name in ("certs-vgca-g1/VGCA_ROOTCA_BIN.cer", "certs-vgca-g1/CP_BIN.cer"):
        source = require_data(f"vgca/{name}")
        (tmp_path / source.name).write_bytes(source.read_bytes())
    cms = require_data("vgca/cms/nd30-2020-contents.ber").read_bytes()
    report = vnsign.inspect_statement(
        cms,
        None,
        trust=read_trust_folder(tmp_path),
        at=datetime.fromisoformat("2020-04-01T00:00:00+00:00"),
        policy=policy,
    )

    is_trusted = state == "trusted"
    assert report.chain[-1].state == state
    assert (FindingCode.ANCHOR_OF_ANOTHER_SCHEME in {f.code for f in report.findings}) is not is_trusted
    if is_trusted:
        assert report.chain[-1].known_as == "Root CA chuyên dùng Chính phủ G1 (cong_vu)"


def test_an_anchor_nobody_knows_serves_the_scheme_it_was_installed_for() -> None:
    """An agency's own root, under any policy."""
    for name in ("vn-official", "vn-public", "default"):
        assert judge(SIGNED, ROOT.trust(), policy=POLICIES[name]).verdict is vnsign.Verdict.TOTAL_PASSED


def test_policies_are_found_by_name_and_by_file(tmp_path: Path) -> None:
    """And what is neither is told what there is."""
    file = tmp_path / "an-binh.toml"
    file.write_text('name = "an-binh"\nrequired_level = "B-T"\n', encoding="utf-8")

    assert vnsign.load_policy("eu") is POLICIES["eu"]
    assert vnsign.load_policy(file).name == "an-binh"
    assert vnsign.inspect_pdf(SIGNED, trust=ROOT.trust(), at=BEGIN, policy=file).policy == "an-binh"
    with pytest.raises(vnsign.UsageError, match="vn-official"):
        vnsign.load_policy("khong-co")
    file.write_bytes(b"name = '\xff'")
    with pytest.raises(vnsign.InputError):
        vnsign.load_policy(file)


# ---------------------------------------------------------------- levels and their reasons


@pytest.mark.parametrize(
    ("level", "reason", "next_level"),
    [
        ("B-B", LevelReason.NO_TIMESTAMP, Level.PADES_B_T),
        ("B-T", LevelReason.NO_EVIDENCE_FOR_SIGNER, Level.PADES_B_LT),
        ("B-LT", LevelReason.NO_DOCUMENT_TIMESTAMP_AFTER_EVIDENCE, Level.PADES_B_LTA),
        ("B-LTA", LevelReason.HIGHEST, None),
    ],
)
def test_a_level_and_why_it_is_not_the_next(
    world: World, level: str, reason: LevelReason, next_level: Level | None
) -> None:
    """ETSI EN 319 142-1 §6.3 Table 1."""
    signature = only(world.inspect(world.sign(level=level), crls=world.crls()))

    assert signature.level.value == f"PAdES-{level}"
    assert (signature.level_reason, signature.next_level) == (reason, next_level)


def test_the_old_kinds_of_signature_have_levels_of_their_own() -> None:
    """PKCS#7: told, with what lacks for PAdES."""
    made = HandMade(key=KEY, certificate=ROOT.issue(KEY), claimed=BEGIN).pdf(sub_filter=b"/adbe.pkcs7.detached")
    signature = only(judge(made, ROOT.trust()))

    assert (signature.level, signature.level_reason) == (Level.PKCS7_B, LevelReason.NOT_A_PADES_SUB_FILTER)
    assert signature.level_values == {"sub_filter": "adbe.pkcs7.detached"}


def test_certificates_travel_as_text() -> None:
    """The chain of a report: subject, serial, fingerprint, key, dates."""
    signature = only(judge(SIGNED, ROOT.trust()))
    signer, anchor = signature.chain

    assert signer.sha256 == signature.signer_sha256
    assert (signer.key, signer.serial, signer.subject) == ("ec-256", "2", "CN=Người thử")
    assert anchor.sha256 == fingerprint(ROOT.certificate())
    assert ROOT.certificate().public_bytes(Encoding.DER)
