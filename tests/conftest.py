"""What every test gets: the choice of slow tests, and hypothesis without a clock."""

from __future__ import annotations

from collections.abc import Iterable

import hypothesis
import pytest

from tests.support import in_ci

# A busy two-core machine is no failure of a property: pytest-timeout ends what hangs.
hypothesis.settings.register_profile("default", deadline=None, print_blob=True)
hypothesis.settings.register_profile("ci", parent=hypothesis.settings.get_profile("default"), derandomize=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two switches of pyproject's markers."""
    parser.addoption("--slow", action="store_true", help="run the tests marked slow too (CI does)")
    parser.addoption("--soak", action="store_true", help="run the tests marked soak only (make soak)")


def pytest_configure() -> None:
    """Choose the profile: CI repeats itself, a developer's machine explores."""
    hypothesis.settings.load_profile("ci" if in_ci() else "default")


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
