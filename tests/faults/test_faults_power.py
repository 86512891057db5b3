"""Power lost at any write: what was acknowledged is there, whole; and the test sees disks and settings that lie."""

import random
from pathlib import Path

import pytest

from tests.faults import power, runs, traced
from tests.faults.deeds import Variant
from tests.faults.judge import Found
from tests.faults.power import Cut, Disk, Event, Kind, Recording


@pytest.fixture
def _traceable() -> None:
    reason = traced.why_not()
    if reason is not None:
        pytest.skip(f"no recording of writes: {reason}")


@pytest.mark.usefixtures("_traceable")
def test_a_power_cut_keeps_what_was_acknowledged() -> None:
    tally = runs.cut_power(seed=3, count=80)
    assert tally.problems == []
    assert tally.found == {Found.SOUND: 80}


@pytest.mark.usefixtures("_traceable")
def test_a_power_cut_at_the_first_start() -> None:
    tally = runs.cut_power(seed=4, count=40, deeds_each=3, first=True)
    assert tally.problems == []


@pytest.mark.usefixtures("_traceable")
@pytest.mark.parametrize(
    ("variant", "lies", "seen"),
    [(Variant.NORMAL, False, Found.LOST), (Variant.OFF, False, Found.CORRUPT), (Variant.BARE, False, Found.TORN),
     (Variant.PROPER, True, Found.CORRUPT)],
)  # fmt: skip
def test_what_does_not_sync_is_seen(variant: Variant, lies: bool, seen: Found) -> None:
    tally = runs.cut_power(seed=3, count=40, variant=variant, lies=lies)
    assert tally.found[seen] >= 1, tally


# -- the disk itself -------------------------------------------------------------------------------------------------


def disk(*events: Event, before: dict[str, bytes] | None = None, lies: bool = False) -> Disk:
    made = Disk(Recording(before or {}, events, ()), lies=lies)
    for event in events:
        made.do(event)
    return made


def cut(made: Disk, how: Cut, seed: int = 0) -> dict[str, bytes]:
    return made.cut(how, random.Random(seed))


WRITTEN = (Event(Kind.WRITE, "a", 0, b"x" * 1024), Event(Kind.WRITE, "a", 1024, b"y" * 1024))


def test_what_was_synced_is_there_and_only_that_is_sure() -> None:
    made = disk(WRITTEN[0], Event(Kind.SYNC, "a"), WRITTEN[1], before={"a": b"old"})
    assert cut(made, Cut.NOTHING) == {"a": b"x" * 1024}
    assert cut(made, Cut.ALL) == {"a": b"x" * 1024 + b"y" * 1024}
    assert cut(disk(WRITTEN[0], Event(Kind.SYNC, "a"), before={"a": b"old"}, lies=True), Cut.NOTHING) == {"a": b"old"}


def test_writes_may_arrive_in_any_order_and_by_sectors() -> None:
    made = disk(*WRITTEN, before={"a": b""})
    some = {cut(made, Cut.SOME, seed)["a"] for seed in range(200)}
    assert some == {b"", b"x" * 1024, bytes(1024) + b"y" * 1024, b"x" * 1024 + b"y" * 1024}
    torn = {cut(made, Cut.SECTORS, seed)["a"] for seed in range(400)}
    assert b"x" * 512 in torn
    assert bytes(512) + b"x" * 512 + bytes(512) + b"y" * 512 in torn
    assert len(torn) > 10
    first = {cut(made, Cut.PREFIX, seed)["a"] for seed in range(200)}
    assert not any(content.startswith(bytes(1024)) and b"y" in content for content in first)


def test_cutting_a_file_short_is_an_act_of_its_own() -> None:
    made = disk(Event(Kind.TRUNCATE, "a", 1), before={"a": b"old"})
    assert cut(made, Cut.NOTHING) == {"a": b"old"}
    assert cut(made, Cut.ALL) == {"a": b"o"}
    assert cut(disk(Event(Kind.TRUNCATE, "a", 5), before={"a": b"old"}), Cut.ALL) == {"a": b"old\0\0"}


def test_names_are_sure_once_their_folder_is_synced() -> None:
    made = disk(Event(Kind.MAKE, "b"), Event(Kind.WRITE, "b", 0, b"new"), Event(Kind.SYNC, "b"))
    assert cut(made, Cut.NOTHING) == {}
    assert cut(made, Cut.ALL) == {"b": b"new"}
    made.do(Event(Kind.SYNC_FOLDER))
    assert cut(made, Cut.NOTHING) == {"b": b"new"}
    made.do(Event(Kind.REMOVE, "b"))
    assert cut(made, Cut.NOTHING) == {"b": b"new"}
    assert cut(made, Cut.ALL) == {}
    moved = disk(Event(Kind.RENAME, "a", other="c"), before={"a": b"1", "c": b"2"})
    assert cut(moved, Cut.NOTHING) == {"a": b"1", "c": b"2"}
    assert cut(moved, Cut.ALL) == {"c": b"1"}


@pytest.mark.usefixtures("_traceable")
def test_the_recording_ends_as_the_run_did(tmp_path: Path) -> None:
    """All that was recorded, applied to what there was before, is what lies on the disk: nothing is overlooked."""
    with runs.run_of(tmp_path, 6, 12, first=False, variant=Variant.PROPER) as (work, desk, ledger):
        recording = power.record(work, desk, ledger)
        left = {path.name: path.read_bytes() for path in desk.parent.iterdir()}
    made = Disk(recording)
    for event in recording.events:
        made.do(event)
    assert cut(made, Cut.ALL) == left
    assert made.acked == len(recording.acks) > 5
