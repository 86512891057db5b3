"""What happens to a ticket later: it goes on once the time until which it waited has come; its priority is looked at."""

from typing import Any, Final

from helpdesk_tui.desk import dynamic
from helpdesk_tui.desk.history import standing
from helpdesk_tui.desk.moves import set_state
from helpdesk_tui.desk.work import Draft, Work
from helpdesk_tui.rules import lifecycle
from helpdesk_tui.store import journal
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind, Phase
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant

register({"timer.wake": N_("the time until which it waited has come; it goes on in {to}")})
VERB: Final = "ticket.wake"
WAKE: Final = "wake"


def fire(work: Work, number: int, kind: str, due_at: Instant) -> tuple[str, int] | None:
    """Let a ticket go on that still waits for this instant; `("woken", number)` where it does.

    It wakes at the instant until which it waited, not when somebody noticed, so its clocks count right.
    """
    if kind == dynamic.LOOK:
        dynamic.ask(work, number)
        return None
    row = work.row("ticket", number)
    if (
        kind != WAKE
        or row is None
        or row["deleted_at"] is not None
        or row["phase"] != Phase.PENDING
        or row["pending_until"] != due_at
    ):
        return None
    draft = Draft(row, at=due_at)
    target = _target(work, row)
    if target is None:
        draft.set(pending_until=None)
    else:
        set_state(draft, target, due_at)
        draft.because(Reason("timer.wake", {"to": target}))
    work.drafts[number] = draft
    return None if target is None else ("woken", number)


def _target(work: Work, row: dict[str, Any]) -> str | None:
    """The state it came from if a move leads back there, else where the policy resumes or takes work up."""
    policy = work.desk.policies.current().policy
    kind = Kind(row["kind"])
    moves = {m.to for m in lifecycle.allowed_moves(policy, kind, row["state"])}
    wished = [_came_from(work, row["number"], row["state"])]
    wished += [lifecycle.target_of(policy, kind, "resume"), lifecycle.target_of(policy, kind, "take")]
    return next((state for state in wished if state in moves), None)


def _came_from(work: Work, number: int, state: str) -> str | None:
    entries = standing([*journal.read(work.tx.conn, journal.OF_SUBJECT, ("ticket", number))])
    for entry in reversed(entries):
        for change in entry.rows:
            before, after = change.before or {}, change.after or {}
            if change.table == "ticket" and change.key == (number,) and after.get("state") == state:
                phase = before.get("phase", Phase.PENDING)
                return before.get("state") if phase in (Phase.NEW, Phase.OPEN) else None
    return None
