"""On-call schedules at a desk: who is on, what hands do to it, what the past answers, who is told at a hand-off."""

import json
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.on_call_who import people_at, schedules_of_team
from helpdesk_tui.desk.registry import call
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Entry
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, NotPermitted, Usage
from helpdesk_tui.vocabulary.instants import DAY, HOUR, WEEK, parse_instant
from tests.desk_fixtures import ANA, START, FixedClock, clock, desk, fresh_desk  # noqa: F401

FILE = """\
name = "Network around the clock"
timezone = "Europe/Berlin"
team = "network"

[[layers]]
name = "first"
priority = 2
users = ["bo", "chen"]
rotation = {unit = "week", start = 2026-02-23T09:00:00}

[[layers]]
name = "second"
priority = 1
users = ["dee@example.org"]
always = true
"""
HANDOFF = parse_instant("2026-03-09T08:00:00Z", 0)


def staff(desk: Desk) -> dict[str, int]:  # noqa: F811
    found: dict[str, int] = {}
    for login in ("bo", "chen", "dee", "eve"):
        person = desk.people.add(
            login.title(), login=login, email=f"{login}@example.org", phone=f"+49 30 55{len(found)}", agent=True,
            roles=["technical_support"], teams=["network"],
        )  # fmt: skip
        found[login] = person["id"]
    return found


@pytest.fixture
def people(desk: Desk) -> dict[str, int]:  # noqa: F811
    return staff(desk)


@pytest.fixture
def net(desk: Desk, people: dict[str, int]) -> Desk:  # noqa: F811
    desk.on_call.add("net", FILE)
    return desk


def on(desk: Desk, at: int, **more: Any) -> list[str]:  # noqa: F811
    return [desk.directory.person(key).login for key in people_at(desk, "net", at, **more)]  # type: ignore[union-attr,misc]


def enter(desk: Desk, login: str) -> Desk:  # noqa: F811
    return Desk.open(desk.store.path, user=OsUser(4000, login), clock=desk.clock)


# -- schedules ---------------------------------------------------------------------------------------------------------


def test_a_schedule_is_kept_with_ids_and_given_back_as_it_was_written(net: Desk, people: dict[str, int]) -> None:
    (row,) = net.on_call.schedules()
    assert row == {
        "code": "net", "name": "Network around the clock", "timezone": "Europe/Berlin", "team": "network", "active": True,
        "layers": 2, "people": 3, "version": 1,
    }  # fmt: skip
    stored = net.store.query("SELECT document FROM on_call_schedule")[0][0]
    assert f'"#{people["bo"]}"' in stored and "bo" not in stored and "dee" not in stored
    again = net.on_call.document("net")
    assert again["layers"][0]["users"] == ["bo", "chen"] and again["layers"][1]["users"] == ["dee"]
    assert net.on_call.edit("net", json.dumps(again))["version"] == 1  # nothing has changed
    assert schedules_of_team(net, net.directory.team("network").id) == ["net"]


