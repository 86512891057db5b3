"""What a list of tickets tells whoever made it: rows it needs, where the cursor stands, what is marked."""

from typing import TYPE_CHECKING

from textual.message import Message

from helpdesk_tui.widgets.window import Key, Marked

if TYPE_CHECKING:
    from helpdesk_tui.widgets.cursor_list import CursorList


class Of(Message):
    """From a list of tickets."""

    def __init__(self, sender: "CursorList") -> None:
        super().__init__()
        self.ticket_list = sender

    @property
    def control(self) -> "CursorList":
        return self.ticket_list


class NeedAfter(Of, namespace="ticket_list"):
    """The rows after `key` are wanted: answer with `append_page` (or `page_failed`)."""

    def __init__(self, sender: "CursorList", key: Key | None) -> None:
        super().__init__(sender)
        self.key = key


class NeedBefore(Of, namespace="ticket_list"):
    """The rows before `key` are wanted: answer with `prepend_page` (or `page_failed`)."""

    def __init__(self, sender: "CursorList", key: Key | None) -> None:
        super().__init__(sender)
        self.key = key


class NeedEdge(Of, namespace="ticket_list"):
    """The first (or last) page is wanted: answer with `set_page(page, cursor="first" or "last")`."""

    def __init__(self, sender: "CursorList", last: bool) -> None:
        super().__init__(sender)
        self.last = last


class Highlighted(Of, namespace="ticket_list"):
    """The cursor stands on another ticket (None: the list is empty). Bursts coalesce."""

    def __init__(self, sender: "CursorList", number: int | None) -> None:
        super().__init__(sender)
        self.number = number

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Highlighted) and message.ticket_list is self.ticket_list


class Opened(Of, namespace="ticket_list"):
    """A ticket is to be opened."""

    def __init__(self, sender: "CursorList", number: int) -> None:
        super().__init__(sender)
        self.number = number


class MarksChanged(Of, namespace="ticket_list"):
    """Other tickets are marked now; `count` is None when all are marked and their number is unknown."""

    def __init__(self, sender: "CursorList", marked: Marked, count: int | None) -> None:
        super().__init__(sender)
        self.marked = marked
        self.count = count


class FreshChanged(Of, namespace="ticket_list"):
    """So many tickets would come in on a refresh."""

    def __init__(self, sender: "CursorList", count: int) -> None:
        super().__init__(sender)
        self.count = count
