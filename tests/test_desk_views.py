"""Views: saving, order, tabs with exact counts."""
# ruff: noqa: F401, F811

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.first import DEFAULT_VIEWS
from helpdesk_tui.store import pages
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, NotPermitted
from helpdesk_tui.vocabulary.filter_problem import FilterProblem
from helpdesk_tui.vocabulary.filters import parse_filter
from helpdesk_tui.vocabulary.i18n import set_language
from tests.desk_fixtures import FixedClock, as_person, by_json, clock, desk


def counts(desk: Desk) -> dict[str, int | None]:
    return {tab.code: tab.count for tab in desk.views.tabs()}


@pytest.mark.parametrize("query", [query for _code, _label, query in DEFAULT_VIEWS])
def test_default_views_can_be_read(query: str) -> None:
    parse_filter(query)


def test_tallied_counts_equal_counting(desk: Desk, clock: FixedClock) -> None:
    team = next(t["code"] for t in desk.teams.list() if t["members"])
    numbers = [desk.tickets.open(f"Ticket {n}", set={"team": team if n % 2 else "network"})["number"] for n in range(8)]
    for n in numbers[:3]:
        desk.tickets.take(n)
    desk.tickets.cancel(numbers[5], reason="mistake")
    desk.tickets.delete(numbers[6])
    clock.forward(40 * 86_400)
    expected = {name: desk.tickets.count(query, None) for name, _label, query in DEFAULT_VIEWS}
    assert counts(desk) == expected
    assert expected["all"] == 7 and expected["open"] == 6 and expected["mine"] == 3 and 0 < expected["breached"] <= 6
    assert 0 < expected["team"] < 6
    desk.undoing.last()
    assert counts(desk)["all"] == 8


def test_counts_follow_the_scope(desk: Desk) -> None:
    desk.tickets.open("Somebody else's", requester="a@example.org")
    caller = as_person(desk, "caller", "requester")
    caller.tickets.open("Mine")
    assert counts(caller)["all"] == 1 and counts(caller)["open"] == 1
    assert counts(desk)["all"] == 2
    caller.close()
    keeper = as_person(desk, "keeper", "administrator")
    assert set(counts(keeper).values()) == {None}
    keeper.close()


def test_other_views_are_capped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(4):
        desk.tickets.open(f"Ticket {n}")
    desk.views.save("inc", "Incidents", "kind:incident,request,problem,change")
    tab = next(t for t in desk.views.tabs() if t.code == "inc")
    assert (tab.count, tab.capped) == (4, False)
    monkeypatch.setattr(pages, "CAP", 3)
    tab = next(t for t in desk.views.tabs() if t.code == "inc")
    assert (tab.count, tab.capped) == (3, True)
    assert next(t for t in desk.views.tabs() if t.code == "all").count == 4


def test_save_replace_delete_reorder(desk: Desk) -> None:
    saved = desk.views.save("Red", "Red ones", "priority:critical is:open")
    assert saved == {
        "code": "red", "label": "Red ones", "shared": False, "query": "priority:critical is:open", "position": 6,
        "version": 1,
    }  # fmt: skip
    again = by_json(desk, "view.save", {"code": "red", "label": "Red", "query": "priority:critical", "shared": True})
    assert (again["shared"], again["version"], again["label"]) == (True, 2, "Red")
    assert [v["code"] for v in desk.views.reorder(["red", "all"])][:3] == ["red", "all", "mine"]
    assert [v["position"] for v in desk.views.list()] == list(range(7))
    head = desk.store.head()
    desk.views.reorder(["red", "all"])
    assert desk.store.head() == head
    assert desk.views.delete("red") == {"code": "red", "deleted": True}
    with pytest.raises(NotFound):
        desk.views.show("red")
    desk.undoing.last()
    assert desk.views.show("red")["query"] == "priority:critical"


def test_a_filter_that_cannot_be_read_is_not_saved(desk: Desk) -> None:
    head = desk.store.head()
    with pytest.raises(FilterProblem):
        desk.views.save("bad", "Bad", "priority:enormous")
    with pytest.raises(Invalid):
        desk.views.save("two words", "Bad", "")
    with pytest.raises(Invalid):
        desk.views.save("ok", " ", "")
    assert desk.store.head() == head


def test_private_views_are_private(desk: Desk) -> None:
    desk.views.save("secret", "Secret", "is:open")
    clerk = as_person(desk, "clerk", "technical_support", agent=True)
    assert "secret" not in [v["code"] for v in clerk.views.list()]
    for call, error in (
        (lambda: clerk.views.show("secret"), NotFound),
        (lambda: clerk.views.save("secret", "Mine now", ""), Conflict),
        (lambda: clerk.views.save("mine", "Changed", ""), NotPermitted),
        (lambda: clerk.views.delete("all"), NotPermitted),
        (lambda: clerk.views.save("for-all", "All", "", shared=True), NotPermitted),
        (lambda: clerk.views.reorder(["all"]), NotPermitted),
    ):
        with pytest.raises(error):
            call()
    clerk.views.save("own", "Own", "is:mine", shared=False)
    assert clerk.views.show("own")["shared"] is False
    clerk.close()


def test_labels_of_default_views_are_translated_and_others_are_not(desk: Desk) -> None:
    desk.views.save("x", "Mine", "is:mine")
    set_language("zh_CN")
    labels = {t.code: t.label for t in desk.views.tabs()}
    assert labels["x"] == "Mine"
    assert desk.views.show("mine")["label"] == "Mine"
