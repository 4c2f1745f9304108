"""The JSON Schema of ``vnsign verify --format json``, drawn from the classes of :mod:`vnsign.report`.

What it does not do: forbid keys it does not know: later versions may add some.
"""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

import msgspec

from vnsign.report import DocumentReport, FindingCode, Verdict

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = "#/$defs/{name}"
_SUMMARY: dict[str, Any] = {
    "type": "object",
    "description": "How many files came to which verdict.",
    "properties": {
        "files": {"type": "integer", "minimum": 0},
        "at": {"type": "string", "format": "date-time", "description": "Validation time, UTC."},
        "policy": {"type": "string", "description": "Validation policy, empty if none was named."},
        **{verdict.value: {"type": "integer", "minimum": 0} for verdict in Verdict},
        "unmet_requirements": {
            "type": "integer",
            "minimum": 0,
            "description": "Files that do not meet every --require.",
        },
    },
}


def build_schema() -> dict[str, Any]:
    """Return the schema of the whole output; one line of ``--format jsonl`` is ``#/$defs/DocumentReport``."""
    (document,), definitions = msgspec.json.schema_components([DocumentReport], ref_template=_REFERENCE)
    definitions["DocumentReport"]["properties"]["unmet_requirements"] = {
        "type": "array",
        "items": {"type": "string"},
        "description": "What --require asked for and the document does not have, as it was written.",
    }
    codes = {"type": "array", "items": {"enum": sorted(code.value for code in FindingCode)}}
    definitions["StepReport"]["properties"]["findings"] = codes
    definitions["Summary"] = _SUMMARY
    for definition in definitions.values():
        definition.pop("title", None)
        definition["description"] = cleandoc(definition["description"])
        if "properties" in definition:
            definition["required"] = list(definition["properties"])
            for described in definition["properties"].values():
                described.pop("default", None)
    return {
        "$schema": DIALECT,
        "title": "vnsign verify --format json",
        "type": "object",
        "required": ["documents", "summary"],
        "properties": {
            "documents": {"type": "array", "items": document},
            "summary": {"$ref": "#/$defs/Summary"},
        },
        "$defs": dict(sorted(definitions.items())),
    }


def draw_schema() -> str:
    """Return the schema as it is published."""
    return msgspec.json.format(msgspec.json.encode(build_schema()), indent=2).decode() + "\n"
