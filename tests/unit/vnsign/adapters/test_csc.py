"""Remote signing: certomancer's server (v1), ours by the specification (v1 and v2), and services that lie."""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

import vnsign
from tests.csc_kit import OTP, PASSWORD, PIN, TOKEN, USER, SmallService, certomancer_service, serving
from tests.materials import plain_pdf
from tests.unit.vnsign.authority.making import certify, infrastructure, pem
from vnsign.adapters import csc
from vnsign.adapters.csc import CscService
from vnsign.adapters.csc_key import CscKey
from vnsign.adapters.csc_messages import Authorization, CredentialInfo, Info, Refusal, Signatures, decode
from vnsign.adapters.csc_transport import MAX_ANSWER_BYTES
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import KeyAlgorithm, check_value, generate_private_key
from vnsign.policy.profiles import CertificateProfile

SHA256 = hashes.SHA256()


@cache
def credential(algorithm: KeyAlgorithm = KeyAlgorithm.P256) -> Credential:
    """One credential an algorithm."""
    return certify(CertificateProfile.OFFICIAL, algorithm=algorithm)


def key_at(service: SmallService, **how: Any) -> CscKey:  # noqa: ANN401
    """Return the key at a service."""
    at = CscService(service.url, token=TOKEN)
    return CscKey(at, at.credential("K1"), **how)


def refusal(action: Callable[[], object]) -> VnsignError:
    """Return the error of an action."""
    with pytest.raises(VnsignError) as caught:
        action()
    return caught.value


