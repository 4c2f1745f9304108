"""May this certificate's key make this signature?

Source: ETSI EN 319 102-1 §5.2.6 (X.509 validation constraints); RFC 5280 §4.2.1.3, §4.2.1.12; RFC 3161 §2.3;
NĐ 68/2024/NĐ-CP Điều 31.1.b (scope of use).
"""

from __future__ import annotations

from functools import lru_cache

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from vnsign.pki.signature_values import load_certificate
from vnsign.policy.validation import ValidationPolicy
from vnsign.report import FindingCode
from vnsign.verification.naming import name_of
from vnsign.verification.verdicts import Verdicts

#: As many signers as an archive of an office has.
_MAX_REMEMBERED = 4096


def judge_signer_usage(verdicts: Verdicts, certificate: bytes, *, policy: ValidationPolicy) -> None:
    """Refuse a certificate that is not for signing documents, above all a time-stamping authority's.

    nonRepudiation alone is enough and so is digitalSignature; a certificate without the extension may sign unless the
    policy wants it. Source: RFC 5280 §4.2.1.3, §4.2.1.12.
    """
    parsed = load_certificate(certificate)
    if parsed is None:
        return
    usage = _key_usage(parsed)
    bits = _bits(usage)
    is_usable = not policy.requires_key_usage if usage is None else bool(bits & policy.signer_key_usages)
    verdicts.check("key_usage", is_usable, key_usage=", ".join(sorted(bits)) or ("absent" if usage is None else "none"))
    if not is_usable:
        verdicts.undecided(
            FindingCode.KEY_USAGE_UNSUITABLE,
            "RFC 5280 §4.2.1.3",
            where=name_of(parsed),
            key_usage=", ".join(sorted(bits)),
        )
        return
    purposes = _purposes(parsed)
    dotted = {purpose.dotted_string for purpose in purposes}
    is_foreign = bool(dotted) and dotted <= policy.refused_purposes
    lacks = bool(policy.required_purposes) and not dotted & policy.required_purposes
    verdicts.check(
        "extended_key_usage", not (is_foreign or lacks), purposes=", ".join(_name(p) for p in purposes) or "absent"
    )
    if is_foreign or lacks:
        verdicts.undecided(
            FindingCode.KEY_USAGE_UNSUITABLE,
            "RFC 5280 §4.2.1.12",
            where=name_of(parsed),
            purpose=_name(purposes[0]) if purposes else "",
        )


def judge_authority_usage(verdicts: Verdicts, certificate: bytes) -> None:
    """Require what RFC 3161 §2.3 asks of an authority: critical ExtendedKeyUsage with timeStamping alone."""
    parsed = load_certificate(certificate)
    if parsed is None:
        return
    try:
        extension = parsed.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        suitable = extension.critical and list(extension.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    except (x509.ExtensionNotFound, ValueError):
        suitable = False
    verdicts.check("extended_key_usage", suitable, purposes=", ".join(_name(p) for p in _purposes(parsed)) or "absent")
    if not suitable:
        verdicts.undecided(FindingCode.KEY_USAGE_UNSUITABLE, "RFC 3161 §2.3", where=name_of(parsed))


def _name(purpose: x509.ObjectIdentifier) -> str:
    return purpose._name if purpose._name != "Unknown OID" else purpose.dotted_string  # noqa: SLF001 — nothing else tells


@lru_cache(maxsize=_MAX_REMEMBERED)
def _purposes(certificate: x509.Certificate) -> tuple[x509.ObjectIdentifier, ...]:
    try:
        return tuple(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except (x509.ExtensionNotFound, ValueError):
        return ()


@lru_cache(maxsize=_MAX_REMEMBERED)
def _key_usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return None


_BITS = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign"),
)


def _bits(usage: x509.KeyUsage | None) -> frozenset[str]:
    return frozenset() if usage is None else frozenset(bit for bit in _BITS if getattr(usage, bit))
