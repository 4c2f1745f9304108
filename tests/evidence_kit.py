"""A real authority over HTTP, and a server in front of it that records what is asked and can be told to lie."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

import vnsign
from tests.materials import PASSPHRASE
from vnsign.authority.keys.keystore import SoftwareKeys
from vnsign.authority.keys.own_rules import Identity, make_own_keys
from vnsign.authority.records import OwnRole
from vnsign.pki.credentials import Credential
from vnsign.pki.crl import CrlContent, RevokedEntry, build_crl
from vnsign.pki.keys import KeyAlgorithm

Answer = Callable[["Asked"], "bytes | int | None"]
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request.

    Attributes:
        kind: ``tsa``, ``ocsp``, ``crl``, ``crt``.
        answered: What the authority answered, headers and body.
    """

    kind: str
    path: str
    body: bytes
    status: int
    headers: dict[str, str]
    answered: bytes


@dataclass(slots=True, kw_only=True)
class Site:
    """An authority behind a recording, lying server.

    Attributes:
        deputy: Somebody who signs second.
        seal: The agency.
        lies: By kind of service: what to answer instead. Bytes are sent as they are, a number is a status without a
            body, None hangs up.
        asked: Kinds and paths in the order they were asked for.
        tripped: What went wrong in a lie; a test must end without any.
    """

    authority: vnsign.Authority
    leader: vnsign.Signer
    deputy: vnsign.Signer
    seal: vnsign.Signer
    trust: vnsign.TrustStore
    lies: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    tripped: list[Exception] = field(default_factory=list)

    @property
    def tsa(self) -> str:
        """Where timestamps are made."""
        return self.authority.tsa_url

    def source(self, **options: object) -> vnsign.HttpRevocationSource:
        """Return a source of evidence without a past."""
        return vnsign.HttpRevocationSource(timeout_s=5, **options)  # type: ignore[arg-type]  # options of several types

    def kinds(self) -> list[str]:
        """Return what was asked for, in order, and forget it."""
        found = [each.kind for each in self.asked]
        self.asked.clear()
        return found

    def sign(self, pdf: bytes, level: str = "B-T", **options: object) -> bytes:
        """Sign as the leader."""
        wanted: dict[str, object] = {"level": level, "tsa": self.tsa, "revocation": self.source()} | options
        return vnsign.sign_pdf(pdf, self.leader, **wanted)  # type: ignore[arg-type]  # options of several types

    def report(self, pdf: bytes) -> vnsign.DocumentReport:
        """Judge offline, by the root alone."""
        return vnsign.inspect_pdf(pdf, trust=self.trust)

    def revoke(self, signer: vnsign.Signer) -> None:
        """Revoke somebody's certificate now."""
        self.authority.revoke(signer.certificate.serial_number, act=vnsign.Act(by="Văn thư", why="biên bản số 3/BB-VP"))


