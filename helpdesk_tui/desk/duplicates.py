"""Open tickets that a new one may repeat: of the same caller, or about the same service in much the same words."""

from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk.shapes import Objects
from helpdesk_tui.store.tokens import index_text
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.records import QueueRow
from helpdesk_tui.vocabulary.roles import Permission, Scope
from helpdesk_tui.vocabulary.text import one_line

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

register(
    {
        "duplicate.caller": N_("the same caller, open; in both: {words}"),
        "duplicate.service": N_("service {service}, open, of another caller; in both: {words}"),
    }
)

OWN: Final = 20
"""Open tickets of the caller that are looked at beside those with the same words, the last changed first."""
RANKED: Final = 30
"""Tickets with the same words that are looked at."""
SHARE_OWN: Final = 0.4
"""Part of the shorter text's words that a ticket of the same caller shares."""
SHARE_OTHERS: Final = 0.6
MOST: Final = 5
_COMMON_EN: Final = (
    "a an and are as at be but by can cannot do does for from get has have he her his i in is it its me my no not of on"
    " or our she so that the their them they this to up was we when who will with you your again please hello hi since"
)
_COMMON: Final = frozenset((*_COMMON_EN.split(), "不能", "无法"))


def words_of(text: str) -> frozenset[str]:
    """The words by which two texts are compared; Chinese counts by pairs of characters."""
    found = "".join(c if c.isalnum() or c == "_" else " " for c in index_text(text).casefold()).split()
    return frozenset(w for w in found if w not in _COMMON and (len(w) > 1 or not w.isascii()) and not w.isdecimal())


def _pairs(words: frozenset[str]) -> frozenset[str]:
    """Without the single last characters that stand in the index only for asking by one character."""
    return frozenset(w for w in words if w.isascii() or len(w) > 1) or words


def duplicates(
    desk: "Desk", title: str, description: str = "", *, requester: int | None = None, service: str | None = None
) -> Objects:
    """Open tickets that the actor may see and that the new one may repeat, the likeliest first, at most five.

    `{"number", "ref", "title", "state", "share" (0 to 1), "reason"}`. Looks at a bounded number of tickets.
    """
    if desk.scope(Permission.TICKET_READ) is Scope.NONE:
        return []
    asked = _pairs(words_of(f"{title} {description[:2_000]}"))
    subject = _pairs(words_of(title))
    if not asked:
        return []
    found: dict[int, tuple[float, QueueRow, Reason]] = {}

    def consider(row: QueueRow, least: float, code: str, **params: Any) -> None:
        have = _pairs(words_of(row.title))
        shared = have & asked
        share = len(shared) / min(len(have) or 1, len(subject) or 1) if shared else 0.0
        if share >= least and (len(shared) > 1 or len(have) == len(subject) == 1) and row.number not in found:
            words = ", ".join(sorted(shared)[:5])
            found[row.number] = (min(share, 1.0), row, Reason(code, {"words": words, **params}))

    numbers = [number for number, _score in desk.searching.ranked(title, limit=RANKED)]
    if requester is not None:
        for row in desk.reading.rows(f"requester:#{requester} is:open", numbers):
            consider(row, SHARE_OWN, "duplicate.caller")
        for row in desk.reading.page(f"requester:#{requester} is:open sort:-updated", limit=OWN).rows:
            consider(row, SHARE_OWN, "duplicate.caller")
    if service is not None:
        for row in desk.reading.rows("is:open", numbers):
            if row.service == service:
                consider(row, SHARE_OTHERS, "duplicate.service", service=service)
    best = sorted(found.values(), key=lambda hit: (hit[2].code != "duplicate.caller", -hit[0], -hit[1].number))
    return [
        {
            "number": row.number,
            "ref": ref(row.kind, row.number),
            "title": one_line(row.title, 200),
            "state": row.state,
            "share": round(share, 2),
            "reason": reason.data(),
        }
        for share, row, reason in best[:MOST]
    ]
