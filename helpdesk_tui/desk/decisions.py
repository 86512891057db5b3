"""The rules applied to a ticket, and their decisions kept with what is needed to reach them again.

A decision is one reason of the entry: `{"code": "decision", "decision": …, "policy": version, "inputs": …,
"outcome": …}`. Texts are not repeated there: `inputs` of a classification refer to the ticket's own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.rules import demand as demands
from helpdesk_tui.rules import priority as priorities
from helpdesk_tui.rules import routing
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Settled
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.levels import Level, Priority
from helpdesk_tui.vocabulary.reasons import register

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.desk.directory import PersonFacts
    from helpdesk_tui.desk.policybox import Governing
    from helpdesk_tui.desk.work import Draft, Work
    from helpdesk_tui.rules.classify import Classification, ClassifyInput, CompiledPolicy

register({"decision": N_("{decision} decided by version {policy} of the policy")})

# Columns that the priority follows.
PRIORITY_COLUMNS: Final = frozenset(
    {"impact", "urgency", "service_id", "requester_id", "affected_users", "severity", "major"}
)
CLASSIFICATION: Final = "classification"
PRIORITY: Final = "priority"
ROUTING: Final = "routing"
DEMAND: Final = "demand"


def canonical(data: Any) -> str:
    """JSON in the one form in which decisions are compared, the journal's: sorted keys, no blanks."""
    return journal.canonical(data)


def kept(decision: str, version: int, outcome: dict[str, Any], inputs: dict[str, Any] | None = None) -> dict[str, Any]:
    """A decision as a reason of the journal."""
    reason: dict[str, Any] = {"code": "decision", "decision": decision, "policy": version, "outcome": outcome}
    if inputs is not None:
        reason["inputs"] = inputs
    return reason


# -- classification ------------------------------------------------------------------------------------------------


def classification_inputs(
    draft: "Draft | Mapping[str, Any]", requester: "PersonFacts | None", given: dict[str, str | None]
) -> dict[str, Any]:
    """What classification looks at beside the texts; only what is not empty."""
    facts: dict[str, Any] = {
        "requester_vip": bool(requester and requester.vip),
        "organisation": requester.organisation if requester else None,
        "organisation_kind": requester.organisation_kind if requester else None,
        "channel": draft["channel"],
        "service": given.get("service"),
        "kind": given.get("kind"),
    }
    return {key: value for key, value in facts.items() if value}


def run_classification(
    governing: "Governing", title: str, description: str, inputs: dict[str, Any]
) -> "Classification":
    """Classify texts with stored (or fresh) inputs under one version of the policy."""
    given, classified = _classifier()
    return classified(governing.compiled, given(title, description, **inputs))


@cache
def _classifier() -> "tuple[type[ClassifyInput], Callable[[CompiledPolicy, ClassifyInput], Classification]]":
    # Reading a ticket must not cost what compiling a policy costs.
    from helpdesk_tui.rules.classify import ClassifyInput, classify

    return ClassifyInput, classify


@dataclass(slots=True)
class Judged:
    """A classification with what it was reached from: it holds for these texts and inputs under this policy."""

    governing: "Governing"
    title: str
    description: str
    inputs: dict[str, Any]
    found: "Classification"
    reason: Settled


def judge(
    governing: "Governing", title: str, description: str, inputs: dict[str, Any], *, brief: bool = False
) -> Judged:
    """Classify texts and write the decision down, in the form the journal keeps.

    `brief`: nobody will read the reason but the journal, so that its dictionary is spared the outcome.
    """
    found = run_classification(governing, title, description, inputs)
    # The very bytes that encoding the reason would give, put together from parts that were encoded before.
    encoded = (
        f'{{"code":"decision","decision":"{CLASSIFICATION}","inputs":{canonical(inputs)},'
        f'"outcome":{found.canonical()},"policy":{governing.version}}}'
    )
    outcome = {} if brief else found.data()
    reason = Settled(kept(CLASSIFICATION, governing.version, outcome, inputs), encoded)
    return Judged(governing, title, description, inputs, found, reason)


