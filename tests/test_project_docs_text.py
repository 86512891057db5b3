"""What the documentation says can be done: links lead somewhere, commands parse, filters and policies are valid."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from typer._click.exceptions import MissingParameter

from helpdesk_tui.cli.root import root
from helpdesk_tui.rules.policy import parse_policy
from helpdesk_tui.rules.sla_cases import simulate_case
from helpdesk_tui.vocabulary.filters import FilterProblem, parse_filter
from tests.cli_runner import Cli
from tools import filter_table
from tools.closure import ROOT

PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_ENDS = {"|", "&&", ";", "||", ">", ">>", "<", "&"}
# In pieces, so that no file here names the host of a registry either.
_HOSTS = [".".join(parts) for parts in (("anaconda", "org"), ("docker", "io"), ("ghcr", "io"))]
_HOSTS += ["".join(parts) for parts in (("py", "pi"), ("python", "hosted"), ("npm", "js"))]
_REGISTRIES = re.compile("|".join([*map(re.escape, _HOSTS), "--(extra-)?index(-url)?"]), re.I)


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language on a page."""
    return [body for name, body in _FENCE.findall(page.read_text("utf-8")) if name == language]


def anchors(page: Path) -> set[str]:
    """What a link to a heading of the page may name."""
    text = _FENCE.sub("", page.read_text("utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def command_lines() -> Iterator[tuple[str, str, list[str]]]:
    """`(page, line, words after helpdesk)` of every command in the fenced blocks and in code inside sentences."""
    for page in PAGES:
        text = page.read_text("utf-8")
        lines = [
            line.lstrip("$ ")
            for name, body in _FENCE.findall(text)
            if name in ("console", "")
            for line in body.splitlines()
        ]
        lines += re.findall(r"`(helpdesk [^`]+)`", _FENCE.sub("", text))
        for line in lines:
            if not re.search(r"(^|[\s'])helpdesk( |$)", line):
                continue
            for words in split_commands(line):
                yield page.name, line, words


def split_commands(line: str) -> Iterator[list[str]]:
    """The arguments of every `helpdesk` on a shell line, also inside the quotes of an ssh command."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    found: list[str] | None = None
    for word in lexer:
        if word in _ENDS:
            if found is not None:
                yield found
            found = None
        elif found is not None:
            found.append(word)
        elif word == "helpdesk":
            found = []
        elif word.startswith("helpdesk "):
            yield from split_commands(word)
    if found is not None:
        yield found


COMMANDS = list(command_lines())


def page_of(name: str) -> str:
    """The text of a page outside its blocks."""
    [page] = [page for page in PAGES if page.name == name and (name != "README.md" or page.parent == ROOT)]
    return _FENCE.sub("", page.read_text("utf-8"))


def parsed(words: list[str]) -> Any:
    """The command that the words name, its arguments checked, nothing done. Raises Click's errors."""
    command, context = root(), None
    while True:
        context = command.make_context(command.name or "helpdesk", list(words), parent=context)
        rest = [*context._protected_args, *context.args] if hasattr(command, "resolve_command") else []
        if not rest:
            return command
        _name, found, words = command.resolve_command(context, rest)
        assert found is not None
        command = found


def test_there_is_something_to_check() -> None:
    assert len(COMMANDS) > 90
    assert list(split_commands("a | helpdesk x 'b c' && echo y")) == [["x", "b c"]]
    assert list(split_commands("ssh desk 'helpdesk ticket list'")) == [["ticket", "list"]]


@pytest.mark.parametrize(("page", "line", "words"), COMMANDS)
def test_every_command_is_one(
    page: str, line: str, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not words or words in (["--lang", "zh_CN"], ["--install-completion"]):
        return
    (tmp_path / "screenshot.png").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    try:
        parsed(words)
    except MissingParameter:
        assert line.startswith("helpdesk ") and f"`{line}`" in page_of(page), line  # a sentence names the command


def test_a_wrong_command_is_noticed() -> None:
    for words in (["tickets", "list"], ["ticket", "lst"], ["ticket", "list", "--wher", "x"], ["ticket", "take"]):
        with pytest.raises(Exception, match=r"."):
            parsed(words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(_FENCE.sub("", page.read_text("utf-8"))):
        if target.startswith(("https://", "#")):
            assert not target.startswith("#") or target[1:] in anchors(page), target
            continue
        name, _, anchor = target.partition("#")
        other = (page.parent / name).resolve()
        assert other.is_file(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(other), f"{page.name}: {target}"


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    assert [page.name for page in PAGES if page.parent.name == "docs" and f"({page.name})" not in index] == [
        "README.md"
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_registry_host(page: Path) -> None:
    assert not _REGISTRIES.search(page.read_text("utf-8"))


def test_no_file_names_the_host_of_a_registry() -> None:
    files = [
        path
        for folder in ("helpdesk_tui", "tests", "tools", "bench", ".")
        for path in (ROOT / folder).glob("*" if folder == "." else "**/*")
        if path.suffix in (".py", ".toml", ".txt", ".sh", ".mako") or path.name == "Makefile"
    ]
    assert len(files) > 200
    hosts = re.compile("|".join(map(re.escape, _HOSTS)), re.I)
    assert [path for path in files if hosts.search(path.read_text("utf-8"))] == []


def filters() -> list[str]:
    """Every filter on every page: the blocks, and what stands behind --where, -w and `view save CODE`."""
    found = [line for page in PAGES for block in blocks(page, "filter") for line in block.splitlines() if line]
    for _page, _line, words in COMMANDS:
        found += [after for word, after in pairwise(words) if word in ("--where", "-w")]
        found += [words[3]] if words[:2] == ["view", "save"] else []
    return found


@pytest.mark.parametrize("text", filters())
def test_filters_are_valid(text: str) -> None:
    parse_filter(re.sub(r"\$\w+", "1042", text))  # what the shell fills in is a number


def test_short_filters_in_tables_are_valid() -> None:
    page = (ROOT / "docs" / "filters.md").read_text("utf-8").partition("## Fields")[0]
    cells = [cell for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE) for cell in re.findall(r"`([^`]+)`", row)]
    assert len(cells) > 15
    for cell in cells:
        parse_filter(cell)
    with pytest.raises(FilterProblem):
        parse_filter("staate:open")


def test_the_table_of_fields_is_complete() -> None:
    page = filter_table.PAGE.read_text("utf-8")
    assert filter_table.with_table(page) == page, "run python -m tools.filter_table update"
    with pytest.raises(ValueError, match="no place"):
        filter_table.with_table("no table here")


def test_an_example_rule_fits_the_default_policy() -> None:
    [rule] = blocks(ROOT / "docs" / "policy.md", "toml")
    assert tomllib.loads(rule)["rules"]
    default = (ROOT / "helpdesk_tui" / "rules" / "policy.toml").read_text("utf-8")
    assert parse_policy(default + "\n" + rule)


def test_the_example_of_the_clocks_is_what_is_computed() -> None:
    page = ROOT / "docs" / "sla.md"
    [case] = json.loads(blocks(page, "json")[0])
    answer = simulate_case(case)
    rows = re.findall(
        r"^\| (2026\S+ \S+) \| (2026\S+ \S+) \| (\w+) \| ([\d,]+) \|$", page.read_text("utf-8"), re.MULTILINE
    )
    shown = [
        (w["from"][:16].replace("T", " "), w["to"][:16].replace("T", " "), w["kind"], w["seconds"])
        for w in answer["ledger"]
    ]
    assert [(a, b, kind, int(n.replace(",", ""))) for a, b, kind, n in rows] == shown
    assert answer["result"]["solution_due"] == "2026-11-23T12:40:00Z"


def test_the_example_map_reads_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [text] = blocks(ROOT / "docs" / "admins.md", "toml")
    (tmp_path / "map.toml").write_text(text, "utf-8")
    (tmp_path / "old.csv").write_text("Fall,Kurztext,Priority\nF1,VPN drops,P1\n", "utf-8")
    cli = Cli(tmp_path / "desk.db", monkeypatch)
    arguments = ("import", "tickets", str(tmp_path / "old.csv"), "--map", str(tmp_path / "map.toml"), "-o", "json")
    assert cli(*arguments).json["created"] == 1
    assert cli("ticket", "list", "-o", "json").json[0]["priority"] == "critical"


def test_exit_codes_of_the_page_are_those_of_the_errors() -> None:
    from helpdesk_tui.vocabulary import errors

    page = (ROOT / "docs" / "admins.md").read_text("utf-8")
    told = {int(n) for n in re.findall(r"^\| (\d+) \| ", page, re.MULTILINE)}
    known = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.DeskError)
    }
    assert told == known | {0, 130}


@pytest.mark.parametrize("name", ["queue.png", "ticket.png", "new-ticket.png", "queue-zh.png", "war-room.png"])
def test_pictures_are_small(name: str) -> None:
    picture = ROOT / "docs" / name
    assert picture.read_bytes().startswith(b"\x89PNG") and picture.stat().st_size < 250_000
