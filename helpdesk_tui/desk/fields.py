"""Field values as people and scripts write them (`--set field=value`), turned into columns. One table for every door."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.vocabulary.channels import Channel
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.filter_fields import BY_NAME, fold
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind, parse_ref
from helpdesk_tui.vocabulary.text import at_rest

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

MAX_TITLE: Final = 10_000
MAX_TEXT: Final = 1_048_576
MAX_NAME: Final = 255
MAX_TAG: Final = 64
_NOTHING: Final = frozenset({"", "none", "-", "null"})

Parser = Callable[["Desk", str, str], dict[str, Any]]


def bounded(field: str, value: str, limit: int, *, empty: bool = True) -> str:
    """A text within its limit and fit for storing. Raises Invalid naming the field and the limit."""
    text = at_rest(value)
    if len(text) > limit:
        raise Invalid(
            N_("{field} has {n} characters; at most {limit} are taken"), field=field, n=len(text), limit=limit
        )
    if not empty and not text.strip():
        raise Invalid(N_("{field} must not be empty"), field=field)
    return text


def title(value: str) -> str:
    """A title: one line, not empty, at most 10,000 characters."""
    return bounded(
        "title", " ".join(value.split()) if any(c in value for c in "\n\r\t") else value, MAX_TITLE, empty=False
    )


def level(field: str, value: str) -> int:
    """A value of an ordered field (impact, urgency, priority, severity) by any of its spellings."""
    spec = BY_NAME[field]
    found = spec.find(value)
    if found is None or not isinstance(found.value, int):
        raise Invalid(
            N_("{field}: {value} is not known; use {choices}"),
            field=field,
            value=value,
            choices=", ".join(c.code for c in spec.codes),
        )
    return int(found.value)


def code(field: str, value: str) -> str:
    """A value of a coded field (kind, channel, moscow) by any of its spellings."""
    spec = BY_NAME[field]
    found = spec.find(value)
    if found is None:
        raise Invalid(
            N_("{field}: {value} is not known; use {choices}"),
            field=field,
            value=value,
            choices=", ".join(c.code for c in spec.codes),
        )
    return str(found.value)


def flag(field: str, value: str) -> bool:
    """Yes or no, in either language."""
    folded = fold(value)
    if folded in {"1", "true", "yes", "on", "y", "是"}:
        return True
    if folded in {"0", "false", "no", "off", "n", "否"}:
        return False
    raise Invalid(N_("{field}: {value} is neither yes nor no"), field=field, value=value)


def number(field: str, value: str, low: int, high: int) -> int:
    """A whole number within bounds."""
    folded = fold(value)
    digits = folded.removeprefix("-")
    if not digits.isdecimal() or len(digits) > 12 or not low <= int(folded) <= high:
        raise Invalid(
            N_("{field}: {value} is no whole number from {low} to {high}"), field=field, value=value, low=low, high=high
        )
    return int(folded)


def tag(value: str) -> str:
    """A tag in the form it is stored: folded, without blanks at the ends, no comma inside."""
    text = fold(at_rest(value)).replace(" ", "-")
    if not text or len(text) > MAX_TAG or "," in text or not text.isprintable():
        raise Invalid(N_("{value} cannot be a tag: 1 to {limit} characters without comma"), value=value, limit=MAX_TAG)
    return text


def _team(desk: "Desk", name: str, value: str) -> dict[str, Any]:
    return {"team_id": None if fold(value) in _NOTHING else desk.directory.team(value).id}


def _service(desk: "Desk", name: str, value: str) -> dict[str, Any]:
    return {"service_id": None if fold(value) in _NOTHING else desk.directory.service(value).id}


def _assignee(desk: "Desk", name: str, value: str) -> dict[str, Any]:
    if fold(value) in _NOTHING:
        return {"assignee_id": None}
    return {"assignee_id": agent(desk, value)}


def agent(desk: "Desk", value: str) -> int:
    """The id of an active agent. Raises Invalid for people who do not work at the desk."""
    person = desk.directory.require(value, desk.actor.id)
    if not person.agent or not person.active:
        raise Invalid(N_("{who} cannot be given work: not an active agent"), who=person.handle)
    return person.id


def _requester(desk: "Desk", name: str, value: str) -> dict[str, Any]:
    if fold(value) in _NOTHING:
        return {"requester_id": None, "organisation_id": None}
    person = desk.directory.require(value, desk.actor.id)
    return {"requester_id": person.id, "organisation_id": person.organisation_id}


def _ci(desk: "Desk", name: str, value: str) -> dict[str, Any]:
    if fold(value) in _NOTHING:
        return {"ci_id": None}
    found = desk.store.query("SELECT id FROM configuration_item WHERE name = ? COLLATE NOCASE", (value.strip(),))
    if not found:
        raise Invalid(N_("there is no configuration item {value}; `helpdesk ci list` shows them"), value=value)
    return {"ci_id": found[0][0]}


def _parent(desk: "Desk", name: str, value: str) -> dict[str, Any]:
    if fold(value) in _NOTHING:
        return {"parent_number": None}
    parsed = parse_ref(value)
    there = "SELECT 1 FROM ticket WHERE number = ? AND deleted_at IS NULL"
    if parsed is None or not desk.store.query(there, (parsed,)) or not desk.reading.knows(parsed):
        raise Invalid(N_("parent: there is no ticket {value}"), value=value)
    return {"parent_number": parsed}


def _category(desk: "Desk", name: str, value: str) -> dict[str, Any]:
    if fold(value) in _NOTHING:
        return {"category": None}
    wanted = fold(value)
    for category in desk.policies.current().policy.categories:
        if wanted in (fold(category.code), fold(category.name), fold(category.name_zh)):
            return {"category": category.code}
    return {"category": bounded("category", wanted, 64)}


def _moscow(desk: "Desk", name: str, value: str) -> dict[str, Any]:
    return {"moscow": None if fold(value) in _NOTHING else code("moscow", value)}


def _severity(desk: "Desk", name: str, value: str) -> dict[str, Any]:
    return {"severity": None if fold(value) in _NOTHING else level("severity", value)}


def _affected(desk: "Desk", name: str, value: str) -> dict[str, Any]:
    return {"affected_users": None if fold(value) in _NOTHING else number(name, value, 0, 100_000_000)}


def _text(limit: int) -> Parser:
    def parse(desk: "Desk", name: str, value: str) -> dict[str, Any]:
        text = bounded(name, value, limit)
        return {name: text or None}

    return parse


EDITABLE: Final[dict[str, Parser]] = {
    "title": lambda desk, name, value: {"title": title(value)},
    "description": lambda desk, name, value: {"description": bounded(name, value, MAX_TEXT)},
    "kind": lambda desk, name, value: {"kind": Kind(code("kind", value)).value},
    "channel": lambda desk, name, value: {"channel": Channel(code("channel", value)).value},
    "impact": lambda desk, name, value: {"impact": level("impact", value)},
    "urgency": lambda desk, name, value: {"urgency": level("urgency", value)},
    "priority": lambda desk, name, value: {"priority": level("priority", value)},
    "category": _category,
    "service": _service,
    "ci": _ci,
    "team": _team,
    "assignee": _assignee,
    "requester": _requester,
    "parent": _parent,
    "moscow": _moscow,
    "severity": _severity,
    "affected_users": _affected,
    "major": lambda desk, name, value: {"major": flag(name, value)},
    "language": _text(16),
    "external_id": _text(MAX_NAME),
    "cause": _text(MAX_TEXT),
    "resolution": _text(MAX_TEXT),
    "resolution_code": _text(64),
}
# Fields that are set by verbs of their own, and which verb that is.
ELSEWHERE: Final = {"state": "ticket state", "phase": "ticket state", "tags": "ticket edit --tag", "number": "-"}


def parse_fields(desk: "Desk", values: dict[str, str]) -> dict[str, Any]:
    """`{field: text}` as columns. Raises Invalid naming an unknown field or a refused value."""
    out: dict[str, Any] = {}
    for name, value in values.items():
        spec = BY_NAME.get(name)
        parser = EDITABLE.get(spec.name if spec else name)
        if parser is None:
            raise Invalid(
                N_("{field} cannot be set; fields are: {known}"), field=name, known=", ".join(sorted(EDITABLE))
            )
        out.update(parser(desk, spec.name if spec else name, value))
    return out
