"""What monitoring systems send becomes one form: every source, every odd time, and nothing but `Invalid` for rubbish."""

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.intake.events import SOURCES, SourceSettings, TypeRule, detect, parse
from helpdesk_tui.intake.events.paths import parse_path
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.events import SOURCE_NAMES, Event, EventSeverity, EventStatus, canonical
from helpdesk_tui.vocabulary.instants import iso, parse_instant
from helpdesk_tui.vocabulary.reasons import sentence
from tests.event_payloads import ALERT, NOW, SHANGHAI, body, codes, one

JSON_SOURCES = tuple(source for source in SOURCES if source != "syslog")


# ── the collected payloads ──────────────────────────────────────────────────────────────────────

SYSTEMS = {
    "AWS CloudWatch": "cloudwatch", "Alertmanager": "alertmanager", "Axiom": "axiom", "Checkmk (Nagios lineage)": "checkmk",
    "CloudEvents": "cloudevents", "Coralogix": "coralogix", "GCP Monitoring (Stackdriver)": "stackdriver",
    "Grafana": "grafana", "Graylog": "graylog", "New Relic": "newrelic", "PagerDuty": "pagerduty", "Riemann": "riemann",
    "ThousandEyes": "thousandeyes", "Uptime Kuma": "uptimekuma", "Wazuh": "wazuh", "Zabbix": "zabbix",
}  # fmt: skip
DECLARED = {"alertmanager", "grafana", "zabbix", "cloudevents"}
C, H, W, N, U = (EventSeverity(s) for s in ("critical", "high", "warning", "info", "unknown"))
# file → (severity, key) of each event, in order; a key that is a hash is given by its beginning.
EXPECTED: dict[str, list[tuple[EventSeverity, str]]] = {
    "alertmanager-webhook-v3.json": [(C, "608e02e3933ceb30")],
    "alertmanager-webhook-v4-common-annotations.json": [(W, "5fad127151e564de")],
    "alertmanager-webhook-v4-no-fingerprint.json": [(C, "3c0a7f6cdaa3a371")],
    "alertmanager-webhook-v4-two-firing.json": [(C, "791cec13fcba0368"), (C, "8df98227bdd81384")],
    "axiom-monitor-open.json": [(U, "Rxg89nIwu9WwrOsJKA")],
    "checkmk-host-recovery.json": [(N, "server1")],
    "cloudevents-json-extensions.json": [(N, "com.example.someevent|/mycontext")],
    "cloudevents-json-null-subject.json": [(N, "com.example.someevent|/mycontext")],
    "cloudwatch-sns-insufficient-data.json": [(U, "notificationCountAlarm|EU (Ireland)|1234567890")],
    "coralogix-alert-trigger.json": [(H, "2980ce54addeaebc580fdf3b787ddf26bd11ffd7980d6ba793127135d41d2d63")],
    "stackdriver-open.json": [(U, "Webserver Health|CPU usage|i-4a266a2d")],
    "grafana-legacy-alerting.json": [(W, "7")],
    "grafana-legacy-ok.json": [(W, "7")],
    "grafana-unified-v11-values.json": [(W, "e6349a25f5ef0e9e")],
    "grafana-unified-v12-test-notification.json": [(W, "c4edaaf9f9f839b0")],
    "grafana-unified-v9-mixed-firing-resolved.json": [
        (W, "aaafafe0953f0962"), (W, "fb31814ac93dbe7d"), (W, "6f9cd313db421ef1"),
    ],
    "graylog-event-notification.json": [(H, "671a28a03696bb3801a7a9f1")],
    "newrelic-legacy.json": [(N, "11111|0|0")],
    "pagerduty-v3-escalated.json": [(C, "d387d7bd2e0a4294a5307339dfe1669a")],
    "riemann-event.json": [(N, "hostbob|servicejane")],
    "thousandeyes-agent-alert.json": [(N, "562949953553310|562949953424211")],
    "uptimekuma-up.json": [(N, "1")],
    "wazuh-alert.json": [(N, "001|2902")],
    "zabbix-script-ok.json": [(W, "14032|www.example.com")],
    "zabbix-script-problem-disaster.json": [(C, "14032|www.example.com")],
}  # fmt: skip


def collected() -> Path:
    where = os.environ.get("HELPDESK_TEST_DATA")
    if not where:
        pytest.skip("HELPDESK_TEST_DATA is not set")
    return Path(where)


