"""Compiled lists kept for the next page: a person scrolls through one query far more often than they type a new one."""

from collections.abc import Hashable
from typing import TYPE_CHECKING, Final

from helpdesk_tui.store.pages import Listing
from helpdesk_tui.store.query import Compiler, Viewer
from helpdesk_tui.store.sorting import order
from helpdesk_tui.vocabulary.filters import Filter, parse_filter

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

_MOST: Final = 128
_Key = tuple[Hashable, ...]


class Listings:
    """Filters of one desk as SQL. What names people or teams is compiled anew once the directory has changed."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        # Of each list: the directory's stamp if names were looked up, and the list with the present left open.
        self._kept: dict[_Key, tuple[int | None, Listing]] = {}

    def of(self, query: str | Filter, default_sort: str, viewer: Viewer, head: int | None = None) -> Listing:
        """The list of a query for a viewer, at the viewer's present. Raises FilterProblem.

        `head` is the journal's head where the caller has just read it.
        """
        if not isinstance(query, str):
            return self._compiled(query, default_sort, viewer)[0].at(viewer.now)
        v = viewer
        key = (
            query,
            default_sort,
            v.person_id,
            v.teams,
            v.notes,
            v.own_only,
            v.teams_only,
            v.rooms,
            v.sensitive,
            v.veiled,
            v.tz,
        )
        kept = self._kept.get(key)
        if kept is None or (kept[0] is not None and kept[0] != self._desk.directory.stamp(head)):
            stamp = self._desk.directory.stamp(head)
            listing, compiler = self._compiled(parse_filter(query), default_sort, viewer)
            if compiler.timed:
                return listing.at(viewer.now)
            if len(self._kept) >= _MOST:
                self._kept.clear()
            kept = self._kept[key] = (stamp if compiler.looked_up else None, listing)
        return kept[1].at(viewer.now)

    def _compiled(self, query: Filter, default_sort: str, viewer: Viewer) -> tuple[Listing, Compiler]:
        sorts = query.sort or parse_filter(default_sort).sort
        compiler = Compiler(self._desk.store.reader(), viewer)
        return Listing(compiler.template(query), tuple(order(sorts))), compiler
