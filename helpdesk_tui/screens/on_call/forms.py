"""What is asked for an override and for a swap, and what is wrong with the answers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from helpdesk_tui.screens.on_call.pane import KINDS
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.instants import local, parse_instant
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.field_form import FormField
from helpdesk_tui.widgets.pickers import Choice

OVERRIDES: Final = ("cover", "replace", "add", "remove")
_PUTS_ON: Final = frozenset({"cover", "replace", "add"})
_TAKES_OFF: Final = frozenset({"replace", "remove"})

Check = Callable[[Mapping[str, str]], dict[str, str]]


def choices_of(people: Sequence[Mapping[str, Any]]) -> list[Choice]:
    """People of the directory to choose from."""
    found = []
    for person in people:
        who = str(person["login"] or person["email"] or f"#{person['id']}")
        found.append(Choice(who, one_line(person["name"], 60), one_line(who, 40)))
    return found


def on_duty(shifts: Sequence[Mapping[str, Any]]) -> list[Choice]:
    """Those who are on in these shifts, each once."""
    found: dict[str, Choice] = {}
    for shift in shifts:
        for who, name in zip(shift["people"], shift["names"], strict=True):
            found.setdefault(who, Choice(who, one_line(name, 60), one_line(who, 40)))
    return list(found.values())


def stretch_fields(start: Instant, end: Instant, tz: str) -> list[FormField]:
    """From when to when, and why."""
    return [
        FormField("start", _("From"), local(start, tz), required=True),
        FormField(
            "end",
            _("To"),
            local(end, tz),
            required=True,
            hint=_("a time ({zone}), or how long: 4h, 2d").format(zone=tz),
        ),
        FormField("note", _("Note")),
    ]


def override_fields(
    people: Sequence[Choice], duty: Sequence[Choice], removed: str, start: Instant, end: Instant, tz: str
) -> list[FormField]:
    """Who is on instead of whom, and when; `removed` is who is on at the cursor."""
    kinds = [Choice(kind, _(KINDS[kind])) for kind in OVERRIDES]
    return [
        FormField("kind", _("Kind"), "cover", kinds, required=True),
        FormField("person", _("On call"), choices=people, hint=_("Enter opens the list; taken off needs nobody")),
        FormField("removed", _("Instead of"), removed, duty, hint=_("counts for: in the place of, taken off")),
        *stretch_fields(start, end, tz),
    ]


def times(values: Mapping[str, str], now: Instant, tz: str) -> tuple[Instant, Instant]:
    """The stretch that was typed; the end may be a span after the start. Raises Invalid."""
    start = parse_instant(values["start"], now, tz)
    return start, parse_instant(values["end"], start, tz)


def check_stretch(now: Instant, tz: str) -> Check:
    """Says at which field a time is none, or an end comes before the start."""

    def check(values: Mapping[str, str]) -> dict[str, str]:
        for name, base in (("start", now), ("end", now)):
            try:
                parse_instant(values[name], base, tz)
            except DeskError as error:
                return {name: str(error)}
        start, end = times(values, now, tz)
        return {} if start < end else {"end": _("the end must come after the start, and within a year")}

    return check


def check_override(now: Instant, tz: str) -> Check:
    """As `check_stretch`, and whether the kind has the people it needs."""
    stretch = check_stretch(now, tz)

    def check(values: Mapping[str, str]) -> dict[str, str]:
        if values["kind"] in _PUTS_ON and not values["person"]:
            return {"person": _("{field} is needed.").format(field=_("On call"))}
        if values["kind"] in _TAKES_OFF and not values["removed"]:
            return {"removed": _("{field} is needed.").format(field=_("Instead of"))}
        return stretch(values)

    return check


def override_call(values: Mapping[str, str]) -> dict[str, Any]:
    """What `desk.on_call.override` is given beside the stretch: what the kind has no use for is left out."""
    kind = values["kind"]
    return {
        "kind": kind,
        "people": [values["person"]] if kind in _PUTS_ON else None,
        "removed": values["removed"] if kind in _TAKES_OFF else None,
        "note": values["note"],
    }


def override_words(values: Mapping[str, str], start: str, end: str) -> list[str]:
    """The same as options of `helpdesk oncall override`."""
    kind = values["kind"]
    words = ["--person", values["person"]] if kind in _PUTS_ON else []
    words += {"replace": ["--instead-of", values["removed"]], "remove": ["--remove", values["removed"]]}.get(kind, [])
    words += ["--add"] if kind == "add" else []
    return [*words, "--from", start, "--to", end, *(["-m", values["note"]] if values["note"] else [])]
