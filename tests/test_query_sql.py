"""Filters as SQL mean what the language says; pages are slices of one order; the default lists walk an index."""

import itertools
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import pages
from helpdesk_tui.store.pages import Listing
from helpdesk_tui.store.query import Compiler, Viewer
from helpdesk_tui.store.sorting import order
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary import filter_predicate
from helpdesk_tui.vocabulary.filter_fields import FIELDS, FieldType, FilterField
from helpdesk_tui.vocabulary.filters import FilterProblem, mentions, parse_filter
from tests import ticket_rows as rows
from tests.desk_fixtures import clock, desk  # noqa: F401
from tests.sparing import examples
from tests.ticket_rows import NOW

COUNT = 220
ME = filter_predicate.Viewer.of(
    ["ana", "ana@example.org", "Ana Admin"], ["network", "Network team", "运维", "基础设施"]
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = rows.fill(tmp_path_factory.mktemp("query") / "desk.db", COUNT, 7)
    yield made
    made.close()


@pytest.fixture(scope="module")
def plain(store: Store) -> dict[bool, list[dict[str, Any]]]:
    return {notes: rows.records(store.reader(), notes=notes) for notes in (False, True)}


def sql_numbers(store: Store, text: str, *, notes: bool = True, **narrow: Any) -> list[int]:
    viewer = Viewer(now=NOW, person_id=rows.ME, teams=rows.MY_TEAMS, notes=notes, **narrow)
    found = parse_filter(text)
    condition = Compiler(store.reader(), viewer).condition(found)
    return pages.numbers(store.reader(), Listing(condition, tuple(order(found.sort))))


def meant(records: list[dict[str, Any]], text: str) -> list[int]:
    where = parse_filter(text).where
    asked = mentions(where, "is", "deleted")
    return [
        r["number"] for r in records
        if (asked or r["deleted_at"] is None) and filter_predicate.matches(where, r, NOW, me=ME)
    ]  # fmt: skip


# -- random filters -----------------------------------------------------------------------------------------------------

TIMES = ("now", "today", "yesterday", "tomorrow", "2026-11-22", "2026-11", "4h", "1d", "30d", "2026-11-22T14:40")
WORDS = (
    "vpn", "VPN", "断开", "断", "打印", "打印机", "卡纸", "邮件", "very", "slow", "mail", "Straße", "STRASSE", "strasse", "691", "x", "的邮", "10.0.0.1",
    "drops", "INC-3", "3", "#7",
)  # fmt: skip
PHRASES = (
    "very slow", "very very slow", "断开 VPN", "vpn 断开", "VPN 断", "a b a c", "a b c", "卡", "打印 job", "C++ error", "slow mail", "我的邮件", "开 VPN",
    "邮件打",
)  # fmt: skip
NAMES = {
    "team": ("network", "Network Team", "运维", "me", "none", "nobody"),
    "service": ("vpn", "VPN", "邮件", "none"),
    "organisation": ("acme", "上海办公室", "none"),
    "ci": ("SRV-01", "drucker zürich", "DRUCKER ZÜRICH", "none"),
    "category": ("network", "NETWORK/vpn", "硬件", "none"),
    "resolution_code": ("fixed", "FIXED", "已解决", "gelöst", "none"),
    "external_id": ("inc-3", "INC-7", "wé-11", "WÉ-12", "none"),
    "language": ("en", "ZH", "none"),
    "tag": ("jam", "VPN", "远程", "ÜNIC", "none"),
}
PERSONS = (
    "ana",
    "ANA@example.org",
    "张伟",
    "zhang.wei@EXAMPLE.org",
    "élodie çelik",
    "me",
    "none",
    "bo",
    "ghost",
    '"none"',
)


def _values(field: FilterField) -> tuple[str, ...]:
    if field.codes:
        return tuple(c.code for c in field.codes) + (("none",) if field.nullable else ())
    if field.type is FieldType.FLAG:
        return ("yes", "no")
    if field.type is FieldType.NUMBER:
        return ("0", "1", "3", "50", *(("none",) if field.nullable else ()))
    if field.type is FieldType.PERSON:
        return PERSONS
    if field.timed:
        return (*TIMES, *(("none",) if field.nullable else ()))
    return NAMES.get(field.name, ("x",))


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value and not value.startswith('"') else value


@st.composite
def terms(draw: st.DrawFn) -> str:
    field = draw(st.sampled_from(FIELDS))
    if field.type is FieldType.TEXT:
        prefix = "" if field.name == "text" else f"{field.name}:"
        if draw(st.booleans()):
            return prefix + '"' + draw(st.sampled_from(PHRASES)) + '"'
        return prefix + draw(st.sampled_from(WORDS))
    values = _values(field)
    value = draw(st.sampled_from(values))
    if field.ordered and draw(st.booleans()):
        low, high = (
            draw(st.sampled_from([v for v in values if v not in ("none", "today", "yesterday", "tomorrow")]))
            for _ in range(2)
        )
        shape = draw(st.sampled_from((">{0}", ">={0}", "<{0}", "<={0}", "{0}..", "..{0}", "{0}..{1}")))
        return f"{field.name}:" + shape.format(low, high)
    more = draw(st.lists(st.sampled_from(values), max_size=2)) if not field.timed else []
    return f"{field.name}:" + ",".join(_quoted(v) for v in (value, *more))


def _join(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(parts, min_size=2, max_size=3).map(" ".join),
        st.lists(parts, min_size=2, max_size=3).map(lambda p: "(" + " OR ".join(p) + ")"),
        parts.map(lambda p: p if p.startswith("-") else f"-{p}"),
    )


FILTERS = st.recursive(terms(), _join, max_leaves=5)


@settings(max_examples=examples(350))
@given(text=FILTERS, notes=st.booleans())
def test_sql_agrees_with_the_language(
    store: Store, plain: dict[bool, list[dict[str, Any]]], text: str, notes: bool
) -> None:
    try:
        wanted = meant(plain[notes], text)
    except FilterProblem:
        return
    assert sorted(sql_numbers(store, text, notes=notes)) == wanted, text


@pytest.mark.parametrize("name", [f.name for f in FIELDS])
def test_every_field_is_asked(store: Store, plain: dict[bool, list[dict[str, Any]]], name: str) -> None:
    """Each field with each of its values, alone and negated, so that none depends on luck."""
    field = next(f for f in FIELDS if f.name == name)
    texts = (
        [f"{name}:{_quoted(v)}" for v in _values(field)]
        if field.type is not FieldType.TEXT
        else [f'{name}:"{w}"' for w in (*WORDS, *PHRASES)]
    )
    if field.ordered:
        texts += [f"{name}:{op}{v}" for op in ("<", ">=", ">", "<=") for v in _values(field) if v != "none"]
    asked = 0
    for text in (*texts, *(f"-{t}" for t in texts)):
        try:
            wanted = meant(plain[True], text)
        except FilterProblem:
            continue
        asked += 1
        assert sorted(sql_numbers(store, text)) == wanted, text
    assert asked


def test_the_corners(store: Store, plain: dict[bool, list[dict[str, Any]]]) -> None:
    by_number = {r["number"]: r for r in plain[True]}
    overdue = sql_numbers(store, "is:overdue")
    assert overdue
    assert all(by_number[n]["phase"] < 3 and by_number[n]["due_at"] <= NOW for n in overdue)
    assert sql_numbers(store, "due:none")
    assert not set(sql_numbers(store, "due:none")) & set(sql_numbers(store, "due:>=2000-01-01"))
    # A word in the title and another in a reply: both stand in the ticket.
    assert sql_numbers(store, "nowhere-at-all") == []
    # Two-valued: what is missing is not more than anything, so it is among the rest.
    with_and_without = {*sql_numbers(store, "severity:>2"), *sql_numbers(store, "-severity:>2")}
    assert with_and_without == {r["number"] for r in plain[True] if r["deleted_at"] is None}


@pytest.mark.parametrize("text", ["", '""', "-", "...", "title:", 'title:""', "???"])
def test_nothing_to_look_for(store: Store, text: str) -> None:
    try:
        found = parse_filter(text)
    except FilterProblem:
        return
    assert found.where is None


def test_narrowed_viewers(store: Store, plain: dict[bool, list[dict[str, Any]]]) -> None:
    def own(r: dict[str, Any]) -> bool:
        return rows.ME in (r["assignee_id"], r["requester_id"]) or any(w["login"] == "ana" for w in r["watchers"])

    alive = [r for r in plain[True] if r["deleted_at"] is None]
    assert sorted(sql_numbers(store, "", own_only=True)) == [r["number"] for r in alive if own(r)]
    teams = [r["number"] for r in alive if own(r) or r["team_id"] in rows.MY_TEAMS]
    assert sorted(sql_numbers(store, "", teams_only=True)) == teams
    # Nothing a filter says widens it.
    assert set(sql_numbers(store, "number:>0 OR is:deleted", own_only=True)) <= {
        r["number"] for r in plain[True] if own(r)
    }


# -- order and pages ----------------------------------------------------------------------------------------------------

SORTABLE = [f.name for f in FIELDS if f.sortable]
_KEYS = {
    "team": lambda r: r["team"] and r["team"]["code"],
    "service": lambda r: r["service"] and r["service"]["code"],
    "assignee": lambda r: r["assignee"] and (r["assignee"]["login"] or r["assignee"]["name"]),
    "requester": lambda r: r["requester"] and (r["requester"]["email"] or r["requester"]["name"]),
    "due": lambda r: None if r["due_at"] >= rows.NEVER else r["due_at"],
    "title": lambda r: r["title"][:200],
    "age": lambda r: -r["created_at"],
}


def _key(field: str, record: dict[str, Any]) -> Any:
    found = _KEYS.get(field)
    spec = next(f for f in FIELDS if f.name == field)
    return found(record) if found else record[spec.key]


def in_order(records: list[dict[str, Any]], sorts: list[tuple[str, bool]]) -> list[int]:
    """The whole list by these fields, missing values last either way, made total by the number."""
    last, down = sorts[-1]
    # `-priority` and its like are the queue's own order: equals stand oldest first.
    ties = down != (last == "age") and not (down and last in ("phase", "priority", "impact", "urgency"))
    out = sorted(records, key=lambda r: r["number"], reverse=ties)
    for field, descending in reversed(sorts):
        have = [r for r in out if _key(field, r) is not None]
        lack = [r for r in out if _key(field, r) is None]
        have.sort(
            key=lambda r: str(_key(field, r)).encode() if isinstance(_key(field, r), str) else _key(field, r),
            reverse=descending,
        )
        out = have + lack
    return [r["number"] for r in out]


def walk(store: Store, text: str, limit: int, *, backwards: bool) -> list[int]:
    """Every number by turning pages to the end, forwards or from the last page."""
    viewer = Viewer(now=NOW, person_id=rows.ME, notes=True)
    found = parse_filter(text)
    listing = Listing(Compiler(store.reader(), viewer).condition(found), tuple(order(found.sort)))
    out: list[int] = []
    page = pages.page(store.reader(), listing, limit=limit, last=backwards)
    for _ in range(COUNT + 1):
        numbers = [r.number for r in page.rows]
        out = numbers + out if backwards else out + numbers
        more = page.more_before if backwards else page.more_after
        if not more or not page.rows:
            return out
        edge = {"before": page.first} if backwards else {"after": page.last}
        page = pages.page(store.reader(), listing, limit=limit, **edge)
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("field", SORTABLE)
def test_pages_of_every_order(store: Store, plain: dict[bool, list[dict[str, Any]]], field: str, sign: str) -> None:
    wanted = in_order([r for r in plain[True] if r["deleted_at"] is None], [(field, sign == "-")])
    text = f"sort:{sign}{field}"
    assert sql_numbers(store, text) == wanted
    assert walk(store, text, 17, backwards=False) == wanted
    assert walk(store, text, 17, backwards=True) == wanted


@settings(max_examples=examples(60))
@given(
    sorts=st.lists(
        st.tuples(st.sampled_from(SORTABLE), st.booleans()), min_size=1, max_size=3, unique_by=lambda s: s[0]
    ),
    limit=st.sampled_from((1, 7, 50, 500)),
    backwards=st.booleans(),
)
def test_pages_of_mixed_orders(store: Store, sorts: list[tuple[str, bool]], limit: int, backwards: bool) -> None:
    text = "phase:..open sort:" + ",".join(f"{'-' if d else ''}{f}" for f, d in sorts)
    wanted = sql_numbers(store, text)
    assert len(wanted) == len(set(wanted)) > 20
    assert walk(store, text, limit, backwards=backwards) == wanted


def test_the_edges_of_pages(store: Store) -> None:
    viewer = Viewer(now=NOW, person_id=rows.ME)
    found = parse_filter("sort:-priority,due")
    listing = Listing(Compiler(store.reader(), viewer).condition(found), tuple(order(found.sort)))
    everything = pages.numbers(store.reader(), listing)
    first = pages.page(store.reader(), listing, limit=10)
    assert (first.more_before, first.more_after) == (False, True)
    last = pages.page(store.reader(), listing, limit=10, last=True)
    assert (last.more_before, last.more_after) == (True, False)
    assert [r.number for r in last.rows] == everything[-10:]
    whole = pages.page(store.reader(), listing, limit=len(everything))
    assert (whole.more_before, whole.more_after) == (False, False)
    empty = pages.page(store.reader(), listing, limit=10, after=whole.last)
    assert empty.rows == []
    assert pages.count(store.reader(), listing.condition, 10) == 11
    assert pages.count(store.reader(), listing.condition, None) == len(everything)
    some = random.Random(1).sample(everything, 20)
    assert sorted(r.number for r in pages.rows_of(store.reader(), listing.condition, [*some, 99_999])) == sorted(some)


# -- plans --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("is:open sort:-priority,due", "ix_ticket_queue"),
        ("is:open team:network sort:-priority,due", "ix_ticket_team"),
        ("is:open assignee:ana sort:-priority,due", "ix_ticket_assignee"),
        ("is:mine is:open sort:-priority,due", "ix_ticket_assignee"),
        ("is:unassigned is:open sort:-priority,due", "ix_ticket_assignee"),
        ("is:open sort:due", "ix_ticket_due"),
        ("is:overdue is:open sort:due", "ix_ticket_due"),
        ("sort:-updated", "ix_ticket_updated"),
        ("sort:-created", "ix_ticket_created"),
    ],
)
def test_lists_walk_an_index(store: Store, text: str, index: str) -> None:
    """First page, a later page, the page before and the last: read off the index, nothing sorted."""
    store.reader().execute("ANALYZE")
    viewer = Viewer(now=NOW, person_id=rows.ME, teams=frozenset({1}))
    found = parse_filter(text)
    listing = Listing(Compiler(store.reader(), viewer).condition(found), tuple(order(found.sort)))
    key = [0] * len(listing.terms)
    for after, before, last in ((None, None, False), (key, None, False), (None, key, False), (None, None, True)):
        sql = pages.page_sql(listing, limit=50, after=after, before=before, last=last)
        plan = " | ".join(r[3] for r in store.reader().execute("EXPLAIN QUERY PLAN " + sql.text, sql.params))
        assert f"USING INDEX {index}" in plan, plan
        assert "TEMP B-TREE" not in plan, plan


