"""The mark of a print on whatever a stranger sends: pages drawn by another library, before and after."""

from __future__ import annotations

import hashlib
import io
import time
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pikepdf
import pypdf
import pypdfium2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageChops

import vnsign
from docflow import (
    DocflowError,
    ErrorCode,
    HitsForm,
    PrintMark,
    RegisterForm,
    SearchQuery,
    mark_print,
    print_register,
    write_hits,
)
from docflow.printing import Paper, _sheets, _strange
from tests import materials
from tests.rich_pdf import rich_pdf
from tests.strange_pdf import CATALOG, PAGE, deep_pdf, raw_pdf
from tests.unit.docflow.printing.test_book import make_book
from tests.unit.docflow.printing.test_hits import make_hit

MARK = PrintMark(
    printed_by="Nguyễn Thị Ngọc Ủy",
    at=datetime(2026, 12, 31, 17, 5, 9, tzinfo=UTC),
    system="Ủy ban nhân dân tỉnh An Bình (H99)",
    subject="Văn bản đi 15/QĐ-UBND, mã d1",
    text="Chỉ dùng trong cuộc họp",
    print_id="3f9a0c1d",
)
TITLE = "BẢN IN TỪ HỆ THỐNG – KHÔNG PHẢI BẢN GỐC ĐIỆN TỬ, KHÔNG MANG CHỮ KÝ SỐ"
_CORNERS = (
    b"1 0 0 rg 130 790 40 -40 re f 0 0 1 rg 560 790 30 -60 re f 0 1 0 rg 130 300 25 80 re f 1 0 1 rg 300 400 30 40 re f"
)


def one_page(content: bytes = _CORNERS, **entries: Any) -> bytes:  # noqa: ANN401 - whatever stands there
    """Return a PDF of one page, as strange as its entries are."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        page.obj.Contents = pdf.make_stream(content)
        for key, value in entries.items():
            page.obj[f"/{key}"] = value
        return saved(pdf)


def saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    """Return the bytes of a PDF."""
    out = io.BytesIO()
    pdf.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def look(pdf: bytes, *, scale: float = 1.0) -> Image.Image:
    """Return the first page as another library prints it."""
    document = pypdfium2.PdfDocument(pdf)
    if document.get_formtype():
        document.init_forms()
    image: Image.Image = document[0].render(scale=scale).to_pil()
    return image.convert("RGB")


def upper(image: Image.Image) -> Image.Image:
    """Return what lies above the margin where the mark stands."""
    return image.crop((0, 0, image.width, int(image.height * 0.85)))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the share of pixels that differ plainly."""
    assert one.size == other.size
    changed = ImageChops.difference(one, other).convert("L").point(lambda value: 255 * (value > 40))
    return changed.histogram()[255] / (one.width * one.height)


def count(image: Image.Image, colour: tuple[int, int, int]) -> int:
    """Return how many pixels have a colour."""
    return sum(number for number, found in image.getcolors(maxcolors=2**24) or () if found == colour)


def text_of(pdf: bytes) -> list[str]:
    """Return the text of every page with single spaces."""
    document = pypdfium2.PdfDocument(pdf)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def refused(pdf: bytes) -> DocflowError:
    """Return the error with which a file is refused, in both languages."""
    with pytest.raises(DocflowError) as caught:
        mark_print(pdf, MARK)
    assert caught.value.code is ErrorCode.MALFORMED_INPUT
    assert caught.value.vi
    return caught.value


