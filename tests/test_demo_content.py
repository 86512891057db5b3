"""The demo desk is believable, legal under the default policy, and the same for the same seed."""

import itertools
import subprocess
import sys
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import helpdesk_tui.rules as rules
from helpdesk_tui.desk.demo.content_people import INTERNAL
from helpdesk_tui.desk.demo.generator import generate, scenarios
from helpdesk_tui.desk.demo.hours import DAY, Hours, offset, weekday
from helpdesk_tui.desk.demo.models import DEMO_BOT, DEMO_ME, DemoDesk, DemoTicket
from helpdesk_tui.desk.demo.script import families, join
from helpdesk_tui.desk.demo.scripted import stories
from helpdesk_tui.desk.demo.slots import civil
from helpdesk_tui.rules.lifecycle import allowed_moves
from helpdesk_tui.rules.policy import Policy, parse_policy
from helpdesk_tui.rules.priority import prioritise
from helpdesk_tui.vocabulary.channels import Channel, LinkType
from helpdesk_tui.vocabulary.filters import parse_filter
from helpdesk_tui.vocabulary.kinds import Kind, Phase, phase_of
from helpdesk_tui.vocabulary.levels import Level
from helpdesk_tui.vocabulary.roles import Role

WEDNESDAY = 1_795_590_000  # 2026-11-25 07:00 UTC, office hours in Shenzhen and (just before) in Hamburg
SUNDAY_NIGHT = 1_774_814_400  # 2026-03-29 20:00 UTC, the day on which summer time began in Hamburg
VERBS = frozenset(
    [
        "open",
        "assign",
        "take",
        "state",
        "reply",
        "note",
        "resolve",
        "close",
        "reopen",
        "cancel",
        "edit",
        "link",
        "merge",
        "tag",
        "time",
        "watch",
        "checklist",
        "attach",
    ]
)


@lru_cache(maxsize=4)
def desk(seed: int = 7, now: int = WEDNESDAY, tickets: int = 2000, days: int = 90) -> DemoDesk:
    return generate(seed, now, tickets, days)


@lru_cache(maxsize=1)
def policy() -> Policy:
    return parse_policy((Path(rules.__path__[0]) / "policy.toml").read_text(encoding="utf-8"))


def share(count: int) -> float:
    return count / len(desk().tickets)


def test_same_seed_same_desk_and_another_seed_another() -> None:
    again = generate(7, WEDNESDAY)
    assert again == desk()
    other = generate(8, WEDNESDAY)
    assert [t.title for t in other.tickets] != [t.title for t in again.tickets]
    assert other.people == again.people


def test_nothing_of_store_or_screens_is_loaded() -> None:
    code = (
        "import sys, helpdesk_tui.desk.demo.generator\n"
        "bad = [m for m in sys.modules if m.split('.')[0] in ('textual', 'rich', 'sqlalchemy', 'sqlmodel', 'pydantic')"
        " or m.startswith(('helpdesk_tui.store', 'helpdesk_tui.rules'))]\n"
        "sys.exit(repr(bad) if bad else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(
    ("seed", "now", "tickets", "days"),
    [
        (7, WEDNESDAY, 2000, 90),
        (1, SUNDAY_NIGHT, 2000, 90),
        (3, WEDNESDAY, 300, 30),
        (4, SUNDAY_NIGHT, 60, 7),
        (5, WEDNESDAY, 1, 1),
        (6, SUNDAY_NIGHT, 500, 2),
    ],
)
def test_every_ticket_is_sound(seed: int, now: int, tickets: int, days: int) -> None:
    built = desk(seed, now, tickets, days)
    assert len(built.tickets) == tickets
    people = {p.key for p in built.people}
    teams = {t.code: t for t in built.teams}
    services = {s.code for s in built.services}
    cis = {c.name for c in built.cis}
    by_number = {t.number: t for t in built.tickets}
    assert len(by_number) == tickets
    created = [t.created_at for t in built.tickets]
    assert created == sorted(created)
    for ticket in built.tickets:
        assert ticket.requester in people
        assert ticket.service in services
        assert ticket.team in teams
        assert ticket.ci is None or ticket.ci in cis
        assert ticket.assignee is None or ticket.assignee in people
        assert ticket.channel in set(Channel)
        assert ticket.language in ("en", "zh")
        assert 1 <= ticket.impact <= 3 and 1 <= ticket.urgency <= 3 and 1 <= ticket.priority <= 4
        assert ticket.steps[0].verb == "open" and ticket.steps[0].at == ticket.created_at
        assert ticket.steps[-1].at == ticket.updated_at
        times = [step.at for step in ticket.steps]
        assert now - days * DAY < times[0] and times[-1] <= now
        assert all(a < b for a, b in itertools.pairwise(times)), (ticket.number, times)
        for step in ticket.steps:
            assert step.actor in people
            assert step.verb in VERBS
            for name in ("other", "into"):
                if name in step.fields:
                    target = by_number[step.fields[name]]
                    assert target.number != ticket.number
                    assert target.created_at < step.at
            if "items" in step.fields:
                assert len(step.fields["items"]) >= 3
                assert all(item[:1].strip() and "|" not in item for item in step.fields["items"])
            if step.verb == "link":
                assert step.fields["type"] in set(LinkType)
            if step.verb in ("assign", "take") and step.actor != DEMO_BOT:
                assert step.fields["assignee"] in teams[step.fields["team"]].members or ticket.kind in (
                    "problem",
                    "change",
                    "improvement",
                    "delivery",
                )
        check_fold(ticket)


