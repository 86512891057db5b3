"""The tables, as SQLModel classes: the one definition of the schema.

Instants are whole UTC seconds (integers); levels are small integers, graver is greater; codes are text.
Business tables are journalled, row by row; operational tables (`OPERATIONAL`) are rebuilt or dropped by a
replay. No `from __future__ import annotations` here: SQLModel reads the annotations at run time.
"""

from typing import Final

from sqlalchemy import CheckConstraint, Index, MetaData, text
from sqlmodel import Field

from helpdesk_tui.store import tables_response
from helpdesk_tui.store.tables_base import SQLModel
from helpdesk_tui.vocabulary.records import NEVER

_OPEN: Final = text("phase < 3 AND deleted_at IS NULL")
_SENSITIVE: Final = text("sensitive IS NOT NULL")


class Organisation(SQLModel, table=True):
    """A company or department whose people write to the desk."""

    id: int = Field(primary_key=True)
    name: str = Field(unique=True, max_length=255)
    kind: str = Field(default="internal", max_length=16)
    version: int = 1


class Person(SQLModel, table=True):
    """A contact or an agent: one person, one row."""

    __table_args__ = (
        Index("uq_person_email", text("lower(email)"), unique=True, sqlite_where=text("email IS NOT NULL")),
        Index("uq_person_login", "login", unique=True, sqlite_where=text("login IS NOT NULL")),
        Index("ix_person_name", "name"),
        Index("ix_person_phone", "phone", sqlite_where=text("phone IS NOT NULL")),
    )

    id: int = Field(primary_key=True)
    name: str = Field(max_length=255)
    email: str | None = Field(default=None, max_length=255)
    login: str | None = Field(default=None, max_length=64)
    phone: str | None = Field(default=None, max_length=64)
    initials: str | None = Field(default=None, max_length=64)
    title: str | None = Field(default=None, max_length=255)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id")
    language: str | None = Field(default=None, max_length=16)
    vip: bool = False
    agent: bool = False
    active: bool = True
    capacity: int = 8
    version: int = 1


class PersonRole(SQLModel, table=True):
    """A role that a person holds."""

    __tablename__ = "person_role"
    person_id: int = Field(primary_key=True, foreign_key="person.id")
    role: str = Field(primary_key=True, max_length=32)


class Team(SQLModel, table=True):
    """A group of agents that owns work."""

    id: int = Field(primary_key=True)
    code: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=255)
    strategy: str = Field(default="manual", max_length=16)
    active: bool = True
    version: int = 1


class TeamMember(SQLModel, table=True):
    """Who belongs to a team."""

    __tablename__ = "team_member"
    team_id: int = Field(primary_key=True, foreign_key="team.id")
    person_id: int = Field(primary_key=True, foreign_key="person.id", index=True)
    lead: bool = False


class PersonSkill(SQLModel, table=True):
    """What an agent can do, 1 (knows) to 3 (expert)."""

    __tablename__ = "person_skill"
    person_id: int = Field(primary_key=True, foreign_key="person.id")
    skill: str = Field(primary_key=True, max_length=64)
    level: int = 2


class Service(SQLModel, table=True):
    """A service of the catalogue; criticality 1 (low) to 4 (critical)."""

    __table_args__ = (CheckConstraint("criticality BETWEEN 1 AND 4", name="criticality"),)
    id: int = Field(primary_key=True)
    code: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=255)
    criticality: int = 2
    team_id: int | None = Field(default=None, foreign_key="team.id")
    state: str = Field(default="live", max_length=16)
    version: int = 1


class ConfigurationItem(SQLModel, table=True):
    """Something that must be managed to deliver a service (CMDB)."""

    __tablename__ = "configuration_item"
    id: int = Field(primary_key=True)
    name: str = Field(unique=True, max_length=255)
    ci_class: str = Field(default="other", max_length=64)
    status: str = Field(default="in_use", max_length=32)
    service_id: int | None = Field(default=None, foreign_key="service.id")
    owner_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    attributes: str | None = None
    version: int = 1


class CiRelation(SQLModel, table=True):
    """A directed relation between configuration items, e.g. `depends_on`."""

    __tablename__ = "ci_relation"
    ci_id: int = Field(primary_key=True, foreign_key="configuration_item.id")
    type: str = Field(primary_key=True, max_length=32)
    other_id: int = Field(primary_key=True, foreign_key="configuration_item.id", index=True)


