"""Rows into tickets: opened by the one way for all tickets, or brought up to date where their external id is known."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import decisions
from helpdesk_tui.desk.import_engine import Engine, Tally
from helpdesk_tui.desk.import_facts import Facts, Reader, Remark, kind_with, state_for
from helpdesk_tui.desk.import_people import People
from helpdesk_tui.desk.import_rows import Incoming
from helpdesk_tui.desk.moves import set_state
from helpdesk_tui.desk.ticket_fields import apply_tags
from helpdesk_tui.desk.ticket_opening import CHANNEL_OF_ORIGIN, build
from helpdesk_tui.desk.ticket_sensitive import by_category, mark
from helpdesk_tui.desk.work import SHIFT, Draft, Work
from helpdesk_tui.vocabulary.channels import Channel, CommentKind, Origin
from helpdesk_tui.vocabulary.errors import Conflict, DeskError, Invalid, Machine
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import STATES, Kind, Phase, phase_of
from helpdesk_tui.vocabulary.levels import Priority
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.desk.directory import PersonFacts

PREVIEW: Final = 10
# People whose facts are remembered.
_KEPT: Final = 20_000


@dataclass(slots=True)
class Understood:
    """A row with what it means, or why it means nothing."""

    line: int
    facts: Facts | None
    problem: DeskError | None


def understand(desk: "Desk", rows: Iterable[Incoming], foresee: Callable[[Facts], None]) -> Iterator[Understood]:
    """Rows understood one after another (outside any transaction), and judged as far as can be foreseen there."""
    reader = Reader(desk)
    for row in rows:
        if row.problem is not None:
            yield Understood(row.line, None, row.problem)
            continue
        try:
            facts = reader.read(row.values)
        except DeskError as error:
            yield Understood(row.line, None, error)
            continue
        foresee(facts)
        yield Understood(row.line, facts, None)


class Writer:
    """Writes understood rows in the transactions that an engine gives it."""

    def __init__(self, desk: "Desk", tally: Tally, *, stop: bool, dry_run: bool) -> None:
        self.desk = desk
        self.tally = tally
        self.stopped = False
        self.preview: list[dict[str, Any]] = []
        self._stop = stop
        self._dry_run = dry_run
        self._people = People(desk)
        self._numbers: dict[str, int] = {}
        self._orphans: list[tuple[int, int, str]] = []  # line, number, the parent's number in the file
        self._seen: set[str] = set()  # external ids of a dry run, which writes none
        self._governing = desk.policies.current()
        self._who: dict[int, PersonFacts | None] = {}
        self._opening = True

    def foresee(self, facts: Facts) -> None:
        """Classify a row before the writers' lock is taken: most of an import's work holds up nobody.

        What it is classified from is looked at again under the lock, and where it differs the row is judged anew.
        """
        if not self._opening:
            return
        new = facts.new
        known = None if facts.requester is None else self._people.known(facts.requester)
        inputs = decisions.classification_inputs(
            {"channel": new.channel or CHANNEL_OF_ORIGIN[Origin.IMPORT].value},
            None if known is None else self._who.get(known),
            {
                "kind": new.columns.get("kind"),
                "service": self.desk.directory.service_code(new.columns.get("service_id")),
            },
        )
        new.foreseen = decisions.judge(self._governing, new.title, new.description, inputs, brief=True)

    def chunk(self, work: Work, items: Sequence[Understood]) -> int:
        """Write some rows; how many were taken (fewer where one must see another written first), below 0 to stop."""
        self._people.committed()
        self._governing = self.desk.policies.current()
        # A file that was imported before opens nothing, and need not be judged.
        self._opening = True
        here: set[str] = set()
        for place, item in enumerate(items):
            external = item.facts.external_id if item.facts is not None else None
            if external is not None and external in here:
                return place
            if external is not None:
                here.add(external)
            if not self._one(work, item) and self._stop:
                self.stopped = True
                return -place - 1
        return len(items)

    def _one(self, work: Work, item: Understood) -> bool:
        self.tally.read += 1
        if item.facts is None:
            self.tally.refuse(item.line, item.problem or Invalid(N_("there is neither a title nor a text")))
            return False
        mark, made, given = len(work.entries), self._people.mark(), work.last_id("ticket")
        try:
            self._write(work, item.line, item.facts)
        except DeskError as error:
            # Nothing of a refused row stays: no contact, no draft, no number.
            del work.entries[mark:]
            self._people.forget(made)
            for number in [n for n, d in work.drafts.items() if d.fresh and n > given]:
                del work.drafts[number]
            work.take_back("ticket", given)
            self.tally.refuse(item.line, error)
            return False
        return True

    def _write(self, work: Work, line: int, facts: Facts) -> None:
        self._people.since(work, facts.new.created_at)
        if facts.external_id is not None:
            found = work.rows("SELECT number FROM ticket WHERE external_id = ?", (facts.external_id,))
            if found:
                self._opening = False
                if not self.desk.reading.knows(found[0][0]):
                    raise Conflict(N_("{field} {value} is already taken"), field="external_id", value=facts.external_id)
                self._update(work, found[0][0], facts)
                return
            if self._dry_run and facts.external_id in self._seen:
                self.tally.updated += 1
                return
            facts.new.columns["external_id"] = facts.external_id
        if facts.requester is not None:
            person, organisation = self._people.person(work, facts.requester)
            facts.new.columns |= {"requester_id": person, "organisation_id": organisation}
            if len(self._who) >= _KEPT:
                self._who.clear()
            self._who[person] = self.desk.directory.person(person)
        draft = build(work, facts.new)
        self._facts(draft, facts)
        if facts.sensitive:
            mark(work, draft)
        self._remarks(work, draft, facts)
        self._family(draft, line, facts)
        self.tally.created += 1
        if self._dry_run:
            if facts.external_id is not None:
                self._seen.add(facts.external_id)
            if len(self.preview) < PREVIEW:
                self.preview.append(_shown(work, line, draft, facts))

    # -- facts beside the rules --------------------------------------------------------------------------------

    @staticmethod
    def _state(draft: Draft, facts: Facts) -> str | None:
        """The state that the row states, in a kind that has it."""
        kind, state = Kind(draft["kind"]), facts.state
        if state is None and facts.phase is not None:
            if Phase(draft["phase"]) is facts.phase:
                return None
            state = state_for(kind, facts.phase)
            if state is None:
                state = state_for(Kind.INCIDENT, facts.phase)
        if state is None:
            return None
        if all(s.code != state for s in STATES[kind]):
            other = None if "kind" in facts.given else kind_with(state)
            if other is None:
                raise Invalid(N_("{field}: a {kind} has no state {value}"), field="state", kind=kind.value, value=state)
            draft.set(kind=other.value)
        return state

    def _facts(self, draft: Draft, facts: Facts) -> None:
        state = self._state(draft, facts)
        if state is not None:
            draft.set(state=state, phase=int(phase_of(Kind(draft["kind"]), state)))
        if facts.facts:
            values = dict(facts.facts)
            if draft["phase"] != Phase.PENDING:
                values.pop("pending_until", None)
            draft.set(**values)

    def _remarks(self, work: Work, draft: Draft, facts: Facts) -> None:
        at = draft.at
        for remark in facts.comments:
            # One without a time was said when the one before it was.
            at = remark.at if remark.at is not None else at
            self._remark(work, draft, remark, at)

    def _remark(self, work: Work, draft: Draft, remark: Remark, at: Instant) -> None:
        from helpdesk_tui.store.apply import new_row

        author = None if remark.author is None else self._people.person(work, remark.author)[0]
        n: int = draft["comment_seq"] + 1
        key = (draft.number << SHIFT) | n
        row = new_row(
            "comment",
            id=key,
            number=draft.number,
            kind=remark.kind.value,
            author_id=author,
            created_at=at,
            channel=Channel.IMPORT.value,
            body=remark.body,
        )
        draft.set(comment_seq=n)
        draft.insert("comment", (key,), row)
        if remark.kind is CommentKind.REPLY and author is not None and draft["first_response_at"] is None:
            person = self.desk.directory.person(author)
            if person is not None and person.agent and author != draft["requester_id"]:
                draft.set(first_response_at=at)

    # -- parents -----------------------------------------------------------------------------------------------

    def _family(self, draft: Draft, line: int, facts: Facts) -> None:
        """A parent is named by its number in the same file, and may stand further down."""
        if facts.number is not None:
            self._numbers[facts.number] = draft.number
        if facts.parent is not None:
            known = self._numbers.get(facts.parent)
            if known is not None:
                draft.set(parent_number=known)
            else:
                self._orphans.append((line, draft.number, facts.parent))

    def tie_parents(self, engine: Engine[Any]) -> None:
        """Tie the tickets whose parent came after them; a parent that the file does not have is reported."""
        orphans, self._orphans = self._orphans, []
        if not orphans:
            return

        def step(work: Work, items: Sequence[tuple[int, int, str]]) -> int:
            for line, number, parent in items:
                known = self._numbers.get(parent)
                if known is None or known == number:
                    self.tally.errors.append(
                        {
                            "line": line,
                            "reason": Machine.of(Invalid(N_("parent: there is no ticket {value}"), value=parent)),
                        }
                    )
                elif not self._dry_run:
                    draft = work.ticket(number, Permission.TICKET_EDIT)
                    draft.subject_verb = "ticket.edit"
                    draft.set(parent_number=known)
            return len(items)

        engine.run(iter(orphans), step, lambda item: 0, engine.batch.cursor)

    # -- known tickets -----------------------------------------------------------------------------------------

    def _update(self, work: Work, number: int, facts: Facts) -> None:
        """Bring a known ticket to what the row states; only keys that the row has count."""
        if number in work.drafts:
            raise Conflict(
                N_("external id {id} already belongs to ticket {number}"), id=facts.external_id, number=number
            )
        draft = work.ticket(number, Permission.TICKET_EDIT)
        draft.subject_verb = "ticket.edit"
        try:
            self._changes(work, draft, facts)
        except DeskError:
            del work.drafts[number]
            raise
        if draft.changed:
            self.tally.updated += 1
        else:
            del work.drafts[number]

    def _changes(self, work: Work, draft: Draft, facts: Facts) -> None:
        new = facts.new
        draft.set(**new.columns)
        if "category" in draft.new:
            by_category(work, draft)
        if facts.sensitive:
            mark(work, draft)
        if facts.requester is not None:
            person, organisation = self._people.person(work, facts.requester)
            draft.set(requester_id=person, organisation_id=organisation)
        if "title" in facts.given:
            draft.set(title=new.title)
        if "description" in facts.given:
            draft.set(description=new.description)
        if new.channel is not None:
            draft.set(channel=new.channel)
        if new.priority is not None:
            draft.set(priority=new.priority)
        if new.created_at is not None:
            draft.set(created_at=new.created_at)
        state = self._state(draft, facts)
        if state is not None and state != draft["state"]:
            set_state(draft, state, draft.at)
        values = {k: v for k, v in facts.facts.items() if k != "updated_at"}
        if draft["phase"] != Phase.PENDING:
            values.pop("pending_until", None)
        draft.set(**values)
        if "tags" in facts.given or "tag" in facts.given:
            have = [t for (t,) in work.rows("SELECT tag FROM ticket_tag WHERE number = ?", (draft.number,))]
            apply_tags(work, draft, new.tags, have if "tags" in facts.given else [])
        if facts.comments:
            bodies = {b for (b,) in work.rows("SELECT body FROM comment WHERE id >> 20 = ?", (draft.number,))}
            for remark in facts.comments:
                if remark.body not in bodies:
                    self._remark(work, draft, remark, draft.at if remark.at is None else remark.at)


def _shown(work: Work, line: int, draft: Draft, facts: Facts) -> dict[str, Any]:
    """One row as it would stand, for a look before the import."""
    from helpdesk_tui.desk.forms import Namer

    namer = Namer(work.tx.conn)
    return {
        "line": line,
        "title": draft["title"],
        "kind": draft["kind"],
        "state": draft["state"],
        "priority": Priority(draft["priority"]).code,
        "category": draft["category"],
        "service": namer.value("service_id", draft["service_id"]),
        "team": namer.value("team_id", draft["team_id"]),
        "requester": facts.requester,
    }
