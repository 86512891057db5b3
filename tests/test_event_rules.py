"""What becomes of an event: the policy's rules, their reasons, and what the policy refuses."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_tui.rules.event_groups import Window
from helpdesk_tui.rules.event_rules import CompiledEvents, compile_events, decide
from helpdesk_tui.rules.policy import PolicyInvalid, parse_policy
from helpdesk_tui.rules.policy_events import EventRules
from helpdesk_tui.rules.policy_levels import SeverityMap
from helpdesk_tui.vocabulary.events import Event, EventSeverity, EventStatus, canonical
from helpdesk_tui.vocabulary.levels import Priority, Severity
from helpdesk_tui.vocabulary.reasons import sentence
from tests.policy_text import default_policy, without_rules

T = 1_790_000_000


@dataclass(frozen=True)
class Sections:
    """The sections that decisions read."""

    event: EventRules
    severity: SeverityMap = SeverityMap()


def compiled(*rules: dict[str, Any], **more: Any) -> CompiledEvents:
    return compile_events(Sections(EventRules.model_validate({"rule": rules, **more})))


def event(**more: Any) -> Event:
    fields: dict[str, Any] = {
        "source": "alertmanager", "status": EventStatus.FIRING, "severity": EventSeverity.CRITICAL, "key": "k",
        "summary": "database disk is full", "received_at": T, "service": "Orders", "ci": "db1", "labels": {"env": "prod"}, **more,
    }  # fmt: skip
    return Event(**fields)


RULES = compiled(
    {"id": "tests", "when": {"labels": {"env": ["test*", "dev"]}}, "action": "ignore"},
    {"id": "backup", "any": ["backup*"], "none": ["database"], "action": "note"},
    {"id": "db", "when": {"ci": ["db*"], "severity_from": "high"}, "any": ["disk", "replica*"], "action": "open",
     "severity": "sev1", "team": "platform", "service": "erp", "kind": "incident"},
    {"id": "loose", "when": {"source": ["syslog"]}, "action": "attach"},
    {"id": "codes", "regex": ["e[0-9]{4}"], "action": "open", "kind": "problem"},
    {"id": "both", "all": ["alpha", "beta"], "action": "ignore"},
    {"id": "silent", "when": {"status": ["no_data"]}, "action": "open"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "action", "rule", "severity", "priority"),
    [
        ({}, "open", "db", Severity.SEV1, Priority.CRITICAL),
        ({"labels": {"env": "TEST-3"}}, "ignore", "tests", None, None),
        ({"severity": EventSeverity.WARNING}, "open", None, Severity.SEV4, Priority.MEDIUM),
        ({"severity": EventSeverity.INFO}, "note", None, None, None),
        ({"severity": EventSeverity.HIGH}, "open", "db", Severity.SEV1, Priority.CRITICAL),
        ({"summary": "beta and alpha"}, "ignore", "both", None, None),
        ({"summary": "only alpha"}, "open", None, Severity.SEV2, Priority.CRITICAL),
        ({"severity": EventSeverity.UNKNOWN}, "open", None, Severity.SEV4, Priority.MEDIUM),
        ({"summary": "Backups failed"}, "note", "backup", None, None),
        ({"summary": "Backups of the database failed"}, "open", None, Severity.SEV2, Priority.CRITICAL),
        ({"summary": "x", "details": "code E1234 here", "severity": EventSeverity.HIGH}, "open", "codes", Severity.SEV3, Priority.HIGH),
        ({"source": "syslog", "summary": "x"}, "note", "loose", None, None),
        ({"status": EventStatus.NO_DATA, "severity": EventSeverity.HIGH}, "open", "silent", Severity.SEV3, Priority.HIGH),
        ({"status": EventStatus.NOTE}, "note", None, None, None),
        ({"status": EventStatus.RESOLVED}, "note", None, None, None),
        ({"status": EventStatus.ACKNOWLEDGED}, "note", None, None, None),
    ],
)  # fmt: skip
def test_the_first_rule_that_holds_decides(
    facts: dict[str, Any], action: str, rule: str | None, severity: Severity | None, priority: Priority | None
) -> None:
    decision = decide(RULES, event(**facts))
    assert (decision.action, decision.rule, decision.severity, decision.priority) == (action, rule, severity, priority)
    assert decision.steps
    for reason in decision.reasons:
        text = sentence(reason.data(), english=True)
        assert text != reason.code and "{" not in text
    assert json.loads(canonical(decision.data()))["action"] == action
    assert canonical(decision.data()) == canonical(decide(RULES, event(**facts)).data())


def test_rules_that_did_not_hold_say_why() -> None:
    decision = decide(RULES, event(severity=EventSeverity.WARNING))
    assert {reason.params["rule"]: reason.params["why"] for reason in decision.lost} == {
        "tests": "labels.env", "backup": "any", "db": "severity_from", "loose": "source", "codes": "regex", "both": "all", "silent": "status",
    }  # fmt: skip


def test_what_a_rule_says_is_in_the_decision() -> None:
    decision = decide(RULES, event())
    assert (decision.kind, decision.team, decision.service, decision.ticket) == ("incident", "platform", "erp", None)
    assert decide(RULES, event(summary="e1234")).kind == "problem"


def test_an_open_ticket_of_the_group_takes_it() -> None:
    decision = decide(RULES, event(), ticket=42)
    assert (decision.action, decision.ticket, decision.rule) == ("attach", 42, "db")
    loose = decide(RULES, event(source="syslog", summary="x"), ticket=42)
    assert (loose.action, loose.ticket) == ("attach", 42)
    over = decide(RULES, event(status=EventStatus.RESOLVED), ticket=42)
    assert (over.action, over.ticket) == ("note", 42)
    assert decide(RULES, event(labels={"env": "dev"}), ticket=42).ticket is None


def test_maintenance_holds_it_back() -> None:
    window = Window("w", T, T + 60, change=9)
    decision = decide(RULES, event(), window=window)
    assert (decision.action, decision.rule) == ("note", None)
    assert decision.inputs["window"] == "w"
    assert decide(RULES, event(status=EventStatus.RESOLVED), window=window).steps[0].code == "event.not_firing"


def test_services_that_the_desk_knows_are_named() -> None:
    plain = compiled()
    known = {"orders": "orders-platform"}
    assert decide(plain, event(), services=known).service == "orders-platform"
    assert decide(plain, event(service="nosuch"), services=known).service is None
    assert decide(plain, event(service=None), services=known).service is None


def test_a_policy_without_a_section_has_sane_rules() -> None:
    found = compile_events(default_policy())
    assert (found.alert_times.reopen, found.alert_times.flap_changes, found.alert_times.flap_hold) == (1800, 3, 900)
    assert (found.group_times.wait, found.group_times.window) == (0, 300)
    assert decide(found, event()).data() == {
        "action": "open", "rule": None, "kind": "incident", "severity": "SEV2", "priority": "critical", "service": None,
        "team": None, "ticket": None,
        "steps": [
            {"code": "event.default.open", "event_severity": "critical"},
            {"code": "event.severity.map", "event_severity": "critical", "severity": "SEV2", "priority": "critical"},
            {"code": "event.service.unknown", "service": "Orders"},
        ],
        "lost": [],
        "inputs": {"source": "alertmanager", "status": "firing", "severity": "critical", "service": "Orders", "ci": "db1",
                   "digest": event().digest},
    }  # fmt: skip


SECTION = """
[event]
wait = "1m"
group_by = ["service"]
severity = { critical = "sev1" }

