"""The order of a list as SQL over `ticket t`."""

from dataclasses import dataclass
from typing import Final

from helpdesk_tui.store.conditions import COLUMN
from helpdesk_tui.vocabulary.filter_nodes import Sort
from helpdesk_tui.vocabulary.records import NEVER

# Expressions to sort by, ascending; `True` marks those whose natural "first" is the greater.
_SORTS: Final[dict[str, str]] = {
    **COLUMN,
    "team": "(SELECT x.code FROM team x WHERE x.id = t.team_id)",
    "service": "(SELECT x.code FROM service x WHERE x.id = t.service_id)",
    "assignee": "(SELECT coalesce(x.login, x.name) FROM person x WHERE x.id = t.assignee_id)",
    "requester": "(SELECT coalesce(x.email, x.name) FROM person x WHERE x.id = t.requester_id)",
    "organisation": "(SELECT x.name FROM organisation x WHERE x.id = t.organisation_id)",
    "ci": "(SELECT x.name FROM configuration_item x WHERE x.id = t.ci_id)",
    "title": "substr(t.title, 1, 200)",
}
_NULLABLE: Final = frozenset(
    {
        "severity", "response_due", "update_due", "resolution_due", "pending_until", "first_response", "resolved",
        "closed", "moscow", "resolution_code", "external_id", "language", "parent", "merged_into", "affected_users",
    }
)  # fmt: skip
_TEXTUAL: Final = frozenset(
    {
        "moscow", "resolution_code", "external_id", "language", "team", "service", "assignee", "requester",
        "organisation", "ci", "category",
    }
)  # fmt: skip
_FIRST_TEXT: Final = "''"
_LAST_TEXT: Final = "char(1114111)"  # behind every text in any script


@dataclass(frozen=True, slots=True)
class Term:
    """One expression of the order."""

    expression: str
    descending: bool


def order(sorts: tuple[Sort, ...]) -> list[Term]:
    """The terms of an order, made total by the number. Missing values come last either way.

    Descending priority is written as ascending `-priority`, which is how the queue's index runs.
    """
    terms: list[Term] = []
    for sort in sorts or ():
        name = sort.field.name
        descending = sort.descending != sort.field.reverse
        if name in ("priority", "phase", "impact", "urgency") and descending:
            terms.append(Term(f"-{COLUMN[name]}", False))
            continue
        expression = _SORTS[name]
        if name in _TEXTUAL:
            expression = f"coalesce({expression}, {_FIRST_TEXT if descending else _LAST_TEXT})"
        elif name in _NULLABLE:
            expression = f"coalesce({expression}, {-1 if descending else NEVER})"
        elif name == "due" and descending:
            expression = f"CASE WHEN {expression} < {NEVER} THEN {expression} ELSE -1 END"
        terms.append(Term(expression, descending))
        if name == "number":
            return terms
    terms.append(Term("t.number", terms[-1].descending if terms else False))
    return terms
