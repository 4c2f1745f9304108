"""Keys in tokens, against SoftHSM: made there, used there, never out; and everything that goes wrong with tokens."""

from __future__ import annotations

import copy
import pickle
import shutil
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, unquote, unquote_to_bytes

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.hsm_kit import PIN, TWICE, keys_on, module, new_token
from tests.unit.vnsign.authority.making import NOW, certify, openssl
from vnsign.adapters import pkcs11_token
from vnsign.adapters.pkcs11 import TokenGroup, TokenKeys
from vnsign.adapters.pkcs11_keys import TokenECKey
from vnsign.adapters.pkcs11_token import FAULTS, Token, refuse_last_try
from vnsign.errors import ErrorCode, UsageError, VnsignError
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import KeyAlgorithm, PrivateKey, is_key_of, sign_bytes
from vnsign.policy.profiles import CertificateProfile

DATA = "Quyết định".encode()
HASHES = [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()]


@pytest.fixture(scope="module")
def keys() -> TokenKeys:
    """One token for tests that only sign."""
    return keys_on(new_token().label)


@pytest.fixture(scope="module")
def rsa_key(keys: TokenKeys) -> rsa.RSAPrivateKey:
    """One key for several signatures."""
    key, _ = keys.generate("tsa", KeyAlgorithm.RSA_2048)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


@pytest.fixture(scope="module")
def card() -> tuple[TokenKeys, Credential]:
    """An official's token with key, certificate and the issuer's."""
    keys = keys_on(new_token().label)
    key, _ = keys.generate("official", KeyAlgorithm.P256)
    given = certify(CertificateProfile.OFFICIAL, key=key)
    with keys._token.session(is_writing=True) as session:
        for certificate in (given.certificate, *given.chain):
            _store(session, certificate.public_bytes(Encoding.DER))
        _store(session, b"\x78\x9ccompressed by the maker")
    return keys, given


def refusal(action: Callable[[], object]) -> ErrorCode:
    """Return the code of the error; neither it nor its causes hold the PIN."""
    with pytest.raises(VnsignError) as caught:
        action()
    assert PIN not in "".join(traceback.format_exception(caught.value))
    return caught.value.code


