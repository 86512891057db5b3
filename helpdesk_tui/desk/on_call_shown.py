"""On-call schedules for people and programs: who is on now, shifts of a stretch, what a change would do.

Names and numbers of people stand plainly for those who may read the directory so; for others they are masked.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from helpdesk_tui.desk import masking
from helpdesk_tui.desk.on_call_who import (
    ASKED,
    STANDING,
    SWAP,
    TEMPORARY,
    Kept,
    changes_of,
    name_of,
    person_id,
)
from helpdesk_tui.desk.shapes import Object, Objects, Texts, reason, when
from helpdesk_tui.rules.oncall import Person, Shift, next_change, on_call, shifts
from helpdesk_tui.vocabulary.records import Instant
from helpdesk_tui.vocabulary.roles import Permission, Scope

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

_PERSON: Final = "SELECT name, login, email, phone, active FROM person WHERE id = ?"
# Reasons of those who are on by somebody's hand.
_BY_HAND: Final = frozenset({"oncall.cover", "oncall.replace", "oncall.add", "oncall.swap", "oncall.temporary"})


class Names:
    """People by their ids, asked once each: handle, name, phone number, whether active."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._plain = desk.plain_scope(Permission.PEOPLE_READ) is Scope.ALL
        self._known: dict[int, Object] = {}

    def of(self, person: int) -> Object:
        """`{"id", "who", "name", "phone", "active"}`, masked where the actor may not know."""
        found = self._known.get(person)
        if found is None:
            rows = self._desk.store.query(_PERSON, (person,))
            name, login, email, phone, active = rows[0] if rows else (f"#{person}", None, None, None, False)
            plain = self._plain or person == self._desk.actor.id
            found = self._known[person] = {
                "id": person,
                "who": (login or email or f"#{person}") if plain else f"#{person}",
                "name": name if plain else masking.name(name),
                "phone": phone if plain else masking.phone(phone),
                "active": bool(active),
            }
        return found

    def who(self, people: Iterable[int]) -> Texts:
        """Handles."""
        return [self.of(person)["who"] for person in people]

    def names(self, people: Iterable[int]) -> Texts:
        """Names."""
        return [self.of(person)["name"] for person in people]

    def group(self, people: Sequence[int]) -> Object:
        """`{"ids", "people", "names"}` of people on call together."""
        return {"ids": [*people], "people": self.who(people), "names": self.names(people)}

    def reasons(self, people: Iterable[Person]) -> Objects:
        """Why each is on: reasons with `who`, the people in them by their handles."""
        return [
            {**reason(self._named(why.data())), "who": self.of(person_id(person.name))["who"]}
            for person in people
            for why in person.reasons
        ]

    def _named(self, data: Object) -> Object:
        person = data.get("person")
        return data | {"person": self.of(person_id(person))["who"]} if isinstance(person, str) else data


def ids(people: Iterable[Person]) -> list[int]:
    """The ids of people on call, in their order."""
    return sorted(person_id(person.name) for person in people)


def shifts_of(kept: Kept, start: Instant, end: Instant) -> list[Shift]:
    """Who is on in [start, end), one after another; one long gap where the schedule is switched off."""
    return shifts(kept.rule, start, end) if kept.row["active"] else [Shift(start, end, ())]


def now_row(desk: "Desk", kept: Kept, at: Instant, names: Names) -> Object:
    """Who is on at an instant, until when, and who is next; null where nothing changes within 400 days."""
    active = bool(kept.row["active"])
    on = on_call(kept.rule, at) if active else ()
    then = next_change(kept.rule, at) if active else None
    coming = names.group(ids(then.people)) if then is not None else None
    return {
        "schedule": kept.row["code"],
        "name": kept.row["name"],
        "timezone": kept.row["tz"],
        "team": desk.directory.team_code(kept.row["team_id"]),
        "active": active,
        "at": when(at),
        **names.group(ids(on)),
        "gap": not on,
        "until_at": when(then.start) if then is not None else None,
        "next_people": coming["people"] if coming else None,
        "next_names": coming["names"] if coming else None,
        "reasons": names.reasons(on),
        "open_swaps": sum(1 for each in kept.changes if each["state"] == ASKED and each["end_at"] > at),
    }


