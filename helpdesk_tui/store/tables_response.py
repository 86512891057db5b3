"""The tables of incident response: on-call, escalation, monitoring events, incidents, reviews, notifications.

They follow the rules of `tables`: instants are whole UTC seconds, codes are text, and what belongs to a ticket has a
column `number`. A `document` is canonical JSON whose form the desk's module of that noun tells; people in it are ids.
"""

from typing import Final

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from helpdesk_tui.store.tables_base import SQLModel

_LIVE: Final = text("ended_at IS NULL")


# -- on-call -----------------------------------------------------------------------------------------------------------


class OnCallSchedule(SQLModel, table=True):
    """Who is on call when: layers of people (`document`) in a time zone. Its history is that of its journal entries."""

    __tablename__ = "on_call_schedule"
    id: int = Field(primary_key=True)
    code: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=255)
    tz: str = Field(max_length=64)
    team_id: int | None = Field(default=None, foreign_key="team.id")
    active: bool = True
    document: str = "{}"
    version: int = 1


class OnCallChange(SQLModel, table=True):
    """What is laid over a schedule for a while: an override, a temporary schedule, a swap.

    `kind` is cover, replace, add, remove, temporary or swap; `state` is asked (a swap without a taker), standing or
    withdrawn.
    """

    __tablename__ = "on_call_change"
    __table_args__ = (Index("ix_on_call_change_schedule", "schedule_id", "end_at"),)
    id: int = Field(primary_key=True)
    schedule_id: int = Field(foreign_key="on_call_schedule.id")
    kind: str = Field(max_length=16)
    state: str = Field(default="standing", max_length=16)
    start_at: int
    end_at: int
    created_at: int = 0
    author_id: int | None = Field(default=None, foreign_key="person.id")
    note: str = ""
    document: str = "{}"
    version: int = 1


class NotificationRule(SQLModel, table=True):
    """How a person wants to be told: a channel from a severity on (1 to 5, SEV1 is the gravest), but for quiet hours.

    Quiet hours are minutes of the local day in `tz`; what is as grave as `quiet_severity` or graver breaks them.
    """

    __tablename__ = "notification_rule"
    id: int = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    channel: str = Field(max_length=16)
    address: str | None = Field(default=None, max_length=1000)
    severity: int = 5
    quiet_from: int | None = None
    quiet_to: int | None = None
    quiet_severity: int = 1
    tz: str = Field(default="UTC", max_length=64)
    active: bool = True
    version: int = 1


class Escalation(SQLModel, table=True):
    """One run of an escalation policy for a ticket; `document` is the policy as it was at the start.

    `state` is running, acknowledged, held (maintenance), exhausted or ended; `level` counts from 1, `pass_no` too.
    `document` also keeps who was told at each level and who acknowledged it.
    """

    __table_args__ = (
        Index("ix_escalation_live", "number", sqlite_where=_LIVE),
        Index("ix_escalation_number", "number"),
    )
    id: int = Field(primary_key=True)
    number: int = Field(foreign_key="ticket.number")
    policy: str = Field(max_length=64)
    severity: int = 3
    state: str = Field(default="running", max_length=16)
    level: int = 0
    pass_no: int = 1
    started_at: int = 0
    next_at: int | None = None
    acknowledged_at: int | None = None
    activity_at: int | None = None
    ended_at: int | None = None
    document: str = "{}"
    version: int = 1


# -- monitoring events -------------------------------------------------------------------------------------------------


class Alert(SQLModel, table=True):
    """One thing that a monitoring system tells of, by source, instance and key; `document` keeps its notices in short."""

    __table_args__ = (
        Index("uq_alert_identity", "identity", unique=True),
        Index("ix_alert_number", "number", sqlite_where=text("number IS NOT NULL")),
        Index("ix_alert_group", "group_id", sqlite_where=text("group_id IS NOT NULL")),
        Index("ix_alert_open", "state", "changed_at", sqlite_where=text("state <> 'resolved'")),
        Index("ix_alert_changed", "changed_at"),
    )
    id: int = Field(primary_key=True)
    identity: str = Field(max_length=64)
    source: str = Field(max_length=32)
    instance: str = Field(default="", max_length=255)
    key: str = ""
    state: str = Field(max_length=16)
    severity: str = Field(max_length=16)
    summary: str = ""
    service_id: int | None = Field(default=None, foreign_key="service.id")
    ci_id: int | None = Field(default=None, foreign_key="configuration_item.id")
    group_id: int | None = Field(default=None, foreign_key="alert_group.id")
    number: int | None = Field(default=None, foreign_key="ticket.number")
    opened_at: int | None = None
    resolved_at: int | None = None
    changed_at: int = 0
    document: str = "{}"
    version: int = 1


