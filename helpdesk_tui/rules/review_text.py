"""A post-incident review as one Markdown text: written from its document, and read back after somebody edited it.

Headings may stand in any language of the program. What cites a line of the timeline ends with its number, `(L12, L14)`;
a why without one is an assumption, and shown as such. Actions are lines of their own: `- #3 [detect] text @owner 2026-12-01`;
those without a number are new. What the desk writes itself (the timeline) is passed over when it is read.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import LANGUAGES, N_, translated
from helpdesk_tui.vocabulary.incidents import ACTION_TYPES
from helpdesk_tui.vocabulary.reviews import FACTORS, SECTIONS

TEXTS: Final = ("summary", "impact", "handling", "recommendations", "meeting")
LISTS: Final = ("well", "badly", "lucky")
MOST: Final = 100
"""Entries of one list."""
# No line has more digits than an id; longer ones are words like any others.
_CITES: Final = re.compile(r"\s*\(\s*(L\d{1,18}(?:\s*[,，]\s*L\d{1,18})*)\s*\)\s*$")
_KIND: Final = re.compile(r"^\[([^\]]*)\]\s*(.*)$")
_ITEM: Final = re.compile(r"^\s*(?:[-*]|\d+[.)、])\s+(.*)$")
_ACTION: Final = re.compile(
    r"^(?:#(\d+)\s+)?(?:\[x?\s*\]\s+)?\[(\w+)\]\s+(.*?)(?:\s+@(\S+))?(?:\s+(\d{4}-\d{2}-\d{2}))?$"
)
_BECAME: Final = re.compile(r"\s+-> #\d+$")
_HEADING: Final = re.compile(r"^##\s+(.+?)\s*#*\s*$")
BECAUSE: Final = " => "
"""Between a why and its because."""


@dataclass(slots=True)
class Read:
    """What an edited text says: the document's parts, and the actions (`type`, `text`, `owner`, `due`; those that have
    their number already hold it as `id`)."""

    document: dict[str, Any]
    actions: list[dict[str, str]] = field(default_factory=list)


def missing(document: Mapping[str, Any]) -> list[str]:
    """The parts without which a review is not whole: a summary, a factor, and a why that goes deeper than one."""
    lacking = [name for name in ("summary", "impact") if not str(document.get(name, "")).strip()]
    if not document.get("factors"):
        lacking.append("factors")
    if not any(str(one.get("because", "")).strip() for one in document.get("whys", ())):
        lacking.append("whys")
    return lacking


def write(
    title: str, document: Mapping[str, Any], actions: Iterable[str], timeline: Iterable[str], language: str | None
) -> str:
    """The review as Markdown; `actions` and `timeline` are lines that the desk made."""

    def heading(name: str) -> str:
        return f"## {translated(SECTIONS[name], language)}"

    lines = [f"# {title}", ""]
    for name in SECTIONS:
        lines.append(heading(name))
        if name in TEXTS:
            lines += [str(document.get(name, "")).strip()]
        elif name in LISTS:
            lines += [f"- {text}" for text in document.get(name, ())]
        elif name == "factors":
            lines += [
                f"- [{one['category']}] {one['text']}{_cited(one.get('lines', ()))}" for one in document.get(name, ())
            ]
        elif name == "whys":
            lines += [
                f"{place}. {one['why']}{BECAUSE}{one['because']}{_cited(one.get('lines', ()))}"
                for place, one in enumerate(document.get(name, ()), 1)
            ]
        elif name == "actions":
            lines += [f"- {line}" for line in actions]
        else:
            lines += [f"- {line}" for line in timeline]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _cited(lines: Iterable[int]) -> str:
    told = ", ".join(f"L{line}" for line in lines)
    return f" ({told})" if told else ""


def _names() -> dict[str, str]:
    """Every way to write a section's heading."""
    known = {name: name for name in SECTIONS}
    for language in LANGUAGES:
        known |= {translated(label, language).casefold(): name for name, label in SECTIONS.items()}
    return known | {label.casefold(): name for name, label in SECTIONS.items()}


