"""On-call schedules: what each form means, written down as who is on when; reasons, changes, bounds."""

from typing import Any

import pytest

from helpdesk_tui.rules import oncall
from helpdesk_tui.rules.oncall import Shift, next_change, on_call, shifts
from helpdesk_tui.rules.oncall_days import DayRule, first_of, length_of, parse_duration, weekday
from helpdesk_tui.rules.oncall_form import parse_schedule
from helpdesk_tui.rules.oncall_patterns import Rotation
from helpdesk_tui.rules.oncall_spec import Layer, Schedule
from helpdesk_tui.rules.oncall_wall import Wall, wall_of
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.instants import parse_instant
from helpdesk_tui.vocabulary.reasons import sentence

ALL = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def at(text: str, tz: str = "UTC") -> int:
    """Of `2026-01-05 09:00`, local to a zone."""
    return parse_instant(text, 0, tz)


def schedule(*layers: dict[str, Any], tz: str = "UTC", **more: Any) -> Schedule:
    return parse_schedule({"timezone": tz, "layers": [{"users": ["A"], **layer} for layer in layers], **more})


def names(found: Schedule, *times: str) -> list[str]:
    """Who is on at each time (local to the schedule's zone, an hour's parts may have an offset), as one word each."""
    return ["".join(p.name for p in on_call(found, at(time, found.tz))) or "-" for time in times]


def rotation(unit: str, length: int, start: str, anchor: str, user: str = "A", users: Any = "ABC", **more: Any) -> Any:
    return {
        "users": list(users),
        "rotation": {"unit": unit, "length": length, "start": start, "anchor": {"at": anchor, "user": user}},
        **more,
    }


def lengths(found: Schedule, first: str, last: str) -> list[tuple[str, float]]:
    """Hours of each shift between two local times."""
    return [
        ("".join(s.names), (s.end - s.start) / 3600) for s in shifts(found, at(first, found.tz), at(last, found.tz))
    ]


# -- rotations ---------------------------------------------------------------------------------------------------------

BERLIN, HOWE = "Europe/Berlin", "Australia/Lord_Howe"