def self_signed(key: PrivateKey) -> x509.Certificate:
    """Return a certificate made by the library's own builder."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Khóa trong thiết bị")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(77).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=9))
    return builder.sign(key, hashes.SHA256())


class TestKeys:
    """What a key made in a token is, and what it is good for."""

    @pytest.mark.parametrize("algorithm", list(KeyAlgorithm)[:4])
    def test_a_key_signs_and_verifies_with_every_hash(self, keys: TokenKeys, algorithm: KeyAlgorithm) -> None:
        """RSA PKCS#1 v1.5 and ECDSA with SHA-2: what an authority and a signer make."""
        key, _ = keys.generate("issuing", algorithm)
        public = key.public_key()
        assert key.key_size == public.key_size
        for algorithm_of_hash in HASHES:
            signature = sign_bytes(key, DATA, algorithm_of_hash)
            if isinstance(public, rsa.RSAPublicKey):
                public.verify(signature, DATA, padding.PKCS1v15(), algorithm_of_hash)
            else:
                public.verify(signature, DATA, ec.ECDSA(algorithm_of_hash))

    @pytest.mark.parametrize("digest", HASHES, ids=lambda each: each.name)
    @pytest.mark.parametrize(
        "salt", [0, 20, padding.PSS.DIGEST_LENGTH, padding.PSS.MAX_LENGTH], ids=["none", "20", "digest", "most"]
    )
    def test_an_rsa_key_signs_pss(self, rsa_key: rsa.RSAPrivateKey, digest: hashes.SHA256, salt: int) -> None:
        """RFC 8017 §8.1, with any length of salt the caller wants."""
        signature = rsa_key.sign(DATA, padding.PSS(padding.MGF1(digest), salt), digest)
        # RFC 8017 §9.1.1: what fits beside digest and two octets in 2,047 bits.
        exact = {padding.PSS.DIGEST_LENGTH: digest.digest_size, padding.PSS.MAX_LENGTH: 254 - digest.digest_size}
        how = padding.PSS(padding.MGF1(digest), exact.get(salt, salt))
        rsa_key.public_key().verify(signature, DATA, how, digest)

    def test_a_digest_made_elsewhere_is_signed(self, keys: TokenKeys, rsa_key: rsa.RSAPrivateKey) -> None:
        """Prehashed, as signers of large files want it."""
        key, _ = keys.generate("tsa", KeyAlgorithm.P256)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        digest = hashes.Hash(hashes.SHA256())
        digest.update(DATA)
        value, prehashed = digest.finalize(), utils.Prehashed(hashes.SHA256())
        key.public_key().verify(key.sign(value, ec.ECDSA(prehashed)), DATA, ec.ECDSA(hashes.SHA256()))
        signature = rsa_key.sign(value, padding.PKCS1v15(), prehashed)
        rsa_key.public_key().verify(signature, DATA, padding.PKCS1v15(), hashes.SHA256())

    def test_what_is_no_signature_is_refused(self, rsa_key: rsa.RSAPrivateKey) -> None:
        """Only SHA-2 with PKCS#1 v1.5 or PSS."""
        assert refusal(lambda: rsa_key.sign(DATA, padding.PKCS1v15(), hashes.SHA1())) is ErrorCode.KEY_UNUSABLE  # noqa: S303
        assert refusal(lambda: rsa_key.sign(DATA, padding.PKCS1v15(), utils.NoDigestInfo())) is ErrorCode.KEY_UNUSABLE
        auto = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO)
        assert refusal(lambda: rsa_key.sign(DATA, auto, hashes.SHA256())) is ErrorCode.KEY_UNUSABLE

    @pytest.mark.parametrize("algorithm", [KeyAlgorithm.P256, KeyAlgorithm.RSA_2048])
    def test_a_key_never_leaves_its_token(self, keys: TokenKeys, algorithm: KeyAlgorithm) -> None:
        """Whatever would need the private value is refused; the key is sensitive and signs only."""
        key, reference = keys.generate("root", algorithm)
        actions: list[Callable[[], object]] = [
            key.private_numbers,
            lambda: key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
            lambda: pickle.dumps(key),
        ]
        if isinstance(key, ec.EllipticCurvePrivateKey):
            actions.append(lambda: key.exchange(ec.ECDH(), key.public_key()))
        else:
            actions.append(lambda: key.decrypt(bytes(256), padding.PKCS1v15()))
        assert {refusal(action) for action in actions} == {ErrorCode.KEY_UNUSABLE}
        assert copy.copy(key) is key
        assert copy.deepcopy(key) is key
        with keys._token.session() as session:
            key_id = _id_of(reference)
            private = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, id=key_id)
            names = ("SENSITIVE", "NEVER_EXTRACTABLE", "PRIVATE", "EXTRACTABLE", "DECRYPT", "UNWRAP", "MODIFIABLE")
            told = {name: private[pkcs11.Attribute[name]] for name in names}
            with pytest.raises(pkcs11.AttributeSensitive):
                private[pkcs11.Attribute.VALUE if algorithm is KeyAlgorithm.P256 else pkcs11.Attribute.PRIVATE_EXPONENT]
        assert {name for name, value in told.items() if value} == {"SENSITIVE", "NEVER_EXTRACTABLE", "PRIVATE"}

    @pytest.mark.parametrize("algorithm", [KeyAlgorithm.P384, KeyAlgorithm.RSA_2048])
    def test_the_library_builds_certificates_and_lists_with_it(
        self, keys: TokenKeys, algorithm: KeyAlgorithm, tmp_path: Path
    ) -> None:
        """The key stands wherever a key is asked for; openssl verifies what comes out."""
        key, _ = keys.generate("root", algorithm)
        certificate = self_signed(key)
        certificate.verify_directly_issued_by(certificate)
        crl = x509.CertificateRevocationListBuilder().issuer_name(certificate.subject).last_update(NOW)
        signed = crl.next_update(NOW + timedelta(days=1)).sign(key, hashes.SHA384())
        assert signed.is_signature_valid(key.public_key())
        (tmp_path / "own.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        (tmp_path / "crl.pem").write_bytes(signed.public_bytes(Encoding.PEM))
        judged = openssl("crl", "-in", tmp_path / "crl.pem", "-CAfile", tmp_path / "own.pem", "-noout", "-verify")
        assert b"verify OK" in judged.stderr

    def test_many_threads_sign_with_one_key(self, keys: TokenKeys) -> None:
        """A module promises nothing about threads; the lock does."""
        key, _ = keys.generate("ocsp", KeyAlgorithm.P256)
        with ThreadPoolExecutor(8) as pool:
            signatures = list(pool.map(lambda n: (n, sign_bytes(key, b"%d" % n, hashes.SHA256())), range(200)))
        public = key.public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        for number, signature in signatures:
            public.verify(signature, b"%d" % number, ec.ECDSA(hashes.SHA256()))

    def test_a_digest_longer_than_the_curve_is_cut_before_it_goes_to_the_token(self) -> None:
        """FIPS 186-5 §6.4.1: the leftmost bits count; tokens differ in what they do with the rest."""
        signer = _SoftwareSigner()
        key = TokenECKey(signer, signer.key.public_key())
        key.public_key().verify(key.sign(DATA, ec.ECDSA(hashes.SHA512())), DATA, ec.ECDSA(hashes.SHA512()))
        assert signer.lengths == [32]

    def test_a_signature_by_another_key_does_not_leave(self) -> None:
        """A token whose public half is not that of its private key: found out before anybody relies on it."""
        keys = keys_on(new_token().label)
        (_, first), (_, second) = (keys.generate("root", KeyAlgorithm.P256) for _ in range(2))
        with keys._token.session(is_writing=True) as session:
            kind, key_id = pkcs11.ObjectClass.PUBLIC_KEY, _id_of(first)
            other = session.get_key(object_class=kind, id=_id_of(second))
            forged = {name: other[name] for name in (pkcs11.Attribute.EC_PARAMS, pkcs11.Attribute.EC_POINT)}
            session.get_key(object_class=kind, id=key_id).destroy()
            asked = {pkcs11.Attribute.CLASS: kind, pkcs11.Attribute.KEY_TYPE: pkcs11.KeyType.EC}
            session.create_object({**asked, **forged, pkcs11.Attribute.ID: key_id, pkcs11.Attribute.TOKEN: True})
        key = keys.load(first, file="a")
        assert refusal(lambda: sign_bytes(key, DATA, hashes.SHA256())) is ErrorCode.KEY_UNUSABLE


class TestReferences:
    """What finds a key again."""

    def test_a_reference_finds_its_key_and_holds_no_secret(self, keys: TokenKeys) -> None:
        """RFC 7512: token, object, number; no PIN."""
        key, reference = keys.generate("root", KeyAlgorithm.P256)
        keys.generate("root", KeyAlgorithm.P256)  # the same label; the number tells them apart
        assert keys.load(reference, file="a").public_key() == key.public_key()
        assert reference.startswith(b"pkcs11:token=Th%E1%BA%BB%20")
        assert b";object=vnsign%20root;type=private;id=" in reference
        assert PIN.encode() not in reference
        assert b"pin" not in reference

    def test_a_reference_to_another_token_names_that_token(self, keys: TokenKeys) -> None:
        """The root's token lies in a safe: the message says which one to fetch."""
        other = b"pkcs11:token=Token%20g%E1%BB%91c;object=vnsign%20root;type=private;id=%01"
        with pytest.raises(VnsignError, match="Token gốc") as caught:
            keys.load(other, file="authority.sqlite")
        assert (caught.value.code, caught.value.file) == (ErrorCode.KEY_UNAVAILABLE, "authority.sqlite")

    def test_a_key_that_is_no_longer_there_is_unavailable(self, keys: TokenKeys) -> None:
        """Removed with the token's own tool."""
        gone = f"pkcs11:token={quote(keys.label)};object=vnsign%20root;type=private;id=%01%02".encode()
        assert refusal(lambda: keys.load(gone, file="a")) is ErrorCode.KEY_UNAVAILABLE

    @pytest.mark.parametrize(
        "reference",
        [b"", b"pkcs11:", b"\xff", b"pkcs11:token=a", b"pkcs11:token=;id=%01", b"x:token=a;id=1", b"pkcs11:;;"],
    )
    def test_a_damaged_reference_is_our_error(self, keys: TokenKeys, reference: bytes) -> None:
        """Any bytes give a key or our error."""
        assert refusal(lambda: keys.load(reference, file="a")) is ErrorCode.KEY_UNUSABLE
        group = TokenGroup(keys, by_role={})
        assert refusal(lambda: group.load(reference, file="a")) is ErrorCode.KEY_UNUSABLE

    def test_a_group_keeps_a_role_on_a_token_of_its_own(self, keys: TokenKeys) -> None:
        """Root here, all else there; loading asks the token that the reference names."""
        root = keys_on(new_token().label)
        group = TokenGroup(keys, by_role={"root": root})
        root_key, root_reference = group.generate("root", KeyAlgorithm.P256)
        tsa_key, tsa_reference = group.generate("tsa", KeyAlgorithm.P256)
        assert (_label_of(root_reference), _label_of(tsa_reference)) == (root.label, keys.label)
        assert group.load(root_reference, file="a").public_key() == root_key.public_key()
        assert group.load(tsa_reference, file="a").public_key() == tsa_key.public_key()
        assert repr(root.label) in group.source
        assert repr(keys.label) in group.source


class TestTrouble:
    """Tokens that are absent, closed, pulled out, asked wrongly."""

    def test_a_wrong_pin_is_presented_once(self) -> None:
        """Three wrong PINs lock a token, so the object that was refused asks no more."""
        token = new_token()
        wrong = keys_on(token.label, pin="0000-0000")
        assert refusal(wrong.login) is ErrorCode.WRONG_PASSPHRASE
        assert _flags(token.label) & pkcs11.TokenFlag.USER_PIN_COUNT_LOW
        right = keys_on(token.label)
        right.login()
        right.close()
        assert refusal(wrong.login) is ErrorCode.WRONG_PASSPHRASE
        assert refusal(lambda: wrong.generate("root", KeyAlgorithm.P256)) is ErrorCode.WRONG_PASSPHRASE
        # The token counts: nothing was presented since the right PIN.
        assert not _flags(token.label) & pkcs11.TokenFlag.USER_PIN_COUNT_LOW

    def test_no_pin_is_presented_when_one_more_mistake_locks_the_token(self) -> None:
        """PKCS #11 §3.2: the token says so itself by a flag."""
        for flag in ("USER_PIN_FINAL_TRY", "USER_PIN_LOCKED"):
            flags = int(pkcs11.TokenFlag[flag] | pkcs11.TokenFlag.USER_PIN_COUNT_LOW)
            assert refusal(lambda flags=flags: refuse_last_try(flags, name="a")) is ErrorCode.KEY_UNAVAILABLE  # type: ignore[misc]
        refuse_last_try(int(pkcs11.TokenFlag.USER_PIN_COUNT_LOW), name="a")

    def test_the_tokens_flags_are_looked_at_before_the_pin_is_presented(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """SoftHSM never locks, so a slot that does stands in for one here."""
        token = _LastTry(label="Sắp khóa")
        monkeypatch.setattr(pkcs11_token, "_tokens", lambda _: [token])
        assert refusal(keys_on("Sắp khóa").login) is ErrorCode.KEY_UNAVAILABLE
        assert token.presented == []

    def test_one_thread_at_a_time_is_let_in(self) -> None:
        """Whatever else two threads do, they do not call the module at once."""
        token = Token(module(), label=new_token().label, pin=PIN)
        inside, entered = threading.Event(), threading.Event()

        def enter() -> None:
            inside.set()
            with token.session():
                entered.set()

        with token.session():
            other = threading.Thread(target=enter)
            other.start()
            assert inside.wait(10)
            assert not entered.wait(0.05)
        assert entered.wait(10)
        other.join(10)

    def test_a_pin_is_in_no_message_and_no_variable(self) -> None:
        """Some handlers of errors print every local variable."""
        token = new_token()
        wrong = keys_on(token.label, pin=PIN + "-sai")
        with pytest.raises(VnsignError) as caught:
            wrong.login()
        frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        own = [frame for each in _chain(frames) for frame in each.stack if "adapters" in frame.filename]
        assert own
        assert PIN not in repr([frame.locals for frame in own])
        assert repr(wrong) == f"TokenKeys({token.label!r})"
        assert PIN not in repr(vars(wrong._token))
        right = keys_on(token.label)
        right.login()
        assert PIN not in repr(vars(right._token))

    def test_an_absent_token_is_unavailable(self) -> None:
        """Nothing was presented to anybody; the message names the token."""
        with pytest.raises(VnsignError, match="token Vắng") as caught:
            keys_on("Vắng").login()
        assert caught.value.code is ErrorCode.KEY_UNAVAILABLE

    def test_two_tokens_of_one_label_are_not_guessed_at(self) -> None:
        """A PIN presented to the wrong token counts as wrong."""
        assert refusal(keys_on(TWICE).login) is ErrorCode.KEY_UNAVAILABLE

    @pytest.mark.parametrize("path", ["/nonexistent/module.so", __file__, ""])
    def test_what_is_no_module_is_our_error(self, path: str) -> None:
        """A mistyped path, a file that is no module."""
        assert refusal(TokenKeys(path, token_label="a", pin=PIN).login) is ErrorCode.KEY_UNAVAILABLE

    def test_without_the_extra_the_way_out_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """python-pkcs11 is optional."""
        monkeypatch.setitem(sys.modules, "pkcs11", None)
        with pytest.raises(VnsignError, match=r"vnsign-docflow\[pkcs11\]") as caught:
            TokenKeys("/any.so", token_label="a", pin=PIN).login()
        assert caught.value.code is ErrorCode.KEY_UNAVAILABLE

    def test_a_token_without_key_pad_needs_a_pin(self) -> None:
        """pin=None leaves it to the token, which must be able to ask."""
        token = new_token()
        keys = TokenKeys(module(), token_label=token.label)
        assert refusal(keys.login) is ErrorCode.KEY_UNAVAILABLE

    def test_a_token_pulled_out_is_unavailable_and_another_object_says_absent(self) -> None:
        """In the middle of the day; nothing hangs, nothing foreign is raised."""
        token = new_token()
        keys = keys_on(token.label)
        key, reference = keys.generate("tsa", KeyAlgorithm.P256)
        shutil.rmtree(token.folder)
        assert refusal(lambda: sign_bytes(key, DATA, hashes.SHA256())) is ErrorCode.KEY_UNAVAILABLE
        assert refusal(lambda: keys.load(reference, file="a")) is ErrorCode.KEY_UNAVAILABLE
        assert refusal(lambda: keys.generate("tsa", KeyAlgorithm.P256)) is ErrorCode.KEY_UNAVAILABLE
        assert refusal(keys_on(token.label).login) is ErrorCode.KEY_UNAVAILABLE

    def test_a_closed_object_signs_no_more(self) -> None:
        """Closing logs out, also for the keys loaded before."""
        keys = keys_on(new_token().label)
        key, _ = keys.generate("tsa", KeyAlgorithm.P256)
        keys.close()
        keys.close()
        assert refusal(lambda: sign_bytes(key, DATA, hashes.SHA256())) is ErrorCode.WRONG_PASSPHRASE

    def test_two_objects_share_one_login(self) -> None:
        """PKCS #11 logs in a process, not an object."""
        token = new_token()
        first, second = keys_on(token.label), keys_on(token.label)
        _, reference = first.generate("tsa", KeyAlgorithm.P256)
        assert sign_bytes(second.load(reference, file="a"), DATA, hashes.SHA256())

    def test_a_new_process_finds_the_key_and_a_forked_one_must_open_anew(self) -> None:
        """PKCS #11 §2.6.8: a child begins anew. Run apart: forking a process with threads is no good idea."""
        token = new_token()
        _, reference = keys_on(token.label).generate("tsa", KeyAlgorithm.P256)
        script = _FORKING.format(module=module(), label=token.label, pin=PIN, reference=reference)
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, done.stdout) == (0, "key_unavailable\nsigned\nsigned\n"), done.stderr

    def test_every_fault_named_is_one_of_the_library(self) -> None:
        """A misspelt name would never match."""
        assert [name for name in FAULTS if not hasattr(pkcs11, name) and name != "NotImplementedError"] == []


class TestCredentials:
    """A signer's token: key and certificate, one PIN for many documents."""

    def test_the_token_tells_certificate_and_chain(self, card: tuple[TokenKeys, Credential]) -> None:
        """What no reader understands is passed over."""
        keys, given = card
        credential = keys.credential()
        assert (credential.certificate, credential.chain) == (given.certificate, given.chain)
        assert keys.credential(key_label="vnsign official").certificate == given.certificate
        assert credential.signing_key.sign(DATA, hashes.SHA256())

    def test_the_latest_certificate_of_the_key_counts(self) -> None:
        """A renewal with the same key leaves the old certificate beside the new one."""
        keys = keys_on(new_token().label)
        key, _ = keys.generate("official", KeyAlgorithm.P256)
        ends = [NOW + timedelta(days=days) for days in (400, 900, 100)]
        held = [certify(CertificateProfile.OFFICIAL, key=key, not_after=end).certificate for end in ends]
        with keys._token.session(is_writing=True) as session:
            for certificate in held:
                _store(session, certificate.public_bytes(Encoding.DER))
        assert keys.credential().certificate == held[1]

    def test_a_certificate_may_come_from_elsewhere_but_must_fit(self, card: tuple[TokenKeys, Credential]) -> None:
        """Some tokens keep their certificates in a form of their own."""
        keys, given = card
        assert keys.credential(certificate=given.certificate).chain == given.chain
        other = certify(CertificateProfile.OFFICIAL).certificate
        assert refusal(lambda: keys.credential(certificate=other)) is ErrorCode.KEY_UNUSABLE

    def test_no_key_several_keys_or_no_certificate_is_unavailable(self) -> None:
        """Which key to sign with is not guessed."""
        keys = keys_on(new_token().label)
        assert refusal(keys.credential) is ErrorCode.KEY_UNAVAILABLE
        keys.generate("a", KeyAlgorithm.P256)
        assert refusal(keys.credential) is ErrorCode.KEY_UNAVAILABLE
        keys.generate("b", KeyAlgorithm.P256)
        with pytest.raises(VnsignError, match="several") as caught:
            keys.credential()
        assert caught.value.code is ErrorCode.KEY_UNAVAILABLE

    def test_the_public_half_may_be_in_the_certificate_only(self, card: tuple[TokenKeys, Credential]) -> None:
        """Tokens of other makers keep no public key object."""
        keys, _ = card
        key, reference = keys.generate("lone", KeyAlgorithm.P256)
        certificate = self_signed(key)
        with keys._token.session(is_writing=True) as session:
            session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, id=_id_of(reference)).destroy()
        assert refusal(lambda: keys.load(reference, file="a")) is ErrorCode.KEY_UNUSABLE
        with keys._token.session(is_writing=True) as session:
            _store(session, certificate.public_bytes(Encoding.DER), key_id=_id_of(reference))
        assert is_key_of(keys.load(reference, file="a"), certificate)


