"""From a refused document to problems a person can act on: pydantic's findings as catalogue texts with line and key."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from helpdesk_tui.rules.policy_lines import Path
from helpdesk_tui.vocabulary.i18n import N_

_PLACE: Final = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")

_TEXTS: Final[dict[str, str]] = {
    "missing": N_("is missing"),
    "string_type": N_("must be a text in quotes"),
    "int_type": N_("must be a whole number"),
    "int_parsing": N_("must be a whole number"),
    "int_from_float": N_("must be a whole number"),
    "float_type": N_("must be a number"),
    "bool_type": N_("must be true or false"),
    "bool_parsing": N_("must be true or false"),
    "tuple_type": N_("must be a list in [ ]"),
    "dict_type": N_("must be a table"),
    "model_type": N_("must be a table"),
    "model_attributes_type": N_("must be a table"),
    "string_too_short": N_("must not be empty"),
    "string_too_long": N_("has more than {max_length} characters"),
    "too_short": N_("needs at least {min_length}"),
    "too_long": N_("has more than {max_length} entries"),
    "greater_than_equal": N_("must be at least {ge}"),
    "less_than_equal": N_("must be at most {le}"),
    "string_pattern_mismatch": N_("{value} has the wrong form ({pattern})"),
    "literal_error": N_("{value} is not one of {expected}"),
    "enum": N_("{value} is not one of {expected}"),
}


def syntax_problem(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, str, dict[str, str]]:
    """Line, catalogue text and parameters of a TOML syntax error."""
    message = str(error)
    place = _PLACE.search(message)
    detail = _PLACE.sub("", message)
    if place and place[1]:
        return int(place[1]), N_("not valid TOML: {detail} (column {column})"), {"detail": detail, "column": place[2]}
    return text.count("\n") + 1, N_("not valid TOML: {detail} (end of the text)"), {"detail": detail}


def explained(details: ErrorDetails, root: type[BaseModel]) -> tuple[Path, str, dict[str, str]]:
    """Path, catalogue text and parameters of one of pydantic's findings."""
    path: Path = tuple(part for part in details["loc"] if part != "[key]")
    kind, context = details["type"], details.get("ctx", {})
    if kind == "policy":
        params = {key: str(value) for key, value in context.items() if key not in ("text", "template")}
        return path, str(context["template"]), params
    if kind == "extra_forbidden":
        return path, *_unknown_key(path, root)
    params = {key: str(value) for key, value in context.items()}
    given = details["input"]
    if isinstance(given, str | int | float):
        params["value"] = repr(given)
    text = _TEXTS.get(kind)
    if text is None:
        return path, N_("is refused: {detail}"), {"detail": details["msg"]}
    return path, text, params


def _unknown_key(path: Path, root: type[BaseModel]) -> tuple[str, dict[str, str]]:
    model = _model_at(path[:-1], root)
    known = sorted(field.alias or name for name, field in model.model_fields.items()) if model else []
    near = difflib.get_close_matches(str(path[-1]), known, n=1)
    if near:
        return N_("there is no such key; did you mean {near}?"), {"near": near[0]}
    return N_("there is no such key; there are {known}"), {"known": ", ".join(known) or "-"}


def _models(annotation: Any) -> Any:
    """The section inside `tuple[X, ...]`, `dict[str, X]`, `X | None` or `Annotated[X, …]`, or None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    origin = get_origin(annotation)
    if origin is dict:
        return _models(get_args(annotation)[1])
    if origin is tuple or origin is Union or origin is UnionType or hasattr(annotation, "__metadata__"):
        return next((found for arg in get_args(annotation) if (found := _models(arg))), None)
    return None


def _model_at(path: Path, root: type[BaseModel]) -> type[BaseModel] | None:
    model: type[BaseModel] | None = root
    for part in path:
        if model is None:
            return None
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        # List indices and the names of tables in a dict stay with the same section.
        if isinstance(part, str) and part in fields:
            model = _models(fields[part].annotation)
    return model


def key_text(path: Path, data: Any) -> str:
    """A path as people name it: `rules[vpn-down].votes.kind`, list entries by their id or code, else from 1."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            data = data[part] if isinstance(data, list) and part < len(data) else None
            name = data.get("id", data.get("code")) if isinstance(data, Mapping) else None
            shown += f"[{name if isinstance(name, str) else part + 1}]"
        else:
            data = data.get(part) if isinstance(data, Mapping) else None
            shown += f".{part}" if shown else part
    return shown
