"""Remote signing services for tests: certomancer's CSC server, and a small one of ours that is strict and can lie.

Ours is written after the published CSC API (v1.0.4.0 §11; v2.0 §8.3, §11): it signs with real keys, and refuses what
the specification lets it refuse. It is a test tool: one user, one credential.
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from asn1crypto import algos
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from vnsign.pki.credentials import Credential
from vnsign.pki.keys import PrivateKey

TOKEN, PIN, OTP, USER, PASSWORD = "access-7731", "pin-4410", "otp-90125", "an.nv", "mật khẩu".encode().hex()
_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256,
    "2.16.840.1.101.3.4.2.2": hashes.SHA384,
    "2.16.840.1.101.3.4.2.3": hashes.SHA512,
}
_IMPLIED = {"2": "2.16.840.1.101.3.4.2.1", "3": "2.16.840.1.101.3.4.2.2", "4": "2.16.840.1.101.3.4.2.3"}
_RSA_HASH = {"1.2.840.113549.1.1.11": "sha256", "1.2.840.113549.1.1.12": "sha384", "1.2.840.113549.1.1.13": "sha512"}
RSA_ALGORITHMS = ("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", *_RSA_HASH)
EC_ALGORITHMS = tuple(f"1.2.840.10045.4.3.{n}" for n in "234")


class Refused(Exception):
    """An error as the API words it."""


@dataclass
class SmallService:
    """The service.

    Attributes:
        spoil: Changes an answer before it is sent: the service lies.
        requests: Method and body of everything that was asked.
    """

    credential: Credential
    version: str = "v2"
    pin: bool = False
    otp: str = ""  # "", "offline", "online"
    scal: str = "1"
    multisign: int = 5
    extends: bool = False
    mode: str = "explicit"
    key_status: str = "enabled"
    plain_ecdsa: bool = False
    is_slow_to_confirm: bool = False
    algorithms: tuple[str, ...] | None = None
    redirect_to: str = ""
    spoil: Callable[[str, Any], Any] | None = None
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    permits: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    sent_codes: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        """Base of the API."""
        return f"http://127.0.0.1:{self.port}/csc/{self.version}"

    def asked(self, method: str) -> list[dict[str, Any]]:
        """Return the bodies of all requests of one method."""
        return [body for name, body in self.requests if name == method]

    def answer(self, method: str, body: dict[str, Any], authorization: str) -> tuple[int, Any]:
        """Return status and body."""
        self.requests.append((method, body))
        if method == "auth/login":
            pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            if authorization != f"Basic {pair}":
                raise Refused("authentication_error")
            return 200, {"access_token": TOKEN, "expires_in": 3600}
        if method != "info" and authorization != f"Bearer {TOKEN}":
            raise Refused("invalid_token")
        return getattr(self, "_" + method.replace("/", "_").lower())(body)  # type: ignore[no-any-return]

    def _info(self, _body: dict[str, Any]) -> tuple[int, Any]:
        methods = ["auth/login", "credentials/list", "credentials/info", "credentials/authorize", "signatures/signHash"]
        if self.extends:
            methods.append("credentials/extendTransaction")
        return 200, {"specs": "1.0.4.0" if self.version == "v1" else "2.0.0.0", "name": "Thử", "methods": methods}

    def _credentials_list(self, _body: dict[str, Any]) -> tuple[int, Any]:
        return 200, {"credentialIDs": ["K1"]}

    def _credentials_info(self, body: dict[str, Any]) -> tuple[int, Any]:
        self._require(body["credentialID"] == "K1", "invalid_request")
        key = self.credential.key
        chain = (self.credential.certificate, *self.credential.chain)
        info: dict[str, Any] = {
            "key": {"status": self.key_status, "algo": list(self._algorithms()), "len": key.key_size},
            "cert": {"certificates": [base64.b64encode(c.public_bytes(Encoding.DER)).decode() for c in chain]},
            "SCAL": self.scal,
            "multisign": self.multisign,
        }
        if self.version == "v1":
            info["authMode"] = self.mode
            info["PIN"] = {"presence": "true" if self.pin else "false", "format": "A"}
            info["OTP"] = {"presence": "true" if self.otp else "false", "type": self.otp or "offline"}
            return 200, info
        objects = [{"type": "Password", "id": "PIN", "label": "PIN"}] if self.pin else []
        if self.otp:
            kind = {"offline": "Password", "online": "ChallengeResponse"}[self.otp]
            objects.append({"type": kind, "id": "OTP", "label": "Mã OTP", "generator": "totp"})
        info["auth"] = {"mode": self.mode, "expression": "PIN AND OTP", "objects": objects}
        return 200, info

    def _credentials_sendotp(self, _body: dict[str, Any]) -> tuple[int, Any]:
        self._require(self.version == "v1", "invalid_request")
        self.sent_codes += 1
        return 204, None

    def _credentials_getchallenge(self, body: dict[str, Any]) -> tuple[int, Any]:
        self._require(self.version == "v2" and body["authObjectID"] == "OTP", "invalid_request")
        self.sent_codes += 1
        return 200, {"challenge": "Câu hỏi 7"}

    def _credentials_authorize(self, body: dict[str, Any]) -> tuple[int, Any]:
        typed = body if self.version == "v1" else {each["id"]: each["value"] for each in body.get("authData", [])}
        if self.pin:
            self._require(typed.get("PIN") == PIN, "invalid_pin")
        if self.otp:
            self._require(typed.get("OTP") == OTP, "invalid_otp")
        if self.otp == "online":
            self._require(self.sent_codes > 0, "invalid_otp")
        bound = tuple(body.get("hash" if self.version == "v1" else "hashes", ()))
        if self.scal == "2":
            self._require(len(bound) == body["numSignatures"], "invalid_request")
        if bound and self.version == "v2":
            self._require(body["hashAlgorithmOID"] in _HASHES, "invalid_request")
        self._require(1 <= body["numSignatures"] <= self.multisign, "invalid_request")
        permit = self._new_permit(body["numSignatures"], bound)
        if self.is_slow_to_confirm:
            return 202, {"handle": permit}
        return 200, {"SAD": permit, "expiresIn": 300}

    def _credentials_authorizecheck(self, body: dict[str, Any]) -> tuple[int, Any]:
        return 200, {"SAD": body["handle"]}

    def _credentials_extendtransaction(self, body: dict[str, Any]) -> tuple[int, Any]:
        left, bound = self.permits.pop(body["SAD"])
        return 200, {"SAD": self._new_permit(left, bound)}

    def _signatures_signhash(self, body: dict[str, Any]) -> tuple[int, Any]:
        digests = body["hash" if self.version == "v1" else "hashes"]
        if self.mode == "oauth2code":
            self._require(body.get("SAD") == "credential-scope", "invalid_request")
        else:
            self._require(body.get("SAD") in self.permits, "invalid_request")
            left, bound = self.permits[body["SAD"]]
            self._require(len(digests) <= left, "invalid_request")
            self._require(not bound or set(digests) <= set(bound), "invalid_request")
            self.permits[body["SAD"]] = (left - len(digests), bound)
        self._require(body["signAlgo"] in self._algorithms(), "invalid_request")
        return 200, {"signatures": [base64.b64encode(self._sign(base64.b64decode(d), body)).decode() for d in digests]}

    def _sign(self, digest: bytes, body: dict[str, Any]) -> bytes:
        algorithm, key = body["signAlgo"], self.credential.key
        told = body.get("hashAlgo" if self.version == "v1" else "hashAlgorithmOID", "")
        if isinstance(key, ec.EllipticCurvePrivateKey):
            signature = key.sign(digest, ec.ECDSA(Prehashed(_HASHES[_IMPLIED[algorithm[-1]]]())))
            if not self.plain_ecdsa:
                return signature
            size = (key.key_size + 7) // 8
            return b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(signature))
        if algorithm == "1.2.840.113549.1.1.10":
            parameters = algos.RSASSAPSSParams.load(base64.b64decode(body["signAlgoParams"]), strict=True).native
            name, salt = parameters["hash_algorithm"]["algorithm"], parameters["salt_length"]
            mask = getattr(hashes, parameters["mask_gen_algorithm"]["parameters"]["algorithm"].upper())()
            prehashed = Prehashed(getattr(hashes, name.upper())())
            return key.sign(digest, padding.PSS(padding.MGF1(mask), salt), prehashed)
        if algorithm in _RSA_HASH:
            return key.sign(digest, padding.PKCS1v15(), Prehashed(getattr(hashes, _RSA_HASH[algorithm].upper())()))
        self._require(told in _HASHES, "invalid_request")
        return key.sign(digest, padding.PKCS1v15(), Prehashed(_HASHES[told]()))

    def _algorithms(self) -> tuple[str, ...]:
        if self.algorithms is not None:
            return self.algorithms
        return RSA_ALGORITHMS if isinstance(self.credential.key, rsa.RSAPrivateKey) else EC_ALGORITHMS

    def _new_permit(self, count: int, bound: tuple[str, ...]) -> str:
        permit = secrets.token_urlsafe()
        self.permits[permit] = (count, bound)
        return permit

    @staticmethod
    def _require(is_right: bool, error: str) -> None:  # noqa: FBT001
        if not is_right:
            raise Refused(error)


@contextmanager
def serving(service: SmallService, *, tls: ssl.SSLContext | None = None) -> Iterator[SmallService]:
    """Serve until the block is left, over TLS if ``tls`` is given."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536  # one packet an answer

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            method = self.path.removeprefix(f"/csc/{service.version}/")
            try:
                status, answer = service.answer(method, body, self.headers.get("authorization", ""))
            except Refused as exc:
                status, answer = 400, {"error": str(exc), "error_description": f"nói rõ: {exc}"}
            if service.spoil is not None:
                answer = service.spoil(method, answer)
            if service.redirect_to:
                status = 307
            data = b"" if status == 204 else answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            if service.redirect_to:
                self.send_header("location", service.redirect_to)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_arguments: object) -> None:
            """A client that hangs up is part of the test."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    service.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def certomancer_service(folder: Path, keys: dict[str, PrivateKey], *, is_hash_bound: bool = True) -> Iterator[str]:
    """Run certomancer's CSC server (v1) with a credential ``thu/<name>`` for each key; yield the base of its API."""
    from aiohttp import web  # noqa: PLC0415 — heavy, and of the tests only
    from certomancer.registry import CertomancerConfig  # noqa: PLC0415
    from csc_dummy.csc_dummy_server import CSCWithCertomancer, DummyServiceParams  # noqa: PLC0415

    root = ec.generate_private_key(ec.SECP256R1())
    for name, key in {"root": root, **keys}.items():
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.pem").write_bytes(pem)
    config = CertomancerConfig(_certomancer_config([*keys]), key_search_dir=str(folder))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # aiohttp would rather have typed keys than certomancer's
        server = CSCWithCertomancer(config, service_params=DummyServiceParams(hash_pinning_required=is_hash_bound))
    server.register_routes()
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(server.app)
    loop.run_until_complete(runner.setup())
    site = web.TCPSite(runner, "127.0.0.1", 0)
    loop.run_until_complete(site.start())
    port = runner.addresses[0][1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}/csc/v1"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _certomancer_config(names: list[str]) -> dict[str, Any]:
    validity = {"valid-from": "2025-01-01T00:00:00+0000", "valid-to": "2045-01-01T00:00:00+0000"}

    def certificate(*extensions: dict[str, Any]) -> dict[str, Any]:
        return {"issuer": "root", "validity": validity, "extensions": list(extensions)}

    def usage(*bits: str) -> dict[str, Any]:
        return {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": list(bits)}}

    authority = {"id": "basic_constraints", "critical": True, "value": {"ca": True}}
    certs = {"root": certificate(authority, usage("key_cert_sign", "crl_sign"))}
    certs |= {name: certificate(usage("non_repudiation")) for name in names}
    entities = {name: {"country-name": "VN", "common-name": f"Nguyễn Văn {name}"} for name in certs}
    return {
        "external-url-prefix": "http://ca.thu.gov.vn",
        "keysets": {"keys": {"keys": {name: {"path": f"{name}.pem"} for name in certs}}},
        "pki-architectures": {"thu": {"keyset": "keys", "entities": entities, "certs": certs}},
    }
