"""Verbs that change what a ticket says: edit, classify, prioritise, pin, demand, delete, redact."""

from typing import Any, Final

from helpdesk_tui.desk import decisions, fields, redaction
from helpdesk_tui.desk.moves import given, hand_over
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.ticket_sensitive import by_category
from helpdesk_tui.desk.work import Draft, Work
from helpdesk_tui.rules import lifecycle
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, Usage
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind, phase_of
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.roles import Permission

_MIN_SECRET: Final = 3
register(
    {
        "kind.changed": N_("{before} became {after}, so it stands in {state}"),
        "redacted": N_("a text of {length} characters was removed from {places} places"),
        "deleted": N_("deleted; it can be restored by undo"),
        "tags": N_("tags added: {added}; removed: {removed}"),
    }
)

# Fields that no rule asks; every other one may change the priority or a clock.
_TEXTS: Final = frozenset({"title", "description", "cause", "resolution", "external_id"})


def apply_edit(work: Work, draft: Draft, values: dict[str, Any], reason: str | None = None) -> None:
    """Set columns by hand, and let what depends on them follow: kind, hand-over, priority."""
    desk = work.desk
    kind = values.pop("kind", None)
    priority = values.pop("priority", None)
    if kind is not None and kind != draft["kind"]:
        _change_kind(work, draft, Kind(kind))
    if "team_id" in values or "assignee_id" in values:
        desk.require_on(Permission.TICKET_ASSIGN, draft.row, work.verb)
        hand_over(
            draft,
            team_id=values.pop("team_id", draft["team_id"]),
            assignee_id=values.pop("assignee_id", draft["assignee_id"]),
        )
    if values.get("parent_number") is not None:
        _no_cycle(work, draft.number, values["parent_number"])
    if values.get("external_id") is not None:
        free_external(work, draft.number, values["external_id"])
    draft.set(**values)
    if "category" in draft.new:
        by_category(work, draft)
    if priority is not None:
        desk.require_on(Permission.TICKET_PRIORITY, draft.row, work.verb)
        decisions.pin(work, draft, Priority(priority))
    elif decisions.PRIORITY_COLUMNS & draft.new.keys():
        decisions.prioritise(work, draft)
    draft.because(*given(reason))


def _change_kind(work: Work, draft: Draft, kind: Kind) -> None:
    policy = work.desk.policies.current().policy
    state = lifecycle.equivalent_state(policy, Kind(draft["kind"]), draft["state"], kind)
    draft.because(Reason("kind.changed", {"before": draft["kind"], "after": kind.value, "state": state}))
    draft.set(kind=kind.value, state=state, phase=int(phase_of(kind, state)))


def _no_cycle(work: Work, number: int, parent: int) -> None:
    """Refuse a parent that is the ticket itself or one of its descendants."""
    seen = work.rows(
        "WITH RECURSIVE up(n) AS (SELECT ?1 UNION SELECT t.parent_number FROM ticket t JOIN up ON t.number = up.n"
        " WHERE t.parent_number IS NOT NULL) SELECT 1 FROM up WHERE n = ?2",
        numbered(parent, number),
    )
    if seen:
        raise Conflict(N_("ticket {number} cannot be its own ancestor"), number=number)


def free_external(work: Work, number: int, external_id: str) -> None:
    """Refuse an external id that another ticket has, or gets in the same work."""
    found = work.rows("SELECT number FROM ticket WHERE external_id = ? AND number <> ?", (external_id, number))
    taken = [n for (n,) in found if n not in work.drafts or work.drafts[n]["external_id"] == external_id]
    taken += [n for n, d in work.drafts.items() if n != number and d.new.get("external_id") == external_id]
    if taken and not work.desk.reading.knows(taken[0]) and taken[0] not in work.drafts:
        raise Conflict(N_("{field} {value} is already taken"), field="external_id", value=external_id)
    if taken:
        raise Conflict(N_("external id {id} already belongs to ticket {number}"), id=external_id, number=taken[0])


def apply_tags(work: Work, draft: Draft, add: list[str], remove: list[str]) -> None:
    """Add and remove tags."""
    have = {t for (t,) in work.rows("SELECT tag FROM ticket_tag WHERE number = ?", (draft.number,))}
    wanted, unwanted = {fields.tag(t) for t in add}, {fields.tag(t) for t in remove}
    added, removed = sorted(wanted - have), sorted((unwanted & have) - wanted)
    for tag in added:
        draft.insert("ticket_tag", (draft.number, tag), {"number": draft.number, "tag": tag})
    for tag in removed:
        draft.remove("ticket_tag", (draft.number, tag), {"number": draft.number, "tag": tag})
    if added or removed:
        draft.because(Reason("tags", {"added": added or "-", "removed": removed or "-"}))