def test_a_rename_keeps_who_is_on(net: Desk, people: dict[str, int]) -> None:
    net.people.edit("chen", {"login": "chen.li"})
    assert people_at(net, "net", START) == [people["chen"]]
    assert net.on_call.now()[0]["people"] == ["chen.li"]


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ('"chen"]', '"cheng"]', 8, "layers[0].users[1]: nobody is known as cheng"),
        ('unit = "week"', 'unit = "weak"', 9, "layers[0].rotation.unit: weak is not known; did you mean week?"),
        ("always = true", "alway = true", 15, "layers[1].alway: there is no such key; did you mean always?"),
        ("Europe/Berlin", "Europe/Bärlin", 2, "timezone: Europe/Bärlin is no known time zone"),
        ('"dee@example.org"', '"guest@example.org"', 14, "layers[1].users[0]: guest@example.org does not work at this"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_key(net: Desk, old: str, new: str, line: int, key: str) -> None:
    net.people.add("Guest", email="guest@example.org")
    assert FILE.count(old) == 1
    with pytest.raises(Invalid) as refused:
        net.on_call.add("other", FILE.replace(old, new))
    text = str(refused.value)
    assert key in text
    assert text.startswith(f"line {line}: "), text


@pytest.mark.parametrize("text", ["[[layers", '{"layers": [}', "", "[]", "x" * 1_048_577])
def test_what_is_no_schedule_at_all_is_refused(net: Desk, text: str) -> None:
    with pytest.raises(Invalid):
        net.on_call.add("other", text)


def test_gaps_and_people_who_are_not_active_are_told_and_allowed(net: Desk) -> None:
    net.people.deactivate("eve")
    layer = {"users": ["eve"], "window": {"days": ["MO"], "start": "09:00", "end": "17:00"}}
    month = {"users": ["bo", "dee"], "rotation": {"unit": "month", "start": "2027-01-31T09:00"}, "name": "m"}
    made = net.on_call.add("gappy", json.dumps({"layers": [layer, month]}))
    assert [w["code"] for w in made["warnings"]] == ["oncall.inactive", "oncall.month_end", *["oncall.gap"] * 2]
    assert made["warnings"][2]["sentence"] == "nobody is on call from 2026-03-02T17:00:00Z to 2026-03-09T09:00:00Z"
    nobody = net.on_call.add("empty", "{}")
    assert [w["code"] for w in nobody["warnings"]] == ["oncall.nobody_at_all"]


def test_whoever_is_on_turn_stays_so_when_the_list_changes(net: Desk, people: dict[str, int]) -> None:
    before = [row["people"] for row in net.on_call.show("net")]
    made = net.on_call.edit("net", FILE.replace('["bo", "chen"]', '["bo", "eve", "chen"]'))
    assert [w["code"] for w in made["warnings"]] == ["oncall.turn_kept"]
    assert before[:3] == [["chen"], ["bo"], ["chen"]]
    assert [row["people"] for row in net.on_call.show("net")] == [["chen"], ["bo"], ["eve"]]
    # Again from its own text, and with the one on turn taken out, which no anchor can mend.
    text = json.loads(json.dumps(net.on_call.document("net")))
    text["layers"][0]["users"] = ["eve", "chen"]
    net.on_call.edit("net", json.dumps(text))
    assert on(net, START) == ["chen"]


def test_a_preview_writes_nothing_and_tells_what_would_change(net: Desk) -> None:
    head = net.store.head()
    found = net.on_call.preview(FILE.replace("09:00:00", "10:00:00"), "net")
    assert net.store.head() == head
    assert [(c["start_at"], c["before"], c["after"]) for c in found["changes"]] == [
        ("2026-03-09T08:00:00Z", ["bo"], ["chen"]),
        ("2026-03-16T08:00:00Z", ["chen"], ["bo"]),
    ]
    assert found["changes"][0]["end_at"] == "2026-03-09T09:00:00Z"
    assert [row["people"] for row in found["shifts"]] == [["chen"], ["bo"]]
    assert net.on_call.preview(FILE)["changes"] == []


def test_a_schedule_out_of_use_has_nobody_on(net: Desk) -> None:
    net.on_call.edit("net", active=False)
    assert people_at(net, "net", START) == [] == net.on_call.now()
    assert schedules_of_team(net, net.directory.team("network").id) == []
    assert [row["gap"] for row in net.on_call.show("net")] == [True]
    assert (
        net.store.query("SELECT due_at FROM timer WHERE subject_type = 'on_call_schedule' AND fired_at IS NULL") == []
    )


# -- hands -------------------------------------------------------------------------------------------------------------


def test_overrides_of_every_kind(net: Desk) -> None:
    at = START + DAY
    net.on_call.override("net", start=at, end=at + 60, kind="replace", removed="chen", people=["eve"])
    net.on_call.override("net", start=at + 60, end=at + 120, kind="add", people=["eve"])
    net.on_call.override("net", start=at + 120, end=at + 180, kind="remove", removed="chen")
    net.on_call.override("net", start=at + 180, end=at + 240, people=["dee", "eve"], note="training")
    assert [on(net, at + n) for n in (-1, 0, 60, 120, 180, 240)] == [
        ["chen"], ["eve"], ["chen", "eve"], [], ["dee", "eve"], ["chen"],
    ]  # fmt: skip
    rows = net.on_call.show("net", start=at - 60, days=1)
    assert [(r["changed"], r["gap"]) for r in rows[:6]] == [
        (False, False), (True, False), (True, False), (True, True), (True, False), (False, False),
    ]  # fmt: skip
    assert rows[1]["reasons"][-1]["sentence"] == "override OC-1: in the place of chen"
    assert [c["ref"] for c in net.on_call.changes("net")] == ["OC-1", "OC-2", "OC-3", "OC-4"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "cover"}, {"kind": "remove", "people": ["eve"]}, {"kind": "replace", "people": ["eve"]},
        {"kind": "add", "people": ["eve"], "removed": "chen"},
    ],
)  # fmt: skip
def test_an_override_without_what_it_needs_is_refused(net: Desk, wrong: dict[str, Any]) -> None:
    with pytest.raises(Usage):
        net.on_call.override("net", start=START, end=START + 60, **wrong)