def test_each_page_says_who_printed_what_when_and_from_whose_system() -> None:
    """Appendix VI wants that prints can be marked.

    NĐ 30/2020 PL VI Phần I mục III.6k: "Cho phép đánh dấu vào văn bản, tài liệu, dữ liệu đặc tả được in ra từ Hệ
        thống."
    """
    pages = text_of(mark_print(materials.plain_pdf(pages=3), MARK))
    for number, page in enumerate(pages, start=1):
        assert f"page {number}" in page
        for words in (
            TITLE,
            "Người in: Nguyễn Thị Ngọc Ủy, lúc 00:05:09 ngày 01/01/2027 (giờ Việt Nam).",
            "Hệ thống: Ủy ban nhân dân tỉnh An Bình (H99).",
            "Văn bản đi 15/QĐ-UBND, mã d1. Mã lượt in: 3f9a0c1d.",
            f"Trang {number}/3 của bản in.",
            "Chỉ dùng trong cuộc họp",
        ):
            assert unicodedata.normalize("NFC", words) in page


def test_its_letters_are_those_of_the_house_and_embedded() -> None:
    """A reader without the font shows the same Vietnamese letters."""
    page: Any = pypdf.PdfReader(io.BytesIO(mark_print(one_page(), MARK))).pages[0]
    fonts = page["/Resources"]["/XObject"]["/Top"]["/Resources"]["/Font"]
    for font in fonts.values():
        assert "LiberationSerif" in font["/BaseFont"]
        assert font["/FontDescriptor"]["/FontFile2"].get_data()


@pytest.mark.parametrize("rotation", [0, 90, 180, 270, -90, 450])
@pytest.mark.parametrize("unit", [1, 2])
@pytest.mark.parametrize("box", [None, (120, 100, 600, 800), (600, 800, 120, -50)])
def test_a_page_looks_as_before_and_its_mark_stands_upright_at_the_foot(
    rotation: int, unit: int, box: tuple[int, ...] | None
) -> None:
    """Rotation, crop box and user unit are obeyed: what another library drew before, it draws again above the mark."""
    entries: dict[str, Any] = {"Rotate": rotation, "UserUnit": unit, "MediaBox": Array([100, 50, 695, 892])}
    if box is not None:
        entries["CropBox"] = Array(box)
    pdf = one_page(**entries)
    marked = mark_print(pdf, MARK)

    before, after = look(pdf, scale=unit), look(marked)  # the library that draws knows no user unit
    assert count(upper(before), (255, 0, 255)) > 100  # something is there
    assert difference(upper(before), upper(after)) < 0.001
    page = pypdfium2.PdfDocument(marked)[0]
    found = page.get_textpage()
    left, bottom, right, top = found.get_charbox(found.get_text_range().index("Người in"))
    assert 0 < bottom < top < page.get_height() * 0.11
    assert 0 < left < right < page.get_width() * 0.1
    assert top - bottom > 3 * unit


def test_a_page_cannot_hide_its_mark() -> None:
    """Content that moves everything away, paints white, or an annotation over the margin: the mark lies on top."""
    hostile = b"q 0 0 0 0 0 0 cm 1 1 1 rg /GS gs BT 3 Tr"
    cover = Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=[0, 0, 595, 100], F=4)
    with pikepdf.open(io.BytesIO(one_page(hostile))) as pdf:
        white = pdf.make_stream(b"1 1 1 rg 0 0 595 100 re f")
        white.Type, white.Subtype, white.BBox = Name.XObject, Name.Form, Array([0, 0, 595, 100])
        cover.AP = Dictionary(N=white)
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(cover)])
        marked = mark_print(saved(pdf), MARK)
    plain = mark_print(one_page(b""), MARK)
    assert difference(look(plain, scale=2), look(marked, scale=2)) == 0


