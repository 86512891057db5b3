"""Messages: exactly what the journal says, by mail, webhook and command of this machine, through failures and restarts."""

import hashlib
import hmac
import json
import os
import stat
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpdesk_tui.cli import worker
from helpdesk_tui.desk import heartbeat, messages, outbox
from helpdesk_tui.desk.desk import Desk
from helpdesk_tui.desk.work import Draft
from helpdesk_tui.intake.sending import Channels, config, deliver, rounds
from helpdesk_tui.intake.sending.config import Command, Mail, Webhook
from helpdesk_tui.intake.sending.outcome import Refused, Unreachable
from helpdesk_tui.rules import delivery
from helpdesk_tui.vocabulary.errors import Conflict, DeskError, Invalid, NotFound, NotPermitted, Usage
from tests.desk_fixtures import ANA, FixedClock, as_person, clock, desk
from tests.loopback import MailServer, WebServer, serving

__all__ = ["clock", "desk"]
PRIVATE = Webhook(b"a secret of this test", private=True)


def page(desk: Desk, number: int, people: list[int], severity: int = 1, **params: Any) -> int:
    """Tell people of a ticket; the entry's sequence number."""
    with desk.work("ticket.edit") as work:
        row = work.row("ticket", number)
        assert row is not None
        draft = Draft(row, at=work.now)
        draft.set(affected_users=(row["affected_users"] or 0) + 1, updated_at=max(work.now, row["updated_at"] + 1))
        draft.because(messages.tell(people, "page", severity, level=1, levels=2, **params))
        work.drafts[number] = draft
    return desk.store.head()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with serving(MailServer) as server:
        yield server


@pytest.fixture
def web() -> Iterator[WebServer]:
    with serving(WebServer) as server:
        yield server


def channels(mail: MailServer | None = None, commands: dict[str, Command] | None = None) -> Channels:
    address = None if mail is None else Mail("127.0.0.1", mail.server_address[1], sender="Desk <desk@example.org>")
    return Channels(address, PRIVATE, commands or {})


def once(desk: Desk, clock: FixedClock, known: Channels, wait: int = delivery.HOLD) -> dict[str, int]:
    outbox.collect(desk)
    clock.forward(wait)
    return rounds.send_due(desk, known, "w")


def test_a_page_goes_by_every_channel_and_the_words_are_the_receivers(
    desk: Desk, clock: FixedClock, mail: MailServer, web: WebServer
) -> None:
    desk.people.add("Bo", login="bo", email="bo@example.org", agent=True, language="zh_CN", roles=["service_desk"])
    bo = desk.people.person("bo").id
    for channel, address in (("email", None), ("webhook", web.url)):
        desk.notifying.add(channel, address, person="bo")
    number = desk.tickets.open("Mail\r\nBcc: x@example.org \x1b[31m{title} %s")["number"]
    page(desk, number, [bo, bo], severity=2)
    assert once(desk, clock, channels(mail)) == {"sent": 2, "waiting": 0, "failed": 0}
    assert rounds.send_due(desk, channels(mail), "w") == {"sent": 0, "waiting": 0, "failed": 0}
    (sent,) = mail.mails
    assert (sent["To"], sent["From"], sent["Bcc"]) == ("bo@example.org", "Desk <desk@example.org>", None)
    assert sent["Subject"].startswith(f"SEV2 #{number}") or sent["Subject"].startswith("SEV2")
    assert "\x1b" not in sent.get_content() and "{title} %s" in sent.get_content()
    assert f"helpdesk ack {number}" in sent.get_content()
    headers, body, said = web.taken[0]
    assert said["number"] == number and said["severity"] == "SEV2" and said["what"] == "page"
    assert headers["Idempotency-Key"] == said["key"]
    signed = headers["X-Helpdesk-Timestamp"].encode() + b"." + body
    assert headers["X-Helpdesk-Signature"] == "sha256=" + hmac.new(PRIVATE.secret, signed, hashlib.sha256).hexdigest()
    told = desk.notifying.outbox()
    assert Counter((one["channel"], one["state"]) for one in told) == {
        ("console", "sent"): 1, ("email", "sent"): 1, ("webhook", "sent"): 1,
    }  # fmt: skip


