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
}
"""Kinds of entries of the timeline; the first two are people's words."""
NATURE_LABELS: Final[dict[str, str]] = {
    "real": N_("real"),
    "drill": N_("drill"),
    "backfilled": N_("written afterwards"),
}
TASK_LABELS: Final[dict[str, str]] = {"task": N_("task"), "action": N_("follow-up action")}
ACTION_TYPES: Final = ("prevent", "detect", "mitigate", "process")
