"""Where service desks disagree about SLA clocks, each question is a named switch.

The defaults are the advice that came of comparing seven systems. A switch holds a plain value (text, whole number,
yes or no), so that a policy document can set it by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final, Literal, get_args, get_origin, get_type_hints

from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_


@dataclass(frozen=True, slots=True)
class SlaSwitches:
    """The rules of the clocks. Numbers in the comments are the questions as counted in the comparison."""

    # 1 A target that ends exactly at closing time is due then, or at the next opening.
    boundary: Literal["close", "open"] = "close"
    # 2 On the days when clocks change: real elapsed time, or wall-clock hours.
    dst: Literal["elapsed", "wall"] = "elapsed"
    # 3 Edges of pauses to the second, or cut to the minute; or due times rounded up to the minute.
    seconds: Literal["keep", "truncate", "round_up"] = "keep"
    # 4 A pause is measured in the clock's own unit (working time), or in real time whatever the calendar says.
    pause_unit: Literal["clock", "real"] = "clock"
    # 5 While paused there is no due time; or it slides along; or the last one stays and may be breached.
    due_while_paused: Literal["hidden", "sliding", "stale"] = "hidden"
    # 5 A sliding due time may run ahead by the period of the job that moves it, in seconds.
    sliding_lead: int = 0
    # 6 Which clocks a pause stops, and whether it moves their due times or only hides them.
    pause_response: bool = True
    pause_update: bool = True
    pause_resolution: bool = True
    pause_extends: bool = True
    # 7 After a reopening the closed time is a pause; or the clocks start again; or (with that pause) the first close
    # stays the end of the resolution clock.
    reopen: Literal["pause", "restart", "keep"] = "pause"
    # 8 The update clock runs since the first unanswered word of the customer, since the desk's last word, or both.
    update_clock: Literal["customer_waiting", "keep_in_loop", "both"] = "customer_waiting"
    # 8 Whether it runs from creation where nobody has spoken yet.
    update_from_creation: bool = False
    # 9 What answers the response clock: the desk's public message, any change of state by the desk, taking the ticket.
    first_response: Literal["message", "state_change", "take"] = "message"
    # 9 Only the first response counts, or each unanswered word of the customer starts the clock again.
    response_clock: Literal["first", "unanswered"] = "first"
    # 10 After a change of agreement the clocks count from creation and keep the pauses, or from the change.
    swap: Literal["creation", "assignment"] = "creation"
    # 11 Days in a target are whole working days, or 24 hours of working time each.
    day_target: Literal["working_days", "hours"] = "working_days"
    # 12 Warning points are found through the calendar, or by plain subtraction from the due time.
    warn_through: Literal["calendar", "plain"] = "calendar"
    # 13 What arrives out of hours starts at the next opening, with so many seconds more (or fewer).
    out_of_hours_extra: int = 0
    # 14 An unset target means no clock, or a fault.
    unset_target: Literal["none", "error"] = "none"

    @classmethod
    def parse(cls, values: Mapping[str, bool | int | str]) -> "SlaSwitches":
        """Switches from names and values, the rest at their defaults. Raises Invalid, naming what is possible."""
        for name, value in values.items():
            choices = CHOICES.get(name)
            if choices is None:
                raise Invalid(
                    N_("{value} is no switch of the SLA clocks; there are {names}"), value=name, names=_names()
                )
            if not choices.accepts(value):
                raise Invalid(
                    N_("switch {name}: {value} is not possible; use {choices}"),
                    name=name,
                    value=value,
                    choices=choices.text,
                )
        return replace(cls(), **dict(values))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a switch may be: some words, or a type."""

    kind: type
    words: tuple[str, ...] = ()

    def accepts(self, value: object) -> bool:
        """Whether the value fits (`true` is no number)."""
        return type(value) is self.kind and (not self.words or value in self.words)

    @property
    def text(self) -> str:
        """The possible values, as a policy writes them."""
        if self.words:
            return " | ".join(self.words)
        return "true | false" if self.kind is bool else "0, 1, 2 …"


def _choices() -> dict[str, Choices]:
    hints = get_type_hints(SlaSwitches)
    found: dict[str, Choices] = {}
    for item in fields(SlaSwitches):
        hint = hints[item.name]
        words = get_args(hint) if get_origin(hint) is Literal else ()
        found[item.name] = Choices(str, words) if words else Choices(hint)
    return found


def _names() -> str:
    return " ".join(CHOICES)


CHOICES: Final[dict[str, Choices]] = _choices()
DEFAULT: Final = SlaSwitches()
