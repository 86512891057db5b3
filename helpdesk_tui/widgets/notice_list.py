"""Notices as a list: the tickets they are about, and under each who did what and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.inert import shortened
from helpdesk_tui.widgets.lines import Line, tones
from helpdesk_tui.widgets.subject_view import SubjectView


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice: when, what, whether nobody has looked at it yet, whether it cannot wait."""

    when: str
    what: str
    unread: bool
    urgent: bool


@dataclass(frozen=True, slots=True)
class NoticeGroup:
    """The notices of one ticket."""

    number: int
    ref: str
    title: str
    lines: tuple[NoticeLine, ...]

    @property
    def unread(self) -> bool:
        """Whether there is anything new."""
        return any(line.unread for line in self.lines)


class NoticeList(SubjectView, can_focus=True):
    """A cursor walks over the tickets; Enter opens one. What is new has a star and stands out."""

    COMPONENT_CLASSES: ClassVar[set[str]] = tones("accent", "muted", "strong", "warning")
    DEFAULT_CSS = "NoticeList { height: auto; max-height: 70vh; background: $panel; }"

    def __init__(self) -> None:
        super().__init__()
        self._groups: tuple[NoticeGroup, ...] = ()

    def show(self, groups: Sequence[NoticeGroup]) -> None:
        """Show these; the cursor stays on its ticket."""
        self._groups = tuple(groups)
        self.reflow(keep_top=True)
        self.refresh(layout=True)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """As many lines as there are."""
        return max(1, sum(1 + len(group.lines) for group in self._groups))

    def layout_subjects(self, width: int) -> Sequence[Line]:
        lines = []
        for group in self._groups:
            subject = self.add(group.number)
            star, tone = ("*", "strong") if group.unread else (" ", "muted")
            title = shortened(one_line(group.title, 300), max(8, width - len(group.ref) - 5))
            lines.append(Line(((f" {star} ", "accent"), (group.ref, tone), (f"  {title}", tone)), subject))
            for each in group.lines:
                shown = ("warning" if each.urgent else "plain") if each.unread else "muted"
                lines.append(Line((("     ", "muted"), (each.when, "muted"), (f"  {each.what}", shown)), subject))
        return lines