def test_an_override_that_cannot_be_meant_is_refused(net: Desk) -> None:
    for wrong in (
        {"start": START, "end": START, "people": ["eve"]},
        {"start": START, "end": START + 60, "kind": "remove", "removed": "bo"},
        {"start": START, "end": START + 60, "kind": "remvoe", "removed": "chen"},
        {"start": START, "end": START + 60, "people": ["nobody"]},
        {"start": START, "end": START + 400 * DAY, "people": ["eve"]},
    ):
        with pytest.raises(Invalid):
            net.on_call.override("net", **wrong)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        net.on_call.override("nett", start=START, end=START + 60, people=["eve"])


def test_a_temporary_schedule_suspends_everything(net: Desk) -> None:
    shifts = [{"start": START + HOUR, "end": START + 2 * HOUR, "people": ["eve", "dee"]}]
    net.on_call.temporary("net", start=START, end=START + 3 * HOUR, shifts=shifts, note="move of the data centre")
    assert [on(net, START + n * HOUR) for n in range(4)] == [[], ["dee", "eve"], [], ["chen"]]
    with pytest.raises(Invalid, match=r"shifts\[0\]"):
        net.on_call.temporary("net", start=START, end=START + 60, shifts=shifts)
    with pytest.raises(Invalid, match=r"shifts\[0\]"):
        net.on_call.temporary("net", start=START, end=START + 60, shifts=[{"start": 1}])


def test_a_swap_counts_once_somebody_takes_it(net: Desk) -> None:
    with enter(net, "chen") as chen:
        asked = chen.on_call.swap("net", start=START + DAY, end=START + 2 * DAY, note="doctor")
        assert asked["state"] == "asked" and asked["removed"] == "chen"
        with pytest.raises(Invalid, match="themselves"):
            chen.on_call.take(asked["id"])
        with pytest.raises(Invalid, match="bo is not on call"):
            chen.on_call.swap("net", start=START, end=START + 60, requester="bo")
    assert on(net, START + DAY) == ["chen"]
    assert net.on_call.now()[0]["open_swaps"] == 1
    with enter(net, "eve") as eve:
        assert eve.on_call.take(asked["id"], version=1)["state"] == "standing"
        with pytest.raises(Conflict):
            eve.on_call.take(asked["id"])
    assert [on(net, START + DAY + n) for n in (-1, 0, DAY - 1, DAY)] == [["chen"], ["eve"], ["eve"], ["chen"]]
    with enter(net, "eve") as eve:
        eve.on_call.withdraw(asked["id"])
        with pytest.raises(Conflict):
            eve.on_call.withdraw(asked["id"])
    assert on(net, START + DAY) == ["chen"]


def test_who_has_only_their_own_turns_may_swap_those_and_no_more(net: Desk) -> None:
    net.people.add("Fay", login="fay", agent=True, roles=["customer_service"])
    net.on_call.edit("net", FILE.replace('["bo", "chen"]', '["bo", "chen", "fay"]'))
    later = START + WEEK  # after the hand-off
    with enter(net, "fay") as fay:
        turn = next(row for row in fay.on_call.show("net", days=40) if row["people"] == ["fay"])
        at = parse_instant(turn["start_at"], 0)
        swap = fay.on_call.swap("net", start=at, end=at + HOUR)
        with pytest.raises(NotPermitted):
            fay.on_call.swap("net", start=later, end=later + HOUR, requester="bo")
        with pytest.raises(NotPermitted):
            fay.on_call.swap("net", start=at, end=at + HOUR, taker="eve")
        with pytest.raises(NotPermitted):
            fay.on_call.override("net", start=at, end=at + HOUR, people=["fay"])
        other = net.on_call.override("net", start=at, end=at + HOUR, people=["eve"])
        with pytest.raises(NotPermitted):
            fay.on_call.withdraw(other["id"])
        assert fay.on_call.withdraw(swap["id"])["state"] == "withdrawn"


