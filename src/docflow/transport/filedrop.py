"""A folder that two agencies can reach: one folder an agency, one folder a parcel in it.

::

    drop/H99.12/new/<name>/message.edxml  message.p7s  receipt.json  receipt.p7s
    drop/H99.12/done/, drop/H99.12/refused/        what was dealt with

Invariants:
    - A parcel appears whole or not at all: written beside, synced, then renamed.
    - Whatever else lies in ``new`` is delivered as garbage and ends in ``refused``; nothing in it is believed.

What it does not do: it keeps nobody from reading or writing; parcels are signed, and signatures are checked above.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from docflow.durable import force_name, make_folder, sync_folder
from docflow.edxml import MAX_MESSAGE_BYTES
from docflow.errors import ErrorCode, StoreUnavailable
from docflow.model import parse_agency_code
from docflow.ports import Delivery, Parts

_FILES = {
    "message": "message.edxml",
    "message_cms": "message.p7s",
    "receipt": "receipt.json",
    "receipt_cms": "receipt.p7s",
}
_MAX_SIGNATURE_BYTES = 1024**2
_LIMITS = {
    "message": MAX_MESSAGE_BYTES,
    "message_cms": _MAX_SIGNATURE_BYTES,
    "receipt": 65536,
    "receipt_cms": _MAX_SIGNATURE_BYTES,
}
_WHOLE = ({"message", "message_cms"}, {"receipt", "receipt_cms"}, {"message", "message_cms", "receipt", "receipt_cms"})
_GARBAGE_BYTES_HASHED = 64 * 1024**2


class FileDrop:
    """Implements :class:`docflow.ports.Transport` over a shared folder."""

    def __init__(self, folder: Path | str) -> None:
        self._folder = Path(folder)
        self._named: set[Path] = set()

    def send(self, parts: Parts, *, name: str, recipient: str) -> None:
        """Lay a parcel down; one of that name that still lies there stays as it is.

        Raises:
            InputError: ``MALFORMED_INPUT``; the recipient is no agency code.
            StoreUnavailable: ``STORE_UNUSABLE``; the folder cannot be written.
        """
        place = self._place(recipient)
        try:
            for room in ("new", "tmp"):
                make_folder(place / room)
            self._force_names(place)
            if (place / "new" / name).exists():
                # Whoever laid it down may not have come to this line.
                sync_folder(place / "new")
                return
            _lay_down(parts, temporary=Path(tempfile.mkdtemp(dir=place / "tmp")), target=place / "new" / name)
        except OSError as exc:
            raise _unusable(place, exc) from exc

    def fetch(self, recipient: str) -> Sequence[Delivery]:
        """Return what lies there for an agency, by name.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; the folder cannot be read.
        """
        place = self._place(recipient) / "new"
        try:
            return tuple(_read(path) for path in sorted(place.iterdir())) if place.is_dir() else ()
        except OSError as exc:
            raise _unusable(place, exc) from exc

    def settle(self, recipient: str, delivery: Delivery, *, is_refused: bool) -> None:
        """Put away what was dealt with; gone already is no error.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; it cannot be moved.
        """
        place = self._place(recipient)
        room = place / ("refused" if is_refused else "done")
        source, target = place / "new" / delivery.name, room / delivery.name
        try:
            make_folder(room)
            if target.exists() and source.exists():
                # Dealt with before under this name: the newer one replaces it.
                shutil.rmtree(target) if target.is_dir() and not target.is_symlink() else target.unlink()
            source.replace(target)
        except FileNotFoundError:
            return
        except OSError as exc:
            raise _unusable(place, exc) from exc

    def discard(self, recipient: str, delivery: Delivery) -> None:
        """Destroy what must not be kept; gone already is no error.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; it cannot be removed.
        """
        path = self._place(recipient) / "new" / delivery.name
        try:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
            sync_folder(path.parent)
        except FileNotFoundError:
            return
        except OSError as exc:
            raise _unusable(path, exc) from exc

    def _force_names(self, place: Path) -> None:
        """Once for each place, whoever made its folders: a process that was killed may not have come to it."""
        if place not in self._named:
            for folder in (place, self._folder):
                sync_folder(folder)
            force_name(self._folder)
            self._named.add(place)

    def _place(self, agency: str) -> Path:
        # Parsing keeps a code from a stranger's message from being a path.
        return self._folder / parse_agency_code(agency).text


def _lay_down(parts: Parts, *, temporary: Path, target: Path) -> None:
    for field, file in _FILES.items():
        data: bytes | None = getattr(parts, field)
        if data is not None:
            with (temporary / file).open("wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
    sync_folder(temporary)
    try:
        temporary.rename(target)
    except OSError:
        shutil.rmtree(temporary, ignore_errors=True)
        if not target.exists():
            raise
        return
    sync_folder(target.parent)


def _read(path: Path) -> Delivery:
    found = _files_of(path)
    if found is None or set(found) not in _WHOLE:
        return Delivery(name=path.name, digest=_digest(path), parts=None)
    parts = Parts(**found)
    return Delivery(name=path.name, digest=_digest(path), parts=parts)


def _files_of(path: Path) -> Mapping[str, bytes] | None:
    if path.is_symlink() or not path.is_dir():
        return None
    by_name = {file: field for field, file in _FILES.items()}
    found: dict[str, bytes] = {}
    for item in path.iterdir():
        field = by_name.get(item.name)
        if field is None or not stat.S_ISREG(item.lstat().st_mode) or item.stat().st_size > _LIMITS[field]:
            return None
        found[field] = item.read_bytes()
    return found


def _digest(path: Path) -> str:
    """Name garbage by what can be read of it, whatever it is."""
    digest = hashlib.sha256()
    files = sorted(path.rglob("*")) if path.is_dir() and not path.is_symlink() else [path]
    for file in files:
        if stat.S_ISREG(file.lstat().st_mode):
            with file.open("rb") as data:
                digest.update(data.read(_GARBAGE_BYTES_HASHED))
    return digest.hexdigest()


def _unusable(place: Path, exc: OSError) -> StoreUnavailable:
    return StoreUnavailable(
        ErrorCode.STORE_UNUSABLE,
        f"{place}: the drop cannot be used: {exc.strerror or exc}",
        vi=f"Không dùng được thư mục trao đổi {place}.",
        way_out="look at its permissions and free space; what is unsent is sent at the next call",
    )
