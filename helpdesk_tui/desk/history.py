"""From the journal to what happened: which entries stand, the events the SLA clocks read, the ticket as it was.

An entry that was undone, and the entry that undid it, never happened as far as the clocks are concerned; so undoing
restores every due instant. Both stay in the journal and in the timeline.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from helpdesk_tui.rules.lifecycle import LifecyclePolicy, pausing_states
from helpdesk_tui.rules.sla_history import EventKind, HistoryEvent
from helpdesk_tui.store.changes import Entry, Row
from helpdesk_tui.vocabulary.channels import CommentKind
from helpdesk_tui.vocabulary.kinds import Kind, Phase
from helpdesk_tui.vocabulary.records import Instant


def partial(entry: Entry) -> bool:
    """Whether an undo kept something that was edited later (then what it undid still counts)."""
    return any(reason.get("code") == "undo.kept" for reason in entry.reasons)


def standing(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that count: without those undone, without the undoing ones (undone themselves, they count again).

    In time order; of one instant, as they were written.
    """
    if all(entry.undoes is None for entry in entries):
        return sorted(entries, key=_in_time)
    undone: set[int] = set()
    out: list[Entry] = []
    for entry in sorted(entries, key=lambda e: e.seq if e.seq is not None else 1 << 62, reverse=True):
        if entry.seq is not None and entry.seq in undone:
            continue
        if entry.undoes is not None and not partial(entry):
            undone.add(entry.undoes)
            continue
        out.append(entry)
    out.sort(key=_in_time)
    return out


def _in_time(entry: Entry) -> tuple[Instant, int]:
    return entry.at, entry.seq if entry.seq is not None else 1 << 62


class Ways:
    """What all lives read under one policy have in common. `is_agent`: whether a person works at the desk."""

    __slots__ = ("_pausing", "_policy", "is_agent")

    def __init__(self, policy: LifecyclePolicy, is_agent: Callable[[int], bool]) -> None:
        self._policy = policy
        self._pausing: dict[str, frozenset[str]] = {}
        self.is_agent = is_agent

    def pauses(self, kind: str, state: str | None) -> bool:
        """Whether the clocks of a ticket of this kind stand still in this state."""
        states = self._pausing.get(kind)
        if states is None:
            states = self._pausing[kind] = pausing_states(self._policy, Kind(kind))
        return state in states


class Life:
    """One ticket's life as the clocks see it, entry by entry in time order; `events` grows.

    Who speaks is decided by relation: the requester is the customer, unless they work on the ticket themselves;
    anybody else is the desk if they are an agent.
    """

    __slots__ = ("_facts", "_number", "_ways", "events")

    def __init__(self, number: int, ways: Ways) -> None:
        self._number = number
        self._ways = ways
        self._facts: Row = {}
        self.events: list[HistoryEvent] = []

    def read(self, entry: Entry) -> None:
        """Take in what an entry tells."""
        for change in entry.rows:
            self.take(change.table, change.key[0], change.before, change.after, entry.at)

    def take(self, table: str, key: Any, before: Row | None, after: Row | None, at: Instant) -> None:
        """Take in what became of one row; `key` is the first part of its primary key."""
        if after is None:
            return
        if table == "ticket":
            if key == self._number:
                if before is None:
                    self._opened(after)
                elif "state" in after or "kind" in after:
                    self._moved(before, after, at)
                self._facts.update(after)
        elif table == "comment" and before is None:
            self._said(after)

    def _opened(self, row: Row) -> None:
        self.events += beginning(row, self._ways.pauses(row.get("kind", Kind.INCIDENT), row["state"]))

    def _moved(self, before: Row, after: Row, at: Instant) -> None:
        facts = self._facts
        state = after["state"] if "state" in after else facts.get("state")
        phase = int(after["phase"] if "phase" in after else facts.get("phase", 0))
        was = int(before["phase"] if "phase" in before else facts.get("phase", 0))
        kind = after["kind"] if "kind" in after else facts.get("kind", Kind.INCIDENT)
        what: EventKind = "state"
        if phase >= Phase.RESOLVED > was:
            what = "close"
        elif was >= Phase.RESOLVED > phase:
            what = "reopen"
        self.events.append(HistoryEvent(at, what, state, self._ways.pauses(kind, state)))

    def _said(self, row: Row) -> None:
        if row["kind"] != CommentKind.REPLY or row["number"] != self._number:
            return
        author, facts = row.get("author_id"), self._facts
        mine = author is None or (author == facts.get("requester_id") and author != facts.get("assignee_id"))
        desk = not mine and self._ways.is_agent(author)  # type: ignore[arg-type]
        self.events.append(HistoryEvent(row["created_at"], "agent_message" if desk else "customer_message"))


def beginning(row: Row, pausing: bool) -> list[HistoryEvent]:
    """The events that a new ticket's row tells. `pausing`: whether the clocks stand still in the state it begins in."""
    created, state = row["created_at"], row["state"]
    found = [HistoryEvent(created, "customer_message")]
    if pausing:
        found.append(HistoryEvent(created, "state", state, True))
    if row.get("phase", 0) >= Phase.RESOLVED:
        found.append(HistoryEvent(row.get("resolved_at") or row.get("closed_at") or created, "close", state, False))
    if row.get("first_response_at"):
        found.append(HistoryEvent(row["first_response_at"], "first_response"))
    return found


def events(
    entries: Iterable[Entry], number: int, policy: LifecyclePolicy, is_agent: Callable[[int], bool]
) -> list[HistoryEvent]:
    """The events of one ticket's life in time order, from the entries that stand."""
    life = Life(number, Ways(policy, is_agent))
    for entry in entries:
        life.read(entry)
    return life.events


def fold(entries: Iterable[Entry]) -> dict[tuple[str, tuple[Any, ...]], Row]:
    """All rows as the entries, in the order given, leave them: `(table, key)` → row."""
    rows: dict[tuple[str, tuple[Any, ...]], Row] = {}
    for entry in entries:
        for change in entry.rows:
            where = (change.table, change.key)
            if change.after is None:
                rows.pop(where, None)
            elif change.before is None:
                rows[where] = dict(change.after)
            else:
                rows.setdefault(where, {}).update(change.after)
    return rows
