"""SLA clocks and their switches, by example. Times are minutes after a Monday's 08:00 UTC."""

from dataclasses import replace
from typing import Any

import pytest

from helpdesk_tui.rules.calendar import Calendar
from helpdesk_tui.rules.ledger import ledger_of
from helpdesk_tui.rules.sla import HistoryEvent, SlaResult, Target, Targets, Warn, clocks, columns
from helpdesk_tui.rules.sla_explain import explain
from helpdesk_tui.rules.sla_history import EventKind
from helpdesk_tui.rules.sla_switches import CHOICES, SlaSwitches
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.records import NEVER

MONDAY = 1_780_300_800  # 2026-06-01T08:00:00Z
DAY = 86_400
OFFICE = Calendar("UTC", dict.fromkeys(range(5), ((8 * 3600, 18 * 3600),)), ["2026-06-04"])
TARGETS = Targets(Target(3600), Target(7200), Target(5 * 3600))
RESOLVE = Targets(resolution=Target(5 * 3600))


def t(minutes: float) -> int:
    return MONDAY + int(minutes * 60)


def said(minutes: float, kind: EventKind, pausing: bool | None = None) -> HistoryEvent:
    return HistoryEvent(t(minutes), kind, None, pausing)


def on(minutes: float) -> HistoryEvent:
    return said(minutes, "state", False)


def off(minutes: float) -> HistoryEvent:
    return said(minutes, "state", True)


def run(
    history: list[HistoryEvent], targets: Targets = TARGETS, at: float = 30, created: float = 0, **switches: Any
) -> SlaResult:
    return clocks(history, t(created), targets, OFFICE, SlaSwitches(**switches), t(at))


OPENED = said(0, "customer_message")


def test_a_new_ticket() -> None:
    result = run([OPENED])
    assert (result.response.due, result.update.due, result.resolution.due) == (t(60), t(120), t(300))
    assert (result.response.elapsed, result.response.left, result.response.late) == (1800, 1800, 0)
    assert result.next_due == t(60)
    assert result.run == "running"
    stored = columns(result)
    assert (stored.response_due_at, stored.update_due_at, stored.resolution_due_at) == (t(60), t(120), t(300))
    assert (stored.due_at, stored.warn_at, stored.sla_run) == (t(60), NEVER, "running")


def test_answered_and_resolved_in_time() -> None:
    result = run([OPENED, said(20, "agent_message"), said(200, "close")], at=500)
    assert [clock.run for clock in result.clocks] == ["met", "met", "met"]
    assert (result.response.finished_at, result.response.elapsed, result.response.left) == (t(20), 1200, 2400)
    assert (result.resolution.finished_at, result.resolution.elapsed) == (t(200), 12000)
    assert result.next_due is None
    assert columns(result).due_at == NEVER
    assert result.run == "met"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(60, "met"), (60 + 1 / 60, "missed"), (61, "missed")],
)
def test_exactly_in_time_is_in_time(answer: float, expected: str) -> None:
    assert run([OPENED, said(answer, "agent_message")], at=90).response.run == expected


def test_late_while_running() -> None:
    result = run([OPENED], at=75)
    assert result.response.run == "running"
    assert result.response.missed
    assert (result.response.late, result.response.left) == (900, -900)
    assert result.run == "running"


def test_missed_and_resolved() -> None:
    result = run([OPENED, said(75, "agent_message"), said(100, "close")], at=200)
    assert (result.response.run, result.resolution.run, result.run) == ("missed", "met", "missed")


def test_closed_without_a_response() -> None:
    early, late = run([OPENED, said(30, "close")], at=200), run([OPENED, said(90, "close")], at=200)
    assert (early.response.run, early.response.due, early.resolution.run) == ("none", None, "met")
    assert (late.response.run, late.response.missed) == ("missed", True)
    assert sentence(explain(late)[0].data()).startswith("closed 2026-06-01T09:30:00Z without a response")


