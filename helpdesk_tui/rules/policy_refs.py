"""References inside a policy: every code that a section names must exist, and none may be given twice."""

import functools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from helpdesk_tui.rules.patterns import PatternRefused, compile_pattern
from helpdesk_tui.rules.policy_lines import Path
from helpdesk_tui.rules.sla_switches import SlaSwitches
from helpdesk_tui.rules.words import BadTerm, parse_term
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_

if TYPE_CHECKING:
    from helpdesk_tui.rules.policy import Policy
    from helpdesk_tui.rules.policy_events import EventRule
    from helpdesk_tui.rules.policy_rules import Rule

Found = tuple[Path, str, dict[str, str]]


def broken_references(policy: "Policy") -> Iterator[Found]:
    """Every broken reference as (path, catalogue text, parameters), in the order of the document."""
    yield from _zone(("desk", "timezone"), policy.desk.timezone)
    categories = {item.code for item in policy.categories}
    services = {item.code for item in policy.services}
    teams = {item.code for item in policy.teams}
    calendars = set(policy.calendars)

    yield from _category(("desk", "defaults", "category"), policy.desk.defaults.category, categories)
    for section, codes in (
        ("categories", [item.code for item in policy.categories]),
        ("services", [item.code for item in policy.services]),
        ("teams", [item.code for item in policy.teams]),
        ("rules", [item.id for item in policy.rules]),
        ("indicators", [item.code for item in policy.indicators]),
    ):
        yield from _twice((section,), codes)
    yield from _twice(("routing", "rules"), [item.id for item in policy.routing.rules])
    yield from _twice(("sla", "targets"), [item.id for item in policy.sla.targets])
    yield from _twice(("escalation", "levels"), [item.id for item in policy.escalation.levels])
    yield from _twice(("event", "rule"), [item.id for item in policy.event.rule])
    yield from _twice(("paging", "policy"), [item.id for item in policy.paging.policy])

    for n, freeze in enumerate(policy.dynamic.freezes):
        for m, code in enumerate(freeze.service):
            yield from _service(("dynamic", "freezes", n, "service", m), code, services)
    for n, category in enumerate(policy.categories):
        if category.service is not None:
            yield from _service(("categories", n, "service"), category.service, services)
    for n, service in enumerate(policy.services):
        if service.team is not None:
            yield from _team(("services", n, "team"), service.team, teams)
        yield from _terms(("services", n, "words"), service.words)
    yield from _team(("routing", "default_team"), policy.routing.default_team, teams)
    for n, route in enumerate(policy.routing.rules):
        yield from _team(("routing", "rules", n, "team"), route.team, teams)
        yield from _when(("routing", "rules", n, "when"), route.when.category, route.when.service, categories, services)
    for n, rule in enumerate(policy.rules):
        yield from _rule(("rules", n), rule, categories, services)
    for name, calendar in policy.calendars.items():
        yield from _zone(("calendars", name, "tz"), calendar.tz)
    for name, value in policy.sla.switches.items():
        try:
            SlaSwitches.parse({name: value})
        except Invalid as refused:
            yield ("sla", "switches", name), refused.message, {key: str(v) for key, v in refused.params.items()}
    for n, target in enumerate(policy.sla.targets):
        path: Path = ("sla", "targets", n)
        if target.calendar not in calendars:
            text = N_("there is no calendar {code}; there are {known}")
            yield (*path, "calendar"), text, {"code": target.calendar, "known": _list(calendars)}
        yield from _when((*path, "when"), target.when.category, target.when.service, categories, services)
    for n, level in enumerate(policy.escalation.levels):
        yield from _when(
            ("escalation", "levels", n, "when"), level.when.category, level.when.service, categories, services
        )
    for n, event_rule in enumerate(policy.event.rule):
        yield from _event_rule(("event", "rule", n), event_rule, services, teams)
    if policy.paging.calendar is not None and policy.paging.calendar not in calendars:
        text = N_("there is no calendar {code}; there are {known}")
        yield ("paging", "calendar"), text, {"code": policy.paging.calendar, "known": _list(calendars)}
    for n, paging in enumerate(policy.paging.policy):
        for m, code in enumerate(paging.when.service):
            yield from _service(("paging", "policy", n, "when", "service", m), code, services)
        for m, code in enumerate(paging.when.team):
            yield from _team(("paging", "policy", n, "when", "team", m), code, teams)


def _list(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes)) or "-"


@functools.cache
def _zone_known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _zone(path: Path, name: str) -> Iterator[Found]:
    if not _zone_known(name):
        yield path, N_("there is no time zone {name}; write one like Europe/Berlin or Asia/Shanghai"), {"name": name}


def _twice(path: Path, codes: list[str]) -> Iterator[Found]:
    seen: set[str] = set()
    for n, code in enumerate(codes):
        if code in seen:
            yield (*path, n), N_("{code} is given twice"), {"code": code}
        seen.add(code)


def _category(path: Path, code: str, known: set[str]) -> Iterator[Found]:
    if code not in known:
        yield path, N_("there is no category {code}; there are {known}"), {"code": code, "known": _list(known)}


def _service(path: Path, code: str, known: set[str]) -> Iterator[Found]:
    if code not in known:
        yield path, N_("there is no service {code}; there are {known}"), {"code": code, "known": _list(known)}


def _team(path: Path, code: str, known: set[str]) -> Iterator[Found]:
    if code not in known:
        yield path, N_("there is no team {code}; there are {known}"), {"code": code, "known": _list(known)}


def _when(
    path: Path, wanted: Iterable[str], services: Iterable[str], categories: set[str], known: set[str]
) -> Iterator[Found]:
    for n, code in enumerate(wanted):
        yield from _category((*path, "category", n), code, categories)
    for n, code in enumerate(services):
        yield from _service((*path, "service", n), code, known)


def _terms(path: Path, terms: Iterable[str]) -> Iterator[Found]:
    for n, term in enumerate(terms):
        try:
            parse_term(term)
        except BadTerm:
            text = N_(
                "{term} cannot be found in a text; use words, a stem of 3 letters or more with * at its end, or Chinese"
            )
            yield (*path, n), text, {"term": term}


def _rule(path: Path, rule: "Rule", categories: set[str], services: set[str]) -> Iterator[Found]:
    if rule.votes.category is not None:
        yield from _category((*path, "votes", "category"), rule.votes.category, categories)
    if rule.votes.service is not None:
        yield from _service((*path, "votes", "service"), rule.votes.service, services)
    for n, code in enumerate(rule.when.service):
        yield from _service((*path, "when", "service", n), code, services)
    for key in ("any", "all", "none"):
        yield from _terms((*path, key), getattr(rule, key))
    for n, near in enumerate(rule.near):
        yield from _terms((*path, "near", n, "words"), near.words)
    yield from _patterns(path, rule.regex)


def _event_rule(path: Path, rule: "EventRule", services: set[str], teams: set[str]) -> Iterator[Found]:
    if rule.service is not None:
        yield from _service((*path, "service"), rule.service, services)
    if rule.team is not None:
        yield from _team((*path, "team"), rule.team, teams)
    for key in ("any", "all", "none"):
        yield from _terms((*path, key), getattr(rule, key))
    yield from _patterns(path, rule.regex)


def _patterns(path: Path, patterns: Iterable[str]) -> Iterator[Found]:
    for n, pattern in enumerate(patterns):
        try:
            compile_pattern(pattern)
        except PatternRefused as refused:
            yield (*path, "regex", n), refused.message, refused.params
