"""Regular expressions of a policy that cannot hang: RE2's linear-time matching, bounded pattern and text.

RE2 has no look-around and no back references; that is the price of a bound. `re2` is loaded only when a policy has
a pattern, or something is classified.
"""

import functools
from typing import Any, Final

from helpdesk_tui.vocabulary.i18n import N_

# Bytes of UTF-8 that a pattern reads at most; the rest of a longer text is not looked at.
MAX_MATCHED: Final = 100 * 1024
MAX_PATTERN: Final = 500
# Instructions of a compiled pattern times bytes read. RE2's worst case is linear in both (measured up to 4 ns each, for
# patterns with counts), so this holds a search below 10 ms: a pattern of 1,000 instructions reads 1,000 bytes. Small
# ones never leave the fast path and read all.
MAX_WORK: Final = 1_000_000
SMALL: Final = 50
MAX_PROGRAM: Final = 4000
_MAX_MEMORY: Final = 8 << 20


class PatternRefused(ValueError):
    """A pattern RE2 does not take; `message` is a catalogue text filled by `params`."""

    def __init__(self, message: str, **params: str) -> None:
        super().__init__(message.format_map(params))
        self.message = message
        self.params: dict[str, str] = params


class Pattern:
    """A compiled pattern. `limit` is how many bytes of a text it reads, `size` its instructions."""

    __slots__ = ("_compiled", "limit", "size", "source")

    def __init__(self, source: str, compiled: Any, size: int) -> None:
        self.source = source
        self.size = size
        self.limit = MAX_MATCHED if size <= SMALL else min(MAX_MATCHED, MAX_WORK // size)
        self._compiled = compiled

    def found_in(self, text: bytes) -> bool:
        """Whether it matches somewhere in UTF-8 bytes; what stands behind `limit` is not read."""
        return self._compiled.search(clipped(text, self.limit)) is not None


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
def compile_pattern(pattern: str) -> Pattern:
    """Compile a pattern, case ignored, groups without capture. Raises PatternRefused."""
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
    options.never_capture = True
    options.max_mem = _MAX_MEMORY
    try:
        compiled = re2.compile(pattern.encode("utf-8", "replace"), options)
    except re2.error as error:
        raise _explain(pattern, error) from None
    size = max(int(compiled.programsize), int(compiled.reverseprogramsize))
    if size > MAX_PROGRAM:
        raise PatternRefused(N_("the pattern is too large; use smaller counts than in {pattern}"), pattern=pattern)
    return Pattern(pattern, compiled, size)


def clipped(data: bytes, limit: int = MAX_MATCHED) -> bytes:
    """The first `limit` bytes of UTF-8, never half a character."""
    if len(data) <= limit:
        return data
    end = limit
    while end and data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end]
