"""What a terminal sends, made into keys: bytes that are none end nothing, and what was pasted presses no key.

Textual ends the program at a byte that is no UTF-8 and at a key code that is no character, takes an escape sequence
that it does not know for typed letters, and looks for escape sequences inside a paste: whoever copies a text with one
would have the letters behind it pressed as keys.
"""

import contextlib
import os
import re
import selectors
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Final

from textual import events
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.keys import Keys
from textual.message import Message

AT_ONCE: Final = 4_096
CYCLE: Final = 0.1
"""Seconds between two looks whether an Esc was meant alone."""
LEAST: Final = (12, 3)
"""Columns and rows for which there is always drawn; a smaller window shows the upper left of it."""
STALLED: Final = 5.0
"""Seconds without a byte after which the end of a paste counts as lost."""
ALONE: Final = 0.5
"""Seconds without a byte after which an Esc within a paste is a hand that wants out of it."""
# A whole sequence of which nothing follows; `ESC [ [` and `ESC [ M` go on behind their letter.
_WHOLE: Final = re.compile(r"\x1b\[(?![\[M])[0-?]*[ -/]*[@-~]")
# Answers of terminals to questions of programs before us, in one piece: titles, colours, settings.
_STRINGS: Final = re.compile(r"\x1b[\]P_^X][^\x1b\x07]{0,4096}(?:\x07|\x1b\\)")
_MEANT: Final = re.compile(r"\x1b\[(?:<[-\d;]*[mM]|\?\d+;\d\$y|\d+;\d+R|48;[^a-su-z]*t|200~|201~|[IO])")


class KeyParser(XTermParser):
    """Textual's parser, which knows what is no key."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        try:
            found = [*super()._sequence_to_key_events(sequence, alt)]
        except (ValueError, OverflowError):
            found = []
        else:
            if any(key.character and "\ud800" <= key.character <= "\udfff" for key in found):
                found = []
        if not found and _WHOLE.fullmatch(sequence) and not _MEANT.fullmatch(sequence):
            return [events.Key(Keys.Ignore, sequence)]
        return found


class Reader:
    """Bytes of a terminal to messages. `clock` gives seconds of a clock that never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._parser = KeyParser()
        self._tail = ""
        self._pasted: list[str] | None = None
        self._last = clock()

    def feed(self, data: bytes) -> Iterator[Message]:
        """What these bytes say."""
        now = self._clock()
        if self._pasted is not None and data == b"\x1b" and now - self._last >= ALONE:
            yield from self._end_paste()
        self._last = now
        text = self._decode(data)
        while text:
            if self._pasted is None:
                text = yield from self._typed(text)
            else:
                text = yield from self._paste(text)

    def tick(self) -> Iterator[Message]:
        """What is known because nothing has come for a while."""
        yield from self._wanted(self._parser.tick())
        if self._pasted is not None and self._clock() - self._last >= STALLED:
            yield from self._end_paste()

    def _typed(self, text: str) -> Generator[Message, None, str]:
        known = self._tail + text
        place = known.find(BRACKETED_PASTE_START)
        if place < 0:
            self._tail = known[-len(BRACKETED_PASTE_START) + 1 :]
            yield from self._parse(_STRINGS.sub("", text))
            return ""
        end = place + len(BRACKETED_PASTE_START) - len(self._tail)
        # The parser may have seen the first half of the mark: it gets both marks, and nothing between them.
        yield from self._parse(text[:end] + BRACKETED_PASTE_END)
        self._tail, self._pasted = "", []
        return text[end:]

    def _paste(self, text: str) -> Generator[Message, None, str]:
        assert self._pasted is not None
        # The mark may have come in two halves: the last piece is long enough for all of it.
        text = (self._pasted.pop() if self._pasted else "") + text
        if (place := text.find(BRACKETED_PASTE_END)) < 0:
            cut = len(text) - len(BRACKETED_PASTE_END)
            self._pasted += [text[:cut], text[cut:]] if cut > 0 else [text]
            return ""
        self._pasted.append(text[:place])
        yield from self._end_paste()
        return text[place + len(BRACKETED_PASTE_END) :]

    def _end_paste(self) -> Iterator[Message]:
        text, self._pasted = "".join(self._pasted or ()), None
        yield events.Paste(text.replace("\x00", ""))

    def _parse(self, text: str) -> Iterator[Message]:
        try:
            yield from self._wanted(self._parser.feed(text) if text else ())
        except Exception:  # whatever it was: these keys are lost, not the program
            self._parser = KeyParser()

    @staticmethod
    def _wanted(found: Iterable[Message]) -> Iterator[Message]:
        return (message for message in found if not (isinstance(message, events.Paste) and not message.text))


class Keyboard(LinuxDriver):
    """The driver of terminals, with our own reader of their bytes."""

    def run_input_thread(self) -> None:
        reader = Reader()
        with contextlib.closing(selectors.SelectSelector()) as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(CYCLE):
                    try:
                        data = os.read(self.fileno, AT_ONCE)
                    except OSError:
                        data = b""
                    if not data:
                        # The line is lost. SIGHUP says so as well, but not to a program that ignores it from before.
                        self._loop.call_soon_threadsafe(self._app.line_lost)  # type: ignore[attr-defined]
                        return
                    for message in reader.feed(data):
                        self.process_message(message)
                for message in reader.tick():
                    self.process_message(message)

    def _get_terminal_size(self) -> tuple[int, int]:
        # Widgets divide by the room that their borders leave: a window of one column would end the program.
        columns, rows = super()._get_terminal_size()
        return max(columns, LEAST[0]), max(rows, LEAST[1])

    def process_message(self, message: Message) -> None:
        # A size that nobody asked for: the window's own comes with a signal.
        if isinstance(message, events.Resize):
            if not self._in_band_window_resize:
                return
            size = Size(max(message.size.width, LEAST[0]), max(message.size.height, LEAST[1]))
            message = events.Resize(size, size, pixel_size=message.pixel_size)
        super().process_message(message)
