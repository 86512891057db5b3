"""Event logs with one row per update, read by a map: rows of a ticket gathered, codes and instants made ours.

A map is TOML; `servicenow` is built in and shows every table. Rows of one ticket may lie apart: only what is still
open is held in memory.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from importlib import resources
from pathlib import Path
from typing import Any, Final

from helpdesk_tui.desk.import_rows import Incoming, LogCase, LogStep
from helpdesk_tui.intake.columns import read_map
from helpdesk_tui.intake.spreadsheet import Table
from helpdesk_tui.vocabulary.channels import Channel
from helpdesk_tui.vocabulary.errors import DeskError, Invalid, Usage
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import parse_instant, zone
from helpdesk_tui.vocabulary.kinds import Kind

BUILT_IN: Final = ("servicenow",)
_TABLES: Final = frozenset({"log", "columns", "description", "tags", "values"})
_FIELDS: Final = frozenset(
    {"state", "created_at", "resolved_at", "closed_at", "channel", "category", "impact", "urgency", "priority", "team",
     "assignee", "requester", "resolved_by", "resolution_code", "reopen_count", "reassignment_count", "title",
     "description", "cause", "resolution", "language"}
)  # fmt: skip
_TIMES: Final = frozenset({"created_at", "resolved_at", "closed_at"})
_COUNTS: Final = frozenset({"reopen_count", "reassignment_count"})
_CODED: Final = frozenset({"state", "impact", "urgency", "priority", "channel"})
_LIMITS: Final = {"category": 64, "resolution_code": 64, "language": 16}
_NAME: Final = 255
_MOST_ROWS: Final = 100_000
_SPELLINGS: Final = 65_536


@dataclass(slots=True)
class LogMap:
    """How a log is to be read."""

    id: str
    at: str
    by: str | None = None
    kind: Kind = Kind.INCIDENT
    missing: frozenset[str] = frozenset({""})
    times: tuple[str, ...] = ()
    tz: tzinfo = UTC
    timezone: str = "UTC"
    title: tuple[str, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    description: dict[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    values: dict[str, dict[str, str]] = field(default_factory=dict)

    def named(self) -> set[str]:
        """Every column of the log that the map speaks of."""
        return {self.id, self.at, *self.columns.values()} | ({self.by} if self.by else set())


def load_map(name: str) -> LogMap:
    """A built-in map by its name, or one in a TOML file. Raises Usage for what is neither, or no map."""
    if name in BUILT_IN:
        text = resources.files("helpdesk_tui.intake").joinpath(f"{name}.toml").read_text(encoding="utf-8")
        return _checked(tomllib.loads(text), name)
    if not Path(name).is_file():
        raise Usage(
            N_("there is no map {name}; built in are: {known}, or name a TOML file"),
            name=name,
            known=", ".join(BUILT_IN),
        )
    return _checked(read_map(Path(name)), name)


def _checked(found: Mapping[str, Any], name: str) -> LogMap:
    for key, table in found.items():
        if key not in _TABLES or not isinstance(table, dict):
            raise Usage(
                N_("{path}: there is no table {key}; tables are: {known}"),
                path=name,
                key=key,
                known=", ".join(sorted(_TABLES)),
            )
    log = found.get("log", {})
    for key in ("id", "at"):
        if not isinstance(log.get(key), str):
            raise Usage(N_("{path}: [log] must name the column of {key}"), path=name, key=key)
    columns = found.get("columns", {})
    for key in columns:
        if key not in _FIELDS:
            raise Usage(
                N_("{path}: {key} is no field of a log; fields are: {known}"),
                path=name,
                key=key,
                known=", ".join(sorted(_FIELDS)),
            )
    timezone = str(log.get("timezone", "UTC"))
    try:
        kind, where = Kind(log.get("kind", "incident")), zone(timezone)
    except ValueError:
        raise Usage(N_("{path}: {key} is no kind of ticket"), path=name, key=log.get("kind")) from None
    except Invalid as error:
        raise Usage(error.message, **error.params) from error
    return LogMap(
        id=log["id"],
        at=log["at"],
        by=log.get("by"),
        kind=kind,
        missing=frozenset(str(m) for m in log.get("missing", [""])) | {""},
        times=tuple(str(t) for t in log.get("times", [])),
        tz=where,
        timezone=timezone,
        title=tuple(log.get("title", [])),
        columns={str(k): str(v) for k, v in columns.items()},
        description={str(k): str(v) for k, v in found.get("description", {}).items()},
        tags=tuple(found.get("tags", {}).get("columns", [])),
        values={
            k: {str(a): str(b) for a, b in v.items()} for k, v in found.get("values", {}).items() if isinstance(v, dict)
        },
    )


class EventLog:
    """The cases of a log. Raises Usage where the file lacks a column that the map needs."""

    def __init__(self, table: Table, how: LogMap) -> None:
        self._table = table
        self._map = how
        self._instants: dict[str, int] = {}

    def cases(self) -> Iterator[LogCase]:
        """Every ticket of the log with its steps, each as soon as its last row was read."""
        left = self._count()
        open_cases: dict[str, LogCase] = {}
        for row in self._table.rows():
            number = self._number(row)
            if row.problem is not None or number is None:
                problem = row.problem or Invalid(N_("there is no {column}"), column=self._map.id)
                yield LogCase("", row.line, 1, problem=problem)
                continue
            case = open_cases.get(number)
            if case is None:
                case = open_cases[number] = LogCase(number, row.line, 0)
            case.rows += 1
            if case.rows > _MOST_ROWS:
                case.problem = Invalid(N_("{number} has more than {limit} rows"), number=number, limit=_MOST_ROWS)
                case.steps.clear()
            elif case.problem is None:
                try:
                    case.steps.append(self._step(row))
                except DeskError as error:
                    case.problem, case.line = error, row.line
            left[number] -= 1
            if not left[number]:
                del left[number]
                yield open_cases.pop(number)

    def _count(self) -> Counter[str]:
        """How many rows each ticket has, so that it is known when the last was seen."""
        left: Counter[str] = Counter()
        looked = False
        for row in self._table.rows():
            if row.problem is not None:
                continue
            if not looked:
                looked = True
                lacking = sorted(c for c in self._map.named() if c not in row.values)
                if lacking:
                    raise Usage(N_("the file has no column {column}, which the map needs"), column=", ".join(lacking))
            number = self._number(row)
            if number is not None:
                left[number] += 1
        return left

    def _number(self, row: Incoming) -> str | None:
        text = self._text(row, self._map.id)
        return None if text is None else text[:_NAME]

    def _text(self, row: Incoming, column: str | None) -> str | None:
        """A value with its blanks made single; None where the log has none."""
        if column is None:
            return None
        value = row.values.get(column)
        if value is None:
            return None
        text = " ".join(str(value).split())
        return None if text in self._map.missing else text

    def _instant(self, text: str) -> int:
        found = self._instants.get(text)
        if found is None:
            found = self._read_instant(text)
            if len(self._instants) >= _SPELLINGS:
                self._instants.clear()
            self._instants[text] = found
        return found

    def _read_instant(self, text: str) -> int:
        for form in self._map.times:
            try:
                read = datetime.strptime(text, form)  # noqa: DTZ007 - its zone follows
            except ValueError:
                continue
            if read.tzinfo is None:
                read = read.replace(tzinfo=self._map.tz)
            return int(read.timestamp())
        return parse_instant(text, 0, self._map.timezone)

    def _step(self, row: Incoming) -> LogStep:
        how = self._map
        when = self._text(row, how.at)
        if when is None:
            raise Invalid(N_("there is no {column}"), column=how.at)
        values: dict[str, Any] = {"kind": how.kind.value}
        for name, column in how.columns.items():
            values[name] = self._value(name, self._text(row, column))
        if how.title and not values.get("title"):
            parts = [part for part in (self._text(row, column) for column in how.title) if part is not None]
            values["title"] = " / ".join(parts)[:10_000] or self._text(row, how.id)
        elif not values.get("title"):
            values["title"] = self._text(row, how.id)
        lines = [
            f"{label}: {text}"
            for label, column in how.description.items()
            if (text := self._text(row, column)) is not None
        ]
        if lines:
            values["description"] = "\n".join([*filter(None, [values.get("description")]), *lines])
        values["tags"] = [
            text[:64].replace(",", " ") for column in how.tags if (text := self._text(row, column)) is not None
        ]
        return LogStep(row.line, self._instant(when), self._text(row, how.by), values)

    def _value(self, name: str, text: str | None) -> Any:
        if text is None:
            return None
        if name in _TIMES:
            return self._instant(text)
        if name in _COUNTS:
            if not text.isdecimal() or len(text) > 7:
                raise Invalid(
                    N_("{field}: {value} is no whole number from {low} to {high}"),
                    field=name,
                    value=text,
                    low=0,
                    high=9_999_999,
                )
            return int(text)
        table = self._map.values.get(name)
        if table is not None:
            translated = table.get(text, table.get("*"))
            if translated is None:
                if name in _CODED:
                    raise Invalid(N_("{field}: the map does not know {value}"), field=name, value=text)
                return text
            text = translated
        if name == "channel" and text not in list(Channel):
            raise Invalid(N_("{field}: the map does not know {value}"), field=name, value=text)
        limit = _LIMITS.get(name, _NAME if name in ("team", "assignee", "requester", "resolved_by") else 10_000)
        return text[:limit] or None
