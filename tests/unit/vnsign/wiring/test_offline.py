"""Offline is the default: no socket is opened, no packet leaves; online asks only for what is lacking."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest
from asn1crypto import cms as asn1_cms
from cryptography.hazmat.primitives.serialization import Encoding

import vnsign
from tests.evidence_kit import Site, running_site
from tests.judging_kit import replaced_cms
from tests.materials import plain_pdf
from tests.support import require_tool
from vnsign.pdf.reading.structure import read_structure
from vnsign.report import CertificateState, EvidenceOrigin, FindingCode


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> object:
    """An authority whose certificates name services on loopback."""
    with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running


def test_no_socket_is_opened_by_default(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a certificate names: lists, answers, issuers."""
    signed = site.sign(plain_pdf(), "B-T")
    opened: list[object] = []

    def refuse(*arguments: object, **_options: object) -> NoReturn:
        opened.append(arguments)
        raise OSError

    for name in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, name, refuse, raising=True)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    report = vnsign.inspect_pdf(signed, trust=site.trust)

    assert opened == []
    assert not report.online
    assert FindingCode.REVOCATION_NOT_CHECKED in {f.code for f in report.all_findings()}


@pytest.mark.slow
def test_no_packet_leaves_a_network_namespace(site: Site, tmp_path: Path) -> None:
    """In a namespace without any network the verdict is the same, and no socket was even made."""
    require_tool("unshare")
    if subprocess.run(["unshare", "-n", "-r", "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine does not let us make a network namespace")
    (tmp_path / "signed.pdf").write_bytes(site.sign(plain_pdf(), "B-T"))
    trust = tmp_path / "trust"
    trust.mkdir()
    (trust / "root.pem").write_bytes(site.trust.anchors[0].public_bytes(Encoding.PEM))
    program = (
        "import sys, vnsign; from pathlib import Path; "
        "tried = []; sys.addaudithook(lambda event, _: event.startswith('socket.') and tried.append(event)); "
        "trust = vnsign.TrustStore.from_folder(sys.argv[2]); "
        "report = vnsign.inspect_pdf(Path(sys.argv[1]).read_bytes(), trust=trust); "
        "print(report.verdict, tried)"
    )
    command = ["unshare", "-n", "-r", sys.executable, "-c", program, str(tmp_path / "signed.pdf"), str(trust)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | {"HOME": str(tmp_path)})

    assert done.stdout.split() == ["INDETERMINATE", "[]"]


def test_online_asks_for_what_is_lacking_and_says_so(site: Site) -> None:
    """The status that the file does not prove is fetched; the report names the origin."""
    signed = site.sign(plain_pdf(), "B-T")
    site.kinds()
    report = vnsign.inspect_pdf(signed, trust=site.trust, online=site.source())
    asked = site.kinds()

    assert report.verdict is vnsign.Verdict.TOTAL_PASSED
    assert report.online
    assert "ocsp" in asked
    (evidence,) = [e for e in report.signatures[0].chain[0].evidence if e.is_decisive]
    assert evidence.origins == (EvidenceOrigin.FETCHED,)


def test_online_asks_nobody_about_a_file_that_brings_everything(site: Site) -> None:
    """A B-LT file is complete."""
    signed = site.sign(plain_pdf(), "B-LT")
    site.kinds()
    report = vnsign.inspect_pdf(signed, trust=site.trust, online=site.source())

    assert report.verdict is vnsign.Verdict.TOTAL_PASSED
    assert site.kinds() == []


def test_a_service_that_does_not_answer_is_a_remark_or_an_error(site: Site) -> None:
    """``online=`` leaves the status unknown and says why; ``revocation=`` raises, for those who can wait."""
    signed = site.sign(plain_pdf(), "B-T")
    site.lies.update(ocsp=lambda _: 500, crl=lambda _: 500)
    try:
        report = vnsign.inspect_pdf(signed, trust=site.trust, online=site.source())
        with pytest.raises(vnsign.ServiceUnavailable):
            vnsign.inspect_pdf(signed, trust=site.trust, revocation=site.source())
    finally:
        site.lies.clear()

    assert report.verdict is vnsign.Verdict.INDETERMINATE
    assert FindingCode.EVIDENCE_NOT_FETCHED in {f.code for f in report.findings}
    assert report.signatures[0].chain[0].state is CertificateState.UNKNOWN


@pytest.mark.parametrize("data", [b"", b"no pdf", b"%PDF-1.7\n/ByteRange"])
def test_any_bytes_give_a_report_online_too(site: Site, data: bytes) -> None:
    """What cannot be read lacks nothing that could be fetched."""
    assert vnsign.inspect_pdf(data, trust=site.trust, online=site.source()).verdict is vnsign.Verdict.UNREADABLE


def test_evidence_may_lie_in_a_folder_beside_the_documents(site: Site, tmp_path: Path) -> None:
    """TT 41/2017 Điều 9: what is stored with a document serves its verification; a broken file there is an error."""
    signed = site.sign(plain_pdf(), "B-T")
    for name in ("root", "issuing"):
        (tmp_path / f"{name}.crl").write_bytes(site.authority.crl(name))
    report = vnsign.inspect_pdf(signed, trust=site.trust, evidence=tmp_path)

    assert report.verdict is vnsign.Verdict.TOTAL_PASSED
    assert {e.origins for c in report.signatures[0].chain for e in c.evidence} == {(EvidenceOrigin.SIDE_STORE,)}
    (tmp_path / "broken.ocsp").write_bytes(b"?")
    with pytest.raises(vnsign.InputError) as refused:
        vnsign.inspect_pdf(signed, trust=site.trust, evidence=tmp_path)
    assert refused.value.file == str(tmp_path / "broken.ocsp")


@pytest.mark.parametrize("form", ["DER", "PEM"])
def test_a_missing_issuer_is_fetched_from_where_the_certificate_says(site: Site, form: str) -> None:
    """RFC 5280 §4.2.2.1: DER at the AIA address, or PEM, as some authorities serve it; offline there is no path."""
    signed = site.sign(plain_pdf(), "B-B")
    (found,) = read_structure(signed).signatures
    info = asn1_cms.ContentInfo.load(found.contents)
    own = [c for c in info["content"]["certificates"] if "Nguyễn" in c.chosen.subject.human_friendly]
    info["content"]["certificates"] = own
    alone = replaced_cms(signed, info.dump())
    if form == "PEM":
        issuing = site.authority.certificates()[1]
        site.lies["crt"] = lambda _asked: issuing.public_bytes(Encoding.PEM)
    try:
        offline = vnsign.inspect_pdf(alone, trust=site.trust)
        online = vnsign.inspect_pdf(alone, trust=site.trust, online=site.source())
    finally:
        site.lies.clear()

    assert offline.signatures[0].subindication is vnsign.SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert online.verdict is vnsign.Verdict.TOTAL_PASSED
    assert len(online.signatures[0].chain) == 3


@pytest.mark.slow
def test_the_command_fetches_only_when_it_is_told_to(site: Site, tmp_path: Path) -> None:
    """``--online`` over HTTP, in one process and in two; without it, and with ``--offline``, nobody is asked."""
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust/root.pem").write_bytes(site.trust.anchors[0].public_bytes(Encoding.PEM))
    (tmp_path / "signed").mkdir()
    for number in range(3):
        (tmp_path / f"signed/{number}.pdf").write_bytes(site.sign(plain_pdf(), "B-T"))
    site.kinds()

    def exit_code(*arguments: str) -> int:
        command = [sys.executable, "-m", "vnsign", "verify", "signed", "--recursive", "--trust", "trust", *arguments]
        return subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, timeout=120).returncode

    assert [exit_code(), exit_code("--offline")] == [2, 2]
    assert site.kinds() == []
    assert [exit_code("--online"), exit_code("--online", "--jobs", "2")] == [0, 0]
    assert "ocsp" in site.kinds()
