"""What the SLA clocks read: the events of a ticket's life, the targets, and the story that the events tell.

Nothing is accumulated: pauses, exchanges and responses are found again from the history each time, so that a late
entry, a changed calendar or a new agreement need no repair.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final, Literal, NamedTuple

from helpdesk_tui.rules.sla_switches import SlaSwitches
from helpdesk_tui.vocabulary.records import Instant

EventKind = Literal[
    "customer_message",
    "agent_message",
    "customer_contact",
    "agent_contact",
    "first_response",
    "take",
    "state",
    "close",
    "reopen",
    "sla_replaced",
    "sla_no_longer_matches",
]
Span = tuple[Instant, Instant | None]
_CUSTOMER: Final = frozenset({"customer_message", "customer_contact"})
_when: Final = attrgetter("at")
_AGENT: Final = frozenset({"agent_message", "agent_contact"})


class HistoryEvent(NamedTuple):
    """One thing that happened and matters to the clocks.

    `kind`: `customer_message` and `customer_contact` start an exchange, `agent_message` and `agent_contact` answer
    it; an `agent_message` is also a response, as `first_response` is (which answers no exchange); `take` is the
    ticket being taken by an agent; `state` a change of state; `close` (also: resolve) and `reopen`;
    `sla_replaced`, `sla_no_longer_matches`. `pausing`: whether the state from here on stops the clocks, None where
    the event changes no state.
    """

    at: Instant
    kind: EventKind
    state: str | None = None
    pausing: bool | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """How long a clock may run: whole working days, then seconds of open time. `end_of_day`: due at last closing."""

    seconds: int = 0
    days: int = 0
    end_of_day: bool = False


@dataclass(frozen=True, slots=True)
class Warn:
    """A point on the way: a percentage of the target, or seconds and working days from due (negative: before)."""

    percent: int | None = None
    offset: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets of a ticket; None is no clock. `warn`: the first two points are reported for each clock."""

    response: Target | None = None
    update: Target | None = None
    resolution: Target | None = None
    keep_in_loop: Target | None = None
    warn: tuple[Warn, ...] = ()


@dataclass(slots=True)
class Story:
    """What the history says at an instant. Spans are half-open; an end of None means that it still lasts."""

    pauses: list[Span] = field(default_factory=list)
    closings: list[Span] = field(default_factory=list)
    exchanges: list[tuple[Instant, Instant]] = field(default_factory=list)
    waiting_since: Instant | None = None
    last_agent: Instant | None = None
    contacted: bool = False
    responded: Instant | None = None
    swapped_at: Instant | None = None
    matches: bool = True

    @property
    def closed(self) -> bool:
        """Whether the ticket is closed (or resolved) now."""
        return bool(self.closings) and self.closings[-1][1] is None

    @property
    def paused(self) -> bool:
        """Whether its state stops the clocks now."""
        return bool(self.pauses) and self.pauses[-1][1] is None


def tell(history: Iterable[HistoryEvent], created_at: Instant, at: Instant, switches: SlaSwitches) -> Story:
    """The story of all events up to and including `at`. Events may come in any order; equal times keep theirs."""
    story = Story()
    truncate = switches.seconds == "truncate"
    response = switches.first_response
    events = [event for event in history if event.at <= at]
    events.sort(key=_when)
    for event in events:
        when, kind = event.at, event.kind
        if kind in _CUSTOMER:
            story.contacted = True
            if story.waiting_since is None:
                story.waiting_since = when
        elif kind in _AGENT:
            story.contacted = True
            if story.waiting_since is not None:
                story.exchanges.append((story.waiting_since, when))
                story.waiting_since = None
            story.last_agent = when
        elif kind == "sla_replaced":
            story.matches, story.swapped_at = True, when
        elif kind == "sla_no_longer_matches":
            story.matches = False
        if story.responded is None and (
            kind == "first_response"
            or (kind == "agent_message" and response != "take")
            or (kind == "take" and response == "take")
            or (kind in ("state", "close") and response == "state_change" and when > created_at)
        ):
            story.responded = when
        if kind == "close":
            if not story.closed:
                story.closings.append((when, None))
        elif kind == "reopen" and story.closed:
            story.closings[-1] = (story.closings[-1][0], when)
        _pause(story, event, when - when % 60 if truncate else when)
    return story


def _pause(story: Story, event: HistoryEvent, when: Instant) -> None:
    """Begin or end a pause. What is closed is not paused; the closed span itself is judged by the `reopen` switch."""
    pausing = False if event.kind == "close" else event.pausing
    if pausing is None or (pausing and story.closed):
        return
    if pausing and not story.paused:
        story.pauses.append((when, None))
    elif not pausing and story.paused:
        began = story.pauses[-1][0]
        if when > began:
            story.pauses[-1] = (began, when)
        else:
            story.pauses.pop()