class Ticket(SQLModel, table=True):
    """A piece of work of any kind. The long text stands last so that list reads never touch it.

    `sensitive` came later: it is true or nothing, and neither takes a byte of the row, so it is read from its head.
    """

    __table_args__ = (
        CheckConstraint("phase BETWEEN 0 AND 4", name="phase"),
        CheckConstraint("priority BETWEEN 1 AND 4", name="priority"),
        CheckConstraint("impact BETWEEN 1 AND 3", name="impact"),
        CheckConstraint("urgency BETWEEN 1 AND 3", name="urgency"),
        CheckConstraint("length(title) <= 10000", name="title"),
        CheckConstraint("length(description) <= 1048576", name="description"),
        Index("uq_ticket_external", "external_id", unique=True, sqlite_where=text("external_id IS NOT NULL")),
        # Sorted ascending on -priority so that one index serves "critical first, then due, then number".
        Index("ix_ticket_queue", text("-priority"), "due_at", "number", sqlite_where=_OPEN),
        Index("ix_ticket_team", "team_id", text("-priority"), "due_at", "number", sqlite_where=_OPEN),
        Index("ix_ticket_assignee", "assignee_id", text("-priority"), "due_at", "number", sqlite_where=_OPEN),
        # The last three let breached tickets be counted without a look at any of them.
        Index("ix_ticket_due", "due_at", "number", "sla_run", "phase", "deleted_at", sqlite_where=_OPEN),
        Index("ix_ticket_updated", "updated_at", "number"),
        Index("ix_ticket_created", "created_at", "number"),
        Index("ix_ticket_requester", "requester_id", "number"),
        Index("ix_ticket_service", "service_id", "number", sqlite_where=text("service_id IS NOT NULL")),
        Index("ix_ticket_ci", "ci_id", "number", sqlite_where=text("ci_id IS NOT NULL")),
        Index("ix_ticket_parent", "parent_number", sqlite_where=text("parent_number IS NOT NULL")),
        # Few; whoever may not see them counts around them, without a look at any ticket (`conditions.unhidden`).
        Index("ix_ticket_sensitive", "number", "requester_id", "assignee_id", "sensitive", sqlite_where=_SENSITIVE),
        Index("ix_ticket_merged", "merged_into", sqlite_where=text("merged_into IS NOT NULL")),
    )

    number: int = Field(primary_key=True)
    kind: str = Field(max_length=16)
    state: str = Field(max_length=32)
    phase: int = 0
    priority: int = 2
    impact: int = 2
    urgency: int = 2
    title: str
    service_id: int | None = Field(default=None, foreign_key="service.id")
    team_id: int | None = Field(default=None, foreign_key="team.id")
    assignee_id: int | None = Field(default=None, foreign_key="person.id")
    requester_id: int | None = Field(default=None, foreign_key="person.id")
    created_at: int = 0
    updated_at: int = 0
    due_at: int = NEVER
    warn_at: int = NEVER
    sla_run: str = Field(default="none", max_length=8)
    major: bool = False
    version: int = 1
    category: str | None = Field(default=None, max_length=64)
    channel: str = Field(default="cli", max_length=16)
    pinned: bool = False
    deleted_at: int | None = None
    merged_into: int | None = None
    parent_number: int | None = None
    ci_id: int | None = Field(default=None, foreign_key="configuration_item.id")
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id")
    external_id: str | None = Field(default=None, max_length=255)
    language: str | None = Field(default=None, max_length=16)
    severity: int | None = None
    moscow: str | None = Field(default=None, max_length=8)
    demand: str | None = None
    affected_users: int | None = None
    pending_until: int | None = None
    first_response_at: int | None = None
    resolved_at: int | None = None
    closed_at: int | None = None
    response_due_at: int | None = None
    update_due_at: int | None = None
    resolution_due_at: int | None = None
    sla_plan: str | None = Field(default=None, max_length=64)
    reopen_count: int = 0
    reassignment_count: int = 0
    policy_version: int | None = None
    comment_seq: int = 0
    resolution_code: str | None = Field(default=None, max_length=64)
    cause: str | None = None
    resolution: str | None = None
    description: str = ""
    sensitive: bool | None = None
    # How far and since when the world around the ticket lifts its priority, as JSON; null where it does not.
    lift: str | None = None


