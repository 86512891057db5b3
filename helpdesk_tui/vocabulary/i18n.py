"""gettext for the whole program.

`_` translates, `N_` only marks a text for the catalogue (used where a text is stored as data and
translated when shown). The language is chosen once at start-up by `set_language`; machine output
never passes through here.
"""

import gettext
import os
from pathlib import Path
from typing import Final

DOMAIN: Final = "helpdesk_tui"
LANGUAGES: Final = ("en", "zh_CN")
_LOCALES: Final = Path(__file__).resolve().parent.parent / "locale"

_translation: gettext.NullTranslations = gettext.NullTranslations()
_language: str = "en"


def normalise_language(name: str | None) -> str | None:
    """Return the catalogue name for a locale name such as `zh_CN.UTF-8` or `en-GB`, or None."""
    if not name:
        return None
    lowered = name.replace("-", "_").lower()
    if lowered.startswith("zh"):
        return "zh_CN"
    if lowered.startswith("en") or lowered in {"c", "posix", "c.utf_8", "c.utf8"}:
        return "en"
    return None


def language_from_environment(environ: dict[str, str] | None = None) -> str:
    """Choose a language from HELPDESK_LANG, LC_ALL, LC_MESSAGES, LANG, in this order."""
    env = os.environ if environ is None else environ
    for key in ("HELPDESK_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        found = normalise_language(env.get(key))
        if found:
            return found
    return "en"


def set_language(name: str) -> None:
    """Switch every later `_` to this language (`en` or `zh_CN`)."""
    global _translation, _language
    _language = normalise_language(name) or "en"
    _translation = gettext.translation(DOMAIN, str(_LOCALES), [_language], fallback=True)


def language() -> str:
    """The language in force, `en` or `zh_CN`."""
    return _language


def _(message: str) -> str:
    """Translate one text. An empty text stays empty (gettext would return its header)."""
    return _translation.gettext(message) if message else ""


def ngettext(one: str, many: str, n: int) -> str:
    """Translate with a plural form."""
    return _translation.ngettext(one, many, n)


def translated(message: str, into: str | None) -> str:
    """Translate one text into somebody else's language (None: the one in force), for words that go to them."""
    name = normalise_language(into)
    if not message or name is None:
        return _(message)
    return gettext.translation(DOMAIN, str(_LOCALES), [name], fallback=True).gettext(message)


def N_(message: str) -> str:  # noqa: N802 - gettext's own conventional name
    """Mark a text for the catalogue and return it untranslated."""
    return message
