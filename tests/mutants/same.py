"""Checks whose removal changes nothing that anybody could see, each with the reason."""

_DESK = "helpdesk_tui/desk"
_VERB = f"{_DESK}/registry.py : self.desk.require(permission, name) -> verb"

SAME: dict[str, str] = {
    f"{_DESK}/desk.py Desk.allows_on: scope in (Scope.ALL, Scope.NONE) -> scope no": (
        "`ticket_scope_allows`, which is asked then, answers True for ALL and False for NONE; only a statement is spared"
    ),
    f"{_DESK}/incident_roles.py Roles.offer: work.ticket(number, Permission.INCIDENT_RESPOND) -> any reader": (
        "whoever may not respond there is a guest (`_is_guest`), of whom leading is asked, unless they hold the role: then"
        " they may respond"
    ),
    f"{_DESK}/incident_roles.py Roles.release: work.ticket(number, Permission.INCIDENT_RESPOND) -> any reader": (
        "somebody else's role asks for leading, and whoever holds one may respond there"
    ),
    f"{_DESK}/import_tickets.py Writer.tie_parents.step: work.ticket(number, Permission.TICKET_EDIT) -> any reader": (
        "the ticket was made by this import, and whoever imports edits every ticket (`test_what_the_reasons_rest_on`)"
    ),
    f"{_DESK}/people_search.py PeopleSearch.open_requests: scope is Scope.ALL -> scope no": (
        "the list then counts the same tickets, as far as the actor sees them, which is all of them"
    ),
    f"{_DESK}/people_search.py PeopleSearch.agents: scope is not Scope.ALL -> scope no": (
        "`_under`, which is asked then, finds nobody but the actor for those who do not read the whole directory"
    ),
    f"{_DESK}/ticket_reading.py TicketReading.show: sight.read is not Scope.ALL -> scope yes": (
        "who may read every ticket is then asked about one that is not sensitive, and may read it"
    ),
    f"{_DESK}/ticket_reading.py TicketReading.inside: sight.notes is Scope.ALL -> scope no": (
        "`_works_on`, which is asked then, answers True for ALL, sensitive or not; only a statement is spared"
    ),
    f"{_DESK}/ticket_reading.py TicketReading.inside: sight.notes is Scope.ALL -> scope yes": (
        "`all_sensitive`, which is asked as well, is only for those who read all notes (`test_what_the_reasons_rest_on`)"
    ),
    f"{_DESK}/sight.py Eyes.now: read is Scope.ALL -> scope no": (
        "`plainly` is a short way only: without it `comments` asks for the ticket and its notes one by one"
    ),
    f"{_DESK}/sight.py Eyes.now: notes is Scope.ALL -> scope no": (
        "`plainly` is a short way only: without it `comments` asks for the ticket and its notes one by one"
    ),
    f"{_VERB} ticket.show": "`abreast`: the verb asks itself, which is a point of its own (`TicketReading.show`)",
    f"{_VERB} ticket.comments": "`abreast`: the verb asks itself, which is a point of its own (`TicketReading.comments`)",
    f"{_VERB} db.check": "`Upkeep.look`, which it calls first, asks for the same right under the same name",
    f"{_VERB} ticket.list": "`TicketReading.stream`, which it calls first, asks for the same right under the same name",
    **{
        f"{_VERB} export.{what}": "`Exporting.stream`, which it calls first, asks for the same right under the same name"
        for what in ("cis", "people", "services", "teams", "tickets")
    },
}
