"""Runs the tests of rights on programs with one check taken out each; every one of them must make a test fail.

Each program is a fork of this process in which the code of the changed functions is put in place of the old. The tests
that see most are called first and directly; whatever they let pass meets all tests of rights.
"""

import contextlib
import gc
import io
import os
import resource
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, FunctionType
from typing import Any

from tests.mutants.points import MODULES, ROOT, Point, cut, points
from tests.mutants.same import SAME

# Beyond those called directly.
TESTS = (
    "tests/test_rights_sensitive.py", "tests/test_desk_sensitive.py", "tests/test_rights_visibility.py", "tests/test_hostile_rights.py", "tests/test_desk_undo.py", "tests/test_desk_access.py",
    "tests/test_desk_views.py", "tests/test_desk_outside.py", "tests/test_people_search.py", "tests/test_access.py",
    "tests/test_desk_around.py", "tests/test_rights_matrix.py", "tests/test_desk_people.py", "tests/test_desk_cis.py",
    "tests/test_rights_swarm.py", "tests/test_desk_tickets.py", "tests/test_desk_mentions.py", "tests/test_duplicates.py", "tests/test_lifecycle.py",
)  # fmt: skip
LONGEST = 600  # seconds of computing
BROKEN = (OSError, MemoryError)
Codes = list[tuple[FunctionType, CodeType]]


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _plain(code: CodeType) -> tuple[Any, ...]:
    return (
        code.co_code,
        code.co_names,
        code.co_varnames,
        tuple(_plain(c) if isinstance(c, CodeType) else c for c in code.co_consts),
    )


def put(name: str) -> Codes:
    """Change the running program: the functions that have another code now, with what they had before."""
    path, tree = cut(name)
    file = str(ROOT / path)
    made = {(c.co_qualname, c.co_firstlineno): c for c in _codes(compile(tree, file, "exec"))}
    changed: Codes = []
    for function in [f for f in gc.get_objects() if isinstance(f, FunctionType) and f.__code__.co_filename == file]:
        new = made.get((function.__code__.co_qualname, function.__code__.co_firstlineno))
        if new is not None and _plain(new) != _plain(function.__code__):
            changed.append((function, function.__code__))
            function.__code__ = new
    return changed


@contextlib.contextmanager
def without(point: Point) -> Iterator[None]:
    """The program without one check, for a while."""
    changed = put(point.name)
    assert changed, f"{point.key}: nothing was taken out"
    try:
        yield
    finally:
        for function, code in changed:
            function.__code__ = code


# Whose cells are tried first, by the number of checks that they tell apart.
FIRST = (
    "nobody", "requester", "technical_support", "technical_support+quality", "requester+auditor", "quality", "customer_service",
    "administrator", "smo",
)  # fmt: skip


class Probes:
    """The tests called directly, on stages made once by the whole program."""

    def __init__(self, folder: Path) -> None:
        from tests import rights_stage, test_rights_matrix, test_rights_visibility

        self.matrix, self.sight, self.folder = test_rights_matrix, test_rights_visibility, folder
        for name in ("stage", "sight"):
            (folder / name).mkdir()
        self.stage = rights_stage.build(folder / "stage")
        self.world = test_rights_visibility.make(folder / "sight" / "desk.db")

    def load(self) -> None:
        """Import what the tests use, once for all forks."""
        import pytest

        with contextlib.redirect_stdout(io.StringIO()):
            pytest.main(["-q", "--collect-only", "-p", "no:cacheprovider", *TESTS])
        self.passes()

    def passes(self) -> bool:
        """Whether all of them pass."""
        import pytest

        play = self.folder / f"play-{os.getpid()}.db"
        try:
            for probe in (self._directory, self._refusals, self._drawn, self._sight):
                probe(play)
        except BROKEN:
            raise
        except (Exception, pytest.fail.Exception):
            return False
        finally:
            for path in self.folder.glob(f"{play.name}*"):
                path.unlink()
        return True

    def _refusals(self, play: Path) -> None:
        tests, stage = self.matrix, self.stage
        stage.reset(play)
        tests.test_without_a_right_to_the_verb_nothing_is_looked_at(stage, play)
        for who in FIRST:
            stage.reset(play)
            tests.test_what_the_table_refuses_is_refused_by_name_and_by_method(stage, play, who)
            tests.test_lists_hold_what_may_be_read_and_nothing_else(stage, play, who)
            tests.test_reads_beside_the_verbs_follow_the_same_rows(stage, play, who)
        stage.reset(play)
        tests.test_what_is_revoked_ends_at_once_beside_the_verbs(stage, play)

    def _drawn(self, play: Path) -> None:
        import pytest

        tests = self.matrix
        for drawn in (
            tests.test_each_deed_asks_for_its_own_right_on_the_ticket,
            tests.test_notes_ask_for_their_own_right,
            tests.test_exports_ask_for_both_rights,
            tests.test_an_import_edits_what_its_person_may_edit,
        ):
            self.stage.reset(play)
            with pytest.MonkeyPatch.context() as patch:
                drawn(self.stage, play, patch)
        with pytest.MonkeyPatch.context() as patch:
            tests.test_only_administrators_put_another_file_in_the_place_of_a_desk(self.stage, "smo", patch)

    def _directory(self, play: Path) -> None:
        for who in sorted(self.sight.SEES):
            self.sight.test_the_directory_and_what_it_counts_is_for_those_who_read_all_of_it(self.world, who)
        self.sight.test_what_hangs_on_a_ticket_is_for_those_who_work_on_it(self.world)
        self.sight.test_masked_values_say_that_somebody_is_there(self.world)
        self.sight.test_who_acts_for_another_sees_no_more_than_either(self.world)

    def _sight(self, play: Path) -> None:
        for who in sorted(self.sight.SEES):
            self.sight.test_every_word_is_seen_by_those_of_its_grade_and_by_nobody_else(self.world, who)
        for who in sorted(set(self.sight.SEES) - {"smo", "service_desk", "customer_service"}):
            self.sight.test_no_question_tells_of_a_word_that_is_not_shown(self.world, who)


