"""On-call shifts as an iCalendar: read back by a reader that knows only RFC 5545."""

import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_tui.rules.oncall import Person, Shift, shifts
from helpdesk_tui.rules.oncall_form import parse_schedule
from helpdesk_tui.rules.oncall_ics import calendar_text, duties, folded

WEEK = 604_800
START = 1_767_603_600  # Monday 2026-01-05, 09:00 UTC


def read(text: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The properties of a calendar and those of its events."""
    assert text.endswith("\r\n")
    assert not re.search("[\r\n]", text.replace("\r\n", ""))
    assert all(len(line.encode("utf-8")) <= 75 for line in text.split("\r\n"))
    head: dict[str, str] = {}
    events: list[dict[str, str]] = []
    into = head
    for line in text.replace("\r\n ", "").split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        if (name, value) == ("BEGIN", "VEVENT"):
            into = {}
            events.append(into)
        elif (name, value) == ("END", "VEVENT"):
            into = head
        else:
            assert name not in into or name in ("BEGIN", "END")
            into[name] = re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)
    return head, events


def seconds(text: str) -> int:
    return int(datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp())


def rota(users: list[Any], **more: Any) -> Any:
    anchor = {"at": "2026-01-05T09:00Z", "user": users[0] if isinstance(users[0], str) else users[0][0]}
    rotation = {"unit": "day", "length": 1, "start": "2026-01-05T09:00", "anchor": anchor}
    return parse_schedule({"timezone": "UTC", "layers": [{"users": users, "rotation": rotation, **more}]})


def test_each_unbroken_time_of_a_person_is_one_event() -> None:
    found = shifts(rota([["ana", "ben"], ["ben"], "cleo", []]), START, START + 4 * 86_400)
    assert [(d.name, (d.end - d.start) // 86_400) for d in duties(found)] == [("ana", 1), ("ben", 2), ("cleo", 1)]
    head, events = read(calendar_text("first line", found, START, "7"))
    assert (head["VERSION"], head["X-WR-CALNAME"], head["END"]) == ("2.0", "first line", "VCALENDAR")
    assert [(e["DTSTART"], e["DTEND"], e["SUMMARY"]) for e in events] == [
        ("20260105T090000Z", "20260106T090000Z", "ana (first line)"),
        ("20260105T090000Z", "20260107T090000Z", "ben (first line)"),
        ("20260107T090000Z", "20260108T090000Z", "cleo (first line)"),
    ]
    assert len({e["UID"] for e in events}) == 3
    assert calendar_text("x", [], START, "7").count("\r\n") == 7


def test_the_same_shifts_are_the_same_events_and_other_schedules_have_others() -> None:
    found = shifts(rota(["ana", "ben"]), START, START + WEEK)
    [one, again, other] = (read(calendar_text("x", found, START + n, key))[1] for n, key in enumerate("aab"))
    assert [e["UID"] for e in one] == [e["UID"] for e in again]
    assert {e["UID"] for e in one}.isdisjoint(e["UID"] for e in other)


@settings(max_examples=100)
@given(st.text(max_size=120), st.lists(st.text(max_size=60), max_size=3, unique=True))
def test_any_name_comes_through(title: str, names: list[str]) -> None:
    shift = Shift(START, START + 60, tuple(Person(name, ()) for name in names))
    head, events = read(calendar_text(title, [shift], START, "k"))
    told = [re.sub("\r\n|[\r\n\v\f\x85\u2028\u2029]", "\n", text) for text in (title, *sorted(names))]
    plain = ["".join(c for c in text if c in "\n\t" or not (c < " " or "\x7f" <= c <= "\x9f")) for text in told]
    assert head["X-WR-CALNAME"] == plain[0]
    assert [e["SUMMARY"] for e in events] == [f"{name} ({plain[0]})" for name in plain[1:]]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 50), st.sets(st.sampled_from("ABCD"))), min_size=1, max_size=8))
def test_events_cover_what_the_shifts_cover(parts: list[tuple[int, set[str]]]) -> None:
    found, at = [], START
    for length, names in parts:
        found.append(Shift(at, at + length, tuple(Person(name, ()) for name in sorted(names))))
        at += length
    _head, events = read(calendar_text("x", found, START, "k"))
    for instant in range(START, at):
        [shift] = [s for s in found if s.start <= instant < s.end]
        on = [e["SUMMARY"][0] for e in events if seconds(e["DTSTART"]) <= instant < seconds(e["DTEND"])]
        assert sorted(on) == list(shift.names)
    spans = sorted((e["SUMMARY"], seconds(e["DTSTART"]), seconds(e["DTEND"])) for e in events)
    assert all(a[0] != b[0] or a[2] < b[1] for a, b in pairwise(spans)), "nobody's time is cut in two"


def test_lines_are_folded_between_characters() -> None:
    assert list(folded("a" * 75)) == ["a" * 75]
    assert list(folded("a" * 76)) == ["a" * 75, " a"]
    assert list(folded("a" * 74 + "é")) == ["a" * 74, " é"]
    assert list(folded("值" * 50)) == ["值" * 25, " " + "值" * 24, " 值"]
