"""Dynamic priority at work: what happens around a ticket moves it, within the hysteresis of the policy, never a pin."""
# ruff: noqa: F811

import contextlib
import functools
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.dynamic import lift_of
from helpdesk_tui.rules.dynamic import lifted
from helpdesk_tui.screens.common.why import sections
from helpdesk_tui.screens.queue.previewing import why_line
from helpdesk_tui.screens.ticket.reading import readable
from helpdesk_tui.store import journal, replay, shape
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.errors import Conflict, NotFound
from helpdesk_tui.vocabulary.filters import Filter
from helpdesk_tui.vocabulary.instants import iso, parse_instant
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.sentences import change_sentences
from tests.cli_runner import Cli, make_desk
from tests.desk_fixtures import ANA, FixedClock, as_person, clock, desk, fresh_desk  # noqa: F401
from tests.policy_text import changed
from tests.test_import_log import A as OVER
from tests.test_import_log import B as STILL_OPEN
from tests.test_import_log import write as an_old_log

H, D = 3_600, 86_400
ON = "[dynamic]\nactive = true\n"
# Alerts alone are enough here, so that a test need not bring everything together.
EAGER = (
    ON
    + 'raise_at = 1\nraise_two_at = 2\nease = 0\nhold = "1h"\nage = []\ndue_within = []\naffected_users = []\nload = []\n'
)


def policy_with(section: str) -> str:
    """The default policy with its section of dynamic priority exchanged, but for what stands below it."""
    text = changed("[dynamic]", "[dynamic]")
    start, end = text.index("[dynamic]"), text.index("[dynamic.criticality]")
    return text[:start] + section + "\n" + text[end:]


@pytest.fixture
def eager(desk: Desk) -> Desk:
    desk.policy.apply(policy_with(EAGER), recompute=False)
    return desk


def event(key: str, status: str = "firing", **more: Any) -> dict[str, Any]:
    return {"source": "prometheus", "key": key, "status": status, "summary": f"disk full {key}", **more}


def fire(desk: Desk, number: int, key: str) -> int:
    """An alert that fires, linked to a ticket; its id."""
    desk.events.ingest([event(key, severity="info")])
    alert = next(a["id"] for a in desk.alerts.list("all") if a["key"] == key)
    desk.alerts.link(alert, number)
    return int(alert)


def opened(desk: Desk, **values: str) -> int:
    return int(desk.tickets.open("a slow report", set={"impact": "medium", "urgency": "medium", **values})["number"])


def priority(desk: Desk, number: int) -> str:
    return str(desk.tickets.show(number)["priority"])


def moves(desk: Desk, number: int) -> list[list[str]]:
    return [
        [*item.changes["priority"], item.actor, item.verb]
        for item in desk.tickets.timeline(number)
        if "priority" in item.changes and item.changes["priority"][0] is not None
    ]


def test_alerts_lift_it_and_it_goes_back_after_the_hold(eager: Desk, clock: FixedClock) -> None:
    number = opened(eager)
    assert priority(eager, number) == "medium"
    due = eager.tickets.show(number)["resolution_due_at"]
    alert = fire(eager, number, "a")
    assert priority(eager, number) == "high"
    assert eager.tickets.show(number)["resolution_due_at"] < due, "its clocks follow"
    clock.forward(60)
    eager.alerts.resolve(alert)
    assert priority(eager, number) == "high"
    clock.forward(H - 61)
    assert eager.timers.fire_due()["fired"] == 0
    clock.forward(1)
    assert eager.timers.fire_due()["fired"] == 1
    assert priority(eager, number) == "medium"
    assert eager.tickets.show(number)["resolution_due_at"] == due
    assert eager.timers.fire_due()["fired"] == 0
    assert moves(eager, number) == [
        ["medium", "high", "desk", "ticket.lift"],
        ["high", "medium", "desk", "ticket.lift"],
    ]


# -- what gives points -------------------------------------------------------------------------------------------------

NOTHING = (
    "age = []\ndue_within = []\naffected_users = []\nalerts = []\nload = []\nraise_at = 1\nraise_two_at = 2\nease = 0\n"
)


