"""Monitoring events on the command line: every collected payload, refusals in one line, streams of syslog, deeds on alerts."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.cli import event as event_cli
from tests.cli_runner import Cli, copy_desk, make_desk
from tests.event_payloads import ALERT, body
from tests.test_event_intake import EXPECTED, SYSTEMS, collected


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_desk(tmp_path_factory.mktemp("made"))


@pytest.fixture
def cli(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    return Cli(copy_desk(made, tmp_path), monkeypatch)


def _alerts(*alerts: dict[str, Any]) -> bytes:
    return json.dumps(body(*(alerts or (ALERT,)))).encode()


def test_the_collected_payloads_give_source_status_severity_and_key(cli: Cli) -> None:
    folder = collected() / "events"
    for entry in json.loads((folder / "index.json").read_text())["files"]:
        ended = cli("event", "ingest", str(folder / entry["file"]), "-o", "json", ok=None)
        if entry["signal"] == "invalid":
            assert ended.code == 6 and ended.out == "" and ended.err.count("\n") == 1
            continue
        assert ended.code == 0, (entry["file"], ended)
        found = ended.json
        assert {one["source"] for one in found} == {SYSTEMS[entry["system"]]}
        expected = EXPECTED[entry["file"]]
        keys = [one["key"][:16] if len(k) == 16 else one["key"] for one, (_s, k) in zip(found, expected, strict=True)]
        assert list(zip([one["severity"] for one in found], keys, strict=True)) == [(s.value, k) for s, k in expected]
        wanted = {"mixed": {"firing", "resolved"}, None: {"note", "firing"}}.get(entry["signal"], {entry["signal"]})
        assert {one["status"] for one in found} <= wanted
        explained = cli("event", "explain", str(folder / entry["file"]), "-o", "json").json
        assert [one["key"] for one in explained] == [one["key"] for one in found]


def test_hostile_bodies_are_refused_in_one_line(cli: Cli) -> None:
    folder = collected() / "bad-input" / "webhook"
    sources = ("auto", "alertmanager", "zabbix") if "HELPDESK_SOAK" not in os.environ else event_cli.SOURCES
    for name in ("array-root.json", "deep-100k.json", "deep.json", "nan.json", "null.json", "utf16.json"):
        for source in sources:
            ended = cli("event", "ingest", "--source", source, str(folder / name), ok=6)
            assert ended.out == "" and ended.err.count("\n") == 1 and len(ended.err) < 300, (name, source)
    found = cli("event", "ingest", str(folder / "alert-flood-500.json"), "-o", "json").json
    assert len({one["alert"] for one in found}) == 500 and len({one["number"] for one in found}) == 1


@pytest.mark.parametrize(
    ("arguments", "stdin", "code"),
    [
        (["event", "ingest", "--source", "email"], b"{}", 2),
        (["event", "ingest", "no-such-file.json"], b"", 2),
        (["event", "ingest", "--settings", "no-such.toml"], b"{}", 2),
        (["event", "ingest"], b"", 6),
        (["event", "ingest"], b"\xff\xfe", 6),
        (["event", "ingest", "--source", "alertmanager"], b'{"specversion": "1.0", "id": "1", "type": "t"}', 6),
        (["event", "ingest", "--source", "syslog", "-"], b"", 0),
        (["event", "show", "1"], b"", 3),
        (["alert", "show", "1"], b"", 3),
        (["alert", "ack", "1"], b"", 3),
        (["alert", "list", "--state", "burning"], b"", 6),
        (["alert", "list", "--service", "none such"], b"", 3),
        (["maintenance", "add", "x", "--ci", "a"], b"", 2),
        (["maintenance", "add", "x", "--ci", "a", "--to", "soon"], b"", 2),
        (["maintenance", "add", "x", "--for", "2h"], b"", 6),
        (["maintenance", "add", "x", "--for", "2h", "--label", "env"], b"", 2),
        (["maintenance", "end", "x"], b"", 2),
        (["maintenance", "end", "MW-9"], b"", 3),
    ],
)  # fmt: skip
def test_each_refusal_is_one_line_and_an_exit_code(cli: Cli, arguments: list[str], stdin: bytes, code: int) -> None:
    ended = cli(*arguments, stdin=stdin, ok=code)
    assert ended.err.count("\n") == (1 if code else 0) and ended.out == ""


def test_a_notification_command_hands_its_macros_over(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    macros = {"NOTIFICATIONTYPE": "PROBLEM", "HOSTNAME": "db1", "HOSTSTATE": "DOWN", "HOSTOUTPUT": "ping; $(reboot)"}
    for name, value in macros.items():
        monkeypatch.setenv(f"NAGIOS_{name}", value)
    (one,) = cli("event", "ingest", "--nagios-env", "-o", "json").json
    assert (one["source"], one["status"], one["severity"], one["key"]) == ("nagios", "firing", "critical", "db1")
    assert "$(reboot)" in one["summary"]
    monkeypatch.setenv("NAGIOS_NOTIFICATIONTYPE", "RECOVERY")
    monkeypatch.setenv("NAGIOS_HOSTSTATE", "UP")
    (two,) = cli("event", "ingest", "--nagios-env", "-o", "json").json
    assert (two["what"], two["number"]) == ("resolved", one["number"])


class _Bits(io.RawIOBase):
    """A pipe that gives what was written, one write at a time."""

    def __init__(self, *parts: bytes) -> None:
        self._parts = list(parts)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._parts.pop(0) if self._parts else b""
        buffer[: len(part)] = part
        return len(part)


def test_lines_of_syslog_are_taken_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = (
        b"<34>1 - h a - - - on",
        b"e\n<34>1 - h a - - - two\n<34>1",
        b" - h a - - - three\n",
        b"<34>1 - h a - - - four",
    )
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(_Bits(*parts))))
    assert [*event_cli._batches()] == [
        b"<34>1 - h a - - - one\n<34>1 - h a - - - two\n",
        b"<34>1 - h a - - - three\n",
        b"<34>1 - h a - - - four",
    ]
    long = [b"x" * 65_536] * 17
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(_Bits(*long), 65_536)))
    assert sum(map(len, event_cli._batches())) == 17 * 65_536


def test_a_stream_of_syslog_opens_one_ticket_and_tells_only_what_is_new(cli: Cli) -> None:
    lines = b"<34>1 - web1 app - - - disk failed\n" * 40 + b"\n" + b"<11>1 - web1 app - - - again\n" * 3
    ended = cli("event", "ingest", "--source", "syslog", stdin=lines)
    assert ended.out.count("\n") == 2 and "disk failed" in ended.out
    assert len(cli("ticket", "list", "-o", "json").json) == 1
    rows = cli("event", "ingest", "--source", "syslog", "-o", "jsonl", stdin=lines).out.splitlines()
    assert len(rows) == 43


def test_settings_of_a_sender_come_from_a_file(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "senders.toml"
    file.write_text(
        '[sender.backup]\nsource = "generic"\n[sender.backup.fields]\nsource = "backup"\nkey = "job"\n'
        'summary = "text"\nstatus = "state"\n[sender.backup.fields.statuses]\nbroken = "firing"\nfine = "resolved"\n',
        "utf-8",
    )
    notice = json.dumps({"job": "night", "text": "tape is full", "state": "broken"})
    given = ("event", "ingest", "--source", "generic", "--settings", str(file), "--name", "backup", "-o", "json")
    (one,) = cli(*given, stdin=notice).json
    assert (one["source"], one["key"], one["status"]) == ("backup", "night", "firing")
    (two,) = cli(*given, stdin=notice.replace("broken", "fine")).json
    assert (two["what"], two["number"]) == ("resolved", one["number"])
    assert "has no sender" in cli(*given[:-4], "--name", "nobody", stdin=notice, ok=2).err


def test_alerts_and_maintenance_from_the_command_line(cli: Cli) -> None:
    (one,) = cli("event", "ingest", "-o", "json", stdin=_alerts()).json
    assert cli("alert", "list", "-o", "json").json[0]["number"] == one["number"]
    for deed, state in (("ack", "acknowledged"), ("unack", "firing"), ("resolve", "resolved")):
        assert cli("alert", deed, "1", "-o", "json").json[0]["state"] == state
    assert cli("alert", "resolve", "1", ok=5).err.count("\n") == 1
    other = cli.new("another")
    assert cli("alert", "link", "1", str(other), "-o", "json").json[0]["number"] == other
    assert cli("alert", "unlink", "1", "-o", "json").json[0]["number"] is None
    planned = cli("maintenance", "add", "x", "--ci", "db*", "--for", "2h", "-o", "json").json[0]
    assert planned["state"] == "current"
    again = {**ALERT, "fingerprint": "f2", "labels": {**ALERT["labels"], "instance": "db2"}}
    explained = cli("event", "explain", stdin=_alerts(again))
    assert "MW-1" in explained.out and explained.out.count("\n") >= 2
    assert cli("maintenance", "end", "MW-1", "-o", "json").json[0]["state"] == "past"
    assert "db1" in cli("alert", "show", "1").out and "disk full" in cli("event", "show", "1").out
