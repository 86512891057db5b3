"""Which commands make a desk: those that need one and say so, none that only compute, none that were mistyped."""

from pathlib import Path

import pytest

from helpdesk_tui.rules import policy
from tests.cli_runner import Cli

CASES = '[{"id": "a", "kind": "is_open", "created_at": "2026-01-05T09:00:00Z"}]'
DOCUMENT = (Path(policy.__file__).parent / "policy.toml").read_text("utf-8")


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    return Cli(tmp_path / "mistyped.db", monkeypatch)


@pytest.mark.parametrize(
    "arguments",
    [
        ["ticket", "list"], ["ticket", "list", "--at", "2d"], ["search", "vpn"], ["db", "stats"], ["view", "list"],
        ["people", "list"], ["audit", "verify"], ["export", "tickets"], ["sla", "targets"],
    ],
)  # fmt: skip
def test_a_read_of_a_mistyped_desk_says_that_it_is_new(cli: Cli, arguments: list[str]) -> None:
    """To the letter the first command makes the desk; one line shows that it was not the one that was meant."""
    first = cli(*arguments)
    [told] = [line for line in first.err.splitlines() if "a new desk was made at" in line]
    assert str(cli.db) in told
    assert str(cli.db) not in cli(*arguments).err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["ticket", "show", "5"], 3),
        (["undo"], 3),
        (["--as", "no.such.person", "ticket", "list"], 3),
        (["view", "show", "x"], 3),
    ],
)
def test_a_command_that_fails_on_a_new_desk_names_it_too(cli: Cli, arguments: list[str], code: int) -> None:
    assert str(cli.db) in cli(*arguments, ok=code).err
    assert cli.db.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"], ["--version"], ["ticket", "--help"], ["ticket", "list", "--help"], ["config", "show", "--origin"],
        ["config", "path"], ["config", "validate"], ["batch", "--list"], ["sla", "simulate", "-"],
        ["policy", "check", "-"],
    ],
)  # fmt: skip
def test_what_only_computes_touches_no_desk(cli: Cli, arguments: list[str]) -> None:
    ended = cli(*arguments, stdin=DOCUMENT if "check" in arguments else CASES if "simulate" in arguments else "")
    assert ended.out
    assert list(cli.db.parent.iterdir()) == []
    # Not even where one cannot be opened.
    cli.db.write_bytes(b"no desk at all")
    assert cli(*arguments, stdin=DOCUMENT if "check" in arguments else CASES).out == ended.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["ticket", "show", "abc"], ["ticket", "show", "1", "abc"], ["ticket", "log", "abc"], ["ticket", "why", "abc"],
        ["ticket", "take", "abc"], ["ticket", "merge", "1", "abc"], ["ticket", "link", "abc", "1"],
        ["ticket", "prioritise", "abc"], ["ticket", "note", "abc", "-m", "x"], ["sla", "explain", "abc"],
        ["template", "render", "welcome", "--ticket", "abc"], ["ticket", "new"], ["ticket", "list", "-o", "xml"],
        ["bulk", "edit", "--set", "impact=low"], ["bulk", "edit", "--where", "is:open"], ["policy", "check", "absent"],
        ["policy", "apply", "absent"], ["policy", "diff", "absent"], ["policy", "backtest", "absent"],
        ["sla", "simulate", "absent"], ["ticket", "note", "1"], ["import", "tickets", "absent.csv"],
    ],
)  # fmt: skip
def test_a_mistyped_command_makes_no_desk(cli: Cli, arguments: list[str]) -> None:
    assert cli(*arguments, ok=2).out == ""
    assert list(cli.db.parent.iterdir()) == []


def test_completion_makes_no_desk(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from helpdesk_tui.cli import choices, context

    context.use(context.Context(typed={"database": str(cli.db)}))
    assert choices.views("m") == []
    assert not cli.db.exists()
    cli("ticket", "list")
    assert choices.views("m") == ["mine"]


def test_a_case_that_cannot_be_read_leaves_the_others(cli: Cli) -> None:
    wrong = CASES.replace('"a"', '"b"').replace("is_open", "is_shut")
    ended = cli("sla", "simulate", "-", stdin=f"[{wrong[1:-1]}, {CASES[1:-1]}]", ok=6)
    assert [answer["id"] for answer in ended.json] == ["a"]
    assert "case b: kind" in ended.err
