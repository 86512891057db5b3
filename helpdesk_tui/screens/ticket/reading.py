"""Reading all that a ticket's screen shows, in one call in a worker."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.queue.previewing import why_line
from helpdesk_tui.screens.ticket.header import HeadData
from helpdesk_tui.screens.ticket.knowledge import KnowledgeData
from helpdesk_tui.screens.ticket.links import LinksData
from helpdesk_tui.vocabulary.errors import ticket_not_found
from helpdesk_tui.vocabulary.filters import Filter
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.instants import parse_instant
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.records import NEVER, TimelineItem
from helpdesk_tui.vocabulary.roles import Permission
from helpdesk_tui.widgets.ledger_view import (
    CLOSED,
    COUNTED,
    LATE,
    PAUSED,
    WAITING,
    LedgerClock,
    LedgerWindow,
)

_HOW: Final = {"counted": COUNTED, "paused": PAUSED, "not_started": WAITING, "after": LATE}
_WHY: Final = {"holiday": N_("holiday")}
_NAMES: Final = {"response": N_("Response"), "update": N_("Update"), "resolution": N_("Resolution")}
_OPENING: Final = ("kind", "priority", "service", "team", "assignee", "tags")
_CLOCKS: Final = frozenset({"response_due_at", "update_due_at", "resolution_due_at"})
_RUNS: Final = {
    "none": (N_("not running"), "muted"),
    "running": (N_("running"), "plain"),
    "paused": (N_("paused"), "warning"),
    "met": (N_("met"), "good"),
    "missed": (N_("missed"), "breached"),
}


@dataclass(slots=True)
class TicketData:
    """One ticket, read at once: its head, and what the tab needs for which it was read.

    `stamp` is the last journal entry about it; while that stays, there is nothing to read anew.
    """

    head: HeadData
    ticket: dict[str, Any]
    stamp: int = 0
    tab: str = ""
    timeline: list[TimelineItem] = field(default_factory=list)
    refs: dict[int, str] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    edit: bool = False
    attach: bool = False
    clocks: list[LedgerClock] = field(default_factory=list)
    links: LinksData | None = None
    log: list[dict[str, Any]] = field(default_factory=list)
    proofs: dict[int, tuple[str, bool]] = field(default_factory=dict)


def read_ticket(desk: Desk, number: int, tab: str, stamp: int = -1) -> TicketData | None:
    """Read a ticket for a tab (in a worker); None where nothing has happened to it since `stamp`. Raises NotFound."""
    moved = desk.tickets.moved(number)
    # Other tickets and the time make the other tabs what they are.
    if moved == stamp and tab in ("timeline", "details", "audit", "knowledge"):
        return None
    ticket = desk.tickets.show(number)
    rows = desk.tickets.rows(Filter(), [number])
    if not rows:
        raise ticket_not_found(number)
    row = rows[0]
    facts = desk.tickets.facts(number)
    clocks = [(_("respond by"), facts["response_due_at"]), (_("resolve by"), facts["resolution_due_at"])]
    if facts["first_response_at"] is not None:
        clocks = clocks[1:]
    data = TicketData(
        HeadData(row, ticket["title"][:2_000], why_line(desk, row), clocks if row.phase < 3 else []), ticket, moved, tab
    )
    data.edit = desk.allows_on(Permission.TICKET_EDIT, facts)
    if row.phase < 3 and desk.allows_on(Permission.NOTE_READ, facts):
        data.head.paging = desk.paging.head(number)
    mentioned = {facts["merged_into"], ticket["parent"]} - {None}
    if tab == "timeline":
        data.timeline = [readable(item) for item in desk.tickets.timeline(number)]
        merged = merged_entries(desk, number)
        for item in data.timeline:
            item.of = merged.get(item.seq)
            mentioned |= mentions(item)
    data.refs = refs_of(desk, mentioned)
    for item in data.timeline:
        item.reasons = [named(reason, data.refs) for reason in item.reasons]
    data.head.merged = data.refs.get(facts["merged_into"], "")
    if tab == "details":
        data.details, data.files = desk.tickets.details(number), desk.attachments.list(number)
        data.attach = desk.allows_on(Permission.TICKET_REPLY, facts)
    elif tab == "sla":
        data.clocks = ledger_clocks(desk.sla.explain(number))
    elif tab == "links":
        links, tree, around = desk.tickets.links(number), desk.tickets.tree(number), desk.tickets.around(number)
        data.links = LinksData(number, row.kind, data.head.title, row.state, row.phase, links, tree, around)
    elif tab == "audit":
        data.log = desk.tickets.log(number)
        data.proofs = desk.tickets.proofs(entry["seq"] for entry in data.log)
    return data


def read_knowledge(desk: Desk, number: int) -> KnowledgeData:
    """Read what is known about such tickets (in a worker)."""
    similar = desk.tickets.similar(number)
    edit = desk.allows_on(Permission.TICKET_EDIT, desk.tickets.facts(number))
    return KnowledgeData(similar, desk.tickets.likely(number, similar), edit=edit)


_TIES: Final = ("links", "parent", "parent_number", "merged_into")
_TOLD: Final = ("number", "other", "into")


def mentions(item: TimelineItem) -> set[int]:
    """The numbers of the tickets that an entry names."""
    found: set[int] = set()
    for name in _TIES:
        for side in item.changes.get(name) or ():
            found |= {value for value in (side if isinstance(side, list) else [side]) if isinstance(value, int)}
    for reason in item.reasons:
        found |= {reason[name] for name in _TOLD if isinstance(reason.get(name), int)}
    return found


def refs_of(desk: Desk, numbers: Iterable[int]) -> dict[int, str]:
    """The references of the tickets that one may know of, by number."""
    wanted = sorted(set(numbers))
    return {row.number: ref(row.kind, row.number) for row in desk.tickets.rows(Filter(), wanted)} if wanted else {}


def named(reason: dict[str, Any], refs: Mapping[int, str]) -> dict[str, Any]:
    """A reason that names tickets by their references."""
    told = {name: refs[reason[name]] for name in _TOLD if isinstance(reason.get(name), int) and reason[name] in refs}
    return {**reason, **told} if told else reason


def merged_entries(desk: Desk, number: int) -> dict[int, str]:
    """The entries of a ticket's story that happened to tickets merged into it, with the reference of theirs."""
    others = [member for member in desk.tickets.family(number) if member != number]
    rows = {row.number: row for row in desk.tickets.rows(Filter(), others)}
    stories = {member: [item.seq for item in desk.tickets.timeline(member)] for member in rows}
    found: dict[int, str] = {}
    # A story holds those of what was merged into it before: the shorter one is nearer to the entry.
    for member in sorted(stories, key=lambda member: len(stories[member]), reverse=True):
        found.update(dict.fromkeys(stories[member], ref(rows[member].kind, member)))
    return found