def only(line: str, more: str = "") -> str:
    """A policy by which one thing alone lifts a ticket."""
    key = line.partition(" ")[0]
    return (
        policy_with(ON + "".join(one for one in NOTHING.splitlines(True) if not one.startswith(key)) + line + "\n")
        + more
    )


def test_affected_users_lift_it_in_the_entry_that_tells_of_them(desk: Desk) -> None:
    desk.policy.apply(
        only("affected_users = [{ at_least = 3, points = 1 }, { at_least = 5, points = 2 }]"), recompute=False
    )
    number = opened(desk)
    seen = []
    for users in ("2", "3", "5", "4", "0"):
        desk.tickets.edit(number, set={"affected_users": users})
        seen.append(priority(desk, number))
    assert seen == ["medium", "high", "critical", "critical", "critical"], "down not before the hold is over"
    assert [move[2:] for move in moves(desk, number)] == [["ana", "ticket.edit"]] * 2
    assert priority(desk, opened(desk, affected_users="3")) == "high", "a new ticket is lifted as it is opened"


def test_the_service_lifts_it_above_what_the_matrix_makes_of_it(desk: Desk, clock: FixedClock) -> None:
    desk.policy.apply(only("freeze = 0"), recompute=False)
    number = opened(desk)
    assert priority(desk, number) == "medium"
    desk.tickets.edit(number, set={"service": "erp"})
    told = desk.tickets.why(number, "priority")[0]
    assert (told["value"], told["dynamic"]["ground"], told["dynamic"]["points"]) == ("critical", "high", 1)
    desk.tickets.edit(number, set={"service": "email"})
    assert priority(desk, number) == "high", "the ground sinks at once, the lift is held"
    clock.forward(H)
    desk.timers.fire_due()
    assert priority(desk, number) == "medium"


def test_ageing_and_the_end_of_its_time_lift_it_by_the_timer_alone(desk: Desk, clock: FixedClock) -> None:
    desk.policy.apply(only('age = [{ time = "2h", points = 1 }, { time = "5h", points = 2 }]'), recompute=False)
    number, start = opened(desk), clock.now
    # Nobody is told of clocks here: only the looks are due.
    seen = []
    for hour in range(7):
        clock.now = start + hour * H
        seen.append((priority(desk, number), desk.timers.fire_due()["fired"], desk.timers.fire_due()["fired"]))
    assert seen == [
        ("medium", 0, 0), ("medium", 0, 0), ("medium", 1, 0), ("high", 0, 0), ("high", 0, 0), ("high", 1, 0), ("critical", 0, 0),
    ]  # fmt: skip
    assert [move[3] for move in moves(desk, number)] == ["ticket.lift"] * 2


def test_what_a_lift_brings_nearer_lifts_no_further(desk: Desk, clock: FixedClock) -> None:
    """The due instant that counts is that of the ground: a lift must not feed itself."""
    desk.policy.apply(
        only('affected_users = [{ at_least = 3, points = 1 }]').replace(
            "due_within = []", 'due_within = [{ time = "20h", points = 1 }]'
        ),
        recompute=False,
    )  # fmt: skip
    number = opened(desk)
    plain = desk.tickets.show(number)["resolution_due_at"]
    assert plain is not None and parse_instant(plain, 0) - clock.now > 20 * H
    desk.tickets.edit(number, set={"affected_users": "3"})
    now = desk.tickets.show(number)["resolution_due_at"]
    assert parse_instant(now, 0) - clock.now < 20 * H
    desk.tickets.reply(number, "we are at it")
    assert priority(desk, number) == "high"
    assert desk.tickets.why(number, "priority")[0]["dynamic"]["points"] == 1


def test_a_freeze_lifts_it_from_its_first_instant_to_its_last(desk: Desk, clock: FixedClock) -> None:
    start = clock.now + 2 * H
    spans = (
        f'[[dynamic.freezes]]\nname = "audit"\nfrom = {iso(start)}\nuntil = {iso(start + 3 * H)}\nservice = ["erp"]\n\n'
    )
    text = (
        only("freeze = 1")
        .replace("# [[dynamic.freezes]]", spans + "#", 1)
        .replace("critical = 1\nhigh = 0\nmedium = 0\nlow = 0\n\n[[dyn", "critical = 0\n\n[[dyn", 1)
    )
    desk.policy.apply(text, recompute=False)
    number, other = opened(desk, service="erp"), opened(desk)
    before = priority(desk, number)
    clock.now = start - 1
    assert desk.timers.fire_due()["fired"] == 0
    clock.now = start
    assert desk.timers.fire_due()["fired"] == 1
    raised = priority(desk, number)
    assert Priority[raised.upper()] == Priority[before.upper()] + 1
    clock.now = start + 3 * H
    desk.timers.fire_due()
    assert (priority(desk, number), priority(desk, other)) == (before, "medium")


