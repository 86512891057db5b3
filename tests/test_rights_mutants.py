"""A few checks of rights taken out, each of which the tests must notice; all of them: `python -m tests.mutants`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from helpdesk_tui.rules import access
from helpdesk_tui.vocabulary.roles import Permission, Role, Scope
from tests import rights_stage, test_desk_sensitive, test_rights_matrix, test_rights_sensitive, test_rights_visibility
from tests.mutants.points import MODULES, Point, points
from tests.mutants.run import without
from tests.mutants.same import SAME

ALL = [point for module in MODULES for point in points(module)]


class Stages:
    """The desks of the two tests, made once."""

    def __init__(self, folder: Path) -> None:
        self.stage = rights_stage.build(folder)
        self.world = test_rights_visibility.make(folder / "sight.db")
        self.play = folder / "play.db"
        self.folder = folder
        self.secret = test_rights_sensitive.marked(folder)
        self.gone = test_rights_sensitive.deleted(self.secret, folder / "gone.db")

    def refusals(self, who: str) -> None:
        self.stage.reset(self.play)
        tests = test_rights_matrix
        tests.test_what_the_table_refuses_is_refused_by_name_and_by_method(self.stage, self.play, who)

    def lists(self, who: str) -> None:
        self.stage.reset(self.play)
        test_rights_matrix.test_lists_hold_what_may_be_read_and_nothing_else(self.stage, self.play, who)

    def directory(self, who: str) -> None:
        tests = test_rights_visibility
        tests.test_the_directory_and_what_it_counts_is_for_those_who_read_all_of_it(self.world, who)

    def parts(self, who: str) -> None:
        test_rights_visibility.test_what_hangs_on_a_ticket_is_for_those_who_work_on_it(self.world)

    def masks(self, who: str) -> None:
        test_rights_visibility.test_masked_values_say_that_somebody_is_there(self.world)

    def counts(self, who: str) -> None:
        test_rights_sensitive.test_what_is_counted_and_listed_is_as_if_it_had_been_deleted(self.secret, self.gone, who)

    def there(self, who: str) -> None:
        test_rights_sensitive.test_it_is_no_more_there_than_a_number_that_never_was(self.secret, who)

    def trail(self, who: str) -> None:
        test_desk_sensitive.test_auditors_see_that_entries_are_there_and_nothing_of_them(self.secret, self.folder)


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    return Stages(tmp_path_factory.mktemp("mutants"))


Noticing = Callable[[Stages, str], None]
# One of each sort: the end of its key, which test notices, and as whom.
TAKEN_OUT: tuple[tuple[str, Noticing, str], ...] = (
    ("-> verb ticket.take", Stages.refusals, "nobody"),
    ("Desk.require_on: self.allows_on(Permission.TICKET_READ, row) -> yes", Stages.refusals, "technical_support"),
    ("Desk.require_on: self.allows_on(permission, row) -> yes", Stages.refusals, "technical_support+quality"),
    ("People.revoke: self._may_grant(found.id) -> never refuse", Stages.refusals, "administrator"),
    ("Timers.due: knows(n) -> yes", Stages.lists, "technical_support"),
    ("Teams._members: self._inside() -> yes", Stages.directory, "rita"),
    ("TicketParts.children: self.desk.reading.knows(child['number']) -> yes", Stages.parts, ""),
    ("PresenceBoard.who: veil.person(person, name) -> no mask", Stages.masks, ""),
    ("ticket_scope_allows: min(scope, sensitive) -> first scope", Stages.there, "x-service_desk"),
    (
        "sensitive=sight.sensitive is Scope.ALL, veiled=sight.veil is not None, tz=desk.tz) -> no sensitive",
        Stages.counts,
        "x-quality",
    ),
    ("Sight.all_sensitive: self.sensitive is Scope.ALL -> scope yes", Stages.counts, "x-auditor"),
    ("withheld: desk.holds(Permission.TICKET_READ, facts) -> yes", Stages.trail, ""),
)


def _point(end: str) -> Point:
    (found,) = [point for point in ALL if point.key.endswith(end)]
    return found


@pytest.mark.parametrize(("end", "noticing", "who"), TAKEN_OUT, ids=[end for end, _, _ in TAKEN_OUT])
def test_a_check_that_is_taken_out_is_missed(stages: Stages, end: str, noticing: Noticing, who: str) -> None:
    with without(_point(end)), pytest.raises((AssertionError, pytest.fail.Exception)):
        noticing(stages, who)
    noticing(stages, who)  # which passes on the whole program


def test_what_the_reasons_rest_on() -> None:
    for role in Role:
        if access.scope_of([role], Permission.IMPORT) is not Scope.NONE:
            assert access.scope_of([role], Permission.TICKET_EDIT) is Scope.ALL, role
        if access.scope_of([role], Permission.TICKET_SENSITIVE) is Scope.ALL:
            assert access.scope_of([role], Permission.NOTE_READ) is Scope.ALL, role


def test_what_is_declared_to_change_nothing_is_still_there() -> None:
    assert len(ALL) > 400
    assert len({point.key for point in ALL}) == len(ALL)
    assert not set(SAME) - {point.key for point in ALL}
    assert all(SAME.values())
