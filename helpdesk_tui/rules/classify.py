"""Classification: what a ticket is, from its words and its requester, with every vote that led there.

Each rule that fires votes with its weight; per field the value with the highest sum wins, at a tie the one whose first
rule stands higher in the policy. A field nobody voted for takes the service of the category, or the default of the desk.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from helpdesk_tui.rules.policy_compile import CompiledPolicy, CompiledRule, compile_policy
from helpdesk_tui.rules.policy_rules import VOTE_FIELDS, RuleWhen
from helpdesk_tui.rules.words import Language, detect_language, fold, normal
from helpdesk_tui.vocabulary.filter_fields import BY_NAME
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import KIND_LABELS, Kind
from helpdesk_tui.vocabulary.levels import LEVEL_LABELS, Level
from helpdesk_tui.vocabulary.reasons import Reason, register, register_labels
from helpdesk_tui.vocabulary.text import one_line

__all__ = ["Classification", "ClassifyInput", "CompiledPolicy", "Lost", "Vote", "classify", "compile_policy"]

_KINDS: Final = {kind.value: kind for kind in Kind}
_LEVELS: Final = {value.code: value for value in Level}
_FIELD_WORDS: Final = {name: BY_NAME[name].label for name in VOTE_FIELDS if name in BY_NAME}
_VALUE_WORDS: Final = {
    **{kind.value: label for kind, label in KIND_LABELS.items()},
    **{value.code: label for value, label in LEVEL_LABELS.items()},
}
register_labels("field", _FIELD_WORDS)
register_labels("value", _VALUE_WORDS)

# Found words kept per vote, and characters kept of a pattern: enough to explain, bounded in the journal.
MAX_WORDS: Final = 8
# Answers that a rule remembers.
_SAID: Final = 500
MAX_FOUND: Final = 80

register(
    {
        "classify.won": N_("{field} is {value} with {sum} points: {rules}"),
        "classify.given": N_("{field} is {value}, as given"),
        "classify.category_service": N_("service is {value}, the usual one of category {category}"),
        "classify.default": N_("{field} is {value}: no rule has an opinion, so the default holds"),
        "classify.voted": N_("rule {rule} ({weight}) found {words} and voted for {votes}"),
        "classify.voted_facts": N_("rule {rule} ({weight}) holds for this requester or channel and voted for {votes}"),
        "classify.lost": N_("{field} {value} had {sum} points, fewer than the {winner}"),
        "classify.lost_tie": N_("{field} {value} had {sum} points too, but its rule stands lower in the policy"),
        "classify.lost_given": N_("{field} {value} had {sum} points, but another was given"),
        "classify.excluded": N_("rule {rule} is left out because of {words}"),
        "classify.language": N_("the text is written in {language}"),
    }
)


def _canonical(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@lru_cache(maxsize=1024)
def _quoted(code: str | None) -> str:
    return _canonical(code)


_LOST_CODES: Final = {
    "sum": "classify.lost",
    "tie": "classify.lost_tie",
    "given": "classify.lost_given",
    "excluded": "classify.excluded",
}


@dataclass(frozen=True, slots=True)
class ClassifyInput:
    """All that classification may look at. `service` and `kind` are what the caller already knows, else None."""

    title: str
    description: str = ""
    requester_vip: bool = False
    organisation: str | None = None
    organisation_kind: str | None = None
    channel: str | None = None
    service: str | None = None
    kind: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """The JSON form: what to store so that the decision can be reproduced."""
        return {
            "title": self.title,
            "description": self.description,
            "requester_vip": self.requester_vip,
            "organisation": self.organisation,
            "organisation_kind": self.organisation_kind,
            "channel": self.channel,
            "service": self.service,
            "kind": self.kind,
            "fields": dict(sorted(self.fields.items())),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "ClassifyInput":
        """The input again from `data()`."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Vote:
    """One rule that voted: its weight, what it voted for by field, and the terms it found, as the policy writes them."""

    rule: str
    weight: int
    values: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    _json: str = dataclasses.field(default="", init=False, compare=False, repr=False)

    def data(self) -> dict[str, Any]:
        """The JSON form."""
        return {"rule": self.rule, "weight": self.weight, "votes": dict(self.values), "words": list(self.words)}

    def canonical(self) -> str:
        """`data()` as canonical JSON, made once: a vote is shared by all tickets for which a rule found the same."""
        if not self._json:
            object.__setattr__(self, "_json", _canonical(self.data()))
        return self._json


