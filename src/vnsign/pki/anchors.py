"""What a verifier trusts, and what it merely knows.

Invariants:
    - An anchor is a certificate the user installed, compared by the SHA-256 of its DER, never by name: a file with
      the Government's name and another fingerprint is nobody.
    - Intermediates and CRLs help to build a path and to judge status; they never make anything trusted.

What it does not do: read files (see :mod:`vnsign.adapters.trust_folder`).

Source: design of this project §4 (anchors pinned by SHA-256, one scheme at a time); RFC 5280 §6.1.1 (d).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from vnsign.policy.known_anchors import Scheme, describe_anchor


@lru_cache(maxsize=4096)
def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of the certificate's DER, lower-case hex: what is compared when trust is decided."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def is_authority(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate says that its subject issues certificates (basicConstraints cA)."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustAnchors:
    """The trust a verification is given.

    Attributes:
        anchors: Certificates trusted as roots.
        intermediates: CA certificates that may be missing from a signed file.
        crls: Revocation lists the verifier holds; each is used only if its issuer's signature on it verifies.
        scheme: For whom these anchors vouch, as the verifier declares; None if he declares nothing.
    """

    anchors: tuple[x509.Certificate, ...] = ()
    intermediates: tuple[x509.Certificate, ...] = ()
    crls: tuple[x509.CertificateRevocationList, ...] = ()
    scheme: Scheme | None = None

    def is_anchor(self, certificate: x509.Certificate) -> bool:
        """Tell whether exactly this certificate is an anchor."""
        wanted = fingerprint(certificate)
        return any(fingerprint(anchor) == wanted for anchor in self.anchors)

    def for_scheme(self, scheme: Scheme) -> TrustAnchors:
        """Return what of this may vouch in a scheme: nothing that is declared, or known, to belong to another.

        An anchor or intermediate that nobody knows belongs to the scheme it was installed for.
        """
        if self.scheme not in {None, scheme}:
            return TrustAnchors(crls=self.crls, scheme=self.scheme)
        return TrustAnchors(
            anchors=tuple(c for c in self.anchors if _may_vouch(c, scheme)),
            intermediates=tuple(c for c in self.intermediates if _may_vouch(c, scheme)),
            crls=self.crls,
            scheme=scheme,
        )


def _may_vouch(certificate: x509.Certificate, scheme: Scheme) -> bool:
    known = describe_anchor(fingerprint(certificate))
    return known is None or known.scheme is scheme
