"""Fills the `{slots}` of scenario texts with one ticket's people, places and figures."""

from random import Random

from helpdesk_tui.desk.demo import content_phrases as phrases
from helpdesk_tui.desk.demo.content_people import DEPARTMENTS, department_of
from helpdesk_tui.desk.demo.hours import DAY, offset
from helpdesk_tui.desk.demo.models import DemoPerson
from helpdesk_tui.vocabulary.records import Instant

_PARTNERS = ("Hansewerk IT Services", "启明云服务", "汇通设备维保", "Nordlicht Logistik", "Fjordland Outdoor AB")
_NAMES = [names for code, names in DEPARTMENTS.items() if code not in ("board", "it")]


def civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of a count of days since 1970 (Hinnant's days_from_civil, reversed)."""
    z = days + 719_468
    era = z // 146_097
    doe = z - era * 146_097
    yoe = (doe - doe // 1460 + doe // 36_524 - doe // 146_096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    month = mp + 3 if mp < 10 else mp - 9
    return yoe + era * 400 + (month <= 2), month, doy - (153 * mp + 2) // 5 + 1


def date_text(at: Instant, site: str, language: str) -> str:
    """A date as people write it in a mail, without the year."""
    _, month, day = civil((at + offset(at, site)) // DAY)
    return f"{month}月{day}日" if language == "zh" else f"{day} {phrases.MONTHS[month - 1]}"


def fill(rng: Random, at: Instant, requester: DemoPerson, language: str, request: bool) -> dict[str, str]:
    """The slots of one ticket. Drawn with few calls, so that thousands cost little."""
    site = requester.site
    zh = language == "zh"
    a, b = rng.random(), rng.random()
    x = int(a * 1_000_003)
    y = int(b * 999_983)
    local = at + offset(at, site)
    earlier = local % DAY - 600 - x % 5400
    past = (local // DAY + 3 - 1 - x % 5) % 7
    stores = phrases.STORES[site][language]
    apps = phrases.APPS[language]
    names = phrases.JOINERS[language]
    internal = requester.email.endswith("lanhai.example")
    ahead = at + (5 + y % 24) * DAY if request else at - (1 + y % 6) * DAY
    return {
        "first": requester.name if zh else requester.spoken,
        "site": phrases.SITES[site][language],
        "floor": ("3F", "5F", "6F", "8F", "9F")[x % 5] if site != "hh" else ("1F", "2F", "3F")[x % 3],
        "room": phrases.ROOMS[site][x % len(phrases.ROOMS[site])],
        "store": stores[x % len(stores)],
        "host": f"LH-{site.upper()}-NB-{1000 + y % 900:04d}",
        "n": str(2 + x % 8),
        "m": str(11 + y % 79),
        "k": str(102 + x % 887),
        "hour": f"{max(earlier, 0) // 3600:02d}:{earlier // 60 % 60:02d}",
        "day": phrases.WEEKDAYS[language][past if past < 5 else 4],
        "date": date_text(ahead, site, language),
        "amount": f"{39 + y % 4900}.{x % 10}0",
        "order": str(4_500_000_000 + x * 7 % 90_000_000),
        "code": f"0x{0x8000_0000 + y * 4099 % 0x7FFF_FFFF:08X}",
        "org": _PARTNERS[y % len(_PARTNERS)] if internal else requester.organisation,
        "dept": _NAMES[x % len(_NAMES)][language] if x % 4 == 0 or not internal else department_of(requester, language),
        "app": apps[y % len(apps)],
        "joiner": names[x % len(names)],
        "merchant": f"M{200_000 + y % 7919}",
        "ip": f"203.0.113.{2 + x % 250}",
    }
