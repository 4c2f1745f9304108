"""The forms of a report by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum

from vnsign.rendering.etsi import render_etsi
from vnsign.rendering.html import render_html
from vnsign.rendering.items import Item, Setting
from vnsign.rendering.junit import render_junit
from vnsign.rendering.plain_data import render_json, render_jsonl
from vnsign.rendering.sarif import render_sarif
from vnsign.rendering.text import render_text


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    JUNIT = "junit"
    SARIF = "sarif"
    HTML = "html"
    ETSI = "etsi"


_RENDERERS: Mapping[Format, Callable[[Iterable[Item], Setting], Iterator[str]]] = {
    Format.TEXT: render_text,
    Format.JSON: render_json,
    Format.JSONL: render_jsonl,
    Format.JUNIT: render_junit,
    Format.SARIF: render_sarif,
    Format.HTML: render_html,
    Format.ETSI: render_etsi,
}


def render(items: Iterable[Item], form: Format, setting: Setting) -> Iterator[str]:
    """Yield a report in pieces; documents are taken one after the other and not gathered."""
    return _RENDERERS[form](items, setting)
