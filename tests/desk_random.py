"""A desk on which anything may be done at random: a cast of people, a list of deeds, and what must always hold."""

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from helpdesk_tui.desk import derive
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.policybox import Governing, PolicyBox
from helpdesk_tui.rules import lifecycle
from helpdesk_tui.store import journal, replay
from helpdesk_tui.store.store import Store
from helpdesk_tui.store.tables import business_tables, metadata
from helpdesk_tui.store.tokens import index_text
from helpdesk_tui.vocabulary.errors import Busy, DeskError, StoreFault
from helpdesk_tui.vocabulary.kinds import STATES, Kind, phase_of
from tests import journal_guard
from tests.desk_fixtures import START, FixedClock

WORDS: Final = (
    "vpn",
    "printer",
    "打印机卡纸",
    "password",
    "Straße",
    "证书",
    "laptop slow",
    "C++ [/",
    "邮件 outlook",
    "new starter",
)
LEVELS: Final = ("low", "medium", "high")
TAGS: Final = ("jam", "urgent", "vip", "网络")
ALL_STATES: Final = sorted({s.code for states in STATES.values() for s in states})
LOGINS: Final = ("ana", "bob", "sue", "zoe")

_template: list[Path] = []
_compiled: dict[tuple[int, int], Governing] = {}


def _make_template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-template-"))
    path = folder / "desk.db"
    store = Store(path)
    journal_guard.install(store.reader())
    store.close()
    with Desk.open(path, user=OsUser(1000, "ana", "Ana Admin"), clock=FixedClock()) as desk:
        desk.people.add_organisation("ACME", "customer")
        desk.people.add("Bob", login="bob", agent=True, roles=["technical_support"], teams=["network"])
        desk.people.add("Sue", login="sue", agent=True, roles=["service_desk"], teams=["service_desk"])
        desk.people.add("Zoe", login="zoe", email="zoe@example.org", roles=["requester"], organisation="ACME")
        desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def template() -> Path:
    """A desk file with the cast, made once a process."""
    if not _template:
        _template.append(_make_template())
    return _template[0]


