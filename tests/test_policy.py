"""The policy document: the default is sound, every kind of mistake is named with its line and key."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.rules.policy import MAX_DOCUMENT, Policy, PolicyInvalid, check_policy, parse_policy
from helpdesk_tui.rules.policy_base import Duration, Mark, parse_duration, parse_mark
from helpdesk_tui.rules.policy_lines import key_lines, line_of
from helpdesk_tui.rules.policy_lint import lint
from helpdesk_tui.rules.policy_work import When
from helpdesk_tui.rules.sla_switches import CHOICES, DEFAULT
from helpdesk_tui.vocabulary.channels import Channel
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.kinds import STATES, Kind, Phase
from helpdesk_tui.vocabulary.levels import Level, Priority, Severity
from helpdesk_tui.vocabulary.reasons import sentence
from tests.policy_text import changed, default_policy, default_text, line_with, without_rules

AREAS = {
    "access", "hardware", "software", "network", "mail", "telephony", "printing", "storage", "security",
    "joiner_leaver", "purchase", "facilities",
}  # fmt: skip


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)


def test_the_default_document_is_useful_on_day_one() -> None:
    policy = default_policy()
    assert len(policy.rules) >= 40
    assert len(policy.services) >= 12
    assert len(policy.teams) >= 5
    assert {rule.votes.category for rule in policy.rules} >= AREAS
    assert {item.code for item in policy.categories} >= AREAS | {"other"}
    assert len([line for line in default_text().splitlines() if line.startswith("#")]) >= 50


def test_every_area_has_rules_in_both_languages() -> None:
    for area in sorted(AREAS):
        words = [word for rule in default_policy().rules if rule.votes.category == area for word in rule.any]
        assert sum(map(has_chinese, words)) >= 3, area
        assert sum(not has_chinese(word) for word in words) >= 3, area


def test_every_name_has_chinese() -> None:
    policy = default_policy()
    for category in policy.categories:
        assert has_chinese(category.name_zh), category.code
    for service in policy.services:
        assert has_chinese(service.name_zh), service.code
    for team in policy.teams:
        assert has_chinese(team.name_zh), team.code
    for indicator in policy.indicators:
        assert has_chinese(indicator.name_zh), indicator.code


def test_the_default_needs_no_advice() -> None:
    assert [sentence(reason.data(), english=True) for reason in lint(default_policy())] == []


def test_the_default_matrix() -> None:
    expected = {
        ("high", "high"): Priority.CRITICAL,
        ("high", "medium"): Priority.HIGH,
        ("medium", "high"): Priority.HIGH,
        ("high", "low"): Priority.MEDIUM,
        ("medium", "medium"): Priority.MEDIUM,
        ("low", "high"): Priority.MEDIUM,
        ("medium", "low"): Priority.LOW,
        ("low", "medium"): Priority.LOW,
        ("low", "low"): Priority.LOW,
    }
    matrix = default_policy().matrix
    assert {pair: matrix.priority_of(*pair) for pair in expected} == expected
    assert matrix.priority(Level.HIGH, Level.LOW) is Priority.MEDIUM


def test_the_default_severities() -> None:
    found = [default_policy().severity.priority(severity) for severity in Severity]
    assert found == [Priority.CRITICAL, Priority.CRITICAL, Priority.HIGH, Priority.MEDIUM, Priority.LOW]


def test_every_switch_stands_in_the_document_at_its_advised_value() -> None:
    assert set(default_policy().sla.switches) == set(CHOICES)
    assert default_policy().sla.clock_switches() == DEFAULT


def test_life_cycles_cover_every_kind_and_its_phases() -> None:
    for kind in Kind:
        life = default_policy().lifecycle.of(kind)
        phases = {state.code: state.phase for state in STATES[kind]}
        assert phases[life.initial] is Phase.NEW
        assert phases[life.resolve] is Phase.RESOLVED
        assert phases[life.close] is Phase.CLOSED
        assert phases[life.cancel] is Phase.CLOSED
        assert all(phases[code] is Phase.PENDING for code in life.pausing)
        into_resolved = [move for move in life.moves if move.to == life.resolve]
        assert into_resolved
        assert all("resolution" in move.requires for move in into_resolved)
        assert all(move.reason for move in life.moves if move.to == life.cancel)


def test_a_policy_survives_its_json_form() -> None:
    policy = default_policy()
    again = Policy.model_validate(policy.model_dump(mode="json", by_alias=True))
    assert again == policy


def test_a_policy_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        default_policy().desk.name = "other"  # type: ignore[misc]


# -- matrices ------------------------------------------------------------------------------------------------------

MATRIX = default_text()[default_text().index("[matrix]") : default_text().index("[priority]")]


def with_matrix(block: str) -> Policy:
    return parse_policy(changed(MATRIX, block + "\n"))


def test_a_transposed_matrix_keeps_its_meaning() -> None:
    # Impact alone makes it critical, urgency alone never does; written both ways round it must say the same.
    by_impact = with_matrix("""[matrix]
