"""A night of messages by mail, webhook and command through failing servers and dying workers: what the journal says."""

import contextlib
import hashlib
import random
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_tui.desk import outbox
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.intake.sending import Channels, deliver, rounds
from helpdesk_tui.intake.sending.config import Command, Mail, Webhook
from helpdesk_tui.rules import delivery
from helpdesk_tui.vocabulary.errors import Conflict
from tests.desk_fixtures import ANA, FixedClock, clock, desk
from tests.loopback import MailServer, WebServer, serving

__all__ = ["clock", "desk"]
WAYS = ("email", "webhook", "command")


@pytest.fixture
def servers() -> Iterator[tuple[MailServer, WebServer]]:
    with serving(MailServer) as mail, serving(WebServer) as web:
        yield mail, web


@pytest.fixture
def pager(tmp_path: Path) -> Path:
    """A command that writes its key down and fails every third time, before it wrote."""
    path = tmp_path / "pager"
    path.write_text(
        "#!/bin/sh\n"
        f'n=$(cat "{tmp_path}/n" 2>/dev/null || echo 0); n=$((n + 1)); echo "$n" > "{tmp_path}/n"\n'
        "[ $((n % 3)) -eq 0 ] && exit 1\n"
        f'echo "$1" >> "{tmp_path}/paged"\n'
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def told_by_journal(desk: Desk, people: dict[int, str]) -> set[tuple[str, str, int]]:
    """By the journal alone: every person it names and the way they want it, by entry and message."""
    from helpdesk_tui.store import journal

    found = set()
    for entry in journal.read(desk.store.reader(), journal.ALL):
        for reason in entry.reasons:
            if reason.get("code") == "notify.people":
                found |= {(people[p], str(reason["what"]), entry.seq or 0) for p in reason["people"] if p in people}
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_way_gets_what_the_journal_says_and_nothing_else(
    desk: Desk, clock: FixedClock, servers: tuple[MailServer, WebServer], pager: Path, tmp_path: Path, seed: int
) -> None:
    mail, web = servers
    dice = random.Random(seed)
    ways = {"email": None, "webhook": web.url, "command": "pager x"}
    people: dict[int, str] = {}
    for way, address in ways.items():
        person = desk.people.add(way.title(), login=way, email=f"{way}@example.org", agent=True, roles=["service_desk"])
        people[person["id"]] = way
        desk.notifying.add(way, address, person=way)
    outbox.collect(desk)
    since = desk.store.head()
    known = Channels(
        Mail("127.0.0.1", mail.server_address[1], sender="Desk <desk@example.org>"),
        Webhook(b"a secret of this test", private=True), {"pager": Command((str(pager), "{key}"))},
    )  # fmt: skip
    number = desk.incidents.declare("Payments API down", severity="SEV1")["number"]
    for turn in range(14):
        clock.forward(delivery.HOLD + dice.randrange(120))
        deed = dice.randrange(4)
        if deed == 0:
            desk.paging.page(number, people=[dice.choice(WAYS)], reason=f"turn {turn}")
        elif deed == 1:
            desk.incidents.offer(number, "scribe", dice.choice(WAYS))
        elif deed == 2:
            with contextlib.suppress(Conflict):
                desk.tickets.watch(number, person=dice.choice(WAYS))
            desk.incidents.publish(number, internal=f"turn {turn}")
        else:
            desk.timers.fire_due()
        web.statuses += dice.choices([204, 503, 429], k=dice.randrange(3))
        for word in dice.sample(["MAIL", "RCPT", "DATA", "."], k=dice.randrange(2)):
            mail.answers.setdefault(word, []).append("451 try again")
        with Desk.open(desk.store.path, user=ANA, clock=clock) as worker:
            outbox.collect(worker)
            if dice.random() < 0.4:
                # A worker takes a message, sends it perhaps, and dies before it says so.
                for lost in outbox.take(worker, f"dead {turn}", dice.choice(WAYS)):
                    try:
                        deliver(lost, known) if dice.random() < 0.5 else None
                    except Exception:
                        continue
            rounds.send_due(worker, known, f"w{turn}")
    web.statuses.clear()
    mail.answers.clear()
    for _round in range(12):
        clock.forward(delivery.LONGEST_WAIT)
        outbox.collect(desk)
        rounds.send_due(desk, known, "last")
    rows = desk.store.query(
        "SELECT dedupe, channel, state, person_id FROM outbox WHERE channel <> 'console' AND seq > ?", (since,)
    )
    assert {state for _key, _way, state, _person in rows} == {"sent"}
    by_way = {way: {key for key, channel, *_rest in rows if channel == way} for way in WAYS}
    # The outbox holds what the journal says, once each.
    expected = told_by_journal(desk, people)
    assert {(people[p], key.split(":")[-1], int(key.split(":")[0])) for key, _way, _state, p in rows} == expected
    assert len(rows) == len(expected) > 5
    # And what came is what the outbox holds; what came twice came with the same key.
    assert {said["key"] for _h, _b, said in web.taken} == by_way["webhook"]
    paged = (tmp_path / "paged").read_text("utf-8").splitlines() if (tmp_path / "paged").exists() else []
    assert set(paged) == by_way["command"]
    ids = {f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@example.org>" for key in by_way["email"]}
    assert {str(one["Message-ID"]) for one in mail.mails} == ids
    assert max(Counter(paged).values(), default=0) <= 3
    assert desk.audit.verify()["ok"]
