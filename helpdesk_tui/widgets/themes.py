"""The themes. Meaning never hangs on colour alone: widgets add a glyph or word, themes may add weight.

`colour-blind` uses the blue, orange and yellow of the Okabe-Ito palette, which differ for every common kind of
colour vision. `ansi` sends the terminal's own sixteen colours (about half the bytes); `mono` only bold,
dim and reverse.
"""

from typing import Any, Final

from textual.app import App
from textual.theme import Theme

DEFAULT_THEME: Final = "dark"

_CURSOR_DARK: Final = {
    "block-cursor-text-style": "none",
    "block-cursor-foreground": "#ffffff",
    "block-cursor-background": "#264f78",
    "block-cursor-blurred-foreground": "#d4d4d4",
    "block-cursor-blurred-background": "#2d333b",
    "block-cursor-blurred-text-style": "none",
    "footer-background": "#16191d",
}
_ANSI_VARIABLES: Final = {
    "ansi-background": "ansi_default",
    "ansi-foreground": "ansi_default",
    "block-cursor-foreground": "ansi_default",
    "block-cursor-background": "ansi_default",
    "block-cursor-text-style": "reverse",
    "block-cursor-blurred-foreground": "ansi_default",
    "block-cursor-blurred-background": "ansi_default",
    "block-cursor-blurred-text-style": "bold underline",
    "block-hover-background": "ansi_default",
    "border": "ansi_default",
    "border-blurred": "ansi_default",
    "input-cursor-background": "ansi_default",
    "input-cursor-foreground": "ansi_default",
    "input-cursor-text-style": "reverse",
    "input-selection-background": "ansi_bright_blue",
    "input-selection-foreground": "ansi_black",
    "screen-selection-background": "ansi_bright_blue",
    "screen-selection-foreground": "ansi_black",
    "footer-background": "ansi_default",
    "footer-foreground": "ansi_default",
    "footer-description-foreground": "ansi_default",
    "footer-key-foreground": "ansi_default",
}

THEMES: Final[tuple[Theme, ...]] = (
    Theme(
        name="dark",
        primary="#4f9cd8",
        secondary="#7fb2d9",
        accent="#4f9cd8",
        warning="#e0b050",
        error="#f07178",
        success="#8fbf7f",
        foreground="#d4d4d4",
        background="#101214",
        surface="#16191d",
        panel="#1d2126",
        dark=True,
        variables=dict(_CURSOR_DARK),
    ),
    Theme(
        name="light",
        primary="#005a9e",
        secondary="#00558f",
        accent="#005a9e",
        warning="#7a5200",
        error="#b00020",
        success="#1f6f2f",
        foreground="#1c1c1c",
        background="#fbfbf9",
        surface="#f1f1ee",
        panel="#e6e6e2",
        dark=False,
        variables={
            "block-cursor-text-style": "none",
            "block-cursor-foreground": "#ffffff",
            "block-cursor-background": "#005a9e",
            "block-cursor-blurred-foreground": "#1c1c1c",
            "block-cursor-blurred-background": "#d5dde5",
            "block-cursor-blurred-text-style": "none",
            "footer-background": "#f1f1ee",
        },
    ),
    Theme(
        name="high-contrast",
        primary="#00ffff",
        secondary="#00ffff",
        accent="#00ffff",
        warning="#ffff00",
        error="#ff8080",
        success="#00ff66",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#000000",
        dark=True,
        text_alpha=1.0,
        variables={
            "block-cursor-text-style": "bold",
            "block-cursor-foreground": "#000000",
            "block-cursor-background": "#ffff00",
            "block-cursor-blurred-foreground": "#000000",
            "block-cursor-blurred-background": "#ffffff",
            "block-cursor-blurred-text-style": "none",
            "text-muted": "#e8e8e8",
            "border-blurred": "#ffffff",
        },
    ),
    Theme(
        name="colour-blind",
        primary="#56b4e9",
        secondary="#56b4e9",
        accent="#56b4e9",
        warning="#f0e442",
        error="#ff9a3c",
        success="#9ecbff",
        foreground="#dcdcdc",
        background="#101214",
        surface="#16191d",
        panel="#1d2126",
        dark=True,
        variables=dict(_CURSOR_DARK),
    ),
    Theme(
        name="ansi",
        ansi=True,
        primary="ansi_blue",
        secondary="ansi_cyan",
        accent="ansi_cyan",
        warning="ansi_yellow",
        error="ansi_red",
        success="ansi_green",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        dark=True,
        variables=dict(_ANSI_VARIABLES),
    ),
    Theme(
        name="mono",
        ansi=True,
        primary="ansi_default",
        secondary="ansi_default",
        accent="ansi_default",
        warning="ansi_default",
        error="ansi_default",
        success="ansi_default",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        dark=True,
        variables={
            **_ANSI_VARIABLES,
            "input-selection-background": "ansi_default",
            "input-selection-foreground": "ansi_default",
            "screen-selection-background": "ansi_default",
            "screen-selection-foreground": "ansi_default",
        },
    ),
)
THEME_NAMES: Final = tuple(theme.name for theme in THEMES)


def register_themes(app: App[Any]) -> None:
    """Make the themes known to an application (call before setting `app.theme`)."""
    for theme in THEMES:
        app.register_theme(theme)
