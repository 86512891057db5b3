"""How a ticket came in, where a verb came from, how SLA clocks stand, how tickets relate."""

from enum import StrEnum
from typing import Final

from helpdesk_tui.vocabulary.i18n import N_


class Channel(StrEnum):
    """The way a ticket entered the desk."""

    PHONE = "phone"
    WALK_IN = "walk_in"
    EMAIL = "email"
    PORTAL = "portal"
    API = "api"
    MONITORING = "monitoring"
    CHAT = "chat"
    IMPORT = "import"
    REPORT = "report"
    CLI = "cli"


class Origin(StrEnum):
    """The door through which a verb was called (journal)."""

    TUI = "tui"
    CLI = "cli"
    MAIL = "mail"
    API = "api"
    TIMER = "timer"
    IMPORT = "import"


class SlaState(StrEnum):
    """Where a ticket's running service-level clocks stand at an instant."""

    NONE = "none"
    OK = "ok"
    WARNING = "warning"
    BREACHED = "breached"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"


class CommentKind(StrEnum):
    """A public reply reaches the requester; a note stays inside."""

    REPLY = "reply"
    NOTE = "note"


class LinkType(StrEnum):
    """How a ticket relates to another; read `number TYPE other`."""

    RELATES = "relates"
    DUPLICATES = "duplicates"
    BLOCKS = "blocks"
    CAUSED_BY = "caused_by"
    SPLIT_FROM = "split_from"


class OrganisationKind(StrEnum):
    """Whose people these are."""

    INTERNAL = "internal"
    CUSTOMER = "customer"
    PARTNER = "partner"


CHANNEL_LABELS: Final[dict[Channel, str]] = {
    Channel.PHONE: N_("Phone"),
    Channel.WALK_IN: N_("Walk-in"),
    Channel.EMAIL: N_("E-mail"),
    Channel.PORTAL: N_("Portal"),
    Channel.API: N_("API"),
    Channel.MONITORING: N_("Monitoring"),
    Channel.CHAT: N_("Chat"),
    Channel.IMPORT: N_("Import"),
    Channel.REPORT: N_("Business report"),
    Channel.CLI: N_("Command line"),
}
SLA_LABELS: Final[dict[SlaState, str]] = {
    SlaState.NONE: N_("no target"),
    SlaState.OK: N_("on time"),
    SlaState.WARNING: N_("warning"),
    SlaState.BREACHED: N_("breached"),
    SlaState.PAUSED: N_("paused"),
    SlaState.MET: N_("met"),
    SlaState.MISSED: N_("missed"),
}
LINK_LABELS: Final[dict[LinkType, str]] = {
    LinkType.RELATES: N_("relates to"),
    LinkType.DUPLICATES: N_("duplicates"),
    LinkType.BLOCKS: N_("blocks"),
    LinkType.CAUSED_BY: N_("caused by"),
    LinkType.SPLIT_FROM: N_("split from"),
}
