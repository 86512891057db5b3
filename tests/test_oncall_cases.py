"""On-call cases from outside: the collected ones, what is refused and how, the command."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_tui.rules.oncall import shifts
from helpdesk_tui.rules.oncall_cases import MAX_QUERIES, simulate, simulate_case
from helpdesk_tui.rules.oncall_form import parse_schedule
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import set_language
from helpdesk_tui.vocabulary.instants import parse_instant
from tests.cli_runner import Cli

LAYER = {"users": ["A", "B"], "always": True}
ROTATION = {"unit": "day", "length": 1, "start": "2026-01-05T09:00", "anchor": {"at": "2026-01-05T09:00Z", "user": "A"}}
RECUR = {"users": ["A"], "start": "2026-01-05T09:00Z", "duration": "PT1H", "recur": {"freq": "daily"}}


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    return Cli(tmp_path / "desk.db", monkeypatch)


@pytest.fixture(scope="module")
def collected() -> list[dict[str, Any]]:
    folder = os.environ.get("HELPDESK_TEST_DATA")
    if not folder:
        pytest.skip("HELPDESK_TEST_DATA is not set")
    cases: list[dict[str, Any]] = json.loads(Path(folder, "oncall-cases.json").read_text("utf-8"))["cases"]
    return cases


def test_every_collected_case(collected: list[dict[str, Any]]) -> None:
    for case, answer in zip(collected, simulate({"cases": collected}), strict=True):
        assert list(answer) == ["id", "answers"]
        assert answer["id"] == case["id"]
        assert answer["answers"] == [{"at": q["at"], "people": q["expect"]} for q in case["queries"]], case["title"]


def test_every_collected_hand_off(collected: list[dict[str, Any]]) -> None:
    """Where the source lists hand-offs of a rotation, they are the ends of shifts."""
    seen = 0
    for case in collected:
        if "expected_handoffs" not in case or "rotation" not in case["schedule"]["layers"][0]:
            continue
        expected = [parse_instant(text, 0) for text in case["expected_handoffs"]]
        found = shifts(parse_schedule(case["schedule"]), expected[0], expected[-1])
        assert [shift.start for shift in found] == expected[:-1], case["id"]
        seen += 1
    assert seen >= 12


def ask(schedule: Any, *times: Any, **more: Any) -> list[Any]:
    case = {"id": "t", "schedule": schedule, "queries": [{"at": time} for time in times], **more}
    answers: list[Any] = simulate_case(case)["answers"]
    return answers


def test_instants_come_back_as_they_were_written() -> None:
    times = ["2026-01-05T17:00:00+08:00", "2026-01-05t09:00z", "2026-01-05 10:00:00.25+0100", "2026-01-05T09:00"]
    found = ask({"timezone": "UTC", "layers": [{"users": ["A", "B"], "rotation": ROTATION}]}, *times)
    assert found == [{"at": time, "people": ["A"]} for time in times]
    # Without an offset a time is that of the schedule's clocks.
    [one, other] = ask({"timezone": "Asia/Shanghai", "layers": [RECUR]}, "2026-01-05T17:30", "2026-01-05T09:30")
    assert (one["people"], other["people"]) == (["A"], [])


def test_names_come_flat_each_once_in_their_order() -> None:
    layers = [{"users": [["b", "a"], "王芳", "a"], "always": True}, {"users": "B", "always": True}]
    assert ask({"layers": layers}, "2026-01-01T00:00Z")[0]["people"] == ["B", "a", "b", "王芳"]


def test_what_a_case_holds_besides_the_question_is_left_alone() -> None:
    schedule = {"timezone": "UTC", "note": "x", "layers": [{**LAYER, "name": "l", "notes": ["y"]}]}
    case = {
        "schedule": schedule,
        "queries": [{"at": "2026-01-01T00:00Z", "expect": ["Z"], "why": 1}],
        "source": {"a": 1},
    }
    assert simulate_case(case) == {"id": "?", "answers": [{"at": "2026-01-01T00:00Z", "people": ["A", "B"]}]}
    assert simulate_case({"id": 7, "schedule": {}, "queries": []}) == {"id": "7", "answers": []}


REFUSED: list[tuple[Any, str]] = [
    ([], "-: must be an object"),
    ({}, "schedule: is missing"),
    ({"schedule": {}}, "queries: is missing"),
    ({"schedule": {}, "queries": {}}, "queries: must be a list"),
    ({"schedule": {}, "queries": [1]}, "queries[0]: must be an object"),
    ({"schedule": {}, "queries": [{}]}, "queries[0].at: is missing"),
    ({"schedule": {}, "queries": [{"at": 5}]}, "queries[0].at: 5 is no text"),
    ({"schedule": {}, "queries": [{"at": "now"}]}, "queries[0].at: now is no instant; write 2026-01-05T09:00:00Z"),
    ({"schedule": {}, "queries": [{"at": "2026-13-05T00:00Z"}]}, "queries[0].at: 2026-13-05T00:00Z is no instant"),
    ({"schedule": {}, "queries": [{"at": "2026-W02-1"}]}, "queries[0].at: 2026-W02-1 is no instant"),
    ({"schedule": {}, "queries": [{"at": "1850-01-01T00:00Z"}]}, "queries[0].at: on-call schedules are reckoned from"),
    ({"schedule": {}, "queries": [{}] * (MAX_QUERIES + 1)}, "queries: more than 5000 questions in one case"),
]
REFUSED_SCHEDULES: list[tuple[Any, str]] = [
    ([], ": must be an object"),
    ({"timezone": "Mars/Olympus"}, ".timezone: Mars/Olympus is no known time zone"),
    ({"timezone": 5}, ".timezone: 5 is no text"),
    ({"time_zone": "UTC"}, ".time_zone: there is no such key; did you mean timezone?"),
    ({"xyz": 1}, ".xyz: there is no such key; there are timezone, layers, overrides, temporary, swaps, name"),
    ({"layers": {}}, ".layers: must be a list"),
    ({"layers": "abc"}, ".layers: must be a list"),
    ({"layers": [LAYER] * 201}, ": 201 parts of one kind are more than the 200 of a schedule"),
    ({"swaps": [{"requester": "A"}] * 5_001}, ": 5001 parts of one kind"),
]
REFUSED_LAYERS: list[tuple[Any, str]] = [
    ("A", ": must be an object"),
    ({"always": True}, ".users: is missing"),
    ({**LAYER, "users": 5}, ".users: must be a list"),
    ({**LAYER, "users": ["A", 5]}, ".users[1]: must be a list"),
    ({**LAYER, "users": ["A", [5]]}, ".users[1][0]: 5 is no text"),
    ({**LAYER, "users": [" "]}, ".users[0]:   is no text"),
    ({**LAYER, "users": [f"P{n}" for n in range(1_001)]}, ".users: more than 1000 people on one layer"),
    ({**LAYER, "priority": "high"}, ".priority: high is no whole number"),
    ({**LAYER, "priority": True}, ".priority: True is no whole number"),
    ({**LAYER, "priority": 10**30}, ".priority: 1000000"),
    ({**LAYER, "prioriti": 1}, ".prioriti: there is no such key; did you mean priority?"),
    ({"users": ["A"]}, ": a layer needs one of rotation, window, recur, always"),
    ({"users": ["A"], "always": False}, ": a layer needs one of rotation, window, recur, always"),
    ({"users": ["A"], "always": "yes"}, ".always: must be true or false"),
    ({**LAYER, "rotation": ROTATION}, ": rotation and always exclude each other"),
    ({**RECUR, "rotation": ROTATION}, ": rotation and recur exclude each other"),
    ({**LAYER, "duration": "PT1H"}, ": always and duration exclude each other"),
]
ROTATIONS: list[tuple[Any, str]] = [
    ({"unit": "fortnight"}, ".unit: fortnight is not known; use hour, day, week, month"),
    ({"unit": "weeks"}, ".unit: weeks is not known; did you mean week?"),
    ({"unit": None}, ".unit: is missing"),
    ({"length": 0}, ".length: 0 is no length of a turn; write 1 to 9000"),
    ({"length": -1}, ".length: -1 is no length of a turn"),
    ({"length": 9_001}, ".length: 9001 is no length of a turn"),
    ({"length": 1.5}, ".length: 1.5 is no whole number"),
    ({"start": "09:00"}, ".start: 09:00 is no instant"),
    ({"start": "0001-01-01T00:00"}, ".start: on-call schedules are reckoned from 1900 to 2400 only"),
    ({"start": None, "anchor": None}, ".start: is missing"),
    ({"anchor": {"user": "A"}}, ".anchor.at: is missing"),
    ({"anchor": {"at": "2026-01-05T09:00Z", "user": "X"}}, ".anchor.user: X is not among the users of the layer"),
    ({"anchor": {"at": "0001-01-01T00:00Z"}}, ".anchor.at: on-call schedules are reckoned from 1900 to 2400 only"),
    ({"anchor": {"at": "2026-01-05T09:00Z", "usr": "A"}}, ".anchor.usr: there is no such key; did you mean user?"),
    ({"units": "day"}, ".units: there is no such key; did you mean unit?"),
]
WINDOWS: list[tuple[Any, str]] = [
    ({"start": "08:00"}, ".end: is missing"),
    ({"start": "8 am", "end": "10:00"}, ".start: 8 am is no time of day"),
    ({"start": "08:00", "end": "25:00"}, ".end: 25:00 is no time of day"),
    ({"start": "24:00", "end": "08:00"}, ".start: 24:00 is no beginning of a window"),
    (
        {"start": "08:00", "end": "10:00", "days": ["MO", "XX"]},
        ".days[1]: XX is no weekday; use MO, TU, WE, TH, FR, SA, SU",
    ),
    ({"start": "08:00", "end": "10:00", "days": "MO"}, ".days: must be a list"),
    ({"start": "08:00", "end": "10:00", "day": ["MO"]}, ".day: there is no such key; did you mean days?"),
]
RECURRENCES: list[tuple[Any, str]] = [
    ({"duration": None}, ".duration: is missing"),
    ({"duration": "3 hours"}, ".duration: 3 hours is no duration; write PT12H, P1D or P1W"),
    ({"duration": "PT0S"}, ".duration: a shift must be longer than nothing"),
    ({"duration": "P2Y"}, ".duration: a shift is no longer than 366 days"),
    ({"start": None}, ".start: is missing"),
    ({"start_local": "2026-01-05T09:00"}, ": start and start_local exclude each other"),
    ({"until": "soon"}, ".until: soon is no instant"),
    ({"week_start": "Monday"}, ".week_start: Monday is no weekday"),
    ({"recur": {}}, ".recur.freq: is missing"),
    ({"recur": {"freq": "yearly"}}, ".recur.freq: yearly is not known; did you mean "),
    ({"recur": {"freq": "daily", "interval": 0}}, ".recur: 0 is no interval; write 1 to 9000"),
    (
        {"recur": {"freq": "daily", "byday": ["1MO"]}},
        ".recur: a numbered weekday such as 1MO or -1FR goes with monthly",
    ),
    ({"recur": {"freq": "monthly", "byday": ["6MO"]}}, ".recur: 6 is no weekday of a month"),
    ({"recur": {"freq": "monthly", "bymonthday": [0]}}, ".recur: 0 is no day of a month"),
    ({"recur": {"freq": "monthly", "bymonthday": [32]}}, ".recur: 32 is no day of a month"),
    ({"recur": {"freq": "daily", "by_day": ["MO"]}}, ".recur.by_day: there is no such key; did you mean byday?"),
    ({"recur": {"freq": "hourly"}, "duration": "P20D"}, ".recur: more than 400 shifts would run at the same time"),
]
SPAN = {"start": "2026-01-05T10:00Z", "end": "2026-01-05T12:00Z"}
LAID_OVER: list[tuple[Any, str]] = [
    ({"overrides": [{}]}, ".overrides[0].kind: is missing"),
    ({"overrides": [{"kind": "swap"}]}, ".overrides[0].kind: swap is not known; use cover, replace, add, remove"),
    ({"overrides": [{"kind": "cover", **SPAN}]}, ".overrides[0].user: is missing"),
    ({"overrides": [{"kind": "add", **SPAN}]}, ".overrides[0].add: is missing"),
    ({"overrides": [{"kind": "remove", **SPAN}]}, ".overrides[0].remove: is missing"),
    ({"overrides": [{"kind": "replace", "add": "X", **SPAN}]}, ".overrides[0].remove: is missing"),
    ({"overrides": [{"kind": "add", "add": "X", "remove": "Y", **SPAN}]}, ".overrides[0].remove: there is no such key"),
    ({"overrides": [{"kind": "add", "add": "X", "start": SPAN["end"], "end": SPAN["start"]}]},
     ".overrides[0]: the end is before the start"),
    ({"overrides": [{"kind": "add", "add": "X", "ends": SPAN["end"]}]}, ".overrides[0].ends: there is no such key; did you mean end?"),
    ({"temporary": [{**SPAN, "shifts": [{**SPAN, "users": "X"}]}]}, ".temporary[0].shifts[0].users: there is no such key; did you mean user?"),
    ({"temporary": [{**SPAN, "shifts": [SPAN]}]}, ".temporary[0].shifts[0].user: is missing"),
    ({"swaps": [{**SPAN, "taker": "X"}]}, ".swaps[0].requester: is missing"),
    ({"swaps": [{"requester": "A", "taker": 5}]}, ".swaps[0].taker: 5 is no text"),
]  # fmt: skip


def every() -> list[tuple[Any, str]]:
    found = list(REFUSED)

    def add(schedule: Any, message: str) -> None:
        found.append(({"schedule": schedule, "queries": []}, f"schedule{message}"))

    for schedule, message in [*REFUSED_SCHEDULES, *LAID_OVER]:
        add(schedule, message)
    for layer, message in REFUSED_LAYERS:
        add({"layers": [LAYER, layer]}, f".layers[1]{message}")
    for change, message in ROTATIONS:
        add({"layers": [{"users": ["A"], "rotation": {**ROTATION, **change}}]}, f".layers[0].rotation{message}")
    for window, message in WINDOWS:
        add({"layers": [{"users": ["A"], "window": window}]}, f".layers[0].window{message}")
    for change, message in RECURRENCES:
        add({"layers": [{**RECUR, **change}]}, f".layers[0]{message}")
    return found


@pytest.mark.parametrize(("case", "message"), every())
def test_a_mistake_is_named_with_its_place(case: Any, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        simulate_case({**case, "id": "x"} if isinstance(case, dict) else case)
    line = str(caught.value)
    assert line.startswith(f"case {'x' if isinstance(case, dict) else '?'}: {message}")
    assert "\n" not in line
    assert len(line) < 300


def test_a_problem_inside_is_told_in_the_language_of_the_reader() -> None:
    with pytest.raises(Invalid) as caught:
        ask({"layers": [LAYER, {**LAYER, "prioriti": 1}]})
    english = str(caught.value)
    set_language("zh_CN")
    try:
        assert str(caught.value) != english
        assert "prioriti" in str(caught.value)
    finally:
        set_language("en")
    assert caught.value.english == english


FULL: Any = {
    "timezone": "Europe/Berlin",
    "layers": [
        {"name": "a", "priority": 1, "users": ["A", ["B", "C"]], "rotation": ROTATION,
         "window": {"days": ["MO", "TU"], "start": "20:00", "end": "08:00"}},
        {**RECUR, "recur": {"freq": "monthly", "interval": 2, "byday": ["1MO"], "bymonthday": [-1, 5]},
         "rotation_start": "2026-01-06T00:00Z", "until": "2027-01-06T00:00Z", "week_start": "SU"},
    ],
    "overrides": [{"kind": "cover", "user": "X", "priority": 1, **SPAN}, {"kind": "replace", "remove": "A", "add": "Y", **SPAN}],
    "temporary": [{**SPAN, "shifts": [{"user": "Z", **SPAN}]}],
    "swaps": [{"requester": "A", "taker": "B", **SPAN}],
}  # fmt: skip
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.sampled_from((0, -1, 9_000, 10**9, 10**40)), st.floats(), st.text(max_size=6),
    st.sampled_from(
        ("", "UTC", "MO", "-5FR", "24:00", "P1M", "PT1S", "P366D", "hour", "month", "hourly", "9999-12-31T23:59:59-23:59",
         "0001-01-01T00:00+23:59", "1900-01-03T00:00Z", "2399-12-30T00:00Z", "2026-10-25T02:30", "\ud800", "../UTC")
    ),
    st.lists(st.none() | st.integers() | st.text(max_size=3), max_size=3), st.dictionaries(st.text(max_size=3), st.none(), max_size=2),
)  # fmt: skip


@settings(max_examples=300)
@given(st.data())
def test_no_schedule_however_wrong_ends_in_anything_but_an_answer_or_a_line(data: st.DataObject) -> None:
    schedule = json.loads(json.dumps(FULL))
    for _ in range(data.draw(st.integers(1, 3))):
        where: Any = {"": schedule}
        key: Any = ""
        while isinstance(where[key], (dict, list)) and where[key] and data.draw(st.integers(0, 9)):
            where = where[key]
            key = data.draw(st.sampled_from(sorted(where) if isinstance(where, dict) else range(len(where))))
        if key != "":
            where[key] = data.draw(JUNK)
    times = ["2026-01-05T20:30:00Z", "2026-03-29T01:00:00Z", "1900-01-03T00:00Z", "2399-12-30T00:00Z"]
    line = ""
    try:
        assert [answer["at"] for answer in ask(schedule, *times)] == times
    except Invalid as error:
        line = str(error)
    assert "\n" not in line


def test_the_example_of_the_handbook_is_what_is_computed() -> None:
    page = (Path(__file__).parent.parent / "docs" / "on-call.md").read_text("utf-8")
    [block] = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    [answer] = simulate(json.loads(block))
    shown = re.findall(r"^\| (2026\S+) \| (.+) \|$", page, re.MULTILINE)
    assert [(row["at"], ", ".join(row["people"]) or "nobody") for row in answer["answers"]] == shown


# -- the command -------------------------------------------------------------------------------------------------------

CASES = json.dumps(
    [
        {
            "id": "a",
            "schedule": {"timezone": "UTC", "layers": [{"users": ["A", ["B", "C"]], "rotation": ROTATION}]},
            "queries": [{"at": "2026-01-05T10:00:00+01:00"}, {"at": "2026-01-06T09:00Z"}, {"at": "2026-01-05T08:59Z"}],
        }
    ]
)
ANSWERS = [
    {"at": "2026-01-05T10:00:00+01:00", "people": ["A"]},
    {"at": "2026-01-06T09:00Z", "people": ["B", "C"]},
    {"at": "2026-01-05T08:59Z", "people": []},
]


def test_the_command_prints_the_answers_in_the_order_of_the_file(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    file.write_text(f'{{"cases": {CASES}, "note": "x"}}', "utf-8")
    expected = [{"id": "a", "answers": ANSWERS}]
    assert cli("oncall", "simulate", str(file)).json == expected
    assert cli("oncall", "simulate", "-", stdin=CASES).json == expected
    assert json.loads(cli("oncall", "simulate", "-", "-o", "jsonl", stdin=CASES).out) == expected[0]
    assert cli("oncall", "simulate", "-", stdin="[]").json == []
    [head, *rows] = cli("oncall", "simulate", "-", "-o", "csv", stdin=CASES).out.splitlines()
    assert (head, len(rows)) == ("id,answers", 1)
    table = cli("oncall", "simulate", "-", "-o", "table", stdin=CASES).out.splitlines()
    assert [line.split("  ")[-1].strip() for line in table[1:]] == ["A", "B, C", "nobody"]
    assert list(cli.db.parent.glob("*.db*")) == [], "what only computes touches no desk"


def test_a_case_that_cannot_be_read_leaves_the_others(cli: Cli) -> None:
    wrong = CASES.replace('"a"', '"b"').replace('"unit": "day"', '"unit": "dya"')
    ended = cli("oncall", "simulate", "-", stdin=f"[{wrong[1:-1]}, {CASES[1:-1]}]", ok=6)
    assert [answer["id"] for answer in ended.json] == ["a"]
    [line] = ended.err.splitlines()
    assert "case b: schedule.layers[0].rotation.unit: dya is not known; did you mean day?" in line


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("{", 6, "is no JSON"), ("", 6, "is no JSON"), ("[" * 100_000, 6, "is no JSON"), ('{"a": 1}', 6, "there is no list of cases"),
        ("5", 6, "there is no list of cases"), ('[{"id": "\\u001b[31m", "schedule": 1}]', 6, "schedule: must be an object"),
        ("[1]", 6, "must be an object"),
    ],
)  # fmt: skip
def test_bad_files_get_one_clear_line(cli: Cli, text: str, code: int, said: str) -> None:
    ended = cli("oncall", "simulate", "-", stdin=text, ok=code)
    [line] = ended.err.splitlines()
    assert said in line
    assert "\x1b" not in line


def test_a_file_that_is_not_there(cli: Cli) -> None:
    assert "absent cannot be read" in cli("oncall", "simulate", "absent", ok=2).err
