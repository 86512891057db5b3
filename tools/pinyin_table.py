"""Write the table of Mandarin readings anew: `python -m tools.pinyin_table PINYIN_DICT_JSON LICENCE_TXT`.

The source is `pinyin_dict.json` of the python-pinyin project (MIT), which the program does not need: only the first
reading of each character of the basic block and extension A is kept, without its tone, grouped by syllable.
"""

import json
import sys
import unicodedata
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "helpdesk_tui" / "vocabulary" / "pinyin.json"
BLOCKS = ((0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF))


def toneless(reading: str) -> str:
    """`zhāng` as `zhang`, `lǚ` as `lv`."""
    plain = "".join(
        "v" if letter == "ü" else unicodedata.normalize("NFD", letter)[0]
        for letter in unicodedata.normalize(
            "NFC", "".join(c for c in unicodedata.normalize("NFD", reading) if c not in "\u0300\u0301\u0304\u030c")
        )
    )
    return plain if plain.isascii() and plain.isalpha() else ""


def table(readings: dict[str, str]) -> dict[str, str]:
    """Syllables with all characters that are read so first."""
    found: dict[str, list[str]] = {}
    for code, said in readings.items():
        if any(first <= int(code) <= last for first, last in BLOCKS):
            syllable = toneless(said.partition(",")[0])
            if syllable:
                found.setdefault(syllable, []).append(chr(int(code)))
    return {syllable: "".join(sorted(found[syllable])) for syllable in sorted(found)}


def main(arguments: list[str]) -> int:
    """Write the file."""
    source, licence = (Path(name).read_text(encoding="utf-8") for name in arguments)
    made = {"source": "python-pinyin, pinyin_dict", "licence": licence.strip(), "syllables": table(json.loads(source))}
    TARGET.write_text(json.dumps(made, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
