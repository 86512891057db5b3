"""The audit pane of a ticket: its journal entries with everything in them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from helpdesk_tui.vocabulary import dates
from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.instants import parse_instant
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.inert import wrap
from helpdesk_tui.widgets.lines import Line, LineView, Piece, text_line

SHORT: Final = 12
"""Digits of a hash that are shown."""


class AuditPane(LineView):
    """The journal entries of a ticket, everything in them, newest first, each with its hash and whether it holds."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._entries: list[dict[str, Any]] = []
        self._proofs: Mapping[int, tuple[str, bool]] = {}
        self._tz = "UTC"

    def show(self, log: list[dict[str, Any]], proofs: Mapping[int, tuple[str, bool]], tz: str) -> None:
        """Show these entries; `proofs` are their hashes by sequence number, each with whether it holds."""
        self._entries, self._proofs, self._tz = log, proofs, tz
        self.reflow(keep_top=True)

    def layout_lines(self, width: int) -> Sequence[Line]:
        lines = self._summary()
        for entry in reversed(self._entries):
            at = dates.moment(parse_instant(entry["at"], 0), self._tz, seconds=True)
            head: list[Piece] = [
                (f" #{entry['seq']}  ", "strong"),
                (f"{at}  {one_line(entry['actor'], 40)}  ", "plain"),
                (one_line(entry["verb"], 40), "accent"),
                (f"  ({one_line(entry['origin'], 20)})", "muted"),
            ]
            lines.append(Line(tuple(head)))
            lines += self._proof(entry, width)
            for name, pair in entry["changes"].items():
                before, after = (_raw(value) for value in pair)
                lines += _wrapped(f"{name}: {before} -> {after}", "plain", width)
            for reason in entry["reasons"]:
                lines += _wrapped(sentence(reason), "muted", width)
        return lines or [text_line(" " + _("No entries."), "muted")]

    def _summary(self) -> list[Line]:
        if not self._proofs:
            return []
        count, bad = len(self._proofs), sum(1 for _digest, holds in self._proofs.values() if not holds)
        if bad:
            text = ngettext("{count} entry does not hold", "{count} entries do not hold", bad).format(count=bad)
            return [Line(((f" ! {text}: ", "error"), (_("helpdesk audit verify says more"), "plain"))), Line()]
        text = ngettext("{count} entry, its hash holds", "{count} entries, all hashes hold", count).format(count=count)
        return [Line(((" = ", "good"), (text, "muted"))), Line()]

    def _proof(self, entry: dict[str, Any], width: int) -> list[Line]:
        pieces: list[Piece] = []
        found = self._proofs.get(entry["seq"])
        if found is not None:
            digest, holds = found
            mark: Piece = (_("= holds"), "good") if holds else (_("! does not hold"), "error")
            shown = digest if width >= 110 else digest[:SHORT]
            pieces = [(f"       {shown}  ", "muted"), mark]
        if entry["recorded_at"] != entry["at"]:
            recorded = dates.moment(parse_instant(entry["recorded_at"], 0), self._tz, seconds=True)
            lead = "  " if pieces else "       "
            pieces.append((lead + _("recorded {time}").format(time=recorded), "muted"))
        return [Line(tuple(pieces))] if pieces else []


def _raw(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return one_line(text, 400)


def _wrapped(text: str, tone: str, width: int) -> list[Line]:
    return [text_line(f"       {part}", tone) for part in wrap(one_line(text, 1_000), width - 9, 6)]
