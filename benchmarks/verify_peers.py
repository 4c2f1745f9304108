"""Two who verify too: pyHanko in this process, poppler's pdfsig in a process for each file."""

from __future__ import annotations

import subprocess
from pathlib import Path

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext

from benchmarks.verify_materials import anchors_of


class PyHankoVerifier:
    """pyHanko's documented call, with one validation context for all files."""

    def __init__(self, trust: Path, *, lists: bool) -> None:
        """Prepare.

        Args:
            trust: Folder with anchors, an authority's certificate, lists.
            lists: Whether the status of every certificate must be known, as vnsign asks.
        """
        roots, others, crls = anchors_of(trust)
        self._context = ValidationContext(
            trust_roots=[_asn1(root) for root in roots],
            other_certs=[_asn1(other) for other in others],
            allow_fetching=False,
            crls=[asn1_crl.CertificateList.load(crl) for crl in crls] if lists else [],
            revocation_mode="require" if lists else "soft-fail",
        )

    def verify(self, path: Path) -> None:
        """Validate every signature and document timestamp of a file, with the difference analysis.

        Raises:
            RuntimeError: One of them is not valid.
        """
        with path.open("rb") as stream:
            reader = PdfFileReader(stream)
            for signature in reader.embedded_regular_signatures:
                status = validate_pdf_signature(signature, self._context, ts_validation_context=self._context)
                if not status.bottom_line:
                    raise RuntimeError(f"pyHanko refuses {path}: {status.summary()}")
            for stamp in reader.embedded_timestamp_signatures:
                judged = validate_pdf_timestamp(stamp, self._context)
                if not (judged.valid and judged.trusted):
                    raise RuntimeError(f"pyHanko refuses the timestamp of {path}")


def make_nss(folder: Path, root: Certificate) -> Path:
    """Return poppler's database of trusted roots."""
    folder.mkdir()
    (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    for command in (("-N", "--empty-password"), ("-A", "-n", "root", "-t", "CT,C,C", "-i", folder / "root.pem")):
        subprocess.run(["certutil", "-d", f"sql:{folder}", *command], check=True, capture_output=True)
    return folder


def pdfsig(path: Path, nss: Path) -> None:
    """Let pdfsig look at a file.

    Raises:
        RuntimeError: It finds a signature that is not valid.
    """
    command = ["pdfsig", "-no-ocsp", "-nssdir", f"sql:{nss}", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "Signature is Valid" not in done.stdout or "Invalid" in done.stdout:
        raise RuntimeError(f"pdfsig refuses {path}: {done.stdout}")


def pdfsig_start() -> None:
    """Start pdfsig for nothing."""
    subprocess.run(["pdfsig", "-v"], capture_output=True, check=False)


def _asn1(certificate: Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
