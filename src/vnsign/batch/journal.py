"""The journal of batches in a folder: what was begun, what is done.

Invariants:
    - A line that says a job was begun is on disk before the job's output can appear; one that says it is done is
      written after the output is on disk.
    - Lines are only added. A last line without its end (the power failed while it was written) is taken away, any other
      line that cannot be read stops the run.
    - One run at a time: the file is locked while it is open, and the lock ends with the process.
    - Memory: 16 to 43 bytes for each name that the journal knows, see :class:`~vnsign.batch.offsets.OffsetTable`.

What it does not do: look at the documents; that does who works (:mod:`vnsign.batch.working`).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Self

from vnsign.adapters.files import reason_of, sync_folder
from vnsign.batch.jobs import JobOutcome, JobState, SigningPlan, SignJob, identity_of
from vnsign.batch.journal_lines import (
    FIRST_LINE,
    MAX_LINE_BYTES,
    Entry,
    RunEnd,
    RunHeader,
    is_first_line,
    parse_line,
    write_line,
)
from vnsign.batch.offsets import OffsetTable
from vnsign.errors import ErrorCode, InputError, UsageError, VnsignError

JOURNAL_NAME = ".vnsign-journal.jsonl"
_WAY_OUT = "move it away: files that are signed already will then be reported as being there"


class Journal:
    """An open, locked journal.

    Attributes:
        run: Number of this run.
    """

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self._path = path
        self._folder = Path(os.path.abspath(path)).parent  # noqa: PTH100 — resolve() would follow links of targets' folders
        self._prefix = os.path.join(self._folder, "")  # noqa: PTH118 — with the separator at its end
        self._stream = stream
        self._offsets = OffsetTable()
        self._last_read: tuple[int, tuple[Entry, ...]] = (-1, ())
        self._plan: SigningPlan
        self.run = 0

    @classmethod
    def open(cls, path: Path, *, plan: SigningPlan, force: bool, at: datetime) -> Self:
        """Open a journal, or begin one, and write down that a run begins.

        Args:
            path: The file; its folder must exist.
            plan: How the run signs.
            force: The run replaces files; it goes on with an unfinished run that did the same, else begins anew.
            at: Now, aware.

        Raises:
            UsageError: ``BATCH_RUNNING``: another run has it open; ``OUTPUT_NOT_WRITABLE``.
            InputError: ``MALFORMED_JOURNAL``: it cannot be read, and is left as it is.
        """
        stream = _open_locked(path)
        journal = cls(path, stream)
        try:
            journal._begin(plan, force=force, at=at)
        except OSError as exc:
            journal.close()
            raise _not_writable(path, exc) from exc
        except BaseException:
            journal.close()
            raise
        return journal

    def known(self, job: SignJob) -> Entry | None:
        """Return the last that the journal says of a job's target.

        Raises:
            InputError: MALFORMED_JOURNAL, NOT_READABLE.
        """
        name = self._name(job.target)
        offset = self._offsets.get(os.fsencode(name))
        if offset is None:
            return None
        return next((entry for entry in self._entries_at(offset) if entry.name == name), None)

    def begin(self, jobs: Sequence[SignJob]) -> None:
        """Write down that ``jobs`` are about to be signed; on disk when this returns.

        Raises:
            UsageError: OUTPUT_NOT_WRITABLE.
        """
        entries = [[self._name(job.target), identity_of(self._plan, job)] for job in jobs]
        self._append([{"todo": entries, "run": self.run}], sync=True)

    def settle(self, outcomes: Sequence[JobOutcome]) -> None:
        """Write down what became of jobs that were begun, or found to be done.

        Raises:
            UsageError: OUTPUT_NOT_WRITABLE.
        """
        done, failed = [], []
        for outcome in outcomes:
            start = [self._name(outcome.job.target), identity_of(self._plan, outcome.job)]
            if outcome.error is not None:
                failed.append([*start, outcome.error.code.value])
            elif outcome.state is JobState.SIGNED or outcome.source_sha256:
                done.append([*start, outcome.source_sha256, outcome.target_sha256])
        lines: list[dict[str, Any]] = []
        lines += [{"done": done, "run": self.run}] if done else []
        lines += [{"failed": failed, "run": self.run}] if failed else []
        self._append(lines, sync=False)

    def finish(self) -> None:
        """Write down that the run came to its end."""
        self._append([{"end": self.run}], sync=True)

    def close(self) -> None:
        """Close and unlock; what was written is on disk, or will be read as if it had not been."""
        # on a full disk closing tries once more to write what could not be written, and that has been told
        with suppress(OSError):
            self._stream.close()

    def _begin(self, plan: SigningPlan, *, force: bool, at: datetime) -> None:
        self._plan = plan
        last, ended = self._read(force=force)
        goes_on = last is not None and last.force and not ended and last.identity == plan.identity
        if force and not goes_on:
            self._offsets = OffsetTable()
        self.run = last.run + 1 if last is not None else 1
        since = (last.since if last is not None and goes_on else self.run) if force else 1
        header = {
            "run": self.run,
            "since": since,
            "force": force,
            "identity": plan.identity,
            "certificate": plan.certificate_sha256,
            "at": at.isoformat(),
        }
        first = [dict(FIRST_LINE)] if self._stream.tell() == 0 else []
        self._append([*first, header], sync=True)
        sync_folder(self._folder)

    def _read(self, *, force: bool) -> tuple[RunHeader | None, bool]:
        """Fill the table; return the last run and whether it came to its end. Leaves the stream at its end."""
        last, ended = None, False
        for offset, line in self._whole_lines():
            content = self._parse(line, offset)
            if isinstance(content, RunHeader):
                last, ended = content, False
                if force and content.force and content.since == content.run:
                    self._offsets = OffsetTable()
            elif isinstance(content, RunEnd):
                ended = last is not None and content.run == last.run
            else:
                for entry in content:
                    self._offsets.put(os.fsencode(entry.name), offset)
        return last, ended

    def _whole_lines(self) -> Iterator[tuple[int, bytes]]:
        offset = 0
        self._stream.seek(0)
        while line := self._stream.readline(MAX_LINE_BYTES):
            if not line.endswith(b"\n") and len(line) < MAX_LINE_BYTES:
                break
            if offset == 0 and not is_first_line(line):
                raise InputError(
                    ErrorCode.MALFORMED_JOURNAL, "is no journal of vnsign", file=str(self._path), way_out=_WAY_OUT
                )
            if offset:
                yield offset, line
            offset += len(line)
        self._stream.seek(offset)
        self._stream.truncate()

    def _parse(self, line: bytes, offset: int) -> RunHeader | RunEnd | tuple[Entry, ...]:
        try:
            return parse_line(line)
        except InputError as exc:
            exc.file, exc.way_out = f"{self._path}, byte {offset}", _WAY_OUT
            raise

    def _entries_at(self, offset: int) -> tuple[Entry, ...]:
        if self._last_read[0] != offset:
            end = self._stream.tell()
            try:
                self._stream.seek(offset)
                content = self._parse(self._stream.readline(MAX_LINE_BYTES), offset)
            except OSError as exc:
                raise InputError(
                    ErrorCode.NOT_READABLE, f"cannot be read: {exc.strerror}", file=str(self._path)
                ) from exc
            finally:
                self._stream.seek(end)
            self._last_read = (offset, content if isinstance(content, tuple) else ())
        return self._last_read[1]

    def _name(self, target: Path) -> str:
        absolute = os.path.abspath(target)  # noqa: PTH100 — the name as it is asked for
        return absolute.removeprefix(self._prefix)

    def _append(self, lines: Iterable[dict[str, Any]], *, sync: bool) -> None:
        try:
            self._stream.write(b"".join(write_line(line) for line in lines))
            self._stream.flush()
            if sync:
                os.fsync(self._stream.fileno())
        except OSError as exc:
            raise _not_writable(self._path, exc) from exc


def _open_locked(path: Path) -> BinaryIO:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except (OSError, ValueError) as exc:
        raise _not_writable(path, exc) from exc
    stream = os.fdopen(descriptor, "r+b")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        stream.close()
        raise UsageError(
            ErrorCode.BATCH_RUNNING,
            "another run signs into this folder",
            file=str(path),
            way_out="wait for it to end, or use another folder",
        ) from exc
    except OSError as exc:
        stream.close()
        raise _not_writable(path, exc) from exc
    return stream


def _not_writable(path: Path, exc: OSError | ValueError) -> VnsignError:
    return UsageError(
        ErrorCode.OUTPUT_NOT_WRITABLE,
        f"the journal cannot be written: {reason_of(exc)}",
        file=str(path),
        way_out="check that the folder may be written and has room, and run again",
    )
