"""`desk.paging`: who is called for a ticket, level after level until somebody acknowledges.

The functions are for other verbs: they put what follows into the work of whoever calls them. A ticket has at most one
live run, and nobody is paged for a ticket to which no paging policy applies.
"""

from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import paging_runs as runs
from helpdesk_tui.desk import paging_show
from helpdesk_tui.desk.moves import given
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, Texts
from helpdesk_tui.rules import paging as rules
from helpdesk_tui.rules.paging_plan import Plan, plan_of
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, Usage, ticket_not_found
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.kinds import Phase
from helpdesk_tui.vocabulary.levels import Priority, Severity
from helpdesk_tui.vocabulary.reasons import Reason
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Draft, Work

_STAMPS: Final = "helpdesk_tui.desk.incident_stamps"
LONGEST_HOLD: Final = 7 * 86_400
"""Nobody is left unpaged for longer by hand: a hold is no way to forget a ticket."""
MOST_PEOPLE: Final = 50


# -- what others call --------------------------------------------------------------------------------------------------


def draft_of(work: "Work", ticket: "Draft | int") -> "Draft":
    """The draft of a ticket in this work; it is made where there is none yet. Raises NotFound."""
    from helpdesk_tui.desk.work import Draft

    if not isinstance(ticket, int):
        return ticket
    draft = work.drafts.get(ticket)
    if draft is None:
        row = work.ticket_row(ticket)
        if row is None:
            raise ticket_not_found(ticket)
        draft = work.drafts[ticket] = Draft(row, at=work.at)
    return draft


def begin(work: "Work", ticket: "Draft | int", severity: int, *, cause: str) -> None:
    """Start the escalation that the policy names for a ticket of this severity (1 to 5); nothing where none applies.

    Where a run lives already its severity changes instead; one that ended a short while ago (`[paging.reopen]`) goes on
    from level 1, and who answered last is told first. `cause` is a code (`declared`, `alert`, `reopened`, `by_hand` …)
    that the journal keeps.
    """
    draft = draft_of(work, ticket)
    row = runs.live(work, draft)
    if row is not None:
        _severity(work, draft, severity)
        return
    plan = _plan(work, draft, severity)
    if plan is None:
        return
    ended = runs.last(work, draft)
    if ended is not None:
        before = runs.run_of(ended)
        if rules.reopens(before, work.now):
            draft.because(Reason("escalation.again", {"severity": Severity(severity).name, "cause": cause}))
            again = replace(before, severity=severity)
            runs.move(work, draft, ended, rules.Start(before.acks), of=again)
            return
    _start(work, draft, plan, severity, rules.Start(), cause)


def stop(work: "Work", number: int, *, why: str) -> None:
    """End the live run of a ticket, if there is one; `why` is a code (`resolved`, `merged` …) that the journal keeps."""
    draft = draft_of(work, number)
    row = runs.live(work, draft)
    if row is not None:
        draft.because(Reason("escalation.ended", {"why": why}))
        runs.move(work, draft, row, rules.Stop())


def severity_changed(work: "Work", number: int, before: int, after: int) -> None:
    """Tell a ticket's run of its new severity: graver takes the faster of both timers, lesser keeps the level.

    Where no run lives and the severity became graver one begins, if a policy applies.
    """
    draft = draft_of(work, number)
    if runs.live(work, draft) is not None:
        _severity(work, draft, after)
    elif after < before and draft["phase"] < Phase.RESOLVED:
        begin(work, draft, after, cause="severity")


def activity(work: "Work", number: int) -> None:
    """Somebody did something on the ticket: the time after which an acknowledgement lapses begins anew.

    What agents do on a ticket is in the journal and counts without this call; it moves the timer at once.
    """
    draft = draft_of(work, number)
    row = runs.live(work, draft)
    if row is None or row["state"] != rules.ACKNOWLEDGED:
        return
    run = runs.run_of(row)
    timeout = run.plan.ack_timeout[run.severity - 1]
    if timeout is not None:
        work.timers[runs.TABLE, row["id"]] = {"next": work.now + timeout - run.plan.ack_warning}


def hold(work: "Work", number: int, *, until: Instant) -> None:
    """Page nobody for a ticket until then (maintenance); at its end, or when it is released, all begins afresh."""
    draft = draft_of(work, number)
    row = runs.live(work, draft)
    if row is not None:
        draft.because(Reason("escalation.held", {"until": iso(until)}))
        runs.move(work, draft, row, rules.Hold(until))