def test_no_signature_field_script_or_file_is_carried_over(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A print is no electronic original: what verifies finds nothing in it, and the looks of signatures stay."""
    office = materials.make_office(tmp_path_factory.mktemp("authority"))
    signed = materials.sealed(office)
    kept = hashlib.sha256(signed).hexdigest()
    marked = mark_print(signed, MARK)

    report = vnsign.inspect_pdf(marked, trust=office.trust)
    assert not report.signatures
    assert len(vnsign.inspect_pdf(signed, trust=office.trust).signatures) == 2
    assert hashlib.sha256(signed).hexdigest() == kept
    assert difference(upper(look(signed)), upper(look(marked))) < 0.001
    for pdf in (marked, mark_print(rich_pdf(), MARK)):
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            assert set(opened.Root.keys()) <= {"/Type", "/Pages", "/OCProperties"}
            assert all(
                set(page.obj.keys()) <= {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents"}
                for page in opened.pages
            )
            assert not opened.attachments
        assert b"/JavaScript" not in pdf
        assert b"/EmbeddedFile" not in pdf
        assert b"/ByteRange" not in pdf


def test_what_is_never_drawn_is_taken_off() -> None:
    """Files, scripts and metadata hang on images, layers and the catalog's own entry; an image called /AF stays."""
    with pikepdf.open(io.BytesIO(one_page(b"q 90 0 0 90 100 300 cm /AF Do Q q 90 0 0 90 300 300 cm /JS Do Q"))) as pdf:
        file = pdf.make_stream(b"HIDDEN FILE", Type=Name.EmbeddedFile)
        spec = pdf.make_indirect(Dictionary(Type=Name.Filespec, F=pikepdf.String("a"), EF=Dictionary(F=file)))
        script = Dictionary(
            S=Name.JavaScript, JS=pdf.make_stream(b"HIDDEN SCRIPT"), Next=Dictionary(JS=pikepdf.String("HIDDEN TOO"))
        )
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String("L"), AF=Array([spec]), Action=script))
        image = pdf.make_stream(
            b"\xff\x00\x00",
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=1,
            Height=1,
            ColorSpace=Name.DeviceRGB,
            BitsPerComponent=8,
            AF=Array([spec]),
            Metadata=pdf.make_stream(b"<x>HIDDEN METADATA</x>", Type=Name.Metadata, Subtype=Name.XML),
            PieceInfo=Dictionary(P=Dictionary(Private=pdf.make_stream(b"HIDDEN PIECE"))),
        )
        marked_content = Dictionary(
            AF=Array([spec]), Metadata=pdf.make_stream(b"HIDDEN METADATA"), Deep=Array([spec]), Act=script
        )
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        pdf.pages[0].obj.Resources = Dictionary(
            XObject=Dictionary(AF=image, JS=image),
            Properties=Dictionary(P=marked_content, L=layer),
            Font=pdf.make_indirect(Dictionary(Metadata=font)),
        )
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(ON=Array([layer]), Act=script), Foo=script)
        printed = mark_print(saved(pdf), MARK)
    assert count(look(printed), (255, 0, 0)) > 2 * 85 * 85
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        streams = [bytes(found.read_bytes()) for found in pdf.objects if isinstance(found, pikepdf.Stream)]
        assert not [data for data in streams if b"HIDDEN" in data]
        assert "HIDDEN" not in "".join(repr(found) for found in pdf.objects)
        assert set(pdf.Root.OCProperties.keys()) == {"/OCGs", "/D"}
        assert set(pdf.Root.OCProperties.D.keys()) == {"/ON"}
        assert set(pdf.Root.OCProperties.OCGs[0].keys()) == {"/Type", "/Name"}
        fonts = [found for found in pdf.objects if isinstance(found, Dictionary) and "/Metadata" in found]
        assert len(fonts) == 1


def test_pages_that_draw_the_same_are_held_once() -> None:
    """A small file with a thousand pages of one content makes no large print; what differs is told apart."""
    with pikepdf.new() as pdf:
        noise = hashlib.shake_256(b"noise").hexdigest(10_000).encode()
        content = pdf.make_stream(b"1 0 0 rg 100 300 200 200 re f %" + noise)
        seen_through = pdf.make_stream(b"/G gs")
        state = pdf.make_indirect(Dictionary(Type=Name.ExtGState, ca=0))
        for number in range(1000):
            page = pdf.add_blank_page(page_size=(595, 842)).obj
            page.Contents = Array([seen_through, content]) if number in {1, 2} else content
            page.Resources = Dictionary(ExtGState=Dictionary(G=state)) if number == 1 else Dictionary()
            if number == 0:
                page.CropBox = Array([0, 0, 595, 400])
        printed = mark_print(saved(pdf), MARK)
    assert len(printed) < 2_000_000
    pages = pypdfium2.PdfDocument(printed)
    assert len(pages) == 1000
    shown = (pages[at].render().to_pil().convert("RGB") for at in (0, 1, 2, 3, 999))
    assert [count(image, (255, 0, 0)) for image in shown] == [200 * 100, 0, 200 * 200, 200 * 200, 200 * 200]


