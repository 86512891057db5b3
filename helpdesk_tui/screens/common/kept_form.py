"""A form whose half-filled fields are kept as a draft until they are written to the desk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from helpdesk_tui.screens.common.drafts import DraftBox, DraftKey
from helpdesk_tui.widgets.field_form import Form, FormField


class KeptForm(Form):
    """Starts with the kept values; what is typed is kept like every draft. Discard the draft once it is written."""

    def __init__(
        self,
        title: str,
        fields: Sequence[FormField],
        drafts: DraftBox,
        key: DraftKey,
        *,
        check: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None,
    ) -> None:
        kept = drafts.load(key)
        super().__init__(title, [replace(spec, value=kept.get(spec.name, spec.value)) for spec in fields], check=check)
        self._drafts = drafts
        self._key = key
        self._given = {spec.name: spec.value for spec in fields}

    def on_mount(self) -> None:
        super().on_mount()
        self._drafts.watch(self._key, self._changed)

    def _changed(self) -> dict[str, str] | None:
        """The fields that differ from what was given."""
        if not self.children:
            return None
        return {name: text for name, text in self.values.items() if text != self._given.get(name)}

    def on_unmount(self) -> None:
        self._drafts.forget(self._key)

    def action_back(self) -> None:
        self._drafts.save(self._key)
        super().action_back()

    def action_send(self) -> None:
        self._drafts.save(self._key)
        super().action_send()