def read(text: str) -> Read:
    """The document that an edited text means. Raises Invalid with the number of the line that cannot be understood."""
    names, section = _names(), ""
    found: dict[str, list[tuple[int, str]]] = {name: [] for name in SECTIONS}
    for place, line in enumerate(text.splitlines(), 1):
        match = _HEADING.match(line)
        if match is not None:
            section = names.get(match[1].strip().casefold(), "")
            if not section:
                known = ", ".join(SECTIONS.values())
                raise Invalid(
                    N_("line {line}: {heading} is no part of a review; use {known}"),
                    line=place, heading=match[1][:60], known=known,
                )  # fmt: skip
        elif section:
            found[section].append((place, line))
        elif line.strip() and not line.startswith("# "):
            raise Invalid(
                N_("line {line}: write below a heading such as ## {heading}"), line=place, heading="What happened"
            )
    out = Read({name: "\n".join(line for _place, line in found[name]).strip() for name in TEXTS})
    for name in LISTS:
        out.document[name] = [item for _place, item in _items(name, found[name])]
    out.document["factors"] = [_factor(place, item) for place, item in _items("factors", found["factors"])]
    whys = [_why(place, item) for place, item in _items("whys", found["whys"])]
    # Questions that nobody answered were only asked by the draft.
    out.document["whys"] = [why for why in whys if why["because"]]
    for place, item in _items("actions", found["actions"]):
        out.actions.append(_action(place, item))
    return out


def _items(name: str, lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The entries of a list; what is indented or follows without a dash belongs to the entry above."""
    out: list[tuple[int, str]] = []
    for place, line in lines:
        match = _ITEM.match(line)
        if match is not None:
            out.append((place, match[1].strip()))
        elif line.strip():
            if not out:
                raise Invalid(N_("line {line}: begin each entry of this part with a dash"), line=place)
            out[-1] = (out[-1][0], f"{out[-1][1]} {line.strip()}")
    if len(out) > MOST:
        raise Invalid(N_("line {line}: more than {most} entries in one part"), line=out[MOST][0], most=MOST)
    return [(place, item) for place, item in out if item]


def _lines_of(item: str) -> tuple[str, list[int]]:
    match = _CITES.search(item)
    if match is None:
        return item, []
    return item[: match.start()].rstrip(), [int(number) for number in re.findall(r"\d+", match[1])]


def _factor(place: int, item: str) -> dict[str, Any]:
    text, lines = _lines_of(item)
    match = _KIND.match(text)
    category = "" if match is None else match[1].strip().casefold().replace(" ", "_").replace("-", "_")
    if match is None or category not in FACTORS or not match[2].strip():
        raise Invalid(
            N_("line {line}: write a factor as [category] text, the category one of {known}"),
            line=place, known=", ".join(FACTORS),
        )  # fmt: skip
    return {"category": category, "text": match[2].strip(), "lines": lines}


def _why(place: int, item: str) -> dict[str, Any]:
    text, lines = _lines_of(item)
    why, arrow, because = text.partition(BECAUSE.strip())
    if not arrow:
        raise Invalid(N_("line {line}: write a why as: why was it so => because ... (L12)"), line=place)
    return {"why": why.strip(), "because": because.strip(), "lines": lines}


def _action(place: int, item: str) -> dict[str, str]:
    """An action; a new one needs an owner and a day."""
    match = _ACTION.match(item)
    kind = "" if match is None else match[2].casefold()
    if match is None or kind not in ACTION_TYPES or not match[3].strip():
        raise Invalid(
            N_("line {line}: write an action as [type] text @owner 2026-12-01, the type one of {known}"),
            line=place, known=", ".join(ACTION_TYPES),
        )  # fmt: skip
    if match[1] is not None:
        told = {"id": match[1], "type": kind, "text": _BECAME.sub("", match[3]).strip()}
        return told | {name: text for name, text in (("owner", match[4]), ("due", match[5])) if text}
    if match[4] is None or match[5] is None:
        raise Invalid(N_("line {line}: an action needs an owner (@login) and a day (2026-12-01)"), line=place)
    return {"type": kind, "text": match[3].strip(), "owner": match[4], "due": match[5]}