def _child(point: Point, probes: Probes, output: Path) -> int:
    """In a fork: 0 where the loss is noticed, 1 where it is not, 2 where nothing was changed."""
    _told_to(output)
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
    if not put(point.name):
        return 2
    if not probes.passes():
        return 0
    if os.environ.get("MUTANTS_QUICK"):
        return 1
    return 1 if _tested(output) else 0


def _told_to(output: Path) -> None:
    os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
    os.dup2(1, 2)


def _tested(output: Path) -> bool:
    """Whether all tests of rights pass on this program."""
    import pytest

    _told_to(output)
    return pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *TESTS]) == 0


def _whole_passes(folder: Path) -> bool:
    """Whether the program with nothing taken out passes what its mutants meet."""
    pid = os.fork()
    if pid == 0:
        os._exit(0 if _tested(folder / "out-whole") else 1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def run(chosen: list[Point], jobs: int) -> list[tuple[Point, str]]:
    """The points whose loss nobody notices, or that could not be taken out."""
    left: list[tuple[Point, str]] = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        probes = Probes(folder)
        probes.load()
        assert probes.passes(), "the whole program must pass"
        if not os.environ.get("MUTANTS_QUICK"):
            assert _whole_passes(folder), "the whole program must pass all tests, or every loss would seem noticed"
        waiting = list(reversed(chosen))
        running: dict[int, tuple[Point, float]] = {}
        while waiting or running:
            while waiting and len(running) < jobs:
                point = waiting.pop()
                pid = os.fork()
                if pid == 0:
                    code = 3
                    try:
                        code = _child(point, probes, folder / f"out-{os.getpid()}")
                    except BaseException:
                        traceback.print_exc()
                    finally:
                        os._exit(code)
                running[pid] = (point, time.monotonic())
            pid, status = os.wait()
            point, began = running.pop(pid)
            said = {0: "dies", 1: "SURVIVES", 2: "NOTHING"}.get(os.waitstatus_to_exitcode(status), "BROKEN")
            print(f"{said:8} {time.monotonic() - began:5.1f} s  {point.name}  {point.text[:90]}", flush=True)
            if said != "dies":
                left.append((point, said))
    return left


def chosen_points(parts: list[str]) -> tuple[list[Point], int]:
    """The points of all modules whose names or keys contain one of the parts (all, without); how many are declared equal."""
    found = [p for module in MODULES for p in points(module)]
    chosen = [p for p in found if not parts or any(w in p.name or w in p.key for w in parts)]
    kept = [p for p in chosen if p.key not in SAME]
    return kept, len(chosen) - len(kept)


def main(arguments: list[str]) -> int:
    """`python -m tests.mutants [--list] [--jobs=N] [PART OF A NAME …]`: 1 where anything survives."""
    jobs = next((int(word[7:]) for word in arguments if word.startswith("--jobs=")), os.cpu_count() or 1)
    chosen, same = chosen_points([word for word in arguments if not word.startswith("--")])
    if "--list" in arguments:
        for point in chosen:
            print(point.name, " ", point.key)
        return 0
    left = run(chosen, jobs)
    for point, said in left:
        print(f"{said:8} {point.key}")
    print(
        f"{len(chosen)} checks taken out one by one, {len(left)} of them unnoticed; {same} declared to change nothing"
    )
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