@pytest.mark.parametrize(
    ("layer", "tz", "first", "last", "expected"),
    [
        # A day of 23 and of 25 hours.
        (
            rotation("day", 1, "2026-03-28T09:00", "2026-03-28T09:00+01:00"), BERLIN,
            "2026-03-28 09:00", "2026-03-31 09:00", [("A", 24 - 1), ("B", 24), ("C", 24)],
        ),
        (
            rotation("day", 1, "2026-10-24T09:00", "2026-10-24T09:00+02:00"), BERLIN,
            "2026-10-24 09:00", "2026-10-26 09:00", [("A", 25), ("B", 24)],
        ),
        # A week of 167 and of 169 hours.
        (
            rotation("week", 1, "2026-03-23T10:00", "2026-03-23T10:00+01:00"), BERLIN,
            "2026-03-23 10:00", "2026-04-06 10:00", [("A", 167), ("B", 168)],
        ),
        (
            rotation("week", 2, "2026-10-12T10:00", "2026-10-12T10:00+02:00"), BERLIN,
            "2026-10-12 10:00", "2026-10-26 10:00", [("A", 14 * 24 + 1)],
        ),
        # Blocks of hours keep to the wall, too: two and four real hours.
        (
            rotation("hour", 3, "2026-03-29T00:00", "2026-03-29T00:00+01:00"), BERLIN,
            "2026-03-29 00:00", "2026-03-29 09:00", [("A", 2), ("B", 3), ("C", 3)],
        ),
        (
            rotation("hour", 3, "2026-10-25T00:00", "2026-10-25T00:00+02:00"), BERLIN,
            "2026-10-25 00:00", "2026-10-25 06:00", [("A", 4), ("B", 3)],
        ),
        # The hour that is skipped is nobody's, and nobody loses a turn by it.
        (
            rotation("hour", 1, "2026-03-29T00:00", "2026-03-29T00:00+01:00"), BERLIN,
            "2026-03-29 00:00", "2026-03-29 05:00", [("A", 1), ("B", 1), ("C", 1), ("A", 1)],
        ),
        # A hand-off at a time that is skipped is at the first instant after: 02:30 becomes 03:00.
        (
            rotation("hour", 1, "2026-03-29T00:30", "2026-03-29T00:30+01:00"), BERLIN,
            "2026-03-29 00:30", "2026-03-29 05:30", [("A", 1), ("B", 0.5), ("C", 0.5), ("A", 1), ("B", 1)],
        ),
        # The hour that comes twice belongs to the one who had it first.
        (
            rotation("hour", 1, "2026-10-25T01:00", "2026-10-25T01:00+02:00"), BERLIN,
            "2026-10-25 01:00", "2026-10-25 04:00", [("A", 1), ("B", 2), ("C", 1)],
        ),
        # Half an hour, forward and back.
        (
            rotation("day", 1, "2026-10-02T02:15", "2026-10-02T02:15+10:30"), HOWE,
            "2026-10-02 02:15", "2026-10-05 02:15", [("A", 24), ("B", 24.25 - 0.5 + 0.0), ("C", 24 - 0.25)],
        ),
        (
            rotation("hour", 1, "2026-04-05T00:30", "2026-04-05T00:30+11:00"), HOWE,
            "2026-04-05 00:30", "2026-04-05 03:30", [("A", 1), ("B", 1.5), ("C", 1)],
        ),
        # Apia had no 30 December 2011: the two hand-offs in it are one.
        (
            rotation("day", 1, "2011-12-28T00:00", "2011-12-28T00:00-10:00"), "Pacific/Apia",
            "2011-12-28 00:00", "2012-01-02 00:00", [("A", 24), ("B", 24), ("C", 24), ("A", 24)],
        ),
        (
            rotation("day", 1, "2011-12-28T12:00", "2011-12-28T12:00-10:00"), "Pacific/Apia",
            "2011-12-28 12:00", "2012-01-01 12:00", [("A", 24), ("B", 12), ("C", 12), ("A", 24)],
        ),
        # Months, on the last day where they are shorter.
        (
            rotation("month", 1, "2026-01-31T08:00", "2026-01-31T08:00Z"), "UTC",
            "2026-01-31 08:00", "2026-05-31 08:00", [("A", 28 * 24), ("B", 31 * 24), ("C", 30 * 24), ("A", 31 * 24)],
        ),
        (
            rotation("month", 2, "2026-02-01T00:00", "2026-02-01T00:00+01:00"), BERLIN,
            "2026-02-01 00:00", "2026-06-01 00:00", [("A", 59 * 24 - 1), ("B", 61 * 24)],
        ),
    ],
)  # fmt: skip
def test_turns_last_as_long_as_the_wall_says(
    layer: Any, tz: str, first: str, last: str, expected: list[tuple[str, float]]
) -> None:
    assert lengths(schedule(layer, tz=tz), first, last) == expected


def test_the_start_is_only_the_phase_and_before_the_anchor_nobody_is_on() -> None:
    far = schedule(rotation("day", 1, "2031-05-01T09:00", "2026-01-05T09:00Z", "B"))
    assert names(far, "2026-01-05 08:59", "2026-01-05 09:00", "2026-01-06 08:59", "2026-01-06 09:00") == list("-BBC")
    assert next_change(far, at("2026-01-01 00:00")) is not None
    # An anchor between two hand-offs: the one who was on then stays until the next.
    between = schedule(rotation("week", 6, "2018-04-21T14:08:09", "2018-08-30T21:54:38Z", "C"))
    found = shifts(between, at("2018-08-30 00:00"), at("2019-01-01 00:00"))
    assert [(shift.names, shift.start) for shift in found] == [
        ((), at("2018-08-30 00:00")),
        (("C",), at("2018-08-30 21:54:38")),
        (("A",), at("2018-10-06 14:08:09")),
        (("B",), at("2018-11-17 14:08:09")),
        (("C",), at("2018-12-29 14:08:09")),
    ]
    # A new length: the phase is still that of the start.
    changed = schedule(rotation("hour", 12, "2017-01-01T00:00", "2017-01-03T06:00Z"))
    assert names(changed, "2017-01-03 05:59", "2017-01-03 11:59", "2017-01-03 12:00") == list("-AB")


