"""The console as `helpdesk` runs it, on the desk of the given path and a clock that stands in the file CLOCK names."""

import os
import sys
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    from helpdesk_tui.app import run
    from helpdesk_tui.desk.desk import Desk

    really = Desk.open
    clock = Path(os.environ["CLOCK"])

    def opened(path: Path | str, **options: Any) -> Desk:
        return really(path, **{**options, "clock": lambda: int(clock.read_text("ascii"))})

    Desk.open = opened  # type: ignore[method-assign]
    sys.exit(run(Path(sys.argv[1]), os.environ.get("ACTING_FOR") or None, os.environ.get("HELPDESK_LANG", "en")))
