"""``vnsign sign`` before services that are down, slow or lying: the error names which, and no file appears.

Source: issue 5; NĐ 68/2024/NĐ-CP Điều 29, 31.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.x509 import ocsp

import vnsign
from tests.ca_kit import Desk, Ran
from tests.e2e.test_levels_and_lies import SITE, about_leader, other_imprint, other_nonce
from tests.evidence_kit import DAY, Asked, Site, issuing, made_list, running_site
from tests.materials import PASSPHRASE, plain_pdf
from vnsign.adapters import http_transport
from vnsign.pki.credentials import Credential


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries are not what is tested."""
    monkeypatch.setattr(http_transport, "_RETRY_PAUSES_S", (0.001, 0.001))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One running authority for the module."""
    with running_site(tmp_path_factory.mktemp("site") / "ca") as running:
        yield running


@pytest.fixture(scope="module")
def signer(shared: Site) -> Credential:
    """Who signs."""
    subject = vnsign.Subject(common_name="Phạm Thị Ổn", organization="UBND tỉnh An Bình")
    return shared.authority.enroll(vnsign.CertificateProfile.OFFICIAL, subject)


@pytest.fixture
def site(shared: Site) -> Iterator[Site]:
    """The authority, honest and forgetful."""
    shared.lies.clear()
    SITE[:] = [shared]
    yield shared
    shared.lies.clear()


@pytest.fixture
def run(site: Site, signer: Credential, tmp_path: Path) -> Callable[..., Ran]:
    """Sign ``a.pdf`` into ``out``."""
    vnsign.write_pkcs12(tmp_path / "a.p12", signer, PASSPHRASE)
    (tmp_path / "pass").write_bytes(PASSPHRASE)
    (tmp_path / "a.pdf").write_bytes(plain_pdf())
    key = ("--p12", "a.p12", "--passphrase-file", "pass", "--out", "out", "--json", "--lang", "en")

    def sign(level: str, *more: str, tsa: str | None = None) -> Ran:
        words = ("sign", "a.pdf", *key, "--level", level, "--tsa", tsa or site.tsa, *more)
        return Desk(tmp_path).run(*words)

    return sign


def check_refused(ran: Ran, folder: Path, *, code: vnsign.ErrorCode, words: tuple[str, ...]) -> None:
    """One clear error, exit code 1, nothing written."""
    (document,) = ran.json["documents"]
    assert (ran.code, document["code"]) == (1, code.value), document
    for word in words:
        assert word in document["error"], document["error"]
    assert list((folder / "out").iterdir()) == []


TSA: dict[str, tuple[Callable[[Asked], bytes | int | None], vnsign.ErrorCode, str]] = {
    "wrong nonce": (other_nonce, vnsign.ErrorCode.MALFORMED_TIMESTAMP, "nonce"),
    "wrong imprint": (other_imprint, vnsign.ErrorCode.MALFORMED_TIMESTAMP, "imprint"),
    "says no": (lambda _: 503, vnsign.ErrorCode.SERVICE_UNREACHABLE, "HTTP 503"),
}


@pytest.mark.parametrize("level", ["B-T", "B-LTA"])
@pytest.mark.parametrize("lie", TSA)
def test_a_lying_authority_is_named(lie: str, level: str, run: Callable[..., Ran], site: Site, tmp_path: Path) -> None:
    """No signature at a lower level instead."""
    site.lies["tsa"], code, word = TSA[lie]
    check_refused(run(level), tmp_path, code=code, words=(site.tsa, word))


def test_an_authority_that_is_down_is_named(run: Callable[..., Ran], tmp_path: Path) -> None:
    """Nobody listens there."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}/tsa"
    check_refused(run("B-T", tsa=url), tmp_path, code=vnsign.ErrorCode.SERVICE_UNREACHABLE, words=(url,))


def test_a_slow_authority_is_named(run: Callable[..., Ran], site: Site, tmp_path: Path) -> None:
    """It answers after the time that the caller gave it."""
    release = threading.Event()

    def slow(asked: Asked) -> bytes:
        release.wait(5)
        return asked.answered

    site.lies["tsa"] = slow
    ran = run("B-T", "--tsa-timeout", "1")
    release.set()
    words = (site.tsa, "no answer within 1 s")
    check_refused(ran, tmp_path, code=vnsign.ErrorCode.SERVICE_UNREACHABLE, words=words)


def test_a_status_that_nobody_knows_is_named(
    run: Callable[..., Ran], site: Site, signer: Credential, tmp_path: Path
) -> None:
    """OCSP says "unknown", and the list has run out: both are told, before and without the check before signing."""
    unknown = about_leader(certificate=signer.certificate, status=ocsp.OCSPCertStatus.UNKNOWN)
    site.lies["ocsp"] = unknown
    site.lies["crl"] = lambda _: made_list(issuing(site), age=3 * DAY)
    for more in ((), ("--no-status-check",)):
        ran = run("B-LT", *more)
        words = ("/ocsp", "unknown", "ran out at")
        check_refused(ran, tmp_path, code=vnsign.ErrorCode.CERTIFICATE_STATUS_UNKNOWN, words=words)


def test_a_list_that_ran_out_is_named(run: Callable[..., Ran], site: Site, tmp_path: Path) -> None:
    """The responder is gone, and the list is of last week."""
    site.lies["ocsp"] = lambda _: 404
    site.lies["crl"] = lambda _: made_list(issuing(site), age=3 * DAY)
    ran = run("B-LT", "--no-status-check")
    words = ("/ocsp: HTTP 404", "the revocation list ran out at")
    check_refused(ran, tmp_path, code=vnsign.ErrorCode(ran.json["documents"][0]["code"]), words=words)


@pytest.mark.soak
def test_an_authority_as_slow_as_the_slowest_seen_is_waited_for(
    run: Callable[..., Ran], site: Site, tmp_path: Path
) -> None:
    """130 seconds with the default time limit (law reference §21.3: 2 to 131 seconds were seen): signed at B-T."""

    def slow(asked: Asked) -> bytes:
        time.sleep(130)
        return asked.answered

    site.lies["tsa"] = slow
    begun = time.monotonic()
    assert run("B-T").code == 0
    assert time.monotonic() - begun > 130
    assert site.report((tmp_path / "out" / "a.pdf").read_bytes()).signatures[0].level is vnsign.Level.PADES_B_T