@pytest.mark.parametrize("hours", [1, 2, 3, 24])
@pytest.mark.parametrize("zone", ["Pacific/Apia", BERLIN, HOWE])
def test_whom_one_meets_on_the_way_one_finds_from_afar(zone: str, hours: int) -> None:
    """Hand-offs that coincide are one, whether they are walked past or counted."""
    phase = "2011-01-01T00:00" if zone != HOWE else "2011-01-01T00:30"
    found = schedule(rotation("hour", hours, phase, "2011-01-01T12:00Z", users="ABCDEFG"), tz=zone)
    walked = shifts(found, at("2011-01-01 12:00"), at("2012-02-01 00:00"))
    assert len(walked) > 300
    for shift in walked[:: 97 if hours < 24 else 5]:
        assert names(found, f"@{shift.start}", f"@{shift.end - 1}") == ["".join(shift.names)] * 2
    if zone == "Pacific/Apia" and hours == 24:
        # A day was left out: the hand-offs at both its ends are one.
        days = round((at("2012-01-31 12:00", zone) - at("2011-01-01 12:00", zone)) / 86_400)
        assert names(found, "2012-01-31 12:00") == ["ABCDEFG"[days % 7]]


def test_days_that_count_are_those_of_the_calendar() -> None:
    for month in (2026 * 12 + n for n in range(14)):
        first, length = first_of(month), length_of(month)
        for of in range(7):
            same = [day for day in range(first, first + length) if weekday(day) == of]
            for n in range(1, 6):
                assert DayRule(((n, of),)).among(range(first, first + length)) == tuple(same[n - 1 : n])
                assert DayRule(((-n, of),)).among(range(first, first + length)) == tuple(same[-n:][: len(same) >= n])
            assert DayRule(((0, of),)).among(range(first, first + length)) == tuple(same)
        last = first + length - 1
        assert DayRule((), (-1, 1)).among(range(first, first + length)) == (first, last)
        assert DayRule((), (29, 30, 31)).among(range(first, first + length)) == tuple(range(first + 28, first + length))


def test_a_rotation_far_from_its_anchor_is_reckoned_without_walking_there(monkeypatch: pytest.MonkeyPatch) -> None:
    found = schedule(rotation("hour", 1, "1990-01-01T00:00", "1990-01-01T00:00Z"), tz="America/Chicago")
    assert names(found, "2039-12-31 23:30") == names(found, "2039-12-31 23:30")  # the changes of the zone are known now
    asked: list[int] = []
    ask = Wall.offset

    def offset(self: Wall, instant: int) -> int:
        asked.append(instant)
        return ask(self, instant)

    monkeypatch.setattr(Wall, "offset", offset)
    on_call(found, at("2039-12-31 23:30"))
    assert len(asked) < 500, "fifty years have 438,000 hand-offs"
    asked.clear()
    start = at("2039-06-01 00:00")
    assert len(shifts(found, start, start + 500 * 3600)) == 500
    assert len(asked) < 3_000


# -- windows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ({"days": ["MO"], "start": "20:00", "end": "08:00"}, [("-", 20), ("A", 12), ("-", 136)]),
        ({"days": ["SU"], "start": "20:00", "end": "08:00"}, [("A", 8), ("-", 156), ("A", 4)]),
        ({"days": ["MO", "TU"], "start": "09:00", "end": "17:00"},
         [("-", 9), ("A", 8), ("-", 16), ("A", 8), ("-", 127)]),
        ({"days": ["MO", "TU"], "start": "09:00", "end": "09:00"}, [("-", 9), ("A", 48), ("-", 111)]),
        ({"days": ["SA"], "start": "00:00", "end": "24:00"}, [("-", 120), ("A", 24), ("-", 24)]),
        ({"days": ["SA"], "start": "00:00", "end": "00:00"}, [("-", 120), ("A", 24), ("-", 24)]),
        ({"days": ALL, "start": "00:00", "end": "00:00"}, [("A", 168)]),
        ({"start": "12:00", "end": "12:00"}, [("A", 168)]),
        ({"days": [], "start": "09:00", "end": "17:00"}, [("-", 168)]),
    ],
)  # fmt: skip
def test_windows_in_a_week(window: Any, expected: list[tuple[str, float]]) -> None:
    found = [(who or "-", hours) for who, hours in lengths(schedule({"window": window}), "2026-01-05", "2026-01-12")]
    assert found == expected


def test_windows_that_meet_on_the_wall_meet_when_clocks_change() -> None:
    for edge in ("01:30", "02:00", "02:30", "03:00"):
        found = schedule(
            {"users": ["A"], "window": {"days": ALL, "start": edge, "end": "14:00"}},
            {"users": ["B"], "window": {"days": ALL, "start": "14:00", "end": edge}},
            tz=BERLIN,
        )
        for day in ("2026-03-28", "2026-10-24"):
            on = [who for who, _hours in lengths(found, f"{day} 14:00", f"{day[:-2]}{int(day[-2:]) + 2} 14:00")]
            assert on == ["B", "A", "B", "A"], edge


