"""A desk with one person of every role and tickets in every relation to them, and a call of every verb upon it.

A case is one call: a verb with arguments that are right, so that nothing but a missing right can refuse it. Cases about
a ticket are tried on one's own, one's team's and somebody else's.
"""

import contextlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpdesk_tui.desk import incident_rows as rows
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.first import default_policy_text
from helpdesk_tui.vocabulary.errors import NotPermitted
from helpdesk_tui.vocabulary.roles import Permission, Role
from tests.desk_fixtures import FixedClock

ROLES = tuple(role.value for role in (
    Role.SMO, Role.SERVICE_DESK, Role.TECHNICAL_SUPPORT, Role.CUSTOMER_SERVICE, Role.QUALITY,
    Role.REQUESTER, Role.AUDITOR, Role.ADMINISTRATOR, Role.SERVICE_ACCOUNT,
))  # fmt: skip
WHO = (*ROLES, "nobody")
# Two roles of which each reaches where the other does not: what one may read the other may not do there.
PAIRS = ("technical_support+quality", "requester+auditor")
EVERYBODY = (*WHO, *PAIRS)
RELATIONS = ("own", "team", "other")
TEAM, ELSEWHERE = "network", "applications"
POLICY = default_policy_text() + "\n# a line more\n"
SOON = 1_900_000_000
PLAN = 'rto = "1h"\n'
BOOK = 'name = "x"\nservices = ["{}"]\n[[steps]]\ntext = "x"\n'
REVIEW = "## Summary\nx\n## Impact\nx\n## Contributing factors\n- [process] x\n## Five whys\n1. x => x\n"
SHARED = ("mine", "team", "unassigned", "breached", "open", "all", "shared")


@dataclass(frozen=True, slots=True)
class Tickets:
    """The tickets of one relation to one person."""

    open: int
    resolved: int
    merged: int
    survivor: int
    fresh: int
    waiting: int
    item: int
    note: int
    attachment: int
    secret: int
    edited: int
    batch: str
    incident: int
    line: int
    task: int
    step: int
    reviewed: int
    asked: int
    drill: int


@dataclass(slots=True)
class Stage:
    """The file, and what lies in it by person and relation."""

    path: Path
    clock: FixedClock
    tickets: dict[tuple[str, str], Tickets] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    swaps: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    spare: int = 0

    def entry_of(self, who: str) -> int:
        """The journal entry of something that this person did (of the first user, for those who may do nothing)."""
        return self.kept.get(who, 1)

    def reset(self, to: Path) -> None:
        """A copy to play on."""
        shutil.copyfile(self.path, to)

    def enter(self, path: Path, who: str) -> Desk:
        return Desk.open(path, user=OsUser(2000, login(who)), clock=self.clock)


def login(who: str) -> str:
    return f"r-{who.replace('+', '-')}"


def view(who: str) -> str:
    return f"v-{who}".replace("_", "-").replace("+", "-")


