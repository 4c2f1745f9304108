"""A certificate → a path to an anchor, valid at a given time.

Invariants:
    - A path ends at an anchor of the :class:`~vnsign.pki.anchors.TrustAnchors` given, never at a root that merely
      arrived inside a file.
    - Nothing is fetched: the certificates at hand are the only ones.

What it does not do: judge revocation (:mod:`vnsign.pki.status`), algorithms (:mod:`vnsign.policy.algorithms`) or
what the end entity may sign.

Source: RFC 5280 §6.1; ETSI EN 319 102-1 §5.2.6.
"""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
)
from pyhanko_certvalidator.policy_decl import AcceptAllAlgorithms

from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.signature_values import load_certificate

_Result = TypeVar("_Result")


class PathProblem(StrEnum):
    """Why there is no valid path."""

    NO_PATH = "no_path"
    INVALID = "invalid"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"


_PROBLEMS: tuple[tuple[type[Exception], PathProblem], ...] = (
    (PathBuildingError, PathProblem.NO_PATH),
    (InvalidCertificateError, PathProblem.NO_PATH),
    (ExpiredError, PathProblem.EXPIRED),
    (NotYetValidError, PathProblem.NOT_YET_VALID),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathResult:
    """A path, or why there is none.

    Attributes:
        certificates: End entity first, anchor last; empty unless a valid path was found.
        problem: None exactly when a valid path was found.
        detail: What the path validation said, for a log; not stable.
    """

    certificates: tuple[x509.Certificate, ...] = ()
    problem: PathProblem | None = None
    detail: str = ""


def find_path(certificate: bytes, *, trust: TrustAnchors, known: Sequence[bytes], at: datetime) -> PathResult:
    """Find a path from a certificate to an anchor that is valid at ``at``.

    Does not check: revocation; algorithm strength; key usage of the end entity.

    Args:
        certificate: End entity, DER.
        trust: Anchors and intermediates of the verifier.
        known: Further certificates (DER), e.g. those in the signed file; unreadable ones are ignored.
        at: Moment of validity, aware UTC.

    Source: RFC 5280 §6.1.
    """
    if not trust.anchors:
        return PathResult(problem=PathProblem.NO_PATH, detail="no trust anchor is configured")
    try:
        return _find(certificate, trust=trust, known=known, at=at)
    except Exception as exc:  # noqa: BLE001 — boundary: certificates are hostile input and the libraries leak anything
        problem = next((problem for kind, problem in _PROBLEMS if isinstance(exc, kind)), PathProblem.INVALID)
        return PathResult(problem=problem, detail=f"{type(exc).__name__}: {exc}")


def _find(certificate: bytes, *, trust: TrustAnchors, known: Sequence[bytes], at: datetime) -> PathResult:
    context = ValidationContext(
        trust_roots=[_asn1(anchor.public_bytes(Encoding.DER)) for anchor in trust.anchors],
        other_certs=_loadable([*(c.public_bytes(Encoding.DER) for c in trust.intermediates), *known]),
        moment=at,
        allow_fetching=False,
        revocation_mode="soft-fail",
        # strength is judged by this project's own table, with dates
        algorithm_usage_policy=AcceptAllAlgorithms(),
    )
    validator = CertificateValidator(_asn1(certificate), validation_context=context)
    path = _drive(validator.async_validate_path())
    found = [certificate.dump() for certificate in path]  # anchor first
    loaded = [load_certificate(der) for der in reversed(found)]
    certificates = tuple(c for c in loaded if c is not None)
    if len(certificates) != len(found):
        return PathResult(problem=PathProblem.INVALID, detail="a certificate of the path cannot be read strictly")
    return PathResult(certificates=certificates)


def _asn1(der: bytes) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(der)


def _loadable(ders: Sequence[bytes]) -> list[asn1_x509.Certificate]:
    return [_asn1(der) for der in dict.fromkeys(ders) if load_certificate(der) is not None]


def _drive(coroutine: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine that never waits, without an event loop (there may be one running in this thread).

    With fetching off, path validation is pure computation behind an ``async`` signature.
    """
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: _Result = done.value
        return result
    coroutine.close()
    raise RuntimeError("path validation tried to wait although fetching is off")
