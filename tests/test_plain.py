"""Plain mode through pipes: the stories of a day, hostile texts and lines, and that nothing but lines is ever written."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from helpdesk_tui.cli.plain import spoken
from helpdesk_tui.cli.plain.program import HANDLERS, OWN, SCREEN_ONLY, key_of
from helpdesk_tui.cli.plain.reader import LONGEST
from helpdesk_tui.cli.plain.talk import chosen
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.drafts import DraftBox, DraftKey, state_folder
from helpdesk_tui.vocabulary.actions import ACTIONS, APP_KEYS
from helpdesk_tui.vocabulary.records import NEVER, QueueRow
from tests.cli_runner import Cli, Ended, copy_desk, make_desk
from tests.test_project_start import loaded_by

HOSTILE = "\x1b]52;c;ZXZpbA==\x07[@click=app.quit]x[/] \u202eevil\u202c \x9b31m\u200b\r\x08=1+1"
Plain = Callable[..., Ended]
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with a few people and 27 tickets: INC-1 to INC-5 with words of their own."""
    path = make_desk(tmp_path_factory.mktemp("plain"))
    with Desk.open(path) as desk:
        desk.people.add("Ann Archer", email="ann@example.org")
        desk.people.add("Anton Berg", email="anton@example.org")
        for title in (
            "VPN drops every ten minutes",
            "Printer jams",
            "新员工开通邮箱",
            "Laptop battery",
            "Mail is slow",
        ):
            desk.tickets.open(title, description="it began today", requester="ann@example.org")
        for n in range(22):
            desk.tickets.open(f"batch {n}", tags=["old"])
    return path


@pytest.fixture
def cli(many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    return Cli(copy_desk(many, tmp_path), monkeypatch)


@pytest.fixture
def plain(cli: Cli) -> Plain:
    """Runs lines through plain mode; whatever they are, nothing but inert lines comes out."""

    def run(*lines: str | bytes, lang: str = "en", code: int = 0) -> Ended:
        raw = b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines)
        ended = cli("--plain", "--lang", lang, stdin=raw, ok=code)
        for text in (ended.out, ended.err):
            assert not CONTROLS.search(text), CONTROLS.search(text)
        assert "Traceback" not in ended.out + ended.err
        assert "went wrong inside" not in ended.out + ended.err, ended.err
        return ended

    return run


def ticket(cli: Cli, number: int = 1) -> dict[str, object]:
    found: dict[str, object] = cli("ticket", "show", str(number), "-o", "json").json[0]
    return found


# -- stories -----------------------------------------------------------------------------------------------------


def test_log_a_call(plain: Plain, cli: Cli) -> None:
    out = plain(
        "new", "ann", "VPN drops at home, too", "since this morning", "..", ".", "service=vpn", "nonsense", "impact=x", ".",
    ).out  # fmt: skip
    assert "Ann Archer, ann@example.org" in out
    assert "Service: vpn" in out
    assert "Perhaps the same: INC-1, New, VPN drops every ten minutes" in out
    assert "write field=value; nonsense is not of that form" in out
    assert "INC-28 is open (u takes it back)" not in out
    assert "the draft is kept" in out
    again = plain("new", "", ".", "impact=x", "").out
    assert "your draft is back" in again
    assert "INC-28 is open (u takes it back)" in again
    made = ticket(cli, 28)
    assert (made["title"], made["requester"], made["channel"]) == ("VPN drops at home, too", "ann@example.org", "phone")
    assert str(made["description"]).endswith("since this morning\n.")
    assert "draft" not in plain("quit").out


def test_a_caller_is_chosen_among_several_and_an_unknown_address_becomes_a_contact(plain: Plain, cli: Cli) -> None:
    out = plain("new", "an", "2", "Screen flickers", ".", "", "new", "xyz", "zoe@example.org", "Key lost", ".", "").out
    assert "1. ann@example.org" in out
    assert "nobody found" in out
    assert ticket(cli, 28)["requester"] == "anton@example.org"
    assert ticket(cli, 29)["requester"] == "zoe@example.org"


