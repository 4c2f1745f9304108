"""Revocation lists: what they say, and whether others believe them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import crl as asn1_crl
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.unit.vnsign.authority.making import NOW, certify, infrastructure, openssl, pem
from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pki.credentials import Credential
from vnsign.pki.crl import CrlContent, CrlScope, RevokedEntry, build_crl, load_crl
from vnsign.policy.profiles import CertificateProfile


def make_crl(issuer: Credential, *entries: RevokedEntry, number: int = 1) -> x509.CertificateRevocationList:
    """A list of one week."""
    content = CrlContent(number=number, this_update=NOW, next_update=NOW + timedelta(days=7), entries=entries)
    return build_crl(content, issuer)


def openssl_verify(folder: Path, leaf: Credential, crl: x509.CertificateRevocationList) -> str:
    """Return openssl's words on the whole path with both lists, a minute from now."""
    own = infrastructure()
    (folder / "root.pem").write_bytes(pem(own.root.certificate))
    (folder / "between.pem").write_bytes(pem(own.issuing.certificate))
    (folder / "lists.pem").write_bytes(pem(make_crl(own.root), crl))
    (folder / "leaf.pem").write_bytes(pem(leaf.certificate))
    result = openssl(
        "verify", "-x509_strict", "-crl_check_all", "-attime", str(int(NOW.timestamp()) + 60),
        "-CAfile", folder / "root.pem", "-untrusted", folder / "between.pem", "-CRLfile", folder / "lists.pem",
        folder / "leaf.pem",
    )  # fmt: skip
    return (result.stdout + result.stderr).decode()


def test_openssl_finds_a_certificate_good_before_and_revoked_after(tmp_path: Path) -> None:
    """A foreign judge checks every list of the path, in strict mode."""
    leaf = certify(CertificateProfile.OFFICIAL)
    issuing = infrastructure().issuing
    assert "OK" in openssl_verify(tmp_path, leaf, make_crl(issuing))
    entry = RevokedEntry(serial=leaf.certificate.serial_number, revoked_at=NOW, reason=x509.ReasonFlags.key_compromise)
    assert "certificate revoked" in openssl_verify(tmp_path, leaf, make_crl(issuing, entry))


def test_a_list_carries_number_key_identifier_times_and_reasons() -> None:
    """RFC 5280 §5.1.2, §5.2.1, §5.2.3, §5.3.1, read by a foreign parser."""
    reason = x509.ReasonFlags.cessation_of_operation
    entries = (RevokedEntry(serial=7, revoked_at=NOW, reason=reason), RevokedEntry(serial=8, revoked_at=NOW))
    crl = make_crl(infrastructure().issuing, *entries, number=41)
    parsed = asn1_crl.CertificateList.load(crl.public_bytes(Encoding.DER))
    assert parsed.crl_number_value.native == 41
    assert parsed.authority_key_identifier_value["key_identifier"].native is not None
    tbs = parsed["tbs_cert_list"]
    assert (tbs["this_update"].native, tbs["next_update"].native) == (NOW, NOW + timedelta(days=7))
    reasons = [
        entry.crl_reason_value.native if entry.crl_reason_value else None for entry in tbs["revoked_certificates"]
    ]
    assert reasons == ["cessation_of_operation", None]


@pytest.mark.parametrize("reason", [x509.ReasonFlags.certificate_hold, x509.ReasonFlags.remove_from_crl])
def test_suspension_is_not_written(reason: x509.ReasonFlags) -> None:
    """Nghị định 68/2024/NĐ-CP knows revocation, not suspension."""
    with pytest.raises(UsageError) as caught:
        make_crl(infrastructure().issuing, RevokedEntry(serial=7, revoked_at=NOW, reason=reason))
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_a_list_that_ends_before_it_begins_is_refused() -> None:
    """RFC 5280 §5.1.2.5."""
    with pytest.raises(UsageError) as caught:
        build_crl(CrlContent(number=1, this_update=NOW, next_update=NOW), infrastructure().issuing)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_lists_are_read_as_der_and_as_pem() -> None:
    """Both forms give the same list."""
    crl = make_crl(infrastructure().issuing)
    assert load_crl(pem(crl)) == load_crl(crl.public_bytes(Encoding.DER)) == crl


@pytest.mark.parametrize("data", [b"", b"-----BEGIN X509 CRL-----\n", b"<html>404</html>"])
def test_what_is_no_list_is_our_error(data: bytes) -> None:
    """A web server's error page is not a list."""
    with pytest.raises(InputError) as caught:
        load_crl(data)
    assert caught.value.code is ErrorCode.MALFORMED_CRL