def test_hands_are_taken_back(net: Desk) -> None:
    made = net.on_call.override("net", start=START, end=START + DAY, people=["eve"])
    net.on_call.withdraw(made["id"])
    net.undoing.last()
    assert on(net, START) == ["eve"]
    net.undoing.last()
    assert on(net, START) == ["chen"] and net.on_call.changes(state="all") == []
    net.undoing.redo()
    assert on(net, START) == ["eve"]
    net.on_call.edit("net", FILE.replace('"chen"', '"dee"'))
    net.undoing.last()
    assert on(net, START + 2 * DAY) == ["chen"]
    seq = net.store.query("SELECT seq FROM journal WHERE verb = 'oncall.add'")[0][0]
    assert net.undoing.entry(seq)["conflicts"][0]["fields"] == ["in use"]


# -- the past ----------------------------------------------------------------------------------------------------------


def test_the_past_does_not_move_when_somebody_edits_it(net: Desk, clock: FixedClock) -> None:  # noqa: F811
    at = clock.now + HOUR
    clock.forward(2 * HOUR)
    assert net.on_call.history("net", at)["people"] == ["chen"]
    net.on_call.override("net", start=at - 60, end=at + 60, people=["eve"])
    clock.forward(DAY)
    net.on_call.edit("net", FILE.replace('"chen"', '"dee"'))
    assert net.on_call.history("net", at)["people"] == ["chen"]
    assert net.on_call.history("net", at, as_known_now=True)["people"] == ["eve"]
    assert on(net, at, known_at=at) == ["chen"]
    assert on(net, at, known_at=at + HOUR) == ["eve"]
    net.undoing.last()
    net.undoing.last()
    assert net.on_call.history("net", at, as_known_now=True)["people"] == ["chen"]
    assert on(net, at, known_at=at + HOUR) == ["eve"]  # that is what was known then
    with pytest.raises(NotFound):
        net.on_call.history("net", START - 1)


def test_the_past_of_a_schedule_that_was_off(net: Desk, clock: FixedClock) -> None:  # noqa: F811
    clock.forward(HOUR)
    net.on_call.edit("net", active=False)
    clock.forward(HOUR)
    assert on(net, START + 60, known_at=START + 60) == ["chen"]
    assert on(net, START + 60) == []
    with net.at(START + 60) as then:
        assert people_at(then, "net", START + 60) == people_at(net, "net", START + 60, known_at=START + 60)


# -- hand-offs ---------------------------------------------------------------------------------------------------------


def due(desk: Desk) -> list[int]:  # noqa: F811
    return [at for (at,) in desk.store.query("SELECT due_at FROM timer WHERE fired_at IS NULL AND kind = 'handoff'")]


def handed(desk: Desk) -> list[Entry]:  # noqa: F811
    entries = journal.read(desk.store.reader(), journal.ALL)
    return [entry for entry in entries if entry.verb == "oncall.handoff"]


def told(entry: Entry) -> list[dict[str, Any]]:
    return [reason for reason in entry.reasons if reason["code"] == "notify.people"]


def test_whoever_comes_on_is_told_at_the_hand_off(net: Desk, clock: FixedClock, people: dict[str, int]) -> None:  # noqa: F811
    assert due(net) == [HANDOFF]
    clock.now = HANDOFF - 1
    assert net.timers.fire_due()["fired"] == 0
    clock.now = HANDOFF + 5
    assert net.timers.fire_due()["fired"] == 1
    (entry,) = handed(net)
    assert entry.at == HANDOFF and entry.actor_id is None and entry.origin == "timer"
    assert told(entry) == [
        {
            "code": "notify.people", "people": [people["bo"]], "what": "oncall.shift", "severity": 4,
            "schedule": "Network around the clock", "until": "2026-03-16T08:00:00Z",
        }
    ]  # fmt: skip
    assert due(net) == [HANDOFF + WEEK]
    assert net.timers.fire_due()["fired"] == 0


def test_hand_offs_missed_are_told_once(net: Desk, clock: FixedClock, people: dict[str, int]) -> None:  # noqa: F811
    clock.now = HANDOFF + 4 * WEEK + 60  # five hand-offs, and bo is on
    net.timers.fire_due()
    (entry,) = handed(net)
    assert [reason["people"] for reason in told(entry)] == [[people["bo"]]]
    assert due(net)[0] > clock.now
    clock.now = due(net)[0] + WEEK  # over two, back to the one before: nobody comes on
    net.timers.fire_due()
    assert len(handed(net)) == 1


