"""The lines of a war room: how it stands, who does what, what is to be done, what happened (the latest first)."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, ClassVar, Final

from helpdesk_tui.vocabulary.dates import day, short
from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.incidents import (
    ACTION_LABELS,
    ENTRY_LABELS,
    NATURE_LABELS,
    RECOVERY,
    ROLE_LABELS,
    STAGE_LABELS,
    STAGE_STEPS,
    STAMP_LABELS,
)
from helpdesk_tui.vocabulary.instants import local, parse_instant, span
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.reviews import STATE_LABELS
from helpdesk_tui.vocabulary.text import one_line, safe_text
from helpdesk_tui.widgets.inert import cells, width_of, wrap
from helpdesk_tui.widgets.lines import Line, Piece, text_line, tones
from helpdesk_tui.widgets.subject_view import SubjectView

ENTRY: Final = "entry"
TASK: Final = "task"
STEP: Final = "step"
MARKS: Final = {"open": " ", "begun": ">", "done": "x", "skipped": "-"}
_TIES: Final = 8
_TIME_FROM: Final = 11
_STEP_LINES: Final = 3
_AUTHOR: Final = 12
_KIND: Final = 12
_LINES: Final = 12
"""Lines of one entry that are shown; a longer one ends with how many more there are."""


def words(entry: Mapping[str, Any]) -> str:
    """What a line of the timeline says, in the reader's language where the desk wrote it."""
    if entry["said"] and entry["said"].get("code") == "incident.stamped":
        # The line itself tells when.
        return _(STAMP_LABELS.get(entry["said"]["stamp"], entry["said"]["stamp"]))
    return str(entry["body"]) if entry["body"] or not entry["said"] else sentence(entry["said"])


