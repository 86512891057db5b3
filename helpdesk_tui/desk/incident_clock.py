"""What time does to a war room: whoever speaks for it is told that a status update is due."""

from typing import TYPE_CHECKING, Final

from helpdesk_tui.desk import incident_rows as rows
from helpdesk_tui.desk.messages import tell
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Phase
from helpdesk_tui.vocabulary.reasons import Reason, register, register_labels
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Work

VERB: Final = "incident.remind"
COLUMNS: Final = {"update_inside": "internal_due_at", "update_outside": "external_due_at"}
AUDIENCES: Final[dict[str, str]] = {
    "update_inside": N_("for people inside"),
    "update_outside": N_("for people outside"),
}
register({"incident.update_due": N_("a status update is due: {audience}")})
register_labels("audience", AUDIENCES)
_SPEAKERS: Final = (
    "SELECT person_id FROM incident_role WHERE number = ? AND role IN ('communications', 'commander')"
    " AND accepted_at IS NOT NULL AND ended_at IS NULL ORDER BY role = 'commander', id"
)


def fire(work: "Work", number: int, kind: str, due_at: Instant) -> tuple[str, int] | None:
    """Tell communications and the commander (without them whoever the ticket is assigned to), if it is still due."""
    from helpdesk_tui.desk.paging import draft_of

    row = work.row(rows.INCIDENT, number)
    column = COLUMNS.get(kind)
    if row is None or column is None or row[column] != due_at:
        return None
    draft = draft_of(work, number)
    if draft["phase"] >= Phase.RESOLVED or draft["deleted_at"] is not None:
        return None
    said = Reason("incident.update_due", {"audience": kind})
    people = [person for (person,) in work.rows(_SPEAKERS, (number,))]
    if not people and draft["assignee_id"] is not None:
        people = [draft["assignee_id"]]
    draft.because(said)
    if people:
        last = max(row["declared_at"] or due_at, 0)
        draft.because(tell(people, "incident.update_due", row["severity"], minutes=max(0, work.now - last) // 60))
    rows.say(work, draft, "update", said)
    return "reminded", number
