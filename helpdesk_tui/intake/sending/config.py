"""The file of channels: through what mail, webhooks and commands go. Secrets stand in files or in the environment.

[email]
host = "mail.example.org"
port = 587
security = "starttls"            # none, starttls or tls
user = "desk"
password_env = "HELPDESK_SMTP_PASSWORD"   # or password_file
sender = "Helpdesk <desk@example.org>"

[webhook]
secret_env = "HELPDESK_WEBHOOK_SECRET"    # or secret_file: HMAC-SHA256 over timestamp and body
timeout = 10
private = false                  # whether addresses of the local network may be called

[command.pager]
argv = ["/usr/local/bin/page", "{address}", "{severity}", "{subject}"]
timeout = 20

[apprise]
services = ["dingtalk", "slack"]          # instead of those of SERVICES
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from helpdesk_tui.desk.places import home
from helpdesk_tui.vocabulary.errors import Invalid, Usage
from helpdesk_tui.vocabulary.i18n import N_

MAX_FILE: Final = 1 << 20
MAX_TIMEOUT: Final = 60
"""Seconds: well below the lease of a message, so that nobody else sends it meanwhile."""
SECURITY: Final = ("none", "starttls", "tls")
FIELDS: Final = ("address", "subject", "body", "severity", "number", "key")
"""What an argument of a command may name; each becomes one argument, whatever it holds."""

SERVICES: Final = (
    "dingtalk", "discord", "feishu", "lark", "opsgenie", "pagerduty", "pover", "slack", "tgram", "threema", "twilio",
    "vonage", "webex", "wecombot",
)  # fmt: skip
"""Services of Apprise whose hosts are fixed, whatever an address says."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server."""

    host: str
    port: int = 25
    security: str = "none"
    user: str = ""
    password: str = ""
    sender: str = ""
    timeout: int = 20