def test_a_full_team_holds_it_down(desk: Desk) -> None:
    desk.people.add("Bo", login="bo", agent=True, roles=["service_desk"], capacity=2)
    desk.teams.add_member("network", "bo")
    text = only("load = [{ load = 1.5, points = -1 }]").replace(
        "affected_users = []", "affected_users = [{ at_least = 3, points = 1 }]"
    )
    desk.policy.apply(text, recompute=False)
    light = opened(desk, team="network", affected_users="3")
    for _ in range(3):
        opened(desk, team="network")
    full = opened(desk, team="network", affected_users="3")
    assert (priority(desk, light), priority(desk, full)) == ("high", "medium")
    told = {r["code"]: r for r in desk.tickets.why(full, "priority")[0]["reasons"]}
    assert told["dynamic.load"]["load"] == 2.5


# -- what it leaves alone ----------------------------------------------------------------------------------------------


def test_a_pin_is_never_moved_and_what_lifts_counts_again_without_it(eager: Desk, clock: FixedClock) -> None:
    number = opened(eager)
    eager.tickets.pin(number, "low", "a test system")
    fire(eager, number, "a")
    clock.forward(30 * D)
    eager.timers.fire_due()
    assert priority(eager, number) == "low"
    told = eager.tickets.why(number, "priority")[0]
    assert [r["code"] for r in told["reasons"]] == ["priority.pinned", "dynamic.pinned"]
    eager.tickets.prioritise(number)
    assert priority(eager, number) == "high"
    eager.tickets.pin(number, "high", "agreed")
    assert (priority(eager, number), eager.reading.facts(number)["lift"]) == ("high", None)
    eager.undoing.last()
    assert priority(eager, number) == "high"
    lift = lift_of(eager.reading.facts(number))
    assert lift is not None and (lift.ground, lift.steps) == (2, 1)


def test_what_is_resolved_stays_as_it_is_until_it_is_open_again(eager: Desk, clock: FixedClock) -> None:
    number = opened(eager)
    first = fire(eager, number, "a")
    eager.tickets.take(number)
    eager.tickets.resolve(number, resolution="disk cleaned", code="fixed")
    assert timers(eager, number) == []
    eager.alerts.resolve(first)
    clock.forward(5 * H)
    eager.timers.fire_due()
    assert priority(eager, number) == "high"
    eager.tickets.reopen(number, reason="again")
    assert priority(eager, number) == "medium", "the hold is long over"


def timers(desk: Desk, number: int) -> list[tuple[str, int]]:
    return desk.store.query(
        "SELECT kind, due_at FROM timer WHERE subject_type = 'ticket' AND subject = ? AND fired_at IS NULL ORDER BY kind",
        (number,),
    )


def test_switched_off_it_costs_a_ticket_nothing(desk: Desk) -> None:
    number = opened(desk, affected_users="9", service="erp")
    statements: list[str] = []
    desk.store.reader().set_trace_callback(statements.append)
    desk.tickets.edit(number, set={"affected_users": "200"})
    desk.tickets.prioritise(number, impact="high")
    desk.store.reader().set_trace_callback(None)
    assert statements and not [s for s in statements if "alert" in s or "tally t" in s or "p.capacity" in s]
    assert timers(desk, number) == []
    assert desk.reading.facts(number)["lift"] is None
    assert desk.tickets.why(number, "priority")[0]["dynamic"] is None


# -- policy ------------------------------------------------------------------------------------------------------------


