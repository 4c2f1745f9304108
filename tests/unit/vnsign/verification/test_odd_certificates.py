"""Certificates as some national cards carry them: odd, and no reason to crash or to call a signature broken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

from asn1crypto import cms, keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.materials import plain_pdf
from vnsign.pdf.reading.structure import read_structure
from vnsign.pki.anchors import TrustAnchors
from vnsign.report import Indication
from vnsign.verification import inspect


def signer() -> SimpleSigner:
    """Somebody with an RSA key."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "The can cuoc")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=9))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )


def with_negative_modulus(certificate: asn1_x509.Certificate) -> bytes:
    """Return the certificate with the modulus written without its leading zero: a negative INTEGER."""
    info = certificate.public_key
    plain = info["public_key"].parsed
    modulus, exponent = _wrapped(0x02, plain["modulus"].contents.lstrip(b"\0")), plain["public_exponent"].dump()
    key = _wrapped(0x03, b"\0" + _wrapped(0x30, modulus + exponent))
    changed = _wrapped(0x30, info["algorithm"].dump() + key)
    signed = certificate["tbs_certificate"]
    body = _wrapped(0x30, signed.contents.replace(info.dump(), changed))
    return _wrapped(0x30, certificate.contents.replace(signed.dump(), body))


def _wrapped(tag: int, contents: bytes) -> bytes:
    return bytes((tag, 0x82)) + len(contents).to_bytes(2, "big") + contents


def test_a_negative_modulus_is_read_as_what_was_meant() -> None:
    """Estonian cards of 2011 have it; every other verifier accepts them."""
    writer = IncrementalPdfFileWriter(BytesIO(plain_pdf()))
    by = signer()
    pdf: bytes = sign_pdf(writer, PdfSignatureMetadata(field_name="Sig1"), by).getvalue()
    (found,) = read_structure(pdf).signatures
    message = cms.ContentInfo.load(found.contents)
    odd = with_negative_modulus(by.signing_cert)
    message["content"]["certificates"] = [cms.CertificateChoices("certificate", asn1_x509.Certificate.load(odd))]
    digits = message.dump(force=True).hex().encode()
    start, end = found.byte_range[1] + 1, found.byte_range[2] - 1
    pdf = pdf[:start] + digits.ljust(end - start, b"0") + pdf[end:]

    (signature,) = inspect(pdf, trust=TrustAnchors(), at=datetime.now(UTC)).signatures

    assert (signature.intact, signature.valid) == (True, True)
    assert signature.indication is Indication.INDETERMINATE
