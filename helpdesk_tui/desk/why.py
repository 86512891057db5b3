"""Why a ticket is as it is: what holds the present value of every automatic field, checked against its stored inputs.

A value follows from the latest decision of the rules, or somebody (or something) set it since; what a decision says of
other fields, or of a value that holds no more, is no reason of the present one.
"""

from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import decisions, derive, dynamic, masking, why_lift
from helpdesk_tui.desk.decisions import CLASSIFICATION, DEMAND, PRIORITY, ROUTING, canonical
from helpdesk_tui.desk.history import fold, standing
from helpdesk_tui.rules import demand as demands
from helpdesk_tui.rules import priority as priorities
from helpdesk_tui.rules import routing
from helpdesk_tui.rules.sla_explain import explain as explain_sla
from helpdesk_tui.store.changes import Entry, Row
from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.reasons import Reason, register, sentence

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

register(
    {
        "why.by_hand": N_("{field} was set by hand: {verb} by {actor} at {at}"),
        "why.imported": N_("{field} came with an import: {verb} by {actor} at {at}"),
        "why.by_itself": N_("{field} was set without a person: {verb} at {at}"),
        "why.nothing": N_("{field}: nothing was decided; it is as it was given"),
        "why.changed_since": N_(
            "the stored inputs no longer lead to the stored decision; the policy or the text was erased"
        ),
    }
)

# Which decision stands behind a field.
DECIDED: Final[dict[str, str]] = {
    "kind": CLASSIFICATION, "category": CLASSIFICATION, "service": CLASSIFICATION, "impact": CLASSIFICATION,
    "urgency": CLASSIFICATION, "language": CLASSIFICATION, "priority": PRIORITY, "team": ROUTING,
    "assignee": ROUTING, "moscow": DEMAND,
}  # fmt: skip
_GIVEN: Final = frozenset({"given"})
# What an entry may say of a field that it set without a decision.
_TELLING: Final = {
    "priority": _GIVEN | {"escalation.raised"},
    "kind": _GIVEN | {"kind.changed"},
}
_COLUMN: Final = {"service": "service_id", "team": "team_id", "assignee": "assignee_id"}
SLA_FIELDS: Final = ("sla", "sla_state", "response_due_at", "update_due_at", "resolution_due_at", "due")
FIELDS: Final = (*DECIDED, "sla")


def explain(desk: "Desk", entries: list[Entry], field: str | None) -> list[dict[str, Any]]:
    """One object a field: value, who or what set it last (`set`: seq, at, actor, verb, origin), the decision behind it
    (`policy` is its version, null where the value is not the decision's), the reasons that hold the present value with
    English sentences, what would change it, and whether the decision's stored inputs still lead to it. A priority also
    has `dynamic`: what lifts it (`why_lift.told`), whose reasons follow the others."""
    wanted = [field] if field else list(FIELDS)
    for name in wanted:
        if name not in DECIDED and name not in SLA_FIELDS:
            raise Invalid(
                N_("{field} is not decided by rules; ask about: {known}"), field=name, known=", ".join(FIELDS)
            )
    stand = standing(entries)
    out = []
    for name in wanted:
        if name in SLA_FIELDS:
            out.append(_sla(desk, stand, name))
        else:
            out.append(_decided(desk, stand, name, entries))
    return out


def _last_decision(entries: list[Entry], decision: str) -> tuple[Entry, dict[str, Any]] | None:
    for entry in reversed(entries):
        for reason in reversed(entry.reasons):
            if reason.get("code") == "decision" and reason.get("decision") == decision:
                return entry, reason
    return None


def _last_set(entries: list[Entry], column: str, *, only_ground: bool = False) -> Entry | None:
    """The entry that gave a column its present value; None where it has stood since the ticket was opened, unset.

    `only_ground`: without those that only lifted a priority, or let it go back.
    """
    for entry in reversed(entries):
        if only_ground and why_lift.only_lifts(entry):
            continue
        for change in entry.rows:
            if change.table == "ticket" and change.after is not None and column in change.after:
                return entry
    return None


def _sentences(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**r, "sentence": sentence(r, english=True)} for r in reasons]


