"""The life of an alert: states, order, repetition, flapping; groups and maintenance windows."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_tui.intake.events import parse
from helpdesk_tui.rules import event_groups, events
from helpdesk_tui.rules.event_groups import Group, GroupTimes, Window, gather, group_key, join, like, maintenance, takes
from helpdesk_tui.rules.events import (
    MAX_MARKS,
    Alert,
    AlertState,
    AlertTimes,
    apply,
    flaps,
    identity,
    quiet_at,
    seen,
    standing,
)
from helpdesk_tui.vocabulary.events import Event, EventSeverity, EventStatus, canonical
from helpdesk_tui.vocabulary.instants import parse_instant
from helpdesk_tui.vocabulary.reasons import sentence

T = parse_instant("2026-11-23T12:00:00Z", 0)
FIRING, RESOLVED, ACK, NOTE = (EventStatus(s) for s in ("firing", "resolved", "acknowledged", "note"))


def event(status: str, at: int, *, received: int | None = None, timed: bool = True, **more: Any) -> Event:
    """A notice about one thing; `at` and `received` in seconds after T. Untimed ones have no instant of their own."""
    kind = EventStatus(status)
    stamp = T + at if timed else None
    fields: dict[str, Any] = {
        "source": "zabbix", "severity": EventSeverity.HIGH, "key": "1|db1", "summary": "disk full",
        "received_at": T + (at if received is None else received), "status": kind,
        "started_at": None if kind is RESOLVED else stamp, "ended_at": stamp if kind is RESOLVED else None, **more,
    }  # fmt: skip
    return Event(**fields)


def run(*notices: Event, times: AlertTimes = events.DEFAULT_TIMES) -> tuple[Alert, list[str]]:
    """The alert after the notices, and what each did."""
    alert: Alert | None = None
    steps: list[str] = []
    for notice in notices:
        alert, step = apply(alert, notice, times)
        steps.append(step.what)
        assert all("{" not in sentence(reason.data(), english=True) for reason in step.reasons)
    assert alert is not None
    assert Alert.from_data(json.loads(canonical(alert.data()))) == alert
    return alert, steps


@pytest.mark.parametrize(
    ("notices", "steps", "state"),
    [
        ([("firing", 0)], ["opened"], "firing"),
        ([("firing", 0), ("resolved", 60)], ["opened", "resolved"], "resolved"),
        ([("firing", 0), ("firing", 0)], ["opened", "duplicate"], "firing"),
        ([("firing", 0), ("firing", 60)], ["opened", "repeated"], "firing"),
        ([("resolved", 0)], ["unmatched"], "resolved"),
        ([("resolved", 0), ("firing", 60)], ["unmatched", "opened"], "firing"),
        ([("firing", 0), ("acknowledged", 60), ("firing", 120)], ["opened", "acknowledged", "repeated"], "acknowledged"),
        ([("firing", 0), ("acknowledged", 60), ("resolved", 90)], ["opened", "acknowledged", "resolved"], "resolved"),
        ([("firing", 0), ("resolved", 60), ("acknowledged", 90)], ["opened", "resolved", "late"], "resolved"),
        ([("firing", 0), ("resolved", 60), ("firing", 600)], ["opened", "resolved", "reopened"], "firing"),
        ([("firing", 0), ("resolved", 60), ("firing", 1860)], ["opened", "resolved", "reopened"], "firing"),
        ([("firing", 0), ("resolved", 60), ("firing", 1861)], ["opened", "resolved", "recurred"], "firing"),
        ([("firing", 0), ("resolved", 60), ("resolved", 90)], ["opened", "resolved", "late"], "resolved"),
        ([("firing", 0), ("note", 60), ("no_data", 70), ("maintenance", 80)], ["opened", "noted", "noted", "noted"], "firing"),
        # the end overtakes the beginning
        ([("resolved", 60), ("firing", 0)], ["unmatched", "late"], "resolved"),
        # an old end comes after the alert fires anew
        ([("firing", 0), ("firing", 300), ("resolved", 200)], ["opened", "repeated", "late"], "firing"),
    ],
)  # fmt: skip
def test_what_notices_do(notices: list[tuple[str, int]], steps: list[str], state: str) -> None:
    alert, found = run(*(event(status, at, received=max(at, 300)) for status, at in notices))
    assert (found, standing(alert).state.value) == (steps, state)


def test_an_acknowledgement_can_be_taken_back() -> None:
    alert, steps = run(
        event("firing", 0), event("acknowledged", 10), event("acknowledged", 20, phase="end", ended_at=T + 20)
    )
    assert (steps[-1], standing(alert).state) == ("unacknowledged", AlertState.FIRING)


def test_what_comes_back_is_nobodys_again() -> None:
    alert, _ = run(event("firing", 0), event("acknowledged", 10), event("resolved", 20), event("firing", 30))
    assert standing(alert).acknowledged_at is None
    assert standing(alert).state is AlertState.FIRING


def test_severity_rises_and_falls_with_the_latest_notice() -> None:
    grave, mild = EventSeverity.CRITICAL, EventSeverity.WARNING
    alert, steps = run(event("firing", 0), event("acknowledged", 5), event("firing", 10, severity=grave),
                       event("firing", 20, severity=mild), event("firing", 15, severity=grave))  # fmt: skip
    assert steps == ["opened", "acknowledged", "raised", "lowered", "repeated"]
    assert standing(alert).severity is mild
    assert standing(alert).state is AlertState.ACKNOWLEDGED


def test_a_repetition_is_told_once_it_has_been_quiet() -> None:
    alert, _steps = run(event("firing", 0))
    for at, told in ((600, False), (1200, False), (1801, True)):
        alert, step = apply(alert, event("firing", at))
        assert (step.what, step.told) == ("repeated", told)


def test_a_notice_without_instant_that_comes_again_after_the_end_opens_nothing() -> None:
    notice = event("firing", 0, timed=False, occurrence="900")
    over = event("resolved", 60, timed=False, occurrence="900")
    alert, steps = run(notice, over, replace(notice, received_at=T + 120))
    assert (steps[-1], standing(alert).state) == ("late", AlertState.RESOLVED)
    assert run(notice, over, replace(notice, received_at=T + 60 + 900))[1][-1] == "late"
    # another trouble of the same thing opens, and so does one that comes much later
    assert run(notice, over, replace(notice, received_at=T + 120, occurrence="901"))[1][-1] == "reopened"
    assert run(notice, over, replace(notice, received_at=T + 60 + 901))[1][-1] == "reopened"
    assert run(notice, over, replace(notice, received_at=T + 60 + 1801))[1][-1] == "recurred"


def test_the_same_notice_long_after_its_end_is_a_trouble_that_came_back() -> None:
    # A sender lost sight of it, said that it is over, and sends it again with the beginning of before.
    notice, over = event("firing", 0), event("resolved", 3600)
    soon, late = (replace(notice, received_at=T + 3600 + wait) for wait in (900, 901))
    assert run(notice, over, soon)[1] == ["opened", "resolved", "duplicate"]
    alert, steps = run(notice, over, late)
    assert (steps, standing(alert).state) == (["opened", "resolved", "reopened"], AlertState.FIRING)
    assert run(notice, over, late, late)[1][-1] == "duplicate"
    assert run(notice, late, over)[0] == run(notice, over, late)[0] == run(late, over, notice)[0]
    alert, steps = run(notice, over, late, event("resolved", 9000))
    assert (steps[-1], standing(alert).state) == ("resolved", AlertState.RESOLVED)
    assert standing(alert).changes == (T + 3600, T + 4501, T + 9000)
    # where the first notice itself comes so late, it is one trouble
    alert, steps = run(over, event("firing", 0, received=3600 + 901))
    assert (steps, standing(alert).troubles, standing(alert).opened_at) == (["unmatched", "opened"], 1, T + 3600 + 901)
    # what counts is when its end was first told
    assert run(notice, over, replace(over, received_at=T + 4400), late)[1][-1] == "reopened"
    # an end of before its beginning has nothing to do with it
    new = event("firing", 5000)
    alert, steps = run(notice, over, new, replace(new, received_at=T + 9000), event("resolved", 8000, received=9500))
    assert (steps[-1], standing(alert).state) == ("resolved", AlertState.RESOLVED)
    # it still fires: repeats of the same beginning before the end are none
    assert run(notice, replace(notice, received_at=T + 3599), over)[1] == ["opened", "duplicate", "resolved"]


def test_the_same_instant_told_or_taken_is_the_same() -> None:
    told, taken, over = (
        event("firing", 0, occurrence="1"),
        event("firing", 0, timed=False, occurrence="1"),
        event("resolved", 0),
    )
    assert run(told, taken, over)[0] == run(taken, over, told)[0]
    assert run(told, taken)[1] == run(taken, told)[1] == ["opened", "duplicate"]


def test_a_return_is_seen_even_where_its_beginning_is_long_summed_up() -> None:
    alert, _ = run(*(event("firing", 100 * n) for n in range(1, MAX_MARKS + 10)), event("resolved", 9000))
    assert apply(alert, event("firing", 100, received=9900))[1].what == "late"
    again, step = apply(alert, event("firing", 100, received=9901))
    assert (step.what, standing(again).opened_at, standing(again).state) == ("reopened", T + 100, AlertState.FIRING)


def test_a_clock_that_is_ahead_never_outlives_arrival() -> None:
    alert, _steps = run(event("firing", 3600, received=0), event("resolved", 60))
    assert standing(alert).state is AlertState.RESOLVED


def test_flapping_holds_the_end_back() -> None:
    sequence = [event(status, 60 * n) for n, status in enumerate(["firing", "resolved"] * 3)]
    alert: Alert | None = None
    found = []
    for notice in sequence:
        alert, step = apply(alert, notice)
        found.append((step.what, step.flapping))
    assert found == [
        ("opened", False),
        ("resolved", False),
        ("reopened", False),
        ("held", True),
        ("reopened", True),
        ("held", True),
    ]
    assert alert is not None
    now = standing(alert)
    assert now.troubles == 1 and now.opened_at == T
    last = T + 300
    assert seen(now, last + 899).state is AlertState.FIRING
    assert seen(now, last + 899).hold_until == last + 900
    assert seen(now, last + 900) == events.View(AlertState.RESOLVED, True, None)
    assert not seen(now, last + 1801).flapping
    assert flaps(now, last)
    # a change exactly as long ago as one looks back is none any more
    assert [flaps(now, T + 180 + 1800 + more) for more in (-1, 0)] == [True, False]
    # two changes are none
    assert not flaps(standing(run(*sequence[:3])[0]), T + 120)


def test_changes_that_lie_far_apart_do_not_flap() -> None:
    alert, steps = run(*(event(status, 1000 * n) for n, status in enumerate(["firing", "resolved"] * 3)))
    assert "held" not in steps
    assert not flaps(standing(alert), T + 5000)


def test_a_sender_that_says_flapping_is_believed() -> None:
    alert, steps = run(event("firing", 0), event("flapping", 10, phase="start"), event("resolved", 20))
    assert steps == ["opened", "noted", "held"]
    calm, _ = apply(alert, event("flapping", 30, phase="end", ended_at=T + 30))
    assert not standing(calm).sender_flapping
    assert seen(standing(calm), T + 40).state is AlertState.RESOLVED


def test_what_is_quiet_for_long_ends() -> None:
    alert, _ = run(event("firing", 0), event("firing", 500))
    assert quiet_at(standing(alert)) == T + 500 + 3600
    over, _ = apply(alert, event("resolved", 600))
    assert quiet_at(standing(over)) is None


def test_another_alerts_notice_is_refused() -> None:
    alert, _ = run(event("firing", 0))
    with pytest.raises(ValueError):
        apply(alert, event("firing", 1, key="other"))


def test_identities() -> None:
    notice = event("firing", 0)
    same = replace(notice, status=RESOLVED, severity=EventSeverity.INFO, summary="x", occurrence="9", group="g")
    assert identity(notice) == identity(same)
    assert (
        len(
            {
                identity(notice),
                *(identity(replace(notice, **{name: "other"})) for name in ("source", "instance", "key")),
            }
        )
        == 4
    )
    assert identity(replace(notice, key="\ud800")) != identity(notice)


NOTICES = st.builds(
    lambda status, at, late, severity, occurrence, timed: event(
        status, at, received=at + late, timed=timed, severity=severity, occurrence=occurrence
    ),
    st.sampled_from(["firing", "firing", "resolved", "resolved", "acknowledged", "note", "flapping", "maintenance", "no_data"]),
    st.integers(0, 5000), st.integers(0, 3000), st.sampled_from([EventSeverity.HIGH, EventSeverity.INFO]), st.sampled_from(["", "a", "b"]), st.booleans(),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(notices=st.lists(NOTICES, min_size=1, max_size=12), data=st.data())
def test_the_order_of_arrival_and_repetition_never_matter(notices: list[Event], data: st.DataObject) -> None:
    # Some come again, later; that is a part of what came.
    echoes = data.draw(st.lists(st.tuples(st.sampled_from(notices), st.integers(0, 4000)), max_size=4))
    notices = notices + [replace(notice, received_at=notice.received_at + wait) for notice, wait in echoes]
    shuffled = data.draw(st.permutations(notices + data.draw(st.lists(st.sampled_from(notices), max_size=4))))
    one, _ = run(*notices)
    other, _ = run(*shuffled)
    assert one == other
    assert canonical(standing(one).data()) == canonical(standing(other).data())


@settings(max_examples=50, deadline=None)
@given(notices=st.lists(NOTICES, min_size=1, max_size=60))
def test_an_alert_stays_small_and_sound_however_much_comes(notices: list[Event]) -> None:
    alert, _ = run(*notices)
    found = standing(alert)
    assert len(alert.marks) <= MAX_MARKS
    assert found.open == (found.opened_at is not None and found.resolved_at is None)
    assert (found.troubles > 0) == (found.opened_at is not None)
    assert found.troubles <= 2 * sum(notice.status is FIRING for notice in notices)
    assert list(found.changes) == sorted(found.changes)
    for notice in notices:
        again, step = apply(alert, notice)
        assert (again, step.told) == (alert, False)


def test_a_late_notice_below_the_floor_changes_nothing() -> None:
    alert, _ = run(*(event("firing", 100 * n) for n in range(1, MAX_MARKS + 10)))
    assert alert.floor > 0
    same, step = apply(alert, event("resolved", 1, received=9000))
    assert (same, step.what) == (alert, "late")


# ── groups ──────────────────────────────────────────────────────────────────────────────────────

TIMES = GroupTimes(wait=30, window=300, attach=3600)


def test_a_group_waits_takes_in_and_attaches() -> None:
    group: Group | None = None
    found = []
    for at, severity in (
        (0, "warning"),
        (29, "critical"),
        (299, "info"),
        (300, "info"),
        (3900, "info"),
        (7501, "info"),
    ):
        group, how = join(group, event("firing", at, severity=EventSeverity(severity)), TIMES)
        found.append((how.what, group.members, group.severity.value))
        assert "{" not in sentence(how.reason.data(), english=True)
    assert found == [("started", 1, "warning"), ("joined", 2, "critical"), ("joined", 3, "critical"), ("attached", 4, "critical"),
                     ("attached", 5, "critical"), ("started", 1, "info")]  # fmt: skip
    assert event_groups.opens_at(Group("k", T, T, 1, EventSeverity.INFO, ""), TIMES) == T + 30


def test_after_the_window_only_an_open_incident_takes_more() -> None:
    group, _ = join(None, event("firing", 0), TIMES)
    assert takes(group, T + 300, TIMES, incident_open=False) is None
    assert takes(group, T + 299, TIMES, incident_open=False) == "joined"
    assert takes(replace(group, members=event_groups.MAX_MEMBERS), T, TIMES, incident_open=True) is None


def test_keys_of_groups() -> None:
    a, b = (
        event("firing", 0, service="Orders"),
        event("firing", 0, service="orders", key="2", severity=EventSeverity.INFO),
    )
    assert group_key(a) == group_key(b)
    assert group_key(a, ()) != group_key(b, ())
    assert group_key(a, ("severity",)) != group_key(b, ("severity",))
    assert group_key(event("firing", 0, service="a|b", ci=None), ("service", "ci")) != group_key(
        event("firing", 0, service="a", ci="b|"), ("service", "ci")
    )


def test_a_storm_of_ten_thousand_alerts_is_a_handful_of_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    services = ["orders", "billing", "search", "mail", "login"]
    alerts = [
        {"status": "firing", "labels": {"alertname": f"A{n % 40}", "instance": f"host{n}", "service": services[n % 5],
                                        "severity": "warning" if n % 100 else "critical"}, "startsAt": "2026-11-23T11:59:00Z"}
        for n in range(10_000)
    ]  # fmt: skip
    storm = parse("alertmanager", json.dumps({"version": "4", "alerts": alerts}).encode(), now=T)
    calls = {"group_key": 0, "join": 0, "mark": 0}

    def counted(module: Any, name: str, key: str) -> None:
        real = getattr(module, name)

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            calls[key] += 1
            return real(*args, **kwargs)

        monkeypatch.setattr(module, name, wrapper)

    counted(event_groups, "group_key", "group_key")
    counted(event_groups, "join", "join")
    counted(events, "mark_of", "mark")
    alive: dict[str, Alert] = {}
    opened = []
    for notice in storm + storm:  # each comes twice
        name = identity(notice)
        alive[name], step = apply(alive.get(name), notice)
        if step.told:
            opened.append(notice)
    groups = gather(opened, TIMES)
    assert len(alive) == len(opened) == 10_000
    assert [(group.members, group.severity) for group, _members in groups] == [
        (2000, EventSeverity.CRITICAL), *[(2000, EventSeverity.WARNING)] * 4,
    ]  # fmt: skip
    # One look per notice, whatever the size of the storm: twice per event of a batch at most, for a key of a new group.
    assert calls == {"group_key": 10_000 + len(groups), "join": 10_000, "mark": 20_000}


# ── maintenance ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("window", "held"),
    [
        ({}, True),
        ({"services": ["orders"]}, True),
        ({"services": ["ORD*"]}, True),
        ({"services": ["billing"]}, False),
        ({"cis": ["db*"], "services": ["orders"]}, True),
        ({"cis": ["web*"], "services": ["orders"]}, False),
        ({"labels": {"tier": ["1", "2"]}}, True),
        ({"labels": {"tier": ["3"]}}, False),
        ({"labels": {"nosuch": ["*"]}}, False),
        ({"sources": ["nagios"]}, False),
        ({"start": T + 1}, False),
        ({"end": T}, False),
    ],
)
def test_what_a_window_holds(window: dict[str, Any], held: bool) -> None:
    notice = event("firing", 0, service="orders", ci="db1", labels={"tier": "1"})
    found = maintenance([Window(**{"id": "w", "start": T, "end": T + 60, **window})], notice, T)
    assert (found is not None) == held


def test_what_is_over_or_acknowledged_passes_and_the_last_window_speaks() -> None:
    windows = [Window("a", T - 9, T + 60, change=7), Window("b", T - 9, T + 90), Window("c", T - 9, T + 30)]
    for status in ("resolved", "acknowledged"):
        assert maintenance(windows, event(status, 0), T) is None
    found = maintenance(windows, event("firing", 0), T)
    assert found is not None and found.id == "b"
    assert "CHG-7" in sentence(event_groups.held(windows[0]).data(), english=True)


@pytest.mark.parametrize(
    ("text", "glob", "fits"),
    [
        ("web1", "web1", True), ("WEB1", "web1", True), ("web12", "web1", False), ("web12", "web*", True), ("web", "web*", True),
        ("a.web", "*web", True), ("a.web.b", "*web*", True), ("abc", "a*c", True), ("ac", "a*c", True), ("aba", "ab*ba", False),
        ("abba", "ab*ba", True), ("", "*", True), ("x", "", False), ("a" * 5000 + "b", "*a" * 50 + "*c", False), ("axbxc", "a*b*c", True),
    ],
)  # fmt: skip
def test_patterns(text: str, glob: str, fits: bool) -> None:
    assert like(text, glob) is fits


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet="ab", max_size=12), glob=st.text(alphabet="ab*", max_size=8))
def test_patterns_agree_with_the_library(text: str, glob: str) -> None:
    from fnmatch import fnmatchcase

    assert like(text, glob) == fnmatchcase(text, glob)
