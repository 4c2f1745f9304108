"""The check of a signer before signing, made once for many documents.

A good answer counts for ten minutes, a failure to get one for half a minute: a batch pays once, and a service that is
down is not waited for with each file.

What it does not do: remember for other processes, or across two sources.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from threading import Lock
from weakref import WeakKeyDictionary

from cryptography import x509

from vnsign.adapters.http import HttpRevocationSource
from vnsign.errors import VnsignError
from vnsign.ports import RevocationSource
from vnsign.signing.presign import check_status, check_usage
from vnsign.signing.proofs import evidence_source
from vnsign.signing.signer import PreparedSigner

GOOD_FOR = timedelta(minutes=10)
FAILED_FOR = timedelta(seconds=30)
_MAX_REMEMBERED = 1000
_Memory = dict[tuple[x509.Certificate, ...], tuple[datetime, VnsignError | None]]

_lock = Lock()
_remembered: WeakKeyDictionary[RevocationSource, _Memory] = WeakKeyDictionary()


@cache
def shared_revocation_source() -> HttpRevocationSource:
    """Return this process's own source, made when first asked for: its connections and lists serve all documents."""
    return HttpRevocationSource()


def require_usable(signer: PreparedSigner, *, at: datetime, source: RevocationSource | None) -> None:
    """Check a signer; see :mod:`vnsign.signing.presign`.

    Args:
        signer: Who is about to sign.
        at: Now, aware UTC.
        source: Asked for the status; None checks validity and usage only.

    Raises:
        UsageError: CERTIFICATE_NOT_USABLE, CERTIFICATE_REVOKED.
        InputError: CERTIFICATE_STATUS_UNKNOWN.
    """
    check_usage(signer.certificate, at=at)
    if source is None:
        return
    key = (signer.certificate, *signer.chain)
    memory = _memory_of(source)
    known = memory.get(key)
    if known is not None and known[0] <= at < known[0] + (GOOD_FOR if known[1] is None else FAILED_FOR):
        if known[1] is None:
            return
        raise type(known[1])(known[1].code, known[1].message, way_out=known[1].way_out)
    failure: VnsignError | None = None
    try:
        check_status(signer.certificate, signer.chain, at=at, source=evidence_source(source))
    except VnsignError as exc:
        failure = exc
        raise
    finally:
        if len(memory) >= _MAX_REMEMBERED:
            memory.clear()
        memory[key] = (at, failure)


def _memory_of(source: RevocationSource) -> _Memory:
    with _lock:
        try:
            return _remembered.setdefault(source, {})
        except TypeError:  # a source that cannot be referred to weakly is asked each time
            return {}