class RoomPane(SubjectView, can_focus=True):
    """The cursor walks over steps, tasks and lines: subjects are `("step", id)`, `("task", id)`, `("entry", id)`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = tones("accent", "good", "muted", "strong", "title", "warning", "error")
    DEFAULT_CSS = "RoomPane { height: 1fr; width: 1fr; }"

    def __init__(self, *, tz: str, beside: bool = False) -> None:
        super().__init__()
        self._tz = tz
        # Beside the timeline stands what is to be done; where there is no room for two, one shows all of it.
        self._beside = beside
        self.whole = True
        self._today = ""
        self.room: dict[str, Any] | None = None

    def show(self, room: dict[str, Any], now: Instant) -> None:
        """Show this; the cursor stays on its subject."""
        self.room = room
        self._today = day(now, self._tz)
        self.reflow(keep_top=True)

    def part(self, kind: str, key: Any) -> dict[str, Any] | None:
        """A step, a task or a line by its number."""
        found = [] if self.room is None else self.room[{TASK: "tasks", STEP: "steps"}.get(kind, "entries")]
        return next((one for one in found if one["id"] == key), None)

    def layout_subjects(self, width: int) -> Sequence[Line]:
        room = self.room
        if room is None:
            return [text_line(f" {_('Loading...')}", "muted")]
        if self._beside:
            return [*self._to_do(room, width)][1:]
        return [
            *self._head(room, width),
            *(self._to_do(room, width) if self.whole else ()),
            Line(),
            text_line(f" {_('Timeline, the latest first')}", "title"),
            *(line for entry in reversed(room["entries"]) for line in self._entry(entry, width)),
        ]

    def _to_do(self, room: Mapping[str, Any], width: int) -> list[Line]:
        title = text_line(f" {_('To do')}", "title")
        return [*self._steps(room, width), Line(), title, *self._tasks(room, width)]

    def _at(self, text: str | None) -> str:
        if not text:
            return "-"
        at = parse_instant(text, 0)
        return local(at, self._tz)[_TIME_FROM:] if day(at, self._tz) == self._today else short(at, self._tz)

    def _head(self, room: Mapping[str, Any], width: int) -> list[Line]:
        stamps = [f"{_(STAMP_LABELS[name])} {self._at(at)}" for name, at in room["stamps"].items() if at]
        roles = [
            f"{_(ROLE_LABELS[role])} {one['person'] or '-'}" + (f" ({one['offered']}?)" if one["offered"] else "")
            for role, one in room["roles"].items()
        ]
        n = room["children"]
        linked = ngettext("{n} linked ticket, {users} users", "{n} linked tickets, {users} users", n)
        found = [Line(((f" {one_line(room['title'], 300)}", "strong"),))]
        if room["nature"] != "real":
            found.append(text_line(f" *** {_(NATURE_LABELS[room['nature']])} ***", "warning"))
        ties = " ".join(one["ref"] for one in room["linked"][:_TIES])
        firing = ngettext("{n} alert fires", "{n} alerts fire", room["alerts"]).format(n=room["alerts"])
        told = [
            linked.format(n=n, users=room["users"]) + (f": {ties}" if ties else ""),
            firing if room["alerts"] else "",
        ]
        if room["review"] is not None:
            told.append(self._review(room["review"]))
        on = [self._on_call(one) for one in room["on_call"]]
        groups = (stamps, roles, [part for part in told if part], on)
        for text in (" · ".join(group) for group in groups if group):
            found += [text_line(f" {line}", "plain") for line in wrap(text, max(10, width - 2))]
        for entry in room["pinned"]:
            said = f" * {self._at(entry['occurred_at'])}  {one_line(words(entry), 300)}"
            found.append(text_line(cells(said, width), "accent"))
        return found

    def _on_call(self, one: Mapping[str, Any]) -> str:
        who = ", ".join(one["people"]) or _("nobody")
        said = _("on call ({schedule}): {people}").format(schedule=one_line(one["schedule"], 40), people=who)
        if one["until_at"]:
            coming = ", ".join(one["next_people"] or ()) or _("nobody")
            said += " " + _("until {at}, then {people}").format(at=self._at(one["until_at"]), people=coming)
        return said

    def _review(self, review: Mapping[str, Any]) -> str:
        waits = review["due_at"] is not None and review["state"] in ("draft", "approved")
        due = f" {self._at(review['due_at'])}" if waits else ""
        return f"{_('review')} {_(STATE_LABELS[review['state']])}{due}"

    def _steps(self, room: Mapping[str, Any], width: int) -> list[Line]:
        """The recovery and the runbooks, each with how far it is."""
        found: list[Line] = []
        for plan, steps in groupby(room["steps"], key=lambda step: str(step["plan"])):
            known = [*steps]
            over = sum(step["state"] in ("done", "skipped") for step in known)
            name = _("Recovery") if plan == RECOVERY else one_line(plan, 64)
            found += [Line(), text_line(f" {name} {over}/{len(known)}", "title")]
            found += [line for step in known for line in self._step(step, width)]
        if room["runbooks"]:
            codes = ", ".join(book["code"] for book in room["runbooks"])
            found += [
                Line(),
                text_line(cells(" " + _("runbooks that fit: {codes}").format(codes=codes), width), "muted"),
            ]
        return found

    def _step(self, step: Mapping[str, Any], width: int) -> list[Line]:
        stage = f"{_(STAGE_LABELS[step['stage']])}: " if step["stage"] else ""
        text = one_line(step["text"], 300) if step["text"] else _(STAGE_STEPS[step["stage"]])
        who = step["owner"] or (_(ROLE_LABELS[step["role"]]) if step["role"] else "-")
        at = step["done_at"] or step["begun_at"]
        when = f"  {self._at(at)}" if at else f"  <= {span(step['target'])}" if step["target"] is not None else ""
        tone = "muted" if step["state"] in ("done", "skipped") else "accent" if step["state"] == "begun" else "plain"
        head = f" [{MARKS[step['state']]}] "
        used = width_of(head)
        parts = wrap(f"{stage}{text}  {who}{when}", max(10, width - used - 1))[:_STEP_LINES] or [""]
        subject = self.add((STEP, step["id"]))
        blank = " " * used
        return [Line(((blank if place else head, tone), (part, tone)), subject) for place, part in enumerate(parts)]

    def _tasks(self, room: Mapping[str, Any], width: int) -> list[Line]:
        if not room["tasks"]:
            return [text_line(f" {_('nothing is to be done')}", "muted")]
        found = []
        for task in room["tasks"]:
            tone = "muted" if task["done_at"] else "plain"
            due = f"  {self._at(task['due_at'])}" if task["due_at"] else ""
            result = f"  -> #{task['result']}" if task["result"] else ""
            kind = f"{_(ACTION_LABELS.get(task['action'], task['action']))}: " if task["action"] else ""
            text = f"{kind}{one_line(task['text'], 300)}{result}"
            said = f" [{'x' if task['done_at'] else ' '}] {task['owner'] or '-'}  {text}{due}"
            found.append(Line(((cells(said, width), tone),), self.add((TASK, task["id"]))))
        return found

    def _entry(self, entry: Mapping[str, Any], width: int) -> list[Line]:
        who = entry["author"] or entry["source"] or "-"
        kind = _(ENTRY_LABELS.get(entry["kind"], entry["kind"]))
        head: list[Piece] = [
            (f" {self._at(entry['occurred_at'])}  ", "muted"),
            (cells(kind, _KIND) + " ", "accent"),
            (cells(one_line(who, 60), _AUTHOR) + " ", "muted"),
        ]
        used = sum(width_of(text) for text, _tone in head)
        tone = "muted" if entry["struck_at"] else "plain"
        text = f"[{_('struck')}] {words(entry)}" if entry["struck_at"] else words(entry)
        lines = [line for part in safe_text(text).splitlines() for line in wrap(part, max(10, width - used - 1))]
        more = len(lines) - _LINES
        lines = lines[:_LINES] or [""]
        subject = self.add((ENTRY, entry["id"]))
        found = [Line((*head, (lines[0], tone)), subject)]
        found += [Line(((" " * used + line, tone),), subject) for line in lines[1:]]
        if more > 0:
            left = ngettext("{n} more line", "{n} more lines", more).format(n=more)
            found.append(Line(((" " * used + left, "muted"),), subject))
        return found
