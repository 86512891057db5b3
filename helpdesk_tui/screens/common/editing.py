"""The edit form and the priority form: only what was changed is written, and nobody's change is overwritten unseen."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.screens.common.command_copy import Typed, options, settings
from helpdesk_tui.screens.common.drafts import DraftKey
from helpdesk_tui.screens.common.kept_form import KeptForm
from helpdesk_tui.screens.common.targets import Targets
from helpdesk_tui.vocabulary.errors import Conflict, DeskError
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.kinds import Kind, kind_label
from helpdesk_tui.vocabulary.levels import Level, Priority, level_label, priority_label
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.field_form import FormField
from helpdesk_tui.widgets.pickers import Choice
from helpdesk_tui.widgets.sentences import field_label

if TYPE_CHECKING:
    from helpdesk_tui.screens.common.deeds import TicketDeeds

EDITED: Final = (
    "title", "description", "kind", "impact", "urgency", "category", "service", "ci", "requester", "team", "assignee",
    "tags",
)  # fmt: skip
_LONG: Final = frozenset({"description", "cause", "resolution"})
_MANY: Final = ("impact", "urgency", "category", "service", "team", "assignee", "tags")


def choices_of(desk: Desk) -> dict[str, list[Choice]]:
    """The values that the chosen fields can have (reads the desk)."""
    policy = desk.policies.current().policy
    categories = [Choice(c.code, one_line(c.code, 40), one_line(c.name, 60)) for c in policy.categories]
    services = [Choice(s["code"], one_line(s["code"], 40), one_line(s["name"], 60)) for s in desk.services.list()]
    teams = [
        Choice(t["code"], one_line(t["code"], 40), one_line(t["name"], 60)) for t in desk.teams.list() if t["active"]
    ]
    return {
        "kind": [Choice(kind.value, kind_label(kind)) for kind in Kind],
        "impact": [Choice(level.code, level_label(level)) for level in reversed(Level)],
        "urgency": [Choice(level.code, level_label(level)) for level in reversed(Level)],
        "priority": [Choice(priority.code, priority_label(priority)) for priority in reversed(Priority)],
        "category": categories,
        "service": services,
        "team": teams,
    }


def label_of(name: str) -> str:
    """A field's name at the head of its line."""
    if name == "ref":
        return _("Number")
    return _("CI") if name == "ci" else field_label(name).capitalize()


def shown_value(ticket: Mapping[str, Any], name: str) -> str:
    """A field of a ticket's object as the form shows it."""
    value = ticket.get(name)
    if name == "tags":
        return ", ".join(value or ())
    return "" if value is None else str(value)


def changes_of(before: Mapping[str, str], values: Mapping[str, str]) -> dict[str, Any]:
    """The arguments of the edit verb for what differs: `set`, `add_tags`, `remove_tags`."""
    out: dict[str, Any] = {}
    # Only a description keeps its blanks: it is the one text of many lines.
    given = {n: v for n, v in values.items() if n != "tags" and v != before.get(n, "").strip()}
    if given:
        out["set"] = given
    if "tags" in values:
        have = {tag.strip() for tag in before.get("tags", "").split(",") if tag.strip()}
        want = {tag.strip() for tag in values["tags"].replace("，", ",").split(",") if tag.strip()}
        if want - have:
            out["add_tags"] = sorted(want - have)
        if have - want:
            out["remove_tags"] = sorted(have - want)
    return out


def edit_form(screen: "TicketDeeds") -> None:
    """Ask for the fields of the targets and write what was changed."""
    targets = screen.targets()
    if targets is None:
        return
    number = targets.one

    def read() -> tuple[dict[str, Any], dict[str, list[Choice]]]:
        return ({} if number is None else screen.desk.tickets.show(number)), choices_of(screen.desk)

    def found(answer: tuple[dict[str, Any], dict[str, list[Choice]]]) -> None:
        ticket, choices = answer
        if number is None:
            _ask_many(screen, targets, choices)
        else:
            _ask_one(screen, targets, number, ticket, choices)

    screen.ask(read, found, group="pick")


