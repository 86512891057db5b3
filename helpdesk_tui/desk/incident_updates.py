"""Status updates: inside and outside are different texts, each in English and Chinese; one answers all linked tickets."""

import json
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import fields, incident_show, incident_templates, paging
from helpdesk_tui.desk import incident_rows as rows
from helpdesk_tui.desk.incident_stamps import cadence
from helpdesk_tui.desk.messages import tell
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects
from helpdesk_tui.desk.ticket_talk import add_comment
from helpdesk_tui.store import journal
from helpdesk_tui.vocabulary.channels import CommentKind
from helpdesk_tui.vocabulary.errors import Conflict, Usage
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Phase
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.roles import Permission

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Draft, Work

register(
    {
        "incident.updated": N_("status update for people inside"),
        "incident.published": N_("status update, published: {tickets} tickets answered"),
        "incident.answered": N_("told by the status update of {number}"),
    }
)
MOST: Final = 1_000
"""Tickets that one update answers; a larger incident answers the others by its status page."""
_MAX_TEXT: Final = 10_000
_LINKED: Final = (
    "SELECT number FROM ticket WHERE (parent_number = ?1 OR number = ?1) AND deleted_at IS NULL AND phase < 4"
    " AND requester_id IS NOT NULL ORDER BY number LIMIT ?2"
)
_INSIDE: Final = (
    "SELECT person_id FROM watcher WHERE number = ?1 UNION SELECT person_id FROM incident_role WHERE number = ?1"
    " AND accepted_at IS NOT NULL AND ended_at IS NULL UNION SELECT assignee_id FROM ticket WHERE number = ?1"
    " AND assignee_id IS NOT NULL"
)
_LANGUAGE: Final = "SELECT language FROM person WHERE id = ?"


class Updates(Noun):
    """Status updates."""

    @verb("incident.update", Permission.INCIDENT_PUBLISH)
    def publish(
        self,
        number: int,
        *,
        internal: str = "",
        internal_zh: str = "",
        external: str = "",
        external_zh: str = "",
        dry_run: bool = False,
    ) -> Object:
        """Say how it stands: `{"update", "people", "tickets", "internal_due_at", "external_due_at"}`.

        The inside text goes to watchers, roles and the assignee; the outside text answers the requesters of the incident
        and of the tickets linked to it as children, each in their language where it was written. `dry_run` only tells
        who would be reached. The next update is due by the cadence of the severity. A drill tells nobody.
        """
        texts = {"internal": internal, "internal_zh": internal_zh, "external": external, "external_zh": external_zh}
        said = {name: fields.bounded(name, text, _MAX_TEXT).strip() for name, text in texts.items()}
        if not any(said.values()):
            raise Usage(N_("the update says nothing: write a text for people inside or outside"))
        with self.desk.work("incident.update") as work:
            draft = work.ticket(number, Permission.INCIDENT_PUBLISH)
            row = rows.declared(work, draft)
            if draft["phase"] >= Phase.CLOSED:
                raise Conflict(N_("{ref} is closed; nobody waits for an update any more"), ref=draft.ref)
            outside = bool(said["external"] or said["external_zh"])
            inside = bool(said["internal"] or said["internal_zh"])
            real = row["nature"] == "real"
            tickets = [n for (n,) in work.rows(_LINKED, {"1": number, "2": MOST})] if outside and real else []
            people = (
                [p for (p,) in work.rows(_INSIDE, {"1": number}) if p != self.desk.actor.id] if inside and real else []
            )
            if not dry_run:
                self._write(work, draft, said, tickets, people)
        if dry_run:
            return self._told(number, None, people, tickets)
        return self._told(
            number,
            self.desk.store.query("SELECT max(id) FROM incident_update WHERE number = ?", (number,))[0][0],
            people,
            tickets,
        )

    @verb("incident.templates", Permission.INCIDENT_PUBLISH, reads=True)
    def templates(self, number: int, *, tz: str = "UTC") -> Objects:
        """Texts that an update may begin with, filled in for this incident; see `incident_templates.templates`."""
        room = incident_show.whole(self.desk, number, 1)
        self.desk.require_on(Permission.INCIDENT_PUBLISH, self.desk.reading.facts(number), "incident.templates")
        return incident_templates.templates(self.desk, number, room, tz)

    def _write(self, work: "Work", draft: "Draft", said: dict[str, str], tickets: list[int], people: list[int]) -> None:
        row = rows.declared(work, draft)
        outside = bool(said["external"] or said["external_zh"])
        rows.add(
            work, draft, rows.UPDATE, at=work.now, author_id=self.desk.actor.id, severity=row["severity"],
            document=journal.canonical({"answered": tickets}), **said,
        )  # fmt: skip
        kept = json.loads(row["document"]) | {"updated_at": work.now}
        if outside:
            kept["published_at"] = work.now
        row = rows.put(draft, rows.INCIDENT, row, {"document": journal.canonical(kept)})
        rows.put(draft, rows.INCIDENT, row, cadence(row, mitigated=row["mitigated_at"] is not None))
        told = Reason("incident.published", {"tickets": len(tickets)}) if outside else Reason("incident.updated")
        draft.because(told)
        if people:
            draft.because(
                tell(people, "incident.update", row["severity"], text=said["internal"] or said["internal_zh"])
            )
        rows.say(work, draft, "update", told, author_id=self.desk.actor.id)
        for number in tickets:
            self._answer(work, number, draft, said)
        paging.activity(work, draft.number)

    def _answer(self, work: "Work", number: int, incident: "Draft", said: dict[str, str]) -> None:
        ticket = incident if number == incident.number else paging.draft_of(work, number)
        found = work.rows(_LANGUAGE, (ticket["requester_id"],))
        chinese = bool(found) and str(found[0][0] or ticket["language"] or "").startswith("zh")
        first, second = ("external_zh", "external") if chinese else ("external", "external_zh")
        add_comment(work, ticket, CommentKind.REPLY, said[first] or said[second], self.desk.actor.id)
        if ticket is not incident:
            ticket.because(Reason("incident.answered", {"number": incident.ref}))

    def _told(self, number: int, key: int | None, people: list[int], tickets: list[int]) -> Object:
        room: dict[str, Any] = incident_show.whole(self.desk, number, 1)
        made = next((one for one in room["updates"] if one["id"] == key), None)
        handles = [found.handle for person in people if (found := self.desk.directory.person(person)) is not None]
        return {
            "update": made,
            "people": handles,
            "tickets": tickets,
            "internal_due_at": room["internal_due_at"],
            "external_due_at": room["external_due_at"],
        }
