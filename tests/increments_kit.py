"""Signed files taken apart into what each revision wrote, changed by grammar, put together with every offset right.

What a random mutation breaks first is an offset or a length, and then no reader looks at the rest. Here those are
always right: what is odd is what objects, trailers and tables say.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from vnsign.pdf.comparing.appended import oddity_of_appended, rewritten_objects
from vnsign.pdf.comparing.change_kinds import Change
from vnsign.pdf.comparing.changes import compare_pair
from vnsign.pdf.comparing.object_streams import oddity_of_object_streams
from vnsign.pdf.comparing.page_tree import oddity_of_page_tree
from vnsign.pdf.comparing.plain import is_plain
from vnsign.pdf.comparing.revisions import RevisionPair, Side
from vnsign.pdf.comparing.spelling import oddity_of_spelling
from vnsign.pdf.opening import HARMLESS_WARNINGS
from vnsign.pdf.reading.opened import OpenedPdf
from vnsign.pdf.reading.plain.layout import PlainPdf

_TOKEN = re.compile(
    rb"/[A-Za-z.0-9+\-]+|\d+ 0 R|<<|>>|\[|\]|\((?:[^()\\]|\\.)*\)|-?[\d.]+|<[0-9A-Fa-f]*>|[A-Za-z]+\b|[\x00\t\n\f\r ]+"
)
_LENGTH = re.compile(rb"/Length \d+")
#: A signature's digits stay as they are.
_LONG = 2_000
_INSERTED = (
    b"%c\n~\x00~\x0c~\x0b~(x)~(a(b)c)~null~<41>~<<~>>~[~]~0~1~-1~1-2~0.5~true~05 0 R~5 00000 R~5 1 R~5  0 R"
    b"~5 0\nR~999 0 R~0 0 R~#41~R~/V~/AP~/F 2~/F 4~/F 132~/MK << /BG [1] >>~/MK << /R 90 >>~/A << /S /URI >>"
    b"~/OC 5 0 R~/Kids [ 6 0 R ]~/Parent 6 0 R~/T (b)~/FT /Tx~/FT /Btn~/FT /Sig~/Subtype /Stamp~/DV (x)~/Q 1"
    b"~/DA (/Helv 0 Tf)~/NeedAppearances true~/XFA (x)~/DR << >>~/CO [ ]~/SigFlags 1~/Rotate 90"
    b"~/CropBox [0 0 9 9]~/X << /Rotate 90 >>~/MediaBox null~/Contents 3 0 R~/AA << >>~/Annots [ ]"
    b"~/Annots [ 6 0 R ]~/Matrix [ 1 0 0 1 0 0 ]~/Matrix [ 2 0 0 1 0 0 ]~/BBox [ 0 0 9 9 ]~/DSS 36 0 R"
    b"~/VRI << >>~/CRLs [ ]~/Version /2.0~/Perms << >>~/OpenAction 7 0 R~/Names << >>~/Type /Sig"
    b"~/ByteRange [0 1 2 3]~/Contents <00>~/SubFilter /ETSI.RFC3161~/Lock << /Action /All >>~/Prev 15"
    b"~/X << /Prev 15 >>~/Info 3 0 R~/Root 1 0 R~/ID [ (1 0 obj) ]~/X (9 0 obj)~/X (5 0 R)~/Encrypt << >>"
    b"~/XRefStm 15~/Size 3~/Linearized 1~/StructParent 1~/Ff 1~/Border [0 0 1]~q~Q~BT~ET~1 g~Tj~<0012> Tj"
    b"~3 Tr~5 0 Td~0 0 RG~/F1 12 Tf~Do~re~n"
).split(b"~")


@dataclass
class Part:
    """One object as it is written: its words, and its stream if it is one."""

    words: bytes
    stream: bytes | None = None

    def copy(self) -> Part:
        """Return one that may be changed."""
        return Part(self.words, self.stream)

    def spelled(self) -> bytes:
        """Return its body."""
        if self.stream is None:
            return self.words
        words = _LENGTH.sub(b"/Length %d" % len(self.stream), self.words)
        return words.rstrip() + b"\nstream\n" + self.stream + b"\nendstream\n"


@dataclass
class Layer:
    """One revision.

    Attributes:
        parts: Number → object, in the order in which they are written.
        trailer: What its trailer says beside /Size and /Prev.
        stale: Numbers that its table points at the object of the revision before last.
    """

    parts: dict[int, Part]
    trailer: bytes
    stale: set[int] = field(default_factory=set)


def take_apart(pdf: bytes) -> list[Layer]:
    """Return the revisions of a plain file."""
    plain = PlainPdf(pdf)
    by_place = {item.start: item for item in plain.every_object()}
    layers = []
    start = 0
    for revision in plain.revisions:
        parts = {}
        for place, item in by_place.items():
            if start <= place < revision.end:
                stream = None if item.stream is None else pdf[slice(*item.stream)]
                parts[item.number] = Part(pdf[item.start : item.end], stream)
        trailer = re.sub(rb"/(?:Size|Prev) \d+", b"", pdf[slice(*revision.spelled)].strip())
        layers.append(Layer(parts, trailer.removeprefix(b"<<").removesuffix(b">>")))
        start = revision.end
    return layers


def put_together(layers: list[Layer]) -> tuple[bytes, list[int]]:
    """Return the file, and where each of its revisions ends."""
    out = bytearray(b"%PDF-1.7\n%\xbf\xf7\xa2\xfe\n")
    ends: list[int] = []
    places: dict[int, list[int]] = {}
    previous, highest = None, 0
    for layer in layers:
        table: dict[int, int] = {}
        for number, part in layer.parts.items():
            places.setdefault(number, []).append(len(out))
            table[number] = len(out)
            out += b"%d 0 obj\n%sendobj\n" % (number, part.spelled())
        for number in layer.stale & places.keys():
            table[number] = places[number][0]
        highest = max(highest, *table) if table else highest
        at = len(out)
        head = b"0 1\n0000000000 65535 f \n" if previous is None else b""
        out += b"xref\n" + head + b"".join(b"%d 1\n%010d 00000 n \n" % entry for entry in sorted(table.items()))
        prev = b"" if previous is None else b" /Prev %d" % previous
        out += b"trailer\n<< %s /Size %d%s >>\nstartxref\n%d\n%%%%EOF\n" % (layer.trailer, highest + 1, prev, at)
        previous = at
        ends.append(len(out))
    return bytes(out), ends


def grown_store(layers: list[Layer]) -> list[Layer]:
    """Return the revisions of the recipe and one more, in which the security store gains a list."""
    number, store = next((n, p) for each in layers for n, p in each.parts.items() if b"/CRLs" in p.words)
    first = int(re.findall(rb"/CRLs \[ (\d+) 0 R", store.words)[0])
    crl = next(each.parts[first] for each in layers if first in each.parts)
    grown = re.sub(rb"(/CRLs \[[^\]]*)\]", rb"\g<1>60 0 R ]", store.words)
    return [*layers, Layer({60: crl.copy(), number: Part(grown)}, layers[-1].trailer)]


def disagreement(file: OpenedPdf, end: int, changes: Sequence[Change]) -> str:
    """Return how the general comparison differs from ``changes`` since ``end``, empty if it says just the same."""
    pair = RevisionPair(Side(file.until(end), size=end), Side(file.until(), size=len(file.data)))
    if compare_pair(pair) != changes:
        return f"other changes: {compare_pair(pair)}, not {changes}"
    data = file.buffer()
    odd = (
        oddity_of_appended(data, end, old=pair.old)
        or oddity_of_object_streams(pair)
        or oddity_of_spelling(data, end, pair)
        or oddity_of_page_tree(data, pair)
    )
    if odd:
        return odd
    if not is_plain(pair, changes, rewritten=rewritten_objects(data, end)):
        return "a second opinion is wanted"
    list(pair.old.objects)
    repaired = file.warnings() - file.warnings(end) - HARMLESS_WARNINGS
    return f"repaired: {sorted(repaired)}" if repaired else ""


def _change_words(dice: random.Random, text: bytes, words: list[bytes]) -> bytes:
    places = [found for found in _TOKEN.finditer(text) if len(found.group()) < _LONG]
    if not places:
        return text + dice.choice(_INSERTED)
    found = dice.choice(places)
    before, after = text[: found.start()], text[found.end() :]
    match dice.randrange(8):
        case 0 | 1 | 2:
            return before + b" " + dice.choice(_INSERTED) + b" " + found.group() + after
        case 3:
            return before + after
        case 4 | 5:
            return before + dice.choice(words) + after
        case 6:
            return before + dice.choice(_INSERTED) + after
        case _:
            place = dice.choice(places).start()
            moved = before + after
            return moved[:place] + b" " + found.group() + b" " + moved[place:]


def _mutate_once(dice: random.Random, layers: list[Layer], words: list[bytes]) -> None:
    at = dice.randrange(len(layers)) if dice.random() < 0.25 else dice.randrange(1, len(layers))
    layer = layers[at]
    if not layer.parts:
        return
    part = layer.parts[dice.choice(list(layer.parts))]
    match dice.randrange(14):
        case 0 | 1 | 2 | 3 | 4:
            part.words = _change_words(dice, part.words, words)
        case 5:
            if part.stream is not None and len(part.stream) < _LONG:
                part.stream = _change_words(dice, part.stream, words)
        case 6:
            layer.trailer = _change_words(dice, layer.trailer, words)
        case 7:
            layer.parts[60] = Part(b"<< " + dice.choice(_INSERTED) + b" >>\n")
            part.words = _change_words(dice, part.words, [b"60 0 R"])
        case _:
            _move_objects(dice, layers, layer, words)


def _move_objects(dice: random.Random, layers: list[Layer], layer: Layer, words: list[bytes]) -> None:
    """Write an object again, as another, under another number, in another revision, or not at all."""
    number = dice.choice(list(layer.parts))
    before = layers[: layers.index(layer) + 1]
    older, part = dice.choice([(n, p) for each in before for n, p in each.parts.items()])
    match dice.randrange(6):
        case 0:
            copied = part.copy()
            if dice.random() < 0.7:
                copied.words = _change_words(dice, copied.words, words)
            layer.parts[older] = copied
        case 1:
            layer.parts[number] = part.copy()
        case 2:
            layer.parts[dice.choice((older, number + 1, 60))] = layer.parts.pop(number)
        case 3:
            del layer.parts[number]
        case 4:
            layers[dice.randrange(len(layers))].parts[number] = layer.parts.pop(number)
        case _:
            layer.stale.add(older)


def mutant(dice: random.Random, pdf: bytes) -> tuple[bytes, list[int]]:
    """Return the file with one to three changes by grammar, and where its revisions end."""
    layers = take_apart(pdf)
    words = [word for layer in layers for part in layer.parts.values() for word in _TOKEN.findall(part.words)]
    words = [word for word in words if len(word) < _LONG]
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3))):
        _mutate_once(dice, layers, words)
    return put_together(layers)
