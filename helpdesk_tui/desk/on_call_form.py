"""On-call schedules as people write them: TOML or JSON, people by login or address; and back into the same form.

The form is that of `oncall simulate` (`rules.oncall_form`), with `name` and `team` beside it. Mistakes are told with
their line (where the text has one) and their key.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import fields
from helpdesk_tui.desk.on_call_who import person_id, person_text
from helpdesk_tui.desk.shapes import Object
from helpdesk_tui.rules.oncall import shifts
from helpdesk_tui.rules.oncall_days import day_of_month
from helpdesk_tui.rules.oncall_form import Node, Refused, parse_schedule
from helpdesk_tui.rules.oncall_patterns import Rotation
from helpdesk_tui.rules.oncall_spec import Layer, Schedule
from helpdesk_tui.rules.policy_lines import Path, key_lines, line_of
from helpdesk_tui.store.changes import Row
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import DAY, iso
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

PREVIEW: Final = 14 * DAY
_MAX_TEXT: Final = 1_048_576
_GAPS_TOLD: Final = 5
_OURS: Final = ("name", "team", "code", "active", "version")
_STEP: Final = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")
_WHERE: Final = (("layers", ("users",)), ("overrides", ("user", "remove", "add")), ("swaps", ("requester", "taker")))

register(
    {
        "oncall.inactive": N_("{person} is not active: a page would reach nobody"),
        "oncall.gap": N_("nobody is on call from {start} to {end}"),
        "oncall.gaps": N_("{n} gaps within {days} days; the first are told"),
        "oncall.month_end": N_("layer {layer}: hands off on day {day}; in shorter months on their last day"),
        "oncall.turn_kept": N_("layer {layer}: {people} keeps the present turn"),
        "oncall.nobody_at_all": N_("nobody is ever on call: there is no layer with people"),
    }
)


@dataclass(slots=True)
class Written:
    """A schedule as it was written: people as `#12` in the document; what is worth telling about it."""

    document: Object
    tz: str
    name: str | None
    team: str | None
    rule: Schedule
    warnings: list[Reason] = field(default_factory=list)


def read(desk: "Desk", text: str, before: Row | None = None) -> Written:
    """A schedule from its text (TOML, or JSON where it begins with a brace).

    `before` is the schedule's row as it stands: whoever is on turn then stays so, whatever else the list became. Raises
    Invalid with line and key: a mistake of the form, somebody whom the desk does not know or who does not work there.
    """
    fields.bounded("schedule", text, _MAX_TEXT, empty=False)
    data, lines = _parsed(text)
    try:
        return _written(desk, data, before)
    except Refused as error:
        key, problem = error.params["key"], error.params["problem"]
        line = _line(lines, str(key))
        if line is None:
            raise
        raise Invalid(N_("line {line}: {key}: {problem}"), line=line, key=key or "-", problem=problem) from error


def told(desk: "Desk", written: Written, now: Instant) -> list[Reason]:
    """What to know before saving: people who are not active, gaps of the next 14 days, hand-offs at the ends of months."""
    found = list(written.warnings)
    for person in sorted(set(people_in(written.document))):
        known = desk.directory.person(person)
        if known is not None and not known.active:
            found.append(Reason("oncall.inactive", {"person": known.handle}))
    found += [
        Reason("oncall.month_end", {"layer": layer.name, "day": day})
        for layer in written.rule.layers
        if (day := _month_end(layer)) is not None
    ]
    if not any(any(layer.groups) for layer in written.rule.layers):
        return [*found, Reason("oncall.nobody_at_all")]
    gaps = [shift for shift in shifts(written.rule, now, now + PREVIEW) if not shift.people]
    if len(gaps) > _GAPS_TOLD:
        found.append(Reason("oncall.gaps", {"n": len(gaps), "days": PREVIEW // DAY}))
    return found + [Reason("oncall.gap", {"start": iso(gap.start), "end": iso(gap.end)}) for gap in gaps[:_GAPS_TOLD]]


def document_of(desk: "Desk", row: Mapping[str, Any]) -> Object:
    """A schedule's row in the form in which it is written, people by login or address: what `edit` takes again."""
    plain: Object = {"name": row["name"], "timezone": row["tz"]}
    team = desk.directory.team_code(row["team_id"])
    if team is not None:
        plain["team"] = team

    def handle(text: str, _place: str) -> str:
        known = desk.directory.person(person_id(text))
        return text if known is None else known.handle

    return plain | with_people(json.loads(row["document"]), handle)


