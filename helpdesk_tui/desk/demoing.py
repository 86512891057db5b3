"""The demo desk: the generated company told to a fresh desk, with its history at the instants when it happened."""

import hashlib
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from helpdesk_tui.desk import decisions, first, mentions
from helpdesk_tui.desk.actor import OsUser, os_user
from helpdesk_tui.desk.demo.content_on_call import SCHEDULES
from helpdesk_tui.desk.demo.content_response import PLANS, RUNBOOKS
from helpdesk_tui.desk.demo.generator import generate
from helpdesk_tui.desk.demo.models import DEMO_ME, DemoDesk, DemoPerson, DemoStep, DemoTicket
from helpdesk_tui.desk.derive import columns as derive_columns
from helpdesk_tui.desk.desk import Desk, wall_clock
from helpdesk_tui.desk.garbage import no_cycles
from helpdesk_tui.desk.history import Life, Ways
from helpdesk_tui.desk.moves import given, hand_over, set_state
from helpdesk_tui.desk.on_call_clock import retime
from helpdesk_tui.desk.policybox import Governing
from helpdesk_tui.desk.work import SHIFT, Draft
from helpdesk_tui.rules import lifecycle
from helpdesk_tui.rules import priority as priorities
from helpdesk_tui.store.changes import ChangeSet, Entry, Row, RowChange, Subject
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.channels import CommentKind, LinkType, Origin
from helpdesk_tui.vocabulary.errors import Conflict
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind
from helpdesk_tui.vocabulary.levels import Level
from helpdesk_tui.vocabulary.reasons import Reason
from helpdesk_tui.vocabulary.records import Instant

DEMO_MARK: Final = "demo"
DAYS: Final = 90
_VERBS: Final = {"time": "ticket.log_time", "attach": "attachment.add"}
# Entries of one transaction: a ticket whose whole life lies in it is written once, as it stands at the end.
_CHUNK: Final = 25_000
_YEAR: Final = 366 * 86_400
_COPY_AGE: Final = 9 * 60
"""How old the last good copy of the payments is."""
# Steps that turn the clocks, and with them what a list shows; the last step of a ticket always counts.
_CLOCKED: Final = frozenset({"open", "resolve", "reopen", "cancel", "merge"})


def build_demo(
    path: Path, *, user: OsUser | None = None, now: Instant | None = None, seed: int = 7, tickets: int = 2_000
) -> dict[str, Any]:
    """Make a demo desk in an empty (or absent) desk file; what it holds, as figures.

    Raises Conflict for a desk that already holds anything beyond its first start.
    """
    present = wall_clock() if now is None else now
    beginning = present - (DAYS + 1) * 86_400
    moment = beginning
    with Desk.open(path, user=user or os_user(), clock=lambda: moment) as desk:
        if first.holds_work(desk.store):
            raise Conflict(N_("{path} already holds a desk; the demo wants a file of its own (--db PATH)"), path=path)
        with no_cycles():
            company = generate(seed, present, tickets, DAYS)
            _Telling(desk, company, present).tell()
        moment = present
        # The hand-offs of these weeks are over; the next ones are still to come.
        with desk.work("oncall.handoff") as work:
            retime(work, [key for (key,) in work.rows("SELECT id FROM on_call_schedule")], ())
        for service in PLANS:
            desk.plans.backup(service, present - _COPY_AGE, source="nightly copy, log shipping")
        with desk.store.write() as tx:
            tx.conn.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (DEMO_MARK, str(seed)))
    return {"tickets": len(company.tickets), "people": len(company.people), "seed": seed}


def is_demo(store: Store) -> bool:
    """Whether a desk wears the demo mark."""
    return store.meta(DEMO_MARK) is not None