@dataclass(frozen=True, slots=True)
class Webhook:
    """How webhooks are called."""

    secret: bytes = b""
    timeout: int = 10
    private: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A program that may be run: its arguments one by one, never through a shell."""

    argv: tuple[str, ...]
    timeout: int = 20


@dataclass(frozen=True, slots=True)
class Channels:
    """Everything that is set up."""

    email: Mail | None = None
    webhook: Webhook = Webhook()
    commands: Mapping[str, Command] = field(default_factory=dict)
    apprise: tuple[str, ...] = SERVICES

    def serves(self, channel: str) -> bool:
        """Whether messages of a channel can be sent from here; those that cannot wait for somebody who can."""
        if channel == "email":
            return self.email is not None
        if channel == "command":
            return bool(self.commands)
        return channel != "apprise" or find_spec("apprise") is not None


def read_file(path: Path, environ: Mapping[str, str] | None = None, *, must: bool = False) -> Channels:
    """The channels of a file; none where there is no file, unless there `must` be one.

    Raises Usage where it cannot be read, Invalid for its content.
    """
    try:
        if path.stat().st_size > MAX_FILE:
            raise Usage(N_("{path} is larger than {most} bytes"), path=path, most=MAX_FILE)
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if must:
            raise Usage(N_("there is no file {path}"), path=path) from None
        return Channels()
    except OSError as error:
        raise Usage(N_("{path} cannot be read: {error}"), path=path, error=error.strerror or error) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(N_("{path}: {error}"), path=path, error=error) from error
    return parse(data, path, os.environ if environ is None else environ)


def parse(data: Mapping[str, Any], path: Path, environ: Mapping[str, str]) -> Channels:
    """The channels of a document. Raises Invalid with the key that is wrong."""
    _known(data, ("email", "webhook", "command", "apprise"), "", path)
    mail = data.get("email")
    commands = _table(data, "command", path)
    return Channels(
        None if mail is None else _mail(_table(data, "email", path), path, environ),
        _webhook(_table(data, "webhook", path), path, environ),
        {name: _command(name, one, path) for name, one in commands.items()},
        _apprise(_table(data, "apprise", path), path),
    )


def _refused(path: Path, key: str, message: str, **params: Any) -> Invalid:
    return Invalid(message, path=path, key=key, **params)


def _table(data: Mapping[str, Any], key: str, path: Path) -> Mapping[str, Any]:
    found = data.get(key, {})
    if not isinstance(found, dict):
        raise _refused(path, key, N_("{path}: {key}: a table is needed"))
    return found


def _known(data: Mapping[str, Any], keys: tuple[str, ...], of: str, path: Path) -> None:
    for key in data:
        if key not in keys:
            raise _refused(path, f"{of}{key}", N_("{path}: {key}: not known; known are: {keys}"), keys=", ".join(keys))


def _text(data: Mapping[str, Any], key: str, of: str, path: Path, default: str = "") -> str:
    found = data.get(key, default)
    if not isinstance(found, str) or not found.isprintable():
        raise _refused(path, f"{of}.{key}", N_("{path}: {key}: a line of text is needed"))
    return found


def _number(data: Mapping[str, Any], key: str, of: str, path: Path, default: int, low: int, high: int) -> int:
    found = data.get(key, default)
    if type(found) is not int or not low <= found <= high:
        raise _refused(
            path, f"{of}.{key}", N_("{path}: {key}: a whole number from {low} to {high} is needed"), low=low, high=high
        )
    return found


def _secret(data: Mapping[str, Any], name: str, of: str, path: Path, environ: Mapping[str, str]) -> str:
    variable, file = _text(data, f"{name}_env", of, path), _text(data, f"{name}_file", of, path)
    if variable:
        if variable not in environ:
            raise _refused(
                path, f"{of}.{name}_env", N_("{path}: {key}: {name} is not in the environment"), name=variable
            )
        return environ[variable]
    if not file:
        return ""
    try:
        return home(file).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _refused(
            path, f"{of}.{name}_file", N_("{path}: {key}: {file} cannot be read: {error}"), file=file, error=error
        ) from error


def _mail(data: Mapping[str, Any], path: Path, environ: Mapping[str, str]) -> Mail:
    keys = ("host", "port", "security", "user", "password_env", "password_file", "sender", "timeout")
    _known(data, keys, "email.", path)
    security = _text(data, "security", "email", path, "none")
    if security not in SECURITY:
        raise _refused(path, "email.security", N_("{path}: {key}: use {known}"), known=", ".join(SECURITY))
    host, sender = _text(data, "host", "email", path), _text(data, "sender", "email", path)
    if not host or "@" not in sender:
        raise _refused(path, "email", N_("{path}: {key}: host and sender (an address) are needed"))
    port = {"none": 25, "starttls": 587, "tls": 465}[security]
    return Mail(
        host, _number(data, "port", "email", path, port, 1, 65_535), security, _text(data, "user", "email", path),
        _secret(data, "password", "email", path, environ), sender, _number(data, "timeout", "email", path, 20, 1, MAX_TIMEOUT),
    )  # fmt: skip


def _webhook(data: Mapping[str, Any], path: Path, environ: Mapping[str, str]) -> Webhook:
    _known(data, ("secret_env", "secret_file", "timeout", "private"), "webhook.", path)
    private = data.get("private", False)
    if not isinstance(private, bool):
        raise _refused(path, "webhook.private", N_("{path}: {key}: true or false is needed"))
    secret = _secret(data, "secret", "webhook", path, environ).encode()
    return Webhook(secret, _number(data, "timeout", "webhook", path, 10, 1, MAX_TIMEOUT), private)


def _apprise(data: Mapping[str, Any], path: Path) -> tuple[str, ...]:
    _known(data, ("services",), "apprise.", path)
    found = data.get("services", SERVICES)
    if not isinstance(found, list | tuple) or not all(isinstance(one, str) and one.isalnum() for one in found):
        raise _refused(path, "apprise.services", N_("{path}: {key}: a list of names of services is needed"))
    return tuple(one.casefold() for one in found)


def _command(name: str, data: Any, path: Path) -> Command:
    of = f"command.{name}"
    if not isinstance(data, dict):
        raise _refused(path, of, N_("{path}: {key}: a table is needed"))
    _known(data, ("argv", "timeout"), f"{of}.", path)
    argv = data.get("argv")
    if not isinstance(argv, list) or not argv or not all(isinstance(word, str) and "\0" not in word for word in argv):
        raise _refused(path, f"{of}.argv", N_("{path}: {key}: a list of texts is needed, the program first"))
    if not Path(argv[0]).is_absolute():
        raise _refused(path, f"{of}.argv", N_("{path}: {key}: the program needs its whole path"))
    for word in argv[1:]:
        if word.startswith("{") and word.endswith("}") and word[1:-1] not in FIELDS:
            raise _refused(
                path,
                f"{of}.argv",
                N_("{path}: {key}: {word} is not known; known are: {keys}"),
                word=word,
                keys=", ".join(FIELDS),
            )
    return Command(tuple(argv), _number(data, "timeout", of, path, 20, 1, MAX_TIMEOUT))
