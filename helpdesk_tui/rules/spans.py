"""Stretches of time, half-open [start, end), in UTC seconds: their union, what lies in both, how long they are."""

from collections.abc import Iterable, Sequence

from helpdesk_tui.vocabulary.records import Instant

Span = tuple[Instant, Instant]


def union(spans: Iterable[Span], *, joined: int = 0) -> list[Span]:
    """The same instants without overlap, in order; gaps of less than `joined` seconds are filled. Empty spans vanish."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[1] > span[0]):
        if found and (start <= found[-1][1] or start - found[-1][1] < joined):
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def within(spans: Sequence[Span], bounds: Sequence[Span]) -> list[Span]:
    """What of `spans` lies in `bounds`; both in order and without overlap."""
    found: list[Span] = []
    left = right = 0
    while left < len(spans) and right < len(bounds):
        start = max(spans[left][0], bounds[right][0])
        end = min(spans[left][1], bounds[right][1])
        if start < end:
            found.append((start, end))
        if spans[left][1] < bounds[right][1]:
            left += 1
        else:
            right += 1
    return found


def without(spans: Sequence[Span], holes: Sequence[Span]) -> list[Span]:
    """What of `spans` lies in none of `holes`; both in order and without overlap."""
    found: list[Span] = []
    holes = list(holes)
    for start, end in spans:
        for hole in holes:
            if hole[1] <= start:
                continue
            if hole[0] >= end:
                break
            if hole[0] > start:
                found.append((start, hole[0]))
            start = max(start, hole[1])
        if start < end:
            found.append((start, end))
    return found


def length(spans: Iterable[Span]) -> int:
    """Seconds in all; overlaps count as often as they occur."""
    return sum(end - start for start, end in spans)


def weighted(spans: Iterable[tuple[Span, float]], bounds: Sequence[Span]) -> float:
    """Seconds of `bounds` (in order, without overlap), each counted with the greatest weight of the spans over it."""
    edges: list[tuple[Instant, int, float]] = []
    for (start, end), weight in spans:
        if end <= start:
            continue
        edges += [(start, 1, weight), (end, -1, weight)]
    edges.sort()
    active: list[float] = []
    levels: list[tuple[Span, float]] = []
    before: Instant | None = None
    for at, step, weight in edges:
        if active and before is not None and at > before:
            levels.append(((before, at), max(active)))
        if step > 0:
            active.append(weight)
        else:
            active.remove(weight)
        before = at
    total, place = 0.0, 0
    for (start, end), weight in levels:
        while place < len(bounds) and bounds[place][1] <= start:
            place += 1
        at = place
        while at < len(bounds) and bounds[at][0] < end:
            total += (min(end, bounds[at][1]) - max(start, bounds[at][0])) * weight
            at += 1
    return total
