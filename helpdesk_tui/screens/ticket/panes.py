"""The text panes of a ticket: details, links, audit."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from helpdesk_tui.screens.common.editing import label_of
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.instants import local, parse_instant
from helpdesk_tui.vocabulary.kinds import ref, state_label
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.text import one_line, safe_text
from helpdesk_tui.widgets.inert import cells, wrap
from helpdesk_tui.widgets.lines import Line, LineView, Piece, text_line
from helpdesk_tui.widgets.sentences import value_text

LABEL = 18
TEXT = 65_536
_FIELDS = (
    "ref", "external_id", "kind", "state", "phase", "priority", "impact", "urgency", "severity", "pinned", "moscow",
    "category", "service", "ci", "requester", "organisation", "affected_users", "team", "assignee", "parent", "tags",
    "channel", "language", "major", "created_at", "updated_at", "first_response_at", "pending_until", "response_due_at",
    "resolution_due_at", "resolved_at", "closed_at", "reopen_count", "reassignment_count", "watchers", "time_spent",
    "resolution_code", "version",
)  # fmt: skip
_TEXTS = ("description", "cause", "resolution")


@dataclass(slots=True)
class DetailsData:
    """A ticket's fields in their outward form."""

    fields: dict[str, Any] = field(default_factory=dict)
    tz: str = "UTC"


class DetailsPane(LineView):
    """Every field with its value, the long texts below."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._data = DetailsData()

    def show(self, data: DetailsData) -> None:
        """Show these fields; the place stays."""
        self._data = data
        self.reflow(keep_top=True)

    def layout_lines(self, width: int) -> Sequence[Line]:
        data = self._data
        lines: list[Line] = []
        for name in _FIELDS:
            value = data.fields.get(name)
            if value in (None, "", [], False):
                continue
            label = f" {cells(label_of(name), LABEL)}"
            parts = wrap(value_text(name, value, data.tz), width - LABEL - 3, 5) or [""]
            lines.append(Line(((label, "muted"), (parts[0], "plain"))))
            lines += [text_line(" " * (LABEL + 1) + part) for part in parts[1:]]
        for name in _TEXTS:
            text = data.fields.get(name)
            if text:
                lines += [Line(), text_line(f" {label_of(name)}", "title")]
                lines += [text_line(f" {part}") for part in wrap(safe_text(str(text)[:TEXT]), width - 2)]
                if len(text) > TEXT:
                    lines.append(text_line(" " + _("... cut here; export shows all"), "muted"))
        steps = data.fields.get("checklist") or ()
        if steps:
            done = sum(1 for step in steps if step["done_at"])
            counted = _("{done} of {count} done").format(done=done, count=len(steps))
            lines += [Line(), Line(((f" {label_of('checklist')}", "title"), (f"  {counted}", "muted")))]
        for step in steps:
            tone = "muted" if step["done_at"] else "plain"
            parts = wrap(one_line(step["text"], 1_000), width - 6, 3)
            lines += [text_line((f" [{'x' if step['done_at'] else ' '}] " if not i else "     ") + part, tone)
                      for i, part in enumerate(parts)]  # fmt: skip
        return lines or [text_line(" " + _("Loading..."), "muted")]


class LinksPane(LineView):
    """How a ticket is tied to others. The screen opens them by a choice (Enter)."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._links: list[dict[str, Any]] = []
        self._children: list[dict[str, Any]] = []
        self._above: int | None = None
        self._number = 0

    @property
    def tied(self) -> list[tuple[int, str]]:
        """The tied tickets: number and a line about each."""
        found = [
            (link["ticket"], f"{_word(link, self._number)}  {one_line(link['title'], 80)}") for link in self._links
        ]
        found += [(child["number"], f"{_('child')}  {one_line(child['title'], 80)}") for child in self._children]
        if self._above is not None:
            found.insert(0, (self._above, _("parent")))
        return found

    def show(
        self, number: int, links: list[dict[str, Any]], children: list[dict[str, Any]], parent: int | None
    ) -> None:
        """Show these ties."""
        self._number, self._links, self._children, self._above = number, links, children, parent
        self.reflow(keep_top=True)

    def layout_lines(self, width: int) -> Sequence[Line]:
        if not self._links and not self._children and self._above is None:
            return [
                text_line(" " + _("Nothing is linked. L links this ticket to another, M merges it into one."), "muted")
            ]
        lines = []
        if self._above is not None:
            lines.append(Line(((f" {cells(_('parent'), LABEL)}", "muted"), (f"#{self._above}", "strong"))))
        lines += [_tie(_word(each, self._number), each["kind"], each["ticket"], each, width) for each in self._links]
        lines += [_tie(_("child"), each["kind"], each["number"], each, width) for each in self._children]
        return [*lines, Line(), text_line(" " + _("Enter opens one of them"), "muted")]


def _tie(word: str, kind: str, number: int, item: dict[str, Any], width: int) -> Line:
    pieces: list[Piece] = [
        (f" {cells(word, LABEL)}", "muted"),
        (cells(ref(kind, number), 12), "strong"),
        (cells(state_label(item["state"]), 18), "muted" if item["phase"] >= 3 else "plain"),
        (cells(item["title"], max(0, width - LABEL - 32)), "plain"),
    ]
    return Line(tuple(pieces))


def _word(link: dict[str, Any], number: int) -> str:
    forward = {
        "relates": _("relates to"),
        "duplicates": _("duplicates"),
        "blocks": _("blocks"),
        "caused_by": _("caused by"),
        "split_from": _("split from"),
    }
    backward = {
        "relates": _("relates to"),
        "duplicates": _("duplicated by"),
        "blocks": _("blocked by"),
        "caused_by": _("causes"),
        "split_from": _("split into"),
    }
    words = forward if link["number"] == number else backward
    return words.get(link["type"], str(link["type"]))


class AuditPane(LineView):
    """The journal entries of a ticket, everything in them, newest first."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._entries: list[dict[str, Any]] = []
        self._tz = "UTC"

    def show(self, log: list[dict[str, Any]], tz: str) -> None:
        """Show these entries."""
        self._entries, self._tz = log, tz
        self.reflow(keep_top=True)

    def layout_lines(self, width: int) -> Sequence[Line]:
        lines: list[Line] = []
        for entry in reversed(self._entries):
            at = local(parse_instant(entry["at"], 0), self._tz, seconds=True)
            head: list[Piece] = [
                (f" #{entry['seq']}  ", "strong"),
                (f"{at}  {one_line(entry['actor'], 40)}  ", "plain"),
                (one_line(entry["verb"], 40), "accent"),
                (f"  ({one_line(entry['origin'], 20)})", "muted"),
            ]
            if entry["recorded_at"] != entry["at"]:
                recorded = local(parse_instant(entry["recorded_at"], 0), self._tz, seconds=True)
                head.append((f"  {_('recorded {time}').format(time=recorded)}", "muted"))
            lines.append(Line(tuple(head)))
            for name, pair in entry["changes"].items():
                before, after = (_raw(value) for value in pair)
                lines += _wrapped(f"{name}: {before} -> {after}", "plain", width)
            for reason in entry["reasons"]:
                lines += _wrapped(sentence(reason), "muted", width)
        return lines or [text_line(" " + _("No entries."), "muted")]


def _raw(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return one_line(text, 400)


def _wrapped(text: str, tone: str, width: int) -> list[Line]:
    return [text_line(f"       {part}", tone) for part in wrap(one_line(text, 1_000), width - 9, 6)]
