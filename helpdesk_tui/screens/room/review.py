"""The review of an incident over its room: read it, begin it, edit it, approve, publish or waive it."""

import shlex
from collections.abc import Callable
from typing import Any, ClassVar, Final

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.screens.common.base import DeskScreen
from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.common.host import DeskApp
from helpdesk_tui.screens.common.kept_form import KeptForm
from helpdesk_tui.screens.common.writing import edited
from helpdesk_tui.screens.ticket.file_text import TextPane
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.reviews import SECTIONS, STATE_LABELS
from helpdesk_tui.widgets.field_form import FormField
from helpdesk_tui.widgets.pickers import Ask, Confirm, Dialog

_OVER: Final = ("published", "waived")


class ReviewForm(KeptForm):
    """The whole text of a review, to be edited."""

    DEFAULT_CSS = """
    ReviewForm > Vertical { width: 112; }
    ReviewForm SafeTextArea { height: 26; max-height: 70vh; }
    ReviewForm .form-label { display: none; }
    """


class ReviewScreen(Dialog[None]):
    """A review's text with the keys of its life."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "back", N_("Back"), show=False, id="review.back"),
        Binding("n", "draft", N_("Begin it"), show=False, id="review.draft"),
        Binding("e", "edit", N_("Edit"), show=False, id="review.edit"),
        Binding("E", "editor", N_("Edit in your editor"), show=False, id="review.editor"),
        Binding("a", "approve", N_("Approve"), show=False, id="review.approve"),
        Binding("p", "publish", N_("Publish"), show=False, id="review.publish"),
        Binding("w", "waive", N_("Close without a review"), show=False, id="review.waive"),
    ]
    DEFAULT_CSS = """
    ReviewScreen > Vertical { width: 112; height: 90%; }
    """
    app = getters.app(DeskApp)

    def __init__(self, room: DeskScreen, number: int, review: dict[str, Any] | None) -> None:
        super().__init__(_("Post-incident review"))
        self._room = room
        self._number = number
        self._review = review

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.head()
            yield Static(Content(""), id="review-state", classes="dialog-hint")
            yield TextPane("", cut=False)
            yield self.problem()
            keys = _("n begins it, e edits (E in your editor), a approves, p publishes, w waives, Esc goes back")
            yield Static(Content(keys), classes="dialog-hint")

    def on_mount(self) -> None:
        self.query_one(TextPane).focus()
        self._show(self._review)

    def _show(self, review: dict[str, Any] | None) -> None:
        self._review = review
        if not self.query(TextPane):
            return
        told, text = _("There is no review yet; n begins one with what the record tells."), ""
        if review is not None:
            told = _(STATE_LABELS[review["state"]])
            if review["overdue"]:
                told += f" ({_('overdue')})"
            if review["missing"] and review["state"] == "draft":
                parts = ", ".join(_(SECTIONS[name]) for name in review["missing"])
                told += " · " + _("still lacks: {parts}").format(parts=parts)
            text = review["text"]
        self.query_one("#review-state", Static).update(Content(told))
        self.query_one(TextPane).set_text(text)

    def _do(self, call: Callable[[], Any], words: list[str], told: str, key: DraftKey | None = None) -> None:
        def done(review: Any) -> None:
            self.app.last_command = shlex.join(["helpdesk", "review", *words])
            if key is not None:
                self.app.drafts.discard(key)
            self.app.say(told)
            self.app.nudge()
            self._show(review)
            if self.query(TextPane):
                self.show_problem("")

        def refused(error: DeskError) -> None:
            if self.query(TextPane):
                self.show_problem(str(error))

        self._room.ask(call, done, group="review", failed=refused, exclusive=False, opening=True)

    def _open(self) -> bool:
        """Whether there is a review that can still change; else say so."""
        if self._review is None:
            self.show_problem(_("There is no review yet; n begins one with what the record tells."))
        elif self._review["state"] in _OVER:
            self.show_problem(_(STATE_LABELS[self._review["state"]]))
        else:
            return True
        return False

    def action_draft(self) -> None:
        number, tz = self._number, self.app.tz
        begun = self._review is not None and bool(self._review["document"])

        def begin(sure: bool | None) -> None:
            if sure:
                self._do(
                    lambda: self.app.desk.reviews.draft(number, again=begun, tz=tz),
                    ["draft", str(number), *(["--again"] if begun else [])], _("the review is begun"),
                )  # fmt: skip

        if begun and self._open():
            question = _("Throw away what was written, and begin anew?")
            self.app.push_screen(Confirm(question, action=_("Begin anew")), begin)
        elif not begun:
            begin(True)

    def action_edit(self) -> None:
        if not self._open():
            return
        assert self._review is not None
        review, key = self._review, DraftKey(self.app.me, self._number, "review")
        fields = [FormField("text", _("Post-incident review"), value=review["text"], lines=True, required=True)]

        def answered(values: dict[str, str] | None) -> None:
            if values is not None:
                self._write(values["text"], review["version"], key)

        self.app.push_screen(ReviewForm(_("Post-incident review"), fields, self.app.drafts, key), answered)

    def _write(self, text: str, version: int, key: DraftKey | None = None) -> None:
        number, tz = self._number, self.app.tz
        self._do(
            lambda: self.app.desk.reviews.edit(number, text, version=version, tz=tz),
            ["edit", str(number), "-"], _("the review is kept"), key,
        )  # fmt: skip

    def action_editor(self) -> None:
        if not self._open():
            return
        assert self._review is not None
        driver = self.app._driver
        if driver is None or not driver.can_suspend:
            self.show_problem(_("this terminal cannot open an editor"))
            return
        text, problem = edited(self._review["text"], self.app.suspend, self.app.settings.editor)
        if problem:
            self.show_problem(problem)
        if text is not None and text.strip() != self._review["text"].strip():
            self._write(text, self._review["version"])
        self.app.refresh(layout=True)

    def action_approve(self) -> None:
        number = self._number
        if self._open():
            self._do(
                lambda: self.app.desk.reviews.approve(number), ["approve", str(number)], _("the review is approved")
            )

    def action_publish(self) -> None:
        number = self._number
        if self._open():
            self._do(
                lambda: self.app.desk.reviews.publish(number), ["publish", str(number)], _("the review is published")
            )

    def action_waive(self) -> None:
        number = self._number
        if self._review is not None and not self._open():
            return

        def answered(reason: str | None) -> None:
            if reason is not None:
                self._do(
                    lambda: self.app.desk.reviews.waive(number, reason), ["waive", str(number), "--reason", reason],
                    _("it may be closed without a review"),
                )  # fmt: skip

        hint = _("why it may be closed without a review; kept with your name")
        self.app.push_screen(Ask(_("Close without a review"), hint=hint), answered)
