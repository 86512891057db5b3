"""One row's values as what a ticket needs: parsed columns, facts that no rule judges, tags, comments, the requester.

Codes are parsed once a spelling, not once a row; names of teams and services follow the directory.
"""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import fields
from helpdesk_tui.desk.import_rows import TAKEN
from helpdesk_tui.desk.ticket_opening import NewTicket
from helpdesk_tui.vocabulary.channels import CommentKind
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import parse_instant
from helpdesk_tui.vocabulary.kinds import STATES, Kind, Phase
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.text import at_rest

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

_INSTANTS: Final = ("created_at", "updated_at", "first_response_at", "resolved_at", "closed_at", "pending_until")
_COUNTS: Final = ("reopen_count", "reassignment_count")
# Fields whose values are few and parsed by the desk's own table; those of _LINKED follow rows of the desk.
_PARSED: Final = (
    "kind", "channel", "impact", "urgency", "category", "service", "ci", "team", "assignee", "moscow", "severity",
    "affected_users", "major", "language", "resolution_code",
)  # fmt: skip
_SPELLINGS: Final = 4_096
_TITLE: Final = 80
_MAX_TAGS: Final = 100
_MAX_COMMENTS: Final = 10_000


@dataclass(slots=True)
class Remark:
    """A comment of a row."""

    body: str
    kind: CommentKind
    at: Instant | None
    author: str | None


@dataclass(slots=True)
class Facts:
    """A row understood."""

    new: NewTicket
    state: str | None = None
    phase: Phase | None = None
    facts: dict[str, Any] = field(default_factory=dict)  # columns set after the rules have spoken
    given: frozenset[str] = frozenset()  # the row's keys that had a value
    requester: str | None = None
    external_id: str | None = None
    number: str | None = None  # in the file's own count
    parent: str | None = None
    sensitive: bool = False  # only ever marked by a file, never unmarked
    comments: list[Remark] = field(default_factory=list)


