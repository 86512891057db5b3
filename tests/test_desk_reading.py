"""Reading one ticket: what it asks of SQLite, and for whom."""

from collections.abc import Callable

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import pages
from helpdesk_tui.store.query import Compiler
from helpdesk_tui.vocabulary.errors import NotFound, NotPermitted
from helpdesk_tui.vocabulary.filters import parse_filter
from tests.desk_fixtures import FixedClock, as_person, clock, desk

__all__ = ["clock", "desk"]


def statements(desk: Desk, work: Callable[[], object]) -> list[str]:
    """What a piece of work asks of SQLite."""
    heard: list[str] = []
    desk.store.reader().set_trace_callback(heard.append)
    try:
        work()
    finally:
        desk.store.reader().set_trace_callback(None)
    return heard


def opened(desk: Desk) -> int:
    number = int(desk.tickets.open("Printer jams", requester="rita@example.org")["number"])
    for n in range(4):
        desk.tickets.reply(number, f"reply {n}")
        desk.tickets.note(number, f"note {n}")
    return number


def test_a_ticket_and_its_talk_are_one_statement_each(desk: Desk) -> None:
    number = opened(desk)
    desk.tickets.show(number), desk.tickets.comments(number)
    assert len(statements(desk, lambda: desk.tickets.show(number))) == 1
    assert len(statements(desk, lambda: desk.tickets.comments(number))) == 1
    assert len(desk.tickets.comments(number)) == 8


def test_a_page_is_one_statement_beside_the_head(desk: Desk) -> None:
    opened(desk)
    desk.tickets.page("is:open sort:due")
    assert len(statements(desk, lambda: desk.tickets.page("is:open sort:due"))) == 2


def test_merged_talk_comes_in_time_order(desk: Desk, clock: FixedClock) -> None:
    first, second, third = (opened(desk) for _ in range(3))
    clock.forward(60)
    desk.tickets.reply(third, "late in the third")
    clock.forward(60)
    desk.tickets.reply(first, "later in the first")
    desk.tickets.merge(third, second)
    desk.tickets.merge(second, first)
    talk = desk.tickets.comments(first)
    assert {c.number for c in talk} >= {first, third}
    assert [(c.created_at, c.id) for c in talk] == sorted((c.created_at, c.id) for c in talk)
    bodies = [c.body for c in talk]
    assert bodies.index("late in the third") < bodies.index("later in the first")


def test_talk_that_was_brought_in_later_stands_at_its_own_time(desk: Desk) -> None:
    lines = [
        (None, 9, None, 2, 3, pages._FIRST, 0, 17),
        (2, 1, "reply", 1, "Ana", 50, "second by id", "cli"),
        (1, 1, "note", 1, "Ana", 90, "first by id", "cli"),
    ]
    talk, head = pages.talk(list(reversed(lines)))
    assert [line[0] for line in talk] == [2, 1]
    assert head == pages.Head(9, 2, 3, False, 17, False)
    assert [c.body for c in pages.comments(talk, notes=False)] == ["second by id"]
    assert pages.talk(lines[1:]) == ([], None)


def test_who_may_not_read_is_told_so_and_no_more(desk: Desk) -> None:
    number = opened(desk)
    requester = as_person(desk, "rob", "requester")
    admin = as_person(desk, "adam", "administrator")
    for read in (requester.tickets.show, requester.tickets.comments, requester.tickets.facts):
        with pytest.raises(NotFound):
            read(number)
    for verb in (admin.tickets.show, admin.tickets.comments):
        for wanted in (number, number + 1_000):
            with pytest.raises(NotPermitted):
                verb(wanted)
    for verb in (desk.tickets.show, desk.tickets.comments):
        with pytest.raises(NotFound):
            verb(number + 1_000)


def test_revoked_and_granted_rights_count_from_the_next_read(desk: Desk) -> None:
    number = opened(desk)
    smith = as_person(desk, "smith", "service_desk", agent=True)
    assert len(smith.tickets.comments(number)) == 8
    desk.people.revoke("smith", ["service_desk"])
    desk.people.grant("smith", ["administrator"])
    for verb in (smith.tickets.show, smith.tickets.comments):
        with pytest.raises(NotPermitted):
            verb(number)
    desk.people.grant("smith", ["auditor"])
    shown = smith.tickets.show(number)
    assert shown["requester"] == "r***@example.org"
    assert {c.kind for c in smith.tickets.comments(number)} == {"reply", "note"}
    assert "ana" not in {c.author for c in smith.tickets.comments(number)}


def test_a_list_keeps_its_text_for_another_moment(desk: Desk, clock: FixedClock) -> None:
    opened(desk)
    first = pages.page_sql(desk.tickets.listing("is:overdue"), limit=5, after=None, before=None, last=False)
    clock.forward(60)
    second = pages.page_sql(desk.tickets.listing("is:overdue"), limit=5, after=None, before=None, last=False)
    assert second.text is first.text
    fresh = Compiler(desk.store.reader(), desk.reading.viewer()).condition(parse_filter("is:overdue"))
    assert second.params == [*fresh.params, 5]
    assert second.params != first.params