def test_fields_notes_and_layers_are_drawn_as_they_would_be_printed() -> None:
    """What was shown is shown, and a hidden layer stays hidden."""
    pdf = rich_pdf()
    assert difference(upper(look(pdf)), upper(look(mark_print(pdf, MARK)))) < 0.001


def test_a_hidden_layer_stays_hidden() -> None:
    """Which layers are shown stands in the catalog, which is made anew."""
    for state in ("ON", "OFF"):
        with pikepdf.open(io.BytesIO(one_page(b"/OC /L BDC 1 0 0 rg 100 300 200 200 re f EMC"))) as pdf:
            layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String("Lop")))
            pdf.pages[0].obj.Resources = Dictionary(Properties=Dictionary(L=layer))
            pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary({f"/{state}": Array([layer])}))
            marked = look(mark_print(saved(pdf), MARK))
        assert (count(marked, (255, 0, 0)) > 0) is (state == "ON")


def test_an_annotation_that_is_not_printed_is_not_drawn() -> None:
    """Flags Print and Hidden (ISO 32000-2 §12.5.3)."""
    for flags, is_drawn in ((4, True), (0, False), (6, False)):
        with pikepdf.open(io.BytesIO(one_page(b""))) as pdf:
            form = pdf.make_stream(b"1 0 0 rg 0 0 100 100 re f")
            form.BBox = Array([0, 0, 100, 100])
            note = Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=[200, 400, 400, 600], F=flags)
            note.AP = Dictionary(N=form)
            pdf.pages[0].obj.Annots = Array([note, Dictionary(Subtype=Name.Stamp), 5])
            pixels = look(mark_print(saved(pdf), MARK))
        assert (pixels.getpixel((300, 342)) == (255, 0, 0)) is is_drawn


@pytest.mark.parametrize("size", [(50, 50), (400, 30), (30, 400), (1, 1)])
def test_a_page_without_room_stands_above_its_mark(size: tuple[int, int]) -> None:
    """The whole mark is legible, and it covers nothing."""
    pdf = one_page(b"1 0 0 rg 0 0 9999 9999 re f", MediaBox=Array([0, 0, *size]))
    marked = mark_print(pdf, MARK)
    page = pypdfium2.PdfDocument(marked)[0]
    assert page.get_width() >= 198
    assert " ".join(page.get_textpage().get_text_range().split()).endswith("Chỉ dùng trong cuộc họp")
    assert count(look(marked), (255, 0, 0)) == pytest.approx(size[0] * size[1], abs=2 * sum(size))


@pytest.mark.parametrize("side", [14_400, 10**6, 10**12, 10**18])
def test_a_huge_page_has_a_mark_that_can_be_read(side: int) -> None:
    """The mark grows with the page; no sheet is larger than readers take."""
    page = pypdfium2.PdfDocument(mark_print(one_page(MediaBox=Array([0, 0, side, side])), MARK))[0]
    assert max(page.get_size()) <= 14_400
    found = page.get_textpage()
    _, bottom, _, top = found.get_charbox(found.get_text_range().index("BẢN IN"))
    assert (top - bottom) / page.get_height() > 0.004


