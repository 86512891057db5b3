"""Which other ticket is meant: those like it to choose from, any other by its number or its words."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.duplicates import duplicates
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.kinds import Phase, parse_ref, ref, state_label
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.pickers import Choice, Pick

if TYPE_CHECKING:
    from helpdesk_tui.screens.common.changing import Changing

FOUND: Final = 8
"""Tickets that a search offers at once."""
_CLOSED: Final = Phase.CLOSED.code


class TicketPick(Pick):
    """A choice of tickets in which a typed number means that ticket, whether or not it is listed yet."""

    def meant(self, text: str) -> str | None:
        number = parse_ref(text)
        return None if number is None else str(number)


def likely(desk: Desk, number: int, *, merging: bool) -> list[Choice]:
    """The tickets that one like this is tied to most likely; for a merge the open ones alone, of the caller first."""
    ticket = desk.tickets.show(number)
    found: list[dict[str, Any]] = []
    if merging:
        person = desk.tickets.facts(number)["requester_id"]
        found += duplicates(
            desk, ticket["title"], ticket["description"] or "", requester=person, service=ticket["service"]
        )
    found += [like for like in desk.tickets.similar(number) if not merging or like["phase"] != _CLOSED]
    choices = {each["number"]: _choice(each["ref"], each) for each in reversed(found) if each["number"] != number}
    return list(reversed(choices.values()))


def searched(desk: Desk, text: str, number: int) -> list[Choice]:
    """What a typed text means: the ticket of this number, or those with these words."""
    wanted = parse_ref(text)
    try:
        if wanted is not None:
            ticket = desk.tickets.show(wanted)
            return [_choice(ticket["ref"], ticket)]
        rows = desk.tickets.page(text, limit=FOUND).rows
    except DeskError:
        return []
    return [
        _choice(ref(row.kind, row.number), {"number": row.number, "title": row.title, "state": row.state})
        for row in rows
        if row.number != number
    ]


def _choice(shown: str, ticket: dict[str, Any]) -> Choice:
    hint = f"{one_line(ticket['title'], 80)}  {state_label(ticket['state'])}"
    return Choice(str(ticket["number"]), shown, hint)


def ask_other(screen: "Changing", title: str, number: int, picked: Callable[[int], None], *, merging: bool) -> None:
    """Ask which other ticket is meant and hand its number on."""
    desk = screen.desk

    async def search(text: str) -> Sequence[Choice]:
        return await asyncio.to_thread(searched, desk, text, number)

    def answered(value: str | None) -> None:
        if value is not None:
            picked(int(value))

    def found(choices: list[Choice]) -> None:
        empty = _("Type its number, for instance 1042, or words of it.")
        screen.app.push_screen(TicketPick(title, choices, search=search, empty=empty), answered)

    screen.ask(lambda: likely(desk, number, merging=merging), found, group="pick")
