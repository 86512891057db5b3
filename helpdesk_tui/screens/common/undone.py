"""What an undo took back, as screens say it (`desk.undone`)."""

from helpdesk_tui.desk.undone import deed_name, named

__all__ = ["deed_name", "named"]