@pytest.mark.parametrize("is_hash_bound", [False, True])
def test_certomancers_server_signs_documents_with_every_kind_of_key(is_hash_bound: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """A foreign server: RSA PKCS#1 v1.5 and PSS, P-256, P-384; three hashes; the signature is valid for us."""
    keys = {"p256": generate_private_key(), "p384": generate_private_key(KeyAlgorithm.P384)}
    keys["rsa"] = generate_private_key(KeyAlgorithm.RSA_2048)
    with certomancer_service(tmp_path, keys, is_hash_bound=is_hash_bound) as url:
        for name, hash_name, pss in (
            ("p256", None, False),
            ("p384", None, False),
            ("rsa", "sha256", False),
            ("rsa", "sha512", False),
            ("rsa", "sha384", True),
        ):
            signer = vnsign.Signer.from_csc(url, f"thu/{name}", hash_name=hash_name, pss=pss, signatures=3)
            signed = vnsign.sign_pdf(plain_pdf(), signer, check_status=False)
            trust = vnsign.TrustStore(anchors=signer.chain[-1:])
            (found,) = vnsign.inspect_pdf(signed, trust=trust).signatures
            assert (found.intact, found.valid) == (True, True)


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("algorithm", [KeyAlgorithm.P256, KeyAlgorithm.P384, KeyAlgorithm.RSA_2048])
@pytest.mark.parametrize("hash_algorithm", [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()], ids=lambda h: h.name)
def test_both_versions_sign_with_every_algorithm(
    version: str, algorithm: KeyAlgorithm, hash_algorithm: hashes.HashAlgorithm
) -> None:
    """The specification's names of parameters, algorithm identifiers and PSS parameters."""
    made = credential(algorithm)
    public_key = made.key.public_key()
    with serving(SmallService(made, version=version)) as service:
        key = key_at(service)
        for pss in (False, True) if isinstance(public_key, rsa.RSAPublicKey) else (False,):
            value = key.sign(b"to be signed", hash_algorithm, pss=pss)
            check_value(public_key, value, b"to be signed", hash_algorithm=hash_algorithm, pss=pss)


def test_a_service_that_knows_only_plain_rsa_is_told_the_hash() -> None:
    """CSC v1 §11.9, v2 §11.10: hashAlgo is required where signAlgo does not imply it."""
    made = credential(KeyAlgorithm.RSA_2048)
    for version, name in (("v1", "hashAlgo"), ("v2", "hashAlgorithmOID")):
        with serving(SmallService(made, version=version, algorithms=("1.2.840.113549.1.1.1",))) as service:
            key_at(service).sign(b"x", hashes.SHA384())
            assert service.asked("signatures/signHash")[0][name] == "2.16.840.1.101.3.4.2.2"
            assert refusal(partial(key_at(service).sign, b"x", SHA256, pss=True)).code is ErrorCode.KEY_UNUSABLE


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("otp", ["offline", "online"])
def test_pin_and_one_time_password_authorize(version: str, otp: str) -> None:
    """An online code is sent before it is asked for; the challenge is what the user reads."""
    asked: list[str] = []

    def typed(words: str) -> str:
        asked.append(words)
        return OTP

    with serving(SmallService(credential(), version=version, pin=True, otp=otp, scal="2")) as service:
        key = key_at(service, pin=PIN, otp=typed)
        key.sign(b"x", SHA256)
        assert service.sent_codes == (otp == "online")
        assert len(asked) == 1
        if (version, otp) == ("v2", "online"):
            assert asked == ["Câu hỏi 7"]
        for wrong in ({"pin": "0000", "otp": typed}, {"pin": PIN, "otp": lambda _: "000"}, {"pin": PIN}, {}):
            error = refusal(partial(key_at(service, **wrong).sign, b"x", SHA256))
            assert error.code is ErrorCode.WRONG_PASSPHRASE
            assert PIN not in str(error)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_one_authorization_serves_as_many_documents_as_allowed(version: str) -> None:
    """SCAL1: seven documents, five signatures an authorization: two authorizations, one PIN each, none spent twice."""
    for extends in (False, True):
        with serving(SmallService(credential(), version=version, pin=True, extends=extends)) as service:
            key = key_at(service, pin=PIN, signatures=100)
            for number in range(7):
                key.sign(b"%d" % number, SHA256)
            assert [body["numSignatures"] for body in service.asked("credentials/authorize")] == [5, 5]
            assert len(service.asked("credentials/extendTransaction")) == (5 if extends else 0)
            assert len(service.asked("signatures/signHash")) == 7


def test_a_service_that_binds_hashes_is_asked_for_each_document_or_told_all_at_once() -> None:
    """SCAL2: sign_many tells the hashes beforehand, sign authorizes each."""
    with serving(SmallService(credential(), scal="2")) as service:
        key = key_at(service, signatures=100)
        for number in range(3):
            key.sign(b"%d" % number, SHA256)
        assert [body["numSignatures"] for body in service.asked("credentials/authorize")] == [1, 1, 1]
        data = [b"%d" % number for number in range(7)]
        values = key.sign_many(data, SHA256)
        assert [body["numSignatures"] for body in service.asked("credentials/authorize")] == [1, 1, 1, 5, 2]
        for each, value in zip(data, values, strict=True):
            check_value(credential().key.public_key(), value, each, hash_algorithm=SHA256, pss=False)


def test_an_authorization_that_a_person_confirms_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """CSC v2 §11.6: HTTP 202 and a handle, then authorizeCheck."""
    monkeypatch.setattr(csc, "_POLL_S", 0.01)
    with serving(SmallService(credential(), is_slow_to_confirm=True)) as service:
        key_at(service).sign(b"x", SHA256)
        assert len(service.asked("credentials/authorizeCheck")) == 1


def test_credentials_authorized_by_oauth_take_a_token_of_their_own() -> None:
    """CSC v2 §11.10: an access token with the scope credential stands in SAD."""
    with serving(SmallService(credential(), mode="oauth2code")) as service:
        key_at(service, credential_token="credential-scope").sign(b"x", SHA256)
        assert not service.asked("credentials/authorize")
    with serving(SmallService(credential(), mode="oauth2code", version="v1")) as service:
        assert refusal(lambda: key_at(service).sign(b"x", SHA256)).code is ErrorCode.KEY_UNAVAILABLE


def test_a_user_name_and_password_enter_too() -> None:
    """CSC §11.2, HTTP Basic."""
    with serving(SmallService(credential())) as service:
        at = CscService(service.url)
        at.login(USER, PASSWORD)
        assert at.credentials() == ("K1",)
        assert refusal(lambda: at.login(USER, "wrong")).code is ErrorCode.WRONG_PASSPHRASE
        assert refusal(lambda: at.login("a:b", "x")).code is ErrorCode.BAD_ARGUMENT
        assert refusal(lambda: CscService(service.url).credentials()).code is ErrorCode.SERVICE_REFUSED


def test_r_and_s_side_by_side_become_der() -> None:
    """Some services return plain ECDSA values; the check with the certificate tells which it was."""
    for algorithm in (KeyAlgorithm.P256, KeyAlgorithm.P384):
        with serving(SmallService(credential(algorithm), plain_ecdsa=True)) as service:
            value = key_at(service).sign(b"x", SHA256)
            credential(algorithm).key.public_key().verify(value, b"x", ec.ECDSA(SHA256))  # type: ignore[call-arg,arg-type]


def _signature_of_another(method: str, answer: Any) -> Any:  # noqa: ANN401
    if method != "signatures/signHash":
        return answer
    value = generate_private_key().sign(b"x", ec.ECDSA(SHA256))  # type: ignore[call-arg,arg-type]
    return {"signatures": [base64.b64encode(value).decode()]}


def test_a_signature_by_another_key_is_refused_and_nothing_is_returned() -> None:
    """A lying or confused service leaves no file."""
    with serving(SmallService(credential(), spoil=_signature_of_another)) as service:
        signer = vnsign.Signer.from_csc(service.url, token=TOKEN)
        error = refusal(lambda: vnsign.sign_pdf(plain_pdf(), signer, check_status=False))
        assert error.code is ErrorCode.KEY_UNUSABLE


def test_a_service_that_begins_to_lie_is_found_out_at_once() -> None:
    """Each value is checked, not the first only."""
    is_lying = [False]
    answers = lambda m, a: _signature_of_another(m, a) if is_lying[0] else a  # noqa: E731
    with serving(SmallService(credential(), spoil=answers)) as service:
        key = key_at(service, signatures=5)
        key.sign(b"1", SHA256)
        is_lying[0] = True
        assert refusal(lambda: key.sign(b"2", SHA256)).code is ErrorCode.KEY_UNUSABLE


LIES: dict[str, tuple[str, Any]] = {
    "no JSON": ("signatures/signHash", b"<html>"),
    "another shape": ("signatures/signHash", []),
    "null": ("signatures/signHash", {"signatures": [None]}),
    "no base64": ("signatures/signHash", {"signatures": ["§"]}),
    "too few": ("signatures/signHash", {"signatures": []}),
    "too many": ("signatures/signHash", {"signatures": ["AA==", "AA=="]}),
    "asynchronous": ("signatures/signHash", {"responseID": "1"}),
    "deep": ("signatures/signHash", b"[" * 100_000),
    "large": ("signatures/signHash", b" " * (MAX_ANSWER_BYTES + 1)),
    "no SAD": ("credentials/authorize", {}),
    "SAD is a number": ("credentials/authorize", {"SAD": {}}),
    "no certificate": ("credentials/info", {"key": {"algo": []}, "cert": {"certificates": []}, "authMode": "implicit"}),
    "bad certificate": (
        "credentials/info",
        {"key": {"algo": []}, "cert": {"certificates": ["AAAA"]}, "authMode": "implicit"},
    ),
    "no way to authorize": ("credentials/info", {"key": {"algo": []}, "cert": {"certificates": ["AAAA"]}}),
    "version 9": ("info", {"specs": "9.0"}),
    "no version": ("info", {}),
    "not UTF-8": ("info", b'{"specs": "\xff"}'),
}


@pytest.mark.parametrize("lie", LIES)
def test_every_odd_answer_is_our_error(lie: str) -> None:
    """Any bytes give a result or MALFORMED_ANSWER, which names address and method."""
    method, answer = LIES[lie]
    with serving(SmallService(credential(), spoil=lambda m, a: answer if m == method else a)) as service:
        error = refusal(lambda: key_at(service).sign(b"x", SHA256))
        assert error.code is ErrorCode.MALFORMED_ANSWER
        assert f"{service.url}/{method}" in str(error)
        assert lie != "large" or "is larger than" in str(error)


def test_a_failed_signature_leaves_no_authorization_behind() -> None:
    """Whether it is spent is not known, so the next signature is authorized anew."""
    is_lying = [False]
    answers = lambda m, a: b"?" if is_lying[0] and m == "signatures/signHash" else a  # noqa: E731
    with serving(SmallService(credential(), spoil=answers)) as service:
        key = key_at(service, signatures=5)
        key.sign(b"1", SHA256)
        is_lying[0] = True
        refusal(lambda: key.sign(b"2", SHA256))
        is_lying[0] = False
        key.sign(b"3", SHA256)
        assert len(service.asked("credentials/authorize")) == 2


_NAMES = ["SAD", "key", "algo", "cert", "certificates", "specs", "multisign", "auth", "PIN", "signatures"]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=4),
    max_leaves=10,
)


