"""The index by which people are found while somebody types; tickets that are sensitive."""

from typing import Any

from alembic import op

from helpdesk_tui.store import people_index
from helpdesk_tui.vocabulary.errors import StoreFault
from helpdesk_tui.vocabulary.i18n import N_

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and fill it from the people there are. It holds nothing that these do not tell."""
    # Desks of a build between the two schemas have it already.
    op.execute("DROP TABLE IF EXISTS person_key")
    op.execute(
        'CREATE TABLE person_key (\n\t"key" VARCHAR(64) NOT NULL,\n\tperson_id INTEGER NOT NULL,\n'
        '\tCONSTRAINT pk_person_key PRIMARY KEY ("key", person_id)\n)\n WITHOUT ROWID'
    )
    op.execute("CREATE INDEX ix_person_key_person_id ON person_key (person_id)")
    driver: Any = op.get_bind().connection.driver_connection
    people_index.rebuild(driver)
    if "sensitive" not in {row[1] for row in driver.execute("PRAGMA table_info(ticket)")}:
        # Nothing is sensitive so far, which no row has to say.
        op.execute("ALTER TABLE ticket ADD COLUMN sensitive BOOLEAN")
        op.execute(
            "CREATE INDEX ix_ticket_sensitive ON ticket (number, requester_id, assignee_id, sensitive)"
            " WHERE sensitive IS NOT NULL"
        )


def downgrade() -> None:
    """The copy that was made before the upgrade is the way back."""
    raise StoreFault(N_("a schema has no way back: use the copy that was made before the upgrade"))
