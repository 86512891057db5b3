"""Who is on call, found by walking through time in steps: what the on-call rules are held against.

Nothing here knows of the rules under test. A walk looks at the clock on the wall every quarter of an hour and does what
a person with a list would do: hand over when the clock shows the time of the next hand-off or more, open and close
windows the same way, and write every recurring shift down by going through the days. Schedules are in their written
form, people as single letters or groups of them; every time in them is a whole quarter of an hour.
"""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

STEP = 900
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
HOURS = {"hour": 1, "day": 24, "week": 168}
Form = dict[str, Any]


def at(text: str) -> int:
    """UTC seconds of a text with an offset."""
    return int(datetime.fromisoformat(text).timestamp())


def groups(layer: Form) -> list[list[str]]:
    return [user if isinstance(user, list) else [user] for user in layer["users"]]


def months_later(start: datetime, months: int) -> datetime:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return start.replace(year=year, month=month + 1, day=min(start.day, calendar.monthrange(year, month + 1)[1]))


def hand_offs(rotation: Form, after: datetime) -> Iterator[datetime]:
    """The wall times of hand-offs after a time, found by going there from the start, step by step."""
    start, n = datetime.fromisoformat(rotation["start"]), 0

    def nth(n: int) -> datetime:
        if rotation["unit"] == "month":
            return months_later(start, n * rotation["length"])
        return start + timedelta(hours=n * rotation["length"] * HOURS[rotation["unit"]])

    while nth(n) > after:
        n -= 1
    while True:
        n += 1
        if nth(n) > after:
            yield nth(n)


def counts(day: date, recur: Form) -> bool:
    """Whether a day is among `byday` and `bymonthday`."""
    last = calendar.monthrange(day.year, day.month)[1]
    if recur.get("bymonthday") and day.day not in [n if n > 0 else last + 1 + n for n in recur["bymonthday"]]:
        return False
    if not recur.get("byday"):
        return True
    same = [n for n in range(1, last + 1) if day.replace(day=n).weekday() == day.weekday()]
    code, place = DAYS[day.weekday()], same.index(day.day)
    return bool({code, f"{place + 1}{code}", f"{place - len(same)}{code}"} & set(recur["byday"]))


def recurring(layer: Form, until: datetime) -> Iterator[tuple[datetime, int]]:
    """All shifts from the start on, with the number of their turn: every hour or day is looked at."""
    recur, start = layer["recur"], datetime.fromisoformat(layer["start_local"])
    freq, every = recur["freq"], recur.get("interval", 1)
    chosen = bool(recur.get("byday") or recur.get("bymonthday"))
    first_day = DAYS.index(layer.get("week_start", "MO"))
    week = start.date() - timedelta(days=(start.weekday() - first_day) % 7)
    turns: list[Any] = []
    here, n = start, 0
    while here < until:
        day = here.date()
        if freq == "hourly":
            if n % every == 0 and counts(day, recur):
                turns.append(n)
                yield here, len(turns) - 1
        elif freq == "daily":
            if chosen and counts(day, recur):
                turns.append(n)
                yield here, (len(turns) - 1) // every
            elif not chosen and n % every == 0:
                yield here, n // every
        elif freq == "weekly":
            number = (day - week).days // 7
            wanted = recur if recur.get("byday") else {**recur, "byday": [DAYS[start.weekday()]]}
            if number % every == 0 and counts(day, wanted):
                turns += [number] * (number not in turns)
                yield here, len(turns) - 1
        else:
            number = (day.year - start.year) * 12 + day.month - start.month
            pinned = day.day == min(start.day, calendar.monthrange(day.year, day.month)[1])
            if number % every == 0 and (counts(day, recur) if chosen else pinned):
                turns += [number] * (number not in turns)
                yield here, len(turns) - 1
        here, n = here + timedelta(hours=1 if freq == "hourly" else 24), n + 1


def length(text: str) -> timedelta:
    """Of `PT3H` or `P2D`."""
    return timedelta(hours=int(text[2:-1])) if text.startswith("PT") else timedelta(days=int(text[1:-1]))