def test_every_collected_payload_gives_its_source_status_severity_and_key() -> None:
    folder = collected() / "events"
    index = json.loads((folder / "index.json").read_text())
    assert len(index["files"]) == index["count"]
    for entry in index["files"]:
        body = (folder / entry["file"]).read_bytes()
        system = SYSTEMS[entry["system"]]
        ways = ["generic", *({system} & DECLARED), *(["nagios"] if system == "checkmk" else [])]
        for way in ways:
            if entry["signal"] == "invalid":
                with pytest.raises(Invalid, match="no host is named"):
                    parse(way, body, now=NOW)
                continue
            events = parse(way, body, now=NOW)
            assert {event.source for event in events} == {system}, entry["file"]
            assert [(e.severity, e.key[:16] if len(k) == 16 else e.key) for e, (_s, k) in
                    zip(events, EXPECTED[entry["file"]], strict=True)] == EXPECTED[entry["file"]]  # fmt: skip
            found = {event.status.value for event in events}
            wanted = {"mixed": {"firing", "resolved"}, None: {"note", "firing"}}.get(entry["signal"], {entry["signal"]})
            assert found == wanted or (entry["signal"] is None and found < wanted), entry["file"]
            for event in events:
                assert Event.from_data(json.loads(canonical(event.data()))) == event
                assert event.summary
                assert event.at <= NOW
                assert all(sentence(warning.data(), english=True) != warning.code for warning in event.warnings)


def test_a_payload_of_the_collection_pairs_with_its_recovery() -> None:
    folder = collected() / "events"
    for bad, good in (
        ("zabbix-script-problem-disaster.json", "zabbix-script-ok.json"),
        ("grafana-legacy-alerting.json", "grafana-legacy-ok.json"),
    ):
        one_, other = (parse("generic", (folder / name).read_bytes(), now=NOW)[0] for name in (bad, good))
        assert (one_.key, other.key) == (one_.key, one_.key)
        assert (one_.status, other.status) == (EventStatus.FIRING, EventStatus.RESOLVED)


def test_hostile_bodies_get_one_clear_refusal() -> None:
    folder = collected() / "bad-input" / "webhook"
    for name in ("array-root.json", "deep-100k.json", "deep.json", "nan.json", "null.json", "utf16.json"):
        for source in JSON_SOURCES:
            if (name, source) == ("array-root.json", "cloudevents"):
                continue  # an empty batch is one
            with pytest.raises(Invalid) as refused:
                parse(source, (folder / name).read_bytes(), now=NOW)
            assert "\n" not in str(refused.value) and 10 < len(str(refused.value)) < 250
    flood = parse("alertmanager", (folder / "alert-flood-500.json").read_bytes(), now=NOW)
    assert len(flood) == len({event.key for event in flood}) == 500
    odd = parse("alertmanager", (folder / "startsat-forms.json").read_bytes(), now=NOW)
    assert [event.started_at and iso(event.started_at) for event in odd] == [
        "2026-03-02T10:00:00Z", "2026-03-01T20:00:00Z", None, None, None, None,
    ]  # fmt: skip
    assert [codes(event) for event in odd] == [
        [], [], ["event.time_unread"], ["event.time_unread"], [], ["event.time_future"],
    ]  # fmt: skip


# ── Alertmanager and Grafana ────────────────────────────────────────────────────────────────────


def test_an_alert_of_alertmanager() -> None:
    event = one("alertmanager", body(ALERT))
    assert event.data() == {
        "source": "alertmanager", "status": "firing", "severity": "critical", "key": "0123456789abcdef",
        "occurrence": "0123456789abcdef@2026-11-23T10:00:00Z", "summary": "disk full on db1", "details": "97 %",
        "ci": "db1:9100", "service": "orders", "started_at": parse_instant("2026-11-23T10:00:00Z", 0), "received_at": NOW,
        "group": '{}:{service="orders"}', "labels": ALERT["labels"], "annotations": ALERT["annotations"],
        "urls": {"runbook": "https://wiki/disk", "source": "http://prom/graph"}, "extra": {"body": {"receiver": "desk"}},
    }  # fmt: skip
    assert list(event.data()["labels"]) == sorted(ALERT["labels"])


def test_only_the_alerts_own_status_counts_and_the_missing_is_not_resolved() -> None:
    over = {**ALERT, "status": "resolved", "endsAt": "2026-11-23T11:30:00Z"}
    events = parse("alertmanager", json.dumps(body(over, ALERT, truncatedAlerts=7)).encode(), now=NOW)
    assert [event.status.value for event in events] == ["resolved", "firing"]
    assert events[0].ended_at == events[0].at == parse_instant("2026-11-23T11:30:00Z", 0)
    assert events[0].occurrence == events[1].occurrence
    assert all("event.truncated" in codes(event) for event in events)


def test_the_end_that_a_firing_alert_is_given_is_none() -> None:
    event = one("alertmanager", body({**ALERT, "endsAt": "2026-11-23T11:59:00Z"}))
    assert (event.ended_at, event.at) == (None, event.started_at)


