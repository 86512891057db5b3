"""`desk.sla`: why a clock shows what it shows, what would be due, and the days on which nobody works."""

from typing import Any, Final

from helpdesk_tui.desk import calendar_days, computing, fields, sla_recompute, sla_status
from helpdesk_tui.desk.calendar_days import BY_HAND, HOLIDAY, WORKDAY
from helpdesk_tui.desk.derive import events_of, measure
from helpdesk_tui.desk.history import fold, standing
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Numbers, Object, Objects, Progress, reason, when
from helpdesk_tui.rules.ledger import ledger_of
from helpdesk_tui.rules.policy_sla import WEEKDAYS, CalendarRules
from helpdesk_tui.rules.sla import Clock, SlaResult
from helpdesk_tui.rules.sla_explain import explain
from helpdesk_tui.store.changes import Entry, Row, RowChange
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, ticket_not_found
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import NEVER, Instant
from helpdesk_tui.vocabulary.roles import Permission

register(
    {
        "sla.no_target": N_("no target of the policy fits this ticket, so no clock runs"),
        "sla.chosen": N_("target {target} of policy version {policy} applies"),
        "calendar.imported": N_("days of {region} for {years} from {source}"),
    }
)
_DAYS: Final = "SELECT day, kind, name, source FROM calendar_day WHERE calendar = ? ORDER BY day"


