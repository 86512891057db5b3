"""What a filter means on plain values."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.vocabulary.filter_fields import FIELDS, FieldType
from helpdesk_tui.vocabulary.filter_predicate import Viewer, matches, text_has, units
from helpdesk_tui.vocabulary.filters import And, Node, Not, Or, parse_filter
from helpdesk_tui.vocabulary.kinds import Phase
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.records import NEVER

HOUR, DAY = 3600, 86400
NOW = 1_795_358_400  # 2026-11-22T14:40:00Z
ANA = Viewer.of(["ana", "Ana Lopez", "ana@example.org"], ["network", "Netzwerk"])

TICKET: dict[str, Any] = {
    "number": 1042,
    "ref": "INC-1042",
    "external_id": "SN-0007",
    "kind": "incident",
    "title": "VPN drops every ten minutes",
    "description": "新员工无法连接 VPN，提示错误 691。\nSee C:\\logs\\vpn.txt",
    "channel": "email",
    "state": "in_progress",
    "phase": "open",
    "priority": "high",
    "impact": "medium",
    "urgency": "high",
    "moscow": None,
    "severity": None,
    "category": "Network/VPN",
    "service": {"code": "vpn", "name": "Remote access"},
    "ci": None,
    "requester": {"name": "张伟", "email": "Zhang.Wei@Example.org"},
    "team": {"code": "network", "name": "Network team"},
    "assignee": "Ana Lopez",
    "watchers": ["bo", "ana"],
    "parent": None,
    "tags": ["VPN", "远程"],
    "language": "zh",
    "major": False,
    "pinned": True,
    "vip": False,
    "created_at": NOW - 5 * HOUR,
    "updated_at": NOW - 60,
    "first_response_at": None,
    "resolved_at": None,
    "closed_at": None,
    "response_due_at": NOW - 60,
    "resolution_due_at": NOW + 3 * HOUR,
    "sla_state": "breached",
    "reopen_count": 0,
    "reassignment_count": 2,
    "affected_users": 14,
    "version": 7,
    "attachments": 1,
    "checklist": [],
    "links": [1040],
    "children": 0,
    "merged_into": None,
    "deleted_at": None,
}


def _holds(text: str, record: Mapping[str, object] = TICKET, me: Viewer | None = ANA) -> bool:
    return matches(parse_filter(text).where, record, NOW, me=me)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sort:-priority",
        "kind:incident",
        "kind:request,incident",
        "state:in_progress",
        "state:open",
        "phase:open",
        "phase:..pending",
        "priority:high",
        "priority:high..",
        "priority:<critical",
        "priority:low,medium..high",
        "severity:none",
        "-severity:sev1..sev5",
        "moscow:none",
        "service:VPN",
        'service:"remote ACCESS"',
        "ci:none",
        "team:network",
        "team:mine",
        "assignee:me",
        'assignee:"ana lopez"',
        "watcher:bo",
        "watcher:me",
        "requester:zhang.wei@example.org",
        "requester:张伟",
        "tag:vpn",
        "tag:远程,x",
        "category:network/vpn",
        "number:1042",
        "number:1000..1042",
        "id:INC-1042",
        "parent:none",
        "reassignments:>1",
        "affected:14",
        "external:sn-0007",
        "language:ZH",
        "major:no",
        "pinned:yes",
        "created:<6h",
        "created:>4h",
        "created:today",
        "age:4h..6h",
        "created:2026-11",
        "first_response:none",
        "due:<now",
        "due:<4h",
        "resolution_due:<4h",
        "resolution_due:>2h",
        "-pending_until:<9d",
        "sla:breached",
        "is:open",
        "is:mine",
        "is:assigned",
        "is:watched",
        "is:overdue",
        "is:pinned",
        "has:attachment",
        "has:link",
        "has:tag",
        "-has:checklist,parent,child",
        "-is:deleted,merged,vip,major,paused,unassigned,done,new,pending,resolved,closed",
        "vpn drops",
        "INC-1042",
        "1042",
        '"drops every"',
        "连接",
        "无法连接",
        "691",
        "vpn.txt",
        "title:DROPS",
        'description:"vpn txt"',
        "(is:closed OR priority:high) vpn",
        "-(kind:request state:new)",
        "优先级：高 标签：ＶＰＮ",
    ],
)
def test_what_holds(text: str) -> None:
    assert _holds(text)
    where = parse_filter(text).where
    assert where is None or not matches(Not(where), TICKET, NOW, me=ANA)


@pytest.mark.parametrize(
    "text",
    [
        "kind:request",
        "state:new",
        "state:pending",
        "priority:critical",
        "priority:>high",
        "severity:sev1..",
        "severity:<=5",
        "service:remote",
        "team:none",
        'team:"mine"',
        "assignee:none",
        'assignee:"me"',
        "tag:none",
        "watcher:cy",
        "number:1043..",
        "parent:1..",
        "created:<4h",
        "created:yesterday",
        "first_response:<9d",
        "pending_until:today",
        "due:none",
        "due:>1h",
        "sla:ok",
        "major:yes",
        "is:closed",
        "is:unassigned",
        "has:checklist",
        "has:child",
        "drop",
        "title:员工",
        '"every drops"',
        "接连",
        "vpn -drops",
        "INC-1043",
    ],
)
def test_what_does_not_hold(text: str) -> None:
    assert not _holds(text)


def test_nobody_is_never_me() -> None:
    assert not _holds("assignee:me OR watcher:me OR team:mine OR is:mine OR is:watched", me=None)


def test_a_finished_ticket_is_not_overdue_and_never_is_no_time() -> None:
    assert not _holds("is:overdue", {**TICKET, "phase": "resolved"})
    assert not _holds("is:overdue OR due:<9d", {**TICKET, "due_at": NEVER})
    assert _holds("due:none", {**TICKET, "due_at": NEVER})
    assert _holds("due:none", {**TICKET, "due_at": None})


def test_an_empty_record_is_judged_without_failing() -> None:
    for field in FIELDS:
        for code in field.codes:
            _holds(f"{field.name}:{code.code}", {})
        if field.nullable and field.type is not FieldType.TEXT:
            assert _holds(f"{field.name}:none", {}), field.name
        if field.ordered and not field.codes:
            assert not _holds(f"{field.name}:<9", {}) if not field.timed else not _holds(f"{field.name}:<9d", {})
    assert not _holds("vpn", {})


def test_a_text_of_the_record_stands_for_the_whole_ticket() -> None:
    record = {**TICKET, "text": "a reply about toner"}
    assert _holds("toner", record) and not _holds("drops", record) and _holds("title:drops", record)


def test_days_follow_the_zone() -> None:
    tree = parse_filter("created:today").where
    late = {"created_at": NOW + 2 * HOUR}  # 00:40 of the next day in Shanghai
    assert matches(tree, late, NOW)
    assert not matches(tree, late, NOW, ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("VPN drops", [["vpn"], ["drops"]]),
        ("C++ 10.0", [["c"], ["10"], ["0"]]),
        ("邮件server坏了", [["邮", "件"], ["server"], ["坏", "了"]]),
        ("Ａ１ Straße", [["a1"], ["strasse"]]),
        ("!?", []),
    ],
)
def test_units_of_a_text(text: str, runs: list[list[str]]) -> None:
    assert units(text) == runs


def test_nothing_to_look_for_is_never_found() -> None:
    assert not text_has("anything", "--") and not text_has("", "x")
    assert text_has("a, b", "a b", phrase=True) and not text_has("a x b", "a b", phrase=True)


_RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "number": st.integers(1, 2000),
        "kind": st.sampled_from(["incident", "request", "problem"]),
        "state": st.sampled_from(["new", "in_progress", "closed"]),
        "phase": st.sampled_from([p.code for p in Phase]),
        "priority": st.sampled_from([p.code for p in Priority]),
        "severity": st.one_of(st.none(), st.integers(1, 5)),
        "assignee": st.sampled_from([None, "ana", "bo"]),
        "tags": st.lists(st.sampled_from(["vpn", "mail"]), max_size=2),
        "title": st.sampled_from(["VPN drops", "邮件坏了", ""]),
        "created_at": st.integers(NOW - 9 * DAY, NOW),
        "due_at": st.one_of(st.none(), st.integers(NOW - DAY, NOW + DAY)),
    },
)
_TREES = st.recursive(
    st.sampled_from(
        [
            "kind:incident",
            "state:new,open",
            "priority:high..",
            "priority:<medium",
            "severity:sev2..",
            "assignee:me",
            "assignee:none",
            "tag:vpn",
            "tag:none",
            "vpn",
            "邮件",
            "created:<4h",
            "created:today",
            "due:<4h",
            "due:none",
            "number:100..900",
            "is:overdue",
            "is:open",
        ]
    ).map(lambda text: parse_filter(text).where),
    lambda nodes: st.one_of(
        nodes.map(lambda n: n and Not(n)),
        st.tuples(nodes, nodes).map(lambda pair: pair[0] and pair[1] and And((pair[0], pair[1]))),
        st.tuples(nodes, nodes).map(lambda pair: pair[0] and pair[1] and Or((pair[0], pair[1]))),
    ),
    max_leaves=6,
)


@given(_TREES, _TREES, _RECORDS)
def test_logic_is_two_valued(a: Node, b: Node, record: dict[str, object]) -> None:
    def holds(node: Node) -> bool:
        return matches(node, record, NOW, me=ANA)

    assert holds(Not(a)) is not holds(a)
    assert holds(And((a, b))) is (holds(a) and holds(b))
    assert holds(Not(Or((a, b)))) is holds(And((Not(a), Not(b))))


@given(_RECORDS, st.sampled_from(list(Priority)))
def test_a_range_is_its_two_comparisons(record: dict[str, object], level: Priority) -> None:
    def holds(text: str) -> bool:
        return _holds(text, record)

    code = level.code
    assert holds(f"priority:{code}..") is holds(f"priority:>={code}")
    assert holds(f"priority:..{code}") is holds(f"priority:<={code}")
    assert holds(f"priority:<={code}") is holds(f"priority:<{code} OR priority:{code}")
    assert (
        holds("created:<4h") is not (holds("created:>=4h") or "created_at" not in record) or "created_at" not in record
    )
