"""Values for SQL whose parameters have numbers: `?1` may stand there twice, and is given once."""

from typing import Any


def numbered(*values: Any) -> dict[str, Any]:
    """The values of `?1`, `?2` …, in their order.

    To sqlite3 a numbered parameter has a name, its number; since Python 3.12 it frowns on a sequence for them.
    """
    return {str(number): value for number, value in enumerate(values, 1)}