def test_a_window_limits_a_rotation_and_leaves_its_turns() -> None:
    weekdays = {"days": ["MO", "TU", "WE", "TH", "FR"], "start": "09:00", "end": "17:00"}
    found = schedule(rotation("day", 1, "2026-01-05T09:00", "2026-01-05T09:00Z", window=weekdays))
    times = [f"2026-01-{day:02d} 10:00" for day in range(5, 13)]
    assert names(found, *times) == list("ABCAB--B")
    nights = {"days": ALL, "start": "20:00", "end": "08:00"}
    found = schedule(rotation("day", 1, "2026-01-05T00:00", "2026-01-05T00:00Z", window=nights))
    assert names(found, "2026-01-05 23:00", "2026-01-06 01:00", "2026-01-06 12:00", "2026-01-06 21:00") == list("AB-B")


# -- recurrences -------------------------------------------------------------------------------------------------------


def recurring(freq: str, start: str = "2026-01-05T09:00:00Z", duration: str = "PT1H", **more: Any) -> dict[str, Any]:
    """Of Monday 5 January 2026; A, B and C take turns unless `users` says otherwise."""
    recur: dict[str, Any] = {"freq": freq}
    recur |= {key: more.pop(key) for key in ("interval", "byday", "bymonthday") if key in more}
    return {"users": list("ABC"), "start": start, "duration": duration, "recur": recur, **more}


def days(found: Schedule, first: str, n: int, time: str = "09:30") -> str:
    """Who is on at a time of each of n days."""
    start = at(f"{first} {time}", found.tz)
    return "".join(names(found, *(f"@{start + day * 86_400}" for day in range(n))))


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (recurring("daily"), "ABCABCABCABCABC"),
        (recurring("daily", interval=2), "A-B-C-A-B-C-A-B"),
        # Turns go from shift to shift, not from day to day.
        (recurring("daily", byday=["MO", "WE", "FR"]), "A-B-C--A-B-C--A"),
        (recurring("daily", byday=["MO", "WE"], users=list("AB")), "A-B----A-B----A"),
        # With chosen days the interval is how many shifts each one takes.
        (recurring("daily", byday=["MO", "WE", "FR"], interval=2), "A-A-B--B-C-C--A"),
        (recurring("daily", byday=["WE", "FR"]), "--A-B----C-A---"),
        (recurring("daily", bymonthday=[6, 7, 9, -13]), "-AB-C---------A"),
        (recurring("weekly", byday=["TU", "TH"]), "-A-A----B-B----"),
        (recurring("weekly"), "A------B------C"),
        (recurring("weekly", interval=2, byday=["MO", "SU"]), "A-----A-------B"),
        (recurring("weekly", interval=2, byday=["MO", "SU"], week_start="SU"), "A------------BB"),
        (recurring("weekly", start="2026-01-07T09:00:00Z", byday=["MO", "TU"]), "-------AA-----B"),
        (recurring("weekly", start="2026-01-07T09:00:00Z", byday=["MO", "FR"]), "----A--B---B--C"),
        (recurring("monthly", bymonthday=[5, 7, 18]), "A-A----------A-"),
        (recurring("monthly", byday=["1MO", "2TU", "-3FR"]), "A-------A--A---"),
        (recurring("monthly", byday=["FR"], bymonthday=[9, 10, 16]), "----A------A---"),
        # A later start of the rotation: what is before it is gone, and so are its turns.
        (recurring("daily", rotation_start="2026-01-07T10:00:00Z"), "---ABCABCABCABC"),
        (recurring("daily", rotation_start="2026-01-07T09:30:00Z"), "--CABCABCABCABC"),
        (recurring("weekly", byday=["MO", "FR"], rotation_start="2026-01-06T00:00:00Z"), "----A--B---B--C"),
        (recurring("daily", until="2026-01-08T09:30:00Z"), "ABC------------"),
        (recurring("daily", until="2026-01-08T09:31:00Z"), "ABCA-----------"),
        (recurring("daily", until="2026-01-01T00:00:00Z"), "-" * 15),
        (recurring("daily", rotation_start="2026-01-09T00:00:00Z", until="2026-01-08T00:00:00Z"), "-" * 15),
        # Groups, and a turn without anybody.
        (recurring("daily", users=["A", ["B", "C"], []]), "ABC-" * 5),
        # A single shift, all on together.
        ({"users": ["A", "B"], "start": "2026-01-06T09:00:00Z", "duration": "P2D"}, "-ABAB" + "-" * 12),
    ],
)  # fmt: skip
def test_recurring_shifts_day_by_day(layer: Any, expected: str) -> None:
    assert days(schedule(layer), "2026-01-05", 15) == expected


