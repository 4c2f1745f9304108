"""The places that every test of a store runs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from tests.contract.offices import KINDS, Kind, Place, make_place

#: A database is made for each test: on a server that takes a while.
PARAMS = [pytest.param(kind, marks=[pytest.mark.slow] if kind == "postgresql" else []) for kind in KINDS]


@pytest.fixture(params=PARAMS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty database of each kind."""
    with make_place(cast("Kind", request.param), tmp_path) as made:
        yield made
