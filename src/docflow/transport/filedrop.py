"""A folder that two agencies can reach: one folder an agency, one folder a parcel in it.

::

    drop/H99.12/new/<name>/message.edxml  message.p7s  receipt.json  receipt.p7s
    drop/H99.12/done/            what was dealt with, on its way off the disk
    drop/H99.12/refused/         what nobody could read, or nobody proved to be the sender's

Invariants:
    - A parcel appears whole or not at all: written beside, synced, then renamed.
    - What was dealt with is removed: the office's records have it, and what they destroy must not outlive them here.
      Killed on the way, the next look finishes it.
    - Whatever else lies in ``new`` is delivered as garbage and ends in ``refused``; nothing in it is believed.

What it does not do: it keeps nobody from reading, copying or writing; parcels are signed, and signatures are checked
above.

Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 4, Phụ lục VI Phần I mục III.8; Thông tư 01/2019/TT-BNV Điều 20 khoản 5.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
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
_UNFINISHED_S = 24 * 3600
"""A parcel that nobody finished in so many seconds, by the folder's clock, belongs to a killed process."""


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
            temporary = Path(tempfile.mkdtemp(dir=place / "tmp"))
            _remove_unfinished(beside=temporary)
            _lay_down(parts, temporary=temporary, target=place / "new" / name)
        except OSError as exc:
            raise _unusable(place, exc) from exc

    def fetch(self, recipient: str) -> Sequence[Delivery]:
        """Return what lies there for an agency, by name; what was dealt with and is still on the disk is removed.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; the folder cannot be read, or something in it cannot be removed.
        """
        place = self._place(recipient)
        new, done = place / "new", place / "done"
        try:
            if done.is_dir():
                _empty(done)
            return tuple(_read(path) for path in sorted(new.iterdir())) if new.is_dir() else ()
        except OSError as exc:
            raise _unusable(place, exc) from exc

    def settle(self, recipient: str, delivery: Delivery, *, is_refused: bool) -> None:
        """Remove what was dealt with, or put aside what was refused; gone already is no error.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; it cannot be moved or removed.
        """
        place = self._place(recipient)
        try:
            if is_refused:
                _move(place / "new" / delivery.name, place / "refused" / delivery.name)
            else:
                _destroy(place, delivery.name)
        except OSError as exc:
            raise _unusable(place, exc) from exc

    def discard(self, recipient: str, delivery: Delivery) -> None:
        """Destroy what must not be kept; gone already is no error.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; it cannot be removed.
        """
        place = self._place(recipient)
        try:
            _destroy(place, delivery.name)
            for room in ("new", "done"):
                sync_folder(place / room)
        except OSError as exc:
            raise _unusable(place, exc) from exc

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


def _destroy(place: Path, name: str) -> None:
    """Remove a parcel; a power cut may bring it back, then it is fetched, or emptied away, once more."""
    # In one step out of what is fetched: half a parcel would be taken for garbage, and kept as that.
    _move(place / "new" / name, place / "done" / name)
    _remove(place / "done" / name)


def _move(source: Path, target: Path) -> None:
    """Move what lies in one room to another, in the place of what bears its name there; gone already is no error."""
    make_folder(target.parent)
    if source.exists() or source.is_symlink():
        _remove(target)
    with suppress(FileNotFoundError):
        source.replace(target)


def _empty(room: Path) -> None:
    left = list(room.iterdir())
    for path in left:
        _remove(path)
    if left:
        sync_folder(room)


def _remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it; gone already, also by somebody else's hand, is no error."""
    with suppress(FileNotFoundError):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _remove_unfinished(*, beside: Path) -> None:
    """Remove what processes that were killed while they laid a parcel down left beside this one."""
    oldest = beside.stat().st_mtime - _UNFINISHED_S
    for path in beside.parent.iterdir():
        with suppress(FileNotFoundError):
            if path.lstat().st_mtime < oldest:
                _remove(path)


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