class _SoftwareSigner:
    """A signer whose key is in memory, to look at what it is given."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.lengths: list[int] = []

    def sign(self, mechanism: str, data: bytes, *, pss: tuple[str, str, int] | None = None) -> bytes:
        assert (mechanism, pss) == ("ECDSA", None)
        self.lengths.append(len(data))
        signature = self.key.sign(data.ljust(32, b"\0")[:32], ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        return b"".join(number.to_bytes(32, "big") for number in utils.decode_dss_signature(signature))

    def error(self, code: ErrorCode, message: str) -> UsageError:
        return UsageError(code, message)


@dataclass
class _LastTry:
    """A token that the next wrong PIN locks."""

    label: str
    flags: int = int(pkcs11.TokenFlag.USER_PIN_FINAL_TRY)
    presented: list[str] = field(default_factory=list)

    def open(self, *, user_pin: str) -> None:
        self.presented.append(user_pin)


_FORKING = """
import os, sys
from cryptography.hazmat.primitives import hashes
from vnsign.adapters.pkcs11 import TokenKeys
from vnsign.errors import VnsignError
from vnsign.pki.keys import sign_bytes
def opened():
    return TokenKeys({module!r}, token_label={label!r}, pin={pin!r}).load({reference!r}, file="a")
key = opened()
child = os.fork()
if child == 0:
    try:
        sign_bytes(key, b"x", hashes.SHA256())
    except VnsignError as error:
        print(error.code.value, flush=True)
    sign_bytes(opened(), b"x", hashes.SHA256())
    print("signed", flush=True)
    os._exit(0)
