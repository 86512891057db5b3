"""A form whose half-filled fields are kept as a draft until they are written to the desk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Final

from textual import getters
from textual.binding import Binding, BindingType

from helpdesk_tui.screens.common.drafts import DraftBox, DraftKey
from helpdesk_tui.screens.common.host import DeskApp
from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.widgets.field_form import Form, FormField

WAS: Final = "was:"
"""Before a field's name in a draft: what stood there when its writer began."""


class KeptForm(Form):
    """Starts with the kept values; what is typed is kept like every draft. Discard the draft once it is written.

    Kept values are told, as they stand where one looks for the ticket's own, unless the form comes `again`. With
    `based` the draft also keeps what stood in its fields when it was begun, which others may have changed since.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f8", "anew", N_("Begin anew"), show=False, id="form.anew")]
    app = getters.app(DeskApp)

    def __init__(
        self,
        title: str,
        fields: Sequence[FormField],
        drafts: DraftBox,
        key: DraftKey,
        *,
        check: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None,
        again: bool = False,
        based: bool = False,
    ) -> None:
        kept = drafts.load(key)
        super().__init__(title, [replace(spec, value=kept.get(spec.name, spec.value)) for spec in fields], check=check)
        self._drafts = drafts
        self._key = key
        self._given = {spec.name: spec.value for spec in fields}
        self._based = based
        self._was = {name: kept[WAS + name] for name in self._given if name in kept and WAS + name in kept}
        self._told = again or not any(kept.get(name, value) != value for name, value in self._given.items())

    @property
    def began(self) -> dict[str, str]:
        """What stood in the fields when their writer began: with a draft that came back, as it was then."""
        return self._given | self._was

    def on_mount(self) -> None:
        super().on_mount()
        self._drafts.watch(self._key, self._changed)
        if not self._told:
            self.app.say(_("your draft is back (F8 begins anew)"))

    def _changed(self) -> dict[str, str] | None:
        """The fields that differ from what was given."""
        if not self.children:
            return None
        found = {name: text for name, text in self.values.items() if text != self._given.get(name)}
        began = self.began
        return found | {WAS + name: began[name] for name in found if self._based}

    def on_unmount(self) -> None:
        self._drafts.forget(self._key)

    def action_anew(self) -> None:
        """The fields as they were given, without what was kept."""
        self._was = {}
        for name, value in self._given.items():
            self.put(name, value)

    def action_back(self) -> None:
        self._drafts.save(self._key)
        super().action_back()

    def action_send(self) -> None:
        self._drafts.save(self._key)
        super().action_send()
