"""The reasons behind a ticket's values, over the screen."""

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.vocabulary.i18n import _
from helpdesk_tui.vocabulary.sentences import field_label, value_text, why_text
from helpdesk_tui.vocabulary.text import one_line
from helpdesk_tui.widgets.pickers import Dialog
from helpdesk_tui.widgets.why_pane import WhyPane, WhySection


def sections(found: Sequence[dict[str, Any]], tz: str) -> list[WhySection]:
    """The desk's answer to `why` as sections, the decided values first."""
    made = []
    for item in sorted(found, key=lambda item: item.get("policy") is None):
        policy = item.get("policy")
        source = "" if policy is None else _("decided by version {version} of the policy").format(version=policy)
        if item.get("reproduced") is False:
            source += " " + _("(the stored inputs no longer lead to it)")
        made.append(
            WhySection(
                field_label(item["field"]),
                value_text(item["field"], item["value"], tz),
                [why_text(reason, tz) for reason in item["reasons"]],
                [why_text(reason, tz) for reason in item.get("would_change", ())],
                source,
            )
        )
    return made


class WhyScreen(Dialog[None]):
    """Why a ticket is as it is; Esc goes back."""

    BINDINGS = [("w,q", "back", "")]
    DEFAULT_CSS = """
    WhyScreen > Vertical { width: 100; height: 90%; }
    """

    def __init__(self, ref: str, found: Sequence[dict[str, Any]], *, tz: str) -> None:
        super().__init__(_("Why {ref} is as it is").format(ref=one_line(ref, 30)))
        self._found = found
        self._tz = tz

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.head()
            yield WhyPane()
            yield Static(Content(_("what would change a value stands below it; Esc goes back")), classes="dialog-hint")

    def on_mount(self) -> None:
        pane = self.query_one(WhyPane)
        pane.show(sections(self._found, self._tz))
        pane.focus()
