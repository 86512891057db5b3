"""Declared incidents as the facts from which indicators are worked out, and the updates that each of them owed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import derive
from helpdesk_tui.rules import incident_metrics
from helpdesk_tui.rules import incident_stamps as stamps
from helpdesk_tui.rules.incident_facts import Action, DataSet, IncidentFacts, Terms
from helpdesk_tui.rules.response_metrics import Cycle
from helpdesk_tui.rules.spans import Span
from helpdesk_tui.store import lives
from helpdesk_tui.vocabulary.channels import LinkType
from helpdesk_tui.vocabulary.filter_fields import fold
from helpdesk_tui.vocabulary.incidents import STAMPS
from helpdesk_tui.vocabulary.instants import parse_instant
from helpdesk_tui.vocabulary.kinds import Kind
from helpdesk_tui.vocabulary.levels import Priority, Severity
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

SUPPLIER: Final = "awaiting_vendor"
"""The state in which a supplier is waited for."""
_OF_INCIDENT: Final = (
    "number", "nature", "severity", *(f"{name}_at" for name in STAMPS), "rto", "rpo", "rto_from", "last_good_at",
    "recurrence_of", "document",
)  # fmt: skip
_OF_TICKET: Final = (
    "merged_into", "kind", "category", "service_id", "requester_id", "priority", "channel", "language", "cause",
)  # fmt: skip
_OF_REVIEW: Final = ("due_at", "published_at", "waived_at")
_COLUMNS: Final = (*_OF_INCIDENT, *_OF_TICKET, *_OF_REVIEW)
_FACTS: Final = (
    f"SELECT {', '.join(f'i.{c}' for c in _OF_INCIDENT)}, {', '.join(f't.{c}' for c in _OF_TICKET)},"  # sql: constant
    f" {', '.join(f'r.{c}' for c in _OF_REVIEW)} FROM incident i JOIN ticket t ON t.number = i.number"
    " LEFT JOIN review r ON r.number = i.number WHERE t.deleted_at IS NULL AND i.declared_at IS NOT NULL"
    " ORDER BY i.number"
)
_KEYS: Final = "SELECT number, identity FROM alert WHERE number IN (SELECT number FROM incident)"
_CAUSES: Final = "SELECT number, other FROM link WHERE type = ? AND number IN (SELECT number FROM incident)"
_SENT: Final = "SELECT number, at, external <> '' OR external_zh <> '' FROM incident_update ORDER BY number, at"
_FROM: Final = (
    "SELECT number, json_extract(document, '$.cadence_from') FROM incident"
    " WHERE json_extract(document, '$.cadence_from') IS NOT NULL"
)
_CHANGES: Final = (
    "SELECT number, occurred_at, json_extract(document, '$.before'), json_extract(document, '$.after')"
    " FROM incident_entry WHERE kind = 'severity' AND json_extract(document, '$.code') = 'incident.severity'"
    " ORDER BY number, occurred_at, id"
)
_ENDED: Final = (
    "SELECT number, json_extract(document, '$.at') FROM incident_entry WHERE kind = 'stamp'"
    " AND json_extract(document, '$.code') IN ('incident.stamped', 'incident.stamp_moved')"
    " AND json_extract(document, '$.stamp') = 'resolved' ORDER BY id"
)
_ACTIONS: Final = (
    "SELECT number, created_at, due_at, done_at FROM incident_task WHERE kind = 'action' AND number IN"
    " (SELECT value FROM json_each(?)) ORDER BY id"
)
# A change that was approved: it is planned, under way or done.
_APPROVED: Final = ("scheduled", "implementation", "review", "closed")
_PLANNED: Final = (
    "SELECT w.start_at, min(w.end_at, coalesce(w.withdrawn_at, w.end_at)), w.document FROM maintenance_window w"
    " JOIN ticket t ON t.number = w.change_number WHERE t.deleted_at IS NULL AND t.kind = ?1 AND t.state IN"
    " (SELECT value FROM json_each(?2)) AND w.start_at < ?4 AND w.end_at > ?3"
)
_ITEMS: Final = "SELECT c.name, s.code FROM configuration_item c JOIN service s ON s.id = c.service_id"


def facts(desk: "Desk", cycles: Iterable[Cycle] = ()) -> list[IncidentFacts]:
    """Every declared incident that the actor may know of; `cycles` are the callings that tell when people answered again."""
    keys: dict[int, set[str]] = {}
    for number, identity in desk.store.query(_KEYS):
        keys.setdefault(number, set()).add(identity)
    for number, other in desk.store.query(_CAUSES, (LinkType.CAUSED_BY.value,)):
        keys.setdefault(number, set()).add(f"cause:{other}")
    again = _answered_again(cycles)
    rows = [dict(zip(_COLUMNS, found, strict=True)) for found in desk.store.query(_FACTS)]
    rows = [row for row in rows if desk.reading.knows(row["number"])]
    waits = _waits(desk, [row["number"] for row in rows])
    return [
        _facts(desk, row, keys.get(row["number"], set()), again.get(row["number"], ()), waits.get(row["number"], ()))
        for row in rows
    ]


def _facts(
    desk: "Desk", row: Mapping[str, Any], keys: Iterable[str], again: tuple[Span, ...], waits: tuple[Span, ...]
) -> IncidentFacts:
    at: dict[str, Instant | None] = {name: row[f"{name}_at"] for name in STAMPS}
    document = json.loads(row["document"])
    over = document.get("over", [])
    # Each stretch in which it was over ends with its being open again.
    ends = [*(start for start, _end in over[1:]), at["mitigated"]]
    began, last_good = at["impact_started"], row["last_good_at"]
    exposure = None if last_good is None or began is None else max(0, began - last_good)
    declared, acknowledged = at["declared"] or 0, at["acknowledged"]
    plan = desk.policies.current().plan(derive.plan_facts(desk, dict(row)))
    within_hours = None
    if plan is not None and acknowledged is not None and acknowledged >= declared:
        within_hours = plan.calendar.elapsed(declared, acknowledged)
    return IncidentFacts(
        row["number"], declared, row["severity"], desk.directory.service_code(row["service_id"]), row["nature"],
        row["merged_into"] is not None, impact_started=began, impact_latest=document.get("impact_latest"),
        detected=at["detected"], acknowledged=acknowledged, engaged=at["engaged"],
        mitigated=over[0][0] if over else at["mitigated"], resolved=at["resolved"], closed=at["closed"],
        again=tuple((back, end) for (_start, back), end in zip(over, ends, strict=False)), acknowledged_again=again,
        acknowledged_hours=within_hours, waits=waits, share=document.get("share", 1.0), rto=row["rto"],
        rto_from=row["rto_from"],
        data_sets=() if row["rpo"] is None else (DataSet(row["rpo"], exposure, document.get("lost")),),
        cause=fold(row["cause"] or "") or None, keys=frozenset(keys), recurrence_of=row["recurrence_of"],
        review_due=row["due_at"], review_published=row["published_at"], review_waived=row["waived_at"] is not None,
    )  # fmt: skip


def _answered_again(cycles: Iterable[Cycle]) -> dict[int, tuple[Span, ...]]:
    """Of each ticket the callings that were answered after the first answer."""
    found: dict[int, tuple[Span, ...]] = {}
    first: dict[int, Instant] = {}
    for one in sorted(cycles, key=lambda one: (one.number, one.started)):
        if one.acknowledged is None:
            continue
        if one.number in first and one.started >= first[one.number]:
            found[one.number] = (*found.get(one.number, ()), (one.started, one.acknowledged))
        first.setdefault(one.number, one.acknowledged)
    return found


def _waits(desk: "Desk", numbers: Sequence[int]) -> dict[int, tuple[Span, ...]]:
    """When these tickets waited for a supplier, until now where they do."""
    conn, now, ways = desk.store.reader(), desk.now(), derive.ways_of(desk)
    found: dict[int, tuple[Span, ...]] = {}
    for number, told in lives.read(conn, numbers).items():
        if not any(f'"{SUPPLIER}"' in (one.ops or one.first or "") for one in told):
            continue
        since: Instant | None = None
        for event in derive.events_told(number, told, ways):
            if event.state is None:
                continue
            if event.state == SUPPLIER:
                since = event.at if since is None else since
            elif since is not None:
                found[number] = (*found.get(number, ()), (since, event.at))
                since = None
        if since is not None:
            found[number] = (*found.get(number, ()), (since, now))
    return found


def terms(desk: "Desk", known: Iterable[IncidentFacts], start: Instant, end: Instant) -> dict[str, Terms]:
    """What was agreed for the services of these incidents in [start, end): the hours of the service-level target of a
    critical incident of theirs, less maintenance under an approved change."""
    planned = _planned(desk, start, end)
    governing = desk.policies.current()
    found: dict[str, Terms] = {}
    for service in incident_metrics.by_service(known):
        asked = {"kind": Kind.INCIDENT.value, "service": service or None, "priority": int(Priority.CRITICAL)}
        asked |= dict.fromkeys(("category", "organisation", "organisation_kind", "channel", "language"))
        plan = governing.plan({**asked, "vip": False})
        hours = None if plan is None else tuple(plan.calendar.windows(start, end))
        found[service] = Terms(hours, tuple(planned.get(service, ())))
    return found


def _planned(desk: "Desk", start: Instant, end: Instant) -> dict[str, list[Span]]:
    """Maintenance under an approved change, by the services that it names itself or by their items."""
    asked = {"1": Kind.CHANGE.value, "2": json.dumps(_APPROVED), "3": start, "4": end}
    windows = desk.store.query(_PLANNED, asked)
    if not windows:
        return {}
    from helpdesk_tui.rules.event_groups import like_any

    items = desk.store.query(_ITEMS)
    found: dict[str, list[Span]] = {}
    for began, ended, document in windows:
        scope = json.loads(document)
        globs = scope.get("cis", ())
        services = {*scope.get("services", ())}
        if not services:
            services = {code for name, code in items if globs and like_any(name, globs)}
        for service in services:
            found.setdefault(service, []).append((began, ended))
    return found


def actions(desk: "Desk", known: Iterable[IncidentFacts]) -> list[Action]:
    """The follow-up actions of these incidents, as far as they count."""
    numbers = [one.number for one in known if one.counts]
    return [Action(*row) for row in desk.store.query(_ACTIONS, (json.dumps(numbers),))]


def updates(desk: "Desk", known: Iterable[IncidentFacts], *, outside: bool = False) -> list[incident_metrics.Owed]:
    """The updates that these incidents owed by the cadence of their severity: to people inside, or outside."""
    sent: dict[int, list[Instant]] = {}
    for number, at, published in desk.store.query(_SENT):
        if published or not outside:
            sent.setdefault(number, []).append(at)
    moved: dict[int, list[tuple[Instant, int, int]]] = {}
    for number, at, before, after in desk.store.query(_CHANGES):
        moved.setdefault(number, []).append((at, int(Severity[before]), int(Severity[after])))
    ended: dict[int, list[Instant]] = {}
    for number, at in desk.store.query(_ENDED):
        ended.setdefault(number, []).append(parse_instant(at, 0))
    now, since = desk.now(), dict(desk.store.query(_FROM))
    out: list[incident_metrics.Owed] = []
    for one in known:
        if not one.counts or one.nature == "backfilled":
            continue
        changes = moved.get(one.number, [])
        first = changes[0][1] if changes else one.severity
        severities = [(one.declared, first), *((at, after) for at, _before, after in changes)]
        # Who was paged before it was declared owed no word until then.
        begun = since.get(one.number, one.declared)
        for start, mitigated, over in _stretches(one, begun, ended.get(one.number, ()), now):
            before = [severity for at, severity in severities if at <= start]
            steps = [(start, before[-1] if before else first), *(step for step in severities if step[0] > start)]
            paces = intervals(steps, mitigated, outside=outside)
            out += incident_metrics.updates_owed(start, min(over, now), sent.get(one.number, ()), paces)
    return out


def _stretches(
    one: IncidentFacts, begun: Instant, ended: Sequence[Instant], now: Instant
) -> list[tuple[Instant, Instant | None, Instant]]:
    """Each time that it was open: from when, mitigated when, and until when people had to be told."""
    begins = [begun, *(back for back, _end in one.again)]
    mended = [one.mitigated, *(end for _back, end in one.again)]
    found: list[tuple[Instant, Instant | None, Instant]] = []
    for place, (start, mitigated) in enumerate(zip(begins, mended, strict=True)):
        if place + 1 == len(begins):
            found.append((start, mitigated, now if one.resolved is None else one.resolved))
            continue
        back = begins[place + 1]
        told = [at for at in ended if start <= at <= back]
        found.append((start, mitigated, told[-1] if told else back if mitigated is None else mitigated))
    return found


def intervals(
    steps: list[tuple[Instant, int]], mitigated: Instant | None, pace: int = 1, *, outside: bool = False
) -> list[tuple[Instant, int | None]]:
    """From when on how many seconds may pass between two updates; `steps` tell since when which severity was so.

    `pace` is how much faster than real a drill runs; `outside`: to people outside.
    """
    found: list[tuple[Instant, int | None]] = []
    severity = steps[0][1]
    for at, now in sorted({*((at, sev) for at, sev in steps), *([] if mitigated is None else [(mitigated, 0)])}):
        severity = now or severity
        calm = mitigated is not None and at >= mitigated
        found.append((at, stamps.due(severity, 0, mitigated=calm, pace=pace)[outside]))
    return found