rows = "impact"
columns = "urgency"
order = "high_first"
impact = ["high", "medium", "low"]
urgency = ["high", "medium", "low"]
table = [["critical", "critical", "high"], ["high", "medium", "low"], ["low", "low", "low"]]""").matrix
    by_urgency = with_matrix("""[matrix]
rows = "urgency"
columns = "impact"
order = "low_first"
impact = ["low", "medium", "high"]
urgency = ["low", "medium", "high"]
table = [["low", "low", "high"], ["low", "medium", "critical"], ["low", "high", "critical"]]""").matrix
    for impact in Level:
        for urgency in Level:
            assert by_impact.priority(impact, urgency) == by_urgency.priority(impact, urgency), (impact, urgency)
    assert by_impact.priority(Level.HIGH, Level.LOW) is Priority.HIGH
    assert by_impact.priority(Level.LOW, Level.HIGH) is Priority.LOW


def test_a_wide_matrix() -> None:
    matrix = with_matrix("""[matrix]
rows = "impact"
columns = "urgency"
order = "low_first"
impact = ["one", "few", "site", "company", "public"]
urgency = ["can wait", "now"]
table = [["low", "low"], ["low", "medium"], ["medium", "high"], ["high", "high"], ["high", "critical"]]""").matrix
    assert matrix.priority_of("public", "now") is Priority.CRITICAL
    assert matrix.priority_of("site", "can wait") is Priority.MEDIUM
    assert [matrix.name_of("impact", level) for level in Level] == ["one", "site", "public"]
    assert [matrix.name_of("urgency", level) for level in Level] == ["can wait", "now", "now"]
    with pytest.raises(KeyError):
        matrix.priority_of("nobody", "now")


def test_a_five_by_five_matrix_uses_its_own_names() -> None:
    levels = '["very high", "high", "medium", "low", "very low"]'
    row = '["critical", "high", "medium", "low", "low"]'
    policy = with_matrix(f"""[matrix]
