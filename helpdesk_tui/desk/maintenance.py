"""`desk.maintenance`: times in which alerts of some things are recorded and open nothing."""

import json
from typing import Any, Final

from helpdesk_tui.desk import fields
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, Texts, when
from helpdesk_tui.desk.work import Work
from helpdesk_tui.store.apply import new_row
from helpdesk_tui.store.changes import Entry
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, ticket_not_found
from helpdesk_tui.vocabulary.events import canonical
from helpdesk_tui.vocabulary.filter_fields import fold
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind, ref
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission
from helpdesk_tui.vocabulary.text import at_rest

register(
    {
        "maintenance.planned": N_("maintenance {window} from {start} to {end} belongs to it"),
        "maintenance.ended": N_("maintenance {window} was ended at {at}"),
    }
)
STATES: Final = ("open", "current", "planned", "past", "all")
_LONGEST: Final = 366 * 86_400
_MOST: Final = 100
_COLUMNS: Final = (
    "SELECT w.id, w.title, w.start_at, w.end_at, w.change_number, coalesce(p.login, p.name), w.withdrawn_at, w.document,"
    " w.version FROM maintenance_window w LEFT JOIN person p ON p.id = w.author_id"
)
_LIST: Final = (
    f"{_COLUMNS} WHERE (?1 = 'all' OR (?1 = 'past' AND (w.end_at <= ?2 OR w.withdrawn_at IS NOT NULL))"  # sql: constant
    " OR (w.end_at > ?2 AND w.withdrawn_at IS NULL AND (?1 = 'open' OR (?1 = 'current') = (w.start_at <= ?2) AND ?1 <> 'past')))"
    " ORDER BY w.start_at DESC, w.id DESC LIMIT ?3"
)
_ONE: Final = f"{_COLUMNS} WHERE w.id = ?"  # sql: constant
_HELD: Final = "SELECT json_extract(document, '$.held'), count(*) FROM alert WHERE state <> 'resolved' GROUP BY 1"


