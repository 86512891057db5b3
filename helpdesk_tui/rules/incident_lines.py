"""Lines for a war room's timeline as people type and pipe them: the time they begin with, secrets, bounds."""

import re
from typing import Final

from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.instants import DAY, parse_instant
from helpdesk_tui.vocabulary.records import Instant

MOST: Final = 65_536
"""Characters of one captured entry."""
_WORDS: Final = 3
_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")
_PLAIN_NUMBER: Final = re.compile(r"[+-]?\d+")
MASK: Final = "[masked]"
# What comes before a secret stays, so that a reader knows what stood there.
_SECRETS: Final = (
    re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)", re.DOTALL),
    re.compile(r"(?i)(\b(?:bearer|basic)[ \t]+)[A-Za-z0-9._~+/=-]{8,}"),
    re.compile(
        r"(?i)((?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)s?"
        r"[\"']?[ \t]{0,4}[:=][ \t]{0,4})(\"[^\"\n]{1,400}\"|'[^'\n]{1,400}'|[^\s\"',;&]{1,400})"
    ),
    re.compile(r"(?i)((?:口令|密码|密钥)[ \t]{0,4}[:：=][ \t]{0,4})[^\s,;，；]{1,400}"),
    re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,100}:)[^\s/@]{1,200}(?=@)", re.IGNORECASE),
    re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(r"\b(?:gh[pousr]|github_pat|glpat|xox[abprs])[_-][A-Za-z0-9_-]{16,}"),
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{0,600}"),
)


def split(line: str, now: Instant, tz: str = "UTC") -> tuple[Instant | None, str]:
    """The instant with which a line begins, and the rest: `10m ago failover started`, `14:05 back`; else None and all.

    An hour that has not come yet today was yesterday's. A line that is nothing but a time is a text.
    """
    words = line.split(None, _WORDS)
    if _is_time(line, now, tz):
        return None, line
    for count in range(min(_WORDS, len(words) - 1), 0, -1):
        head = " ".join(words[:count])
        if _PLAIN_NUMBER.fullmatch(head):
            continue
        try:
            at = parse_instant(head, now, tz, past=True)
        except Invalid:
            continue
        if at > now and _CLOCK.fullmatch(head):
            at -= DAY
        if at > now:
            continue
        rest = line.split(None, count)
        return at, rest[count]
    return None, line


def _is_time(text: str, now: Instant, tz: str) -> bool:
    try:
        parse_instant(text, now, tz, past=True)
    except Invalid:
        return False
    return True


def masked(text: str) -> tuple[str, int]:
    """A text without what looks like a secret, and how many were masked."""
    count = 0

    def hide(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return (found.group(1) if found.re.groups else "") + MASK

    for pattern in _SECRETS:
        text = pattern.sub(hide, text)
    return text, count


def bounded(text: str, most: int = MOST) -> tuple[str, int]:
    """A text of at most `most` characters, its beginning and its end, and how many characters were left out."""
    if len(text) <= most:
        return text, 0
    head = most * 3 // 4
    tail = most - head
    return text[:head] + "\n[…]\n" + text[-tail:], len(text) - most