ODD = (None, 5, Name.X, Array([]), Array([0, 0, 0, 0]), Array([1, 2, 3]), Array([0, 0, Name.X, 9]), Dictionary(), -7.5)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "key", ["MediaBox", "CropBox", "Rotate", "UserUnit", "Resources", "Contents", "Annots", "Group"]
)
def test_an_entry_that_is_nothing_of_the_kind_is_overlooked(key: str, odd: object) -> None:
    """Readers print such pages too."""
    entries: dict[str, Any] = {key: odd} if odd is not None else {}
    pdf = one_page(**entries)
    (page,) = text_of(mark_print(pdf, MARK))
    assert TITLE in page


@pytest.mark.parametrize("is_inherited", [True, False])
def test_what_a_page_inherits_counts(*, is_inherited: bool) -> None:
    """Box, rotation and resources may stand in the node above (ISO 32000-2 §7.7.3.4)."""
    with pikepdf.open(io.BytesIO(materials.plain_pdf())) as pdf:
        page = pdf.pages[0].obj
        if is_inherited:
            for key in ("/MediaBox", "/Resources"):
                pdf.Root.Pages[key] = page[key]
            for key in ("/MediaBox", "/Resources", "/Rotate"):
                del page[key]
            pdf.Root.Pages.Rotate = 90
        marked = mark_print(saved(pdf), MARK)
    assert "page 1" in text_of(marked)[0]
    width, height = pypdfium2.PdfDocument(marked)[0].get_size()
    assert (width > height) is is_inherited


def test_a_file_that_needs_a_password_is_refused_and_one_that_needs_none_is_printed() -> None:
    """Whoever may open it may print it; the print is not encrypted."""
    for user, is_printed in (("khoa", False), ("", True)):
        with pikepdf.open(io.BytesIO(one_page())) as pdf:
            locked = saved(
                pdf,
                encryption=pikepdf.Encryption(owner="chu", user=user, allow=pikepdf.Permissions(print_highres=False)),
            )
        if is_printed:
            reader = pypdf.PdfReader(io.BytesIO(mark_print(locked, MARK)))
            assert not reader.is_encrypted
            assert difference(upper(look(one_page())), upper(look(mark_print(locked, MARK)))) == 0
        else:
            assert "mật khẩu" in refused(locked).vi


HOSTILE = {
    "no bytes": b"",
    "no PDF": b"GIF89a",
    "cut off": materials.plain_pdf()[:300],
    "no pages": raw_pdf([CATALOG, b"<</Type/Pages/Kids[]/Count 0>>"]),
    "pages that are none": raw_pdf([CATALOG, b"42"]),
    "a tree without end": raw_pdf(
        [CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"]
    ),
    "one page named 300,000 times": raw_pdf(
        [CATALOG, b"<</Type/Pages/Count 300000/Kids[%s]>>" % (b"3 0 R " * 300_000), PAGE]
    ),
    "300,000 nodes": raw_pdf([CATALOG, b"<</Type/Pages/Count 1/Kids[%s]>>" % (b"<</Kids[]>> " * 300_000), PAGE]),
    "too many annotations": one_page(Annots=Array([Dictionary(A=1)] * 30_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_printed_is_refused_at_once(name: str) -> None:
    """A received file is a stranger's: it ends no process and takes no minutes."""
    start = time.perf_counter()
    refused(HOSTILE[name])
    assert time.perf_counter() - start < 10


def test_so_many_pages_are_printed_and_no_more() -> None:
    """Ten reams are a mistake, or made to keep a machine busy."""
    page = PAGE[:-2] + b">>"
    for pages, is_printed in ((5_000, True), (5_001, False)):
        kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(pages))
        data = raw_pdf([CATALOG, b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids), *[page] * pages])
        if is_printed:
            assert len(pypdfium2.PdfDocument(mark_print(data, MARK))) == pages
        else:
            refused(data)


def test_content_that_unpacks_to_gigabytes_is_refused() -> None:
    """A megabyte holds a gigabyte of zeros, and a page may name many of them."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        bomb = pdf.make_stream(b" " * 60_000_000)
        page.obj.Contents = Array([bomb] * 8)
        data = saved(pdf)
    assert len(data) < 200_000
    refused(data)


def test_objects_in_a_long_chain_are_printed() -> None:
    """The library copies by calling itself; a print copies nothing of a stranger's (a segmentation fault once)."""
    assert TITLE in text_of(mark_print(deep_pdf(200_000), MARK))[0]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
@example(b"%PDF-1.7\n%%EOF")
def test_any_bytes_give_a_print_or_our_error(data: bytes) -> None:
    """Nothing else leaves the door."""
    _try(data)
    _try(b"%PDF-1.7\n" + data)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_gives_a_print_or_our_error(data: st.DataObject) -> None:
    """Bytes of a real file changed, left out or put in."""
    pdf = bytearray(rich_pdf())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(pdf) - 1))
        pdf[at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=20))
    _try(bytes(pdf))


