"""The schema of a desk file: its version, how to recognise it, how to make it.

Making a desk runs the committed `schema.sql` on a raw connection, and writing one asks `shape.py` for columns and
keys, so that neither loads SQLModel or Alembic. `python -m helpdesk_tui.store.schema --write` writes both files
anew from the table classes; a test holds them together, and the migrations to the script. Schemas up to the version
of the last release are fixed: a change of the tables after it is a new revision.
"""

import enum
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any, Final

from helpdesk_tui.vocabulary.errors import StoreFault
from helpdesk_tui.vocabulary.i18n import N_

SCHEMA_VERSION: Final = 3
APPLICATION_ID: Final = 0x4864736B  # "Hdsk", PRAGMA application_id
SCHEMA_FILE: Final = Path(__file__).with_name("schema.sql")
SHAPE_FILE: Final = Path(__file__).with_name("shape.py")
FIRST_FILE: Final = Path(__file__).with_name("migrations") / "versions" / "0001_first.sql"

_TOKENISER_VERSION: Final = 1
_REVISION_TABLE: Final = (
    "CREATE TABLE alembic_version (\n\tversion_num VARCHAR(32) NOT NULL, \n"
    "\tCONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n)"
)


class SchemaState(enum.Enum):
    """What a database is to this program."""

    EMPTY = "empty"
    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"
    FOREIGN = "foreign"


def found_version(conn: sqlite3.Connection) -> int:
    """The schema version written in the file (`PRAGMA user_version`)."""
    version: int = conn.execute("PRAGMA user_version").fetchone()[0]
    return version


def inspect(conn: sqlite3.Connection, known: int = SCHEMA_VERSION) -> SchemaState:
    """Tell what this database is. Reads two header fields, and the list of tables only where both are zero."""
    if not conn.in_transaction:
        # All from one moment: another program may be making its tables right now.
        conn.execute("BEGIN")
        try:
            return inspect(conn, known)
        finally:
            conn.execute("ROLLBACK")
    version = found_version(conn)
    application: int = conn.execute("PRAGMA application_id").fetchone()[0]
    if application == APPLICATION_ID and version >= 1:
        if version == known:
            return SchemaState.CURRENT
        return SchemaState.OLDER if version < known else SchemaState.NEWER
    if application == 0 and version == 0 and conn.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None:
        return SchemaState.EMPTY
    return SchemaState.FOREIGN


def refuse(state: SchemaState, path: object, found: int, known: int = SCHEMA_VERSION) -> None:
    """Raise StoreFault where this program must not use such a file (NEWER, FOREIGN); else do nothing."""
    if state is SchemaState.NEWER:
        raise StoreFault(
            N_(
                "this desk was written by a newer program (schema {found}, this program knows {known}); "
                "update the program"
            ),
            found=found,
            known=known,
        )
    if state is SchemaState.FOREIGN:
        raise StoreFault(
            N_("{path} is a database of another program and was left alone; name a desk file with --db"),
            path=path,
        )


def statements(script: str) -> list[str]:
    """The statements of a schema script: paragraphs; lines that start with `--` are comments."""
    paragraphs = ("\n".join(line for line in p.split("\n") if not line.startswith("--")) for p in script.split("\n\n"))
    return [p.strip() for p in paragraphs if p.strip()]


def create(conn: sqlite3.Connection) -> None:
    """Make an empty database a desk, in one transaction. A database that is a current desk is left as it is.

    `conn` must be in explicit-transaction mode (`isolation_level=None`) and outside a transaction.
    Raises StoreFault for a newer or foreign file, `sqlite3.Error` where writing fails; then nothing has changed.
    """
    script = statements(SCHEMA_FILE.read_text(encoding="utf-8"))
    conn.execute("BEGIN IMMEDIATE")
    try:
        state = inspect(conn)
        if state is SchemaState.EMPTY:
            for statement in script:
                conn.execute(statement)
        else:
            refuse(state, _file_of(conn), found_version(conn))
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


def _file_of(conn: sqlite3.Connection) -> str:
    for _seq, name, file in conn.execute("PRAGMA database_list"):
        if name == "main" and file:
            return str(file)
    return ":memory:"


