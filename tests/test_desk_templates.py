"""Templates: filling in, and what must never happen while doing so."""
# ruff: noqa: F401, F811

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.templates import FIELDS, fill
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, NotPermitted
from tests.desk_fixtures import as_person, by_json, clock, desk

FACTS = {
    "ticket": {"number": 7, "ref": "INC-7", "title": "{{agent.name}} {0.__class__}", "kind": "incident", "state": "new",
               "priority": "high", "created_at": "2026-03-02T09:00:00Z", "resolution_due_at": None},
    "requester": {"name": "Ann Lee", "email": "ann@example.org", "phone": None, "organisation": None},
    "service": "Mail", "team": None, "agent": "Ana Admin", "desk": "Help", "now": 1_772_442_000, "tz": "UTC",
}  # fmt: skip


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Dear {{requester.first_name}},", "Dear Ann,"),
        ("{{ ticket.ref }}: {{TICKET.TITLE}}", "INC-7: {{agent.name}} {0.__class__}"),
        ("{{nothing}} {{requester.__class__}}", "{{nothing}} {{requester.__class__}}"),
        ("{agent.name} {{agent name}} {{{agent.name}}}", "{agent.name} {{agent name}} {Ana Admin}"),
        ("[{{team}}{{requester.phone}}]", "[]"),
        ("{{now.date}} {{now.time}} {{ticket.created}}", "2026-03-02 09:00 2026-03-02 09:00"),
        ("%s {0} ${agent.name}", "%s {0} ${agent.name}"),
    ],
)
def test_fill(body: str, text: str) -> None:
    assert fill(body, FACTS)[0] == text


def test_what_is_unknown_or_empty_is_reported() -> None:
    assert fill("{{x}} {{team}} {{x}} {{Y.z}}", FACTS) == ("{{x}}  {{x}} {{Y.z}}", ["x", "Y.z"], ["team"])


def test_every_field_fills_or_is_empty_even_without_a_ticket() -> None:
    nothing = {
        "ticket": {},
        "requester": {},
        "service": None,
        "team": None,
        "agent": "A",
        "desk": "D",
        "now": 0,
        "tz": "UTC",
    }
    for name in FIELDS:
        text, unknown, _empty = fill("{{" + name + "}}", nothing)
        assert "{{" not in text and unknown == []


@given(st.text(), st.text())
def test_values_are_never_looked_at_again(title: str, body: str) -> None:
    facts = {**FACTS, "service": "{{team}}" + title}
    assert fill("{{service}}", facts)[0] == "{{team}}" + title
    fill(body, facts)


def test_save_render_delete(desk: Desk) -> None:
    number = desk.tickets.open("No mail", requester="ann@example.org", set={"service": "email"})["number"]
    saved = desk.templates.save(
        "Hello", "Hello {{requester.name}}, {{ticket.ref}} {{wrong}}", name="Greeting", language="en"
    )
    assert saved == {
        "code": "hello", "name": "Greeting", "language": "en", "version": 1, "unknown": ["wrong"],
        "body": "Hello {{requester.name}}, {{ticket.ref}} {{wrong}}",
    }  # fmt: skip
    ref = desk.tickets.show(number)["ref"]
    assert by_json(desk, "template.render", {"code": "hello", "number": number}) == {
        "code": "hello", "text": f"Hello ann, {ref} {{{{wrong}}}}", "unknown": ["wrong"], "empty": [],
    }  # fmt: skip
    assert desk.templates.render("hello")["empty"] == ["requester.name", "ticket.ref"]
    assert desk.templates.save("hello", "Bye")["version"] == 2
    assert desk.templates.show("hello")["name"] == "Greeting"
    with pytest.raises(Conflict):
        desk.templates.save("hello", "Late", version=1)
    assert [t["code"] for t in desk.templates.list("en")] == ["hello"] and desk.templates.list("zh_CN") == []
    assert desk.templates.delete("hello")["deleted"]
    with pytest.raises(NotFound):
        desk.templates.render("hello")
    with pytest.raises(Invalid):
        desk.templates.save("empty", " ")


def test_rights(desk: Desk) -> None:
    desk.templates.save("hello", "Hello {{requester.name}} {{requester.email}}")
    number = desk.tickets.open("No mail", requester="ann@example.org")["number"]
    caller = as_person(desk, "caller", "requester")
    with pytest.raises(NotPermitted):
        caller.templates.save("x", "x")
    with pytest.raises(NotFound):
        caller.templates.render("hello", number)
    caller.close()
    auditor = as_person(desk, "aud", "auditor")
    assert auditor.templates.render("hello", number)["text"] == "Hello a*** a***@example.org"
    auditor.close()
