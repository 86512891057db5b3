"""The table of fields in `docs/filters.md`, made from the fields themselves.

python -m tools.filter_table update   write it between its two marks
python -m tools.filter_table check    exit code 1 if it is not what the program knows
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from helpdesk_tui.vocabulary.filter_fields import FIELDS, FieldType, FilterField
from helpdesk_tui.vocabulary.i18n import set_language
from tools.closure import ROOT

PAGE: Final = ROOT / "docs" / "filters.md"
BEGIN: Final = "<!-- fields: written by `python -m tools.filter_table update` -->\n"
END: Final = "<!-- end of fields -->\n"
_VALUES: Final[dict[FieldType, str]] = {
    FieldType.NUMBER: "a whole number",
    FieldType.FLAG: "`yes`, `no`",
    FieldType.NAME: "the text, whole",
    FieldType.TAG: "a tag",
    FieldType.LINKED: "code or name",
    FieldType.PERSON: "login, address or name, `me`",
    FieldType.TEXT: "words or a phrase in it",
    FieldType.PAST: "a time; `<4h` is less than four hours ago",
    FieldType.DUE: "a time; `<4h` is within four hours, or overdue",
}


def _row(field: FilterField) -> str:
    values = ", ".join(f"`{code.code}`" for code in field.codes) or _VALUES[field.type]
    if field.name == "team":
        values += ", `mine`"
    values += ", `none`" if field.nullable else ""
    marks = [word for word, holds in (("range", field.ordered), ("sort", field.sortable)) if holds]
    names = " ".join(f"`{alias}`" for alias in field.aliases)
    return f"| `{field.name}` | {values} | {', '.join(marks) or '-'} | {names or '-'} |\n"


def table() -> str:
    """The table, in Markdown: field, values, what it knows (ranges, order), other names."""
    set_language("en")
    head = "| Field | Values | Knows | Also called |\n| --- | --- | --- | --- |\n"
    return head + "".join(_row(field) for field in FIELDS)


def with_table(page: str) -> str:
    """The page with the table between its marks. Raises ValueError where a mark is missing."""
    before, _, rest = page.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"{PAGE.name} has no place for the table of fields")
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the table."""
    parser = argparse.ArgumentParser(prog="python -m tools.filter_table", description="the table of fields")
    parser.add_argument("what", choices=["update", "check"])
    what = parser.parse_args(arguments).what
    now = PAGE.read_text("utf-8")
    wanted = with_table(now)
    if what == "update":
        PAGE.write_text(wanted, encoding="utf-8")
    elif now != wanted:
        print("docs/filters.md is stale: run python -m tools.filter_table update", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