def _some_tickets(desk: Desk, requester: str, team: str) -> Tickets:
    def made(title: str) -> int:
        number: int = desk.tickets.open(title, description="pw", requester=requester, set={"kind": "incident"})[
            "number"
        ]
        desk.tickets.assign(number, team=team, assignee="none")
        return number

    one, resolved, merged, survivor, fresh, waiting, incident, reviewed, asked = (
        made(f"{requester} {n}") for n in range(9)
    )
    for number in (one, resolved, merged, survivor):
        desk.tickets.assign(number, assignee="ana")
        desk.tickets.edit(number, set={"category": "network"})
    desk.tickets.assign(one, assignee="none")
    desk.tickets.pend(waiting, until=SOON, reason="x")
    desk.tickets.resolve(resolved, resolution="done", cause="x", code="fixed")
    desk.tickets.merge(merged, survivor)
    item = desk.tickets.checklist_add(one, ["look"])[0]["item"]
    note = desk.tickets.note(one, "for agents")["comment"]
    attachment = desk.attachments.add(one, "a.txt", b"a", "text/plain")["id"]
    secret = desk.attachments.add(one, "b.txt", b"b", "text/plain", comment=note)["id"]
    for paged in (one, fresh, waiting):
        desk.paging.page(paged, reason="x", people=["ana"])
    desk.paging.ack(fresh)
    desk.paging.hold(waiting, desk.now() + 86_400, reason="x")
    batch = desk.bulk.edit(numbers=[one], add_tags=["many"])["batch"]
    desk.tickets.edit(one, set={"title": "changed"})
    edited = desk.store.head()
    desk.incidents.declare(number=incident, severity="SEV4")
    line, task = desk.incidents.note(incident, "x")["id"], desk.incidents.task(incident, "x")["id"]
    desk.incidents.declare(number=asked, severity="SEV4")
    _ask_all(desk, asked)
    step = desk.incidents.recover(incident)["steps"][0]["id"]
    desk.incidents.declare(number=reviewed, severity="SEV4")
    for number in (incident, reviewed):
        desk.reviews.draft(number)
        desk.reviews.edit(number, REVIEW)
    desk.reviews.approve(reviewed)
    drill = desk.incidents.drill('title = "x"')["number"]
    desk.tickets.edit(drill, set={"requester": requester, "description": "pw"})
    desk.tickets.assign(drill, team=team, assignee="none")
    return Tickets(
        one, resolved, merged, survivor, fresh, waiting, item, note, attachment, secret, edited, batch, incident, line,
        task, step, reviewed, asked, drill,
    )  # fmt: skip


def _ask_all(desk: Desk, number: int) -> None:
    """Ask everybody who works here to be deputy, all at once."""
    with desk.work("incident.offer") as work:
        draft = work.ticket(number, Permission.INCIDENT_RESPOND)
        for (person,) in work.rows("SELECT id FROM person"):
            rows.add(work, draft, rows.ROLE, role="deputy", person_id=person, offered_at=work.now, offered_by=1)


def _turns(desk: Desk, stage: Stage) -> None:
    """Two schedules on which all agents are on: `duty` of the team, `away` of another; a swap of everybody's own."""
    agents = [login(who) for who in EVERYBODY if not who.startswith(("requester", "nobody"))]
    for code, team in (("duty", TEAM), ("away", ELSEWHERE)):
        text = json.dumps({"team": team, "layers": [{"users": [*agents, "spare", "ana"], "always": True}]})
        desk.on_call.add(code, text)
        desk.on_call.swap(code, start=SOON, end=SOON + 60, requester="spare")
    for who in EVERYBODY:
        requester = login(who) if login(who) in agents else "ana"
        stage.swaps[who] = desk.on_call.swap("away", start=SOON, end=SOON + 60, requester=requester)["id"]


