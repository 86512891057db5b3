"""Documents that people write as TOML, read into a checked form: every problem with its line and key."""

import tomllib
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from helpdesk_tui.rules.policy_check import explained, key_text, syntax_problem
from helpdesk_tui.rules.policy_lines import Path, key_lines, line_of
from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.vocabulary.toml_text import read_toml

MAX_DOCUMENT: Final = 2 * 1024 * 1024
Form = TypeVar("Form", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a document: where, and a catalogue text with the values that fill it."""

    line: int
    key: str
    message: str
    params: dict[str, str]

    def error(self) -> "FormInvalid":
        """The problem as the error to raise: `line 12: matrix.order: …`."""
        return FormInvalid(self)


class FormInvalid(Invalid):
    """A document is refused; `problem` says where and why, `more` how many further problems there are."""

    def __init__(self, problem: Problem, more: int = 0) -> None:
        super().__init__(problem.message, **problem.params)
        self.problem = problem
        self.more = more

    def _fill(self, template: str) -> str:
        # The place is the same in every language; the rest is the translated text.
        key = f" {one_line(self.problem.key, 200)}:" if self.problem.key else ""
        rest = f" (+{self.more})" if self.more else ""
        return f"{self.problem.line}:{key} {super()._fill(template)}{rest}"


def check_form(text: str, model: type[Form]) -> tuple[Form | None, dict[str, Any], list[Problem]]:
    """Read a document: the form, its plain data and no problem, or None and every problem in the order of their lines."""
    if len(text) > MAX_DOCUMENT:
        problem = Problem(1, "", N_("the document is larger than {most} characters"), {"most": str(MAX_DOCUMENT)})
        return None, {}, [problem]
    # Some editors put a byte order mark before a text; TOML knows none.
    text = text.removeprefix("\ufeff")
    try:
        data: dict[str, Any] = read_toml(text)
    except tomllib.TOMLDecodeError as error:
        return None, {}, [_syntax(error, text)]
    except (RecursionError, ValueError):
        # Nesting deeper than the stack, or a number longer than Python reads.
        return None, {}, [Problem(1, "", N_("the document is nested too deeply or holds an endless number"), {})]
    try:
        return model.model_validate(data), data, []
    except ValidationError as error:
        found = [explained(details, model) for details in error.errors(include_url=False)]
        return None, data, placed(found, text, data)


def parse_form(text: str, model: type[Form]) -> Form:
    """Read a document. Raises FormInvalid (an Invalid) at its first problem, with line and key."""
    form, _data, problems = check_form(text, model)
    if form is None:
        raise FormInvalid(problems[0], len(problems) - 1)
    return form


def _syntax(error: tomllib.TOMLDecodeError, text: str) -> Problem:
    line, message, params = syntax_problem(error, text)
    return Problem(line, "", message, params)


def placed(found: list[tuple[Path, str, dict[str, str]]], text: str, data: dict[str, Any]) -> list[Problem]:
    """Problems by path as problems by line and key."""
    lines = key_lines(text)
    problems = [Problem(line_of(lines, path), key_text(path, data), message, params) for path, message, params in found]
    return sorted(problems, key=lambda problem: problem.line)
