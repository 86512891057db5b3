"""What somebody says on the telephone, as the texts of a ticket."""

from typing import Final

TITLE: Final = 200
"""Signs of a call's first line that become the title."""


def split_text(text: str) -> tuple[str, str]:
    """A free text as title (its first line, bounded) and description (all of it when there is more)."""
    body = text.strip()
    first, _newline, rest = body.partition("\n")
    title = first.strip()[:TITLE].rstrip()
    return title, body if rest.strip() or len(first.strip()) > TITLE else ""
