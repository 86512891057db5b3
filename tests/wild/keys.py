"""Random keys, the same ones for the same seed: what hands, pastes, mice and broken lines bring to a terminal program."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

ESC: Final = b"\x1b"
PASTE: Final = (b"\x1b[200~", b"\x1b[201~")
_CHINESE: Final = "的一是在不了有和人这中大为上个国，。：；？！、（）《》「」　ＡＢｃ１２"
_STRANGE: Final = "éß€Ωя\u0301\u0e01\u0e33\u200b\u200d\u202e\u2066\ufeff\ufffd\U0001f469\U0001f1e8\u1100\u1161"
_NAMED: Final = tuple(
    b"\x1b[" + code
    for code in (b"A", b"B", b"C", b"D", b"H", b"F", b"2~", b"3~", b"5~", b"6~", b"Z", b"1;2A", b"1;2B", b"1;5C",
                 b"1;5A", b"1;5B", b"1;3D", b"5;5~", b"6;5~")
)  # fmt: skip
_FUNCTION: Final = (
    *(b"\x1bO" + bytes([letter]) for letter in b"PQRS"),
    *(b"\x1b[%d~" % code for code in (15, 17, 18, 19, 20, 21, 23, 24)),
)
_LEAVES: Final = 0x11
_CONTROL: Final = tuple(code for code in range(1, 32) if code not in (_LEAVES, 0x1B))
_PLACES: Final = (1, 2, 3, 5, 10, 24, 40, 80, 119, 120, 121, 240, 999, 30_000)
_NUMBERS: Final = (0, 1, 2, 13, 27, 48, 97, 200, 201, 255, 1004, 2026, 2048, 57_344, 57_441, 0xD800, 0x110000, 10**11)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens to the program: bytes come, the window gets another size, or nothing comes for a while."""

    kind: str
    bytes: bytes = b""
    size: tuple[int, int] = (0, 0)
    settle: bool = False
    """Whether the next one waits until this one has had its effect."""

    def told(self) -> str:
        """As one word that `parse` reads."""
        mark = "+" if self.settle else ""
        if self.kind == "size":
            return f"size:{self.size[0]}x{self.size[1]}{mark}"
        return f"pause{mark}" if self.kind == "pause" else f"{self.bytes.hex()}{mark}"


def parse(words: str) -> list[Step]:
    """The steps of words that a failure has printed."""
    found = []
    for word in words.split():
        settle, word = word.endswith("+"), word.rstrip("+")
        if word == "pause":
            found.append(Step("pause", settle=settle))
        elif word.startswith("size:"):
            columns, _, rows = word[5:].partition("x")
            found.append(Step("size", size=(int(columns), int(rows)), settle=settle))
        else:
            found.append(Step("send", bytes.fromhex(word), settle=settle))
    return found


def _letter(chance: random.Random, _texts: Sequence[str]) -> bytes:
    return bytes([chance.randrange(32, 127)])


def _foreign(chance: random.Random, _texts: Sequence[str]) -> bytes:
    return chance.choice(_CHINESE if chance.random() < 0.8 else _STRANGE).encode()


def _named(chance: random.Random, _texts: Sequence[str]) -> bytes:
    return chance.choice(_NAMED)


def _function(chance: random.Random, _texts: Sequence[str]) -> bytes:
    return chance.choice(_FUNCTION)


def _control(chance: random.Random, _texts: Sequence[str]) -> bytes:
    # Leaving is one of the keys, too; seldom, as each start takes a second.
    return bytes([_LEAVES if chance.random() < 0.01 else chance.choice(_CONTROL)])


def _plain(chance: random.Random, _texts: Sequence[str]) -> bytes:
    return chance.choice((b"\r", b"\r", b"\t", b"\t", b"\x1b[Z", b"\x7f", b"\x1b[27u", b" ", b":", b"\x13"))


