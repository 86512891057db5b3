"""What happened to a ticket, day by day: people's words stand out; machine entries, quotes and signatures step back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from helpdesk_tui.vocabulary import dates
from helpdesk_tui.vocabulary.channels import CommentKind, Origin
from helpdesk_tui.vocabulary.i18n import N_, _, ngettext
from helpdesk_tui.vocabulary.instants import local
from helpdesk_tui.vocabulary.records import TimelineItem
from helpdesk_tui.vocabulary.text import one_line, safe_text
from helpdesk_tui.widgets.inert import width_of, wrap
from helpdesk_tui.widgets.lines import Line, LineView, Piece, text_line
from helpdesk_tui.widgets.quoting import QUOTE, TEXT, Part, parts_of
from helpdesk_tui.widgets.sentences import (
    FieldText,
    actor_text,
    change_sentences,
    is_machine,
    origin_text,
    reason_texts,
    verb_sentence,
)

FOLD: Final = 12
"""Lines of a reply or note that stand before it is unfolded."""
OPEN_LINES: Final = 2_000
BODY: Final = 200_000
READ: Final = 20_000
"""Characters of a folded text that are looked at; twelve lines of it are shown."""
_LEAD: Final = 3
_INDENT: Final = " " * 9
_MENTIONS: Final = frozenset({"links", "parent", "parent_number", "merged_into"})
"""Fields whose numbers name tickets."""
_Key = tuple[int, int, bool, int | None, str | None]


def run_text(items: Sequence[TimelineItem]) -> str:
    """What a folded run of machine entries is called: by what made them."""
    count = len(items)
    origins = {item.origin for item in items}
    if origins == {Origin.TIMER}:
        return ngettext("{count} change by rules", "{count} changes by rules", count).format(count=count)
    if origins == {Origin.IMPORT}:
        return ngettext("{count} imported entry", "{count} imported entries", count).format(count=count)
    return ngettext("{count} automatic entry", "{count} automatic entries", count).format(count=count)


def part_text(part: Part) -> str:
    """What a folded part of a text is called."""
    count = sum(1 for line in part.lines if line.strip())
    if part.sort == QUOTE:
        return ngettext("> {count} quoted line", "> {count} quoted lines", count).format(count=count)
    return ngettext("-- signature of {count} line", "-- signature of {count} lines", count).format(count=count)


class Timeline(LineView):
    """A cursor walks over the entries. A public reply has the border `|`, an internal note `:`, each with its word.

    Enter or `o` unfolds what is folded under the cursor (a long text, its quotes and signature, a run of machine
    entries) and folds it again; `m` shows or folds all machine entries.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "step(1)", N_("Next entry"), show=False, id="timeline.down"),
        Binding("k,up", "step(-1)", N_("Previous entry"), show=False, id="timeline.up"),
        Binding("enter,o", "unfold", N_("Unfold"), show=False, id="timeline.unfold"),
        Binding("m", "machine", N_("Machine entries"), show=False, id="timeline.machine"),
    ]
    DEFAULT_CSS = "Timeline { height: 1fr; width: 1fr; }"

    class Highlighted(Message):
        """The cursor stands on another entry (its sequence number)."""

        def __init__(self, timeline: "Timeline", seq: int | None) -> None:
            super().__init__()
            self.timeline = timeline
            self.seq = seq

        @property
        def control(self) -> "Timeline":
            return self.timeline

    def __init__(
        self,
        *,
        tz: str = "UTC",
        field_text: FieldText | None = None,
        name: str | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._tz = tz
        self._field_text = field_text
        self._items: list[TimelineItem] = []
        self._given = False
        self._by_seq: dict[int, TimelineItem] = {}
        self._blocks: list[int] = []
        self._starts: dict[int, tuple[int, int]] = {}
        self._cursor = 0
        self._unfolded: set[int] = set()
        self._open_runs: set[int] = set()
        self._run_of: dict[int, int] = {}
        self._refs: Mapping[int, str] = {}
        self._machine_shown = False
        self._cache: dict[_Key, list[Line]] = {}

    @property
    def cursor(self) -> TimelineItem | None:
        """The entry under the cursor (the first of a fold)."""
        return self._items[self._blocks[self._cursor]] if self._cursor < len(self._blocks) else None

    def set_items(
        self, items: Sequence[TimelineItem], *, follow: bool = False, refs: Mapping[int, str] | None = None
    ) -> None:
        """Show these entries in their order; the cursor stays on its entry, with `follow` it goes to the last.

        `refs` are the references of the tickets that entries mention, by number. Call it again with more entries as
        they come: entries already laid out are not laid out again.
        """
        if refs is not None and refs != self._refs:
            self._refs = dict(refs)
            self._cache = {}
        seq = self.cursor.seq if self.cursor else None
        self._items, self._given = list(items), True
        self._by_seq = {item.seq: item for item in self._items}
        self._unfolded &= self._by_seq.keys()
        self._open_runs &= self._by_seq.keys()
        offset = self._first_line() - self._top
        self.reflow(keep_top=True)
        self._cursor = self._block_of(seq)
        if follow and self._blocks:
            self._cursor = len(self._blocks) - 1
            self.scroll_top(len(self._lines))
        else:
            self.scroll_top(self._first_line() - offset)
        self.refresh()
        if self.cursor and self.cursor.seq != seq:
            self.post_message(self.Highlighted(self, self.cursor.seq))

    def _block_of(self, seq: int | None) -> int:
        if seq is None:
            return 0
        best = 0
        for block, index in enumerate(self._blocks):
            if self._items[index].seq == seq:
                return block
            if self._items[index].seq < seq:
                best = block
        return best

    def _first_line(self) -> int:
        return self._starts.get(self._cursor, (0, 0))[0]

    # -- layout ----------------------------------------------------------------------------------------------

    def layout_lines(self, width: int) -> Sequence[Line]:
        self._blocks, self._starts = [], {}
        if not self._given:
            return [text_line(" " + _("Loading..."), "muted")]
        if not self._items:
            return [text_line(" " + _("Nothing has happened yet."), "muted")]
        lines: list[Line] = []
        cache: dict[_Key, list[Line]] = {}
        self._run_of = {}
        day = ""
        opened = -1
        index = 0
        while index < len(self._items):
            item = self._items[index]
            stamp = local(item.at, self._tz)
            if stamp[:10] != day:
                day = stamp[:10]
                head = f"-- {dates.day(item.at, self._tz)} "
                lines.append(Line(((head + "-" * max(0, width - width_of(head)), "muted"),)))
            fold = 0 if self._machine_shown or index < opened else self._fold_length(index, day)
            if fold > 1 and item.seq in self._open_runs:
                opened = index + fold
                self._run_of |= {each.seq: item.seq for each in self._items[index:opened]}
                fold = 0
            block = len(self._blocks)
            self._blocks.append(index)
            start = len(lines)
            if fold > 1:
                self._run_of[item.seq] = item.seq
                text = run_text(self._items[index : index + fold])
                lines.append(
                    Line(((f"   {stamp[11:]} ", "muted"), (f"{text}  {_('(Enter unfolds)')}", "muted")), block)
                )
                index += fold
            else:
                key = (item.seq, width, item.seq in self._unfolded, item.undone_by, item.of)
                made = self._cache.get(key) or self._entry(item, stamp[11:], width)
                cache[key] = made
                lines += [replace(line, subject=block) for line in made]
                index += 1
            self._starts[block] = (start, len(lines) - start)
        self._cache = cache
        self._cursor = min(self._cursor, max(0, len(self._blocks) - 1))
        return lines

    def _fold_length(self, index: int, day: str) -> int:
        """How many machine entries stand in a row here, on one day."""
        end = index
        while end < len(self._items) and is_machine(self._items[end]):
            if local(self._items[end].at, self._tz)[:10] != day:
                break
            end += 1
        return end - index

    def _entry(self, item: TimelineItem, time: str, width: int) -> list[Line]:
        undone = item.undone_by is not None
        quiet = is_machine(item) or undone
        tone = "muted" if quiet else "plain"
        who, said = actor_text(item), verb_sentence(item)
        target = self._target(item)
        if target is not None:
            again = item.verb == "redo"
            said = (_("did again: {deed}") if again else _("took back: {deed}")).format(deed=verb_sentence(target))
        head: list[Piece] = [(f"   {time} ", "muted"), (who, "muted" if quiet else "strong"), (f"  {said}", tone)]
        if item.of is not None:
            head.append((f"  [{one_line(item.of, 30)}]", "muted" if quiet else "accent"))
        if undone:
            head.append((f"  [{_('undone')}]", "warning"))
        origin = origin_text(item.origin)
        if origin:
            head.append((f"  ({origin})", "muted"))
        lines = [Line(tuple(head))]
        if item.text and item.comment_kind is None:
            # What was asked comes before what the rules made of it.
            lines += self._body(item, item.text, quiet, width)
        changes = change_sentences(item, self._tz, self._known)
        if changes:
            parts = wrap(_("; ").join(changes), width - len(_INDENT) - 1, 6)
            lines += [text_line(_INDENT + part, "muted" if quiet else "accent") for part in parts]
        for text in reason_texts(item)[:5]:
            lines += [text_line(f"{_INDENT}  {part}", "muted") for part in wrap(text, width - len(_INDENT) - 3, 3)]
        if item.text and item.comment_kind is not None:
            lines += self._body(item, item.text, quiet, width)
        return lines

    def _known(self, name: str, value: Any) -> str | None:
        """A ticket's number with its prefix; other values as the screen reads them, if it does."""
        if name in _MENTIONS and isinstance(value, int):
            return self._refs.get(value) or f"#{value}"
        return None if self._field_text is None else self._field_text(name, value)

    def _target(self, item: TimelineItem) -> TimelineItem | None:
        """What an undo took back, or a redo did again."""
        target = self._by_seq.get(item.undoes) if item.undoes is not None else None
        while target is not None and target.undoes is not None:
            target = self._by_seq.get(target.undoes)
        return target

    def _body(self, item: TimelineItem, text: str, quiet: bool, width: int) -> list[Line]:
        reply = item.comment_kind == CommentKind.REPLY
        note = item.comment_kind == CommentKind.NOTE
        edge = "| " if reply else ": " if note else ""
        tone = "reply" if reply else "note" if note else "muted"
        lead: tuple[Piece, ...] = ((_INDENT, "plain"), (edge, tone))
        lines: list[Line] = []
        if reply or note:
            label = _("INTERNAL NOTE") if note else _("REQUESTER") if item.by_requester else _("PUBLIC REPLY")
            lines.append(Line((*lead, (label, tone))))
        open_ = item.seq in self._unfolded
        # A folded text shows its beginning only, but a quote above the answer must not hide the answer.
        cut = text[: BODY if open_ else READ]
        tone = "muted" if quiet else "plain"
        left = OPEN_LINES if open_ else FOLD
        folded = False
        for part in parts_of(safe_text(cut).rstrip("\n")):
            if part.sort != TEXT and not open_:
                lines.append(Line((*lead, (part_text(part), "muted"))))
                folded = True
                continue
            # Blank lines beside a folded quote would leave a hole.
            body = "\n".join(part.lines) if open_ else "\n".join(part.lines).strip("\n")
            if not body and not open_:
                continue
            made = wrap(body, width - len(_INDENT) - 3, left)
            lines += [Line((*lead, (line, tone if part.sort == TEXT else "muted"))) for line in made[:left]]
            if len(made) > left:
                left = -1
                break
            left = max(0, left - len(made))
        if left < 0 or len(cut) < len(text):
            more = _("... cut here; export shows all") if open_ else _("... the text goes on (Enter unfolds)")
            lines.append(Line((*lead, (more, "muted"))))
        elif folded:
            lines[-1] = Line((*lines[-1].pieces, (f"  {_('(Enter unfolds)')}", "muted")))
        return lines

    # -- drawing and keys ------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        index = self._top + y
        width = self.size.width
        if index >= len(self._lines):
            return self.strip_of((), width)
        line = self._lines[index]
        if line.subject == self._cursor and self._starts.get(self._cursor, (-1, 0))[0] == index:
            # The cursor is one sign at the left edge, so that moving it sends a few bytes, not two lines.
            first = line.pieces[0]
            rest = first[0][_LEAD:] if first[0].startswith(" " * _LEAD) else first[0]
            return self.strip_of(((" > ", "strong"), (rest, first[1]), *line.pieces[1:]), width)
        return self.strip_of(line.pieces, width)

    def action_step(self, by: int) -> None:
        """To the next or previous entry; a text longer than the screen is read by half pages first."""
        if not self._blocks:
            return
        start, count = self._starts[self._cursor]
        height = max(1, self.size.height)
        end = start + count
        if by > 0 and end > self._top + height and start < self._top + height:
            self.scroll_top(min(end - height, self._top + max(1, height // 2)))
            return
        if by < 0 and start < self._top < end:
            self.scroll_top(max(start, self._top - max(1, height // 2)))
            return
        self._go(self._cursor + by)

    def _go(self, block: int) -> None:
        block = max(0, min(block, len(self._blocks) - 1))
        if block == self._cursor:
            self.scroll_top(0 if block == 0 else self._top)
            return
        old, self._cursor = self._cursor, block
        start, count = self._starts[block]
        height = max(1, self.size.height)
        if start < self._top or start + min(count, height) > self._top + height:
            self.scroll_top(start - (1 if block == 0 else height // 3 if block > old else height // 2))
        self.refresh_sign(self._starts[old][0])
        self.refresh_sign(start)
        if self.cursor:
            self.post_message(self.Highlighted(self, self.cursor.seq))

    def action_scroll_edge(self, direction: int) -> None:
        if self._blocks:
            self._go(0 if direction < 0 else len(self._blocks) - 1)
        self.scroll_top(0 if direction < 0 else len(self._lines))

    def action_scroll_page(self, direction: int) -> None:
        """A page on; the cursor goes to the first entry that begins in view."""
        super().action_scroll_page(direction)
        bottom = self._top + self.size.height
        edge = (self._top <= 0 and direction < 0) or (bottom >= len(self._lines) and direction > 0)
        seen = [b for b, (start, _count) in self._starts.items() if self._top <= start < bottom]
        if seen:
            target = (seen[0] if direction < 0 else seen[-1]) if edge else seen[0]
            old, self._cursor = self._cursor, target
            if old != target:
                self.refresh_sign(self._starts[old][0])
                self.refresh_sign(self._starts[target][0])
                if self.cursor:
                    self.post_message(self.Highlighted(self, self.cursor.seq))

    def action_unfold(self) -> None:
        """Unfold what is folded under the cursor, or fold it again."""
        item = self.cursor
        if item is None:
            return
        run = self._run_of.get(item.seq)
        if run is not None and not self._machine_shown:
            self._open_runs ^= {run}
            self._relaid(item.seq if run in self._open_runs else run)
        elif item.text:
            self._unfolded ^= {item.seq}
            self._relaid(item.seq)

    def action_machine(self) -> None:
        """Show or fold the machine entries; the cursor stays on its entry."""
        seq = self.cursor.seq if self.cursor else None
        self._machine_shown = not self._machine_shown
        self._relaid(seq)

    def _relaid(self, seq: int | None) -> None:
        offset = self._first_line() - self._top
        self.reflow(keep_top=True)
        self._cursor = self._block_of(seq)
        self.scroll_top(self._first_line() - offset)
        self.refresh()

    def refresh_sign(self, line: int) -> None:
        """Repaint the left edge of a line."""
        y = line - self._top
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, _LEAD, 1))
