"""Two ways to sign with pyHanko: as its documentation shows, and tuned by somebody who read its source.

Tuned means: the private key is loaded once, and room for the signature is given instead of found by signing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import Certificate
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext

from vnsign import Credential

_ROOM = 16_384


class LoadedKey(SimpleSigner):
    """pyHanko's signer with the key loaded once."""

    loaded: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: ARG002, FBT001, FBT002 — pyHanko's signature
        """Sign with the loaded key."""
        if dry_run:
            return bytes(512)
        if isinstance(self.loaded, rsa.RSAPrivateKey):
            return self.loaded.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.loaded.sign(data, ec.ECDSA(hashes.SHA256()))


class PyHanko:
    """One person who signs with pyHanko."""

    def __init__(self, folder: Path, credential: Credential, *, root: Certificate, tsa: str = "") -> None:
        folder.mkdir()
        key, certificate, chain = folder / "key.pem", folder / "cert.pem", folder / "chain.pem"
        private = credential.key
        key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        certificate.write_bytes(credential.certificate.public_bytes(Encoding.PEM))
        chain.write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in credential.chain))
        loaded = SimpleSigner.load(str(key), str(certificate), ca_chain_files=(str(chain),))
        if loaded is None:
            raise RuntimeError("pyHanko does not load the key")
        self.plain = loaded
        tuned = SimpleSigner.load(str(key), str(certificate), ca_chain_files=(str(chain),))
        tuned.__class__ = LoadedKey
        tuned.loaded = serialization.load_pem_private_key(key.read_bytes(), None)
        self.tuned = tuned
        self._root = root.public_bytes(Encoding.DER)
        self._tsa = tsa

    def signing(self, source: Path, target: Path, *, tuned: bool = False) -> Callable[[], None]:
        """Return what signs one file at B-B."""

        def sign() -> None:
            with source.open("rb") as stream:
                writer = IncrementalPdfFileWriter(stream)
                meta = signers.PdfSignatureMetadata(field_name="Signature1", subfilter=SigSeedSubFilter.PADES)
                signer, room = (self.tuned, _ROOM) if tuned else (self.plain, None)
                out = signers.sign_pdf(writer, meta, signer=signer, bytes_reserved=room)
            target.write_bytes(out.getbuffer())

        return sign

    def signing_with_evidence(self, source: Path, target: Path) -> Callable[[], None]:
        """Return what signs one file at B-LT, evidence over HTTP."""

        def sign() -> None:
            with source.open("rb") as stream:
                context = ValidationContext(trust_roots=[_asn1(self._root)], allow_fetching=True)
                meta = signers.PdfSignatureMetadata(
                    field_name="Signature1",
                    subfilter=SigSeedSubFilter.PADES,
                    embed_validation_info=True,
                    validation_context=context,
                )
                out = signers.sign_pdf(
                    IncrementalPdfFileWriter(stream),
                    meta,
                    signer=self.plain,
                    timestamper=HTTPTimeStamper(self._tsa),
                )
            target.write_bytes(out.getbuffer())

        return sign

    def show(self, pdf: bytes, *, field: str, image: bytes, certify: bool = False) -> bytes:
        """Sign visibly at B-T in a prepared field."""
        meta = signers.PdfSignatureMetadata(
            field_name=field,
            subfilter=SigSeedSubFilter.PADES,
            certify=certify,
            docmdp_permissions=MDPPerm.FILL_FORMS,
        )
        style = StaticStampStyle(background=PdfImage(_picture(image)), background_opacity=1, border_width=0)
        out = signers.PdfSigner(
            meta, signer=self.plain, timestamper=HTTPTimeStamper(self._tsa), stamp_style=style
        ).sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), existing_fields_only=True)
        return bytes(out.getbuffer())


def fill(pdf: bytes, values: dict[str, str]) -> bytes:
    """Write values into text fields, each with a look of its own."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        value = values.get(str(field["/T"]))
        if value is None:
            continue
        look = generic.StreamObject(
            {
                pdf_name("/Type"): pdf_name("/XObject"),
                pdf_name("/Subtype"): pdf_name("/Form"),
                pdf_name("/BBox"): field["/AP"]["/N"]["/BBox"],
                pdf_name("/Resources"): field["/AP"]["/N"]["/Resources"],
            },
            stream_data=b"/Tx BMC\nEMC\n",
        )
        field[pdf_name("/V")] = pdf_string(value)
        field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(look)})
        writer.update_container(field)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _picture(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def _asn1(certificate: bytes) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate)
