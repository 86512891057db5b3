"""What is typed in plain mode, a line at a time: from a terminal with its history, or from a pipe."""

import os
import sys
from collections.abc import Iterable
from typing import Any, Final

from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.text import one_line

LONGEST: Final = 65_536
"""Bytes of one line that are taken; a text has many lines."""


class Reader:
    """Reads lines; on a terminal with the line editor that everybody's shell has, where Python has it."""

    def __init__(self) -> None:
        self.terminal = sys.stdin.isatty() and sys.stdout.isatty()
        self._editor: Any = _line_editor() if self.terminal else None

    def remember(self, lines: Iterable[str]) -> None:
        """The lines of earlier sessions, oldest first."""
        if self._editor is not None:
            self._editor.clear_history()
            for line in lines:
                self._editor.add_history(line)

    def complete_with(self, words: Iterable[str]) -> None:
        """Words that Tab completes at the beginning of a line."""
        if self._editor is None:
            return
        known = sorted(words)

        def completer(text: str, state: int) -> str | None:
            found = [word for word in known if word.startswith(text)] if self._editor.get_begidx() == 0 else []
            return found[state] + " " if state < len(found) else None

        self._editor.set_completer(completer)
        self._editor.set_completer_delims(" ")
        self._editor.parse_and_bind("tab: complete")

    def line(self, prompt: str, *, kept: bool = False) -> str:
        """The next line without its end; `kept` leaves it in the terminal's history.

        Raises EOFError at the end of what is typed, Invalid for a line that cannot be taken, KeyboardInterrupt.
        """
        prompt = one_line(prompt)
        sys.stdout.flush()
        sys.stderr.flush()
        if self._editor is None:
            raw = self._raw(prompt)
        else:
            raw = self._edited(prompt and prompt + " ", kept)
        if "\0" in raw:
            raise Invalid(N_("this line was not taken: it holds a NUL character"))
        if any("\ud800" <= char <= "\udfff" for char in raw):
            raise Invalid(N_("this line was not taken: it is no UTF-8 text"))
        return raw

    def _edited(self, prompt: str, kept: bool) -> str:
        try:
            text = input(prompt)
        except UnicodeDecodeError:
            raise Invalid(N_("this line was not taken: it is no UTF-8 text")) from None
        except ValueError:
            raise Invalid(N_("this line was not taken: it holds a NUL character")) from None
        if len(text.encode("utf-8", "surrogateescape")) > LONGEST:
            raise _too_long()
        if kept and text.strip():
            self._editor.add_history(text)
        return text

    def _raw(self, prompt: str) -> str:
        if prompt and (self.terminal or not prompt.endswith(">")):
            # Where nobody types there is nothing to wait beside: a question stands on a line of its own.
            sys.stdout.write(prompt + (" " if self.terminal else "\n"))
            sys.stdout.flush()
        stream = sys.stdin.buffer
        raw = stream.readline(LONGEST + 2)
        if not raw:
            raise EOFError
        whole = raw.rstrip(b"\r\n")
        if len(whole) > LONGEST:
            while raw and not raw.endswith(b"\n"):
                raw = stream.readline(LONGEST)
            raise _too_long()
        return whole.decode("utf-8", "surrogateescape")


def _too_long() -> Invalid:
    return Invalid(N_("this line was not taken: it is longer than {n} bytes"), n=LONGEST)


def _line_editor() -> Any:
    """The line editor, told that the terminal can do nothing: so it never moves the cursor nor sends an escape."""
    term = os.environ.get("TERM")
    os.environ["TERM"] = "dumb"
    try:
        import readline
    except ImportError:
        return None
    finally:
        if term is None:
            os.environ.pop("TERM", None)
        else:
            os.environ["TERM"] = term
    for option in (
        "enable-bracketed-paste off", "colored-stats off", "colored-completion-prefix off", "blink-matching-paren off",
        "show-mode-in-prompt off", "bell-style none", "page-completions off", "horizontal-scroll-mode off",
    ):  # fmt: skip
        readline.parse_and_bind(f"set {option}")
    # Lines that are no UTF-8 come through to be refused in words.
    sys.stdin.reconfigure(errors="surrogateescape")  # type: ignore[union-attr]
    readline.set_auto_history(False)
    return readline
