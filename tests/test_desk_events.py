"""Monitoring events on the desk: alerts, groups, tickets, maintenance, time, undo and replay."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.event_tickets import ALL_CLEAR
from helpdesk_tui.store import replay, shape
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, NotPermitted
from helpdesk_tui.vocabulary.events import Event, EventSeverity, EventStatus
from helpdesk_tui.vocabulary.instants import iso
from tests.desk_fixtures import FixedClock, as_person, by_json, clock, desk

__all__ = ["clock", "desk"]


def event(key: str = "a", status: str = "firing", severity: str = "critical", **more: Any) -> dict[str, Any]:
    """An event in its JSON form."""
    said = {"source": "generic", "status": status, "severity": severity, "key": key, "summary": f"{key} is down"}
    return {**said, **more}


def take(desk: Desk, *events: dict[str, Any]) -> list[dict[str, Any]]:
    """What became of events."""
    found: list[dict[str, Any]] = desk.events.ingest(list(events))["events"]
    return found


def brief(found: list[dict[str, Any]]) -> list[tuple[str, str, int | None]]:
    return [(one["what"], one["action"], one["number"]) for one in found]


def policy(desk: Desk, text: str) -> None:
    """Put a policy with these lines in force."""
    from helpdesk_tui.desk.first import default_policy_text

    desk.policy.apply(default_policy_text() + "\n" + text)


def tickets(desk: Desk) -> list[dict[str, Any]]:
    """All tickets in their outward form."""
    return desk.reading.select()


def codes(desk: Desk, number: int) -> list[str]:
    return [reason["code"] for item in desk.tickets.timeline(number) for reason in item.reasons]


# -- one alert ---------------------------------------------------------------------------------------------------------


def test_firing_opens_one_ticket_and_resolved_proposes_to_end_it(desk: Desk, clock: FixedClock) -> None:
    fired = take(desk, event(details="no answer", labels={"rack": "r1"}, urls={"runbook": "https://x.example/r"}))
    assert brief(fired) == [("opened", "open", 1)]
    ticket = desk.tickets.show(1)
    assert (ticket["title"], ticket["channel"], ticket["kind"], ticket["requester"]) == (
        "a is down", "monitoring", "incident", None,
    )  # fmt: skip
    assert ticket["priority"] == "critical" and ticket["assignee"] is None
    for part in ("no answer", "rack: r1", "runbook: https://x.example/r", "source: Webhook"):
        assert part in ticket["description"]
    clock.forward(60)
    assert brief(take(desk, event(status="resolved"))) == [("resolved", "", 1)]
    after = desk.tickets.show(1)
    assert after["phase"] == "new" and after["tags"] == [ALL_CLEAR]
    assert "alerts.clear" in codes(desk, 1)
    assert desk.alerts.list() == []
    (alert,) = desk.alerts.list("all")
    assert (alert["state"], alert["number"], alert["told"]) == ("resolved", 1, 2)
    # It fires again at once: the mark goes, the ticket stays the same.
    clock.forward(60)
    assert brief(take(desk, event())) == [("reopened", "attach", 1)]
    assert desk.tickets.show(1)["tags"] == []


def test_repetitions_count_and_are_not_journalled(desk: Desk, clock: FixedClock) -> None:
    take(desk, event(started_at=clock.now))
    head = desk.store.head()
    for n in range(5):
        clock.forward(60)
        # The same notice again, and one that says the same of a later instant.
        again = event(started_at=clock.now) if n % 2 else event(started_at=clock.now - 60 * (n + 1))
        assert take(desk, again)[0]["what"] in ("duplicate", "repeated")
    assert desk.store.head() == head
    (alert,) = desk.alerts.list()
    assert alert["told"] == 6 and alert["last_at"] == iso(clock.now)
    assert len(desk.events.list(alert=alert["id"])) == 6


def test_an_end_without_a_beginning_is_noted_and_opens_nothing(desk: Desk, clock: FixedClock) -> None:
    start = clock.now
    clock.forward(600)
    assert brief(take(desk, event(status="resolved", ended_at=start + 300))) == [("unmatched", "", None)]
    assert tickets(desk) == []
    # Its beginning comes late: it is over all the same.
    assert brief(take(desk, event(started_at=start + 60)))[0][::2] == ("late", None)
    assert tickets(desk) == [] and desk.alerts.list() == []


def test_a_graver_notice_raises_the_severity_and_never_lowers_it(
    desk: Desk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from helpdesk_tui.desk import paging

    told: list[Any] = []
    monkeypatch.setattr(paging, "begin", lambda work, draft, severity, *, cause: told.append((severity, cause)))
    monkeypatch.setattr(paging, "severity_changed", lambda work, number, *pair: told.append((number, *pair)))
    take(desk, event(severity="warning"))
    assert desk.tickets.show(1)["priority"] == "medium" or desk.tickets.show(1)["priority"] == "low"
    clock.forward(60)
    assert brief(take(desk, event(severity="critical")))[0] == ("raised", "attach", 1)
    assert desk.tickets.show(1)["priority"] == "critical"
    clock.forward(60)
    take(desk, event(severity="warning"))
    assert desk.tickets.show(1)["priority"] == "critical"
    assert told == [(4, "alert"), (1, 4, 2)]
    assert desk.alerts.list()[0]["severity"] == "warning"


def test_a_ticket_resolved_by_hand_is_opened_again_by_the_same_trouble_and_not_by_another(
    desk: Desk, clock: FixedClock
) -> None:
    take(desk, event(started_at=clock.now))
    clock.forward(60)
    take(desk, event(status="resolved", ended_at=clock.now))
    desk.tickets.resolve(1, resolution="restarted", cause="x", code="fixed")
    clock.forward(60)
    assert brief(take(desk, event(started_at=clock.now))) == [("reopened", "attach", 1)]
    assert desk.tickets.show(1)["phase"] != "resolved"
    assert "alerts.reopen" in codes(desk, 1)
    clock.forward(60)
    take(desk, event(status="resolved", ended_at=clock.now))
    desk.tickets.resolve(1, resolution="restarted", cause="x", code="fixed")
    clock.forward(7_200)
    assert brief(take(desk, event(started_at=clock.now))) == [("recurred", "open", 2)]


def test_what_fires_while_its_ticket_is_open_belongs_to_it_and_follows_a_merge(desk: Desk, clock: FixedClock) -> None:
    take(desk, event())
    other = desk.tickets.open("the storage is gone")["number"]
    desk.tickets.merge(1, other)
    clock.forward(60)
    take(desk, event(status="resolved", ended_at=clock.now))
    clock.forward(7_200)
    assert brief(take(desk, event(started_at=clock.now))) == [("recurred", "attach", other)]


# -- groups and floods -------------------------------------------------------------------------------------------------


def _flood(n: int, job: str = "api") -> list[dict[str, Any]]:
    return [event(f"{job}-{i}", ci=f"host-{i}", service=job) for i in range(n)]


def test_five_hundred_alerts_in_one_body_are_one_incident(desk: Desk) -> None:
    statements: list[str] = []
    desk.policies.current()
    desk.events.ingest([event("first", service="other")])
    desk.store.reader().set_trace_callback(statements.append)
    found = desk.events.ingest(_flood(500))
    desk.store.reader().set_trace_callback(None)
    assert found["opened"] == [2]
    assert {one["number"] for one in found["events"]} == {2}
    # The rows themselves aside, one statement a row of `executemany`, everything is read and written for all at once.
    reads = [s for s in statements if s.lstrip().upper().startswith("SELECT")]
    assert len(reads) < 120, len(reads)
    assert len(tickets(desk)) == 2
    assert len(desk.tickets.timeline(2)) <= 2, "a flood is no flood of lines"


def test_a_storm_is_a_handful_of_incidents(desk: Desk, clock: FixedClock) -> None:
    jobs = ("api", "web", "db")
    for _burst in range(4):
        for job in jobs:
            take(desk, *_flood(60, job))
        clock.forward(30)
    assert len(tickets(desk)) == len(jobs)
    assert len(desk.alerts.list(limit=1_000)) == 180
    clock.forward(86_400)
    take(desk, event("api-new", service="api"))
    assert len(tickets(desk)) == len(jobs) + 1, "a day later it is another trouble"


def test_a_group_may_wait_for_company(desk: Desk, clock: FixedClock) -> None:
    policy(desk, '[event]\nwait = "2m"\n')
    assert brief(take(desk, event("a", severity="warning"))) == [("opened", "open", None)]
    clock.forward(60)
    take(desk, event("b"))
    assert tickets(desk) == []
    clock.forward(61)
    desk.timers.fire_due()
    (ticket,) = tickets(desk)
    assert ticket["title"] == "b is down", "the gravest speaks for the group"
    assert {alert["number"] for alert in desk.alerts.list()} == {ticket["number"]}
    # What was over before anybody had to be told opens nothing.
    clock.forward(86_400)
    take(desk, event("c", service="x"))
    clock.forward(30)
    take(desk, event("c", status="resolved", service="x", ended_at=clock.now))
    clock.forward(300)
    desk.timers.fire_due()
    assert len(tickets(desk)) == 1


def test_rules_decide_and_say_why(desk: Desk) -> None:
    policy(
        desk,
        """
