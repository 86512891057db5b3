"""Reading settings: the command line beats the environment, which beats the file, which beats the defaults."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from helpdesk_tui.settings.schema import OPTIONS, Option, Settings
from helpdesk_tui.vocabulary.errors import DeskError, Invalid, Usage
from helpdesk_tui.vocabulary.i18n import N_, normalise_language

_AT_LINE: Final = re.compile(r"\(at line (\d+)")
_YES: Final = {"1": True, "on": True, "true": True, "yes": True, "0": False, "off": False, "false": False, "no": False}
MOST: Final = 1_048_576
"""Bytes of a settings file beyond which it is none."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a setting: where (`line` from 1, of the file), which key, why, and what is nearest, if anything is.

    `source` is the file, or the variable of the environment.
    """

    source: str
    line: int | None
    key: str
    error: DeskError
    nearest: str | None = None

    def told(self) -> Usage:
        """The problem as one line."""
        if self.line is None:
            return Usage(N_("{source}: {problem}"), source=self.source, problem=self.error)
        return Usage(N_("{source}, line {line}: {problem}"), source=self.source, line=self.line, problem=self.error)

    def data(self) -> dict[str, Any]:
        """The problem for machines."""
        return {"line": self.line, "key": self.key, "problem": self.error.english, "nearest": self.nearest}


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings with where each comes from (`command line`, `environment`, `file`, `default`), and what was wrong."""

    path: Path
    settings: Settings
    origins: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    text: str = ""

    def line_of(self, *key: str) -> int | None:
        """The line of a key of the file."""
        from helpdesk_tui.settings.toml_lines import line_of

        return line_of(self.text, key) if self.text else None

    def require(self) -> Settings:
        """The settings. Raises Usage for the first problem."""
        if self.problems:
            raise self.problems[0].told()
        return self.settings


def nearest(word: str, known: Any) -> str | None:
    """The known word that is most like another one."""
    import difflib

    found = difflib.get_close_matches(word.casefold(), list(known), n=1, cutoff=0.5)
    return found[0] if found else None


def load(path: Path, environ: Mapping[str, str], typed: Mapping[str, str] | None = None) -> Loaded:
    """The settings in force. A file that does not exist is empty; never raises, what is wrong is told."""
    found: dict[str, Any] = {}
    origins = dict.fromkeys(OPTIONS, "default")
    values, problems, text = read_file(path)
    for key, value in values.items():
        found[key], origins[key] = value, "file"
    for key, option in OPTIONS.items():
        given = environ.get(option.variable, "") if option.variable else ""
        if given:
            try:
                found[key], origins[key] = from_text(key, given), "environment"
            except DeskError as error:
                problems.append(Problem(option.variable, None, key, error, near_value(option, given)))
    for key, given in (typed or {}).items():
        if key in OPTIONS:
            found[key] = from_text(key, given) if OPTIONS[key].kind == "switch" else given
            origins[key] = "command line"
    return Loaded(path, replace(Settings(), **found), origins, tuple(problems), text)


def read_file(path: Path) -> tuple[dict[str, Any], list[Problem], str]:
    """The valid settings of a file, what is wrong in it, and its text."""
    source = str(path)
    try:
        with path.open("rb") as file:
            raw = file.read(MOST + 1)
    except FileNotFoundError:
        return {}, [], ""
    except OSError as error:
        return {}, [Problem(source, None, "", Invalid(N_("it cannot be read: {error}"), error=error.strerror))], ""
    from helpdesk_tui.vocabulary.toml_text import read_toml

    try:
        if len(raw) > MOST:
            raise ValueError("it is too large")
        text = raw.decode("utf-8")
        values = read_toml(text)
    except (ValueError, RecursionError) as error:
        at = _AT_LINE.search(str(error))
        wrong = Invalid(N_("it is no TOML document: {error}"), error=str(error))
        return {}, [Problem(source, int(at[1]) if at else None, "", wrong)], ""
    return *checked(values, text, source), text


def checked(values: Mapping[str, Any], text: str, source: str) -> tuple[dict[str, Any], list[Problem]]:
    """The settings of a document's table that are right, and what is wrong with the others, in the order of lines."""
    from helpdesk_tui.settings.toml_lines import line_of

    found: dict[str, Any] = {}
    problems: list[Problem] = []

    def wrong(key: tuple[str, ...], error: DeskError, near: str | None = None) -> None:
        problems.append(Problem(source, line_of(text, key), ".".join(key), error, near))

    for key, value in values.items():
        option = OPTIONS.get(key)
        if option is None:
            near = nearest(key, OPTIONS)
            wrong((key,), _unknown(key, near), near)
        elif option.kind == "lists":
            if not isinstance(value, dict):
                wrong((key,), Invalid(N_("{key} must be a table of lists"), key=key))
                continue
            lists: dict[str, tuple[str, ...]] = {}
            for name, words in _flat(value):
                try:
                    lists[name] = _words(f"{key}.{name}", words, option)
                except DeskError as error:
                    bad = next((w for w in words if w not in option.choices), "") if isinstance(words, list) else ""
                    wrong((key, name), error, nearest(str(bad), option.choices) if option.choices else None)
            found[key] = lists
        else:
            try:
                found[key] = _value(key, value, option)
            except DeskError as error:
                wrong((key,), error, near_value(option, value))
    problems.sort(key=lambda problem: problem.line or 0)
    return found, problems


