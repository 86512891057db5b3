"""Commands where a person sits: terminals, pipes that close, interruption, completion; and the help of every command."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from helpdesk_tui.cli import output
from helpdesk_tui.cli.commands import LazyGroup
from helpdesk_tui.cli.output import Column, Output
from helpdesk_tui.cli.root import root
from tests.cli_runner import Cli, copy_desk, make_desk

HOSTILE = "\x1b]52;c;ZXZpbA==\x07 \x1b[2J\u202eevil\x9b31m [/] 新员工开通邮箱和门禁 " + "long " * 40
PROGRAM = [sys.executable, "-m", "helpdesk_tui"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from helpdesk_tui.desk.desk import Desk

    path = make_desk(tmp_path_factory.mktemp("made"))
    with Desk.open(path) as desk:
        for n in range(22):
            desk.tickets.open(f"{n} {HOSTILE}", description=HOSTILE)
        desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return path


@pytest.fixture
def cli(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    return Cli(copy_desk(made, tmp_path), monkeypatch)


def terminal(cli: Cli, *arguments: str, columns: int = 80) -> "pexpect.spawn[str]":
    return pexpect.spawn(
        PROGRAM[0],
        [*PROGRAM[1:], "--db", str(cli.db), *arguments],
        encoding="utf-8",
        dimensions=(24, columns),
        timeout=60,
        env={**os.environ, "TERM": "xterm-256color"},
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["ticket", "list"], ["ticket", "list", "-o", "csv"], ["ticket", "list", "-o", "tsv"], ["ticket", "list", "-o", "json"],
        ["ticket", "show", "1"], ["ticket", "log", "1"], ["ticket", "why", "1"], ["search", "evil"], ["audit", "log"],
    ],
)  # fmt: skip
def test_nothing_from_outside_acts_on_a_terminal(cli: Cli, arguments: list[str]) -> None:
    child = terminal(cli, *arguments, columns=300)
    told = child.read()
    child.close()
    assert child.exitstatus == 0
    assert not set(told) & set("\x1b\x07\x9b\u202e\x00")
    assert ("evil" in told) is (arguments[1] != "why" and arguments[0] != "audit")


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_a_table_fits_the_terminal(cli: Cli, columns: int) -> None:
    from helpdesk_tui.vocabulary.text import cell_width

    child = terminal(cli, "ticket", "list", columns=columns)
    lines = child.read().splitlines()
    child.close()
    assert len(lines) == 23
    assert max(map(cell_width, lines)) <= columns
    assert all(f"INC-{n}" in line or f"REQ-{n}" in line for n, line in enumerate(lines[1:], 1))


def test_a_question_is_asked_and_no_means_no(cli: Cli) -> None:
    for answer, changed in (("n", False), ("y", True)):
        child = terminal(cli, "bulk", "edit", "--where", "evil", "--tag", "asked")
        child.expect("Change 22 tickets")
        child.sendline(answer)
        child.read()
        child.close()
        assert (child.exitstatus == 0) is changed
        assert (len(cli("ticket", "list", "-w", "tag:asked", "-o", "json").json) == 22) is changed


def test_following_the_journal_shows_what_another_program_does_and_ends_with_ctrl_c(cli: Cli) -> None:
    child = terminal(cli, "audit", "log", "--follow", "-n", "1")
    child.expect("ticket.open")
    cli("ticket", "take", "1")
    child.expect("ticket.take")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert "Traceback" not in child.before


def test_a_closed_pipe_ends_quietly(cli: Cli) -> None:
    line = " ".join(map(shlex.quote, [*PROGRAM, "--db", str(cli.db), "audit", "export"]))
    done = subprocess.run(
        ["bash", "-c", f"{line} | head -n 1; exit ${{PIPESTATUS[0]}}"], capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    assert done.returncode == 0
    assert done.stdout.count("\n") == 1


def test_interruption_is_130_and_leaves_nothing_half_done(cli: Cli) -> None:
    running = subprocess.Popen(
        [*PROGRAM, "--db", str(cli.db), "batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert running.stdin is not None
    assert running.stdout is not None
    running.stdin.write(b'{"verb": "ticket.take", "args": {"number": 1}}\n')
    running.stdin.flush()
    running.stdout.readline()
    running.send_signal(signal.SIGINT)
    _out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert b"Traceback" not in err
    assert cli("audit", "verify", "-o", "json").json["ok"]


def test_a_pipe_gets_utf8_whatever_the_locale(cli: Cli) -> None:
    done = subprocess.run(
        [*PROGRAM, "--db", str(cli.db), "ticket", "show", "1"],
        capture_output=True,
        env={**os.environ, "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        timeout=60,
    )
    assert done.returncode == 0
    assert "新员工" in done.stdout.decode()


# ── completion ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("helpdesk tick", "ticket"), ("helpdesk ticket pi", "pin"), ("helpdesk ticket list --output j", "jsonl"),
        ("helpdesk ticket list --where pri", "priority:"), ("helpdesk view run brea", "breached"),
        ("helpdesk ticket state 1 on_", "on_hold"), ("helpdesk ticket edit 1 --set urgency=h", "urgency=high"),
        ("helpdesk ticket new x --set urgency=h", "urgency=high"), ("helpdesk export tickets -w pri", "priority:"),
        ("helpdesk people organisations --kind c", "customer"), ("helpdesk ticket pin 1 c", "critical"),
    ],
)  # fmt: skip
def test_the_shell_completes(cli: Cli, words: str, offered: str) -> None:
    done = subprocess.run(
        PROGRAM,
        capture_output=True,
        text=True,
        timeout=60,
        env={
            **os.environ,
            "HELPDESK_DATABASE": str(cli.db),
            "_HELPDESK_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        },
    )
    assert offered in done.stdout.split()
    assert done.stderr == ""


def test_the_line_that_is_completed_names_its_desk(cli: Cli, tmp_path: Path) -> None:
    words = f"helpdesk --db '{cli.db}' view run brea"
    for shell, line in (
        ("complete_bash", {"COMP_WORDS": words, "COMP_CWORD": "5"}),
        ("complete_zsh", {"_TYPER_COMPLETE_ARGS": words}),
    ):
        done = subprocess.run(
            PROGRAM,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "XDG_DATA_HOME": str(tmp_path), "_HELPDESK_COMPLETE": shell, **line},
        )
        assert "breached" in done.stdout
        assert done.stderr == ""


def test_completion_makes_no_desk(tmp_path: Path) -> None:
    from helpdesk_tui.cli import choices, context

    context.use(context.Context(typed={"database": str(tmp_path / "none.db")}))
    assert choices.views("") == []
    assert list(tmp_path.iterdir()) == []


# ── help ─────────────────────────────────────────────────────────────────────────────────────────
def commands() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with its path."""
    tree = root()

    def walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
        if isinstance(command, LazyGroup):
            for name in command.entries:
                yield from walk(command.get_command(None, name), (*path, name))
        elif hasattr(command, "commands"):
            for name, below in command.commands.items():
                yield from walk(below, (*path, name))
        else:
            yield path, command

    yield from walk(tree, ())