class TicketFields(Noun):
    """Editing and judging tickets."""

    @verb("ticket.edit", Permission.TICKET_EDIT)
    def edit(
        self,
        number: int,
        *,
        set: dict[str, str] | None = None,  # noqa: A002 - the contract's own word
        add_tags: list[str] | None = None,
        remove_tags: list[str] | None = None,
        reason: str | None = None,
        version: int | None = None,
    ) -> dict[str, Any]:
        """Change fields of a ticket by name; tags may be added and removed along."""
        if not set and not add_tags and not remove_tags:
            raise Usage(N_("nothing to change: give --set field=value, --tag or --untag"))
        if set and not set.keys() <= _TEXTS:
            self.desk.policies.ready(self.desk.now())
        with self.desk.work("ticket.edit") as work:
            draft = work.ticket(number, Permission.TICKET_EDIT, version)
            apply_edit(work, draft, fields.parse_fields(self.desk, set or {}), reason)
            apply_tags(work, draft, add_tags or [], remove_tags or [])
        return self.desk.tickets.outcome(number)

    @verb("ticket.classify", Permission.TICKET_EDIT)
    def classify(
        self,
        number: int,
        *,
        set: dict[str, str] | None = None,  # noqa: A002 - the contract's own word
        version: int | None = None,
    ) -> dict[str, Any]:
        """Let the rules classify a ticket again; fields given by hand win."""
        with self.desk.work("ticket.classify") as work:
            draft = work.ticket(number, Permission.TICKET_EDIT, version)
            by_hand = fields.parse_fields(self.desk, set or {})
            draft.set(**{c: by_hand.pop(c) for c in ("title", "description") if c in by_hand})
            proposed = decisions.classify(work, draft)
            apply_edit(work, draft, {**proposed, **by_hand})
        return self.desk.tickets.outcome(number)

    @verb("ticket.prioritise", Permission.TICKET_PRIORITY)
    def prioritise(
        self,
        number: int,
        *,
        impact: str | None = None,
        urgency: str | None = None,
        version: int | None = None,
    ) -> dict[str, Any]:
        """Set impact and urgency and let the matrix decide the priority; takes a pin away."""
        with self.desk.work("ticket.prioritise") as work:
            draft = work.ticket(number, Permission.TICKET_PRIORITY, version)
            if impact is not None:
                draft.set(impact=fields.level("impact", impact))
            if urgency is not None:
                draft.set(urgency=fields.level("urgency", urgency))
            draft.set(pinned=False)
            decisions.prioritise(work, draft)
        return self.desk.tickets.outcome(number)

    @verb("ticket.pin", Permission.TICKET_PRIORITY)
    def pin(self, number: int, priority: str, reason: str, *, version: int | None = None) -> dict[str, Any]:
        """Fix the priority by hand, with the reason; the rules leave it alone from then on."""
        if not reason.strip():
            raise Invalid(N_("a pinned priority needs a reason"))
        with self.desk.work("ticket.pin") as work:
            draft = work.ticket(number, Permission.TICKET_PRIORITY, version)
            decisions.pin(work, draft, Priority(fields.level("priority", priority)))
            draft.because(*given(reason))
        return self.desk.tickets.outcome(number)

    @verb("ticket.demand", Permission.TICKET_EDIT)
    def demand(
        self,
        number: int,
        *,
        business_impact: int,
        likelihood: int,
        benefit: int,
        reach: int,
        effort: int,
        version: int | None = None,
    ) -> dict[str, Any]:
        """Score a demand (each input 1 to 5): risk and value decide its MoSCoW class."""
        with self.desk.work("ticket.demand") as work:
            draft = work.ticket(number, Permission.TICKET_EDIT, version)
            decisions.demand(work, draft, business_impact, likelihood, benefit, reach, effort)
        return self.desk.tickets.outcome(number)

    @verb("ticket.delete", Permission.TICKET_DELETE)
    def delete(self, number: int, *, reason: str | None = None, version: int | None = None) -> dict[str, Any]:
        """Delete a ticket softly: it leaves every list and can be restored by undo."""
        with self.desk.work("ticket.delete") as work:
            draft = work.ticket(number, Permission.TICKET_DELETE, version)
            if draft["deleted_at"] is not None:
                raise Conflict(N_("{ref} is already deleted"), ref=draft.ref)
            draft.set(deleted_at=draft.at)
            draft.because(Reason("deleted"), *given(reason))
        return {"number": number, "deleted": True}

    @verb("ticket.redact", Permission.TICKET_REDACT)
    def redact(self, number: int, text: str, *, version: int | None = None) -> dict[str, Any]:
        """Remove a text (a pasted password) from a ticket everywhere: fields, replies, notes, search, journal.

        Cannot be undone. The journal keeps that something was removed, by whom and where, never what. Returns
        `{"number", "places", "journal", "remains"}`; what remains stands where it cannot go (`redaction.remains`).
        """
        if len(text.strip()) < _MIN_SECRET:
            raise Invalid(N_("the text to redact must have at least {n} characters"), n=_MIN_SECRET)
        with self.desk.work("ticket.redact") as work:
            draft = work.ticket(number, Permission.TICKET_REDACT, version)
            places, erased = redaction.redact(work, draft, text)
            left = redaction.remains(work, number, text)
            if not places and not erased and left:
                raise Invalid(N_("{ref} holds that text only where it cannot go: {where}"), ref=draft.ref,
                              where=redaction.where(left))  # fmt: skip
            if not places and not erased:
                raise Invalid(N_("{ref} does not contain that text"), ref=draft.ref)
            params: dict[str, Any] = {"length": len(text), "places": places + len(erased), "erased": erased}
            draft.because({"code": "redacted", **params})
        return {"number": number, "places": places, "journal": len(erased), "remains": left}
