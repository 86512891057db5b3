"""`helpdesk batch`: verbs as JSON lines on standard input, answers as JSON lines on standard output."""

import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from helpdesk_tui.cli import context, errors, output
from helpdesk_tui.cli.commands import single
from helpdesk_tui.cli.output import Column, Output, print_rows
from helpdesk_tui.vocabulary.errors import DeskError, Invalid, Usage
from helpdesk_tui.vocabulary.i18n import N_, _

if TYPE_CHECKING:
    from helpdesk_tui.desk.desk import Desk

_MAX_LINE: Final = 40 * 1024 * 1024
_VERBS: Final = (
    Column("verb", N_("Verb")),
    Column("permission", N_("Permission")),
    Column("arguments", N_("Arguments"), flexible=True),
    Column("summary", N_("What it does"), flexible=True),
)
app, _declare = single(
    "batch",
    N_("Run verbs given as JSON lines on standard input, one transaction a line; exit code 1 if any failed."),
    """echo '{"verb": "ticket.take", "args": {"number": 1042}}' | helpdesk batch""",
    "helpdesk batch --list",
)


@_declare
def batch(
    list_: Annotated[
        bool, typer.Option("--list", help=N_("List all verbs with their permissions and arguments."))
    ] = False,
    output: output.OutputOption = Output.TABLE,
) -> None:
    if list_:
        print_rows(_table(), _VERBS, output=output)
        return
    if sys.stdin.isatty():
        context.say(_("reading verbs from the terminal; end with ctrl-d"))
    failed = 0
    with context.current().desk() as desk:
        for raw in iter(lambda: sys.stdin.buffer.readline(_MAX_LINE), b""):
            if not raw.strip():
                continue
            answer = answer_line(desk, raw)
            failed += not answer["ok"]
            sys.stdout.write(_json(answer) + "\n")
            sys.stdout.flush()
    if failed:
        raise typer.Exit(1)


def _json(value: Any) -> str:
    return output.to_json(value)


def answer_line(desk: "Desk", raw: bytes) -> dict[str, Any]:
    """Run one line; `{"ok": true, "result": …}` or `{"ok": false, "error": {"code": …, "message": …}}`."""
    from helpdesk_tui.desk.registry import call

    try:
        name, args = _request(raw)
        return {"ok": True, "result": call(desk, name, args)}
    except DeskError as error:
        return {"ok": False, "error": {"code": error.code, "message": error.english}}
    except RecursionError:
        return {"ok": False, "error": {"code": Usage.code, "message": "the line is nested too deeply"}}
    except Exception as error:
        # One bad line must not end the others; the trace is kept where a developer finds it.
        errors.log(error)
        return {"ok": False, "error": {"code": DeskError.code, "message": f"inside: {type(error).__name__}"}}


def _request(raw: bytes) -> tuple[str, dict[str, Any]]:
    from helpdesk_tui.intake import strict_json

    try:
        found = strict_json.loads(raw.decode("utf-8"))
    except Invalid as error:
        raise Usage(error.message, **error.params) from error
    except ValueError as error:
        raise Usage(N_("the line is no JSON: {error}"), error=error) from error
    if not isinstance(found, dict) or not isinstance(found.get("verb"), str):
        raise Usage(
            N_("a line is an object such as {example}"), example='{"verb": "ticket.show", "args": {"number": 1}}'
        )
    args = found.get("args", {})
    if not isinstance(args, dict) or found.keys() - {"verb", "args"}:
        raise Usage(
            N_("a line is an object such as {example}"), example='{"verb": "ticket.show", "args": {"number": 1}}'
        )
    return found["verb"], args


def _table() -> list[dict[str, Any]]:
    """All verbs: name, permission, whether they only read, arguments with types (`?` may be left out), summary."""
    import inspect

    from helpdesk_tui.desk.registry import verbs

    rows = []
    for spec in verbs().values():
        arguments = {}
        for parameter in list(spec.signature.parameters.values())[1:]:
            optional = "?" if parameter.default is not inspect.Parameter.empty else ""
            arguments[parameter.name + optional] = inspect.formatannotation(parameter.annotation)
        rows.append(
            {
                "verb": spec.name,
                "permission": spec.permission.value,
                "reads": spec.reads,
                "arguments": arguments,
                "summary": spec.summary,
            }
        )
    return rows
