"""Wrong usage of `docflow` is told in English and Vietnamese: a văn thư who reads no English sees what is wrong."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from docflow.cli import main
from docflow.cli.usage_words import show_usage_error


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("frobnicate", "Không có lệnh frobnicate."),
        ("office frobnicate", "Không có lệnh frobnicate."),
        ("office outgoing issue", "Thiếu tham số 'DIR'."),
        ("office outgoing issue office d", "Thiếu tùy chọn '--actor'."),
        ("office outgoing issue office d --actor", "Tùy chọn '--actor' thiếu giá trị."),
        ("office outgoing issue office d --frob x --actor V", "Không có tùy chọn --frob."),
        ("office outgoing show office a b", "Thừa tham số (b)."),
        ("office outgoing list office --state xong", "'xong' không phải một trong"),
        (
            "office outgoing draft office no.json --actor V",
            "'DRAFT' không hợp lệ: 'no.json': không có tệp này.",
        ),
        ("office number list office năm", "'năm' không phải số nguyên."),
        ("office incoming extend office i --deadline mai --reason x --actor V", "'mai' không phải ngày theo dạng"),
        ("register export office --year 20", "20 không nằm trong khoảng 1900<=x<=9999."),
        ("register export a.json --year 2026", "'a.json' là tệp, cần thư mục."),
        ("report office", "Thiếu tùy chọn '--period'."),
        ("audit check", "Thiếu tham số 'PROOF'."),
    ],
)
def test_wrong_usage_is_told_in_both_languages(
    line: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong; exit code 64."""
    monkeypatch.chdir(tmp_path)
    Path("a.json").write_text("{}", encoding="utf-8")
    result = CliRunner().invoke(main, line.split())
    assert result.exit_code == 64, result.output
    assert "Error / Lỗi: " in result.output
    assert told in result.output


def test_how_it_is_used_and_where_help_is_stand_before_the_error() -> None:
    """As the tools around do; only the words for it are ours."""
    said = CliRunner().invoke(main, ["office", "outgoing", "issue"], prog_name="docflow").output.splitlines()
    assert said[0] == "Usage / Cách dùng: docflow office outgoing issue [OPTIONS] DIR DOCUMENT_ID"
    assert said[1] == "Try / Xem hướng dẫn: docflow office outgoing issue --help"


def test_a_detail_without_words_is_told_in_english_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Rather English than nothing, and no half of a sentence."""
    show_usage_error(click.UsageError("something new in click"))
    assert capsys.readouterr().err == "Error / Lỗi: something new in click\n"
