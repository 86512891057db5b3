"""By a local program of the file of channels: each field is one argument, nothing goes through a shell."""

import subprocess
from pathlib import Path

from helpdesk_tui.desk.outbox import Message
from helpdesk_tui.intake.sending.config import FIELDS, Channels
from helpdesk_tui.intake.sending.outcome import Refused, Unreachable


def send(message: Message, channels: Channels) -> None:
    """Run it; an exit code of 0 means sent. The body is on its standard input. The first word of the address names it."""
    name, _, rest = message.address.partition(" ")
    command = channels.commands.get(name)
    if command is None:
        raise Refused(f"no command {name} in the file of channels")
    values = {
        "address": rest.strip(), "subject": message.subject, "body": message.body, "severity": f"SEV{message.severity}",
        "number": "" if message.number is None else str(message.number), "key": message.key,
    }  # fmt: skip
    assert set(values) == set(FIELDS)
    words = [
        values[word[1:-1]] if word[1:-1] in values and word == f"{{{word[1:-1]}}}" else word for word in command.argv
    ]
    if not Path(words[0]).is_file():
        raise Refused(f"{words[0]} is not there")
    try:
        done = subprocess.run(
            [word.replace("\0", "") for word in words],
            input=message.body.encode("utf-8", "replace"), capture_output=True, timeout=command.timeout, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Unreachable(f"{name} did not end within {command.timeout} s") from error
    except OSError as error:
        raise Refused(f"{words[0]}: {error.strerror or error}") from error
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip()[-200:]
        raise Unreachable(f"{name} ended with {done.returncode}: {told}")
