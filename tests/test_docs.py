"""The papers are true: links resolve, names exist, pages drawn from code are up to date, samples run."""

from __future__ import annotations

import ast
import functools
import importlib.util
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner

import docflow
from docflow.model.groups import GroupEvent
from tests.clauses import CLAUSES
from tests.support import REPOSITORY

DOCS = REPOSITORY / "docs"
PAGES = sorted([*REPOSITORY.glob("*.md"), *DOCS.rglob("*.md")])
PAGE_IDS = [str(page.relative_to(REPOSITORY)) for page in PAGES]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")


@functools.cache
def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@functools.cache
def _commands() -> dict[str, click.Context]:
    """Return every command of both programs by its full name."""
    walk = _generator().walk_commands
    programs = _generator().command_lines().items()
    return {path: context for program, command in programs for path, context in walk(program, command)}


def _prose(page: Path) -> str:
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def _blocks(page: Path, language: str) -> list[str]:
    return [body for kind, body in _FENCE.findall(page.read_text(encoding="utf-8")) if kind == language]


def _table_rows(page: Path, *, under: str | None = None) -> Iterator[list[str]]:
    """Yield the cells of every table row, without headers and rules; only those under a heading if one is named."""
    previous_is_table = False
    text = page.read_text(encoding="utf-8")
    if under is not None:
        text = text.partition(f"\n## {under}\n")[2].partition("\n## ")[0]
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if line.startswith("| ") else []
        if cells and previous_is_table:
            yield cells
        previous_is_table = line.startswith("|")


