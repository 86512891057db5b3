"""The actions in the command palette (ctrl+p): found by any part of their word or explanation."""

from functools import partial
from typing import TYPE_CHECKING, Any

from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.errors import NoWidget

from helpdesk_tui.screens.common.actions import ActionSpec
from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.widgets.keys import shown_key
from helpdesk_tui.widgets.pointed import Pointed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.geometry import Region
    from textual.widget import Widget

    from helpdesk_tui.screens.common.base import DeskScreen


class Actions(Provider):
    """Offers what the screen below the palette can do now."""

    def _possible(self) -> "Iterator[tuple[DeskScreen, ActionSpec]]":
        from helpdesk_tui.screens.common.base import DeskScreen

        screen = self.screen
        if isinstance(screen, DeskScreen):
            for spec in screen.specs():
                if spec.listed and screen.why_not(spec) is None:
                    yield screen, spec

    @staticmethod
    def _title(screen: "DeskScreen", spec: ActionSpec) -> str:
        keys = screen.app.keys_of(spec)
        return f"{_(spec.label)}  ({shown_key(keys[0])})" if keys else _(spec.label)

    async def discover(self) -> Hits:
        for screen, spec in self._possible():
            yield DiscoveryHit(
                Content(self._title(screen, spec)),
                partial(screen.action_do, spec.id),
                text=_(spec.label),
                help=_(spec.help),
            )

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for screen, spec in self._possible():
            title = self._title(screen, spec)
            score = max(matcher.match(title), matcher.match(_(spec.help)) * 0.8, matcher.match(spec.id) * 0.8)
            if score > 0:
                yield Hit(
                    score, Content(title), partial(screen.action_do, spec.id), text=_(spec.label), help=_(spec.help)
                )


class Palette(Pointed, CommandPalette):
    """The command palette, which outlives a click beside a window that has just become smaller."""

    def get_widget_at(self, x: int, y: int) -> "tuple[Widget, Region]":
        try:
            return super().get_widget_at(x, y)
        except NoWidget:
            return self, self.region

    def _action_command_list(self, action: str) -> None:
        # In a window without room for a line there is no page to move by, and Textual would look for one.
        if self.query_one(CommandList).scrollable_content_region:
            super()._action_command_list(action)

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Go away; a second click on what is going takes no other screen away."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()
