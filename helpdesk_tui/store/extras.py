"""What the table classes cannot say: full text, the tally's triggers, and the journal's guard.

Each entry is one SQL statement, in the order in which they must run. They belong to the current schema;
a migration that changes one carries its own text.
"""

from typing import Final

_TOKENISER: Final = "unicode61 remove_diacritics 2"

# Contentless: the texts stand in `ticket` and `comment` already. `search_text` holds what everybody who may
# read tickets may find (rowid = number << 20 for the ticket, comment id for a public reply); `search_note`
# holds internal notes, which need a permission of their own (rowid = comment id).
SEARCH: Final = (
    "CREATE VIRTUAL TABLE search_text USING fts5(\n\ttitle, body, content='', tokenize='" + _TOKENISER + "'\n)",
    "CREATE VIRTUAL TABLE search_note USING fts5(\n\tbody, content='', tokenize='" + _TOKENISER + "'\n)",
    "CREATE VIRTUAL TABLE search_text_terms USING fts5vocab(search_text, 'row')",
)

_ADD: Final = (
    "\tINSERT INTO tally (team_id, assignee_id, phase, n)\n"
    "\tSELECT ifnull(new.team_id, 0), ifnull(new.assignee_id, 0), new.phase, 1 WHERE new.deleted_at IS NULL\n"
    "\tON CONFLICT (team_id, assignee_id, phase) DO UPDATE SET n = n + 1;\n"
)
_TAKE: Final = (
    "\tUPDATE tally SET n = n - 1\n"
    "\tWHERE team_id = ifnull(old.team_id, 0) AND assignee_id = ifnull(old.assignee_id, 0) AND phase = old.phase\n"
    "\tAND old.deleted_at IS NULL;\n"
)

# Rows that fall to zero stay: they come back, and an update of a row is cheaper than delete and insert.
TALLY: Final = (
    "CREATE TRIGGER ticket_tally_insert AFTER INSERT ON ticket\nBEGIN\n" + _ADD + "END",
    "CREATE TRIGGER ticket_tally_delete AFTER DELETE ON ticket\nBEGIN\n" + _TAKE + "END",
    "CREATE TRIGGER ticket_tally_update AFTER UPDATE OF team_id, assignee_id, phase, deleted_at ON ticket\n"
    "WHEN old.phase IS NOT new.phase OR old.team_id IS NOT new.team_id OR old.assignee_id IS NOT new.assignee_id\n"
    "\tOR (old.deleted_at IS NULL) IS NOT (new.deleted_at IS NULL)\n"
    "BEGIN\n" + _TAKE + _ADD + "END",
)

# Against our own mistakes, not against an attacker (who can drop a trigger): the hash chain is for those.
_REFUSE: Final = "BEGIN\n\tSELECT RAISE(ABORT, 'the journal is append-only');\nEND"
_TAKEN: Final = "EXISTS (SELECT 1 FROM journal WHERE seq = new.seq)"
GUARD: Final = (
    "CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal\n" + _REFUSE,
    "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal\n" + _REFUSE,
    # INSERT OR REPLACE deletes without a word to delete triggers.
    "CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal WHEN " + _TAKEN + "\n" + _REFUSE,
)

STATEMENTS: Final = (*SEARCH, *TALLY, *GUARD)
