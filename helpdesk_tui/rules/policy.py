"""The policy: all judgement of the desk in one reviewed TOML document, checked here.

`parse_policy` turns text into an immutable `Policy` or refuses with line and key; `check_policy` lists every problem
at once. `policy.toml` beside this file is the default that a new desk starts with (read by the desk, never here).
"""

from typing import Annotated, Literal

from pydantic import Field

from helpdesk_tui.rules.policy_base import Code, Section
from helpdesk_tui.rules.policy_dynamic import Dynamic
from helpdesk_tui.rules.policy_events import EventRules
from helpdesk_tui.rules.policy_levels import DemandRules, Matrix, NextUpRules, PriorityRules, SeverityMap
from helpdesk_tui.rules.policy_paging import Paging
from helpdesk_tui.rules.policy_refs import broken_references
from helpdesk_tui.rules.policy_rules import Rule
from helpdesk_tui.rules.policy_sla import CalendarRules, Escalation, Indicator, Sla
from helpdesk_tui.rules.policy_work import Category, Desk, Lifecycles, Routing, ServiceEntry, TeamEntry
from helpdesk_tui.rules.toml_form import MAX_DOCUMENT as MAX_DOCUMENT
from helpdesk_tui.rules.toml_form import FormInvalid, check_form, placed
from helpdesk_tui.rules.toml_form import Problem as Problem

PolicyInvalid = FormInvalid


class Policy(Section):
    """The whole document."""

    # The form of the document, not its version: a later program may read form 1 and write form 2.
    format: Literal[1]
    desk: Desk
    matrix: Matrix
    priority: PriorityRules = PriorityRules()
    severity: SeverityMap = SeverityMap()
    dynamic: Dynamic = Dynamic()
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


def check_policy(text: str) -> tuple[Policy | None, list[Problem]]:
    """Read a document: the policy and no problem, or None and every problem in the order of their lines."""
    policy, data, problems = check_form(text, Policy)
    if policy is None:
        return None, problems
    found = list(broken_references(policy))
    return (None, placed(found, text.removeprefix("\ufeff"), data)) if found else (policy, [])


def parse_policy(text: str) -> Policy:
    """Read a policy document (TOML). Raises PolicyInvalid (an Invalid) at its first problem, with line and key."""
    policy, problems = check_policy(text)
    if policy is None:
        raise PolicyInvalid(problems[0], len(problems) - 1)
    return policy
