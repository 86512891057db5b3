"""What only computes and asks no desk: cases of service levels and of on-call schedules, the check of a policy."""

from helpdesk_tui.desk.shapes import Object, Objects, reason
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.text import one_line


def simulate(cases: Objects, refused: list[Invalid] | None = None) -> Objects:
    """Answer cases of the format of `sla simulate`: `[{"id", "result", "ledger"}]` in their order.

    Raises Invalid for a case that cannot be read; with `refused` it goes there and the others are answered.
    """
    from helpdesk_tui.rules import sla_cases

    answers: Objects = []
    for case in sla_cases.listed(cases):
        try:
            answers.append(sla_cases.simulate_case(case))
        except Invalid as error:
            if refused is None:
                raise
            refused.append(error)
    return answers


def simulate_on_call(cases: Objects, refused: list[Invalid] | None = None) -> Objects:
    """Answer cases of the format of `oncall simulate`: `[{"id", "answers": [{"at", "people"}]}]` in their order.

    Raises Invalid for a case that cannot be read; with `refused` it goes there and the others are answered.
    """
    from helpdesk_tui.rules import oncall_cases, sla_cases

    answers: Objects = []
    for case in sla_cases.listed(cases):
        try:
            answers.append(oncall_cases.simulate_case(case))
        except Invalid as error:
            if refused is None:
                raise
            refused.append(error)
    return answers


def check_policy(text: str) -> Object:
    """What is wrong with a document: `{"ok", "problems": [{"line", "key", "message"}], "warnings": [reasons]}`.

    Problems forbid applying it, warnings do not. Messages are English; a `PolicyInvalid` of `apply` is translated.
    """
    from helpdesk_tui.rules import policy, policy_lint

    found, problems = policy.check_policy(text)
    return {
        "ok": found is not None,
        "problems": [
            {
                "line": problem.line,
                "key": problem.key,
                "message": problem.message.format_map(
                    {key: one_line(str(value), 200) for key, value in problem.params.items()}
                ),
            }
            for problem in problems
        ],
        "warnings": [reason(r) for r in (policy_lint.lint(found) if found is not None else [])],
    }
