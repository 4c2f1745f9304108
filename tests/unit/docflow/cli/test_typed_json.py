"""JSON that people write: what does not fit is named by its field, in both languages; nothing is overlooked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from docflow import Draft, UsageError, read_post, read_settings
from docflow.cli import main
from docflow.errors import ErrorCode
from docflow.wiring.typed_json import read_json
from tests.office_kit import open_office

DRAFT: dict[str, Any] = {
    "type": "quyet_dinh",
    "subject": "Ban hành Quy chế",
    "signer_name": "Nguyễn Văn An",
    "signer_position": "Chủ tịch",
    "addressees": [{"name": "Sở Nội vụ"}],
}
ENTRY = {"channel": "paper", "issuer": "Sở", "type_name": "Công văn", "symbol": "1/S", "subject": "x"}


def refused(text: str | bytes) -> UsageError:
    """Return the error of a draft."""
    with pytest.raises(UsageError) as caught:
        read_json(text if isinstance(text, bytes) else text.encode(), Draft, what="x.json", vi="Tệp x.json")
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    return caught.value


@pytest.mark.parametrize(
    ("changed", "en", "vi"),
    [
        ({"secercy": "tuyet_mat"}, "unknown field `secercy` - at `$`", "không có trường secercy"),
        (
            {"addressees": [{"name": "a"}, {"name": "b", "cod": "H99"}]},
            "unknown field `cod` - at `$.addressees[1]`",
            "không có trường cod (tại addressees[1])",
        ),
        ({"subject": 5}, "Expected `str`, got `int` - at `$.subject`", "cần kiểu str, không phải int (tại subject)"),
        ({"type": "nix"}, "Invalid enum value 'nix' - at `$.type`", "giá trị 'nix' không có trong danh mục (tại type)"),
        ({"due_date": "2026-02-30"}, "at `$.due_date`", "ngày hoặc giờ không đúng dạng (tại due_date)"),
    ],
)
def test_a_field_that_does_not_fit_is_named(changed: dict[str, Any], en: str, vi: str) -> None:
    """A misspelt degree of secrecy went into an open register without a word."""
    error = refused(json.dumps({**DRAFT, **changed}))
    assert en in error.message
    assert error.vi == f"Tệp x.json: {vi}."


@pytest.mark.parametrize(
    ("text", "vi"),
    [
        ("{}", "thiếu trường type"),
        ("{", "JSON chưa kết thúc"),
        ("", "JSON chưa kết thúc"),
        ("{x", "không phải JSON đúng dạng (byte 1)"),
        (b'"\xff\xfe"', "không phải văn bản UTF-8"),
        ("[" * 100_000, "lồng nhau quá sâu"),
        ("[]", "cần kiểu object, không phải array"),
    ],
)
def test_what_is_no_json_of_ours_is_told_in_vietnamese_too(text: str | bytes, vi: str) -> None:
    """The Vietnamese half said of everything that it had a wrong form."""
    assert vi in refused(text).vi


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("outgoing draft DIR FILE --actor V", {**DRAFT, "security": "mat"}),
        (
            "incoming receive DIR FILE --actor V",
            {
                "channel": "paper",
                "issuer": "Sở",
                "type_name": "Công văn",
                "symbol": "1/S",
                "subject": "x",
                "secrt": "mat",
            },
        ),
        (
            "file plan DIR FILE --actor V",
            {"year": 2026, "notation": "1", "title": "T", "retention_years": 5, "creator": "B", "right": "x"},
        ),
    ],
)
def test_a_command_refuses_a_field_that_it_does_not_know(tmp_path: Path, line: str, given: dict[str, Any]) -> None:
    """Exit code 64, and nothing is drafted, received or planned."""
    folder, file = tmp_path / "office", tmp_path / "x.json"
    open_office(folder).close()
    file.write_text(json.dumps(given), encoding="utf-8")
    words = [{"DIR": str(folder), "FILE": str(file)}.get(word, word) for word in line.split()]
    result = CliRunner().invoke(main, ["office", *words])
    assert result.exit_code == 64, result.output
    assert "không có trường" in result.output
    with open_office(folder) as office:
        assert (office.documents(), office.incoming(), office.files()) == ((), (), ())


@pytest.mark.parametrize(
    "given",
    [
        {"trst": "x"},
        {"staff": {"appointments": [], "delegation": []}},
        {"codes": [{"code": "H99", "name": "x", "alias": []}]},
    ],
)
def test_settings_refuse_a_field_that_they_do_not_know(tmp_path: Path, given: dict[str, Any]) -> None:
    """Named in both languages."""
    path = tmp_path / "office.json"
    path.write_text(json.dumps(given), encoding="utf-8")
    with pytest.raises(UsageError, match="unknown field") as caught:
        read_settings(path)
    assert "không có trường" in caught.value.vi


def test_settings_of_an_exchange_refuse_a_field_that_they_do_not_know(tmp_path: Path) -> None:
    """A misspelt ``is_online`` would have asked the network all the same."""
    path = tmp_path / "post.json"
    path.write_text(
        json.dumps({"service_key": "k", "trust": "t", "peers": {}, "drop": "d", "is_onlin": False}), encoding="utf-8"
    )
    with pytest.raises(UsageError, match="unknown field `is_onlin`") as caught:
        read_post(path)
    assert "không có trường is_onlin" in caught.value.vi


def test_a_field_that_stands_twice_is_refused() -> None:
    """Whoever reads the file sees the first one, the program would take the last one."""
    text = json.dumps(DRAFT)
    for twice in (
        text.replace('"subject"', '"signer_name": "Ai khác", "subject"'),
        text.replace('{"name"', '{"name": "Sở Khác", "name"'),
    ):
        error = refused(twice)
        assert "contains field `" in error.message
        assert "được ghi hai lần" in error.vi


def test_the_mark_that_windows_puts_before_a_text_is_no_part_of_it() -> None:
    """Notepad's UTF-8 with a byte order mark."""
    assert read_json(b"\xef\xbb\xbf" + json.dumps(DRAFT).encode(), Draft, what="x", vi="x").subject == DRAFT["subject"]
    refused(b"\xef\xbb\xbf" * 2 + json.dumps(DRAFT).encode())
