"""What tells an office that was founded from one that is being founded, and from one whose database was lost.

An office is founded in this order: ``database.address`` (on a server), tables, ``log.key``, the agency with its first
leaf, ``log.vkey``. Each is forced to disk before the next, and files are stored later still. So whoever finds
``log.vkey`` or a stored file knows that the database named this agency once, and whoever was killed before can be
followed by anybody.

What it does not do: where database, ``log.vkey`` and every stored file are gone and only ``log.key`` is left, it looks
like a founding that was killed. A database put back to an older state is shown by a checkpoint kept elsewhere only.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from docflow.audit import VerifierKey, parse_vkey
from docflow.durable import sync_folder, write_whole
from docflow.errors import ErrorCode, InputError, StoreUnavailable, UsageError
from docflow.model import Agency
from docflow.ports import LogKey
from docflow.store.engines.addresses import ADDRESS_NAME, find_address, find_remembered, remember_address
from docflow.store.engines.database import Database
from docflow.store.engines.errors import unusable
from docflow.store.engines.places import BLOB_FOLDER, DATABASE_NAME, KEY_NAME, VKEY_NAME, OfficeDatabase
from docflow.store.engines.postgres import PostgresDatabase, is_same_database, is_same_identity

_LEFT_BY_A_POWER_CUT = "\0\n "


def was_founded(folder: Path) -> bool:
    """Return whether a folder says that the database named its agency once.

    Ask before the database is asked: somebody else may be founding at this moment.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; the folder cannot be read.
    """
    try:
        return (folder / VKEY_NAME).exists() or any((folder / BLOB_FOLDER).glob("??/*"))
    except OSError as exc:
        raise unusable(folder, exc) from exc


def is_gone(database: OfficeDatabase) -> bool:
    """Return whether a SQLite file is missing or empty; connecting would make it anew and drop the WAL beside it.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; it cannot be looked at.
    """
    if not isinstance(database, Database):
        return False
    try:
        return not database.path.exists() or not database.path.stat().st_size
    except OSError as exc:
        raise unusable(database.path, exc) from exc


def is_elsewhere(folder: Path, database: OfficeDatabase) -> bool:
    """Return whether a folder says that its office is, or was to be, in another database than the one at hand.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; the folder cannot be read.
        UsageError: ``BAD_ARGUMENT``; its ``database.address`` is none.
    """
    address = find_address(folder)
    is_file = isinstance(database, Database)
    if address is not None and (is_file or not is_same_database(address, database.name)):
        return True
    try:
        return not is_file and (folder / DATABASE_NAME).exists()
    except OSError as exc:
        raise unusable(folder, exc) from exc


def begin(folder: Path, database: PostgresDatabase, *, is_named: bool) -> bool:
    """Write where an office is about to be founded, before anybody connects; return whether it was written.

    Args:
        is_named: Somebody named the address for good: it goes before that of a founding that came to nothing.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; the folder cannot be read or written.
        UsageError: ``BAD_ARGUMENT``; its ``database.address`` is none.
    """
    try:
        if was_founded(folder) or any((folder / name).exists() for name in (KEY_NAME, DATABASE_NAME)):
            return False
    except OSError as exc:
        raise unusable(folder, exc) from exc
    known = find_remembered(folder)
    if known is not None and (not is_named or known.identity is not None or known.address == database.name):
        return False
    remember_address(folder, database.name, is_moved=True)
    return True


def give_up(folder: Path) -> None:
    """Take back what :func:`begin` wrote, of a founding that was refused before it made a key."""
    with suppress(OSError):
        if not (folder / KEY_NAME).exists():
            (folder / ADDRESS_NAME).unlink()


def refuse_copy(folder: Path, database: PostgresDatabase) -> None:
    """Refuse to work in another database than the one that a folder remembers, whatever led there.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; a copy, or a backup that was put in its place.
        UsageError: ``BAD_ARGUMENT``; its ``database.address`` is none.
    """
    known = find_remembered(folder)
    if known is None or None in {known.identity, database.identity}:
        return
    if is_same_identity(str(known.identity), str(database.identity)):
        return
    again = f"docflow office found {folder} --database {database.name}"
    raise StoreUnavailable(
        ErrorCode.STORE_UNUSABLE,
        f"{folder}: {database.name} led to another database or schema than the one in which this office works: a copy,"
        " or a restored backup, in which its numbers would be given once more",
        vi=f"{database.name} dẫn đến cơ sở dữ liệu hoặc lược đồ khác với nơi văn phòng {folder} đang làm việc: một bản"
        " sao hoặc bản sao lưu đã khôi phục; làm việc ở đó sẽ cấp lại các số đã cấp. Hãy xem lại máy chủ và"
        f" search_path; nếu văn phòng thực sự đã chuyển sang đó, hãy chạy docflow audit verify rồi {again}.",
        way_out="see where the server's name and the search_path lead; only if the office was moved there, verify it"
        f" with docflow audit verify, and {again} says so",
    )


def lost(folder: Path, database: OfficeDatabase) -> StoreUnavailable:
    """Return the error of an office whose database is gone: another one would give its numbers once more."""
    if isinstance(database, Database):
        where = "if it is on a server, name that with docflow office found --database"
        where_vi = "Nếu dữ liệu ở trên máy chủ, hãy nêu địa chỉ bằng docflow office found --database"
    else:
        path = folder / ADDRESS_NAME
        where = f"see that {path} or DOCFLOW_DATABASE names the right one"
        where_vi = f"Hãy xem {path} hoặc DOCFLOW_DATABASE có ghi đúng cơ sở dữ liệu không"
    return StoreUnavailable(
        ErrorCode.STORE_UNUSABLE,
        f"{folder}: the office that was founded here is not in {database.name}: its database is lost, or another one",
        vi=f"Văn phòng đã lập tại {folder} không có trong cơ sở dữ liệu {database.name}: cơ sở dữ liệu đã mất hoặc"
        f" không phải cơ sở dữ liệu của văn phòng này. {where_vi}; nếu không, hãy khôi phục từ bản sao lưu; nếu thực sự"
        f" lập văn phòng mới, hãy chuyển thư mục {folder} đi nơi khác.",
        way_out=f"{where}; else restore the database from a backup; if this is to be a new office, move {folder} away"
        " first",
    )


def founded_elsewhere(folder: Path, agency: Agency, database: OfficeDatabase) -> StoreUnavailable:
    """Return the error of a folder that is no office's, while the database has the agency's office."""
    return StoreUnavailable(
        ErrorCode.STORE_UNUSABLE,
        f"{folder}: the office of {agency.code} in {database.name} has another folder: its log key is not here",
        vi=f"Văn phòng của cơ quan {agency.code} trong {database.name} dùng thư mục khác: ở {folder} không có khóa nhật"
        " ký.",
        way_out="name that folder, or restore it from a backup",
    )


def refuse_foreign_home(folder: Path, others: Sequence[tuple[Agency, str]], log_key: LogKey) -> None:
    """Refuse a log key that signs another agency's log.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """
    for agency, vkey in others:
        if parse_vkey(vkey).public_key == log_key.public_key:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"{folder}: this is the store of {agency.code}, not of another agency",
                vi=f"Kho dữ liệu {folder} là của cơ quan {agency.code}.",
                way_out="open it with that agency, choose another folder, or give the second agency its own home=",
            )