def _try(data: bytes) -> None:
    try:
        printed = mark_print(data, MARK)
    except DocflowError as error:
        assert error.vi  # noqa: PT017 - what is raised is what is asked for
    else:
        assert len(pypdf.PdfReader(io.BytesIO(printed)).pages) >= 1


def test_the_limits_are_those_of_the_reader() -> None:
    """The same bombs are refused as by vnsign (docs/adr/0044)."""
    assert (_strange.MAX_PRINTED_PAGES, _sheets._MAX_CONTENT_BYTES) == (5_000, 256 * 1024 * 1024)


def test_the_same_print_has_the_same_bytes() -> None:
    """No clock and no dice but those of the mark."""
    assert mark_print(rich_pdf(), MARK) == mark_print(rich_pdf(), MARK)
    assert mark_print(rich_pdf(), MARK) != mark_print(rich_pdf(), replace(MARK, at=MARK.at + timedelta(seconds=1)))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": "a\x00b"}, ErrorCode.BAD_ARGUMENT),
        ({"text": "a\u202eb"}, ErrorCode.BAD_ARGUMENT),
        ({"text": "hai\ndòng"}, ErrorCode.BAD_ARGUMENT),
        ({"text": "x" * 201}, ErrorCode.BAD_ARGUMENT),
        ({"text": "TỐI MẬT"}, ErrorCode.SECRET_DOCUMENT),
        ({"printed_by": ""}, ErrorCode.BAD_ARGUMENT),
        ({"printed_by": 5}, ErrorCode.BAD_ARGUMENT),
        ({"print_id": "x" * 101}, ErrorCode.BAD_ARGUMENT),
        ({"system": " "}, ErrorCode.BAD_ARGUMENT),
        ({"subject": "x" * 601}, ErrorCode.BAD_ARGUMENT),
        ({"subject": None}, ErrorCode.BAD_ARGUMENT),
        ({"at": datetime(2026, 1, 1)}, ErrorCode.BAD_ARGUMENT),  # noqa: DTZ001 - that is the point
    ],
)
def test_a_mark_that_cannot_be_read_is_refused(changes: dict[str, object], code: ErrorCode) -> None:
    """One line, nothing unseen, no mark of secrecy, a time with its zone."""
    with pytest.raises(DocflowError) as caught:
        replace(MARK, **changes)  # type: ignore[arg-type]
    assert caught.value.code is code


def test_what_a_stranger_called_his_document_is_named_letter_by_letter() -> None:
    """A symbol may hold what turns the direction of reading, or no font has."""
    (page,) = text_of(mark_print(one_page(), replace(MARK, subject="Văn bản đến \u202e😀/QĐ")))
    assert "[U+202E][U+1F600]/QĐ" in page


