"""The first schema, as it was released (`0001_first.sql`)."""

from pathlib import Path

from alembic import op

from helpdesk_tui.store.schema import statements
from helpdesk_tui.vocabulary.errors import StoreFault
from helpdesk_tui.vocabulary.i18n import N_

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table, index and trigger of schema 1."""
    connection = op.get_bind()
    for statement in statements(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")):
        # The revision table is Alembic's here, the version in the header the migrator's.
        if "alembic_version" not in statement and "user_version" not in statement:
            connection.exec_driver_sql(statement)


def downgrade() -> None:
    """There is nothing before the first schema."""
    raise StoreFault(N_("a schema has no way back: use the copy that was made before the upgrade"))
