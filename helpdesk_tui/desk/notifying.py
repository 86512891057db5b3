"""`desk.notifying`: how people are told, and what became of the messages."""

import json
import re
from typing import Any, Final

from helpdesk_tui.desk import messages, outbox
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.shapes import Object, Objects, when
from helpdesk_tui.store.changes import Entry, Row, RowChange
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.errors import Conflict, Invalid, NotFound, NotPermitted
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.instants import zone
from helpdesk_tui.vocabulary.levels import Severity
from helpdesk_tui.vocabulary.roles import Permission, Scope
from helpdesk_tui.vocabulary.text import one_line

RULES_EACH: Final = 20
_HOURS: Final = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_RULES: Final = (
    "SELECT r.id, r.person_id, coalesce(p.login, p.email, '#' || p.id), r.channel, r.address, r.severity, r.quiet_from,"
    " r.quiet_to, r.quiet_severity, r.tz, r.active FROM notification_rule r JOIN person p ON p.id = r.person_id"
    " WHERE ?1 IS NULL OR r.person_id = ?1 ORDER BY r.person_id, r.id"
)
_SENT: Final = (
    "SELECT o.id, o.created_at, o.due_at, o.sent_at, o.state, o.channel, coalesce(p.login, p.email, '#' || p.id),"
    " o.number, o.severity, o.attempts, o.error, o.document, o.person_id FROM outbox o"
    " LEFT JOIN person p ON p.id = o.person_id WHERE (?1 IS NULL OR o.person_id = ?1) AND (?2 IS NULL OR o.state = ?2)"
    " ORDER BY o.id DESC LIMIT ?3"
)


def severity_of(text: str) -> int:
    """1 to 5 of `SEV1` to `SEV5`, `sev2` or `2`. Raises Invalid."""
    folded = text.strip().upper().removeprefix("SEV")
    if folded not in ("1", "2", "3", "4", "5"):
        raise Invalid(
            N_("{field}: {value} is not known; use {choices}"),
            field="severity", value=text, choices=", ".join(one.name for one in Severity),
        )  # fmt: skip
    return int(folded)