def test_a_policy_that_switches_it_on_or_off_moves_what_is_open(desk: Desk, clock: FixedClock) -> None:
    open_, over, calm, pinned = (opened(desk) for _ in range(4))
    for number in (open_, over, pinned):
        fire(desk, number, f"a{number}")
    desk.tickets.pin(pinned, "medium", "agreed")
    desk.tickets.take(over)
    desk.tickets.resolve(over, resolution="x", code="fixed")
    assert desk.policy.backtest(policy_with(EAGER))["fields"]["priority"]["changes"] == [
        {"before": "medium", "after": "high", "n": 1}
    ]
    told = desk.policy.apply(policy_with(EAGER))
    assert (told["moved"]["matched"], told["moved"]["changed"]) == (3, 1)
    assert [priority(desk, n) for n in (open_, over, calm, pinned)] == ["high", "medium", "medium", "medium"]
    entry = desk.tickets.timeline(open_)[-1]
    assert (entry.actor, entry.verb, entry.batch) == ("desk", "ticket.lift", told["moved"]["batch"])
    off = desk.policy.apply(policy_with(EAGER.replace("active = true", "active = false")))
    assert off["moved"]["changed"] == 1
    assert priority(desk, open_) == "medium" and desk.reading.facts(open_)["lift"] is None
    assert desk.tickets.why(open_, "priority")[0]["reasons"][0]["code"] == "priority.matrix"
    clock.forward(D)
    desk.timers.fire_due()
    assert priority(desk, open_) == "medium"
    assert (
        desk.policy.apply(policy_with(EAGER.replace("active = true", "active = false") + "# the same"))["moved"] is None
    )


def test_diff_names_what_changes(desk: Desk) -> None:
    found = {line["key"]: (line["before"], line["after"]) for line in desk.policy.diff(policy_with(EAGER))}
    assert found["dynamic.active"] == (False, True)
    assert found["dynamic.raise_at"] == (3, 1)


# -- taking back -------------------------------------------------------------------------------------------------------


def test_a_lift_is_taken_back_and_comes_again_only_with_the_next_change(eager: Desk, clock: FixedClock) -> None:
    number = opened(eager)
    fire(eager, number, "a")
    seq = next(item.seq for item in eager.tickets.timeline(number) if item.verb == "ticket.lift")
    due = eager.tickets.show(number)["resolution_due_at"]
    assert eager.undoing.entry(seq)["conflicts"] == []
    assert priority(eager, number) == "medium" and eager.reading.facts(number)["lift"] is None
    assert eager.tickets.show(number)["resolution_due_at"] != due
    eager.tickets.edit(number, set={"title": "still slow"})
    assert priority(eager, number) == "medium"
    eager.undoing.last()
    assert priority(eager, number) == "medium"
    again = fire(eager, number, "b")
    assert again and priority(eager, number) == "high"


def test_an_edit_below_a_lift_is_taken_back_to_what_the_rules_make_of_it(eager: Desk, clock: FixedClock) -> None:
    number = opened(eager)
    eager.tickets.edit(number, set={"impact": "high"})
    fire(eager, number, "a")
    assert priority(eager, number) == "critical"
    seq = next(item.seq for item in eager.tickets.timeline(number) if item.verb == "ticket.edit")
    assert eager.undoing.entry(seq)["conflicts"] == []
    lift = lift_of(eager.reading.facts(number))
    assert lift is not None and (priority(eager, number), lift.ground, lift.steps) == ("high", 2, 1)
    eager.undoing.redo()
    assert priority(eager, number) == "critical"


def test_a_level_that_raises_lifts_the_ground(desk: Desk, clock: FixedClock) -> None:
    text = policy_with(EAGER)
    desk.policy.apply(text, recompute=False)
    number = opened(desk)
    alert = fire(desk, number, "a")
    clock.forward(60 * D)
    desk.timers.fire_due()
    assert priority(desk, number) == "critical"
    lift = lift_of(desk.reading.facts(number))
    assert lift is not None
    raised = [r for item in desk.tickets.timeline(number) for r in item.reasons if r["code"] == "escalation.raised"]
    assert raised and Priority[raised[-1]["after"].upper()] == lift.ground
    assert Priority[priority(desk, number).upper()] == lifted(lift.ground, lift.steps)
    desk.alerts.resolve(alert)
    assert priority(desk, number) == raised[-1]["after"], "what escalated stays so"
    assert "escalation.raised" in [r["code"] for r in desk.tickets.why(number, "priority")[0]["reasons"]]


# -- imports, time, replay ---------------------------------------------------------------------------------------------


