"""Tickets and other tickets: link, merge, unmerge, split."""

from typing import Any

from helpdesk_tui.desk import fields, reversal, review_rows
from helpdesk_tui.desk.history import standing
from helpdesk_tui.desk.moves import given, set_state
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.ticket_opening import NewTicket, build
from helpdesk_tui.desk.ticket_sensitive import alike, mark
from helpdesk_tui.desk.ticket_talk import add_comment, survivor
from helpdesk_tui.desk.work import Draft, Work
from helpdesk_tui.rules import lifecycle
from helpdesk_tui.store import journal
from helpdesk_tui.vocabulary.channels import CommentKind, LinkType
from helpdesk_tui.vocabulary.errors import Conflict, Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind, Phase
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.roles import Permission

register(
    {
        "merged": N_("merged into {number}"),
        "unmerged": N_("no longer merged into {number}"),
        "split": N_("split from {number}"),
        "link": N_("{number} {type} {other}"),
        "unlink": N_("no longer: {number} {type} {other}"),
    }
)


def _link_row(number: int, kind: LinkType, other: int) -> dict[str, Any]:
    return {"number": number, "type": kind.value, "other": other}


def _linked(work: Work, number: int, kind: LinkType, other: int) -> bool:
    return bool(
        work.rows("SELECT 1 FROM link WHERE number = ? AND type = ? AND other = ?", (number, kind.value, other))
    )


def add_link(work: Work, draft: Draft, kind: LinkType, other: int) -> None:
    """Tie a ticket to another, once."""
    if not _linked(work, draft.number, kind, other):
        key = (draft.number, kind.value, other)
        draft.insert("link", key, _link_row(draft.number, kind, other))


def merge_into(work: Work, source: Draft, target: Draft, reason: str | None) -> None:
    """Close a ticket into its survivor: it keeps its own words, the survivor shows them and gets what follows."""
    policy = work.desk.policies.current().policy
    closed = lifecycle.target_of(policy, Kind(source["kind"]), "close")
    if closed is None:
        raise Conflict(N_("{ref}: the policy knows no {verb} for this kind"), ref=source.ref, verb="close")
    alike(source, target)
    review_rows.merging(work, source, target)
    if source["phase"] < Phase.CLOSED:
        set_state(source, closed, source.at)
    source.set(merged_into=target.number)
    add_link(work, source, LinkType.DUPLICATES, target.number)
    source.because(Reason("merged", {"number": target.number}), *given(reason))
    followers = {p for (p,) in work.rows("SELECT person_id FROM watcher WHERE number = ?", (source.number,))}
    if source["requester_id"] is not None and source["requester_id"] != target["requester_id"]:
        followers.add(source["requester_id"])
    have = {p for (p,) in work.rows("SELECT person_id FROM watcher WHERE number = ?", (target.number,))}
    for person in sorted(followers - have):
        # The rows ride on the merged ticket's entry, so that unmerging takes them back.
        source.insert("watcher", (target.number, person), {"number": target.number, "person_id": person})


