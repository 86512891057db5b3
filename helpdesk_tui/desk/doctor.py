"""What this machine and this desk need, looked at one by one: each line is sound, doubtful or wrong, with what to do.

Nothing is changed and no desk is made. A desk that cannot be opened is a line, too, not an end.
"""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from helpdesk_tui.store import driver, filesystem, schema
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.records import Instant

MIB: Final = 1_048_576
ZONES: Final = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Sydney")
OVERDUE: Final = 600
"""Seconds that a timer may be late before somebody should know."""
STALE_BACKUP: Final = 8 * 86_400
LOG_LIMIT: Final = 128 * MIB
LABELS: Final[dict[str, str]] = {
    "python": N_("Python"),
    "sqlite": N_("SQLite"),
    "search": N_("Full-text search"),
    "encryption": N_("Encrypted backups"),
    "config": N_("Config file"),
    "locale": N_("Locale"),
    "terminal": N_("Terminal"),
    "clipboard": N_("Clipboard"),
    "zones": N_("Time zone data"),
    "desk": N_("Desk"),
    "filesystem": N_("File system"),
    "room": N_("Room on the disk"),
    "permissions": N_("Permissions"),
    "log": N_("Write-ahead log"),
    "policy": N_("Policy"),
    "timers": N_("Timers"),
    "backup": N_("Last backup"),
}


class State(StrEnum):
    """How a line stands."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


STATES: Final = {State.OK: N_("fine"), State.WARN: N_("look at it"), State.FAIL: N_("wrong")}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing looked at. `value` and `advice` are catalogue texts, filled with `params`."""

    check: str
    state: State
    value: str
    advice: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, str]:
        """For machines, in English."""
        return {
            "check": self.check,
            "state": self.state.value,
            "value": DeskError(self.value, **self.params).english,
            "advice": DeskError(self.advice, **self.params).english if self.advice else "",
        }

    def shown(self) -> dict[str, str]:
        """For people, in their language."""
        return {
            "check": _(LABELS[self.check]),
            "state": _(STATES[self.state]),
            "value": str(DeskError(self.value, **self.params)),
            "advice": str(DeskError(self.advice, **self.params)) if self.advice else "",
        }


# -- the program's ground ----------------------------------------------------------------------------------------


def python(version: tuple[int, ...] = tuple(sys.version_info[:3])) -> Line:
    """The interpreter."""
    text = ".".join(map(str, version))
    if (3, 11) <= version[:2] < (3, 14):
        return Line("python", State.OK, N_("{version}"), params={"version": text})
    advice = N_("install Python 3.11, 3.12 or 3.13 and the program under it")
    return Line("python", State.FAIL, N_("{version}, which is not tested"), advice, {"version": text})


def wal_reset_fault(version: tuple[int, ...]) -> bool:
    """Whether this SQLite can lose or damage commits where two connections checkpoint at once (the WAL-reset fault).

    3.7.0 to 3.51.2; mended in 3.51.3, and in the older lines from 3.44.6 and 3.50.7 on (sqlite.org/wal.html).
    """
    if version < (3, 7, 0) or version >= (3, 51, 3):
        return False
    return not (
        (version[:2] == (3, 44) and version >= (3, 44, 6)) or (version[:2] == (3, 50) and version >= (3, 50, 7))
    )