def test_without_a_fingerprint_the_labels_that_last_are_the_key() -> None:
    bare = {name: value for name, value in ALERT.items() if name != "fingerprint"}
    grave, mild = (one("alertmanager", body({**bare, "labels": {**ALERT["labels"], "severity": word, "value": word}}))
                   for word in ("critical", "warning"))  # fmt: skip
    other = one("alertmanager", body({**bare, "labels": {**ALERT["labels"], "instance": "db2"}}))
    assert grave.key == mild.key != other.key
    assert (grave.severity, mild.severity) == (EventSeverity.CRITICAL, EventSeverity.WARNING)


def test_keys_that_nobody_knows_yet_are_kept() -> None:
    event = one(
        "alertmanager", body({**ALERT, "novelty": {"a": [1, None]}}, notification_reason="new", routeLabels={"x": "y"})
    )
    assert event.extra == {
        "novelty": {"a": [1, None]},
        "body": {"notification_reason": "new", "receiver": "desk", "routeLabels": {"x": "y"}},
    }


@pytest.mark.parametrize(
    "alert",
    [
        {"labels": {"alertname": "X"}},
        {"status": None, "labels": {"alertname": "X"}, "annotations": None},
        {"status": "odd", "labels": {"alertname": "X", "severity": "odd"}, "annotations": 7},
        {"status": "firing", "fingerprint": "zz"},
        {"status": "firing", "annotations": {"summary": "only that"}},
        {"status": "firing", "labels": {"alertname": ["nested", {"a": 1}], "n": 1.5, "t": True, "z": None}},
    ],
)
def test_a_missing_or_odd_field_never_refuses(alert: dict[str, Any]) -> None:
    event = one("alertmanager", body(alert))
    assert event.status is EventStatus.FIRING
    assert event.key


def test_an_alert_that_says_nothing_is_left_out_with_a_word_and_alone_refused() -> None:
    with pytest.raises(Invalid, match="nothing says what it is about"):
        one("alertmanager", body({"status": "firing"}))
    event = one("alertmanager", body({"status": "firing"}, ALERT, 7))
    assert codes(event) == ["event.part_refused", "event.part_refused"]
    assert [dict(warning.params)["number"] for warning in event.warnings] == [1, 3]
    with pytest.raises(Invalid, match="none of 2 entries is an alert"):
        one("alertmanager", body(1, None))


def test_no_labels_of_its_own() -> None:
    event = one("alertmanager", body({"status": "firing"}, commonLabels={"alertname": "A"}))
    assert event.labels == {"alertname": "A"}
    assert "event.no_labels" in codes(event)


def test_grafana_legacy_without_anything_to_pair_it_by_is_refused() -> None:
    with pytest.raises(Invalid, match="ruleId"):
        one("grafana", {"title": "x", "state": "ok"})
    event = one("grafana", {"ruleId": 3, "ruleName": "cpu", "state": "no_data", "orgId": 2, "dashboardId": 9})
    assert (event.key, event.status) == ("2|9|3", EventStatus.NO_DATA)
    assert one("grafana", {"ruleId": 3, "state": "paused"}).status is EventStatus.MAINTENANCE
    assert one("grafana", {"ruleId": 3, "state": "pending"}).status is EventStatus.NOTE


def test_a_body_of_another_system_is_sent_where_it_belongs() -> None:
    with pytest.raises(Invalid, match="--source alertmanager"):
        one("zabbix", body(ALERT))
    with pytest.raises(Invalid, match="--source generic"):
        one("alertmanager", {"current_state": "open", "condition_name": "c"})
    assert one("grafana", body(ALERT)).source == "grafana"
    assert one("generic", body(ALERT)).source == "alertmanager"


# ── Zabbix ──────────────────────────────────────────────────────────────────────────────────────

ZABBIX = {
    "event_source": "0", "event_value": "1", "event_update_status": "0", "event_nseverity": "4", "event_name": "Disk is full",
    "event_id": "900", "trigger_id": "77", "host_name": "db1", "host_ip": "10.0.0.1", "event_date": "2026.07.01",
    "event_time": "08:30:00", "event_recovery_date": "{EVENT.RECOVERY.DATE}", "event_recovery_time": "{EVENT.RECOVERY.TIME}",
    "event_tags": "service:orders, tier:1", "event_opdata": "*UNKNOWN*", "alert_message": "97 % used",
    "url": "https://zabbix/tr_events.php?triggerid=77&eventid=900", "our_own": "kept",
}  # fmt: skip


