"""On-call schedules as a desk keeps them: one answer everywhere, in all zones, over every change of clocks.

The rules alone are held against a walk in steps in `test_oncall_properties`; here the same holds for what was written
down, laid over by hand, shown and exported. What people are told of it: `test_on_call_told`.
"""

import functools
import itertools
import json
import os
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.on_call_who import kept, people_at
from helpdesk_tui.rules.oncall import ends
from helpdesk_tui.store import journal
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.instants import DAY, parse_instant
from tests import journal_guard
from tests.desk_fixtures import ANA, FixedClock, fresh_desk
from tests.oncall_reference import STEP, Form, Walk, at, stamp
from tests.test_oncall_ics import read, seconds
from tests.test_oncall_properties import ZONES, forms, points, rotations

NAMES = ("A", "B", "C", "D", "E", "F", "G", "X", "P1", "P2", "P3", "D1", "D2", "D3", "N1", "N2")
_codes = itertools.count()


@functools.cache
def staffed() -> bytes:
    """The file of a desk with everybody whom schedules of tests name: made once a process."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-staffed-") as folder:
        path = Path(folder) / "desk.db"
        path.write_bytes(fresh_desk())
        with Desk.open(path, user=ANA, clock=FixedClock()) as opened:
            for name in NAMES:
                opened.people.add(name, login=name, email=f"{name}@example.org", agent=True)
            opened.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return path.read_bytes()


def opened(path: Path, clock: FixedClock) -> Desk:
    path.write_bytes(staffed())
    return Desk.open(path, user=ANA, clock=clock)


@pytest.fixture(scope="module")
def house() -> Iterator[Desk]:
    """One desk for all schedules that are only asked about."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-house-") as folder:
        with opened(Path(folder) / "desk.db", FixedClock()) as desk:
            yield desk
            assert journal_guard.unjournalled(desk.store.reader()) == []
            assert journal.verify(desk.store.reader()).ok


def keep(desk: Desk, form: Form, *parts: str) -> str:
    """Keep a schedule, of its hands only these parts; its code."""
    code = f"s{next(_codes)}"
    hands = ("overrides", "swaps", "temporary")
    desk.on_call.add(code, json.dumps({k: v for k, v in form.items() if k not in hands or k in parts}))
    return code


def on(desk: Desk, code: str, instant: int) -> frozenset[str]:
    """Who is on by the one answer that everybody asks."""
    logins = {key: str(login) for key, login in desk.store.query("SELECT id, login FROM person")}
    return frozenset(logins[key] for key in people_at(desk, code, instant))


def login(desk: Desk, person: int) -> str:
    found = desk.directory.person(person)
    assert found is not None and found.login is not None
    return found.login


def edges(rows: list[dict[str, Any]]) -> list[tuple[int, int, frozenset[str]]]:
    """The shifts that were shown: start, end, who."""
    return [
        (parse_instant(row["start_at"], 0), parse_instant(row["end_at"], 0), frozenset(row["people"])) for row in rows
    ]


def check_timeline(shown: list[tuple[int, int, frozenset[str]]], start: int, end: int) -> None:
    """The time is filled, one behind the other, and neighbours differ."""
    assert (shown[0][0], shown[-1][1]) == (start, end)
    assert all(low < high for low, high, _people in shown)
    assert all(one[1] == other[0] and one[2] != other[2] for one, other in pairwise(shown))


def instants(shown: list[tuple[int, int, frozenset[str]]], data: st.DataObject) -> list[int]:
    """Every edge, the seconds beside it, and some in between."""
    start, end = shown[0][0], shown[-1][1]
    beside = {low + n for low, _high, _people in shown for n in (-1, 0, 1)} | {end - 1}
    some = data.draw(st.lists(st.integers(start, end - 1), max_size=20))
    return [instant for instant in sorted({*beside, *some}) if start <= instant < end]


