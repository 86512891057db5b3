"""Many programs tick at once on one desk, with clocks that jump and a kill in the middle: each timer fires exactly once."""

import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from helpdesk_tui.desk import outbox, paging
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.first import default_policy_text
from helpdesk_tui.desk.moves import set_state
from helpdesk_tui.vocabulary.roles import Permission
from tests.desk_fixtures import START, FixedClock
from tests.faults.deeds import ANA
from tools.closure import ROOT

HOUR = 3_600
POLICY = """
[[paging.policy]]
id = "all"
when = { severity = ["sev1"] }
levels = [{ targets = ["person:bo"] }, { targets = ["person:cy"] }]
"""
TOLD = [1, 2, 1, 2]
"""The levels of a run that nobody answers: all are gone through twice."""


def made(path: Path, waiting: int, paged: int) -> tuple[list[int], list[int]]:
    """A desk on which so many tickets wait for an hour that has come, and so many were paged for."""
    clock = FixedClock(START)
    with Desk.open(path, user=ANA, clock=clock) as desk:
        for login in ("bo", "cy"):
            desk.people.add(login.title(), login=login, agent=True, roles=["technical_support"])
            desk.notifying.add("webhook", f"https://{login}.example.org/", person=login)
        desk.policy.apply(default_policy_text() + POLICY)
        outbox.collect(desk)
        rows = [{"title": f"waits {place}", "kind": "incident"} for place in range(waiting + paged)]
        for first in range(0, len(rows), 1_000):
            desk.importing.tickets(rows[first : first + 1_000])
        numbers = [n for (n,) in desk.store.query("SELECT number FROM ticket ORDER BY number")]
        sleeping, burning = numbers[:waiting], numbers[waiting:]
        for first in range(0, len(sleeping), 500):
            with desk.work("ticket.pend") as work:
                for number in sleeping[first : first + 500]:
                    draft = work.ticket(number, Permission.TICKET_TRANSITION)
                    set_state(draft, "on_hold", work.at)
                    draft.set(pending_until=START + number % HOUR)
        for number in burning:
            with desk.work("ticket.edit") as work:
                paging.begin(work, number, 1, cause="declared")
    return sleeping, burning


def begin(path: Path, seed: int, ticks: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.faults.ticker", str(path), str(seed), str(START + 2 * HOUR), str(ticks)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    ("programs", "waiting", "paged", "ticks", "kills"),
    [
        (4, 240, 10, 4, 3),
        pytest.param(50, 9_500, 500, 6, 60, marks=[pytest.mark.soak, pytest.mark.timeout(1_500)]),
    ],
)
def test_every_timer_fires_once_whatever_befalls_those_who_tick(
    tmp_path: Path, programs: int, waiting: int, paged: int, ticks: int, kills: int
) -> None:
    path = tmp_path / "desk.db"
    sleeping, burning = made(path, waiting, paged)
    dice = random.Random(programs)
    running = [begin(path, seed, ticks) for seed in range(programs)]
    for kill in range(kills):
        victim = dice.randrange(len(running))
        # Up, so that it is killed at work and not while it starts; its successor takes its place.
        said = running[victim].stdout
        assert said is not None and said.readline() == "up\n"
        running[victim].send_signal(signal.SIGKILL)
        running[victim].wait(30)
        running[victim] = begin(path, programs + kill, ticks)
    for one in running:
        assert one.wait(600) == 0
    with Desk.open(path, user=ANA, clock=FixedClock(START + 12 * HOUR)) as desk:
        woken = Counter(n for (n,) in desk.store.query("SELECT subject FROM journal WHERE verb = 'ticket.wake'"))
        assert woken == Counter(sleeping)
        # What is left of paging (levels that were not due yet by any clock) goes on one level a tick.
        for _tick in range(12):
            desk.timers.fire_due()
        assert desk.timers.due() == []
        for number in burning:
            # In the order in which it happened, whatever each one's clock said.
            entries = sorted(desk.tickets.entries(number), key=lambda entry: entry.seq or 0)
            told = [
                reason["level"]
                for entry in entries
                for reason in entry.reasons
                if reason["code"] == "notify.people" and reason["what"] == "page"
            ]
            assert told == TOLD, (number, told)
        outbox.collect(desk)
        sent = Counter(desk.store.query("SELECT number, channel FROM outbox WHERE channel = 'webhook'"))
        # No storm: of each run its four pages at most, the rest of a crowded minute is one digest.
        assert all(count <= len(TOLD) for count in sent.values())
        assert desk.audit.verify()["ok"] and desk.upkeep.check()["ok"]