def test_a_problem_of_zabbix_in_the_servers_own_time() -> None:
    event = one("zabbix", ZABBIX, settings=SHANGHAI)
    assert event.started_at == parse_instant("2026-07-01T00:30:00Z", 0)
    assert (event.key, event.occurrence, event.ci, event.service) == ("77|db1", "900", "db1", "orders")
    assert (event.status, event.severity, event.summary) == (EventStatus.FIRING, EventSeverity.HIGH, "Disk is full")
    assert event.labels == {"service": "orders", "tier": "1", "address": "10.0.0.1"}
    assert event.extra["our_own"] == "kept"
    assert event.warnings == ()


@pytest.mark.parametrize(
    ("zone", "day", "clock", "utc"),
    [
        ("Europe/Berlin", "2026.03.29", "02:30:00", "2026-03-29T01:30:00Z"),  # a time that does not exist
        ("Europe/Berlin", "2026.10.25", "02:30:00", "2026-10-25T00:30:00Z"),  # one that exists twice: the first
        ("America/St_Johns", "2026.07.01", "00:00:00", "2026-07-01T02:30:00Z"),
    ],
)
def test_zabbix_times_over_the_change_of_clocks(zone: str, day: str, clock: str, utc: str) -> None:
    event = one("zabbix", {**ZABBIX, "event_date": day, "event_time": clock}, settings=SourceSettings(zone=zone))
    assert event.started_at == parse_instant(utc, 0)


def test_a_recovery_of_zabbix_pairs_by_trigger_and_host() -> None:
    changed = {"event_value": "0", "event_id": "901", "event_name": "Disk is fine",
               "event_recovery_date": "2026.07.01", "event_recovery_time": "09:00:00"}  # fmt: skip
    event = one("zabbix", {**ZABBIX, **changed}, settings=SHANGHAI)
    assert (event.key, event.status) == ("77|db1", EventStatus.RESOLVED)
    assert event.at == parse_instant("2026-07-01T01:00:00Z", 0)


@pytest.mark.parametrize(
    ("action", "status", "phase"),
    [
        ("acknowledged", "acknowledged", ""),
        ("unacknowledged", "acknowledged", "end"),
        ("commented", "note", ""),
        ("changed severity from Average to Disaster", "firing", ""),
    ],
)
def test_an_update_of_zabbix_is_no_new_problem(action: str, status: str, phase: str) -> None:
    event = one(
        "zabbix", {**ZABBIX, "event_update_status": "1", "event_update_action": action, "event_update_message": "me"}
    )
    assert (event.status.value, event.phase, event.details) == (status, phase, "me")


def test_a_service_problem_of_zabbix_has_no_host() -> None:
    event = one(
        "zabbix",
        {**ZABBIX, "event_source": "4", "host_name": "", "service_name": "Orders", "trigger_id": "", "url": ""},
    )
    assert (event.service, event.key, event.severity) == ("orders", "Disk is full|Orders", EventSeverity.HIGH)


def test_zabbix_refuses_what_names_no_host_no_problem_or_is_none() -> None:
    for missing in ({"host_name": "{HOST.NAME}"}, {"host_name": ""}):
        with pytest.raises(Invalid, match="no host is named"):
            one("zabbix", {**ZABBIX, **missing})
    with pytest.raises(Invalid, match="autoregistration"):
        one("zabbix", {**ZABBIX, "event_source": "2"})
    with pytest.raises(Invalid, match="nothing says what is wrong"):
        one("zabbix", {"host_name": "db1", "event_value": "1"})


@pytest.mark.parametrize(
    "tags", ['[{"tag": "service", "value": "orders"}]', "service:orders", [{"tag": "service", "value": "orders"}]]
)
def test_tags_of_zabbix_in_each_form(tags: Any) -> None:
    event = one(
        "zabbix", {"EVENT.NAME": "x", "HOST.NAME": "h", "TRIGGER.ID": "1", "EVENT.VALUE": "1", "EVENT.TAGSJSON": tags}
    )
    assert (event.service, event.key) == ("orders", "1|h")


# ── Nagios and its family ───────────────────────────────────────────────────────────────────────


def env(prefix: str = "NAGIOS_", **macros: str) -> dict[str, str]:
    full = {"HOSTNAME": "db1", "SERVICEDESC": "disk", "SERVICESTATE": "CRITICAL", "SERVICEOUTPUT": "full\\nvery | 97%",
            "SERVICEPROBLEMID": "17", "LASTSERVICEPROBLEMID": "12", "NOTIFICATIONTYPE": "PROBLEM", "TIMET": "1790000000",
            "SERVICESTATETYPE": "HARD", "HOSTSTATE": "UP", **macros}  # fmt: skip
    return {"PATH": "/bin", "AWS_SECRET_ACCESS_KEY": "s3cret", "HOSTNAME": "the-monitoring-server",
            **{prefix + name: value for name, value in full.items()}}  # fmt: skip


