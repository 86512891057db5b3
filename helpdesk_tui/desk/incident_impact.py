"""How far an incident reached, as far as it was measured: what indicators reckon with beyond its stamps."""

import json
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import incident_rows as rows
from helpdesk_tui.desk import incident_show
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object
from helpdesk_tui.store import journal
from helpdesk_tui.vocabulary.errors import Invalid, Usage
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import DAY, iso
from helpdesk_tui.vocabulary.reasons import Reason, register, register_durations
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission

if TYPE_CHECKING:
    from helpdesk_tui.store.changes import Row

register(
    {
        "incident.impact_share": N_("{percent} % of the users were hit"),
        "incident.impact_lost": N_("data of {impact_lost} were lost"),
        "incident.impact_latest": N_("the impact began by {at} at the latest"),
    }
)
register_durations("impact_lost")
_LONGEST: Final = 10 * 366 * DAY


class Impact(Noun):
    """What was measured of an incident's impact."""

    @verb("incident.impact", Permission.INCIDENT_COMMAND)
    def impact(
        self, number: int, *, percent: int | None = None, lost: int | None = None, latest: Instant | None = None
    ) -> Object:
        """Say how far an incident reached: the percentage of the users that it hit (a partial outage weighs so much in
        the availability), for how many seconds data were lost (against the recovery point objective, instead of the
        age of the last good copy), by when the impact began at the latest (where nobody knows exactly: the middle
        between that and its first instant counts)."""
        if percent is None and lost is None and latest is None:
            raise Usage(
                N_("say what was measured: the share of the users, the data lost, or when it began at the latest")
            )
        if percent is not None and not 0 <= percent <= 100:
            raise Invalid(N_("{field}: {value} is not from 0 to 100"), field="percent", value=percent)
        if lost is not None and not 0 <= lost <= _LONGEST:
            raise Invalid(N_("{field}: {value} is no length of time"), field="lost", value=lost)
        with self.desk.work("incident.impact") as work:
            draft = work.ticket(number, Permission.INCIDENT_COMMAND)
            row = rows.declared(work, draft)
            if latest is not None:
                self._in_range(row, latest)
            told: list[Reason] = []
            known: dict[str, Any] = json.loads(row["document"])
            if percent is not None:
                known["share"] = percent / 100
                told.append(Reason("incident.impact_share", {"percent": percent}))
            if lost is not None:
                known["lost"] = lost
                told.append(Reason("incident.impact_lost", {"impact_lost": lost}))
            if latest is not None:
                known["impact_latest"] = latest
                told.append(Reason("incident.impact_latest", {"at": iso(latest)}))
            rows.put(draft, rows.INCIDENT, row, {"document": journal.canonical(known)})
            draft.because(*told)
            for said in told:
                rows.say(work, draft, "stamp", said, author_id=self.desk.actor.id)
        return incident_show.whole(self.desk, number)

    @staticmethod
    def _in_range(row: "Row", latest: Instant) -> None:
        began, detected = row["impact_started_at"], row["detected_at"] or row["declared_at"]
        if began is None:
            raise Invalid(N_("set the stamp of when the impact started first: this is the end of its range"))
        if not began <= latest <= max(began, detected):
            raise Invalid(N_("{at} does not lie between the beginning of the impact and its detection"), at=iso(latest))
