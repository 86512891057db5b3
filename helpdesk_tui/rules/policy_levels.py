"""Policy sections that grade work: the matrix, priority steps, severities, MoSCoW, what is next."""

import itertools
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from helpdesk_tui.rules.policy_base import Duration, DurationText, Name, PriorityCode, Section, refuse
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.levels import Level, Priority, Severity

Axis = Literal["impact", "urgency"]


class Matrix(Section):
    """Impact × urgency → priority. The direction is stated, never guessed; any size with named levels.

    `table` has one list per level of the axis named in `rows`, and in it one priority per level of the other axis,
    both in the order of the lists `impact` and `urgency`, which run as `order` says.
    """

    rows: Axis
    columns: Axis
    order: Literal["high_first", "low_first"]
    impact: Annotated[tuple[Name, ...], Field(min_length=1, max_length=10)]
    urgency: Annotated[tuple[Name, ...], Field(min_length=1, max_length=10)]
    table: tuple[tuple[PriorityCode, ...], ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.rows == self.columns:
            raise refuse(N_("rows and columns both say {axis}; one must be impact, the other urgency"), axis=self.rows)
        for axis in (self.impact, self.urgency):
            if len(set(axis)) != len(axis):
                raise refuse(N_("a level is named twice in {names}"), names=", ".join(axis))
        rows, columns = self._names(self.rows), self._names(self.columns)
        if len(self.table) != len(rows):
            raise refuse(
                N_("the table has {have} rows, {axis} has {want} levels"),
                have=len(self.table), axis=self.rows, want=len(rows),
            )  # fmt: skip
        for name, line in zip(rows, self.table, strict=True):
            if len(line) != len(columns):
                raise refuse(
                    N_("row {name} has {have} priorities, {axis} has {want} levels"),
                    name=name, have=len(line), axis=self.columns, want=len(columns),
                )  # fmt: skip
        self._check_direction()
        return self

    def _names(self, axis: Axis) -> tuple[str, ...]:
        return self.impact if axis == "impact" else self.urgency

    def _check_direction(self) -> None:
        # A matrix that falls where impact or urgency grows was written the other way round than it says.
        impact, urgency = self.levels("impact"), self.levels("urgency")
        for low, high in itertools.pairwise(impact):
            for name in urgency:
                if self.priority_of(high, name) < self.priority_of(low, name):
                    raise refuse(
                        N_("impact {high} gives a lower priority than impact {low}; is the order right?"),
                        high=high, low=low,
                    )  # fmt: skip
        for low, high in itertools.pairwise(urgency):
            for name in impact:
                if self.priority_of(name, high) < self.priority_of(name, low):
                    raise refuse(
                        N_("urgency {high} gives a lower priority than urgency {low}; is the order right?"),
                        high=high, low=low,
                    )  # fmt: skip

    def levels(self, axis: Axis) -> tuple[str, ...]:
        """The names of an axis from the lowest to the highest, whatever the order of the document."""
        names = self._names(axis)
        return names[::-1] if self.order == "high_first" else names

    def name_of(self, axis: Axis, level: Level) -> str:
        """The matrix's own name for one of the desk's three levels.

        The level's own code where the axis has it, else the level at the same height, rounded to the graver side.
        """
        names = self.levels(axis)
        if level.code in names:
            return level.code
        return names[-(-(len(names) - 1) * (level - 1) // 2)]

    def priority_of(self, impact: str, urgency: str) -> Priority:
        """The priority at two level names. Raises KeyError for a name the axis does not have."""
        if impact not in self.impact:
            raise KeyError(impact)
        if urgency not in self.urgency:
            raise KeyError(urgency)
        row, column = self.impact.index(impact), self.urgency.index(urgency)
        return self.table[row][column] if self.rows == "impact" else self.table[column][row]

    def priority(self, impact: Level, urgency: Level) -> Priority:
        """The priority for two of the desk's levels."""
        return self.priority_of(self.name_of("impact", impact), self.name_of("urgency", urgency))


class AffectedStep(Section):
    """From `users` affected people on, the priority is at least this."""

    users: Annotated[int, Field(ge=1)]
    at_least: PriorityCode


class CriticalitySteps(Section):
    """Steps up (or, negative, down) by the criticality of the affected service."""

    critical: Annotated[int, Field(ge=-3, le=3)] = 1
    high: Annotated[int, Field(ge=-3, le=3)] = 0
    medium: Annotated[int, Field(ge=-3, le=3)] = 0
    low: Annotated[int, Field(ge=-3, le=3)] = 0

    def steps(self, criticality: int) -> int:
        """Steps for a service criticality of 1 (low) to 4 (critical)."""
        return (self.low, self.medium, self.high, self.critical)[min(max(criticality, 1), 4) - 1]


class PriorityRules(Section):
    """What moves a priority after the matrix, in this order: criticality, VIP, affected users."""

    criticality: CriticalitySteps = CriticalitySteps()
    # Criticality raises only what the matrix already finds at least this grave.
    criticality_from: PriorityCode = Priority.MEDIUM
    vip_steps: Annotated[int, Field(ge=0, le=3)] = 1
    # A VIP's own ticket is never raised above this by being a VIP's.
    vip_at_most: PriorityCode = Priority.HIGH
    affected: tuple[AffectedStep, ...] = ()

    def affected_minimum(self, users: int) -> Priority | None:
        """The gravest `at_least` whose threshold is reached, or None."""
        return max((step.at_least for step in self.affected if users >= step.users), default=None)


class SeverityMap(Section):
    """The priority that a severity of a major incident means."""

    sev1: PriorityCode = Priority.CRITICAL
    sev2: PriorityCode = Priority.CRITICAL
    sev3: PriorityCode = Priority.HIGH
    sev4: PriorityCode = Priority.MEDIUM
    sev5: PriorityCode = Priority.LOW

    @model_validator(mode="after")
    def _falling(self) -> Self:
        values: Sequence[Priority] = (self.sev1, self.sev2, self.sev3, self.sev4, self.sev5)
        for number, (graver, lesser) in enumerate(itertools.pairwise(values), 1):
            if graver < lesser:
                raise refuse(
                    N_("SEV{graver} would be lower than SEV{lesser}; SEV1 is the gravest"),
                    graver=number, lesser=number + 1,
                )  # fmt: skip
        return self

    def priority(self, severity: Severity) -> Priority:
        """The priority of a severity."""
        return (self.sev1, self.sev2, self.sev3, self.sev4, self.sev5)[severity - 1]


Weight = Annotated[int, Field(ge=0, le=100)]


class RiskWeights(Section):
    """Weights of the risk score's inputs (each input runs from 1 to 5)."""

    business_impact: Weight = 60
    likelihood: Weight = 40

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.business_impact + self.likelihood:
            raise refuse(N_("at least one weight must be above 0"))
        return self


class ValueWeights(Section):
    """Weights of the value score's inputs (1 to 5); effort counts the other way round: little effort is good."""

    benefit: Weight = 45
    reach: Weight = 35
    effort: Weight = 20

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.benefit + self.reach + self.effort:
            raise refuse(N_("at least one weight must be above 0"))
        return self


Score = Annotated[int, Field(ge=0, le=100)]


class DemandRules(Section):
    """MoSCoW: risk and value are scores of 0 to 100; their mix decides the class, a grave risk alone is a must."""

    risk: RiskWeights = RiskWeights()
    value: ValueWeights = ValueWeights()
    # Percent of the mixed score that the risk score makes up; the value score is the rest.
    risk_share: Annotated[int, Field(ge=0, le=100)] = 50
    must: Score = 75
    should: Score = 55
    could: Score = 30
    must_risk: Score = 85

    @model_validator(mode="after")
    def _falling(self) -> Self:
        if not self.must >= self.should >= self.could:
            raise refuse(N_("the thresholds must fall from must over should to could"))
        return self


Points = Annotated[int, Field(ge=0, le=10_000)]


class PriorityPoints(Section):
    """Points by priority; a graver one never has fewer."""

    critical: Points = 400
    high: Points = 250
    medium: Points = 100
    low: Points = 0

    @model_validator(mode="after")
    def _falling(self) -> Self:
        if not self.critical >= self.high >= self.medium >= self.low:
            raise refuse(N_("a graver priority must not have fewer points than a lesser one"))
        return self


class NextUpRules(Section):
    """What the view of next work counts. A target that is `half_time` away gives half of `due`."""

    breached: Points = 1000
    due: Points = 800
    half_time: DurationText = Duration(4 * 3600)
    priority: PriorityPoints = PriorityPoints()
    waiting_per_hour: Points = 20
    waiting_most: Points = 200
    vip: Points = 50
    mine: Points = 150
    team: Points = 100
    skill: Points = 40

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.breached < self.due:
            raise refuse(N_("what is overdue must not have fewer points than what is due"))
        if self.half_time.seconds < 60 or self.half_time.working_days:
            raise refuse(N_("half_time is at least 1m and has no working days"))
        return self

    def points_of(self, priority: Priority) -> int:
        """The points of a priority."""
        return (self.priority.low, self.priority.medium, self.priority.high, self.priority.critical)[priority - 1]

    @property
    def best_extra(self) -> int:
        """The most that work which is nobody's yet can get beyond its time and priority."""
        return self.waiting_most + self.vip + self.team + 3 * self.skill