@contextmanager
def fresh_desk() -> Iterator[tuple[dict[str, Desk], FixedClock]]:
    """The cast at a desk file of their own, which is gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-random-") as folder:
        path = Path(folder) / "desk.db"
        shutil.copy(template(), path)
        clock = FixedClock(START + 3_600)
        cast = {login: Desk.open(path, user=OsUser(1000 + i, login), clock=clock) for i, login in enumerate(LOGINS)}
        box = PolicyBox(cast["ana"].store)
        # Every example has the same policy, and compiling it takes longer than all the rest.
        box._made.update(_compiled)
        _compiled[(1, 0)] = box.current()
        for desk in cast.values():
            desk.policies = box
            # Nothing here is about surviving a power cut, and waiting for the disk is most of the time.
            desk.store.reader().execute("PRAGMA synchronous = OFF")
        try:
            yield cast, clock
        finally:
            for desk in cast.values():
                desk.close()


class Pick:
    """The numbers behind one deed, read one after another."""

    def __init__(self, numbers: list[int]) -> None:
        self.numbers = numbers
        self.place = 0

    def int(self, limit: int) -> int:
        value = self.numbers[self.place % len(self.numbers)] + self.place // len(self.numbers)
        self.place += 1
        return value % limit

    def of(self, values: Any) -> Any:
        return values[self.int(len(values))]


def _ticket(desk: Desk, pick: Pick) -> int:
    known = [n for (n,) in desk.store.query("SELECT number FROM ticket ORDER BY number")]
    return pick.of(known) if known else 1


def _some(desk: Desk, pick: Pick) -> list[int]:
    return sorted({_ticket(desk, pick) for _ in range(1 + pick.int(4))})


def _open(desk: Desk, pick: Pick) -> Any:
    who = pick.of((None, "zoe", "bob", "new.person@example.org", f"p{pick.int(3)}@example.org"))
    chosen = {"kind": pick.of(("incident", "incident", "request", "problem", "change"))} if pick.int(2) else {}
    if pick.int(3) == 0:
        chosen["urgency"] = pick.of(LEVELS)
    at = desk.now() - pick.int(3) * 5_000 if pick.int(4) == 0 else None
    return desk.tickets.open(
        f"{pick.of(WORDS)} {pick.of(WORDS)}", description=pick.of(WORDS), requester=who, set=chosen,
        tags=[pick.of(TAGS)] if pick.int(3) == 0 else None, at=at,
    )  # fmt: skip


def _edit(desk: Desk, pick: Pick) -> Any:
    values = dict(
        pick.of(
            (
                {"impact": pick.of(LEVELS)}, {"urgency": pick.of(LEVELS)}, {"title": pick.of(WORDS)}, {"description": pick.of(WORDS)},
                {"category": "network"}, {"service": "vpn"}, {"affected_users": str(pick.int(500))}, {"requester": "zoe"}, {"major": "yes"},
                {"kind": pick.of(("incident", "request", "problem"))}, {"parent": str(_ticket(desk, pick))}, {"parent": "none"},
                {"priority": pick.of(("low", "critical"))}, {"assignee": pick.of(("bob", "sue", "none"))}, {"team": "network"}, {"external_id": f"X{pick.int(3)}"},
            )
        )
    )  # fmt: skip
    return desk.tickets.edit(_ticket(desk, pick), set=values, add_tags=[pick.of(TAGS)] if pick.int(4) == 0 else None)


def _state(desk: Desk, pick: Pick) -> Any:
    number = _ticket(desk, pick)
    found = desk.store.query("SELECT kind, state FROM ticket WHERE number = ?", (number,))
    kind, state = found[0] if found else ("incident", "new")
    moves = [m.to for m in lifecycle.allowed_moves(desk.policies.current().policy, Kind(kind), state)]
    to = pick.of(moves) if moves and pick.int(4) else pick.of(ALL_STATES)
    told = (
        {"reason": "why not", "until": desk.now() + 7_200, "resolution": "fixed", "cause": "dust"}
        if pick.int(4)
        else {}
    )
    return desk.tickets.state(number, to, **told)


def _checklist(desk: Desk, pick: Pick) -> Any:
    number = _ticket(desk, pick)
    items = desk.tickets.checklist(number)
    if not items or pick.int(2):
        return desk.tickets.checklist_add(number, [pick.of(WORDS), pick.of(WORDS)][: 1 + pick.int(2)])
    if pick.int(2):
        return desk.tickets.checklist_remove(number, pick.of(items)["item"])
    item = pick.of(items)
    return desk.tickets.checklist_tick(number, item["item"], done=item["done_at"] is None)


def _split(desk: Desk, pick: Pick) -> Any:
    return desk.tickets.split(_ticket(desk, pick), pick.of(WORDS), text=pick.of(WORDS))


_BULK: Final[tuple[Callable[[Desk, list[int], Pick], Any], ...]] = (
    lambda d, ns, p: d.bulk.edit(numbers=ns, set={"urgency": p.of(LEVELS)}, add_tags=[p.of(TAGS)]),
    lambda d, ns, p: d.bulk.assign(numbers=ns, assignee=p.of(("bob", "sue", "none"))),
    lambda d, ns, p: d.bulk.resolve(numbers=ns, resolution="done"),
    lambda d, ns, p: d.bulk.note(p.of(WORDS), numbers=ns),
    lambda d, ns, p: d.bulk.delete(numbers=ns),
)

DEEDS: Final[dict[str, Callable[[Desk, Pick], Any]]] = {
    "open": _open,
    "open again": _open,
    "edit": _edit,
    "edit again": _edit,
    "classify": lambda d, p: d.tickets.classify(_ticket(d, p)),
    "prioritise": lambda d, p: d.tickets.prioritise(_ticket(d, p), impact=p.of(LEVELS), urgency=p.of(LEVELS)),
    "pin": lambda d, p: d.tickets.pin(_ticket(d, p), p.of(("low", "high", "critical")), "because"),
    "demand": lambda d, p: d.tickets.demand(
        _ticket(d, p),
        business_impact=1 + p.int(5),
        likelihood=1 + p.int(5),
        benefit=1 + p.int(5),
        reach=1 + p.int(5),
        effort=1 + p.int(5),
    ),
    "take": lambda d, p: d.tickets.take(_ticket(d, p)),
    "assign": lambda d, p: d.tickets.assign(
        _ticket(d, p), team=p.of((None, "network", "none")), assignee=p.of(("bob", "sue", "none"))
    ),
    "state": _state,
    "state again": _state,
    "pend": lambda d, p: d.tickets.pend(_ticket(d, p), until=d.now() + 60 + p.int(100) * 600, reason="waiting"),
    "resolve": lambda d, p: d.tickets.resolve(_ticket(d, p), resolution=p.of(WORDS), cause=p.of((None, "dust"))),
    "close": lambda d, p: d.tickets.close(_ticket(d, p), reason=p.of((None, "done"))),
    "reopen": lambda d, p: d.tickets.reopen(_ticket(d, p), reason="not solved"),
    "cancel": lambda d, p: d.tickets.cancel(_ticket(d, p), reason="no need"),
    "reply": lambda d, p: d.tickets.reply(_ticket(d, p), p.of(WORDS)),
    "reply again": lambda d, p: d.tickets.reply(_ticket(d, p), p.of(WORDS)),
    "note": lambda d, p: d.tickets.note(_ticket(d, p), p.of(WORDS)),
    "merge": lambda d, p: d.tickets.merge(_ticket(d, p), _ticket(d, p)),
    "unmerge": lambda d, p: d.tickets.unmerge(_ticket(d, p)),
    "split": _split,
    "link": lambda d, p: d.tickets.link(
        _ticket(d, p), _ticket(d, p), type=p.of(("relates", "blocks")), remove=p.int(3) == 0
    ),
    "watch": lambda d, p: d.tickets.watch(_ticket(d, p), person=p.of(("me", "zoe", "sue")), remove=p.int(3) == 0),
    "checklist": _checklist,
    "time": lambda d, p: d.tickets.log_time(_ticket(d, p), 1 + p.int(3_600), note=p.of(WORDS)),
    "delete": lambda d, p: d.tickets.delete(_ticket(d, p), reason="spam"),
    "bulk": lambda d, p: p.of(_BULK)(d, _some(d, p), p),
}


def attempt(deed: Callable[[], Any]) -> DeskError | None:
    """Do something that may be refused, but only in words, and never because the file failed."""
    refused: DeskError | None = None
    try:
        deed()
    except DeskError as error:
        refused = error
    if refused is not None:
        assert not isinstance(refused, (StoreFault, Busy)), refused.english
        assert "contradicts what the desk holds" not in refused.english, refused.english
    return refused


# -- what must hold ----------------------------------------------------------------------------------------------------

BOOKKEEPING: Final = frozenset({"version", "updated_at", "comment_seq"})


def tables(conn: sqlite3.Connection, without: frozenset[str] = frozenset()) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all business tables but for some columns."""
    out: dict[str, list[tuple[Any, ...]]] = {}
    for name in business_tables():
        columns = ", ".join(f'"{c.name}"' for c in metadata.tables[name].columns if c.name not in without)
        keys = ", ".join(str(i + 1) for i in range(len(metadata.tables[name].primary_key.columns)))
        out[name] = conn.execute(f"SELECT {columns} FROM {name} ORDER BY {keys}").fetchall()
    return out