def _decided(desk: "Desk", entries: list[Entry], name: str, written: list[Entry]) -> dict[str, Any]:
    from helpdesk_tui.desk.forms import Namer

    namer = Namer(desk.store.reader(), masking.veil(desk))
    column = _COLUMN.get(name, name)
    row = desk.reading.facts(written[0].subject)
    value = namer.value(column, row.get(column))
    found = _last_decision(entries, DECIDED[name])
    lift = None
    if name == "priority":
        # What happens around the ticket is told beside what the rules decided, which is the ground it stands on.
        lift = why_lift.told(desk, entries, row)
        row = {**row, "priority": dynamic.ground_of(row)}
    last = _last_set(entries, column, only_ground=name == "priority")
    latest = _last_set(entries, column)
    by = None if latest is None else _deed(latest, namer)
    result: dict[str, Any] = {"field": name, "value": value, "decision": DECIDED[name], "set": by}
    value = namer.value(column, row.get(column))
    told = _set_by(name, last, namer) if last is not None and value is not None else []
    if found is None:
        told = told or [Reason("why.nothing", {"field": name}).data()]
        answer = result | {"policy": None, "reasons": _sentences(told), "would_change": [], "reproduced": None}
        return _with_lift(answer, lift) if name == "priority" else answer
    entry, kept = found
    reasons, would, same = _recall(desk, written, entry, kept)
    holds = _holds(desk, kept, name, row.get(column), value, last, entry)
    if holds:
        told = [_narrowed(r, name) for r in _given(reasons, entry) if concerns(r, name)]
    told = told or [Reason("why.nothing", {"field": name}).data()]
    if not same:
        told.append(Reason("why.changed_since").data())
    if lift is not None and lift["steps"]:
        would = [each for each in why_lift.above(desk, would, lift["steps"]) if each["priority"] != result["value"]]
    answer = result | {
        "policy": kept["policy"] if holds or not same else None,
        "at": iso(entry.at),
        "reasons": _sentences(namer.reasons(told)),
        "would_change": _sentences(would) if holds else [],
        "reproduced": same,
    }
    return _with_lift(answer, lift) if name == "priority" else answer


def _with_lift(answer: dict[str, Any], lift: dict[str, Any] | None) -> dict[str, Any]:
    """A priority's answer with what lifts it: `dynamic` (null where nothing does or would), and its reasons."""
    if lift is None:
        return answer | {"dynamic": None}
    return answer | {
        "reasons": answer["reasons"] + lift["reasons"],
        "would_change": answer["would_change"] + lift["would_change"],
        "reproduced": False if lift["reproduced"] is False else answer["reproduced"],
        "dynamic": {key: value for key, value in lift.items() if key not in ("reasons", "would_change")},
    }


def _deed(entry: Entry, namer: Any) -> dict[str, Any]:
    """Who or what gave a field its value, and when."""
    return {
        "seq": entry.seq,
        "at": iso(entry.at),
        "actor": namer.person(entry.actor_id) or "desk",
        "verb": entry.verb,
        "origin": entry.origin,
    }


def _holds(
    desk: "Desk", kept: dict[str, Any], name: str, raw: Any, value: Any, last: Entry | None, decided: Entry
) -> bool:
    """Whether the present value is the decision's: nobody set it since, and it says the same."""
    if last is not None and last is not decided and (last.seq or 0) > (decided.seq or 0):
        return False
    outcome = kept["outcome"]
    said = outcome.get(name)
    if name == "service" and said is not None and all(s.code != said for s in desk.directory.services().values()):
        said = None  # the desk does not have it
    if name == "language" and said == "other":
        said = None
    if name == "assignee":
        return bool(said == raw)
    return bool(said == value)


def _set_by(name: str, entry: Entry, namer: Any) -> list[dict[str, Any]]:
    """The reasons of a value that an entry set without the rules deciding it."""
    by = _deed(entry, namer)
    params = {"field": name, "verb": entry.verb, "actor": by["actor"], "at": by["at"]}
    if entry.verb.startswith("import.") or entry.origin == Origin.IMPORT:
        code = "why.imported"
    elif entry.actor_id is None or entry.origin == Origin.TIMER:
        code = "why.by_itself"
    else:
        code = "why.by_hand"
    more = [r for r in entry.reasons if r.get("code") in _TELLING.get(name, _GIVEN)]
    return [Reason(code, params).data(), *more]


