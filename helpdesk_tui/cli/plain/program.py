"""Plain mode: a prompt, and what each word and key does. The words and keys are those of the registry of actions."""

import contextlib
import difflib
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from helpdesk_tui.cli.plain import voice
from helpdesk_tui.cli.plain.commands import Commands
from helpdesk_tui.cli.plain.talk import Left
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.places import state_dir
from helpdesk_tui.desk.typed_lines import History, history_path
from helpdesk_tui.settings.schema import Settings
from helpdesk_tui.vocabulary.actions import ACTIONS, BY_WORD, ActionSpec
from helpdesk_tui.vocabulary.errors import Conflict, DeskError
from helpdesk_tui.vocabulary.filter_problem import FilterProblem
from helpdesk_tui.vocabulary.i18n import LANGUAGES, N_, _, language, ngettext, normalise_language, set_language
from helpdesk_tui.vocabulary.kinds import PREFIX, parse_ref
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission, Scope
from helpdesk_tui.vocabulary.text import one_line

Handler = Callable[["Plain", str], None]
NOTICES: Final = 10
"""Notices that are read out at once; of more the sum is said."""
_KEY_NAMES: Final = {"slash": "/", "at": "@"}

HANDLERS: Final[dict[str, Handler]] = {
    "ticket.new": lambda p, rest: p.do_new(rest),
    "ticket.take": lambda p, rest: p.do_take(rest),
    "ticket.assign": lambda p, rest: p.do_assign(rest),
    "ticket.state": lambda p, rest: p.do_state(rest),
    "ticket.pend": lambda p, rest: p.do_pend(rest),
    "ticket.reply": lambda p, rest: p.do_reply(rest),
    "ticket.note": lambda p, rest: p.do_note(rest),
    "ticket.resolve": lambda p, rest: p.do_resolve(rest),
    "ticket.edit": lambda p, rest: p.do_edit(rest),
    "ticket.priority": lambda p, rest: p.do_priority(rest),
    "ticket.merge": lambda p, rest: p.do_merge(rest),
    "ticket.why": lambda p, rest: p.do_why(rest),
    "ticket.close": lambda p, rest: p.do_close(rest),
    "ticket.reopen": lambda p, rest: p.do_reopen(rest),
    "ticket.cancel": lambda p, rest: p.do_cancel(rest),
    "ticket.copy_number": lambda p, rest: voice.say(p.named(p.the_ticket(rest))),
    "ticket.copy_line": lambda p, rest: p.say_line(rest),
    "desk.undo": lambda p, rest: p.run_line(f"undo {rest}") if rest else p.do_undo(),
    "desk.redo": lambda p, rest: p.do_redo(rest),
    "desk.copy_command": lambda p, _rest: p.do_command_line(),
    "queue.open": lambda p, rest: p.do_open(rest),
    "queue.back": lambda p, rest: p.do_list(rest),
    "queue.quit": lambda p, _rest: p.do_quit(),
    "detail.escape": lambda p, rest: p.do_list(rest),
    "detail.enter": lambda p, rest: p.do_open(rest),
    "queue.filter": lambda p, rest: p.do_filter(rest),
    "queue.next_view": lambda p, _rest: p.step_view(1),
    "queue.previous_view": lambda p, _rest: p.step_view(-1),
    "queue.refresh": lambda p, _rest: p.do_again() if p.current is None else p.do_open(""),
    "queue.sort": lambda p, rest: p.do_sort(rest),
    "queue.next_up": lambda p, rest: p.do_next_up(rest),
    "detail.next": lambda p, _rest: p.step(1),
    "detail.previous": lambda p, _rest: p.step(-1),
    "detail.back": lambda p, rest: p.do_list(rest),
    "app.command": lambda p, rest: p.run_line(rest),
    "app.help": lambda p, rest: p.do_help(rest),
    "app.language": lambda p, rest: p.do_language(rest),
    "app.redraw": lambda p, _rest: p.do_again() if p.current is None else p.do_open(""),
    "app.notices": lambda p, rest: p.run_line(f"notices {rest}") if rest else p.do_notices(),
    "app.quit": lambda p, _rest: p.do_quit(),
}
"""What plain mode does itself; what is not here and has a command is done with that."""
SCREEN_ONLY: Final = frozenset(
    {"queue.preview", "queue.preview_down", "queue.preview_up", "queue.group", "queue.columns", "detail.next_tab",
     "detail.previous_tab", "app.theme", "app.tour", "app.lock",
     "oncall.next_schedule", "oncall.previous_schedule", "oncall.back", "room.back",
     "room.copy_check"}
)  # fmt: skip
"""What only has a meaning on a screen that is drawn."""
TEXTS: Final = frozenset(
    {"ticket.note", "ticket.reply", "ticket.new", "ticket.resolve", "ticket.cancel", "ticket.reopen"}
)
"""Actions whose words may be a text."""
OWN: Final[dict[str, tuple[Handler, str]]] = {
    "n": (lambda p, rest: p.do_next_page(rest), N_("the next page of the list")),
    "p": (lambda p, rest: p.do_previous_page(rest), N_("the page before")),
    "list": (lambda p, rest: p.do_list(rest), N_("back to the list")),
    "queue": (lambda p, rest: p.do_queue(rest), N_("the list, with another filter: queue sla:breached")),
    "view": (lambda p, rest: p.do_view(rest), N_("a saved view: view mine; alone, all views")),
    "views": (lambda p, rest: p.do_views(rest), N_("all views with their counts")),
    "search": (lambda p, rest: p.do_search(rest), N_("find by any words: search vpn drops")),
    "next": (lambda p, _rest: p.step(1), N_("the next ticket of the list")),
    "previous": (lambda p, _rest: p.step(-1), N_("the ticket before")),
    "show": (lambda p, rest: p.do_open(rest), N_("read the ticket again; show 3, show 1042")),
    "details": (lambda p, rest: p.do_details(rest), N_("all fields of the ticket, links and steps")),
    "comments": (lambda p, rest: p.do_comments(rest), N_("everything that was said")),
    "timeline": (lambda p, rest: p.do_timeline(rest), N_("everything that happened")),
    "mark": (lambda p, rest: p.do_mark(rest), N_("mark rows for what is done next: mark 1-4, mark all")),
    "unmark": (lambda p, rest: p.do_unmark(rest), N_("take all marks away")),
    "again": (lambda p, rest: p.do_again(rest), N_("read the list again")),
    "help": (lambda p, rest: p.do_help(rest), N_("these words; help WORD about one")),
    "quit": (lambda p, _rest: p.do_quit(), N_("leave; drafts are kept")),
}
"""Words of plain mode beyond those of the actions."""
_TICKET_WORDS: Final = frozenset(prefix.lower() for prefix in PREFIX.values())
_MORE_WORDS: Final = {"?": "help", "？": "help", "q": "quit", "exit": "quit", "back": "list"}


