"""The catalogues of the interface.

    python -m tools.i18n update [FRAGMENT.json …]   extract, merge fragments, write .pot, .po and .mo
    python -m tools.i18n check                      say what is missing or wrong; exit code 1 if anything is

A fragment is a JSON object {"English text": "中文"}; the key of a text with a plural is its singular.
The source is the truth: texts that left the source leave the catalogues. Files carry no dates, hosts,
names or line numbers, and are sorted, so the same source and translations give the same bytes.
English is the source language: it has no catalogue, its texts are shown as written.
"""

import argparse
import ast
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tools.closure import ROOT

DOMAIN: Final = "helpdesk_tui"
LANGUAGE: Final = "zh_CN"

Key = str | tuple[str, str]
"""A text as it stands in the source: itself, or its singular and plural."""


class _QuietCatalog(Catalog):
    """A catalogue whose header says only what a reader of it needs."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        headers = [("Project-Id-Version", DOMAIN), ("MIME-Version", "1.0")]
        headers += [("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "8bit")]
        if self.locale is not None:
            headers += [("Language", LANGUAGE), ("Plural-Forms", str(self.plural_forms))]
        return headers


def locale_directory(root: Path = ROOT) -> Path:
    """Return the folder of the catalogues."""
    return root / "helpdesk_tui" / "locale"


def po_path(root: Path = ROOT) -> Path:
    """Return the path of the Chinese catalogue's source."""
    return locale_directory(root) / LANGUAGE / "LC_MESSAGES" / f"{DOMAIN}.po"


def extracted(root: Path = ROOT) -> dict[Key, list[str]]:
    """Return every text that the source marks, with the files it stands in, both sorted.

    Read from the syntax tree, so that a text inside an f-string or put together from adjacent literals is found too.
    """
    places: dict[Key, set[str]] = {}
    for path in sorted((root / "helpdesk_tui").rglob("*.py")):
        file = path.relative_to(root).as_posix()
        for node in ast.walk(ast.parse(path.read_bytes(), file)):
            key = _marked(node)
            if key is not None and first(key):
                places.setdefault(key, set()).add(file)
    return {key: sorted(places[key]) for key in sorted(places, key=lambda key: (first(key), not isinstance(key, str)))}


def _marked(node: ast.AST) -> Key | None:
    """The text of a call of `_`, `N_` or `ngettext` with literal arguments."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return None
    texts = [a.value for a in node.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if node.func.id in ("_", "N_") and len(node.args) == 1 and len(texts) == 1:
        return texts[0]
    if node.func.id == "ngettext" and len(texts) == 2:
        return (texts[0], texts[1])
    return None


def first(key: Key) -> str:
    """Return the text that stands for this key in a fragment: itself, or its singular."""
    return key if isinstance(key, str) else key[0]


def fields(text: str) -> frozenset[str]:
    """Return the names of the `{fields}` of a text; a text that is no format string gives the field '<malformed>'."""
    try:
        return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
    except ValueError:
        return frozenset({"<malformed>"})


_WIDE = "，、。：；（）"


def wrong(key: Key, translation: str) -> str:
    """Return why `translation` cannot stand for `key`, or ''."""
    if not translation.strip():
        return "is not translated"
    source = key if isinstance(key, str) else key[1]
    if fields(source) != fields(translation):
        return f"has the fields {sorted(fields(translation))} instead of {sorted(fields(source))}"
    for edge in ("\n", " "):
        for end in (0, -1):
            if (source[end] == edge) == (translation[end] == edge):
                continue
            # Full-width punctuation brings the space with it.
            if not (edge == source[end] == " " and translation[end] in _WIDE):
                return "begins or ends with another space or line break"
    return ""


def read_translations(path: Path) -> dict[str, str]:
    """Return the translations of a catalogue by `first(key)`; fuzzy and empty ones are left out."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalog = read_po(file)
    found: dict[str, str] = {}
    for message in _messages(catalog):
        text = message.string if isinstance(message.string, str) else next(iter(message.string or ()), "")
        if text and not message.fuzzy:
            found[message.id if isinstance(message.id, str) else message.id[0]] = text
    return found


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def merge(known: Mapping[str, str], fragments: Mapping[str, Mapping[str, str]]) -> tuple[dict[str, str], list[str]]:
    """Lay fragments (by their names) over known translations.

    Returns the result and a line for each text that two fragments translate differently: the one whose
    fragment comes first by name is taken.
    """
    result, owner, remarks = dict(known), dict[str, str](), []
    for name in sorted(fragments):
        for text, translation in fragments[name].items():
            if text not in owner:
                result[text], owner[text] = translation, name
            elif result[text] != translation:
                remarks.append(
                    f"{text!r}: {owner[text]} says {result[text]!r}, {name} says {translation!r}; the first is taken"
                )
    return result, remarks


