"""Opening tickets: one way for the form, the command line, imports, splits and the demo."""

from dataclasses import dataclass, field
from typing import Any, Final

from helpdesk_tui.desk import decisions, fields
from helpdesk_tui.desk.moves import follow
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.ticket_fields import free_external
from helpdesk_tui.desk.ticket_sensitive import by_category, mark
from helpdesk_tui.desk.work import Draft, Work
from helpdesk_tui.rules import lifecycle
from helpdesk_tui.store.changes import Entry, Row, RowChange
from helpdesk_tui.vocabulary.channels import Channel, Origin
from helpdesk_tui.vocabulary.errors import Invalid, NotPermitted
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind, phase_of
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission, Scope

register({"contact.made": N_("{email} was not known and became a contact")})

CHANNEL_OF_ORIGIN: Final = {
    Origin.TUI: Channel.PHONE,
    Origin.CLI: Channel.CLI,
    Origin.MAIL: Channel.EMAIL,
    Origin.API: Channel.API,
    Origin.IMPORT: Channel.IMPORT,
    Origin.TIMER: Channel.API,
}


@dataclass(slots=True)
class NewTicket:
    """A ticket to be opened: what somebody said, and whatever is already known (columns, parsed). The rest is decided.

    `columns` holds parsed columns that win over every rule; `state` a state to start in (imports), `priority` a
    priority that is a fact (imports) and not a pin; `foreseen` a classification made beforehand (imports).
    """

    title: str
    description: str = ""
    columns: dict[str, Any] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    channel: str | None = None
    created_at: Instant | None = None
    state: str | None = None
    priority: int | None = None
    judge: bool = True
    auto_assign: bool = True
    foreseen: decisions.Judged | None = None


def new_ticket_row(work: Work, new: NewTicket) -> Row:
    """The row of a new ticket before the rules have spoken."""
    from helpdesk_tui.store.apply import new_row

    at = new.created_at if new.created_at is not None else work.at
    channel = new.channel or CHANNEL_OF_ORIGIN[Origin(work.origin)].value
    return new_row(
        "ticket",
        number=work.next_id("ticket"),
        kind=Kind.INCIDENT.value,
        state="new",
        title=new.title,
        description=new.description,
        channel=channel,
        created_at=at,
        updated_at=at,
    )


def build(work: Work, new: NewTicket) -> Draft:
    """A complete draft of a new ticket: classified, prioritised, routed; its clocks follow when the work ends."""
    draft = work.open(new_ticket_row(work, new))
    if new.created_at is not None:
        draft.at = new.created_at
    columns = dict(new.columns)
    draft.set(**{c: columns.pop(c) for c in ("requester_id", "organisation_id") if c in columns})
    if new.judge:
        given = {"kind": columns.get("kind"), "service": _service_code(work, columns)}
        draft.set(**decisions.classify(work, draft, given, new.foreseen))
    draft.set(**columns)
    _initial_state(work, draft, new.state)
    _decide_priority(work, draft, new)
    _decide_route(work, draft, new, columns)
    for tag in dict.fromkeys(new.tags):
        draft.insert("ticket_tag", (draft.number, tag), {"number": draft.number, "tag": tag})
    by_category(work, draft)
    return draft


def _service_code(work: Work, columns: Row) -> str | None:
    return work.desk.directory.service_code(columns.get("service_id"))


def _initial_state(work: Work, draft: Draft, state: str | None) -> None:
    kind = Kind(draft["kind"])
    code = state or lifecycle.initial_state(work.desk.policies.current().policy, kind)
    draft.set(state=code, phase=int(phase_of(kind, code)))


def _decide_priority(work: Work, draft: Draft, new: NewTicket) -> None:
    if new.priority is not None:
        draft.set(priority=new.priority)
    elif new.judge:
        decisions.prioritise(work, draft)
    else:
        matrix = work.desk.policies.current().policy.matrix
        from helpdesk_tui.vocabulary.levels import Level

        draft.set(priority=int(matrix.priority(Level(draft["impact"]), Level(draft["urgency"]))))


