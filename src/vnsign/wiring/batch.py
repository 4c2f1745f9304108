"""Signing many documents: the batch joined with how one document is signed."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Generator, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives import hashes

from vnsign.adapters.clock import SystemClock
from vnsign.adapters.files import read_bytes
from vnsign.batch.jobs import FileSigner, JobOutcome, SignedFile, SignJob
from vnsign.batch.journal import Journal
from vnsign.batch.pools import Here, make_processes
from vnsign.batch.publishing import make_folder, write_staged
from vnsign.batch.recognising import is_signed_copy
from vnsign.batch.running import Run, RunSettings
from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.place import Place
from vnsign.ports import Clock, RevocationSource
from vnsign.signing.levels import TargetLevel, target_level
from vnsign.signing.signer import PreparedSigner
from vnsign.wiring.signing import sign_pdf
from vnsign.wiring.timestamps import Tsa

#: Options that change nothing in what a signature says: a run that goes on may have others.
_NOT_IDENTITY = frozenset({"tsa", "revocation", "check_status", "clock"})


class LoadsSigner(Protocol):
    """How a worker process loads the signer; picklable, such as :class:`vnsign.SignerRecipe`."""

    def load(self) -> PreparedSigner:
        """Return the signer, loaded now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningOptions:
    """How :func:`sign_many` signs every document; the names are those of :func:`~vnsign.wiring.signing.sign_pdf`."""

    field: str | None = None
    level: TargetLevel | str = TargetLevel.B_B
    tsa: Tsa | None = None
    image: bytes | None = None
    place: Place | None = None
    certify: bool = False
    reason: str | None = None
    location: str | None = None
    revocation: RevocationSource | None = None
    check_status: bool = True
    clock: Clock | None = None

    def identity(self) -> str:
        """Return a digest of all that shapes the signature."""
        shown = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _NOT_IDENTITY}
        shown["level"] = target_level(self.level).value
        shown["image"] = hashlib.sha256(self.image).hexdigest() if self.image is not None else None
        return hashlib.sha256(repr(sorted(shown.items())).encode()).hexdigest()


def sign_many(
    jobs: Iterable[SignJob],
    signer: LoadsSigner | PreparedSigner,
    options: SigningOptions | None = None,
    *,
    journal: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    force: bool = False,
) -> Generator[JobOutcome]:
    """Sign many documents; outcomes come as documents are done, in no order.

    Each output is written beside its target, flushed, and then given its name, so there is a whole file or none. With a
    journal the run may be killed at any moment and started again with the same arguments: every target gets one file
    with one signature of the run, and what is signed is not signed again. Memory does not grow with the number of jobs.

    Does not promise: that the *key* made no second signature value. A document in work when the run was killed may have
    got a value whose file never appeared; such jobs come back with ``retried``.

    Args:
        jobs: Any iterable; taken as there is room for it.
        signer: How a process loads the key. A prepared signer stays in this process: one worker, or threads.
        options: The same for every document, but for what a job says itself.
        journal: File of the journal; its folder is made if absent. None keeps no account.
        workers: How many processes; None is one for each core. 1 works in this process.
        executor: Any other executor (threads, a cluster); it stays open. What it runs gets the signer's recipe, with
            its passphrase: let the line to it be yours.
        force: Replace files at the targets, and sign again what was signed; a run interrupted goes on all the same.

    Yields:
        One outcome for each job. A failed document costs no other.

    Raises:
        UsageError: BAD_ARGUMENT, BATCH_RUNNING, OUTPUT_NOT_WRITABLE (journal), and what loading the signer raises;
            or the run stopped because document after document failed for one reason outside the documents.
        InputError: MALFORMED_JOURNAL.
        ServiceUnavailable: Stopped, as above.

    Source: NĐ 68/2024/NĐ-CP Điều 29 (each of these signatures is one made by the holder).
    """
    options = options or SigningOptions()
    plan = _Plan.of(signer, options)
    workers = _workers(signer, workers=workers, executor=executor)
    now = (options.clock or SystemClock()).now()
    settings = RunSettings(
        workers=workers,
        force=force,
        at=now,
        make_executor=partial(_make_executor, executor, workers),
        owned=executor is None,
    )
    return _outcomes(jobs, plan, settings, journal=Path(journal) if journal is not None else None)


def _outcomes(
    jobs: Iterable[SignJob], plan: _Plan, settings: RunSettings, *, journal: Path | None
) -> Generator[JobOutcome]:
    if journal is None:
        yield from Run(plan, settings, None).outcomes(jobs)
        return
    make_folder(journal.parent)
    account = Journal.open(journal, plan=plan, force=settings.force, at=settings.at)
    try:
        yield from Run(plan, settings, account).outcomes(jobs)
    finally:
        account.close()


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A signer that is loaded already; it cannot be pickled."""

    signer: PreparedSigner

    def load(self) -> PreparedSigner:
        return self.signer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    recipe: LoadsSigner = field(repr=False)
    options: SigningOptions = field(repr=False)
    token: str
    identity: str
    certificate_sha256: str

    @classmethod
    def of(cls, signer: LoadsSigner | PreparedSigner, options: SigningOptions) -> _Plan:
        recipe = _Loaded(signer) if isinstance(signer, PreparedSigner) else signer
        certificate = recipe.load().certificate.fingerprint(hashes.SHA256()).hex()
        return cls(
            recipe=recipe,
            options=options,
            token=secrets.token_hex(8),
            identity=hashlib.sha256(f"{certificate}\n{options.identity()}".encode()).hexdigest(),
            certificate_sha256=certificate,
        )

    def load(self) -> FileSigner:
        return _PdfSigner(self.recipe.load(), self.options, certificate_sha256=self.certificate_sha256)


class _PdfSigner:
    def __init__(self, signer: PreparedSigner, options: SigningOptions, *, certificate_sha256: str) -> None:
        self._signer = signer
        self._certificate_sha256 = certificate_sha256
        self._options: dict[str, Any] = {f.name: getattr(options, f.name) for f in fields(options)}

    def made(self, job: SignJob, *, at: datetime) -> bool:
        return is_signed_copy(job.source, job.target, certificate_sha256=self._certificate_sha256, at=at)

    def sign(self, job: SignJob, staged: Path) -> SignedFile:
        own = {"field": job.field, "place": job.place}
        options = self._options | {name: value for name, value in own.items() if value is not None}
        pdf = read_bytes(job.source)
        signed = sign_pdf(pdf, self._signer, **options)
        write_staged(staged, signed)
        return SignedFile(
            source_sha256=hashlib.sha256(pdf).hexdigest(), target_sha256=hashlib.sha256(signed).hexdigest()
        )


def _workers(signer: LoadsSigner | PreparedSigner, *, workers: int | None, executor: Executor | None) -> int:
    if workers is not None and workers < 1:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"{workers} workers sign nothing", way_out="use 1 or more")
    if executor is not None:
        return workers or os.cpu_count() or 1
    if isinstance(signer, PreparedSigner):
        if workers not in {None, 1}:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                "a signer that is loaded cannot be sent to other processes",
                way_out="give a SignerRecipe, or an executor of threads",
            )
        return 1
    return workers or os.cpu_count() or 1


def _make_executor(given: Executor | None, workers: int) -> Executor:
    if given is not None:
        return given
    return Here() if workers == 1 else make_processes(workers, preload=__name__)