def people_in(document: Mapping[str, Any]) -> list[int]:
    """The ids of everybody whom a stored document names, once for each time."""
    found: list[int] = []

    def note(text: str, _place: str) -> str:
        found.append(person_id(text))
        return text

    with_people(document, note)
    return found


def with_people(data: Mapping[str, Any], name: Callable[[str, str], str]) -> Object:
    """The same document with every person's text replaced by what `name` makes of it and its place."""

    def group(value: Any, place: str) -> Any:
        if isinstance(value, str):
            return name(value, place)
        return [group(each, f"{place}[{n}]") for n, each in enumerate(value)]

    def replace(holder: Any, key: str, place: str) -> None:
        if isinstance(holder, dict) and holder.get(key) is not None:
            holder[key] = group(holder[key], f"{place}.{key}")

    out: Object = deepcopy(dict(data))
    for part, keys in _WHERE:
        for n, holder in enumerate(out.get(part) or ()):
            for key in keys:
                replace(holder, key, f"{part}[{n}]")
    for n, layer in enumerate(out.get("layers") or ()):
        replace((layer.get("rotation") or {}).get("anchor"), "user", f"layers[{n}].rotation.anchor")
    for n, temporary in enumerate(out.get("temporary") or ()):
        for m, shift in enumerate(temporary.get("shifts") or ()):
            replace(shift, "user", f"temporary[{n}].shifts[{m}]")
    return out


def known_person(desk: "Desk", text: str, place: str = "") -> int:
    """The id of somebody who works at the desk, by login, address, `#id` or name. Raises Invalid (`Refused` with a place)."""
    try:
        found = desk.directory.require(text, desk.actor.id)
        if not found.agent:
            raise Invalid(N_("{who} does not work at this desk, so nobody can page them"), who=found.handle)
    except Refused:
        raise
    except Invalid as error:
        if not place:
            raise
        raise Refused(place, error) from error
    return found.id


# -- reading -----------------------------------------------------------------------------------------------------------