# ---------------------------------------------------------------- links


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    """A link to a file finds the file; a link to a heading finds the heading."""
    broken = []
    for link in _LINK.findall(_prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_decision_is_listed() -> None:
    """docs/adr/README.md links each record."""
    listed = set(_LINK.findall((DOCS / "adr" / "README.md").read_text(encoding="utf-8")))
    assert {page.name for page in (DOCS / "adr").glob("[0-9]*.md")} - listed == set()


def test_no_page_is_lost() -> None:
    """docs/README.md leads to every page; the decisions have their own list."""
    listed = {(DOCS / link).resolve() for link in _LINK.findall((DOCS / "README.md").read_text(encoding="utf-8"))}
    pages = {page.resolve() for page in DOCS.rglob("*.md") if page.parent.name != "adr"}
    assert pages - listed == {(DOCS / "README.md").resolve()}


# ---------------------------------------------------------------- glossary and standards


def test_every_name_of_the_glossary_is_in_the_code() -> None:
    """The third column of docs/glossary.md holds names that the source really has."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "src").rglob("*.py"))
    words = set(re.findall(r"\w+", source))
    names = {name for cells in _table_rows(DOCS / "glossary.md") for name in _CODE.findall(cells[2])}
    assert len(names) > 40
    assert names - words == set()


STANDARDS = DOCS / "standards.md"
BY_CLAUSE, NOT_ENFORCED, BY_SUBJECT = "An office, clause by clause", "Not enforced, and why", "Every rule by subject"


@functools.cache
def _test_functions(path: Path) -> dict[str, str]:
    """Return the docstring of each function, its words with single spaces between them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {node.name: " ".join((ast.get_docstring(node) or "").split()) for node in functions}


def test_every_clause_that_binds_an_office_is_enforced_or_says_why_not() -> None:
    """docs/standards.md speaks of each clause of tests/clauses.py, and gives a reason where no program keeps it."""
    enforced = {cells[0] for cells in _table_rows(STANDARDS, under=BY_CLAUSE)}
    left = list(_table_rows(STANDARDS, under=NOT_ENFORCED))
    assert enforced | {cells[0] for cells in left} == CLAUSES
    assert [cells[0] for cells in left if len(cells) != 3 or not cells[2]] == []


def test_the_test_of_a_clause_quotes_it() -> None:
    """Of the tests that a row names, one has the clause and its words in its docstring."""
    silent = []
    for clause, words, _, tests in _table_rows(STANDARDS, under=BY_CLAUSE):
        told = [_test_functions(REPOSITORY / "tests" / file).get(name, "") for file, name in _named_tests(tests)]
        if not any(f'{clause}: "{words}"' in docstring for docstring in told):
            silent.append(clause)
    assert silent == []


def _named_tests(cell: str) -> Iterator[tuple[str, str]]:
    for test in _CODE.findall(cell):
        file, _, name = test.partition("::")
        yield file, name


def test_every_row_of_the_standards_table_has_code_and_test() -> None:
    """docs/standards.md: the file of each clause exists, and so does each test named."""
    missing = []
    rows = [*_table_rows(STANDARDS, under=BY_CLAUSE), *_table_rows(STANDARDS, under=BY_SUBJECT)]
    assert len(rows) > 400
    for cells in rows:
        missing += [file for file in _CODE.findall(cells[2]) if not (REPOSITORY / "src" / file).is_file()]
        for file, function in _named_tests(cells[3]):
            path = REPOSITORY / "tests" / file
            if not path.is_file() or function not in _test_functions(path):
                missing.append(f"{file}::{function}")
        if not _CODE.findall(cells[2]) or not _CODE.findall(cells[3]):
            missing.append(f"{cells[0]}: no code or no test")
    assert missing == []


# ---------------------------------------------------------------- command lines


def test_every_page_drawn_from_the_code_is_up_to_date() -> None:
    """`make docs` would change nothing."""
    pages = _generator().PAGES
    stale = [page for page, build in pages.items() if (DOCS / page).read_text(encoding="utf-8") != build()]
    assert stale == [], "run: make docs"


def test_every_command_shows_an_example() -> None:
    """The help of each command holds an example that calls it."""
    without = []
    for path, context in _commands().items():
        _, _, example = context.command.get_help(context).partition("Example")
        if f"{path} " not in " ".join(example.split()):
            without.append(path)
    assert without == []


def _command_problem(line: str) -> str | None:
    """Return what is wrong with a line of a console block, or None."""
    words = shlex.split(line.removeprefix(".venv/bin/"), comments=True)
    if not words or words[0] in {"git", "cd", "pip"}:
        return None
    if words[0] == "make":
        targets = re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        return next((f"no target {word}" for word in words[1:] if "=" not in word and word not in targets), None)
    path = max((path for path in _commands() if words[: path.count(" ") + 1] == path.split()), key=len, default=None)
    if path is None:
        return f"no such command: {line}"
    context = _commands()[path]
    if isinstance(context.command, click.Group):
        return f"no such subcommand: {line}"
    known = {option for parameter in context.command.get_params(context) for option in parameter.opts}
    return next((f"{path} has no {w}" for w in words if w.startswith("--") and w.split("=")[0] not in known), None)


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_every_command_in_the_papers_exists(page: Path) -> None:
    """Lines of console blocks name targets, commands and options that exist."""
    lines = [line for block in _blocks(page, "console") for line in block.replace("\\\n", " ").splitlines()]
    assert [problem for line in lines if (problem := _command_problem(line))] == []


# ---------------------------------------------------------------- samples


_MATERIAL = """
from pathlib import Path
import vnsign
from reportlab.pdfgen.canvas import Canvas

listener = vnsign.listen()
authority = vnsign.Authority.create(
    "authority", name="Readme", organization="Readme", base_url=listener.base_url, passphrase=b"authority",
    clock=vnsign.SystemClock(),
)
services = vnsign.serve(vnsign.create_app(authority), listener=listener)
services.__enter__()
leader = authority.enroll(
    vnsign.CertificateProfile.OFFICIAL, vnsign.Subject(common_name="Nguyễn Văn An", organization="UBND tỉnh An Bình")
)
vnsign.write_pkcs12("leader.p12", leader, b"correct horse")
Path("trust").mkdir()
for name, certificate in zip(("root", "issuing"), authority.certificates(), strict=True):
    Path("trust", f"{name}.pem").write_bytes(vnsign.certificate_pem(certificate))
    Path("trust", f"{name}.crl").write_bytes(authority.crl(name))
canvas = Canvas("letter.pdf")
canvas.drawString(72, 720, "A letter")
canvas.save()
"""


_END = "services.__exit__(None, None, None)"


@pytest.mark.slow
def test_the_samples_of_the_readme_run(tmp_path: Path) -> None:
    """The Python samples run to the end, one after the other, with a letter, a key, services and a trust folder."""
    samples = _blocks(REPOSITORY / "README.md", "python")
    assert len(samples) >= 2
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join([_MATERIAL, *samples, _END])],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    assert "TOTAL_PASSED" in result.stdout
    assert "01/QĐ-UBND" in result.stdout


