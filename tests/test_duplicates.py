"""Which open tickets a new one may repeat."""
# ruff: noqa: F401, F811

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.duplicates import duplicates, words_of
from tests.desk_fixtures import as_person, clock, desk


def test_the_same_caller_and_the_same_words(desk: Desk) -> None:
    zoe = desk.people.add("Zoe", email="zoe@example.org")["id"]
    omar = desk.people.add("Omar", email="omar@example.org")["id"]
    vpn = desk.tickets.open("VPN drops every ten minutes", requester="zoe@example.org")
    desk.tickets.open("Printer jam", requester="zoe@example.org")
    service = vpn["service"]

    def found(title: str, who: int, about: str | None = service) -> list[tuple[str, str]]:
        return [(d["ref"], d["reason"]["code"]) for d in duplicates(desk, title, requester=who, service=about)]

    assert found("my vpn drops again", zoe) == [("INC-1", "duplicate.caller")]
    assert found("VPN drops every few minutes", omar) == [("INC-1", "duplicate.service")]
    assert found("VPN drops every few minutes", omar, None) == []
    assert found("new laptop", zoe) == [] and found("", zoe) == [] and found("the of", zoe) == []
    desk.tickets.state(1, "cancelled", reason="x")
    assert found("my vpn drops again", zoe) == []


def test_chinese_titles_are_compared_by_pairs(desk: Desk) -> None:
    li = desk.people.add("李雷", email="li@example.cn")["id"]
    desk.tickets.open("打印机卡纸无法打印", requester="li@example.cn")
    assert [d["ref"] for d in duplicates(desk, "三楼打印机卡纸", requester=li)] == ["INC-1"]
    assert duplicates(desk, "邮箱密码忘记了", requester=li) == []
    assert "打印" in words_of("打印机")


def test_nothing_is_told_to_who_may_not_read(desk: Desk) -> None:
    zoe = desk.people.add("Zoe", email="zoe@example.org")["id"]
    desk.tickets.open("VPN drops every ten minutes", requester="zoe@example.org")
    stranger = as_person(desk, "req", "requester")
    assert duplicates(stranger, "VPN drops every ten minutes", requester=zoe, service="vpn") == []
    stranger.close()


def test_hostile_texts_ask_nothing_else(desk: Desk) -> None:
    for text in ('\x1b[2J [/red] " OR 1=1 --', "\ud800", "x" * 5_000, "'" * 300):
        assert duplicates(desk, text, text, requester=1, service='a" or b:"c') == []
