"""How a ticket hangs together with others: parent and children, ties, and the neighbourhood of its configuration item."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from helpdesk_tui.vocabulary.i18n import N_, _, ngettext
from helpdesk_tui.vocabulary.kinds import Phase, ref, state_label
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.inert import cells, shortened, width_of
from helpdesk_tui.widgets.lines import Line, Piece, text_line
from helpdesk_tui.widgets.subject_view import SubjectView

WORD: Final = 18
FOLDED: Final = 12
"""Items two steps away that are shown before the rest is folded."""
MORE: Final = ("more", "")
_FORWARD: Final = {
    "relates": N_("relates to"),
    "duplicates": N_("duplicates"),
    "blocks": N_("blocks"),
    "caused_by": N_("caused by"),
    "split_from": N_("split from"),
}
_BACKWARD: Final = {
    "relates": N_("relates to"),
    "duplicates": N_("duplicated by"),
    "blocks": N_("blocked by"),
    "caused_by": N_("causes"),
    "split_from": N_("split into"),
}
_WAYS: Final = {
    "needs": N_("depends on"),
    "needed_by": N_("needed by"),
    "beside": N_("connected to"),
}
_RELATIONS: Final = {
    "depends_on": N_("depends on"),
    "runs_on": N_("runs on"),
    "uses": N_("uses"),
    "part_of": N_("part of"),
    "connected_to": N_("connected to"),
}


@dataclass(slots=True)
class LinksData:
    """What a ticket is tied to: the desk's `tree`, `links` and `around`."""

    number: int = 0
    kind: str = ""
    title: str = ""
    state: str = ""
    phase: int = 0
    links: list[dict[str, Any]] = field(default_factory=list)
    tree: dict[str, Any] = field(default_factory=dict)
    around: dict[str, Any] | None = None


