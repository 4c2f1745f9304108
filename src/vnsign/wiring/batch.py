"""Signing many documents: the batch joined with how one document is signed."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol, Unpack

from cryptography.hazmat.primitives import hashes

from vnsign.adapters.clock import SystemClock
from vnsign.adapters.files import FileSource, read_bytes
from vnsign.batch.jobs import FileSigner, JobOutcome, SignedFile, SignJob
from vnsign.batch.journal import Journal
from vnsign.batch.pools import Here, make_processes
from vnsign.batch.publishing import make_folder, write_staged
from vnsign.batch.recognising import is_signed_copy
from vnsign.batch.running import Run, RunSettings
from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.source import BytesSource, PdfSource, chunks
from vnsign.ports import Clock
from vnsign.signing.signer import PreparedSigner
from vnsign.wiring.arguments import checked, now_of, require_type
from vnsign.wiring.signing import SigningKeywords, SigningOptions, sign_source, signing_options

#: Larger documents are signed in pieces.
MAX_IN_MEMORY_BYTES = 32 * 1024 * 1024
#: Keywords that change nothing in what a signature says: a run that goes on may have others.
_NOT_IDENTITY = frozenset({"tsa", "revocation", "check_status", "clock"})


class LoadsSigner(Protocol):
    """How a worker process loads the signer; picklable, such as :class:`vnsign.SignerRecipe`."""

    def load(self) -> PreparedSigner:
        """Return the signer, loaded now."""


@checked
def sign_many(
    jobs: Iterable[SignJob],
    signer: LoadsSigner | PreparedSigner,
    *,
    journal: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    force: bool = False,
    **how: Unpack[SigningKeywords],
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
        journal: File of the journal; its folder is made if absent. None keeps no account.
        workers: How many processes; None is one for each core. 1 works in this process.
        executor: Any other executor (threads, a cluster); it stays open. What it runs gets the signer's recipe, with
            its passphrase: let the line to it be yours.
        force: Replace files at the targets, and sign again what was signed; a run interrupted goes on all the same.
        how: As for :func:`~vnsign.wiring.signing.sign_pdf`; what a job says itself goes before it.

    Yields:
        One outcome for each job. A failed document costs no other.

    Raises:
        UsageError: BAD_ARGUMENT, BATCH_RUNNING, OUTPUT_NOT_WRITABLE (journal), and what loading the signer raises;
            or the run stopped because document after document failed for one reason outside the documents.
        InputError: MALFORMED_JOURNAL.
        ServiceUnavailable: Stopped, as above.

    Source: NĐ 68/2024/NĐ-CP Điều 29 (each of these signatures is one made by the holder).
    """
    plan = _Plan.of(signer, how)
    workers = _workers(signer, workers=workers, executor=executor)
    now = now_of(how.get("clock"))
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
    coming = (require_type("job", job, SignJob) for job in jobs)
    if journal is None:
        yield from Run(plan, settings, None).outcomes(coming)
        return
    make_folder(journal.parent)
    account = Journal.open(journal, plan=plan, force=settings.force, at=settings.at)
    try:
        yield from Run(plan, settings, account).outcomes(coming)
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
    how: SigningKeywords = field(repr=False)
    token: str
    identity: str
    certificate_sha256: str

    @classmethod
    def of(cls, signer: LoadsSigner | PreparedSigner, how: SigningKeywords) -> _Plan:
        wanted = _digest(signing_options(**how), how)
        recipe = _Loaded(signer) if isinstance(signer, PreparedSigner) else signer
        certificate = recipe.load().certificate.fingerprint(hashes.SHA256()).hex()
        return cls(
            recipe=recipe,
            how=how,
            token=secrets.token_hex(8),
            identity=hashlib.sha256(f"{certificate}\n{wanted}".encode()).hexdigest(),
            certificate_sha256=certificate,
        )

    def load(self) -> FileSigner:
        return _PdfSigner(self.recipe.load(), self.how, certificate_sha256=self.certificate_sha256)


def _digest(options: SigningOptions, how: SigningKeywords) -> str:
    """Return a digest of all that shapes the signature."""
    shown = {name: value for name, value in how.items() if name not in _NOT_IDENTITY and value is not None}
    shown["level"] = options.level.value
    if (image := how.get("image")) is not None:
        shown["image"] = hashlib.sha256(image).hexdigest()
    return hashlib.sha256(repr(sorted(shown.items())).encode()).hexdigest()


class _PdfSigner:
    def __init__(self, signer: PreparedSigner, how: SigningKeywords, *, certificate_sha256: str) -> None:
        self._signer = signer
        self._options = signing_options(**how)
        self._clock: Clock = how.get("clock") or SystemClock()
        self._certificate_sha256 = certificate_sha256

    def made(self, job: SignJob, *, at: datetime) -> bool:
        return is_signed_copy(job.source, job.target, certificate_sha256=self._certificate_sha256, at=at)

    def sign(self, job: SignJob, staged: Path) -> SignedFile:
        source: PdfSource = FileSource.at(job.source)
        if source.size <= MAX_IN_MEMORY_BYTES:
            source = BytesSource(read_bytes(job.source))
        options = replace(
            self._options,
            now=self._clock.now(),
            field=job.field if job.field is not None else self._options.field,
            place=job.place if job.place is not None else self._options.place,
        )
        signed = sign_source(source, self._signer, options)
        before, after = hashlib.sha256(), hashlib.sha256()
        pieces = _hashed(chunks(signed), source.size, before=before, after=after)
        write_staged(staged, pieces, target=job.target)
        return SignedFile(source_sha256=before.hexdigest(), target_sha256=after.hexdigest())


def _hashed(pieces: Iterable[bytes], size: int, *, before: hashlib._Hash, after: hashlib._Hash) -> Iterator[bytes]:
    """Pass ``pieces`` on; the first ``size`` bytes are those of the document before it was signed."""
    left = size
    for piece in pieces:
        before.update(piece[:left])
        after.update(piece)
        left -= min(left, len(piece))
        yield piece


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
