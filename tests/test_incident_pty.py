"""An outage from the alert to the published review, worked by keys alone on a real terminal; the figures to the second."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyte
import pytest
from test_console_pty import home, kept, terminals

from helpdesk_tui.desk.actor import os_user
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.first import default_policy_text
from helpdesk_tui.vocabulary.instants import iso
from tests.terminal import Terminal

__all__ = ["home", "terminals"]
START = 1_764_579_600  # 2025-12-01T09:00:00Z, a Monday
PLAN = 'rto = "1h"\nrpo = "15m"\n[[steps]]\nstage = "restore"\ntext = "Promote the standby"\nowner = "operations"\n'
POLICY = '[[paging.policy]]\nid = "pay"\nwhen = { service = ["erp"] }\nlevels = [{ targets = ["schedule:pay"] }]\n'
PROGRAM = Path(__file__).with_name("clocked_console.py")


class Operator:
    """Somebody at a terminal, and the clock on the wall behind it."""

    def __init__(self, path: Path, home: Path, terminals: list[Terminal], acting_for: str = "") -> None:
        self.path, self.clock = path, home / "clock"
        self.at(0)
        self.terminal = Terminal(path, home, (120, 40), program=PROGRAM, CLOCK=str(self.clock), ACTING_FOR=acting_for)
        terminals.append(self.terminal)
        self.drawn = pyte.Screen(120, 40)
        self.stream = pyte.ByteStream(self.drawn)
        self.fed = 0

    def at(self, seconds: int) -> None:
        """It is so many seconds after the alert; the file is whole at any time."""
        part = self.clock.with_suffix(".part")
        part.write_text(str(START + seconds), "ascii")
        part.replace(self.clock)

    def screen(self) -> str:
        sent = bytes(self.terminal.bytes[self.fed :])
        self.fed += len(sent)
        self.stream.feed(sent)
        # Not pyte's own `display`, which falls over half a wide letter.
        cells = self.drawn.buffer
        return "\n".join("".join(cells[y][x].data for x in range(120)) for y in range(40))

    def see(self, text: str) -> None:
        self.terminal.wait_for(lambda: text in self.screen(), text)

    def keys(self, *keys: str, see: str) -> None:
        """Press keys, and wait until something stands on the screen."""
        for key in keys:
            self.terminal.send(key)
            self.terminal.quiet(0.08)
        self.see(see)

    def until(self, true: Callable[[Desk], Any], what: str) -> None:
        """Wait until the desk says so."""
        with Desk.open(self.path, clock=lambda: int(self.clock.read_text("ascii"))) as desk:
            self.terminal.wait_for(lambda: true(desk), what)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A desk whose ERP has a plan, and whoever runs this on call for it."""
    path = tmp_path / "desk.db"
    with Desk.open(path, clock=lambda: START - 3_600) as desk:
        desk.plans.save("erp", PLAN)
        desk.plans.backup("erp", START - 4_000)
        desk.on_call.add("pay", f'{{"layers": [{{"users": ["{os_user().login}"], "always": true}}]}}')
        desk.policy.apply(default_policy_text() + "\n" + POLICY)
    return path


