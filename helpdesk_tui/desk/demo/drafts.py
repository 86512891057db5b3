"""A ticket in the making: steps are added in time order and carry its fields along."""

from typing import Any, Final

from helpdesk_tui.desk.demo.content_catalogue import SERVICES
from helpdesk_tui.desk.demo.models import DemoStep, DemoTicket
from helpdesk_tui.vocabulary.kinds import Kind, Phase, phase_of
from helpdesk_tui.vocabulary.records import Instant

CRITICALITY: Final = {service.code: service.criticality for service in SERVICES}
# impact + urgency -> priority: the default matrix is symmetric.
_MATRIX: Final = {6: 4, 5: 3, 4: 2, 3: 1, 2: 1}
_COLUMNS: Final = frozenset(
    [
        "state",
        "team",
        "assignee",
        "impact",
        "urgency",
        "priority",
        "pending_until",
        "cause",
        "resolution",
        "resolution_code",
        "severity",
        "major",
    ]
)


def priority_of(impact: int, urgency: int, service: str, vip: bool, affected: int = 0) -> int:
    """The priority that the default policy finds (matrix, criticality, VIP, affected people)."""
    # high x low is medium, but medium x medium is medium too: the sum tells them all apart.
    value = _MATRIX[impact + urgency]
    if CRITICALITY[service] == 4 and value >= 2:
        value = min(4, value + 1)
    if vip and value < 3:
        value += 1
    if affected >= 250:
        value = 4
    elif affected >= 50:
        value = max(value, 3)
    elif affected >= 10:
        value = max(value, 2)
    return value


class Draft:
    """One ticket being told. Other tickets are named by their draft until numbers are given."""

    __slots__ = ("last", "refs", "ticket")

    def __init__(self, ticket: DemoTicket) -> None:
        self.ticket = ticket
        self.last: Instant = ticket.created_at - 1
        self.refs: list[tuple[DemoStep, str, Draft]] = []

    @property
    def phase(self) -> Phase:
        return Phase(self.ticket.phase)

    def step(self, at: Instant, actor: str, verb: str, text: str = "", **fields: Any) -> DemoStep:
        """Add a step not before the last one (a few seconds after it at least)."""
        ticket = self.ticket
        at = max(at, self.last + 5) if ticket.steps else at
        step = DemoStep(at, actor, verb, fields, text)
        ticket.steps.append(step)
        self.last = ticket.updated_at = at
        self._carry(step)
        return step

    def _carry(self, step: DemoStep) -> None:
        ticket, fields, at = self.ticket, step.fields, step.at
        before = ticket.assignee
        for name in fields.keys() & _COLUMNS:
            setattr(ticket, name, fields[name])
        if step.verb in ("assign", "take") and before is not None and ticket.assignee != before:
            ticket.reassignment_count += 1
        if step.verb == "reopen":
            ticket.reopen_count += 1
        if step.verb == "reply" and ticket.first_response_at is None and step.actor != ticket.requester:
            ticket.first_response_at = at
        if step.verb == "tag":
            ticket.tags = tuple(dict.fromkeys((*ticket.tags, *fields["tags"])))
        if "state" in fields:
            phase = phase_of(Kind(ticket.kind), fields["state"])
            if phase != Phase.PENDING:
                ticket.pending_until = None
            if phase == Phase.RESOLVED:
                ticket.resolved_at = at
            elif phase < Phase.RESOLVED:
                ticket.resolved_at = ticket.closed_at = None
            if phase == Phase.CLOSED:
                ticket.closed_at = at
            ticket.phase = int(phase)

    def refer(self, step: DemoStep, key: str, other: "Draft") -> None:
        """Let a field of a step name another ticket, once it has its number; `{other}` in the text too."""
        self.refs.append((step, key, other))

    def insert(self, at: Instant, actor: str, verb: str, text: str = "", **fields: Any) -> DemoStep:
        """Put in a step that changes no column, at its place in time; the others keep theirs."""
        ticket = self.ticket
        taken = {step.at for step in ticket.steps}
        at = max(at, ticket.created_at + 1)
        while at in taken:
            at += 1
        step = DemoStep(at, actor, verb, fields, text)
        ticket.steps.append(step)
        ticket.steps.sort(key=lambda s: s.at)
        self.last = ticket.updated_at = ticket.steps[-1].at
        return step
