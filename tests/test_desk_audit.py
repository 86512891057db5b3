"""The audit trail: reading, masking, proof, anchors, export."""
# ruff: noqa: F401, F811

import itertools
import json
from pathlib import Path

import pytest

from helpdesk_tui.desk.audit import subject_of
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import Invalid, NotPermitted, StoreFault
from tests.desk_fixtures import as_person, by_json, clock, desk


@pytest.mark.parametrize(
    ("text", "subject"),
    [("INC-12", ("ticket", 12)), ("12", ("ticket", 12)), ("ticket:3", ("ticket", 3)), ("person 4", ("person", 4)),
     ("ci", ("configuration_item", None)), ("policy:1", ("policy_version", 1))],
)  # fmt: skip
def test_subject_of(text: str, subject: tuple[str, int | None]) -> None:
    assert subject_of(text) == subject


@pytest.mark.parametrize("text", ["", "person:x", "cheese", "person:-1"])
def test_no_subject(text: str) -> None:
    with pytest.raises(Invalid):
        subject_of(text)


def test_log_follows_and_filters(desk: Desk) -> None:
    start = desk.store.head()
    number = desk.tickets.open("VPN down")["number"]
    desk.tickets.note(number, "Rebooted")
    desk.people.add("Bob", login="bob")
    entries = by_json(desk, "audit.log", {"since": start})
    assert [e["verb"] for e in entries] == ["ticket.open", "ticket.note", "people.add"]
    assert entries[1]["rows"][-1]["after"]["body"] == "Rebooted"
    assert entries[0]["actor"] == "ana" and len(entries[0]["hash"]) == 64
    assert desk.audit.log(since=entries[-1]["seq"]) == []
    assert [e["verb"] for e in desk.audit.log(limit=2)] == ["ticket.note", "people.add"]
    assert [e["verb"] for e in desk.audit.log(subject=str(number))] == ["ticket.open", "ticket.note"]
    assert [e["verb"] for e in desk.audit.log(subject=str(number), limit=1)] == ["ticket.note"]
    assert [e["verb"] for e in desk.audit.log(subject="person", verb="people")] == ["people.add"]
    assert [e["verb"] for e in desk.audit.log(verb="ticket.note")] == ["ticket.note"]
    assert desk.audit.log(actor="bob") == []
    assert all("sentence" in r for e in entries for r in e["reasons"])


def test_without_the_right_to_read_texts_are_masked(desk: Desk) -> None:
    number = desk.tickets.open("Top secret", description="very", requester="zed@example.org")["number"]
    desk.tickets.note(number, "hush hush")
    desk.tickets.take(number)
    keeper = as_person(desk, "keeper", "administrator")
    masked = json.dumps(keeper.audit.log(limit=1_000)) + "".join(keeper.audit.export())
    plain = json.dumps(desk.audit.log(limit=1_000))
    for text in ("Top secret", "hush hush", "zed@example.org", "Ana Admin"):
        assert text in plain and text not in masked
    keeper.close()
    clerk = as_person(desk, "clerk", "service_desk")
    for call in (clerk.audit.log, clerk.audit.verify, lambda: next(clerk.audit.export())):
        with pytest.raises(NotPermitted):
            call()
    clerk.close()


def test_verify_and_anchor(desk: Desk, tmp_path: Path) -> None:
    anchor = tmp_path / "anchor.jsonl"
    mark = desk.audit.anchor(str(anchor))
    desk.tickets.open("One")
    desk.audit.anchor(str(anchor))
    assert len(anchor.read_text().splitlines()) == 2 and mark["path"] == str(anchor)
    said = desk.audit.verify(str(anchor))
    assert said == {"ok": True, "entries": desk.store.head(), "head": said["head"], "first_bad": None}
    assert desk.audit.why() is None
    anchor.write_text(anchor.read_text() + json.dumps({"seq": 10_000, "hash": "00" * 32}) + "\n")
    assert desk.audit.verify(str(anchor)) == {**said, "ok": False, "first_bad": 10_000}
    with pytest.raises(StoreFault):
        desk.audit.anchor(str(anchor))
    anchor.write_text("rubbish\n")
    with pytest.raises(Invalid):
        desk.audit.verify(str(anchor))
    with pytest.raises(StoreFault):
        desk.audit.verify(str(tmp_path / "missing"))
    with pytest.raises(StoreFault):
        desk.audit.anchor(str(tmp_path / "no" / "folder"))


def test_a_changed_entry_is_named(tmp_path: Path) -> None:
    from helpdesk_tui.desk.actor import OsUser
    from tests.desk_fixtures import FixedClock

    with Desk.open(tmp_path / "desk.db", user=OsUser(1, "ana", "Ana"), clock=FixedClock()) as desk:
        for n in range(3):
            desk.tickets.open(f"Ticket {n}")
        bad = desk.store.head() - 1
        conn = desk.store.reader()
        conn.execute("DROP TRIGGER journal_no_update")
        conn.execute("UPDATE journal SET verb = 'ticket.forged' WHERE seq = ?", (bad,))
        said = desk.audit.verify()
        assert (said["ok"], said["first_bad"], list(said)) == (False, bad, ["ok", "entries", "head", "first_bad"])
        assert desk.audit.why() is not None


def test_export_is_every_entry_with_its_chain(desk: Desk) -> None:
    for n in range(3):
        desk.tickets.open(f"Ticket {n}\u2028")
    lines = [json.loads(line) for line in desk.audit.export()]
    assert [e["seq"] for e in lines] == list(range(1, desk.store.head() + 1))
    assert all(a["hash"] == b["previous"] for a, b in itertools.pairwise(lines))
    assert lines[-1]["hash"] == desk.audit.verify()["head"]
    seen: list[int] = []
    assert len(list(desk.audit.export(since=lines[-2]["seq"], progress=seen.append))) == 1
    assert seen == [desk.store.head()]