def test_queue_of_a_new_desk_walks_an_index(desk: Desk) -> None:  # noqa: F811
    """Also before SQLite has any statistics."""
    for text, index in (
        ("is:open sort:-priority,due", "ix_ticket_queue"),
        ("is:mine is:open sort:-priority,due", "ix_ticket_assignee"),
    ):
        listing = desk.tickets.listing(text)
        sql = pages.page_sql(listing, limit=50, after=None, before=None, last=False)
        plan = " | ".join(r[3] for r in desk.store.query("EXPLAIN QUERY PLAN " + sql.text, sql.params))
        assert f"USING INDEX {index}" in plan
        assert "TEMP B-TREE" not in plan


def test_hostile_filters_are_values(store: Store) -> None:
    """Whatever is typed is compared, never run."""
    before = store.query("SELECT count(*) FROM ticket")
    hostile = [
        "'); DROP TABLE ticket; --",
        "x' OR '1'='1",
        '" OR ""="',
        "%",
        "_",
        "\\",
        "NEAR(a b)",
        "a*",
        "title:x",
        "^a",
        "{a b}",
        "-a",
        "\x00",
        "a" * 5_000,
    ]
    for text, shape in itertools.product(
        hostile,
        ("{}", '"{}"', 'title:"{}"', 'assignee:"{}"', 'tag:"{}"', 'cause:"{}"', 'team:"{}"', 'external_id:"{}"'),
    ):
        try:
            sql_numbers(store, shape.format(text.replace('"', "")))
        except FilterProblem:
            continue
    assert store.query("SELECT count(*) FROM ticket") == before


def test_path_is_unused(tmp_path: Path) -> None:
    """A store made twice from one seed is the same: the tests above do not depend on luck."""
    one, two = rows.fill(tmp_path / "a.db", 30, 3), rows.fill(tmp_path / "b.db", 30, 3)
    assert one.query("SELECT * FROM ticket") == two.query("SELECT * FROM ticket")
    one.close()
    two.close()
