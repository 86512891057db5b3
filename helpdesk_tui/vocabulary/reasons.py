"""Reasons: why a rule decided as it did, as a code with parameters.

A reason is data (stored in the journal, the same in every language) and is rendered when shown.
Each code has one English template here; JSON output carries the English sentence beside the code.
Rule modules register their codes with `register` at import.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from helpdesk_tui.vocabulary.i18n import _

_TEMPLATES: Final[dict[str, str]] = {}
_LABELS: Final[dict[str, Mapping[str, str]]] = {}
_DURATIONS: Final[set[str]] = set()


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of a decision. `params` holds JSON values only (str, int, float, bool, None, lists)."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """The JSON form kept in the journal."""
        return {"code": self.code, **self.params}


def register(templates: Mapping[str, str]) -> None:
    """Add the English templates (catalogue texts marked with N_) of a rule module's codes."""
    for code, template in templates.items():
        if _TEMPLATES.setdefault(code, template) != template:
            raise ValueError(f"reason code {code} is registered twice")


def known(code: str) -> bool:
    """Whether somebody has registered a template for this code."""
    return code in _TEMPLATES


def register_labels(param: str, labels: Mapping[str, str]) -> None:
    """Name a parameter whose values are codes with catalogue labels: a translated sentence shows the labels."""
    _LABELS[param] = {**_LABELS.get(param, {}), **labels}


def register_durations(*params: str) -> None:
    """Name parameters that hold seconds: people read hours, minutes and seconds, machines `900 s`."""
    _DURATIONS.update(params)


def _duration(param: str, value: Any) -> bool:
    return param in _DURATIONS and isinstance(value, int) and not isinstance(value, bool)


def _labelled(param: str, value: Any) -> Any:
    """A code's label in the viewer's language; English sentences keep the code, as does what has no label."""
    if _duration(param, value):
        from helpdesk_tui.vocabulary.instants import span

        return span(value)
    label = _LABELS.get(param, {}).get(value) if isinstance(value, str) else None
    shown = _(label) if label else value
    return value if shown == label else shown


def _shown(value: Any) -> str:
    from helpdesk_tui.vocabulary.text import one_line

    if isinstance(value, (list, tuple)):
        return ", ".join(_shown(v) for v in value)
    return one_line(str(value), 300)


def _fill(template: str, params: Mapping[str, Any]) -> str:
    try:
        return template.format_map({k: _shown(v) for k, v in params.items()})
    except (KeyError, ValueError, IndexError):
        # A reason written by another version may lack a parameter: show it raw rather than fail.
        return template


def sentence(data: Mapping[str, Any], *, english: bool = False) -> str:
    """A reason (its JSON form) as a sentence in the viewer's language, or in English for machines."""
    code = str(data.get("code", ""))
    template = _TEMPLATES.get(code)
    if template is None:
        return code
    if english:
        return _fill(template, {key: f"{value} s" if _duration(key, value) else value for key, value in data.items()})
    return _fill(_(template), {key: _labelled(key, value) for key, value in data.items()})
