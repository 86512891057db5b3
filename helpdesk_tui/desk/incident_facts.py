"""Declared incidents as the facts from which indicators are worked out, and the updates that each of them owed."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from helpdesk_tui.rules import incident_metrics
from helpdesk_tui.rules import incident_stamps as stamps
from helpdesk_tui.rules.incident_facts import DataSet, IncidentFacts
from helpdesk_tui.rules.recovery import recovery_clock
from helpdesk_tui.vocabulary.incidents import STAMPS
from helpdesk_tui.vocabulary.levels import Severity
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

_FACTS: Final = (
    "SELECT i.number, i.nature, i.severity, i.impact_started_at, i.detected_at, i.declared_at, i.acknowledged_at,"
    " i.engaged_at, i.mitigated_at, i.resolved_at, i.closed_at, i.rto, i.rpo, i.rto_from, i.last_good_at, i.recurrence_of,"
    " i.document, s.code, t.merged_into, r.due_at, r.published_at, r.waived_at FROM incident i"
    " JOIN ticket t ON t.number = i.number LEFT JOIN service s ON s.id = t.service_id"
    " LEFT JOIN review r ON r.number = i.number WHERE t.deleted_at IS NULL AND i.declared_at IS NOT NULL"
    " ORDER BY i.number"
)
_KEYS: Final = "SELECT number, identity FROM alert WHERE number IN (SELECT number FROM incident)"
_SENT: Final = "SELECT number, at FROM incident_update ORDER BY number, at"
_CHANGES: Final = (
    "SELECT number, occurred_at, json_extract(document, '$.before'), json_extract(document, '$.after')"
    " FROM incident_entry WHERE kind = 'severity' AND json_extract(document, '$.code') = 'incident.severity'"
    " ORDER BY number, occurred_at, id"
)


def facts(desk: "Desk") -> list[IncidentFacts]:
    """Every declared incident that the actor may know of."""
    keys: dict[int, set[str]] = {}
    for number, identity in desk.store.query(_KEYS):
        keys.setdefault(number, set()).add(identity)
    out = []
    for row in desk.store.query(_FACTS):
        number, nature, severity, *times = row[:11]
        rto, rpo, rto_from, last_good, recurrence_of, document, service, merged, due, published, waived = row[11:]
        if not desk.reading.knows(number):
            continue
        at: dict[str, Instant | None] = dict(zip(STAMPS, times, strict=True))
        over = json.loads(document).get("over", [])
        # Each stretch in which it was over ends with its being open again.
        ends = [*(start for start, _end in over[1:]), at["mitigated"]]
        again = tuple((back, end) for (_start, back), end in zip(over, ends, strict=False))
        clock = recovery_clock(rto, at, rto_from)
        exposure = None if last_good is None or at["impact_started"] is None else at["impact_started"] - last_good
        out.append(
            IncidentFacts(
                number, at["declared"] or 0, severity, service, nature, merged is not None,
                impact_started=at["impact_started"], detected=at["detected"], acknowledged=at["acknowledged"],
                engaged=at["engaged"], mitigated=over[0][0] if over else at["mitigated"], resolved=at["resolved"],
                closed=at["closed"], again=again, rto=rto, rto_from=None if clock is None else clock.begins,
                data_sets=() if rpo is None else (DataSet(rpo, exposure),), keys=frozenset(keys.get(number, ())),
                recurrence_of=recurrence_of, review_due=due, review_published=published,
                review_waived=waived is not None,
            )
        )  # fmt: skip
    return out


def updates(desk: "Desk", known: Iterable[IncidentFacts], start: Instant, end: Instant) -> list[tuple[int, int]]:
    """Of each incident how many inside updates were due by the cadence of its severity, and how many came in time."""
    sent: dict[int, list[Instant]] = {}
    for number, at in desk.store.query(_SENT):
        sent.setdefault(number, []).append(at)
    moved: dict[int, list[tuple[Instant, int, int]]] = {}
    for number, at, before, after in desk.store.query(_CHANGES):
        moved.setdefault(number, []).append((at, int(Severity[before]), int(Severity[after])))
    now, out = desk.now(), []
    for one in known:
        over = min(one.resolved if one.resolved is not None else now, now)
        if not one.counts or one.nature == "backfilled" or over < start or one.declared >= end:
            continue
        changes = moved.get(one.number, [])
        first = changes[0][1] if changes else one.severity
        steps = [(one.declared, first), *((at, after) for at, _before, after in changes)]
        out.append(
            incident_metrics.updates_due(one.declared, over, sent.get(one.number, ()), intervals(steps, one.mitigated))
        )
    return out


def intervals(
    steps: list[tuple[Instant, int]], mitigated: Instant | None, pace: int = 1
) -> list[tuple[Instant, int | None]]:
    """From when on how many seconds may pass between two updates; `steps` tell since when which severity was so."""
    found: list[tuple[Instant, int | None]] = []
    severity = steps[0][1]
    for at, now in sorted({*((at, sev) for at, sev in steps), *([] if mitigated is None else [(mitigated, 0)])}):
        severity = now or severity
        calm = mitigated is not None and at >= mitigated
        inside = stamps.due(severity, 0, mitigated=calm, pace=pace)[0]
        found.append((at, inside))
    return found
