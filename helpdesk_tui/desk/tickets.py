"""`desk.tickets`: every verb on one ticket, gathered from modules by subject."""

from helpdesk_tui.desk.ticket_console import TicketConsole
from helpdesk_tui.desk.ticket_extras import TicketExtras
from helpdesk_tui.desk.ticket_fields import TicketFields
from helpdesk_tui.desk.ticket_next import TicketNext
from helpdesk_tui.desk.ticket_opening import TicketOpening
from helpdesk_tui.desk.ticket_reading import TicketReading
from helpdesk_tui.desk.ticket_sensitive import TicketSensitive
from helpdesk_tui.desk.ticket_states import TicketStates
from helpdesk_tui.desk.ticket_talk import TicketTalk
from helpdesk_tui.desk.ticket_ties import TicketTies


class Tickets(
    TicketReading,
    TicketOpening,
    TicketFields,
    TicketStates,
    TicketTalk,
    TicketTies,
    TicketExtras,
    TicketSensitive,
    TicketNext,
    TicketConsole,
):
    """Verbs on one ticket."""
