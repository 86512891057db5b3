"""The listener for monitoring systems, over real sockets of this machine: who is let in, who is refused, and how."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.intake.http import auth
from helpdesk_tui.intake.http.config import Config, Listener, read, read_file
from helpdesk_tui.intake.http.server import Listening
from helpdesk_tui.vocabulary.errors import Invalid, Usage
from tests.desk_fixtures import FixedClock, as_person, clock, desk
from tests.event_payloads import ALERT, body

__all__ = ["clock", "desk"]
KEY, OLD, TOKEN = b"a key of this test, long", b"the key before it; long", "a token of this test; long"
SENDERS = {
    "prom": {"source": "alertmanager", "keys": [KEY.decode(), OLD.decode()], "tokens": [TOKEN]},
    "other": {"source": "alertmanager", "keys": ["another key, long enough"]},
    "slow": {"source": "generic", "tokens": ["token of the slow one"], "rate": 2},
}


class Door:
    """The listener, and a way to send to it."""

    def __init__(self, server: Listening, clock: FixedClock) -> None:
        self.server = server
        self.clock = clock
        self.port = int(server.server_address[1])

    def send(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, Any, dict[str, str]]:
        """The status, the answer (JSON, or text) and the headers of one request."""
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            conn.request(method, path, body if method == "POST" else None, headers or {})
            answer = conn.getresponse()
            text = answer.read().decode()
            assert text.count("\n") == 1 or answer.status == 200
            told = json.loads(text) if answer.headers["Content-Type"] == "application/json" else text
            return answer.status, told, dict(answer.headers)
        finally:
            conn.close()

    def raw(self, data: bytes) -> bytes:
        """What comes back for bytes as they are."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as conn:
            conn.sendall(data)
            conn.shutdown(socket.SHUT_WR)
            answer = b""
            while chunk := conn.recv(65_536):
                answer += chunk
            return answer

    def signed(self, content: bytes, key: bytes = KEY, at: int | None = None) -> dict[str, str]:
        stamp = self.clock.now if at is None else at
        return {auth.TIMESTAMP: str(stamp), auth.SIGNATURE: auth.sign(key, stamp, content)}


Open = Callable[..., Door]


@pytest.fixture
def listen(desk: Desk, clock: FixedClock) -> Iterator[Open]:
    doors: list[tuple[Door, threading.Thread]] = []

    def begin(on: Desk | None = None, time: Callable[[], float] = monotonic, **listener: Any) -> Door:
        config = read({"sender": SENDERS}, {})
        config = Config(Listener(port=0, **listener), config.senders)
        server = Listening(on or desk, config, _never, clock=time)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        doors.append((Door(server, clock), thread))
        return doors[-1][0]

    yield begin
    for door, thread in doors:
        door.server.shutdown()
        thread.join()
        door.server.close()
        assert not any(worker.is_alive() for worker in door.server._workers)


def _never(error: BaseException) -> None:
    raise error


def notice(fingerprint: str = "f1", **more: Any) -> bytes:
    return json.dumps(body({**ALERT, "fingerprint": fingerprint}, **more)).encode()


# -- who is let in -----------------------------------------------------------------------------------------------------


def test_signed_and_bearing_requests_are_taken_and_open_a_ticket(listen: Open, desk: Desk) -> None:
    door = listen()
    content = notice()
    assert door.send("POST", "/v1/events/prom", content, door.signed(content))[:2] == (200, {"ok": True, "events": 1})
    (ticket,) = desk.reading.select()
    assert (ticket["title"], ticket["channel"]) == ("disk full on db1", "monitoring")
    again = notice("f2")
    assert door.send("POST", "/v1/events/prom", again, {"Authorization": f"Bearer {TOKEN}"})[0] == 200
    assert len(desk.alerts.list()) == 2 and len(desk.reading.select()) == 1
    assert desk.tickets.timeline(ticket["number"])[0].verb == "event.ingest"


def test_a_key_is_replaced_without_a_gap(listen: Open) -> None:
    door = listen()
    for key in (KEY, OLD):
        content = notice(key.decode()[:8])
        assert door.send("POST", "/v1/events/prom", content, door.signed(content, key))[0] == 200


