"""On-call shifts to take along: a calendar for other programs, and a page with names and phone numbers to print.

The page needs no network and no desk: it is for the day on which neither is there.
"""

from typing import TYPE_CHECKING, Final

from helpdesk_tui.desk.on_call_shown import Names, ids, shifts_of
from helpdesk_tui.desk.on_call_who import Kept, person_id
from helpdesk_tui.rules.oncall import Person, Shift
from helpdesk_tui.rules.oncall_ics import calendar_text
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.instants import local
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.text import cell_width, fit, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpdesk_tui.desk.desk import Desk

_NAME: Final = 32


def calendar(desk: "Desk", kept: Kept, start: Instant, end: Instant) -> str:
    """The shifts of [start, end) as iCalendar text (RFC 5545); the same shifts always give the same events."""
    names = Names(desk)
    named = [
        Shift(s.start, s.end, tuple(Person(names.of(person_id(p.name))["name"], ()) for p in s.people))
        for s in shifts_of(kept, start, end)
    ]
    return calendar_text(kept.row["name"], named, desk.now(), kept.row["code"])


def page(desk: "Desk", schedules: "Sequence[Kept]", start: Instant, end: Instant) -> str:
    """The shifts of [start, end) of each schedule in its own zone, then whom to ring and how, in the reader's language."""
    names = Names(desk)
    lines = [_("On call, printed {at} UTC").format(at=local(desk.now()))]
    everybody: set[int] = set()
    for kept in schedules:
        tz = kept.row["tz"]
        lines += ["", one_line(f"{kept.row['name']} ({kept.row['code']}), {tz}"), "-" * 72]
        for shift in shifts_of(kept, start, end):
            people = ids(shift.people)
            everybody.update(people)
            who = one_line(", ".join(names.names(people))) or _("*** nobody ***")
            lines.append(f"{local(shift.start, tz)} - {local(shift.end, tz)}  {who}")
    if everybody:
        lines += ["", _("Whom to ring"), "-" * 72]
        facts = sorted((names.of(person) for person in everybody), key=lambda each: (each["name"], each["id"]))
        for each in facts:
            name = one_line(each["name"])
            shown = fit(name, _NAME) if cell_width(name) < _NAME else name
            lines.append(f"{shown}  {one_line(each['phone'] or '-')}  {one_line(each['who'])}")
    return "\n".join(line.rstrip() for line in lines) + "\n"
