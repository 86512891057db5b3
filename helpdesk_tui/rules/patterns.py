"""Regular expressions of a policy that cannot hang: RE2's linear-time matching, bounded pattern and text.

RE2 has no look-around and no back references; that is the price of a bound. `re2` is loaded only when a policy has
a pattern.
"""

import functools
from typing import Any, Final, Protocol

from helpdesk_tui.vocabulary.i18n import N_

# Bytes of UTF-8 that a pattern is matched against; the rest of a longer text is not read.
MAX_MATCHED: Final = 100 * 1024
MAX_PATTERN: Final = 500
_MAX_PROGRAM: Final = 8 << 20


class PatternRefused(ValueError):
    """A pattern RE2 does not take; `message` is a catalogue text filled by `params`."""

    def __init__(self, message: str, **params: str) -> None:
        super().__init__(message.format_map(params))
        self.message = message
        self.params: dict[str, str] = params


class Matcher(Protocol):
    """What a compiled pattern can do: the first match in bytes of UTF-8, or None."""

    def search(self, text: bytes) -> Any: ...


def _explain(pattern: str, error: Exception) -> PatternRefused:
    raw = error.args[0] if error.args else ""
    detail = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    if any(mark in pattern for mark in ("(?=", "(?!", "(?<=", "(?<!")):
        return PatternRefused(
            N_("look-ahead and look-behind could hang and are not supported; use none = [...] instead")
        )
    if "invalid escape" in detail and detail.rsplit("\\", 1)[-1][:1].isdigit():
        return PatternRefused(N_("back references could hang and are not supported"))
    return PatternRefused(N_("the pattern is not understood: {detail}"), detail=detail)


@functools.lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Matcher:
    """Compile a pattern, case ignored. Raises PatternRefused."""
    if len(pattern) > MAX_PATTERN:
        raise PatternRefused(
            N_("a pattern has at most {most} characters, this one {have}"),
            most=str(MAX_PATTERN),
            have=str(len(pattern)),
        )
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MAX_PROGRAM
    try:
        compiled: Matcher = re2.compile(pattern.encode("utf-8", "replace"), options)
    except re2.error as error:
        raise _explain(pattern, error) from None
    return compiled


def clipped(text: str) -> bytes:
    """The UTF-8 bytes of the text that patterns read: at most `MAX_MATCHED`, never half a character."""
    data = text[:MAX_MATCHED].encode("utf-8", "replace")
    if len(data) <= MAX_MATCHED:
        return data
    end = MAX_MATCHED
    while data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end]
