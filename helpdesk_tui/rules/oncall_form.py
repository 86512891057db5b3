"""On-call schedules as they are written down: an object of JSON to a `Schedule`, every mistake with its place.

`{timezone, layers [{name, priority, users, …}], overrides, temporary, swaps}`. A layer has one of `rotation`, `recur`
(with `start` or `start_local` and `duration`; without `recur` these two are a single shift) and `always`, or `window`
alone; a window beside another pattern limits it. A list among the users is a group that is on call together. Times
without offset are local to the schedule's zone.
"""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar, cast

from helpdesk_tui.rules.calendar_spec import parse_time_of_day
from helpdesk_tui.rules.oncall_days import ALL_DAYS, WEEKDAYS, DayRule, parse_duration
from helpdesk_tui.rules.oncall_patterns import UNITS, Always, Rotation, Unit, Window
from helpdesk_tui.rules.oncall_recur import FREQUENCIES, Frequency, Recurrence
from helpdesk_tui.rules.oncall_spec import KINDS, Fixed, Group, Kind, Layer, Override, Schedule, Swap, Temporary
from helpdesk_tui.rules.oncall_wall import EARLIEST, LATEST, Wall, known, wall_of
from helpdesk_tui.vocabulary.errors import DeskError, Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import DAY
from helpdesk_tui.vocabulary.records import Instant

MAX_PEOPLE: Final = 1_000
_T = TypeVar("_T")
_REMARKS: Final = ("id", "title", "note", "notes", "comment")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?",
    re.ASCII | re.IGNORECASE,
)
_DAY_CODE: Final = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH: Final = _EPOCH.replace(tzinfo=None)
_SECOND: Final = timedelta(seconds=1)
_NO_INSTANT: Final = N_("{value} is no instant; write 2026-01-05T09:00:00Z")


class Refused(Invalid):
    """Something in a written schedule is wrong: `params["key"]` says where, `params["problem"]` what."""

    def __init__(self, key: str, problem: DeskError) -> None:
        super().__init__(N_("{key}: {problem}"), key=key, problem=problem)


