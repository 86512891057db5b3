"""Tickets with any values in any column, written the one way, and the same tickets as the plain records that filters mean."""

import random
import sqlite3
from pathlib import Path
from typing import Any, Final

from helpdesk_tui.desk.forms import sla_state
from helpdesk_tui.store.apply import new_row
from helpdesk_tui.store.changes import ChangeSet, Entry, RowChange
from helpdesk_tui.store.store import Store
from helpdesk_tui.vocabulary.channels import Channel
from helpdesk_tui.vocabulary.kinds import STATES, Kind
from helpdesk_tui.vocabulary.records import NEVER

NOW: Final = 1_795_358_400  # 2026-11-22T14:40:00Z
TEXTS: Final = (
    "VPN drops", "vpn 断开 again", "断开 VPN", "打印机卡纸", "打印 job", "very very slow mail", "very slow mail", "a b a c", "Straße gesperrt",
    "STRASSE", "ＶＰＮ full width", "C++ error 691", "x", "邮件", "我的邮件打不开", "", "10.0.0.1 down", "卡", "INC-3 again",
)  # fmt: skip
PEOPLE: Final = (
    (1, "Ana Admin", "ana@example.org", "ana"), (2, "张伟", "Zhang.Wei@Example.org", "zhangwei"), (3, "Élodie Çelik", None, "elo"),
    (4, "Bo", "bo@example.org", None), (5, "ÉLODIE ÇELIK", None, None), (6, "none", None, "none"), (7, "~tilde", None, None),
)  # fmt: skip
TEAMS: Final = ((1, "network", "Network team"), (2, "desk", "Service desk"), (3, "运维", "基础设施"))
SERVICES: Final = ((1, "vpn", "Remote access"), (2, "mail", "邮件"))
ORGANISATIONS: Final = ((1, "ACME"), (2, "上海办公室"))
CIS: Final = ((1, "srv-01"), (2, "Drucker Zürich"))
CATEGORIES: Final = (None, "network", "Network/VPN", "硬件", "hardware")
TAGS: Final = ("jam", "vpn", "远程", "ünic")
ME: Final = 1
MY_TEAMS: Final = frozenset({1, 3})


def _maybe(dice: random.Random, values: Any) -> Any:
    return dice.choice(values) if dice.random() < 0.7 else None


def _instant(dice: random.Random) -> int:
    return NOW + dice.choice((-1, 0, 1, 60, -60)) * dice.choice((0, 1, 3_600, 4 * 3_600, 86_400, 30 * 86_400))


def _row(number: int, dice: random.Random) -> dict[str, Any]:
    kind = dice.choice(list(Kind))
    state = dice.choice(STATES[kind])
    due = {c: _maybe(dice, (_instant(dice),)) for c in ("response_due_at", "update_due_at", "resolution_due_at")}
    # Finished work has no next due time; that a finished ticket keeps one must not make it overdue all the same.
    next_due = min((v for v in due.values() if v is not None), default=NEVER)
    created = _instant(dice) - 86_400
    return new_row(
        "ticket", number=number, kind=kind.value, state=state.code, phase=int(state.phase), priority=dice.randint(1, 4),
        impact=dice.randint(1, 3), urgency=dice.randint(1, 3), title=dice.choice(TEXTS) or "-", description=dice.choice(TEXTS),
        service_id=_maybe(dice, (1, 2)), team_id=_maybe(dice, (1, 2, 3)), assignee_id=_maybe(dice, range(1, 8)),
        requester_id=_maybe(dice, range(1, 8)), organisation_id=_maybe(dice, (1, 2)), ci_id=_maybe(dice, (1, 2)),
        created_at=created, updated_at=created + dice.randint(0, 90_000), due_at=next_due,
        warn_at=next_due - dice.choice((0, 3_600)) if next_due != NEVER else NEVER,
        sla_run=dice.choice(("none", "running", "running", "paused", "met", "missed")),
        major=dice.random() < 0.2, pinned=dice.random() < 0.2, category=dice.choice(CATEGORIES),
        channel=dice.choice(list(Channel)).value, deleted_at=NOW if dice.random() < 0.05 else None,
        merged_into=_maybe(dice, (1, 2)) if dice.random() < 0.2 else None, parent_number=_maybe(dice, (1, 2, 3)) if dice.random() < 0.4 else None,
        external_id=f"{dice.choice(('INC', 'inc', 'Wé'))}-{number}" if dice.random() < 0.5 else None,
        language=dice.choice((None, "en", "zh", "EN")), severity=_maybe(dice, (1, 2, 3, 4, 5)), moscow=_maybe(dice, ("must", "should", "wont")),
        affected_users=_maybe(dice, (0, 3, 50)), pending_until=_maybe(dice, (_instant(dice),)), first_response_at=_maybe(dice, (_instant(dice),)),
        resolved_at=_maybe(dice, (_instant(dice),)), closed_at=_maybe(dice, (_instant(dice),)), reopen_count=dice.randint(0, 2),
        reassignment_count=dice.randint(0, 2), resolution_code=dice.choice((None, "fixed", "Fixed", "已解决", "GELÖST")),
        cause=_maybe(dice, TEXTS) or None, resolution=_maybe(dice, TEXTS) or None, **due,
    )  # fmt: skip