@given(st.binary(max_size=200) | _JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_a_message_or_a_value_error(body: bytes) -> None:
    """The boundary of all answers."""
    for kind in (Info, CredentialInfo, Authorization, Signatures, Refusal):
        try:
            assert isinstance(decode(body, kind), kind)
        except ValueError:
            continue


@pytest.mark.parametrize(
    "url", ["ftp://a/csc/v1", "https://", "x", "", "http://sign.example/csc/v2", "http://[", "https://a:b:c/"]
)
def test_what_is_no_protected_address_is_refused(url: str) -> None:
    """PIN and token never cross a network in the clear."""
    assert refusal(lambda: CscService(url, token=TOKEN)).code in {ErrorCode.BAD_ARGUMENT, ErrorCode.SERVICE_UNREACHABLE}
    assert "http://sign" not in url or refusal(lambda: CscService(url)).code is ErrorCode.BAD_ARGUMENT


def test_nobody_there_refused_disabled_and_unsendable() -> None:
    """Each reason has its code."""
    assert refusal(lambda: CscService("http://127.0.0.1:9/csc/v2")).code is ErrorCode.SERVICE_UNREACHABLE
    assert refusal(lambda: CscService("http://127.0.0.1:9/csc/v2", token="a\nb")).code is ErrorCode.BAD_ARGUMENT
    with serving(SmallService(credential(), key_status="disabled")) as service:
        assert refusal(lambda: key_at(service)).code is ErrorCode.KEY_UNAVAILABLE
        wrong = refusal(lambda: CscService(service.url, token="other").credentials())
        assert wrong.code is ErrorCode.SERVICE_REFUSED
        assert "nói rõ: invalid_token" in str(wrong)
    several = {"credentialIDs": ["K1", "K2"]}
    with serving(SmallService(credential(), spoil=lambda m, a: several if m == "credentials/list" else a)) as service:
        error = refusal(lambda: vnsign.Signer.from_csc(service.url, token=TOKEN))
        assert error.code is ErrorCode.KEY_UNAVAILABLE
        assert "K1, K2" in str(error)


def test_secrets_stand_in_no_representation_message_or_log(caplog: pytest.LogCaptureFixture) -> None:
    """Token, PIN, password and authorization."""
    caplog.set_level(logging.DEBUG)
    with serving(SmallService(credential(), pin=True)) as service:
        key = key_at(service, pin=PIN)
        key.sign(b"x", SHA256)
        shown = repr(key) + repr(key._permit) + repr(key._service) + caplog.text
    assert key._permit is not None
    for secret in (TOKEN, PIN, key._permit.sad):
        assert secret not in shown


def test_a_chain_in_any_order_is_put_in_order() -> None:
    """CSC §11.5: only the first certificate's place is given."""
    made = credential()
    issuing, root = infrastructure().issuing.certificate, infrastructure().root.certificate
    mixed = Credential(key=made.key, certificate=made.certificate, chain=(root, issuing))
    with serving(SmallService(mixed)) as service:
        assert vnsign.Signer.from_csc(service.url, token=TOKEN).chain == (issuing, root)


def _tls_files(folder: Path) -> tuple[Path, Path]:
    """Return a root certificate, and a file with key and certificate of ``localhost`` under it."""
    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)

    def certificate(name: str, key: ec.EllipticCurvePrivateKey, *, is_authority: bool) -> x509.Certificate:
        builder = x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        builder = builder.issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "root")]))
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
        builder = builder.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key())
        return builder.add_extension(names, critical=False).add_extension(identifier, critical=False).sign(root, SHA256)

    (folder / "root.pem").write_bytes(pem(certificate("root", root, is_authority=True)))
    key = leaf.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes(key + pem(certificate("localhost", leaf, is_authority=False)))
    return folder / "root.pem", folder / "server.pem"


