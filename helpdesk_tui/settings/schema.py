"""Every setting, once: its type, default, bounds, variable and what it is for. Checks, docs and JSON Schema come from here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal

from helpdesk_tui.vocabulary.i18n import LANGUAGES, N_

Kind = Literal["text", "choice", "switch", "number", "lists"]
THEMES: Final = ("dark", "light", "high-contrast", "colour-blind", "ansi", "mono")
KEYMAPS: Final = ("default", "arrows", "vim")
SWITCH: Final = ("auto", "on", "off")
COLUMNS: Final = (
    "number", "priority", "sla", "kind", "state", "summary", "requester", "service", "category", "team", "assignee",
    "impact", "urgency", "channel", "updated", "age",
    "why",
)  # fmt: skip
"""Codes of the queue's columns, as `widgets.columns` has them."""
LOCAL_FPS: Final = 60
REMOTE_FPS: Final = 15


@dataclass(frozen=True, slots=True)
class Option:
    """How one setting is written: `choices` of a choice, `least` and `most` of a number, `variable` of the environment.

    `lists` is a table of lists of words, keyed by `of`. `often`: shown on the settings screen of the console.
    """

    help: str
    default: Any
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    variable: str = ""
    of: str = ""
    often: bool = False


def _option(help: str, default: Any, **more: Any) -> Any:  # noqa: A002
    meta = {"option": Option(help, default, **more)}
    if isinstance(default, Mapping):
        return field(default_factory=dict, metadata=meta)
    return field(default=default, metadata=meta)


def _choice(help: str, default: str, choices: tuple[str, ...], **more: Any) -> Any:  # noqa: A002
    return _option(help, default, kind="choice", choices=choices, **more)


def _switch(help: str, **more: Any) -> Any:  # noqa: A002
    return _choice(help, "auto", SWITCH, **more)


def _number(help: str, default: int, most: int, **more: Any) -> Any:  # noqa: A002
    return _option(help, default, kind="number", most=most, **more)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force. An empty text means that nothing was set."""

    database: str = _option(N_("The desk's file."), "", variable="HELPDESK_DATABASE")
    actor: str = _option(N_("For whom to act, where one may act for others."), "", variable="HELPDESK_ACTOR")
    lang: str = _choice(
        N_("The language to speak; without it the one of the locale."),
        "",
        LANGUAGES,
        variable="HELPDESK_LANG",
        often=True,
    )
    timezone: str = _option(
        N_("The time zone of shown times, such as Asia/Shanghai; without it the system's."),
        "",
        variable="HELPDESK_TIMEZONE",
    )
    dates: str = _choice(
        N_("How days are written: iso 2026-11-22, words as the language has it."),
        "iso",
        ("iso", "words"),
        variable="HELPDESK_DATES",
        often=True,
    )
    theme: str = _choice(N_("The colours."), "dark", THEMES, variable="HELPDESK_THEME", often=True)
    keymap: str = _choice(
        N_("The keys: default, arrows (no letters to move with), vim."),
        "default",
        KEYMAPS,
        variable="HELPDESK_KEYMAP",
        often=True,
    )
    keys: Mapping[str, tuple[str, ...]] = _option(
        N_("Own keys by action, over those of the keymap; an empty list takes its keys away."),
        {},
        kind="lists",
        of="action",
    )
    mouse: str = _switch(
        N_("Whether the mouse works; auto: not over SSH, where the terminal's own selection is missed more."),
        variable="HELPDESK_MOUSE",
        often=True,
    )
    animation: str = _switch(N_("Whether anything moves by itself; auto: not over SSH."), variable="HELPDESK_ANIMATION")
    fps: int = _number(N_("Pictures a second at most; 0: 60, over SSH 15."), 0, 120, variable="HELPDESK_FPS")
    bell: str = _choice(
        N_(
            "How a notice calls: off (it is only counted), visual (a line in the console), urgent (the terminal's bell,"
            " too, for what cannot wait), sound (the bell for every notice that is shown)."
        ),
        "visual",
        ("off", "visual", "urgent", "sound"),
        variable="HELPDESK_BELL",
        often=True,
    )
    idle_lock: int = _number(
        N_("Minutes without a key after which the screen is hidden until Enter; 0 never."),
        15,
        1_440,
        variable="HELPDESK_IDLE_LOCK",
        often=True,
    )
    plain: bool = _option(
        N_("Plain mode: text line after line, for screen readers and slow lines."),
        False,
        kind="switch",
        variable="HELPDESK_PLAIN",
    )
    start_view: str = _option(
        N_("The view to open on, by its code; without it the first one that is not empty."),
        "",
        variable="HELPDESK_START_VIEW",
    )
    columns: Mapping[str, tuple[str, ...]] = _option(
        N_("The queue's columns by view; `default` holds for all views that have none of their own."),
        {},
        kind="lists",
        of="view",
        choices=COLUMNS,
    )
    preview: str = _switch(
        N_("Whether the queue shows a preview of its ticket; auto: where there is room."),
        variable="HELPDESK_PREVIEW",
        often=True,
    )
    editor: str = _option(
        N_("The editor for long texts; without it VISUAL, EDITOR or vi."), "", variable="HELPDESK_EDITOR"
    )
    remote: str = _switch(
        N_(
            "Whether the line is a slow one; auto: over SSH. Then animation, mouse and pictures a second are held down."
        ),
        variable="HELPDESK_REMOTE",
    )
    tick: int = _number(
        N_("Seconds between two times that the console does what is due (`helpdesk tick`); 0 never."), 60, 86_400,
        variable="HELPDESK_TICK",
    )  # fmt: skip


OPTIONS: Final[dict[str, Option]] = {each.name: each.metadata["option"] for each in fields(Settings)}
"""All settings by key, in the order of the documentation."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the settings mean on this line: `auto` is decided."""

    remote: bool
    mouse: bool
    animation: bool
    fps: int


def terminal(settings: Settings, environ: Mapping[str, str]) -> Terminal:
    """Decide what is `auto` by whether the line is a remote one (`SSH_CONNECTION`)."""
    over_ssh = bool(environ.get("SSH_CONNECTION"))
    remote = settings.remote == "on" or (settings.remote == "auto" and over_ssh)
    return Terminal(
        remote,
        mouse=settings.mouse == "on" or (settings.mouse == "auto" and not remote),
        animation=settings.animation == "on" or (settings.animation == "auto" and not remote),
        fps=settings.fps or (REMOTE_FPS if remote else LOCAL_FPS),
    )
