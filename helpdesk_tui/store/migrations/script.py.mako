"""${message}

Runs with foreign keys off inside one transaction that is not ours: no commit, no rollback, no PRAGMA that ends one.
A batch rebuild loses triggers, expression indexes and CHECKs of its table: use `rebuild_table` instead.
"""

import sqlalchemy as sa
from alembic import op

from helpdesk_tui.vocabulary.errors import StoreFault
from helpdesk_tui.vocabulary.i18n import N_
% if imports:
${imports}
% endif

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    raise StoreFault(N_("a schema has no way back: use the copy that was made before the upgrade"))