def rendered(version: int = SCHEMA_VERSION) -> str:
    """The schema script that the table classes and `extras` give now (loads SQLModel)."""
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.schema import CreateIndex, CreateTable

    from helpdesk_tui.store import extras
    from helpdesk_tui.store.tables import metadata

    dialect = sqlite.dialect()
    parts = [
        _REVISION_TABLE,
        f"INSERT INTO alembic_version (version_num) VALUES ('{version:04d}')",  # sql: constants
    ]
    for table in metadata.sorted_tables:
        parts.append(str(CreateTable(table).compile(dialect=dialect)))
        parts += [
            str(CreateIndex(i).compile(dialect=dialect)) for i in sorted(table.indexes, key=lambda i: str(i.name))
        ]
    parts += extras.STATEMENTS
    parts += [
        "INSERT INTO journal_head (id, seq, hash) VALUES (1, 0, zeroblob(32))",
        f"INSERT INTO meta (\"key\", value) VALUES ('tokeniser', '{_TOKENISER_VERSION}')",  # sql: constants
        f"PRAGMA application_id = {APPLICATION_ID}",
        f"PRAGMA user_version = {version}",
    ]
    tidy = ("\n".join(line.rstrip() for line in part.strip().split("\n")) for part in parts)
    return (
        "-- Written by `python -m helpdesk_tui.store.schema --write`; edit tables.py or extras.py.\n\n"
        + "".join(part + ";\n\n" for part in tidy).rstrip("\n")
        + "\n"
    )


def shape() -> str:
    """The source of `shape.py` that the table classes give now (loads SQLModel)."""
    from helpdesk_tui.store.tables import OPERATIONAL, metadata

    tables = metadata.sorted_tables
    columns = {t.name: {c.name: getattr(c.default, "arg", None) for c in t.columns} for t in tables}
    keys = {t.name: tuple(c.name for c in t.primary_key.columns) for t in tables}
    references = {
        t.name: {k.parent.name: k.column.table.name for k in sorted(t.foreign_keys, key=lambda k: k.parent.name)}
        for t in tables
        if t.foreign_keys
    }
    return "\n".join(
        [
            '"""The tables as data: what writing needs to know of them without their classes.',
            "",
            "Written by `python -m helpdesk_tui.store.schema --write`; edit tables.py.",
            '"""',
            "",
            "from typing import Any, Final",
            "",
            "# Journalled tables, parents before children.",
            *_literal("BUSINESS", "tuple[str, ...]", [t.name for t in tables if t.name not in OPERATIONAL]),
            "# Columns in their order, with the value that a new row has where none is named.",
            *_literal("COLUMNS", "dict[str, dict[str, Any]]", columns),
            "# Primary keys.",
            *_literal("KEYS", "dict[str, tuple[str, ...]]", keys),
            "# Columns that name a row of another table: by its primary key of one column.",
            *_literal("REFERENCES", "dict[str, dict[str, str]]", references),
            "",
        ]
    )


def _literal(name: str, type_: str, value: Any) -> list[str]:
    """An assignment in the form in which the formatter leaves it."""
    opening, *inner, closing = _lines(value, 0)
    return [f"{name}: Final[{type_}] = {opening}", *inner, closing]


def _lines(value: Any, depth: int) -> list[str]:
    indent = " " * 4 * (depth + 1)
    if isinstance(value, dict):
        out = ["{"]
        for key, inner in value.items():
            first, *rest = _lines(inner, depth + 1)
            lines = [f"{indent}{json.dumps(key)}: {first}", *rest]
            out += [*lines[:-1], lines[-1] + ","]
        return [*out, " " * 4 * depth + "}"]
    if isinstance(value, tuple):
        return [f"({', '.join(map(json.dumps, value))}{',' if len(value) == 1 else ''})"]
    if isinstance(value, list):
        return ["(", *(f"{indent}{json.dumps(one)}," for one in value), ")"]
    return [repr(value).replace("'", '"')]


def _main(arguments: list[str]) -> int:
    script = rendered()
    if arguments not in (["--write"], ["--check"]):
        sys.stdout.write("usage: python -m helpdesk_tui.store.schema --write | --check\n")
        return 2
    made = {SCHEMA_FILE: script, SHAPE_FILE: shape()}
    if arguments == ["--check"]:
        return 0 if all(file.read_text(encoding="utf-8") == text for file, text in made.items()) else 1
    for file, text in made.items():
        file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(_main(sys.argv[1:]))
