"""A PKCS#11 token: found, logged in to once, used by one thread at a time.

Invariants:
    - A PIN is presented once. After a refusal the object asks no more: three wrong PINs lock a token. If one more wrong
      PIN would lock it, it is not presented at all.
    - The PIN is forgotten after it was presented; it is in no message, no representation, no reference.
    - One lock per module: modules are initialized without a promise about threads.
    - What a module reports leaves as our error.

What it does not do: it knows no keys (see ``pkcs11_objects``). Login is a process's, not an object's: a second object
for the same token in the same process is let in by the first one's PIN. After a fork, or after the token was pulled
out, the object refuses; a new one must be made, with the PIN.

Source: OASIS PKCS #11 v2.40 §2.6.8 (fork), §3.2 (token flags), §5.6 (sessions and login).
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from vnsign.errors import ErrorCode, UsageError

if TYPE_CHECKING:  # an optional dependency
    import pkcs11
    from pkcs11 import _pkcs11

_LOOK_AGAIN_AFTER_S = (0.0, 0.2, 0.5)
_REINSERT = "insert the token and open it anew"
_Fault = tuple[ErrorCode, str, str | None]
_GONE: _Fault = (ErrorCode.KEY_UNAVAILABLE, "the token is gone, or was reset", _REINSERT)
_ABSENT: _Fault = (ErrorCode.KEY_UNAVAILABLE, "the token is not there", _REINSERT)
_SEVERAL: _Fault = (ErrorCode.KEY_UNAVAILABLE, "several tokens have this label", "leave one in, or rename one")
_LOCKED: _Fault = (ErrorCode.KEY_UNAVAILABLE, "the PIN is locked", "have the device restored (form Mẫu 06)")
_CANNOT: _Fault = (ErrorCode.KEY_UNUSABLE, "the token cannot do this", "use another kind of key, or another token")
_READ_ONLY: _Fault = (ErrorCode.KEY_UNAVAILABLE, "the token is write-protected", None)
_WRONG_PIN: _Fault = (
    ErrorCode.WRONG_PASSPHRASE,
    "the token refused the PIN",
    "try once more with care: tokens lock after few wrong PINs, often three",
)
_SPENT: _Fault = (
    ErrorCode.WRONG_PASSPHRASE,
    "it was closed, or refused the PIN, and is not asked again",
    "open it anew with the right PIN",
)
_FORKED: _Fault = (ErrorCode.KEY_UNAVAILABLE, "it was opened before a fork", "open it in each process")
#: What a module reports (name of the class in python-pkcs11) → what leaves. All else: ``KEY_UNAVAILABLE``, by name.
FAULTS: Mapping[str, _Fault] = MappingProxyType(
    {
        "PinIncorrect": _WRONG_PIN,
        "PinInvalid": _WRONG_PIN,
        "PinLenRange": _WRONG_PIN,
        "PinLocked": _LOCKED,
        "PinExpired": (ErrorCode.KEY_UNAVAILABLE, "the PIN has expired", "set a new one with the token's own tool"),
        "UserPinNotInitialized": (ErrorCode.KEY_UNAVAILABLE, "the token has no PIN yet", "set one with its own tool"),
        "DeviceRemoved": _GONE,
        "TokenNotPresent": _GONE,
        "TokenNotRecognised": _GONE,
        "SlotIDInvalid": _GONE,
        "SessionHandleInvalid": _GONE,
        "SessionClosed": _GONE,
        "ObjectHandleInvalid": _GONE,
        "KeyHandleInvalid": _GONE,
        "UserNotLoggedIn": _GONE,
        "DeviceMemory": (ErrorCode.KEY_UNAVAILABLE, "the token is full", "remove objects with its own tool"),
        "TokenWriteProtected": _READ_ONLY,
        "SessionReadOnly": _READ_ONLY,
        "MechanismInvalid": _CANNOT,
        "MechanismParamInvalid": _CANNOT,
        "KeySizeRange": _CANNOT,
        "KeyTypeInconsistent": _CANNOT,
        "DomainParamsInvalid": _CANNOT,
        "FunctionNotSupported": _CANNOT,
        "AttributeValueInvalid": _CANNOT,
        "TemplateInconsistent": _CANNOT,
        "NotImplementedError": _CANNOT,
    }
)


@dataclass(frozen=True, slots=True)
class _Module:
    """A loaded module in one process."""

    lib: _pkcs11.lib
    pid: int
    #: Whether nobody had loaded it before: others' sessions would end if it began anew.
    is_ours: bool
    lock: threading.RLock = field(default_factory=threading.RLock)
    #: Of those who logged in and did not close: while there are any, the module cannot begin anew.
    users: set[int] = field(default_factory=set)


_modules: dict[str, _Module] = {}
_loading = threading.Lock()


class Token:
    """One token, reached through one module. Safe for threads."""

    def __init__(self, module_path: str | os.PathLike[str], *, label: str, pin: str | None) -> None:
        """Remember how to reach the token; nothing is loaded or presented yet.

        Args:
            module_path: The vendor's module.
            label: Of the token.
            pin: None leaves it to the token's own key pad.
        """
        self.label = label
        self._module_path = os.fspath(module_path)
        self._pin = pin
        self._is_spent = False
        self._opened: tuple[_Module, pkcs11.Session] | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.label!r})"

    @contextmanager
    def session(self, *, is_writing: bool = False) -> Iterator[pkcs11.Session]:
        """Give the logged-in session to one thread; log in at the first use.

        Args:
            is_writing: Whether objects are to be made; such a session ends with the block.

        Raises:
            UsageError: ``WRONG_PASSPHRASE``, ``KEY_UNAVAILABLE``, ``KEY_UNUSABLE``.
        """
        module, session = self._opened or self._open()
        if module.pid != os.getpid():
            raise self._error(_FORKED)
        with module.lock, self._translated():
            if not is_writing:
                yield session
                return
            writing = session.token.open(rw=True)
            try:
                yield writing
            finally:
                _close(writing)

    def describe(self) -> str:
        """Return maker, model and serial number as the token tells them."""
        with self.session() as session:
            token = session.token
            serial = token.serial.decode("ascii", "replace").strip()
            return f"PKCS#11 token {self.label!r}, serial {serial}, {token.manufacturer_id} {token.model}"

    def close(self) -> None:
        """Log out. The object is of no use afterwards."""
        with self._lock:
            opened, self._opened, self._pin, self._is_spent = self._opened, None, None, True
        if opened is not None and opened[0].pid == os.getpid():
            with opened[0].lock:
                _close(opened[1])
                opened[0].users.discard(id(self))

    def _open(self) -> tuple[_Module, pkcs11.Session]:
        with self._lock:
            if self._opened is None:
                if self._is_spent:
                    raise self._error(_SPENT)
                with self._translated():
                    module = _load(self._module_path)
                    with module.lock:
                        self._opened = module, self._login(self._find(module))
                        module.users.add(id(self))
            return self._opened

    def _find(self, module: _Module) -> pkcs11.Token:
        """Some modules see only what could be read when they began: not what came, or was being written, since."""
        found = self._look(module)
        for wait_s in _LOOK_AGAIN_AFTER_S:
            if found or module.users or not module.is_ours:
                break
            time.sleep(wait_s)
            module.lib.reinitialize()
            found = self._look(module)
        if len(found) == 1:
            return found[0]
        raise self._error(_SEVERAL if found else _ABSENT)

    def _look(self, module: _Module) -> list[pkcs11.Token]:
        return [token for token in _tokens(module.lib) if token.label == self.label]

    def _login(self, token: pkcs11.Token) -> pkcs11.Session:
        import pkcs11  # noqa: PLC0415 — an optional dependency
        from pkcs11.types import PROTECTED_AUTH  # noqa: PLC0415

        refuse_last_try(int(token.flags), name=self.label)
        self._is_spent = True
        try:
            # No local variable: some handlers of errors print them.
            return token.open(user_pin=PROTECTED_AUTH if self._pin is None else self._pin)
        except pkcs11.UserAlreadyLoggedIn:
            return token.open()
        finally:
            self._pin = None

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (RuntimeError, ValueError) as exc:  # the library's root is a RuntimeError
            name = type(exc).__name__
            fault = FAULTS.get(name, (ErrorCode.KEY_UNAVAILABLE, f"the token failed: {name}", None))
            raise self._error(fault) from exc

    def error(self, code: ErrorCode, message: str, *, way_out: str | None = None) -> UsageError:
        """Return an error that names the token."""
        return UsageError(code, message, file=f"token {self.label}", way_out=way_out)

    def _error(self, fault: _Fault) -> UsageError:
        code, message, way_out = fault
        return self.error(code, message, way_out=way_out)


def refuse_last_try(flags: int, *, name: str) -> None:
    """Refuse to present a PIN to a token that one more wrong PIN would lock, or that is locked.

    Args:
        flags: The token's, as PKCS#11 defines them.
        name: Label of the token, for messages.

    Raises:
        UsageError: ``KEY_UNAVAILABLE``.
    Source: PKCS #11 v2.40 §3.2, CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED.
    """
    if flags & 0x00040000:
        raise UsageError(_LOCKED[0], _LOCKED[1], file=f"token {name}", way_out=_LOCKED[2])
    if flags & 0x00020000:
        raise UsageError(
            ErrorCode.KEY_UNAVAILABLE,
            "one more wrong PIN locks it, so none is presented",
            file=f"token {name}",
            way_out="log in once with the token's own tool",
        )


def _load(path: str) -> _Module:
    try:
        import pkcs11  # noqa: PLC0415 — an optional dependency
    except ImportError as exc:
        raise UsageError(
            ErrorCode.KEY_UNAVAILABLE,
            "keys on tokens need python-pkcs11, which is not installed",
            way_out="pip install 'vnsign-docflow[pkcs11]'",
        ) from exc
    with _loading:
        module = _modules.get(path)
        if module is not None and module.pid == os.getpid():
            return module
        is_ours = module is not None or path not in getattr(pkcs11, "_loaded", {})
        try:
            lib = pkcs11.lib(path)
            if module is not None:  # inherited by a fork: the standard wants the child to begin anew
                lib.reinitialize()
        except pkcs11.PKCS11Error as exc:
            raise UsageError(
                ErrorCode.KEY_UNAVAILABLE,
                "no PKCS#11 module, or it does not start",
                file=path,
                way_out="name the .so file of the token's maker",
            ) from exc
        _modules[path] = _Module(lib, os.getpid(), is_ours)
        return _modules[path]


def _tokens(lib: _pkcs11.lib) -> Iterator[pkcs11.Token]:
    """Pass over slots that tell nothing: one broken reader does not stop the others."""
    for slot in lib.get_slots(token_present=True):
        try:
            yield slot.get_token()
        except RuntimeError:
            continue


def _close(session: pkcs11.Session) -> None:
    try:
        session.close()
    except RuntimeError:
        return  # gone already, and so is the login