def _broken(chance: random.Random, _texts: Sequence[str]) -> bytes:
    """Escape sequences: cut off, of the newer keyboard protocol, of reports nobody asked for, of nothing at all."""
    number = lambda: b"%d" % chance.choice(_NUMBERS)  # noqa: E731
    match chance.randrange(8):
        case 0:
            return chance.choice(_NAMED + _FUNCTION)[: chance.randrange(1, 4)]
        case 1:
            return ESC + bytes([chance.randrange(32, 127)])
        case 2:
            return b"\x1b[" + number() + b";" + number() + chance.choice((b"u", b"~", b"A", b"R", b"t"))
        case 3:
            return b"\x1b[" + number() + b":" + number() + b";" + number() + b";" + number() + b"u"
        case 4:
            # Not of mode 2048: a terminal that says it tells its size itself must then do so.
            return b"\x1b[?%d;%d$y" % (chance.choice((1, 7, 2004, 2026)), chance.randrange(5))
        case 5:
            return b"\x1b[48;%d;%d;0;0t" % (chance.choice((0, 1, 24, 500)), chance.choice((0, 1, 80, 500)))
        case 6:
            return chance.choice(
                (b"\x1b[I", b"\x1b[O", b"\x1b]0;x\x07", b"\x1bP1$r0m\x1b\\", b"\x1b_x", b"\x1b[M", b"\x1b")
            )
        case _:
            return ESC + bytes(chance.randrange(256) for _ in range(chance.randrange(1, 12)))


def _paste(chance: random.Random, texts: Sequence[str]) -> bytes:
    match chance.randrange(6):
        case 0:
            text = "\r".join(f"line {n} q :q 打印机" for n in range(chance.randrange(1, 40)))
        case 1:
            text = "".join(chr(chance.randrange(32, 0x3000)) for _ in range(chance.randrange(1, 200)))
        case _:
            text = chance.choice(texts)[:5_000]
    inside = text.encode("utf-8", "replace")
    match chance.randrange(8):
        case 0:
            return PASTE[0] + inside  # its end is lost
        case 1:
            return inside.replace(b"\x11", b"")[:400]  # a terminal that does not bracket
        case 2:
            return PASTE[0] + inside[: len(inside) // 2] + PASTE[1] + inside[len(inside) // 2 :][:200] + PASTE[1]
        case _:
            return PASTE[0] + inside + PASTE[1]


def _mouse(chance: random.Random, _texts: Sequence[str]) -> bytes:
    x, y = chance.choice(_PLACES), chance.choice(_PLACES)
    if chance.random() < 0.8:
        x, y = chance.randrange(1, 121), chance.randrange(1, 41)
    button = chance.choice((0, 0, 0, 0, 1, 2, 3, 4, 32, 35, 64, 65, 66, 67, 128, 999))
    if chance.random() < 0.03:
        return b"\x1b[M" + bytes(chance.randrange(32, 256) for _ in range(3))
    press = b"\x1b[<%d;%d;%dM" % (button, x, y)
    if button >= 32 or chance.random() < 0.1:
        return press
    away = b"\x1b[<%d;%d;%dM" % (button | 32, x + 3, y + 1) if chance.random() < 0.2 else b""
    return press + away + b"\x1b[<%d;%d;%dm" % (button, x, y)


def _bytes(chance: random.Random, _texts: Sequence[str]) -> bytes:
    """What is no UTF-8: another encoding, half a character."""
    return chance.choice((b"\xff", b"\xc4\xe3\xba\xc3", b"\xe4\xb8", b"\xed\xa0\x80", b"\xc0\x80", b"\x80", b"\x00"))


_KINDS: Final[tuple[tuple[int, Any], ...]] = (
    (46, _letter), (8, _foreign), (11, _named), (5, _function), (7, _control), (9, _plain), (4, _broken), (3, _paste),
    (5, _mouse), (1, _bytes),
)  # fmt: skip
_SIZES: Final = ((1, 1), (20, 5), (40, 10), (79, 23), (80, 24), (80, 3), (120, 40), (160, 50), (250, 70), (3, 60))


def keys(chance: random.Random, count: int, texts: Sequence[str]) -> list[Step]:
    """So many random steps; `texts` is what gets pasted. The same for the same state of `chance`."""
    makers, weights = [maker for _, maker in _KINDS], [weight for weight, _ in _KINDS]
    found: list[Step] = []
    patient = False
    while len(found) < count:
        if chance.random() < 0.05:
            patient = not patient  # a hand that waits for each key, or a burst over a slow line
        settle = chance.random() < (0.2 if patient else 0.01)
        if chance.random() < 0.02:
            found.append(Step("size", size=chance.choice(_SIZES), settle=settle))
        elif chance.random() < 0.01:
            found.append(Step("pause"))
        else:
            maker = chance.choices(makers, weights)[0]
            found.append(Step("send", maker(chance, texts), settle=settle))
    return found
