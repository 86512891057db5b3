"""A call on a real pseudo-terminal: what was typed and pasted outlives a kill and a cut line."""

import json
import signal
from pathlib import Path

from test_console_pty import home, terminals

from helpdesk_tui.desk.desk import Desk
from tests.terminal import Terminal

__all__ = ["home", "terminals"]


def drafted(home: Path) -> dict[str, str]:
    """The kept draft of the call."""
    for path in (home / "state").rglob("*-new.json"):
        return dict(json.loads(path.read_text("utf-8"))["fields"])
    return {}


def test_a_call_outlives_a_kill_and_a_cut_line(tmp_path: Path, home: Path, terminals: list[Terminal]) -> None:
    desk = tmp_path / "desk.db"
    with Desk.open(desk) as made:
        made.people.add("张伟", email="zhang.wei@lanhai.example")
        made.tickets.open("VPN drops", requester="zoe@example.org")

    def start() -> Terminal:
        terminal = Terminal(desk, home)
        terminals.append(terminal)
        terminal.see("VPN drops")
        terminal.quiet()
        terminal.send("n")
        terminal.see("New ticket")
        return terminal

    first = start()
    first.send("zhangwei")
    first.see("zhang.wei@lanhai.example")
    first.send("\r")
    block = "\r".join(f"{n} u q :q 打印机，卡纸" for n in range(2_000))
    first.send(f"\x1b[200~{block}\x1b[201~")
    first.wait_for(lambda: drafted(home).get("text", "").count("打印机，卡纸") == 2_000, "the whole block", 20)
    first.send("\rlast words")
    first.wait_for(lambda: drafted(home).get("text", "").endswith("last words"), "draft", 5)
    first.process.kill()
    first.end()

    again = start()
    again.see("draft is back")
    again.see("张伟")
    again.quiet()
    again.send("\t!")
    again.quiet(0.1)
    again.process.send_signal(signal.SIGHUP)
    assert again.end() == 0
    kept = drafted(home)
    assert kept["text"].replace("!", "").splitlines() == [*block.split("\r"), "last words"]
    assert kept["person"].startswith("#")
    with Desk.open(desk) as found:
        assert found.tickets.count("", None) == 1, "nothing was sent by itself"
