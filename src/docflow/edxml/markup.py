"""Elements → text as the vendor's builder lays it out: two spaces, CRLF, the ``edXML:`` prefix written out.

Consumers search for the literal name ``edXML:StatusCode``, so prefix and both namespace declarations are fixed here. A
library that may choose prefixes for the same namespace is of no help; escaping is the standard library's.

Invariants:
    - Only characters of XML 1.0 are written; text comes back as it was, without the white space around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from docflow.edxml.limits import MAX_TEXT
from docflow.edxml.tree import WHITESPACE
from docflow.errors import ErrorCode, UsageError

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An element to write: either text or children."""

    name: str
    text: str = ""
    children: tuple[Node, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()


Part = Node | None
"""None stands for an element that is left out."""


def leaf(name: str, value: str | int | None) -> Part:
    """Return the element of a value, or None for an empty one.

    Raises:
        UsageError: ``BAD_ARGUMENT``; characters that XML cannot hold, or more than ``MAX_TEXT`` of them.
    """
    content = "" if value is None else str(value).strip(WHITESPACE)
    check_text(name, content)
    return Node(name=f"edXML:{name}", text=content) if content else None


def branch(name: str, parts: Iterable[Part], *, attributes: tuple[tuple[str, str], ...] = ()) -> Part:
    """Return the element of those parts that are there, or None if none is."""
    children = tuple(part for part in parts if part is not None)
    return Node(name=f"edXML:{name}", children=children, attributes=attributes) if children else None


def always(name: str, parts: Iterable[Part], *, attributes: tuple[tuple[str, str], ...] = ()) -> Node:
    """Return the element even if it is empty."""
    children = tuple(part for part in parts if part is not None)
    return Node(name=f"edXML:{name}", children=children, attributes=attributes)


def check_text(name: str, content: str) -> None:
    """Refuse what cannot be written or would not be read back.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """
    if _FORBIDDEN.search(content) or len(content) > MAX_TEXT:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{name} holds a character XML does not know, or more than {MAX_TEXT}",
            vi=f"Trường {name} chứa ký tự không hợp lệ hoặc quá dài.",
        )


def render(root: Node) -> bytes:
    """Return the file: declaration, elements, CRLF after each line, UTF-8 without a byte order mark."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', *_lines(root, "")]
    return ("\r\n".join(lines) + "\r\n").encode()


def _lines(node: Node, indent: str) -> Iterator[str]:
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in node.attributes)
    if node.children:
        yield f"{indent}<{node.name}{attributes}>"
        for child in node.children:
            yield from _lines(child, indent + "  ")
        yield f"{indent}</{node.name}>"
    elif node.text:
        # a bare carriage return would be read as a line feed
        yield f"{indent}<{node.name}{attributes}>{escape(node.text, {chr(13): '&#13;'})}</{node.name}>"
    else:
        yield f"{indent}<{node.name}{attributes} />"
