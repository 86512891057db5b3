"""Who may do what: one table, roles united, deny by default.

`PERMISSIONS` is the single source for the desk's checks, the table in the docs and the test matrix. A person's scope
for a permission is the widest that any of their roles gives (union, never a "selected" role); a role without an entry
has none. Every role reads only what it needs: the administrator runs the desk and never sees ticket text, the machine
account only brings tickets in.

Three further sets qualify a row: `MASKED` (personal fields are masked), `FOUR_EYES` (a second person approves)
and `STEP_UP` (sign in again); the last two count when the policy switch `four_eyes` is on.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from helpdesk_tui.vocabulary.errors import NotPermitted
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.roles import ROLE_LABELS, Permission, Role, Scope

_P = Permission
_N, _O, _T, _A = Scope.NONE, Scope.OWN, Scope.TEAM, Scope.ALL
_ROLES: Final = (
    Role.SMO, Role.SERVICE_DESK, Role.TECHNICAL_SUPPORT, Role.CUSTOMER_SERVICE, Role.QUALITY,
    Role.REQUESTER, Role.AUDITOR, Role.ADMINISTRATOR, Role.SERVICE_ACCOUNT,
)  # fmt: skip

# Columns:                   SMO SD  TS  CS  QA  RQ  AU  AD  SVC
_ROWS: Final[dict[Permission, tuple[Scope, ...]]] = {
    _P.TICKET_READ:         (_A, _A, _T, _A, _A, _O, _A, _N, _N),
    # Of sensitive tickets: who is named on one reads it, and beyond these the lead of the office alone.
    _P.TICKET_SENSITIVE:    (_A, _O, _O, _O, _O, _O, _O, _N, _N),
    # A new ticket stands in no team yet, so technical support creates for anyone.
    _P.TICKET_CREATE:       (_A, _A, _A, _A, _N, _O, _N, _N, _A),
    _P.TICKET_EDIT:         (_A, _A, _T, _A, _N, _N, _N, _N, _N),
    _P.TICKET_ASSIGN:       (_A, _A, _T, _N, _N, _N, _N, _N, _N),
    _P.TICKET_TRANSITION:   (_A, _A, _T, _A, _N, _N, _N, _N, _N),
    _P.TICKET_CLOSE:        (_A, _A, _T, _A, _N, _N, _N, _N, _N),
    _P.TICKET_REOPEN:       (_A, _A, _T, _A, _N, _O, _N, _N, _N),
    _P.TICKET_REPLY:        (_A, _A, _T, _A, _N, _O, _N, _N, _N),
    _P.NOTE_READ:           (_A, _A, _T, _A, _A, _N, _A, _N, _N),
    _P.NOTE_WRITE:          (_A, _A, _T, _N, _N, _N, _N, _N, _N),
    _P.TICKET_PRIORITY:     (_A, _A, _T, _N, _N, _N, _N, _N, _N),
    _P.TICKET_MERGE:        (_A, _A, _T, _N, _N, _N, _N, _N, _N),
    _P.TICKET_DELETE:       (_A, _N, _N, _N, _N, _N, _N, _N, _N),
    # A pasted password must go at once, whoever is at the desk; the journal keeps who and when.
    _P.TICKET_REDACT:       (_A, _A, _N, _N, _N, _N, _N, _N, _N),
    _P.TICKET_BULK:         (_A, _A, _T, _N, _N, _N, _N, _N, _N),
    _P.TIME_LOG:            (_A, _A, _T, _A, _N, _N, _N, _N, _N),
    _P.VIEW_OWN:            (_O, _O, _O, _O, _O, _O, _O, _O, _N),
    _P.VIEW_SHARE:          (_A, _A, _N, _N, _A, _N, _N, _N, _N),
    _P.TEMPLATE_EDIT:       (_A, _A, _N, _A, _N, _N, _N, _N, _N),
    # Whom to hand work to, and how to reach a caller: every agent needs the directory.
    _P.PEOPLE_READ:         (_A, _A, _A, _A, _A, _O, _A, _A, _N),
    _P.PEOPLE_EDIT:         (_A, _A, _N, _A, _N, _N, _N, _A, _N),
    # For those who see people masked: one person plainly, for a reason, and the journal keeps both.
    _P.PEOPLE_UNMASK:       (_N, _N, _N, _N, _A, _N, _A, _N, _N),
    _P.PEOPLE_ERASE:        (_A, _N, _N, _N, _N, _N, _N, _A, _N),
    _P.ROLE_GRANT:          (_N, _N, _N, _N, _N, _N, _N, _A, _N),
    _P.TEAM_EDIT:           (_A, _N, _N, _N, _N, _N, _N, _A, _N),
    _P.SERVICE_EDIT:        (_A, _N, _N, _N, _N, _N, _N, _N, _N),
    _P.CI_EDIT:             (_A, _N, _T, _N, _N, _N, _N, _N, _N),
    _P.POLICY_READ:         (_A, _A, _A, _A, _A, _N, _A, _A, _N),
    _P.POLICY_EDIT:         (_A, _N, _N, _N, _N, _N, _N, _N, _N),
    _P.IMPORT:              (_A, _A, _N, _N, _N, _N, _N, _N, _N),
    _P.EXPORT:              (_A, _T, _N, _T, _A, _O, _A, _N, _N),
    _P.AUDIT_READ:          (_N, _N, _N, _N, _N, _N, _A, _N, _N),
    _P.AUDIT_VERIFY:        (_N, _N, _N, _N, _N, _N, _A, _A, _N),
    _P.DESK_ADMIN:          (_N, _N, _N, _N, _N, _N, _N, _A, _N),
    _P.ACT_FOR:             (_A, _N, _N, _N, _N, _N, _N, _N, _N),
    _P.PRESENCE:            (_A, _A, _T, _A, _A, _N, _N, _N, _N),
    # OWN: what one did oneself. The verb that is undone needs its own permission as well.
    _P.UNDO:                (_A, _O, _O, _O, _O, _N, _N, _O, _N),
    # The desk itself does what is due; whoever keeps it running only lets it.
    _P.TIMER_RUN:           (_A, _A, _A, _A, _N, _N, _N, _A, _A),
    _P.INCIDENT_DECLARE:    (_A, _A, _T, _A, _N, _N, _N, _N, _N),
    _P.INCIDENT_RESPOND:    (_A, _A, _T, _A, _N, _N, _N, _N, _N),
    _P.INCIDENT_COMMAND:    (_A, _A, _T, _N, _N, _N, _N, _N, _N),
    _P.INCIDENT_PUBLISH:    (_A, _A, _N, _A, _N, _N, _N, _N, _N),
    _P.REVIEW_APPROVE:      (_A, _N, _N, _N, _A, _N, _N, _N, _N),
    _P.PLAN_EDIT:           (_A, _N, _T, _N, _N, _N, _N, _N, _N),
    _P.ON_CALL_READ:        (_A, _A, _A, _A, _A, _N, _A, _A, _N),
    _P.ON_CALL_EDIT:        (_A, _T, _T, _N, _N, _N, _N, _N, _N),
    # OWN: one's own turns, and turns that a colleague offers.
    _P.ON_CALL_OVERRIDE:    (_A, _T, _T, _O, _N, _N, _N, _N, _N),
    _P.EVENT_INGEST:        (_A, _A, _A, _N, _N, _N, _N, _N, _A),
    _P.EVENT_READ:          (_A, _A, _A, _A, _A, _N, _A, _N, _N),
    _P.ALERT_EDIT:          (_A, _A, _A, _N, _N, _N, _N, _N, _N),
    # OWN: how one is told oneself.
    _P.NOTIFY_EDIT:         (_A, _O, _O, _O, _O, _N, _N, _A, _N),
}  # fmt: skip

PERMISSIONS: Final[dict[Permission, dict[Role, Scope]]] = {
    permission: dict(zip(_ROLES, row, strict=True)) for permission, row in _ROWS.items()
}

MASKED: Final[dict[Permission, frozenset[Role]]] = {
    _P.TICKET_READ: frozenset({Role.QUALITY, Role.AUDITOR}),
    _P.NOTE_READ: frozenset({Role.QUALITY, Role.AUDITOR}),
    _P.PEOPLE_READ: frozenset({Role.QUALITY, Role.AUDITOR}),
    _P.EXPORT: frozenset({Role.QUALITY, Role.AUDITOR}),
}
FOUR_EYES: Final = frozenset({_P.TICKET_DELETE, _P.PEOPLE_ERASE, _P.ROLE_GRANT, _P.POLICY_EDIT})
STEP_UP: Final = frozenset({_P.TICKET_DELETE, _P.PEOPLE_ERASE, _P.ROLE_GRANT, _P.POLICY_EDIT})

ASKED: Final = "asked"
"""How somebody stands in a war room who was asked to take a role and has not answered yet."""
_READ: Final = frozenset({_P.TICKET_READ, _P.NOTE_READ})
_WORK: Final = _READ | {_P.INCIDENT_RESPOND}
ROOM: Final[dict[str, frozenset[Permission]]] = {
    ASKED: _READ,
    "commander": _WORK | {_P.INCIDENT_COMMAND, _P.INCIDENT_PUBLISH},
    "deputy": _WORK | {_P.INCIDENT_COMMAND, _P.INCIDENT_PUBLISH},
    "operations": _WORK,
    "communications": _WORK | {_P.INCIDENT_PUBLISH},
    "scribe": _WORK,
}
"""What a role in the room of a live incident lets people of other teams do there, as far as their roles at the desk give
it for tickets of their own teams. Nothing else of the ticket: no field, no state, no reply."""

FIRST_USER_ROLES: Final = (Role.ADMINISTRATOR, Role.SMO, Role.SERVICE_DESK, Role.AUDITOR)
"""What the first user of an embedded desk holds."""

PERMISSION_LABELS: Final[dict[Permission, str]] = {
    _P.TICKET_READ: N_("read tickets"),
    _P.TICKET_SENSITIVE: N_("read sensitive tickets (own: those one is named on); all: take the mark off, too"),
    _P.TICKET_CREATE: N_("open tickets (beyond one's own: for others)"),
    _P.TICKET_EDIT: N_("edit a ticket's fields, tags, links and checklist"),
    _P.TICKET_ASSIGN: N_("take and assign tickets"),
    _P.TICKET_TRANSITION: N_("change a ticket's state"),
    _P.TICKET_CLOSE: N_("close and cancel tickets"),
    _P.TICKET_REOPEN: N_("reopen tickets"),
    _P.TICKET_REPLY: N_("reply in public"),
    _P.NOTE_READ: N_("read what is internal: notes, reasons, causes, checklists"),
    _P.NOTE_WRITE: N_("write internal notes"),
    _P.TICKET_PRIORITY: N_("pin a priority by hand"),
    _P.TICKET_MERGE: N_("merge, unmerge and split tickets"),
    _P.TICKET_DELETE: N_("delete tickets"),
    _P.TICKET_REDACT: N_("redact a text everywhere"),
    _P.TICKET_BULK: N_("change many tickets at once"),
    _P.TIME_LOG: N_("log working time"),
    _P.VIEW_OWN: N_("keep views of one's own"),
    _P.VIEW_SHARE: N_("share views"),
    _P.TEMPLATE_EDIT: N_("edit templates"),
    _P.PEOPLE_READ: N_("read the directory of people"),
    _P.PEOPLE_EDIT: N_("edit people and organisations"),
    _P.PEOPLE_UNMASK: N_("see one masked person plainly, with a reason that the journal keeps"),
    _P.PEOPLE_ERASE: N_("erase a person's data"),
    _P.ROLE_GRANT: N_("grant and revoke roles"),
    _P.TEAM_EDIT: N_("edit teams and skills"),
    _P.SERVICE_EDIT: N_("edit services"),
    _P.CI_EDIT: N_("edit configuration items"),
    _P.POLICY_READ: N_("read the policy"),
    _P.POLICY_EDIT: N_("apply a policy"),
    _P.IMPORT: N_("import data"),
    _P.EXPORT: N_("export data"),
    _P.AUDIT_READ: N_("read the audit trail"),
    _P.AUDIT_VERIFY: N_("verify the audit trail"),
    _P.DESK_ADMIN: N_("run the desk: configuration, migration, backup"),
    _P.ACT_FOR: N_("act for another person"),
    _P.PRESENCE: N_("see who has a ticket open"),
    _P.UNDO: N_("undo (beyond one's own: what others did)"),
    _P.TIMER_RUN: N_("let the desk do what is due"),
    _P.INCIDENT_DECLARE: N_("declare incidents"),
    _P.INCIDENT_RESPOND: N_("work in the war room: timeline, tasks, steps, acknowledgement"),
    _P.INCIDENT_COMMAND: N_("lead an incident: severity, stamps, roles, paging, its end"),
    _P.INCIDENT_PUBLISH: N_("publish status updates"),
    _P.REVIEW_APPROVE: N_("approve, publish and waive reviews"),
    _P.PLAN_EDIT: N_("edit recovery plans and runbooks"),
    _P.ON_CALL_READ: N_("see who is on call"),
    _P.ON_CALL_EDIT: N_("edit on-call schedules"),
    _P.ON_CALL_OVERRIDE: N_("override and swap turns on call (own: one's own)"),
    _P.EVENT_INGEST: N_("bring monitoring events in"),
    _P.EVENT_READ: N_("read alerts and events"),
    _P.ALERT_EDIT: N_("acknowledge alerts, plan maintenance"),
    _P.NOTIFY_EDIT: N_("say how one is told (beyond one's own: how others are)"),
}


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What decides whether a ticket lies in a scope: its team, the people on it (ids), whether it is sensitive, and the
    actor's standing in its war room."""

    team_id: int | None = None
    assignee_id: int | None = None
    requester_id: int | None = None
    watcher_ids: tuple[int, ...] = ()
    sensitive: bool = False
    # How whoever asks stands in its war room while that is live: roles held, `asked`.
    room: tuple[str, ...] = ()

    def names(self, person_id: int) -> bool:
        """Whether somebody is on the ticket: as its requester, assignee or watcher."""
        return person_id in (self.requester_id, self.assignee_id) or person_id in self.watcher_ids


