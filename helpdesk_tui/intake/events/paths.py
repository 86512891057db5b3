"""Paths into JSON: `alert.host`, `targets[0].name`, `fields[key=severity].value`, `labels."k8s.io/app"`.

A path names one place. There is nothing in it that searches or computes, so the cost of following one is its length
(and that of one list, where an entry is chosen by a field).
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from helpdesk_tui.vocabulary.errors import Invalid
from helpdesk_tui.vocabulary.i18n import N_

MAX_PATH: Final = 200
MAX_STEPS: Final = 16
# How many entries of a list are looked at to find one by its field.
MAX_SCANNED: Final = 500
_STEP: Final = re.compile(
    r"""(?P<name>[^\s."\[\]]{1,200})
      | "(?P<quoted>[^"]{1,200})"
      | \[(?P<index>[0-9]{1,5})\]
      | \[(?P<by>[^\s="\[\]]{1,100})=(?P<value>[^"\[\]]{1,100})\]""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed path; `steps` are names (str), places (int) or choices (field, value)."""

    text: str
    steps: tuple[str | int | tuple[str, str], ...]

    def of(self, data: Any) -> Any:
        """What stands there, or None. Names are found without regard to case where they are not found as written."""
        for step in self.steps:
            if isinstance(step, str):
                data = _named(data, step)
            elif isinstance(step, int):
                data = data[step] if isinstance(data, list) and step < len(data) else None
            else:
                data = _chosen(data, *step)
            if data is None:
                return None
        return data

    @property
    def root(self) -> str | None:
        """The first name, which is the key of the body that the path uses up if it is its only step."""
        return self.steps[0] if isinstance(self.steps[0], str) else None


def _named(data: Any, name: str) -> Any:
    if not isinstance(data, dict):
        return None
    if name in data:
        return data[name]
    if len(data) > MAX_SCANNED:
        return None
    wanted = name.casefold()
    return next((value for key, value in data.items() if key.casefold() == wanted), None)


def _chosen(data: Any, field: str, value: str) -> Any:
    if not isinstance(data, list):
        return None
    return next((one for one in data[:MAX_SCANNED] if isinstance(one, dict) and one.get(field) == value), None)


def parse_path(text: Any, where: str = "path") -> Path:
    """Read a path. Raises Invalid naming `where` it stands."""
    problem = N_('{field}: {value} is no path; write alert.host, targets[0].name or labels."a.b"')
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_PATH:
        raise Invalid(problem, field=where, value=str(text)[:100])
    plain = text.strip().removeprefix("$").removeprefix(".")
    steps: list[str | int | tuple[str, str]] = []
    at = 0
    while at < len(plain):
        # Between names stands one dot; brackets follow directly.
        if steps and plain[at] == ".":
            at += 1
        elif steps and plain[at] != "[":
            raise Invalid(problem, field=where, value=text)
        match = _STEP.match(plain, at)
        if match is None or len(steps) == MAX_STEPS:
            raise Invalid(problem, field=where, value=text)
        if match["index"] is not None:
            steps.append(int(match["index"]))
        elif match["by"] is not None:
            steps.append((match["by"], match["value"]))
        else:
            steps.append(match["name"] or match["quoted"])
        at = match.end()
    if not steps:
        raise Invalid(problem, field=where, value=text)
    return Path(text, tuple(steps))
