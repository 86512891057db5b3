"""Who of the company is on call: payments around the clock from two sites, the network by day and by weekend."""

from typing import Final

_PAYMENTS: Final = """\
name = "Payments and tills 支付值班"
timezone = "Asia/Shanghai"
team = "applications"

# Each site by its own day: nobody is woken for what the other is awake for.
[[layers]]
name = "Shenzhen"
users = ["zhou.qing", "li.mingzhe", "ren.yuan"]
rotation = { unit = "week", length = 1, start = "2024-01-01T09:00", anchor = { at = "2024-01-01T09:00", user = "zhou.qing" } }
window = { start = "09:00", end = "21:00" }

[[layers]]
name = "Hamburg"
users = ["sven.olsen", "julia.weber"]
rotation = { unit = "week", length = 1, start = "2024-01-01T09:00", anchor = { at = "2024-01-01T09:00", user = "sven.olsen" } }
window = { start = "21:00", end = "09:00" }
"""
_NETWORK: Final = """\
name = "Network 网络值班"
timezone = "Europe/Berlin"
team = "network"

[[layers]]
name = "every day"
users = ["shi.lei", "maik.lehmann", "bai.xue"]
rotation = { unit = "day", length = 1, start = "2024-01-01T08:00", anchor = { at = "2024-01-01T08:00", user = "shi.lei" } }

[[layers]]
name = "weekend"
priority = 1
users = ["wu.hao", "maik.lehmann"]
rotation = { unit = "week", length = 1, start = "2024-01-01T08:00", anchor = { at = "2024-01-01T08:00", user = "wu.hao" } }
window = { days = ["SA", "SU"], start = "00:00", end = "24:00" }
"""
SCHEDULES: Final = {"payments": _PAYMENTS, "network": _NETWORK}
"""Code and text of each."""
