"""Keys, hashes and paddings: what is written, who checks it, and how a signer is loaded again elsewhere."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import pytest
from asn1crypto import cms as asn1_cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import vnsign
from tests.csc_kit import PASSWORD, USER, SmallService, serving
from tests.hsm_kit import PIN, keys_on, module, new_token
from tests.materials import plain_pdf
from tests.unit.vnsign.authority.making import PASSPHRASE, certify, infrastructure, openssl, pem
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pki.cms import CmsTemplate
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import KeyAlgorithm, SoftwareKey
from vnsign.policy.profiles import CertificateProfile
from vnsign.signing.signer import prepare_signer, sign_statement
from vnsign.wiring.signer_recipes import CscSource, PemSource, Pkcs11Source, Pkcs12Source, SignerRecipe

STATEMENT = "Tôi đồng ý.".encode()
ALGORITHMS = [KeyAlgorithm.P256, KeyAlgorithm.P384, KeyAlgorithm.RSA_2048, KeyAlgorithm.RSA_3072]


@cache
def credential(algorithm: KeyAlgorithm = KeyAlgorithm.P256) -> Credential:
    """One credential an algorithm."""
    return certify(CertificateProfile.OFFICIAL, algorithm=algorithm)


def code_of(error: pytest.ExceptionInfo[VnsignError]) -> ErrorCode:
    """Return its code."""
    return error.value.code


@pytest.mark.parametrize("pss", [False, True])
@pytest.mark.parametrize("hash_name", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_openssl_verifies_every_key_hash_and_padding(
    algorithm: KeyAlgorithm,
    hash_name: str,
    pss: bool,  # noqa: FBT001
    tmp_path: Path,
) -> None:
    """A foreign judge, with -cades; our own reading agrees; the reserve was large enough and nearly exact."""
    made = credential(algorithm)
    if pss and not isinstance(made.key, rsa.RSAPrivateKey):
        with pytest.raises(VnsignError) as error:
            vnsign.Signer.from_credential(made, pss=True)
        assert code_of(error) is ErrorCode.BAD_ARGUMENT
        return
    signer = vnsign.Signer.from_credential(made, hash_name=hash_name, pss=pss)
    signed = sign_statement(signer, STATEMENT)
    (tmp_path / "root.pem").write_bytes(pem(infrastructure().root.certificate))
    (tmp_path / "text").write_bytes(STATEMENT)
    (tmp_path / "text.p7").write_bytes(signed)
    result = openssl(
        *("cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", tmp_path / "text.p7", "-content"),
        *(tmp_path / "text", "-CAfile", tmp_path / "root.pem", "-purpose", "any", "-attime", "1775000000"),
    )
    assert result.returncode == 0, result.stderr.decode()
    assert 0 <= signer.template.upper_bound() - len(signed) <= (0 if isinstance(made.key, rsa.RSAPrivateKey) else 4)
    report = vnsign.inspect_statement(signed, STATEMENT, trust=vnsign.TrustStore(anchors=()))
    assert (report.intact, report.valid) == (True, True)


def test_the_parameters_of_pss_are_those_of_the_hash() -> None:
    """RFC 4056 §3, RFC 8933 §3: one hash for message, signature and mask; a salt as long as its digest."""
    signer = vnsign.Signer.from_credential(credential(KeyAlgorithm.RSA_2048), hash_name="sha384", pss=True)
    content = asn1_cms.ContentInfo.load(sign_statement(signer, STATEMENT), strict=True)["content"]
    (info,) = content["signer_infos"]
    assert info["signature_algorithm"].native == {
        "algorithm": "rsassa_pss",
        "parameters": {
            "hash_algorithm": {"algorithm": "sha384", "parameters": None},
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": "sha384", "parameters": None}},
            "salt_length": 48,
            "trailer_field": "trailer_field_bc",
        },
    }
    assert info["digest_algorithm"]["algorithm"].native == "sha384"


def test_the_hash_is_as_strong_as_the_key_unless_chosen() -> None:
    """P-384 signs with SHA-384; an unknown hash is refused."""
    chosen = {a: vnsign.Signer.from_credential(credential(a)).template.hash_name for a in ALGORITHMS}
    assert chosen == dict(zip(ALGORITHMS, ("sha256", "sha384", "sha256", "sha256"), strict=True))
    with pytest.raises(VnsignError) as error:
        vnsign.Signer.from_credential(credential(), hash_name="sha1")
    assert code_of(error) is ErrorCode.BAD_ARGUMENT


def test_a_key_that_is_not_the_certificates_signs_nothing() -> None:
    """Found out with the first value, before a file is made of it."""
    other = SoftwareKey(certify(CertificateProfile.OFFICIAL).key)
    signer = prepare_signer(other, credential().certificate)
    with pytest.raises(VnsignError) as error:
        vnsign.sign_pdf(plain_pdf(), signer, check_status=False)
    assert code_of(error) is ErrorCode.KEY_UNUSABLE


@dataclass
class CountingKey:
    """A real key that counts."""

    key: SoftwareKey
    count: int = 0

    def sign(self, data: bytes, hash_algorithm: hashes.HashAlgorithm, *, pss: bool = False) -> bytes:
        """Sign, and count."""
        self.count += 1
        return self.key.sign(data, hash_algorithm, pss=pss)


def test_one_signature_is_one_use_of_the_key() -> None:
    """A token's key is slow, a service's costs money: checking is done with the certificate, not by signing again."""
    key = CountingKey(SoftwareKey(credential().key))
    signer = prepare_signer(key, credential().certificate, chain=credential().chain)
    for _ in range(3):
        sign_statement(signer, STATEMENT)
    assert key.count == 3


@pytest.mark.parametrize("bits", [1024, 2048])
def test_a_weak_key_does_not_sign(bits: int) -> None:
    """Thông tư 15/2025/TT-BKHCN Phụ lục I: RSA from 2048 bits."""
    key = rsa.generate_private_key(65537, bits)
    made = openssl_certificate(key)
    if bits >= 2048:
        CmsTemplate.for_signer(made)
        return
    with pytest.raises(VnsignError) as error:
        CmsTemplate.for_signer(made)
    assert code_of(error) is ErrorCode.KEY_UNUSABLE


def test_a_key_that_its_certificate_binds_to_pss_signs_by_pss_only(tmp_path: Path) -> None:
    """RFC 4055 §1.2: id-RSASSA-PSS as the key's own algorithm."""
    made = openssl("genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048")
    (tmp_path / "key.pem").write_bytes(made.stdout)
    request = ("req", "-x509", "-key", tmp_path / "key.pem", "-subj", "/CN=pss", "-days", "10")
    (tmp_path / "cert.pem").write_bytes(openssl(*request).stdout)
    signer = vnsign.Signer.from_pem(tmp_path / "key.pem", tmp_path / "cert.pem")
    assert signer.template.pss
    signed = sign_statement(signer, STATEMENT)
    report = vnsign.inspect_statement(signed, STATEMENT, trust=vnsign.TrustStore(anchors=()))
    assert (report.intact, report.valid) == (True, True)