@pytest.mark.parametrize(
    ("prefix", "source"), [("NAGIOS_", "nagios"), ("NAEMON_", "nagios"), ("NOTIFY_", "checkmk"), ("ICINGA_", "icinga")]
)
def test_macros_of_every_member_of_the_family(prefix: str, source: str) -> None:
    event = parse("nagios", env(prefix), now=NOW)[0]
    assert (event.source, event.key, event.ci, event.service) == (source, "db1|disk", "db1", "disk")
    assert (event.status, event.severity, event.occurrence) == (EventStatus.FIRING, EventSeverity.CRITICAL, "17")
    assert event.summary == "db1 / disk: full"
    assert event.details == "full\nvery | 97%"
    assert event.started_at == 1_790_000_000


@pytest.mark.parametrize(
    ("kind", "status", "phase"),
    [
        ("RECOVERY", "resolved", ""),
        ("ACKNOWLEDGEMENT", "acknowledged", ""),
        ("FLAPPINGSTART", "flapping", "start"),
        ("FLAPPINGSTOP", "flapping", "end"),
        ("FLAPPINGDISABLED", "flapping", "end"),
        ("DOWNTIMESTART (17)", "maintenance", "start"),
        ("DOWNTIMEEND", "maintenance", "end"),
        ("DOWNTIMECANCELLED", "maintenance", "end"),
        ("CUSTOM", "note", ""),
    ],
)
def test_types_of_notification(kind: str, status: str, phase: str) -> None:
    event = parse("nagios", env(NOTIFICATIONTYPE=kind), now=NOW)[0]
    assert (event.status.value, event.phase) == (status, phase)


def test_a_recovery_of_nagios_has_the_last_problems_number() -> None:
    event = parse("nagios", env(NOTIFICATIONTYPE="RECOVERY", SERVICESTATE="OK", SERVICEPROBLEMID="0"), now=NOW)[0]
    assert (event.occurrence, event.severity, event.ended_at) == ("12", EventSeverity.INFO, 1_790_000_000)


def test_a_host_problem_has_the_host_as_key_and_soft_states_change_nothing() -> None:
    host = env(SERVICEDESC="", HOSTSTATE="UNREACHABLE", HOSTOUTPUT="no route", WHAT="HOST")
    event = parse("nagios", host, now=NOW)[0]
    assert (event.key, event.service, event.severity) == ("db1", None, EventSeverity.HIGH)
    soft = parse("nagios", env(SERVICESTATETYPE="SOFT", NOTIFICATIONTYPE=""), now=NOW)[0]
    assert (soft.status, codes(soft)) == (EventStatus.NOTE, ["event.soft_state"])
    hard = parse("nagios", env(NOTIFICATIONTYPE=""), now=NOW)[0]
    assert hard.status is EventStatus.FIRING
    assert parse("nagios", env(NOTIFICATIONTYPE="", SERVICESTATE="OK"), now=NOW)[0].status is EventStatus.RESOLVED


def test_nothing_of_the_environment_is_kept_but_macros_and_none_that_may_be_secret() -> None:
    secret = {"NAGIOS__HOSTSNMPCOMMUNITY": "s3cret", "NAGIOS_USER3": "s3cret", "NAGIOS_ARG1": "s3cret",
              "NAGIOS_CONTACTEMAIL": "s3cret@x", "NOTIFY_PARAMETER_PASSWORD": "s3cret", "NAGIOS_DBPASSWORD": "s3cret"}  # fmt: skip
    event = parse("nagios", {**env(), **secret}, now=NOW)[0]
    text = canonical(event.data())
    assert "s3cret" not in text and "/bin" not in text and "monitoring-server" not in text


def test_an_environment_without_a_notification_is_refused() -> None:
    for environment in ({}, {"PATH": "/bin", "HOSTNAME": "me"}, env(HOSTNAME="")):
        with pytest.raises(Invalid, match="no host is named"):
            parse("nagios", environment, now=NOW)
    with pytest.raises(Invalid, match="only nagios"):
        parse("zabbix", env(), now=NOW)


# ── CloudEvents ─────────────────────────────────────────────────────────────────────────────────

CE: dict[str, Any] = {
    "specversion": "1.0",
    "id": "1",
    "source": "/s",
    "type": "com.example.alarm",
    "time": "2026-11-23T10:00:00Z",
}