def check_fold(ticket: DemoTicket) -> None:
    """Folding the steps gives the ticket; every move is one the default policy knows, with what it asks."""
    kind = Kind(ticket.kind)
    seen: dict[str, object] = {}
    for step in ticket.steps:
        before = seen.get("state")
        seen |= step.fields
        after = step.fields.get("state")
        if after is None:
            continue
        phase_of(kind, after)
        if before is None:
            assert after == "new"
        elif after != before:
            moves = [m for m in allowed_moves(policy(), kind, str(before)) if m.to == after]
            assert moves, (ticket.number, ticket.kind, before, after, step.verb)
            assert moves[0].missing(seen, step.text) == [], (ticket.family, before, after)
    for name in ("state", "team", "assignee"):
        assert getattr(ticket, name) == seen.get(name), (ticket.number, name)
    phase = phase_of(kind, ticket.state)
    assert ticket.phase == phase
    assert (ticket.closed_at is not None) == (phase is Phase.CLOSED)
    assert ticket.pending_until is None or phase is Phase.PENDING
    assert ticket.reopen_count == sum(s.verb == "reopen" for s in ticket.steps)
    if phase is Phase.RESOLVED:
        assert ticket.resolved_at is not None and ticket.resolution


def test_who_approves_and_reopens_may_do_so() -> None:
    roles = {p.key: {Role(r) for r in p.roles} for p in desk().people}
    for ticket in desk().tickets:
        state = ""
        for step in ticket.steps:
            after = step.fields.get("state", state)
            if state in ("approval",) and after in ("approved", "rejected", "scheduled"):
                assert Role.SMO in roles[step.actor], (ticket.number, step.actor)
            state = after


def test_priority_is_what_the_policy_finds() -> None:
    vip = {p.key: p.vip for p in desk().people}
    criticality = {s.code: s.criticality for s in desk().services}
    for t in desk().tickets:
        decided = prioritise(
            policy(), Level(t.impact), Level(t.urgency), criticality[t.service], vip[t.requester], t.affected_users
        )
        assert decided.priority == t.priority, (t.number, decided)


