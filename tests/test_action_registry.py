"""The registry of actions is one truth: methods, verbs, permissions, command lines, keys."""

import shlex
from typing import Any

import pytest
from typer._click.exceptions import UsageError

from helpdesk_tui.cli.root import root
from helpdesk_tui.desk.registry import verbs
from helpdesk_tui.screens.common import actions
from helpdesk_tui.screens.common.actions import ACTIONS, APP_KEYS, ON_CALL, QUEUE, ROOM, TICKET, ActionSpec
from helpdesk_tui.screens.on_call.on_call import OnCallScreen
from helpdesk_tui.screens.on_call.pane import OnCallPane
from helpdesk_tui.screens.queue.queue import QueueScreen
from helpdesk_tui.screens.room.pane import RoomPane
from helpdesk_tui.screens.room.room import RoomScreen
from helpdesk_tui.screens.ticket.ticket import TicketScreen
from helpdesk_tui.widgets.cursor_list import CursorList
from helpdesk_tui.widgets.keys import SAME, key_name
from helpdesk_tui.widgets.ticket_list import TicketList
from helpdesk_tui.widgets.timeline import Timeline

SCREENS = {QUEUE: QueueScreen, TICKET: TicketScreen, ON_CALL: OnCallScreen, ROOM: RoomScreen}
MAIN = {QUEUE: TicketList, TICKET: Timeline, ON_CALL: OnCallPane, ROOM: RoomPane}
WORDS = {"LEVEL": "high", "PERSON": "bo", "FIELD=VALUE": "impact=high", "NUMBER": "1040", "{numbers}": "1042"}
STEPPING_BACK = {"escape", "enter"}
"""Keys that several things answer to, one after the other."""

everywhere = pytest.mark.parametrize("spec", ACTIONS, ids=lambda spec: spec.id)


@everywhere
def test_every_screen_of_an_actions_scope_has_its_method(spec: ActionSpec) -> None:
    assert spec.scopes
    for scope in spec.scopes:
        assert callable(getattr(SCREENS[scope], spec.method, None)), (scope, spec.method)


@everywhere
def test_an_action_needs_what_its_verb_needs(spec: ActionSpec) -> None:
    if spec.verb:
        assert spec.permission == verbs()[spec.verb].permission
    else:
        assert spec.permission is None


def parsed(line: str) -> list[str]:
    """The commands that a line runs through, once its words are parsed. Raises UsageError for a line that is none."""
    words = [WORDS.get(word, word) for word in shlex.split(line)]
    assert words[0] == "helpdesk"
    command: Any = root()
    context = command.make_context("helpdesk", words[1:])
    names = []
    while hasattr(command, "resolve_command"):
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        names.append(name)
        context = command.make_context(name, rest, parent=context)
    return names


@everywhere
def test_an_actions_command_line_parses(spec: ActionSpec) -> None:
    if spec.cli:
        assert len(parsed(spec.cli)) in (1, 2)
    elif spec.verb:
        assert spec.word in ("copy_number", "copy_line")  # what the clipboard is for has no command


def test_the_parser_of_this_test_refuses_what_is_wrong() -> None:
    for line in (
        "helpdesk ticket tkae 1",
        "helpdesk ticket take",
        "helpdesk ticket take 1 --nonsuch",
        "helpdesk undo 1 2 3",
    ):
        with pytest.raises(UsageError):
            parsed(line)
    assert parsed("helpdesk ticket take 1042") == ["ticket", "take"]


@pytest.mark.parametrize("scope", list(SCREENS))
def test_no_key_means_two_things_and_each_can_be_pressed(scope: str) -> None:
    specs = [*actions.of_scope(scope), *APP_KEYS]
    keys = [key for spec in specs for key in spec.keys]
    assert len(keys) == len(set(keys))
    answered = {
        key
        for owner in MAIN[scope].__mro__
        for binding in vars(owner).get("BINDINGS", ())
        for key in binding.key.split(",")
    }
    assert set(keys) & answered <= STEPPING_BACK
    for key in keys:
        assert key not in SAME
        assert key_name(key) == key, key


@pytest.mark.parametrize("scope", list(SCREENS))
def test_the_bindings_of_a_screen_are_those_of_the_registry(scope: str) -> None:
    bound = {binding.id for _key, binding in SCREENS[scope]._merged_bindings or () if binding.id}
    assert bound == {spec.id for spec in actions.of_scope(scope) if spec.keys}


def test_words_of_the_command_line_are_clear() -> None:
    for scope in SCREENS:
        words = [spec.word for spec in actions.of_scope(scope) if spec.listed]
        assert len(words) == len(set(words)), [word for word in words if words.count(word) > 1]
    assert all(issubclass(widget, CursorList | Timeline | OnCallPane | RoomPane) for widget in MAIN.values())
