"""The generated pages about settings and keys: made of the settings' own table and of the registry of actions."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from helpdesk_tui.screens.common.actions import ACTIONS, APP_KEYS, ON_CALL, QUEUE, ROOM, TICKET, ActionSpec
from helpdesk_tui.screens.common.keymaps import MAPS, defaults, named
from helpdesk_tui.settings.schema import OPTIONS, Option
from helpdesk_tui.widgets.keys import shown_key
from tools.markdown import table

_SETTINGS: Final = """# Settings

Your settings stand in one TOML file, `helpdesk config path` tells where; it need not exist. A value typed on the command
line beats the environment, which beats the file, which beats the default. `--config FILE` and `HELPDESK_CONFIG` name
another file.

```sh
helpdesk config show --origin
helpdesk config validate
helpdesk config set theme light
helpdesk config unset theme
helpdesk config schema
```

`config show --origin` says of each setting where it comes from. `config validate` names line, key and what is nearest,
and ends with exit code 6. `config schema` prints a JSON Schema for editors that complete and check TOML by one. `config
set` and `config unset` change one value and nothing else: comments, order and unknown keys stay.

In the console F9 (or `:settings`) shows what people change often. A change is in force at once and written to the file.
`:theme light`, `:language zh_CN`, `:keymap arrows` and `:set bell off` do the same.

A file can look like this:

```toml
lang = "zh_CN"
theme = "colour-blind"
keymap = "arrows"
idle_lock = 10

[keys]
"ticket.take" = ["f6", "T"]
"queue.sort" = []

[columns]
default = ["number", "priority", "sla", "summary", "assignee"]
mine = ["number", "sla", "summary", "requester"]
```

A table like `[keys]` stands behind all plain settings.

## All settings

"""
_LINE: Final = """
## Over SSH

Where `SSH_CONNECTION` is set, `remote = "auto"` takes the line for a slow one: nothing moves by itself, 15 pictures a second
at most, and the mouse is left to the terminal, whose own selection copies. `animation`, `fps` and `mouse` each overrule
that, `remote = "off"` all of it, and `remote = "on"` spares any other line alike. `NO_COLOR` and `HELPDESK_NO_COLOR`
choose the theme `mono`, whatever the file says.

Keys are a page of their own: [Keys](keys.md).
"""
_KEYS: Final = """# Keys

Every action is found three ways: by its key, in the help (`?`, where typing searches and what cannot be done now says
why), and by its name in the palette (ctrl+p) and on the command line (`:`). Which key does what is the keymap's affair:

- `default`: letters for actions; the list moves with `j` `k` `g` `G` and with the arrows.
- `arrows`: for people who never saw vim. No letter alone does anything; what has no key here is in the palette.
- `vim`: `default`, and `h` `l` walk the views and tabs, ctrl+f ctrl+b turn pages, ctrl+r takes an undo back.

`helpdesk config set keymap arrows` or F9 in the console chooses one. Your own keys stand over it, in `[keys]`, by the
name of the action:

```toml
keymap = "default"

[keys]
"ticket.take" = ["f6", "T"]
"list.mark" = ["insert", "space"]
"queue.sort" = []
```

A key is written as it is called: `T`, `ctrl+t`, `F6`, `PgDn`, `Space`, `?`. What had a key before loses it to yours; an
empty list takes all keys of an action away. Where a name or a key is none, or one key was given to two things, one line
says so with the line of the file and what is nearest (`helpdesk config validate`, and a message at the start); everything
else holds. Full-width punctuation means the same as its ASCII sign.

"""


def _written(option: Option) -> str:
    if option.kind == "lists":
        of = f", of {', '.join(f'`{choice}`' for choice in option.choices)}" if option.choices else ""
        return f"table of lists by {option.of}{of}"
    if option.kind == "number":
        return f"{option.least} to {option.most}"
    if option.kind == "switch":
        return "`true`, `false`"
    return ", ".join(f"`{choice}`" for choice in option.choices) or "text"


def _default(value: Any) -> str:
    return "" if value in ("", {}) else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def settings() -> str:
    """`docs/settings.md`: every setting with its values, default, variable and meaning."""
    rows = [
        [
            f"`{key}`",
            _written(option),
            _default(option.default),
            f"`{option.variable}`" if option.variable else "",
            option.help,
        ]
        for key, option in OPTIONS.items()
    ]
    return _SETTINGS + table(["Setting", "Values", "Default", "Environment", "What it is for"], rows) + _LINE


def _shown(keys: Iterable[str]) -> str:
    plain = [shown_key(key) for key in keys]
    return " ".join(f"`{key}`" for key in plain if key.isascii() and "_" not in key)


def _command(line: str) -> str:
    """A command line with values in place of its words."""
    for word, value in (("NUMBER", "1040"), ("{numbers}", "1042"), ("LEVEL", "high")):
        line = line.replace(word, value)
    return f"`{line}`" if line else ""


def _row(name: str, what: str, keys: Sequence[str], command: str = "") -> list[str]:
    maps = [named(each, defaults()).get(name, tuple(keys)) for each in MAPS]
    return [f"`{name}`", what, *(_shown(each) for each in maps), command]


def _actions(specs: Iterable[ActionSpec]) -> str:
    rows = [_row(spec.id, spec.help, spec.keys, _command(spec.cli)) for spec in specs]
    return table(["Action", "What it does", *MAPS, "Command"], rows)


def keys() -> str:
    """`docs/keys.md`: every action with its keys in each keymap and the command that does the same."""
    both = {QUEUE, TICKET}
    parts = [_KEYS]
    for head, specs in (
        ("On queue and ticket", [spec for spec in ACTIONS if spec.scopes >= both]),
        ("On the queue", [spec for spec in ACTIONS if spec.scopes == {QUEUE}]),
        ("On a ticket", [spec for spec in ACTIONS if spec.scopes == {TICKET}]),
        ("On call", [spec for spec in ACTIONS if spec.scopes == {ON_CALL}]),
        ("In a war room", [spec for spec in ACTIONS if spec.scopes == {ROOM}]),
        ("Everywhere", APP_KEYS),
    ):
        parts.append(f"## {head}\n\n{_actions(specs)}\n")
    known = {spec.id for spec in (*ACTIONS, *APP_KEYS)}
    rows = [
        _row(name, "", each)[:1] + _row(name, "", each)[2:5]
        for name, each in sorted(defaults().items())
        if name not in known
    ]
    parts.append(f"## In lists, fields and dialogs\n\n{table(['Binding', *MAPS], rows)}")
    return "".join(parts)