@pytest.mark.parametrize("how", ["forged", "swapped", "stale", "ahead", "unstamped", "other", "token", "none", "odd"])
def test_what_is_not_from_its_sender_is_refused_and_changes_nothing(listen: Open, desk: Desk, how: str) -> None:
    door = listen()
    content = notice()
    good = door.signed(content)
    headers = {
        "forged": door.signed(content, b"a key that nobody has"),
        "swapped": door.signed(notice("another")),
        "stale": door.signed(content, at=door.clock.now - 301),
        "ahead": door.signed(content, at=door.clock.now + 301),
        "unstamped": {auth.SIGNATURE: good[auth.SIGNATURE]},
        "other": door.signed(content, b"another key, long enough"),
        "token": {"Authorization": "Bearer token of the slow one"},
        "none": {},
        "odd": {auth.TIMESTAMP: good[auth.TIMESTAMP], auth.SIGNATURE: "sha256=\xe9"},
    }[how]
    head = desk.store.head()
    status, told, answered = door.send("POST", "/v1/events/prom", content, headers)
    assert status == 401 and list(told) == ["error"] and answered["WWW-Authenticate"] == "Bearer"
    # A wrong signature is not made good by a right token beside it.
    if how in ("forged", "swapped"):
        both = {**headers, "Authorization": f"Bearer {TOKEN}"}
        assert door.send("POST", "/v1/events/prom", content, both)[0] == 401
    assert desk.store.head() == head and desk.events.list() == []


def test_a_replayed_request_is_refused_by_every_listener_and_after_a_restart(
    listen: Open, desk: Desk, clock: FixedClock
) -> None:
    first, second = listen(), listen()
    content = notice()
    headers = first.signed(content)
    assert first.send("POST", "/v1/events/prom", content, headers)[0] == 200
    head = desk.store.head()
    assert {door.send("POST", "/v1/events/prom", content, headers)[0] for door in (first, second, listen())} == {409}
    upper = {**headers, auth.SIGNATURE: "sha256=" + headers[auth.SIGNATURE][7:].upper()}
    assert first.send("POST", "/v1/events/prom", content, upper)[0] == 409
    assert desk.store.head() == head
    # The same notice signed anew is another request.
    clock.forward(1)
    assert first.send("POST", "/v1/events/prom", content, first.signed(content))[0] == 200
    assert desk.alerts.list()[0]["told"] == 2
    clock.forward(4_000)
    other = notice("later")
    assert first.send("POST", "/v1/events/prom", other, first.signed(other))[0] == 200
    assert len(desk.store.query("SELECT id FROM delivery")) == 1, "what is over is swept"


def test_a_request_that_failed_may_come_again(listen: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from helpdesk_tui.vocabulary.errors import Busy

    door, content = listen(), notice()
    headers = door.signed(content)
    with monkeypatch.context() as patch:
        patch.setattr(type(desk.store), "write", lambda self: (_ for _ in ()).throw(Busy("the desk is held")))
        status, told, answered = door.send("POST", "/v1/events/prom", content, headers)
    assert (status, answered["Retry-After"]) == (503, "5") and "error" in told
    assert door.send("POST", "/v1/events/prom", content, headers)[0] == 200


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("GET", "/", b"", 404), ("GET", "/v1/events/prom", b"", 405), ("POST", "/v1/events/", b"{}", 404),
        ("POST", "/v1/events/nobody", b"{}", 404), ("POST", "/health", b"{}", 404), ("PUT", "/v1/events/prom", b"", 501),
        ("POST", "/v1/events/../prom", b"{}", 404), ("POST", "/v1/events/prom", b"", 400),
        ("POST", "/v1/events/prom", b"null", 400), ("POST", "/v1/events/prom", b"{" * 70_000, 400),
        ("POST", "/v1/events/prom", b'{"alerts": [' + b"[" * 5_000 + b"]" * 5_000 + b"]}", 400),
        ("POST", "/v1/events/prom", b"\xff\xfe{", 400), ("POST", "/v1/events/prom", b'{"specversion": "1.0", "type": "t"}', 400),
        ("POST", "/v1/events/prom", b" " * 70_000, 413),
    ],
)  # fmt: skip
def test_each_refusal_is_one_line_of_json(
    listen: Open, desk: Desk, method: str, path: str, content: bytes, status: int
) -> None:
    most = 65_536 if status == 413 else 1 << 20
    door = listen(max_body=most)
    code, told, _headers = door.send(method, path, content, door.signed(content))
    assert code == status and list(told) == ["error"] and 5 < len(told["error"]) < 300
    assert desk.events.list() == []


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /v1/events/prom HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST /v1/events/prom HTTP/1.1\r\nHost: x\r\n\r\n", 411),
        (b"POST /v1/events/prom HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 411),
        (b"POST /v1/events/prom HTTP/1.1\r\nContent-Length: -2\r\n\r\n{}", 411),
        (b"POST /v1/events/prom HTTP/1.1\r\nContent-Length: 9999999999999\r\n\r\n{}", 411),
        (b"POST /v1/events/prom HTTP/1.1\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n", 413),
        (b"POST /v1/events/prom HTTP/1.1\r\nContent-Length: 20\r\n\r\n{}", 400),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET /health HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", 431),
        (b"GET /health HTTP/9.9\r\n\r\n", 505),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", 400),
    ],
)
def test_what_is_no_proper_request_is_refused(listen: Open, head: bytes, status: int) -> None:
    answer = listen().raw(head)
    assert f" {status} ".encode() in answer.splitlines()[0] or b'{"error"' in answer, answer
    assert answer.count(b'{"error"') == 1