def scope_of(roles: Iterable[Role], permission: Permission) -> Scope:
    """The widest scope that any of the roles gives; NONE without roles or without an entry."""
    row = PERMISSIONS.get(permission, {})
    return max((row.get(role, Scope.NONE) for role in roles), default=Scope.NONE)


def unmasked_scope(roles: Iterable[Role], permission: Permission) -> Scope:
    """How far the roles see personal fields plainly; beyond it they are shown masked."""
    hidden = MASKED.get(permission, frozenset())
    return scope_of([role for role in roles if role not in hidden], permission)


def acting_scope(own: Collection[Role], other: Collection[Role], permission: Permission) -> Scope:
    """The scope of one who acts for another (`--as`): never wider than either, so no right is gained by it."""
    return min(scope_of(own, permission), scope_of(other, permission))


def require(roles: Collection[Role], permission: Permission) -> Scope:
    """The scope of the roles for a permission. Raises NotPermitted when there is none, naming who holds it."""
    scope = scope_of(roles, permission)
    if scope is Scope.NONE:
        raise NotPermitted(
            N_("this needs the permission {permission}, held by: {roles}"),
            permission=permission.value,
            roles=", ".join(holders(permission)) or "-",
        )
    return scope


def holders(permission: Permission) -> list[str]:
    """Codes of the roles that hold a permission in any scope, in the order of the table."""
    return [role.value for role, scope in PERMISSIONS.get(permission, {}).items() if scope is not Scope.NONE]


