"""The draft of a post-incident review: what the incident's own record tells, before people say what it means."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk.incident_facts import intervals
from helpdesk_tui.desk.shapes import Object
from helpdesk_tui.rules import incident_metrics
from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.incidents import STAMP_LABELS
from helpdesk_tui.vocabulary.instants import local, parse_instant, span
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.text import one_line

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

_TALE: Final = "SELECT cause, resolution FROM ticket WHERE number = ?"
GOOD_DETECTION: Final = 5 * 60
LATE_DETECTION: Final = 15 * 60
PROMPT_ACK: Final = {1: 5 * 60, 2: 10 * 60, 3: 15 * 60}
"""Within what a page is acknowledged before the next level is called."""


def draft(desk: "Desk", number: int, room: Object, tz: str) -> Object:
    """The document of a review as the record tells it; the parts that need judgement are begun or left open."""
    stamps = {name: None if at is None else parse_instant(at, 0) for name, at in room["stamps"].items()}
    known_cause, resolution = desk.store.query(_TALE, (number,))[0]
    cause = one_line(str(known_cause or ""), 500)
    well, badly = _judged(room, stamps)
    return {
        "summary": _summary(room, stamps, tz),
        "impact": "\n".join(_impact(room, stamps)),
        "handling": one_line(str(resolution or ""), 2_000),
        "factors": _factors(room, stamps, cause),
        "whys": _whys(room, cause),
        "well": well,
        "badly": badly,
        "lucky": [],
        "recommendations": "",
        "meeting": "",
    }


def _length(stamps: Mapping[str, Any], start: str, end: str) -> int | None:
    if stamps[start] is None or stamps[end] is None:
        return None
    return int(stamps[end] - stamps[start])


def _began(stamps: Mapping[str, Any]) -> str:
    return next(name for name in ("impact_started", "detected", "declared") if stamps[name] is not None)


def _summary(room: Object, stamps: Mapping[str, Any], tz: str) -> str:
    began = _began(stamps)
    lasted = _length(stamps, began, "mitigated")
    since = local(stamps[began], tz)
    if lasted is None:
        said = _("{title}: {severity}, since {since} ({zone}); users are not back to work yet.")
        return said.format(title=one_line(room["title"], 200), severity=room["severity"], since=since, zone=tz)
    said = _("{title}: {severity}, from {since} ({zone}) for {span} until users could work again.")
    return said.format(
        title=one_line(room["title"], 200), severity=room["severity"], since=since, zone=tz, span=span(lasted)
    )


def _impact(room: Object, stamps: Mapping[str, Any]) -> list[str]:
    n = room["children"]
    lines = [
        "- "
        + ngettext("{n} linked ticket, {users} users", "{n} linked tickets, {users} users", n).format(
            n=n, users=room["users"]
        )
    ]
    for start, end in (("impact_started", "detected"), ("declared", "acknowledged"), ("declared", "mitigated"),
                       ("mitigated", "resolved")):  # fmt: skip
        took = _length(stamps, start, end)
        if took is not None:
            label = _("{start} to {end}").format(start=_(STAMP_LABELS[start]), end=_(STAMP_LABELS[end]))
            lines.append(f"- {label}: {span(took)}")
    clock = room["recovery"]
    if clock["rto"] is not None:
        told = {True: _("met"), False: _("missed"), None: _("not known")}[clock["rto_met"]]
        lines.append(f"- RTO {span(clock['rto'])}: {told}")
    if clock["rpo"] is not None:
        told = {True: _("met"), False: _("missed"), None: _("not known")}[clock["rpo_met"]]
        lines.append(f"- RPO {span(clock['rpo'])}: {told}")
    updates = len(room["updates"])
    lines.append("- " + ngettext("{n} status update", "{n} status updates", updates).format(n=updates))
    return lines


def _judged(room: Object, stamps: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """What went well and badly as far as instants tell."""
    well: list[str] = []
    badly: list[str] = []
    detected = _length(stamps, "impact_started", "detected")
    if detected is not None and detected <= GOOD_DETECTION:
        well.append(_("It was detected within {span}.").format(span=span(detected)))
    elif detected is not None and detected > LATE_DETECTION:
        badly.append(_("Users felt it for {span} before anybody knew.").format(span=span(detected)))
    pace, severity = room["pace"], int(room["severity"][3:])
    acked = _length(stamps, "declared", "acknowledged")
    within = PROMPT_ACK.get(severity)
    if acked is not None and within is not None:
        (well if acked * pace <= within else badly).append(
            _("It was acknowledged after {span}.").format(span=span(acked))
        )
    if room["recovery"]["rto_met"] is not None:
        met = room["recovery"]["rto_met"]
        told = _("The recovery time was met.") if met else _("The recovery time was missed.")
        (well if met else badly).append(told)
    due, on_time = _updates(room, stamps)
    if due:
        told = _("{met} of {due} status updates came in time.").format(met=on_time, due=due)
        (well if on_time == due else badly).append(told)
    if room["over"]:
        n = len(room["over"])
        badly.append(ngettext("It came back {n} time.", "It came back {n} times.", n).format(n=n))
    return well, badly


def _updates(room: Object, stamps: Mapping[str, Any]) -> tuple[int, int]:
    """How many inside updates were due by the cadence of its last severity, and how many came in time."""
    end = stamps["resolved"] or stamps["mitigated"]
    if end is None:
        return 0, 0
    sent = sorted(parse_instant(one["at"], 0) for one in room["updates"])
    severity = int(room["severity"][3:])
    steps = intervals([(stamps["declared"], severity)], stamps["mitigated"], room["pace"])
    return incident_metrics.updates_due(stamps["declared"], end, sent, steps)


def _factors(room: Object, stamps: Mapping[str, Any], cause: str) -> list[Object]:
    lines = [entry["id"] for entry in room["pinned"]][:3]
    found: list[Object] = []
    if cause:
        found.append({"category": "technical", "text": cause, "lines": lines})
    detected = _length(stamps, "impact_started", "detected")
    if detected is not None and detected > LATE_DETECTION:
        text = _("Nothing told of it for {span}.").format(span=span(detected))
        found.append({"category": "detection_gap", "text": text, "lines": []})
    changes = [one["ref"] for one in room["linked"] if one["ref"].startswith("CHG")]
    if changes:
        text = _("Changes at the time: {changes}").format(changes=", ".join(changes))
        found.append({"category": "change", "text": text, "lines": []})
    return found


def _whys(room: Object, cause: str) -> list[Object]:
    lines = [entry["id"] for entry in room["pinned"]][:3]
    first = {"why": _("Why did it happen?"), "because": cause, "lines": lines if cause else []}
    return [first, *({"why": _("Why was that so?"), "because": "", "lines": []} for _place in range(4))]


def timeline(room: Object, tz: str) -> list[str]:
    """The lines of the room as a review lists them: number, time, who, words; struck ones are left out."""
    out = []
    for entry in room["entries"]:
        if entry["struck_at"]:
            continue
        said = entry["body"] or (sentence(entry["said"]) if entry["said"] else "")
        who = entry["author"] or entry["source"] or "-"
        out.append(f"L{entry['id']} {local(parse_instant(entry['occurred_at'], 0), tz)} {who}: {one_line(said, 300)}")
    return out


def action_line(task: Object) -> str:
    """An action as a review lists it."""
    due = "" if task["due_at"] is None else f" {task['due_at'][:10]}"
    result = "" if task["result"] is None else f" -> #{task['result']}"
    mark = "[x] " if task["done_at"] else ""
    return f"#{task['id']} {mark}[{task['action'] or 'process'}] {one_line(task['text'], 300)}{result} @{task['owner'] or '-'}{due}"
