"""`@name` in a reply or note: whoever is mentioned follows the ticket from then on and finds the place again."""

import json
import re
from typing import TYPE_CHECKING, Final

from helpdesk_tui.desk.shapes import Object, Objects
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.roles import Permission

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.desk.work import Draft, Work

register({"mention": N_("{who} is mentioned")})

MOST: Final = 20
"""People that one text can mention."""
_AT: Final = re.compile(r"(?<![A-Za-z0-9_.@＠-])[@＠]([A-Za-z0-9][A-Za-z0-9._-]{0,63})")
_HAN: Final = re.compile(r"[@＠]([^\W\d_A-Za-z][\w.-]{0,63})")
_AGENT: Final = "SELECT id FROM person WHERE login = ? AND agent AND active"
_SINCE: Final = (
    "SELECT j.seq, j.at, j.subject, j.actor_id, j.reasons FROM journal j"
    " WHERE j.seq > ? AND j.verb IN ('ticket.note', 'ticket.reply') AND j.reasons LIKE '%\"code\":\"mention\"%'"
    " ORDER BY j.seq DESC LIMIT ?"
)


def handles(text: str) -> list[str]:
    """The names after an at sign, each once and as they were written; the one inside of a mail address is none."""
    found = dict.fromkeys(match.group(1).rstrip(".-_") for match in _AT.finditer(text))
    found.update(dict.fromkeys(match.group(1).rstrip(".-_") for match in _HAN.finditer(text)))
    return [name for name in found if name][:MOST]


def follow(work: "Work", draft: "Draft", text: str) -> list[int]:
    """Let the agents that a text mentions follow the ticket, and say so in its entry. The ids of those mentioned.

    Where the actor may not let others follow it, a mention is a word like any other: following gives rights.
    """
    names = handles(text)
    if not names or not work.desk.allows_on(Permission.TICKET_EDIT, draft.row):
        return []
    found = [key for name in names for (key,) in work.rows(_AGENT, (name,)) if key != work.desk.actor.id]
    for key in dict.fromkeys(found):
        if work.row("watcher", draft.number, key) is None:
            draft.insert("watcher", (draft.number, key), {"number": draft.number, "person_id": key})
        draft.because(Reason("mention", {"who": key}))
    return found


def of_me(desk: "Desk", since: int = 0, limit: int = 50) -> Objects:
    """Where the actor was mentioned after a sequence number of the journal, the newest first.

    `{"seq", "at" (instant), "number", "ref", "title", "by"}` of tickets that the actor may read.
    """
    me = desk.actor.id
    out: Objects = []
    for seq, at, number, actor, reasons in desk.store.query(_SINCE, (since, limit * 10)):
        if not any(r.get("code") == "mention" and r.get("who") == me for r in json.loads(reasons)):
            continue
        if len(out) < limit and desk.reading.knows(number):
            out.append(_told(desk, seq, at, number, actor))
    return out


def _told(desk: "Desk", seq: int, at: int, number: int, actor: int | None) -> Object:
    row = desk.reading.rows("", [number])
    who = desk.directory.person(actor)
    kind, title = (row[0].kind, row[0].title) if row else ("incident", "")
    by = who.handle if who is not None else None
    return {"seq": seq, "at": at, "number": number, "ref": ref(kind, number), "title": title, "by": by}
