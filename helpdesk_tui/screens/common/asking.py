"""What a deed asks for before it is done: what a move needs, and whom one can hand work to."""

from typing import Any, Final

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.pickers import Choice
from helpdesk_tui.widgets.sentences import field_label

PARAMETER: Final = {"reason": "reason", "resolution": "resolution", "cause": "cause", "resolution_code": "code"}
ASKED: Final = frozenset({"resolution", "cause", "resolution_code", "pending_until"})
LONG: Final = frozenset({"resolution", "cause"})


def asked_label(name: str) -> str:
    return {
        "resolution": field_label("resolution").capitalize(),
        "cause": _("Cause"),
        "resolution_code": _("Resolution code"),
        "pending_until": _("Wait until"),
    }[name]


def hint_of(name: str) -> str:
    return _("for instance: monday, tomorrow 09:00, 2h, 2026-12-01") if name == "pending_until" else ""


def asks_of(move: dict[str, Any]) -> str:
    """What a move asks for, as a hint beside it."""
    missing = [field_label(name) for name in move["missing"]]
    return _("asks: {fields}").format(fields=", ".join(missing)) if missing else ""


def choice_of(move: dict[str, Any], *, many: bool) -> Choice:
    """A move to choose. Many tickets at once are asked for nothing but a reason: what asks for more is not open to them."""
    asked = ASKED.intersection(move["requires"])
    if many and asked:
        hint = _("for many tickets: x") if "resolution" in asked else _("one ticket at a time")
        return Choice(move["to"], _(move["label"]), hint, disabled=True)
    return Choice(move["to"], _(move["label"]), asks_of(move))


def assignable(desk: Desk) -> list[Choice]:
    """Whom one can hand work to: oneself, teams, agents, nobody (reads the desk)."""
    me = desk.actor
    choices = [Choice("assignee:me", _("me"), one_line(me.name, 60))]
    for team in desk.teams.list():
        if team["active"]:
            hint = _("team {name}, {open} open").format(name=one_line(team["name"], 40), open=team["open"])
            choices.append(Choice(f"team:{team['code']}", one_line(team["code"], 40), hint))
    for person in desk.people.list(agents_only=True):
        if person["active"]:
            handle = person["login"] or person["email"] or f"#{person['id']}"
            teams = ", ".join(person["teams"])
            hint = one_line(f"{person['name']}  {teams}", 80)
            choices.append(Choice(f"assignee:{handle}", one_line(handle, 40), hint))
    choices.append(Choice("assignee:none", _("nobody"), _("take it away from its assignee")))
    return choices
