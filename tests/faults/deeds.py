"""The program under fault: a desk at work on a ledger of what was acknowledged.

After each verb that came back, one line goes to the ledger: the journal's head and its hash. Whatever happens to the
program, a desk that holds the last such entry, whole and chained, has lost nothing that anybody was told.

The variants are the negative controls: each does on purpose what the desk must not do, and its test must see it.
"""

import atexit
import contextlib
import enum
import json
import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.policybox import Governing
from helpdesk_tui.store import driver
from helpdesk_tui.store import store as store_module
from helpdesk_tui.store.store import Store, Transaction
from helpdesk_tui.vocabulary.errors import Busy, DeskError, StoreFault
from tests.desk_fixtures import START, FixedClock
from tests.desk_random import DEEDS, Pick

ANA: Final = OsUser(1000, "ana", "Ana Admin")
CHECKPOINT_PAGES: Final = 48
"""Pages of log after which it is moved into the file: far fewer than at work, so that every run meets it."""


class Variant(enum.Enum):
    """How the program keeps its promises."""

    PROPER = "as it is"
    NORMAL = "the log is not synced at each commit"
    OFF = "nothing is ever synced"
    BARE = "each statement is a transaction of its own"
    FORGETFUL = "a commit whose sync failed stays in the log"


@dataclass(frozen=True, slots=True)
class Ack:
    """A line of the ledger: an entry of the journal that somebody was told is kept."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a run was told: acknowledgements in their order, and the lines that refused."""

    acks: tuple[Ack, ...]
    refusals: tuple[str, ...]
    ended: bool

    @property
    def last(self) -> Ack | None:
        return self.acks[-1] if self.acks else None


def read_ledger(path: Path) -> Ledger:
    """The ledger of a run that may have died while writing it."""
    text = path.read_text("utf-8") if path.exists() else ""
    acks, refusals, ended = [], [], False
    for line in text.splitlines(keepends=True):
        if not line.endswith("\n"):
            break
        entry = json.loads(line)
        if "seq" in entry:
            acks.append(Ack(entry["seq"], entry["hash"]))
        elif "refused" in entry:
            refusals.append(entry["refused"])
        else:
            ended = True
    return Ledger(tuple(acks), tuple(refusals), ended)


_template: list[Path] = []
_compiled: dict[tuple[int, int], Governing] = {}


def template() -> Path:
    """A desk with a cast, closed cleanly; made once a process, and the policy compiled once."""
    if not _template:
        path = Path(tempfile.mkdtemp(prefix="helpdesk-faults-")) / "desk.db"
        atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
        with Desk.open(path, user=ANA, clock=FixedClock()) as desk:
            desk.people.add("Bob", login="bob", agent=True, roles=["technical_support"], teams=["network"])
            desk.people.add("Sue", login="sue", agent=True, roles=["service_desk"], teams=["service_desk"])
            desk.people.add("Zoe", login="zoe", email="zoe@example.org", roles=["requester"])
            for i in range(4):
                desk.tickets.open(f"ticket {i} about vpn", description="words " * 20, requester="zoe")
            _compiled.update(desk.policies._made)
        _template.append(path)
    return _template[0]


def place(folder: Path) -> Path:
    """A copy of the template in `folder`: the desk that a run works on."""
    return Path(shutil.copy(template(), folder / "desk.db"))


def _sure(variant: Variant) -> None:
    """Make this process keep its promises as the variant does (in a child process only)."""
    store_module._CHECKPOINT_PAGES = CHECKPOINT_PAGES  # type: ignore[misc]
    if variant in (Variant.NORMAL, Variant.OFF):
        driver._PRAGMAS = tuple(  # type: ignore[misc,assignment]
            f"PRAGMA synchronous = {variant.name}" if "synchronous" in pragma else pragma for pragma in driver._PRAGMAS
        )
    if variant is Variant.FORGETFUL:
        store_module.Store._fault = lambda self, _conn, error, committing: driver.fault(error, self.path)  # type: ignore[method-assign, misc]
    if variant is Variant.BARE:
        store_module.Store.write = _write_bare  # type: ignore[method-assign, assignment]


@contextlib.contextmanager
def _write_bare(store: Store) -> Iterator[Transaction]:
    """A write as by a program that knows no transactions."""
    with driver.writer_lock(store.path):
        conn = store.reader()
        yield Transaction(conn, store._local)
        store._checkpoint(conn, scrub=False)


def work(
    path: Path,
    ledger: Path,
    seed: int,
    deeds: int,
    variant: Variant = Variant.PROPER,
    stop: bool = False,
) -> None:
    """Do `deeds` random deeds at the desk `path` (made if it is absent), an acknowledgement after each.

    With `stop` the program is gone at the first refusal, without closing anything.
    """
    _sure(variant)
    handle = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def tell(entry: dict[str, object]) -> None:
        os.write(handle, (json.dumps(entry, ensure_ascii=False) + "\n").encode("utf-8"))

    chance = random.Random(seed)
    clock = FixedClock(START + 3_600)
    try:
        desk = Desk.open(path, user=ANA, clock=clock)
    except (StoreFault, Busy) as error:
        tell({"refused": str(error)})
        tell({})
        return
    desk.policies._made.update(_compiled)
    told = desk.store.head()
    tell({"seq": told, "hash": desk.store.query("SELECT hash FROM journal_head WHERE id = 1")[0][0].hex()})

    def acknowledge() -> None:
        nonlocal told
        # Asked as the program itself does; a desk that cannot be read any more acknowledges nothing.
        seq, digest = desk.store.query("SELECT seq, hash FROM journal_head WHERE id = 1")[0]
        if seq != told:
            told = seq
            tell({"seq": seq, "hash": digest.hex()})

    names = [*DEEDS, "flush", "open", "reply", "open"]
    for _ in range(deeds):
        clock.forward(60)
        name, pick = chance.choice(names), Pick([chance.randrange(10_000) for _ in range(16)])
        try:
            if name == "flush":
                desk.store.flush()
            else:
                DEEDS[name](desk, pick)
            acknowledge()
        except (StoreFault, Busy) as error:
            tell({"refused": str(error)})
            if stop:
                os._exit(0)
        except DeskError:
            continue
    desk.close()
    tell({})