def turns(text: str) -> list[tuple[int, int, str]]:
    """The events of a calendar: start, end, whose."""
    _head, events = read(text)
    return [(seconds(e["DTSTART"]), seconds(e["DTEND"]), e["SUMMARY"].partition(" (")[0]) for e in events]


def alone(shown: list[tuple[int, int, frozenset[str]]]) -> list[tuple[int, int, str]]:
    """Each one's unbroken times, as a calendar has them."""
    found: list[tuple[int, int, str]] = []
    for name in {name for _low, _high, people in shown for name in people}:
        for low, high, people in shown:
            if name not in people:
                continue
            if found and found[-1][1:] == (low, name):
                found[-1] = (found[-1][0], high, name)
            else:
                found.append((low, high, name))
    return sorted(found, key=lambda turn: (turn[0], turn[2]))


# -- every zone --------------------------------------------------------------------------------------------------------


def test_these_are_zones_enough() -> None:
    assert len(ZONES) >= 20
    assert sum(len(points(zone)) > 1 for zone in ZONES) >= 20


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=3)
@given(data=st.data())
def test_round_the_clock_there_is_always_one_and_everybody_says_the_same(
    house: Desk, zone: str, data: st.DataObject
) -> None:
    """A kept rotation over a change of clocks: no gap, no overlap, nobody for no time; one answer wherever one asks."""
    around = data.draw(st.sampled_from(points(zone)))
    names = [*"ABCDEFG"[: data.draw(st.integers(2, 7))]]
    rotation = data.draw(rotations(zone, around, [*names]))
    rotation["anchor"]["at"] = stamp(around - data.draw(st.integers(8 * DAY, 4_000 * DAY)))
    form: Form = {"timezone": zone, "layers": [{"users": names, "rotation": rotation}]}
    start = around - 7 * DAY + data.draw(st.integers(0, 6 * DAY))
    end = start + 14 * DAY
    before = house.on_call.preview(json.dumps(form), start=start)
    code = keep(house, form)
    rows = house.on_call.show(code, start=start, days=14)
    shown = edges(rows)
    check_timeline(shown, start, end)
    assert all(len(people) == 1 for _low, _high, people in shown)
    order = [names.index(next(iter(people))) for _low, _high, people in shown]
    assert all((one + 1) % len(names) == other for one, other in pairwise(order))
    assert not any(row["gap"] or row["changed"] for row in rows)
    assert before["shifts"] == [row | {"schedule": "-"} for row in rows]
    assert before["warnings"] == [w for w in before["warnings"] if not w["code"].startswith("oncall.gap")]
    assert turns(house.on_call.export(code, start=start, days=14)["text"]) == alone(shown)
    near = [(low, high, people) for low, high, people in shown if abs(low - around) < 2 * DAY] or shown
    for instant in instants(near, data):
        assert on(house, code, instant) == next(p for low, high, p in near if low <= instant < high), instant
    for low, high, people in near[:3]:
        (told,) = house.on_call.now(code, at=low)
        assert frozenset(told["people"]) == people
        assert high == end or told["until_at"] == stamp(high)


def lay(desk: Desk, code: str, form: Form) -> Form:
    """Lay the hands of a form over a kept schedule, one verb each; the form with those that the desk took.

    Whoever is not on cannot be replaced, nobody swaps with themselves, and no time at all is no stretch of time.
    """
    taken: Form = {**form, "overrides": [], "swaps": [], "temporary": []}
    for override in form["overrides"]:
        people = override.get("user") or override.get("add")
        _laid(
            taken["overrides"], override, desk.on_call.override, code, kind=override["kind"],
            people=people and [people], removed=override.get("remove"), priority=override.get("priority", 0),
        )  # fmt: skip
    for swap in form["swaps"]:
        _laid(taken["swaps"], swap, desk.on_call.swap, code, requester=swap["requester"], taker=swap["taker"])
    for part in form["temporary"]:
        shifts = [{"start": at(s["start"]), "end": at(s["end"]), "people": s["user"]} for s in part["shifts"]]
        _laid(taken["temporary"], part, desk.on_call.temporary, code, shifts=shifts)
    return taken