class Notifying(Noun):
    """How people are told."""

    @verb("notify.rules", Permission.NOTIFY_EDIT, reads=True)
    def rules(self, person: str | None = None) -> Objects:
        """How somebody (oneself, where nobody is named) is told; of everybody with `all`, for who may know.

        `[{"id", "who", "channel", "address", "severity", "quiet", "quiet_severity", "tz", "active"}]`.
        """
        rows = self.desk.store.query(_RULES, numbered(None if person == "all" else self._whose(person)))
        mine = self.desk.scope(Permission.NOTIFY_EDIT) is not Scope.ALL
        return [_rule(row) for row in rows if not mine or row[1] == self.desk.actor.id]

    @verb("notify.add", Permission.NOTIFY_EDIT)
    def add(
        self,
        channel: str,
        address: str | None = None,
        *,
        severity: str = "SEV5",
        quiet: str | None = None,
        quiet_severity: str = "SEV1",
        tz: str = "UTC",
        person: str | None = None,
    ) -> Object:
        """Tell somebody by a channel (console, email, webhook, command, apprise) from a severity on.

        `quiet` are local hours like `22:00-07:00`; what is as grave as `quiet_severity` breaks them. Without an address
        mail goes to the person's own.
        """
        who = self._whose(person)
        row = self._row(who, channel, address, severity, quiet, quiet_severity, tz)
        with self.desk.work("notify.add") as work:
            if len(work.rows("SELECT id FROM notification_rule WHERE person_id = ?", (who,))) >= RULES_EACH:
                raise Conflict(N_("nobody is told in more than {most} ways; take one away first"), most=RULES_EACH)
            outbox.begin(work.tx.conn)
            key = work.next_id("notification_rule")
            whole = {"id": key, "person_id": who, **row, "active": True, "version": 1}
            change = RowChange("notification_rule", (key,), None, whole)
            work.record(Entry("notify.add", "notification_rule", key, work.at, rows=[change]))
        return self._one(key)

    @verb("notify.remove", Permission.NOTIFY_EDIT)
    def remove(self, rule: int) -> Object:
        """Tell somebody no longer in this way; the rule as it was."""
        with self.desk.work("notify.remove") as work:
            row = work.row("notification_rule", rule)
            if row is None or not self._may(row["person_id"]):
                raise NotFound(N_("there is no way {rule} of telling anybody"), rule=rule)
            before = self._one(rule)
            change = RowChange("notification_rule", (rule,), row, None)
            work.record(Entry("notify.remove", "notification_rule", rule, work.at, rows=[change]))
        return before

    @verb("notify.test", Permission.NOTIFY_EDIT)
    def test(self, person: str | None = None) -> Object:
        """Send somebody a message by every channel they have; `{"who", "channels"}`."""
        who = self._whose(person)
        with self.desk.work("notify.test") as work:
            entry = Entry("notify.test", "person", who, work.at)
            entry.reasons.append(messages.tell([who], "test", int(Severity.SEV1)).data())
            work.record(entry)
        rows = self.desk.store.query(_RULES, numbered(who))
        told = [one["channel"] for one in map(_rule, rows) if one["active"] and one["channel"] != outbox.CONSOLE]
        return {"who": self._called(who), "channels": [outbox.CONSOLE, *dict.fromkeys(told)]}

    @verb("notify.outbox", Permission.NOTIFY_EDIT, reads=True)
    def outbox(self, state: str | None = None, limit: int = 100, person: str | None = None) -> Objects:
        """Messages, the newest first: `[{"id", "created_at", "due_at", "sent_at", "state", "channel", "who", "number",
        "severity", "attempts", "error", "subject"}]`; state is waiting, sent, failed or withdrawn.

        Of oneself; those of everybody for who may say how others are told. A ticket's words stand only where one may
        read it.
        """
        everybody = self.desk.scope(Permission.NOTIFY_EDIT) is Scope.ALL and person is None
        who = None if everybody else self._whose(person)
        rows = self.desk.store.query(_SENT, numbered(who, state, max(1, min(limit, 10_000))))
        return [self._message(row) for row in rows]

    @verb("notify.retry", Permission.NOTIFY_EDIT)
    def retry(self, id: int | None = None) -> Object:  # noqa: A002 - the name that the list shows
        """Try failed messages again now (one, or all that one may): `{"retried": n}`."""
        with self.desk.store.write() as tx:
            now, mine = self.desk.now(), self.desk.scope(Permission.NOTIFY_EDIT) is not Scope.ALL
            done = tx.conn.execute(
                "UPDATE outbox SET state = 'waiting', attempts = 0, due_at = ?1, error = '' WHERE state = 'failed'"
                " AND (?2 IS NULL OR id = ?2) AND (?3 IS NULL OR person_id = ?3)",
                numbered(now, id, self.desk.actor.id if mine else None),
            ).rowcount
        if id is not None and not done:
            raise NotFound(N_("message {id} has not failed, or is not yours"), id=id)
        return {"retried": done}

    # -- inside ------------------------------------------------------------------------------------------------

    def _whose(self, person: str | None) -> int:
        if person is None:
            return self.desk.actor.id
        found: int = self.desk.people.person(person).id
        if not self._may(found):
            raise NotPermitted(N_("you say how you are told yourself; for others ask an administrator"))
        return found

    def _may(self, person: int) -> bool:
        return person == self.desk.actor.id or self.desk.scope(Permission.NOTIFY_EDIT) is Scope.ALL

    def _called(self, who: int) -> str:
        rows = self.desk.store.query("SELECT coalesce(login, email, '#' || id) FROM person WHERE id = ?", (who,))
        return str(rows[0][0])

    def _one(self, rule: int) -> Object:
        rows = self.desk.store.query(_RULES, numbered(None))
        return next(_rule(row) for row in rows if row[0] == rule)

    def _row(
        self, who: int, channel: str, address: str | None, severity: str, quiet: str | None, breaks: str, tz: str
    ) -> Row:
        if channel not in outbox.CHANNELS:
            raise Invalid(
                N_("{field}: {value} is not known; use {choices}"),
                field="channel", value=channel, choices=", ".join(outbox.CHANNELS),
            )  # fmt: skip
        zone(tz)
        start, end = _hours(quiet)
        where = None if address is None else address.strip()
        if channel in ("webhook", "command", "apprise") and not where:
            raise Invalid(N_("{field}: an address is needed for {channel}"), field="address", channel=channel)
        if channel == "email":
            mail = where or self.desk.store.query("SELECT email FROM person WHERE id = ?", (who,))[0][0]
            if not mail or "@" not in mail or any(c.isspace() or c in ",;<>" for c in mail):
                raise Invalid(N_("{field}: {value} is no address for mail"), field="address", value=mail or "")
        if where is not None and (len(where) > 1_000 or not where.isprintable()):
            raise Invalid(N_("{field}: {value} is no address"), field="address", value=one_line(where, 60))
        return {
            "channel": channel, "address": where, "severity": severity_of(severity), "quiet_from": start,
            "quiet_to": end, "quiet_severity": severity_of(breaks), "tz": tz,
        }  # fmt: skip

    def _message(self, row: tuple[Any, ...]) -> Object:
        number, said = row[7], json.loads(row[11])
        readable = number is None or self.desk.reading.knows(number)
        return {
            "id": row[0], "created_at": when(row[1]), "due_at": when(row[2]),
            "sent_at": None if row[3] is None else when(row[3]), "state": row[4], "channel": row[5], "who": row[6],
            "number": number if readable else None, "severity": f"SEV{row[8]}", "attempts": row[9], "error": row[10],
            "subject": said["subject"] if readable else None,
        }  # fmt: skip


def _hours(text: str | None) -> tuple[int | None, int | None]:
    if text is None or not text.strip():
        return None, None
    found = _HOURS.fullmatch(text.strip())
    parts = [int(part) for part in found.groups()] if found else []
    if not parts or parts[0] > 23 or parts[2] > 23 or parts[1] > 59 or parts[3] > 59:
        raise Invalid(N_("{field}: {value} are no hours; write 22:00-07:00"), field="quiet", value=text)
    return parts[0] * 60 + parts[1], parts[2] * 60 + parts[3]


def _rule(row: tuple[Any, ...]) -> Object:
    quiet = None if row[6] is None else f"{row[6] // 60:02}:{row[6] % 60:02}-{row[7] // 60:02}:{row[7] % 60:02}"
    return {
        "id": row[0], "who": row[2], "channel": row[3], "address": row[4], "severity": f"SEV{row[5]}", "quiet": quiet,
        "quiet_severity": f"SEV{row[8]}", "tz": row[9], "active": bool(row[10]),
    }  # fmt: skip
