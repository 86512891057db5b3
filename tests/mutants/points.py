"""Where the program decides what somebody may do or see, and what is left of it when one decision is taken out.

A point is found in the syntax tree of a module: a call that refuses, a question whose answer lets somebody on, a
comparison of scopes, the permission that a ticket is opened with, a mask. Taking it out means: never refuse, always let
on, mask nothing.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = (
    *sorted(f"helpdesk_tui/desk/{path.name}" for path in (ROOT / "helpdesk_tui/desk").glob("*.py")),
    "helpdesk_tui/rules/access.py", "helpdesk_tui/rules/lifecycle.py", "helpdesk_tui/store/query.py",
)  # fmt: skip
REFUSES = {
    "require",
    "require_on",
    "require_scope",
    "check_grant",
    "readable",
    "_may",
    "_guard",
    "_may_grant",
    "_may_change",
    "_gains_nothing",
}
LETS_ON = {
    "allows_on", "knows", "inside", "person_scope_allows", "ticket_scope_allows", "_may_know", "_works_on", "_inside", "sees_plainly",
    "plainly", "_seen", "permits", "holds", "room_allows",
}  # fmt: skip
MASKS = {"person", "ticket", "email", "name", "phone", "row"}
SCOPES = {"scope", "plain_scope", "unmasked_scope", "acting_scope", "scope_of", "read", "notes", "plain", "_scope"}
NARROWS = {"own_only": False, "teams_only": False, "veiled": False, "notes": True, "sensitive": True}


@dataclass(frozen=True, slots=True)
class Point:
    """One check: where it stands, what it is, and what is put in its place."""

    path: str
    line: int
    column: int
    kind: str
    text: str
    inside: str = ""
    again: int = 0

    @property
    def name(self) -> str:
        """Where it stands now."""
        return f"{self.path}:{self.line}:{self.column}:{self.kind}"

    @property
    def key(self) -> str:
        """What it is called however the lines move: file, function, check, kind."""
        again = f" ({self.again + 1})" if self.again else ""
        return f"{self.path} {self.inside}: {self.text}{again} -> {self.kind}"


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return (
        node.func.attr
        if isinstance(node.func, ast.Attribute)
        else node.func.id
        if isinstance(node.func, ast.Name)
        else ""
    )


def _receiver(node: ast.Call) -> str:
    return ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""


def _permission(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("Permission", "_P") else ""


def _of_scopes(node: ast.Compare) -> bool:
    sides = [node.left, *node.comparators]
    return any("Scope." in ast.unparse(side) for side in sides) or any(_called(side) in SCOPES for side in sides)


def _raises(node: ast.If) -> bool:
    return bool(node.body) and isinstance(node.body[-1], ast.Raise) and "NotPermitted" in ast.unparse(node.body[-1])


def kinds(node: ast.AST) -> Iterator[str]:
    """What could be taken out at a node."""
    if isinstance(node, ast.Expr) and _called(node.value) in REFUSES and "directory" not in _receiver(node.value):  # type: ignore[arg-type]
        yield "never refuse"
    if isinstance(node, ast.If) and _raises(node):
        yield "never raise"
    if isinstance(node, ast.Call):
        name = _called(node)
        if name in LETS_ON:
            yield "yes"
        if name in ("ticket", "run") and any(_permission(arg) not in ("", "TICKET_READ") for arg in node.args):
            yield "any reader"
        if name == "veil" or (name == "veil_on" and _receiver(node)):
            yield "no veil"
        if name in MASKS and _receiver(node) in ("masking", "veil", "self._veil"):
            yield "no mask"
        for keyword in node.keywords:
            if keyword.arg in NARROWS and not isinstance(keyword.value, ast.Constant):
                yield f"no {keyword.arg}"
        if name == "min" and "scope" in ast.unparse(node):
            yield "first scope"
            yield "second scope"
    if isinstance(node, ast.Compare) and _of_scopes(node):
        yield "scope yes"
        yield "scope no"
    if (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and _called(node.value) == "require"
        and "scope" in ast.unparse(node.targets[0])
    ):
        yield "widest"


def _nodes(node: ast.AST, inside: str = "") -> Iterator[tuple[ast.AST, str]]:
    """Every node below with the dotted name of the function it stands in."""
    for child in ast.iter_child_nodes(node):
        name = f"{inside}.{child.name}".lstrip(".") if isinstance(child, _NAMED) else inside
        yield child, name
        yield from _nodes(child, name)


_NAMED = (ast.FunctionDef, ast.ClassDef)


def points(path: str) -> list[Point]:
    """Every point of a module; for the registry one for each verb as well."""
    found = [
        Point(path, node.lineno, node.col_offset, kind, ast.unparse(node).splitlines()[0], inside)  # type: ignore[attr-defined]
        for node, inside in _nodes(ast.parse((ROOT / path).read_text("utf-8")))
        for kind in kinds(node)
    ]
    if path.endswith("desk/registry.py"):
        from helpdesk_tui.desk.registry import verbs

        found += [Point(path, 0, 0, f"verb {name}", "self.desk.require(permission, name)") for name in verbs()]
    found.sort(key=lambda p: (p.line, p.column, p.kind))
    seen: Counter[str] = Counter()
    told = []
    for point in found:
        told.append(replace(point, again=seen[point.key]))
        seen[point.key] += 1
    return told


class _Cutter(ast.NodeTransformer):
    """Takes one point out."""

    def __init__(self, line: int, column: int, kind: str) -> None:
        self.line, self.column, self.kind, self.done = line, column, kind, 0

    def visit(self, node: ast.AST) -> ast.AST | None:
        here = (getattr(node, "lineno", None), getattr(node, "col_offset", None)) == (self.line, self.column)
        if (
            self.kind.startswith("verb ")
            and isinstance(node, ast.Expr)
            and ast.unparse(node) == "self.desk.require(permission, name)"
        ):
            return self._put(node, f"name == {self.kind[5:]!r} or self.desk.require(permission, name)")
        if here and not self.done and self.kind in set(kinds(node)):
            self.generic_visit(node)
            return self._cut(node)
        return self.generic_visit(node)

    def _put(self, node: ast.AST, text: str) -> ast.AST:
        self.done += 1
        made: ast.AST = ast.parse(text).body[0]
        if isinstance(node, ast.expr):
            made = made.value  # type: ignore[attr-defined]
        return ast.fix_missing_locations(ast.copy_location(made, node))

    def _cut(self, node: ast.AST) -> ast.AST:
        kind = self.kind
        # What is not asked any more stays in the text, so that functions keep the names that they close over.
        if kind == "never raise":
            assert isinstance(node, ast.If)
            node.test = ast.BoolOp(ast.And(), [ast.Constant(False), node.test])
            self.done += 1
            return ast.fix_missing_locations(node)
        if kind in ("never refuse", "scope no"):
            return self._put(node, f"False and ({ast.unparse(node)})")
        if kind in ("yes", "scope yes"):
            return self._put(node, f"True or ({ast.unparse(node)})")
        if kind == "no veil":
            return self._put(node, "None")
        if kind == "widest":
            return self._put(node, f"{ast.unparse(node.targets[0])} = Scope.ALL")  # type: ignore[attr-defined]
        assert isinstance(node, ast.Call)
        if kind == "no mask":
            return self._put(node, ast.unparse(node.args[-1]))
        if kind in ("first scope", "second scope"):
            return self._put(node, ast.unparse(node.args[kind == "second scope"]))
        if kind == "any reader":
            read = ast.parse("Permission.TICKET_READ", mode="eval").body
            node.args = [read if _permission(arg) else arg for arg in node.args]
        else:
            for keyword in node.keywords:
                if keyword.arg == kind[3:]:
                    keyword.value = ast.Constant(NARROWS[keyword.arg])
        self.done += 1
        return ast.fix_missing_locations(node)


def cut(name: str) -> tuple[str, ast.Module]:
    """The module's path and its tree without the named point. Raises ValueError where there is no such point."""
    path, line, column, kind = name.split(":", 3)
    cutter = _Cutter(int(line), int(column), kind)
    tree = cutter.visit(ast.parse((ROOT / path).read_text("utf-8")))
    if cutter.done != 1:
        raise ValueError(f"{name}: taken out {cutter.done} times")
    assert isinstance(tree, ast.Module)
    return path, tree
