"""The listener itself: a bounded number of workers on the standard library's HTTP parser. One request a connection.

`POST /v1/events/SENDER` takes events, `GET /health` says whether the desk answers, `GET /metrics` gives figures. Every
refusal is one line of JSON. Nothing of a request is kept or logged but its answer's code.
"""

import contextlib
import hmac
import io
import json
import queue
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.intake.events import parse
from helpdesk_tui.intake.http.auth import Rates, prove
from helpdesk_tui.intake.http.config import Config, Sender
from helpdesk_tui.intake.http.metrics import TYPE, Counts
from helpdesk_tui.vocabulary.errors import Busy, Conflict, DeskError, Invalid, NotPermitted, StoreFault

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

EVENTS: Final = "/v1/events/"
_DRAIN: Final = 1 << 20
_DRAINING: Final = 2.0
_OVERLOADED: Final = b'{"error": "the listener is overloaded"}\n'
_FULL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 5\r\nContent-Length: "
    + str(len(_OVERLOADED)).encode()
    + b"\r\nConnection: close\r\n\r\n"
    + _OVERLOADED
)


class _Slow(Exception):
    """The request did not arrive in its time."""


class _Timed(io.RawIOBase):
    """A socket read until a deadline, however small the pieces that come."""

    def __init__(self, connection: socket.socket, seconds: float, clock: Callable[[], float]) -> None:
        self._connection = connection
        self._clock = clock
        self._deadline = clock() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._deadline - self._clock()
        if left <= 0:
            raise _Slow
        self._connection.settimeout(left)
        try:
            return self._connection.recv_into(buffer)
        except TimeoutError:
            raise _Slow from None


class Refusal(Exception):
    """An answer that is no success: status, one line, and the seconds to wait where it may be tried again."""

    def __init__(self, status: HTTPStatus, why: str, wait: int = 0) -> None:
        super().__init__(why)
        self.status = status
        self.why = why
        self.wait = wait


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    server: "Listening"
    protocol_version = "HTTP/1.1"
    server_version = "helpdesk"
    sys_version = ""
    rfile: Any

    def setup(self) -> None:
        self.connection = self.request
        self.rfile = io.BufferedReader(_Timed(self.connection, self.server.config.listener.timeout, self.server.clock))
        self.wfile = self.connection.makefile("wb")

    def handle(self) -> None:
        """One request and its answer; whoever is too slow gets no more than that."""
        try:
            self.handle_one_request()
        except _Slow:
            with contextlib.suppress(OSError):
                self._refuse(Refusal(HTTPStatus.REQUEST_TIMEOUT, "the request did not arrive in time"))
        except OSError:
            pass  # whoever sent it has gone

    def finish(self) -> None:
        with contextlib.suppress(OSError, _Slow):
            self.wfile.close()
            self.rfile.close()

    # -- the ways ----------------------------------------------------------------------------------------------

    def do_GET(self) -> None:
        """Health and metrics."""
        self._answer(self._look)

    def do_POST(self) -> None:
        """Events."""
        self._answer(self._take)

    def _answer(self, way: Callable[[], tuple[str, str]]) -> None:
        try:
            kind, text = way()
            self._send(HTTPStatus.OK, kind, text)
        except Refusal as refusal:
            self._refuse(refusal)
        except Invalid as error:
            self._refuse(Refusal(HTTPStatus.BAD_REQUEST, error.english))
        except Conflict as error:
            self._refuse(Refusal(HTTPStatus.CONFLICT, error.english))
        except NotPermitted:
            self._refuse(Refusal(HTTPStatus.FORBIDDEN, "the listener may not take events on this desk"))
        except (Busy, StoreFault):
            self._refuse(Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "the desk cannot be written just now", 5))
        except DeskError as error:
            self._refuse(Refusal(HTTPStatus.BAD_REQUEST, error.english))
        except (_Slow, OSError):
            raise
        except Exception as error:
            self.server.fault(error)
            self._refuse(Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "the listener failed on this request"))

    def _look(self) -> tuple[str, str]:
        path = self.path.partition("?")[0]
        if path == "/health":
            gauges = self.server.desk.events.gauges()
            return "application/json", json.dumps({"ok": True, "timers_late": gauges["timers_late"]})
        if path == "/metrics":
            wanted = self.server.config.listener.metrics_token
            given = self.headers.get("Authorization", "")
            if wanted and not hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {wanted}".encode()):
                raise Refusal(HTTPStatus.UNAUTHORIZED, "the metrics want their bearer token")
            return TYPE, self.server.counts.text(self.server.desk.events.gauges())
        if path.startswith(EVENTS):
            raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "events are sent with POST")
        raise Refusal(HTTPStatus.NOT_FOUND, "there is nothing here; events go to /v1/events/SENDER")

    def _take(self) -> tuple[str, str]:
        server, now = self.server, self.server.clock()
        listener, address = server.config.listener, str(self.client_address[0])
        wait = server.rates.wait(f"refused {address}", listener.refusals, now, take=False)
        if wait:
            raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, "too many requests of this address were refused", wait)
        try:
            sender, body, delivery = self._proven()
        except Refusal as refusal:
            if refusal.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND):
                server.rates.wait(f"refused {address}", listener.refusals, now)
            raise
        wait = server.rates.wait(f"sender {sender.name}", sender.rate, now)
        if wait:
            raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, f"more than {sender.rate} requests a minute", wait)
        events: Any = parse(sender.source, body, sender.settings, server.desk.now(), dict(self.headers.items()))
        found = server.desk.events.ingest(events, delivery=delivery, brief=True)
        server.counts.events(found["events"])
        return "application/json", json.dumps({"ok": True, "events": len(found["events"])})

    def _proven(self) -> tuple[Sender, bytes, str | None]:
        path = self.path.partition("?")[0]
        if not path.startswith(EVENTS):
            raise Refusal(HTTPStatus.NOT_FOUND, "there is nothing here; events go to /v1/events/SENDER")
        body = self._body()
        sender = self.server.config.senders.get(path.removeprefix(EVENTS))
        if sender is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "there is no such sender")
        listener = self.server.config.listener
        headers = {name.title(): value for name, value in self.headers.items()}
        proof = prove(sender, headers, body, self.server.desk.now(), listener.window)
        if proof.why is not None:
            raise Refusal(HTTPStatus.UNAUTHORIZED, proof.why)
        return sender, body, proof.delivery

    def _length(self) -> int:
        if self.headers.get("Transfer-Encoding") is not None:
            raise Refusal(HTTPStatus.LENGTH_REQUIRED, "send the length of the body, not chunks")
        lengths = self.headers.get_all("Content-Length") or [""]
        if len(lengths) != 1 or not (lengths[0].isascii() and lengths[0].isdecimal()) or len(lengths[0]) > 12:
            raise Refusal(HTTPStatus.LENGTH_REQUIRED, "send the length of the body")
        length, most = int(lengths[0]), self.server.config.listener.max_body
        if length > most:
            raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is larger than {most >> 10} KiB")
        return length

    def _body(self) -> bytes:
        length = self._length()
        body: bytes = self.rfile.read(length)
        if len(body) != length:
            raise Refusal(HTTPStatus.BAD_REQUEST, "the body ended before its length")
        return body

    def handle_expect_100(self) -> bool:
        """Whoever asks first is refused before the body is sent."""
        try:
            self._length()
        except Refusal as refusal:
            self._refuse(refusal)
            return False
        return super().handle_expect_100()

    # -- answers -----------------------------------------------------------------------------------------------

    def _refuse(self, refusal: Refusal) -> None:
        self._send(refusal.status, "application/json", json.dumps({"error": refusal.why}), refusal.wait)

    def _send(self, status: HTTPStatus, kind: str, text: str, wait: int = 0) -> None:
        body = text.encode() + (b"" if text.endswith("\n") else b"\n")
        self.close_connection = True
        self.server.counts.request(status)
        self.connection.settimeout(self.server.config.listener.timeout)
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        if wait:
            self.send_header("Retry-After", str(wait))
        if status == HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", "Bearer")
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "POST")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the parser refuses is refused as everything else."""
        self._refuse(Refusal(HTTPStatus(code), HTTPStatus(code).phrase))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parser's own name
        """Nothing is logged: addresses and paths are nobody's business, answers are counted."""