class AlertMemory(SQLModel, table=True):
    """How often an alert was told of, when last, and its latest notices (`document`, the form of `rules.events.Alert`).

    Not journalled: a mere repeat changes nothing else. Where it is missing, the alert's own document stands in.
    """

    __tablename__ = "alert_memory"
    alert_id: int = Field(primary_key=True)
    told: int = 1
    last_at: int = 0
    document: str = "{}"


class AlertGroup(SQLModel, table=True):
    """Alerts that are one incident: those that agree in what the policy groups by, near enough in time."""

    __tablename__ = "alert_group"
    __table_args__ = (Index("ix_alert_group_key", "key", "last_at"),)
    id: int = Field(primary_key=True)
    key: str = Field(max_length=64)
    number: int | None = Field(default=None, foreign_key="ticket.number", index=True)
    first_at: int = 0
    last_at: int = 0
    document: str = "{}"
    version: int = 1


class MaintenanceWindow(SQLModel, table=True):
    """A time in which alerts of a service, a configuration item or labels (`document`) are recorded and page nobody."""

    __tablename__ = "maintenance_window"
    __table_args__ = (Index("ix_maintenance_window_end", "end_at"),)
    id: int = Field(primary_key=True)
    title: str = Field(max_length=255)
    start_at: int
    end_at: int
    change_number: int | None = None
    author_id: int | None = Field(default=None, foreign_key="person.id")
    withdrawn_at: int | None = None
    document: str = "{}"
    version: int = 1


class Event(SQLModel, table=True):
    """A notice as it arrived (not journalled: what became of it is). Old ones are swept away."""

    __table_args__ = (Index("ix_event_alert", "alert_id", "id"), Index("ix_event_received", "received_at"))
    id: int = Field(primary_key=True)
    received_at: int
    source: str = Field(max_length=32)
    status: str = Field(max_length=16)
    severity: str = Field(max_length=16)
    what: str = Field(max_length=16)
    alert_id: int | None = None
    number: int | None = None
    digest: str = Field(default="", max_length=64)
    document: str = "{}"


class Delivery(SQLModel, table=True):
    """A signed request that was taken (so that it is not taken twice), until its time is over."""

    id: str = Field(primary_key=True, max_length=128)
    expires_at: int = Field(index=True)


# -- incidents ---------------------------------------------------------------------------------------------------------


class Incident(SQLModel, table=True):
    """The incident side of a ticket: severity 1 to 5, stamps, what its clocks run against. `nature`: real, drill, backfilled."""

    __table_args__ = (CheckConstraint("severity BETWEEN 1 AND 5", name="severity"),)
    number: int = Field(primary_key=True, foreign_key="ticket.number")
    nature: str = Field(default="real", max_length=16)
    severity: int = 3
    impact_started_at: int | None = None
    detected_at: int | None = None
    declared_at: int | None = None
    acknowledged_at: int | None = None
    engaged_at: int | None = None
    mitigated_at: int | None = None
    resolved_at: int | None = None
    closed_at: int | None = None
    internal_due_at: int | None = None
    external_due_at: int | None = None
    rto: int | None = None
    rpo: int | None = None
    rto_from: int | None = None
    rto_warn_at: int | None = None
    rto_due_at: int | None = None
    drill_at: int | None = None
    last_good_at: int | None = None
    recurrence_of: int | None = None
    document: str = "{}"
    version: int = 1


class IncidentRole(SQLModel, table=True):
    """A role in the room: offered, accepted, ended."""

    __tablename__ = "incident_role"
    __table_args__ = (Index("ix_incident_role_standing", "person_id", "number", sqlite_where=_LIVE),)
    id: int = Field(primary_key=True)
    number: int = Field(foreign_key="ticket.number", index=True)
    role: str = Field(max_length=16)
    person_id: int = Field(foreign_key="person.id")
    offered_at: int = 0
    offered_by: int | None = Field(default=None, foreign_key="person.id")
    accepted_at: int | None = None
    ended_at: int | None = None


class IncidentEntry(SQLModel, table=True):
    """A line of the room's timeline: when it happened, when it was written. `uid` is the same in every copy of the room."""

    __tablename__ = "incident_entry"
    __table_args__ = (Index("ix_incident_entry_number", "number", "occurred_at", "id"),)
    id: int = Field(primary_key=True)
    number: int = Field(foreign_key="ticket.number")
    uid: str = Field(unique=True, max_length=64)
    kind: str = Field(max_length=16)
    occurred_at: int
    recorded_at: int
    author_id: int | None = Field(default=None, foreign_key="person.id")
    source: str = Field(default="", max_length=32)
    pinned: bool = False
    struck_at: int | None = None
    body: str = ""
    document: str = "{}"


