"""What a search found, on paper and in a word processor: read back with other libraries."""

from __future__ import annotations

import csv
import dataclasses
import io
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docflow import Direction, DocflowError, ErrorCode, HitsForm, SearchHit, SearchQuery, write_hits
from docflow.printing import HITS_TITLES
from tests.support import require_tool

_AT = datetime(2026, 11, 28, 17, 30, tzinfo=UTC)


def make_hit(number: int, subject: str = "về việc ban hành Quy chế <tiếp công dân> & xử lý đơn") -> SearchHit:
    """Return what was found."""
    return SearchHit(
        direction=Direction.OUTGOING if number % 2 else Direction.INCOMING,
        id=f"d{number}",
        issuer="H99",
        issuer_name="Ủy ban nhân dân tỉnh An Bình",
        type_name="Quyết định",
        symbol=f"{number:02d}/QĐ-UBND",
        issued_on=date(2026, 1, 5) if number != 2 else None,
        subject=subject,
        state="issued",
        signer_name="Nguyễn Văn An",
        signer_position="Chủ tịch",
    )


QUERY = SearchQuery(text="quy chế", direction=Direction.OUTGOING, issued_from=date(2026, 1, 1), limit=60, skip=10)
HITS = [make_hit(number) for number in range(1, 61)]


def rows_of(data: bytes, form: HitsForm) -> list[list[str]]:
    """Return headings and lines as another library reads them."""
    if form is HitsForm.CSV:
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    (table,) = docx.Document(io.BytesIO(data)).tables
    return [[cell.text for cell in row.cells] for row in table.rows]


def text_of(pdf: bytes) -> list[str]:
    """Return the text of every page with single spaces."""
    return [" ".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(pdf)]


@pytest.mark.parametrize("form", [HitsForm.CSV, HitsForm.DOCX])
def test_what_was_found_is_written_line_by_line(form: HitsForm) -> None:
    """Numbers go on from those that were left out before.

    NĐ 30/2020 PL VI Phần I mục III.6h: "Cho phép kết xuất kết quả tìm kiếm ra các định dạng tệp văn bản phổ biến:
        (.doc), (.docx), (.pdf)."
    """
    heads, first, second, *others = rows_of(write_hits(HITS, form, query=QUERY, at=_AT), form)

    assert heads[:3] == ["STT", "Đi/ đến", "Số, ký hiệu"]
    assert first == [
        "11",
        "đi",
        "01/QĐ-UBND",
        "05/01/2026",
        "Ủy ban nhân dân tỉnh An Bình",
        "Quyết định về việc ban hành Quy chế <tiếp công dân> & xử lý đơn",
        "Chủ tịch, Nguyễn Văn An",
    ]
    assert second[:4] == ["12", "đến", "02/QĐ-UBND", ""]
    assert len(others) == 58


def test_the_head_says_what_was_asked_when_and_whether_there_is_more() -> None:
    """Whoever gets the list sees what it lists, and what it leaves out."""
    document = docx.Document(io.BytesIO(write_hits(HITS, HitsForm.DOCX, query=QUERY, at=_AT)))
    pages = text_of(write_hits(HITS, HitsForm.PDF, query=QUERY, at=_AT))

    head = [paragraph.text for paragraph in document.paragraphs]
    assert head == [
        "KẾT QUẢ TÌM KIẾM VĂN BẢN",
        "Điều kiện tìm kiếm: Nội dung: quy chế; Văn bản: đi; Từ ngày: 01/01/2026.",
        "Tìm thấy lúc 00:30 ngày 29/11/2026: 60 văn bản, không kể 10 văn bản đứng trước, có thể còn nữa.",
    ]
    assert all(line in pages[0] for line in head)
    assert len(pages) > 1
    assert all("Số, ký hiệu" in page for page in pages)
    assert sum(page.count("Quyết định về việc") for page in pages) == 60


def test_nothing_found_is_a_list_without_lines() -> None:
    """No table, no error."""
    everything = SearchQuery()
    document = docx.Document(io.BytesIO(write_hits([], HitsForm.DOCX, query=everything)))
    (page,) = text_of(write_hits([], HitsForm.PDF, query=everything))

    assert not document.tables
    assert "Điều kiện tìm kiếm: tất cả văn bản. Tìm thấy: 0 văn bản." in page
    assert document.paragraphs[-1].text in page


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=100))
def test_any_text_is_written(text: str) -> None:
    """A peer chose the letters of a subject."""
    for form in HitsForm:
        write_hits([make_hit(1, text)], form, query=QUERY)


@pytest.mark.parametrize("word", ["a", "từ "], ids=["one word", "many words"])
def test_a_text_higher_than_a_page_goes_on_on_the_next(word: str) -> None:
    """A peer's text may have 65,536 characters, and be one word: all are printed, and it takes no minutes."""
    count = 60_000 // len(word)
    pages = text_of(write_hits([make_hit(1, word * count), make_hit(2, "ngắn")], HitsForm.PDF, query=QUERY))

    printed = "".join(pages)
    for title in (*HITS_TITLES, "Quyết định", "Ủy ban nhân dân tỉnh An Bình", "Chủ tịch, Nguyễn Văn An"):
        printed = printed.replace(title, "")
    assert printed.count(word.strip()) >= count
    assert len(pages) > 5
    assert "02/QĐ-UBND" in pages[-1]


def test_a_symbol_is_broken_after_a_stroke_or_hyphen() -> None:
    """01/2026/QĐ-UBND is not torn within a group."""
    (page,) = text_of(
        write_hits([dataclasses.replace(make_hit(1), symbol="1001/2026/QĐ-UBND")], HitsForm.PDF, query=QUERY)
    )
    assert "1001/2026/QĐ\ufffeUBND" in page  # pdfium's sign of a hyphen that ends a line


def test_the_same_hits_give_the_same_page() -> None:
    """No clock and no dice."""
    assert write_hits(HITS, HitsForm.PDF, query=QUERY) == write_hits(HITS, HitsForm.PDF, query=QUERY)


def test_a_time_without_a_zone_is_refused() -> None:
    """Nobody would know when it was."""
    with pytest.raises(DocflowError) as error:
        write_hits(HITS, HitsForm.PDF, query=QUERY, at=datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
    assert error.value.code is ErrorCode.BAD_ARGUMENT


@pytest.mark.slow
def test_a_word_processor_opens_it(tmp_path: Path) -> None:
    """The headings stand on every page, as LibreOffice lays them out."""
    office = require_tool("soffice", "libreoffice")
    source = tmp_path / "found.docx"
    source.write_bytes(write_hits(HITS, HitsForm.DOCX, query=QUERY, at=_AT))
    command = [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(source)], check=True, capture_output=True, timeout=120)

    pages = text_of((tmp_path / "found.pdf").read_bytes())
    assert len(pages) > 1
    assert all("Tên loại và trích yếu" in page for page in pages)
