"""Two habits that no type checker sees: `python -m tools.inert_lint PATH …`.

SQL is a literal with parameters. A text that begins like a statement and is put together (an f-string, `%`,
`.format`, `+`, `.join`) is a fault, and so is anything put together that is handed to `execute`,
`executemany`, `executescript`, `exec_driver_sql` or `text`, also by way of a name assigned in the same
function or module. Pieces that the source itself fixes may be joined: literals, names that hold nothing else,
imported CONSTANTS, numbers written `:d`, rows of `?`. For anything else a comment on the statement's lines,
or above it, says why it is safe: `# sql: …`. What nobody can tell (a parameter, an attribute, what a call gives) is a
fault, too, unless it comes from one of `BUILDERS` or belongs to one of `RUNNERS`, whose callers are asked instead.

Outside text is inert. In `screens/`, `widgets/` and `app.py` a string that is not a literal may reach
`Static`, `Label`, `notify`, `Option` or `add_option`, a border title or a tooltip only as `Content(...)`,
`Text(...)` or beside `markup=False`; a `Static` or `Label` that starts empty will be filled later and says
`markup=False` at once. `from_markup` takes literals only, in every room. Where the value is known to be
safe, `# inert: …` says why. The same holds for what other widgets draw (buttons, tabs, tables, trees, choices),
for `update` of a widget, for titles set in any way, for `render` and for links and actions in styles; and `execute`,
`notify` and their like are called where they stand, never handed on by another name. Styles come from the source,
logs and consoles are given no text, and `rich.markup` is not imported.
"""

import ast
import functools
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

_ROOT: Final = Path(__file__).resolve().parents[1]
_SQL_CALLS: Final = frozenset({"execute", "executemany", "executescript", "exec_driver_sql"})
_SQL_MODULES: Final = frozenset({"sqlalchemy", "sqlmodel", "sa"})
_SQL_START: Final = re.compile(
    r"\s*\(?(?:ALTER|ATTACH|CREATE|DELETE|DROP|INSERT|PRAGMA|REPLACE|SELECT|UPDATE|VACUUM|WITH)\s"
)
_SQL_REASON: Final = re.compile(r"#.*?\bsql: *\S")
_INERT_REASON: Final = re.compile(r"#.*?\binert: *\S")
_DRAWN: Final = frozenset({"Static", "Label", "Option", "notify", "add_option"})
# Drawn as markup wherever a text stands among their arguments; they take no `markup=False` for all of them.
_DRAWN_WHOLE: Final = frozenset(
    {"Button", "Checkbox", "RadioButton", "Tab", "TabPane", "Collapsible", "Digits", "Link", "Panel", "Markdown", "Select", "SelectionList",
     "Toast", "Notification", "Tree", "add_row", "add_column", "add_columns", "update_cell", "add_leaf", "set_label", "set_options",
     "replace_option_prompt", "with_tooltip", "from_text", "visualize", "rprint", "Footer", "Rule"}
)  # fmt: skip
_BY_REFERENCE: Final = frozenset({"notify", "from_markup", "open_url"})
# Reviewed: functions that execute what they are given, and the place of the statement among their arguments. Their own
# `execute` passes; each call of them is judged like one. A new one is entered here by hand, with what it is for.
RUNNERS: Final[dict[str, int]] = {
    "apply._run": 1,  # one statement over many rows
    "apply._run_deletes": 1,  # the same for rows that go
    "driver.move_log": 1,  # one of two pragmas
    "journal.changes": 1,  # entries of one of the journal's SELECTs
    "journal.read": 1,  # the same, whole
    "store.query": 0,  # all rows of a read
    "work.rows": 0,  # rows of a read in this transaction
}
# Reviewed: what makes statements of names that the schema or the source fixes, values left to parameters.
BUILDERS: Final[dict[str, str]] = {
    "apply._insert": "columns of a table of the schema",
    "apply._select": "columns and key of a table of the schema",
    "apply._update": "columns of a table of the schema",
    "apply._delete": "key of a table of the schema",
    "pages.page_sql": "columns, one of the sort orders and a compiled filter, values in parameters",
    "rowcheck.select": "columns of a table of the schema",
    "salvage._where": "key columns of a table of the schema",
    "schema.statements": "the statements of a file of the program",
}
_OURS: Final = frozenset({"reading.from_text"})  # settings: a value out of a typed text, drawn by nobody
_TREES: Final = frozenset({"root", "node", "tree"})
_GATHERS: Final = frozenset({"dict", "set", "fromkeys", "defaultdict", "Counter", "frozenset"})
_GROWS: Final = frozenset({"append", "extend", "insert", "add", "update", "appendleft"})
_BUILDS: Final = frozenset(
    {"format", "join", "replace", "substitute", "safe_substitute", "format_map", "translate", "expandtabs"}
)
_FILLED_LATER: Final = frozenset({"Static", "Label"})
_TITLES: Final = frozenset({"border_title", "border_subtitle", "tooltip"})
_HEADINGS: Final = frozenset({"title", "sub_title", "TITLE", "SUB_TITLE"})
_WITH_HEADINGS: Final = re.compile(r"(?:App|Screen)$")
_STYLED_BY: Final[dict[str, int]] = {"Text": 1, "Content": 1, "styled": 1, "stylize": 0, "stylize_before": 0}
_OPENS_LOG: Final = frozenset({"Log", "RichLog", "TextLog"})
_INERT_TYPES: Final = frozenset({"Content", "Text", "Table", "Group", "Strip", "Selection", "Option"})
_SQL_MESSAGE: Final = "SQL put together from text: pass parameters, or say why with # sql: …"
_RENAMED: Final = "SQL or markup by another name: call it where it stands"
_CATALOGUE: Final = frozenset({"_", "ngettext", "N_"})


