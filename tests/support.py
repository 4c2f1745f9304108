"""What tests may need and a machine may lack: foreign tools and the shared test data.

A missing tool skips the test on a user's machine and fails it in CI (``CI=true``): nobody is asked to install a
judge, and no judge goes missing unseen. Missing data skips, in CI too, for the project tests itself without it;
``VNSIGN_REQUIRE_DATA=true`` makes it a failure where the data must be.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

#: A PostgreSQL server on which the tests may make databases, and drop those they made.
POSTGRES = os.environ.get("VNSIGN_TEST_POSTGRES", "postgresql://root@127.0.0.1:5432/postgres")

REPOSITORY = Path(__file__).resolve().parents[1]
#: Test data beside the repository; never copied into it.
SHARED_DATA = REPOSITORY.parent / "shared" / "data"


def in_ci() -> bool:
    """Return whether this run is CI, where every judge must be present."""
    return _is_set("CI")


def more_in_ci(few: int, many: int) -> int:
    """Return how often to repeat what repetition makes surer: ``many`` times in CI, where nobody waits."""
    return many if in_ci() else few


def require_tool(*names: str) -> str:
    """Return the path of the first of ``names`` found on PATH; skip the test, or fail it in CI, if there is none."""
    found = next(filter(None, map(shutil.which, names)), None)
    return found or _refuse(f"{' or '.join(names)} is not installed")


def require_file(path: str) -> Path:
    """Return a file that a package of the system brings; skip the test, or fail it in CI, if it is not there."""
    return Path(path) if Path(path).exists() else _refuse(f"{path} is not installed")


def require_data(relative: str) -> Path:
    """Return a file or folder of the shared test data, e.g. ``pdf/dss``; skip or fail the test if there is none."""
    path = SHARED_DATA / relative
    if not path.exists():
        missing = f"no test data {relative}"
        if _is_set("VNSIGN_REQUIRE_DATA"):
            pytest.fail(f"{missing}: VNSIGN_REQUIRE_DATA says that it must be there")
        pytest.skip(missing)
    return path


@contextmanager
def postgres_database() -> Iterator[str]:
    """Make an empty database, yield its address, drop it; skip the test, or fail it in CI, where no server is."""
    if importlib.util.find_spec("psycopg") is None:
        _refuse("psycopg is not installed")
    import psycopg  # noqa: PLC0415 — an extra that a user's machine may lack

    try:
        server = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError:
        _refuse("no PostgreSQL server at VNSIGN_TEST_POSTGRES")
    name = f"vnsign_test_{secrets.token_hex(8)}"
    with server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            address = POSTGRES.rpartition("/")[0].replace("postgresql://", "postgresql+psycopg://")
            yield f"{address}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def require_postgres_program(name: str) -> str:
    """Return the path of a program of a PostgreSQL server, which Debian keeps off PATH; skip or fail as the others."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(map(str, folders)))
    return found or _refuse(f"{name} of a PostgreSQL server is not installed")


@contextmanager
def small_file_system(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """Yield a folder on a disk of its own; skip, in CI too, where not even sudo may mount one."""
    folder.mkdir()
    root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    options = f"size={megabytes}m,mode=0700,uid={os.geteuid()},gid={os.getegid()}"
    mounting = [*root, "mount", "-t", "tmpfs", "-o", options, "vnsign-test", str(folder)]
    if (root and shutil.which("sudo") is None) or subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("neither this user nor sudo may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run([*root, "umount", "--lazy", str(folder)], check=True)


def fill(filler: Path, *, leave: int) -> None:
    """Fill a disk but for some bytes."""
    free = os.statvfs(filler.parent)
    filler.write_bytes(bytes(max(0, free.f_bavail * free.f_frsize - leave)))


def _is_set(variable: str) -> bool:
    return os.environ.get(variable, "").lower() in {"1", "true", "yes"}


def _refuse(missing: str) -> NoReturn:
    if in_ci():
        pytest.fail(f"{missing}: .ci/run must see to it")
    pytest.skip(missing)
