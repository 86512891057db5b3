"""Attachments: content kept once, names made safe, notes' files for note readers only."""
# ruff: noqa: F401, F811

import base64
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.desk import attachments
from helpdesk_tui.desk.attachments import safe_name
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, StoreFault
from tests.desk_fixtures import as_person, by_json, clock, desk


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\a.txt", "a.txt"),
        ("..", "attachment-7"),
        ("", "attachment-7"),
        (".bashrc", "bashrc"),
        ("con.txt", "attachment-7-con.txt"),
        ("a\x1b[31mb\nc.txt", "a␛[31mb c.txt"),
        ("gpj.\u202eexe", "gpj._RLO_exe"),
        ("发票 2026.pdf", "发票 2026.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_safe_name(name: str, safe: str) -> None:
    assert safe_name(name, 7) == safe


@given(st.text())
def test_safe_names_are_names(name: str) -> None:
    safe = safe_name(name, 1)
    assert safe not in ("", ".", "..") and "/" not in safe and "\\" not in safe and len(safe.encode()) <= 200
    assert not safe.startswith(".") and not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in safe)


def test_add_list_read(desk: Desk) -> None:
    one = desk.tickets.open("One")["number"]
    two = desk.tickets.open("Two")["number"]
    made = desk.attachments.add(one, "../a.txt", b"hello", "text/plain")
    assert (made["save_as"], made["size"], made["author"], made["media_type"]) == ("a.txt", 5, "ana", "text/plain")
    again = by_json(
        desk,
        "attachment.add",
        {"number": two, "name": "b.bin", "data": base64.b64encode(b"hello").decode(), "encoding": "base64"},
    )
    assert again["sha256"] == made["sha256"] and again["media_type"] == "application/octet-stream"
    assert desk.store.query("SELECT count(*) FROM blob") == [(1,)]
    assert desk.attachments.read(made["id"]) == b"hello"
    assert base64.b64decode(by_json(desk, "attachment.get", {"attachment": again["id"]})["data"]) == b"hello"
    assert [a["id"] for a in desk.attachments.list(one)] == [made["id"]]
    assert desk.tickets.count("has:attachment") == 2
    assert desk.tickets.log(one)[-1]["verb"] == "attachment.add"
    desk.attachments.remove(made["id"])
    assert desk.attachments.list(one) == []
    desk.undoing.last()
    assert desk.attachments.read(made["id"]) == b"hello"


def test_refusals(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    number = desk.tickets.open("One")["number"]
    other = desk.tickets.open("Two")["number"]
    comment = desk.tickets.reply(other, "Hello")["comment"]
    monkeypatch.setattr(attachments, "MAX_SIZE", 4)
    head = desk.store.head()
    for call, error in (
        (lambda: desk.attachments.add(number, "a", b"12345"), Invalid),
        (lambda: desk.attachments.add(number, " ", b"1"), Invalid),
        (lambda: desk.attachments.add(number, "n" * 256, b"1"), Invalid),
        (lambda: desk.attachments.add(number, "a", b"1", "text\nplain"), Invalid),
        (lambda: desk.attachments.add(number, "a", b"?", encoding="base64"), Invalid),
        (lambda: desk.attachments.add(number, "a", b"1", encoding="hex"), Invalid),
        (lambda: desk.attachments.add(99, "a", b"1"), NotFound),
        (lambda: desk.attachments.add(number, "a", b"1", comment=comment), NotFound),
        (lambda: desk.attachments.add(number, "a", b"1", version=9), Conflict),
        (lambda: desk.attachments.read(77), NotFound),
    ):
        with pytest.raises(error):
            call()
    assert desk.store.head() == head
    assert desk.store.query("SELECT count(*) FROM blob") == [(0,)]


def test_files_of_notes_stay_inside(desk: Desk) -> None:
    caller = as_person(desk, "caller", "requester")
    number = caller.tickets.open("Mine")["number"]
    note = desk.tickets.note(number, "Between us")["comment"]
    hidden = desk.attachments.add(number, "inside.txt", b"secret", comment=note)
    shown = caller.attachments.add(number, "outside.txt", b"mine")
    foreign = desk.attachments.add(desk.tickets.open("Not theirs")["number"], "x", b"x")
    assert [a["id"] for a in caller.attachments.list(number)] == [shown["id"]]
    assert len(desk.attachments.list(number)) == 2
    for which in (hidden, foreign):
        with pytest.raises(NotFound):
            caller.attachments.read(which["id"])
    with pytest.raises(NotFound):
        caller.attachments.list(foreign["number"])
    caller.close()


def test_damage_is_noticed(desk: Desk) -> None:
    number = desk.tickets.open("One")["number"]
    made = desk.attachments.add(number, "a", b"hello")
    with desk.store.write() as tx:
        tx.conn.execute("UPDATE blob SET data = ?", (b"hullo",))
    with pytest.raises(StoreFault):
        desk.attachments.read(made["id"])
    with desk.store.write() as tx:
        tx.conn.execute("DELETE FROM blob")
    with pytest.raises(StoreFault):
        desk.attachments.read(made["id"])
