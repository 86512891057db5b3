"""What a note says reaches nobody who may not read notes; auditors and quality see no personal value of a ticket."""

import inspect
import json
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.desk import registry
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import DeskError, NotPermitted

SECRET = "zebrafinch"
ANA = OsUser(1000, "ana", "Ana Admin")
LOGINS = {
    "tom": "technical_support", "aud": "auditor", "qua": "quality", "adm": "administrator", "svc": "service_account",
}  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk where notes, and a file at a note, hold a secret, on a requester's ticket and around it."""
    path = tmp_path_factory.mktemp("rights") / "desk.db"
    with Desk.open(path, user=ANA) as desk:
        call(desk, "people.add", name="Rita Requester", email="rita@example.org", login="rita")
        call(desk, "people.grant", person="rita", roles=["requester"])
        for login, role in LOGINS.items():
            call(desk, "people.add", name=login.title(), email=f"{login}@example.net", login=login, agent=True)
            call(desk, "people.grant", person=login, roles=[role])
        one = desk.tickets.open("Mailbox full", description="please help", requester="rita@example.org")["number"]
        note = desk.tickets.note(one, f"{SECRET} one")["comment"]
        desk.attachments.add(one, f"{SECRET}.txt", SECRET.encode(), "text/plain", comment=note)
        desk.tickets.split(one, "A second matter", comment=note)
        dup = desk.tickets.open("Again", requester="rita@example.org")["number"]
        desk.tickets.note(dup, f"{SECRET} two")
        desk.tickets.merge(dup, one)
        desk.tickets.reply(one, "we are on it")
        other = desk.tickets.open("Zoe's own", description="zoeword", requester="zoe@example.org")["number"]
        desk.tickets.link(one, other)
        desk.tickets.watch(one, person="zoe@example.org")
    return path


def call(desk: Desk, verb: str, **args: Any) -> Any:
    return registry.call(desk, verb, args)


def opened(path: Path, login: str) -> Desk:
    return Desk.open(path, user=OsUser(2000, login, login))


def told(answer: Any) -> str:
    """Everything an answer says."""
    if is_dataclass(answer) and not isinstance(answer, type):
        answer = asdict(answer)
    elif not isinstance(answer, dict | list | str | int | bytes | None):
        answer = list(answer)
    return json.dumps(answer, default=lambda v: asdict(v) if is_dataclass(v) and not isinstance(v, type) else str(v))


def everything_read(desk: Desk) -> Iterator[tuple[str, str]]:
    """What each reading verb, and each list of the screens, answers to this person."""
    values: dict[str, list[Any]] = {
        "number": [1, 2, 3, 4], "attachment": [1, 2], "where": ["", SECRET], "text": [SECRET, "zoeword", "Mailbox"],
        "person": ["zoe@example.org", "rita@example.org"], "code": ["mine"], "cases": [[]], "team": ["service_desk"],
    }  # fmt: skip
    for name, spec in registry.verbs().items():
        if not spec.reads or name.startswith("audit."):
            continue
        params = list(spec.signature.parameters.values())[1:]
        needed = [p.name for p in params if p.default is inspect.Parameter.empty]
        varied = next((key for key in values if key in [p.name for p in params]), None)
        for value in values[varied] if varied else [None]:
            args = {key: values.get(key, ["x"])[0] for key in needed}
            if varied:
                args[varied] = value
            try:
                yield f"{name} {args}", told(registry.call(desk, name, args))
            except DeskError:
                continue
    for where in ("", SECRET):
        try:
            yield f"page {where}", told(desk.tickets.page(where).rows)
            yield f"stream {where}", told(desk.tickets.stream(where))
            yield f"found {where}", told(desk.searching.rows(where or "Mailbox"))
        except DeskError:
            continue
    for number in (1, 2, 3, 4):
        try:
            yield f"parts {number}", told([desk.tickets.links(number), desk.tickets.watchers(number)])
        except DeskError:
            continue


@pytest.mark.parametrize("login", ["rita", "svc", "adm"])
def test_notes_reach_nobody_who_may_not_read_them(path: Path, login: str) -> None:
    with opened(path, login) as desk:
        for what, answer in everything_read(desk):
            assert SECRET not in answer.replace(json.dumps(what), ""), (what, answer)
        if login != "rita":
            with pytest.raises(NotPermitted):
                desk.tickets.count(SECRET)
        else:
            assert desk.tickets.count(SECRET) == 0


def test_a_requester_hears_nothing_of_other_peoples_tickets(path: Path) -> None:
    with opened(path, "rita") as desk:
        for what, answer in everything_read(desk):
            assert "zoeword" not in answer, (what, answer)
            assert "Zoe's own" not in answer, (what, answer)


@pytest.mark.parametrize("login", ["aud", "qua"])
def test_people_on_tickets_are_masked_for_auditors_and_quality(path: Path, login: str) -> None:
    with opened(path, login) as desk:
        seen = dict(everything_read(desk))
    for what, answer in seen.items():
        for word in ("rita@", "zoe@", "Rita Requester"):
            assert word not in answer, (what, word)
    assert "r***@example.org" in seen["ticket.show {'number': 1}"]
    assert SECRET in seen["ticket.comments {'number': 1}"], "they read the notes themselves"


def test_who_also_works_there_sees_people_plainly(path: Path, tmp_path: Path) -> None:
    with opened(path, "ana") as desk:
        assert desk.tickets.show(1)["requester"] == "rita@example.org"
    with Desk.open(path, user=ANA) as desk:
        call(desk, "people.add", name="Tess", email="tess@example.net", login="tess", agent=True)
        call(desk, "people.grant", person="tess", roles=["auditor", "technical_support"])
        call(desk, "team.add", code="mail", name="Mail")
        call(desk, "team.add_member", team="mail", person="tess")
        call(desk, "ticket.assign", number=1, team="mail")
    with opened(path, "tess") as desk:
        shown = {ticket["number"]: ticket["requester"] for ticket in desk.tickets.select()}
        assert shown[1] == "rita@example.org"
        assert shown[4] == "z***@example.org"
        assert desk.tickets.show(4)["requester"] == "z***@example.org"
        rows = {row.number: row.requester for row in desk.tickets.page("").rows}
        assert rows[1] == "Rita Requester"
        assert rows[4] == "z***@example.org" or rows[4] == "z***"


def test_a_note_that_is_split_off_stays_a_note(path: Path) -> None:
    with opened(path, "ana") as desk:
        split = desk.tickets.show(2)
        assert split["description"] == ""
        assert [(c.kind, c.body) for c in desk.tickets.comments(2)] == [("note", f"{SECRET} one")]
    with opened(path, "rita") as desk:
        assert desk.tickets.comments(2) == []
        assert [item.verb for item in desk.tickets.timeline(2)] == ["ticket.split"], "its opening is no secret"


@pytest.mark.parametrize(("login", "other"), [("rita", "ana"), ("tom", "ana"), ("adm", "ana"), ("aud", "rita")])
def test_nobody_acts_for_another_without_the_permission(path: Path, login: str, other: str) -> None:
    with pytest.raises(NotPermitted):
        Desk.open(path, user=OsUser(2000, login, login), act_as=other)
