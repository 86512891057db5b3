"""Hostile arguments: every verb, every argument, every value ends in a result or in one of the desk's own errors."""

import inspect
import json
from pathlib import Path
from typing import Any, Final

import pytest

from helpdesk_tui.desk import registry
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import DeskError, Invalid, NotFound, Usage
from helpdesk_tui.vocabulary.text import at_rest
from tests.cli_runner import Cli, copy_desk, make_desk

TEXTS: Final = (
    "", " ", "[/", "[@click=app.quit]x[/]", "\x1b]52;c;aGk=\x07", "\x9b31m", "\u202egpj", "\U000e0041", "nul\0x",
    "\ud800", "a\nb\tc", "{0.__class__}", "{{7*7}}", "%s%n", "=1+1", "x" * 256, "x" * 10_001, "z" + "\u0335" * 2_000,
    "\U0001f468\u200d\U0001f469", "\u200b", "-1", "99999999999999999999", "1e400", "9999-12-31", "0001-01-01",
    "'; drop table ticket;--", "none", "me",
)  # fmt: skip
NUMBERS: Final = (-1, 0, 2**31, 2**63 - 1, 2**63, 10**30, -(10**30))
FIELDS: Final = ("title", "due", "requester", "team", "impact", "parent", "tags", "capacity", "attributes", "email")
USUAL: Final[dict[str, Any]] = {
    "number": 1, "into": 2, "other": 2, "to": "open", "title": "T", "person": "zoe@example.org", "code": "v1",
    "query": "is:open", "where": "is:open", "priority": "high", "name": "n", "data": b"x", "seconds": 60, "seq": 1,
    "day": "2026-01-01", "calendar": "default", "set": {}, "codes": ["v1"], "roles": ["requester"], "items": ["a"],
    "cases": [],
}  # fmt: skip


def tries(annotation: str) -> list[Any]:
    """Hostile values of a type."""
    if "dict[str" in annotation and "list" not in annotation:
        return [{text: text} for text in TEXTS[:12]] + [{field: text} for field in FIELDS for text in TEXTS]
    if "list[str]" in annotation:
        return [[], *([text] for text in TEXTS)]
    if "list[int]" in annotation:
        return [[], *([number] for number in NUMBERS)]
    if "str" in annotation:
        return [*TEXTS]
    return [*NUMBERS] if "int" in annotation else []


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with Desk.open(tmp_path_factory.mktemp("arguments") / "desk.db", user=OsUser(1000, "ana", "Ana")) as desk:
        for n in range(3):
            desk.tickets.open(f"{n} vpn", description="x", requester="zoe@example.org")
        yield desk


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.soak)])
def test_no_argument_of_any_verb_gets_past_the_desks_own_errors(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    """Every argument of every verb; of the values all of them, or every fifth, another fifth for each argument."""
    monkeypatch.chdir(tmp_path)  # an anchor is a file of any name
    calls = arguments = 0
    refusals: list[str] = []
    for name, spec in registry.verbs().items():
        params = list(spec.signature.parameters.values())[1:]
        needed = {p.name: USUAL.get(p.name, "x") for p in params if p.default is inspect.Parameter.empty}
        for param in params:
            arguments += 1
            for value in tries(inspect.formatannotation(param.annotation))[arguments % every :: every]:
                calls += 1
                try:
                    answer = registry.call(desk, name, {**needed, param.name: value})
                    json.dumps(answer, default=str).encode("utf-8")
                except DeskError as error:
                    refusals.append(str(error))
                except Exception as error:
                    raise AssertionError(f"{name}({param.name}={value!r:.60})") from error
    assert calls > 5_000 / every
    assert not set("".join(refusals)) & set("\n\x1b\x9b\u202e\x07\0")
    assert desk.audit.verify()["ok"]


@pytest.mark.parametrize("number", [2**63, 10**30, -(2**63)])
def test_a_number_beyond_64_bits_is_no_ticket_and_no_limit(desk: Desk, number: int) -> None:
    with pytest.raises(NotFound, match=str(abs(number))):
        desk.tickets.show(number)
    with pytest.raises(Usage, match="limit"):
        desk.tickets.select(limit=number)
    with pytest.raises(TypeError):
        desk.tickets.show(1, 2)  # type: ignore[call-arg]


@pytest.mark.parametrize("text", ["\ud800", "a\0b"])
def test_what_no_store_can_hold_is_replaced_at_the_door(desk: Desk, text: str) -> None:
    number = desk.tickets.open(f"t {text}", description=text)["number"]
    assert desk.tickets.show(number)["title"] == f"t {at_rest(text)}"
    desk.views.save("bad", text or "x", "tag:x", shared=False)
    assert desk.views.show("bad")["label"] == at_rest(text)
    with pytest.raises(DeskError):
        desk.people.show(f"nobody {text}")


@pytest.mark.parametrize("path", ["nul\0", "\ud800", "x" * 5_000, "/proc/none/x"])
def test_a_path_that_cannot_be_is_told(desk: Desk, path: str) -> None:
    for verb in (desk.audit.anchor, desk.audit.verify):
        with pytest.raises((DeskError, Invalid)):
            verb(path)


def test_numbers_and_files_of_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "made").mkdir()
    cli = Cli(copy_desk(make_desk(tmp_path / "made"), tmp_path), monkeypatch)
    number = str(cli.new("one"))
    huge = "99999999999999999999"
    assert len(cli("ticket", "list", "--limit", huge, "-o", "json").json) == 1
    for words, code in (
        (("ticket", "attach", number, str(tmp_path / "none")), 2),
        (("ticket", "attach", number, str(tmp_path)), 2),
        (("ticket", "attachments", number, "--get", huge), 2),
        (("policy", "show", huge), 2),
        (("undo", huge, "--yes"), 3),
        (("ticket", "list", "--limit", "-1"), 2),
        (("ticket", "list", "--sort", "nonsense"), 2),
    ):
        ended = cli(*words, ok=None)
        assert ended.code == code, (words, ended)
        assert "inside" not in ended.err and ended.err.count("\n") <= 4, (words, ended)
