"""Words for officials, and settings as words."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from enum import StrEnum

import pytest

from vnsign.authority.database.journal_check import JournalProblem
from vnsign.authority.records import Issuer, JournalAct, StatusKind
from vnsign.authority.settings import AuthoritySettings
from vnsign.cli.ca import words
from vnsign.cli.ca.options import definitions
from vnsign.cli.ca.settings_words import NAMES, changed_settings, show_setting
from vnsign.cli.ca.words import say_hex
from vnsign.errors import ErrorCode, UsageError
from vnsign.policy.lifecycle import RequestKind, RequestState, RevocationCase
from vnsign.policy.profiles import CertificateProfile
from vnsign.verification.messages import Language


@pytest.mark.parametrize(
    ("table", "members"),
    [
        (words.PROFILES, CertificateProfile),
        (words.KINDS, RequestKind),
        (words.STATES, RequestState),
        (words.CASES, RevocationCase),
        (words.STATUS, StatusKind),
        (words.ISSUERS, Issuer),
        (words.ACTS, JournalAct),
        (words.PROBLEMS, JournalProblem),
        (words.LABELS, words.Label),
    ],
)
def test_everything_that_may_be_shown_has_words(
    table: dict[StrEnum, dict[Language, str]], members: type[StrEnum]
) -> None:
    """In both languages; nothing shown is missing and nothing is left over."""
    assert set(table) == set(members)
    assert all(each[language] for each in table.values() for language in Language)


def test_a_fingerprint_is_said_in_groups_of_four() -> None:
    """Each digit has one word, in each language."""
    assert say_hex("0a1f", Language.EN) == ["0A1F  zero alfa one foxtrot"]
    assert say_hex("0123456789abcdef", Language.VI) == [
        "0123  không một hai ba",
        "4567  bốn năm sáu bảy",
        "89AB  tám chín a bê",
        "CDEF  xê đê e ép",
    ]


def test_every_setting_can_be_written_and_read() -> None:
    """What is shown is what may be typed, for every field."""
    base = AuthoritySettings(
        policies=("1.2.3", "1.2.4"), cps_url="http://ca.example/cps", archive_cutoff=timedelta(days=9)
    )
    shown = [f"{name}={show_setting(getattr(base, name))}" for name in NAMES]

    assert changed_settings(AuthoritySettings(), shown) == base
    assert set(NAMES) == {field.name for field in dataclasses.fields(AuthoritySettings)}


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(days=7), "7d"),
        (timedelta(hours=36), "36h"),
        (timedelta(minutes=90), "90m"),
        (timedelta(seconds=61), "61s"),
        (None, "none"),
        (True, "yes"),
        ((), ""),
    ],
)
def test_a_value_is_shown_as_it_is_typed(length: object, text: str) -> None:
    """In the largest unit that fits."""
    assert show_setting(length) == text


@pytest.mark.parametrize(
    "word",
    [
        "",
        "crl_lifetime",
        "crl_lifetime=",
        "crl_lifetime=7",
        "crl_lifetime=none",
        "crl_lifetime=7 d",
        "allow_hold=1",
        "max_nonce_bytes=x",
        "max_nonce_bytes=-1",
        "nothing=1",
        "=1",
    ],
)
def test_a_word_that_sets_nothing_is_named(word: str) -> None:
    """Exit code 64 stands for BAD_ARGUMENT."""
    with pytest.raises(UsageError) as caught:
        changed_settings(AuthoritySettings(), [word])
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert word.partition("=")[0] in str(caught.value)


def test_definitions_stand_in_columns() -> None:
    """click does not fill the paragraph."""
    assert definitions("Words", {"a": "one", "bcd": "two"}) == "\n\n\b\nWords:\n  a    one\n  bcd  two"
