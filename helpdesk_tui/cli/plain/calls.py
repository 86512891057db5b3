"""A call in plain mode: who, what they say, what the rules make of it, and what is there already."""

from typing import Any, Final

from helpdesk_tui.cli.plain import voice
from helpdesk_tui.cli.plain.more_deeds import MoreDeeds
from helpdesk_tui.cli.plain.spoken import row_text
from helpdesk_tui.cli.plain.talk import TEXT, Left
from helpdesk_tui.desk.drafts import DraftKey
from helpdesk_tui.desk.duplicates import duplicates
from helpdesk_tui.vocabulary.calls import split_text
from helpdesk_tui.vocabulary.errors import DeskError
from helpdesk_tui.vocabulary.i18n import _, ngettext
from helpdesk_tui.vocabulary.kinds import state_label
from helpdesk_tui.vocabulary.reasons import sentence
from helpdesk_tui.vocabulary.sentences import value_text
from helpdesk_tui.vocabulary.text import one_line

FOUND: Final = 6
"""People that are offered at once."""
LISTED: Final = 3
"""Open tickets of a caller that are read out."""
_JUDGED: Final = ("kind", "category", "service", "impact", "urgency", "priority", "team")


class Calls(MoreDeeds):
    """Opens tickets."""

    def do_new(self, rest: str) -> None:
        """Open a ticket: the caller first, then what they say; `new TEXT` opens one for oneself."""
        key = DraftKey(self.me, None, "new")
        had = self.drafts.load(key)
        if rest:
            caller, handle, text = "", None, rest
        else:
            caller, handle = self._caller(had.get("caller", ""))
            self.keep(key, {**had, "caller": caller})
            text = self.write(_("What do they say? The first line becomes the title"), key, TEXT,
                              {**had, "caller": caller})  # fmt: skip
        title, description = split_text(text)
        given: dict[str, str] = {}
        self._offer(title, description, handle, given)
        while not rest:
            hint = _("Enter opens it; or a field and value such as service=vpn; or a full stop to leave")
            said = self.ask(_("Field and value"), hint=hint, required=False)
            if not said:
                break
            if said in (".", "。"):
                self.keeping = False
                raise Left(_("the draft is kept"))
            name, equals, value = said.replace("＝", "=").partition("=")
            if not equals:
                voice.say(_("write field=value; {value} is not of that form").format(value=said))
                continue
            wanted = {**given, name.strip(): value.strip()}
            try:
                self._offer(title, description, handle, wanted)
            except DeskError as error:
                voice.say(str(error))
            else:
                given = wanted
        ticket = self.desk.tickets.open(title, description=description, requester=handle, channel="phone", set=given)
        if not rest:
            self.kept(key)
        voice.say(_("{ref} is open (u takes it back)").format(ref=ticket["ref"]))
        self.open_ticket(int(ticket["number"]))

    # -- who -------------------------------------------------------------------------------------------------

    def _caller(self, had: str) -> tuple[str, str | None]:
        """Who is calling: what was typed, and how the desk knows them. Raises Left."""
        while True:
            said = self.ask(_("Who is calling? (letters, pinyin, mail or phone digits)").rstrip(" :"), default=had)
            people = self.desk.people.search(said, FOUND)
            if not people:
                if "@" in said:
                    voice.say(_("{who} is not known yet and becomes a contact").format(who=said))
                    return said, said
                voice.say(_("nobody found; a mail address becomes a contact"))
                had = ""
                continue
            person = people[0]
            if len(people) > 1:
                choices = [(_handle(each), _about(each)) for each in people]
                handle = self.choose(_("Which one"), choices, default=choices[0][0])
                person = next(each for each in people if _handle(each) == handle)
            voice.say(f"{one_line(person['name'], 60)}, {_about(person)}")
            self._open_of(person)
            return _handle(person), _handle(person)

    def _open_of(self, person: dict[str, Any]) -> None:
        n = person.get("open_tickets")
        if not n:
            return
        voice.say(ngettext("{count} open ticket", "{count} open tickets", n).format(count=n))
        page = self.desk.reading.page(f"requester:#{person['id']} is:open sort:-updated", limit=LISTED)
        for row in page.rows:
            voice.say(row_text(row, self.desk.now()))

    # -- what the rules say ----------------------------------------------------------------------------------

    def _offer(self, title: str, description: str, handle: str | None, given: dict[str, str]) -> None:
        """Read out what would be opened and why, and what is there already. Raises DeskError for a wrong value."""
        found = self.desk.tickets.propose(title, description, handle, given)
        voice.fact(self.label("title"), title)
        for name in _JUDGED:
            value = found["values"].get(name)
            if value in (None, ""):
                continue
            reasons = found["reasons"].get(name, [])
            because = _(" because {reason}").format(reason=sentence(reasons[-1])) if reasons else ""
            voice.fact(self.label(name), value_text(name, value, self.tz) + because)
        person = self.desk.directory.find(handle) if handle else None
        doubles = duplicates(
            self.desk, title, description, requester=person.id if person else None,
            service=found["values"].get("service"),
        )  # fmt: skip
        for each in doubles:
            voice.say(
                _("Perhaps the same: {ref}, {state}, {title}, {reason}").format(
                    ref=each["ref"],
                    state=state_label(each["state"]),
                    title=each["title"],
                    reason=sentence(each["reason"]),
                )
            )


def _handle(person: dict[str, Any]) -> str:
    return str(person["login"] or person["email"] or f"#{person['id']}")


def _about(person: dict[str, Any]) -> str:
    parts = ("VIP" if person["vip"] else "", person["organisation"], person["email"], person["phone"])
    return ", ".join(one_line(str(each), 60) for each in parts if each) or one_line(str(person["name"]), 60)
