"""Whoever comes on call is told: at every hand-off in every zone, and when somebody's hands put them on."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_tui.cli import worker
from helpdesk_tui.desk import outbox
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.intake.sending import Channels
from helpdesk_tui.intake.sending.config import Mail
from helpdesk_tui.rules.delivery import HOLD
from helpdesk_tui.store import journal
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import translated
from helpdesk_tui.vocabulary.instants import DAY, HOUR
from tests import journal_guard
from tests.desk_fixtures import START, FixedClock
from tests.loopback import MailServer, serving
from tests.oncall_reference import Form, stamp
from tests.test_on_call_kept import NAMES, edges, keep, on, opened
from tests.test_oncall_properties import ZONES, points


def due(desk: Desk, code: str) -> int:
    """When the next hand-off of a schedule is set."""
    [(instant,)] = desk.store.query(
        "SELECT t.due_at FROM timer t JOIN on_call_schedule s ON s.id = t.subject"
        " WHERE t.subject_type = 'on_call_schedule' AND t.fired_at IS NULL AND s.code = ?",
        (code,),
    )
    return int(instant)


def mailed(desk: Desk) -> list[tuple[int, str, str]]:
    """What is to be mailed: since when, to whom, what."""
    rows = desk.store.query("SELECT created_at, address, document FROM outbox WHERE channel = 'email' ORDER BY id")
    return [(made, address.partition("@")[0], json.loads(document)["what"]) for made, address, document in rows]


@pytest.mark.parametrize("zone", ZONES)
def test_every_hand_off_is_told_to_who_comes_on_when_it_comes(tmp_path: Path, zone: str) -> None:
    """Timers, journal and outbox over a change of clocks: each shift is told once, at its instant, to its people only."""
    around = next((instant for instant in points(zone) if instant > START + 3 * DAY), START + 10 * DAY)
    clock = FixedClock(around - 2 * DAY)
    with opened(tmp_path / "desk.db", clock) as desk:
        for name in "ABC":
            desk.notifying.add("email", person=name)
        rotation = {
            "unit": "hour", "length": 5, "start": datetime.fromtimestamp(around, ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M"),
            "anchor": {"at": stamp(START), "user": "A"},
        }  # fmt: skip
        code = keep(desk, {"timezone": zone, "layers": [{"users": ["A", ["B", "C"], "C"], "rotation": rotation}]})
        shown = edges(desk.on_call.show(code, start=clock.now, days=4))
        assert len(shown) > 15
        # Whoever is on from the first second on is told by what made the schedule.
        assert outbox.collect(desk) == len(shown[0][2])
        for (_low, _high, gone), (low, _until, people) in pairwise(shown):
            assert due(desk, code) == low
            clock.now = low - 1
            assert (desk.timers.fire_due()["fired"], outbox.collect(desk)) == (0, 0)
            clock.now = low
            assert desk.timers.fire_due()["fired"] == 1
            assert outbox.collect(desk) == len(people - gone)
            assert (desk.timers.fire_due()["fired"], outbox.collect(desk)) == (0, 0)
        assert mailed(desk) == [
            (low, name, "oncall.shift")
            for (_low, _high, gone), (low, _until, people) in pairwise([(0, 0, frozenset[str]()), *shown])
            for name in sorted(people - gone)
        ]
        assert journal_guard.unjournalled(desk.store.reader()) == []
        assert journal.verify(desk.store.reader()).ok


DAILY: Form = {
    "timezone": "UTC",
    "layers": [
        {"users": ["A", "B"], "rotation": {
            "unit": "day", "length": 1, "start": "2026-03-02T12:00", "anchor": {"at": "2026-03-01T12:00Z", "user": "A"},
        }},
    ],
}  # fmt: skip
NOON = START + 3 * HOUR


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def desk(tmp_path: Path, clock: FixedClock) -> Iterator[Desk]:
    """A desk whose people are told by mail, with a daily rotation: A until noon, then B."""
    with opened(tmp_path / "desk.db", clock) as desk:
        for name in NAMES:
            desk.notifying.add("email", person=name)
        desk.on_call.add("net", json.dumps(DAILY))
        outbox.collect(desk)
        assert mailed(desk) == [(START, "A", "oncall.shift")]
        yield desk
        assert journal_guard.unjournalled(desk.store.reader()) == []
        assert journal.verify(desk.store.reader()).ok


def news(desk: Desk, seen: int = 1) -> list[str]:
    """Who is told after so many mails."""
    outbox.collect(desk)
    return [name for _at, name, _what in mailed(desk)[seen:]]


def bodies(desk: Desk) -> list[str]:
    rows = desk.store.query("SELECT document FROM outbox WHERE channel = 'email' ORDER BY id")
    return [json.loads(document)["body"] for (document,) in rows]


def test_who_is_put_on_there_and_then_is_told_at_once(desk: Desk, clock: FixedClock) -> None:
    desk.on_call.override("net", start=START - 60, end=START + HOUR, kind="add", people=["C"])
    assert news(desk) == ["C"]
    assert bodies(desk)[1:] == ["Until 2026-03-02T10:00:00Z."]
    clock.forward(60)
    desk.on_call.override("net", start=clock.now + 60, end=clock.now + HOUR, kind="add", people=["D"])
    assert news(desk, 2) == []  # not yet
    desk.on_call.edit("net", json.dumps({"layers": [{"users": ["A", "E"], "always": True}]}))
    assert news(desk, 2) == ["E"]
    assert bodies(desk)[2:] == ["No end is set for the next 31 days."]
    desk.on_call.swap("net", start=START, end=START + DAY, requester="E", taker="F")
    assert news(desk, 3) == ["F"]
    clock.forward(60)
    desk.timers.fire_due()
    assert news(desk, 4) == ["D"]
    desk.on_call.edit("net", active=False)
    desk.on_call.edit("net", active=True)
    assert sorted(news(desk, 5)) == ["A", "C", "D", "F"]


def test_whoever_puts_themselves_on_need_not_be_told(desk: Desk) -> None:
    made = desk.on_call.override("net", start=START, end=START + HOUR, people=["ana"])
    assert news(desk) == []
    desk.on_call.withdraw(made["id"])
    assert news(desk) == ["A"]


def test_an_undo_takes_the_message_back_and_tells_who_is_on_again(desk: Desk) -> None:
    desk.on_call.override("net", start=START, end=START + HOUR, people=["C"])
    assert news(desk) == ["C"]
    desk.undoing.last()
    assert news(desk) == ["C", "A"]
    assert [(one["who"], one["state"]) for one in desk.notifying.outbox() if one["channel"] == "email"][:2] == [
        ("A", "waiting"), ("C", "withdrawn"),
    ]  # fmt: skip


def test_a_hand_off_that_nobody_noticed_is_made_up_for_by_the_next_change(desk: Desk, clock: FixedClock) -> None:
    """Programs that tick were down at noon: a change in the afternoon, of whatever days, loses nobody's message."""
    clock.now = NOON + HOUR
    desk.on_call.override("net", start=NOON + 5 * DAY, end=NOON + 5 * DAY + HOUR, people=["C"])
    assert news(desk) == ["B"]
    assert due(desk, "net") == NOON + DAY
    entries = [e for e in journal.read(desk.store.reader(), journal.ALL) if e.verb == "oncall.handoff"]
    assert [(e.at, e.actor_id, e.origin, e.batch) for e in entries] == [(NOON, None, "timer", None)]
    # It stays when what brought it to light is taken back.
    desk.undoing.last()
    assert desk.on_call.changes(state="all") == []
    assert desk.timers.fire_due()["fired"] == 0
    assert news(desk) == ["B"]
    assert {one["state"] for one in desk.notifying.outbox() if one["who"] == "B"} == {"waiting", "sent"}


