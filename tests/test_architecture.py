"""The house holds: rooms and layers, one error root, small modules, no hidden clock or dice, quiet imports."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import pkgutil
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

import docflow
import docflow.errors
import docflow.model
import vnsign
import vnsign.errors
from tests.support import REPOSITORY

SOURCE = REPOSITORY / "src"
MODULES = sorted(path for package in ("vnsign", "docflow") for path in (SOURCE / package).rglob("*.py"))
MODULE_IDS = [str(path.relative_to(SOURCE)) for path in MODULES]

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_POSITIONAL = 3
#: Methods whose parameters click's own class gives them.
POSITIONAL_BY_LIBRARY = frozenset({("docflow/cli/__init__.py", "main"), ("vnsign/cli/__init__.py", "main")})
#: Modules that are tables: long because what they list is long.
TABLES = frozenset({"docflow/demo/texts_department.py", "docflow/demo/texts_province.py"})
#: Where one function is one list of tables and columns, written once and never changed.
MIGRATIONS = ("docflow/store/migrations/", "vnsign/authority/database/migrations/")

#: Rooms that may read the clock; everywhere else the time arrives as an argument.
ROOMS_WITH_CLOCK = (
    "docflow.cli",
    "docflow.demo",
    "docflow.store.machine",
    "vnsign.adapters",
    "vnsign.cli",
    "vnsign.wiring",
)
#: Rooms that may throw dice: those, and the authority, which makes keys.
ROOMS_WITH_DICE = (*ROOMS_WITH_CLOCK, "vnsign.authority")
#: Calls, by their last two names, that read the clock.
CLOCK = frozenset(
    {
        "date.today",
        "datetime.now",
        "datetime.today",
        "datetime.utcnow",
        "time.localtime",
        "time.gmtime",
        "time.time",
        "time.time_ns",
    }
)
#: Calls, by the module they are in, that throw dice.
DICE = frozenset({"os.urandom", "random", "secrets", "uuid.uuid1", "uuid.uuid4"})


# ---------------------------------------------------------------- rooms


def _lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    return subprocess.run(
        [*command, "--no-cache", "--no-logo"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree / "src")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_rooms_keep_their_layers() -> None:
    """Every import-linter contract of pyproject.toml is kept."""
    result = _lint_imports(REPOSITORY)
    assert result.returncode == 0, result.stdout + result.stderr


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A line that must not stand in a module, and the contract that must see it."""

    module: str
    line: str
    contract: str


