"""Builds the demo desk: a believable bilingual company, from a seed and an instant, always the same.

Pure: no clock, no files, no store. Whoever writes it into a desk replaces `DEMO_ME` by the person at the keyboard.
"""

from itertools import accumulate
from random import Random
from typing import Final

from helpdesk_tui.desk.demo import (
    content_business,
    content_mail,
    content_network,
    content_payments,
    content_people_work,
    content_phrases,
    content_practice,
    content_requests,
    content_workplace,
)
from helpdesk_tui.desk.demo import content_catalogue as catalogue
from helpdesk_tui.desk.demo.content_people import INTERNAL, organisations, people
from helpdesk_tui.desk.demo.drafts import CRITICALITY, Draft, priority_of
from helpdesk_tui.desk.demo.hours import DAY, Hours, offset, weekday
from helpdesk_tui.desk.demo.models import DEMO_BOT, DemoDesk, DemoPerson, DemoTicket
from helpdesk_tui.desk.demo.script import Family, Talk, families
from helpdesk_tui.desk.demo.scripted import Teller, stories
from helpdesk_tui.desk.demo.slots import civil, date_text, fill
from helpdesk_tui.desk.demo.work import Crew, Plan, Worker
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.records import Instant

OPEN_SHARE: Final = 0.15
EXTERNAL_SHARE: Final = 0.22
# The greatest part of a desk that told tickets and recurring faults may take.
_SPECIAL_SHARE: Final = 0.2
_CHANNELS: Final = ("phone", "email", "portal", "chat", "walk_in", "report")
_CHANNEL_WEIGHTS: Final = tuple(accumulate((30, 27, 24, 11, 6, 2)))
_OUTSIDE_WEIGHTS: Final = tuple(accumulate((28, 44, 28, 0, 0, 0)))
# Age in days -> how likely a ticket of that age is still open.
_STILL_OPEN: Final = (
    (0.3, 9.0),
    (1.0, 4.0),
    (2.0, 2.5),
    (4.0, 1.5),
    (8.0, 0.9),
    (16.0, 0.45),
    (30.0, 0.1),
    (1e9, 0.003),
)
_STAGE_NAMES: Final = (
    "new",
    "assigned",
    "working",
    "awaiting_user",
    "awaiting_vendor",
    "on_hold",
    "awaiting_evidence",
)
# Age in days -> where open work stands: young tickets are worked on, old ones mostly wait for somebody.
_STAGES: Final = (
    (0.35, (42, 20, 30, 8, 0, 0, 0)),
    (1.2, (9, 6, 52, 25, 4, 4, 0)),
    (3.0, (1, 2, 38, 38, 4, 13, 4)),
    (1e9, (1, 1, 10, 54, 2, 24, 8)),
)
_REQUEST_STAGE: Final = {"assigned": "working", "awaiting_evidence": "awaiting_user"}


def scenarios() -> list[Family]:
    """Every fault and request of the content, in the order of the files."""
    modules = (
        content_network,
        content_workplace,
        content_mail,
        content_people_work,
        content_payments,
        content_business,
        content_requests,
    )
    return [family for module in modules for family in families(module.SCRIPT)]