@pytest.mark.parametrize(
    ("state", "due", "run_state", "elapsed"),
    [
        ([off(60)], None, "paused", 3600),
        ([off(60), on(120)], t(360), "running", 3600),
        ([off(60), off(90), on(120)], t(360), "running", 3600),
        ([off(60), on(60)], t(300), "running", 7200),
        ([on(60), on(90)], t(300), "running", 7200),
        # The target ends just where the pause begins.
        ([off(300), on(330)], t(300), "running", 5 * 3600),
        # Through a night: the pause costs its working time only.
        ([off(540), on(960 + 540)], t(300), "running", 7200),
        ([off(60), on(1440 + 60)], t(1440 + 300), "running", 3600),
    ],
)
def test_pauses(state: list[HistoryEvent], due: int | None, run_state: str, elapsed: int) -> None:
    at = 120
    result = clocks(state, t(0), RESOLVE, OFFICE, SlaSwitches(), max(t(at), *(event.at for event in state)))
    assert result.resolution.due == due
    assert result.resolution.run == run_state
    if result.at == t(at):
        assert result.resolution.elapsed == elapsed


def test_born_paused() -> None:
    result = run([off(0), on(90), said(120, "close")], RESOLVE, at=120)
    assert (result.resolution.elapsed, result.resolution.left) == (1800, 16200)


def test_broken_before_the_pause_is_known_to_be_broken() -> None:
    result = run([off(330)], RESOLVE, at=400)
    assert (result.resolution.run, result.resolution.due, result.resolution.missed) == ("paused", None, True)
    assert result.resolution.late == 1800


def test_late_entries_and_order_do_not_matter() -> None:
    history = [OPENED, said(20, "agent_message"), off(40), on(70), said(90, "customer_message")]
    straight = run(history, at=100)
    assert run(history[::-1], at=100) == replace(straight, calendar=OFFICE)
    # Events after the instant are not seen.
    assert run([*history, said(110, "close")], at=100) == straight


@pytest.mark.parametrize(
    ("history", "due", "basis", "worst", "missed"),
    [
        ([], None, "creation", None, False),
        ([OPENED], t(120), "customer_waiting", None, True),
        ([OPENED, said(30, "customer_contact")], t(120), "customer_waiting", None, True),
        ([OPENED, said(30, "agent_contact")], None, "customer_waiting", 1800, False),
        ([OPENED, said(30, "first_response")], t(120), "customer_waiting", None, True),
        (
            [OPENED, said(150, "agent_message"), said(160, "customer_message"), said(170, "agent_message")],
            None,
            "customer_waiting",
            9000,
            True,
        ),
        ([OPENED, said(10, "agent_message"), said(50, "customer_message")], t(170), "customer_waiting", 600, True),
        ([said(5, "agent_message")], None, "creation", None, False),
    ],
)
def test_update_clock(
    history: list[HistoryEvent], due: int | None, basis: str, worst: int | None, missed: bool
) -> None:
    clock = run(history, at=180).update
    assert (clock.due, clock.basis, clock.worst, clock.missed) == (due, basis, worst, missed)


@pytest.mark.parametrize(
    ("mode", "history", "due"),
    [
        ("keep_in_loop", [OPENED], t(120)),
        ("keep_in_loop", [OPENED, said(30, "agent_message")], t(150)),
        ("keep_in_loop", [OPENED, said(30, "agent_message"), said(40, "customer_message")], t(150)),
        ("both", [OPENED, said(30, "agent_message")], t(150)),
        ("both", [OPENED, said(30, "agent_message"), said(40, "customer_message")], t(160)),
    ],
)
def test_update_clock_modes(mode: str, history: list[HistoryEvent], due: int) -> None:
    assert run(history, at=50, update_clock=mode).update.due == due


@pytest.mark.parametrize(
    "last",
    [
        [said(340, "close"), said(400, "customer_message")],  # thanks for the solution
        [said(310, "customer_message"), said(340, "close")],  # an answer that was the solution, in time
        [said(310, "customer_message"), said(330, "agent_message"), said(340, "close")],
    ],
)
def test_a_missed_update_is_the_one_that_is_shown(last: list[HistoryEvent]) -> None:
    late = [OPENED, said(20, "agent_message"), said(40, "customer_message"), said(300, "agent_message")]
    clock = run([*late, *last], at=500).update
    assert (clock.run, clock.missed) == ("missed", True)
    assert (clock.started, clock.ended_at, clock.promised) == (t(40), t(300), t(160))
    assert (clock.elapsed, clock.late) == (260 * 60, 140 * 60)


