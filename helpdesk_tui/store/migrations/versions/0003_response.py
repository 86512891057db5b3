"""On-call, escalation, monitoring events, incidents, reviews and notifications; timers of anything, not of tickets alone; lifted tickets."""

from pathlib import Path
from typing import Any, Final

from alembic import op

from helpdesk_tui.store.schema import statements
from helpdesk_tui.vocabulary.errors import StoreFault
from helpdesk_tui.vocabulary.i18n import N_

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SCRIPT: Final = Path(__file__).with_suffix(".sql")


def upgrade() -> None:
    """Make the tables; timers keep what they hold."""
    driver: Any = op.get_bind().connection.driver_connection
    timers = driver.execute("SELECT number, kind, due_at, fired_at FROM timer").fetchall()
    op.execute("DROP TABLE timer")
    for statement in statements(_SCRIPT.read_text(encoding="utf-8")):
        op.execute(statement)
    op.execute("ALTER TABLE ticket ADD COLUMN lift VARCHAR")
    driver.executemany(
        "INSERT INTO timer (subject_type, subject, kind, due_at, fired_at) VALUES ('ticket', ?, ?, ?, ?)", timers
    )


def downgrade() -> None:
    """The copy that was made before the upgrade is the way back."""
    raise StoreFault(N_("a schema has no way back: use the copy that was made before the upgrade"))
