"""Tests of the values of settings, and the mail server that one of them names. Pure.

Each test comes with the end of the sentence that the operator reads when a value fails it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

import pyrage

from hub.core.addresses import is_address
from hub.core.dates import parse_time

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class MailServer:
    """The mail server for outgoing email, parsed from MAIL_URL."""

    host: str
    port: int
    implicit_tls: bool  # encrypted from the first byte: smtps://
    starttls: str  # "offered" (used if the server offers it), "required" or "never"
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_local(self) -> bool:
        """True if the server runs on this machine, so that no one can intercept the connection."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")


def is_day(text: str) -> bool:
    """Return True for a date like 2026-01-01, or an empty text."""
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def is_zone(name: str) -> bool:
    """Return True if there is a time zone of this name."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return bool(name)


_DOMAIN = re.compile(
    r"(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_LANGUAGES = re.compile(r"[A-Za-z]\w*(\+[A-Za-z]\w*)*", re.ASCII)
_STARTTLS = frozenset({"offered", "required", "never"})


def mail_server(url: str) -> MailServer | None:
    """Return the server in ``url``, with user and password percent-decoded; None if the URL is invalid.

    ``?starttls=required`` rejects a server without STARTTLS; ``?starttls=never`` turns STARTTLS off.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError:
        return None
    starttls = options.pop("starttls", "offered")
    is_invalid = (
        parts.scheme not in {"smtp", "smtps"}
        or not host
        or port == 0
        or options
        or starttls not in _STARTTLS
        or parts.path not in {"", "/"}
        or parts.fragment
        or (parts.password is not None and not parts.username)
    )
    if is_invalid or host is None or re.search(r"\s|[\x00-\x1f\x7f]", url):
        return None
    implicit = parts.scheme == "smtps"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    default_port = 465 if implicit else 587 if user else 25
    return MailServer(host, port or default_port, implicit, starttls, user, password)


def _is_address(text: str) -> bool:
    """Return True if ``text`` is one email address without a name."""
    return text.isascii() and is_address(text) and bool(_DOMAIN.fullmatch(text.rpartition("@")[2]))


def is_domain(text: str) -> bool:
    """Return True for the domain of an email address, such as lakeshore.example."""
    return bool(_DOMAIN.fullmatch(text)) and "." in text


def mail_host(base_url: str) -> str:
    """Return the host of BASE_URL as the sender's domain, or localhost if it is an IP address."""
    host = urlsplit(base_url).hostname or ""
    return host if _DOMAIN.fullmatch(host) and not host.replace(".", "").isdigit() else "localhost"


def _is_time(text: str) -> bool:
    try:
        parse_time(text)
    except ValueError:
        return False
    return True


def _is_base_url(text: str) -> bool:
    """Return True if links with this URL fit literally into the headers of email."""
    url = urlsplit(text)
    is_literal = bool(re.fullmatch(r"[!-~]+", text)) and not set(text) & set('<>"') and len(text) <= LONGEST_BASE_URL
    return url.scheme in {"http", "https"} and bool(url.netloc) and is_literal


def _is_scanner(text: str) -> bool:
    """Return True for ``unix:/path`` or ``host:port``, or an empty text."""
    if text.startswith("unix:"):
        return text.startswith("unix:/")
    host, _, port = text.removeprefix("tcp://").rpartition(":")
    return not text or (bool(host) and port.isascii() and port.isdigit() and 0 < int(port) <= LAST_PORT)


def _is_safe_key(text: str) -> bool:
    """Return True if the key is empty, so that the hub generates one, or too long to guess."""
    return not text or len(text) >= SHORTEST_KEY


def is_keep(text: str) -> bool:
    """Return True if the text says which backups to keep, such as 7d,4w,12m, or is empty."""
    units = [match[1] for part in text.split(",") if (match := _KEEP.fullmatch(part.strip()))]
    return not text or (len(units) == len(text.split(",")) == len(set(units)))


def _are_recipients(text: str) -> bool:
    """Return True if each word is an age public key; True for an empty text."""
    try:
        return all(pyrage.x25519.Recipient.from_str(word) for word in text.replace(",", " ").split())
    except pyrage.RecipientError:
        return False


_KEEP = re.compile(r"[1-9]\d{0,2}([dwm])")
LAST_PORT = 65_535
SHORTEST_KEY = 16  # characters
LONGEST_BASE_URL = 500  # characters; with the longest path, a line of email has up to 998
ROLES = {"coordinator", "board", "representative", "alternate", "contributor"}  # of hub.members.rules.organizations
_DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")
_LINKS = ("https://", "http://")
_MOST_DAYS = 36_500  # a hundred years: a date that many days away still exists
_DAYS: tuple[Callable[[Any], bool], str] = (lambda value: 0 < value <= _MOST_DAYS, f"it must be from 1 to {_MOST_DAYS}")
_POSITIVE: tuple[Callable[[Any], bool], str] = (lambda value: value > 0, "it must be more than 0")
_KEY: tuple[Callable[[Any], bool], str] = (_is_safe_key, f"it must have at least {SHORTEST_KEY} characters")

