"""Who speaks in a ticket's replies: the desk, or the customer. By relation to the ticket first, as its clocks have it."""

from collections.abc import Callable, Iterable

from helpdesk_tui.store.changes import Entry, Row
from helpdesk_tui.vocabulary.channels import CommentKind


def of_the_customer(entries: Iterable[Entry], number: int, is_agent: Callable[[int], bool]) -> set[int]:
    """The sequence numbers of the entries (in time order) whose public words are the customer's.

    The requester is the customer unless they work on the ticket themselves; so is anybody who works at no desk.
    """
    facts: Row = {}
    spoken: set[int] = set()
    for entry in entries:
        for change in entry.rows:
            row = change.after
            if row is None:
                continue
            if change.table == "ticket" and change.key[0] == number:
                facts.update(row)
            elif change.table == "comment" and change.before is None and row["kind"] == CommentKind.REPLY:
                author = row.get("author_id")
                mine = author is None or (author == facts.get("requester_id") and author != facts.get("assignee_id"))
                if mine or not is_agent(int(author or 0)):
                    spoken.add(entry.seq or 0)
    return spoken
