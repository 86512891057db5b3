"""Service levels: explaining, calendars and their days, deriving again."""
# ruff: noqa: F401, F811

import datetime
import itertools

import pytest

from helpdesk_tui.desk import calendar_days
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, NotPermitted
from helpdesk_tui.vocabulary.instants import iso, parse_instant
from tests.desk_fixtures import START, FixedClock, as_person, by_json, clock, desk


def calendar_of(desk: Desk, number: int) -> str:
    return str(desk.sla.explain(number)["calendar"]["code"])


def incident(desk: Desk, **fields: str) -> int:
    return int(
        desk.tickets.open("It broke", set={"kind": "incident", "impact": "low", "urgency": "low", **fields})["number"]
    )


def test_explain_says_all_and_its_ledger_sums(desk: Desk, clock: FixedClock) -> None:
    number = incident(desk)
    desk.tickets.take(number)
    clock.forward(3_600)
    desk.tickets.state(number, "awaiting_user", reason="asked")
    clock.forward(30 * 3_600)
    desk.tickets.state(number, "in_progress")
    clock.forward(600)
    said = by_json(desk, "sla.explain", {"number": number})
    row = desk.tickets.show(number)
    assert (said["number"], said["ref"], said["at"], said["policy"]) == (number, row["ref"], iso(clock.now), 1)
    assert said["clocks"]["resolution"]["due"] == row["resolution_due_at"]
    assert said["next_due"] is not None and said["run"] == "running"
    for name, facts in said["clocks"].items():
        windows = [w for w in said["ledger"] if w["clock"] == name]
        assert sum(w["seconds"] for w in windows if w["kind"] == "counted") == facts["figure"]
        assert all(a["to"] == b["from"] for a, b in itertools.pairwise(windows))
    assert any(w["kind"] == "paused" for w in said["ledger"])
    assert said["reasons"][0]["code"] == "sla.chosen" and all(r["sentence"] for r in said["reasons"])
    result = desk.sla.measured(number)
    assert result is not None and result.run == said["run"]


def test_explain_at_an_earlier_instant(desk: Desk, clock: FixedClock) -> None:
    number = incident(desk)
    early = desk.sla.explain(number)
    clock.forward(1_800)
    desk.tickets.prioritise(number, impact="high", urgency="high")
    clock.forward(60)
    desk.tickets.resolve(number, resolution="Done", cause="Known", code="fixed")
    assert desk.sla.explain(number, START) == early
    assert desk.sla.explain(number, START)["run"] == "running"
    assert desk.sla.explain(number)["run"] in ("met", "missed")
    with pytest.raises(NotFound):
        desk.sla.explain(number, START - 1)
    with pytest.raises(NotFound):
        desk.sla.explain(99)


def test_a_deleted_ticket_has_no_clock(desk: Desk) -> None:
    number = incident(desk)
    desk.tickets.delete(number)
    with pytest.raises(NotFound):
        desk.sla.explain(number + 1)


def test_simulate_targets_calendars(desk: Desk) -> None:
    case = {
        "id": "c1", "kind": "due", "created_at": "2026-03-02T09:00:00Z",
        "calendar": {"tz": "UTC", "hours": {"mon": [["09:00", "17:00"]]}}, "targets_min": {"solution": 60},
    }  # fmt: skip
    answer = by_json(desk, "sla.simulate", {"cases": [case]})
    assert answer[0]["id"] == "c1" and answer[0]["result"]["solution_due"] == "2026-03-02T10:00:00Z"
    targets = by_json(desk, "sla.targets", {})
    assert targets and set(targets[0]) == {"id", "calendar", "when", "response", "update", "resolution", "warn"}
    calendars = by_json(desk, "sla.calendars", {})
    assert {t["calendar"] for t in targets} <= {c["code"] for c in calendars}
    assert all(c["days"] == [] and isinstance(c["open_now"], bool) for c in calendars)


def test_a_closed_day_moves_open_tickets_and_undo_moves_them_back(desk: Desk, clock: FixedClock) -> None:
    numbers = [incident(desk) for _ in range(3)]
    done = incident(desk)
    desk.tickets.resolve(done, resolution="Done", cause="Known", code="fixed")
    code = calendar_of(desk, numbers[0])
    due = desk.tickets.show(numbers[0])["resolution_due_at"]
    before = desk.tickets.show(numbers[0])
    closed = due[:10]
    added = by_json(desk, "sla.add_day", {"calendar": code, "day": closed, "name": "Move of the office"})
    assert (added["kind"], added["source"]) == ("holiday", "by hand")
    assert added["recomputed"]["changed"] == 3
    after = desk.tickets.show(numbers[0])
    assert after["resolution_due_at"] > due and after["updated_at"] == before["updated_at"]
    assert after["version"] == before["version"] + 1
    assert desk.tickets.log(numbers[0])[-1]["verb"] == "sla.recompute"
    assert desk.sla.recompute() == {"batch": None, "matched": 3, "changed": 0}
    with pytest.raises(Conflict):
        desk.sla.add_day(code, closed, name="Move of the office")
    assert desk.sla.add_day(code, closed, name="Move", recompute=False)["recomputed"] is None
    removed = desk.sla.remove_day(code, closed)
    assert removed["recomputed"]["changed"] == 3
    assert desk.tickets.show(numbers[0])["resolution_due_at"] == due
    with pytest.raises(NotFound):
        desk.sla.remove_day(code, closed)


