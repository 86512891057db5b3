"""The static status page: published texts alone, inert in HTML and in Markdown."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from helpdesk_tui.desk.desk import Desk
from tests.cli_runner import Cli
from tests.desk_fixtures import FixedClock, clock, desk

__all__ = ["clock", "desk"]
HOSTILE = "<script>alert(1)</script> [x](javascript:1) \x1b[31m\n</article><img src=x onerror=y> ```"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_only_what_was_published_is_on_it(desk: Desk, clock: FixedClock) -> None:
    assert desk.incidents.page()["incidents"] == 0
    shown = desk.incidents.declare("a title for the inside", severity="SEV1")["number"]
    desk.incidents.publish(shown, internal="inside words")
    assert desk.incidents.page()["incidents"] == 0
    desk.incidents.publish(shown, internal="inside words", external="We work on it.", external_zh="我们正在处理。")
    drill = desk.incidents.declare("drill", nature="drill")["number"]
    desk.incidents.publish(drill, external="only a drill")
    secret = desk.incidents.declare("private")["number"]
    desk.incidents.publish(secret, external="private words")
    desk.tickets.sensitive(secret, "health")
    made = desk.incidents.page()
    assert made["incidents"] == 1
    for text in (made["html"], made["markdown"]):
        assert "We work on it." in text and "我们正在处理。" in text and f"INC-{shown}" in text
        for hidden in ("inside", "drill", "private", "ana"):
            assert hidden not in text
    assert "being worked on" in made["markdown"]
    desk.incidents.stamp(shown, "mitigated")
    assert "users can work again" in desk.incidents.page()["markdown"]
    desk.tickets.take(shown)
    desk.tickets.resolve(shown, resolution="x", cause="x")
    assert ", since 2026-03-02 09:00 UTC" in desk.incidents.page()["markdown"]
    clock.forward(8 * 86_400)
    assert desk.incidents.page()["incidents"] == 0


def test_a_text_from_anybody_stays_a_text(desk: Desk) -> None:
    number = desk.incidents.declare("x")["number"]
    desk.incidents.publish(number, external=HOSTILE)
    made = desk.incidents.page()
    parser = _Tags()
    parser.feed(made["html"])
    assert set(parser.seen) <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "p",
        "time",
        "article",
        "h2",
        "div",
        "br",
    }
    assert "<script>alert(1)</script>" in parser.text and "\x1b" not in made["html"] + made["markdown"]
    told = [line for line in made["markdown"].splitlines() if "script" in line or "onerror" in line]
    assert told and all(line.startswith("    ") for line in told)


def test_it_is_written_whole_or_refused(tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk_tui.desk.actor.os_user", lambda: desk_user())
    cli = Cli(Path(desk.store.path), monkeypatch)
    (tmp_path / "www").mkdir()
    assert "0 incidents" in cli("incident", "page", "--out", str(tmp_path / "www")).out
    assert sorted(path.name for path in (tmp_path / "www").iterdir()) == ["status.html", "status.md"]
    assert cli("incident", "page", "--out", str(tmp_path / "nowhere"), ok=None).code == 2


def desk_user() -> object:
    from tests.desk_fixtures import ANA

    return ANA