def ticket_scope_allows(
    scope: Scope,
    actor_id: int,
    actor_teams: Collection[int],
    ticket: TicketFacts,
    sensitive: Scope = Scope.OWN,
) -> bool:
    """Whether a ticket lies within a scope.

    OWN: one is its requester, assignee or watcher. TEAM: it stands with one of one's teams, or is one's own. To a
    sensitive ticket no scope reaches further than `sensitive`, the actor's scope of `ticket.sensitive`.
    """
    if ticket.sensitive:
        scope = min(scope, sensitive)
    if scope is Scope.ALL:
        return True
    if scope is Scope.NONE:
        return False
    if ticket.names(actor_id):
        return True
    return scope is Scope.TEAM and ticket.team_id is not None and ticket.team_id in actor_teams


def room_allows(scope: Scope, permission: Permission, room: Collection[str], *, sensitive: bool) -> bool:
    """Whether a standing in the room of a live incident allows this on its ticket, which lies in another team.

    It widens a scope of teams to this ticket and gives nobody a permission that they have for no ticket. Who is asked
    into the room of a sensitive ticket is not named on it: team mates would not see it either.
    """
    return scope is Scope.TEAM and not sensitive and any(permission in ROOM.get(role, ()) for role in room)


def check_ticket(
    roles: Collection[Role],
    permission: Permission,
    actor_id: int,
    actor_teams: Collection[int],
    ticket: TicketFacts,
) -> Scope:
    """The scope that allows this on this ticket. Raises NotPermitted where no role, or a narrower one, holds it.

    Whether the ticket may be known at all is the desk's question (TICKET_READ first, then NotFound).
    """
    scope = require(roles, permission)
    if not ticket_scope_allows(scope, actor_id, actor_teams, ticket, scope_of(roles, Permission.TICKET_SENSITIVE)):
        text = (
            N_("your roles give {permission} for your own tickets only; you are not on this one")
            if scope is Scope.OWN
            else N_("your roles give {permission} for your teams' tickets only; this one belongs to another team")
        )
        raise NotPermitted(text, permission=permission.value)
    return scope


