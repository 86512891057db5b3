"""The names of the indicators of incident response, for people."""

from typing import Final

from helpdesk_tui.vocabulary.i18n import N_

LABELS: Final[dict[str, str]] = {
    "incident.count": N_("incidents declared"),
    "mttd": N_("time to detect"),
    "mtta": N_("time to acknowledge"),
    "incident.mtta.hours": N_("time to acknowledge, in service hours"),
    "incident.reack": N_("time to acknowledge again"),
    "incident.unacked": N_("resolved without an acknowledgement"),
    "mttr.recover": N_("time to recover: the outage as users felt it"),
    "mttr.respond": N_("time to respond: from the alert to restored"),
    "mttr.repair": N_("time to repair: hands on, to restored"),
    "mttr.resolve": N_("time to resolve: until the fix was verified"),
    "mttr.net": N_("time to resolve, without waiting for suppliers"),
    "incident.mtbf": N_("time between failures"),
    "availability": N_("availability in the agreed hours"),
    "incident.rto": N_("recovery time objective kept"),
    "incident.rpo": N_("recovery point objective kept"),
    "incident.recurrence": N_("returns within 30 days"),
    "incident.recurrence.90": N_("returns within 90 days"),
    "incident.review": N_("reviews published in time"),
    "incident.actions": N_("follow-up actions done in time"),
    "incident.actions.age": N_("age of open follow-up actions"),
    "incident.cadence": N_("status updates in time, inside"),
    "incident.cadence.outside": N_("status updates in time, outside"),
    "escalation.level1": N_("acknowledged at level 1"),
    "escalation.exhausted": N_("nobody answered in all passes"),
    "escalation.lateness": N_("levels told late, by how much"),
    "escalation.pages": N_("pages"),
    "oncall.off_hours_pages": N_("pages outside of working hours, a person"),
    "oncall.pages_per_shift": N_("pages a turn on call"),
    "oncall.uncovered": N_("time with nobody on call"),
    "oncall.deviation": N_("greatest deviation from the mean hours"),
    "event.alerts_per_incident": N_("alerts an incident"),
    "event.short": N_("alerts over by themselves within 5 minutes"),
    "event.flapping": N_("alerts that flapped"),
    "event.dedupe": N_("notices that told nothing new"),
}
"""What each indicator tells, in the order in which they are shown."""
