"""A peer whose signature is right sends a subject that hides, turns and moves what people read."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import openpyxl
import pypdfium2
from click.testing import CliRunner

from docflow import InboxOutcome, ParcelKind, RegisterForm, RegisterKind, SearchQuery, print_register
from docflow.cli import main
from docflow.edxml import NewDocument, build_message, parse_message
from tests.exchange_kit import RECEIVER, SENDER, KeySigner, open_two, seal_document

SUBJECT = "về việc \u202eđảo\u202c ẩn\u200bgiữa\u3164 😀 \x9b2Jxóa \x85 chữ\u2011nối"
SHOWN = "về việc [U+202E]đảo[U+202C] ẩn[U+200B]giữa[U+3164] {} [U+009B]2Jxóa [U+0085] chữ-nối"
NAMED = SHOWN.format("[U+1F600]")


def test_it_is_kept_as_it_came_and_shown_so_that_everybody_sees_it(tmp_path: Path) -> None:
    """The message is evidence; the book of the year is printed, the terminal stays where it is."""
    pair = open_two(tmp_path)
    seal_document(pair.sender, "d1")
    pair.sender.dispatch(pair.drop)
    (parcel,) = (item for item in pair.sender.parcels("d1") if item.kind is ParcelKind.DOCUMENT)
    message = parse_message(pair.sender.blob(parcel.message or ""))
    assert isinstance(message, NewDocument)
    (lying,) = pair.parcels_of(RECEIVER)
    data = build_message(dataclasses.replace(message, subject=SUBJECT))
    (lying / "message.edxml").write_bytes(data)
    (lying / "message.p7s").write_bytes(KeySigner(SENDER).sign(data))

    (reception,) = pair.receiver.collect(pair.drop)

    assert reception.outcome is InboxOutcome.ACCEPTED
    arrived = pair.arrived()
    assert arrived.subject == SUBJECT
    pair.receiver.accept(arrived.id, actor="V")
    assert [hit.subject for hit in pair.receiver.search(SearchQuery(text="dao"))] == [SUBJECT]
    book = pair.receiver.register(RegisterKind.INCOMING, pair.clock.time.year)
    printed = pypdfium2.PdfDocument(print_register(book, RegisterForm.PDF))
    assert NAMED in " ".join(" ".join(page.get_textpage().get_text_range() for page in printed).split())
    sheet = openpyxl.load_workbook(io.BytesIO(print_register(book, RegisterForm.XLSX))).active
    assert sheet is not None
    assert SHOWN.format("😀") in str(sheet.cell(4, 6).value)
    pair.close()
    shown = CliRunner().invoke(main, ["search", str(tmp_path / RECEIVER), "dao"], env={"COLUMNS": "400"}).output
    assert SHOWN.format("😀") in shown
    assert not set("\u202e\u202c\u200b\x9b\x85\u3164") & set(shown)
