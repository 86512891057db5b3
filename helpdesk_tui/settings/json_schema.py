"""The settings file as a JSON Schema, for editors that complete and check TOML by one."""

from typing import Any

from helpdesk_tui.settings.schema import OPTIONS, Option


def json_schema() -> dict[str, Any]:
    """A schema of draft 2020-12; descriptions are English."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "helpdesk settings",
        "type": "object",
        "additionalProperties": False,
        "properties": {key: _property(option) for key, option in OPTIONS.items()},
    }


def _property(option: Option) -> dict[str, Any]:
    shown: dict[str, Any] = {"description": option.help}
    if option.kind == "lists":
        item: dict[str, Any] = {"type": "string"}
        if option.choices:
            item["enum"] = list(option.choices)
        words = {"anyOf": [{"type": "array", "items": item}, item]}
        return {**shown, "type": "object", "additionalProperties": words, "default": {}}
    shown["default"] = option.default
    if option.kind == "switch":
        return {**shown, "type": "boolean"}
    if option.kind == "number":
        return {**shown, "type": "integer", "minimum": option.least, "maximum": option.most}
    if option.kind == "choice":
        choices = [*(("",) if option.default == "" else ()), *option.choices]
        one = {"type": "string", "enum": choices}
        if {"on", "off"} <= set(choices):
            return {**shown, "anyOf": [one, {"type": "boolean"}]}
        return {**shown, **one}
    return {**shown, "type": "string"}