def key_of(name: str) -> str:
    """The sign of a key's name, empty where it is no sign that can be typed on a line."""
    if len(name) == 1:
        return name
    if name in _KEY_NAMES:
        return _KEY_NAMES[name]
    try:
        return unicodedata.lookup(name.replace("_", " ").upper())
    except KeyError:
        return ""


class Plain(Commands):
    """The session."""

    def __init__(self, desk: Desk, settings: Settings, path: Path) -> None:
        super().__init__(desk, settings, path)
        self.rows = []
        self.over = False
        self._history = History(history_path(state_dir(), self.me))
        self._keys: dict[str, ActionSpec] = {}
        for spec in reversed(ACTIONS):
            for name in settings.keys.get(spec.id, spec.keys):
                sign = key_of(name)
                if sign and sign not in OWN and sign not in _MORE_WORDS and not sign.isdecimal():
                    self._keys[sign] = spec
        self._head = -1
        self._moved = -1
        self._told: set[str] = set()
        self._next_clock: Instant = 0
        self._next_tick: Instant = desk.now() + settings.tick

    # -- the loop --------------------------------------------------------------------------------------------

    def run(self, ticket: int | None) -> int:
        """Ask and answer until the person leaves; the exit code."""
        self._begin(ticket)
        while not self.over:
            try:
                self._turn()
            except EOFError:
                if self.reader.terminal:
                    voice.say("")
                self.over = True
            except KeyboardInterrupt:
                voice.say("")
                voice.say(
                    _("left; what was written is kept as a draft")
                    if self.keeping
                    else _("left; quit leaves the program")
                )
                self.keeping = False
        if self.reader.terminal:
            voice.say(_("goodbye"))
        sys.stdout.flush()
        return 0

    def _begin(self, ticket: int | None) -> None:
        voice.say(
            _("Helpdesk, plain mode, {who}. help tells the words, quit leaves.").format(who=one_line(self.me, 60))
        )
        self.reader.remember(self._history.read())
        self.reader.complete_with(self.words())
        waiting = self.drafts.waiting()
        if waiting:
            voice.say(ngettext("{n} draft waits", "{n} drafts wait", waiting).format(n=waiting))
        with self._saying():
            self.news()
        with self._saying():
            if ticket is not None:
                self.open_ticket(ticket)
            else:
                self.begin_list()

    def _turn(self) -> None:
        """One line read and done."""
        with self._saying():
            self.news()
        try:
            line = self.reader.line(self.prompt(), kept=True).strip()
        except DeskError as error:
            voice.say(str(error))
            return
        if line:
            if not self._is_text(line):
                self._history.add(one_line(line))
            self.keeping = False
            with self._saying():
                self.obey(line)
            self.keeping = False

    def _is_text(self, line: str) -> bool:
        """Whether a line holds words of a ticket: those stand in the desk, where a redaction finds them, and nowhere else."""
        word, _blank, rest = line.lstrip(":：").strip().partition(" ")
        spec = self._keys.get(word) or BY_WORD.get(word.casefold())
        return bool(rest.strip()) and spec is not None and spec.id in TEXTS

    def prompt(self) -> str:
        """What stands before the line: the ticket, or how many are marked."""
        if self.current is not None:
            return f"{self.ref}>"
        n = len(self.marked)
        return ngettext("{n} marked>", "{n} marked>", n).format(n=n) if n else ">"

    @contextlib.contextmanager
    def _saying(self) -> Any:
        """Whatever goes wrong is one line, and the prompt comes again."""
        try:
            yield
        except Left as left:
            voice.say(str(left))
        except FilterProblem as error:
            voice.say(str(error))
        except Conflict as error:
            voice.say(str(error))
            if self.keeping:
                voice.say(_("the draft is kept"))
        except DeskError as error:
            voice.say(str(error))
            if self.keeping:
                voice.say(_("the draft is kept"))
        except (EOFError, KeyboardInterrupt, BrokenPipeError):
            raise
        except Exception as error:
            from helpdesk_tui.cli import errors

            errors.exit_code(error)

    # -- one line --------------------------------------------------------------------------------------------

    def obey(self, line: str) -> None:
        """Do what a line says. Raises DeskError, Left."""
        line = line.lstrip(":：").strip()
        word, _blank, rest = line.partition(" ")
        plain, rest = unicodedata.normalize("NFKC", word), rest.strip()
        low = plain.casefold()
        if not line:
            return
        if line[0] in "/／" or (line[0] == "、" and len(line) > 1):
            self.do_filter(line[1:].strip())
        elif plain[0] == "!" and len(line) > 1 and not (plain == "!" and self._is_key(rest)):
            self.run_line(line[1:].strip())
        elif not rest and self.row_number(plain) is not None:
            self.do_open(plain)
        elif plain in self._keys:
            # Keys are signs: a large one is another than a small one.
            self.do(self._keys[plain], rest)
        elif low in OWN or low in _MORE_WORDS:
            OWN[_MORE_WORDS.get(low, low)][0](self, rest)
        elif low in BY_WORD:
            self.do(BY_WORD[low], rest)
        elif low == "helpdesk" or low in self.command_words():
            self.run_line(line)
        elif low in _TICKET_WORDS and (number := parse_ref(rest)) is not None:
            self.open_ticket(number)
        else:
            near = difflib.get_close_matches(low, self.words(), n=1, cutoff=0.5)
            told = _("there is no command {word}; did you mean {nearest}?") if near else _("there is no command {word}")
            raise Left(told.format(word=one_line(word, 60), nearest=near[0] if near else ""))

    def _is_key(self, rest: str) -> bool:
        """Whether `! high low` is about the key `!`: no command stands behind it."""
        first = rest.partition(" ")[0]
        return (
            first != "helpdesk" and first not in self.command_words() and parse_ref(first) is None and first[:1] != "-"
        )

    def why_not(self, spec: ActionSpec) -> str | None:
        """Why an action cannot be done here, or None."""
        if spec.id in SCREEN_ONLY or (spec.id not in HANDLERS and not spec.cli):
            return _("plain mode has no screen for it")
        if spec.permission is not None and self.desk.scope(spec.permission) is Scope.NONE:
            return _("your roles lack the permission {permission}").format(permission=spec.permission.value)
        return None

    def do(self, spec: ActionSpec, rest: str) -> None:
        """Do an action of the registry, or say why not."""
        reason = self.why_not(spec)
        if reason is not None:
            raise Left(_("{action}: {reason}").format(action=_(spec.label), reason=reason))
        handler = HANDLERS.get(spec.id)
        if handler is None:
            self.by_command(spec, rest)
        else:
            handler(self, rest)

    # -- about the program -----------------------------------------------------------------------------------

    def words(self) -> list[str]:
        """All words that can begin a line."""
        actions = {spec.word for spec in ACTIONS if spec.listed and self.why_not(spec) is None}
        return sorted({*OWN, *actions})

    def do_quit(self) -> None:
        """Leave."""
        self.over = True

    def do_help(self, rest: str) -> None:
        """The words, or one of them."""
        told = {word: _(text) for word, (_handler, text) in OWN.items()}
        for spec in ACTIONS:
            if spec.listed and spec.word not in told and self.why_not(spec) is None:
                keys = [sign for sign, other in self._keys.items() if other.id == spec.id and sign.isascii()]
                key = _(" (key {key})").format(key=keys[0]) if keys else ""
                told[spec.word] = _(spec.help) + key
        wanted = rest.casefold()
        if wanted:
            found = {word: text for word, text in told.items() if wanted in word or wanted in text.casefold()}
            if not found:
                raise Left(_("help says nothing of {word}").format(word=rest))
            for word, text in found.items():
                voice.fact(word, text)
            return
        voice.say(_("A number opens a row of the list or a ticket. A filter: /state:new. A command: !ticket list."))
        voice.say(_("Words: {words}").format(words=_(", ").join(told)))
        voice.say(_("Rows may be named: take 3, close 1-4, assign all ana. help WORD tells of one."))

    def do_language(self, rest: str) -> None:
        """Speak another language until the end of the session."""
        found = normalise_language(rest or self.choose(_("Language"), [(code, "") for code in LANGUAGES]))
        if found is None:
            raise Left(_("the language {value} is not spoken here; use {known}").format(
                value=rest, known=", ".join(LANGUAGES)))  # fmt: skip
        set_language(found)
        voice.say(_("language: {code}").format(code=language()))

    def do_sort(self, rest: str) -> None:
        """Another order: `sort -priority,due`."""
        if self.query is None:
            raise Left(_("this list has an order of its own"))
        order = rest or self.ask(_("Order"), hint=_("for instance: -priority,due"))
        base = " ".join(part for part in self.query.split() if not part.startswith("sort:"))
        self.show_query(f"{base} sort:{order}".strip(), self.title)

    def do_command_line(self) -> None:
        """The command that does what was just done."""
        voice.say(self.last_command or _("nothing was done yet in this session"))

    def say_line(self, rest: str) -> None:
        """A ticket as one line."""
        ticket = self.desk.tickets.show(self.the_ticket(rest))
        voice.say(f"{ticket['ref']} {ticket['title']}")

    # -- news ------------------------------------------------------------------------------------------------

    def news(self) -> None:
        """What others did and what time brought since the last line, said before the next is asked for."""
        self._tick()
        store, now = self.desk.store, self.desk.now()
        moved = store.data_version()
        if moved != self._moved:
            self._moved = moved
            self.say_changed()
        elif self._head >= 0 and now < self._next_clock:
            return
        if self.desk.scope(Permission.TICKET_READ) is Scope.NONE:
            return
        first = self._head < 0
        found = self.desk.notices.since(store.head() if first else self._head)
        self._head, self._next_clock = found.head, found.next_at
        fresh = [each for each in (*found.news, *found.late) if each.key not in self._told]
        self._told = {each.key for each in found.late} | {each.key for each in found.news}
        if first:
            if fresh:
                n = len(fresh)
                voice.say(
                    ngettext(
                        "{n} of your tickets is late or nearly so", "{n} of your tickets are late or nearly so", n
                    ).format(n=n)
                )
            return
        shown = [each for each in fresh if not each.quiet]
        self.say_notices(sorted(shown, key=lambda each: each.at)[:NOTICES])
        if len(shown) > NOTICES:
            voice.say(_("and more; notices tells all of the last day"))

    def _tick(self) -> None:
        """Do what is due, as the console does while it is open."""
        if not self.settings.tick or self.desk.now() < self._next_tick:
            return
        self._next_tick = self.desk.now() + self.settings.tick
        if self.desk.scope(Permission.TIMER_RUN) is not Scope.NONE:
            with contextlib.suppress(DeskError):
                self.desk.timers.fire_due()

    def do_notices(self) -> None:
        """What concerned you in the last day."""
        found = self.desk.notices.since(0, after=self.desk.now() - 86_400)
        told = sorted((*found.news, *found.late), key=lambda each: each.at)
        if not told:
            voice.say(_("nothing concerns you"))
        self.say_notices(told)
