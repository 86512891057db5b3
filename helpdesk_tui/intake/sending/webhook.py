"""By an HTTP request: JSON, signed where a secret is set (HMAC-SHA256 over timestamp, a dot and the body)."""

import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
import time
from urllib.parse import urlsplit

from helpdesk_tui.desk.outbox import Message
from helpdesk_tui.intake.sending.config import Channels
from helpdesk_tui.intake.sending.outcome import Refused, Unreachable
from helpdesk_tui.vocabulary.text import one_line


def send(message: Message, channels: Channels) -> None:
    """Post it: 2xx is sent, 408, 425, 429 and 5xx are tried again, anything else is refused. No redirect is followed."""
    parts = urlsplit(message.address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused(f"{one_line(message.address, 100)} is no address for a webhook")
    settings = channels.webhook
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = _resolved(parts.hostname, port, private=settings.private)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname, port, timeout=settings.timeout)
        # To the address that was looked at: a name may mean another one a moment later.
        connection._create_connection = lambda _where, *rest: socket.create_connection(address, *rest)  # type: ignore[attr-defined]
        try:
            body = written(message)
            path = parts.path or "/"
            headers = signed(body, settings.secret, int(time.time())) | {"Idempotency-Key": message.key}
            connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, headers)
            answer = connection.getresponse()
            answer.read(4_096)
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(one_line(str(error) or type(error).__name__, 200)) from error
    if answer.status in (408, 425, 429) or answer.status >= 500:
        raise Unreachable(f"answered {answer.status}")
    if not 200 <= answer.status < 300:
        raise Refused(f"answered {answer.status}")


def written(message: Message) -> bytes:
    """The body."""
    data = {
        "key": message.key, "severity": f"SEV{message.severity}", "number": message.number, "subject": message.subject,
        "body": message.body, "what": message.params.get("what"),
    }  # fmt: skip
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")


def signed(body: bytes, secret: bytes, now: int) -> dict[str, str]:
    """The headers, with timestamp and signature where there is a secret."""
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "helpdesk"}
    if secret:
        signature = hmac.new(secret, b"%d." % now + body, hashlib.sha256).hexdigest()
        headers |= {"X-Helpdesk-Timestamp": str(now), "X-Helpdesk-Signature": f"sha256={signature}"}
    return headers


def _resolved(host: str, port: int, *, private: bool) -> tuple[str, int]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_rest, where in found:
        address = ipaddress.ip_address(str(where[0]).partition("%")[0])
        if private or address.is_global:
            return str(where[0]), port
    raise Refused(
        f"{one_line(host, 100)} lies in the local network; `private = true` in the file of channels allows it"
    )
