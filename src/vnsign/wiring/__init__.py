"""The composition root: pure rooms, adapters and settings joined into the verbs a caller uses.

Each function takes and returns bytes, is synchronous, keeps no state and may be called inside a running asyncio
loop. Defaults are the real clock and HTTP; tests and callers pass their own.
"""

from __future__ import annotations

from vnsign.adapters.clock import SystemClock
from vnsign.adapters.evidence_cache import EvidenceCache
from vnsign.adapters.http import FallbackTimestampSource, HttpRevocationSource, HttpTimestampSource, StatusMethod
from vnsign.adapters.pkcs12 import read_pkcs12, write_pkcs12
from vnsign.authority import Act, Application, Authority, AuthoritySettings
from vnsign.batch.jobs import JobError, JobOutcome, JobState, SignJob
from vnsign.errors import ErrorCode, InputError, ServiceUnavailable, SignatureRejected, UsageError, VnsignError
from vnsign.pdf.appearance import Alignment
from vnsign.pdf.fonts import FontStyle, bundled_font
from vnsign.pdf.geometry import Box
from vnsign.pdf.place import Place
from vnsign.pdf.prepare import SignatureFieldSpec, TextFieldSpec
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import KeyAlgorithm
from vnsign.pki.names import Subject
from vnsign.policy.lifecycle import RequestKind, RevocationCase
from vnsign.policy.profiles import CertificateProfile
from vnsign.ports import Clock
from vnsign.report import (
    DocumentReport,
    Finding,
    FindingCode,
    Indication,
    Level,
    Modifications,
    SignatureReport,
    SubIndication,
    TimeSource,
    TimestampReport,
    Verdict,
)
from vnsign.signing.levels import TargetLevel
from vnsign.web import ServiceLimits, create_app, listen, serve
from vnsign.wiring.batch import SigningOptions, sign_many
from vnsign.wiring.extending import archive_until, extend_pdf, refresh_pdf
from vnsign.wiring.sealing import SealPurpose, seal_pdf
from vnsign.wiring.signers import Signer, sign_statement
from vnsign.wiring.signing import fill_pdf, prepare_pdf, sign_pdf
from vnsign.wiring.trust import TrustStore, certificate_pem
from vnsign.wiring.verifying import inspect_pdf, inspect_statement, verify_pdf

__all__ = [
    "Act",
    "Alignment",
    "Application",
    "Authority",
    "AuthoritySettings",
    "Box",
    "CertificateProfile",
    "Clock",
    "Credential",
    "DocumentReport",
    "ErrorCode",
    "EvidenceCache",
    "FallbackTimestampSource",
    "Finding",
    "FindingCode",
    "FontStyle",
    "HttpRevocationSource",
    "HttpTimestampSource",
    "Indication",
    "InputError",
    "JobError",
    "JobOutcome",
    "JobState",
    "KeyAlgorithm",
    "Level",
    "Modifications",
    "Place",
    "RequestKind",
    "RevocationCase",
    "SealPurpose",
    "ServiceLimits",
    "ServiceUnavailable",
    "SignJob",
    "SignatureFieldSpec",
    "SignatureRejected",
    "SignatureReport",
    "Signer",
    "SigningOptions",
    "StatusMethod",
    "SubIndication",
    "Subject",
    "SystemClock",
    "TargetLevel",
    "TextFieldSpec",
    "TimeSource",
    "TimestampReport",
    "TrustStore",
    "UsageError",
    "Verdict",
    "VnsignError",
    "archive_until",
    "bundled_font",
    "certificate_pem",
    "create_app",
    "extend_pdf",
    "fill_pdf",
    "inspect_pdf",
    "inspect_statement",
    "listen",
    "prepare_pdf",
    "read_pkcs12",
    "refresh_pdf",
    "seal_pdf",
    "serve",
    "sign_many",
    "sign_pdf",
    "sign_statement",
    "verify_pdf",
    "write_pkcs12",
]
