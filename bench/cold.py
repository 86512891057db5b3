"""Rows about starting: commands as new processes, and the console until its first row stands on the terminal."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from bench.measure import Row, compared, processes, single
from bench.terminal import Terminal
from helpdesk_tui.desk.desk import Desk

Measure = Callable[[], Row]
FLOOR_TYPER: Final = '''
from typing import Annotated
import typer
app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
@app.callback()
def root() -> None:
    """A floor."""
@app.command()
def run(where: Annotated[str, typer.Option(help="Which.")] = "", limit: int = 20) -> None:
    """Run."""
    typer.echo("done")
app()
'''
FLOOR_TEXTUAL: Final = """
from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header, Input
class Floor(App):
    def compose(self) -> ComposeResult:
        yield Header()
        yield Input()
        yield DataTable(cursor_type="row")
        yield Footer()
    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        for n in range(8):
            table.add_column(f"column {n}", width=12)
        table.add_rows([[f"FLOOR-{r}" if c == 0 else f"cell {r} {c}" for c in range(8)] for r in range(50)])
Floor().run()
"""


def environment(folder: Path) -> dict[str, str]:
    """What the measured programs find around them: an empty home, no settings of whoever runs the bench."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    # Installed programs start from bytecode: both sides get theirs from one folder, filled by the runs that warm up.
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith(("HELPDESK_", "PYTHON", "XDG_"))},
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
    }


def measures(desk: Desk, path: Path, folder: Path, runs: int) -> Iterator[tuple[str, Measure]]:
    """Names and measurements of a desk that exists already."""
    (folder / "floor_typer.py").write_text(FLOOR_TYPER)
    (folder / "floor_textual.py").write_text(FLOOR_TEXTUAL)
    env = environment(folder)
    # The console opens on its first view that is not empty.
    views = ("is:mine is:open", "is:team is:open", "is:open")
    number = next(row.number for view in views for row in desk.tickets.page(f"{view} sort:-priority,due", limit=1).rows)
    python = sys.executable
    ours = [python, "-m", "helpdesk_tui", "--db", str(path)]
    typer = [python, str(folder / "floor_typer.py")]

    def cold(name: str, arguments: list[str], floor: list[str], most: float | None) -> Measure:
        return lambda: processes(
            f"cold {name}", "a new process, by CPU", [*ours, *arguments], floor, runs, env, most=most
        )

    yield "cold --help", cold("--help", ["--help"], [*typer, "--help"], 1.2)
    yield (
        "cold ticket list",
        cold(
            "ticket list", ["ticket", "list", "--where", "is:open sort:-priority,due", "-n", "20"], [*typer, "run"], 1.5
        ),
    )
    yield "cold ticket show", cold("ticket show", ["ticket", "show", str(number)], [*typer, "run"], 1.5)
    yield "cold search", cold("search", ["search", "printer", "network"], [*typer, "run"], 1.5)
    yield (
        "cold ticket list, bare python",
        cold("ticket list, bare python", ["ticket", "list", "-n", "20"], [python, "-c", "pass"], None),
    )
    yield (
        "console first paint",
        lambda: _paint(ours, [python, str(folder / "floor_textual.py")], str(number), env, runs),
    )
    yield "console memory", lambda: _memory(ours, str(number), env)


def _first_paint(argv: list[str], env: dict[str, str], wanted: str) -> tuple[float, float]:
    terminal = Terminal(argv, env)
    start = time.perf_counter()
    try:
        if not terminal.until(wanted):
            tail = terminal.seen[-2000:].decode("utf-8", "replace")
            raise RuntimeError(f"{argv[-1]} never showed {wanted}: {tail}")
        return terminal.cpu(), (time.perf_counter() - start) * 1000
    finally:
        terminal.end()


def _paint(ours: list[str], floor: list[str], wanted: str, env: dict[str, str], runs: int) -> Row:
    mine: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for i in range(runs + 1):
        for side in (0, 1) if i % 2 else (1, 0):
            if side == 0:
                mine.append(_first_paint(ours, env, wanted))
            else:
                theirs.append(_first_paint(floor, env, "FLOOR-1"))
    row = compared(
        "console first paint",
        "CPU until the first row stands on the terminal",
        [c for c, _ in mine[1:]],
        [c for c, _ in theirs[1:]],
        most=1.3,
    )
    row.more = {"wall_ms": [w for _, w in mine[1:]], "floor_wall_ms": [w for _, w in theirs[1:]]}
    return row


def _memory(ours: list[str], wanted: str, env: dict[str, str]) -> Row:
    terminal = Terminal(ours, env)
    try:
        terminal.until(wanted)
        terminal.settle(3)
        return single(
            "console memory",
            "resident, three seconds after the first paint",
            [terminal.resident()],
            most=90,
            unit="MiB",
        )
    finally:
        terminal.end()


def runnable() -> bool:
    """Whether this system has pseudo-terminals and schedstat."""
    return Path("/proc/self/schedstat").exists() and shutil.which("true") is not None
