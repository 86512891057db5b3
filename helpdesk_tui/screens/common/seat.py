"""How somebody left their console: view, order, groups, filter, ticket. Kept in the state directory, never in the desk."""

from typing import TYPE_CHECKING, Final

from helpdesk_tui.screens.common.drafts import DraftKey

if TYPE_CHECKING:
    from helpdesk_tui.screens.common.drafts import DraftBox

KIND: Final = "seat"


class Seat:
    """Small texts by name, of one person at one desk. A disk that fails loses a habit, never work."""

    def __init__(self, drafts: "DraftBox", person: str) -> None:
        self._drafts = drafts
        self._key = DraftKey(person, None, KIND)
        self._kept: dict[str, str] | None = None

    def read(self) -> dict[str, str]:
        """What is kept (reads a file: call it in a worker, or at the start)."""
        if self._kept is None:
            self._kept = self._drafts.load(self._key)
        return self._kept

    def get(self, name: str) -> str:
        """One text, empty where nothing is kept."""
        return self.read().get(name, "")

    def put(self, **texts: str) -> bool:
        """Keep texts; True where one of them is new, so that `save` is worth its while."""
        kept = self.read()
        changed = any(kept.get(name, "") != text for name, text in texts.items())
        kept.update(texts)
        return changed

    def save(self) -> None:
        """Write it (a file: call it in a worker, or at the end)."""
        self._drafts.write([(self._key, dict(self.read()))])