def test_take_and_solve(plain: Plain, cli: Cli) -> None:
    out = plain(
        "/vpn", "1", "take", "note looking at the gateway", "resolve", "restarted the gateway", ".", "", "fixed"
    ).out
    assert "1. INC-1, " in out
    assert "INC-1: take done (u takes it back)" in out
    assert "INC-1: note written (u takes it back)" in out
    assert "INC-1: resolve done (u takes it back)" in out
    assert ticket(cli)["state"] == "resolved"


def test_pend_until_a_day(plain: Plain, cli: Cli) -> None:
    out = plain("INC-2", "t", "z monday", "waiting for the vendor", "z someday", "x").out
    assert "INC-2 waits until " in out
    assert "someday" in out
    assert ticket(cli, 2)["phase"] == "pending"


def test_a_state_is_chosen_by_number_by_name_or_refused(plain: Plain, cli: Cli) -> None:
    out = plain("INC-2", "t", "s", "999", "", "state resolved", "fixed it", ".", "show").out
    assert "999 is none of them" in out
    assert "nothing was done" in out
    assert ticket(cli, 2)["state"] == "resolved" or "Resolution" in out


def test_bulk_close_needs_the_number_typed_and_is_undone(plain: Plain, cli: Cli) -> None:
    out = plain("/tag:old", "cancel all a test", "yes").out
    assert "22 of 22 would change" in out
    assert "Type 22 to go on" in out
    assert "nothing was changed" in out
    assert ticket(cli, 6)["phase"] == "new"
    out = plain("/tag:old", "cancel all a test", "22", "copy_command", "u", "22").out
    assert "cancel: 22 tickets changed (u takes it back)" in out
    assert "| helpdesk bulk cancel --reason 'a test' --yes -" in out
    assert "Undone: cancel" in out
    assert ticket(cli, 6)["phase"] == "new"


def test_few_rows_are_asked_about_with_a_yes(plain: Plain, cli: Cli) -> None:
    out = plain(
        "/tag:old sort:number", "take 1-3", "yes", "mark 4", "mark 5,6", "assign me", "no", "unmark", "take 99-100"
    ).out
    assert "take: 3 tickets changed (u takes it back)" in out
    assert "3 tickets marked" in out
    assert "nothing was changed" in out
    assert "there are no rows 99-100" in out
    assert [ticket(cli, n)["assignee"] is None for n in (6, 8, 9)] == [False, False, True]


def test_a_reply_says_who_reads_it_before_it_is_written(plain: Plain, cli: Cli) -> None:
    out = plain("INC-1", "reply", "We look into it.", ".", "no").out
    assert "to: ann@example.org" in out
    assert "nothing was changed" in out
    assert cli("ticket", "comments", "1", "-o", "json").json == []
    out = plain("INC-1", "c", ".", "y", "comments").out
    assert "your draft is back\nWe look into it." in out
    assert "reply recorded" in out
    assert [each["text"] for each in cli("ticket", "comments", "1", "-o", "json").json] == ["We look into it."]


def test_pages_and_the_way_through_a_list(plain: Plain) -> None:
    out = plain("/sort:number", "n", "n", "n", "p", "p", "p", "10", "next", "previous", "previous", "list").out
    assert "27 tickets" in out
    assert "\n21. INC-21, " in out
    assert "\n27. INC-27, " in out
    assert "that is the end of the list" in out
    assert "that is the beginning of the list" in out
    assert re.search(r"^INC-10, .*\n(.*\n)*?INC-11, .*\n(.*\n)*?INC-10, .*\n(.*\n)*?INC-9, ", out, re.MULTILINE)


def test_reading_a_ticket_and_its_reasons(plain: Plain) -> None:
    out = plain(
        "view all", "views", "INC-1", "why priority", "details", "timeline", "y", "Y", "search printer", "N"
    ).out
    assert "Requester: ann@example.org" in out
    assert "Priority: " in out
    assert "would change it: " in out
    assert "opened the ticket" in out
    assert "\nINC-1\n" in out
    assert "INC-1 VPN drops every ten minutes" in out
    assert "Found: 1 ticket\n1. INC-2, " in out
    assert "Next up: 10 tickets" in out
    assert "mine: Mine, tickets: 0" in out