@pytest.mark.parametrize("page", ["run-an-office.md", "run-an-office.vi.md"])
def test_the_commands_of_the_office_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of the how-to, in order, with the files that it shows; the report and the log agree at the end."""
    texts = iter(_blocks(DOCS / "howto" / page, "json"))
    for name in ("quy-che.json", "cong-van.json", "ho-so.json", "luot-truy-cap.json", "nhom.json", "muc.json"):
        (tmp_path / name).write_text(next(texts), encoding="utf-8")
    (tmp_path / "leader.pdf").write_bytes(b"%PDF signed")
    (tmp_path / "sealed.pdf").write_bytes(b"%PDF signed and sealed")
    (tmp_path / "phu-luc.pdf").write_bytes(b"%PDF annex")
    (tmp_path / "office.json").write_text(next(texts), encoding="utf-8")
    (tmp_path / "ngay-nghi.toml").write_text(_blocks(DOCS / "howto" / "working-days.md", "toml")[0], encoding="utf-8")
    settings = docflow.read_settings(tmp_path / "office.json", is_verifying=False)
    assert None not in (settings.staff, settings.codes, settings.calendar, settings.terms)
    monkeypatch.chdir(tmp_path)
    program = _generator().command_lines()["docflow"]
    said = []
    for block in _blocks(DOCS / "howto" / page, "console"):
        for line in block.splitlines():
            result = CliRunner().invoke(program, shlex.split(line)[1:])
            assert result.exit_code == 0, f"{line}: {result.output}"
            said.append(result.output)
    assert any('"symbol": "01/QĐ-UBND"' in text for text in said)
    assert "INTACT" in said[-1]
    assert "Văn bản đến đã đăng ký 1" in " ".join(said[-2].split())


def test_both_readmes_show_the_same_code() -> None:
    """The Vietnamese README differs in words, not in what to type."""
    for language in ("console", "python"):
        english, vietnamese = (_blocks(REPOSITORY / name, language) for name in ("README.md", "README.vi.md"))
        assert english == vietnamese


def test_the_picture_of_the_readme_is_small() -> None:
    """The picture of a sealed page loads quickly: less than 300 kB."""
    assert (DOCS / "images" / "sealed-page.png").stat().st_size < 300_000


def test_help_is_written_for_who_types_it() -> None:
    """No markup of docstrings, and an example names a file as it is: a signature is no JSON."""
    page = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
    assert re.findall(r":(?:meth|func|class|mod|data):`", page) == []
    assert "docflow office log vouch office x.p7s" in page
    assert "docflow office outgoing leader-signed office DOCUMENT_ID x.pdf" in page
    assert "docflow office outgoing draft office x.json" in page


def test_the_specification_of_the_log_knows_the_events_of_groups() -> None:
    """Whoever writes a verifier reads there which types and subjects there are."""
    page = (DOCS / "spec" / "audit-log.md").read_text(encoding="utf-8")
    names = [*(f"`{event.value}`" for event in GroupEvent), "`group_act_confirmed`", "`<code>/group/<id>`"]
    assert [name for name in names if name not in page] == []
