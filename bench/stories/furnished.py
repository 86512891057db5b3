"""The desk on which the stories play: small, believable, the same every time; its clock stands still."""

import functools
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.channels import Origin

NOON: Final = 1_760_000_000
"""A Thursday morning, 2025-10-09 08:53 UTC."""
MONDAY: Final = 1_760_313_600
"""The first second of the Monday after it."""
DAY: Final = 86_400
ANA: Final = OsUser(1000, "ana", "Ana Admin")
BOB: Final = OsUser(1001, "bob", "Bob Builder")
STALE: Final = 24
"""Old solved tickets that wait to be closed."""

VPN: Final = "VPN drops every ten minutes"
FIX: Final = "lowered the MTU of the tunnel to 1360"
PRINTER: Final = "Printer jam on the third floor"
PAYROLL: Final = "Cannot open the payroll export"
TWIN: Final = "Payroll export cannot open"
DOCK: Final = "Docking station does not charge"
BADGE: Final = "Door badge is not read any more"


@dataclass
class Clock:
    """A clock that only the furnishing moves."""

    now: int = NOON

    def __call__(self) -> int:
        return self.now


def furnish(folder: Path) -> Desk:
    """The desk below a folder, Ana at it."""
    (folder / "desk.db").write_bytes(made())
    return opened(folder / "desk.db")


def opened(path: Path, user: OsUser = ANA) -> Desk:
    """The desk as somebody opens it at noon."""
    return Desk.open(path, user=user, clock=Clock(), origin=Origin.TUI)


@functools.cache
def made() -> bytes:
    """The desk's file: made once a process."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-stories-") as folder:
        path, clock = Path(folder) / "desk.db", Clock(NOON - 33 * DAY)
        with Desk.open(path, user=ANA, clock=clock, origin=Origin.TUI) as desk:
            _people(desk)
            _last_month(desk, clock)
            _this_morning(desk, clock)
            desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return path.read_bytes()


def _people(desk: Desk) -> None:
    desk.people.add("张伟", email="zhang.wei@lanhai.example", phone="+86 755 5550 2101")
    desk.people.add("张敏", email="zhang.min@lanhai.example")
    desk.people.add("Priya Nair", email="priya.nair@lanhai.example", phone="+49 40 5550 2155")
    desk.people.add("Bob Builder", login="bob", agent=True, roles=["technical_support"], teams=["network"])
    desk.cis.add("LT-0042", ci_class="laptop", owner="zhang.wei@lanhai.example")


def _last_month(desk: Desk, clock: Clock) -> None:
    tickets = desk.tickets
    number = tickets.open(f"{VPN} from home", requester="zhang.min@lanhai.example")["number"]
    tickets.take(number)
    tickets.resolve(number, cause="packets too large for the new line", resolution=FIX)
    tickets.close(number)
    for index in range(STALE):
        clock.now += 600
        number = tickets.open(f"Password of account {index + 1:02} has expired")["number"]
        tickets.take(number)
        tickets.resolve(number, resolution="set anew")


def _this_morning(desk: Desk, clock: Clock) -> None:
    clock.now = NOON - 7_200
    for title, who in (
        (PRINTER, "priya.nair@lanhai.example"),
        (PAYROLL, "zhang.wei@lanhai.example"),
        (TWIN, "zhang.wei@lanhai.example"),
        (DOCK, "priya.nair@lanhai.example"),
        (BADGE, "zhang.min@lanhai.example"),
        (VPN, "priya.nair@lanhai.example"),
    ):
        desk.tickets.open(title, requester=who)
        clock.now += 300
