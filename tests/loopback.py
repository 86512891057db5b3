"""Servers of this machine that take what the desk sends: a mail server and a web server, each failing as it is told."""

import http.server
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default
from typing import Any, TypeVar

S = TypeVar("S", bound=socketserver.BaseServer)


class _Smtp(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs. What `answers` says of a command comes instead of its usual answer."""

    server: "MailServer"

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("220 loopback")
        while line := self.rfile.readline():
            word = line.split(None, 1)[0].upper().decode() if line.split() else ""
            told = self.server.answer(word)
            if told is not None:
                self.say(told)
            elif word == "DATA":
                self.say("354 go on")
                lines = []
                while (each := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(each[1:] if each.startswith(b"..") else each)
                end = self.server.answer("END")
                if end is None:
                    self.server.mails.append(message_from_bytes(b"".join(lines), policy=default))
                self.say(end or "250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 loopback")


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.mails: list[Mail] = []
        self.answers: dict[str, list[str]] = {}

    def answer(self, word: str) -> str | None:
        waiting = self.answers.get(word)
        return waiting.pop(0) if waiting else None


class _Http(http.server.BaseHTTPRequestHandler):
    server: "WebServer"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        if status < 300:
            self.server.taken.append((dict(self.headers.items()), body, json.loads(body)))
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1/elsewhere")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


class WebServer(http.server.ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Http)
        self.taken: list[tuple[dict[str, str], bytes, Any]] = []
        self.statuses: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?a=1"


@contextmanager
def serving(make: Callable[[], S]) -> Iterator[S]:
    with make() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
