"""Messages by the library Apprise, against a server of this machine. They need the extra `notify`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.outbox import Message
from helpdesk_tui.intake.sending import Channels, by_apprise, config
from helpdesk_tui.intake.sending.config import SERVICES
from helpdesk_tui.intake.sending.outcome import Refused, Unreachable
from helpdesk_tui.vocabulary.errors import Invalid
from tests.desk_fixtures import FixedClock, clock, desk
from tests.loopback import WebServer, serving
from tests.test_outbox import once, page

__all__ = ["clock", "desk"]
JSON = Channels(apprise=("json",))
ADDRESS = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@pytest.fixture
def web() -> Iterator[WebServer]:
    pytest.importorskip("apprise", reason="apprise is not installed: pip install -e '.[notify]'")
    with serving(WebServer) as server:
        yield server


def here(web: WebServer, more: str = "") -> str:
    return f"json://127.0.0.1:{web.server_address[1]}/hook{more}"


def test_a_page_reaches_the_service_whole_and_once(desk: Desk, clock: FixedClock, web: WebServer) -> None:
    desk.notifying.add("apprise", here(web))
    number = desk.tickets.open("邮件 {title} %s <b>x</b>")["number"]
    page(desk, number, [desk.actor.id])
    assert once(desk, clock, JSON) == {"sent": 1, "waiting": 0, "failed": 0}
    assert once(desk, clock, JSON) == {"sent": 0, "waiting": 0, "failed": 0}
    ((_headers, _body, said),) = web.taken
    assert "邮件 {title} %s <b>x</b>" in said["title"] + said["message"]
    assert f"helpdesk ack {number}" in said["message"]


def test_what_a_service_does_not_take_comes_again(desk: Desk, clock: FixedClock, web: WebServer) -> None:
    desk.notifying.add("apprise", here(web))
    page(desk, desk.tickets.open("x")["number"], [desk.actor.id])
    web.statuses = [500]
    assert once(desk, clock, JSON) == {"sent": 0, "waiting": 1, "failed": 0}
    assert once(desk, clock, JSON, wait=60) == {"sent": 1, "waiting": 0, "failed": 0}
    assert len(web.taken) == 1


def test_a_redirect_leads_nowhere_else(desk: Desk, web: WebServer) -> None:
    web.statuses = [302]
    with pytest.raises(Unreachable):
        by_apprise.send(sent(here(web)), JSON)
    assert web.taken == []


def sent(address: str) -> Message:
    return Message(1, "key", "apprise", address, 1, "Subject", "Body", 7, 0, {})


@pytest.mark.parametrize(
    "address", ["", "json", "json://127.0.0.1", "JSON://127.0.0.1/", "syslog://", "mailto://a:b@c.d", "dbus://"]
)
def test_only_services_with_fixed_hosts_unless_others_are_named(address: str) -> None:
    with pytest.raises(Refused, match="none of the services"):
        by_apprise.send(sent(address), Channels())


def test_the_services_that_are_used_unnamed_have_no_host_in_their_addresses() -> None:
    pytest.importorskip("apprise", reason="apprise is not installed: pip install -e '.[notify]'")
    from apprise.manager_plugins import NotificationManager

    known: Any = NotificationManager  # the library tells no types
    known = known()
    assert [one for one in SERVICES if one not in known.schemas()] == []
    assert [one for one in SERVICES if any("{host}" in form for form in known[one].templates)] == []


def test_addresses_that_are_none(web: WebServer) -> None:
    with pytest.raises(Refused, match="no service has an address like this"):
        by_apprise.send(sent("slack://"), Channels())
    web.shutdown()
    web.server_close()
    with pytest.raises(Unreachable):
        by_apprise.send(sent(here(web)), JSON)


def test_no_address_waits_longer_than_the_lease(web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    from apprise.plugins.custom_json import NotifyJSON

    waits: list[Any] = []

    def send(self: Any, **_: Any) -> bool:
        waits.append(self.request_timeout)
        return True

    monkeypatch.setattr(NotifyJSON, "send", send)
    by_apprise.send(sent(here(web, "?rto=9999&cto=9999")), JSON)
    assert waits == [(by_apprise.SECONDS, by_apprise.SECONDS)]


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert not Channels().serves("apprise")
    with pytest.raises(Refused, match="notify"):
        by_apprise.send(sent(ADDRESS), Channels())


def test_the_file_names_the_services() -> None:
    path = Path("channels.toml")
    assert config.parse({}, path, {}).apprise == SERVICES
    assert config.parse({"apprise": {"services": ["JSON", "ntfys"]}}, path, {}).apprise == ("json", "ntfys")
    bad: tuple[dict[str, Any], ...] = (
        {"services": "json"},
        {"services": ["a://b"]},
        {"services": [1]},
        {"schemes": []},
    )
    for wrong in bad:
        with pytest.raises(Invalid):
            config.parse({"apprise": wrong}, path, {})
