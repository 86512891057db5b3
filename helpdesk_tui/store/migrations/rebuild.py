"""Rebuilding a table to another shape, with all that belongs to it.

A batch rebuild by reflection silently loses triggers, indexes on expressions, and CHECKs; here the new table is
stated in full and what hung on the old one is put back as it was written.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy.engine import Connection

_NEW: Final = "_rebuilt"


def rebuild_table(
    connection: Connection,
    table: str,
    create: str,
    values: Mapping[str, str] | None = None,
    drop: frozenset[str] = frozenset(),
) -> None:
    """Give `table` the shape of the statement `create` (`CREATE TABLE <table> (…)`), keeping its rows.

    Columns of the same name are copied; `values` maps a column to an SQL expression over the old row. Indexes and
    triggers are made again from their own text, except those named in `drop`. Foreign keys must be off.
    Raises ValueError where `create` makes another table.
    """
    head = f"CREATE TABLE {table} "  # sql: names come from the revision, here and below
    if not create.startswith(head):
        raise ValueError(f"the statement must begin with {head!r}")
    new = table + _NEW
    hanging = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL"
        " ORDER BY type, rowid",
        (table,),
    ).all()
    connection.exec_driver_sql(f"CREATE TABLE {new} " + create.removeprefix(head))  # sql: names from the revision
    old = _columns(connection, table)
    pairs = {column: f'"{column}"' for column in _columns(connection, new) if column in old} | dict(values or {})
    columns, expressions = ", ".join(f'"{c}"' for c in pairs), ", ".join(pairs.values())
    # sql: names and expressions from the revision
    connection.exec_driver_sql(f"INSERT INTO {new} ({columns}) SELECT {expressions} FROM {table}")
    # Triggers of other tables may speak of this one; the modern rename would refuse while it is away.
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")
    try:
        connection.exec_driver_sql(f"DROP TABLE {table}")  # sql: names from the revision
        connection.exec_driver_sql(f"ALTER TABLE {new} RENAME TO {table}")  # sql: names from the revision
    finally:
        connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
    for name, sql in hanging:
        if name not in drop:
            connection.exec_driver_sql(sql)  # sql: made of what the schema held


def _columns(connection: Connection, table: str) -> list[str]:
    return [str(name) for (name,) in connection.exec_driver_sql("SELECT name FROM pragma_table_info(?)", (table,))]
