"""Names for completing filters: teams, services, people, categories of this desk, read once per opening."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.widgets.filter_bar import Completion

if TYPE_CHECKING:
    from helpdesk_tui.screens.common.base import DeskScreen

LIMIT = 2_000


def names_of(desk: Desk) -> dict[str, list[str]]:
    """The names by the lists that filter fields refer to (reads the desk)."""
    policy = desk.policies.current().policy
    people = desk.people.list(agents_only=True, limit=LIMIT)
    return {
        "people": [person["login"] or person["email"] or person["name"] for person in people],
        "teams": [team["code"] for team in desk.teams.list()],
        "services": [service["code"] for service in desk.services.list()],
        "categories": [category.code for category in policy.categories],
        "cis": [ci["name"] for ci in desk.cis.list(limit=LIMIT)],
        "organisations": [each["name"] for each in desk.people.organisations()[:LIMIT]],
    }


class Names:
    """Holds the names and answers the filter bar."""

    def __init__(self) -> None:
        self._known: Mapping[str, Sequence[str]] = {}

    def read(self, screen: "DeskScreen") -> None:
        """Read them anew in the background."""
        screen.ask(lambda: names_of(screen.desk), self._got, group="names", failed=lambda _error: None)

    def _got(self, known: dict[str, list[str]]) -> None:
        self._known = known

    async def complete(self, screen: Any, text: str, position: int) -> list[Completion]:
        """Proposals for a filter text at a position."""
        from helpdesk_tui.vocabulary.filter_complete import complete

        return [Completion(c.text, c.start, c.end, c.help) for c in complete(text, position, self._known)]
