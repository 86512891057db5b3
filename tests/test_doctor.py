"""`doctor`: each line tells right from wrong, says what to do, and changes nothing."""

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.cli import context
from helpdesk_tui.desk import doctor
from helpdesk_tui.desk.doctor import State
from helpdesk_tui.store import filesystem
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.i18n import set_language
from tests.cli_runner import Cli
from tests.desk_fixtures import START

FAULTY = ["3.7.0", "3.40.1", "3.44.5", "3.45.0", "3.50.4", "3.50.6", "3.51.0", "3.51.2"]
FREE = ["3.44.6", "3.44.9", "3.50.7", "3.51.3", "3.52.0", "3.54.1", "4.0.0"]


def version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


@pytest.mark.parametrize(
    ("text", "faulty"), [*((v, True) for v in FAULTY), *((v, False) for v in FREE), ("3.6.23", False)]
)
def test_which_sqlite_has_the_wal_reset_fault(text: str, faulty: bool) -> None:
    assert doctor.wal_reset_fault(version(text)) is faulty
    line = doctor.sqlite(version(text))
    assert text in line.data()["value"]
    old = version(text) < (3, 35)
    assert line.state is (State.FAIL if old else State.WARN if faulty else State.OK)
    assert bool(line.advice) is (faulty or old)


def test_the_sqlite_here_is_the_one_that_is_looked_at() -> None:
    assert sqlite3.sqlite_version in doctor.sqlite().data()["value"]
    assert doctor.search().state is State.OK
    assert doctor.search(options=["ENABLE_FTS3"]).state is State.FAIL


@pytest.mark.parametrize(
    ("found", "state"), [((3, 10, 9), "fail"), ((3, 11, 0), "ok"), ((3, 13, 9), "ok"), ((3, 14, 0), "fail")]
)
def test_python(found: tuple[int, ...], state: str) -> None:
    assert doctor.python(found).state == state


def test_zones() -> None:
    def nothing(name: str) -> None:
        if name != "UTC":
            raise KeyError(name)

    assert doctor.zones().state is State.OK
    line = doctor.zones(nothing)
    assert line.state is State.FAIL and "Asia/Shanghai" in line.data()["value"] and "tzdata" in line.data()["advice"]


@pytest.mark.parametrize(
    ("environment", "is_terminal", "size", "state"),
    [
        ({"TERM": "xterm-256color"}, True, (120, 40), "ok"), ({"TERM": "xterm"}, True, (80, 24), "ok"),
        ({"TERM": "xterm"}, True, (79, 24), "warn"), ({"TERM": "xterm"}, True, (80, 23), "warn"),
        ({"TERM": "dumb"}, True, (120, 40), "warn"), ({}, True, (120, 40), "fail"), ({}, False, (80, 24), "ok"),
    ],
)  # fmt: skip
def test_terminal(environment: dict[str, str], is_terminal: bool, size: tuple[int, int], state: str) -> None:
    assert doctor.terminal(environment, is_terminal, size).state == state


@pytest.mark.parametrize(
    ("environment", "option", "state"),
    [
        ({}, None, "ok"), ({"STY": "1.pts"}, None, "warn"), ({"TMUX": "x"}, "on", "ok"),
        ({"TERM": "dumb"}, None, "warn"), ({"TERM": "linux"}, None, "warn"), ({"TERM": "screen-256color"}, None, "warn"),
        ({"TERM": "tmux-256color", "TMUX": "x"}, "on", "ok"), ({"TERM": "tmux-256color"}, None, "warn"),
        ({"TMUX": "x"}, "external", "warn"), ({"TMUX": "x"}, "off", "warn"), ({"TMUX": "x"}, None, "warn"),
    ],
)  # fmt: skip
def test_clipboard(environment: dict[str, str], option: str | None, state: str) -> None:
    line = doctor.clipboard(environment, lambda: option)
    assert line.state == state
    tmux = "TMUX" in environment or environment.get("TERM", "").startswith(("tmux", "screen"))
    assert ("set-clipboard" in line.data()["advice"]) is (state == "warn" and tmux)