def test_every_change_sets_the_hand_off_anew(net: Desk, clock: FixedClock) -> None:  # noqa: F811
    made = net.on_call.override("net", start=START + HOUR, end=START + 2 * HOUR, people=["eve"])
    assert due(net) == [START + HOUR]
    net.on_call.withdraw(made["id"])
    assert due(net) == [HANDOFF]
    net.undoing.last()
    assert due(net) == [START + HOUR]
    net.undoing.last()
    assert due(net) == [HANDOFF]
    net.on_call.edit("net", FILE.replace("09:00:00", "09:30:00"))
    assert due(net) == [HANDOFF + 1800]
    net.on_call.edit("net", json.dumps({"layers": [{"users": ["bo"], "always": True}]}))
    clock.now = due(net)[0]
    assert clock.now == START + 31 * DAY  # nothing changes; it looks again
    assert net.timers.fire_due()["fired"] == 1 and handed(net) == []
    assert due(net) == [clock.now + 31 * DAY]


def test_a_gap_that_begins_is_in_the_journal(net: Desk, clock: FixedClock) -> None:  # noqa: F811
    net.on_call.override("net", start=START + HOUR, end=START + 2 * HOUR, kind="remove", removed="chen")
    clock.forward(HOUR)
    net.timers.fire_due()
    (entry,) = handed(net)
    assert [reason["code"] for reason in entry.reasons] == ["oncall.unmanned"]


# -- to take along -----------------------------------------------------------------------------------------------------


def test_the_page_has_names_and_numbers_and_the_calendar_the_turns(net: Desk) -> None:
    net.on_call.override("net", start=START, end=START + HOUR, kind="remove", removed="chen")
    page = net.on_call.export(form="text")["text"]
    assert "2026-03-02 10:00 - 2026-03-02 11:00  *** nobody ***" in page  # in Berlin
    assert "2026-03-02 11:00 - 2026-03-09 09:00  Chen" in page
    assert page.splitlines()[-1].split() == ["Chen", "+49", "30", "551", "chen"]
    assert all(len(line) <= 80 for line in page.splitlines())
    text = net.on_call.export("net")["text"]
    assert text == net.on_call.export("net")["text"]
    assert text.count("BEGIN:VEVENT") == 3 and "DTSTART:20260309T080000Z" in text and "SUMMARY:Bo (Network" in text
    with pytest.raises(Usage):
        net.on_call.export()
    with pytest.raises(Invalid):
        net.on_call.export("net", form="pdf")


def test_names_are_veiled_from_those_who_may_not_know_them(net: Desk) -> None:
    net.people.add("Quin", login="quin", agent=True, roles=["quality"])
    with enter(net, "quin") as quin:
        everything = json.dumps(
            [
                quin.on_call.now(), quin.on_call.show("net"), quin.on_call.brief("net"), quin.on_call.export("net"),
                quin.on_call.export("net", form="text"), quin.on_call.history("net", START),
            ]
        )  # fmt: skip
        assert "Chen" not in everything and "chen" not in everything and "+49" not in everything


def test_the_brief_tells_what_waits_for_whoever_comes_on(net: Desk, people: dict[str, int]) -> None:
    number = net.tickets.open("core switch down", set={"kind": "incident"})["number"]
    net.tickets.assign(number, team="network")
    net.tickets.pin(number, "critical", reason="x")
    quiet = net.tickets.open("slow printer", set={"kind": "incident"})["number"]
    net.tickets.assign(quiet, team="network", assignee="none")
    net.paging.page(number, reason="x", people=["eve"])
    net.events.ingest([{"source": "generic", "status": "firing", "severity": "warning", "key": "k", "summary": "hot"}])
    net.maintenance.add("patch day", start=START, end=START + HOUR, cis=["sw-1"])
    swap = net.on_call.swap("net", start=HANDOFF, end=HANDOFF + DAY, requester="bo")
    found = net.on_call.brief("net")
    assert (found["at"], found["until_at"]) == ("2026-03-09T08:00:00Z", "2026-03-16T08:00:00Z")
    assert (found["going"], found["coming"], found["staying"]) == (["chen"], ["bo"], [])
    assert [row["number"] for row in found["incidents"]] == [number]
    assert [row["summary"] for row in found["alerts"]] == ["hot"]
    assert [row["title"] for row in found["maintenance"]] == ["patch day"]
    assert [row["number"] for row in found["paged"]] == [number]
    assert [row["ref"] for row in found["changes"]] == [swap["ref"]]
    assert found["actions"] == []
    earlier = net.on_call.brief("net", at=START - DAY)
    assert (earlier["at"], earlier["coming"], earlier["staying"]) == ("2026-03-01T09:00:00Z", [], ["bo"])