def classify(
    work: "Work", draft: "Draft", given: dict[str, str | None] | None = None, foreseen: Judged | None = None
) -> dict[str, Any]:
    """Classify a draft and keep the decision; the proposed columns (kind, category, service, levels, language).

    `foreseen` was reached before the work began, and is taken where it holds for this draft.
    """
    desk = work.desk
    governing = desk.policies.current()
    inputs = classification_inputs(draft, desk.directory.person(draft["requester_id"]), given or {})
    asked = (draft["title"], draft["description"] or "", inputs)
    judged = foreseen
    if (
        judged is None
        or judged.governing is not governing
        or (judged.title, judged.description, judged.inputs) != asked
    ):
        judged = judge(governing, *asked)
    draft.because(judged.reason)
    draft.set(policy_version=governing.version)
    return proposed_columns(work, judged.found)


def proposed_columns(work: "Work", found: "Classification") -> dict[str, Any]:
    """A classification as columns."""
    columns: dict[str, Any] = {
        "kind": found.kind.value,
        "category": found.category,
        "impact": int(found.impact),
        "urgency": int(found.urgency),
        "language": found.language if found.language != "other" else None,
    }
    if found.service is not None:
        columns["service_id"] = work.desk.directory.service_id(found.service)
    return columns


# -- priority ------------------------------------------------------------------------------------------------------


def prioritise(work: "Work", draft: "Draft") -> None:
    """Let the matrix and its steps decide the priority, unless it is pinned by hand."""
    if draft["pinned"]:
        return
    desk = work.desk
    governing = desk.policies.current()
    service = desk.directory.services().get(draft["service_id"])
    requester = desk.directory.person(draft["requester_id"])
    facts = (
        draft["impact"],
        draft["urgency"],
        service.criticality if service else None,
        bool(requester and requester.vip),
        draft["affected_users"],
        draft["severity"],
    )
    known: tuple[int, Settled] | None = governing.memo.get((PRIORITY, *facts))
    if known is None:
        found = priorities.prioritise(governing.policy, Level(facts[0]), Level(facts[1]), *facts[2:])
        reason = Settled(kept(PRIORITY, governing.version, found.data()))
        known = governing.remember((PRIORITY, *facts), (int(found.priority), reason))
    draft.set(priority=known[0], policy_version=governing.version)
    draft.ground = known[0]
    draft.because(known[1])


def pin(work: "Work", draft: "Draft", priority: Priority) -> None:
    """Fix the priority by hand. The reason a person gave stands beside the decision, where it can be erased."""
    found = priorities.pinned(priority, "-")
    draft.set(priority=int(priority), pinned=True)
    draft.because(kept(PRIORITY, work.desk.policies.current().version, found.data()))


# -- routing -------------------------------------------------------------------------------------------------------


def route(work: "Work", draft: "Draft", *, person: bool) -> tuple[int | None, int | None]:
    """Team and (with `person`) assignee by the policy; the decision is kept. Ids, each may be None."""
    desk = work.desk
    governing = desk.policies.current()
    facts = _route_facts(work, draft)
    known: tuple[int | None, Settled] | None = None if person else desk.directory.memo.get(facts)
    if known is not None:
        draft.because(known[1])
        return known[0], None
    ticket = route_input(work.desk, draft)
    choice = routing.choose_team(governing.policy, ticket)
    candidates: list[routing.Candidate] = []
    team = next((t for t in desk.directory.teams().values() if t.code == choice.team), None)
    if person and team is not None and choice.strategy != routing.MANUAL:
        candidates = _candidates(work, team.id, team.code)
        ticket = _with_memory(work, draft, ticket, team.id, team.code, choice.strategy)
    found = routing.route(governing.policy, ticket, candidates)
    reason = kept(ROUTING, governing.version, found.data())
    if not person:
        # Without people to choose from, the team follows from these facts alone.
        settled = Settled(reason)
        desk.directory.memo[facts] = (team.id if team else None, settled)
        reason = settled
    draft.because(reason)
    return (team.id if team else None), found.assignee


