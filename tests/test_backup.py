"""Backups: of a desk in use, proved, whole or not there at all; encrypted ones; the way back."""
# ruff: noqa: F811

import builtins
import errno
import json
import os
import random
import shutil
import sqlite3
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.desk import upkeep
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import backup as backups
from helpdesk_tui.store import check, crypt, publish
from helpdesk_tui.vocabulary.errors import Busy, Conflict, DeskError, Invalid, NotPermitted, StoreFault, Usage
from tests.cli_runner import Cli
from tests.desk_fixtures import START, FixedClock, as_person, clock, desk  # noqa: F401
from tests.faults import runs, traced
from tests.killing import every_step

ANA = OsUser(1000, "ana", "Ana Admin")
KEY = crypt.Secret("key", bytes(range(32)))
WORDS = crypt.Secret("passphrase", b"correct horse battery")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "desk.db"
    with Desk.open(path, user=ANA, clock=FixedClock()) as desk:
        for n in range(30):
            number = desk.tickets.open(f"vpn drops {n}", description="x" * 3000)["number"]
            desk.tickets.note(number, "a secret note")
    return path


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(made, tmp_path / "desk.db"))


@pytest.fixture(autouse=True)
def _quick_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypt, "COST", {"n": 16, "r": 8, "p": 1})


def take(path: Path, place: Path, secret: crypt.Secret | None = None) -> backups.Made:
    return backups.backup(path, place, at=START, secret=secret)


def back(source: Path, desk: Path, secret: crypt.Secret | None = None, *, force: bool = False) -> dict[str, Any]:
    return upkeep.restore(str(source), desk, now=START + 60, login="ana", secret=secret, force=force)


def rows(path: Path) -> list[Any]:
    conn = sqlite3.connect(path)
    try:
        return [
            *conn.execute("SELECT * FROM ticket ORDER BY number"),
            *conn.execute("SELECT * FROM comment ORDER BY id"),
        ]
    finally:
        conn.close()