class Comment(SQLModel, table=True):
    """A reply or a note. `id` is `number << 20 | n`, so a ticket's comments lie side by side."""

    # The number is part of the id; a foreign key would need an index of its own at every ticket delete.
    __table_args__ = (
        CheckConstraint("length(body) <= 1048576", name="body"),
        CheckConstraint("number = id >> 20", name="number"),
    )
    id: int = Field(primary_key=True)
    number: int
    kind: str = Field(max_length=8)
    author_id: int | None = Field(default=None, foreign_key="person.id")
    created_at: int = 0
    channel: str = Field(default="cli", max_length=16)
    body: str = ""


class Attachment(SQLModel, table=True):
    """A file on a ticket; its bytes stand in `blob` under their SHA-256."""

    id: int = Field(primary_key=True)
    number: int = Field(foreign_key="ticket.number", index=True)
    comment_id: int | None = None
    name: str = Field(max_length=255)
    media_type: str = Field(default="application/octet-stream", max_length=255)
    size: int = 0
    sha256: str = Field(max_length=64)
    author_id: int | None = Field(default=None, foreign_key="person.id")
    created_at: int = 0


class Blob(SQLModel, table=True):
    """Bytes by content hash (not journalled: the hash in the journal proves them)."""

    sha256: str = Field(primary_key=True, max_length=64)
    data: bytes


class Link(SQLModel, table=True):
    """`number` TYPE `other`."""

    number: int = Field(primary_key=True, foreign_key="ticket.number")
    type: str = Field(primary_key=True, max_length=16)
    other: int = Field(primary_key=True, foreign_key="ticket.number", index=True)


class TicketTag(SQLModel, table=True):
    """A free word on a ticket."""

    __tablename__ = "ticket_tag"
    number: int = Field(primary_key=True, foreign_key="ticket.number")
    tag: str = Field(primary_key=True, max_length=64, index=True)


class Watcher(SQLModel, table=True):
    """Who follows a ticket."""

    number: int = Field(primary_key=True, foreign_key="ticket.number")
    person_id: int = Field(primary_key=True, foreign_key="person.id", index=True)


class ChecklistItem(SQLModel, table=True):
    """A step to tick off."""

    __tablename__ = "checklist_item"
    id: int = Field(primary_key=True)
    number: int = Field(foreign_key="ticket.number", index=True)
    position: int = 0
    text: str = Field(max_length=1000)
    done_at: int | None = None
    done_by: int | None = Field(default=None, foreign_key="person.id")


class TimeEntry(SQLModel, table=True):
    """Working time spent on a ticket, in seconds."""

    __tablename__ = "time_entry"
    id: int = Field(primary_key=True)
    number: int = Field(foreign_key="ticket.number", index=True)
    person_id: int = Field(foreign_key="person.id")
    at: int = 0
    seconds: int = 0
    note: str = ""


class SavedView(SQLModel, table=True):
    """A named filter; without owner it is shared."""

    __tablename__ = "saved_view"
    id: int = Field(primary_key=True)
    code: str = Field(unique=True, max_length=64)
    label: str = Field(max_length=255)
    owner_id: int | None = Field(default=None, foreign_key="person.id")
    query: str = ""
    columns: str | None = None
    position: int = 100
    version: int = 1


class Template(SQLModel, table=True):
    """A text with `{{name}}` fields."""

    id: int = Field(primary_key=True)
    code: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=255)
    language: str | None = Field(default=None, max_length=16)
    body: str = ""
    version: int = 1


class PolicyVersion(SQLModel, table=True):
    """A policy document as it was applied; the greatest version is in force."""

    __tablename__ = "policy_version"
    version: int = Field(primary_key=True)
    document: str
    sha256: str = Field(max_length=64)
    applied_at: int = 0
    note: str = ""


