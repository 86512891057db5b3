"""Which tickets an action is about: one under the cursor, the marked ones, or everything in a filter."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.kinds import ref

if TYPE_CHECKING:
    from helpdesk_tui.screens.common.host import DeskApp


@dataclass(frozen=True, slots=True)
class Targets:
    """The tickets of an action. `version` is what the person saw of a single ticket.

    With `query` all tickets of the filter but `numbers` are meant; `marked` tells a choice from the cursor.
    """

    numbers: tuple[int, ...]
    kind: str = "incident"
    version: int | None = None
    marked: bool = False
    query: str | None = None

    @property
    def one(self) -> int | None:
        """The single ticket, where it is a single one that was not marked."""
        return self.numbers[0] if not self.marked and self.query is None and len(self.numbers) == 1 else None

    @property
    def label(self) -> str:
        """`INC-1042`, or how many."""
        if self.query is not None:
            return _("all tickets of the filter")
        if len(self.numbers) == 1:
            return ref(self.kind, self.numbers[0])
        return ngettext("{count} ticket", "{count} tickets", len(self.numbers)).format(count=len(self.numbers))

    def resolve(self, app: "DeskApp") -> list[int]:
        """The numbers (reads the desk: call it in a worker)."""
        if self.query is None:
            return list(self.numbers)
        but = set(self.numbers)
        return [number for number in app.reading.numbers(self.query) if number not in but]
