"""What a ticket list holds: a bounded, contiguous window of a sorted list, and the marks. No drawing here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from helpdesk_tui.vocabulary.records import Page, QueueRow

Key = tuple[Any, ...]
LIMIT: Final = 1_000
"""Rows kept at once; beyond it the far pages are let go and read again when they are needed."""


@dataclass(slots=True)
class _Stretch:
    """One page's part of the window: its number of rows and the keys that continue on either side."""

    count: int
    first: Key | None
    last: Key | None


class Window:
    """Consecutive rows of a list whose whole length may be millions.

    `base` is the number of rows before the window, or None while it is unknown (after a jump to the end of a
    list of unknown length).
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self.rows: list[QueueRow] = []
        self.more_before = False
        self.more_after = False
        self.base: int | None = 0
        self._limit = limit
        self._stretches: list[_Stretch] = []
        self._places: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def first_key(self) -> Key | None:
        return self._stretches[0].first if self._stretches else None

    @property
    def last_key(self) -> Key | None:
        return self._stretches[-1].last if self._stretches else None

    def place(self, number: int | None) -> int | None:
        """Index of a ticket in the window, or None."""
        return None if number is None else self._places.get(number)

    def replace(self, page: Page, total: int | None = None) -> None:
        """Hold this page and nothing else."""
        self.rows = self._unseen(page.rows, ())
        self._stretches = [_Stretch(len(self.rows), page.first, page.last)]
        self.more_before, self.more_after = page.more_before, page.more_after
        if not page.more_before:
            self.base = 0
        elif not page.more_after and total is not None:
            self.base = max(0, total - len(self.rows))
        else:
            self.base = None
        self._index()

    def append(self, page: Page) -> int:
        """Add the page after the last row; returns how many rows were let go at the front."""
        new = self._unseen(page.rows, self._places)
        self.rows.extend(new)
        self._stretches.append(_Stretch(len(new), page.first or self.last_key, page.last or self.last_key))
        self.more_after = page.more_after
        gone = 0
        while len(self.rows) - gone > self._limit and len(self._stretches) > 1:
            gone += self._stretches.pop(0).count
            self.more_before = True
        if gone:
            del self.rows[:gone]
            if self.base is not None:
                self.base += gone
        self._index()
        return gone

    def prepend(self, page: Page) -> int:
        """Add the page before the first row; returns how many rows were added there."""
        new = self._unseen(page.rows, self._places)
        self.rows[:0] = new
        self._stretches.insert(0, _Stretch(len(new), page.first or self.first_key, page.last or self.first_key))
        self.more_before = page.more_before
        if not page.more_before:
            self.base = 0
        elif self.base is not None:
            # Rows that came meanwhile may make the old count too small; then the place is unknown.
            self.base = self.base - len(new) if self.base > len(new) else None
        while len(self.rows) > self._limit and len(self._stretches) > 1:
            count = self._stretches.pop().count
            if count:
                del self.rows[-count:]
            self.more_after = True
        self._index()
        return len(new)

    def update(self, rows: Mapping[int, QueueRow]) -> list[int]:
        """Put newer versions of rows in their old places; returns the indexes that really changed."""
        changed = []
        for number, row in rows.items():
            index = self._places.get(number)
            if index is not None and self.rows[index] != row:
                self.rows[index] = row
                changed.append(index)
        return changed

    @staticmethod
    def _unseen(rows: Iterable[QueueRow], known: Iterable[int]) -> list[QueueRow]:
        # A row that moved between two reads may be in both pages: the first sight of it stays.
        seen = set(known)
        result = []
        for row in rows:
            if row.number not in seen:
                seen.add(row.number)
                result.append(row)
        return result

    def _index(self) -> None:
        self._places = {row.number: index for index, row in enumerate(self.rows)}


@dataclass(frozen=True, slots=True)
class Marked:
    """What is marked: these numbers, or with `everything` all of the filter but these."""

    numbers: frozenset[int] = frozenset()
    everything: bool = False

    def __contains__(self, number: object) -> bool:
        return (number in self.numbers) is not self.everything

    def __bool__(self) -> bool:
        return self.everything or bool(self.numbers)

    def count(self, total: int | None) -> int | None:
        """How many tickets are marked; None while the size of the filter is unknown."""
        if not self.everything:
            return len(self.numbers)
        return None if total is None else max(0, total - len(self.numbers))

    def toggled(self, number: int) -> "Marked":
        return Marked(self.numbers ^ {number}, self.everything)

    def with_all(self, numbers: Iterable[int]) -> "Marked":
        """These marked as well."""
        added = frozenset(numbers)
        return Marked(self.numbers - added if self.everything else self.numbers | added, self.everything)