@contextmanager
def running_site(folder: Path, *, clock: vnsign.Clock | None = None) -> Iterator[Site]:
    """Run an authority whose certificates point to the recording server."""
    back, front = vnsign.listen(), _Front(("127.0.0.1", 0), _Handler)
    port = front.server_address[1]
    authority = vnsign.Authority.create(
        folder,
        name="Thử",
        organization="Cơ quan thử",
        base_url=f"http://127.0.0.1:{port}",
        passphrase=PASSPHRASE,
        clock=clock or vnsign.SystemClock(),
    )

    def enrolled(profile: vnsign.CertificateProfile, name: str) -> Credential:
        return authority.enroll(profile, vnsign.Subject(common_name=name, organization="UBND tỉnh An Bình"))

    seal = enrolled(vnsign.CertificateProfile.AGENCY_SEAL, "UBND tỉnh An Bình")
    deputy = enrolled(vnsign.CertificateProfile.OFFICIAL, "Trần Thị Bình")
    site = Site(
        authority=authority,
        leader=vnsign.Signer.from_credential(enrolled(vnsign.CertificateProfile.OFFICIAL, "Nguyễn Văn Ủy")),
        deputy=vnsign.Signer.from_credential(deputy),
        seal=vnsign.Signer.from_credential(seal, holder=vnsign.Holder.AGENCY),
        trust=vnsign.TrustStore(anchors=authority.certificates()[:1]),
    )
    front.site, front.behind = site, back.base_url
    thread = threading.Thread(target=front.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with vnsign.serve(vnsign.create_app(authority), listener=back):
            yield site
        assert site.tripped == []
    finally:
        front.shutdown()
        front.server_close()
        thread.join()


class _Front(ThreadingHTTPServer):
    daemon_threads = True
    site: Site
    behind: str

    def handle_error(self, *_arguments: object) -> None:
        """A client that hangs up is part of the test."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Front

    def do_GET(self) -> None:
        site = self.server.site
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        kind = self.path.strip("/").partition("/")[0]
        status, headers, data = self._authority_says(body)
        asked = Asked(kind=kind, path=self.path, body=body, status=status, headers=headers, answered=data)
        site.asked.append(asked)
        if kind in site.lies:
            said = self._lie(site, asked)
            if said is None:
                self.close_connection = True
                return
            status, headers, data = (said, {}, b"") if isinstance(said, int) else (200, {}, said)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_GET  # noqa: N815

    def _lie(self, site: Site, asked: Asked) -> bytes | int | None:
        try:
            return site.lies[asked.kind](asked)
        except Exception as exc:  # noqa: BLE001 — a liar that trips over his tongue is no lie: the fixture tells
            site.tripped.append(exc)
            return 500

    def _authority_says(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        wanted = ("content-type", "accept", "if-none-match", "if-modified-since")
        headers = {name: value for name in wanted if (value := self.headers.get(name)) is not None}
        url = self.server.behind + self.path
        request = Request(url, data=body or None, headers=headers, method=self.command)  # noqa: S310 — loopback
        try:
            with urlopen(request, timeout=10) as answer:  # noqa: S310 — loopback
                return answer.status, _kept(dict(answer.headers)), bytes(answer.read())
        except OSError as exc:
            code = getattr(exc, "code", 502)
            return code, _kept(dict(getattr(exc, "headers", {}) or {})), b""

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def _kept(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() in {"etag", "last-modified", "content-type"}}


@cache
def stranger() -> Credential:
    """Return an issuing authority with the name of ours and another key."""
    own = make_own_keys(
        Identity(name="Thử", organization="Cơ quan thử", base_url="http://127.0.0.1:9"),
        keys=SoftwareKeys(b"unused"),
        now=datetime.now(UTC) - DAY,
        algorithm=KeyAlgorithm.P256,
    )
    return own[OwnRole.ISSUING].credential


def issuing(site: Site) -> Credential:
    """Return the authority's key, for lists and answers that it would not make."""
    return site.authority._own.credential(OwnRole.ISSUING)


def made_list(
    issuer: Credential, *, age: timedelta = timedelta(), life: timedelta = DAY, serials: tuple[int, ...] = ()
) -> bytes:
    """Return a list made ``age`` ago for ``life``."""
    made = datetime.now(UTC) - age
    entries = tuple(RevokedEntry(serial=serial, revoked_at=made - timedelta(minutes=1)) for serial in serials)
    content = CrlContent(number=7, this_update=made, next_update=made + life, entries=entries)
    return build_crl(content, issuer).public_bytes(Encoding.DER)


def made_answer(
    request: bytes,
    certificate: x509.Certificate,
    responder: Credential,
    *,
    issuer: x509.Certificate,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    age: timedelta = timedelta(),
    life: timedelta | None = DAY,
    nonce: bytes | None = None,
) -> bytes:
    """Return an answer about ``certificate`` made ``age`` ago, with the nonce asked for unless another is given."""
    made = datetime.now(UTC).replace(microsecond=0) - age
    asked = ocsp.load_der_ocsp_request(request)
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            certificate,
            issuer,
            hashes.SHA1(),  # noqa: S303  (names the issuer)
            status,
            made,
            None if life is None else made + life,
            made - timedelta(minutes=1) if revoked else None,
            x509.ReasonFlags.key_compromise if revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.NAME, responder.certificate)
    )
    given = nonce or next((e.value.nonce for e in asked.extensions if isinstance(e.value, x509.OCSPNonce)), None)
    if given is not None:
        builder = builder.add_extension(x509.OCSPNonce(given), critical=False)
    return builder.sign(responder.key, hashes.SHA256()).public_bytes(Encoding.DER)