rows = "impact"
columns = "urgency"
order = "high_first"
impact = {levels}
urgency = {levels}
table = [{", ".join([row] * 5)}]""")
    assert policy.matrix.priority(Level.HIGH, Level.HIGH) is Priority.HIGH
    assert policy.matrix.priority_of("low", "very high") is Priority.CRITICAL


# -- mistakes ------------------------------------------------------------------------------------------------------

MISTAKES = [
    ("syntax", 'name = "IT service desk"', "name = IT service desk", "name = IT", "", "TOML"),
    ("given twice in a table", "[severity]", "[matrix]", None, "", "TOML"),
    ("unknown key", 'language = "en" ', 'langauge = "en" ', "langauge", "desk.langauge", "did you mean language"),
    ("unknown section", "[severity]", "[severities]", "[severities]", "severities", "did you mean severity"),
    ("unknown key in a list", 'id = "vpn"', 'id = "vpn"\nwieght = 3', "wieght", "rules[vpn].wieght", "weight"),
    ("missing", 'timezone = "Europe/Berlin" ', "# ", "[desk]", "desk.timezone", "missing"),
    ("format", "format = 1", "format = 2", "format = 2", "format", "not one of"),
    ("number", "vip_steps = 1 ", 'vip_steps = "one" ', "vip_steps", "priority.vip_steps", "whole number"),
    ("range", "vip_steps = 1 ", "vip_steps = 9 ", "vip_steps = 9", "priority.vip_steps", "at most 3"),
    ("text", 'name = "IT service desk"', "name = 7", "name = 7", "desk.name", "text"),
    ("zone", '"Europe/Berlin" ', '"Europe/Atlantis" ', "Europe/Atlantis", "desk.timezone", "time zone"),
    ("priority", 'sev3 = "high"', 'sev3 = "hihg"', "hihg", "severity.sev3", "no priority"),
    ("severities rise", 'sev5 = "low"', 'sev5 = "high"', "[severity]", "severity", "SEV4"),
    ("axes", 'columns = "urgency"', 'columns = "impact"', "[matrix]", "matrix", "both say impact"),
    ("order", 'order = "high_first"', 'order = "low_first"', "[matrix]", "matrix", "order"),
    ("shape", '  ["medium",   "low",    "low"],', "", "[matrix]", "matrix", "2 rows"),
    ("row", '  ["medium",   "low",    "low"],', '  ["medium", "low"],', "[matrix]", "matrix", "2 priorities"),
    ("thresholds", "could = 30 ", "could = 90 ", "[demand]", "demand", "fall"),
    ("state", 'resolve = "resolved"', 'resolve = "solved"', "[lifecycle.incident]", "lifecycle", "no state solved"),
    ("phase", 'close = "closed"', 'close = "resolved"', "[lifecycle.incident]", "lifecycle", "not in phase closed"),
    ("no moves for", "[lifecycle.delivery]", "[lifecycle.deliveries]", "deliveries", "lifecycle.deliveries", "did you mean"),
    ("strategy", 'strategy = "last_handler"', 'strategy = "random"', '"random"', "teams[applications].strategy", "one of"),
    ("team of a route", 'team = "security"\nskills', 'team = "secret"\nskills', '"secret"', "routing.rules[security-first].team", "no team"),
    ("team of a service", 'team = "network"\nwords', 'team = "net"\nwords', '"net"\nwords', "services[office_network].team", "no team"),
    ("default team", 'default_team = "service_desk"', 'default_team = "x"', 'default_team = "x"', "routing.default_team", "no team"),
    ("service", 'service = "identity"', 'service = "identities"', '"identities"', "categories[access].service", "no service"),
    ("category", 'category = "network", service = "vpn"', 'category = "net", service = "vpn"', '"net", service', "rules[vpn].votes.category", "no category"),
    ("vote", 'votes = { category = "network", service = "vpn" }', "votes = {}", '[[rules]]\nid = "vpn"', "rules[vpn]", "votes for nothing"),
    ("no votes", 'votes = { category = "network", service = "vpn" }', "", '[[rules]]\nid = "vpn"', "rules[vpn].votes", "missing"),
    ("id twice", 'id = "wifi"', 'id = "vpn"', None, "rules[vpn]", "twice"),
    ("id form", 'id = "wifi"', 'id = "Wi Fi"', "Wi Fi", "rules[Wi Fi].id", "form"),
    ("stem", '"whitelist*"', '"wh*"', '"wh*"', "rules[network-change].any[7]", "stem"),
    ("star inside", '"whitelist*"', '"white*list"', '"white*list"', "rules[network-change].any[7]", "stem"),
    ("near", "within = 4 }, { words = [\"password\", \"expir*\"]", "within = 0 }, { words = [\"password\", \"expir*\"]", "within = 0", "rules[password-reset].near[1].within", "at least 1"),
    ("pattern", r"'\bCVE-\d{4}-\d{4,7}\b'", "'(unclosed'", "(unclosed", "rules[vulnerability].regex[1]", "pattern"),
    ("look-ahead", r"'\bCVE-\d{4}-\d{4,7}\b'", "'a(?=b)'", "(?=b)", "rules[vulnerability].regex[1]", "look-ahead"),
    ("look-behind", r"'\bCVE-\d{4}-\d{4,7}\b'", "'(?<!a)b'", "(?<!a)b", "rules[vulnerability].regex[1]", "look-ahead"),
    ("back reference", r"'\bCVE-\d{4}-\d{4,7}\b'", r"'(a)\1'", r"(a)\1", "rules[vulnerability].regex[1]", "back reference"),
    ("large pattern", r"'\bCVE-\d{4}-\d{4,7}\b'", "'(.{1,30}){1,30}x'", "(.{1,30})", "rules[vulnerability].regex[1]", "too large"),
    ("long pattern", r"'\bCVE-\d{4}-\d{4,7}\b'", "'" + "a" * 501 + "'", "aaaaa", "rules[vulnerability].regex[1]", "500"),
    ("channel", 'channel = ["report"]', 'channel = ["fax"]', '"fax"', "rules[business-report].when.channel[1]", "one of"),
    ("hours", 'mon = ["08:00-18:00"]', 'mon = ["18:00-08:00"]', "18:00-08:00", "calendars.office.mon[1]", "stretch"),
    ("overlap", 'mon = ["09:00-12:00", "13:00-18:00"]', 'mon = ["09:00-13:30", "13:00-18:00"]', "[calendars.china]", "calendars.china", "mon"),
    ("yearly", 'yearly = ["12-24", "12-31"]', 'yearly = ["12-24", "02-30"]', "02-30", "calendars.office.yearly[2]", "day of the year"),
    ("region", 'holidays = ["DE"]', 'holidays = ["Germany"]', "Germany", "calendars.office.holidays[1]", "form"),
    ("duration", 'response = "15m"', 'response = "15 minutes"', "15 minutes", "sla.targets[critical].response", "duration"),
    ("zero", 'response = "15m"', 'response = "0m"', '[[sla.targets]]\nid = "critical"', "sla.targets[critical]", "no clock"),
    ("calendar", 'calendar = "around_the_clock"', 'calendar = "always"', '"always"', "sla.targets[critical].calendar", "no calendar"),
    ("warning", 'warn = ["50%", "75%"]', 'warn = ["50%", "soon"]', '"soon"', "sla.targets[critical].warn[2]", "75%"),
    ("switch name", "boundary = ", "bounds = ", "bounds", "sla.switches.bounds", "no switch"),
    ("switch value", 'dst = "elapsed" ', 'dst = "real" ', 'dst = "real"', "sla.switches.dst", "elapsed | wall"),
    ("permission", 'permission = "ticket.close"', 'permission = "ticket.shut"', "ticket.shut", "lifecycle.incident.moves[9].permission", "one of"),
    ("required field", 'requires = ["resolution"]', 'requires = ["answer"]', '"answer"', "lifecycle.incident.moves[8].requires[1]", "one of"),
    ("escalation", 'notify = ["assignee"]', "notify = []", "notify = []", "escalation.levels[warn-assignee].notify", "at least 1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "where", "key", "says"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES]
)
def test_a_mistake_is_named_with_line_and_key(old: str, new: str, where: str | None, key: str, says: str) -> None:
    text = changed(old, new)
    with pytest.raises(Invalid) as caught:
        parse_policy(text)
    error = caught.value
    assert isinstance(error, PolicyInvalid)
    _policy, problems = check_policy(text)
    problem = next((found for found in problems if says in found.error().english), None)
    assert problem is not None, [found.error().english for found in problems]
    assert problem.key == key
    if where is not None:
        assert problem.line == line_with(text, where)
    assert problem.error().english.startswith(f"{problem.line}:")


def test_all_mistakes_are_listed_in_the_order_of_lines() -> None:
    text = changed("vip_steps = 1 ", "vip_steps = 9 ").replace('sev3 = "high"', 'sev3 = "x"')
    text = text.replace('name = "IT service desk"', "name = 1")
    policy, problems = check_policy(text)
    assert policy is None
    assert [problem.key for problem in problems] == ["desk.name", "priority.vip_steps", "severity.sev3"]
    with pytest.raises(PolicyInvalid) as caught:
        parse_policy(text)
    assert caught.value.more == 2
    assert caught.value.exit_code == 6


@pytest.mark.parametrize(
    "text", ["", "[", "a" * 10, "x = " + "[" * 100_000, "x = " + "9" * 10_000, "\0", "\ud800", "\ufeff", "#" * MAX_DOCUMENT + "##"]
)  # fmt: skip
def test_any_rubbish_is_refused_with_a_line(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_policy(text)
    assert str(caught.value).split(":")[0].isdigit()


@given(st.integers(0, 10_000), st.integers(0, 80), st.text(max_size=6))
def test_a_damaged_document_is_read_or_refused_never_worse(at: int, cut: int, put: str) -> None:
    text = without_rules()
    start = at % len(text)
    policy, problems = check_policy(text[:start] + put + text[start + cut :])
    assert (policy is None) == bool(problems)
    assert all(problem.line >= 1 and str(problem.error()) for problem in problems)


def test_a_byte_order_mark_does_not_matter() -> None:
    assert parse_policy("\ufeff" + default_text()) == default_policy()


# -- places --------------------------------------------------------------------------------------------------------


def test_lines_of_every_form_of_toml() -> None:
    text = '''# comment with [ and "
a.b = 1
"quoted key" = [ # a comment ]
  "one", # two
  { x = 1, y.z = "}" },
]
long = """
many
lines "quoted" ]
"""
raw = \'\'\'
[not a table]
\'\'\'
[t]
k = "\\"#"
[[t.list]]
v = 1
[[t.list]]
v = 2
[t.list.sub]
w = 3
'''
    lines = key_lines(text)
    assert lines[("a", "b")] == 2
    assert lines[("quoted key",)] == 3
    assert lines[("quoted key", 0)] == 4
    assert lines[("quoted key", 1, "y", "z")] == 5
    assert lines[("long",)] == 7
    assert lines[("raw",)] == 11
    assert lines[("t", "k")] == 15
    assert lines[("t", "list", 0, "v")] == 17
    assert lines[("t", "list", 1)] == 18
    assert lines[("t", "list", 1, "v")] == 19
    assert lines[("t", "list", 1, "sub", "w")] == 21
    assert line_of(lines, ("t", "list", 1, "v", 7)) == 19
    assert line_of(lines, ("nowhere",)) == 1


def test_lines_do_not_depend_on_line_ends() -> None:
    assert key_lines(default_text().replace("\n", "\r\n")) == key_lines(default_text())


# -- values --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15m", Duration(900)),
        ("4h", Duration(14400)),
        ("1h30m", Duration(5400)),
        ("1h 30m", Duration(5400)),
        ("2wd", Duration(0, 2)),
        ("1wd2h", Duration(7200, 1)),
        ("90s", Duration(90)),
        ("", None),
        ("15", None),
        ("m", None),
        ("1h1h", None),
        ("-5m", None),
        ("1.5h", None),
        ("2 days", None),
    ],
)
def test_durations(text: str, expected: Duration | None) -> None:
    assert parse_duration(text) == expected


@given(st.integers(0, 500_000), st.integers(0, 500))
def test_durations_read_what_they_write(seconds: int, days: int) -> None:
    duration = Duration(seconds, days)
    assert parse_duration(duration.text) == duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("75%", Mark(percent=75)),
        ("30m", Mark(before=Duration(1800))),
        ("-30m", Mark(before=Duration(1800))),
        ("+1h", Mark(after=Duration(3600))),
        ("0%", None),
        ("75", None),
        ("%", None),
    ],
)
def test_marks(text: str, expected: Mark | None) -> None:
    assert parse_mark(text) == expected
    if expected is not None:
        assert parse_mark(expected.text) == expected


def test_calendar_values() -> None:
    china = default_policy().calendars["china"]
    assert china.hours()[0] == ((32400, 43200), (46800, 64800))
    assert china.hours()[6] == ()
    assert default_policy().calendars["around_the_clock"].mon == ((0, 86400),)
    office = parse_policy(changed('yearly = ["12-24", "12-31"]', 'yearly = ["--02-29"]\nclosed = [2026-05-02]'))
    assert office.calendars["office"].yearly == ((2, 29),)
    assert office.calendars["office"].closed == (datetime.date(2026, 5, 2),)


def test_when_holds_only_where_everything_fits() -> None:
    when = When(kind=(Kind.INCIDENT,), channel=(Channel.EMAIL, Channel.PHONE), organisation=("ACME",), vip=True)
    facts = {"kind": "incident", "channel": "phone", "organisation": "acme", "vip": True}
    assert when.holds(**facts)  # type: ignore[arg-type]
    for name, other in (("kind", "request"), ("channel", "chat"), ("organisation", None), ("vip", False)):
        assert not when.holds(**{**facts, name: other})  # type: ignore[arg-type]
    assert When().holds()
    assert When().empty


def test_when_covers() -> None:
    everything, incidents = When(), When(kind=(Kind.INCIDENT,))
    high = When(kind=(Kind.INCIDENT,), priority=(Priority.HIGH,))
    assert everything.covers(incidents)
    assert incidents.covers(high)
    assert not high.covers(incidents)
    assert not incidents.covers(everything)
    assert When(vip=True).covers(When(vip=True, kind=(Kind.CHANGE,)))
    assert not When(vip=True).covers(When(vip=False))


# -- advice --------------------------------------------------------------------------------------------------------

ADVICE = [
    ("route", 'when = { category = ["security"] }', "when = {}", "lint.route_shadowed"),
    ("target", 'when = { kind = ["incident"], priority = ["critical"] }', 'when = { kind = ["incident"] }', "lint.target_shadowed"),
    ("clock", 'response = "15m"\n', "", "lint.target_unset"),
    ("priority", 'id = "incident-low"\nwhen = { kind = ["incident"] }', 'id = "incident-low"\nwhen = { kind = ["incident"], vip = true }', "lint.no_target"),
    ("calendar", "[calendars.china]", "[calendars.spare]\ntz = \"UTC\"\nmon = [\"09:00-10:00\"]\n\n[calendars.china]", "lint.calendar_unused"),
    ("team", "[routing]", '[[teams]]\ncode = "idle"\nname = "Idle"\nname_zh = "空"\n\n[routing]', "lint.team_idle"),
    ("service", 'team = "network"\nwords', "words", "lint.service_teamless"),
    ("rule", 'none = ["network drive"]', 'none = ["router"]\nall = ["router"]', "lint.rule_never"),
    ("category", "[[categories]]", '[[categories]]\ncode = "new"\nname = "New"\nname_zh = "新"\n\n[[categories]]', "lint.category_unvoted"),
    ("level", 'urgency = ["high", "medium", "low"]', 'urgency = ["high", "normal", "low"]', "lint.level_stands_in"),
    ("state", '  { from = ["new", "approval", "scheduled"], to = "assessment" },\n', "", "lifecycle.unreachable"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code"), [a[1:] for a in ADVICE], ids=[a[0] for a in ADVICE])
def test_advice(old: str, new: str, code: str) -> None:
    found = lint(parse_policy(changed(old, new)))
    assert code in {reason.code for reason in found}
    for reason in found:
        text = sentence(reason.data(), english=True)
        assert text != reason.code
        assert "{" not in text