def test_the_mix_is_that_of_a_working_desk() -> None:
    tickets = desk().tickets
    opened = [t for t in tickets if t.phase < Phase.RESOLVED]
    assert 260 <= len(opened) <= 340
    assert 0.2 <= share(sum(t.organisation not in INTERNAL for t in tickets)) <= 0.24
    kinds = Counter(t.kind for t in tickets)
    assert set(kinds) == set(Kind)
    assert kinds["incident"] > kinds["request"] > 300
    priorities = Counter(t.priority for t in tickets)
    assert 20 <= priorities[4] < 0.05 * len(tickets)
    assert min(priorities.values()) == priorities[4]
    assert 0.03 <= share(sum(t.reopen_count > 0 for t in tickets)) <= 0.07
    assert 0.12 <= share(sum(t.reassignment_count > 0 for t in tickets)) <= 0.19
    assert sum(t.merged_into is not None for t in tickets) >= 15
    languages = Counter(t.language for t in tickets)
    assert min(languages.values()) > 700
    assert {p for p in Phase if any(t.phase == p for t in tickets)} == set(Phase)
    assert sum(t.assignee == DEMO_ME for t in opened) >= 5
    assert sum(t.assignee is None for t in opened) >= 10
    assert sum(t.phase == Phase.PENDING for t in opened) >= 60
    assert len({t.service for t in tickets}) == len(desk().services)
    answered = [t for t in tickets if t.phase >= Phase.RESOLVED and t.first_response_at is not None]
    assert len(answered) > 0.85 * sum(t.phase >= Phase.RESOLVED for t in tickets)