class LinksPane(SubjectView):
    """Subjects are `("ticket", number)`, `("ci", name)` and the line that unfolds what is two steps away."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._data: LinksData | None = None
        self._all = False

    def show(self, data: LinksData) -> None:
        """Show these ties; the cursor stays."""
        if self._data is None or self._data.number != data.number:
            self._all = False
        self._data = data
        self.reflow(keep_top=True)

    def unfold(self) -> None:
        """Show everything that lies two steps away."""
        self._all = True
        self.reflow(keep_top=True)

    def layout_subjects(self, width: int) -> Sequence[Line]:
        data = self._data
        if data is None:
            return [text_line(" " + _("Loading..."), "muted")]
        lines = [*self._tree(data, width), *self._ties(data, width), *self._items(data, width)]
        if not lines:
            text = _("Nothing is linked. L links this ticket to another, M merges it into one.")
            return [text_line(" " + text, "muted")]
        return lines[1:]

    # -- above and below -------------------------------------------------------------------------------------

    def _tree(self, data: LinksData, width: int) -> list[Line]:
        above, below = data.tree.get("above", []), data.tree.get("below", [])
        if not above and not below:
            return []
        head: list[Piece] = [(f" {_('Parent and children')}", "title")]
        if below:
            done, count = data.tree["done"], data.tree["count"]
            head.append((f"  {_bar(done, count)} ", "plain"))
            head.append((_("{done} of {count} done").format(done=done, count=count), "muted"))
        lines = [Line(), Line(tuple(head))]
        depth = 0
        for depth, each in enumerate(above, 1):
            lines.append(self._branch(each, depth - 1, width))
        own = {"number": data.number, "kind": data.kind, "title": data.title, "state": data.state, "phase": data.phase}
        lines.append(self._branch(own, depth, width, own=True))
        children: dict[int, list[dict[str, Any]]] = {}
        for each in below:
            children.setdefault(each["parent"], []).append(each)
        waiting = [(each, depth + 1) for each in reversed(children.get(data.number, []))]
        while waiting:
            each, at = waiting.pop()
            inner = children.get(each["number"], [])
            done = sum(1 for child in inner if child["phase"] >= Phase.RESOLVED)
            lines.append(self._branch(each, at, width, f"{done}/{len(inner)}" if inner else ""))
            waiting += [(child, at + 1) for child in reversed(inner)]
        return lines

    def _branch(self, each: dict[str, Any], depth: int, width: int, progress: str = "", *, own: bool = False) -> Line:
        lead = "  " + "   " * max(0, depth - 1) + ("+- " if depth else "")
        over = each["phase"] >= Phase.RESOLVED
        name = ref(each["kind"], each["number"])
        state = cells(state_label(each["state"]), 18)
        note = f"  {_('(this ticket)')}" if own else f"  {progress}" if progress else ""
        room = max(4, width - width_of(lead) - len(name) - 24 - width_of(note))
        pieces: list[Piece] = [
            (lead, "muted"),
            (f"[{'x' if over else ' '}] ", "good" if over else "muted"),
            (f"{name} ", "strong"),
            (state, "muted" if over else "plain"),
            (shortened(one_line(each["title"], 400), room), "muted" if over else "plain"),
            (note, "muted"),
        ]
        return Line(tuple(pieces), None if own else self.add(("ticket", each["number"])))

    # -- ties ------------------------------------------------------------------------------------------------

    def _ties(self, data: LinksData, width: int) -> list[Line]:
        if not data.links:
            return []
        lines = [Line(), text_line(f" {_('Linked tickets')}", "title")]
        for link in sorted(data.links, key=lambda each: (each["type"] != "duplicates", each["type"], each["ticket"])):
            over = link["phase"] >= Phase.RESOLVED
            pieces: list[Piece] = [
                (f"  {cells(tie_word(link, data.number), WORD)}", "muted"),
                (cells(ref(link["kind"], link["ticket"]), 12), "strong"),
                (cells(state_label(link["state"]), 18), "muted" if over else "plain"),
                (cells(one_line(link["title"], 400), max(0, width - WORD - 34)), "muted" if over else "plain"),
            ]
            lines.append(Line(tuple(pieces), self.add(("ticket", link["ticket"]))))
        return lines

    # -- the neighbourhood -----------------------------------------------------------------------------------

    def _items(self, data: LinksData, width: int) -> list[Line]:
        around = data.around
        if around is None:
            return []
        lines = [Line(), text_line(f" {_('Configuration item')}", "title"), self._item(around["ci"], 0, "", width)]
        far = sum(1 for item in around["items"] if item["depth"] > 1)
        hidden = 0 if self._all or far <= FOLDED else far
        for way, label in _WAYS.items():
            items = [item for item in around["items"] if item["way"] == way]
            if not items:
                continue
            lines.append(text_line(f"   {_(label)}", "muted"))
            for near in (item for item in items if item["depth"] == 1):
                lines.append(self._item(near, 1, way, width))
                if not hidden:
                    beyond = [item for item in items if item["depth"] > 1 and item["via"] == near["name"]]
                    lines += [self._item(item, 2, way, width) for item in beyond]
        if hidden:
            text = ngettext(
                "{count} more is two steps away (Enter shows it)",
                "{count} more are two steps away (Enter shows them)",
                hidden,
            ).format(count=hidden)
            lines.append(Line(((f"   {text}", "accent"),), self.add(MORE)))
        if around["more"]:
            lines.append(text_line("   " + _("... and others; helpdesk ci show lists all"), "muted"))
        return lines

    def _item(self, item: dict[str, Any], depth: int, way: str, width: int) -> Line:
        lead = "  " + "   " * depth
        relation = item.get("type", "")
        word = "" if relation in ("", "depends_on", "connected_to") else f" ({_(_RELATIONS.get(relation, relation))})"
        count = f"{item['open']}{'+' if item['capped'] else ''}"
        told = ngettext("{count} open", "{count} open", item["open"]).format(count=count) if item["open"] else "-"
        facts = "  ".join(one_line(str(item[name]), 30) for name in ("class", "service", "status") if item.get(name))
        name = cells(one_line(item["name"], 200), max(12, min(32, width // 3) - 3 * depth))
        pieces: list[Piece] = [
            (lead, "plain"),
            (name, "strong" if not depth else "plain"),
            (f"  {cells(told, 14)}", "high" if item["open"] else "muted"),
            (f"  {facts}{word}", "muted"),
        ]
        return Line(
            tuple(pieces), self.add(("ci", item["name"] if not depth else f"{way}:{item['via']}:{item['name']}"))
        )


def ci_of(subject: str) -> str:
    """The item's name in the subject of a line."""
    return subject.split(":", 2)[-1] if subject.split(":", 1)[0] in _WAYS else subject


def tie_word(link: dict[str, Any], number: int) -> str:
    """How the other ticket of a tie stands to this one; a merge says so."""
    forward = link["number"] == number
    if link["type"] == "duplicates" and not forward and link["merged"]:
        return _("merged into this")
    word = (_FORWARD if forward else _BACKWARD).get(link["type"])
    return _(word) if word else one_line(str(link["type"]), WORD)


def _bar(done: int, count: int, width: int = 12) -> str:
    full = done * width // count if count else 0
    return "[" + "#" * full + "." * (width - full) + "]"
