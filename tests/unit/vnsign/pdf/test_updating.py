"""Increments: what is asked for, after the last byte, in the form the file has, readable by every reader."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Dictionary, Name, String
from pyhanko.pdf_utils.crypt import StandardSecurityHandler
from pyhanko.pdf_utils.reader import PdfFileReader

import vnsign
from tests.materials import Office, leader_signed, make_office, picture, plain_pdf
from vnsign.adapters.files import FileSource
from vnsign.pdf.source import AppendedSource, BytesSource, PdfSource, chunks, hash_of, to_bytes
from vnsign.pdf.writing.updating import open_for_update

SECRET = "Nguyễn Văn Ủy – bí mật"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An authority with a leader."""
    return make_office(tmp_path_factory.mktemp("updating") / "authority")


def saved(**options: object) -> bytes:
    """Return a one-page PDF saved by qpdf with the given options."""
    out = BytesIO()
    with pikepdf.open(BytesIO(plain_pdf())) as pdf:
        pdf.save(out, **options)  # type: ignore[arg-type]  # one keyword of many
    return out.getvalue()


def with_note(source: PdfSource) -> bytes:
    """Append a dictionary with a string and a stream, named from the catalog."""
    with open_for_update(source) as update:
        update.root.VnNote = update.add(Dictionary(Text=String(SECRET), Deep=[Dictionary(Text=String(SECRET))]))
        update.root.VnData = update.stream(SECRET.encode(), Dictionary(Type=Name("/VnData")))
        update.touch(update.root)
        return to_bytes(update.finish())


@pytest.mark.parametrize("mode", list(pikepdf.ObjectStreamMode.__members__))
def test_a_section_has_the_form_of_the_one_before_it(mode: str) -> None:
    """A table after a table, a stream after a stream (ISO 32000-2 §7.5.8.1), even with objects in object streams."""
    before = saved(object_stream_mode=pikepdf.ObjectStreamMode[mode])
    after = with_note(BytesSource(before))

    appended = after[len(before) :]
    assert after.startswith(before)
    assert (b"/Type /XRef" in appended) == (b"/Type /XRef" in before)
    with pikepdf.open(BytesIO(after)) as pdf:
        assert str(pdf.Root.VnNote.Deep[0].Text) == SECRET
        assert pdf.Root.VnData.read_bytes().decode() == SECRET
        assert pdf.check_pdf_syntax() == []
    assert PdfFileReader(BytesIO(after)).root["/VnNote"]["/Text"] == SECRET


def test_new_objects_get_numbers_the_file_never_spoke_of() -> None:
    """A trailer may reserve numbers beyond the last object; they stay unused."""
    plain = plain_pdf()
    size = int(re.search(rb"/Size (\d+)", plain)[1])  # type: ignore[index]  # it is there
    before = plain.replace(b"/Size %d" % size, b"/Size %d" % (size + 40))

    after = with_note(BytesSource(before))

    with pikepdf.open(BytesIO(after)) as pdf:
        assert pdf.Root.VnNote.objgen[0] >= size + 40
        assert int(pdf.trailer.Size) > pdf.Root.VnNote.objgen[0]


@pytest.mark.parametrize("claim", [b"/Size 2000000000", b"/Size 0", b"/Size -4", b"/Size (8)", b"/Sise 8"])
def test_a_lying_size_costs_nothing_and_is_our_error_or_no_harm(claim: bytes) -> None:
    """Whatever the trailer says: an increment that reads back, or a refusal."""
    before = re.sub(rb"/Size \d+", claim, plain_pdf())
    try:
        after = with_note(BytesSource(before))
    except vnsign.InputError:
        return
    with pikepdf.open(BytesIO(after)) as pdf:
        assert str(pdf.Root.VnNote.Text) == SECRET


