"""Who comes first is served first, also when somebody asks in the moment between two turns."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpdesk_tui.store import driver, filesystem, turns
from helpdesk_tui.vocabulary.errors import Busy


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Callable[[], int]]:
    """Opens the file of the line once more for each who comes."""
    opened: list[int] = []

    def enter() -> int:
        opened.append(os.open(tmp_path / "line", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        return opened[-1]

    yield enter
    for handle in opened:
        try:
            os.close(handle)
        except OSError:
            continue


def test_nobody_passes_those_who_wait(door: Callable[[], int], tmp_path: Path) -> None:
    first, second, third = door(), door(), door()
    places = [turns.come(handle, tmp_path) for handle in (first, second, third)]
    assert None not in places
    assert [turns.mine(h, p) for h, p in zip((first, second, third), places, strict=True)] == [True, False, False]
    os.close(first)
    late = door()
    place = turns.come(late, tmp_path)
    assert not turns.mine(late, place), "the second has not even noticed yet that it is their turn"
    assert not turns.mine(third, places[2])
    assert turns.mine(second, places[1])
    os.close(second)
    assert turns.mine(third, places[2]) and not turns.mine(late, place)
    os.close(third)
    turns.wait(late, place)
    assert turns.mine(late, place)
    assert (tmp_path / "line").stat().st_size == 0, "nothing is ever written"


def test_who_gives_up_leaves_the_line(door: Callable[[], int], tmp_path: Path) -> None:
    held, waits, last = door(), door(), door()
    places = [turns.come(handle, tmp_path) for handle in (held, waits, last)]
    os.close(waits)
    assert not turns.mine(last, places[2])
    os.close(held)
    assert turns.mine(last, places[2])


def test_a_turn_is_not_the_lock(door: Callable[[], int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "desk.db"
    path.touch()
    monkeypatch.setenv("HELPDESK_ALLOW_NETWORK", "1")
    with driver.writer_lock(path):
        assert turns.come(door(), tmp_path) is None
        with pytest.raises(Busy), driver.writer_lock(path, 0.05):
            raise AssertionError("two at once")
    with driver.writer_lock(path, 0.05):
        pass


@pytest.mark.parametrize(
    ("kind", "lines"), [("ext4", True), ("overlay", True), ("nfs4", False), ("fuse.sshfs", False), ("9p", False)]
)
def test_no_lines_where_another_machine_keeps_the_locks(
    door: Callable[[], int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, lines: bool
) -> None:
    """Also on the root of a machine that starts from its server, which is not refused."""
    asked: list[Path] = []

    def mounted(path: Path, _mounts: Path) -> filesystem.Mount:
        asked.append(path)
        return filesystem.Mount("/", kind)

    monkeypatch.setattr(filesystem, "_ELSEWHERE", {})
    monkeypatch.setattr(filesystem, "mount_of", mounted)
    places = [turns.come(door(), tmp_path) for _ in range(3)]
    assert [place is not None for place in places] == [lines] * 3
    assert len(asked) == 1, "looked up once, not with every write"
    path = tmp_path / "desk.db"
    path.touch()
    with driver.writer_lock(path), pytest.raises(Busy), driver.writer_lock(path, 0.05):
        raise AssertionError("two at once")
