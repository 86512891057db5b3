"""Turns the told tickets (`content_ties`, `content_stories`, `content_practice`) into drafts."""

import re
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from helpdesk_tui.desk.demo import content_practice, content_stories, content_ties
from helpdesk_tui.desk.demo.content_catalogue import TEAMS, team_for
from helpdesk_tui.desk.demo.content_people import DOMAIN
from helpdesk_tui.desk.demo.drafts import Draft, priority_of
from helpdesk_tui.desk.demo.hours import DAY, Hours, offset
from helpdesk_tui.desk.demo.models import DemoPerson, DemoTicket
from helpdesk_tui.desk.demo.script import lines
from helpdesk_tui.vocabulary.kinds import Kind, state
from helpdesk_tui.vocabulary.records import Instant

_TAKE: Final = {
    "incident": "in_progress",
    "request": "in_fulfilment",
    "problem": "under_investigation",
    "change": "assessment",
    "improvement": "analysis",
    "delivery": "confirmed",
}
_RESOLVE: Final = {
    "incident": "resolved",
    "request": "fulfilled",
    "problem": "resolved",
    "change": "review",
    "improvement": "measuring",
    "delivery": "accepted",
}
# What the requester of a problem or change is told when somebody takes it.
_ANSWERS: Final = {
    "problem": {"en": "Thank you, we have started to look for the cause.", "zh": "已开始根因分析，有结论会更新。"},
    "change": {"en": "Received, goes into the next change meeting.", "zh": "变更已收到，将在下次变更会议评审。"},
}
_UNIT: Final = {"m": 60, "h": 3600, "d": DAY}
_STEP: Final = re.compile(r"\+(\d+)([mhd]) (\S+) (\S+) ?\|? ?(.*)", re.DOTALL)


@dataclass(slots=True)
class Story:
    """One told ticket: its head cells, its texts, its steps as (seconds, who, verb, text)."""

    cells: list[str]
    title: str = ""
    description: str = ""
    cause: str = ""
    steps: list[tuple[int, str, str, str]] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.cells[0]

    def option(self, name: str) -> str:
        """The value of `name:value` in the options, or nothing."""
        return next((o[len(name) + 1 :] for o in self.cells[9].split() if o.startswith(f"{name}:")), "")


def stories() -> list[Story]:
    """All told tickets. Raises ValueError where a line is malformed."""
    found: list[Story] = []
    for script in (content_ties.SCRIPT, content_stories.SCRIPT, content_practice.SCRIPT):
        for line in lines(script):
            if line.startswith("=="):
                found.append(Story([cell.strip() for cell in line[2:].split("|")]))
            elif line.startswith("T "):
                found[-1].title = line[2:]
            elif line.startswith("D "):
                found[-1].description = line[2:]
            elif line.startswith("C "):
                found[-1].cause = line[2:]
            elif match := _STEP.fullmatch(line):
                amount, unit, who, verb, text = match.groups()
                found[-1].steps.append((int(amount) * _UNIT[unit], who, verb, text))
            else:
                raise ValueError(f"demo story: {line!r}")
    return found


