"""Tickets with their history from an event log: each step of the log is an entry at its own instant.

What the log states is kept as it is: no rule classifies, prioritises or routes, no life cycle is asked. Only the
service-level clocks are derived, from the history so told. Entries follow the order of the log's rows; the columns of
the last row win over what the steps imply.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import dynamic, fields
from helpdesk_tui.desk.derive import columns as derived
from helpdesk_tui.desk.history import events
from helpdesk_tui.desk.import_engine import Tally
from helpdesk_tui.desk.import_people import People
from helpdesk_tui.desk.import_rows import LogCase, LogStep
from helpdesk_tui.desk.work import CLOCK_COLUMNS, Work
from helpdesk_tui.store.changes import Entry, Row, RowChange
from helpdesk_tui.vocabulary.channels import Channel
from helpdesk_tui.vocabulary.errors import DeskError, Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind, Phase, phase_of
from helpdesk_tui.vocabulary.levels import level, priority
from helpdesk_tui.vocabulary.reasons import register
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.text import at_rest

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

register(
    {
        "log.by": N_("in the log by {text}"),
        "log.resolved_by": N_("resolved in the log by {text}"),
        "log.row": N_("as line {line} of the log has it"),
    }
)

# Which verb a step is called, by what it changes; the first that fits.
_VERBS: Final = (
    ("ticket.prioritise", frozenset({"priority", "impact", "urgency"})),
    ("ticket.assign", frozenset({"team_id", "assignee_id"})),
)
_PLAIN: Final = ("title", "description", "category", "channel", "resolution_code", "cause", "resolution", "language")


class LogWriter:
    """Writes the cases of a log in the transactions that an engine gives it."""

    def __init__(self, desk: "Desk", tally: Tally, *, stop: bool) -> None:
        self.desk = desk
        self.tally = tally
        self.skipped = 0
        self.stopped = False
        self._stop = stop
        self._people = People(desk)

    def chunk(self, work: Work, cases: Sequence[LogCase]) -> int:
        """Write some cases; how many were taken, below 0 to stop."""
        self._people.committed()
        for place, case in enumerate(cases):
            self.tally.read += case.rows
            mark, made, given = len(work.entries), self._people.mark(), work.last_id("ticket")
            try:
                self._case(work, case)
            except DeskError as error:
                del work.entries[mark:]
                self._people.forget(made)
                work.take_back("ticket", given)
                self.skipped += 1
                self.tally.refuse(case.line, error)
                if self._stop:
                    self.stopped = True
                    return -place - 1
        return len(cases)

    def _case(self, work: Work, case: LogCase) -> None:
        if case.problem is not None:
            raise case.problem
        if work.rows("SELECT 1 FROM ticket WHERE external_id = ?", (case.external_id,)):
            self.skipped += 1
            return
        _Telling(work, self._people, case).tell()
        self.tally.created += 1


class _Telling:
    """One ticket's life told to the journal."""

    def __init__(self, work: Work, people: People, case: LogCase) -> None:
        self.work = work
        self.people = people
        self.case = case
        self.row: Row = {}
        self.entries: list[Entry] = []

    def tell(self) -> None:
        """All entries of the case, in the order of its rows."""
        first, last = self.case.steps[0], self.case.steps[-1]
        created = last.values.get("created_at") or first.values.get("created_at") or first.at
        self.people.since(self.work, min(created, first.at))
        self._open(first, created, min(created, first.at))
        for place, step in enumerate(self.case.steps):
            self._step(step, first=place == 0, last=step is last)
        for entry in self.entries:
            self.work.record(entry)
        dynamic.soon(self.work, self.row)

    def _record(self, verb: str, at: Instant, rows: list[RowChange], step: LogStep) -> Entry:
        reasons: list[dict[str, Any]] = [{"code": "log.row", "line": step.line}]
        if step.by:
            reasons.append({"code": "log.by", "text": step.by})
        entry = Entry(verb, "ticket", self.row["number"], at, rows=rows, reasons=reasons)
        self.entries.append(entry)
        return entry

    def _open(self, step: LogStep, created: Instant, at: Instant) -> None:
        """The ticket as it came in: the first row's facts, in state new and with nobody's team."""
        from helpdesk_tui.store.apply import new_row

        facts = self._facts(step)
        number = self.work.next_id("ticket")
        for column in ("state", "team_id", "assignee_id", "reopen_count", "reassignment_count", "resolution_code"):
            facts.pop(column, None)
        kind = str(step.values.get("kind") or Kind.INCIDENT)
        self.row = new_row(
            "ticket", **{"channel": Channel.IMPORT.value, **facts}, number=number, kind=kind, state="new", phase=int(Phase.NEW),
            external_id=self.case.external_id, created_at=created, updated_at=at,
        )  # fmt: skip
        change = RowChange("ticket", (number,), None, self.row)
        tags = {fields.tag(tag) for tag in step.values.get("tags") or ()}
        rows = [RowChange("ticket_tag", (number, tag), None, {"number": number, "tag": tag}) for tag in sorted(tags)]
        self._record("ticket.open", at, [change, *rows], step)
        self.row.update(self._clocks(at))
        self.row = dict(self.row)

    def _step(self, step: LogStep, *, first: bool, last: bool) -> None:
        before = self.row
        after = {**before, **self._facts(step)}
        was, state = before["state"], after["state"]
        if state != was:
            self._moved(after, Phase(before["phase"]), step)
        if last:
            # What the last row says stands, also where it says nothing.
            for column in ("resolved_at", "closed_at"):
                if column in step.values:
                    after[column] = step.values[column]
        changed = {c: v for c, v in after.items() if before[c] != v}
        if first and not changed and step.at == self.entries[0].at:
            return
        changed["updated_at"] = max(step.at, before["updated_at"])
        changed["version"] = before["version"] + 1
        entry = self._record(
            _verb(changed, Phase(before["phase"]), Phase(after["phase"]), was != state),
            step.at,
            [RowChange("ticket", (before["number"],), {}, changed)],
            step,
        )
        resolver = step.values.get("resolved_by")
        if resolver and after["phase"] >= Phase.RESOLVED > before["phase"]:
            entry.reasons.append({"code": "log.resolved_by", "text": resolver})
            self.people.person(self.work, resolver, agent=True)
        self.row = {**before, **changed}
        if last or not CLOCK_COLUMNS.isdisjoint(changed):
            clocks = self._clocks(self.work.now if last else step.at)
            changed.update({column: value for column, value in clocks.items() if before[column] != value})
            self.row.update(changed)
        entry.rows[0].before = {c: before[c] for c in changed}

    @staticmethod
    def _moved(after: Row, was: Phase, step: LogStep) -> None:
        """The columns that follow a change of state; counts come from the log itself where it has them."""
        phase = phase_of(Kind(after["kind"]), after["state"])
        after["phase"] = int(phase)
        if phase == Phase.RESOLVED and was < Phase.RESOLVED:
            after["resolved_at"] = step.at
        if phase == Phase.CLOSED and was < Phase.CLOSED:
            after["closed_at"] = step.at
        if phase < Phase.RESOLVED <= was:
            after["resolved_at"] = after["closed_at"] = None
            if "reopen_count" not in step.values:
                after["reopen_count"] += 1
        elif phase == Phase.RESOLVED and was == Phase.CLOSED:
            after["closed_at"] = None

    def _clocks(self, at: Instant) -> dict[str, Any]:
        """The service-level columns as the history told so far has them at an instant."""
        desk = self.work.desk
        order = sorted(self.entries, key=lambda e: e.at)
        history = events(order, self.row["number"], desk.policies.current().policy, lambda who: True)
        return derived(desk, self.row, history, at)

    def _facts(self, step: LogStep) -> Row:
        """A step's values as columns; a value that the log lacks is None, and columns that cannot be keep what they had."""
        values = step.values
        facts: Row = {}
        for name in _PLAIN:
            if name in values and (values[name] is not None or name in ("category", "resolution_code")):
                facts[name] = values[name]
        for name in ("title", "description"):
            if name in facts:
                facts[name] = at_rest(facts[name])
        try:
            for name in ("impact", "urgency"):
                if values.get(name):
                    facts[name] = int(level(values[name]))
            if values.get("priority"):
                facts["priority"] = int(priority(values["priority"]))
        except KeyError as error:
            raise Invalid(
                N_("line {line}: {value} is no level of ours; the map must translate it"),
                line=step.line,
                value=error.args[0],
            ) from None
        if values.get("state"):
            facts["state"] = values["state"]
            kind = Kind(values.get("kind") or self.row.get("kind") or Kind.INCIDENT)
            try:
                phase_of(kind, values["state"])
            except KeyError:
                raise Invalid(
                    N_("{field}: a {kind} has no state {value}"), field="state", kind=kind.value, value=values["state"]
                ) from None
        for name in ("reopen_count", "reassignment_count"):
            if values.get(name) is not None:
                facts[name] = values[name]
        if "requester" in values:
            facts["requester_id"], facts["organisation_id"] = (
                self.people.person(self.work, values["requester"]) if values["requester"] else (None, None)
            )
        if "team" in values:
            facts["team_id"] = self.people.team(self.work, values["team"]) if values["team"] else None
        if "assignee" in values:
            facts["assignee_id"] = (
                self.people.person(self.work, values["assignee"], agent=True)[0] if values["assignee"] else None
            )
        if facts.get("category") in self._sensitive():
            facts["sensitive"] = True
        return facts

    def _sensitive(self) -> frozenset[str]:
        """The categories whose tickets the policy makes sensitive."""
        categories = self.work.desk.policies.current().policy.categories
        return frozenset(category.code for category in categories if category.sensitive)


def _verb(changed: Row, was: Phase, now: Phase, moved: bool) -> str:
    """What a person would have called this step."""
    if moved:
        if now < Phase.RESOLVED <= was:
            return "ticket.reopen"
        if now is Phase.RESOLVED and was < Phase.RESOLVED:
            return "ticket.resolve"
        if now is Phase.CLOSED and was < Phase.CLOSED:
            return "ticket.close"
        return "ticket.pend" if now is Phase.PENDING else "ticket.state"
    return next((verb for verb, columns in _VERBS if not columns.isdisjoint(changed)), "ticket.edit")
