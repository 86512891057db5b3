"""The policy section of paging: what it holds by default, what it refuses with line and key, what it advises."""

import pytest

from helpdesk_tui.desk.first import default_policy_text
from helpdesk_tui.rules.policy import Policy, check_policy, parse_policy
from helpdesk_tui.rules.policy_lint import lint
from helpdesk_tui.rules.policy_paging import Paging

TEXT = default_policy_text()
ONE = '[[paging.policy]]\nid = "all"\nlevels = [{ targets = ["schedule:net", "person:ana", "role:smo"] }]\n'


def test_the_default_document_says_what_is_meant_without_it() -> None:
    assert parse_policy(TEXT).paging == Paging()


def test_a_policy_survives_its_json_form() -> None:
    policy = parse_policy(f"{TEXT}\n{ONE}")
    assert Policy.model_validate_json(policy.model_dump_json(by_alias=True)).paging == policy.paging


MISTAKES = [
    ('sev1 = "5m"', 'sev1 = "30s"', "paging.delay.sev1", "from 1m"),
    ('sev1 = "5m"', 'sev1 = "2wd"', "paging.delay.sev1", "from 1m"),
    ('sev1 = "5m"', 'sev1 = "1h"', "paging.delay", "graver"),
    ('ack_warning = "5m"', 'ack_warning = "30m"', "paging", "shorter"),
    ("passes = 2 ", "passes = 0 ", "paging.passes", "at least 1"),
    ('duty = ["role:smo"]', 'duty = ["role:boss"]', "paging.duty[1]", "no role boss"),
    ('duty = ["role:smo"]', 'duty = ["rotation:x"]', "paging.duty[1]", "names nobody"),
    ('# calendar = "office"', 'calendar = "always"', "paging.calendar", "no calendar"),
    ('hours_only = ["sev4"]', 'hours_only = ["sev9"]', "paging.hours_only[1]", "one of"),
    ("[paging.delay]", "[paging.delays]", "paging.delays", "did you mean delay"),
    ('[[indicators]]\ncode = "first_response"',
     '[[paging.policy]]\nid = "x"\nlevels = []\n[[indicators]]\ncode = "first_response"', "paging.policy[x].levels", "at least 1"),
    ('[[indicators]]\ncode = "first_response"',
     '[[paging.policy]]\nid = "x"\nwhen = { service = ["nosuch"] }\nlevels = [{ targets = ["team:a"] }]\n[[indicators]]\ncode = "first_response"',
     "paging.policy[x].when.service[1]", "no service nosuch"),
    ('[[indicators]]\ncode = "first_response"',
     '[[paging.policy]]\nid = "x"\nwhen = { team = ["nosuch"] }\nlevels = [{ targets = ["team:a"] }]\n[[indicators]]\ncode = "first_response"',
     "paging.policy[x].when.team[1]", "no team nosuch"),
    ('[[indicators]]\ncode = "first_response"', f"{ONE}{ONE}[[indicators]]\ncode = \"first_response\"",
     "paging.policy[all]", "given twice"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "says"), MISTAKES)
def test_a_mistake_is_named_with_line_and_key(old: str, new: str, key: str, says: str) -> None:
    assert TEXT.count(old) >= 1
    changed = TEXT.replace(old, new, 1)
    policy, problems = check_policy(changed)
    assert policy is None
    problem = problems[0]
    assert problem.key == key, problems
    assert says in problem.error().english
    lines = changed.splitlines()
    near = "\n".join(lines[problem.line - 1 : problem.line + 3])
    assert any(part in near for part in (new.splitlines()[0], key.split(".")[-1].split("[")[0]))


def codes(text: str) -> list[str]:
    return [reason.code for reason in lint(parse_policy(text)) if "paging" in reason.code]


def policy(ident: str, when: str) -> str:
    return f'[[paging.policy]]\nid = "{ident}"\nwhen = {when}\nlevels = [{{ targets = ["team:network"] }}]\n'


def test_advice() -> None:
    assert codes(TEXT) == []
    assert codes(f"{TEXT}\n{ONE}") == []
    assert codes("\n".join((TEXT, ONE, policy("two", '{ kind = ["incident"] }')))) == ["lint.paging_shadowed"]
    some = policy("grave", '{ severity = ["sev1", "sev2", "sev5"] }')
    assert codes(f"{TEXT}\n{some}") == ["lint.paging_missing", "lint.paging_unheard"]


def test_the_first_policy_that_holds_decides() -> None:
    net, inc = policy("net", '{ team = ["network"], severity = ["sev1"] }'), policy("inc", '{ kind = ["incident"] }')
    paging = parse_policy("\n".join((TEXT, net, inc))).paging
    asked = {"kind": "incident", "service": None, "team": "network"}

    def chosen(severity: int, **facts: str) -> str | None:
        found = paging.choose(severity=severity, **{**asked, **facts})  # type: ignore[arg-type]
        return found.id if found is not None else None

    assert [chosen(1), chosen(2), chosen(5), chosen(1, team="security"), chosen(1, kind="request", team="x")] == [
        "net", "inc", None, "inc", None,
    ]  # fmt: skip
