"""Changes after a signature, weighed by what the signature permits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

import vnsign
from tests.forgery import (
    append_increment,
    body_entry,
    body_of,
    look,
    next_number,
    number_of_catalog,
    number_of_field,
    number_of_page,
    stream,
)
from tests.materials import (
    DATE,
    LEADER,
    NUMBER,
    SEAL,
    Office,
    leader_signed,
    make_office,
    numbered,
    picture,
    plain_pdf,
    sealed,
)
from vnsign.pdf.comparing.changes import compare_revisions
from vnsign.pdf.reading.opened import OpenedPdf
from vnsign.pdf.reading.pages import only_sets_harmless_flags
from vnsign.pdf.reading.restrictions import FieldLock, LockAction
from vnsign.pdf.reading.structure import FoundSignature, read_structure
from vnsign.report import FindingCode, Modifications, Severity
from vnsign.verification.modifications import judge_changes
from vnsign.verification.signatures import LaterChanges


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def by_leader(office: Office) -> bytes:
    """The document as the leader signed it."""
    return leader_signed(office)


@pytest.fixture(scope="module")
def filled(by_leader: bytes) -> bytes:
    """Number and date filled in."""
    return numbered(by_leader)


def judged(pdf: bytes, *, permissions: int | None = 2, locks: tuple[FieldLock, ...] = ()) -> LaterChanges:
    """Weigh what followed the first signature as if it had these permissions and locks."""
    found: FoundSignature = read_structure(pdf).signatures[0]
    return judge_changes(OpenedPdf(pdf), replace(found, permissions=permissions, locks=locks))


def worst(pdf: bytes, *, permissions: int | None = 2, locks: tuple[FieldLock, ...] = ()) -> Modifications:
    """Return only the worst of :func:`judged`."""
    return judged(pdf, permissions=permissions, locks=locks).modifications


# ---------------------------------------------------------------- permissions (ISO 32000-2 Table 257)


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        (None, Modifications.PERMITTED),
        (1, Modifications.FORBIDDEN),
        (2, Modifications.PERMITTED),
        (3, Modifications.PERMITTED),
    ],
)
def test_filling_needs_permission(permissions: int | None, expected: Modifications, filled: bytes) -> None:
    """P=1 allows no change, P=2 filling in and signing, P=3 annotating too."""
    assert worst(filled, permissions=permissions) is expected


def comment(pdf: bytes, *, at: str = "20 20 40 40", entries: bytes = b"") -> bytes:
    """Add a sticky note."""
    page, new = number_of_page(pdf), next_number(pdf)
    annotations = body_entry(pdf, page, "/Annots").strip().removesuffix(b"]") + b" %d 0 R ]" % new
    rectangle = at.encode()
    note = b"<< /Type /Annot /Subtype /Text /Rect [%s] /Contents (xin xem lai) %s >>" % (rectangle, entries)
    return append_increment(pdf, {page: body_of(pdf, page, Annots=annotations), new: note})


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        (None, Modifications.PERMITTED),
        (1, Modifications.FORBIDDEN),
        (2, Modifications.FORBIDDEN),
        (3, Modifications.PERMITTED),
    ],
)
def test_comments_need_permission(permissions: int | None, expected: Modifications, by_leader: bytes) -> None:
    """A certification allows remarks with P=3 only; who only approves says nothing about them: a person is told."""
    changes = judged(comment(by_leader), permissions=permissions)

    assert changes.modifications is expected
    if expected is Modifications.PERMITTED:
        assert [f.severity for f in changes.findings] == [Severity.WARNING]


@pytest.mark.parametrize("permissions", [None, 3])
@pytest.mark.parametrize(
    ("at", "entries"),
    [
        ("100 695 200 720", b""),  # over "So: page 1"
        ("20 20 40 40", b"/A << /S /JavaScript /JS (app.alert\\(1\\)) >>"),
        ("20 20 40 40", b"/Subtype /Link"),
        ("20 20 40 40", b"/OC << /Type /OCG /Name (an) >>"),
        ("20 20 40 40", b"/F 2"),
    ],
)
def test_a_remark_may_not_cover_nor_do_anything(
    at: str, entries: bytes, permissions: int | None, by_leader: bytes
) -> None:
    """Over content, with an action, on a layer, hidden: suspicious even where comments are allowed."""
    assert worst(comment(by_leader, at=at, entries=entries), permissions=permissions) is Modifications.SUSPICIOUS


# ---------------------------------------------------------------- locks


@pytest.mark.parametrize(
    ("action", "fields", "expected"),
    [
        (LockAction.ALL, (), Modifications.FORBIDDEN),
        (LockAction.INCLUDE, (NUMBER,), Modifications.FORBIDDEN),
        (LockAction.INCLUDE, (LEADER,), Modifications.PERMITTED),
        (LockAction.EXCLUDE, (NUMBER, DATE), Modifications.PERMITTED),
        (LockAction.EXCLUDE, (NUMBER,), Modifications.FORBIDDEN),
    ],
)
def test_a_locked_field_stays_as_it_was(
    action: LockAction, fields: tuple[str, ...], expected: Modifications, filled: bytes
) -> None:
    """FieldMDP: all fields, those named, or all but those named (ISO 32000-2 Table 259)."""
    changes = judged(filled, permissions=None, locks=(FieldLock(action=action, fields=fields),))

    assert changes.modifications is expected
    locked = FindingCode.FIELD_CHANGED_AFTER_LOCK in {f.code for f in changes.findings}
    assert locked == (expected is Modifications.FORBIDDEN)


def test_a_lock_closes_the_fields_below_the_named_one() -> None:
    """Naming ``form`` closes ``form.so`` but not ``formal``."""
    lock = FieldLock(action=LockAction.INCLUDE, fields=("form",))

    assert lock.closes("form.so")
    assert not lock.closes("formal")


def test_the_seal_locks_the_leader_and_everything_else(office: Office, filled: bytes) -> None:
    """The recipe's /Lock is read from the field and from the signature."""
    seal = read_structure(sealed(office, filled)).signatures[1]

    assert seal.permissions == 1
    assert any(lock.closes(LEADER) for lock in seal.locks)