def test_hourly_shifts_and_their_turns() -> None:
    found = schedule(recurring("hourly", interval=2, duration="PT30M"))
    assert names(found, *(f"2026-01-05 {hour:02d}:10" for hour in range(8, 17))) == list("-A-B-C-A-")
    found = schedule(recurring("hourly", "2026-01-05T22:00:00Z", byday=["MO", "WE"]))
    times = ("05 22", "05 23", "06 00", "06 23", "07 00", "07 01", "07 23", "08 00", "12 00")
    assert names(found, *(f"2026-01-{time}:30" for time in times)) == list("AB--CAB-C")
    found = schedule(recurring("hourly", "2026-01-05T22:00:00Z", interval=5, duration="PT5H", bymonthday=[5, 7, 31]))
    # Five hours each, from 22:00 on the 5th and from 4, 9, 14 and 19 o'clock on the 7th.
    hours = ("05 23", "06 02", "06 03", "07 00", "07 04", "07 09", "07 14", "07 19", "07 23", "08 00")
    assert names(found, *(f"2026-01-{hour}:30" for hour in hours)) == list("AA--BCABB-")


def test_shifts_at_the_end_of_months() -> None:
    def month_ends(**more: Any) -> list[str]:
        found = schedule(recurring("monthly", "2026-01-31T09:00:00Z", **more))
        return names(found, "2026-01-31 09:30", "2026-02-28 09:30", "2026-03-31 09:30", "2026-04-30 09:30")

    assert month_ends() == list("ABCA"), "without a day it is that of the start, the last one of shorter months"
    assert month_ends(bymonthday=[31]) == list("A-B-"), "the 31st is the 31st, and turns go where shifts are"
    assert month_ends(bymonthday=[-1]) == list("ABCA")
    assert month_ends(interval=2) == list("A-B-")
    fifth = schedule(recurring("monthly", byday=["5MO"]))
    assert names(fifth, "2026-01-26 09:30", "2026-03-30 09:30", "2026-06-29 09:30", "2026-08-31 09:30") == list("-ABC")
    assert names(fifth, "2026-01-05 09:30") == ["-"]
    rare = schedule(recurring("weekly", bymonthday=[5, 19]))
    assert names(rare, "2026-01-05 09:30", "2026-01-12 09:30", "2026-01-19 09:30", "2026-10-05 09:30") == list("A-BC")


def test_long_shifts_keep_to_the_wall_and_may_overlap() -> None:
    nightly = schedule(
        {**recurring("daily", duration="PT12H"), "start": None, "start_local": "2026-03-27T20:00"}, tz=BERLIN
    )
    assert lengths(nightly, "2026-03-27 20:00", "2026-03-30 08:00") == [
        ("A", 12), ("", 12), ("B", 11), ("", 12), ("C", 12)
    ]  # fmt: skip
    weekly = schedule(
        {**recurring("weekly", duration="P7D", users=list("AB")), "start": None, "start_local": "2026-10-01T00:00"},
        tz="America/Chicago",
    )
    assert lengths(weekly, "2026-10-29 00:00", "2026-11-12 00:00") == [("A", 169), ("B", 168)]
    doubled = schedule(recurring("daily", duration="P2D"))
    assert days(doubled, "2026-01-05", 4) == "AABBCAC"
    monthly = schedule(recurring("monthly", "2026-01-31T00:00:00Z", "P1M"))
    assert [who for who, _hours in lengths(monthly, "2026-01-31", "2026-05-31")] == list("ABCA")


