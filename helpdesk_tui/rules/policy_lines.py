"""Where a key stands in a TOML text: line numbers by key path.

`tomllib` keeps no positions. This walks a text that `tomllib` has accepted, so it only needs to know where values
end; it never judges.
"""

from typing import Final

Path = tuple[str | int, ...]

_BARE: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.line = 1
        self.lines: dict[Path, int] = {}
        self.tables: dict[Path, int] = {}

    def step(self, count: int = 1) -> None:
        self.line += self.text.count("\n", self.at, self.at + count)
        self.at += count

    def peek(self, count: int = 1) -> str:
        return self.text[self.at : self.at + count]

    def blanks(self, newlines: bool) -> None:
        while char := self.peek():
            if char == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif char in " \t" or (newlines and char == "\n"):
                self.step()
            else:
                return

    def string(self) -> str:
        quote = self.peek()
        triple = self.peek(3) == quote * 3
        mark = quote * 3 if triple else quote
        self.step(len(mark))
        start = self.at
        while self.at < len(self.text):
            if quote == '"' and self.peek() == "\\":
                self.step(2)
            elif self.peek(len(mark)) == mark:
                break
            else:
                self.step()
        body = self.text[start : self.at]
        self.step(len(mark))
        # Up to two more quotes may belong to the end of a multi-line string.
        while triple and self.peek() == quote:
            self.step()
        return body

    def key(self) -> Path:
        parts: list[str] = []
        while True:
            self.blanks(newlines=False)
            if self.peek() in ('"', "'"):
                parts.append(self.string())
            else:
                start = self.at
                while self.peek() in _BARE and self.peek():
                    self.at += 1
                parts.append(self.text[start : self.at])
            self.blanks(newlines=False)
            if self.peek() != ".":
                return tuple(parts)
            self.step()

    def note(self, base: Path, key: Path, line: int) -> None:
        for end in range(1, len(key) + 1):
            self.lines.setdefault(base + key[:end], line)

    def pair(self, base: Path) -> None:
        line = self.line
        key = self.key()
        self.note(base, key, line)
        self.step()  # the equals sign
        self.blanks(newlines=False)
        self.value(base + key)

    def value(self, path: Path) -> None:
        char = self.peek()
        if char in ('"', "'"):
            self.string()
        elif char == "[":
            self.array(path)
        elif char == "{":
            self.inline(path)
        else:
            while (char := self.peek()) and char not in ",]}#\n":
                self.step()

    def array(self, path: Path) -> None:
        self.step()
        index = 0
        while True:
            self.blanks(newlines=True)
            if self.peek() in ("]", ""):
                self.step()
                return
            self.lines[(*path, index)] = self.line
            self.value((*path, index))
            index += 1
            self.blanks(newlines=True)
            if self.peek() == ",":
                self.step()

    def inline(self, path: Path) -> None:
        self.step()
        while True:
            self.blanks(newlines=True)
            if self.peek() in ("}", ""):
                self.step()
                return
            self.pair(path)
            self.blanks(newlines=True)
            if self.peek() == ",":
                self.step()

    def header(self) -> Path:
        line = self.line
        many = self.peek(2) == "[["
        self.step(2 if many else 1)
        key = self.key()
        self.step(2 if many else 1)
        path: Path = ()
        for position, part in enumerate(key):
            path = (*path, part)
            last = position == len(key) - 1
            self.lines.setdefault(path, line)
            if last and many:
                index = self.tables.get(path, -1) + 1
                self.tables[path] = index
                path = (*path, index)
                self.lines[path] = line
            elif path in self.tables:
                path = (*path, self.tables[path])
        return path

    def run(self) -> dict[Path, int]:
        base: Path = ()
        while True:
            self.blanks(newlines=True)
            if self.at >= len(self.text):
                return self.lines
            if self.peek() == "[":
                base = self.header()
            else:
                self.pair(base)


def key_lines(text: str) -> dict[Path, int]:
    """The line (from 1) of every key, table and list element of a valid TOML text, by path."""
    return _Walk(text).run()


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of the path, or of the nearest thing around it; 1 where nothing is known."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 1
