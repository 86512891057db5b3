"""`desk.exporting`: tickets, people and the other things of a desk as CSV, JSON lines, or (tickets) an event log in XES.

Everything streams, in number order. Who may export a team's tickets only gets these; who sees people masked exports
them masked.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from helpdesk_tui.desk import export_xes, forms, masking
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object
from helpdesk_tui.store.query import Compiler, Viewer
from helpdesk_tui.vocabulary.cells import defuse
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.filters import parse_filter
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.roles import Permission, Scope

FORMATS: Final = ("csv", "jsonl", "xes")
_BUNCH: Final = 200


class Exporting(Noun):
    """Taking things out."""

    @verb("export.tickets", Permission.EXPORT, reads=True)
    def tickets(self, where: str = "", form: str = "jsonl", *, raw: bool = False) -> str:
        """Tickets that meet a filter, by number, as one text. `raw` leaves CSV cells as they are, formulas too."""
        return "".join(self.stream("tickets", form, where=where, raw=raw))

    @verb("export.people", Permission.EXPORT, reads=True)
    def people(self, form: str = "jsonl", *, raw: bool = False) -> str:
        """People by id, as one text."""
        return "".join(self.stream("people", form, raw=raw))

    @verb("export.teams", Permission.EXPORT, reads=True)
    def teams(self, form: str = "jsonl", *, raw: bool = False) -> str:
        """Teams as one text."""
        return "".join(self.stream("teams", form, raw=raw))

    @verb("export.services", Permission.EXPORT, reads=True)
    def services(self, form: str = "jsonl", *, raw: bool = False) -> str:
        """Services as one text."""
        return "".join(self.stream("services", form, raw=raw))

    @verb("export.cis", Permission.EXPORT, reads=True)
    def cis(self, form: str = "jsonl", *, raw: bool = False) -> str:
        """Configuration items as one text."""
        return "".join(self.stream("cis", form, raw=raw))

    # -- streams -----------------------------------------------------------------------------------------------

    def kinds(self) -> tuple[str, ...]:
        """What can be exported."""
        return ("tickets", *self._lists())

    def _lists(self) -> dict[str, Callable[[], Iterable[Object]]]:
        desk = self.desk
        return {
            "people": lambda: desk.people.list(),
            "teams": lambda: desk.teams.list(),
            "services": lambda: desk.services.list(),
            "cis": lambda: desk.cis.list(),
        }

    def stream(self, what: str, form: str, *, where: str = "", raw: bool = False) -> Iterator[str]:
        """An export as pieces of text. Raises Usage for what cannot be exported so, FilterProblem for a bad filter."""
        self.desk.require(Permission.EXPORT, f"export.{what}")
        if form not in FORMATS:
            raise Usage(N_("{value} is not known; use {choices}"), value=form, choices=", ".join(FORMATS))
        if what not in self.kinds():
            raise Usage(N_("{value} is not known; use {choices}"), value=what, choices=", ".join(self.kinds()))
        if what != "tickets":
            if where:
                raise Usage(N_("--where chooses tickets; {what} are exported whole"), what=what)
            if form == "xes":
                raise Usage(N_("an event log is made of tickets; export {what} as csv or jsonl"), what=what)
            return written(self._lists()[what](), form, raw=raw)
        tickets = self._tickets(where)
        if form == "xes":
            return export_xes.log(self.desk, tickets, masking.veil(self.desk, Permission.EXPORT))
        return written(tickets, form, raw=raw, keys=forms.KEYS)

    def _viewer(self) -> Viewer:
        """For whom: the actor, within what they may both read and export."""
        desk = self.desk
        scope = min(desk.scope(Permission.TICKET_READ), desk.scope(Permission.EXPORT))
        return Viewer(
            now=desk.now(),
            person_id=desk.actor.id,
            teams=desk.actor.teams,
            notes=desk.scope(Permission.NOTE_READ) is Scope.ALL,
            own_only=scope in (Scope.OWN, Scope.NONE),
            teams_only=scope is Scope.TEAM,
            sensitive=desk.scope(Permission.TICKET_SENSITIVE) is Scope.ALL,
            veiled=masking.veil(desk, Permission.EXPORT) is not None,
            tz=desk.tz,
        )

    def _tickets(self, where: str) -> Iterator[Object]:
        desk = self.desk
        condition = Compiler(desk.store.reader(), self._viewer()).condition(parse_filter(where))
        rows = forms.many(desk.store.reader(), condition, "t.number", desk.now())
        veil = masking.veil(desk, Permission.EXPORT)
        return rows if veil is None else map(veil.ticket, rows)


def written(
    rows: Iterable[Mapping[str, Any]], form: str, *, raw: bool = False, keys: Sequence[str] | None = None
) -> Iterator[str]:
    """Rows as CSV (a header first; texts quoted and defused, numbers plain) or JSON lines, some rows a piece."""
    return _json_lines(rows) if form == "jsonl" else _csv(rows, raw, keys)


def _json_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    encode = json.JSONEncoder(ensure_ascii=False).encode
    piece: list[str] = []
    for row in rows:
        # Three characters that end a line for some readers, though not for JSON.
        line = encode(row).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        piece.append(line.replace("\x85", "\\u0085"))
        if len(piece) == _BUNCH:
            yield "\n".join(piece) + "\n"
            piece = []
    if piece:
        yield "\n".join(piece) + "\n"


def _csv(rows: Iterable[Mapping[str, Any]], raw: bool, keys: Sequence[str] | None) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    header = list(keys) if keys is not None else None
    if header is not None:
        writer.writerow(header)
    for n, row in enumerate(rows, 1):
        if header is None:
            header = list(row)
            writer.writerow(header)
        writer.writerow([_cell(row.get(key), raw) for key in header])
        if n % _BUNCH == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _cell(value: Any, raw: bool) -> str | int | float:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(v, str) and "," not in v for v in value):
        value = ",".join(value)
    elif isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    text = str(value)
    return text if raw else defuse(text)
