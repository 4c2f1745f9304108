"""The reference page of the tables, drawn from them (docs/reference/tables.md)."""

from __future__ import annotations

from docflow.store.tables import METADATA


def describe_tables() -> str:
    """Return docs/reference/tables.md: every table and column, its unit, what proves it or why it is no evidence."""
    lines = [
        "# The tables of an office",
        "",
        "Generated from `docflow.store.tables`; do not edit by hand. *Proved by* says what betrays a change made with",
        "another program when `docflow audit verify` runs:",
        "",
        "- `rows`: the value stands in the payload of the last audit leaf that wrote the row",
        "- `leaf`: leaf, salt, payload and hash must reproduce each other",
        "- `tree`: recomputed from all leaves",
        "- `chain`: recomputed from the register's chain of leaves",
        "- `checkpoint`: signed by the log key, its root recomputed from the leaves",
        "",
        "Rows that are missing or too many are betrayed in the same way. `alembic_version` is no evidence: it holds",
        "the version of the schema and says nothing about documents.",
        "",
    ]
    for table in METADATA.sorted_tables:
        lines += [f"## `{table.name}`", "", f"{table.comment}", ""]
        lines += ["| column | unit | key | evidence | proved by |", "|---|---|---|---|---|"]
        for column in table.columns:
            is_key = "key" if column.primary_key else ""
            is_evidence = "yes" if column.info["evidence"] else f"no: {column.info['why_not']}"
            proof = f"`{column.info['proof']}`" if column.info["proof"] else ""
            lines.append(f"| `{column.name}` | {column.comment} | {is_key} | {is_evidence} | {proof} |")
        lines.append("")
    return "\n".join(lines)
