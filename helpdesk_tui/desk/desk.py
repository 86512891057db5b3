"""`Desk`: one person at one desk file. Its nouns hold the verbs; everything else is in the rooms below."""

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpdesk_tui.desk import actor as actors
from helpdesk_tui.desk.actor import Actor
from helpdesk_tui.desk.directory import Directory
from helpdesk_tui.desk.nouns import Nouns
from helpdesk_tui.desk.work import Work, require_scope
from helpdesk_tui.rules import access
from helpdesk_tui.store.conditions import ROOM_OF
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.errors import NotPermitted, ticket_not_found
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission, Scope

if TYPE_CHECKING:
    from helpdesk_tui.desk.policybox import PolicyBox

Clock = Callable[[], Instant]


def wall_clock() -> Instant:
    """Now, in whole UTC seconds."""
    return int(time.time())


class Desk(Nouns):
    """The desk as one actor sees it. Verbs are `desk.tickets.open(…)`, `desk.people.add(…)` and so on.

    Safe to use from several threads: reads run on one held connection a thread, writes one after another.
    """

    def __init__(
        self,
        store: Store,
        actor: Actor,
        *,
        clock: Clock = wall_clock,
        origin: Origin = Origin.CLI,
        real: Actor | None = None,
        policies: "PolicyBox | None" = None,
    ) -> None:
        self.store = store
        self.actor = actor
        self.origin = origin
        self._clock = clock
        self._real = real
        if policies is not None:
            self.policies = policies
        self.directory = Directory(store)
        self._known_at = 0  # the directory's stamp for which the actor's roles were read; -1: never read anew
        # What the roles of these two give, as far as it was asked; actors are never changed, only replaced.
        self._scopes_of: tuple[Actor, Actor | None] = (actor, real)
        self._scopes: dict[Permission, Scope] = {}
        # Whether this start made the desk: then `first.NOTICE` must be said.
        self.just_made = False
        self.on_commit: Callable[[list[int]], None] | None = None
        self.tz: tzinfo = UTC  # where the days of a filter begin
        self.home = self  # whose journal tells what is read here: the desk itself, but for its past and its archive

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        act_as: str | None = None,
        clock: Clock = wall_clock,
        origin: Origin = Origin.CLI,
        user: actors.OsUser | None = None,
    ) -> "Desk":
        """Open (and on first use make) a desk as the operating-system user, or as the person they may act for.

        On an empty embedded desk that user becomes its administrator. Raises NotPermitted for a user whom the desk
        does not know, NotFound for an unknown `act_as`, StoreFault for a file that cannot be used.
        """
        from helpdesk_tui.desk.first import enter

        return enter(cls, Store(path), user or actors.os_user(), act_as, clock, origin)

    @cached_property
    def policies(self) -> "PolicyBox":
        """The policy's versions; loaded at the first question, since reading needs none."""
        from helpdesk_tui.desk.policybox import PolicyBox

        return PolicyBox(self.store)

    def now(self) -> Instant:
        """The present instant of this desk's clock."""
        return self._clock()

    @property
    def clock(self) -> Clock:
        """The clock itself."""
        return self._clock

    # -- rights ------------------------------------------------------------------------------------------------

    def scope(self, permission: Permission) -> Scope:
        """How far the actor's roles reach; acting for another, never further than one's own."""
        whose = self._scopes_of
        if whose[0] is not self.actor or whose[1] is not self._real:
            self._scopes_of, self._scopes = (self.actor, self._real), {}
        known = self._scopes.get(permission)
        if known is None:
            if self._real is not None:
                known = access.acting_scope(self._real.roles, self.actor.roles, permission)
            else:
                known = access.scope_of(self.actor.roles, permission)
            self._scopes[permission] = known
        return known

    def plain_scope(self, permission: Permission) -> Scope:
        """How far the actor sees personal values plainly; beyond it they are masked."""
        own = access.unmasked_scope(self.actor.roles, permission)
        return own if self._real is None else min(own, access.unmasked_scope(self._real.roles, permission))

    def require(self, permission: Permission, verb: str, head: int | None = None) -> Scope:
        """Refuse with NotPermitted where the actor's roles give nothing for this permission (see `refresh`)."""
        self.refresh(head)
        scope = self.scope(permission)
        require_scope(scope, permission, verb)
        return scope

    def refresh(self, head: int | None = None) -> None:
        """Read the actor's roles and teams anew where people or teams have changed: what is revoked ends at once.

        `head` is the journal's head where the caller has just read it. Raises NotPermitted where the person is gone
        or no longer active.
        """
        if self._known_at < 0 or (stamp := self.directory.stamp(head)) == self._known_at:
            return
        self.actor = self._anew(self.actor)
        if self._real is not None:
            self._real = self._anew(self._real)
        self._known_at = stamp

    def _anew(self, known: Actor) -> Actor:
        found = actors.by_id(self.store.reader(), known.id)
        if found is None:
            raise NotPermitted(
                N_(
                    "you ({login}) are not known to this desk; an administrator can add you: helpdesk people add --login"
                ),
                login=known.login or known.name,
            )
        return replace(found, real_id=known.real_id)

    def sees_plainly(self, row: Mapping[str, Any]) -> bool:
        """Whether the people on this ticket row stand plainly before the actor, who has read it."""
        scope = self.plain_scope(Permission.TICKET_READ)
        if scope is self.scope(Permission.TICKET_READ):
            return True
        facts = access.TicketFacts(row.get("team_id"), row.get("assignee_id"), row.get("requester_id"))
        return access.ticket_scope_allows(scope, self.actor.id, self.actor.teams, facts)

    def allows_on(self, permission: Permission, row: Mapping[str, Any], *, guests: bool = True) -> bool:
        """Whether the actor may do this to this ticket row (it must say whether it is sensitive).

        Without `guests` a role in its war room counts for nothing: only the roles at the desk do.
        """
        scope, sensitive = self.scope(permission), row["sensitive"] is not None
        if not sensitive and scope in (Scope.ALL, Scope.NONE):
            return scope is Scope.ALL
        watchers: tuple[int, ...] = ()
        number = row.get("number")
        if number is not None:
            watchers = tuple(
                p for (p,) in self.store.query("SELECT person_id FROM watcher WHERE number = ?", (number,))
            )
        facts = access.TicketFacts(
            row.get("team_id"), row.get("assignee_id"), row.get("requester_id"), watchers, sensitive
        )
        if self.holds(permission, facts):
            return True
        return guests and number is not None and self.holds(permission, replace(facts, room=self._room(number)))

    def _room(self, number: int) -> tuple[str, ...]:
        """How the actor stands in a ticket's war room, while it is live."""
        (told,) = self.store.query(ROOM_OF, numbered(number, self.actor.id))[0]
        return tuple(told.split(",")) if told else ()

    def holds(self, permission: Permission, facts: access.TicketFacts) -> bool:
        """Whether the actor may do this to a ticket of these facts."""
        scope, sensitive = self.scope(permission), self.scope(Permission.TICKET_SENSITIVE)
        if access.ticket_scope_allows(scope, self.actor.id, self.actor.teams, facts, sensitive):
            return True
        return access.room_allows(scope, permission, facts.room, sensitive=facts.sensitive)

    def require_on(self, permission: Permission, row: Mapping[str, Any], verb: str) -> None:
        """Refuse where the actor may not read this ticket (as if it did not exist) or not do this to it."""
        if not self.allows_on(Permission.TICKET_READ, row):
            raise ticket_not_found(row["number"])
        if not self.allows_on(permission, row):
            self.require(permission, verb)
            raise NotPermitted(
                N_("your roles give {permission} only for your own or your team's tickets, and {number} is neither"),
                permission=permission.value,
                number=row["number"],
            )

    # -- work --------------------------------------------------------------------------------------------------

    def work(
        self, verb: str, *, at: Instant | None = None, batch: str | None = None, origin: str | None = None
    ) -> Work:
        """A unit of work for one verb (a context manager holding the write lock)."""
        return Work(self, verb, at=at, batch=batch, origin=origin)

    def rehearsal(self, verb: str) -> Work:
        """A unit of work that is thrown away at its end, for previews; derived values are as they would be."""
        return Work(self, verb, rehearse=True)

    def committed(self, numbers: list[int]) -> None:
        """Called after each commit of this desk with the new sequence numbers."""
        if numbers and self.on_commit is not None:
            self.on_commit(numbers)

    def acting_as(self, who: str) -> "Desk":
        """The same desk with another person acting (needs the permission to act for others; the journal keeps both)."""
        from helpdesk_tui.desk.first import act_for

        return act_for(self, who)

    def at(self, instant: Instant) -> contextlib.AbstractContextManager["Desk"]:
        """The desk as it was at an instant, read-only, built by replaying the journal."""
        from helpdesk_tui.desk.past import as_of

        self.refresh()
        return as_of(self, instant)

    def elsewhere(self, store: Store, clock: Clock) -> "Desk":
        """The same people, with the same rights and no more, at another store and time."""
        other = type(self)(store, self.actor, clock=clock, origin=self.origin, real=self._real)
        other.tz = self.tz
        other.home = self.home
        other._known_at = -1
        return other

    @property
    def keyboard(self) -> Actor:
        """Whoever really sits here: the actor, or the one who acts for them."""
        return self._real or self.actor

    def close(self) -> None:
        """Close the file."""
        self.store.close()

    def __enter__(self) -> "Desk":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