def _fields(names: tuple[str, ...], ticket: Mapping[str, Any], choices: Mapping[str, list[Choice]]) -> list[FormField]:
    return [
        FormField(
            name,
            label_of(name),
            shown_value(ticket, name),
            choices=choices.get(name, ()),
            lines=name == "description",
            required=name == "title",
            hint=_("separated by commas") if name == "tags" else "",
        )
        for name in names
    ]


def _ask_one(
    screen: "TicketDeeds",
    targets: Targets,
    number: int,
    ticket: dict[str, Any],
    choices: Mapping[str, list[Choice]],
    *,
    again: bool = False,
) -> None:
    """The form for one ticket; `again` after a refused save, with what was typed."""
    key = DraftKey(screen.app.me, number, "edit")
    fields = _fields(EDITED, ticket, choices)
    title = _("Edit {ref}").format(ref=ticket["ref"])
    before = {name: shown_value(ticket, name) for name in EDITED}

    def answered(values: dict[str, str] | None) -> None:
        if values is None:
            return
        changes = changes_of(before, values)
        if not changes:
            screen.app.drafts.discard(key)
            screen.app.say(_("nothing was changed"))
            return

        def once_more(now: dict[str, Any]) -> None:
            _ask_one(screen, targets, number, now, choices, again=True)

        began = form.began
        if any(began[name] != before[name] and values[name] != before[name].strip() for name in EDITED):
            # The draft is older than somebody else's word on the same field.
            old = ticket | began | {"tags": [tag for tag in began["tags"].split(", ") if tag]}
            resolve_conflict(screen, targets, old, ticket, before | values, key, once_more)
            return

        def failed(error: DeskError) -> None:
            refused(screen, targets, ticket, before | values, key, error, once_more)

        write_edit(screen, targets, ticket["version"], changes, key, failed)

    form = KeptForm(title, fields, screen.app.drafts, key, again=again, based=True)
    screen.app.push_screen(form, answered)


def write_edit(
    screen: "TicketDeeds",
    targets: Targets,
    version: int,
    changes: Mapping[str, Any],
    key: DraftKey,
    failed: Callable[[DeskError], None],
    written: Callable[[], None] | None = None,
) -> None:
    """Write changes to one ticket as somebody saw it in this version; its draft is forgotten once they are there."""

    def done() -> None:
        screen.app.drafts.discard(key)
        if written is not None:
            written()

    screen.change(
        "ticket.edit",
        lambda desk, n: desk.tickets.edit(n, version=version, **changes),
        targets=targets,
        typed=Typed("edit", edited(changes)),
        failed=failed,
        written=done,
    )


def refused(
    screen: "TicketDeeds",
    targets: Targets,
    ticket: dict[str, Any],
    mine: Mapping[str, str],
    key: DraftKey,
    error: DeskError,
    again: Callable[[dict[str, Any]], None],
) -> None:
    """The save was refused. Where somebody else was quicker, both versions are shown; else `again` with what was typed.

    `ticket` is what one began with, `mine` the fields as one wants them.
    """

    def found(now: dict[str, Any]) -> None:
        if isinstance(error, Conflict) and now["version"] != ticket["version"]:
            resolve_conflict(screen, targets, ticket, now, mine, key, again)
        else:
            screen.refuse(error)
            again(now)

    screen.ask(lambda: screen.desk.tickets.details(ticket["number"]), found, group="pick")


def resolve_conflict(
    screen: "TicketDeeds",
    targets: Targets,
    ticket: dict[str, Any],
    now: dict[str, Any],
    mine: Mapping[str, str],
    key: DraftKey,
    again: Callable[[dict[str, Any]], None],
) -> None:
    """Show both versions and write what was chosen; nobody's change is overwritten unseen, and nothing typed is lost."""
    from helpdesk_tui.screens.common.conflict import ConflictScreen, differences

    names = (*EDITED, *(name for name in mine if name not in EDITED))
    base, theirs = ({name: shown_value(of, name) for name in names} for of in (ticket, now))
    wanted = {name: mine.get(name, base[name]) for name in names}
    fields = differences(names, base, wanted, theirs, label_of, _LONG)

    def answered(values: dict[str, str] | None) -> None:
        if values is None:
            screen.app.say(_("nothing was saved; your draft is kept"))
            return
        changes = changes_of(theirs, values)
        if not changes:
            screen.app.drafts.discard(key)
            screen.app.say(_("their version stands; nothing was changed"))
            screen.done()
            return
        chosen = theirs | values

        def failed(error: DeskError) -> None:
            refused(screen, targets, now, chosen, key, error, again)

        write_edit(screen, targets, now["version"], changes, key, failed)

    screen.app.push_screen(ConflictScreen(now["ref"], fields, screen.app.drafts, key), answered)


