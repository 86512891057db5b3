"""Where a person's own things lie: one name, the platform's folders, the console and the commands alike."""

import os
from pathlib import Path
from typing import Final

APP: Final = "helpdesk"


def config_dir() -> Path:
    """Where this person's settings lie."""
    from platformdirs import user_config_path

    return user_config_path(APP, appauthor=False)


def data_dir() -> Path:
    """Where this person's own desk lies."""
    from platformdirs import user_data_path

    return user_data_path(APP, appauthor=False)


def state_dir() -> Path:
    """Where drafts and the log of faults lie."""
    from platformdirs import user_state_path

    return user_state_path(APP, appauthor=False)


def local_zone() -> str:
    """The IANA name of the reader's time zone: `TZ`, else the system's, else UTC."""
    from helpdesk_tui.vocabulary.errors import Invalid
    from helpdesk_tui.vocabulary.instants import zone

    named = os.environ.get("TZ", "").lstrip(":")
    if not named:
        try:
            named = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
        except OSError:
            named = ""
    try:
        zone(named)
    except Invalid:
        return "UTC"
    return named or "UTC"


def home(text: str) -> Path:
    """A path that somebody typed, with `~` for a home; as it stands where nobody has that home."""
    path = Path(text)
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def is_file(path: Path) -> bool:
    """Whether a typed path leads to a file; one that no file can have does not."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
