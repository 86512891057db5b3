"""Search: any text is a valid question, two Chinese characters are found as surely as an English word, notes need a right."""
# ruff: noqa: F811

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_tui.desk import registry
from helpdesk_tui.desk.actor import OsUser
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import index
from helpdesk_tui.store.tokens import MAX_TERMS, index_text, phrase_term, query_terms
from helpdesk_tui.vocabulary.errors import NotPermitted
from tests.desk_fixtures import FixedClock, as_person, clock, desk  # noqa: F401
from tests.sparing import examples

TEXTS = (
    "打印机卡纸，无法打印报表", "新员工入职需要开通邮箱和VPN账号", "会议室投影仪没有信号", "无法连接公司无线网络", "密码过期，登录失败", "请求安装财务软件",
    "证书已过期，网站打不开", "电脑开机很慢，经常死机", "The printer jams on every second page", "VPN drops every ten minutes, cannot work from home",
    "New starter needs a laptop and an account", "Certificate of the web shop has expired", "Straßenlaterne flackert", "café terminal offline",
    "エラーが発生しました プリンター", "프린터가 작동하지 않습니다", "C++ build fails with error 0x80070005", "10.0.0.1 does not answer", "x", "一",
)  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with one ticket for each text."""
    made = Desk.open(tmp_path_factory.mktemp("search") / "desk.db", user=OsUser(1, "ana", "Ana"), clock=FixedClock())
    for i, text in enumerate(TEXTS):
        number = made.tickets.open(f"ticket {i}", description=text)["number"]
        made.tickets.reply(number, f"answer to: {text}")
    return made


def hits(desk: Desk, text: str, limit: int = 50) -> list[int]:
    return [n for n, _ in desk.searching.ranked(text, limit=limit)]


def han_pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1) if all("\u4e00" <= c <= "\u9fff" for c in text[i : i + 2])}


def test_every_chinese_word_of_two_characters_is_found(library: Desk) -> None:
    """Recall 1.0: whatever two characters stand side by side in a text find it."""
    asked = 0
    for pair in sorted(set().union(*(han_pairs(t) for t in TEXTS))):
        wanted = {i + 1 for i, text in enumerate(TEXTS) if pair in text}
        assert set(hits(library, pair)) == wanted, pair
        asked += 1
    assert asked > 60


@settings(max_examples=examples(120))
@given(data=st.data())
def test_any_piece_of_a_text_finds_it(library: Desk, data: st.DataObject) -> None:
    """Any run of Chinese characters, and any whole words, find the ticket they stand in."""
    i = data.draw(st.integers(0, len(TEXTS) - 1))
    text = TEXTS[i]
    if han_pairs(text):
        start = data.draw(st.integers(0, len(text) - 1))
        piece = text[start : start + data.draw(st.integers(1, 6))]
        if any(c.isascii() and c.isalnum() for c in piece):
            return  # a Latin word cut in the middle is another word; a Chinese run is not
    else:
        words = text.split()
        start = data.draw(st.integers(0, len(words) - 1))
        piece = " ".join(words[start : start + data.draw(st.integers(1, 3))])
    if query_terms(piece):
        assert i + 1 in hits(library, piece), piece


def test_single_characters_and_mixed_questions(library: Desk) -> None:
    assert set(hits(library, "卡")) == {1}
    assert set(hits(library, "一")) == {20}
    assert set(hits(library, "邮箱 VPN")) >= {2}
    assert hits(library, "邮箱 VPN")[0] == 2
    assert hits(library, "ＶＰＮ") == hits(library, "vpn") == hits(library, "VPN")
    assert set(hits(library, "STRASSENLATERNE")) == set(hits(library, "straßenlaterne")) == {13}
    assert set(hits(library, "cafe")) == set(hits(library, "CAFÉ")) == {14}
    assert set(hits(library, "プリンター")) == {15}
    assert set(hits(library, "프린터")) == {16}
    assert set(hits(library, "0x80070005")) == {17}
    assert hits(library, "10.0.0.1")[0] == 18


def test_numbers_and_references_come_first(library: Desk) -> None:
    for text in ("7", "#7", "INC-7", "inc-7", "REQ-7", " 7 "):
        found = hits(library, text)
        assert found[0] == 7, text
        assert len(found) == len(set(found))
    assert hits(library, "10")[0] == 10
    assert 99_999 not in hits(library, "99999")


def test_all_words_before_some(library: Desk) -> None:
    found = library.searching.ranked("printer page", limit=50)
    assert found[0][0] == 9
    assert [s for _, s in found] == sorted((s for _, s in found), reverse=True)
    together = library.searching.ranked("vpn printer", limit=50)
    assert {9, 10} <= {n for n, _ in together}


def test_the_title_counts_most(desk: Desk) -> None:
    filler = "some other words that stand here and make it as long as the rest"
    body = desk.tickets.open(f"a matter of {filler}", description=f"scanner {filler}")["number"]
    title = desk.tickets.open("scanner", description=filler)["number"]
    assert hits(desk, "scanner") == [title, body]


def hostile(test_data: Path) -> list[str]:
    lines = (test_data / "bad-input" / "search" / "fts.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def test_the_collected_questions_are_all_valid(library: Desk, test_data: Path) -> None:
    texts = hostile(test_data)
    assert len(texts) > 10
    for text in texts:
        library.searching.tickets(text)
        library.searching.rows(text)


@settings(max_examples=examples(150))
@given(text=st.text(max_size=60) | st.text(alphabet='"*^:(){}+-~ANDORNT neartitlebody一卡ß\0', max_size=40))
def test_any_text_is_a_valid_question(library: Desk, text: str) -> None:
    found = library.searching.ranked(text, limit=5)
    assert len(found) <= 5
    assert len(query_terms(text)) <= MAX_TERMS
    assert (phrase_term(text) is None) == (not query_terms(text))
    if not query_terms(text) and not text.strip(" #").isdecimal():
        assert found == [] or found[0][1] == 1e6


# What the full-text engine of the store would take for more than words, and what no engine likes.
SYNTAX = (
    "title:", "description:", "body:", "{title description}:", "- title:", "-body:", "{a b}:", "rowid:", "search_note:", "NEAR(", "NEAR/3", ", 5)",
    "AND", "OR", "NOT", "^", "*", '"', '""', "'", "(", ")", "+", "-", ":", "::", "\0", "\ud800", "\udfff", "\u202e", "\u2028", "\n", ";", "--",
    "ＮＥＡＲ（", "ｔｉｔｌｅ：", "“", "”", "＊", "🙂", "\u0301", "%", "_", "\\", "' OR 1=1 --", "rank MATCH", "bm25(search_note)",
)  # fmt: skip
WORDS = (
    "sesame",
    "printer",
    "ＰＲＩＮＴＥＲ",
    "jams",
    "page",
    "芝麻",
    "打印机",
    "打印",
    "VPN",
    "1",
    "#2",
    "INC-3",
    "anonymous",
    "x" * 300,
)
QUESTIONS = st.lists(st.sampled_from((*SYNTAX, *WORDS, " ", " ")) | st.text(max_size=8), max_size=12).map(
    "".join
) | st.lists(st.sampled_from((*SYNTAX, *WORDS)), max_size=8).map(" ".join)


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Desk]:
    """A requester at two desks that differ only in notes and in what other people's tickets say."""
    made = []
    for secret in ("sesame 芝麻 printer", "nothing of note"):
        path = tmp_path_factory.mktemp("twin") / "desk.db"
        ana = Desk.open(path, user=OsUser(1, "ana", "Ana"), clock=FixedClock())
        ana.people.add("Zoe", login="zoe", email="zoe@example.org", roles=["requester"])
        for i, text in enumerate(TEXTS):
            number = ana.tickets.open(f"ticket {i}", description=text, requester="zoe@example.org")["number"]
            ana.tickets.note(number, secret)
        other = ana.tickets.open("not hers", description="about a page", requester="other@example.org")["number"]
        ana.tickets.note(other, secret)
        made.append(Desk.open(path, user=OsUser(2, "zoe"), clock=FixedClock()))
    return made[0], made[1]