class CalendarDay(SQLModel, table=True):
    """A day that differs from the weekly hours: a holiday, or a make-up working day."""

    __tablename__ = "calendar_day"
    calendar: str = Field(primary_key=True, max_length=64)
    day: str = Field(primary_key=True, max_length=10)
    kind: str = Field(max_length=8)
    name: str = Field(default="", max_length=255)
    source: str = Field(default="", max_length=64)


class Journal(SQLModel, table=True):
    """The append-only journal. `ops` and `reasons` are canonical JSON; texts stand in `journal_text`."""

    __table_args__ = (
        Index("ix_journal_subject", "subject_type", "subject", "at", "seq"),
        Index("ix_journal_batch", "batch", "seq", sqlite_where=text("batch IS NOT NULL")),
        Index("ix_journal_actor", "actor_id", "seq"),
        Index("ix_journal_undoes", "undoes", sqlite_where=text("undoes IS NOT NULL")),
    )
    seq: int = Field(primary_key=True)
    at: int
    recorded_at: int
    actor_id: int | None = None
    on_behalf_of: int | None = None
    origin: str = Field(max_length=8)
    verb: str = Field(max_length=64)
    subject_type: str = Field(max_length=32)
    subject: int
    batch: str | None = Field(default=None, max_length=32)
    undoes: int | None = None
    ops: str
    reasons: str = "[]"
    previous: bytes
    hash: bytes


class JournalText(SQLModel, table=True):
    """The salts and values behind the commitments of one entry: JSON `[[salt, value], …]`."""

    __tablename__ = "journal_text"
    seq: int = Field(primary_key=True)
    vals: str


class JournalHead(SQLModel, table=True):
    """One row: the last sequence number and hash."""

    __tablename__ = "journal_head"
    id: int = Field(primary_key=True)
    seq: int = 0
    hash: bytes = b""


class Counter(SQLModel, table=True):
    """The greatest number ever given, by table; numbers are never used again."""

    name: str = Field(primary_key=True, max_length=32)
    value: int = 0


class Tally(SQLModel, table=True):
    """How many undeleted tickets stand in each phase, by team and assignee (0 = none)."""

    team_id: int = Field(primary_key=True)
    assignee_id: int = Field(primary_key=True)
    phase: int = Field(primary_key=True)
    n: int = 0


class Timer(SQLModel, table=True):
    """What must happen later to a ticket, an escalation, an alert …; derived from their state and the policy."""

    __table_args__ = (Index("ix_timer_due", "due_at", sqlite_where=text("fired_at IS NULL")),)
    subject_type: str = Field(primary_key=True, max_length=32)
    subject: int = Field(primary_key=True)
    kind: str = Field(primary_key=True, max_length=32)
    due_at: int
    fired_at: int | None = None


class PersonKey(SQLModel, table=True):
    """A form under which a person is found while somebody types; made of their row (`people_index`)."""

    __tablename__ = "person_key"
    __table_args__ = (Index("ix_person_key_person_id", "person_id"), {"sqlite_with_rowid": False})
    key: str = Field(primary_key=True, max_length=64)
    person_id: int = Field(primary_key=True)


class Presence(SQLModel, table=True):
    """Who has a ticket open now, and whether they are typing."""

    number: int = Field(primary_key=True)
    person_id: int = Field(primary_key=True)
    session: str = Field(primary_key=True, max_length=64)
    activity: str = Field(default="viewing", max_length=16)
    seen_at: int = 0


class Batch(SQLModel, table=True):
    """A long piece of work: what it was and how far it came (for resuming)."""

    id: str = Field(primary_key=True, max_length=32)
    verb: str = Field(max_length=64)
    started_at: int = 0
    finished_at: int | None = None
    cursor: int = 0
    source: str = ""


class Meta(SQLModel, table=True):
    """Facts about this desk file: demo mark, tokeniser version, creation instant."""

    key: str = Field(primary_key=True, max_length=64)
    value: str = ""


OPERATIONAL: Final = frozenset(
    ("blob", "journal", "journal_text", "journal_head", "counter", "tally", "timer", "presence", "batch", "meta",
     "person_key", *tables_response.OPERATIONAL_RESPONSE)
)  # fmt: skip
metadata: MetaData = SQLModel.metadata


def business_tables() -> list[str]:
    """Names of the journalled tables, parents before children."""
    return [t.name for t in metadata.sorted_tables if t.name not in OPERATIONAL]
