"""The examples run as a reader would run them, and stay short enough to read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import REPOSITORY

EXAMPLES = sorted((REPOSITORY / "examples").glob("*.py"))
MAX_EXAMPLE_LINES = 80
LONGER = {"two_agencies.py": 100, "web_front_end.py": 95}


def test_the_main_job_is_among_the_examples() -> None:
    """examples/main_job.py shows the whole flow for one document."""
    assert REPOSITORY / "examples" / "main_job.py" in EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_fits_a_screenful_or_two(example: Path) -> None:
    """At most 80 lines (two agencies and a web server: 100), and nothing but the front doors."""
    text = example.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGER.get(example.name, MAX_EXAMPLE_LINES)
    assert "._" not in text


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs(example: Path, tmp_path: Path) -> None:
    """In an empty folder, with an empty HOME, warnings as errors."""
    home = tmp_path / "home"
    work = tmp_path / "work"
    home.mkdir()
    work.mkdir()
    result = subprocess.run(
        [sys.executable, "-W", "error", str(example)],
        cwd=work,
        env={**os.environ, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert result.returncode == 0, result.stdout + result.stderr