ALL = list(commands())


def test_every_noun_of_the_contract_is_there() -> None:
    nouns = {path[0] for path, _command in ALL}
    assert nouns >= {
        "ticket", "bulk", "undo", "search", "view", "template", "people", "team", "service", "ci", "sla", "policy",
        "batch", "audit", "db", "config", "demo",
    }  # fmt: skip
    verbs = {path[1] for path, _command in ALL if path[0] == "ticket"}
    assert verbs >= {
        "new",
        "list",
        "show",
        "edit",
        "take",
        "assign",
        "reply",
        "note",
        "state",
        "pend",
        "resolve",
        "close",
        "reopen",
        "cancel",
        "delete",
        "redact",
        "merge",
        "unmerge",
        "split",
        "link",
        "watch",
        "log",
        "why",
    }


@pytest.mark.parametrize(("path", "command"), [pytest.param(p, c, id=" ".join(p)) for p, c in ALL])
def test_every_command_has_two_worked_examples_that_parse(path: tuple[str, ...], command: Any) -> None:
    examples = (command.epilog or "").splitlines()
    assert len(examples) >= 2
    assert command.help
    own = 0
    for example in examples:
        for part in _calls(example):
            words = part[1:]
            while words and words[0] in ("--db", "--as", "--lang", "--config"):
                words = words[2:]
            here, called = next((found for found in ALL if tuple(words[: len(found[0])]) == found[0]), (None, None))
            if here is None or called is None:
                continue
            own += here == path
            called.make_context("helpdesk", list(words[len(here) :]), resilient_parsing=False)
    assert own >= 2, "an example must show the command itself"


def _calls(example: str) -> list[list[str]]:
    """The calls of `helpdesk` in a line of shell."""
    lexer = shlex.shlex(example, posix=True, punctuation_chars="|<>")
    lexer.whitespace_split = True
    calls: list[list[str]] = [[]]
    skip = False
    for word in lexer:
        if word == "|":
            calls.append([])
        elif word in ("<", ">", ">>"):
            skip = True
        elif skip:
            skip = False
        else:
            calls[-1].append(word)
    found = [call for call in calls if call and call[0] == "helpdesk"]
    inner = [shlex.split(example.split("$(")[1].split(")")[0])] if "$(" in example else []
    return found + inner


def test_the_examples_of_the_whole_program_are_commands() -> None:
    assert all(line.startswith("helpdesk ") for line in root().epilog.splitlines())


# ── the printer ──────────────────────────────────────────────────────────────────────────────────
def test_a_table_keeps_its_columns_with_wide_letters(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"a": "新员工", "b": "x"}, {"a": "plain", "b": "y"}]
    output.print_rows(rows, (Column("a", "A"), Column("b", "B")), output=Output.TABLE)
    assert capsys.readouterr().out == "A       B\n新员工  x\nplain   y\n"


def test_an_empty_list_is_empty_in_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    printed = {}
    for how in Output:
        output.print_rows([], (Column("a", "A"),), output=how, keys=("a", "b"), empty="nothing")
        printed[how.value] = capsys.readouterr()
    assert {how: told.out for how, told in printed.items()} == {
        "table": "", "json": "[]\n", "jsonl": "", "csv": "a,b\n", "tsv": "a\tb\n",
    }  # fmt: skip
    assert printed["table"].err == "helpdesk: nothing\n"


@pytest.mark.parametrize("width", [10, 21, 40])
def test_help_is_broken_by_cells_in_both_scripts(width: int) -> None:
    from helpdesk_tui.cli.commands import wrapped
    from helpdesk_tui.vocabulary.text import cell_width

    for text in (
        "列出工单；除非筛选条件另有规定，也包括已关闭的。" * 3,
        "Move a ticket to another state of its kind.",
        "新 mixed 文本 " * 9,
    ):
        lines = wrapped(text, width)
        assert max(map(cell_width, lines)) <= width
        assert "".join("".join(lines).split()) == "".join(text.split())
        assert not any(line[0] in "，。；" for line in lines)