@dataclass(frozen=True, slots=True)
class Lost:
    """What did not come to be: a value with fewer points (`sum`, `tie`, `given`), or a rule a word left out (`excluded`)."""

    why: str
    field: str = ""
    value: str = ""
    sum: int = 0
    winner: int = 0
    rule: str = ""
    words: tuple[str, ...] = ()
    _json: str = dataclasses.field(default="", init=False, compare=False, repr=False)

    def data(self) -> dict[str, Any]:
        """The JSON form."""
        if self.why == "excluded":
            return {"why": self.why, "rule": self.rule, "words": list(self.words)}
        return {"why": self.why, "field": self.field, "value": self.value, "sum": self.sum, "winner": self.winner}

    def canonical(self) -> str:
        """`data()` as canonical JSON, made once."""
        if not self._json:
            object.__setattr__(self, "_json", _canonical(self.data()))
        return self._json


@dataclass(frozen=True, slots=True)
class Classification:
    """The decision. `basis` says per field where it came from: `votes`, `given`, `category` or `default`."""

    kind: Kind
    category: str
    service: str | None
    impact: Level
    urgency: Level
    ci: str | None
    language: Language
    basis: tuple[tuple[str, str], ...]
    votes: tuple[Vote, ...]
    lost: tuple[Lost, ...]

    def data(self) -> dict[str, Any]:
        """The JSON form kept in the journal; the same input and policy always give the same bytes of `canonical()`."""
        return {
            "kind": self.kind.value,
            "category": self.category,
            "service": self.service,
            "impact": self.impact.code,
            "urgency": self.urgency.code,
            "ci": self.ci,
            "language": self.language,
            "basis": dict(self.basis),
            "votes": [vote.data() for vote in self.votes],
            "lost": [lost.data() for lost in self.lost],
        }

    def canonical(self) -> str:
        """`data()` as canonical JSON: keys sorted, no blanks. Put together from parts that tickets share."""
        basis = ",".join([f'"{name}":"{source}"' for name, source in sorted(self.basis)])
        lost = ",".join([loss.canonical() for loss in self.lost])
        votes = ",".join([vote.canonical() for vote in self.votes])
        return (
            f'{{"basis":{{{basis}}},"category":{_quoted(self.category)},"ci":{_quoted(self.ci)},"impact":"{self.impact.code}",'
            f'"kind":"{self.kind.value}","language":"{self.language}","lost":[{lost}],"service":{_quoted(self.service)},'
            f'"urgency":"{self.urgency.code}","votes":[{votes}]}}'
        )

    def values(self) -> dict[str, str | None]:
        """The decided fields as codes."""
        return {
            "kind": self.kind.value,
            "category": self.category,
            "service": self.service,
            "impact": self.impact.code,
            "urgency": self.urgency.code,
            "ci": self.ci,
        }

    def reasons(self) -> list[Reason]:
        """The decision as sentences: per field what won, then what lost and which rules were left out."""
        basis, values = dict(self.basis), self.values()
        found = [Reason("classify.language", {"language": self.language})]
        found += [self._won(name, str(values[name]), basis[name]) for name in VOTE_FIELDS if name in basis]
        for vote in self.votes:
            votes = [f"{name}={value}" for name, value in vote.values]
            code = "classify.voted" if vote.words else "classify.voted_facts"
            params = {"rule": vote.rule, "weight": vote.weight, "words": list(vote.words), "votes": votes}
            found.append(Reason(code, params))
        for loss in self.lost:
            facts = {key: value for key, value in loss.data().items() if key != "why"}
            found.append(Reason(_LOST_CODES[loss.why], facts))
        return found

    def _won(self, name: str, value: str, basis: str) -> Reason:
        if basis == "votes":
            rules = [(vote.rule, vote.weight) for vote in self.votes if (name, value) in vote.values]
            total = sum(weight for _rule, weight in rules)
            return Reason(
                "classify.won",
                {
                    "field": name,
                    "value": value,
                    "sum": total,
                    "rules": [f"{rule} ({weight})" for rule, weight in rules],
                },
            )
        if basis == "category":
            return Reason("classify.category_service", {"value": value, "category": self.category})
        return Reason(f"classify.{basis}", {"field": name, "value": value})


