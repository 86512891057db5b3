"""What those see of a ticket who take part in it but do not work on it: its requester, and who follows it.

To them a ticket is what was said in public, the states it went through and its public fields. What the desk wrote for
itself stays inside: notes, causes, the reasons people typed, checklists, time spent, who else follows, and how the
rules decided. The same line is drawn for the log, the timeline, the fields, filters and exports; whoever may read
notes on a ticket is inside.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from helpdesk_tui.desk.forms import KEYS
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.reasons import Reason, register, sentence
from helpdesk_tui.vocabulary.records import TimelineItem

register({"outside.rules": N_("the rules of the desk decided it")})

FIELDS: Final = frozenset(KEYS) | {
    "sensitive", "organisation", "severity", "affected_users", "resolution", "resolution_code", "pending_until", "update_due_at",
    "merged_into", "deleted_at", "comment", "attachments", "links", "watchers",
}  # fmt: skip
"""Fields whose changes anybody sees who sees the ticket: the keys of its JSON, and what the requester is told."""
REASONS: Final = frozenset(
    {"lifecycle.move", "lifecycle.follow", "reply.reopened", "timer.wake", "pend.until", "merge.redirect", "merged",
     "unmerged", "kind.changed", "tags", "deleted", "undo", "assign.by_hand", "take", "log.by", "log.row"}
)  # fmt: skip
"""Codes of reasons that tell nothing but what the public fields tell."""
WHY: Final = frozenset({"priority.matrix", "priority.affected", "priority.severity", "why.nothing", "why.by_hand"})
"""Codes of the steps of decisions that speak of what the requester knows; the clocks' own are told too."""
_COLUMNS: Final[dict[str, Any]] = {"cause": None, "pinned": 0, "demand": None, "lift": None}


def columns(row: dict[str, Any]) -> dict[str, Any]:
    """A ticket row without what is internal."""
    return row | {name: value for name, value in _COLUMNS.items() if name in row}


def item(found: TimelineItem, mine: bool, knows: Callable[[int], bool], me: str | None) -> TimelineItem | None:
    """An entry of the timeline as those outside see it; None where nothing of it is theirs.

    What one gave as a reason oneself (`mine`) one sees. `knows` says whether one may know of a ticket, `me` is one's
    name.
    """
    changes = {name: pair for name, pair in found.changes.items() if name in FIELDS}
    for name, keep in (("links", knows), ("watchers", lambda who: who == me)):
        if name in changes:
            left = [[value for value in side or () if keep(value)] for side in changes[name]]
            changes[name] = left
            if not any(left):
                del changes[name]
    if not changes and found.text is None:
        return None
    told = REASONS | {"given"} if mine else REASONS
    return replace(found, changes=changes, reasons=[r for r in found.reasons if r.get("code") in told])


def why(told: dict[str, Any]) -> dict[str, Any]:
    """The answer to `why` for one field as those outside see it."""
    if told["decision"] == "sla":
        return told
    reasons = [r for r in told["reasons"] if r["code"] in WHY]
    if not reasons:
        plain = Reason("outside.rules").data()
        reasons = [{**plain, "sentence": sentence(plain, english=True)}]
    return told | {"reasons": reasons, "would_change": []} | ({"dynamic": None} if "dynamic" in told else {})
