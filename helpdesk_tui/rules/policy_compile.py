"""A policy made ready for fast classification: terms numbered and indexed, rules as flat records, done once per policy."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpdesk_tui.rules.matcher import Matcher, NearGroup
from helpdesk_tui.rules.patterns import Pattern, compile_pattern
from helpdesk_tui.rules.policy import Policy
from helpdesk_tui.rules.policy_rules import Near, Rule, RuleWhen
from helpdesk_tui.rules.words import parse_term

SERVICE_RULE = "service:"


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its terms as numbers of the matcher. `labels` says how a number is written in the policy."""

    order: int
    id: str
    weight: int
    votes: tuple[tuple[str, str], ...]
    alternatives: frozenset[int] = frozenset()
    required: tuple[int, ...] = ()
    excluding: frozenset[int] = frozenset()
    patterns: tuple[Pattern, ...] = ()
    title_only: bool = False
    when: RuleWhen | None = None
    # Every term that the rule asks about, and whether these alone decide.
    terms: frozenset[int] = frozenset()
    plain: bool = False
    # What a plain rule said to the terms found, by these terms; texts repeat themselves. See `classify`.
    said: dict[frozenset[int], Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class CompiledPolicy:
    """What `classify` needs of a policy. Immutable by convention; share it between threads and tickets."""

    policy: Policy
    matcher: Matcher
    rules: tuple[CompiledRule, ...]
    labels: tuple[str, ...]
    # Rules to look at for a term that was found, and rules to look at always (facts or patterns only).
    by_term: Mapping[int, tuple[int, ...]]
    always: tuple[int, ...]
    defaults: Mapping[str, str]
    service_of_category: Mapping[str, str]
    # Rules left out by facts, by these facts. See `classify`.
    idle: dict[Any, frozenset[int]] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class _Builder:
    matcher: Matcher = field(default_factory=Matcher)
    labels: list[str] = field(default_factory=list)
    terms: dict[str, int] = field(default_factory=dict)
    groups: dict[tuple[tuple[str, ...], int], int] = field(default_factory=dict)

    def term(self, text: str) -> int:
        number = self.terms.get(text)
        if number is None:
            number = self.terms[text] = len(self.labels)
            self.labels.append(text)
            self.matcher.add(number, parse_term(text))
        return number

    def group(self, near: Near) -> int:
        key = (near.words, near.within)
        number = self.groups.get(key)
        if number is None:
            number = self.groups[key] = len(self.labels)
            self.labels.append(" ~ ".join(near.words))
            self.matcher.add_group(number, NearGroup(tuple(parse_term(word) for word in near.words), near.within))
        return number

    def rule(self, order: int, rule: Rule) -> CompiledRule:
        alternatives = frozenset([*(self.term(text) for text in rule.any), *(self.group(near) for near in rule.near)])
        required = tuple(self.term(text) for text in rule.all)
        excluding = frozenset(self.term(text) for text in rule.none)
        return CompiledRule(
            order=order,
            id=rule.id,
            weight=rule.weight,
            votes=rule.votes.named(),
            alternatives=alternatives,
            required=required,
            excluding=excluding,
            patterns=tuple(compile_pattern(pattern) for pattern in rule.regex),
            title_only=rule.where == "title",
            when=None if rule.when.empty else rule.when,
            terms=alternatives.union(required, excluding),
            plain=not rule.regex and rule.where != "title" and rule.when.empty,
        )


def compile_policy(policy: Policy) -> CompiledPolicy:
    """Prepare a policy for `classify`. Costs some milliseconds; keep the result as long as the policy is in force."""
    builder = _Builder()
    rules = [builder.rule(order, rule) for order, rule in enumerate(policy.rules)]
    for service in policy.services:
        if service.words:
            words = frozenset(builder.term(text) for text in service.words)
            rules.append(
                CompiledRule(
                    order=len(rules),
                    id=SERVICE_RULE + service.code,
                    weight=service.weight,
                    votes=(("service", service.code),),
                    alternatives=words,
                    terms=words,
                    plain=True,
                )
            )
    by_term: dict[int, list[int]] = {}
    always: list[int] = []
    for rule in rules:
        triggers: Iterable[int] = ()
        if rule.alternatives and not rule.patterns:
            triggers = rule.alternatives
        elif rule.required:
            triggers = rule.required[:1]
        else:
            always.append(rule.order)
        for number in triggers:
            by_term.setdefault(number, []).append(rule.order)
    defaults = policy.desk.defaults
    return CompiledPolicy(
        policy=policy,
        matcher=builder.matcher,
        rules=tuple(rules),
        labels=tuple(builder.labels),
        by_term={number: tuple(orders) for number, orders in by_term.items()},
        always=tuple(always),
        defaults={
            "kind": defaults.kind.value,
            "category": defaults.category,
            "impact": defaults.impact.code,
            "urgency": defaults.urgency.code,
        },
        service_of_category={item.code: item.service for item in policy.categories if item.service is not None},
    )
