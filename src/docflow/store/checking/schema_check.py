"""Whether our tables still are what this docflow's migrations made: columns, keys, constraints, indexes, no triggers.

Both are described in the same words, and what differs is named. On SQLite what should be there is read off an empty
database made anew, on PostgreSQL off :mod:`docflow.store.tables`.

What it does not do: tables, views and functions of others in the same database are theirs (docs/adr/0053), and what
their triggers do to our rows is seen in the rows. It looks at no rights, no row security and no comment, and of an
index or a check not at the expression. An index that somebody added to make reading faster is a note.

Source: docs/spec/audit-log.md §6; sqlite.org/pragma.html; PostgreSQL manual §53 (system catalogs).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from types import ModuleType
from typing import Any, TypeAlias

import sqlalchemy as sa

from docflow.audit import LogFindingCode
from docflow.store import migrations
from docflow.store.checking.examination import Examination
from docflow.store.tables import METADATA, SEARCH_INDEX, SEARCH_TEXT

_Thing: TypeAlias = tuple[str, str, str]
"""Kind, table and name of something that a schema has."""
_Schema: TypeAlias = Mapping[_Thing, str]
"""What is said of each thing."""

_NAMED_CHECK = re.compile(r'CONSTRAINT\s+"?(\w+)"?\s+CHECK', re.IGNORECASE)
_OURS = frozenset(METADATA.tables)
_OF_SQLITE = {
    "table": """SELECT name, '', 'strict=' || strict || ' without_rowid=' || wr FROM pragma_table_list
        WHERE schema = 'main' AND type = 'table'""",
    "column": """SELECT t.name, c.name, c.type || ' notnull=' || c."notnull" || ' default=' || ifnull(c.dflt_value, '')
        || ' key=' || c.pk || ' hidden=' || c.hidden
        FROM sqlite_master t JOIN pragma_table_xinfo(t.name) c WHERE t.type = 'table'""",
    "foreign key": """SELECT t.name, group_concat(k."from", ','), k."table" || ' '
        || ifnull(group_concat(k."to", ','), '') || ' ' || k.on_update || ' ' || k.on_delete
        FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) k WHERE t.type = 'table' GROUP BY t.name, k.id""",
    "index": """SELECT t.name, i.name, 'unique=' || i."unique" || ' partial=' || i.partial || ' '
        || (SELECT group_concat(ifnull(x.name, '?'), ',') FROM pragma_index_info(i.name) x)
        FROM sqlite_master t JOIN pragma_index_list(t.name) i WHERE t.type = 'table' AND i.origin = 'c'""",
    "constraint": """SELECT t.name, i.origin || ' '
        || (SELECT group_concat(x.name, ',') FROM pragma_index_info(i.name) x), ''
        FROM sqlite_master t JOIN pragma_index_list(t.name) i WHERE t.type = 'table' AND i.origin <> 'c'""",
    "trigger": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'",
}
"""Of each kind the table, the name and what is said of it."""
_HERE = "t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p')"
_COLUMNS_OF = """(SELECT string_agg(coalesce(a.attname, '?'), ',' ORDER BY n.place)
    FROM unnest(THESE) WITH ORDINALITY n(number, place)
    LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = n.number AND n.number > 0)"""
_OF_POSTGRESQL = {
    "table": "SELECT t.relname, '', '' FROM pg_class t WHERE HERE",
    "column": """SELECT t.relname, c.attname, upper(format_type(c.atttypid, c.atttypmod))
        || CASE WHEN o.collname <> 'default' THEN ' COLLATE "' || o.collname || '"' ELSE '' END
        || ' notnull=' || c.attnotnull::int || ' default=' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
        FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
        LEFT JOIN pg_collation o ON o.oid = c.attcollation
        LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = c.attnum WHERE HERE""",
    "constraint": """SELECT t.relname, k.conname, k.contype::text || ' '
        || CASE WHEN k.contype = 'c' THEN '' ELSE COLUMNS_OF(k.conkey) END
        || CASE WHEN k.contype = 'f'
            THEN ' ' || f.relname || ' ' || k.confupdtype::text || k.confdeltype::text ELSE '' END
        || CASE WHEN k.convalidated THEN '' ELSE ' not valid' END
        FROM pg_class t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype IN ('p', 'u', 'f', 'c')
        LEFT JOIN pg_class f ON f.oid = k.confrelid WHERE HERE""",
    "index": """SELECT t.relname, x.relname, 'unique=' || i.indisunique::int || ' partial='
        || (i.indpred IS NOT NULL)::int || ' ' || COLUMNS_OF(i.indkey::int2[])
        || CASE WHEN i.indisvalid THEN '' ELSE ' not valid' END
        FROM pg_class t JOIN pg_index i ON i.indrelid = t.oid JOIN pg_class x ON x.oid = i.indexrelid
        WHERE HERE AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.oid AND k.contype IN ('p', 'u'))""",
    # What enforces a foreign key is a trigger of the server's own, which can be switched off.
    "trigger": """SELECT t.relname, g.tgname, g.tgenabled::text FROM pg_class t JOIN pg_trigger g ON g.tgrelid = t.oid
        WHERE HERE AND (NOT g.tgisinternal OR g.tgenabled <> 'O')""",
    "rule": """SELECT t.relname, r.rulename, '' FROM pg_class t JOIN pg_rewrite r ON r.ev_class = t.oid
        WHERE HERE AND r.rulename <> '_RETURN'""",
}


def check_schema(found: Examination) -> None:
    """Name what was taken from our tables, put into them or changed in them since they were made."""
    dialect = found.connection.dialect
    if dialect.name == "sqlite":
        driver: Any = dialect.dbapi
        there, made = _read_sqlite(found.connection), _make_sqlite(driver)
    else:
        there, made = _read(found.connection, _OF_POSTGRESQL), _tell_postgresql(dialect)
    for thing in sorted({*there, *made}):
        if there.get(thing) == made.get(thing):
            continue
        kind, table, name = thing
        if thing in made:
            detail = f"is {there[thing]!r}, was made {made[thing]!r}" if thing in there else "is missing"
        elif kind == "index" and there[thing].startswith("unique=0 "):
            found.note(f"index {name} on {table} was added: it changes nothing that is recorded")
            continue
        else:
            detail = "was added"
        column = name if kind == "column" else None
        key = "" if kind in {"column", "table"} else f"{kind} {name}"
        found.add(LogFindingCode.SCHEMA_CHANGED, table, key, column=column, detail=f"{kind} {detail}")


def _read(connection: sa.Connection, queries: Mapping[str, str]) -> dict[_Thing, str]:
    return {
        (kind, table, name): str(said)
        for kind, query in queries.items()
        for table, name, said in connection.exec_driver_sql(_in_full(query))
        if table in _OURS
    }


def _in_full(query: str) -> str:
    """Return a query with the parts that several have."""
    return re.sub(r"COLUMNS_OF\((.*?)\)", lambda found: _COLUMNS_OF.replace("THESE", found[1]), query).replace(
        " HERE", f" {_HERE}"
    )


# ---- SQLite


def _read_sqlite(connection: sa.Connection) -> dict[_Thing, str]:
    schema = _read(connection, _OF_SQLITE)
    for table, sql in connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
        if table in _OURS:
            schema |= {("constraint", table, name): "" for name in _NAMED_CHECK.findall(sql)}
    return schema


@functools.cache
def _make_sqlite(driver: ModuleType) -> _Schema:
    """Return the schema of a new store."""
    engine = sa.create_engine("sqlite://", module=driver)
    try:
        with engine.begin() as connection:
            migrations.make(connection)
            return _read_sqlite(connection)
    finally:
        engine.dispose()


# ---- PostgreSQL


def _tell_postgresql(dialect: sa.Dialect) -> _Schema:
    """Return the schema of a new store in the words of :data:`_OF_POSTGRESQL`."""
    schema: dict[_Thing, str] = {("index", SEARCH_TEXT.name, SEARCH_INDEX): "unique=0 partial=0 ?"}
    for table in METADATA.sorted_tables:
        schema["table", table.name, ""] = ""
        for column in table.columns:
            schema["column", table.name, column.name] = _tell_column(column, dialect)
        for item in table.constraints:
            name = str(dialect.identifier_preparer.format_constraint(item)).strip('"')
            schema["constraint", table.name, name] = _tell_constraint(item)
        for index in table.indexes:
            is_partial = index.dialect_options["postgresql"]["where"] is not None
            columns = ",".join(getattr(part, "name", None) or "?" for part in index.expressions)
            said = f"unique={int(bool(index.unique))} partial={int(is_partial)} {columns}"
            schema["index", table.name, str(index.name)] = said
    return schema


def _tell_column(column: sa.Column[Any], dialect: sa.Dialect) -> str:
    kind = column.type.compile(dialect=dialect)
    default = ""
    if isinstance(column.server_default, sa.DefaultClause):
        default = f"'{column.server_default.arg}'::{kind.partition(' ')[0].lower()}"
    elif column.table.autoincrement_column is column:
        default = f"nextval('{column.table.name}_{column.name}_seq'::regclass)"
    return f"{kind} notnull={int(not column.nullable)} default={default}"


def _tell_constraint(item: sa.Constraint) -> str:
    if isinstance(item, sa.CheckConstraint):
        return "c "
    if isinstance(item, sa.ForeignKeyConstraint):
        return f"f {','.join(item.column_keys)} {item.referred_table.name} aa"
    kind = "p" if isinstance(item, sa.PrimaryKeyConstraint) else "u"
    return f"{kind} {','.join(column.name for column in getattr(item, 'columns', ()))}"
