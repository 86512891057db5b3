"""What breaches next, team by team, and what will at the present pace."""

from typing import TYPE_CHECKING, Final

from helpdesk_tui.desk.shapes import Object, Objects, when
from helpdesk_tui.rules.forecast import forecast
from helpdesk_tui.vocabulary.instants import DAY
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.records import NEVER, QueueRow

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

MOST: Final = 10_000
PACE: Final = 14
"""Days over which the pace is taken."""
_SOLVED: Final = "SELECT team_id, count(*) FROM ticket WHERE resolved_at >= ? AND deleted_at IS NULL GROUP BY team_id"


def status(desk: "Desk", team: str | None, limit: int) -> Objects:
    """See `ServiceLevels.status`."""
    code = None if team is None else desk.teams.team(team).code
    where = "is:open sort:due" if code is None else f"is:open team:{code} sort:due"
    now = desk.now()
    of: dict[int | None, list[QueueRow]] = {}
    for row in desk.reading.page(where, limit=MOST).rows:
        of.setdefault(row.team_id, []).append(row)
    solved: dict[int | None, int] = dict(desk.store.query(_SOLVED, (now - PACE * DAY,)))
    found = [_of_team(desk, rows, solved.get(key, 0) / PACE, now, max(0, limit)) for key, rows in of.items()]
    found.sort(key=lambda one: (-one["breached"], -one["forecast"], -one["open"], one["team"] or ""))
    return found


def _of_team(desk: "Desk", rows: list[QueueRow], pace: float, now: int, limit: int) -> Object:
    # A clock that stands still has no time to be due at.
    dues = [row.due_at if row.sla_run == "running" else NEVER for row in rows]
    ahead = forecast(dues, pace, now)
    coming = [row for row, due in zip(rows, dues, strict=True) if now < due < NEVER]

    def within(seconds: int) -> int:
        return sum(row.due_at <= now + seconds for row in coming)

    return {
        "team": rows[0].team,
        "open": len(rows),
        "breached": sum(due <= now for due in dues),
        "due_1h": within(3_600),
        "due_4h": within(4 * 3_600),
        "due_24h": within(DAY),
        "resolved_per_day": round(pace, 2),
        "forecast": ahead.late,
        "clear_at": when(ahead.clear_at),
        "next": [
            {
                "number": row.number,
                "ref": ref(row.kind, row.number),
                "title": row.title,
                "priority": Priority(row.priority).code,
                "assignee": row.assignee,
                "due_at": when(row.due_at),
            }
            for row in coming[:limit]
        ],
    }