def test_what_is_imported_is_looked_at_by_the_next_tick(desk: Desk, clock: FixedClock) -> None:
    desk.policy.apply(only('age = [{ time = "2h", points = 1 }]'), recompute=False)
    row = {"title": "old", "created_at": iso(clock.now - D), "priority": "medium", "external_id": "X-1"}
    done = {"title": "over", "created_at": iso(clock.now - D), "state": "closed", "external_id": "X-2"}
    assert desk.importing.tickets([row, done])["created"] == 2
    assert [priority(desk, n) for n in (1, 2)] == ["medium", "medium"]
    desk.timers.fire_due()
    assert [priority(desk, n) for n in (1, 2)] == ["high", "medium"]
    codes = [r["code"] for r in desk.tickets.why(1, "priority")[0]["reasons"]]
    assert codes[0] == "why.imported" and codes[1:3] == ["dynamic.since", "dynamic.age"]


def test_two_programs_that_tick_move_it_once(eager: Desk, clock: FixedClock) -> None:
    number = opened(eager)
    alert = fire(eager, number, "a")
    eager.alerts.resolve(alert)
    clock.forward(H)
    with Desk.open(eager.store.path, user=ANA, clock=clock) as other:
        assert [one.timers.fire_due()["fired"] for one in (other, eager, other)] == [1, 0, 0]
    assert [move[:2] for move in moves(eager, number)] == [["medium", "high"], ["high", "medium"]]


def test_the_past_and_a_replay_know_it(eager: Desk, clock: FixedClock, tmp_path: Path) -> None:
    number = opened(eager)
    alert = fire(eager, number, "a")
    clock.forward(10)
    eager.alerts.resolve(alert)
    again = Store(tmp_path / "again.db")
    replay.replay(eager.store.reader(), again)
    columns = ", ".join(shape.COLUMNS["ticket"])
    rows = again.query(f"SELECT {columns} FROM ticket")
    assert rows == eager.store.query(f"SELECT {columns} FROM ticket")
    again.close()
    assert eager.audit.verify()["ok"]
    with as_person(eager, "req", "requester") as other:
        mine = other.tickets.open("mine", set={"impact": "medium", "urgency": "medium"})["number"]
        fire(eager, mine, "m")
        told = other.tickets.why(mine, "priority")[0]
        assert told["dynamic"] is None and "dynamic" not in json.dumps(told["reasons"])


# -- why ---------------------------------------------------------------------------------------------------------------


def test_why_tells_ground_points_steps_and_the_hold(eager: Desk, clock: FixedClock) -> None:
    number = opened(eager)
    first = fire(eager, number, "a")
    told = eager.tickets.why(number, "priority")[0]
    assert [r["code"] for r in told["reasons"]] == ["priority.matrix", "dynamic.since", "dynamic.alerts"]
    assert [r["code"] for r in told["would_change"]][-2:] == ["dynamic.would.more", "dynamic.would.held"]
    assert told["set"]["verb"] == "ticket.lift" and told["reproduced"] is True
    would = {(r["code"], r["priority"]) for r in told["would_change"] if r.get("impact", "high") == "high"}
    assert ("priority.would.impact", "critical") in would, "a graver ground is lifted, too"
    assert all(r["priority"] != told["value"] for r in told["would_change"] if r["code"].startswith("priority."))
    around = told["dynamic"]
    assert (around["ground"], around["steps"], around["points"], around["moved_at"]) == ("medium", 1, 1, iso(clock.now))
    assert [r["code"] for r in around["decided"]["reasons"]] == ["dynamic.alerts", "dynamic.raised"]
    clock.forward(60)
    eager.alerts.resolve(first)
    told = eager.tickets.why(number, "priority")[0]
    assert (
        told["reasons"][-1]["sentence"]
        == f"points: 0; it goes back to medium, but not before {iso(clock.now + H - 60)}"
    )
    assert told["dynamic"]["again_at"] == iso(clock.now + H - 60)