# ---------------------------------------------------------------- what is harmless


def with_metadata(pdf: bytes) -> bytes:
    """Write XMP metadata, as archives do."""
    catalog, new = number_of_catalog(pdf), next_number(pdf)
    xmp = stream(b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', b"/Type /Metadata /Subtype /XML")
    return append_increment(pdf, {catalog: body_of(pdf, catalog, Metadata=b"%d 0 R" % new), new: xmp})


def with_objects_nobody_leads_to(pdf: bytes) -> bytes:
    """Add an object that nothing refers to."""
    return append_increment(pdf, {next_number(pdf): b"(nobody)"})


def with_same_objects_again(pdf: bytes) -> bytes:
    """Write the page once more, as it was."""
    page = number_of_page(pdf)
    return append_increment(pdf, {page: body_of(pdf, page)})


@pytest.mark.parametrize("change", [with_metadata, with_objects_nobody_leads_to, with_same_objects_again])
def test_what_changes_nothing_is_no_modification(change: Callable[[bytes], bytes], by_leader: bytes) -> None:
    """Metadata, loose objects and identical copies draw nothing."""
    assert worst(change(by_leader)) is Modifications.NONE


# ---------------------------------------------------------------- what is not


def refilled(pdf: bytes) -> bytes:
    """Fill the number anew, value and look alike: glyph 0x12 is 1."""
    field, new = number_of_field(pdf, NUMBER), next_number(pdf)
    shown = look(pdf, NUMBER, b"/Tx BMC q BT 0 g /F0 13 Tf 0 2.81 Td <0012> Tj ET Q EMC")
    return append_increment(pdf, {field: body_of(pdf, field, V=b"(1)", AP=b"<< /N %d 0 R >>" % new), new: shown})


def test_a_value_that_stood_at_signing_may_not_be_replaced(office: Office, filled: bytes) -> None:
    """Filling in means an empty field: without a lock a number changed after signing is still suspicious."""
    pdf = vnsign.sign_pdf(filled, office.deputy, field=SEAL, check_status=False)
    changed = refilled(pdf)
    seal = read_structure(changed).signatures[1]

    assert (
        judge_changes(OpenedPdf(changed), replace(seal, permissions=None, locks=())).modifications
        is Modifications.SUSPICIOUS
    )


def with_unsigned_look(pdf: bytes) -> bytes:
    """Give the empty agency field a look, without a signature."""
    field, new = number_of_field(pdf, SEAL), next_number(pdf)
    red = stream(b"1 0 0 rg 0 0 50 50 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 102 102]")
    return append_increment(pdf, {field: body_of(pdf, field, AP=b"<< /N %d 0 R >>" % new), new: red})


def with_signature_that_is_none(pdf: bytes) -> bytes:
    """Fill the agency field with a dictionary that is no signature, and a look."""
    field, new = number_of_field(pdf, SEAL), next_number(pdf)
    red = stream(b"1 0 0 rg 0 0 50 50 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 102 102]")
    body = body_of(pdf, field, V=b"<< /Type /Sig >>", AP=b"<< /N %d 0 R >>" % new)
    return append_increment(pdf, {field: body, new: red})


@pytest.mark.parametrize("change", [with_unsigned_look, with_signature_that_is_none])
def test_a_seal_without_a_signature_is_suspicious(change: Callable[[bytes], bytes], by_leader: bytes) -> None:
    """Who paints a seal must answer for it with a signature that can be judged."""
    assert worst(change(by_leader)) is Modifications.SUSPICIOUS


def test_a_painted_timestamp_is_suspicious(by_leader: bytes) -> None:
    """A document timestamp proves a time; a seal painted with it would be nobody's."""
    field, new = number_of_field(by_leader, SEAL), next_number(by_leader)
    red = stream(b"1 0 0 rg 0 0 50 50 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 102 102]")
    stamp = b"<< /Type /DocTimeStamp /SubFilter /ETSI.RFC3161 /ByteRange [0 1 2 3] /Contents <30> >>"
    body = body_of(by_leader, field, V=b"%d 0 R" % (new + 1), AP=b"<< /N %d 0 R >>" % new)

    assert worst(append_increment(by_leader, {field: body, new: red, new + 1: stamp})) is Modifications.SUSPICIOUS


def test_a_new_visible_signature_may_not_cover_another_field(office: Office) -> None:
    """A field that stood in the signed revision may overlap others (the seal must); a new one may not."""
    first = vnsign.sign_pdf(
        plain_pdf(),
        office.leader,
        image=picture(),
        place=vnsign.Place(page=1, at_mm=(100, 100), size_mm=(40, 20)),
        check_status=False,
    )
    beside = vnsign.sign_pdf(
        first,
        office.deputy,
        image=picture(),
        place=vnsign.Place(page=1, at_mm=(20, 100), size_mm=(40, 20)),
        check_status=False,
    )
    assert worst(beside, permissions=None) is Modifications.PERMITTED

    with pytest.raises(vnsign.InputError):
        vnsign.sign_pdf(
            first,
            office.deputy,
            image=picture(),
            place=vnsign.Place(page=1, at_mm=(110, 105), size_mm=(40, 20)),
            check_status=False,
        )


def with_new_field(pdf: bytes, *, entries: bytes) -> bytes:
    """Add an unsigned signature field."""
    page, new = number_of_page(pdf), next_number(pdf)
    form = int(body_entry(pdf, number_of_catalog(pdf), "/AcroForm").split()[0])
    fields = body_entry(pdf, form, "/Fields").strip().removesuffix(b"]") + b" %d 0 R ]" % new
    annotations = body_entry(pdf, page, "/Annots").strip().removesuffix(b"]") + b" %d 0 R ]" % new
    widget = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (them) /F 4 /P %d 0 R %s >>" % (page, entries)
    objects = {form: body_of(pdf, form, Fields=fields), page: body_of(pdf, page, Annots=annotations), new: widget}
    look_number = new + 1
    red = (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 50 50] /Length 23 >>\nstream\n1 0 0 rg 0 0 50 50 re f\nendstream"
    )
    return append_increment(pdf, {**objects, look_number: red})


