"""The report: JSON for machines, a table for people."""

import json
import os
import platform
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.measure import Row, Spread


def machine() -> dict[str, Any]:
    """Where this was measured."""
    return {
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": platform.platform(),
        "load": [round(x, 2) for x in os.getloadavg()],
    }


def write(path: Path, header: dict[str, Any], rows: Iterable[Row]) -> None:
    """The JSON file: `{…header, "rows": [row, …]}`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {**header, "rows": [row.data() for row in rows]}
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _spread(spread: Spread | None) -> str:
    return "" if spread is None else f"{_number(spread.median)} ({_number(spread.q1)}–{_number(spread.q3)})"


def _cells(row: Row) -> list[str]:
    verdict = "drift" if row.rejected else {True: "yes", False: "NO", None: ""}[row.met]
    if row.value is not None:
        ours = f"{_number(row.value)} {row.unit}"
    else:
        ours = f"{_spread(row.ours)} {row.unit}" if row.ours is not None else ""
    return [row.name, ours, _spread(row.floor), _spread(row.ratio), row.goal, verdict, row.note]


def table(rows: Iterable[Row]) -> str:
    """The table: what, ours, the floor, the ratio (median and quartiles), the goal, whether it holds."""
    heads = ["what", "ours", "floor", "ratio", "goal", "met", "note"]
    lines = [heads, *(_cells(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    rule = ["-" * w for w in widths]
    return "\n".join(
        "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in [heads, rule, *lines[1:]]
    )