class Node:
    """A value with its place, from which everything is read with care: it comes from outside."""

    def __init__(self, value: Any, place: str) -> None:
        self.value, self.place = value, place

    def refused(self, message: str, **params: object) -> Refused:
        """What is wrong with this value."""
        return Refused(self.place, Invalid(message, **params))

    def told(self, make: Callable[[], _T]) -> _T:
        """What `make` gives; what it finds wrong is wrong here."""
        try:
            return make()
        except Refused:
            raise
        except Invalid as error:
            raise Refused(self.place, error) from error

    def object(self, *keys: str, freely: bool = False) -> "Node":
        """This object, whose keys are all known: those, and remarks (`id`, `note`, …); others only if `freely`."""
        if not isinstance(self.value, Mapping):
            raise self.refused(N_("must be an object"))
        for key in self.value:
            if key in keys or key in _REMARKS or freely:
                continue
            near = difflib.get_close_matches(str(key), keys, n=1, cutoff=0.5)
            place = Node(None, f"{self.place}.{key}" if self.place else str(key))
            if near:
                raise place.refused(N_("there is no such key; did you mean {near}?"), near=near[0])
            raise place.refused(N_("there is no such key; there are {known}"), known=", ".join(keys))
        return self

    def get(self, key: str) -> "Node | None":
        """A part of this object; None where it is missing or null."""
        value = self.value.get(key)
        return None if value is None else Node(value, f"{self.place}.{key}" if self.place else key)

    def need(self, key: str) -> "Node":
        """A part of this object that must be there."""
        found = self.get(key)
        if found is None:
            raise Node(None, f"{self.place}.{key}" if self.place else key).refused(N_("is missing"))
        return found

    def items(self) -> list["Node"]:
        """The values of a list."""
        if not isinstance(self.value, Sequence) or isinstance(self.value, (str, bytes)):
            raise self.refused(N_("must be a list"))
        return [Node(value, f"{self.place}[{n}]") for n, value in enumerate(self.value)]

    def list(self, key: str) -> list["Node"]:
        """The values of a list that may be missing."""
        found = self.get(key)
        return [] if found is None else found.items()

    def text(self) -> str:
        """A text that is not empty."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.refused(N_("{value} is no text"), value=self.value)
        return self.value

    def number(self) -> int:
        """A whole number of at most nine digits."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or abs(self.value) > 999_999_999:
            raise self.refused(N_("{value} is no whole number"), value=self.value)
        return self.value

    def among(self, choices: Sequence[str]) -> str:
        """One of the words."""
        word = self.text().strip().lower()
        if word not in choices:
            near = difflib.get_close_matches(word, choices, n=1, cutoff=0.5)
            if near:
                raise self.refused(N_("{value} is not known; did you mean {near}?"), value=self.value, near=near[0])
            raise self.refused(N_("{value} is not known; use {choices}"), value=self.value, choices=", ".join(choices))
        return word

    def _moment(self) -> datetime:
        text = self.text().strip()
        if _INSTANT.fullmatch(text) is None:
            raise self.refused(_NO_INSTANT, value=self.value)
        try:
            return datetime.fromisoformat(text.upper())
        except ValueError:
            raise self.refused(_NO_INSTANT, value=self.value) from None

    def instant(self, wall: Wall) -> Instant:
        """UTC seconds, a fraction cut off; without offset it is local time."""
        moment = self._moment()
        if moment.tzinfo is not None:
            return (moment - _EPOCH) // _SECOND
        return wall.instant((moment - _NAIVE_EPOCH) // _SECOND)

    def asked(self, wall: Wall) -> Instant:
        """An instant that schedules can be reckoned at."""
        at = self.instant(wall)
        return self.told(lambda: known(at))

    def wall_time(self, wall: Wall) -> int:
        """The local time of an instant, or as written."""
        moment = self._moment()
        if moment.tzinfo is None:
            found = (moment - _NAIVE_EPOCH) // _SECOND
            self.told(lambda: known(found))
            return found
        return wall.local(self.asked(wall))

    def weekday(self) -> int:
        """0 (Monday) to 6 of a code such as MO."""
        code = self.text().strip().upper()
        if code not in WEEKDAYS:
            raise self.refused(
                N_("{value} is no weekday; use {choices}"), value=self.value, choices=", ".join(WEEKDAYS)
            )
        return WEEKDAYS.index(code)

    def people(self) -> Group:
        """A name, or the names of a group."""
        return (self.text(),) if isinstance(self.value, str) else tuple(name.text() for name in self.items())


def parse_schedule(data: Any, place: str = "") -> Schedule:
    """The schedule that an object describes; `place` stands before the places of mistakes. Raises `Refused`."""
    node = Node(data, place).object("timezone", "layers", "overrides", "temporary", "swaps", "name")
    zone = node.get("timezone")
    tz = "UTC" if zone is None else zone.text()
    wall = wall_of(tz) if zone is None else zone.told(lambda: wall_of(tz))
    return node.told(
        lambda: Schedule(
            tz,
            tuple(_layer(part, wall, n) for n, part in enumerate(node.list("layers"), 1)),
            tuple(_override(part, wall, n) for n, part in enumerate(node.list("overrides"), 1)),
            tuple(_temporary(part, wall, n) for n, part in enumerate(node.list("temporary"), 1)),
            tuple(_swap(part, wall, n) for n, part in enumerate(node.list("swaps"), 1)),
        )
    )


# -- layers ------------------------------------------------------------------------------------------------------------

_RECUR: Final = ("start", "start_local", "duration", "rotation_start", "until", "week_start")
_PATTERNS: Final = ("rotation", "recur", "always")


def _layer(node: Node, wall: Wall, number: int) -> Layer:
    node.object("name", "priority", "users", "window", *_PATTERNS, *_RECUR)
    name, priority, window = node.get("name"), node.get("priority"), node.get("window")
    users = node.need("users")
    groups = tuple(user.people() for user in (users.items() if not isinstance(users.value, str) else [users]))
    if sum(map(len, groups)) + len(groups) > 2 * MAX_PEOPLE:
        raise users.refused(N_("more than {n} people on one layer"), n=MAX_PEOPLE)
    return Layer(
        f"L{number}" if name is None else name.text(),
        groups,
        _pattern(node, wall, groups),
        0 if priority is None else priority.number(),
        None if window is None else _window(window),
    )


def _pattern(node: Node, wall: Wall, groups: tuple[Group, ...]) -> Rotation | Recurrence | Always:
    always = node.get("always")
    if always is not None and not isinstance(always.value, bool):
        raise always.refused(N_("must be true or false"))
    given = [key for key in _PATTERNS if node.get(key) is not None and not (key == "always" and not node.value[key])]
    if len(given) > 1:
        raise node.refused(N_("{first} and {second} exclude each other"), first=given[0], second=given[1])
    shift = next((key for key in _RECUR if node.get(key) is not None), None)
    if shift is not None and "recur" not in given and given:
        raise node.refused(N_("{first} and {second} exclude each other"), first=given[0], second=shift)
    if "rotation" in given:
        return _rotation(node.need("rotation"), wall, groups)
    if "recur" in given or shift is not None:
        return _recurrence(node, wall, groups)
    if given or node.get("window") is not None:
        return Always()
    raise node.refused(N_("a layer needs one of {choices}"), choices="rotation, window, recur, always")


def _rotation(node: Node, wall: Wall, groups: tuple[Group, ...]) -> Rotation:
    node.object("unit", "length", "start", "anchor")
    length, start, anchor = node.get("length"), node.get("start"), node.get("anchor")
    if anchor is None:
        start = node.need("start")
        at, user = wall.instant(start.wall_time(wall)), None
    else:
        anchor.object("at", "user")
        at, user = anchor.need("at").asked(wall), anchor.get("user")
    first = 0
    if user is not None and groups:
        wanted = set(user.people())
        places = [n for n, group in enumerate(groups) if wanted <= set(group)]
        if not places:
            raise user.refused(N_("{value} is not among the users of the layer"), value=", ".join(user.people()))
        first = places[0]
    unit = cast(Unit, node.need("unit").among(UNITS))
    turn = 1 if length is None else length.number()
    phase = wall.local(at) if start is None else start.wall_time(wall)
    return (length or node).told(lambda: Rotation(unit, turn, phase, at, len(groups), first))


def _window(node: Node) -> Window:
    node.object("days", "start", "end")
    start, end = (node.need(key) for key in ("start", "end"))
    opens, closes = (edge.told(lambda edge=edge: parse_time_of_day(edge.text())) for edge in (start, end))  # type: ignore[misc]
    if opens == DAY:
        raise start.refused(N_("{value} is no beginning of a window; write 00:00 and the day after"), value="24:00")
    days = node.get("days")
    return Window(
        opens,
        closes,
        ALL_DAYS if days is None else frozenset(day.weekday() for day in days.items()),
    )


def _recurrence(node: Node, wall: Wall, groups: tuple[Group, ...]) -> Recurrence:
    start, start_local = node.get("start"), node.get("start_local")
    if start is not None and start_local is not None:
        raise node.refused(N_("{first} and {second} exclude each other"), first="start", second="start_local")
    begins = start_local or node.need("start")
    wall_time = begins.wall_time(wall)
    since = begins.instant(wall)
    rotation_start, until, week_start = node.get("rotation_start"), node.get("until"), node.get("week_start")
    if rotation_start is not None:
        since = max(since, rotation_start.instant(wall))
    length = node.need("duration")
    duration = length.told(lambda: parse_duration(length.text()))
    freq: Frequency | None = None
    interval, days = None, DayRule()
    recur = node.get("recur")
    if recur is not None:
        recur.object("freq", "interval", "byday", "bymonthday")
        freq, interval = cast(Frequency, recur.need("freq").among(FREQUENCIES)), recur.get("interval")
        days = recur.told(
            lambda: DayRule(
                tuple(_day(day) for day in recur.list("byday")),
                tuple(day.number() for day in recur.list("bymonthday")),
            )
        )
    every = 1 if interval is None else interval.number()
    return (recur or node).told(
        lambda: Recurrence(
            freq,
            wall_time,
            duration,
            len(groups),
            since,
            None if until is None else until.instant(wall),
            every,
            days,
            0 if week_start is None else week_start.weekday(),
        )
    )


def _day(node: Node) -> tuple[int, int]:
    match = _DAY_CODE.fullmatch(node.text().strip().upper())
    if match is None:
        raise node.refused(N_("{value} is no weekday; use {choices}"), value=node.value, choices=", ".join(WEEKDAYS))
    return int(match[1] or 0), WEEKDAYS.index(match[2])


# -- what is laid over -------------------------------------------------------------------------------------------------

_OVERRIDE_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "cover": ("user", "priority"),
    "replace": ("remove", "add"),
    "add": ("add",),
    "remove": ("remove",),
}


