"""Whom a caller trusts, read from a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from vnsign.adapters.trust_folder import read_trust_folder
from vnsign.pki.anchors import TrustAnchors
from vnsign.wiring.arguments import checked


class TrustStore(TrustAnchors):
    """Trust anchors, and what goes with them, of one scheme; never mixed with another scheme's."""

    __slots__ = ()

    @classmethod
    @checked
    def from_folder(cls, folder: str | Path) -> Self:
        """Read a folder of certificates (self-signed ones become anchors) and CRLs.

        Raises:
            InputError: NOT_READABLE, MALFORMED_CERTIFICATE, MALFORMED_CRL.
        """
        found = read_trust_folder(folder)
        return cls(anchors=found.anchors, intermediates=found.intermediates, crls=found.crls)


@checked
def certificate_pem(certificate: x509.Certificate) -> bytes:
    """Return a certificate as PEM, as trust folders and other programs read it."""
    return certificate.public_bytes(Encoding.PEM)
