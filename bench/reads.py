"""Rows about reading: pages of the queue and how they grow with the desk, one ticket, counts, search."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from bench import floors
from bench.corpus import NOW, TALK
from bench.measure import Row, clocked, pairs, single
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import search
from helpdesk_tui.store.tokens import query_terms

PAGE: Final = 50
LIMIT: Final = 20
Measure = Callable[[], Row]
_OPEN, _QUEUE = floors.OPEN, floors.QUEUE
# The desk's words, and what a person who knows the schema would write for them.
PAGES: Final[tuple[tuple[str, str, str, str, tuple[object, ...]], ...]] = (
    ("queue", "is:open sort:-priority,due", _OPEN, _QUEUE, ()),
    ("sort due", "is:open sort:due", _OPEN, " ORDER BY t.due_at, t.number LIMIT ?", ()),
    ("sort updated", "is:open sort:-updated", _OPEN, " ORDER BY t.updated_at DESC, t.number DESC LIMIT ?", ()),
    ("sort created", "sort:-created", "t.deleted_at IS NULL", " ORDER BY t.created_at DESC, t.number DESC LIMIT ?", ()),
    ("filter mine", "is:mine is:open sort:-priority,due", f"t.assignee_id = ? AND {_OPEN}", _QUEUE, (1,)),
    ("filter team", "team:{team} is:open sort:-priority,due", f"t.team_id = ? AND {_OPEN}", _QUEUE, (1,)),
    # A page that is not full shows what is paid before the first row.
    ("short page", "assignee:agent0001 is:open sort:-priority,due", f"t.assignee_id = ? AND {_OPEN}", _QUEUE, (3,)),
    ("filter breached", "sla:breached is:open sort:-priority,due", f"t.sla_run = 'running' AND t.due_at <= ? AND {_OPEN}", _QUEUE, (NOW,)),
)  # fmt: skip
QUERIES: Final = (
    ("AND", "printer network"),
    ("AND rare", "certificate renewal"),
    ("OR", "certificate zzunknown"),
    ("AND 中文", "打印机故障"),
    ("OR 中文", "打印机 证书"),
)


def measures(desk: Desk, path: Path, reps: int) -> Iterator[tuple[str, Measure]]:
    """Names and measurements; `reps` is the number of pairs of the sub-millisecond ones."""
    raw = floors.connect(path)
    for row in PAGES:
        yield f"page: {row[0]}", _page(desk, raw, row, reps)
    yield "ticket + 20 comments", lambda: _ticket(desk, raw, reps)
    yield "tab counts", lambda: _tabs(desk, reps)
    for label, text in QUERIES:
        yield f"search {label}", _search(desk, raw, label, text, max(20, reps // 2))
    yield "search p95", lambda: _common(desk, raw, max(20, reps // 2))


def growth(desk: Desk, base: Desk, reps: int) -> Iterator[tuple[str, Measure]]:
    """Each full page on this desk against the same page, by the same program, on a smaller one."""
    for name, query, _where, _order, _params in PAGES:
        if name != "short page":
            yield f"growth: {name}", _growth(desk, base, name, query, reps)


def _team_of(desk: Desk) -> tuple[int, str]:
    team_id, code = desk.store.query("SELECT id, code FROM team ORDER BY id LIMIT 1")[0]
    return int(team_id), str(code)


def _growth(desk: Desk, base: Desk, name: str, query: str, reps: int) -> Measure:
    text = query.format(team=_team_of(desk)[1])

    def measure() -> Row:
        rows = [len(d.tickets.page(text, limit=PAGE).rows) for d in (desk, base)]
        row = pairs(
            f"growth: {name}", f"{_size(desk):,} tickets against {_size(base):,}",
            lambda: desk.tickets.page(text, limit=PAGE),
            lambda: base.tickets.page(text, limit=PAGE),
            reps, most=1.5,
        )  # fmt: skip
        row.goal = "≤ 1.5 × small desk"
        if rows[0] != rows[1]:
            row.note, row.met = f"{rows[0]} rows against {rows[1]}", None
        return row

    return measure


def _size(desk: Desk) -> int:
    return int(desk.store.query("SELECT max(number) FROM ticket")[0][0])


def _page(
    desk: Desk, raw: sqlite3.Connection, spec: tuple[str, str, str, str, tuple[object, ...]], reps: int
) -> Measure:
    name, query, where, order, params = spec
    if "{team}" in query:
        team_id, code = _team_of(desk)
        query, params = query.format(team=code), (team_id,)

    def measure() -> Row:
        mine = [r.number for r in desk.tickets.page(query, limit=PAGE).rows]
        theirs = [r[0] for r in floors.page(raw, where, order, (*params, PAGE))]
        row = pairs(
            f"page: {name}", query,
            lambda: desk.tickets.page(query, limit=PAGE),
            # One more row than shown tells whether there is a next page: the floor must know that as well.
            lambda: floors.page(raw, where, order, (*params, PAGE + 1)),
            reps, most=1.5,
        )  # fmt: skip
        if mine != theirs:
            row.note, row.met = "different rows", False
        row.more["rows"] = len(mine)
        return row

    return measure


def _ticket(desk: Desk, raw: sqlite3.Connection, reps: int) -> Row:
    size = _size(desk)
    numbers = list(range(100, size + 1, 100)) or [size]
    turn = iter(range(1 << 40))
    raw_turn = iter(range(1 << 40))

    def ours() -> object:
        number = numbers[next(turn) % len(numbers)]
        return desk.tickets.show(number), desk.tickets.comments(number)

    def floor() -> object:
        return floors.ticket(raw, numbers[next(raw_turn) % len(numbers)])

    row = pairs("ticket + 20 comments", "show and comments", ours, floor, reps, most=1.5)
    talk = desk.tickets.comments(numbers[0])
    if len(talk) != TALK:
        row.note, row.met = f"{len(talk)} comments", False
    return row


def _tabs(desk: Desk, reps: int) -> Row:
    desk.views.tabs()
    samples = [clocked(desk.views.tabs)[0] for _ in range(max(20, reps // 5))]
    return single("tab counts", "counts of the six default views", samples, most=5)


def _search(desk: Desk, raw: sqlite3.Connection, label: str, text: str, reps: int) -> Measure:
    def measure() -> Row:
        terms = query_terms(text)
        both = " AND ".join(terms)
        matches = [(both, 1_000.0)]
        if len(terms) > 1:
            matches.append((" OR ".join(terms), 0.0))
        row = pairs(
            f"search {label}", text,
            lambda: desk.searching.ranked(text, limit=LIMIT),
            lambda: floors.search(raw, matches, search.POOL, LIMIT),
            reps, most=1.3,
        )  # fmt: skip
        mine = [n for n, _ in desk.searching.ranked(text, limit=LIMIT)]
        if mine != floors.search(raw, matches, search.POOL, LIMIT):
            row.note, row.met = "different hits", False
        full = floors.full_ranking(raw, both, LIMIT)
        row.more |= {"hits": desk.tickets.count(text, None), "overlap@20": len(set(mine) & set(full)), "of": len(full)}
        row.note = (
            row.note or f"{row.more['hits']} hits, overlap with the full ranking {row.more['overlap@20']}/{len(full)}"
        )
        return row

    return measure


def _common(desk: Desk, raw: sqlite3.Connection, n: int) -> Row:
    """The search that hits most: how long it takes at worst, and how much of the full ranking it shows."""
    text = QUERIES[0][1]
    samples = [clocked(lambda: desk.searching.ranked(text, limit=LIMIT))[0] for _ in range(n)]
    row = single("search p95", f"{text}: top {LIMIT}", samples, most=100, tail=True)
    full: list[int] = []
    spent, _ = clocked(lambda: full.extend(floors.full_ranking(raw, " AND ".join(query_terms(text)), LIMIT)))
    mine = [number for number, _ in desk.searching.ranked(text, limit=LIMIT)]
    both, hits = len(set(mine) & set(full)), desk.tickets.count(text, None)
    row.more = {"hits": hits, "share": hits / _size(desk), "overlap@20": both, "full_ranking_ms": spent}
    row.note = f"{hits:,} hits, overlap@20 with the full ranking {both}/{len(full)}, which takes {spent:.0f} ms"
    return row