def shift_row(kept: Kept, shift: Shift, names: Names) -> Object:
    """A shift or a gap; `changed` where somebody's hand is in it, `refs` names the changes that bear on it."""
    refs = [
        name_of(each["id"])
        for each in kept.changes
        if each["state"] == STANDING and each["start_at"] < shift.end and each["end_at"] > shift.start
    ]
    by_hand = any(why.code in _BY_HAND for person in shift.people for why in person.reasons)
    return {
        "schedule": kept.row["code"],
        "start_at": when(shift.start),
        "end_at": when(shift.end),
        **names.group(ids(shift.people)),
        "gap": not shift.people,
        "changed": by_hand or (bool(refs) and not shift.people),
        "refs": refs,
        "reasons": names.reasons(shift.people),
    }


def shift_rows(kept: Kept, start: Instant, end: Instant, names: Names) -> Objects:
    """The shifts and gaps of [start, end) in their order."""
    return [shift_row(kept, shift, names) for shift in shifts_of(kept, start, end)]


def differences(before: Sequence[Shift], after: Sequence[Shift], names: Names) -> Objects:
    """Stretches in which other people would be on: `{"start_at", "end_at", "before", "after"}`, by handle."""
    edges = sorted({shift.start for shift in (*before, *after)} | {shift.end for shift in (*before, *after)})
    found: Objects = []
    for start, end in pairwise(edges):
        was, becomes = _at(before, start), _at(after, start)
        if was == becomes:
            continue
        row = {"start_at": when(start), "end_at": when(end), "before": names.who(was), "after": names.who(becomes)}
        last = found[-1] if found else None
        if last and (last["end_at"], last["before"], last["after"]) == (row["start_at"], row["before"], row["after"]):
            last["end_at"] = row["end_at"]
        else:
            found.append(row)
    return found


def _at(found: Sequence[Shift], at: Instant) -> list[int]:
    return next((ids(shift.people) for shift in found if shift.start <= at < shift.end), [])


def change_row(desk: "Desk", change: Mapping[str, Any], code: str, names: Names) -> Object:
    """What is laid over a schedule: `state` is `asked` (a swap without a taker), `standing`, `withdrawn` or `past`."""
    document = json.loads(change["document"] or "{}")
    kind = change["kind"]
    people = [person_id(text) for text in document.get("people", ())]
    removed = document.get("requester" if kind == SWAP else "removed")
    if kind == SWAP and document.get("taker"):
        people = [person_id(document["taker"])]
    if kind == TEMPORARY:
        people = sorted({person_id(text) for shift in document.get("shifts", ()) for text in shift["people"]})
    over = change["end_at"] <= desk.now() and change["state"] != "withdrawn"
    return {
        "id": change["id"],
        "ref": name_of(change["id"]),
        "schedule": code,
        "kind": kind,
        "state": "past" if over else change["state"],
        "start_at": when(change["start_at"]),
        "end_at": when(change["end_at"]),
        **names.group(people),
        "removed": names.of(person_id(removed))["who"] if removed else None,
        "removed_name": names.of(person_id(removed))["name"] if removed else None,
        "note": change["note"] or "",
        "author": names.of(change["author_id"])["who"] if change["author_id"] else None,
        "version": change["version"],
    }


def change_rows(desk: "Desk", schedule: Mapping[str, Any], start: Instant, end: Instant, names: Names) -> Objects:
    """The changes of a schedule that reach into [start, end), by their start."""
    found = changes_of(desk, schedule["id"], start, end)
    found.sort(key=lambda change: (change["start_at"], change["id"]))
    return [change_row(desk, change, schedule["code"], names) for change in found]
