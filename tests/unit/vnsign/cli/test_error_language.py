"""Errors outside the list of files speak the language asked for, too: a clerk meets them first."""

from __future__ import annotations

from pathlib import Path

import pytest

import vnsign
from tests.unit.vnsign.authority.making import PASSPHRASE, certify
from vnsign.cli import main
from vnsign.policy.profiles import CertificateProfile

#: Of our own sentences and click's: none may be left in a Vietnamese one.
_ENGLISH = (" is ", " the ", " give ", "Error", "Usage", "Missing", "No such", "Invalid", " needs ", " exclude ")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Return the exit code and what stands on standard error."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code, capsys.readouterr().err


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the present folder, with a key, a wrong passphrase and a document."""
    vnsign.write_pkcs12(tmp_path / "a.p12", certify(CertificateProfile.OFFICIAL), PASSPHRASE)
    (tmp_path / "right").write_bytes(PASSPHRASE + b"\n")
    (tmp_path / "wrong").write_bytes(b"nham\n")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


SIGN = ("sign", "a.pdf", "--p12", "a.p12", "--passphrase-file")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((*SIGN, "wrong", "--out", "out"), 1, "mật khẩu hoặc mã PIN không đúng"),
        ((*SIGN, "right", "--out", "a.pdf/out"), 1, "không ghi được tệp kết quả"),
        (("sign", "a.pdf", "--p12", "a.p12"), 64, "thiếu tùy chọn '--out'"),
        (("sign", "--out", "out", "--p12", "a.p12"), 64, "hãy cho tên tệp cần ký"),
        (("sign", "a.pdf", "--out", "out"), 64, "cho một khóa ký: --p12"),
        ((*SIGN, "right", "--out", "out", "--level", "B-T"), 64, "--level B-T cần --tsa URL"),
        ((*SIGN, "right", "--out", "out", "--level", "B-X"), 64, "'B-X' không phải một trong"),
        ((*SIGN, "right", "--out", "out", "--page", "0"), 64, "0 không nằm trong khoảng"),
        ((*SIGN, "right", "--out", "out", "--page", "x"), 64, "'x' không phải số nguyên"),
        (("sign", "a.pdf", "--ouu", "out"), 64, "không có tùy chọn --ouu. Có phải là --out"),
        (("verify",), 64, "thiếu tham số"),
        (("verify", "folder"), 64, "folder là thư mục: thêm --recursive"),
        (("verify", "a.pdf", "--trust", "none"), 64, "'none' không tồn tại"),
        (("verify", "a.pdf", "--policy", "none"), 64, "yêu cầu không hợp lệ"),
        (("archive", "check", "folder", "--lock", "l", "--accept", "--frozen"), 64, "chỉ dùng một"),
        (
            ("seal", "a.pdf", "-o", "b.pdf", "--p12", "a.p12", "--tsa", "http://t.example"),
            64,
            "để kiểm tra chữ ký của lãnh đạo",
        ),
        (("prepare", "a.pdf", "-o", "b.pdf"), 64, "cho --position và --name, hoặc --signature-at"),
        (("fill", "a.pdf", "-o", "b.pdf", "--set", "x"), 64, "không có dạng Ô=CHỮ"),
        (("preview", "a.pdf", "-o", "b.png"), 64, "dùng đúng một trong --at"),
        (("extend", "a.pdf", "--out", "out"), 64, "--level B-LTA cần --tsa URL"),
        (("ca", "list", "--ca", " "), 64, "--ca để trống"),
        (("ca", "show", "--ca", "x"), 64, "nêu SERIAL"),
        (("ca", "revoke", "--ca", "x"), 64, "nêu SERIAL"),
        (("ca", "revoke", "1", "--ca", "x"), 64, "nêu lý do"),
        (("ca", "revoke", "--request", "1", "--case", "device_lost", "--ca", "x"), 64, "--request đã nêu trường hợp"),
        (("ca", "journal", "--ca", "x", "--expect", "1"), 64, "'1' không phải một mục"),
        (("ca", "list", "--ca", "x", "--pkcs11-module", "m.so"), 64, "đi cùng nhau"),
    ],
)
def test_errors_are_vietnamese_unless_asked_otherwise(
    work: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, words: str
) -> None:
    """The default is Vietnamese; with --lang en nothing of it is left, and the exit code is the same."""
    ended, said = run(capsys, *arguments)
    assert ended == code
    assert "Lỗi: " in said
    assert words in said
    assert "--lang en" not in said

    ended, said = run(capsys, *arguments, "--lang", "en")
    assert (ended, words in said) == (code, False)
    assert "Error: " in said
    assert (work / "a.pdf").read_bytes() == b"%PDF-1.7\n"


@pytest.mark.parametrize(
    "arguments",
    [
        (*SIGN, "wrong", "--out", "out"),
        ("sign", "a.pdf", "--p12", "a.p12"),
        ("sign", "a.pdf", "--out", "out", "--p12", "a.p12", "--key", "k"),
        ("sign", "a.pdf", "--frobnicate"),
        ("sign", "a.pdf", "--page"),
        ("verify", "folder"),
        ("verify", "a.pdf", "--jobs", "0"),
    ],
)
@pytest.mark.usefixtures("work")
def test_no_english_is_left_in_common_errors(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    """What a clerk meets first is whole in one language."""
    said = run(capsys, *arguments)[1]
    assert [word for word in _ENGLISH if word in said] == []


@pytest.mark.usefixtures("work")
def test_an_output_over_the_input_is_told_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    """``--out .`` would replace what is to be signed; the reader is not sent to another language."""
    code, said = run(capsys, *SIGN, "right", "--out", ".", "--no-status-check")
    assert code == 1
    assert said == (
        "a.pdf: tệp kết quả sẽ ghi đè lên chính tệp cần ký (chọn thư mục khác cho --out) [output_is_input]\n"
    )


def test_a_command_that_is_none_is_told_in_english(capsys: pytest.CaptureFixture[str]) -> None:
    """No command, no --lang: the help is English."""
    code, said = run(capsys, "frobnicate")
    assert code == 64
    assert "No such command 'frobnicate'" in said
