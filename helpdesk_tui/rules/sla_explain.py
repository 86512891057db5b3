"""Why an SLA clock shows what it shows, as reasons that any language can render.

Instants in reasons are ISO 8601 with `Z`, durations are whole seconds of working time.
"""

from typing import Final

from helpdesk_tui.rules.sla import Clock, SlaResult
from helpdesk_tui.rules.sla_time import counted
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.reasons import Reason, register, register_durations

register(
    {
        "sla.no_agreement": N_("no service level agreement applies any more; every clock is off"),
        "sla.no_clock": N_("no target is set, so no clock runs"),
        "sla.response.running": N_("response is due {due}; {left} of working time are left"),
        "sla.response.late": N_("response was due {due} and is {late} of working time late"),
        "sla.response.paused": N_("the response clock stands still; {left} of working time are left"),
        "sla.response.met": N_("response came {ended} after {elapsed} of working time, in time (due {due})"),
        "sla.response.missed": N_("response came {ended} after {elapsed} of working time, too late (due {due})"),
        "sla.response.never": N_("closed {ended} without a response, which was due {due}"),
        "sla.response.idle": N_("the response clock has nothing to wait for"),
        "sla.update.running": N_("the next update is due {due}; {left} of working time are left"),
        "sla.update.late": N_("an update was due {due} and is {late} of working time late"),
        "sla.update.paused": N_("the update clock stands still; {left} of working time are left"),
        "sla.update.met": N_("the longest wait for an update was {elapsed} of working time, in time"),
        "sla.update.missed": N_("the longest wait for an update was {elapsed} of working time, too long"),
        "sla.update.idle": N_("the update clock has nothing to wait for"),
        "sla.resolution.running": N_("resolution is due {due}; {left} of working time are left"),
        "sla.resolution.late": N_("resolution was due {due} and is {late} of working time late"),
        "sla.resolution.paused": N_("the resolution clock stands still; {left} of working time are left"),
        "sla.resolution.met": N_("resolved {ended} after {elapsed} of working time, in time (due {due})"),
        "sla.resolution.missed": N_("resolved {ended} after {elapsed} of working time, too late (due {due})"),
        "sla.resolution.idle": N_("the resolution clock has nothing to wait for"),
        "sla.target": N_("target: {seconds} of working time in the hours of {tz}"),
        "sla.target_days": N_("target: {days} working days and {seconds}, in the hours of {tz}"),
        "sla.from.creation": N_("counted from {at}, when the ticket was opened"),
        "sla.from.agreement": N_("counted from {at}, when the agreement changed"),
        "sla.from.reopening": N_("counted from {at}, when the ticket was reopened"),
        "sla.from.customer_waiting": N_("counted from {at}, the first unanswered word of the requester"),
        "sla.from.keep_in_loop": N_("counted from {at}, the last word of the desk"),
        "sla.snapped": N_("that was outside working hours; the clock began at {at}"),
        "sla.pauses": N_("pauses: {count}, together {seconds} of working time that do not count"),
        "sla.pause_sum": N_("{seconds} of working time are deducted for pauses"),
        "sla.warn": N_("warning from {at}"),
    }
)

register_durations("left", "late", "elapsed", "seconds")

_STATES: Final = frozenset({"running", "paused", "met", "missed"})


def explain(result: SlaResult) -> list[Reason]:
    """The reasons of all clocks that have a target: response, update, resolution; each with its headline first."""
    if not result.matches:
        return [Reason("sla.no_agreement")]
    reasons = [reason for clock in result.clocks for reason in explain_clock(result, clock)]
    return reasons or [Reason("sla.no_clock")]


def explain_clock(result: SlaResult, clock: Clock) -> list[Reason]:
    """The reasons of one clock, headline first; empty where it has no target."""
    target = clock.target
    if target is None:
        return []
    reasons = [_headline(clock)]
    if target.days:
        reasons.append(
            Reason("sla.target_days", {"days": target.days, "seconds": target.seconds, "tz": result.calendar.tz})
        )
    else:
        reasons.append(Reason("sla.target", {"seconds": clock.goal, "tz": result.calendar.tz}))
    if clock.started is None:
        return reasons
    reasons.append(Reason(f"sla.from.{clock.basis}", {"at": iso(clock.started)}))
    opened = result.calendar.next_open(clock.started)
    if opened != clock.started:
        reasons.append(Reason("sla.snapped", {"at": iso(opened)}))
    until = clock.ended_at if clock.ended_at is not None else result.at
    stops = [stop for stop in clock.stops if stop[0] < until]
    if stops:
        stopped = result.calendar.elapsed(clock.started, until) - counted(result.calendar, clock.started, until, stops)
        reasons.append(Reason("sla.pauses", {"count": len(stops), "seconds": stopped}))
    if clock.deducted:
        reasons.append(Reason("sla.pause_sum", {"seconds": clock.deducted}))
    reasons += [Reason("sla.warn", {"at": iso(at)}) for at in (clock.warn, clock.warn2) if at is not None]
    return reasons


def _headline(clock: Clock) -> Reason:
    if clock.run not in _STATES:
        return Reason(f"sla.{clock.name}.idle")
    due = None if clock.promised is None else iso(clock.promised)
    if clock.run == "paused":
        return Reason(f"sla.{clock.name}.paused", {"left": clock.left})
    if clock.run == "running":
        if clock.missed:
            return Reason(f"sla.{clock.name}.late", {"due": due, "late": clock.late})
        return Reason(f"sla.{clock.name}.running", {"due": due, "left": clock.left})
    ended = None if clock.ended_at is None else iso(clock.ended_at)
    if clock.name == "response" and clock.finished_at is None:
        return Reason("sla.response.never", {"due": due, "ended": ended})
    return Reason(f"sla.{clock.name}.{clock.run}", {"due": due, "ended": ended, "elapsed": clock.elapsed})
