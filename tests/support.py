"""What tests may need and a machine may lack: foreign tools and the shared test data.

A missing tool skips the test on a user's machine and fails it in CI (``CI=true``): nobody is asked to install a
judge, and no judge goes missing unseen. Missing data always skips: the project tests itself without it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
#: Test data beside the repository; never copied into it.
SHARED_DATA = REPOSITORY.parent / "shared" / "data"


def in_ci() -> bool:
    """Return whether this run is CI, where every judge must be present."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def require_tool(*names: str) -> str:
    """Return the path of the first of ``names`` found on PATH; skip the test, or fail it in CI, if there is none."""
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    missing = f"{' or '.join(names)} is not installed"
    if in_ci():
        pytest.fail(f"{missing}: .ci/run must install it")
    pytest.skip(missing)


def require_data(relative: str) -> Path:
    """Return a file or folder of the shared test data, e.g. ``pdf/dss``; skip the test if it is not there."""
    path = SHARED_DATA / relative
    if not path.exists():
        pytest.skip(f"no test data {relative}")
    return path
