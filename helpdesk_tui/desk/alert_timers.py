"""What time does to alerts: an end that was held is believed, who is quiet is over, a group opens, maintenance ends."""

from dataclasses import replace
from typing import Final

from helpdesk_tui.desk import alert_rows
from helpdesk_tui.desk.event_intake import Intake
from helpdesk_tui.desk.work import Work
from helpdesk_tui.rules import event_rules, events
from helpdesk_tui.rules.events import AlertState
from helpdesk_tui.vocabulary.events import EventSeverity, EventStatus
from helpdesk_tui.vocabulary.reasons import Reason, register_durations
from helpdesk_tui.vocabulary.records import Instant

VERB: Final = "alert.due"
register_durations("span")
_AGAIN: Final = "UPDATE timer SET due_at = ?, fired_at = NULL WHERE subject_type = 'alert' AND subject = ? AND kind = ?"
_HELD: Final = (
    "SELECT id FROM alert WHERE state <> 'resolved' AND json_extract(document, '$.held') = ? ORDER BY id"
)  # fmt: skip


def fire(work: Work, subject: int, kind: str, due_at: Instant) -> tuple[str, int] | None:
    """Do what is due: `hold` and `quiet` of an alert, `open` of a group, `end` of a maintenance window.

    Returns what was done and the ticket that it was done to, or None.
    """
    done: int | None = None
    if kind == "hold":
        done = _settle(work, subject)
    elif kind == "quiet":
        done = _quiet(work, subject)
    elif kind == "open":
        done = _open(work, subject)
    elif kind == "end":
        done = release(work, f"MW-{subject}")
    return None if done is None else ("alerts", done)


def _settle(work: Work, alert: int) -> int | None:
    intake = Intake.of(work)
    slots = intake.load([alert])
    if not slots or not intake.settle(slots[0]):
        return None
    return slots[0].number


def _quiet(work: Work, alert: int) -> int | None:
    intake = Intake.of(work)
    slots = intake.load([alert])
    if not slots:
        return None
    slot, times = slots[0], intake.rules.alert_times
    over = events.quiet_at(events.standing(slot.alert, times), times)
    if over is None:
        return None
    if over > work.now:
        # It was told of again meanwhile, which moves no timer: that would cost a write for every repetition.
        work.tx.conn.execute(_AGAIN, (over, alert, "quiet"))
        return None
    kept = alert_rows.event_from(slot.event)
    end = replace(kept, status=EventStatus.RESOLVED, received_at=work.now, ended_at=over, phase="", warnings=())
    intake.by_hand(slot, end, Reason("alert.quiet", {"span": times.quiet}))
    return slot.number


def _open(work: Work, group: int) -> int | None:
    intake = Intake.of(work)
    slot = intake.group(group)
    if slot is None or slot.number is not None:
        return None
    waiting = work.rows("SELECT id FROM alert WHERE group_id = ? AND number IS NULL AND state <> 'resolved'", (group,))
    alerts = intake.load(key for (key,) in waiting)
    if not alerts:
        return None  # all of them were over before anybody had to be told
    gravest = max(alerts, key=lambda one: (EventSeverity(one.new["severity"]).rank, -one.id))
    event = alert_rows.event_from(gravest.event)
    decision = event_rules.decide(intake.rules, intake.as_known(gravest, event), services=intake.names.services)
    if decision.action != event_rules.OPEN:
        return None
    slot.number = intake.tickets.open(gravest, event, decision, intake.governing.version)
    gravest.new["number"] = slot.number
    intake.gather(slot, slot.number)
    return slot.number


def release(work: Work, window: str) -> int | None:
    """Decide anew about what still fires when a maintenance is over."""
    held = work.rows(_HELD, (window,))
    if not held:
        return None
    intake = Intake.of(work)
    intake.windows = [each for each in intake.windows if each.id != window]
    slots = intake.load(key for (key,) in held)
    intake.ready([alert_rows.event_from(slot.event) for slot in slots])
    numbers = [intake.release(slot).number for slot in slots if slot.new["state"] != AlertState.RESOLVED]
    return next((number for number in numbers if number is not None), None)
