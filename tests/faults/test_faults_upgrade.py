"""Upgrades that are killed, cut off or refused by the disk, at every write: the old desk or the new one, and a copy."""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from helpdesk_tui.store import migrate
from helpdesk_tui.vocabulary.errors import StoreFault
from tests.faults import power, traced
from tests.test_migrations import ADD_BY_BATCH, Revisions, _fresh, copies, desk, old_and_new, revisions, shape

__all__ = ["desk", "old_and_new", "revisions"]


def upgrading(path: Path, versions: Path) -> Callable[[], None]:
    """The upgrade as a piece of work for a child process."""
    return lambda: void(migrate.upgrade(path, target=2, versions=versions))


def void(_value: object) -> None:
    """Nothing."""


def kept_before(path: Path, old: tuple[object, ...]) -> bool:
    """Whether a whole copy of the old desk lies beside an upgraded one."""
    found = [shape(path.with_name(name)) for name in copies(path) if name.startswith(f"{path.stem}.backup-v1-")]
    return old in found


@pytest.fixture
def traceable() -> None:
    reason = traced.why_not()
    if reason is not None:
        pytest.skip(f"no fault at a write of the kernel: {reason}")


WRITING = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "rename")


@pytest.mark.usefixtures("traceable")
@pytest.mark.parametrize("points", [14, pytest.param(10_000, marks=[pytest.mark.soak, pytest.mark.timeout(3_000)])])
def test_killed_at_writes_to_the_disk(
    desk: Path, revisions: Revisions, old_and_new: tuple[tuple[object, ...], tuple[object, ...]], points: int
) -> None:
    versions, (old, new) = revisions(ADD_BY_BATCH), old_and_new
    runs = _fresh(desk)
    path = next(runs)
    known = [
        (call, n)
        for call, many in sorted(traced.counted(upgrading(path, versions), WRITING).items())
        for n in range(1, many + 1)
    ]
    assert shape(path) == new
    assert len(known) > 40
    assert {call for call, _ in known} >= {"pwrite64", "fdatasync", "rename"}
    chosen = known[:: max(1, len(known) // points)]
    seen = []
    for (call, n), path in zip(chosen, runs, strict=False):
        assert traced.killed(upgrading(path, versions), call, n), (call, n)
        seen.append(shape(path))
        assert seen[-1] in (old, new), f"killed at {call} {n}"
        if seen[-1] == new:
            assert kept_before(path, old), f"killed at {call} {n}: upgraded without a copy"
    assert old in seen


@pytest.mark.usefixtures("traceable")
@pytest.mark.parametrize(("call", "error"), [("pwrite64", "EIO"), ("pwrite64", "ENOSPC"), ("fdatasync", "EIO")])
def test_a_disk_that_fails_during_an_upgrade(
    desk: Path,
    revisions: Revisions,
    old_and_new: tuple[tuple[object, ...], tuple[object, ...]],
    tmp_path: Path,
    call: str,
    error: str,
) -> None:
    versions, (old, new) = revisions(ADD_BY_BATCH), old_and_new
    told = tmp_path / "told"

    def upgrade(path: Path) -> Callable[[], None]:
        def work() -> None:
            try:
                migrate.upgrade(path, target=2, versions=versions)
            except StoreFault as refused:
                told.write_text(str(refused), "utf-8")
                os._exit(0)  # gone at once: nothing puts the log straight

        return work

    def files(path: Path) -> tuple[Path, ...]:
        return (path, path.with_name(path.name + "-wal"), path.with_name(f"{path.stem}.backup-v1.part"))

    runs = _fresh(desk)
    path = next(runs)
    many = traced.counted(upgrade(path), (call,), *files(path))[call]
    assert many >= 3
    refused = 0
    for n, path in zip(range(1, many + 1, max(1, many // 6)), runs, strict=False):
        told.unlink(missing_ok=True)
        assert traced.failing(upgrade(path), call, f"{n}+", error, *files(path)) == 0
        found = shape(path)
        assert found in (old, new), f"{error} from {call} {n}"
        assert found == old or kept_before(path, old)
        if told.exists():
            refused += 1
            assert "\n" not in told.read_text("utf-8")
    assert refused >= 2


@pytest.mark.usefixtures("traceable")
@pytest.mark.parametrize("images", [60, pytest.param(4_000, marks=[pytest.mark.soak, pytest.mark.timeout(3_000)])])
def test_power_lost_during_an_upgrade(
    desk: Path,
    revisions: Revisions,
    old_and_new: tuple[tuple[object, ...], tuple[object, ...]],
    tmp_path: Path,
    images: int,
) -> None:
    versions, (old, new) = revisions(ADD_BY_BATCH), old_and_new
    recording = power.record(upgrading(desk, versions), desk, tmp_path / "no ledger")
    assert shape(desk) == new
    assert any(event.kind is power.Kind.RENAME for event in recording.events)
    disk = tmp_path / "disk"
    disk.mkdir()
    seen = []
    for what, files, _ack in power.images(recording, images, 1):
        for path in disk.iterdir():
            path.unlink()
        for name, data in files.items():
            (disk / name).write_bytes(data)
        seen.append(shape(disk / desk.name))
        assert seen[-1] in (old, new), what
        if seen[-1] == new:
            assert kept_before(disk / desk.name, old), f"{what}: upgraded without a copy"
    assert old in seen
    assert new in seen


@pytest.mark.usefixtures("traceable")
def test_a_half_upgrade_would_be_seen(
    desk: Path, revisions: Revisions, old_and_new: tuple[tuple[object, ...], tuple[object, ...]]
) -> None:
    """The same kills find a migration that does not own its transaction."""
    old, new = old_and_new
    _ = revisions

    def careless(path: Path) -> Callable[[], None]:
        def work() -> None:
            with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as conn:
                conn.execute("ALTER TABLE team ADD COLUMN note VARCHAR(64) NOT NULL DEFAULT 'none'")
                conn.execute("UPDATE team SET note = 'kept ' || code")
                conn.execute("UPDATE alembic_version SET version_num = '0002'")
                conn.execute("PRAGMA user_version = 2")

        return work

    runs = _fresh(desk)
    many = traced.counted(careless(next(runs)), ("pwrite64",))["pwrite64"]
    seen = []
    for n, path in zip(range(1, many + 1, 2), runs, strict=False):
        traced.killed(careless(path), "pwrite64", n)
        seen.append(shape(path))
    assert any(found not in (old, new) for found in seen)