class Teller:
    """Tells stories against one `now`; steps that lie ahead have not happened yet."""

    def __init__(self, rng: Random, now: Instant, start: Instant, hours: dict[str, Hours], who: dict[str, DemoPerson]):
        self.rng = rng
        self.now = now
        self.start = start
        self.hours = hours
        self.who = who
        self.told: dict[str, Draft] = {}

    def key(self, name: str) -> str:
        """The key of a person named by login or by the local part of the address."""
        return name if name in self.who or "@" in name else f"{name}@{DOMAIN}"

    def begin(self, story: Story) -> Instant:
        """When a story starts: so many days ago, in office hours or at its fixed hour."""
        at = self.now - int(float(story.cells[8]) * DAY)
        if "clock" not in story.cells[9].split():
            at -= self.rng.randrange(0, 6 * 3600)
        if hour := story.option("hour"):
            local = at + offset(at, "sz")
            at = local - local % DAY + int(hour) * 3600 + self.rng.randrange(60, 600) - offset(at, "sz")
        if "clock" not in story.cells[9].split():
            site = self.who[self.key(story.cells[7])].site
            at = self.hours[site].add(at, self.rng.randrange(60, 900))
        return min(at, self.now - 120)

    def tell(self, story: Story) -> Draft | None:
        """The draft of a story, or None where it began before the desk did."""
        code, kind, service, category, levels, language, ci, person, _, options = story.cells
        at = self.begin(story)
        if at <= self.start:
            return None
        impact, urgency = (int(v) for v in levels.split())
        affected = int(story.option("users") or 0)
        severity = int(story.option("sev")) if story.option("sev") else None
        requester = self.who[self.key(person)]
        team = team_for(kind, category, service)
        priority = priority_of(impact, urgency, service, requester.vip, affected)
        ticket = DemoTicket(
            number=0,
            family=code,
            kind=kind,
            title=story.title,
            description=story.description,
            state="new",
            phase=0,
            priority=priority,
            impact=impact,
            urgency=urgency,
            service=service,
            category=category,
            channel=story.option("channel") or "portal",
            language=language,
            requester=requester.key,
            organisation=requester.organisation,
            created_at=at,
            updated_at=at,
            team=team,
            ci=None if ci == "-" else ci,
            affected_users=affected or None,
        )
        draft = Draft(ticket)
        self.told[code] = draft
        opened = draft.step(at, requester.key, "open", story.description, state="new", team=team, assignee=None)
        parent = self.told.get(story.option("parent"))
        if parent is not None:
            draft.refer(opened, "parent", parent)
        if severity:
            draft.step(at + 60, "autodesk", "edit", "", major=True, severity=severity)
        clocked = "clock" in options.split()
        hours = self.hours[requester.site]
        for seconds, who, verb, text in story.steps:
            due = at + seconds + self.rng.randrange(0, 40)
            if not clocked or seconds >= 3 * DAY:
                due = hours.add(due, self.rng.randrange(30, 1500))
                if due < draft.last + 300:
                    # Several steps of one day follow each other as fast as people write.
                    due = hours.add(draft.last, self.rng.randrange(300, 3000))
            if max(due, draft.last + 5) >= self.now:
                break
            self._step(draft, story, due, self.key(who), verb, text)
        return draft

    def _step(self, draft: Draft, story: Story, at: Instant, who: str, verb: str, text: str) -> None:
        ticket = draft.ticket
        verb, _, value = verb.partition(":")
        fields: dict[str, Any] = {}
        if verb == "take":
            fields = {"assignee": who, "team": self._team(who, ticket.team), "state": _TAKE[ticket.kind]}
        elif verb == "assign":
            fields = {"assignee": value, "team": self._team(value, ticket.team)}
            if ticket.kind == "incident":
                fields["state"] = "assigned"
        elif verb == "state":
            value, _, days = value.partition(":")
            fields = {"state": state(Kind(ticket.kind), value).code}
            if days:
                fields["pending_until"] = at + int(days) * DAY
            if ticket.kind == "problem" and value != "on_hold" and story.cause:
                fields["cause"] = story.cause
        elif verb == "resolve":
            fields = {"state": _RESOLVE[ticket.kind], "resolution": text}
            fields["resolution_code"] = "fulfilled" if ticket.kind == "request" else "fixed"
            if story.cause:
                fields["cause"] = story.cause
        elif verb == "close":
            fields = {"state": "reviewed" if ticket.kind == "delivery" else "closed"}
        elif verb == "checklist":
            fields = {"items": text.split("; ")}
            text = ""
        elif verb == "done":
            verb, fields = "checklist", {"done": int(value)}
        elif verb == "watch":
            fields = {"person": value}
        elif verb == "attach":
            fields, text = {"name": value, "data": text}, ""
        elif verb == "time":
            fields = {"seconds": int(value) * 60}
        elif verb == "link":
            kind, _, code = value.partition(":")
            self._link(draft, at, who, kind, code, text)
            return
        draft.step(at, who, verb, text, **fields)
        if verb == "take" and ticket.kind in _ANSWERS and at + 200 < self.now:
            speaker = "roger.falk" if who == ticket.requester else who
            draft.step(at + 120, speaker, "reply", _ANSWERS[ticket.kind][ticket.language])

    def _link(self, draft: Draft, at: Instant, who: str, kind: str, code: str, text: str) -> None:
        other = self.told.get(code)
        if other is not None and other.ticket.created_at < max(at, draft.last + 5):
            draft.refer(draft.step(at, who, "link", text, type=kind, other=0), "other", other)

    def _team(self, who: str, team: str | None) -> str | None:
        if any(t.code == team and who in t.members for t in TEAMS):
            return team
        return next((t.code for t in TEAMS if who in t.members), team)

    def standard_change(self, at: Instant, title: str, service: str, ci: str, owner: str, language: str) -> Draft:
        """A small pre-approved change, done in the evening two days later."""
        team = self._team(owner, "infrastructure")
        ticket = DemoTicket(
            number=0,
            family="standard-change",
            kind="change",
            title=title,
            description=content_practice.STANDARD_TEXT[language],
            state="new",
            phase=0,
            priority=priority_of(1, 2, service, False),
            impact=1,
            urgency=2,
            service=service,
            category="infrastructure",
            channel="portal",
            language=language,
            requester=owner,
            organisation=self.who[owner].organisation,
            created_at=at,
            updated_at=at,
            team=team,
            ci=ci,
        )
        draft = Draft(ticket)
        text = ticket.description
        draft.step(at, owner, "open", text, state="new", team=team, assignee=None)
        zh = language == "zh"
        done = "按计划完成，验证正常。" if zh else "Done as planned, checks passed."
        plan: list[tuple[int, str, str, str, dict[str, Any]]] = [
            (1200, owner, "take", "", {"state": "assessment", "assignee": owner, "team": team}),
            (2400, "roger.falk", "reply", _ANSWERS["change"][language], {}),
            (3000, owner, "state", "标准变更" if zh else "Standard change.", {"state": "approval"}),
            (9 * 3600, "roger.falk", "state", "Approved.", {"state": "scheduled"}),
            (57 * 3600, owner, "state", "", {"state": "implementation"}),
            (59 * 3600, owner, "resolve", done, {"state": "review", "resolution": done, "resolution_code": "fixed"}),
            (5 * DAY, "roger.falk", "close", "Reviewed.", {"state": "closed"}),
        ]
        for seconds, who, verb, said, fields in plan:
            due = at + seconds + self.rng.randrange(0, 900)
            if max(due, draft.last + 5) >= self.now:
                break
            draft.step(due, who, verb, said, **fields)
        return draft