PLANTS = {
    "upward": Plant(
        module="vnsign/pki/planted.py", line="import vnsign.pdf", contract="vnsign: a room imports only rooms below it"
    ),
    "upward_in_docflow": Plant(
        module="docflow/model/planted.py",
        line="import docflow.office",
        contract="docflow: a room imports only rooms below it",
    ),
    "siblings": Plant(
        module="vnsign/signing/planted.py",
        line="import vnsign.verification",
        contract="vnsign: a room imports only rooms below it",
    ),
    "in_no_room": Plant(
        module="vnsign/utils.py", line="ANSWER = 42", contract="vnsign: a room imports only rooms below it"
    ),
    "in_no_room_of_docflow": Plant(
        module="docflow/helpers.py", line="ANSWER = 42", contract="docflow: a room imports only rooms below it"
    ),
    "pure_room_reads_clock": Plant(
        module="docflow/model/planted.py",
        line="import time",
        contract="docflow's pure rooms read no clock, no dice, no disk, no network",
    ),
    "pure_room_throws_dice": Plant(
        module="vnsign/pki/planted.py",
        line="from random import random",
        contract="vnsign's pure rooms read no clock, no dice, no disk, no network",
    ),
    "office_speaks_sql": Plant(
        module="docflow/office/planted.py",
        line="import sqlalchemy",
        contract="docflow's pure rooms read no clock, no dice, no disk, no network",
    ),
    "printing_speaks_sql": Plant(
        module="docflow/printing/planted.py",
        line="import sqlalchemy",
        contract="SQL stands in docflow.store and vnsign.authority",
    ),
    "incoming_exchanges": Plant(
        module="docflow/office/incoming/planted.py",
        line="import docflow.office.exchanging.packing",
        contract="docflow.office: the exchange stands on what comes in",
    ),
    "writing_verifies": Plant(
        module="docflow/store/writing/planted.py",
        line="import docflow.store.checking",
        contract="docflow.store: checking, reading and writing stand on tables",
    ),
    "office_signs": Plant(
        module="docflow/office/planted.py",
        line="import vnsign",
        contract="only docflow.signing and docflow.demo import vnsign",
    ),
    "back_door": Plant(
        module="docflow/demo/planted.py",
        line="from vnsign.pki import cms",
        contract="docflow enters vnsign by its front door",
    ),
    "vnsign_knows_docflow": Plant(
        module="vnsign/policy/planted.py", line="import docflow.errors", contract="vnsign never imports docflow"
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_a_planted_violation_is_caught(plant: Plant, tmp_path: Path) -> None:
    """A forbidden import, or a module in no room, breaks the contract that names it."""
    shutil.copytree(SOURCE, tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "fonts"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    (tmp_path / "src" / plant.module).write_text(f'"""Planted."""\n\n{plant.line}\n', encoding="utf-8")

    result = _lint_imports(tmp_path)

    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{plant.contract} BROKEN" in result.stdout


# ---------------------------------------------------------------- errors, doors and docstrings


#: Run by others, not imported: Alembic's environment.
NOT_IMPORTED = frozenset({"docflow.store.migrations.env", "vnsign.authority.database.migrations.env"})


def _module_names(package: ModuleType) -> list[str]:
    found = [module.name for module in pkgutil.walk_packages(package.__path__, prefix=f"{package.__name__}.")]
    return [package.__name__, *(name for name in found if name not in NOT_IMPORTED)]


def _import_all(package: ModuleType) -> Iterator[ModuleType]:
    for name in _module_names(package):
        yield importlib.import_module(name)


@pytest.mark.parametrize(
    ("package", "root"),
    [(vnsign, vnsign.errors.VnsignError), (docflow, docflow.errors.DocflowError)],
    ids=["vnsign", "docflow"],
)
def test_every_exception_descends_from_the_one_root(package: ModuleType, root: type[Exception]) -> None:
    """A caller who catches the root catches everything the package raises of its own.

    A private exception (``_Name``) steers inside its own module and is not counted.
    """
    strays = {
        f"{value.__module__}.{value.__qualname__}"
        for module in _import_all(package)
        for value in vars(module).values()
        if inspect.isclass(value)
        and issubclass(value, BaseException)
        and value.__module__.split(".")[0] == package.__name__
        and not value.__name__.startswith("_")
        and not issubclass(value, root)
    }
    assert strays == set()


@pytest.mark.parametrize("package", [vnsign, docflow], ids=["vnsign", "docflow"])
def test_every_public_name_is_documented(package: ModuleType) -> None:
    """Each name of an ``__all__`` exists, and each function and class among them has a docstring of its own."""
    undocumented = {
        f"{module.__name__}.{name}"
        for module in _import_all(package)
        for name in getattr(module, "__all__", ())
        if (inspect.isclass(value := getattr(module, name)) or inspect.isroutine(value)) and not value.__doc__
    }
    assert undocumented == set()


@pytest.mark.parametrize("door", ["vnsign/__init__.py", "vnsign/__init__.pyi", "docflow/__init__.py"])
def test_the_front_door_holds_imports_and_names_only(door: str) -> None:
    """``__init__`` of a package is a docstring, imports and ``__all__``, or the loader that reads them."""
    tree = ast.parse((SOURCE / door).read_text(encoding="utf-8"))
    body = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    others = [
        ast.unparse(node).splitlines()[0]
        for node in body
        if not isinstance(node, ast.Import | ast.ImportFrom)
        and not (isinstance(node, ast.Assign) and "__all__" in ast.unparse(node.targets[0]))
    ]
    assert others == []


def test_the_door_of_the_model_exports_what_other_rooms_name() -> None:
    """What only the room itself or its tests need is imported from its module; the four state tables stand here."""
    room = SOURCE / "docflow" / "model"
    named = {
        alias.name
        for path in MODULES
        if not path.is_relative_to(room)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "docflow.model"
        for alias in node.names
    }
    assert set(docflow.model.__all__) == named | {"OUTGOING", "INCOMING", "DOSSIER", "FILE"}


def test_the_front_door_opens_only_what_is_asked_for() -> None:
    """A signer pays for no database, no web server and no second reader of PDFs."""
    heavy = ["sqlalchemy", "uvicorn", "starlette", "pyhanko", "pypdfium2", "fontTools"]
    script = f"import sys, vnsign; vnsign.sign_pdf; vnsign.Signer; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout.strip() == "[]"


# ---------------------------------------------------------------- size and form


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _lines_without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node, clean=False) is not None:
        docstring = node.body[0]
        lines -= (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return lines


def _positional(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    if any(ast.unparse(decorator).split("(")[0].endswith(".command") for decorator in node.decorator_list):
        return 0  # click passes everything by name
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


@pytest.mark.parametrize("path", MODULES, ids=MODULE_IDS)
def test_a_module_fits_a_reader(path: Path) -> None:
    """At most 400 lines a module (tables excepted), 60 a function, three positional parameters."""
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert (lines > MAX_MODULE_LINES) == (str(path.relative_to(SOURCE)) in TABLES), f"{lines} lines"
    functions = tuple(_functions(path))
    long = {n.name: count for n in functions if (count := _lines_without_docstring(n)) > MAX_FUNCTION_LINES}
    assert long == {} or any(folder in str(path) for folder in MIGRATIONS)
    wide = {n.name for n in functions if _positional(n) > MAX_POSITIONAL}
    assert {name for name in wide if (str(path.relative_to(SOURCE)), name) not in POSITIONAL_BY_LIBRARY} == set()


# ---------------------------------------------------------------- hidden inputs and effects


def _calls(path: Path) -> Iterator[tuple[int, list[str]]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.lineno, ast.unparse(node.func).split(".")


@pytest.mark.parametrize("path", MODULES, ids=MODULE_IDS)
def test_time_and_randomness_arrive_as_arguments(path: Path) -> None:
    """Only adapters, wiring, command lines and the demo read the clock; the authority makes keys besides."""
    module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
    found = [
        f"line {line}: {'.'.join(names)}"
        for line, names in _calls(path)
        if (".".join(names[-2:]) in CLOCK and not module.startswith(ROOMS_WITH_CLOCK))
        or (not DICE.isdisjoint({names[0], ".".join(names[-2:])}) and not module.startswith(ROOMS_WITH_DICE))
    ]
    assert found == []


_QUIET_IMPORT = """
import importlib, sys

def forbid(event, arguments):
    loud = event.startswith(("socket.connect", "socket.bind", "subprocess.", "os.system", "os.mkdir", "os.remove"))
    if loud or event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise RuntimeError(f"importing does {event} {arguments!r}")

sys.dont_write_bytecode = True
sys.addaudithook(forbid)
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def test_importing_does_nothing() -> None:
    """Importing every module writes no file, opens no connection and starts no program."""
    names = [*_module_names(vnsign), *_module_names(docflow)]
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", _QUIET_IMPORT, *names],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
