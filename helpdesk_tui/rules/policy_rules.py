"""Policy section of classification: rules of conditions and weighted votes."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from helpdesk_tui.rules.policy_base import Code, LevelCode, Name, Section, Term, refuse
from helpdesk_tui.rules.policy_work import Language
from helpdesk_tui.vocabulary.channels import Channel, OrganisationKind
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind


class Near(Section):
    """Words that stand within `within` words of each other, in any order."""

    words: Annotated[tuple[Term, ...], Field(min_length=2, max_length=6)]
    within: Annotated[int, Field(ge=1, le=50)] = 5


class RuleWhen(Section):
    """Facts about the ticket and its requester that must hold; an empty list asks nothing."""

    requester_vip: bool | None = None
    organisation: tuple[Name, ...] = ()
    organisation_kind: tuple[OrganisationKind, ...] = ()
    channel: tuple[Channel, ...] = ()
    # The service that the form or the caller named, not one that rules propose.
    service: tuple[Code, ...] = ()
    language: tuple[Language, ...] = ()
    # Other fields of the intake (a column of a spreadsheet, a field of a form): one of the values, case ignored.
    fields: dict[Name, tuple[Name, ...]] = {}

    @property
    def empty(self) -> bool:
        """Whether this asks nothing."""
        return self.requester_vip is None and not any(
            (self.organisation, self.organisation_kind, self.channel, self.service, self.language, self.fields)
        )


class Votes(Section):
    """What a rule proposes."""

    kind: Kind | None = None
    category: Code | None = None
    service: Code | None = None
    impact: LevelCode | None = None
    urgency: LevelCode | None = None
    # The name of a configuration item.
    ci: Name | None = None

    def named(self) -> tuple[tuple[str, str], ...]:
        """The fields voted for with their codes, in the order of declaration."""
        found: list[tuple[str, str]] = []
        for field in VOTE_FIELDS:
            value = getattr(self, field)
            if value is not None:
                found.append((field, value.code if field in ("impact", "urgency") else str(value)))
        return tuple(found)


VOTE_FIELDS = ("kind", "category", "service", "impact", "urgency", "ci")


class Rule(Section):
    """One classification rule.

    It votes when one of `any`, one group of `near` or one of `regex` is found (where any of the three is given), every
    one of `all`, no one of `none`, and `when` holds.
    """

    id: Code
    note: str = ""
    weight: Annotated[int, Field(ge=1, le=100)] = 2
    # Where the words are looked for.
    where: Annotated[Literal["text", "title"], Field(alias="in")] = "text"
    any: tuple[Term, ...] = ()
    all: tuple[Term, ...] = ()
    none: tuple[Term, ...] = ()
    near: tuple[Near, ...] = ()
    regex: tuple[str, ...] = ()
    when: RuleWhen = RuleWhen()
    votes: Votes

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.any or self.all or self.near or self.regex or not self.when.empty):
            raise refuse(N_("rule {id} has no condition, so it would vote on every ticket"), id=self.id)
        if not self.votes.named():
            raise refuse(N_("rule {id} votes for nothing"), id=self.id)
        return self