# Validation of the settings: a test of the value, and the end of the error sentence.
CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "SEARCH_ENGINE": (lambda value: value == "whoosh", "it must be whoosh"),
    "MEANING": (lambda value: value in {"on", "off"}, "it must be on or off"),
    "CLAMD": (
        _is_scanner,
        "it must be an address such as unix:/run/clamav/clamd.ctl or 127.0.0.1:3310",
    ),
    "UPLOAD_QUOTA_MB": (lambda value: value >= 0, "it must be 0 or more"),
    "MIN_FREE_MB": (lambda value: value >= 0, "it must be 0 or more"),
    "PREVIEW_PERCENT": (lambda value: value >= 1, "it must be 1 or more"),
    "REQUIRE_WALLS": (lambda value: value in {"yes", "no"}, "it must be yes or no"),
    "OCR_LANGUAGES": (
        lambda value: bool(_LANGUAGES.fullmatch(value)),
        "it must be Tesseract's names of languages with + between them, such as eng+spa",
    ),
    "LOG_FORMAT": (lambda value: value in {"text", "json"}, "it must be text or json"),
    "LOG_LEVEL": (
        lambda value: value in {"DEBUG", "INFO", "WARNING", "ERROR"},
        "it must be DEBUG, INFO, WARNING or ERROR",
    ),
    "TIME_ZONE": (is_zone, "it must be a time zone such as America/New_York"),
    "RECORDS_BEGIN": (is_day, "it must be a date such as 2026-01-01"),
    "CALL_TIME": (_is_time, "it must be a time of day such as 11:30 a.m."),
    "CALL_WEEKDAY": (lambda value: value in WEEKDAYS, "it must be a weekday such as monday"),
    "CALL_MINUTES": (lambda value: 10 <= value <= 240, "it must be from 10 to 240"),  # noqa: PLR2004 - minutes of a call
    "CALL_LINK": (lambda value: not value or value.startswith(_LINKS), "it must be a link that begins with https://"),
    "BASE_URL": (
        _is_base_url,
        "it must be a URL such as https://hub.example.org, with up to 500 characters, all of them ASCII",
    ),
    "DATABASE_URL": (
        lambda value: not value or value.startswith(_DATABASES),
        "it must begin with sqlite:/// or postgresql://",
    ),
    "MAIL_URL": (
        lambda value: not value or mail_server(value) is not None,
        "it must be a URL such as smtp://user:password@mail.example.org:587 or smtps://mail.example.org",
    ),
    "MAIL_FROM": (
        lambda value: not value or _is_address(value),
        "it must be an email address such as hub@example.org",
    ),
    "MAIL_DOMAIN": (
        lambda value: not value or bool(_DOMAIN.fullmatch(value)),
        "it must be a domain such as hub.example.org",
    ),
    "MAIL_KEEP_DAYS": _DAYS,
    "MAX_UPLOAD_MB": _POSITIVE,
    "MAX_EVIDENCE_MB": _POSITIVE,
    "APPLICATION_QUORUM": _POSITIVE,
    "SHARE_LINK_DAYS": _DAYS,
    "TRACE_DAYS": _DAYS,
    "AUDIT_KEEP_DAYS": (lambda value: 0 <= value <= _MOST_DAYS, f"it must be from 0 to {_MOST_DAYS}"),
    "SESSION_DAYS": _DAYS,
    "SESSION_IDLE_DAYS": _DAYS,
    "SESSION_IDLE_HOURS_HOST": _POSITIVE,
    "RESERVE_MB": (lambda value: 0 <= value <= 10_000, "it must be from 0 to 10000"),  # noqa: PLR2004 - megabytes
    "SECOND_FACTOR_ROLES": (
        lambda value: value == "none" or (bool(value.split()) and set(value.split()) <= ROLES),
        f"it must be none, or some of {', '.join(sorted(ROLES))}",
    ),
    "WEB_WORKERS": _POSITIVE,
    "WEB_THREADS": _POSITIVE,
    "WORKER_PAUSE": _POSITIVE,
    "TRUSTED_PROXIES": (lambda value: value >= 0, "it must be 0 or more"),
    "SECRET_KEY": _KEY,
    "SECRET_KEYS_OLD": (
        lambda value: all(_is_safe_key(key) for key in value.split()),
        f"each key must have at least {SHORTEST_KEY} characters",
    ),
    "SECRET_KEY_DAYS": _DAYS,
    "UNSUBSCRIBE_KEY": _KEY,
    "BACKUP_TO": (lambda value: "://" not in value, "it must be a folder"),
    "BACKUP_AT": (_is_time, "it must be a time of day such as 2:30 a.m."),
    "BACKUP_KEEP": (is_keep, "it must be a list such as 7d,4w,12m"),
    "BACKUP_ENCRYPT_TO": (_are_recipients, "it must be an age public key, which begins with age1"),
    "HEALTH_TOKEN": _KEY,
}
