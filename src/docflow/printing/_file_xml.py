"""The metadata of a file (hồ sơ) and its documents as XML, with the fields' names of the decree.

Invariants:
    - Every field of the decree's list for a document's direction has its element, in that order, empty where nothing is
      known. ``SignerInfo.FullName`` is an element in an element; ``To`` stands once for each addressee.

What it does not do: it cuts nothing to the length of its field.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I (export as .xml in time order), Phần II.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree

from docflow.errors import DocflowError
from docflow.model import FIELDS, CaseFile, ContentsLine, Direction
from docflow.model.metadata import FieldValue, write_day
from docflow.printing._strange import open_strange_pdf

_OF_THE_FILE = "FileCode."


def write_file_xml(
    file: CaseFile,
    lines: Sequence[ContentsLine],
    *,
    fields: Sequence[Mapping[str, FieldValue]],
    contents: Mapping[str, bytes],
) -> bytes:
    """Return the metadata of a file and its documents as XML.

    Args:
        fields: What the document of each line says in the decree's fields.
        contents: The documents' bytes by SHA-256, to count their pages.

    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II.
    """
    pages = {name: count for name, data in contents.items() if (count := _count_pages(data))}
    said = [_complete(line, values, pages=pages) for line, values in zip(lines, fields, strict=True)]
    amounts = [amount for values in said if isinstance(amount := values.get("PageAmount"), int)]
    days = [line.day for line in lines if line.day is not None]
    root = etree.Element("CaseFile")
    code = etree.SubElement(root, "FileCode")
    for name, value in (("OrganId", file.agency), ("FileCatalog", str(file.year)), ("FileNotation", file.notation)):
        etree.SubElement(code, name).text = value
    for name, text in (
        ("Title", file.title),
        ("Maintenance", file.retention),
        ("Rights", file.rights),
        ("Creator", file.creator),
        ("Language", file.language),
        ("StartDate", write_day(min(days)) if days else None),
        ("EndDate", write_day(max(days)) if days else None),
        ("DocTotal", str(len(lines))),
        ("PageTotal", str(sum(amounts)) if amounts else None),
        ("Description", file.description),
    ):
        etree.SubElement(root, name).text = text or ""
    for line, values in zip(lines, said, strict=True):
        _write_document(etree.SubElement(root, "Document", Direction=line.direction.value), line, values)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _complete(
    line: ContentsLine, values: Mapping[str, FieldValue], *, pages: Mapping[str, int]
) -> dict[str, FieldValue]:
    """Add what the System fills in: the ordinal, and the pages of the file that is there."""
    counted = pages.get(line.content or "")
    known: dict[str, FieldValue] = {**values, "DocOrdinal": line.ordinal}
    return known if counted is None else {**known, "PageAmount": counted}


def _write_document(parent: etree._Element, line: ContentsLine, values: Mapping[str, FieldValue]) -> None:
    for field in FIELDS:
        number = field.outgoing if line.direction is Direction.OUTGOING else field.incoming
        if number is None or field.name.startswith(_OF_THE_FILE) or field.name == "To.OrganName":
            continue
        if field.name == "To.OrganId":
            _write_addressees(parent, values)
            continue
        group, _, name = field.name.rpartition(".")
        place = _find_or_make(parent, group) if group else parent
        etree.SubElement(place, name).text = str(values.get(field.name, ""))
    etree.SubElement(parent, "ContentSha256").text = line.content or ""


def _write_addressees(parent: etree._Element, values: Mapping[str, FieldValue]) -> None:
    codes, names = values.get("To.OrganId", ()), values.get("To.OrganName", ())
    if isinstance(codes, tuple) and isinstance(names, tuple):
        for code, name in zip(codes, names, strict=True):
            receiver = etree.SubElement(parent, "To")
            etree.SubElement(receiver, "OrganId").text = code
            etree.SubElement(receiver, "OrganName").text = name


def _find_or_make(parent: etree._Element, name: str) -> etree._Element:
    found = parent.find(name)
    return etree.SubElement(parent, name) if found is None else found


def _count_pages(data: bytes) -> int:
    """Return how many pages a document has; 0 of one that cannot be read, whose other fields are exported."""
    try:
        with open_strange_pdf(data) as pdf:
            return len(pdf.pages)
    except DocflowError:
        return 0
