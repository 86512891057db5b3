"""What the filter bar and the shell propose at a cursor."""

import pytest

from helpdesk_tui.vocabulary.filter_complete import LIMIT, complete
from helpdesk_tui.vocabulary.filter_fields import FIELDS
from helpdesk_tui.vocabulary.filters import parse_filter

KNOWN = {
    "people": ["Ana Lopez", "bo", "Zhang Wei", "none"],
    "teams": ["network", "Network two"],
    "services": ["mail", "vpn"],
    "tags": ["vpn", "远程", "bad\x1b]0;x\x07", "a\u202eb"],
}


def _put(text: str) -> list[str]:
    """The texts after each completion; `|` is the cursor."""
    cursor = text.index("|")
    plain = text.replace("|", "")
    return [plain[: c.start] + c.text + plain[c.end :] for c in complete(plain, cursor, KNOWN)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("pri|", "priority:"),
        ("vpn -pri|", "vpn -priority:"),
        ("(sta|", "(state:"),
        ("pri|ority:high", "priority:high"),
        ("状|", "state:"),
        ("ｐｒｉ|", "priority:"),
        ("status|", "state:"),
        ("so|", "sort:"),
        ("over|", "is:overdue"),
        ("unass|", "is:unassigned"),
        ("crit|", "priority:critical"),
        ("priority:|", "priority:low"),
        ("priority:h|", "priority:high"),
        ("priority:高|", "priority:high"),
        ("优先级：h|", "优先级：high"),
        ("priority:h|i vpn", "priority:high vpn"),
        ("priority:high,c|", "priority:high,critical"),
        ("priority:m|..high", "priority:medium..high"),
        ("priority:medium..h|", "priority:medium..high"),
        ("priority:>=h|", "priority:>=high"),
        ("is:un|", "is:unassigned"),
        ("assignee:|", "assignee:me"),
        ("assignee:z|", 'assignee:"Zhang Wei"'),
        ('assignee:"zh|', 'assignee:"Zhang Wei"'),
        ('assignee:"zh|ang" vpn', 'assignee:"Zhang Wei" vpn'),
        ('assignee:"Ana Lopez",b|', 'assignee:"Ana Lopez",bo'),
        ("team:|", "team:mine"),
        ("team:network t|", "team:network team:"),
        ("tag:远|", "tag:远程"),
        ("due:<4|", "due:<4h"),
        ("due:1h..t|", "due:1h..today"),
        ("created:<|", "created:<today"),
        ("due:|", "due:<now"),
        ("due:<tom|", "due:<tomorrow"),
        ("created:y|", "created:yesterday"),
        ("major:|", "major:yes"),
        ("sort:-pri|", "sort:-priority"),
        ("sort:-priority,du|", "sort:-priority,due"),
    ],
)
def test_the_first_proposal(text: str, first: str) -> None:
    assert _put(text)[0] == first


@pytest.mark.parametrize("text", ["foo:b|", '"pri|', 'vpn "pri|', "http://x|", "number:1|"])
def test_nothing_to_propose(text: str) -> None:
    assert _put(text) == []


def test_a_value_already_listed_is_not_proposed_again() -> None:
    assert "priority:high,high" not in _put("priority:high,|")
    assert "sort:-due,due" not in _put("sort:-due,|")


def test_a_name_that_is_a_word_of_the_language_is_quoted() -> None:
    assert 'assignee:"none"' in _put("assignee:n|") and "assignee:none" in _put("assignee:n|")


def test_names_with_controls_or_direction_marks_are_never_proposed() -> None:
    assert _put("tag:bad|") == [] and _put("tag:a|") == []


def test_an_empty_bar_offers_every_field_once() -> None:
    texts = [c.text for c in complete("", 0, {})]
    assert len(texts) == len(set(texts)) == min(LIMIT, len(FIELDS) + 1)
    assert all(c.help for c in complete("", 0, {}))


def test_every_proposed_value_can_be_read() -> None:
    for field in FIELDS:
        for item in complete(f"{field.name}:", len(field.name) + 1, KNOWN):
            parse_filter(f"{field.name}:{item.text}")


def test_many_names_are_cut() -> None:
    assert len(complete("team:t", 6, {"teams": [f"t{n}" for n in range(500)]})) == LIMIT
