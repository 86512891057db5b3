"""What follows from an incident: actions become problems, changes, requests or improvements, and are done with them."""

import json
from typing import TYPE_CHECKING, Final

from helpdesk_tui.desk import incident_rows as rows
from helpdesk_tui.desk import incident_show
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object
from helpdesk_tui.store.changes import Row
from helpdesk_tui.vocabulary.channels import LinkType
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.kinds import Kind, Phase
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.roles import Permission

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Draft, Work

register(
    {
        "incident.followed": N_("{text}: became {other}"),
        "incident.follows": N_("follows from {number}, due {due}"),
        "incident.follows_any": N_("follows from {number}"),
    }
)
KINDS: Final = (Kind.PROBLEM, Kind.CHANGE, Kind.REQUEST, Kind.IMPROVEMENT)
BY_TYPE: Final = {"prevent": Kind.PROBLEM, "detect": Kind.CHANGE, "mitigate": Kind.CHANGE, "process": Kind.IMPROVEMENT}
"""What an action becomes where nobody says otherwise."""
_TASK: Final = "SELECT 1 FROM incident_task WHERE id = ? AND number = ?"
_RESULTS: Final = "SELECT id, number, result_number, done_at FROM incident_task WHERE result_number IN (SELECT value FROM json_each(?))"


def become(work: "Work", draft: "Draft", task: Row, kind: Kind) -> "Draft":
    """Open the ticket that an action or a task becomes, tied to its incident, and assigned to its owner."""
    from helpdesk_tui.desk.ticket_opening import NewTicket, build
    from helpdesk_tui.desk.ticket_sensitive import mark
    from helpdesk_tui.desk.ticket_ties import add_link

    columns = {"kind": kind.value, "requester_id": work.desk.actor.id}
    if draft["service_id"] is not None:
        columns["service_id"] = draft["service_id"]
    if task["owner_id"] is not None:
        columns["assignee_id"] = task["owner_id"]
    made = build(work, NewTicket(title=task["text"][:300], columns=columns))
    if draft["sensitive"] is not None:
        mark(work, made)
    add_link(work, made, LinkType.RELATES, draft.number)
    if task["due_at"] is None:
        made.because(Reason("incident.follows_any", {"number": draft.ref}))
    else:
        made.because(Reason("incident.follows", {"number": draft.ref, "due": iso(task["due_at"])}))
    rows.put(draft, rows.TASK, task, {"result_number": made.number})
    said = Reason("incident.followed", {"text": task["text"], "other": made.ref})
    draft.because(said)
    rows.say(work, draft, "task", said, author_id=work.desk.actor.id)
    return made


def settle(work: "Work", drafts: "list[Draft]") -> None:
    """Actions are done when the tickets they became are resolved, and open again with them."""
    from helpdesk_tui.desk.paging import draft_of

    phases = {draft.number: draft["phase"] for draft in drafts}
    for key, number, result, done_at in work.rows(_RESULTS, (json.dumps(sorted(phases)),)):
        over = phases[result] >= Phase.RESOLVED
        if over == (done_at is not None):
            continue
        row = work.row(rows.TASK, key)
        assert row is not None
        values = {"done_at": work.at, "done_by": work.desk.actor.id} if over else {"done_at": None, "done_by": None}
        incident = draft_of(work, number)
        rows.put(incident, rows.TASK, row, values)
        said = Reason("incident.task_done" if over else "incident.task_open", {"text": row["text"]})
        incident.because(said)
        rows.say(work, incident, "task", said)


class Following(Noun):
    """What follows from an incident."""

    @verb("incident.follow", Permission.INCIDENT_RESPOND)
    def follow(self, number: int, task: int, *, kind: str | None = None) -> Object:
        """Make a ticket of a task or a follow-up action (a problem, a change, a request, an improvement), tied to the
        incident and assigned to its owner; the action is done when that ticket is. See `incident_show.task`."""
        with self.desk.work("incident.follow") as work:
            draft = work.ticket(number, Permission.INCIDENT_RESPOND)
            rows.declared(work, draft)
            self.desk.require(Permission.TICKET_CREATE, "incident.follow")
            if not work.rows(_TASK, (task, number)):
                raise NotFound(N_("{ref} has no task {task}"), ref=draft.ref, task=task)
            row = work.row(rows.TASK, task)
            assert row is not None
            if row["result_number"] is not None:
                raise Conflict(N_("task {task} became ticket {number} already"), task=task, number=row["result_number"])
            become(work, draft, row, _kind(kind, row["type"]))
        return incident_show.one_task(self.desk, number, task)


def _kind(text: str | None, of_type: str) -> Kind:
    if text is None:
        return BY_TYPE.get(of_type, Kind.REQUEST)
    wanted = text.strip().casefold()
    if wanted not in {kind.value for kind in KINDS}:
        raise Invalid(
            N_("{field}: {value} is not known; use {choices}"),
            field="kind", value=text, choices=", ".join(kind.value for kind in KINDS),
        )  # fmt: skip
    return Kind(wanted)
