"""The on-call screen: keys take over, withdraw, override and ask for a swap at what the cursor stands on."""

import shlex
from collections.abc import Callable
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from helpdesk_tui.screens.common.actions import BY_ID, ON_CALL, ActionSpec, bindings
from helpdesk_tui.screens.common.base import DeskScreen
from helpdesk_tui.screens.common.command_copy import on_desk
from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.common.kept_form import KeptForm
from helpdesk_tui.screens.common.key_line import KeyLine
from helpdesk_tui.screens.on_call import forms
from helpdesk_tui.screens.on_call.pane import CHANGE, KINDS, SCHEDULE, SHIFT, OnCallPane
from helpdesk_tui.screens.on_call.reading import OnCallData, read_on_call
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.instants import iso, parse_instant
from helpdesk_tui.vocabulary.records import Instant, ViewTab
from helpdesk_tui.vocabulary.roles import Permission, Scope
from helpdesk_tui.widgets.pickers import Confirm
from helpdesk_tui.widgets.subject_view import SubjectView
from helpdesk_tui.widgets.view_tabs import ViewTabs

EVERY: Final = 1.0
"""Seconds between two looks at the clock; what is shown is read when a minute has passed."""


class OnCallScreen(DeskScreen):
    """Who is on call in every schedule, what is laid over it, and 14 days of the chosen one."""

    SCOPE = ON_CALL
    DEFAULT_CSS = "OnCallScreen { layout: vertical; background: $background; }"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ON_CALL)]

    def __init__(self) -> None:
        super().__init__()
        self._chosen = ""
        self._minute = 0

    def compose(self) -> ComposeResult:
        yield ViewTabs(_("On call"))
        yield OnCallPane(tz=self.app.tz, me=self.desk.actor.id)
        yield KeyLine()

    def on_mount(self) -> None:
        self.pane.focus()
        self.update_keys()
        self.set_interval(EVERY, self._tick)
        self._minute = self.desk.now() // 60
        self._read()

    @property
    def pane(self) -> OnCallPane:
        """The lines."""
        return self.query_one(OnCallPane)

    # -- reading ---------------------------------------------------------------------------------------------

    def _read(self) -> None:
        chosen = self._chosen
        self.ask(lambda: read_on_call(self.desk, chosen), self._show, group="on_call", opening=not chosen)

    def _show(self, data: OnCallData) -> None:
        self._chosen = data.chosen
        tabs = self.query_one(ViewTabs)
        tabs.set_tabs([ViewTab(code, code, "") for code in data.codes], data.chosen)
        self._show_status()
        self.pane.show(data)
        self.update_keys()

    def _show_status(self) -> None:
        zone = _("times in {zone}").format(zone=self.app.tz)
        self.query_one(ViewTabs).set_status(" · ".join(part for part in (self.app.unread, zone) if part) + " ")

    def _tick(self) -> None:
        now = self.desk.now() // 60
        if now != self._minute:
            self._minute = now
            self._read()

    def desk_moved(self, head: int) -> None:
        # The word may come while the screen is being put together or taken down.
        if self.query(OnCallPane):
            self._read()

    def notices_changed(self) -> None:
        if self.query(ViewTabs):
            self._show_status()

    def keep(self) -> Any:
        return self.pane.subject

    def resume(self, kept: Any) -> None:
        pane = self.pane
        pane.focus()

        def shown(data: OnCallData) -> None:
            self._show(data)
            pane.move_to(kept)

        chosen = self._chosen
        self.ask(lambda: read_on_call(self.desk, chosen), shown, group="on_call")

    # -- where the cursor is ---------------------------------------------------------------------------------

    def _under(self, kind: str) -> Any:
        subject = self.pane.subject
        return subject[1] if isinstance(subject, tuple) and subject[0] == kind else None

    def why_not(self, spec: ActionSpec) -> str | None:
        reason = super().why_not(spec)
        if reason is None and spec.id in ("oncall.override", "oncall.swap") and not self._chosen:
            return _("no schedule is in use")
        changes = self.pane.data.changes if self.query(OnCallPane) else []
        if reason is None and spec.id == "oncall.take_over" and all(row["state"] != "asked" for row in changes):
            return _("nobody offers their turns")
        if reason is None and spec.id == "oncall.withdraw" and not changes:
            return _("nothing is laid over it")
        return reason

    @on(SubjectView.Chosen)
    def _chosen_line(self, message: SubjectView.Chosen) -> None:
        message.stop()
        code = self._under(SCHEDULE)
        change = self.pane.data.change(number) if (number := self._under(CHANGE)) is not None else None
        if code is not None:
            self.query_one(ViewTabs).select(code)
        elif change is not None:
            self.query_one(ViewTabs).select(change["schedule"])

    @on(ViewTabs.Selected)
    def _tab(self, message: ViewTabs.Selected) -> None:
        message.stop()
        self._chosen = message.code
        self._read()

    def do_oncall_next_schedule(self) -> None:
        self.query_one(ViewTabs).step(1)

    def do_oncall_previous_schedule(self) -> None:
        self.query_one(ViewTabs).step(-1)

    def do_queue_refresh(self) -> None:
        self._read()

    def do_oncall_back(self) -> None:
        if self.is_current:
            self.dismiss(None)

    # -- deeds -----------------------------------------------------------------------------------------------

    def _deed(
        self, action_id: str, call: Callable[[], Any], told: Callable[[Any], str], words: list[str], written: Any = None
    ) -> None:
        """Write something; say it, and keep its command line for copying."""

        def done(value: Any) -> None:
            self.app.last_command = shlex.join(["helpdesk", "oncall", *words])
            self.app.say(told(value))
            self.app.did(action_id)
            if written is not None:
                written()
            self.app.nudge()
            self._read()

        self.ask(call, done, group="deed", exclusive=False, opening=True)

    def do_desk_copy_command(self) -> None:
        if self.app.last_command:
            self.app.copy_text(on_desk(self.app.last_command, self.app.desk_words()))
        else:
            self.app.say(_("nothing was done yet in this session"), bad=True)

    def _on_change(self, action_id: str) -> dict[str, Any] | None:
        """The override or swap under the cursor; without one say so."""
        number = self._under(CHANGE)
        change = self.pane.data.change(number) if number is not None else None
        if change is None:
            reason = _("put the cursor on an override or a swap")
            self.app.say(_("{action}: {reason}").format(action=_(BY_ID[action_id].label), reason=reason), bad=True)
        return change

    def do_oncall_take_over(self) -> None:
        """Take over the turns that somebody offers."""
        change = self._on_change("oncall.take_over")
        if change is None:
            return
        self._deed(
            "oncall.take_over",
            lambda: self.desk.on_call.take(change["id"], version=change["version"]),
            lambda _row: _("{ref}: you take over").format(ref=change["ref"]),
            ["take", change["ref"]],
        )

    def do_oncall_withdraw(self) -> None:
        """Withdraw what the cursor stands on, after a question."""
        change = self._on_change("oncall.withdraw")
        if change is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._deed(
                    "oncall.withdraw",
                    lambda: self.desk.on_call.withdraw(change["id"], version=change["version"]),
                    lambda _row: _("{ref} is withdrawn").format(ref=change["ref"]),
                    ["withdraw", change["ref"]],
                )

        who = ", ".join(change["names"]) or change["removed_name"] or "-"
        question = _("Withdraw {ref}?").format(ref=change["ref"])
        details = [f"{change['schedule']}: {_(KINDS.get(change['kind'], change['kind']))}, {who}"]
        self.app.push_screen(Confirm(question, action=_(BY_ID["oncall.withdraw"].label), details=details), answered)

    def _stretch(self) -> tuple[Instant, Instant, str]:
        """From when to when a form begins with, and who is on then: the shift under the cursor, else the present one."""
        data, now = self.pane.data, self.desk.now()
        start = self._under(SHIFT)
        shift = data.shift(start) if start is not None else None
        shift = shift or next(iter(data.shifts), None)
        if shift is None:
            return now, now + 3600, ""
        begin = max(now - now % 60, parse_instant(shift["start_at"], 0))
        return begin, max(begin + 60, parse_instant(shift["end_at"], 0)), next(iter(shift["people"]), "")

    def do_oncall_override(self) -> None:
        """Let others be on for a while."""

        def people() -> list[dict[str, Any]]:
            may = self.desk.scope(Permission.PEOPLE_READ) is not Scope.NONE
            return [person for person in self.desk.people.list(agents_only=True) if person["active"]] if may else []

        self.ask(people, self._override_form, group="pick")

    def _override_form(self, people: list[dict[str, Any]]) -> None:
        code, tz, now = self._chosen, self.app.tz, self.desk.now()
        start, end, removed = self._stretch()
        key = DraftKey(self.app.me, 0, f"oncall-override-{code}")
        fields = forms.override_fields(
            forms.choices_of(people), forms.on_duty(self.pane.data.shifts), removed, start, end, tz
        )

        def answered(values: dict[str, str] | None) -> None:
            if values is None:
                return
            begin, over = forms.times(values, now, tz)
            self._deed(
                "oncall.override",
                lambda: self.desk.on_call.override(code, start=begin, end=over, **forms.override_call(values)),
                lambda row: _("{ref} stands on {schedule}").format(ref=row["ref"], schedule=code),
                ["override", code, *forms.override_words(values, iso(begin), iso(over))],
                lambda: self.app.drafts.discard(key),
            )

        title = _("Override {schedule}").format(schedule=code)
        form = KeptForm(title, fields, self.app.drafts, key, check=forms.check_override(now, tz))
        self.app.push_screen(form, answered)

    def do_oncall_swap(self) -> None:
        """Ask somebody to take over one's own turns."""
        code, tz, now = self._chosen, self.app.tz, self.desk.now()
        start, end, _who = self._stretch()
        key = DraftKey(self.app.me, 0, f"oncall-swap-{code}")

        def answered(values: dict[str, str] | None) -> None:
            if values is None:
                return
            begin, over = forms.times(values, now, tz)
            words = ["--from", iso(begin), "--to", iso(over), *(["-m", values["note"]] if values["note"] else [])]
            self._deed(
                "oncall.swap",
                lambda: self.desk.on_call.swap(code, start=begin, end=over, note=values["note"]),
                lambda row: _("{ref}: your turns are offered; they stay yours until somebody takes over").format(
                    ref=row["ref"]
                ),
                ["swap", code, *words],
                lambda: self.app.drafts.discard(key),
            )

        title = _("Who takes over my turns of {schedule}?").format(schedule=code)
        fields = forms.stretch_fields(start, end, tz)
        form = KeptForm(title, fields, self.app.drafts, key, check=forms.check_stretch(now, tz))
        self.app.push_screen(form, answered)

    def refuse(self, error: DeskError) -> None:
        """Say what went wrong, and look again: somebody may have been faster."""
        super().refuse(error)
        if self.pane.data.now:
            self._read()
