"""Deriving for many tickets at once gives what deriving each from its whole history gives, and asks for little."""
# ruff: noqa: F401, F811

import gc
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_tui.desk import derive, sla_recompute
from helpdesk_tui.desk.demoing import build_demo
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.garbage import no_cycles
from helpdesk_tui.desk.policybox import _asked
from helpdesk_tui.rules.policy_work import When
from helpdesk_tui.rules.sla_history import HistoryEvent
from helpdesk_tui.store import journal, lives
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.levels import Priority
from tests.desk_fixtures import START, FixedClock, clock, desk


@pytest.fixture
def told(tmp_path: Path, clock: FixedClock) -> Desk:
    """A small demo desk on which things were done and taken back."""
    path = tmp_path / "told.db"
    build_demo(path, now=START, tickets=80)
    here = Desk.open(path, clock=clock)
    numbers = here.reading.numbers("")
    for place, number in enumerate(numbers[:40]):
        try:
            here.tickets.reply(number, "We look into it.")
            here.tickets.prioritise(number, impact="high", urgency="high")
            if place % 2:
                here.undoing.last()
            if place % 4 == 3:
                here.undoing.redo()
        except DeskError:
            continue
    here.bulk.note("seen", numbers=numbers[:20])
    here.undoing.last()
    return here


def test_short_histories_tell_the_clocks_what_whole_ones_tell(told: Desk) -> None:
    conn = told.store.reader()
    numbers = told.reading.numbers("")
    short = lives.read(conn, numbers)
    undone = 0
    for number in numbers:
        whole = list(journal.read(conn, journal.OF_SUBJECT, ("ticket", number)))
        undone += any(entry.undoes is not None for entry in whole)
        events: list[HistoryEvent] = derive.events_of(told, number, whole)
        assert derive.events_told(number, short[number], derive.ways_of(told)) == events
        assert len(short[number]) <= len(whole)
    assert undone > 5
    assert sum(len(entries) for entries in short.values()) < conn.execute("SELECT count(*) FROM journal").fetchone()[0]
    assert not lives.read(conn, []) and not lives.read(conn, [10**9])


def test_derived_columns_are_those_of_the_explanation(told: Desk) -> None:
    governing = told.policies.current()
    for number in told.reading.numbers(""):
        row = told.tickets.show(number)
        facts = sla_recompute._open(told.store.reader(), [number])
        found = told.sla.measured(number)
        if not facts or found is None:
            continue
        past = lives.read(told.store.reader(), [number])[number]
        columns = derive.columns(
            told, facts[0], derive.events_told(number, past, derive.ways_of(told)), told.now(), governing
        )
        assert columns["sla_run"] == found.run, row["ref"]
        assert columns["resolution_due_at"] == found.resolution.due
        assert columns["response_due_at"] == found.response.due
        assert columns["update_due_at"] == found.update.due


def test_clocks_are_derived_again_in_few_transactions_and_statements(
    told: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sla_recompute, "CHUNK", 5)
    for _ in range(12):
        told.tickets.open("It broke", set={"kind": "incident", "impact": "low", "urgency": "low"})
    for calendar in told.sla.calendars():
        for days in range(5):
            told.sla.add_day(calendar["code"], iso(START + days * 86_400)[:10], recompute=False)
    standing = told.reading.numbers("is:open")
    conn = told.store.reader()
    said: list[str] = []
    told.policies.current()
    conn.set_trace_callback(said.append)
    done = told.sla.recompute()
    conn.set_trace_callback(None)
    chunks = -(-done["matched"] // 5)
    assert done["matched"] == len(standing) > 5
    assert done["changed"] >= 12
    assert 0 < sum(s.startswith("BEGIN IMMEDIATE") for s in said) <= chunks
    # A ticket's journal is read with those of its chunk, and the head is not asked for again and again.
    assert sum("json_extract(ops" in s for s in said) == chunks
    assert sum(s.startswith("SELECT seq FROM journal_head") for s in said) <= 4 * chunks + 4
    assert told.sla.recompute()["changed"] == 0


@pytest.mark.parametrize("running", [True, False])
def test_the_search_for_cycles_rests_only_inside(running: bool) -> None:
    was = gc.isenabled()
    try:
        (gc.enable if running else gc.disable)()
        with no_cycles():
            assert not gc.isenabled()
        assert gc.isenabled() is running
    finally:
        (gc.enable if was else gc.disable)()


def test_a_still_moment_ends(told: Desk) -> None:
    with told.store.still():
        head = told.store.head()
        with sqlite3.connect(told.store.path) as other:
            other.execute("PRAGMA query_only = ON")
        assert told.store.head() == head
    told.tickets.note(told.reading.numbers("is:open")[0], "seen")
    assert told.store.head() == head + 1


FACTS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["incident", "request", "problem", "change"]),
        "category": st.sampled_from(["joiner_leaver", "network", None]),
        "service": st.sampled_from([None, "mail", "erp"]),
        "priority": st.integers(1, 4),
        "organisation": st.sampled_from([None, "Shanghai Office", "shanghai office", "上海办公室", "Elsewhere"]),
        "organisation_kind": st.sampled_from([None, "internal", "customer", "partner"]),
        "channel": st.sampled_from(["email", "phone"]),
        "language": st.sampled_from([None, "en", "zh"]),
        "vip": st.booleans(),
    }
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(facts=FACTS)
def test_the_target_found_is_the_first_that_holds(facts: dict[str, object], governed: Desk) -> None:
    governing = governed.policies.current()
    expected = next((plan for plan in governing.plans if plan.when.holds(**facts)), None)  # type: ignore[arg-type]
    assert governing.plan(facts) is expected
    assert governing.plan(facts) is expected


@pytest.fixture(scope="module")
def governed(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk.open(tmp_path_factory.mktemp("governed") / "desk.db", clock=lambda: START)


def test_every_fact_that_a_target_asks_for_makes_a_difference(governed: Desk) -> None:
    plan = governed.policies.current().plans[0]
    asking = When(priority=(Priority.HIGH,), organisation=("Shanghai office",), vip=False)
    other = type(plan)("one", asking, plan.targets, plan.calendar)
    assert dict(_asked([other])) == {
        "priority": frozenset({Priority.HIGH}),
        "organisation": frozenset({"shanghai office"}),
        "vip": frozenset({True, False}),
    }
