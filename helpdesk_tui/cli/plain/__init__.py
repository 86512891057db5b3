"""Plain mode: the whole program as lines that are only ever appended, for screen readers, slow lines and scripts.

No cursor movement, no boxes, no colours: whatever is written can be read aloud in the order in which it is written.
Every deed is the console's own, by its name and by its short key (`vocabulary.actions`), and every command of the
program works, too, on the desk that is open.
"""

from pathlib import Path


def run(path: Path, ticket: int | None) -> int:
    """Open plain mode on a desk's file, at a ticket if one is named; its exit code. Raises DeskError."""
    from helpdesk_tui.cli import context
    from helpdesk_tui.cli.plain.program import Plain
    from helpdesk_tui.vocabulary.dates import set_date_style

    outer = context.current()
    settings = outer.loaded().require()
    set_date_style(settings.dates)
    desk = outer.open_desk(path)
    try:
        return Plain(desk, settings, path).run(ticket)
    finally:
        desk.close()
