"""Documents made to hurt: packed, deep, wide, endless. Each is refused in one line, in little memory, and does nothing.

How much is read and made is counted, never how long it takes; a bomb that is not refused runs into the test's own limit.
"""

import contextlib
import gzip
import io
import json
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.rules.patterns import MAX_MATCHED, MAX_WORK, PatternRefused, compile_pattern
from helpdesk_tui.rules.policy import check_policy
from helpdesk_tui.vocabulary.toml_text import MAX_PARTS, read_toml
from tests.cli_runner import Cli, copy_desk, make_desk

DEEP = "[" * 100_000 + "]" * 100_000
OBJECTS = '{"a":' * 50_000 + "1" + "}" * 50_000
DIGITS = "9" * 100_000
MIB = 1 << 20


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_desk(tmp_path_factory.mktemp("made"))


@pytest.fixture
def cli(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    return Cli(copy_desk(made, tmp_path), monkeypatch)


def head(cli: Cli) -> int:
    with Desk.open(cli.db) as desk:
        return desk.store.head()


def refused(cli: Cli, *words: str, stdin: str | bytes = "", lines: int = 3) -> str:
    """The command ends as a mistake of the caller, in a few short lines, and nothing is written."""
    before = head(cli)
    ended = cli(*words, stdin=stdin, ok=None)
    assert ended.code in (1, 2, 6), ended
    assert "inside" not in ended.err + ended.out
    assert "Traceback" not in ended.err
    assert ended.err.count("\n") <= lines, ended.err[:500]
    assert all(len(line) < 1_000 for line in ended.err.splitlines())
    assert head(cli) == before
    return ended.err + ended.out


ROWS: dict[str, tuple[str, str]] = {
    "deep": (".jsonl", f'{{"title": {DEEP}}}'), "deep objects": (".jsonl", OBJECTS), "digits": (".jsonl", f'{{"title": "a", "affected_users": {DIGITS}}}'),
    "exponent": (".jsonl", '{"title": "a", "affected_users": 1e999999}'), "nan": (".jsonl", '{"title": "a", "affected_users": NaN}'),
    "infinity": (".jsonl", '{"title": "a", "affected_users": -Infinity}'), "twice": (".jsonl", '{"title": "a", "title": "b"}'),
    "wide": (".jsonl", json.dumps({f"k{n}": 1 for n in range(50_000)})), "many tags": (".jsonl", json.dumps({"title": "a", "tags": ["x"] * 100_000})),
    "deep array": (".json", DEEP), "array of deep": (".json", f"[{OBJECTS}]"), "unclosed": (".json", '[{"title": "' + "x" * 9 * MIB),
    "columns": (".csv", ",".join(["a"] * 100_000) + "\n"), "long field": (".csv", 'title\n"' + "x" * 9 * MIB),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("packed", [False, True])
def test_rows_made_to_hurt_are_refused(cli: Cli, tmp_path: Path, name: str, packed: bool) -> None:
    suffix, text = ROWS[name]
    path = tmp_path / f"bomb{suffix}{'.gz' if packed else ''}"
    path.write_bytes(gzip.compress(text.encode(), 1) if packed else text.encode())
    refused(cli, "import", "tickets", str(path))


def _gzip_bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b" " * MIB
    return b"".join([b"".join(packer.compress(block) for _ in range(size)), packer.flush()])


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_packed_bomb_is_not_unpacked(cli: Cli, tmp_path: Path, layers: int) -> None:
    """A quarter of a gibibyte in as many kibibytes: what is held in memory stays small."""
    data = _gzip_bomb(256)
    for _ in range(layers - 1):
        data = gzip.compress(data, 9)
    path = tmp_path / "bomb.jsonl.gz"
    path.write_bytes(data)
    cli("ticket", "list")
    tracemalloc.start()
    try:
        refused(cli, "import", "tickets", str(path))
        assert tracemalloc.get_traced_memory()[1] < 64 * MIB
    finally:
        tracemalloc.stop()
    refused(cli, "import", "tickets", "-", stdin=data)


POLICIES: dict[str, str] = {
    "deep": f"a = {DEEP}", "inline tables": "a = " + "{b=" * 5_000 + "1" + "}" * 5_000, "digits": f"a = {DIGITS}",
    "parts of a key": ".".join("a" for _ in range(50_000)) + " = 1", "quoted parts": ".".join('"a"' for _ in range(50_000)) + " = 1",
    "parts of a table": "[" + ".".join("a" for _ in range(50_000)) + "]", "inline key": "x = {" + " . ".join("a" for _ in range(50_000)) + " = 1}",
    "too long": "# " + "x" * (2 * MIB), "nul": 'a = "\0"', "bytes": "a = \ufffd",
}  # fmt: skip


@pytest.mark.parametrize("name", POLICIES)
def test_documents_made_to_hurt_are_refused(cli: Cli, tmp_path: Path, name: str) -> None:
    text = POLICIES[name]
    cli.new("one")
    assert len(check_policy(text)[1]) == 1
    for words in (
        ("policy", "check", "-"),
        ("policy", "apply", "-", "--yes"),
        ("policy", "diff", "-"),
        ("policy", "backtest", "-"),
    ):
        if words[1] == "apply":
            words = ("policy", "apply", "-")
        refused(cli, *words, stdin=text)
    map_file, rows = tmp_path / "map.toml", tmp_path / "rows.csv"
    map_file.write_text(text, "utf-8")
    rows.write_text("title\nx\n", "utf-8")
    refused(cli, "import", "tickets", str(rows), "--map", str(map_file))
    refused(cli, "import", "log", str(rows), "--map", str(map_file))
    if name != "too long":  # settings are one's own, and may be long
        refused(cli, "--config", str(map_file), "ticket", "list")


def test_dots_in_texts_are_no_parts_of_a_key() -> None:
    many = ". ".join(["a"] * 500)
    assert read_toml(f'a = "{many}"\nb = \'{many}\' # {"." * 500}\n[c.d]\ne.f = 1.5') == {
        "a": many, "b": many, "c": {"d": {"e": {"f": 1.5}}},
    }  # fmt: skip
    assert read_toml(".".join(["a"] * MAX_PARTS) + " = 1")
    with pytest.raises(ValueError, match="parts"):
        read_toml(".".join(["a"] * (MAX_PARTS + 2)) + " = 1")


LINES: dict[str, str] = {
    "deep": DEEP, "deep arguments": f'{{"verb": "ci.add", "args": {{"name": "a", "attributes": {OBJECTS}}}}}',
    "nan": '{"verb": "ticket.log_time", "args": {"number": 1, "seconds": NaN}}', "nan inside": '{"verb": "ci.add", "args": {"name": "a", "attributes": {"b": NaN}}}',
    "verb twice": '{"verb": "ticket.delete", "verb": "ticket.list", "args": {}}', "argument twice": '{"verb": "ticket.list", "args": {"limit": 2, "limit": 1}}',
    "digits": f'{{"verb": "ticket.list", "args": {{"limit": {DIGITS}}}}}', "exponent": '{"verb": "ticket.list", "args": {"limit": 1e999}}',
    "array": "[]", "text": '"ticket.list"', "null": "null", "bytes": "\ufeff{}", "nothing": "{}",
}  # fmt: skip


def test_lines_of_a_batch_made_to_hurt_are_refused_one_by_one(cli: Cli) -> None:
    before = head(cli)
    ended = cli("batch", stdin="\n".join([*LINES.values(), '{"verb": "ticket.list"}']), ok=1)
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert [answer["ok"] for answer in answers] == [False] * len(LINES) + [True]
    assert all(a["error"]["code"] == "usage" and len(a["error"]["message"]) < 500 for a in answers[:-1])
    assert head(cli) == before


def test_other_documents_made_to_hurt(cli: Cli, tmp_path: Path) -> None:
    cli("ci", "add", "item")
    number = str(cli.new("one"))
    for text in (
        f'{{"a": {"[" * 30_000}1{"]" * 30_000}}}',
        '{"a": NaN}',
        '{"a": 1, "a": 2}',
        '{"a": 1e999}',
        f'{{"a": {"9" * 5_000}}}',
    ):
        refused(cli, "ci", "edit", "item", "--set", f"attributes={text}")
    for text in (DEEP, f"[{DIGITS}]", "\udcff"):
        refused(cli, "sla", "simulate", "-", stdin=text.encode("utf-8", "surrogateescape"))
    anchor = tmp_path / "anchor"
    for text in (
        DEEP,
        f'{{"seq": {DIGITS}, "hash": "x"}}',
        '{"seq": 99999999999999999999, "hash": "x"}',
        "\0",
        "x" * MIB,
    ):
        anchor.write_text(text, "utf-8")
        refused(cli, "audit", "verify", "--anchor", str(anchor))
    for text in (OBJECTS, '{"number": NaN}', f'{{"number": {DIGITS}}}', '{"number": 1e400}'):
        refused(cli, "bulk", "take", "-", "--yes", stdin=text)
    assert cli("ticket", "show", number, "-o", "json").json[0]["state"] == "new"


# -- expressions of rules -----------------------------------------------------------------------------------------------

EVIL = (
    "(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*a){20}", "(x+x+)+y", "([a-zA-Z]+)*$", "(a{0,30}){0,30}", "(?:a?){50}a{50}", ".*.*.*.*=.*", "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(?:\\p{L}+\\s?)+$", "((((((((((a*)*)*)*)*)*)*)*)*)*)*b", "[\\s\\S]*[\\s\\S]*[\\s\\S]*x", "(?i)(?:e|E|\u00e9)+z", "a{1000}", "(?:.{0,99}){9}",
)  # fmt: skip


@pytest.mark.parametrize("pattern", EVIL)
def test_an_expression_is_refused_or_reads_no_more_than_its_work_allows(pattern: str) -> None:
    """Instructions times bytes stay below a bound that is far less than ten milliseconds of work."""
    with contextlib.suppress(PatternRefused):
        found = compile_pattern(pattern)
        assert found.limit <= MAX_MATCHED
        assert found.size <= 50 or found.size * found.limit <= MAX_WORK
        assert found.found_in(b"a" * (MAX_MATCHED + 1)) in (True, False)


@pytest.mark.parametrize(
    "pattern",
    [
        "(?=a)",
        "(?!a)",
        "(?<=a)b",
        "(?<!a)b",
        r"(a)\1",
        "(?P<x>a)(?P=x)",
        "a{2000}",
        "(a{100}){100}",
        "x" * 501,
        "(",
        "[z-a]",
        "*",
    ],
)
def test_what_cannot_be_bounded_is_no_expression(pattern: str) -> None:
    with pytest.raises(PatternRefused):
        compile_pattern(pattern)


@pytest.mark.parametrize("make", [lambda: b"x" * (MAX_MATCHED * 50), lambda: "\u4e2d".encode() * MAX_MATCHED])
def test_behind_the_limit_nothing_is_read(make: Callable[[], bytes]) -> None:
    found = compile_pattern("needle")
    assert not found.found_in(make() + b"needle")
    assert found.found_in(b"needle" + make())


def test_the_bomb_is_one() -> None:
    """The control: unpacked by hand it is a thousand times as large."""
    data = _gzip_bomb(256)
    assert len(data) < 2 * MIB
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as opened:
        assert sum(len(block) for block in iter(lambda: opened.read(MIB), b"")) == 256 * MIB