def test_start_with_an_offset_is_read_on_the_wall_of_the_schedule() -> None:
    found = schedule(recurring("daily", "2026-03-28T08:00:00Z", users=["A"]), tz=BERLIN)
    assert names(found, "2026-03-28 09:30", "2026-03-29 09:30", "2026-03-29 10:30") == list("AA-")
    # The second of two equal hours: what begins there has not begun before.
    more = {"users": ["A"], "rotation_start": "2026-10-24T00:00Z"}
    twice = schedule(recurring("daily", "2026-10-25T01:15:00Z", "PT2H", **more), tz=BERLIN)
    assert names(twice, "2026-10-25T00:30Z", "2026-10-25T01:30Z", "2026-10-26T01:14Z", "2026-10-26T01:15Z") == list(
        "-A-A"
    )


# -- layers, overrides, temporary schedules, swaps ---------------------------------------------------------------------

ON = {"always": True}
SPAN = {"start": "2026-01-05T10:00:00Z", "end": "2026-01-05T12:00:00Z"}
TIMES = tuple(f"2026-01-05 {time}" for time in ("09:59:59", "10:00", "11:59:59", "12:00"))


@pytest.mark.parametrize(
    ("layers", "more", "expected"),
    [
        ([{**ON, "users": ["A", ["B", "C"]]}], {}, ["ABC"] * 4),
        ([ON, {**ON, "users": ["B"]}], {}, ["AB"] * 4),
        ([ON, {**ON, "users": ["B"], "priority": 2}], {}, ["B"] * 4),
        ([ON, {**ON, "users": ["B"], "priority": -1}], {}, ["A"] * 4),
        ([ON, {**ON, "users": [], "priority": 2}, {**ON, "users": [[]], "priority": 3}], {}, ["A"] * 4),
        ([ON, {"users": ["B", "C"], "priority": 2, "start": SPAN["start"], "duration": "PT2H"}], {},
         ["A", "BC", "BC", "A"]),
        ([ON], {"overrides": [{"kind": "cover", "user": "X", **SPAN}]}, ["A", "X", "X", "A"]),
        ([ON], {"overrides": [{"kind": "cover", "user": ["X", "Y"], **SPAN}]}, ["A", "XY", "XY", "A"]),
        ([{**ON, "priority": -7}], {}, ["A"] * 4),
        ([{**rotation("day", 1, "2026-01-01T00:00", "2026-01-01T00:00Z", users=""), "priority": 2}, ON], {}, ["A"] * 4),
        ([{"users": [], "start": "2026-01-01T00:00Z", "duration": "P1D", "recur": {"freq": "daily"}}], {}, ["-"] * 4),
        ([{**ON, "priority": 9}], {"overrides": [
            {"kind": "cover", "user": "X", "priority": 1, **SPAN}, {"kind": "cover", "user": "Y", "priority": 2, **SPAN},
            {"kind": "cover", "user": "Z", "priority": 2, **SPAN}]}, ["A", "YZ", "YZ", "A"]),
        ([ON], {"overrides": [{"kind": "replace", "remove": "A", "add": "X", **SPAN}]}, ["A", "X", "X", "A"]),
        ([ON], {"overrides": [{"kind": "replace", "remove": "B", "add": "X", **SPAN}]}, ["A"] * 4),
        ([ON], {"overrides": [{"kind": "add", "add": "X", **SPAN}]}, ["A", "AX", "AX", "A"]),
        ([], {"overrides": [{"kind": "add", "add": "X", **SPAN}]}, ["-", "X", "X", "-"]),
        ([ON], {"overrides": [{"kind": "add", "add": "A", **SPAN}]}, ["A"] * 4),
        ([ON], {"overrides": [{"kind": "remove", "remove": "A", **SPAN}]}, ["A", "-", "-", "A"]),
        ([ON, {**ON, "users": ["B"], "priority": -1}], {"overrides": [{"kind": "remove", "remove": "A", **SPAN}]},
         ["A", "-", "-", "A"]),
        # Nobody who was put in is replaced or removed in turn.
        ([ON], {"overrides": [
            {"kind": "replace", "remove": "A", "add": "B", **SPAN}, {"kind": "replace", "remove": "B", "add": "C", **SPAN}]},
         ["A", "B", "B", "A"]),
        ([{**ON, "users": ["A", "B", "D"]}], {"overrides": [
            {"kind": "add", "add": "X", **SPAN}, {"kind": "replace", "remove": "A", "add": "Y", **SPAN},
            {"kind": "remove", "remove": "B", **SPAN}]}, ["ABD", "DXY", "DXY", "ABD"]),
        ([ON], {"overrides": [{"kind": "cover", "user": "X", **SPAN}, {"kind": "add", "add": "Y", **SPAN},
                              {"kind": "replace", "remove": "X", "add": "Z", **SPAN}]}, ["A", "YZ", "YZ", "A"]),
        ([ON], {"overrides": [{"kind": "add", "add": "X"}]}, ["AX"] * 4),
        ([ON], {"overrides": [{"kind": "add", "add": "X", "end": "9999-01-01T00:00:00Z", "start": SPAN["start"]}]},
         ["A", "AX", "AX", "AX"]),
        ([ON], {"overrides": [{"kind": "add", "add": "X", "start": SPAN["start"], "end": SPAN["start"]}]}, ["A"] * 4),
        # A temporary schedule suspends everything, in its gaps, too.
        ([ON], {"temporary": [{**SPAN, "shifts": [{**SPAN, "user": "X"}]}]}, ["A", "X", "X", "A"]),
        ([ON], {"temporary": [{**SPAN, "shifts": []}]}, ["A", "-", "-", "A"]),
        ([ON], {"temporary": [{**SPAN, "shifts": [{"user": "X", "start": "2026-01-05T09:00Z", "end": "2026-01-05T11:00Z"},
                                                  {"user": "Y", "start": "2026-01-05T11:00Z", "end": "2026-01-05T13:00Z"}]}],
                "overrides": [{"kind": "cover", "user": "Z", **SPAN}, {"kind": "add", "add": "W"}],
                "swaps": [{"requester": "X", "taker": "V", **SPAN}]}, ["AW", "X", "Y", "AW"]),
        ([ON], {"temporary": [
            {"start": "2026-01-05T10:00Z", "end": "2026-01-05T11:00Z", "shifts": [{**SPAN, "user": "X"}]},
            {"start": "2026-01-05T11:00Z", "end": "2026-01-05T12:00Z", "shifts": [{**SPAN, "user": "Y"}]}]},
         ["A", "X", "Y", "A"]),
        # Swaps, when somebody took them.
        ([ON], {"swaps": [{"requester": "A", "taker": "X", **SPAN}]}, ["A", "X", "X", "A"]),
        ([ON], {"swaps": [{"requester": "A", "taker": None, **SPAN}]}, ["A"] * 4),
        ([ON], {"swaps": [{"requester": "A", **SPAN}]}, ["A"] * 4),
        ([ON], {"swaps": [{"requester": "B", "taker": "X", **SPAN}]}, ["A"] * 4),
        ([{**ON, "users": [["A", "B"]]}], {"swaps": [{"requester": "A", "taker": "X", **SPAN}]},
         ["AB", "BX", "BX", "AB"]),
        ([{**ON, "users": [["A", "B"]]}], {"swaps": [{"requester": "A", "taker": "B", **SPAN}]}, ["AB", "B", "B", "AB"]),
        ([ON], {"swaps": [{"requester": "A", "taker": "X", **SPAN}, {"requester": "X", "taker": "Y", **SPAN}]},
         ["A", "Y", "Y", "A"]),
        ([ON], {"swaps": [{"requester": "A", "taker": "X", **SPAN}],
                "overrides": [{"kind": "remove", "remove": "X", **SPAN}]}, ["A", "-", "-", "A"]),
        ([ON], {"swaps": [{"requester": "X", "taker": "Y", **SPAN}],
                "overrides": [{"kind": "cover", "user": "X", **SPAN}]}, ["A", "Y", "Y", "A"]),
    ],
)  # fmt: skip
def test_what_lies_above_what(layers: list[Any], more: Any, expected: list[str]) -> None:
    found = schedule(*layers, **more)
    assert names(found, *TIMES) == expected
    listed = shifts(found, at(TIMES[0]), at(TIMES[-1]) + 1)
    on = ["".join(s.names) or "-" for time in TIMES for s in listed if s.start <= at(time) < s.end]
    assert on == expected