@settings(max_examples=examples(120))
@given(text=QUESTIONS)
def test_no_question_reaches_what_its_reader_may_not_read(twins: tuple[Desk, Desk], text: str) -> None:
    """Whatever is typed is a question, and its answer is the same whatever stands where the reader may not look."""
    with_secrets, without = (registry.call(desk, "search.tickets", {"text": text, "limit": 50}) for desk in twins)
    assert json.dumps(with_secrets) == json.dumps(without)
    assert {ticket["number"] for ticket in with_secrets} <= set(range(1, len(TEXTS) + 1))


def test_who_may_read_notes_is_answered_from_them(twins: tuple[Desk, Desk]) -> None:
    """Without this the property above would hold for a search that finds nothing."""
    found = []
    for twin in twins:
        with Desk.open(twin.store.path, user=OsUser(1, "ana"), clock=FixedClock()) as ana:
            found.append(len(hits(ana, "sesame")))
    assert found == [len(TEXTS) + 1, 0]


@pytest.mark.parametrize("field", ["title:", "description:", "{title description}:", "^", "-title:", "NOT ", "rowid:"])
def test_nothing_typed_chooses_a_column(library: Desk, field: str) -> None:
    """A word stands for itself wherever it is kept, whatever is written before it."""
    assert 9 in hits(library, f"{field}printer")


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "a " * 100_000, "卡" * 100_000, '"' * 100_000, "(" * 100_000, "NEAR(" * 20_000]
)
def test_endless_questions_are_questions(library: Desk, text: str) -> None:
    assert len(library.searching.tickets(text)) <= 20


