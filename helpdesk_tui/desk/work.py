"""The unit of work behind every writing verb: drafts of tickets become one change set in one transaction.

A `Work` holds the write lock while its block runs, so what it reads stays true until it commits. Each draft ends as
one journal entry; SLA instants and timers are derived again where something they depend on has changed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.store.changes import ChangeSet, Entry, Row, RowChange, Subject
from helpdesk_tui.vocabulary.errors import Conflict, NotPermitted, ticket_not_found
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.reasons import Reason
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission, Scope
from helpdesk_tui.vocabulary.text import at_rest

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.store.store import Transaction

# Columns on which the service-level clocks depend; a change of one derives the due instants anew.
CLOCK_COLUMNS: Final = frozenset(
    {
        "state", "phase", "kind", "priority", "category", "channel", "language", "service_id", "requester_id",
        "organisation_id", "created_at", "first_response_at", "deleted_at",
    }
)  # fmt: skip
# Columns that tell whether a ticket still wants anybody.
_LIFE: Final = frozenset({"phase", "deleted_at"})
SHIFT: Final = 20
# Verbs that ask the policy whatever they are given; it is read and compiled before the lock is taken.
RULED: Final = frozenset(
    {
        "ticket.open", "ticket.reply", "ticket.take", "ticket.assign", "ticket.state", "ticket.pend", "ticket.resolve",
        "ticket.close", "ticket.cancel", "ticket.resume", "ticket.reopen", "ticket.classify", "ticket.prioritise",
        "ticket.demand", "ticket.merge", "ticket.unmerge", "ticket.split", "bulk.take", "bulk.assign", "bulk.state",
        "bulk.resolve", "event.ingest",
    }
)  # fmt: skip
# The first start: its person is not there yet.
INIT_VERB: Final = "desk.init"


class Draft:
    """A ticket being changed: its row as it stands, what becomes of it, and the rows that go with it."""

    __slots__ = (
        "at", "by_desk", "fresh", "ground", "new", "number", "reasons", "restart_clocks", "row", "rows",
        "subject_verb", "undoes",
    )  # fmt: skip

    def __init__(self, row: Row, *, at: Instant, fresh: bool = False) -> None:
        self.row = row
        self.number: int = row["number"]
        self.at = at
        self.fresh = fresh
        self.new: Row = {}
        self.rows: list[RowChange] = []
        self.reasons: list[dict[str, Any]] = []
        self.restart_clocks = False
        self.subject_verb: str | None = None
        self.undoes: int | None = None
        # The priority that was decided, before what happens around the ticket lifts it; None where none was.
        self.ground: int | None = None
        # Nobody did it: the desk did, by its policy.
        self.by_desk = False

    def __getitem__(self, column: str) -> Any:
        return self.new[column] if column in self.new else self.row[column]

    def set(self, **values: Any) -> None:
        """Change columns; setting a column to what it was takes the change back."""
        row, new = self.row, self.new
        for column, value in values.items():
            # Codes are plain letters; asking `at_rest` about each would cost more than all the rest here.
            if isinstance(value, str) and not (value.isascii() and value.isprintable()):
                value = at_rest(value)
            if row[column] == value:
                new.pop(column, None)
            else:
                new[column] = value

    def because(self, *reasons: Reason | dict[str, Any]) -> None:
        """Give reasons for the journal."""
        self.reasons.extend(r.data() if isinstance(r, Reason) else r for r in reasons)

    def insert(self, table: str, key: tuple[Any, ...], row: Row) -> None:
        """Add a row that belongs to this ticket."""
        self.rows.append(RowChange(table, key, None, row))

    def remove(self, table: str, key: tuple[Any, ...], row: Row) -> None:
        """Take away a row (given whole) that belongs to this ticket."""
        self.rows.append(RowChange(table, key, row, None))

    @property
    def changed(self) -> bool:
        """Whether anything is different."""
        return self.fresh or bool(self.new) or bool(self.rows)

    @property
    def ref(self) -> str:
        """The number as people say it."""
        return ref(self["kind"], self.number)


class Work:
    """One verb at work. Use as a context manager; leaving the block without an error writes everything."""

    def __init__(
        self,
        desk: "Desk",
        verb: str,
        *,
        at: Instant | None = None,
        batch: str | None = None,
        origin: str | None = None,
        rehearse: bool = False,
    ) -> None:
        self.desk = desk
        self.rehearse = rehearse
        self.verb = verb
        self.now: Instant = desk.now()
        self.at: Instant = self.now if at is None else at
        self.batch = batch
        self.origin = origin or desk.origin
        self.drafts: dict[int, Draft] = {}
        self.entries: list[Entry] = []
        self.sequence: list[int] = []
        self.after_rows: list[Callable[[], None]] = []
        # What modules keep while this work lasts, and what they still do before it is written.
        self.shared: dict[str, Any] = {}
        self.closing: list[Callable[[], None]] = []
        self.contacts: dict[str, int] = {}
        self.withheld: dict[tuple[str, tuple[Any, ...], str], Any] = {}
        self.timers: dict[Subject, dict[str, Instant]] = {}
        self._ids: dict[str, int] = {}
        self._loaded: dict[int, Row] = {}
        self._scope: Any = None
        self.tx: Transaction

    def __enter__(self) -> "Work":
        if not self.rehearse:
            self._ready()
        # A rehearsal takes the same road (its drafts need the same reads) and is always rolled back.
        self._scope = self.desk.store.write() if not self.rehearse else self.desk.store.rehearse()
        self.tx = self._scope.__enter__()
        if self.verb != INIT_VERB:
            try:
                self.desk.refresh()
            except BaseException as error:
                self._scope.__exit__(type(error), error, error.__traceback__)
                raise
        return self

    def _ready(self) -> None:
        """Do before the lock is taken what is done once a process and long: everybody else would wait for it."""
        from helpdesk_tui.desk import derive, dynamic  # noqa: F401 - only to have them
        from helpdesk_tui.store import apply  # noqa: F401 - only to have it

        if self.verb in RULED:
            self.desk.policies.ready(self.at)

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is None and not self.rehearse:
            try:
                self._finish()
            except BaseException as failure:
                if not self._scope.__exit__(type(failure), failure, failure.__traceback__):
                    raise
                return
        self._scope.__exit__(kind, error, trace)
        if error is None and not self.rehearse:
            self.desk.committed(self.sequence)

    # -- reading for change ------------------------------------------------------------------------------------

    def row(self, table: str, *key: Any) -> Row | None:
        """A whole row as it stands in this transaction."""
        from helpdesk_tui.store.apply import fetch

        return fetch(self.tx.conn, table, key)

    def rows(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a read in this transaction."""
        return self.tx.conn.execute(sql, params).fetchall()

    def load(self, numbers: Iterable[int]) -> None:
        """Read these tickets at once, for the changes that follow."""
        from helpdesk_tui.store.apply import fetch_tickets

        self._loaded = fetch_tickets(self.tx.conn, numbers)

    def ticket_row(self, number: int) -> Row | None:
        """A ticket's row as it stands in this transaction."""
        return self._loaded.get(number) or self.row("ticket", number)

    def ticket(self, number: int, permission: Permission, version: int | None = None) -> Draft:
        """A ticket to change, checked: it exists, the actor may do this to it, nobody changed it since `version`."""
        draft = self.drafts.get(number)
        if draft is None:
            row = self.ticket_row(number)
            if row is None or (row["deleted_at"] is not None and self.verb not in ("ticket.delete", "undo", "redo")):
                raise ticket_not_found(number)
            draft = Draft(row, at=self.at)
        self.desk.require_on(permission, draft.row, self.verb)
        if version is not None and draft.row["version"] != version:
            raise Conflict(
                N_(
                    "{ref} was changed by somebody else since version {version} (it is now {now}); look again and repeat"
                ),
                ref=draft.ref,
                version=version,
                now=draft.row["version"],
            )
        self.drafts[number] = draft
        return draft

    # -- making ------------------------------------------------------------------------------------------------

    def next_id(self, table: str) -> int:
        """A number never given before in this table."""
        value = self._ids.get(table)
        value = self.tx.next_id(table) if value is None else value + 1
        self._ids[table] = value
        return value

    def last_id(self, table: str) -> int:
        """The number given last in this table."""
        if table not in self._ids:
            self._ids[table] = self.tx.next_id(table) - 1
        return self._ids[table]

    def take_back(self, table: str, last: int) -> None:
        """Numbers after `last` were given to nothing that stays; they are given again."""
        self._ids[table] = last

    def open(self, row: Row) -> Draft:
        """A new ticket; its row is complete but for what is derived."""
        draft = Draft(row, at=self.at, fresh=True)
        self.drafts[draft.number] = draft
        return draft

    def record(self, entry: Entry) -> Entry:
        """An entry about something that is no ticket (a person, a team, a policy)."""
        entry.actor_id = self.desk.actor.real_id or self.desk.actor.id
        entry.on_behalf_of = self.desk.actor.id if self.desk.actor.real_id else None
        entry.origin = self.origin
        entry.batch = entry.batch or self.batch
        self.entries.append(entry)
        return entry

    def entity(self, verb: str, table: str, key: int, before: Row | None, after: Row | None) -> Entry | None:
        """Record that one row of a table was made, changed (whole rows given) or removed; None where nothing differs."""
        if before is not None and after is not None:
            changed = {c: v for c, v in after.items() if before[c] != v and c != "version"}
            if not changed:
                return None
            old = {c: before[c] for c in changed}
            if "version" in before:
                old["version"], changed["version"] = before["version"], before["version"] + 1
            before, after = old, changed
        return self.record(Entry(verb, table, key, self.at, rows=[RowChange(table, (key,), before, after)]))

    # -- writing -----------------------------------------------------------------------------------------------

    def _entry(self, draft: Draft) -> Entry:
        actor = self.desk.actor
        rows: list[RowChange] = []
        if draft.fresh:
            rows.append(RowChange("ticket", (draft.number,), None, {**draft.row, **draft.new}))
        else:
            before = {c: draft.row[c] for c in draft.new}
            rows.append(RowChange("ticket", (draft.number,), before, dict(draft.new)))
        rows.extend(draft.rows)
        return Entry(
            verb=draft.subject_verb or self.verb,
            subject_type="ticket",
            subject=draft.number,
            at=draft.at,
            actor_id=None if draft.by_desk else actor.real_id or actor.id,
            origin=self.origin,
            rows=rows,
            reasons=draft.reasons,
            on_behalf_of=actor.id if actor.real_id and not draft.by_desk else None,
            batch=self.batch,
            undoes=draft.undoes,
        )

    def _finish(self) -> None:
        from helpdesk_tui.desk.derive import Past, derive, due_anew
        from helpdesk_tui.desk.dynamic import Looks
        from helpdesk_tui.desk.row_timers import of_rows

        for close in self.closing:
            close()
        moved = [d for d in self.drafts.values() if not d.fresh and not d.new.keys().isdisjoint(_LIFE)]
        if moved:
            from helpdesk_tui.desk.incident_stamps import follow as incident_follow
            from helpdesk_tui.desk.paging_follow import follow

            follow(self, moved)
            incident_follow(self, moved)
        anew = [d.number for d in self.drafts.values() if d.changed and not d.fresh and due_anew(d)]
        looks = Looks(self)
        past = Past(self, [*{*anew, *looks.lives}]) if anew or looks.drafts else None
        if past is not None:
            looks.decide(past)
        for draft in self.drafts.values():
            if not draft.changed:
                continue
            derive(self, draft, self.timers, past)
            if not draft.fresh:
                draft.set(updated_at=max(draft.at, draft.row["updated_at"]))
                draft.new["version"] = draft.row["version"] + 1
            self.entries.append(self._entry(draft))
        looks.timers()
        if len(self.entries) > 1 and self.batch is None:
            # What one verb did is taken back as one: a ticket and the contact made for it.
            name = new_batch()
            for entry in self.entries:
                entry.batch = entry.batch or name
        if self.entries:
            of_rows(self, self.entries)
        if self.entries or self.timers:
            self.sequence = self.tx.apply(ChangeSet(self.entries, self.now, self.timers, self.withheld))
        for hook in self.after_rows:
            hook()


def new_batch() -> str:
    """A name for a batch: short, unique, easy to type."""
    from secrets import token_hex

    return "b" + token_hex(4)


def require_scope(scope: Scope, permission: Permission, verb: str) -> None:
    """Refuse where a role table grants nothing."""
    if scope is Scope.NONE:
        raise NotPermitted(
            N_("{verb} needs the permission {permission}, which your roles do not have; ask an administrator"),
            verb=verb,
            permission=permission.value,
        )
