"""What time does to on-call schedules: at a hand-off whoever comes on is told, and the next one is set."""

from collections.abc import Iterable
from typing import Any, Final

from helpdesk_tui.desk.messages import tell
from helpdesk_tui.desk.on_call_who import CHANGE, SCHEDULE, Kept, assembled, person_text
from helpdesk_tui.desk.work import Work
from helpdesk_tui.rules.oncall import ends, next_change
from helpdesk_tui.store.changes import Entry, Row
from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import DAY, iso
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant

VERB: Final = "oncall.handoff"
HANDOFF: Final = "handoff"
SHIFT: Final = "oncall.shift"
SHIFT_OPEN: Final = "oncall.shift_open"
# A shift is told of softly: it wakes nobody.
_SEVERITY: Final = 4
_WITHIN: Final = 31 * DAY
_LAID: Final = "SELECT id FROM on_call_change WHERE schedule_id = ? AND end_at > ? ORDER BY id"
_DUE: Final = (
    "SELECT min(due_at) FROM timer WHERE subject_type = ? AND subject = ? AND fired_at IS NULL AND due_at <= ?"
)
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
    if kind == HANDOFF and found is not None:
        _set(work, found, schedule)
        _hand_over(work, found, due_at, found)
    return None


def retime(work: Work, schedules: Iterable[int], entries: Iterable[Entry]) -> None:
    """Set the timers of schedules that these entries change, as they will stand then.

    Those whom an entry puts on call there and then are told by it, but for whoever does it. A hand-off that was due and
    that nobody noticed is made up for first: the timers that are set take its place.
    """
    ahead: dict[tuple[str, int], Row | None] = {}
    last: dict[int, Entry] = {}
    for entry in entries:
        for change in entry.rows:
            if change.table not in (SCHEDULE, CHANGE):
                continue
            where = (change.table, change.key[0])
            known = ahead[where] if where in ahead else work.row(change.table, *change.key)
            ahead[where] = None if change.after is None else {**(known or {}), **change.after}
            if entry.subject_type == SCHEDULE:
                last[entry.subject] = entry
    for schedule in schedules:
        found = _kept(work, schedule, work.now, ahead)
        if found is None:
            work.timers[SCHEDULE, schedule] = {}
            continue
        _set(work, found, schedule)
        if schedule in last:
            due_at = work.rows(_DUE, (SCHEDULE, schedule, work.now))[0][0]
            before = _kept(work, schedule, (work.now if due_at is None else due_at) - 1, {})
            if before is not None and due_at is not None:
                _hand_over(work, before, due_at, found)
            _put_on(work, last[schedule], before, found)


def _set(work: Work, found: Kept, schedule: int) -> None:
    """The next hand-off; where none comes for a month, the end of it, to look again."""
    if not found.row["active"]:
        work.timers[SCHEDULE, schedule] = {}
        return
    then = next_change(found.rule, work.now, _WITHIN)
    work.timers[SCHEDULE, schedule] = {HANDOFF: work.now + _WITHIN if then is None else then.start}


def _hand_over(work: Work, found: Kept, due_at: Instant, after: Kept) -> None:
    """Record a hand-off that was due, and tell those who came on by it and still are on as the schedule stands `after`."""
    was, people = found.on(due_at - 1), found.on(work.now)
    if {*people} == {*was}:
        return
    entry = Entry(VERB, SCHEDULE, found.id, min(due_at, work.now))
    if people:
        entry.reasons.append(Reason("oncall.handed", {"people": people, "start": iso(entry.at)}).data())
    else:
        entry.reasons.append(Reason("oncall.unmanned", {"start": iso(entry.at)}).data())
    still = {*after.on(work.now)}
    entry.reasons += _told(work, after, [person for person in people if person not in was and person in still])
    work.record(entry)
    # Time did it, whoever's change brought it to light; nobody's undo takes it back.
    entry.actor_id = entry.on_behalf_of = entry.batch = None
    entry.origin = Origin.TIMER


def _put_on(work: Work, entry: Entry, before: Kept | None, after: Kept) -> None:
    """Let an entry tell those who are on now because of it. Whoever puts themselves on knows."""
    known = {work.desk.actor.id, *(before.on(work.now) if before is not None else ())}
    entry.reasons += _told(work, after, [person for person in after.on(work.now) if person not in known])


def _told(work: Work, found: Kept, people: Iterable[int]) -> list[dict[str, Any]]:
    """The reasons that tell people of the turns which they have begun: one for those whose turns end together."""
    together: dict[Instant | None, list[int]] = {}
    names = {person_text(person): person for person in people}
    until = ends(found.rule, work.now, names, _WITHIN)
    for name, person in names.items():
        together.setdefault(until.get(name), []).append(person)
    said = {"schedule": found.row["name"]}
    return [
        tell(on, SHIFT_OPEN, _SEVERITY, **said).data()
        if end is None
        else tell(on, SHIFT, _SEVERITY, **said, until=iso(end)).data()
        for end, on in together.items()
    ]


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
