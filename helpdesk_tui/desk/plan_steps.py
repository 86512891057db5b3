"""Steps of recovery plans and runbooks between their three forms: as written, as kept, as shown.

Kept, an owner is `#12` (a person's id, so that a rename or an erasure keeps who was meant) or a role of the war room.
"""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import fields
from helpdesk_tui.desk.on_call_who import person_id, person_text
from helpdesk_tui.desk.shapes import Object, Objects
from helpdesk_tui.rules.policy_base import Duration
from helpdesk_tui.rules.recovery import Step
from helpdesk_tui.vocabulary.errors import NotPermitted
from helpdesk_tui.vocabulary.filter_fields import fold
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.incidents import ROLES
from helpdesk_tui.vocabulary.roles import Permission, Scope

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

_KEYS: Final = ("stage", "text", "owner", "target", "verify", "rollback")


def kept(desk: "Desk", steps: Iterable[Step]) -> Objects:
    """Steps as they are kept. Raises NotFound for an owner nobody knows, Invalid for one who does not work here."""
    found = []
    for step in steps:
        known: Object = {"stage": getattr(step, "stage", ""), "text": step.text.strip()}
        if step.owner.strip():
            role = fold(step.owner)
            known["owner"] = role if role in ROLES else person_text(fields.agent(desk, step.owner))
        if step.target is not None:
            known["target"] = step.target.seconds
        known |= {name: text for name in ("verify", "rollback") if (text := getattr(step, name).strip())}
        found.append(known)
    return found


def owner_of(step: Mapping[str, Any]) -> tuple[int | None, str]:
    """The person (an id) or the role that a kept step names; (None, "") for neither."""
    owner = step.get("owner", "")
    return (person_id(owner), "") if owner.startswith("#") else (None, owner)


def shown(desk: "Desk", steps: Iterable[Mapping[str, Any]]) -> Objects:
    """Steps as objects: `{"stage", "text", "owner", "target", "verify", "rollback"}`, `target` in seconds or null."""
    found = []
    for step in steps:
        person, role = owner_of(step)
        facts = desk.directory.person(person)
        owner = facts.handle if facts is not None else role or None
        found.append({name: step.get(name) for name in _KEYS} | {"stage": step.get("stage") or None, "owner": owner})
    return found


def span_text(seconds: int | None) -> str:
    """A length of time as a plan writes it."""
    return "" if seconds is None else Duration(seconds).text


def _value(value: Any) -> str:
    # A basic string of TOML is one of JSON, but for DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml(head: Mapping[str, Any], steps: Iterable[Mapping[str, Any]]) -> str:
    """A document as people write it: the head's keys, and a table for each step; what is empty is left out."""
    lines = [f"{name} = {_value(value)}" for name, value in head.items() if value not in (None, "", [])]
    for step in steps:
        lines += ["", "[[steps]]"]
        told = {**step, "target": span_text(step.get("target"))}
        lines += [f"{name} = {_value(told[name])}" for name in _KEYS if told.get(name)]
    return "\n".join(lines) + "\n"


def require_team(desk: "Desk", verb: str, team_ids: Iterable[int | None]) -> None:
    """Refuse whoever may edit plans of their own teams' services only, where another team's is among these (or none is
    named, which means all). Raises NotPermitted."""
    teams = [*team_ids]
    scope = desk.scope(Permission.PLAN_EDIT)
    if scope is Scope.ALL or (scope is Scope.TEAM and teams and all(team in desk.actor.teams for team in teams)):
        return
    raise NotPermitted(
        N_("{verb}: your roles give {permission} for services of your own teams only"),
        verb=verb, permission=Permission.PLAN_EDIT.value,
    )  # fmt: skip
