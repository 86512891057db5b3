"""`desk.attachments`: files on tickets, kept once by their content."""

import base64
import binascii
import hashlib
import re
from typing import Any, Final

from helpdesk_tui.desk import fields, masking
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, when
from helpdesk_tui.desk.ticket_talk import survivor
from helpdesk_tui.vocabulary.channels import CommentKind
from helpdesk_tui.vocabulary.errors import Invalid, NotFound, StoreFault
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.roles import Permission
from helpdesk_tui.vocabulary.text import one_line

MAX_SIZE: Final = 25 * 1024 * 1024
_MEDIA_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100}")  # RFC 6838
_UNKNOWN: Final = "application/octet-stream"
# Not allowed in file names on one system or another, and what hides a name's true end.
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_SELECT: Final = (
    "SELECT a.id, a.number, a.comment_id, a.name, a.media_type, a.size, a.sha256, coalesce(p.login, p.name), a.created_at"
    ", a.author_id FROM attachment a LEFT JOIN person p ON p.id = a.author_id WHERE "
)
_OF_TICKET: Final = _SELECT + "a.number = ? ORDER BY a.id"
_ONE: Final = _SELECT + "a.id = ?"


def safe_name(name: str, number: int = 0) -> str:
    """A name under which a file may be saved anywhere: no path, no control or direction characters, not hidden."""
    last = re.split(r"[/\\]", name)[-1]
    text = _UNSAFE.sub("_", one_line(last)).strip().strip(".").strip()
    if not text or _RESERVED.fullmatch(text):
        text = f"attachment-{number}" + (f"-{text}" if text else "")
    stem, dot, suffix = text.rpartition(".")
    if len(text.encode()) > 200:
        ending = dot + suffix if stem and len(suffix) <= 10 else ""
        text = text.encode()[: 200 - len(ending.encode())].decode(errors="ignore") + ending
    return text