class _Build:
    """One run of the generator."""

    def __init__(self, seed: int, now: Instant, tickets: int, days: int) -> None:
        self.rng = Random(seed)  # noqa: S311 - a demo keeps no secret
        self.now = now
        self.tickets = tickets
        self.start = now - days * DAY
        self.people = people()
        self.who = {person.key: person for person in self.people}
        self.families = {family.code: family for family in scenarios()}
        self.hours = {site: Hours(site, self.start - DAY, now + 14 * DAY) for site in ("sz", "sh", "hh")}
        self.crew = Crew(self.rng, self.who)
        staff = [p for p in self.people if p.organisation in INTERNAL and p.key != DEMO_BOT]
        # Agents have trouble of their own, but less often than those they help.
        self.staff = {
            lang: [p for p in staff if p.language == lang and (not p.agent or self.rng.random() < 0.2)]
            for lang in ("en", "zh")
        }
        self.outside = {
            lang: [p for p in self.people if p.organisation not in INTERNAL and p.language == lang]
            for lang in ("en", "zh")
        }
        self.drafts: list[Draft] = []
        self.arrivals = {site: self._arrivals(site) for site in ("sz", "sh", "hh")}

    def _arrivals(self, site: str) -> tuple[list[Instant], list[int]]:
        hours = self.hours[site]
        kept = [(s, w) for s, w in zip(hours.slots, hours.weights, strict=True) if self.start < s < self.now - 300]
        kept = kept or [(self.start + 1, 1)]
        return [s for s, _ in kept], list(accumulate(w for _, w in kept))

    def arrival(self, site: str) -> Instant:
        """An instant at which somebody of this site writes."""
        slots, weights = self.arrivals[site]
        slot = self.rng.choices(slots, cum_weights=weights)[0]
        if self.rng.random() < 0.03:
            slot = self.start + int(self.rng.random() * (self.now - self.start))
        room = min(3600, self.now - 90 - slot)
        return min(max(slot + int(self.rng.random() * max(room, 1)), self.start + 60), self.now - 90)

    # ── the special ones ──────────────────────────────────────────────────────────────────────────────────

    def tell(self, limit: int) -> None:
        """Told tickets and standard changes, at most `limit`."""
        teller = Teller(self.rng, self.now, self.start, self.hours, self.who)
        self.problems: list[tuple[Draft, str]] = []
        for story in sorted(stories(), key=lambda s: s.cells[1] == "problem" and s.cells[9] != "early"):
            if len(self.drafts) >= limit:
                break
            draft = teller.tell(story)
            if draft is None:
                continue
            self.drafts.append(draft)
            if story.option("from"):
                self.problems.append((draft, story.option("from")))
            if draft.ticket.severity:
                self._storm(draft)
        changes = content_practice.STANDARD_CHANGES
        wanted = min(len(changes) * (self.now - self.start) // (90 * DAY), limit - len(self.drafts))
        for title, service, ci, owner, language in changes[: max(wanted, 0)]:
            at = self.arrival(self.who[owner].site)
            self.drafts.append(teller.standard_change(at, title, service, ci, owner, language))

    def _storm(self, major: Draft) -> None:
        """Others report the same outage; the desk joins their tickets with the major incident."""
        code = {"identity": "sso-loop", "payments": "pos-offline"}[major.ticket.service]
        for _ in range(4 + int(self.rng.random() * 5)):
            at = major.ticket.created_at + 120 + int(self.rng.random() * 1500)
            if at < self.now - 600:
                self._duplicate(self.families[code], major, at)

    def _duplicate(self, family: Family, of: Draft, at: Instant) -> None:
        language = of.ticket.language if of.ticket.language in family.talk else next(iter(family.talk))
        site = self.who[of.ticket.requester].site
        near = [p for p in self.staff[language] if p.site == site and p.key != of.ticket.requester]
        requester = self.rng.choice(near or self.staff[language])
        draft, plan = self._open(family, language, requester, at)
        lead = self.crew.pick("service_desk", language)
        worker = Worker(self.rng, self.now, self.crew, draft, self.hours[requester.site], plan)
        text = worker.phrase(
            {k: tuple(t.replace("{other}", "{{other}}") for t in v) for k, v in content_phrases.DUPLICATE.items()}
        )
        joined = min(at + 200 + int(self.rng.random() * 1500), self.now - 30)
        draft.refer(draft.step(joined, lead, "link", "", type="duplicates", other=0), "other", of)
        step = draft.step(joined + 6, lead, "merge", text, into=0, state="cancelled")
        draft.ticket.state, draft.ticket.phase, draft.ticket.closed_at = "cancelled", 4, step.at
        draft.refer(step, "into", of)
        self.drafts.append(draft)

    def recur(self, budget: int) -> None:
        """Recurring faults on their own rhythm, as a problem manager would spot them."""
        plan: list[tuple[str, Instant]] = []
        day0 = self.start // DAY + 1
        for day in range(day0, self.now // DAY + 1):
            midnight = day * DAY - 8 * 3600
            which = weekday(midnight + 3600, "sz")
            if which == 0:
                plan += [("vpn-monday", self._near(midnight, 8.7, 2.2, "sz")) for _ in range(5 + day % 4)]
                plan += [("vpn-monday", self._near(midnight + 7 * 3600, 8.2, 2.0, "hh")) for _ in range(2 + day % 2)]
            if which in (1, 4):
                plan.append(("payments-disk", self._near(midnight, 2.2, 1.6, "sz")))
            if which == 3 and day // 7 % 2:
                plan += [("mailbox-quota", self._near(midnight, 10.2, 2.5, "sz")) for _ in range(5 + day % 3)]
            if which in (1, 2, 4) and day % 7 != 5:
                plan.append(("printer-hh-jam", self._near(midnight + 7 * 3600, 9.5, 6.0, "hh")))
            date = civil(day)[2]
            if date >= 29 and which < 5:
                plan += [("erp-monthend", self._near(midnight, 9.8, 6.0, "sz")) for _ in range(3 + day % 3)]
        plan = [(code, at) for code, at in plan if self.start + 60 < at < self.now - 120]
        if len(plan) > budget:
            plan = self.rng.sample(plan, max(budget, 0))
        for code, at in sorted(plan, key=lambda p: p[1]):
            self._recurrence(self.families[code], at)

    def _near(self, midnight: Instant, hour: float, spread: float, site: str) -> Instant:
        return midnight + int((hour + spread * self.rng.random()) * 3600)

    def _recurrence(self, family: Family, at: Instant) -> None:
        monitoring = "monitoring" in family.options
        hamburg = family.code == "printer-hh-jam" or (at + offset(at, "sz")) % DAY > 14 * 3600
        language = "en" if hamburg or (monitoring and self.rng.random() < 0.5) else "zh"
        pool = [p for p in self.staff[language] if (p.site == "hh") == hamburg] or self.staff[language]
        draft, plan = self._open(family, language, self.who[DEMO_BOT] if monitoring else self.rng.choice(pool), at)
        plan.recurring = True
        same = [d for d in self.drafts[-5:] if d.ticket.family == family.code and at - d.ticket.created_at < 7200]
        if same and not monitoring and self.rng.random() < 0.12 and not same[0].ticket.merged_into:
            self._duplicate(family, same[0], at)
            return
        if self.now - at < 2 * 3600:
            plan.stop = self.rng.choice(("new", "working", "assigned"))
        elif self.now - at < 12 * DAY and not monitoring and self.rng.random() < 0.12:
            plan.stop = "awaiting_problem"
        self._work(draft, plan)

    # ── everyday work ─────────────────────────────────────────────────────────────────────────────────────

    def everyday(self, wanted: int) -> None:
        """Fill up with everyday tickets, so that the shares of the outside and of open work come out."""
        rng = self.rng
        have = sum(1 for d in self.drafts if d.ticket.organisation not in INTERNAL)
        outside = max(0, round(EXTERNAL_SHARE * self.tickets) - have)
        usual = [f for f in self.families.values() if f.weight > 0]
        pools: dict[bool, tuple[list[Family], list[float]]] = {}
        for external in (False, True):
            fit = [f for f in usual if ("external" in f.options) == external or "both" in f.options]
            pools[external] = (fit, list(accumulate(f.weight for f in fit)))
        made: list[tuple[Draft, Plan, float]] = []
        for i in range(wanted):
            external = i < outside
            fit, weights = pools[external]
            family = rng.choices(fit, cum_weights=weights)[0]
            language = self._language(family, external)
            requester = rng.choice((self.outside if external else self.staff)[language])
            at = self.arrival(requester.site)
            if "night" in family.options and not external:
                at = self.start + 60 + int(rng.random() * (self.now - self.start - 400))
            draft, plan = self._open(family, language, requester, at)
            made.append((draft, plan, self._openness(draft, plan)))
        still = sum(1 for d in self.drafts if d.ticket.phase < 3)
        left = max(0, round(OPEN_SHARE * self.tickets) - still)
        ranked = sorted(made, key=lambda m: m[2], reverse=True)
        for draft, plan, _ in ranked[:left]:
            plan.stop = self._stage(draft, plan)
        for draft, plan, _ in made:
            self._work(draft, plan)

    def _language(self, family: Family, external: bool) -> str:
        if len(family.talk) == 1:
            return next(iter(family.talk))
        return "zh" if self.rng.random() < (0.45 if external else 0.56) else "en"

    def _openness(self, draft: Draft, plan: Plan) -> float:
        """A random rank; young tickets, requests and unimportant ones rank higher (weighted sampling)."""
        if plan.available < 1800:
            return 2.0
        age = (self.now - draft.ticket.created_at) / DAY
        weight = next(w for limit, w in _STILL_OPEN if age < limit)
        if age > 0.5:
            weight *= {4: 0.03, 3: 0.3}.get(draft.ticket.priority, 1.0)
            weight *= 1.5 if draft.ticket.kind == "request" else 1.0
        return float(self.rng.random() ** (1 / weight))

    def _stage(self, draft: Draft, plan: Plan) -> str:
        age = (self.now - draft.ticket.created_at) / DAY
        weights = next(w for limit, w in _STAGES if age < limit)
        stage = self.rng.choices(_STAGE_NAMES, weights)[0]
        if draft.ticket.requester == DEMO_BOT and stage in ("awaiting_user", "on_hold"):
            stage = "working"
        if draft.ticket.category in ("access", "security") and stage in ("awaiting_vendor", "awaiting_evidence"):
            stage = "awaiting_user"
        if draft.ticket.kind != "request":
            return stage
        if "approval" in plan.family.options and self.rng.random() < (0.3 if age < 3 else 0.12):
            return "approval" if self.rng.random() < 0.75 else "approved"
        return _REQUEST_STAGE.get(stage, stage)

    # ── one ticket ────────────────────────────────────────────────────────────────────────────────────────

    def _open(self, family: Family, language: str, requester: DemoPerson, at: Instant) -> tuple[Draft, Plan]:
        rng = self.rng
        talk: Talk = family.talk[language]
        slots = fill(rng, at, requester, language, family.kind == "request")
        ci = family.cis[int(rng.random() * len(family.cis))] if family.cis else None
        slots["ci"] = ci or ("the system" if language == "en" else "系统")
        title, description = talk.reports[int(rng.random() * len(talk.reports))]
        monitoring = title.startswith(("[monitoring]", "【监控】"))
        if monitoring:
            requester = self.who[DEMO_BOT]
        external = requester.organisation not in INTERNAL
        channel = "monitoring"
        if not monitoring:
            weights = _OUTSIDE_WEIGHTS if external else _CHANNEL_WEIGHTS
            channel = rng.choices(_CHANNELS, cum_weights=weights)[0]
        a, b = rng.random(), rng.random()
        # Whole outages are told, not drawn: a vital service seldom fails for everybody.
        rare = 0.97 if CRITICALITY[family.service] == 4 else 0.86
        impact = min(3, max(1, family.impact - (a < 0.1) + (a > rare)))
        urgency = min(3, max(1, family.urgency - (b < 0.12) + (b > 0.78)))
        team = catalogue.team_for(family.kind, family.category, family.service)
        slots["external"] = "1" if external else "0"
        slots["routed"] = team
        slots["later"] = date_text(self.now + 6 * DAY, requester.site, language)
        ticket = DemoTicket(
            number=0,
            family=family.code,
            kind=family.kind,
            title=title.format_map(slots),
            description=description.format_map(slots),
            state="new",
            phase=0,
            priority=priority_of(impact, urgency, family.service, requester.vip),
            impact=impact,
            urgency=urgency,
            service=family.service,
            category=family.category,
            channel=channel,
            language=language,
            requester=requester.key,
            organisation=requester.organisation,
            created_at=at,
            updated_at=at,
            team=team,
            ci=ci,
        )
        draft = Draft(ticket)
        actor = requester.key
        if channel in ("phone", "walk_in"):
            actor = self.crew.pick("service_desk", language)
        draft.step(at, actor, "open", ticket.description, state="new", team=team, assignee=None)
        around = monitoring or ticket.priority == 4
        available = (
            self.now - at
            if around
            else self.hours[requester.site].elapsed(self.now) - self.hours[requester.site].elapsed(at)
        )
        low, high = family.hours
        span = 3600 * low * (high / low) ** rng.random()
        span *= {4: 0.35, 3: 0.7}.get(ticket.priority, 1.0)
        if rng.random() < 0.07:
            span *= 4
        return draft, Plan(family, talk, language, slots, "", span, available, around)

    def _work(self, draft: Draft, plan: Plan) -> None:
        room = max(plan.available, 60) * 0.8
        if plan.stop:
            plan.span = min(plan.span, room / 0.9)
        elif plan.span > room:
            plan.span = room * (0.5 + 0.5 * self.rng.random())
        site = self.who[draft.ticket.requester].site
        Worker(self.rng, self.now, self.crew, draft, self.hours[site], plan).run()
        self.drafts.append(draft)

    def link_problems(self) -> None:
        """The problem manager ties the incidents of a recurring fault to their problem."""
        for problem, code in self.problems:
            incidents = [d for d in self.drafts if d.ticket.family == code and d.ticket.merged_into is None]
            known = problem.ticket.created_at
            for i, incident in enumerate(incidents):
                if incident.ticket.steps[-1].verb == "merge" or self.rng.random() < 0.15:
                    continue
                at = max(known + 900 + 40 * i, incident.ticket.created_at + 1200 + i)
                if at < self.now - 60:
                    step = incident.insert(at, "roger.falk", "link", "", type="caused_by", other=0)
                    incident.refer(step, "other", problem)

    def number(self) -> list[DemoTicket]:
        """Give numbers in the order of creation and write them into what refers to them."""
        self.drafts.sort(key=lambda d: (d.ticket.created_at, d.ticket.family))
        for i, draft in enumerate(self.drafts):
            draft.ticket.number = 1001 + i
        for draft in self.drafts:
            for step, key, other in draft.refs:
                step.fields[key] = other.ticket.number
                step.text = step.text.replace("{other}", ref(other.ticket.kind, other.ticket.number))
                if key == "parent":
                    draft.ticket.parent = other.ticket.number
                elif key == "into":
                    draft.ticket.merged_into = other.ticket.number
        return [draft.ticket for draft in self.drafts]


def generate(seed: int, now: Instant, tickets: int = 2000, days: int = 90) -> DemoDesk:
    """A demo desk with exactly so many tickets, all of them opened within so many days before `now`.

    The same arguments give the same desk. Raises ValueError for fewer than one ticket or day.
    """
    if tickets < 1 or days < 1:
        raise ValueError("a demo desk needs at least one ticket and one day")
    build = _Build(seed, now, tickets, days)
    build.tell(int(tickets * 0.05))
    build.recur(int(tickets * _SPECIAL_SHARE) - len(build.drafts))
    build.everyday(tickets - len(build.drafts))
    build.link_problems()
    return DemoDesk(
        seed=seed,
        now=now,
        days=days,
        organisations=organisations(),
        people=build.people,
        teams=catalogue.TEAMS,
        services=catalogue.SERVICES,
        cis=catalogue.cis(),
        relations=catalogue.relations(),
        views=catalogue.VIEWS,
        templates=catalogue.TEMPLATES,
        tickets=build.number()[:tickets],
    )
