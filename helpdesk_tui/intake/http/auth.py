"""Who a request is from: a signature over timestamp and body, or a bearer token; and how many requests are taken.

A signed request carries `X-Helpdesk-Timestamp` (UTC seconds) and `X-Helpdesk-Signature: sha256=HEX`, the HMAC-SHA256 of
`TIMESTAMP.BODY` with one of the sender's keys. All comparisons take the same time whatever is compared.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from helpdesk_tui.intake.http.config import Sender
from helpdesk_tui.vocabulary.records import Instant

TIMESTAMP: Final = "X-Helpdesk-Timestamp"
SIGNATURE: Final = "X-Helpdesk-Signature"
_STAMP: Final = re.compile(r"[0-9]{1,12}")
_HEX: Final = re.compile(r"sha256=[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Proof:
    """What a request proved: `why` is the refusal (None where it is from its sender), `delivery` names a signed one."""

    why: str | None
    delivery: str | None = None


def sign(key: bytes, timestamp: int, body: bytes) -> str:
    """The value of the signature's header."""
    return "sha256=" + hmac.new(key, b"%d." % timestamp + body, hashlib.sha256).hexdigest()


def prove(sender: Sender, headers: Mapping[str, str], body: bytes, now: Instant, window: int) -> Proof:
    """Whether a request is from this sender; texts of refusals are for machines and say nothing of secrets."""
    signature = headers.get(SIGNATURE)
    if signature is not None:
        return _signed(sender, signature, headers.get(TIMESTAMP, ""), body, now, window)
    scheme, _blank, token = headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not token:
        return Proof("the request is not signed and carries no bearer token")
    given = token.strip().encode("utf-8", "replace")
    # Every secret is looked at, so that the time tells nothing.
    good = [hmac.compare_digest(given, known) for known in sender.tokens]
    return Proof(None) if any(good) else Proof("the bearer token is not one of this sender's")


def _signed(sender: Sender, signature: str, stamp: str, body: bytes, now: Instant, window: int) -> Proof:
    if not _STAMP.fullmatch(stamp):
        return Proof(f"{TIMESTAMP} is missing or no number of seconds")
    if not _HEX.fullmatch(signature):
        return Proof(f"{SIGNATURE} is not sha256= and 64 hexadecimal digits")
    at = int(stamp)
    wanted = signature.casefold()
    good = [hmac.compare_digest(wanted, sign(key, at, body)) for key in sender.keys]
    if not any(good):
        return Proof("the signature does not fit timestamp and body")
    if abs(now - at) > window:
        return Proof("the timestamp is too far from this desk's clock")
    return Proof(None, hashlib.sha256(f"{sender.name}.{at}.{wanted}".encode()).hexdigest())


class Rates:
    """Token buckets by name: so many a minute, as many at once. Names are bounded; the oldest are forgotten."""

    MOST: Final = 4_096

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, name: str, per_minute: int, now: float, *, take: bool = True) -> int:
        """0 where one more may come (and is counted), else the whole seconds until then."""
        left, at = self._left.pop(name, (float(per_minute), now))
        left = min(float(per_minute), left + max(0.0, now - at) * per_minute / 60)
        fits = left >= 1
        self._left[name] = (left - 1 if fits and take else left, now)
        while len(self._left) > self.MOST:
            del self._left[next(iter(self._left))]
        return 0 if fits else max(1, -int(-(1 - left) * 60 // per_minute))
