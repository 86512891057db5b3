"""What of a message is new, what is quoted, and what is a signature; nothing of it is ever lost."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.widgets.quoting import QUOTE, SIGNATURE, TEXT, parts_of

CASES = [
    ("plain", "It works again.\nThank you!", [(TEXT, 2)]),
    ("marked", "Yes.\n\n> can you try\n> once more?\n", [(TEXT, 2), (QUOTE, 2), (TEXT, 1)]),
    ("one quoted line stays", "> try again?\nDone.", [(TEXT, 2)]),
    ("answers between", "> a\n> b\nfirst\n> c\n> d\nsecond", [(QUOTE, 2), (TEXT, 1), (QUOTE, 2), (TEXT, 1)]),
    ("who wrote", "Hi\n\nOn Mon, 2 Mar 2026 at 09:00, Ana <a@x.org> wrote:\n> one\n> two", [(TEXT, 2), (QUOTE, 3)]),
    ("who wrote, broken", "Hi\nOn Mon, 2 Mar 2026 at 09:00, Ana\n<a@x.org> wrote:\n\n> one\n> two", [(TEXT, 1), (QUOTE, 5)]),
    ("who wrote, not marked", "Hi\nOn 2 Mar Ana wrote:\nyour disk is full\nplease tidy", [(TEXT, 1), (QUOTE, 3)]),
    ("chinese", "好的\n\n在 2026年3月2日 09:00，王强 写道：\n> 请重启\n> 再试", [(TEXT, 2), (QUOTE, 3)]),
    ("chinese reference", "已恢复\n引用：\n请重启电脑\n谢谢", [(TEXT, 1), (QUOTE, 3)]),
    ("chinese original", "已恢复\n------------------ 原始邮件 ------------------\n发件人: a@x.cn\n你好", [(TEXT, 1), (QUOTE, 3)]),
    ("outlook", "Thanks\n\nFrom: Ana\nSent: Monday\nTo: Bo\nSubject: VPN\n\nold words", [(TEXT, 2), (QUOTE, 6)]),
    ("from alone is text", "From: the cellar\nit drips\nthe whole day", [(TEXT, 3)]),
    ("original", "ok\n-----Original Message-----\nFrom: x\nhello", [(TEXT, 1), (QUOTE, 3)]),
    ("signature", "Printer jams.\n-- \nZoe\n+49 40 1234", [(TEXT, 1), (SIGNATURE, 3)]),
    ("signature before a quote", "ok\n-- \nZoe\nOn 2 Mar Ana wrote:\nold\nwords", [(TEXT, 1), (SIGNATURE, 2), (QUOTE, 3)]),
    ("phrase", "Printer jams.\n\nKind regards,\nZoe Ott\nFinance", [(TEXT, 2), (SIGNATURE, 3)]),
    ("phrase in chinese", "打印机卡纸。\n此致\n敬礼\n王强", [(TEXT, 1), (SIGNATURE, 3)]),
    ("thanks is said", "Printer works.\nThanks", [(TEXT, 2)]),
    ("nothing but a rule", "-- \nx\ny", [(TEXT, 3)]),
    ("a long list after dashes", "log:\n--\n" + "line\n" * 20, [(TEXT, 23)]),
    ("empty", "", [(TEXT, 1)]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_parts_of_a_message(text: str, expected: list[tuple[str, int]]) -> None:
    assert [(part.sort, len(part.lines)) for part in parts_of(text)] == expected


LINES = st.lists(
    st.sampled_from(
        [
            "",
            "> a",
            ">> b",
            "-- ",
            "text",
            "On 2 Mar Ana wrote:",
            "From: x",
            "Sent: y",
            "To: z",
            "引用：",
            "谢谢",
            "Kind regards",
        ]
    )
    | st.text(max_size=30),
    max_size=30,
)


@given(LINES)
def test_no_line_is_lost_or_moved(lines: list[str]) -> None:
    text = "\n".join(lines)
    parts = parts_of(text)
    assert "\n".join(line for part in parts for line in part.lines) == text
    assert all(one.sort != other.sort for one, other in itertools.pairwise(parts))


def test_a_text_of_nothing_but_beginnings_is_read_once() -> None:
    lines = ["> x" if n % 2 else "On 2 Mar somebody wrote:" for n in range(20_000)]
    assert sum(len(part.lines) for part in parts_of("\n".join(lines))) == 20_000
