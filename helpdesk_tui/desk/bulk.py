"""Bulk changes: one verb over many tickets, previewed, in short transactions that yield to people, undone as one."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from helpdesk_tui.desk import fields, forms
from helpdesk_tui.desk.garbage import no_cycles
from helpdesk_tui.desk.moves import given, move
from helpdesk_tui.desk.registry import Noun, verb
from helpdesk_tui.desk.ticket_fields import apply_edit, apply_tags
from helpdesk_tui.desk.ticket_states import apply_assign, apply_take, handed, named_target, resolve_texts, state_code
from helpdesk_tui.desk.ticket_talk import add_comment, apply_reply
from helpdesk_tui.desk.work import Draft, Work, new_batch
from helpdesk_tui.vocabulary.channels import CommentKind
from helpdesk_tui.vocabulary.errors import Conflict, DeskError, Machine, Usage
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import Kind
from helpdesk_tui.vocabulary.reasons import Reason
from helpdesk_tui.vocabulary.roles import Permission

CHUNK: Final = 250
Step = Callable[[Work, Draft], None]
Progress = Callable[[int, int], None]


class Bulk(Noun):
    """The same change on many tickets."""

    @verb("bulk.edit", Permission.TICKET_BULK)
    def edit(
        self,
        *,
        where: str | None = None,
        numbers: list[int] | None = None,
        set: dict[str, str] | None = None,  # noqa: A002 - the contract's own word
        add_tags: list[str] | None = None,
        remove_tags: list[str] | None = None,
        reason: str | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Change fields and tags of many tickets."""
        values = fields.parse_fields(self.desk, set or {})
        add, remove = [fields.tag(t) for t in add_tags or []], [fields.tag(t) for t in remove_tags or []]
        if not values and not add and not remove:
            raise Usage(N_("nothing to change: give --set field=value, --tag or --untag"))

        def step(work: Work, draft: Draft) -> None:
            apply_edit(work, draft, dict(values), reason)
            if add or remove:
                apply_tags(work, draft, add, remove)

        return self.run("bulk.edit", Permission.TICKET_EDIT, step, where, numbers, dry_run)

    @verb("bulk.assign", Permission.TICKET_BULK)
    def assign(
        self,
        *,
        where: str | None = None,
        numbers: list[int] | None = None,
        team: str | None = None,
        assignee: str | None = None,
        reason: str | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Hand many tickets to a team, a person or both."""
        if team is None and assignee is None:
            raise Usage(N_("name a team, an assignee or both"))
        named: dict[str, str] = {k: v for k, v in (("team", team), ("assignee", assignee)) if v is not None}
        values = fields.parse_fields(self.desk, named)

        def step(work: Work, draft: Draft) -> None:
            apply_assign(work, draft, *handed(work, draft, values), reason)

        return self.run("bulk.assign", Permission.TICKET_ASSIGN, step, where, numbers, dry_run)

    @verb("bulk.take", Permission.TICKET_BULK)
    def take(
        self, *, where: str | None = None, numbers: list[int] | None = None, dry_run: bool = False
    ) -> dict[str, Any]:
        """Take many tickets."""
        return self.run("bulk.take", Permission.TICKET_ASSIGN, apply_take, where, numbers, dry_run)

    @verb("bulk.state", Permission.TICKET_BULK)
    def state(
        self,
        to: str,
        *,
        where: str | None = None,
        numbers: list[int] | None = None,
        reason: str | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Move many tickets to a state; those that cannot go there are reported."""

        def step(work: Work, draft: Draft) -> None:
            move(work, draft, state_code(Kind(draft["kind"]), to), reason)

        return self.run("bulk.state", Permission.TICKET_READ, step, where, numbers, dry_run)

    @verb("bulk.resolve", Permission.TICKET_BULK)
    def resolve(
        self,
        *,
        where: str | None = None,
        numbers: list[int] | None = None,
        resolution: str | None = None,
        cause: str | None = None,
        code: str | None = None,
        reason: str | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Resolve many tickets with the same cause and resolution."""

        def step(work: Work, draft: Draft) -> None:
            resolve_texts(draft, resolution, cause, code)
            move(work, draft, named_target(work, draft, "resolve"), reason)

        return self.run("bulk.resolve", Permission.TICKET_READ, step, where, numbers, dry_run)

    @verb("bulk.close", Permission.TICKET_BULK)
    def close(
        self,
        *,
        where: str | None = None,
        numbers: list[int] | None = None,
        reason: str | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Close many tickets."""
        return self._named("close", where, numbers, reason, dry_run)

    @verb("bulk.reopen", Permission.TICKET_BULK)
    def reopen(
        self,
        *,
        where: str | None = None,
        numbers: list[int] | None = None,
        reason: str | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Open many tickets again."""
        return self._named("reopen", where, numbers, reason, dry_run)

    @verb("bulk.cancel", Permission.TICKET_BULK)
    def cancel(
        self,
        *,
        where: str | None = None,
        numbers: list[int] | None = None,
        reason: str | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Cancel many tickets."""
        return self._named("cancel", where, numbers, reason, dry_run)

    def _named(
        self, name: str, where: str | None, numbers: list[int] | None, reason: str | None, dry_run: bool
    ) -> dict[str, Any]:
        def step(work: Work, draft: Draft) -> None:
            move(work, draft, named_target(work, draft, name), reason)

        return self.run(f"bulk.{name}", Permission.TICKET_READ, step, where, numbers, dry_run)

    @verb("bulk.delete", Permission.TICKET_BULK)
    def delete(
        self,
        *,
        where: str | None = None,
        numbers: list[int] | None = None,
        reason: str | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Delete many tickets softly."""

        def step(work: Work, draft: Draft) -> None:
            draft.set(deleted_at=draft.at)
            draft.because(Reason("deleted"), *given(reason))

        return self.run("bulk.delete", Permission.TICKET_DELETE, step, where, numbers, dry_run)

    @verb("bulk.note", Permission.TICKET_BULK)
    def note(
        self, text: str, *, where: str | None = None, numbers: list[int] | None = None, dry_run: bool = False
    ) -> dict[str, Any]:
        """Write the same note on many tickets."""
        body = fields.bounded("text", text, fields.MAX_TEXT, empty=False)

        def step(work: Work, draft: Draft) -> None:
            _not_merged(draft)
            add_comment(work, draft, CommentKind.NOTE, body, work.desk.actor.id)

        return self.run("bulk.note", Permission.NOTE_WRITE, step, where, numbers, dry_run)

    @verb("bulk.reply", Permission.TICKET_BULK)
    def reply(
        self, text: str, *, where: str | None = None, numbers: list[int] | None = None, dry_run: bool = False
    ) -> dict[str, Any]:
        """Write the same public reply on many tickets."""
        body = fields.bounded("text", text, fields.MAX_TEXT, empty=False)

        def step(work: Work, draft: Draft) -> None:
            _not_merged(draft)
            apply_reply(work, draft, body)

        return self.run("bulk.reply", Permission.TICKET_REPLY, step, where, numbers, dry_run)

    # -- the engine --------------------------------------------------------------------------------------------

    def matched(self, where: str | None, numbers: list[int] | None) -> list[int]:
        """The tickets a bulk change is about, in a fixed order."""
        if numbers is not None:
            return list(dict.fromkeys(numbers))
        if where is None:
            raise Usage(N_("say which tickets: --where QUERY, or their numbers on standard input"))
        return self.desk.tickets.numbers(where)

    def run(
        self,
        name: str,
        permission: Permission,
        step: Step,
        where: str | None,
        numbers: list[int] | None,
        dry_run: bool,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Apply a step to every matched ticket. `{"batch", "matched", "changed", "skipped": [{number, reason}]}`;
        a dry run has no batch but `preview`, the exact changes of every ticket."""
        wanted = self.matched(where, numbers)
        batch = None if dry_run else new_batch()
        changed = 0
        skipped: list[dict[str, Any]] = []
        preview: list[dict[str, Any]] = []
        progress = progress or self.progress
        for chunk in _slices(wanted, CHUNK):
            if dry_run:
                with self.desk.rehearsal(name) as work:
                    made = self._chunk(work, permission, step, chunk, skipped)
                    preview.extend(_preview(work, made))
                    changed += len(made)
            else:
                with no_cycles(), self.desk.work(name, batch=batch) as work:
                    changed += len(self._chunk(work, permission, step, chunk, skipped))
            if progress is not None:
                progress(changed + len(skipped), len(wanted))
        result: dict[str, Any] = {
            "batch": batch if changed else None,
            "matched": len(wanted),
            "changed": changed,
            "skipped": skipped,
        }
        if dry_run:
            result["preview"] = preview
        return result

    progress: Progress | None = None

    @staticmethod
    def _chunk(
        work: Work, permission: Permission, step: Step, numbers: list[int], skipped: list[dict[str, Any]]
    ) -> list[Draft]:
        made: list[Draft] = []
        work.load(numbers)
        for number in numbers:
            try:
                draft = work.ticket(number, permission)
                step(work, draft)
            except DeskError as error:
                work.drafts.pop(number, None)
                skipped.append({"number": number, "reason": Machine.of(error)})
                continue
            if draft.changed:
                made.append(draft)
            else:
                work.drafts.pop(number, None)
                skipped.append({"number": number, "reason": Machine.of(Conflict(N_("nothing would change")))})
        return made


def _not_merged(draft: Draft) -> None:
    """What is said on a merged ticket reaches the survivor, where the same words would come once for each."""
    if draft["merged_into"] is not None:
        raise Conflict(N_("{ref} was merged into {number}; write there"), ref=draft.ref, number=draft["merged_into"])


def _preview(work: Work, drafts: list[Draft]) -> list[dict[str, Any]]:
    namer = forms.Namer(work.tx.conn)
    out: list[dict[str, Any]] = []
    for draft in drafts:
        changes = namer.changes({c: draft.row[c] for c in draft.new}, draft.new)
        for row in draft.rows:
            shown = row.after if row.after is not None else row.before or {}
            if row.table == "ticket_tag":
                slot = changes.setdefault("tags", [[], []])
                slot[1 if row.after is not None else 0].append(shown["tag"])
            elif row.table == "comment":
                changes["comment"] = [None, shown["kind"]]
        out.append({"number": draft.number, "ref": draft.ref, "title": draft["title"], "changes": changes})
    return out


def _slices(items: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
