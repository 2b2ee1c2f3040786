"""Rules for sessions: when they end, and how a browser and a network are named. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.members.rules.organizations import HOST_ROLES, Role

# How often the last use of a session is written; a session may seem idle for this much longer than it is.
NOTED_EVERY = timedelta(minutes=5)
# Browsers keep a cookie for 400 days at most (RFC 6265bis, section 5.5); for as long, a browser is known.
BROWSER_DAYS = 400
LONGEST_FACTOR = 60  # characters
PASSWORD = "password"  # noqa: S105 - the factor of a session, in words


_FACTORS = {
    "password": "Password",
    "totp": "Password and authenticator app",
    "recovery-code": "Password and recovery code",
    "passkey": "Passkey",
    "link": "Link from an email",
    "single sign-on": "Single sign-on",
}


def factor_label(factor: str) -> str:
    """Return how someone signed in, for a page."""
    return _FACTORS.get(factor, factor.capitalize())


class Ending(StrEnum):
    """Why a session ended, if it didn't expire."""

    SIGNED_OUT = "signed out"
    RENEWED = "signed in again"  # in the same browser
    EVERYWHERE = "everywhere"  # the person signed out everywhere
    BY_OWNER = "by its owner"  # the person ended this one, from another browser
    BY_COORDINATOR = "by coordinator"
    PASSWORD = "new password"  # noqa: S105 - words
    ROLE = "new role"
    LEFT = "deactivated"


# After these the browser counts as new again, because the session may have been someone else's.
FORGETS_BROWSER = frozenset({Ending.EVERYWHERE, Ending.BY_OWNER, Ending.BY_COORDINATOR, Ending.PASSWORD, Ending.LEFT})


@dataclass(frozen=True)
class Origin:
    """Where a request comes from: the browser by name, such as "Firefox on Windows", and its network."""

    browser: str = ""
    network: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.browser, self.network) if part)


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lasts at most, and without being used."""

    longest: timedelta
    idle: timedelta
    idle_of_host_roles: timedelta

    def idle_of(self, role: Role) -> timedelta:
        """Return how long a session of someone with ``role`` may be idle."""
        return min(self.idle, self.idle_of_host_roles) if role in HOST_ROLES else self.idle

    def has_expired(self, role: Role, made_at: datetime, used_at: datetime, now: datetime) -> bool:
        """Return True if a session of someone with ``role`` is too old, or was idle for too long, at ``now``."""
        return now >= made_at + self.longest or now >= used_at + self.idle_of(role)


# The first match names the browser; most browsers also name others that they are compatible with.
_BROWSERS = (
    (r"\bEdg(?:e|A|iOS)?/", "Edge"),
    (r"\bOPR/|\bOpera\b", "Opera"),
    (r"\bSamsungBrowser/", "Samsung Internet"),
    (r"\bVivaldi/", "Vivaldi"),
    (r"\bFirefox/|\bFxiOS/", "Firefox"),
    (r"\bChromium/", "Chromium"),
    (r"\b(?:Headless)?Chrome/|\bCriOS/", "Chrome"),
    (r"\bSafari/", "Safari"),
    (r"\bcurl/", "curl"),
    (r"\bpython-requests/|\bPython-urllib/", "Python"),
)
_SYSTEMS = (
    (r"\biPhone\b", "iPhone"),
    (r"\biPad\b", "iPad"),
    (r"\bAndroid\b", "Android"),
    (r"\bCrOS\b", "ChromeOS"),
    (r"\bWindows\b", "Windows"),
    (r"\bMac OS X\b|\bMacintosh\b", "Mac"),
    (r"\bLinux\b", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """Return a name for people, such as "Firefox on Windows", from the header User-Agent."""
    browser = next((name for pattern, name in _BROWSERS if re.search(pattern, user_agent)), "Unknown browser")
    system = next((name for pattern, name in _SYSTEMS if re.search(pattern, user_agent)), "")
    return f"{browser} on {system}" if system else browser
