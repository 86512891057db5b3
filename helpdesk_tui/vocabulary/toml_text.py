"""TOML from outside, read within bounds of time: a key of very many parts would take the reader of Python for ever."""

import re
import tomllib
from typing import Any, Final

MAX_PARTS: Final = 64
_QUOTED: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')
_DOT: Final = re.compile(r"(?<=[\w\"'-])[ \t]*\.[ \t]*(?=[\w\"'])")


def read_toml(text: str) -> dict[str, Any]:
    """A document as a table. Raises TOMLDecodeError, ValueError for endless numbers and keys, RecursionError for depth."""
    for line in text.splitlines():
        # Strings may hold any number of dots; only the few lines with many are looked at.
        if line.count(".") > MAX_PARTS and len(_DOT.findall(_QUOTED.sub('""', line))) > MAX_PARTS:
            raise ValueError(f"a key has more than {MAX_PARTS} parts")
    return tomllib.loads(text)
