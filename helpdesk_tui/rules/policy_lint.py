"""Advice about a policy that is valid and still may not do what its writer meant.

Errors (broken references, wrong values) are found by `parse_policy`; what stands here is allowed, so it only warns.
"""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from helpdesk_tui.rules.lifecycle import faults
from helpdesk_tui.rules.policy import Policy
from helpdesk_tui.rules.policy_levels import Axis
from helpdesk_tui.rules.policy_paging import PagingWhen
from helpdesk_tui.rules.policy_work import When
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind
from helpdesk_tui.vocabulary.levels import Level, Priority, Severity
from helpdesk_tui.vocabulary.reasons import Reason, register

register(
    {
        "lint.route_shadowed": N_("route {id} is never reached: {earlier} takes everything it asks for"),
        "lint.target_shadowed": N_("SLA target {id} is never reached: {earlier} takes everything it asks for"),
        "lint.target_unset": N_("SLA target {id} sets no {clock}, so that clock never runs"),
        "lint.no_target": N_("no SLA target fits every {kind} of priority {priority}"),
        "lint.rule_never": N_("rule {id} can never vote: {words} is asked for and excluded at once"),
        "lint.category_unvoted": N_("no rule votes for category {name}"),
        "lint.service_teamless": N_("service {name} names no team; its tickets go to {team}"),
        "lint.team_idle": N_("nothing leads to team {name}"),
        "lint.calendar_unused": N_("no SLA target uses calendar {name}"),
        "lint.paging_shadowed": N_("paging policy {id} is never reached: {earlier} takes everything it asks for"),
        "lint.paging_missing": N_("no paging policy fits an incident of {severity}, so nobody is paged for one"),
        "lint.paging_unheard": N_("paging policy {id}: {severity} pages nobody ([paging.delay])"),
        "lint.dynamic_never": N_("[dynamic] lifts nothing: all points together are {points}, raise_at is {limit}"),
        "lint.level_stands_in": N_("the matrix knows no {axis} {level}; {name} stands in for it"),
    }
)

_W = TypeVar("_W", When, PagingWhen)
# Kinds whose tickets are promised a time; the others may well go without.
_PROMISED: Final = (Kind.INCIDENT, Kind.REQUEST)


def lint(policy: Policy) -> list[Reason]:
    """Everything worth a second look, in the order of the document's sections; empty is best."""
    return [
        *_matrix(policy),
        *_dynamic(policy),
        *faults(policy),
        *_teams(policy),
        *_rules(policy),
        *_routes(policy),
        *_targets(policy),
        *_paging(policy),
    ]


def _matrix(policy: Policy) -> Iterator[Reason]:
    axes: tuple[Axis, Axis] = ("impact", "urgency")
    for axis in axes:
        for level in Level:
            name = policy.matrix.name_of(axis, level)
            if name != level.code:
                yield Reason("lint.level_stands_in", {"axis": axis, "level": level.code, "name": name})


def _dynamic(policy: Policy) -> Iterator[Reason]:
    most = policy.dynamic.most()
    if policy.dynamic.active and most < policy.dynamic.raise_at:
        yield Reason("lint.dynamic_never", {"points": most, "limit": policy.dynamic.raise_at})


def _teams(policy: Policy) -> Iterator[Reason]:
    for service in policy.services:
        if service.team is None:
            yield Reason("lint.service_teamless", {"name": service.code, "team": policy.routing.default_team})
    led_to = {policy.routing.default_team, *(route.team for route in policy.routing.rules)}
    led_to |= {service.team for service in policy.services if service.team is not None}
    for team in policy.teams:
        if team.code not in led_to:
            yield Reason("lint.team_idle", {"name": team.code})


def _rules(policy: Policy) -> Iterator[Reason]:
    for rule in policy.rules:
        excluded = set(rule.none)
        clash = [term for term in rule.all if term in excluded]
        if not clash and rule.any and not rule.near and not rule.regex and set(rule.any) <= excluded:
            clash = list(rule.any)
        if clash:
            yield Reason("lint.rule_never", {"id": rule.id, "words": clash})
    voted = {rule.votes.category for rule in policy.rules}
    for category in policy.categories:
        if category.code not in voted and category.code != policy.desk.defaults.category:
            yield Reason("lint.category_unvoted", {"name": category.code})


def _shadowed(code: str, items: Sequence[tuple[str, _W]]) -> Iterator[Reason]:
    for index, (name, when) in enumerate(items):
        earlier = next((other for other, before in items[:index] if before.covers(when)), None)
        if earlier is not None:
            yield Reason(code, {"id": name, "earlier": earlier})


def _routes(policy: Policy) -> Iterator[Reason]:
    yield from _shadowed("lint.route_shadowed", [(route.id, route.when) for route in policy.routing.rules])


def _targets(policy: Policy) -> Iterator[Reason]:
    targets = policy.sla.targets
    yield from _shadowed("lint.target_shadowed", [(target.id, target.when) for target in targets])
    for target in targets:
        promised = not target.when.kind or set(target.when.kind) & set(_PROMISED)
        for clock in ("response", "resolution"):
            if promised and getattr(target, clock) is None:
                yield Reason("lint.target_unset", {"id": target.id, "clock": clock})
    for kind in _PROMISED:
        for priority in Priority:
            asked = When(kind=(kind,), priority=(priority,))
            if not any(target.when.covers(asked) for target in targets):
                yield Reason("lint.no_target", {"kind": kind.value, "priority": priority.code})
    used = {target.calendar for target in targets} | {policy.paging.calendar}
    for name in policy.calendars:
        if name not in used:
            yield Reason("lint.calendar_unused", {"name": name})


def _paging(policy: Policy) -> Iterator[Reason]:
    """What a desk that pages at all may have forgotten; one without paging policies pages nobody, and means it."""
    policies = policy.paging.policy
    yield from _shadowed("lint.paging_shadowed", [(one.id, one.when) for one in policies])
    for severity in Severity if policies else ():
        if policy.paging.delay.of(severity) is None:
            for one in policies:
                if severity.name.lower() in one.when.severity:
                    yield Reason("lint.paging_unheard", {"id": one.id, "severity": severity.name})
            continue
        asked = PagingWhen.model_validate({"kind": (Kind.INCIDENT,), "severity": (severity.name.lower(),)})
        if severity <= Severity.SEV3 and not any(one.when.covers(asked) for one in policies):
            yield Reason("lint.paging_missing", {"severity": severity.name})
