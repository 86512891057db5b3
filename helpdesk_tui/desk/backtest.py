"""A backtest: stored tickets decided once by the policy in force and once by a candidate, and what differs.

Both decide from the same inputs: the text a ticket was opened with and the facts kept with its classification. What a
person set by hand stays by hand on both sides, so that the difference is the policy's alone.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import decisions
from helpdesk_tui.desk.derive import is_agent, measure
from helpdesk_tui.desk.dynamic import Around, concerned, lift_of
from helpdesk_tui.desk.history import events, standing
from helpdesk_tui.desk.policybox import Governing
from helpdesk_tui.desk.shapes import Object, Progress, when
from helpdesk_tui.rules import priority as priorities
from helpdesk_tui.rules import routing
from helpdesk_tui.rules.dynamic import decide
from helpdesk_tui.rules.sla import columns as clock_columns
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Entry, Row
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.levels import Level, Priority
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.desk.directory import PersonFacts

CLASSIFIED: Final = ("kind", "category", "service", "impact", "urgency")
CLOCKS: Final = ("sla_target", "response_due", "update_due", "resolution_due", "sla_result")
FIELDS: Final = (*CLASSIFIED, "priority", "team", *CLOCKS)
_TOP: Final = 20
_CHUNK: Final = 200


@dataclass(slots=True)
class _Tally:
    """What changed in one field, with the first tickets of each change."""

    changes: Counter[tuple[Any, Any]] = field(default_factory=Counter)
    examples: dict[tuple[Any, Any], list[Object]] = field(default_factory=dict)

    def add(self, change: tuple[Any, Any], example: Object, most: int) -> None:
        self.changes[change] += 1
        kept = self.examples.setdefault(change, [])
        if len(kept) < most:
            kept.append(example)

    def data(self) -> Object:
        top = sorted(self.changes.items(), key=lambda item: (-item[1], str(item[0])))[:_TOP]
        return {
            "changed": sum(self.changes.values()),
            "changes": [{"before": b, "after": a, "n": n} for (b, a), n in top],
            "examples": [example for change, _n in top for example in self.examples[change]],
        }


@dataclass(frozen=True, slots=True)
class _Case:
    """One ticket as both policies see it."""

    row: Row
    entries: list[Entry]
    title: str
    description: str
    inputs: dict[str, Any]
    requester: "PersonFacts | None"


def run(
    desk: "Desk", candidate: Governing, numbers: list[int], examples: int, progress: Progress | None = None
) -> Object:
    """Replay these tickets: `{"policy", "tickets", "changed", "fields": {name: {"changed", "changes", "examples"}}}`.

    The examples are the first tickets of each change, so many of each.
    """
    base = desk.policies.current()
    ours, theirs = (Around(desk, governing, desk.store.reader()) for governing in (base, candidate))
    found = {name: _Tally() for name in FIELDS}
    tickets = changed = 0
    for case in _cases(desk, numbers, progress):
        tickets += 1
        usual = _classified(base, case)
        before = _decide(ours, case, usual, usual)
        after = _decide(theirs, case, usual, _classified(candidate, case))
        different = [name for name in FIELDS if before[name] != after[name]]
        changed += bool(different)
        for name in different:
            number = case.row["number"]
            shown = {
                "number": number,
                "ref": ref(case.row["kind"], number),
                "before": before[name],
                "after": after[name],
            }
            # Instants differ from ticket to ticket: counting their pairs would tell nothing.
            change = ("-", "-") if name.endswith("_due") else (before[name], after[name])
            found[name].add(change, shown, examples)
    fields = {name: tally.data() for name, tally in found.items() if tally.changes}
    return {"policy": base.version, "tickets": tickets, "changed": changed, "fields": fields}


def _cases(desk: "Desk", numbers: list[int], progress: Progress | None) -> Iterator[_Case]:
    from helpdesk_tui.store.apply import fetch

    for done, number in enumerate(numbers, 1):
        conn = desk.store.reader()
        row = fetch(conn, "ticket", (number,))
        entries = [*journal.read(conn, journal.OF_SUBJECT, ("ticket", number))]
        if row is not None and entries:
            yield _case(desk, row, entries)
        if progress is not None and (done % _CHUNK == 0 or done == len(numbers)):
            progress(done, len(numbers))


def _case(desk: "Desk", row: Row, entries: list[Entry]) -> _Case:
    opened: Row = {}
    inputs: dict[str, Any] | None = None
    for entry in entries:
        for change in entry.rows:
            if change.table == "ticket" and change.before is None and change.after is not None and not opened:
                opened = change.after
        for reason in entry.reasons:
            if reason.get("decision") == decisions.CLASSIFICATION and inputs is None:
                inputs = reason.get("inputs")
    requester = desk.directory.person(row["requester_id"])
    if inputs is None:
        # Brought in as a fact, never judged: its present facts stand in.
        facts = {
            "requester_vip": bool(requester and requester.vip),
            "organisation": requester.organisation if requester else None,
            "organisation_kind": requester.organisation_kind if requester else None,
            "channel": row["channel"],
        }
        inputs = {key: value for key, value in facts.items() if value}
    title = opened.get("title") or row["title"]
    return _Case(row, entries, title, opened.get("description") or "", inputs, requester)


def _classified(governing: Governing, case: _Case) -> dict[str, str | None]:
    return decisions.run_classification(governing, case.title, case.description, case.inputs).values()


def _decide(around: Around, case: _Case, usual: dict[str, str | None], found: dict[str, str | None]) -> Object:
    """Every field as this policy decides it; `usual` is what the policy in force makes of the text, `found` this one."""
    desk, governing, row = around.desk, around.governing, case.row
    stored = {
        "kind": row["kind"],
        "category": row["category"],
        "service": desk.directory.service_code(row["service_id"]),
        "impact": Level(row["impact"]).code,
        "urgency": Level(row["urgency"]).code,
    }
    # A value that the policy in force would not have given was set by hand (or imported): it stays.
    facts = {name: found[name] if stored[name] == usual[name] else stored[name] for name in CLASSIFIED}
    priority = _priority(desk, governing, case, facts)
    out: Object = {name: found[name] for name in CLASSIFIED}
    out["team"] = _team(desk, governing, case, facts, priority)
    clocks, due = _clocks(desk, governing, case, facts, priority)
    if (lifted := _lifted(around, case, facts, priority, due)) != priority:
        priority, (clocks, _due) = lifted, _clocks(desk, governing, case, facts, lifted)
    out["priority"] = priority.code
    out.update(clocks)
    return out


def _lifted(around: Around, case: _Case, facts: Object, priority: Priority, due: Instant | None) -> Priority:
    """The priority with what happens around the ticket now, from where that lifts it by now."""
    row = {**case.row, "kind": facts["kind"], "service_id": _service_id(around.desk, facts["service"])}
    if not concerned(around.governing, row):
        return priority
    now = around.desk.now()
    known = around.facts(row, priority, lift_of(row), due, now)
    return decide(around.governing.policy.dynamic, known, now).priority


def _service_id(desk: "Desk", code: str | None) -> int | None:
    return next((s.id for s in desk.directory.services().values() if s.code == code), None)


def _priority(desk: "Desk", governing: Governing, case: _Case, facts: Object) -> Priority:
    row = case.row
    if row["pinned"]:
        return Priority(row["priority"])
    service = desk.directory.services().get(_service_id(desk, facts["service"]))  # type: ignore[arg-type]
    criticality = service.criticality if service else None
    if service is None and facts["service"] is not None:
        planned = governing.policy.service(facts["service"])
        criticality = planned.criticality_level if planned else None
    return priorities.prioritise(
        governing.policy,
        Level[facts["impact"].upper()],
        Level[facts["urgency"].upper()],
        criticality,
        bool(case.requester and case.requester.vip),
        row["affected_users"],
        row["severity"],
    ).priority


def _team(desk: "Desk", governing: Governing, case: _Case, facts: Object, priority: Priority) -> str | None:
    service = desk.directory.services().get(_service_id(desk, facts["service"]))  # type: ignore[arg-type]
    owner = desk.directory.team_code(service.team_id) if service else None
    if service is None and facts["service"] is not None:
        planned = governing.policy.service(facts["service"])
        owner = planned.team if planned else None
    inactive = {t.code for t in desk.directory.teams().values() if not t.active}
    known = {t.code for t in desk.directory.teams().values()} | {t.code for t in governing.policy.teams}
    requester = case.requester
    ticket = routing.RouteInput(
        kind=facts["kind"],
        category=facts["category"],
        service=facts["service"],
        service_team=owner,
        priority=priority,
        organisation=requester.organisation if requester else None,
        organisation_kind=requester.organisation_kind if requester else None,
        channel=case.row["channel"],
        language=case.row["language"],
        vip=bool(requester and requester.vip),
        teams=frozenset(known - inactive),
    )
    return routing.choose_team(governing.policy, ticket).team


def _clocks(
    desk: "Desk", governing: Governing, case: _Case, facts: Object, priority: Priority
) -> tuple[Object, Instant | None]:
    """What this policy makes of the clocks, and when the resolution is due by it."""
    row = {
        **case.row,
        "kind": facts["kind"],
        "category": facts["category"],
        "service_id": _service_id(desk, facts["service"]),
        "priority": int(priority),
    }
    history = events(standing(case.entries), row["number"], governing.policy, lambda who: is_agent(desk, who))
    found = measure(desk, governing, row, history, desk.now())
    if found is None:
        return dict.fromkeys(CLOCKS), None
    plan, result = found
    columns = asdict(clock_columns(result))
    told = {
        "sla_target": plan,
        "response_due": when(columns["response_due_at"]),
        "update_due": when(columns["update_due_at"]),
        "resolution_due": when(columns["resolution_due_at"]),
        "sla_result": columns["sla_run"],
    }
    return told, columns["resolution_due_at"]