def test_a_list_of_an_unknown_version_is_our_error() -> None:
    """The library has an exception of its own for it."""
    der = make_crl(infrastructure().issuing).public_bytes(Encoding.DER)
    with pytest.raises(InputError) as caught:
        load_crl(der.replace(b"\x02\x01\x01", b"\x02\x01\x09", 1))
    assert caught.value.code is ErrorCode.MALFORMED_CRL


URL = "http://ca.example:8080/crl/issuing.crl"
DELTA_URL = "http://ca.example:8080/crl/issuing-delta.crl"
WEEK = timedelta(days=7)


def whole(number: int = 5, *entries: RevokedEntry) -> CrlContent:
    """A complete list of users' certificates that names its delta list."""
    return CrlContent(
        number=number,
        this_update=NOW,
        next_update=NOW + WEEK,
        entries=entries,
        url=URL,
        scope=CrlScope.USERS,
        delta_url=DELTA_URL,
    )


def test_a_complete_list_names_its_place_its_scope_and_its_delta_list() -> None:
    """RFC 5280 §5.2.5 (critical), §5.2.6."""
    crl = build_crl(whole(), infrastructure().issuing)
    point = crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint)
    assert point.critical
    assert [name.value for name in point.value.full_name or ()] == [URL]
    assert (point.value.only_contains_user_certs, point.value.only_contains_ca_certs) == (True, False)
    freshest = crl.extensions.get_extension_for_class(x509.FreshestCRL)
    assert [name.value for where in freshest.value for name in where.full_name or ()] == [DELTA_URL]


def test_a_delta_list_names_its_base_and_the_same_place() -> None:
    """RFC 5280 §5.2.4 (critical), §6.3.3 (c)(2): its distribution point matches the complete list's."""
    content = replace(whole(7), base_number=5, delta_url=None)
    delta = build_crl(content, infrastructure().issuing)
    indicator = delta.extensions.get_extension_for_class(x509.DeltaCRLIndicator)
    assert (indicator.critical, indicator.value.crl_number) == (True, 5)
    complete = build_crl(whole(), infrastructure().issuing)
    kind = x509.IssuingDistributionPoint
    assert delta.extensions.get_extension_for_class(kind) == complete.extensions.get_extension_for_class(kind)


def test_an_entry_tells_since_when_the_key_may_be_in_other_hands() -> None:
    """RFC 5280 §5.3.2."""
    since = NOW - timedelta(days=3)
    reason = x509.ReasonFlags.key_compromise
    entry = RevokedEntry(serial=7, revoked_at=NOW, reason=reason, invalidity_date=since)
    revoked = build_crl(whole(5, entry), infrastructure().issuing).get_revoked_certificate_by_serial_number(7)
    assert revoked is not None
    assert revoked.extensions.get_extension_for_class(x509.InvalidityDate).value.invalidity_date_utc == since


def test_a_hold_is_written_where_it_is_allowed_and_its_release_in_delta_lists_only() -> None:
    """RFC 5280 §5.3.1: removeFromCRL may only appear in delta CRLs."""
    issuing = infrastructure().issuing
    held = RevokedEntry(serial=7, revoked_at=NOW, reason=x509.ReasonFlags.certificate_hold)
    released = replace(held, reason=x509.ReasonFlags.remove_from_crl)
    assert build_crl(replace(whole(5, held), allows_hold=True), issuing).get_revoked_certificate_by_serial_number(7)
    delta = replace(whole(6, released), base_number=5, delta_url=None, allows_hold=True)
    assert build_crl(delta, issuing).get_revoked_certificate_by_serial_number(7)
    with pytest.raises(UsageError):
        build_crl(replace(whole(5, released), allows_hold=True), issuing)


@pytest.mark.parametrize(
    "content",
    [
        replace(whole(5), base_number=5, delta_url=None),
        replace(whole(5), base_number=6, delta_url=None),
        replace(whole(5), base_number=0, delta_url=None),
        replace(whole(5), base_number=4),
        replace(whole(5), url=None),
    ],
)
def test_lists_that_contradict_themselves_are_refused(content: CrlContent) -> None:
    """A base that is not older, a delta list with a delta list, a scope without a place."""
    with pytest.raises(UsageError) as caught:
        build_crl(content, infrastructure().issuing)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
