from .adapters.clock import SystemClock as SystemClock
from .adapters.csc import CscService as CscService
from .adapters.evidence_cache import EvidenceCache as EvidenceCache
from .adapters.http import FallbackTimestampSource as FallbackTimestampSource
from .adapters.http import HttpRevocationSource as HttpRevocationSource
from .adapters.http import HttpTimestampSource as HttpTimestampSource
from .adapters.http import StatusMethod as StatusMethod
from .adapters.pkcs12 import read_pkcs12 as read_pkcs12
from .adapters.pkcs12 import write_pkcs12 as write_pkcs12
from .authority import Act as Act
from .authority import Application as Application
from .authority import Authority as Authority
from .authority import AuthoritySettings as AuthoritySettings
from .batch.jobs import JobError as JobError
from .batch.jobs import JobOutcome as JobOutcome
from .batch.jobs import JobState as JobState
from .batch.jobs import SignJob as SignJob
from .errors import ErrorCode as ErrorCode
from .errors import InputError as InputError
from .errors import ServiceUnavailable as ServiceUnavailable
from .errors import SignatureRejected as SignatureRejected
from .errors import UsageError as UsageError
from .errors import VnsignError as VnsignError
from .pdf.finding.differences import PageDifference as PageDifference
from .pdf.finding.text_search import Between as Between
from .pdf.fonts import FontStyle as FontStyle
from .pdf.fonts import bundled_font as bundled_font
from .pdf.geometry import Box as Box
from .pdf.looks.appearance import Alignment as Alignment
from .pdf.looks.text_look import TextLook as TextLook
from .pdf.writing.place import Place as Place
from .pdf.writing.prepare import SignatureFieldSpec as SignatureFieldSpec
from .pdf.writing.prepare import TextFieldSpec as TextFieldSpec
from .pki.credentials import Credential as Credential
from .pki.keys import KeyAlgorithm as KeyAlgorithm
from .pki.names import Subject as Subject
from .policy.decree30 import AuthorityPrefix as AuthorityPrefix
from .policy.decree30 import CopyDirection as CopyDirection
from .policy.decree30 import CopyForm as CopyForm
from .policy.decree30 import build_signature_block as build_signature_block
from .policy.known_anchors import Scheme as Scheme
from .policy.lifecycle import RequestKind as RequestKind
from .policy.lifecycle import RevocationCase as RevocationCase
from .policy.profiles import CertificateProfile as CertificateProfile
from .policy.validation import ValidationPolicy as ValidationPolicy
from .ports import Clock as Clock
from .report import CertificateReport as CertificateReport
from .report import CertificateRole as CertificateRole
from .report import CertificateState as CertificateState
from .report import ChangeReport as ChangeReport
from .report import Check as Check
from .report import Coverage as Coverage
from .report import DocumentReport as DocumentReport
from .report import EvidenceKind as EvidenceKind
from .report import EvidenceOrigin as EvidenceOrigin
from .report import EvidenceReport as EvidenceReport
from .report import Finding as Finding
from .report import FindingCode as FindingCode
from .report import Indication as Indication
from .report import Level as Level
from .report import LevelReason as LevelReason
from .report import Modifications as Modifications
from .report import Outcome as Outcome
from .report import RevisionReport as RevisionReport
from .report import Severity as Severity
from .report import SignatureReport as SignatureReport
from .report import Step as Step
from .report import StepReport as StepReport
from .report import SubIndication as SubIndication
from .report import TimeSource as TimeSource
from .report import TimestampReport as TimestampReport
from .report import Verdict as Verdict
from .signing.levels import TargetLevel as TargetLevel
from .signing.roles import SealedAttachment as SealedAttachment
from .signing.roles import SealedCopy as SealedCopy
from .signing.roles import SealPurpose as SealPurpose
from .signing.signer import Holder as Holder
from .web import ServiceLimits as ServiceLimits
from .web import create_app as create_app
from .web import listen as listen
from .web import serve as serve
from .wiring.batch import sign_many as sign_many
from .wiring.extending import archive_until as archive_until
from .wiring.extending import extend_pdf as extend_pdf
from .wiring.extending import refresh_pdf as refresh_pdf
from .wiring.placing import TextPlace as TextPlace
from .wiring.placing import find_place as find_place
from .wiring.placing import prepare_official_pdf as prepare_official_pdf
from .wiring.placing import preview_pdf as preview_pdf
from .wiring.placing import seal_place as seal_place
from .wiring.reporting import render_reports as render_reports
from .wiring.revisions import differing_pages as differing_pages
from .wiring.revisions import extract_revision as extract_revision
from .wiring.sealing import seal_attachment_pdf as seal_attachment_pdf
from .wiring.sealing import seal_copy_pdf as seal_copy_pdf
from .wiring.sealing import seal_pdf as seal_pdf
from .wiring.signer_recipes import CscSource as CscSource
from .wiring.signer_recipes import PemSource as PemSource
from .wiring.signer_recipes import Pkcs11Source as Pkcs11Source
from .wiring.signer_recipes import Pkcs12Source as Pkcs12Source
from .wiring.signer_recipes import SignerRecipe as SignerRecipe
from .wiring.signers import Signer as Signer
from .wiring.signers import sign_statement as sign_statement
from .wiring.signing import fill_pdf as fill_pdf
from .wiring.signing import prepare_pdf as prepare_pdf
from .wiring.signing import sign_file as sign_file
from .wiring.signing import sign_pdf as sign_pdf
from .wiring.trust import TrustStore as TrustStore
from .wiring.trust import certificate_pem as certificate_pem
from .wiring.verifying import Verifier as Verifier
from .wiring.verifying import inspect_file as inspect_file
from .wiring.verifying import inspect_pdf as inspect_pdf
from .wiring.verifying import inspect_statement as inspect_statement
from .wiring.verifying import load_policy as load_policy
from .wiring.verifying import verify_pdf as verify_pdf