def _route_facts(work: "Work", draft: "Draft") -> tuple[Any, ...]:
    """Everything on which the choice of a team depends beside the directory: the policy and the ticket's facts."""
    directory = work.desk.directory
    requester = directory.person(draft["requester_id"])
    return (
        ROUTING,
        work.desk.policies.current().version,
        draft["kind"],
        draft["category"],
        draft["service_id"],
        draft["priority"],
        requester.organisation if requester else None,
        requester.organisation_kind if requester else None,
        bool(requester and requester.vip),
        draft["channel"],
        draft["language"],
    )


def route_input(desk: "Desk", draft: "Draft | Mapping[str, Any]") -> routing.RouteInput:
    """What routing asks about a ticket, given its row or draft."""
    directory = desk.directory
    governing = desk.policies.current()
    service = directory.services().get(draft["service_id"])
    requester = directory.person(draft["requester_id"])
    teams = directory.teams().values()
    named = {t.code for t in governing.policy.teams}
    active = frozenset(t.code for t in teams if t.active)
    # Only what differs from the policy is an input, so that decisions stay small.
    strategies = {t.code: t.strategy for t in teams if t.strategy != governing.policy.routing.strategy}
    return routing.RouteInput(
        kind=draft["kind"],
        category=draft["category"],
        service=service.code if service else None,
        service_team=directory.team_code(service.team_id) if service else None,
        priority=Priority(draft["priority"]),
        organisation=requester.organisation if requester else None,
        organisation_kind=requester.organisation_kind if requester else None,
        channel=draft["channel"],
        language=draft["language"],
        vip=bool(requester and requester.vip),
        teams=None if named <= active else active,
        strategies=strategies,
    )


def _candidates(work: "Work", team_id: int, code: str) -> list[routing.Candidate]:
    rows = work.rows(
        "SELECT p.id, p.active, p.capacity, (SELECT coalesce(sum(n), 0) FROM tally x WHERE x.assignee_id = p.id AND x.phase < 3),"
        " EXISTS (SELECT 1 FROM presence x WHERE x.person_id = p.id AND x.number = 0 AND x.activity = 'away')"
        " FROM team_member m JOIN person p ON p.id = m.person_id WHERE m.team_id = ? ORDER BY p.id",
        (team_id,),
    )
    skills: dict[int, dict[str, int]] = {}
    for person, skill, level in work.rows(
        "SELECT s.person_id, s.skill, s.level FROM person_skill s JOIN team_member m ON m.person_id = s.person_id"
        " WHERE m.team_id = ?",
        (team_id,),
    ):
        skills.setdefault(person, {})[skill] = level
    return [
        routing.Candidate(r[0], frozenset({code}), skills.get(r[0], {}), bool(r[1]), bool(r[4]), int(r[3]), int(r[2]))
        for r in rows
    ]


def _with_memory(
    work: "Work", draft: "Draft", ticket: routing.RouteInput, team_id: int, code: str, strategy: str
) -> routing.RouteInput:
    """The input with what the strategy remembers: who got the team's last ticket, who handled this requester's last."""
    from dataclasses import replace

    if strategy == routing.ROUND_ROBIN:
        last = work.rows(
            "SELECT assignee_id FROM ticket WHERE team_id = ? AND assignee_id IS NOT NULL ORDER BY number DESC LIMIT 1",
            (team_id,),
        )
        return replace(ticket, last_assigned={code: last[0][0]}) if last else ticket
    if strategy == "last_handler" and draft["requester_id"] is not None:
        last = work.rows(
            "SELECT assignee_id FROM ticket WHERE requester_id = ? AND assignee_id IS NOT NULL AND sensitive IS NULL"
            " AND (category = ? OR service_id = ?) ORDER BY number DESC LIMIT 1",
            (draft["requester_id"], draft["category"], draft["service_id"]),
        )
        return replace(ticket, last_handler=last[0][0]) if last else ticket
    return ticket


# -- demand --------------------------------------------------------------------------------------------------------


def demand(
    work: "Work", draft: "Draft", business_impact: int, likelihood: int, benefit: int, reach: int, effort: int
) -> None:
    """Score a demand and set its MoSCoW class."""
    governing = work.desk.policies.current()
    found = demands.assess(governing.policy, business_impact, likelihood, benefit, reach, effort)
    draft.set(moscow=found.moscow.value, demand=canonical(found.data()), policy_version=governing.version)
    draft.because(kept(DEMAND, governing.version, found.data()))