@pytest.mark.parametrize(
    ("permissions", "entries", "expected"),
    [
        (None, b"/Rect [20 20 70 70]", Modifications.PERMITTED),
        (None, b"/Rect [20 20 70 70] /AP << /N %d 0 R >>", Modifications.SUSPICIOUS),
        (2, b"/Rect [20 20 70 70]", Modifications.SUSPICIOUS),
        (2, b"/Rect [0 0 0 0]", Modifications.PERMITTED),
        (1, b"/Rect [0 0 0 0]", Modifications.FORBIDDEN),
    ],
)
def test_a_new_signature_field(
    permissions: int | None, entries: bytes, expected: Modifications, by_leader: bytes
) -> None:
    """An approval signature leaves room for more signers; a certification wants its fields prepared."""
    if b"%d" in entries:
        entries %= next_number(by_leader) + 1

    assert worst(with_new_field(by_leader, entries=entries), permissions=permissions) is expected


@pytest.mark.parametrize(
    ("before", "after", "harmless"),
    [(4, 132, True), (4, 4, True), (4, 6, False), (4, 36, False), (4, 0, False), (132, 4, False), (4, 260, False)],
)
def test_signing_may_lock_a_widget_but_not_hide_it(before: int, after: int, harmless: bool) -> None:  # noqa: FBT001
    """Print, ReadOnly and Locked may be set; Hidden, NoView, ToggleNoView or a lost Print may not."""
    assert only_sets_harmless_flags(before, after) is harmless


