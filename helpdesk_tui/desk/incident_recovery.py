"""Bringing a service back: the recovery plan and the runbooks of an incident, as steps that are ticked off."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import fields, incident_show, paging, plan_steps
from helpdesk_tui.desk import incident_rows as rows
from helpdesk_tui.desk.incident_stamps import recovery_columns, stamp
from helpdesk_tui.desk.moves import given
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.runbooks import runbook_row
from helpdesk_tui.desk.shapes import Object
from helpdesk_tui.store.changes import Row
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.incidents import RECOVERY, STAGE_LABELS, STAGES
from helpdesk_tui.vocabulary.instants import iso
from helpdesk_tui.vocabulary.kinds import Phase
from helpdesk_tui.vocabulary.reasons import Reason, register, register_labels
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Draft, Work

register(
    {
        "incident.recovery": N_("recovery begun by the plan of {service}"),
        "incident.recovery_plain": N_("recovery begun: there is no plan for it"),
        "incident.runbook": N_("runbook {runbook} taken up"),
        "incident.step_begun": N_("begun: {text}"),
        "incident.step_done": N_("done: {text}"),
        "incident.step_skipped": N_("left out: {text}"),
        "incident.step_open": N_("not done after all: {text}"),
        "incident.stage_begun": N_("{stage}: begun"),
        "incident.stage_done": N_("{stage}: done"),
        "incident.stage_skipped": N_("{stage}: left out"),
        "incident.stage_open": N_("{stage}: not done after all"),
        "incident.last_good": N_("last good copy of the data: {at}"),
    }
)
register_labels("stage", STAGE_LABELS)
TO: Final = ("begun", "done", "skipped", "open")
STEPS: Final = 500
"""Steps of one room."""
_MAX_NOTE: Final = 1_000
_PLAN: Final = "SELECT id FROM recovery_plan WHERE service_id = ?"
_STEPS: Final = "SELECT id, begun_at, done_at FROM incident_step WHERE number = ? AND plan = ? ORDER BY id"
_COUNT: Final = "SELECT count(*) FROM incident_step WHERE number = ?"
_STEP: Final = "SELECT 1 FROM incident_step WHERE id = ? AND number = ?"
_HOLDER: Final = (
    "SELECT person_id FROM incident_role WHERE number = ? AND role = ? AND accepted_at IS NOT NULL AND ended_at IS NULL"
)


def begin(work: "Work", draft: "Draft", row: Row, *, only_by_plan: bool = False) -> Row:
    """Take the plan of the ticket's service into the room: its clocks and its steps; without one the bare stages.

    `only_by_plan`: do nothing where the service has none.
    """
    found = work.rows(_PLAN, (draft["service_id"],)) if draft["service_id"] is not None else []
    plan = work.row("recovery_plan", found[0][0]) if found else None
    if plan is None and only_by_plan:
        return row
    kept: dict[str, Any] = json.loads(plan["document"]) if plan is not None else {}
    if plan is not None:
        values = {name: plan[name] for name in ("rto", "rpo") if row[name] is None}
        if row["last_good_at"] is None:
            values["last_good_at"] = plan["last_good_at"]
        row = rows.put(draft, rows.INCIDENT, row, values)
        row = rows.put(draft, rows.INCIDENT, row, recovery_columns(row))
    steps = kept.get("steps", [])
    # A stage that the plan says nothing about is still gone through.
    bare = [{"stage": stage, "text": ""} for stage in STAGES if all(step["stage"] != stage for step in steps)]
    ordered = sorted([*steps, *bare], key=lambda step: STAGES.index(step["stage"]))
    _copy(work, draft, RECOVERY, ordered)
    if plan is None:
        said = Reason("incident.recovery_plain")
    else:
        said = Reason("incident.recovery", {"service": work.desk.directory.service_code(draft["service_id"])})
    draft.because(said)
    rows.say(work, draft, "step", said, author_id=work.desk.actor.id)
    return row


def _copy(work: "Work", draft: "Draft", plan: str, steps: Iterable[Mapping[str, Any]]) -> None:
    steps = [*steps]
    if work.rows(_COUNT, (draft.number,))[0][0] + len(steps) > STEPS:
        raise Conflict(N_("{ref}: a room holds {most} steps at most"), ref=draft.ref, most=STEPS)
    for position, step in enumerate(steps):
        person, role = plan_steps.owner_of(step)
        if person is not None and work.row("person", person) is None:
            person = None
        rows.add(
            work, draft, rows.STEP, plan=plan, stage=step.get("stage", ""), position=position, text=step["text"],
            owner_id=person, role=role, target=step.get("target"), verify=step.get("verify", ""),
            rollback=step.get("rollback", ""),
        )  # fmt: skip


class Recovery(Noun):
    """Recovery and runbooks of an incident."""

    @verb("incident.recover", Permission.INCIDENT_RESPOND)
    def recover(self, number: int) -> Object:
        """Begin the recovery by the plan of the incident's service (identify, mobilise, restore, verify, confirm), or by
        the bare stages where it has none. Once more, it takes the plan in anew as long as no step was begun.

        Raises Conflict where a step was begun, or the incident is over.
        """
        with self.desk.work("incident.recover") as work:
            draft = work.ticket(number, Permission.INCIDENT_RESPOND)
            row = self._live(work, draft)
            known = work.rows(_STEPS, (number, RECOVERY))
            if any(begun is not None or done is not None for _id, begun, done in known):
                raise Conflict(N_("{ref}: the recovery has begun already; go on with its steps"), ref=draft.ref)
            for key, *_rest in known:
                gone = work.row(rows.STEP, key)
                assert gone is not None
                draft.remove(rows.STEP, (key,), gone)
            begin(work, draft, row)
            paging.activity(work, number)
        return incident_show.whole(self.desk, number)

    @verb("incident.runbook", Permission.INCIDENT_RESPOND)
    def runbook(self, number: int, runbook: str) -> Object:
        """Take a runbook's steps into the room. Raises Conflict where they are there already."""
        found = runbook_row(self.desk, runbook)
        with self.desk.work("incident.runbook") as work:
            draft = work.ticket(number, Permission.INCIDENT_RESPOND)
            self._live(work, draft)
            if work.rows(_STEPS, (number, found["code"])):
                raise Conflict(N_("{ref} has the runbook {runbook} already"), ref=draft.ref, runbook=found["code"])
            _copy(work, draft, found["code"], json.loads(found["document"])["steps"])
            said = Reason("incident.runbook", {"runbook": found["code"]})
            draft.because(said)
            rows.say(work, draft, "step", said, author_id=self.desk.actor.id)
        return incident_show.whole(self.desk, number)

    @verb("incident.step", Permission.INCIDENT_RESPOND)
    def step(self, number: int, step: int, to: str = "done", *, note: str = "") -> Object:
        """A step was `begun`, is `done`, was left out (`skipped`: a note says why), or is `open` after all.

        The first step of restoring that is begun stamps the beginning of the repair. See `incident_show.step`.
        """
        wanted = to.strip().casefold()
        if wanted not in TO:
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"), field="to", value=to, choices=", ".join(TO)
            )
        words = fields.bounded("note", note, _MAX_NOTE).strip()
        if wanted == "skipped" and not words:
            raise Invalid(N_("say why the step is left out"))
        with self.desk.work("incident.step") as work:
            draft = work.ticket(number, Permission.INCIDENT_RESPOND)
            self._live(work, draft)
            if not work.rows(_STEP, (step, number)):
                raise NotFound(N_("{ref} has no step {step}"), ref=draft.ref, step=step)
            row = work.row(rows.STEP, step)
            assert row is not None
            if wanted == _standing(row):
                raise Conflict(N_("step {step} is so already"), step=step)
            self._owned(work, draft, row)
            rows.put(draft, rows.STEP, row, self._values(row, wanted, words, work.now))
            part = "stage" if not row["text"] else "step"
            params = {"stage": row["stage"]} if not row["text"] else {"text": row["text"]}
            said = Reason(f"incident.{part}_{wanted}", params)
            draft.because(said, *given(words))
            rows.say(work, draft, "step", said, author_id=self.desk.actor.id)
            if words:
                rows.say(work, draft, "note", words, author_id=self.desk.actor.id)
            if row["stage"] == "restore" and wanted in ("begun", "done"):
                stamp(work, number, "engaged", work.now)
            paging.activity(work, number)
        return incident_show.one_step(self.desk, number, step)

    @verb("incident.last_good", Permission.INCIDENT_RESPOND)
    def last_good(self, number: int, at: Instant) -> Object:
        """Say when the last good copy of the data was made, against which the recovery point is measured."""
        with self.desk.work("incident.last_good") as work:
            draft = work.ticket(number, Permission.INCIDENT_RESPOND)
            row = self._live(work, draft)
            if at > work.now:
                raise Invalid(N_("{at} has not come yet"), at=iso(at))
            if row["last_good_at"] == at:
                raise Conflict(N_("{ref} has that already"), ref=draft.ref)
            rows.put(draft, rows.INCIDENT, row, {"last_good_at": at})
            said = Reason("incident.last_good", {"at": iso(at)})
            draft.because(said)
            rows.say(work, draft, "step", said, author_id=self.desk.actor.id)
        return incident_show.whole(self.desk, number)

    # -- inside ------------------------------------------------------------------------------------------------

    @staticmethod
    def _live(work: "Work", draft: "Draft") -> Row:
        row = rows.declared(work, draft)
        if draft["phase"] >= Phase.CLOSED:
            raise Conflict(N_("{ref} is closed; reopen it first"), ref=draft.ref)
        return row

    def _owned(self, work: "Work", draft: "Draft", row: Row) -> None:
        """Whoever a role's step waits for is its owner from now on: who holds the role, else who does it."""
        if row["role"] and row["owner_id"] is None:
            holder = work.rows(_HOLDER, (draft.number, row["role"]))
            rows.put(draft, rows.STEP, row, {"owner_id": holder[0][0] if holder else self.desk.actor.id})

    def _values(self, row: Row, wanted: str, words: str, now: Instant) -> dict[str, Any]:
        values: dict[str, Any] = {"note": words} if words else {}
        if wanted == "open":
            return {**values, "begun_at": None, "done_at": None, "done_by": None, "skipped": False}
        begun = row["begun_at"] if row["begun_at"] is not None else now
        if wanted == "begun":
            return {**values, "begun_at": begun, "done_at": None, "done_by": None, "skipped": False}
        over = {"done_at": now, "done_by": self.desk.actor.id, "skipped": wanted == "skipped"}
        return {**values, **over, **({"begun_at": begun} if wanted == "done" else {})}


def _standing(row: Row) -> str:
    if row["done_at"] is not None:
        return "skipped" if row["skipped"] else "done"
    return "open" if row["begun_at"] is None else "begun"