class _Subject:
    """One ticket while rules look at it; the costly views of it are made when a rule first asks."""

    __slots__ = ("_bytes", "_title", "compiled", "given", "language", "text")

    def __init__(self, compiled: CompiledPolicy, given: ClassifyInput) -> None:
        self.compiled = compiled
        self.given = given
        self.text = normal(f"{given.title}\n{given.description}" if given.description else given.title)
        self.language = detect_language(self.text)
        self._title: set[int] | None = None
        self._bytes: dict[bool, bytes] = {}

    def in_title(self) -> set[int]:
        """The terms found in the title alone."""
        if self._title is None:
            self._title = self.compiled.matcher.find(fold(self.given.title))
        return self._title

    def encoded(self, title: bool) -> bytes:
        """The text that patterns read."""
        if title not in self._bytes:
            text = normal(self.given.title) if title else self.text
            self._bytes[title] = text.encode("utf-8", "replace")
        return self._bytes[title]


def _facts_hold(when: RuleWhen, given: ClassifyInput, language: str) -> bool:
    return (
        (when.requester_vip is None or when.requester_vip == given.requester_vip)
        and (not when.organisation_kind or given.organisation_kind in when.organisation_kind)
        and (not when.channel or given.channel in when.channel)
        and (not when.service or given.service in when.service)
        and (not when.language or language in when.language)
        and (not when.organisation or _is_one_of(given.organisation, when.organisation))
        and all(_is_one_of(given.fields.get(name), values) for name, values in when.fields.items())
    )


def _idle(subject: _Subject) -> frozenset[int]:
    """The rules that these facts leave out whatever the text says; few facts recur, and most tickets share theirs."""
    given, compiled = subject.given, subject.compiled
    key = (
        given.requester_vip, given.organisation, given.organisation_kind, given.channel, given.service, subject.language,
        tuple(given.fields.items()) if given.fields else (),
    )  # fmt: skip
    idle = compiled.idle.get(key)
    if idle is None:
        idle = frozenset(
            rule.order
            for rule in compiled.rules
            if rule.when is not None and not _facts_hold(rule.when, given, subject.language)
        )
        if len(compiled.idle) >= _SAID:
            compiled.idle.clear()
        compiled.idle[key] = idle
    return idle


def _is_one_of(value: str | None, known: tuple[str, ...]) -> bool:
    return value is not None and value.strip().casefold() in {other.casefold() for other in known}


def _evaluate(rule: CompiledRule, subject: _Subject, found: set[int]) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """The words with which the rule fires (None where it does not), and the words that exclude it. Its facts hold."""
    labels = subject.compiled.labels
    if rule.title_only:
        found = subject.in_title()
    hits = rule.alternatives & found
    words = [labels[number] for number in sorted(hits)] if hits else []
    if rule.patterns and not words:
        text = subject.encoded(rule.title_only)
        for pattern in rule.patterns:
            if pattern.found_in(text):
                # The pattern, not what it matched: reasons are kept for good, and a text may have to be erased.
                words.append(one_line(pattern.source, MAX_FOUND))
                break
    if not words and (rule.alternatives or rule.patterns):
        return None, ()
    for number in rule.required:
        if number not in found:
            return None, ()
        words.append(labels[number])
    if not rule.excluding.isdisjoint(found):
        return None, tuple(labels[number] for number in sorted(rule.excluding & found))[:MAX_WORDS]
    return tuple(dict.fromkeys(words))[:MAX_WORDS], ()