@pytest.mark.timeout(180)
def test_an_outage_by_keys_alone(path: Path, home: Path, terminals: list[Terminal]) -> None:
    me = Operator(path, home, terminals)
    me.see("0 ")
    event = {"source": "generic", "status": "firing", "severity": "critical", "key": "pay", "summary": "PayApiDown",
             "service": "erp"}  # fmt: skip
    with Desk.open(path, clock=lambda: START) as monitor:
        number = monitor.events.ingest([event])["events"][0]["number"]
        assert monitor.paging.show(number)["told"] == [os_user().login]

    def room(desk: Desk) -> dict[str, Any]:
        found: dict[str, Any] = desk.incidents.show(number)
        return found

    def step(place: int) -> Callable[[Desk], bool]:
        return lambda desk: room(desk)["steps"][place]["state"] == "done"

    # The page is seen and acknowledged.
    me.keys(":", str(number), "\r", see="PayApiDown")
    me.see("paged level 1 of 1")
    me.at(75)
    me.keys("K", see="acknowledged by")
    # Declared, led, and the recovery walked by its plan.
    me.at(120)
    me.keys("W", "SEV1", "\r", see="Recovery 0/5")
    me.at(150)
    me.keys("r", "operations", "\r", "\r", see="operations " + os_user().login)
    me.keys("r", "communications", "\r", "\r", see="communications " + os_user().login)
    me.keys("\t", see="Recovery 0/5")
    for place in range(5):
        me.at(300 + place * 300)
        me.keys(" ", see=f"Recovery {place}/5")
        me.until(lambda desk, p=place: room(desk)["steps"][p]["state"] == "begun", "begun")  # type: ignore[misc]
        me.at(420 + place * 300)
        me.keys(" ", see=f"Recovery {place + 1}/5")
        me.until(step(place), "done")
        if place == 1:
            me.at(900)
            me.keys("c", "identified", "\r", see="Cause found")
            me.keys("\x13", see="the update is out")
        me.keys("j", see="Recovery")
    # Users can work again; the second word comes too late, the third in time.
    me.at(1_900)
    me.keys("m", "mitigated", "\r", see="mitigated 09:31")
    me.at(2_000)
    me.keys("c", "monitoring", "\r", see="Mitigated:")
    me.keys("\x13", see="the update is out")
    me.until(lambda desk: len(room(desk)["updates"]) == 2, "second update")
    me.at(2_700)
    me.keys("x", "disk full", "\t", "disk made larger", "\x13", see="resolved 09:45")
    # The review is drafted, approved and published; what follows becomes a ticket.
    me.keys("\t", "F", "alert on disks", "\x13", see="prevent: alert on disks")
    me.keys("V", see="Post-incident review")
    me.keys("n", see="disk full")
    me.at(3_600)
    me.keys("a", see="approved")
    me.keys("p", see="published")
    me.keys("\x1b", see="review published")
    with Desk.open(path, clock=lambda: START + 4_000) as desk:
        stamps = room(desk)["stamps"]
        assert stamps == {
            "impact_started": None, "detected": iso(START), "declared": iso(START), "acknowledged": iso(START + 75),
            "engaged": iso(START + 900), "mitigated": iso(START + 1_900), "resolved": iso(START + 2_700), "closed": None,
        }  # fmt: skip
        found = {one["id"]: (one["n"], one["value"]) for one in desk.kpis.show(["mtt*", "incident.*"])}
        assert found["mtta"] == (1, 75) and found["mttr.respond"] == (1, 1_900) and found["mttr.resolve"] == (1, 2_700)
        assert found["mttr.repair"] == (1, 1_000) and found["incident.rto"] == (1, 1.0)
        # Inside every 15 minutes from the declaration at 120 s on (at 900: in time; at 2,000: too late).
        assert found["incident.cadence"] == (2, 0.5)
        assert [one["state"] for one in desk.reviews.list("all")] == ["published"]
        follows = room(desk)["tasks"][0]["result"]
        assert desk.tickets.show(follows)["kind"] == "problem"
        assert desk.tickets.close(number)["state"] == "closed" and desk.audit.verify()["ok"]


def test_two_in_one_room_see_each_other_and_either_may_be_killed(
    path: Path, home: Path, terminals: list[Terminal]
) -> None:
    with Desk.open(path, clock=lambda: START) as desk:
        desk.people.add("Bo", login="bo", agent=True, roles=["service_desk"])
        number = desk.incidents.declare("Payments API down", service="erp", severity="SEV1")["number"]

    def entered(acting_for: str = "") -> Operator:
        one = Operator(path, home, terminals, acting_for)
        one.see("0 ")
        one.keys(":", str(number), "\r", see="Payments API down")
        one.keys("W", see="Recovery 0/5")
        return one

    def bodies(desk: Desk) -> list[str]:
        return [entry["body"] for entry in desk.incidents.show(number)["entries"] if entry["body"]]

    ana, bo = entered(), entered("bo")
    ana.keys("i", "restarting the standby", "\x13", see="restarting the standby")
    bo.see("restarting the standby")
    bo.keys("i", "users report it works", "\x13", see="users report it works")
    ana.see("users report it works")
    # One dies while typing, right after a line of theirs was taken: it stays, and the other goes on.
    bo.keys("i", "last words", "\x13", see="last words")
    bo.keys("i", "half a thou", see="half a thou")
    bo.terminal.wait_for(lambda: "half a thou" in kept(home), "draft")
    bo.terminal.process.kill()
    bo.terminal.end()
    ana.see("last words")
    ana.keys("i", "alone now", "\x13", see="alone now")
    ana.terminal.process.kill()
    ana.terminal.end()
    again = entered("bo")
    again.see("alone now")
    # What was half written comes back with the next line that bo begins.
    again.keys("i", see="half a thou")
    with Desk.open(path, clock=lambda: START + 60) as desk:
        told = ["restarting the standby", "users report it works", "last words", "alone now"]
        assert bodies(desk) == told and desk.audit.verify()["ok"]
        authors = {entry["author"] for entry in desk.incidents.show(number)["entries"] if entry["body"]}
        assert authors == {os_user().login, "bo"}
