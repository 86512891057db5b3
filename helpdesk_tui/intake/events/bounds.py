"""What a body from a monitoring system may be at most, and how it is read as JSON within that.

The work is bounded before it is done: bytes before decoding, brackets and commas before parsing. Nothing here is slower
than linear.
"""

import re
from typing import Any, Final

from helpdesk_tui.intake.limits import MAX_DEPTH
from helpdesk_tui.intake.strict_json import loads
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_

MAX_BODY: Final = 8 * 1024 * 1024
# Alerts in one body. Alertmanager's `max_alerts` and Grafana's own limit keep theirs below.
MAX_ALERTS: Final = 10_000
# Values (of lists and tables) in one body, so that a small text cannot grow large in memory.
MAX_VALUES: Final = 400_000
# Characters of an event's texts.
MAX_SUMMARY: Final = 500
MAX_DETAILS: Final = 16_384
MAX_KEY: Final = 255
MAX_NAME: Final = 255
MAX_VALUE: Final = 4_096
MAX_URL: Final = 2_048
# Labels and annotations of one event.
MAX_LABELS: Final = 200
# Characters of JSON that unknown keys may make up: of one alert, and of what surrounds the alerts of a body.
MAX_EXTRA: Final = 49_152
MAX_AROUND: Final = 4_096

# A string that never ends is one match too, so that no quote is tried twice.
_STRING: Final = re.compile(r'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)


def sized(body: bytes, most: int = MAX_BODY) -> bytes:
    """The body, refused where it is empty or larger than bounds. Raises Invalid."""
    if len(body) > most:
        raise Invalid(
            N_("the body is larger than {size} KiB; send fewer alerts at a time (max_alerts)"), size=most >> 10
        )
    if not body.strip():
        raise Invalid(N_("the body is empty; send the notice of the monitoring system"))
    return body


def decoded(body: bytes) -> str:
    """A JSON body as text; JSON between systems is UTF-8 (RFC 8259). Raises Invalid."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in body[:4]:
        raise Invalid(N_("the body is UTF-16 or UTF-32; JSON is sent in UTF-8"))
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(N_("the body is not UTF-8 from byte {at} on; JSON is sent in UTF-8"), at=error.start) from None


def too_many(text: str, most: int = MAX_VALUES) -> bool:
    """Whether a JSON text holds more values than bounds; signs inside strings are counted only where it matters."""
    if _signs(text) <= most:
        return False
    return _signs(_STRING.sub('""', text)) > most


def _signs(text: str) -> int:
    return text.count(",") + text.count("[") + text.count("{")


def read_json(body: bytes, most: int = MAX_BODY) -> Any:
    """The value of a JSON body. Raises Invalid with one line for everything that cannot be read.

    Not JSON, not UTF-8, too large, too deep (64), too many values, NaN and Infinity, numbers beyond measure, a key twice.
    """
    text = decoded(sized(body, most))
    if too_many(text):
        raise Invalid(N_("the body holds more than {most} values; send fewer alerts at a time"), most=MAX_VALUES)
    try:
        return loads(text)
    except Invalid as error:
        raise Invalid(N_("the body is refused: {why}; send what the system sends, unchanged"), why=error) from None


def counted(n: int, most: int = MAX_ALERTS) -> None:
    """Refuse a body of more alerts than bounds. Raises Invalid."""
    if n > most:
        raise Invalid(
            N_("the body holds {n} alerts, at most {most} are taken; send fewer at a time (max_alerts)"), n=n, most=most
        )


__all__ = [
    "MAX_ALERTS", "MAX_AROUND", "MAX_BODY", "MAX_DEPTH", "MAX_DETAILS", "MAX_EXTRA", "MAX_KEY", "MAX_LABELS", "MAX_NAME",
    "MAX_SUMMARY", "MAX_URL", "MAX_VALUE", "MAX_VALUES", "counted", "decoded", "read_json", "sized", "too_many",
]  # fmt: skip
