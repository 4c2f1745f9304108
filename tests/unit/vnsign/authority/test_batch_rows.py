"""Lists of applications as spreadsheets write them."""

from __future__ import annotations

import pytest

from vnsign.authority.batches.batch_rows import BatchRow, read_rows
from vnsign.errors import ErrorCode, InputError

PLAIN = "id,profile,cn,o,csr\n001,official,Nguyễn Văn An,UBND tỉnh An Bình,an.csr\n"


def rows(text: str | bytes) -> list[BatchRow]:
    """Read a list."""
    return list(read_rows(text if isinstance(text, bytes) else text.encode(), file="list.csv"))


def test_a_row_has_its_line_its_id_and_its_fields() -> None:
    """Empty cells are left out."""
    (row,) = rows("id,cn,o,l\n001,An,UBND,\n")

    assert (row.line, row.id, dict(row.fields), row.fault) == (2, "001", {"cn": "An", "o": "UBND"}, None)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_what_spreadsheets_do_to_csv_is_read(separator: str, mark: str, ending: str) -> None:
    """Byte order mark, semicolons, carriage returns: the same rows."""
    text = mark + PLAIN.replace(",", separator).replace("\n", ending)

    assert rows(text) == rows(PLAIN)


def test_the_line_that_names_the_separator_is_understood() -> None:
    """Excel writes ``sep=;``; lines count from the first one of the file."""
    (row,) = rows("sep=;\n" + PLAIN.replace(",", ";"))

    assert (row.line, row.fields["cn"]) == (3, "Nguyễn Văn An")


def test_cells_may_hold_separators_quotation_marks_and_line_ends() -> None:
    """RFC 4180 §2.6; the line is that on which the row begins."""
    first, second = rows('id,cn,o\n1,"An, ""anh""\nb",UBND\n2,Bình,UBND\n')

    assert (first.fields["cn"], first.line) == ('An, "anh"\nb', 2)
    assert (second.line, second.fault) == (4, None)


def test_empty_lines_and_empty_last_columns_do_not_matter() -> None:
    """Spreadsheets leave both."""
    assert rows("id,cn,,\n\n1,An,,\n,,,\n") == rows("id,cn\n\n1,An\n")


def test_text_is_composed() -> None:
    """NFC, so that one name has one encoding."""
    (row,) = rows("id,cn\n1,Nguye\u0302\u0303n\n")
    assert row.fields["cn"] == "Nguyễn"


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ("001,official,Bình,UBND,b.csr", "line 3 has the id of line 2"),
        ("A,official,Bình,UBND,an.csr", "line 3 names the csr of line 2"),
        ("002,official,Nguyễn Văn An,UBND tỉnh An Bình,an.csr", "line 3 names the csr of line 2"),
    ],
)
def test_a_row_that_repeats_another_is_refused(second: str, told: str) -> None:
    """The later one; the first keeps its place."""
    first, repeated = rows(PLAIN + second + "\n")

    assert first.fault is None
    assert repeated.fault is not None
    assert told in str(repeated.fault)
    assert repeated.fault.code is ErrorCode.MALFORMED_BATCH


def test_two_rows_that_say_the_same_are_one_too_many() -> None:
    """Without a request for a certificate only the words tell."""
    first, second = rows("id,cn,o\n1,An,UBND\n2,An,UBND\n")

    assert (first.fault, str(second.fault)) == (None, "list.csv: line 3 says the same as line 2 [malformed_batch]")


def test_ids_that_differ_in_case_only_are_one() -> None:
    """Their files would be one on some disks."""
    assert rows("id,cn,o\nan,An,UBND\nAN,Bình,UBND\n")[1].fault is not None


@pytest.mark.parametrize("name", ["", "../an", "a/b", "a b", ".an", "-an", "an.", "an\u0300", "a" * 65, "NUL\x00"])
def test_an_id_that_is_no_file_name_is_refused(name: str) -> None:
    """Nothing a list says becomes a path."""
    (row,) = rows(f"id,cn,o\n{name},An,UBND\n")

    assert row.fault is not None
    assert row.id == ""


def test_a_row_with_too_many_cells_is_refused_and_costs_no_other() -> None:
    """A comma in a name that was not quoted."""
    wrong, right = rows("id,cn,o\n1,An, anh,UBND\n2,Bình,UBND\n")

    assert "line 2 has more cells" in str(wrong.fault)
    assert right.fault is None


@pytest.mark.parametrize(
    ("data", "code", "told"),
    [
        (b"", ErrorCode.NOT_READABLE, "is empty"),
        ("id,cn\n1,An".encode("utf-16"), ErrorCode.NOT_READABLE, 'save it as "CSV UTF-8"'),
        (b"id,cn\n1,Nguy\xeen\n", ErrorCode.NOT_READABLE, "UTF-8"),
        (b"cn,o\nAn,UBND\n", ErrorCode.MALFORMED_BATCH, "no column id"),
        (b"id,cn,phone\n", ErrorCode.MALFORMED_BATCH, "unknown columns: phone"),
        (b"id,,cn\n", ErrorCode.MALFORMED_BATCH, "(empty)"),
        (b"id,cn,CN\n", ErrorCode.MALFORMED_BATCH, "twice: cn"),
        (b'id,cn\n1,"An\n2,B\n', ErrorCode.NOT_READABLE, "line 2"),
        (b"id,cn\n1," + b"x" * 200_000 + b"\n", ErrorCode.NOT_READABLE, "line 2"),
    ],
)
def test_what_is_no_list_is_refused_with_its_reason(data: bytes, code: ErrorCode, told: str) -> None:
    """The error names the file and what to do."""
    with pytest.raises(InputError) as caught:
        rows(data)

    assert caught.value.code is code
    assert told in str(caught.value)
    assert str(caught.value).startswith("list.csv: ")
