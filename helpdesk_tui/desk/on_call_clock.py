"""What time does to on-call schedules: at a hand-off whoever comes on is told, and the next one is set."""

from collections.abc import Iterable
from typing import Final

from helpdesk_tui.desk.messages import tell
from helpdesk_tui.desk.on_call_who import CHANGE, SCHEDULE, Kept, assembled
from helpdesk_tui.desk.work import Work
from helpdesk_tui.rules.oncall import next_change
from helpdesk_tui.store.changes import Entry, Row
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import DAY, iso
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant

VERB: Final = "oncall.handoff"
HANDOFF: Final = "handoff"
SHIFT: Final = "oncall.shift"
# A shift is told of softly: it wakes nobody.
_SEVERITY: Final = 4
_WITHIN: Final = 31 * DAY
_LAID: Final = "SELECT id FROM on_call_change WHERE schedule_id = ? AND end_at > ? ORDER BY id"
register(
    {
        "oncall.handed": N_("{people} on call from {start} on"),
        "oncall.unmanned": N_("nobody is on call from {start} on"),
    }
)


def fire(work: Work, schedule: int, kind: str, due_at: Instant) -> tuple[str, int] | None:
    """Tell those who come on at a hand-off, and set the next one. Returns None: it concerns no ticket.

    Where several hand-offs have gone by unnoticed, those are told who are on now and were not before the first.
    """
    found = _kept(work, schedule, due_at - 1, {})
    if kind != HANDOFF or found is None:
        return None
    was = set(found.on(due_at - 1))
    people = _duty(found, work.now)
    _set(work, found, schedule)
    if people.keys() == was:
        return None
    entry = Entry(VERB, SCHEDULE, schedule, min(due_at, work.now))
    until = next_change(found.rule, work.now, _WITHIN)
    if people:
        entry.reasons.append(Reason("oncall.handed", {"people": [*people], "start": iso(entry.at)}).data())
    else:
        entry.reasons.append(Reason("oncall.unmanned", {"start": iso(entry.at)}).data())
    coming = [person for person in people if person not in was]
    if coming:
        said = {"schedule": found.row["name"], "until": iso(until.start) if until is not None else None}
        entry.reasons.append(tell(coming, SHIFT, _SEVERITY, **said).data())
    work.record(entry)
    return None


def retime(work: Work, schedules: Iterable[int], entries: Iterable[Entry]) -> None:
    """Set the timers of schedules that these entries change, as they will stand then."""
    ahead: dict[tuple[str, int], Row | None] = {}
    for entry in entries:
        for change in entry.rows:
            if change.table not in (SCHEDULE, CHANGE):
                continue
            where = (change.table, change.key[0])
            known = ahead[where] if where in ahead else work.row(change.table, *change.key)
            ahead[where] = None if change.after is None else {**(known or {}), **change.after}
    for schedule in schedules:
        found = _kept(work, schedule, work.now, ahead)
        if found is None:
            work.timers[SCHEDULE, schedule] = {}
        else:
            _set(work, found, schedule)


def _set(work: Work, found: Kept, schedule: int) -> None:
    """The next hand-off; where none comes for a month, the end of it, to look again."""
    if not found.row["active"]:
        work.timers[SCHEDULE, schedule] = {}
        return
    then = next_change(found.rule, work.now, _WITHIN)
    work.timers[SCHEDULE, schedule] = {HANDOFF: work.now + _WITHIN if then is None else then.start}


def _duty(found: Kept, at: Instant) -> dict[int, None]:
    return dict.fromkeys(found.on(at))


def _kept(work: Work, schedule: int, since: Instant, ahead: dict[tuple[str, int], Row | None]) -> Kept | None:
    """A schedule within a transaction with every change that ends after `since`; `ahead` stands over the rows."""
    where = (SCHEDULE, schedule)
    row = ahead[where] if where in ahead else work.row(SCHEDULE, schedule)
    if row is None:
        return None
    laid: dict[int, Row | None] = {
        key: work.row(CHANGE, key) for (key,) in work.rows(_LAID, (schedule, since)) if (CHANGE, key) not in ahead
    }
    for (table, key), change in ahead.items():
        if table == CHANGE and change is not None and change["schedule_id"] == schedule:
            laid[key] = change
    return assembled(row, [change for _key, change in sorted(laid.items()) if change is not None])
