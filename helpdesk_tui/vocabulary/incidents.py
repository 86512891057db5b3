"""The words of a war room: stamps, roles, kinds of timeline entries, kinds of things to do."""

from typing import Final

from helpdesk_tui.vocabulary.i18n import N_

STAMP_LABELS: Final[dict[str, str]] = {
    "impact_started": N_("impact started"),
    "detected": N_("detected"),
    "declared": N_("declared"),
    "acknowledged": N_("acknowledged"),
    "engaged": N_("repair begun"),
    "mitigated": N_("mitigated"),
    "resolved": N_("resolved"),
    "closed": N_("closed"),
}
"""The stamps of an incident, in the order in which they usually happen."""
STAMPS: Final = tuple(STAMP_LABELS)
ROLE_LABELS: Final[dict[str, str]] = {
    "commander": N_("commander"),
    "deputy": N_("deputy"),
    "operations": N_("operations"),
    "communications": N_("communications"),
    "scribe": N_("scribe"),
}
ROLES: Final = tuple(ROLE_LABELS)
ENTRY_LABELS: Final[dict[str, str]] = {
    "note": N_("note"),
    "capture": N_("captured"),
    "stamp": N_("stamp"),
    "severity": N_("severity"),
    "role": N_("role"),
    "task": N_("task"),
    "alert": N_("alert"),
    "page": N_("page"),
    "update": N_("update"),
    "step": N_("step"),
    "review": N_("review"),
}
"""Kinds of entries of the timeline; the first two are people's words."""
NATURE_LABELS: Final[dict[str, str]] = {
    "real": N_("real"),
    "drill": N_("drill"),
    "backfilled": N_("written afterwards"),
}
TASK_LABELS: Final[dict[str, str]] = {"task": N_("task"), "action": N_("follow-up action")}
ACTION_TYPES: Final = ("prevent", "detect", "mitigate", "process")
ACTION_LABELS: Final[dict[str, str]] = {
    "prevent": N_("prevent"),
    "detect": N_("detect"),
    "mitigate": N_("mitigate"),
    "process": N_("process"),
}
STAGE_LABELS: Final[dict[str, str]] = {
    "identify": N_("identify"),
    "mobilise": N_("mobilise"),
    "restore": N_("restore"),
    "verify": N_("verify"),
    "confirm": N_("confirm"),
}
"""The stages of a recovery, in their order."""
STAGES: Final = tuple(STAGE_LABELS)
STAGE_STEPS: Final[dict[str, str]] = {
    "identify": N_("Find out what is broken, since when, and how far it reaches"),
    "mobilise": N_("Call the people who are needed, and say who leads"),
    "restore": N_("Bring the service back: standby, backup, or by hand"),
    "verify": N_("Check that it works for users, and that the data are whole"),
    "confirm": N_("Have the owner of the service confirm it, and tell everybody"),
}
"""What a stage asks for where the plan of the service says nothing."""
STRATEGY_LABELS: Final[dict[str, str]] = {
    "standby": N_("standby"),
    "backup": N_("backup"),
    "manual": N_("by hand"),
}
RECOVERY: Final = "recovery"
"""The plan of a step that belongs to the recovery; other steps name their runbook."""
