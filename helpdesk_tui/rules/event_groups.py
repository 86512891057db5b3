"""Which alerts are one incident, and which are held back by maintenance.

A group waits a little for company, takes in what comes within its window, and later has attached to it what still comes
while its incident is open. The work is one look at one key per alert, however many there are.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from helpdesk_tui.vocabulary.events import Event, EventSeverity, EventStatus
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant

register(
    {
        "group.started": N_("first alert of its group; an incident opens at {at}"),
        "group.joined": N_("one of {n} alerts of its group since {since}"),
        "group.attached": N_("its group has an incident already; attached as alert {n}"),
        "event.maintenance": N_("held by maintenance {window} until {until}: recorded, nobody is told"),
    }
)

DEFAULT_BY: Final = ("source", "instance", "service")
# Beyond this a group says nothing any more; the next alert starts another.
MAX_MEMBERS: Final = 100_000


@dataclass(frozen=True, slots=True)
class GroupTimes:
    """Lengths in seconds; see the policy's section."""

    wait: int = 30
    window: int = 300
    attach: int = 3600


@dataclass(frozen=True, slots=True)
class Group:
    """Alerts that belong together. `severity` is the gravest of them; instants are those of arrival."""

    key: str
    first_at: Instant
    last_at: Instant
    members: int
    severity: EventSeverity
    summary: str

    def data(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "key": self.key,
            "first_at": self.first_at,
            "last_at": self.last_at,
            "members": self.members,
            "severity": self.severity.value,
            "summary": self.summary,
        }


@dataclass(frozen=True, slots=True)
class Joined:
    """How an alert came to its group: `started`, `joined` or `attached`."""

    what: str
    reason: Reason


def group_key(event: Event, by: Sequence[str] = DEFAULT_BY) -> str:
    """What alerts of one group share. Without any field to group by, every alert is a group of its own."""
    if not by:
        return "|".join(("key", event.source, event.instance, event.key))
    return "|".join(f"{name}={_part(event, name)}" for name in by)


def _part(event: Event, name: str) -> str:
    value = event.severity.value if name == "severity" else getattr(event, name)
    return str(value or "").casefold().replace("\\", "\\\\").replace("|", "\\|")


def opens_at(group: Group, times: GroupTimes) -> Instant:
    """When the group's incident opens: it waited long enough for company."""
    return group.first_at + times.wait


def takes(group: Group, at: Instant, times: GroupTimes, *, incident_open: bool) -> str | None:
    """How the group takes an alert that arrives at `at`: `joined`, `attached`, or not at all.

    After the window only while the incident is open and the last alert is not too long ago.
    """
    if group.members >= MAX_MEMBERS:
        return None
    if at < group.first_at + times.window:
        return "joined"
    return "attached" if incident_open and at <= group.last_at + times.attach else None


def join(
    group: Group | None, event: Event, times: GroupTimes, by: Sequence[str] = DEFAULT_BY, *, incident_open: bool = True
) -> tuple[Group, Joined]:
    """The group after an alert, and how it came there. `group` is the last one of the event's key, or None."""
    at = event.received_at
    how = takes(group, at, times, incident_open=incident_open) if group is not None else None
    if group is None or how is None:
        fresh = Group(group_key(event, by), at, at, 1, event.severity, event.summary)
        return fresh, Joined("started", Reason("group.started", {"at": iso(opens_at(fresh, times))}))
    graver = event.severity.rank > group.severity.rank
    grown = replace(
        group,
        first_at=min(group.first_at, at),
        last_at=max(group.last_at, at),
        members=group.members + 1,
        # The gravest alert speaks for the group.
        severity=event.severity if graver else group.severity,
        summary=event.summary if graver else group.summary,
    )
    params = {"n": grown.members, "since": iso(grown.first_at)} if how == "joined" else {"n": grown.members}
    return grown, Joined(how, Reason(f"group.{how}", params))


def gather(
    events: Iterable[Event], times: GroupTimes, by: Sequence[str] = DEFAULT_BY
) -> list[tuple[Group, list[Event]]]:
    """The groups of a batch of alerts, in the order of their first; every event is looked at once."""
    order: list[tuple[Group, list[Event]]] = []
    last: dict[str, int] = {}
    for event in events:
        key = group_key(event, by)
        place = last.get(key)
        group, how = join(order[place][0] if place is not None else None, event, times, by)
        if place is None or how.what == "started":
            last[key] = len(order)
            order.append((group, [event]))
        else:
            order[place][1].append(event)
            order[place] = (group, order[place][1])
    return order


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window [start, end) on what fits all that it names; one that names nothing covers everything.

    Names may hold `*`; case does not matter. `change` is the number of the change it belongs to.
    """

    id: str
    start: Instant
    end: Instant
    services: Collection[str] = ()
    cis: Collection[str] = ()
    sources: Collection[str] = ()
    labels: Mapping[str, Collection[str]] = field(default_factory=dict)
    change: int | None = None

    def covers(self, event: Event, at: Instant) -> bool:
        """Whether the window holds this event at this instant."""
        return (
            self.start <= at < self.end
            and (not self.services or like_any(event.service, self.services))
            and (not self.cis or like_any(event.ci, self.cis))
            and (not self.sources or like_any(event.source, self.sources))
            and all(like_any(event.labels.get(name), globs) for name, globs in self.labels.items())
        )


def maintenance(windows: Iterable[Window], event: Event, at: Instant) -> Window | None:
    """The window that holds an event back: of several the one that ends last. What is over or acknowledged passes."""
    if event.status in (EventStatus.RESOLVED, EventStatus.ACKNOWLEDGED):
        return None
    found = [window for window in windows if window.covers(event, at)]
    return max(found, key=lambda window: (window.end, window.id)) if found else None


def held(window: Window) -> Reason:
    """Why an event is held back."""
    name = f"{window.id} (CHG-{window.change})" if window.change is not None else window.id
    return Reason("event.maintenance", {"window": name, "until": iso(window.end)})


def like_any(text: str | None, globs: Iterable[str]) -> bool:
    """Whether a text fits one of the patterns; no text fits none."""
    return text is not None and any(like(text, glob) for glob in globs)


def like(text: str, glob: str) -> bool:
    """Whether a text fits a pattern in which `*` is any run of characters; case does not matter. Linear in both."""
    text, parts = text.casefold(), glob.casefold().split("*")
    if len(parts) == 1:
        return text == parts[0]
    if not text.startswith(parts[0]) or not text.endswith(parts[-1]):
        return False
    at, end = len(parts[0]), len(text) - len(parts[-1])
    for part in parts[1:-1]:
        place = text.find(part, at, max(at, end))
        if place < 0:
            return False
        at = place + len(part)
    return at <= end
