"""People and teams that an import speaks of: found, or made with an entry of their own in the same batch."""

from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import fields
from helpdesk_tui.desk.ticket_opening import is_address
from helpdesk_tui.store.changes import Entry, RowChange
from helpdesk_tui.vocabulary.filter_fields import fold
from helpdesk_tui.vocabulary.reasons import Reason
from helpdesk_tui.vocabulary.records import Instant

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.desk.work import Work

_KEPT: Final = 50_000


class People:
    """Remembers whom one import has found or made. `forget` takes back what a refused row made."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._people: dict[str, tuple[int, int | None]] = {}
        self._teams: dict[str, int] = {}
        self._made: list[tuple[dict[str, Any], str]] = []
        # From when on whoever is made is known: the earliest instant that the import has told of.
        self._since: Instant | None = None

    def since(self, work: "Work", at: Instant | None) -> None:
        """What follows happened at this instant (or now)."""
        at = work.at if at is None else min(at, work.at)
        self._since = at if self._since is None else min(self._since, at)

    def mark(self) -> int:
        """Where the memory stands."""
        return len(self._made)

    def forget(self, mark: int) -> None:
        """Forget who was made since."""
        for where, key in self._made[mark:]:
            where.pop(key, None)
        del self._made[mark:]

    def person(self, work: "Work", text: str, *, agent: bool = False) -> tuple[int, int | None]:
        """Id and organisation of whoever this names; somebody unknown becomes a contact (or an agent without login).

        Raises Invalid where several people have this name.
        """
        key = text.casefold()
        found = self._people.get(key)
        if found is not None:
            return found
        person = self._desk.directory.find(text)
        if len(self._people) >= _KEPT and not self._made:
            self._people.clear()
        if person is not None:
            found = (person.id, person.organisation_id)
        else:
            found = (self._make(work, text, agent), None)
            self._made.append((self._people, key))
        self._people[key] = found
        return found

    def known(self, text: str) -> int | None:
        """The id of whoever this named before; None for somebody not met yet."""
        found = self._people.get(text.casefold())
        return None if found is None else found[0]

    def _make(self, work: "Work", text: str, agent: bool) -> int:
        from helpdesk_tui.store.apply import new_row

        address = is_address(text)
        name = text.partition("@")[0] if address else text
        number = work.next_id("person")
        row = new_row("person", id=number, name=fields.bounded("requester", name, fields.MAX_NAME, empty=False),
                      email=text if address else None, agent=agent)  # fmt: skip
        work.record(
            Entry(
                "people.add",
                "person",
                number,
                work.at if self._since is None else self._since,
                rows=[RowChange("person", (number,), None, row)],
                reasons=[Reason("contact.made", {"email": "-"}).data()],
            )
        )
        return number

    def team(self, work: "Work", name: str) -> int:
        """The id of the team of this name or code, made where there is none."""
        from helpdesk_tui.store.apply import new_row

        key = name.casefold()
        found = self._teams.get(key)
        if found is not None:
            return found
        for team in self._desk.directory.teams().values():
            if key in (team.name.casefold(), team.code.casefold()):
                self._teams[key] = team.id
                return team.id
        number = work.next_id("team")
        code = "-".join("".join(c if c.isalnum() else " " for c in fold(name)).split())[:64] or f"team-{number}"
        taken = {t.code for t in self._desk.directory.teams().values()}
        row = new_row(
            "team", id=number, code=code if code not in taken else f"{code[:50]}-{number}", name=name[: fields.MAX_NAME]
        )
        at = work.at if self._since is None else self._since
        work.record(Entry("team.add", "team", number, at, rows=[RowChange("team", (number,), None, row)]))
        self._teams[key] = number
        self._made.append((self._teams, key))
        return number

    def committed(self) -> None:
        """What was made so far is written: nothing of it will be taken back."""
        self._made.clear()
