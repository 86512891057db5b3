"""Texts from people: `-m TEXT`, `-` for standard input, else their editor."""

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from helpdesk_tui.vocabulary.errors import DeskError, Invalid, Usage
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.text import safe_text

_MAX_BYTES = 8 * 1024 * 1024


def standard_input() -> str:
    """Everything on standard input as text; bytes that are no UTF-8 become U+FFFD. Raises Invalid beyond 8 MiB."""
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        return sys.stdin.read()
    raw = stream.read(_MAX_BYTES + 1)
    if len(raw) > _MAX_BYTES:
        raise Invalid(N_("standard input is longer than {n} bytes"), n=_MAX_BYTES)
    return bytes(raw).decode("utf-8", "replace")


def message(typed: str | None, dash: str | None, *, hint: str = "", required: bool = True) -> str:
    """A text that a command needs: typed with `-m`, from standard input where `-` stands, else from the editor.

    `hint` is shown in the editor below the text (lines with `#` are dropped). Raises Usage where nothing is given
    and there is no terminal, Invalid where the editor came back empty.
    """
    if dash is not None and dash != "-":
        raise Usage(N_("{value}: a text is given with -m TEXT, or with - from standard input"), value=dash)
    if dash == "-" or typed == "-":
        return standard_input().rstrip("\n")
    if typed is not None:
        return typed
    if not required:
        return ""
    if not interactive():
        raise Usage(N_("there is no text: give it with -m TEXT, or with - from standard input"))
    return edited(hint=hint)


def interactive() -> bool:
    """Whether somebody sits before a terminal who can be given an editor."""
    return sys.stdin.isatty()


def edited(text: str = "", hint: str = "", editor: str = "") -> str:
    """A text written in `editor`, else `$VISUAL` or `$EDITOR`. Raises Invalid where it came back empty."""
    editor = editor or os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    comment = "".join(f"# {line}\n" for line in safe_text(hint).splitlines())
    with tempfile.TemporaryDirectory(prefix="helpdesk-") as folder:
        path = Path(folder) / "text.md"
        path.write_text(f"{text}\n{comment}", "utf-8")
        path.chmod(0o600)
        try:
            done = subprocess.run([*shlex.split(editor), str(path)], check=False)
        except (OSError, ValueError) as error:
            raise DeskError(N_("the editor {editor} cannot be started: {error}"), editor=editor, error=error) from error
        if done.returncode != 0:
            raise DeskError(
                N_("the editor {editor} ended with {code}; nothing was changed"), editor=editor, code=done.returncode
            )
        written = path.read_bytes().decode("utf-8", "replace")
    drop = bool(hint)
    kept = [line for line in written.splitlines() if not (drop and line.startswith("#"))]
    result = "\n".join(kept).strip()
    if not result:
        raise Invalid(N_("the text is empty; nothing was changed"))
    return result


def document(name: str) -> str:
    """The text of a file, or of standard input where the name is `-`. Raises Usage for one that cannot be read."""
    if name == "-":
        return standard_input()
    try:
        raw = Path(name).read_bytes()
    except OSError as error:
        raise Usage(N_("{path} cannot be read: {error}"), path=name, error=error.strerror) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(N_("{path} is no UTF-8 text: {error}"), path=name, error=error) from error