class Fault(NamedTuple):
    """One place to mend."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def _called(node: ast.Call) -> str:
    """Return the last name of what is called: `notify` of `self.app.notify(...)`."""
    target = node.func
    return target.attr if isinstance(target, ast.Attribute) else target.id if isinstance(target, ast.Name) else ""


def _is_literal(node: ast.expr) -> bool:
    """Whether the value is written in the source: a constant, or a catalogue text of constants."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.IfExp):
        return _is_literal(node.body) and _is_literal(node.orelse)
    if isinstance(node, ast.Call) and _called(node) in _CATALOGUE:
        return all(isinstance(argument, ast.Constant) for argument in node.args[:2])
    return isinstance(node, ast.JoinedStr) and all(isinstance(part, ast.Constant) for part in node.values)


def _is_put_together(node: ast.expr) -> bool:
    """Whether a text is built here: an f-string, `%`, `+` with a text, `.format`, `.join`."""
    if isinstance(node, ast.IfExp):
        return _is_put_together(node.body) or _is_put_together(node.orelse)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return isinstance(node.left, ast.Constant | ast.JoinedStr)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = (node.left, node.right)
        return any(_is_put_together(side) or _is_text(side) for side in sides)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in {"format", "join"}
    return isinstance(node, ast.JoinedStr)


def _is_built(node: ast.expr) -> bool:
    """Whether what is handed over as a statement is made there, in whatever way, rather than named or written."""
    if isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Attribute):
            return function.attr in _BUILDS
        return isinstance(function, ast.Lambda) or (
            isinstance(function, ast.Name) and function.id in {"str", "repr", "format"}
        )
    if isinstance(node, ast.IfExp):
        return _is_built(node.body) or _is_built(node.orelse)
    return isinstance(node, ast.BinOp | ast.JoinedStr | ast.Starred | ast.Subscript)


def _grown(node: ast.AST) -> str | None:
    """The name of a list that `name.append(…)` and its like add to: what it was made of is not all that it holds."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if attr in _GROWS:
            return name
    return None


def _gathers(node: ast.expr | None) -> bool:
    """Whether a value is a dict or a set."""
    return isinstance(node, ast.Dict | ast.Set | ast.DictComp | ast.SetComp) or (
        isinstance(node, ast.Call) and _called(node) in _GATHERS
    )


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _beginning(node: ast.expr) -> str:
    """Return the literal that a text put together begins with, or ''."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=[head, *_]) | ast.BinOp(left=head):
            return _beginning(head)
        case ast.Call(func=ast.Attribute(value=template, attr="format")):
            return _beginning(template)
    return ""


