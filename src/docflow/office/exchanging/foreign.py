"""A transport is another's code: what it raises that is no error of ours concerns one parcel and stops no other.

Invariants:
    - No exception of a transport leaves dispatch or collect as it is.

What it does not do: it tries nothing again, and catches neither an interruption nor the end of the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from docflow.errors import DocflowError, ErrorCode, StoreUnavailable

_MAX_REASON_CHARS = 200


class TransportFailed(StoreUnavailable):
    """A transport raised what it should not; its cause is that exception."""


@contextmanager
def foreign_errors() -> Iterator[None]:
    """Let what a transport raises out as an error of ours.

    Raises:
        TransportFailed: ``STORE_UNUSABLE``.
    """
    try:
        yield
    except DocflowError:
        raise
    except Exception as exc:
        reason = next(iter(str(exc).splitlines()), "")[:_MAX_REASON_CHARS]
        raise TransportFailed(
            ErrorCode.STORE_UNUSABLE,
            f"the transport raised {type(exc).__name__}: {reason}",
            vi="Kênh gửi nhận gặp lỗi; những văn bản khác vẫn được gửi nhận.",
            way_out="call again: what could not be handed over stays due; a transport says so by StoreUnavailable",
        ) from exc


def raise_first(failures: list[TransportFailed]) -> None:
    """Raise the first error of a transport, now that everything else was done.

    Raises:
        TransportFailed: ``STORE_UNUSABLE``; there was one.
    """
    if failures:
        raise failures[0]
