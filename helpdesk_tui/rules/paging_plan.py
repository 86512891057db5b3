"""The paging policy that a run follows: a snapshot of the section as it was when the run began."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from helpdesk_tui.rules.policy_base import Duration
from helpdesk_tui.rules.policy_paging import Paging, PagingPolicy
from helpdesk_tui.vocabulary.levels import Severity

# One value for each severity, SEV1 first: seconds, or None.
BySeverity = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """Who is told at one level. `delay` in seconds overrules the severity's."""

    targets: tuple[str, ...]
    delay: int | None = None
    need_acks: int = 1
    kind: str = "functional"


@dataclass(frozen=True, slots=True)
class Plan:
    """A policy's levels with everything that its runs count by, and the version of the document it was taken from."""

    id: str
    version: int
    levels: tuple[Level, ...]
    delays: BySeverity
    ack_timeout: BySeverity
    reopen: BySeverity
    ack_warning: int = 0
    hours_only: tuple[int, ...] = ()
    calendar: str | None = None
    passes: int = 2
    duty: tuple[str, ...] = ()

    def delay(self, level: int, severity: int) -> int | None:
        """Seconds that a level (from 1) has before the next one; None where this severity pages nobody."""
        of_severity = self.delays[severity - 1]
        own = self.levels[level - 1].delay if 0 < level <= len(self.levels) else None
        return of_severity if of_severity is None or own is None else own

    def data(self) -> dict[str, Any]:
        """The JSON form."""
        return {key: value for key, value in asdict(self).items() if value not in (None, ())}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Plan":
        """The plan of a JSON form. Raises KeyError or TypeError where it is none."""
        given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
        given["levels"] = tuple(Level(**{**one, "targets": tuple(one["targets"])}) for one in data["levels"])
        return cls(**given)


def _seconds(value: Duration | None) -> int | None:
    return None if value is None else value.seconds


def plan_of(paging: Paging, version: int, policy: PagingPolicy | None = None) -> Plan:
    """The snapshot of a policy; without one, that of a page by hand: nobody but those named, then the duty manager."""
    levels: tuple[Level, ...] = (Level(()),)
    if policy is not None:
        levels = tuple(Level(one.targets, _seconds(one.delay), one.need_acks, one.kind) for one in policy.levels)
    return Plan(
        id="" if policy is None else policy.id,
        version=version,
        levels=levels,
        delays=tuple(_seconds(paging.delay.of(severity)) for severity in Severity),
        ack_timeout=tuple(_seconds(paging.ack_timeout.of(severity)) for severity in Severity),
        reopen=tuple(_seconds(paging.reopen.of(severity)) for severity in Severity),
        ack_warning=_seconds(paging.ack_warning) or 0,
        hours_only=tuple(int(Severity[code.upper()]) for code in paging.hours_only),
        calendar=paging.calendar,
        passes=paging.passes,
        duty=paging.duty,
    )
