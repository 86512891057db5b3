"""Policy documents for tests: the default one, a small one, and both with a line exchanged."""

from functools import cache
from importlib.resources import files

from helpdesk_tui.rules.policy import Policy, parse_policy


@cache
def default_text() -> str:
    """The default document as shipped."""
    return files("helpdesk_tui.rules").joinpath("policy.toml").read_text(encoding="utf-8")


@cache
def default_policy() -> Policy:
    """The default document, parsed once."""
    return parse_policy(default_text())


def without_rules() -> str:
    """The default document up to its classification rules, for tests that bring their own."""
    text = default_text()
    return text[: text.index("[[rules]]")]


def with_rules(rules: str) -> Policy:
    """The default policy with these classification rules, and services that vote for nothing."""
    lines = [line for line in without_rules().splitlines() if not line.startswith("words = [")]
    return parse_policy("\n".join(lines) + "\n" + rules)


def changed(old: str, new: str) -> str:
    """The default document with its first `old` replaced; `old` must be there."""
    text = default_text()
    assert old in text, old
    return text.replace(old, new, 1)


def line_with(text: str, needle: str) -> int:
    """The line (from 1) of the first occurrence."""
    return text[: text.index(needle)].count("\n") + 1
