"""The ledger of a service-level clock: which windows counted, which were paused or closed, drawn and listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from helpdesk_tui.vocabulary import dates
from helpdesk_tui.vocabulary.i18n import N_, _, ngettext
from helpdesk_tui.vocabulary.instants import exact, local
from helpdesk_tui.vocabulary.records import NEVER, Instant
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.inert import cells, width_of
from helpdesk_tui.widgets.lines import Line, LineView, Piece, text_line

COUNTED: Final = "counted"
PAUSED: Final = "paused"
CLOSED: Final = "closed"
WAITING: Final = "waiting"
LATE: Final = "late"
NOW: Final = "now"
_GLYPHS: Final = {COUNTED: "#", PAUSED: "=", CLOSED: ".", WAITING: "-", LATE: "!", NOW: "|"}
_WORDS: Final = {
    COUNTED: N_("counted"),
    PAUSED: N_("paused"),
    CLOSED: N_("outside hours"),
    WAITING: N_("not started"),
    LATE: N_("overdue"),
    NOW: N_("now"),
}
_TONES: Final = {
    COUNTED: "accent",
    PAUSED: "warning",
    CLOSED: "muted",
    WAITING: "muted",
    LATE: "breached",
    NOW: "strong",
}
LISTED: Final = 500


@dataclass(frozen=True, slots=True)
class LedgerWindow:
    """A half-open stretch of time and how the clock took it, `note` says why.

    `counted`, `paused`, `closed` (nobody works), `waiting` (before its start) or `late` (past its due time).
    """

    start: Instant
    end: Instant
    how: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class LedgerClock:
    """One clock: its name, target and elapsed seconds, due instant (NEVER: none), and its windows in order.

    `state` is a word already in the reader's language, `tone` its meaning (`good`, `warning`, `breached`, `muted`).
    `days` are whole working days of the target beside its seconds; `ended` is when the clock met or missed its end.
    """

    name: str
    target: int | None
    elapsed: int
    due: Instant
    state: str
    tone: str = "plain"
    windows: Sequence[LedgerWindow] = ()
    days: int = 0
    ended: Instant | None = None


def target_text(clock: LedgerClock) -> str:
    """What the clock allows: working days, hours, or both."""
    if not clock.days:
        return exact(clock.target) if clock.target is not None else "-"
    days = ngettext("{count} working day", "{count} working days", clock.days).format(count=clock.days)
    return f"{days} + {exact(clock.target)}" if clock.target else days


def bar(windows: Sequence[LedgerWindow], width: int) -> list[str]:
    """The kind of time that each of `width` cells stands for; in a cell of several, the longest wins."""
    if not windows or width <= 0:
        return []
    start, end = windows[0].start, windows[-1].end
    length = max(1, end - start)
    result = []
    at = 0
    for cell in range(width):
        left, right = start + length * cell // width, start + length * (cell + 1) // width
        while at < len(windows) - 1 and windows[at].end <= left:
            at += 1
        shares: dict[str, int] = {}
        for window in islice(windows, at, None):
            if window.start >= max(right, left + 1):
                break
            shares[window.how] = shares.get(window.how, 0) + max(0, min(right, window.end) - max(left, window.start))
        result.append(max(shares, key=lambda how: shares[how]) if shares else CLOSED)
    return result


class LedgerView(LineView):
    """Clocks with a bar of counted, paused and closed time, and the table that sums to the figure."""

    DEFAULT_CSS = "LedgerView { height: 1fr; width: 1fr; }"

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(name=name, id=id, classes=classes)
        self._clocks: Sequence[LedgerClock] | None = None
        self._tz = "UTC"
        self._now: Instant | None = None

    def show(self, clocks: Sequence[LedgerClock], tz: str = "UTC", now: Instant | None = None) -> None:
        """Show these clocks in the reader's time zone, with the mark of the present; the place in the text stays."""
        self._clocks, self._tz, self._now = tuple(clocks), tz, now
        self.reflow(keep_top=True)

    def layout_lines(self, width: int) -> Sequence[Line]:
        if self._clocks is None:
            return [text_line(" " + _("Loading..."), "muted")]
        if not self._clocks:
            return [text_line(" " + _("No service level applies to this ticket."), "muted")]
        lines: list[Line] = []
        for clock in self._clocks:
            if lines:
                lines.append(Line())
            lines += self._clock(clock, width)
        legend: list[Piece] = [(" ", "plain")]
        shown = {window.how for clock in self._clocks for window in clock.windows}
        shown |= {NOW for clock in self._clocks if self._is_in(clock)}
        for how, glyph in _GLYPHS.items():
            if how not in shown:
                continue
            legend += [(f" {glyph} ", _TONES[how]), (_(_WORDS[how]) + " ", "muted")]
        return [*lines, Line(), Line(tuple(legend))]

    def _clock(self, clock: LedgerClock, width: int) -> list[Line]:
        head: list[Piece] = [(f" {one_line(clock.name, 40)}  ", "title"), (one_line(clock.state, 40), clock.tone)]
        if clock.ended is not None:
            head.append((f" {dates.moment(clock.ended, self._tz)}", "plain"))
        if clock.due < NEVER:
            due = _("was due {time}") if clock.ended is not None or clock.tone == "breached" else _("due {time}")
            head.append((f"   {due.format(time=dates.moment(clock.due, self._tz))}", "plain"))
        elif clock.ended is None and clock.tone != "good":
            head.append((f"   {_('no due time meanwhile')}", "muted"))
        head.append(
            (
                "   " + _("{elapsed} of {target}").format(elapsed=exact(clock.elapsed), target=target_text(clock)),
                "plain",
            )
        )
        lines = [Line(tuple(head))]
        if not clock.windows:
            return lines
        drawn = bar(clock.windows, max(10, width - 4))
        if self._now is not None and self._is_in(clock):
            start, end = clock.windows[0].start, clock.windows[-1].end
            drawn[len(drawn) * (self._now - start) // (end - start)] = NOW
        pieces: list[Piece] = [(" [", "muted")]
        run = ""
        for how, after in zip(drawn, [*drawn[1:], ""], strict=True):
            run += _GLYPHS.get(how, "?")
            if how != after:
                pieces.append((run, _TONES.get(how, "plain")))
                run = ""
        lines.append(Line((*pieces, ("]", "muted"))))
        lines.append(self._axis(clock, len(drawn)))
        lines += [self._window_line(window) for window in clock.windows[:LISTED]]
        left = len(clock.windows) - LISTED
        if left > 0:
            lines.append(text_line("   " + _("... and {count} more windows").format(count=left), "muted"))
        total = sum(w.end - w.start for w in clock.windows if w.how == COUNTED)
        lead = f"   {_('sum of the counted windows')}"
        pad = " " * max(1, 39 - width_of(lead))
        lines.append(text_line(lead + pad + cells(exact(total), 23, right=True), "strong"))
        return lines

    def _is_in(self, clock: LedgerClock) -> bool:
        """Whether a clock goes on and its bar reaches over the present."""
        if self._now is None or clock.ended is not None or not clock.windows:
            return False
        return clock.windows[0].start < self._now < clock.windows[-1].end

    def _axis(self, clock: LedgerClock, width: int) -> Line:
        """Under the bar: when it begins and ends, and where on it the due time is."""
        start, end = clock.windows[0].start, clock.windows[-1].end
        first, last = dates.moment(start, self._tz), dates.moment(end, self._tz)
        if clock.due == end:
            last = _("due {time}").format(time=last)
        # Left of it stands the bracket of the bar.
        row: list[Piece] = [("  ", "plain"), (first, "muted")]
        used, room = width_of(first), width - width_of(last)
        if clock.due < NEVER and start <= clock.due < end:
            at = min(width - 1, width * (clock.due - start) // max(1, end - start))
            due = _("due {time}").format(time=local(clock.due, self._tz)[5:])
            # The sign stands under its place; the words where they fit.
            text = next((text for text in (f"^ {due}", "^") if used < at and at + width_of(text) < room), "")
            if text:
                row += [(" " * (at - used), "plain"), (text, "strong")]
                used = at + width_of(text)
        if room > used:
            row += [(" " * (room - used), "plain"), (last, "strong" if clock.due == end else "muted")]
        return Line(tuple(row))

    def _window_line(self, window: LedgerWindow) -> Line:
        size = exact(window.end - window.start)
        counted = size if window.how == COUNTED else "-"
        span = f"   {local(window.start, self._tz)}  {local(window.end, self._tz)}  "
        sums = f"{cells(size, 11, right=True)} {cells(counted, 11, right=True)}  {_GLYPHS.get(window.how, '?')} "
        note = f"  {one_line(window.note, 200)}" if window.note else ""
        word = cells(_(_WORDS.get(window.how, window.how)), 14)
        return Line(((span + sums, "plain"), (word, _TONES.get(window.how, "plain")), (note, "muted")))
