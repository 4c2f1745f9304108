from .errors import DocflowError as DocflowError
from .errors import ErrorCode as ErrorCode
from .errors import InputError as InputError
from .errors import StoreUnavailable as StoreUnavailable
from .errors import UsageError as UsageError
from .wiring import Access as Access
from .wiring import AccessBy as AccessBy
from .wiring import AccessCount as AccessCount
from .wiring import AccessCounts as AccessCounts
from .wiring import AccessEntry as AccessEntry
from .wiring import AccessKind as AccessKind
from .wiring import AccessPage as AccessPage
from .wiring import AccessQuery as AccessQuery
from .wiring import AccessTarget as AccessTarget
from .wiring import Addressee as Addressee
from .wiring import Agency as Agency
from .wiring import Appointment as Appointment
from .wiring import AttachedFile as AttachedFile
from .wiring import CaseFile as CaseFile
from .wiring import Channel as Channel
from .wiring import Competence as Competence
from .wiring import ContentsLine as ContentsLine
from .wiring import CopyDirection as CopyDirection
from .wiring import CopyForm as CopyForm
from .wiring import CopyRequest as CopyRequest
from .wiring import CopyState as CopyState
from .wiring import Delegation as Delegation
from .wiring import DestructionWarning as DestructionWarning
from .wiring import Direction as Direction
from .wiring import Directory as Directory
from .wiring import DirectoryEntry as DirectoryEntry
from .wiring import Dispatched as Dispatched
from .wiring import Document as Document
from .wiring import DocumentCopy as DocumentCopy
from .wiring import DocumentGroup as DocumentGroup
from .wiring import DocumentState as DocumentState
from .wiring import DocumentType as DocumentType
from .wiring import Dossier as Dossier
from .wiring import DossierClocks as DossierClocks
from .wiring import DossierKind as DossierKind
from .wiring import DossierPlan as DossierPlan
from .wiring import DossierState as DossierState
from .wiring import Draft as Draft
from .wiring import EntryKind as EntryKind
from .wiring import FileCheck as FileCheck
from .wiring import FileDrop as FileDrop
from .wiring import FileDuty as FileDuty
from .wiring import FileListApproval as FileListApproval
from .wiring import FilePlan as FilePlan
from .wiring import FileState as FileState
from .wiring import FileVerdict as FileVerdict
from .wiring import GroupAct as GroupAct
from .wiring import GroupEvent as GroupEvent
from .wiring import GroupItem as GroupItem
from .wiring import GroupMember as GroupMember
from .wiring import GroupPlan as GroupPlan
from .wiring import GroupReader as GroupReader
from .wiring import HandEntry as HandEntry
from .wiring import HitsForm as HitsForm
from .wiring import InboxOutcome as InboxOutcome
from .wiring import IncomingAct as IncomingAct
from .wiring import IncomingDocument as IncomingDocument
from .wiring import IncomingStanding as IncomingStanding
from .wiring import IncomingState as IncomingState
from .wiring import IncomingTask as IncomingTask
from .wiring import Issued as Issued
from .wiring import Knowledge as Knowledge
from .wiring import Link as Link
from .wiring import LinkKind as LinkKind
from .wiring import LogFinding as LogFinding
from .wiring import LogFindingCode as LogFindingCode
from .wiring import LogReport as LogReport
from .wiring import NumberWish as NumberWish
from .wiring import Office as Office
from .wiring import OfficeRole as OfficeRole
from .wiring import OfficeSettings as OfficeSettings
from .wiring import OfficeTerms as OfficeTerms
from .wiring import OnTimeRate as OnTimeRate
from .wiring import OutboxState as OutboxState
from .wiring import OutgoingStanding as OutgoingStanding
from .wiring import ParcelKind as ParcelKind
from .wiring import Period as Period
from .wiring import Permission as Permission
from .wiring import PlannedStep as PlannedStep
from .wiring import Position as Position
from .wiring import Post as Post
from .wiring import PrintMark as PrintMark
from .wiring import ProvenEvent as ProvenEvent
from .wiring import Punctuality as Punctuality
from .wiring import Receipt as Receipt
from .wiring import ReceiptKind as ReceiptKind
from .wiring import ReceivedCertificate as ReceivedCertificate
from .wiring import ReceivedFile as ReceivedFile
from .wiring import ReceivedFileCheck as ReceivedFileCheck
from .wiring import ReceivedSignature as ReceivedSignature
from .wiring import Reception as Reception
from .wiring import RegisterBook as RegisterBook
from .wiring import RegisterEntry as RegisterEntry
from .wiring import RegisterForm as RegisterForm
from .wiring import RegisterKind as RegisterKind
from .wiring import Remark as Remark
from .wiring import RemarkKind as RemarkKind
from .wiring import Report as Report
from .wiring import ReportBy as ReportBy
from .wiring import ReportFigures as ReportFigures
from .wiring import ReportForm as ReportForm
from .wiring import ReportLine as ReportLine
from .wiring import ReportPeriod as ReportPeriod
from .wiring import ResendPolicy as ResendPolicy
from .wiring import Reserved as Reserved
from .wiring import RoleHolding as RoleHolding
from .wiring import Sealed as Sealed
from .wiring import SearchHit as SearchHit
from .wiring import SearchQuery as SearchQuery
from .wiring import Secrecy as Secrecy
from .wiring import Series as Series
from .wiring import SeriesKind as SeriesKind
from .wiring import SeriesRule as SeriesRule
from .wiring import Session as Session
from .wiring import SignatureCheck as SignatureCheck
from .wiring import SignatureFound as SignatureFound
from .wiring import SignatureVerdict as SignatureVerdict
from .wiring import SourceKind as SourceKind
from .wiring import Staff as Staff
from .wiring import TaskRole as TaskRole
from .wiring import Urgency as Urgency
from .wiring import UrgentHours as UrgentHours
from .wiring import WorkingCalendar as WorkingCalendar
from .wiring import WorkingHours as WorkingHours
from .wiring import build_directory as build_directory
from .wiring import check_proof as check_proof
from .wiring import describe_document as describe_document
from .wiring import describe_state_tables as describe_state_tables
from .wiring import found_office as found_office
from .wiring import load_calendar as load_calendar
from .wiring import make_mark as make_mark
from .wiring import mark_print as mark_print
from .wiring import next_events as next_events
from .wiring import parse_agency_code as parse_agency_code
from .wiring import print_register as print_register
from .wiring import read_post as read_post
from .wiring import read_register as read_register
from .wiring import read_report as read_report
from .wiring import read_settings as read_settings
from .wiring import reopen_office as reopen_office
from .wiring import search_office as search_office
from .wiring import verify_log as verify_log
from .wiring import verify_report as verify_report
from .wiring import write_hits as write_hits
from .wiring import write_report as write_report

