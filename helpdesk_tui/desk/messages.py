"""Telling people: a journal entry that concerns somebody says so with a reason, and messages are made of these alone."""

from collections.abc import Iterable
from typing import Any, Final

from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.reasons import Reason, register

CODE: Final = "notify.people"
register({CODE: N_("{people} told ({what})")})


def tell(people: Iterable[int], what: str, severity: int, **params: Any) -> Reason:
    """The reason that tells people (ids) of something (a message's code), as grave as SEV1 to SEV5 (1 to 5)."""
    return Reason(CODE, {"people": list(dict.fromkeys(people)), "what": what, "severity": severity, **params})
