"""The clocks of a war room in one line: as many as fit, the weightiest first."""

from collections.abc import Iterator
from typing import Any, Final

from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.instants import DAY, HOUR, MINUTE, parse_instant
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.widgets.inert import width_of

_SHORT: Final = 5 * MINUTE
"""A clock with less than this left shows seconds: the others change once a minute, which a slow line carries."""
_BETWEEN: Final = " · "


def clock(seconds: int, *, coarse: bool = False) -> str:
    """A length of time in few cells: `4m10s` (`4m` where `coarse`), `47m`, `1h05m`, `2d03h`."""
    rest = abs(seconds)
    if rest < _SHORT and not coarse:
        return f"{rest // MINUTE}m{rest % MINUTE:02}s"
    if rest < HOUR:
        return f"{rest // MINUTE}m"
    if rest < DAY:
        return f"{rest // HOUR}h{rest % HOUR // MINUTE:02}m"
    return f"{rest // DAY}d{rest % DAY // HOUR:02}h"


def _left(seconds: int) -> str:
    return clock(seconds) if seconds >= 0 else _("late {span}").format(span=clock(seconds))


def _parts(room: dict[str, Any], now: Instant) -> Iterator[str]:
    stamps, recovery = room["stamps"], room["recovery"]
    began = parse_instant(stamps["impact_started"] or stamps["detected"] or stamps["declared"], now)
    over = stamps["mitigated"]
    # A moving clock steps by the minute, or the line would be drawn anew every second.
    lasted = clock(max(0, (parse_instant(over, now) if over else now) - began), coarse=True)
    yield _("lasted {span}").format(span=lasted) if over else lasted
    if recovery["rto_due_at"]:
        if over or (recovery["rto_met"] is not None and over):
            yield _("RTO met") if recovery["rto_met"] else _("RTO missed")
        else:
            yield f"RTO {_left(parse_instant(recovery['rto_due_at'], now) - now)}"
    if room["internal_due_at"]:
        yield f"{_('update')} {_left(parse_instant(room['internal_due_at'], now) - now)}"
    if recovery["rpo"] is not None:
        risk = recovery["at_risk"]
        yield f"RPO {_('not known') if risk is None else clock(risk, coarse=True)}"
    if room["external_due_at"]:
        yield f"{_('outside')} {_left(parse_instant(room['external_due_at'], now) - now)}"
    paging = room["paging"]
    if paging is not None and paging["next_at"] is not None:
        label = _("ack lapses") if paging["state"] == "acknowledged" else _("next page")
        yield f"{label} {_left(max(0, parse_instant(paging['next_at'], now) - now))}"


def clocks(room: dict[str, Any], now: Instant, width: int = 1_000) -> str:
    """How long it has lasted, what is left of the recovery time, when one has to say how it stands, what data are at
    risk, and when paging goes on: what does not fit into so many cells is left out."""
    told = ""
    for part in _parts(room, now):
        more = f"{told}{_BETWEEN}{part}" if told else part
        if width_of(more) <= width:
            told = more
    return told
