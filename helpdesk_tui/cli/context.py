"""Where settings come from: the command line beats the environment, which beats the config file, which beats defaults."""

import contextlib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk.places import config_dir, data_dir, home
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.i18n import LANGUAGES, N_, _, language_from_environment, normalise_language
from helpdesk_tui.vocabulary.text import one_line

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.settings.reading import Loaded

VARIABLES: Final = {"database": "HELPDESK_DATABASE", "actor": "HELPDESK_ACTOR", "lang": "HELPDESK_LANG"}
_POSTGRESQL: Final = re.compile(r"postgres(ql)?(\+\w+)?:", re.IGNORECASE)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Setting:
    """A value and where it came from: `command line`, `environment`, `file`, `default`."""

    key: str
    value: str | None
    origin: str


@dataclass(slots=True)
class Context:
    """The settings of one run. `typed` holds what stands on the command line."""

    typed: dict[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    plain: bool = False
    """Whether the commands run inside plain mode."""
    _file: dict[str, Any] | None = None

    # -- the config file ---------------------------------------------------------------------------------------

    def config_path(self) -> Setting:
        """Which config file is read; it need not exist."""
        if "config" in self.typed:
            return Setting("config", self.typed["config"], "command line")
        if self.environment.get("HELPDESK_CONFIG"):
            return Setting("config", self.environment["HELPDESK_CONFIG"], "environment")
        return Setting("config", str(config_dir() / "config.toml"), "default")

    def file_path(self) -> Path:
        """Where the config file lies."""
        return home(self.config_path().value or "")

    def file(self) -> dict[str, Any]:
        """The settings of the config file. Raises Usage for one that cannot be read, naming line and key."""
        if self._file is None:
            self._file = read_config(self.file_path())
        return self._file

    def loaded(self) -> "Loaded":
        """All settings, with where each comes from and what is wrong with them."""
        from helpdesk_tui.settings.reading import load

        typed = {key: value for key, value in self.typed.items() if key != "config"}
        return load(self.file_path(), self.environment, typed)

    # -- settings ----------------------------------------------------------------------------------------------

    def get(self, key: str) -> Setting:
        """A setting by its key: `database`, `actor`, `lang`."""
        if (
            key in self.typed
        ):  # typed empty (a shell variable that is not set) it means nobody and nothing, not the default
            return Setting(key, self.typed[key], "command line")
        if self.environment.get(VARIABLES[key]):
            return Setting(key, self.environment[VARIABLES[key]], "environment")
        if self.file().get(key):
            return Setting(key, self.file()[key], "file")
        if key == "database":
            return Setting(key, str(data_dir() / "desk.db"), "default")
        if key == "lang":
            return Setting(key, language_from_environment(dict(self.environment)), "default")
        return Setting(key, None, "default")

    def language(self) -> str:
        """The language to speak. Raises Usage for one that is not spoken here."""
        setting = self.get("lang")
        found = normalise_language(setting.value)
        if found is None:
            raise Usage(
                N_("the language {value} is not spoken here; use {known}"),
                value=setting.value,
                known=", ".join(LANGUAGES),
            )
        return found

    def desk_path(self) -> Path:
        """The desk's file. Raises Usage for a database that this version cannot open."""
        return database_path(self.get("database").value or "")

    @property
    def actor(self) -> str | None:
        """For whom to act, or None for oneself."""
        return self.get("actor").value

    def open_desk(self, path: Path | None = None, tz: str | None = None) -> "Desk":
        """Open the desk of this run as its actor, and tell on standard error when it was made just now.

        A mistyped `--db` makes a new, empty desk as a right one does: the line that names it shows the mistake.
        """
        from helpdesk_tui.desk.desk import Desk
        from helpdesk_tui.desk.first import NOTICE
        from helpdesk_tui.vocabulary.instants import zone

        where = zone(tz) if tz else None
        path = path or self.desk_path()
        fresh = not path.exists()
        try:
            desk = Desk.open(path, act_as=self.actor)
        finally:
            if fresh and path.exists():  # also where the person of --as is not in it
                say(_(NOTICE).format(path=one_line(str(path))))
        if where is not None:
            desk.tz = where
        return desk

    @contextlib.contextmanager
    def desk(self, tz: str | None = None) -> Iterator["Desk"]:
        """The desk of this run while a block lasts."""
        desk = self.open_desk(tz=tz)
        try:
            yield desk
        finally:
            desk.close()


def read_config(path: Path) -> dict[str, Any]:
    """The settings of a TOML file; one that does not exist is empty. Raises Usage naming file, line and key."""
    try:
        path.stat()
    except FileNotFoundError:
        return {}
    except OSError:
        pass  # told below
    from helpdesk_tui.settings.reading import read_file

    found, problems, _text = read_file(path)
    if problems:
        raise problems[0].told()
    return found


def database_path(text: str) -> Path:
    """The file that `--db` names: a path, or `sqlite:///PATH`. Raises Usage for other databases."""
    if _POSTGRESQL.match(text):
        raise Usage(N_("this version has no PostgreSQL: name a file with --db PATH"))
    for prefix in ("sqlite:///", "file://"):
        if text.lower().startswith(prefix):
            text = text[len(prefix) :]
            break
    if _SCHEME.match(text):
        raise Usage(N_("{value} names no desk: --db takes a path or sqlite:///PATH"), value=text)
    if not text or "\0" in text:
        raise Usage(N_("--db is empty: name a file"))
    path = home(text)
    if str(path).startswith("~"):
        raise Usage(N_("{path}: nobody has this home"), path=path)
    if path.is_dir():
        raise Usage(N_("{path} is a folder; name the desk's file in it"), path=path)
    return path


def say(*lines: str) -> None:
    """Narration, on standard error."""
    for line in lines:
        sys.stderr.write(f"helpdesk: {line}\n")
    sys.stderr.flush()


_current = Context()


def current() -> Context:
    """The settings of this run."""
    return _current


def use(context: Context) -> None:
    """Make these the settings of this run."""
    global _current
    _current = context
