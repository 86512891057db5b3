"""The verbs: every operation of the desk with its name, permission, and typed parameters.

A verb is a method of a noun marked with `@verb`. The registry is the single source for permission checks, `helpdesk
batch`, the documentation's permission table and the test matrix. Calling a verb checks the role table first (deny
by default); verbs on tickets check the scope again when they load the ticket.
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar, cast

from helpdesk_tui.vocabulary.errors import Usage, ticket_not_found
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.roles import Permission
from helpdesk_tui.vocabulary.text import at_rest

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

P = ParamSpec("P")
R = TypeVar("R")


class Noun:
    """A group of verbs on one desk."""

    def __init__(self, desk: "Desk") -> None:
        self.desk = desk


N = TypeVar("N", bound=Noun)

# The first part of a verb's name tells its noun (the attribute of the desk).
NOUN_OF_PREFIX: Final[dict[str, str]] = {
    "ticket": "tickets",
    "bulk": "bulk",
    "undo": "undoing",
    "redo": "undoing",
    "search": "searching",
    "view": "views",
    "template": "templates",
    "people": "people",
    "team": "teams",
    "service": "services",
    "ci": "cis",
    "sla": "sla",
    "policy": "policy",
    "audit": "audit",
    "presence": "presence",
    "notice": "notices",
    "attachment": "attachments",
    "timer": "timers",
    "event": "events",
    "alert": "alerts",
    "maintenance": "maintenance",
    "import": "importing",
    "export": "exporting",
    "oncall": "on_call",
    "escalation": "paging",
    "notify": "notifying",
    "incident": "incidents",
    "kpi": "kpis",
    "plan": "plans",
    "runbook": "runbooks",
    "review": "reviews",
    "db": "upkeep",
}


@dataclass(frozen=True, slots=True)
class VerbSpec:
    """One verb: its dotted name, the permission it needs, where it lives and how it is called."""

    name: str
    permission: Permission
    noun: str
    method: str
    summary: str
    signature: inspect.Signature
    reads: bool


_VERBS: Final[dict[str, VerbSpec]] = {}


_MOST: Final = 2**63 - 1
_DEEPEST: Final = 64
_TICKETS: Final = frozenset({"number", "into", "other"})
_PATHS: Final = frozenset({"path", "anchor", "passphrase_file", "key_file"})


def fitting(key: str, value: Any, depth: int = 0) -> Any:
    """An argument as the store can hold it: no NUL and no lone surrogate in any text, no number beyond 64 bits.

    Paths stay as they are, since a file may have any name. Raises NotFound for a ticket's number and Usage for
    another that is too large, and for what is nested too deeply.
    """
    kind = type(value)
    if depth > _DEEPEST:
        raise Usage(N_("{field}: nested more than {limit} deep"), field=key, limit=_DEEPEST)
    if kind is str:
        return value if key in _PATHS else at_rest(value)
    if kind is int and not -_MOST <= value <= _MOST:
        if key in _TICKETS:
            raise ticket_not_found(value)
        raise Usage(N_("{field}: {value} is too large a number"), field=key, value=value)
    if kind is list:
        return [fitting(key, item, depth + 1) for item in value]
    if kind is tuple:
        return tuple(fitting(key, item, depth + 1) for item in value)
    if kind is dict:
        return {at_rest(k) if type(k) is str else k: fitting(k, item, depth + 1) for k, item in value.items()}
    return value


def verb(
    name: str, permission: Permission, *, reads: bool = False, abreast: bool = False
) -> Callable[[Callable[Concatenate[N, P], R]], Callable[Concatenate[N, P], R]]:
    """Register a method as the verb `name` that needs `permission`; `reads` marks one that changes nothing.

    `abreast` marks one that asks for the permission itself, with the journal's head from the statement that reads
    what it shows: one statement less, and rights and rows of the same moment.
    """

    def register(method: Callable[Concatenate[N, P], R]) -> Callable[Concatenate[N, P], R]:
        if name in _VERBS:
            raise ValueError(f"verb {name} is registered twice")
        summary = (inspect.getdoc(method) or "").partition("\n")[0]
        noun = NOUN_OF_PREFIX[name.partition(".")[0]]
        signature = inspect.signature(method)
        names = [*signature.parameters][1:]
        _VERBS[name] = VerbSpec(name, permission, noun, method.__name__, summary, signature, reads)

        @functools.wraps(method)
        def call(self: N, *args: P.args, **kwargs: P.kwargs) -> R:
            if not abreast:
                self.desk.require(permission, name)
            placed: Any = [fitting(key, value) for key, value in zip(chain(names, repeat("")), args, strict=False)]
            named: Any = {key: fitting(key, value) for key, value in kwargs.items()}
            return method(self, *placed, **named)

        return cast(Callable[Concatenate[N, P], R], call)

    return register


def verbs() -> dict[str, VerbSpec]:
    """All verbs by name (loads every noun)."""
    from helpdesk_tui.desk.nouns import load_all

    load_all()
    return dict(sorted(_VERBS.items()))


def spec_of(name: str) -> VerbSpec | None:
    """One verb by its name (loads its noun only); None for what is no verb, such as the desk's own entries."""
    if name not in _VERBS:
        from helpdesk_tui.desk.nouns import load

        noun = NOUN_OF_PREFIX.get(name.partition(".")[0])
        if noun is not None:
            load(noun)
    return _VERBS.get(name)


def call(desk: "Desk", name: str, args: dict[str, Any]) -> Any:
    """Call a verb by name with JSON arguments, parsed and checked by its signature.

    Raises Usage for an unknown verb or arguments that do not fit; whatever the verb raises.
    """
    spec = verbs().get(name)
    if spec is None:
        raise Usage(N_("there is no verb {name}; `helpdesk batch --list` shows them all"), name=name)
    return getattr(getattr(desk, spec.noun), spec.method)(**_parse(spec, args))


@functools.cache
def _model(name: str) -> Any:
    from pydantic import ConfigDict, create_model

    spec = _VERBS[name]
    fields: dict[str, Any] = {}
    for parameter in list(spec.signature.parameters.values())[1:]:
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[parameter.name] = (parameter.annotation, default)
    return create_model(
        name.replace(".", "_"), __config__=ConfigDict(extra="forbid", arbitrary_types_allowed=True), **fields
    )


def _parse(spec: VerbSpec, args: dict[str, Any]) -> dict[str, Any]:
    from pydantic import ValidationError

    try:
        parsed = _model(spec.name).model_validate(args)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(p) for p in first["loc"]) or "args"
        raise Usage(N_("{verb}: {field}: {problem}"), verb=spec.name, field=where, problem=first["msg"]) from error
    return {name: getattr(parsed, name) for name in parsed.model_fields_set}
