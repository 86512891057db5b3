"""Who does what in a war room: a role is offered, taken, handed over, given back. Each has one holder."""

from typing import TYPE_CHECKING, Final

from helpdesk_tui.desk import incident_rows as rows
from helpdesk_tui.desk import incident_show
from helpdesk_tui.desk.messages import tell
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object
from helpdesk_tui.vocabulary.errors import Conflict, Invalid
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.incidents import ROLE_LABELS, ROLES
from helpdesk_tui.vocabulary.reasons import Reason, register, register_labels
from helpdesk_tui.vocabulary.roles import Permission

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Draft, Work
    from helpdesk_tui.store.changes import Row

register(
    {
        "incident.role_offered": N_("{person} is asked to be {role}"),
        "incident.role_taken": N_("{person} is {role}"),
        "incident.role_handed": N_("{person} takes over as {role} from {last}"),
        "incident.role_declined": N_("{person} cannot be {role}"),
        "incident.role_left": N_("{person} is {role} no longer"),
        "incident.joined": N_("{person} of {team} joins the room as {role}"),
        "incident.left": N_("{person} of {team} leaves the room"),
    }
)
register_labels("role", ROLE_LABELS)
_SHORT: Final = {"ic": "commander", "ops": "operations", "comms": "communications"}
_TEAMS: Final = (
    "SELECT t.id, t.code FROM team_member m JOIN team t ON t.id = m.team_id WHERE m.person_id = ? ORDER BY t.code, t.id"
)
_JOINED: Final = (
    "SELECT 1 FROM incident_entry WHERE number = ? AND kind = 'role' AND json_extract(document, '$.code') = 'incident.joined'"
    " AND json_extract(document, '$.person') = ? LIMIT 1"
)
_OPEN: Final = "SELECT id FROM incident_role WHERE number = ? AND role = ? AND ended_at IS NULL ORDER BY id"


