"""What a story is made of, and what somebody needs to play it: keys, eyes and the desk."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from helpdesk_tui.desk.desk import Desk

_VERBS: Final = "SELECT verb, subject FROM journal WHERE seq > ?1 ORDER BY seq"
_HEAD: Final = "SELECT coalesce(max(seq), 0) FROM journal"


TEXT: Final = "text"
"""Stands for what is said among the keys of `Player.steps`."""


class Unfinished(AssertionError):
    """A story did not reach its end, or something that a person must see was not there."""


def held(true: object, *told: object) -> None:
    """What must be so. Raises Unfinished where it is not."""
    if not true:
        raise Unfinished(*told)


@dataclass
class Player(ABC):
    """Somebody at the console whose keys are counted.

    `without` leaves out one act (a key or a look-up; counted from 0): a story that still reaches its end has asked
    for one too many. Then nothing is looked at on the way, only at the end.
    """

    desk: Desk
    without: int | None = None
    pressed: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    written: int = 0
    acts: int = 0
    began: int = 0

    def _left_out(self) -> bool:
        self.acts += 1
        return self.without == self.acts - 1

    async def press(self, *keys: str) -> None:
        """Press keys (Textual's names, or single characters), each when the one before has had its effect."""
        for key in keys:
            if not self._left_out():
                self.pressed.append(key)
                self.steps.append(key)
                await self.key(key)

    async def look_up(self, text: str) -> None:
        """Type letters that stand for something and are not kept: each counts."""
        if not self._left_out():
            self.pressed += text
            self.steps += text
            await self.bring(text)

    async def write(self, text: str) -> None:
        """Type what is to be said; its characters do not count."""
        self.written += len(text)
        self.steps.append(TEXT)
        await self.bring(text)

    async def see(self, *texts: str) -> None:
        """These stand on the screen. Raises Unfinished where they do not appear."""
        if self.without is None:
            for text in texts:
                await self.look(text)

    async def ends_with(self, text: str) -> None:
        """This stands on the screen at the end, whatever was left out. Raises Unfinished."""
        await self.look(text)

    # -- the desk ------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """From now on the journal is this story's."""
        self.began = int(self.desk.store.query(_HEAD, ())[0][0])

    def journalled(self) -> list[tuple[str, int]]:
        """The verbs written since the story began, with their subjects."""
        return [(str(verb), int(subject)) for verb, subject in self.desk.store.query(_VERBS, (self.began,))]

    def number(self, title: str) -> int:
        """The ticket of this title."""
        rows = self.desk.store.query("SELECT number FROM ticket WHERE title = ?1", (title,))
        held(len(rows) == 1, title, rows)
        return int(rows[0][0])

    def ticket(self, title: str) -> dict[str, Any]:
        """The ticket of this title as the desk tells it."""
        return self.desk.tickets.show(self.number(title))

    # -- what a console of some kind gives -----------------------------------------------------------------------

    @abstractmethod
    async def key(self, key: str) -> None:
        """Press one key and wait until it has had its effect."""

    @abstractmethod
    async def bring(self, text: str) -> None:
        """Type a text and wait until it stands there."""

    @abstractmethod
    async def look(self, text: str) -> None:
        """Wait until a text stands on the screen. Raises Unfinished."""

    @abstractmethod
    async def stand_on(self, title: str, view: str) -> None:
        """The cursor of the queue stands in a view on this ticket, as whoever begins a story finds it; no key of the story."""

    @abstractmethod
    async def colleague(self, deed: Callable[[Desk], object]) -> None:
        """A colleague does something at a console of their own."""

    @abstractmethod
    async def kill(self, kept: str) -> None:
        """The program dies on the spot once this text is kept as a draft, and somebody starts it again."""


Play = Callable[[Player], Awaitable[None]]
End = Callable[[Player], None]


@dataclass(frozen=True, slots=True)
class Story:
    """A piece of work: the ticket one stands on, what is done, how it must have ended, with how many keys at most."""

    name: str
    told: str
    most: int
    at: str
    play: Play
    end: End
    view: str = "open"


async def played(story: Story, player: Player) -> None:
    """Play a story to its end. Raises Unfinished where it does not get there."""
    await player.stand_on(story.at, story.view)
    player.begin()
    await story.play(player)
    story.end(player)