[[event.rule]]
id = "lab"
when = { labels = { env = ["lab"] } }
action = "ignore"

[[event.rule]]
id = "disk"
any = ["disk full"]
action = "open"
severity = "sev1"
team = "network"

[[event.rule]]
id = "quiet"
when = { ci = ["q*"] }
action = "note"
""",
    )
    found = take(
        desk,
        event("a", labels={"env": "lab"}),
        event("b", summary="Disk full on b", severity="warning"),
        event("c", ci="q1", service="x"),
    )
    assert [(one["action"], one["number"]) for one in found] == [("ignore", None), ("open", 1), ("note", None)]
    assert [one["alert"] is None for one in found] == [True, False, False]
    ticket = desk.tickets.show(1)
    assert (ticket["priority"], ticket["team"]) == ("critical", "network")
    assert "event.rule" in codes(desk, 1) and "event.lost" in codes(desk, 1)
    assert [one["what"] for one in desk.events.list()] == ["opened", "opened", "ignored"]


def test_services_and_items_of_the_desk_are_found_by_name(desk: Desk) -> None:
    desk.services.add("wiki", "The Wiki", team="network")
    desk.cis.add("srv-9", service="wiki")
    take(desk, event("a", ci="SRV-9"), event("b", service="the wiki"))
    assert {t["service"] for t in tickets(desk)} == {"wiki"}
    assert desk.tickets.show(1)["ci"] == "srv-9"


# -- maintenance -------------------------------------------------------------------------------------------------------


def test_maintenance_holds_alerts_and_what_still_fires_begins_anew(desk: Desk, clock: FixedClock) -> None:
    change = desk.tickets.open("replace the switch", set={"kind": "change"})["number"]
    window = desk.maintenance.add("switch", start=clock.now, end=clock.now + 3_600, cis=["sw*"], change=change)
    assert (window["name"], window["state"], window["change"]) == ("MW-1", "current", change)
    found = take(desk, event("a", ci="sw1"), event("b", ci="sw2"), event("c", ci="other"))
    assert [(one["action"], one["number"]) for one in found] == [("note", None), ("note", None), ("open", change + 1)]
    assert desk.maintenance.list()[0]["held"] == 2
    clock.forward(600)
    assert take(desk, event("b", ci="sw2", status="resolved", ended_at=clock.now))[0]["what"] == "resolved"
    clock.forward(3_000)
    assert desk.timers.fire_due()["alerts"] == [change + 1] or desk.alerts.list()[0]["number"] is not None
    held = next(alert for alert in desk.alerts.list("all") if alert["key"] == "a")
    assert held["number"] is not None and held["held"] is None
    over = next(alert for alert in desk.alerts.list("all") if alert["key"] == "b")
    assert over["number"] is None
    assert desk.maintenance.list() == [] and desk.maintenance.list("past")[0]["id"] == 1
    assert "maintenance.planned" in codes(desk, change)
    log = desk.alerts.show(held["id"])["log"]
    assert log[0]["reasons"][0]["code"] == "alert.released"


def test_maintenance_of_a_service_holds_what_its_items_tell_and_ends_by_hand(desk: Desk, clock: FixedClock) -> None:
    desk.services.add("wiki", "Wiki")
    desk.cis.add("srv-9", service="wiki")
    desk.maintenance.add("upgrade", start=clock.now, end=clock.now + 3_600, services=["wiki"])
    assert brief(take(desk, event("a", ci="srv-9"))) == [("opened", "note", None)]
    clock.forward(60)
    assert desk.maintenance.end(1)["state"] == "past"
    assert desk.alerts.list()[0]["number"] == 1
    with pytest.raises(Conflict):
        desk.maintenance.end(1)
    planned = desk.maintenance.add("next", start=clock.now + 60, end=clock.now + 90, labels={"env": ["p*"]})
    assert desk.maintenance.list("planned")[0]["id"] == planned["id"]
    assert desk.maintenance.end(planned["id"])["state"] == "past"
    clock.forward(70)
    assert brief(take(desk, event("z", service="q", labels={"env": "prod"})))[0][1] == "open"


@pytest.mark.parametrize(
    "given",
    [
        {"start": 0, "end": 60, "cis": ["a"]},
        {"start": 2_000_000_000, "end": 2_000_000_000, "cis": ["a"]},
        {"start": 2_000_000_000, "end": 2_100_000_000, "cis": ["a"]},
        {"start": 2_000_000_000, "end": 2_000_000_060},
        {"start": 2_000_000_000, "end": 2_000_000_060, "cis": [""]},
        {"start": 2_000_000_000, "end": 2_000_000_060, "cis": ["a"], "change": 1},
    ],
)
def test_maintenance_that_cannot_be_is_refused(desk: Desk, given: dict[str, Any]) -> None:
    desk.tickets.open("no change", set={"kind": "incident"})
    with pytest.raises(Invalid):
        desk.maintenance.add("x", **given)
    assert desk.maintenance.list("all") == []


# -- time --------------------------------------------------------------------------------------------------------------


def test_an_alert_that_flaps_is_believed_over_after_a_while(desk: Desk, clock: FixedClock) -> None:
    for _turn in range(2):
        take(desk, event(started_at=clock.now))
        clock.forward(60)
        last = take(desk, event(status="resolved", ended_at=clock.now))[0]
        clock.forward(60)
    assert last["what"] == "held"
    (alert,) = desk.alerts.list()
    assert alert["flapping"] and alert["state"] == "firing"
    assert desk.timers.fire_due()["fired"] == 0
    clock.forward(900)
    assert desk.timers.fire_due()["fired"] == 1
    assert desk.alerts.list() == [] and desk.tickets.show(1)["tags"] == [ALL_CLEAR]


def test_several_ends_that_are_due_at_once_make_their_ticket_all_clear(desk: Desk, clock: FixedClock) -> None:
    names = ("a", "b", "c")
    take(desk, *(event(name, source="syslog") for name in names))
    clock.forward(3_000)
    take(desk, event("b", source="syslog", started_at=clock.now))
    clock.forward(700)
    desk.timers.fire_due()
    assert [alert["key"] for alert in desk.alerts.list()] == ["b"]
    assert desk.tickets.show(1)["tags"] == []
    clock.forward(3_000)
    desk.timers.fire_due()
    assert desk.alerts.list() == [] and desk.tickets.show(1)["tags"] == [ALL_CLEAR]
    assert "alert.quiet" in [r["code"] for r in desk.alerts.show(2)["log"][0]["reasons"]]


def test_all_at_once_in_one_tick(desk: Desk, clock: FixedClock) -> None:
    take(desk, *(event(name, source="syslog") for name in ("a", "b", "c")))
    clock.forward(4_000)
    desk.timers.fire_due()
    assert desk.alerts.list() == [] and desk.tickets.show(1)["tags"] == [ALL_CLEAR]


def test_old_notices_are_swept_and_what_became_of_them_stays(desk: Desk, clock: FixedClock) -> None:
    policy(desk, '[event]\nkeep = "48h"\n')
    take(desk, event("a"))
    clock.forward(3 * 86_400)
    take(desk, event("b"))
    assert [one["key"] for one in desk.events.list()] == ["b"]
    assert {one["key"] for one in desk.alerts.list("all")} == {"a", "b"}


# -- by hand -----------------------------------------------------------------------------------------------------------


def test_alerts_are_acknowledged_linked_and_ended_by_hand(desk: Desk, clock: FixedClock) -> None:
    take(desk, event(started_at=clock.now))
    assert desk.alerts.ack(1)["state"] == "acknowledged"
    with pytest.raises(Conflict):
        desk.alerts.ack(1)
    clock.forward(60)
    assert take(desk, event(started_at=clock.now))[0]["what"] == "repeated"
    assert desk.alerts.list("acknowledged")[0]["id"] == 1
    assert desk.alerts.unack(1)["state"] == "firing"
    with pytest.raises(Conflict):
        desk.alerts.unack(1)
    other = desk.tickets.open("other")["number"]
    assert desk.alerts.link(1, other)["number"] == other
    with pytest.raises(Conflict):
        desk.alerts.link(1, other)
    assert desk.alerts.unlink(1)["number"] is None
    with pytest.raises(Conflict):
        desk.alerts.unlink(1)
    with pytest.raises(NotFound):
        desk.alerts.link(1, 99)
    desk.alerts.link(1, 1)
    clock.forward(60)
    assert desk.alerts.resolve(1)["state"] == "resolved"
    with pytest.raises(Conflict):
        desk.alerts.resolve(1)
    assert {"alerts.linked", "alerts.unlinked", "alerts.acknowledged", "alerts.resolved"} <= set(codes(desk, 1))
    # Its sender still tells of it: for a while that is an echo, then it fires again.
    clock.forward(60)
    take(desk, event(started_at=clock.now - 120))
    assert desk.alerts.list() == []
    clock.forward(3_600)
    take(desk, event(started_at=clock.now - 3_720))
    assert desk.alerts.list()[0]["state"] == "firing"


def test_what_was_received_cannot_be_undone(desk: Desk) -> None:
    take(desk, event())
    with pytest.raises(Conflict):
        desk.undoing.last()
    assert desk.tickets.show(1)["title"] == "a is down"


# -- refusals and rights -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {}, event(status="burning"), event(severity="awful"), event(source=""), event(source="x" * 33),
        event(summary=7), event(summary="x" * 501), event(started_at="now"), event(started_at=-1),
        event(started_at=True), event(labels=[]), event(labels={"a": 1}), event(extra=[]), event(what="x"),
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused_before_anything_is_written(desk: Desk, wrong: dict[str, Any]) -> None:
    head = desk.store.head()
    with pytest.raises(Invalid):
        desk.events.ingest([event("good"), wrong])
    assert desk.store.head() == head and desk.events.list() == []


def test_explaining_changes_nothing(desk: Desk) -> None:
    head = desk.store.head()
    found = by_json(desk, "event.explain", {"events": [event("a"), event("a"), event("b", status="resolved")]})
    assert [(one["what"], one["action"], one["number"]) for one in found] == [
        ("opened", "open", None), ("duplicate", "", None), ("unmatched", "", None),
    ]  # fmt: skip
    assert all(reason["sentence"] for one in found for reason in one["reasons"])
    assert desk.store.head() == head and desk.events.list() == [] and tickets(desk) == []
    assert brief(take(desk, event("a"))) == [("opened", "open", 1)]


def test_a_service_account_brings_in_and_reads_nothing(desk: Desk) -> None:
    with as_person(desk, "probe", "service_account") as probe:
        assert brief(take(probe, event())) == [("opened", "open", None)], "nor the number of what it opened"
        for call in (probe.alerts.list, probe.events.list, lambda: probe.alerts.ack(1)):
            with pytest.raises(NotPermitted):
                call()
        assert probe.alerts.firing() is None and probe.alerts.of_ticket(1) == []
    assert desk.alerts.firing() == 1
    assert [one["id"] for one in desk.alerts.of_ticket(1)] == [1]


def test_hostile_texts_are_kept_as_text(desk: Desk) -> None:
    bad = "[red]x[/red]\x1b]52;c;aGk=\x07 \ud800\x00 " + "‮" + "界" * 200
    take(desk, event(summary=bad, details=bad, ci=bad[:60], service=bad[:60], labels={bad[:20]: bad}, key=bad))
    ticket = desk.tickets.show(1)
    assert "\x00" not in ticket["description"] and "\n" not in ticket["title"]
    assert "\ufffd" in desk.alerts.show(1)["details"]
    assert json.dumps(desk.events.show(1))


# -- replay ------------------------------------------------------------------------------------------------------------


def rows(store: Store) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    for table in ("alert", "alert_group", "maintenance_window", "ticket", "ticket_tag"):
        key = ", ".join(shape.KEYS[table])
        yield table, store.query(f"SELECT {', '.join(shape.COLUMNS[table])} FROM {table} ORDER BY {key}")


def test_the_journal_alone_makes_the_same_alerts(desk: Desk, clock: FixedClock, tmp_path: Path) -> None:
    desk.maintenance.add("m", start=clock.now, end=clock.now + 600, cis=["m*"])
    for turn in range(6):
        take(desk, *_flood(20), event("m", ci="m1"), event("s", source="syslog"), event("q", severity="info"))
        clock.forward(90)
        ends = [{**each, "status": "resolved", "ended_at": clock.now} for each in _flood(20)[turn::2]]
        take(desk, *ends)
        clock.forward(120)
        desk.timers.fire_due()
    desk.alerts.ack(next(alert["id"] for alert in desk.alerts.list("firing")))
    again = Store(tmp_path / "again.db")
    replay.replay(desk.store.reader(), again)
    assert dict(rows(again)) == dict(rows(desk.store))
    again.close()
    # And an alert goes on from its document where what it remembered is lost.
    desk.store.reader().execute("DELETE FROM alert_memory")
    clock.forward(60)
    assert take(desk, event("s", source="syslog", started_at=clock.now))[0]["what"] == "repeated"


def test_events_given_as_values_are_taken_as_those_given_as_json(desk: Desk, clock: FixedClock) -> None:
    value = Event("generic", EventStatus.FIRING, EventSeverity.HIGH, "v", "v is down", clock.now)
    assert desk.events.ingest([value])["opened"] == [1]  # type: ignore[list-item]
    assert by_json(desk, "event.ingest", {"events": [value.data()]})["events"][0]["what"] == "duplicate"
