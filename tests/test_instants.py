"""Reading and writing instants and spans of time."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpdesk_tui.vocabulary.errors import DeskError, Invalid
from helpdesk_tui.vocabulary.instants import (
    MAX_DURATION,
    Working,
    age,
    exact,
    human_duration,
    iso,
    local,
    parse_duration,
    parse_instant,
    parse_working,
    span,
)
from helpdesk_tui.vocabulary.records import NEVER
from helpdesk_tui.vocabulary.text import cell_width

NOW = 1795358405  # 2026-11-22T14:40:05Z, a Sunday


@pytest.mark.parametrize(
    ("text", "tz", "expected"),
    [
        ("now", "UTC", "2026-11-22T14:40:05Z"),
        (" NOW ", "Asia/Shanghai", "2026-11-22T14:40:05Z"),
        ("现在", "UTC", "2026-11-22T14:40:05Z"),
        ("today", "UTC", "2026-11-22T00:00:00Z"),
        ("today", "Asia/Shanghai", "2026-11-21T16:00:00Z"),
        ("yesterday", "UTC", "2026-11-21T00:00:00Z"),
        ("明天", "Asia/Shanghai", "2026-11-22T16:00:00Z"),
        ("tomorrow 09:30", "Asia/Shanghai", "2026-11-23T01:30:00Z"),
        ("today at 14:40", "UTC", "2026-11-22T14:40:00Z"),
        ("monday", "UTC", "2026-11-23T00:00:00Z"),
        ("Monday", "America/New_York", "2026-11-23T05:00:00Z"),
        ("sunday", "UTC", "2026-11-29T00:00:00Z"),
        ("Sat 09:30", "Asia/Shanghai", "2026-11-28T01:30:00Z"),
        ("fri at 8:00", "UTC", "2026-11-27T08:00:00Z"),
        ("周一", "Asia/Shanghai", "2026-11-22T16:00:00Z"),
        ("星期天", "UTC", "2026-11-29T00:00:00Z"),
        ("下周三 14:00", "UTC", "2026-11-25T14:00:00Z"),
        ("下个星期日", "UTC", "2026-11-29T00:00:00Z"),
        ("17:05", "Europe/Berlin", "2026-11-22T16:05:00Z"),
        ("2026-11-22", "UTC", "2026-11-22T00:00:00Z"),
        ("2026-11-22", "America/New_York", "2026-11-22T05:00:00Z"),
        ("2026-1-2", "UTC", "2026-01-02T00:00:00Z"),
        ("2026-11-22T14:40:00Z", "Asia/Shanghai", "2026-11-22T14:40:00Z"),
        ("2026-11-22t14:40z", "UTC", "2026-11-22T14:40:00Z"),
        ("2026-11-22 14:40", "Asia/Shanghai", "2026-11-22T06:40:00Z"),
        ("2026-11-22 14:40:07.999", "UTC", "2026-11-22T14:40:07Z"),
        ("2026-11-22T14:40:00+08:00", "UTC", "2026-11-22T06:40:00Z"),
        ("2026-11-22T14:40:00-0330", "UTC", "2026-11-22T18:10:00Z"),
        ("2026-11-22T14:40:00+08", "America/New_York", "2026-11-22T06:40:00Z"),
        ("2026-11-22 14:40 UTC", "Asia/Shanghai", "2026-11-22T14:40:00Z"),
        ("20261122T144000Z", "Asia/Shanghai", "2026-11-22T14:40:00Z"),
        ("２０２６－１１－２２　１４：４０", "UTC", "2026-11-22T14:40:00Z"),
        ("@1700000000", "UTC", "2023-11-14T22:13:20Z"),
        ("4h", "UTC", "2026-11-22T18:40:05Z"),
        ("in 2h", "UTC", "2026-11-22T16:40:05Z"),
        ("+90s", "UTC", "2026-11-22T14:41:35Z"),
        ("-30m", "UTC", "2026-11-22T14:10:05Z"),
        ("\u221230m", "UTC", "2026-11-22T14:10:05Z"),
        ("10m ago", "UTC", "2026-11-22T14:30:05Z"),
        ("2d ago", "UTC", "2026-11-20T14:40:05Z"),
        ("1w 1d earlier", "UTC", "2026-11-14T14:40:05Z"),
        ("10分钟前", "UTC", "2026-11-22T14:30:05Z"),
        ("2小时后", "UTC", "2026-11-22T16:40:05Z"),
        ("１０ 分钟 之前", "UTC", "2026-11-22T14:30:05Z"),
        # A local time that occurs twice is its first occurrence; one that is skipped uses the offset before.
        ("2026-10-25 02:30", "Europe/Berlin", "2026-10-25T00:30:00Z"),
        ("2026-03-29 02:30", "Europe/Berlin", "2026-03-29T01:30:00Z"),
        ("1970-01-01", "UTC", "1970-01-01T00:00:00Z"),
        ("9999-12-31 23:59:59", "UTC", "9999-12-31T23:59:59Z"),
    ],
)
def test_instants_are_read(text: str, tz: str, expected: str) -> None:
    assert iso(parse_instant(text, NOW, tz)) == expected


def test_a_bare_span_may_mean_the_past() -> None:
    assert parse_instant("4h", NOW, past=True) == NOW - 4 * 3600
    assert parse_instant("in 4h", NOW, past=True) == NOW + 4 * 3600
    assert parse_instant("+4h", NOW, past=True) == NOW + 4 * 3600
    assert parse_instant("sunday", NOW, past=True) == parse_instant("today", NOW)
    assert parse_instant("monday 09:00", NOW, past=True) == parse_instant("2026-11-16 09:00", NOW)


@pytest.mark.parametrize(
    ("text", "tz"),
    [
        ("", "UTC"),
        ("soon", "UTC"),
        ("ago", "UTC"),
        ("-", "UTC"),
        ("4", "UTC"),
        ("2026", "UTC"),
        ("2026-13-01", "UTC"),
        ("2026-02-30", "UTC"),
        ("2026-11-22 25:00", "UTC"),
        ("2026-11-22T14:40:60Z", "UTC"),
        ("2026-11-22T14:40:00+25:00", "UTC"),
        ("0000-01-01", "UTC"),
        ("1969-12-31", "UTC"),
        ("1970-01-01 00:00", "Asia/Shanghai"),
        ("9999-12-31T23:59:59-01:00", "UTC"),
        ("999999999999h", "UTC"),
        ("99999w ago", "UTC"),
        ("@999999999999", "UTC"),
        ("today today", "UTC"),
        ("next monday", "UTC"),
        ("monday tuesday", "UTC"),
        ("下monday", "UTC"),
        ("周八", "UTC"),
        ("x" * 10_000, "UTC"),
        ("2026-11-22", "Mars/Olympus"),
        ("2026-11-22", "../../etc/passwd"),
        ("2026-11-22", ""),
    ],
)
def test_what_is_no_instant_is_refused_by_name(text: str, tz: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_instant(text, NOW, tz)
    assert len(str(refused.value)) < 400


@given(st.integers(0, NEVER))
@example(0)
@example(NEVER)
def test_the_machine_form_reads_back(instant: int) -> None:
    assert parse_instant(iso(instant), NOW, "Asia/Shanghai") == instant


@given(st.integers(0, NEVER - 90_000), st.sampled_from(["UTC", "Asia/Kolkata", "America/St_Johns"]))
def test_the_local_form_reads_back_to_the_same_reading(instant: int, tz: str) -> None:
    shown = local(instant, tz, seconds=True)
    again = parse_instant(shown, NOW, tz)
    assert local(again, tz, seconds=True) == shown
    assert again <= instant <= again + 7200


def _asked(text: str) -> int | str:
    try:
        return parse_instant(text, NOW, "Asia/Shanghai")
    except Invalid as error:
        return error.english.replace(text, "")


@given(
    st.from_regex(
        r"(0000|19[67][0-9]|20[0-9]{2}|9999)-[0-9]{2}-[0-9]{2}T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z", fullmatch=True
    )
)
def test_the_machine_form_is_read_as_any_other_spelling_of_it(text: str) -> None:
    assert _asked(text) == _asked(text.lower())


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (lambda: parse_instant(text, NOW), lambda: parse_duration(text), lambda: parse_working(text)):
        try:
            parse()
        except DeskError as refused:
            str(refused)


def test_iso_refuses_what_it_could_not_read_back() -> None:
    for instant in (-1, NEVER + 1):
        with pytest.raises(Invalid):
            iso(instant)


def test_the_local_form_follows_the_zone_and_survives_the_end_of_time() -> None:
    assert local(NOW, "Asia/Shanghai") == "2026-11-22 22:40"
    assert local(NOW, "UTC", seconds=True) == "2026-11-22 14:40:05"
    assert local(NEVER, "Asia/Shanghai") == "9999-12-31 23:59"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("15m", 900),
        ("4h30m", 16_200),
        ("1h 30m", 5_400),
        ("1.5h", 5_400),
        ("0.5s", 0),
        ("0m", 0),
        ("2d", 172_800),
        ("1w", 604_800),
        ("1 Week 2 days", 777_600),
        ("2小时", 7_200),
        ("2个小时30分钟", 9_000),
        ("30分钟", 1_800),
        ("1天", 86_400),
        ("１周", 604_800),
    ],
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds
    assert parse_working(text) == Working(seconds, "seconds")


@pytest.mark.parametrize("text", ["", "4", "-4h", "4x", "h", "4h 5", "1h1h", "1h 2hours", "1e3s", "9999999w", "4 h,"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(Invalid):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2wd", Working(2, "days")),
        ("2 working days", Working(2, "days")),
        ("2个工作日", Working(2, "days")),
        ("０wd", Working(0, "days")),
        ("8wh", Working(28_800, "seconds")),
        ("1.5 working hours", Working(5_400, "seconds")),
        ("3工作小时", Working(10_800, "seconds")),
        ("4h30m", Working(16_200, "seconds")),
    ],
)
def test_working_time(text: str, expected: Working) -> None:
    assert parse_working(text) == expected


@pytest.mark.parametrize("text", ["1.5wd", "wd", "2wd 3h", "99999999wd", "99999999wh", "-2wd"])
def test_what_is_no_working_time(text: str) -> None:
    with pytest.raises(Invalid):
        parse_working(text)


@given(st.integers(0, MAX_DURATION))
def test_durations_add_up_from_their_parts(seconds: int) -> None:
    hours, rest = divmod(seconds, 3600)
    assert parse_duration(f"{hours}h{rest // 60}m{rest % 60}s") == seconds


@pytest.mark.parametrize(
    ("seconds", "shown", "aged"),
    [
        (0, "00:00", "0m"),
        (59, "00:00", "0m"),
        (-59, "-00:00", "0m"),
        (-12 * 60, "-00:12", "0m"),
        (101 * 60, "01:41", "1h"),
        (26 * 3600, "1d 02h", "1d"),
        (-26 * 3600, "-1d02h", "0m"),
        (5 * 86_400, "5d 00h", "5d"),
        (13 * 86_400, "13d", "13d"),
        (-13 * 86_400, "-13d", "0m"),
        (21 * 86_400 + 5, "3w", "3w"),
        (800 * 86_400, "2y", "2y"),
        (NEVER, "8035y", "8035y"),
    ],
)
def test_columns(seconds: int, shown: str, aged: str) -> None:
    assert human_duration(seconds) == shown
    assert age(seconds) == aged


@given(st.integers(-(2**62), 2**62))
def test_columns_never_break(seconds: int) -> None:
    assert cell_width(human_duration(seconds)) <= 6
    assert cell_width(age(seconds)) <= 5


@pytest.mark.parametrize(
    ("seconds", "told", "clock"),
    [
        (0, "0 s", "0:00:00"),
        (44, "44 s", "0:00:44"),
        (900, "15 min", "0:15:00"),
        (15_601, "4 h 20 min 1 s", "4:20:01"),
        (3_483_823, "967 h 43 min 43 s", "967:43:43"),
        (86_400, "24 h", "24:00:00"),
    ],
)
def test_a_span_is_told_to_the_second(seconds: int, told: str, clock: str) -> None:
    assert span(seconds) == told
    assert exact(seconds) == clock
    assert span(-seconds) == (f"-{told}" if seconds else told)
