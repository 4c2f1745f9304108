"""Signed checkpoints beside the leaves: each signed, each with the root of its leaves, each claimed by its transaction.

Checkpoints pass by in the order of their sizes while the tree grows. The leaves of a transaction claim the first
checkpoint that covers them, and one that claims another is named; whether that one is there is looked up.

Invariants:
    - Two checkpoints are in memory, and a number for each that nobody claimed when it passed.

What it does not do: it reads no leaf; it is told size, root and claim.

Source: docs/spec/audit-log.md §4; c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any

from docflow.audit import Checkpoint, Frontier, LogFindingCode, VerifierKey, root_of, verify_checkpoint
from docflow.errors import DocflowError
from docflow.store.checking.examination import Examination, name_row
from docflow.store.tables import AUDIT_CHECKPOINT, AUDIT_LEAF

_OUTSIDE = "checkpoint"
_STRAY_CLAIMS = 100_000
"""Claims of another checkpoint than the next that are remembered. In a log with more, one that only such a leaf claims
is called unknown."""


class CheckpointCheck:
    """Step (3) of :func:`docflow.store.checking.verification.verify_store`."""

    def __init__(self, found: Examination, *, vkey: VerifierKey, outside: str | None) -> None:
        self._found = found
        self._vkey = vkey
        self._kept = self._read_outside(outside)
        self._rows = found.all(AUDIT_CHECKPOINT, in_order=True)
        self.count = 0
        self._size: int | None = None
        self._checkpoint: Checkpoint | None = None
        self._is_claimed = False
        self._unclaimed = array("q")
        self._strays: set[int] = set()
        self._looked_up: tuple[int, bool] | None = None
        self._newest = 0
        self._step()
        while self._size is not None and self._size < 1:
            self._pass()

    def judge(self, leaf: Mapping[str, Any], frontier: Frontier) -> None:
        """Compare what stands at the size of a tree that just grew by a leaf, and what the leaf claims."""
        size, claimed = frontier.size, leaf["signed_size"]
        if self._size is not None and claimed == self._size:
            self._is_claimed = True
        else:
            self._judge_stray(leaf, claimed, size=size)
        self._judge_root(frontier)
        if self._size == size:
            self._newest = size
            self._pass()

    def check_rest(self, size: int) -> None:
        """Judge what is left when every leaf was read: ``size`` of them."""
        longest = self._newest
        while self._size is not None:
            longest = self._size
            self._pass()
        if longest > size:
            detail = f"a checkpoint was signed over {longest} leaves"
            self._found.add(
                LogFindingCode.ROW_MISSING, AUDIT_LEAF.name, f"position={size}..{longest - 1}", detail=detail
            )
        for at in self._unclaimed:
            if at not in self._strays:
                code = LogFindingCode.LOG_TURNED_BACK if at > size else LogFindingCode.ROW_UNKNOWN
                self._found.add(code, AUDIT_CHECKPOINT.name, f"size={at}", detail=f"the log has {size} leaves")
        if self._kept is not None and self._kept.size > size:
            detail = f"it was signed over {self._kept.size} leaves, the log has {size}"
            self._found.add(LogFindingCode.LOG_TURNED_BACK, _OUTSIDE, "from outside", detail=detail)
        if size and self._newest != size:
            self._found.add(
                LogFindingCode.ROW_MISSING, AUDIT_CHECKPOINT.name, f"size={size}", detail="the newest checkpoint"
            )

    # ---- one after the other

    def _step(self) -> None:
        """Take the next checkpoint."""
        row = next(self._rows, None)
        self._size, self._checkpoint, self._is_claimed = None, None, False
        if row is None:
            return
        self.count += 1
        self._size = row["size"]
        key = name_row(AUDIT_CHECKPOINT, row)
        try:
            self._checkpoint = verify_checkpoint(row["note"], self._vkey)
        except DocflowError as exc:
            code = LogFindingCode.CHECKPOINT_NOT_SIGNED
            self._found.add(code, AUDIT_CHECKPOINT.name, key, column="note", detail=exc.message)
            return
        if self._checkpoint.size != self._size:
            detail = f"signed was {self._checkpoint.size}"
            code = LogFindingCode.VALUE_CHANGED
            self._found.add(code, AUDIT_CHECKPOINT.name, key, column="size", detail=detail)

    def _pass(self) -> None:
        """Leave a checkpoint behind."""
        if self._size is not None and not self._is_claimed:
            self._unclaimed.append(self._size)
        self._step()

    def _judge_stray(self, leaf: Mapping[str, Any], claimed: int, *, size: int) -> None:
        if len(self._strays) < _STRAY_CLAIMS:
            self._strays.add(claimed)
        if claimed < size or not self._is_there(claimed):
            detail = "its transaction signed a checkpoint of this size, which is not there"
            self._found.add(LogFindingCode.ROW_MISSING, AUDIT_CHECKPOINT.name, f"size={claimed}", detail=detail)
            self._found.changed(AUDIT_LEAF, leaf, "signed_size", detail="or the checkpoint was removed")
        elif self._checkpoint is not None:  # else nobody signed what stands between, and it was named itself
            detail = f"its transaction signed the checkpoint of {self._size} leaves, the next one"
            self._found.changed(AUDIT_LEAF, leaf, "signed_size", detail=detail)

    def _is_there(self, size: int) -> bool:
        if self._looked_up is None or self._looked_up[0] != size:
            self._looked_up = size, self._found.find(AUDIT_CHECKPOINT, AUDIT_CHECKPOINT.c.size == size) is not None
        return self._looked_up[1]

    def _judge_root(self, frontier: Frontier) -> None:
        size = frontier.size
        here = self._checkpoint if self._size == size else None
        if here is None and (self._kept is None or self._kept.size != size):
            return
        root = root_of(frontier)
        if here is not None and here.size == size and here.root != root:
            code = LogFindingCode.CHECKPOINT_CONTRADICTED
            self._found.add(
                code, AUDIT_CHECKPOINT.name, f"size={size}", column="note", detail="the leaves give another root"
            )
        if self._kept is not None and self._kept.size == size and self._kept.root != root:
            detail = f"the checkpoint of {size} leaves has another root"
            self._found.add(LogFindingCode.CHECKPOINT_CONTRADICTED, _OUTSIDE, "from outside", detail=detail)

    def _read_outside(self, text: str | None) -> Checkpoint | None:
        if text is None:
            return None
        try:
            return verify_checkpoint(text, self._vkey)
        except DocflowError as exc:
            self._found.add(LogFindingCode.CHECKPOINT_NOT_SIGNED, _OUTSIDE, "from outside", detail=exc.message)
            return None
