"""Files that go with a reply or note: found by completing a path, bounded, read only when the text is sent."""

import asyncio
import mimetypes
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.widgets import OptionList

from helpdesk_tui.desk.attachments import MAX_SIZE
from helpdesk_tui.desk.places import home, is_file
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.fields import SafeInput
from helpdesk_tui.widgets.pickers import Choice, Pick

LISTED: Final = 200
MOST: Final = 20
"""Files of one text."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as it is attached."""

    name: str
    data: bytes
    media_type: str | None


def listed(typed: str) -> list[Choice]:
    """What a typed path may go on to: folders first (they end with a slash), hidden entries only when asked for."""
    shown = typed or "~/"
    folder_text, _slash, base = shown.rpartition("/")
    folder = home(folder_text + "/") if _slash else Path()
    found: list[tuple[bool, str, int]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.casefold().startswith(base.casefold()) and (
                    base.startswith(".") or entry.name[:1] != "."
                ):
                    inside = entry.is_dir()
                    found.append((not inside, entry.name, 0 if inside else entry.stat().st_size))
                if len(found) >= LISTED * 10:
                    break
    except (OSError, ValueError):
        return []
    head = folder_text + "/" if _slash else ""
    return [
        Choice(
            f"{head}{name}{'' if is_file else '/'}",
            one_line(name, 60) + ("" if is_file else "/"),
            size_text(size) if is_file else "",
        )
        for is_file, name, size in sorted(found)[:LISTED]
    ]


def size_text(size: int) -> str:
    """A size for people: `812 B`, `3.4 KiB`, `12.0 MiB`."""
    if size < 1024:
        return f"{size} B"
    return f"{size / 1024:.1f} KiB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MiB"


class PathPick(Pick):
    """A file by its path: typing narrows, Tab or Enter goes into a folder, Enter takes the file."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete", N_("Complete"), show=False, id="path.complete")]

    def __init__(self) -> None:
        async def search(text: str) -> Sequence[Choice]:
            return await asyncio.to_thread(listed, text)

        super().__init__(_("Add a file"), listed(""), search=search, empty=_("There is nothing of that name."))

    def action_complete(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is not None and at < len(self._shown):
            field = self.query_one(SafeInput)
            field.value = self._shown[at].value
            field.cursor_position = len(field.value)

    def _answer(self, index: int | None) -> None:
        typed = home(self.query_one(SafeInput).value)
        if index is not None and index < len(self._shown) and self._shown[index].value.endswith("/"):
            self.query_one(OptionList).highlighted = index
            self.action_complete()
        elif index is None and is_file(typed):
            self.dismiss(self.query_one(SafeInput).value)
        else:
            super()._answer(index)


def checked(path: str) -> int:
    """The size of a file that can be attached. Raises Invalid, saying why it cannot."""
    place = home(path)
    name = place.name or path
    try:
        if not place.is_file():
            raise Invalid(N_("{name} is no file"), name=name)
        size = place.stat().st_size
        if not os.access(place, os.R_OK):
            raise Invalid(N_("{name} cannot be read"), name=name)
    except (OSError, ValueError) as error:
        raise Invalid(N_("{name} cannot be read"), name=name) from error
    if size > MAX_SIZE:
        raise Invalid(N_("{name} has {n} bytes; at most {limit} are taken"), name=place.name, n=size, limit=MAX_SIZE)
    return size


def read(paths: Sequence[str]) -> list[ReadFile]:
    """All files, before anything is written: one that cannot be read stops the whole. Raises Invalid."""
    out = []
    for path in paths:
        checked(path)
        place = home(path)
        try:
            with place.open("rb") as file:
                data = file.read(MAX_SIZE + 1)
        except (OSError, ValueError) as error:
            raise Invalid(N_("{name} cannot be read"), name=place.name) from error
        name = place.name.encode("utf-8", "replace").decode()
        out.append(ReadFile(name, data, mimetypes.guess_type(name)[0]))
    return out


def told(paths: Sequence[str]) -> str:
    """The files as one line."""
    parts = []
    for path in paths:
        try:
            parts.append(f"{Path(path).name} ({size_text(checked(path))})")
        except Invalid:
            parts.append(f"{Path(path).name} (?)")
    return _("with: {files}").format(files=", ".join(parts))