def fill(path: Path, count: int, seed: int) -> Store:
    """A store with people, teams and `count` random tickets with comments, tags, watchers, links and so on."""
    store, dice = Store(path), random.Random(seed)
    entries = []

    def put(table: str, row: dict[str, Any], *key: Any) -> None:
        entries.append(Entry("test", table, key[0], NOW, rows=[RowChange(table, key, None, row)]))

    for i, name in ORGANISATIONS:
        put("organisation", new_row("organisation", id=i, name=name), i)
    for i, name, email, login in PEOPLE:
        put("person", new_row("person", id=i, name=name, email=email, login=login, vip=i == 2), i)
    for i, code, name in TEAMS:
        put("team", new_row("team", id=i, code=code, name=name), i)
    for i, code, name in SERVICES:
        put("service", new_row("service", id=i, code=code, name=name), i)
    for i, name in CIS:
        put("configuration_item", new_row("configuration_item", id=i, name=name), i)
    for number in range(1, count + 1):
        put("ticket", _row(number, dice), number)
    for number in range(1, count + 1):
        for tag in dice.sample(TAGS, dice.choice((0, 0, 1, 2))):
            put("ticket_tag", {"number": number, "tag": tag}, number, tag)
        for person in dice.sample(range(1, 8), dice.choice((0, 0, 1, 2))):
            put("watcher", {"number": number, "person_id": person}, number, person)
        if dice.random() < 0.2:
            put("checklist_item", new_row("checklist_item", id=number, number=number, text="x"), number)
        if dice.random() < 0.2:
            put("attachment", new_row("attachment", id=number, number=number, name="x", sha256="0"), number)
        other = dice.randint(1, count)
        if dice.random() < 0.2 and other != number:
            put("link", {"number": number, "type": "relates", "other": other}, number, "relates", other)
        for n in range(dice.choice((0, 0, 1, 2))):
            key = number << 20 | n + 1
            kind = dice.choice(("reply", "note"))
            put(
                "comment",
                new_row("comment", id=key, number=number, kind=kind, body=dice.choice(TEXTS), created_at=NOW),
                key,
            )
    with store.write() as tx:
        tx.apply(ChangeSet(entries, NOW))
    return store


def records(conn: sqlite3.Connection, *, notes: bool) -> list[dict[str, Any]]:
    """The tickets as filter records."""
    people = {i: {"name": n, "email": e, "login": login} for i, n, e, login in PEOPLE}
    named = {"team": (TEAMS, "team_id"), "service": (SERVICES, "service_id")}
    out = []
    cursor = conn.execute("SELECT * FROM ticket ORDER BY number")
    columns = [d[0] for d in cursor.description]
    for values in cursor.fetchall():
        row = dict(zip(columns, values, strict=True))
        number = row["number"]

        def column(sql: str, number: int = number) -> list[Any]:
            return [v for (v,) in conn.execute(sql, {"number": number})]

        row["parent"] = row["parent_number"]
        for field, (things, key) in named.items():
            row[field] = next(({"code": c, "name": n} for i, c, n in things if i == row[key]), None)
        row["organisation"] = dict(ORGANISATIONS).get(row["organisation_id"])
        row["ci"] = dict(CIS).get(row["ci_id"])
        row["assignee"], row["requester"] = people.get(row["assignee_id"]), people.get(row["requester_id"])
        row["vip"] = row["requester_id"] == 2
        row["watchers"] = [people[p] for p in column("SELECT person_id FROM watcher WHERE number = :number")]
        row["tags"] = column("SELECT tag FROM ticket_tag WHERE number = :number")
        row["attachments"] = column("SELECT id FROM attachment WHERE number = :number")
        row["checklist"] = column("SELECT id FROM checklist_item WHERE number = :number")
        row["links"] = column("SELECT 1 FROM link WHERE number = :number OR other = :number")
        row["children"] = column("SELECT number FROM ticket WHERE parent_number = :number")
        row["sla_state"] = sla_state(row["sla_run"], row["due_at"], row["warn_at"], NOW)
        bodies = column("SELECT body FROM comment WHERE number = :number" + ("" if notes else " AND kind = 'reply'"))
        # A phrase stands within one text, never across two.
        row["text"] = " qqq ".join([row["title"], row["description"], *bodies])
        out.append(row)
    return out