def test_what_was_before_anybody_wanted_to_be_told_is_not_told(desk: Desk, clock: FixedClock, web: WebServer) -> None:
    number = desk.tickets.open("Before")["number"]
    page(desk, number, [desk.actor.id])
    assert outbox.collect(desk) == 0
    desk.notifying.add("webhook", web.url)
    assert once(desk, clock, channels())["sent"] == 0
    page(desk, number, [desk.actor.id])
    assert once(desk, clock, channels())["sent"] == 1


def test_an_undo_within_seconds_withdraws_the_message(desk: Desk, clock: FixedClock, web: WebServer) -> None:
    desk.notifying.add("webhook", web.url)
    number = desk.tickets.open("Undone")["number"]
    seq = page(desk, number, [desk.actor.id])
    assert outbox.collect(desk) == 1
    assert rounds.send_due(desk, channels(), "w")["sent"] == 0
    desk.undoing.entry(seq)
    assert once(desk, clock, channels())["sent"] == 0
    assert [one["state"] for one in desk.notifying.outbox("withdrawn")] == ["withdrawn"]


def test_severity_and_quiet_hours_choose_what_goes_out_when(desk: Desk, clock: FixedClock, web: WebServer) -> None:
    desk.notifying.add("webhook", web.url, severity="SEV3", quiet="22:00-07:00", quiet_severity="SEV1", tz="UTC")
    number = desk.tickets.open("Night")["number"]
    clock.forward(14 * 3600)
    for severity in (1, 3, 4):
        page(desk, number, [desk.actor.id], severity=severity)
    assert once(desk, clock, channels())["sent"] == 1
    assert [said["severity"] for _h, _b, said in web.taken] == ["SEV1"]
    clock.forward(8 * 3600)
    assert rounds.send_due(desk, channels(), "w")["sent"] == 1
    assert [said["severity"] for _h, _b, said in web.taken] == ["SEV1", "SEV3"]


def test_what_fails_is_tried_again_in_order_and_ends(desk: Desk, clock: FixedClock, web: WebServer) -> None:
    desk.notifying.add("webhook", web.url)
    number = desk.tickets.open("Order")["number"]
    web.statuses += [503, 429, 204, 404]
    first = page(desk, number, [desk.actor.id], note="first")
    second = page(desk, number, [desk.actor.id], note="second")
    assert once(desk, clock, channels()) == {"sent": 0, "waiting": 1, "failed": 0}
    clock.forward(delivery.FIRST_WAIT - 1)
    assert rounds.send_due(desk, channels(), "w") == {"sent": 0, "waiting": 0, "failed": 0}
    clock.forward(1)
    assert rounds.send_due(desk, channels(), "w") == {"sent": 0, "waiting": 1, "failed": 0}
    clock.forward(2 * delivery.FIRST_WAIT)
    assert rounds.send_due(desk, channels(), "w") == {"sent": 1, "waiting": 0, "failed": 1}
    assert [int(said["key"].split(":")[0]) for _h, _b, said in web.taken] == [first]
    (failed,) = desk.notifying.outbox("failed")
    assert failed["error"] == "answered 404" and failed["attempts"] == 1
    assert desk.notifying.retry() == {"retried": 1}
    assert rounds.send_due(desk, channels(), "w")["sent"] == 1
    assert [int(said["key"].split(":")[0]) for _h, _b, said in web.taken] == [first, second]
    with pytest.raises(NotFound):
        desk.notifying.retry(failed["id"])


def test_it_gives_up_after_so_many_tries(desk: Desk, clock: FixedClock, web: WebServer) -> None:
    desk.notifying.add("webhook", web.url)
    page(desk, desk.tickets.open("Never")["number"], [desk.actor.id])
    web.statuses += [500] * delivery.TRIES
    outbox.collect(desk)
    done: Counter[str] = Counter()
    for _try in range(delivery.TRIES + 3):
        clock.forward(delivery.LONGEST_WAIT)
        done.update(rounds.send_due(desk, channels(), "w"))
    assert (done["waiting"], done["failed"], done["sent"]) == (delivery.TRIES - 1, 1, 0)


