"""From the journal to what happened: which entries stand, the events the SLA clocks read, the ticket as it was.

An entry that was undone, and the entry that undid it, never happened as far as the clocks are concerned; so undoing
restores every due instant. Both stay in the journal and in the timeline.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from helpdesk_tui.rules.lifecycle import LifecyclePolicy, pausing_states
from helpdesk_tui.rules.sla_history import HistoryEvent
from helpdesk_tui.store.changes import Entry, Row, RowChange
from helpdesk_tui.vocabulary.channels import CommentKind
from helpdesk_tui.vocabulary.kinds import Kind, Phase
from helpdesk_tui.vocabulary.records import Instant


def partial(entry: Entry) -> bool:
    """Whether an undo kept something that was edited later (then what it undid still counts)."""
    return any(reason.get("code") == "undo.kept" for reason in entry.reasons)


def standing(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that count: without those undone, without the undoing ones (undone themselves, they count again)."""
    undone: set[int] = set()
    out: list[Entry] = []
    for entry in sorted(entries, key=lambda e: e.seq if e.seq is not None else 1 << 62, reverse=True):
        if entry.seq is not None and entry.seq in undone:
            continue
        if entry.undoes is not None and not partial(entry):
            undone.add(entry.undoes)
            continue
        out.append(entry)
    out.sort(key=lambda e: (e.at, e.seq if e.seq is not None else 1 << 62))
    return out


class Life:
    """One ticket's life as the clocks see it, entry by entry in time order; `events` grows.

    Who speaks is decided by relation: the requester is the customer, unless they work on the ticket themselves;
    anybody else is the desk if they are an agent.
    """

    __slots__ = ("_facts", "_is_agent", "_number", "_policy", "events")

    def __init__(self, number: int, policy: LifecyclePolicy, is_agent: Callable[[int], bool]) -> None:
        self._number = number
        self._policy = policy
        self._is_agent = is_agent
        self._facts: Row = {}
        self.events: list[HistoryEvent] = []

    def read(self, entry: Entry) -> None:
        """Take in what an entry tells."""
        for change in entry.rows:
            if change.after is None:
                continue
            if change.table == "ticket" and change.key[0] == self._number:
                self.events.extend(_ticket(change, entry.at, self._facts, self._policy))
                self._facts.update(change.after)
            elif change.table == "comment" and change.before is None:
                event = _comment(change.after, self._number, self._facts, self._is_agent)
                if event is not None:
                    self.events.append(event)


def events(
    entries: Iterable[Entry], number: int, policy: LifecyclePolicy, is_agent: Callable[[int], bool]
) -> list[HistoryEvent]:
    """The events of one ticket's life in time order, from the entries that stand."""
    life = Life(number, policy, is_agent)
    for entry in entries:
        life.read(entry)
    return life.events


def _latest(column: str, default: Any, *rows: Row) -> Any:
    """The column's value in the first row that has it."""
    return next((row[column] for row in rows if column in row), default)


def _ticket(change: RowChange, at: Instant, facts: Row, policy: LifecyclePolicy) -> Iterable[HistoryEvent]:
    after: dict[str, Any] = change.after or {}
    kind = Kind(_latest("kind", Kind.INCIDENT, after, facts))
    if change.before is None:
        created = after["created_at"]
        yield HistoryEvent(created, "customer_message")
        if after["state"] in pausing_states(policy, kind):
            yield HistoryEvent(created, "state", after["state"], True)
        if after.get("phase", 0) >= Phase.RESOLVED:
            yield HistoryEvent(
                after.get("resolved_at") or after.get("closed_at") or created, "close", after["state"], False
            )
        if after.get("first_response_at"):
            yield HistoryEvent(after["first_response_at"], "first_response")
        return
    if "state" not in after and "kind" not in after:
        return
    state = after.get("state", facts.get("state"))
    phase = int(_latest("phase", 0, after, facts))
    was = int(_latest("phase", 0, change.before or {}, facts))
    pausing = state in pausing_states(policy, kind)
    if phase >= Phase.RESOLVED > was:
        yield HistoryEvent(at, "close", state, pausing)
    elif was >= Phase.RESOLVED > phase:
        yield HistoryEvent(at, "reopen", state, pausing)
    else:
        yield HistoryEvent(at, "state", state, pausing)


def _comment(row: Row, number: int, facts: Row, is_agent: Callable[[int], bool]) -> HistoryEvent | None:
    if row["kind"] != CommentKind.REPLY or row["number"] != number:
        return None
    author = row.get("author_id")
    if author is None:
        return HistoryEvent(row["created_at"], "customer_message")
    mine = author == facts.get("requester_id") and author != facts.get("assignee_id")
    desk = not mine and is_agent(author)
    return HistoryEvent(row["created_at"], "agent_message" if desk else "customer_message")


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
