"""`helpdesk worker`: does what is due and sends messages, until it is told to stop."""

import os
import platform
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from helpdesk_tui.cli import context, output
from helpdesk_tui.cli.commands import single
from helpdesk_tui.cli.output import Output, Row, print_result
from helpdesk_tui.desk.places import config_dir
from helpdesk_tui.vocabulary.errors import Busy, StoreFault
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import one_line

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk
    from helpdesk_tui.intake.sending.config import Channels

EVERY: Final = 5
ChannelsOption = Annotated[
    str | None,
    typer.Option("--channels", metavar="FILE", help=N_("The file of channels (channels.toml beside config).")),
]
app, _declare = single(
    "worker",
    N_(
        "Do what is due and send messages, again and again, until SIGTERM or ctrl+c. Any number may run: each thing"
        " happens once. The file of channels says through what mail, webhooks and commands go."
    ),
    "helpdesk worker --once",
    "helpdesk worker --state -o json",
)


@_declare
def worker(
    once: Annotated[bool, typer.Option("--once", help=N_("Only once, then end."))] = False,
    state: Annotated[
        bool, typer.Option("--state", help=N_("Only show what is due, what is stuck, and who does it."))
    ] = False,
    every: Annotated[
        int, typer.Option("--every", metavar="SECONDS", min=1, max=3_600, help=N_("Look again after so long."))
    ] = EVERY,
    channels: ChannelsOption = None,
    output: output.OutputOption = Output.TABLE,
) -> None:
    if state:
        with context.current().desk() as desk:
            found = desk.timers.state()
        print_result(found, output=output, lines=state_lines(found))
        return
    known = channels_of(channels)
    with context.current().desk() as desk:
        if once:
            done = one_round(desk, known, name_of())
            print_result(done, output=output, lines=[round_line(done)])
            return
        context.say(_("at work every {n} seconds; ctrl+c ends it").format(n=every))
        stop = threading.Event()
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda _number, _frame: stop.set())
        loop(desk, known, name_of(), lambda: stop.wait(every))
        context.say(_("stopped"))


def channels_of(path: str | None) -> "Channels":
    """The channels of the file that was named, or of the one beside the settings. Raises Usage where it is named and
    not there."""
    from helpdesk_tui.intake.sending.config import read_file

    if path is not None:
        return read_file(Path(path), must=True)
    return read_file(config_dir() / "channels.toml")


def name_of() -> str:
    """What tells this program from others."""
    return f"{one_line(platform.node(), 40) or 'here'}:{os.getpid()}"


def one_round(desk: "Desk", channels: "Channels", name: str) -> dict[str, Any]:
    """Do what is due, then send: what was done."""
    from helpdesk_tui.desk import heartbeat, outbox
    from helpdesk_tui.intake.sending.rounds import send_due

    done = desk.timers.fire_due()
    sent = send_due(desk, channels, name)
    heartbeat.beat(desk, name, "worker", done["fired"], done["latest"])
    outbox.sweep(desk)
    return {**done, "messages": sent}


def loop(desk: "Desk", channels: "Channels", name: str, wait: Callable[[], bool]) -> int:
    """Rounds until `wait` (which waits for the next one) says so; how many. A busy or full disk is waited out."""
    rounds = 0
    while True:
        try:
            one_round(desk, channels, name)
        except (Busy, StoreFault) as error:
            context.say(one_line(str(error), 300))
        rounds += 1
        if wait():
            return rounds


def round_line(done: Row) -> str:
    """A round in a line."""
    said = _("fired: {fired}; sent: {sent}; to be tried again: {waiting}; failed: {failed}")
    return said.format(fired=done["fired"], **done["messages"])


def state_lines(found: Row) -> list[str]:
    """What is due, and who does it, in lines."""
    alive = [one for one in found["programs"] if one["alive"]]
    lines = [_("due now: {n}, the oldest for {seconds} s").format(n=found["due"], seconds=found["late"])]
    lines += [
        _("stuck: {what} {subject} {kind}, due {at}").format(
            what=one["subject_type"], subject=one["subject"], kind=one["kind"], at=one["due_at"]
        )
        for one in found["stuck"]
    ]
    lines += [
        _("{name} ({kind}): seen {at}, fired {n}, at most {seconds} s late").format(
            name=one["id"], kind=one["kind"], at=one["seen_at"], n=one["fired"], seconds=one["latest"]
        )
        for one in alive
    ] or [_("nobody does what is due: start `helpdesk worker`, or leave a console open")]
    return [*lines, *(f"{_(OUTBOX[state])}: {n}" for state, n in found["outbox"].items() if state in OUTBOX)]


OUTBOX: Final[dict[str, str]] = {
    "waiting": N_("messages to send"), "sent": N_("messages sent"), "failed": N_("messages that failed"),
    "withdrawn": N_("messages withdrawn"),
}  # fmt: skip