def test_types_decide_what_a_cloudevent_means() -> None:
    rules = SourceSettings(types=(
        TypeRule("com.example.cleared", EventStatus.RESOLVED, EventSeverity.INFO),
        TypeRule("com.example.*", EventStatus.FIRING, EventSeverity.HIGH),
    ))  # fmt: skip
    plain, fires, over = (one("cloudevents", {**CE, "type": kind}, settings=rules)
                          for kind in ("org.other", "com.example.alarm", "com.example.cleared"))  # fmt: skip
    assert (plain.status, plain.severity) == (EventStatus.NOTE, EventSeverity.INFO)
    assert (fires.status, fires.severity) == (EventStatus.FIRING, EventSeverity.HIGH)
    assert (over.status, over.ended_at) == (EventStatus.RESOLVED, parse_instant("2026-11-23T10:00:00Z", 0))


def test_null_is_absent_and_extensions_are_labels() -> None:
    event = one("cloudevents", {**CE, "subject": None, "traceparent": "00-1", "num": 5, "odd": {"a": 1}})
    assert event.labels == {"type": "com.example.alarm", "source": "/s", "traceparent": "00-1", "num": "5"}
    assert event.extra == {"odd": {"a": 1}}
    assert one("cloudevents", {**CE, "subject": "db1"}).key == "com.example.alarm|/s|db1"
    for field in ("id", "source", "type"):
        with pytest.raises(Invalid, match=f"no {field}"):
            one("cloudevents", {**CE, field: None})
    assert codes(one("cloudevents", {**CE, "specversion": None})) == ["event.version_odd"]


def test_data_in_base64() -> None:
    good = base64.b64encode(b'{"message": "hello"}').decode()
    event = one("cloudevents", {**CE, "datacontenttype": "application/json", "data_base64": good})
    assert (event.extra["data"], event.summary) == ({"message": "hello"}, "hello")
    for bad in ("... base64 ...", "e30", 7, good[:-3]):
        event = one("cloudevents", {**CE, "datacontenttype": "application/json", "data_base64": bad})
        assert codes(event) == ["event.data_unread"]
        assert event.extra["data_base64"] == str(bad)
    binary = one("cloudevents", {**CE, "datacontenttype": "image/png", "data_base64": good})
    assert (binary.extra["data_base64"], binary.warnings) == (good, ())


def test_the_binary_form_and_batches() -> None:
    headers = {"Ce-Id": "9", "ce-source": "/s", "CE-Type": "t", "ce-specversion": "1.0", "ce-subject": "caf%C3%A9",
               "Content-Type": "application/vnd.x+json; charset=utf-8", "Authorization": "s3cret"}  # fmt: skip
    event = parse("cloudevents", b'{"title": "up"}', headers=headers, now=NOW)[0]
    assert (event.ci, event.occurrence, event.summary) == ("café", "/s|9", "up")
    assert "s3cret" not in canonical(event.data())
    text = parse("cloudevents", b"\xffplain", headers={**headers, "Content-Type": "text/plain"}, now=NOW)[0]
    assert text.details == "\ufffdplain"
    assert parse("cloudevents", b"[]", now=NOW) == []
    assert [event.occurrence for event in parse("cloudevents", json.dumps([CE, {**CE, "id": "2"}]).encode(), now=NOW)] == [
        "/s|1", "/s|2",
    ]  # fmt: skip


# ── Syslog ──────────────────────────────────────────────────────────────────────────────────────


def test_rfc5424() -> None:
    line = '<165>1 2026-10-11T22:14:15.003+02:00 mymachine evntslog 12 ID47 [ex@32473 iut="3" t="a\\]\\"b"][o x="y"] \ufeffAn entry'
    event = one("syslog", line.encode())
    assert (event.status, event.severity, event.key) == (
        EventStatus.NOTE,
        EventSeverity.INFO,
        "mymachine|evntslog|ID47",
    )
    assert event.started_at == parse_instant("2026-10-11T20:14:15Z", 0)
    assert event.labels == {"facility": "local4", "severity": "notice", "app": "evntslog", "procid": "12", "msgid": "ID47",
                            "ex.iut": "3", "ex.t": 'a]"b', "o.x": "y"}  # fmt: skip
    assert event.summary == "An entry"
    bare = one("syslog", b"<34>1 - - su - - -")
    assert (bare.status, bare.severity, bare.ci, bare.summary) == (
        EventStatus.FIRING,
        EventSeverity.CRITICAL,
        None,
        "su",
    )
    broken = one("syslog", b'<34>1 - h su - - [a b="c rest')
    assert codes(broken) == ["event.data_unread"]