def test_a_change_that_takes_them_off_again_spares_them_the_message(desk: Desk, clock: FixedClock) -> None:
    clock.now = NOON + HOUR
    desk.on_call.override("net", start=clock.now, end=clock.now + HOUR, people=["C"])
    assert news(desk) == ["C"]
    clock.forward(HOUR)
    desk.timers.fire_due()
    assert news(desk) == ["C", "B"]


def test_everybody_is_told_until_when_they_themselves_are_on(desk: Desk, clock: FixedClock) -> None:
    windows = [{"users": ["C"], "window": {"start": "10:00", "end": "20:00"}}, {"users": ["D"], "window": {"start": "10:00", "end": "11:00"}}]  # fmt: skip
    desk.on_call.edit("net", json.dumps({"layers": windows}))
    clock.now = START + HOUR
    desk.timers.fire_due()
    assert news(desk) == ["C", "D"]
    assert bodies(desk)[1:] == ["Until 2026-03-02T20:00:00Z.", "Until 2026-03-02T11:00:00Z."]


def content(mail: Any) -> str:
    return str(mail.get_content()).strip()


def test_the_worker_mails_who_comes_on_in_their_language(desk: Desk, clock: FixedClock) -> None:
    """Timer, journal, outbox and mail server, by the rounds of the worker alone."""
    desk.people.edit("B", {"language": "zh_CN"})
    with serving(MailServer) as server:
        known = Channels(Mail("127.0.0.1", server.server_address[1], sender="Desk <desk@example.org>"))
        for clock.now in (START + HOLD, NOON - 1, NOON, NOON + HOLD, NOON + HOUR, NOON + DAY, NOON + DAY + HOLD):
            worker.one_round(desk, known, "w")
        sent = [(mail["To"], mail["Subject"], content(mail)) for mail in server.mails]
    assert sent == [
        ("A@example.org", "You are on call: net", "Until 2026-03-02T12:00:00Z."),
        ("B@example.org", translated("You are on call: {schedule}", "zh_CN").format(schedule="net"), sent[1][2]),
        ("A@example.org", "You are on call: net", "Until 2026-03-04T12:00:00Z."),
    ]
    assert sent[1][1] != "You are on call: net" and "2026-03-03T12:00:00Z" in sent[1][2]
    assert {one["state"] for one in desk.notifying.outbox()} == {"sent"}


