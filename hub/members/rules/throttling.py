"""Rules that slow down guessing of passwords, without locking the owner of an account out. Pure.

Failed sign-ins are counted for the account from one network, for the network, and for the account from everywhere. After
a few, each further one has to wait, longer each time. A stranger can make only their own network wait, unless they
use several. A browser on which the owner signed in before counts for itself: no stranger makes it wait.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from hub.core.dates import plural


class TryKind(StrEnum):
    """What failed sign-ins are counted for."""

    ACCOUNT = "account"  # from everywhere, except from known browsers
    NETWORK = "network"  # for all accounts
    PAIR = "pair"  # an account from a network
    BROWSER = "browser"  # an account from a browser that its owner has used


@dataclass(frozen=True)
class Limit:
    """How many failures are free on one day, and how long the next attempt waits after them."""

    free: int
    longest: timedelta
    first: timedelta = timedelta(seconds=30)

    def wait(self, failures: int) -> timedelta:
        """Return how long the next attempt waits after ``failures``: twice as long after each, up to the longest."""
        if failures < self.free:
            return timedelta()
        doublings = min(failures - self.free, 20)
        return min(timedelta(seconds=self.first.total_seconds() * 2**doublings), self.longest)

    def wait_left(self, failures: int, last: datetime, now: datetime) -> timedelta:
        """Return how long an attempt at ``now`` waits after ``failures``, the last of them at ``last``.

        ``last`` may be later than ``now``: clocks of two machines differ, and while failures are free no one waits.
        """
        wait = self.wait(failures)
        return min(max(last + wait - now, timedelta()), wait)


# For one account from one network about 34 guesses a day, which aren't enough to make the account wait elsewhere. The
# account alone is limited because of attackers with many networks (NIST SP 800-63B, 5.2.2 limits consecutive failures).
LIMITS = {
    TryKind.PAIR: Limit(free=5, longest=timedelta(hours=1)),
    TryKind.BROWSER: Limit(free=10, longest=timedelta(hours=1)),
    TryKind.NETWORK: Limit(free=50, longest=timedelta(minutes=15)),
    TryKind.ACCOUNT: Limit(free=50, longest=timedelta(minutes=15)),
}
COUNTED_FOR = timedelta(days=1)  # from the first failure; then the count starts again
TOLD_AFTER = 5  # failures on one day, after which the owner of the account hears of them


def try_keys(secret: str, account: str, network: str, browser: str) -> dict[str, TryKind]:
    """Return the keys under which an attempt is counted, hashed: people also type passwords into the wrong field.

    ``browser`` recognizes a browser that the owner of the account has used before; it is "" for others.
    """
    parts = {
        TryKind.PAIR: (account, network),
        TryKind.NETWORK: (network,),
        TryKind.ACCOUNT: (account,),
        TryKind.BROWSER: (account, browser),
    }
    kinds = (TryKind.BROWSER,) if browser else (TryKind.PAIR, TryKind.NETWORK, TryKind.ACCOUNT)
    return {_key(secret, kind, *parts[kind]): kind for kind in kinds}


def _key(secret: str, *parts: str) -> str:
    named = "\n".join(("sign-in", *parts)).encode("utf-8", "replace")
    return hmac.new(secret.encode(), named, sha256).hexdigest()


def wait_words(wait: timedelta) -> str:
    """Return a wait in words, rounded up, such as "30 seconds" or "2 minutes"."""
    seconds = max(1, -(-wait // timedelta(seconds=1)))
    if seconds <= 60:  # noqa: PLR2004 - seconds of a minute
        return plural(seconds, "second")
    return plural(-(-seconds // 60), "minute")


def wait_sentence(wait: timedelta) -> str:
    """Return the sentence for someone who has to wait."""
    return (
        f"Too many failed sign-ins. Wait {wait_words(wait)}, then try again. If you forgot your password, you can request a "
        "link to set a new one."
    )
