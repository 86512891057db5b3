"""The words of paging: states of a run, and a run in one line."""

from collections.abc import Mapping
from typing import Any, Final

from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.instants import parse_instant, span
from helpdesk_tui.vocabulary.records import Instant

RUNNING: Final = "running"
ACKNOWLEDGED: Final = "acknowledged"
HELD: Final = "held"
EXHAUSTED: Final = "exhausted"
ENDED: Final = "ended"
LIVE: Final = (RUNNING, ACKNOWLEDGED, HELD, EXHAUSTED)
STATE_LABELS: Final[dict[str, str]] = {
    RUNNING: N_("paging"),
    ACKNOWLEDGED: N_("acknowledged"),
    HELD: N_("held"),
    EXHAUSTED: N_("nobody answered"),
    ENDED: N_("ended"),
}
KIND_LABELS: Final[dict[str, str]] = {"functional": N_("functional"), "hierarchical": N_("hierarchical")}


def run_text(run: Mapping[str, Any], now: Instant) -> str:
    """Where a run (an object of `escalation.show`) stands, in one line: who was told, and what comes when."""
    told = ", ".join(run["told"]) or "-"
    left = None if run["next_at"] is None else max(0, parse_instant(run["next_at"], now) - now)
    wait = "" if left is None else span(left if left < 60 else left // 60 * 60)
    match run["state"]:
        case "running" if run["nobody_on"]:
            said = _("nobody is on call; {people} told to find somebody").format(people=told)
        case "running" if not run["told"]:
            return _("paging begins in {span}").format(span=wait)
        case "running" if not run["level"]:
            said = _("{people} paged by hand").format(people=told)
        case "running":
            said = _("paged level {level} of {levels}: {people}").format(
                level=run["level"], levels=run["levels"], people=told
            )
        case "acknowledged":
            said = _("acknowledged by {people}").format(people=", ".join(run["acknowledged_by"]) or "-")
            return f"{said} · {_('lapses in {span}').format(span=wait)}" if wait else said
        case "held":
            return _("paging is held, {span} more").format(span=wait)
        case "exhausted":
            return _("nobody answered, though all {levels} levels were paged").format(levels=run["levels"])
        case _:
            return _("paging has ended")
    if run["missing"] and run["acknowledged_by"]:
        said += " · " + _("{people} acknowledged, {n} more needed").format(
            people=", ".join(run["acknowledged_by"]), n=run["missing"]
        )
    return f"{said} · {_('next in {span}').format(span=wait)}" if wait else said