deeds = st.lists(
    st.tuples(
        st.sampled_from(
            ("wait", "wait", "tick", "cover", "replace", "add", "remove", "swap", "withdraw", "edit", "undo")
        ),
        st.integers(-8, 8),
        st.integers(1, 60),
        st.sampled_from("ABCD"),
        st.sampled_from("ABCD"),
    ),
    max_size=12,
)


def do(desk: Desk, kind: str, start: int, end: int, one: str, other: str) -> None:
    """One deed of somebody's hands at a schedule."""
    if kind == "withdraw":
        for change in desk.on_call.changes("net")[:1]:
            desk.on_call.withdraw(change["id"])
    elif kind == "swap":
        desk.on_call.swap("net", start=start, end=end, requester=one, taker=other)
    elif kind == "edit":
        layer = {**DAILY["layers"][0], "users": [one, "E"]}
        layer["rotation"] = {k: v for k, v in layer["rotation"].items() if k != "anchor"}
        desk.on_call.edit("net", json.dumps({"layers": [layer]}))
    elif kind == "undo":
        if desk.on_call.changes("net", state="all"):
            desk.undoing.last()
    else:
        removed, people = (one if kind in ("replace", "remove") else None), (None if kind == "remove" else [other])
        desk.on_call.override("net", start=start, end=end, kind=kind, removed=removed, people=people)


@settings(max_examples=40)
@given(deeds)
def test_nobody_is_on_call_without_having_been_told(done: list[tuple[str, int, int, str, str]]) -> None:
    """Whatever hands do and however seldom time is looked at: after a look whoever came on since the one before was told."""
    clock = FixedClock(START)
    with (
        tempfile.TemporaryDirectory(prefix="helpdesk-told-") as folder,
        opened(Path(folder) / "desk.db", clock) as desk,
    ):
        desk.on_call.add("net", json.dumps(DAILY))
        told, seen = {"A"}, desk.store.head()
        before = frozenset("A")
        for kind, start, length, one, other in [*done, ("tick", 0, 1, "A", "A")]:
            if kind == "wait":
                clock.forward(length * 15 * 60)
                continue
            if kind != "tick":
                begin = clock.now + start * 15 * 60
                with suppress(Invalid):  # whoever is not on cannot be replaced, nobody swaps with themselves
                    do(desk, kind, begin, begin + length * 15 * 60, one, other)
            else:
                desk.timers.fire_due()
            now = on(desk, "net", clock.now)
            named = [name for seq, name in messages(desk) if seq > seen]
            assert now & set(named) == set(named), "told of a turn that is none"
            told |= set(named)
            seen = desk.store.head()
            if kind == "tick":
                assert now <= told | before
                before, told = now, set()


def messages(desk: Desk) -> list[tuple[int, str]]:
    """Whom the journal tells of a turn, with the number of the entry."""
    logins = {key: str(login) for key, login in desk.store.query("SELECT id, login FROM person")}
    return [
        (entry.seq or 0, logins[person])
        for entry in journal.read(desk.store.reader(), journal.ALL)
        for reason in entry.reasons
        if reason["code"] == "notify.people" and reason["what"].startswith("oncall.shift")
        for person in reason["people"]
    ]
