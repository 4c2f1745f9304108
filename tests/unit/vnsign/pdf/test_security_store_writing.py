"""What is added to the document security store, whatever form it has in the file."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from tests.materials import plain_pdf
from tests.support import require_tool
from vnsign.pdf.reading.security_store import SecurityStore, read_store
from vnsign.pdf.source import BytesSource, to_bytes
from vnsign.pdf.writing.document_timestamp import open_timestamp_gap
from vnsign.pdf.writing.security_store import add_security_store

FIRST = SecurityStore(certificates=(b"c1",), crls=(b"l1",), ocsps=(b"o1",))
MORE = SecurityStore(certificates=(b"c1", b"c2"), crls=(b"l1",), ocsps=(b"o2", b"o2"))
BOTH = SecurityStore(certificates=(b"c1", b"c2"), crls=(b"l1",), ocsps=(b"o1", b"o2"))


def added(pdf: bytes, more: SecurityStore) -> bytes:
    """Return the file with more in its store."""
    return to_bytes(add_security_store(BytesSource(pdf), more))


def stored(pdf: bytes) -> SecurityStore:
    """Return what a reader finds."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        return read_store(opened)


def with_direct_store() -> bytes:
    """Return a PDF of another program: the store stands in the catalog, one list is an object of its own."""
    out = BytesIO()
    with pikepdf.open(BytesIO(plain_pdf())) as pdf:
        lists = pdf.make_indirect(Array([pikepdf.Stream(pdf, b"l1")]))
        pdf.Root.DSS = Dictionary(
            Certs=Array([pikepdf.Stream(pdf, b"c1")]), CRLs=lists, OCSPs=Array([pikepdf.Stream(pdf, b"o1")])
        )
        pdf.save(out)
    return out.getvalue()


def test_a_store_is_made_and_grows_by_what_is_new() -> None:
    """Nothing is changed, nothing is written twice."""
    first = added(plain_pdf(), FIRST)
    second = added(first, MORE)

    assert (stored(first), stored(second)) == (FIRST, BOTH)
    assert second.startswith(first)
    with pikepdf.open(BytesIO(second)) as pdf:
        assert pdf.Root.DSS.Type == Name.DSS
        assert "/VRI" not in pdf.Root.DSS


def test_a_store_of_another_program_grows_where_it_stands() -> None:
    """Direct in the catalog, its arrays direct or not."""
    more = SecurityStore(certificates=(b"c2",), crls=(b"l2",), ocsps=(b"o2",))
    grown = added(with_direct_store(), more)

    assert stored(grown) == SecurityStore(certificates=(b"c1", b"c2"), crls=(b"l1", b"l2"), ocsps=(b"o1", b"o2"))


def test_if_nothing_is_new_nothing_is_written() -> None:
    """Repeating a command does not let a file grow."""
    source = BytesSource(added(plain_pdf(), FIRST))

    assert add_security_store(source, FIRST) is source
    assert add_security_store(source, SecurityStore()) is source


@pytest.mark.parametrize("broken", [b"<< /Certs 5 /CRLs [7 (x)] >>", b"5", b"[ ]", b"(x)"])
def test_a_store_that_is_none_is_replaced(broken: bytes) -> None:
    """What no reader can use is not built upon."""
    out = BytesIO()
    with pikepdf.open(BytesIO(plain_pdf())) as pdf:
        pdf.Root.DSS = pikepdf.Object.parse(broken)
        pdf.save(out)

    found = stored(added(out.getvalue(), FIRST))

    assert found == FIRST


def test_an_encrypted_document_keeps_its_evidence_readable() -> None:
    """The streams are encrypted like all others, and read back."""
    out = BytesIO()
    with pikepdf.open(BytesIO(plain_pdf())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user=""))

    assert stored(added(out.getvalue(), FIRST)) == FIRST


def test_a_document_timestamp_gets_a_name_of_its_own(tmp_path: Path) -> None:
    """Its dictionary says what it is (ISO 32000-2 §12.8.5), its field is invisible, and qpdf finds nothing."""
    once = to_bytes(
        open_timestamp_gap(BytesSource(plain_pdf()), hash_name="sha256", room_bytes=100).filled(b"\x30\x00")
    )
    twice = to_bytes(open_timestamp_gap(BytesSource(once), hash_name="sha256", room_bytes=100).filled(b"\x30\x00"))

    with pikepdf.open(BytesIO(twice)) as pdf:
        fields = list(pdf.Root.AcroForm.Fields)
        assert [str(field.T) for field in fields] == ["DocumentTimestamp1", "DocumentTimestamp2"]
        assert {(str(f.V.Type), str(f.V.SubFilter), "/M" in f.V) for f in fields} == {
            ("/DocTimeStamp", "/ETSI.RFC3161", False)
        }
        assert [[int(side) for side in field.Rect] for field in fields] == [[0, 0, 0, 0]] * 2
    file = tmp_path / "stamped.pdf"
    file.write_bytes(twice)
    checked = subprocess.run([require_tool("qpdf"), "--check", str(file)], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr
