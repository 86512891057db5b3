"""What surrounds a ticket: parents and children, the CI neighbourhood, tickets like it, and the proofs of its entries."""

import sqlite3

import pytest

from helpdesk_tui.desk import ticket_around
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.ticket_around import LOOKED_AT, MOST_ITEMS, asked_of
from helpdesk_tui.vocabulary.errors import NotFound
from tests.desk_fixtures import FixedClock, as_person, clock, desk

__all__ = ["clock", "desk"]


def opened(desk: Desk, title: str = "Printer jams", **values: str) -> int:
    requester = values.pop("requester", "rita@example.org")
    return int(desk.tickets.open(title, requester=requester, set=values or None)["number"])


def test_the_tree_goes_up_and_down(desk: Desk) -> None:
    top = opened(desk, "move the office", kind="request")
    middle, other = (opened(desk, name, kind="request", parent=str(top)) for name in ("desks", "phones"))
    leaf = opened(desk, "screws", kind="request", parent=str(middle))
    desk.tickets.state(other, "in_fulfilment")
    desk.tickets.resolve(other, resolution="done", cause="x", code="fixed")
    tree = desk.tickets.tree(top)
    assert [(t["number"], t["depth"]) for t in tree["below"]] == [(middle, 1), (other, 1), (leaf, 2)]
    assert (tree["done"], tree["count"], tree["above"]) == (1, 3, [])
    assert [t["number"] for t in desk.tickets.tree(leaf)["above"]] == [top, middle]


def test_a_requester_sees_their_own_branch_only(desk: Desk) -> None:
    desk.people.add("Rita", email="rita@example.org", login="rita", roles=["requester"])
    top = opened(desk, "move")
    mine = opened(desk, "my desk", parent=str(top))
    theirs = opened(desk, "other desk", requester="other@example.org", parent=str(top))
    opened(desk, "my lamp", parent=str(theirs))
    with as_person(desk, "rita") as rita:
        assert [t["number"] for t in rita.tickets.tree(top)["below"]] == [mine]
        with pytest.raises(NotFound):
            rita.tickets.tree(theirs)
        with pytest.raises(NotFound):
            rita.tickets.similar(theirs)


def cmdb(desk: Desk) -> None:
    for name in ("app", "db", "disk", "till", "shop", "twin"):
        desk.cis.add(name)
    for one, kind, other in (("app", "depends_on", "db"), ("db", "runs_on", "disk"), ("till", "uses", "app"),
                             ("app", "part_of", "shop"), ("app", "connected_to", "twin")):  # fmt: skip
        desk.cis.relate(one, kind, other)


def test_what_a_ci_hangs_on_and_what_hangs_on_it(desk: Desk) -> None:
    cmdb(desk)
    number = opened(desk, ci="app")
    opened(desk, "disk full", ci="disk")
    desk.tickets.cancel(opened(desk, "disk noisy", ci="disk"), reason="x")
    around = desk.tickets.around(number)
    assert around is not None
    assert (around["ci"]["name"], around["ci"]["open"], around["more"]) == ("app", 1, False)
    found = {(i["way"], i["name"], i["depth"], i["via"], i["open"]) for i in around["items"]}
    assert found == {
        ("needs", "db", 1, "app", 0), ("needs", "disk", 2, "db", 1), ("needed_by", "till", 1, "app", 0),
        ("needed_by", "shop", 1, "app", 0), ("beside", "twin", 1, "app", 0),
    }  # fmt: skip
    nearer = desk.tickets.around(number, steps=1)
    assert nearer is not None
    assert all(item["depth"] == 1 for item in nearer["items"])
    assert desk.tickets.around(opened(desk)) is None


def test_a_wide_neighbourhood_and_a_busy_item_are_read_in_part(desk: Desk) -> None:
    desk.cis.add("hub")
    for n in range(MOST_ITEMS + 5):
        desk.cis.add(f"till-{n:03}")
        desk.cis.relate(f"till-{n:03}", "depends_on", "hub")
    number = opened(desk, ci="hub")
    key = desk.tickets.facts(number)["ci_id"]
    asked: list[str] = []
    desk.store.reader().set_trace_callback(asked.append)
    around = desk.tickets.around(number)
    desk.store.reader().set_trace_callback(None)
    assert around is not None
    assert (len(around["items"]), around["more"]) == (MOST_ITEMS, True)
    assert len(asked) < 6 * MOST_ITEMS
    busy = next(text for text in asked if f"ci_id = {key} " in text)
    assert f"LIMIT {LOOKED_AT}" in busy


