"""What time does to a war room: those who speak for it or lead it are told what is due and how little time is left."""

from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import incident_drill
from helpdesk_tui.desk import incident_rows as rows
from helpdesk_tui.desk.messages import tell
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.kinds import Phase
from helpdesk_tui.vocabulary.reasons import Reason, register, register_labels
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Work

VERB: Final = "incident.remind"
COLUMNS: Final = {
    "update_inside": "internal_due_at", "update_outside": "external_due_at", "rto_near": "rto_warn_at",
    "rto_over": "rto_due_at", "drill": "drill_at",
}  # fmt: skip
AUDIENCES: Final[dict[str, str]] = {
    "update_inside": N_("for people inside"),
    "update_outside": N_("for people outside"),
}
register(
    {
        "incident.update_due": N_("a status update is due: {audience}"),
        "incident.rto_near": N_("the recovery time runs out at {at}"),
        "incident.rto_over": N_("the recovery time ran out at {at}"),
    }
)
register_labels("audience", AUDIENCES)
_LEADERS: Final = (
    "SELECT person_id FROM incident_role WHERE number = ? AND role IN ('commander', 'deputy', 'operations')"
    " AND accepted_at IS NOT NULL AND ended_at IS NULL ORDER BY role <> 'commander', id"
)
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
    if kind == "drill":
        return ("played", number) if incident_drill.play(work, draft, row) else None
    of_recovery = kind.startswith("rto_")
    if of_recovery:
        at = iso(row["rto_due_at"])
        code, said = f"incident.{kind}", Reason(f"incident.{kind}", {"at": at})
        params: dict[str, Any] = {"at": at}
    else:
        code, said = "incident.update_due", Reason("incident.update_due", {"audience": kind})
        params = {"minutes": max(0, work.now - max(row["declared_at"] or due_at, 0)) // 60}
    people = [person for (person,) in work.rows(_LEADERS if of_recovery else _SPEAKERS, (number,))]
    if not people and draft["assignee_id"] is not None:
        people = [draft["assignee_id"]]
    draft.because(said)
    if people:
        draft.because(tell(people, code, row["severity"], **params))
    rows.say(work, draft, "step" if of_recovery else "update", said)
    return "reminded", number
