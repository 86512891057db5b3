"""Which nouns a desk has. Each is loaded when first used."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk.registry import Noun

if TYPE_CHECKING:
    from helpdesk_tui.desk.alerts import Alerts
    from helpdesk_tui.desk.attachments import Attachments
    from helpdesk_tui.desk.audit import Audit
    from helpdesk_tui.desk.bulk import Bulk
    from helpdesk_tui.desk.cis import ConfigurationItems
    from helpdesk_tui.desk.events import Events
    from helpdesk_tui.desk.exporting import Exporting
    from helpdesk_tui.desk.importing import Importing
    from helpdesk_tui.desk.incidents import Incidents
    from helpdesk_tui.desk.kpis import Kpis
    from helpdesk_tui.desk.maintenance import Maintenance
    from helpdesk_tui.desk.notices import Notices
    from helpdesk_tui.desk.notifying import Notifying
    from helpdesk_tui.desk.on_call import OnCall
    from helpdesk_tui.desk.paging import Paging
    from helpdesk_tui.desk.people import People
    from helpdesk_tui.desk.plans import Plans
    from helpdesk_tui.desk.policies import Policies
    from helpdesk_tui.desk.presence import PresenceBoard
    from helpdesk_tui.desk.reviews import Reviews
    from helpdesk_tui.desk.runbooks import Runbooks
    from helpdesk_tui.desk.searching import Searching
    from helpdesk_tui.desk.services import Services
    from helpdesk_tui.desk.sla import ServiceLevels
    from helpdesk_tui.desk.teams import Teams
    from helpdesk_tui.desk.templates import Templates
    from helpdesk_tui.desk.ticket_reading import TicketReading
    from helpdesk_tui.desk.tickets import Tickets
    from helpdesk_tui.desk.timers import Timers
    from helpdesk_tui.desk.undo import Undo
    from helpdesk_tui.desk.upkeep import Upkeep
    from helpdesk_tui.desk.views import Views

# attribute → (module, class)
_WHERE: Final = {
    "tickets": ("tickets", "Tickets"),
    "reading": ("ticket_reading", "TicketReading"),  # of `tickets`, without loading what writes
    "bulk": ("bulk", "Bulk"),
    "undoing": ("undo", "Undo"),
    "searching": ("searching", "Searching"),
    "views": ("views", "Views"),
    "templates": ("templates", "Templates"),
    "people": ("people", "People"),
    "teams": ("teams", "Teams"),
    "services": ("services", "Services"),
    "cis": ("cis", "ConfigurationItems"),
    "sla": ("sla", "ServiceLevels"),
    "policy": ("policies", "Policies"),
    "audit": ("audit", "Audit"),
    "presence": ("presence", "PresenceBoard"),
    "notices": ("notices", "Notices"),
    "attachments": ("attachments", "Attachments"),
    "timers": ("timers", "Timers"),
    "events": ("events", "Events"),
    "alerts": ("alerts", "Alerts"),
    "maintenance": ("maintenance", "Maintenance"),
    "importing": ("importing", "Importing"),
    "exporting": ("exporting", "Exporting"),
    "on_call": ("on_call", "OnCall"),
    "paging": ("paging", "Paging"),
    "notifying": ("notifying", "Notifying"),
    "incidents": ("incidents", "Incidents"),
    "kpis": ("kpis", "Kpis"),
    "plans": ("plans", "Plans"),
    "runbooks": ("runbooks", "Runbooks"),
    "reviews": ("reviews", "Reviews"),
    "upkeep": ("upkeep", "Upkeep"),
}


def _load(module: str, name: str) -> Callable[[Any], Noun]:
    def make(desk: Any) -> Noun:
        found: Noun = getattr(import_module(f"helpdesk_tui.desk.{module}"), name)(desk)
        return found

    return make


_MAKE: Final[dict[str, Callable[[Any], Noun]]] = {attribute: _load(*where) for attribute, where in _WHERE.items()}


def load_all() -> None:
    """Import every noun, so that all verbs are registered."""
    for module, _ in _WHERE.values():
        import_module(f"helpdesk_tui.desk.{module}")


def load(noun: str) -> None:
    """Import one noun, so that its verbs are registered."""
    import_module(f"helpdesk_tui.desk.{_WHERE[noun][0]}")


class Nouns:
    """The nouns as attributes of the desk."""

    tickets: "Tickets"
    reading: "TicketReading"
    bulk: "Bulk"
    undoing: "Undo"
    searching: "Searching"
    views: "Views"
    templates: "Templates"
    people: "People"
    teams: "Teams"
    services: "Services"
    cis: "ConfigurationItems"
    sla: "ServiceLevels"
    policy: "Policies"
    audit: "Audit"
    presence: "PresenceBoard"
    notices: "Notices"
    attachments: "Attachments"
    timers: "Timers"
    events: "Events"
    alerts: "Alerts"
    maintenance: "Maintenance"
    importing: "Importing"
    exporting: "Exporting"
    on_call: "OnCall"
    paging: "Paging"
    notifying: "Notifying"
    incidents: "Incidents"
    kpis: "Kpis"
    plans: "Plans"
    runbooks: "Runbooks"
    reviews: "Reviews"
    upkeep: "Upkeep"

    def __getattr__(self, name: str) -> Any:
        make = _MAKE.get(name)
        if make is None:
            raise AttributeError(name)
        found = self.__dict__[name] = make(self)
        return found