[[event.rule]]
id = "db"
when = { ci = ["db*"], labels = { env = ["prod"] } }
any = ["disk", "磁盘"]
action = "open"
severity = "sev1"
team = "network"
service = "erp"
"""


def test_the_section_of_a_document() -> None:
    codes = {service.code for service in default_policy().services}, {team.code for team in default_policy().teams}
    service, team = (sorted(one)[0] for one in codes)
    text = SECTION.replace('"network"', f'"{team}"').replace('"erp"', f'"{service}"')
    found = compile_events(parse_policy(without_rules() + text))
    assert (found.group_times.wait, found.group_by) == (60, ("service",))
    assert decide(found, event(summary="磁盘已满")).severity is Severity.SEV1
    assert decide(found, event(summary="disks fill up")).team == team


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        ('[event]\nwiat = "1m"', "did you mean wait"),
        ('[event]\nwait = "10m"', "wait must not be longer than window"),
        ('[event]\nreopen = "2wd"', "machines know no working days"),
        ('[event]\nseverity = { info = "sev1" }', "SEV1 is the gravest"),
        ("[event]\nflapping = { changes = 1 }", "must be at least 2"),
        ('[event]\ngroup_by = ["color"]', "is not one of"),
        ('[[event.rule]]\nid = "a"\naction = "page"', "is not one of"),
        ('[[event.rule]]\nid = "a"\naction = "note"\nteam = "network"', "opens nothing"),
        ('[[event.rule]]\nid = "a"\naction = "open"\nteam = "nosuch"', "there is no team nosuch"),
        ('[[event.rule]]\nid = "a"\naction = "open"\nservice = "nosuch"', "there is no service nosuch"),
        ('[[event.rule]]\nid = "a"\naction = "open"\nregex = ["(?=x)"]', "look-ahead"),
        ('[[event.rule]]\nid = "a"\naction = "open"\nany = ["*"]', "cannot be found in a text"),
        ('[[event.rule]]\nid = "a"\naction = "open"\n[[event.rule]]\nid = "a"\naction = "open"', "is given twice"),
    ],
)
def test_a_mistake_is_named_with_its_place(section: str, problem: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        parse_policy(without_rules() + "\n" + section)
    assert problem in str(refused.value)
    assert refused.value.problem.key.startswith("event")


GLOBS = st.lists(st.sampled_from(["db*", "*", "x", "orders"]), max_size=2)
WHENS = st.fixed_dictionaries({}, optional={
    "ci": GLOBS, "service": GLOBS, "source": GLOBS, "severity_from": st.sampled_from(EventSeverity),
    "status": st.lists(st.sampled_from(EventStatus), max_size=2), "labels": st.dictionaries(st.just("env"), GLOBS, max_size=1)})  # fmt: skip
ANY_RULES = st.lists(
    st.fixed_dictionaries({"when": WHENS, "action": st.sampled_from(["open", "attach", "ignore", "note"])},
                          optional={"any": st.just(["disk"]), "none": st.just(["disk"]), "all": st.just(["full", "磁盘"])}),
    max_size=4)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(rules=ANY_RULES, status=st.sampled_from(EventStatus), severity=st.sampled_from(EventSeverity),
       summary=st.text(max_size=20), ticket=st.none() | st.just(7))  # fmt: skip
def test_no_rule_can_make_what_is_over_open_anything(
    rules: list[dict[str, Any]], status: EventStatus, severity: EventSeverity, summary: str, ticket: int | None
) -> None:
    found = compiled(*({"id": f"r{n}", **rule} for n, rule in enumerate(rules)))
    decision = decide(found, event(status=status, severity=severity, summary=summary or "x"), ticket=ticket)
    if status in (EventStatus.RESOLVED, EventStatus.ACKNOWLEDGED):
        assert decision.action == "note"
    assert (decision.action in ("open", "attach")) == (decision.severity is not None)
    assert decision.action != "open" or ticket is None
    assert decision.action != "attach" or ticket is not None
