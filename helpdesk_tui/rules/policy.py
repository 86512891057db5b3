"""The policy: all judgement of the desk in one reviewed TOML document, checked here.

`parse_policy` turns text into an immutable `Policy` or refuses with line and key; `check_policy` lists every problem
at once. `policy.toml` beside this file is the default that a new desk starts with (read by the desk, never here).
"""

import tomllib
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError

from helpdesk_tui.rules.policy_base import Code, Section
from helpdesk_tui.rules.policy_check import explained, key_text, syntax_problem
from helpdesk_tui.rules.policy_events import EventRules
from helpdesk_tui.rules.policy_levels import DemandRules, Matrix, NextUpRules, PriorityRules, SeverityMap
from helpdesk_tui.rules.policy_lines import Path, key_lines, line_of
from helpdesk_tui.rules.policy_paging import Paging
from helpdesk_tui.rules.policy_refs import broken_references
from helpdesk_tui.rules.policy_rules import Rule
from helpdesk_tui.rules.policy_sla import CalendarRules, Escalation, Indicator, Sla
from helpdesk_tui.rules.policy_work import Category, Desk, Lifecycles, Routing, ServiceEntry, TeamEntry
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.vocabulary.toml_text import read_toml

MAX_DOCUMENT: Final = 2 * 1024 * 1024


class Policy(Section):
    """The whole document."""

    # The form of the document, not its version: a later program may read form 1 and write form 2.
    format: Literal[1]
    desk: Desk
    matrix: Matrix
    priority: PriorityRules = PriorityRules()
    severity: SeverityMap = SeverityMap()
    demand: DemandRules = DemandRules()
    next_up: NextUpRules = NextUpRules()
    lifecycle: Lifecycles
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    services: tuple[ServiceEntry, ...] = ()
    teams: Annotated[tuple[TeamEntry, ...], Field(min_length=1)]
    routing: Routing
    rules: tuple[Rule, ...] = ()
    calendars: Annotated[dict[Code, CalendarRules], Field(min_length=1)]
    sla: Sla = Sla()
    escalation: Escalation = Escalation()
    paging: Paging = Paging()
    event: EventRules = EventRules()
    indicators: tuple[Indicator, ...] = ()

    def category(self, code: str) -> Category | None:
        """The category of this code, or None."""
        return next((item for item in self.categories if item.code == code), None)

    def service(self, code: str) -> ServiceEntry | None:
        """The service of this code, or None."""
        return next((item for item in self.services if item.code == code), None)

    def team(self, code: str) -> TeamEntry | None:
        """The team of this code, or None."""
        return next((item for item in self.teams if item.code == code), None)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a document: where, and a catalogue text with the values that fill it."""

    line: int
    key: str
    message: str
    params: dict[str, str]

    def error(self) -> "PolicyInvalid":
        """The problem as the error to raise: `line 12: matrix.order: …`."""
        return PolicyInvalid(self)


class PolicyInvalid(Invalid):
    """A policy document is refused; `problem` says where and why, `more` how many further problems there are."""

    def __init__(self, problem: Problem, more: int = 0) -> None:
        super().__init__(problem.message, **problem.params)
        self.problem = problem
        self.more = more

    def _fill(self, template: str) -> str:
        # The place is the same in every language; the rest is the translated text.
        key = f" {one_line(self.problem.key, 200)}:" if self.problem.key else ""
        rest = f" (+{self.more})" if self.more else ""
        return f"{self.problem.line}:{key} {super()._fill(template)}{rest}"


def check_policy(text: str) -> tuple[Policy | None, list[Problem]]:
    """Read a document: the policy and no problem, or None and every problem in the order of their lines."""
    if len(text) > MAX_DOCUMENT:
        return None, [Problem(1, "", N_("the document is larger than {most} characters"), {"most": str(MAX_DOCUMENT)})]
    # Some editors put a byte order mark before a text; TOML knows none.
    text = text.removeprefix("\ufeff")
    try:
        data: dict[str, Any] = read_toml(text)
    except tomllib.TOMLDecodeError as error:
        return None, [_syntax(error, text)]
    except (RecursionError, ValueError):
        # Nesting deeper than the stack, or a number longer than Python reads.
        return None, [Problem(1, "", N_("the document is nested too deeply or holds an endless number"), {})]
    try:
        policy = Policy.model_validate(data)
    except ValidationError as error:
        found = [explained(details, Policy) for details in error.errors(include_url=False)]
        return None, _placed(found, text, data)
    found = list(broken_references(policy))
    return (None, _placed(found, text, data)) if found else (policy, [])


def _syntax(error: tomllib.TOMLDecodeError, text: str) -> Problem:
    line, message, params = syntax_problem(error, text)
    return Problem(line, "", message, params)


def _placed(found: list[tuple[Path, str, dict[str, str]]], text: str, data: dict[str, Any]) -> list[Problem]:
    lines = key_lines(text)
    problems = [Problem(line_of(lines, path), key_text(path, data), message, params) for path, message, params in found]
    return sorted(problems, key=lambda problem: problem.line)


def parse_policy(text: str) -> Policy:
    """Read a policy document (TOML). Raises PolicyInvalid (an Invalid) at its first problem, with line and key."""
    policy, problems = check_policy(text)
    if policy is None:
        raise PolicyInvalid(problems[0], len(problems) - 1)
    return policy
