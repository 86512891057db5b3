"""Copying through the terminal (OSC 52): what was copied is shown, and what stands in the way is said once.

Terminals, multiplexers and SSH answer nothing, so whether a copy arrived cannot be known; what is known to stop it is
what `helpdesk doctor` knows, too.
"""

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from helpdesk_tui.desk import doctor
from helpdesk_tui.desk.places import state_dir
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.text import safe_text

if TYPE_CHECKING:
    from helpdesk_tui.screens.common.host import DeskApp

LIMIT: Final = 74_994
"""Bytes of a text that is sent: 100,000 bytes of base64, the longest sequence that common terminals take whole."""
HINTED_FOR: Final = 12
"""Seconds that the way to mend it is shown."""
SHOWN: Final = 600
"""Signs of a copied text that its message shows."""


class Clipboard:
    """Copies for one session."""

    def __init__(self, app: "DeskApp") -> None:
        self._app = app
        self._line: doctor.Line | None = None
        self._hinted = False

    def copy(self, text: str) -> None:
        """Put a text on the clipboard and show it; one that is too long goes into a file that is named."""
        size = len(text.encode("utf-8", "replace"))
        if size > LIMIT:
            self._too_long(text, size)
            return
        environ = self._app.surroundings
        if environ.get("TERM") != "dumb":
            self._app.copy_to_clipboard(text)
        if self._line is not None or not environ.get("TMUX"):
            self._line = self._line or doctor.clipboard(environ)
            self._told(text)
        else:
            self._app.run_worker(lambda: self._ask(text), thread=True, group="clipboard", exit_on_error=False)

    def _ask(self, text: str) -> None:
        """tmux is a program to be run, so this is a thread's."""
        line = doctor.clipboard(self._app.surroundings)

        def answered() -> None:
            self._line = line
            self._told(text)

        self._app.call_from_thread(answered)

    def _told(self, text: str) -> None:
        shown = safe_text(text if len(text) <= SHOWN else text[:SHOWN] + " ...")
        line = self._line
        if line is None or not line.advice:
            self._app.say(_("copied: {text}").format(text=shown))
            return
        told = _("perhaps not copied: {text}").format(text=shown)
        if self._hinted:
            self._app.say(told)
            return
        self._hinted = True
        told += "\n" + _(line.advice).format(**line.params)
        self._app.notify(safe_text(told), markup=False, severity="warning", timeout=HINTED_FOR)

    def _too_long(self, text: str, size: int) -> None:
        told = _("too long to copy through the terminal: {size} bytes, {limit} are taken").format(
            size=size, limit=LIMIT
        )
        try:
            path = keep(text, self._app.drafts.folder.parent)
        except OSError as error:
            self._app.say(f"{told}; {error.strerror}", bad=True)
        else:
            self._app.say(told + "\n" + _("it stands in {path}").format(path=path), bad=True)


def keep(text: str, folder: Path | None = None) -> Path:
    """A text in a file of the person's own, in place of the one before. Raises OSError."""
    folder = folder or state_dir()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "copied.txt"
    partial = folder / f"copied.{os.getpid()}.part"
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "replace"))
        partial.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise
    return path