def test_reasons_say_layer_turn_and_what_was_laid_over() -> None:
    found = schedule(
        rotation("day", 1, "2026-01-05T00:00", "2026-01-05T00:00Z", name="first line", priority=3),
        swaps=[{"requester": "A", "taker": "B", "name": "dentist", **SPAN}],
        overrides=[
            {"kind": "replace", "remove": "B", "add": "C", **SPAN},
            {"kind": "add", "add": "D", "id": 7, **SPAN},
        ],
    )
    [one, other] = on_call(found, at(TIMES[1]))
    assert [sentence(reason.data()) for reason in one.reasons] == [
        "layer first line, priority 3: turn 1 of 3",
        "swap dentist: took it over from A",
        "override 1: in the place of B",
    ]
    assert other.data() == {"name": "D", "reasons": [{"code": "oncall.add", "ref": "7"}]}
    plain = schedule({"always": True}, {"window": {"start": "00:00", "end": "00:00"}})
    [one] = on_call(plain, 0)
    assert [reason.data() for reason in one.reasons] == [
        {"code": "oncall.layer", "layer": "L1", "priority": 0},
        {"code": "oncall.layer", "layer": "L2", "priority": 0},
    ]
    fixed = schedule(ON, temporary=[{**SPAN, "name": "fair", "shifts": [{**SPAN, "user": "X"}]}])
    assert [sentence(r.data()) for r in on_call(fixed, at(TIMES[1]))[0].reasons] == ["temporary schedule fair"]
    cover = schedule(ON, overrides=[{"kind": "cover", "user": "X", **SPAN}])
    assert [sentence(r.data()) for r in on_call(cover, at(TIMES[1]))[0].reasons] == ["override 1: covers for everybody"]