class _Telling:
    """One telling of the company to one desk."""

    def __init__(self, desk: Desk, company: DemoDesk, now: Instant) -> None:
        self.desk = desk
        self.company = company
        self.now = now
        self.beginning = desk.now()
        self.me = desk.actor.id
        self.people: dict[str, int] = {}
        self.teams: dict[str, int] = {}
        self.services: dict[str, int] = {}
        self.organisations: dict[str, int] = {}
        self.cis: dict[str, int] = {}
        self.rows: dict[int, Row] = {}
        self.lives: dict[int, Life] = {}
        self.ids: dict[str, int] = {}
        self.agents: set[int] = set()
        self.checklists: dict[int, list[Row]] = {}
        self.watching: set[tuple[int, int]] = set()
        self.linked: set[tuple[int, str, int]] = set()
        self.blobs: dict[str, bytes] = {}
        self.governing: Governing = desk.policies.current()
        self.ways = Ways(self.governing.policy, self.agents.__contains__)

    def tell(self) -> None:
        """Everything: the company first, then what happened, in the order in which it happened."""
        self._company()
        self.desk.directory.forget()
        self.agents.update(i for (i,) in self.desk.store.query("SELECT id FROM person WHERE agent"))
        steps = [
            (step.at, ticket.number, place, ticket, step)
            for ticket in self.company.tickets
            for place, step in enumerate(ticket.steps)
        ]
        steps.sort(key=lambda s: s[:3])
        for start in range(0, len(steps), _CHUNK):
            timers: dict[Subject, dict[str, Instant]] = {}
            with self.desk.store.still():
                entries = [self._step(ticket, step, timers) for *_, ticket, step in steps[start : start + _CHUNK]]
            self._write(entries, timers)

    def _write(self, entries: list[Entry], timers: dict[Subject, dict[str, Instant]] | None = None) -> None:
        if entries:
            with self.desk.store.write() as tx:
                tx.conn.executemany("INSERT OR IGNORE INTO blob (sha256, data) VALUES (?, ?)", self.blobs.items())
                self.blobs.clear()
                tx.apply(ChangeSet(entries, self.now, timers or {}))

    def _next(self, table: str) -> int:
        if table not in self.ids:
            from helpdesk_tui.store.apply import next_id

            self.ids[table] = next_id(self.desk.store.reader(), table) - 1
        self.ids[table] += 1
        return self.ids[table]

    # -- the company -------------------------------------------------------------------------------------------

    def _add(self, entries: list[Entry], verb: str, table: str, row: Row, *more: RowChange) -> None:
        rows = [RowChange(table, (row["id"],), None, row), *more]
        entries.append(Entry(verb, table, row["id"], self.beginning, self.me, Origin.IMPORT, rows))

    def _company(self) -> None:
        from helpdesk_tui.store.apply import new_row

        company, entries = self.company, list[Entry]()
        for organisation in company.organisations:
            row = new_row("organisation", id=self._next("organisation"), **asdict(organisation))
            self.organisations[organisation.name] = row["id"]
            self._add(entries, "people.add_organisation", "organisation", row)
        for person in company.people:
            self._person(entries, person)
        self._teams_and_services(entries)
        for ci in company.cis:
            row = new_row(
                "configuration_item", id=self._next("configuration_item"), name=ci.name, ci_class=ci.ci_class,
                status=ci.status, service_id=self.services.get(ci.service), owner_id=self.people.get(ci.owner),
                attributes=json.dumps(dict(ci.attributes), ensure_ascii=False, sort_keys=True),
            )  # fmt: skip
            self.cis[ci.name] = row["id"]
            self._add(entries, "ci.add", "configuration_item", row)
        for relation in company.relations:
            key = (self.cis[relation.ci], relation.type, self.cis[relation.other])
            change = RowChange("ci_relation", key, None, dict(zip(("ci_id", "type", "other_id"), key, strict=True)))
            entries.append(
                Entry("ci.relate", "configuration_item", key[0], self.beginning, self.me, Origin.IMPORT, [change])
            )
        known = {code for (code,) in self.desk.store.query("SELECT code FROM saved_view")}
        for view in company.views:
            if view.code not in known:
                self._add(
                    entries,
                    "view.save",
                    "saved_view",
                    new_row("saved_view", id=self._next("saved_view"), **asdict(view)),
                )
        for template in company.templates:
            self._add(
                entries, "template.save", "template", new_row("template", id=self._next("template"), **asdict(template))
            )
        self._write(entries)
        self._holidays()
        self.desk.directory.forget()
        for code, text in SCHEDULES.items():
            self.desk.on_call.add(code, text)
        for service, text in PLANS.items():
            self.desk.plans.save(service, text)
        for code, text in RUNBOOKS.items():
            self.desk.runbooks.save(code, text)

    def _holidays(self) -> None:
        """The public holidays of the sites, as an administrator imports them: of the years told, and of the next."""
        years = sorted({datetime.fromtimestamp(at, UTC).year for at in (self.beginning, self.now, self.now + _YEAR)})
        for code, rules in self.governing.policy.calendars.items():
            if rules.holidays:
                self.desk.sla.import_holidays(code, None, years, recompute=False)
        self.governing = self.desk.policies.current()

    def _person(self, entries: list[Entry], person: DemoPerson) -> None:
        from helpdesk_tui.store.apply import fetch, new_row

        facts: Row = {
            "email": person.email,
            "phone": person.phone or None,
            "initials": person.initials,
            "title": person.title,
            "organisation_id": self.organisations.get(person.organisation),
            "language": person.language,
            "vip": person.vip,
            "capacity": person.capacity,
        }
        if person.key == DEMO_ME:
            # The person at the keyboard keeps their own name and login, and takes this one's place.
            self.people[person.key] = self.me
            old = fetch(self.desk.store.reader(), "person", (self.me,)) or {}
            changed = {c: v for c, v in facts.items() if old[c] != v} | {"version": old["version"] + 1}
            rows = [
                RowChange("person", (self.me,), {c: old[c] for c in changed}, changed),
                *self._skills(self.me, person),
            ]
            entries.append(Entry("people.edit", "person", self.me, self.beginning, self.me, Origin.IMPORT, rows))
            return
        number = self._next("person")
        self.people[person.key] = number
        row = new_row("person", id=number, name=person.name, login=person.login, agent=person.agent, **facts)
        roles = [RowChange("person_role", (number, r), None, {"person_id": number, "role": r}) for r in person.roles]
        self._add(entries, "people.add", "person", row, *roles, *self._skills(number, person))

    @staticmethod
    def _skills(number: int, person: DemoPerson) -> list[RowChange]:
        return [
            RowChange("person_skill", (number, skill), None, {"person_id": number, "skill": skill, "level": level})
            for skill, level in person.skills.items()
        ]

    def _teams_and_services(self, entries: list[Entry]) -> None:
        from helpdesk_tui.store.apply import new_row

        store = self.desk.store
        self.teams = {code: number for number, code in store.query("SELECT id, code FROM team")}
        self.services = {code: number for number, code in store.query("SELECT id, code FROM service")}
        members = set(store.query("SELECT team_id, person_id FROM team_member"))
        for team in self.company.teams:
            if team.code not in self.teams:
                self.teams[team.code] = self._next("team")
                row = new_row("team", id=self.teams[team.code], code=team.code, name=team.name, strategy=team.strategy)
                self._add(entries, "team.add", "team", row)
            for login in team.members:
                key = (self.teams[team.code], self.people[login])
                if key not in members:
                    change = RowChange(
                        "team_member", key, None, {"team_id": key[0], "person_id": key[1], "lead": login == team.lead}
                    )
                    entries.append(
                        Entry("team.add_member", "team", key[0], self.beginning, self.me, Origin.IMPORT, [change])
                    )
        for service in self.company.services:
            if service.code not in self.services:
                self.services[service.code] = self._next("service")
                row = new_row(
                    "service", id=self.services[service.code], code=service.code, name=service.name,
                    criticality=service.criticality, team_id=self.teams.get(service.team),
                )  # fmt: skip
                self._add(entries, "service.add", "service", row)

    # -- what happened -----------------------------------------------------------------------------------------

    def _step(self, ticket: DemoTicket, step: DemoStep, timers: dict[Subject, dict[str, Instant]]) -> Entry:
        if step.verb == "open":
            draft = self._open(ticket, step)
        else:
            draft = Draft(self.rows[ticket.number], at=step.at)
            getattr(self, f"_{step.verb}", self._fields)(draft, step)
        entry = self._entry(draft, step)
        life = self.lives.get(ticket.number)
        if life is None:
            life = self.lives[ticket.number] = Life(ticket.number, self.ways)
        life.read(entry)
        if self._turns_clocks(ticket, step, draft):
            self._derive(draft, entry, life)
        if "pending_until" in draft.new or draft.fresh:
            until = draft["pending_until"]
            timers["ticket", draft.number] = {"wake": until} if until else {}
        self.rows[ticket.number] = {**draft.row, **draft.new}
        return entry

    def _turns_clocks(self, ticket: DemoTicket, step: DemoStep, draft: Draft) -> bool:
        if step.verb == "close":
            return False
        if step is ticket.steps[-1] or "first_response_at" in draft.new:
            return True
        if step.verb == "state":
            pausing = lifecycle.pausing_states(self.governing.policy, Kind(draft["kind"]))
            return (draft.row["state"] in pausing) != (draft["state"] in pausing)
        return step.verb in _CLOCKED

    def _entry(self, draft: Draft, step: DemoStep) -> Entry:
        if draft.fresh:
            change = RowChange("ticket", (draft.number,), None, {**draft.row, **draft.new})
        else:
            draft.set(updated_at=step.at, version=draft.row["version"] + 1)
            change = RowChange("ticket", (draft.number,), {c: draft.row[c] for c in draft.new}, dict(draft.new))
        actor = self.people.get(step.actor)
        origin = (
            Origin.CLI if draft.fresh and draft["channel"] != "email" else Origin.MAIL if draft.fresh else Origin.TUI
        )
        verb = _VERBS.get(step.verb, f"ticket.{step.verb}")
        return Entry(verb, "ticket", draft.number, step.at, actor, origin, [change, *draft.rows], draft.reasons)

    def _derive(self, draft: Draft, entry: Entry, life: Life) -> None:
        """The clocks as they stand after this step, into the row and its entry alike."""
        row = {**draft.row, **draft.new}
        found = derive_columns(self.desk, row, life.events, self.now, self.governing)
        change = entry.rows[0]
        for column, value in found.items():
            if row[column] != value:
                draft.new[column] = value
                if change.before is not None:
                    change.before[column] = draft.row[column]
                if change.after is not None:
                    change.after[column] = value

    def _open(self, ticket: DemoTicket, step: DemoStep) -> Draft:
        from helpdesk_tui.store.apply import new_row

        fields = step.fields
        row = new_row(
            "ticket", number=ticket.number, kind=ticket.kind, state="new", title=ticket.title,
            description=ticket.description, channel=ticket.channel, created_at=step.at, updated_at=step.at,
            impact=ticket.impact, urgency=ticket.urgency, priority=ticket.priority, category=ticket.category,
            service_id=self.services.get(ticket.service), ci_id=self.cis.get(ticket.ci or ""),
            requester_id=self.people.get(ticket.requester), organisation_id=self.organisations.get(ticket.organisation),
            language=ticket.language, moscow=ticket.moscow, affected_users=ticket.affected_users,
            external_id=ticket.external_id, parent_number=ticket.parent, policy_version=self.governing.version,
        )  # fmt: skip
        self.rows[ticket.number] = row
        draft = Draft(row, at=step.at, fresh=True)
        draft.set(
            team_id=self.teams.get(fields.get("team") or ""), assignee_id=self.people.get(fields.get("assignee") or "")
        )
        if fields.get("state", "new") != "new":
            set_state(draft, fields["state"], step.at)
        self._decisions(draft)
        return draft

    def _decisions(self, draft: Draft) -> None:
        requester = self.desk.directory.person(draft["requester_id"])
        inputs = decisions.classification_inputs(
            draft, requester, {"kind": draft["kind"], "service": self.desk.directory.service_code(draft["service_id"])}
        )
        draft.because(decisions.judge(self.governing, draft["title"], draft["description"], inputs).reason)
        service = self.desk.directory.services().get(draft["service_id"])
        priority = priorities.prioritise(
            self.governing.policy, Level(draft["impact"]), Level(draft["urgency"]),
            service.criticality if service else None, bool(requester and requester.vip), draft["affected_users"], draft["severity"],
        )  # fmt: skip
        if int(priority.priority) == draft["priority"]:
            draft.because(decisions.kept(decisions.PRIORITY, self.governing.version, priority.data()))

    def _fields(self, draft: Draft, step: DemoStep) -> None:
        """Assign, take, state, resolve, close, reopen, cancel, edit: new values by their JSON names."""
        fields = dict(step.fields)
        if "team" in fields or "assignee" in fields:
            team = fields.pop("team", None)
            person = fields.pop("assignee", None)
            hand_over(
                draft,
                team_id=self.teams.get(team) if team else draft["team_id"],
                assignee_id=self.people.get(person)
                if person
                else (draft["assignee_id"] if step.verb != "assign" else None),
            )
        state = fields.pop("state", None)
        before = draft["state"]
        if state is not None and state != before:
            set_state(draft, state, step.at)
            draft.because(lifecycle.move_reason(before, state))
        draft.set(**fields)
        if step.verb != "open":
            draft.because(*given(step.text if step.text != fields.get("resolution") else None))

    def _comment(self, draft: Draft, step: DemoStep, kind: CommentKind) -> None:
        from helpdesk_tui.store.apply import new_row

        author = self.people.get(step.actor)
        n = draft["comment_seq"] + 1
        key = (draft.number << SHIFT) | n
        text = step.text.replace(f"@{DEMO_ME}", f"@{self.desk.actor.login or self.desk.actor.name}")
        draft.set(comment_seq=n)
        row = new_row(
            "comment", id=key, number=draft.number, kind=kind.value, author_id=author, created_at=step.at,
            channel="email" if kind is CommentKind.REPLY else "cli", body=text,
        )  # fmt: skip
        draft.insert("comment", (key,), row)
        for name in mentions.handles(step.text):
            person = self.people.get(name)
            if person is not None and person != author:
                self._follows(draft, person)
                draft.because(Reason("mention", {"who": person}))
        speaks_for_desk = author in self.agents and (author != draft["requester_id"] or author == draft["assignee_id"])
        if kind is CommentKind.REPLY and speaks_for_desk and draft["first_response_at"] is None:
            draft.set(first_response_at=step.at)

    def _reply(self, draft: Draft, step: DemoStep) -> None:
        self._comment(draft, step, CommentKind.REPLY)
        if step.fields:
            self._fields(draft, DemoStep(step.at, step.actor, step.verb, step.fields))

    def _note(self, draft: Draft, step: DemoStep) -> None:
        self._comment(draft, step, CommentKind.NOTE)

    def _tag(self, draft: Draft, step: DemoStep) -> None:
        for tag in step.fields["tags"]:
            draft.insert("ticket_tag", (draft.number, tag), {"number": draft.number, "tag": tag})
        draft.because(Reason("tags", {"added": list(step.fields["tags"]), "removed": "-"}))

    def _link(self, draft: Draft, step: DemoStep) -> None:
        kind, other = LinkType(step.fields["type"]).value, step.fields["other"]
        self._tie(draft, kind, other)
        draft.because(Reason("link", {"number": draft.number, "type": kind, "other": other}))

    def _tie(self, draft: Draft, kind: str, other: int) -> None:
        key = (draft.number, kind, other)
        if key not in self.linked:
            self.linked.add(key)
            draft.insert("link", key, dict(zip(("number", "type", "other"), key, strict=True)))

    def _merge(self, draft: Draft, step: DemoStep) -> None:
        into = step.fields["into"]
        set_state(draft, step.fields["state"], step.at)
        draft.set(merged_into=into)
        self._tie(draft, LinkType.DUPLICATES.value, into)
        draft.because(Reason("merged", {"number": into}), *given(step.text))

    def _time(self, draft: Draft, step: DemoStep) -> None:
        from helpdesk_tui.store.apply import new_row

        key = self._next("time_entry")
        row = new_row(
            "time_entry", id=key, number=draft.number, person_id=self.people[step.actor], at=step.at,
            seconds=step.fields["seconds"], note=step.text,
        )  # fmt: skip
        draft.insert("time_entry", (key,), row)

    def _watch(self, draft: Draft, step: DemoStep) -> None:
        person = self.people[step.fields["person"]]
        self._follows(draft, person)
        draft.because(Reason("watch", {"who": person}))

    def _follows(self, draft: Draft, person: int) -> None:
        if (draft.number, person) not in self.watching:
            self.watching.add((draft.number, person))
            draft.insert("watcher", (draft.number, person), {"number": draft.number, "person_id": person})

    def _attach(self, draft: Draft, step: DemoStep) -> None:
        from helpdesk_tui.store.apply import new_row

        raw = str(step.fields["data"]).encode("utf-8") + b"\n"
        key, digest = self._next("attachment"), hashlib.sha256(raw).hexdigest()
        self.blobs[digest] = raw
        row = new_row(
            "attachment", id=key, number=draft.number, name=step.fields["name"], media_type="text/plain", size=len(raw),
            sha256=digest, author_id=self.people.get(step.actor), created_at=step.at,
        )  # fmt: skip
        draft.insert("attachment", (key,), row)

    def _checklist(self, draft: Draft, step: DemoStep) -> None:
        from helpdesk_tui.store.apply import new_row

        items = self.checklists.setdefault(draft.number, [])
        for text in step.fields.get("items", ()):
            key = self._next("checklist_item")
            row = new_row("checklist_item", id=key, number=draft.number, position=len(items) + 1, text=text)
            items.append(row)
            draft.insert("checklist_item", (key,), row)
        if "done" in step.fields:
            row = items[step.fields["done"]]
            after = {"done_at": step.at, "done_by": self.people.get(step.actor)}
            draft.rows.append(RowChange("checklist_item", (row["id"],), {c: row[c] for c in after}, after))
            items[items.index(row)] = {**row, **after}