def test_over_tls_only_a_trusted_service_is_spoken_to(tmp_path: Path) -> None:
    """Neither token nor PIN is sent to a server whose certificate does not lead to a trusted root."""
    root, server = _tls_files(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server)
    with serving(SmallService(credential()), tls=context) as service:
        url = f"https://localhost:{service.port}/csc/v2"
        assert refusal(lambda: CscService(url, token=TOKEN)).code is ErrorCode.SERVICE_UNREACHABLE
        assert not service.requests
        at = CscService(url, token=TOKEN, tls=ssl.create_default_context(cafile=str(root)))
        CscKey(at, at.credential("K1")).sign(b"x", SHA256)


def test_a_slow_service_is_not_waited_for() -> None:
    """The error names the method and the time."""

    def slowly(method: str, answer: Any) -> Any:  # noqa: ANN401
        if method == "credentials/info":
            time.sleep(1)
        return answer

    with serving(SmallService(credential(), spoil=slowly)) as service:
        at = CscService(service.url, token=TOKEN, timeout_s=0.2)
        error = refusal(lambda: at.credential("K1"))
        assert error.code is ErrorCode.SERVICE_UNREACHABLE
        assert "no answer within 0.2 s" in str(error)


def test_a_service_that_drips_ends_at_the_time_limit() -> None:
    """Each byte of the answer's head comes in time, the whole does not."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\nx: ")
                for _ in range(100):
                    connection.sendall(b"x")
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        started = time.monotonic()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/csc/v2"
        error = refusal(lambda: CscService(url, token=TOKEN, timeout_s=0.3).credentials())
        assert time.monotonic() - started < 2
    assert (error.code, "no answer within 0.3 s" in str(error)) == (ErrorCode.SERVICE_UNREACHABLE, True)


def test_a_redirect_is_not_followed() -> None:
    """Whoever answers cannot send PIN and token elsewhere."""
    with serving(SmallService(credential(), redirect_to="http://127.0.0.1:9/")) as service:
        assert refusal(lambda: CscService(service.url, token=TOKEN)).code is ErrorCode.SERVICE_REFUSED
