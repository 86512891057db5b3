"""The file of senders: who may send events to this desk, how they prove it, and what their notices do not say.

    [server]
    host = "127.0.0.1"
    port = 8811

    [sender.prometheus]
    source = "alertmanager"
    tokens = ["..."]          # of senders that cannot sign: sent as a bearer token
    keys = ["new", "old"]     # of those that can: HMAC-SHA256; two are valid while one is replaced
    keys_env = "HELPDESK_PROMETHEUS_KEYS"   # or from the environment, several with commas; tokens_env likewise

Every further key of a sender is one of `intake.events.settings.SourceSettings`. A file that holds secrets must be readable
by its owner only.
"""

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from helpdesk_tui.intake.events import SOURCES
from helpdesk_tui.intake.events.settings import SourceSettings
from helpdesk_tui.vocabulary.errors import Invalid, Usage
from helpdesk_tui.vocabulary.i18n import N_

MAX_FILE: Final = 1 << 20
SECRETS: Final = 2
"""Secrets of one kind that a sender may have at a time: the one in use and the one that replaces it."""
SHORTEST: Final = 16
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_OWN: Final = ("source", "keys", "tokens", "keys_env", "tokens_env", "rate")


@dataclass(frozen=True, slots=True)
class Sender:
    """One sender. `rate` is how many requests a minute are taken from it."""

    name: str
    source: str
    settings: SourceSettings
    keys: tuple[bytes, ...] = ()
    tokens: tuple[bytes, ...] = ()
    rate: int = 600


@dataclass(frozen=True, slots=True)
class Listener:
    """How the listener listens. `timeout` are the seconds a request may take to arrive, `window` the seconds that a
    signature's timestamp may lie off, `waiting` the connections that wait for one of `workers`."""

    host: str = "127.0.0.1"
    port: int = 8811
    max_body: int = 4 << 20
    timeout: int = 10
    window: int = 300
    workers: int = 8
    waiting: int = 64
    # Refused requests a minute of one address, before it is told to wait.
    refusals: int = 60
    metrics_token: str = ""

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in LOOPBACK


@dataclass(frozen=True, slots=True)
class Config:
    """A file of senders."""

    listener: Listener = Listener()
    senders: Mapping[str, Sender] = field(default_factory=dict)


_BOUNDS: Final = {
    "port": (0, 65_535), "max_body": (1_024, 8 << 20), "timeout": (1, 300), "window": (10, 900), "workers": (1, 64),
    "waiting": (1, 1_024), "refusals": (1, 100_000),
}  # fmt: skip


def read_file(path: Path, environment: Mapping[str, str] | None = None) -> Config:
    """The senders of a file. Raises Usage for one that cannot be read or others may read, Invalid naming the key."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            raw = file.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        text = error.strerror if isinstance(error, OSError) else str(error)
        raise Usage(N_("{path} cannot be read: {error}"), path=path, error=text) from error
    if len(raw) > MAX_FILE:
        raise Invalid(N_("{path} is larger than {size} KiB"), path=path, size=MAX_FILE >> 10)
    try:
        data = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise Invalid(N_("{path} is no TOML: {error}"), path=path, error=error) from error
    config = read(data, os.environ if environment is None else environment)
    inside = any("keys" in one or "tokens" in one for one in data.get("sender", {}).values())
    if (inside or config.listener.metrics_token) and stat.S_IMODE(mode) & 0o077:
        raise Usage(N_("{path} holds secrets and others may read it: chmod 600 {path}"), path=path)
    return config


def read(data: Mapping[str, Any], environment: Mapping[str, str]) -> Config:
    """The senders of a declaration. Raises Invalid naming the key."""
    for name in data:
        if name not in ("server", "sender"):
            raise Invalid(N_("the file has no table {key}; it has {known}"), key=name, known="server, sender")
    senders = data.get("sender", {})
    if not isinstance(senders, Mapping) or not all(isinstance(one, Mapping) for one in senders.values()):
        raise Invalid(N_("{field}: write a table [sender.NAME] for each"), field="sender")
    return Config(
        _listener(data.get("server", {})),
        {name: _sender(name, declared, environment) for name, declared in senders.items()},
    )


def _listener(data: Any) -> Listener:
    known = ("host", "metrics_token", *_BOUNDS)
    if not isinstance(data, Mapping):
        raise Invalid(N_("{field}: write a table [server]"), field="server")
    for name, value in data.items():
        if name not in known:
            raise Invalid(N_("the server has no setting {key}; it has {known}"), key=name, known=", ".join(known))
        if name in _BOUNDS:
            number(name, value, *_BOUNDS[name])
        elif not isinstance(value, str):
            raise Invalid(N_("{field}: write a text"), field=name)
    return Listener(**data)


def number(name: str, value: Any, least: int, most: int) -> int:
    """A whole number within bounds. Raises Invalid."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Invalid(
            N_("{field}: {value} is not between {least} and {most}"), field=name, value=value, least=least, most=most
        )
    return value


def _sender(name: str, data: Mapping[str, Any], environment: Mapping[str, str]) -> Sender:
    if not (name.isascii() and name.replace("-", "").replace("_", "").isalnum() and len(name) <= 64):
        raise Invalid(N_("{value} is no name of a sender; use letters, digits, - and _"), value=name)
    source = data.get("source", name)
    if source not in SOURCES:
        raise Invalid(
            N_("sender {name}: there is no source {value}; use {known}"),
            name=name, value=source, known=", ".join(SOURCES),
        )  # fmt: skip
    settings = SourceSettings.from_data({key: value for key, value in data.items() if key not in _OWN})
    return Sender(
        name,
        source,
        settings,
        _secrets(name, "keys", data, environment),
        _secrets(name, "tokens", data, environment),
        number("rate", data.get("rate", 600), 1, 1_000_000),
    )


def _secrets(name: str, kind: str, data: Mapping[str, Any], environment: Mapping[str, str]) -> tuple[bytes, ...]:
    given = data.get(kind, [])
    variable = data.get(f"{kind}_env", "")
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given) or not isinstance(variable, str):
        raise Invalid(N_("sender {name}: {field} is a list of texts"), name=name, field=kind)
    if variable:
        given = given + [part.strip() for part in environment.get(variable, "").split(",") if part.strip()]
    if len(given) > SECRETS:
        raise Invalid(
            N_("sender {name}: at most {most} {field} are valid at a time"), name=name, most=SECRETS, field=kind
        )
    if any(len(one) < SHORTEST for one in given):
        raise Invalid(
            N_("sender {name}: a secret of {field} is shorter than {least} characters"),
            name=name, field=kind, least=SHORTEST,
        )  # fmt: skip
    return tuple(one.encode() for one in given)
