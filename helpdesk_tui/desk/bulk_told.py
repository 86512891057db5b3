"""What a bulk change would do and what became of it, in sentences: the console and plain mode say the same."""

from typing import Any, Final

from helpdesk_tui.vocabulary.errors import told
from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.sentences import HIDDEN, field_label, value_text
from helpdesk_tui.vocabulary.text import one_line

AHEAD: Final = 5
"""Tickets of a preview that are named."""


def nothing_text(preview: dict[str, Any]) -> str:
    """Why none of the tickets would change."""
    first = preview["skipped"][0]["reason"] if preview["skipped"] else "-"
    return _("None of {count} tickets would change: {reason}").format(
        count=preview["matched"], reason=one_line(told(first), 300)
    )


def preview_lines(preview: dict[str, Any], tz: str) -> list[str]:
    """How many tickets would change, how many not and why, and what would change on the first of them."""
    lines = [_("{changed} of {matched} would change").format(changed=preview["changed"], matched=preview["matched"])]
    skipped = preview["skipped"]
    if skipped:
        first = one_line(told(skipped[0]["reason"]), 200)
        lines.append(_("{count} would not: {reason}").format(count=len(skipped), reason=first))
    for found in preview.get("preview", [])[:AHEAD]:
        changes = "; ".join(
            f"{field_label(name)}: {_plain(name, pair[0], tz)} -> {_plain(name, pair[1], tz)}"
            for name, pair in list(found["changes"].items())[:4]
            if name not in HIDDEN
        )
        lines.append(f"{found['ref']}  {one_line(found['title'], 40)}  {changes}")
    return lines


def result_text(label: str, result: dict[str, Any]) -> str:
    """How many tickets a deed (its name) has changed, and how many not and why."""
    changed, skipped = result["changed"], result["skipped"]
    text = ngettext(
        "{action}: {count} ticket changed (u takes it back)",
        "{action}: {count} tickets changed (u takes it back)",
        changed,
    )
    if not changed:
        # Nothing was done, so nothing of this could be taken back.
        text = _("{action}: nothing changed")
    text = text.format(action=label, count=changed)
    if skipped:
        reasons = one_line(told(skipped[0]["reason"]), 200)
        text += "\n" + _("{count} not: {reason}").format(count=len(skipped), reason=reasons)
    return text


def _plain(name: str, value: Any, tz: str) -> str:
    return one_line(value_text(name, value, tz), 40)
