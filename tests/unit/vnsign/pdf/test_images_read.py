"""Pictures of signatures and seals as scanners and cameras write them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from io import BytesIO

import pytest
from PIL import ExifTags, Image

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.looks.appearance import read_image

_BLACK, _MIDDLE, _WHITE = 0, 0x8080, 0xFFFF


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def grey_16(values: Sequence[int], *, clear: int | None = None) -> bytes:
    """Return a PNG of one row of 16-bit grey, one value of which may be clear."""
    header = struct.pack(">IIBBBBB", len(values), 1, 16, 0, 0, 0, 0)
    transparency = _chunk(b"tRNS", struct.pack(">H", clear)) if clear is not None else b""
    row = b"\0" + b"".join(struct.pack(">H", value) for value in values)
    parts = (_chunk(b"IHDR", header), transparency, _chunk(b"IDAT", zlib.compress(row)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_a_scan_of_16_bits_keeps_its_greys() -> None:
    """A pen's grey stays grey; it does not become the white of the paper."""
    look = read_image(grey_16((_BLACK, _MIDDLE, _WHITE)))

    assert list(look.rgb[::3]) == [0, 0x80, 255]
    assert look.alpha is None


def test_the_clear_grey_of_a_scan_of_16_bits_is_clear() -> None:
    """The paper may be the one grey that is clear."""
    look = read_image(grey_16((_BLACK, _MIDDLE, _WHITE), clear=_WHITE))

    assert look.alpha == bytes((255, 255, 0))
    assert look.rgb[0] == 0


@pytest.mark.parametrize(("turn", "size", "red_at"), [(1, (4, 2), 0), (3, (4, 2), 7), (6, (2, 4), 1), (8, (2, 4), 6)])
def test_a_photograph_lies_as_its_camera_says(turn: int, size: tuple[int, int], red_at: int) -> None:
    """A telephone held upright writes a lying picture and a remark; a PDF knows no such remark."""
    picture = Image.new("RGB", (4, 2), (0, 0, 255))
    picture.putpixel((0, 0), (255, 0, 0))
    remark = Image.Exif()
    remark[ExifTags.Base.Orientation] = turn
    out = BytesIO()
    picture.save(out, "PNG", exif=remark, dpi=(100, 200))

    look = read_image(out.getvalue())

    assert (look.width, look.height) == size
    assert [i for i in range(8) if look.rgb[3 * i] == 255] == [red_at]
    wide, high = look.size_mm
    lies = turn in {6, 8}
    assert ((high, wide) if lies else (wide, high)) == pytest.approx((4 / 100 * 25.4, 2 / 200 * 25.4), rel=1e-3)


@pytest.mark.parametrize("remark", [b"", b"no TIFF at all", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\0\x01\x01\x12"])
def test_a_damaged_remark_of_a_camera_turns_nothing(remark: bytes) -> None:
    """The picture can be read, and that is what counts."""
    out = BytesIO()
    Image.new("RGB", (4, 2)).save(out, "JPEG", exif=b"Exif\0\0" + remark)

    look = read_image(out.getvalue())

    assert (look.width, look.height) == (4, 2)


def test_a_picture_that_shows_nothing_is_refused() -> None:
    """A wholly transparent image would be a signature that nobody sees; one pixel is enough to be seen."""
    out = BytesIO()
    clear = Image.new("RGBA", (20, 10), (0, 0, 255, 0))
    clear.save(out, "PNG")
    with pytest.raises(InputError) as caught:
        read_image(out.getvalue())
    assert caught.value.code is ErrorCode.MALFORMED_IMAGE
    assert "transparent" in caught.value.message

    out = BytesIO()
    clear.putpixel((3, 3), (0, 0, 255, 1))
    clear.save(out, "PNG")
    assert read_image(out.getvalue()).width == 20
