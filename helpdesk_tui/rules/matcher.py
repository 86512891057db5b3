"""Finding the terms of a policy in a text: one pass over its words, whatever the number of terms.

Words and stems are looked up in an index; phrases and near groups are only checked where their rarest-looking word
occurs; CJK terms are indexed by their first two characters. Work grows with the text and the hits, not with the policy.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise, product
from operator import add
from typing import Final

from helpdesk_tui.rules.words import MIN_STEM, Part, Term, compact, has_cjk, words_of

_MAX_PHRASE: Final = 5
# Words whose meaning for the policy is remembered; texts repeat themselves.
_WORDS: Final = 20_000


@dataclass(frozen=True, slots=True)
class NearGroup:
    """Terms that must stand within `within` words of each other; CJK terms: within as many characters."""

    terms: tuple[Term, ...]
    within: int


class _Positions:
    """Where words stand in one text; built only when a near group asks, for the words that some term is about."""

    def __init__(self, words: Sequence[str], telling: Iterable[str]) -> None:
        self.at: dict[str, list[int]] = {word: [] for word in telling}
        for index, word in enumerate(words):
            if word in self.at:
                self.at[word].append(index)

    def part(self, part: Part) -> list[int]:
        if part.stem:
            stem = part.forms[0]
            lists = [places for word, places in self.at.items() if word.startswith(stem)]
        else:
            lists = [self.at[form] for form in part.forms if form in self.at]
        return lists[0] if len(lists) == 1 else sorted(place for places in lists for place in places)

    def term(self, term: Term) -> list[int]:
        """Where the term begins."""
        starts = self.part(term.parts[0])
        for offset, part in enumerate(term.parts[1:], 1):
            if not starts:
                return starts
            follow = set(self.part(part))
            starts = [start for start in starts if start + offset in follow]
        return starts


def _close(lists: list[list[int]], within: int) -> bool:
    """Whether one place of each list can be chosen so that first and last lie at most `within` apart."""
    if not all(lists):
        return False
    tagged = sorted((place, index) for index, places in enumerate(lists) for place in places)
    last = [-1] * len(lists)
    missing = len(lists)
    for place, index in tagged:
        missing -= last[index] < 0
        last[index] = place
        if not missing and place - min(last) <= within:
            return True
    return False


class Matcher:
    """Finds terms and near groups by the number they were added with. Add all, then `find` as often as wanted."""

    def __init__(self) -> None:
        self._words: dict[str, tuple[int, ...]] = {}
        self._stems: dict[str, tuple[tuple[str, int], ...]] = {}
        # Phrases by their first two words: those that are no longer, and those to be looked for in the text then.
        self._couples: dict[tuple[str, str], tuple[int, ...]] = {}
        self._openings: dict[tuple[str, str], tuple[tuple[int, tuple[str, ...]], ...]] = {}
        # Each form is ` word word ` (or ` word ste` for a stem at the end), sought in the words joined by blanks.
        self._phrases: dict[int, tuple[str, ...]] = {}
        self._groups: dict[int, NearGroup] = {}
        # Every part of a phrase or group has a number of its own, below 0; all of them must occur before places are looked at.
        self._parts: dict[Part, int] = {}
        self._needs: dict[int, frozenset[int]] = {}
        # What a trigger stands for is only checked when the trigger occurs.
        self._cjk_pairs: dict[str, tuple[tuple[str, int], ...]] = {}
        # Terms of two characters are found with their pair itself.
        self._cjk_exact: dict[str, int] = {}
        self._cjk_single: tuple[tuple[str, int], ...] = ()
        # Phrases and groups that have no trigger yet.
        self._pending: list[tuple[int, tuple[Part, ...]]] = []
        # What words were found to say, and those that say nothing, filled while finding.
        self._told: dict[str, tuple[int, ...]] = {}
        self._dull: set[str] = set()

    def add(self, number: int, term: Term) -> None:
        """Add a term under this number."""
        if term.substring:
            self._add_cjk(term.substring, number)
            return
        if len(term.parts) > 1:
            if len(term.parts) > _MAX_PHRASE or any(part.stem for part in term.parts[:-1]):
                # A stem inside a phrase cannot be a substring test, and forms multiply: places decide.
                self._groups[number] = NearGroup((term,), 0)
            else:
                padded = [part.forms if part.stem else tuple(f"{form} " for form in part.forms) for part in term.parts]
                forms = tuple(" " + "".join(chosen) for chosen in product(*padded))
                if not term.parts[1].stem:
                    self._add_phrase(number, term, forms)
                    return
                self._phrases[number] = forms
            self._need(number, term.parts)
            self._pending.append((number, term.parts))
        else:
            self._trigger(number, term.parts[0])

    def _add_phrase(self, number: int, term: Term, forms: tuple[str, ...]) -> None:
        """A phrase that begins with two whole words, which are looked up side by side."""
        for opening in product(term.parts[0].forms, term.parts[1].forms):
            if len(term.parts) == 2:
                self._couples[opening] = (*self._couples.get(opening, ()), number)
            else:
                self._openings[opening] = (*self._openings.get(opening, ()), (number, forms))

    def add_group(self, number: int, group: NearGroup) -> None:
        """Add a near group under this number."""
        self._groups[number] = group
        self._need(number, [part for term in group.terms for part in term.parts])
        cjk = [term.substring for term in group.terms if term.substring]
        if cjk:
            self._add_cjk(max(cjk, key=len), number)
        else:
            self._pending.append((number, tuple(part for term in group.terms for part in term.parts)))

    def _need(self, number: int, parts: Sequence[Part]) -> None:
        for part in parts:
            if part not in self._parts:
                self._parts[part] = -len(self._parts) - 1
                self._trigger(self._parts[part], part)
        self._needs[number] = frozenset(self._parts[part] for part in parts)

    def _add_cjk(self, substring: str, number: int) -> None:
        entry = (substring, number)
        if len(substring) == 1:
            self._cjk_single = (*self._cjk_single, entry)
        elif len(substring) == 2 and self._cjk_exact.setdefault(substring, number) == number:
            return
        else:
            self._cjk_pairs[substring[:2]] = (*self._cjk_pairs.get(substring[:2], ()), entry)

    def _trigger(self, number: int, part: Part) -> None:
        for form in part.forms:
            if part.stem:
                key = form[:MIN_STEM]
                self._stems[key] = (*self._stems.get(key, ()), (form, number))
            else:
                self._words[form] = (*self._words.get(form, ()), number)

    def find(self, folded: str) -> set[int]:
        """The numbers of all terms and groups found in a folded text (and, below 0, of parts, which mean nothing outside)."""
        if self._pending:
            self._choose_triggers()
        words = words_of(folded)
        told = self._told
        telling = set(words).difference(self._dull)
        new = telling.difference(told)
        telling.difference_update(new)
        found = set(chain.from_iterable(map(told.__getitem__, telling)))
        for word in new:
            numbers = self._learn(word)
            if numbers:
                telling.add(word)
                found.update(numbers)
        couples = set(pairwise(words))
        for couple in self._couples.keys() & couples:
            found.update(self._couples[couple])
        for couple in self._openings.keys() & couples:
            joined = f" {' '.join(words)} "
            for number, forms in self._openings[couple]:
                if any(form in joined for form in forms):
                    found.add(number)
        squeezed = ""
        if has_cjk(folded):
            squeezed = compact(folded)
            self._find_cjk(squeezed, found)
        if not self._needs.keys().isdisjoint(found):
            self._confirm(found, words, telling, squeezed)
        return found

    def _choose_triggers(self) -> None:
        """Of the parts that a phrase or group needs, the one that the fewest others need makes it be looked at."""
        pending, self._pending = self._pending, []
        wanted = Counter(part for _, candidates in pending for part in candidates)
        for number, candidates in pending:
            self._trigger(
                number, min(candidates, key=lambda part: (wanted[part], not _rarity(part)[0], -_rarity(part)[1]))
            )

    def _learn(self, word: str) -> tuple[int, ...]:
        """The numbers that a word stands for, remembered while there is room."""
        numbers = self._words.get(word, ())
        for stem, number in self._stems.get(word[:MIN_STEM], ()):
            if word.startswith(stem):
                numbers = (*numbers, number)
        if len(self._told) + len(self._dull) < _WORDS:
            if numbers:
                self._told[word] = numbers
            else:
                self._dull.add(word)
        return numbers

    def _find_cjk(self, squeezed: str, found: set[int]) -> None:
        pairs = set(map(add, squeezed, squeezed[1:]))
        exact, longer = self._cjk_exact, self._cjk_pairs
        found.update([exact[pair] for pair in exact.keys() & pairs])
        for pair in longer.keys() & pairs:
            for substring, number in longer[pair]:
                if substring in squeezed:
                    found.add(number)
        for substring, number in self._cjk_single:
            if substring in squeezed:
                found.add(number)

    def _confirm(self, found: set[int], words: list[str], telling: Iterable[str], squeezed: str) -> None:
        needs = self._needs
        joined = ""
        places: _Positions | None = None
        for number in found & needs.keys():
            if not needs[number] <= found:
                found.discard(number)
            elif number in self._phrases:
                joined = joined or f" {' '.join(words)} "
                for form in self._phrases[number]:
                    if form in joined:
                        break
                else:
                    found.discard(number)
            else:
                places = places or _Positions(words, telling)
                if not _group_found(self._groups[number], places, squeezed):
                    found.discard(number)


def _rarity(part: Part) -> tuple[bool, int]:
    # Longer words are rarer, and a whole word is cheaper to look up than a stem.
    return not part.stem, len(part.forms[0])


def _substring_places(text: str, part: str) -> list[int]:
    places: list[int] = []
    at = text.find(part)
    while at >= 0:
        places.append(at)
        at = text.find(part, at + 1)
    return places


def _group_found(group: NearGroup, places: _Positions, squeezed: str) -> bool:
    if len(group.terms) == 1:
        return bool(places.term(group.terms[0]))
    if any(term.substring for term in group.terms):
        # Distance between scripts is counted in characters of the text without blanks.
        return _close(
            [_substring_places(squeezed, term.substring or _plain(term)) for term in group.terms], group.within
        )
    return _close([places.term(term) for term in group.terms], group.within)


def _plain(term: Term) -> str:
    return "".join(part.forms[0] for part in term.parts)