def test_a_tmux_that_cannot_be_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert doctor.tmux_option() is None
    program = tmp_path / "tmux"
    for script, answer in (("exit 1", None), ("echo on", "on"), ("echo off", "off")):
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        assert doctor.tmux_option() == answer


@pytest.mark.parametrize(("encoding", "state"), [("utf-8", "ok"), ("UTF8", "ok"), ("ascii", "warn"), (None, "warn")])
def test_locale(encoding: str | None, state: str) -> None:
    assert doctor.locale({"LANG": "C"}, encoding).state == state


def test_config(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert doctor.config(path, False, context.read_config).state is State.OK
    line = doctor.config(path, True, context.read_config)
    assert line.state is State.WARN and "does not exist" in line.data()["value"]
    path.write_text('lang = "en"\n')
    assert doctor.config(path, True, context.read_config).state is State.OK
    path.write_text("lang = \n")
    assert doctor.config(path, True, context.read_config).state is State.FAIL


MOUNTS = "1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 0:9 / /mnt/far rw - nfs4 host:/x rw\n3 1 0:8 / /mnt/ssh rw - fuse.sshfs x rw\n"


@pytest.mark.parametrize(
    ("path", "allowed", "state"),
    [
        ("/srv/desk.db", False, "ok"),
        ("/mnt/far/desk.db", False, "fail"),
        ("/mnt/far/desk.db", True, "warn"),
        ("/mnt/ssh/d/desk.db", False, "fail"),
    ],
)
def test_file_system(tmp_path: Path, path: str, allowed: bool, state: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    assert doctor.file_system(Path(path), mounts, allowed=allowed).state == state
    assert doctor.file_system(Path(path), tmp_path / "none").state is State.OK


@pytest.mark.parametrize(
    ("space", "state"),
    [
        (filesystem.Space(10**12, 2 * 10**12, False), "ok"), (filesystem.Space(10**9, 10**12, False), "warn"),
        (filesystem.Space(10**6, 10**12, False), "fail"), (filesystem.Space(10**12, 10**12, True), "warn"),
    ],
)  # fmt: skip
def test_room(tmp_path: Path, space: filesystem.Space, state: str) -> None:
    path = tmp_path / "desk.db"
    assert doctor.room(path, lambda _: space).state == state
    path.write_bytes(b"x")
    filesystem.Ballast(path).path.write_bytes(b"")  # spent
    if not space.read_only:
        assert doctor.room(path, lambda _: space).state is State.FAIL

    def fail(_path: Path) -> Any:
        raise PermissionError(13, "denied")

    assert doctor.room(path, fail).state is State.FAIL


@pytest.mark.parametrize(
    ("mode", "state"), [(0o600, "ok"), (0o660, "ok"), (0o640, "ok"), (0o644, "warn"), (0o666, "fail"), (0o602, "fail")]
)
@pytest.mark.parametrize("name", ["desk.db", "desk.db-wal", "desk.db.lock"])
def test_permissions(tmp_path: Path, mode: int, state: str, name: str) -> None:
    desk = tmp_path / "desk.db"
    assert doctor.permissions(desk).state is State.OK
    desk.touch(0o600)
    (tmp_path / name).touch()
    (tmp_path / name).chmod(mode)
    line = doctor.permissions(desk)
    assert line.state == state
    assert (name in line.data()["value"] and "chmod" in line.data()["advice"]) or state == "ok"


def test_permissions_of_the_folder_and_of_somebody_elses_desk(tmp_path: Path) -> None:
    desk = tmp_path / "f" / "desk.db"
    desk.parent.mkdir()
    desk.touch(0o600)
    assert str(os.getuid()) in doctor.permissions(desk, uid=os.getuid() + 1).data()["value"]
    desk.parent.chmod(0o777)
    assert doctor.permissions(desk).state is State.FAIL
    desk.parent.chmod(0o1777)
    assert doctor.permissions(desk).state is State.OK


def test_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.log(tmp_path / "desk.db").state is State.OK
    with (tmp_path / "desk.db-wal").open("wb") as file:
        file.truncate(doctor.LOG_LIMIT + 1)
    assert doctor.log(tmp_path / "desk.db").state is State.WARN


# ── the desk and the command ─────────────────────────────────────────────────────────────────────
@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    return Cli(tmp_path / "cli.db", monkeypatch)


def lines(cli: Cli, ok: int = 0) -> dict[str, dict[str, str]]:
    return {line["check"]: line for line in cli("doctor", "-o", "json", ok=ok).json}


def test_it_makes_no_desk(cli: Cli, tmp_path: Path) -> None:
    assert "none at" in lines(cli)["desk"]["value"]
    assert list(tmp_path.iterdir()) == []


def test_a_desk_from_its_first_day_on(cli: Cli) -> None:
    cli("db", "init")
    found = lines(cli)
    assert set(found) == set(doctor.LABELS)
    assert found["policy"]["value"] == "version 1"
    assert (found["backup"]["state"], found["timers"]["state"]) == ("warn", "ok")
    head = cli("db", "stats", "-o", "json").json["entries"]
    cli("db", "backup")
    assert lines(cli)["backup"]["state"] == "ok"
    assert cli("db", "stats", "-o", "json").json["entries"] == head + 1
    number = cli.new("vpn")
    conn = sqlite3.connect(cli.db)
    conn.execute("INSERT OR REPLACE INTO timer VALUES ('ticket', ?, 'x', 1000, NULL)", (number,))
    conn.commit()
    found = lines(cli)
    assert found["timers"]["state"] == "warn" and "1970-01-01T00:16:40Z" in found["timers"]["value"]
    conn.execute("UPDATE policy_version SET document = 'nonsense = '")
    conn.commit()
    assert lines(cli, ok=1)["policy"]["state"] == "fail"
    conn.execute("DELETE FROM policy_version")
    conn.commit()
    conn.close()
    assert lines(cli, ok=1)["policy"]["state"] == "fail"


def test_an_old_backup_is_told() -> None:
    conn = sqlite3.connect(":memory:")
    conn.execute("CREATE TABLE journal (verb, subject_type, subject, at)")
    conn.execute("INSERT INTO journal VALUES ('db.backup', 'desk', 1, ?)", (START,))
    assert doctor.backup(conn, START + doctor.STALE_BACKUP).state is State.OK
    assert doctor.backup(conn, START + doctor.STALE_BACKUP + 1).state is State.WARN
    conn.close()


@pytest.mark.parametrize("content", [b"hello", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_desk_that_cannot_be_opened_is_a_line(cli: Cli, content: bytes) -> None:
    cli.db.write_bytes(content)
    cli.db.chmod(0o600)
    found = lines(cli, ok=1)
    assert found["desk"]["state"] == "fail" and "policy" not in found
    assert cli.db.read_bytes() == content


def test_settings_that_name_no_desk(cli: Cli, tmp_path: Path) -> None:
    ended = cli("--db", "postgresql://x", "doctor", "-o", "json", db=False, ok=1)
    assert ended.json[-1]["state"] == "fail" and "--db" in ended.json[-1]["advice"]
    ended = cli("--config", str(tmp_path / "none.toml"), "doctor", "-o", "json")
    assert next(x for x in ended.json if x["check"] == "config")["state"] == "warn"


def test_the_table_speaks_the_readers_language_and_stays_inert(monkeypatch: pytest.MonkeyPatch) -> None:
    line = doctor.terminal({"TERM": "x\x1b[31m"}, True, (120, 40))
    assert "\x1b" not in line.shown()["value"] + line.data()["value"]
    assert "\x1b" not in doctor.config(Path("/tmp/\x1b[2J"), True, context.read_config).data()["value"]
    set_language("zh_CN")
    try:
        assert line.data()["state"] == "ok"
    finally:
        set_language("en")
    everything = doctor.examine(
        Usage("no desk"), now=START, config_path=Path("/none"), config_named=False, read_config=lambda _: {},
        environment={}, is_terminal=False, size=(80, 24), encoding="utf-8",
    )  # fmt: skip
    assert everything[-1].check == "desk" and everything[-1].state is State.FAIL
