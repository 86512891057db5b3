"""Why a ticket is as it is: the latest decision behind every automatic value, checked against its stored inputs."""

from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import decisions, derive, masking
from helpdesk_tui.desk.decisions import CLASSIFICATION, DEMAND, PRIORITY, ROUTING, canonical
from helpdesk_tui.desk.history import fold, standing
from helpdesk_tui.rules import demand as demands
from helpdesk_tui.rules import priority as priorities
from helpdesk_tui.rules import routing
from helpdesk_tui.rules.sla_explain import explain as explain_sla
from helpdesk_tui.store.changes import Entry, Row
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.reasons import Reason, register, sentence

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

register(
    {
        "why.by_hand": N_("{field} was set by hand: {verb} by {actor} at {at}"),
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
_COLUMN: Final = {"service": "service_id", "team": "team_id", "assignee": "assignee_id"}
SLA_FIELDS: Final = ("sla", "sla_state", "response_due_at", "update_due_at", "resolution_due_at", "due")
FIELDS: Final = (*DECIDED, "sla")


def explain(desk: "Desk", entries: list[Entry], field: str | None) -> list[dict[str, Any]]:
    """One object a field: value, decided by what (policy version, decision), reasons with English sentences,
    what would change it, and whether the stored inputs still lead to the same decision."""
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


def _set_later(entries: list[Entry], column: str, since: Entry) -> Entry | None:
    """The last entry that changed the column after the deciding one, without deciding it itself."""
    for entry in reversed(entries):
        if entry is since:
            return None
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
    result: dict[str, Any] = {"field": name, "value": namer.value(column, row.get(column)), "decision": DECIDED[name]}
    found = _last_decision(entries, DECIDED[name])
    if found is None:
        return result | {
            "policy": None,
            "reasons": _sentences([Reason("why.nothing", {"field": name}).data()]),
            "would_change": [],
            "reproduced": None,
        }
    entry, kept = found
    later = _set_later(entries, column, entry)
    reasons, would, same = _recall(desk, written, entry, kept)
    if later is not None:
        by = {"field": name, "verb": later.verb, "actor": namer.person(later.actor_id) or "-", "at": iso(later.at)}
        reasons = [Reason("why.by_hand", by).data(), *reasons]
    if not same:
        reasons.append(Reason("why.changed_since").data())
    return result | {
        "policy": kept["policy"],
        "at": iso(entry.at),
        "reasons": _sentences(namer.reasons(reasons)),
        "would_change": _sentences(would),
        "reproduced": same,
    }


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
