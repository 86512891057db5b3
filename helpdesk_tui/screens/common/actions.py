"""The actions of the console, once: keys, footer, help, palette and command line all come from this list.

An action is a method `do_<name>` of the screens in its scopes. What cannot be done now says why (`DeskScreen.why_not`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from textual.binding import Binding

from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.roles import Permission

QUEUE: Final = "queue"
TICKET: Final = "ticket"
BOTH: Final = frozenset({QUEUE, TICKET})


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action. `keys` are Textual key names (the first is shown), `cli` the command line that does the same.

    `rank` orders the footer (0: not in it, at most six are shown); `on_ticket` needs a ticket under the cursor,
    `many` works on marked tickets as well. `word` is its name on the command line.
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
    )


ACTIONS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec(
        "ticket.new", N_("new"), N_("Open a new ticket: the caller first, then what they say"), ("n",),
        permission=_P.TICKET_CREATE, rank=1, cli="helpdesk ticket new TITLE",
    ),
    _on("take", N_("take"), N_("Take the ticket: it becomes yours"), "t", _P.TICKET_ASSIGN, rank=2,
        cli="helpdesk ticket take {numbers}"),
    _on("assign", N_("assign"), N_("Hand over to a person or a team"), "a", _P.TICKET_ASSIGN, rank=3,
        cli="helpdesk ticket assign {numbers} {args}"),
    _on("state", N_("state"), N_("Change the state; only possible moves are listed"), "s", _P.TICKET_TRANSITION, rank=4,
        cli="helpdesk ticket state {numbers} {args}"),
    _on("reply", N_("reply"), N_("Write a public reply: the requester reads it"), "c", _P.TICKET_REPLY, rank=5,
        cli="helpdesk ticket reply {numbers} -m TEXT"),
    _on("note", N_("note"), N_("Write an internal note: only the desk reads it"), "i", _P.NOTE_WRITE, rank=6,
        cli="helpdesk ticket note {numbers} -m TEXT"),
    _on("resolve", N_("resolve"), N_("Resolve with cause and resolution"), "x", _P.TICKET_TRANSITION, rank=7,
        cli="helpdesk ticket resolve {numbers} {args}"),
    _on("edit", N_("edit"), N_("Edit the fields"), "e", _P.TICKET_EDIT, rank=8, cli="helpdesk ticket edit {numbers} {args}"),
    _on("priority", N_("priority"), N_("Set impact and urgency, or pin the priority with a reason"), "exclamation_mark fullwidth_exclamation_mark",
        _P.TICKET_PRIORITY, cli="helpdesk ticket prioritise {numbers} {args}"),
    _on("classify", N_("classify"), N_("Let the rules classify again"), "C", _P.TICKET_EDIT, many=False,
        cli="helpdesk ticket classify {numbers}"),
    _on("why", N_("why"), N_("The reasons behind every value of this ticket"), "w", _P.TICKET_READ, many=False, rank=9,
        cli="helpdesk ticket why {numbers}"),
    _on("link", N_("link"), N_("Link to another ticket"), "L", _P.TICKET_EDIT, many=False,
        cli="helpdesk ticket link {numbers} {args}"),
    _on("merge", N_("merge"), N_("Merge into another ticket (undo takes it apart)"), "M", _P.TICKET_MERGE, many=False,
        cli="helpdesk ticket merge {numbers} {args}"),
    _on("close", N_("close"), N_("Close a resolved ticket"), "", _P.TICKET_CLOSE, cli="helpdesk ticket close {numbers}"),
    _on("reopen", N_("reopen"), N_("Open a resolved or closed ticket again"), "", _P.TICKET_REOPEN,
        cli="helpdesk ticket reopen {numbers} {args}"),
    _on("cancel", N_("cancel"), N_("Cancel a ticket that will not be worked on"), "", _P.TICKET_CLOSE,
        cli="helpdesk ticket cancel {numbers} {args}"),
    _on("copy_number", N_("copy number"), N_("Copy the ticket's number"), "y", _P.TICKET_READ),
    _on("copy_line", N_("copy line"), N_("Copy the ticket as one line"), "Y", _P.TICKET_READ),
    ActionSpec("desk.undo", N_("undo"), N_("Take back your own last action"), ("u",), permission=_P.UNDO, cli="helpdesk undo"),
    ActionSpec("desk.redo", N_("redo"), N_("Do again what you took back last"), ("U",), permission=_P.UNDO, cli="helpdesk redo"),
    ActionSpec("desk.copy_command", N_("copy as command"), N_("Copy the command line that does what was just done")),
    ActionSpec("queue.open", N_("open"), N_("Open the ticket under the cursor"), ("2",), scopes=_QUEUE, on_ticket=True,
               cli="helpdesk ticket show {numbers}"),
    ActionSpec("queue.filter", N_("filter"), N_("Filter the list: state:open team:network words"),
               ("slash", "fullwidth_solidus", "ideographic_comma"), scopes=_QUEUE, rank=10),
    ActionSpec("queue.next_view", N_("next view"), N_("To the next view"), ("right_square_bracket", "fullwidth_right_square_bracket"), scopes=_QUEUE),
    ActionSpec("queue.previous_view", N_("previous view"), N_("To the previous view"), ("left_square_bracket", "fullwidth_left_square_bracket"), scopes=_QUEUE),
    ActionSpec("queue.refresh", N_("refresh"), N_("Read the list anew and bring in what is new"), ("R", "f5"), scopes=BOTH),
    ActionSpec("queue.preview", N_("preview"), N_("Show or hide the preview"), ("p",), scopes=_QUEUE),
    ActionSpec("queue.preview_down", N_("preview down"), N_("Scroll the preview down"), ("J",), scopes=_QUEUE),
    ActionSpec("queue.preview_up", N_("preview up"), N_("Scroll the preview up"), ("K",), scopes=_QUEUE),
    ActionSpec("queue.sort", N_("sort"), N_("Choose the order of the list"), ("S",), scopes=_QUEUE),
    ActionSpec("detail.next_tab", N_("next tab"), N_("To the next tab"), ("right_square_bracket", "fullwidth_right_square_bracket"), scopes=_TICKET),
    ActionSpec("detail.previous_tab", N_("previous tab"), N_("To the previous tab"), ("left_square_bracket", "fullwidth_left_square_bracket"), scopes=_TICKET),
    ActionSpec("detail.next", N_("next ticket"), N_("The next ticket of the queue"), ("full_stop", "ideographic_full_stop"), scopes=_TICKET),
    ActionSpec("detail.previous", N_("previous ticket"), N_("The previous ticket of the queue"), ("comma", "fullwidth_comma"), scopes=_TICKET),
    ActionSpec("detail.back", N_("queue"), N_("Back to the queue"), ("1",), scopes=_TICKET),
    ActionSpec("app.command", N_("command"), N_("Type a command: a number, `queue sla:breached`, an action's name"),
               ("colon", "fullwidth_colon")),
    ActionSpec("app.help", N_("help"), N_("All keys of this screen, searchable"), ("question_mark", "fullwidth_question_mark", "f1")),
    ActionSpec("app.theme", N_("theme"), N_("Choose the colours"), ()),
    ActionSpec("app.redraw", N_("redraw"), N_("Draw the screen anew"), ("ctrl+l",)),
    ActionSpec("app.quit", N_("quit"), N_("Leave the program; drafts are kept"), (), scopes=BOTH),
)  # fmt: skip

BY_ID: Final = {spec.id: spec for spec in ACTIONS}
BY_WORD: Final = {spec.word: spec for spec in reversed(ACTIONS)}
FOOTER: Final = 6

LIST_KEYS: Final[tuple[tuple[str, str], ...]] = (
    ("j k", N_("Down and up (arrows as well)")),
    ("g G", N_("First and last")),
    ("ctrl+d ctrl+u", N_("Half a page down and up")),
    ("space", N_("Mark; the same keys then work on all marked tickets")),
    ("v", N_("Mark a range; again ends it (shift with arrows as well)")),
    ("V", N_("Mark everything in the filter")),
    ("Enter", N_("Open; in the timeline unfold a long text")),
    ("Esc", N_("One step back: marks, filter, screen")),
    ("Tab", N_("To the next pane")),
    ("ctrl+p", N_("All actions, searchable by name")),
    ("ctrl+q", N_("Quit")),
)
"""Keys that the widgets themselves answer to, for the help screen."""

_SHOWN_KEYS: Final = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "exclamation_mark": "!",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "comma": ",",
    "full_stop": ".",
}


def shown_key(key: str) -> str:
    """A key as people write it."""
    return _SHOWN_KEYS.get(key, key)


def of_scope(scope: str) -> Iterator[ActionSpec]:
    """The actions of a screen, in the registry's order."""
    return (spec for spec in ACTIONS if scope in spec.scopes)


def bindings(scope: str) -> list[Binding]:
    """A screen's key bindings; each has the action's id, so that a keymap can change it."""
    return [
        Binding(",".join(spec.keys), f"do('{spec.id}')", spec.label, show=False, id=spec.id)
        for spec in of_scope(scope)
        if spec.keys
    ]


def footer(specs: Iterable[ActionSpec]) -> list[ActionSpec]:
    """The best-ranked actions, at most six."""
    return sorted((spec for spec in specs if spec.rank and spec.keys), key=lambda spec: spec.rank)[:FOOTER]