def test_the_programs_commands_run_on_the_same_desk(plain: Plain, cli: Cli) -> None:
    ended = plain(
        "!ticket show 1 -o json --columns number", "ticket take 2", "helpdesk ticket list --where 'tag:old' --limit 1",
        "!ticket frob", "!'open", "!--db x ticket list", "!demo", "ticket list --where statex:new", "!3", "inc 4",
    )  # fmt: skip
    assert '{"number": 1}' in ended.out
    assert "\nINC-2  " in ended.out
    assert "No such command 'frob'" in ended.err
    assert "a quote is still open" in ended.out
    assert "options before a command" in ended.out
    assert "the demo desk is a desk of its own" in ended.out
    assert "^^^^" in ended.err
    assert "\nREQ-3, " in ended.out
    assert "\nINC-4, " in ended.out
    assert ticket(cli, 2)["assignee"]


def test_deeds_that_are_one_command_ask_for_what_is_missing(plain: Plain, cli: Cli) -> None:
    plain(
        "INC-1",
        "link",
        "2",
        "time 20m",
        "f",
        "checklist order a cable",
        "C",
        "edit service=vpn",
        "! high high",
        "M INC-4",
        "y",
    )
    assert len(cli("ticket", "log", "1", "-o", "json").json) >= 6
    assert ticket(cli)["service"] == "vpn"
    assert ticket(cli)["impact"] == "high"
    assert ticket(cli)["phase"] == "closed"  # merged


def test_everything_is_taken_back_and_done_again(plain: Plain, cli: Cli) -> None:
    out = plain("new Lamp broken", "u", "U", "u").out
    assert "INC-28 is gone" in out
    assert "Done again: 1 change" in out
    cli("ticket", "show", "28", ok=3)


def test_a_batch_is_taken_back_by_its_name_and_notices_take_their_options(plain: Plain) -> None:
    ended = plain("undo bffffffff", "notices --since 4h -o json", "@")
    assert "bffffffff" in ended.err
    assert "\n[]\n" in ended.out
    assert "nothing concerns you" in ended.out


def test_chinese(plain: Plain) -> None:
    out = plain("INC-2", "t", "？", "quit", lang="zh_CN").out
    assert re.search("[\u4e00-\u9fff]", out)
    assert "INC-2" in out


def test_another_language_in_the_middle(plain: Plain) -> None:
    out = plain("language zh_CN", "why", "language xx").out
    assert "zh_CN" in out


# -- notices -----------------------------------------------------------------------------------------------------


def test_what_others_do_is_said_before_the_next_line(cli: Cli, tmp_path: Path) -> None:
    from helpdesk_tui.cli import context
    from helpdesk_tui.cli.plain.program import Plain as Session
    from helpdesk_tui.settings.schema import Settings

    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("helpdesk_tui.cli.plain.voice.say", said.append)
        context.use(context.Context(typed={"database": str(cli.db)}))
        with Desk.open(cli.db) as desk:
            desk.people.add("Ben", login="ben", roles=["service_desk"])
            other = Desk.open(cli.db, user=OsUser(4_242, "ben", "Ben"))
            session = Session(desk, Settings(), cli.db)
            session.news()
            session.open_ticket(1)
            said.clear()
            session.news()
            assert said == []
            other.tickets.note(1, "seen it")
            session.news()
            assert len(said) == 1
            assert re.match("INC-1 was changed: .*wrote an internal note", said[0])
            said.clear()
            other.tickets.assign(3, assignee="me" if desk.actor.login is None else desk.actor.login)
            session.news()
            assert len(said) == 1
            assert said[0].startswith("Notice: REQ-3, ben assigned it to you, ")
            said.clear()
            session.news()
            assert said == []
            other.close()


