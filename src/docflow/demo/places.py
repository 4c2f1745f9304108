"""Where the demo puts things, and how it writes them: whole or not at all."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from docflow.errors import ErrorCode, StoreUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The folders of one demo."""

    out: Path

    @property
    def authority(self) -> Path:
        """The authority's database."""
        return self.out / "authority"

    @property
    def keys(self) -> Path:
        """PKCS#12 files of leaders, seals and services, and their passphrase."""
        return self.out / "keys"

    @property
    def trust(self) -> Path:
        """What a verifier trusts."""
        return self.out / "trust"

    @property
    def agencies(self) -> Path:
        """One docflow store for each agency."""
        return self.out / "agencies"

    @property
    def signed(self) -> Path:
        """The sealed documents, and nothing else."""
        return self.out / "signed"

    @property
    def registers(self) -> Path:
        """Registers as CSV, and the checkpoints of the audit logs."""
        return self.out / "registers"

    @property
    def exchange(self) -> Path:
        """The shared folder between the agencies."""
        return self.out / "exchange"

    @property
    def previews(self) -> Path:
        """Pictures of sealed pages."""
        return self.out / "previews"

    @property
    def scratch(self) -> Path:
        """Files being written; on the same file system, so that a rename moves them."""
        return self.out / "tmp"

    def make(self) -> None:
        """Make every folder; keys and authority readable by their owner only. Clears what a killed run left half.

        Raises:
            StoreUnavailable: STORE_UNUSABLE if a folder cannot be made.
        """
        try:
            for folder, mode in (
                (self.out, 0o755),
                (self.keys, 0o700),
                (self.trust, 0o755),
                (self.agencies, 0o700),
                (self.signed, 0o755),
                (self.registers, 0o755),
                (self.previews, 0o755),
                (self.exchange, 0o755),
                (self.scratch, 0o700),
            ):
                folder.mkdir(parents=True, exist_ok=True, mode=mode)
            for left in self.scratch.iterdir():
                left.unlink()
        except OSError as exc:
            raise _unusable(self.out, exc) from exc


def write_whole(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write a file of the demo so that its folder never shows half of it, nor a temporary file beside it.

    Raises:
        StoreUnavailable: STORE_UNUSABLE, nothing half-written left in ``path``'s folder.
    """
    scratch = path.parent.parent / "tmp" / path.name
    try:
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        scratch.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as exc:
        raise _unusable(path, exc) from exc


def _unusable(path: Path, exc: OSError) -> StoreUnavailable:
    return StoreUnavailable(
        ErrorCode.STORE_UNUSABLE,
        f"{path} cannot be written: {exc.strerror}",
        vi=f"Không ghi được vào {path}.",
        way_out="free some space or name another folder with --out",
    )
