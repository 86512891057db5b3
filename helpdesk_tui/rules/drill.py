"""Drills: a scenario that plays events on a faster clock, and how well it was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from helpdesk_tui.rules.policy_base import Duration, DurationText, Section, refuse
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.records import Instant

Words = Annotated[str, Field(min_length=1, max_length=1_000)]


class Played(Section):
    """Something that happens in the scenario, so long after its beginning."""

    at: DurationText = Duration(0)
    kind: Literal["alert", "note"] = "alert"
    text: Words


class Targets(Section):
    """Within what each should be done, in the scenario's own time; what is not named is not scored."""

    acknowledged: DurationText | None = Duration(5 * 60)
    engaged: DurationText | None = None
    mitigated: DurationText | None = None


class Scenario(Section):
    """What a drill plays. `pace` is how many scenario minutes pass in a real one."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    severity: Literal["SEV1", "SEV2", "SEV3", "SEV4", "SEV5"] = "SEV1"
    service: Annotated[str, Field(max_length=64)] = ""
    pace: Annotated[int, Field(ge=1, le=1_000)] = 1
    roles: Annotated[
        tuple[Literal["commander", "deputy", "operations", "communications", "scribe"], ...], Field(max_length=5)
    ] = ("commander", "operations", "communications")
    targets: Targets = Targets()
    events: Annotated[tuple[Played, ...], Field(max_length=500)] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        lengths = [each.at for each in self.events]
        lengths += [at for at in (self.targets.acknowledged, self.targets.engaged, self.targets.mitigated) if at]
        if any(at.working_days for at in lengths):
            raise refuse(N_("{key}: this is real time and knows no working days; write hours"), key="at")
        order = [each.at.seconds for each in self.events]
        if order != sorted(order):
            raise refuse(N_("the events must stand in the order of their times"))
        return self

    def kept(self) -> dict[str, Any]:
        """What an incident keeps of it: plain values, times in seconds."""
        named = {name: getattr(self.targets, name) for name in ("acknowledged", "engaged", "mitigated")}
        return {
            "pace": self.pace,
            "roles": [*self.roles],
            "targets": {name: at.seconds for name, at in named.items() if at is not None},
            "events": [{"at": each.at.seconds, "kind": each.kind, "text": each.text} for each in self.events],
            "played": 0,
        }


def next_at(drill: Mapping[str, Any], began: Instant) -> Instant | None:
    """When the next event of a running drill is played, in real time; None after the last."""
    events: Sequence[Mapping[str, Any]] = drill["events"]
    if drill["played"] >= len(events):
        return None
    return began + int(events[drill["played"]]["at"]) // int(drill["pace"])


@dataclass(frozen=True, slots=True)
class Marked:
    """One thing that is scored: what was got of how many points; `target` and `actual` are scenario seconds or counts."""

    what: str
    got: int
    of: int
    target: int | None = None
    actual: int | None = None

    def data(self) -> dict[str, Any]:
        """The JSON form."""
        return {"what": self.what, "points": self.got, "of": self.of, "target": self.target, "actual": self.actual}


@dataclass(frozen=True, slots=True)
class Score:
    """How a drill was answered: its parts, and the share of the points in percent (None: nothing is scored)."""

    parts: tuple[Marked, ...]

    @property
    def percent(self) -> int | None:
        """Rounded down: a drill with one late update is not flawless."""
        of = sum(part.of for part in self.parts)
        return sum(part.got for part in self.parts) * 100 // of if of else None


WEIGHTS = {"acknowledged": 20, "engaged": 10, "mitigated": 20, "rto": 20, "updates": 15, "roles": 10, "steps": 10}
"""Points by what is scored."""


def score(
    drill: Mapping[str, Any],
    stamps: Mapping[str, Instant | None],
    *,
    rto: int | None,
    rto_met: bool | None,
    updates: tuple[int, int],
    roles: Sequence[str],
    steps: tuple[int, int],
    now: Instant,
) -> Score:
    """The score of a drill as it stands. What was to be done within a time and was not yet loses its points once that
    time is over; until then it is not counted. `updates` and `steps` are how many there should be and how many there are
    (in time, over); `roles` those that are held or were."""
    pace, began = int(drill["pace"]), stamps["declared"] or now
    parts: list[Marked] = []
    for name, target in drill["targets"].items():
        at = stamps.get(name)
        took = ((now if at is None else at) - began) * pace
        if at is not None or took > target:
            parts.append(_marked(name, took <= target and at is not None, target, took if at is not None else None))
    if rto is not None and rto_met is not None:
        parts.append(_marked("rto", rto_met, rto, None))
    for name, (due, done) in (("updates", updates), ("steps", steps)):
        if due:
            parts.append(Marked(name, WEIGHTS[name] * min(done, due) // due, WEIGHTS[name], due, done))
    wanted = drill["roles"]
    if wanted:
        held = len(set(wanted) & set(roles))
        parts.append(Marked("roles", WEIGHTS["roles"] * held // len(wanted), WEIGHTS["roles"], len(wanted), held))
    return Score(tuple(parts))


def _marked(name: str, met: bool, target: int, actual: int | None) -> Marked:
    return Marked(name, WEIGHTS[name] if met else 0, WEIGHTS[name], target, actual)