def _override(node: Node, wall: Wall, number: int) -> Override:
    node.object("kind", "start", "end", "name", "user", "priority", "remove", "add")
    kind = cast(Kind, node.need("kind").among(KINDS))
    node.object("kind", "start", "end", "name", *_OVERRIDE_KEYS[kind])
    priority = node.get("priority")
    people: Group = ()
    if kind != "remove":
        people = node.need("user" if kind == "cover" else "add").people()
    removed = node.need("remove").text() if kind in ("replace", "remove") else ""
    start, end = _span(node, wall)
    return node.told(
        lambda: Override(
            start, end, kind, people, removed, 0 if priority is None else priority.number(), _ref(node, number)
        )
    )


def _temporary(node: Node, wall: Wall, number: int) -> Temporary:
    node.object("start", "end", "shifts", "name")
    shifts = tuple(_fixed(shift, wall) for shift in node.list("shifts"))
    return node.told(lambda: Temporary(*_span(node, wall), shifts, _ref(node, number)))


def _fixed(node: Node, wall: Wall) -> Fixed:
    node.object("user", "start", "end")
    return node.told(lambda: Fixed(*_span(node, wall), node.need("user").people()))


def _swap(node: Node, wall: Wall, number: int) -> Swap:
    node.object("requester", "taker", "start", "end", "name")
    requester, taker = node.need("requester").text(), node.get("taker")
    return node.told(
        lambda: Swap(*_span(node, wall), requester, None if taker is None else taker.text(), _ref(node, number))
    )


def _span(node: Node, wall: Wall) -> tuple[Instant, Instant]:
    """Start and end; one that is missing leaves its side open."""
    start, end = node.get("start"), node.get("end")
    return (
        EARLIEST if start is None else start.instant(wall),
        LATEST if end is None else max(EARLIEST, end.instant(wall)),
    )


def _ref(node: Node, number: int) -> str:
    """What reasons call it: its name, or its number in the list."""
    name = node.get("name") or node.get("id")
    return str(number) if name is None else str(name.value)
