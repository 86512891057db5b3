"""Telling people: a journal entry that concerns somebody says so with a reason, and messages are made of these alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from helpdesk_tui.vocabulary.i18n import N_, translated
from helpdesk_tui.vocabulary.reasons import Reason, register
from helpdesk_tui.vocabulary.text import one_line, safe_text

CODE: Final = "notify.people"
register({CODE: N_("{people} told ({what})")})
_TITLE: Final = 200
_WHOLE: Final = 4_000
# Of each: the subject and the words. Fields that nobody gives are shown as a dash.
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "page": (
        N_("{sev} {ref}: you are paged"),
        N_("{title}\nLevel {level} of {levels}. Acknowledge with: helpdesk ack {number}"),
    ),
    "page.ack_soon": (
        N_("{sev} {ref}: your acknowledgement lapses soon"),
        N_("{title}\nNothing has happened on it. Without a word it is paged again at {at}."),
    ),
    "page.exhausted": (
        N_("{sev} {ref}: nobody acknowledged"),
        N_("{title}\nAll levels were paged in vain. Somebody has to take it: helpdesk ack {number}"),
    ),
    "incident.declared": (N_("{sev} {ref}: incident declared"), N_("{title}")),
    "incident.update": (N_("{sev} {ref}: status update"), N_("{title}\n{text}")),
    "incident.update_due": (
        N_("{sev} {ref}: a status update is due"),
        N_("{title}\nThe last one is {minutes} minutes old."),
    ),
    "incident.rto_near": (
        N_("{sev} {ref}: little of the recovery time is left"),
        N_("{title}\nIt runs out at {at}."),
    ),
    "incident.rto_over": (N_("{sev} {ref}: the recovery time has run out"), N_("{title}\nIt ran out at {at}.")),
    "incident.role": (N_("{sev} {ref}: you are asked to be {role}"), N_("{title}\nAccept in the room of {ref}.")),
    "oncall.shift": (N_("You are on call: {schedule}"), N_("Until {until}.")),
    "oncall.shift_open": (N_("You are on call: {schedule}"), N_("No end is set for the next 31 days.")),
    "sla.warning": (N_("{ref}: its time is running out"), N_("{title}\nDue at {at}.")),
    "sla.breach": (N_("{ref}: its time ran out"), N_("{title}\nIt was due at {at}.")),
    "review.due": (N_("{ref}: its review is due"), N_("{title}\nDue at {at}.")),
    "action.due": (N_("{ref}: a follow-up action is due"), N_("{title}\n{text}")),
    "alert.maintenance": (N_("Maintenance has ended, alerts still fire"), N_("{title}")),
    "test": (N_("A test message of the desk"), N_("This channel works.")),
}
_OTHER: Final = (N_("{ref}: something concerns you"), N_("{title}"))
DIGEST: Final = (N_("{n} more messages of the desk"), N_("The last one: {subject}"))
SENSITIVE: Final = N_("a sensitive ticket")


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says."""

    subject: str
    body: str


class _Said(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "-"


def tell(people: Iterable[int], what: str, severity: int, **params: Any) -> Reason:
    """The reason that tells people (ids) of something (a message's code), as grave as SEV1 to SEV5 (1 to 5)."""
    return Reason(CODE, {"people": list(dict.fromkeys(people)), "what": what, "severity": severity, **params})


def words(what: str, params: Mapping[str, Any], ticket: Mapping[str, Any] | None, language: str | None) -> Words:
    """A message in its receiver's language; outside text in it is inert and bounded.

    `ticket` gives `number`, `ref`, `title` and `sensitive`; a sensitive one is not named.
    """
    said = _Said({name: _plain(value) for name, value in params.items() if name not in ("people", "what")})
    said["sev"] = f"SEV{params.get('severity', 5)}"
    if ticket is not None:
        title = translated(SENSITIVE, language) if ticket.get("sensitive") else one_line(str(ticket["title"]), _TITLE)
        said |= {"number": ticket["number"], "ref": ticket["ref"], "title": title}
    subject, body = TEXTS.get(what, _OTHER)
    return _filled(subject, body, said, language)


def digest(count: int, last: str, language: str | None) -> Words:
    """One message for many that came within a minute."""
    return _filled(*DIGEST, _Said(n=count, subject=one_line(last, _TITLE)), language)


def _filled(subject: str, body: str, said: _Said, language: str | None) -> Words:
    head = one_line(translated(subject, language).format_map(said), _TITLE)
    return Words(head, safe_text(translated(body, language).format_map(said))[:_WHOLE])


def _plain(value: Any) -> str:
    if value is None:
        return "-"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