class TicketTies(Noun):
    """Ties between tickets."""

    @verb("ticket.link", Permission.TICKET_EDIT)
    def link(self, number: int, other: int, *, type: str = "relates", remove: bool = False) -> dict[str, Any]:  # noqa: A002
        """Tie a ticket to another (relates, duplicates, blocks, caused_by), or untie it."""
        kind = _link_type(type)
        if number == other:
            raise Invalid(N_("a ticket cannot be linked to itself"))
        with self.desk.work("ticket.link") as work:
            draft = work.ticket(number, Permission.TICKET_EDIT)
            work.ticket(other, Permission.TICKET_READ)
            facts = {"number": number, "type": kind.value, "other": other}
            if remove:
                if not _linked(work, number, kind, other):
                    raise Conflict(N_("{number} is not linked to {other} that way"), number=number, other=other)
                draft.remove("link", (number, kind.value, other), _link_row(number, kind, other))
                draft.because(Reason("unlink", facts))
            else:
                if _linked(work, number, kind, other):
                    raise Conflict(N_("{number} is already linked to {other} that way"), number=number, other=other)
                add_link(work, draft, kind, other)
                draft.because(Reason("link", facts))
        return facts

    @verb("ticket.merge", Permission.TICKET_MERGE)
    def merge(self, number: int, into: int, *, reason: str | None = None, version: int | None = None) -> dict[str, Any]:
        """Merge a duplicate into the ticket that lives on; later replies to it reach the survivor."""
        with self.desk.work("ticket.merge") as work:
            source = work.ticket(number, Permission.TICKET_MERGE, version)
            if source["merged_into"] is not None:
                raise Conflict(
                    N_("{ref} is already merged into {number}"), ref=source.ref, number=source["merged_into"]
                )
            end = survivor(work, into)
            if end == number:
                raise Conflict(N_("{number} and {other} would be merged into each other"), number=number, other=into)
            target = work.ticket(end, Permission.TICKET_MERGE)
            merge_into(work, source, target, reason)
        return {"number": number, "merged_into": end}

    @verb("ticket.unmerge", Permission.TICKET_MERGE)
    def unmerge(self, number: int, *, reason: str | None = None) -> dict[str, Any]:
        """Take a merge back: the ticket stands as it stood before; what reached the survivor stays there."""
        with self.desk.work("ticket.unmerge") as work:
            draft = work.ticket(number, Permission.TICKET_MERGE)
            into = draft["merged_into"]
            if into is None:
                raise Conflict(N_("{ref} is not merged into another"), ref=draft.ref)
            entries = list(journal.read(work.tx.conn, journal.OF_SUBJECT, ("ticket", number)))
            merges = [e for e in standing(entries) if e.verb == "ticket.merge" or _sets_merge(e.rows, number)]
            if not merges:
                draft.set(merged_into=None)
            else:
                reversal.reverse_ticket(work, draft, merges[-1])
            draft.because(Reason("unmerged", {"number": into}), *given(reason))
        return {"number": number, "merged_into": None}

    @verb("ticket.split", Permission.TICKET_MERGE)
    def split(
        self, number: int, title: str, *, text: str | None = None, comment: int | None = None, reason: str | None = None
    ) -> dict[str, Any]:
        """Open a new ticket for a second matter found in this one (its text, or one of its comments).

        A note stays one: it comes along as a note of the new ticket, never as the description its requester reads.
        """
        with self.desk.work("ticket.split") as work:
            draft = work.ticket(number, Permission.TICKET_MERGE)
            body, note, row = text or "", False, None
            if comment is not None:
                row = work.row("comment", comment)
                if row is None or row["number"] != number:
                    raise Invalid(N_("{ref} has no comment {comment}"), ref=draft.ref, comment=comment)
                note = not body and row["kind"] == CommentKind.NOTE
                if note:
                    self.desk.require_on(Permission.NOTE_READ, draft.row, "ticket.split")
                body = body or ("" if note else row["body"])
            keep = ("requester_id", "organisation_id")
            new = NewTicket(
                title=fields.title(title),
                description=fields.bounded("text", body, fields.MAX_TEXT),
                columns={c: draft[c] for c in keep if draft[c] is not None},
                channel=draft["channel"],
            )
            made = build(work, new)
            if draft["sensitive"] is not None:
                mark(work, made)
            add_link(work, made, LinkType.SPLIT_FROM, number)
            if note and row is not None:
                add_comment(work, made, CommentKind.NOTE, row["body"], row["author_id"])
            made.because(Reason("split", {"number": number}), *given(reason))
            new_number = made.number
        return self.desk.tickets.outcome(new_number)


def _sets_merge(rows: list[Any], number: int) -> bool:
    return any(
        c.table == "ticket" and c.key[0] == number and c.before is not None and c.after is not None
        and c.after.get("merged_into") is not None
        for c in rows
    )  # fmt: skip


def _link_type(text: str) -> LinkType:
    wanted = text.strip().casefold().replace("-", "_").replace(" ", "_")
    for kind in LinkType:
        if kind.value == wanted:
            return kind
    raise Invalid(N_("there is no link {text}; use {known}"), text=text, known=", ".join(k.value for k in LinkType))