def readable(item: TimelineItem) -> TimelineItem:
    """An entry as a reader wants it: the opening shows its text, decisions their steps; the audit tab shows the rest."""
    if item.verb == "ticket.open" and item.undoes is None:
        changes = item.changes
        pair = changes.get("description") or [None, None]
        item.text = item.text or pair[1]
        item.changes = {name: changes[name] for name in _OPENING if name in changes}
    item.changes = {name: pair for name, pair in item.changes.items() if name not in _CLOCKS}
    given = any(reason.get("code") == "given" for reason in item.reasons)
    reasons: list[dict[str, Any]] = []
    for reason in item.reasons:
        if reason.get("code") != "decision":
            reasons.append(reason)
        elif reason.get("decision") != "classification":
            steps = reason.get("outcome", {}).get("steps", ())
            # A pin's step has no words of its own where somebody gave them.
            reasons.extend(step for step in steps if not (given and step.get("code") == "priority.pinned"))
    item.reasons = reasons
    return item


def ledger_clocks(found: dict[str, Any]) -> list[LedgerClock]:
    """The desk's explanation of the clocks as the ledger draws them: what has ended is not counted on."""
    return [_ledger_clock(name, clock, found["ledger"]) for name, clock in found["clocks"].items()]


def _ledger_clock(name: str, clock: dict[str, Any], ledger: list[dict[str, Any]]) -> LedgerClock:
    over = clock["run"] in ("met", "missed")
    windows = [
        LedgerWindow(_at(w["from"]), _at(w["to"]), _HOW.get(w["kind"], CLOSED), _(_WHY.get(w["kind"], "")))
        for w in ledger
        if w["clock"] == name and not (over and w["kind"] == "after")
    ]
    broken = clock["missed"] and clock["run"] == "running"
    word, tone = (N_("breached"), "breached") if broken else _RUNS.get(clock["run"], (str(clock["run"]), "plain"))
    due = clock["promised"] if over else clock["due"]
    return LedgerClock(
        _(_NAMES.get(name, name)),
        clock["target_seconds"],
        clock["elapsed"],
        NEVER if due is None else _at(due),
        _(word),
        tone,
        windows,
        clock["target_days"] or 0,
        _at(clock["ended"]) if over and clock["ended"] is not None else None,
    )


def _at(text: Any) -> int:
    return text if isinstance(text, int) else parse_instant(str(text), 0)