def test_the_console_says_it_in_the_zone_of_who_reads_and_a_form_knows_it_beforehand(eager: Desk) -> None:
    number, calm = opened(eager), opened(eager)
    fire(eager, number, "a")
    told = [line for part in sections(eager.tickets.why(number, "priority"), "Asia/Shanghai") for line in part.reasons]
    assert any("17:00" in line and "medium -> high" in line for line in told), told
    shown = readable(eager.tickets.timeline(number)[-1])
    assert [reason["code"] for reason in shown.reasons] == ["dynamic.alerts", "dynamic.raised"]
    assert change_sentences(shown, "UTC") == ["priority: Medium -> High"]
    rows = {row.number: row for row in eager.tickets.rows(Filter(), [number, calm])}
    assert why_line(eager, rows[number]) == "lifted by what happens around it: medium -> high"
    assert why_line(eager, rows[calm]) == "medium impact x medium urgency = medium"
    eager.policy.apply(only("affected_users = [{ at_least = 3, points = 1 }]"), recompute=False)
    levels = {"impact": "medium", "urgency": "medium"}
    for users, priority_, last in (("2", "medium", "priority.matrix"), ("3", "high", "dynamic.raised")):
        found = eager.tickets.propose("a slow report", set={**levels, "affected_users": users})
        assert (found["values"]["priority"], found["reasons"]["priority"][-1]["code"]) == (priority_, last)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("medium impact x medium urgency = medium", "alerts that fire: 1, from 1 on; points: 1", "? if the points reach 2 it would be critical")),
        ("zh_CN", ("正在触发的告警：1（从 1 起）；分数：1", "? 若分数达到 2，则为紧急")),
    ],
)  # fmt: skip
def test_the_command_line_says_it_in_both_languages(
    language: str, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_desk(tmp_path)
    with Desk.open(path) as made:
        made.policy.apply(policy_with(EAGER), recompute=False)
        number = opened(made)
        fire(made, number, "a")
    cli = Cli(path, monkeypatch)
    found = cli("--lang", language, "ticket", "why", str(number), "priority")
    assert all(word in found.out for word in words), found.out
    told = cli(
        "--lang", language, "policy", "apply", "--yes", "-", stdin=policy_with(EAGER.replace("= true", "= false"))
    )
    assert told.out.strip().endswith(": 1" if language == "en" else "：1"), told.out


# -- it never flaps ----------------------------------------------------------------------------------------------------

NOISY = policy_with(
    ON
    + 'raise_at = 2\nraise_two_at = 4\nease = 1\nhold = "1h"\nload = []\n'
    + "alerts = [{ at_least = 1, points = 1 }, { at_least = 2, points = 2 }, { at_least = 3, points = 3 }]\n"
    + "affected_users = [{ at_least = 10, points = 1 }]\n"
    + 'age = [{ time = "6h", points = 1 }]\ndue_within = [{ time = "1h", points = 1 }, { time = "0m", points = 2 }]\n'
)


@functools.cache
def noisy_desk() -> bytes:
    """The file of a desk where alerts lift much, with one ticket: made once a process."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-noisy-") as folder:
        path = Path(folder) / "desk.db"
        path.write_bytes(fresh_desk())
        with Desk.open(path, user=ANA, clock=FixedClock()) as made:
            made.policy.apply(NOISY, recompute=False)
            opened(made)
            for key in ("a", "b", "c"):
                fire(made, 1, key)
            made.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return path.read_bytes()


def alert(status: str, key: str) -> Callable[[Desk], object]:
    return lambda desk: desk.events.ingest([event(key, status, severity="info", started_at=desk.now())])


DEEDS: dict[str, Callable[[Desk], object]] = {
    **{f"{status} {key}": alert(status, key) for key in ("a", "b", "c") for status in ("firing", "resolved")},
    "pin": lambda desk: desk.tickets.pin(1, "low", "so it is"),
    "unpin": lambda desk: desk.tickets.prioritise(1),
    "grave": lambda desk: desk.tickets.edit(1, set={"impact": "high"}),
    "light": lambda desk: desk.tickets.edit(1, set={"impact": "low"}),
    "many": lambda desk: desk.tickets.edit(1, set={"affected_users": "12"}),
    "few": lambda desk: desk.tickets.edit(1, set={"affected_users": "1"}),
    "undo": lambda desk: desk.undoing.last(),
    "redo": lambda desk: desk.undoing.redo(),
    "undo the last lift": lambda desk: desk.undoing.entry(
        max((item.seq for item in desk.tickets.timeline(1) if item.verb == "ticket.lift"), default=0)
    ),
    "resolve": lambda desk: desk.tickets.resolve(1, resolution="cleaned", code="fixed"),
    "reopen": lambda desk: desk.tickets.reopen(1, reason="again"),
    "reply": lambda desk: desk.tickets.reply(1, "we are at it"),
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.sampled_from((0, 60, 900, H, 3 * H))), max_size=14))
@example([("few", 3 * H), ("few", 3 * H), ("few", 3 * H), ("undo the last lift", 0)])
def test_whatever_happens_it_never_flaps_and_always_says_why(deeds: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "desk.db"
        path.write_bytes(noisy_desk())
        clock = FixedClock()
        with Desk.open(path, user=ANA, clock=clock) as desk:
            for deed, later in deeds:
                before = desk.reading.facts(1)
                with contextlib.suppress(Conflict, NotFound):
                    DEEDS[deed](desk)
                stands(desk)
                if deed == "pin" and desk.reading.facts(1)["pinned"]:
                    assert desk.reading.facts(1)["priority"] == Priority.LOW
                if before["pinned"] and desk.reading.facts(1)["pinned"]:
                    assert desk.reading.facts(1)["priority"] == before["priority"]
                clock.forward(later)
                desk.timers.fire_due()
                assert desk.timers.fire_due()["fired"] == 0
                stands(desk)
            calm(desk)
            assert journal.verify(desk.store.reader()).ok
            assert desk.audit.verify()["ok"]


def stands(desk: Desk) -> None:
    """The priority is the ground and its lift, the clocks are those of the priority, and the inputs lead there again."""
    row = desk.reading.facts(1)
    lift = lift_of(row)
    assert lift is None or (not row["pinned"] and row["priority"] == lifted(lift.ground, lift.steps))
    assert all(told["reproduced"] is not False for told in desk.tickets.why(1))


def calm(desk: Desk) -> None:
    """No move down within the hold of the move before it, but where the ground left no room."""
    hold = desk.policies.current().policy.dynamic.hold.seconds
    for entry in journal.read(desk.store.reader(), journal.OF_SUBJECT, ("ticket", 1)):
        for kept in entry.reasons:
            if kept.get("decision") != "dynamic":
                continue
            outcome, now = kept["outcome"], kept["inputs"]["at"]
            was = outcome["inputs"]
            room = Priority.CRITICAL - Priority[was["base"].upper()]
            if outcome["lift"] < min(was["steps"], room):
                assert now - was["moved_at"] >= hold, kept
            if entry.verb == "ticket.lift":
                assert entry.actor_id is None and outcome["moved"]


def test_a_lift_whose_ground_was_raised_since_is_not_taken_back_by_half(tmp_path: Path) -> None:
    clock = FixedClock()
    (tmp_path / "desk.db").write_bytes(noisy_desk())
    with Desk.open(tmp_path / "desk.db", user=ANA, clock=clock) as desk:
        for _ in range(3):
            clock.forward(3 * H)
            desk.timers.fire_due()
        was = desk.reading.facts(1)
        told = desk.undoing.entry(max(item.seq for item in desk.tickets.timeline(1) if item.verb == "ticket.lift"))
        assert [conflict["fields"] for conflict in told["conflicts"]] == [["lift", "priority"]]
        assert (was["priority"], was["lift"]) == (desk.reading.facts(1)["priority"], desk.reading.facts(1)["lift"])


def test_what_is_written_whole_is_looked_at_by_the_next_tick(desk: Desk, clock: FixedClock, tmp_path: Path) -> None:
    desk.policy.apply(only('age = [{ time = "2h", points = 1 }]'), recompute=False)
    desk.importing.breathe = lambda seconds: None
    assert (
        desk.importing.log(an_old_log(tmp_path, [*OVER, STILL_OPEN.replace(",?,?,1,", ",?,?,3,")]).cases())["created"]
        == 2
    )
    number = opened(desk)
    desk.undoing.last()
    desk.undoing.redo()
    clock.forward(3 * H)
    desk.timers.fire_due()
    lifts = dict(desk.store.query("SELECT number, lift FROM ticket ORDER BY number"))
    assert [n for n, lift in lifts.items() if lift is not None] == [2, number]