def person_scope_allows(scope: Scope, actor_id: int, person_id: int, *, same_team: bool = False) -> bool:
    """Whether a person's record lies within a scope: OWN is oneself, TEAM one's team mates too."""
    if scope is Scope.ALL:
        return True
    return scope is not Scope.NONE and (actor_id == person_id or (scope is Scope.TEAM and same_team))


def check_grant(roles: Collection[Role], actor_id: int, target_id: int, *, first_run: bool = False) -> None:
    """Raises NotPermitted unless the actor may change the target's roles; nobody changes their own.

    `first_run` is the one exception: the empty desk makes its first user.
    """
    if first_run:
        return
    require(roles, Permission.ROLE_GRANT)
    if actor_id == target_id:
        raise NotPermitted(N_("nobody changes their own roles; ask another administrator"))


def table_rows() -> list[dict[str, str]]:
    """The table as plain data for the docs: one dict a permission, scope codes by role code.

    `m` marks masked personal fields, `2` a second person, `^` signing in again (both by policy switch).
    """
    rows: list[dict[str, str]] = []
    for permission, row in PERMISSIONS.items():
        extra = ("2" if permission in FOUR_EYES else "") + ("^" if permission in STEP_UP else "")
        cells = {"permission": permission.value, "what": PERMISSION_LABELS[permission]}
        for role, scope in row.items():
            mask = " m" if role in MASKED.get(permission, frozenset()) else ""
            mark = f" {extra}" if extra else ""
            cells[role.value] = "-" if scope is Scope.NONE else scope.name.lower() + mask + mark
        rows.append(cells)
    return rows


def table_markdown() -> str:
    """The table for the docs, in the reader's language (columns are role codes)."""
    head = [_("Permission"), _("What it allows"), *(_(ROLE_LABELS[role]) for role in _ROLES)]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for cells in table_rows():
        first = [f"`{cells['permission']}`", _(cells["what"])]
        lines.append("| " + " | ".join([*first, *(cells[role.value] for role in _ROLES)]) + " |")
    return "\n".join(lines) + "\n"
