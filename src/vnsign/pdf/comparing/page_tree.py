"""Nodes of the page tree that were written again, read as they are spelled.

The PDF library drops an entry that is no page in silence; other readers count it, and show one page less.

Invariants:
    - What a node that was written again lists is references, and nothing else.

Source: ISO 32000-2 §7.7.3.2 (page tree nodes).
"""

from __future__ import annotations

import re

import pikepdf

from vnsign.pdf.comparing.revisions import RevisionPair
from vnsign.pdf.reading.opened import Buffer

#: What a page takes from the nodes above it, unless it says otherwise. Source: ISO 32000-2 Table 31.
INHERITABLE = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
#: What a page, or a node above it, draws or does. Source: ISO 32000-2 Tables 30, 31.
_PAGE_KEYS = frozenset(
    {
        *("/Contents", "/Resources", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate"),
        *("/UserUnit", "/Group", "/Parent", "/Type", "/Count", "/AA", "/AF", "/VP", "/PresSteps", "/Trans", "/Dur"),
        *("/OutputIntents", "/DPart", "/BoxColorInfo", "/SeparationInfo", "/TemplateInstantiated", "/B", "/Thumb"),
    }
)
#: What an action needs. Source: ISO 32000-2 §12.6.2, §12.6.4.
_ACTION_KEYS = frozenset(
    {
        *("/S", "/Next", "/D", "/SD", "/F", "/Win", "/Mac", "/Unix", "/NewWindow", "/N", "/T", "/H", "/URI", "/IsMap"),
        *("/Base", "/Fields", "/Flags", "/JS", "/State", "/PreserveRB", "/OP", "/R", "/AN", "/O", "/Operation", "/TA"),
    }
)
#: Entries of a page that are no mere description of it; the same dictionary may be what is done on opening besides.
MEANT_KEYS = _PAGE_KEYS | _ACTION_KEYS
_WS = rb"[\x00\t\n\f\r ]"
_LIST = rb"\[(?:" + _WS + rb"*\d{1,10}" + _WS + rb"+\d{1,5}" + _WS + rb"+R)*" + _WS + rb"*\]"
_KIDS = re.compile(rb"/Kids" + _WS + rb"*(?:" + _LIST + rb"|\d{1,10}" + _WS + rb"+\d{1,5}" + _WS + rb"+R)")
_BARE_LIST = re.compile(_WS + rb"*\d+" + _WS + rb"+\d+" + _WS + rb"+obj" + _WS + rb"*" + _LIST + _WS + rb"*")
_IN_USE = 1
_ODD = "a node of the page tree lists something that is no page"


def oddity_of_page_tree(data: Buffer, pair: RevisionPair) -> str:
    """Return why readers may count pages differently, empty if they cannot.

    Args:
        data: The whole file.
        pair: The signed revision and the last one, with no oddity in the tables between.
    """
    for node in pair.new_side.pages:
        kids = node.get("/Kids")
        if not isinstance(kids, pikepdf.Object):
            continue
        if _is_rewritten(node, pair):
            spelled = _spelled(data, pair, node)
            if not spelled.count(b"/Kids") == len(_KIDS.findall(spelled)) == 1:
                return _ODD
        if _is_rewritten(kids, pair) and _BARE_LIST.fullmatch(_spelled(data, pair, kids)) is None:
            return _ODD
    return ""


def _is_rewritten(item: pikepdf.Object, pair: RevisionPair) -> bool:
    return item.is_indirect and item.objgen in pair.changed


def _spelled(data: Buffer, pair: RevisionPair, item: pikepdf.Object) -> bytes:
    """Return an object's own bytes; empty if it lies in an object stream, where no writer of increments puts these."""
    entry = pair.new_side.table[item.objgen]
    if entry.type != _IN_USE or entry.offset is None:
        return b""
    return data[entry.offset : data.find(b"endobj", entry.offset)]
