"""Times near the ends of the calendar, written by whoever wants a report to fail: a verdict, and every form of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import core, tsp
from cryptography.hazmat.primitives.asymmetric import ec

import vnsign
from tests.judging_kit import BEGIN, HandMade, OwnRoot, judge, make_world, only, place_for_cms, replaced_cms, stamp_of
from tests.materials import plain_pdf
from vnsign.errors import InputError
from vnsign.pdf.dates import parse_pdf_date
from vnsign.pki.timestamp_reading import parse_timestamp
from vnsign.rendering.formats import Format
from vnsign.report import DocumentReport, Indication

#: RFC 5280 §4.1.2.5: a certificate that has no well-defined expiration date.
NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def every_form(report: DocumentReport) -> list[str]:
    """Return the report in each form and language."""
    return ["".join(vnsign.render_reports([report], form.value, lang=lang)) for form in Format for lang in ("vi", "en")]


@pytest.mark.parametrize(
    "date", ["D:99991231235959-14'00'", "D:00010101000000+14'00'", "D:00000101", "D:20260302090000+99'99'"]
)
def test_a_claimed_time_that_cannot_be_meant_is_none(date: str) -> None:
    """It was shown in another zone, and no report was written: one file stopped a run over an archive."""
    assert parse_pdf_date(date) is None

    root, key = OwnRoot(), ec.generate_private_key(ec.SECP256R1())
    made = HandMade(key=key, certificate=root.issue(key))
    prepared = place_for_cms(plain_pdf(), room=12_000)
    dated = prepared.replace(b"/Filter /Adobe.PPKLite", b"/Filter /Adobe.PPKLite /M (" + date.encode() + b")", 1)
    report = judge(replaced_cms_anyway(dated, made), root.trust())

    assert only(report).claimed_time is None
    assert only(report).signing_time is None
    assert all(every_form(report))


def replaced_cms_anyway(pdf: bytes, made: HandMade) -> bytes:
    """Return the PDF with a CMS in its gap, its byte range moved by as much as was put before it."""
    start = pdf.index(b"<" + b"0" * 16)
    end = pdf.index(b">", start) + 1
    before = pdf.index(b"/ByteRange [")
    after = pdf.index(b"]", before) + 1
    written = b"/ByteRange [0 %010d %010d %010d]" % (start, end, len(pdf) - end)
    moved = pdf[:before] + written + pdf[after:]
    return replaced_cms(moved, made.cms(moved[:start] + moved[end:]))


def test_a_certificate_that_never_ends_is_shown() -> None:
    """In every form, and judged as any other."""
    root, key = OwnRoot(end=NEVER), ec.generate_private_key(ec.SECP256R1())
    made = HandMade(key=key, certificate=root.issue(key, end=NEVER), claimed=BEGIN)
    report = judge(made.pdf(), root.trust())

    assert only(report).indication is Indication.TOTAL_PASSED
    assert any("31/12/9999" in text for text in every_form(report))


def test_a_timestamp_of_the_year_9999_is_malformed(tmp_path: Path) -> None:
    """Its accuracy could not even be added to it."""
    token = tsp.ContentInfo.load(stamp_of(make_world(tmp_path / "authority"))(b"x"))
    info = token["content"]["encap_content_info"]["content"].parsed
    info["gen_time"] = NEVER
    token["content"]["encap_content_info"]["content"] = core.ParsableOctetString(info.dump(force=True))

    with pytest.raises(InputError, match="time cannot be meant"):
        parse_timestamp(token.dump(force=True))
