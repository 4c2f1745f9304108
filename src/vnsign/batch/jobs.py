"""What is to be signed, what became of it, and what the batch asks of whoever signs.

Invariants:
    - All values are picklable: they travel between processes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from vnsign.errors import ErrorCode, VnsignError
from vnsign.pdf.writing.place import Place

_IDENTITY_CHARACTERS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class SignJob:
    """One document.

    Attributes:
        source: The PDF to sign; never written.
        target: Where the signed copy goes; its folder is made if absent.
        field: Signature field of this document, or None for that of the run.
        place: Place of the image in this document, or None for that of the run.
    """

    source: Path
    target: Path
    field: str | None = None
    place: Place | None = None


class JobState(StrEnum):
    """What became of a job. The value is stable."""

    SIGNED = "signed"
    #: An earlier run, or this one before a worker died, had signed it; nothing was signed now.
    SIGNED_BEFORE = "signed_before"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobError:
    """Why a document was not signed: a :class:`~vnsign.errors.VnsignError` that can travel."""

    code: ErrorCode
    message: str
    way_out: str | None = None

    @classmethod
    def of(cls, error: VnsignError) -> JobError:
        """Return what ``error`` says."""
        return cls(code=error.code, message=error.message, way_out=error.way_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOutcome:
    """What became of one job.

    Attributes:
        error: Why it failed; None unless ``state`` is FAILED.
        retried: An earlier attempt was cut off: the key may have made a signature value whose file never appeared.
        source_sha256: Of the document signed, lower-case hex; empty if it was not signed now.
        target_sha256: Of the signed copy, likewise.
    """

    job: SignJob
    state: JobState
    error: JobError | None = None
    retried: bool = False
    source_sha256: str = ""
    target_sha256: str = ""

    def error_text(self) -> str:
        """Return file, reason, way out and code in one line, as a :class:`~vnsign.errors.VnsignError` prints them."""
        if self.error is None:
            return ""
        return str(
            VnsignError(self.error.code, self.error.message, file=str(self.job.source), way_out=self.error.way_out)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFile:
    """Digests of what was signed and of what came out, SHA-256, lower-case hex."""

    source_sha256: str
    target_sha256: str


class FileSigner(Protocol):
    """Signs one file after the other in one process."""

    def sign(self, job: SignJob, staged: Path) -> SignedFile:
        """Sign ``job.source`` into the new file ``staged``, complete; it need not be flushed to disk.

        Raises:
            vnsign.errors.VnsignError: Nothing of worth is at ``staged``.
        """

    def made(self, job: SignJob, *, at: datetime) -> bool:
        """Return whether the file at ``job.target`` is this signer's signed copy of ``job.source``.

        Raises:
            OSError: One of them cannot be read.
        """


class SigningPlan(Protocol):
    """How every document of a run is signed; picklable.

    Attributes:
        token: Names this plan in a worker process.
        identity: Digest of certificate and options: the same for runs that would sign in the same way.
        certificate_sha256: Of the signer's certificate, lower-case hex.
    """

    @property
    def token(self) -> str: ...  # noqa: D102 — see the class

    @property
    def identity(self) -> str: ...  # noqa: D102 — see the class

    @property
    def certificate_sha256(self) -> str: ...  # noqa: D102 — see the class

    def load(self) -> FileSigner:
        """Load the key; once in each process.

        Raises:
            vnsign.errors.VnsignError: The key cannot be had.
        """


def identity_of(plan: SigningPlan, job: SignJob) -> str:
    """Return what a job asks for beside its document: signer, options of the run, options of the job."""
    return _identity(plan.identity, job.field, job.place)


@lru_cache(maxsize=256)
def _identity(plan: str, field: str | None, place: Place | None) -> str:
    text = f"{plan}\n{field!r}\n{place!r}"
    return hashlib.sha256(text.encode()).hexdigest()[:_IDENTITY_CHARACTERS]