@pytest.mark.parametrize(
    ("line", "now", "zone", "at"),
    [
        ("<34>Oct 11 22:14:15 h su: x", "2026-11-23T12:00:00Z", "UTC", "2026-10-11T22:14:15Z"),
        ("<34>Oct  1 22:14:15 h su: x", "2026-11-23T12:00:00Z", "UTC", "2026-10-01T22:14:15Z"),
        ("<34>Dec 31 23:59:59 h su: x", "2027-01-01T00:00:01Z", "UTC", "2026-12-31T23:59:59Z"),  # last year's
        ("<34>Jan  1 00:00:01 h su: x", "2026-12-31T23:59:59Z", "UTC", "2027-01-01T00:00:01Z"),  # its clock is ahead
        ("<34>Feb 29 10:00:00 h su: x", "2026-11-23T12:00:00Z", "UTC", "2024-02-29T10:00:00Z"),
        ("<34>Oct 11 22:14:15 h su: x", "2026-11-23T12:00:00Z", "Asia/Shanghai", "2026-10-11T14:14:15Z"),
        ("<34>Oct 11 2025 22:14:15 h su: x", "2026-11-23T12:00:00Z", "UTC", "2025-10-11T22:14:15Z"),
        ("<34>*Oct 11 22:14:15.123: h su: x", "2026-11-23T12:00:00Z", "UTC", "2026-10-11T22:14:15Z"),
        ("<34>2026-10-11T22:14:15.1+01:00 h su: x", "2026-11-23T12:00:00Z", "UTC", "2026-10-11T21:14:15Z"),
    ],
)
def test_rfc3164_has_neither_year_nor_zone(line: str, now: str, zone: str, at: str) -> None:
    event = one("syslog", line.encode(), now=parse_instant(now, 0), settings=SourceSettings(zone=zone))
    assert event.started_at is not None
    assert iso(event.started_at) == at
    assert (event.ci, event.service, event.summary) == ("h", "su", "x")


def test_lines_that_are_hardly_syslog() -> None:
    events = parse("syslog", b"no priority\r\n\n<34>Feb 30 10:00:00 h a[7]: b\n<999>x\n\xff\xfe", now=NOW)
    assert [event.summary for event in events] == ["no priority", "b", "<999>x", "\ufffd\ufffd"]
    assert [codes(event) for event in events] == [
        ["event.no_priority", "event.key_weak"], ["event.time_unread"], ["event.no_priority", "event.key_weak"],
        ["event.not_utf8", "event.no_priority", "event.key_weak"],
    ]  # fmt: skip
    counted = parse("syslog", b"15 <34>1 - h a - -15 <34>1 - h b - -\n<34>1 - h c - - -", now=NOW)
    assert [event.service for event in counted] == ["a", "b", "c"]
    quiet = one("syslog", b"<36>1 - h a - - - x", settings=SourceSettings(firing_severity=3))
    assert quiet.status is EventStatus.NOTE


# ── any other JSON ──────────────────────────────────────────────────────────────────────────────


def test_a_declared_map() -> None:
    settings_ = SourceSettings.from_data({
        "zone": "Europe/Berlin",
        "fields": {
            "source": "backup", "each": "report.jobs", "key": ["id", ["host.fqdn", "host.name"]], "summary": "what",
            "status": "res", "statuses": {"KO": "firing", "done": "resolved"}, "severity": "sev", "severities": {"9": "critical"},
            "ci": ["host.fqdn", "host.name"], "at": "when", "labels": {"size": 'stats."k.bytes"'}, "urls": {"log": "log"},
            "label_tables": "tags",
        },
    })  # fmt: skip
    job = {"id": 7, "what": "nightly", "res": "ko", "sev": 9, "host": {"name": "nas"}, "when": "2026-11-23 01:00:00",
           "stats": {"k.bytes": 12}, "log": "https://x/1", "tags": {"a": 1}, "else": True}  # fmt: skip
    event = one("generic", {"report": {"jobs": [job]}}, settings=settings_)
    assert (event.source, event.key, event.status, event.severity) == (
        "backup",
        "7|nas",
        EventStatus.FIRING,
        EventSeverity.CRITICAL,
    )
    assert event.started_at == parse_instant("2026-11-23T00:00:00Z", 0)
    assert (event.labels, event.urls) == ({"a": "1", "size": "12"}, {"log": "https://x/1"})
    assert event.extra["else"] is True
    with pytest.raises(Invalid, match="report.jobs is missing"):
        one("generic", {"report": {}}, settings=settings_)


