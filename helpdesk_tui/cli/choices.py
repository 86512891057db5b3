"""What the shell completes: values of enumerations, and names out of the desk (only where its file exists already)."""

from collections.abc import Callable

from helpdesk_tui.vocabulary.channels import Channel, LinkType
from helpdesk_tui.vocabulary.kinds import STATE_CODES, Kind

Completer = Callable[[str], list[str]]


def among(values: list[str]) -> Completer:
    """Complete from a fixed list."""

    def complete(incomplete: str) -> list[str]:
        return [value for value in values if value.startswith(incomplete.casefold())]

    return complete


states = among(list(STATE_CODES))
kinds = among([kind.value for kind in Kind])
channels = among([channel.value for channel in Channel])
links = among([link.value for link in LinkType])
levels = among(["high", "medium", "low"])
priorities = among(["critical", "high", "medium", "low"])


def assignments(incomplete: str) -> list[str]:
    """`field=` and `field=value` for `--set`."""
    from helpdesk_tui.vocabulary.filter_fields import BY_NAME

    name, equals, value = incomplete.partition("=")
    names = ("title", "description", "kind", "channel", "impact", "urgency", "priority", "category", "service", "ci",
             "team", "assignee", "requester", "parent", "moscow", "severity", "affected_users", "major", "language",
             "external_id", "cause", "resolution", "resolution_code")  # fmt: skip
    if not equals:
        return [f"{n}=" for n in names if n.startswith(name)]
    field = BY_NAME.get(name)
    return [f"{name}={c.code}" for c in field.codes if c.code.startswith(value)] if field is not None else []


def filters(incomplete: str) -> list[str]:
    """The filter language at the end of what is typed."""
    from helpdesk_tui.vocabulary.filter_complete import complete

    return [incomplete[: c.start] + c.text + incomplete[c.end :] for c in complete(incomplete, len(incomplete), {})]


def views(incomplete: str) -> list[str]:
    """Saved views by their code. Silent whatever happens: a completion never explains itself."""
    from helpdesk_tui.cli import context
    from helpdesk_tui.vocabulary.errors import DeskError

    try:
        settings = context.current()
        if not settings.desk_path().exists():
            return []
        with settings.desk() as desk:
            names = [str(view["code"]) for view in desk.views.list()]
    except (DeskError, OSError):
        return []
    return [name for name in names if name.startswith(incomplete)]
