"""What differs between two policies, key by key; entries of lists are matched by their id or code."""

from collections.abc import Iterator
from typing import Any, Final

from helpdesk_tui.desk.shapes import Object, Objects
from helpdesk_tui.rules.policy import Policy

_NAMED_BY: Final = ("id", "code")


def differences(old: Policy, new: Policy) -> Objects:
    """`[{"key": "rules[vpn].weight", "change": "changed"|"added"|"removed"|"moved", "before", "after"}]` in the order
    of the document. A `moved` list has the same entries in another order, which decides ties and first matches.
    """
    before = old.model_dump(mode="json", by_alias=True)
    after = new.model_dump(mode="json", by_alias=True)
    return [*_compare("", before, after)]


def _line(key: str, change: str, before: Any, after: Any) -> Object:
    return {"key": key, "change": change, "before": before, "after": after}


def _compare(key: str, before: Any, after: Any) -> Iterator[Object]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _pairs(key, before, after, f"{key}." if key else "", "")
        return
    old, new = _named(before), _named(after)
    if old is not None and new is not None and (old or new):
        yield from _pairs(key, old, new, f"{key}[", "]")
        common = [name for name in old if name in new]
        order = [name for name in new if name in old]
        if common != order:
            yield _line(key, "moved", common, order)
        return
    yield _line(key, "changed", before, after)


def _pairs(key: str, before: dict[str, Any], after: dict[str, Any], opening: str, closing: str) -> Iterator[Object]:
    for name in [*before, *(n for n in after if n not in before)]:
        where = f"{opening}{name}{closing}"
        if name not in after:
            yield _line(where, "removed", before[name], None)
        elif name not in before:
            yield _line(where, "added", None, after[name])
        else:
            yield from _compare(where, before[name], after[name])


def _named(value: Any) -> dict[str, Any] | None:
    """A list of sections by name (moves of a life cycle by where they lead); None for any other value."""
    if not isinstance(value, list):
        return None
    out: dict[str, Any] = {}
    for item in value:
        name = _name(item)
        if name is None or name in out:
            return None
        out[name] = item
    return out


def _name(item: Any) -> str | None:
    if not isinstance(item, dict):
        return None
    for key in _NAMED_BY:
        if isinstance(item.get(key), str):
            return str(item[key])
    if "from" in item and "to" in item:
        return f"{'+'.join(item['from'])} -> {item['to']}"
    return None
