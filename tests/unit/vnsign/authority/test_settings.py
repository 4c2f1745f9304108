"""Settings: what an authority can live by, and how it is kept."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnsign.authority.settings import AuthoritySettings, check_settings, settings_from_json, settings_to_json
from vnsign.errors import ErrorCode, VnsignError

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"policies": ("1.2.3", "x")}, "'x'"),
        ({"policies": ("1.2.3", "1.2.3")}, "policies"),
        ({"policies": "1.2.3"}, "policies"),
        ({"cps_url": "ftp://ca.example"}, "cps_url"),
        ({"cps_url": "http://bộ.vn"}, "cps_url"),
        ({"crl_lifetime": DAY}, "crl_refresh"),
        ({"crl_lifetime": timedelta(days=400)}, "crl_lifetime"),
        ({"crl_lifetime": timedelta(days=-1)}, "crl_lifetime"),
        ({"crl_lifetime": 7}, "crl_lifetime"),
        ({"crl_lifetime": None}, "crl_lifetime"),
        ({"crl_refresh": timedelta(minutes=9)}, "crl_refresh"),
        ({"crl_lifetime": timedelta(minutes=4), "crl_refresh": timedelta(minutes=2)}, "crl_refresh"),
        ({"delta_lifetime": timedelta(minutes=19)}, "delta_lifetime"),
        ({"delta_lifetime": timedelta(days=8)}, "delta_lifetime"),
        ({"delta_lifetime": timedelta()}, "delta_lifetime"),
        ({"ocsp_lifetime": timedelta(milliseconds=1500)}, "ocsp_lifetime"),
        ({"max_nonce_bytes": 31}, "max_nonce_bytes"),
        ({"max_nonce_bytes": 129}, "max_nonce_bytes"),
        ({"tsa_policy": ""}, "''"),
        ({"tsa_accuracy": timedelta()}, "tsa_accuracy"),
        ({"allow_hold": "yes"}, "allow_hold"),
        ({"four_eyes": None}, "four_eyes"),
    ],
)
def test_settings_nobody_can_live_by_are_named(changes: dict[str, Any], named: str) -> None:
    """One refusal, our error, whatever the values are."""
    with pytest.raises(VnsignError) as caught:
        check_settings(AuthoritySettings(**changes))
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert named in caught.value.message


def test_the_defaults_are_settings_one_can_live_by() -> None:
    """And so is an empty record: what is not said has its default."""
    assert check_settings(AuthoritySettings()) == settings_from_json("{}") == AuthoritySettings()


_durations = st.integers(1, 300).map(lambda days: timedelta(days=days, seconds=days))


@given(
    settings=st.builds(
        AuthoritySettings,
        policies=st.sets(st.sampled_from(["1.2.3", "2.16.704.1.1.9", "1.2.840.113549"])).map(tuple),
        cps_url=st.none() | st.just("http://ca.example/cps"),
        crl_lifetime=st.just(timedelta(days=310)),
        crl_refresh=_durations,
        delta_lifetime=st.none() | _durations,
        ocsp_lifetime=_durations,
        archive_cutoff=st.none() | _durations,
        max_nonce_bytes=st.integers(32, 128),
        allow_hold=st.booleans(),
        tsa_ordering=st.booleans(),
        four_eyes=st.booleans(),
    )
)
def test_settings_are_read_back_as_they_were_written(settings: AuthoritySettings) -> None:
    """And always written alike."""
    text = settings_to_json(check_settings(settings))
    assert settings_from_json(text) == settings
    assert settings_to_json(settings_from_json(text)) == text


@given(text=st.text() | st.sampled_from(["[]", "null", '{"policies": 3}', '{"crl_lifetime": "x"}', '{"four_eyes": 1}']))
def test_any_text_is_settings_or_an_error_we_know(text: str) -> None:
    """A row that somebody edited does not get past the reader."""
    with suppress(ValueError, VnsignError):
        assert isinstance(settings_from_json(text), AuthoritySettings)
