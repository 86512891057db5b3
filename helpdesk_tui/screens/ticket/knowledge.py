"""What is known about such tickets: those like this one and how they ended, and the likely category with its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.kinds import Phase, state_label
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.text import one_line, safe_text
from helpdesk_tui.widgets.inert import shortened, width_of, wrap
from helpdesk_tui.widgets.lines import Line, Piece, text_line
from helpdesk_tui.widgets.subject_view import SubjectView

BRIEF: Final = 2
"""Lines of a resolution at the side."""
FULL: Final = 8
OVER: Final = frozenset({Phase.RESOLVED.code, Phase.CLOSED.code})
CATEGORY: Final = ("category", "")


@dataclass(slots=True)
class KnowledgeData:
    """The desk's `similar` and `likely`; None while they are being read."""

    similar: list[dict[str, Any]] | None = None
    likely: dict[str, Any] | None = None
    refs: dict[int, str] = field(default_factory=dict)
    edit: bool = False


class KnowledgePane(SubjectView):
    """Subjects are `("ticket", number)` and the likely category. `brief` is for the side of the screen."""

    def __init__(self, *, id: str | None = None, brief: bool = False) -> None:  # noqa: A002
        super().__init__(id=id)
        self._brief = brief
        self._data = KnowledgeData()

    @property
    def data(self) -> KnowledgeData:
        """What is shown."""
        return self._data

    def show(self, data: KnowledgeData) -> None:
        """Show this; the cursor stays."""
        self._data = data
        self.reflow(keep_top=True)

    def layout_subjects(self, width: int) -> Sequence[Line]:
        data = self._data
        lines = self._category(width)
        if lines:
            lines.append(Line())
        lines.append(text_line(f" {_('Similar tickets')}", "title"))
        if data.similar is None:
            lines.append(text_line("  " + _("looking ..."), "muted"))
        elif not data.similar:
            lines.append(text_line("  " + _("No ticket like this one is known."), "muted"))
        for index, like in enumerate(data.similar or ()):
            if index and not self._brief:
                lines.append(Line())
            lines += self._ticket(like, width)
        return lines

    def _category(self, width: int) -> list[Line]:
        likely = self._data.likely
        if likely is None or not likely["category"]:
            return []
        lines = [text_line(f" {_('Likely category')}", "title")]
        same = likely["category"] == likely["now"]
        note = _("as it is") if same else _("now: {value}").format(value=one_line(likely["now"] or "-", 40))
        pieces: list[Piece] = [
            (f"  {one_line(likely['category'], 60)}", "strong"),
            (f"  {note}", "muted" if same else "warning"),
        ]
        offered = self._data.edit and not same
        if offered:
            pieces.append((f"  {_('(Enter takes it)')}", "muted"))
        lines.append(Line(tuple(pieces), self.add(CATEGORY) if offered else None))
        for reason in likely["reasons"][: 2 if self._brief else 6]:
            for index, part in enumerate(wrap(one_line(sentence(reason), 400), width - 5, 3)[:3]):
                lines.append(text_line(("  - " if not index else "    ") + part, "muted"))
        return lines

    def _ticket(self, like: dict[str, Any], width: int) -> list[Line]:
        subject = self.add(("ticket", like["number"]))
        over = like["phase"] in OVER
        share = f"{round(like['likeness'] * 100):>3}% "
        more = len(like["more"])
        others = ngettext("+{count} like it", "+{count} like it", more).format(count=more) if more else ""
        state = state_label(like["state"])
        tail = "  ".join(text for text in (state, others) if text)
        if self._brief:
            head: list[Piece] = [
                (f"  {share}", "muted"),
                (f"{like['ref']}  ", "strong"),
                (tail, "muted" if over else "plain"),
            ]
            lines = [Line(tuple(head), subject)]
            lines.append(Line(((" " * 7 + shortened(one_line(like["title"], 300), width - 8), "plain"),), subject))
        else:
            room = max(10, width - len(share) - len(like["ref"]) - width_of(tail) - 9)
            title = shortened(one_line(like["title"], 400), room)
            lines = [Line(((f"  {share}", "muted"), (f"{like['ref']}  ", "strong"), (f"{title}  ", "plain"),
                           (tail, "muted" if over else "plain")), subject)]  # fmt: skip
        text = like["resolution"]
        if not text:
            if not self._brief:
                lines.append(
                    Line(
                        ((" " * 7 + (_("no resolution is written down") if over else _("not solved yet")), "muted"),),
                        subject,
                    )
                )
            return lines
        most = BRIEF if self._brief else FULL
        parts = wrap(safe_text(text), width - 10, most)
        for index, part in enumerate(parts[:most]):
            cut = "~" if index == most - 1 and len(parts) > most else ""
            lines.append(Line(((" " * 7 + "| ", "good"), (part + cut, "plain")), subject))
        if like["resolution_code"] and not self._brief:
            lines.append(Line(((" " * 7 + "| ", "good"), (one_line(like["resolution_code"], 60), "muted")), subject))
        return lines
