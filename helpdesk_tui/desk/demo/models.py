"""What the demo desk is made of: plain values, ready to be turned into rows.

Instants are whole UTC seconds. People are named by their `key` (login of an agent, address of anyone else),
teams, services, views and templates by their code, configuration items by their name, tickets by number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from helpdesk_tui.vocabulary.records import Instant

# Stands for the person at the keyboard: whoever builds the desk puts the real login in its place.
DEMO_ME: Final = "DEMO_ME"
# The service account behind monitoring, automatic closing and answers that wake a waiting ticket.
DEMO_BOT: Final = "autodesk"


@dataclass(frozen=True, slots=True)
class DemoOrganisation:
    """A company or department; `kind` is internal, customer or partner."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A contact or an agent. `spoken` is the name as one would greet the person in English."""

    key: str
    name: str
    email: str
    organisation: str
    language: str
    site: str
    phone: str
    initials: str
    title: str
    spoken: str
    login: str | None = None
    vip: bool = False
    agent: bool = False
    roles: tuple[str, ...] = ("requester",)
    skills: Mapping[str, int] = field(default_factory=dict)
    capacity: int = 8


@dataclass(frozen=True, slots=True)
class DemoTeam:
    """A team with its members (logins, the lead first) and how it hands out work."""

    code: str
    name: str
    strategy: str
    lead: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoService:
    """A service of the catalogue; criticality 1 (low) to 4 (critical)."""

    code: str
    name: str
    criticality: int
    team: str


@dataclass(frozen=True, slots=True)
class DemoCi:
    """A configuration item; `attributes` is a flat mapping of facts."""

    name: str
    ci_class: str
    service: str
    owner: str
    status: str = "in_use"
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DemoRelation:
    """`ci` TYPE `other`, e.g. pay-api-01 depends_on pay-db-01."""

    ci: str
    type: str
    other: str


@dataclass(frozen=True, slots=True)
class DemoView:
    """A shared saved view in the filter language."""

    code: str
    label: str
    query: str
    position: int


@dataclass(frozen=True, slots=True)
class DemoTemplate:
    """A reply text with `{{name}}` fields."""

    code: str
    name: str
    language: str
    body: str


@dataclass(slots=True)
class DemoStep:
    """One thing that happened to a ticket.

    `fields` of open, assign, take, state, resolve, close, reopen, cancel and edit are the ticket's new
    values by JSON key. Other verbs: link {type, other}, merge {into}, tag {tags}, time {seconds},
    watch {person}, attach {name, data} (a text file), checklist {items} or {done: position}. `text` is the comment, reason or time note.
    """

    at: Instant
    actor: str
    verb: str
    fields: dict[str, Any] = field(default_factory=dict)
    text: str = ""


@dataclass(slots=True)
class DemoTicket:
    """A ticket as it stands at `now`, and the steps that led there, first step `open`.

    Levels are numbers, graver is greater. `family` names the scenario it was made from.
    """

    number: int
    family: str
    kind: str
    title: str
    description: str
    state: str
    phase: int
    priority: int
    impact: int
    urgency: int
    service: str
    category: str
    channel: str
    language: str
    requester: str
    organisation: str
    created_at: Instant
    updated_at: Instant
    team: str | None = None
    assignee: str | None = None
    ci: str | None = None
    major: bool = False
    severity: int | None = None
    moscow: str | None = None
    affected_users: int | None = None
    external_id: str | None = None
    parent: int | None = None
    merged_into: int | None = None
    pending_until: Instant | None = None
    first_response_at: Instant | None = None
    resolved_at: Instant | None = None
    closed_at: Instant | None = None
    reopen_count: int = 0
    reassignment_count: int = 0
    resolution_code: str | None = None
    cause: str | None = None
    resolution: str | None = None
    tags: tuple[str, ...] = ()
    steps: list[DemoStep] = field(default_factory=list)


@dataclass(slots=True)
class DemoDesk:
    """A whole believable company; tickets in number order, which is the order of their creation."""

    seed: int
    now: Instant
    days: int
    organisations: tuple[DemoOrganisation, ...]
    people: tuple[DemoPerson, ...]
    teams: tuple[DemoTeam, ...]
    services: tuple[DemoService, ...]
    cis: tuple[DemoCi, ...]
    relations: tuple[DemoRelation, ...]
    views: tuple[DemoView, ...]
    templates: tuple[DemoTemplate, ...]
    tickets: list[DemoTicket]