def test_keep_in_loop_has_a_target_of_its_own() -> None:
    targets = Targets(update=Target(7200), keep_in_loop=Target(4 * 3600))
    assert run([OPENED], targets, at=50).update.due == t(120)
    answered = run([OPENED, said(30, "agent_message"), said(40, "agent_message")], targets, at=50)
    assert (answered.update.due, answered.update.basis) == (t(280), "keep_in_loop")


@pytest.mark.parametrize(
    ("switches", "history", "at", "clock", "due"),
    [
        ({"boundary": "open"}, [], 30, "resolution", t(1440)),
        ({"boundary": "close"}, [], 30, "resolution", t(600)),
        ({"due_while_paused": "stale"}, [off(60), on(90), off(120)], 200, "resolution", t(630 + 840)),
        ({"due_while_paused": "sliding"}, [off(60)], 90, "resolution", t(630 + 840)),
        ({"due_while_paused": "sliding", "sliding_lead": 240}, [off(60)], 90, "resolution", t(634 + 840)),
        ({"pause_resolution": False}, [off(60)], 90, "resolution", t(600)),
        ({"pause_response": False}, [off(10)], 30, "response", t(60)),
        ({"pause_extends": False}, [off(60), on(90)], 90, "resolution", t(600)),
        ({"pause_extends": False}, [off(60)], 90, "resolution", None),
        ({"seconds": "truncate"}, [off(60.5), on(90.75)], 120, "resolution", t(630 + 840)),
        ({"seconds": "keep"}, [off(60.5), on(90.75)], 120, "resolution", t(630.25 + 840)),
        ({"seconds": "round_up"}, [off(60.5), on(90.75)], 120, "resolution", t(631 + 840)),
        ({"pause_unit": "real"}, [off(540), on(1440)], 1440, "resolution", t(2 * 1440 + 300)),
        ({"reopen": "pause"}, [said(60, "close"), said(90, "reopen")], 120, "resolution", t(630 + 840)),
        ({"reopen": "restart"}, [said(60, "close"), said(90, "reopen")], 120, "resolution", t(690 + 840)),
        ({"reopen": "keep"}, [said(60, "close"), said(90, "reopen")], 120, "resolution", None),
        ({"swap": "assignment"}, [said(60, "sla_replaced")], 120, "resolution", t(660 + 840)),
        ({"swap": "creation"}, [said(60, "sla_replaced")], 120, "resolution", t(600)),
        ({"out_of_hours_extra": 3600}, [], 30, "resolution", t(600)),
    ],
)
def test_switches(
    switches: dict[str, Any], history: list[HistoryEvent], at: float, clock: str, due: int | None
) -> None:
    targets = Targets(response=Target(3600), resolution=Target(10 * 3600))
    result = run(history, targets, at, **switches)
    assert getattr(result, clock).due == due
    for each in result.clocks:
        assert ledger_of(result, each).balances, each


def test_out_of_hours_arrival_snaps_and_may_cost_extra() -> None:
    result = run([], RESOLVE, at=-30, created=-60)
    assert result.resolution.due == t(300)
    result = run([], RESOLVE, at=-30, created=-60, out_of_hours_extra=3600)
    assert (result.resolution.due, result.resolution.goal) == (t(360), 6 * 3600)


@pytest.mark.parametrize(
    ("switch", "history", "responded"),
    [
        ("message", [off(10), said(20, "agent_message")], t(20)),
        ("message", [off(10), said(15, "take")], None),
        ("state_change", [off(10), said(20, "agent_message")], t(10)),
        ("state_change", [said(10, "close")], t(10)),
        ("take", [said(5, "agent_message"), said(15, "take")], t(15)),
    ],
)
def test_what_counts_as_a_response(switch: str, history: list[HistoryEvent], responded: int | None) -> None:
    assert run(history, first_response=switch).response.finished_at == responded


