"""What a certificate must allow before its signature counts, as tables.

Source: ETSI EN 319 102-1 §5.2.6 (X.509 validation constraints); RFC 5280 §4.2.1.3, §4.2.1.12; RFC 3161 §2.3;
certificates of the Government's authority (nonRepudiation alone, or digitalSignature among others, EKU absent).
"""

from __future__ import annotations

from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

#: SubFilters read. Source: ISO 32000-2 Table 260; ETSI EN 319 142-1 §6.3; ICP-Brasil DOC-ICP-15.03.
DETACHED_SUB_FILTERS = frozenset({"/adbe.pkcs7.detached", "/ETSI.CAdES.detached", "/PBAD.PAdES"})
PADES_SUB_FILTERS = frozenset({"/ETSI.CAdES.detached"})
SHA1_DIGEST_SUB_FILTER = "/adbe.pkcs7.sha1"
BARE_RSA_SUB_FILTER = "/adbe.x509.rsa_sha1"
TIMESTAMP_SUB_FILTER = "/ETSI.RFC3161"

#: A document signer's KeyUsage must have one of these when the extension is there at all.
SIGNER_KEY_USAGES = frozenset({"digital_signature", "content_commitment"})

#: Purposes that make a certificate no document signer's when nothing else stands beside them.
FOREIGN_PURPOSES: frozenset[ObjectIdentifier] = frozenset(
    {ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.OCSP_SIGNING, ExtendedKeyUsageOID.SERVER_AUTH}
)

#: Which digest an EdDSA signature must go with. Source: RFC 8419 §2.3, §3.1.
EDDSA_DIGESTS = {"ed25519": "sha512", "ed448": "shake256"}
