"""What guards the record, made and looked at: do the tables still have their columns and keys, indexes and triggers?

Invariants:
    - What :func:`make_guards` makes is what the migrations make; a test compares them.
    - What is dropped, disarmed or planted is named; an index that only makes looking up quicker is not.

What it does not do: it mends nothing, and it looks at no row. Whoever owns the database can take the guards away,
change rows, and put the guards back: rows are held against the journal (see ``journal_check``).

Source: docs/spec/authority-journal.md; the migrations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection, Inspector, Table, inspect, text

from vnsign.authority.database.tables import METADATA

#: Tables whose rows are never changed and never deleted.
APPEND_ONLY = ("request", "request_event", "certificate", "status_event", "own_key", "crl", "journal")
_FUNCTION = "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END"
#: pg_trigger.tgtype: before each row that is updated or deleted; before a statement that empties the table.
_NO_CHANGE, _NO_TRUNCATE = 1 | 2 | 8 | 16, 2 | 32
_SQLITE_TRIGGERS = text("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
_POSTGRES_TRIGGERS = text(
    "SELECT t.tgname, c.relname, t.tgtype, t.tgenabled::text AS enabled, p.proname, t.tgqual IS NULL AS always "
    "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal"
)
_POSTGRES_FUNCTION = text(
    "SELECT prosrc FROM pg_proc WHERE proname = 'refuse_change' AND pronamespace = current_schema()::regnamespace"
)
_POSTGRES_RULES = text("SELECT tablename, rulename FROM pg_rules WHERE schemaname = current_schema()")


def make_guards(connection: Connection) -> None:
    """Forbid in the database itself that a row of the record is changed or deleted, inside the caller's transaction."""
    if connection.dialect.name == "sqlite":
        statements = [*_sqlite_statements().values()]
    else:
        statements = [f"CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ {_FUNCTION} $$"]
        for table in APPEND_ONLY:
            refuse = "EXECUTE FUNCTION refuse_change()"
            statements += [
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {refuse}",
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
            ]
    for statement in statements:
        connection.execute(text(statement))


def changed_guards(connection: Connection) -> tuple[str, ...]:
    """Return what is not as the migrations made it, as kind and name: ``trigger crl_no_delete``; sorted."""
    is_sqlite = connection.dialect.name == "sqlite"
    triggers = _sqlite_triggers(connection) if is_sqlite else _postgres_triggers(connection)
    inspector = inspect(connection)
    found = {*triggers, *(name for table in METADATA.sorted_tables for name in _changed_table(inspector, table))}
    return tuple(sorted(found))


def _sqlite_statements() -> dict[str, str]:
    """Return the statement that makes each trigger, by the trigger's name."""
    statements = {}
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            name = f"{table}_no_{verb}"
            statements[name] = f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} {refuse}"
    return statements


def _sqlite_triggers(connection: Connection) -> Iterator[str]:
    found = {row.name: " ".join(str(row.sql).split()) for row in connection.execute(_SQLITE_TRIGGERS)}
    yield from _different("trigger", _sqlite_statements(), found)


def _postgres_triggers(connection: Connection) -> Iterator[str]:
    expected = {}
    for table in APPEND_ONLY:
        for name, kind in ((f"{table}_no_change", _NO_CHANGE), (f"{table}_no_truncate", _NO_TRUNCATE)):
            expected[name] = (table, kind, "O", "refuse_change", True)
    ours = METADATA.tables.keys()
    rows = connection.execute(_POSTGRES_TRIGGERS).all()
    found = {
        row.tgname: (row.relname, row.tgtype, row.enabled, row.proname, row.always)
        for row in rows
        if row.relname in ours
    }
    yield from _different("trigger", expected, found)
    bodies = [" ".join(str(body).split()) for body in connection.execute(_POSTGRES_FUNCTION).scalars()]
    if bodies != [_FUNCTION]:
        yield "function refuse_change"
    yield from (f"rule {row.rulename}" for row in connection.execute(_POSTGRES_RULES) if row.tablename in ours)


def _changed_table(inspector: Inspector, table: Table) -> Iterator[str]:
    if not inspector.has_table(table.name):
        yield f"table {table.name}"
        return
    columns = [(column["name"], column["nullable"]) for column in inspector.get_columns(table.name)]
    keys = {
        (tuple(key["constrained_columns"]), key["referred_table"]) for key in inspector.get_foreign_keys(table.name)
    }
    primary = tuple(inspector.get_pk_constraint(table.name)["constrained_columns"])
    if (
        columns != [(column.name, bool(column.nullable)) for column in table.columns]
        or keys != {((key.parent.name,), key.column.table.name) for key in table.foreign_keys}
        or primary != tuple(column.name for column in table.primary_key)
    ):
        yield f"table {table.name}"
    expected = {
        str(index.name): (tuple(column.name for column in index.columns), bool(index.unique)) for index in table.indexes
    }
    found = {
        str(index["name"]): (tuple(index["column_names"]), bool(index["unique"]))
        for index in inspector.get_indexes(table.name)
        if index["unique"] or index["name"] in expected
    }
    yield from _different("index", expected, found)


def _different(kind: str, expected: Mapping[str, object], found: Mapping[str, object]) -> Iterable[str]:
    names = expected.keys() | found.keys()
    return (f"{kind} {name}" for name in names if expected.get(name) != found.get(name))
