"""The filter language: what a text means, how mistakes are told, and that every tree comes back from its text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.vocabulary.filter_complete import complete
from helpdesk_tui.vocabulary.filter_fields import FIELDS, SORT_NAMES, TEXT
from helpdesk_tui.vocabulary.filters import (
    BY_NAME,
    And,
    Cmp,
    Day,
    Filter,
    FilterProblem,
    In,
    Not,
    Or,
    Phrase,
    Range,
    Relative,
    Special,
    Words,
    both,
    chips,
    conjuncts,
    find_field,
    fold,
    format_filter,
    leaves,
    mentions,
    parse_filter,
    remove_chip,
    time_bounds,
)
from helpdesk_tui.vocabulary.kinds import Phase
from helpdesk_tui.vocabulary.levels import Level, Priority

HOUR, DAY = 3600, 86400
NOW = 1_795_358_400  # 2026-11-22T14:40:00Z
MIDNIGHT = NOW - 14 * HOUR - 40 * 60

# (text, canonical text); the canonical text says what it means.
MEANINGS = [
    ("", ""),
    ("   \u3000 ", ""),
    ("vpn", "vpn"),
    ("vpn drops", "vpn drops"),
    ('"mail server"', '"mail server"'),
    ("-printer", "-printer"),
    ('-"paper jam"', '-"paper jam"'),
    ("kind:incident", "kind:incident"),
    ("KIND:Incident", "kind:incident"),
    ("type:inc", "kind:incident"),
    ("state:new,open", "state:new,open"),
    ('state:"in progress"', "state:in_progress"),
    ("status:in-progress", "state:in_progress"),
    ("-team:network", "-team:network"),
    ("team:Network", "team:Network"),
    ("team:mine", "team:mine"),
    ("priority:high..", "priority:high.."),
    ("pri:p1,p2", "priority:critical,high"),
    ("priority:high,high", "priority:high"),
    ("priority:>=high", "priority:>=high"),
    ("priority:critical..medium", "priority:medium..critical"),
    ("priority:critical,low..medium", "priority:critical OR priority:low..medium"),
    ("impact:..medium", "impact:..medium"),
    ("severity:1", "severity:sev1"),
    ("assignee:me", "assignee:me"),
    ("assignee:none", "assignee:none"),
    ('assignee:"none"', 'assignee:"none"'),
    ('assignee:"me"', 'assignee:"me"'),
    ("requester:ann@example.org", "requester:ann@example.org"),
    ("requester:Ann@Example.org", "requester:Ann@Example.org"),
    ('service:"mail server"', 'service:"mail server"'),
    ('service:"mail server",vpn', 'service:"mail server",vpn'),
    ('service:"a \\"b\\" c"', 'service:"a \\"b\\" c"'),
    ('title:"C:\\temp"', 'title:"C:\\\\temp"'),
    ("created:>=2026-01-01", "created:>=2026-01-01"),
    ("created_at:2026-01", "created:2026-01"),
    ("created:4h", "created:<=4h"),
    ("created:90m", "created:<=1h30m"),
    ("created:1d..7d", "created:1d..7d"),
    ("created:today,yesterday", "created:today,yesterday"),
    ("created:>2026-01-31T09:00Z", "created:>2026-01-31T09:00Z"),
    ("created:2026-01-31t09:00:30+08:00", "created:2026-01-31T09:00:30+08:00"),
    ('created:"2026-01-31 09:00"', "created:2026-01-31T09:00"),
    ("due:<4h", "due:<4h"),
    ("due:<-2h", "due:<-2h"),
    ("due:<now", "due:<now"),
    ("due:none", "due:none"),
    ("age:>2d", "age:>2d"),
    ("sla:breached", "sla:breached"),
    ("sla:none", "sla:none"),
    ("is:open is:mine", "is:open is:mine"),
    ("is:open,pending", "is:open,pending"),
    ("has:attachments", "has:attachment"),
    ("number:1042", "number:1042"),
    ("ref:INC-1042", "number:1042"),
    ("number:#1042,req-7", "number:1042,7"),
    ("number:100..200", "number:100..200"),
    ("number:200..100", "number:100..200"),
    ("number:..200", "number:..200"),
    ("reopens:>0", "reopen_count:>0"),
    ("parent:none", "parent:none"),
    ("major:yes", "major:yes"),
    ("major:FALSE", "major:no"),
    ("tag:vpn", "tag:vpn"),
    ("tag:a,b", "tag:a,b"),
    ("text:vpn", "vpn"),
    ("text:a:b", "text:a:b"),
    ('text:"a b"', '"a b"'),
    ("title:vpn", "title:vpn"),
    ('title:"mail server",vpn', 'title:"mail server" OR title:vpn'),
    ("sort:-priority,due", "sort:-priority,due"),
    ("sort:due sort:due,-number", "sort:due,-number"),
    ("vpn sort:created mail", "vpn mail sort:created"),
    ("a OR b", "a OR b"),
    ("a b OR c d", "a b OR c d"),
    ("(a OR b) c", "(a OR b) c"),
    ("(a b) c", "a b c"),
    ("(a)", "a"),
    ("a AND b", "a b"),
    ("-(a OR b)", "-(a OR b)"),
    ("-(-a)", "a"),
    ("(state:new OR (priority:high tag:x))", "state:new OR priority:high tag:x"),
    # words that merely look like syntax
    ("12:30", "12:30"),
    ("10.0.0.1:443", "10.0.0.1:443"),
    ("C++", "C++"),
    ("--help", "--help"),
    ("or and not", "or and not"),
    ("foo(bar)", "foo(bar)"),
    ("(foo(bar) x)", "foo(bar) x"),
    ("don't", "don't"),
    ('5"disk', '5"disk'),
    ("a,b", "a,b"),
    ("ORacle", "ORacle"),
    ("INC-1042", "INC-1042"),
    ("vpn@2x", "vpn@2x"),
    # full-width forms and Chinese names
    ("优先级:高", "priority:high"),
    ("优先级：高，低", "priority:high,low"),
    ("优先级：紧急、高", "priority:critical,high"),
    ("状态：新建", "state:new"),
    ("状态：处理中　－团队：“网络 一组”", 'state:in_progress -team:"网络 一组"'),
    ("类型：事件　是：未分派", "kind:incident is:unassigned"),
    ("到期：＜４ｈ", "due:<4h"),
    ("到期：《4小时", "due:<4h"),
    ("创建：≥２０２６－０１－０１", "created:>=2026-01-01"),
    ("编号：１００。。２００", "number:100..200"),
    ("处理人：我", "assignee:me"),
    ("标签：「甲 乙」", 'tag:"甲 乙"'),
    ("“网络 故障”", '"网络 故障"'),
    ("（打印机　OR　邮件）", "打印机 OR 邮件"),
    ("排序：－优先级，到期", "sort:-priority,due"),
    ("打印机坏了，无法打印。", "打印机坏了，无法打印。"),
    # controls and marks separate like blanks
    ("vpn\x00mail\x1b[31m", "vpn mail [31m"),
    ("\ufeffstate:new\u200b", "state:new"),
    ('"a\x1b\ud800b"', '"a  b"'),
]


@pytest.mark.parametrize(("text", "canonical"), MEANINGS)
def test_what_a_text_means(text: str, canonical: str) -> None:
    parsed = parse_filter(text)
    assert format_filter(parsed) == canonical
    assert parse_filter(canonical) == parsed


def test_the_example_of_the_contract() -> None:
    parsed = parse_filter(
        "kind:incident state:new,open -team:network priority:high.. assignee:me created:>=2026-01-01 due:<4h "
        'sla:breached service:mail tag:vpn "exact phrase" words sort:-priority,due'
    )
    assert isinstance(parsed.where, And)
    kind, state, team, priority, assignee, created, due, sla, service, tag, phrase, words = parsed.where.nodes
    assert kind == In(BY_NAME["kind"], ("incident",))
    assert state == In(BY_NAME["state"], ("new", Phase.OPEN))
    assert team == Not(In(BY_NAME["team"], ("network",)))
    assert priority == Range(BY_NAME["priority"], Priority.HIGH, None)
    assert assignee == In(BY_NAME["assignee"], (Special.ME,))
    assert isinstance(created, Cmp) and created.op == ">=" and str(created.value) == "2026-01-01"
    assert due == Cmp(BY_NAME["due"], "<", Relative(4 * HOUR))
    assert sla == In(BY_NAME["sla"], ("breached",))
    assert service == In(BY_NAME["service"], ("mail",))
    assert tag == In(BY_NAME["tag"], ("vpn",))
    assert phrase == Phrase(TEXT, "exact phrase")
    assert words == Words(TEXT, "words")
    assert [(step.field.name, step.descending) for step in parsed.sort] == [("priority", True), ("due", False)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("priority:high", Priority.HIGH),
        ("impact:low", Level.LOW),
        ("phase:pending", Phase.PENDING),
        ("state:pending", Phase.PENDING),
        ("state:new", "new"),
        ("channel:E-Mail", "email"),
        ("moscow:none", Special.NONE),
        ("number:INC-7", 7),
        ("pinned:1", True),
        ("assignee:Me", Special.ME),
        ("team:Mail Desk", "Mail"),
        ("created:today", Day(0)),
        ("language:ZH", "ZH"),
    ],
)
def test_values_are_what_the_tables_hold(text: str, value: object) -> None:
    leaf = next(leaves(parse_filter(text).where))
    assert isinstance(leaf, In)
    assert leaf.values == (value,) and type(leaf.values[0]) is type(value)


# (text, start, end, part of the message, nearest, the whole with the term quoted)
MISTAKES = [
    ("foo:bar", 0, 3, "no field foo", None, '"foo:bar"'),
    ("vpn priorty:high", 4, 11, "no field priorty", "priority:", 'vpn "priorty:high"'),
    ("http://example.org/x", 0, 4, "no field http", None, '"http://example.org/x"'),
    ("-foo:bar", 1, 4, "no field foo", None, '-"foo:bar"'),
    ("错误：无法连接", 0, 2, "no field 错误", None, '"错误：无法连接"'),
    ("Re: printer", 0, 2, "no field Re", "ref:", '"Re:" printer'),
    ("priority:hgh", 9, 12, "hgh", "priority:high", '"priority:hgh"'),
    ("state:new,clsed", 10, 15, "clsed", "state:closed", '"state:new,clsed"'),
    ("is:opne", 3, 7, "opne", "is:open", '"is:opne"'),
    ("优先级：搞", 4, 5, "搞", None, '"优先级：搞"'),
    ("sla:breeched", 4, 12, "breeched", "sla:breached", '"sla:breeched"'),
    ("created:yesterdy", 8, 16, "yesterdy", "created:yesterday", '"created:yesterdy"'),
    ("created:2026-02-30", 8, 18, "2026-02-30", None, '"created:2026-02-30"'),
    ("created:>-2h", 9, 12, "-2h", None, '"created:>-2h"'),
    ("created:999999999d", 8, 18, "999999999d", None, '"created:999999999d"'),
    ("created:none", 8, 12, "none", None, '"created:none"'),
    ("created:2026-01-01T25:00", 8, 24, "T25:00", None, '"created:2026-01-01T25:00"'),
    ("due:>none", 5, 9, "none", "due:none", '"due:>none"'),
    ("number:abc", 7, 10, "abc", None, '"number:abc"'),
    ("number:99999999999999999999", 7, 27, "9999", None, '"number:99999999999999999999"'),
    ("major:maybe", 6, 11, "yes, no", None, '"major:maybe"'),
    ("state:", 0, 6, "needs a value", None, None),
    ("state:new,", 0, 10, "needs a value", None, None),
    ("state: new", 0, 6, "needs a value", None, None),
    ("priority:..", 0, 11, "needs a value", None, None),
    ("priority:>", 0, 10, "needs a value", None, None),
    ('service:""', 8, 10, "needs a value", None, None),
    ("sort:", 0, 5, "needs a value", None, None),
    ("kind:>incident", 5, 14, "has no order", None, '"kind:>incident"'),
    ("tag:a..b", 4, 8, 'tag:"a..b"', None, '"tag:a..b"'),
    ("priority:>low..high", 9, 19, "write priority:low..high", None, None),
    ("state:!closed", 6, 13, "-state:closed", None, None),
    ("state=new", 0, 9, "write state:new", None, '"state=new"'),
    ("priority>=high", 0, 14, "write priority:>=high", None, '"priority>=high"'),
    ("state!=new", 0, 10, "write -state:new", None, '"state!=new"'),
    ("sort:prio,-titel", 10, 16, "sorted by", "sort:title", None),
    ("sort:is", 5, 7, "sorted by is", None, None),
    ("-sort:due", 0, 9, "stands outside", None, None),
    ("(sort:due)", 1, 9, "stands outside", None, None),
    ('vpn "mail', 4, 9, "not closed", None, None),
    ('service:"mail', 8, 13, "not closed", None, None),
    ('service:"mail"x', 14, 15, "after the closing quotes", None, None),
    ('""', 0, 2, "no letter and no digit", None, None),
    ("a - b", 2, 3, "no letter and no digit", None, None),
    ("???", 0, 3, "no letter and no digit", None, None),
    ("(a b", 0, 1, "not closed", None, '"(a b"'),
    ("a ()", 2, 4, "nothing stands", None, None),
    ("OR", 0, 2, "both sides", None, '"OR"'),
    ("a OR", 2, 4, "both sides", None, 'a "OR"'),
    ("OR a", 0, 2, "both sides", None, '"OR" a'),
    ("a OR OR b", 2, 4, "both sides", None, 'a "OR" OR b'),
    ("a OR sort:due", 2, 4, "both sides", None, 'a "OR" sort:due'),
    ("a AND", 2, 5, "both sides", None, 'a "AND"'),
    ("(" * 21 + "a" + ")" * 21, 20, 21, "inside each other", None, None),
    ("x" * 4001, 4000, 4001, "4000 characters", None, None),
    ("title:" + ",".join(f"w{n}" for n in range(101)), 0, 400, "100 terms", None, None),
    ("a " * 101, 200, 202, "100 terms", None, None),
]


@pytest.mark.parametrize(("text", "start", "end", "message", "nearest", "repaired"), MISTAKES)
def test_mistakes_are_told_with_place_and_way_out(
    text: str, start: int, end: int, message: str, nearest: str | None, repaired: str | None
) -> None:
    with pytest.raises(FilterProblem) as caught:
        parse_filter(text)
    told = caught.value
    assert (told.start, told.end) == (start, end)
    assert message in str(told)
    assert told.nearest == nearest
    assert told.repaired() == repaired
    assert told.exit_code == 2 and told.english == str(told)
    if repaired is not None:
        assert told.quoted is not None and told.quoted in str(told)
        if repaired.count("OR") < 2:
            parse_filter(repaired)


def test_the_place_is_marked_under_the_filter() -> None:
    with pytest.raises(FilterProblem) as caught:
        parse_filter("标签：\x1b vpn")
    assert caught.value.marked().splitlines() == ["标签：␛ vpn", "^^^^^^"]


def test_limits_are_met_exactly() -> None:
    parse_filter("a" * 4000)
    assert len(conjuncts(parse_filter("a " * 100).where)) == 100
    parse_filter("(" * 20 + "a" + ")" * 20)
    parse_filter("title:" + ",".join(f"w{n}" for n in range(100)))
    assert parse_filter("number:" + ",".join(map(str, range(900)))).where == In(BY_NAME["number"], tuple(range(900)))


def test_every_spelling_belongs_to_one_field() -> None:
    seen: dict[str, str] = {fold(name): "sort" for name in SORT_NAMES}
    for field in FIELDS:
        for spelling in (field.name, *field.aliases):
            assert seen.setdefault(fold(spelling), field.name) == field.name, spelling
            assert find_field(spelling) == field
        if field.key:
            found = find_field(field.key)
            assert found is not None and found.key == field.key


def test_every_value_is_found_by_all_its_spellings() -> None:
    for field in FIELDS:
        for code in field.codes:
            for spelling in (code.code, code.label, *code.aliases):
                assert field.find(spelling) is not None, (field.name, spelling)
            for spelling in (code.code, *code.aliases):
                assert field.find(spelling.upper()) == code, (field.name, spelling)
            assert field.code_of(code.value) == code.code


def test_every_key_of_one_ticket_can_be_asked_for() -> None:
    keys = """number ref external_id kind title description channel state phase priority impact urgency moscow category
        service ci requester team assignee parent tags language major created_at updated_at first_response_at
        resolved_at closed_at response_due_at resolution_due_at sla_state reopen_count reassignment_count version"""
    assert [key for key in keys.split() if find_field(key) is None] == []


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("created:<4h", [(NOW - 4 * HOUR + 1, None)]),
        ("created:<=4h", [(NOW - 4 * HOUR, None)]),
        ("created:4h", [(NOW - 4 * HOUR, None)]),
        ("created:>4h", [(None, NOW - 4 * HOUR)]),
        ("created:4h..", [(None, NOW - 4 * HOUR + 1)]),
        ("created:..4h", [(NOW - 4 * HOUR, None)]),
        ("created:1d..7d", [(NOW - 7 * DAY, NOW - DAY + 1)]),
        ("created:7d..1d", [(NOW - 7 * DAY, NOW - DAY + 1)]),
        ("age:>2d", [(None, NOW - 2 * DAY)]),
        ("due:<4h", [(None, NOW + 4 * HOUR)]),
        ("due:>4h", [(NOW + 4 * HOUR + 1, None)]),
        ("due:<=-2h", [(None, NOW - 2 * HOUR + 1)]),
        ("due:1h..4h", [(NOW + HOUR, NOW + 4 * HOUR + 1)]),
        ("due:<now", [(None, NOW)]),
        ("created:today", [(MIDNIGHT, MIDNIGHT + DAY)]),
        ("created:yesterday", [(MIDNIGHT - DAY, MIDNIGHT)]),
        ("created:<today", [(None, MIDNIGHT)]),
        ("created:<=today", [(None, MIDNIGHT + DAY)]),
        ("created:>yesterday", [(MIDNIGHT, None)]),
        ("due:tomorrow,none", [(MIDNIGHT + DAY, MIDNIGHT + 2 * DAY)]),
        ("created:2026-11-22", [(MIDNIGHT, MIDNIGHT + DAY)]),
        ("created:2026-11-21..2026-11-22", [(MIDNIGHT - DAY, MIDNIGHT + DAY)]),
        ("created:2026-11-22T14:40Z", [(NOW, NOW + 60)]),
        ("created:2026-11-22T22:40:00+08:00", [(NOW, NOW + 1)]),
        ("created:2026-12", [(MIDNIGHT + 9 * DAY, MIDNIGHT + 40 * DAY)]),
        ("created:2027", [(MIDNIGHT + 40 * DAY, MIDNIGHT + 405 * DAY)]),
    ],
)
def test_times_are_read_at_the_moment_of_asking(text: str, bounds: list[tuple[int | None, int | None]]) -> None:
    leaf = next(leaves(parse_filter(text).where))
    assert isinstance(leaf, (In, Cmp, Range))
    assert time_bounds(leaf, NOW) == bounds


def test_days_are_those_of_the_viewer() -> None:
    from zoneinfo import ZoneInfo

    def day(text: str, zone: str) -> tuple[int | None, int | None]:
        leaf = next(leaves(parse_filter(text).where))
        assert isinstance(leaf, In)
        return time_bounds(leaf, NOW, ZoneInfo(zone))[0]

    assert day("created:today", "Asia/Shanghai") == (MIDNIGHT - 8 * HOUR, MIDNIGHT + 16 * HOUR)
    start, end = day("created:2026-03-08", "America/New_York")  # the day on which an hour is left out
    assert start is not None and end is not None and end - start == 23 * HOUR


def test_chips_are_the_terms_as_typed() -> None:
    text = "优先级:高  (a OR b) -tag:x sort:-due,number vpn"
    parsed = parse_filter(text)
    assert [chip.text for chip in chips(parsed)] == ["优先级:高", "(a OR b)", "-tag:x", "sort:-due,number", "vpn"]
    assert remove_chip(text, 0) == "(a OR b) -tag:x sort:-due,number vpn"
    assert remove_chip(text, 1) == "优先级:高 -tag:x sort:-due,number vpn"
    assert remove_chip(text, 3) == "优先级:高  (a OR b) -tag:x vpn"
    assert remove_chip("(a b) c", 0) == "( b) c"
    assert remove_chip("a OR b", 0) == ""
    assert remove_chip("a AND b", 1) == "a"
    with pytest.raises(IndexError):
        remove_chip("a", 1)


def test_helpers_of_the_tree() -> None:
    a, b = parse_filter("is:deleted OR vpn").where, parse_filter("a b").where
    assert mentions(a, "is", "deleted") and not mentions(a, "is", "open") and not mentions(b, "is")
    assert both(None, None) is None and both(a, None) == a
    assert both(a, b) == parse_filter("(is:deleted OR vpn) a b").where


_PIECES = st.sampled_from(
    [
        "a",
        "b",
        "vpn",
        "打印",
        "C++",
        "--x",
        ":)",
        "x)",
        "OR",
        "AND",
        "(",
        ")",
        "-(",
        "-",
        '"',
        "“",
        "”",
        "「",
        "」",
        ",",
        "，",
        "..",
        "。。",
        ":",
        "：",
        "<",
        ">=",
        "≤",
        "state:",
        "priority:",
        "created:",
        "due:",
        "title:",
        "tag:",
        "assignee:",
        "number:",
        "sort:",
        "is:",
        "has:",
        "text:",
        "sla:",
        "new",
        "open",
        "high",
        "low",
        "critical",
        "none",
        "me",
        "today",
        "4h",
        "-2h",
        "2026-01",
        "2026-01-31T10:00Z",
        "1042",
        "INC-7",
        "\\",
        '\\"',
        "!",
        "=",
        "foo:",
        "\u200b",
        "\x1b",
        "�",
        "Ａ",
        "４ｈ",
    ]
)
_SOUP = st.lists(st.tuples(_PIECES, st.sampled_from(["", " ", "　"])), max_size=14).map(
    lambda parts: "".join(piece + gap for piece, gap in parts)
)


def _read(text: str) -> tuple[Filter | None, FilterProblem | None]:
    try:
        return parse_filter(text), None
    except FilterProblem as told:
        return None, told


@given(st.one_of(st.text(st.characters(), max_size=80), _SOUP))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    parsed, told = _read(text)
    if parsed is None:
        assert told is not None and 0 <= told.start <= told.end <= len(text)
        assert told.marked() and str(told)
        return
    assert parse_filter(format_filter(parsed)) == parsed
    for index, chip in enumerate(chips(parsed)):
        assert text[chip.start : chip.end] == chip.text != ""
        assert len(chips(parse_filter(remove_chip(text, index)))) == len(chips(parsed)) - 1


@given(st.one_of(st.text(st.characters(), max_size=60), _SOUP), st.integers(-3, 70))
def test_completion_never_fails(text: str, cursor: int) -> None:
    for item in complete(text, cursor, {"people": ["Ana", "Zhang Wei"], "tags": ["vpn"]}):
        assert 0 <= item.start <= item.end <= len(text) and item.text


_VALUES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=12).map(str.strip).filter(bool)
_LEAVES = st.one_of(
    st.builds(In, st.sampled_from([BY_NAME[n] for n in ("team", "assignee", "tag", "category")]), st.tuples(_VALUES)),
    st.builds(
        lambda ps: In(BY_NAME["priority"], tuple(dict.fromkeys(ps))), st.lists(st.sampled_from(Priority), min_size=1)
    ),
    st.builds(lambda low: Range(BY_NAME["number"], low, low + 5), st.integers(0, 10**9)),
    st.builds(lambda s: Cmp(BY_NAME["due"], "<", Relative(s)), st.integers(-(10**6), 10**9)),
    st.builds(lambda t: Phrase(BY_NAME["title"], t), _VALUES.filter(lambda t: any(map(str.isalnum, t)))),
)


@given(st.lists(_LEAVES, min_size=2, max_size=4), st.lists(_LEAVES, min_size=2, max_size=3), st.booleans())
def test_trees_made_by_hand_come_back(first: list[In], second: list[In], negated: bool) -> None:
    group = Or(tuple(second))
    tree = Filter(And((*first, Not(group) if negated else group)))
    assert parse_filter(format_filter(tree)) == tree