# -- hostile lines and texts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"note \xff\xfe", "it is no UTF-8 text"),
        (b"note a\0b", "it holds a NUL character"),
        (b"note " + b"x" * (LONGEST + 1), f"it is longer than {LONGEST} bytes"),
        (b"frobnicate", "there is no command frobnicate"),
        (b"tak", "did you mean take?"),
        (b"\x1b[2J", "there is no command"),
        (b"/state:nwe", "nwe"),
        (b"99999", "there is no ticket 99999"),
        (b"999999999999", "there is no ticket 999999999999"),
        (b"view nowhere", "there is no view nowhere"),
        (b"theme", "plain mode has no screen for it"),
    ],
)
def test_a_line_that_means_nothing_gets_one_clear_line(plain: Plain, line: bytes, told: str) -> None:
    before = plain("").out.splitlines()
    out = plain(line).out.splitlines()
    assert len(out) == len(before) + 1
    assert told in out[-1]


def test_bad_lines_inside_a_text_are_told_and_the_others_kept(plain: Plain, cli: Cli) -> None:
    out = plain("INC-1", "i", "first", b"\xff", b"x\0", "last", "。").out
    assert out.count("this line was not taken") == 2
    assert [each["text"] for each in cli("ticket", "comments", "1", "-o", "json").json] == ["first\nlast"]


def test_a_text_that_is_cut_off_is_kept(plain: Plain, cli: Cli) -> None:
    assert "the draft is kept" in plain("INC-1", "i", "one", "two").out
    out = plain("INC-1", "i", "three", ".").out
    assert "your draft is back\none\ntwo\n" in out
    assert [each["text"] for each in cli("ticket", "comments", "1", "-o", "json").json] == ["one\ntwo\nthree"]


