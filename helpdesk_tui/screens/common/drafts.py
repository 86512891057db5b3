"""The drafts of the desk, as screens keep them: a reader's widget may be gone when it is asked."""

from typing import ClassVar, Final

from textual.css.query import NoMatches

from helpdesk_tui.desk import drafts
from helpdesk_tui.desk.drafts import LIMIT, DraftKey, Fields, Reader, state_folder

__all__ = ["EVERY", "LIMIT", "DraftBox", "DraftKey", "Fields", "Reader", "state_folder"]

EVERY: Final = 0.5
"""Seconds between two looks at what is being typed."""


class DraftBox(drafts.DraftBox):
    """The drafts of one desk, typed into widgets."""

    GONE: ClassVar[tuple[type[Exception], ...]] = (NoMatches,)