# ---------------------------------------------------------------- each change by object and page


def test_each_change_is_listed_by_object_and_page(by_leader: bytes, filled: bytes) -> None:
    """An auditor finds it in the file: the field's dictionary on its page, the annotation, the page itself."""
    number, page = number_of_field(by_leader, NUMBER), number_of_page(by_leader)
    listed = {change.field: change for change in judged(filled).changes if change.kind == "field_filled"}

    assert set(listed) == {NUMBER, DATE}
    assert (listed[NUMBER].object_id, listed[NUMBER].page) == (f"{number} 0", 1)
    assert listed[NUMBER].modifications is Modifications.PERMITTED
    assert listed[NUMBER].values["after"] == "15/QĐ-UBND"

    note = next_number(by_leader)
    (added,) = [c for c in judged(comment(by_leader)).changes if c.kind.startswith("annotation")]
    assert (added.kind, added.object_id, added.page) == ("annotation_added", f"{note} 0", 1)
    assert added.modifications is Modifications.FORBIDDEN

    turned = append_increment(by_leader, {page: body_of(by_leader, page, Rotate=b"90")})
    (rotated,) = [c for c in judged(turned).changes if c.kind == "page_changed"]
    assert (rotated.object_id, rotated.page, rotated.where) == (f"{page} 0", 1, "page 1 /Rotate")
    assert rotated.modifications is Modifications.FORBIDDEN

    catalog = number_of_catalog(by_leader)
    opened = append_increment(by_leader, {catalog: body_of(by_leader, catalog, OpenAction=b"[]")})
    (action,) = [c for c in judged(opened).changes if c.kind == "catalog_changed"]
    assert (action.object_id, action.page, action.where) == (f"{catalog} 0", None, "/OpenAction")


def test_a_change_on_the_second_page_names_the_second_page() -> None:
    """Pages are counted from 1, as people count them."""
    before = plain_pdf(pages=2)
    with OpenedPdf(before) as file:
        second = int(file.until(len(before)).pages[1].obj.objgen[0])
    turned = append_increment(before, {second: body_of(before, second, Rotate=b"90")})
    with OpenedPdf(turned) as file:
        changes = compare_revisions(file.until(len(before)), file.until(len(turned)))

    assert [(c.kind.value, c.page, c.object_id) for c in changes] == [("page_changed", 2, (second, 0))]