def test_verbs_take_what_json_holds(net: Desk) -> None:
    call(net, "oncall.override", {"schedule": "net", "start": START, "end": START + 60, "people": ["eve"]})
    assert call(net, "oncall.now", {})[0]["people"] == ["eve"]


# -- one answer --------------------------------------------------------------------------------------------------------

DST = parse_instant("2026-03-27T00:00:00Z", 0)  # clocks go forward on the 29th


@pytest.fixture(scope="module")
def kept() -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "desk.db"
        path.write_bytes(fresh_desk())
        with Desk.open(path, user=ANA, clock=FixedClock(DST)) as opened:
            staff(opened)
            hours = FILE.replace(
                'unit = "week", start = 2026-02-23T09:00:00', 'unit = "hour", length = 5, start = 2026-03-26T21:00'
            )
            opened.on_call.add("net", hours.replace("2026-03-26T21:00", "2026-03-26T21:00:00"))
            yield opened


hands = st.lists(
    st.tuples(
        st.sampled_from(("cover", "replace", "add", "remove", "swap", "temporary", "undo", "withdraw")),
        st.integers(0, 7 * 24 * 4 - 1),
        st.integers(1, 200),
        st.sampled_from(("bo", "chen", "dee", "eve")),
        st.sampled_from(("bo", "chen", "dee", "eve")),
    ),
    max_size=6,
)


def lay(desk: Desk, kind: str, start: int, end: int, one: str, other: str) -> None:  # noqa: F811
    if kind == "undo":
        if desk.on_call.changes(state="all"):
            desk.undoing.last()
    elif kind == "withdraw":
        standing = desk.on_call.changes(state="open")
        if standing:
            desk.on_call.withdraw(standing[0]["id"])
    elif kind == "swap":
        desk.on_call.swap("net", start=start, end=end, requester=one, taker=other)
    elif kind == "temporary":
        middle = (start + end) // 2
        desk.on_call.temporary("net", start=start, end=end, shifts=[{"start": start, "end": middle, "people": [one]}])
    else:
        removed = one if kind in ("replace", "remove") else None
        desk.on_call.override(
            "net", start=start, end=end, kind=kind, removed=removed, people=None if kind == "remove" else [other]
        )


@settings(max_examples=20)
@given(hands, st.lists(st.integers(0, 7 * DAY - 1), min_size=1, max_size=12))
def test_who_is_on_at_an_instant_is_the_shift_that_is_listed_there(
    kept: Desk, done: list[tuple[str, int, int, str, str]], instants: list[int]
) -> None:
    clear = kept.on_call.changes(state="open")
    for change in clear:
        kept.on_call.withdraw(change["id"])
    for kind, start, length, one, other in done:
        try:
            lay(kept, kind, DST + start * 900, DST + (start + length) * 900, one, other)
        except Invalid:
            continue  # whoever was not on cannot be replaced
    shown = kept.on_call.show("net", start=DST, days=7)
    edges = [parse_instant(row["start_at"], 0) for row in shown]
    assert edges[0] == DST and parse_instant(shown[-1]["end_at"], 0) == DST + 7 * DAY
    assert all(a["end_at"] == b["start_at"] and a["ids"] != b["ids"] for a, b in pairwise(shown))
    for at in [*edges, *(edge - 1 for edge in edges[1:]), *(DST + n for n in instants)]:
        listed = next(row for row in shown if parse_instant(row["start_at"], 0) <= at < parse_instant(row["end_at"], 0))
        assert people_at(kept, "net", at) == listed["ids"], at
    # What the journal tells of now is what the rows say now.
    for at in instants[:2]:
        assert people_at(kept, "net", DST + at, known_at=kept.now()) == people_at(kept, "net", DST + at)
