"""``vnsign extend`` and the disk cache, before a running authority."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

import vnsign
from tests.ca_kit import Desk, Ran
from tests.evidence_kit import Asked, Site, running_site
from tests.materials import HandClock, plain_pdf
from vnsign import EvidenceCache, Level
from vnsign.adapters import http_transport

pytestmark = pytest.mark.slow  # real services and pages: CI runs them

Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries are not what is tested."""
    monkeypatch.setattr(http_transport, "_RETRY_PAUSES_S", (0.001, 0.001))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One running authority for the module."""
    with running_site(tmp_path_factory.mktemp("site") / "ca") as running:
        yield running


@pytest.fixture
def site(shared: Site) -> Iterator[Site]:
    """The authority, honest and forgetful."""
    shared.lies.clear()
    shared.asked.clear()
    yield shared
    shared.lies.clear()


@pytest.fixture
def folder(site: Site, tmp_path: Path) -> Path:
    """A folder with two documents at B-T, one plain PDF and a trust folder."""
    (tmp_path / "trust").mkdir()
    for number, certificate in enumerate(site.authority.certificates()):
        (tmp_path / "trust" / f"{number}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(site.sign(plain_pdf(), "B-T"))
    (tmp_path / "plain.pdf").write_bytes(plain_pdf())
    site.asked.clear()
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    """Run ``vnsign extend`` in the folder."""
    return lambda *arguments: Desk(folder).run("extend", *arguments)


def test_files_are_raised_and_the_bad_one_is_named(run: Run, site: Site, folder: Path) -> None:
    """Exit code 1, the others written whole; the day of renewal is told."""
    ran = run("a.pdf", "plain.pdf", "b.pdf", "--out", "out", "--tsa", site.tsa, "--trust", "trust", "--json")

    assert ran.code == 1
    assert ran.json["summary"] == {"extended": 2, "failed": 1}
    assert [d["code"] for d in ran.json["documents"]] == [None, "malformed_pdf", None]
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["a.pdf", "b.pdf"]
    raised = (folder / "out" / "a.pdf").read_bytes()
    assert raised.startswith((folder / "a.pdf").read_bytes())
    assert site.report(raised).signatures[0].level is Level.PADES_B_LTA
    until = vnsign.archive_until(raised)
    assert until is not None
    assert ran.json["documents"][0]["until"] == until.isoformat()


@pytest.mark.timeout(60)
def test_a_pipe_among_the_files_is_not_waited_for(run: Run, folder: Path) -> None:
    """Nobody may ever write into it; the other files are raised."""
    os.mkfifo(folder / "pipe.pdf")

    ran = run("pipe.pdf", "a.pdf", "--out", "out", "--level", "B-LT", "--trust", "trust", "--json")

    assert ran.code == 1
    assert [d["code"] for d in ran.json["documents"]] == ["not_readable", None]


@pytest.mark.parametrize("level", ["B-T", "B-LT"])
def test_a_level_without_archive_needs_no_tsa_where_there_is_a_time(level: str, run: Run, folder: Path) -> None:
    """The token is there already."""
    ran = run("a.pdf", "--out", "out", "--level", level)

    assert (ran.code, ran.err) == (0, "")
    assert json.dumps(ran.out)
    assert (folder / "out" / "a.pdf").exists()


def test_an_archive_is_renewed(run: Run, site: Site, folder: Path) -> None:
    """``--refresh``: another document timestamp, over everything."""
    assert run("a.pdf", "--out", "one", "--tsa", site.tsa).code == 0

    ran = run("one/a.pdf", "--out", "two", "--refresh", "--tsa", site.tsa)

    assert (ran.code, ran.err) == (0, "")
    assert "gia hạn trước ngày" in ran.out
    assert "renew before" in run("a.pdf", "--out", "en", "--tsa", site.tsa, "--lang", "en").out
    first, second = ((folder / name / "a.pdf").read_bytes() for name in ("one", "two"))
    assert second.startswith(first)
    assert len(site.report(second).timestamps) == len(site.report(first).timestamps) + 1


def test_a_file_that_is_there_is_not_replaced_without_force(run: Run, site: Site) -> None:
    """As signing does."""
    arguments = ("a.pdf", "--out", "out", "--tsa", site.tsa)
    assert run(*arguments).code == 0
    again = run(*arguments)
    assert (again.code, "output_exists" in again.err) == (1, True)
    assert run(*arguments, "--force").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("a.pdf", "--out", "out"),
        ("a.pdf", "--out", "out", "--refresh"),
        ("a.pdf", "x/a.pdf", "--out", "out", "--level", "B-T"),
        ("a.pdf", "--out", "out", "--level", "B-B"),
        ("a.pdf", "--out", "out", "--tsa", "ftp://tsa.example"),
    ],
)
def test_wrong_usage_exits_with_64(arguments: tuple[str, ...], run: Run, folder: Path) -> None:
    """Before any service is asked."""
    assert run(*arguments).code == 64
    assert not (folder / "out").exists()


def test_a_service_that_is_down_leaves_no_file(run: Run, site: Site, folder: Path) -> None:
    """The error names it."""
    site.lies["tsa"] = lambda _: None
    ran = run("a.pdf", "--out", "out", "--tsa", site.tsa)

    assert (ran.code, site.tsa in ran.err, "service_unreachable" in ran.err) == (1, True, True)
    assert "không kết nối được dịch vụ dấu thời gian" in ran.err
    english = run("a.pdf", "--out", "out", "--tsa", site.tsa, "--lang", "en")
    assert (english.code, "try again later" in english.err) == (1, True)
    assert list((folder / "out").iterdir()) == []


# ---------------------------------------------------------------- what is kept on disk


def asked_for(site: Site, kind: str) -> list[int]:
    """Return the statuses of what was asked for, and forget it."""
    found = [each.status for each in site.asked if each.kind == kind]
    site.asked.clear()
    return found


@pytest.mark.parametrize("prefer", ["ocsp", "crl"])
def test_another_run_checks_a_signer_by_what_the_last_one_kept(prefer: str, site: Site, tmp_path: Path) -> None:
    """Young enough and in force: nothing is asked."""
    for _ in range(3):
        source = site.source(prefer=prefer, cache=EvidenceCache(tmp_path / "cache"))
        site.sign(plain_pdf(), "B-B", revocation=source)

    assert asked_for(site, prefer) == [200] * (2 if prefer == "ocsp" else 4)


def test_evidence_for_a_file_is_asked_for_although_it_is_kept(site: Site, tmp_path: Path) -> None:
    """What proves a token is newer than the token; a list that has not changed is not sent again."""
    (tmp_path / "cache").mkdir()
    for expected in ([200] * 4, [304] * 4):
        source = site.source(prefer="crl", cache=EvidenceCache(tmp_path / "cache"))
        site.sign(plain_pdf(), "B-LT", revocation=source, check_status=False)
        assert asked_for(site, "crl") == expected


@pytest.mark.parametrize("prefer", ["ocsp", "crl"])
def test_what_is_spoiled_or_too_old_is_fetched_again(prefer: str, site: Site, tmp_path: Path) -> None:
    """Cut short on disk; a week later, by the clock of the source."""
    cache = EvidenceCache(tmp_path)
    first = len(site_requests(site, prefer, cache))
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    assert len(site_requests(site, prefer, cache)) == first

    later = HandClock(datetime.now(UTC) + timedelta(hours=2))
    source = site.source(prefer=prefer, cache=cache, clock=later)
    site.sign(plain_pdf(), "B-B", revocation=source)
    assert len(asked_for(site, prefer)) == first


def site_requests(site: Site, prefer: str, cache: EvidenceCache) -> list[int]:
    """Check the signer with a source that has no past but the cache; return what was asked for."""
    site.sign(plain_pdf(), "B-B", revocation=site.source(prefer=prefer, cache=cache))
    return asked_for(site, prefer)


def test_a_forged_entry_on_disk_is_not_believed(site: Site, tmp_path: Path) -> None:
    """Whoever writes into the folder can make signing fail, not make a revoked certificate good."""
    cache = EvidenceCache(tmp_path)
    site_requests(site, "crl", cache)
    other = vnsign.HttpRevocationSource(prefer="crl", cache=cache, timeout_s=5)
    for path in tmp_path.iterdir():
        header, _, _ = path.read_bytes().partition(b"\n")
        key = json.loads(header)["key"]
        kept = cache.get(key)
        assert kept is not None
        forged = bytearray(kept.body)
        forged[-5] ^= 1
        cache.put(key, type(kept)(body=bytes(forged), fetched_at=kept.fetched_at, etag=kept.etag))
    site.lies |= {"ocsp": lambda _: 404}

    with pytest.raises(vnsign.InputError) as refused:
        site.sign(plain_pdf(), "B-B", revocation=other)

    assert refused.value.code is vnsign.ErrorCode.CERTIFICATE_STATUS_UNKNOWN
    assert "not signed with the issuer's key" in refused.value.message


def test_a_server_without_etags_sends_the_list_each_time(site: Site) -> None:
    """304 is believed only where a copy was named."""

    def without_tags(asked: Asked) -> bytes:
        return asked.answered or site.authority.crl("root" if "root" in asked.path else "issuing")

    site.lies["crl"] = without_tags
    source = site.source(prefer="crl")
    first = site.sign(plain_pdf(), "B-LT", revocation=source)
    site.lies |= {"crl": lambda _: 304, "ocsp": lambda _: 404}
    with pytest.raises(vnsign.VnsignError):
        site.sign(plain_pdf(), "B-LT", revocation=site.source(prefer="crl", max_age_s=0), check_status=False)
    assert site.report(first).verdict is vnsign.Verdict.TOTAL_PASSED