def test_a_worker_that_died_while_sending_loses_and_doubles_nothing(
    desk: Desk, clock: FixedClock, web: WebServer
) -> None:
    """At least once: what was sent without being told of comes again, with the key by which its receiver knows it."""
    desk.notifying.add("webhook", web.url)
    numbers = [desk.tickets.open(f"T{n}")["number"] for n in range(3)]
    expected = {page(desk, number, [desk.actor.id]) for number in numbers}
    outbox.collect(desk)
    clock.forward(delivery.HOLD)
    killed = outbox.take(desk, "killed after sending", "webhook")[0]
    deliver(killed, channels())
    outbox.take(desk, "killed before sending", "webhook")
    assert rounds.send_due(desk, channels(), "w")["sent"] == 1
    with Desk.open(desk.store.path, user=ANA, clock=clock) as other:
        assert rounds.send_due(other, channels(), "w")["sent"] == 0
        clock.forward(delivery.LEASE)
        assert rounds.send_due(other, channels(), "w")["sent"] == 2
    keys = [said["key"] for _h, _b, said in web.taken]
    assert len(keys) == 4 and keys.count(killed.key) == 2
    assert {int(key.split(":")[0]) for key in keys} == expected
    # Whose lease was over says nothing about it any more.
    outbox.settle(desk, "killed after sending", killed, "too late")
    assert {one["state"] for one in desk.notifying.outbox() if one["channel"] == "webhook"} == {"sent"}


