"""What a desk holds after its first start, and what a policy brings along: teams and services it names."""

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from helpdesk_tui.desk.actor import Actor
from helpdesk_tui.rules.policy import Policy, parse_policy
from helpdesk_tui.store.changes import Entry, Row, RowChange

if TYPE_CHECKING:
    from helpdesk_tui.desk.work import Work


def insert(work: "Work", verb: str, table: str, row: Row, *more: RowChange) -> Entry:
    """Record a new row of a table with a number of its own."""
    key = row["version"] if table == "policy_version" else row["id"]
    return work.record(Entry(verb, table, key, work.at, rows=[RowChange(table, (key,), None, row), *more]))


def seed(work: "Work", first: Actor, document: str, views: Iterable[tuple[str, str, str]]) -> None:
    """The first user, the default policy, its teams and services, the default views."""
    from helpdesk_tui.store.apply import new_row

    person = new_row("person", id=work.next_id("person"), name=first.name, login=first.login, agent=True)
    roles = [
        RowChange("person_role", (person["id"], r.value), None, {"person_id": person["id"], "role": r.value})
        for r in sorted(first.roles)
    ]
    insert(work, work.verb, "person", person, *roles)
    policy = parse_policy(document)
    policy_row(work, document, "")
    bring(work, policy)
    desk_team = work.rows("SELECT 1 FROM team WHERE code = ?", (policy.routing.default_team,))
    if not desk_team:
        for entry in work.entries:
            for change in entry.rows:
                if (
                    change.table == "team"
                    and change.after is not None
                    and change.after["code"] == policy.routing.default_team
                ):
                    member = {"team_id": change.after["id"], "person_id": person["id"], "lead": True}
                    entry.rows.append(RowChange("team_member", (member["team_id"], person["id"]), None, member))
                    break
    for position, (code, label, query) in enumerate(views):
        insert(
            work,
            work.verb,
            "saved_view",
            new_row(
                "saved_view", id=work.next_id("saved_view"), code=code, label=label, query=query, position=position
            ),
        )


def policy_row(work: "Work", document: str, note: str) -> int:
    """Store a policy document as the version in force; its version number."""
    from helpdesk_tui.store.apply import new_row

    version = work.next_id("policy_version")
    digest = hashlib.sha256(document.encode()).hexdigest()
    row = new_row("policy_version", version=version, document=document, sha256=digest, applied_at=work.now, note=note)
    insert(work, work.verb, "policy_version", row)
    return version


def bring(work: "Work", policy: Policy) -> None:
    """Make the teams and services that the policy names and the desk lacks; what the desk has is left alone."""
    from helpdesk_tui.store.apply import new_row

    teams = {code: number for number, code in work.rows("SELECT id, code FROM team")}
    services = {code for (code,) in work.rows("SELECT code FROM service")}
    for team in policy.teams:
        if team.code not in teams:
            teams[team.code] = work.next_id("team")
            insert(
                work,
                work.verb,
                "team",
                new_row("team", id=teams[team.code], code=team.code, name=team.name, strategy=team.strategy),
            )
    for service in policy.services:
        if service.code not in services:
            row = new_row(
                "service",
                id=work.next_id("service"),
                code=service.code,
                name=service.name,
                criticality=service.criticality_level,
                team_id=teams.get(service.team) if service.team else None,
            )
            insert(work, work.verb, "service", row)
