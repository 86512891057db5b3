"""Templates of status updates: those that come with the desk, and the desk's own (`NAME.internal`, `NAME.internal.zh`,
`NAME.external`, `NAME.external.zh`), filled in from the incident."""

from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk.shapes import Object, Objects
from helpdesk_tui.desk.templates import filled
from helpdesk_tui.rules import incident_stamps
from helpdesk_tui.rules.recovery import stages_left
from helpdesk_tui.vocabulary.i18n import translated
from helpdesk_tui.vocabulary.incident_texts import PARTS, PRESETS
from helpdesk_tui.vocabulary.incidents import RECOVERY, STAGE_LABELS
from helpdesk_tui.vocabulary.instants import local, parse_instant
from helpdesk_tui.vocabulary.text import one_line

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

_OWN: Final = "SELECT code, body FROM template WHERE code LIKE '%.internal%' OR code LIKE '%.external%' ORDER BY code"
_SERVICE: Final = "SELECT s.name FROM ticket t JOIN service s ON s.id = t.service_id WHERE t.number = ?"
_SUFFIX: Final = {
    ".internal": "internal", ".internal.zh": "internal_zh", ".external": "external", ".external.zh": "external_zh",
}  # fmt: skip


def templates(desk: "Desk", number: int, room: Object, tz: str) -> Objects:
    """Every template filled in for an incident: `{"template", "internal", "internal_zh", "external", "external_zh",
    "missing"}`; `missing` are fields that nothing is known for, left as they are. A desk's own part takes the place of
    the one that came along."""
    found: dict[str, dict[str, str]] = {code: dict(zip(PARTS, texts, strict=True)) for code, texts in PRESETS.items()}
    for code, body in desk.store.query(_OWN):
        for suffix, part in _SUFFIX.items():
            if code.endswith(suffix) and len(code) > len(suffix):
                found.setdefault(code.removesuffix(suffix), {})[part] = body
    out: Objects = []
    for code, parts in found.items():
        missing: dict[str, None] = {}
        told: Object = {"template": code}
        for part in PARTS:
            language = "zh_CN" if part.endswith("_zh") else "en"
            told[part], lacking = filled(parts.get(part, ""), _values(desk, number, room, tz, language))
            missing |= dict.fromkeys(lacking)
        out.append({**told, "missing": [*missing]})
    return out


def _values(desk: "Desk", number: int, room: Object, tz: str, language: str) -> dict[str, str]:
    service = desk.store.query(_SERVICE, (number,))
    stamps: dict[str, Any] = room["stamps"]
    began = stamps["impact_started"] or stamps["detected"] or stamps["declared"]
    mitigated = stamps["mitigated"] is not None
    due = incident_stamps.due(int(room["severity"][3:]), desk.now(), mitigated=mitigated, pace=room["pace"])
    coming = due[1] or due[0]
    left = stages_left(
        (step["stage"], step["state"] in ("done", "skipped")) for step in room["steps"] if step["plan"] == RECOVERY
    )
    return {
        "title": one_line(room["title"], 300),
        "ref": room["ref"],
        "severity": room["severity"],
        "service": service[0][0] if service else one_line(room["title"], 300),
        "commander": str(room["roles"]["commander"]["person"] or "-"),
        "since": f"{local(parse_instant(began, 0), tz)} {tz}",
        "next": "" if coming is None else f"{local(coming, tz)[11:]} {tz}",
        "stage": translated(STAGE_LABELS[left[0]], language) if left else "-",
    }
