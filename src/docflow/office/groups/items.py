"""What a group can hold and a person can look at: a document or a file that is here."""

from __future__ import annotations

from docflow.errors import ErrorCode, UsageError
from docflow.model import AccessTarget, CaseFile
from docflow.ports import UnitOfWork


def require_here(unit: UnitOfWork, target: AccessTarget, subject: str) -> None:
    """Refuse what is not here.

    Raises:
        UsageError: ``NOT_FOUND``.
    """
    if not _is_here(unit, target, subject):
        raise UsageError(
            ErrorCode.NOT_FOUND,
            f"no {target.name.lower()} {subject[:120]!r} here",
            vi=f"Không có {target.vi} {subject[:120]!r}.",
        )


def _is_here(unit: UnitOfWork, target: AccessTarget, subject: str) -> bool:
    match target:
        case AccessTarget.OUTGOING:
            return unit.find_document(subject) is not None
        case AccessTarget.INCOMING:
            return unit.find_incoming(subject) is not None
        case AccessTarget.FILE:
            return unit.find_record(CaseFile, subject) is not None
        case AccessTarget.SYSTEM:
            return True
