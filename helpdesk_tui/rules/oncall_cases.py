"""On-call cases as other programs write them: a schedule and instants in, the people on call out.

The form is that of a collection of facts about two on-call systems: `{id, schedule, queries [{at}]}`; what else a case
or a query holds (`expect`, `source`, `expected_handoffs`, …) is no part of the question. See `helpdesk oncall simulate`
and `oncall_form` for the schedule.
"""

from typing import Any, Final

from helpdesk_tui.rules.oncall import on_call
from helpdesk_tui.rules.oncall_form import Node, Refused, parse_schedule
from helpdesk_tui.rules.sla_cases import listed
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_

MAX_QUERIES: Final = 5_000


def simulate(cases: Any) -> list[dict[str, Any]]:
    """The answers to a list of cases (or a document with a list `cases`), in its order. Raises Invalid."""
    return [simulate_case(case) for case in listed(cases)]


def simulate_case(case: Any) -> dict[str, Any]:
    """The answer to one case: `{"id", "answers": [{"at", "people"}]}`.

    `at` as it was written, `people` the names of those on call, each once, in their order. Raises Invalid naming the
    case and the place.
    """
    name = str(case.get("id", "?")) if isinstance(case, dict) else "?"
    try:
        node = Node(case, "").object(freely=True)
        schedule = parse_schedule(node.need("schedule").value, "schedule")
        queries = node.need("queries").items()
        if len(queries) > MAX_QUERIES:
            raise Node(None, "queries").refused(N_("more than {n} questions in one case"), n=MAX_QUERIES)
        answers = []
        for query in queries:
            at = query.object(freely=True).need("at")
            people = on_call(schedule, at.asked(schedule.wall))
            answers.append({"at": at.value, "people": [person.name for person in people]})
    except Refused as error:
        raise Invalid(
            N_("case {case}: {key}: {value}"), case=name, key=error.params["key"] or "-", value=error.params["problem"]
        ) from error
    return {"id": name, "answers": answers}
