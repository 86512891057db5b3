"""Finding people while one types: pinyin and its initials, one stretch of an index, nothing for those who see masks."""
# ruff: noqa: F401, F811

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.store import people_index
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary import pinyin
from tests.desk_fixtures import as_person, clock, desk

NAMES = (
    # name, texts that find it, texts that do not
    ("张伟", ("zw", "zhangwei", "zhang wei", "wei zhang", "zhangw", "张", "伟", "张伟", "伟张"), ("zww", "hang", "wz")),
    ("欧阳娜娜", ("oynn", "ouyangnana", "nana", "娜娜", "ouyang"), ("yy",)),
    ("单雄信", ("shanxx", "sxx", "shanxiongxin", "danxiongxin"), ()),
    ("吕布", ("lvbu", "lubu", "lyubu", "lb", "LÜ bu"), ()),
    ("查良镛", ("zly", "zhaliangyong", "clr"[:1] + "ly"), ()),
    ("Anna Bergström", ("ann", "berg", "bergstrom", "BERGSTRÖM", "anna b", "bergström anna", "ab"), ("nna", "strom")),
    ("Jean-Luc O'Brien", ("obrien", "o'brien", "jean luc", "jlo", "luc"), ()),
    ("Zhang 伟", ("zhangwei", "zw", "zhang伟"), ()),
    ("田中さくら", ("田中", "田"), ()),
    ("１００％ Sure", ("100", "sure", "ｓｕｒｅ"), ()),
)


def _found(name: str, text: str) -> bool:
    asked, words = people_index.questions(text)
    keys = people_index.keys_of(name, None, None, None, None)
    return any(k.startswith(a) for k in keys for a in asked) or (
        bool(words) and all(any(k.startswith(w) for k in keys) for w in words)
    )


@pytest.mark.parametrize(("name", "yes", "no"), NAMES, ids=[name for name, _y, _n in NAMES])
def test_how_names_are_typed(name: str, yes: tuple[str, ...], no: tuple[str, ...]) -> None:
    assert [text for text in yes if not _found(name, text)] == []
    assert [text for text in no if _found(name, text)] == []


def test_every_character_of_everyday_chinese_has_a_reading() -> None:
    for lead in range(0xB0, 0xF8):  # the two levels of GB 2312
        for trail in range(0xA1, 0xFF):
            try:
                character = bytes((lead, trail)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            said = pinyin.readings(character)
            assert said and all(one.isascii() and one.isalpha() and one.islower() for one in said), character


@given(st.text(max_size=80), st.text(max_size=40), st.text(max_size=30))
def test_any_name_has_bounded_keys_and_is_found_by_itself(name: str, login: str, phone: str) -> None:
    keys = people_index.keys_of(name, f"{login}@example.org", login, phone, None)
    assert len(keys) <= people_index.MOST and all(0 < len(key) <= people_index.LONGEST for key in keys)
    words = people_index.words_of(name)
    if words and not all(c.isdecimal() for c in "".join(words)):
        assert _found(name, name)


def test_phone_numbers_by_any_group_and_by_their_last_digits() -> None:
    keys = people_index.keys_of(None, None, None, "+86 138-1234 5678", None)
    for text in ("+86 138", "138 1234", "13812345678", "5678", "345678"[2:]):
        assert any(key.startswith(a) for key in keys for a in people_index.questions(text)[0]), text


def test_a_question_reads_one_bounded_stretch_of_the_index(tmp_path: Path) -> None:
    store = Store(tmp_path / "desk.db")
    with store.write() as tx:
        tx.conn.executemany(
            "INSERT INTO person (id, name, vip, agent, active, capacity, version) VALUES (?, ?, 0, 0, 1, 8, 1)",
            [(n, f"张{chr(0x4E00 + n % 3000)}") for n in range(1_000, 6_000)],
        )
        people_index.rebuild(tx.conn)
    asked = numbered("zhang", people_index.after("zhang"), people_index.POOL, None, False)
    plan = [str(row[3]) for row in store.query(f"EXPLAIN QUERY PLAN {people_index.FOUND}", asked)]
    assert [step for step in plan if step.startswith("SCAN")] in ([], ["SCAN k"]), plan
    assert any("person_key USING PRIMARY KEY (key>? AND key<?)" in step for step in plan), plan
    assert 0 < len(store.query(people_index.FOUND, asked)) <= people_index.POOL
    store.close()


def test_the_index_follows_every_change_and_rebuilds_to_the_same(desk: Desk) -> None:
    one = desk.people.add("王小明", email="xm@example.cn", phone="010 6552 9988")["id"]

    def found(text: str) -> list[int]:
        return [person["id"] for person in desk.people.search(text)]

    assert found("wxm") == found("wangx") == found("6552") == [one]
    desk.people.edit(f"#{one}", {"name": "李小明", "phone": "none"})
    assert found("wxm") == found("6552") == [] and found("lxm") == [one]
    desk.undoing.last()
    assert found("wxm") == [one]
    kept = desk.store.query("SELECT key, person_id FROM person_key ORDER BY 1, 2", ())
    assert people_index.differing(desk.store.reader()) == []
    desk.upkeep.reindex()
    assert desk.store.query("SELECT key, person_id FROM person_key ORDER BY 1, 2", ()) == kept
    desk.people.erase(f"#{one}")
    assert found("wxm") == found("xm@") == []
    rest = [key for (key,) in desk.store.query("SELECT key FROM person_key WHERE person_id = ?", (one,))]
    assert not set("wxm王小明").intersection("".join(rest)), rest


def test_who_may_read_only_themselves_finds_only_themselves(desk: Desk) -> None:
    desk.people.add("张伟", email="zw@example.cn", login="zw")
    desk.people.add("张卫", email="zw2@example.cn")
    assert len(desk.people.search("zhangwei")) == 2
    desk.people.grant("zw", ["requester"])
    own = as_person(desk, "zw")
    assert [p["email"] for p in own.people.search("zhangwei")] == ["zw@example.cn"]
    own.close()
