"""The parts of a ticket's screen by keys alone: fields edited in place, checklist, files, links, what is known, who is here."""

import functools
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from console_desk import ANA, Clock, Console, console, make_desk, second_desk
from tui import SIZES, assert_inert, assert_snapshot, screen_text

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.ticket_around import TicketAround
from helpdesk_tui.screens.common.conflict import ConflictScreen
from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.ticket.details import NEW_FILE, NEW_STEP, size_text
from helpdesk_tui.screens.ticket.file_text import READ, FileText, text_of
from helpdesk_tui.screens.ticket.links import LinksPane, ci_of
from helpdesk_tui.screens.ticket.reading import read_ticket
from helpdesk_tui.screens.ticket.steps_files import file_problem, folder_problem, save_file
from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.i18n import set_language
from helpdesk_tui.widgets.fields import SafeInput
from helpdesk_tui.widgets.pickers import Ask, Pick

DETAILS = ["right_square_bracket"]


def furnished(folder: Path, clock: Clock) -> Desk:
    """A desk whose ticket 2 has a parent, children, a CI with neighbours, steps, a file and tickets like it."""
    data, clock.now = _made(clock.now)
    (folder / "desk.db").write_bytes(data)
    return Desk.open(folder / "desk.db", user=ANA, clock=clock, origin=Origin.TUI)


