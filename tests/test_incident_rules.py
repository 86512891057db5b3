"""Stamps in order, cadence, and lines as they are typed and piped."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.rules.incident_lines import MASK, bounded, masked, split
from helpdesk_tui.rules.incident_stamps import BEFORE, Clash, clash, due, fitted
from helpdesk_tui.vocabulary.incidents import STAMPS
from helpdesk_tui.vocabulary.instants import parse_instant

NOW = parse_instant("2026-03-02T14:20:00Z", 0)
CHAIN = ("impact_started", "detected", "declared", "engaged", "mitigated", "resolved", "closed")
some_stamps = st.dictionaries(st.sampled_from(STAMPS), st.integers(0, 50))


@pytest.mark.parametrize(
    ("stamps", "name", "at", "expected"),
    [
        ({}, "declared", 5, None),
        ({"declared": 5}, "detected", 5, None),
        ({"declared": 5}, "detected", 6, Clash("declared", late=False)),
        ({"declared": 5}, "mitigated", 4, Clash("declared", late=True)),
        ({"impact_started": 5}, "declared", 4, Clash("impact_started", late=True)),
        ({"closed": 5}, "impact_started", 6, Clash("closed", late=False)),
        ({"mitigated": 5, "resolved": 9}, "acknowledged", 7, None),
        ({"declared": 8}, "acknowledged", 7, Clash("declared", late=True)),
        ({"mitigated": 5}, "engaged", 6, Clash("mitigated", late=False)),
        ({"acknowledged": 5}, "mitigated", 4, None),
    ],
)
def test_the_order_of_stamps(stamps: dict[str, int | None], name: str, at: int, expected: Clash | None) -> None:
    assert clash(stamps, name, at) == expected


def test_the_chain_is_one_and_the_acknowledgement_stands_beside_it() -> None:
    for index, name in enumerate(CHAIN):
        assert BEFORE[name] == frozenset(CHAIN[:index])
    assert BEFORE["acknowledged"] == {"impact_started", "detected", "declared"}


@given(order=st.permutations(STAMPS), times=st.lists(st.integers(0, 30), min_size=8, max_size=8))
def test_whatever_is_set_without_a_clash_is_in_order(order: list[str], times: list[int]) -> None:
    stamps: dict[str, int | None] = {}
    for name, at in zip(order, times, strict=True):
        if clash(stamps, name, at) is None:
            stamps[name] = at
    for earlier, later in pairwise(name for name in CHAIN if name in stamps):
        assert stamps[earlier] <= stamps[later]  # type: ignore[operator]


@given(order=st.permutations(STAMPS), times=st.lists(st.integers(0, 30), min_size=8, max_size=8))
def test_what_the_desk_sets_by_itself_never_clashes(order: list[str], times: list[int]) -> None:
    stamps: dict[str, int | None] = {}
    for name, at in zip(order, times, strict=True):
        stamps[name] = fitted(stamps, name, at)
        assert clash(stamps, name, stamps[name] or 0) is None
        if clash({k: v for k, v in stamps.items() if k != name}, name, at) is None:
            assert stamps[name] == at


@pytest.mark.parametrize(
    ("severity", "mitigated", "expected"),
    [
        (1, False, (900, 1_800)), (1, True, (1_800, 3_600)), (2, False, (1_800, 3_600)), (3, False, (3_600, None)),
        (3, True, (7_200, None)), (4, False, (None, None)), (5, True, (None, None)),
    ],
)  # fmt: skip
def test_when_updates_are_due(severity: int, mitigated: bool, expected: tuple[int | None, int | None]) -> None:
    assert due(severity, 0, mitigated=mitigated) == expected


@pytest.mark.parametrize(
    ("line", "ago", "rest"),
    [
        ("10m ago failover started", 600, "failover started"), ("10m ago", None, "10m ago"),
        ("14:05 failing over to the standby", 900, "failing over to the standby"), ("failing over", None, "failing over"),
        ("15:00 the day before", 23 * 3600 + 20 * 60, "the day before"), ("2h ago  two  blanks", 7_200, "two  blanks"),
        ("2026-03-02T14:00:00Z it began", 1_200, "it began"), ("2026-03-02 14:00 it began", 1_200, "it began"),
        ("tomorrow we look again", None, "tomorrow we look again"), ("404 of pay-api-01", None, "404 of pay-api-01"),
        ("5 nodes are down", None, "5 nodes are down"), ("now all is well", 0, "all is well"), ("", None, ""),
        ("10分钟前 切换到备用", 600, "切换到备用"), ("in 5m we fail over", None, "in 5m we fail over"),
    ],
)  # fmt: skip
def test_the_time_a_line_begins_with(line: str, ago: int | None, rest: str) -> None:
    at, found = split(line, NOW)
    assert (None if at is None else NOW - at, found) == (ago, rest)


@given(st.text(max_size=80))
def test_any_line_is_split_without_loss(line: str) -> None:
    at, rest = split(line, NOW)
    assert line.endswith(rest)
    assert (at is None) == (rest == line)
    assert at is None or at <= NOW


@pytest.mark.parametrize(
    ("text", "secret", "stays"),
    [
        ("password=hunter2 rest", "hunter2", "rest"), ('"api_key": "abc def", x', "abc def", "x"),
        ("Authorization: Bearer abcdefgh12345678", "abcdefgh12345678", "Authorization"),
        ("postgres://app:s3cret@db:5432/x", "s3cret", "@db:5432/x"), ("export TOKEN='a b c'", "a b c", "export"),
        ("key AKIAABCDEFGHIJKLMNOP end", "AKIAABCDEFGHIJKLMNOP", "end"), ("密码：开门 结束", "开门", "结束"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nafter", "MIIE", "after"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE", "MIIE", ""), ("glpat-abcdefghijklmnopqrst x", "abcdefghijklmnopqrst", "x"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_def z", "eyJzdWIiOiIxIn0", "z"),
    ],
)  # fmt: skip
def test_secrets_are_masked(text: str, secret: str, stays: str) -> None:
    out, count = masked(text)
    assert secret not in out and stays in out and MASK in out and count >= 1


@pytest.mark.parametrize(
    "text", ["the password policy changed", "tokens are short", "http://example.org/a:b", "pass", ""]
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == (text, 0)


@given(st.text(max_size=300), st.integers(8, 100))
def test_a_text_is_bounded_by_its_middle(text: str, most: int) -> None:
    out, left_out = bounded(text, most)
    assert len(out) <= most + 5
    assert left_out == max(0, len(text) - most)
    assert out[: most * 3 // 4] == text[: most * 3 // 4]


def test_masking_takes_time_as_the_text_grows() -> None:
    """A text made to make patterns go back and forth: it ends, and nothing is lost."""
    for text in (
        "password=" * 8_000,
        "a://" * 16_000,
        "-----BEGIN PRIVATE KEY-----" * 2_000,
        "eyJ" + "a" * 60_000,
        "bearer " * 9_000,
    ):
        out, _count = masked(text)
        assert len(out) <= len(text) + 40_000 * len(MASK)