@given(text=st.text(max_size=80))
def test_indexing_is_steady(text: str) -> None:
    """What has been put into the index must be named in the same way to be taken out."""
    assert index_text(text) == index_text(text)
    assert "\0" not in index_text(text)


def test_notes_need_their_permission(desk: Desk) -> None:
    number = desk.tickets.open("printer", requester="zoe@example.org")["number"]
    desk.tickets.note(number, "the 供应商 vendor is unreliable")
    assert hits(desk, "unreliable") == hits(desk, "供应") == [number]
    desk.people.add("Zoe", login="zoe", roles=["requester"])
    desk.tickets.edit(number, set={"requester": "zoe"})
    with as_person(desk, "zoe") as zoe:
        assert hits(zoe, "unreliable") == hits(zoe, "供应") == []
        assert zoe.tickets.count("unreliable") == 0
        assert hits(zoe, "printer") == [number]
    with as_person(desk, "adm", "administrator") as adm, pytest.raises(NotPermitted):
        hits(adm, "printer")


def test_a_filter_for_words_finds_them_anywhere_in_the_ticket(desk: Desk) -> None:
    number = desk.tickets.open("printer", description="is broken")["number"]
    desk.tickets.reply(number, "we order toner")
    desk.tickets.note(number, "by courier")
    for text in (
        "printer toner",
        "toner courier broken",
        '"order toner"',
        "title:printer toner",
        str(number),
        f"INC-{number}",
    ):
        assert desk.tickets.numbers(text) == [number], text
    for text in ("printer scanner", '"printer toner"', "title:toner", "description:toner"):
        assert desk.tickets.numbers(text) == [], text


def test_what_is_gone_is_not_found(desk: Desk) -> None:
    number = desk.tickets.open("alpha", description="beta")["number"]
    desk.tickets.edit(number, set={"title": "gamma"})
    desk.tickets.reply(number, "delta")
    assert (hits(desk, "alpha"), hits(desk, "beta"), hits(desk, "gamma"), hits(desk, "delta")) == (
        [],
        [number],
        [number],
        [number],
    )
    desk.undoing.last()
    assert hits(desk, "delta") == []
    desk.tickets.delete(number)
    assert hits(desk, "gamma") == []
    assert hits(desk, str(number)) == []
    assert desk.tickets.numbers("is:deleted gamma") == [number]


def test_rebuilding_gives_the_same_index(library: Desk) -> None:
    sql = "SELECT term, doc, cnt FROM search_text_terms ORDER BY term"
    before = library.store.query(sql)
    with library.store.write() as tx:
        count = index.rebuild(tx.conn)
    assert count == 2 * len(TEXTS)
    assert library.store.query(sql) == before
    assert set(hits(library, "卡纸")) == {1}


def test_a_common_word_does_not_bury_the_newest(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the newest documents are ranked; a bound of any size leaves the newest in."""
    numbers = [desk.tickets.open(f"common {i}")["number"] for i in range(12)]
    visible = desk.tickets.listing("").condition
    from helpdesk_tui.store import search

    found = search.ranked(desk.store.reader(), "common", visible, notes=True, limit=20, pool=5)
    assert {n for n, _ in found} >= set(numbers[-5:])
    assert len(found) < 12
