"""What every test gets: the choice of slow tests, files in memory, hypothesis without a clock, cheap passphrases."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support import in_ci

# A busy two-core machine is no failure of a property: pytest-timeout ends what hangs.
hypothesis.settings.register_profile("default", deadline=None, print_blob=True, max_examples=25)
hypothesis.settings.register_profile(
    "ci", parent=hypothesis.settings.get_profile("default"), derandomize=True, max_examples=100
)

MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own there, for its owner only
"""A file system in memory, where Linux has one."""
MEMORY_NEEDED = 2 << 30
"""Bytes free; a run wrote 0.6 GB in all, and what tests that passed wrote is removed at once."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two switches of pyproject's markers."""
    parser.addoption("--slow", action="store_true", help="run the tests marked slow too (CI does)")
    parser.addoption("--soak", action="store_true", help="run the tests marked soak only (make soak)")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the profile: CI repeats itself and tries more, a developer's machine explores."""
    hypothesis.settings.load_profile("ci" if in_ci() else "default")
    if not (in_ci() or config.getoption("--soak")):
        _keep_files_in_memory()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # started in the background by a shell; the programs under test would inherit that and never see Ctrl-C
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _keep_files_in_memory() -> None:
    """Let pytest make its folders in memory: a disk would be waited for to take what nobody needs a moment later.

    A cut of power is not what a test can make; those that look whether something is forced to disk ask the calls. In
    CI, and by ``PYTEST_DEBUG_TEMPROOT`` or ``--basetemp``, the files lie on a disk.
    """
    if os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.fixture(scope="session", autouse=True)
def _cheap_passphrases() -> Iterator[None]:
    """A quarter of a second of scrypt for each authority founded is not what is tested; subprocesses pay it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vnsign.authority.opening.SCRYPT_COST", 16)
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect slow tests unless asked for, and soak tests unless they alone are asked for."""
    soak = bool(config.getoption("--soak"))
    slow = bool(config.getoption("--slow")) or in_ci()

    def wanted(item: pytest.Item) -> bool:
        if soak or item.get_closest_marker("soak"):
            return soak and item.get_closest_marker("soak") is not None
        return slow or item.get_closest_marker("slow") is None

    kept, dropped = _partition(items, wanted=[wanted(item) for item in items])
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


def _partition(items: Iterable[pytest.Item], *, wanted: Iterable[bool]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item, want in zip(items, wanted, strict=True):
        (kept if want else dropped).append(item)
    return kept, dropped