class Roles(Noun):
    """The roles of a room."""

    @verb("incident.offer", Permission.INCIDENT_RESPOND)
    def offer(self, number: int, role: str, person: str = "me") -> Object:
        """Ask somebody to take a role; they accept it or not. Oneself takes it at once where one may lead the incident
        or nobody has it; otherwise whoever has it hands it over by offering it.

        Somebody of another team who is asked may read the ticket, and works in the room once they have accepted, until
        they give the role back or the incident is closed. What they were not asked for only who leads may give them.
        """
        wanted = _role(role)
        with self.desk.work("incident.offer") as work:
            draft = work.ticket(number, Permission.INCIDENT_RESPOND)
            row = rows.declared(work, draft)
            found = self.desk.directory.require(person, self.desk.actor.id)
            if not (found.agent and found.active):
                raise Invalid(N_("{text} does not work at this desk"), text=person)
            holder = _held(work, draft, wanted)
            if holder is not None and holder["person_id"] == found.id:
                raise Conflict(N_("{person} is {role} already"), person=found.handle, role=_(ROLE_LABELS[wanted]))
            me, leads = self.desk.actor.id, self.desk.allows_on(Permission.INCIDENT_COMMAND, draft.row)
            if not leads and not (holder is not None and holder["person_id"] == me) and self._is_guest(draft):
                self.desk.require_on(Permission.INCIDENT_COMMAND, draft.row, "incident.offer")
            if found.id == me and (holder is None or leads):
                self._take_role(work, draft, wanted, me)
            else:
                if holder is not None and holder["person_id"] != me:
                    self.desk.require_on(Permission.INCIDENT_COMMAND, draft.row, "incident.offer")
                for other in _offers(work, draft, wanted):
                    rows.put(draft, rows.ROLE, other, {"ended_at": work.now})
                rows.add(work, draft, rows.ROLE, role=wanted, person_id=found.id, offered_at=work.now, offered_by=me)
                said = Reason("incident.role_offered", {"person": found.id, "role": wanted})
                draft.because(said, tell([found.id], "incident.role", row["severity"], role=wanted))
                rows.say(work, draft, "role", said, author_id=me)
        return incident_show.whole(self.desk, number)

    @verb("incident.accept", Permission.INCIDENT_RESPOND)
    def accept(self, number: int, role: str | None = None, *, decline: bool = False) -> Object:
        """Take a role that one was asked to take (the only one, where none is named), or decline it."""
        wanted = None if role is None else _role(role)
        with self.desk.work("incident.accept") as work:
            # Who is asked from another team may only read it until they have accepted.
            draft = work.ticket(number, Permission.TICKET_READ)
            rows.declared(work, draft)
            mine = [
                each
                for name in ROLES
                if wanted in (None, name)
                for each in _offers(work, draft, name)
                if each["person_id"] == self.desk.actor.id
            ]
            if not mine:
                raise Conflict(N_("{ref}: nobody asked you to take a role there"), ref=draft.ref)
            for each in mine:
                if decline:
                    rows.put(draft, rows.ROLE, each, {"ended_at": work.now})
                    self._say(work, draft, "incident.role_declined", each["role"])
                else:
                    self._take_role(work, draft, each["role"], self.desk.actor.id, offer=each)
        # Who declines, or gives a role back, may see the room for the last time.
        return incident_show.whole(self.desk, number, checked=False)

    @verb("incident.release", Permission.INCIDENT_RESPOND)
    def release(self, number: int, role: str) -> Object:
        """Give a role back; somebody else's only for who may lead the incident."""
        wanted = _role(role)
        with self.desk.work("incident.release") as work:
            draft = work.ticket(number, Permission.INCIDENT_RESPOND)
            rows.declared(work, draft)
            holder = _held(work, draft, wanted)
            if holder is None:
                raise Conflict(N_("{ref}: nobody is {role}"), ref=draft.ref, role=_(ROLE_LABELS[wanted]))
            if holder["person_id"] != self.desk.actor.id:
                self.desk.require_on(Permission.INCIDENT_COMMAND, draft.row, "incident.release")
            rows.put(draft, rows.ROLE, holder, {"ended_at": work.now})
            self._say(work, draft, "incident.role_left", wanted, holder["person_id"])
            self._leaves(work, draft, holder["person_id"])
        return incident_show.whole(self.desk, number, checked=False)

    # -- inside ------------------------------------------------------------------------------------------------

    def _take_role(
        self,
        work: "Work",
        draft: "Draft",
        role: str,
        person: int,
        *,
        offer: "Row | None" = None,
        declaring: bool = False,
    ) -> None:
        """Make somebody the one holder of a role. Who declares an incident was there before there was a room to join."""
        before, already = _held(work, draft, role), _held_by(work, draft, person)
        if before is not None:
            rows.put(draft, rows.ROLE, before, {"ended_at": work.now})
        for other in _offers(work, draft, role):
            if offer is None or other["id"] != offer["id"]:
                rows.put(draft, rows.ROLE, other, {"ended_at": work.now})
        if offer is not None:
            rows.put(draft, rows.ROLE, offer, {"accepted_at": work.now})
        else:
            rows.add(
                work, draft, rows.ROLE, role=role, person_id=person, offered_at=work.now, offered_by=person,
                accepted_at=work.now,
            )  # fmt: skip
        if before is None:
            self._say(work, draft, "incident.role_taken", role, person)
        else:
            self._say(work, draft, "incident.role_handed", role, person, before=before["person_id"])
        team = self._team_beyond(work, draft, person)
        if team is not None and not already and not declaring:
            self._tell(work, draft, Reason("incident.joined", {"person": person, "team": team, "role": role}))
        if before is not None:
            self._leaves(work, draft, before["person_id"])

    def _leaves(self, work: "Work", draft: "Draft", person: int) -> None:
        """Say that somebody of another team who had joined is no longer in the room: this was their last role."""
        team = self._team_beyond(work, draft, person)
        if team is None or _held_by(work, draft, person):
            return
        if work.rows(_JOINED, (draft.number, person)):
            self._tell(work, draft, Reason("incident.left", {"person": person, "team": team}))

    @staticmethod
    def _team_beyond(work: "Work", draft: "Draft", person: int) -> str | None:
        """The code of a team of somebody who is in none of the ticket's; None for its own people and who has no team."""
        teams = work.rows(_TEAMS, (person,))
        return None if not teams or draft["team_id"] in [key for key, _code in teams] else str(teams[0][1])

    def _is_guest(self, draft: "Draft") -> bool:
        """Whether the actor is here by a role in the room alone."""
        return not self.desk.allows_on(Permission.INCIDENT_RESPOND, draft.row, guests=False)

    def _tell(self, work: "Work", draft: "Draft", said: Reason) -> None:
        draft.because(said)
        rows.say(work, draft, "role", said, author_id=self.desk.actor.id)

    def _say(
        self, work: "Work", draft: "Draft", code: str, role: str, person: int | None = None, before: int | None = None
    ) -> None:
        me = self.desk.actor.id
        # People stand in reasons as ids: their names can be erased.
        said = {"person": me if person is None else person, "role": role}
        if before is not None:
            said["last"] = before
        self._tell(work, draft, Reason(code, said))


def _role(text: str) -> str:
    folded = _SHORT.get(text.strip().casefold(), text.strip().casefold())
    found = [name for name in ROLES if name == folded] or [name for name in ROLES if folded and name.startswith(folded)]
    if len(found) != 1:
        raise Invalid(
            N_("{field}: {value} is not known; use {choices}"), field="role", value=text, choices=", ".join(ROLES)
        )
    return found[0]


def _held_by(work: "Work", draft: "Draft", person: int) -> bool:
    """Whether somebody holds any role of the room, as it will stand."""
    return any((row := _held(work, draft, role)) is not None and row["person_id"] == person for role in ROLES)


def _open(work: "Work", draft: "Draft", role: str) -> "list[Row]":
    keys = {key for (key,) in work.rows(_OPEN, (draft.number, role))}
    keys |= {c.key[0] for c in draft.rows if c.table == rows.ROLE and c.before is None and c.after is not None}
    found = [rows.standing(work, draft, rows.ROLE, key) for key in sorted(keys)]
    return [row for row in found if row is not None and row["role"] == role and row["ended_at"] is None]


def _held(work: "Work", draft: "Draft", role: str) -> "Row | None":
    return next((row for row in _open(work, draft, role) if row["accepted_at"] is not None), None)


def _offers(work: "Work", draft: "Draft", role: str) -> "list[Row]":
    return [row for row in _open(work, draft, role) if row["accepted_at"] is None]