def left(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


# ── there and back ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("secret", [None, KEY, WORDS])
def test_there_and_back(path: Path, tmp_path: Path, secret: crypt.Secret | None) -> None:
    place, again = tmp_path / "out" / "b.db", tmp_path / "again" / "desk.db"
    found = take(path, place, secret)
    assert left(place.parent) == ["b.db", "b.db.manifest"]
    for each in (place, found.manifest):
        assert stat.S_IMODE(each.stat().st_mode) == 0o600
    assert (b"a secret note" in place.read_bytes()) == (secret is None)
    assert publish.digest(place) == (found.facts["sha256"], found.facts["bytes"])
    done = back(place, again, secret)
    assert done["kept"] is None and done["manifest"] is True
    assert rows(again) == rows(path)
    with Desk.open(again, user=ANA, clock=FixedClock()) as desk:
        assert desk.upkeep.check(deep=True)["ok"]
        entry = desk.audit.log(limit=1)[0]
        assert (entry["verb"], entry["actor"]) == ("db.restore", "ana")
        assert desk.audit.verify(str(found.manifest))["ok"]  # the manifest is an anchor
        assert desk.store.head() == found.facts["seq"] + 1
    assert left(again.parent) == ["desk.db", "desk.db.lock"]


def test_the_manifest_tells_what_is_in_it(path: Path, tmp_path: Path) -> None:
    facts = json.loads(take(path, tmp_path / "b.db").manifest.read_text("utf-8"))
    assert facts["format"] == "helpdesk-backup" and facts["made_at"] == "2026-03-02T09:00:00Z"
    assert facts["rows"]["ticket"] == 30 and facts["rows"]["journal"] == facts["seq"]
    assert facts["sha256"] == facts["database_sha256"] and facts["encryption"] is None
    sealed = take(path, tmp_path / "c.db", WORDS).facts
    assert sealed["encryption"] == "AES-256-GCM" and sealed["secret"] == "passphrase"
    assert sealed["sha256"] != sealed["database_sha256"]


def test_looking_at_a_backup_as_a_desk_changes_no_byte_of_it(path: Path, tmp_path: Path) -> None:
    place = tmp_path / "out" / "b.db"
    made = take(path, place)
    with Desk.open(place, user=ANA, clock=FixedClock()) as desk:
        assert desk.tickets.show(1)["title"] == "vpn drops 0"
        assert desk.upkeep.check(deep=True)["ok"]
    assert publish.digest(place) == (made.facts["sha256"], made.facts["bytes"])
    assert not publish.leftovers(place)
    assert back(place, tmp_path / "again.db")["manifest"]


def test_a_desk_in_use_is_copied_as_it_was_at_one_instant(path: Path, tmp_path: Path) -> None:
    """Four threads write all the while; the copy holds a whole number of their deeds and everything before it."""
    stop, errors = threading.Event(), []

    def write() -> None:
        try:
            with Desk.open(path, user=ANA, clock=FixedClock()) as desk:
                while not stop.is_set():
                    desk.tickets.open("while it is copied")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        heads = [take(path, tmp_path / f"b{n}.db").facts["seq"] for n in range(4)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []
    assert heads == sorted(heads) and heads[-1] > heads[0]
    for n, head in enumerate(heads):
        found = check.check(tmp_path / f"b{n}.db", deep=True)
        assert found.ok and found.entries == head


def test_a_backup_of_a_damaged_desk_is_refused(path: Path, tmp_path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute("UPDATE ticket SET title = 'else' WHERE number = 7")
    conn.commit()
    conn.close()
    (tmp_path / "out").mkdir()
    with pytest.raises(StoreFault, match="ticket 7"):
        take(path, tmp_path / "out" / "b.db")
    assert left(tmp_path / "out") == []


def test_nothing_is_ever_replaced(path: Path, tmp_path: Path) -> None:
    place = tmp_path / "b.db"
    take(path, place)
    before = place.read_bytes()
    with pytest.raises(Conflict):
        take(path, place)
    place.unlink()
    with pytest.raises(Conflict):  # its manifest is still there
        take(path, place)
    backups.manifest_path(place).unlink()
    place.symlink_to(tmp_path / "nowhere")
    with pytest.raises(Conflict):
        take(path, place)
    place.unlink()
    take(path, place)
    assert len(place.read_bytes()) == len(before)


# ── faults ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("secret", [None, KEY])
def test_killed_at_any_step_there_is_a_whole_backup_or_none(path: Path, tmp_path: Path, secret: Any) -> None:
    out = tmp_path / "out"
    place, kills, finished = out / "b.db", 0, 0

    def reset() -> None:
        for leftover in (place, backups.manifest_path(place)):
            leftover.unlink(missing_ok=True)

    for _n in every_step(lambda: take(path, place, secret), reset):
        kills += 1
        if place.exists():
            finished += 1
            assert backups.read_manifest(place) is not None
            with publish.work_folder(tmp_path / "look") as folder:
                assert backups.open_backup(place, folder, secret).found.ok
    assert kills > 10
    assert left(out) == ["b.db", "b.db.manifest"]  # the last run swept up after the others
    assert not [name for name in left(tmp_path) if name.startswith(".")]


def test_killed_at_any_step_of_a_restore_there_is_always_a_desk(path: Path, tmp_path: Path) -> None:
    place, old = tmp_path / "b" / "b.db", tmp_path / "old.db"
    take(path, place)
    with Desk.open(path, user=ANA, clock=FixedClock()) as desk:
        desk.tickets.open("since the backup")
    shutil.copyfile(path, old)
    titles = {False: 31, True: 30}
    live = tmp_path / "live" / "desk.db"
    live.parent.mkdir()
    restored = kills = 0

    def reset() -> None:
        shutil.rmtree(live.parent)
        live.parent.mkdir()
        shutil.copyfile(old, live)

    for _n in every_step(lambda: back(place, live, force=True), reset):
        kills += 1
        assert live.exists()
        found = check.check(live)
        assert found.ok, found.problems
        count = sum(1 for _ in rows(live)) - 30
        assert count in titles.values()
        restored += count == 30
        if count == 30:  # then the old one is beside it
            kept = next(p for p in live.parent.glob("desk.replaced-*.db"))
            assert check.check(kept).ok and sum(1 for _ in rows(kept)) - 30 == 31
    assert kills > 20 and 0 < restored < kills


@pytest.mark.parametrize("what", ["backup", "restore"])
def test_killed_at_a_system_call(path: Path, tmp_path: Path, what: str) -> None:
    """As above, at what the program asks of the kernel, SQLite's own calls among them."""
    if (reason := traced.why_not()) is not None:
        pytest.skip(f"no fault at a system call: {reason}")
    place, live = tmp_path / "b" / "b.db", tmp_path / "live" / "desk.db"
    take(path, place)
    before, chance = rows(path), random.Random(20260302)

    def reset() -> None:
        shutil.rmtree(live.parent, ignore_errors=True)
        live.parent.mkdir()
        if what == "restore":
            shutil.copyfile(path, live)

    def work() -> None:
        if what == "backup":
            take(path, live)
        else:
            back(place, live, force=True)

    reset()
    met = 0
    for call, when in chance.sample(runs.points(traced.counted(work, traced.WRITES)), 12):
        reset()
        met += traced.killed(work, call, when)
        if what == "restore" or live.exists():
            assert check.check(live).ok and rows(live) == before
            assert what == "restore" or backups.read_manifest(live) is not None
    assert met >= 9


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("call", ["link", "fsync", "open"])
def test_an_error_of_the_disk_is_one_line_and_leaves_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for n in range(1, 30):
        with monkeypatch.context() as patch:
            count = 0
            module = os if call != "open" else builtins
            real: Callable[..., Any] = getattr(module, call)

            def fail(*arguments: Any, _real: Any = real, _n: int = n, **options: Any) -> Any:
                nonlocal count
                count += not (call == "open" and "w" not in str(arguments[1:2]))
                if count == _n:
                    raise OSError(number, os.strerror(number))
                return _real(*arguments, **options)

            patch.setattr(module, call, fail)
            try:
                take(path, out / "b.db", KEY)
            except DeskError as error:
                lines = str(error).splitlines()
            else:
                break
        assert left(out) == []
        assert len(lines) == 1
    assert n > 1 or call == "open"
    assert left(out) == ["b.db", "b.db.manifest"]


def test_no_room(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1000))  # type: ignore[attr-defined]
    with pytest.raises(StoreFault, match="1000 bytes free"):
        take(path, tmp_path / "out" / "b.db")
    assert not (tmp_path / "out").exists()


# ── the way back refuses what does not hold ──────────────────────────────────────────────────────
def flipped(raw: bytes, byte: int) -> bytes:
    return raw[:byte] + bytes([raw[byte] ^ 1 << byte % 8]) + raw[byte + 1 :]


@pytest.mark.parametrize("secret", [None, KEY])
def test_any_flipped_bit_of_a_backup_is_found(path: Path, tmp_path: Path, secret: crypt.Secret | None) -> None:
    place = tmp_path / "b.db"
    take(path, place, secret)
    raw = place.read_bytes()
    for byte in range(0, len(raw), len(raw) // 60):
        place.write_bytes(flipped(raw, byte))
        with publish.work_folder(tmp_path / "w") as folder, pytest.raises(StoreFault):
            backups.open_backup(place, folder, secret)
    place.write_bytes(raw)
    for manifest in (
        b"{}",
        b"[]",
        b"\xff",
        b"[" * 10_000,
        backups.manifest_path(place).read_bytes().replace(b'"sha256": "', b'"sha256": "0'),
    ):
        backups.manifest_path(place).write_bytes(manifest)
        with publish.work_folder(tmp_path / "w") as folder, pytest.raises(StoreFault):
            backups.open_backup(place, folder, secret)


def test_without_its_manifest_the_encryption_finds_them_all(path: Path, tmp_path: Path) -> None:
    place = tmp_path / "b.db"
    take(path, place, KEY)
    backups.manifest_path(place).unlink()
    raw = place.read_bytes()
    header, start = len(crypt.MAGIC), crypt.read_header(place)[2]
    cuts = [start, start + 5, start + crypt.CHUNK + 16, len(raw) - 1, len(raw) - 16]
    swapped = (
        raw[:start] + raw[start + 65552 : start + 2 * 65552] + raw[start : start + 65552] + raw[start + 2 * 65552 :]
    )
    changed = [flipped(raw, byte) for byte in [*range(header, start), *range(start, len(raw), 5001)]]
    for bad in [*(raw[:cut] for cut in cuts), raw + b"x", raw + raw[-100:], swapped, *changed]:
        place.write_bytes(bad)
        with publish.work_folder(tmp_path / "w") as folder, pytest.raises((StoreFault, Invalid)):
            backups.open_backup(place, folder, KEY)
    place.write_bytes(raw)
    with publish.work_folder(tmp_path / "w") as folder:
        assert backups.open_backup(place, folder, KEY).manifest is None


@pytest.mark.parametrize(
    "header",
    [
        {"cipher": "none"}, {"salt": "00"}, {"check": "zz"}, {"secret": "x"}, {"scrypt": {"n": 1 << 30, "r": 8, "p": 1}},
        {"scrypt": {"n": 15, "r": 8, "p": 1}}, {"scrypt": {"n": 1, "r": 8, "p": 1}}, {"scrypt": {"n": "16", "r": 8, "p": 1}}, {"scrypt": None},
    ],
)  # fmt: skip
def test_a_header_that_asks_for_more_is_refused(path: Path, tmp_path: Path, header: dict[str, Any]) -> None:
    place = tmp_path / "b"
    take(path, place, WORDS)
    found, _raw, start = crypt.read_header(place)
    raw = json.dumps({**found, **header}).encode()
    place.write_bytes(crypt.MAGIC + len(raw).to_bytes(4, "big") + raw + place.read_bytes()[start:])
    with pytest.raises(StoreFault):
        crypt.decrypt(place, tmp_path / "out", WORDS)


@pytest.mark.parametrize("size", [0, 1, crypt.CHUNK - 1, crypt.CHUNK, crypt.CHUNK + 1, 3 * crypt.CHUNK])
def test_files_of_every_size_come_back(tmp_path: Path, size: int) -> None:
    (tmp_path / "a").write_bytes(os.urandom(size))
    crypt.encrypt(tmp_path / "a", tmp_path / "b", KEY)
    crypt.decrypt(tmp_path / "b", tmp_path / "c", KEY)
    assert (tmp_path / "c").read_bytes() == (tmp_path / "a").read_bytes()
    crypt.encrypt(tmp_path / "a", tmp_path / "d", KEY)
    assert (tmp_path / "b").read_bytes() != (tmp_path / "d").read_bytes()  # never the same key stream twice


def test_the_wrong_secret_is_not_a_damaged_file(path: Path, tmp_path: Path) -> None:
    place = tmp_path / "b"
    take(path, place, WORDS)
    for secret, says in (
        (None, "passphrase"),
        (crypt.Secret("passphrase", b"wrong horse"), "not the passphrase"),
        (KEY, "passphrase"),
    ):
        with publish.work_folder(tmp_path / "w") as folder, pytest.raises(Invalid, match=says):
            backups.open_backup(place, folder, secret)
    plain = tmp_path / "p.db"
    take(path, plain)
    with publish.work_folder(tmp_path / "w") as folder, pytest.raises(Invalid, match="not encrypted"):
        backups.open_backup(plain, folder, KEY)


def test_keys_and_passphrases_from_files(tmp_path: Path) -> None:
    file = tmp_path / "key"
    for raw in (bytes(range(32)), bytes(range(32)).hex().encode(), bytes(range(32)).hex().encode() + b"\n"):
        file.write_bytes(raw)
        assert upkeep.secret_of(None, str(file)) == KEY
    assert "00" not in repr(KEY)
    for raw in (b"", b"x" * 31, b"x" * 33, b"zz" * 32):
        file.write_bytes(raw)
        with pytest.raises(Invalid):
            upkeep.secret_of(None, str(file))
    file.write_text("correct horse battery\nsecond line\n")
    assert upkeep.secret_of(str(file), None) == WORDS
    file.write_text("short")
    with pytest.raises(Invalid):
        upkeep.secret_of(str(file), None)
    with pytest.raises(Usage):
        upkeep.secret_of(str(file), str(file))
    with pytest.raises(StoreFault):
        upkeep.secret_of(None, str(tmp_path / "none"))


def test_without_the_library_one_line_says_what_to_install(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [n for n in sys.modules if n.partition(".")[0] == "cryptography"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(DeskError, match=r"helpdesk-tui\[backup\]"):
        take(path, tmp_path / "out" / "b", KEY)
    assert not (tmp_path / "out").exists()
    take(path, tmp_path / "b.db")


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00" + b"\xff" * 5_000, b"SQLite format 3\x00"])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b").write_bytes(content)
    with pytest.raises(StoreFault):
        back(tmp_path / "b", tmp_path / "desk.db")
    with pytest.raises(StoreFault):
        back(tmp_path / "none", tmp_path / "desk.db")
    assert left(tmp_path) == ["b"]


def test_a_live_desk_is_never_replaced_without_force_nor_while_it_is_open(path: Path, tmp_path: Path) -> None:
    take(path, tmp_path / "b.db")
    with pytest.raises(Conflict, match="--force"):
        back(tmp_path / "b.db", path)
    before = rows(path)
    with Desk.open(path, user=ANA, clock=FixedClock()) as open_elsewhere:
        open_elsewhere.tickets.show(1)
        with pytest.raises(Busy):
            back(tmp_path / "b.db", path, force=True)
        open_elsewhere.tickets.take(1)
    assert rows(path) != before
    done = back(tmp_path / "b.db", path, force=True)
    assert rows(path) == before
    assert check.check(Path(done["kept"])).ok
    again = back(tmp_path / "b.db", path, force=True)
    assert again["kept"] != done["kept"]


def test_a_shared_desk_stays_shared_and_a_link_a_link(path: Path, tmp_path: Path) -> None:
    take(path, tmp_path / "b.db")
    path.chmod(0o660)
    link = tmp_path / "link" / "desk.db"
    link.parent.mkdir()
    link.symlink_to(path)
    done = back(tmp_path / "b.db", link, force=True)
    assert link.is_symlink() and done["path"] == str(path) and Path(done["kept"]).parent == path.parent
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_restores_stays_its_owners(path: Path, tmp_path: Path) -> None:
    take(path, tmp_path / "b.db")
    os.chown(path, 12345, 23456)
    back(tmp_path / "b.db", path, force=True)
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 23456)


def test_a_desk_too_damaged_to_close_goes_aside_with_its_log(path: Path, tmp_path: Path) -> None:
    take(path, tmp_path / "b.db")
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    path.with_name("desk.db-wal").write_bytes(b"stale")
    done = back(tmp_path / "b.db", path, force=True)
    kept = Path(done["kept"])
    assert kept.read_bytes()[16:20] == b"\xff" * 4
    assert kept.with_name(kept.name + "-wal").read_bytes() == b"stale"
    assert check.check(path).ok


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_a_log_of_a_desk_that_is_gone_never_meets_the_new_file(path: Path, tmp_path: Path, end: str) -> None:
    """Somebody deleted the desk and left its log: SQLite would play it into whatever comes to lie there."""
    take(path, tmp_path / "b.db")
    before = rows(path)
    with Desk.open(path, user=ANA, clock=FixedClock()) as desk:
        desk.tickets.open("only in the log")
        log = path.with_name("desk.db-wal").read_bytes()
    path.unlink()
    for leftover in publish.leftovers(path):
        leftover.unlink()
    stray = path.with_name(f"desk.db{end}")
    stray.write_bytes(log)
    back(tmp_path / "b.db", path)
    assert rows(path) == before
    kept = next(p for p in tmp_path.iterdir() if p.name.startswith("desk.replaced") and p.name.endswith(end))
    assert kept.read_bytes() == log
    (tmp_path / f"c.db{end}").write_bytes(log)
    with pytest.raises(Conflict, match="move it away"):
        take(path, tmp_path / "c.db")
    assert not (tmp_path / "c.db").exists() and not (tmp_path / "c.db.manifest").exists()


# ── who, and the journal ─────────────────────────────────────────────────────────────────────────
def test_only_who_runs_the_desk_takes_backups_and_the_journal_tells(desk: Desk, tmp_path: Path) -> None:
    desk.tickets.open("vpn")
    head = desk.store.head()
    with as_person(desk, "sam", "service_desk") as sam, pytest.raises(NotPermitted):
        sam.upkeep.backup(str(tmp_path / "b.db"))
    assert not (tmp_path / "b.db").exists()
    made = desk.upkeep.backup(str(tmp_path / "b.db"))
    assert made["journalled"] and made["seq"] >= head
    entry = desk.audit.log(limit=1)[0]
    assert entry["verb"] == "db.backup" and entry["reasons"][0]["sha256"] == made["sha256"]
    desk.tickets.take(1)
    desk.upkeep.backup(str(tmp_path / "c.db"))
    with pytest.raises(Conflict):
        desk.undoing.entry(desk.store.head())
    desk.undoing.last()  # one's last deed is the taking, not the backup
    assert desk.tickets.show(1)["assignee"] is None


def test_a_full_disk_does_not_hide_a_backup(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise StoreFault("the disk is full")

    monkeypatch.setattr(type(desk.store), "write", full)
    made = desk.upkeep.backup(str(tmp_path / "b.db"))
    assert made["journalled"] is False
    assert check.check(tmp_path / "b.db").ok


# ── the commands ─────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    runner = Cli(tmp_path / "cli.db", monkeypatch)
    runner("db", "init")
    return runner


def test_the_commands(cli: Cli, tmp_path: Path) -> None:
    cli.new("vpn drops")
    made = cli("db", "backup", "-o", "json").json
    assert Path(made["path"]).parent == tmp_path / "backups"
    assert "proved" in cli("db", "backup", str(tmp_path / "x.db")).out
    assert cli("db", "backup", str(tmp_path / "x.db"), ok=5).out == ""
    cli("db", "restore", made["path"], ok=5)
    cli("db", "restore", str(tmp_path / "none.db"), "--force", ok=1)
    cli.new("since")
    done = cli("db", "restore", made["path"], "--force", "-o", "json").json
    assert Path(done["kept"]).exists()
    assert len(cli("ticket", "list", "-o", "json").json) == 1
    sealed = tmp_path / "s.enc"
    cli("db", "backup", str(sealed), "--passphrase-file", "-", stdin="correct horse\n")
    cli("db", "restore", str(sealed), "--force", ok=6)
    cli("db", "restore", str(sealed), "--force", "--passphrase-file", "-", stdin="wrong horse\n", ok=6)
    cli("db", "restore", str(sealed), "--force", "--passphrase-file", "-", stdin="correct horse\n")
    for wrong in (["--passphrase"], ["--passphrase-file", "-", "--key-file", "x"]):
        cli("db", "backup", str(tmp_path / "y"), *wrong, ok=2)
    assert not (tmp_path / "y").exists()
    cli("db", "backup", "", ok=2)
    cli("db", "backup", str(tmp_path / "no" / "such" / "x.db"), ok=1)
    assert not (tmp_path / "no").exists()


def test_a_restore_over_a_desk_is_for_its_administrators(cli: Cli, tmp_path: Path) -> None:
    cli("db", "backup", str(tmp_path / "b.db"))
    cli("people", "add", "Zoe", "--login", "zoe", "--role", "service_desk")
    before = cli.db.stat().st_ino
    cli("--as", "zoe", "db", "restore", str(tmp_path / "b.db"), "--force", ok=4)
    assert cli.db.stat().st_ino == before