def test_p_521_signs_with_sha_512_and_fits_its_reserve(tmp_path: Path) -> None:
    """Our authority makes no such keys; others do. Its order is one bit longer than whole bytes."""
    made = openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521")
    (tmp_path / "key.pem").write_bytes(made.stdout)
    request = ("req", "-x509", "-key", tmp_path / "key.pem", "-subj", "/CN=p521", "-days", "10")
    (tmp_path / "cert.pem").write_bytes(openssl(*request).stdout)
    signer = vnsign.Signer.from_pem(tmp_path / "key.pem", tmp_path / "cert.pem")
    assert signer.template.hash_name == "sha512"
    sizes = {len(sign_statement(signer, STATEMENT)) for _ in range(50)}
    assert max(sizes) <= signer.template.upper_bound() <= max(sizes) + 2


def openssl_certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    """Return a certificate of a key that our authority would refuse."""
    der = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made = openssl("req", "-x509", "-key", "/dev/stdin", "-subj", "/CN=weak", "-outform", "DER", stdin=der)
    return x509.load_der_x509_certificate(made.stdout)


def recipes(folder: Path) -> dict[str, SignerRecipe]:
    """Return recipes for the same credential in files."""
    made = credential()
    vnsign.write_pkcs12(folder / "a.p12", made, PASSPHRASE)
    key = made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "a.pem").write_bytes(key + pem(made.certificate, *made.chain))
    return {
        "p12": SignerRecipe(source=Pkcs12Source(path=folder / "a.p12", passphrase=PASSPHRASE), hash_name="sha512"),
        "pem": SignerRecipe(source=PemSource(key=folder / "a.pem"), hash_name="sha512"),
    }


