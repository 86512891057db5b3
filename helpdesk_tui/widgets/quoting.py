"""What of a message was written now, and what came along: quoted text of earlier mails, and signatures.

Pure: lines in, parts out. What is folded stays reachable; nothing is ever cut from the stored text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

TEXT: Final = "text"
QUOTE: Final = "quote"
SIGNATURE: Final = "signature"
LEAST: Final = 2
"""Quoted lines below which folding would hide no more than it takes."""
_SIGNATURE_MOST: Final = 12
_MARK: Final = re.compile(r"\s{0,3}[>＞]")
# The line with which mail programs begin a quoted message, in the languages of our users' correspondents.
_WROTE: Final = re.compile(
    r"\s*(?:on\b.{4,200}\bwrote|am\b.{4,200}\bschrieb\b.{0,100}|le\b.{4,200}\ba écrit|el\b.{4,200}\bescribió"
    r"|.{4,200}(?:写道|寫道|写到))\s*[:：]\s*",
    re.IGNORECASE,
)
_BEGINS: Final = re.compile(r"\s*(?:(?:on|am|le|el)\b|在).{3,120}", re.IGNORECASE)
_RULE: Final = re.compile(
    r"\s*(?:-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|原始邮件|原始郵件|转发的邮件|转发邮件|引用)"
    r"\s*-{2,}|-{5,}\s*(?:original|forwarded|原始|转发|引用).{0,80}|_{10,})\s*",
    re.IGNORECASE,
)
_CHINESE: Final = re.compile(r"\s*(?:[【\[「]?引用[】\]」]?|以下为引用.{0,20})\s*[:：]?\s*")
_HEADER: Final = re.compile(r"\s*(?:from|von|de|发件人|寄件者)\s*[:：].{1,200}", re.IGNORECASE)
_HEADER_NEXT: Final = re.compile(
    r"\s*(?:sent|date|to|cc|subject|gesendet|datum|an|betreff|envoyé|发送时间|日期|时间|收件人|抄送|主题)\s*[:：].{0,300}",
    re.IGNORECASE,
)
_DASHES: Final = re.compile(r"--\s?|[—－]{2}\s?")
_PHRASE: Final = re.compile(
    r"\s*(?:(?:kind|best|warm|with kind|with best)\s+(?:regards|wishes)|regards|sincerely(?: yours)?|yours (?:sincerely|faithfully)"
    r"|cheers|many thanks|thanks(?: and regards)?|thank you|best|mit freundlichen grüßen|viele grüße|freundliche grüße|mfg"
    r"|此致|敬礼|顺颂商祺|顺祝商祺|祝好|谢谢|sent from my .{1,40}|get outlook for .{1,20}|发自我的.{1,20})\s*[,.!，。！]?\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """A run of lines of one sort: `text`, `quote` or `signature`."""

    sort: str
    lines: tuple[str, ...]


def parts_of(text: str) -> list[Part]:
    """A message as its parts in order; the lines of all parts together are the lines of the text.

    A quote is lines marked with `>`, or everything after the line that says who wrote what follows. A signature is
    what stands after `-- `, or a closing phrase with a few short lines, at the end of what was written.
    """
    lines = text.split("\n")
    sorts = [TEXT] * len(lines)
    end = _history(lines)
    for index in range(end, len(lines)):
        sorts[index] = QUOTE
    for index in range(end):
        if _MARK.match(lines[index]):
            sorts[index] = QUOTE
    _attributions(lines, sorts, end)
    _join(lines, sorts, end)
    for index in range(*_signature(lines, sorts, end)):
        sorts[index] = SIGNATURE
    return _runs(lines, sorts)


def _history(lines: Sequence[str]) -> int:
    """Index of the line from which everything is an earlier message, or the number of lines."""
    filled = max((index for index, line in enumerate(lines) if line.strip()), default=-1)
    # Marked quotes fold by their marks, so that answers between them stay in view.
    marked = max((index for index, line in enumerate(lines) if _MARK.match(line)), default=-1)
    for index, line in enumerate(lines[:filled]):
        if _RULE.fullmatch(line[:300]):
            return index
        if index > marked and (_CHINESE.fullmatch(line[:60]) or _WROTE.fullmatch(line[:400])):
            return index
        if _HEADER.fullmatch(line[:300]):
            heads = sum(1 for after in lines[index + 1 : index + 5] if _HEADER_NEXT.fullmatch(after[:400]))
            if heads > 1:
                return index
    return len(lines)


def _filled(lines: Sequence[str]) -> bool:
    return any(line.strip() for line in lines)


def _attributions(lines: Sequence[str], sorts: list[str], end: int) -> None:
    """The line (or two, as programs break it) before a marked quote that says who wrote it goes with it."""
    for index in range(end):
        if sorts[index] != QUOTE or index == 0 or sorts[index - 1] == QUOTE:
            continue
        last = index - 1 if lines[index - 1].strip() else index - 2
        if last < 0:
            continue
        said = lines[last][:400]
        if _WROTE.fullmatch(said) or _CHINESE.fullmatch(said):
            first = last
        elif last and _BEGINS.match(lines[last - 1]) and _WROTE.fullmatch(f"{lines[last - 1][:200]} {said}"):
            first = last - 1
        else:
            continue
        for place in range(first, index):
            sorts[place] = QUOTE


def _join(lines: Sequence[str], sorts: list[str], end: int) -> None:
    """Blank lines between two marked quotes belong to them."""
    index = 0
    while index < end:
        if sorts[index] == QUOTE or lines[index].strip():
            index += 1
            continue
        start = index
        while index < end and not lines[index].strip() and sorts[index] != QUOTE:
            index += 1
        if start and sorts[start - 1] == QUOTE and index < len(sorts) and sorts[index] == QUOTE:
            sorts[start:index] = [QUOTE] * (index - start)


def _signature(lines: Sequence[str], sorts: Sequence[str], end: int) -> tuple[int, int]:
    """The stretch of lines that is a signature: at the end of what was written, before an earlier message."""
    stop = end
    while stop and not lines[stop - 1].strip():
        stop -= 1
    if not stop or sorts[stop - 1] == QUOTE:
        return 0, 0
    for index in range(stop - 1, max(-1, stop - 1 - _SIGNATURE_MOST), -1):
        if sorts[index] == QUOTE:
            break
        if _DASHES.fullmatch(lines[index]):
            return (index, end) if index else (0, 0)
    first = max((index + 1 for index in range(stop) if sorts[index] == QUOTE), default=0)
    for index in range(max(first, stop - 8), stop):
        if _PHRASE.fullmatch(lines[index][:80]):
            after = [line for line in lines[index + 1 : stop] if line.strip()]
            # A word of thanks alone is something said; with a name and an address below it is how one signs.
            short = all(len(line) <= 80 for line in after)
            if after and short and index and _filled(lines[:index]):
                return index, end
    return 0, 0


def _runs(lines: Sequence[str], sorts: Sequence[str]) -> list[Part]:
    found: list[Part] = []
    start = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or sorts[index] != sorts[start]:
            found.append(Part(sorts[start], tuple(lines[start:index])))
            start = index
    # A quoted line or two answer something: they stay, as folding them would save nothing.
    kept: list[Part] = []
    for part in found:
        filled = sum(1 for line in part.lines if line.strip())
        sort = part.sort if part.sort == TEXT or filled >= LEAST else TEXT
        if kept and kept[-1].sort == sort:
            kept[-1] = Part(sort, kept[-1].lines + part.lines)
        else:
            kept.append(Part(sort, part.lines))
    return kept
