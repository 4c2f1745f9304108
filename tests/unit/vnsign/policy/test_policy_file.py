"""Policies as files: what they say, and errors that name the line and the field."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vnsign
from vnsign.policy.algorithms import AlgorithmStatus
from vnsign.policy.known_anchors import Scheme
from vnsign.policy.policy_file import parse_policy, policy_schema
from vnsign.policy.validation import POLICIES, StatusDemand
from vnsign.report import Level

WHOLE = """
name = "an-binh"
extends = "vn-official"
scheme = "own"
required_level = "B-LT"
accepts_claimed_time = false
max_timestamp_delay_s = 3600
sub_filters = ["ETSI.CAdES.detached"]

[[anchors]]
sha256 = "F7BC89054CEC7F12730D7B8CD3EB7955B163835087E5EB873EDFB584763B3F90"
until = 2030-01-01

[algorithms.digests]
sha256 = {}
sha1 = { until = 2018-01-01 }

[[algorithms.keys]]
kind = "rsa"
min_bits = 2048

[[algorithms.keys]]
kind = "rsa"
min_bits = 3072

[revocation]
signer = "whole_path"
timestamp_authority = "end_entity"
max_evidence_age_days = 7

[certificate]
key_usages = ["content_commitment"]
requires_key_usage = true
required_purposes = ["1.3.6.1.5.5.7.3.4"]
policies = ["2.16.704.1.1.1.1.1"]
"""


def test_a_whole_policy_is_read() -> None:
    """Every field; the strongest key comes first; dates are days in UTC."""
    policy = parse_policy(WHOLE)

    assert (policy.name, policy.scheme, policy.required_level) == ("an-binh", Scheme.OWN, Level.PADES_B_LT)
    assert not policy.accepts_claimed_time
    assert policy.max_timestamp_delay == timedelta(hours=1)
    assert policy.sub_filters == {"/ETSI.CAdES.detached"}
    assert policy.anchors[0].sha256.startswith("f7bc")
    assert policy.anchors[0].until == datetime(2030, 1, 1, tzinfo=UTC)
    assert [key.min_bits for key in policy.algorithms.keys] == [3072, 2048]
    at = datetime(2018, 1, 1, tzinfo=UTC)
    assert policy.algorithms.judge_digest("sha1", at=at - timedelta(seconds=1)) is AlgorithmStatus.WEAK
    assert policy.algorithms.judge_digest("sha1", at=at) is AlgorithmStatus.REFUSED
    assert policy.algorithms.judge_digest("sha512", at=at) is AlgorithmStatus.REFUSED
    assert (policy.signer_status, policy.authority_status) == (StatusDemand.WHOLE_PATH, StatusDemand.END_ENTITY)
    assert policy.max_evidence_age == timedelta(days=7)
    assert policy.signer_key_usages == {"content_commitment"}
    assert policy.certificate_policies == {"2.16.704.1.1.1.1.1"}


def test_what_a_file_does_not_say_is_that_of_the_policy_it_extends() -> None:
    """``extends`` names one of the built-in ones, ``default`` if it is not there."""
    for name, base in POLICIES.items():
        policy = parse_policy(json.dumps({"name": "x", "extends": name}))
        assert policy.algorithms == base.algorithms
        assert policy.scheme == base.scheme


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ('name = "x"\n\nrequired_level = "B-XX"\n', 3, "required_level"),
        ('name = "x"\nfoo = 1\n', 2, "foo"),
        ('name = "x"\n[revocation]\n\nsigner = "all"\n', 4, "revocation.signer"),
        ('name = "x"\n[revocation]\nsinger = "nobody"\n', 3, "revocation.singer"),
        ('{"name": "x",\n"algorithms": {"keys": [\n{"kind": "rsa", "min_bits": 1},\n{"kind": "foo"}]}}', 4, "kind"),
        ('name = "x"\n[[anchors]]\nsha256 = "ab"\n', 3, "anchors[0].sha256"),
        ('name = "x"\nsub_filters = ["a"]\n', 2, "sub_filters"),
        ('name = "x"\nextends = "mine"\n', 2, "extends"),
        ('name = "x"\nname = "y"\n', 2, ""),
        ("[\n", 1, ""),
        ('{"name": "x",}', 1, ""),
        ("[]", 1, ""),
        ("", 1, ""),
    ],
)
def test_an_error_names_the_line_and_the_field(text: str, line: int, field: str) -> None:
    """And the file, and the page that says what may stand there."""
    with pytest.raises(vnsign.InputError) as refused:
        parse_policy(text, file="p.toml")

    assert refused.value.code is vnsign.ErrorCode.MALFORMED_POLICY
    assert f"line {line}" in refused.value.message
    assert field in refused.value.message
    assert refused.value.file == "p.toml"


@given(st.text(max_size=300) | st.from_regex(r"name = \"x\"\n[a-z_]+ = .{0,20}\n", fullmatch=True))
def test_any_text_gives_a_policy_or_our_error(text: str) -> None:
    """TOML and JSON parsers meet hostile text too."""
    try:
        parse_policy(text)
    except vnsign.InputError as refused:
        assert refused.code is vnsign.ErrorCode.MALFORMED_POLICY  # noqa: PT017 — any text may also be a policy


def test_deep_nesting_is_our_error() -> None:
    """A parser's recursion ends in an error like any other."""
    with pytest.raises(vnsign.InputError):
        parse_policy('{"name": ' + "[" * 100_000)
    with pytest.raises(vnsign.InputError):
        parse_policy("a = " + "[" * 100_000)


def test_the_published_schema_takes_what_is_read() -> None:
    """What the schema takes is read, and what it refuses is refused, on the same examples."""
    schema = policy_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    good = {"name": "x", "revocation": {"signer": "nobody"}, "anchors": [{"sha256": "a" * 64}]}
    jsonschema.validate(good, schema)
    parse_policy(json.dumps(good))
    for bad in ({}, {"name": "x", "foo": 1}, {"name": "x", "required_level": "T"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)
        with pytest.raises(vnsign.InputError):
            parse_policy(json.dumps(bad))


@pytest.mark.parametrize("policy", POLICIES.values(), ids=list(POLICIES))
def test_policies_travel_to_other_processes(policy: vnsign.ValidationPolicy) -> None:
    """Batches verify in processes."""
    assert pickle.loads(pickle.dumps(policy)) == policy  # noqa: S301 — our own
