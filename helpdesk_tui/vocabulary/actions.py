"""The actions of the console, once: keys, footer, help, palette and command line all come from this list.

An action is a method `do_<name>` of the screens in its scopes. What cannot be done now says why (`DeskScreen.why_not`).
Plain mode takes its words and keys from here, too (`cli.plain`).
A new action is one entry here and one method there. Its `verb` is the verb of the desk that it calls: the permission
is that verb's, and `cli` the line of the commands that calls the same one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.roles import Permission

QUEUE: Final = "queue"
TICKET: Final = "ticket"
ON_CALL: Final = "oncall"
ROOM: Final = "room"
BOTH: Final = frozenset({QUEUE, TICKET})
EVERYWHERE: Final = frozenset({QUEUE, TICKET, ON_CALL, ROOM})


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action. `keys` are Textual key names (the first is shown), `cli` the command line that does the same.

    `rank` orders the footer (0: not in it, at most six are shown); `on_ticket` needs a ticket under the cursor,
    `many` works on marked tickets as well. `word` is its name on the command line. What is not `listed` is a key that
    stands for something listed elsewhere (Esc, q).
    """

    id: str
    label: str
    help: str
    keys: tuple[str, ...] = ()
    scopes: frozenset[str] = BOTH
    permission: Permission | None = None
    rank: int = 0
    on_ticket: bool = False
    many: bool = False
    cli: str = ""
    verb: str = ""
    listed: bool = True

    @property
    def method(self) -> str:
        """The name of the screen's method."""
        return "do_" + self.id.replace(".", "_")

    @property
    def word(self) -> str:
        """What one types after `:`."""
        return self.id.rpartition(".")[2]


_QUEUE: Final = frozenset({QUEUE})
_TICKET: Final = frozenset({TICKET})
_ON_CALL: Final = frozenset({ON_CALL})
_ROOM: Final = frozenset({ROOM})
_P = Permission


def _on(
    id: str,  # noqa: A002
    label: str,
    help: str,  # noqa: A002
    keys: str,
    permission: Permission,
    *,
    rank: int = 0,
    many: bool = True,
    cli: str = "",
    verb: str = "",
    scopes: frozenset[str] = BOTH,
) -> ActionSpec:
    return ActionSpec(
        f"ticket.{id}",
        label,
        help,
        tuple(keys.split()),
        scopes=scopes,
        permission=permission,
        rank=rank,
        on_ticket=True,
        many=many,
        cli=cli,
        verb=verb or f"ticket.{id}",
    )