def _laid(taken: list[Form], part: Form, verb: Any, code: str, **more: Any) -> None:
    try:
        verb(code, start=at(part["start"]), end=at(part["end"]), **more)
    except Invalid:
        return
    taken.append(part)


@settings(max_examples=30)
@given(forms(), st.data())
def test_every_form_that_is_kept_agrees_with_a_walk_in_steps(
    house: Desk, case: tuple[Form, int], data: st.DataObject
) -> None:
    """Layers of all forms, what is laid over them written with them or laid by hand: shown, asked, exported, walked."""
    form, around = case
    start, end = around - 4 * DAY, around + 4 * DAY
    by_hand = keep(house, form)
    taken = lay(house, by_hand, form)
    written = keep(house, taken, "overrides", "swaps", "temporary")
    walk = Walk(taken, start - 5 * DAY, end)
    shown = edges(house.on_call.show(by_hand, start=start, days=8))
    check_timeline(shown, start, end)
    assert edges(house.on_call.show(written, start=start, days=8)) == shown
    assert turns(house.on_call.export(by_hand, start=start, days=8)["text"]) == alone(shown)
    first = people_at(house, by_hand, start)
    stay = ends(kept(house, by_hand, start, end).rule, start, [f"#{person}" for person in first], end - start)
    gone = [next((low for low, _high, on in shown if login(house, person) not in on), None) for person in first]
    assert [stay.get(f"#{person}") for person in first] == gone
    for instant in instants(shown, data):
        walked = walk.on[instant // STEP * STEP]
        assert on(house, by_hand, instant) == on(house, written, instant) == walked, stamp(instant)
        assert next(people for low, high, people in shown if low <= instant < high) == walked


# -- the collected cases -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def collected() -> list[dict[str, Any]]:
    folder = os.environ.get("HELPDESK_TEST_DATA")
    if not folder:
        pytest.skip("HELPDESK_TEST_DATA is not set")
    cases: list[dict[str, Any]] = json.loads(Path(folder, "oncall-cases.json").read_text("utf-8"))["cases"]
    return cases


def test_every_collected_case_that_is_kept(house: Desk, collected: list[dict[str, Any]]) -> None:
    """Written down whole, laid over by hand, and read back as a document and kept again: the expected people each time."""
    for case in collected:
        form: Form = {"overrides": [], "swaps": [], "temporary": [], **case["schedule"]}
        by_hand, written = keep(house, form), keep(house, form, "overrides", "swaps", "temporary")
        assert lay(house, by_hand, form) == form, case["id"]
        again = f"s{next(_codes)}"
        house.on_call.add(again, json.dumps(house.on_call.document(written)))
        for query in case["queries"]:
            instant, expected = at(query["at"]), frozenset(query["expect"])
            where = (case["id"], query["at"])
            for code in (by_hand, written, again):
                assert on(house, code, instant) == expected, where
                (told,) = house.on_call.now(code, at=instant)
                assert (frozenset(told["people"]), told["gap"]) == (expected, not expected), where
                known = house.on_call.history(code, instant, as_known_now=True)
                assert frozenset(known["people"]) == expected, where


def test_every_collected_hand_off_of_a_kept_rotation(house: Desk, collected: list[dict[str, Any]]) -> None:
    seen = 0
    for case in collected:
        if "expected_handoffs" not in case or "rotation" not in case["schedule"]["layers"][0]:
            continue
        expected = [at(text) for text in case["expected_handoffs"]]
        days = (expected[-1] - expected[0]) // DAY + 1
        shown = edges(house.on_call.show(keep(house, case["schedule"]), start=expected[0], days=days))
        assert [low for low, _high, _people in shown][: len(expected)] == expected, case["id"]
        seen += 1
    assert seen >= 12