class Listening(socketserver.TCPServer):
    """The listener. `serve_forever` runs until `shutdown`; `close` then ends the workers after what they are at."""

    allow_reuse_address = True
    request_queue_size = 64

    def __init__(
        self,
        desk: "Desk",
        config: Config,
        fault: Callable[[BaseException], None] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if ":" in config.listener.host:
            self.address_family = socket.AF_INET6
        self.desk = desk
        self.config = config
        self.counts = Counts()
        self.rates = Rates()
        self.clock = clock
        self.fault = fault or (lambda error: None)
        self._waiting: queue.Queue[tuple[socket.socket, Any] | None] = queue.Queue(config.listener.waiting)
        super().__init__((config.listener.host, config.listener.port), _Handler)
        self._workers = [
            threading.Thread(target=self._work, name=f"listener-{n}", daemon=True)
            for n in range(config.listener.workers)
        ]
        for worker in self._workers:
            worker.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self.server_address[:2]
        name = host.decode() if isinstance(host, bytes | bytearray) else str(host)
        return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Hand a connection to the workers; one too many is told to come again."""
        try:
            self._waiting.put_nowait((request, client_address))
        except queue.Full:
            self.counts.request(HTTPStatus.SERVICE_UNAVAILABLE)
            with contextlib.suppress(OSError):
                request.settimeout(0.1)
                request.sendall(_FULL)
            self.shutdown_request(request)

    def _work(self) -> None:
        while (taken := self._waiting.get()) is not None:
            request, address = taken
            try:
                self.finish_request(request, address)
            except Exception as error:  # a worker must outlive whatever came
                self.fault(error)
            finally:
                self._part(request)

    def _part(self, request: socket.socket) -> None:
        """Close a connection so that the answer arrives: what is still being sent is read and thrown away, within bounds."""
        with contextlib.suppress(OSError, _Slow):
            request.shutdown(socket.SHUT_WR)
            rest = io.BufferedReader(_Timed(request, _DRAINING, self.clock))
            left = _DRAIN
            while left > 0 and (chunk := rest.read1(65_536)):
                left -= len(chunk)
        with contextlib.suppress(OSError):
            request.close()

    def close(self) -> None:
        """Take nothing more, finish what was taken, end."""
        self.server_close()
        for _worker in self._workers:
            self._waiting.put(None)
        for worker in self._workers:
            worker.join(self.config.listener.timeout + 5)
