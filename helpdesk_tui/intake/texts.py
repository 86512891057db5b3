"""Which encoding a text file has: what its first bytes say, else UTF-8, else the likeliest of the old ones."""

import codecs
import re
from dataclasses import dataclass
from typing import Final

from helpdesk_tui.intake.limits import Source
from helpdesk_tui.vocabulary.errors import Invalid, Usage
from helpdesk_tui.vocabulary.i18n import N_

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_SAMPLE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Encoding:
    """The codec's name, and whether it was a guess that should be told."""

    name: str
    guessed: bool = False


def detect(source: Source, wanted: str | None = None, *, strict: bool = False) -> Encoding:
    """The encoding of a file. With `strict` (JSON) nothing but Unicode is accepted.

    Raises Usage for an encoding that nobody knows, Invalid for a file that is not text in it.
    """
    if wanted is not None:
        return Encoding(_known(wanted))
    with source.open() as opened:
        head = opened.read(4096)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name)
    wide = _wide(head)
    if wide is not None:
        return Encoding(wide, guessed=True)
    bad = _first_not_utf8(source)
    if bad is None:
        return Encoding("utf-8")
    if strict:
        return Encoding("utf-8")  # the line that is not will say so
    return Encoding(_old(source), guessed=True)


def _known(name: str) -> str:
    try:
        info = codecs.lookup(name.strip())
        if not getattr(info, "_is_text_encoding", True):
            raise LookupError(name)
    except LookupError as error:
        raise Usage(
            N_("nobody knows the encoding {name}; write utf-8, gb18030, utf-16, latin-1 …"), name=name
        ) from error
    return "utf-8-sig" if info.name == "utf-8" else info.name


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: ASCII in it has a NUL at every second place."""
    pairs = len(head) // 2
    if pairs < 2:
        return None
    even, odd = head[: pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if odd * 10 > pairs * 7 and even * 10 < pairs:
        return "utf-16-le"
    if even * 10 > pairs * 7 and odd * 10 < pairs:
        return "utf-16-be"
    return None


def _first_not_utf8(source: Source) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    at = 0
    with source.open() as opened:
        while block := opened.read(1 << 18):
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                return at + error.start
            at += len(block)
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return at
    return None


def _old(source: Source) -> str:
    """GB 18030 where bytes above 127 come in pairs, each within the plane of common characters; else Windows Latin."""
    with source.open() as opened:
        sample = opened.read(_SAMPLE)
    runs = _HIGH.findall(sample)
    paired = sum(1 for run in runs if len(run) % 2 == 0)
    if runs and paired * 10 >= len(runs) * 8:
        try:
            sample[: len(sample) - 4].decode("gb18030", "strict")
        except UnicodeDecodeError as error:
            if error.start < len(sample) - 16:
                return "cp1252"
        return "gb18030"
    return "cp1252"


def undecodable(name: str, encoding: str, line: int) -> Invalid:
    """The one way to say that bytes are no text."""
    return Invalid(
        N_("{name} is no text in {encoding}, from about line {line}; name the right encoding with --encoding"),
        name=name,
        line=line,
        encoding=encoding.removesuffix("-sig"),
    )