def test_printouts_of_data_leave_room_for_their_mark() -> None:
    """Registers, reports and what a search found: what stands at their foot stands above the mark."""
    mark = replace(MARK, subject="Sổ đăng ký văn bản đi năm 2026")
    book = make_book(count=60)
    hits = [make_hit(number) for number in range(1, 61)]
    for paper in Paper:
        marked = print_register(book, RegisterForm.PDF, paper=paper, mark=mark)
        plain = print_register(book, RegisterForm.PDF, paper=paper)
        assert all(TITLE in page for page in text_of(marked))
        _stands_above(marked, 1, "Nhật ký: 12")
        assert "Nhật ký: 12" in text_of(plain)[1]
        # every line is still there once, whatever the pages
        pages = text_of(marked)
        assert all(sum(f"{number:02d}/QĐ-UBND" in page for page in pages) == 1 for number in range(1, 61))

    _stands_above(write_hits(hits, HitsForm.PDF, query=SearchQuery(), mark=mark), 0, "1\r\n")
    assert TITLE not in text_of(write_hits(hits, HitsForm.PDF, query=SearchQuery()))[0]


@pytest.mark.parametrize("paper", Paper)
def test_the_frame_of_a_cover_stands_above_the_mark(paper: Paper) -> None:
    """Long lines from the top: two of the frame, which reaches farther to the left, then two of the mark."""
    marked = print_register(make_book(count=3), RegisterForm.PDF, paper=paper, mark=MARK)
    image = look(marked, scale=2).convert("L")
    width, data = image.width, image.tobytes()
    rows = [data[at : at + width] for at in range(0, len(data), width)]
    lines = [sum(value < 200 for value in row) > 0.8 * width for row in rows]
    begins = [at for at, is_line in enumerate(lines) if is_line and not lines[at - 1]]
    lefts = [next(at for at, value in enumerate(rows[row]) if value < 200) for row in begins]
    assert len(lefts) == 4
    assert max(lefts[:2]) < min(lefts[2:])


def _stands_above(pdf: bytes, page: int, words: str) -> None:
    found = pypdfium2.PdfDocument(pdf)[page].get_textpage()
    text = found.get_text_range()
    at = text.rindex(words, 0, text.index("BẢN IN"))
    assert found.get_charbox(at)[1] > found.get_charbox(text.index("BẢN IN"))[3] + 3


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_only_a_pdf_is_marked(form: str) -> None:
    """A mark in a workbook is a row that somebody deletes."""
    with pytest.raises(DocflowError) as caught:
        print_register(make_book(), RegisterForm(form), mark=MARK)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    with pytest.raises(DocflowError) as caught:
        write_hits([make_hit(1)], HitsForm.DOCX, query=SearchQuery(), mark=MARK)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_pages_that_cannot_be_copied_are_told_apart() -> None:
    """The library goes from object to object by calling itself; what would end the process is found first."""
    for count, is_deep in ((1_000, False), (1_600, True), (200_000, True)):
        with _strange.open_strange_pdf(deep_pdf(count)) as pdf:
            sheets = _sheets.take_pages(pdf)
            for sheet in sheets:
                sheet.lay_out(pdf)
            pages = [sheet.page for sheet in sheets]
            if is_deep:
                with pytest.raises(DocflowError):
                    _strange.refuse_deep(pages)
            else:
                _strange.refuse_deep(pages)
                with pikepdf.new() as other:
                    other.pages.extend([pikepdf.Page(page) for page in pages])


def test_a_print_carries_nothing_of_what_its_document_says_of_itself() -> None:
    """Who wrote it, with what, under which title: the issuer's; a print says what it is a print of."""
    with pikepdf.open(io.BytesIO(one_page())) as pdf:
        for key in ("/Author", "/Title", "/Producer", "/Mine"):
            pdf.docinfo[key] = "of the issuer"
        written = io.BytesIO()
        pdf.save(written)
    assert b"of the issuer" in written.getvalue()
    with pikepdf.open(io.BytesIO(mark_print(written.getvalue(), MARK))) as done:
        assert "of the issuer" not in {str(value) for value in done.docinfo.values()}
        assert "/Author" not in done.docinfo
        assert str(done.docinfo["/Title"]).endswith(MARK.subject)
