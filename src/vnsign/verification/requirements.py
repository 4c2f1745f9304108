"""What a caller demands beyond validity: a level, a signer.

Invariants:
    - Only signatures that passed count: a level or a signer of a signature that could not be decided meets nothing.
    - A signer is his whole name, or the SHA-256 of his certificate; a part of a name is nobody. Names are compared as
      certificates' are (case, spaces and the form of Unicode do not matter), written in either direction.
    - A document without signatures meets nothing.

What it does not do: change a verdict. A document may be valid and not what was wanted.

Source: ETSI EN 319 142-1 §6 (each level contains the ones before it); RFC 4514 (names as text);
RFC 5280 §7.1 (their comparison).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cryptography import x509

from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.name_matching import is_same_name
from vnsign.report import DocumentReport, Indication, Level, SignatureReport
from vnsign.verification.attribute_types import parse_name

_LEVELS = (Level.PADES_B_B, Level.PADES_B_T, Level.PADES_B_LT, Level.PADES_B_LTA)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_WAY_OUT = "write level=B-LT, signer=CN=…,O=… (the whole name), or signer=SHA256 of the certificate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One demand.

    Attributes:
        text: As the caller wrote it.
        level: Every signature has at least this level; None if none is demanded.
        signer: One signature is by him: a name, or the SHA-256 of a certificate; None if nobody is demanded.
    """

    text: str
    level: Level | None = None
    signer: x509.Name | str | None = None


def parse_requirement(text: str) -> Requirement:
    """Read ``level=B-LT`` or ``signer=…``.

    Raises:
        UsageError: BAD_ARGUMENT.
    """
    kind, _, value = text.partition("=")
    if kind == "level":
        found = next((level for level in _LEVELS if value.upper() in {level.value.upper(), level.value[6:]}), None)
        if found is not None:
            return Requirement(text=text, level=found)
    if kind == "signer" and value:
        digits = value.replace(":", "").lower()
        if _SHA256.fullmatch(digits):
            return Requirement(text=text, signer=digits)
        if (name := parse_name(value)) is not None:
            return Requirement(text=text, signer=name)
    raise UsageError(ErrorCode.BAD_ARGUMENT, f"{text!r} is no requirement", way_out=_WAY_OUT)


def is_met(requirement: Requirement, report: DocumentReport) -> bool:
    """Tell whether a document has what is demanded of it."""
    passed = [s for s in report.signatures if s.indication is Indication.TOTAL_PASSED]
    if requirement.level is not None:
        wanted = _LEVELS.index(requirement.level)
        return bool(report.signatures) and all(
            signature in passed and signature.level in _LEVELS and _LEVELS.index(signature.level) >= wanted
            for signature in report.signatures
        )
    return any(_is_signer(signature, requirement.signer) for signature in passed)


def _is_signer(signature: SignatureReport, wanted: x509.Name | str | None) -> bool:
    if isinstance(wanted, str):
        return signature.signer_sha256 == wanted
    signer = parse_name(signature.signer)
    if wanted is None or signer is None:
        return False
    # openssl and the systems' own dialogs show the order of the certificate, RFC 4514 the reverse
    return any(_is_same(signer, name) for name in (wanted, x509.Name(reversed(wanted.rdns))))


def _is_same(one: x509.Name, other: x509.Name) -> bool:
    try:
        return is_same_name(one, other)
    except ValueError:
        return False
