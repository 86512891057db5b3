"""Replies and notes."""

from typing import Any

from helpdesk_tui.desk import fields, mentions
from helpdesk_tui.desk.moves import follow, set_state
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.work import SHIFT, Draft, Work
from helpdesk_tui.rules import lifecycle
from helpdesk_tui.vocabulary.channels import Channel, CommentKind, Origin
from helpdesk_tui.vocabulary.errors import Conflict
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind, Phase
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.roles import Permission

register(
    {
        "merge.redirect": N_("written on {number}, which was merged into this ticket"),
        "reply.reopened": N_("the requester answered, so it is open again"),
    }
)
_CHANNELS = {Origin.TUI: Channel.PHONE, Origin.MAIL: Channel.EMAIL, Origin.API: Channel.API}


def survivor(work: Work, number: int) -> int:
    """Where a ticket lives on: itself, or the end of the chain of merges."""
    seen = {number}
    while True:
        rows = work.rows("SELECT merged_into FROM ticket WHERE number = ?", (number,))
        if not rows or rows[0][0] is None or rows[0][0] in seen:
            return number
        number = rows[0][0]
        seen.add(number)


def add_comment(
    work: Work, draft: Draft, kind: CommentKind, body: str, author_id: int | None, channel: str | None = None
) -> int:
    """Put a reply or note on a ticket; a first answer of the desk is remembered. The comment's id."""
    from helpdesk_tui.store.apply import new_row

    n: int = draft["comment_seq"] + 1
    key = (draft.number << SHIFT) | n
    row = new_row(
        "comment",
        id=key,
        number=draft.number,
        kind=kind.value,
        author_id=author_id,
        created_at=draft.at,
        channel=channel or _CHANNELS.get(Origin(work.origin), Channel.CLI).value,
        body=body,
    )
    draft.set(comment_seq=n)
    draft.insert("comment", (key,), row)
    if kind is CommentKind.REPLY and not from_requester(work, draft, author_id) and draft["first_response_at"] is None:
        draft.set(first_response_at=draft.at)
    return key


def from_requester(work: Work, draft: Draft, author_id: int | None) -> bool:
    """Whether a comment speaks for the customer: by relation to the ticket first, then by not being an agent."""
    if author_id is None:
        return True
    if author_id == draft["requester_id"] and author_id != draft["assignee_id"]:
        return True
    person = work.desk.directory.person(author_id)
    return person is None or not person.agent


def apply_reply(work: Work, draft: Draft, body: str, channel: str | None = None) -> int:
    """A public reply of the actor, and where it leads: a requester's answer resumes or reopens the ticket."""
    author = work.desk.actor.id
    key = add_comment(work, draft, CommentKind.REPLY, body, author, channel)
    if from_requester(work, draft, author):
        phase = Phase(draft["phase"])
        if phase == Phase.PENDING:
            follow(work, draft, "resume")
        elif phase == Phase.RESOLVED:
            policy = work.desk.policies.current().policy
            target = lifecycle.target_of(policy, Kind(draft["kind"]), "reopen")
            if target is not None:
                set_state(draft, target, draft.at)
                draft.because(Reason("reply.reopened"))
    return key


class TicketTalk(Noun):
    """Talking on tickets."""

    @verb("ticket.reply", Permission.TICKET_REPLY)
    def reply(
        self, number: int, text: str, *, channel: str | None = None, version: int | None = None
    ) -> dict[str, Any]:
        """Write a public reply; on a merged ticket it reaches the survivor. Agents named `@login` follow it then."""
        return self._talk("ticket.reply", CommentKind.REPLY, number, text, channel, version)

    @verb("ticket.note", Permission.NOTE_WRITE)
    def note(self, number: int, text: str, *, version: int | None = None) -> dict[str, Any]:
        """Write an internal note. Agents named `@login` follow the ticket from then on."""
        return self._talk("ticket.note", CommentKind.NOTE, number, text, None, version)

    def _talk(
        self, name: str, kind: CommentKind, number: int, text: str, channel: str | None, version: int | None
    ) -> dict[str, Any]:
        body = fields.bounded("text", text, fields.MAX_TEXT, empty=False)
        permission = Permission.TICKET_REPLY if kind is CommentKind.REPLY else Permission.NOTE_WRITE
        code = Channel(fields.code("channel", channel)).value if channel else None
        with self.desk.work(name) as work:
            asked = work.ticket(number, permission, version)
            target = survivor(work, number)
            draft = asked if target == number else work.ticket(target, permission)
            if draft["deleted_at"] is not None:
                raise Conflict(N_("{ref} is deleted"), ref=draft.ref)
            if target != number:
                draft.because(Reason("merge.redirect", {"number": number}))
            key = (
                apply_reply(work, draft, body, code)
                if kind is CommentKind.REPLY
                else add_comment(work, draft, kind, body, work.desk.actor.id)
            )
            mentions.follow(work, draft, body)
        return {"number": target, "comment": key, "kind": kind.value}
