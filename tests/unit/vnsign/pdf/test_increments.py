"""What the short way to judge increments leaves to the general comparison: each of these could be read in two ways."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.increments_kit import Layer, Part, disagreement, grown_store, put_together, take_apart
from tests.materials import Office, archived, make_office
from vnsign.pdf.comparing.change_kinds import ChangeKind
from vnsign.pdf.comparing.increments.plain_changes import changes_of_increments
from vnsign.pdf.reading.opened import OpenedPdf

#: Revisions of the recipe: the document, the leader's signature, number and date, the seal, evidence, a document
#: timestamp, more evidence. Numbers of its objects.
BASE, LEADER, FILLED, SEALED, STORED, STAMPED, GROWN = range(7)
CATALOG, INFO, FORM, FONT, NUMBER, DATE, SEAL, PAGE, WIDTHS, PICTURE = 1, 2, 3, 5, 7, 8, 10, 11, 12, 19
Change = Callable[[list[Layer]], object]


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> list[Layer]:
    """The recipe, taken apart."""
    office: Office = make_office(tmp_path_factory.mktemp("office") / "ca")
    return grown_store(take_apart(archived(office)))


def _copied(layers: list[Layer]) -> list[Layer]:
    return [Layer({n: p.copy() for n, p in each.parts.items()}, each.trailer, set(each.stale)) for each in layers]


def _judged(layers: list[Layer], revision: int) -> tuple[ChangeKind, ...] | None:
    """What was done since a revision; None if the short way does not say. Where it does, the long way agrees."""
    pdf, ends = put_together(layers)
    with OpenedPdf(pdf) as file:
        changes = changes_of_increments(file, ends[revision])
        if changes is None:
            return None
        assert not disagreement(file, ends[revision], changes)
    return tuple(change.kind for change in changes)


def _number(layers: list[Layer], revision: int, word: bytes) -> int:
    """The object of a revision in which a word stands."""
    return next(number for number, part in layers[revision].parts.items() if word in part.words)


def test_the_recipe_is_judged_by_what_each_revision_wrote(layers: list[Layer]) -> None:
    """From each revision to the last."""
    store, filled, signed, stamp = (
        ChangeKind.SECURITY_STORE,
        ChangeKind.FIELD_FILLED,
        ChangeKind.FIELD_SIGNED,
        ChangeKind.DOCUMENT_TIMESTAMP,
    )
    assert _judged(layers, LEADER) == (store, filled, filled, signed, stamp)
    assert _judged(layers, FILLED) == (store, signed, stamp)
    assert _judged(layers, SEALED) == (store, stamp)
    assert _judged(layers, STORED) == (store, stamp)
    assert _judged(layers, STAMPED) == (store,)


def _swap(revision: int, number: int, there: bytes, instead: bytes) -> Change:
    def change(layers: list[Layer]) -> None:
        part = layers[revision].parts[number]
        assert there in part.words, part.words
        part.words = part.words.replace(there, instead, 1)

    return change


def _swap_in(revision: int, holding: bytes, there: bytes, instead: bytes) -> Change:
    return lambda layers: _swap(revision, _number(layers, revision, holding), there, instead)(layers)


def _add(revision: int, number: int, words: bytes, stream: bytes | None = None) -> Change:
    return lambda layers: layers[revision].parts.__setitem__(number, Part(words + b"\n", stream))


def _again(revision: int, number: int, of: int = BASE) -> Change:
    """Write an object once more as it was."""
    return lambda layers: layers[revision].parts.__setitem__(number, layers[of].parts[number].copy())


def _trailer(revision: int, more: bytes) -> Change:
    return lambda layers: setattr(layers[revision], "trailer", layers[revision].trailer + more)


def _both(*changes: Change) -> Change:
    return lambda layers: [change(layers) for change in changes]


def _content(there: bytes, instead: bytes) -> Change:
    """Change what the look of the number shows."""

    def change(layers: list[Layer]) -> None:
        look = next(part for part in layers[FILLED].parts.values() if part.stream is not None and b"/F0" in part.words)
        assert look.stream is not None
        assert there in look.stream
        look.stream = look.stream.replace(there, instead, 1)

    return change


def _fields_change_places(layers: list[Layer]) -> None:
    """Each is written under the number of the other, which another page may list."""
    written = layers[FILLED].parts
    written[NUMBER], written[DATE] = written[DATE], written[NUMBER]


#: Since the leader's signature, if no other revision is named.
LEFT: dict[str, Change] = {
    "a table that points at an older object": lambda layers: layers[FILLED].stale.add(FORM),
    "a table of nothing": lambda layers: layers[GROWN].parts.clear(),
    "a signed reference to a number that comes later": _both(
        _swap(BASE, PAGE, b"/Rotate 0", b"/Rotate 0 /X 70 0 R"), _add(FILLED, 70, b"<< >>")
    ),
    "a trailer's reference to a number that comes later": _both(_trailer(LEADER, b"/X 70 0 R"), _add(FILLED, 70, b"1")),
    "a signed object without an end": _swap(BASE, 18, b"[ (ChuKyNguoiKy)", b"[ [ (ChuKyNguoiKy)"),
    "an appended object without an end": _swap_in(FILLED, b"/T (so)", b"/Rect [", b"/Rect [ ["),
    "an object that is only a reference": _add(FILLED, 70, b"5 0 R"),
    "what looks like an object in an appended stream": _add(FILLED, 70, b"<< /Length 9 >>", b"9 0 obj 1"),
    "what looks like an object in a signed string": _swap(BASE, INFO, b"(untitled)", b"(9 0 obj)"),
    "a reference by another generation in a signed stream": _add(BASE, 70, b"<< /Length 9 >>", b"/X 7 1 R "),
    "a reference spelled with two blanks": _swap(BASE, PAGE, b"/Contents 19 0 R", b"/Contents 19  0 R"),
    "a reference behind a remark": _swap(BASE, PAGE, b"/Contents 19 0 R", b"/Contents 19 %\n 0 R"),
    "a signed number that is none": _swap(BASE, PAGE, b"/Rotate 0", b"/Rotate 0-1"),
    "a trailer with another within": _trailer(SEALED, b"/X << /Prev 15 >>"),
    "a trailer with a remark": _trailer(SEALED, b"%\n"),
    "a trailer that names other information": lambda layers: setattr(
        layers[GROWN], "trailer", layers[GROWN].trailer.replace(b"/Info 2 0 R", b"/Info 5 0 R")
    ),
    "a file arranged for another length": _swap(BASE, INFO, b"/Keywords", b"/Linearized 1 /Keywords"),
    "information written again": _again(FILLED, INFO),
    "a font written again": _again(FILLED, FONT),
    "a font's part written again": _again(FILLED, WIDTHS),
    "the document's content written again": _again(FILLED, PICTURE),
    "a form written again as it was": _again(FILLED, FORM),
    "a catalog written again as it was": _again(FILLED, CATALOG, LEADER),
    "a page written again as it was": _again(FILLED, PAGE),
    "a node of the page tree written again": _again(FILLED, 4),
    "a lock written again": _again(FILLED, 18),
    "a field filled twice": _again(SEALED, NUMBER, FILLED),
    "a catalog that gains more than the store": _swap(STORED, CATALOG, b"/DSS", b"/X 1 /DSS"),
    "a catalog that loses an entry": _swap(STORED, CATALOG, b"/PageMode /UseNone", b""),
    "a store with entries for each signature": _swap(GROWN, 42, b"/Certs", b"/VRI << >> /Certs"),
    "a store of another type": _swap(GROWN, 42, b"/Type /DSS", b"/Type /XXX"),
    "a store of what is no stream": _swap(GROWN, 42, b"/Certs [", b"/Certs [ 4 0 R"),
    "a store within the catalog": _swap(STORED, CATALOG, b"/DSS 42 0 R", b"/DSS << /Certs [ ] >>"),
    "a store that stood before": _both(
        _add(BASE, 70, b"<< /Type /DSS >>"), _swap(STORED, CATALOG, b"/DSS 42 0 R", b"/DSS 70 0 R")
    ),
    "a store in the place of another": _both(
        _add(BASE, 70, b"<< /Type /DSS >>"),
        *(_swap(at, CATALOG, b"/PageMode /UseNone", b"/PageMode /UseNone /DSS 70 0 R") for at in (BASE, LEADER)),
    ),
    "a form that gains more than fields": _swap(STAMPED, FORM, b"/SigFlags 3", b"/SigFlags 3 /NeedAppearances true"),
    "a form that gains nothing": _both(
        _swap(STAMPED, FORM, b" 51 0 R ]", b" ]"), lambda layers: layers[STAMPED].parts.pop(PAGE)
    ),
    "a page that gains nothing": _swap(STAMPED, PAGE, b" 51 0 R ]", b" ]"),
    "a form whose fields change places": _swap(STAMPED, FORM, b"7 0 R 8 0 R", b"8 0 R 7 0 R"),
    "a form that is the page's resources too": _swap(BASE, PAGE, b"/Font 20 0 R", b"/Font 20 0 R /Properties 3 0 R"),
    "a field that is the page's pictures too": _both(
        *(_swap(at, PAGE, b"/Font 20 0 R", b"/Font 20 0 R /XObject 7 0 R") for at in (BASE, STAMPED))
    ),
    "a field that is a picture's font": _both(
        *(_swap(at, PAGE, b"/Font 20 0 R", b"/Font 20 0 R /XObject << /X 70 0 R >>") for at in (BASE, STAMPED)),
        _add(BASE, 70, b"<< /Length 1 /Resources << /Font << /F 10 0 R >> >> >>", b"n"),
    ),
    "a field that is a look's font": _swap(FILLED, 34, b"/F0 5 0 R", b"/F0 5 0 R /F1 10 0 R"),
    "a catalog that is the form's font": _both(
        *(_swap(at, FORM, b"/DR <<", b"/DR << /X 1 0 R") for at in (BASE, STAMPED)),
    ),
    "a field that is a layer": _both(
        *(
            _swap(at, CATALOG, b"/PageMode /UseNone", b"/PageMode /UseNone /OCProperties << /D 7 0 R >>")
            for at in (BASE, LEADER, STORED)
        )
    ),
    "a field that the node above the page lists": _swap(BASE, 4, b"/Type /Pages", b"/Type /Pages /Resources 7 0 R"),
    "a form that the catalog names twice": _both(
        *(_swap(at, CATALOG, b"/PageMode /UseNone", b"/Dests 3 0 R") for at in (BASE, LEADER, STORED))
    ),
    "a form that the trailer names too": _trailer(BASE, b"/X 3 0 R"),
    "a page with other contents": _swap(STAMPED, PAGE, b"/Contents 19 0 R", b"/Contents 13 0 R"),
    "a page whose annotations change places": _swap(STAMPED, PAGE, b"7 0 R 8 0 R", b"8 0 R 7 0 R"),
    "a page with an annotation that is no field": _both(
        _swap(STAMPED, PAGE, b"51 0 R ]", b"51 0 R 70 0 R ]"), _add(STAMPED, 70, b"<< /Subtype /Stamp >>")
    ),
    "a page with an annotation of its own": _swap(BASE, PAGE, b"/Annots [", b"/Annots [ << /Subtype /Link >>"),
    "a page in whose parts an inherited entry stands": _both(
        *(_swap(at, PAGE, b"/Trans << >>", b"/Trans << /CropBox 1 >>") for at in (BASE, STAMPED))
    ),
    "a page with an entry that leads to nothing": _both(
        *(_swap(at, PAGE, b"/Trans << >>", b"/CropBox 90 0 R") for at in (BASE, STAMPED))
    ),
    "a page that is a field too": _both(
        *(_swap(at, PAGE, b"/Rotate 0", b"/Rotate 0 /T (p) /FT /Sig") for at in (BASE, STAMPED)),
        *(_swap(at, FORM, b"/Fields [", b"/Fields [ 11 0 R") for at in (BASE, STAMPED)),
    ),
    "a form with a node above a field": _swap(BASE, SEAL, b"/FT /Sig", b"/FT /Sig /Kids [ ]"),
    "a form with a field below another": _swap(BASE, SEAL, b"/FT /Sig", b"/FT /Sig /Parent 9 0 R"),
    "two fields of one name": _swap(BASE, SEAL, b"/T (ConDauCoQuan)", b"/T (so)"),
    "a field that the form lists twice": _both(
        *(_swap(at, FORM, b"/Fields [ 7 0 R", b"/Fields [ 7 0 R 7 0 R") for at in (BASE, STAMPED))
    ),
    "a field that had a value": _swap(BASE, NUMBER, b"/T (so)", b"/T (so) /V (1)"),
    "a field filled with a name": _swap(FILLED, NUMBER, b"/V <", b"/V /X /X <"),
    "a field filled with nothing": _both(
        _swap(FILLED, NUMBER, b"/V <feff00310035002f00510110002d00550042004e0044>", b"/V ()"),
        _content(b"<00120016001000320084000E00360023002F0025> Tj", b""),
    ),
    "a field that gains more than its value": _swap(FILLED, NUMBER, b"/Q 0", b"/Q 0 /A << /S /URI >>"),
    "a field turned": _both(*(_swap(at, NUMBER, b"/Q 0", b"/Q 0 /MK << /R 90 >>") for at in (BASE, FILLED))),
    "a field whose flags are none": _both(*(_swap(at, NUMBER, b"/F 4", b"/F 4.5") for at in (BASE, FILLED))),
    "fields that change places, and with that pages": _fields_change_places,
    "a box to tick": _both(*(_swap(at, NUMBER, b"/FT /Tx", b"/FT /Btn") for at in (BASE, FILLED))),
    "a look of several states": _swap(FILLED, NUMBER, b"/AP << /N 34 0 R", b"/AP << /D 31 0 R /N 34 0 R"),
    "no look": _swap(FILLED, NUMBER, b"/AP << /N 34 0 R >>", b""),
    "a look with a group": _swap(FILLED, 34, b"/Subtype", b"/Group << >> /Subtype"),
    "a look with colours of its own": _swap(
        FILLED, 34, b"/Resources <<", b"/Resources << /ColorSpace << /DefaultGray 19 0 R >>"
    ),
    "a look scaled": _swap(FILLED, 34, b"/Subtype", b"/Matrix [ 2 0 0 1 0 0 ] /Subtype"),
    "a look larger than its field": _swap(FILLED, 34, b"150 14.39", b"250 14.39"),
    "a look without a box": _swap(FILLED, 34, b"/BBox [ 0 0 150 14.39 ]", b""),
    "a look that shows another text": _content(b"<0012", b"<0013"),
    "a look in white": _content(b"0 g", b"1 g"),
    "a look with a second text": _content(b"EMC", b"BT ET EMC"),
    "a look with a picture": _content(b"EMC", b"/Im0 Do EMC"),
    "a look with odd white space": _content(b"0 g\n/F0", b"0 g\x0b/F0"),
    "a look that goes on": _content(b"EMC", b"EMC 1"),
    "a look with a font of its own": _both(
        _swap(FILLED, 34, b"/F0 5 0 R", b"/F0 70 0 R"),
        lambda layers: layers[FILLED].parts.__setitem__(70, layers[BASE].parts[FONT].copy()),
    ),
    "a font without a map of its own": _swap(BASE, WIDTHS, b"/CIDToGIDMap /Identity", b"/CIDToGIDMap 13 0 R"),
    "a font of another encoding": _swap(BASE, FONT, b"/Identity-H", b"/Identity-V"),
    "a simple font": _swap(BASE, FONT, b"/Type0", b"/TrueType"),
    "a font that leads to nothing": _swap(BASE, FONT, b"/Type /Font", b"/Type /Font /X 90 0 R"),
    "a signed field that gains an action": _swap(SEALED, SEAL, b"/F 4", b"/F 4 /A << /S /URI >>"),
    "a signed field with an action": _both(
        *(_swap(at, SEAL, b"/F 4", b"/F 4 /A << /S /URI >>") for at in (BASE, SEALED))
    ),
    "a signed field that had a signature": _swap(BASE, SEAL, b"/F 4", b"/F 4 /V 18 0 R"),
    "a signed field that is no widget": _both(
        *(_swap(at, SEAL, b"/Subtype /Widget", b"/Subtype /Stamp") for at in (BASE, SEALED))
    ),
    "a signed field that is hidden": _swap(SEALED, SEAL, b"/F 4", b"/F 6"),
    "a signed field whose flags are none": _swap(SEALED, SEAL, b"/F 4", b"/F 4.5"),
    "a signed field moved": _swap(SEALED, SEAL, b"240 180", b"140 180"),
    "a signed field without a place": _both(*(_swap(at, SEAL, b"240 180 342 282", b"") for at in (BASE, SEALED))),
    "a signed field without a height": _both(
        *(_swap(at, SEAL, b"240 180 342 282", b"240 180 342 180") for at in (BASE, SEALED))
    ),
    "a signed field without a size": _both(
        *(_swap(at, SEAL, b"240 180 342 282", b"240 180 240 282") for at in (BASE, SEALED))
    ),
    "a signed field with a look of no box": _swap(SEALED, 39, b"/BBox [ 0 0 102 102 ]", b""),
    "a signed field with a crooked look": _swap(SEALED, 39, b"/Subtype", b"/Matrix [ 1 0 0 ] /Subtype"),
    "a signature that stood before": _swap(SEALED, SEAL, b"/V 40 0 R", b"/V 32 0 R"),
    "a signature in two fields": _both(
        *(_swap(at, FORM, b"10 0 R", b"10 0 R 70 0 R") for at in (BASE, STAMPED)),
        _add(BASE, 70, b"<< /FT /Sig /T (x) /Subtype /Widget /Rect [ 0 0 0 0 ] >>"),
        _add(SEALED, 70, b"<< /FT /Sig /T (x) /Subtype /Widget /Rect [ 0 0 0 0 ] /V 40 0 R >>"),
    ),
    "a signature that covers nothing new": _swap(SEALED, 40, b"/ByteRange [0 56", b"/ByteRange [0 1 1 1] /X [0 56"),
    "a signature with a range of no numbers": _swap(SEALED, 40, b"/ByteRange [0", b"/ByteRange [0.5"),
    "a signature without contents": _swap(SEALED, 40, b"/Contents <", b"/Content <"),
    "a timestamp in a prepared field": _swap(
        SEALED, 40, b"/SubFilter /ETSI.CAdES.detached", b"/SubFilter /ETSI.RFC3161"
    ),
    "a timestamp with a look": _swap(STAMPED, 51, b"/F 132", b"/F 132 /AP << /N 39 0 R >>"),
    "a timestamp that is no timestamp": _swap(STAMPED, 52, b"/SubFilter /ETSI.RFC3161", b"/SubFilter /x"),
    "a timestamp's field that is another's": _swap(STAMPED, 51, b"/Subtype /Widget", b"/Subtype /Stamp"),
    "a timestamp's field of another type": _swap(STAMPED, 51, b"/FT /Sig", b"/FT /Tx"),
    "a timestamp's field without a place": _swap(STAMPED, 51, b"[ 0 0 0 0 ]", b"[ 0 0 ]"),
    "an old object that becomes a field": _both(
        _swap(STAMPED, FORM, b"51 0 R ]", b"51 0 R 70 0 R ]"),
        _add(BASE, 70, b"<< /FT /Sig /T (x) /Subtype /Widget /Rect [ 0 0 0 0 ] /V 71 0 R >>"),
        _add(BASE, 71, b"<< /SubFilter /ETSI.RFC3161 >>"),
    ),
}
#: Since the revision with the first evidence.
LEFT_LATER: dict[str, Change] = {
    "a store that loses an entry": _swap(GROWN, 42, b"43 0 R", b""),
    "a store that gains what stood before": _swap(GROWN, 42, b"60 0 R ]", b"60 0 R 13 0 R ]"),
    "a store written again as it was": _swap(GROWN, 42, b"60 0 R", b""),
    "a store that something else names": _swap(STORED, CATALOG, b"/PageMode /UseNone", b"/PieceInfo 42 0 R"),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_not_of_the_kinds_is_left_to_the_general_comparison(layers: list[Layer], name: str) -> None:
    """Forgeries and oddities, each with every offset right."""
    changed = _copied(layers)
    LEFT[name](changed)
    assert _judged(changed, LEADER) is None


@pytest.mark.parametrize("name", LEFT_LATER)
def test_a_store_that_does_more_than_grow_is_left_too(layers: list[Layer], name: str) -> None:
    """The store stood when it was signed."""
    changed = _copied(layers)
    LEFT_LATER[name](changed)
    assert _judged(changed, STORED) is None


#: Odd to look at, and harmless: the general comparison agrees (see :func:`_judged`).
TAKEN: dict[str, Change] = {
    "an identifier with a per cent sign": _trailer(SEALED, b"/X (ab%/Prev 9)"),
    "a stroke in black": _add(BASE, 70, b"<< /Length 9 >>", b"1 0 0 RG "),
    "what looks like an object in a signed picture": _add(BASE, 70, b"<< /Length 9 >>", b"9 0 obj 1"),
    "an empty value before": _swap(BASE, NUMBER, b"/T (so)", b"/T (so) /V ()"),
    "a value as a string in brackets": lambda layers: layers[FILLED].parts.__setitem__(
        NUMBER, Part(layers[FILLED].parts[NUMBER].words.replace(b"/TU <feff00531ed1>", b"/TU <FEFF 0053 1ED1>"))
    ),
    "an appended object that nothing leads to": _add(FILLED, 70, b"<< /A [ null ] >>"),
    "a signed field without a look": _swap(SEALED, SEAL, b"/AP << /N 39 0 R >>", b""),
    "a signed field that is locked": _swap(SEALED, SEAL, b"/F 4", b"/F 132"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_of_the_kinds_is_judged(layers: list[Layer], name: str) -> None:
    """It is fast for more than one spelling."""
    changed = _copied(layers)
    TAKEN[name](changed)
    assert _judged(changed, LEADER) is not None
