"""Roles, scopes and permissions. Which role holds which permission is decided in `rules.access`."""

from enum import IntEnum, StrEnum
from typing import Final

from helpdesk_tui.vocabulary.i18n import N_


class Role(StrEnum):
    """What a person is to the desk; one may hold many, permissions are their union."""

    SMO = "smo"
    SERVICE_DESK = "service_desk"
    TECHNICAL_SUPPORT = "technical_support"
    CUSTOMER_SERVICE = "customer_service"
    QUALITY = "quality"
    REQUESTER = "requester"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SERVICE_ACCOUNT = "service_account"


class Scope(IntEnum):
    """How far a permission reaches; a wider scope includes the narrower ones."""

    NONE = 0
    OWN = 1
    TEAM = 2
    ALL = 3


class Permission(StrEnum):
    """What a verb needs. A verb without one, or a permission without a row in the table, fails the build."""

    TICKET_READ = "ticket.read"
    TICKET_SENSITIVE = "ticket.sensitive"
    TICKET_CREATE = "ticket.create"
    TICKET_EDIT = "ticket.edit"
    TICKET_ASSIGN = "ticket.assign"
    TICKET_TRANSITION = "ticket.transition"
    TICKET_CLOSE = "ticket.close"
    TICKET_REOPEN = "ticket.reopen"
    TICKET_REPLY = "ticket.reply.public"
    NOTE_READ = "ticket.note.read"
    NOTE_WRITE = "ticket.note.write"
    TICKET_PRIORITY = "ticket.priority.override"
    TICKET_MERGE = "ticket.merge"
    TICKET_DELETE = "ticket.delete"
    TICKET_REDACT = "ticket.redact"
    TICKET_BULK = "ticket.bulk"
    TIME_LOG = "time.log"
    VIEW_OWN = "view.own"
    VIEW_SHARE = "view.share"
    TEMPLATE_EDIT = "template.edit"
    PEOPLE_READ = "people.read"
    PEOPLE_EDIT = "people.edit"
    PEOPLE_UNMASK = "person.unmask"
    PEOPLE_ERASE = "person.erase"
    ROLE_GRANT = "role.grant"
    TEAM_EDIT = "team.edit"
    SERVICE_EDIT = "service.edit"
    CI_EDIT = "cmdb.edit"
    POLICY_READ = "policy.read"
    POLICY_EDIT = "policy.edit"
    IMPORT = "import"
    EXPORT = "export"
    AUDIT_READ = "audit.read"
    AUDIT_VERIFY = "audit.verify"
    DESK_ADMIN = "desk.admin"
    ACT_FOR = "actor.assume"
    PRESENCE = "presence"
    UNDO = "undo"
    TIMER_RUN = "timer.run"
    INCIDENT_DECLARE = "incident.declare"
    INCIDENT_RESPOND = "incident.respond"
    INCIDENT_COMMAND = "incident.command"
    INCIDENT_PUBLISH = "incident.publish"
    REVIEW_APPROVE = "review.approve"
    PLAN_EDIT = "plan.edit"
    ON_CALL_READ = "oncall.read"
    ON_CALL_EDIT = "oncall.edit"
    ON_CALL_OVERRIDE = "oncall.override"
    EVENT_INGEST = "event.ingest"
    EVENT_READ = "event.read"
    ALERT_EDIT = "alert.edit"
    NOTIFY_EDIT = "notify.edit"


ROLE_LABELS: Final[dict[Role, str]] = {
    Role.SMO: N_("Service management office"),
    Role.SERVICE_DESK: N_("Service desk"),
    Role.TECHNICAL_SUPPORT: N_("Technical support"),
    Role.CUSTOMER_SERVICE: N_("Customer service"),
    Role.QUALITY: N_("Quality and improvement"),
    Role.REQUESTER: N_("Requester"),
    Role.AUDITOR: N_("Auditor"),
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.SERVICE_ACCOUNT: N_("Service account"),
}
