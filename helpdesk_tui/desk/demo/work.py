"""How an incident or a request goes through the desk: who takes it, what is asked, how it ends."""

from dataclasses import dataclass
from random import Random
from typing import Any, Final

from helpdesk_tui.desk.demo import content_phrases as phrases
from helpdesk_tui.desk.demo.content_catalogue import TEAMS
from helpdesk_tui.desk.demo.drafts import Draft
from helpdesk_tui.desk.demo.hours import DAY, Hours
from helpdesk_tui.desk.demo.models import DEMO_BOT, DEMO_ME, DemoPerson
from helpdesk_tui.desk.demo.script import Family, Talk
from helpdesk_tui.vocabulary.records import Instant

APPROVERS: Final = ("chen.xiao", "wen.jingyi", "roger.falk")


@dataclass(slots=True)
class Plan:
    """What is to become of one ticket: `stop` names the stage it has reached at `now`, empty when it is done."""

    family: Family
    talk: Talk
    language: str
    slots: dict[str, str]
    stop: str
    span: float
    available: float
    around_the_clock: bool
    recurring: bool = False


class Crew:
    """Picks agents: by team, and by who speaks the ticket's language."""

    def __init__(self, rng: Random, who: dict[str, DemoPerson]) -> None:
        self.rng = rng
        self.who = who
        self.mine = 0
        self.pools: dict[tuple[str, str], list[str]] = {}
        for team in TEAMS:
            members = [m for m in team.members if "customer_service" not in who[m].roles]
            self.pools[team.code, "zh"] = [m for m in members if who[m].language == "zh"]
            self.pools[team.code, "en"] = [m for m in members if who[m].site == "hh"] or members
            self.pools[team.code, "out"] = [m for m in team.members if "customer_service" in who[m].roles] or members

    def pick(self, team: str, language: str, other_than: str | None = None) -> str:
        """A member of the team who fits the language."""
        pool = self.pools[team, language]
        if len(pool) == 1 or other_than is None:
            return pool[int(self.rng.random() * len(pool))]
        return self.rng.choice([m for m in pool if m != other_than])

    def first(self, team: str, language: str, external: bool, is_open: bool) -> str:
        """Who takes a new ticket; the first open ones of the service desk are the demo user's."""
        if team == "service_desk":
            if is_open and self.mine < 9:
                self.mine += 1
                return DEMO_ME
            if external and self.rng.random() < 0.6:
                pool = self.pools[team, "out"]
                fitting = [m for m in pool if self.who[m].language == language] or pool
                return self.rng.choice(fitting)
        return self.pick(team, language)