def _judge(rule: CompiledRule, subject: _Subject, found: set[int]) -> Vote | Lost | None:
    """What a rule says to the terms that were found: its vote, that words left it out, or nothing."""
    words, excluding = _evaluate(rule, subject, found)
    if words is not None:
        return Vote(rule.id, rule.weight, rule.votes, words)
    return Lost("excluded", rule=rule.id, words=excluding) if excluding else None


def _votes(subject: _Subject) -> tuple[list[Vote], list[Lost]]:
    compiled = subject.compiled
    found = compiled.matcher.find(fold(subject.text))
    by_term, rules = compiled.by_term, compiled.rules
    candidates = set(chain(compiled.always, *[by_term[number] for number in by_term.keys() & found]))
    candidates -= _idle(subject)
    votes: list[Vote] = []
    lost: list[Lost] = []
    for order in sorted(candidates):
        rule = rules[order]
        if rule.plain:
            which = rule.terms & found
            if which in rule.said:
                said = rule.said[which]
            else:
                said = _judge(rule, subject, found)
                if len(rule.said) < _SAID:
                    rule.said[which] = said
        else:
            said = _judge(rule, subject, found)
        if said is not None:
            (votes if type(said) is Vote else lost).append(said)
    return votes, lost


def classify(compiled: CompiledPolicy, given: ClassifyInput) -> Classification:
    """Decide kind, category, service, impact, urgency and CI of a ticket. Pure; never raises on any text."""
    subject = _Subject(compiled, given)
    votes, excluded = _votes(subject)
    # Values stand in the order of their first vote, which is the order of the policy: max() keeps the first at a tie.
    sums: dict[str, dict[str, int]] = {}
    for vote in votes:
        weight = vote.weight
        for name, code in vote.values:
            tally = sums.setdefault(name, {})
            tally[code] = tally.get(code, 0) + weight
    known = {"kind": given.kind, "service": given.service}
    chosen: dict[str, str | None] = {}
    basis: list[tuple[str, str]] = []
    lost: list[Lost] = []
    for name in VOTE_FIELDS:
        tally = sums.get(name, {})
        fixed = known.get(name)
        value: str | None = fixed
        source = "given"
        if fixed is None and tally:
            value, source = max(tally, key=tally.__getitem__), "votes"
        elif fixed is None:
            value, source = _fallback(compiled, name, chosen)
        chosen[name] = value
        if value is not None:
            basis.append((name, source))
        if len(tally) > 1 or (fixed is not None and tally):
            lost += _losers(name, tally, value, fixed is not None)
    lost += excluded
    return Classification(
        kind=_KINDS[chosen["kind"] or ""],
        category=chosen["category"] or "",
        service=chosen["service"],
        impact=_LEVELS[chosen["impact"] or ""],
        urgency=_LEVELS[chosen["urgency"] or ""],
        ci=chosen["ci"],
        language=subject.language,
        basis=tuple(basis),
        votes=tuple(votes),
        lost=tuple(lost),
    )


def _fallback(compiled: CompiledPolicy, name: str, chosen: Mapping[str, str | None]) -> tuple[str | None, str]:
    if name == "service":
        return compiled.service_of_category.get(chosen["category"] or ""), "category"
    return compiled.defaults.get(name), "default"


def _losers(name: str, tally: Mapping[str, int], value: str | None, fixed: bool) -> list[Lost]:
    best = tally.get(value or "", 0)
    found: list[Lost] = []
    for other, points in sorted(tally.items(), key=lambda item: -item[1]):
        if other != value:
            why = "given" if fixed else "tie" if points == best else "sum"
            found.append(_loser(why, name, other, points, best))
    return found


@lru_cache(maxsize=4096)
def _loser(why: str, name: str, value: str, points: int, best: int) -> Lost:
    return Lost(why, name, value, points, best)
