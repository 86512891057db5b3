"""The static status page: what people outside were told of incidents, as HTML and Markdown for any web server.

Nothing but published texts, the service's name and the times stand on it: no title, no name of anybody, nothing internal.
Drills and sensitive tickets are never on it.
"""

from html import escape
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk.shapes import Object
from helpdesk_tui.store.parameters import numbered
from helpdesk_tui.vocabulary.i18n import N_, translated
from helpdesk_tui.vocabulary.instants import DAY, iso
from helpdesk_tui.vocabulary.kinds import Phase, ref
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.text import one_line, safe_text

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

RECENT: Final = 7 * DAY
"""Seconds for which an incident that is over stays on the page."""
MOST: Final = 50
_INCIDENTS: Final = (
    "SELECT i.number, t.kind, t.phase, i.impact_started_at, i.detected_at, i.declared_at, i.mitigated_at, i.resolved_at,"
    " coalesce(s.name, '') FROM incident i JOIN ticket t ON t.number = i.number LEFT JOIN service s ON s.id = t.service_id"
    " WHERE i.nature = 'real' AND t.sensitive IS NULL AND t.deleted_at IS NULL"
    " AND (t.phase < 3 OR i.resolved_at >= ?1) AND EXISTS (SELECT 1 FROM incident_update u WHERE u.number = i.number"
    " AND (u.external <> '' OR u.external_zh <> '')) ORDER BY t.phase >= 3, i.severity, i.declared_at DESC LIMIT ?2"
)
_UPDATES: Final = (
    "SELECT at, external, external_zh FROM incident_update WHERE number = ? AND (external <> '' OR external_zh <> '')"
    " ORDER BY at DESC, id DESC LIMIT 20"
)
_WELL: Final = N_("No incidents are known.")
_TITLE: Final = N_("Service status")
_STATES: Final = {"open": N_("being worked on"), "mitigated": N_("users can work again"), "over": N_("over")}
_SINCE: Final = N_("since {at}")
_MADE: Final = N_("as of {at}")
_LANGUAGES: Final = ("en", "zh_CN")
_STYLE: Final = (
    "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222;background:#fff}"
    "article{border-left:.3em solid #b00;padding:0 1em;margin:1.5em 0}article.mitigated{border-color:#c70}"
    "article.over{border-color:#393}time{color:#666}.two{display:grid;grid-template-columns:1fr 1fr;gap:1em}"
)


def page(desk: "Desk") -> Object:
    """`{"incidents": n, "html": text, "markdown": text}`."""
    now = desk.now()
    found = [_told(desk, row) for row in desk.store.query(_INCIDENTS, numbered(now - RECENT, MOST))]
    return {"incidents": len(found), "html": _html(found, now), "markdown": _markdown(found, now)}


def _told(desk: "Desk", row: tuple[Any, ...]) -> Object:
    number, kind, phase, impact, detected, declared, mitigated, resolved, service = row
    over = phase >= Phase.RESOLVED or resolved is not None
    return {
        "ref": ref(kind, number),
        "service": one_line(service, 200),
        "state": "over" if over else "mitigated" if mitigated is not None else "open",
        "since": min(at for at in (impact, detected, declared) if at is not None),
        "updates": desk.store.query(_UPDATES, (number,)),
    }


def _both(message: str, **params: object) -> str:
    """A text of ours in both languages."""
    said = dict.fromkeys(translated(message, language).format(**params) for language in _LANGUAGES)
    return " · ".join(said)


def _at(at: Instant) -> str:
    return iso(at)[:16].replace("T", " ") + " UTC"


def _html(found: list[Object], now: Instant) -> str:
    title = escape(_both(_TITLE))
    parts = [
        f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head><body>',
        f"<h1>{title}</h1><p><time>{escape(_both(_MADE, at=_at(now)))}</time></p>",
    ]
    if not found:
        parts.append(f"<p>{escape(_both(_WELL))}</p>")
    for one in found:
        name = " ".join(part for part in (one["ref"], one["service"]) if part)
        parts.append(f'<article class="{one["state"]}"><h2>{escape(name)}</h2>')
        parts.append(f"<p>{escape(_both(_STATES[one['state']]))}, {escape(_both(_SINCE, at=_at(one['since'])))}</p>")
        for at, english, chinese in one["updates"]:
            texts = "".join(f"<div>{_paragraphs(text)}</div>" for text in (english, chinese) if text)
            parts.append(f'<p><time>{_at(at)}</time></p><div class="two">{texts}</div>')
        parts.append("</article>")
    return "\n".join([*parts, "</body></html>\n"])


def _paragraphs(text: str) -> str:
    return "<br>".join(escape(line) for line in safe_text(text).splitlines())


def _markdown(found: list[Object], now: Instant) -> str:
    lines = [f"# {_both(_TITLE)}", "", _both(_MADE, at=_at(now)), ""]
    if not found:
        lines += [_both(_WELL), ""]
    for one in found:
        name = " ".join(part for part in (one["ref"], one["service"]) if part)
        lines += [
            f"## {_plain(name)}",
            "",
            f"{_both(_STATES[one['state']])}, {_both(_SINCE, at=_at(one['since']))}",
            "",
        ]
        for at, english, chinese in one["updates"]:
            lines += [f"**{_at(at)}**", ""]
            for text in (english, chinese):
                if text:
                    # As code, so that no text is ever read as a link, a picture or markup.
                    lines += [*(f"    {line}" for line in safe_text(text).splitlines()), ""]
    return "\n".join(lines)


def _plain(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#|~" else letter for letter in text)
