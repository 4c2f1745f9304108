"""Whom to ask for the time: one authority or several, by URL or as a source of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from vnsign.adapters.http import FallbackTimestampSource, HttpTimestampSource
from vnsign.ports import TimestampSource

#: A URL, a source, or several of them in order.
Tsa = str | TimestampSource | Sequence[str | TimestampSource]


def timestamp_source(tsa: Tsa | None) -> TimestampSource | None:
    """Return the source that ``tsa`` stands for; None for None.

    Raises:
        UsageError: BAD_ARGUMENT: not a URL, or an empty list.
    """
    if tsa is None:
        return None
    if isinstance(tsa, str):
        return _shared_source(tsa)
    if isinstance(tsa, Sequence):
        if all(isinstance(each, str) for each in tsa):
            return _shared_sources(tuple(str(each) for each in tsa))
        return FallbackTimestampSource(tsa)
    return tsa


@lru_cache(maxsize=64)
def _shared_source(url: str) -> HttpTimestampSource:
    """One for each URL in this process: its connection serves the next document too."""
    return HttpTimestampSource(url)


@lru_cache(maxsize=64)
def _shared_sources(urls: tuple[str, ...]) -> FallbackTimestampSource:
    """One for each list: it remembers which of them failed a moment ago."""
    return FallbackTimestampSource([_shared_source(url) for url in urls])


def timestamp_sources(urls: Sequence[str], *, timeout_s: float) -> TimestampSource | None:
    """Return one source for the URLs of several authorities in order, each with the same patience; None for none.

    Raises:
        UsageError: BAD_ARGUMENT: not a URL.
    """
    sources = [HttpTimestampSource(url, timeout_s=timeout_s) for url in urls]
    return FallbackTimestampSource(sources) if sources else None
