"""Whether an entry of the journal concerns a person, and how: from its row changes and how they stand to the ticket now.

What is no longer so when it is asked (it was handed on, somebody took it from the queue) concerns nobody any more.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from helpdesk_tui.vocabulary.channels import CommentKind
from helpdesk_tui.vocabulary.kinds import Phase
from helpdesk_tui.vocabulary.notices import NoticeKind

Change = Sequence[Any]
"""A row change as the journal holds it: `[table, key, before, after]`."""


# What an entry tells somebody by name, by the code of its message.
_TOLD: Final = {
    "page": NoticeKind.PAGED, "page.ack_soon": NoticeKind.PAGED, "page.exhausted": NoticeKind.PAGED,
    "incident.update_due": NoticeKind.DUE, "incident.role": NoticeKind.OFFERED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stake:
    """How a person stands to a ticket now. `follows`: they watch it; their id and those of their teams beside it."""

    person: int
    teams: frozenset[int]
    assignee: int | None = None
    requester: int | None = None
    team: int | None = None
    follows: bool = False

    @property
    def works(self) -> bool:
        """Whether it is theirs to solve."""
        return self.assignee == self.person

    @property
    def asked(self) -> bool:
        """Whether it was opened for them."""
        return self.requester == self.person

    @property
    def waits(self) -> bool:
        """Whether it waits for anybody of their teams."""
        return self.assignee is None and self.team is not None and self.team in self.teams


def is_customer(author: int | None, stake: Stake, is_agent: Callable[[int], bool]) -> bool:
    """Whether public words are the customer's: the requester, unless they work on it; anybody who works at no desk."""
    if author is None:
        return True
    return (author == stake.requester and author != stake.assignee) or not is_agent(author)


def kind_of(
    number: int,
    changes: Sequence[Change],
    reasons: Collection[Mapping[str, Any]],
    stake: Stake,
    is_agent: Callable[[int], bool],
) -> NoticeKind | None:
    """What an entry about a ticket, made by somebody else, is to a person: the most pressing kind, or None."""
    found: set[NoticeKind] = set()
    if any(reason.get("code") == "mention" and reason.get("who") == stake.person for reason in reasons):
        found.add(NoticeKind.MENTIONED)
    found |= {
        _TOLD[reason["what"]]
        for reason in reasons
        if reason.get("code") == "notify.people" and stake.person in reason["people"] and reason.get("what") in _TOLD
    }
    for table, key, before, after in changes:
        if table == "ticket" and key[0] == number and after is not None:
            found |= _moved(before, after, stake)
        elif (
            table == "comment"
            and before is None
            and after.get("kind") == CommentKind.REPLY
            and _told(after.get("author_id"), stake, is_agent)
        ):
            found.add(NoticeKind.REPLIED)
    return next((kind for kind in NoticeKind if kind in found), None)


def _moved(before: Mapping[str, Any] | None, after: Mapping[str, Any], stake: Stake) -> set[NoticeKind]:
    was = before or {}
    found = set()
    if "assignee_id" in after and after["assignee_id"] == stake.person and stake.works:
        found.add(NoticeKind.ASSIGNED)
    # New in the queue: it came to one of the teams, or was given back by whoever had it.
    came = after.get("team_id") in stake.teams and was.get("team_id") != after.get("team_id")
    back = before is not None and "assignee_id" in after and after["assignee_id"] is None
    if stake.waits and (came or back):
        found.add(NoticeKind.QUEUED)
    if before is None or not (stake.works or stake.asked or stake.follows):
        return found
    if after.get("merged_into") is not None:
        found.add(NoticeKind.MERGED)
    if "phase" in after and "phase" in was:
        ended, had_ended = after["phase"] >= Phase.RESOLVED, was["phase"] >= Phase.RESOLVED
        if ended != had_ended:
            found.add(NoticeKind.FINISHED if ended else NoticeKind.REOPENED)
    return found


def _told(author: int | None, stake: Stake, is_agent: Callable[[int], bool]) -> bool:
    """Whether a public reply is for this person: the customer's for who works on it, anybody's for the others."""
    if author == stake.person:
        return False
    return stake.asked or stake.follows or (stake.works and is_customer(author, stake, is_agent))