def test_a_request_that_comes_drop_by_drop_is_given_up(listen: Open) -> None:
    now, begun = [0.0], threading.Event()

    def time() -> float:
        found = now[0]
        begun.set()
        return found

    door = listen(time=time, timeout=30, workers=1)
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as conn:
        conn.sendall(b"POST /v1/events/prom HTTP/1.1\r\n")
        assert begun.wait(20)
        # Every further byte comes after more time has passed than the whole request has.
        now[0] = 31.0
        conn.sendall(b"Content-Length: 10\r\n")
        answer = b""
        while chunk := conn.recv(65_536):
            answer += chunk
    assert b" 408 " in answer.splitlines()[0]
    assert door.send("GET", "/health")[0] == 200, "the only worker is free again"


def test_too_many_requests_are_told_to_wait(listen: Open) -> None:
    now = [0.0]
    door = listen(time=lambda: now[0], refusals=3)
    bearer = {"Authorization": "Bearer token of the slow one"}
    content = b'{"summary": "x", "host": "h"}'
    codes = [door.send("POST", "/v1/events/slow", content, bearer) for _n in range(3)]
    assert [code for code, _told, _headers in codes] == [200, 200, 429]
    assert codes[2][2]["Retry-After"] == "30"
    now[0] = 30.0
    assert door.send("POST", "/v1/events/slow", content, bearer)[0] == 200
    # Guessing is slowed down by address, and costs no honest sender its share.
    guesses = [door.send("POST", "/v1/events/slow", content, {"Authorization": "Bearer x"})[0] for _n in range(5)]
    assert guesses == [401, 401, 401, 429, 429]


def test_one_connection_too_many_is_told_to_come_again(listen: Open) -> None:
    door = listen(workers=1, waiting=1, timeout=30)
    held = [socket.create_connection(("127.0.0.1", door.port), timeout=20) for _n in range(3)]
    try:
        # One is being read, one waits; of the next ones at least one is turned away.
        more = [socket.create_connection(("127.0.0.1", door.port), timeout=20) for _n in range(2)]
        held += more
        assert b" 503 " in more[-1].recv(65_536)
    finally:
        for conn in held:
            conn.close()


def test_whoever_may_not_take_events_is_no_listener(listen: Open, desk: Desk) -> None:
    with as_person(desk, "reader", "auditor") as reader:
        door, content = listen(reader), notice()
        assert door.send("POST", "/v1/events/prom", content, door.signed(content))[0] == 403
    assert desk.events.list() == []