@pytest.mark.parametrize(("revision", "aes"), [(2, False), (3, False), (4, False), (4, True), (6, True)])
def test_an_encrypted_file_stays_encrypted(revision: int, aes: bool, office: Office) -> None:  # noqa: FBT001
    """RC4-40, RC4-128, AES-128, AES-256: strings and streams of the increment are as unreadable as the rest."""
    open_to_all = pikepdf.Permissions(modify_assembly=True)  # of revision 2 it is the bit that forbids all changes
    how = pikepdf.Encryption(owner="o", user="", R=revision, aes=aes, metadata=False, allow=open_to_all)  # type: ignore[arg-type]
    before = saved(encryption=how)
    after = with_note(BytesSource(before))

    assert SECRET.encode() not in after
    assert SECRET.encode("utf-16-be") not in after
    with pikepdf.open(BytesIO(after)) as pdf:
        assert str(pdf.Root.VnNote.Text) == str(pdf.Root.VnNote.Deep[0].Text) == SECRET
        assert pdf.Root.VnData.read_bytes().decode() == SECRET
    other = PdfFileReader(BytesIO(after))
    assert isinstance(other.security_handler, StandardSecurityHandler)
    other.decrypt(b"")
    assert other.root["/VnNote"]["/Text"] == SECRET
    signed = vnsign.sign_pdf(before, office.leader, reason=SECRET, check_status=False)
    with pikepdf.open(BytesIO(signed)) as pdf:
        assert str(pdf.Root.AcroForm.Fields[0].V.Reason) == SECRET