def check_replay(desk: Desk, folder: Path) -> None:
    """Replaying the journal into an empty store gives identical business tables, and the same search index."""
    copy = Store(folder / "replayed.db")
    try:
        replay.replay(desk.store.reader(), copy)
        ours, theirs = tables(desk.store.reader()), tables(copy.reader())
        for name, rows in ours.items():
            assert theirs[name] == rows, name
        sql = "SELECT term, doc, cnt FROM search_text_terms ORDER BY term"
        assert copy.query(sql) == desk.store.query(sql)
    finally:
        copy.close()
        for file in folder.glob("replayed.db*"):
            file.unlink()


def check_tally(desk: Desk) -> None:
    """The running counts equal a count."""
    sql = (
        "SELECT ifnull(team_id, 0), ifnull(assignee_id, 0), phase, count(*) FROM ticket WHERE deleted_at IS NULL"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    counted = "SELECT team_id, assignee_id, phase, n FROM tally WHERE n <> 0 ORDER BY 1, 2, 3"
    assert desk.store.query(counted) == desk.store.query(sql)


def check_timers(desk: Desk) -> None:
    """What is still to wake is exactly what the rows say."""
    due = "SELECT subject, due_at FROM timer WHERE fired_at IS NULL AND kind = 'wake' ORDER BY subject"
    wanted = (
        "SELECT number, pending_until FROM ticket t WHERE phase = 2 AND pending_until IS NOT NULL AND deleted_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM timer x WHERE x.subject = t.number AND x.kind = 'wake'"
        " AND x.due_at = t.pending_until AND x.fired_at IS NOT NULL)"
        " ORDER BY number"
    )
    assert desk.store.query(due) == desk.store.query(wanted)


def check_clocks(desk: Desk, later: int) -> None:
    """Stored due instants are those of a computation at any later time."""
    for (number,) in desk.store.query("SELECT number FROM ticket"):
        row = desk.store.reader().execute("SELECT * FROM ticket WHERE number = ?", (number,))
        names = [d[0] for d in row.description]
        ticket = dict(zip(names, row.fetchone(), strict=True))
        entries = list(journal.read(desk.store.reader(), journal.OF_SUBJECT, ("ticket", number)))
        history = derive.events_of(desk, number, entries)
        again = derive.columns(desk, ticket, history, desk.now() + later)
        stored = {column: ticket[column] for column in again}
        assert stored == again, f"ticket {number}: {stored} but {again}; {history}"


def check_search(
    desk: Desk, probes: tuple[str, ...] = ("vpn", "打印", "卡纸", "password", "证书", "outlook", "Straße", "邮件")
) -> None:
    """Every probe finds exactly the tickets whose texts hold it."""
    conn = desk.store.reader()
    texts: dict[int, str] = {}
    for number, title, description in conn.execute("SELECT number, title, description FROM ticket"):
        texts[number] = f"{title}\n{description}"
    for number, body in conn.execute("SELECT number, body FROM comment"):
        texts[number] = texts.get(number, "") + "\n" + body
    for probe in probes:
        wanted = {n for n, text in texts.items() if probe.casefold() in text.casefold()}
        match = f'"{probe}"'
        found = set()
        for table in ("search_text", "search_note"):
            sql = f"SELECT rowid >> 20 FROM {table} WHERE {table} MATCH ?"
            found |= {
                n for (n,) in conn.execute(sql, (match if probe.isascii() else f'"{index_text(probe).split()[0]}"',))
            }
        assert found == wanted, probe


def check_moves(desk: Desk) -> None:
    """Every change of state in the journal is a move of the policy, or a fact that says why it is none."""
    policy = desk.policies.current().policy
    excused = {"undo", "redo", "ticket.unmerge", "ticket.merge"}
    kinds: dict[int, str] = {}
    for entry in journal.read(desk.store.reader(), journal.ALL):
        for change in entry.rows:
            if change.table != "ticket" or change.after is None:
                continue
            number = change.key[0]
            was = kinds.get(number)
            kinds[number] = change.after.get("kind", was)
            if change.before is None or "state" not in change.after or entry.verb in excused:
                continue
            codes = {r.get("code") for r in entry.reasons}
            if kinds[number] != was:
                assert "kind.changed" in codes, entry
                continue
            old, new = change.before["state"], change.after["state"]
            moves = {m.to for m in lifecycle.allowed_moves(policy, Kind(was), old)}
            assert new in moves, f"entry {entry.seq} {entry.verb}: {was} from {old} to {new}"


def check_states(desk: Desk) -> None:
    """Every state is one of its ticket's kind, in the phase it has there."""
    for number, kind, state, phase in desk.store.query("SELECT number, kind, state, phase FROM ticket"):
        assert phase_of(Kind(kind), state) == phase, f"ticket {number}: {kind} in {state}, phase {phase}"


def check_ties(desk: Desk) -> None:
    """Merges and parents lead to tickets, never back."""
    for column in ("merged_into", "parent_number"):
        ties = dict(desk.store.query(f"SELECT number, {column} FROM ticket"))
        for number in ties:
            seen, at = {number}, ties[number]
            while at is not None:
                assert at in ties, f"{column} of {number} leads to {at}, which is no ticket"
                assert at not in seen, f"{column} of {number} is a circle"
                seen.add(at)
                at = ties[at]


def check_everything(desk: Desk, folder: Path, later: int) -> None:
    """All of it."""
    conn = desk.store.reader()
    assert journal.verify(conn).ok
    assert journal_guard.recorded(conn)
    assert journal_guard.unjournalled(conn) == []
    assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
    check_tally(desk)
    check_timers(desk)
    check_ties(desk)
    check_states(desk)
    check_clocks(desk, later)
    check_search(desk)
    check_moves(desk)
    check_replay(desk, folder)
    for entry in journal.read(conn, journal.ALL):
        json.dumps(entry.reasons, allow_nan=False)
