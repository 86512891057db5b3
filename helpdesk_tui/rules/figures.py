"""A figure of an indicator: its value with how many cases made it, and how they spread."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean, median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """What an indicator says of a period.

    `value` is None where nothing can be said (never 0 instead). Times are seconds, rates fractions of 1. `excluded` counts
    cases that belong here and lack what the indicator needs. `notes` are further numbers of this indicator, by name.
    """

    id: str
    unit: str
    value: float | None
    n: int = 0
    mean: float | None = None
    median: float | None = None
    p90: float | None = None
    excluded: int = 0
    notes: dict[str, float | None] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "id": self.id, "value": self.value, "unit": self.unit, "n": self.n, "mean": self.mean, "median": self.median,
            "p90": self.p90, "excluded": self.excluded, "notes": dict(self.notes),
        }  # fmt: skip


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value below which a share of the cases lies, interpolated between neighbours (Hyndman and Fan 1996, type 7)."""
    if not values:
        return None
    ranked = sorted(values)
    place = (len(ranked) - 1) * share
    low = int(place)
    high = min(low + 1, len(ranked) - 1)
    # In this form the result never leaves the two neighbours by a rounding.
    return ranked[low] if low == high else ranked[low] + (ranked[high] - ranked[low]) * (place - low)


def of_times(id: str, seconds: Sequence[float], excluded: int = 0, **notes: float | None) -> Figure:  # noqa: A002
    """A mean time, in seconds."""
    if not seconds:
        return Figure(id, "s", None, excluded=excluded, notes=dict(notes))
    mean = fmean(seconds)
    return Figure(
        id, "s", mean, len(seconds), mean, float(median(seconds)), quantile(seconds, 0.9), excluded, dict(notes)
    )


def of_rate(id: str, met: float, of: int, excluded: int = 0, **notes: float | None) -> Figure:  # noqa: A002
    """A share of the cases."""
    return Figure(id, "rate", met / of if of else None, of, excluded=excluded, notes=dict(notes))


def of_numbers(id: str, values: Sequence[float], excluded: int = 0, **notes: float | None) -> Figure:  # noqa: A002
    """A mean number, of something that each case has."""
    return replace(of_times(id, values, excluded, **notes), unit="count")


def of_count(id: str, value: float | None, n: int | None = None, **notes: float | None) -> Figure:  # noqa: A002
    """A number of cases; None where there was nothing to count among."""
    return Figure(id, "count", value, int(value or 0) if n is None else n, notes=dict(notes))