@functools.cache
def _made(now: int) -> tuple[bytes, int]:
    """The file of such a desk, made once a process, and the time when it was done."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-ticket-") as name:
        folder, clock = Path(name), Clock(now)
        with _furnish(folder, clock) as desk:
            desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return (folder / "desk.db").read_bytes(), clock.now


def _furnish(folder: Path, clock: Clock) -> Desk:
    desk = make_desk(folder, clock)
    desk.cis.add("vpn-gw-01", ci_class="gateway")
    for name, other in (("vpn-gw-01", "idp-01"), ("idp-01", "vmh-01"), ("laptop-7", "vpn-gw-01")):
        for each in (name, other):
            if not desk.cis.list(each):
                desk.cis.add(each, ci_class="server")
        desk.cis.relate(name, "depends_on", other)
    desk.tickets.edit(2, set={"ci": "vpn-gw-01", "parent": "1", "category": "hardware"}, add_tags=["vpn"])
    desk.tickets.edit(5, set={"parent": "2"})
    desk.tickets.link(2, 4, type="caused_by")
    like = desk.tickets.open("VPN drops every ten minutes", requester="zoe@example.org", set={"category": "network"})
    desk.tickets.take(like["number"])
    desk.tickets.resolve(like["number"], resolution="Restarted the gateway.", cause="a leak", code="fixed")
    desk.tickets.checklist_add(2, ["ask for the exact minute", "look at the gateway's log"])
    first = desk.tickets.checklist(2)[0]["item"]
    clock.now += 60
    desk.tickets.checklist_tick(2, first)
    desk.attachments.add(2, "log.txt", b"one\n[bold]two[/]\n\x1b[31mred", "text/plain")
    mail = "It is back.\n\n> did it\n> stop?\n\n-- \nZoe Ott\nFinance"
    desk.tickets.note(2, mail)
    return desk


@asynccontextmanager
async def shown(folder: Path, size: tuple[int, int] = (120, 40), tabs: int = 0) -> AsyncIterator[Console]:
    """Ticket 2 of the furnished desk on the screen, so many tabs on."""
    clock = Clock()
    desk = furnished(folder, clock)
    async with console(folder, desk=desk, size=size) as c:
        c.clock = clock
        c.app.open_ticket(2)
        await c.settle()
        await c.press(*DETAILS * tabs)
        yield c


# -- how it looks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_every_tab_looks_as_designed(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TicketAround, "proofs", lambda self, seqs: {seq: (f"{seq:064x}", seq != 59) for seq in seqs})
    async with shown(tmp_path, size) as c:
        await c.until(lambda: not c.toasts)
        for name in ("timeline", "details", "sla", "links", "knowledge", "audit"):
            assert c.ticket.tab == name
            assert_inert(c.app)
            assert_snapshot(c.app, f"ticket_{name}_{size[0]}x{size[1]}")
            await c.press("right_square_bracket")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_every_tab_in_chinese(tmp_path: Path, size: tuple[int, int]) -> None:
    set_language("zh_CN")
    async with shown(tmp_path, size) as c:
        for _ in range(6):
            assert_inert(c.app)
            await c.press("right_square_bracket")


async def test_hostile_names_are_inert_in_every_part(tmp_path: Path) -> None:
    clock = Clock()
    desk = furnished(tmp_path, clock)
    nasty = "[/] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07 \u202egpj.exe\u202c {0} %s"
    desk.cis.edit("vpn-gw-01", {"name": nasty})
    desk.tickets.checklist_add(2, [nasty])
    desk.attachments.add(2, nasty, nasty.encode())
    desk.tickets.edit(1, set={"title": nasty})
    desk.tickets.edit(2, set={"title": nasty, "external_id": nasty}, add_tags=["[/]"])
    like = desk.tickets.open(nasty, description=nasty)["number"]
    desk.tickets.take(like)
    desk.tickets.resolve(like, resolution=nasty, cause=nasty, code="[/]")
    desk.tickets.reply(2, f"yes\n\n> {nasty}\n> {nasty}\n\n-- \n{nasty}")
    async with console(tmp_path, desk=desk, size=(200, 60)) as c:
        c.clock = clock
        c.app.open_ticket(2)
        await c.settle()
        for _ in range(6):
            assert_inert(c.app)
            await c.press("enter", "escape", "G", "right_square_bracket")
            if c.app.screen is c.queue:
                c.app.open_ticket(2)
                await c.settle()
        await conflict(c, tmp_path)
        assert_inert(c.app)


# -- fields --------------------------------------------------------------------------------------------------------


async def test_a_line_is_edited_where_it_stands(tmp_path: Path) -> None:
    async with shown(tmp_path, tabs=1) as c:
        await c.press("j", "enter")
        assert c.ticket.details.editor is not None
        await c.type(" again")
        await c.press("enter")
        assert c.desk.tickets.show(2)["title"] == "VPN drops every ten minutes again"
        assert c.ticket.details.editor is None
        assert "VPN drops every ten minutes again" in screen_text(c.app)
        assert c.app.last_command == "helpdesk ticket edit 2 --set 'title=VPN drops every ten minutes again'"
        await c.press("u")
        assert c.desk.tickets.show(2)["title"] == "VPN drops every ten minutes"


async def test_what_a_line_makes_harmless_is_no_change(tmp_path: Path) -> None:
    async with shown(tmp_path) as c:
        c.desk.tickets.edit(2, set={"title": "gpj\u202eexe\tnow"})
        version = c.desk.tickets.show(2)["version"]
        await c.press("right_square_bracket", "j", "enter", "enter")
        assert c.ticket.details.editor is None
        assert c.desk.tickets.show(2)["version"] == version
        await c.press("enter", "x", "backspace", "escape")
        assert c.app.drafts.load(DraftKey("ana", 2, "field-title")) == {}
        await c.press("enter")
        assert c.ticket.details.editor is not None


async def test_a_mistake_is_said_at_the_field_and_the_words_stay(tmp_path: Path) -> None:
    async with shown(tmp_path, tabs=1) as c:
        c.ticket.details.move_to(("field", "parent"))
        await c.press("e")
        await c.type("99")
        await c.press("enter")
        lines = screen_text(c.app).splitlines()
        at = next(index for index, line in enumerate(lines) if "! parent: there is no ticket" in line)
        assert lines[at - 1].startswith(" Parent")
        assert c.ticket.details.editor is not None
        await c.press("escape")
        assert c.desk.tickets.show(2)["parent"] == 1
        assert c.app.drafts.load(DraftKey("ana", 2, "field-parent")) == {"text": "199", "was:text": "1"}
        await c.press("e")
        assert any("F8" in toast for toast in c.toasts)
        await c.press("f8", "enter")
        assert c.ticket.details.editor is None
        assert c.app.drafts.load(DraftKey("ana", 2, "field-parent")) == {}


async def test_choices_and_searches(tmp_path: Path) -> None:
    async with shown(tmp_path, tabs=1) as c:
        c.ticket.details.move_to(("field", "impact"))
        await c.press("enter")
        assert isinstance(c.app.screen, Pick)
        await c.type("High")
        await c.press("enter")
        assert c.desk.tickets.show(2)["impact"] == "high"
        for field, typed, value in (("requester", "omar", "omar@example.org"), ("ci", "idp", "idp-01")):
            c.ticket.details.move_to(("field", field))
            await c.press("e")
            await c.type(typed)
            await c.press("enter")
            assert c.desk.tickets.show(2)[field] == value
        await c.press("e")
        await c.type("none")
        await c.press("escape", "e", "enter")
        assert c.desk.tickets.show(2)["ci"] is None
        c.ticket.details.move_to(("field", "created_at"))
        await c.press("e")
        assert any("not typed" in toast for toast in c.toasts)


async def test_another_s_change_to_another_field_does_not_stop_this_one(tmp_path: Path) -> None:
    async with shown(tmp_path, tabs=1) as c:
        await c.press("j", "enter")
        other = second_desk(tmp_path, c.clock)
        other.tickets.edit(2, set={"urgency": "high"})
        await c.type("!")
        await c.press("enter")
        ticket = c.desk.tickets.show(2)
        assert (ticket["title"], ticket["urgency"]) == ("VPN drops every ten minutes!", "high")
        other.close()


async def test_another_s_change_to_the_same_field_shows_both(tmp_path: Path) -> None:
    async with shown(tmp_path, tabs=1) as c:
        await c.press("j", "enter")
        other = second_desk(tmp_path, c.clock)
        other.tickets.edit(2, set={"title": "VPN is theirs"})
        other.close()
        await c.type(" MINE")
        # What is shown of the ticket is as old as the words.
        c.ticket.details.data.fields["version"] = 1
        c.ticket.details.data.fields["title"] = "VPN drops every ten minutes"
        await c.press("enter")
        await c.until(lambda: isinstance(c.app.screen, ConflictScreen))
        text = screen_text(c.app)
        assert "VPN drops every ten minutes MINE" in text
        assert "VPN is theirs" in text
        assert "both changed it" in text
        await c.press("e")
        assert isinstance(c.app.screen, Ask)
        await c.type(", both")
        await c.press("enter", "f2")
        assert c.desk.tickets.show(2)["title"] == "VPN drops every ten minutes MINE, both"


async def test_a_draft_that_returns_shows_both_where_the_field_was_changed_meanwhile(tmp_path: Path) -> None:
    async with shown(tmp_path, tabs=1) as c:
        await c.press("j", "enter")
        await c.type(" MINE")
        await c.press("escape")
        other = second_desk(tmp_path, c.clock)
        other.tickets.edit(2, set={"title": "VPN is theirs"})
        other.close()
        c.ticket.do_queue_refresh()
        await c.until(lambda: "VPN is theirs" in screen_text(c.app))
        c.ticket.details.move_to(("field", "title"))
        await c.press("enter", "enter")
        await c.until(lambda: isinstance(c.app.screen, ConflictScreen))
        text = screen_text(c.app)
        assert "VPN drops every ten minutes MINE" in text
        assert "VPN is theirs" in text
        await c.press("t", "f2")
        assert c.desk.tickets.show(2)["title"] == "VPN is theirs"
        assert c.app.drafts.load(DraftKey("ana", 2, "field-title")) == {}


async def conflict(c: Console, folder: Path) -> None:
    """The edit form with my title and tag, refused because somebody else set title and urgency."""
    await c.press("e")
    await c.type(" mine")
    other = second_desk(folder, c.clock)
    other.tickets.edit(2, set={"title": "theirs", "urgency": "high"}, add_tags=["x"])
    other.close()
    await c.press("f2")
    await c.until(lambda: isinstance(c.app.screen, ConflictScreen))


async def test_a_conflicting_save_offers_a_choice_for_each_field(tmp_path: Path) -> None:
    async with shown(tmp_path) as c:
        await conflict(c, tmp_path)
        text = screen_text(c.app)
        assert "(*) VPN drops every ten minutes mine" in text
        assert "only they changed it" in text
        assert_inert(c.app)
        await c.press("t", "f2")
        assert any("their version stands" in toast for toast in c.toasts)
        assert c.desk.tickets.show(2)["title"] == "theirs"
        assert c.app.drafts.load(DraftKey("ana", 2, "edit")) == {}


async def test_mine_stands_where_it_is_taken_and_theirs_elsewhere(tmp_path: Path) -> None:
    async with shown(tmp_path) as c:
        await conflict(c, tmp_path)
        await c.press("t", "m", "f2")
        ticket = c.desk.tickets.show(2)
        assert (ticket["title"], ticket["urgency"]) == ("VPN drops every ten minutes mine", "high")
        assert "x" in ticket["tags"]


async def test_leaving_a_conflict_loses_nothing(tmp_path: Path) -> None:
    async with shown(tmp_path) as c:
        await conflict(c, tmp_path)
        await c.press("escape")
        assert c.desk.tickets.show(2)["title"] == "theirs"
        await c.press("e")
        assert "VPN drops every ten minutes mine" in screen_text(c.app)


# -- checklist and files -------------------------------------------------------------------------------------------


async def test_the_checklist_by_keys(tmp_path: Path) -> None:
    async with shown(tmp_path) as c:
        await c.press("T")
        assert c.ticket.tab == "details"
        await c.type("call back")
        await c.press("enter")
        await c.type("half a")
        await c.press("escape")
        assert [step["text"] for step in c.desk.tickets.checklist(2)][2:] == ["call back"]
        assert "1 of 3 done" in screen_text(c.app)
        assert c.app.last_command == "helpdesk ticket checklist 2 --add 'call back'"
        c.ticket.details.move_to(NEW_STEP)
        await c.press("k", "space")
        assert c.desk.tickets.checklist(2)[2]["done_at"] is not None
        assert "2 of 3 done" in screen_text(c.app)
        await c.press("enter")
        assert c.desk.tickets.checklist(2)[2]["done_at"] is None
        await c.press("minus")
        assert len(c.desk.tickets.checklist(2)) == 2
        await c.press("u")
        assert len(c.desk.tickets.checklist(2)) == 3
        await c.press("T")
        assert c.ticket.details.editor is not None
        assert c.ticket.details.editor.value == "half a"


def fill(c: Console, text: str) -> None:
    """Let the question on the screen have this answer (a path may be long)."""
    c.app.screen.query_one(SafeInput).value = text


async def test_files_are_read_saved_attached_and_taken_off(tmp_path: Path) -> None:
    target = tmp_path / "saved"
    target.mkdir()
    source = tmp_path / "notes.md"
    source.write_text("hello")
    async with shown(tmp_path, tabs=1) as c:
        key = c.desk.attachments.list(2)[0]["id"]
        c.ticket.details.move_to(("file", key))
        await c.press("enter")
        assert isinstance(c.app.screen, FileText)
        assert "[bold]two[/]" in screen_text(c.app)
        assert_inert(c.app)
        await c.press("escape", "o")
        fill(c, "nowhere")
        await c.press("enter")
        assert "there is no such folder" in screen_text(c.app)
        for _ in range(2):
            fill(c, str(target))
            await c.press("enter", "o")
        await c.press("escape")
        assert sorted(path.name for path in target.iterdir()) == ["log (2).txt", "log.txt"]
        await c.press("A")
        fill(c, str(source))
        await c.press("enter")
        assert [file["name"] for file in c.desk.attachments.list(2)] == ["log.txt", "notes.md"]
        assert c.app.last_command == f"helpdesk ticket attach 2 {source}"
        c.ticket.details.move_to(NEW_FILE)
        await c.press("k", "minus", "y")
        assert [file["name"] for file in c.desk.attachments.list(2)] == ["log.txt"]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain", "plain"),
        ("中文".encode(), "中文"),
        ("中文，这是一段旧编码的文本".encode("gb18030"), "中文，这是一段旧编码的文本"),
        ("\ufeffbom".encode(), "bom"),
        ("wide".encode("utf-16"), "wide"),
        (b"caf\xe9 ol\xe9\n", "café olé\n"),
        (b"\x89PNG\r\n\x1a\n\0\0", None),
        (bytes(range(1, 32)) * 20 + b"\xff", None),
        (b"", ""),
    ],
)
def test_what_is_text(data: bytes, text: str | None) -> None:
    assert text_of(data) == text


def test_a_long_text_is_read_in_part() -> None:
    assert text_of("中".encode() * READ) == "中" * (READ // 3)


def test_saving_overwrites_nothing(tmp_path: Path) -> None:
    assert [save_file(b"x", tmp_path, "a.tar").name for _ in range(3)] == ["a.tar", "a (2).tar", "a (3).tar"]
    assert folder_problem(str(tmp_path)) is None
    assert folder_problem("\0")
    assert file_problem(str(tmp_path))
    assert file_problem("~nobody-here-/x")
    assert [size_text(n) for n in (0, 999, 1_500, 2_500_000)] == ["0 B", "999 B", "1.5 kB", "2.5 MB"]


# -- links, knowledge, the queue around ----------------------------------------------------------------------------


async def test_links_lead_on_and_esc_leads_back(tmp_path: Path) -> None:
    async with shown(tmp_path, tabs=3) as c:
        text = screen_text(c.app)
        assert all(word in text for word in ("0 of 1 done", "caused by", "depends on", "needed by", "vmh-01"))
        assert c.ticket.query_one(LinksPane).move_to(("ticket", 5))
        await c.press("enter")
        assert c.ticket.number == 5
        await c.press("escape")
        assert c.ticket.number == 2
        pane = c.ticket.query_one(LinksPane)
        item = next(each for each in pane.subjects if isinstance(each, tuple) and ci_of(str(each[1])) == "idp-01")
        assert pane.move_to(item)
        await c.press("enter")
        assert c.queue.is_current
        assert c.queue.filter_bar.text == 'ci:"idp-01" is:open'


async def test_the_likely_category_can_be_taken(tmp_path: Path) -> None:
    async with shown(tmp_path, tabs=4) as c:
        text = screen_text(c.app)
        assert "Restarted the gateway." in text
        assert "now: hardware" in text
        await c.press("enter")
        assert c.desk.tickets.show(2)["category"] == "network"
        await c.press("j", "enter")
        assert c.ticket.number == 6


async def test_the_side_shows_what_is_known_from_160_columns(tmp_path: Path) -> None:
    async with shown(tmp_path, (160, 40)) as c:
        assert "Restarted the gateway." in screen_text(c.app)
        await c.pilot.resize_terminal(120, 40)
        await c.settle()
        assert "Restarted the gateway." not in screen_text(c.app)


async def test_next_follows_the_list_as_it_is_now(tmp_path: Path) -> None:
    async with shown(tmp_path) as c:
        numbers = [row.number for row in c.queue.tickets.rows]
        at = numbers.index(2)
        assert f"{at + 1} / {len(numbers)}" in screen_text(c.app)
        await c.press(*["comma"] * (at + 1))
        assert c.ticket.number == numbers[0]
        assert any("first one" in toast for toast in c.toasts)
        await c.press("1")
        c.queue.filter_bar.apply("is:open number:1,3")
        await c.settle()
        c.app.open_ticket(3)
        await c.settle()
        live = [row.number for row in c.queue.tickets.rows]
        await c.press(*["comma"] * 3)
        assert c.ticket.number == live[0]
        await c.press(*["full_stop"] * 2)
        assert c.ticket.number == live[1]
        assert any("last one" in toast for toast in c.toasts)


# -- who else is here ----------------------------------------------------------------------------------------------


async def test_who_is_here_and_who_is_typing_shows_at_once(tmp_path: Path) -> None:
    async with shown(tmp_path) as c:
        c.desk.people.add("Bo Berg", login="bo", agent=True, roles=["service_desk"])
        bo = Desk.open(tmp_path / "desk.db", user=OsUser(2000, "bo"), clock=c.clock, origin=Origin.CLI)
        bo.presence.enter(2, "elsewhere", "replying")
        await c.until(lambda: "also here: bo (replying)" in screen_text(c.app), 4)
        bo.presence.leave("elsewhere")
        await c.until(lambda: "also here" not in screen_text(c.app), 4)
        await c.press("i")
        await c.until(lambda: [each["activity"] for each in bo.presence.who(2)] == ["noting"], 4)
        await c.press("escape")
        await c.until(lambda: [each["activity"] for each in bo.presence.who(2)] == ["viewing"], 4)
        bo.close()


async def test_the_clocks_go_on_while_nothing_happens(tmp_path: Path) -> None:
    async with shown(tmp_path, tabs=2) as c:
        assert "0:21:00 of 8:00:00" in screen_text(c.app)
        c.clock.now += 600
        await c.until(lambda: "0:31:00 of 8:00:00" in screen_text(c.app), 4)


# -- what it costs, and for whom -----------------------------------------------------------------------------------


def test_what_others_do_elsewhere_is_not_read_again(tmp_path: Path) -> None:
    clock = Clock()
    with furnished(tmp_path, clock) as desk:
        data = read_ticket(desk, 2, "timeline")
        assert data is not None
        for _ in range(3):
            desk.tickets.note(1, "elsewhere")
        heard: list[str] = []
        desk.store.reader().set_trace_callback(heard.append)
        assert read_ticket(desk, 2, "timeline", data.stamp) is None
        desk.store.reader().set_trace_callback(None)
        assert len(heard) <= 6
        desk.tickets.merge(6, 2)
        assert read_ticket(desk, 2, "timeline", data.stamp) is not None


def test_a_requester_reads_their_own_ticket_without_what_is_internal(tmp_path: Path) -> None:
    clock = Clock()
    furnished(tmp_path, clock).close()
    with Desk.open(tmp_path / "desk.db", user=ANA, clock=clock) as desk:
        desk.people.edit("zoe@example.org", {"login": "zoe"})
        desk.people.grant("zoe", ["requester"])
    with Desk.open(tmp_path / "desk.db", user=OsUser(2000, "zoe"), clock=clock) as zoe:
        details = read_ticket(zoe, 2, "details")
        assert details is not None
        assert (details.edit, details.attach, details.details["checklist"]) == (False, True, [])
        links = read_ticket(zoe, 2, "links")
        assert links is not None
        assert links.links is not None
        assert links.links.around is not None
        assert (links.links.tree["above"], links.links.tree["below"], links.links.around["items"]) == ([], [], [])
        timeline = read_ticket(zoe, 2, "timeline")
        assert timeline is not None
        assert not any(item.comment_kind == "note" for item in timeline.timeline)
        assert not any("4" in (item.text or "") and item.verb == "ticket.link" for item in timeline.timeline)
