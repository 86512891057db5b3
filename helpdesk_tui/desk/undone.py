"""What an undo took back, as a person would say it: the deed by its name, tickets by their reference."""

from typing import Any, Final

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.vocabulary.actions import BY_ID
from helpdesk_tui.vocabulary.filters import Filter
from helpdesk_tui.vocabulary.i18n import N_, _, ngettext
from helpdesk_tui.vocabulary.kinds import ref
from helpdesk_tui.vocabulary.text import one_line

_DEEDS: Final[dict[str, str]] = {
    "open": N_("opening"),
    "pin": N_("pinned priority"),
    "prioritise": N_("priority"),
    "pend": N_("state"),
    "watch": N_("following"),
    "split": N_("split"),
    "unmerge": N_("unmerge"),
    "demand": N_("demand score"),
    "delete": N_("deletion"),
    "log_time": N_("time spent"),
    "checklist": N_("checklist"),
}
_NOUNS: Final[dict[str, str]] = {
    "attachment": N_("file"),
    "people": N_("person"),
    "person": N_("person"),
    "view": N_("saved view"),
    "saved_view": N_("saved view"),
    "template": N_("template"),
    "team": N_("team"),
    "service": N_("service"),
    "ci": N_("configuration item"),
    "configuration_item": N_("configuration item"),
    "organisation": N_("organisation"),
    "policy": N_("policy"),
    "sla": N_("calendar day"),
    "calendar": N_("calendar"),
    "import": N_("import"),
}


def deed_name(verb: str) -> str:
    """A journal verb as a noun: `note`, `opening`; that on many tickets like that on one."""
    noun, _dot, deed = verb.partition(".")
    if noun in ("ticket", "bulk"):
        deed = deed.partition(".")[0]
        if deed in _DEEDS:
            return _(_DEEDS[deed])
        spec = BY_ID.get(f"ticket.{deed}")
        if spec is not None:
            return _(spec.label)
    return _(_NOUNS[noun]) if noun in _NOUNS else one_line(verb, 60)


def named(desk: Desk, what: dict[str, Any]) -> dict[str, Any]:
    """`undoing.describe` with `deed` and `on`, the subjects by their names (reads the desk: call it in a worker)."""
    pairs = [subject.rpartition(" ") for subject in dict.fromkeys(what["subjects"])]
    numbers = [int(key) for kind, _blank, key in pairs if kind == "ticket"]
    refs = {row.number: ref(row.kind, row.number) for row in desk.reading.rows(Filter(), numbers)} if numbers else {}
    names = [
        refs.get(int(key), f"#{key}") if kind == "ticket" else _other(desk, kind, int(key))
        for kind, _blank, key in pairs
    ]
    more = what["entries"] - len(what["subjects"])
    if more > 0:
        names.append(ngettext("{count} more", "{count} more", more).format(count=more))
    return {**what, "deed": deed_name(what["verb"]), "on": names}


def _other(desk: Desk, kind: str, key: int) -> str:
    noun = _(_NOUNS[kind]) if kind in _NOUNS else kind
    if kind == "person":
        person = desk.directory.person(key)
        return noun if person is None else f"{noun} {one_line(person.handle, 40)}"
    return noun