def _catalog(source: Mapping[Key, Sequence[str]], translations: Mapping[str, str] | None) -> Catalog:
    catalog = _QuietCatalog(
        locale=LANGUAGE if translations is not None else None,
        domain=DOMAIN,
        fuzzy=False,
        header_comment="# helpdesk_tui",
    )
    for key, files in source.items():
        text = (translations or {}).get(first(key), "")
        string = text if isinstance(key, str) or translations is None else (text,)
        catalog.add(key, string, locations=[(file, 0) for file in files])
    return catalog


def _po_bytes(catalog: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, catalog, width=110, sort_output=True, include_lineno=False)
    return out.getvalue()


def _mo_bytes(catalog: Catalog) -> bytes:
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def rendered(root: Path, translations: Mapping[str, str]) -> dict[Path, bytes]:
    """Return the bytes of the three catalogue files for the source under `root` and these translations."""
    source = extracted(root)
    usable = {
        first(key): translations[first(key)] for key in source if not wrong(key, translations.get(first(key), ""))
    }
    chinese = _catalog(source, usable)
    return {
        locale_directory(root) / f"{DOMAIN}.pot": _po_bytes(_catalog(source, None)),
        po_path(root): _po_bytes(chinese),
        po_path(root).with_suffix(".mo"): _mo_bytes(chinese),
    }


def update(root: Path, fragments: Sequence[Path]) -> list[str]:
    """Bring the catalogue files up to date with the source and the fragments; return what a person should look at."""
    given: dict[str, Mapping[str, str]] = {path.name: json.loads(path.read_text("utf-8")) for path in fragments}
    translations, remarks = merge(read_translations(po_path(root)), given)
    source = extracted(root)
    for key in source:
        why = wrong(key, translations.get(first(key), ""))
        if why:
            remarks.append(f"{first(key)!r} {why} ({', '.join(source[key])})")
    used = {first(key) for key in source}
    for name, fragment in sorted(given.items()):
        remarks += [f"{text!r} of {name} stands nowhere in the source" for text in fragment if text not in used]
    for path, data in rendered(root, translations).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return remarks


def check(root: Path = ROOT) -> list[str]:
    """Return every fault of the committed catalogues against the source; an empty list means complete."""
    source, path = extracted(root), po_path(root)
    if not path.exists():
        return [f"there is no catalogue {path.relative_to(root).as_posix()}: run make i18n"]
    translations = read_translations(path)
    faults = []
    for key, files in source.items():
        why = wrong(key, translations.get(first(key), ""))
        if why:
            faults.append(f"{first(key)!r} {why} ({', '.join(files)})")
    faults += [
        f"{text!r} stands nowhere in the source" for text in sorted(translations.keys() - {first(k) for k in source})
    ]
    with path.open("rb") as file:
        faults += [f"{message.id!r} is marked fuzzy" for message in _messages(read_po(file)) if message.fuzzy]
    if not faults:
        for target, data in rendered(root, translations).items():
            if not target.exists() or target.read_bytes() != data:
                faults.append(f"{target.relative_to(root).as_posix()} is out of date: run make i18n")
    return faults


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the two commands."""
    parser = argparse.ArgumentParser(prog="tools.i18n", description="The catalogues of the interface.")
    commands = parser.add_subparsers(dest="command", required=True)
    updating = commands.add_parser("update", help="extract, merge fragments, write .pot, .po and .mo")
    updating.add_argument("fragments", nargs="*", type=Path)
    commands.add_parser("check", help="say what is missing or wrong")
    options = parser.parse_args(arguments)
    lines = update(ROOT, options.fragments) if options.command == "update" else check()
    for line in lines:
        print(line)
    print(f"i18n: {len(extracted())} texts, {len(lines)} remarks")
    return int(options.command == "check" and bool(lines))


if __name__ == "__main__":
    sys.exit(main())