_, status = os.waitpid(child, 0)
sign_bytes(key, b"x", hashes.SHA256())
print("signed", flush=True)
sys.exit(status)
"""


_HIDDEN_AT_FIRST = """
import os, sys
from pathlib import Path
from vnsign.adapters.pkcs11_token import _load, _tokens, Token
from vnsign.errors import VnsignError
module, label, pin, folder, others = sys.argv[1:]
shown, hidden = Path(folder), Path(folder).parent.parent / "hidden"
shown.rename(hidden)
assert label not in [token.label for token in _tokens(_load(module).lib)]
if others:  # a session of ours that would end
    Token(module, label=others, pin=pin).session().__enter__()
hidden.rename(shown)
try:
    with Token(module, label=label, pin=pin).session() as session:
        print("found", session.token.label == label)
except VnsignError as exc:
    print(exc.code.value)
"""


@pytest.mark.parametrize("is_in_use", [False, True])
def test_a_token_that_could_not_be_read_when_the_module_began_is_found(*, is_in_use: bool) -> None:
    """Another process may be writing it just then; a module in use is not begun anew under its users."""
    card, other = new_token(), new_token()
    arguments = [module(), card.label, PIN, str(card.folder), other.label if is_in_use else ""]

    done = subprocess.run(
        [sys.executable, "-c", _HIDDEN_AT_FIRST, *arguments], capture_output=True, text=True, check=False, timeout=60
    )

    assert done.stdout.strip() == ("key_unavailable" if is_in_use else "found True"), done.stderr


def _id_of(reference: bytes) -> bytes:
    return unquote_to_bytes(reference.rpartition(b"id=")[2].decode())


def _label_of(reference: bytes) -> str:
    return unquote(reference.partition(b"token=")[2].partition(b";")[0].decode())


def _flags(label: str) -> pkcs11.TokenFlag:
    flags: pkcs11.TokenFlag = pkcs11.lib(module()).get_token(token_label=label).flags
    return flags


def _store(session: pkcs11.Session, value: bytes, *, key_id: bytes = b"\x01") -> pkcs11.Object:
    attribute = pkcs11.Attribute
    return session.create_object(
        {
            attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
            attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
            attribute.SUBJECT: b"0\0",
            attribute.VALUE: value,
            attribute.ID: key_id,
            attribute.TOKEN: True,
        }
    )


def _chain(error: traceback.TracebackException | None) -> list[traceback.TracebackException]:
    return [] if error is None else [error, *_chain(error.__cause__ or error.__context__)]