def sqlite(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> Line:
    """The SQLite library that Python links, and its known faults."""
    text = ".".join(map(str, version))
    if version < (3, 35, 0):
        advice = N_("update SQLite to 3.35 or newer: what the desk's queries need is not in it")
        return Line("sqlite", State.FAIL, N_("{version}, which is too old"), advice, {"version": text})
    if wal_reset_fault(version):
        value = N_("{version}, which has the WAL-reset fault; the writers' lock of this program keeps clear of it")
        advice = N_(
            "never write to the desk's file with another program while it is in use; SQLite 3.51.3 is free of it"
        )
        return Line("sqlite", State.WARN, value, advice, {"version": text})
    return Line("sqlite", State.OK, N_("{version}"), params={"version": text})


def search(options: Iterable[str] | None = None) -> Line:
    """Whether SQLite has the full-text search that the desk stands on."""
    try:
        conn = sqlite3.connect(":memory:")
        try:
            if options is None:
                conn.execute("CREATE VIRTUAL TABLE t USING fts5(x)")
            elif "ENABLE_FTS5" not in options:
                raise sqlite3.OperationalError("no such module: fts5")
        finally:
            conn.close()
    except sqlite3.Error as error:
        advice = N_("use a Python whose SQLite is built with FTS5")
        return Line("search", State.FAIL, N_("missing ({error})"), advice, {"error": error})
    return Line("search", State.OK, N_("FTS5"))


def encryption() -> Line:
    """Whether backups can be encrypted."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return Line("encryption", State.OK, N_("cryptography {version}"), params={"version": version("cryptography")})
    except PackageNotFoundError:
        value = N_(
            "not installed; only `db backup` with a passphrase or key needs it: pip install 'helpdesk-tui[backup]'"
        )
        return Line("encryption", State.OK, value)


def zones(known: Callable[[str], Any] | None = None) -> Line:
    """Whether time zones can be looked up."""
    from zoneinfo import ZoneInfo

    look = known or ZoneInfo
    missing = []
    for name in ZONES:
        try:
            look(name)
        except (KeyError, ValueError, OSError):
            missing.append(name)
    if missing:
        advice = N_("install the package tzdata (pip install tzdata), or your system's time zone data")
        return Line("zones", State.FAIL, N_("missing: {names}"), advice, {"names": ", ".join(missing)})
    return Line("zones", State.OK, N_("complete"))


# -- the person's own --------------------------------------------------------------------------------------------


def config(path: Path, named: bool, read: Callable[[Path], Any]) -> Line:
    """The config file: one that was named should exist, one at the usual place need not."""
    try:
        read(path)
    except DeskError as error:
        advice = N_("mend it, then ask `helpdesk config validate`")
        return Line("config", State.FAIL, N_("{error}"), advice, {"error": error})
    if path.exists():
        return Line("config", State.OK, N_("{path}"), params={"path": path})
    if named:
        advice = N_("it counts as empty; create it, or do not name it")
        return Line("config", State.WARN, N_("{path} does not exist"), advice, {"path": path})
    return Line("config", State.OK, N_("none; {path} would be read"), params={"path": path})


def locale(environment: Mapping[str, str], encoding: str | None) -> Line:
    """Whether texts in any script can be printed."""
    name = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or "C"
    if (encoding or "").lower().replace("-", "") == "utf8":
        return Line("locale", State.OK, N_("{name}, UTF-8"), params={"name": name})
    advice = N_("set a UTF-8 locale, such as LANG=C.UTF-8; other letters are shown as escapes")
    return Line("locale", State.WARN, N_("{name}, {encoding}"), advice, {"name": name, "encoding": encoding or "?"})


def terminal(environment: Mapping[str, str], is_terminal: bool, size: tuple[int, int]) -> Line:
    """Whether the console can be drawn."""
    name, (columns, rows) = environment.get("TERM", ""), size
    params = {"name": name or "-", "columns": columns, "rows": rows}
    if not is_terminal:
        return Line("terminal", State.OK, N_("none here; commands work without, the console needs one"))
    if name == "dumb":
        advice = N_("set TERM to what your terminal is for the console; plain mode needs nothing of it")
        return Line("terminal", State.WARN, N_("TERM is {name}: `helpdesk` opens plain mode"), advice, params)
    if name in ("", "unknown"):
        advice = N_("set TERM to what your terminal is, such as xterm-256color")
        return Line("terminal", State.FAIL, N_("TERM is {name}: the console cannot be drawn"), advice, params)
    if columns < 80 or rows < 24:
        advice = N_("make the window at least 80 by 24; narrower, columns are left out")
        return Line("terminal", State.WARN, N_("{name}, {columns} by {rows}"), advice, params)
    return Line("terminal", State.OK, N_("{name}, {columns} by {rows}"), params=params)


def tmux_option() -> str | None:
    """What tmux does with a program's clipboard text (`set-clipboard`); None where it cannot be asked."""
    found = shutil.which("tmux")
    if found is None:
        return None
    try:
        done = subprocess.run(
            [found, "show-options", "-gv", "set-clipboard"], capture_output=True, timeout=3, check=False, text=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


_TMUX: Final = N_("tmux drops what programs copy: put `set -s set-clipboard on` into ~/.tmux.conf")


def clipboard(environment: Mapping[str, str], ask: Callable[[], str | None] = tmux_option) -> Line:
    """Whether what is copied in the console reaches the clipboard (OSC 52, which the terminal must take, too)."""
    if environment.get("STY"):
        advice = N_("GNU screen passes no clipboard on; use tmux, or select with the mouse and Shift")
        return Line("clipboard", State.WARN, N_("inside GNU screen"), advice)
    name = environment.get("TERM", "")
    if name in ("dumb", "linux"):
        advice = N_("this terminal has no clipboard; what is copied stands in the message")
        return Line("clipboard", State.WARN, N_("none, TERM is {name}"), advice, {"name": name})
    if not environment.get("TMUX") and name.startswith(("tmux", "screen")):
        # tmux or screen at the other end of the line: it cannot be asked from here.
        return Line("clipboard", State.WARN, N_("through a tmux that cannot be asked"), _TMUX)
    if not environment.get("TMUX"):
        return Line("clipboard", State.OK, N_("by the terminal itself (OSC 52)"))
    option = ask()
    if option == "on":
        return Line("clipboard", State.OK, N_("through tmux"))
    return Line("clipboard", State.WARN, N_("tmux has set-clipboard {option}"), _TMUX, {"option": option or "?"})


# -- the desk's file ---------------------------------------------------------------------------------------------


def file_system(path: Path, mounts: Path | None = None, *, allowed: bool = False) -> Line:
    """What the desk lies on."""
    mount = filesystem.mount_of(path) if mounts is None else filesystem.mount_of(path, mounts)
    if mount is None:
        return Line("filesystem", State.OK, N_("this system does not tell"))
    params = {"kind": mount.kind, "point": mount.point}
    if mount.point != "/" and filesystem.is_network(mount.kind):
        advice = N_("move the desk to a local disk; two machines at one file damage it")
        state = State.WARN if allowed else State.FAIL
        return Line("filesystem", state, N_("{kind} at {point}, a network file system"), advice, params)
    return Line("filesystem", State.OK, N_("{kind} at {point}"), params=params)


def room(path: Path, look: Callable[[Path], filesystem.Space] = filesystem.space) -> Line:
    """Whether there is room to go on."""
    try:
        found = look(path)
    except OSError as error:
        return Line(
            "room",
            State.FAIL,
            N_("{error}"),
            N_("check that the folder exists and is yours"),
            {"error": error.strerror},
        )
    params = {"free": found.free // MIB, "percent": 100 * found.free // max(1, found.total)}
    if found.read_only:
        advice = N_("the desk can be read, nothing can be changed; mount the file system for writing")
        return Line("room", State.WARN, N_("mounted for reading only"), advice)
    if filesystem.Ballast(path).state() is filesystem.BallastState.SPENT:
        advice = N_("free some space and write anything: the desk is read-only until its ballast is back")
        return Line("room", State.FAIL, N_("the disk was full: {free} MiB free ({percent} %)"), advice, params)
    size = path.stat().st_size if path.exists() else 0
    if found.free < 16 * MIB:
        return Line(
            "room",
            State.FAIL,
            N_("{free} MiB free ({percent} %)"),
            N_("free some space: the desk is about to be read-only"),
            params,
        )
    if found.free * 10 < found.total or found.free < 2 * size:
        advice = N_("free some space: an upgrade or a backup beside the desk needs as much as the desk itself")
        return Line("room", State.WARN, N_("{free} MiB free ({percent} %)"), advice, params)
    return Line("room", State.OK, N_("{free} MiB free ({percent} %)"), params=params)


def permissions(path: Path, uid: int | None = None) -> Line:
    """Who else may read or write the desk: whoever can open the file can change it."""
    uid = os.geteuid() if uid is None else uid
    if not path.exists():
        return Line("permissions", State.OK, N_("there is no file yet"))
    for each in (path, *(p for p in filesystem.beside(path) if p.exists())):
        mode = stat.S_IMODE(each.stat().st_mode)
        params = {"path": each, "mode": f"{mode:04o}"}
        if mode & stat.S_IWOTH:
            return Line(
                "permissions",
                State.FAIL,
                N_("{path} is {mode}: everybody may change it"),
                N_("chmod o-rwx {path}"),
                params,
            )
        if mode & stat.S_IROTH:
            return Line(
                "permissions",
                State.WARN,
                N_("{path} is {mode}: everybody may read it"),
                N_("chmod o-rwx {path}"),
                params,
            )
    folder = path.absolute().parent
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        params = {"path": folder, "mode": f"{mode:04o}"}
        return Line(
            "permissions",
            State.FAIL,
            N_("{path} is {mode}: everybody may replace the desk"),
            N_("chmod o-w {path}"),
            params,
        )
    if not os.access(path, os.W_OK):
        advice = N_("ask its owner to let you, or your group, write it")
        return Line("permissions", State.WARN, N_("{path} cannot be written by you"), advice, {"path": path})
    owner = path.stat().st_uid
    params = {"mode": f"{stat.S_IMODE(path.stat().st_mode):04o}", "owner": owner}
    text = N_("{mode}, yours") if owner == uid else N_("{mode}, of user {owner}")
    return Line("permissions", State.OK, text, params=params)


def log(path: Path) -> Line:
    """Whether the write-ahead log grows without end."""
    beside = path.with_name(path.name + "-wal")
    size = beside.stat().st_size if beside.exists() else 0
    params = {"size": size // MIB}
    if size > LOG_LIMIT:
        advice = N_(
            "a program has been reading from the desk for long without an end; close old consoles and sqlite3 shells"
        )
        return Line("log", State.WARN, N_("{size} MiB"), advice, params)
    return Line("log", State.OK, N_("{size} MiB"), params=params)


def desk(path: Path, now: Instant) -> list[Line]:
    """The desk itself: whether it opens, its policy, timers and last backup."""
    if not path.exists() or not path.stat().st_size:
        return [Line("desk", State.OK, N_("none at {path} yet; the first command makes one"), params={"path": path})]
    try:
        from helpdesk_tui.store.migrate import look

        state, version = look(path)
        schema.refuse(state, path, version)
        if state is not schema.SchemaState.CURRENT:
            advice = N_("helpdesk db upgrade")
            return [
                Line(
                    "desk",
                    State.WARN,
                    N_("{path}, schema {version}: older"),
                    advice,
                    {"path": path, "version": version},
                )
            ]
        conn = driver.connect(path, read_only=True)
    except DeskError as error:
        return [Line("desk", State.FAIL, N_("{error}"), N_("helpdesk db check says more"), {"error": error})]
    try:
        entries = conn.execute("SELECT seq FROM journal_head WHERE id = 1").fetchone()
        value = N_("{path}, schema {version}, {entries} journal entries")
        params = {"path": path, "version": version, "entries": entries[0] if entries else 0}
        return [Line("desk", State.OK, value, params=params), policy(conn), timers(conn, now), backup(conn, now)]
    except sqlite3.Error as error:
        told = driver.fault(error, path)
        return [Line("desk", State.FAIL, N_("{error}"), N_("helpdesk db check says more"), {"error": told})]
    finally:
        conn.close()


def policy(conn: sqlite3.Connection) -> Line:
    """Whether the policy in force can be read by this program."""
    from helpdesk_tui.rules.policy import parse_policy

    row = conn.execute("SELECT version, document FROM policy_version ORDER BY version DESC LIMIT 1").fetchone()
    if row is None:
        return Line("policy", State.FAIL, N_("there is none"), N_("helpdesk policy apply FILE"))
    try:
        parse_policy(row[1])
    except DeskError as error:
        advice = N_("mend the document and put it in force: helpdesk policy check FILE, helpdesk policy apply FILE")
        return Line("policy", State.FAIL, N_("version {version}: {error}"), advice, {"version": row[0], "error": error})
    return Line("policy", State.OK, N_("version {version}"), params={"version": row[0]})


_LATE: Final = (
    "SELECT count(*), min(due_at) FROM timer t WHERE fired_at IS NULL AND due_at < ?"
    " AND (t.subject_type <> 'ticket'"
    " OR EXISTS (SELECT 1 FROM ticket k WHERE k.number = t.subject AND k.deleted_at IS NULL))"
)


def timers(conn: sqlite3.Connection, now: Instant) -> Line:
    """Whether what is due gets done."""
    late, oldest = conn.execute(_LATE, (now - OVERDUE,)).fetchone()
    if not late:
        return Line("timers", State.OK, N_("nothing is overdue"))
    advice = N_("nobody does what is due: keep a console open, or run `helpdesk tick` every minute from cron")
    return Line(
        "timers",
        State.WARN,
        N_("{late} overdue, the oldest since {since}"),
        advice,
        {"late": late, "since": iso(oldest)},
    )


def backup(conn: sqlite3.Connection, now: Instant) -> Line:
    """How old the last backup is, as the journal tells."""
    row = conn.execute(
        "SELECT max(at) FROM journal WHERE verb = 'db.backup' AND subject_type = 'desk' AND subject = 1"
    ).fetchone()
    advice = N_("helpdesk db backup FOLDER, daily from cron, to another disk")
    if row is None or row[0] is None:
        return Line("backup", State.WARN, N_("none yet"), advice)
    state = State.WARN if now - row[0] > STALE_BACKUP else State.OK
    return Line("backup", state, N_("{at}"), advice if state is State.WARN else "", {"at": iso(row[0])})


# -- all of it ---------------------------------------------------------------------------------------------------


def examine(
    path: Path | DeskError,
    *,
    now: Instant,
    config_path: Path,
    config_named: bool,
    read_config: Callable[[Path], Any],
    environment: Mapping[str, str],
    is_terminal: bool,
    size: tuple[int, int],
    encoding: str | None,
) -> list[Line]:
    """Every line, in order. `path` is the desk's file, or why none can be named."""
    lines = [
        python(),
        sqlite(),
        search(),
        encryption(),
        zones(),
        config(config_path, config_named, read_config),
        locale(environment, encoding),
        terminal(environment, is_terminal, size),
        clipboard(environment),
    ]
    if isinstance(path, DeskError):
        return [*lines, Line("desk", State.FAIL, N_("{error}"), N_("name a file with --db"), {"error": path})]
    allowed = environment.get(filesystem.ALLOW_NETWORK) == "1"
    lines += [file_system(path, allowed=allowed), room(path), permissions(path), log(path)]
    return lines + desk(path, now)