def _annotated_inert(annotation: ast.expr | None) -> bool:
    """Whether an annotation names only types that carry no markup."""
    if annotation is None:
        return False
    names = {part.id for part in ast.walk(annotation) if isinstance(part, ast.Name)}
    return bool(names & _INERT_TYPES) and "str" not in names


@functools.cache
def _inert_of(module: str) -> frozenset[str]:
    """The functions of a module of ours that give inert values."""
    path = _ROOT / (module.replace(".", "/") + ".py")
    if not path.is_file():
        return frozenset()
    functions = (n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.FunctionDef))
    return frozenset(f.name for f in functions if _annotated_inert(f.returns))


class _Checker(ast.NodeVisitor):
    """Walks one file; `scopes` are the assignments of the module and of the functions around a node."""

    def __init__(self, path: str, source: str, *, draws: bool) -> None:
        self.path, self.draws = path, draws
        self.lines = source.splitlines()
        self.faults: list[Fault] = []
        self.scopes: list[dict[str, list[ast.expr | None]]] = []
        self.inert_functions: set[str] = set()
        self.gathering: set[str] = set()
        self.asked: set[str] = set()
        self.statement: ast.stmt | None = None
        self.inside_sql = False
        self.sql_text_names: set[str] = set()
        self.drawn_class = False
        self.runs = False
        self.stem = Path(path).stem
        self.imported: dict[str, str] = {}
        self.modules: set[str] = set()
        self.with_heading = True  # outside a class nobody can tell
        self._called_here: set[int] = set()

    def check(self) -> list[Fault]:
        tree = ast.parse("\n".join(self.lines))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
                if _annotated_inert(node.returns):
                    self.inert_functions.add(node.name)
                if ast.unparse(node.returns).startswith(("dict[", "set[")):
                    self.gathering.add(node.name)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpdesk_tui."):
                self.modules |= {a.asname or a.name for a in node.names if a.name.islower()}
                self.imported |= {
                    a.asname or a.name: f"{(node.module or '').split('.')[-1]}.{a.name}" for a in node.names
                }
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpdesk_tui.widgets"):
                self.inert_functions |= _inert_of(node.module or "") & {a.name for a in node.names if not a.asname}
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in _SQL_MODULES:
                self.sql_text_names |= {a.asname or a.name for a in node.names if a.name == "text"}
        self._in_scope(tree)
        return sorted(self.faults, key=lambda fault: (fault.line, fault.message))

    # ── names ────────────────────────────────────────────────────────────────────────────────────
    def _in_scope(self, node: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.scopes.append({})
        if not isinstance(node, ast.Module):
            arguments = node.args
            more = [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
            for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *more):
                self._bind(argument.arg, None, inert=_annotated_inert(argument.annotation))
        for inner in _own_nodes(node):
            if isinstance(inner, ast.Assign):
                for target in inner.targets:
                    self._bind_target(target, inner.value)
            elif isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
                self._bind(inner.target.id, inner.value, inert=_annotated_inert(inner.annotation))
            elif isinstance(inner, ast.AugAssign) and isinstance(inner.target, ast.Name):
                self._bind(inner.target.id, ast.BinOp(ast.Constant(""), inner.op, inner.value))
            elif isinstance(inner, ast.NamedExpr):
                self._bind(inner.target.id, inner.value)
            elif isinstance(inner, ast.For | ast.AsyncFor | ast.comprehension):
                self._bind_each(inner.target, inner.iter)
            elif isinstance(inner, ast.withitem) and inner.optional_vars is not None:
                self._bind_target(inner.optional_vars, None)
            elif isinstance(inner, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and inner.name:
                self._bind(inner.name, None)
            elif isinstance(inner, ast.Lambda):
                for argument in (*inner.args.posonlyargs, *inner.args.args, *inner.args.kwonlyargs):
                    self._bind(argument.arg, None)
            elif isinstance(inner, ast.ImportFrom):
                for alias in inner.names:
                    if alias.asname and not alias.name.strip("_").isupper():
                        self._bind(alias.asname, None)
            elif (grown := _grown(inner)) is not None and any(grown in scope for scope in self.scopes):
                assert isinstance(inner, ast.Call)
                self._bind(grown, inner.args[-1] if inner.args else None)
        self.generic_visit(node)
        self.scopes.pop()

    def _bind_target(self, target: ast.expr, value: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            self._bind(target.id, value)
        elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.IfExp):
            self._bind_target(target, value.body)
            self._bind_target(target, value.orelse)
        elif isinstance(target, ast.Tuple | ast.List):
            values = value.elts if isinstance(value, ast.Tuple | ast.List) else []
            for place, part in enumerate(target.elts):
                self._bind_target(part, values[place] if len(values) == len(target.elts) else None)

    def _bind_each(self, target: ast.expr, source: ast.expr) -> None:
        """Bind what a loop gives: each element of what is written there, else a part of what it goes through."""
        match source:
            case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements) if elements:
                for element in elements:
                    self._bind_target(target, element)
            case ast.IfExp(body=one, orelse=other):
                self._bind_each(target, one)
                self._bind_each(target, other)
            case ast.Call(func=ast.Attribute(value=table, attr="items" | "values"), args=[]):
                self._bind_each(target, table)
            case _:
                for part in ast.walk(target):
                    if isinstance(part, ast.Name):
                        self._bind(part.id, source)

    def _bind(self, name: str, value: ast.expr | None, *, inert: bool = False) -> None:
        known = ast.Call(ast.Name("Content"), [], []) if inert else value
        self.scopes[-1].setdefault(name, []).append(known)

    def _values(self, name: str) -> list[ast.expr | None]:
        """Return what this name may hold, of the nearest scope that assigns it; None for what nobody can tell."""
        return next((scope[name] for scope in reversed(self.scopes) if name in scope), [None])

    def _full(self, function: ast.expr) -> str:
        """A function with the module, or the thing, that it belongs to: `store.query`, `apply._run`."""
        if isinstance(function, ast.Name):
            return self.imported.get(function.id, f"{self.stem}.{function.id}")
        if not isinstance(function, ast.Attribute):
            return ""
        owner = ast.unparse(function.value).split(".")[-1].strip("_")
        return f"{self.stem if owner in {'self', 'cls'} else owner}.{function.attr}"

    def _is_ours(self, name: str) -> bool:
        """Whether a name is a constant of another module: in capitals, and nothing here assigns it."""
        return name.strip("_").isupper() and not any(name in scope for scope in self.scopes)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        outer, self.runs = self.runs, f"{self.stem}.{node.name}" in RUNNERS
        self._in_scope(node)
        self.runs = outer

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._in_scope(node)

    # ── judgement ────────────────────────────────────────────────────────────────────────────────
    def visit(self, node: ast.AST) -> None:
        outer_statement, outer_sql = self.statement, self.inside_sql
        if isinstance(node, ast.stmt):
            self.statement = None if hasattr(node, "body") else node
        if (
            isinstance(node, ast.expr)
            and not self.inside_sql
            and _is_put_together(node)
            and _SQL_START.match(_beginning(node))
        ):
            self.inside_sql = True
            if not self._is_fixed(node):
                self._report(node, _SQL_REASON, _SQL_MESSAGE)
        super().visit(node)
        self.statement, self.inside_sql = outer_statement, outer_sql

    def visit_Call(self, node: ast.Call) -> None:
        name = _called(node)
        if name in _SQL_CALLS or self._is_sql_text(node):
            given = [*node.args[:1], *(k.value for k in node.keywords if k.arg in {"sql", "statement", "query"})]
            if given:
                self._check_sql(node, given[0])
        elif (place := RUNNERS.get(self._full(node.func))) is not None and len(node.args) > place:
            self._check_sql(node, node.args[place])
        elif name == "create_function" and node.args and not self._is_fixed(node.args[0]):
            self._report(node, _SQL_REASON, _SQL_MESSAGE)
        console = name == "print" and isinstance(node.func, ast.Attribute) and not self._says_no_markup(node)
        if console and not all(map(self._is_inert, node.args)):
            self._report(node, _INERT_REASON, "print of a console reads markup out of a text: markup=False")
        if name in {"from_markup", "from_rich_markup"} and node.args and not _is_literal(node.args[0]):
            self._report(node, _INERT_REASON, f"{name}() reads markup out of a text that is not a literal")
        if self.draws:
            self._check_drawing(node, name)
        renamed = node.args[1] if name in {"getattr", "setattr"} and len(node.args) > 1 else None
        watched = _SQL_CALLS | (_TITLES | _BY_REFERENCE if self.draws else frozenset())
        if isinstance(renamed, ast.Constant) and renamed.value in watched:
            self._report(node, _INERT_REASON, _RENAMED)
        self._called_here.add(id(node.func))
        self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module == "rich.markup" or (node.module == "rich" and any(a.name == "markup" for a in node.names)):
            self._report(node, _INERT_REASON, "rich.markup reads markup: not imported")

    def visit_Import(self, node: ast.Import) -> None:
        if any(alias.name == "rich.markup" for alias in node.names):
            self._report(node, _INERT_REASON, "rich.markup reads markup: not imported")

    def _check_drawing(self, node: ast.Call, name: str) -> None:
        texts = [
            *node.args,
            *(k.value for k in node.keywords if k.arg in {"title", "label", "prompt", "content", "placeholder"}),
        ]
        for keyword in node.keywords:
            if keyword.arg == "placeholder" and name not in _DRAWN_WHOLE and not self._is_inert(keyword.value):
                self._report(node, _INERT_REASON, "a placeholder reads markup out of a text: Content(...)")
        self._check_styles(node, name)
        if name in _DRAWN:
            self._check_drawn(node, name)
        elif (
            name in _DRAWN_WHOLE
            and not (isinstance(node.func, ast.Name) and self._full(node.func) in _OURS)
            and not all(map(self._is_inert, texts))
        ):
            self._report(node, _INERT_REASON, f"{name} reads markup out of a text: Content(...)")
        elif (
            name == "update" and len(node.args) == 1 and self._updates_widget(node) and not self._is_inert(node.args[0])
        ):
            self._report(node, _INERT_REASON, "update reads markup out of a text: Content(...)")
        elif name == "add" and node.args and self._grows_tree(node) and not self._is_inert(node.args[0]):
            self._report(node, _INERT_REASON, "add of a tree reads markup out of a text: Content(...)")
        elif name in {"write", "write_line"} and self._writes_log(node) and not all(map(self._is_inert, node.args)):
            self._report(node, _INERT_REASON, f"{name} of a log acts on what is in the text")
        elif name == "RichLog" or (name == "open_url" and not all(map(self._is_inert, node.args))):
            self._report(node, _INERT_REASON, f"{name} acts on what is in the text")
        elif (
            name == "__init__"
            and self.drawn_class
            and node.args
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Call)
            and not self._says_no_markup(node)
            and not self._is_inert(node.args[0])
        ):
            self._report(node, _INERT_REASON, "the text of a widget reads as markup: Content(...) or markup=False")
        for keyword in node.keywords:
            if keyword.arg == "link" and not _is_literal(keyword.value):
                self._report(node, _INERT_REASON, "a link is made out of a text")
        if name in {"parse", "stylize", "styled", "assemble", "Text", "Style"}:
            for part in ast.walk(node):
                if isinstance(part, ast.JoinedStr | ast.BinOp) and re.match(r"\s*(link|@)", _beginning(part)):
                    self._report(node, _INERT_REASON, "a link or an action is made out of a text")

    @staticmethod
    def _says_no_markup(node: ast.Call) -> bool:
        return any(
            k.arg == "markup" and isinstance(k.value, ast.Constant) and k.value.value is False for k in node.keywords
        )

    def _check_styles(self, node: ast.Call, name: str) -> None:
        """A style is written in the source or is a `Style`: a text could bring a link or an action."""
        place = _STYLED_BY.get(name)
        styles = [k.value for k in node.keywords if k.arg == "style"] if place is not None else []
        if place is not None and len(node.args) > place:
            styles.append(node.args[place])
        if name == "parse" and ast.unparse(node.func).split(".")[-2:-1] == ["Style"]:
            styles += node.args[:1]
        if name == "assemble":
            styles += [part.elts[1] for part in node.args if isinstance(part, ast.Tuple) and len(part.elts) > 1]
        if not all(self._is_inert(style) or self._is_fixed(style) for style in styles):
            self._report(node, _INERT_REASON, "a style is made out of a text")

    @staticmethod
    def _grows_tree(node: ast.Call) -> bool:
        owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        return owner.split(".")[-1] in _TREES

    def _writes_log(self, node: ast.Call) -> bool:
        """Whether `.write(…)` is that of a log on the screen: by its name, or by what was asked for or made."""
        if not isinstance(node.func, ast.Attribute):
            return False
        owner = node.func.value
        if isinstance(owner, ast.Name) and any(
            isinstance(value, ast.Call) and self._gives_log(value) for value in self._values(owner.id)
        ):
            return True
        if isinstance(owner, ast.Call):
            return self._gives_log(owner)
        return ast.unparse(owner).split(".")[-1].lower().endswith("log")

    @staticmethod
    def _gives_log(node: ast.Call) -> bool:
        named = {part.id for part in (node.func, *node.args) if isinstance(part, ast.Name)}
        return bool(named & _OPENS_LOG)

    def _updates_widget(self, node: ast.Call) -> bool:
        """Whether `.update(…)` is that of a widget: of anything but a dict or a set that the source shows to be one."""
        assert isinstance(node.func, ast.Attribute)
        owner = node.func.value
        if isinstance(owner, ast.Call) and _called(owner) in {
            "query_one",
            "get_child_by_id",
            "query_exactly_one",
            *_FILLED_LATER,
        }:
            return True
        if _is_put_together(node.args[0]) or (isinstance(node.args[0], ast.Call) and _called(node.args[0]) == "str"):
            return True
        if isinstance(node.args[0], ast.Dict | ast.Set | ast.DictComp | ast.SetComp | ast.GeneratorExp | ast.ListComp):
            return False
        if isinstance(node.args[0], ast.Call) and _called(node.args[0]) in _GATHERS:
            return False
        if not isinstance(owner, ast.Name):
            return True
        held = self._values(owner.id)
        return not any(_gathers(v) or (isinstance(v, ast.Call) and _called(v) in self.gathering) for v in held)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        named = _SQL_CALLS | (_BY_REFERENCE if self.draws else frozenset())
        runs = node.attr in _SQL_CALLS or self._full(node) == "store.query"
        if (node.attr in named or runs) and id(node) not in self._called_here and isinstance(node.ctx, ast.Load):
            self._report(node, _SQL_REASON if runs else _INERT_REASON, _RENAMED)
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        outer = (self.drawn_class, self.with_heading)
        bases = {ast.unparse(base).split(".")[-1].split("[")[0] for base in node.bases}
        self.drawn_class = bool(bases & _FILLED_LATER)
        self.with_heading = any(map(_WITH_HEADINGS.search, bases))
        for inner in node.body:
            if (
                isinstance(inner, ast.FunctionDef)
                and inner.name == "render"
                and self.draws
                and not _annotated_inert(inner.returns)
            ):
                self._report(
                    inner, _INERT_REASON, "render gives a text that reads as markup: annotate Content, Text or Strip"
                )
        self.generic_visit(node)
        self.drawn_class, self.with_heading = outer

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._check_title(node, target, node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._check_title(node, node.target, node.value)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._check_title(node, node.target, node.value)
        self.generic_visit(node)

    def _check_title(self, node: ast.stmt, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            values = value.elts if isinstance(value, ast.Tuple | ast.List) else []
            for place, part in enumerate(target.elts):
                self._check_title(node, part, values[place] if len(values) == len(target.elts) else value)
        elif self.draws and isinstance(target, ast.Attribute):
            owner = ast.unparse(target.value).split(".")[-1]
            heads = target.attr in _HEADINGS and (
                owner == "app" or (self.with_heading if owner == "self" else _WITH_HEADINGS.search(owner) is not None)
            )
            if (target.attr in _TITLES or heads) and not self._is_inert(value):
                self._report(node, _INERT_REASON, f"{target.attr} reads markup: give it Content(...)")

    def _is_sql_text(self, node: ast.Call) -> bool:
        target = node.func
        if isinstance(target, ast.Name):
            return target.id in self.sql_text_names
        return (
            isinstance(target, ast.Attribute)
            and target.attr == "text"
            and isinstance(target.value, ast.Name)
            and target.value.id in _SQL_MODULES
        )

    def _check_sql(self, node: ast.Call, statement: ast.expr) -> None:
        places: list[ast.expr | None] = [statement]
        if isinstance(statement, ast.Name):
            places = [*self._values(statement.id)]
        for place in places:
            if place is None:
                trusted = self.runs or self._is_ours(ast.unparse(statement))
            else:
                begun = _is_put_together(place) and _SQL_START.match(_beginning(place)) is not None
                trusted = begun or self._is_fixed(place)
            if not trusted:
                self._report(node, _SQL_REASON, _SQL_MESSAGE, *([] if place is None else [place]))
                return

    def _is_fixed(self, node: ast.expr | None) -> bool:
        """Whether the source alone decides this value, whatever the data are."""
        match node:
            case ast.Constant():
                return True
            case ast.JoinedStr(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
                return all(map(self._is_fixed, parts))
            case ast.FormattedValue(value=value, format_spec=spec):
                return self._is_fixed(value) or (
                    isinstance(spec, ast.JoinedStr) and ast.unparse(spec) in {"f'd'", 'f"d"'}
                )
            case ast.IfExp(body=one, orelse=other):
                return self._is_fixed(one) and self._is_fixed(other)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self._is_fixed(left) or self._is_fixed(right)  # a text repeated, however often
            case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
                return self._is_fixed(left) and self._is_fixed(right)
            case ast.Call(func=ast.Attribute(value=whole, attr="replace"), args=parts):
                return self._is_fixed(whole) and all(map(self._is_fixed, parts))
            case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[_]):
                return self._is_fixed(table)
            case ast.Call(func=ast.Attribute(value=separator, attr="join"), args=[pieces]):
                return self._is_fixed(separator) and self._is_fixed(pieces)
            case ast.GeneratorExp(elt=piece) | ast.ListComp(elt=piece):
                return self._is_fixed(piece)
            case ast.Dict(keys=names, values=parts):
                return all(map(self._is_fixed, parts)) and all(n is None or self._is_fixed(n) for n in names)
            case ast.Call(func=function) if self._full(function) in BUILDERS:
                return True
            case ast.Attribute(value=ast.Name(id=name), attr="text"):  # the text of what a builder made
                made = self._values(name)
                return all(isinstance(value, ast.Call) and self._is_fixed(value) for value in made)
            case ast.Attribute(value=ast.Name(id=owner), attr=table) if table.strip("_").isupper():
                bound = any(owner in scope for scope in self.scopes)
                return owner in {"self", "cls"} or owner in self.modules or not bound
            case ast.Subscript(value=ast.Attribute() as table):
                return self._is_fixed(table)
            case ast.Subscript(value=ast.Name(id=table)) if table.strip("_").isupper():
                return not any(table in scope for scope in self.scopes[1:])  # a table of the module, judged there
            case ast.Subscript(value=ast.Name(id=name)) | ast.Name(id=name):
                return self._agree(name, self._is_fixed, unknown=self._is_ours(name))
        return False

    def _agree(self, name: str, judge: Callable[[ast.expr], bool], *, unknown: bool) -> bool:
        """Whether every value this name may hold passes; `unknown` is the answer for a value nobody can tell."""
        if name in self.asked:  # a name made of itself adds nothing to what its other values say
            return True
        self.asked.add(name)
        try:
            return all(unknown if value is None else judge(value) for value in self._values(name))
        finally:
            self.asked.discard(name)

    def _check_drawn(self, node: ast.Call, name: str) -> None:
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        markup = keywords.get("markup")
        if isinstance(markup, ast.Constant) and markup.value is False:
            return
        if markup is not None:
            self._report(node, _INERT_REASON, f"{name} is told to read markup: markup=False")
            return
        named = keywords.get("content", keywords.get("message", keywords.get("prompt")))
        drawn = node.args[0] if node.args else named
        if drawn is None or (isinstance(drawn, ast.Constant) and not drawn.value):
            if name in _FILLED_LATER:
                self._report(node, _INERT_REASON, f"{name} is filled later: say markup=False")
        elif not self._is_inert(drawn):
            self._report(node, _INERT_REASON, f"{name} reads markup out of a text: Content(...) or markup=False")
        if name == "notify" and "title" in keywords and not self._is_inert(keywords["title"]):
            self._report(node, _INERT_REASON, "the title of a notice reads markup: markup=False")

    def _is_inert(self, node: ast.expr) -> bool:
        if _is_literal(node):
            return True
        if isinstance(node, ast.IfExp):
            return self._is_inert(node.body) and self._is_inert(node.orelse)
        if isinstance(node, ast.BoolOp):
            return all(self._is_inert(value) for value in node.values)
        if isinstance(node, ast.Starred):
            return self._is_inert(node.value)
        if isinstance(node, ast.Call):
            head = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            if isinstance(head, ast.Call):  # Content(text).stylize("bold")
                return isinstance(head.func, ast.Name) and head.func.id in _INERT_TYPES
            owner = head.id if isinstance(head, ast.Name) else ""
            return owner in _INERT_TYPES or _called(node) in _INERT_TYPES | self.inert_functions
        if isinstance(node, ast.Name):
            return self._agree(node.id, self._is_inert, unknown=False)
        return False

    def _excused(self, node: ast.expr | ast.stmt, reason: re.Pattern[str]) -> bool:
        if not hasattr(node, "lineno"):
            return False
        first, last = node.lineno, node.end_lineno or node.lineno
        above = self.lines[first - 2].strip() if first > 1 else ""
        around = self.lines[first - 1 : last] + ([above] if above.startswith("#") else [])
        return any(reason.search(line) for line in around)

    def _report(self, node: ast.expr | ast.stmt, reason: re.Pattern[str], message: str, *places: ast.expr) -> None:
        """Note a fault at `node` unless a comment excuses it there, on its whole statement, or at one of `places`."""
        statement = [self.statement] if self.statement is not None else []
        if not any(self._excused(place, reason) for place in (node, *statement, *places)):
            self.faults.append(Fault(self.path, node.lineno, message))


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Walk what belongs to this scope: nested functions are left to themselves."""
    todo = list(ast.iter_child_nodes(node))
    while todo:
        inner = todo.pop(0)
        yield inner
        if not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            todo.extend(ast.iter_child_nodes(inner))


def faults_in(path: str, source: str) -> list[Fault]:
    """Return the faults of one file; whether it draws follows from its path."""
    parts = Path(path).parts
    draws = "screens" in parts or "widgets" in parts or parts[-1] == "app.py"
    return _Checker(path, source, draws=draws).check()


def faults(paths: Sequence[Path]) -> list[Fault]:
    """Return the faults of every Python file under `paths`, in path order."""
    files = sorted(file for path in paths for file in ([path] if path.is_file() else path.rglob("*.py")))
    return [fault for file in files for fault in faults_in(file.as_posix(), file.read_text("utf-8"))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every fault; exit code 1 if there is one."""
    found = faults([Path(name) for name in (sys.argv[1:] if arguments is None else arguments)])
    for fault in found:
        print(fault)
    print(f"inert_lint: {len(found)} faults")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
