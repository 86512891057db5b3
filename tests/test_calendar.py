"""The working calendar, by example."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from helpdesk_tui.rules.calendar import Calendar
from helpdesk_tui.rules.calendar_spec import ALWAYS, parse_days, parse_hours, parse_time_of_day
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.instants import iso

OFFICE = dict.fromkeys(range(5), ((8 * 3600, 12 * 3600), (13 * 3600, 18 * 3600)))
NIGHT = dict.fromkeys(range(7), ((1 * 3600, 4 * 3600),))


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("tz", "start", "end", "hours"),
    [
        # A whole local day has 23, 25 or 24 hours.
        ("Europe/Berlin", "2024-03-30T23:00", "2024-03-31T22:00", 23),
        ("Europe/Berlin", "2024-10-26T22:00", "2024-10-27T23:00", 25),
        ("America/Sao_Paulo", "2015-02-21T02:00", "2015-02-22T03:00", 25),
        ("Australia/Lord_Howe", "2024-10-05T13:30", "2024-10-06T13:00", 23.5),
        ("Asia/Shanghai", "2024-05-01T16:00", "2024-05-02T16:00", 24),
        # A date that never was: Samoa went from 29 to 31 December.
        ("Pacific/Apia", "2011-12-29T10:00", "2011-12-31T10:00", 48),
    ],
)
def test_always_open_counts_real_time(tz: str, start: str, end: str, hours: float) -> None:
    assert Calendar(tz, ALWAYS).elapsed(at(start), at(end)) == hours * 3600


@pytest.mark.parametrize(
    ("day", "seconds"),
    [
        ("2024-03-30", 3 * 3600),
        ("2024-03-31", 2 * 3600),  # 02:00 to 03:00 does not exist
        ("2024-10-27", 4 * 3600),  # 02:00 to 03:00 happens twice
    ],
)
def test_hours_across_the_change_of_clocks(day: str, seconds: int) -> None:
    calendar = Calendar("Europe/Berlin", NIGHT)
    noon = at(f"{day}T12:00")
    assert calendar.elapsed(noon - 14 * 3600, noon) == seconds


def test_wall_clock_hours_ignore_the_change_of_clocks() -> None:
    wall = Calendar("Europe/Berlin", NIGHT).wall_clock()
    for day in ("2024-03-30", "2024-03-31", "2024-10-27"):
        noon = at(f"{day}T12:00")
        assert wall.elapsed(noon - 14 * 3600, noon) == 3 * 3600
    always = Calendar("Europe/Berlin", ALWAYS)
    start = at("2015-02-17T11:00")
    assert always.elapsed(start, at("2015-05-18T10:00")) == 90 * 86400 - 3600
    assert always.wall_clock().elapsed(start, at("2015-05-18T10:00")) == 90 * 86400
    assert iso(always.wall_clock().add(start, 90 * 86400)) == "2015-05-18T10:00:00Z"
    assert iso(always.wall_clock().subtract(at("2015-05-18T10:00"), 90 * 86400)) == "2015-02-17T11:00:00Z"


def test_a_half_of_an_hour_that_happens_twice() -> None:
    # 02:30 to 03:00 local comes twice on that night, with a closed half hour in between.
    calendar = Calendar("Europe/Berlin", {6: ((9000, 10800),)})
    found = [(iso(a), iso(b)) for a, b in calendar.windows(at("2024-10-26T22:00"), at("2024-10-27T12:00"))]
    assert found == [
        ("2024-10-27T00:30:00Z", "2024-10-27T01:00:00Z"),
        ("2024-10-27T01:30:00Z", "2024-10-27T02:00:00Z"),
    ]


@pytest.mark.parametrize(
    ("start", "seconds", "close", "opening"),
    [
        ("2024-06-03T06:00", 3600, "2024-06-03T07:00", "2024-06-03T07:00"),
        ("2024-06-03T00:00", 3600, "2024-06-03T07:00", "2024-06-03T07:00"),
        ("2024-06-03T06:00", 4 * 3600, "2024-06-03T10:00", "2024-06-03T11:00"),
        ("2024-06-07T11:00", 5 * 3600, "2024-06-07T16:00", "2024-06-10T06:00"),
        ("2024-06-07T16:00", 1, "2024-06-10T06:00:01", "2024-06-10T06:00:01"),
        ("2024-06-08T12:00", 0, "2024-06-08T12:00", "2024-06-10T06:00"),
        ("2024-06-10T06:30", -3600, "2024-06-07T15:30", "2024-06-07T15:30"),
    ],
)
def test_add(start: str, seconds: int, close: str, opening: str) -> None:
    calendar = Calendar("Europe/Berlin", OFFICE)
    assert calendar.add(at(start), seconds) == at(close)
    assert calendar.add(at(start), seconds, "open") == at(opening)


@pytest.mark.parametrize(
    ("end", "seconds", "start"),
    [
        ("2024-06-03T07:00", 1800, "2024-06-03T06:30"),
        ("2024-06-03T07:00", 3600, "2024-06-03T06:00"),
        ("2024-06-03T07:00", 3601, "2024-05-31T15:59:59"),
        ("2024-06-03T03:00", 60, "2024-05-31T15:59"),
        ("2024-06-03T07:00", 0, "2024-06-03T07:00"),
        ("2024-06-03T07:00", -3600, "2024-06-03T08:00"),
    ],
)
def test_subtract(end: str, seconds: int, start: str) -> None:
    assert Calendar("Europe/Berlin", OFFICE).subtract(at(end), seconds) == at(start)


def test_holidays_and_makeup_days() -> None:
    # Spring Festival 2026: the holiday takes the week, two weekend days are worked instead.
    calendar = Calendar(
        "Asia/Shanghai",
        dict.fromkeys(range(5), ((9 * 3600, 18 * 3600),)) | {5: ((10 * 3600, 12 * 3600),)},
        ["2026-02-15/2026-02-23", "--10-01", "--12-30/--01-02"],
        ["2026-02-14", "2026-02-28", "2026-02-22", "2026-03-01"],
    )
    worked = {
        "2026-02-13": 9,
        "2026-02-14": 2,  # a Saturday has hours of its own
        "2026-02-16": 0,
        "2026-02-22": 9,  # a make-up day wins over the range; a Sunday takes Monday's hours
        "2026-02-24": 9,
        "2026-03-01": 9,
        "2027-10-01": 0,
        "2027-12-31": 0,
        "2028-01-01": 0,
        "2028-01-03": 9,
    }
    for day, hours in worked.items():
        noon = at(f"{day}T04:00")
        assert calendar.elapsed(noon - 12 * 3600, noon + 12 * 3600) == hours * 3600, day
    assert calendar.is_holiday(at("2026-02-14T16:00"))  # already the 15th in Shanghai
    assert not calendar.is_holiday(at("2026-02-14T15:59"))
    assert not calendar.is_holiday(at("2026-02-22T04:00"))
    spans = [(iso(a), iso(b)) for a, b in calendar.holidays(at("2026-02-20T00:00"), at("2026-03-02T00:00"))]
    assert spans == [
        ("2026-02-20T00:00:00Z", "2026-02-21T16:00:00Z"),
        ("2026-02-22T16:00:00Z", "2026-02-23T16:00:00Z"),
    ]


def test_makeup_days_may_take_another_weekdays_hours() -> None:
    calendar = Calendar("UTC", {0: ((0, 3600),), 4: ((0, 7200),)}, (), ["2026-11-22"], workday_like=4)
    assert calendar.elapsed(at("2026-11-22T00:00"), at("2026-11-23T00:00")) == 7200


@pytest.mark.parametrize(
    ("start", "days", "end_of_day", "found"),
    [
        ("2026-11-19T10:00", 2, False, "2026-11-23T10:00"),
        ("2026-11-19T10:00", 2, True, "2026-11-23T18:00"),
        ("2026-11-19T21:00", 2, False, "2026-11-23T18:00"),
        ("2026-11-19T10:00", -4, False, "2026-11-13T10:00"),
        ("2026-11-21T10:00", 1, False, "2026-11-23T10:00"),
        ("2026-11-19T10:00", 0, False, "2026-11-19T10:00"),
        ("2026-11-21T10:00", 0, True, "2026-11-23T18:00"),
        ("2026-12-24T10:00", 1, False, "2026-12-28T10:00"),
    ],
)
def test_add_days(start: str, days: int, end_of_day: bool, found: str) -> None:
    assert iso(Calendar("UTC", OFFICE, ["--12-25"]).add_days(at(start), days, end_of_day)) == f"{found}:00Z"


def test_add_days_keeps_the_local_time_of_day() -> None:
    calendar = Calendar("America/New_York", OFFICE)
    assert iso(calendar.add_days(at("2024-03-08T15:00"), 1)) == "2024-03-11T14:00:00Z"


@pytest.mark.parametrize(
    "calendar",
    [
        Calendar("UTC", {}),
        Calendar("UTC", {0: ()}, [], ["2026-11-22"]),
        Calendar("UTC", OFFICE, ["--01-01/--12-31"]),
        Calendar("UTC", OFFICE, ["2000-01-01/2399-01-01"]),
    ],
)
def test_a_calendar_that_never_opens(calendar: Calendar) -> None:
    now = at("2026-11-22T10:00")
    assert calendar.elapsed(now, now + 86400 * 365) == 0
    assert not calendar.is_open(now)
    asks: list[Callable[[], int]] = [
        lambda: calendar.add(now, 1),
        lambda: calendar.subtract(now, 1),
        lambda: calendar.next_open(now),
        lambda: calendar.add_days(now, 1),
    ]
    for ask in asks:
        with pytest.raises(Invalid, match="ten years"):
            ask()


def test_far_away_is_refused() -> None:
    calendar = Calendar("UTC", OFFICE)
    with pytest.raises(Invalid, match="1800 to 2400"):
        calendar.add(at("2026-11-22T10:00"), 10**12)
    with pytest.raises(Invalid, match="1800 to 2400"):
        calendar.is_open(10**14)


@pytest.mark.parametrize(
    "data",
    [
        {"tz": "Mars/Olympus"},
        {"tz": "../etc/passwd"},
        {"tz": ""},
        {"tz": "UTC", "hours": {"mon": [["08:00", "08:00"]]}},
        {"tz": "UTC", "hours": {"mon": [["18:00", "08:00"]]}},
        {"tz": "UTC", "hours": {"mon": [["08:00"]]}},
        {"tz": "UTC", "hours": {"mon": [["08:00", "25:00"]]}},
        {"tz": "UTC", "hours": {"mon": [["08:00", "24:01"]]}},
        {"tz": "UTC", "hours": {"monday": []}},
        {"tz": "UTC", "holidays": ["2026-02-30"]},
        {"tz": "UTC", "holidays": ["--13-01"]},
        {"tz": "UTC", "holidays": ["2026-02-03/2026-02-01"]},
        {"tz": "UTC", "holidays": ["2026-2-3"]},
    ],
)
def test_wrong_calendars_are_refused(data: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        Calendar.from_data(data)


def test_reading_hours_and_days() -> None:
    assert parse_time_of_day("9:05") == 9 * 3600 + 300
    assert parse_time_of_day("23:59:59") == 86399
    assert parse_time_of_day("24:00") == 86400
    # Spans that touch or overlap are one.
    assert parse_hours({"sat": [["12:00", "18:00"], ["08:00", "12:00"], ["09:00", "10:00"]]}) == {5: ((28800, 64800),)}
    assert not parse_days([])
    assert parse_days(["--02-29"])


def test_windows_are_joined_across_midnight_and_clipped() -> None:
    calendar = Calendar("Europe/Berlin", {0: ((0, 86400),), 1: ((0, 7200),)})
    found = list(calendar.windows(at("2024-06-02T23:00"), at("2024-06-10T00:00")))
    assert [(iso(a), iso(b)) for a, b in found] == [
        ("2024-06-02T23:00:00Z", "2024-06-04T00:00:00Z"),
        ("2024-06-09T22:00:00Z", "2024-06-10T00:00:00Z"),
    ]
    assert list(calendar.windows(5, 5)) == []
