"""The base of the desk's screens: desk calls in threads, answers as messages, actions from the registry."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeVar

from textual import getters, on
from textual.css.query import NoMatches
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import get_current_worker

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.actions import BY_ID, ActionSpec, footer, of_scope
from helpdesk_tui.screens.common.host import DeskApp
from helpdesk_tui.screens.common.key_line import KeyLine
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import N_, _, language
from helpdesk_tui.vocabulary.roles import Scope
from helpdesk_tui.widgets.alive import alive, owner
from helpdesk_tui.widgets.keys import shown_key
from helpdesk_tui.widgets.pointed import Pointed

T = TypeVar("T")
Then = Callable[[Any], Any]
OPENING = frozenset({"pick", "draft", "look"})
"""Groups of calls whose answer opens something that the next keys are for."""
Failed = Callable[[DeskError], None]


class Answered(Message):
    """A desk call came back; its handler may touch widgets."""

    bubble = False

    def __init__(self, then: Then, value: Any, opening: bool, asked_on: Screen[Any]) -> None:
        super().__init__()
        self.opening = opening
        self.asked_on = asked_on
        self.then = then
        self.value = value


class Refused(Message):
    """A desk call failed; `error` says what and what to do next."""

    bubble = False

    def __init__(self, error: DeskError, failed: Failed | None, opening: bool, asked_on: Screen[Any]) -> None:
        super().__init__()
        self.opening = opening
        self.asked_on = asked_on
        self.error = error
        self.failed = failed


class DeskMoved(Message):
    """The journal has grown to `head`, through us or through somebody else. Bursts coalesce."""

    def __init__(self, head: int) -> None:
        super().__init__()
        self.head = head

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, DeskMoved)


class DeskScreen(Pointed, Screen[None]):
    """A screen on the desk. Nothing here waits for the disk on the event loop."""

    SCOPE: ClassVar[str] = ""
    app = getters.app(DeskApp)

    @property
    def desk(self) -> Desk:
        """The desk (call its verbs through `ask` only)."""
        return self.app.desk

    # -- asking the desk -------------------------------------------------------------------------------------

    def ask(
        self,
        call: Callable[[], T],
        then: Callable[[T], Any],
        *,
        group: str,
        failed: Failed | None = None,
        exclusive: bool = True,
        opening: bool = False,
    ) -> None:
        """Run a desk call in a thread and `then` with its answer here. A newer call of the group supersedes it.

        With `opening` (and in the groups of that kind) keys wait for the answer, as they are meant for what it shows.
        What fails is said in a toast with the next step, and to `failed` if given (which then says it itself).
        """

        opening = opening or group in OPENING
        if opening:
            self.app.await_answer()
        asked_on = self.app.screen

        def work() -> None:
            worker = get_current_worker()
            try:
                value = call()
            except DeskError as error:
                if not worker.is_cancelled:
                    self.post_message(Refused(error, failed, opening, asked_on))
            except Exception as error:
                if not worker.is_cancelled:
                    what = f"{type(error).__name__}: {error}"
                    self.post_message(
                        Refused(
                            DeskError(N_("unexpected fault, nothing was changed: {what}"), what=what),
                            failed,
                            opening,
                            asked_on,
                        )
                    )
            else:
                if not worker.is_cancelled:
                    self.post_message(Answered(then, value, opening, asked_on))

        self.run_worker(work, thread=True, exclusive=exclusive, group=group, exit_on_error=False)

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        self._tell(message.then, message.value, message.asked_on)
        if message.opening:
            # After the focus that was asked for just now.
            self.app.call_later(self.app.answered)

    @on(Refused)
    def _refused(self, message: Refused) -> None:
        if message.opening:
            # After the focus that was asked for just now.
            self.app.call_later(self.app.answered)
        if message.failed is not None:
            self._tell(message.failed, message.error, message.asked_on)
        elif alive(self):
            self.refuse(message.error)

    def _tell(self, then: Callable[[T], Any], value: T, asked_on: Screen[Any]) -> None:
        """Give an answer to whoever asked, if they still stand: a dialog may be gone by now, and needs none then."""
        asker = owner(then)
        if not alive(self) or (asker is not None and not alive(asker)):
            return
        try:
            then(value)
        except NoMatches:
            if alive(asked_on):
                raise

    def refuse(self, error: DeskError) -> None:
        """Say what went wrong."""
        self.app.say(str(error), bad=True)

    def _compositor_refresh(self) -> None:
        # What changes on a screen that another one covers is drawn when it comes up again. Textual would draw the whole
        # covering screen anew instead: far too much for a slow line, once a second.
        if self._covered():
            self._dirty_widgets.clear()
            self._compositor._dirty_regions.clear()
        else:
            super()._compositor_refresh()

    def _covered(self) -> bool:
        """Whether a screen above this one lets nothing of it through."""
        for screen in reversed(self.app.screen_stack):
            if screen is self:
                return False
            if screen.styles.background.a == 1:
                return True
        return False

    def set_timer(self, delay: float, callback: Callable[[], Any] | None = None, **options: Any) -> Timer:
        """Call something once, later, unless the screen is gone by then."""
        return super().set_timer(delay, self._while_alive(callback), **options)

    def set_interval(self, interval: float, callback: Callable[[], Any] | None = None, **options: Any) -> Timer:
        """Call something again and again, as long as the screen stands."""
        return super().set_interval(interval, self._while_alive(callback), **options)

    def _while_alive(self, callback: Callable[[], Any] | None) -> Callable[[], Any] | None:
        if callback is None:
            return None
        return lambda: callback() if alive(self) else None

    # -- actions ---------------------------------------------------------------------------------------------

    def why_not(self, spec: ActionSpec) -> str | None:
        """Why an action cannot be done now, or None when it can."""
        if self.SCOPE not in spec.scopes or not hasattr(self, spec.method):
            return _("this screen does not have it")
        if spec.permission is not None and self.desk.scope(spec.permission) is Scope.NONE:
            return _("your roles lack the permission {permission}").format(permission=spec.permission.value)
        if spec.on_ticket and self.subject is None:
            return _("there is no ticket here")
        return None

    @property
    def subject(self) -> int | None:
        """Number of the ticket that actions are about."""
        return None

    def action_do(self, action_id: str) -> None:
        """Do an action of the registry, or say why not."""
        spec = BY_ID[action_id]
        reason = self.why_not(spec)
        if reason is None:
            getattr(self, spec.method)()
            self.app.did(action_id, begun=True)
        else:
            self.app.say(_("{action}: {reason}").format(action=_(spec.label), reason=reason), bad=True)

    def specs(self) -> Iterable[ActionSpec]:
        """The actions of this screen."""
        return of_scope(self.SCOPE)

    def key_of(self, action_id: str) -> str:
        """The key of an action as this person presses it; without one the word to type after `:`."""
        spec = BY_ID[action_id]
        keys = self.app.keys_of(spec)
        return shown_key(keys[0]) if keys else f":{spec.word}"

    def update_keys(self) -> None:
        """Show the best-ranked possible actions in the last line."""
        keys = self.app.keys_of
        best = footer((spec for spec in self.specs() if self.why_not(spec) is None), keys)
        for line in self.query(KeyLine):
            line.show([(shown_key(keys(spec)[0]), _(spec.label)) for spec in best], self._always())

    def _always(self) -> list[tuple[str, str]]:
        """The ways to everything else, at the right end of the last line."""
        found = []
        for action_id in ("app.command", "app.help"):
            keys = self.app.keys_of(BY_ID[action_id])
            if keys:
                found.append((shown_key(keys[0]), _(BY_ID[action_id].label)))
        return found

    # -- another language, another form of dates -------------------------------------------------------------

    async def relabel(self) -> None:
        """Make everything that is shown anew; what is shown, and where, stays."""
        kept = self.keep()
        timers = list(self._timers)
        for timer in timers:
            timer.pause()  # they run beside our messages and would find no widgets
        try:
            await self.recompose()
        finally:
            for timer in timers:
                timer.resume()
        self.resume(kept)
        self.update_keys()

    def setting_changed(self, key: str) -> None:
        """A setting was changed; what the application itself does about it is done."""

    def keep(self) -> Any:
        """What is to be seen again after the screen was made anew."""
        return None

    def resume(self, kept: Any) -> None:
        """Show what was kept."""

    def desk_moved(self, head: int) -> None:
        """The journal has grown; screens read what they show anew."""

    def notices_changed(self) -> None:
        """More notices are unread, or fewer."""

    def do_app_help(self) -> None:
        from helpdesk_tui.screens.common.help import HelpScreen

        self.app.push_screen(HelpScreen(self))

    def do_app_command(self) -> None:
        from helpdesk_tui.screens.common.command_line import CommandLine
        from helpdesk_tui.screens.common.history import History, history_path

        history = History(history_path(self.app.drafts.folder.parent, self.app.me))
        self.app.push_screen(CommandLine(self, history), self._command)

    def _command(self, text: str | None) -> None:
        if text:
            self.run_command(text)

    def run_command(self, text: str) -> None:
        """Do what was typed after `:`."""
        from helpdesk_tui.screens.common.command_line import obey

        obey(self, text)

    def do_argued(self, action_id: str, given: dict[str, str]) -> None:
        """Do an action with what was typed behind its word."""
        self.app.say(
            _("{action}: {reason}").format(action=_(BY_ID[action_id].label), reason=_("this screen does not have it")),
            bad=True,
        )

    def do_app_redraw(self) -> None:
        self.app.refresh(layout=True)

    def do_app_theme(self) -> None:
        from helpdesk_tui.settings.schema import THEMES

        self._pick_setting("theme", _("Colours"), {name: name for name in THEMES}, self.app.theme)

    def do_app_language(self) -> None:
        from helpdesk_tui.screens.common.host import LANGUAGE_NAMES

        self._pick_setting("lang", _("Language"), LANGUAGE_NAMES, language())

    def _pick_setting(self, key: str, title: str, names: Mapping[str, str], now: str) -> None:
        from helpdesk_tui.widgets.pickers import Choice, Pick

        def chosen(value: str | None) -> None:
            if value is not None:
                self.app.change_setting(key, value)

        choices = [Choice(value, name, value if value != name else "") for value, name in names.items()]
        self.app.push_screen(Pick(title, choices, selected=now), chosen)

    def do_app_settings(self) -> None:
        from helpdesk_tui.screens.settings.settings import SettingsScreen

        self.app.push_screen(SettingsScreen())

    def do_app_tour(self) -> None:
        self.app.start_tour()

    def do_app_notices(self) -> None:
        self.app.show_notices()

    def do_app_on_call(self) -> None:
        self.app.show_on_call()

    def do_app_lock(self) -> None:
        self.app.lock()

    def do_app_quit(self) -> None:
        self.app.leave()