def build(folder: Path) -> Stage:
    """Make the stage once."""
    stage = Stage(folder / "stage.db", FixedClock())
    with Desk.open(stage.path, user=OsUser(1, "ana", "Ana"), clock=stage.clock) as desk:
        desk.people.add("Other Requester", email="other@example.org")
        stage.spare = desk.people.add("Spare", login="spare", agent=True, email="spare@example.org")["id"]
        desk.people.add("Rolled", login="rolled", agent=True, roles=["customer_service"])
        desk.people.add("Gone", email="gone@example.org")
        desk.people.deactivate("gone@example.org")
        desk.people.add_organisation("Acme")
        for who in EVERYBODY:
            roles = [] if who == "nobody" else who.split("+")
            agent = not who.startswith(("requester", "nobody"))
            desk.people.add(f"The {who}", login=login(who), agent=agent, roles=roles, teams=[TEAM] if agent else None)
        desk.services.add("net", "Net", team=TEAM)
        desk.services.add("apps", "Apps", team=ELSEWHERE)
        for name, service in (("ci-team", "net"), ("ci-other", "apps")):
            desk.cis.add(name, service=service)
        desk.cis.relate("ci-other", "runs_on", "ci-team")
        desk.cis.relate("ci-team", "runs_on", "ci-other")
        desk.sla.add_day("office", "2031-01-01", name="a day off")
        desk.templates.save("hello", "Hello {{requester.name}}")
        desk.views.save("shared", "Shared", "is:open", shared=True)
        team, other = (_some_tickets(desk, "other@example.org", where) for where in (TEAM, ELSEWHERE))
        for who in EVERYBODY:
            desk.cis.add(f"ci-{login(who)}", service="apps", owner=login(who))
            own = _some_tickets(desk, login(who), ELSEWHERE)
            stage.tickets |= {(who, "own"): own, (who, "team"): team, (who, "other"): other}
        desk.people.edit("spare", {"title": "Dr"})
        desk.events.ingest([{"source": "generic", "status": "firing", "severity": "info", "key": k} for k in "abc"])
        desk.alerts.ack(2)
        desk.alerts.link(3, team.open)
        desk.maintenance.add("m", start=SOON, end=SOON + 60, cis=["m"])
        for service in ("net", "apps"):
            desk.plans.save(service, PLAN)
            desk.runbooks.save(f"rb-{service}", BOOK.format(service))
        _turns(desk, stage)
        for who in ("spare", *EVERYBODY):
            person = who if who == "spare" else login(who)
            stage.rules[who] = desk.notifying.add("webhook", "https://example.org/", person=person)["id"]
        desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    for who in EVERYBODY:
        with stage.enter(stage.path, who) as desk:
            with contextlib.suppress(NotPermitted):
                for code in (view(who), f"{view(who)}-2", f"{view(who)}-3"):
                    desk.views.save(code, "Mine", "is:open")
                stage.kept[who] = desk.store.head() - 1
                desk.undoing.last()
            desk.store.reader().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return stage


