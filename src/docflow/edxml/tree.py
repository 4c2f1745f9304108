"""Bytes → elements, by a parser that knows no entities, no DTD and no outside.

Namespaces are resolved here and not by the parser, because real messages use prefixes that they never declare: such a
prefix counts as none. An element of another namespace keeps it in its name, ``{uri}name``, so that nobody takes it for
an element of the standard.

Invariants:
    - Any bytes give a tree within :mod:`docflow.edxml.limits` or an ``InputError``.
    - The root is ``edXML`` of the standard's namespace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.parsers import expat

from docflow.edxml.limits import MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS, MAX_MESSAGE_BYTES, MAX_TEXT
from docflow.edxml.refusals import malformed
from docflow.errors import InputError

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
"""Of everything in a message; the 2022 amendment kept it."""

WHITESPACE = " \t\r\n"
"""White space of XML 1.0."""

_OLD_NAMESPACES = frozenset({"http://www.inetcloud.vn/ns/edxml", "http://www.e-doc.vn/Schema/"})
_ENCODINGS = frozenset({"utf-8", "utf8", "utf-16", "us-ascii", "ascii"})
_PAYLOAD = ("edXML", "AttachmentEncoded", "Attachment", "ContentTransferEncoded")
_BUFFER_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 16
_MAX_MARKUP_BYTES = 1 << 20


class Element:
    """One element: local name, attributes, children, own text; ``seen`` once somebody has understood it."""

    __slots__ = ("_length", "_parts", "attributes", "children", "name", "namespaces", "seen")

    def __init__(self, name: str, attributes: Mapping[str, str], namespaces: Mapping[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.namespaces = namespaces
        self.children: list[Element] = []
        self.seen = False
        self._parts: list[str] = []
        self._length = 0

    @property
    def text(self) -> str:
        """Its own text without the white space around it."""
        return "".join(self._parts).strip(WHITESPACE)

    def add_text(self, text: str) -> int:
        """Append text; return the length so far."""
        self._parts.append(text)
        self._length += len(text)
        return self._length

    def walk(self) -> Iterator[tuple[tuple[str, ...], Element]]:
        """Yield every element below this one with its path, in document order."""
        for child in self.children:
            yield (child.name,), child
            for path, below in child.walk():
                yield (child.name, *path), below


def parse_tree(data: bytes) -> Element:
    """Return the root of a message.

    Raises:
        InputError: ``MALFORMED_INPUT``; not well-formed, a DTD, beyond a limit, or not edXML of 2016.
    """
    if len(data) > MAX_MESSAGE_BYTES:
        raise malformed(
            f"{len(data)} bytes, more than {MAX_MESSAGE_BYTES}", vi="Gói tin edXML vượt quá dung lượng cho phép."
        )
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = _BUFFER_BYTES
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.XmlDeclHandler = _check_declaration
    try:
        _feed(parser, data)
    # pyexpat reports encodings it cannot map as LookupError and ValueError
    except (expat.ExpatError, LookupError, ValueError) as exc:
        raise malformed(f"not well-formed: {exc}", vi="Gói tin không phải là XML hợp lệ (có thể bị hỏng).") from exc
    root = builder.root
    if root is None:  # expat has refused a document without a root
        raise malformed("no element", vi="Gói tin không có nội dung.")
    return root


def _feed(parser: expat.XMLParserType, data: bytes) -> None:
    # white space before the declaration is common and harmless; anything else there is damage
    view = memoryview(data.lstrip(WHITESPACE.encode()))
    for start in range(0, len(view), _CHUNK_BYTES):
        end = start + _CHUNK_BYTES
        parser.Parse(view[start:end], False)  # noqa: FBT003 - pyexpat takes no keywords
        # the parser reads an unfinished tag or comment again with every chunk: 100 MB of it would take minutes
        if end - parser.CurrentByteIndex > _MAX_MARKUP_BYTES:
            raise malformed("a tag or comment too long", vi="Gói tin chứa thẻ hoặc chú thích XML quá dài.")
    parser.Parse(b"", True)  # noqa: FBT003 - pyexpat takes no keywords


class _Builder:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS or len(self._open) >= MAX_DEPTH:
            raise malformed(
                "too many elements, or too deep", vi="Cấu trúc gói tin edXML phức tạp quá giới hạn cho phép."
            )
        if len(attributes) > MAX_ATTRIBUTES:
            raise malformed(
                f"more than {MAX_ATTRIBUTES} attributes", vi="Gói tin edXML có thẻ chứa quá nhiều thuộc tính."
            )
        if any(len(value) > MAX_TEXT for value in attributes.values()):
            raise _too_long(tag)
        above = self._open[-1].namespaces if self._open else {}
        declared = _declared(attributes)
        namespaces = {**above, **declared} if declared else above
        element = Element(_resolve(tag, namespaces), attributes, namespaces)
        if self._open:
            self._open[-1].children.append(element)
        else:
            _check_root(tag, namespaces)
            self.root = element
        self._open.append(element)

    def end(self, _tag: str) -> None:
        self._open.pop()

    def text(self, text: str) -> None:
        if self._open[-1].add_text(text) > MAX_TEXT and not self._in_payload():
            raise _too_long(self._open[-1].name)

    def _in_payload(self) -> bool:
        return tuple(element.name for element in self._open) == _PAYLOAD


def _declared(attributes: Mapping[str, str]) -> dict[str, str]:
    return {
        key.removeprefix("xmlns").removeprefix(":"): uri
        for key, uri in attributes.items()
        if key == "xmlns" or key.startswith("xmlns:")
    }


def _resolve(tag: str, namespaces: Mapping[str, str]) -> str:
    prefix, _, local = tag.rpartition(":")
    uri = namespaces.get(prefix, NAMESPACE)
    return local if uri == NAMESPACE else f"{{{uri}}}{local}"


def _check_root(tag: str, namespaces: Mapping[str, str]) -> None:
    prefix, _, local = tag.rpartition(":")
    uri = namespaces.get(prefix, "")
    if uri == NAMESPACE and local == "edXML":
        return
    if uri in _OLD_NAMESPACES:
        raise malformed(
            "edXML of 2014", vi="Gói tin theo định dạng edXML năm 2014; hệ thống chỉ nhận QCVN 102:2016/BTTTT."
        )
    raise malformed(
        f"the root is {local[:100]!r} of namespace {uri[:100]!r}",
        vi="Gói tin không theo QCVN 102:2016/BTTTT (sai phần tử gốc hoặc không gian tên).",
    )


def _check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in _ENCODINGS:
        raise malformed(f"encoding {encoding[:40]!r}", vi="Gói tin dùng bảng mã khác UTF-8.")


def _refuse_doctype(*_declaration: object) -> None:
    raise malformed("a document type declaration", vi="Gói tin chứa khai báo DTD, bị từ chối vì lý do an toàn.")


def _too_long(name: str) -> InputError:
    return malformed(f"more than {MAX_TEXT} characters in {name[:100]}", vi="Một trường của gói tin edXML quá dài.")