ACTIONS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec(
        "ticket.new", N_("new"), N_("Open a new ticket: the caller first, then what they say"), ("n",),
        permission=_P.TICKET_CREATE, rank=1, cli="helpdesk ticket new TITLE", verb="ticket.open",
    ),
    _on("take", N_("take"), N_("Take the ticket: it becomes yours"), "t", _P.TICKET_ASSIGN, rank=2,
        cli="helpdesk ticket take {numbers}"),
    _on("assign", N_("assign"), N_("Hand over to a person or a team"), "a", _P.TICKET_ASSIGN, rank=3,
        cli="helpdesk ticket assign {numbers} PERSON"),
    _on("state", N_("state"), N_("Change the state; only possible moves are listed"), "s", _P.TICKET_TRANSITION, rank=4,
        cli="helpdesk ticket state {numbers} STATE"),
    _on("pend", N_("wait"), N_("Put on hold until a day, with the reason"), "z", _P.TICKET_TRANSITION, many=False,
        cli="helpdesk ticket pend {numbers} --until DAY --reason TEXT"),
    _on("reply", N_("reply"), N_("Write a public reply: the requester reads it"), "c", _P.TICKET_REPLY, rank=5,
        cli="helpdesk ticket reply {numbers} -m TEXT"),
    _on("note", N_("note"), N_("Write an internal note: only the desk reads it"), "i", _P.NOTE_WRITE, rank=6,
        cli="helpdesk ticket note {numbers} -m TEXT"),
    _on("resolve", N_("resolve"), N_("Resolve with cause and resolution"), "x", _P.TICKET_TRANSITION, rank=7,
        cli="helpdesk ticket resolve {numbers} -m TEXT"),
    _on("edit", N_("edit"), N_("Edit the fields"), "e", _P.TICKET_EDIT, rank=8, cli="helpdesk ticket edit {numbers} --set FIELD=VALUE"),
    _on("priority", N_("priority"), N_("Set impact and urgency, or pin the priority with a reason"), "exclamation_mark fullwidth_exclamation_mark",
        _P.TICKET_PRIORITY, verb="ticket.prioritise", cli="helpdesk ticket prioritise {numbers} --impact LEVEL --urgency LEVEL"),
    _on("classify", N_("classify"), N_("Let the rules classify again"), "C", _P.TICKET_EDIT, many=False,
        cli="helpdesk ticket classify {numbers}"),
    _on("why", N_("why"), N_("The reasons behind every value of this ticket"), "w", _P.TICKET_READ, many=False, rank=9,
        cli="helpdesk ticket why {numbers}"),
    _on("link", N_("link"), N_("Link to another ticket"), "L", _P.TICKET_EDIT, many=False,
        cli="helpdesk ticket link {numbers} NUMBER"),
    _on("merge", N_("merge"), N_("Merge into another ticket (undo takes it apart)"), "M", _P.TICKET_MERGE, many=False,
        cli="helpdesk ticket merge {numbers} NUMBER"),
    _on("split", N_("split"), N_("Open a ticket of its own for a second matter in this one"), "B", _P.TICKET_MERGE, many=False,
        cli="helpdesk ticket split {numbers} TITLE"),
    _on("watch", N_("follow"), N_("Follow the ticket, or stop following it"), "f", _P.TICKET_READ, many=False,
        cli="helpdesk ticket watch {numbers}"),
    _on("watchers", N_("followers"), N_("Let others follow the ticket, or take them off"), "P", _P.TICKET_READ, many=False,
        verb="ticket.watch", cli="helpdesk ticket watch {numbers} --person PERSON"),
    _on("time", N_("time"), N_("Record time worked on the ticket"), "H", _P.TIME_LOG, many=False, verb="ticket.log_time",
        cli="helpdesk ticket time {numbers} 20m"),
    _on("close", N_("close"), N_("Close a resolved ticket"), "", _P.TICKET_CLOSE, cli="helpdesk ticket close {numbers}"),
    _on("reopen", N_("reopen"), N_("Open a resolved or closed ticket again"), "", _P.TICKET_REOPEN,
        cli="helpdesk ticket reopen {numbers} --reason TEXT"),
    _on("cancel", N_("cancel"), N_("Cancel a ticket that will not be worked on"), "", _P.TICKET_CLOSE,
        cli="helpdesk ticket cancel {numbers} --reason TEXT"),
    _on("sensitive", N_("sensitive"), N_("Mark sensitive: only those named on it read it; or take the mark off"), "",
        _P.TICKET_EDIT, many=False, cli="helpdesk ticket sensitive {numbers} --reason TEXT"),
    _on("ack", N_("ack"), N_("Acknowledge: you are on it, and nobody else is paged"), "K", _P.INCIDENT_RESPOND, rank=1, many=False,
        scopes=_TICKET, verb="escalation.ack", cli="helpdesk escalation ack {numbers}"),
    _on("page", N_("page"), N_("Page the next level, or people, with the reason"), "E", _P.INCIDENT_COMMAND, many=False, scopes=_TICKET,
        verb="escalation.page", cli="helpdesk escalation page {numbers} --reason TEXT"),
    _on("room", N_("war room"), N_("The war room of an incident; it is declared first, if it was not yet"), "W", _P.NOTE_READ,
        many=False, verb="incident.show", cli="helpdesk incident show {numbers}"),
    _on("checklist", N_("checklist"), N_("Add a step to the checklist; space ticks one off, - takes it away"), "T", _P.TICKET_EDIT,
        many=False, scopes=_TICKET, verb="ticket.checklist.add", cli="helpdesk ticket checklist {numbers} --add TEXT"),
    _on("attach", N_("attach"), N_("Attach a file of this machine to the ticket"), "A", _P.TICKET_REPLY, many=False,
        scopes=_TICKET, verb="attachment.add", cli="helpdesk ticket attach {numbers} FILE"),
    _on("copy_number", N_("copy number"), N_("Copy the ticket's number"), "y", _P.TICKET_READ, verb="ticket.show"),
    _on("copy_line", N_("copy line"), N_("Copy the ticket as one line"), "Y", _P.TICKET_READ, verb="ticket.show"),
    ActionSpec("desk.undo", N_("undo"), N_("Take back your own last action"), ("u",), permission=_P.UNDO, cli="helpdesk undo", verb="undo.last"),
    ActionSpec("desk.redo", N_("redo"), N_("Do again what you took back last"), ("U",), permission=_P.UNDO, cli="helpdesk redo", verb="redo.last"),
    ActionSpec("desk.copy_command", N_("copy as command"), N_("Copy the command line that does what was just done"),
               scopes=EVERYWHERE),
    ActionSpec("queue.open", N_("open"), N_("Open the ticket under the cursor"), ("2",), scopes=_QUEUE, on_ticket=True,
               permission=_P.TICKET_READ, cli="helpdesk ticket show {numbers}", verb="ticket.show"),
    ActionSpec("queue.back", N_("back"), N_("One step back: marks, filter, screen"), ("escape",), scopes=_QUEUE, listed=False),
    ActionSpec("queue.quit", N_("quit"), N_("Leave the program; drafts are kept"), ("q",), scopes=_QUEUE, listed=False),
    ActionSpec("detail.escape", N_("back"), N_("One step back: marks, filter, screen"), ("escape", "q"), scopes=_TICKET, listed=False),
    ActionSpec("detail.enter", N_("open"), N_("Open one of the linked tickets"), ("enter",), scopes=_TICKET, listed=False),
    ActionSpec("queue.filter", N_("filter"), N_("Filter the list: state:open team:network words"),
               ("slash", "fullwidth_solidus", "ideographic_comma"), scopes=_QUEUE, rank=10),
    ActionSpec("queue.next_view", N_("next view"), N_("To the next view"), ("right_square_bracket", "fullwidth_right_square_bracket"), scopes=_QUEUE),
    ActionSpec("queue.previous_view", N_("previous view"), N_("To the previous view"), ("left_square_bracket", "fullwidth_left_square_bracket"), scopes=_QUEUE),
    ActionSpec("queue.refresh", N_("refresh"), N_("Read the list anew and bring in what is new"), ("R", "f5"), scopes=EVERYWHERE),
    ActionSpec("queue.preview", N_("preview"), N_("Show or hide the preview"), ("p",), scopes=_QUEUE),
    ActionSpec("queue.preview_down", N_("preview down"), N_("Scroll the preview down"), ("J",), scopes=_QUEUE),
    ActionSpec("queue.preview_up", N_("preview up"), N_("Scroll the preview up"), ("K",), scopes=_QUEUE),
    ActionSpec("queue.sort", N_("sort"), N_("Choose the order of the list"), ("S",), scopes=_QUEUE),
    ActionSpec("queue.group", N_("group"), N_("Put the list in groups: by team, priority or service"), ("b",), scopes=_QUEUE),
    ActionSpec("queue.columns", N_("columns"), N_("Choose the columns of this view and their order"), ("O",), scopes=_QUEUE),
    ActionSpec("queue.next_up", N_("next up"), N_("What to take next: time to breach, priority, who waits, your skills"), ("N",),
               scopes=_QUEUE, permission=_P.TICKET_ASSIGN, cli="helpdesk ticket next", verb="ticket.next"),
    ActionSpec("queue.save_view", N_("save view"), N_("Keep this filter as a view, for yourself or for everybody"), ("F",),
               scopes=_QUEUE, permission=_P.VIEW_OWN, cli="helpdesk view save CODE QUERY", verb="view.save"),
    ActionSpec("queue.delete_view", N_("delete view"), N_("Take a saved view away"), (), scopes=_QUEUE,
               permission=_P.VIEW_OWN, cli="helpdesk view delete CODE", verb="view.delete"),
    ActionSpec("detail.next_tab", N_("next tab"), N_("To the next tab"), ("right_square_bracket", "fullwidth_right_square_bracket"), scopes=_TICKET),
    ActionSpec("detail.previous_tab", N_("previous tab"), N_("To the previous tab"), ("left_square_bracket", "fullwidth_left_square_bracket"), scopes=_TICKET),
    ActionSpec("detail.next", N_("next ticket"), N_("The next ticket of the queue"), ("full_stop", "ideographic_full_stop"), scopes=_TICKET),
    ActionSpec("detail.previous", N_("previous ticket"), N_("The previous ticket of the queue"), ("comma", "fullwidth_comma"), scopes=_TICKET),
    ActionSpec("detail.back", N_("queue"), N_("Back to the queue"), ("1",), scopes=_TICKET),
    ActionSpec("oncall.override", N_("override"), N_("Let others be on call for a while: instead of everybody, of one, or in addition"),
               ("o",), scopes=_ON_CALL, permission=_P.ON_CALL_OVERRIDE, rank=1,
               cli="helpdesk oncall override payments --person PERSON --for 4h", verb="oncall.override"),
    ActionSpec("oncall.swap", N_("offer my turns"), N_("Ask somebody to take over your turns; they stay yours until somebody does"), ("s",),
               scopes=_ON_CALL, permission=_P.ON_CALL_OVERRIDE, rank=2, cli="helpdesk oncall swap payments --for 4h", verb="oncall.swap"),
    ActionSpec("oncall.take_over", N_("take over"), N_("Take over the turns that somebody offers"), ("t",), scopes=_ON_CALL,
               permission=_P.ON_CALL_OVERRIDE, rank=3, cli="helpdesk oncall take OC-2", verb="oncall.take"),
    ActionSpec("oncall.withdraw", N_("withdraw"), N_("Withdraw an override, a temporary schedule or a swap"), ("x",), scopes=_ON_CALL,
               permission=_P.ON_CALL_OVERRIDE, rank=4, cli="helpdesk oncall withdraw OC-2", verb="oncall.withdraw"),
    ActionSpec("oncall.next_schedule", N_("next schedule"), N_("To the next schedule"),
               ("right_square_bracket", "fullwidth_right_square_bracket"), scopes=_ON_CALL, rank=5),
    ActionSpec("oncall.previous_schedule", N_("previous schedule"), N_("To the previous schedule"),
               ("left_square_bracket", "fullwidth_left_square_bracket"), scopes=_ON_CALL),
    ActionSpec("room.note", N_("note"), N_("Write a line of the timeline; it may begin with a time: 10m ago, 14:05"), ("i",), scopes=_ROOM,
               permission=_P.INCIDENT_RESPOND, rank=1, cli="helpdesk incident note 1042 -m TEXT", verb="incident.note"),
    ActionSpec("room.update", N_("update"), N_("Say how it stands: inside and outside, in both languages"), ("c",), scopes=_ROOM,
               permission=_P.INCIDENT_PUBLISH, rank=2, cli="helpdesk incident update 1042 --internal TEXT", verb="incident.update"),
    ActionSpec("room.severity", N_("severity"), N_("Change the severity"), ("s",), scopes=_ROOM, permission=_P.INCIDENT_COMMAND, rank=3,
               cli="helpdesk incident severity 1042 SEV2", verb="incident.severity"),
    ActionSpec("room.role", N_("role"), N_("Take a role, or ask somebody to take it"), ("r",), scopes=_ROOM,
               permission=_P.INCIDENT_RESPOND, rank=4, cli="helpdesk incident role 1042 scribe --to PERSON", verb="incident.offer"),
    ActionSpec("room.todo", N_("task"), N_("Something to do"), ("T",), scopes=_ROOM, permission=_P.INCIDENT_RESPOND, rank=5,
               cli="helpdesk incident task 1042 TEXT", verb="incident.task"),
    ActionSpec("room.stamp", N_("stamp"), N_("Say what happens now: mitigated, resolved ..."), ("m",), scopes=_ROOM,
               permission=_P.INCIDENT_COMMAND, rank=6, cli="helpdesk incident stamp 1042 mitigated", verb="incident.stamp"),
    ActionSpec("room.page", N_("page"), N_("Page the next level, or people, with the reason"), ("P",), scopes=_ROOM,
               permission=_P.INCIDENT_COMMAND, cli="helpdesk escalation page 1042 --reason TEXT", verb="escalation.page"),
    ActionSpec("room.ack", N_("ack"), N_("Acknowledge: you are on it, and nobody else is paged"), ("K",), scopes=_ROOM,
               permission=_P.INCIDENT_RESPOND, cli="helpdesk escalation ack 1042", verb="escalation.ack"),
    ActionSpec("room.accept", N_("accept"), N_("Take the role that you were asked to take"), ("A",), scopes=_ROOM,
               permission=_P.INCIDENT_RESPOND, cli="helpdesk incident accept 1042", verb="incident.accept"),
    ActionSpec("room.done", N_("done"), N_("The task under the cursor is done, or not after all; a step is begun, then done"), ("space",), scopes=_ROOM,
               permission=_P.INCIDENT_RESPOND, cli="helpdesk incident done 1042 1", verb="incident.done"),
    ActionSpec("room.pin", N_("pin"), N_("Pin the line under the cursor above the timeline, or take the pin away"),
               ("exclamation_mark", "fullwidth_exclamation_mark"), scopes=_ROOM, permission=_P.INCIDENT_RESPOND,
               cli="helpdesk incident pin 1042 3", verb="incident.pin"),
    ActionSpec("room.recovery", N_("recovery"), N_("Begin the recovery by the plan, take a runbook up, or tell of the last good copy"), ("B",),
               scopes=_ROOM, permission=_P.INCIDENT_RESPOND, cli="helpdesk incident recover 1042", verb="incident.recover"),
    ActionSpec("room.skip_step", N_("leave out"), N_("Leave the step under the cursor out, and say why"), ("minus",), scopes=_ROOM,
               permission=_P.INCIDENT_RESPOND, cli="helpdesk incident step 1042 1 --skip -m TEXT", verb="incident.step"),
    ActionSpec("room.copy_check", N_("copy check"), N_("Copy the command that shows whether the step under the cursor worked"), ("v",),
               scopes=_ROOM),
    ActionSpec("room.follow_up", N_("follow up"), N_("Make a ticket of the task under the cursor; elsewhere, write down what follows"), ("F",),
               scopes=_ROOM, permission=_P.INCIDENT_RESPOND, cli="helpdesk incident follow 1042 1 --as problem", verb="incident.follow"),
    ActionSpec("room.resolve", N_("resolve"), N_("The incident is over: what was wrong, and what was done"), ("x",), scopes=_ROOM,
               permission=_P.TICKET_TRANSITION, cli="helpdesk ticket resolve 1042 -m TEXT", verb="ticket.resolve"),
    ActionSpec("room.report", N_("review"), N_("The review: read, draft, edit, approve, publish or waive it"), ("V",), scopes=_ROOM,
               permission=_P.NOTE_READ, cli="helpdesk review show 1042", verb="review.show"),
    ActionSpec("room.whole_ticket", N_("ticket"), N_("Open the ticket"), ("o",), scopes=_ROOM, permission=_P.TICKET_READ,
               cli="helpdesk ticket show 1042", verb="ticket.show"),
    ActionSpec("room.back", N_("back"), N_("Back to where you came from"), ("escape", "q", "1"), scopes=_ROOM, listed=False),
    ActionSpec("oncall.back", N_("back"), N_("Back to where you came from"), ("escape", "q", "1"), scopes=_ON_CALL, listed=False),
    ActionSpec("app.command", N_("command"), N_("Type a command: a number, `queue sla:breached`, an action's name"),
               ("colon", "fullwidth_colon"), scopes=EVERYWHERE),
    ActionSpec("app.help", N_("help"), N_("All keys of this screen, searchable"), ("question_mark", "fullwidth_question_mark", "f1"),
               scopes=EVERYWHERE),
    ActionSpec("app.theme", N_("theme"), N_("Choose the colours"), (), scopes=EVERYWHERE),
    ActionSpec("app.language", N_("language"), N_("Choose the language; everything is drawn anew in it"), (), scopes=EVERYWHERE),
    ActionSpec("app.settings", N_("settings"), N_("Change what people change often: colours, language, keys, bell"), ("f9",),
               scopes=EVERYWHERE, cli="helpdesk config show"),
    ActionSpec("app.tour", N_("tour"), N_("A tour of two minutes, on a demo desk of its own"), ()),
    ActionSpec("app.notices", N_("notices"), N_("What concerns you: assigned, mentioned, replied, running out of time"),
               ("at", "fullwidth_commercial_at"), scopes=EVERYWHERE, permission=_P.TICKET_READ, cli="helpdesk notices", verb="notice.list"),
    ActionSpec("app.lock", N_("lock"), N_("Hide the screen until Enter; what you were typing is kept"), ("Z",), scopes=EVERYWHERE),
    ActionSpec("app.redraw", N_("redraw"), N_("Draw the screen anew"), ("ctrl+l",), scopes=EVERYWHERE),
    ActionSpec("app.on_call", N_("on call"), N_("Who is on call, until when and who is next; overrides and swaps"), ("D",),
               scopes=BOTH | _ROOM,
               permission=_P.ON_CALL_READ, cli="helpdesk oncall now", verb="oncall.now"),
    ActionSpec("app.quit", N_("quit"), N_("Leave the program; drafts are kept"), (), scopes=EVERYWHERE),
)  # fmt: skip