class Maintenance(Noun):
    """Maintenance windows."""

    @verb("maintenance.add", Permission.ALERT_EDIT)
    def add(
        self,
        title: str,
        *,
        start: Instant,
        end: Instant,
        services: Texts | None = None,
        cis: Texts | None = None,
        labels: dict[str, Texts] | None = None,
        sources: Texts | None = None,
        change: int | None = None,
    ) -> Object:
        """Plan a maintenance [start, end): alerts that fit all that is named are recorded and open nothing meanwhile.

        Services are codes or names; items, sources and labels may hold `*`. What still fires at the end begins anew.
        `change` is the ticket it belongs to. Raises Invalid where nothing is named, or the end is not after the start.
        """
        if not (services or cis or labels or sources):
            raise Invalid(N_("name a service, a configuration item, a source or a label: not everything at once"))
        if not start < end <= start + _LONGEST:
            raise Invalid(N_("the end must come after the start, and within a year"))
        if end <= self.desk.now():
            raise Invalid(N_("the end of the maintenance is past already"))
        known = [self.desk.services.service(each) for each in services or ()]
        scope = {
            "services": sorted({name for each in known for name in (each.code, each.name)}),
            "cis": _globs("ci", cis),
            "sources": _globs("source", sources),
            "labels": {name: _globs(name, values) for name, values in sorted((labels or {}).items())},
        }
        if len(scope["labels"]) > _MOST:
            raise Invalid(N_("{field}: write a table of at most {most} entries"), field="labels", most=_MOST)
        wanted = fields.bounded("title", title, fields.MAX_NAME, empty=False).strip()
        document = at_rest(canonical({name: value for name, value in scope.items() if value}))
        with self.desk.work("maintenance.add") as work:
            key = work.next_id("maintenance_window")
            if change is not None:
                self._of_change(work, key, change, start, end)
            row = new_row(
                "maintenance_window", id=key, title=at_rest(wanted), start_at=start, end_at=end, change_number=change,
                author_id=self.desk.actor.id, document=document,
            )  # fmt: skip
            work.entity("maintenance.add", "maintenance_window", key, None, row)
            work.timers["maintenance_window", key] = {"end": end}
        return self._show(key)

    @verb("maintenance.list", Permission.EVENT_READ, reads=True)
    def list(self, state: str = "open", *, limit: int = 200) -> Objects:
        """Windows that are open or planned (`open`), or those `current`, `planned`, `past`, `all`; the latest first.

        `{"id", "name", "title", "state", "start_at", "end_at", "services", "cis", "sources", "labels", "change",
        "author", "held", "version"}`; `held` counts the alerts that fire and are held back by it.
        """
        wanted = fold(state)
        if wanted not in STATES:
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"),
                field="state",
                value=state,
                choices=", ".join(STATES),
            )
        rows = self.desk.store.query(_LIST, numbered(wanted, self.desk.now(), max(1, min(limit, 10_000))))
        held = dict(self.desk.store.query(_HELD)) if rows else {}
        return [self._shown(row, held) for row in rows]

    @verb("maintenance.end", Permission.ALERT_EDIT)
    def end(self, window: int) -> Object:
        """End a maintenance now, or call one off that has not begun; what still fires begins anew."""
        from helpdesk_tui.desk.alert_timers import release

        with self.desk.work("maintenance.end") as work:
            row = work.row("maintenance_window", window)
            if row is None:
                raise _unknown(window)
            if row["withdrawn_at"] is not None or row["end_at"] <= work.now:
                raise Conflict(N_("maintenance {window} is over already"), window=f"MW-{window}")
            begun = row["start_at"] < work.now
            after = {**row, "end_at": work.now} if begun else {**row, "withdrawn_at": work.now}
            work.entity("maintenance.end", "maintenance_window", window, row, after)
            work.timers["maintenance_window", window] = {}
            if row["change_number"] is not None:
                told = Reason("maintenance.ended", {"window": f"MW-{window}", "at": when(work.now)})
                work.record(Entry(work.verb, "ticket", row["change_number"], work.at, reasons=[told.data()]))
            release(work, f"MW-{window}")
        return self._show(window)

    # -- steps -------------------------------------------------------------------------------------------------

    def _of_change(self, work: Work, key: int, change: int, start: Instant, end: Instant) -> None:
        row = work.row("ticket", change)
        if row is None or row["deleted_at"] is not None:
            raise ticket_not_found(change)
        self.desk.require_on(Permission.ALERT_EDIT, row, work.verb)
        if row["kind"] != Kind.CHANGE.value:
            raise Invalid(N_("{ref} is no change"), ref=ref(row["kind"], change))
        told = Reason("maintenance.planned", {"window": f"MW-{key}", "start": when(start), "end": when(end)})
        work.record(Entry(work.verb, "ticket", change, work.at, reasons=[told.data()]))

    def _show(self, window: int) -> Object:
        rows = self.desk.store.query(_ONE, (window,))
        if not rows:
            raise _unknown(window)
        return self._shown(rows[0], dict(self.desk.store.query(_HELD)))

    def _shown(self, row: tuple[Any, ...], held: dict[str | None, int]) -> Object:
        key, title, start, end, change, author, withdrawn, document, version = row
        scope = json.loads(document)
        now = self.desk.now()
        past = withdrawn is not None or end <= now
        return {
            "id": key,
            "name": f"MW-{key}",
            "title": title,
            "state": "past" if past else "current" if start <= now else "planned",
            "start_at": when(start),
            "end_at": when(end),
            "services": scope.get("services", []),
            "cis": scope.get("cis", []),
            "sources": scope.get("sources", []),
            "labels": scope.get("labels", {}),
            "change": change if change is not None and self.desk.reading.knows(change) else None,
            "author": author,
            "held": held.get(f"MW-{key}", 0),
            "version": version,
        }


def _unknown(window: int) -> NotFound:
    return NotFound(
        N_("there is no maintenance {window}; `helpdesk maintenance list` shows what there is"), window=window
    )


def _globs(field: str, values: Texts | None) -> Texts:
    if values is not None and len(values) > _MOST:
        raise Invalid(N_("{field}: write a table of at most {most} entries"), field=field, most=_MOST)
    return [fields.bounded(field, value, fields.MAX_NAME, empty=False).strip() for value in values or ()]
