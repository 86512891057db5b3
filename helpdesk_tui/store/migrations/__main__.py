"""Draft the next revision from the difference between the table classes and the newest schema.

python -m helpdesk_tui.store.migrations "what it changes"
"""

import contextlib
import sqlite3
import sys
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from helpdesk_tui.store.migrate import _library_connection, configuration, run_revisions


def draft(message: str, versions: Path | None = None) -> Path:
    """Write the next revision file and return its path. It is a draft: read it before it is committed."""
    from helpdesk_tui.store.tables import metadata

    with (
        contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as conn,
        configuration(versions) as config,
    ):
        newest = int(ScriptDirectory.from_config(config).get_current_head() or 0)
        conn.execute("BEGIN")
        run_revisions(conn, newest, versions)
        with _library_connection(conn) as connection:
            config.attributes["connection"] = connection
            config.attributes["target_metadata"] = metadata
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            script = command.revision(config, message, autogenerate=True, rev_id=f"{newest + 1:04d}")
    if script is None or isinstance(script, list):
        raise RuntimeError("no single revision was written")
    return Path(script.path)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sys.stdout.write(f"{draft(sys.argv[1])}\n")
