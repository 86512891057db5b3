"""Policy sections about work: categories, services, teams, life cycles, routing."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from helpdesk_tui.rules.policy_base import Code, LevelCode, Name, PriorityCode, Section, Term, refuse
from helpdesk_tui.vocabulary.channels import Channel, OrganisationKind
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import STATES, Kind, Phase
from helpdesk_tui.vocabulary.levels import Level
from helpdesk_tui.vocabulary.roles import Permission, Role

Language = Literal["en", "zh", "other"]
Strategy = Literal["round_robin", "least_loaded", "last_handler", "manual"]
RequiredField = Literal[
    "assignee", "team", "requester", "service", "category", "ci", "cause", "resolution", "resolution_code",
    "pending_until", "moscow", "severity", "affected_users",
]  # fmt: skip


class Defaults(Section):
    """What a new ticket is where no rule has an opinion."""

    kind: Kind = Kind.INCIDENT
    category: Code = "other"
    impact: LevelCode = Level.MEDIUM
    urgency: LevelCode = Level.MEDIUM


class Desk(Section):
    """The desk itself."""

    name: Name
    timezone: Name
    language: Literal["en", "zh_CN"] = "en"
    # Second-person approval and step-up for grave verbs.
    four_eyes: bool = False
    defaults: Defaults = Defaults()

    @model_validator(mode="after")
    def _no_false_promise(self) -> Self:
        # A switch that is on and does nothing would be worse than one that cannot be turned on.
        if self.four_eyes:
            raise refuse(N_("four_eyes: this program cannot ask a second person yet; leave it false"))
        return self


class Category(Section):
    """A subject area, with the service it usually concerns."""

    code: Code
    name: Name
    name_zh: Name
    # The service that a ticket of this category gets where nothing names one.
    service: Code | None = None
    # Whether its tickets are for those named on them alone (personnel, health).
    sensitive: bool = False


class ServiceEntry(Section):
    """A service of the catalogue; its words vote for it."""

    code: Code
    name: Name
    name_zh: Name
    criticality: Literal["low", "medium", "high", "critical"] = "medium"
    team: Code | None = None
    words: tuple[Term, ...] = ()
    # The weight with which the words vote.
    weight: Annotated[int, Field(ge=1, le=100)] = 2

    @property
    def criticality_level(self) -> int:
        """1 (low) to 4 (critical), as the store keeps it."""
        return ("low", "medium", "high", "critical").index(self.criticality) + 1


class TeamEntry(Section):
    """A team that a fresh desk starts with."""

    code: Code
    name: Name
    name_zh: Name
    strategy: Strategy = "manual"


class Move(Section):
    """One allowed transition: `from` these states `to` that one."""

    from_: Annotated[tuple[Code, ...], Field(alias="from", min_length=1)]
    to: Code
    permission: Permission = Permission.TICKET_TRANSITION
    # Only these roles may, where any is named (besides holding the permission).
    roles: tuple[Role, ...] = ()
    requires: tuple[RequiredField, ...] = ()
    reason: bool = False


class Lifecycle(Section):
    """The life of one kind: where it starts, which states pause its clocks, which moves there are.

    The named targets (`resolve`, `close` …) are where the verbs of that name lead.
    """

    initial: Code
    # Where assigning or taking a new ticket leads; None leaves the state alone.
    assign: Code | None = None
    take: Code | None = None
    resolve: Code
    close: Code
    reopen: Code
    cancel: Code
    # Where a requester's reply leads a waiting ticket back to.
    resume: Code | None = None
    pausing: tuple[Code, ...] = ()
    moves: Annotated[tuple[Move, ...], Field(min_length=1)]

    def targets(self) -> dict[str, str]:
        """The named targets that are set, by name."""
        names = ("initial", "assign", "take", "resolve", "close", "reopen", "cancel", "resume")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


_LISTS = ("kind", "category", "service", "priority", "organisation", "organisation_kind", "channel", "language")


class When(Section):
    """Facts that must hold, all of them; an empty list asks nothing. One value of a list is enough."""

    kind: tuple[Kind, ...] = ()
    category: tuple[Code, ...] = ()
    service: tuple[Code, ...] = ()
    priority: tuple[PriorityCode, ...] = ()
    organisation: tuple[Name, ...] = ()
    organisation_kind: tuple[OrganisationKind, ...] = ()
    channel: tuple[Channel, ...] = ()
    language: tuple[Language, ...] = ()
    vip: bool | None = None

    @property
    def empty(self) -> bool:
        """Whether this asks nothing and so always holds."""
        return self.vip is None and not any(
            (self.kind, self.category, self.service, self.priority, self.organisation, self.organisation_kind,
             self.channel, self.language)
        )  # fmt: skip

    def covers(self, other: "When") -> bool:
        """Whether this holds wherever `other` does, so that nothing is left for `other` behind it."""
        if self.vip is not None and self.vip != other.vip:
            return False
        for name in _LISTS:
            mine, others = getattr(self, name), getattr(other, name)
            if name == "organisation":
                mine, others = ({value.casefold() for value in values} for values in (mine, others))
            if mine and not (others and set(others) <= set(mine)):
                return False
        return True

    def holds(
        self,
        *,
        kind: str | None = None,
        category: str | None = None,
        service: str | None = None,
        priority: int | None = None,
        organisation: str | None = None,
        organisation_kind: str | None = None,
        channel: str | None = None,
        language: str | None = None,
        vip: bool = False,
    ) -> bool:
        """Whether the facts satisfy this. Organisations compare without regard to case."""
        return (
            (not self.kind or kind in self.kind)
            and (not self.category or category in self.category)
            and (not self.service or service in self.service)
            and (not self.priority or priority in self.priority)
            and (not self.organisation or _named(organisation, self.organisation))
            and (not self.organisation_kind or organisation_kind in self.organisation_kind)
            and (not self.channel or channel in self.channel)
            and (not self.language or language in self.language)
            and (self.vip is None or vip == self.vip)
        )


def _named(name: str | None, names: Iterable[str]) -> bool:
    return name is not None and name.casefold() in {other.casefold() for other in names}


class Route(Section):
    """Tickets for which `when` holds go to this team; the first route that holds decides."""

    id: Code
    when: When = When()
    team: Code
    # Skills that the person should have; who has most of them is preferred.
    skills: tuple[Code, ...] = ()
    # Overrules the team's own strategy.
    strategy: Strategy | None = None


class Routing(Section):
    """Who gets the work."""

    # The team where no route holds and the service names no team.
    default_team: Code
    # Strategy of teams that name none.
    strategy: Strategy = "manual"
    rules: tuple[Route, ...] = ()


def check_lifecycle(kind: Kind, life: Lifecycle) -> None:
    """Refuse states the kind does not have, and targets of the wrong phase."""
    phases = {state.code: state.phase for state in STATES[kind]}
    known = ", ".join(phases)

    def known_state(code: str, where: str) -> None:
        if code not in phases:
            raise refuse(
                N_("{where}: {kind} has no state {state}; its states are {known}"),
                where=where, kind=kind.value, state=code, known=known,
            )  # fmt: skip

    for name, code in life.targets().items():
        known_state(code, name)
    for code in life.pausing:
        known_state(code, "pausing")
    for number, move in enumerate(life.moves, 1):
        for code in (*move.from_, move.to):
            known_state(code, f"moves[{number}]")
        if move.to in move.from_:
            raise refuse(N_("{where}: a move from {state} to itself"), where=f"moves[{number}]", state=move.to)
    wanted = {"initial": Phase.NEW, "resolve": Phase.RESOLVED, "close": Phase.CLOSED, "cancel": Phase.CLOSED}
    for name, phase in wanted.items():
        code = getattr(life, name)
        if phases[code] != phase:
            raise refuse(N_("{where}: {state} is not in phase {phase}"), where=name, state=code, phase=phase.code)
    if phases[life.reopen] >= Phase.RESOLVED:
        raise refuse(N_("{where}: {state} is not open work"), where="reopen", state=life.reopen)


class Lifecycles(Section):
    """One life cycle per kind; every kind has one."""

    incident: Lifecycle
    request: Lifecycle
    problem: Lifecycle
    change: Lifecycle
    improvement: Lifecycle
    delivery: Lifecycle

    @model_validator(mode="after")
    def _states(self) -> Self:
        for kind in Kind:
            check_lifecycle(kind, self.of(kind))
        return self

    def of(self, kind: Kind | str) -> Lifecycle:
        """The life cycle of a kind."""
        life: Lifecycle = getattr(self, Kind(kind).value)
        return life
