"""The command lines that a person typed, as the console's command line has them (`desk.typed_lines`)."""

from helpdesk_tui.desk.typed_lines import LONGEST, MOST, History, history_path

__all__ = ["LONGEST", "MOST", "History", "history_path"]