class ServiceLevels(Noun):
    """Service levels."""

    # -- explaining --------------------------------------------------------------------------------------------

    @verb("sla.explain", Permission.TICKET_READ, reads=True)
    def explain(self, number: int, at: Instant | None = None) -> Object:
        """The clocks of a ticket now, or as they stood at an earlier instant (or will stand if nothing happens).

        `{"number", "ref", "at", "policy", "target", "calendar", "run", "next_due", "next_warn", "clocks": {name: {…}},
        "ledger": [{"clock", "from", "to", "kind", "seconds"}], "reasons"}`. Seconds are open seconds of the calendar;
        the counted windows of a clock sum to its `figure`.
        """
        desk = self.desk
        entries = desk.tickets.entries(number)
        instant = desk.now() if at is None else at
        row: Row | None = desk.reading.facts(number)
        if at is not None:
            entries = [e for e in entries if e.at <= at]
            row = _as_of(fold(standing(entries)).get(("ticket", (number,))))
        if row is None:
            raise ticket_not_found(number)
        governing = desk.policies.current()
        found = measure(desk, governing, row, events_of(desk, number, entries), instant)
        head = {"number": number, "ref": ref(row["kind"], number), "at": when(instant), "policy": governing.version}
        if found is None:
            return {**head, "target": None, "calendar": None, "run": "none", "next_due": None, "next_warn": None,
                    "clocks": {}, "ledger": [], "reasons": [reason(Reason("sla.no_target"))]}  # fmt: skip
        plan, result = found
        target = next(t for t in governing.policy.sla.targets if t.id == plan)
        ledgers = [(clock, ledger_of(result, clock)) for clock in result.clocks if clock.target is not None]
        chosen = Reason("sla.chosen", {"target": plan, "policy": governing.version})
        return {
            **head,
            "target": plan,
            "calendar": {"code": target.calendar, "tz": result.calendar.tz},
            "run": result.run,
            "next_due": _instant(result.next_due),
            "next_warn": _instant(result.next_warn),
            "clocks": {clock.name: {**_clock(clock), "figure": ledger.figure} for clock, ledger in ledgers},
            "ledger": [window for _clock_, ledger in ledgers for window in ledger.data()],
            "reasons": [reason(r) for r in (chosen, *explain(result))],
        }

    def measured(self, number: int, at: Instant | None = None) -> SlaResult | None:
        """The clocks of a ticket as the rules give them (for screens that draw the ledger); None without a target."""
        desk = self.desk
        row = desk.reading.facts(number)
        history = events_of(desk, number, desk.tickets.entries(number))
        found = measure(desk, desk.policies.current(), row, history, desk.now() if at is None else at)
        return None if found is None else found[1]

    @verb("sla.status", Permission.NOTE_READ, reads=True)
    def status(self, team: str | None = None, *, limit: int = 3) -> Objects:
        """What breaches next, by team, of the open tickets that one may read (the 10,000 that are due first):
        `[{"team", "open", "breached", "due_1h", "due_4h", "due_24h", "resolved_per_day", "forecast", "clear_at", "next":
        [{"number", "ref", "title", "priority", "assignee", "due_at"}]}]`, the most pressing team first.

        `resolved_per_day` is the pace of the last 14 days; `forecast` counts tickets that are in time now and will not be
        when it is their turn at that pace; `clear_at` is when the last one would be done (null: never).
        """
        return sla_status.status(self.desk, team, limit)

    @verb("sla.simulate", Permission.POLICY_READ, reads=True)
    def simulate(self, cases: Objects) -> Objects:
        """Answer cases of the format of `sla simulate`: `[{"id", "result", "ledger"}]` in their order."""
        return computing.simulate(cases)

    @verb("sla.targets", Permission.POLICY_READ, reads=True)
    def targets(self) -> Objects:
        """The targets of the policy in force, in the order of decision.

        `{"id", "calendar", "when": {fact: [values]}, "response", "update", "resolution", "warn"}`; durations as the
        policy writes them (`4h`, `2wd`), an unset one is null.
        """
        sla = self.desk.policies.current().policy.sla
        out: Objects = []
        for target in sla.targets:
            data: dict[str, Any] = target.model_dump(mode="json", exclude_defaults=True)
            warn = [str(mark) for mark in (target.warn or sla.warn)]
            out.append(
                {
                    "id": target.id,
                    "calendar": target.calendar,
                    "when": data.get("when", {}),
                    **{name: data.get(name) for name in ("response", "update", "resolution")},
                    "warn": warn,
                }
            )
        return out

    # -- calendars ---------------------------------------------------------------------------------------------

    @verb("sla.calendars", Permission.POLICY_READ, reads=True)
    def calendars(self) -> Objects:
        """The calendars of the policy with the days kept in the desk.

        `{"code", "tz", "hours": {"mon": ["09:00-17:30"], …}, "regions", "open_now", "days": [{"day", "kind", "name",
        "source"}]}`; kind is `holiday` or `workday` (a make-up day).
        """
        governing = self.desk.policies.current()
        out: Objects = []
        for code, rules in governing.policy.calendars.items():
            data: dict[str, Any] = rules.model_dump(mode="json")
            rows = self.desk.store.query(_DAYS, (code,))
            out.append(
                {
                    "code": code,
                    "tz": rules.tz,
                    "hours": {name: data[name] for name in WEEKDAYS},
                    "regions": data["holidays"],
                    "open_now": governing.calendars[code].is_open(self.desk.now()),
                    "days": [dict(zip(("day", "kind", "name", "source"), r, strict=True)) for r in rows],
                }
            )
        return out

    def _calendar(self, code: str) -> CalendarRules:
        calendars = self.desk.policies.current().policy.calendars
        if code not in calendars:
            raise NotFound(N_("there is no calendar {code}; known are: {known}"), code=code, known=", ".join(calendars))
        return calendars[code]

    @verb("sla.import_holidays", Permission.POLICY_EDIT)
    def import_holidays(
        self, calendar: str, region: str | None = None, years: Numbers | None = None, *, recompute: bool = True
    ) -> Object:
        """Put the public holidays and make-up working days of a region into the desk's rows.

        Without a region those that the calendar names in the policy; without years this one and the next. Imported days
        of the same region and years are replaced; days set by hand stay. Open tickets' clocks are derived again.
        `{"calendar", "regions", "years", "holidays", "workdays", "added", "changed", "removed", "provisional",
        "recomputed"}`; `provisional` lists years whose make-up days are not announced yet: import them again.
        """
        rules = self._calendar(calendar)
        regions = [region] if region is not None else [*rules.holidays]
        if not regions:
            raise Invalid(N_("calendar {code} names no region in the policy; give one"), code=calendar)
        this = int((when(self.desk.now()) or "1970")[:4])
        wanted = sorted({*years}) if years else [this, this + 1]
        found = [calendar_days.from_library(r, wanted) for r in regions]
        changes: list[RowChange] = []
        with self.desk.work("sla.import_holidays") as work:
            for region_days in found:
                # A day that two regions share is kept once, under the first.
                mine = {c.key: c for c in calendar_days.replace(work, calendar, region_days, wanted)}
                changes += [c for key, c in mine.items() if all(key != other.key for other in changes)]
            if changes:
                params = {"region": regions, "years": wanted, "source": found[0].source.rpartition(" ")[0]}
                reasons = [Reason("calendar.imported", params).data()]
                work.record(Entry("sla.import_holidays", "calendar", 0, work.at, rows=changes, reasons=reasons))
        days = {d: kind for f in reversed(found) for d, (kind, _name) in f.days.items()}
        return {
            "calendar": calendar,
            "regions": [f.source.rpartition(" ")[2] for f in found],
            "years": wanted,
            "holidays": sum(kind == HOLIDAY for kind in days.values()),
            "workdays": sum(kind == WORKDAY for kind in days.values()),
            "added": sum(c.before is None for c in changes),
            "changed": sum(c.before is not None and c.after is not None for c in changes),
            "removed": sum(c.after is None for c in changes),
            "provisional": sorted({y for f in found for y in f.provisional}),
            "recomputed": self._again(bool(changes) and recompute),
        }

    def _again(self, wanted: bool) -> Object | None:
        return self.recompute() if wanted else None

    @verb("sla.add_day", Permission.POLICY_EDIT)
    def add_day(
        self, calendar: str, day: str, kind: str = HOLIDAY, name: str = "", *, recompute: bool = True
    ) -> Object:
        """Close a day (`holiday`) or open one (`workday`) by hand; it wins over imported days."""
        self._calendar(calendar)
        if kind not in (HOLIDAY, WORKDAY):
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"),
                field="kind", value=kind, choices=f"{HOLIDAY}, {WORKDAY}",
            )  # fmt: skip
        text = fields.bounded("name", name, fields.MAX_NAME)
        new = {"calendar": calendar, "day": calendar_days.day(day), "kind": kind, "name": text, "source": BY_HAND}
        key = (calendar, new["day"])
        with self.desk.work("sla.add_day") as work:
            old = work.row("calendar_day", *key)
            if old == new:
                raise Conflict(N_("{day} is already so"), day=new["day"])
            change = RowChange("calendar_day", key, None, new)
            if old is not None:
                different = [c for c in new if new[c] != old[c]]
                change = RowChange("calendar_day", key, {c: old[c] for c in different}, {c: new[c] for c in different})
            work.record(Entry("sla.add_day", "calendar", 0, work.at, rows=[change]))
        return {**new, "recomputed": self._again(recompute)}

    @verb("sla.remove_day", Permission.POLICY_EDIT)
    def remove_day(self, calendar: str, day: str, *, recompute: bool = True) -> Object:
        """Let a day follow the weekly hours again."""
        key = (calendar, calendar_days.day(day))
        with self.desk.work("sla.remove_day") as work:
            old = work.row("calendar_day", *key)
            if old is None:
                raise NotFound(N_("calendar {code} has no day {day} of its own"), code=calendar, day=key[1])
            work.record(
                Entry("sla.remove_day", "calendar", 0, work.at, rows=[RowChange("calendar_day", key, old, None)])
            )
        return {"calendar": calendar, "day": key[1], "removed": True, "recomputed": self._again(recompute)}

    # -- deriving again ----------------------------------------------------------------------------------------

    @verb("sla.recompute", Permission.POLICY_EDIT)
    def recompute(self, where: str = "", *, progress: Progress | None = None) -> Object:
        """Derive the clocks of open tickets again, after a change of policy or calendar.

        `{"batch", "matched", "changed"}`; only tickets whose instants differ get an entry, all of one batch.
        """
        from helpdesk_tui.desk import dynamic
        from helpdesk_tui.desk.work import new_batch

        numbers, batch = self.desk.reading.numbers(f"{where} is:open sort:number".strip()), new_batch()
        told = sla_recompute.recompute(self.desk, numbers, batch, progress)
        if told["changed"] and self.desk.policies.current().policy.dynamic.active:
            dynamic.look_again(self.desk, batch, numbers)
        return told


def _as_of(row: Row | None) -> Row | None:
    """A row folded from the journal, which leaves out what is null, as a whole row."""
    from helpdesk_tui.store.apply import columns

    return None if row is None else {**dict.fromkeys(columns("ticket")), **row}


def _instant(value: Instant | None) -> str | None:
    return None if value is None or value >= NEVER else when(value)


def _clock(clock: Clock) -> Object:
    target = clock.target
    return {
        "run": clock.run,
        "target_seconds": None if target is None else target.seconds,
        "target_days": None if target is None else target.days,
        "basis": clock.basis,
        "started": _instant(clock.started),
        "due": _instant(clock.due),
        "promised": _instant(clock.promised),
        "warn": _instant(clock.warn),
        "warn2": _instant(clock.warn2),
        "ended": _instant(clock.ended_at),
        "elapsed": clock.elapsed,
        "left": clock.left,
        "late": clock.late,
        "paused": clock.paused,
        "missed": clock.missed,
    }