Arguments = Callable[[Stage, str, Tickets], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Case:
    """A call: the verb, a variant of it where one verb asks for several rights, and its arguments by person and tickets."""

    name: str
    arguments: Arguments
    on_ticket: bool = False

    @property
    def verb(self) -> str:
        return self.name.partition("#")[0]


def _plain(name: str, /, **arguments: Any) -> Case:
    return Case(name, lambda s, who, t: dict(arguments))


def _ticket(name: str, which: str = "open", /, **arguments: Any) -> Case:
    return Case(name, lambda s, who, t: {"number": getattr(t, which), **arguments}, on_ticket=True)


def _many(name: str, which: str = "open", /, **arguments: Any) -> Case:
    return Case(name, lambda s, who, t: {"numbers": [getattr(t, which)], **arguments}, on_ticket=True)


def _of(name: str, make: Callable[[Tickets], dict[str, Any]]) -> Case:
    return Case(name, lambda s, who, t: make(t), on_ticket=True)


SCORES = {"business_impact": 3, "likelihood": 2, "benefit": 4, "reach": 3, "effort": 2}
TURNS = json.dumps({"layers": [{"users": ["spare"], "always": True}]})
EVENT = {"source": "generic", "status": "firing", "severity": "warning", "key": "new"}
CASES: tuple[Case, ...] = (
    _plain("alert.ack", alert=1),
    _of("alert.link", lambda t: {"alert": 1, "number": t.open}),
    _plain("alert.list"),
    _plain("alert.resolve", alert=1),
    _plain("alert.show", alert=1),
    _plain("alert.unack", alert=2),
    _plain("alert.unlink", alert=3),
    _ticket("escalation.ack"),
    _ticket("escalation.hold", until=1_772_500_000, reason="x"),
    _plain("escalation.list"),
    _ticket("escalation.page", reason="x"),
    _ticket("escalation.release", "waiting"),
    _ticket("escalation.show"),
    _ticket("escalation.unack", "fresh"),
    _plain("event.explain", events=[EVENT]),
    _plain("event.ingest", events=[EVENT]),
    _plain("event.list"),
    _plain("event.show", event=1),
    _plain("maintenance.add", title="x", start=SOON, end=SOON + 60, cis=["x"]),
    _plain("maintenance.end", window=1),
    _plain("maintenance.list"),
    _ticket("incident.accept", "asked"),
    _ticket("incident.backfill", "incident", text="2026-01-01 10:00 x"),
    _of("incident.declare", lambda t: {"number": t.open}),
    _of("incident.done", lambda t: {"number": t.incident, "task": t.task}),
    _plain("incident.drill", text='title = "x"'),
    _ticket("incident.export", "incident"),
    _of("incident.score", lambda t: {"number": t.drill}),
    _plain("incident.list"),
    _plain("incident.page"),
    _ticket("incident.impact", "incident", percent=30),
    _ticket("incident.merge", "incident", document={"format": "helpdesk-room", "entries": []}),
    _ticket("incident.note", "incident", text="x"),
    _ticket("incident.offer", "incident", role="scribe", person="spare"),
    _ticket("incident.offer#held", "incident", role="commander", person="spare"),
    _of("incident.pin", lambda t: {"number": t.incident, "entry": t.line}),
    _ticket("incident.release", "incident", role="commander"),
    _ticket("incident.severity", "incident", severity="SEV1"),
    _ticket("incident.show", "incident"),
    _ticket("incident.stamp", "incident", stamp="mitigated"),
    _of("incident.strike", lambda t: {"number": t.incident, "entry": t.line}),
    _ticket("incident.task", "incident", text="x"),
    _ticket("incident.update", "incident", internal="x"),
    _of("incident.follow", lambda t: {"number": t.incident, "task": t.task}),
    _ticket("incident.last_good", "incident", at=1_700_000_000),
    _ticket("incident.recover", "incident"),
    _ticket("incident.runbook", "incident", runbook="rb-net"),
    _ticket("incident.templates", "incident"),
    _of("incident.step", lambda t: {"number": t.incident, "step": t.step}),
    _plain("plan.backup", service="apps"),
    _plain("plan.list"),
    _plain("plan.remove", service="apps"),
    _plain("plan.remove#team", service="net"),
    _plain("plan.save", service="apps", text='rto = "2h"'),
    _plain("plan.save#team", service="net", text='rto = "2h"'),
    _plain("plan.show", service="apps"),
    _plain("review.actions"),
    _ticket("review.approve", "incident"),
    _ticket("review.draft", "incident", again=True),
    _ticket("review.edit", "incident", text="## Summary\ny\n"),
    _plain("review.list"),
    _ticket("review.publish", "reviewed"),
    _ticket("review.show", "incident"),
    _ticket("review.waive", "incident", reason="x"),
    _plain("runbook.list"),
    _plain("runbook.remove", code="rb-apps"),
    _plain("runbook.remove#team", code="rb-net"),
    _plain("runbook.save", code="rb-apps", text='notes = "y"\n' + BOOK.format("apps")),
    _plain("runbook.save#team", code="rb-net", text='notes = "y"\n' + BOOK.format("net")),
    _plain("runbook.show", code="rb-apps"),
    _plain("notify.rules"),
    _plain("notify.rules#other", person="spare"),
    _plain("notify.add", channel="webhook", address="https://example.org/"),
    _plain("notify.add#other", channel="webhook", address="https://example.org/", person="spare"),
    Case("notify.remove", lambda s, who, t: {"rule": s.rules[who]}),
    Case("notify.remove#other", lambda s, who, t: {"rule": s.rules["spare"]}),
    _plain("notify.test"),
    _plain("notify.test#other", person="spare"),
    _plain("notify.outbox"),
    _plain("notify.outbox#other", person="spare"),
    _plain("notify.retry"),
    _plain("kpi.show"),
    _plain("sla.status"),
    _plain("timer.state"),
    _plain("oncall.now"),
    _plain("oncall.show", schedule="away"),
    _plain("oncall.schedules"),
    _plain("oncall.document", schedule="away"),
    _plain("oncall.changes"),
    _plain("oncall.history", schedule="away", at=SOON),
    _plain("oncall.preview", text=TURNS, schedule="away"),
    _plain("oncall.brief", schedule="away"),
    _plain("oncall.export", schedule="away"),
    _plain("oncall.add", schedule="new", text=TURNS, team=ELSEWHERE),
    _plain("oncall.add#team", schedule="new", text=TURNS, team=TEAM),
    _plain("oncall.edit", schedule="away", name="X"),
    _plain("oncall.edit#away", schedule="duty", team=ELSEWHERE),
    _plain("oncall.edit#team", schedule="duty", name="X"),
    _plain("oncall.override", schedule="away", start=SOON, end=SOON + 60, people=["spare"]),
    _plain("oncall.override#team", schedule="duty", start=SOON, end=SOON + 60, people=["spare"]),
    _plain("oncall.temporary", schedule="away", start=SOON, end=SOON + 60),
    _plain("oncall.temporary#team", schedule="duty", start=SOON, end=SOON + 60),
    _plain("oncall.swap", schedule="away", start=SOON, end=SOON + 60, requester="spare"),
    _plain("oncall.swap#team", schedule="duty", start=SOON, end=SOON + 60, requester="spare"),
    _plain("oncall.swap#own", schedule="away", start=SOON, end=SOON + 60),
    _plain("oncall.take", change=2),
    _plain("oncall.take#other", change=2, taker="ana"),
    _plain("oncall.take#team", change=1, taker="ana"),
    _plain("oncall.withdraw", change=2),
    _plain("oncall.withdraw#team", change=1),
    Case("oncall.withdraw#own", lambda s, who, t: {"change": s.swaps[who]}),
    _ticket("attachment.add", name="c.txt", data="aGk=", encoding="base64"),
    _of(
        "attachment.add#note",
        lambda t: {"number": t.open, "name": "c.txt", "data": "aGk=", "encoding": "base64", "comment": t.note},
    ),
    _of("attachment.get", lambda t: {"attachment": t.attachment}),
    _of("attachment.get#note", lambda t: {"attachment": t.secret}),
    _ticket("attachment.list"),
    _of("attachment.remove", lambda t: {"attachment": t.attachment}),
    _of("attachment.remove#note", lambda t: {"attachment": t.secret}),
    _plain("audit.anchor", path="/dev/null"),
    _plain("audit.log"),
    _plain("audit.verify"),
    _many("bulk.assign", assignee="spare"),
    _many("bulk.cancel", "fresh", reason="x"),
    _many("bulk.close", "resolved", reason="x"),
    _many("bulk.delete"),
    _many("bulk.edit", set={"title": "x"}),
    _many("bulk.edit#assign", set={"assignee": "spare"}),
    _many("bulk.edit#priority", set={"priority": "critical"}, reason="x"),
    _many("bulk.note", text="x"),
    _many("bulk.reopen", "resolved", reason="x"),
    _many("bulk.reply", text="x"),
    _many("bulk.resolve", resolution="x", cause="x", code="fixed", reason="x"),
    _many("bulk.state", to="awaiting_user", reason="x"),
    _many("bulk.take"),
    _plain("ci.add", name="ci-new", service="apps"),
    _plain("ci.add#team", name="ci-new", service="net"),
    Case("ci.add#own", lambda s, who, t: {"name": "ci-new", "owner": login(who)}),
    _plain("ci.edit", name="ci-other", set={"status": "retired"}),
    _plain("ci.edit#team", name="ci-team", set={"status": "retired"}),
    Case("ci.edit#own", lambda s, who, t: {"name": f"ci-{login(who)}", "set": {"status": "retired"}}),
    _plain("ci.edit#away", name="ci-team", set={"service": "apps"}),
    _plain("ci.edit#fetch", name="ci-other", set={"service": "net"}),
    _plain("ci.list"),
    _plain("ci.relate", name="ci-other", type="uses", other="ci-team"),
    _plain("ci.relate#team", name="ci-team", type="uses", other="ci-other"),
    _plain("ci.show", name="ci-team"),
    Case("ci.show#own", lambda s, who, t: {"name": f"ci-{login(who)}"}),
    _plain("ci.unrelate", name="ci-other", type="runs_on", other="ci-team"),
    _plain("ci.unrelate#team", name="ci-team", type="runs_on", other="ci-other"),
    _plain("db.archive", older_than="5y", dry_run=True),
    _plain("db.backup", path="backup"),
    _plain("db.check"),
    _plain("db.reindex"),
    _plain("db.stats"),
    _plain("db.unarchive", numbers=[1], dry_run=True),
    *(_plain(f"export.{what}") for what in ("cis", "people", "services", "teams", "tickets")),
    _plain("import.log", cases=[]),
    _plain("import.tickets", rows=[{"title": "brought in"}]),
    _plain("people.activate", person="gone@example.org"),
    _plain("people.add", name="New"),
    _plain("people.add#roles", name="New", roles=["requester"]),
    _plain("people.add#teams", name="New", agent=True, teams=[TEAM]),
    _plain("people.add#skills", name="New", agent=True, skills={"vpn": 1}),
    _plain("people.add_organisation", name="New"),
    _plain("people.deactivate", person="spare"),
    _plain("people.deactivate#roles", person="rolled"),
    _plain("people.edit", person="spare", set={"title": "Prof"}),
    _plain("people.edit#login", person="rolled", set={"login": "mallory"}),
    Case("people.edit#own", lambda s, who, t: {"person": login(who), "set": {"title": "Prof"}}),
    _plain("people.erase", person="spare"),
    _plain("people.erase#roles", person="rolled"),
    _plain("people.grant", person="spare", roles=["requester"]),
    Case(
        "people.grant#own",
        lambda s, who, t: {"person": login(who), "roles": ["smo" if who == "auditor" else "auditor"]},
    ),
    _plain("people.list"),
    _plain("people.organisations"),
    _plain("people.revoke", person="rolled", roles=["customer_service"]),
    Case(
        "people.revoke#own", lambda s, who, t: {"person": login(who), "roles": who.replace("nobody", "smo").split("+")}
    ),
    _plain("people.search", text="spare"),
    Case("people.show", lambda s, who, t: {"person": f"#{s.spare}"}),
    _plain("people.show#name", person="spare"),
    Case("people.show#own", lambda s, who, t: {"person": login(who)}),
    Case("people.unmask", lambda s, who, t: {"person": f"#{s.spare}", "reason": "complaint 7"}),
    _plain("policy.apply", text=POLICY),
    _plain("policy.backtest", text=POLICY),
    _plain("policy.check", text=POLICY),
    _plain("policy.diff", text=POLICY),
    _plain("policy.list"),
    _plain("policy.show"),
    _plain("presence.away"),
    _ticket("presence.enter", session="s"),
    _plain("presence.leave", session="s"),
    _ticket("presence.who"),
    _plain("notice.list"),
    _plain("redo.last"),
    _plain("search.tickets", text="changed"),
    _plain("service.add", code="new", name="New"),
    _plain("service.edit", service="net", set={"name": "X"}),
    _plain("service.list"),
    _plain("service.show", service="net"),
    _plain("sla.add_day", calendar="office", day="2031-02-01"),
    _plain("sla.calendars"),
    _ticket("sla.explain"),
    _plain("sla.import_holidays", calendar="office", region="CN", years=[2027]),
    _plain("sla.recompute"),
    _plain("sla.remove_day", calendar="office", day="2031-01-01"),
    _plain("sla.simulate", cases=[]),
    _plain("sla.targets"),
    _plain("team.add", code="new", name="New"),
    _plain("team.add_member", team=ELSEWHERE, person="spare"),
    _plain("team.edit", team=TEAM, set={"name": "X"}),
    _plain("team.list"),
    Case("team.remove_member", lambda s, who, t: {"team": TEAM, "person": login("smo")}),
    _plain("team.set_skill", person="spare", skill="vpn"),
    _plain("team.show", team=TEAM),
    _plain("template.delete", code="hello"),
    _plain("template.list"),
    _ticket("template.render", code="hello"),
    _plain("template.save", code="new", body="x"),
    _plain("template.show", code="hello"),
    _ticket("ticket.assign", assignee="spare"),
    _ticket("ticket.cancel", "fresh", reason="x"),
    _ticket("ticket.checklist.add", items=["x"]),
    _of("ticket.checklist.remove", lambda t: {"number": t.open, "item": t.item}),
    _of("ticket.checklist.tick", lambda t: {"number": t.open, "item": t.item}),
    _ticket("ticket.classify"),
    _ticket("ticket.close", "resolved", reason="x"),
    _ticket("ticket.comments"),
    _ticket("ticket.delete"),
    _ticket("ticket.demand", **SCORES),
    _ticket("ticket.edit", set={"title": "x"}),
    _ticket("ticket.edit#assign", set={"assignee": "spare"}),
    _ticket("ticket.edit#priority", set={"priority": "critical"}, reason="x"),
    _of("ticket.edit#parent", lambda t: {"number": t.open, "set": {"parent": str(t.fresh)}}),
    _of("ticket.link", lambda t: {"number": t.open, "other": t.fresh}),
    _plain("ticket.list"),
    _ticket("ticket.log"),
    _ticket("ticket.log_time", seconds=60),
    _of("ticket.merge", lambda t: {"number": t.fresh, "into": t.open}),
    _plain("ticket.next"),
    _ticket("ticket.note", text="x"),
    Case("ticket.open", lambda s, who, t: {"title": "x", "requester": login(who)}),
    _plain("ticket.open#other", title="x", requester="other@example.org"),
    _plain("ticket.open#plain", title="x"),
    Case("ticket.open#assign", lambda s, who, t: {"title": "x", "requester": login(who), "set": {"team": TEAM}}),
    Case("ticket.open#priority", lambda s, who, t: {"title": "x", "requester": login(who), "set": {"priority": "low"}}),
    _ticket("ticket.pend", until=SOON, reason="x"),
    _ticket("ticket.pend#later", "waiting", until=SOON + 60, to="on_hold"),
    _ticket("ticket.pin", priority="low", reason="x"),
    _ticket("ticket.prioritise", impact="low"),
    _ticket("ticket.redact", text="changed"),
    _ticket("ticket.reopen", "resolved", reason="x"),
    _ticket("ticket.reply", text="x"),
    _ticket("ticket.resolve", resolution="x", cause="x", code="fixed"),
    _ticket("ticket.show"),
    _ticket("ticket.split", title="x"),
    _of("ticket.split#note", lambda t: {"number": t.open, "title": "x", "comment": t.note}),
    _ticket("ticket.state", to="awaiting_user", reason="x"),
    _ticket("ticket.take"),
    _ticket("ticket.timeline"),
    _ticket("ticket.unmerge", "merged"),
    _ticket("ticket.sensitive", reason="x"),
    _ticket("ticket.watch"),
    _ticket("ticket.watch#another", person="spare"),
    _ticket("ticket.similar"),
    _ticket("ticket.why"),
    _plain("timer.due"),
    _plain("timer.tick"),
    _of("undo.batch", lambda t: {"batch": t.batch}),
    _of("undo.entry", lambda t: {"seq": t.edited}),
    Case("undo.entry#own", lambda s, who, t: {"seq": s.entry_of(who)}),
    _plain("undo.last"),
    _of("undo.target", lambda t: {"target": str(t.edited)}),
    Case("undo.target#own", lambda s, who, t: {"target": str(s.entry_of(who))}),
    Case("view.delete", lambda s, who, t: {"code": view(who)}),
    _plain("view.delete#shared", code="shared"),
    _plain("view.list"),
    Case("view.reorder", lambda s, who, t: {"codes": [*SHARED, f"{view(who)}-2", view(who)]}),
    _plain("view.reorder#shared", codes=["shared"]),
    _plain("view.save", code="new", label="New", query="is:open"),
    _plain("view.save#shared", code="new", label="New", query="is:open", shared=True),
    _plain("view.save#keep", code="shared", label="New", query="is:open", shared=False),
    _plain("view.save#over", code="shared", label="New", query="is:open"),
    _plain("view.show", code="shared"),
)


def argument_json(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments as they come over a line of JSON."""
    found: dict[str, Any] = json.loads(json.dumps(arguments))
    return found