def sign_elsewhere(recipe: SignerRecipe) -> bytes:
    """Run in a worker process."""
    return sign_statement(recipe.load(), STATEMENT)


@pytest.mark.parametrize("kind", ["p12", "pem"])
def test_a_recipe_is_loaded_in_another_process(kind: str, tmp_path: Path) -> None:
    """Pickled, without showing its secret; a key itself is never sent."""
    recipe = recipes(tmp_path)[kind]
    assert PASSPHRASE.decode() not in repr(recipe)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        signed = pool.submit(sign_elsewhere, recipe).result(60)
    report = vnsign.inspect_statement(signed, STATEMENT, trust=vnsign.TrustStore(anchors=()))
    assert (report.intact, report.valid) == (True, True)


def test_every_recipe_passes_on_how_and_for_whom_it_signs(tmp_path: Path) -> None:
    """Hash and holder, also of a key at a service."""
    how = {"hash_name": "sha384", "holder": vnsign.Holder.AGENCY}
    with serving(SmallService(credential())) as service:
        sources = [each.source for each in recipes(tmp_path).values()]
        for source in (*sources, CscSource(url=service.url, user=USER, password=PASSWORD)):
            signer = SignerRecipe(source=source, **how).load()  # type: ignore[arg-type]  # of several types
            assert (signer.template.hash_name, signer.holder) == ("sha384", vnsign.Holder.AGENCY)


def test_no_recipe_shows_a_secret() -> None:
    """Passphrase, PIN, password, tokens."""
    secrets = ("s-one", "s-two", "s-three", "s-four")
    shown = [
        SignerRecipe(source=PemSource(key=Path("k"), passphrase=b"s-one")),
        SignerRecipe(source=Pkcs11Source(module=Path("m"), token="t", pin="s-one")),
        SignerRecipe(
            source=CscSource(url="u", password="s-one", token="s-two", credential_token="s-three", pin="s-four")
        ),
    ]
    assert not [each for each in shown if any(secret in repr(each) for secret in secrets)]
    assert pickle.loads(pickle.dumps(shown)) == shown  # noqa: S301 — our own bytes


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.P256, KeyAlgorithm.RSA_2048])
def test_a_tokens_key_signs_many_documents_after_one_pin(
    algorithm: KeyAlgorithm, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """SoftHSM: PKCS#1 v1.5, PSS and ECDSA; the key by label, by number, or the only one; the PIN shows nowhere."""
    caplog.set_level("DEBUG")
    label = new_token().label
    key, _ = keys_on(label).generate("signer", algorithm)
    made = certify(CertificateProfile.OFFICIAL, key=key)
    path = Path(module())
    file = tmp_path / "cert.pem"
    file.write_bytes(pem(made.certificate))
    for pss in (False, True) if isinstance(key, rsa.RSAPrivateKey) else (False,):
        for which in ({}, {"key_label": "vnsign signer"}):
            recipe = SignerRecipe(
                source=Pkcs11Source(module=path, token=label, pin=PIN, certificate=file, **which),  # type: ignore[arg-type]
                hash_name="sha384",
                pss=pss,
            )
            signer = recipe.load()
            signed = [sign_statement(signer, b"%d" % number) for number in range(3)]
            for number, each in enumerate(signed):
                report = vnsign.inspect_statement(each, b"%d" % number, trust=vnsign.TrustStore(anchors=()))
                assert (report.intact, report.valid) == (True, True)
            assert PIN not in repr(recipe) + repr(signer) + caplog.text
    with pytest.raises(VnsignError) as error:
        vnsign.Signer.from_pkcs11(path, token=label, pin=PIN, key_label="none", certificate=file)
    assert code_of(error) is ErrorCode.KEY_UNAVAILABLE
    with pytest.raises(VnsignError) as error:
        vnsign.Signer.from_pkcs11(path, token=label, pin=PIN, key_id=b"\x01", certificate=file)
    assert code_of(error) is ErrorCode.KEY_UNAVAILABLE