def test_response_clock_may_restart() -> None:
    history = [OPENED, said(20, "agent_message"), said(50, "customer_message"), said(55, "customer_message")]
    assert run(history[:2], response_clock="unanswered").response.due is None
    assert run(history, at=60, response_clock="unanswered").response.due == t(110)
    assert run(history, at=60).response.run == "met"


@pytest.mark.parametrize(
    ("target", "created", "switch", "due"),
    [
        (Target(days=2), 0, "working_days", t(2 * 1440)),
        (Target(days=3), 0, "working_days", t(4 * 1440)),  # Thursday is a holiday
        (Target(days=2, end_of_day=True), 0, "working_days", t(2 * 1440 + 600)),
        (Target(7200, days=1), 540, "working_days", t(2 * 1440 + 60)),
        (Target(days=2), 0, "hours", t(7 * 1440 + 480)),
        (Target(3600, end_of_day=True), 0, "working_days", t(600)),
    ],
)
def test_targets_in_days(target: Target, created: float, switch: str, due: int) -> None:
    result = run([], Targets(resolution=target), at=created + 1, created=created, day_target=switch)
    assert result.resolution.due == due
    assert ledger_of(result, result.resolution).balances


def test_pauses_move_targets_in_days() -> None:
    result = run([off(60), on(120)], Targets(resolution=Target(days=1)), at=130)
    assert result.resolution.due == t(1440 + 60)
    result = run([off(60), on(120)], Targets(resolution=Target(days=1, end_of_day=True)), at=130)
    assert result.resolution.due == t(2 * 1440 + 600)
    assert ledger_of(result, result.resolution).balances


@pytest.mark.parametrize(
    ("warn", "history", "point"),
    [
        (Warn(percent=75), [], t(450)),
        (Warn(percent=100), [], t(600)),
        (Warn(offset=-3600), [], t(540)),
        (Warn(offset=3600), [], t(1440 + 60)),
        (Warn(offset=-10 * 3600), [], t(0)),
        (Warn(offset=-99 * 3600), [], t(0)),
        # The pause lies between the warning and the due time.
        (Warn(offset=-3600), [off(560), on(590)], t(540)),
        (Warn(offset=-3600), [off(530), on(560)], t(570)),
        (Warn(days=-1), [], t(0)),
    ],
)
def test_warnings_go_through_the_calendar_and_the_pauses(warn: Warn, history: list[HistoryEvent], point: int) -> None:
    result = run(history, Targets(resolution=Target(10 * 3600), warn=(warn,)), at=595)
    assert result.resolution.warn == point
    assert result.next_warn == point


def test_a_warning_never_falls_into_the_night() -> None:
    targets = Targets(response=Target(4 * 3600), warn=(Warn(offset=-3600), Warn(offset=-1800)))
    result = run([], targets, at=541, created=540)
    assert (result.response.due, result.response.warn, result.response.warn2) == (t(1620), t(1560), t(1590))
    assert result.next_warn == t(1560)
    swapped = replace(targets, warn=targets.warn[::-1])
    assert run([], swapped, at=541, created=540).next_warn == t(1560)
    plain = run([], targets, at=541, created=540, warn_through="plain")
    assert plain.response.warn == t(1560)


def test_no_agreement_and_no_targets() -> None:
    result = run([OPENED, said(10, "sla_no_longer_matches")])
    assert (result.next_due, result.run, columns(result).due_at) == (None, "none", NEVER)
    assert [reason.code for reason in explain(result)] == ["sla.no_agreement"]
    back = run([OPENED, said(10, "sla_no_longer_matches"), said(15, "sla_replaced")])
    assert back.next_due == t(60)
    empty = run([OPENED], Targets())
    assert (empty.run, [reason.code for reason in explain(empty)]) == ("none", ["sla.no_clock"])
    with pytest.raises(Invalid, match="every clock"):
        run([OPENED], RESOLVE, unset_target="error")


def test_pauses_known_only_as_a_sum() -> None:
    result = clocks([], t(480), RESOLVE, OFFICE, SlaSwitches(), t(490), paused_total=3601)
    # Two hours of Monday are left after 16:00; three hours and 3,601 s go to Tuesday.
    assert result.resolution.due == t(1440 + 240) + 1
    book = ledger_of(result, result.resolution)
    assert book.balances
    assert [window.seconds for window in book.windows if window.kind == "paused"] == [3601]