BY_ID: Final = {spec.id: spec for spec in ACTIONS}
BY_WORD: Final = {spec.word: spec for spec in reversed(ACTIONS)}
FOOTER: Final = 6

APP_KEYS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec("app.leave", N_("quit"), N_("Leave the program; drafts are kept"), ("ctrl+q",)),
    ActionSpec("app.palette", N_("palette"), N_("All actions, searchable by name"), ("ctrl+p",)),
    ActionSpec("tour.skip", N_("skip"), N_("On the tour: go on without this step"), ("ctrl+g",)),
    ActionSpec("app.interrupted", N_("copy"), N_("Copy what is selected"), ("ctrl+c",)),
)
"""What works on every screen, in dialogs and fields too."""


def by_word(word: str, scope: str) -> ActionSpec | None:
    """The action of a typed word: that of the screen where it is typed, else any."""
    return next((spec for spec in of_scope(scope) if spec.word == word), BY_WORD.get(word))


def of_scope(scope: str) -> Iterator[ActionSpec]:
    """The actions of a screen, in the registry's order."""
    return (spec for spec in ACTIONS if scope in spec.scopes)


def footer(
    specs: Iterable[ActionSpec], keys: Callable[[ActionSpec], Sequence[str]] = attrgetter("keys")
) -> list[ActionSpec]:
    """The best-ranked actions that have a key (`keys` tells which), at most six."""
    return sorted((spec for spec in specs if spec.rank and keys(spec)), key=lambda spec: spec.rank)[:FOOTER]