def test_a_requester_sees_no_neighbourhood(desk: Desk) -> None:
    cmdb(desk)
    desk.people.add("Rita", email="rita@example.org", login="rita", roles=["requester"])
    number = opened(desk, ci="app")
    opened(desk, requester="other@example.org", ci="app")
    with as_person(desk, "rita") as rita:
        around = rita.tickets.around(number)
        assert around is not None
        assert (around["items"], around["ci"]["open"]) == ([], 1)


def test_similar_tickets_come_with_their_resolution(desk: Desk, clock: FixedClock) -> None:
    old = opened(desk, "VPN drops every ten minutes", category="network")
    twin = opened(desk, "vpn drops every  ten minutes")
    desk.tickets.take(old)
    desk.tickets.resolve(old, resolution="restarted the gateway", cause="leak", code="fixed")
    opened(desk, "Printer jams")
    chinese = opened(desk, "仓库打印机不出纸")
    number = opened(desk, "VPN drops every ten minutes since Monday")
    (like,) = desk.tickets.similar(number)
    assert (like["number"], like["resolution"]) == (old, "restarted the gateway")
    assert like["more"] == [desk.tickets.show(twin)["ref"]]
    assert 0 < like["likeness"] <= 1
    assert [s["number"] for s in desk.tickets.similar(opened(desk, "门店打印机不出纸了"))] == [chinese]
    desk.tickets.merge(twin, number)
    assert desk.tickets.similar(number)[0]["more"] == []
    assert desk.tickets.similar(opened(desk, "!!!")) == []


def test_a_run_of_chinese_is_asked_for_pair_by_pair() -> None:
    assert asked_of("打印机坏 now", "") == "打印 印机 机坏 now"
    assert asked_of("你好", "x" * 500) == "你好 " + "x" * 200
    assert asked_of("The door does not open.", "") == "door open."


def test_the_likely_category_says_why(desk: Desk) -> None:
    desk.people.add("Rita", email="rita@example.org", login="rita", roles=["requester"])
    for _ in range(3):
        opened(desk, "the flux turns blue", category="software")
    number = opened(desk, "the flux turns blue again")
    found = desk.tickets.likely(number, desk.tickets.similar(number))
    assert found is not None
    assert (found["category"], found["source"]) == ("software", "similar")
    assert found["reasons"][-1]["count"] == 3
    vpn = opened(desk, "VPN is down")
    by_rule = desk.tickets.likely(vpn, [])
    assert by_rule is not None
    assert (by_rule["category"], by_rule["source"]) == ("network", "rules")
    assert any("vpn" in reason.get("words", ()) for reason in by_rule["reasons"])
    with as_person(desk, "rita") as rita:
        assert rita.tickets.likely(vpn, []) is None


def test_proofs_hold_until_somebody_writes_past_the_desk(desk: Desk) -> None:
    number = opened(desk)
    desk.tickets.note(number, "hello")
    seqs = [entry["seq"] for entry in desk.tickets.log(number)]
    proofs = desk.tickets.proofs([*seqs, 10_000])
    assert [proofs[seq][1] for seq in seqs] == [True] * len(seqs)
    assert len(proofs) == len(seqs)
    assert all(len(digest) == 64 for digest, _holds in proofs.values())
    other = sqlite3.connect(":memory:")
    desk.store.reader().backup(other)
    triggers = [name for (name,) in other.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    for name in triggers:
        other.execute(f'DROP TRIGGER "{name}"')
    other.execute("UPDATE journal SET verb = 'ticket.reply' WHERE seq = ?", (seqs[-1],))

    class Elsewhere:
        def query(self, sql: str, bound: tuple[object, ...]) -> list[tuple[object, ...]]:
            return other.execute(sql, bound).fetchall()

        def reader(self) -> sqlite3.Connection:
            return other

    real, desk.store = desk.store, Elsewhere()  # type: ignore[assignment]
    try:
        assert [desk.tickets.proofs(seqs)[seq][1] for seq in seqs] == [True] * (len(seqs) - 1) + [False]
    finally:
        desk.store = real


QUESTIONS = {name: value for name, value in vars(ticket_around).items() if isinstance(value, str) and "SELECT" in value}


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_no_question_walks_through_a_table(desk: Desk, name: str) -> None:
    sql = QUESTIONS[name]
    bound = [1] * max(sql.count("?"), 3)
    numbers = {str(n): 1 for n in range(1, 4)}
    plan = desk.store.reader().execute(f"EXPLAIN QUERY PLAN {sql}", numbers if "?1" in sql else bound[: sql.count("?")])
    steps = [row[3] for row in plan]
    tables = ("ticket", "journal", "configuration_item", "ci_relation", "t", "r", "c")
    walks = [step for step in steps if step.startswith("SCAN") and step.split()[1] in tables]
    assert walks == [], steps