def _ask_many(screen: "TicketDeeds", targets: Targets, choices: Mapping[str, list[Choice]]) -> None:
    fields = [replace(spec, required=False) for spec in _fields(_MANY, {}, choices)]
    fields = [replace(spec, label=_("Add tags")) if spec.name == "tags" else spec for spec in fields]

    def answered(values: dict[str, str] | None) -> None:
        changes = changes_of({}, {n: v for n, v in (values or {}).items() if v})
        if changes:
            screen.change(
                "ticket.edit",
                lambda desk, n: desk.tickets.edit(n, **changes),
                lambda desk, ns, dry: desk.bulk.edit(numbers=ns, dry_run=dry, **changes),
                targets=targets,
                typed=Typed("edit", edited(changes)),
                written=lambda: screen.app.drafts.discard(key),
            )

    key = DraftKey(screen.app.me, 0, "edit")
    title = _("Edit {what} (empty fields stay as they are)").format(what=targets.label)
    screen.app.push_screen(KeptForm(title, fields, screen.app.drafts, key), answered)


def edited(changes: Mapping[str, Any]) -> list[str]:
    """The options of `edit` that make these changes."""
    words = settings(changes.get("set", {}))
    for option, name in (("--tag", "add_tags"), ("--untag", "remove_tags")):
        words += [word for tag in changes.get(name) or () for word in (option, tag)]
    return words


def priority_form(screen: "TicketDeeds") -> None:
    """Impact and urgency for the matrix, or a priority pinned by hand with its reason."""
    targets = screen.targets()
    if targets is None:
        return
    number = targets.one

    def found(answer: tuple[dict[str, Any], dict[str, list[Choice]]]) -> None:
        ticket, choices = answer
        fields = [
            FormField("impact", _("Impact"), shown_value(ticket, "impact"), choices=choices["impact"]),
            FormField("urgency", _("Urgency"), shown_value(ticket, "urgency"), choices=choices["urgency"]),
            FormField("pin", _("Pin to"), choices=choices["priority"], hint=_("empty: the matrix decides")),
            FormField("reason", _("Reason"), hint=_("needed for a pin")),
        ]
        title = _("Priority of {what}").format(what=targets.label)
        key = DraftKey(screen.app.me, number or 0, "priority")
        form = KeptForm(title, fields, screen.app.drafts, key, check=_pin_needs_reason)
        screen.app.push_screen(form, lambda values: _prioritise(screen, targets, values, key))

    screen.ask(
        lambda: (({} if number is None else screen.desk.tickets.show(number)), choices_of(screen.desk)),
        found,
        group="pick",
    )


def _pin_needs_reason(values: Mapping[str, str]) -> dict[str, str]:
    if values["pin"] and not values["reason"]:
        return {"reason": _("A pinned priority needs a reason.")}
    return {}


def _prioritise(screen: "TicketDeeds", targets: Targets, values: dict[str, str] | None, key: DraftKey) -> None:
    if values is None:
        return
    pin, reason, version = values["pin"], values["reason"], targets.version
    levels = {name: values[name] for name in ("impact", "urgency") if values[name]}

    def one(desk: Desk, number: int) -> Any:
        if pin:
            return desk.tickets.pin(number, pin, reason, version=version)
        return desk.tickets.prioritise(number, version=version, **levels)

    def many(desk: Desk, numbers: list[int], dry: bool) -> dict[str, Any]:
        return desk.bulk.edit(numbers=numbers, set=given, reason=reason or None, dry_run=dry)

    given = {**levels, **({"priority": pin} if pin else {})}
    why = options({"reason": reason})
    bulk = ("edit", *settings(given), *why)
    typed = Typed("pin", [pin, *why], bulk) if pin else Typed("prioritise", options(levels), bulk)
    screen.change(
        "ticket.priority", one, many, targets=targets, typed=typed, written=lambda: screen.app.drafts.discard(key)
    )
