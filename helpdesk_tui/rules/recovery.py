"""Recovery plans and runbooks as people write them (TOML), and the clocks that an incident runs against."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from helpdesk_tui.rules.policy_base import DurationText, Name, Section, refuse
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.incidents import STAGES
from helpdesk_tui.vocabulary.records import Instant

Words = Annotated[str, Field(min_length=1, max_length=1_000)]
Command = Annotated[str, Field(max_length=2_000)]
Severities = Annotated[tuple[Literal["SEV1", "SEV2", "SEV3", "SEV4", "SEV5"], ...], Field(max_length=5)]
Codes = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=64)], ...], Field(max_length=200)]
NEAR: Final = 75
"""Percent of the recovery time after which those who lead are told how little is left."""


def _real_time(step: "Step | Plan", *names: str) -> None:
    for name in names:
        length = getattr(step, name)
        if length is not None and length.working_days:
            raise refuse(N_("{key}: this is real time and knows no working days; write hours"), key=name)


class Step(Section):
    """Something to do. `owner` is a login, an address, or a role of the war room; `verify` shows that it worked and
    `rollback` takes it back: both are commands that a person copies, never run by the desk."""

    text: Words
    owner: Annotated[str, Field(max_length=255)] = ""
    # From the beginning of the recovery on.
    target: DurationText | None = None
    verify: Command = ""
    rollback: Command = ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        _real_time(self, "target")
        return self


class Staged(Step):
    """A step of a recovery plan."""

    stage: Literal["identify", "mobilise", "restore", "verify", "confirm"]


class Plan(Section):
    """How a service is brought back, and within what: the recovery time and recovery point objectives (ISO 22301)."""

    rto: DurationText | None = None
    rpo: DurationText | None = None
    strategy: Literal["standby", "backup", "manual"] = "manual"
    notes: Annotated[str, Field(max_length=10_000)] = ""
    steps: Annotated[tuple[Staged, ...], Field(max_length=200)] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        _real_time(self, "rto", "rpo")
        order = [STAGES.index(step.stage) for step in self.steps]
        if order != sorted(order):
            raise refuse(N_("the steps must follow the stages: {stages}"), stages=", ".join(STAGES))
        return self


class Runbook(Section):
    """A checklist; it fits incidents of these services, categories and severities (what is empty fits all)."""

    name: Name
    services: Codes = ()
    categories: Codes = ()
    severities: Severities = ()
    notes: Annotated[str, Field(max_length=10_000)] = ""
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=200)]


def closeness(
    services: Iterable[str],
    categories: Iterable[str],
    severities: Iterable[str],
    service: str | None,
    category: str | None,
    severity: int,
) -> int | None:
    """How closely a runbook fits an incident: what it names (0 to 3), None where something named is not so.

    A category fits what lies below it: `network` fits `network.vpn`.
    """
    named = 0
    for wanted, have in ((services, service), (categories, category), (severities, f"SEV{severity}")):
        known = [*wanted]
        if not known:
            continue
        if have is None or not any(have == one or have.startswith(f"{one}.") for one in known):
            return None
        named += 1
    return named


@dataclass(frozen=True, slots=True)
class RecoveryClock:
    """The recovery time of an incident: from when it runs, when it has run out, and when little is left."""

    begins: Instant
    near: Instant
    due: Instant


def recovery_clock(
    rto: int | None, stamps: dict[str, Instant | None], begins: Instant | None = None, pace: int = 1
) -> RecoveryClock | None:
    """The clock of an incident with a recovery time of so many seconds; None without one.

    It runs from `begins` where somebody set that, else from the beginning of the impact, else from when it was
    detected, else declared. `pace` is how much faster than real a drill runs.
    """
    known = [begins, *(stamps.get(name) for name in ("impact_started", "detected", "declared"))]
    start = next((at for at in known if at is not None), None)
    if rto is None or start is None:
        return None
    length = max(1, rto // max(1, pace))
    return RecoveryClock(start, start + length * NEAR // 100, start + length)


def exposure(began: Instant | None, last_good: Instant | None, now: Instant) -> int | None:
    """Seconds of data that are at risk: from the last good copy to the beginning of the impact (to now, where nobody
    knows when that was). None where no copy is known: that is not nothing."""
    if last_good is None:
        return None
    return max(0, (now if began is None else began) - last_good)


def stages_left(steps: Iterable[tuple[str, bool]]) -> list[str]:
    """The stages with steps that are not over, in their order; `steps` are stages and whether each step is over."""
    left = {stage for stage, over in steps if not over}
    return [stage for stage in STAGES if stage in left]