def _parsed(text: str) -> tuple[Object, dict[Path, int] | None]:
    """The object of a text and, of TOML, the lines of its keys."""
    lines: dict[Path, int] | None = None
    try:
        if text.lstrip("\ufeff \t\r\n").startswith("{"):
            data = json.loads(text.lstrip("\ufeff"))
        else:
            data = _plain(tomllib.loads(text.lstrip("\ufeff").replace("\r\n", "\n")))
            lines = key_lines(text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        raise Invalid(N_("line {line}: this is no JSON: {error}"), line=error.lineno, error=error.msg) from error
    except tomllib.TOMLDecodeError as error:
        raise Invalid(N_("this is neither TOML nor JSON: {error}"), error=error) from error
    except (ValueError, RecursionError) as error:
        raise Invalid(N_("this is neither TOML nor JSON: {error}"), error=error) from error
    node = Node(data, "").object(freely=True)
    inner = node.get("schedule")
    if inner is not None and "layers" not in node.value:
        inner.object(freely=True)
        if lines is not None:
            lines = {path[1:]: line for path, line in lines.items() if path[0] == "schedule"}
        return dict(inner.value), lines
    return dict(node.value), lines


def _plain(value: Any) -> Any:
    """TOML's own dates and times as the texts that schedules are written in."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, (datetime, date, time)) else value


def _written(desk: "Desk", data: Object, before: Row | None) -> Written:
    node = Node(data, "")
    name, team = node.get("name"), node.get("team")
    inner = {key: value for key, value in data.items() if key not in _OURS}
    parse_schedule(inner)  # every mistake of the form, before anybody is looked for
    document = with_people(inner, lambda text, place: person_text(known_person(desk, text, place)))
    tz = str(document.pop("timezone", "UTC"))
    warnings = [] if before is None else _keep_turns(desk, document, tz, before)
    return Written(
        document,
        tz,
        None if name is None else name.text(),
        None if team is None else team.text(),
        parse_schedule({**document, "timezone": tz}),
        warnings,
    )


def _line(lines: dict[Path, int] | None, key: str) -> int | None:
    if lines is None:
        return None
    steps = [int(match[2]) if match[2] else match[1] for match in _STEP.finditer(key)]
    return line_of(lines, tuple(steps))


def _month_end(layer: Layer) -> int | None:
    pattern = layer.pattern
    if isinstance(pattern, Rotation) and pattern.unit == "month" and len(layer.groups) > 1:
        day = day_of_month(pattern.start // DAY)
        return day if day > 28 else None
    return None


# -- the present turn --------------------------------------------------------------------------------------------------


def _keep_turns(desk: "Desk", document: Object, tz: str, before: Row) -> list[Reason]:
    """Let those on turn stay so where only the people of a rotation changed: its anchor names another first group.

    Adding or removing somebody would otherwise move everybody's turns, the present one too.
    """
    now, told = desk.now(), []
    old = parse_schedule({**json.loads(before["document"]), "timezone": before["tz"]})
    for n, layer, kept in _rotations(parse_schedule({**document, "timezone": tz}), old):
        pattern, past = layer.pattern, kept.pattern
        if not isinstance(pattern, Rotation) or not isinstance(past, Rotation):
            continue
        span = next(past.spans(old.wall, now, now + 1), None)
        if span is None or span.place is None or not layer.groups:
            continue
        present = kept.groups[span.place]
        wanted = next((m for m, group in enumerate(layer.groups) if set(group) == set(present)), None)
        if wanted is None:
            continue
        first = (wanted - pattern.turns(old.wall, now)) % len(layer.groups)
        group = layer.groups[first]
        rotation = {
            **document["layers"][n]["rotation"],
            "anchor": {"at": iso(past.anchor), "user": group[0] if len(group) == 1 else [*group]},
        }
        if first == pattern.first or not _leads_to(document, n, rotation, tz, now, present):
            continue
        document["layers"][n]["rotation"] = rotation
        names = [known.handle for text in present if (known := desk.directory.person(person_id(text))) is not None]
        told.append(Reason("oncall.turn_kept", {"layer": layer.name, "people": names}))
    return told


def _rotations(new: Schedule, old: Schedule) -> Iterator[tuple[int, Layer, Layer]]:
    """Layers of the same name and the same rotation, but other people: number, as they are, as they were."""
    if new.tz != old.tz:
        return
    known = {layer.name: layer for layer in old.layers}
    for n, layer in enumerate(new.layers):
        past = known.get(layer.name)
        if past is None or past.groups == layer.groups:
            continue
        if isinstance(layer.pattern, Rotation) and isinstance(past.pattern, Rotation):
            same = ("unit", "length", "start", "anchor")
            if all(getattr(layer.pattern, name) == getattr(past.pattern, name) for name in same):
                yield n, layer, past


def _leads_to(document: Object, n: int, rotation: Object, tz: str, now: Instant, wanted: tuple[str, ...]) -> bool:
    """Whether a layer with this rotation has these people on turn now."""
    tried = deepcopy(document)
    tried["layers"][n]["rotation"] = rotation
    rule = parse_schedule({**tried, "timezone": tz})
    layer = rule.layers[n]
    span = next(layer.pattern.spans(rule.wall, now, now + 1), None)
    return span is not None and set(layer.people(span.place)) == set(wanted)
