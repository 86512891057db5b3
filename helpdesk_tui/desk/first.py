"""Coming in: the first start of a desk, finding the person behind the keyboard, acting for another."""

from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import actor as actors
from helpdesk_tui.desk.actor import Actor
from helpdesk_tui.desk.work import INIT_VERB
from helpdesk_tui.rules import access
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.channels import Origin
from helpdesk_tui.vocabulary.errors import NotFound, NotPermitted
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.roles import Permission

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Clock, Desk

# Said once, by whichever door made the desk.
NOTICE: Final = N_(
    "a new desk was made at {path} and you are its administrator; anyone who can open this file can change it"
)
# The views every desk starts with; their counts are exact (`console.md`). Labels are catalogue texts.
DEFAULT_VIEWS: Final = (
    ("mine", N_("Mine"), "is:mine is:open sort:-priority,due"),
    ("team", N_("Team"), "team:mine is:open sort:-priority,due"),
    ("unassigned", N_("Unassigned"), "is:unassigned is:open sort:-priority,due"),
    ("breached", N_("Breached"), "sla:breached is:open sort:-priority,due"),
    ("open", N_("All open"), "is:open sort:-priority,due"),
    ("all", N_("All"), "sort:-number"),
)


def default_policy_text() -> str:
    """The policy document that a new desk starts with."""
    from importlib import resources

    return (resources.files("helpdesk_tui.rules") / "policy.toml").read_text("utf-8")


def enter(
    cls: "type[Desk]", store: Store, user: actors.OsUser, act_as: str | None, clock: "Clock", origin: Origin
) -> "Desk":
    """The desk as this operating-system user; see `Desk.open`."""
    try:
        found = actors.find_login(store.reader(), user.login)
        made = False
        if found is None and store.reader().execute("SELECT 1 FROM person LIMIT 1").fetchone() is None:
            found = initialise(cls, store, user, clock)
            made = True
        if found is None:
            raise NotPermitted(
                N_(
                    "you ({login}) are not known to this desk; an administrator can add you: helpdesk people add --login"
                ),
                login=user.login,
            )
        desk = cls(store, found, clock=clock, origin=origin)
        desk.just_made = made
        return act_for(desk, act_as) if act_as is not None and act_as != found.login else desk
    except BaseException:
        store.close()
        raise


def act_for(desk: "Desk", who: str) -> "Desk":
    """The same desk with another person acting, with the rights that both have."""
    desk.require(Permission.ACT_FOR, "--as")
    other = actors.find(desk.store.reader(), who)
    if other is None:
        raise NotFound(N_("nobody active is known as {who}; `helpdesk people list` shows everyone"), who=who)
    if other.id == desk.actor.id:
        return desk
    real = desk.keyboard  # not whom they act for already: rights never add up along a chain
    if other.id == real.id:
        return type(desk)(desk.store, real, clock=desk.clock, origin=desk.origin, policies=desk.policies)
    acting = Actor(other.id, other.name, other.login, other.roles, other.teams, real.id, other.language)
    return type(desk)(desk.store, acting, clock=desk.clock, origin=desk.origin, real=real, policies=desk.policies)


def initialise(cls: "type[Desk]", store: Store, user: actors.OsUser, clock: "Clock") -> Actor:
    """Make an empty desk usable: its first user, the default policy with its teams and services, the default views.

    Everything is one journalled batch of `desk.init` entries, so a replay makes it again.
    """
    from helpdesk_tui.desk.seeds import seed

    roles = frozenset(access.FIRST_USER_ROLES)
    first = Actor(1, user.full_name or user.login, user.login, roles)
    desk = cls(store, first, clock=clock)
    with desk.work(INIT_VERB) as work:
        if not work.rows("SELECT 1 FROM person LIMIT 1"):
            seed(work, first, default_policy_text(), DEFAULT_VIEWS)
    found = actors.find_login(store.reader(), user.login)
    if found is None:
        raise NotPermitted(N_("another user has just made this desk; ask them to add you"))
    return found


def initialised(store: Store) -> bool:
    """Whether the desk has its first user."""
    found: list[tuple[Any, ...]] = store.query("SELECT 1 FROM person LIMIT 1")
    return bool(found)


def holds_work(store: Store) -> bool:
    """Whether the desk holds anything beyond what its first start made (the demo refuses such a desk)."""
    if store.query("SELECT 1 FROM ticket LIMIT 1"):
        return True
    return bool(store.query("SELECT 1 FROM journal WHERE verb <> ? LIMIT 1", (INIT_VERB,)))