def test_recompute_of_some(desk: Desk) -> None:
    numbers = [incident(desk) for _ in range(3)]
    code = calendar_of(desk, numbers[0])
    day = desk.tickets.show(numbers[0])["resolution_due_at"][:10]
    desk.sla.add_day(code, day, recompute=False)
    seen: list[tuple[int, int]] = []
    done = desk.sla.recompute(f"number:{numbers[1]}", progress=lambda n, of: seen.append((n, of)))
    assert (done["matched"], done["changed"], seen) == (1, 1, [(1, 1)])
    assert desk.sla.recompute()["changed"] == 2


def days(desk: Desk, code: str) -> dict[str, tuple[str, str, str]]:
    found = next(c for c in desk.sla.calendars() if c["code"] == code)
    return {d["day"]: (d["kind"], d["name"], d["source"]) for d in found["days"]}


def test_import_holidays_with_make_up_days(desk: Desk) -> None:
    code = desk.sla.calendars()[0]["code"]
    desk.sla.add_day(code, "2026-10-01", "workday", "we work anyway")
    done = by_json(desk, "sla.import_holidays", {"calendar": code, "region": "cn", "years": [2026]})
    assert done["workdays"] == 6 and done["provisional"] == [] and done["regions"] == ["CN"]
    have = days(desk, code)
    assert have["2026-10-10"][0] == "workday" and have["2026-02-17"][0] == "holiday"
    assert have["2026-10-01"] == ("workday", "we work anyway", "by hand")
    assert have["2026-01-01"][2].startswith("holidays ") and have["2026-01-01"][2].endswith(" CN")
    calendar = desk.policies.current().calendars[code]
    assert not calendar.is_open(parse_instant("2026-02-17T02:00:00Z", 0))
    entry = desk.audit.log(limit=1, verb="sla.import_holidays")[0]
    assert (entry["subject_type"], entry["subject"], len(entry["rows"])) == ("calendar", 0, done["added"])
    head = desk.store.head()
    again = desk.sla.import_holidays(code, "CN", [2026])
    assert (again["added"], again["changed"], again["removed"]) == (0, 0, 0) and desk.store.head() == head
    early = desk.sla.import_holidays(code, "CN", [2028], recompute=False)
    assert early["provisional"] == [2028] and early["workdays"] == 0


@pytest.mark.parametrize("locale", ["C", "en_US.UTF-8", "zh_CN.UTF-8"])
def test_the_names_of_days_do_not_follow_the_environment(locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("LANGUAGE", "LC_ALL", "LANG"):
        monkeypatch.setenv(variable, locale)
    assert calendar_days.from_library("DE-BY", [2026]).days["2026-01-01"] == ("holiday", "Neujahr")
    assert calendar_days.from_library("CN", [2026]).days["2026-01-01"] == ("holiday", "元旦")


def test_an_import_replaces_its_own_days_only(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    code = desk.sla.calendars()[0]["code"]
    desk.sla.import_holidays(code, "DE-BY", [2026])
    assert "2026-01-06" in days(desk, code)
    desk.sla.import_holidays(code, "CN", [2026])
    both = days(desk, code)
    assert both["2026-01-01"][2].endswith(" DE-BY") and both["2026-02-17"][2].endswith(" CN")
    newer = calendar_days.Imported("holidays 9.9 DE-BY", {"2026-01-01": ("holiday", "Neujahrstag")})
    monkeypatch.setattr(calendar_days, "from_library", lambda region, years: newer)
    done = desk.sla.import_holidays(code, "DE-BY", [2026])
    now = days(desk, code)
    assert done["changed"] == 1 and done["removed"] > 8
    assert now["2026-01-01"] == ("holiday", "Neujahrstag", "holidays 9.9 DE-BY")
    assert "2026-01-06" not in now and "2026-02-17" in now
    desk.undoing.last()
    assert "2026-01-06" in days(desk, code)


def test_without_arguments_the_policy_names_the_regions(desk: Desk) -> None:
    code = next(c["code"] for c in desk.sla.calendars() if c["regions"])
    done = desk.sla.import_holidays(code)
    assert done["years"] == [2026, 2027] and done["added"] > 10


def test_calendar_refusals(desk: Desk) -> None:
    code = next(c["code"] for c in desk.sla.calendars())
    head = desk.store.head()
    for call, error in (
        (lambda: desk.sla.add_day("nowhere", "2026-01-01"), NotFound),
        (lambda: desk.sla.add_day(code, "2026-02-30"), Invalid),
        (lambda: desk.sla.add_day(code, "2026-02-03", "feast"), Invalid),
        (lambda: desk.sla.import_holidays("nowhere", "CN"), NotFound),
        (lambda: desk.sla.import_holidays(code, "XX", [2026]), Invalid),
        (lambda: desk.sla.import_holidays(code, "DE-ZZ", [2026]), Invalid),
        (lambda: desk.sla.import_holidays(code, "CN", [1066]), Invalid),
    ):
        with pytest.raises(error):
            call()
    assert desk.store.head() == head
    clerk = as_person(desk, "clerk", "service_desk", agent=True)
    for refused in (
        lambda: clerk.sla.add_day(code, "2026-01-01"),
        clerk.sla.recompute,
        lambda: clerk.sla.import_holidays(code),
    ):
        with pytest.raises(NotPermitted):
            refused()
    clerk.close()


def test_dates_have_one_form() -> None:
    assert calendar_days.day(" 2026-01-02 ") == datetime.date(2026, 1, 2).isoformat()
