"""The generated pages say what the program does."""

from pathlib import Path

from helpdesk_tui.rules.access import PERMISSIONS
from helpdesk_tui.vocabulary.kinds import STATES
from tools import docs
from tools.closure import ROOT


def test_the_committed_pages_are_the_generated_ones() -> None:
    assert docs.stale(ROOT / "docs") == [], "run python -m tools.docs update"


def test_a_missing_or_edited_page_is_noticed(tmp_path: Path) -> None:
    for name, make in docs.PAGES.items():
        (tmp_path / name).write_text(make(), "utf-8")
    assert docs.stale(tmp_path) == []
    (tmp_path / "permissions.md").write_text("edited", "utf-8")
    (tmp_path / "lifecycles.md").unlink()
    assert docs.stale(tmp_path) == ["permissions.md", "lifecycles.md"]


def test_the_pages_are_complete() -> None:
    table = docs.permissions()
    assert all(f"`{permission.value}`" in table for permission in PERMISSIONS)
    lives = docs.lifecycles()
    assert all(f"`{state.code}`" in lives for states in STATES.values() for state in states)
    assert docs.lifecycles() == lives and "None" not in lives