@pytest.mark.parametrize(
    "wrong",
    [
        {"nosuch": 1}, {"fields": {"nosuch": 1}}, {"fields": 7}, {"fields": {"summary": 7}}, {"fields": {"key": {}}},
        {"fields": {"statuses": {"x": "nosuch"}}}, {"fields": {"statuses": 3}}, {"severities": {"": "high"}},
        {"fields": {"source": "a b"}}, {"zone": "Nowhere/Land"}, {"types": [{}]}, {"types": 1}, {"firing_severity": 8},
        {"max_body": -1}, {"max_alerts": True}, {"fields": {"summary": "a..b"}}, {"fields": {"summary": "*"}}, {"types": [{"type": "a", "status": "x"}]},
    ][:16],
)  # fmt: skip
def test_settings_that_are_wrong_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        SourceSettings.from_data(wrong)


def test_paths() -> None:
    data = {"a": {"b": [{"k": "x", "v": 1}, {"k": "y", "v": 2}]}, "A.b": 3, "Up": {"Case": 4}}
    for text, value in [("a.b[1].v", 2), ("a.b[k=x].v", 1), ('"A.b"', 3), ("up.case", 4), ("a.b[9].v", None), ("a.b.v", None),
                        ("$.a.b[0].k", "x"), ("a.b[k=z].v", None)]:  # fmt: skip
        assert parse_path(text).of(data) == value, text
    for text in ("", ".", "a..b", "a b", "a[", "a[-1]", "a[x]", "a.", "a" * 201, ".".join("a" * 17), 7, "a]"):
        with pytest.raises(Invalid):
            parse_path(text)


def test_common_names_are_found_without_a_map() -> None:
    event = one("generic", {"Title": "Pump stopped", "HOST": "plc7", "state": "Recovered", "Priority": "P1",
                            "timestamp": 1790000000123, "alert_id": 5, "tags": {"line": 3}, "x": [1]})  # fmt: skip
    assert (event.summary, event.ci, event.status, event.severity) == (
        "Pump stopped",
        "plc7",
        EventStatus.RESOLVED,
        EventSeverity.CRITICAL,
    )
    assert (event.ended_at, event.key, event.labels) == (1_790_000_000, "5", {"line": "3"})
    many = parse("generic", b'{"events": [{"message": "a"}, {"message": "b", "status": "ok"}]}', now=NOW)
    assert [event.status.value for event in many] == ["firing", "resolved"]
    with pytest.raises(Invalid, match="neither a summary nor a host"):
        one("generic", {"foo": "bar"})


@pytest.mark.parametrize(
    ("data", "system", "status"),
    [
        ({"Type": "SubscriptionConfirmation", "TopicArn": "arn:x", "Message": "confirm", "SubscribeURL": "https://sns/x"}, "cloudwatch", "note"),
        ({"Type": "Notification", "TopicArn": "a", "Message": '{"AlarmName": "n", "NewStateValue": "ALARM"}'}, "cloudwatch", "firing"),
        ({"Type": "Notification", "TopicArn": "a", "Message": "no json", "Subject": "s"}, "cloudwatch", "firing"),
        ({"heartbeat": {"status": 0, "time": "2026-11-23 10:00:00"}, "monitor": {"id": 1, "name": "m"}, "msg": "x"}, "uptimekuma", "firing"),
        ({"heartbeat": {"status": 3}, "monitor": {"id": 1, "name": "m"}, "msg": "x"}, "uptimekuma", "maintenance"),
        ({"heartbeat": None, "monitor": None, "msg": "Testing"}, "uptimekuma", "note"),
        ({"event": {"id": "1", "event_type": "incident.resolved", "data": {"id": "i", "title": "t"}}}, "pagerduty", "resolved"),
        ({"event": {"id": "1", "event_type": "incident.reopened", "data": {"id": "i", "title": "t"}}}, "pagerduty", "firing"),
        ({"event": {"id": "1", "event_type": "incident.unacknowledged", "data": {"id": "i", "title": "t"}}}, "pagerduty", "acknowledged"),
        ({"alert_id": "3", "state": "0", "hostname": "sw1", "rule": "down", "title": "t"}, "librenms", "resolved"),
        ({"rule": {"id": "5", "level": 12, "description": "root"}, "agent": {"id": "1", "name": "web"}}, "wazuh", "firing"),
        ({"host": "h", "service": "s", "state": "critical", "metric": 2, "time": 1790000000}, "riemann", "firing"),
    ],
)  # fmt: skip
def test_systems_that_are_told_by_their_body(data: dict[str, Any], system: str, status: str) -> None:
    event = one("generic", data)
    assert (event.source, event.status.value, detect(data)) == (system, status, system)
    assert system in SOURCE_NAMES


def test_the_address_of_a_subscription_is_shown() -> None:
    event = one(
        "generic",
        {"Type": "SubscriptionConfirmation", "TopicArn": "t", "Message": "m", "SubscribeURL": "https://sns/x"},
    )
    assert event.urls["subscribe"] == "https://sns/x"
    assert "event.subscription" in codes(event)
