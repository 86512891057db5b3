"""Whatever a monitoring system sends: odd times, too much of everything, rubbish. It is read or refused in one line."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_tui.intake.events import SOURCES, FieldMap, SourceSettings, bounds, draft, parse
from helpdesk_tui.intake.events.times import read_time
from helpdesk_tui.intake.strict_json import loads
from helpdesk_tui.vocabulary.errors import Invalid, Usage
from helpdesk_tui.vocabulary.events import Event, canonical
from helpdesk_tui.vocabulary.instants import iso
from tests.event_payloads import ALERT, NOW, SHANGHAI, body, one

# ── times ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "utc", "code"),
    [
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z", None),
        ("2026-03-02T10:00:00.123456789Z", "2026-03-02T10:00:00Z", None),
        ("2026-03-02T10:00:00+14:00", "2026-03-01T20:00:00Z", None),
        ("2026-03-02T10:00:00.5-0330", "2026-03-02T13:30:00Z", None),
        ("2026-03-02T10:00:00+01.00", "2026-03-02T09:00:00Z", "event.time_odd"),
        ("2026-03-02T10:00:00", "2026-03-02T09:00:00Z", "event.time_no_zone"),
        ("2026-03-02 10:00", "2026-03-02T09:00:00Z", "event.time_no_zone"),
        ("2026-03-02 10:00:00.25 +0000 UTC", "2026-03-02T10:00:00Z", None),
        ("2026-03-02 10:00:00 UTC", "2026-03-02T10:00:00Z", None),
        ("2026/03/02 10:00:00 GMT", "2026-03-02T10:00:00Z", None),
        ("2026.03.02 10:00:00", "2026-03-02T09:00:00Z", "event.time_no_zone"),
        ("20260302T100000Z", "2026-03-02T10:00:00Z", None),
        ("Mon Mar  2 10:00:00 UTC 2026", "2026-03-02T10:00:00Z", None),
        ("Mon Mar 2 10:00:00 2026", "2026-03-02T09:00:00Z", "event.time_no_zone"),
        ("Mon, 02 Mar 2026 10:00:00 +0100", "2026-03-02T09:00:00Z", None),
        ("March 2, 2026 at 10:00 UTC", "2026-03-02T10:00:00Z", None),
        ("2026年3月2日 10:00:00", "2026-03-02T09:00:00Z", "event.time_no_zone"),
        (1772445600, "2026-03-02T10:00:00Z", None),
        (1772445600.75, "2026-03-02T10:00:00Z", None),
        (1772445600123, "2026-03-02T10:00:00Z", None),
        ("1772445600123", "2026-03-02T10:00:00Z", None),
        ("1772445600123456789", "2026-03-02T10:00:00Z", None),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", None),
        ("0001-01-01T00:00:00Z", None, None),
        ("", None, None), (None, None, None), (0, None, None), ("null", None, None), (True, None, None),
        ("1e10", None, "event.time_unread"), ("-1", None, "event.time_unread"), (-1, None, "event.time_unread"),
        (10**200, None, "event.time_unread"), ("soon", None, "event.time_unread"), ([1], None, "event.type_odd"),
        ("2026-02-30T00:00:00Z", None, "event.time_unread"), ("2026-03-02T25:00:00Z", None, "event.time_unread"),
        ("1960-01-01T00:00:00Z", None, "event.time_unread"), ("9" * 5000, None, "event.time_unread"),
        ("9999-12-31T23:59:60Z", None, "event.time_future"), ("2026-11-25T00:00:00Z", None, "event.time_future"),
    ],
)  # fmt: skip
def test_every_way_to_write_an_instant(written: Any, utc: str | None, code: str | None) -> None:
    warnings: list[Any] = []
    found = read_time(written, "at", "Europe/Berlin", NOW, warnings)
    assert (found and iso(found)) == utc
    assert [warning.code for warning in warnings] == ([code] if code else [])


# ── bounds ──────────────────────────────────────────────────────────────────────────────────────


def test_a_body_is_bounded_in_every_direction() -> None:
    def refused(source: str, payload: bytes, why: str, **kwargs: Any) -> None:
        with pytest.raises(Invalid, match=why):
            parse(source, payload, now=NOW, **kwargs)

    small = SourceSettings(max_body=100, max_alerts=2)
    for source in SOURCES:
        refused(source, b" " * 101, "larger than 0 KiB", settings=small)
        refused(source, b" \n", "empty")
    refused("alertmanager", json.dumps(body(1, 2, 3)).encode()[:90].ljust(101), "larger", settings=small)
    refused("alertmanager", b'{"alerts":[1,2,3]}', "holds 3 alerts, at most 2", settings=small)
    refused("generic", b"[" + b"1," * bounds.MAX_VALUES + b"1]", "more than 400000 values")
    refused("generic", b'{"a":1,"a":2}', "key a stands there twice")
    refused("generic", b'{"a":' + b"9" * 400 + b"}", "number of 400 digits")
    refused("generic", b'{"a":Infinity}', "no number")
    refused("generic", b'{"a":1e999}', "too large a number")
    refused("generic", b'{"a":"\xff"}', "not UTF-8 from byte 6")
    refused("generic", b'{"a":"\x01"}', "no JSON")
    refused("generic", '{"a": 1}'.encode("utf-32"), "UTF-16 or UTF-32")
    with pytest.raises(Usage):
        parse("nosuch", b"{}", now=NOW)


def test_a_flood_of_lines_is_refused_before_it_is_cut_up() -> None:
    few = SourceSettings(max_alerts=2)
    for payload in (b"a\nb\nc\n" * 100, b"1 <" * 100 + b"x", b"7 <34>abc" * 100):
        with pytest.raises(Invalid, match="holds 3 alerts, at most 2"):
            parse("syslog", payload, settings=few, now=NOW)
    assert len(parse("syslog", b" \n\r\n\0\n" * 1000 + b"a\n\n b", settings=few, now=NOW)) == 2
    many = {**{f"k{n}": "v" for n in range(2000)}, "host": "h", "notification_type": "PROBLEM", "what": "HOST"}
    assert parse("nagios", json.dumps(many).encode(), now=NOW)[0].ci == "h"


def test_signs_inside_texts_are_no_values() -> None:
    assert not bounds.too_many('{"a": "' + ",[{" * 1000 + '"}', most=10)
    assert bounds.too_many("[" + "[]," * 10, most=10)
    assert bounds.too_many('["' + '\\"' * 10 + ",,,,,,,,,,,,", most=10) is False  # a text that never ends


def test_a_text_that_never_ends_is_refused_without_trying_each_quote() -> None:
    # Were every quote tried anew, this would take hours, not the limit of a test.
    for text in ("[" * 65 + '"' + '\\"' * 1_000_000, "[" * 65 + '"' + '\\"' * 1_000_000 + "\\"):
        with pytest.raises(Invalid):
            loads(text)
        bounds.too_many(text, most=10)


def test_long_texts_and_many_labels_are_cut_with_a_word() -> None:
    labels = {f"l{n:04}": "v" * 5000 for n in range(300)}
    event = one("alertmanager", body({**ALERT, "labels": labels, "annotations": {"summary": "s" * 900, "description": "d" * 20_000},
                                      "fingerprint": "f" * 400, **{f"k{n}": "x" * 4000 for n in range(30)}}))  # fmt: skip
    assert len(event.summary) == bounds.MAX_SUMMARY and event.summary.endswith("...")
    assert len(event.details) <= bounds.MAX_DETAILS
    assert len(event.labels) == bounds.MAX_LABELS and max(map(len, event.labels.values())) == bounds.MAX_VALUE
    assert len(event.key) < bounds.MAX_KEY and event.key.startswith("sha256:")
    assert len(canonical(event.extra)) <= bounds.MAX_EXTRA + bounds.MAX_AROUND
    assert len(event.warnings) == draft.MAX_WARNINGS


def test_what_no_store_can_hold_is_replaced_and_a_summary_is_one_line() -> None:
    event = one(
        "generic",
        b'{"title": "a\\u0000b\\ud800\\nc\\u001b[31m", "labels": {"x\\u0000": "\\udfff"}, "k\\u0000": "\\ud800"}',
    )
    assert event.summary == "a\ufffdb\ufffd c\x1b[31m"
    assert event.labels == {"x\ufffd": "\ufffd"}
    assert event.extra == {"k\ufffd": "\ufffd"}
    event.digest.encode("ascii")


def test_what_is_no_web_address_is_no_link() -> None:
    for address in ("javascript:alert(1)", "?orgId=1", "http://a b", "http://" + "x" * 3000, "file:///etc/passwd"):
        event = one("alertmanager", body({**ALERT, "generatorURL": address}))
        assert "source" not in event.urls
        assert event.extra["source_url"][:10] == address[:10]


def test_different_parts_never_make_the_same_key() -> None:
    assert draft.joined("a|b", "c") != draft.joined("a", "b|c")
    assert draft.joined("a\\", "|b") != draft.joined("a\\|", "b")
    assert draft.joined("x" * 300, "y") != draft.joined("x" * 300, "z")


# ── whatever comes ──────────────────────────────────────────────────────────────────────────────

WORDS = st.sampled_from(
    ["alerts", "status", "labels", "annotations", "startsAt", "endsAt", "fingerprint", "host", "service", "state", "metric",
     "event", "incident", "incident_id", "policy_name", "data", "event_type", "monitor", "heartbeat", "msg", "message", "id",
     "specversion", "type", "source", "data_base64", "time", "TopicArn", "Type", "Message", "trigger", "item", "hostname",
     "event_tags", "ruleId", "ruleName", "evalMatches", "tags", "title", "notification_type", "what", "NAGIOS_HOSTNAME",
     "NAGIOS_SERVICESTATE", "alert_action", "alert_id", "fields", "key", "description", "version", "orgId", "event_date",
     "event_time", "event_value", "event_source", "rule", "agent", "level", "monitorID", "action", "eventType", "eventId",
     "alert", "current_state", "condition_name", "groupKey", "truncatedAlerts", "timezoneOffset", "localDateTime"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12)
    | st.sampled_from(["firing", "resolved", "OK", "1", "2026-03-02T10:00:00Z", "0001-01-01T00:00:00Z", "{EVENT.ID}", "1.0",
                       "http://x", '{"AlarmName": "a"}', "Rule ID 3\nAgent ID 1", "9999999999999"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=4), inner, max_size=8),
    max_leaves=25,
)  # fmt: skip


def check(source: str, payload: bytes) -> None:
    try:
        events = parse(source, payload, settings=SHANGHAI, now=NOW)
    except Invalid as error:
        refused = str(error)
        events = None
    if events is None:
        assert "\n" not in refused
        return
    again = parse(source, payload, settings=SHANGHAI, now=NOW)
    for event, other in zip(events, again, strict=True):
        text = canonical(event.data())
        assert text == canonical(other.data())
        assert canonical(Event.from_data(json.loads(text)).data()) == text
        assert event.at <= NOW and event.key and "\n" not in event.summary
        assert len(text) < 2_000_000


@settings(max_examples=120, deadline=None)
@given(source=st.sampled_from(SOURCES), value=st.dictionaries(WORDS, VALUES, max_size=12) | VALUES)
def test_any_json_is_read_or_refused_in_one_line(source: str, value: Any) -> None:
    check(source, json.dumps(value).encode())


@settings(max_examples=80, deadline=None)
@given(source=st.sampled_from(SOURCES), payload=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused_in_one_line(source: str, payload: bytes) -> None:
    check(source, payload)


@settings(max_examples=50, deadline=None)
@given(
    pri=st.integers(0, 250), time=st.sampled_from(["-", "Oct 11 22:14:15", "Feb 29 00:00:00", "2026-01-01T00:00:00Z"]),
    rest=st.text(alphabet='ab =[]"\\:@-1<>é\x00 ', max_size=60),
)  # fmt: skip
def test_any_line_of_syslog_is_an_event(pri: int, time: str, rest: str) -> None:
    for line in (f"<{pri}>{time} {rest}", f"<{pri}>1 {time} {rest}"):
        check("syslog", line.encode())


@settings(max_examples=50, deadline=None)
@given(environment=st.dictionaries(
    st.sampled_from(["NAGIOS_", "NOTIFY_", "ICINGA_", ""]).flatmap(
        lambda prefix: st.sampled_from(["HOSTNAME", "SERVICEDESC", "NOTIFICATIONTYPE", "SERVICESTATE", "HOSTSTATE", "TIMET",
                                        "SERVICEOUTPUT", "WHAT", "LONGDATETIME", "SERVICEPROBLEMID"]).map(lambda n: prefix + n)),
    st.text(max_size=20), max_size=12))  # fmt: skip
def test_any_environment_is_read_or_refused(environment: dict[str, str]) -> None:
    try:
        events = parse("nagios", environment, now=NOW)
    except Invalid:
        return
    assert [event.key for event in events]


TEXTS = st.sampled_from(["a", "a.b", "a[0].b", 'x."y"', "event.data", "fields[key=k].value", "[", "", "labels"])
DECLARED = st.dictionaries(
    st.sampled_from(["each", "unpack", "key", "summary", "ci", "status", "severity", "at", "labels", "label_tables", "urls",
                     "statuses", "severities", "source", "default_status", "occurrence", "nosuch"]),
    TEXTS | st.lists(TEXTS, max_size=3) | st.dictionaries(TEXTS, TEXTS | st.sampled_from(["firing", "high"]), max_size=2)
    | st.sampled_from(["firing", "high", None, 7]),
    max_size=7,
)  # fmt: skip
INSIDE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just('{"b": 1}'),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "b", "x", "y", "event", "data", "fields", "key", "value", "labels"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(declared=DECLARED, value=INSIDE)
def test_any_map_is_refused_or_reads_any_json(declared: dict[str, Any], value: Any) -> None:
    try:
        own = SourceSettings.from_data({"fields": declared})
        events = parse("generic", json.dumps(value).encode(), settings=own, now=NOW)
    except Invalid:
        return
    assert all(event.key and event.summary for event in events)


@settings(max_examples=50, deadline=None)
@given(
    order=st.permutations(list(ALERT["labels"])),
    more=st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(), max_size=3),
)
def test_the_order_of_keys_never_matters(order: list[str], more: dict[str, int]) -> None:
    plain = one("alertmanager", body({**ALERT, "fingerprint": None, **more}))
    mixed = {name: value for name, value in reversed([*ALERT.items(), *more.items()]) if name != "fingerprint"}
    shuffled = one("alertmanager", body({**mixed, "labels": {name: ALERT["labels"][name] for name in order}}))
    assert canonical(plain.data()) == canonical(shuffled.data())
    assert plain.digest == shuffled.digest
    later = one("alertmanager", body({**ALERT, "fingerprint": None, **more}), now=NOW + 60)
    assert later.digest == plain.digest


def test_a_map_for_every_known_field_can_be_declared() -> None:
    declared = FieldMap.from_data(
        dict.fromkeys(("summary", "details", "status", "severity", "ci", "service", "group"), "a.b")
    )
    assert len(declared.fields) == 7
