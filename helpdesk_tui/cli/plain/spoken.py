"""Tickets as sentences that can be read aloud: nothing in columns, no signs that stand for words."""

from collections.abc import Iterable
from functools import reduce

from helpdesk_tui.vocabulary import dates
from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.kinds import ref, state_label
from helpdesk_tui.vocabulary.levels import priority_label
from helpdesk_tui.vocabulary.records import NEVER, Instant, QueueRow, TimelineItem
from helpdesk_tui.vocabulary.sentences import actor_text, change_sentences, origin_text, reason_texts, verb_sentence
from helpdesk_tui.vocabulary.text import one_line

TITLE = 80
"""Signs of a title in a list."""


def joined(parts: Iterable[str]) -> str:
    """What is not empty, with a pause between each two."""
    told = [part for part in parts if part]
    return reduce(lambda before, more: _("{told}, {more}").format(told=before, more=more), told) if told else ""


def lasting(seconds: int) -> str:
    """How long, in words: `12 minutes`, `2 hours 5 minutes`, `3 days`."""
    minutes = max(0, seconds) // 60
    hours, days = minutes // 60, minutes // 1_440
    if days >= 2:
        return ngettext("{n} day", "{n} days", days).format(n=days)
    told = [ngettext("{n} hour", "{n} hours", hours).format(n=hours)] if hours else []
    if minutes % 60 or not hours:
        told.append(ngettext("{n} minute", "{n} minutes", minutes % 60).format(n=minutes % 60))
    return " ".join(told)


def clock(row: QueueRow, now: Instant) -> str:
    """The clock of a ticket: `breached 12 minutes ago`, `due in 41 minutes, warning`; empty where none runs."""
    if row.sla_run == "paused":
        return _("clock paused")
    if row.sla_run == "missed":
        return _("target missed")
    if row.sla_run in ("none", "met") or row.due_at >= NEVER:
        return ""
    left = row.due_at - now
    if left < 0:
        return _("breached {span} ago").format(span=lasting(-left))
    due = _("due in {span}").format(span=lasting(left))
    return _("{due}, warning").format(due=due) if now >= row.warn_at else due


def row_text(row: QueueRow, now: Instant) -> str:
    """One line of a list."""
    who = row.assignee or (row.team and _("team {name}").format(name=row.team))
    parts = (
        ref(row.kind, row.number),
        priority_label(row.priority),
        clock(row, now),
        one_line(row.title, TITLE),
        state_label(row.state),
        _("assigned to {who}").format(who=one_line(who, 60)) if who else _("assigned to nobody"),
        one_line(row.reason, 200),
    )
    return joined(parts)


def item_text(item: TimelineItem, tz: str) -> str:
    """One entry of a ticket's story without the words that somebody wrote."""
    head = f"{dates.moment(item.at, tz)}, {actor_text(item)} {verb_sentence(item)}"
    door = origin_text(item.origin)
    told = [head + (f" ({door})" if door else ""), *change_sentences(item, tz), *reason_texts(item)]
    if item.undone_by is not None:
        told.append(_("taken back since"))
    return one_line("; ".join(told), 1_000)
