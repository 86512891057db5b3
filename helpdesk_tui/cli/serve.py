"""`helpdesk serve`: the listener for monitoring systems."""

import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from helpdesk_tui.cli import context
from helpdesk_tui.cli.commands import single
from helpdesk_tui.desk.places import config_dir
from helpdesk_tui.vocabulary.errors import Usage
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.text import one_line

app, _declare = single(
    "serve",
    N_(
        "Listen for events of monitoring systems over HTTP, on this machine only unless told otherwise. A file of senders"
        " says who may send and how they prove it."
    ),
    "helpdesk serve --senders /etc/helpdesk/senders.toml --check",
    "helpdesk serve --senders /etc/helpdesk/senders.toml --host 127.0.0.1 --port 8811 --check",
)


@_declare
def serve(
    senders: Annotated[
        str | None,
        typer.Option("--senders", metavar="FILE", help=N_("The file of senders (senders.toml beside config).")),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="ADDRESS", help=N_("Where to listen, instead of what the file says.")),
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", metavar="N", min=0, max=65_535, help=N_("The port; 0 takes a free one."))
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help=N_("Only check the file and the right to take events."))
    ] = False,
) -> None:
    from dataclasses import replace

    from helpdesk_tui.intake.http.config import read_file
    from helpdesk_tui.vocabulary.channels import Origin
    from helpdesk_tui.vocabulary.roles import Permission

    config = read_file(Path(senders) if senders is not None else config_dir() / "senders.toml")
    listener = config.listener
    listener = replace(
        listener, host=listener.host if host is None else host, port=listener.port if port is None else port
    )
    config = replace(config, listener=listener)
    bare = [name for name, one in config.senders.items() if not one.keys and not one.tokens]
    if bare:
        raise Usage(N_("sender {name} has neither keys nor tokens: nobody could prove to be it"), name=bare[0])
    if not config.senders:
        raise Usage(N_("the file names no sender: nobody could send anything"))
    with context.current().desk() as desk:
        desk.origin = Origin.API
        desk.require(Permission.EVENT_INGEST, "event.ingest")
        if check:
            context.say(_("the senders are in order: {names}").format(names=one_line(", ".join(config.senders), 500)))
            return
        from helpdesk_tui.intake.http.server import Listening

        try:
            server = Listening(desk, config, _fault)
        except OSError as error:
            raise Usage(
                N_("cannot listen on {host} port {port}: {error}"),
                host=config.listener.host, port=config.listener.port, error=error.strerror or error,
            ) from error  # fmt: skip
        if not config.listener.loopback:
            context.say(_("other machines can reach this, without encryption: put a proxy with TLS before it"))
        context.say(_("listening on {url}").format(url=server.url))
        _until_told(server.serve_forever, server.shutdown)
        server.close()
        context.say(_("stopped"))


def _until_told(run: Callable[[], None], stop: Callable[[], None]) -> None:
    """Run until a signal; the second one is the system's own."""

    def end(number: int, frame: object) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_DFL)
        # Stopping waits for the loop, which this thread runs.
        threading.Thread(target=stop, daemon=True).start()

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, end)
    run()


def _fault(error: BaseException) -> None:
    """A fault of the listener, for whoever runs it: where in the program, not what was sent."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    sys.stderr.write(f"helpdesk: {type(error).__name__} in {places}\n")
