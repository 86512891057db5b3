"""The generated pages of `docs/`.

    python -m tools.docs update   write them
    python -m tools.docs check    say which are not what the program does; exit code 1 if any

The permission table, the default policy's life cycles, the settings and the actions are the source; nobody edits the pages
by hand.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from helpdesk_tui.rules.access import PERMISSIONS, ROOM, table_rows
from helpdesk_tui.rules.lifecycle import FIELD_LABELS, describe
from helpdesk_tui.rules.policy import parse_policy
from helpdesk_tui.vocabulary.i18n import set_language
from helpdesk_tui.vocabulary.kinds import PREFIX, Kind
from helpdesk_tui.vocabulary.roles import ROLE_LABELS, Role
from tools.closure import ROOT

_MADE: Final = "<!-- Written by `python -m tools.docs update`; edit {source}. -->\n\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def permissions() -> str:
    """`docs/permissions.md`: which role may do what, how far."""
    rows = table_rows()
    columns = [key for key in rows[0] if key not in ("permission", "what")]
    head = ["Permission", "What it allows", *(ROLE_LABELS[Role(c)] for c in columns)]
    cells = [[f"`{r['permission']}`", r["what"], *(r[c] for c in columns)] for r in rows]
    order = list(PERMISSIONS)
    opened = [[role, ", ".join(f"`{p.value}`" for p in sorted(ROOM[role], key=order.index))] for role in ROOM]
    rooms = _table(["Role in the room", "Opens"], opened)
    codes = _table(["Role", "Code"], [[ROLE_LABELS[Role(c)], f"`{c}`"] for c in columns])
    return (
        _MADE.format(source="helpdesk_tui/rules/access.py") + "# Who may do what\n\n"
        "A person may hold many roles; what they may do is the union of them. What no role allows is refused.\n\n"
        "- `all` everything, `team` the tickets of one's teams and one's own, `own` one's own (as requester, assignee"
        " or watcher), `-` nothing\n"
        "- `m` personal values are masked, `2` a second person must approve, `^` one must sign in again; the last two"
        " only where the policy switch `four_eyes` is on\n\n" + _table(head, cells) + "\n## In a war room\n\n"
        "Somebody with `team` above who has a role in the room of a live incident may also do this on its ticket, whichever"
        " team it stands with, until the role or the incident ends; never on a sensitive one.\n\n"
        + rooms
        + "\n## Codes of the roles\n\n"
        + codes
    )


def lifecycles() -> str:
    """`docs/lifecycles.md`: states, phases and moves of every kind under the default policy."""
    document = (ROOT / "helpdesk_tui" / "rules" / "policy.toml").read_text("utf-8")
    parts = [
        _MADE.format(source="helpdesk_tui/rules/policy.toml"),
        (
            "# Life cycles\n\n"
            "Every kind of ticket has states of its own; each belongs to one of five phases that all kinds share: new,"
            " open, pending, resolved, closed. The states are fixed; the moves between them are the policy's, and a desk may"
            " declare others. These are the default ones. The names follow ITIL 4 practice.\n\n"
            "In a state marked *pauses* the service-level clocks stand still. A refused move says which moves are possible.\n"
        ),
    ]
    parts.extend(_life(life) for life in describe(parse_policy(document)))
    return "\n".join(parts)


def _life(life: dict[str, Any]) -> str:
    kind = Kind(life["kind"])
    rows = []
    for state in life["states"]:
        moves = [_move(move) for move in state["moves"]]
        pauses = "pauses" if state["pausing"] else ""
        rows.append([f"`{state['state']}`", state["label"], state["phase"], pauses, "<br>".join(moves) or "-"])
    targets = ", ".join(f"{verb} -> `{state}`" for verb, state in life["targets"].items())
    return (
        f"## {life['label']} (`{kind.value}`, {PREFIX[kind]})\n\n"
        + _table(["State", "Label", "Phase", "Clocks", "Leads to"], rows)
        + f"\nVerbs: {targets}\n"
    )


def _move(move: dict[str, Any]) -> str:
    asks = [FIELD_LABELS.get(name, name) for name in move["requires"]]
    if move["reason"]:
        asks.append(FIELD_LABELS["reason"])
    roles = f" by {', '.join(move['roles'])}" if move["roles"] else ""
    permission = "" if move["permission"] == "ticket.transition" else f" with `{move['permission']}`"
    return f"`{move['to']}`{permission}{roles}" + (f" (needs {', '.join(asks)})" if asks else "")


def settings() -> str:
    """`docs/settings.md`: every setting."""
    from tools import settings_docs

    return _MADE.format(source="helpdesk_tui/settings/schema.py and tools/settings_docs.py") + settings_docs.settings()


def keys() -> str:
    """`docs/keys.md`: every action with its keys."""
    from tools import settings_docs

    return (
        _MADE.format(source="helpdesk_tui/vocabulary/actions.py and screens/common/keymaps.py") + settings_docs.keys()
    )


PAGES: Final[dict[str, Callable[[], str]]] = {
    "permissions.md": permissions,
    "lifecycles.md": lifecycles,
    "settings.md": settings,
    "keys.md": keys,
}


def stale(folder: Path) -> list[str]:
    """The pages in a folder that are missing or not what the program does."""
    set_language("en")
    found = []
    for name, make in PAGES.items():
        path = folder / name
        if not path.is_file() or path.read_text("utf-8") != make():
            found.append(name)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the pages."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs", description="the generated pages of docs/")
    parser.add_argument("what", choices=["update", "check"])
    what = parser.parse_args(arguments).what
    folder = ROOT / "docs"
    if what == "check":
        for name in stale(folder):
            print(f"docs/{name} is stale: run python -m tools.docs update", file=sys.stderr)
        return 1 if stale(folder) else 0
    set_language("en")
    for name, make in PAGES.items():
        (folder / name).write_text(make(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