# -- changes and bounds ------------------------------------------------------------------------------------------------


def test_the_next_change_is_of_people_not_of_parts() -> None:
    same = schedule(rotation("day", 1, "2026-01-05T00:00", "2026-01-05T00:00Z", users="AAAB"))
    assert names(same, "2026-01-07 12:00", "2026-01-08 12:00") == list("AB")
    assert next_change(same, at("2026-01-05 12:00")) == Shift(
        at("2026-01-08 00:00"), at("2026-01-09 00:00"), on_call(same, at("2026-01-08 00:00"))
    )
    assert next_change(schedule(ON), 0) is None
    assert next_change(same, at("2026-01-05 12:00"), 86_400) is None


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    always = schedule(ON)
    for instant in (-(10**11), -2_208_988_800, 13_569_465_600, 10**12):
        with pytest.raises(Invalid, match="1900 to 2400"):
            on_call(always, instant)
    with pytest.raises(Invalid, match="end is before"):
        shifts(always, 10, 10)
    hours = schedule(rotation("hour", 1, "2026-01-01T00:00", "2026-01-01T00:00Z"))
    monkeypatch.setattr(oncall, "MAX_SPANS", 100)
    assert len(shifts(hours, at("2026-01-02"), at("2026-01-02") + 100 * 3600)) == 100
    with pytest.raises(Invalid, match="more than 100 hand-offs"):
        shifts(hours, at("2026-01-02"), at("2026-01-02") + 100 * 3600 + 1)
    layer = Layer("x", (("A",),), Rotation("day", 1, 0, 0, 1))
    with pytest.raises(Invalid, match="201 parts"):
        Schedule("UTC", (layer,) * 201)
    # Turns longer than what is known of time end with it.
    long = schedule(rotation("month", 9_000, "2026-01-01T00:00", "2026-01-01T00:00Z"))
    assert names(long, "2399-12-01 00:00") == ["A"]


@pytest.mark.parametrize(
    ("text", "seconds", "months"),
    [
        ("PT3H", 10_800, 0), ("P1D", 86_400, 0), ("P7D", 604_800, 0), ("P1W", 604_800, 0), ("PT30M", 1_800, 0),
        ("P1DT12H30M5S", 131_405, 0), ("PT0.5H", 1_800, 0), ("PT1,5H", 5_400, 0), ("P1M", 0, 1), ("P1Y", 0, 12),
        ("pt10h", 36_000, 0), ("PT36H", 129_600, 0),
    ],
)  # fmt: skip
def test_durations(text: str, seconds: int, months: int) -> None:
    found = parse_duration(text)
    assert (found.seconds, found.months) == (seconds, months)


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1", "1D", "PT0H", "P1H", "P1DT", "PT1D", "-PT1H", "P13M", "P367D", "PT1.H", "P1D2W", "PT١H"],
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(Invalid):
        parse_duration(text)


def test_the_clocks_of_a_zone_are_shared() -> None:
    assert wall_of("Europe/Berlin") is wall_of("Europe/Berlin")
    assert [c.after - c.before for c in wall_of("Europe/Berlin").skips(at("2026-01-01"), at("2027-01-01"))] == [3600]