def refuse_other_key(folder: Path, vkey: VerifierKey, *, recorded: str) -> None:
    """Refuse a log key with which this log was not begun.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``.
    """
    if recorded != str(vkey):
        raise StoreUnavailable(
            ErrorCode.STORE_UNUSABLE,
            f"{folder}: the log key is not the one this log was begun with",
            vi=f"Khóa nhật ký trong {folder} không phải khóa ban đầu.",
            way_out=f"restore {KEY_NAME} from a backup",
        )


def write_vkey(folder: Path, vkey: VerifierKey) -> None:
    """Write ``log.vkey`` if it is missing or empty: the last step of founding, after the agency's first leaf.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``.
    """
    path = folder / VKEY_NAME
    try:
        if path.exists() and path.read_text(encoding="latin-1").strip(_LEFT_BY_A_POWER_CUT):
            return
        write_whole(path, f"{vkey}\n".encode(), mode=0o644, prefix=f"{VKEY_NAME}.")
        sync_folder(folder)
    except OSError as exc:
        raise unusable(path, exc) from exc


def read_vkey(folder: Path) -> VerifierKey:
    """Read ``log.vkey``.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; this is no office's folder, or the file is lost or empty.
        InputError: ``MALFORMED_INPUT``; it holds something else.
    """
    path = folder / VKEY_NAME
    try:
        text = path.read_text(encoding="utf-8", errors="replace").strip(_LEFT_BY_A_POWER_CUT)
    except OSError as exc:
        if not (folder / KEY_NAME).is_file() or not isinstance(exc, FileNotFoundError):
            raise no_office(folder, exc) from exc
        text = ""
    if not text:
        raise StoreUnavailable(
            ErrorCode.STORE_UNUSABLE,
            f"{path}: the verifier key of the log is missing",
            vi=f"Tệp {path} không còn khóa kiểm tra nhật ký. Hãy chạy lại docflow office found với thông tin đã ghi để"
            " tạo lại tệp, hoặc khôi phục từ bản sao lưu.",
            way_out="docflow office found with the recorded particulars makes it anew from log.key; or restore it",
        )
    try:
        return parse_vkey(text)
    except InputError as exc:
        raise InputError(
            exc.code,
            f"{path}: {exc.message}",
            vi=f"Tệp {path} không chứa khóa kiểm tra nhật ký.",
            way_out="restore it from a backup; or move it away, and docflow office found makes it anew from log.key",
        ) from exc


def no_office(folder: Path, exc: OSError) -> StoreUnavailable:
    """Return the error of a folder that is no office's."""
    reason = exc.strerror or str(exc)
    return StoreUnavailable(
        ErrorCode.STORE_UNUSABLE,
        f"{folder}: not an office's folder: {reason}",
        vi=f"{folder} không phải thư mục dữ liệu của docflow.",
        way_out=f"name the folder that holds {VKEY_NAME}, and {DATABASE_NAME} or {ADDRESS_NAME}",
    )
