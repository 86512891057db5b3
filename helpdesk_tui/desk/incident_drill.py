"""Drills: a scenario is played in a war room of its own, tells nobody outside, counts nowhere, and is scored."""

import json
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import incident_rows as rows
from helpdesk_tui.desk import incident_show
from helpdesk_tui.desk.incident_facts import intervals
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object
from helpdesk_tui.rules import drill as rules
from helpdesk_tui.rules import incident_metrics
from helpdesk_tui.rules.toml_form import parse_form
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Row
from helpdesk_tui.vocabulary.errors import Conflict, Usage
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import parse_instant
from helpdesk_tui.vocabulary.kinds import Phase
from helpdesk_tui.vocabulary.levels import Severity
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Draft, Work

MARK: Final = "DRILL 演练: "
"""Before the title of a drill's ticket, so that it is seen wherever the ticket is named, by readers of either language."""
SOURCE: Final = "scenario"
_HELD: Final = "SELECT DISTINCT role FROM incident_role WHERE number = ? AND accepted_at IS NOT NULL"


def begin(work: "Work", draft: "Draft", scenario: dict[str, Any]) -> None:
    """Keep the scenario with its incident, and play what happens at its beginning."""
    row = rows.declared(work, draft)
    kept = json.loads(row["document"]) | {"drill": scenario}
    row = rows.put(draft, rows.INCIDENT, row, {"document": journal.canonical(kept)})
    play(work, draft, row)


def play(work: "Work", draft: "Draft", row: Row) -> bool:
    """Play every event of a drill that is due, each at its own instant; whether there was one."""
    kept = json.loads(row["document"])
    scenario, began = kept.get("drill"), row["declared_at"]
    if scenario is None or began is None:
        return False
    before, at = scenario["played"], rules.next_at(scenario, began)
    while at is not None and at <= work.now:
        event = scenario["events"][scenario["played"]]
        rows.say(work, draft, event["kind"], event["text"], at=at, source=SOURCE)
        scenario["played"] += 1
        at = rules.next_at(scenario, began)
    rows.put(draft, rows.INCIDENT, row, {"document": journal.canonical(kept), "drill_at": at})
    return bool(scenario["played"] > before)


class Drills(Noun):
    """Drills."""

    @verb("incident.drill", Permission.INCIDENT_DECLARE)
    def drill(self, text: str, *, pace: int | None = None) -> Object:
        """Begin a drill from a scenario (TOML): its events are played by the timers, `pace` times faster than real.

        Nobody outside the program is told, no indicator counts it, its title says what it is. See `incident_show.whole`.
        Raises Invalid with line and key.
        """
        scenario = parse_form(text, rules.Scenario)
        if pace is not None:
            if not 1 <= pace <= 1_000:
                raise Usage(
                    N_("{field}: {value} must be from {low} to {high}"), field="pace", value=pace, low=1, high=1_000
                )
            scenario = scenario.model_copy(update={"pace": pace})
        desk = self.desk
        about = {"service_id": desk.services.service(scenario.service).id} if scenario.service else {}
        with desk.work("incident.drill") as work:
            draft = desk.incidents._opened(work, f"{MARK}{scenario.title}", **about)
            wanted = Severity[scenario.severity]
            seen: dict[str, Instant | None] = {"impact_started": work.now, "detected": work.now}
            desk.incidents._declare(work, draft, wanted, "drill", seen, scenario.pace)
            begin(work, draft, scenario.kept())
        return incident_show.whole(desk, draft.number)

    @verb("incident.score", Permission.NOTE_READ, reads=True)
    def score(self, number: int) -> Object:
        """How a drill was answered, as it stands: `{"number", "pace", "percent", "played", "events", "parts": [{"what",
        "points", "of", "target", "actual"}]}`; times are seconds of the scenario. Raises Conflict for what is no drill."""
        room = incident_show.whole(self.desk, number, 1)
        kept = json.loads(self.desk.store.query("SELECT document FROM incident WHERE number = ?", (number,))[0][0])
        scenario = kept.get("drill")
        if scenario is None:
            raise Conflict(N_("{ref} is no drill with a scenario"), ref=room["ref"])
        now = self.desk.now()
        stamps = {name: None if at is None else parse_instant(at, 0) for name, at in room["stamps"].items()}
        roles = [role for (role,) in self.desk.store.query(_HELD, (number,))]
        over = sum(step["state"] in ("done", "skipped") for step in room["steps"])
        found = rules.score(
            scenario, stamps, rto=room["recovery"]["rto"], rto_met=room["recovery"]["rto_met"],
            updates=_updates(room, stamps, now), roles=roles, steps=(len(room["steps"]), over), now=now,
        )  # fmt: skip
        return {
            "number": number,
            "pace": scenario["pace"],
            "percent": found.percent,
            "played": scenario["played"],
            "events": len(scenario["events"]),
            "parts": [part.data() for part in found.parts],
        }


def _updates(room: Object, stamps: dict[str, Instant | None], now: Instant) -> tuple[int, int]:
    declared = stamps["declared"]
    if declared is None:
        return 0, 0
    sent = sorted(parse_instant(one["at"], 0) for one in room["updates"])
    steps = intervals([(declared, int(room["severity"][3:]))], stamps["mitigated"], room["pace"])
    return incident_metrics.updates_due(declared, stamps["resolved"] or now, sent, steps)


def over(draft: "Draft") -> bool:
    """Whether nothing is played any more."""
    return bool(draft["phase"] >= Phase.RESOLVED)