def test_a_fault_of_the_program_is_told_without_what_was_sent(
    listen: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, content = listen(), notice()
    faults: list[BaseException] = []
    door.server.fault = faults.append
    monkeypatch.setattr(type(desk.events), "ingest", lambda self, events, **more: 1 // 0)
    status, told, _headers = door.send("POST", "/v1/events/prom", content, door.signed(content))
    assert status == 500 and "disk" not in told["error"] and [type(f) for f in faults] == [ZeroDivisionError]


# -- health and metrics ------------------------------------------------------------------------------------------------


def test_health_and_metrics_hold_figures_and_no_text(listen: Open, desk: Desk) -> None:
    door = listen()
    desk.tickets.open("a secret title")
    content = notice()
    door.send("POST", "/v1/events/prom", content, door.signed(content))
    door.send("POST", "/v1/events/prom", content, {})
    assert door.send("GET", "/health")[:2] == (200, {"ok": True, "timers_late": 0})
    status, text, _headers = door.send("GET", "/metrics?x=1")
    lines = text.splitlines()
    assert status == 200
    for line in (
        "helpdesk_up 1", "helpdesk_tickets_open 2", 'helpdesk_alerts_firing{severity="critical"} 1',
        "helpdesk_timers_due 0", "helpdesk_timers_late_seconds 0",
        'helpdesk_events_total{source="alertmanager",status="firing"} 1', 'helpdesk_requests_total{code="401"} 1',
    ):  # fmt: skip
        assert line in lines
    assert "secret" not in text and "disk" not in text
    guarded = listen(metrics_token="a token for figures")
    assert guarded.send("GET", "/metrics")[0] == 401
    assert guarded.send("GET", "/metrics", headers={"Authorization": "Bearer a token for figures"})[0] == 200


def test_many_at_once_are_all_taken_once(listen: Open, desk: Desk) -> None:
    door = listen(workers=4, waiting=64)
    codes: list[int] = []

    def send(n: int) -> None:
        content = notice(f"f{n}")
        codes.append(door.send("POST", "/v1/events/prom", content, door.signed(content))[0])

    threads = [threading.Thread(target=send, args=(n % 12,)) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200] * 12 + [409] * 12
    assert len(desk.alerts.list()) == 12 and len(desk.reading.select()) == 1


# -- the file of senders -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        {"senders": {}}, {"server": {"hots": "x"}}, {"server": {"port": 70_000}}, {"server": {"port": True}},
        {"server": []}, {"server": {"host": 1}}, {"sender": []}, {"sender": {"a b": {}}}, {"sender": {"x": {}}},
        {"sender": {"x": {"source": "email"}}}, {"sender": {"zabbix": {"keys": "short"}}},
        {"sender": {"zabbix": {"keys": ["short"]}}}, {"sender": {"zabbix": {"tokens": ["x" * 20] * 3}}},
        {"sender": {"zabbix": {"rate": 0}}}, {"sender": {"zabbix": {"zone": "Nowhere/None"}}},
        {"sender": {"zabbix": {"wrong": 1}}},
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        read(data, {})


def test_secrets_come_from_the_file_or_the_environment_and_are_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "senders.toml"
    path.write_text(f'[sender.zabbix]\nzone = "Asia/Shanghai"\nkeys = ["{KEY.decode()}"]\nkeys_env = "MORE"\n', "utf-8")
    path.chmod(0o644)
    with pytest.raises(Usage, match="chmod 600"):
        read_file(path, {})
    path.chmod(0o600)
    sender = read_file(path, {"MORE": f" {OLD.decode()} ,"}).senders["zabbix"]
    assert sender.keys == (KEY, OLD) and sender.settings.zone == "Asia/Shanghai"
    path.write_text('[sender.zabbix]\ntokens_env = "MORE"\n', "utf-8")
    path.chmod(0o644)
    assert read_file(path, {"MORE": TOKEN}).senders["zabbix"].tokens == (TOKEN.encode(),)
    for text in (b"[", b"\xff", b"x" * (1 << 20) + b"x"):
        path.write_bytes(text)
        with pytest.raises(Invalid):
            read_file(path, {})
    with pytest.raises(Usage):
        read_file(tmp_path / "none.toml", {})


def test_the_program_listens_says_where_and_stops_when_told(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "senders.toml"
    path.write_text(f'[server]\nport = 0\n[sender.generic]\ntokens = ["{TOKEN}"]\n', "utf-8")
    path.chmod(0o600)
    database = tmp_path / "own.db"
    command = [sys.executable, "-m", "helpdesk_tui", "--db", str(database), "serve", "--senders", str(path)]
    environment = {**os.environ, "HELPDESK_LANG": "en", "HOME": str(tmp_path)}
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    assert running.stderr is not None
    try:
        told = ""
        while "listening on " not in told:
            told = running.stderr.readline()
            assert told, "it ended"
        port = int(told.rstrip().rpartition(":")[2])
        conn = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        conn.request(
            "POST", "/v1/events/generic", b'{"summary": "x", "host": "h"}', {"Authorization": f"Bearer {TOKEN}"}
        )
        assert conn.getresponse().status == 200
        conn.close()
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0
        assert "stopped" in running.stderr.read()
    finally:
        running.kill()
        running.wait()
        running.stderr.close()
    with Desk.open(database) as after:
        assert [one["source"] for one in after.events.list()] == ["generic"]
