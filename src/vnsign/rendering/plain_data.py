"""Reports as plain data and as JSON.

The keys are the attributes of :mod:`vnsign.report` and a promise (docs/reference/verify-json.md, verify.schema.json):
keys may be added, never renamed or removed. Times are UTC.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any

import msgspec

from vnsign.rendering.items import Item, Setting
from vnsign.report import DocumentReport, Verdict


def report_to_dict(report: DocumentReport) -> dict[str, Any]:
    """Return one document's report as plain data, as it stands in the JSON.

    A step names its findings by code: they stand among those of its signature.
    """
    plain: dict[str, Any] = msgspec.to_builtins(report, enc_hook=dict)
    for judged in (*plain["signatures"], *plain["timestamps"]):
        for step in judged["steps"]:
            step["findings"] = [finding["code"] for finding in step["findings"]]
    for judged, signature in zip(plain["signatures"], report.signatures, strict=True):
        if signature.claimed_time is not None:
            judged["claimed_time"] = msgspec.to_builtins(signature.claimed_time.astimezone(UTC))
    return plain


def item_to_dict(item: Item) -> dict[str, Any]:
    """Return one document as plain data, with what was required of it."""
    return {**report_to_dict(item.report), "unmet_requirements": list(item.unmet)}


def render_json(items: Iterable[Item], setting: Setting) -> Iterator[str]:
    """Yield one JSON object: documents, then a summary."""
    counts: Counter[Verdict] = Counter()
    unmet = 0
    yield '{"documents": ['
    for number, item in enumerate(items):
        counts[item.report.verdict] += 1
        unmet += bool(item.unmet)
        yield ("," if number else "") + "\n" + to_json(item_to_dict(item))
    yield '\n], "summary": ' + to_json(_summary(counts, unmet, setting)) + "}\n"


def render_jsonl(items: Iterable[Item], _setting: Setting) -> Iterator[str]:
    """Yield one line a document."""
    for item in items:
        yield to_json(item_to_dict(item)) + "\n"


def to_json(value: object) -> str:
    """Return JSON in one line; bytes of a file's name that are no UTF-8 stand as escaped surrogates."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _summary(counts: Counter[Verdict], unmet: int, setting: Setting) -> dict[str, object]:
    return {
        "files": counts.total(),
        "at": msgspec.to_builtins(setting.at.astimezone(UTC)),
        "policy": setting.policy,
        **{verdict.value: counts[verdict] for verdict in Verdict},
        "unmet_requirements": unmet,
    }