class Walk:
    """A schedule from one instant to another; the first must be two days before anything is asked."""

    def __init__(self, form: Form, start: int, end: int) -> None:
        zone = ZoneInfo(form["timezone"])
        self.on: dict[int, frozenset[str]] = {}
        shown = datetime(1, 1, 1)  # noqa: DTZ001
        last = datetime.fromtimestamp(end, zone).replace(tzinfo=None) + timedelta(days=2)
        layers = [_Layer(layer, last) for layer in form["layers"]]
        for instant in range(start, end, STEP):
            local = datetime.fromtimestamp(instant, zone)
            shown = max(shown, datetime(local.year, local.month, local.day, local.hour, local.minute))  # noqa: DTZ001
            here = [(layer.priority, layer.people(instant, shown)) for layer in layers]
            highest = max((priority for priority, people in here if people), default=0)
            people = {name for priority, names in here if priority == highest for name in names}
            self.on[instant] = frozenset(laid_over(form, instant, people))


class _Layer:
    def __init__(self, form: Form, last: datetime) -> None:
        self.form, self.groups, self.priority = form, groups(form), form.get("priority", 0)
        self.turn: int | None = None
        self.hand_offs: Iterator[datetime] = iter(())
        self.next = datetime(9999, 1, 1)  # noqa: DTZ001
        self.shifts = list(recurring(form, last)) if "recur" in form else []

    def people(self, instant: int, shown: datetime) -> set[str]:
        if "window" in self.form and not self.open(shown):
            self.rotate(instant, shown)
            return set()
        everybody = {name for group in self.groups for name in group}
        if "rotation" in self.form:
            turn = self.rotate(instant, shown)
            return set() if turn is None else set(self.groups[turn % len(self.groups)])
        if "recur" not in self.form:
            return everybody
        if "rotation_start" in self.form and instant < at(self.form["rotation_start"]):
            return set()
        if "until" in self.form and instant >= at(self.form["until"]):
            return set()
        lasts = length(self.form["duration"])
        turns = {turn for begins, turn in self.shifts if begins <= shown < begins + lasts}
        return {name for turn in turns for name in self.groups[turn % len(self.groups)]}

    def rotate(self, instant: int, shown: datetime) -> int | None:
        rotation = self.form.get("rotation")
        if rotation is None or instant < at(rotation["anchor"]["at"]):
            return None
        if self.turn is None:
            self.turn = next(n for n, group in enumerate(self.groups) if rotation["anchor"]["user"] in group)
            self.hand_offs = hand_offs(rotation, shown)
            self.next = next(self.hand_offs)
        elif shown >= self.next:
            self.turn += 1
            while self.next <= shown:
                self.next = next(self.hand_offs)
        return self.turn

    def open(self, shown: datetime) -> bool:
        window = self.form["window"]
        for back in (0, 1):
            day = shown.date() - timedelta(days=back)
            opens, closes = (datetime.fromisoformat(f"{day}T{window[edge]}") for edge in ("start", "end"))
            if closes <= opens:
                closes += timedelta(days=1)
            if DAYS[day.weekday()] in window["days"] and opens <= shown < closes:
                return True
        return False


def laid_over(form: Form, instant: int, people: set[str]) -> set[str]:
    """What overrides, swaps and temporary schedules make of the people of the layers."""

    def now(kind: str) -> list[Form]:
        return [part for part in form.get(kind, ()) if at(part["start"]) <= instant < at(part["end"])]

    temporary = now("temporary")
    if temporary:
        return {
            shift["user"]
            for part in temporary
            for shift in part["shifts"]
            if at(shift["start"]) <= instant < at(shift["end"])
        }
    overrides = now("overrides")
    covers = [override for override in overrides if override["kind"] == "cover"]
    if covers:
        highest = max(cover.get("priority", 0) for cover in covers)
        people = {cover["user"] for cover in covers if cover.get("priority", 0) == highest}
    for swap in now("swaps"):
        if swap["taker"] and swap["requester"] in people:
            people = people - {swap["requester"]} | {swap["taker"]}
    off = {override["remove"] for override in overrides if "remove" in override}
    put = {o["add"] for o in overrides if o["kind"] == "add" or (o["kind"] == "replace" and o["remove"] in people)}
    return people - off | put


def stamp(instant: int) -> str:
    """An instant as schedules write it."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
