"""``vnsign revision``: the states of a document, and what somebody signed, taken out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.materials import LEADER, leader_signed, make_office, numbered, plain_pdf, prepared_pdf
from vnsign.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Return exit code, output and errors."""
    with pytest.raises(SystemExit) as ended:
        main(["revision", *map(str, arguments)])
    assert isinstance(ended.value.code, int)
    said = capsys.readouterr()
    return ended.value.code, said.out, said.err


@pytest.fixture(scope="module")
def flow(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes, bytes]:
    """Prepared, signed by the leader, numbered."""
    prepared = prepared_pdf()
    signed = leader_signed(make_office(tmp_path_factory.mktemp("authority")), prepared)
    return prepared, signed, numbered(signed)


@pytest.fixture
def document(tmp_path: Path, flow: tuple[bytes, bytes, bytes]) -> Path:
    """Return the numbered document as a file."""
    path = tmp_path / "document.pdf"
    path.write_bytes(flow[2])
    return path


def test_the_revisions_are_listed(
    document: Path, flow: tuple[bytes, bytes, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    """Number, length, what each brought, whose signature."""
    code, out, _ = run(capsys, document, "--json")
    assert code == 0
    assert json.loads(out)["revisions"] == [
        {"number": 1, "bytes": len(flow[0]), "added": ["content"], "signatures": []},
        {"number": 2, "bytes": len(flow[1]), "added": ["signature"], "signatures": [LEADER]},
        {"number": 3, "bytes": len(flow[2]), "added": ["update"], "signatures": []},
    ]
    code, out, _ = run(capsys, document, "--list")
    assert out.splitlines()[1] == f"Phiên bản 2: {len(flow[1])} byte; chữ ký ({LEADER})"
    assert run(capsys, document, "--lang", "en")[1].startswith("Revision 1: ")


def test_an_unsigned_document_has_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its content."""
    (tmp_path / "plain.pdf").write_bytes(plain_pdf())
    assert json.loads(run(capsys, tmp_path / "plain.pdf", "--json")[1])["revisions"][0]["added"] == ["content"]


@pytest.mark.parametrize(("which", "state"), [(("--number", "1"), 0), (("--number", "2"), 1), (("--field", LEADER), 1)])
def test_a_revision_is_written_byte_for_byte(
    document: Path,
    flow: tuple[bytes, bytes, bytes],
    capsys: pytest.CaptureFixture[str],
    which: tuple[str, str],
    state: int,
) -> None:
    """By number, or by the field of the signature; never over a file that is there."""
    target = document.with_name("taken.pdf")
    assert run(capsys, document, *which, "--out", target)[0] == 0
    assert target.read_bytes() == flow[state]
    code, _, err = run(capsys, document, *which, "--out", target)
    assert (code, "[output_exists]" in err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--number", "9", "--out", "x.pdf"), 64, "[bad_argument]"),
        (("--field", "KhongCo", "--out", "x.pdf"), 1, "[field_not_found]"),
        (("--number", "1"), 64, "--out đi với"),
        (("--out", "x.pdf"), 64, "--out đi với"),
        (("--list", "--number", "1", "--out", "x.pdf"), 64, "chỉ dùng một"),
    ],
)
def test_what_cannot_be_taken_out_writes_nothing(
    document: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    """Our error, in Vietnamese, and no file."""
    monkeypatch.chdir(document.parent)
    ended, _, err = run(capsys, document, *arguments)
    assert (ended, words in err) == (code, True)
    assert not Path("x.pdf").exists()
