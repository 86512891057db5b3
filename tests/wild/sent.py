"""What may be sent to a terminal: every byte of the console is one of these, whatever stands in the tickets."""

import base64
import binascii
import re
from collections.abc import Container
from typing import Final

_TEXT: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f]+")
_CSI: Final = re.compile(r"\x1b\[([<-?]*)([0-9;:]*)([ -/]*)([@-~])")
_COPY: Final = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
_POINTER: Final = re.compile(r"\x1b\]22;[a-z-]+\x07")
# What may still become one of these with the next piece.
_BEGUN: Final = re.compile(r"\x1b(?:\[[<-?]*[0-9;:]*[ -/]*|\](?:5|52;?|52;c|52;c;[A-Za-z0-9+/=]*|2|22|22;[a-z-]*)?)?\Z")
_MODES: Final = {"7", "25", "1000", "1002", "1003", "1004", "1006", "1015", "1016", "1049", "2004", "2026", "2048"}
_MOVES: Final = "ABCDHGJKSTLMXPdmr"
"""Final letters of the sequences without a private mark: where to write, what to clear and to scroll, how it looks."""


class Strict:
    """Reads all that a program sends, in pieces, and keeps what a console has no reason to send."""

    def __init__(self, planted: Container[str] = ()) -> None:
        self.wrong: list[str] = []
        self.planted = planted
        self._rest = ""
        self._bytes = b""

    def feed(self, data: bytes) -> None:
        """Look at the next bytes."""
        whole = self._bytes + data
        cut = len(whole)
        # A character that came in half waits for its other half.
        for back in range(1, min(4, len(whole) + 1)):
            if whole[-back] >= 0xC0:
                need = 2 if whole[-back] < 0xE0 else 3 if whole[-back] < 0xF0 else 4
                cut = len(whole) - back if need > back else cut
                break
        self._bytes = whole[cut:]
        try:
            text = whole[:cut].decode("utf-8")
        except UnicodeDecodeError as error:
            self.wrong.append(f"no UTF-8: {whole[max(0, error.start - 20) : error.start + 20]!r}")
            text = whole[:cut].decode("utf-8", "replace")
        self._look(self._rest + text)

    def _look(self, text: str) -> None:
        place, self._rest = 0, ""
        while place < len(text):
            if found := _TEXT.match(text, place):
                place = found.end()
            elif text[place] in "\r\n\x07\x0f":
                place += 1
            elif found := _CSI.match(text, place):
                if not _known(*found.groups()):
                    self._note(text, place, found.end())
                place = found.end()
            elif found := _POINTER.match(text, place):
                place = found.end()
            elif found := _COPY.match(text, place):
                self._copied(found[1])
                place = found.end()
            elif _BEGUN.match(text, place):
                self._rest = text[place:]
                return
            else:
                self._note(text, place, place + 1)
                place += 1

    def _copied(self, coded: str) -> None:
        try:
            told = base64.b64decode(coded, validate=True).decode("utf-8", "replace")
        except binascii.Error:
            told = coded
        if coded in self.planted or told in self.planted:
            self.wrong.append(f"copied by data: {coded!r}")

    def _note(self, text: str, start: int, end: int) -> None:
        if len(self.wrong) < 20:
            self.wrong.append(f"{text[start:end]!r} in {text[max(0, start - 30) : end + 30]!r}")


def _known(private: str, numbers: str, between: str, final: str) -> bool:
    if private == "?" and final in "hl" and not between:
        return numbers in _MODES
    if private == "?" and between == "$" and final == "p":
        return numbers in {"2026", "2048"}
    if private in ("<", ">") and final == "u":
        return not between
    return not private and not between and final in _MOVES and len(numbers) < 40


LEAVES: Final = b"\x1b[?1049l"
ENTERS: Final = b"\x1b[?1049h"
"""What gives the screen back, and takes it."""
_ELSEWHERE: Final = re.compile(rb"\x1b\[\?1049l.*?(?:\x1b\[\?1049h|\Z)", re.DOTALL)


def of_console(sent: bytes) -> bytes:
    """What a console sent while it had the terminal: at its end, and under an editor, the line itself echoes keys."""
    return _ELSEWHERE.sub(b"", sent)


LEFT: Final = {
    "the other screen": (b"\x1b[?1049l", b"\x1b[?1049h"),
    "the cursor": (b"\x1b[?25h", b"\x1b[?25l"),
    "mouse reports": (b"\x1b[?1000l", b"\x1b[?1000h"),
    "mouse movements": (b"\x1b[?1003l", b"\x1b[?1003h"),
    "bracketed pastes": (b"\x1b[?2004l", b"\x1b[?2004h"),
    "reports of the focus": (b"\x1b[?1004l", b"\x1b[?1004h"),
    "wrapped lines": (b"\x1b[?7h", b"\x1b[?7l"),
    "the keyboard protocol": (b"\x1b[<u", b"\x1b[>"),
}


def not_restored(sent: bytes) -> list[str]:
    """What of the terminal was not given back by a program that has ended; `sent` is all that it sent."""
    return [name for name, (back, taken) in LEFT.items() if sent.rfind(taken) > sent.rfind(back)]