def test_many_workers_send_each_message_once(desk: Desk, clock: FixedClock) -> None:
    desk.notifying.add("webhook", "https://example.org/hook")
    for n in range(40):
        clock.forward(30)
        page(desk, desk.tickets.open(f"T{n}")["number"], [desk.actor.id])
        outbox.collect(desk)
    taken: list[str] = []
    guard = threading.Lock()

    def send(message: outbox.Message, _channels: Channels) -> None:
        with guard:
            taken.append(message.key)

    clock.forward(delivery.HOLD)

    def run(name: str) -> None:
        with Desk.open(desk.store.path, user=ANA, clock=clock) as own:
            rounds.send_due(own, channels(), name, send)

    threads = [threading.Thread(target=run, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 40


def test_a_flood_becomes_one_message_more(desk: Desk, clock: FixedClock, web: WebServer) -> None:
    desk.notifying.add("webhook", web.url)
    numbers = [desk.tickets.open(f"T{n}")["number"] for n in range(30)]
    for number in numbers:
        page(desk, number, [desk.actor.id])
    outbox.collect(desk)
    clock.forward(60)
    assert rounds.send_due(desk, channels(), "w")["sent"] == delivery.BURST + 1
    assert sorted(said["what"] for _h, _b, said in web.taken) == ["digest"] + ["page"] * delivery.BURST
    digest = next(said for _h, _b, said in web.taken if said["what"] == "digest")
    assert digest["subject"].startswith(f"{30 - delivery.BURST} ")


def test_a_channel_that_hangs_or_breaks_holds_no_other_up(desk: Desk, clock: FixedClock, web: WebServer) -> None:
    desk.people.edit("ana", set={"email": "ana@example.org"})
    desk.notifying.add("email")
    desk.notifying.add("webhook", web.url)
    page(desk, desk.tickets.open("Lanes")["number"], [desk.actor.id])
    outbox.collect(desk)
    clock.forward(delivery.HOLD)
    sent = threading.Event()

    def send(message: outbox.Message, known: Channels) -> None:
        if message.channel == "email":
            # The mail server answers only after the page went out by the webhook.
            assert sent.wait(30)
            raise ZeroDivisionError
        deliver(message, known)
        sent.set()

    known = Channels(Mail("127.0.0.1", sender="a@example.org"), PRIVATE)
    assert rounds.send_due(desk, known, "w", send) == {"sent": 1, "waiting": 1, "failed": 0}
    assert [one["error"] for one in desk.notifying.outbox("waiting")] == ["ZeroDivisionError"]


def test_what_is_not_set_up_here_is_left_to_others(desk: Desk, clock: FixedClock, mail: MailServer) -> None:
    desk.people.edit("ana", set={"email": "ana@example.org"})
    desk.notifying.add("email")
    page(desk, desk.tickets.open("Elsewhere")["number"], [desk.actor.id])
    assert once(desk, clock, channels()) == {"sent": 0, "waiting": 0, "failed": 0}
    assert rounds.send_due(desk, channels(mail), "w")["sent"] == 1


@pytest.mark.parametrize(
    ("word", "answer", "error"),
    [
        ("RCPT", "550 no such user", Refused), ("RCPT", "451 try later", Unreachable),
        ("MAIL", "421 busy", Unreachable), ("MAIL", "554 go away", Refused), ("END", "452 disk full", Unreachable),
        ("END", "554 spam", Refused), ("EHLO", "421 bye", Unreachable),
    ],
)  # fmt: skip
def test_what_a_mail_server_says(mail: MailServer, word: str, answer: str, error: type[Exception]) -> None:
    mail.answers = {word: [answer], "HELO": [answer]}
    with pytest.raises(error):
        deliver(message("email", "bo@example.org"), channels(mail))
    assert mail.mails == []


def message(channel: str, address: str, **more: Any) -> outbox.Message:
    known = {"subject": "Subject", "body": "Body ü 中文", "number": 7, "severity": 1} | more
    return outbox.Message(
        1, "9:1:x", channel, address, known["severity"], known["subject"], known["body"], known["number"], 1, {}
    )


def test_a_second_try_of_a_mail_has_the_same_id_and_a_ticket_is_one_thread(mail: MailServer) -> None:
    for _try in range(2):
        deliver(message("email", "bo@example.org"), channels(mail))
    assert mail.mails[0]["Message-ID"] == mail.mails[1]["Message-ID"]
    assert mail.mails[0]["References"] == "<ticket-7@example.org>"
    assert mail.mails[0].get_content().split() == ["Body", "ü", "中文"]  # type: ignore[attr-defined]
    for wrong in ("", "nobody", "a@b, c@d", "x@y\r\nBcc: z@y", "@", "a@"):
        with pytest.raises((Refused, Unreachable)):
            deliver(message("email", wrong), channels(mail))
    assert len(mail.mails) == 2


def test_nobody_listens() -> None:
    with serving(WebServer) as gone:
        url = gone.url
    with pytest.raises(Unreachable):
        deliver(message("webhook", url), channels())
    known = Channels(Mail("127.0.0.1", int(url.split(":")[2].split("/")[0]), sender="a@example.org"))
    with pytest.raises(Unreachable):
        deliver(message("email", "bo@example.org"), known)


def test_webhooks_go_to_the_world_unless_told_otherwise_and_follow_nobody(web: WebServer) -> None:
    for address in (
        "http://127.0.0.1:1/",
        "http://localhost/",
        "http://[::1]/",
        "http://10.0.0.1/",
        "http://169.254.1.1/",
    ):
        with pytest.raises(Refused, match="local network"):
            deliver(message("webhook", address), Channels())
    for address in ("ftp://example.org/", "file:///etc/passwd", "example.org", "http://", "javascript:1"):
        with pytest.raises(Refused):
            deliver(message("webhook", address), channels())
    web.statuses.append(302)
    with pytest.raises(Refused, match="302"):
        deliver(message("webhook", web.url), channels())
    assert web.taken == []


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Writes its arguments and its input down; ends as its first argument says."""
    path = tmp_path / "program"
    path.write_text(
        f"#!{sys.executable}\nimport json, sys\n"
        f"json.dump([sys.argv[1:], sys.stdin.buffer.read().decode()], open({str(tmp_path / 'told')!r}, 'w'))\n"
        "sys.stderr.write('what went wrong')\nsys.exit(int(sys.argv[1]) if sys.argv[1].isdigit() else 0)\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_a_command_gets_each_field_as_one_argument_and_no_shell(program: Path, tmp_path: Path) -> None:
    nasty = "$(touch /tmp/x); `id` && echo \"'\n--help *"
    known = channels(
        commands={"pager": Command((str(program), "{address}", "{severity}", "{subject}", "a{body}", "--"))}
    )
    deliver(message("command", f"pager {nasty}", subject=nasty), known)
    told = json.loads((tmp_path / "told").read_text())
    assert told == [[nasty.strip(), "SEV1", nasty, "a{body}", "--"], "Body ü 中文"]
    with pytest.raises(Unreachable, match="ended with 3: what went wrong"):
        deliver(message("command", "pager 3"), known)
    with pytest.raises(Refused, match="no command other"):
        deliver(message("command", "other x"), known)
    with pytest.raises(Refused, match="is not there"):
        deliver(message("command", "gone"), channels(commands={"gone": Command(("/nowhere/x",))}))


def test_the_file_of_channels(tmp_path: Path) -> None:
    path = tmp_path / "channels.toml"
    assert config.read_file(path) == Channels()
    with pytest.raises(Usage):
        config.read_file(path, must=True)
    secret = tmp_path / "secret"
    secret.write_text("from a file\n")
    path.write_text(
        '[email]\nhost = "mail.example.org"\nsecurity = "starttls"\nuser = "u"\npassword_env = "PW"\nsender = "D <d@e.org>"\n'
        f'[webhook]\nsecret_file = "{secret}"\nprivate = true\n[command.pager]\nargv = ["/bin/page", "{{subject}}"]\n'
    )
    known = config.read_file(path, {"PW": "from the environment"})
    assert known.email == Mail("mail.example.org", 587, "starttls", "u", "from the environment", "D <d@e.org>")
    assert known.webhook == Webhook(b"from a file", private=True)
    assert known.commands == {"pager": Command(("/bin/page", "{subject}"))}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("email = 1", "email"), ("[email]\nhost = 'h'", "email"), ("[nobody]\nx = 1", "nobody"),
        ("[email]\nhost = 'h'\nsender = 'a@b'\nport = 0", "email.port"),
        ("[email]\nhost = 'h'\nsender = 'a@b'\nsecurity = 'maybe'", "email.security"),
        ("[email]\nhost = 'h'\nsender = 'a@b'\npassword_env = 'NOWHERE'", "email.password_env"),
        ("[email]\nhost = 'h'\nsender = 'a@b'\npassword_file = '/nowhere/x'", "email.password_file"),
        ("[email]\nhost = 'h'\nsender = 'a@b'\ntimeout = 61", "email.timeout"),
        ("[email]\nhost = 'h'\nsender = 'a@b'\nmore = 1", "email.more"), ("[webhook]\nprivate = 1", "webhook.private"),
        ("[command]\nx = 1", "command.x"), ("[command.x]\nargv = 'sh'", "command.x.argv"),
        ("[command.x]\nargv = ['sh', '-c']", "command.x.argv"), ("[command.x]\nargv = []", "command.x.argv"),
        ("[command.x]\nargv = ['/bin/x', '{secret}']", "command.x.argv"), ("[email", "channels.toml"), ("x = \0", "channels.toml"),
    ],
)  # fmt: skip
def test_a_wrong_file_of_channels_names_the_key(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "channels.toml"
    path.write_text(text)
    with pytest.raises(Invalid) as refused:
        config.read_file(path, {})
    assert key in str(refused.value) and str(path) in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("channel", "options"),
    [
        ("pigeon", {}), ("webhook", {}), ("command", {"address": " "}), ("email", {"address": "nobody"}), ("email", {}),
        ("email", {"address": "a@b c"}), ("webhook", {"address": "https://x/\a"}), ("webhook", {"address": "x" * 1_001}),
        ("webhook", {"address": "https://x", "severity": "SEV6"}), ("webhook", {"address": "https://x", "quiet": "22-7"}),
        ("webhook", {"address": "https://x", "quiet": "24:00-07:00"}), ("webhook", {"address": "https://x", "tz": "Mars"}),
        ("webhook", {"address": "https://x", "quiet_severity": ""}),
    ],
)  # fmt: skip
def test_a_wrong_way_of_being_told_is_refused(desk: Desk, channel: str, options: dict[str, Any]) -> None:
    head = desk.store.head()
    with pytest.raises(DeskError):
        desk.notifying.add(channel, options.pop("address", None), **options)
    assert desk.store.head() == head and desk.notifying.rules() == []


def test_ways_of_being_told_are_ones_own(desk: Desk) -> None:
    with as_person(desk, "bo", "service_desk", agent=True) as bo:
        mine = bo.notifying.add("webhook", "https://example.org/bo")
        assert bo.notifying.rules() == [mine] and mine["severity"] == "SEV5"
        others = desk.notifying.add("webhook", "https://example.org/ana")
        assert bo.notifying.rules("all") == [mine]
        for forbidden in (
            lambda: bo.notifying.rules("ana"), lambda: bo.notifying.add("console", person="ana"),
            lambda: bo.notifying.test("ana"), lambda: bo.notifying.outbox(person="ana"),
        ):  # fmt: skip
            with pytest.raises(NotPermitted):
                forbidden()
        with pytest.raises(NotFound):
            bo.notifying.remove(others["id"])
        assert {one["id"] for one in desk.notifying.rules("all")} == {mine["id"], others["id"]}
        assert desk.notifying.remove(mine["id"]) == mine
        assert bo.notifying.rules() == []
    for n in range(19):
        desk.notifying.add("webhook", f"https://example.org/{n}")
    with pytest.raises(Conflict):
        desk.notifying.add("webhook", "https://example.org/20")


def test_a_sensitive_ticket_is_not_named(desk: Desk, clock: FixedClock, web: WebServer) -> None:
    desk.notifying.add("webhook", web.url)
    number = desk.tickets.open("A very private matter")["number"]
    desk.tickets.sensitive(number, "health")
    page(desk, number, [desk.actor.id])
    once(desk, clock, channels())
    assert b"private matter" not in web.taken[0][1] and b"a sensitive ticket" in web.taken[0][1]


@pytest.mark.parametrize("what", [*messages.TEXTS, "something else"])
@pytest.mark.parametrize("language", ["en", "zh_CN", None])
def test_every_message_has_words_whatever_it_is_given(what: str, language: str | None) -> None:
    ticket = {"number": 1, "ref": "INC-1", "title": "T{0}\x1b", "sensitive": False}
    for given, about in (({}, None), ({"level": None, "levels": [1, 2], "severity": 1, "at": "{x}"}, ticket)):
        said = messages.words(what, given, about, language)
        assert said.subject and "\n" not in said.subject and "\x1b" not in said.subject + said.body


def test_the_worker_does_what_is_due_and_shows_itself(
    desk: Desk, clock: FixedClock, web: WebServer, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.notifying.add("webhook", web.url)
    number = desk.tickets.open("Waits", set={"kind": "incident"})["number"]
    desk.tickets.take(number)
    desk.tickets.state(number, "awaiting_user", until=clock.now + 3_600, reason="asked")
    assert "nobody does what is due" in "\n".join(worker.state_lines(desk.timers.state()))
    desk.notifying.test()
    turns = iter([False, False, True])

    def wait() -> bool:
        clock.forward(1_860)
        return next(turns)

    assert worker.loop(desk, channels(), "here:1", wait) == 3
    assert desk.tickets.show(number)["state"] == "in_progress" and len(web.taken) == 1
    state = desk.timers.state()
    (me,) = state["programs"]
    assert (me["id"], me["kind"], me["fired"], me["latest"], me["alive"]) == ("here:1", "worker", 1, 120, False)
    assert state["outbox"] == {"sent": 2} and state["due"] == 0 and state["stuck"] == []
    clock.forward(8 * 86_400)
    heartbeat.beat(desk, "other", "tick")
    assert [one["id"] for one in desk.timers.state()["programs"]] == ["other"]
    assert outbox.sweep(desk) == 0
    clock.forward(delivery.KEEP)
    assert outbox.sweep(desk) == 2


def test_the_worker_waits_out_a_busy_desk(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from helpdesk_tui.vocabulary.errors import Busy

    turns = iter([Busy("busy"), None])

    def round_(*_args: Any) -> None:
        turn = next(turns)
        if turn is not None:
            raise turn

    monkeypatch.setattr(worker, "one_round", round_)
    ends = iter([False, True])
    assert worker.loop(desk, Channels(), "w", lambda: next(ends)) == 2
    assert capsys.readouterr().err.count("busy") == 1


def test_names_of_workers_differ() -> None:
    assert worker.name_of().endswith(f":{os.getpid()}")
