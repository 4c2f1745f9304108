"""Requests for certificates made by ours and other people's programs, and public keys no honest program makes."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import gmpy2
from asn1crypto import core as asn1_core
from asn1crypto import csr as asn1_csr
from asn1crypto import keys as asn1_keys
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from tests.support import require_tool
from vnsign.pki.keys import PrivateKey
from vnsign.pki.names import Subject

SUBJECT = Subject(
    common_name="Nguyễn Văn Ước",
    organization="Ủy ban nhân dân tỉnh Thử",
    units=("Sở Thử nghiệm", "Phòng Ứng dụng"),
    locality="Hà Nội",
    email="uoc@thu.gov.vn",
)
EXPONENT = 65537
#: What openssl and certtool are told; the words of SUBJECT.
_OPENSSL_SUBJECT = (
    "/C=VN/L=Hà Nội/O=Ủy ban nhân dân tỉnh Thử/OU=Sở Thử nghiệm/OU=Phòng Ứng dụng/CN=Nguyễn Văn Ước"
    "/emailAddress=uoc@thu.gov.vn"
)
_CERTTOOL_TEMPLATE = """\
country = VN
locality = "Hà Nội"
organization = "Ủy ban nhân dân tỉnh Thử"
unit = "Sở Thử nghiệm"
unit = "Phòng Ứng dụng"
cn = "Nguyễn Văn Ước"
email = "uoc@thu.gov.vn"
challenge_password = "123456"
"""
_OPENSSL_CONFIG = """\
[req]
distinguished_name = dn
attributes = attrs
string_mask = utf8only
[dn]
[attrs]
challengePassword = A challenge password
challengePassword_default = 123456
unstructuredName = Name
unstructuredName_default = Văn phòng
1.3.6.1.4.1.311.13.2.3 = Version of Windows
1.3.6.1.4.1.311.13.2.3_default = 10.0.26100.2
[san]
subjectAltName = email:uoc@thu.gov.vn
keyUsage = critical, nonRepudiation
extendedKeyUsage = emailProtection
"""


@cache
def p256() -> ec.EllipticCurvePrivateKey:
    """Return one P-256 key for all tests."""
    return ec.generate_private_key(ec.SECP256R1())


@cache
def rsa2048() -> rsa.RSAPrivateKey:
    """Return one RSA-2048 key for all tests."""
    return rsa.generate_private_key(public_exponent=EXPONENT, key_size=2048)


def make_request(
    key: PrivateKey | None = None,
    name: x509.Name | None = None,
    extensions: Sequence[x509.ExtensionType] = (),
    *,
    hash_algorithm: hashes.SHA256 | hashes.SHA512 | None = None,
) -> bytes:
    """Return a request made by `cryptography`, DER; SUBJECT's by default."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(SUBJECT.to_name() if name is None else name)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key or p256(), hash_algorithm or hashes.SHA256()).public_bytes(Encoding.DER)


def with_public_key(public_key_info: bytes) -> bytes:
    """Return a request whose key was exchanged after it was signed."""
    request = asn1_csr.CertificationRequest.load(make_request())
    request["certification_request_info"]["subject_pk_info"] = asn1_keys.PublicKeyInfo.load(public_key_info)
    encoded: bytes = request.dump(force=True)
    return encoded


def rsa_key_info(modulus: int, exponent: int = EXPONENT) -> bytes:
    """Return a SubjectPublicKeyInfo of any two numbers."""
    encoded: bytes = asn1_keys.PublicKeyInfo(
        {
            "algorithm": {"algorithm": "rsa", "parameters": asn1_core.Null()},
            "public_key": asn1_keys.RSAPublicKey({"modulus": modulus, "public_exponent": exponent}),
        }
    ).dump()
    return encoded


def rsa_from_primes(p: int, q: int) -> rsa.RSAPrivateKey:
    """Return the private key of two primes."""
    d = pow(EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(e=EXPONENT, n=p * q)
    return rsa.RSAPrivateNumbers(
        p=p, q=q, d=d, dmp1=d % (p - 1), dmq1=d % (q - 1), iqmp=pow(q, -1, p), public_numbers=public
    ).private_key()


@cache
def close_primes() -> rsa.RSAPrivateKey:
    """Two neighbouring primes, as CVE-2022-26320 made them."""
    p = _prime_from(random.Random(26320).getrandbits(1024) | 3 << 1022)
    return rsa_from_primes(_prime_from(p + 2), p)


@cache
def roca() -> rsa.RSAPrivateKey:
    """Primes k·M + (65537^a mod M), M the product of the first 71 primes, as CVE-2017-15361 made them."""
    dice = random.Random(15361)
    product = int(gmpy2.primorial(353))

    def prime() -> int:
        while True:
            k = dice.getrandbits(1024 - product.bit_length()) | 3 << (1022 - product.bit_length())
            candidate = k * product + pow(EXPONENT, dice.getrandbits(200), product)
            if candidate.bit_length() == 1024 and gmpy2.is_prime(candidate):
                return candidate

    return rsa_from_primes(prime(), prime())


@cache
def sparse_modulus() -> int:
    """A modulus whose primes have bits in the lowest 6 of each 128 only: a polynomial that is factored at once."""
    dice = random.Random(128)

    def prime() -> int:
        while True:
            digits = [dice.randrange(1, 64) for _ in range(8)]
            candidate = sum(digit << (128 * place) for place, digit in enumerate(digits))
            if gmpy2.is_prime(candidate):
                return candidate

    return prime() * prime()


def _prime_from(start: int) -> int:
    return int(gmpy2.next_prime(start))


def openssl_request(folder: Path, *options: str, key: Sequence[str] = ("-newkey", "rsa:2048")) -> bytes:
    """Return a request made by ``openssl req``, PEM, with a challenge password and Microsoft's attribute."""
    config = folder / "req.cnf"
    config.write_text(_OPENSSL_CONFIG, encoding="utf-8")
    command = [require_tool("openssl"), "req", "-new", "-batch", "-utf8", "-config", str(config), "-noenc", *key]
    command += ["-keyout", str(folder / "key.pem"), "-subj", _OPENSSL_SUBJECT, *options]
    return subprocess.run(command, check=True, capture_output=True).stdout


def certtool_request(folder: Path, *options: str) -> bytes:
    """Return a request made by GnuTLS, PEM with text before it."""
    certtool = require_tool("certtool")
    (folder / "template").write_text(_CERTTOOL_TEMPLATE, encoding="utf-8")
    made = subprocess.run([certtool, "--generate-privkey", *options], check=True, capture_output=True)
    (folder / "key.pem").write_bytes(made.stdout)
    command = [certtool, "--generate-request", "--load-privkey", str(folder / "key.pem")]
    command += ["--template", str(folder / "template")]
    return subprocess.run(command, check=True, capture_output=True).stdout
