"""The preview under the list: what one wants to know of a ticket before opening it, in a few lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from helpdesk_tui.vocabulary import dates
from helpdesk_tui.vocabulary.channels import CommentKind
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.records import CommentRow
from helpdesk_tui.vocabulary.text import one_line, safe_text
from helpdesk_tui.widgets.inert import cells, width_of, wrap
from helpdesk_tui.widgets.lines import Line, LineView, Piece, text_line

EXCERPT = 2_000


@dataclass(slots=True)
class PreviewData:
    """Plain values of a preview. `why` is a short sentence of reasons, `facts` short texts joined on a line,
    `comments` the last ones, the newest first; `tz` is the reader's time zone."""

    ref: str
    title: str
    why: str = ""
    facts: Sequence[str] = ()
    description: str = ""
    comments: Sequence[CommentRow] = field(default_factory=tuple)
    tz: str = "UTC"


def comment_tone(kind: str | None) -> str:
    """The tone of a public reply or an internal note."""
    return "reply" if kind == CommentKind.REPLY else "note"


def comment_word(kind: str | None) -> str:
    """`(reply)` or `(note)`: the word that says it without colour."""
    return _("(reply)") if kind == CommentKind.REPLY else _("(note)")


class Preview(LineView):
    """Shows a `PreviewData`, scrolls with the keys of a text pane (the screen gives it J and K)."""

    DEFAULT_CSS = "Preview { height: 8; width: 1fr; }"

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(name=name, id=id, classes=classes)
        self._data: PreviewData | None = None
        self._message = ""

    def show(self, data: PreviewData | None, message: str = "") -> None:
        """Show a ticket, or with None a message (for instance that nothing is selected)."""
        if data == self._data and message == self._message:
            return
        # The same ticket again (somebody changed it): the reader's place stays.
        same = data is not None and self._data is not None and data.ref == self._data.ref
        self._data, self._message = data, message
        self.reflow(keep_top=same)

    def layout_lines(self, width: int) -> Sequence[Line]:
        dash = f"-- {_('preview')} "
        rule = text_line(dash + "-" * max(0, width - width_of(dash)), "muted")
        data = self._data
        if data is None:
            return [rule, *(text_line(f" {part}", "muted") for part in wrap(safe_text(self._message), width - 2, 20))]
        lines = [rule, self._title(data, width)]
        if data.facts:
            facts = " · ".join(one_line(fact, 200) for fact in data.facts)
            lines += [text_line(f" {part}") for part in wrap(facts, width - 2, 3)]
        for comment in data.comments:
            lines += self._comment(comment, data.tz, width)
        if data.description:
            body = safe_text(data.description[:EXCERPT])
            lines += [text_line(f" {part}", "muted") for part in wrap(body, width - 2, 40)]
        return lines

    def _title(self, data: PreviewData, width: int) -> Line:
        ref = f" {one_line(data.ref, 20)}  "
        hint = _("(w: why)")
        why = f"{one_line(data.why, 200)}   {hint}" if data.why else ""
        # The title comes first: what is left over after forty cells of it may go to the reason.
        room = width - width_of(ref)
        why_width = min(width_of(why), max(0, room - min(40, width_of(one_line(data.title, 200))) - 4))
        if why_width < 20:
            why_width = 0
        pieces: list[Piece] = [(ref, "strong"), (cells(data.title, max(0, room - why_width - 2)), "strong")]
        pieces += [("  ", "plain"), (cells(why, why_width, right=True), "muted")]
        return Line(tuple(pieces))

    def _comment(self, comment: CommentRow, tz: str, width: int) -> list[Line]:
        tone = comment_tone(comment.kind)
        stamp = dates.short(comment.created_at, tz)
        head = f" {stamp} {one_line(comment.author or '-', 24)} {comment_word(comment.kind)}  "
        body = wrap(safe_text(comment.body[:EXCERPT]).strip(), max(10, width - width_of(head) - 1), 3)
        lines = [Line(((head, tone), (body[0] if body else "", "plain")))]
        lines += [text_line(" " * width_of(head) + part) for part in body[1:3]]
        if len(body) > 3:
            lines.append(text_line(" " * width_of(head) + "...", "muted"))
        return lines
