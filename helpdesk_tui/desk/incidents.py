"""`desk.incidents`: declare an incident, lead it, and what stands in its war room."""

from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import decisions, fields, incident_recovery, incident_show, paging, review_rows, status_page
from helpdesk_tui.desk import incident_rows as rows
from helpdesk_tui.desk.incident_drill import Drills
from helpdesk_tui.desk.incident_follow import Following
from helpdesk_tui.desk.incident_impact import Impact
from helpdesk_tui.desk.incident_recovery import Recovery
from helpdesk_tui.desk.incident_roles import Roles
from helpdesk_tui.desk.incident_room import Room
from helpdesk_tui.desk.incident_stamps import cadence, put_stamp
from helpdesk_tui.desk.incident_updates import Updates
from helpdesk_tui.desk.moves import given
from helpdesk_tui.desk.registry import verb
from helpdesk_tui.desk.shapes import Object, Objects
from helpdesk_tui.rules import incident_stamps as rules
from helpdesk_tui.store import journal
from helpdesk_tui.store.changes import Row, RowChange
from helpdesk_tui.vocabulary.channels import Channel
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, Usage
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.incidents import STAMP_LABELS, STAMPS
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.kinds import Kind, Phase
from helpdesk_tui.vocabulary.levels import Severity
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission
from helpdesk_tui.vocabulary.text import one_line

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Draft, Work

register(
    {
        "incident.declared": N_("declared an incident of {severity}"),
        "incident.severity": N_("severity {before} became {after}"),
    }
)
NEW: Severity = Severity.SEV2
"""The severity of what is declared with a title alone: who is unsure takes the graver one."""
_PAGED: Final = "SELECT min(started_at), min(acknowledged_at) FROM escalation WHERE number = ?"


def severity_of(text: str) -> Severity:
    """The severity of `SEV2`, `sev2` or `2`. Raises Invalid."""
    folded = text.strip().upper().removeprefix("SEV")
    if folded not in {str(int(one)) for one in Severity}:
        choices = ", ".join(one.name for one in Severity)
        raise Invalid(N_("{field}: {value} is not known; use {choices}"), field="severity", value=text, choices=choices)
    return Severity(int(folded))