class IncidentTask(SQLModel, table=True):
    """Something to do: `task` during the incident, `action` after it (owner and due; it becomes a ticket)."""

    __tablename__ = "incident_task"
    __table_args__ = (
        Index("ix_incident_task_result", "result_number", sqlite_where=text("result_number IS NOT NULL")),
    )
    id: int = Field(primary_key=True)
    number: int = Field(foreign_key="ticket.number", index=True)
    kind: str = Field(default="task", max_length=8)
    type: str = Field(default="", max_length=16)
    text: str = Field(max_length=1000)
    owner_id: int | None = Field(default=None, foreign_key="person.id")
    created_at: int = 0
    due_at: int | None = None
    done_at: int | None = None
    done_by: int | None = Field(default=None, foreign_key="person.id")
    result_number: int | None = None


class IncidentUpdate(SQLModel, table=True):
    """A status update: inside and outside are different texts, each in English and Chinese."""

    __tablename__ = "incident_update"
    id: int = Field(primary_key=True)
    number: int = Field(foreign_key="ticket.number", index=True)
    at: int = 0
    author_id: int | None = Field(default=None, foreign_key="person.id")
    severity: int = 3
    internal: str = ""
    internal_zh: str = ""
    external: str = ""
    external_zh: str = ""
    document: str = "{}"


class IncidentStep(SQLModel, table=True):
    """A step of the recovery plan or of a runbook (`plan`), copied into the incident when it was begun."""

    __tablename__ = "incident_step"
    id: int = Field(primary_key=True)
    number: int = Field(foreign_key="ticket.number", index=True)
    plan: str = Field(default="recovery", max_length=64)
    stage: str = Field(default="", max_length=16)
    position: int = 0
    text: str = Field(max_length=1000)
    owner_id: int | None = Field(default=None, foreign_key="person.id")
    role: str = Field(default="", max_length=16)
    target: int | None = None
    verify: str = ""
    rollback: str = ""
    begun_at: int | None = None
    done_at: int | None = None
    done_by: int | None = Field(default=None, foreign_key="person.id")
    skipped: bool = False
    note: str = ""


class RecoveryPlan(SQLModel, table=True):
    """How a service is brought back: RTO and RPO in seconds, strategy, steps (`document`), the last good backup."""

    __tablename__ = "recovery_plan"
    id: int = Field(primary_key=True)
    service_id: int = Field(foreign_key="service.id", unique=True)
    rto: int | None = None
    rpo: int | None = None
    strategy: str = Field(default="manual", max_length=16)
    last_good_at: int | None = None
    last_good_source: str = Field(default="", max_length=255)
    document: str = "{}"
    version: int = 1


class Runbook(SQLModel, table=True):
    """A checklist for a service or a type of incident (`document` tells for which, and the steps)."""

    id: int = Field(primary_key=True)
    code: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=255)
    document: str = "{}"
    version: int = 1


class Review(SQLModel, table=True):
    """The post-incident review of a ticket (`document`); `state` is draft, approved, published or waived."""

    number: int = Field(primary_key=True, foreign_key="ticket.number")
    state: str = Field(default="draft", max_length=16)
    owner_id: int | None = Field(default=None, foreign_key="person.id")
    created_at: int = 0
    due_at: int | None = None
    approved_at: int | None = None
    approved_by: int | None = Field(default=None, foreign_key="person.id")
    published_at: int | None = None
    waived_at: int | None = None
    waived_by: int | None = Field(default=None, foreign_key="person.id")
    waiver: str = ""
    document: str = "{}"
    version: int = 1


# -- notifications and workers (operational) ---------------------------------------------------------------------------


class Outbox(SQLModel, table=True):
    """A message to one address: at least once, known to the receiver by its `dedupe` key. Not journalled."""

    __table_args__ = (
        Index("uq_outbox_dedupe", "dedupe", unique=True),
        Index("ix_outbox_due", "due_at", "id", sqlite_where=text("state = 'waiting'")),
        Index("ix_outbox_number", "number", "id"),
    )
    id: int = Field(primary_key=True)
    dedupe: str = Field(max_length=128)
    seq: int = 0
    number: int | None = None
    person_id: int | None = None
    channel: str = Field(max_length=16)
    address: str | None = Field(default=None, max_length=1000)
    severity: int = 5
    created_at: int = 0
    due_at: int = 0
    state: str = Field(default="waiting", max_length=16)
    attempts: int = 0
    taken_by: str = Field(default="", max_length=64)
    taken_at: int | None = None
    sent_at: int | None = None
    error: str = ""
    document: str = "{}"


class Heartbeat(SQLModel, table=True):
    """A program that does what is due, and when it did so last."""

    id: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=16)
    started_at: int = 0
    seen_at: int = 0
    fired: int = 0
    latest: int = 0


OPERATIONAL_RESPONSE: Final = frozenset(("alert_memory", "event", "delivery", "outbox", "heartbeat"))