class Reader:
    """Understands rows for one import."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._now = desk.now()
        self._spelt: dict[tuple[str, str], dict[str, Any]] = {}
        self._tags: dict[str, str] = {}

    def read(self, values: dict[str, Any]) -> Facts:
        """A row understood. Raises Invalid naming the field that cannot be."""
        given = {k: v for k, v in values.items() if v is not None and v != "" and v != []}
        if not given.keys() <= TAKEN:
            unknown = sorted(given.keys() - TAKEN)
            raise Invalid(
                N_("{field} is no field of a ticket; fields are: {known}"),
                field=unknown[0],
                known=", ".join(sorted(TAKEN)),
            )
        description = self._long(given, "description") or ""
        new = NewTicket(self._title(given, description), description, auto_assign=False)
        read = Facts(new, given=frozenset(given))
        for name in _PARSED:
            if name in given:
                new.columns.update(self._parsed(name, _text(name, given[name])))
        for name in ("cause", "resolution"):
            if name in given:
                new.columns[name] = self._long(given, name)
        if "channel" in new.columns:
            new.channel = new.columns.pop("channel")
        for name in _INSTANTS:
            if name in given:
                read.facts[name] = self._instant(name, given[name])
        for name in _COUNTS:
            if name in given:
                read.facts[name] = fields.number(name, _text(name, given[name]), 0, 1_000_000)
        if "priority" in given:
            new.priority = self._parsed("priority", _text("priority", given["priority"]))["priority"]
        new.created_at = read.facts.pop("created_at", None)
        self._state(given, read)
        new.tags = self._tag_list(given)
        if "external_id" in given:
            read.external_id = fields.bounded(
                "external_id", _text("external_id", given["external_id"]), fields.MAX_NAME
            )
        if "requester" in given:
            read.requester = fields.bounded(
                "requester", _text("requester", given["requester"]).strip(), fields.MAX_NAME
            )
        if "sensitive" in given:
            read.sensitive = fields.flag("sensitive", _text("sensitive", given["sensitive"]))
        if "parent" in given:
            read.parent = _text("parent", given["parent"])
        if "number" in given:
            read.number = _text("number", given["number"])
        if "comments" in given:
            read.comments = self._comments(given["comments"])
        return read

    # -- texts -------------------------------------------------------------------------------------------------

    @staticmethod
    def _long(given: dict[str, Any], name: str) -> str | None:
        return fields.bounded(name, _text(name, given[name]), fields.MAX_TEXT) if name in given else None

    @staticmethod
    def _title(given: dict[str, Any], description: str) -> str:
        if "title" in given:
            text = _text("title", given["title"])
            if text.strip():
                return fields.title(text)
        words = first_words(description)
        if not words:
            raise Invalid(N_("there is neither a title nor a text"))
        return words

    def _comments(self, value: Any) -> list[Remark]:
        if isinstance(value, str) and value.lstrip().startswith("["):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                value = [value]
        items = value if isinstance(value, list) else [value]
        if len(items) > _MAX_COMMENTS:
            raise Invalid(
                N_("{field} has {n} parts; at most {limit} are taken"),
                field="comments",
                n=len(items),
                limit=_MAX_COMMENTS,
            )
        return [self._comment(item) for item in items if item not in (None, "")]

    def _comment(self, item: Any) -> Remark:
        if not isinstance(item, dict):
            return Remark(
                fields.bounded("comments", _text("comments", item), fields.MAX_TEXT), CommentKind.REPLY, None, None
            )
        body = next((item[k] for k in ("body", "text", "content", "message") if item.get(k)), None)
        if body is None:
            raise Invalid(N_("{field} must not be empty"), field="comments")
        kind = str(item.get("kind") or "reply")
        if kind not in (CommentKind.REPLY, CommentKind.NOTE):
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"), field="comments", value=kind, choices="reply, note"
            )
        at = next((item[k] for k in ("created_at", "at") if item.get(k)), None)
        author = item.get("author")
        return Remark(
            fields.bounded("comments", _text("comments", body), fields.MAX_TEXT),
            CommentKind(kind),
            None if at is None else self._instant("comments", at),
            None if not author else fields.bounded("comments", _text("comments", author).strip(), fields.MAX_NAME),
        )

    # -- codes -------------------------------------------------------------------------------------------------

    def _parsed(self, name: str, text: str) -> dict[str, Any]:
        key = (name, text)
        found = self._spelt.get(key)
        if found is None:
            found = fields.EDITABLE[name](self._desk, name, text)
            if len(self._spelt) >= _SPELLINGS:
                self._spelt.clear()
            self._spelt[key] = found
        return found

    def _instant(self, name: str, value: Any) -> Instant:
        if isinstance(value, int) and not isinstance(value, bool):
            value = f"@{value // 1000 if value > 100_000_000_000 else value}"
        text = _text(name, value)
        try:
            return parse_instant(text, self._now)
        except Invalid as error:
            raise Invalid(N_("{field}: {problem}"), field=name, problem=error.english) from error

    @staticmethod
    def _state(given: dict[str, Any], read: Facts) -> None:
        """The state as the row has it: a state's own code, or the phase that it names."""
        if "state" not in given and "phase" not in given:
            return
        from helpdesk_tui.vocabulary.filter_fields import BY_NAME

        for name in ("state", "phase"):
            if name not in given:
                continue
            text = _text(name, given[name])
            found = BY_NAME[name].find(text)
            if found is None:
                raise Invalid(
                    N_("{field}: {value} is not known; use {choices}"), field=name, value=text,
                    choices=", ".join(c.code for c in BY_NAME[name].codes),
                )  # fmt: skip
            if isinstance(found.value, int):
                read.phase = Phase(int(found.value))
            else:
                read.state = str(found.value)
                return

    def _tag_list(self, given: dict[str, Any]) -> list[str]:
        out: list[str] = []
        for name in ("tags", "tag"):
            value = given.get(name)
            if value is None:
                continue
            parts = (
                value if isinstance(value, list) else _text(name, value).replace("，", ",").replace(";", ",").split(",")
            )
            for part in parts:
                out.extend(self._tag(piece) for piece in _text(name, part).split(",") if piece.strip())
        if len(out) > _MAX_TAGS:
            raise Invalid(
                N_("{field} has {n} parts; at most {limit} are taken"), field="tags", n=len(out), limit=_MAX_TAGS
            )
        return out

    def _tag(self, text: str) -> str:
        found = self._tags.get(text)
        if found is None:
            if len(self._tags) >= _SPELLINGS:
                self._tags.clear()
            found = self._tags[text] = fields.tag(text)
        return found


def _text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)
    raise Invalid(N_("{field} must be a text, not a list or an object"), field=name)


def first_words(text: str) -> str:
    """A title for a text that has none: the first words of its first line with words, at most 80 characters."""
    line = ""
    for candidate in text[:4_000].splitlines():
        line = " ".join(candidate.split())
        if line:
            break
    line = at_rest(line)
    if len(line) <= _TITLE:
        return line
    cut = line[: _TITLE + 1].rpartition(" ")[0]
    return cut if len(cut) >= _TITLE // 2 else line[:_TITLE]


def state_for(kind: Kind, phase: Phase) -> str | None:
    """The first state of a kind in a phase, or None where it has none."""
    return next((s.code for s in STATES[kind] if s.phase is phase), None)


def kind_with(state: str) -> Kind | None:
    """The first kind that has a state."""
    return next((kind for kind, states in STATES.items() if any(s.code == state for s in states)), None)
