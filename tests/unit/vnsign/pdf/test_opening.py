"""Streams are read up to a limit, dates as the standard writes them."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta, timezone

import pikepdf
import pytest

from tests.forgery import append_increment, body_of, next_number, number_of_catalog, stream
from tests.materials import plain_pdf
from vnsign.pdf.dates import parse_pdf_date
from vnsign.pdf.opening import read_bounded, read_kept
from vnsign.pdf.reading.structure import read_structure

Encoding = pikepdf.Name | pikepdf.Array | None
FLATE_TWICE = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode])


def bounded(data: bytes, encoding: Encoding = None) -> bytes:
    """Read at most 1000 bytes of a stream with this raw data and /Filter."""
    with pikepdf.new() as pdf:
        made = pdf.make_stream(b"")
        made.write(data, filter=encoding)
        return read_bounded(made, max_bytes=1000)


def test_plain_and_deflated_streams_are_read() -> None:
    """What honest files hold."""
    assert bounded(b"abc") == b"abc"
    assert bounded(zlib.compress(b"abc"), pikepdf.Name.FlateDecode) == b"abc"
    assert bounded(b"61 62\n63>", pikepdf.Name.ASCIIHexDecode) == b"abc"
    assert bounded(b"@:E^~>", pikepdf.Name.ASCII85Decode) == b"abc"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (zlib.compress(bytes(2000)), pikepdf.Name.FlateDecode),
        (bytes(2000), None),
        (zlib.compress(zlib.compress(bytes(2000))), FLATE_TWICE),
        (b"junk", pikepdf.Name.FlateDecode),
        (b"7A" * 2000 + b">", pikepdf.Name.ASCIIHexDecode),
        (b"z" * 500 + b"~>", pikepdf.Name.ASCII85Decode),
        (b"7A>", pikepdf.Name.RunLengthDecode),
    ],
    ids=["bomb", "large", "bomb in a bomb", "damaged", "large hex", "zeros in base 85", "odd"],
)
def test_bombs_and_odd_encodings_are_not(data: bytes, encoding: Encoding) -> None:
    """Refused before they are built."""
    with pytest.raises(ValueError, match=r"stream|FlateDecode"):
        bounded(data, encoding)


def test_a_bomb_in_the_security_store_is_left_out() -> None:
    """Evidence that cannot be read is evidence that is not there."""
    pdf = plain_pdf()
    catalog, new = number_of_catalog(pdf), next_number(pdf)
    store = b"<< /CRLs [ %d 0 R ] >>" % new
    bomb = stream(zlib.compress(bytes(70 * 1024 * 1024)), b"/Filter /FlateDecode")

    found = read_structure(append_increment(pdf, {catalog: body_of(pdf, catalog, DSS=store), new: bomb}))

    assert found.store.crls == ()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("D:20180808145714+07'00'", datetime(2018, 8, 8, 14, 57, 14, tzinfo=timezone(timedelta(hours=7)))),
        ("D:20180808145714+07'00", datetime(2018, 8, 8, 14, 57, 14, tzinfo=timezone(timedelta(hours=7)))),
        ("D:20180808145714-0530", datetime(2018, 8, 8, 14, 57, 14, tzinfo=timezone(-timedelta(hours=5, minutes=30)))),
        ("D:20180808145714Z", datetime(2018, 8, 8, 14, 57, 14, tzinfo=UTC)),
        ("20180808", datetime(2018, 8, 8, tzinfo=UTC)),
        ("D:2018", datetime(2018, 1, 1, tzinfo=UTC)),
        ("D:20181308", None),
        ("D:20180808145714+99'99'", None),
        ("hôm qua", None),
        ("", None),
    ],
)
def test_pdf_dates_are_read(text: str, moment: datetime | None) -> None:
    """ISO 32000-2 §7.9.4; what is no date is None, not an error."""
    assert parse_pdf_date(text) == moment


@pytest.mark.parametrize("size", [3, 2_000_000])
def test_a_font_that_is_unpacked_once_is_read_as_any_stream(size: int) -> None:
    """Kept or too large to be kept: the same bytes, each time."""
    data = bytes(size)
    with pikepdf.new() as pdf:
        made = pdf.make_stream(b"")
        made.write(zlib.compress(data), filter=pikepdf.Name.FlateDecode)

        assert read_kept(made) == read_kept(made) == read_bounded(made) == data


def test_a_damaged_font_is_refused_each_time() -> None:
    """What was not unpacked is not taken for unpacked."""
    with pikepdf.new() as pdf:
        made = pdf.make_stream(b"")
        made.write(b"no deflated data", filter=pikepdf.Name.FlateDecode)
        for _ in range(2):
            with pytest.raises(ValueError, match="damaged"):
                read_kept(made)
