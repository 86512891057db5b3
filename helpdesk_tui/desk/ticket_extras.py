"""What hangs on a ticket: watchers, checklist, time spent."""

from typing import Any, Final

from helpdesk_tui.desk import fields
from helpdesk_tui.desk.registry import verb
from helpdesk_tui.desk.ticket_parts import TicketParts
from helpdesk_tui.store.changes import Row, RowChange
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotPermitted
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.reasons import Reason, register, register_durations
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission, Scope

register(
    {
        "watch": N_("{who} follows it"),
        "unwatch": N_("{who} follows it no more"),
        "time": N_("{seconds} of work"),
    }
)
register_durations("seconds")
# What those who follow a ticket may do to it by being on it, where their roles reach that far.
_OF_FOLLOWERS: Final = tuple(
    p
    for p in Permission
    if p.value.startswith("ticket.") and p not in (Permission.TICKET_CREATE, Permission.TICKET_SENSITIVE)
)
_MAX_ITEMS = 500
_MAX_SECONDS = 31 * 86_400


class TicketExtras(TicketParts):
    """Watchers, checklist items and time entries."""

    @verb("ticket.watch", Permission.TICKET_READ)
    def watch(self, number: int, *, person: str = "me", remove: bool = False) -> dict[str, Any]:
        """Follow a ticket (or let another follow it), or stop following."""
        who = self.desk.directory.require(person, self.desk.actor.id)
        needed = Permission.TICKET_READ if who.id == self.desk.actor.id else Permission.TICKET_EDIT
        with self.desk.work("ticket.watch") as work:
            draft = work.ticket(number, needed)
            if not remove:
                self._gains_nothing(draft.row)
            row = {"number": number, "person_id": who.id}
            watching = work.row("watcher", number, who.id) is not None
            if remove:
                if not watching:
                    raise Conflict(N_("{who} does not follow {ref}"), who=who.handle, ref=draft.ref)
                draft.remove("watcher", (number, who.id), row)
            else:
                if watching:
                    raise Conflict(N_("{who} already follows {ref}"), who=who.handle, ref=draft.ref)
                draft.insert("watcher", (number, who.id), row)
            draft.because(Reason("unwatch" if remove else "watch", {"who": who.id}))
        return {"number": number, "person": who.handle, "watching": not remove}

    def _gains_nothing(self, row: Row) -> None:
        """Refuse where following would let the actor do to the ticket what they may not: followers count as its own."""
        desk = self.desk
        if desk.allows_on(Permission.TICKET_EDIT, row):
            return
        for permission in _OF_FOLLOWERS:
            if desk.scope(permission) is not Scope.NONE and not desk.allows_on(permission, row):
                raise NotPermitted(
                    N_("following {number} would give you {permission} there; ask somebody who works on it to add you"),
                    number=row["number"],
                    permission=permission.value,
                )

    @verb("ticket.checklist.add", Permission.TICKET_EDIT)
    def checklist_add(self, number: int, items: list[str]) -> list[dict[str, Any]]:
        """Add steps to a ticket's checklist."""
        from helpdesk_tui.store.apply import new_row

        texts = [fields.bounded("item", item, 1_000, empty=False) for item in items]
        if not texts:
            raise Invalid(N_("name at least one step"))
        with self.desk.work("ticket.checklist.add") as work:
            draft = work.ticket(number, Permission.TICKET_EDIT)
            (count, last) = work.rows(
                "SELECT count(*), coalesce(max(position), 0) FROM checklist_item WHERE number = ?", (number,)
            )[0]
            if count + len(texts) > _MAX_ITEMS:
                raise Invalid(N_("a checklist has at most {n} steps"), n=_MAX_ITEMS)
            for offset, text in enumerate(texts, 1):
                key = work.next_id("checklist_item")
                draft.insert(
                    "checklist_item",
                    (key,),
                    new_row("checklist_item", id=key, number=number, position=last + offset, text=text),
                )
        return self.checklist(number)

    @verb("ticket.checklist.tick", Permission.TICKET_EDIT)
    def checklist_tick(self, number: int, item: int, *, done: bool = True) -> list[dict[str, Any]]:
        """Tick a step of the checklist off, or take the tick away."""
        with self.desk.work("ticket.checklist.tick") as work:
            draft = work.ticket(number, Permission.TICKET_EDIT)
            row = work.row("checklist_item", item)
            if row is None or row["number"] != number:
                raise Invalid(N_("{ref} has no step {item}"), ref=draft.ref, item=item)
            if (row["done_at"] is not None) == done:
                raise Conflict(N_("step {item} is already so"), item=item)
            after = {"done_at": draft.at if done else None, "done_by": self.desk.actor.id if done else None}
            draft.rows.append(RowChange("checklist_item", (item,), {c: row[c] for c in after}, after))
        return self.checklist(number)

    @verb("ticket.checklist.remove", Permission.TICKET_EDIT)
    def checklist_remove(self, number: int, item: int) -> list[dict[str, Any]]:
        """Take a step off the checklist."""
        with self.desk.work("ticket.checklist.remove") as work:
            draft = work.ticket(number, Permission.TICKET_EDIT)
            row = work.row("checklist_item", item)
            if row is None or row["number"] != number:
                raise Invalid(N_("{ref} has no step {item}"), ref=draft.ref, item=item)
            draft.remove("checklist_item", (item,), row)
        return self.checklist(number)

    @verb("ticket.log_time", Permission.TIME_LOG)
    def log_time(self, number: int, seconds: int, *, note: str = "", at: Instant | None = None) -> dict[str, Any]:
        """Record time worked on a ticket."""
        from helpdesk_tui.store.apply import new_row

        if not 0 < seconds <= _MAX_SECONDS:
            raise Invalid(N_("time spent must lie between 1 second and 31 days"))
        text = fields.bounded("note", note, 1_000)
        with self.desk.work("ticket.log_time") as work:
            draft = work.ticket(number, Permission.TIME_LOG)
            key = work.next_id("time_entry")
            when = draft.at if at is None else min(at, draft.at)
            row = new_row(
                "time_entry", id=key, number=number, person_id=self.desk.actor.id, at=when, seconds=seconds, note=text
            )
            draft.insert("time_entry", (key,), row)
            draft.because(Reason("time", {"seconds": seconds}))
        return {"number": number, "seconds": seconds, "total": self.time_spent(number)}
