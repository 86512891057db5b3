"""Days and times as their reader has them written: `iso` 2026-11-22, `words` 22 Nov 2026 or 2026年11月22日.

The form is chosen once, like the language. Machine output never passes through here.
"""

from typing import Final

from helpdesk_tui.vocabulary.i18n import N_, _
from helpdesk_tui.vocabulary.instants import local
from helpdesk_tui.vocabulary.records import Instant

STYLES: Final = ("iso", "words")
_MONTHS: Final = (
    N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun"), N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"),
    N_("Nov"), N_("Dec"),
)  # fmt: skip
_style = "iso"


def set_date_style(style: str) -> None:
    """Choose how days are written from now on: one of `STYLES`."""
    global _style
    _style = style if style in STYLES else STYLES[0]


def day(instant: Instant, tz: str = "UTC") -> str:
    """The day of an instant in a zone: `2026-11-22`, or `22 Nov 2026`."""
    date = local(instant, tz)[:10]
    return _worded(date, _("{day} {month} {year}")) if _style == "words" else date


def moment(instant: Instant, tz: str = "UTC", *, seconds: bool = False) -> str:
    """Day and time of an instant in a zone: `2026-11-22 14:40` (with `seconds`: `14:40:05`)."""
    return f"{day(instant, tz)} {local(instant, tz, seconds=seconds)[11:]}"


def short(instant: Instant, tz: str = "UTC") -> str:
    """Day and time without the year, `11-22 14:40`, for what is near."""
    text = local(instant, tz)
    return f"{_worded(text[:10], _('{day} {month}'))} {text[11:]}" if _style == "words" else text[5:]


def _worded(date: str, form: str) -> str:
    year, month, number = date.split("-")
    return form.format(day=int(number), month=_(_MONTHS[int(month) - 1]), year=year)
