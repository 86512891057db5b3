"""One change on many tickets: exactly what the preview said, reported where it could not be done, taken back as one."""
# ruff: noqa: F811

from typing import Any

import pytest

from helpdesk_tui.desk import bulk, undo
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import NotPermitted, Usage
from tests.desk_fixtures import FixedClock, as_person, clock, desk  # noqa: F401
from tests.desk_random import BOOKKEEPING, check_everything, tables


@pytest.fixture
def many(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Some tickets, and chunks small enough that a bulk takes several transactions."""
    monkeypatch.setattr(bulk, "CHUNK", 4)
    monkeypatch.setattr(undo, "CHUNK", 3)
    return [
        desk.tickets.open(f"printer {i} jam", description="打印机卡纸" if i % 2 else "")["number"] for i in range(11)
    ]


def rows(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    return tables(desk.store.reader(), BOOKKEEPING)


def exported(desk: Desk) -> list[dict[str, Any]]:
    return [
        {k: v for k, v in t.items() if k not in ("version", "updated_at", "sla_state")} for t in desk.tickets.select()
    ]


CHANGES: dict[str, Any] = {
    "edit": lambda d, **w: d.bulk.edit(
        set={"urgency": "high", "impact": "high"}, add_tags=["jam"], reason="all of them", **w
    ),
    "untag": lambda d, **w: d.bulk.edit(remove_tags=["jam"], add_tags=["other"], **w),
    "assign": lambda d, **w: d.bulk.assign(team="network", assignee="ana", **w),
    "take": lambda d, **w: d.bulk.take(**w),
    "state": lambda d, **w: d.bulk.state("in_progress", **w),
    "resolve": lambda d, **w: d.bulk.resolve(resolution="done", cause="dust", **w),
    "cancel": lambda d, **w: d.bulk.cancel(reason="no need", **w),
    "note": lambda d, **w: d.bulk.note("the same", **w),
    "reply": lambda d, **w: d.bulk.reply("the same", **w),
    "delete": lambda d, **w: d.bulk.delete(reason="spam", **w),
}


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_preview_change_undo_redo(desk: Desk, many: list[int], clock: FixedClock, name: str) -> None:
    before, export, head = rows(desk), exported(desk), desk.store.head()
    told = CHANGES[name](desk, where="printer", dry_run=True)
    assert (told["batch"], told["matched"], told["changed"]) == (None, 11, 11)
    assert desk.store.head() == head
    promised = {p["number"]: p["changes"] for p in told["preview"]}
    assert set(promised) == set(many)

    done = CHANGES[name](desk, where="printer")
    assert (done["matched"], done["changed"], done["skipped"]) == (11, 11, [])
    assert desk.store.query("SELECT count(*) FROM journal WHERE batch = ?", (done["batch"],)) == [(11,)]
    for number in many:
        if name == "delete":
            continue
        happened = desk.tickets.log(number)[-1]["changes"]
        for field, change in promised[number].items():
            assert happened[field] == change, (number, field)
    after = rows(desk)
    clock.forward(3_600)
    assert desk.undoing.target(done["batch"])["conflicts"] == []
    assert rows(desk) == before
    assert exported(desk) == export
    clock.forward(3_600)
    assert desk.undoing.redo()["conflicts"] == []
    assert rows(desk) == after
    assert desk.undoing.last()["undone"] == 11
    assert exported(desk) == export
    check_everything(desk, desk.store.path.parent, 86_400)


def test_what_cannot_be_done_is_reported(desk: Desk, many: list[int]) -> None:
    desk.tickets.resolve(many[0], resolution="x")
    desk.tickets.delete(many[1])
    desk.tickets.edit(many[2], set={"urgency": "low"}, add_tags=["jam"])
    told = desk.bulk.resolve(numbers=[*many, 999, many[3]], resolution="done")
    assert told["matched"] == 12  # each once
    reasons = {s["number"]: s["reason"] for s in told["skipped"]}
    assert set(reasons) == {many[0], many[1], 999}
    assert "already" in reasons[many[0]]
    assert "no ticket" in reasons[many[1]]
    assert told["changed"] == 9
    assert desk.bulk.edit(numbers=[many[2]], set={"urgency": "low"})["skipped"] == [
        {"number": many[2], "reason": "nothing would change"}
    ]
    assert desk.bulk.edit(numbers=[many[2]], set={"urgency": "low"})["batch"] is None


def test_saying_which(desk: Desk, many: list[int]) -> None:
    with pytest.raises(Usage):
        desk.bulk.edit(set={"urgency": "low"})
    with pytest.raises(Usage):
        desk.bulk.edit(where="printer")
    assert desk.bulk.edit(where="nothing-like-it", set={"urgency": "low"})["matched"] == 0
    assert desk.bulk.edit(where="卡纸", set={"urgency": "low"})["changed"] == 5


def test_progress_is_told(desk: Desk, many: list[int]) -> None:
    seen: list[tuple[int, int]] = []
    desk.bulk.progress = lambda done, of: seen.append((done, of))
    desk.bulk.edit(numbers=many, add_tags=["x"])
    assert seen == [(4, 11), (8, 11), (11, 11)]


def test_deleting_keeps_the_reason(desk: Desk, many: list[int]) -> None:
    desk.bulk.delete(numbers=many[:1], reason="spam wave")
    reasons = [
        r
        for e in desk.store.query("SELECT seq FROM journal WHERE verb = 'bulk.delete'")
        for r in desk.undoing.describe(str(e[0]))["subjects"]
    ]
    assert reasons == [f"ticket {many[0]}"]
    from helpdesk_tui.store import journal

    entry = list(journal.read(desk.store.reader(), journal.OF_SUBJECT, ("ticket", many[0])))[-1]
    assert {"code": "given", "text": "spam wave"} in entry.reasons


def test_another_team_keeps_only_its_members(desk: Desk, many: list[int]) -> None:
    """As on a single ticket: who does not belong to the new team does not keep the work."""
    desk.people.add("Bob", login="bob", agent=True, teams=["network"])
    desk.bulk.assign(numbers=many[:2], team="network", assignee="bob")
    desk.bulk.assign(numbers=many[:1], team="applications")
    desk.tickets.assign(many[1], team="applications")
    assert [desk.tickets.show(n)["assignee"] for n in many[:2]] == [None, None]


def test_only_within_ones_reach(desk: Desk, many: list[int]) -> None:
    for number in many[:3]:
        desk.tickets.assign(number, team="network")
    for number in many[3:]:
        desk.tickets.assign(number, team="applications")
    with as_person(desk, "bob", "technical_support", agent=True, teams=["network"]) as bob:
        assert bob.bulk.edit(where="printer", add_tags=["x"])["matched"] == 3
        told = bob.bulk.edit(numbers=many, add_tags=["y"])
        assert (told["changed"], len(told["skipped"])) == (3, 8)
        assert all("no ticket" in s["reason"] for s in told["skipped"])
        told = bob.bulk.delete(numbers=many[:1])
        assert told["changed"] == 0
        desk.tickets.edit(many[0], set={"title": "later"})
        bob.undoing.last()
        with pytest.raises(NotPermitted):
            bob.undoing.target(desk.bulk.edit(numbers=many, add_tags=["z"])["batch"])


def test_a_dry_run_lists_every_ticket(desk: Desk) -> None:
    desk.importing.tickets([{"title": f"printer {n}", "kind": "incident"} for n in range(1_100)])
    told = desk.bulk.edit(where="printer", add_tags=["floor3"], dry_run=True)
    assert told["changed"] == len({one["number"] for one in told["preview"]}) == 1_100
    assert all(one["changes"] == {"tags": [[], ["floor3"]]} for one in told["preview"])