def test_work_comes_in_office_hours() -> None:
    sites = {p.key: p.site for p in desk().people}
    by_people = [t for t in desk().tickets if t.channel != "monitoring"]
    weekend = sum(weekday(t.created_at, sites[t.requester]) > 4 for t in by_people)
    assert weekend < 0.04 * len(by_people)
    local = [(t.created_at + offset(t.created_at, sites[t.requester])) % DAY // 3600 for t in by_people]
    assert sum(8 <= hour < 18 for hour in local) > 0.93 * len(local)
    mondays = sum(weekday(t.created_at, "sz") == 0 for t in by_people)
    fridays = sum(weekday(t.created_at, "sz") == 4 for t in by_people)
    assert mondays > 1.2 * fridays


def test_texts_are_many_and_complete() -> None:
    tickets = desk().tickets
    assert len({(t.title, t.description) for t in tickets}) >= 1200
    assert len({t.title for t in tickets}) >= 300
    assert len({t.family for t in tickets}) >= 75
    for ticket in tickets:
        texts = [ticket.title, ticket.description, ticket.cause or "", ticket.resolution or ""]
        texts += [step.text for step in ticket.steps]
        for text in texts:
            assert "{" not in text and "}" not in text, text
            assert text == text.strip()
    long = [t for t in tickets if sum(s.verb in ("reply", "note") for s in t.steps) >= 20]
    assert len(long) >= 2
    assert max(len(t.title) for t in tickets) <= 120


def test_recurring_faults_show() -> None:
    tickets = desk().tickets
    vpn = [t for t in tickets if t.family == "vpn-monday"]
    assert len(vpn) >= 60
    assert {weekday(t.created_at, "sz") for t in vpn} == {0}
    printer = [t for t in tickets if t.family == "printer-hh-jam"]
    assert len(printer) >= 20 and {t.ci for t in printer} == {"prn-hh-2f-03"}
    closing = [t for t in tickets if t.family == "erp-monthend"]
    assert closing and all(civil(t.created_at // DAY)[2] >= 28 for t in closing)
    problems = {t.number: t for t in tickets if t.kind == "problem"}
    causes: Counter[int] = Counter(
        s.fields["other"] for t in tickets for s in t.steps if s.verb == "link" and s.fields["type"] == "caused_by"
    )
    assert sum(n >= 15 for number, n in causes.items() if number in problems) >= 4
    changes = {t.number for t in tickets if t.kind == "change"}
    linked = [s for p in problems.values() for s in p.steps if s.verb == "link" and s.fields["other"] in changes]
    assert len(linked) >= 3


def test_major_incidents_are_told_and_one_burns() -> None:
    major = [t for t in desk().tickets if t.major]
    assert len(major) == 3
    assert {t.severity for t in major} == {1, 2}
    assert all(t.priority == 4 for t in major)
    assert [t.phase for t in major if t.created_at > WEDNESDAY - 7200] == [Phase.OPEN]
    for t in major:
        assert any(other.merged_into == t.number for other in desk().tickets)


def test_people_teams_and_things() -> None:
    built = desk()
    assert len(built.people) >= 115
    emails = [p.email.lower() for p in built.people]
    assert len(set(emails)) == len(emails)
    assert all(e.isascii() and e.endswith(".example") for e in emails)
    logins = [p.login for p in built.people if p.login]
    assert len(set(logins)) == len(logins) and DEMO_ME in logins
    organisations = {o.name: o.kind for o in built.organisations}
    assert set(organisations.values()) == {"internal", "customer", "partner"}
    for person in built.people:
        assert person.organisation in organisations
        assert person.key == (person.login or person.email)
        assert {Role(r) for r in person.roles}
        assert person.initials.isalpha()
    by_name = {p.name: p for p in built.people}
    assert by_name["张伟"].initials == "zw" and by_name["许文博"].initials == "xwb"
    for team in built.teams:
        assert team.lead in team.members
        assert all(m in logins for m in team.members)
    assert len(built.cis) >= 60
    names = {c.name for c in built.cis}
    assert len(names) == len(built.cis)
    assert all(r.ci in names and r.other in names and r.ci != r.other for r in built.relations)
    assert len({v.code for v in built.views}) == len(built.views)
    for view in built.views:
        parse_filter(view.query)
    assert {t.language for t in built.templates} == {"en", "zh"}
    assert all(t.body.count("{{") == t.body.count("}}") > 0 for t in built.templates)


def test_codes_are_those_of_the_default_policy() -> None:
    built = desk()
    levels = {"low": 1, "medium": 2, "high": 3, "critical": 4}
    services = {s.code: s for s in built.services}
    for service in policy().services:
        assert services[service.code].team == service.team
        assert services[service.code].criticality == levels[str(service.criticality)]
    assert {t.code: t.strategy for t in built.teams} == {t.code: t.strategy for t in policy().teams}
    categories = {c.code for c in policy().categories}
    assert {t.category for t in built.tickets} <= categories


def test_every_family_speaks_and_ends() -> None:
    found = scenarios()
    assert len(found) >= 75
    assert len({f.code for f in found}) == len(found)
    both = [f for f in found if len(f.talk) == 2]
    assert len(both) >= 65
    for family in found:
        for talk in family.talk.values():
            assert talk.reports and talk.fixes
            assert all(title and text for title, text in talk.reports)
            assert all(question and answer for question, answer in talk.asks)
            assert all(fix for _, fix in talk.fixes)
            if family.kind == "incident":
                assert all(cause for cause, _ in talk.fixes), family.code
    assert len({s.code for s in stories()}) == len(stories())


def test_script_joins_lines_and_refuses_nonsense() -> None:
    assert join("one", "two") == "one two"
    assert join("一", "二") == "一二"
    assert join("", "x") == "x"
    with pytest.raises(ValueError, match="demo script"):
        families("== a | mail | mail | 1 1 | 1 | 1-2 | -\nen:\nX what")


def test_hours_know_summer_time() -> None:
    assert offset(SUNDAY_NIGHT, "hh") == 7200
    assert offset(SUNDAY_NIGHT - DAY, "hh") == 3600
    # EU summer time 2026: 29 March 01:00 UTC to 25 October 01:00 UTC.
    assert offset(1_774_746_000 - 1, "hh") == 3600
    assert offset(1_774_746_000, "hh") == 7200
    assert offset(1_792_890_000 - 1, "hh") == 7200
    assert offset(1_792_890_000, "hh") == 3600
    assert offset(SUNDAY_NIGHT, "sz") == 8 * 3600


@given(st.sampled_from(["sz", "hh"]), st.integers(0, 20 * DAY), st.integers(0, 200_000))
@settings(max_examples=200, deadline=None)
def test_open_time_adds_up(site: str, start: int, seconds: int) -> None:
    hours = Hours(site, SUNDAY_NIGHT - DAY, SUNDAY_NIGHT + 60 * DAY)
    at = SUNDAY_NIGHT + start
    due = hours.add(at, seconds)
    assert due >= at
    assert hours.elapsed(due) - hours.elapsed(at) == seconds


@pytest.mark.parametrize(("tickets", "days"), [(0, 90), (10, 0), (-1, 1)])
def test_an_empty_desk_is_refused(tickets: int, days: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        generate(1, WEDNESDAY, tickets, days)
