"""Every verb of the nouns can be called by JSON: its parameters are types that can be parsed."""

from importlib import import_module

import pytest

from helpdesk_tui.desk import registry

MODULES = (
    "people", "teams", "services", "cis", "views", "templates", "policies", "sla", "audit", "presence", "attachments",
    "timers",
)  # fmt: skip
PREFIXES = {
    "people", "team", "service", "ci", "view", "template", "policy", "sla", "audit", "presence", "attachment", "timer",
}  # fmt: skip
for _module in MODULES:
    import_module(f"helpdesk_tui.desk.{_module}")
VERBS = sorted(name for name in registry._VERBS if name.partition(".")[0] in PREFIXES)


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_has_a_summary_and_a_model(name: str) -> None:
    spec = registry._VERBS[name]
    assert spec.summary.rstrip(".:")
    schema = registry._model(name)
    assert set(schema.model_fields) == set([*spec.signature.parameters][1:])


def test_there_are_verbs_of_every_noun() -> None:
    assert {name.partition(".")[0] for name in VERBS} == PREFIXES