class Attachments(Noun):
    """Attachments."""

    @verb("attachment.add", Permission.TICKET_REPLY)
    def add(
        self,
        number: int,
        name: str,
        data: bytes,
        media_type: str | None = None,
        *,
        encoding: str = "raw",
        comment: int | None = None,
        version: int | None = None,
    ) -> Object:
        """Attach a file of at most 25 MiB to a ticket (or to one of its comments).

        `data` is the bytes; with `encoding="base64"` they are read as base64 text, for callers that speak JSON.
        On a merged ticket it reaches the survivor. Returns the attachment's object (see `list`).
        """
        from helpdesk_tui.store.apply import new_row

        raw = _decoded(data, encoding)
        if len(raw) > MAX_SIZE:
            raise Invalid(N_("{name} has {n} bytes; at most {limit} are taken"), name=name, n=len(raw), limit=MAX_SIZE)
        text = fields.bounded("name", name, fields.MAX_NAME, empty=False)
        kind = media_type.strip().lower() if media_type else _UNKNOWN
        if not _MEDIA_TYPE.fullmatch(kind):
            raise Invalid(N_("{value} is no media type; write text/plain"), value=media_type)
        digest = hashlib.sha256(raw).hexdigest()
        with self.desk.work("attachment.add") as work:
            asked = work.ticket(number, Permission.TICKET_REPLY, version)
            target = survivor(work, number)
            draft = asked if target == number else work.ticket(target, Permission.TICKET_REPLY)
            if comment is not None:
                found = work.row("comment", comment)
                if found is None or found["number"] != draft.number:
                    raise NotFound(N_("{ref} has no comment {comment}"), ref=draft.ref, comment=comment)
                if found["kind"] == CommentKind.NOTE:
                    self.desk.require_on(Permission.NOTE_WRITE, draft.row, "attachment.add")
            key = work.next_id("attachment")
            row = new_row(
                "attachment", id=key, number=draft.number, comment_id=comment, name=text, media_type=kind,
                size=len(raw), sha256=digest, author_id=self.desk.actor.id, created_at=draft.at,
            )  # fmt: skip
            work.tx.conn.execute("INSERT OR IGNORE INTO blob (sha256, data) VALUES (?, ?)", (digest, raw))
            draft.insert("attachment", (key,), row)
        return self._json(self.desk.store.query(_ONE, (key,))[0])

    def _json(self, r: tuple[Any, ...]) -> Object:
        veil = masking.veil(self.desk)
        return {
            "id": r[0],
            "number": r[1],
            "comment": r[2],
            "name": r[3],
            "save_as": safe_name(r[3], r[0]),
            "media_type": r[4],
            "size": r[5],
            "sha256": r[6],
            "author": r[7] if veil is None else veil.person(r[9], r[7]),
            "created_at": when(r[8]),
        }

    def _find(self, attachment: int) -> Object:
        """An attachment that the actor may read: its ticket, and its comment where that is a note."""
        found = self.desk.store.query(_ONE, (attachment,))
        if found:
            row = self._json(found[0])
            self.desk.tickets.readable(row["number"])
            if self._seen(row):
                return row
        raise NotFound(N_("there is no attachment {id}"), id=attachment)

    def _seen(self, row: Object) -> bool:
        if row["comment"] is None:
            return True
        kind = self.desk.store.query("SELECT kind FROM comment WHERE id = ?", (row["comment"],))
        if not kind or kind[0][0] != CommentKind.NOTE:
            return True
        return self.desk.allows_on(Permission.NOTE_READ, self.desk.tickets.facts(row["number"]))

    def read(self, attachment: int) -> bytes:
        """The bytes of an attachment. Raises StoreFault where they are not what was attached."""
        row = self._find(attachment)
        self.desk.reading.opened(row["number"])
        found = self.desk.store.query("SELECT data FROM blob WHERE sha256 = ?", (row["sha256"],))
        if not found:
            raise StoreFault(N_("the contents of attachment {id} are not in this desk"), id=attachment)
        data = bytes(found[0][0])
        if hashlib.sha256(data).hexdigest() != row["sha256"]:
            raise StoreFault(N_("the contents of attachment {id} are damaged"), id=attachment)
        return data

    @verb("attachment.get", Permission.TICKET_READ, reads=True)
    def get(self, attachment: int) -> Object:
        """An attachment's object with its `data` as base64 text."""
        return {**self._find(attachment), "data": base64.b64encode(self.read(attachment)).decode("ascii")}

    @verb("attachment.remove", Permission.TICKET_EDIT)
    def remove(self, attachment: int) -> Object:
        """Take a file off a ticket; undo brings it back."""
        found = self._find(attachment)
        with self.desk.work("attachment.remove") as work:
            draft = work.ticket(found["number"], Permission.TICKET_EDIT)
            row = work.row("attachment", attachment)
            if row is None:
                raise NotFound(N_("there is no attachment {id}"), id=attachment)
            draft.remove("attachment", (attachment,), row)
        return {"id": attachment, "number": found["number"], "removed": True}

    @verb("attachment.list", Permission.TICKET_READ, reads=True)
    def list(self, number: int) -> Objects:
        """Files of a ticket and of those merged into it.

        `{"id", "number", "comment", "name", "save_as", "media_type", "size", "sha256", "author", "created_at"}`;
        `name` is what it was called, `save_as` a name that is safe to write to.
        """
        self.desk.tickets.readable(number)
        rows = [r for member in self.desk.tickets.family(number) for r in self.desk.store.query(_OF_TICKET, (member,))]
        return [row for row in map(self._json, rows) if self._seen(row)]


def _decoded(data: bytes, encoding: str) -> bytes:
    if encoding == "raw":
        return data
    if encoding != "base64":
        raise Invalid(
            N_("{field}: {value} is not known; use {choices}"), field="encoding", value=encoding, choices="raw, base64"
        )
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid(N_("the data is no base64 text")) from None