class Worker:
    """Adds the steps of one ticket until its stage is reached or the present is."""

    def __init__(self, rng: Random, now: Instant, crew: Crew, draft: Draft, hours: Hours, plan: Plan) -> None:
        self.rng = rng
        self.now = now
        self.crew = crew
        self.draft = draft
        self.hours = hours
        self.plan = plan
        self.ticket = draft.ticket
        self.request = self.ticket.kind == "request"
        self.working = "in_fulfilment" if self.request else "in_progress"
        self.mute = self.ticket.requester == DEMO_BOT
        self.agent = ""
        self.used = 0.0

    def say(self, options: tuple[str, ...] | list[str]) -> str:
        """One of several texts, its slots filled."""
        text = options[int(self.rng.random() * len(options))]
        return text.format_map(self.plan.slots) if "{" in text else text

    def phrase(self, group: phrases.Phrases) -> str:
        return self.say(group[self.plan.language])

    def at(self, share: float) -> Instant:
        """The instant at which this share of the way to the solution has been gone."""
        seconds = max(self.used, share * self.plan.span) + self.rng.random() * 20
        self.used = seconds
        created = self.ticket.created_at
        due = created + int(seconds) if self.plan.around_the_clock else self.hours.add(created, seconds)
        return min(max(due, self.draft.last + 6 + int(self.rng.random() * 50)), self.now - 1)

    def do(self, share: float, actor: str, verb: str, text: str = "", **fields: Any) -> bool:
        """One step at a share of the way; False when the present is reached and nothing more has happened yet."""
        at = self.at(share)
        if at <= self.draft.last + 5 or at >= self.now - 1:
            return False
        self.draft.step(at, actor, verb, text, **fields)
        return True

    def run(self) -> None:
        """Work the ticket."""
        if self.plan.stop == "new" or not self._triage():
            return
        if self._conversation() and not self.plan.stop:
            self._finish()

    def _triage(self) -> bool:
        plan, ticket, rng = self.plan, self.ticket, self.rng
        options = plan.family.options
        if self.request and "approval" in options and not self._approval():
            return False
        team = ticket.team or "service_desk"
        if "first" in options and rng.random() < 0.8:
            team = "service_desk"
        external = plan.slots["external"] == "1"
        self.agent = self.crew.first(team, plan.language, external, bool(plan.stop))
        plan.slots["agent"] = self.crew.who[self.agent].name
        plan.slots["team"] = next(t.name for t in TEAMS if t.code == team)
        share = 0.02 + 0.08 * rng.random()
        if plan.stop == "assigned" or (not plan.around_the_clock and rng.random() < 0.45):
            lead = self.crew.pick("service_desk", plan.language)
            moved = {"state": "assigned"} if not self.request else {}
            if not self.do(share, lead, "assign", "", team=team, assignee=self.agent, **moved):
                return False
            if plan.stop == "assigned":
                return False
        if not self.do(share + 0.04, self.agent, "take", "", team=team, assignee=self.agent, state=self.working):
            return False
        if plan.recurring or rng.random() < 0.55:
            self.do(share + 0.05, self.agent, "tag", "", tags=list(plan.family.tags))
        if rng.random() < 0.93:
            opening = phrases.REQUEST_OPENING if self.request else phrases.OPENING
            opening = phrases.ALARM_OPENING if self.mute else opening
            return self.do(share + 0.06, self.agent, "reply", self.phrase(opening))
        return True

    def _approval(self) -> bool:
        rng = self.rng
        lead = self.crew.pick("service_desk", self.plan.language)
        if not self.do(0.03, lead, "state", "", state="approval") or self.plan.stop == "approval":
            return False
        if not self.plan.stop and rng.random() < 0.04:
            self.do(0.3, rng.choice(APPROVERS), "state", self.phrase(phrases.REJECT), state="rejected")
            return False
        if not self.do(
            0.1 + 0.2 * rng.random(), rng.choice(APPROVERS), "state", self.phrase(phrases.APPROVE), state="approved"
        ):
            return False
        return self.plan.stop != "approved"

    def _conversation(self) -> bool:
        plan, talk, rng = self.plan, self.plan.talk, self.rng
        if talk.checklist and rng.random() < 0.85:
            self.do(0.22, self.agent, "checklist", "", items=list(talk.checklist))
            for position in range(int(len(talk.checklist) * (rng.random() if plan.stop else 1))):
                self.do(0.3 + 0.1 * position, self.agent, "checklist", "", done=position)
        if rng.random() < 0.5 and talk.notes and not self.do(0.25, self.agent, "note", self.say(talk.notes)):
            return False
        if not self.request and rng.random() < 0.21 and not self._reassign():
            return False
        if not self._ask():
            return False
        if "vendor" in plan.family.options and plan.stop not in ("working", "awaiting_user") and rng.random() < 0.7:
            self.do(0.45, self.agent, "state", self.phrase(phrases.WAIT_VENDOR), state="awaiting_vendor")
            if plan.stop == "awaiting_vendor":
                return False
            self.do(0.8, self.agent, "state", self.phrase(phrases.VENDOR_BACK), state=self.working)
        if not self._chatter():
            return False
        return self._park()

    def _reassign(self) -> bool:
        team = self.ticket.team or "service_desk"
        routed = self.plan.slots["routed"]
        target = routed if routed != team else team
        other = self.crew.pick(target, self.plan.language, self.agent)
        if other == self.agent:
            return True
        text = self.phrase(phrases.HANDOVER)
        if not self.do(0.32, self.agent, "assign", text, team=target, assignee=other, state="assigned"):
            return False
        self.agent = other
        self.plan.slots["agent"] = self.crew.who[other].name
        return self.do(0.38, other, "take", "", team=target, assignee=other, state=self.working)

    def _ask(self) -> bool:
        plan, rng = self.plan, self.rng
        waits = plan.stop == "awaiting_user"
        if self.mute or not plan.talk.asks or not (waits or rng.random() < 0.42):
            return True
        question, answer = plan.talk.asks[int(rng.random() * len(plan.talk.asks))]
        said = question.format_map(plan.slots)
        if not self.do(0.4, self.agent, "reply", said):
            return False
        if waits or rng.random() < 0.6:
            if not self.do(0.41, self.agent, "state", self.phrase(phrases.WAIT_USER), state="awaiting_user"):
                return False
            if waits:
                return False
            if not self.do(0.6, self.ticket.requester, "reply", answer.format_map(plan.slots)):
                return False
            return self.do(0.6, DEMO_BOT, "state", self.phrase(phrases.RESUME), state=self.working)
        return self.do(0.6, self.ticket.requester, "reply", answer.format_map(plan.slots))

    def _chatter(self) -> bool:
        rng = self.rng
        rounds = 0 if self.mute or rng.random() < 0.75 else 1 if rng.random() < 0.9 else 2
        progress = phrases.REQUEST_PROGRESS if self.request else phrases.PROGRESS
        for i in range(rounds):
            if not self.do(0.64 + 0.06 * i, self.ticket.requester, "reply", self.phrase(phrases.WAKE)):
                return False
            if not self.do(0.67 + 0.06 * i, self.agent, "reply", self.phrase(progress)):
                return False
        return True

    def _park(self) -> bool:
        stop = self.plan.stop
        if stop == "on_hold":
            days = 2 + int(self.rng.random() * 9)
            self.plan.slots["date"] = self.plan.slots["later"]
            until = self.now + days * DAY
            self.do(0.85, self.agent, "state", self.phrase(phrases.ON_HOLD), state=stop, pending_until=until)
        elif stop == "awaiting_vendor":
            self.do(0.85, self.agent, "state", self.phrase(phrases.WAIT_VENDOR), state=stop)
        elif stop in ("awaiting_problem", "awaiting_evidence"):
            self.do(0.85, self.agent, "state", self.say(_WAITS[stop, self.plan.language]), state=stop)
        return not stop

    def _finish(self) -> None:
        plan, rng, talk = self.plan, self.rng, self.plan.talk
        if rng.random() < 0.02:
            self.do(0.95, self.agent, "cancel", self.phrase(phrases.CANCEL), state="cancelled")
            return
        if rng.random() < 0.4:
            seconds = max(300, int(min(plan.span * (0.1 + 0.4 * rng.random()), 5 * 3600)) // 300 * 300)
            self.do(0.97, self.agent, "time", self.phrase(phrases.WORK_LOG), seconds=seconds)
        if not self._resolve(1.0, 0):
            return
        if not self.request and not self.mute and rng.random() < 0.072 and self._again():
            if talk.notes:
                self.do(1.6, self.agent, "note", self.phrase(phrases.REOPENED_NOTE))
            if not self._resolve(1.9, 1):
                return
        if not self.mute and rng.random() < 0.45:
            self.do(2.0 + rng.random(), self.ticket.requester, "reply", self.phrase(phrases.THANKS))
        closes = self.draft.last + 3 * DAY + int(rng.random() * 7200)
        if closes < self.now - 60:
            self.draft.step(closes, DEMO_BOT, "close", self.phrase(phrases.AUTO_CLOSE), state="closed")
        elif rng.random() < 0.4 and self.draft.last + 1800 < self.now:
            self.draft.step(self.draft.last + 600, self.agent, "close", "", state="closed")

    def _resolve(self, share: float, turn: int) -> bool:
        plan, talk = self.plan, self.plan.talk
        cause, fix = talk.fixes[(int(self.rng.random() * len(talk.fixes)) + turn) % len(talk.fixes)]
        fields: dict[str, Any] = {
            "state": "fulfilled" if self.request else "resolved",
            "resolution": fix.format_map(plan.slots),
            "resolution_code": plan.family.resolution_code,
        }
        if cause:
            fields["cause"] = cause.format_map(plan.slots)
        return self.do(share, self.agent, "resolve", fields["resolution"], **fields)

    def _again(self) -> bool:
        text = self.phrase(phrases.AGAIN)
        if not self.do(1.3, self.ticket.requester, "reply", text):
            return False
        return self.do(1.4, self.agent, "reopen", text, state=self.working)


_WAITS: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("awaiting_problem", "en"): ("Known fault, waits for the permanent fix of the problem.",),
    ("awaiting_problem", "zh"): ("已知问题，等待问题单的永久修复。",),
    ("awaiting_evidence", "en"): ("Cannot be seen at present; a trace is running until it happens again.",),
    ("awaiting_evidence", "zh"): ("目前无法复现，已开启跟踪，等下次出现。",),
}
