"""Writing a deed to one ticket or to many: at once, or after a look at what would happen."""

from collections.abc import Callable
from typing import Any

from helpdesk_tui.desk.bulk_told import nothing_text, preview_lines, result_text
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.actions import BY_ID
from helpdesk_tui.screens.common.base import DeskScreen
from helpdesk_tui.screens.common.command_copy import Typed
from helpdesk_tui.screens.common.targets import Targets
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.widgets.pickers import TYPED_FROM, Confirm

One = Callable[[Desk, int], Any]
Many = Callable[[Desk, list[int], bool], dict[str, Any]]


class Changing(DeskScreen):
    """Writes deeds. A screen says which tickets are meant (`targets`)."""

    def targets(self) -> Targets | None:
        """The tickets that the next action is about."""
        return None

    def done(self) -> None:
        """A deed is written: look at the desk again."""
        self.app.nudge()

    def landed(self, number: int) -> None:
        """A ticket was opened from here: a list goes to it where it has it."""

    def own_version(self, number: int, version: int) -> None:
        """Our own deed has made this version of a ticket: what is shown of it counts as that until it is read anew."""

    def single(self, action_id: str, targets: Targets) -> bool:
        """Whether a single ticket is meant, as this action needs it; where not, say so before anything is asked."""
        if targets.one is None:
            text = _("{action} works on one ticket at a time; clear the marks with Esc")
            self.app.say(text.format(action=_(BY_ID[action_id].label)), bad=True)
        return targets.one is not None

    # -- changing one or many --------------------------------------------------------------------------------

    def change(
        self,
        action_id: str,
        one: One,
        many: Many | None = None,
        *,
        targets: Targets | None = None,
        typed: Typed | None = None,
        told: str = "",
        quiet: bool = False,
        confirm: bool = False,
        failed: Callable[[DeskError], None] | None = None,
        written: Callable[[], None] | None = None,
    ) -> None:
        """Do a deed on the targets: at once on one, in one batch on many (above twenty after a preview).

        `typed` says it in the words of the commands. `written` runs after a success (with `quiet` it says what was
        done), `failed` instead of the toast after a refusal.
        """
        targets = targets or self.targets()
        if targets is None:
            return
        number = targets.one
        if number is not None:
            self.ask(
                lambda: one(self.desk, number),
                lambda value: self._changed(action_id, targets, typed, None if quiet else told, written, value),
                group="deed",
                failed=failed,
                exclusive=False,
                # The next key may be a deed to the same ticket: to the one that this deed has left.
                opening=True,
            )
            return
        if many is None:
            self.single(action_id, targets)
            return
        app = self.app

        def look() -> tuple[list[int], dict[str, Any] | None]:
            numbers = targets.resolve(app)
            return numbers, many(self.desk, numbers, True) if confirm or len(numbers) > TYPED_FROM else None

        def looked(found: tuple[list[int], dict[str, Any] | None]) -> None:
            numbers, preview = found
            if preview is None:
                self._batch(action_id, targets, numbers, many, typed, written)
            elif not preview["changed"]:
                self.app.say(nothing_text(preview), bad=True)
            else:
                self._preview(action_id, targets, numbers, preview, many, typed, written)

        self.ask(look, looked, group="look", failed=failed, exclusive=False)

    def _preview(
        self,
        action_id: str,
        targets: Targets,
        numbers: list[int],
        preview: dict[str, Any],
        many: Many,
        typed: Typed | None,
        written: Callable[[], None] | None,
    ) -> None:
        """Ask before many tickets change: how many would, how many not and why, and the first of them."""
        label = _(BY_ID[action_id].label)
        details = preview_lines(preview, self.app.tz)

        def answered(yes: bool | None) -> None:
            if yes:
                self._batch(action_id, targets, numbers, many, typed, written)

        question = _("{action}: {count} tickets").format(action=label, count=len(numbers))
        self.app.push_screen(Confirm(question, action=label, count=len(numbers), details=details), answered)

    def _batch(
        self,
        action_id: str,
        targets: Targets,
        numbers: list[int],
        many: Many,
        typed: Typed | None,
        written: Callable[[], None] | None,
    ) -> None:
        if len(numbers) > TYPED_FROM:
            self.app.say(_("working on {count} tickets ...").format(count=len(numbers)))

        def finished(result: dict[str, Any]) -> None:
            changed = result["changed"]
            self.app.say(result_text(_(BY_ID[action_id].label), result), bad=not changed)
            self.app.last_command = (typed or Typed(BY_ID[action_id].word)).on_many(targets, numbers)
            if changed:
                self.app.did(action_id)
            if written is not None and changed:
                written()
            self.done()

        self.ask(lambda: many(self.desk, numbers, False), finished, group="deed", exclusive=False)

    def _changed(
        self,
        action_id: str,
        targets: Targets,
        typed: Typed | None,
        told: str | None,
        written: Callable[[], None] | None,
        value: Any,
    ) -> None:
        spec = BY_ID[action_id]
        if targets.one is not None:
            if isinstance(value, dict) and isinstance(value.get("version"), int):
                self.own_version(targets.one, value["version"])
            self.app.last_command = (typed or Typed(spec.word)).on_one(targets.one)
        if told is not None:
            done = _("{ref}: {action} done (u takes it back)")
            self.app.say(told or done.format(ref=targets.label, action=_(spec.label)))
        self.app.did(action_id)
        if written is not None:
            written()
        self.done()
