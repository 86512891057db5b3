"""What verbs ask of SQLite while they run never walks a whole large table: every statement is listened to and explained."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.corpus import build
from bench.reads import PAGES
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import pages

_LARGE = {"ticket", "t", "person", "p", "comment", "c", "journal", "j", "journal_text", "ticket_tag", "watcher", "link"}
_SCAN = re.compile(r"^SCAN (\w+)(?! USING)(?! VIRTUAL)")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = build(Path(tmp_path_factory.mktemp("plans")) / "desk.db", 300)
    yield made
    made.close()


def scans(desk: Desk, work: Callable[[], object]) -> list[str]:
    """The statements of a piece of work that read a large table from end to end, with their plans."""
    conn = desk.store.reader()
    heard: list[str] = []
    conn.set_trace_callback(heard.append)
    try:
        work()
    finally:
        conn.set_trace_callback(None)
    assert heard, "nothing was asked"
    bad = []
    for sql in dict.fromkeys(heard):
        if (
            not sql.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE", "DELETE", "INSERT"))
            or "search_" in sql[:20]
        ):
            continue
        plan = [row[3] for row in conn.execute("EXPLAIN QUERY PLAN " + sql)]
        bad += [f"{line}: {sql[:300]}" for line in plan if (m := _SCAN.match(line)) and m.group(1) in _LARGE]
    return bad


READS: dict[str, Callable[[Desk], object]] = {
    "page": lambda d: d.tickets.page("is:open sort:-priority,due"),
    "mine": lambda d: d.tickets.page("is:mine is:open sort:-priority,due"),
    "show": lambda d: d.tickets.show(100),
    "comments": lambda d: d.tickets.comments(100),
    "timeline": lambda d: d.tickets.timeline(100),
    "by login": lambda d: d.directory.find("agent0001"),
    "by address": lambda d: d.directory.find("P0007@example.org"),
    "number": lambda d: d.tickets.page("number:7"),
    "parent": lambda d: d.tickets.page("parent:7"),
    "search": lambda d: d.searching.rows("printer network"),
}
WRITES: dict[str, Callable[[Desk, int], object]] = {
    "open": lambda d, n: d.tickets.open("Printer jams", requester="p0007@example.org"),
    "open for a stranger": lambda d, n: d.tickets.open("Printer jams", requester="new@example.org"),
    "reply": lambda d, n: d.tickets.reply(n, "We look into it"),
    "edit": lambda d, n: d.tickets.edit(n, set={"impact": "high"}),
    "merge": lambda d, n: d.tickets.merge(n, n + 1),
    "undo": lambda d, n: d.undoing.last(),
    "bulk": lambda d, n: d.bulk.edit(numbers=[n, n + 2], set={"category": "other"}),
}


@pytest.mark.parametrize("spec", [spec for spec in PAGES if spec[0] != "short page"], ids=lambda spec: str(spec[0]))
def test_every_measured_page_comes_off_an_index_in_its_order(
    desk: Desk, spec: tuple[str, str, str, str, object]
) -> None:
    """Whatever the share of tickets that a filter leaves, nothing is sorted; also before there are statistics."""
    text = spec[1].format(team=desk.store.query("SELECT code FROM team ORDER BY id LIMIT 1")[0][0])
    for last in (False, True):
        sql = pages.page_sql(desk.tickets.listing(text), limit=50, after=None, before=None, last=last)
        plan = " | ".join(row[3] for row in desk.store.query("EXPLAIN QUERY PLAN " + sql.text, sql.params))
        assert re.search(r"(SCAN|SEARCH) t USING INDEX ix_ticket_", plan), plan
        assert "TEMP B-TREE" not in plan, plan


def test_the_tabs_are_counted_without_a_look_at_a_ticket(desk: Desk) -> None:
    heard: list[str] = []
    desk.store.reader().set_trace_callback(heard.append)
    desk.views.tabs()
    desk.store.reader().set_trace_callback(None)
    counted = [sql for sql in heard if " ticket " in sql]
    assert len(counted) == 1, heard
    assert f"LIMIT {pages.CAP + 1}" in counted[0]
    plan = " | ".join(row[3] for row in desk.store.query("EXPLAIN QUERY PLAN " + counted[0]))
    assert "USING COVERING INDEX ix_ticket_due" in plan, plan


@pytest.fixture(scope="module")
def agent(desk: Desk) -> Iterator[Desk]:
    """Somebody of the service desk, to whom sensitive tickets are not open, on a desk that has a few."""
    desk.people.add("Plain", login="plain.agent", agent=True, roles=["service_desk"], teams=["network"])
    for number in (20, 40, 60):
        desk.tickets.sensitive(number, "health")
    with Desk.open(desk.store.path, user=OsUser(2000, "plain.agent"), clock=desk.clock) as opened:
        yield opened
    for number in (20, 40, 60):
        desk.tickets.sensitive(number, "no more", remove=True)


@pytest.mark.parametrize("spec", [spec for spec in PAGES if spec[0] != "short page"], ids=lambda spec: str(spec[0]))
def test_pages_without_the_sensitive_tickets_come_off_the_same_index(
    desk: Desk, agent: Desk, spec: tuple[str, str, str, str, object]
) -> None:
    text = spec[1].format(team=desk.store.query("SELECT code FROM team ORDER BY id LIMIT 1")[0][0])

    def plan(who: Desk) -> list[str]:
        sql = pages.page_sql(who.tickets.listing(text), limit=50, after=None, before=None, last=False)
        return [row[3] for row in who.store.query("EXPLAIN QUERY PLAN " + sql.text, sql.params)]

    hidden = [line for line in plan(agent) if line not in plan(desk)]
    assert [line for line in plan(agent) if line not in hidden] == plan(desk)
    assert any("h USING COVERING INDEX ix_ticket_sensitive" in line for line in hidden), hidden
    assert all(
        " h " in line or "LIST SUBQUERY" in line or "SCALAR SUBQUERY" in line or " x " in line for line in hidden
    ), hidden


def test_the_tabs_without_the_sensitive_tickets_are_counted_as_before(desk: Desk, agent: Desk) -> None:
    """Off the same index; what is hidden is asked once for all tabs that the tally counts, off its own."""
    heard: list[str] = []
    agent.store.reader().set_trace_callback(heard.append)
    tabs = {tab.code: tab.count for tab in agent.views.tabs()}
    agent.store.reader().set_trace_callback(None)
    counted = [sql for sql in heard if "FROM ticket " in sql]
    assert len(counted) == 2, counted
    once = next(sql for sql in counted if "LIMIT" not in sql)
    breached = next(sql for sql in counted if "LIMIT" in sql)
    plan = " | ".join(row[3] for row in agent.store.query("EXPLAIN QUERY PLAN " + breached))
    assert "USING COVERING INDEX ix_ticket_due" in plan, plan
    plan = " | ".join(row[3] for row in agent.store.query("EXPLAIN QUERY PLAN " + once))
    assert "USING COVERING INDEX ix_ticket_sensitive" in plan, plan
    assert "USING INTEGER PRIMARY KEY" in plan, plan
    assert tabs["all"] == desk.tickets.count("", None) - 3


@pytest.mark.parametrize("name", READS)
def test_those_who_do_not_see_all_ask_no_whole_table(agent: Desk, name: str) -> None:
    assert scans(agent, lambda: READS[name](agent)) == []


def test_one_ticket_is_asked_for_as_often_as_without_the_mark(desk: Desk, agent: Desk) -> None:
    def asked(who: Desk, work: Callable[[Desk], object]) -> int:
        heard: list[str] = []
        who.store.reader().set_trace_callback(heard.append)
        work(who)
        who.store.reader().set_trace_callback(None)
        return len(heard)

    for work in (READS["show"], READS["comments"], READS["page"]):
        work(desk), work(agent)
        assert asked(agent, work) == asked(desk, work) <= 2


@pytest.mark.parametrize("name", READS)
def test_reading_walks_no_whole_table(desk: Desk, name: str) -> None:
    assert scans(desk, lambda: READS[name](desk)) == []


@pytest.mark.parametrize("name", WRITES)
def test_writing_walks_no_whole_table(desk: Desk, name: str) -> None:
    number = desk.store.query("SELECT number FROM ticket WHERE phase = 1 ORDER BY number LIMIT 1")[0][0]
    assert scans(desk, lambda: WRITES[name](desk, number)) == []


def test_undoing_a_batch_walks_no_whole_table(desk: Desk) -> None:
    numbers = [n for (n,) in desk.store.query("SELECT number FROM ticket WHERE phase = 1 ORDER BY number LIMIT 20")]
    batch = desk.bulk.assign(numbers=numbers, assignee="agent0001")["batch"]
    assert scans(desk, lambda: desk.undoing.batch(batch)) == []


def test_the_listener_hears_a_scan(desk: Desk) -> None:
    assert scans(desk, lambda: desk.store.query("SELECT count(*) FROM ticket WHERE cause = 'x'")) != []


def test_what_moved_is_sought_among_new_entries_only(desk: Desk) -> None:
    desk.directory.stamp()
    desk.tickets.note(100, "The journal moves")
    conn = desk.store.reader()
    heard: list[str] = []
    conn.set_trace_callback(heard.append)
    try:
        desk.directory.stamp()
    finally:
        conn.set_trace_callback(None)
    asked = [sql for sql in heard if "FROM journal " in sql]
    assert asked
    for sql in asked:
        plan = [row[3] for row in conn.execute("EXPLAIN QUERY PLAN " + sql)]
        assert any("INTEGER PRIMARY KEY (rowid>?)" in line for line in plan), plan
