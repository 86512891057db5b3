"""Days that differ from the weekly hours, as rows of the desk: imported once, so that no library moves a deadline."""

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from helpdesk_tui.store.changes import Row, RowChange
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Work

HOLIDAY: Final = "holiday"
WORKDAY: Final = "workday"
BY_HAND: Final = "by hand"
FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2100
# Regions whose government names make-up working days year by year; without them a year is not announced yet.
_ANNOUNCED: Final = frozenset({"CN"})


@dataclass(frozen=True, slots=True)
class Imported:
    """The days of a region: day (`2026-10-01`) → (kind, name); the years of which not all is known yet."""

    source: str
    days: dict[str, tuple[str, str]]
    provisional: list[int] = field(default_factory=list)


def day(text: str) -> str:
    """A date in its canonical form. Raises Invalid."""
    try:
        return datetime.date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise Invalid(N_("{value} is no date; write 2026-12-24"), value=text) from None


def from_library(region: str, years: list[int]) -> Imported:
    """Public holidays and make-up working days of a region (`CN`, `DE-BY`) from the `holidays` library.

    Raises Invalid for a region the library does not know, or a year beyond its reach.
    """
    # Heavy, and needed for this alone.
    from importlib.metadata import version

    import holidays

    wanted = region.strip().upper()
    country, _, part = wanted.partition("-")
    for year in years:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise Invalid(N_("{year} is no year from {low} to {high}"), year=year, low=FIRST_YEAR, high=LAST_YEAR)
    try:
        # The region's own language, said outright: else the names would follow the environment of whoever imports.
        language = getattr(getattr(holidays, country, None), "default_language", None)
        found = holidays.country_holidays(country, subdiv=part or None, years=years, language=language)
    except (NotImplementedError, ValueError, KeyError):
        raise Invalid(N_("the holidays of {region} are not known; write CN, DE or DE-BY"), region=region) from None
    inside = {*years}
    days = {d.isoformat(): (HOLIDAY, str(name)[:255]) for d, name in found.items() if d.year in inside}
    made_up = [d for d in getattr(found, "weekend_workdays", ()) if d.year in inside]
    for extra in made_up:
        # Where a library names a day both ways, it is worked: make-up days are the exception to the exception.
        days[extra.isoformat()] = (WORKDAY, "make-up working day")
    announced = {d.year for d in made_up}
    provisional = [y for y in years if country in _ANNOUNCED and y not in announced]
    return Imported(f"holidays {version('holidays')} {wanted}", days, provisional)


def replace(work: "Work", calendar: str, found: Imported, years: list[int]) -> list[RowChange]:
    """The changes that put a region's days of these years in place of those imported before.

    Days set by hand and days of other regions stay, and win where both name the same day.
    """
    region = found.source.rpartition(" ")[2]
    rows: dict[str, Row] = {}
    taken: set[str] = set()
    columns = ("calendar", "day", "kind", "name", "source")
    for record in work.rows(
        "SELECT calendar, day, kind, name, source FROM calendar_day WHERE calendar = ?", (calendar,)
    ):
        row = dict(zip(columns, record, strict=True))
        if int(row["day"][:4]) not in years:
            continue
        if row["source"].startswith("holidays ") and row["source"].rpartition(" ")[2] == region:
            rows[row["day"]] = row
        else:
            taken.add(row["day"])
    changes: list[RowChange] = []
    for when in sorted(rows.keys() | found.days.keys()):
        old = rows.get(when)
        kind, name = found.days.get(when, (None, ""))
        if kind is None or when in taken:
            if old is not None:
                changes.append(RowChange("calendar_day", (calendar, when), old, None))
            continue
        new = {"calendar": calendar, "day": when, "kind": kind, "name": name, "source": found.source}
        if old is None:
            changes.append(RowChange("calendar_day", (calendar, when), None, new))
        elif (old["kind"], old["name"]) != (kind, name):
            different = {c: new[c] for c in ("kind", "name", "source") if new[c] != old[c]}
            changes.append(RowChange("calendar_day", (calendar, when), {c: old[c] for c in different}, different))
    return changes