__all__ = [
    "Act",
    "Alignment",
    "Application",
    "Authority",
    "AuthorityPrefix",
    "AuthoritySettings",
    "Between",
    "Box",
    "CertificateProfile",
    "CertificateReport",
    "CertificateRole",
    "CertificateState",
    "ChangeReport",
    "Check",
    "Clock",
    "CopyDirection",
    "CopyForm",
    "Coverage",
    "Credential",
    "CscService",
    "CscSource",
    "DocumentReport",
    "ErrorCode",
    "EvidenceCache",
    "EvidenceKind",
    "EvidenceOrigin",
    "EvidenceReport",
    "FallbackTimestampSource",
    "Finding",
    "FindingCode",
    "FontStyle",
    "Holder",
    "HttpRevocationSource",
    "HttpTimestampSource",
    "Indication",
    "InputError",
    "JobError",
    "JobOutcome",
    "JobState",
    "KeyAlgorithm",
    "Level",
    "LevelReason",
    "Modifications",
    "Outcome",
    "PageDifference",
    "PemSource",
    "Pkcs11Source",
    "Pkcs12Source",
    "Place",
    "RequestKind",
    "RevisionReport",
    "RevocationCase",
    "Scheme",
    "SealPurpose",
    "SealedAttachment",
    "SealedCopy",
    "ServiceLimits",
    "ServiceUnavailable",
    "Severity",
    "SignJob",
    "SignatureFieldSpec",
    "SignatureRejected",
    "SignatureReport",
    "Signer",
    "SignerRecipe",
    "StatusMethod",
    "Step",
    "StepReport",
    "SubIndication",
    "Subject",
    "SystemClock",
    "TargetLevel",
    "TextFieldSpec",
    "TextLook",
    "TextPlace",
    "TimeSource",
    "TimestampReport",
    "TrustStore",
    "UsageError",
    "ValidationPolicy",
    "Verdict",
    "Verifier",
    "VnsignError",
    "archive_until",
    "build_signature_block",
    "bundled_font",
    "certificate_pem",
    "create_app",
    "differing_pages",
    "extend_pdf",
    "extract_revision",
    "fill_pdf",
    "find_place",
    "inspect_file",
    "inspect_pdf",
    "inspect_statement",
    "listen",
    "load_policy",
    "prepare_official_pdf",
    "prepare_pdf",
    "preview_pdf",
    "read_pkcs12",
    "refresh_pdf",
    "render_reports",
    "seal_attachment_pdf",
    "seal_copy_pdf",
    "seal_pdf",
    "seal_place",
    "serve",
    "sign_file",
    "sign_many",
    "sign_pdf",
    "sign_statement",
    "verify_pdf",
    "write_pkcs12",
]