def test_ledger_tells_every_stretch() -> None:
    # Wednesday 16:00, Thursday is a holiday, paused on Friday from 09:00 to 10:00.
    wednesday = 2 * 1440 + 480
    friday = 4 * 1440
    result = run([off(friday + 60), on(friday + 120)], RESOLVE, at=friday + 130, created=wednesday)
    book = ledger_of(result, result.resolution)
    assert [(w.kind, w.seconds) for w in book.windows] == [
        ("counted", 7200),
        ("closed", 6 * 3600),
        ("holiday", DAY),
        ("closed", 8 * 3600),
        ("counted", 3600),
        ("paused", 3600),
        ("counted", 7200),
    ]
    assert (book.figure, book.counted, book.balances) == (18000, 18000, True)
    assert book.data()[0] == {
        "clock": "resolution",
        "from": "2026-06-03T16:00:00Z",
        "to": "2026-06-03T18:00:00Z",
        "kind": "counted",
        "seconds": 7200,
    }
    assert not replace(book, figure=17999).balances
    assert not replace(book, windows=book.windows[1:]).balances
    assert not replace(book, windows=(book.windows[0], *book.windows[2:])).balances


def test_ledger_before_the_start_and_after_the_end() -> None:
    result = run([OPENED, said(10, "agent_message"), said(40, "customer_message")], at=200)
    book = ledger_of(result, result.update)
    assert [(w.kind, w.seconds) for w in book.windows] == [
        ("not_started", 2400),
        ("counted", 7200),
        ("after", 2400),
    ]


def test_explanations_name_what_moved_the_due_time() -> None:
    history = [OPENED, said(20, "agent_message"), off(30), on(60)]
    result = run(history, replace(TARGETS, warn=(Warn(percent=80),)), at=70)
    codes = [reason.code for reason in explain(result)]
    assert codes == [
        "sla.response.met",
        "sla.target",
        "sla.from.creation",
        "sla.update.met",
        "sla.target",
        "sla.from.customer_waiting",
        "sla.resolution.running",
        "sla.target",
        "sla.from.creation",
        "sla.pauses",
        "sla.warn",
    ]
    words = [sentence(reason.data()) for reason in explain(result)]
    assert words[6] == "resolution is due 2026-06-01T13:30:00Z; 4 h 20 min of working time are left"
    assert words[9] == "pauses: 1, together 30 min of working time that do not count"
    machine = [sentence(reason.data(), english=True) for reason in explain(result)]
    assert machine[6] == "resolution is due 2026-06-01T13:30:00Z; 15600 s of working time are left"


def test_every_headline_has_its_sentence() -> None:
    for history in (
        [OPENED],
        [OPENED, off(5)],
        [said(1, "close")],
        [OPENED, said(90, "agent_message"), said(400, "close")],
    ):
        for at in (10, 70, 2000):
            for reason in explain(run(history, at=at)):
                assert sentence(reason.data()) != reason.code


def test_switches_are_read_by_name() -> None:
    assert SlaSwitches.parse({}) == SlaSwitches()
    assert SlaSwitches.parse({"boundary": "open", "pause_response": False, "sliding_lead": 60}) == SlaSwitches(
        boundary="open", pause_response=False, sliding_lead=60
    )
    assert "boundary" in CHOICES


@pytest.mark.parametrize(
    "values",
    [{"boundry": "open"}, {"boundary": "opening"}, {"pause_response": 1}, {"sliding_lead": True}, {"reopen": False}],
)
def test_wrong_switches_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        SlaSwitches.parse(values)


def test_a_warning_before_the_start_gives_way_to_one_after_it() -> None:
    around = Calendar("UTC", dict.fromkeys(range(7), ((0, 86_400),)))
    start = 1_736_150_400
    targets = Targets(response=Target(900), warn=(Warn(percent=80), Warn(offset=-1800)))
    assert clocks((), start, targets, around, SlaSwitches(), start).next_warn == start + 720
    only = Targets(response=Target(900), warn=(Warn(offset=-1800),))
    assert clocks((), start, only, around, SlaSwitches(), start).next_warn == start
