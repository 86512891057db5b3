"""Finding the terms of a policy in a text: one pass of one automaton, whatever the number of terms.

All terms are literals of one RE2 set: ` word ` and ` word word ` with the blanks of the text's words joined by one blank
each, ` ste` for a stem, a CJK term as it is in the text without blanks. Near groups (and phrases that no literal can say)
are looked at only where all of their parts were found. Work grows with the text and the hits, not with the policy.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import Any, Final

from helpdesk_tui.rules.words import Part, Term, compact, has_cjk, words_of

_MAX_PHRASE: Final = 5
# What the automaton may remember of the states it met, in bytes; beyond that it forgets them all and goes on.
_MEMORY: Final = 16 << 20
# A policy so large that the automaton would not fit is given more.
_MOST_MEMORY: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class NearGroup:
    """Terms that must stand within `within` words of each other; CJK terms: within as many characters."""

    terms: tuple[Term, ...]
    within: int


class _Positions:
    """Where words stand in one text, of which only those are looked for that a near group asks about."""

    def __init__(self, joined: str) -> None:
        self._joined = joined
        self._at: dict[Part, list[int]] = {}

    def part(self, part: Part) -> list[int]:
        """The places, counted in words from 0, at which one of its forms (or the stem) stands, in order."""
        places = self._at.get(part)
        if places is None:
            lists = [self._literal(_spelt((form,), open_end=part.stem)) for form in part.forms]
            places = lists[0] if len(lists) == 1 else sorted(chain.from_iterable(lists))
            self._at[part] = places
        return places

    def _literal(self, literal: str) -> list[int]:
        """Every word begins behind one blank, so blanks count words."""
        joined, places, word, seen = self._joined, [], 0, 0
        at = joined.find(literal)
        while at >= 0:
            word += joined.count(" ", seen, at)
            places.append(word)
            seen = at
            at = joined.find(literal, at + 1)
        return places

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
        # What each literal of the automaton says, once it stands in the text.
        self._literals: dict[str, tuple[int, ...]] = {}
        self._groups: dict[int, NearGroup] = {}
        # Every part of a group has a number of its own, below 0; all of them must occur before places are looked at.
        self._parts: dict[Part | str, int] = {}
        self._needs: dict[int, frozenset[int]] = {}
        # Groups by the one part of theirs that makes them be looked at; chosen once all are known.
        self._triggers: dict[int, tuple[int, ...]] = {}
        self._automaton: Any = None
        self._said: tuple[tuple[int, ...], ...] = ()

    def add(self, number: int, term: Term) -> None:
        """Add a term under this number."""
        if term.substring:
            self._say(term.substring, number)
        elif len(term.parts) > _MAX_PHRASE or any(part.stem for part in term.parts[:-1]):
            # A stem inside a phrase is no literal, and forms multiply: places decide.
            self.add_group(number, NearGroup((term,), 0))
        else:
            for forms in product(*(part.forms for part in term.parts)):
                self._say(_spelt(forms, open_end=term.parts[-1].stem), number)

    def add_group(self, number: int, group: NearGroup) -> None:
        """Add a near group under this number."""
        self._groups[number] = group
        needed: list[Part | str] = [part for term in group.terms for part in term.parts]
        needed += [term.substring for term in group.terms if term.substring]
        for part in needed:
            if part in self._parts:
                continue
            own = self._parts[part] = -len(self._parts) - 1
            if isinstance(part, str):
                self._say(part, own)
            else:
                for form in part.forms:
                    self._say(_spelt((form,), open_end=part.stem), own)
        self._needs[number] = frozenset(self._parts[part] for part in needed)

    def _say(self, literal: str, number: int) -> None:
        self._literals[literal] = (*self._literals.get(literal, ()), number)
        self._automaton = None

    def find(self, folded: str) -> set[int]:
        """The numbers of all terms and groups found in a folded text (and, below 0, of parts, which mean nothing outside)."""
        automaton = self._automaton or self._prepare()
        joined = f" {' '.join(words_of(folded))} "
        squeezed = compact(folded) if has_cjk(folded) else ""
        # No literal holds a line feed, so none is found across it; those of words begin with a blank.
        hits = automaton.Match(f"{joined}\n{squeezed}".encode("utf-8", "surrogatepass"))
        found = set(chain.from_iterable(map(self._said.__getitem__, hits or ())))
        if not self._triggers.keys().isdisjoint(found):
            self._find_groups(found, joined, squeezed)
        return found

    def _prepare(self) -> Any:
        """The automaton of all literals, with the look-ups that go with it."""
        self._choose_triggers()
        self._said = tuple(self._literals.values())
        self._automaton = _automaton(list(self._literals))
        return self._automaton

    def _choose_triggers(self) -> None:
        """Of the parts that a group needs, the one that the fewest others need makes it be looked at."""
        wanted = Counter(chain.from_iterable(self._needs.values()))
        named = {own: part for part, own in self._parts.items()}
        self._triggers = {}
        for number, needs in self._needs.items():
            own = min(needs, key=lambda own: (wanted[own], *_rarity(named[own]), -own))
            self._triggers[own] = (*self._triggers.get(own, ()), number)

    def _find_groups(self, found: set[int], joined: str, squeezed: str) -> None:
        places = _Positions(joined)
        for own in self._triggers.keys() & found:
            for number in self._triggers[own]:
                if self._needs[number] <= found and _group_found(self._groups[number], places, squeezed):
                    found.add(number)


def _spelt(forms: Sequence[str], *, open_end: bool) -> str:
    return f" {' '.join(forms)}" + ("" if open_end else " ")


def _automaton(literals: list[str]) -> Any:
    """An RE2 set of these literals: `Match(bytes)` gives the places of those that occur, or None."""
    # Loaded where something is classified: reading must not cost it.
    import re2

    memory = _MEMORY
    while True:
        options = re2.Options()
        options.literal = options.never_capture = True
        options.log_errors = False
        options.max_mem = memory
        found = re2.Set.SearchSet(options)
        for literal in literals:
            found.Add(literal.encode())
        try:
            found.Compile()
            # A set too large for its memory finds nothing without a word; it is told by what must be found.
            if not literals or found.Match(literals[-1].encode()):
                return found
        except re2.error:
            if memory >= _MOST_MEMORY:
                raise
        memory *= 2


def _rarity(part: Part | str) -> tuple[bool, int]:
    """Less is rarer: longer words are, and whole words more than stems."""
    if isinstance(part, str):
        return False, -3 * len(part)
    return part.stem, -len(part.forms[0])


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
