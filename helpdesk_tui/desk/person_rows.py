"""People as objects, and the values of a person row as they are typed."""

from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import fields, masking
from helpdesk_tui.desk.shapes import NOTHING, Object, Objects, Texts, split
from helpdesk_tui.store.changes import Row
from helpdesk_tui.vocabulary.errors import Conflict, Invalid
from helpdesk_tui.vocabulary.filter_fields import fold
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.roles import Permission, Role

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.desk.work import Work

_SELECT: Final = (
    "SELECT p.id, p.name, p.email, p.login, p.phone, p.initials, p.title, o.name, p.language, p.vip, p.agent,"
    " p.active, p.capacity, p.version,"
    " (SELECT group_concat(role, char(31)) FROM (SELECT role FROM person_role x WHERE x.person_id = p.id ORDER BY role)),"
    " (SELECT group_concat(code, char(31)) FROM (SELECT g.code FROM team_member x JOIN team g ON g.id = x.team_id"
    " WHERE x.person_id = p.id ORDER BY g.code)),"
    " (SELECT group_concat(skill || char(30) || level, char(31)) FROM (SELECT skill, level FROM person_skill x"
    " WHERE x.person_id = p.id ORDER BY skill))"
    " FROM person p LEFT JOIN organisation o ON o.id = p.organisation_id WHERE "
)
BY_ID: Final = _SELECT + "p.id = ?"
LISTED: Final = (
    _SELECT + "(?1 = 0 OR p.agent) AND (?2 IS NULL OR p.id = ?2) AND (?3 = '' OR p.name LIKE ?3 ESCAPE '\\'"
    " OR p.email LIKE ?3 ESCAPE '\\' OR p.login LIKE ?3 ESCAPE '\\' OR o.name LIKE ?3 ESCAPE '\\') ORDER BY p.id LIMIT ?4"
)
FIELDS: Final = (
    "name", "email", "login", "phone", "initials", "title", "organisation", "language", "vip", "agent", "capacity",
)  # fmt: skip
_LIMITS: Final = {"login": 64, "phone": 64, "initials": 64, "language": 16}


def person_json(r: tuple[Any, ...]) -> Object:
    """A row of the SELECT above as the person's object."""
    skills = dict(pair.split("\x1e") for pair in split(r[16]))
    return {
        "id": r[0],
        "name": r[1],
        "email": r[2],
        "login": r[3],
        "phone": r[4],
        "initials": r[5],
        "title": r[6],
        "organisation": r[7],
        "language": r[8],
        "vip": bool(r[9]),
        "agent": bool(r[10]),
        "active": bool(r[11]),
        "capacity": r[12],
        "roles": split(r[14]),
        "teams": split(r[15]),
        "skills": {skill: int(level) for skill, level in skills.items()},
        "version": r[13],
    }


def plainly(desk: "Desk") -> bool:
    """Whether whomever the actor may see of the directory stands plainly before them."""
    return desk.plain_scope(Permission.PEOPLE_READ) is desk.scope(Permission.PEOPLE_READ)


def matching(people: Objects, text: str) -> Objects:
    """Those in whose name, address, login or organisation, as they are shown, the text occurs."""
    wanted = fold(text)
    return [
        p
        for p in people
        if any(wanted in fold(str(p[key] or "")) for key in ("name", "email", "login", "organisation"))
    ]


def shown(desk: "Desk", rows: Objects) -> Objects:
    """People as the actor may see them: those beyond their plain sight masked, themselves never."""
    if plainly(desk):
        return rows
    return [row if row["id"] == desk.actor.id else masking.person(row) for row in rows]


def initials_of(name: str) -> str | None:
    """First letters of a Latin name, small: `Jean-Luc Picard` is `jlp`; None for other scripts (pinyin is typed)."""
    words = name.replace("-", " ").split()
    letters = "".join(w[0] for w in words if w[0].isalpha()).casefold()
    return letters[:64] if letters and all(ord(c) < 0x250 for c in letters) else None


def roles_of(names: Texts) -> list[Role]:
    """Roles by their codes, each once. Raises Invalid naming the known ones."""
    known = {r.value: r for r in Role}
    out: list[Role] = []
    for name in names:
        role = known.get(fold(name).replace("-", "_").replace(" ", "_"))
        if role is None:
            raise Invalid(N_("there is no role {role}; roles are: {known}"), role=name, known=", ".join(known))
        if role not in out:
            out.append(role)
    return out


def skill_level(skill: str, level: int) -> tuple[str, int]:
    """A skill's code and its level, 1 (knows) to 3 (expert)."""
    text = fields.tag(skill)
    if not 1 <= level <= 3:
        raise Invalid(N_("a skill has level 1 (knows) to 3 (expert), not {level}"), level=level)
    return text, level


def organisation_id(desk: "Desk", text: str) -> int | None:
    """The id of an organisation by its name; None for `none`. Raises Invalid for an unknown one."""
    if fold(text) in NOTHING:
        return None
    found = desk.store.query("SELECT id FROM organisation WHERE name = ? COLLATE NOCASE", (text.strip(),))
    if not found:
        raise Invalid(N_("there is no organisation {text}; `helpdesk people organisations` shows them"), text=text)
    return int(found[0][0])


def parse(desk: "Desk", values: dict[str, str]) -> Row:
    """`{field: text}` as columns of a person. Raises Invalid naming an unknown field or a refused value."""
    out: Row = {}
    for field, value in values.items():
        if field not in FIELDS:
            raise Invalid(N_("{field} cannot be set; fields are: {known}"), field=field, known=", ".join(FIELDS))
        if field == "organisation":
            out["organisation_id"] = organisation_id(desk, value)
        elif field in ("vip", "agent"):
            out[field] = fields.flag(field, value)
        elif field == "capacity":
            out[field] = fields.number(field, value, 0, 1_000)
        elif field == "name":
            out[field] = " ".join(fields.bounded(field, value, fields.MAX_NAME, empty=False).split())
        else:
            out[field] = _optional(field, value)
    return out


def _optional(field: str, value: str) -> str | None:
    from helpdesk_tui.desk.ticket_opening import is_address

    text = " ".join(fields.bounded(field, value, _LIMITS.get(field, fields.MAX_NAME)).split())
    if fold(text) in NOTHING:
        return None
    if field == "email" and not is_address(text):
        raise Invalid(N_("{value} is no e-mail address"), value=text)
    if field == "login" and any(c.isspace() or not c.isprintable() or c in "@#,:" for c in text):
        raise Invalid(N_("{value} is no login name"), value=text)
    return text.casefold() if field == "initials" else text


def unique(work: "Work", values: Row, but: int | None = None) -> None:
    """Raise Conflict where another person has this address or login."""
    for field, sql in (
        ("email", "SELECT id FROM person WHERE email IS NOT NULL AND lower(email) = lower(?) AND id IS NOT ?"),
        ("login", "SELECT id FROM person WHERE login = ? AND id IS NOT ?"),
    ):
        value = values.get(field)
        found = work.rows(sql, (value, but)) if value is not None else []
        if found:
            raise Conflict(
                N_("{field} {value} already belongs to person #{id}"), field=field, value=value, id=found[0][0]
            )


def keep_an_administrator(work: "Work", without: int) -> None:
    """Raise Conflict where nobody active but this person is administrator."""
    if not work.rows(
        "SELECT 1 FROM person_role r JOIN person p ON p.id = r.person_id"
        " WHERE r.role = 'administrator' AND p.active AND p.login IS NOT NULL AND p.id <> ? LIMIT 1",
        (without,),
    ):
        raise Conflict(N_("a desk needs at least one active administrator; make another one first"))
