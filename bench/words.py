"""Seeded texts in two languages with the skew of real ones: few words everywhere, most words hardly ever."""

import random
from itertools import accumulate
from typing import Final

SENTENCES: Final = 4_000
_COMMON: Final = [
    "the",
    "to",
    "my",
    "and",
    "is",
    "not",
    "on",
    "in",
    "of",
    "for",
    "since",
    "please",
    "cannot",
    "after",
    "with",
    "user",
    "account",
    "password",
    "email",
    "outlook",
    "laptop",
    "screen",
    "error",
    "access",
    "server",
    "file",
    "drive",
    "share",
    "folder",
    "login",
    "slow",
    "update",
    "install",
    "software",
    "monitor",
    "keyboard",
    "phone",
    "meeting",
    "room",
    "teams",
    "calendar",
    "excel",
    "invoice",
    "system",
    "request",
    "approve",
    "token",
    "browser",
    "page",
    "window",
    "message",
    "report",
    "data",
    "backup",
    "cable",
    "wifi",
    "office",
    "floor",
    "desk",
    "mouse",
    "driver",
    "restart",
    "crash",
    "blue",
    "connection",
    "remote",
    "home",
    "new",
    "employee",
    "licence",
    "service",
    "ticket",
]
_SYLLABLES: Final = [
    "ba",
    "be",
    "bi",
    "bo",
    "bu",
    "da",
    "de",
    "di",
    "do",
    "du",
    "fa",
    "fe",
    "fi",
    "ka",
    "ke",
    "ki",
    "ko",
    "ku",
    "la",
    "le",
    "li",
    "lo",
    "lu",
    "ma",
    "me",
    "mi",
    "mo",
    "na",
    "ne",
    "ni",
    "no",
    "ra",
    "re",
    "ri",
    "ro",
    "sa",
    "se",
    "si",
    "so",
    "ta",
    "te",
    "ti",
    "to",
    "va",
    "ve",
]
_HAN: Final = "用户账号密码邮件无法登录电脑屏幕显示错误访问权限服务器文件共享打不开更新安装软件会议室电话网页系统申请审批报销财务数据备份重启很慢卡住今天早上开始请尽快处理谢谢我们部门同事也有同样问题新员工入职需要设备"
# Planted so that a query hits a known share of the tickets: a common one, a rare one, and a Chinese one.
PLANTS: Final = (
    ("printer network", 85),
    ("certificate renewal", 3),
    ("打印机故障", 60),
)


class Words:
    """A seeded source of titles and bodies. The same seed and number give the same text whatever was asked before."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        made = list(_COMMON)
        known = set(made)
        while len(made) < 20_000:
            word = "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4)))
            if word not in known:
                known.add(word)
                made.append(word)
        weights = list(accumulate(1 / (rank + 3) for rank in range(len(made))))
        self.english = [" ".join(chance.choices(made, cum_weights=weights, k=25)) + "." for _ in range(SENTENCES)]
        self.chinese = [
            "".join(chance.choices(_HAN, k=18)) + "，" + "".join(chance.choices(_HAN, k=14)) + "。"
            for _ in range(SENTENCES)
        ]
        self.seed = seed

    def ticket(self, number: int) -> tuple[str, str, str]:
        """Title (about 8 words), body (about 100 words or 130 characters) and language of a ticket."""
        chance = random.Random(self.seed * 1_000_003 + number)
        chinese = chance.random() < 0.3
        pool = self.chinese if chinese else self.english
        sentences = [pool[chance.randrange(SENTENCES)] for _ in range(4)]
        head = pool[chance.randrange(SENTENCES)]
        title = head[:14] if chinese else " ".join(head.split(" ", 8)[:8]).rstrip(".")
        for place, (plant, share) in enumerate(PLANTS):
            if (number * 7919 + place * 331) % 1000 < share:
                sentences.insert(chance.randrange(5), " ".join([plant] * chance.randint(1, 3)))
                if chance.random() < 0.2:
                    title = f"{plant}: {title}"
        return title, ("" if chinese else " ").join(sentences), "zh" if chinese else "en"

    def comment(self, key: int) -> str:
        """The body of a reply or note."""
        chance = random.Random(self.seed * 2_000_003 + key)
        pool = self.chinese if chance.random() < 0.3 else self.english
        return pool[chance.randrange(SENTENCES)]