def _given(reasons: list[dict[str, Any]], entry: Entry) -> list[dict[str, Any]]:
    """A pin's step with the words that were given for it, which stand beside the decision."""
    text = next((r.get("text") for r in entry.reasons if r.get("code") == "given"), None)
    if text is None:
        return reasons
    return [{**r, "reason": text} if r.get("code") == "priority.pinned" else r for r in reasons]


def _narrowed(reason: dict[str, Any], field: str) -> dict[str, Any]:
    """A rule's votes, of which only the one for this field speaks of it."""
    votes = reason.get("votes")
    if not isinstance(votes, list):
        return reason
    return {**reason, "votes": [vote for vote in votes if str(vote).startswith(f"{field}=")]}


def concerns(reason: dict[str, Any], field: str) -> bool:
    """Whether a step of a decision speaks of this field (one decision may be about several)."""
    code = str(reason.get("code", ""))
    if code.startswith("routing."):
        return code.startswith("routing.team.") is (field == "team")
    if not code.startswith("classify."):
        return True
    votes = reason.get("votes")
    if isinstance(votes, list):
        return any(str(vote).startswith(f"{field}=") for vote in votes)
    if code == "classify.category_service":
        return field == "service"
    return reason.get("field") == field or (field == "language" and "language" in reason)


def _recall(
    desk: "Desk", entries: list[Entry], entry: Entry, kept: dict[str, Any]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], bool]:
    """A stored decision's reasons, what would change it, and whether its inputs reproduce it byte for byte."""
    outcome = kept["outcome"]
    governing = desk.policies.version(kept["policy"])
    policy = governing.policy
    if kept["decision"] == CLASSIFICATION:
        title, description = _texts_at(entries, entry)
        again = decisions.run_classification(governing, title, description, kept.get("inputs", {}))
        same = canonical(again.data()) == canonical(outcome)
        return [r.data() for r in again.reasons()] if same else [kept], [], same
    if kept["decision"] == PRIORITY:
        if "pinned" in outcome["inputs"]:
            return list(outcome["steps"]), [], True
        priority = priorities.reproduce(policy, outcome["inputs"])
        would = [r.data() for r in priorities.what_would_change(policy, priority)]
        return list(outcome["steps"]), would, canonical(priority.data()) == canonical(outcome)
    if kept["decision"] == ROUTING:
        route = routing.reproduce(policy, outcome["inputs"])
        return [*outcome["steps"], *outcome["lost"]], [], canonical(route.data()) == canonical(outcome)
    demand = demands.reproduce(policy, outcome["inputs"])
    would = [r.data() for r in demands.what_would_change(policy, demand)]
    return list(outcome["steps"]), would, canonical(demand.data()) == canonical(outcome)


def _texts_at(entries: list[Entry], entry: Entry) -> tuple[str, str]:
    """Title and description as they stood when an entry was written: what was undone since stood then."""
    upto = sorted((e for e in entries if (e.seq or 0) <= (entry.seq or 0)), key=lambda e: e.seq or 0)
    row: Row = fold(upto).get(("ticket", (entry.subject,)), {})
    return row.get("title") or "", row.get("description") or ""


def _sla(desk: "Desk", entries: list[Entry], name: str) -> dict[str, Any]:
    number = entries[0].subject
    row = desk.reading.facts(number)
    governing = desk.policies.current()
    history = derive.events_of(desk, number, entries)
    found = derive.measure(desk, governing, row, history, desk.now())
    result: dict[str, Any] = {"field": name, "value": row["sla_run"], "decision": "sla", "policy": governing.version}
    if found is None:
        reasons = [Reason("sla.no_clock").data()]
        return result | {"target": None, "reasons": _sentences(reasons), "would_change": [], "reproduced": True}
    plan, clocks = found
    reasons = [r.data() for r in explain_sla(clocks)]
    stored = derive.columns(desk, row, history, desk.now())
    same = all(row[c] == v for c, v in stored.items() if c != "sla_plan")
    return result | {"target": plan, "reasons": _sentences(reasons), "would_change": [], "reproduced": same}