def _flat(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The lists of a table by their names: `"ticket.take"` and `ticket.take` are the same."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", words) for inner, words in _flat(value))
        else:
            yield name, value


def _unknown(key: str, near: str | None) -> DeskError:
    if near is None:
        return Invalid(N_("there is no setting {key}; known are: {known}"), key=key, known=", ".join(OPTIONS))
    return Invalid(N_("there is no setting {key}; did you mean {nearest}?"), key=key, nearest=near)


def near_value(option: Option, value: object) -> str | None:
    """The possible value of a choice that is most like what stands there."""
    return nearest(str(value), option.choices) if option.kind == "choice" else None


def from_text(key: str, text: str) -> Any:
    """A value as one types it. Raises Invalid for one that the setting cannot have, Usage for an unknown setting."""
    option = OPTIONS.get(key)
    if option is None:
        near = nearest(key, OPTIONS)
        raise Usage(_unknown(key, near).message, **_unknown(key, near).params)
    if option.kind == "switch":
        if text.casefold() not in _YES:
            raise Invalid(N_("{key} must be true or false, not {value}"), key=key, value=text)
        return _YES[text.casefold()]
    if option.kind == "number":
        try:
            return _value(key, int(text), option)
        except ValueError:
            raise Invalid(N_("{key} must be a whole number, not {value}"), key=key, value=text) from None
    if option.kind == "lists":
        raise Invalid(N_("{key} is a table: name the list in it, such as {example}"), key=key, example=f"{key}.NAME")
    return _value(key, text, option)


def list_from_text(key: str, text: str) -> tuple[str, ...]:
    """A list of a table as one types it, between commas. Raises Invalid for words that it cannot hold."""
    option = OPTIONS[key.partition(".")[0]]
    return _words(key, [word.strip() for word in text.split(",") if word.strip()], option)


def _words(key: str, value: Any, option: Option) -> tuple[str, ...]:
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise Invalid(N_("{key} must be a list of words in quotes"), key=key)
    for word in words:
        if option.choices and word not in option.choices:
            raise _none_of(key, word, option)
    return tuple(words)


def _none_of(key: str, value: object, option: Option) -> DeskError:
    near, known = nearest(str(value), option.choices), ", ".join(option.choices)
    if near is None:
        return Invalid(N_("{key} cannot be {value}; use {known}"), key=key, value=value, known=known)
    return Invalid(
        N_("{key} cannot be {value}; did you mean {nearest}? There are {known}"),
        key=key, value=value, nearest=near, known=known,
    )  # fmt: skip


def _value(key: str, value: Any, option: Option) -> Any:
    if option.kind == "switch":
        if not isinstance(value, bool):
            raise Invalid(N_("{key} must be true or false, not {value}"), key=key, value=value)
        return value
    if option.kind == "number":
        if isinstance(value, bool) or not isinstance(value, int):
            raise Invalid(N_("{key} must be a whole number, not {value}"), key=key, value=value)
        if not option.least <= value <= option.most:
            raise Invalid(
                N_("{key} must be from {least} to {most}, not {value}"),
                key=key, least=option.least, most=option.most, value=value,
            )  # fmt: skip
        return value
    if isinstance(value, bool) and {"on", "off"} <= set(option.choices):
        return "on" if value else "off"
    if not isinstance(value, str):
        raise Invalid(N_("{key} must be a text in quotes"), key=key)
    if "\0" in value:
        raise Invalid(N_("{key} must be a text without control characters"), key=key)
    if key == "lang" and normalise_language(value) is not None:
        return value
    if option.kind == "choice" and value not in option.choices and value != option.default:
        raise _none_of(key, value, option)
    if key == "timezone" and value:
        from helpdesk_tui.vocabulary.instants import zone

        zone(value)
    if key == "editor":
        _command(key, value)
    return value


def _command(key: str, value: str) -> None:
    import shlex

    try:
        shlex.split(value)
    except ValueError:
        raise Invalid(N_("{key}: a quote in {value} is not closed"), key=key, value=value) from None
