"""Why a value is what it is: the reasons of a decision as sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.text import safe_text
from helpdesk_tui.widgets.inert import wrap
from helpdesk_tui.widgets.lines import Line, LineView, text_line


@dataclass(frozen=True, slots=True)
class WhySection:
    """One value: what it is about, the value, its steps in order, and what would change it."""

    title: str
    value: str = ""
    reasons: Sequence[str] = ()
    against: Sequence[str] = ()
    source: str = ""


class WhyPane(LineView):
    """Lists sections of reasons."""

    DEFAULT_CSS = "WhyPane { height: 1fr; width: 1fr; }"

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(name=name, id=id, classes=classes)
        self._sections: Sequence[WhySection] = ()

    def show(self, sections: Sequence[WhySection]) -> None:
        """Show these sections from their beginning."""
        self._sections = tuple(sections)
        self.reflow()

    def layout_lines(self, width: int) -> Sequence[Line]:
        if not self._sections:
            return [text_line(" " + _("No reasons are recorded for this value."), "muted")]
        lines: list[Line] = []
        for section in self._sections:
            if lines:
                lines.append(Line())
            lines.append(Line(((f" {section.title}: " if section.value else f" {section.title}", "title"),
                               (section.value, "strong"))))  # fmt: skip
            for number, reason in enumerate(section.reasons, 1):
                lines += self._item(f"{number:>3}. ", reason, "plain", width)
            if section.against:
                lines.append(text_line("   " + _("what would change it:"), "muted"))
                for reason in section.against:
                    lines += self._item("   - ", reason, "muted", width)
            if section.source:
                lines += self._item("     ", section.source, "muted", width)
        return lines

    @staticmethod
    def _item(lead: str, reason: str, tone: str, width: int) -> list[Line]:
        parts = wrap(safe_text(reason[:4_000]), width - len(lead) - 1, 40)
        return [text_line((lead if i == 0 else " " * len(lead)) + part, tone) for i, part in enumerate(parts)]
