"""What somebody was typing, kept in files of their own: one a ticket, person and kind, never in the desk.

A draft survives a lost connection, a killed program and a refused save. It is written every half second while it
changes (not after a pause: who keeps typing would never be saved), renamed into place, readable by its owner only.
"""

import contextlib
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

from helpdesk_tui.desk.places import state_dir
from helpdesk_tui.vocabulary.records import Instant

Fields = dict[str, str]
"""A draft: texts by the name of their field."""
Reader = Callable[[], Fields | None]
"""Gives what stands in the fields now, or None when they are gone."""

LIMIT: Final = 4_194_304
_NOT_TYPED: Final = "-seat"


def state_folder() -> Path:
    """The folder of drafts in the person's own state directory."""
    return state_dir() / "drafts"


@dataclass(frozen=True, slots=True)
class DraftKey:
    """Which draft: of whom, on which ticket (None: a new one), of which kind (`reply`, `note`, `resolve`, `new`)."""

    person: str
    number: int | None
    kind: str


@dataclass(slots=True)
class _Watched:
    read: Reader
    last: Fields = field(default_factory=dict)


class DraftBox:
    """The drafts of one desk. Safe to use from threads; a failing disk never stops the typing."""

    GONE: ClassVar[tuple[type[Exception], ...]] = ()
    """What a reader raises whose field is gone."""

    def __init__(self, folder: Path, desk: str, clock: Callable[[], Instant]) -> None:
        self._folder = folder
        self._desk = hashlib.sha256(desk.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        self._clock = clock
        self._watched: dict[DraftKey, _Watched] = {}
        # What was typed and has not reached its file yet, whoever was to write it.
        self._owed: dict[DraftKey, Fields] = {}
        self._lock = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where the drafts lie."""
        return self._folder

    def path(self, key: DraftKey) -> Path:
        """The file of a draft."""
        who = hashlib.sha256(key.person.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        what = "new" if key.number is None else str(key.number)
        return self._folder / f"{self._desk}-{who}-{what}-{key.kind}.json"

    def load(self, key: DraftKey) -> Fields:
        """A kept draft, empty where there is none or it cannot be read."""
        try:
            path = self.path(key)
            if path.stat().st_size > LIMIT * 4:
                return {}
            data = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        fields = data.get("fields") if isinstance(data, dict) else None
        if not isinstance(fields, dict):
            return {}
        return {str(name): text for name, text in fields.items() if isinstance(text, str)}

    def watch(self, key: DraftKey, read: Reader) -> None:
        """From now on keep what `read` gives; what is there already counts as kept."""
        self._watched[key] = _Watched(read, read() or {})

    def unwatch(self, key: DraftKey) -> None:
        """Keep its last state and look no more."""
        if key in self._watched:
            self.save(key)
            self._watched.pop(key, None)

    def forget(self, key: DraftKey) -> None:
        """Look no more (the field is gone); what was kept stays kept."""
        self._watched.pop(key, None)

    def look(self) -> bool:
        """See what was typed since the last look (call it where widgets may be read); whether `flush` has to write."""
        for key, watched in list(self._watched.items()):
            try:
                fields = watched.read()
            except self.GONE:
                # Its field is being taken down this moment: what the look before this one kept stays kept.
                continue
            if fields is not None and fields != watched.last:
                watched.last = self._owed[key] = fields
        return bool(self._owed)

    def save(self, *keys: DraftKey) -> None:
        """Write what was typed, of these drafts or of all; also what a thread was told to write and has not yet."""
        self.look()
        self.flush(*keys)

    def flush(self, *keys: DraftKey) -> None:
        """Write what the looks have seen (of these drafts, or of all); what cannot be written is tried again."""
        with self._lock:
            for key, fields in list(self._owed.items()):
                # Another thread may have written or discarded it while this one waited.
                if (keys and key not in keys) or self._owed.get(key) is not fields or not self._keep(key, fields):
                    continue
                # What was typed meanwhile is owed still.
                if self._owed.get(key) is fields:
                    del self._owed[key]

    def write(self, drafts: Iterable[tuple[DraftKey, Fields]]) -> None:
        """Write drafts that nobody watches to their files; an empty one is removed."""
        with self._lock:
            for key, fields in drafts:
                self._keep(key, fields)

    def _keep(self, key: DraftKey, fields: Fields) -> bool:
        """Whether a draft reached its file; what was kept before is still there where it did not."""
        try:
            if any(text.strip() for text in fields.values()):
                self._put(key, fields)
            else:
                self.path(key).unlink(missing_ok=True)
        except OSError:
            return False
        return True

    def _put(self, key: DraftKey, fields: Fields) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.path(key)
        kept = {name: text[:LIMIT] for name, text in fields.items()}
        data = {"number": key.number, "kind": key.kind, "saved_at": self._clock(), "fields": kept}
        partial = path.with_suffix(f".{os.getpid()}.part")
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))
            partial.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                partial.unlink()
            raise

    def discard(self, key: DraftKey) -> None:
        """The text is written to the desk: forget the draft."""
        self._watched.pop(key, None)
        with self._lock, contextlib.suppress(OSError):
            self._owed.pop(key, None)
            self.path(key).unlink(missing_ok=True)

    def waiting(self) -> int:
        """How many drafts of this desk are kept."""
        try:
            return sum(1 for p in self._folder.glob(f"{self._desk}-*.json") if not p.stem.endswith(_NOT_TYPED))
        except OSError:
            return 0
