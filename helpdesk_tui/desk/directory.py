"""Names and codes of the desk's teams, services and people, held in memory and reloaded when the journal moves."""

from dataclasses import dataclass
from typing import Any, Final

from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_

_NEWCOMERS: Final = [("people.add",)]
_SUBJECTS: Final = ("team", "service", "person", "organisation", "configuration_item", "policy_version", "desk")


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """A team as verbs need it."""

    id: int
    code: str
    name: str
    strategy: str
    active: bool


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """A service as verbs need it; criticality 1 (low) to 4 (critical)."""

    id: int
    code: str
    name: str
    criticality: int
    team_id: int | None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person as verbs need them."""

    id: int
    name: str
    email: str | None
    login: str | None
    vip: bool
    agent: bool
    active: bool
    organisation_id: int | None
    organisation: str | None
    organisation_kind: str | None
    language: str | None

    @property
    def handle(self) -> str:
        """How scripts name this person: login, else e-mail address, else `#id`."""
        return self.login or self.email or f"#{self.id}"


_PERSON: Final = (
    "SELECT p.id, p.name, p.email, p.login, p.vip, p.agent, p.active, p.organisation_id, o.name, o.kind, p.language"
    " FROM person p LEFT JOIN organisation o ON o.id = p.organisation_id WHERE "
)


def _person(row: tuple[Any, ...]) -> PersonFacts:
    return PersonFacts(row[0], row[1], row[2], row[3], bool(row[4]), bool(row[5]), bool(row[6]), *row[7:])


class Directory:
    """Look-ups by code, name, login or address. Reloads itself when a change of such a thing was journalled."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen = -1
        self._loads = 0
        self._teams: dict[int, TeamFacts] = {}
        self._services: dict[int, ServiceFacts] = {}
        self._service_ids: dict[str, int] = {}
        self._people: dict[int, PersonFacts | None] = {}
        self._nobody: set[int] = set()  # the numbers in `_people` that nobody has
        self._memo: dict[Any, Any] = {}

    def _fresh(self, head: int | None = None) -> None:
        if head is None:
            head = self._store.head()
        if head == self._seen:
            return
        if self._seen >= 0 and head - self._seen < 5_000:
            marks = ", ".join("?" * len(_SUBJECTS))
            # The plus keeps SQLite to the few new entries: its index of subjects would give it everybody ever added.
            moved = self._store.query(
                f"SELECT DISTINCT verb FROM journal WHERE seq > ? AND +subject_type IN ({marks})",  # sql: placeholders only
                (self._seen, *_SUBJECTS),
            )
            if not moved:
                self._seen = head
                return
            if moved == _NEWCOMERS:
                # Somebody was added, which is all that most imports change here: nothing else can have become another.
                for key in self._nobody:
                    self._people.pop(key, None)
                self._nobody.clear()
                self._seen = head
                self._loads += 1
                return
        teams = self._store.query("SELECT id, code, name, strategy, active FROM team")
        services = self._store.query("SELECT id, code, name, criticality, team_id FROM service")
        self._teams = {r[0]: TeamFacts(r[0], r[1], r[2], r[3], bool(r[4])) for r in teams}
        self._services = {r[0]: ServiceFacts(*r) for r in services}
        self._service_ids = {r[1]: r[0] for r in reversed(services)}
        self._people = {}
        self._nobody = set()
        self._memo = {}
        self._seen = head
        self._loads += 1

    @property
    def memo(self) -> dict[Any, Any]:
        """Answers that follow from the teams and services as they stand; empty again when these may have changed."""
        self._fresh()
        if len(self._memo) > 5_000:
            self._memo.clear()
        return self._memo

    def stamp(self, head: int | None = None) -> int:
        """A number that changes whenever a name, code or address may have changed, as of the journal's head."""
        self._fresh(head)
        return self._loads

    def forget(self) -> None:
        """Read everything anew at the next question."""
        self._seen = -1

    def teams(self) -> dict[int, TeamFacts]:
        """All teams by id."""
        self._fresh()
        return self._teams

    def services(self) -> dict[int, ServiceFacts]:
        """All services by id."""
        self._fresh()
        return self._services

    def team(self, text: str) -> TeamFacts:
        """The team of this code or name. Raises Invalid with the known codes."""
        wanted = text.strip().casefold()
        for team in self.teams().values():
            if wanted in (team.code.casefold(), team.name.casefold()):
                return team
        known = ", ".join(sorted(t.code for t in self._teams.values()))
        raise Invalid(N_("there is no team {text}; known are: {known}"), text=text, known=known)

    def service(self, text: str) -> ServiceFacts:
        """The service of this code or name. Raises Invalid with the known codes."""
        wanted = text.strip().casefold()
        for service in self.services().values():
            if wanted in (service.code.casefold(), service.name.casefold()):
                return service
        known = ", ".join(sorted(s.code for s in self._services.values()))
        raise Invalid(N_("there is no service {text}; known are: {known}"), text=text, known=known)

    def team_code(self, team_id: int | None) -> str | None:
        """The code of a team id."""
        team = self.teams().get(team_id) if team_id is not None else None
        return team.code if team else None

    def service_code(self, service_id: int | None) -> str | None:
        """The code of a service id."""
        service = self.services().get(service_id) if service_id is not None else None
        return service.code if service else None

    def person(self, person_id: int | None) -> PersonFacts | None:
        """A person by id."""
        if person_id is None:
            return None
        self._fresh()
        if person_id in self._people:
            return self._people[person_id]
        rows = self._store.query(_PERSON + "p.id = ?", (person_id,))
        if len(self._people) > 20_000:
            self._people.clear()
            self._nobody.clear()
        # Also that there is nobody (yet): whoever is being added with this very work.
        found = self._people[person_id] = _person(rows[0]) if rows else None
        if found is None:
            self._nobody.add(person_id)
        return found

    def service_id(self, code: str) -> int | None:
        """The id of the service with exactly this code."""
        self._fresh()
        return self._service_ids.get(code)

    def find(self, text: str) -> PersonFacts | None:
        """The person of this login, address, `#id`, or unambiguous name; None where there is none."""
        text = text.strip()
        rows: list[tuple[Any, ...]] = []
        if text.startswith("#") and text[1:].isdecimal() and len(text) < 16:
            rows = self._store.query(_PERSON + "p.id = ?", (int(text[1:]),))
        if not rows:
            rows = self._store.query(_PERSON + "p.login = ?", (text,))
        if not rows and "@" in text:
            rows = self._store.query(_PERSON + "p.email IS NOT NULL AND lower(p.email) = lower(?)", (text,))
        # Nobody is called like an address; and a stranger's one must not cost a look at everybody.
        if not rows and ("@" not in text or " " in text):
            rows = self._store.query(_PERSON + "p.name = ? COLLATE NOCASE LIMIT 2", (text,))
            if len(rows) > 1:
                raise Invalid(N_("several people are called {text}; name one by login or e-mail address"), text=text)
        return _person(rows[0]) if rows else None

    def require(self, text: str, me: int | None = None) -> PersonFacts:
        """Like `find`, and `me` is oneself. Raises Invalid where nobody is meant."""
        found = self.person(me) if text.strip().casefold() == "me" and me is not None else self.find(text)
        if found is None:
            raise Invalid(N_("nobody is known as {text}; `helpdesk people list` shows everyone"), text=text)
        return found