class Incidents(Roles, Room, Updates, Recovery, Following, Drills, Impact):
    """Incidents and their war rooms."""

    # -- reading -----------------------------------------------------------------------------------------------

    @verb("incident.list", Permission.NOTE_READ, reads=True)
    def list(self, state: str = "open", *, severity: str | None = None, limit: int = 200) -> Objects:
        """Declared incidents that one may know of, the gravest and then the latest first; see `incident_show.listed`.

        `state` is `open`, `over` or `all`.
        """
        wanted = None if severity is None else int(severity_of(severity))
        return incident_show.listed(self.desk, state, wanted, limit)

    @verb("incident.show", Permission.NOTE_READ, reads=True)
    def show(self, number: int, *, limit: int = 200) -> Object:
        """A war room: the incident with its stamps and clocks, roles, tasks, updates, and the last `limit` lines of its
        timeline; see `incident_show.whole`."""
        return incident_show.whole(self.desk, number, limit)

    @verb("incident.page", Permission.INCIDENT_PUBLISH, reads=True)
    def page(self) -> Object:
        """The static status page: `{"incidents": n, "html": text, "markdown": text}`, of published texts alone."""
        return status_page.page(self.desk)

    # -- declaring ---------------------------------------------------------------------------------------------

    @verb("incident.declare", Permission.INCIDENT_DECLARE)
    def declare(
        self,
        title: str | None = None,
        *,
        number: int | None = None,
        alert: int | None = None,
        severity: str | None = None,
        impact_started: Instant | None = None,
        detected: Instant | None = None,
        nature: str = "real",
        service: str | None = None,
    ) -> Object:
        """Declare an incident: of a ticket, of an alert's ticket (opened where it has none), or with a title alone
        (`service`: what it is about).

        Without a severity the ticket's own one counts, else what its priority means; with a title alone SEV2. Whoever
        declares it leads it until somebody takes over. `nature`: `real`, `drill`, or `backfilled` for one that is
        written down afterwards. Raises Conflict for a ticket that was declared, is over, or is no incident.
        """
        if sum(each is not None for each in (title, number, alert)) != 1:
            raise Usage(N_("declare a ticket, an alert, or write a title: one of them"))
        if nature not in ("real", "drill", "backfilled"):
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"),
                field="nature", value=nature, choices="real, drill, backfilled",
            )  # fmt: skip
        wanted = None if severity is None else severity_of(severity)
        if service is not None and title is None:
            raise Usage(N_("a ticket has its service already; edit it there"))
        about = {} if service is None else {"service_id": self.desk.services.service(service).id}
        with self.desk.work("incident.declare") as work:
            seen: Instant | None = None
            if alert is not None:
                draft, seen = self._of_alert(work, alert)
            elif number is not None:
                draft = work.ticket(number, Permission.INCIDENT_DECLARE)
                seen = draft["created_at"]
            else:
                draft = self._opened(work, title or "", **about)
            if detected is None and seen is not None and seen >= (impact_started or seen):
                detected = seen
            self._declare(work, draft, wanted, nature, {"impact_started": impact_started, "detected": detected})
        return self.show(draft.number)

    def _opened(self, work: "Work", title: str, **columns: Any) -> "Draft":
        from helpdesk_tui.desk.ticket_opening import NewTicket, build

        self.desk.require(Permission.TICKET_CREATE, "incident.declare")
        words = fields.title(title)
        known = {"kind": Kind.INCIDENT.value, "requester_id": self.desk.actor.id, "severity": int(NEW), **columns}
        draft = build(work, NewTicket(title=words, columns=known))
        work.drafts[draft.number] = draft
        return draft

    def _of_alert(self, work: "Work", alert: int) -> "tuple[Draft, Instant | None]":
        row = work.row("alert", alert)
        if row is None:
            raise NotFound(N_("there is no alert {alert}; `helpdesk alert list` shows what there is"), alert=alert)
        if row["number"] is not None:
            return work.ticket(row["number"], Permission.INCIDENT_DECLARE), row["opened_at"]
        draft = self._opened(
            work, one_line(row["summary"] or row["key"], 300), service_id=row["service_id"], ci_id=row["ci_id"]
        )
        draft.set(channel=Channel.MONITORING.value)
        change = {"number": draft.number, "version": row["version"] + 1}
        draft.rows.append(RowChange("alert", (alert,), {c: row[c] for c in change}, change))
        return draft, row["opened_at"]

    def _declare(
        self,
        work: "Work",
        draft: "Draft",
        wanted: Severity | None,
        nature: str,
        known: dict[str, Instant | None],
        pace: int = 1,
    ) -> None:
        from helpdesk_tui.store.apply import new_row

        if draft["kind"] != Kind.INCIDENT:
            raise Conflict(N_("{ref} is no incident; change its kind first, or link it to one"), ref=draft.ref)
        if draft["phase"] >= Phase.RESOLVED and nature != "backfilled":
            raise Conflict(N_("{ref} is resolved or closed; reopen it first"), ref=draft.ref)
        if not draft.fresh and rows.incident(work, draft) is not None:
            raise Conflict(N_("{ref} was declared already"), ref=draft.ref)
        severity = wanted or (Severity(draft["severity"]) if draft["severity"] else self._meant(draft["priority"]))
        stamps: dict[str, Instant | None] = {"declared": work.now}
        if nature == "real" and not draft.fresh:
            # Whoever was paged for it before was alerted then: that is what an acknowledgement is measured from.
            paged, acked = work.rows(_PAGED, (draft.number,))[0]
            if paged is not None:
                stamps |= {"declared": min(paged, work.now), "acknowledged": acked}
        for name in ("detected", "impact_started"):
            at = known[name]
            if at is not None:
                self._must_fit(stamps, name, at, work.now)
                stamps[name] = at
        row = new_row(
            rows.INCIDENT, number=draft.number, nature=nature, severity=int(severity),
            **{f"{name}_at": at for name, at in stamps.items()},
        )  # fmt: skip
        kept: Row = {"pace": pace} if pace > 1 else {}
        if stamps["declared"] != work.now:
            # Nobody owed a word before it was declared.
            kept |= {"updated_at": work.now, "published_at": work.now, "cadence_from": work.now}
        row["document"] = journal.canonical(kept)
        row |= cadence(row, mitigated=False)
        draft.insert(rows.INCIDENT, (draft.number,), row)
        draft.set(severity=int(severity), major=bool(draft["major"] or severity <= Severity.SEV2))
        said = Reason("incident.declared", {"severity": severity.name})
        draft.because(said)
        decisions.prioritise(work, draft)
        for name in ("impact_started", "detected", "acknowledged"):
            if (at := stamps.get(name)) is not None:
                rows.say(work, draft, "stamp", Reason("incident.stamped", {"stamp": name, "at": iso(at)}), at=at)
        rows.say(work, draft, "stamp", said, author_id=self.desk.actor.id)
        me = self.desk.directory.person(self.desk.actor.id)
        if me is not None and me.agent:
            self._take_role(work, draft, "commander", self.desk.actor.id, declaring=True)
        if severity <= Severity.SEV2 and nature != "backfilled":
            # What is critical starts the emergency plan of its service by itself.
            incident_recovery.begin(work, draft, row, only_by_plan=True)
        if nature != "backfilled" and draft["phase"] < Phase.RESOLVED:
            # A drill pages, too; its messages reach nobody but in the console.
            paging.begin(work, draft, int(severity), cause="declared")

    def _meant(self, priority: int) -> Severity:
        """The gravest severity that means a priority by the policy; the least grave one where none does."""
        known = self.desk.policies.current().policy.severity
        return next((one for one in Severity if getattr(known, one.name.lower()) == priority), Severity.SEV5)

    # -- leading -----------------------------------------------------------------------------------------------

    @verb("incident.severity", Permission.INCIDENT_COMMAND)
    def severity(self, number: int, severity: str, *, reason: str | None = None) -> Object:
        """Change the severity: the priority, paging and the cadence of updates follow."""
        wanted = severity_of(severity)
        with self.desk.work("incident.severity") as work:
            draft = work.ticket(number, Permission.INCIDENT_COMMAND)
            row = rows.declared(work, draft)
            before = Severity(row["severity"])
            if before == wanted:
                raise Conflict(N_("{ref} is {severity} already"), ref=draft.ref, severity=wanted.name)
            row = rows.put(draft, rows.INCIDENT, row, {"severity": int(wanted)})
            row = rows.put(draft, rows.INCIDENT, row, cadence(row, mitigated=row["mitigated_at"] is not None))
            if draft["phase"] >= Phase.RESOLVED:
                review_rows.ended(work, draft, row, work.now, newly=False)
            draft.set(severity=int(wanted), major=bool(draft["major"] or wanted <= Severity.SEV2))
            said = Reason("incident.severity", {"before": before.name, "after": wanted.name})
            draft.because(said, *given(reason))
            decisions.prioritise(work, draft)
            rows.say(work, draft, "severity", said, author_id=self.desk.actor.id)
            if row["nature"] != "backfilled":
                paging.severity_changed(work, number, int(before), int(wanted))
        return self.show(number)

    @verb("incident.stamp", Permission.INCIDENT_COMMAND)
    def stamp(
        self, number: int, stamp: str, at: Instant | None = None, *, clear: bool = False, reason: str | None = None
    ) -> Object:
        """Set a stamp (now, where no instant is given), or take it away with `clear`; both are kept in the journal.

        Raises Invalid for one that would contradict another, or lie in the future.
        """
        name = stamp.strip().casefold().replace("-", "_").replace(" ", "_")
        if name not in STAMPS:
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"),
                field="stamp", value=stamp, choices=", ".join(STAMPS),
            )  # fmt: skip
        if clear and (at is not None or name == "declared"):
            raise Usage(N_("a declared incident keeps that stamp; give another instant, or clear another stamp"))
        with self.desk.work("incident.stamp") as work:
            draft = work.ticket(number, Permission.INCIDENT_COMMAND)
            row = rows.declared(work, draft)
            moment = None if clear else work.now if at is None else at
            if moment is not None:
                self._must_fit(rows.stamps_of(row), name, moment, work.now)
            draft.because(*given(reason))
            put_stamp(work, draft, row, name, moment)
        return self.show(number)

    @staticmethod
    def _must_fit(stamps: "Row | dict[str, Instant | None]", name: str, at: Instant, now: Instant) -> None:
        label = _(STAMP_LABELS[name])
        if at > now:
            raise Invalid(N_("{stamp}: {at} has not come yet"), stamp=label, at=iso(at))
        found = rules.clash(stamps, name, at)
        if found is None:
            return
        message = (
            N_("{stamp}: {at} lies before {other} ({known})")
            if found.late
            else N_("{stamp}: {at} lies after {other} ({known})")
        )
        known = stamps[found.other]
        assert known is not None
        raise Invalid(message, stamp=label, at=iso(at), other=_(STAMP_LABELS[found.other]), known=iso(known))