def release(work: "Work", number: int) -> None:
    """End the hold of a ticket's run, if it is held."""
    draft = draft_of(work, number)
    row = runs.live(work, draft)
    if row is not None and row["state"] == rules.HELD:
        draft.because(Reason("escalation.released"))
        runs.move(work, draft, row, rules.Release())


# -- within ------------------------------------------------------------------------------------------------------------


def _plan(work: "Work", draft: "Draft", severity: int) -> Plan | None:
    """The snapshot of the policy that applies to a ticket of this severity."""
    desk = work.desk
    governing = desk.policies.current()
    paging = governing.policy.paging
    found = paging.choose(
        kind=draft["kind"],
        service=desk.directory.service_code(draft["service_id"]),
        team=desk.directory.team_code(draft["team_id"]),
        severity=severity,
    )
    return None if found is None else plan_of(paging, governing.version, found)


def _start(work: "Work", draft: "Draft", plan: Plan, severity: int, event: rules.Event, cause: str) -> None:
    run = rules.started(plan, severity, work.now)
    said = {"policy": plan.id or "-", "version": plan.version, "severity": Severity(severity).name, "cause": cause}
    draft.because(Reason("escalation.began", said))
    after, effects = rules.step(run, event, work.now, runs.facts(work, draft, run))
    runs.make(work, draft, after, runs.tell(work, draft, after, effects))


def _severity(work: "Work", draft: "Draft", after: int) -> None:
    row = runs.live(work, draft)
    if row is None or row["severity"] == after:
        return
    before = row["severity"]
    plan = _plan(work, draft, after) if after < before else None
    run, effects = runs.move(work, draft, row, rules.Graver(after, plan))
    if not run.live:
        draft.because(Reason("escalation.ended", {"why": "severity"}))
    elif not effects:
        said = {"before": Severity(before).name, "after": Severity(after).name}
        draft.because(Reason("escalation.severity", {**said, "at": iso(run.next_at) if run.next_at else "-"}))


def severity_of(draft: "Draft") -> int:
    """A ticket's severity; what its priority means where it has none of its own."""
    own: int | None = draft["severity"]
    return own if own is not None else 1 + Priority.CRITICAL - draft["priority"]