def _decide_route(work: Work, draft: Draft, new: NewTicket, given: Row) -> None:
    if not new.judge or "team_id" in given:
        return
    team_id, person = decisions.route(work, draft, person=new.auto_assign and "assignee_id" not in given)
    draft.set(team_id=team_id)
    if person is not None:
        draft.set(assignee_id=person)
    if draft["assignee_id"] is not None and new.state is None:
        follow(work, draft, "assign")


def contact(work: Work, email: str, *, name: str | None = None) -> int:
    """The id of the person with this address, made as a contact where nobody has it."""
    from helpdesk_tui.store.apply import new_row

    address = fields.bounded("requester", email.strip(), fields.MAX_NAME, empty=False)
    made = work.contacts.get(address.casefold())
    if made is not None:
        return made
    found = work.desk.directory.find(address)
    if found is not None:
        return found.id
    local = address.partition("@")[0]
    row = new_row("person", id=work.next_id("person"), name=(name or local)[:255], email=address)
    work.contacts[address.casefold()] = row["id"]
    work.record(Entry("people.add", "person", row["id"], work.at, rows=[RowChange("person", (row["id"],), None, row)],
                      reasons=[Reason("contact.made", {"email": "-"}).data()]))  # fmt: skip
    return int(row["id"])


def is_address(text: str) -> bool:
    """Whether a text has the form of an e-mail address (RFC 5321 in its everyday shape)."""
    local, at, domain = text.strip().rpartition("@")
    return bool(at and local and domain) and not any(c.isspace() or c in '<>()[],;:\\"' for c in text.strip())


class TicketOpening(Noun):
    """Opening tickets."""

    @verb("ticket.open", Permission.TICKET_CREATE)
    def open(
        self,
        title: str,
        *,
        description: str = "",
        requester: str | None = None,
        channel: str | None = None,
        set: dict[str, str] | None = None,  # noqa: A002 - the contract's own word
        tags: list[str] | None = None,
        at: Instant | None = None,
        sensitive: bool = False,
    ) -> dict[str, Any]:
        """Open a ticket. The rules propose what is not given; an unknown requester address becomes a contact.

        With `sensitive` it is marked so from the beginning: whoever opens it for another follows it.
        """
        values = fields.parse_fields(self.desk, set or {})
        pinned = values.pop("priority", None)
        if not {"team_id", "assignee_id"}.isdisjoint(values):
            self.desk.require(Permission.TICKET_ASSIGN, "ticket.open")
        new = NewTicket(
            title=fields.title(title),
            description=fields.bounded("description", description, fields.MAX_TEXT),
            columns=values,
            tags=[fields.tag(t) for t in tags or []],
            channel=Channel(fields.code("channel", channel)).value if channel else values.pop("channel", None),
            created_at=self._not_later(at),
        )
        with self.desk.work("ticket.open") as work:
            self._requester(work, new, requester)
            if new.columns.get("external_id") is not None:
                free_external(work, 0, new.columns["external_id"])
            draft = build(work, new)
            if sensitive:
                mark(work, draft)
                draft.because(Reason("sensitive.marked"))
            if pinned is not None:
                self.desk.require(Permission.TICKET_PRIORITY, work.verb)
                decisions.pin(work, draft, Priority(pinned))
            number = draft.number
        return self.desk.tickets.outcome(number)

    def _not_later(self, at: Instant | None) -> Instant | None:
        if at is not None and at > self.desk.now() + 300:
            raise Invalid(N_("a ticket cannot be opened in the future"))
        return at

    def _requester(self, work: Work, new: NewTicket, requester: str | None) -> None:
        actor = self.desk.actor
        if requester is None:
            if "requester_id" not in new.columns and self.desk.scope(Permission.TICKET_CREATE) == Scope.OWN:
                new.columns["requester_id"] = actor.id
        else:
            person = self.desk.directory.find(requester) if requester.casefold() != "me" else None
            if requester.casefold() == "me":
                new.columns["requester_id"] = actor.id
            elif person is not None:
                new.columns |= {"requester_id": person.id, "organisation_id": person.organisation_id}
            elif is_address(requester):
                new.columns["requester_id"] = contact(work, requester)
            else:
                self.desk.directory.require(requester)
        if self.desk.scope(Permission.TICKET_CREATE) == Scope.OWN and new.columns.get("requester_id") != actor.id:
            raise NotPermitted(N_("your roles let you open tickets for yourself only"))
