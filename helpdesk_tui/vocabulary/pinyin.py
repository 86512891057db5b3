"""How Chinese names are typed on a Latin keyboard: `张伟` is `zhangwei`, `zw`.

One reading a character, from a table that is read with the first Chinese name; characters that are read otherwise in
names (单 is shan, not dan) stand here. Tones do not matter; ü is typed as v (input methods), u, or yu (passports).
"""

import json
from collections.abc import Sequence
from functools import cache
from itertools import islice, product
from pathlib import Path
from typing import Final

TABLE: Final = Path(__file__).with_name("pinyin.json")
MOST: Final = 6
"""Ways of reading one name at most."""

# Readings in names, the usual one first; what a table of single characters would say is kept where people say it too.
_IN_NAMES: Final = {
    "单": "shan dan", "解": "xie jie", "仇": "qiu chou", "区": "ou qu", "查": "zha cha", "朴": "piao pu", "盖": "ge gai",
    "曾": "zeng", "缪": "miao", "冼": "xian", "翟": "zhai di", "覃": "qin tan", "那": "na", "乐": "le yue", "员": "yun yuan",
    "种": "chong zhong", "召": "shao zhao", "折": "she zhe", "繁": "po fan", "秘": "bi mi", "牟": "mou mu", "臧": "zang",
    "任": "ren", "宁": "ning", "贾": "jia", "谌": "chen shen", "郗": "xi chi", "隗": "wei kui", "纪": "ji", "葛": "ge",
    "燕": "yan", "华": "hua", "尹": "yin", "应": "ying", "兴": "xing", "行": "xing hang", "长": "chang zhang",
    "重": "chong zhong", "朝": "chao zhao", "晟": "sheng cheng", "茜": "qian xi", "婧": "jing", "莘": "xin shen", "昕": "xin",
    "俞": "yu", "洗": "xian xi", "褚": "chu", "车": "che", "柏": "bai bo", "薄": "bo", "费": "fei", "石": "shi", "沈": "shen",
    "过": "guo", "哈": "ha", "黑": "he hei", "藏": "zang cang", "佳": "jia", "芮": "rui", "尉": "wei yu",
    "万": "wan mo", "俟": "qi si", "盛": "sheng cheng", "乜": "nie", "洪": "hong", "占": "zhan", "蕃": "fan bo", "祭": "zhai ji",
}  # fmt: skip


@cache
def _table() -> dict[str, str]:
    syllables: dict[str, str] = json.loads(TABLE.read_text(encoding="utf-8"))["syllables"]
    return {character: syllable for syllable, characters in syllables.items() for character in characters}


def is_han(character: str) -> bool:
    """Whether a character is a Chinese one."""
    return "\u4e00" <= character <= "\u9fff" or "\u3400" <= character <= "\u4dbf" or character == "〇"


def readings(character: str) -> tuple[str, ...]:
    """How a Chinese character is typed, the usual way first; none for a character without a known reading."""
    said = _IN_NAMES.get(character)
    found = said.split() if said is not None else [_table()[character]] if character in _table() else []
    return tuple(way for one in found for way in _typed(one))


def _typed(syllable: str) -> tuple[str, ...]:
    return (syllable, syllable.replace("v", "u"), syllable.replace("v", "yu")) if "v" in syllable else (syllable,)


def spelled(characters: Sequence[str]) -> list[list[str]]:
    """The ways of typing a name, each as its syllables, at most MOST; a part that is not Chinese stays as it is.

    Empty where a character has no known reading.
    """
    parts = [readings(part) if len(part) == 1 and is_han(part) else (part,) for part in characters]
    return [list(way) for way in islice(product(*parts), MOST)]
