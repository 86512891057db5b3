"""Two people changed one ticket: both versions side by side, and for each field the choice whose word stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events, getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.screens.common.drafts import DraftBox, DraftKey
from helpdesk_tui.screens.common.host import DeskApp
from helpdesk_tui.screens.common.kept_form import WAS
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import one_line, safe_text
from helpdesk_tui.widgets.inert import cells, wrap
from helpdesk_tui.widgets.lines import Line, Piece, text_line
from helpdesk_tui.widgets.pickers import Ask, Dialog
from helpdesk_tui.widgets.subject_view import SubjectView

MINE: Final = "mine"
THEIRS: Final = "theirs"
OWN: Final = "own"
SHOWN: Final = 12
"""Lines of a long text that stand side by side."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in three versions, as its form writes it: `base` was there when one began, `theirs` is there now."""

    name: str
    label: str
    base: str
    mine: str
    theirs: str
    lines: bool = False

    @property
    def both(self) -> bool:
        """Whether both changed it, and not to the same."""
        return self.mine != self.base and self.theirs != self.base and self.mine != self.theirs


def differences(
    names: Sequence[str],
    base: Mapping[str, str],
    mine: Mapping[str, str],
    theirs: Mapping[str, str],
    label: Callable[[str], str],
    long: frozenset[str] = frozenset(),
) -> list[Difference]:
    """The fields that one of the two changed; those that both changed come first."""
    found = [
        Difference(name, label(name), base.get(name, ""), mine.get(name, ""), theirs.get(name, ""), name in long)
        for name in names
        if mine.get(name, "") != base.get(name, "") or theirs.get(name, "") != base.get(name, "")
    ]
    return sorted(found, key=lambda each: not each.both)


class ConflictView(SubjectView):
    """The fields with both versions side by side and the sign of the one that is taken."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m,left,h", f"take('{MINE}')", N_("Mine"), show=False, id="conflict.mine"),
        Binding("t,right,l", f"take('{THEIRS}')", N_("Theirs"), show=False, id="conflict.theirs"),
        Binding("e", "choose", N_("Edit"), show=False, id="conflict.edit"),
    ]
    DEFAULT_CSS = "ConflictView { height: 1fr; width: 1fr; background: $panel; }"

    def __init__(self, fields: Sequence[Difference]) -> None:
        super().__init__()
        self.fields = tuple(fields)
        self.taken: dict[str, str] = {
            each.name: MINE if each.mine != each.base or each.mine == each.theirs else THEIRS for each in fields
        }
        self.own: dict[str, str] = {}

    def value(self, each: Difference) -> str:
        """What would be written into a field."""
        taken = self.taken[each.name]
        return self.own[each.name] if taken == OWN else each.mine if taken == MINE else each.theirs

    def layout_subjects(self, width: int) -> Sequence[Line]:
        half = max(8, (width - 8) // 2)
        head = f"     {cells(_('mine (m)'), half)} {cells(_('theirs (t)'), half)}"
        lines: list[Line] = [text_line(head, "muted")]
        for each in self.fields:
            subject = self.add(each.name)
            taken = self.taken[each.name]
            title: list[Piece] = [(f" {one_line(each.label, 40)}", "title")]
            if each.both:
                title.append((f"  {_('both changed it')}", "warning"))
            elif each.theirs != each.base:
                title.append((f"  {_('only they changed it')}", "muted"))
            else:
                title.append((f"  {_('only you changed it')}", "muted"))
            if each.base:
                title.append((f"  {_('was: {value}').format(value=one_line(each.base, 60))}", "muted"))
            lines += [Line(), Line(tuple(title), subject)]
            left, right = (self._column(text, half) for text in (each.mine, each.theirs))
            for index in range(max(len(left), len(right))):
                a, b = (column[index] if index < len(column) else "" for column in (left, right))
                signs = [("(*)" if taken == side else "( )") if not index else "   " for side in (MINE, THEIRS)]
                lines.append(
                    Line(
                        (
                            (f" {signs[0]} ", "strong" if taken == MINE else "muted"),
                            (cells(a, half - 4), "plain" if taken == MINE else "muted"),
                            (f" {signs[1]} ", "strong" if taken == THEIRS else "muted"),
                            (cells(b, half - 4), "plain" if taken == THEIRS else "muted"),
                        ),
                        subject,
                    )
                )
            if taken == OWN:
                own = self._column(self.own[each.name], width - 6)
                lines += [
                    Line((((" (*) " if not index else "     ") + part, "strong"),), subject)
                    for index, part in enumerate(own)
                ]
        return lines

    @staticmethod
    def _column(text: str, width: int) -> list[str]:
        parts = wrap(safe_text(text[:20_000]) or "-", width - 4, SHOWN)
        return parts if len(parts) <= SHOWN else [*parts[:SHOWN], _("... the text goes on (e edits all of it)")]

    def action_take(self, side: str) -> None:
        """Let this version stand for the field under the cursor."""
        if isinstance(self.subject, str):
            self.taken[self.subject] = side
            self.reflow(keep_top=True)

    def put(self, name: str, text: str) -> None:
        """Let a text of one's own stand."""
        self.own[name], self.taken[name] = text, OWN
        self.reflow(keep_top=True)


class ConflictScreen(Dialog[dict[str, str] | None]):
    """Answers the fields as they shall be, or None: nothing is saved and the draft stays."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s,f2", "send", N_("Save"), id="conflict.send")]
    DEFAULT_CSS = """
    ConflictScreen > Vertical { width: 116; height: 90%; }
    """
    app = getters.app(DeskApp)

    def __init__(self, ref: str, fields: Sequence[Difference], drafts: DraftBox, key: DraftKey) -> None:
        text = _("{ref} was changed by somebody else while you wrote: choose for each field")
        super().__init__(text.format(ref=one_line(ref, 30)))
        self._fields = tuple(fields)
        self._drafts = drafts
        self._key = key
        self._view = ConflictView(fields)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.head()
            yield self._view
            hint = _(
                "m mine, t theirs, e or Enter your own words; ctrl+s or F2 saves, Esc goes back and keeps your draft"
            )
            yield Static(Content(hint), classes="dialog-hint")

    def on_mount(self) -> None:
        self._view.focus()
        self._drafts.watch(self._key, self._kept)

    def on_resize(self, event: events.Resize) -> None:
        self._view.reflow(keep_top=True)

    def _kept(self) -> dict[str, str]:
        """What is mine of it, as the form's draft keeps it: a killed session loses no choice and no word."""
        found = {each.name: each.mine for each in self._fields if each.mine != each.base} | self._view.own
        return found | {WAS + each.name: each.base for each in self._fields if each.name in found}

    def on_unmount(self) -> None:
        self._drafts.forget(self._key)

    def on_subject_view_chosen(self, message: SubjectView.Chosen) -> None:
        """One's own words, beginning with what is taken."""
        message.stop()
        each = next((field for field in self._fields if field.name == message.subject), None)
        if each is None:
            return

        def answered(text: str | None) -> None:
            if text is not None:
                self._view.put(each.name, text)
                self._drafts.save(self._key)

        ask = Ask(each.label, value=self._view.value(each), lines=each.lines, required=False)
        self.app.push_screen(ask, answered)

    def action_back(self) -> None:
        self._drafts.save(self._key)
        super().action_back()

    def action_send(self) -> None:
        self._drafts.save(self._key)
        self.dismiss({each.name: self._view.value(each) for each in self._fields})