class Paging(Noun):
    """Paging."""

    @verb("escalation.show", Permission.NOTE_READ, reads=True)
    def show(self, number: int) -> Object:
        """The latest run of a ticket: level, who was told and who acknowledged, what comes next; see `paging_show.whole`."""
        return paging_show.whole(self.desk, number)

    @verb("escalation.list", Permission.NOTE_READ, reads=True)
    def list(self, state: Texts | None = None, *, limit: int = 200) -> Objects:
        """The live runs of tickets that one may know of, those that nobody answered first; see `paging_show.listed`.

        `state` narrows it to some of `running`, `acknowledged`, `held`, `exhausted`.
        """
        return paging_show.listed(self.desk, state, limit)

    def head(self, number: int) -> Object | None:
        """The live run of a ticket as `list` tells it; None where there is none."""
        self.desk.require(Permission.NOTE_READ, "escalation.show")
        return paging_show.living(self.desk, number)

    @verb("escalation.ack", Permission.INCIDENT_RESPOND)
    def ack(self, number: int) -> Object:
        """Say that you are on it: nobody else is paged. Saying it again keeps an acknowledgement from lapsing."""
        with self.desk.work("escalation.ack") as work:
            draft = work.ticket(number, Permission.INCIDENT_RESPOND)
            row = self._live(work, draft)
            run, _ = runs.move(work, draft, row, rules.Ack(self.desk.actor.id))
            if run.state == rules.ACKNOWLEDGED and find_spec(_STAMPS) is not None:
                import_module(_STAMPS).stamp(work, number, "acknowledged", work.now)
        return self.show(number)

    @verb("escalation.unack", Permission.INCIDENT_RESPOND)
    def unack(self, number: int, *, reason: str | None = None) -> Object:
        """Take an acknowledgement back: paging begins again at level 1."""
        with self.desk.work("escalation.unack") as work:
            draft = work.ticket(number, Permission.INCIDENT_RESPOND)
            row = self._live(work, draft)
            if row["state"] != rules.ACKNOWLEDGED:
                raise Conflict(N_("{ref}: nobody has acknowledged it"), ref=draft.ref)
            draft.because(Reason("escalation.unacked"), *given(reason))
            runs.move(work, draft, row, rules.Unack())
        return self.show(number)

    @verb("escalation.page", Permission.INCIDENT_COMMAND)
    def page(self, number: int, *, reason: str, level: int | None = None, people: Texts | None = None) -> Object:
        """Page now: the next level, this level, or these people; also where somebody acknowledged or nobody answered.

        Unless somebody acknowledges, the run goes on from there. Raises Conflict where no policy applies to the ticket
        and nobody is named.
        """
        if not reason.strip():
            raise Usage(N_("say why: the journal keeps it"))
        if people and level is not None:
            raise Usage(N_("name a level or people, not both"))
        if len(people or ()) > MOST_PEOPLE:
            raise Usage(N_("at most {count} people are paged at once"), count=MOST_PEOPLE)
        with self.desk.work("escalation.page") as work:
            draft = work.ticket(number, Permission.INCIDENT_COMMAND)
            if draft["phase"] >= Phase.RESOLVED:
                raise Conflict(N_("{ref} is resolved or closed; reopen it first"), ref=draft.ref)
            event = rules.Page(level, tuple(self._person(text) for text in people or ()))
            guest = not self.desk.allows_on(Permission.INCIDENT_COMMAND, draft.row, guests=False)
            if guest and self.desk.actor.id in event.people:
                # Whoever is paged follows the ticket, which gives more than a role in its room does.
                raise Conflict(N_("{ref}: you are in its room already; page somebody else"), ref=draft.ref)
            draft.because(*given(reason))
            row = runs.live(work, draft)
            severity = severity_of(draft) if row is None else row["severity"]
            plan = _plan(work, draft, severity) if row is None else runs.run_of(row).plan
            if plan is None:
                if not event.people:
                    raise Conflict(N_("{ref}: no paging policy applies to it; name people"), ref=draft.ref)
                governing = self.desk.policies.current()
                plan = plan_of(governing.policy.paging, governing.version)
            if level is not None and not 1 <= level <= len(plan.levels):
                raise Invalid(N_("there is no level {level}; there are {count}"), level=level, count=len(plan.levels))
            if row is not None:
                runs.move(work, draft, row, event)
            else:
                _start(work, draft, plan, severity, event, "by_hand")
        return self.show(number)

    @verb("escalation.hold", Permission.INCIDENT_COMMAND)
    def hold(self, number: int, until: Instant, *, reason: str) -> Object:
        """Page nobody for a ticket until then (a week at most); at its end all begins afresh."""
        if not reason.strip():
            raise Usage(N_("say why: the journal keeps it"))
        with self.desk.work("escalation.hold") as work:
            draft = work.ticket(number, Permission.INCIDENT_COMMAND)
            if until <= work.now:
                raise Invalid(N_("until: {until} lies in the past"), until=iso(until))
            if until > work.now + LONGEST_HOLD:
                raise Invalid(N_("nobody is held back for longer than {days} days"), days=LONGEST_HOLD // 86_400)
            self._live(work, draft)
            draft.because(*given(reason))
            hold(work, number, until=until)
        return self.show(number)

    @verb("escalation.release", Permission.INCIDENT_COMMAND)
    def release(self, number: int) -> Object:
        """End a hold: paging begins afresh at level 1."""
        with self.desk.work("escalation.release") as work:
            draft = work.ticket(number, Permission.INCIDENT_COMMAND)
            if self._live(work, draft)["state"] != rules.HELD:
                raise Conflict(N_("{ref}: its paging is not held"), ref=draft.ref)
            release(work, number)
        return self.show(number)

    @staticmethod
    def _live(work: "Work", draft: "Draft") -> dict[str, Any]:
        row = runs.live(work, draft)
        if row is None:
            raise Conflict(N_("{ref}: nobody is being paged for it"), ref=draft.ref)
        return row

    def _person(self, text: str) -> int:
        found = self.desk.directory.require(text, self.desk.actor.id)
        if not (found.agent and found.active):
            raise Invalid(N_("{text} does not work at this desk, so nobody can page them"), text=text)
        return found.id