__all__ = [
    "Access",
    "AccessBy",
    "AccessCount",
    "AccessCounts",
    "AccessEntry",
    "AccessKind",
    "AccessPage",
    "AccessQuery",
    "AccessTarget",
    "Addressee",
    "Agency",
    "Appointment",
    "AttachedFile",
    "CaseFile",
    "Channel",
    "Competence",
    "ContentsLine",
    "CopyDirection",
    "CopyForm",
    "CopyRequest",
    "CopyState",
    "Delegation",
    "DestructionWarning",
    "Direction",
    "Directory",
    "DirectoryEntry",
    "Dispatched",
    "DocflowError",
    "Document",
    "DocumentCopy",
    "DocumentGroup",
    "DocumentState",
    "DocumentType",
    "Dossier",
    "DossierClocks",
    "DossierKind",
    "DossierPlan",
    "DossierState",
    "Draft",
    "EntryKind",
    "ErrorCode",
    "FileCheck",
    "FileDrop",
    "FileDuty",
    "FileListApproval",
    "FilePlan",
    "FileState",
    "FileVerdict",
    "GroupAct",
    "GroupEvent",
    "GroupItem",
    "GroupMember",
    "GroupPlan",
    "GroupReader",
    "HandEntry",
    "HitsForm",
    "InboxOutcome",
    "IncomingAct",
    "IncomingDocument",
    "IncomingStanding",
    "IncomingState",
    "IncomingTask",
    "InputError",
    "Issued",
    "Knowledge",
    "Link",
    "LinkKind",
    "LogFinding",
    "LogFindingCode",
    "LogReport",
    "NumberWish",
    "Office",
    "OfficeRole",
    "OfficeSettings",
    "OfficeTerms",
    "OnTimeRate",
    "OutboxState",
    "OutgoingStanding",
    "ParcelKind",
    "Period",
    "Permission",
    "PlannedStep",
    "Position",
    "Post",
    "PrintMark",
    "ProvenEvent",
    "Punctuality",
    "Receipt",
    "ReceiptKind",
    "ReceivedCertificate",
    "ReceivedFile",
    "ReceivedFileCheck",
    "ReceivedSignature",
    "Reception",
    "RegisterBook",
    "RegisterEntry",
    "RegisterForm",
    "RegisterKind",
    "Remark",
    "RemarkKind",
    "Report",
    "ReportBy",
    "ReportFigures",
    "ReportForm",
    "ReportLine",
    "ReportPeriod",
    "ResendPolicy",
    "Reserved",
    "RoleHolding",
    "Sealed",
    "SearchHit",
    "SearchQuery",
    "Secrecy",
    "Series",
    "SeriesKind",
    "SeriesRule",
    "Session",
    "SignatureCheck",
    "SignatureFound",
    "SignatureVerdict",
    "SourceKind",
    "Staff",
    "StoreUnavailable",
    "TaskRole",
    "Urgency",
    "UrgentHours",
    "UsageError",
    "WorkingCalendar",
    "WorkingHours",
    "build_directory",
    "check_proof",
    "describe_document",
    "describe_state_tables",
    "found_office",
    "load_calendar",
    "make_mark",
    "mark_print",
    "next_events",
    "parse_agency_code",
    "print_register",
    "read_post",
    "read_register",
    "read_report",
    "read_settings",
    "reopen_office",
    "search_office",
    "verify_log",
    "verify_report",
    "write_hits",
    "write_report",
]
