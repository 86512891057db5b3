"""Texts as rules see them: folded, cut into words, and the terms of a policy in the same form.

English words are whole words with their plural; a term ending in `*` is a stem; several words are a phrase. A term with
a Chinese (or Japanese, Korean) character is found anywhere in the text, blanks ignored, because these scripts are written
without them. Case, full-width forms and apostrophes never matter.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

# Characters of a text that are looked at; a longer one is cut.
MAX_TEXT: Final = 100 * 1024
MIN_STEM: Final = 3
_CHUNK: Final = 4096

# Letters of the alphabets that part words by blanks (Latin, Greek, Cyrillic and neighbours up to Georgian) and digits.
_WORD: Final = re.compile("[0-9a-z\u00b5-\u00d6\u00d8-\u00f6\u00f8-\u10ff\u1e00-\u1fff]+")
_CJK: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_HAN: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_KANA_HANGUL: Final = re.compile("[\u3040-\u30ff\u1100-\u11ff\uac00-\ud7af]+")
_LATIN: Final = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")
_OTHER: Final = re.compile("[\u0370-\u10ff\u1780-\u17ff]+")

Language = Literal["en", "zh", "other"]


def normal(text: str) -> str:
    """The text in NFKC, at most MAX_TEXT characters."""
    if text.isascii():
        return text[:MAX_TEXT]
    if len(text) <= _CHUNK:
        return unicodedata.normalize("NFKC", text)[:MAX_TEXT]
    # NFKC may lengthen a hostile text eighteen times, so it stops where enough is there.
    parts: list[str] = []
    have = 0
    for start in range(0, min(len(text), MAX_TEXT), _CHUNK):
        parts.append(unicodedata.normalize("NFKC", text[start : start + _CHUNK]))
        have += len(parts[-1])
        if have >= MAX_TEXT:
            break
    return "".join(parts)[:MAX_TEXT]


def fold(text: str) -> str:
    """The text in the form that all comparison uses: NFKC, case folded, without apostrophes, at most MAX_TEXT long."""
    if text.isascii():
        return text[:MAX_TEXT].lower().replace("'", "")
    return normal(text).casefold()[:MAX_TEXT].replace("'", "").replace("\u2019", "")


# ASCII by number, all but letters and digits as blanks: cutting there is twice as fast as a pattern.
_CUT: Final = {n: chr(n) if chr(n) in "0123456789abcdefghijklmnopqrstuvwxyz" else " " for n in range(128)}


def words_of(folded: str) -> list[str]:
    """The words of a folded text in their order; Chinese is not among them."""
    return folded.translate(_CUT).split() if folded.isascii() else _WORD.findall(folded)


def has_cjk(folded: str) -> bool:
    """Whether a folded text has characters that are matched as substrings."""
    return not folded.isascii() and _CJK.search(folded) is not None


def compact(folded: str) -> str:
    """A folded text without blanks, in which CJK terms are sought."""
    return "".join(folded.split())


def detect_language(text: str) -> Language:
    """The language by script: `zh`, `en` (any Latin script), or `other`, also for a text without letters.

    One Han character says about as much as three Latin letters; a little kana or Hangul makes a text not Chinese.
    """
    if text.isascii():
        return "en" if _LATIN.search(text) else "other"
    text = normal(text)
    han, latin, kana, rest = [sum(map(len, runs.findall(text))) for runs in (_HAN, _LATIN, _KANA_HANGUL, _OTHER)]
    if 3 * (kana + han) > latin and kana * 10 > han:
        return "other"
    if 3 * han > latin and han:
        return "zh" if 3 * han >= rest else "other"
    return "en" if latin and latin >= rest else "other"


def inflections(word: str) -> tuple[str, ...]:
    """A word and its plain plural (`box` → `boxes`, `policy` → `policies`); short words and numbers stay alone."""
    if len(word) < 3 or not word.isalpha() or not word.isascii():
        return (word,)
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return (word, word + "es")
    if word.endswith("y") and word[-2] not in "aeiou":
        return (word, word[:-1] + "ies")
    return (word, word + "s")


@dataclass(frozen=True, slots=True)
class Part:
    """One word of a term: the forms that match, or the stem where `stem` is set (then `forms` holds it alone)."""

    forms: tuple[str, ...]
    stem: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a policy, ready to be found: either a CJK substring, or one or more parts that stand side by side."""

    text: str
    substring: str = ""
    parts: tuple[Part, ...] = ()


class BadTerm(ValueError):
    """A term that can never be found as the writer meant it."""


def parse_term(text: str) -> Term:
    """Read a term as written in a policy. Raises BadTerm where nothing is left of it, or a stem is too short."""
    folded = fold(text)
    if has_cjk(folded):
        if "*" in folded:
            raise BadTerm(text)
        return Term(text, substring=compact(folded))
    parts: list[Part] = []
    for chunk in folded.split():
        stem = chunk.endswith("*")
        words = words_of(chunk)
        if not words or "*" in chunk[:-1] or (stem and len(words[-1]) < MIN_STEM):
            raise BadTerm(text)
        parts += [Part(inflections(word)) for word in words[:-1]]
        parts.append(Part((words[-1],), stem=True) if stem else Part(inflections(words[-1])))
    if not parts:
        raise BadTerm(text)
    return Term(text, parts=tuple(parts))