def test_each_line_of_a_text_is_in_its_draft_when_the_next_is_asked_for(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    from helpdesk_tui.cli.plain.reader import Reader

    seen: list[str] = []
    lines = iter(["INC-1", "i", "one", "two"])
    with Desk.open(cli.db) as desk:
        box = DraftBox(state_folder(), str(cli.db.resolve()), desk.clock)
        key = DraftKey(desk.actor.login or desk.actor.name, 1, "note")

        def line(self: Reader, prompt: str, *, kept: bool = False) -> str:
            seen.append(box.load(key).get("text", ""))
            try:
                return next(lines)
            except StopIteration:
                raise SystemExit(129) from None  # the terminal is closed

        monkeypatch.setattr(Reader, "line", line)
        cli("--plain", ok=129)
        assert seen[-1] == "one\ntwo"


def test_hostile_texts_stay_inert(plain: Plain, cli: Cli) -> None:
    cli.new(HOSTILE, "-m", HOSTILE, "--requester", "ann@example.org")
    cli("ticket", "note", "28", "-m", HOSTILE)
    out = plain(
        "/sort:-number", "1", "details", "timeline", "comments", "why", "take", HOSTILE, f"search {HOSTILE[:9]}"
    ).out
    assert "\u241b]52;c;" in out


def test_random_lines_never_end_in_a_fault(plain: Plain) -> None:
    import random

    chance = random.Random(8)
    words = [
        *OWN,
        *(spec.word for spec in ACTIONS),
        "1",
        "3",
        "1-4",
        "all",
        ".",
        "",
        "yes",
        "22",
        "/x",
        "!",
        "服务",
        "q q",
    ]
    words = [word for word in words if word not in ("quit", "attach", "language", "settings")]
    lines = [" ".join(chance.choice(words) for _n in range(chance.randint(1, 3))) for _n in range(150)]
    plain(*(line for line in lines if line.split()[:1] != ["quit"]))


# -- what it promises --------------------------------------------------------------------------------------------


def test_every_action_of_the_console_is_there_or_says_why_not() -> None:
    for spec in ACTIONS:
        assert (spec.id in HANDLERS) + (spec.id in SCREEN_ONLY) == 1 or spec.cli, spec.id
    known = {spec.id for spec in (*ACTIONS, *APP_KEYS)}
    assert known >= SCREEN_ONLY
    assert set(HANDLERS) <= known
    assert {key_of(name) for name in ("slash", "exclamation_mark", "comma", "f5", "t")} == {"/", "!", ",", "", "t"}


def test_starting_loads_no_screen_and_no_command_library(tmp_path: Path) -> None:
    modules, printed = loaded_by("--db", str(tmp_path / "d.db"), "--plain")
    assert "plain mode" in printed
    assert modules & {"textual", "rich", "typer"} == set()


@pytest.mark.parametrize("variable", [{"HELPDESK_PLAIN": "on"}, {}])
def test_the_setting_and_the_number_open_it_too(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, variable: dict[str, str]
) -> None:
    for name, value in variable.items():
        monkeypatch.setenv(name, value)
    ended = cli(*([] if variable else ["--plain"]), "2", stdin="quit\n")
    assert "\nINC-2, " in ended.out


def test_without_it_a_pipe_gets_the_help(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert "--plain" in cli(ok=2).err


def test_a_page_is_read_over_a_slow_line_in_seconds(plain: Plain) -> None:
    opened = len(plain("quit").out.encode())
    page = len(plain("/tag:old").out.encode()) - opened
    one = len(plain("/tag:old", "1").out.encode()) - opened - page
    deed = len(plain("/tag:old", "take 1").out.encode()) - opened - page
    # 1,200 baud carry 120 bytes a second.
    assert opened + page < 20 * 120
    assert page < 10 * 120
    assert one < 4 * 120
    assert deed < 1 * 120


ROW = QueueRow(
    1042, "incident", "open", 1, 4, "VPN drops every ten minutes", None, None, "ana", None, 0, 0, 1_000, 900, "running",
    False, 1, None, None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("now", "run", "due", "told"),
    [
        (1_720, "running", 1_000, "breached 12 minutes ago"),
        (950, "running", 4_550, "due in 1 hour, warning"),
        (800, "running", 8_300, "due in 2 hours 5 minutes"),
        (0, "running", 86_400 * 3, "due in 3 days"),
        (0, "paused", 5, "clock paused"),
        (0, "missed", 5, "target missed"),
        (0, "met", 5, ""),
        (0, "running", NEVER, ""),
    ],
)
def test_clocks_in_words(now: int, run: str, due: int, told: str) -> None:
    from dataclasses import replace

    row = replace(ROW, sla_run=run, due_at=due)
    assert spoken.clock(row, now) == told


def test_a_row_is_a_sentence() -> None:
    told = spoken.row_text(ROW, 1_720)
    assert told.startswith("INC-1042, Critical, breached 12 minutes ago, VPN drops every ten minutes, ")
    assert told.endswith("assigned to ana")


def test_a_choice_by_number_name_or_beginning() -> None:
    known = [("on_hold", "On hold"), ("open", "Open"), ("closed", "Closed")]
    assert chosen("2", known) == "open"
    assert chosen("ON HOLD", known) == "on_hold"
    assert chosen("cl", known) == "closed"
    assert chosen("o", known) is None
    assert chosen("9", known) is None


def test_a_text_on_the_line_touches_no_draft_and_is_in_no_history(plain: Plain, cli: Cli) -> None:
    plain("INC-1", "i", "a long story", ".q")
    plain("INC-1", "note the password is swordfish", "i", ".q")
    assert "your draft is back\na long story" in plain("INC-1", "i", ".q").out
    assert [each["text"] for each in cli("ticket", "comments", "1", "-o", "json").json] == ["the password is swordfish"]
    kept = [path.read_text("utf-8") for path in state_folder().parent.rglob("*") if path.is_file()]
    assert not any("swordfish" in text for text in kept)
    assert any("INC-1" in text for text in kept)


def test_a_reply_that_is_not_sent_after_all_is_kept(plain: Plain) -> None:
    assert "nothing was changed" in plain("INC-1", "reply we are on it", "no").out
    assert "your draft is back\nwe are on it" in plain("INC-1", "c", ".q").out
