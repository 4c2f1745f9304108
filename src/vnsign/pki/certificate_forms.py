"""What the certificates that an authority issues in series have in common: all but for whom they are.

Of two certificates of one form every rule that asks for neither subject, key, number nor time says the same: which
lists speak of them, whether their extensions may stand in a path. Such a rule is asked once for a form.

Invariants:
    - A form holds every byte of a certificate except: its number, validity, subject, public key (not its algorithm),
      signature, and the values (not the presence) of subjectKeyIdentifier and subjectAltName.
    - What is not plain DER, or not of version 3, has no form.

What it does not do: verify or judge anything. Whoever uses a form looks at those parts himself.

Source: RFC 5280 §4.1, §4.2.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Annotated

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID

from vnsign.pki.ocsp_structures import Extension

#: As many signers as an archive of an office has.
_MAX_REMEMBERED = 4096
_VERSION_3 = 2
#: They tell whose the certificate is.
_OWN_VALUES = frozenset({ExtensionOID.SUBJECT_KEY_IDENTIFIER, ExtensionOID.SUBJECT_ALTERNATIVE_NAME})


@asn1.sequence
class _PublicKeyInfo:
    algorithm: asn1.TLV
    key: asn1.BitString


@asn1.sequence
class _TbsCertificate:
    version: Annotated[int, asn1.Explicit(0)]
    serial_number: int
    algorithm: asn1.TLV
    issuer: asn1.TLV
    validity: asn1.TLV
    subject: asn1.TLV
    public_key: _PublicKeyInfo
    extensions: Annotated[list[Extension], asn1.Explicit(3)]


@asn1.sequence
class _Certificate:
    tbs: _TbsCertificate
    algorithm: asn1.TLV
    signature: asn1.BitString


@lru_cache(maxsize=_MAX_REMEMBERED)
def form_of(certificate: x509.Certificate) -> Hashable | None:
    """Return what is the same for every certificate of a series; None for one that has no form."""
    try:
        return _form(certificate.public_bytes(Encoding.DER))
    except (ValueError, TypeError, OverflowError):
        return None


def _form(der: bytes) -> Hashable | None:
    read = asn1.decode_der(_Certificate, der)
    tbs = read.tbs
    outer, inner = asn1.encode_der(read.algorithm), asn1.encode_der(tbs.algorithm)
    kinds = [extension.extn_id for extension in tbs.extensions]
    if asn1.encode_der(read) != der or tbs.version != _VERSION_3 or outer != inner or len(set(kinds)) != len(kinds):
        return None
    extensions = tuple(
        (each.extn_id, each.critical, None if each.extn_id in _OWN_VALUES else each.extn_value)
        for each in tbs.extensions
    )
    return inner, asn1.encode_der(tbs.issuer), asn1.encode_der(tbs.public_key.algorithm), extensions