@pytest.mark.parametrize("junk", [b"\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_bytes_before_the_header_are_refused(junk: bytes) -> None:
    """Some readers count offsets from the header, some from the first byte: nobody knows what a person would see."""
    with pytest.raises(vnsign.InputError, match="before %PDF-"), open_for_update(BytesSource(junk + plain_pdf())):
        pass


def test_a_reference_to_nothing_is_not_written() -> None:
    """What a repaired page tree made up in memory cannot be referred to from the file."""
    with open_for_update(BytesSource(plain_pdf())) as update:
        update.page(0)
        update.root.Ghost = update.pdf.make_indirect(Dictionary(Boo=1))
        update.touch(update.root)
        with pytest.raises(vnsign.InputError, match="refers to object"):
            update.finish()


def test_the_same_increment_has_the_same_bytes() -> None:
    """No clock, no dice."""
    for before in (plain_pdf(), saved(encryption=pikepdf.Encryption(owner="o", user="", R=6))):
        assert with_note(BytesSource(before)) == with_note(BytesSource(before))


def test_a_source_is_read_from_memory_from_a_file_and_with_increments_alike(tmp_path: Path) -> None:
    """Size, pieces, hash and random access agree, however the bytes lie."""
    data = bytes(range(256)) * 9000
    path = tmp_path / "data.pdf"
    path.write_bytes(data[:-5000])
    for source in (
        BytesSource(data),
        AppendedSource(BytesSource(data[:-5000]), data[-5000:]),
        AppendedSource(AppendedSource(FileSource.at(path), data[-5000:-10]), data[-10:]),
    ):
        assert source.size == len(data)
        assert to_bytes(source) == data
        assert hash_of(source, "sha256").digest() == hash_of(BytesSource(data), "sha256").digest()
        assert max(map(len, chunks(source))) <= max(1 << 20, len(data))
        with source.open() as stream:
            for position, count in ((0, 10), (len(data) - 5005, 10), (len(data) - 12, 100), (len(data) + 5, 10)):
                stream.seek(position)
                assert stream.read(count) == data[position : position + count]


def test_a_file_is_signed_like_its_bytes(office: Office, tmp_path: Path) -> None:
    """``sign_file`` writes what ``sign_pdf`` returns; a target that cannot be written stays as it is."""
    source, target = tmp_path / "a.pdf", tmp_path / "b.pdf"
    source.write_bytes(plain_pdf())

    place = vnsign.Place(page=1, at_mm=(20, 30))
    vnsign.sign_file(source, target, office.leader, image=picture(), place=place, check_status=False)

    assert target.read_bytes().startswith(source.read_bytes())
    report = vnsign.inspect_pdf(target.read_bytes(), trust=office.trust, revocation=office.crls)
    assert report.verdict is vnsign.Verdict.TOTAL_PASSED
    with pytest.raises(vnsign.InputError, match="cannot be read"):
        vnsign.sign_file(tmp_path / "absent.pdf", target, office.leader, check_status=False)
    with pytest.raises(vnsign.UsageError, match="cannot be written"):
        vnsign.sign_file(source, tmp_path / "absent" / "b.pdf", office.leader, check_status=False)


def test_in_pdf_a_1_an_image_has_a_stencil_instead_of_transparency(office: Office) -> None:
    """ISO 19005-1 §6.4 forbids soft masks; elsewhere the soft edge is kept."""
    out = BytesIO()
    with pikepdf.open(BytesIO(plain_pdf())) as pdf:
        with pdf.open_metadata() as metadata:
            metadata["pdfaid:part"] = "1"
        pdf.save(out)
    place = vnsign.Place(page=1, at_mm=(20, 30))
    for before, key, other in ((out.getvalue(), "/Mask", "/SMask"), (plain_pdf(), "/SMask", "/Mask")):
        signed = vnsign.sign_pdf(before, office.leader, image=picture(), place=place, check_status=False)
        with pikepdf.open(BytesIO(signed)) as pdf:
            shown = pdf.Root.AcroForm.Fields[0].AP.N.Resources.XObject.Im0
            assert key in shown
            assert other not in shown


@pytest.mark.parametrize("key", ["/MediaBox", "/CropBox", "/Resources"])
def test_a_page_that_inherits_is_not_given_objects_of_its_own(key: str, office: Office) -> None:
    """Every reference of the increment resolves: readers that look for an absent object rebuild the whole file."""
    out = BytesIO()
    with pikepdf.open(BytesIO(plain_pdf(pages=3))) as pdf:
        first = pdf.pages[0].obj
        value = first.get(key, first.MediaBox)
        for page in pdf.pages:
            if key in page.obj:
                del page.obj[key]
        pdf.Root.Pages[key] = value
        pdf.save(out)
    signed = vnsign.sign_pdf(out.getvalue(), office.leader, check_status=False)
    twice = vnsign.sign_pdf(
        signed, office.deputy, image=picture(), place=vnsign.Place(page=2, at_mm=(20, 90)), check_status=False
    )

    with pikepdf.open(BytesIO(twice)) as pdf:
        known = {number for number, _ in pdf.get_xref_table()}
    referred = {int(number) for number in re.findall(rb"(\d+) 0 R", twice[len(out.getvalue()) :])}
    assert referred <= known
    assert [s.valid for s in vnsign.inspect_pdf(twice, trust=office.trust).signatures] == [True, True]
    assert len(PdfFileReader(BytesIO(twice)).embedded_signatures) == 2


def test_nothing_to_fill_changes_nothing_that_is_said(office: Office) -> None:
    """An empty fill is an empty increment, not a foreign exception."""
    before = leader_signed(office)
    assert vnsign.fill_pdf(before, {}).startswith(before)


def test_preparing_does_not_lift_restrictions() -> None:
    """A file whose permissions forbid changes does not become an open one by being prepared."""
    allow = pikepdf.Permissions(modify_form=False, modify_annotation=False, modify_other=False)
    before = saved(encryption=pikepdf.Encryption(owner="o", user="", R=6, allow=allow))
    with pytest.raises(vnsign.InputError, match="encrypted"):
        vnsign.prepare_pdf(before)


@pytest.mark.parametrize("nothing", [b"", None, b"0\x80 a token over something else"])
def test_a_source_without_a_token_makes_no_lower_level(nothing: bytes | None, office: Office) -> None:
    """Asked for B-T, there is B-T or an error."""

    class Silent:
        def timestamp(self, imprint: bytes, hash_algorithm: object) -> bytes:  # noqa: ARG002 — the port's names
            return nothing  # type: ignore[return-value]  # a source that keeps no promise

    with pytest.raises(vnsign.ServiceUnavailable):
        vnsign.sign_pdf(plain_pdf(), office.leader, level="B-T", tsa=Silent(), check_status=False)
