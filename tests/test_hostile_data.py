"""Every text of the collection of bad input through every door, onto every list, export and screen, in both languages.

Nothing raises, nothing that is printed acts on a terminal, nothing is lost: what is stored is what came, made fit to be
kept. A refusal is one line and leaves nothing half-written.
"""

import contextlib
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_desk import ANA, Clock, console, make_desk, second_desk
from test_hostile_names import FORBIDDEN, on_terminal
from textual import events
from tui import HOSTILE, assert_inert

from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import set_language
from helpdesk_tui.vocabulary.text import at_rest
from tests.cli_runner import Cli, copy_desk


def _texts(folder: Path) -> Iterator[str]:
    bad = folder / "bad-input"
    for path in sorted(bad.rglob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            yield json.loads(line)["text"]
    yield from json.loads((bad / "strings" / "blns.json").read_text("utf-8"))
    for path in sorted(bad.rglob("*")):
        if path.is_file() and path.suffix != ".jsonl" and path.name != "blns.json":
            yield path.read_bytes().decode("utf-8", "replace")[:20_000]


@pytest.fixture(scope="module", params=["some", pytest.param("all", marks=pytest.mark.soak)])
def texts(request: pytest.FixtureRequest, test_data: Path) -> list[str]:
    """All of them, or a fifth with something of every part of the collection."""
    found = list(_texts(test_data))
    assert len(found) > 480
    return [*HOSTILE, *(found if request.param == "all" else found[::5])]


def kept(text: str) -> str:
    """A text as the desk keeps it."""
    return at_rest(text.encode("utf-8", "replace").decode())


def title_of(text: str) -> str:
    plain = " ".join(kept(text).split())[:500].strip()
    return plain or "empty"


def filled(path: Path, texts: list[str], user: OsUser | None = None) -> list[int]:
    """A ticket for each text, with it in every place that a ticket has."""
    made: list[int] = []
    with Desk.open(path, user=user) as desk:
        for text in texts:
            text = kept(text)[:20_000]
            number = desk.tickets.open(title_of(text), description=text)["number"]
            made.append(number)
            for say in (desk.tickets.reply, desk.tickets.note):
                with contextlib.suppress(Invalid):  # an empty one
                    say(number, text)
    return made


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> Path:
    path = tmp_path_factory.mktemp("data") / "desk.db"
    filled(path, texts)
    return path


@pytest.fixture(scope="module")
def on_screens(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> tuple[Path, list[int]]:
    """The same for the one who sits at the screens, and the tickets' numbers."""
    folder = tmp_path_factory.mktemp("screens")
    make_desk(folder, Clock(), 0).close()
    return folder / "desk.db", filled(folder / "desk.db", texts, ANA)


# -- in -----------------------------------------------------------------------------------------------------------------


def test_every_text_comes_in_by_a_batch_and_stays_what_it_is(
    texts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        json.dumps({"verb": "ticket.open", "args": {"title": title_of(t), "description": t, "tags": [t]}})
        for t in texts
    ]
    plain = [json.dumps({"verb": "ticket.open", "args": {"title": title_of(t), "description": t}}) for t in texts]
    ended = Cli(tmp_path / "desk.db", monkeypatch)("batch", stdin="\n".join([*lines, *plain]), ok=1)
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert len(answers) == 2 * len(texts)
    for answer in answers:
        assert answer["ok"] or (answer["error"]["code"] == "invalid" and "\n" not in answer["error"]["message"]), answer
    assert all(answer["ok"] for answer in answers[len(texts) :])
    with Desk.open(tmp_path / "desk.db") as desk:
        for text, answer in zip(texts, answers[len(texts) :], strict=True):
            stored = desk.store.query("SELECT description FROM ticket WHERE number = ?", (answer["result"]["number"],))[
                0
            ][0]
            assert stored == at_rest(text)
        made = sum(1 for answer in answers if answer["ok"])
        assert desk.store.query("SELECT count(*) FROM ticket") == [(made,)], "a refused line leaves nothing"
        assert desk.audit.verify()["ok"]


@pytest.mark.parametrize("form", ["csv", "jsonl", "json", "tsv"])
def test_every_text_comes_in_by_a_file_or_is_refused_by_its_line(
    texts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    rows = [{"title": title_of(text), "description": kept(text).replace("\0", "")} for text in texts]
    file = tmp_path / f"rows.{form}"
    if form in ("csv", "tsv"):
        out = io.StringIO()
        writer = csv.DictWriter(out, ["title", "description"], delimiter="\t" if form == "tsv" else ",")
        writer.writeheader()
        writer.writerows(rows)
        file.write_text(out.getvalue(), "utf-8", newline="")
    else:
        file.write_text(json.dumps(rows) if form == "json" else "\n".join(map(json.dumps, rows)), "utf-8")
    answer = Cli(tmp_path / "desk.db", monkeypatch)("import", "tickets", str(file), "-o", "json", ok=None).json
    assert answer["created"] + len(answer["errors"]) == answer["read"] >= len(rows) - 5
    assert answer["created"] > len(rows) * 0.9
    with Desk.open(tmp_path / "desk.db") as desk:
        assert desk.store.query("SELECT count(*) FROM ticket") == [(answer["created"],)]
        assert desk.audit.verify()["ok"]


def test_texts_come_in_by_arguments_and_standard_input(
    texts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli = Cli(tmp_path / "desk.db", monkeypatch)
    for text in texts[:: max(1, len(texts) // 25)]:
        word = kept(text).replace("\0", "")[:2_000]
        ended = cli("ticket", "new", "-m", "-", "--", word, stdin=text.encode("utf-8", "replace"), ok=None)
        assert ended.code in (0, 2, 6), ended
        for words in (
            ("search", "--", word),
            ("ticket", "list", "--where", word),
            ("people", "list", word),
            ("ci", "show", "--", word),
        ):
            told = cli(*words, ok=None)
            assert told.code in (0, 2, 3, 6), (words, told)
            assert "inside" not in told.err


# -- out ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_lists_searches_and_exports_of_every_text_are_inert(
    spoilt: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    lists: list[tuple[str, ...]] = [("ticket", "list", "-o", form) for form in ("table", "json", "jsonl", "csv", "tsv")]
    lists += [("export", "tickets", "-f", form) for form in ("csv", "jsonl", "xes")]
    lists += [
        ("audit", "log", "--limit", "500"),
        ("search", "script"),
        ("bulk", "edit", "--where", "", "--set", "impact=low", "--dry-run"),
    ]
    try:
        for words in lists:
            code, told = on_terminal(spoilt, monkeypatch, "--lang", language, *words)
            assert code == 0, (words, told[-300:])
            assert not set(told) & FORBIDDEN, (words, set(told) & FORBIDDEN)
        for number in range(1, 60, 8):
            for verb in ("show", "log", "comments", "why"):
                code, told = on_terminal(spoilt, monkeypatch, "--lang", language, "ticket", verb, str(number))
                assert code == 0
                assert not set(told) & FORBIDDEN, (verb, number)
    finally:
        set_language("en")


def test_no_cell_of_an_export_is_a_formula_and_the_log_is_xml(spoilt: Path) -> None:
    from xml.etree import ElementTree

    with Desk.open(spoilt) as desk:
        rows = list(csv.reader(io.StringIO(desk.exporting.tickets(form="csv"))))
        assert len({len(row) for row in rows}) == 1
        for row in rows[1:]:
            for cell in row:
                assert not cell.lstrip("\u200b\ufeff \u3000").startswith(
                    ("=", "+", "@", "\t", "\uff1d", "\uff0b", "\uff20")
                ), cell[:50]
        count = desk.tickets.count("", None)
        assert len(rows) == count + 1
        assert len(desk.exporting.tickets(form="jsonl").splitlines()) == count
        log = ElementTree.fromstring(desk.exporting.tickets(form="xes"))
        assert sum(1 for each in log if each.tag.endswith("trace")) == count


def test_templates_only_look_names_up(spoilt: Path, texts: list[str]) -> None:
    with Desk.open(spoilt) as desk:
        for text in texts[::7]:
            body = kept(text)[:5_000] + "{0.__class__} {{7*7}} {{ticket.__class__}} {% x %} ${y} %(z)s"
            desk.templates.save("t", body)
            told = desk.templates.render("t", 1)
            assert told["text"].endswith("{0.__class__} {{7*7}} {{ticket.__class__}} {% x %} ${y} %(z)s")
            assert "ticket.__class__" in told["unknown"]


@pytest.mark.parametrize(("size", "language"), [((80, 24), "en"), ((120, 40), "zh_CN")], ids=str)
async def test_every_text_is_inert_on_the_screens(
    tmp_path: Path, texts: list[str], on_screens: tuple[Path, list[int]], size: tuple[int, int], language: str
) -> None:
    """All of them in the queue, page by page; a part of them opened, pasted into the form and typed as a command."""
    set_language(language)
    try:
        made, numbers = on_screens
        much = 2 if len(texts) > 400 else 1
        desk = second_desk(copy_desk(made, tmp_path).parent, Clock())
        async with console(tmp_path, desk=desk, size=size, view="all") as c:
            for number in numbers[:: max(1, len(numbers) // (12 * much))]:
                c.queue.tickets.move_to(number)
                await c.settle()
                assert_inert(c.app)
            for number in numbers[:: max(1, len(numbers) // (6 * much))]:
                c.app.open_ticket(number)
                await c.settle()
                for _ in range(5):
                    assert_inert(c.app)
                    await c.press("right_square_bracket")
                await c.press("escape")
            for start in range(0, len(texts), max(1, len(texts) // (3 * much))):
                joined = " ".join(kept(text)[:200] for text in texts[start : start + 20])
                for key in ("n", "slash", "colon"):
                    await c.press(key)
                    c.app.post_message(events.Paste(joined))
                    await c.settle()
                    assert_inert(c.app)
                    await c.press("escape", "escape", "escape")
            assert c.app._exception is None
    finally:
        set_language("en")
