"""SLA cases from outside: the collected ones, the choices of each system, and what is refused."""

import itertools
import json
import os
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.rules.sla_cases import RESULT_KEYS, simulate, simulate_case
from helpdesk_tui.vocabulary.errors import Invalid

# Not answers of a clock: the name of a status, and the instant at which a case is judged.
NO_ANSWERS = {"status", "evaluated_at"}
ALWAYS = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
OFFICE = {day: [["10:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.fixture(scope="module")
def collected() -> list[dict[str, Any]]:
    folder = os.environ.get("HELPDESK_TEST_DATA")
    if not folder:
        pytest.skip("HELPDESK_TEST_DATA is not set")
    cases: list[dict[str, Any]] = json.loads(Path(folder, "sla-cases.json").read_text("utf-8"))["cases"]
    return cases


def test_every_collected_case(collected: list[dict[str, Any]]) -> None:
    wrong = []
    for case, answer in zip(collected, simulate(collected), strict=True):
        assert answer["id"] == case["id"]
        assert tuple(answer["result"]) == RESULT_KEYS
        for key in set(case["expect"]) - NO_ANSWERS:
            if answer["result"][key] != case["expect"][key]:
                wrong.append((case["id"], key, case["expect"][key], answer["result"][key]))
    assert wrong == []


def test_every_collected_ledger_sums(collected: list[dict[str, Any]]) -> None:
    for case in collected:
        answer = simulate_case(case)
        for name in ("first_response", "update", "solution", "window"):
            rows = [row for row in answer["ledger"] if row["clock"] == name]
            assert all(a["to"] == b["from"] for a, b in itertools.pairwise(rows)), case["id"]
            counted = sum(row["seconds"] for row in rows if row["kind"] == "counted")
            if name == "window":
                assert counted == (answer["result"]["working_seconds"] or 0), case["id"]
            elif answer["result"][f"{name}_due"] and name in case["targets_min"]:
                assert counted == round(case["targets_min"][name] * 60), case["id"]
            elif answer["result"][f"{name}_in_min"] is not None:
                assert counted // 60 == answer["result"][f"{name}_in_min"], case["id"]


def case(source: str, created: str, events: list[Any], targets: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A case of Monday 2 June 2025; times are `HH:MM` of that day, or whole instants."""
    return {
        "id": "t",
        "source": source,
        "kind": more.pop("kind", "sla_state"),
        "calendar": more.pop("calendar", {"tz": "UTC", "hours": ALWAYS, "holidays": []}),
        "created_at": full(created),
        "events": [dict(zip(("at", "kind", "to", "pausing"), (full(e[0]), *e[1:]), strict=False)) for e in events],
        "targets_min": targets,
        "tags": more.pop("tags", []),
        **more,
    }


def full(time: str) -> str:
    return time if "T" in time else f"2025-06-02T{time}Z"


def result(*args: Any, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = simulate_case(case(*args, **more))["result"]
    return found


ZAMMAD = "zammad/zammad:spec/x.rb"
RT = "bestpractical/rt:t/sla/x.t"
FRAPPE = "frappe/helpdesk:test_x.py"
GLPI = "glpi-project/glpi:x.php"
OTOBO = "RotherOSS/otobo:scripts/test"
ZNUNY = "znuny/Znuny:scripts/test/x.t"


@pytest.mark.parametrize(
    ("args", "more", "expected"),
    [
        # Zammad: while it is closed or waits, nothing is due; the first close stays the end.
        (
            (ZAMMAD, "09:00", [("09:00", None, "pending", True), ("12:00", "close", "closed")], {"solution": 240}),
            {},
            {"solution_in_min": 0, "solution_left_min": 240, "solution_due": None, "next_due": None},
        ),
        (
            (
                ZAMMAD,
                "09:00",
                [("10:10", "close", "closed"), ("10:30", None, "pending", True), ("11:00", None, "closed", False)],
                {"solution": 75},
            ),
            {},
            {"solution_in_min": 70, "solution_left_min": 5},
        ),
        (
            (ZAMMAD, "09:00", [("09:59", "agent_contact"), ("10:00", "customer_contact")], {"update": 60}),
            {},
            {"update_in_min": None, "update_left_min": None, "update_due": "2025-06-02T11:00:00Z"},
        ),
        (
            (
                ZAMMAD,
                "09:00",
                [("09:00", "customer_message"), ("09:10", None, "pending", True), ("09:20", None, "open", False)],
                {"update": 60},
            ),
            {},
            {"update_due": "2025-06-02T10:10:00Z"},
        ),
        (
            (ZAMMAD, "09:00", [("09:30", "sla_no_longer_matches")], {"first_response": 60, "solution": 240}),
            {"tags": ["warn:-30"]},
            {"first_response_due": None, "solution_due": None, "next_due": None, "warn_due": None},
        ),
        (
            (ZAMMAD, "09:00", [("10:30", None, "pending", True), ("11:00", None, "closed", False)], {"solution": 30}),
            {"kind": "due", "clock_start": "2025-06-02T10:15:00Z"},
            {"solution_due": "2025-06-02T11:15:00Z"},
        ),
        ((ZAMMAD, "09:00", [], {"first_response": 0, "solution": None}), {}, {"next_due": None}),
        (
            (ZAMMAD, "09:00", [("11:00", "close", "closed")], {}),
            {
                "kind": "working_time",
                "tags": ["window-clamped-to-ticket-life"],
                "window": {"from": "2025-05-26T09:00:00Z", "to": "2025-06-09T09:00:00Z"},
            },
            {"working_seconds": 7200},
        ),
        # RT: the requestor's first unanswered word counts, else the desk's last one.
        ((RT, "10:00", [], {"first_response": 120}), {}, {"next_due": None}),
        (
            (RT, "10:00", [("10:00", "customer_message"), ("10:05", "agent_message")], {"first_response": 120}),
            {},
            {"next_due": None},
        ),
        (
            (
                RT,
                "10:00",
                [("10:00", "customer_message"), ("10:05", "agent_message"), ("10:15", "agent_message")],
                {"first_response": 120, "keep_in_loop": 240},
            ),
            {},
            {"next_due": "2025-06-02T14:15:00Z"},
        ),
        (
            (RT, "10:00", [("10:00", "customer_message"), ("10:10", None, "stalled", True)], {"first_response": 120}),
            {"tags": ["pause-hides-but-does-not-extend"]},
            {"next_due": None},
        ),
        (
            (
                RT,
                "10:00",
                [
                    ("10:00", "customer_message"),
                    ("10:10", None, "stalled", True),
                    ("10:40", "customer_message"),
                    ("10:40", None, "open", False),
                ],
                {"first_response": 120},
            ),
            {},
            {"next_due": "2025-06-02T12:30:00Z"},
        ),
        (
            (RT, "2007-01-01T22:00:00Z", [], {"solution": 120}),
            {"kind": "due", "calendar": {"tz": "America/New_York", "hours": {d: [["09:00", "18:00"]] for d in ALWAYS}}},
            {"starts": "2007-01-01T22:00:00Z", "solution_due": "2007-01-02T15:00:00Z"},
        ),
        (
            (RT, "2007-01-01T22:00:00Z", [], {}),
            {"kind": "starts", "calendar": {"tz": "Europe/Moscow", "hours": {d: [["09:00", "18:00"]] for d in ALWAYS}}},
            {"starts": "2007-01-02T06:00:00Z"},
        ),
        # Frappe: a hold costs working time only, also over a holiday and a weekend.
        (
            (
                FRAPPE,
                "2025-06-05T17:30:00Z",
                [
                    ("2025-06-05T17:50:00Z", "first_response", "Replied", True),
                    ("2025-06-09T12:30:00Z", None, "Open", False),
                    ("2025-06-09T13:00:00Z", "close", "Resolved"),
                    ("2025-06-10T13:00:00Z", "close", "Closed"),
                ],
                {"first_response": 60, "solution": 240},
            ),
            {"calendar": {"tz": "UTC", "hours": OFFICE, "holidays": ["2025-06-06"]}},
            {"paused_working_seconds": 9600, "solution_in_min": 50, "first_response_in_min": 20},
        ),
        (
            (FRAPPE, "17:55", [("18:05", "first_response", "Replied", True)], {"first_response": 30, "solution": 120}),
            {"calendar": {"tz": "UTC", "hours": OFFICE, "holidays": []}},
            {"first_response_late_seconds": None, "first_response_in_min": 5, "first_response_left_min": 25},
        ),
        (
            (FRAPPE, "10:00", [("12:15", None, "Replied", True)], {"first_response": 30}),
            {"tags": ["agent-status-change-is-first-response"]},
            {"first_response_in_min": 135, "first_response_late_seconds": 6300},
        ),
        (
            (FRAPPE, "12:00", [("12:30", "close", "Resolved"), ("13:00", None, "Closed", False)], {"solution": 240}),
            {},
            {"solution_in_min": 30},
        ),
        # GLPI: taking over is never paused.
        (
            (GLPI, "10:00", [("10:10", None, "waiting", True)], {"first_response": 60, "solution": 120}),
            {},
            {"first_response_due": "2025-06-02T11:00:00Z"},
        ),
        (
            (
                GLPI,
                "10:00",
                [("10:10", None, "waiting", True), ("10:40", None, "assigned", False), ("10:50", "sla_replaced")],
                {"solution": 240},
            ),
            {"kind": "due", "tags": ["warn:-60", "warn2:-30"]},
            {
                "solution_due": "2025-06-02T14:30:00Z",
                "warn_due": "2025-06-02T13:30:00Z",
                "warn2_due": "2025-06-02T14:00:00Z",
            },
        ),
        (
            (GLPI, "10:00", [], {}),
            {"kind": "working_time", "window": {"from": "2019-01-08T00:00:00Z", "to": "2019-01-01T00:00:00Z"}},
            {"working_seconds": 0},
        ),
        ((GLPI, "21:00", [], {"working_days": 7}), {"kind": "due_days"}, {"solution_due": "2025-06-09T21:00:00Z"}),
        (
            (GLPI, "21:00", [], {"working_days": -7, "end_of_day": True}),
            {"kind": "due_days", "calendar": {"tz": "UTC", "hours": OFFICE, "holidays": []}},
            {"solution_due": "2025-05-22T18:00:00Z"},
        ),
        # OTOBO: the due time slides along, four minutes ahead.
        (
            (OTOBO, "10:00", [("10:10", None, "pending", True)], {"solution": 120}),
            {"kind": "due_while_paused"},
            {"solution_due": "2025-06-02T12:04:00Z"},
        ),
        (
            (OTOBO, "10:00", [("10:10", None, "pending", True), ("10:17", None, "open", False)], {"solution": 120}),
            {"kind": "due"},
            {"solution_due": "2025-06-02T12:07:00Z"},
        ),
        (
            (ZNUNY, "08:00", [("09:00", None, "pending", True)], {"solution": 120}),
            {"kind": "due_while_paused", "expect": {"evaluated_at": "2025-06-02T09:30:00Z"}},
            {"solution_due": "2025-06-02T10:30:00Z"},
        ),
        # No calendar is 24 hours on 7 days; times may carry any offset; order does not matter.
        (
            (
                ZNUNY,
                "2025-06-02T18:00:00+08:00",
                [("11:00", None, "open", False), ("10:30", None, "p", True)],
                {"solution": 60},
            ),
            {"calendar": None},
            {"solution_due": "2025-06-02T11:30:00Z", "is_open": True, "is_holiday": False},
        ),
        (
            (ZNUNY, "10:00", [], {"solution": 60}),
            {"tags": ["warn2:-30", "x"]},
            {"warn_due": None, "warn2_due": "2025-06-02T10:30:00Z"},
        ),
    ],
)
def test_choices_of_each_system(args: tuple[Any, ...], more: dict[str, Any], expected: dict[str, Any]) -> None:
    found = result(*args, **more)
    assert tuple(found) == RESULT_KEYS
    assert {key: found[key] for key in expected} == expected


BASE = case(ZNUNY, "10:00", [("10:30", None, "open", False)], {"solution": 60})


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"kind": "guess"}, "kind"),
        ({"created_at": None}, "created_at"),
        ({"created_at": "yesterday"}, "created_at"),
        ({"created_at": 17}, "created_at"),
        ({"clock_start": "x"}, "clock_start"),
        ({"tags": "x"}, "tags"),
        ({"events": {}}, "events"),
        ({"events": [1]}, "events[0]"),
        ({"events": [{"kind": "close"}]}, "events[0].at"),
        ({"events": [{"at": "2025-06-02T10:00:00Z", "kind": "shout"}]}, "events[0].kind"),
        ({"events": [{"at": "2025-06-02T10:00:00Z", "pausing": "yes"}]}, "events[0].pausing"),
        ({"targets_min": []}, "targets_min"),
        ({"targets_min": {"solution": "60"}}, "targets_min.solution"),
        ({"targets_min": {"solution": float("nan")}}, "targets_min.solution"),
        ({"targets_min": {"solution": 1e300}}, "calendar"),
        ({"targets_min": {"lunch": 60}}, "targets_min.lunch"),
        ({"targets_min": {"working_days": 1.5}}, "targets_min.working_days"),
        ({"paused_total_seconds": -1}, "paused_total_seconds"),
        ({"calendar": []}, "calendar"),
        ({"calendar": {"tz": "Nowhere/Land"}}, "calendar"),
        ({"calendar": {"tz": "UTC", "hours": []}}, "calendar.hours"),
        ({"calendar": {"tz": "UTC", "hours": {"mon": "08:00"}}}, "calendar.hours"),
        ({"calendar": {"tz": "UTC", "hours": {"mon": ["08:00"]}}}, "calendar.hours"),
        ({"calendar": {"tz": "UTC", "hours": {"mon": [[8, 9]]}}}, "calendar"),
        ({"calendar": {"tz": "UTC", "hours": ALWAYS, "holidays": [5]}}, "calendar.holidays"),
        ({"calendar": {"tz": "UTC", "hours": ALWAYS, "holidays": ["soon"]}}, "calendar"),
        ({"calendar": {"tz": "UTC", "hours": {}}}, "calendar"),
        ({"kind": "working_time"}, "window"),
        ({"kind": "working_time", "window": {"from": "2025-06-02T10:00:00Z"}}, "to"),
    ],
)
def test_bad_cases_are_refused_with_their_place(change: dict[str, Any], key: str) -> None:
    with pytest.raises(Invalid) as caught:
        simulate_case(BASE | change)
    assert f"case t: {key}" in str(caught.value)


def test_what_is_no_list_of_cases_is_refused() -> None:
    for wrong in (None, 5, "cases", {"count": 1}, {"cases": "x"}):
        with pytest.raises(Invalid):
            simulate(wrong)
    with pytest.raises(Invalid):
        simulate([5])
    assert simulate({"cases": []}) == []
    assert [answer["id"] for answer in simulate([BASE, BASE])] == ["t", "t"]


def test_a_closed_calendar_still_answers_plain_questions() -> None:
    found = result(ZNUNY, "10:00", [], {}, kind="is_open", calendar={"tz": "UTC", "hours": {}, "holidays": ["--06-02"]})
    assert (found["is_open"], found["is_holiday"], found["starts"]) == (False, True, None)
